"""Cable kickback: standing, one leg drawn back against a cable, a band or nothing."""

from __future__ import annotations

import math

from formcheck.rule import (
    OBLIQUE,
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
)

from . import glute_kickback as kickback
from ._shared import BRIEF, depth_below, lowering_of, other_leg_moves, variant

SOURCE = "PureGym, Glute Kickbacks: names the cable kickback as a harder exercise"
HIP_LIMIT = "a straight-leg hip extends about 20 deg (bretcontreras.com/glute-training)"


def lift_time(data: RepData) -> Reading:
    """Seconds from leaving the bottom to reaching the top."""
    took_s = data.rep.lockout_s - data.rep.start_s
    return Reading(took_s, min(data.time_error_s(took_s, "leg_elevation_deg"), 0.3), data.rep.lockout_s)


def trunk_swing(data: RepData) -> Reading:
    """Degrees by which the trunk's lean changes while the leg goes back, without the extreme frames."""
    leans = {
        stat: [data.read("trunk_pitch_deg", phase, stat, from_start=False) for phase in (Phase.UP, Phase.TOP)]
        for stat in ("max", "min")
    }
    for lean in leans["max"]:
        if math.isnan(lean.value):
            return lean
    most, least = max(lean.value for lean in leans["max"]), min(lean.value for lean in leans["min"])
    top = leans["max"][-1]
    return Reading(most - least, top.uncertainty * math.sqrt(2.0), top.time_s)


def past_straight(data: RepData) -> Reading:
    """Degrees by which the leg is behind the line of the trunk: those of thigh or whole leg, what is less.

    A bent knee lifts the ankle, and the line from the hip to it, but not the thigh.
    """
    leg = data.read("leg_against_trunk_deg", Phase.TOP, "median", from_start=False)
    thigh = data.read("hip_extension_deg", Phase.TOP, "median", from_start=False)
    return thigh if thigh.value < leg.value else leg


RULES = (
    Rule(
        code="CKB01",
        name="lumbar-arching",
        statement="K12",
        says="The back stays flat: an arched one moves the work from the glutes to the lower back.",
        why="Past what the hip can extend, the leg only goes further back because the lower back hollows.",
        source=f"{SOURCE}; {HIP_LIMIT}; {BRIEF}",
        read=past_straight,
        shows="leg_against_trunk_deg",
        of_back=True,
        unit="deg",
        decided=Phase.TOP,
        limit=Above(25.0, 35.0),
        views=SIDEWAYS,
        priority=1,
        weight=30,
        safety=True,
        cue="Kick lower, keep your back flat",
        good="flat back",
        remedy="Film from the side, at hip height.",
        passes=(Example(12.0, 5.0), Example(28.0, 5.0)),
        fails=(Example(34.0, 5.0), Example(45.0, 5.0)),
    ),
    Rule(
        code="CKB02",
        name="trunk-swings",
        statement="cable kickback",
        says="The trunk keeps its lean while the leg goes back.",
        why="A trunk that tips forward lends the leg its height.",
        source=f"{SOURCE}; {BRIEF}",
        read=trunk_swing,
        shows="trunk_pitch_deg",
        unit="deg",
        limit=Above(8.0, 15.0),
        views=SIDEWAYS,
        priority=4,
        weight=20,
        cue="Chest still, only the leg moves",
        good="still trunk",
        remedy="Film from the side with head and hips in the picture.",
        passes=(Example(4.0, 3.5), Example(10.0, 3.5)),
        fails=(Example(14.0, 3.5), Example(25.0, 3.5)),
    ),
    Rule(
        code="CKB03",
        name="standing-knee-moves",
        statement="cable kickback",
        says="The standing leg stays as it is.",
        why="A knee that dips and straightens swings the weight up.",
        source=f"{SOURCE}; {BRIEF}",
        measure="free_knee_flexion_deg",
        when=Phase.TOP,
        stat="median",
        from_start=True,
        limit=Above(10.0, 20.0, both=True),
        views=SIDEWAYS,
        priority=6,
        weight=10,
        cue="Quiet standing leg",
        cue_minus="Quiet standing leg",
        good="steady standing leg",
        remedy="Film from the side with both legs to the feet.",
        passes=(Example(4.0, 6.0), Example(-12.0, 6.0)),
        fails=(Example(30.0, 6.0), Example(-30.0, 6.0)),
    ),
    Rule(
        code="CKB04",
        name="knee-bent",
        statement="K6",
        says="The leg goes back with a straight knee.",
        why="A bent knee shortens the lever and turns it into a leg curl.",
        source=f"{SOURCE}; {BRIEF}",
        measure="knee_flexion_deg",
        when=Phase.TOP,
        stat="median",
        limit=Above(30.0, 45.0),
        views=OBLIQUE,
        priority=5,
        weight=15,
        cue="Long leg, push the wall away",
        good="long leg",
        remedy="Film from the side so that hip, knee and ankle of the kicking leg are seen.",
        passes=(Example(12.0, 5.0),),
        fails=(Example(60.0, 5.0), Example(38.0, 5.0)),
    ),
    Rule(
        code="CKB05",
        name="leg-swings",
        statement="cable kickback",
        says="The leg is drawn back, not thrown.",
        why="A thrown leg is stopped by the lower back.",
        source=f"{SOURCE}; {BRIEF}",
        read=lift_time,
        shows="leg_elevation_deg",
        unit="s",
        decided=Phase.TOP,
        limit=Below(0.6, 0.4),
        views=OBLIQUE,
        priority=5,
        weight=10,
        cue="Draw the leg back, don't throw it",
        good="drawn, not thrown",
        remedy="Film so that the kicking leg is seen to the foot.",
        passes=(Example(1.0, 0.12), Example(0.55, 0.12)),
        fails=(Example(0.2, 0.12), Example(0.4, 0.12)),
    ),
    variant(
        kickback.LOWERING_TOO_FAST,
        "CKB06",
        statement="K10",
        says="The leg comes back slowly.",
        read=lowering_of("leg_elevation_deg"),
        views=OBLIQUE,
        weight=15,
        cue="Let the cable pull slowly",
    ),
)


