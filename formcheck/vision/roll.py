"""Measures the camera's roll about its optical axis from straight lines behind the person.

Rooms have lines in three perpendicular directions: one vertical, two horizontal. In an image with roll, pitch
and yaw, each family of lines points to its own vanishing point. So a skirting board seen obliquely slants
although the camera has no roll. Therefore the three angles are fitted together, over the whole image, and
only the roll is kept (the "Manhattan world" of Coughlan and Yuille, ICCV 1999). The uncertainty tells how
well the lines determine it: a plain wall, one slanted edge or letters do not.

A positive roll is a camera turned clockwise as seen from behind it: the picture's content leans
counter-clockwise, and what is level in the room rises to the image right by that angle.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.poses.geometry import FOCAL
from formcheck.poses.pose import Floats, Rolled

Gray = NDArray[np.uint8]

MOST_DEG = 30.0
"""A larger roll is not searched for."""
_SHORTEST, _LONG = 0.022, 0.08  # of the longer side: shorter lines are noise, longer ones count no more
_MOST_LINES = 80
_CELLS = (8, 6)  # across and down: many lines in one place (a shelf, letters) count as one
_PER_CELL = 1.5  # times the weight of its longest line
_MOST_WEIGHT = 15.0  # lines of one room share its errors: more of them do not reduce the uncertainty
_STRAY = 0.03  # likelihood of a line that belongs to no family, against one that fits
_COARSE_DEG, _MIDDLE_DEG, _FINE_DEG = 2.5, 1.2, 0.6  # spread of the lines about a family's direction
_SEEDS = 5
_STEPS = np.array([1.0, 2.5, 3.0])  # of roll, pitch, yaw, degrees
_FLOOR_DEG = 0.3  # rooms are not quite square and lenses not quite straight


UNSEEN = Rolled(float("nan"), float("nan"))


def from_picture(gray: Gray, person: Gray) -> Rolled:
    """Estimate the roll from one image.

    Args:
        gray: (H, W) image, best about 400 pixels long.
        person: (H, W), not zero where the person may be, and things that they move.

    Returns:
        The roll, NaN with fewer than three lines. Its uncertainty may be many degrees: use it.
    """
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(gray)[0]
    if found is None:
        return UNSEEN
    return from_lines(_background(found.reshape(-1, 4).astype(np.float64), person), gray.shape[1::-1])


def from_lines(lines: Floats, size: tuple[int, int]) -> Rolled:
    """Estimate the roll from line segments of the background.

    Args:
        lines: (N, 4) as x1, y1, x2, y2 in pixels.
        size: Width and height of the picture.
    """
    long_side = max(size)
    length = np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1]) / long_side
    order = np.argsort(-length)[:_MOST_LINES]
    order = order[length[order] >= _SHORTEST]
    if len(order) < 3:
        return UNSEEN
    lines, length = lines[order], length[order]
    weight = _weights(lines, length, size)
    middle = (lines[:, :2] + lines[:, 2:]) / 2 - (np.array(size) - 1) / 2
    at = middle * [1, -1] / (FOCAL * long_side)
    along = (lines[:, 2:] - lines[:, :2]) * [1, -1] / (length[:, None] * long_side)
    return _solve(_Lines(*(part.astype(np.float32) for part in (at[:, 0], at[:, 1], *along.T, weight))))


def _background(lines: Floats, person: Gray) -> Floats:
    """Drop lines that touch the person or lie along the image border."""
    height, width = person.shape
    free = np.ones(len(lines), dtype=bool)
    for share in (0.1, 0.5, 0.9):
        x, y = ((1 - share) * lines[:, :2] + share * lines[:, 2:]).astype(int).T
        free &= person[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)] == 0
    for values, last in ((lines[:, 0::2], width - 1), (lines[:, 1::2], height - 1)):
        free &= ~((values < 4).all(axis=1) | (values > last - 4).all(axis=1))
    return lines[free]


def _weights(lines: Floats, length: Floats, size: tuple[int, int]) -> Floats:
    """Weight lines by length, with a limit for each cell of the image and one for all together."""
    weight = np.minimum(length / _LONG, 1.0) ** 1.5
    places = ((lines[:, :2] + lines[:, 2:]) / 2 / size * _CELLS).astype(int)
    cell = np.clip(places, 0, np.array(_CELLS) - 1) @ [1, _CELLS[0]]
    total, longest = np.zeros(_CELLS[0] * _CELLS[1]), np.zeros(_CELLS[0] * _CELLS[1])
    np.add.at(total, cell, weight)
    np.maximum.at(longest, cell, weight)
    weight = weight * np.minimum(1.0, _PER_CELL * longest[cell] / total[cell])
    limited: Floats = weight * min(1.0, _MOST_WEIGHT / float(weight.sum()))
    return limited


class _Lines(NamedTuple):
    """(N,) places over the focal length (y up), unit directions, weights."""

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    dx: NDArray[np.float32]
    dy: NDArray[np.float32]
    weight: NDArray[np.float32]


def _directions(turns: Floats) -> NDArray[np.float32]:
    """(H, 3, 3) vertical and two horizontal directions (x right, y up, z ahead) for (H, 3) rotations."""
    roll, pitch, yaw = np.radians(turns).T
    none = np.zeros_like(roll)
    up = np.stack([none, np.cos(pitch), -np.sin(pitch)])
    ahead = np.stack([none, np.sin(pitch), np.cos(pitch)])
    right = np.stack([none + 1, none, none])
    level = np.stack([np.cos(yaw) * right + np.sin(yaw) * ahead, np.cos(yaw) * ahead - np.sin(yaw) * right])
    x, y, z = np.concatenate([up[None], level]).transpose(1, 2, 0)
    c, s = np.cos(roll)[:, None], np.sin(roll)[:, None]
    return np.stack([c * x - s * y, s * x + c * y, z], axis=-1).astype(np.float32)


def _agreement(turns: Floats, lines: _Lines, spread_deg: float) -> Floats:
    """(H,) log-likelihood of (H, 3) rotations: each line points to a vanishing point, or is an outlier."""
    return _likelihood(_directions(turns), lines, spread_deg) + _expected(turns)


def _likelihood(directions: NDArray[np.float32], lines: _Lines, spread_deg: float) -> Floats:
    z = directions[..., 2, None]
    towards_x = directions[..., 0, None] - lines.x * z
    towards_y = directions[..., 1, None] - lines.y * z
    across = towards_x * lines.dy - towards_y * lines.dx
    miss = across * across / (towards_x * towards_x + towards_y * towards_y + np.float32(1e-9))
    best = miss.min(axis=1)  # squared sine of the angle to the nearest family
    fits = np.exp(best * np.float32(-0.5 / np.radians(spread_deg) ** 2))
    likelihood: Floats = np.log(_STRAY + (1 - _STRAY) * fits) @ lines.weight
    return likelihood


def _expected(turns: Floats) -> Floats:
    """Log-prior: most cameras are level and point a little down; some do not."""
    roll, pitch, yaw = turns.T
    mostly = 0.75 / 2.0 * np.exp(-0.5 * (roll / 2.0) ** 2) + 0.25 / 12.0 * np.exp(-0.5 * (roll / 12.0) ** 2)
    facing = 0.4 + 0.6 * np.exp(-0.5 * (yaw / 10.0) ** 2)
    expected: Floats = np.log(mostly * facing) - 0.5 * ((pitch - 8.0) / 10.0) ** 2
    return expected


@cache
def _everywhere() -> tuple[Floats, NDArray[np.float32], Floats]:
    """Return a grid of rotations, their directions, and their log-prior."""
    turns = _lattice(
        np.arange(-MOST_DEG, MOST_DEG + 1, 3.0), np.arange(-15.0, 34.0, 6.0), np.arange(-45.0, 45.0, 9.0)
    )
    return turns, _directions(turns), _expected(turns)


def _lattice(*axes: Floats) -> Floats:
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))


_AROUND = _lattice(*[np.array([-1.0, 0.0, 1.0])] * 3) * _STEPS
_NEAR = _lattice(np.arange(-6.0, 7.0) * 0.4, np.arange(-2.0, 3.0) * 2.0, np.arange(-2.0, 3.0) * 3.0)


def _solve(lines: _Lines) -> Rolled:
    """Search a coarse grid, climb from its best points, and weight the surroundings of the maxima."""
    turns, directions, expected = _everywhere()
    rough = _likelihood(directions, lines, _COARSE_DEG) + expected
    tops: list[tuple[float, Floats]] = []
    for seed in _apart(turns, rough):
        top = turns[seed]
        for scale, spread_deg in ((1.0, _MIDDLE_DEG), (0.5, _FINE_DEG), (0.25, _FINE_DEG)):
            for _ in range(3):
                around = top + scale * _AROUND
                values = _agreement(around, lines, spread_deg)
                moved = around[int(np.argmax(values))]
                if np.array_equal(moved, top):
                    break
                top = moved
        tops.append((float(values.max()), top))
    best = max(value for value, _ in tops)
    near = np.concatenate([top + _NEAR for value, top in tops if value > best - 6.0])
    near = np.unique(near.round(3), axis=0)
    values = _agreement(near, lines, _FINE_DEG)
    share = np.exp(values - values.max())
    share /= share.sum()
    roll = float(share @ near[:, 0])
    spread = float(np.sqrt(share @ (near[:, 0] - roll) ** 2))
    return Rolled(roll, float(np.hypot(spread, _FLOOR_DEG)))


def _apart(turns: Floats, values: Floats) -> list[int]:
    """Return the best few rotations that are not neighbours of a better one."""
    picked: list[int] = []
    for i in np.argsort(-values)[:200].tolist():
        if all((np.abs(turns[i] - turns[j]) > [3.5, 7.0, 10.0]).any() for j in picked):
            picked.append(i)
        if len(picked) == _SEEDS:
            break
    return picked
