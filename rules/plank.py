"""Plank: face down on the forearms or the hands and the toes, the body in one line, held."""

from __future__ import annotations

import math

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

ACE = "ACE by Eskenazi Health, The plank (eskenazihealth.edu/news/the-plank)"
STRAND = "Strand 2014, J Hum Kinet 40:93, the front plank as a test of endurance"
SOURCE = f"{ACE}; {STRAND}"
LINE = (
    "limits: with a trunk of 50 cm, hips 4 (warn) and 6 cm (fault) under the line from shoulder to ankle, or "
    "10 and 14 cm over it; 171 labelled frames of good planks lie inside, and 710 others were looked at only "
    "after the limits were set"
)
STILL_PCT = 25.0
"""Range of the shoulders' height in a hold [assumed]: half of what the least push-up moves them."""
LEAST_PROP_PCT = 25.0
"""Shoulders above the elbows where upper arms prop them: half a trunk long, they lean by 60 deg at most."""


def face_turned(data: RepData) -> Reading:
    """Degrees by which the face is turned from the floor, either way."""
    turned = data.median("face_from_floor_deg", Phase.HOLD)
    if math.isnan(turned):
        return Reading.none("the face is not seen")
    return Reading(abs((turned + 180.0) % 360.0 - 180.0), 15.0, data.rep.lockout_s)


def shoulders_move(data: RepData) -> Reading:
    """How far the shoulders move up and down over the elbows, percent of the trunk."""
    heights = data.values("shoulder_over_elbow_pct", Phase.HOLD)
    if not len(heights):
        return Reading.none("the arms are not seen")
    return Reading(float(np.ptp(np.percentile(heights, [5, 95]))), 6.0, data.rep.lockout_s)


HIPS_LOW = Rule(
    code="PLK01",
    name="hips-low",
    statement="3, 6",
    says="The hips and the back do not sag: shoulders, hips and feet stay on one line.",
    why="Where the belly gives way the lower back hangs in its joints: against that the exercise trains.",
    source=f"{SOURCE}; {LINE}",
    measure="leg_against_trunk_deg",
    when=Phase.HOLD,
    stat="max",
    over_s=3.0,
    limit=Above(7.0, 12.0),
    views=SIDEWAYS,
    priority=1,
    weight=35,
    safety=True,
    cue="Hips up, one straight line",
    good="a straight line",
    against=frozenset({"hips-high"}),
    remedy="Film from the side at the height of the hips, head to feet in the picture.",
    passes=(Example(-3.0, 4.0), Example(6.0, 4.0), Example(10.0, 4.0)),
    fails=(Example(12.0, 4.0), Example(20.0, 4.0)),
)

HIPS_HIGH = Rule(
    code="PLK02",
    name="hips-high",
    statement="6",
    says="The body is one flat line from the shoulders to the feet.",
    why="Hips in the air hand the weight to the shoulders and rest the belly.",
    source=f"{SOURCE}; {LINE}",
    measure="leg_against_trunk_deg",
    when=Phase.HOLD,
    stat="min",
    over_s=3.0,
    limit=Below(-18.0, -25.0),
    views=SIDEWAYS,
    priority=2,
    weight=25,
    cue="Lower your hips, one straight line",
    good="level hips",
    against=frozenset({"hips-low"}),
    remedy="Film from the side at the height of the hips, head to feet in the picture.",
    passes=(Example(-3.0, 4.0), Example(-20.0, 4.0)),
    fails=(Example(-23.0, 4.0), Example(-40.0, 4.0)),
)

HIPS_SINK = Rule(
    code="PLK03",
    name="hips-sink",
    statement="4",
    says="The position is held until it can no longer be kept; then the hold is over.",
    why="Hips that sink with time show that the set is longer than the belly lasts.",
    source=f"{SOURCE}; limits: the error of the change, and twice it",
    measure="leg_against_trunk_deg",
    when=Phase.HOLD,
    stat="drift",
    limit=Above(8.0, 14.0),
    views=SIDEWAYS,
    priority=3,
    weight=10,
    cue="Hips are sinking: lift them, or rest",
    good="the same line to the end",
    against=frozenset({"hips-high", "hips-low"}),  # the cue of hips-low says the same
    remedy="Film from the side at the height of the hips, head to feet in the picture.",
    passes=(Example(2.0, 4.0), Example(10.0, 4.0)),
    fails=(Example(13.0, 4.0), Example(20.0, 4.0)),
)

