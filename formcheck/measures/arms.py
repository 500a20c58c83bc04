"""Measures of arms and hands: elbows, upper arms, wrists, and the path of what the hands hold.

Errors of values: measured landmarks of 50 rendered clips that are seen from the side (all fours, and on the
back with the hands on a bar) against the true joints; two of three clips are within. Their arms hardly bend,
so the errors of changes are not those of these clips but assumed a quarter smaller.
"""

from __future__ import annotations

import numpy as np

from formcheck.measures.body import Body, Joint, Role
from formcheck.measures.drawn import JointAngle, JointHeight, JointTravel
from formcheck.measures.lines import (
    LANDMARKS_DEG,
    NORKIN,
    TRUNK,
    ahead_deg,
    ahead_pct,
    bend_deg,
    trunk_pitch_deg,
)
from formcheck.measures.measure import Bounds, Errors, define
from formcheck.poses import geometry as g
from formcheck.poses.pose import Floats

_ELBOW = Bounds(
    -15.0 - LANDMARKS_DEG,
    150.0 + 2 * LANDMARKS_DEG,
    f"an elbow bends by 140 to 150 deg and overextends by up to 15 ({NORKIN}); landmarks 20 more, as the "
    "wrist comes near the shoulder",
)
_OUT_OF_PLANE = "an elbow that points to the camera or away from it; the trunk before the arm"


def _arm(role: Role) -> tuple[Joint, ...]:
    return ((role, "shoulder"), (role, "elbow"), (role, "wrist"))


def _straighter(role: Role) -> JointAngle:
    return JointAngle((role, "elbow"), (role, "shoulder"), (role, "wrist"))


@define(
    "elbow_flexion_deg",
    "Bend of the working elbow, 0 = straight.",
    needs=_arm("working"),
    errors=Errors(9.0, 6.5, fooled_by=_OUT_OF_PLANE),
    can=_ELBOW,
    drawn=_straighter("working"),
)
def _elbow_flexion(body: Body) -> Floats:
    return bend_deg(body, "working", "shoulder", "elbow", "wrist")


@define(
    "free_elbow_flexion_deg",
    "Bend of the free elbow, 0 = straight.",
    needs=_arm("free"),
    errors=Errors(10.0, 7.5, fooled_by=_OUT_OF_PLANE),
    can=_ELBOW,
    drawn=_straighter("free"),
)
def _free_elbow_flexion(body: Body) -> Floats:
    return bend_deg(body, "free", "shoulder", "elbow", "wrist")


_SHOULDER = Bounds(
    -180.0, 180.0, f"an arm goes up by 180 deg and back by 60 ({NORKIN}): overhead it may pass the vertical"
)


@define(
    "shoulder_over_elbow_pct",
    "Near shoulder above the near elbow, + = higher: 0 where the upper arm is level.",
    needs=(("near", "shoulder"), ("near", "elbow")),
    errors=Errors(6.0, 4.0, per_roll=0.6, fooled_by="a shoulder hidden by the head"),
    can=Bounds(-90.0, 90.0, "an upper arm is about 0.6 of the trunk long; landmarks and perspective 0.3"),
    drawn=JointHeight(("near", "shoulder"), over=("near", "elbow")),
)
def _shoulder_over_elbow(body: Body) -> Floats:
    return body.above_pct(body.joint("near", "shoulder"), body.joint("near", "elbow"))


@define(
    "upper_arm_from_trunk_deg",
    "Working upper arm against the trunk, 0 = beside it, + = before the body, - = behind it.",
    needs=(*TRUNK, ("working", "shoulder"), ("working", "elbow")),
    errors=Errors(7.5, 5.5, fooled_by=_OUT_OF_PLANE),
    can=_SHOULDER,
    drawn=JointAngle(("working", "shoulder"), "along trunk", ("working", "elbow")),
)
def _upper_arm_from_trunk(body: Body) -> Floats:
    return _from_trunk(body, "working")


@define(
    "free_upper_arm_from_trunk_deg",
    "Free upper arm against the trunk, 0 = beside it, + = before the body, - = behind it.",
    needs=(*TRUNK, ("free", "shoulder"), ("free", "elbow")),
    errors=Errors(8.0, 6.0, fooled_by=_OUT_OF_PLANE),
    can=_SHOULDER,
    drawn=JointAngle(("free", "shoulder"), "along trunk", ("free", "elbow")),
)
def _free_upper_arm_from_trunk(body: Body) -> Floats:
    return _from_trunk(body, "free")


def _from_trunk(body: Body, role: Role) -> Floats:
    forward = g.wrap_deg(ahead_deg(body, role, "shoulder", "elbow") - trunk_pitch_deg(body) + 180.0)
    return forward if body.look.prone else -forward


