"""Synthetic people: tracks whose angles, times and sides are known because they were put in.

Body coordinates are trunk lengths: x from head to feet, y up, z towards the camera at yaw 0. Heads are
at the image left unless mirrored, so the left side is nearer face down and the right side face up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from formcheck.poses.geometry import rotate_px
from formcheck.poses.pose import EDGE_STATIONS, HIPS, Floats, Landmark, Side
from formcheck.poses.track import Track

SIZE = (1280, 720)
THIGH, SHANK = 0.85, 0.80
METRES = 0.5  # of a trunk
_SPREAD = {"SHOULDER": 0.375, "ELBOW": 0.375, "WRIST": 0.375, "EAR": 0.07, "EYE": 0.04}
_WRISTS = ("PINKY", "INDEX", "THUMB")
_EYES = ("EYE_INNER", "EYE", "EYE_OUTER")
PerRep = float | Sequence[float] | Floats


@dataclass(frozen=True)
class Tempo:
    """Seconds of the phases, min-jerk between them; `lead` before the first rep and after the last."""

    up: float = 1.0
    hold: float = 1.2
    down: float = 1.6
    rest: float = 1.2
    lead: float = 1.5

    @property
    def period(self) -> float:
        return self.up + self.hold + self.down + self.rest

    def duration(self, reps: int) -> float:
        return 2 * self.lead + reps * self.period - self.rest

    def times(self, rep: int) -> tuple[float, float, float, float]:
        """Start, lockout, lowering and end of a rep, counting from 0."""
        start = self.lead + rep * self.period
        return start, start + self.up, start + self.up + self.hold, start + self.period - self.rest


@dataclass(frozen=True)
class Shot:
    """How it is filmed. `jitter` is the spread of the frame intervals as a share of one.

    `swapped` and `missing` are the first frame and the one after the last.
    """

    fps: float = 30.0
    jitter: float = 0.0
    start_s: float = 0.0
    scale: float = 180.0
    roll_deg: float = 0.0
    yaw_deg: float = 0.0
    mirrored: bool = False
    noise_px: float = 0.0
    seed: int = 1
    edges: bool = True
    world: bool = False
    swapped: tuple[int, int] = (0, 0)
    missing: tuple[int, int] = (0, 0)


def clock(duration_s: float, shot: Shot) -> Floats:
    """Times of the frames from 0, strictly increasing."""
    n = int(duration_s * shot.fps)
    shake = np.random.default_rng(shot.seed).uniform(-0.5, 0.5, n) * shot.jitter
    t = (np.arange(n) + shake) / shot.fps
    return np.asarray(t - t[0])


def min_jerk(x: Floats) -> Floats:
    """Rise from 0 to 1 over 0 to 1 (Flash and Hogan 1985)."""
    x = np.clip(x, 0.0, 1.0)
    return np.asarray(10 * x**3 - 15 * x**4 + 6 * x**5)


def level(t: Floats, tempo: Tempo, reps: int, height: PerRep = 1.0) -> Floats:
    """(T,) 0 at the bottom, `height` at the top of each rep."""
    heights = np.broadcast_to(height, reps)
    out = np.zeros_like(t)
    for i in range(reps):
        start, _, lower, _ = tempo.times(i)
        out += heights[i] * (min_jerk((t - start) / tempo.up) - min_jerk((t - lower) / tempo.down))
    return out


def kickbacks(
    shot: Shot = Shot(),
    *,
    tempo: Tempo = Tempo(),
    reps: int = 3,
    working: Side = Side.LEFT,
    rest_deg: float = -22.0,
    top_deg: PerRep = 4.0,
    knee_deg: PerRep = 4.0,
    arch_deg: PerRep = 0.0,
    head_deg: PerRep = 0.0,
) -> Track:
    """A person on all fours raising one leg: elevation of hip-ankle, and bends added with the lift."""
    t = clock(tempo.duration(reps), shot)
    lift = level(t, tempo, reps, np.broadcast_to(top_deg, reps) - rest_deg) + rest_deg
    knee = 4.0 + level(t, tempo, reps, np.broadcast_to(knee_deg, reps) - 4.0)
    head = level(t, tempo, reps, head_deg)
    hip, shoulder = _xy(1.0, 0.0, t), _xy(0.0, 0.03, t)
    kick = _leg(hip, lift, knee, bend=-1.0)
    stance = {"KNEE": _xy(1.0, -THIGH, t), "ANKLE": _xy(1.0 + SHANK, -THIGH, t)}
    stance |= {"HEEL": _xy(1.85, -0.78, t), "FOOT_INDEX": _xy(1.95, -0.9, t)}
    arm = {"ELBOW": _xy(0.0, -0.5, t), "WRIST": _xy(0.02, -1.0, t)}
    ear = shoulder + 0.3 * _unit(180.0 - 5.0 - head)
    face = {"EAR": ear, "NOSE": ear + 0.16 * _unit(270.0 - 25.0 - head)}
    joints = {working: {"HIP": hip, **kick}, working.other: {"HIP": hip, **stance}}
    body = _body(t, joints, {"SHOULDER": shoulder, **arm, **face}, near=Side.LEFT)
    dorsal = _outline(shoulder, hip, 0.14, level(t, tempo, reps, arch_deg))
    belly = _outline(shoulder, hip, -0.2, np.zeros_like(t))
    return _film(t, body, shot, np.stack([dorsal, belly]), Side.LEFT)


def thrusts(
    shot: Shot = Shot(),
    *,
    tempo: Tempo = Tempo(),
    reps: int = 3,
    working: Side = Side.RIGHT,
    low_deg: float = -30.0,
    top_deg: PerRep = 0.0,
    free_deg: PerRep = 0.0,
    free_knee_deg: float = 4.0,
    foot_x: float = 0.0,
    foot_y: float = -SHANK,
    arch_deg: PerRep = 0.0,
) -> Track:
    """A person with the shoulders on a bench: the trunk turns about them by `low_deg` to `top_deg`.

    The free leg rises to `free_deg`; the foot is planted `foot_x` trunk lengths further than under the
    knee and `foot_y` above the shoulders; `arch_deg` bends the back's outline. Negative angles: hip or
    foot lower.
    """
    t = clock(tempo.duration(reps), shot)
    turn = low_deg + level(t, tempo, reps, np.broadcast_to(top_deg, reps) - low_deg)
    shoulder = _xy(0.0, 0.0, t)
    hip = shoulder + _unit(turn)
    planted = _planted(hip, _xy(1.0 + THIGH + foot_x, foot_y, t))
    free = _leg(hip, level(t, tempo, reps, free_deg), np.full_like(t, free_knee_deg), bend=1.0)
    arm = {"ELBOW": _xy(0.4, 0.25, t), "WRIST": hip + _xy(-0.05, 0.15, t)}
    ear = shoulder + 0.3 * _unit(np.full_like(t, 150.0))
    joints = {working: {"HIP": hip, **planted}, working.other: {"HIP": hip, **free}}
    face = {"EAR": ear, "NOSE": ear + _xy(0.08, 0.14, t)}
    body = _body(t, joints, {"SHOULDER": shoulder, **arm, **face}, near=Side.RIGHT)
    dorsal = _outline(shoulder, hip, -0.14, -level(t, tempo, reps, arch_deg))
    belly = _outline(shoulder, hip, 0.2, np.zeros_like(t))
    return _film(t, body, shot, np.stack([dorsal, belly]), Side.RIGHT)


def squats(
    shot: Shot = Shot(),
    *,
    tempo: Tempo = Tempo(up=0.9, hold=0.2, down=1.0, rest=0.9),
    reps: int = 3,
    knee_deg: PerRep = 110.0,
    lean_deg: PerRep = 30.0,
) -> Track:
    """A standing person, seen from the left, who bends both knees to `knee_deg` and leans by `lean_deg`."""
    t = clock(tempo.duration(reps), shot)
    bend, lean = 4.0 + level(t, tempo, reps, knee_deg), 4.0 + level(t, tempo, reps, lean_deg)
    ankle = _xy(0.9, -1.6, t)
    knee = ankle + SHANK * _unit(90.0 + 0.3 * bend)
    hip = knee + THIGH * _unit(90.0 - 0.7 * bend)
    shoulder = hip + _unit(90.0 + lean)
    foot = {"HEEL": ankle + np.array([0.05, -0.1]), "FOOT_INDEX": ankle + np.array([-0.25, -0.1])}
    leg = {"HIP": hip, "KNEE": knee, "ANKLE": ankle, **foot}
    arm = {"ELBOW": shoulder + _xy(-0.5, -0.1, t), "WRIST": shoulder + _xy(-1.0, 0.0, t)}
    ear = shoulder + 0.3 * _unit(90.0 + lean)
    body = _body(
        t, dict.fromkeys(Side, leg), {"SHOULDER": shoulder, **arm, "EAR": ear, "NOSE": ear}, near=Side.LEFT
    )
    outline = _outline(shoulder, hip, 0.14, np.zeros_like(t))
    return _film(t, body, shot, np.stack([outline, outline]), Side.LEFT)


def still(track: Track, seconds: float, fps: float = 30.0, noise_px: float = 0.3) -> Track:
    """The first pose of a track, held."""
    n = int(seconds * fps)
    px = np.repeat(track.image_px[:1], n, axis=0)
    px += np.random.default_rng(1).normal(0.0, noise_px, px.shape)
    edges = None if track.edges_px is None else np.repeat(track.edges_px[:1], n, axis=0)
    return Track(np.arange(n) / fps, px, np.ones((n, 33)), track.size, edges_px=edges, source="skeleton")


def join(*tracks: Track) -> Track:
    """One track after the other, the image jumping from one to the next."""
    times, now = [], 0.0
    for track in tracks:
        times.append(track.time_s - track.time_s[0] + now)
        now = float(times[-1][-1]) + 1.0 / track.fps
    edges = [track.edges_px for track in tracks if track.edges_px is not None]
    return Track(
        np.concatenate(times),
        np.concatenate([track.image_px for track in tracks]),
        np.concatenate([track.visibility for track in tracks]),
        tracks[0].size,
        edges_px=np.concatenate(edges) if len(edges) == len(tracks) else None,
        source=tracks[0].source,
    )


def from_above(track: Track, shot: Shot, elevation_deg: float) -> Track:
    """The same seen by a higher camera: what is nearer lies lower in the picture."""
    assert track.world_m is not None
    px = track.image_px.copy()
    px[..., 1] -= np.sin(np.radians(elevation_deg)) * track.world_m[..., 2] / METRES * shot.scale
    return replace(track, image_px=px, edges_px=None)


def change_legs(before: Track, after: Track, standing: Side) -> Track:
    """Join two tracks by a second each: the leg that worked comes to stand, then the other one leaves."""
    a, b = before.image_px[-1], after.image_px[0]
    legs = np.array([i for i in range(23, 33) if (i % 2 == 0) == (standing is Side.RIGHT)])
    both = b.copy()
    both[legs] = a[legs]
    n = round(before.fps)
    share = min_jerk(np.arange(1, n + 1) / n)[:, None, None]
    px = np.concatenate([a + share * (both - a), both + share * (b - both)])
    px += np.random.default_rng(9).normal(0.0, 0.3, px.shape)
    edges = None if before.edges_px is None else np.repeat(before.edges_px[-1:], len(px), axis=0)
    t = np.arange(len(px)) / before.fps
    return join(before, Track(t, px, np.ones(px.shape[:2]), before.size, edges_px=edges), after)


def with_plate(track: Track, *, rise_px: float = 120.0, radius_px: float = 90.0) -> Track:
    """A plate is followed that rises with the hips, by `rise_px` in all."""
    hip = track.image_px[:, HIPS].mean(axis=1)
    share = (hip[:, 1].max() - hip[:, 1]) / np.ptp(hip[:, 1])
    end = np.stack([hip[:, 0], 400.0 - rise_px * share], axis=1)
    rim = np.tile([radius_px, radius_px, 0.4, 0.8], (len(track), 1))
    return replace(track, disc_px=end[:, None], rim=rim)


def exchange(px: Floats) -> Floats:
    """Give left landmarks the right ones' values and the other way round, (T, 33, ...)."""
    order = np.arange(33)
    for name in Landmark.__members__:
        if "LEFT" in name:
            a, b = Landmark[name], Landmark[name.replace("LEFT", "RIGHT")]
            order[a], order[b] = b, a
    return np.asarray(px[:, order])


