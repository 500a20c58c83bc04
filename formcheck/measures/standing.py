"""Measures of somebody on their feet: lean of the trunk, knee and foot, depth, and both sides compared.

`ahead` is where the person looks. Errors of values: as in `arms`, on the same 50 rendered clips. Nobody
stands in them, so they are those of the same joints in other postures; the errors of changes are assumed.
"""

from __future__ import annotations

from formcheck.measures.body import Body
from formcheck.measures.drawn import JointAngle, JointHeight
from formcheck.measures.lines import (
    LANDMARKS_DEG,
    NORKIN,
    TRUNK,
    ahead_pct,
    rise_deg,
    trunk_pitch_deg,
)
from formcheck.measures.measure import Bounds, Errors, define
from formcheck.poses import geometry as g
from formcheck.poses.pose import Floats


@define(
    "trunk_lean_deg",
    "Line from near hip to near shoulder against the vertical, 0 = upright, + = forward, - = back.",
    needs=TRUNK,
    errors=Errors(5.0, 2.5, per_roll=1.0, fooled_by="a shrugged shoulder"),
    drawn=JointAngle(("near", "hip"), "up", ("near", "shoulder")),
)
def _trunk_lean(body: Body) -> Floats:
    return g.wrap_deg(90.0 - trunk_pitch_deg(body))


@define(
    "hip_flexion_deg",
    "Working thigh against the trunk, 0 = in line, + = bent forward: the hinge of the hips.",
    needs=(*TRUNK, ("working", "hip"), ("working", "knee")),
    errors=Errors(7.0, 4.0, fooled_by="the hip landmark sitting off the joint; plates over the hips"),
    can=Bounds(
        -45.0 - LANDMARKS_DEG,
        130.0 + 2 * LANDMARKS_DEG,
        f"a hip bends by 120 to 130 deg and extends by 20 to 30 ({NORKIN}); a rounded or arched back turns "
        "the trunk's line by 15 more; landmarks 10",
    ),
    drawn=JointAngle(("working", "hip"), "along trunk", ("working", "knee")),
)
def _hip_flexion(body: Body) -> Floats:
    bend = g.wrap_deg(rise_deg(body, "working", "hip", "knee") + trunk_pitch_deg(body))
    return -bend if body.look.prone else bend


@define(
    "knee_over_toe_pct",
    "Working knee ahead of the working toes, + = past them.",
    needs=(("working", "knee"), ("working", "foot_index")),
    errors=Errors(10.0, 5.0, per_roll=0.8, fooled_by="a foot that points to the camera or away from it"),
)
def _knee_over_toe(body: Body) -> Floats:
    return ahead_pct(body, body.sagittal("working", "knee"), body.sagittal("working", "foot_index"))


@define(
    "foot_pitch_deg",
    "Slope of the working foot from toe up to heel of somebody who stands, 0 = level, + = heel up.",
    needs=(("working", "heel"), ("working", "foot_index")),
    errors=Errors(10.0, 8.0, per_roll=1.0, fooled_by="a foot that points to the camera or away from it"),
    drawn=JointAngle(("working", "foot_index"), "feetwards", ("working", "heel")),
)
def _foot_pitch(body: Body) -> Floats:
    return rise_deg(body, "working", "foot_index", "heel")


@define(
    "knee_over_ankle_pct",
    "Working knee ahead of the working ankle, + = ahead.",
    needs=(("working", "knee"), ("working", "ankle")),
    errors=Errors(6.0, 4.0, per_roll=0.8),
)
def _knee_over_ankle(body: Body) -> Floats:
    return ahead_pct(body, body.sagittal("working", "knee"), body.sagittal("working", "ankle"))


@define(
    "hips_below_knee_pct",
    "Working hip below the working knee, + = lower: the depth of a squat, 0 = thigh level.",
    needs=(("working", "hip"), ("working", "knee")),
    errors=Errors(8.5, 5.0, per_roll=0.8, fooled_by="the hip landmark sitting above the joint; plates"),
    drawn=JointHeight(("working", "knee"), over=("working", "hip")),
)
def _hips_below_knee(body: Body) -> Floats:
    return body.above_pct(body.joint("working", "knee"), body.joint("working", "hip"))


@define(
    "foot_ahead_pct",
    "Working ankle ahead of the free ankle, + = ahead: the length of a split stance.",
    needs=(("working", "ankle"), ("free", "ankle")),
    errors=Errors(8.0, 5.0, fooled_by="a view off the side, where the further foot lies elsewhere"),
)
def _foot_ahead(body: Body) -> Floats:
    return ahead_pct(body, body.joint("working", "ankle"), body.joint("free", "ankle"))


@define(
    "hip_shift_pct",
    "Middle of the hips beside the middle of the ankles, from the front or behind, + = to the working side.",
    needs=(("middle", "hip"), ("middle", "ankle")),
    errors=Errors(5.0, 4.0, per_roll=1.7, fooled_by="views from the side, where it is how far back one sits"),
)
def _hip_shift(body: Body) -> Floats:
    aside = body.joint("middle", "hip")[:, 0] - body.joint("middle", "ankle")[:, 0]
    towards = body.left_side_at * (1.0 if body.working.offset == 0 else -1.0)
    shift: Floats = 100.0 * towards * aside / body.trunk_px
    return shift
