"""Plane geometry on arrays of points.

Points are `(..., 2)` in pixels, x right and y DOWN as images have it; angles come out in degrees and
follow the eye: up is positive. Anything undefined (a NaN point, a segment of no length) gives NaN.
"""

from __future__ import annotations

import math

import numpy as np

from formcheck.poses.pose import Floats

__all__ = [
    "angle_at_deg",
    "distance_px",
    "elevation_deg",
    "knee_between",
    "line_slope_deg",
    "rotate_px",
    "wrap_deg",
]

FOCAL = 0.85
"""Focal length over the longer side of the picture: phones and webcams lie within 0.65 and 1.1."""


def _direction_deg(vector: Floats) -> Floats:
    x, y = vector[..., 0], -vector[..., 1]
    return np.where((x == 0) & (y == 0), np.nan, np.degrees(np.arctan2(y, x)))


def wrap_deg(angle: Floats) -> Floats:
    """Bring angles into -180 (included) to 180 (excluded)."""
    wrapped: Floats = (np.asarray(angle) + 180.0) % 360.0 - 180.0
    return wrapped


def distance_px(a: Floats, b: Floats) -> Floats:
    """Return the distances between points `(..., 2)`, shape `(...)`."""
    length: Floats = np.hypot(b[..., 0] - a[..., 0], b[..., 1] - a[..., 1])
    return length


def elevation_deg(a: Floats, b: Floats, *, forward: float) -> Floats:
    """Return how far the line from `a` to `b` rises above the horizontal, -180 to 180.

    Args:
        a: (..., 2) start points.
        b: (..., 2) end points.
        forward: +1 where "ahead" is image right, -1 where it is left. A line ahead is 0 deg, one
            straight up 90 deg, so that the value is the same for a mirrored image and `-forward`.
    """
    vector = np.stack([(b[..., 0] - a[..., 0]) * forward, b[..., 1] - a[..., 1]], axis=-1)
    return _direction_deg(vector)


def angle_at_deg(a: Floats, joint: Floats, b: Floats) -> Floats:
    """Return the inside angle at `joint` between the lines to `a` and `b`, 0 to 180."""
    turn = wrap_deg(_direction_deg(b - joint) - _direction_deg(a - joint))
    inside: Floats = np.abs(turn)
    return inside


def line_slope_deg(a: Floats, b: Floats) -> Floats:
    """Return the slope of the undirected line through `a` and `b` in the image, -90 to 90.

    Positive where the line rises to the right.
    """
    slope: Floats = wrap_deg(2.0 * _direction_deg(b - a)) / 2.0
    return slope


def along_and_beside(origin: Floats, end: Floats, points: Floats) -> tuple[Floats, Floats]:
    """Return (T,) places of points along the line from an origin to an end, and beside it, as shares of it.

    Args:
        origin: (T, 2) pixels.
        end: (T, 2) pixels.
        points: (T, 2) pixels.

    Returns:
        0 at the origin and 1 at the end; positive on the side of the line's normal (-dy, dx).
    """
    line, (x, y) = end - origin, (points - origin).T
    square = np.maximum(line[:, 0] ** 2 + line[:, 1] ** 2, 1e-6)
    return (x * line[:, 0] + y * line[:, 1]) / square, (line[:, 0] * y - line[:, 1] * x) / square


def median(values: Floats) -> float:
    """Return the median of (N,) finite values, or NaN of none.

    As `np.median`, which takes ten times as long for the few frames of a phase.
    """
    if not len(values):
        return float("nan")
    ordered = np.sort(values)
    return float(ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2.0


def percentile(values: Floats, percent: float) -> float:
    """Return a percentile of (N,) finite values, or NaN of none. As `np.percentile`, for few values."""
    if not len(values):
        return float("nan")
    ordered = np.sort(values)
    low, share = divmod(percent / 100.0 * (len(ordered) - 1), 1.0)
    below, above = ordered[int(low)], ordered[min(int(low) + 1, len(ordered) - 1)]
    return float(below + share * (above - below))


def finite_median(values: Floats) -> Floats:
    """Return the medians over the first axis of (N,) or (N, K) values, of those that are finite, or NaN."""
    columns = values.reshape(len(values), math.prod(values.shape[1:])).T
    return np.array([median(column[np.isfinite(column)]) for column in columns]).reshape(values.shape[1:])


def rotate_px(points: Floats, angle_deg: float | Floats) -> Floats:
    """Turn points about the image origin, counter-clockwise to the eye for positive angles.

    Args:
        points: (..., 2).
        angle_deg: One angle, or an array that broadcasts with the points' `(...)`.
    """
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    x, y = points[..., 0], points[..., 1]
    return np.stack([c * x + s * y, -s * x + c * y], axis=-1)


def knee_between(hip: Floats, ankle: Floats, thigh: float, shin: float, *, facing: float) -> Floats:
    """Return (T, 2) where the thigh from the hip and the shin from the ankle meet, on the knee's upper side.

    Two circles meet there. Where hip and ankle are further apart than the leg is long, the thigh points to
    the ankle.

    Args:
        hip: (T, 2) pixels.
        ankle: (T, 2) pixels.
        thigh: Its length in pixels.
        shin: Its length in pixels.
        facing: +1 where the feet of somebody face up are to the image right of the head, -1 otherwise.
    """
    way = ankle - hip
    apart = np.maximum(np.hypot(*way.T), 1e-6)[:, None]
    along = np.clip((apart**2 + thigh**2 - shin**2) / (2.0 * apart), -thigh, thigh)
    aside = np.sqrt(thigh**2 - along**2)
    square = facing * np.stack([way[:, 1], -way[:, 0]], axis=1) / apart
    knee: Floats = hip + way / apart * along + square * aside
    return knee
