"""Synthetic people who hold a position: a plank, a wall sit."""

from __future__ import annotations

import numpy as np

from formcheck.poses.pose import Floats, Side
from formcheck.poses.track import Track
from support.skeleton import SHANK, THIGH, Shot, _body, _film, _leg, _outline, _unit, _xy, clock, min_jerk

SHOT = Shot(noise_px=0.5)


def planks(
    shot: Shot = SHOT,
    *,
    hold_s: float = 20.0,
    down_s: float = 2.0,
    hips_deg: float | Floats = 0.0,
    knee_deg: float = 4.0,
) -> Track:
    """A person who lies face down for `down_s`, lifts into a plank on the forearms and lies down again.

    Args:
        shot: How it is filmed.
        hold_s: Seconds of the plank, from when it is reached to when it is left.
        down_s: Seconds on the floor before and after it; 0 films nothing but the plank.
        hips_deg: The hips' extension past the straight line, + = sagging; one value, or one for each frame.
        knee_deg: Bend of the knees.
    """
    around = down_s + 1.0 if down_s else 0.0
    t = clock(2 * around + hold_s, shot)
    rise = min_jerk(t - down_s) - min_jerk(t - around - hold_s) if down_s else np.ones_like(t)
    bend = np.broadcast_to(hips_deg, t.shape) * rise
    shoulder = _xy(0.0, 0.0, t) + np.stack([0 * t, 0.08 + 0.5 * rise], axis=-1)
    leg_deg = -8.0 * rise + bend / 2
    hip = shoulder + _unit(-8.0 * rise - bend / 2)
    leg = {"HIP": hip, **_leg(hip, leg_deg, np.full_like(t, knee_deg), bend=-1.0)}
    arm = {
        "ELBOW": np.stack([-0.3 * (1 - rise), 0.02 + 0 * t], axis=-1),
        "WRIST": np.stack([-0.45 - 0.3 * (1 - rise), 0.0 * t], axis=-1),
    }
    ear = shoulder + 0.3 * _unit(np.full_like(t, 172.0))
    face = {"EAR": ear, "NOSE": ear + 0.16 * _unit(np.full_like(t, 262.0))}
    body = _body(t, dict.fromkeys(Side, leg), {"SHOULDER": shoulder, **arm, **face}, near=Side.LEFT)
    dorsal, belly = (_outline(shoulder, hip, away, np.zeros_like(t)) for away in (0.14, -0.2))
    return _film(t, body, shot, np.stack([dorsal, belly]), Side.LEFT)


def sag(t_s: Floats, start_s: float, end_s: float, deg: float) -> Floats:
    """(T,) hips that sag by `deg` between two times, and take half a second to do so and to come back."""
    return np.asarray(deg * (min_jerk((t_s - start_s) / 0.5) - min_jerk((t_s - end_s) / 0.5)))


def wall_sits(
    shot: Shot = SHOT,
    *,
    hold_s: float = 15.0,
    knee_deg: float = 88.0,
    lean_deg: float = 0.0,
    shin_deg: float = 0.0,
) -> Track:
    """A person, seen from the left, who stands, slides down a wall, sits there and stands up again.

    Args:
        shot: How it is filmed.
        hold_s: Seconds at the lowest place.
        knee_deg: Bend of the knees there.
        lean_deg: By how much the trunk leans off the wall there.
        shin_deg: By how much the knees are before the ankles there.
    """
    t = clock(hold_s + 6.0, shot)
    down = min_jerk((t - 1.5) / 1.5) - min_jerk((t - 3.0 - hold_s) / 1.5)
    knee = 4.0 + (knee_deg - 4.0) * down
    ankle = _xy(0.5, -1.6, t)
    shin = 90.0 + shin_deg * down
    at_knee = ankle + SHANK * _unit(shin)
    hip = at_knee + THIGH * _unit(shin - knee)
    shoulder = hip + _unit(90.0 + lean_deg * down)
    foot = {"HEEL": ankle + np.array([0.05, -0.1]), "FOOT_INDEX": ankle + np.array([-0.25, -0.1])}
    leg = {"HIP": hip, "KNEE": at_knee, "ANKLE": ankle, **foot}
    arm = {"ELBOW": shoulder + _xy(-0.1, -0.5, t), "WRIST": shoulder + _xy(-0.4, -0.8, t)}
    ear = shoulder + 0.3 * _unit(90.0 + 0 * t)
    face = {"EAR": ear, "NOSE": ear + _xy(-0.16, 0.0, t)}
    body = _body(t, dict.fromkeys(Side, leg), {"SHOULDER": shoulder, **arm, **face}, near=Side.LEFT)
    outline = _outline(shoulder, hip, 0.14, np.zeros_like(t))
    return _film(t, body, shot, np.stack([outline, outline]), Side.LEFT)