@define(
    "upper_arm_from_vertical_deg",
    "Working upper arm against straight down, + = elbow ahead (lying or on all fours: headwards).",
    needs=(("working", "shoulder"), ("working", "elbow")),
    errors=Errors(5.5, 4.0, per_roll=1.0, fooled_by=_OUT_OF_PLANE),
    drawn=JointAngle(("working", "shoulder"), "down", ("working", "elbow")),
)
def _upper_arm_from_vertical(body: Body) -> Floats:
    return g.wrap_deg(ahead_deg(body, "working", "shoulder", "elbow") + 90.0)


@define(
    "forearm_from_vertical_deg",
    "Working forearm against the vertical, from the wrist up to the elbow, + = elbow ahead of the wrist.",
    needs=(("working", "elbow"), ("working", "wrist")),
    errors=Errors(5.0, 4.0, per_roll=1.0, fooled_by=_OUT_OF_PLANE),
)
def _forearm_from_vertical(body: Body) -> Floats:
    return g.wrap_deg(90.0 - ahead_deg(body, "working", "wrist", "elbow"))


@define(
    "wrist_height_pct",
    "Working wrist above the working shoulder.",
    needs=(("working", "wrist"), ("working", "shoulder")),
    errors=Errors(6.0, 4.5, per_roll=1.0),
    can=Bounds(
        -230.0,
        230.0,
        "an arm is a trunk and a tenth long (Winter); a camera near it makes it twice as long",
    ),
    drawn=JointHeight(("working", "wrist"), over=("working", "shoulder")),
)
def _wrist_height(body: Body) -> Floats:
    return body.above_pct(body.joint("working", "wrist"), body.joint("working", "shoulder"))


@define(
    "free_wrist_height_pct",
    "Free wrist above the free shoulder.",
    needs=(("free", "wrist"), ("free", "shoulder")),
    errors=Errors(6.0, 4.5, per_roll=1.0),
    drawn=JointHeight(("free", "wrist"), over=("free", "shoulder")),
)
def _free_wrist_height(body: Body) -> Floats:
    return body.above_pct(body.joint("free", "wrist"), body.joint("free", "shoulder"))


@define(
    "hand_width_pct",
    "Distance between the wrists over that between the shoulders, as in the picture: 100 = as wide.",
    needs=(("working", "wrist"), ("free", "wrist"), ("working", "shoulder"), ("free", "shoulder")),
    errors=Errors(15.0, 10.0, fooled_by="views from the side, where one hand hides the other"),
)
def _hand_width(body: Body) -> Floats:
    wrists, shoulders = (
        g.distance_px(body.joint("working", part), body.joint("free", part)) for part in ("wrist", "shoulder")
    )
    width: Floats = 100.0 * wrists / np.maximum(shoulders, 0.05 * body.trunk_px)
    return width


@define(
    "hand_path_pct",
    "How far the working hand is aside of the vertical through its first place, + = ahead: the path of a "
    "bar or dumbbell.",
    needs=(("working", "wrist"),),
    errors=Errors(3.5, 3.0, fooled_by="plates before the hand"),
    over_time=True,
    drawn=JointTravel(("working", "wrist")),
)
def _hand_path(body: Body) -> Floats:
    hand = body.sagittal("working", "wrist")
    good = np.flatnonzero(np.isfinite(hand[:, 0]))
    first = hand[good[0]] if len(good) else np.full(2, np.nan)
    return ahead_pct(body, hand, first[None])


@define(
    "hand_over_foot_pct",
    "Working hand ahead of the middle of the working foot, + = ahead: a bar over the foot is 0.",
    needs=(("working", "wrist"), ("working", "heel"), ("working", "foot_index")),
    errors=Errors(6.5, 5.0, per_roll=3.0, fooled_by="plates before the hand; feet hidden by plates"),
)
def _hand_over_foot(body: Body) -> Floats:
    foot = (body.sagittal("working", "heel") + body.sagittal("working", "foot_index")) / 2
    return ahead_pct(body, body.sagittal("working", "wrist"), foot)


@define(
    "hand_before_leg_pct",
    "Working hand ahead of the working leg at the height of the hand, + = away from the leg.",
    needs=(("working", "wrist"), ("working", "hip"), ("working", "knee"), ("working", "ankle")),
    errors=Errors(6.5, 5.0, fooled_by="plates before the hand, the knee or the shin"),
)
def _hand_before_leg(body: Body) -> Floats:
    hand, hip, knee, ankle = (body.sagittal("working", part) for part in ("wrist", "hip", "knee", "ankle"))
    below_knee = hand[:, 1] > knee[:, 1]
    upper, lower = (
        np.where(below_knee[:, None], below, above) for below, above in ((knee, hip), (ankle, knee))
    )
    fall = lower[:, 1] - upper[:, 1]
    level = np.abs(fall) < 0.05 * body.trunk_px  # no height of such a segment is that of the hand
    share = np.clip((hand[:, 1] - upper[:, 1]) / np.where(level, np.nan, fall), 0.0, 1.0)
    beside = upper + share[:, None] * (lower - upper)
    return ahead_pct(body, hand, beside)
