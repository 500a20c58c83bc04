"""Measures of where feet, knees and hips are or went, in percent of the trunk length."""

from __future__ import annotations

import numpy as np

from . import geometry as g
from .body import Body
from .measure import define
from .pose import Floats


@define(
    "hip_travel_pct",
    "How far the hips have moved from where they were, in any direction.",
    needs=(("middle", "hip"),),
    error=4.0,
    over_time=True,
)
def _hip_travel(body: Body) -> Floats:
    return 100.0 * body.travel(body.joint("middle", "hip"))


@define(
    "foot_slide_pct",
    "How far the planted foot has moved along the floor.",
    error=3.0,
    needs=(("working", "heel"), ("working", "foot_index")),
    over_time=True,
)
def _foot_slide(body: Body) -> Floats:
    foot = (body.joint("working", "heel") + body.joint("working", "foot_index")) / 2
    return _along_pct(body, foot)


@define(
    "heel_rise_pct",
    "How far the planted heel has risen.",
    error=4.0,
    needs=(("working", "heel"),),
    over_time=True,
)
def _heel_rise(body: Body) -> Floats:
    heel = body.joint("working", "heel")
    return body.above_pct(heel, _at_first(heel)[None])


@define(
    "shoulder_slide_pct",
    "How far the near shoulder has moved along the bench.",
    error=4.0,
    needs=(("near", "shoulder"),),
    over_time=True,
)
def _shoulder_slide(body: Body) -> Floats:
    return _along_pct(body, body.joint("near", "shoulder"))


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
    error=12.0,
    change_error=5.0,
    needs=(("free", "heel"), ("working", "heel")),
    fooled_by="a camera above floor height: the further foot looks higher",
    per_roll=1.7,
)
def _free_foot_clearance(body: Body) -> Floats:
    return body.above_pct(body.joint("free", "heel"), body.joint("working", "heel"))


@define(
    "foot_stagger_pct",
    "Free ankle further from the head than the working ankle, along the body.",
    needs=(("free", "ankle"), ("working", "ankle")),
    error=8.0,
    change_error=4.0,
    fooled_by="a view off the side, where the further foot lies elsewhere in the picture",
)
def _foot_stagger(body: Body) -> Floats:
    apart = body.joint("free", "ankle")[:, 0] - body.joint("working", "ankle")[:, 0]
    stagger: Floats = 100.0 * body.look.facing * apart / body.trunk_px
    return stagger


@define(
    "knee_gap_pct",
    "Distance between the knees over that between the ankles: below 100 the knees lean in.",
    needs=(("working", "knee"), ("free", "knee"), ("working", "ankle"), ("free", "ankle")),
    error=10.0,
    change_error=7.0,
    fooled_by="views from the side, where the knees hide each other",
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
    error=5.0,
    change_error=4.0,
    per_roll=1.4,
)
def _knee_wander(body: Body) -> Floats:
    hip, knee, ankle = (body.joint("working", part) for part in ("hip", "knee", "ankle"))
    wander: Floats = 100.0 * (knee[:, 0] - (hip[:, 0] + ankle[:, 0]) / 2) / body.trunk_px
    return wander
