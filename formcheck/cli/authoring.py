"""The commands for who adds an exercise: `new-exercise`, `check-rules` and `measures`."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from formcheck.cli import options as opt
from formcheck.cli.terminal import bar, check_clip, is_dash, say, say_rich
from formcheck.errors import UsageError

if TYPE_CHECKING:
    from formcheck.exercises.rule import Exercise
    from formcheck.poses.viewpoint import Posture


def new_exercise(
    name: opt.NewName, *, dir: opt.RuleFolder = Path(), like: opt.Like = None, hold: opt.NewHold = False
) -> None:
    """Write a rule file that works, with a comment on every field, to make an exercise of your own from."""
    from formcheck.evaluation.rule_soundness import is_name
    from formcheck.exercises import catalog, template
    from formcheck.files.writing import make_folder, write_text

    if not is_name(name):
        raise UsageError(
            f"{name!r} is no name for an exercise: lower case words joined by hyphens, like leg-raise"
        )
    known = catalog.exercises()
    if name in known:
        raise UsageError(
            f"there is already an exercise {name}; start from it with --like {name}, under another name"
        )
    path = dir / f"{name.replace('-', '_')}.py"
    if path.exists():
        raise UsageError(
            f"the file {path} is there already and stays as it is; choose another name or folder"
        )
    prefix = template.prefix_for(name, {rule.code[:3] for item in known.values() for rule in item.rules})
    if like is None:
        text = template.render(name, prefix, hold=hold)
    elif hold:
        raise UsageError("give --hold or --like, not both: a copy is of the kind of what it is copied from")
    else:
        text = _copy_of(catalog.exercise(like), name, prefix)
    make_folder(dir)
    write_text(path, text)
    folder = f" {dir}" if dir != Path() else " ."
    say(
        f"Wrote {path}. It works as it is; TODO marks what only you know. Next:\n"
        f"  formcheck check-rules{folder}\n"
        f"  formcheck analyze CLIP --rules{folder} --exercise {name}\n"
    )


def _copy_of(old: Exercise, name: str, prefix: str) -> str:
    from formcheck.exercises import catalog, template

    home = catalog.home(old.name)
    if home is None or not home.is_file():
        raise UsageError(f"the file of {old.name} is not to be found; leave out --like")
    return template.recast(home.read_text(encoding="utf-8"), old, name, prefix)


def check_rules(
    path: opt.RulesChecked,
    *,
    json: opt.Json = None,
    tracks: opt.Tracks = None,
    model: opt.Model = "full",
) -> int:
    """Check rule files: each is loaded and tried on samples, and clips with truth beside it are scored.

    Exits with 1 where something must be mended.
    """
    from formcheck.evaluation import rule_check
    from formcheck.evaluation.rule_check import render
    from formcheck.files.writing import check_writable, make_folder, write_text

    if json and not is_dash(json):
        check_writable(json)
    if tracks:
        make_folder(tracks)
    count = itertools.count()
    with bar("scoring", None, "clips") as advance:
        result = rule_check.check_rules(
            path, model=model, tracks=tracks, progress=lambda name: advance(next(count))
        )
    if json and not is_dash(json):
        write_text(json, result.to_json())
    if is_dash(json):
        say(result.to_json())
    else:
        say_rich(render(result))
    return int(not result.ok)


def measures(
    clip: opt.MeasuredClip = None,
    *,
    side: opt.WorkingLeg = None,
    posture: opt.BodyPosture = None,
    size: opt.Size = None,
    fps: opt.Fps = None,
    rules: opt.Rules = None,
    model: opt.Model = "full",
) -> None:
    """List what can be measured; of a clip, how each measure moves in it, so that a signal can be chosen."""
    from formcheck.exercises import catalog

    if rules:
        catalog.load_folder(rules)
    else:
        catalog.exercises()  # those of plug-ins may define measures
    if clip is None:
        from formcheck.exercises.explain import explain_measures

        say(explain_measures())
        return
    check_clip(clip)
    from formcheck import api
    from formcheck.exercises.signals import motions, table
    from formcheck.poses.pose import Side

    working = Side(side.value) if side else None
    with bar("analysing", api.frames_estimate(clip)) as progress:
        analysis = api.analyze_clip(
            clip, opt.settings(None, model=model, size=size, fps=fps), progress=progress
        )
    held: Posture | None = posture.value if posture else None
    say(table(motions(analysis.raw, analysis.smoothed, working, posture=held)))


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("new-exercise")(new_exercise)
    app.command("check-rules")(check_rules)
    app.command()(measures)
