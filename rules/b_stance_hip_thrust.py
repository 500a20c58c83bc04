"""B-stance hip thrust: one foot planted and working, the other beside or behind as a kickstand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from formcheck.rule import (
    SIDEWAYS,
    Below,
    Example,
    Exercise,
    Gate,
    Phase,
    Reading,
    RepData,
    Rule,
    Unobservable,
    finite_median,
)

from . import single_leg_hip_thrust as single
from ._shared import (
    BOTH_FEET,
    BRIEF,
    HIPS_RISE,
    NOT_ON_THE_HANDS,
    ON_A_BENCH,
    drift_in_hold,
    foot_stagger,
    pause_of,
    variant,
)
from ._supine import not_on_the_back
from .hip_thrust import SIDE_BY_SIDE_PCT

SOURCE = f"{single.SOURCE}: names the B-stance hip thrust as an easier exercise"
NO_HOLD = variant(single.NO_HOLD, "BST10", weight=8)


def staggered(data: RepData) -> Reading:
    """How far apart the feet are along the body at the top, percent of the trunk."""
    stagger = foot_stagger(data)
    return replace(stagger, value=abs(stagger.value))


def working(data: RepData) -> float:
    """Vote for the left (positive) or right leg: its shin is the more upright one at the top. 1 is clear."""
    px = data.set.body.track.image_px[data.set.frames(*data.rep.window(Phase.TOP))]
    lean = finite_median(np.abs(px[:, 27:29, 0] - px[:, 25:27, 0]))
    return float(lean[1] - lean[0]) / (0.1 * data.set.body.trunk_px)


KICKSTAND_PUSHES = Rule(
    code="BST20",
    name="kickstand-pushes",
    statement="H27",
    says="The rear foot touches the floor only lightly; the working leg carries 80 %.",
    why="A kickstand knee that opens far does the other half of the lift.",
    source=f"{SOURCE}; a knee opens by 24 deg with the hips alone (rendered clips): {BRIEF}",
    measure="free_knee_flexion_deg",
    when=Phase.TOP,
    stat="median",
    from_start=True,
    limit=Below(-45.0),
    views=SIDEWAYS,
    priority=6,
    weight=2,
    cue="Light kickstand, push with one leg",
    remedy="Film from the side with both feet in the picture.",
    passes=(Example(-24.0, 6.0),),
    fails=(Example(-60.0, 6.0),),
)

EXERCISE = Exercise(
    name="b-stance-hip-thrust",
    title="B-stance hip thrust",
    source=SOURCE,
    posture="supine",
    signal="hip_height_pct",
    min_range=14.0,
    working=working,
    views=SIDEWAYS,
    gates=(
        ON_A_BENCH,
        BOTH_FEET,
        HIPS_RISE,
        NOT_ON_THE_HANDS,
        Gate(
            says="the feet are not seen to stand apart",
            read=staggered,
            low=SIDE_BY_SIDE_PCT,
            views=SIDEWAYS,
            proof=True,
        ),
    ),
    refuses=not_on_the_back,
    pause=pause_of(NO_HOLD, drift_in_hold("BST22", SOURCE)),
    rules=(
        variant(single.LUMBAR_ARCHING, "BST01", weight=30),
        variant(single.INCOMPLETE_LOCKOUT, "BST02", weight=22),
        variant(single.SHIN_NOT_VERTICAL, "BST07", weight=18),
        variant(single.FOOT_TOO_CLOSE, "BST08"),
        NO_HOLD,
        variant(single.BOUNCE, "BST11", weight=4),
        variant(single.LOWERING_TOO_FAST, "BST12", weight=9),
        variant(single.HEEL_UP, "BST13", weight=4),
        variant(single.CHIN_UP, "BST16", weight=3),
        variant(single.SHALLOW_BOTTOM, "BST17", weight=0),
        KICKSTAND_PUSHES,
    ),
    unobservable=(
        Unobservable("H27", "The working leg carries 80 %.", "The split is not visible."),
        Unobservable(
            "H20", "The hips stay level.", "It is counted from the side only, where hips hide each other."
        ),
    ),
    film="From the side of the working leg, at hip height, both feet in the picture.",
    notes=(
        "Counted from the side only: from elsewhere the feet of any hip thrust seem apart.",
        "The working leg is the one whose shin is upright at the top.",
    ),
)
