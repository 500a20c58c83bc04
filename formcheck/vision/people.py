"""Several people in the image: who is there, who trains, and whom the user means.

All of it is arithmetic on landmarks. `formcheck.vision.landmarker` detects people in images, and
`formcheck.vision.person_tracker` follows the person chosen here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy.optimize import linear_sum_assignment

from formcheck.errors import NoPersonError, UsageError
from formcheck.poses.pose import TRUNK, Floats, Landmark

_MAIN = [*TRUNK, *range(Landmark.LEFT_KNEE, Landmark.LEFT_HEEL)]
_JOINTS = [
    *range(Landmark.LEFT_SHOULDER, Landmark.RIGHT_WRIST + 1),
    *range(Landmark.LEFT_HIP, Landmark.LEFT_HEEL),
]
_LIMBS = [Landmark.LEFT_ELBOW, Landmark.LEFT_WRIST, Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE]
Box = tuple[int, int, int, int]
"""Left, top, right, bottom in whole pixels, the last two exclusive."""
SAME_PLACE = 0.24
"""Bodies less `unlike` than this are the same person, who stayed in place."""
_MIN_SIZE = 0.35  # of the largest person: less is a poster or a person far away
MAX_OVERLAP = 0.6  # of the smaller box: more is the same body detected twice
_MIN_VISIBILITY = 0.7  # of shoulders to ankles: less is often a bench, or part of a person
_STAYS = 0.3  # share of the observations in which a person must be seen to be counted from the left
_RIVAL = 0.7  # of the best score: a second person this close makes the choice a guess
_LIVELY = 0.06  # limbs of a person who trains move by this share of the body's size
_HEAD_CUT = 0.05  # of the height: landmarks of a head that is cut off are pressed against the upper edge
_ENOUGH = 4  # sightings needed to tell whether a person moves or stays


@dataclass(frozen=True, eq=False)
class Sighting:
    """One body in one image.

    Attributes:
        px: (33, 2) landmarks in pixels.
        visibility: (33,) the model's guess, 0 to 1.
        cut: Whether the edge of the image cuts the body: its landmarks there are guesses, perhaps inside.
    """

    px: Floats
    visibility: Floats
    cut: bool = False

    @classmethod
    def within(cls, px: Floats, visibility: Floats, size: tuple[int, int]) -> Sighting:
        """Return a body with whether it is cut by the edge of an image of this width and height."""
        outside = (px < 0).any() or (px > size).any() or px[:, 1].min() < _HEAD_CUT * size[1]
        return cls(px, visibility, bool(outside))

    @cached_property
    def box(self) -> Floats:
        """(4,) left, top, right and bottom in pixels."""
        return np.concatenate([self.px.min(axis=0), self.px.max(axis=0)])

    @cached_property
    def size(self) -> float:
        """Diagonal of the box in pixels: it changes less with the posture than height or width."""
        return float(np.hypot(*(self.box[2:] - self.box[:2])))

    @cached_property
    def centre(self) -> Floats:
        """(2,) middle of shoulders and hips in pixels."""
        middle: Floats = self.px[TRUNK].mean(axis=0)
        return middle

    @property
    def seen_well(self) -> bool:
        """Whether trunk and legs are visible by the model's own estimate."""
        return bool(self.visibility[_MAIN].mean() >= _MIN_VISIBILITY)


def overlap(one: Floats, other: Floats) -> float:
    """Return the area shared by two boxes, as a fraction of the smaller one."""
    shared = np.prod(np.clip(np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2]), 0.0, None))
    smaller = min(np.prod(one[2:] - one[:2]), np.prod(other[2:] - other[:2]))
    return float(shared / max(smaller, 1e-9))


def distinct(found: Iterable[Sighting], known: Sequence[Sighting] = ()) -> list[Sighting]:
    """Return one sighting per person, the largest first.

    Args:
        found: Bodies detected in one image, some of them perhaps twice.
        known: People who are known already and are not returned again.

    Returns:
        Those who are seen well, are not much smaller than the largest, and do not overlap larger ones.
    """
    kept = list(known)
    for body in sorted(found, key=lambda one: one.size, reverse=True):
        large_enough = all(body.size >= _MIN_SIZE * one.size for one in kept)
        if body.seen_well and large_enough and not any(_same_body(body, one) for one in kept):
            kept.append(body)
    return kept[len(known) :]


