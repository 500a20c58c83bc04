"""Tracks the legs of a person on all fours, seen from behind, by their motion.

From there the model loses the raised leg, which points at the camera: it guesses knee and ankle on the floor,
and the hips too. But nothing hides the raised foot, and while it moves it is the fastest thing near. With
both knees down, the model sees hips and ankles well. From then on the foot is moved by the optical flow
around it, and drawn to the middle of the fastest motion.

The optical flow in that part of the image is a `FlowField`. `SeatTurn` measures how far the seat rotates.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.poses.pose import HIPS, SHOULDERS, Floats, Image, Landmark, Mask, trunk_px

NOWHERE: Floats = np.full((4, 2), np.nan)
"""The result where no legs are tracked."""

_KNEES = [Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE]
_ANKLES = [Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE]
_WIDE = 0.2  # hip width in the image, of the trunk: narrower hips are seen from the side
_BELOW, _ABOVE = 0.7, 0.3  # hip widths: knees under hips at least, and ankles over knees at most
_LEAST_WIDE, _LEAST_OF_LEG = 0.5, 0.35  # of the trunk, and of hips over ankles: hips are as wide in any case
_REACH = np.array([2.5, 3.0, 2.5, 4.5])  # hip widths around the hips that are searched: left, up, right, down
_BEFORE_S = 0.06  # least time between compared images: below it, noise hides slow motion
_QUICK = 4.0  # hip widths a second: faster motion is tracked from each image to the next
_LOST_S = 0.5  # a longer gap between images ends the tracking
_BLIND_S = 3.0  # so does this time without a person while a leg is up, or without both knees down
_GONE_S = 0.5  # and this time without a person while no leg is up
_LEARN = 0.1  # share of new landmarks in the resting place
_FAST = 1.3  # hip widths a second: faster motion is tracked
_STARTS, _STARTS_FAR = 1.6, 3.0  # the same for a foot that was down, near its resting place and elsewhere
_NEAR, _NEAR_DOWN = 1.8, 1.2  # hip widths from the foot: motion further away is another object
_MOVED, _AS_IT_SEEMS = 0.4, 0.5  # hip widths, and share of its flow: a motion over this distance is no noise
_PATCH = 0.3  # hip widths around the foot whose flow moves it
_WITH_IT = 0.4  # of the fastest: flow around the foot that is as fast belongs to it
_DRAWN = 0.5  # share of the distance to the middle of the fastest motion, per image
_HOME, _BACK = 0.2, 0.35  # hip widths over its resting place, and share of its rise: there a foot is down
_STILL = 0.6  # hip widths a second: a foot that is down does not move faster
_MOST_UP_S = 8.0  # longer no leg is up: it was lost
_SEAT = np.array([[-1.3, -1.2], [0.4, 0.4]])  # hip widths: away from the leg and up, towards it and down


@dataclass
class _Rest:
    """Where hips and ankles are while both knees are down: (2, 2) pixels each, left first; hips' width."""

    hips: Floats
    ankles: Floats
    width: float


