"""Hip thrust with both legs, under a barbell or a dumbbell: the reference for single-leg loads."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from formcheck.rule import (
    SIDEWAYS,
    Above,
    Below,
    Example,
    Exercise,
    Gate,
    Phase,
    Reading,
    RepData,
    Rule,
    Unobservable,
    View,
)

from . import single_leg_hip_thrust as single
from ._shared import (
    BOTH_FEET,
    BOTH_FEET_FROM_THE_FEET,
    BRIEF,
    HIPS_RISE,
    NOT_ON_THE_HANDS,
    ON_A_BENCH,
    ON_A_BENCH_FROM_THE_FEET,
    ROLES,
    STEADY,
    drift_in_hold,
    foot_stagger,
    median,
    pause_of,
    variant,
)
from ._supine import ANY, FROM_FEET, not_on_the_back

SOURCE = f"{single.SOURCE}: names the lift with both legs as its partner; {single.CONTRERAS}"
SIDE_BY_SIDE_PCT = 24.0
"""Feet less far apart along the body stand side by side; further, one of them is only a kickstand."""
NO_HOLD = variant(
    single.NO_HOLD, "BHT10", says="At the top the glutes are tensed hard; the hips do not bounce.", weight=8
)

HIDDEN_PCT, HIDDEN_ERROR_PCT = 20.0, 10.0
"""How near to the near foot a far one is that it hides, percent of the trunk, and how far off its place is: a
foot is half a trunk long, so one that stands further off shows at heel or toes [assumed]."""


def feet_side_by_side(data: RepData) -> Reading:
    """How much further from the head the free foot stands than the working one, percent of the trunk.

    Seen from the side the near foot hides a far one that stands beside it.
    """
    apart = foot_stagger(data)
    if not math.isnan(apart.value) or data.look.view is not View.SIDE or data.set.plated:
        return apart
    part = data.set.frames(*data.rep.window(Phase.TOP))
    near, far = (data.set.body.joint(role, "ankle")[part, 0] for role in ROLES)
    off_pct = 100.0 * abs(median(far - near)) / data.set.body.trunk_px
    if (
        data.set.feet_put_back(part)
        or data.set.sees("near", "ankle")[part].mean() < STEADY
        or not off_pct < HIDDEN_PCT
    ):
        return apart
    return Reading(0.0, HIDDEN_ERROR_PCT, data.rep.lockout_s, "the near foot hides the far one")


FEET_UNEVEN = Rule(
    code="BHT20",
    name="feet-uneven",
    statement="hip thrust",
    says="Both feet stand at the same distance from the hips.",
    why="The leg whose foot is nearer does more of the work.",
    source=f"{SOURCE}; {BRIEF}",
    read=feet_side_by_side,
    shows="foot_stagger_pct",
    unit="%",
    limit=Above(10.0, None, both=True),
    views=FROM_FEET,
    priority=9,
    weight=0,
    cue="Feet side by side",
    cue_minus="Feet side by side",
    remedy="Film from the side with both feet in the picture.",
    passes=(Example(6.0, 8.0),),
    fails=(Example(22.0, 8.0), Example(-22.0, 8.0)),
)

LEAST_GAP, JOINT_ERROR = 0.2, 0.06
"""Distance of the ankles in the picture, in trunk lengths, below which knees do not show against them, and
the error of such a distance [assumed: 4 % for each joint, as of a heel's height]."""


def knees_over_feet(data: RepData) -> Reading:
    """Distance between the knees over that between the ankles, percent, at the top.

    Obliquely both are foreshortened alike, but the nearer they seem the larger is their error.
    """
    gap = data.read("knee_gap_pct", Phase.TOP, "median", from_start=False)
    if math.isnan(gap.value) or data.look.view is View.FOOT_END:
        return gap
    body, part = data.set.body, data.set.frames(*data.rep.window(Phase.TOP))
    apart = body.joint("far", "ankle")[part] - body.joint("near", "ankle")[part]
    ankles = median(np.hypot(*apart.T)) / body.trunk_px
    if not ankles > LEAST_GAP:
        return Reading.none("your feet seem too near to each other from here", "Film from the foot end.")
    error = 100.0 * JOINT_ERROR * math.hypot(1.0, gap.value / 100.0) / ankles
    return replace(gap, uncertainty=math.hypot(gap.uncertainty, error))


KNEES_IN = Rule(
    code="BHT21",
    name="knees-in",
    statement="hip thrust",
    says="The knees stay over the feet.",
    why="Knees that fall in take the glutes out of their line.",
    source=f"{SOURCE}; frontal angles are poor in all markerless work, so it only warns: {BRIEF}",
    read=knees_over_feet,
    shows="knee_gap_pct",
    unit="%",
    decided=Phase.TOP,
    limit=Below(80.0, ideal=100.0),
    views=frozenset({View.FOOT_END, View.OBLIQUE_FOOT}),
    priority=6,
    weight=0,
    cue="Knees over the laces",
    remedy="Film from the foot end at 1.2 to 1.5 m height.",
    passes=(Example(105.0, 10.0),),
    fails=(Example(60.0, 10.0),),
)

EXERCISE = Exercise(
    name="hip-thrust",
    title="Hip thrust",
    source=SOURCE,
    posture="supine",
    signal="hip_height_pct",
    min_range=14.0,
    side_of="both",
    views=ANY,
    gates=(
        ON_A_BENCH,
        ON_A_BENCH_FROM_THE_FEET,
        BOTH_FEET,
        BOTH_FEET_FROM_THE_FEET,
        HIPS_RISE,
        NOT_ON_THE_HANDS,
        Gate(
            says="one foot stands far behind the other: a B-stance",
            read=foot_stagger,
            low=-SIDE_BY_SIDE_PCT,
            high=SIDE_BY_SIDE_PCT,
            views=SIDEWAYS,
        ),
    ),
    refuses=not_on_the_back,
    pause=pause_of(NO_HOLD, drift_in_hold("BHT22", SOURCE)),
    rules=(
        variant(single.LUMBAR_ARCHING, "BHT01", weight=28),
        variant(single.INCOMPLETE_LOCKOUT, "BHT02", statement="H8", weight=18),
        variant(single.SHIN_NOT_VERTICAL, "BHT07", weight=16, hidden=None, remedy="Film from the side."),
        variant(single.FOOT_TOO_CLOSE, "BHT08", hidden=None, remedy="Film from the side."),
        variant(
            single.PELVIS_TILT,
            "BHT09",
            says="The hips rise level.",
            cue="Both sides up, keep the bar level",
            cue_minus="Both sides up, keep the bar level",
            weight=12,
        ),
        NO_HOLD,
        variant(single.BOUNCE, "BHT11", weight=4),
        variant(single.LOWERING_TOO_FAST, "BHT12", weight=8),
        variant(
            single.HEEL_UP,
            "BHT13",
            says="Both feet stand flat and press into the floor with the heels.",
            weight=3,
        ),
        variant(single.SHOULDER_SLIDES, "BHT15"),
        variant(single.CHIN_UP, "BHT16", weight=3),
        variant(single.SHALLOW_BOTTOM, "BHT17", weight=0),
        FEET_UNEVEN,
        KNEES_IN,
    ),
    unobservable=(
        Unobservable("hip thrust", "Both legs share the load.", "The split is not visible."),
        Unobservable("H2", "The bar or dumbbell, and the pad.", "None of them is tracked."),
        Unobservable("H18", "The reference for single-leg loads of 40 to 60 %.", "Load is not visible."),
    ),
    film="From the side at hip height for back, lockout and shin; from the foot end for the knees.",
    notes=("Angles of the leg are those of the leg nearer to the camera.",),
)
