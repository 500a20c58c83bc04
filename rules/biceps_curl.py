"""Biceps curl: standing, upper arms still, the forearms bend up and come down slowly."""

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

from ._shared import CHOSEN, lowering_of, other_leg_moves
from ._standing import STANDS, feet_move, hips_drop

NSCA = "Haff and Triplett (NSCA), Essentials of Strength Training and Conditioning, 4th ed., biceps curl"
CHEATING = (
    "Arandjelovic 2013, Does cheating pay, European Journal of Applied Physiology 113(1): momentum takes "
    "over part of what the muscle should do"
)
SOURCE = NSCA
SIGNAL = "elbow_flexion_deg"

LEANS_BACK = Rule(
    code="BCU01",
    name="leans-back",
    statement="NSCA",
    says="The trunk stays upright; it does not lean back to bring the weight up.",
    why="A trunk that leans back swings the weight and hollows the lower back.",
    source=f"{NSCA}; {CHEATING}; limits three and five times the error of a change of lean: {CHOSEN}",
    measure="trunk_lean_deg",
    when=Phase.LIFT,
    stat="min",
    from_start=True,
    limit=Below(-7.0, -13.0),
    views=OBLIQUE,
    priority=1,
    weight=35,
    safety=True,
    cue="Stand tall, ribs down",
    good="still trunk",
    remedy="Film from the side with shoulders and hips in the picture.",
    passes=(Example(-2.0, 2.5), Example(-9.0, 2.5)),
    fails=(Example(-18.0, 2.5), Example(-11.0, 2.5)),
)

LEANT_BACK = Rule(
    code="BCU02",
    name="stands-leant-back",
    statement="NSCA",
    says="The trunk stays upright throughout.",
    why="Who stands leant back from the start does not show it as a swing.",
    source=f"{NSCA}; {CHOSEN}",
    measure="trunk_lean_deg",
    when=Phase.LIFT,
    stat="median",
    limit=Below(-8.0, -14.0),
    views=SIDEWAYS,
    priority=3,
    weight=10,
    cue="Shoulders over your hips",
    good="upright",
    remedy="Film from the side, the camera level, shoulders and hips in the picture.",
    passes=(Example(1.0, 5.0), Example(-10.0, 5.0)),
    fails=(Example(-21.0, 5.0), Example(-14.0, 5.0)),
)

ELBOW_SWINGS = Rule(
    code="BCU03",
    name="elbow-swings",
    statement="NSCA",
    says="The upper arms stay beside the trunk, upright.",
    why="An elbow that swings forward lets the shoulder lift the weight.",
    source=f"{NSCA}; {CHOSEN}",
    measure="upper_arm_from_vertical_deg",
    when=Phase.TOP,
    stat="median",
    from_start=True,
    limit=Above(20.0, 35.0),
    views=SIDEWAYS,
    priority=4,
    weight=20,
    cue="Elbows pinned to your ribs",
    good="quiet elbows",
    remedy="Film from the side of the working arm.",
    passes=(Example(8.0, 5.0), Example(23.0, 5.0)),
    fails=(Example(45.0, 5.0), Example(28.0, 5.0)),
)

NOT_UP = Rule(
    code="BCU04",
    name="not-all-the-way-up",
    statement="NSCA",
    says="The weight comes up to near the front of the shoulders.",
    why="The last part of the way is left out.",
    source=f"{NSCA}; an elbow bends by 140 deg, with a weight and muscle before it by 120: {CHOSEN}",
    measure=SIGNAL,
    when=Phase.TOP,
    stat="max",
    limit=Below(115.0, 95.0, ideal=130.0),
    views=SIDEWAYS,
    priority=5,
    weight=10,
    cue="Curl it up to the shoulder",
    good="all the way up",
    remedy="Film from the side of the working arm, hand to shoulder in the picture.",
    passes=(Example(130.0, 9.0), Example(108.0, 9.0)),
    fails=(Example(100.0, 9.0), Example(80.0, 9.0)),
)

