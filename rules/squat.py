"""Squat: both feet side by side, hips down between the heels and up again, with or without a bar."""

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

from ._shared import CHOSEN
from ._standing import (
    ALL_ROUND,
    FEET_STAY,
    FRONT,
    HIPS_GO_DOWN,
    KNEES_BEND,
    KNEES_LEVEL,
    SIDE_BY_SIDE,
    STANDS,
    UPRIGHT,
    knees_apart,
)

MYER = (
    "Myer et al. 2014, The back squat: a proposed assessment of functional deficits, Strength and "
    "Conditioning Journal 36(6), table 1"
)
FRY = (
    "Fry, Smith and Schilling 2003, Effect of knee position on hip and knee torques during the barbell "
    "squat, Journal of Strength and Conditioning Research 17(4)"
)
NOYES = (
    "Noyes et al. 2005, The drop-jump screening test, American Journal of Sports Medicine 33(2): knees "
    "nearer than 80 % are moderately, than 60 % clearly in, there against the hips, here against the feet"
)
SOURCE = MYER
SIGNAL = "hips_below_knee_pct"


def folded(data: RepData) -> Reading:
    """Degrees by which the trunk leans further forward than the shin at the deepest point."""
    lean = data.read("trunk_lean_deg", Phase.TOP, "median", from_start=False)
    shin = data.read("shin_from_vertical_deg", Phase.TOP, "median", from_start=False)
    for one in (lean, shin):
        if math.isnan(one.value):
            return one
    return Reading(lean.value - shin.value, math.hypot(lean.uncertainty, shin.uncertainty), lean.time_s)


def hips_first(data: RepData) -> Reading:
    """Degrees by which the trunk tips further forward on the way up than it was at the deepest point."""
    most = data.read("trunk_lean_deg", Phase.DOWN, "max", from_start=True)
    deepest = data.read("trunk_lean_deg", Phase.TOP, "median", from_start=True)
    for one in (most, deepest):
        if math.isnan(one.value):
            return one
    return Reading(most.value - deepest.value, most.uncertainty * math.sqrt(2.0), most.time_s)


def way_down_s(data: RepData) -> Reading:
    """Seconds from beginning to go down to the deepest point."""
    took_s = data.rep.lockout_s - data.rep.start_s
    return Reading(took_s, min(data.time_error_s(took_s, SIGNAL), 0.3), data.rep.lockout_s)


TRUNK_FOLDS = Rule(
    code="SQT01",
    name="trunk-folds",
    statement="Myer 3",
    says="At the bottom the trunk leans forward as much as the shins do, and no further.",
    why="A trunk that folds over the thighs moves the load from the legs to the lower back.",
    source=f"{MYER}; {CHOSEN}",
    read=folded,
    shows="trunk_lean_deg",
    unit="deg",
    decided=Phase.TOP,
    limit=Above(15.0, 25.0),
    views=SIDEWAYS,
    priority=1,
    weight=28,
    safety=True,
    cue="Chest up, show the shirt to the wall",
    good="proud chest",
    remedy="Film from the side at hip height, shoulders to feet in the picture.",
    passes=(Example(3.0, 7.0), Example(20.0, 7.0)),
    fails=(Example(34.0, 7.0), Example(25.0, 7.0)),
)

TOO_SHALLOW = Rule(
    code="SQT02",
    name="too-shallow",
    statement="Myer 9",
    says="At the deepest point the thighs are level at least.",
    why="Half a squat trains half the range; the hips work hardest near the bottom.",
    source=f"{MYER}; a thigh 7 deg above level is taken for level, 20 deg is a fault: {CHOSEN}",
    measure=SIGNAL,
    when=Phase.TOP,
    stat="max",
    limit=Below(-10.0, -29.0),
    views=OBLIQUE,
    priority=4,
    weight=22,
    cue="Sit down to the chair",
    good="full depth",
    remedy="Film from the side, the whole leg in the picture.",
    passes=(Example(5.0, 8.0), Example(-15.0, 8.0)),
    fails=(Example(-25.0, 8.0), Example(-40.0, 8.0)),
)

HEELS_UP = Rule(
    code="SQT03",
    name="heel-up",
    statement="Myer 7",
    says="The whole foot stays on the floor.",
    why="On the toes the knees take the load and the balance is gone.",
    source=f"{MYER}; {CHOSEN}",
    measure="heel_rise_pct",
    when=Phase.TOP,
    stat="max",
    from_start=True,
    limit=Above(7.0, 14.0),
    views=SIDEWAYS,
    priority=5,
    weight=15,
    cue="Push the floor away with your heels",
    good="feet flat",
    remedy="Film from the side with the feet in the picture.",
    passes=(Example(2.0, 4.0), Example(9.0, 4.0)),
    fails=(Example(18.0, 4.0), Example(12.0, 4.0)),
)

HIPS_FIRST = Rule(
    code="SQT04",
    name="hips-rise-first",
    statement="Myer 10",
    says="Shoulders and hips rise together at the same speed.",
    why="Hips that shoot up leave the weight to the back.",
    source=f"{MYER}; {CHOSEN}",
    read=hips_first,
    shows="trunk_lean_deg",
    unit="deg",
    limit=Above(8.0, 16.0),
    views=SIDEWAYS,
    priority=3,
    weight=12,
    cue="Shoulders and hips up together",
    good="one piece",
    remedy="Film from the side with shoulders and hips in the picture.",
    passes=(Example(2.0, 4.0), Example(10.0, 4.0)),
    fails=(Example(22.0, 4.0), Example(13.0, 4.0)),
)

