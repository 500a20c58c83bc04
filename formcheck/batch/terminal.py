"""A run on the terminal: how far it is, and the summary at its end."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from formcheck.batch.record import Record
from formcheck.batch.summary import Group as Person
from formcheck.batch.summary import Summary
from formcheck.report.compare_table import amount
from formcheck.wording import plain, sentence

LINE_S = 30.0  # between lines where stderr is no terminal
_FAULTS, _OPEN = 3, 8  # shown of the most frequent


class Progress:
    """Clips done, frames a second, time left, failures; see `run.Watch`.

    Args:
        total: Clips to do.
        draw: Told to draw, at every change.
    """

    def __init__(self, total: int, draw: Callable[[Progress], None]) -> None:
        self.total, self._draw = total, draw
        self.done = self.failed = self._frames = 0
        self._began = time.monotonic()

    def frames(self, count: int) -> None:
        """Take note of so many more frames."""
        self._frames += count
        self._draw(self)

    def clip(self, record: Record) -> None:
        """Take note of a clip that is done."""
        self.done += 1
        self.failed += record.status != "scored"
        self._draw(self)

    @property
    def passed_s(self) -> float:
        """Time since the begin."""
        return time.monotonic() - self._began

    def text(self) -> str:
        """Return where it is, in one line."""
        parts = [f"{self.done}/{self.total} clips"]
        if self.passed_s > 1 and self._frames:
            parts.append(f"{self._frames / self.passed_s:.0f} frames/s")
        if self.done and self.done < self.total:
            parts.append(f"{_clock(self.passed_s / self.done * (self.total - self.done))} left")
        if self.failed:
            parts.append(f"{self.failed} failed")
        return ", ".join(parts)


@contextmanager
def progress(total: int) -> Iterator[Progress]:
    """Give something to report to; it draws one bar on a terminal, else writes a line now and then."""
    console = Console(stderr=True)
    if not console.is_terminal:
        last = time.monotonic()

        def line(state: Progress) -> None:
            nonlocal last
            if time.monotonic() - last > LINE_S:
                last = time.monotonic()
                print(f"formcheck: {state.text()}", file=sys.stderr, flush=True)

        yield Progress(total, line)
        return
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    bar = Bar(
        BarColumn(bar_width=None),
        TextColumn("{task.fields[text]}", markup=False),
        console=console,
        transient=True,
        refresh_per_second=5,
    )
    task = bar.add_task("", total=total, text=f"0/{total} clips")
    with bar:
        yield Progress(total, lambda state: bar.update(task, completed=state.done, text=state.text()))


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def render(summary: Summary) -> RenderableType:
    """Return a summary as something rich can print."""
    parts: list[RenderableType] = [_counts(summary)]
    if summary.groups:
        parts += [Text(), _people(summary)]
        parts += _sides(summary)
        parts += _not_judged(summary)
    if summary.failures:
        parts += [Text(), Text("Not scored", style="bold")]
        parts += [Text(f"  {count:>4}  {why}") for why, count in summary.failures]
    return Group(*parts)


def _counts(summary: Summary) -> Text:
    rest = f", {summary.without_reps} of them without a full repetition" if summary.without_reps else ""
    return Text(f"{summary.clips} clips, {summary.scored} scored{rest}")


def _people(summary: Summary) -> Table:
    named = any(one.person for one in summary.groups)
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    if named:
        table.add_column("Person", overflow="fold")
    table.add_column("Exercise", overflow="fold")
    for head in ("Clips", "Reps", "Score", "Worst clip"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("Faults (reps of judged)", overflow="fold")
    for one in summary.groups:
        worst = "–" if one.worst is None else f"{one.worst:.0f}"
        score = "–" if one.score is None else f"{one.score.value:.0f}"
        cells = [one.exercise, str(one.clips), str(one.reps), score, worst, _faults(one)]
        table.add_row(*([one.person or "–"] if named else []), *cells)
    return table


def _faults(one: Person) -> str:
    shown = [f"{each.fault} {each.faults + each.warnings}/{each.judged}" for each in one.faults[:_FAULTS]]
    return "\n".join(shown) or "–"


def _sides(summary: Summary) -> list[RenderableType]:
    lines = [
        f"  {one.person}, {one.exercise}: {side.what} {amount(side.right_less_left)}"
        f"{'' if side.sure else ' (not sure)'}"
        for one in summary.groups
        for side in one.sides
    ]
    return [Text(), Text("Right less left", style="bold"), *map(Text, lines)] if lines else []


def _not_judged(summary: Summary) -> list[RenderableType]:
    counts: dict[tuple[str, str], int] = {}
    for one in summary.groups:
        for each in one.not_judged:
            key = (each.fault, each.reason)
            counts[key] = counts.get(key, 0) + each.reps
    most = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    lines = [
        Text(f"  {reps:>4} reps  {plain(fault)}: {sentence(why)}") for (fault, why), reps in most[:_OPEN]
    ]
    if len(most) > _OPEN:
        lines.append(Text(f"  and {len(most) - _OPEN} more in the tables"))
    return [Text(), Text("Not judged", style="bold"), *lines] if lines else []
