"""Synthetic people doing the relatives of the two lifts, and exercises that are none of them.

Built like `support.skeleton`: trunk lengths, x from head to feet, y up, the head at the image left.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from formcheck.poses.pose import Floats, Side
from formcheck.poses.track import Track
from support.skeleton import (
    SHANK,
    SIZE,
    THIGH,
    Shot,
    Tempo,
    _body,
    _film,
    _foot,
    _outline,
    _planted,
    _unit,
    _xy,
    clock,
    level,
    thrusts,
)

TEMPO = Tempo()
REPS = 3
PLAIN = Shot()
Joints = dict[str, Floats]


def donkey_kicks(
    shot: Shot = PLAIN, *, knee_deg: float = 90.0, top_deg: float = 0.0, tempo: Tempo = TEMPO
) -> Track:
    """All fours, the thigh from under the hip to `top_deg`, the knee bent by `knee_deg` throughout."""
    t, lift = _time(shot, tempo)
    working = _limb(_xy(1.0, 0.0, t), -90.0 + lift * (90.0 + top_deg), np.full_like(t, knee_deg))
    return _all_fours(t, shot, working, _kneeling(t))


def cable_kickbacks(shot: Shot = PLAIN, *, lean_deg: float = 35.0, back_deg: float = 30.0) -> Track:
    """Standing, the trunk leaning forward, a straight leg drawn back by `back_deg`."""
    t, lift = _time(shot)
    return _upright(t, shot, lean_deg, _limb(_xy(1.0, 0.0, t), -95.0 + lift * (back_deg + 5.0), 5.0 + 0 * t))


def single_leg_bridges(shot: Shot = PLAIN) -> Track:
    """The back on the floor, one foot planted."""
    return thrusts(shot, low_deg=4.0, top_deg=30.0, foot_x=-0.15, foot_y=-0.15)


def glute_bridges(shot: Shot = PLAIN, *, foot_x: float = 1.6) -> Track:
    """The back on the floor, both feet planted, `foot_x` trunk lengths from the shoulders."""
    t, lift = _time(shot)
    hip = _unit(4.0 + 28.0 * lift)
    feet = _planted(hip, _xy(foot_x, -0.15, t))
    return _on_the_back(t, shot, _xy(0.0, 0.0, t), hip, feet, feet)


def bridges_after_lying_down(shot: Shot = PLAIN) -> Track:
    """Sitting, lying down, bridges on both feet, sitting up again."""
    brisk = Tempo(up=0.9, hold=0.3, down=0.9, rest=0.0, lead=0.0)
    lying = Tempo(up=1.5, hold=brisk.duration(REPS), down=1.5)
    t = clock(lying.duration(1), shot)
    lift = level(t - lying.times(0)[1], brisk, REPS)
    turn = 4.0 + 28.0 * lift - 75.0 * (1.0 - level(t, lying, 1))
    hip = _xy(1.0, 0.0, t) + _up(0.5 * lift)
    feet = _planted(hip, _xy(1.6, -0.1, t))
    return _on_the_back(t, shot, hip - _unit(turn), hip, feet, feet)


def hip_thrusts(shot: Shot = PLAIN, *, stagger: float = 0.0) -> Track:
    """Both feet planted; `stagger` puts the further foot nearer to the hips, in trunk lengths."""
    t, lift = _time(shot)
    hip = _unit(-30.0 + 30.0 * lift)
    near, far = (_planted(hip, _xy(1.0 + THIGH - away, -SHANK, t)) for away in (0.0, stagger))
    return _on_the_back(t, shot, _xy(0.0, 0.0, t), hip, near, far)


def bird_dogs(shot: Shot) -> Track:
    t, lift = _time(shot)
    leg = _limb(_xy(1.0, 0.0, t), -90.0 + 92.0 * lift, 90.0 - 86.0 * lift)
    reach = 270.0 - 90.0 * lift
    arm = {"ELBOW": _xy(0.0, 0.03, t) + 0.5 * _unit(reach), "WRIST": _xy(0.0, 0.03, t) + 1.0 * _unit(reach)}
    return _all_fours(t, shot, leg, {**_kneeling(t), **arm})


def fire_hydrants(shot: Shot) -> Track:
    t, lift = _time(shot)
    aside = np.cos(np.radians(55.0 * lift))  # of the thigh's length, as it opens towards the camera
    knee = _xy(1.0, 0.0, t) - THIGH * aside[:, None] * [0.0, 1.0]
    ankle = knee + _xy(SHANK, 0.0, t)
    return _all_fours(t, shot, {"KNEE": knee, "ANKLE": ankle, **_foot(knee, ankle)}, _kneeling(t))


def cat_cows(shot: Shot) -> Track:
    t, lift = _time(shot)
    sway = _xy(1.0, 0.0, t) + np.column_stack([-0.08 * lift, 0.05 * lift])
    return _all_fours(t, shot, _kneeling(t, sway), _kneeling(t, sway), hip=sway)


def mountain_climbers(shot: Shot) -> Track:
    t, lift = _time(shot)
    hip = _xy(1.0, -0.15, t)
    left, right = (_limb(hip, -20.0 - 70.0 * part, 5.0 + 100.0 * part) for part in (lift, 1.0 - lift))
    return _all_fours(t, shot, left, right, hip=hip)


def rocks_back(shot: Shot) -> Track:
    """Child's pose and back: the hips go to the heels."""
    t, lift = _time(shot)
    hip = _xy(1.0, 0.0, t) + np.column_stack([0.6 * lift, -0.5 * lift])
    return _all_fours(t, shot, _kneeling(t, hip), _kneeling(t, hip), hip=hip)


