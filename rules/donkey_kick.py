"""Donkey kick: on all fours, one bent leg raised behind until the thigh is in line with the trunk."""

from __future__ import annotations

import math

from formcheck.rule import (
    OBLIQUE,
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
)

from . import glute_kickback as kickback
from ._shared import (
    BENT_KNEE,
    BRIEF,
    HANDS_DOWN,
    hold_of,
    lowering_of,
    other_leg_moves,
    variant,
)

SOURCE = "PureGym, Glute Kickbacks: the bent-knee relative (puregym.com/exercises/glutes/donkey-kicks)"
SQUARE_DEG = 90.0
CLOSING_DEG = 20.0
"""Further bend that is as good as a right angle: it gives the hamstrings no more work, and a dumbbell that is
held in the knee asks for it (25 to 40 deg)."""
STRAIGHT_DEG = 45.0
"""Off a right angle by more, a knee is nearer to the straight one of a kickback than to a donkey kick's. Eyes
that named no fault saw knees open by 26 to 45 deg at the top (3 people)."""
SHORT_HOLD = Below(1.0)
"""A warning only: guides to the donkey kick ask for a second at the top (mojohgym.com/donkey-kick), a moment
(sakhaphysio.wixsite.com) or only a squeeze (zaro.info); a top that is not held is none of their mistakes."""
LOWEST_DEG, HIGHEST_DEG = -8.0, 6.0
"""Thigh in line with the trunk is the top, higher earns nothing; the hip's landmark sits off by as much."""


def off_square(data: RepData) -> Reading:
    """Degrees by which the knee at the top is bent more than 110 deg (+) or less than a right angle (-)."""
    knee = data.read("knee_flexion_deg", Phase.TOP, "median", from_start=False)
    if math.isnan(knee.value):
        return knee
    off = knee.value - SQUARE_DEG
    return Reading(max(off - CLOSING_DEG, min(off, 0.0)), knee.uncertainty, knee.time_s)


def thigh_shortfall(data: RepData) -> Reading:
    """Degrees by which the thigh stays below the line of the trunk, as the own best repetition shows it."""
    top = data.read("hip_extension_deg", Phase.TOP, "median", from_start=False)
    if math.isnan(top.value):
        return top
    best = data.best_top("hip_extension_deg")
    wanted = min(max(best, LOWEST_DEG), HIGHEST_DEG)
    return Reading(wanted - top.value, 4.0, top.time_s, "against the line of your trunk")


KNEE_OFF_SQUARE = Rule(
    code="DNK02",
    name="knee-off-square",
    statement="donkey kick",
    says="The donkey kick is done with the knee bent at a right angle; the kickback with a straight one.",
    why="An opening knee hands the lift to the hamstrings; a closing one cramps them.",
    source=f"{SOURCE}; {BRIEF}",
    read=off_square,
    shows="knee_flexion_deg",
    unit="deg",
    decided=Phase.TOP,
    limit=Above(20.0, STRAIGHT_DEG, both=True),
    views=OBLIQUE,
    priority=5,
    weight=14,
    cue="Open the knee, sole to the ceiling",
    cue_minus="Bend the knee, sole to the ceiling",
    good="square knee",
    remedy="Film from the side so that hip, knee and ankle of the kicking leg are seen.",
    passes=(Example(5.0, 5.0), Example(-22.0, 5.0)),
    fails=(Example(55.0, 5.0), Example(-28.0, 5.0)),
)

SMALL_RANGE = variant(
    kickback.SMALL_RANGE,
    "DNK05",
    statement="donkey kick, K7",
    says="The leg is raised until the thigh is in line with the trunk.",
    source=f"{SOURCE}; {BRIEF}. No reward for height: past the line only the back bends.",
    read=thigh_shortfall,
    shows="-hip_extension_deg",
    limit=Above(10.0, 20.0),
    weight=10,
    passes=(Example(4.0, 4.0), Example(13.0, 4.0)),
    fails=(Example(30.0, 4.0),),
)


def refuses(data: RepData) -> str | None:
    """Say why a movement is not a donkey kick."""
    return kickback.not_kneeling(data) or ("both legs move" if other_leg_moves(data, 0.5) else None)


EXERCISE = Exercise(
    name="donkey-kick",
    title="Donkey kick",
    source=SOURCE,
    posture="prone",
    signal="thigh_elevation_deg",
    min_range=25.0,
    views=OBLIQUE,
    gates=(
        BENT_KNEE,
        HANDS_DOWN,
        Gate(says="the thigh is not raised behind", measure="thigh_elevation_deg", low=-45.0, error=8.0),
        Gate(
            says="the thigh does not start under the hip",
            measure="thigh_elevation_deg",
            when=Phase.START,
            high=-45.0,
            error=8.0,
        ),
    ),
    refuses=refuses,
    rules=(
        variant(
            kickback.LUMBAR_ARCHING,
            "DNK01",
            cue="Kick lower, keep your back flat",
            says="As in the kickback, an arched back moves the work to the lower back.",
        ),
        KNEE_OFF_SQUARE,
        variant(kickback.HEAD_UP, "DNK04", weight=6),
        SMALL_RANGE,
        variant(
            kickback.NO_HOLD,
            "DNK06",
            says="The glutes are tensed at the top, and the thigh stays there for one second.",
            read=hold_of("thigh_elevation_deg"),
            shows="thigh_elevation_deg",
            limit=SHORT_HOLD,
            weight=14,
        ),
        variant(
            kickback.LOWERING_TOO_FAST,
            "DNK07",
            says="The thigh comes down slowly.",
            read=lowering_of("thigh_elevation_deg"),
            shows="thigh_elevation_deg",
            weight=12,
        ),
        variant(kickback.HIP_DRIFT, "DNK09", weight=14),
        variant(kickback.SET_UP, "DNK10"),
        variant(
            kickback.LEG_TOO_HIGH,
            "DNK11",
            statement="donkey kick, K12",
            says="The thigh is lifted in line with the trunk; what is higher comes from the back.",
            why="With a bent knee a hip extends about 10 deg; the rest is lent by the lower back.",
            source=f"{SOURCE}; a bent-knee hip extends about 10 deg ({kickback.CONTRERAS}); {BRIEF}",
            limit=Above(10.0, 20.0),
            passes=(Example(2.0, 7.0), Example(15.0, 7.0)),
            fails=(Example(18.0, 7.0), Example(30.0, 7.0)),
        ),
        variant(kickback.HEAD_DROP, "DNK12"),
    ),
    unobservable=(
        Unobservable(
            "K4, K8", "Core and glutes are tensed.", "Muscle tension is not visible, its outcome is."
        ),
        Unobservable(
            "K13",
            "The pelvis stays level.",
            "How a turning pelvis looks with a bent knee was not measured, so it is not judged.",
        ),
        Unobservable(
            "K15", "Glute rather than hamstring.", "Which muscles work is not visible; the knee's angle is."
        ),
    ),
    film="From the side at hip height, 2 to 3 m away, whole body in the picture, kicking leg to the camera.",
    notes=(
        "What is bent throughout the repetition is a donkey kick; a kickback whose knee bends on the way up "
        "is a kickback with a fault.",
    ),
)
