"""The back's outline from the silhouette, where no landmark is: `research` calls it the dorsal contour."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from formcheck.measures.body import Body, Part, Role
from formcheck.poses.geometry import along_and_beside
from formcheck.poses.pose import EDGE_STATIONS, Floats

_CHORD: tuple[Part, Part] = ("shoulder", "hip")
UPPER = (0.20, 0.52)
LOWER = (0.55, 0.85)
_ARM: tuple[Part, ...] = ("shoulder", "elbow", "wrist")
_ARM_THICK = 0.08
"""Half of an arm and what the wrist's landmark is off, as a share of the line from shoulder to hip (4 cm)."""


def profile(body: Body, *, dorsal: bool) -> Floats:
    """Return (T, 33) heights of the outline over the shoulder-hip chord, in chord lengths.

    Args:
        body: The frames; needs a silhouette.
        dorsal: The back's edge, or the belly's.

    Returns:
        Outward positive; NaN where the outline was not found.
    """
    edges = body.track.edges_px
    if edges is None:
        return np.full((len(body.track), len(EDGE_STATIONS)), np.nan)
    shoulder, hip = body.joint("middle", "shoulder"), body.joint("middle", "hip")
    chord = hip - shoulder
    length = np.maximum(np.hypot(chord[:, 0], chord[:, 1]), 1e-6)
    sign = _outward(body, dorsal=dorsal)
    side = 0 if sign > 0 else 1
    right, down = (edges[:, side, :, axis] - shoulder[:, axis, None] for axis in (0, 1))
    across = (down * chord[:, 0, None] - right * chord[:, 1, None]) / length[:, None]
    height: Floats = sign * across / length[:, None]
    return np.where(_under_an_arm(body, height, dorsal=dorsal), np.nan, height)


def _under_an_arm(body: Body, heights: Floats, *, dorsal: bool) -> np.ndarray:
    """Return (T, 33) where the outline is an arm's, not the trunk's.

    An arm on the floor beside the body, or a hand on the hip, is in front of the trunk: where the line from
    shoulder over elbow to wrist runs along the outline or outside it, the outline is that of the arm.

    Args:
        body: The frames.
        heights: (T, 33) of the outline over the chord, in chord lengths, outward positive.
        dorsal: Whether it is the back's outline, or the belly's.
    """
    shoulder, hip = body.joint("middle", "shoulder"), body.joint("middle", "hip")
    outward = _outward(body, dorsal=dorsal)
    covered = np.zeros(heights.shape, dtype=bool)
    roles: tuple[Role, Role] = ("near", "far")
    for role in roles:
        places = [along_and_beside(shoulder, hip, body.joint(role, part)) for part in _ARM]
        for (from_x, from_y), (to_x, to_y) in pairwise((x, outward * y) for x, y in places):
            beside = np.fmin(from_x, to_x) <= EDGE_STATIONS[-1]
            beside &= np.fmax(from_x, to_x) >= EDGE_STATIONS[0]
            start, end = from_x[beside, None], to_x[beside, None]
            with np.errstate(divide="ignore", invalid="ignore"):
                share = (EDGE_STATIONS - start) / (end - start)
            arm = from_y[beside, None] + share * (to_y - from_y)[beside, None]
            covered[beside] |= (share >= 0) & (share <= 1) & (arm > heights[beside] - _ARM_THICK)
    return covered


def _outward(body: Body, *, dorsal: bool) -> float:
    """Return +1 where the normal (-dy, dx) of the line from shoulder to hip points outwards there, else -1.

    It points down in the picture where the feet are to the right.
    """
    return 1.0 if (body.look.facing > 0) != (dorsal == body.look.prone) else -1.0


def raised(body: Body, heights: Floats, frame: int) -> Floats:
    """Return the (33, 2) points of a back of these `profile` heights over the chord of a frame."""
    shoulder, hip = (body.joint("middle", part)[frame] for part in _CHORD)
    chord = hip - shoulder
    # As in `profile`: heights are in chord lengths, outwards of the back.
    up = -1.0 if (body.look.facing > 0) == body.look.prone else 1.0
    normal = up * np.array([-chord[1], chord[0]])
    points: Floats = shoulder + EDGE_STATIONS[:, None] * chord + heights[:, None] * normal
    return points


def line_slope_deg(heights: Floats, low: float, high: float) -> Floats:
    """Return (T,) slopes of straight lines fitted to `profile` heights between two stations."""
    use = (low <= EDGE_STATIONS) & (high >= EDGE_STATIONS)
    x, y = EDGE_STATIONS[use], heights[:, use]
    good = np.isfinite(y)
    n = good.sum(axis=1)
    zeroed = np.where(good, y, 0.0)
    mean_x = (good * x).sum(axis=1) / np.maximum(n, 1)
    mean_y = zeroed.sum(axis=1) / np.maximum(n, 1)
    dx = np.where(good, x - mean_x[:, None], 0.0)
    spread = (dx**2).sum(axis=1)
    slope = (dx * (zeroed - mean_y[:, None])).sum(axis=1) / np.maximum(spread, 1e-9)
    return np.where(n >= 0.7 * use.sum(), np.degrees(np.arctan(slope)), np.nan)


def back_bend_deg(body: Body) -> Floats:
    """Return (T,) the angle between the lines through the upper and the lower back, + = hollow.

    The two-tangent measure on 20-52 % and 55-85 % of the chord from shoulder to hip: the shoulder
    blades and the gluteus corrupt the ends.
    """
    heights = profile(body, dorsal=True)
    return line_slope_deg(heights, *LOWER) - line_slope_deg(heights, *UPPER)
