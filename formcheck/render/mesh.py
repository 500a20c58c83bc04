"""Triangles with colours and materials, and simple solids of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formcheck.render.vectors import Vector, unit, vector

Singles = NDArray[np.float32]
SOLE_FLOOR, WALL, VINYL, STEEL, PLAIN, GLASS = 6, 7, 8, 9, 10, 11
"""Materials of things, as the fragment shader numbers them; `body` has those of people."""
_FIELDS = ("vertices", "normals", "color", "material", "rest", "garment")


def linear(srgb: Any) -> Singles:
    """Return colours in linear light."""
    return np.asarray(srgb, np.float32) ** np.float32(2.2)


@dataclass
class Mesh:
    """What the renderer draws: vertices, normals, colours (linear) and rest positions (k, 3), faces (m, 3).

    `material` (k,) is a number of the fragment shader; `garment` (k, 2): how far inside top and bottom, m.
    """

    vertices: Singles
    normals: Singles
    faces: NDArray[np.int32]
    color: Singles
    material: Singles
    rest: Singles
    garment: Singles


def solid(corners: Any, faces: Any, color: Vector, material: int) -> Mesh:
    """Return a solid of flat faces: each triangle has vertices of its own."""
    v = np.asarray(corners, np.float32)[np.asarray(faces, np.int32).ravel()]
    triangles = v.reshape(-1, 3, 3)
    n = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    n /= np.maximum(np.linalg.norm(n, axis=1, keepdims=True), 1e-12)
    k = len(v)
    return Mesh(
        v,
        np.repeat(n, 3, 0).astype(np.float32),
        np.arange(k, dtype=np.int32).reshape(-1, 3),
        np.broadcast_to(linear(color), (k, 3)).astype(np.float32),
        np.full(k, material, np.float32),
        v,
        np.full((k, 2), -1, np.float32),
    )


def box(low: Vector, high: Vector, color: Vector, material: int) -> Mesh:
    """Return a box between two corners."""
    ends = (vector(low), vector(high))
    corners = [[ends[(i >> axis) & 1][axis] for axis in range(3)] for i in range(8)]
    sides = ((0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5))
    faces = [triangle for a, b, c, d in sides for triangle in ((a, b, c), (a, c, d))]
    return solid(corners, faces, color, material)


def cylinder(a: Vector, b: Vector, radius_m: float, color: Vector, material: int, corners: int = 24) -> Mesh:
    """Return a cylinder between the middles of its two ends."""
    start, end = vector(a), vector(b)
    along = unit(end - start)
    x = unit(np.cross(along, [0, 1, 0.13]))
    y = np.cross(along, x)
    t = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    ring = radius_m * (np.cos(t)[:, None] * x + np.sin(t)[:, None] * y)
    n, faces = corners, []
    for i in range(n):
        k = (i + 1) % n
        faces += [(i, k, n + k), (i, n + k, n + i), (2 * n, k, i), (2 * n + 1, n + i, n + k)]
    return solid(np.concatenate([start + ring, end + ring, [start], [end]]), faces, color, material)


def join(meshes: Sequence[Mesh]) -> Mesh:
    """Return several meshes as one."""
    begins = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes)])
    faces = np.concatenate([mesh.faces + at for mesh, at in zip(meshes, begins, strict=False)])
    joined = {name: np.concatenate([getattr(mesh, name) for mesh in meshes]) for name in _FIELDS}
    return Mesh(faces=faces.astype(np.int32), **joined)
