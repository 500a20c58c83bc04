"""What stands about in a gym: a mirror behind the person, and furniture, some of it in front of them.

All of it has random streams of its own, so that a seed shows the same person and set with and without it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.render.clip import Clip, Frame, stream
from formcheck.render.mesh import GLASS, PLAIN, STEEL, VINYL, Mesh, box, cylinder, join, solid
from formcheck.render.spec import FurnitureKind, Mirror, Piece
from formcheck.render.vectors import Floats, ry

_STEEL_COLOR = (0.25, 0.25, 0.27)
_RUBBER = (0.10, 0.10, 0.11)
_FRAME_M = 0.03
_ROOM_M = 0.30  # between the body, its bench and its bar, and what stands next to them
_BENCH_HALF_M, _BAR_HALF_M = 0.60, 0.85  # how far both reach to the sides
_NEAREST = 0.55  # furniture stands within this share of the way to the camera
_AHEAD_M = 1e-3  # a ray that ends on a surface is not hidden by it


@dataclass(frozen=True)
class Pane:
    """A mirror: what is drawn, a point on it, and the direction that it faces."""

    glass: Mesh
    frame: Mesh
    point: Floats
    normal: Floats


def mirror(clip: Clip) -> Pane | None:
    """Return the mirror of a clip, behind the person as the camera sees it."""
    said = clip.spec.scene.mirror
    return None if said is None else _pane(clip, said, stream(clip.spec, 6))


def _pane(clip: Clip, said: Mirror, rng: np.random.Generator) -> Pane:
    turn, gap = float(rng.uniform(-35, 35)), float(rng.uniform(0.1, 1.0))
    wide, low, high = float(rng.uniform(1.8, 3.2)), float(rng.uniform(0.0, 0.4)), float(rng.uniform(1.7, 2.2))
    turn = turn if said.turn is None else said.turn
    gap = gap if said.gap is None else said.gap
    wide = wide if said.width is None else said.width
    normal = ry(turn) @ _to_camera(clip)
    middle = clip.camera.at * [1, 0, 1] - normal * (_reach_m(clip, -normal) + _ROOM_M + gap)
    aside = np.array([normal[2], 0.0, -normal[0]]) * wide / 2
    up = np.array([0.0, 1.0, 0.0])
    corners = [middle + aside * a + up * y for a, y in ((-1, low), (1, low), (1, high), (-1, high))]
    glass = solid(corners, ((0, 1, 2), (0, 2, 3)), (0.9, 0.9, 0.9), GLASS)
    bars = [
        cylinder(corners[i], corners[(i + 1) % 4], _FRAME_M / 2, _STEEL_COLOR, STEEL, 8) for i in range(4)
    ]
    return Pane(glass, join(bars), middle, normal)


def _to_camera(clip: Clip) -> Floats:
    azimuth = np.radians(clip.camera.azimuth_deg)
    return np.array([np.cos(azimuth), 0.0, np.sin(azimuth)])


def _reach_m(clip: Clip, direction: Floats) -> float:
    """Return how far body, bench and bar reach in a direction from what the camera looks at, m."""
    points = _set_points(clip)
    half = 0.0
    if not clip.spec.prone:
        half = _BAR_HALF_M if (clip.options.bar or "none") != "none" else _BENCH_HALF_M
    sideways = abs(float(direction[0])) * half
    return max(float(((points - clip.camera.at) @ direction).max()), sideways)


def _set_points(clip: Clip) -> Floats:
    frames = [frame for frame in clip.frames if frame.instant.phase not in ("setup", "leave")]
    return np.concatenate([np.array(list(frame.points.values())) for frame in frames[::10]])


def furniture(clip: Clip) -> Mesh | None:
    """Return the furniture of a clip as one mesh, None for none."""
    pieces = [_stood(clip, piece, number) for number, piece in enumerate(clip.spec.scene.furniture)]
    return join(pieces) if pieces else None


def _stood(clip: Clip, piece: Piece, number: int) -> Mesh:
    rng = stream(clip.spec, 7, number)
    mesh, turned = _KINDS[piece.kind](rng), ry(float(rng.uniform(-180, 180)))
    place = _before(clip, piece, rng) if piece.hides is not None else _about(clip, rng)
    mesh.vertices = (mesh.vertices @ turned.T + place).astype(np.float32)
    mesh.normals = (mesh.normals @ turned.T).astype(np.float32)
    return mesh


def _before(clip: Clip, piece: Piece, rng: np.random.Generator) -> Floats:
    """Return a place on the floor on the line between the camera and a joint."""
    frames = [frame for frame in clip.frames if frame.instant.phase not in ("setup", "leave")]
    side = clip.spec.working_leg if piece.of == "working" else "LR".replace(clip.spec.working_leg, "")
    joint = np.mean([frame.points[f"{piece.hides}.{side}"] for frame in frames], axis=0)
    eye = clip.camera.eye
    away = (eye - joint) * [1, 0, 1]
    far_m = float(np.linalg.norm(away))
    away = away / far_m
    gap = float(rng.uniform(0.0, 0.4))
    off_m = _reach_m(clip, away) - float((joint - clip.camera.at) @ away) + _ROOM_M + gap
    return np.asarray(joint * [1, 0, 1] + away * min(off_m, _NEAREST * far_m))


def _about(clip: Clip, rng: np.random.Generator) -> Floats:
    """Return a place on the floor behind or beside the person, as the camera sees it."""
    away = -_to_camera(clip)
    away = ry(float(rng.uniform(-50, 50))) @ away
    far_m = _reach_m(clip, away) + _ROOM_M + float(rng.uniform(0.3, 0.9))
    return np.asarray(clip.camera.at * [1, 0, 1] + away * far_m)


def _weight_bench(rng: np.random.Generator) -> Mesh:
    high, color = float(rng.uniform(0.40, 0.48)), rng.uniform(0.05, 0.25, 3)
    parts = [box((-0.14, high - 0.08, -0.55), (0.14, high, 0.55), color, VINYL)]
    for z in (-0.45, 0.45):
        parts.append(cylinder((0, 0.03, z), (0, high - 0.06, z), 0.03, _STEEL_COLOR, STEEL, 10))
        parts.append(cylinder((-0.25, 0.03, z), (0.25, 0.03, z), 0.03, _STEEL_COLOR, STEEL, 10))
    return join(parts)


def _rack(rng: np.random.Generator) -> Mesh:
    half, color = float(rng.uniform(0.55, 0.62)), rng.uniform(0.05, 0.35, 3)
    post = 0.04
    parts = []
    for x in (0.0, 2 * half):  # the first post is where the piece is put
        parts.append(box((x - post, 0, -post), (x + post, 2.2, post), color, PLAIN))
        parts.append(box((x - post, 0, -0.3), (x + post, 0.06, 0.3), color, PLAIN))
    parts.append(box((0, 2.12, -post), (2 * half, 2.2, post), color, PLAIN))
    return join(parts)


def _dumbbells(rng: np.random.Generator) -> Mesh:
    parts = []
    for row in range(int(rng.integers(2, 4))):
        z, radius = row * 0.24, float(rng.uniform(0.07, 0.11))
        parts.append(cylinder((-0.12, radius, z), (0.12, radius, z), 0.017, (0.6, 0.6, 0.62), STEEL, 10))
        for x in (-1, 1):
            parts.append(cylinder((x * 0.07, radius, z), (x * 0.19, radius, z), radius, _RUBBER, VINYL, 12))
    return join(parts)


def _chair(rng: np.random.Generator) -> Mesh:
    color, half, seat = rng.uniform(0.08, 0.6, 3), 0.21, 0.45
    parts = [
        box((-half, seat - 0.04, -half), (half, seat, half), color, PLAIN),
        box((-half, seat + 0.12, -half), (half, seat + 0.42, -half + 0.03), color, PLAIN),
    ]
    for x in (-half + 0.02, half - 0.02):
        for z, top in ((-half + 0.015, seat + 0.42), (half - 0.02, seat)):
            parts.append(cylinder((x, 0, z), (x, top, z), 0.014, _STEEL_COLOR, STEEL, 10))
    return join(parts)


def _rolled_mat(rng: np.random.Generator) -> Mesh:
    return cylinder((0, 0, 0), (0, 0.6, 0), float(rng.uniform(0.07, 0.10)), rng.uniform(0.1, 0.6, 3), VINYL)


_KINDS: dict[FurnitureKind, Callable[[np.random.Generator], Mesh]] = {
    "bench": _weight_bench,
    "rack": _rack,
    "dumbbells": _dumbbells,
    "chair": _chair,
    "mat": _rolled_mat,
}


def hidden(clip: Clip, frame: Frame, mesh: Mesh) -> list[str]:
    """Return the names of the followed points that furniture hides from the camera in a frame."""
    view = clip.camera.view(frame.instant.t_s)
    eye = -view[:3, :3].T @ view[:3, 3]
    names = list(frame.points)
    rays = np.array([frame.points[name] for name in names]) - eye
    met = _meets(eye, rays, mesh.vertices[mesh.faces].astype(float))
    return [name for name, hit in zip(names, met, strict=True) if hit]


def _meets(eye: Floats, rays: Floats, triangles: Floats) -> NDArray[np.bool_]:
    """Return whether each ray (n, 3) meets a triangle (m, 3, 3) before its end.

    After Moeller and Trumbore, "Fast, minimum storage ray-triangle intersection" (1997).
    """
    first = triangles[:, 1] - triangles[:, 0]
    second = triangles[:, 2] - triangles[:, 0]
    p = np.cross(rays[:, None], second[None])
    det = np.einsum("mk,nmk->nm", first, p)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = eye - triangles[:, 0]
        u = np.einsum("mk,nmk->nm", t, p) / det
        q = np.cross(t, first)
        v = np.einsum("nk,mk->nm", rays, q) / det
        along = np.einsum("mk,mk->m", second, q)[None] / det
        hit = (u >= 0) & (v >= 0) & (u + v <= 1) & (along > 0) & (along < 1 - _AHEAD_M)
    return np.asarray(hit.any(axis=1))
