"""The room and what stands in it: floor, walls, things along them, mat or bench, and the bar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from formcheck.render.mesh import PLAIN, SOLE_FLOOR, STEEL, VINYL, WALL, Mesh, box, cylinder, join, linear
from formcheck.render.spec import Options, Scene
from formcheck.render.vectors import Floats, Vector

_CEILING_M = 2.7
_GREY = (0.3, 0.3, 0.32)
_SKIRTING = (0.88, 0.88, 0.88)
_BENCH_HALF_M, _BENCH_DEEP_M = 0.58, 0.30
_PLATES: dict[str, tuple[float, float, Vector]] = {
    "small": (0.10, 0.04, (0.5, 0.12, 0.12)),
    "plates": (0.19, 0.04, (0.12, 0.12, 0.13)),
    "bumper": (0.225, 0.07, (0.12, 0.12, 0.13)),
}
"""Radius and thickness, m, and colour. A bumper plate is 45 cm across, as in weightlifting's rules."""
_INNER_M = 0.60  # from the middle of the bar to a plate
BUMPERS: tuple[Vector, ...] = (
    (0.12, 0.12, 0.13),
    (0.70, 0.10, 0.12),
    (0.10, 0.22, 0.55),
    (0.85, 0.68, 0.10),
    (0.10, 0.42, 0.20),
    (0.75, 0.75, 0.75),
)
"""Colours of bumper plates: black, red, blue, yellow, green, grey."""


@dataclass(frozen=True)
class Room:
    """What does not move, and what the shader is told of floor and walls."""

    room: Mesh
    decor: Mesh
    look: dict[str, Any]


def furnish(scene: Scene, prop: str, bench_m: float, half_m: float, rng: np.random.Generator) -> Room:
    """Build a room.

    Args:
        scene: What the spec says of it.
        prop: `mat`, `mat-lying` or `bench`.
        bench_m: Height of the bench.
        half_m: Half of the room's side.
        rng: The stream of the pixels; the order of its draws is part of every published seed.
    """
    drawn_wall = rng.uniform(0.55, 0.85) + rng.uniform(-0.06, 0.06, 3)
    wall = drawn_wall if scene.wall is None else np.array(scene.wall)
    drawn_kind = int(rng.integers(3))
    floor_kind = drawn_kind if scene.floor_kind is None else scene.floor_kind
    floors = (
        rng.uniform(0.45, 0.62) * np.array([1.0, 0.82, 0.66]),
        np.array([0.22, 0.22, 0.23]) * rng.uniform(0.8, 1.5),
        np.full(3, rng.uniform(0.5, 0.7)),
    )
    floor = floors[floor_kind] if scene.floor is None else np.array(scene.floor)
    drawn_kind = int(rng.integers(3))
    wall_kind = drawn_kind if scene.wall_kind is None else scene.wall_kind
    things = [_along_a_wall(half_m, rng) for _ in range(rng.integers(3, 7))]
    things += _bench(scene, bench_m, rng) if prop == "bench" else _mat(scene, prop, rng)
    look = {
        "floor_kind": floor_kind,
        "wall_kind": wall_kind,
        "floor_b": linear(np.clip(floor * rng.uniform(0.6, 0.8), 0, 1)),
        "wall_b": linear(np.clip(wall * rng.uniform(0.6, 1.1), 0, 1)),
    }
    return Room(_walls(half_m, floor, wall), join(things), look)


def _walls(half: float, floor: Floats, wall: Floats) -> Mesh:
    top, thin, low = _CEILING_M, 0.015, 0.09
    meshes = [box((-half, -0.1, -half), (half, 0, half), floor, SOLE_FLOOR)]
    for corner, other in (
        ((-half, 0, -half - 0.1), (half, top, -half)),
        ((-half, 0, half), (half, top, half + 0.1)),
        ((-half - 0.1, 0, -half), (-half, top, half)),
        ((half, 0, -half), (half + 0.1, top, half)),
    ):
        meshes.append(box(corner, other, wall, WALL))
    for corner, other in (
        ((-half, 0, -half), (half, low, -half + thin)),
        ((-half, 0, half - thin), (half, low, half)),
        ((-half, 0, -half), (-half + thin, low, half)),
        ((half - thin, 0, -half), (half, low, half)),
    ):
        meshes.append(box(corner, other, _SKIRTING, PLAIN))
    return join(meshes)


