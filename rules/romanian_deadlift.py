"""Romanian deadlift: standing, knees nearly still, the hips go back and the trunk comes down like a lid."""

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

from ._shared import CHOSEN, feet_apart
from ._standing import FEET_STAY, KNEES_STAY, SIDE_BY_SIDE, STANDS, UPRIGHT

NSCA = (
    "Haff and Triplett (NSCA), Essentials of Strength Training and Conditioning, 4th ed., Romanian deadlift"
)
SEMINOLES = "Florida State University strength staff, Romanian deadlift (seminoles.com/romanian-deadlift)"
SOURCE = f"{NSCA}; {SEMINOLES}"
SIGNAL = "trunk_lean_deg"


def way_down_s(data: RepData) -> Reading:
    """Seconds from standing to the lowest point."""
    took_s = data.rep.lockout_s - data.rep.start_s
    return Reading(took_s, min(data.time_error_s(took_s, SIGNAL), 0.3), data.rep.lockout_s)


def shins_tip(data: RepData) -> Reading:
    """Degrees by which the shin tips forward from the start to the lowest point."""
    return data.read("shin_from_vertical_deg", Phase.TOP, "median", from_start=True)


KNEES_BEND_MORE = Rule(
    code="RDL01",
    name="knees-bend",
    statement="Florida State 3",
    says="Only the hips bend; the knees keep the slight bend they began with.",
    why="Knees that bend on turn the hinge into a squat and take the hamstrings out.",
    source=f"{SEMINOLES}; {NSCA}; {CHOSEN}",
    measure="knee_flexion_deg",
    when=Phase.TOP,
    stat="median",
    from_start=True,
    limit=Above(20.0, 32.0),
    views=SIDEWAYS,
    priority=3,
    weight=20,
    cue="Push your hips back, knees stay",
    good="quiet knees",
    remedy="Film from the side, the whole leg in the picture.",
    passes=(Example(8.0, 4.0), Example(22.0, 4.0)),
    fails=(Example(40.0, 4.0), Example(26.0, 4.0)),
)

KNEES_FORWARD = Rule(
    code="RDL02",
    name="knees-forward",
    statement="Florida State 4",
    says="The weight is on the heels: shins stay upright and the knees do not come forward.",
    why="A knee that comes forward means that the hips did not go back.",
    source=f"{SEMINOLES}; {CHOSEN}",
    read=shins_tip,
    shows="shin_from_vertical_deg",
    unit="deg",
    decided=Phase.TOP,
    limit=Above(10.0, 18.0),
    views=SIDEWAYS,
    priority=4,
    weight=15,
    cue="Reach back with your hips",
    good="hips back",
    remedy="Film from the side, knees and feet in the picture.",
    passes=(Example(1.0, 5.0), Example(13.0, 5.0)),
    fails=(Example(26.0, 5.0), Example(16.0, 5.0)),
)

BAR_DRIFTS = Rule(
    code="RDL03",
    name="bar-drifts",
    statement="Florida State 3",
    says="The bar goes down along the legs and stays close to them.",
    why="A bar that hangs away from the legs pulls on the lower back with a longer lever.",
    source=f"{SEMINOLES}; {NSCA}; the wrist is 5 to 10 % before a bar's middle, {CHOSEN}",
    measure="hand_before_leg_pct",
    when=Phase.TOP,
    stat="median",
    limit=Above(22.0, 36.0),
    views=SIDEWAYS,
    priority=1,
    weight=25,
    safety=True,
    cue="Slide the bar down your legs",
    good="bar close",
    remedy="Film from the side with hands and knees in the picture, no big plate before them.",
    passes=(Example(8.0, 6.5), Example(26.0, 6.5)),
    fails=(Example(45.0, 6.5), Example(30.0, 6.5)),
)

