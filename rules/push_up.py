"""Push-up: on hands and toes, the body one line, down until the upper arms are level and up again."""

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

from ._shared import CHOSEN, median

FITNESSGRAM = "Cooper Institute, FITNESSGRAM/ACTIVITYGRAM Test Administration Manual, 90 degree push-up"
SOURCE = FITNESSGRAM
SIGNAL = "wrist_height_pct"


def lowering_s(data: RepData) -> Reading:
    """Seconds from leaving straight arms to the lowest point."""
    took_s = data.rep.lockout_s - data.rep.start_s
    return Reading(took_s, min(data.time_error_s(took_s, SIGNAL), 0.3), data.rep.lockout_s)


BACK_SAGS = Rule(
    code="PSH01",
    name="hips-low",
    statement="FITNESSGRAM",
    says="Back and legs are one straight line from head to toes throughout.",
    why="Hips that hang hollow the lower back under load.",
    source=f"{FITNESSGRAM}; {CHOSEN}",
    measure="leg_against_trunk_deg",
    when=Phase.LIFT,
    stat="max",
    limit=Above(10.0, 18.0),
    views=SIDEWAYS,
    priority=1,
    weight=30,
    safety=True,
    cue="Squeeze your glutes, body like a plank",
    good="one line",
    remedy="Film from the side, low, shoulders to feet in the picture.",
    passes=(Example(2.0, 4.0), Example(12.0, 4.0)),
    fails=(Example(24.0, 4.0), Example(17.0, 4.0)),
)

HIPS_HIGH = Rule(
    code="PSH02",
    name="hips-high",
    statement="FITNESSGRAM",
    says="Back and legs are one straight line from head to toes throughout.",
    why="Hips in the air take the load off chest and arms.",
    source=f"{FITNESSGRAM}; {CHOSEN}",
    measure="leg_against_trunk_deg",
    when=Phase.LIFT,
    stat="median",
    limit=Below(-18.0, -28.0),
    views=SIDEWAYS,
    priority=4,
    weight=15,
    cue="Hips down, in line with your heels",
    good="hips in line",
    remedy="Film from the side, low, shoulders to feet in the picture.",
    passes=(Example(-6.0, 4.0), Example(-20.0, 4.0)),
    fails=(Example(-34.0, 4.0), Example(-25.0, 4.0)),
)

TOO_SHALLOW = Rule(
    code="PSH03",
    name="too-shallow",
    statement="FITNESSGRAM",
    says="The body comes down until elbows are at a right angle and upper arms level with the floor.",
    why="The lower half is the harder one.",
    source=f"{FITNESSGRAM}; an upper arm 10 deg above level is taken for level, 25 deg is a fault: {CHOSEN}",
    measure="shoulder_over_elbow_pct",
    when=Phase.TOP,
    stat="median",
    limit=Above(11.0, 27.0),
    views=OBLIQUE,
    priority=3,
    weight=25,
    cue="Chest to the floor",
    good="full depth",
    remedy="Film from the side, low, with the near arm in the picture.",
    passes=(Example(0.0, 6.0), Example(15.0, 6.0)),
    fails=(Example(20.0, 6.0), Example(40.0, 6.0)),
)

ARMS_BENT = Rule(
    code="PSH04",
    name="arms-not-straight",
    statement="FITNESSGRAM",
    says="Each repetition goes up until the arms are straight.",
    why="Half the way up leaves the triceps out.",
    source=f"{FITNESSGRAM}; {CHOSEN}",
    measure="elbow_flexion_deg",
    when=Phase.BOTTOM,
    stat="min",
    limit=Above(30.0, 45.0),
    views=SIDEWAYS,
    priority=5,
    weight=15,
    cue="Push all the way up",
    good="straight arms",
    remedy="Film from the side, low, with the near arm in the picture.",
    passes=(Example(12.0, 9.0), Example(35.0, 9.0)),
    fails=(Example(45.0, 9.0), Example(60.0, 9.0)),
)

HEAD_HANGS = Rule(
    code="PSH05",
    name="head-off-line",
    statement="FITNESSGRAM",
    says="The line goes from head to toes: the head neither hangs nor is thrown back.",
    why="A head that reaches for the floor makes the way look shorter than it is.",
    source=f"{FITNESSGRAM}; {CHOSEN}",
    measure="neck_extension_deg",
    when=Phase.LIFT,
    stat="median",
    from_start=True,
    limit=Above(20.0, None, both=True),
    views=SIDEWAYS,
    priority=9,
    weight=0,
    cue="Look at the floor ahead of your hands",
    cue_minus="Long neck, eyes on the floor",
    remedy="Film from the side with head and shoulders in the picture.",
    passes=(Example(8.0, 5.0), Example(-22.0, 5.0)),
    fails=(Example(32.0, 5.0), Example(-30.0, 5.0)),
)

