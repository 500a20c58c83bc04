"""Legs of somebody on all fours seen from behind, followed by their motion.

There the model loses the leg that is raised: it points at the camera, and its knee and ankle are guessed on
the floor, the hips with them. But nothing hides that foot, and while it moves it moves faster than anything
else near it. Where both knees are down the model sees hips and ankles well; from there on the foot is carried
along by the optical flow about it, and drawn to the middle of what moves fastest.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np

from formcheck.flow import Flow, Motion, Mover
from formcheck.pose import HIPS, SHOULDERS, Floats, Image, Landmark, Mask, trunk_px
from formcheck.turn import Turn

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