class RearLegs:
    """Tracks the feet of one person, image by image."""

    def __init__(self) -> None:
        self._past: deque[tuple[float, Image]] = deque()
        self._flow = Flow()
        self._last_s = self._kneeled_s = self._seen_s = float("-inf")
        self._forget()

    def update(
        self, image_rgb: Image, image_px: Floats, time_s: float, mask: Mask | None = None
    ) -> tuple[Floats, float]:
        """Add the next image.

        Args:
            image_rgb: (H, W, 3) image.
            image_px: (33, 2) the landmarks found in it, or NaN.
            time_s: Its time in seconds.
            mask: (h, w) where the person is, 0 to 1, in any resolution. Without it, the background beside the
                seat counts too.

        Returns:
            (4, 2) pixels of left hip, right hip, left ankle and right ankle; all NaN if nobody kneels with
            the back to the camera. And the rotation of the seat in degrees since a foot left its resting
            place, + = that side up, or NaN.
        """
        self._watch(image_px, time_s)
        if self._rest is None:
            return NOWHERE, float("nan")
        grey: Image = cv2.cvtColor(image_rgb, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)
        while len(self._past) > 1 and time_s - self._past[1][0] >= _BEFORE_S:
            self._past.popleft()
        if self._past:
            self._move(self._rest, grey, time_s)
        self._past.append((time_s, grey))
        self._last_s = time_s
        return np.concatenate([self._rest.hips, self._feet]), self._turned_deg(self._rest, grey, mask)

    def _watch(self, image_px: Floats, time_s: float) -> None:
        """Check by the landmarks whether there is a person to track, and learn the resting place."""
        if np.isfinite(image_px).all():
            self._seen_s = time_s
        if kneels := _kneels(image_px):
            self._kneeled_s = time_s
        unseen_s, off_knees_s = time_s - self._seen_s, time_s - self._kneeled_s
        if self._up is None:
            lost = unseen_s > _GONE_S or off_knees_s > _BLIND_S
        else:
            lost = unseen_s > _BLIND_S or time_s - self._up_s > _MOST_UP_S
        if lost or time_s - self._last_s > _LOST_S:
            self._forget()
        if self._up is None and kneels:
            self._learn(image_px)

    def _forget(self) -> None:
        self._past.clear()
        self._rest: _Rest | None = None
        self._up: int | None = None
        self._turn: SeatTurn | None = None
        self._appeared: tuple[Floats, Floats] | None = None
        self._feet = np.full((2, 2), np.nan)
        self._up_s = self._highest = self._speed = 0.0

    def _learn(self, image_px: Floats) -> None:
        """Move the resting place towards the landmarks."""
        hips, ankles = (_by_place(image_px[pair]) for pair in (HIPS, _ANKLES))
        below = float((ankles.mean(axis=0) - hips.mean(axis=0))[1])
        across = float(np.hypot(*(hips[0] - hips[1])))
        width = max(across, _LEAST_WIDE * trunk_px(image_px), _LEAST_OF_LEG * below)
        if self._rest is None:
            self._rest, self._feet = _Rest(hips, ankles, width), ankles.copy()
            return
        self._rest.width += _LEARN * (width - self._rest.width)
        self._rest.hips += _LEARN * (hips - self._rest.hips)
        self._rest.ankles += _LEARN * (ankles - self._rest.ankles)
        self._feet += _LEARN * (self._rest.ankles - self._feet)

    def _move(self, rest: _Rest, grey: Image, time_s: float) -> None:
        """Move the raised foot, or check whether a foot leaves its resting place."""
        before_s, before = self._past[-1 if self._speed > _QUICK else 0]
        middle, size = rest.hips.mean(axis=0), np.array(grey.shape[::-1])
        low = np.clip(middle - _REACH[:2] * rest.width, 0, size - 1).astype(int)
        high = np.clip(middle + _REACH[2:] * rest.width, low + 1, size).astype(int)
        motion = self._flow.between(before, grey, np.concatenate([low, high]), rest.width, time_s - before_s)
        if motion is None:
            return
        feet, places = ((px - low) / rest.width for px in (self._feet, rest.ankles))
        share = (time_s - self._last_s) / motion.lasts_s  # of the motion that is new
        if self._up is None:
            start = self._starting(motion, places, share)
            if start is None:
                return
            self._up, self._up_s, self._highest = start[0], time_s, 0.0
            feet[start[0]] = start[1]
        foot, mover = self._followed(motion, feet[self._up], share)
        rise = float((places[self._up] - foot)[1])
        self._highest = max(self._highest, rise)
        self._feet[self._up] = foot * rest.width + low
        if max(mover.speed, self._speed) < _STILL and rise < max(_HOME, _BACK * self._highest):
            self._up = None

    def _followed(self, motion: FlowField, foot: Floats, share: float) -> tuple[Floats, Mover]:
        """Return the new place of a foot, and the fastest motion near it."""
        mover = motion.fastest(motion.near(foot, _NEAR))
        patch = motion.near(foot, _PATCH)
        self._speed = float(np.median(motion.speed[patch])) if patch.any() else 0.0
        if patch.any():
            foot = foot + share * np.median(motion.way[patch], axis=0)
        if mover.speed <= _FAST:
            self._appeared = None
        elif self._speed > _WITH_IT * mover.speed or (mover.is_big and mover.upright):
            self._appeared = None
            foot = foot + _DRAWN * (mover.place - foot)
        elif self._moves_as_it_seems(mover, share):
            foot = mover.place
        return foot, mover

    def _starting(self, motion: FlowField, places: Floats, share: float) -> tuple[int, Floats] | None:
        """Return which foot leaves its resting place, and where it is, if one does.

        Motion elsewhere may be a foot whose place is unknown, or noise at an edge: noise seems to move but
        stays in place.
        """
        near = motion.near(places[0], _NEAR_DOWN) | motion.near(places[1], _NEAR_DOWN)
        mover = motion.fastest(near)
        if mover.speed <= _STARTS:
            mover = motion.fastest()
            if mover.speed <= _STARTS_FAR:
                self._appeared = None
                return None
            if not self._moves_as_it_seems(mover, share):
                return None
        self._appeared = None
        return int(np.argmin(np.abs(places[:, 0] - mover.place[0]))), mover.place

    def _moves_as_it_seems(self, mover: Mover, share: float) -> bool:
        """Return whether an apparent motion up or down really changed the place of the object."""
        if self._appeared is None:
            self._appeared = mover.place, np.zeros(2)
            return False
        first, way = self._appeared
        way = way + share * mover.way
        self._appeared = first, way
        length = float(np.hypot(*way))
        if length < _MOVED:
            return False
        self._appeared = None
        got_there = float((mover.place - first) @ way) > _AS_IT_SEEMS * length**2
        return got_there and mover._replace(way=way).upright

    def _turned_deg(self, rest: _Rest, grey: Image, mask: Mask | None) -> float:
        """Measure the rotation of the seat from when a foot leaves its resting place."""
        if self._up is None:
            self._turn = None
            return 0.0
        up_on = -1.0 if self._up == 0 else 1.0  # the right side of the picture
        if self._turn is None:
            corners = rest.hips.mean(axis=0) + rest.width * np.array([up_on, 1.0]) * _SEAT
            box = np.concatenate([corners.min(axis=0), corners.max(axis=0)])
            self._turn = SeatTurn(self._past[0][1], box, rest.width, mask)
        return -up_on * self._turn.update(grey)


