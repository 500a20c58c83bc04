"""The training log on the command line: what `analyze` writes into it, and `history`."""

from __future__ import annotations

import re
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Option

from formcheck.cli import options as opt
from formcheck.cli.terminal import is_dash, say, say_rich
from formcheck.errors import UsageError
from formcheck.files import names
from formcheck.history.keeper import moment

if TYPE_CHECKING:
    from formcheck.history.store import Log

_SPANS_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}

LogFile = Annotated[
    Path | None,
    Option(
        "--log",
        metavar="FILE",
        help="The training log.",
        show_default="FORMCHECK_LOG, or the user's data folder",
    ),
]
NoLog = Annotated[bool, Option("--no-log", help="Do not write into the training log.")]
Lifter = Annotated[str | None, Option("--lifter", metavar="NAME", help="Whose set it is.", show_default="me")]
WhoseLog = Annotated[
    str | None, Option("--lifter", metavar="NAME", help="Whose sets.", show_default="me, or the only one")
]
Load = Annotated[
    str | None, Option("--load", metavar="60kg", help="What was lifted; kg or lb.", show_default=False)
]
BothLegs = Annotated[
    str | None,
    Option(
        "--bilateral-load",
        metavar="120kg",
        help="What you lift with both legs, to tell whether the load fits.",
        show_default=False,
    ),
]
Date = Annotated[
    str | None,
    Option(
        "--date",
        metavar="2026-11-01T18:30",
        help="When it was done.",
        show_default="what the clip says, or when its file was last changed",
    ),
]
Since = Annotated[
    str | None, Option(metavar="4w|2026-11-01", help="From when on.", show_default="everything")
]
Export = Annotated[
    Path | None,
    Option(
        "--export",
        metavar="FILE",
        help="Write all that the log holds, of everybody, as JSON, or as CSV with a row a repetition.",
        show_default=False,
    ),
]
DeleteEverything = Annotated[
    bool, Option("--delete-everything", help="Delete all that the log holds, or all of --lifter.")
]
Yes = Annotated[bool, Option("--yes", help="Delete without asking.")]


def since_of(text: str) -> datetime:
    """Read a span back from now (`10d`, `4w`, `6m`, `1y`) or a day.

    Raises:
        UsageError: It is neither.
    """
    found = re.fullmatch(r"\s*(\d{1,4})\s*([dwmy])\s*", text.lower())
    if found is None:
        try:
            return moment(text)
        except UsageError:
            raise UsageError(f"--since {text!r} is no span; write it like 4w, 10d or 2026-11-01") from None
    today = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=int(found[1]) * _SPANS_DAYS[found[2]])


def history(
    *,
    exercise: opt.OneExercise = None,
    lifter: WhoseLog = None,
    since: Since = None,
    html: opt.Html = None,
    csv: opt.Csv = None,
    json: opt.Json = None,
    export: Export = None,
    delete_everything: DeleteEverything = False,
    yes: Yes = False,
    log: LogFile = None,
    rules: opt.Rules = None,
) -> None:
    """Show the training log: sets, what really changed, left against right, and what to do next."""
    from formcheck.exercises import catalog
    from formcheck.files.writing import check_apart, check_writable
    from formcheck.history.store import VARIABLE, Log, log_place

    if rules:
        catalog.load_folder(rules)
    lifter = names.shown(lifter) if lifter is not None else None
    begin = since_of(since) if since is not None else None
    place = log_place(log)
    if place is None:
        raise UsageError(f"{VARIABLE}=off turns the training log off; name one with --log")
    outputs = [out for out in (html, csv, export, None if is_dash(json) else json) if out is not None]
    check_apart(outputs, [place])
    for out in outputs:
        check_writable(out)
    with Log(place) as opened:
        if delete_everything:
            if outputs or exercise or since or json:
                raise UsageError("--delete-everything takes nothing but --lifter, --log and --yes")
            _delete(opened, lifter, yes)
            return
        _show(opened, exercise, lifter, begin, html=html, csv=csv, json=json, export=export)


def _show(
    log: Log,
    exercise: str | None,
    lifter: str | None,
    since: datetime | None,
    *,
    html: Path | None,
    csv: Path | None,
    json: Path | None,
    export: Path | None,
) -> None:
    from formcheck.files.writing import write_text
    from formcheck.history.export import everything_json, reps_csv, sets_csv
    from formcheck.history.history import build, whose
    from formcheck.history.table import render

    if export is not None:
        everything = log.read()
        write_text(export, (reps_csv if export.suffix.lower() == ".csv" else everything_json)(everything))
        if not (html or csv or json):
            return
    found = build(log, whose(log, lifter), exercise=exercise, since=since)
    if json is not None and not is_dash(json):
        write_text(json, found.to_json())
    if csv is not None:
        write_text(csv, sets_csv(found.sets))
    if html is not None:
        from formcheck.history.page import history_page

        write_text(html, history_page(found))
    if is_dash(json):
        say(found.to_json())
    elif not (html or csv or json):
        say_rich(render(found))


def _delete(log: Log, lifter: str | None, yes: bool) -> None:
    known = log.lifters()
    if lifter is not None and lifter not in known:
        raise UsageError(f"the log holds nothing of {lifter}; there is {', '.join(known) or 'nobody'}")
    count = sum(known.values()) if lifter is None else known[lifter]
    whose = "" if lifter is None else f" of {lifter}"
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError(f"to delete {count} sets{whose} for good, add --yes")
        typer.confirm(f"Delete {count} sets{whose} from {log.path} for good?", abort=True)
    say(f"Deleted {log.delete_everything(lifter)} sets{whose} from {log.path}.\n")


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(history)
