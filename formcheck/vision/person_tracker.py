"""Follows one person among several, frame by frame.

MediaPipe's tracker continues from the body in the last frame. It may switch to a person who walks past in
front, and after a loss it takes any person. So each pose is compared with the last place and limb lengths of
the person followed. While others are near, the tracker is shown only a window around that person.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from formcheck.poses.pose import Floats, Landmark
from formcheck.vision.mirror_image import MirrorImages
from formcheck.vision.people import MAX_OVERLAP, SAME_PLACE, Box, Sighting, distance, overlap, unlike

_JOINTS = np.array([*range(Landmark.LEFT_SHOULDER, Landmark.RIGHT_WRIST + 1), *range(Landmark.LEFT_HIP, 29)])
_LIMB_END = np.array([13, 14, 15, 16, 25, 26, 27, 28])  # elbows, wrists, knees, ankles
_LIMB_START = np.array([11, 12, 13, 14, 23, 24, 25, 26])

# Lengths are shares of the person's size, the diagonal of their box.
_REACH, _REACH_PER_S = 0.15, 0.6  # a trunk further than this from its last place has jumped
_STEP, _STEP_PER_S = 0.03, 1.35  # a joint that moves further has jumped; a fast kick does 1.1 a second
_MARGIN = 0.20  # of the window around the person
_AROUND = 0.15  # how far others may have moved since the last observation
_POSTURE = 0.16  # more `unlike` the person's mean place than this: another person, or one in front
_LIMB = 0.06  # a limb may be longer or shorter than before by this, and by a fifth of its length
_STEADY_S = 0.3  # after the last jump, until limbs count again
_AS_LARGE = 1.5  # bodies of sizes further apart are two people
_APART_S = 30.0  # who was seen beside the person is known for so long, where they were last
_COVERED_S = 30.0  # time constant: a body found where the person's own was lately is the same one, seen amiss
_CLEAR = 0.3  # a new body that overlaps the person's by less is another person; others must be found twice
_OTHERS_S = 4.0  # a person not seen for this long has gone
_HIDDEN_S = 2.0  # a near person who is not found for this long may still be there
_PATIENCE_S = 3.0  # after that the person is searched for elsewhere
_LOOK_S, _LOOK_NEAR_S = 1.0, 0.25  # between two observations of all people
_HOME_S, _HOME_NEAR_S = 2.0, 10.0  # time constant of the mean place; with others near


class Follower:
    """Tells of each pose whether it is still the person followed.

    For each frame: `window` gives the part of the image for the tracker. Where `doubts` is true for its pose,
    detect all people in the whole image and pass them to `observe`. Then call `update`.

    Args:
        start: Sightings of the person to follow: their median gives place and limb lengths. Empty: the first
            person seen is followed.
        start_s: When the person was first seen; nobody is followed before.

    Attributes:
        mine: The last certain sighting of the person.
        found: Whether the person was among all people in the last observation.
        others: The other people in the last observation.
        people: The number of people, with the one followed. Others count once they were found in two
            observations in a row.
    """

    def __init__(self, start: Sequence[Sighting] = (), start_s: float = float("-inf")) -> None:
        self.mine, self._start_s = start[0] if start else None, start_s
        self.found = False
        self.others: list[Sighting] = []
        self.people = 0
        self._apart: list[tuple[float, Sighting]] = []  # who was seen beside the person, and when
        self._mirror, self._images = MirrorImages(), list[Sighting]()  # the person's images in mirrors
        self._sure = bool(start)  # whether others are people
        self._hidden = False  # a near person was seen a moment ago and may be in front now
        self._mine_s: float | None = None  # None until the tracker has found the start
        self._size = 0.0
        self._box: Floats | None = None
        self._covered: Floats | None = None  # where the body was lately; it shrinks much slower
        self._home: Floats | None = None  # mean place of the landmarks
        self._limbs: Floats | None = None  # (2, 8) shortest and longest lengths
        if start:
            self._size = float(np.median([one.size for one in start]))
            self._box = self._covered = start[0].box
            self._home = np.median([one.px for one in start], axis=0)
        whole = [_lengths(one.px) for one in start if not one.cut]
        if len(whole) > 1:
            self._limbs = np.percentile(whole, [20, 80], axis=0)
        self._seen: Sighting | None = None
        self._seen_s = self._observed_s = self._others_s = self._mixed_s = float("-inf")

    def shared(self, one: Sighting) -> float:
        """Return how much a body overlaps the person's last box, as a fraction of the smaller one."""
        return 0.0 if self._box is None else overlap(one.box, self._box)

    def window(self, time_s: float, size: tuple[int, int]) -> Box | None:
        """Return the part of the image to show to the tracker, or None for all of it.

        Args:
            time_s: Time of the frame.
            size: Width and height of the image in pixels.
        """
        if self._box is None or not self._crowded(time_s) or self._gone_s(time_s) > _PATIENCE_S:
            return None
        margin = _MARGIN * self._size
        x0, y0 = (max(int(v - margin), 0) for v in self._box[:2])
        x1, y1 = (min(int(v + margin) + 1, end) for v, end in zip(self._box[2:], size, strict=True))
        return None if (x0, y0, x1, y1) == (0, 0, *size) else (x0, y0, x1, y1)

    def doubts(self, time_s: float, seen: Sighting | None) -> bool:
        """Return whether all people must be detected in the whole image before `update`.

        This is so from time to time, more often while others are near, and where the pose jumps.
        """
        since_s = abs(time_s - self._observed_s)
        if since_s < _LOOK_NEAR_S or time_s < self._start_s:
            return False
        if (
            since_s >= _LOOK_S
            or self._near()
            or (self.others and not self._sure)
            or self._lost_among_others(time_s, seen)
        ):
            return True
        return seen is not None and (self.jumps(time_s, seen) or bool(self._steps(time_s, seen).any()))

    def behind_others(self, seen: Sighting) -> bool:
        """Return whether somebody larger, who may be in front of this body, was there at the last look."""
        return any(one.size > seen.size for one in self._people())

    def jumps(self, time_s: float, seen: Sighting) -> bool:
        """Return whether a pose is too far from the person's last place to be theirs."""
        if self.mine is None:
            return False
        if self._mine_s is None:
            return time_s < self._start_s or self._off(seen) > SAME_PLACE
        gone_s = self._gone_s(time_s)
        if not self._crowded(time_s):
            if gone_s > _PATIENCE_S:
                return self._was_beside(seen)
        elif not 0.6 < seen.size / self._size < 1.7:
            return True
        return distance(seen, self.mine) > (_REACH + _REACH_PER_S * gone_s) * self._size

    def observe(self, time_s: float, everyone: Sequence[Sighting]) -> None:
        """Add all people in the image at this time, with the one followed if they were found."""
        mine = self._find(time_s, everyone)
        self.found = mine is not None
        others = [one for one in everyone if one is not mine]
        if not self._crowded(time_s):  # the person's own body may be found again where landmarks were bad
            others = [one for one in others if not self._own_body(one)]
        self._keep_apart(time_s, others, beside=mine is not None)
        self._observed_s = time_s
        self._hidden = not others and self._near() and time_s - self._others_s < _HIDDEN_S
        if others:
            self._sure = self._sure or bool(self.others)
            if self._sure or any(self.shared(one) < _CLEAR for one in others):
                self._others_s = time_s
        if not self._hidden:
            self.others = others
        if mine is not None:
            marks = self._mirror.observe(mine, others)
            self._images = [one for one, image in zip(others, marks, strict=True) if image]
        self._sure = self._sure and self._crowded(time_s)
        people = self._people()
        self.people = 1 + len(people) if people and self._sure else min(len(everyone), 1)

    def update(self, time_s: float, seen: Sighting | None) -> bool:
        """Add the tracker's pose in the next frame.

        Returns:
            Whether all limbs are those of the person followed.
        """
        if seen is None:
            self._seen = None
            return False
        mine = not self.jumps(time_s, seen) and not self._mixes(time_s, seen)
        self._seen, self._seen_s = seen, time_s
        if mine:
            self._keep(time_s, seen)
        return mine

    def _keep_apart(self, time_s: float, others: Sequence[Sighting], *, beside: bool) -> None:
        """Remember who cannot be the person followed, since they were seen beside them."""
        kept = [(at_s, one) for at_s, one in self._apart if time_s - at_s < _APART_S]
        now = [one for one in others if beside or any(_same_place(one, was) for _, was in kept)]
        gone = [(at_s, was) for at_s, was in kept if not any(_same_place(one, was) for one in now)]
        self._apart = gone + [(time_s, one) for one in now]

    def _crowded(self, time_s: float) -> bool:
        """Return whether others were seen lately, or the person to follow has not come yet."""
        return time_s - self._others_s < _OTHERS_S or (self.mine is not None and self._mine_s is None)

    def _own_body(self, one: Sighting) -> bool:
        """Return whether a second body lies where the person's own was: who is new comes from beside it."""
        return self._covered is not None and overlap(one.box, self._covered) > MAX_OVERLAP

    def _gone_s(self, time_s: float) -> float:
        return time_s - self._start_s if self._mine_s is None else time_s - self._mine_s

    def _lost_among_others(self, time_s: float, seen: Sighting | None) -> bool:
        return self._crowded(time_s) and (seen is None or self.jumps(time_s, seen))

    def _near(self) -> bool:
        """Return whether a person is so near that they may be in front before the next slow observation."""
        if self.mine is None:
            return False
        margin = 0.5 * self._size
        low, high = self.mine.box[:2] - margin, self.mine.box[2:] + margin
        return any(bool((one.box[:2] < high).all() and (one.box[2:] > low).all()) for one in self._people())

    def _people(self) -> list[Sighting]:
        """Return the others without the person's images in mirrors, which never come before them."""
        return [one for one in self.others if not any(one is image for image in self._images)]

    def _find(self, time_s: float, everyone: Sequence[Sighting]) -> Sighting | None:
        """Return the person followed among all people, searched elsewhere if they are not at their place.

        With others in the image this waits `_PATIENCE_S`; with only one person it is done at once.
        """
        mine = self.mine
        if mine is None:
            return everyone[0] if len(everyone) == 1 else None
        near = [one for one in everyone if self._away(time_s, one) < SAME_PLACE]
        if near:
            return min(near, key=lambda one: self._away(time_s, one))
        alone = len(everyone) == 1 and not self._crowded(time_s)
        if not alone and self._gone_s(time_s) <= _PATIENCE_S:
            return None
        new = [one for one in everyone if not self._was_beside(one) and (alone or self._as_long(one))]
        if not new:
            return None
        found = min(new, key=lambda one: distance(one, mine))
        self.mine, self._mine_s, self._size, self._box = found, time_s, found.size, found.box
        kept = self._covered if self._covered is not None and self._own_body(found) else found.box
        self._covered = _drawn_in(kept, found.box, 0.0)
        self._home, self._limbs, self._seen = found.px, None, None
        return found

    def _was_beside(self, one: Sighting) -> bool:
        """Return whether a body is one of those seen beside the person.

        Who stands and then lies down is found in another place and posture, never beside themselves.
        """
        return any(_same_place(one, other) for _, other in self._apart)

    def _as_long(self, one: Sighting) -> bool:
        """Return whether a body has limbs as long as the person's or, where they are unknown, the size."""
        if self._limbs is None or one.cut:
            return 0.5 < one.size / self._size < 2.0
        now, before = _lengths(one.px), self._limbs.mean(axis=0)
        ratio = np.maximum(now[::2], now[1::2]) / np.maximum(before[::2], before[1::2])
        return bool(0.65 < np.median(ratio) < 1.5)

    def _off(self, seen: Sighting) -> float:
        """Return the distance of a body from the person's mean place, in body sizes."""
        return 0.0 if self._home is None else unlike(seen, self._home)

    def _away(self, time_s: float, one: Sighting) -> float:
        """Return the distance of a body from the person's mean place or, as they may walk, their last one."""
        if self.mine is None or self._mine_s is None or time_s - self._mine_s > _LOOK_S:
            return self._off(one)
        return min(self._off(one), unlike(one, self.mine.px))

    def _steps(self, time_s: float, seen: Sighting) -> np.ndarray:
        """(33,) whether a joint moved faster since the last frame than a joint can."""
        far = np.zeros(len(seen.px), dtype=bool)
        took_s = time_s - self._seen_s
        if self._seen is not None and took_s < _STEADY_S:
            step = np.hypot(*(seen.px[_JOINTS] - self._seen.px[_JOINTS]).T)
            far[_JOINTS] = step > (_STEP + _STEP_PER_S * took_s) * self._size
        return far

    def _mixes(self, time_s: float, seen: Sighting) -> bool:
        """Return whether limbs may be another person's: they jump or change length where others are."""
        if self._people() and self._crowded(time_s):
            if self._near() and self._off(seen) > _POSTURE:
                self._mixed_s = time_s
            beside = self._beside(seen.px)
            before = self._beside(self._seen.px) if self._seen else beside
            odd = (self._steps(time_s, seen) & (beside | before)).any()
            if self._limbs is not None and not odd:
                limbs, (short, long) = _lengths(seen.px), self._limbs
                slack = _LIMB * self._size + 0.2 * long
                wrong = (limbs > long + slack) | (limbs < short - slack)
                odd = (wrong & (beside[_LIMB_END] | beside[_LIMB_START])).any()
            if odd:
                self._mixed_s = time_s
        return time_s - self._mixed_s < _STEADY_S

    def _beside(self, px: Floats) -> np.ndarray:
        """(33,) whether a landmark is above or below another person, who may have moved since."""
        margin = _AROUND * self._size
        beside = np.full(len(px), self._hidden)
        for one in self._people():
            beside |= (px[:, 0] > one.box[0] - margin) & (px[:, 0] < one.box[2] + margin)
        return beside

    def _keep(self, time_s: float, seen: Sighting) -> None:
        """Store place, size and limb lengths.

        The box grows at once and shrinks slowly. So does the range of limb lengths, unless another person is
        near whose limbs these may be.
        """
        share = 0.03 if self._mine_s is None else min(time_s - self._mine_s, 1.0)
        limbs = _lengths(seen.px)
        if self._box is None or self._home is None:
            self._size, self._box, self._home = seen.size, seen.box, seen.px
            self._covered = seen.box
        elif self._limbs is None and not seen.cut:
            self._limbs = np.array([limbs, limbs])
        else:
            near = self._crowded(time_s) and self._near()
            self._home = self._home + share / (_HOME_NEAR_S if near else _HOME_S) * (seen.px - self._home)
            self._size += share * (seen.size - self._size)
            self._box = _drawn_in(self._box, seen.box, share)
            covered = seen.box if self._covered is None else self._covered
            self._covered = _drawn_in(covered, seen.box, share / _COVERED_S)
            if self._limbs is not None and not seen.cut:
                self._limbs = self._limbs + 0.2 * share * (limbs - self._limbs)
                if not near:
                    short, long = self._limbs
                    self._limbs = np.array([np.minimum(short, limbs), np.maximum(long, limbs)])
        self.mine, self._mine_s = seen, time_s


def _same_place(one: Sighting, other: Sighting) -> bool:
    """Return whether a body is where another one was, even if its limbs are found elsewhere, and as large."""
    if unlike(one, other.px) < SAME_PLACE:
        return True
    return overlap(one.box, other.box) > MAX_OVERLAP and 1 / _AS_LARGE < one.size / other.size < _AS_LARGE


def _drawn_in(box: Floats, now: Floats, share: float) -> Floats:
    """Return a box that grows to hold another at once, and shrinks to it by a share."""
    smaller = box + share * (now - box)
    return np.concatenate([np.minimum(smaller[:2], now[:2]), np.maximum(smaller[2:], now[2:])])


def _lengths(px: Floats) -> Floats:
    """(8,) lengths of upper arms, forearms, thighs and shins in pixels."""
    return np.asarray(np.hypot(*(px[_LIMB_END] - px[_LIMB_START]).T))