def _kneels(px: Floats) -> bool:
    """Return whether landmarks may be of a person on both knees with the back to the camera."""
    if not np.isfinite(px[[*HIPS, *SHOULDERS, *_KNEES, *_ANKLES]]).all():
        return False
    hips, knees, ankles = px[HIPS], px[_KNEES], px[_ANKLES]
    width = abs(float((hips[1] - hips[0])[0]))
    below = (knees - hips)[:, 1].min() > _BELOW * width and (knees - ankles)[:, 1].max() < _ABOVE * width
    return bool(below and width > _WIDE * trunk_px(px))


def _by_place(pair: Floats) -> Floats:
    """Return a pair of points, the left one in the image first: from behind that is the left side."""
    return pair[np.argsort(pair[:, 0])]


# Dense optical flow in part of the image, computed in a small copy of it.

_UNIT_PX = 36  # the unit of length in the small image
_SMALLEST_PX = 16
_CHANGED = 5  # mean grey levels around a point: less is noise
_OF_NOISE = 4.0  # the same, as multiple of the median change
_FASTEST = 0.7  # of the highest speed: such points belong to it
_LEAST = 10  # points this fast, of every fourth
_COMPACT, _ONE_WAY = 0.8, 0.75  # spread in units, and agreement of directions: else it is not one object
_BIG = 300  # points: a foot has more, noise at an edge less


