"""The back's outline from the silhouette, where no landmark is: `research` calls it the dorsal contour."""

from __future__ import annotations

import numpy as np

from formcheck.measures.body import Body, Part
from formcheck.poses.pose import EDGE_STATIONS, Floats

_CHORD: tuple[Part, Part] = ("shoulder", "hip")
UPPER = (0.20, 0.52)
LOWER = (0.55, 0.85)


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
    normal = np.stack([-chord[:, 1], chord[:, 0]], axis=1) / length[:, None]
    # The normal (-dy, dx) points down in the image where the feet are to the right.
    up_side = 1 if body.look.facing > 0 else 0
    side = up_side if dorsal == body.look.prone else 1 - up_side
    sign = 1.0 if side == 0 else -1.0
    offset = edges[:, side] - shoulder[:, None, :]
    height: Floats = sign * (offset * normal[:, None, :]).sum(axis=2) / length[:, None]
    return height


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
