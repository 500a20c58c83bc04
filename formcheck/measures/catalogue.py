"""What is measured on the body, frame by frame or rep by rep.

The values come from `Measure.of(body)` as (T,) arrays. Angles are degrees, lengths percent of the trunk
length (shoulder to hip), so that neither camera distance nor body size matters.

Each measure says what a body can do (`can=`), wide enough for every healthy person and for the offset of the
landmarks from the joints: a value outside is no fault of form but wrong landmarks. It also says what it looks
like in a picture (`drawn=`), where it has a simple shape.

`arms` and `standing` define those of arms and of people on their feet.
"""

from __future__ import annotations

import numpy as np

from formcheck.measures import arms, standing
from formcheck.measures.body import Body, Joint, Part
from formcheck.measures.drawn import BackOutline, JointAngle, JointHeight, JointTravel
from formcheck.measures.lines import (
    LANDMARKS_DEG,
    NORKIN,
    TRUNK,
    ahead_deg,
    bend_deg,
    rise_deg,
    trunk_pitch_deg,
)
from formcheck.measures.measure import MEASURES, Bounds, Errors, Measure, define, measure
from formcheck.measures.outline import back_bend_deg
from formcheck.poses import geometry as g
from formcheck.poses.both_plates import over_hips_px
from formcheck.poses.geometry import FOCAL
from formcheck.poses.pose import Floats

__all__ = ["MEASURES", "Measure", "arms", "measure", "standing"]

_KNEE = Bounds(
    -15.0 - LANDMARKS_DEG,
    150.0 + LANDMARKS_DEG,
    f"a knee bends by 140 to 150 deg and overextends by up to 15 ({NORKIN}); landmarks 10 more",
)
_HIP = Bounds(
    -130.0 - LANDMARKS_DEG,
    45.0 + LANDMARKS_DEG,
    f"a hip bends by 120 to 130 deg and extends by 20 to 30 ({NORKIN}); an arched back turns the "
    "trunk's line by 15 more; landmarks 10",
)
_ROLL = Bounds(
    -45.0, 45.0, "standing on one leg the pelvis or shoulders tip by 30 deg at most; landmarks 15 more"
)

# Measures of where feet, knees and hips are or went, in percent of the trunk length.


@define(
    "hip_travel_pct",
    "How far the hips have moved from where they were, in any direction.",
    needs=(("middle", "hip"),),
    errors=Errors(4.0, 4.0),
    over_time=True,
    drawn=JointTravel(("middle", "hip")),
)
def _hip_travel(body: Body) -> Floats:
    return 100.0 * body.travel(body.sagittal("middle", "hip"))


@define(
    "foot_slide_pct",
    "How far the planted foot has moved along the floor.",
    needs=(("working", "heel"), ("working", "foot_index")),
    errors=Errors(3.0, 3.0),
    over_time=True,
    drawn=JointTravel(("working", "heel")),
)
def _foot_slide(body: Body) -> Floats:
    foot = (body.sagittal("working", "heel") + body.sagittal("working", "foot_index")) / 2
    return _along_pct(body, foot)


@define(
    "heel_rise_pct",
    "How far the planted heel has risen.",
    needs=(("working", "heel"),),
    errors=Errors(4.0, 4.0),
    over_time=True,
    can=Bounds(-45.0, 45.0, "a foot is half a trunk long: on tiptoe its heel is 45 % up"),
    drawn=JointTravel(("working", "heel")),
)
def _heel_rise(body: Body) -> Floats:
    heel = body.joint("working", "heel")
    return body.above_pct(heel, _at_first(heel)[None])


@define(
    "shoulder_slide_pct",
    "How far the near shoulder has moved along the bench.",
    needs=(("near", "shoulder"),),
    errors=Errors(4.0, 4.0),
    over_time=True,
    can=Bounds(-90.0, 90.0, "a bench is about half a trunk wide: who slides further has left it"),
    drawn=JointTravel(("near", "shoulder")),
)
def _shoulder_slide(body: Body) -> Floats:
    return _along_pct(body, body.sagittal("near", "shoulder"))


