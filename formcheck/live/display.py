"""The window, by OpenCV. Must be used from the main thread.

This module must be imported before PyAV is: PyAV's wheel brings its own libxcb, and a Qt window that finds
that one hangs for ever (opencv/opencv#29195). Hence it imports nothing of formcheck.

In a terminal one line stands for it, with what happened above.
"""

from __future__ import annotations

import os
import sys
from types import TracebackType

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.live import Live
from rich.text import Text

from formcheck.files import names

TITLE = "formcheck"


def display_there() -> bool:
    """Whether a window can be opened; trying it without a display would end the process."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


class Window:
    """A window that shows pictures and gives the keys pressed in it.

    Args:
        full: Whether it begins on the full screen.
    """

    def __init__(self, *, full: bool = False) -> None:
        if "QT_LOGGING_RULES" not in os.environ:
            os.environ["QT_LOGGING_RULES"] = "*=false"  # Qt would complain about fonts
        self._full = full
        self._shown = False
        flags = cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | getattr(cv2, "WINDOW_GUI_NORMAL", 0)
        cv2.namedWindow(TITLE, flags)
        self._apply()

    def show(self, image: NDArray[np.uint8]) -> str:
        """Show an RGB picture and return the key pressed, or an empty text."""
        if not self._shown:
            cv2.resizeWindow(TITLE, image.shape[1], image.shape[0])
            self._shown = True
        cv2.imshow(TITLE, cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
        return self.key()

    def key(self) -> str:
        """Process window events and return the key pressed, or an empty text."""
        code = cv2.waitKey(1)
        return "" if code < 0 else "escape" if code & 0xFF == 27 else chr(code & 0xFF).lower()

    @property
    def closed(self) -> bool:
        """Whether the user closed it."""
        try:
            return self._shown and cv2.getWindowProperty(TITLE, cv2.WND_PROP_VISIBLE) < 1
        except cv2.error:
            return True

    def toggle_full(self) -> None:
        """Switch full screen on or off."""
        self._full = not self._full
        self._apply()

    def close(self) -> None:
        """Close it. May be called twice."""
        cv2.destroyAllWindows()
        cv2.waitKey(1)

    def __enter__(self) -> Window:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _apply(self) -> None:
        mode = cv2.WINDOW_FULLSCREEN if self._full else cv2.WINDOW_NORMAL
        cv2.setWindowProperty(TITLE, cv2.WND_PROP_FULLSCREEN, mode)


# The terminal during a session: a status line, and events above it.


class Line:
    """Writes events to stderr as lines and, on a terminal, a status line that is overwritten."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._live: Live | None = None
        if self._console.is_terminal:
            self._live = Live(Text(""), console=self._console, refresh_per_second=8, transient=True)

    def tell(self, text: str, style: str = "") -> None:
        """Write an event."""
        try:
            self._console.print(Text(names.cleaned(text), style=style))
        except (OSError, ValueError):
            return  # stderr is closed

    def show(self, text: str, cue: str = "") -> None:
        """Write the status line."""
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
