"""One person out of the people that a file has in each frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment

from formcheck.poses.pose import Floats

_NEAR = 0.75  # of a body's size: further in one step nobody moves
_FAR = 1e6  # the cost of two that cannot be the same


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody in a frame.

    Attributes:
        points: (K, 3) x, y and confidence of the points; NaN where a point was not found.
        name: What the file calls the person over time; empty where it does not.
    """

    points: Floats
    name: str = ""


@dataclass(slots=True)
class _Way:
    """One person over time: where last, how large, and in which frames."""

    place: Floats
    size: float
    frames: dict[int, Seen] = field(default_factory=dict)
    weight: float = 0.0

    def add(self, frame: int, seen: Seen, place: Floats, size: float) -> None:
        self.frames[frame], self.place, self.size = seen, place, size
        self.weight += size


def one_person(frames: Sequence[Sequence[Seen]]) -> tuple[dict[int, Seen], int]:
    """Follow the people of a file and return the one who is largest for longest.

    People with names go by their names. The others are followed from frame to frame by the middle of their
    points.

    Args:
        frames: Who is in each frame.

    Returns:
        The person by frame, and how many people there were at most in a frame.
    """
    most = max((len(people) for people in frames), default=0)
    ways: list[_Way] = []
    named: dict[str, _Way] = {}
    for number, people in enumerate(frames):
        placed = [(seen, *extent) for seen in people if (extent := _extent(seen.points)) is not None]
        for seen, place, size in (one for one in placed if one[0].name):
            way = named.setdefault(seen.name, _Way(place, size))
            if number not in way.frames:
                way.add(number, seen, place, size)
        _follow(ways, number, [one for one in placed if not one[0].name])
    best = max([*ways, *named.values()], key=lambda way: way.weight, default=None)
    return (best.frames if best else {}), most


def _follow(ways: list[_Way], number: int, placed: list[tuple[Seen, Floats, float]]) -> None:
    """Add the people of a frame to those before, each to the nearest; who is new begins a way."""
    taken: set[int] = set()
    if ways and placed:
        cost = np.full((len(placed), len(ways)), _FAR)
        for i, (_, place, size) in enumerate(placed):
            for j, way in enumerate(ways):
                off = float(np.hypot(*(place - way.place))) / max(size, way.size, 1e-9)
                cost[i, j] = off if off < _NEAR else _FAR
        for i, j in zip(*linear_sum_assignment(cost), strict=True):
            if cost[i, j] < _FAR:
                ways[j].add(number, *placed[i])
                taken.add(int(i))
    for i, one in enumerate(placed):
        if i not in taken:
            ways.append(_Way(one[1], one[2]))
            ways[-1].add(number, *one)


def _extent(points: Floats) -> tuple[Floats, float] | None:
    """Return the middle of somebody's points and how far they spread, or None where there are too few."""
    known = points[np.isfinite(points[:, :2]).all(axis=1), :2]
    if len(known) < 2:
        return None
    size = float(np.hypot(*np.ptp(known, axis=0)))
    return (known.mean(axis=0), size) if size > 0 else None