def _along_pct(body: Body, points: Floats) -> Floats:
    moved: Floats = 100.0 * np.abs(points[:, 0] - _at_first(points)[0]) / body.trunk_px
    return moved


def _at_first(points: Floats) -> Floats:
    """Return the (2,) median place in the first quarter of the frames in which a joint was seen, or NaN."""
    good = np.flatnonzero(np.isfinite(points[:, 0]))
    if not len(good):
        return np.full(2, np.nan)
    place: Floats = np.median(points[good[: max(1, len(good) // 4)]], axis=0)
    return place


@define(
    "free_foot_clearance_pct",
    "Free heel above the planted heel.",
    needs=(("free", "heel"), ("working", "heel")),
    errors=Errors(
        12.0, 5.0, per_roll=1.7, fooled_by="a camera above floor height: the further foot looks higher"
    ),
    can=Bounds(
        -60.0,
        300.0,
        "a heel is no lower than the floor, and the other one stands half a trunk above it at most",
    ),
    drawn=JointHeight(("free", "heel"), over=("working", "heel")),
)
def _free_foot_clearance(body: Body) -> Floats:
    return body.above_pct(body.joint("free", "heel"), body.joint("working", "heel"))


@define(
    "foot_stagger_pct",
    "Free ankle further from the head than the working ankle, along the body.",
    needs=(("free", "ankle"), ("working", "ankle")),
    errors=Errors(
        8.0, 4.0, fooled_by="a view off the side, where the further foot lies elsewhere in the picture"
    ),
)
def _foot_stagger(body: Body) -> Floats:
    apart = body.joint("free", "ankle")[:, 0] - body.joint("working", "ankle")[:, 0]
    stagger: Floats = 100.0 * body.look.facing * apart / body.trunk_px
    return stagger


@define(
    "knee_gap_pct",
    "Distance between the knees over that between the ankles: below 100 the knees lean in.",
    needs=(("working", "knee"), ("free", "knee"), ("working", "ankle"), ("free", "ankle")),
    errors=Errors(10.0, 7.0, fooled_by="views from the side, where the knees hide each other"),
)
def _knee_gap(body: Body) -> Floats:
    knees = g.distance_px(body.joint("working", "knee"), body.joint("free", "knee"))
    ankles = g.distance_px(body.joint("working", "ankle"), body.joint("free", "ankle"))
    gap: Floats = 100.0 * knees / np.maximum(ankles, 0.05 * body.trunk_px)
    return gap


@define(
    "knee_wander_pct",
    "Working knee beside the line from hip to ankle, + = to the image right.",
    needs=(("working", "hip"), ("working", "knee"), ("working", "ankle")),
    errors=Errors(5.0, 4.0, per_roll=1.4),
)
def _knee_wander(body: Body) -> Floats:
    hip, knee, ankle = (body.joint("working", part) for part in ("hip", "knee", "ankle"))
    wander: Floats = 100.0 * (knee[:, 0] - (hip[:, 0] + ankle[:, 0]) / 2) / body.trunk_px
    return wander


_LEG_TO_TRUNK = 1.65
"""Hip to ankle over shoulder to hip [assumed from anthropometry]."""

_LEG: tuple[Joint, ...] = (("working", "hip"), ("working", "knee"), ("working", "ankle"))
_FREE: tuple[Joint, ...] = (("free", "hip"), ("free", "knee"), ("free", "ankle"))
_HIPS: tuple[Joint, ...] = (("working", "hip"), ("free", "hip"))
_BAR: tuple[Joint, ...] = (("working", "bar"), ("free", "bar"))


@define(
    "leg_elevation_deg",
    "Line from working hip to ankle above the horizontal, + = up.",
    needs=_LEG,
    errors=Errors(2.0, 2.0, per_roll=1.0),
    drawn=JointAngle(("working", "hip"), "feetwards", ("working", "ankle")),
)
def _leg_elevation(body: Body) -> Floats:
    if not body.look.from_behind:
        return rise_deg(body, "working", "hip", "ankle")
    rise_pct = body.above_pct(body.joint("working", "ankle"), body.joint("working", "hip"))
    return np.degrees(rise_pct / 100.0 / _LEG_TO_TRUNK)


@define(
    "thigh_elevation_deg",
    "Line from working hip to knee above the horizontal, + = up.",
    needs=_LEG[:2],
    errors=Errors(3.0, 3.0, per_roll=1.0),
    drawn=JointAngle(("working", "hip"), "feetwards", ("working", "knee")),
)
def _thigh_elevation(body: Body) -> Floats:
    return rise_deg(body, "working", "hip", "knee")


@define(
    "free_thigh_elevation_deg",
    "Line from free hip to knee above the horizontal, + = up.",
    needs=_FREE[:2],
    errors=Errors(4.0, 4.0, per_roll=1.0),
    drawn=JointAngle(("free", "hip"), "feetwards", ("free", "knee")),
)
def _free_thigh_elevation(body: Body) -> Floats:
    return rise_deg(body, "free", "hip", "knee")


@define(
    "free_leg_elevation_deg",
    "Line from the free hip to the free ankle above the horizontal, + = up.",
    needs=(_FREE[0], _FREE[2]),
    errors=Errors(5.0, 3.0, per_roll=1.0, fooled_by="a bar or plate over the hips"),
    drawn=JointAngle(("free", "hip"), "feetwards", ("free", "ankle")),
)
def _free_leg_elevation(body: Body) -> Floats:
    return rise_deg(body, "free", "hip", "ankle")


@define(
    "knee_flexion_deg",
    "Bend of the working knee, 0 = straight.",
    needs=_LEG,
    errors=Errors(4.5, 3.5),
    can=_KNEE,
    drawn=JointAngle(("working", "knee"), ("working", "hip"), ("working", "ankle")),
)
def _knee_flexion(body: Body) -> Floats:
    return bend_deg(body, "working", "hip", "knee", "ankle")


@define(
    "free_knee_flexion_deg",
    "Bend of the free knee, 0 = straight.",
    needs=_FREE,
    errors=Errors(6.0, 6.0),
    can=_KNEE,
    drawn=JointAngle(("free", "knee"), ("free", "hip"), ("free", "ankle")),
)
def _free_knee_flexion(body: Body) -> Floats:
    return bend_deg(body, "free", "hip", "knee", "ankle")


@define(
    "trunk_pitch_deg",
    "Line from near hip to near shoulder above the horizontal.",
    needs=TRUNK,
    errors=Errors(2.5, 2.5, per_roll=1.0),
    drawn=JointAngle(("near", "hip"), "headwards", ("near", "shoulder")),
)
def _trunk_pitch(body: Body) -> Floats:
    return trunk_pitch_deg(body)


@define(
    "hip_extension_deg",
    "Working thigh against the trunk line prolonged through the hip, + = extended past straight.",
    needs=(*TRUNK, ("working", "hip"), ("working", "knee")),
    errors=Errors(7.0, 4.0, fooled_by="the hip landmark sitting off the joint; plates over the hips"),
    can=_HIP,
    drawn=JointAngle(("working", "hip"), "along trunk", ("working", "knee")),
)
def _hip_extension(body: Body) -> Floats:
    thigh = rise_deg(body, "working", "hip", "knee")
    bend = g.wrap_deg(thigh + _trunk_pitch(body))
    return bend if body.look.prone else -bend


@define(
    "leg_against_trunk_deg",
    "Line from working hip to ankle against the trunk line prolonged, + = extended past straight.",
    needs=(*TRUNK, *_LEG),
    errors=Errors(4.0, 4.0),
    drawn=JointAngle(("working", "hip"), "along trunk", ("working", "ankle")),
)
def _leg_against_trunk(body: Body) -> Floats:
    bend = g.wrap_deg(_leg_elevation(body) + _trunk_pitch(body))
    return bend if body.look.prone else -bend


@define(
    "shin_from_vertical_deg",
    "Working shin against the vertical, + = ankle further from the hips than the knee (foot too far).",
    needs=_LEG[1:],
    errors=Errors(
        5.0, 5.0, per_roll=1.0, plate=9.0, fooled_by="plates over the hips, which draw the knee to them"
    ),
    can=Bounds(
        -60.0,
        65.0,
        f"on a flat foot a shin leans by 45 deg forward and 50 back ({NORKIN}), on its heel by 60; "
        "landmarks 5 to 15",
    ),
    drawn=JointAngle(("working", "knee"), "down", ("working", "ankle")),
)
def _shin_from_vertical(body: Body) -> Floats:
    return rise_deg(body, "working", "knee", "ankle") + 90.0


@define(
    "neck_extension_deg",
    "Line from shoulder to ear against the trunk line prolonged headwards, + = head back (looking up).",
    needs=(*TRUNK, ("near", "ear")),
    errors=Errors(7.0, 5.0, fooled_by="a shrugged shoulder, hair over the ear"),
    drawn=JointAngle(("near", "shoulder"), "up trunk", ("near", "ear")),
)
def _neck_extension(body: Body) -> Floats:
    back = g.wrap_deg(ahead_deg(body, "near", "shoulder", "ear") - _trunk_pitch(body))
    return back if body.look.prone else -back


@define(
    "face_from_floor_deg",
    "Line from ear to nose against straight down, + = turned up towards the front.",
    needs=(("near", "ear"),),
    errors=Errors(10.0, 6.0, per_roll=1.0),
)
def _face_from_floor(body: Body) -> Floats:
    return g.elevation_deg(body.joint("near", "ear"), body.nose, forward=-body.look.facing) + 90.0


@define(
    "pelvis_roll_deg",
    "Slope of the line between the hips, + = working side higher.",
    needs=_HIPS,
    errors=Errors(4.0, 3.0, per_roll=1.0, fooled_by="views from the side, where the hips hide each other"),
    can=_ROLL,
    drawn=JointAngle(("free", "hip"), "level", ("working", "hip")),
)
def _pelvis_roll(body: Body) -> Floats:
    return _roll_deg(body, "hip")


@define(
    "hip_rise_pct",
    "Working hip above the free hip.",
    needs=_HIPS,
    errors=Errors(
        4.0,
        1.2,
        per_roll=0.5,
        fooled_by="views from the side, where the hips hide each other; an arching back moves them too",
    ),
)
def _hip_rise(body: Body) -> Floats:
    return body.above_pct(body.joint("working", "hip"), body.joint("free", "hip"))


@define(
    "shoulder_roll_deg",
    "Slope of the line between the shoulders, + = working side higher.",
    needs=(("working", "shoulder"), ("free", "shoulder")),
    errors=Errors(4.0, 3.0, per_roll=1.0),
    can=_ROLL,
    drawn=JointAngle(("free", "shoulder"), "level", ("working", "shoulder")),
)
def _shoulder_roll(body: Body) -> Floats:
    return _roll_deg(body, "shoulder")


@define(
    "hands_slope_deg",
    "Slope of the line between the wrists, + = working side higher.",
    needs=(("working", "wrist"), ("free", "wrist")),
    errors=Errors(4.0, 2.5, per_roll=1.0),
    drawn=JointAngle(("free", "wrist"), "level", ("working", "wrist")),
)
def _hands_slope(body: Body) -> Floats:
    return _roll_deg(body, "wrist")


@define(
    "bar_roll_deg",
    "Roll of a bar held across the body: its slope in the picture less what a level bar shows from there, "
    "+ = working side higher.",
    needs=_BAR,
    errors=Errors(
        3.0, 0.8, per_roll=1.0, fooled_by="the edge of a bench or another straight thing near the hands"
    ),
    drawn=JointAngle(("free", "bar"), "level", ("working", "bar"), in_space=True),
)
def _bar_roll(body: Body) -> Floats:
    slope = np.tan(np.radians(_roll_deg(body, "bar")))
    away = np.radians(body.look.off_end_deg)  # how far the bar is turned out of the picture
    width, height = body.track.size
    below = (_bar_at(body, (width - 1) / 2) - (height - 1) / 2) / (FOCAL * max(width, height))
    # What runs away from the camera rises towards the horizon where it is below it.
    near_side = 1.0 if body.look.near is body.working else -1.0
    rolled: Floats = np.degrees(np.arctan((slope + near_side * below * np.tan(away)) * np.cos(away)))
    return rolled


@define(
    "bar_height_pct",
    "A bar held across the body, where it crosses mid-hip, above mid-shoulder.",
    needs=_BAR,
    errors=Errors(8.0, 4.0, per_roll=1.7),
)
def _bar_height(body: Body) -> Floats:
    if body.by_plates:  # they hide hips and shoulders, which stay on the bench
        shoulders = np.broadcast_to(g.finite_median(body.joint("middle", "shoulder")), (len(body.track), 2))
        return body.above_pct(over_hips_px(body.track, body.look.yaw_deg), shoulders)
    hip = body.joint("middle", "hip")
    crossing = np.stack([hip[:, 0], _bar_at(body, hip[:, 0])], axis=1)
    return body.above_pct(crossing, body.joint("middle", "shoulder"))


@define(
    "seat_turn_deg",
    "Turn of the seat in the picture since the leg left the floor, from behind, + = working side up.",
    needs=_HIPS,
    errors=Errors(1.5, 1.5, fooled_by="clothes that hang loose; the skin turns less than the pelvis"),
)
def _seat_turn(body: Body) -> Floats:
    turned = body.track.turn_deg
    return np.full(len(body.track), np.nan) if turned is None else turned


def _bar_at(body: Body, x: Floats | float) -> Floats:
    """Return (T,) the y at which the bar's line crosses places in the picture."""
    working, free = body.joint("working", "bar"), body.joint("free", "bar")
    across = free[:, 0] - working[:, 0]
    y: Floats = working[:, 1] + (x - working[:, 0]) * (free[:, 1] - working[:, 1]) / across
    return y


@define(
    "trunk_twist_deg",
    "Roll of the pelvis against the shoulders, + = working hip higher.",
    needs=(*_HIPS, ("working", "shoulder"), ("free", "shoulder")),
    errors=Errors(6.0, 5.0),
    can=Bounds(-60.0, 60.0, f"a trunk turns by 45 deg to each side ({NORKIN}); landmarks 15 more"),
)
def _trunk_twist(body: Body) -> Floats:
    return _roll_deg(body, "hip") - _roll_deg(body, "shoulder")


def _roll_deg(body: Body, part: Part) -> Floats:
    working, free = body.joint("working", part), body.joint("free", part)
    rise = free[:, 1] - working[:, 1]
    across = np.maximum(np.abs(working[:, 0] - free[:, 0]), 1e-6)
    rolled: Floats = np.degrees(np.arctan2(rise, across))
    return rolled


@define(
    "hip_height_pct",
    "Mid-hip above mid-shoulder.",
    needs=(("middle", "hip"), ("middle", "shoulder")),
    errors=Errors(6.0, 4.0, per_roll=1.7),
    drawn=JointHeight(("middle", "hip"), over=("middle", "shoulder")),
)
def _hip_height(body: Body) -> Floats:
    return body.above_pct(body.joint("middle", "hip"), body.joint("middle", "shoulder"))


@define(
    "heel_lift_deg",
    "Slope of the working foot from toe up to heel.",
    needs=(("working", "heel"), ("working", "foot_index")),
    errors=Errors(10.0, 10.0, per_roll=1.0),
    drawn=JointAngle(("working", "foot_index"), "headwards", ("working", "heel")),
)
def _heel_lift(body: Body) -> Floats:
    return g.elevation_deg(
        body.sagittal("working", "foot_index"), body.sagittal("working", "heel"), forward=-body.look.facing
    )


@define(
    "back_bend_deg",
    "Bend of the back's outline between its upper and lower half, + = hollow (arched).",
    needs=(("middle", "shoulder"), ("middle", "hip")),
    errors=Errors(
        8.0, 5.0, fooled_by="loose clothes, hair, the bench, an arm across the back, a view off the side"
    ),
    can=Bounds(
        -60.0,
        60.0,
        "an outline of a rounded back bends by 40 deg, of a marked hollow by 45; the buttock adds 15",
    ),
    drawn=BackOutline(),
)
def _back_bend(body: Body) -> Floats:
    return back_bend_deg(body)