def _same_body(one: Sighting, other: Sighting) -> bool:
    return overlap(one.box, other.box) > MAX_OVERLAP or unlike(one, other.px) < SAME_PLACE


@dataclass(eq=False)
class Candidate:
    """One person in several observations."""

    sightings: list[Sighting] = field(default_factory=list)
    times_s: list[float] = field(default_factory=list)

    def add(self, time_s: float, body: Sighting) -> None:
        """Add a sighting of this person."""
        self.sightings.append(body)
        self.times_s.append(time_s)

    def unlike(self, body: Sighting) -> float:
        """Return the distance of a body from the nearest of this person's last sightings, in body sizes."""
        return min(unlike(body, one.px) for one in self.sightings[-_ENOUGH:])

    @property
    def centre(self) -> Floats:
        """(2,) usual place of the person, in pixels."""
        middle: Floats = np.median([one.centre for one in self.sightings], axis=0)
        return middle

    @property
    def size(self) -> float:
        """Median size in pixels."""
        return float(np.median([one.size for one in self.sightings]))

    @property
    def liveliness(self) -> float:
        """How far limbs move about the trunk, 0 to 1; 1 with too few sightings.

        The middle of each pair of joints counts: exchanged labels of left and right do not move it.
        """
        if len(self.sightings) < _ENOUGH:
            return 1.0
        shapes = np.array([(one.px - one.centre) / one.size for one in self.sightings])
        middles = (shapes[:, _LIMBS] + shapes[:, [joint + 1 for joint in _LIMBS]]) / 2
        low, high = np.percentile(middles, [20, 80], axis=0)
        return min(float(np.hypot(*(high - low).T).max()) / _LIVELY, 1.0)


class Crowd:
    """All people seen so far, matched between observations by place and size.

    Args:
        size: Width and height of the image in pixels.
        memory_s: How long people are remembered.

    Attributes:
        candidates: The people, in the order in which they were first seen.
    """

    def __init__(self, size: tuple[int, int], memory_s: float = float("inf")) -> None:
        self._width, self._memory_s = size[0], memory_s
        self._observed_s: list[float] = []
        self.candidates: list[Candidate] = []

    @property
    def observed_s(self) -> float:
        """Time of the last observation."""
        return self._observed_s[-1] if self._observed_s else float("-inf")

    @property
    def observations(self) -> int:
        """Number of observations."""
        return len(self._observed_s)

    def observe(self, time_s: float, seen: Sequence[Sighting]) -> None:
        """Add the people seen in one image."""
        self._observed_s.append(time_s)
        self._forget(time_s - self._memory_s)
        apart = np.array([[one.unlike(body) for body in seen] for one in self.candidates])
        apart = apart.reshape(len(self.candidates), len(seen))
        pairs = zip(*linear_sum_assignment(np.fmin(apart, SAME_PLACE)), strict=True)
        known = {body: one for one, body in pairs if apart[one, body] <= SAME_PLACE}
        for index, body in enumerate(seen):
            if index not in known:
                self.candidates.append(Candidate())
            self.candidates[known.get(index, -1)].add(time_s, body)

    def score(self, candidate: Candidate) -> float:
        """Return how likely it is that a person trains: large, central, moving, and always there.

        There: since they came. Who walks in to train must not lose to who stood about before.
        """
        off = abs(float(candidate.centre[0]) - self._width / 2) / (self._width / 2)
        since = sum(time_s >= candidate.times_s[0] for time_s in self._observed_s)
        there = len(candidate.sightings) / max(since, min(_ENOUGH, len(self._observed_s)))
        return candidate.size * (1 - 0.3 * min(off, 1.0)) * there * (0.4 + 0.6 * candidate.liveliness)

    def best(self) -> Candidate | None:
        """Return the person most likely to train, or None if nobody was seen."""
        return max(self.candidates, key=self.score, default=None)

    def knows(self, candidate: Candidate) -> bool:
        """Return whether a person was seen often enough to tell where they are and whether they move."""
        return len(candidate.sightings) >= min(_ENOUGH, len(self._observed_s))

    def better_than(self, followed: Sighting | None) -> Candidate | None:
        """Return a person who is there and clearly more likely to train than the one followed, or None.

        Somebody who is not there may be the one followed in another posture: who gets up after a set looks
        like another person.
        """
        best = self.best()
        if best is None or followed is None or len(best.sightings) < _ENOUGH:
            return None
        if best.times_s[-1] < self.observed_s:
            return None
        mine = min(self.candidates, key=lambda one: one.unlike(followed))
        return best if best is not mine and _RIVAL * self.score(best) > self.score(mine) else None

    @property
    def several(self) -> bool:
        """Whether two people were ever seen at once."""
        times_s = [time_s for one in self.candidates for time_s in one.times_s]
        return len(times_s) > len(set(times_s))

    @property
    def undecided(self) -> bool:
        """Whether a second person, seen at the same time, is about as likely to train."""
        best = self.best()
        if best is None:
            return False
        rivals = [one for one in self.candidates if one is not best and set(one.times_s) & set(best.times_s)]
        return any(self.score(one) > _RIVAL * self.score(best) for one in rivals)

    def staying(self) -> list[Candidate]:
        """Return the people who stay in the image, from left to right."""
        enough = _STAYS * len(self._observed_s)
        stay = [one for one in self.candidates if len(one.sightings) >= enough]
        return sorted(stay, key=lambda one: float(one.centre[0]))

    def _forget(self, before_s: float) -> None:
        self._observed_s = [time_s for time_s in self._observed_s if time_s >= before_s]
        for one in self.candidates:
            old = sum(time_s < before_s for time_s in one.times_s)
            del one.times_s[:old], one.sightings[:old]
        self.candidates = [one for one in self.candidates if one.sightings]


