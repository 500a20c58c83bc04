"""What moves in a part of the picture, and how fast: dense optical flow in a small picture of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.pose import Floats, Image

_UNIT_PX = 36  # the unit of length in the small picture
_SMALLEST_PX = 16
_CHANGED = 5  # grey levels, on average about a point: less is noise
_OF_NOISE = 4.0  # the same, of what changes in the middle of all points
_FASTEST = 0.7  # of the fastest: what belongs to it
_LEAST = 10  # points that move so fast, of every fourth
_COMPACT, _ONE_WAY = 0.8, 0.75  # spread in units, and how alike directions are: else it is no one thing
_BIG = 300  # points: a foot has more, noise at an edge less


class Mover(NamedTuple):
    """What moves fastest: where it is now, (2,) units; its way, (2,) units; units a second; points."""

    place: Floats
    way: Floats
    speed: float
    size: int

    @property
    def is_big(self) -> bool:
        """Whether it is larger than what noise at an edge in the picture makes."""
        return self.size > _BIG

    @property
    def upright(self) -> bool:
        """Whether it moves up or down rather than across."""
        return abs(float(self.way[1])) > abs(float(self.way[0]))


_NOTHING = Mover(np.zeros(2), np.zeros(2), 0.0, 0)


@dataclass(frozen=True, slots=True)
class Motion:
    """The flow between two pictures, (h, w) points of a small one.

    Attributes:
        now: (h, w, 2) where the points are in the later picture, units from the part's corner.
        way: (h, w, 2) how far they came, units.
        speed: (h, w) units a second; 0 where the picture did not change.
        lasts_s: Time between the pictures.
    """

    now: Floats
    way: Floats
    speed: Floats
    lasts_s: float

    def near(self, place: Floats, reach: float) -> NDArray[np.bool_]:
        """(h, w) which points are now within a reach of a place."""
        x, y = self.now[..., 0] - place[0], self.now[..., 1] - place[1]
        return np.asarray(x * x + y * y < reach * reach)

    def fastest(self, where: NDArray[np.bool_] | None = None) -> Mover:
        """Return what moves fastest, its speed 0 where that is no one thing.

        Args:
            where: (h, w) where to look, or None for everywhere.
        """
        speed = self.speed if where is None else np.where(where, self.speed, 0.0)
        some = speed[::2, ::2].ravel()
        top = float(np.partition(some, -_LEAST)[-_LEAST])
        if top == 0.0:
            return _NOTHING
        these = speed >= _FASTEST * top
        places, ways = self.now[these], self.way[these]
        way = ways.mean(axis=0)
        one_way = np.hypot(*way) / max(float(np.hypot(*ways.T).mean()), 1e-9)
        one = np.hypot(*places.std(axis=0)) < _COMPACT and one_way > _ONE_WAY
        return Mover(places.mean(axis=0), way, top if one else 0.0, len(ways))


class Flow:
    """Measures motion between pictures."""

    def __init__(self) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)

    def between(
        self, before: Image, after: Image, box: NDArray[np.intp], unit: float, lasts_s: float
    ) -> Motion | None:
        """Measure the motion in a part of two pictures.

        Args:
            before: (H, W) the earlier picture.
            after: (H, W) the later one.
            box: (4,) left, top, right and bottom of the part in pixels, within the picture.
            unit: Length in pixels that distances are measured in.
            lasts_s: Time between them.

        Returns:
            None where the part is too small.
        """
        left, top, right, bottom = box
        scale = _UNIT_PX / unit
        if min(right - left, bottom - top) * scale < _SMALLEST_PX:
            return None
        one, other = (
            cv2.resize(whole[top:bottom, left:right], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            for whole in (before, after)
        )
        way = cv2.blur(self._flow.calc(one, other, None), (3, 3)) / _UNIT_PX
        y, x = np.mgrid[: way.shape[0], : way.shape[1]]
        changed = cv2.blur(cv2.absdiff(one, other).astype(np.float32), (5, 5))
        least = max(_CHANGED, _OF_NOISE * float(np.median(changed[::4, ::4])))
        speed = np.where(changed > least, np.hypot(way[..., 0], way[..., 1]) / lasts_s, 0.0)
        return Motion(np.stack([x, y], axis=-1) / _UNIT_PX + way, way, speed, lasts_s)
