"""Reads a report back: it may be damaged, changed by hand, or from another source."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from pydantic import ValidationError

from formcheck.errors import ReportError, UsageError
from formcheck.files.reading import check_numbers, read_bytes, strictly_rising, wrong
from formcheck.poses.pose import View
from formcheck.report.model import SCHEMA, Report, RepReport, Series, SetSummary

_VIEWS = {view.value for view in View}


def load_report(path: Path) -> Report:
    """Read a saved report.

    Raises:
        UsageError: It cannot be read, or is something else.
        ReportError: It is one, and damaged.
    """
    data = read_bytes(path, "the report")
    what = f"the report {path}"
    try:
        report = Report.from_json(data)
    except ValidationError as error:
        if SCHEMA.encode() not in data:
            raise UsageError(f"{path} is not a report of formcheck; make one with --json") from error
        raise ReportError(f"{what} is damaged: {wrong(error)}; make it again with --json") from error
    check_numbers(report, what, ReportError)
    if found := misfit(report):
        raise ReportError(f"{what} is damaged: {found}; make it again with --json")
    return report


def misfit(report: Report) -> str:
    """Return which field of a report contradicts others; empty if none does."""
    return next(_misfits(report), "")


def _misfits(report: Report) -> Iterator[str]:
    indices = [rep.index for rep in report.reps]
    if indices and not (indices[0] >= 1 and strictly_rising(indices)):
        yield "reps.index does not count up from 1"
    if report.view not in _VIEWS:
        yield f"view is {report.view[:40]!r}, which is no camera position"
    yield from _shares(report.score, report.coverage)
    for at, rep in enumerate(report.reps):
        yield from (f"reps.{at}.{says}" for says in _rep(rep, len(report.sets)))
    for at, part in enumerate(report.sets):
        yield from (f"sets.{at}.{says}" for says in _set(part, set(indices)))
    if report.series is not None:
        yield from (f"series.{says}" for says in _series(report.series, len(report.sets)))


def _rep(rep: RepReport, sets: int) -> Iterator[str]:
    if not 1 <= rep.set <= sets:
        yield f"set is {rep.set}, of {sets} sets"
    for earlier, later in pairwise(("start_s", "lockout_s", "lower_s", "end_s")):
        if getattr(rep, earlier) > getattr(rep, later):
            yield f"{later} is before {earlier}"
    yield from _shares(rep.score, rep.coverage)


def _set(part: SetSummary, indices: set[int]) -> Iterator[str]:
    if not indices.issuperset(part.reps):
        yield "reps names a repetition that is not there"
    if part.view not in _VIEWS:
        yield f"view is {part.view[:40]!r}, which is no camera position"
    if len({len(values) for values in part.own.values()}) > 1:
        yield "own holds lists of unequal length"
    yield from _shares(part.score, part.coverage)


def _shares(score: float | None, coverage: float) -> Iterator[str]:
    if score is not None and not 0.0 <= score <= 100.0:
        yield f"score is {score:g}, which is not 0 to 100"
    if not 0.0 <= coverage <= 1.0:
        yield f"coverage is {coverage:g}, which is not 0 to 1"


def _series(series: Series, sets: int) -> Iterator[str]:
    if not strictly_rising(series.time_s):
        yield "time_s does not increase strictly"
    for at, measure in enumerate(series.measures):
        if len(measure.values) != len(series.time_s):
            yield f"measures.{at}.values holds {len(measure.values)} values for {len(series.time_s)} times"
        if len(measure.start) != sets:
            yield f"measures.{at}.start holds {len(measure.start)} values for {sets} sets"
