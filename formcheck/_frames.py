"""Repairs on the way from a video file's frames to upright images at increasing times."""

from __future__ import annotations

from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

Image = NDArray[np.uint8]

_BUMP_S = 0.001
_RESTART_S = 0.5


class Pace:
    """Passes over frames that come too fast, by their times.

    Args:
        least_step_s: A frame that follows the last one taken by less is passed over.
    """

    def __init__(self, least_step_s: float) -> None:
        self._least_step_s, self._taken_s = least_step_s, float("-inf")

    def takes(self, time_s: float) -> bool:
        """Say whether the next frame is taken."""
        if time_s - self._taken_s < self._least_step_s:
            return False
        self._taken_s = time_s
        return True


class Clock:
    """Presentation times that strictly increase, from those a file gives.

    A missing time is the one before plus one frame at the average rate. A time not later than the one
    before is that one plus a millisecond, so that the times after it stay exact. A jump back by more than
    half a second is a restart: it and all that follows are shifted to go on one frame later.

    Args:
        fps: The average rate.
    """

    def __init__(self, fps: float) -> None:
        self._frame_s = 1.0 / fps
        self._shift_s = 0.0
        self._last_s: float | None = None

    def tick(self, time_s: float | None) -> float:
        """Give the time of the next frame.

        Args:
            time_s: What the file says, or None.
        """
        if self._last_s is None:
            self._last_s = 0.0 if time_s is None else time_s
            return self._last_s
        if time_s is None:
            now_s = self._last_s + self._frame_s
        else:
            now_s = time_s + self._shift_s
            if now_s < self._last_s - _RESTART_S:
                self._shift_s = self._last_s + self._frame_s - time_s
                now_s = self._last_s + self._frame_s
            elif now_s <= self._last_s:
                now_s = self._last_s + _BUMP_S
        self._last_s = now_s
        return now_s


def turn(image: Image, matrix: NDArray[np.int32] | None) -> Image:
    """Apply a display matrix by quarter turns and flips.

    Args:
        image: (H, W, 3).
        matrix: (9,) as FFmpeg gives it: (a, b, u, c, d, v, x, y, w) puts (p, q) at (a p + c q, b p + d q).
            Only its signs are used; None leaves the image as it is.
    """
    if matrix is None:
        return image
    a, b, c, d = (int(matrix[i]) for i in (0, 1, 3, 4))
    if abs(b) + abs(c) > abs(a) + abs(d):
        image, flip_x, flip_y = image.transpose(1, 0, 2), c < 0, b < 0
    else:
        flip_x, flip_y = a < 0, d < 0
    return np.ascontiguousarray(image[:: -1 if flip_y else 1, :: -1 if flip_x else 1])


def display_matrix(frame: VideoFrame) -> NDArray[np.int32] | None:
    """Give the (9,) display matrix a frame carries, or None."""
    side_data: Any = frame.side_data
    for item in side_data:  # PyAV up to 18 iterates over the values, from 19 over the keys
        data = item if hasattr(item, "type") else side_data[item]
        if data.type.name == "DISPLAYMATRIX":
            return np.frombuffer(bytes(data), dtype=np.int32)
    return None


def presentation_time_s(frame: VideoFrame) -> float | None:
    """Give the presentation time the file names, or None."""
    if frame.pts is None or frame.time_base is None:
        return None
    return float(frame.pts * frame.time_base)
