"""A history as text: readable in 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from formcheck.history.advice import Advice
from formcheck.history.asymmetry import Asymmetry
from formcheck.history.history import History, Session
from formcheck.history.store import VARIABLE, Kept
from formcheck.history.trends import LEAST_DAYS, Trend
from formcheck.wording import capital, day_text, plain, quantity, sentence

_TOLD = 3
"""So many advices are told after an analysis; the history has all."""


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
        yield from _changes([one for one in history.trends if one.exercise == name])
        yield from _sides([one for one in history.asymmetries if one.exercise == name])
        yield from _advice([one for one in history.advice if one.exercise == name])
    for note in history.notes:
        yield Text(f"Note: {sentence(note)}", "dim")


def begun(place: Path) -> str:
    """Return the text after the very first set: where the log is and how to switch it off."""
    return (
        f"your training log begins here: {place}. It stays on this computer; --no-log leaves a set out, "
        f"{VARIABLE}=off all of them"
    )


def sample() -> RenderableType:
    """Return the text for a sample clip, instead of `after`."""
    return Group(
        Text(),
        Text(
            "Not logged: this is one of formcheck's own sample clips, nobody's training; --log FILE logs it "
            "all the same.",
            "dim",
        ),
    )


def after(kept: Kept, advice: Sequence[Advice], begun_at: Path | None = None) -> RenderableType:
    """Return the text after sets were written: how many, and the advice.

    Args:
        kept: What was written.
        advice: What follows.
        begun_at: The log's file, where these are the first sets in it.
    """
    again = ", in place of the earlier analysis of this recording" if kept.replaced else ""
    start = "" if begun_at is None else f"{sentence(capital(begun(begun_at)))} "
    parts: list[RenderableType] = [
        Text(),
        Text(
            f"{start}Logged {amount(len(kept.sets), 'set')} of {day_text(kept.sets[0].day)}{again}: "
            "`formcheck history` shows them.",
            "dim",
        ),
    ]
    parts += [advice_text(each) for each in advice[:_TOLD]]
    more = len(advice) - _TOLD
    return Group(*parts, *([Text(f"{more} more in `formcheck history`.", "dim")] if more > 0 else []))


def _changes(found: Sequence[Trend]) -> Iterator[RenderableType]:
    """Write real changes, then in one line what did not change or is not known yet."""
    real = [each for each in found if each.sure]
    if real:
        yield Text("What really changed", "bold")
    for each in real:
        style = {"better": "green", "worse": "bold red"}.get(each.verdict, "")
        yield Padding(Text.assemble(f"{each.label}, {each.side} leg: ", (course(each), style)), (0, 0, 0, 2))
    open_ = [each for each in found if each.verdict == "too few days"]
    if found and len(open_) == len(found):
        yield Text(f"Trends: too few days to tell; {LEAST_DAYS} are needed.", "dim")
    elif not real:
        yield Text("Nothing changed by more than measurement and day-to-day variation explain.")
    yield Text()


def _sides(found: Sequence[Asymmetry]) -> Iterator[RenderableType]:
    if not found:
        return
    real = [each for each in found if each.verdict in ("train", "watch", "small")]
    if all(each.verdict == "too few days" for each in found):
        yield Text("Left and right: too few days with both legs to tell.", "dim")
    elif not real:
        yield Text("Left and right differ by no more than measurement and day-to-day variation explain.")
    else:
        yield Text("Left and right", "bold")
    for each in real:
        yield Padding(Text(apart(each)), (0, 0, 0, 2))
    yield Text()


def _advice(found: Sequence[Advice]) -> Iterator[RenderableType]:
    if not found:
        return
    yield Text("What to do next", "bold")
    for each in found:
        yield Padding(advice_text(each), (0, 0, 0, 2))
    yield Text()


def advice_text(each: Advice) -> RenderableType:
    """Return an advice with its reason and its source."""
    leg = f" ({each.side} leg)" if each.side else ""
    style = {"change": "bold yellow", "go on": "bold green"}.get(each.level, "bold")
    said = f" {each.says} Source: {each.source}." if each.says else f" (A rule of {each.source}'s own.)"
    return Text.assemble((f"{each.text}{leg}. ", style), sentence(each.reason), (said, "dim"))


def course(each: Trend) -> str:
    """Write a trend, such as `+2.1 a week (1.2 to 3.0), 71 to 88 since 2 Nov 2026, better`."""
    first, last = each.days[0], each.days[-1]
    week = figure(each.per_week or 0.0, each.unit)
    ends = f"{figure(first.value, each.unit)} to {figure(last.value, each.unit)}"
    plus = "+" if (each.per_week or 0.0) > 0 else ""
    return f"{plus}{week} a week, {ends} since {day_text(first.day)}, {each.verdict}"


def apart(each: Asymmetry) -> str:
    """Write a real difference between the legs."""
    values = f"left {figure(each.left, each.unit)}, right {figure(each.right, each.unit)}"
    word = {"train": "large", "watch": "worth watching"}.get(each.verdict, "small")
    return f"{each.label}: {values}, {each.less_pct:.0f} % less on the {each.smaller} ({word})"


def figure(value: float, unit: str) -> str:
    """Write a value with its unit; loads and repetitions with a decimal where they have one."""
    if unit in ("kg", "reps"):
        return f"{round(value, 1):g}{' kg' if unit == 'kg' else ''}"
    return quantity(value, "" if unit == "points" else unit)


def _sessions(rows: list[Session]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    held = all(row.held_s for row in rows)
    for name in ("Day", "Leg", "Held" if held else "Reps", "Clean", "Load", "Score"):
        table.add_column(name, no_wrap=True)
    table.add_column("Found, holds" if held else "Found, reps")
    last = None
    for row in rows:
        day = "" if row.day == last else day_text(row.day)
        last = row.day
        table.add_row(
            day,
            row.side,
            reps(row),
            f"{sum(row.clean)} of {sum(row.reps)}",
            loads(row),
            "–" if row.score is None else f"{row.score:.0f}",
            ", ".join(f"{plain(name)} {count}" for name, count in list(row.faults.items())[:3]),
        )
    return table


def reps(row: Session) -> str:
    """Write the repetitions of a session, such as `3 × 8` or `8, 8, 7`; of holds the seconds, `31, 24 s`."""
    if row.held_s:
        return ", ".join(f"{held_s:.0f}" for held_s in row.held_s) + " s"
    same = len(row.reps) > 1 and len(set(row.reps)) == 1
    return f"{len(row.reps)} × {row.reps[0]}" if same else ", ".join(map(str, row.reps))


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