def _along_a_wall(half: float, rng: np.random.Generator) -> Mesh:
    """Return a picture on a wall, or a cupboard before it."""
    at = rng.uniform(-half * 0.8, half * 0.8)
    wall, kind = rng.integers(4), rng.integers(3)
    wide, high, deep = rng.uniform(0.25, 0.9), rng.uniform(0.3, 1.2), rng.uniform(0.2, 0.4)
    if kind == 0:
        y = rng.uniform(0.9, 1.4)
        low = np.array([at - wide / 2, y, half - 0.03])
        high_corner = np.array([at + wide / 2, y + high * 0.6, half - 0.005])
    else:
        low = np.array([at - wide / 2, 0, half - deep - 0.02])
        high_corner = np.array([at + wide / 2, high, half - 0.02])
    color = rng.uniform(0.12, 0.75, 3) * 0.6 + rng.uniform(0.05, 0.3)
    if wall == 1:
        low[2], high_corner[2] = -high_corner[2], -low[2]
    elif wall >= 2:
        low, high_corner = low[[2, 1, 0]], high_corner[[2, 1, 0]]
        if wall == 3:
            low[0], high_corner[0] = -high_corner[0], -low[0]
    return box(low, high_corner, color, PLAIN)


def _mat(scene: Scene, prop: str, rng: np.random.Generator) -> list[Mesh]:
    if not scene.mat:
        return []
    begins, ends = (-0.45, 1.35) if prop == "mat-lying" else (-1.15, 0.85)
    return [box((-0.36, 0, begins), (0.36, 0.012, ends), rng.uniform(0.1, 0.6, 3), VINYL)]


def _bench(scene: Scene, bench_m: float, rng: np.random.Generator) -> list[Mesh]:
    drawn = rng.choice([0.10, 0.16, 0.35]) * np.array([1, 1, 1.05])
    color = drawn if scene.bench is None else np.array(scene.bench)
    h, deep, half = bench_m - 0.006, _BENCH_DEEP_M, _BENCH_HALF_M
    meshes = [box((-half, h - 0.085, -deep), (half, h, -0.002), color, VINYL)]
    for x in (-half + 0.1, half - 0.1):
        for z in (-deep + 0.05, -0.06):
            meshes.append(cylinder((x, 0, z), (x, h - 0.08, z), 0.022, _GREY, STEEL))
        meshes.append(cylinder((x, 0.02, -deep), (x, 0.02, -0.01), 0.022, _GREY, STEEL))
    return meshes


def bar_rest_m(options: Options) -> float:
    """Return how high the middle of the bar is while it lies on the floor."""
    return _PLATES[options.bar][0] if options.bar in _PLATES else 0.045


def plate_m(options: Options) -> tuple[float, float] | None:
    """Return the radius of a plate and how far its outer face is from the middle of the bar; None without."""
    if options.bar not in _PLATES:
        return None
    radius, thick, _ = _PLATES[options.bar]
    return radius, _INNER_M + thick


def bar(middle: Floats, along: Floats, options: Options) -> Mesh:
    """Return the bar with its pad and plates."""
    meshes = [
        cylinder(middle - along * 0.8, middle + along * 0.8, 0.014, (0.62, 0.62, 0.64), STEEL, 14),
        cylinder(middle - along * 0.2, middle + along * 0.2, 0.042, (0.12, 0.12, 0.13), VINYL, 20),
    ]
    if options.bar in _PLATES:
        radius, thick, color = _PLATES[options.bar]
        color = options.plate_color or color
        for end in (-1, 1):
            inner, outer = (middle + along * end * at for at in (_INNER_M, _INNER_M + thick))
            meshes.append(cylinder(inner, outer, radius, color, VINYL, 30))
            if options.bar == "bumper":  # the steel hub in its middle
                hub = middle + along * end * (_INNER_M + 0.01 + thick)
                meshes.append(cylinder(inner, hub, 0.05, (0.62, 0.62, 0.64), STEEL, 20))
    return join(meshes)
