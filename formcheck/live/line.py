"""The terminal during a session: one line that lives, and above it what happened."""

from __future__ import annotations

import sys
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.text import Text

from .. import names


class Line:
    """Writes to stderr: events as lines of their own and, on a terminal, a line that is written anew."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._live: Live | None = None
        if self._console.is_terminal:
            self._live = Live(Text(""), console=self._console, refresh_per_second=8, transient=True)

    def tell(self, text: str, style: str = "") -> None:
        """Write what happened."""
        try:
            self._console.print(Text(names.cleaned(text), style=style))
        except (OSError, ValueError):
            return  # nobody reads it any more

    def show(self, text: str, cue: str = "") -> None:
        """Write how things stand."""
        if self._live is not None:
            line = Text(names.shown(text), no_wrap=True, overflow="ellipsis")
            if cue:
                line.append(f"   {cue}", style="bold yellow")
            self._live.update(line)

    def __enter__(self) -> Line:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
        if sys.stderr is not None:
            try:
                sys.stderr.flush()
            except (OSError, ValueError):
                return