DROPPED = Rule(
    code="PSH06",
    name="lowering-too-fast",
    statement="FITNESSGRAM",
    says="Twenty repetitions a minute, one in three seconds, in an even rhythm.",
    why="Who drops uses the bounce, not the arms.",
    source=f"{FITNESSGRAM}; half of three seconds is 1.5 s, a drop takes 0.3 s: {CHOSEN}",
    read=lowering_s,
    shows=SIGNAL,
    unit="s",
    decided=Phase.TOP,
    limit=Below(0.8, 0.5),
    views=OBLIQUE,
    priority=6,
    weight=15,
    cue="Slower on the way down",
    good="under control",
    remedy="Film with shoulders and hands in the picture.",
    passes=(Example(1.2, 0.2), Example(0.7, 0.2)),
    fails=(Example(0.45, 0.2), Example(0.2, 0.2)),
)


def knees_up(data: RepData) -> Reading:
    """How far the knees are above the line from hips to feet, percent of the trunk: low where they kneel."""
    body, part = data.set.body, data.set.frames(data.rep.start_s, data.rep.end_s)
    hip, knee, ankle = (body.joint("middle", joint)[part] for joint in ("hip", "knee", "ankle"))
    above = median((hip[:, 1] + ankle[:, 1]) / 2 - knee[:, 1])
    if not math.isfinite(above):
        return Reading.none("the legs are not seen")
    return Reading(100.0 * above / body.trunk_px, 5.0, data.rep.lockout_s)


def hands_move(data: RepData) -> Reading:
    """How far the near hand moves from straight arms to the lowest point, percent of the trunk."""
    body = data.set.body
    hand = body.joint("near", "wrist")
    high, low = (data.set.frames(*data.rep.window(phase)) for phase in (Phase.START, Phase.TOP))
    moved = math.hypot(*(median(hand[low, axis]) - median(hand[high, axis]) for axis in (0, 1)))
    if not math.isfinite(moved):
        return Reading.none("the hand is not seen")
    return Reading(100.0 * moved / body.trunk_px, 8.0, data.rep.lockout_s)


EXERCISE = Exercise(
    name="push-up",
    title="Push-up",
    source=SOURCE,
    posture="prone",
    signal=SIGNAL,
    min_range=18.0,
    side_of="both",
    views=OBLIQUE,
    gates=(
        Gate(
            says="the arms do not carry the shoulders",
            measure=SIGNAL,
            when=Phase.START,
            low=-150.0,
            high=-55.0,
            error=6.0,
        ),
        Gate(says="the hands move", read=hands_move, high=30.0),
        Gate(
            says="the legs are not stretched out",
            measure="leg_elevation_deg",
            when=Phase.START,
            low=-50.0,
            high=20.0,
        ),
        Gate(says="the knees are bent: on the knees", measure="knee_flexion_deg", high=50.0, error=8.0),
        Gate(says="the knees are on the floor", read=knees_up, low=-14.0),
        Gate(
            says="the hips are bent: no straight line",
            measure="leg_against_trunk_deg",
            low=-50.0,
            high=45.0,
            error=5.0,
        ),
        Gate(
            says="the trunk does not come down",
            measure="trunk_pitch_deg",
            low=-35.0,
            high=30.0,
            error=5.0,
        ),
        Gate(says="the elbows hardly bend", measure="elbow_flexion_deg", low=45.0, error=9.0),
    ),
    rules=(BACK_SAGS, HIPS_HIGH, TOO_SHALLOW, ARMS_BENT, HEAD_HANGS, DROPPED),
    unobservable=(
        Unobservable(
            "FITNESSGRAM",
            "Hands are under the shoulders or slightly wider.",
            "From the side one hand hides the other, so their distance is not seen.",
        ),
        Unobservable(
            "FITNESSGRAM",
            "The back is straight.",
            "Only the line from shoulders over hips to feet is judged: rounding within the back is not seen.",
        ),
        Unobservable(
            "usual advice",
            "Elbows point back at an angle, not straight out.",
            "From the side an elbow towards the camera looks the same as one away from it.",
        ),
    ),
    down_first=True,
    film="From the side, camera low, the whole body in the picture.",
    notes=("On the knees it is another exercise and not counted.",),
)
