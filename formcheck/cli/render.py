"""`formcheck render`: rendered people whose joint angles are known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from formcheck.cli.terminal import bar, say
from formcheck.errors import UsageError
from formcheck.files.kinds import VIDEOS, suffix

if TYPE_CHECKING:
    from formcheck.render.spec import Spec

_SHOWN = 60  # of a set's name

SpecFile = Annotated[Path | None, Argument(metavar="SPEC.json", help="What to show.", show_default=False)]
Target = Annotated[
    Path | None,
    Argument(metavar="OUT.mp4", help="The video; its truth goes beside it.", show_default=False),
]
TruthOnly = Annotated[bool, Option("--truth-only", help="No video: OUT.json only. Needs no OpenGL.")]
Still = Annotated[
    list[float] | None,
    Option(
        "--still",
        metavar="SECONDS",
        min=0,
        help="No video: OUT.png of this time; several stand beside each other.",
        show_default=False,
    ),
]
Random = Annotated[
    tuple[int, int] | None,
    Option("--random", metavar="SEED N", help="Random clips of N seeds from SEED on.", show_default=False),
]
Gym = Annotated[bool, Option("--gym", help="With --random: mirrors and furniture in the room.")]
SetName = Annotated[
    str | None,
    Option(
        "--set", metavar="NAME", help="The clips behind published numbers; ? lists them.", show_default=False
    ),
]
OutFolder = Annotated[
    Path | None,
    Option("--out", metavar="DIR", help="With --random or --set: where to.", show_default=False),
]


def render(
    spec: SpecFile = None,
    out: Target = None,
    *,
    random: Random = None,
    gym: Gym = False,
    named: SetName = None,
    folder: OutFolder = None,
    truth_only: TruthOnly = False,
    still: Still = None,
) -> None:
    """Render people whose joint angles are known, with a truth file beside each clip for `evaluate`.

    Either SPEC.json and OUT.mp4, or --random or --set with --out. Clips that are there are left alone.
    """
    if named == "?":
        _list_sets()
        return
    _check(spec, out, folder, random is not None or named is not None, still)
    _check_seeds(random, named, gym)
    if out is not None and not (truth_only or still) and suffix(out) not in VIDEOS:
        raise UsageError(f"{out} is no name of a video; use .mp4")
    from formcheck.render.gl import check_gl

    if not truth_only:
        check_gl()
    if spec is not None and out is not None:
        _one(spec, out, truth_only, still)
        return
    from formcheck.files.writing import make_folder
    from formcheck.render.sets import gym_spec, named_set, random_spec

    specs = (
        named_set(named)
        if named
        else [(gym_spec if gym else random_spec)(random[0] + k) for k in range(random[1])]
        if random
        else []
    )
    assert folder is not None
    make_folder(folder)
    for one in specs:
        _into(folder, one, truth_only)


def _list_sets() -> None:
    from formcheck.render.sets import SETS

    width = max(map(len, SETS))
    for name, (_, what) in SETS.items():
        say(f"{name:<{width}}  {what}\n")


def _check(
    spec: Path | None, out: Path | None, folder: Path | None, many: bool, still: list[float] | None
) -> None:
    if many and (spec is not None or folder is None or still):
        raise UsageError("--random and --set need --out DIR, and go without SPEC.json, OUT.mp4 and --still")
    if not many and (spec is None or out is None or folder is not None):
        raise UsageError("name SPEC.json and OUT.mp4, or --random or --set with --out DIR")


def _check_seeds(random: tuple[int, int] | None, named: str | None, gym: bool) -> None:
    if random is None:
        if gym:
            raise UsageError("--gym goes with --random SEED N")
        return
    if named is not None:
        raise UsageError("--random and --set do not go together; leave one of them out")
    if random[0] < 0 or random[1] < 1:
        raise UsageError("--random takes a SEED of 0 or more and how many clips, 1 or more")


def _one(path: Path, out: Path, truth_only: bool, still: list[float] | None) -> None:
    from formcheck.files.writing import check_apart, check_writable
    from formcheck.render.clip import build
    from formcheck.render.spec import read_spec

    spec = read_spec(path)
    told = out.with_suffix(".json")
    outputs = [out] if still else [told] if truth_only else [out, told]
    check_apart(outputs, [path])
    for one in outputs:
        check_writable(one)
    if still:
        from formcheck.render.film import stills

        stills(build(spec), still, out)
    else:
        _write(spec, out, told, truth_only)


def _into(folder: Path, spec: Spec, truth_only: bool) -> None:
    out, told = folder / f"{spec.id}.mp4", folder / f"{spec.id}.json"
    if told.exists() and (truth_only or out.exists()):
        say(f"{told} is there\n")
        return
    _write(spec, out, told, truth_only)


def _write(spec: Spec, out: Path, told: Path, truth_only: bool) -> None:
    import json

    from formcheck.files.writing import write_text
    from formcheck.render.clip import build
    from formcheck.render.truth import truth

    clip = build(spec)
    if not truth_only:
        from formcheck.render.film import film

        with bar(f"rendering {spec.id[:_SHOWN]}", len(clip.frames), "frames") as progress:
            film(clip, out, progress)
    write_text(told, json.dumps(truth(clip), separators=(",", ":")))
    say(f"{told if truth_only else out}: {len(clip.times.reps)} repetitions, {clip.times.duration_s:.1f} s\n")


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(render)