KNEES_FAR_AHEAD = Rule(
    code="SQT05",
    name="knee-over-toe",
    statement="Myer 6",
    says="The knees do not pass the front of the foot by much.",
    why="A little is right: held back, the knees are spared and hips and back take ten times as much. Far "
    "ahead, the knees take it.",
    source=f"{MYER}; {FRY}; {CHOSEN}, only a hint",
    measure="knee_over_toe_pct",
    when=Phase.TOP,
    stat="median",
    limit=Above(22.0, None),
    views=SIDEWAYS,
    priority=9,
    weight=0,
    cue="Sit back a little more",
    remedy="Film from the side with knees and toes in the picture.",
    passes=(Example(12.0, 10.0), Example(28.0, 10.0)),
    fails=(Example(36.0, 10.0),),
)

KNEES_UNLIKE = Rule(
    code="SQT06",
    name="legs-unlike",
    statement="Myer 4",
    says="Both sides do the same; the hips stay level.",
    why="Who shifts to one side loads that leg alone.",
    source=f"{MYER}; {CHOSEN}",
    read=knees_apart,
    shows="knee_flexion_deg",
    unit="deg",
    limit=Above(18.0, None),
    views=SIDEWAYS,
    priority=9,
    weight=0,
    cue="Share the load between both feet",
    remedy="Film from the side so that both knees are seen.",
    passes=(Example(6.0, 12.0),),
    fails=(Example(33.0, 12.0),),
)

DROPPED = Rule(
    code="SQT07",
    name="lowering-too-fast",
    statement="Myer 8",
    says="The way down is controlled, at an even speed.",
    why="A drop is caught by ligaments and the lower back.",
    source=f"{MYER}; a free fall of that depth takes 0.3 s: {CHOSEN}",
    read=way_down_s,
    shows=SIGNAL,
    unit="s",
    decided=Phase.TOP,
    limit=Below(0.7, 0.45),
    views=ALL_ROUND,
    priority=6,
    weight=8,
    cue="Slower on the way down",
    good="under control",
    remedy="Film with the whole leg in the picture.",
    passes=(Example(1.4, 0.2), Example(0.6, 0.2)),
    fails=(Example(0.4, 0.2), Example(0.2, 0.2)),
)

KNEES_IN = Rule(
    code="SQT09",
    name="knees-in",
    statement="Myer 5",
    says="The knees stay over the feet; their outer side does not come inside the ankles.",
    why="Knees that fall in twist the joint under load.",
    source=f"{MYER}; {NOYES}",
    measure="knee_gap_pct",
    when=Phase.TOP,
    stat="median",
    limit=Below(80.0, 60.0, ideal=100.0),
    views=FRONT,
    priority=2,
    weight=10,
    cue="Knees over the laces",
    good="knees out",
    remedy="Film from the front at hip height.",
    passes=(Example(110.0, 10.0), Example(75.0, 10.0)),
    fails=(Example(66.0, 10.0), Example(45.0, 10.0)),
)

NOT_STOOD_UP = Rule(
    code="SQT08",
    name="not-stood-up",
    statement="Myer 10",
    says="The way up ends in the start position: knees and hips straight.",
    why="Who never stands up keeps the load on bent knees.",
    source=f"{MYER}; {CHOSEN}",
    measure="knee_flexion_deg",
    when=Phase.BOTTOM,
    stat="min",
    limit=Above(25.0, 40.0),
    views=OBLIQUE,
    priority=7,
    weight=5,
    cue="Stand all the way up",
    good="tall finish",
    remedy="Film with the whole leg in the picture.",
    passes=(Example(8.0, 5.0), Example(28.0, 5.0)),
    fails=(Example(36.0, 5.0), Example(50.0, 5.0)),
)

EXERCISE = Exercise(
    name="squat",
    title="Squat",
    source=SOURCE,
    posture="standing",
    signal=SIGNAL,
    min_range=20.0,
    side_of="both",
    views=ALL_ROUND,
    gates=(
        STANDS,
        UPRIGHT,
        KNEES_BEND,
        HIPS_GO_DOWN,
        SIDE_BY_SIDE,
        KNEES_LEVEL,
        FEET_STAY,
        Gate(says="the knees do not bend alike", read=knees_apart, high=40.0, unit="deg"),
        Gate(says="the trunk comes down level: a deadlift", measure="trunk_lean_deg", high=65.0, error=6.0),
    ),
    rules=(
        TRUNK_FOLDS,
        TOO_SHALLOW,
        HEELS_UP,
        HIPS_FIRST,
        KNEES_FAR_AHEAD,
        KNEES_UNLIKE,
        DROPPED,
        NOT_STOOD_UP,
        KNEES_IN,
    ),
    unobservable=(
        Unobservable(
            "Myer 3",
            "The lower back keeps its slight hollow; it does not round at the bottom.",
            "Landmarks show one line from shoulder to hip, not the curve of the lower back in it.",
        ),
        Unobservable(
            "Myer 2",
            "The chest is up and the shoulder blades are drawn together.",
            "No landmark lies on the shoulder blades or the breastbone.",
        ),
        Unobservable("Myer 8", "The way down begins at the hips.", "Hips and knees bend too close together."),
    ),
    down_first=True,
    film="From the side at hip height, 3 m away, head to feet in the picture; from the front for the knees.",
    notes=(
        "With a bar, a dumbbell or nothing it is the same movement: what is held is not seen.",
        "From the front depth is not judged: hips behind the knees look higher than they are.",
        "A bar low on the back asks for more lean of trunk and shins alike: both are compared.",
    ),
)
