"""The end of a run: writes tables, summary and index page from all results of the folder.

It also makes the texts of the index page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from formcheck.batch.ledger import Ledger
from formcheck.batch.record import Record
from formcheck.batch.summary import Group, Summary, summarise
from formcheck.batch.tables import Format, exercise_of, full_reps, write_tables
from formcheck.exercises.rule import Status
from formcheck.files.writing import write_text
from formcheck.report.compare_table import amount
from formcheck.report.page.render import library_page
from formcheck.wording import plain, spans


@dataclass(frozen=True, slots=True)
class Finished:
    """What a run wrote.

    Attributes:
        summary: Of all results of the folder.
        tables: The tables.
        index: The index page.
    """

    summary: Summary
    tables: tuple[Path, ...]
    index: Path

    @property
    def places(self) -> str:
        """Return where all files are."""
        names = ", ".join(path.name for path in self.tables)
        return f"In {self.index.parent}: {self.index.name}, {names}; what the columns mean: columns.md"

    def fails(self, warnings: bool) -> bool:
        """Whether a full repetition has a fault (or a warning)."""
        counts = (each for one in self.summary.groups for each in one.faults)
        return any(each.faults or (warnings and each.warnings) for each in counts)


def finish(ledger: Ledger, wanted: Format) -> Finished:
    """Write tables, summary and index page.

    Raises:
        OutputError: One cannot be written; the ledger stays whole.
    """
    folder = ledger.folder
    summary = summarise(ledger.records())
    write_text(folder / "summary.json", summary.to_json())
    shown, more = clip_rows(ledger.records())
    index = folder / "index.html"
    write_text(index, library_page(summary, groups(summary), shown, more))
    tables = write_tables(folder, ledger.records, wanted)
    return Finished(summary, tuple(tables), index)


# The texts of the index page.

MOST = 2000
"""Clips that the page lists; the tables hold all."""
Cells = dict[str, object]


def groups(summary: Summary) -> list[Cells]:
    """Return the text on each person and exercise."""
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
    """Return the text on each clip shown, and the number of clips not shown."""
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
    """Return why a clip has no score: the notes of its report."""
    report = record.report
    return " ".join(report.notes) if report and report.score is None else ""