def _xy(x: float, y: float, t: Floats) -> Floats:
    return np.broadcast_to(np.array([x, y]), (len(t), 2)).astype(np.float64)


def _unit(angle_deg: Floats) -> Floats:
    return np.stack([np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))], axis=-1)


def _leg(hip: Floats, rise_deg: Floats, flexion_deg: Floats, *, bend: float) -> dict[str, Floats]:
    """A leg with its ankle in a direction from the hip; the knee lies above the line for `bend` +1."""
    inside = np.radians(180.0 - flexion_deg)
    reach = np.sqrt(THIGH**2 + SHANK**2 - 2 * THIGH * SHANK * np.cos(inside))
    off = np.degrees(np.arcsin(np.clip(SHANK * np.sin(inside) / reach, -1, 1)))
    knee = hip + THIGH * _unit(rise_deg + bend * off)
    ankle = hip + reach[:, None] * _unit(rise_deg)
    return {"KNEE": knee, "ANKLE": ankle, **_foot(knee, ankle)}


def _planted(hip: Floats, ankle: Floats) -> dict[str, Floats]:
    line = ankle - hip
    reach = np.minimum(np.hypot(line[:, 0], line[:, 1]), 0.999 * (THIGH + SHANK))
    at_hip = np.degrees(np.arccos((THIGH**2 + reach**2 - SHANK**2) / (2 * THIGH * reach)))
    knee = hip + THIGH * _unit(np.degrees(np.arctan2(line[:, 1], line[:, 0])) + at_hip)
    flat = np.array([0.16, -0.1])
    return {"KNEE": knee, "ANKLE": ankle, "HEEL": ankle + np.array([-0.05, -0.1]), "FOOT_INDEX": ankle + flat}


