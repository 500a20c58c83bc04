"""The training log on the command line: what `analyze` writes into it, and `history`."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Option

from . import options as opt
from .arguments import is_dash
from .errors import FormcheckError, UsageError, brief
from .terminal import complain, say, say_rich

if TYPE_CHECKING:
    from rich.console import RenderableType

    from .log.store import Log
    from .pipeline import Analysis

_HEAVIEST_KG = 1000.0
_POUND_KG = 0.45359237
_UNITS = {"": 1.0, "kg": 1.0, "lb": _POUND_KG, "lbs": _POUND_KG}
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


@dataclass(frozen=True, slots=True)
class Keeper:
    """Writes an analysis into the log, if it is wanted there.

    Attributes:
        log: The log's file, or None for none.
        clip: What is analysed, or None for a live session that has just ended.
        lifter: Whose sets they are.
        load_kg: What was lifted, or None.
        bilateral_load_kg: What the lifter lifts with both legs, or None.
        began: When, or None for what the clip says.
    """

    log: Path | None
    clip: Path | None
    lifter: str
    load_kg: float | None
    bilateral_load_kg: float | None
    began: datetime | None

    def keep(self, analysis: Analysis) -> RenderableType | None:
        """Write the sets and return what to say of it; a log that fails is a warning, not the end."""
        if self.log is None:
            return None
        from .log.build import next_steps
        from .log.record import record
        from .log.store import Log
        from .log.table import after
        from .log.take import Take

        try:
            if self.clip is None:
                length = timedelta(seconds=analysis.report.duration_s)
                take = Take.live(datetime.now().astimezone() - length, analysis.raw)
            else:
                take = Take.of_file(self.clip, analysis.raw, began=self.began)
            kept = record(
                analysis.report,
                take,
                self.log,
                lifter=self.lifter,
                load_kg=self.load_kg,
                bilateral_load_kg=self.bilateral_load_kg,
            )
            if not kept.sets:
                return None
            with Log(self.log) as log:
                return after(kept, next_steps(log, kept.sets))
        except FormcheckError as error:
            complain(f"not logged: {error}")
            return None
        except Exception as error:  # whatever is wrong with the log, the analysis is not lost
            why = f"{type(error).__name__}: {brief(error)}"
            complain(f"not logged: the training log {self.log} cannot be used ({why}); name another one")
            return None


def keeper(
    clip: Path | None,
    log: Path | None,
    no_log: bool,
    lifter: str | None,
    load: str | None,
    bilateral_load: str | None,
    date: str | None = None,
) -> Keeper:
    """Read the options of `analyze` and `live` that are about the log.

    Raises:
        UsageError: One does not fit.
    """
    from .log.place import VARIABLE, log_place
    from .log.record import ME
    from .report.write import check_apart

    given = {"--lifter": lifter, "--load": load, "--bilateral-load": bilateral_load, "--date": date}
    if no_log and log is not None:
        raise UsageError("--log and --no-log contradict each other; give one of them")
    place = None if no_log else log_place(log)
    idle = [name for name, value in given.items() if value is not None]
    if place is None and idle:
        why = "--no-log" if no_log else f"{VARIABLE}=off"
        raise UsageError(f"{idle[0]} is only for the training log, which {why} turns off; leave one out")
    if place is not None and clip is not None:
        check_apart([place], [clip])
    if lifter is not None and not lifter.strip():
        raise UsageError("--lifter needs a name")
    return Keeper(
        place,
        clip,
        lifter.strip() if lifter else ME,
        kilograms(load, "--load"),
        kilograms(bilateral_load, "--bilateral-load"),
        moment(date) if date is not None else None,
    )


def kilograms(text: str | None, option: str) -> float | None:
    """Read a load such as `60kg`, `62.5` or `135lb`.

    Raises:
        UsageError: It is none.
    """
    if text is None:
        return None
    found = re.fullmatch(r"\s*(\d+(?:[.,]\d+)?)\s*(kg|lbs?|)\s*", text.lower())
    value = float(found[1].replace(",", ".")) * _UNITS[found[2]] if found else -1.0
    if not 0.0 <= value <= _HEAVIEST_KG:
        raise UsageError(f"{option} {text!r} is no load; write it like 60kg or 135lb")
    return round(value, 2)


def moment(text: str) -> datetime:
    """Read a day or a moment; without a time zone that of this computer.

    Raises:
        UsageError: It is none, or lies in the future.
    """
    try:
        found = datetime.fromisoformat(text.strip().replace("Z", "+00:00")).astimezone()
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"{text!r} is no date; write it like 2026-11-01 or 2026-11-01T18:30") from None
    if found > datetime.now().astimezone() + timedelta(days=1):
        raise UsageError(f"{text} lies in the future; check the date")
    return found


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
    from . import catalog
    from .log.place import VARIABLE, log_place
    from .log.store import Log
    from .report.write import check_apart, check_writable

    if rules:
        catalog.load_folder(rules)
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
    from .log.build import build, whose
    from .log.files import everything_json, reps_csv, sets_csv
    from .log.table import render
    from .report.write import write_text

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
        from .page.render import history_page

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
