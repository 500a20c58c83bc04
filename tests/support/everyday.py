"""Synthetic people doing everyday exercises: squat, push-up, biceps curl, Romanian deadlift, lunge.

Built like `support.skeleton`. Who stands looks to the image left and is seen from the left. What is wrong is
put in by the arguments. `NEIGHBOURS` are movements that look much like one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from formcheck.poses.pose import Floats, Side
from formcheck.poses.track import Track
from support.skeleton import (
    SHANK,
    THIGH,
    Shot,
    Tempo,
    _body,
    _film,
    _unit,
    _xy,
    clock,
    level,
)

UPPER_ARM, FOREARM = 0.65, 0.51
PLAIN = Shot()
TEMPO = Tempo(up=1.2, hold=0.3, down=1.4, rest=1.0)
REPS = 3
Joints = dict[str, Floats]
_ANKLE = (0.9, -1.6)


def _time(shot: Shot, tempo: Tempo = TEMPO, reps: int = REPS) -> tuple[Floats, Floats]:
    t = clock(tempo.duration(reps), shot)
    return t, level(t, tempo, reps)


def _foot(ankle: Floats, pitch_deg: Floats | float = 0.0) -> Joints:
    """A foot that points to the image left, its heel up by `pitch_deg` about the toes."""
    turn = np.radians(np.broadcast_to(pitch_deg, len(ankle)))
    toe = ankle + np.array([-0.25, -0.1])
    heel = toe + 0.3 * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    return {"HEEL": heel, "FOOT_INDEX": toe}


def _leg_on(ankle: Floats, hip: Floats) -> Joints:
    """A standing leg between hip and ankle whose knee points ahead, to the image left."""
    line = hip - ankle
    reach = np.minimum(np.hypot(line[:, 0], line[:, 1]), 0.999 * (THIGH + SHANK))
    inside = np.degrees(np.arccos((SHANK**2 + reach**2 - THIGH**2) / (2 * SHANK * reach)))
    knee = ankle + SHANK * _unit(np.degrees(np.arctan2(line[:, 1], line[:, 0])) + inside)
    return {"KNEE": knee, "ANKLE": ankle}


def _arm(shoulder: Floats, upper_deg: Floats | float, bend_deg: Floats | float) -> Joints:
    """An arm whose upper part is `upper_deg` ahead of straight down; the elbow bends forward."""
    down = 270.0 - np.broadcast_to(upper_deg, len(shoulder))
    elbow = shoulder + UPPER_ARM * _unit(down)
    return {"ELBOW": elbow, "WRIST": elbow + FOREARM * _unit(down - np.broadcast_to(bend_deg, len(shoulder)))}


def _stands(
    t: Floats,
    shot: Shot,
    hip: Floats,
    lean_deg: Floats | float,
    legs: tuple[Joints, Joints],
    arm: Joints | None,
) -> Track:
    lean = np.broadcast_to(lean_deg, t.shape)
    shoulder = hip + _unit(90.0 + lean)
    ear = shoulder + 0.3 * _unit(90.0 + lean)
    upper = {"SHOULDER": shoulder, **(arm or _arm(shoulder, 0.0, 10.0)), "EAR": ear}
    upper["NOSE"] = ear + 0.16 * _unit(180.0 + lean)
    joints = {side: {"HIP": hip, **leg} for side, leg in zip(Side, legs, strict=True)}
    nobody = np.full((2, len(t), 33, 2), np.nan)
    return _film(t, _body(t, joints, upper, near=Side.LEFT), replace(shot, edges=False), nobody, Side.LEFT)


def _planted(t: Floats, x: float = 0.0) -> Floats:
    return _xy(_ANKLE[0] + x, _ANKLE[1], t)


def _hip_over(t: Floats, knee_deg: Floats | float, shin_deg: Floats | float) -> Floats:
    """Hips of a leg whose shin leans forward by `shin_deg` and whose knee is bent by `knee_deg`."""
    shin, bend = (np.broadcast_to(one, t.shape) for one in (shin_deg, knee_deg))
    hip: Floats = _planted(t) + SHANK * _unit(90.0 + shin) + THIGH * _unit(90.0 + shin - bend)
    return hip


def squats(
    shot: Shot = PLAIN,
    *,
    knee_deg: float = 125.0,
    shin_deg: float = 33.0,
    lean_deg: float = 38.0,
    heel_deg: float = 0.0,
    tempo: Tempo = TEMPO,
) -> Track:
    """Both knees bend to `knee_deg`; at the bottom shins and trunk lean forward by what is given."""
    t, down = _time(shot, tempo)
    hip = _hip_over(t, 5.0 + (knee_deg - 5.0) * down, 3.0 + (shin_deg - 3.0) * down)
    leg = {**_leg_on(_planted(t), hip), **_foot(_planted(t), heel_deg * down)}
    lean = 3.0 + (lean_deg - 3.0) * down
    shoulder = hip + _unit(90.0 + lean)
    return _stands(t, shot, hip, lean, (leg, leg), _arm(shoulder, 70.0 * down, 10.0))


def romanian_deadlifts(
    shot: Shot = PLAIN,
    *,
    lean_deg: float = 75.0,
    knee_deg: float = 20.0,
    shin_deg: float = 2.0,
    ahead_deg: float = -26.0,
    tempo: Tempo = TEMPO,
) -> Track:
    """The trunk comes down to `lean_deg`; the arms are `ahead_deg` ahead of hanging straight down."""
    t, down = _time(shot, tempo)
    hip = _hip_over(t, 8.0 + (knee_deg - 8.0) * down, 3.0 + (shin_deg - 3.0) * down)
    hip = hip + np.column_stack([0.25 * down, -0.03 * down])  # they go back
    leg = {**_leg_on(_planted(t), hip), **_foot(_planted(t))}
    lean = 2.0 + (lean_deg - 2.0) * down
    shoulder = hip + _unit(90.0 + lean)
    return _stands(t, shot, hip, lean, (leg, leg), _arm(shoulder, 5.0 + (ahead_deg - 5.0) * down, 5.0))


def curls(
    shot: Shot = PLAIN,
    *,
    low_deg: float = 10.0,
    top_deg: float = 130.0,
    lean_deg: float = 0.0,
    upper_deg: float = 8.0,
    tempo: Tempo = TEMPO,
) -> Track:
    """Elbows bend from `low_deg` to `top_deg`; the trunk leans by `lean_deg`, the upper arms come ahead."""
    t, lift = _time(shot, tempo)
    hip = _hip_over(t, 5.0, 2.0)
    leg = {**_leg_on(_planted(t), hip), **_foot(_planted(t))}
    lean = 1.0 + lean_deg * lift
    shoulder = hip + _unit(90.0 + lean)
    arm = _arm(shoulder, 3.0 + (upper_deg - 3.0) * lift, low_deg + (top_deg - low_deg) * lift)
    return _stands(t, shot, hip, lean, (leg, leg), arm)


def lunges(
    shot: Shot = PLAIN,
    *,
    reps: int = 4,
    step: float = 1.35,
    shin_deg: float = 5.0,
    knee_deg: float = 95.0,
    lean_deg: float = 5.0,
    turns: bool = True,
    tempo: Tempo = TEMPO,
) -> Track:
    """A leg steps ahead by `step` trunk lengths and both bend; the legs take `turns`, the left one first."""
    t, down = _time(shot, tempo, reps)
    number = np.clip(((t - tempo.lead + tempo.rest / 2) // tempo.period).astype(int), 0, reps - 1)
    left_works = (number % 2 == 0) if turns else np.ones(len(t), dtype=bool)
    ahead = np.clip(2.5 * down, 0.0, 1.0)  # the foot is down before the hips are
    front = _planted(t) - np.column_stack([step * ahead, 0.0 * t])
    lifted = 0.3 * np.sin(np.pi * ahead) * (ahead < 1.0)
    front = front + np.column_stack([0.0 * t, lifted])
    low = (
        front + SHANK * _unit(90.0 + shin_deg + 0.0 * t) + THIGH * _unit(90.0 + shin_deg - knee_deg + 0.0 * t)
    )
    hip = (1.0 - down[:, None]) * _hip_over(t, 5.0, 2.0) + down[:, None] * low
    back = _planted(t) + np.column_stack([0.0 * t, 0.12 * down])  # on the toes
    legs: list[Joints] = []
    for works in (left_works, ~left_works):
        ankle = np.where(works[:, None], front, back)
        legs.append({**_leg_on(ankle, hip), **_foot(ankle, np.where(works, 0.0, 40.0 * down))})
    return _stands(t, shot, hip, 2.0 + lean_deg * down, (legs[0], legs[1]), None)


def push_ups(
    shot: Shot = PLAIN,
    *,
    low: float = 0.5,
    high: float = 1.12,
    sag_deg: float = 0.0,
    tempo: Tempo = TEMPO,
) -> Track:
    """On hands and toes; the shoulders come down from `high` to `low` trunk lengths above the hands.

    `sag_deg` is how far the hips hang below the line from shoulders to feet, as an angle there.
    """
    t, down = _time(shot, tempo)
    hand = _xy(0.05, -1.2, t)
    shoulder = hand + np.column_stack([-0.05 - 0.55 * down, high + (low - high) * down])
    toe = _xy(2.55, -1.25, t)
    line = toe - shoulder
    along = line / np.hypot(line[:, 0], line[:, 1])[:, None]
    turn = np.radians(sag_deg * (1.0 - 1.0 / 2.6))  # of the trunk against the line; the legs make up the rest
    c, s = np.cos(-turn), np.sin(-turn)
    hip = shoulder + np.stack([c * along[:, 0] - s * along[:, 1], s * along[:, 0] + c * along[:, 1]], axis=-1)
    leg_line = (toe - hip) / np.hypot(*(toe - hip).T)[:, None]
    knee, ankle = hip + THIGH * leg_line, hip + (THIGH + SHANK) * leg_line
    leg = {"HIP": hip, "KNEE": knee, "ANKLE": ankle}
    leg |= {"HEEL": ankle + np.array([0.08, 0.08]), "FOOT_INDEX": ankle + np.array([0.0, -0.12])}
    to_hand = hand - shoulder
    reach = np.minimum(np.hypot(to_hand[:, 0], to_hand[:, 1]), 0.999 * (UPPER_ARM + FOREARM))
    inside = np.degrees(np.arccos((UPPER_ARM**2 + reach**2 - FOREARM**2) / (2 * UPPER_ARM * reach)))
    direction = np.degrees(np.arctan2(to_hand[:, 1], to_hand[:, 0]))
    arm = {"ELBOW": shoulder + UPPER_ARM * _unit(direction + inside), "WRIST": hand}
    ear = shoulder - 0.3 * along
    upper = {"SHOULDER": shoulder, **arm, "EAR": ear, "NOSE": ear + np.array([-0.05, -0.15])}
    body = _body(t, dict.fromkeys(Side, leg), upper, near=Side.LEFT)
    nobody = np.full((2, len(t), 33, 2), np.nan)
    return _film(t, body, replace(shot, edges=False), nobody, Side.LEFT)


EVERYDAY: dict[str, Callable[[Shot], Track]] = {
    "squat": squats,
    "push-up": push_ups,
    "biceps-curl": curls,
    "romanian-deadlift": romanian_deadlifts,
    "lunge": lunges,
}
COUNTS = dict.fromkeys(EVERYDAY, REPS) | {"lunge": 4}


def presses(shot: Shot) -> Track:
    """Weights from the shoulders to overhead."""
    t, lift = _time(shot)
    hip = _hip_over(t, 5.0, 2.0)
    leg = {**_leg_on(_planted(t), hip), **_foot(_planted(t))}
    shoulder = hip + _unit(91.0 + 0.0 * t)
    return _stands(t, shot, hip, 1.0, (leg, leg), _arm(shoulder, 40.0 + 130.0 * lift, 135.0 - 125.0 * lift))


def front_raises(shot: Shot) -> Track:
    """Straight arms ahead to shoulder height."""
    t, lift = _time(shot)
    hip = _hip_over(t, 5.0, 2.0)
    leg = {**_leg_on(_planted(t), hip), **_foot(_planted(t))}
    return _stands(t, shot, hip, 1.0, (leg, leg), _arm(hip + _unit(91.0 + 0.0 * t), 90.0 * lift, 12.0))


def upright_rows(shot: Shot) -> Track:
    """Hands along the body to the chest, elbows out and up."""
    t, lift = _time(shot)
    hip = _hip_over(t, 5.0, 2.0)
    leg = {**_leg_on(_planted(t), hip), **_foot(_planted(t))}
    return _stands(
        t, shot, hip, 1.0, (leg, leg), _arm(hip + _unit(91.0 + 0.0 * t), -85.0 * lift, 10.0 + 130.0 * lift)
    )


def sit_downs(shot: Shot) -> Track:
    """Sits down on a chair; once, and not for as long as a wall sit."""
    tempo = Tempo(up=1.2, hold=2.5, down=1.2, rest=1.0, lead=1.5)
    t = clock(tempo.duration(1) - tempo.down - tempo.lead, shot)
    down = level(t, tempo, 1)
    hip = _hip_over(t, 5.0 + 85.0 * down, 2.0)
    leg = {**_leg_on(_planted(t), hip), **_foot(_planted(t))}
    return _stands(t, shot, hip, 3.0 + 30.0 * down * (1.0 - down), (leg, leg), None)


def floor_deadlifts(shot: Shot) -> Track:
    """From the floor: knees bent by 75 deg, the trunk nearly level."""
    t, down = _time(shot)
    hip = _hip_over(t, 5.0 + 70.0 * down, 2.0 + 8.0 * down)
    leg = {**_leg_on(_planted(t), hip), **_foot(_planted(t))}
    lean = 2.0 + 76.0 * down
    return _stands(t, shot, hip, lean, (leg, leg), _arm(hip + _unit(90.0 + lean), 0.0, 5.0))


def good_mornings(shot: Shot) -> Track:
    """The hinge with the hands at the shoulders."""
    t, down = _time(shot)
    hip = _hip_over(t, 10.0 + 8.0 * down, 2.0) + np.column_stack([0.25 * down, 0.0 * t])
    leg = {**_leg_on(_planted(t), hip), **_foot(_planted(t))}
    lean = 2.0 + 70.0 * down
    return _stands(t, shot, hip, lean, (leg, leg), _arm(hip + _unit(90.0 + lean), -lean, 150.0))


def calf_raises(shot: Shot) -> Track:
    t, lift = _time(shot)
    hip = _hip_over(t, 5.0, 2.0) + np.column_stack([0.0 * t, 0.2 * lift])
    ankle = _planted(t) + np.column_stack([0.0 * t, 0.2 * lift])
    leg = {**_leg_on(ankle, hip), **_foot(ankle, 35.0 * lift)}
    return _stands(t, shot, hip, 2.0, (leg, leg), None)


def knee_push_ups(shot: Shot) -> Track:
    """Push-ups with the knees on the floor and the feet in the air."""
    track = push_ups(shot)
    px = track.image_px.copy()
    feetwards = np.array([-1.0 if shot.mirrored else 1.0, 1.0]) * shot.scale
    for side in (0, 1):
        hip = px[:, 23 + side]
        floor = px[:, 15 + side, 1]
        knee = np.column_stack([hip[:, 0] + 0.75 * feetwards[0], floor - 6.0])
        px[:, 25 + side] = knee
        px[:, 27 + side] = knee + np.array([0.45, -0.65]) * feetwards
        px[:, 29 + side] = px[:, 27 + side] + np.array([0.02, -0.1]) * feetwards
        px[:, 31 + side] = px[:, 27 + side] + np.array([-0.15, -0.12]) * feetwards
    return replace(track, image_px=px)


NEIGHBOURS: dict[str, Callable[[Shot], Track]] = {
    made.__name__: made
    for made in (
        presses, front_raises, upright_rows, sit_downs, floor_deadlifts, good_mornings, calf_raises,
        knee_push_ups,
    )
}  # fmt: skip