def _foot(knee: Floats, ankle: Floats) -> dict[str, Floats]:
    along = (ankle - knee) / SHANK
    across = np.stack([along[:, 1], -along[:, 0]], axis=-1)
    return {"HEEL": ankle + 0.06 * along - 0.05 * across, "FOOT_INDEX": ankle + 0.08 * along + 0.16 * across}


def _outline(shoulder: Floats, hip: Floats, away: float, bend_deg: Floats) -> Floats:
    """(T, 33, 2) two straight lines with a bend between them, hollow for a positive one above."""
    chord = hip - shoulder
    normal = np.stack([-chord[:, 1], chord[:, 0]], axis=-1)
    dip = np.tan(np.radians(bend_deg / 2))[:, None] * np.abs(EDGE_STATIONS - 0.535)
    height = away + dip
    along = shoulder[:, None] + EDGE_STATIONS[:, None] * chord[:, None]
    return along + height[..., None] * normal[:, None]


def _body(t: Floats, legs: dict[Side, dict[str, Floats]], upper: dict[str, Floats], *, near: Side) -> Floats:
    """(T, 33, 3) landmarks."""
    body = np.zeros((len(t), 33, 3))
    upper = dict(upper)
    nose = upper.pop("NOSE")
    upper |= dict.fromkeys(_WRISTS, upper["WRIST"])
    upper |= dict.fromkeys(_EYES, nose + np.array([-0.03, 0.05]))
    body[:, Landmark.NOSE, :2] = nose
    for side in Side:
        out = 1.0 if side is near else -1.0
        for part, at in {**upper, **legs[side]}.items():
            name = f"{side.name}_{part}"
            body[:, Landmark[name]] = np.column_stack([at, np.full(len(t), out * _SPREAD.get(part, 0.17))])
        body[:, Landmark[f"MOUTH_{side.name}"], :2] = nose + np.array([0.0, -0.04])
    return body


