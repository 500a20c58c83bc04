"""Makes faces unrecognisable, by the landmarks. Where these are uncertain, it blurs more, never less.

- Seen well: a disc over the head.
- Landmarks of the head unsure, jumping, in a place where no head can be or far from where the head mostly is:
  a disc twice as wide over everything beyond the shoulders, and more of them where the head was and will be
  within a second, and where it mostly is.
- Nobody found in a frame: the discs of the frames around it, larger; none within a second: the whole picture.
- More than one person seen in the clip: everything outside the box around the one that is tracked.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.poses.pose import Floats, Landmark
from formcheck.poses.track import Track

_FACE = slice(Landmark.NOSE, Landmark.MOUTH_RIGHT + 1)
_SEEN = 0.5
_HEAD = 0.40  # radius that covers head and hair from the middle of the face, in trunk lengths
_AREA = 0.80  # radius when unsure
_REACH = (0.12, 0.75)  # how far from mid-shoulder the middle of a face can be, in trunk lengths
_JUMP = 0.25  # trunk lengths from one frame to the next: the head does not move that far
_FAR = 0.8  # trunk lengths from where the head mostly is: the model may have taken the feet for it
_NEAR_S = 1.0
_STEP_S = 0.2
_CELLS = 5  # mosaic cells across a head: no features are left
Disc = tuple[float, float, float]


class FaceBlur:
    """Blurs the head of the tracked person, and all other people.

    Args:
        track: The clip's landmarks; the smoothed ones follow the head best.
    """

    def __init__(self, track: Track) -> None:
        self._time_s, self._found = track.time_s, track.found
        self._size = track.size
        self._discs, self._sure = _discs(track)
        crowd = track.people is not None and bool(np.nanmax(track.people, initial=0.0) > 1)
        self._boxes = _boxes(track) if crowd else None

    def __call__(self, image_rgb: NDArray[np.uint8], time_s: float) -> NDArray[np.uint8]:
        """Return a copy of a frame of the clip with heads blurred.

        Args:
            image_rgb: (H, W, 3).
            time_s: When it was taken.
        """
        height, width = image_rgb.shape[:2]
        scale = np.divide((width, height), self._size)
        i = self._nearest(time_s)
        discs = [] if i is None else self._around(i)
        if i is None or not discs:
            return _mosaic(image_rgb, max(width, height) / 8)
        out = image_rgb.copy()
        if self._boxes is not None:
            out = self._alone(out, self._boxes[i], scale)
        for x, y, radius in discs:
            _blur_disc(out, x * scale[0], y * scale[1], radius * float(scale.max()))
        return out

    def _nearest(self, time_s: float) -> int | None:
        if not len(self._time_s):
            return None
        i = int(np.argmin(np.abs(self._time_s - time_s)))
        return i if abs(self._time_s[i] - time_s) <= _NEAR_S else None

    def _around(self, i: int) -> list[Disc]:
        """Return the discs of a frame and its neighbours; larger ones of others where it has none."""
        close = slice(max(0, i - 1), i + 2)
        if self._found[i] and all(self._discs[close]):
            frames = list(range(len(self._discs)))[close]
            if not self._sure[close].all():
                steps = self._time_s[i] + np.arange(-_NEAR_S, _NEAR_S + 1e-6, _STEP_S)
                frames += [int(np.argmin(np.abs(self._time_s - at))) for at in steps]
            return [disc for frame in dict.fromkeys(frames) for disc in self._discs[frame]]
        near = np.flatnonzero(self._found & (np.abs(self._time_s - self._time_s[i]) <= _NEAR_S))
        ends = [near[near <= i][-1:], near[near >= i][:1]]
        return [(x, y, 1.6 * r) for end in ends for j in end for x, y, r in self._discs[int(j)]]

    def _alone(self, image: NDArray[np.uint8], box: Floats, scale: Floats) -> NDArray[np.uint8]:
        """Blur all of the picture but the box around the person."""
        height, width = image.shape[:2]
        out = _mosaic(image, max(width, height) / 24)
        if np.isfinite(box).all():
            x0, y0, x1, y1 = (box * np.tile(scale, 2)).clip(0, (width, height) * 2).astype(int)
            out[y0:y1, x0:x1] = image[y0:y1, x0:x1]
        return out


def _discs(track: Track) -> tuple[list[list[Disc]], NDArray[np.bool_]]:
    """Return the discs of each frame, in the track's pixels, and whether the head was surely found there.

    There are none where nobody was found.
    """
    px = track.image_px
    face = np.where(np.isfinite(px[:, _FACE]), px[:, _FACE], 0.0).mean(axis=1)
    shoulder = (px[:, Landmark.LEFT_SHOULDER] + px[:, Landmark.RIGHT_SHOULDER]) / 2
    hip = (px[:, Landmark.LEFT_HIP] + px[:, Landmark.RIGHT_HIP]) / 2
    width = np.hypot(*(px[:, Landmark.LEFT_SHOULDER] - px[:, Landmark.RIGHT_SHOULDER]).T)
    trunk = np.hypot(*(shoulder - hip).T)
    found = track.found & np.isfinite(shoulder).all(axis=1)
    # From an end the trunk is foreshortened, from the side the shoulders are: the larger one counts.
    unit = max(float(np.percentile(np.maximum(trunk, 1.3 * width)[found], 80)) if found.any() else 1.0, 1.0)
    sure = _sure(track, face, shoulder, unit) & found
    usual = np.median(face[sure], axis=0) if sure.any() else None
    if usual is not None:
        sure &= np.hypot(*(face - usual).T) <= _FAR * unit
    discs: list[list[Disc]] = []
    for i in range(len(track)):
        if not found[i]:
            discs.append([])
            continue
        spread = np.hypot(*(px[i, _FACE] - face[i]).T)
        radius = max(_HEAD * unit, 1.7 * float(np.nan_to_num(spread).max()))
        here = [(float(face[i, 0]), float(face[i, 1]), radius)] if np.isfinite(px[i, _FACE]).all() else []
        if not sure[i]:
            out = (shoulder[i] - hip[i]) / max(float(trunk[i]), 1e-6)
            x, y = shoulder[i] + 0.4 * unit * out * min(1.0, float(trunk[i]) / unit)
            here.append((float(x), float(y), _AREA * unit))
            if usual is not None:
                here.append((float(usual[0]), float(usual[1]), _AREA * unit))
        discs.append(here)
    return discs, sure


def _sure(track: Track, face: Floats, shoulder: Floats, unit: float) -> NDArray[np.bool_]:
    """Return (T,) whether the landmarks of the head can be relied on."""
    seen = track.visibility[:, Landmark.NOSE] >= _SEEN
    seen &= track.visibility[:, Landmark.LEFT_EAR : Landmark.RIGHT_EAR + 1].max(axis=1) >= _SEEN
    with np.errstate(invalid="ignore"):
        reach = np.hypot(*(face - shoulder).T) / unit
        moved = np.hypot(*np.diff(face, axis=0, prepend=face[:1]).T) / unit
    steady = moved < _JUMP
    steady[:-1] &= moved[1:] < _JUMP
    finite = np.isfinite(track.image_px[:, _FACE]).all(axis=(1, 2))
    sure: NDArray[np.bool_] = seen & steady & finite & (reach > _REACH[0]) & (reach < _REACH[1])
    return sure


def _boxes(track: Track) -> Floats:
    """Return (T, 4) left, top, right and bottom of the person with a margin, NaN where nobody was found."""
    px = track.image_px
    boxes = np.full((len(track), 4), np.nan)
    whole = np.isfinite(px).all(axis=(1, 2))
    low, high = px[whole].min(axis=1), px[whole].max(axis=1)
    margin = 0.12 * np.max(high - low, axis=1, keepdims=True)
    boxes[whole] = np.hstack([low - margin, high + margin])
    return boxes


def _mosaic(image: NDArray[np.uint8], cell: float) -> NDArray[np.uint8]:
    """Return a picture in soft cells of this many pixels: means only, so nothing can be brought back."""
    height, width = image.shape[:2]
    small: Any = (max(1, round(width / cell)), max(1, round(height / cell)))
    coarse = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
    out: NDArray[np.uint8] = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return out


def _blur_disc(image: NDArray[np.uint8], x: float, y: float, radius: float) -> None:
    """Blur a disc of a picture in place."""
    height, width = image.shape[:2]
    x0, x1 = (int(v) for v in np.clip((x - radius, x + radius + 1), 0, width))
    y0, y1 = (int(v) for v in np.clip((y - radius, y + radius + 1), 0, height))
    if x1 - x0 < 1 or y1 - y0 < 1:
        return
    part = image[y0:y1, x0:x1]
    columns, rows = np.arange(x0, x1), np.arange(y0, y1)
    inside = np.hypot(columns[None, :] - x, rows[:, None] - y) <= radius
    part[inside] = _mosaic(part, max(2 * radius / _CELLS, 1.0))[inside]
