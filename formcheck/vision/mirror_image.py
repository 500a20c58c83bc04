"""Tells the image of the person in a mirror from other people: it moves in step with them.

A mirror on a wall keeps up and down, whichever way it turns left and right: each joint of the image rises and
sinks with the person's own. The image is further away, so it is smaller, and it never comes before them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from formcheck.poses.pose import Floats, Landmark
from formcheck.vision.people import SAME_PLACE, Sighting, unlike

_PAIRS = [Landmark.LEFT_SHOULDER, Landmark.LEFT_HIP, Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE]
_KEPT, _ENOUGH = 24, 6  # sightings of both at once
_MOVED = 0.03  # of the body's size: the joint that moves most must have risen so far
_IN_STEP, _STILL_IN_STEP = 0.8, 0.4  # correlation: to be found an image, and to stay one
_AS_LARGE = 1.0  # of the person's size, at most


@dataclass(eq=False)
class _Other:
    """One other body: the last sightings of the person and of it, and whether it is the person's image."""

    pairs: deque[tuple[Sighting, Sighting]] = field(default_factory=lambda: deque(maxlen=_KEPT))
    image: bool = False


class MirrorImages:
    """Follows who else is in the picture, and says who of them is the person's image."""

    def __init__(self) -> None:
        self._others: list[_Other] = []

    def observe(self, mine: Sighting, others: Sequence[Sighting]) -> list[bool]:
        """Add all people of one picture.

        Args:
            mine: The person.
            others: Who else is there.

        Returns:
            Of each other one, whether it is the person's image. At first nobody is: it shows as they move.
            Who was found to be one stays one, even if a joint is lost, until they clearly move otherwise.
        """
        self._others = [self._known(other) for other in others]
        for one, other in zip(self._others, others, strict=True):
            one.pairs.append((mine, other))
            one.image = in_step(one.pairs, _STILL_IN_STEP if one.image else _IN_STEP)
        return [one.image for one in self._others]

    def _known(self, other: Sighting) -> _Other:
        near = (one for one in self._others if unlike(other, one.pairs[-1][1].px) < SAME_PLACE)
        return next(near, None) or _Other()


def in_step(pairs: Sequence[tuple[Sighting, Sighting]], least: float = _IN_STEP) -> bool:
    """Return whether another body rises and sinks joint by joint as the person does, and is not larger.

    Args:
        pairs: Sightings of the person and of the other body at the same times.
        least: The correlation of their heights that is in step.
    """
    if len(pairs) < _ENOUGH:
        return False
    mine, other = (_heights([pair[which] for pair in pairs]) for which in (0, 1))
    if np.ptp(mine, axis=0).max() < _MOVED or not other.any():
        return least < _IN_STEP  # nobody moves: what was known holds on
    larger = np.median([theirs.size / own.size for own, theirs in pairs]) > _AS_LARGE
    alike = float((mine * other).sum() / np.sqrt((mine**2).sum() * (other**2).sum()))
    return not larger and alike > least


def _heights(bodies: Sequence[Sighting]) -> Floats:
    """(n, 4) heights of the middle of each pair of joints about their mean, in body sizes."""
    size = float(np.median([one.size for one in bodies]))
    y = np.array([[one.px[[joint, joint + 1], 1].mean() for joint in _PAIRS] for one in bodies])
    return np.asarray((y - y.mean(axis=0)) / size)
