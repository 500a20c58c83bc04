"""The shin of the planted leg, where the silhouette shows it below a plate."""

from __future__ import annotations

import numpy as np

from formcheck.poses.pose import Floats, Landmark, Mask, trunk_px
from formcheck.vision.plate import RIM_SHARE

NO_SHIN: Floats = np.full((2, 2), np.nan)
"""What is given out where no shin is seen below the plate."""

_ANKLES = [Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE]
_SHIN_FROM, _SHIN_TO = 0.06, 0.85  # trunk lengths above the ankle
_SHIN_WIDEST, _SHIN_JUMP = 0.42, 1.3  # of the trunk, and from row to row: where the thigh begins
_SHIN_ASIDE = 0.25  # trunk lengths: how far beside the ankle's landmark the shin may be
_SHIN_LEAST = 0.16  # trunk lengths of a shin that has a direction
_SHIN_ROWS = 40


def shin_below(mask: Mask, image_px: Floats, disc: Floats, size: tuple[int, int]) -> Floats:
    """Find the middle line of the planted leg's shin where it is seen below a plate.

    Args:
        mask: (H, W) or (H, W, 1) silhouette, 0 to 1, of the picture or a smaller one.
        image_px: (33, 2) landmarks: the lower ankle is that of the planted leg.
        disc: The plate, as `PlateWatch.update` gives it.
        size: Width and height of the picture in pixels.

    Returns:
        (2, 2) the lower and the upper end of the line, or all NaN.
    """
    flat = mask[..., 0] if mask.ndim == 3 else mask
    smaller = flat.shape[1] / size[0]
    image_px, disc = image_px * smaller, disc * smaller
    trunk, ankles = trunk_px(image_px), image_px[_ANKLES]
    if not (np.isfinite(ankles).all() and np.isfinite(disc[0]) and trunk > 0.0):
        return NO_SHIN
    ankle = ankles[int(np.argmax(ankles[:, 1]))]
    middle = float(ankle[0])
    rows: list[tuple[float, float]] = []
    width = _SHIN_WIDEST * trunk / _SHIN_JUMP
    for y in np.linspace(ankle[1] - _SHIN_FROM * trunk, ankle[1] - _SHIN_TO * trunk, _SHIN_ROWS):
        run = _run(flat, middle, y, _SHIN_WIDEST * trunk, 0.0 if rows else _SHIN_ASIDE * trunk)
        narrow = run is not None and run[1] - run[0] <= min(_SHIN_JUMP * width, _SHIN_WIDEST * trunk)
        if run is None or not narrow or _within(disc, run, y):
            if rows:
                break
            continue
        middle, width = (run[0] + run[1]) / 2, run[1] - run[0]
        rows.append((middle, y))
    if len(rows) < 4 or rows[0][1] - rows[-1][1] < _SHIN_LEAST * trunk:
        return NO_SHIN
    x, at = np.array(rows).T
    slope, origin = np.polyfit(at, x, 1)
    line: Floats = np.array([[origin + slope * y, y] for y in (at[0], at[-1])]) / smaller
    return line


def _run(flat: Mask, x: float, y: float, widest: float, aside: float) -> tuple[float, float] | None:
    """Return where the silhouette at a place, or a little aside of it, begins and ends in its row."""
    row, column = round(y), round(x)
    if not (0 <= row < flat.shape[0] and 0 <= column < flat.shape[1]):
        return None
    low, high = max(0, int(column - widest)), min(flat.shape[1], int(column + widest) + 1)
    outside = flat[row, low:high] < 0.5
    at = column - low
    if outside[at]:
        inside = np.flatnonzero(~outside)
        if not len(inside) or np.abs(inside - at).min() > aside:
            return None
        at = int(inside[np.argmin(np.abs(inside - at))])
    left, right = np.flatnonzero(outside[:at]), np.flatnonzero(outside[at:])
    if not len(left) or not len(right):
        return None
    return float(low + left[-1] + 0.5), float(low + at + right[0] - 0.5)


def _within(disc: Floats, run: tuple[float, float], y: float) -> bool:
    """Whether a row of the silhouette meets the plate."""
    off = (y - disc[1]) / (RIM_SHARE * disc[3])
    if abs(off) >= 1.0:
        return False
    half = RIM_SHARE * float(disc[2]) * float(np.sqrt(1.0 - off**2))
    return bool(run[0] < disc[0] + half and run[1] > disc[0] - half)
