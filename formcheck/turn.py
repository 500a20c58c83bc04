"""How far a body turns in the picture, by the points of its surface that can be followed.

Seen from behind a pelvis that opens to a side turns in the picture, and the seat with it: less than the
bones, as the skin of the standing side stays, but where the hips stay level nothing turns at all.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.pose import Floats, Image, Mask

Points = NDArray[np.float32]

_CORNERS, _QUALITY, _APART_PX = 400, 0.001, 2  # points to follow
_ON_IT = 0.5  # of the mask
_PATCH_PX, _LEVELS = (13, 13), 3
_RETURNS_PX = 1.0  # a point that is followed back to elsewhere is lost
_FURTHEST = 0.5  # units: a point that went further is on the leg
_TOLERANCE = 0.08  # units: how well points fit one motion
_FEWEST = 15
_ROUNDS = 10


class Turn:
    """Follows the points of a region from one picture on.

    Args:
        grey: (H, W) the picture they are found in.
        box: (4,) left, top, right and bottom of the region in pixels.
        unit: Length in pixels that distances are measured in.
        mask: (h, w) where the body is in that picture, 0 to 1, in any resolution; None: all of it is.
    """

    def __init__(self, grey: Image, box: Floats, unit: float, mask: Mask | None = None) -> None:
        region = np.zeros_like(grey)
        left, top, right, bottom = np.maximum(box, 0).astype(int)
        region[top:bottom, left:right] = 255
        if mask is not None:
            region[cv2.resize(mask, grey.shape[::-1]) < _ON_IT] = 0
        found = cv2.goodFeaturesToTrack(grey, _CORNERS, _QUALITY, _APART_PX, mask=region)
        self._first = np.zeros((0, 2), np.float32) if found is None else found[:, 0].astype(np.float32)
        self._now = self._first
        self._grey, self._unit = grey, unit

    def update(self, grey: Image) -> float:
        """Follow the points into the next picture.

        Returns:
            Degrees by which they have turned since the first one, + = clockwise in the picture; NaN where too
            few are left.
        """
        if len(self._now) >= _FEWEST:
            there = self._carried(self._grey, grey, self._now)
            back = self._carried(grey, self._grey, there)
            kept = np.hypot(*(back - self._now).T) < _RETURNS_PX
            self._first, self._now = self._first[kept], there[kept]
        self._grey = grey
        near = np.hypot(*(self._now - self._first).T) < _FURTHEST * self._unit
        if near.sum() < _FEWEST:
            return float("nan")
        return _turned_deg(self._first[near] / self._unit, self._now[near] / self._unit)

    def _carried(self, grey: Image, to: Image, points: Points) -> Points:
        there, _, _ = cv2.calcOpticalFlowPyrLK(
            grey, to, points[:, None], None, winSize=_PATCH_PX, maxLevel=_LEVELS
        )
        carried: Points = there[:, 0]
        return carried


def _turned_deg(before: Floats, after: Floats) -> float:
    """Fit a turn and a shift to (N, 2) points, those that fit neither left aside (Cauchy weights)."""
    weight, angle = np.ones(len(before)), 0.0
    for _ in range(_ROUNDS):
        one, other = (p - weight @ p / weight.sum() for p in (before, after))
        across = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
        angle = float(np.arctan2((weight * across).sum(), (weight * (one * other).sum(axis=1)).sum()))
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        off = np.hypot(*(other - one @ turn).T)
        weight = 1.0 / (1.0 + (off / _TOLERANCE) ** 2)
    return float(np.degrees(angle))
