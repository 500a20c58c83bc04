"""What exercises on the feet share: how somebody stands, hinges and steps, and the gates between them."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from formcheck.rule import OBLIQUE, Gate, Phase, Reading, RepData, View

from ._shared import ROLES, foot_stagger, median, waiting

FRONT = frozenset({View.HEAD_END})
ALL_ROUND = OBLIQUE | FRONT
KNEES_BENT_DEG = 48.0
"""The border between a hinge of the hips and a squat: a hinge keeps its knees at 10 to 30 deg, a quarter
squat bends them by 60."""
SPLIT_PCT = 55.0
"""Feet further apart along the body stand one before the other: half a step, in percent of the trunk."""


def stance(data: RepData) -> Reading:
    """How far hips are above knees and knees above feet before and after, the less, % of the trunk."""
    body, frames = data.set.body, waiting(data)
    heights = [body.joint("middle", part)[frames, 1] for part in ("hip", "knee", "ankle")]
    over = [median(lower - upper) for upper, lower in pairwise(heights)]
    if not all(map(math.isfinite, over)):
        return Reading.none("hips, knees or feet are not seen")
    return Reading(100.0 * min(over) / body.trunk_px, 8.0, data.rep.start_s)


def waiting_lean(data: RepData) -> Reading:
    """Degrees by which the trunk leans forward before and after."""
    lean = median(data.set.values("trunk_lean_deg")[waiting(data)])
    return Reading(lean, 6.0, data.rep.start_s) if math.isfinite(lean) else Reading.none("no trunk is seen")


def hips_drop(data: RepData) -> Reading:
    """How much lower the hips come over the feet from the start to the turn, percent of the trunk."""
    body = data.set.body
    height = body.joint("middle", "ankle")[:, 1] - body.joint("middle", "hip")[:, 1]
    start, turn = (data.set.frames(*data.rep.window(phase)) for phase in (Phase.START, Phase.TOP))
    drop = 100.0 * (median(height[start]) - median(height[turn])) / body.trunk_px
    return Reading(drop, 5.0, data.rep.lockout_s) if math.isfinite(drop) else Reading.none("no hips are seen")


def foot_moves(data: RepData) -> Reading:
    """How far the foot that moves less moves from the start to the turn, percent of the trunk."""
    return _moved(data, min)


def feet_move(data: RepData) -> Reading:
    """How far the foot that moves more moves from the start to the turn, percent of the trunk."""
    return _moved(data, max)


def _moved(data: RepData, choose: Callable[[list[float]], float]) -> Reading:
    body = data.set.body
    start, turn = (data.set.frames(*data.rep.window(phase)) for phase in (Phase.START, Phase.TOP))
    moved = []
    for role in ROLES:
        foot = body.joint(role, "ankle")
        moved.append(math.hypot(*(median(foot[turn, axis]) - median(foot[start, axis]) for axis in (0, 1))))
    if not all(map(math.isfinite, moved)):
        return Reading.none("the feet are not seen")
    return Reading(100.0 * choose(moved) / body.trunk_px, 6.0, data.rep.lockout_s)


def split(data: RepData) -> Reading:
    """How far one foot stands before the other at the turn, percent of the trunk, the view allowed for."""
    apart = foot_stagger(data)
    return Reading(abs(apart.value), apart.uncertainty, apart.time_s, apart.reason)


def knees_apart(data: RepData) -> Reading:
    """Degrees by which one knee is bent further than the other at the turn."""
    bends = [data.median(name, Phase.TOP) for name in ("knee_flexion_deg", "free_knee_flexion_deg")]
    if not all(map(math.isfinite, bends)):
        return Reading.none("a knee is not seen")
    return Reading(abs(bends[0] - bends[1]), 12.0, data.rep.lockout_s)


def straighter_knee(data: RepData) -> Reading:
    """Bend of the knee that is bent less at the turn."""
    bends = [data.median(name, Phase.TOP) for name in ("knee_flexion_deg", "free_knee_flexion_deg")]
    if not all(map(math.isfinite, bends)):
        return Reading.none("a knee is not seen")
    return Reading(min(bends), 8.0, data.rep.lockout_s)


def knees_level(data: RepData) -> Reading:
    """How much higher one knee is than the other at the turn, percent of the trunk."""
    body, part = data.set.body, data.set.frames(*data.rep.window(Phase.TOP))
    apart = abs(median(body.joint("near", "knee")[part, 1] - body.joint("far", "knee")[part, 1]))
    if not math.isfinite(apart):
        return Reading.none("a knee is not seen")
    return Reading(100.0 * apart / body.trunk_px, 8.0, data.rep.lockout_s)


STANDS = Gate(says="it does not begin and end standing", read=stance, low=30.0, views=ALL_ROUND)
UPRIGHT = Gate(
    says="the trunk is not upright before and after", read=waiting_lean, low=-25.0, high=38.0, unit="deg"
)
KNEES_LEVEL = Gate(says="one knee goes down: a lunge", read=knees_level, high=35.0, views=FRONT)
SIDE_BY_SIDE = Gate(says="one foot stands ahead: a lunge", read=split, high=SPLIT_PCT)
ONE_AHEAD = Gate(says="the feet stand side by side", read=split, low=SPLIT_PCT, proof=True)
FEET_STAY = Gate(says="a foot leaves its place", read=feet_move, high=40.0, views=ALL_ROUND)
KNEES_BEND = Gate(
    says="the knees hardly bend: a hinge of the hips",
    measure="knee_flexion_deg",
    low=KNEES_BENT_DEG,
    error=7.0,
)
KNEES_STAY = Gate(
    says="the knees bend: a squat or a deadlift from the floor",
    measure="knee_flexion_deg",
    high=KNEES_BENT_DEG,
    error=7.0,
)
HIPS_GO_DOWN = Gate(says="the hips do not go down", read=hips_drop, low=15.0, views=ALL_ROUND)