NOT_DOWN = Rule(
    code="BCU05",
    name="arm-not-straight-below",
    statement="NSCA",
    says="Each repetition comes down until the elbows are straight.",
    why="The stretched part of the way is left out.",
    source=f"{NSCA}; {CHOSEN}",
    measure=SIGNAL,
    when=Phase.BOTTOM,
    stat="min",
    limit=Above(35.0, 50.0),
    views=SIDEWAYS,
    priority=6,
    weight=10,
    cue="Straighten your arms below",
    good="full stretch",
    remedy="Film from the side of the working arm, hand to shoulder in the picture.",
    passes=(Example(15.0, 9.0), Example(40.0, 9.0)),
    fails=(Example(50.0, 9.0), Example(65.0, 9.0)),
)

LOWERED_FAST = Rule(
    code="BCU06",
    name="lowering-too-fast",
    statement="NSCA",
    says="The weight comes down slowly and under control.",
    why="A weight that falls trains nothing on the way down and jerks the elbow.",
    source=f"{NSCA}; {CHOSEN}",
    read=lowering_of(SIGNAL),
    shows=SIGNAL,
    unit="s",
    limit=Below(1.0, 0.6),
    views=OBLIQUE,
    priority=7,
    weight=15,
    cue="Lower slowly",
    good="slow lowering",
    remedy="Film from the side of the working arm.",
    passes=(Example(2.0, 0.2), Example(0.9, 0.2)),
    fails=(Example(0.7, 0.2), Example(0.3, 0.2)),
)


def upper_arm_off(data: RepData) -> Reading:
    """Degrees by which the upper arm is off the vertical before the lift, either way."""
    off = abs(data.median("upper_arm_from_vertical_deg", Phase.START))
    return Reading(off, 6.0, data.rep.start_s) if math.isfinite(off) else Reading.none("no arm is seen")


def knees_move(data: RepData) -> Reading:
    """Degrees by which the near knee bends and straightens during the repetition."""
    bend = data.values("knee_flexion_deg", Phase.LIFT)
    if not len(bend):
        return Reading.none("the knee is not seen")
    ordered = sorted(bend)
    span = ordered[int(0.95 * (len(ordered) - 1))] - ordered[int(0.05 * (len(ordered) - 1))]
    return Reading(float(span), 6.0, data.rep.lockout_s)


def refuses(data: RepData) -> str | None:
    """Say why a movement is not a biceps curl, or None if it is."""
    return "a leg moves" if other_leg_moves(data, 0.5) else None


EXERCISE = Exercise(
    name="biceps-curl",
    title="Biceps curl",
    source=SOURCE,
    posture="standing",
    signal=SIGNAL,
    min_range=40.0,
    side_of="both",
    views=OBLIQUE,
    gates=(
        STANDS,
        Gate(says="the upper arm does not hang", read=upper_arm_off, high=38.0, unit="deg"),
        Gate(says="the arm is not straight before", measure=SIGNAL, when=Phase.START, high=80.0, error=9.0),
        Gate(says="the elbow hardly bends", measure=SIGNAL, low=85.0, error=9.0),
        Gate(
            says="the upper arm goes up as well: a raise or a press",
            measure="upper_arm_from_vertical_deg",
            low=-45.0,
            high=70.0,
            error=6.0,
        ),
        Gate(
            says="the hand does not come up before the chest",
            measure="wrist_height_pct",
            low=-60.0,
            high=30.0,
            error=5.0,
        ),
        Gate(says="the trunk is not upright", measure="trunk_lean_deg", low=-45.0, high=40.0, error=5.0),
        Gate(says="the knees bend with it", read=knees_move, high=28.0, unit="deg"),
        Gate(says="the hips go down", read=hips_drop, high=12.0),
        Gate(says="a foot leaves its place", read=feet_move, high=15.0),
    ),
    refuses=refuses,
    rules=(LEANS_BACK, LEANT_BACK, ELBOW_SWINGS, NOT_UP, NOT_DOWN, LOWERED_FAST),
    unobservable=(
        Unobservable("NSCA", "The grip, and that wrists stay straight.", "Fingers are not followed."),
        Unobservable("NSCA", "Knees are slightly bent.", "Slightly is less than what knees are off by."),
        Unobservable(
            "NSCA",
            "Both arms share the weight.",
            "From the side one arm hides the other; effort is not seen.",
        ),
    ),
    film="From the side at elbow height, head to feet in the picture, the near arm free.",
    notes=(
        "The arm nearer to the camera is judged. Where arms take turns, its repetitions are counted.",
        "With a bar, dumbbells or a cable it is the same movement: what is held is not seen.",
    ),
)