def _film(t: Floats, body: Floats, shot: Shot, outlines: Floats, near: Side) -> Track:
    """Orthographic, turned by the yaw (feet nearer for a positive one), the camera slightly high."""
    c, s = np.cos(np.radians(shot.yaw_deg)), np.sin(np.radians(shot.yaw_deg))
    x, y, z = body[..., 0], body[..., 1], body[..., 2]
    across, depth = c * x - s * z, -s * x - c * z
    flip = -1.0 if shot.mirrored else 1.0
    px = _to_image(np.stack([across, y - 0.05 * z], axis=-1), shot)
    px += np.random.default_rng(shot.seed).normal(0.0, shot.noise_px, px.shape)
    world = np.stack([flip * across, -y, depth], axis=-1)
    world = METRES * (world - world[:, 23:25].mean(axis=1, keepdims=True))
    edges = _sides_of_chord(_to_image(outlines * [c, 1.0], shot), px) if shot.edges else None
    if shot.mirrored:
        px, world = exchange(px), exchange(world)
    swapped, missing = slice(*shot.swapped), slice(*shot.missing)
    px[swapped] = exchange(px[swapped])
    px[missing] = np.nan
    visibility = np.ones(px.shape[:2])
    visibility[missing] = 0.0
    kept = world if shot.world else None
    return Track(t + shot.start_s, px, visibility, SIZE, world_m=kept, edges_px=edges, source="skeleton")


def _to_image(points: Floats, shot: Shot) -> Floats:
    flip = -1.0 if shot.mirrored else 1.0
    turned = rotate_px((points - [0.8, -0.3]) * [flip, -1.0] * shot.scale, shot.roll_deg)
    return np.asarray(turned + np.array(SIZE) / 2)


def _sides_of_chord(lines: Floats, px: Floats) -> Floats:
    """Order two outlines (2, T, 33, 2) as `Pose.edges_px` has them, (T, 2, 33, 2)."""
    shoulder, hip = px[:, 11:13].mean(axis=1), px[:, 23:25].mean(axis=1)
    dx, dy = (hip - shoulder).T
    normal = np.stack([-dy, dx], axis=-1)
    towards = np.einsum("td,td->t", lines[0].mean(axis=1) - (shoulder + hip) / 2, normal) > 0
    pair = np.where(towards[:, None, None], lines, lines[::-1])
    return np.stack([pair[0], pair[1]], axis=1)
