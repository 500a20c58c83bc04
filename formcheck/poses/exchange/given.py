"""What the user says of landmarks whose file does not say it: the size of the picture and the frame rate."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

from formcheck.errors import UsageError
from formcheck.poses.track import MOST_PX

_MOST_FPS = 10_000.0


@dataclass(frozen=True, slots=True)
class Given:
    """What the user says of a file of landmarks.

    Attributes:
        size: Width and height of the picture in pixels, or None.
        fps: Frames a second, or None.
    """

    size: tuple[int, int] | None = None
    fps: float | None = None

    @classmethod
    def of(cls, size: str | tuple[int, int] | None, fps: float | None) -> Given:
        """Return what words stand for.

        Args:
            size: Such as `1920x1080`, or width and height.
            fps: Frames a second.

        Raises:
            UsageError: They stand for nothing.
        """
        if fps is not None and not (math.isfinite(fps) and 0.0 < fps <= _MOST_FPS):
            raise UsageError(f"{fps:g} is no number of frames a second: give --fps such as 30")
        if size is None:
            return cls(None, fps)
        both = re.fullmatch(r"\s*(\d{1,6})\s*[x×*]\s*(\d{1,6})\s*", size) if isinstance(size, str) else None
        width, height = (int(both[1]), int(both[2])) if both else (0, 0)
        if not isinstance(size, str) and len(size) == 2:
            width, height = (int(length) for length in size)
        if not (1 <= width <= MOST_PX and 1 <= height <= MOST_PX):
            raise UsageError(f"{size!r} is no size of a picture: give --size such as 1920x1080")
        return cls((width, height), fps)

    def needed(self, path: Path, *, size: bool = True, fps: bool = True) -> None:
        """Ask for what a file does not say.

        Args:
            path: The file.
            size: Whether the size of the picture is needed.
            fps: Whether the frame rate is needed.

        Raises:
            UsageError: What is needed was not given.
        """
        size, fps = size and self.size is None, fps and self.fps is None
        if size and fps:
            raise UsageError(
                f"{path} says neither how large the picture was nor how many frames a second it has: add "
                "--size and --fps, such as --size 1920x1080 --fps 30"
            )
        if size:
            raise UsageError(f"{path} does not say how large the picture was: add --size, such as 1920x1080")
        if fps:
            raise UsageError(f"{path} does not say how many frames a second it has: add --fps, such as 30")
