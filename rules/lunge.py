"""Lunge: a step forward or back, both knees bend, and up again; the legs may take turns."""

from __future__ import annotations

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
    Side,
    Unobservable,
)

from ._shared import CHOSEN, foot_stagger
from ._standing import HIPS_GO_DOWN, ONE_AHEAD, STANDS, foot_moves, straighter_knee, waiting_lean

NSCA = (
    "Haff and Triplett (NSCA), Essentials of Strength Training and Conditioning, 4th ed., forward step lunge"
)
ESCAMILLA = (
    "Escamilla et al. 2008, Patellofemoral joint force and stress between a short- and long-step forward "
    "lunge, Journal of Orthopaedic and Sports Physical Therapy 38(11)"
)
SOURCE = f"{NSCA}; {ESCAMILLA}"
SIGNAL = "mean(knee_flexion_deg)"


def way_down_s(data: RepData) -> Reading:
    """Seconds from beginning to go down to the lowest point."""
    took_s = data.rep.lockout_s - data.rep.start_s
    return Reading(took_s, min(data.time_error_s(took_s, SIGNAL), 0.3), data.rep.lockout_s)


KNEE_OVER_TOE = Rule(
    code="LNG01",
    name="knee-over-toe",
    statement="NSCA",
    says="The front knee stays above the foot and does not pass the toes.",
    why="A short step pushes the knee ahead, and the kneecap is pressed harder from 70 deg of bend on.",
    source=f"{NSCA}; {ESCAMILLA}; {CHOSEN}",
    measure="knee_over_toe_pct",
    when=Phase.TOP,
    stat="median",
    limit=Above(0.0, 12.0, ideal=-20.0),
    views=SIDEWAYS,
    priority=1,
    weight=35,
    safety=True,
    cue="Longer step, shin upright",
    good="knee over the foot",
    remedy="Film from the side with knees and toes in the picture.",
    passes=(Example(-15.0, 10.0), Example(4.0, 10.0)),
    fails=(Example(14.0, 10.0), Example(30.0, 10.0)),
)

TRUNK_TIPS = Rule(
    code="LNG02",
    name="trunk-folds",
    statement="NSCA",
    says="The trunk stays upright.",
    why="Who tips forward loses the balance and pushes off with the back.",
    source=f"{NSCA}; {CHOSEN}",
    measure="trunk_lean_deg",
    when=Phase.TOP,
    stat="median",
    limit=Above(20.0, 35.0),
    views=SIDEWAYS,
    priority=3,
    weight=20,
    cue="Chest tall",
    good="tall chest",
    remedy="Film from the side with shoulders and hips in the picture.",
    passes=(Example(6.0, 5.0), Example(23.0, 5.0)),
    fails=(Example(42.0, 5.0), Example(28.0, 5.0)),
)

TOO_SHALLOW = Rule(
    code="LNG03",
    name="too-shallow",
    statement="NSCA",
    says="The hips go down until the front thigh is level and the back knee is just above the floor.",
    why="Half the way trains half the range.",
    source=f"{NSCA}; a thigh 12 deg above level is taken for level, 30 deg is a fault: {CHOSEN}",
    measure="hips_below_knee_pct",
    when=Phase.TOP,
    stat="max",
    limit=Below(-18.0, -42.0),
    views=OBLIQUE,
    priority=4,
    weight=25,
    cue="Drop the back knee towards the floor",
    good="full depth",
    remedy="Film from the side, both legs in the picture.",
    passes=(Example(-5.0, 8.0), Example(-24.0, 8.0)),
    fails=(Example(-32.0, 8.0), Example(-55.0, 8.0)),
)

HEEL_UP = Rule(
    code="LNG04",
    name="heel-up",
    statement="NSCA",
    says="The front foot is flat on the floor.",
    why="On the toes the knee goes ahead and wobbles.",
    source=f"{NSCA}; the foot's line from toe to heel against the floor: {CHOSEN}",
    measure="foot_pitch_deg",
    when=Phase.TOP,
    stat="median",
    limit=Above(32.0, 50.0),
    views=SIDEWAYS,
    priority=5,
    weight=10,
    cue="Front heel down",
    good="heel down",
    remedy="Film from the side with the feet in the picture.",
    passes=(Example(12.0, 10.0), Example(36.0, 10.0)),
    fails=(Example(48.0, 10.0), Example(65.0, 10.0)),
)

DROPPED = Rule(
    code="LNG05",
    name="lowering-too-fast",
    statement="NSCA",
    says="The way down is controlled; the back knee does not hit the floor.",
    why="A dropped knee hits the floor.",
    source=f"{NSCA}; {CHOSEN}",
    read=way_down_s,
    shows="knee_flexion_deg",
    unit="s",
    decided=Phase.TOP,
    limit=Below(0.8, 0.5),
    views=OBLIQUE,
    priority=6,
    weight=10,
    cue="Slower on the way down",
    good="under control",
    remedy="Film with both legs in the picture.",
    passes=(Example(1.2, 0.2), Example(0.7, 0.2)),
    fails=(Example(0.45, 0.2), Example(0.2, 0.2)),
)


def front_leg(data: RepData) -> float:
    """The leg in front works: positive where it is the left one."""
    behind = foot_stagger(data)
    ahead = behind.value if data.set.working is Side.LEFT else -behind.value
    return ahead / 60.0


EXERCISE = Exercise(
    name="lunge",
    title="Lunge",
    source=SOURCE,
    posture="standing",
    signal=SIGNAL,
    min_range=35.0,
    side_of="rep",
    working=front_leg,
    views=OBLIQUE,
    gates=(
        STANDS,
        ONE_AHEAD,
        HIPS_GO_DOWN,
        Gate(says="a leg stays straight", read=straighter_knee, low=42.0, unit="deg"),
        Gate(
            says="the trunk is not upright before and after",
            read=waiting_lean,
            low=-25.0,
            high=40.0,
            unit="deg",
        ),
        Gate(says="the trunk comes down", measure="trunk_lean_deg", high=55.0, error=6.0),
        Gate(says="both feet move on the way down: walking", read=foot_moves, high=35.0),
    ),
    rules=(KNEE_OVER_TOE, TRUNK_TIPS, TOO_SHALLOW, HEEL_UP, DROPPED),
    unobservable=(
        Unobservable(
            "NSCA",
            "The front knee stays in line with the foot, not inwards.",
            "It shows from the front only.",
        ),
        Unobservable("NSCA", "The foot points straight ahead.", "From the side its turn is not seen."),
        Unobservable(
            "NSCA",
            "One pushes off the front foot and does not swing the trunk back.",
            "Pressure under the feet is not seen.",
        ),
    ),
    down_first=True,
    film="From the side at hip height, both legs and the whole step in the picture.",
    notes=("Forward, backward, in place or walking, one leg or both in turn: the leg in front is judged.",),
)
