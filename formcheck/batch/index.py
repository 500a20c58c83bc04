"""What the index page shows, in words."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from ..report.compare_table import amount
from ..report.wording import plain, spans
from ..rule import Status
from .columns import exercise_of, full_reps
from .record import Record
from .summary import Group, Summary

MOST = 2000
"""Clips that the page lists; the tables hold all."""
Cells = dict[str, object]


def groups(summary: Summary) -> list[Cells]:
    """Return what is said of each person and exercise."""
    return [_group(one) for one in summary.groups]


def _group(one: Group) -> Cells:
    return {
        "person": one.person or "–",
        "exercise": plain(one.exercise),
        "clips": one.clips,
        "reps": one.reps,
        "score": one.score.value if one.score else None,
        "worst": one.worst,
        "faults": [
            f"{plain(each.fault)}: {each.faults + each.warnings} of {each.judged}" for each in one.faults
        ],
        "sides": [
            {"text": f"{side.what} {amount(side.right_less_left)}", "sure": side.sure} for side in one.sides
        ],
        "open": [f"{plain(each.fault)}, {each.reps} reps: {each.reason}" for each in one.not_judged],
    }


def clip_rows(records: Iterable[Record]) -> tuple[list[Cells], int]:
    """Return what is said of each clip, and how many more there are than are shown."""
    shown: list[Cells] = []
    more = 0
    for record in records:
        if len(shown) == MOST:
            more += 1
            continue
        shown.append(_clip(record))
    return shown, more


def _clip(record: Record) -> Cells:
    report = record.report
    found: dict[str, list[int]] = {}
    for rep in full_reps(record):
        for verdict in rep.verdicts:
            if verdict.status in (Status.FAULT, Status.WARN):
                found.setdefault(verdict.fault, []).append(rep.index)
    return {
        "name": record.name,
        "person": record.person or "–",
        "date": record.date or "–",
        "exercise": plain(exercise_of(record)),
        "score": report.score if report else None,
        "reps": len(full_reps(record)) if report else None,
        "faults": "; ".join(f"{plain(fault)}, {spans(reps)}" for fault, reps in found.items()),
        "reason": record.reason or _why_none(record),
        "page": quote(record.page, safe="/"),
    }


def _why_none(record: Record) -> str:
    """Say why a clip that was scored has no score: its report's notes."""
    report = record.report
    return " ".join(report.notes) if report and report.score is None else ""
