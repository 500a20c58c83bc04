"""Wall sit: the back on a wall, the thighs level as on a chair, held."""

from __future__ import annotations

import numpy as np

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

HEVY = "Hevy, How to do a wall sit (hevyapp.com/exercises/how-to-wall-sit)"
WILES = "Wiles 2017, Eur J Appl Physiol 117:83, the wall squat set by the angle of the knee"
SOURCE = f"{HEVY}; {WILES}"
CHOICE = "limits: engineering choices from the angles that it names and the errors of the measures"


def hips_move(data: RepData) -> Reading:
    """How far the knees bend and open during the hold, degrees."""
    bends = data.values("knee_flexion_deg", Phase.HOLD)
    if not len(bends):
        return Reading.none("the knees are not seen")
    return Reading(float(np.ptp(np.percentile(bends, [5, 95]))), 6.0, data.rep.lockout_s)


TOO_HIGH = Rule(
    code="WSI01",
    name="too-high",
    statement="4",
    says="The back slides down until the knees are bent at a right angle and the thighs are level.",
    why="The higher the seat, the shorter the lever of the thighs, and the less they work.",
    source=f"{SOURCE}; {CHOICE}",
    measure="knee_flexion_deg",
    when=Phase.HOLD,
    stat="min",
    over_s=3.0,
    limit=Below(76.0, 62.0, ideal=90.0),
    views=SIDEWAYS,
    priority=2,
    weight=35,
    cue="Slide down until your thighs are level",
    good="level thighs",
    remedy="Film from the side at knee height, so that hip, knee and ankle are seen.",
    passes=(Example(90.0, 5.0), Example(73.0, 5.0)),
    fails=(Example(68.0, 5.0), Example(50.0, 5.0)),
)

FEET_OFF = Rule(
    code="WSI02",
    name="feet-not-under-knees",
    statement="4",
    says="The knees stand straight above the ankles.",
    why="Knees far before the feet load the kneecap most; feet too far out slide away.",
    source=f"{SOURCE}; {CHOICE}",
    measure="shin_from_vertical_deg",
    when=Phase.HOLD,
    stat="median",
    limit=Above(15.0, 25.0, both=True),
    views=SIDEWAYS,
    priority=1,
    weight=25,
    safety=True,
    cue="Feet further from the wall",
    cue_minus="Feet closer to the wall",
    good="upright shins",
    remedy="Film from the side at knee height, the feet in the picture.",
    passes=(Example(5.0, 5.0), Example(-18.0, 5.0)),
    fails=(Example(22.0, 5.0), Example(-34.0, 5.0)),
)

BACK_OFF_WALL = Rule(
    code="WSI03",
    name="back-off-wall",
    statement="1, 4",
    says="Head, upper back and seat stay on the wall.",
    why="A trunk that leans forward takes its weight off the thighs.",
    source=f"{SOURCE}; {CHOICE}",
    measure="trunk_pitch_deg",
    when=Phase.HOLD,
    stat="min",
    over_s=3.0,
    limit=Below(80.0, 72.0, ideal=90.0),
    views=SIDEWAYS,
    priority=4,
    weight=25,
    cue="Back flat on the wall",
    good="back on the wall",
    remedy="Film from the side, shoulders and hips in the picture.",
    passes=(Example(90.0, 3.0), Example(79.0, 3.0)),
    fails=(Example(76.0, 3.0), Example(60.0, 3.0)),
)

SLIDES = Rule(
    code="WSI04",
    name="slides",
    statement="6",
    says="The height is kept to the end of the hold.",
    why="Who creeps up the wall or slides down it can no longer hold: then it is time to stand up.",
    source=f"{SOURCE}; {CHOICE}",
    measure="knee_flexion_deg",
    when=Phase.HOLD,
    stat="drift",
    limit=Above(10.0, 18.0, both=True),
    views=SIDEWAYS,
    priority=5,
    weight=15,
    cue="Push up, stay at one height",
    cue_minus="Back down, stay at one height",
    good="the same height to the end",
    remedy="Film from the side at knee height, so that hip, knee and ankle are seen.",
    passes=(Example(3.0, 3.5), Example(-12.0, 3.5)),
    fails=(Example(16.0, 3.5), Example(-25.0, 3.5)),
)

EXERCISE = Exercise(
    name="wall-sit",
    title="Wall sit",
    source=SOURCE,
    kind="hold",
    min_hold_s=10.0,  # who sits down on a chair is not to be praised for it
    resting=True,
    posture="standing",
    side_of="both",
    views=OBLIQUE,
    gates=(
        Gate(says="the trunk is not upright", measure="trunk_pitch_deg", low=62.0, high=108.0, error=4.0),
        Gate(says="the hips are not bent as on a chair", measure="hip_extension_deg", low=-125.0, high=-45.0),
        Gate(says="the knees are not bent as on a chair", measure="knee_flexion_deg", low=45.0, high=125.0),
        Gate(says="one leg does something else", measure="free_knee_flexion_deg", low=40.0, high=130.0),
        Gate(says="the feet are not under the knees", measure="shin_from_vertical_deg", low=-45.0, high=45.0),
        Gate(says="the knees bend and open: squats", read=hips_move, high=30.0, unit="deg"),
    ),
    rules=(TOO_HIGH, FEET_OFF, BACK_OFF_WALL, SLIDES),
    unobservable=(
        Unobservable("1", "The back rests on a wall.", "Walls are not looked for: a chair looks the same."),
        Unobservable("5", "Belly and buttocks are tensed.", "Muscle tension is not visible."),
        Unobservable("2", "The feet stand hip-width apart.", "From the side the legs hide each other."),
    ),
    film="From the side at knee height, 2 to 3 m away, head to feet in the picture.",
    notes=(
        "Who sits on a chair or bench looks the same. So it is recognised only in a clip that shows nothing "
        "else; live it must be named.",
        "Not yet tried on real people who do it: its limits come from the angles that the source names.",
    ),
)
