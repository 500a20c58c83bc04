"""Vectors and rotations: column vectors, right-handed, y up, metres; angles in degrees unless said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Vector: TypeAlias = Floats | Sequence[float]
"""Three coordinates."""


def vector(values: Vector) -> Floats:
    """Return coordinates as an array."""
    return np.asarray(values, float)


def unit(values: Vector) -> Floats:
    """Return the vector of length 1 in the same direction; one of no length as it is."""
    v = np.asarray(values, float)
    length = np.linalg.norm(v)
    return v / length if length > 1e-12 else v


def rot(axis: Vector, deg: float) -> Floats:
    """Return the (3, 3) rotation about an axis by the right-hand rule (Rodrigues' formula)."""
    a = unit(axis)
    t = np.radians(deg)
    k = np.array([[0, -a[2], a[1]], [a[2], 0, -a[0]], [-a[1], a[0], 0]])
    turned: Floats = np.eye(3) + np.sin(t) * k + (1 - np.cos(t)) * k @ k
    return turned


def rx(deg: float) -> Floats:
    """Return the rotation about x."""
    return rot((1, 0, 0), deg)


def ry(deg: float) -> Floats:
    """Return the rotation about y."""
    return rot((0, 1, 0), deg)


def rz(deg: float) -> Floats:
    """Return the rotation about z."""
    return rot((0, 0, 1), deg)


def frame(first: Vector, second: Vector) -> Floats:
    """Return an orthonormal frame: first column `first`, second `second` made orthogonal to it."""
    d = unit(first)
    n = unit(np.asarray(second, float) - np.dot(second, d) * d)
    return np.stack([d, n, np.cross(d, n)], 1)


def rotvec(rotation: Floats) -> Floats:
    """Return axis times angle (radians) of a rotation."""
    t = np.arccos(np.clip((np.trace(rotation) - 1) / 2, -1, 1))
    if t < 1e-9:
        return np.zeros(3)
    r = rotation
    w = np.array([r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1]]) / (2 * np.sin(t))
    return np.asarray(w * t)


def from_rotvec(values: Floats) -> Floats:
    """Return the rotation of an axis times its angle (radians)."""
    t = float(np.linalg.norm(values))
    return np.eye(3) if t < 1e-9 else rot(values, float(np.degrees(t)))


def partial(rotation: Floats, fraction: float) -> Floats:
    """Return a fraction of a rotation, about the same axis."""
    return from_rotvec(rotvec(rotation) * fraction)


def two_bone(a: Floats, b: Floats, l1: float, l2: float, hint: Floats) -> tuple[Floats, Floats]:
    """Return middle and end of a chain of two bones from `a` towards `b`, bent towards `hint`.

    Where `b` is out of reach the end lies as near to it as the chain allows.
    """
    d = b - a
    length = float(np.linalg.norm(d))
    reached = min(max(length, abs(l1 - l2) + 1e-4), l1 + l2 - 1e-4)
    u = d / length
    x = (l1 * l1 - l2 * l2 + reached * reached) / (2 * reached)
    h = np.sqrt(max(l1 * l1 - x * x, 0))
    p = unit(hint - np.dot(hint, u) * u)
    return a + u * x + p * h, a + u * reached


def smooth(x: float) -> float:
    """Return a ramp from 0 to 1 of minimum jerk (Flash and Hogan 1985); outside 0 to 1 it stays."""
    c = np.clip(x, 0, 1)
    return float(c * c * c * (10 + c * (-15 + 6 * c)))


def angle_deg(u: Vector, v: Vector) -> float:
    """Return the angle between two directions, 0 to 180 deg."""
    return float(np.degrees(np.arccos(np.clip(np.dot(unit(u), unit(v)), -1, 1))))


class Wander:
    """Slow, smooth, seeded noise of mean zero: a sum of a few sines.

    Args:
        rng: Where its frequencies, phases and amplitudes are drawn from.
        amplitude: Its standard deviation.
        count: Number of sines.
        fastest_hz: Their highest frequency.
        slowest_hz: Their lowest.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        amplitude: float,
        count: int = 4,
        fastest_hz: float = 0.6,
        slowest_hz: float = 0.08,
    ) -> None:
        self._hz = rng.uniform(slowest_hz, fastest_hz, count)
        self._phase = rng.uniform(0, 2 * np.pi, count)
        self._size = rng.normal(0, 1, count)
        self._size *= amplitude / np.sqrt((self._size**2).sum() / 2 + 1e-9)

    def __call__(self, t_s: float) -> float:
        """Return the value at a time."""
        return float((self._size * np.sin(2 * np.pi * self._hz * t_s + self._phase)).sum())