KNEES_BENT = Rule(
    code="PLK04",
    name="knee-bent",
    statement="2",
    says="The weight rests on forearms and toes, the legs are straight.",
    why="Bent knees take the legs out of the line and make the hold easier.",
    source=f"{SOURCE}; limits: engineering choice, the error of the knee's bend is 4.5 deg",
    measure="knee_flexion_deg",
    when=Phase.HOLD,
    stat="median",
    limit=Above(22.0, 32.0),
    views=SIDEWAYS,
    priority=5,
    weight=10,
    cue="Push your heels back, knees straight",
    good="straight legs",
    remedy="Film from the side so that hip, knee and ankle are seen.",
    passes=(Example(6.0, 5.0), Example(25.0, 5.0)),
    fails=(Example(30.0, 5.0), Example(42.0, 5.0)),
)

HEAD_OFF_LINE = Rule(
    code="PLK05",
    name="head-off-line",
    statement="6",
    says="The neck goes on in the line of the back.",
    why="A head thrown back or hanging strains the neck for as long as it is held.",
    source=f"{SOURCE}; limits: engineering choice, the error of the neck's angle is 7 deg",
    measure="neck_extension_deg",
    when=Phase.HOLD,
    stat="median",
    limit=Above(28.0, 42.0, both=True),
    views=SIDEWAYS,
    priority=6,
    weight=10,
    cue="Look at the floor",
    cue_minus="Lift your head, look before your hands",
    good="long neck",
    remedy="Film from the side so that ear and shoulder are seen.",
    passes=(Example(12.0, 7.0), Example(-30.0, 7.0)),
    fails=(Example(38.0, 7.0), Example(-52.0, 7.0)),
)

ARMS_OFF = Rule(
    code="PLK06",
    name="elbows-not-under-shoulders",
    statement="1",
    says="The elbows (or the hands) stand under the shoulders.",
    why="Elbows far ahead make a harder exercise of it (Schoenfeld 2014, Sports Biomech 13:296); behind, an "
    "easier one.",
    source=f"{ACE}; Schoenfeld 2014; limit: engineering choice",
    measure="upper_arm_from_vertical_deg",
    when=Phase.HOLD,
    stat="median",
    limit=Above(28.0, both=True),
    views=SIDEWAYS,
    priority=7,
    weight=10,
    cue="Elbows back, under your shoulders",
    cue_minus="Elbows forward, under your shoulders",
    good="elbows under the shoulders",
    remedy="Film from the side so that shoulder and elbow are seen.",
    passes=(Example(5.0, 6.0), Example(-30.0, 6.0)),
    fails=(Example(40.0, 6.0), Example(-45.0, 6.0)),
)

EXERCISE = Exercise(
    name="plank",
    title="Plank",
    source=SOURCE,
    kind="hold",
    posture="prone",
    side_of="both",
    views=OBLIQUE,
    gates=(
        Gate(says="the trunk is not level", measure="trunk_pitch_deg", low=-60.0, high=30.0, error=4.0),
        Gate(
            says="the feet are not on the floor behind",
            measure="leg_elevation_deg",
            low=-55.0,
            high=5.0,
            error=4.0,
        ),
        Gate(
            says="the hips are not between shoulders and feet",
            measure="leg_against_trunk_deg",
            low=-95.0,
            high=35.0,
            error=5.0,
        ),
        Gate(says="a knee is bent", measure="knee_flexion_deg", high=45.0),
        Gate(says="the other knee is bent", measure="free_knee_flexion_deg", high=50.0),
        Gate(
            says="the arms do not prop the shoulders",
            measure="shoulder_over_elbow_pct",
            low=LEAST_PROP_PCT,
            error=4.0,
        ),
        Gate(says="the face is not turned to the floor", read=face_turned, high=110.0, unit="deg"),
        Gate(says="the shoulders go up and down: push-ups", read=shoulders_move, high=STILL_PCT),
    ),
    rules=(HIPS_LOW, HIPS_HIGH, HIPS_SINK, KNEES_BENT, HEAD_OFF_LINE, ARMS_OFF),
    unobservable=(
        Unobservable("4", "Belly and buttocks are tensed.", "Muscle tension is not visible; its outcome is."),
        Unobservable(
            "1", "The elbows are as far apart as the shoulders.", "From the side one hides the other."
        ),
    ),
    film="From the side at the height of the hips, 2 to 3 m away, head to feet in the picture.",
    notes=(
        "On the forearms or on straight arms: both count. Hips far too high or too low count, as faults.",
        "On the knees it is no plank here: a bent knee ends the hold.",
        "A back that sags while the hips stay on the line is not seen: there is no landmark on the spine.",
        "Tried on two real clips and on labelled single frames (numbers: formcheck/exercises/README.md). "
        "Obliquely it is counted, not judged.",
    ),
)
