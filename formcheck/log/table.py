"""A history as text: readable in 80 columns."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..report.wording import plain
from .history import History, Session, day_text


def render(history: History) -> RenderableType:
    """Return a history as something rich can print."""
    return Group(*_parts(history))


def _parts(history: History) -> Iterator[RenderableType]:
    for name, title in history.titles.items():
        rows = [one for one in history.sessions if one.exercise == name]
        days = sorted({one.day for one in rows})
        count = sum(one.sets for one in rows)
        yield Text(f"{title}, {history.lifter}: {amount(count, 'set')} on {amount(len(days), 'day')}", "bold")
        yield _sessions(rows)
        yield Text()


def _sessions(rows: list[Session]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name in ("Day", "Leg", "Reps", "Clean", "Load", "Score"):
        table.add_column(name, no_wrap=True)
    table.add_column("Faults and warnings, reps")
    last = None
    for row in rows:
        day = "" if row.day == last else day_text(row.day, week_day=True)
        last = row.day
        table.add_row(
            day,
            row.side,
            ", ".join(map(str, row.reps)),
            f"{sum(row.clean)} of {sum(row.reps)}",
            loads(row),
            "–" if row.score is None else f"{row.score:.0f}",
            ", ".join(f"{plain(name)} {count}" for name, count in list(row.faults.items())[:3]),
        )
    return table


def loads(row: Session) -> str:
    """Write the loads of a session, such as `40 kg` or `40–45 kg`."""
    known = [load for load in row.loads_kg if load is not None]
    if not known:
        return "–"
    low, high = min(known), max(known)
    return f"{low:g} kg" if low == high else f"{low:g}–{high:g} kg"


def amount(count: int, what: str) -> str:
    """Write a number of things, such as `1 set` or `3 sets`."""
    return f"{count} {what}{'' if count == 1 else 's'}"
