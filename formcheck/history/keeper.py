"""Writes what `analyze` and `live` found into the training log, if it is wanted there."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from formcheck.errors import FormcheckError, UsageError
from formcheck.files import names

if TYPE_CHECKING:
    from rich.console import RenderableType

    from formcheck.history.take import Take
    from formcheck.report.analysis import Analysis

_HEAVIEST_KG = 1000.0
_POUND_KG = 0.45359237
_UNITS = {"": 1.0, "kg": 1.0, "lb": _POUND_KG, "lbs": _POUND_KG}


@dataclass(frozen=True, slots=True)
class Keeper:
    """Writes an analysis into the log, if it is wanted there.

    Attributes:
        log: The log's file, or None for none.
        clip: The file that is analysed or played, or None where frames come from a camera.
        live: Whether it was a live session, which has just ended.
        named: Whether the user named the log.
        lifter: Whose sets they are.
        load_kg: What was lifted, or None.
        bilateral_load_kg: What the lifter lifts with both legs, or None.
        began: When, or None for what the clip says.
        complain: Told why nothing was logged.
    """

    log: Path | None
    clip: Path | None
    live: bool
    named: bool
    lifter: str
    load_kg: float | None
    bilateral_load_kg: float | None
    began: datetime | None
    complain: Callable[[str], None]

    def keep(self, analysis: Analysis, *, printed: bool = True) -> RenderableType | None:
        """Write the sets and return what to print; an error of the log is only a warning.

        Args:
            analysis: What was found.
            printed: Whether what is returned is shown; else only where the log is goes to stderr, once.
        """
        if self.log is None:
            return None
        try:
            return self._keep(analysis, self.log, printed)
        except FormcheckError as error:
            self.complain(f"not logged: {error}")
        except Exception as error:  # with any error, the analysis is not lost
            logging.getLogger(__name__).debug("the training log failed", exc_info=True)
            self.complain(f"not logged: {self.log} cannot be used ({error}); name another with --log")
        return None

    def _keep(self, analysis: Analysis, place: Path, printed: bool) -> RenderableType | None:
        from formcheck.history.history import next_steps
        from formcheck.history.recording import record
        from formcheck.history.store import Log
        from formcheck.history.table import after, begun, sample

        if not self.named and self._is_sample():
            return sample()
        kept = record(
            analysis.report,
            self._take(analysis),
            place,
            lifter=self.lifter,
            load_kg=self.load_kg,
            bilateral_load_kg=self.bilateral_load_kg,
        )
        if not kept.sets:
            return None
        with Log(place) as log:
            first = not kept.replaced and sum(log.lifters().values()) == len(kept.sets)
            if first and not printed:
                self.complain(begun(place))
            return after(kept, next_steps(log, kept.sets), place if first else None)

    def _take(self, analysis: Analysis) -> Take:
        from formcheck.history.take import Take

        if self.clip is not None and not self.live:
            return Take.of_file(self.clip, analysis.raw, began=self.began)
        length = timedelta(seconds=analysis.report.duration_s)
        return Take.live(datetime.now().astimezone() - length, analysis.raw)

    def _is_sample(self) -> bool:
        from formcheck.files.digest import sha256
        from formcheck.history.samples import is_sample

        return self.clip is not None and is_sample(sha256(self.clip))


@dataclass(frozen=True, slots=True)
class LogOptions:
    """The options that are about the log, as the user wrote them; None for what was left out."""

    log: Path | None = None
    no_log: bool = False
    lifter: str | None = None
    load: str | None = None
    bilateral_load: str | None = None
    date: str | None = None


def keeper_from_options(
    said: LogOptions, clip: Path | None, *, live: bool = False, complain: Callable[[str], None]
) -> Keeper:
    """Return what logs the sets of a clip or of a session, as the user asked.

    Raises:
        UsageError: An option does not fit.
    """
    from formcheck.files.writing import check_apart
    from formcheck.history.recording import ME
    from formcheck.history.store import VARIABLE, log_place

    given = {
        "--lifter": said.lifter,
        "--load": said.load,
        "--bilateral-load": said.bilateral_load,
        "--date": said.date,
    }
    if said.no_log and said.log is not None:
        raise UsageError("--log and --no-log contradict each other; give one of them")
    place = None if said.no_log else log_place(said.log)
    idle = [name for name, value in given.items() if value is not None]
    if place is None and idle:
        why = "--no-log" if said.no_log else f"{VARIABLE}=off"
        raise UsageError(f"{idle[0]} is only for the training log, which {why} turns off; leave one out")
    if place is not None and clip is not None:
        check_apart([place], [clip])
    if said.lifter is not None and not said.lifter.strip():
        raise UsageError("--lifter needs a name")
    return Keeper(
        place,
        clip,
        live,
        said.log is not None,
        names.shown(said.lifter.strip()) if said.lifter else ME,
        kilograms(said.load, "--load"),
        kilograms(said.bilateral_load, "--bilateral-load"),
        moment(said.date) if said.date is not None else None,
        complain=complain,
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
