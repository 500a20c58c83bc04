"""A report in a notebook: a line of text, a small HTML table, and a data frame."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any, Literal

from formcheck.errors import UsageError
from formcheck.exercises.rule import Status
from formcheck.report.model import Report, RepReport
from formcheck.report.sheet import Cell
from formcheck.wording import seen_from

Library = Literal["pandas", "polars"]
Rows = Literal["reps", "verdicts"]

_LIBRARIES: tuple[Library, ...] = ("pandas", "polars")
_COLOURS = {Status.FAULT: "#b3261e", Status.WARN: "#8a5a00", Status.TOO_CLOSE: "#00639b"}
_VERDICTS = ("source", "rep", "set", "exercise", "side", "partial", "rep_score", "fault", "rule", "status")
_VALUES = ("value", "uncertainty", "unit", "warn", "fault_limit", "time_s", "view", "reason", "cue")


def line(report: Report) -> str:
    """Return a report in a line."""
    count = sum(not rep.partial for rep in report.reps)
    faults = sum(one.status is Status.FAULT for rep in report.reps for one in rep.verdicts)
    said = f"{count} {report.noun}{'' if count == 1 else 's'}, {faults} fault{'' if faults == 1 else 's'}"
    score = "no score" if report.score is None else f"score {report.score:.0f}/100"
    return (
        f"<Report {report.source or 'of a track'}: {report.exercise}, {report.working_side}, {said}, {score}>"
    )


def fragment(report: Report) -> str:
    """Return a report as HTML for a notebook: no script, no style sheet, nothing fetched."""
    title = report.about.title if report.about else report.exercise
    score = "no score" if report.score is None else f"{report.score:.0f}/100"
    seen = seen_from(report.view, upright=report.upright)
    facts = f"{seen}, {report.working_side}, {report.duration_s:.1f} s, {score}"
    parts = [f"<p><b>{_text(report.source)}</b>: {_text(title)}<br>{_text(facts)}</p>"]
    if report.reps:
        head = "".join(
            f"<th>{name}</th>"
            for name in ("hold" if report.only_holds else "rep", "side", "score", "from", "what to know")
        )
        rows = "".join(_row(rep) for rep in report.reps)
        parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")
    if report.fix is not None:
        parts.append(f"<p>One thing to fix: <b>{_text(report.fix.text)}</b></p>")
    parts += [f"<p>{_text(note)}</p>" for note in report.notes]
    return "\n".join(parts)


def _row(rep: RepReport) -> str:
    flagged = [one for one in rep.verdicts if one.status in _COLOURS]
    said = "<br>".join(
        f'<span style="color:{_COLOURS[one.status]}">{_text(one.words())}</span>' for one in flagged
    )
    score = "–" if rep.score is None else f"{rep.score:.0f}"
    known = said or (
        "counted, not scored" if rep.partial else "good" if rep.score is not None else "not judged"
    )
    cells = (str(rep.index), _text(rep.side), score, f"{rep.start_s:.1f} s", known)
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _text(text: str) -> str:
    return html.escape(text)


def data_frame(report: Report, rows: Rows, library: Library | None) -> Any:
    """Return a report as a pandas or polars data frame.

    Args:
        report: The report.
        rows: `reps` for the columns of `reps_csv`, or `verdicts` for a row a verdict.
        library: Which of the two; None takes the one that is installed, pandas if both are.

    Raises:
        UsageError: It is not installed, or a name is unknown.
    """
    if rows not in ("reps", "verdicts"):
        raise UsageError(f"a report has no rows {rows!r}: say reps or verdicts")
    frame = _library(library).DataFrame
    if rows == "reps":
        from formcheck.report.spreadsheet import reps_table

        head, cells = reps_table(report)
    else:
        head, cells = [*_VERDICTS, *_VALUES], list(_verdicts(report))
    return frame({name: _column([row[at] for row in cells]) for at, name in enumerate(head)})


def _library(wanted: Library | None) -> Any:
    if wanted is not None and wanted not in _LIBRARIES:
        raise UsageError(f"there is no library {wanted!r} for data frames: say pandas or polars")
    for name in [wanted] if wanted else _LIBRARIES:
        try:
            return import_module(name)
        except ImportError:
            continue
    raise UsageError(
        f"a data frame needs {wanted or 'pandas or polars'}: pip install {wanted or 'pandas'}, or write --csv"
    )


def _verdicts(report: Report) -> Iterator[list[Cell]]:
    of = {one.index: one.exercise for one in report.sets}
    for rep in report.reps:
        about: list[Cell] = [report.source, rep.index, rep.set, of.get(rep.set) or report.exercise, rep.side]
        about += [rep.partial, rep.score]
        for one in rep.verdicts:
            row: list[Cell] = [*about, one.fault, one.rule, one.status.value]
            row += [one.value, one.uncertainty, one.unit, one.warn, one.fault_limit, one.time_s]
            yield [*row, one.view, one.reason, one.cue]


def _column(cells: Sequence[Cell]) -> list[Cell]:
    """Return a column of one type: whole numbers among others as floats."""
    if any(isinstance(cell, float) for cell in cells):
        return [float(cell) if isinstance(cell, int) else cell for cell in cells]
    return list(cells)