class Mover(NamedTuple):
    """The fastest object: place now, (2,) units; displacement, (2,) units; speed, units/s; points."""

    place: Floats
    way: Floats
    speed: float
    size: int

    @property
    def is_big(self) -> bool:
        """Whether it is larger than noise at an edge in the image."""
        return self.size > _BIG

    @property
    def upright(self) -> bool:
        """Whether it moves up or down rather than across."""
        return abs(float(self.way[1])) > abs(float(self.way[0]))


_NOTHING = Mover(np.zeros(2), np.zeros(2), 0.0, 0)


@dataclass(frozen=True, slots=True)
class FlowField:
    """The optical flow between two images, at (h, w) points of a small copy.

    Attributes:
        now: (h, w, 2) places of the points in the later image, units from the part's corner.
        way: (h, w, 2) displacement, units.
        speed: (h, w) units per second; 0 where the image did not change.
        lasts_s: Time between the images.
    """

    now: Floats
    way: Floats
    speed: Floats
    lasts_s: float

    def near(self, place: Floats, reach: float) -> NDArray[np.bool_]:
        """(h, w) whether points are now within this distance of a place."""
        x, y = self.now[..., 0] - place[0], self.now[..., 1] - place[1]
        return np.asarray(x * x + y * y < reach * reach)

    def fastest(self, where: NDArray[np.bool_] | None = None) -> Mover:
        """Return the fastest object; its speed is 0 if the fastest points are not one object.

        Args:
            where: (h, w) where to search, or None for everywhere.
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
    """Measures optical flow between images."""

    def __init__(self) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)

    def between(
        self, before: Image, after: Image, box: NDArray[np.intp], unit: float, lasts_s: float
    ) -> FlowField | None:
        """Measure the optical flow in part of two images.

        Args:
            before: (H, W) the earlier image.
            after: (H, W) the later one.
            box: (4,) left, top, right and bottom of the part in pixels, inside the image.
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
        return FlowField(np.stack([x, y], axis=-1) / _UNIT_PX + way, way, speed, lasts_s)


# The rotation of the seat in the image, by tracked points of its surface.
#
# Seen from behind, a pelvis that opens to a side rotates in the image, and the seat with it. The seat rotates
# less than the bones, as the skin of the standing side stays. If the hips stay level, nothing rotates.

Points = NDArray[np.float32]

_CORNERS, _QUALITY, _APART_PX = 400, 0.001, 2  # points to track
_ON_IT = 0.5  # of the mask
_PATCH_PX, _LEVELS = (13, 13), 3
_RETURNS_PX = 1.0  # a point that is not tracked back to its start is lost
_FURTHEST = 0.5  # units: a point that moved further is on the leg
_TOLERANCE = 0.08  # units: scale of the residuals
_FEWEST = 15
_ROUNDS = 10


class SeatTurn:
    """Tracks the points of a region from one image on.

    Args:
        grey: (H, W) the image in which they are found.
        box: (4,) left, top, right and bottom of the region in pixels.
        unit: Length in pixels that distances are measured in.
        mask: (h, w) where the body is in that image, 0 to 1, in any resolution; None for everywhere.
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
        """Track the points into the next image.

        Returns:
            Rotation since the first image in degrees, + = clockwise in the image; NaN if too few points are
            left.
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
    """Fit a rotation and a shift to (N, 2) points, robust to outliers (Cauchy weights)."""
    weight, angle = np.ones(len(before)), 0.0
    for _ in range(_ROUNDS):
        one, other = (p - weight @ p / weight.sum() for p in (before, after))
        across = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
        angle = float(np.arctan2((weight * across).sum(), (weight * (one * other).sum(axis=1)).sum()))
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        off = np.hypot(*(other - one @ turn).T)
        weight = 1.0 / (1.0 + (off / _TOLERANCE) ** 2)
    return float(np.degrees(angle))