TOO_SHALLOW = Rule(
    code="RDL04",
    name="too-shallow",
    statement="Florida State 5",
    says="The bar comes down to just below the knees or the middle of the shins.",
    why="The stretch of the hamstrings, which is what it is for, comes only there.",
    source=f"{SEMINOLES}; straight arms reach the knees where the trunk leans by about 55 deg: {CHOSEN}",
    measure=SIGNAL,
    when=Phase.TOP,
    stat="max",
    limit=Below(55.0, 42.0, ideal=75.0),
    views=SIDEWAYS,
    priority=5,
    weight=20,
    cue="Hips further back, chest lower",
    good="full range",
    remedy="Film from the side with shoulders and hips in the picture.",
    passes=(Example(70.0, 5.0), Example(52.0, 5.0)),
    fails=(Example(48.0, 5.0), Example(36.0, 5.0)),
)

DROPPED = Rule(
    code="RDL05",
    name="lowering-too-fast",
    statement="NSCA",
    says="The way down is slow and controlled.",
    why="A bar that falls is caught by the lower back.",
    source=f"{NSCA}; {CHOSEN}",
    read=way_down_s,
    shows=SIGNAL,
    unit="s",
    decided=Phase.TOP,
    limit=Below(1.0, 0.6),
    views=OBLIQUE,
    priority=6,
    weight=10,
    cue="Slower on the way down",
    good="under control",
    remedy="Film with shoulders and hips in the picture.",
    passes=(Example(2.0, 0.2), Example(0.9, 0.2)),
    fails=(Example(0.7, 0.2), Example(0.35, 0.2)),
)

LEANS_BACK = Rule(
    code="RDL06",
    name="leans-back",
    statement="NSCA",
    says="The lift ends upright: hips straight, not leaning back.",
    why="Leaning back at the end hollows the lower back under the bar.",
    source=f"{NSCA}; {CHOSEN}",
    measure=SIGNAL,
    when=Phase.BOTTOM,
    stat="min",
    limit=Below(-8.0, -15.0),
    views=SIDEWAYS,
    priority=2,
    weight=10,
    safety=False,
    cue="Stand tall, do not lean back",
    good="tall finish",
    remedy="Film from the side, the camera level.",
    passes=(Example(1.0, 5.0), Example(-10.0, 5.0)),
    fails=(Example(-22.0, 5.0), Example(-14.0, 5.0)),
)


def hands_hang(data: RepData) -> Reading:
    """Degrees by which the near upper arm is off the vertical at the lowest point, either way."""
    off = abs(data.median("upper_arm_from_vertical_deg", Phase.TOP))
    return Reading(off, 6.0, data.rep.lockout_s) if math.isfinite(off) else Reading.none("no arm is seen")


EXERCISE = Exercise(
    name="romanian-deadlift",
    title="Romanian deadlift",
    source=SOURCE,
    posture="standing",
    signal=SIGNAL,
    min_range=28.0,
    side_of="both",
    views=OBLIQUE,
    gates=(
        STANDS,
        UPRIGHT,
        KNEES_STAY,
        SIDE_BY_SIDE,
        FEET_STAY,
        Gate(says="the trunk does not come down", measure=SIGNAL, low=35.0, high=110.0, error=5.0),
        Gate(says="the arms do not hang", read=hands_hang, high=40.0, unit="deg"),
        Gate(says="the elbows are bent", measure="elbow_flexion_deg", high=65.0, error=9.0),
        Gate(says="a foot is in the air: on one leg", read=feet_apart, high=30.0),
    ),
    rules=(KNEES_BEND_MORE, KNEES_FORWARD, BAR_DRIFTS, TOO_SHALLOW, DROPPED, LEANS_BACK),
    unobservable=(
        Unobservable(
            "Florida State 2",
            "The back stays flat throughout.",
            "Landmarks show one line from shoulder to hip, not whether the back rounds in between. It is the "
            "most important point of this lift: have somebody look at it.",
        ),
        Unobservable(
            "Florida State 4", "The weight is on the heels.", "Pressure under the feet is not seen."
        ),
        Unobservable("Florida State 1", "The grip, and what is held.", "Fingers and bar are not followed."),
    ),
    down_first=True,
    film="From the side at hip height, head to feet in the picture.",
)
