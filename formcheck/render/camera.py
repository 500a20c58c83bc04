"""Where the camera stands, how it sways, and where points of the world fall in its picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from formcheck.render.skeleton import Points
from formcheck.render.spec import Spec
from formcheck.render.vectors import Floats, Vector, Wander, ry, unit

_AZIMUTHS = {"left": 0.0, "right": 180.0, "front": 90.0, "rear": -90.0, "foot": 90.0}
_OBLIQUE_DEG = 40.0
_HAIR_M = 0.09  # the head goes on above its points
_NEAR_M, _FAR_M = 0.1, 40.0


def look(eye: Vector, at: Vector, up: Vector = (0, 1, 0)) -> Floats:
    """Return the (4, 4) view matrix of an eye that looks at a point."""
    ahead = unit(np.asarray(at, float) - eye)
    right = unit(np.cross(ahead, up))
    view = np.eye(4)
    view[0, :3], view[1, :3], view[2, :3] = right, np.cross(right, ahead), -ahead
    view[:3, 3] = -view[:3, :3] @ np.asarray(eye, float)
    return view


def perspective(fov_deg: float, aspect: float, near_m: float = _NEAR_M, far_m: float = _FAR_M) -> Floats:
    """Return the (4, 4) projection of a vertical field of view and a ratio of width to height."""
    t = 1 / np.tan(np.radians(fov_deg) / 2)
    n, f = near_m, far_m
    return np.array(
        [[t / aspect, 0, 0, 0], [0, t, 0, 0], [0, 0, (f + n) / (n - f), 2 * f * n / (n - f)], [0, 0, -1, 0]]
    )


def orthographic(half_m: float, near_m: float, far_m: float) -> Floats:
    """Return the (4, 4) projection of parallel light."""
    r, n, f = half_m, near_m, far_m
    return np.array(
        [[1 / r, 0, 0, 0], [0, 1 / r, 0, 0], [0, 0, -2 / (f - n), -(f + n) / (f - n)], [0, 0, 0, 1]]
    )


def azimuth_deg(spec: Spec) -> float:
    """Return the azimuth that a spec names: 0 = the body's left, 180 = its right, 90 = +z."""
    camera, left = spec.camera, spec.working_leg == "L"
    if camera.az is not None:
        return camera.az
    if camera.view == "oblique":
        return _OBLIQUE_DEG if left else 180 - _OBLIQUE_DEG
    if camera.view == "working_side":
        return _AZIMUTHS["left" if left else "right"]
    if camera.view == "other_side":
        return _AZIMUTHS["right" if left else "left"]
    return _AZIMUTHS[camera.view]


@dataclass(frozen=True)
class Camera:
    """A camera that stands, or is held.

    Attributes:
        azimuth_deg: Where it stands.
        fov_deg: Its vertical field of view.
        height_m: Over the floor.
        distance_m: From what it looks at, along the floor.
        eye: Where it is on average, m.
        at: What it looks at, m.
        projection: (4, 4).
        size: Width and height of the picture, pixels.
        sway: How eye (3), aim (3) and roll in deg (1) sway over time.
        shake: The same, faster, of a hand.
        roll_deg: By how much it is held crooked.
        orbit_deg: How far it is carried round the person.
        orbit_s: From when to when.
    """

    azimuth_deg: float
    fov_deg: float
    height_m: float
    distance_m: float
    eye: Floats
    at: Floats
    projection: Floats
    size: tuple[int, int]
    sway: tuple[Wander, ...]
    shake: tuple[Wander, ...]
    roll_deg: float
    orbit_deg: float = 0.0
    orbit_s: tuple[float, float] = (0.0, 0.0)

    def view(self, t_s: float) -> Floats:
        """Return the (4, 4) view matrix at a time."""
        moved = np.array([one(t_s) for one in self.sway])
        if self.shake:
            moved = moved + np.array([one(t_s) for one in self.shake])
        eye, at = self.eye + moved[:3], self.at + moved[3:6]
        if self.orbit_deg:
            round_deg = float(np.interp(t_s, self.orbit_s, (0.0, self.orbit_deg)))
            eye = self.at + ry(-round_deg) @ (eye - self.at)
        roll = np.radians(self.roll_deg + moved[6])
        aside = np.cross(unit(at - eye), [0, 1.0, 0])
        return look(eye, at, up=unit(np.array([0, np.cos(roll), 0]) + np.sin(roll) * aside))

    def project(self, view: Floats, points: Points) -> dict[str, list[float]]:
        """Return x and y in pixels, y down, and the depth in m of points."""
        names = list(points)
        width, height = self.size
        p = self.projection @ view @ np.c_[np.array([points[name] for name in names]), np.ones(len(names))].T
        x, y = (p[0] / p[3] + 1) / 2 * width, (1 - p[1] / p[3]) / 2 * height
        return {
            name: [round(float(u), 2), round(float(v), 2), round(float(d), 3)]
            for name, u, v, d in zip(names, x, y, p[3], strict=True)
        }


def place(
    spec: Spec, points: Floats, rng: np.random.Generator, own: np.random.Generator, duration_s: float
) -> Camera:
    """Put up a camera, as near as the whole set stays in its picture.

    Args:
        spec: The clip.
        points: (n, 3) where the body is over the set, m.
        rng: The seed's stream; the order of its draws is part of every published seed.
        own: The stream of what came later.
        duration_s: Of the clip.
    """
    said, video = spec.camera, spec.video
    jitter, fov = float(rng.uniform(-4, 4)), float(rng.uniform(30, 40))
    height = float(rng.uniform(0.35, 0.9))
    azimuth = azimuth_deg(spec) + (jitter if said.az_jitter is None else said.az_jitter)
    fov = fov if said.fov is None else said.fov
    height = height if said.height is None else said.height
    low, high = points.min(0), points.max(0)
    at = (low + high) / 2
    at[1] = max(at[1] * 0.9, 0.3)
    fill = float(rng.uniform(0.72, 0.82))
    fill = fill if said.fill is None else said.fill
    projection = perspective(fov, video.width / video.height)
    aside = np.array([np.cos(np.radians(azimuth)), 0, np.sin(np.radians(azimuth))])
    seen = np.concatenate([points, points + np.array([0, _HAIR_M, 0])])
    distance, eye = 1.2, at
    while distance < 8:
        eye = at + aside * distance
        eye[1] = height
        p = projection @ look(eye, at) @ np.c_[seen, np.ones(len(seen))].T
        if (p[3] > 0.3).all() and abs(p[:2] / p[3]).max() < fill:
            break
        distance += 0.05
    held = said.handheld
    sway = (
        *(Wander(rng, 0.006 * held, 5, 1.6) for _ in range(3)),
        *(Wander(rng, 0.004 * held, 5, 1.6) for _ in range(3)),
        Wander(rng, 0.3 * held, 4, 1.0),
    )
    roll = float(rng.normal(0, 0.6)) * min(held, 1)
    shaken = spec.phone.shake
    sizes = (*[0.004] * 3, *[0.012] * 3, 0.5) if shaken else ()
    shake = tuple(Wander(own, size * shaken, 6, 6.0, 0.5) for size in sizes)
    size = (video.width, video.height)
    return Camera(
        azimuth,
        fov,
        height,
        distance,
        eye,
        at,
        projection,
        size,
        sway,
        shake,
        roll,
        said.orbit,
        said.orbit_s or (0.0, duration_s),
    )
