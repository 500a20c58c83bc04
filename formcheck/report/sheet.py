"""CSV, RFC 4180, for every table: no cell is run as a formula by a spreadsheet, and numbers stay numbers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from formcheck.files import names

Cell = str | float | int | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")


def lines(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Give a line of CSV a row, one in memory at a time; a cell without a value is empty."""
    room = io.StringIO()
    writer = csv.writer(room, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_written(cell) for cell in row])
        yield room.getvalue()
        room.seek(0)
        room.truncate()


def table(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Return a table as CSV."""
    return "".join((*lines([head]), *lines(rows)))


def _written(cell: Cell) -> str | float | int:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return int(cell)
    return names.cleaned(_inert(cell)) if isinstance(cell, str) else cell


def _inert(text: str) -> str:
    """Put a quote before what a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text
