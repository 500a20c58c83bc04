"""The end of a run: tables, summary and index page, made anew of all results of the folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..page.render import library_page
from ..report.write import write_text
from .index import clip_rows, groups
from .ledger import Ledger
from .summary import Summary, summarise
from .tables import Format, write_tables


@dataclass(frozen=True, slots=True)
class Finished:
    """What a run leaves.

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
        """Say where everything is."""
        names = ", ".join(path.name for path in self.tables)
        return f"In {self.index.parent}: {self.index.name}, {names}; what the columns mean: columns.md"

    def fails(self, warnings: bool) -> bool:
        """Whether a full repetition has a fault (or a warning)."""
        counts = (each for one in self.summary.groups for each in one.faults)
        return any(each.faults or (warnings and each.warnings) for each in counts)


def finish(ledger: Ledger, wanted: Format) -> Finished:
    """Write tables, summary and index page.

    Raises:
        OutputError: One cannot be written; the ledger is whole nevertheless.
    """
    folder = ledger.folder
    summary = summarise(ledger.records())
    write_text(folder / "summary.json", summary.to_json())
    shown, more = clip_rows(ledger.records())
    index = folder / "index.html"
    write_text(index, library_page(summary, groups(summary), shown, more))
    tables = write_tables(folder, ledger.records, wanted)
    return Finished(summary, tuple(tables), index)
