"""A comparison as text: readable in 80 columns for two sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from formcheck.report.compare import Change, Comparison, Row
from formcheck.report.model import Quantity
from formcheck.wording import quantity, sentence, share

_STYLES = {"better": "green", "worse": "bold red", "different": "yellow"}


def render(comparison: Comparison) -> RenderableType:
    """Return a comparison as something rich can print."""
    return Group(*_parts(comparison))


def _parts(comparison: Comparison) -> Iterator[RenderableType]:
    yield Text(comparison.title, "bold")
    for letter, one in zip(_letters(comparison), comparison.reports, strict=True):
        score = "no score" if one.score is None else f"score {one.score:.0f}"
        yield Text.assemble(
            (f"{letter}  {one.source}", "bold"),
            f": {one.reps} reps, {one.working_side}, {score}, {share(one.coverage)} judged",
        )
    for side in dict.fromkeys(row.side for row in comparison.rows):
        for table in _values(comparison, side):
            yield Text()
            yield table
    if comparison.faults:
        yield Text()
        yield _faults(comparison)
    if comparison.asymmetry:
        yield Text()
        yield _asymmetry(comparison)
    yield Text()
    yield Text("± is the standard uncertainty; a change counts where it is more than twice its own.", "dim")
    for note in comparison.notes:
        yield Text(f"Note: {sentence(note)}")
    yield from _summary(comparison)


def _summary(comparison: Comparison) -> Iterator[RenderableType]:
    changed = [
        f"{row.label.lower()}{_side(comparison, row)} {_change(change)} {change.verdict}"
        + (f" in {letter}" if len(comparison.reports) > 2 else "")
        for row in comparison.rows
        for letter, change in zip(_letters(comparison)[1:], row.changes, strict=True)
        if change.sure
    ]
    if changed:
        yield Text(f"Really changed: {'; '.join(changed)}.", "bold")
    else:
        yield Text("Nothing changed by more than the measurement can tell.", "bold")


def _side(comparison: Comparison, row: Row) -> str:
    return f" ({row.side})" if len({each.side for each in comparison.rows}) > 1 else ""


def _values(comparison: Comparison, side: str) -> list[Table]:
    """Return the means and the changes: in one table for two sets, in two for more, to stay narrow."""
    letters = _letters(comparison)
    head = "Mean" if side == "all" else f"Mean, {side} leg"
    later = [f"{sign} less A" for sign in letters[1:]]
    rows = [row for row in comparison.rows if row.side == side]
    means: list[list[str | Text]] = [[row.label, *map(amount, row.values)] for row in rows]
    changes: list[list[str | Text]] = [
        [Text(_change(change), _STYLES.get(change.verdict, "dim")) for change in row.changes] for row in rows
    ]
    if len(letters) == 2:
        return [_table(head, [*letters, *later], [a + b for a, b in zip(means, changes, strict=True)])]
    apart: list[list[str | Text]] = [[row.label, *cells] for row, cells in zip(rows, changes, strict=True)]
    return [_table(head, letters, means), _table("Change", later, apart)]


def _faults(comparison: Comparison) -> Table:
    rows: list[list[str | Text]] = []
    for fault in comparison.faults:
        counts = zip(fault.flagged, fault.judged, strict=True)
        texts = [f"{flagged} of {judged}" if judged else "not judged" for flagged, judged in counts]
        rows.append([fault.fault, *texts])
    return _table("Fault or warning, reps", _letters(comparison), rows)


def _asymmetry(comparison: Comparison) -> Table:
    rows: list[list[str | Text]] = []
    for row in comparison.asymmetry:
        both = zip(row.differences, row.sure, strict=True)
        rows.append([row.label, *(Text(amount(apart), "yellow" if real else "dim") for apart, real in both)])
    return _table("Right less left", _letters(comparison), rows)


def _table(head: str, columns: Sequence[str], rows: Iterable[Iterable[str | Text]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column(head, min_width=20)
    for name in columns:
        table.add_column(name, no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table


def _letters(comparison: Comparison) -> list[str]:
    return [letter(i) for i in range(len(comparison.reports))]


def letter(index: int) -> str:
    """Name a report: A to Z, then A2 and so on."""
    turn, place = divmod(index, 26)
    return chr(ord("A") + place) + (str(turn + 1) if turn else "")


def amount(value: Quantity | None) -> str:
    """Write a mean, or a dash."""
    if value is None:
        return "–"
    if value.unit == "points":
        return f"{value.value:.0f}" + (f" ± {value.uncertainty:.0f}" if value.uncertainty else "")
    return quantity(value.value, value.unit, value.uncertainty)


def _change(change: Change) -> str:
    if change.difference is None:
        return "–"
    plus = "+" if change.difference.value > 0 else ""
    return plus + amount(change.difference)