def supermen(shot: Shot) -> Track:
    t, lift = _time(shot)
    hip, shoulder = _xy(1.0, -0.9, t), _xy(0.0, -0.9, t) + _up(0.2 * lift)
    leg = _limb(hip, 20.0 * lift, np.full_like(t, 5.0))
    arm = {"ELBOW": shoulder + 0.5 * _unit(180.0 + 0 * t), "WRIST": shoulder + _unit(180.0 - 10.0 * lift)}
    return _all_fours(t, shot, {**leg, **arm}, {**leg, **arm}, hip=hip, shoulder=shoulder)


def walks(shot: Shot, *, knee_deg: float = 30.0) -> Track:
    t, _ = _time(shot)
    swing = np.sin(2 * np.pi * t / 1.1)
    hip = _xy(1.0, 0.0, t) + np.column_stack([-0.25 * t, 0 * t])
    legs = [
        _limb(hip, -90.0 + 25.0 * s * swing, 5.0 + knee_deg * np.clip(s * swing, 0, 1)) for s in (1.0, -1.0)
    ]
    return _upright(t, shot, 4.0, *legs, hip=hip)


def knees_high(shot: Shot) -> Track:
    t, lift = _time(shot)
    return _upright(t, shot, 4.0, _limb(_xy(1.0, 0.0, t), -92.0 - 80.0 * lift, 5.0 + 85.0 * lift))


def leg_curls(shot: Shot) -> Track:
    t, lift = _time(shot)
    return _upright(t, shot, 10.0, _limb(_xy(1.0, 0.0, t), np.full_like(t, -90.0), 5.0 + 100.0 * lift))


def single_leg_deadlifts(shot: Shot) -> Track:
    t, lift = _time(shot)
    return _upright(
        t, shot, 5.0 + 70.0 * lift, _limb(_xy(1.0, 0.0, t), -92.0 + 80.0 * lift, np.full_like(t, 8.0))
    )


def hip_raises_on_the_hands(shot: Shot) -> Track:
    """Sitting on the floor, the hands behind the body; the hips go up to a table."""
    t, lift = _time(shot)
    hip = _unit(-38.0 + 30.0 * lift)
    feet = _planted(hip, _xy(1.6, -0.85, t))
    hands = {"ELBOW": _xy(-0.05, -0.45, t), "WRIST": _xy(-0.1, -0.85, t)}
    return _on_the_back(t, shot, _xy(0.0, 0.0, t), hip, feet, feet, hands)


def stands(shot: Shot) -> Track:
    t, _ = _time(shot)
    return _upright(t, shot, 3.0, _limb(_xy(1.0, 0.0, t), np.full_like(t, -90.0), np.full_like(t, 4.0)))


def lies(shot: Shot) -> Track:
    t, lift = _time(shot)
    hip = _unit(1.0 + 1.0 * lift)
    return _on_the_back(t, shot, _xy(0.0, 0.0, t), hip, _straight(hip, 0 * t), _straight(hip, 0 * t))


def sit_ups(shot: Shot) -> Track:
    t, lift = _time(shot)
    hip = _xy(1.0, 0.0, t)
    feet = _planted(hip, _xy(1.75, -0.1, t))
    return _on_the_back(t, shot, hip + _unit(180.0 - 75.0 * lift), hip, feet, feet)


def leg_raises(shot: Shot) -> Track:
    t, lift = _time(shot)
    hip = _xy(1.0, 0.0, t)
    leg = _straight(hip, 75.0 * lift)
    return _on_the_back(t, shot, _xy(0.0, 0.0, t), hip, leg, leg)


def empty_rooms(shot: Shot) -> Track:
    t, _ = _time(shot)
    nobody = np.full((len(t), 33, 2), np.nan)
    return Track(t, nobody, np.zeros((len(t), 33)), SIZE, source="nobody")


NEGATIVES: dict[str, Callable[[Shot], Track]] = {
    made.__name__: made
    for made in (
        bird_dogs, fire_hydrants, cat_cows, mountain_climbers, rocks_back, supermen,
        walks, knees_high, leg_curls, single_leg_deadlifts,
        hip_raises_on_the_hands, stands, lies, sit_ups, leg_raises,
    )
}  # fmt: skip


