"""`formcheck train-lumbar`: learns from rendered people how an arched back looks in a thrust."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from formcheck.cli import options as opt
from formcheck.cli.terminal import bar, say

if TYPE_CHECKING:
    from formcheck.evaluation.lumbar_training import Bodies, Held
    from formcheck.measures.arching import Seen, Weights

Folder = Annotated[
    Path,
    Argument(
        metavar="DIR",
        help="Where the bodies are kept; those there are taken as they are.",
        show_default=False,
    ),
]
Count = Annotated[
    int, Option("--bodies", metavar="N", min=0, help="Render so many; 0 learns from those that are there.")
]
First = Annotated[
    int | None, Option("--first", metavar="SEED", min=0, help="The first seed.", show_default=False)
]
Plated = Annotated[
    bool, Option("--plates", help="Learn how it looks beside a plate of 38 or 45 cm over the hips.")
]
Oblique = Annotated[bool, Option("--oblique", help="Learn how it looks obliquely from the foot end.")]
Lockout = Annotated[
    bool,
    Option("--lockout", help="Learn the lockout, not the arching; from the side."),
]
Weighed = Annotated[
    Path | None,
    Option("--weights", metavar="FILE.npz", help="Where to write what was learned.", show_default=False),
]


def train_lumbar(
    folder: Folder,
    *,
    bodies: Count = 600,
    first: First = None,
    plates: Plated = False,
    oblique: Oblique = False,
    lockout: Lockout = False,
    weights: Weighed = None,
    model: opt.Model = "full",
) -> None:
    """Learn from rendered people how an arched back looks in a thrust or bridge.

    For those who change formcheck: what it learned comes along.

    Renders a body for each seed at rest and at the top (half a second on an idle processor), lets the pose
    model look at it, learns, and says how far off it is on bodies that it did not learn from. What was
    rendered is kept, so that a run that was stopped goes on. --lockout learns from the same bodies, with or
    without --plates.
    """
    from formcheck.errors import UsageError
    from formcheck.evaluation.lumbar_renders import record
    from formcheck.evaluation.lumbar_training import FIRST, LEARNT, Bodies, curve, learn
    from formcheck.files.writing import check_writable, make_folder
    from formcheck.vision import models

    if oblique and (plates or lockout):
        raise UsageError("--oblique is learned apart; leave out --plates and --lockout")
    if weights is not None:
        check_writable(weights)
    make_folder(folder)
    seen = _seen(plates=plates, oblique=oblique, lockout=lockout)
    begin = first if first is not None else FIRST[seen]
    if bodies:
        from formcheck.render.gl import check_gl

        check_gl()
        with bar("rendering", bodies, "bodies") as advance:
            for done, _ in enumerate(record(folder, range(begin, begin + bodies), models.resolve(model))):
                advance(done + 1)
    known = Bodies.read(folder, seen)
    learned, held = learn(known, LEARNT[seen])
    _tell(known, learned, held, curve(known))
    if weights is not None:
        _write(learned, weights)


def _seen(*, plates: bool, oblique: bool, lockout: bool) -> Seen:
    if oblique:
        return "oblique"
    if lockout:
        return "lockout_plates" if plates else "lockout"
    return "plates" if plates else "side"


def _tell(known: Bodies, learned: Weights, held: Held, errors: list[tuple[int, float]]) -> None:
    say(f"{len(known)} bodies, {len(held.off_deg)} of them to be estimated; of these, each held out once:\n")
    apart = "" if known.seen.startswith("lockout") else f", arched above flat {held.separates():.0%}"
    say(f"mean error {abs(held.off_deg).mean():.1f} deg{apart}\n")
    say(", ".join(f"{count} bodies: {error:.1f} deg" for count, error in errors) + "\n")
    for apart, error in zip(learned.distance, learned.error, strict=True):
        say(f"distance {apart:.2f}: error {error:.1f} deg\n")


def _write(learned: Weights, target: Path) -> None:
    import io

    from formcheck.files.writing import write_bytes

    data = io.BytesIO()
    learned.save(data)
    write_bytes(target, data.getvalue())
    say(f"{target}: {len(data.getvalue()) / 1000:.0f} kB\n")


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(train_lumbar)
