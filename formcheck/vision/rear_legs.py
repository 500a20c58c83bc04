"""Legs of somebody on all fours seen from behind, followed by their motion.

There the model loses the leg that is raised: it points at the camera, and its knee and ankle are guessed on
the floor, the hips with them. But nothing hides that foot, and while it moves it moves faster than anything
else near it. Where both knees are down the model sees hips and ankles well; from there on the foot is carried
along by the optical flow about it, and drawn to the middle of what moves fastest.

The flow of that part of the picture is a `Motion`; `Turn` tells how far the seat turns.
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
"""What is given out where nobody is followed."""

_KNEES = [Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE]
_ANKLES = [Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE]
_WIDE = 0.2  # hips in the picture, of the trunk: narrower ones are seen from the side
_BELOW, _ABOVE = 0.7, 0.3  # hip widths: knees under hips at least, and ankles over knees at most
_LEAST_WIDE, _LEAST_OF_LEG = 0.5, 0.35  # of the trunk, and of hips over ankles: hips are as wide in any case
_REACH = np.array([2.5, 3.0, 2.5, 4.5])  # hip widths about the hips that are looked at: left, up, right, down
_BEFORE_S = 0.06  # pictures compared lie at least so far apart, else slow motion drowns in noise
_QUICK = 4.0  # hip widths a second: faster motion is followed from one picture to the next
_LOST_S = 0.5  # a longer gap between pictures ends the following
_BLIND_S = 3.0  # and so does as long without anybody while a leg is up, or without anybody on their knees
_GONE_S = 0.5  # and without anybody while none is up
_LEARN = 0.1  # share of new landmarks in the resting place
_FAST = 1.3  # hip widths a second: what moves faster is followed
_STARTS, _STARTS_FAR = 1.6, 3.0  # the same for a foot that was down, near its place and elsewhere
_NEAR, _NEAR_DOWN = 1.8, 1.2  # hip widths from the foot: what moves further away is something else
_MOVED, _AS_IT_SEEMS = 0.4, 0.5  # hip widths, and share of its flow: what gets so far is no noise
_PATCH = 0.3  # hip widths about the foot: what carries it along
_WITH_IT = 0.4  # of the fastest: if what carries the foot along is as fast, it belongs to it
_DRAWN = 0.5  # share of the way to the middle of what moves fastest, at each picture
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


class Behind:
    """Follows the feet of one person, picture by picture."""

    def __init__(self) -> None:
        self._past: deque[tuple[float, Image]] = deque()
        self._flow = Flow()
        self._last_s = self._kneeled_s = self._seen_s = float("-inf")
        self._forget()

    def update(
        self, image_rgb: Image, image_px: Floats, time_s: float, mask: Mask | None = None
    ) -> tuple[Floats, float]:
        """Take the next picture.

        Args:
            image_rgb: (H, W, 3) image.
            image_px: (33, 2) the landmarks found in it, NaN where none were.
            time_s: Its time in seconds.
            mask: (h, w) where the person is, 0 to 1, in any resolution; without, the room counts as well
                where it is seen beside the seat.

        Returns:
            (4, 2) pixels of left hip, right hip, left ankle and right ankle; all NaN where nobody kneels with
            their back to the camera. And the degrees by which the seat has turned since a foot left its
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
        """See from the landmarks whether there is somebody to follow, and where they rest."""
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
        self._turn: Turn | None = None
        self._appeared: tuple[Floats, Floats] | None = None
        self._feet = np.full((2, 2), np.nan)
        self._up_s = self._highest = self._speed = 0.0

    def _learn(self, image_px: Floats) -> None:
        """Take landmarks for the resting place, a part of the way."""
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
        """Move the foot that is up, or see whether one leaves its place."""
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

    def _followed(self, motion: Motion, foot: Floats, share: float) -> tuple[Floats, Mover]:
        """Return where a foot has got to, and what moves fastest near it."""
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

    def _starting(self, motion: Motion, places: Floats, share: float) -> tuple[int, Floats] | None:
        """Return which foot leaves its resting place, and where it is, if one does.

        What moves elsewhere may be a foot whose place is not known, or noise at an edge: that stays where it
        is while it seems to move.
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
        """Say whether something that seemed to move up or down, picture by picture, has got there."""
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
        """Follow the seat from when a foot leaves its place."""
        if self._up is None:
            self._turn = None
            return 0.0
        up_on = -1.0 if self._up == 0 else 1.0  # the right side of the picture
        if self._turn is None:
            corners = rest.hips.mean(axis=0) + rest.width * np.array([up_on, 1.0]) * _SEAT
            box = np.concatenate([corners.min(axis=0), corners.max(axis=0)])
            self._turn = Turn(self._past[0][1], box, rest.width, mask)
        return -up_on * self._turn.update(grey)


def _kneels(px: Floats) -> bool:
    """Say whether landmarks may be those of somebody on both knees with their back to the camera."""
    if not np.isfinite(px[[*HIPS, *SHOULDERS, *_KNEES, *_ANKLES]]).all():
        return False
    hips, knees, ankles = px[HIPS], px[_KNEES], px[_ANKLES]
    width = abs(float((hips[1] - hips[0])[0]))
    below = (knees - hips)[:, 1].min() > _BELOW * width and (knees - ankles)[:, 1].max() < _ABOVE * width
    return bool(below and width > _WIDE * trunk_px(px))


def _by_place(pair: Floats) -> Floats:
    """Return a pair of points, the left one of the picture first: seen from behind that is the left side."""
    return pair[np.argsort(pair[:, 0])]


# What moves in a part of the picture, and how fast: dense optical flow in a small picture of it.

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


# How far a body turns in the picture, by the points of its surface that can be followed.
#
# Seen from behind a pelvis that opens to a side turns in the picture, and the seat with it: less than the
# bones, as the skin of the standing side stays, but where the hips stay level nothing turns at all.

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
