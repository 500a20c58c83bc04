"""Turns the frames of a video file into upright images at increasing times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from formcheck.errors import UsageError

Image = NDArray[np.uint8]

Turns = Literal[0, 90, 180, 270]
MOST_SLOW = 100
_TURNS: tuple[Turns, ...] = (0, 90, 180, 270)
_BUMP_S = 0.001
_RESTART_S = 0.5
_SQUARE_PX = 1.0  # by which a shape may be off through rounding
_BLACK = 40  # of 255: a bar after compression


@dataclass(frozen=True, slots=True)
class Filming:
    """How a clip was filmed, if the file does not tell.

    Attributes:
        rotate_deg: Clockwise rotation that makes its images upright: 0, 90, 180 or 270.
        mirrored: Whether left and right are then exchanged, because the images are mirrored.
        slow_motion: How many times slower it plays than the person moved; None to use what the file tells.
    """

    rotate_deg: Turns = 0
    mirrored: bool = False
    slow_motion: float | None = None

    @classmethod
    def checked(cls, rotate_deg: int, mirrored: bool, slow_motion: float | None = None) -> Filming:
        """Return how a clip was filmed, from the user's options.

        Raises:
            UsageError: An option has a value that is not possible.
        """
        if slow_motion is not None and not 1 <= slow_motion <= MOST_SLOW:
            raise UsageError(f"--slow-motion {slow_motion:g} cannot be: say 1 to {MOST_SLOW}, such as 8")
        for turns in _TURNS:
            if turns == rotate_deg:
                return cls(turns, mirrored, slow_motion)
        raise UsageError(f"pictures cannot be turned by {rotate_deg}: say 90, 180 or 270 (clockwise)")

    def set_right(self, image: Image) -> Image:
        """Return an image upright and not mirrored."""
        if self.rotate_deg:
            image = np.rot90(image, -(self.rotate_deg // 90))
        return np.ascontiguousarray(image[:, ::-1] if self.mirrored else image)


AS_FILMED = Filming()


class Fitter:
    """Fits images of any shape into the shape of the first, so that landmarks keep one coordinate system.

    Nothing is stretched: an image of another shape gets black bars. Black bars around the same image are cut
    off.
    """

    def __init__(self) -> None:
        self.size: tuple[int, int] | None = None
        self._full: set[tuple[int, int]] = set()

    def fit(self, image: Image) -> Image:
        """Return the next image in the shape of the first."""
        size = (image.shape[1], image.shape[0])
        if self.size is None:
            self.size = size
        if size == self.size:
            return image
        if size not in self._full:
            inner = _within(size, self.size)
            if _black_around(image, inner):
                return fitted(image[inner], self.size)
            self._full.add(size)
        return fitted(image, self.size)


def fitted(image: Image, size: tuple[int, int]) -> Image:
    """Scale an image into a size without changing its shape, on black."""
    width, height = size
    scale = min(width / image.shape[1], height / image.shape[0])
    inner = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    if max(abs(inner[0] - width), abs(inner[1] - height)) <= _SQUARE_PX:
        inner = size
    small = cv2.resize(image, inner, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    out = np.zeros((height, width, 3), dtype=np.uint8)
    x, y = (width - inner[0]) // 2, (height - inner[1]) // 2
    out[y : y + inner[1], x : x + inner[0]] = small
    return out


def _within(size: tuple[int, int], shape: tuple[int, int]) -> tuple[slice, slice]:
    """Return rows and columns of the largest centred part that has the proportions of a shape."""
    scale = min(size[0] / shape[0], size[1] / shape[1])
    width, height = max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))
    x, y = (size[0] - width) // 2, (size[1] - height) // 2
    return slice(y, y + height), slice(x, x + width)


def _black_around(image: Image, inner: tuple[slice, slice]) -> bool:
    """Return whether everything around a part of an image is black; the edge may be blurred."""
    rows, columns = inner
    bars = [image[: max(rows.start - 2, 0)], image[rows.stop + 2 :]]
    bars += [image[:, : max(columns.start - 2, 0)], image[:, columns.stop + 2 :]]
    seen = [bar for bar in bars if bar.size]
    return bool(seen) and max(int(bar.max()) for bar in seen) <= _BLACK


class Pace:
    """Skips frames that follow too fast.

    Args:
        least_step_s: A frame that follows the last one taken by less is skipped.
    """

    def __init__(self, least_step_s: float) -> None:
        self._least_step_s, self._taken_s = least_step_s, float("-inf")

    def takes(self, time_s: float) -> bool:
        """Return whether the next frame is taken."""
        if time_s - self._taken_s < self._least_step_s:
            return False
        self._taken_s = time_s
        return True


class Clock:
    """Makes presentation times that strictly increase from the times in a file.

    A missing time becomes the time before plus one frame at the average rate. A time that is not later than
    the one before becomes that one plus a millisecond, so that later times stay exact. A jump back by more
    than half a second is a restart: from there on, times are shifted so that they continue one frame later.

    Args:
        fps: The average rate.
    """

    def __init__(self, fps: float) -> None:
        self._frame_s = 1.0 / fps
        self._shift_s = 0.0
        self._last_s: float | None = None

    def tick(self, time_s: float | None) -> float:
        """Return the time of the next frame.

        Args:
            time_s: The time in the file, or None.
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
    """Apply a display matrix, by rotations in steps of 90° and flips.

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
    """Return the (9,) display matrix of a frame, or None."""
    side_data: Any = frame.side_data
    for item in side_data:  # PyAV up to 18 iterates over the values, from 19 over the keys
        data = item if hasattr(item, "type") else side_data[item]
        if data.type.name == "DISPLAYMATRIX":
            return np.frombuffer(bytes(data), dtype=np.int32)
    return None


def presentation_time_s(frame: VideoFrame) -> float | None:
    """Return the presentation time in the file, or None."""
    if frame.pts is None or frame.time_base is None:
        return None
    return float(frame.pts * frame.time_base)


@dataclass(frozen=True)
class Frame:
    """One image of a video.

    Attributes:
        index: Its place among the decoded frames, from 0.
        time_s: Its presentation time, from the clip's first frame.
        image: (H, W, 3) RGB, upright, unmirrored, with square pixels.
    """

    index: int
    time_s: float
    image: Image
