"""The bar held across the body, found as a line in the picture."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.poses.pose import HIPS, SHOULDERS, TRUNK, Floats, Image, Landmark, trunk_px

# A straight bar held across the body, found as a line in the image.
#
# The hands that hold it are landmarks. But from the feet, knees and shoes hide them just when the hips are
# high, while the bar extends on both sides. It is the line near the hands with most edges on it, and with
# parallel edges beside it: those of the bar's other side, or of its pad. One image cannot tell the edge of a
# bench from a bar: the reader of the result must check whether it rises with the hips.


NO_BAR: Floats = np.full((2, 2), np.nan)
"""The result where no bar was found."""
STEEPEST_DEG = 40.0
"""A line with a larger slope is no bar across the body."""

_WIDTH_PX = 160  # width of the small image of the hands' surroundings
_APART = 0.5  # of the shoulders' width: closer hands hold no bar across
_BELOW = 0.5  # nor do hands so far below shoulders and hips: they are on the floor
_AROUND = np.array([0.4, 0.3])  # searched beside and above the body, of the shoulders' width
_SMALLEST_PX = 20
_STEP_PX = 1.5  # between neighbouring lines of the same slope
_LEAST_EDGE = 40.0  # Sobel, grey levels
_ALONG_DEG = 6  # an edge counts for lines that differ less from its own direction
_NEAR_HANDS = 0.18  # of the shoulders' width: how far from a line hands are that hold it
_ALONGSIDE_DEG, _ALONGSIDE = 1.8, 0.3  # parallel to a line, and how far from it (of the shoulders' width)
_LEAST_WEIGHT, _LEAST_NEAR = 0.36, 0.05  # edges on a line and beside it, of the searched width
_LINES, _FAINTEST = 6, 0.1  # checked, and the least weight
_FIT_DEG, _FEWEST = 9.0, 8  # edges a line is laid through
_ANGLES = np.arange(-STEEPEST_DEG, STEEPEST_DEG + 1.0)
_TANS = np.tan(np.radians(_ANGLES))

_WRISTS = [Landmark.LEFT_WRIST, Landmark.RIGHT_WRIST]


def find_bar(image_rgb: Image, image_px: Floats) -> Floats:
    """Find the bar that the person holds across the body.

    Args:
        image_rgb: (H, W, 3) image.
        image_px: (33, 2) the person's landmarks in its pixels.

    Returns:
        (2, 2) visible ends of the bar in pixels, the left one in the image first. All NaN if there is none,
        or if the hands are too close to each other (as seen from the side).
    """
    seen = lines_by_hands(image_rgb, image_px)
    return NO_BAR if seen is None else seen.bar()


class _Line(NamedTuple):
    """A line in the small image: slope, y at x = 0, edges on it (share of the width), and its ends."""

    slope: float
    at: float
    weight: float
    left: float
    right: float


class LinesByHands(NamedTuple):
    """The lines with most edges about the hands, pixels.

    Attributes:
        slope: (N,) of each.
        at: (N,) y at x = 0.
        weight: (N,) edges on it, share of the width that was searched.
        left: (N,) x of its left end.
        right: (N,) x of its right end.
        hands: (2, 2) where the wrists are.
        unit: Width of the shoulders, or half the trunk where that is more.
    """

    slope: Floats
    at: Floats
    weight: Floats
    left: Floats
    right: Floats
    hands: Floats
    unit: float

    def off_hands(self) -> Floats:
        """Return (N, 2) how far each line is from the hands, in `unit`."""
        off: Floats = np.abs(self.hands[:, 1] - self.at[:, None] - self.slope[:, None] * self.hands[:, 0])
        return off / self.unit

    def near_hands(self) -> Floats:
        """Return (N,) weights that fall with the distance from the hands."""
        off = np.minimum(self.off_hands(), 0.6)
        near: Floats = self.weight * np.exp(-(off**2).sum(axis=1) / (4 * _NEAR_HANDS**2))
        return near

    def bar(self) -> Floats:
        """Return (2, 2) the visible ends of the bar, the left one first; all NaN if none of them is one."""
        if (best := self.bar_line()) is None:
            return NO_BAR
        alongside = self._alongside(best)
        return self.on_line(best, np.array([self.left[alongside].min(), self.right[alongside].max()]))

    def bar_line(self) -> int | None:
        """Return which line is the bar, by itself: strong, near the hands, and with others beside it."""
        near = self.near_hands()
        best = int(np.argmax(near))
        alongside = self._alongside(best)
        together = self.weight[alongside].sum()
        if alongside.sum() < 2 or together < _LEAST_WEIGHT or near[best] < _LEAST_NEAR:
            return None
        return best

    def _alongside(self, line: int) -> NDArray[np.bool_]:
        turned = np.abs(np.degrees(np.arctan(self.slope) - np.arctan(self.slope[line])))
        apart = self.at - self.at[line] + (self.slope - self.slope[line]) * self.hands[:, 0].mean()
        beside: NDArray[np.bool_] = (turned < _ALONGSIDE_DEG) & (np.abs(apart) / self.unit < _ALONGSIDE)
        return beside

    def on_line(self, line: int, x: Floats) -> Floats:
        """Return (M, 2) places on a line."""
        return np.stack([x, self.at[line] + self.slope[line] * x], axis=1)


def lines_by_hands(image_rgb: Image, image_px: Floats) -> LinesByHands | None:
    """Return the lines that may be the bar which the person holds, at least one; None as in `find_bar`."""
    wrists, body = image_px[_WRISTS], image_px[SHOULDERS + _WRISTS + HIPS]
    if not np.isfinite(body).all():
        return None
    unit = max(np.hypot(*(image_px[SHOULDERS[0]] - image_px[SHOULDERS[1]])), 0.5 * trunk_px(image_px))
    on_the_floor = wrists[:, 1].mean() - image_px[TRUNK, 1].max() > _BELOW * unit
    if on_the_floor or np.abs(wrists[0, 0] - wrists[1, 0]) < _APART * unit:
        return None
    size = np.array(image_rgb.shape[1::-1])
    low = np.clip(body.min(axis=0) - _AROUND * unit, 0, size).astype(int)
    high = np.clip(body.max(axis=0) + _AROUND * unit, 0, size).astype(int)
    if min(high - low) < _SMALLEST_PX:
        return None
    scale = _WIDTH_PX / (high - low)[0]
    around = image_rgb[low[1] : high[1], low[0] : high[0]]
    small = cv2.resize(around, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    lines = _lines(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY))
    if not lines:
        return None
    slope, at, weight, left, right = np.array(lines).T
    x, y = low
    return LinesByHands(
        slope, at / scale + y - slope * x, weight, left / scale + x, right / scale + x, wrists, float(unit)
    )


def _lines(grey: NDArray[np.uint8]) -> list[_Line]:
    """Return the lines with most edges, by a Hough transform: an edge votes for slopes near its own."""
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    strength = np.hypot(across, down)
    strong = strength > max(_LEAST_EDGE, float(np.percentile(strength, 70)))
    y, x = np.nonzero(strong & (np.abs(down) > np.abs(across)))
    own_deg = -np.degrees(np.arctan(across[y, x] / down[y, x]))
    flat = np.abs(own_deg) < STEEPEST_DEG
    own_deg = own_deg[flat]
    middle = (grey.shape[1] - 1) / 2
    x, y = x[flat] - middle, y[flat].astype(np.float64)
    places = int(grey.shape[0] / _STEP_PX) + 2
    votes = np.zeros(len(_ANGLES) * places)
    nearest = np.rint(own_deg + STEEPEST_DEG).astype(int)
    for turned in range(-_ALONG_DEG, _ALONG_DEG + 1):
        angle = np.clip(nearest + turned, 0, len(_ANGLES) - 1)
        place = np.rint((y - _TANS[angle] * x) / _STEP_PX).astype(int)
        inside = (place >= 0) & (place < places)
        cast = np.bincount(angle[inside] * places + place[inside], minlength=len(votes))
        votes += (1.0 - abs(turned) / 10.0) * cast
    grid = cv2.GaussianBlur(votes.reshape(len(_ANGLES), places).astype(np.float32), (3, 3), 0.8)
    found = []
    for _ in range(_LINES):
        row, column = divmod(int(np.argmax(grid)), places)
        weight = float(grid[row, column]) / grey.shape[1]
        if weight < _FAINTEST:
            break
        grid[max(0, row - 5) : row + 6, max(0, column - 3) : column + 4] = 0.0
        slope, at, on = _fitted(x, y, own_deg, float(_TANS[row]), column * _STEP_PX)
        if on.any():
            ends = x[on].min() + middle, x[on].max() + middle
            found.append(_Line(slope, at - slope * middle, weight, *ends))
    return found


def _fitted(
    x: Floats, y: Floats, own_deg: Floats, slope: float, at: float
) -> tuple[float, float, NDArray[np.bool_]]:
    """Fit a line to the edges near it; return it and which edges these are.

    First it takes the edges' own direction, as a line over the edge of a pad on one side and of the bar on
    the other crosses both. Then it is fitted by least squares.
    """
    on = np.zeros(len(x), dtype=bool)
    for fit in (False, True):
        along = np.abs(own_deg - np.degrees(np.arctan(slope))) < _FIT_DEG
        on = along & (np.abs(y - at - slope * x) < _STEP_PX)
        if on.sum() < _FEWEST:
            break
        if fit:
            spread = x[on] - x[on].mean()
            slope = float(spread @ y[on] / max(float(spread @ spread), 1e-9))
        else:
            slope = float(np.tan(np.radians(own_deg[on].mean())))
        at = float(y[on].mean() - slope * x[on].mean())
    return slope, at, on