def _time(shot: Shot, tempo: Tempo = TEMPO) -> tuple[Floats, Floats]:
    t = clock(tempo.duration(REPS), shot)
    return t, level(t, tempo, REPS)


def _up(y: Floats) -> Floats:
    return np.column_stack([np.zeros_like(y), y])


def _limb(hip: Floats, thigh_deg: Floats, flexion_deg: Floats) -> Joints:
    """A leg by its thigh; the knee bends backwards for somebody face down or standing."""
    knee = hip + THIGH * _unit(thigh_deg)
    ankle = knee + SHANK * _unit(thigh_deg + flexion_deg)
    return {"KNEE": knee, "ANKLE": ankle, **_foot(knee, ankle)}


def _straight(hip: Floats, rise_deg: Floats) -> Joints:
    return _limb(hip, rise_deg, np.full(len(hip), -3.0))


def _kneed(hip: Floats, ankle: Floats) -> Joints:
    """A standing leg whose knee points ahead (to the image left)."""
    flipped = _planted(hip * [-1.0, 1.0], ankle * [-1.0, 1.0])
    return {part: at * [-1.0, 1.0] for part, at in flipped.items()}


def _kneeling(t: Floats, hip: Floats | None = None) -> Joints:
    at = {"KNEE": _xy(1.0, -THIGH, t), "ANKLE": _xy(1.0 + SHANK, -THIGH, t)}
    return {**at, "HEEL": _xy(1.85, -0.78, t), "FOOT_INDEX": _xy(1.95, -0.9, t)}


def _all_fours(
    t: Floats,
    shot: Shot,
    left: Joints,
    right: Joints,
    *,
    hip: Floats | None = None,
    shoulder: Floats | None = None,
) -> Track:
    hip = _xy(1.0, 0.0, t) if hip is None else hip
    shoulder = _xy(0.0, 0.03, t) if shoulder is None else shoulder
    hand = _xy(0.02, -1.0, t)
    ear = shoulder + 0.3 * _unit(np.full_like(t, 175.0))
    upper = {"SHOULDER": shoulder, "ELBOW": (shoulder + hand) / 2, "WRIST": hand, "EAR": ear}
    upper["NOSE"] = ear + 0.16 * _unit(np.full_like(t, 245.0))
    return _finish(t, shot, hip, left, right, upper, Side.LEFT)


def _upright(
    t: Floats,
    shot: Shot,
    lean_deg: float | Floats,
    left: Joints,
    right: Joints | None = None,
    *,
    hip: Floats | None = None,
) -> Track:
    hip = _xy(1.0, 0.0, t) if hip is None else hip
    straight = _limb(_xy(1.0, 0.0, t), np.full_like(t, -92.0), np.full_like(t, 6.0))
    shoulder = hip + _unit(90.0 + np.broadcast_to(lean_deg, t.shape))
    ear = shoulder + _up(np.full_like(t, 0.3))
    upper = {
        "SHOULDER": shoulder,
        "ELBOW": shoulder + _xy(-0.1, -0.4, t),
        "WRIST": shoulder + _xy(-0.4, -0.6, t),
    }
    upper |= {"EAR": ear, "NOSE": ear + _xy(-0.15, -0.03, t)}
    other = straight if right is None else right
    return _finish(t, shot, hip, _ahead(left), _ahead(other), upper, Side.LEFT)


def _ahead(leg: Joints) -> Joints:
    """Point the foot ahead (to the image left), square to the shin."""
    along = leg["ANKLE"] - leg["KNEE"]
    across = np.stack([along[:, 1], -along[:, 0]], axis=-1) / SHANK
    return {**leg, "HEEL": leg["ANKLE"] - 0.05 * across, "FOOT_INDEX": leg["ANKLE"] + 0.16 * across}


def _on_the_back(
    t: Floats,
    shot: Shot,
    shoulder: Floats,
    hip: Floats,
    near: Joints,
    far: Joints,
    arm: Joints | None = None,
) -> Track:
    ear = shoulder + 0.3 * _unit(np.full_like(t, 150.0))
    upper = {"SHOULDER": shoulder, "ELBOW": shoulder + _xy(0.4, 0.1, t), "WRIST": hip + _xy(-0.05, 0.15, t)}
    upper |= {"EAR": ear, "NOSE": ear + _xy(0.08, 0.14, t), **(arm or {})}
    return _finish(t, shot, hip, far, near, upper, Side.RIGHT)


def _finish(
    t: Floats, shot: Shot, hip: Floats, left: Joints, right: Joints, upper: Joints, near: Side
) -> Track:
    joints = {Side.LEFT: {"HIP": hip, **left}, Side.RIGHT: {"HIP": hip, **right}}
    body = _body(t, joints, upper, near=near)
    away = 0.14 if near is Side.LEFT else -0.14
    outlines = [_outline(upper["SHOULDER"], hip, way, np.zeros_like(t)) for way in (away, -away)]
    return _film(t, body, shot, np.stack(outlines), near)
