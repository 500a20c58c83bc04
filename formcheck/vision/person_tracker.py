"""Keeping hold of one person among several, frame by frame.

The tracker looks on from the last frame's body: it may slide over to somebody who walks past in front, and
after a loss it takes whoever it finds. So each pose is held against the person's last place and limbs, and
while others are about the tracker wears blinkers: it sees a window around the person and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from formcheck.poses.pose import Floats, Landmark
from formcheck.vision.people import MAX_OVERLAP, SAME_PLACE, Box, Sighting, distance, overlap, unlike

_JOINTS = np.array([*range(Landmark.LEFT_SHOULDER, Landmark.RIGHT_WRIST + 1), *range(Landmark.LEFT_HIP, 29)])
_LIMB_END = np.array([13, 14, 15, 16, 25, 26, 27, 28])  # elbows, wrists, knees, ankles
_LIMB_START = np.array([11, 12, 13, 14, 23, 24, 25, 26])

# Lengths are shares of the person's size, the diagonal of their box.
_REACH, _REACH_PER_S = 0.15, 0.6  # the trunk further than this from its last place has jumped
_STEP, _STEP_PER_S = 0.03, 1.35  # a joint that moves further has jumped; a fast kick does 1.1 a second
_MARGIN = 0.20  # of the window around the person
_AROUND = 0.15  # how far others may have come since the last look
_POSTURE = 0.16  # more `unlike` the person's mean place than this: somebody else, or somebody in the way
_LIMB = 0.06  # a limb may be this much longer or shorter than before, and a fifth of itself
_STEADY_S = 0.3  # after the last jump, until limbs are believed again
_CLEAR = 0.3  # a new body that shares less with the person's is somebody else; the rest must be found twice
_OTHERS_S = 4.0  # somebody not seen for this long has gone
_HIDDEN_S = 2.0  # somebody close by who is not found for this long may still be there
_PATIENCE_S = 3.0  # after that the person is looked for elsewhere
_LOOK_S, _LOOK_NEAR_S = 1.0, 0.25  # from one look for others to the next
_HOME_S, _HOME_NEAR_S = 2.0, 10.0  # over which the mean place is taken, and with others close by


class Follower:
    """Says of each pose whether it is still the person followed.

    For each frame ask `window`, let the tracker look there, ask `doubts`; where it doubts, look at the whole
    image and tell `look`; then `update`.

    Args:
        start: Sightings of the person to follow, at least one: the middle of them says where the person is
            and how long their limbs are. Empty: whoever comes first.
        start_s: When the person was first seen; nobody is followed before.

    Attributes:
        mine: The person as last seen for certain.
        others: The other people at the last look.
        people: How many people there are, the one followed included; others count once they were found in
            two looks running.
    """

    def __init__(self, start: Sequence[Sighting] = (), start_s: float = float("-inf")) -> None:
        self.mine, self._start_s = start[0] if start else None, start_s
        self.others: list[Sighting] = []
        self.people = 0
        self._sure = bool(start)  # that others are people
        self._hidden = False  # somebody close was seen a moment ago and may be right in front now
        self._mine_s: float | None = None  # None until the tracker has found the start
        self._size = 0.0
        self._box: Floats | None = None
        self._home: Floats | None = None  # mean place of the landmarks
        self._limbs: Floats | None = None  # (2, 8) shortest and longest lengths
        if start:
            self._size = float(np.median([one.size for one in start]))
            self._box = start[0].box
            self._home = np.median([one.px for one in start], axis=0)
        if len(start) > 1:
            self._limbs = np.percentile([_lengths(one.px) for one in start], [20, 80], axis=0)
        self._seen: Sighting | None = None
        self._seen_s = self._looked_s = self._others_s = self._mixed_s = float("-inf")

    def shared(self, one: Sighting) -> float:
        """Return how much of a body lies where the person's has been, as a fraction of the smaller one."""
        return 0.0 if self._box is None else overlap(one.box, self._box)

    def window(self, time_s: float, size: tuple[int, int]) -> Box | None:
        """Return the part of the image the tracker may see, or None for all of it.

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
        """Say whether the whole image has to be looked at before `update`.

        So it is from time to time, more often while others are close, and where the pose jumps.
        """
        since_s = abs(time_s - self._looked_s)
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

    def jumps(self, time_s: float, seen: Sighting) -> bool:
        """Say whether a pose is too far from the person's last place to be theirs."""
        if self.mine is None:
            return False
        if self._mine_s is None:
            return time_s < self._start_s or self._off(seen) > SAME_PLACE
        gone_s = self._gone_s(time_s)
        if not self._crowded(time_s):
            if gone_s > _PATIENCE_S:
                return False
        elif not 0.6 < seen.size / self._size < 1.7:
            return True
        return distance(seen, self.mine) > (_REACH + _REACH_PER_S * gone_s) * self._size

    def look(self, time_s: float, everyone: Sequence[Sighting]) -> None:
        """Take all people in the image at this time, the one followed included where they were found."""
        mine = self._find(time_s, everyone)
        others = [one for one in everyone if one is not mine]
        if not self._crowded(time_s):  # what bad landmarks left of the person's own body is found again
            others = [one for one in others if self.shared(one) <= MAX_OVERLAP]
        self._looked_s = time_s
        self._hidden = not others and self._near() and time_s - self._others_s < _HIDDEN_S
        if others:
            self._sure = self._sure or bool(self.others)
            if self._sure or any(self.shared(one) < _CLEAR for one in others):
                self._others_s = time_s
        if not self._hidden:
            self.others = others
        self._sure = self._sure and self._crowded(time_s)
        self.people = 1 + len(self.others) if self.others and self._sure else min(len(everyone), 1)

    def update(self, time_s: float, seen: Sighting | None) -> bool:
        """Take the tracker's pose in the next frame.

        Returns:
            Whether it is the person followed, limb for limb.
        """
        if seen is None:
            self._seen = None
            return False
        mine = not self.jumps(time_s, seen) and not self._mixes(time_s, seen)
        self._seen, self._seen_s = seen, time_s
        if mine:
            self._keep(time_s, seen)
        return mine

    def _crowded(self, time_s: float) -> bool:
        """Say whether others were about lately, or the one to follow has not come yet."""
        return time_s - self._others_s < _OTHERS_S or (self.mine is not None and self._mine_s is None)

    def _gone_s(self, time_s: float) -> float:
        return time_s - self._start_s if self._mine_s is None else time_s - self._mine_s

    def _lost_among_others(self, time_s: float, seen: Sighting | None) -> bool:
        return self._crowded(time_s) and (seen is None or self.jumps(time_s, seen))

    def _near(self) -> bool:
        """Say whether somebody is close enough to be in the way before the next slow look."""
        if self.mine is None:
            return False
        margin = 0.5 * self._size
        low, high = self.mine.box[:2] - margin, self.mine.box[2:] + margin
        return any(bool((one.box[:2] < high).all() and (one.box[2:] > low).all()) for one in self.others)

    def _find(self, time_s: float, everyone: Sequence[Sighting]) -> Sighting | None:
        """Find the person followed among all; where they are not at their place, take them up elsewhere.

        That needs patience among others, and none where only one person was in the picture.
        """
        mine = self.mine
        if mine is None:
            return everyone[0] if len(everyone) == 1 else None
        at_home = [one for one in everyone if self._off(one) < SAME_PLACE]
        if at_home:
            return min(at_home, key=self._off)
        alone = len(everyone) == 1 and not self._crowded(time_s)
        if not alone and self._gone_s(time_s) <= _PATIENCE_S:
            return None
        new = [one for one in everyone if alone or self._may_be_back(one)]
        if not new:
            return None
        found = min(new, key=lambda one: distance(one, mine))
        self.mine, self._mine_s, self._size, self._box = found, time_s, found.size, found.box
        self._home, self._limbs, self._seen = found.px, None, None
        return found

    def _may_be_back(self, one: Sighting) -> bool:
        """Say whether somebody has not been there as another all along, and has limbs as long."""
        if any(unlike(one, other.px) < SAME_PLACE for other in self.others):
            return False
        if self._limbs is None:
            return 0.5 < one.size / self._size < 2.0
        now, before = _lengths(one.px), self._limbs.mean(axis=0)
        ratio = np.maximum(now[::2], now[1::2]) / np.maximum(before[::2], before[1::2])
        return bool(0.65 < np.median(ratio) < 1.5)

    def _off(self, seen: Sighting) -> float:
        """Return how far a body is from the person's mean place, joint for joint, in sizes."""
        return 0.0 if self._home is None else unlike(seen, self._home)

    def _steps(self, time_s: float, seen: Sighting) -> np.ndarray:
        """(33,) whether a joint moved further since the last frame than a joint can."""
        far = np.zeros(len(seen.px), dtype=bool)
        took_s = time_s - self._seen_s
        if self._seen is not None and took_s < _STEADY_S:
            step = np.hypot(*(seen.px[_JOINTS] - self._seen.px[_JOINTS]).T)
            far[_JOINTS] = step > (_STEP + _STEP_PER_S * took_s) * self._size
        return far

    def _mixes(self, time_s: float, seen: Sighting) -> bool:
        """Say whether limbs may be somebody else's: they jump or change length where others are."""
        if self.others and self._crowded(time_s):
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
        """(33,) whether a landmark is over or under another person, who may have moved since the look."""
        margin = _AROUND * self._size
        beside = np.full(len(px), self._hidden)
        for one in self.others:
            beside |= (px[:, 0] > one.box[0] - margin) & (px[:, 0] < one.box[2] + margin)
        return beside

    def _keep(self, time_s: float, seen: Sighting) -> None:
        """Remember place, size and limbs.

        The box grows at once and shrinks slowly; so do the limbs' shortest and longest lengths, unless
        somebody is near whose limbs these may be.
        """
        share = 0.03 if self._mine_s is None else min(time_s - self._mine_s, 1.0)
        limbs = _lengths(seen.px)
        if self._box is None or self._home is None:
            self._size, self._box, self._home = seen.size, seen.box, seen.px
        elif self._limbs is None:
            self._limbs = np.array([limbs, limbs])
        else:
            near = self._crowded(time_s) and self._near()
            self._home = self._home + share / (_HOME_NEAR_S if near else _HOME_S) * (seen.px - self._home)
            self._size += share * (seen.size - self._size)
            box = self._box + share * (seen.box - self._box)
            self._box = np.concatenate([np.minimum(box[:2], seen.box[:2]), np.maximum(box[2:], seen.box[2:])])
            self._limbs = self._limbs + 0.2 * share * (limbs - self._limbs)
            if not near:
                short, long = self._limbs
                self._limbs = np.array([np.minimum(short, limbs), np.maximum(long, limbs)])
        self.mine, self._mine_s = seen, time_s


def _lengths(px: Floats) -> Floats:
    """(8,) lengths of upper arms, forearms, thighs and shins in pixels."""
    return np.asarray(np.hypot(*(px[_LIMB_END] - px[_LIMB_START]).T))
