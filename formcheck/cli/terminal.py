"""What the command line needs of the terminal: output that survives a closed pipe, a bar, Ctrl-C.

Also what commands look at before anything slow begins.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from formcheck.errors import OutputError, UsageError
from formcheck.files import kinds, names

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.progress import TaskID
    from rich.segment import Segment

    from formcheck.exercises.profiles import Profile

_MOST_WORDS = 12  # of a file's name
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")  # a path has one slash where an address had two

PIPE_CLOSED = 141
"""Exit code where the reader of our output went away: 128 + SIGPIPE, as the shell has it."""


class Advance(Protocol):
    """Takes how much is done, and whatever else the caller of progress functions gives."""

    def __call__(self, done: int, *rest: object) -> None:
        """Report."""


def say(text: str) -> None:
    """Write plain text to stdout; ends the process quietly where nobody reads it any more.

    Raises:
        OutputError: It cannot be written, for instance because the disk is full.
    """
    _put(names.cleaned(text))


def _put(text: str) -> None:
    if sys.stdout is None:  # closed from the start: nobody wants it
        return
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        close_pipe()
        sys.exit(PIPE_CLOSED)
    except OSError as error:
        close_pipe()
        raise OutputError(f"cannot write the output: {error.strerror or error}") from error


def say_rich(what: RenderableType) -> None:
    """Write something rich to stdout: with colour on a terminal, as plain text 80 columns wide elsewhere.

    Text is taken as it is: what looks like rich's markup may be the name of a file.
    """
    from io import StringIO

    from rich.console import Console

    terminal = Console(file=sys.stdout)
    width = terminal.width if terminal.is_terminal else 80
    buffer = Console(
        file=StringIO(),
        force_terminal=terminal.is_terminal,
        no_color=terminal.no_color,
        width=max(60, min(width, 110)),
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    with buffer.capture() as captured:
        buffer.print(_Cleaned(what))
    _put("\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n")


@dataclass(frozen=True, slots=True)
class _Cleaned:
    """Something rich whose text can do the terminal no harm, wherever it came from."""

    what: RenderableType

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        for segment in console.render(self.what, options):
            yield segment._replace(text=names.cleaned(segment.text))


def complain(message: str) -> None:
    """Write one sentence to stderr."""
    text = names.shown(" ".join(message.split()))
    if text.split(" ", 1)[0].isalpha() and not _begins_with_a_file(text):
        text = text[:1].upper() + text[1:]
    text = text if text.endswith((".", "!", "?")) else f"{text}."
    try:
        print(f"formcheck: {text}", file=sys.stderr, flush=True)
    except (OSError, ValueError, AttributeError):
        return  # nobody can be told


def _begins_with_a_file(text: str) -> bool:
    """Whether a sentence begins with the name of a file, which stays as it is; spaces may be in it."""
    words = text.split(" ")[:_MOST_WORDS]
    return any(os.path.lexists(" ".join(words[:count])) for count in range(1, len(words) + 1))


def note(text: str) -> None:
    """Write a line on how things go to stderr, if that is a terminal."""
    if sys.stderr is not None and sys.stderr.isatty():
        print(text, file=sys.stderr, flush=True)


def close_pipe() -> None:
    """Point stdout at nothing, so that the interpreter's last flush does not fail as well."""
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())
        os.close(nothing)
    except (OSError, ValueError):
        return


@contextmanager
def bar(what: str, total: int | None = None, unit: str = "frames") -> Iterator[Advance]:
    """Give a function to report progress to; it draws a bar if stderr is a terminal.

    The bar appears with the first report. The total may also come as the second number of a report.
    """
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda done, *rest: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    progress = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(compact=True),
        console=console,
        transient=True,
        refresh_per_second=5,
    )
    task: TaskID | None = None
    began = 0.0

    def advance(done: int, *rest: object) -> None:
        nonlocal task, began
        if task is None:
            began = time.monotonic()
            task = progress.add_task(names.shown(what), total=total, rate="")
            progress.start()
        passed = time.monotonic() - began
        rate = f"{done / passed:.{0 if unit == 'frames' else 1}f} {unit}/s" if passed > 0.5 else ""
        known = rest[0] if rest and isinstance(rest[0], int) else total
        progress.update(task, completed=done, total=known, rate=rate)

    try:
        yield advance
    finally:
        progress.stop()


@contextmanager
def ctrl_c() -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C only raise a flag that can be asked for; the second one interrupts."""
    pressed = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield pressed.is_set
        return

    def note(number: int, frame: object) -> None:
        pressed.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)


# What the commands look at before anything slow begins.


def check_clip(clip: Path) -> None:
    """Make sure that there is an ordinary file of this name, or a folder with a JSON file a frame.

    Raises:
        UsageError: There is none, or it is a folder, pipe or device.
    """
    if _ADDRESS.match(str(clip)) and not os.path.lexists(clip):
        address = names.without_login(str(clip).replace(":/", "://", 1))
        raise UsageError(
            f"{address} is an address, and a recorded file is needed: record it with "
            "`formcheck live --source ADDRESS --record FILE`"
        )
    if not kinds.has_frames(clip):
        check_file(clip, "name a video, or a recorded track (.npz)")


def check_file(path: Path, instead: str) -> None:
    """Make sure that there is an ordinary file of this name: a pipe or device may never end.

    Args:
        path: The file.
        instead: What to do where it is something else.

    Raises:
        UsageError: There is none, or it is something else.
    """
    if not os.path.lexists(path):
        raise UsageError(f"there is no file {path}; check the name")
    if trouble := kinds.trouble(path):
        raise UsageError(f"{path} {trouble}; {instead}")


def check_names(
    exercise: str | None, profile: str, rules: Path | None, *, limits: Path | None = None
) -> Profile:
    """Find wrong names; return the limits to judge by.

    Raises:
        UsageError: A name, or something in one of the files, does not fit.
    """
    from formcheck.exercises import catalog
    from formcheck.exercises.profiles import Profile, with_limits

    if rules:
        catalog.load_folder(rules)
    catalog.chosen(exercise)
    chosen = Profile.named(profile)
    return with_limits(chosen, limits) if limits else chosen


def is_dash(path: Path | None) -> bool:
    """Say whether a path stands for stdout."""
    return path is not None and str(path) == "-"