def trunk_tips(data: RepData) -> Reading:
    """Degrees by which the trunk tips forward or back from the start to the top."""
    lean = [data.median("trunk_pitch_deg", phase) for phase in (Phase.START, Phase.TOP)]
    if not all(map(math.isfinite, lean)):
        return Reading.none("the trunk is not seen")
    return Reading(abs(lean[1] - lean[0]), 8.0, data.rep.lockout_s)


def on_one_foot(data: RepData) -> Reading:
    """How far the free ankle is below the free knee, percent of the trunk: nought where it kneels."""
    return Reading(100.0 * depth_below(data, "ankle", "knee", "free"), 12.0, data.rep.lockout_s)


def refuses(data: RepData) -> str | None:
    """Say why a movement is not a cable kickback."""
    if depth_below(data, "knee", "hip", "free") < 0.4:
        return "nobody stands"
    return "both legs move" if other_leg_moves(data, 0.5, unseen=True) else None


EXERCISE = Exercise(
    name="cable-kickback",
    title="Cable kickback",
    source=SOURCE,
    posture="standing",
    signal="leg_elevation_deg",
    min_range=18.0,
    views=OBLIQUE,
    gates=(
        Gate(says="the other knee is on the floor", read=on_one_foot, low=45.0),
        Gate(says="the leg is not drawn back", measure="leg_elevation_deg", low=-72.0, error=5.0),
        Gate(says="the leg stays ahead of the trunk", measure="leg_against_trunk_deg", low=-38.0, error=8.0),
        Gate(says="the knee is bent at the top", measure="knee_flexion_deg", high=75.0, error=8.0),
        Gate(says="the trunk tips with the leg: a deadlift", read=trunk_tips, high=42.0, unit="deg"),
        Gate(says="the standing knee bends: a lunge", measure="free_knee_flexion_deg", high=62.0, error=8.0),
        Gate(says="the trunk is not raised", measure="trunk_pitch_deg", low=-8.0, high=115.0),
    ),
    refuses=refuses,
    rules=RULES,
    unobservable=(
        Unobservable("K8", "The glutes are tensed at the top.", "Muscle effort is not visible."),
        Unobservable("cable kickback", "The load, and that there is a cable.", "Neither is tracked."),
        Unobservable(
            "K13",
            "The pelvis stays level.",
            "From the side the hips hide each other; from behind the legs do.",
        ),
    ),
    film="From the side of the kicking leg at hip height, whole body in the picture.",
    notes=(
        "The standing hip extension, with a band or with nothing, is the same movement: both are recognised "
        "by the standing leg and the leg drawn back, and judged alike.",
    ),
)