def unlike(one: Sighting, px: Floats) -> float:
    """Return the distance of a body from another body, or from itself at an earlier time.

    Args:
        one: The body.
        px: (33, 2) landmarks to compare with.

    Returns:
        The 70th percentile of the joints' distances (a limb may move), in body sizes.
    """
    return float(np.percentile(np.hypot(*(one.px[_JOINTS] - px[_JOINTS]).T), 70)) / one.size


def distance(one: Sighting, other: Sighting) -> float:
    """Return the distance between the centres of two trunks, in pixels."""
    return float(np.hypot(*(one.centre - other.centre)))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom the user means: a place in the row from the left, a word for it, or a point in the image.

    Attributes:
        text: As written.
        number: From 1, counted from the left.
        point: x and y in pixels.
    """

    text: str
    number: int | None = None
    point: tuple[float, float] | None = None

    @classmethod
    def parse(cls, text: str) -> Wanted:
        """Read `left`, `middle`, `right`, a number, or `X,Y`.

        Raises:
            UsageError: If it is none of these.
        """
        word = text.strip().lower()
        if word in ("left", "middle", "right"):
            return cls(word)
        if re.fullmatch(r"[1-9]\d?", word):
            return cls(word, number=int(word))
        point = re.fullmatch(r"(\d+(?:\.\d+)?)\s*,\s*(\d+(?:\.\d+)?)", word)
        if point:
            return cls(word, point=(float(point[1]), float(point[2])))
        raise UsageError(
            f"{text!r} names no person: say left, middle or right, a number counted from the left, "
            "or a point of the picture in pixels as X,Y"
        )

    def of(self, crowd: Crowd) -> Candidate:
        """Find the person meant.

        Raises:
            UsageError: If there is no such person, with where there are people.
            NoPersonError: If there is nobody at all.
        """
        row = crowd.staying()
        if not row:
            raise NoPersonError("no person was seen: film the whole body, well lit, 2 to 3 m away")
        if self.point is not None:
            at = np.array(self.point)
            hit = [one for one in row if _holds(one, at)]
            if hit:
                return min(hit, key=lambda one: float(np.hypot(*(one.centre - at))))
        elif self.number is None:
            return row[{"left": 0, "middle": (len(row) - 1) // 2, "right": -1}[self.text]]
        elif self.number <= len(row):
            return row[self.number - 1]
        places = " and ".join(f"{one.centre[0]:.0f},{one.centre[1]:.0f}" for one in row)
        many = "1 person stays" if len(row) == 1 else f"{len(row)} people stay"
        raise UsageError(f"there is no person {self.text}: {many} in the picture, at {places}")


def _holds(candidate: Candidate, point: Floats) -> bool:
    return any(
        bool((one.box[:2] <= point).all() and (point <= one.box[2:]).all()) for one in candidate.sightings
    )
