"""Glute kickback: on all fours, one straight leg raised behind."""

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
    Phase,
    Plan,
    Reading,
    RepData,
    Rule,
    Step,
    Unobservable,
    View,
    lumbar_extension,
)

from ._shared import (
    BRIEF,
    HANDS_DOWN,
    STRAIGHT_KNEE,
    depth_below,
    hand_hidden,
    hold_of,
    lowering_of,
    median,
    other_leg_moves,
)

SOURCE = "PureGym, Glute Kickbacks (puregym.com/exercises/glutes/glute-kickbacks/glute-kickback)"
CONTRERAS = "bretcontreras.com/glute-training"
ENOUGH_DEG = 6.0
"""Leg above the line of the trunk that is enough: the source asks for a flat back, not for height."""
BENT_DEG = 25.0
"""Bend of the knee that is a fault."""
FROM_THE_KNEE_DEG = 65.0
"""Bend of the knee in the start position above which the leg starts from the floor, on its knee."""
FROM_HEAD = SIDEWAYS | {View.OBLIQUE_HEAD}
ROTATION_GAIN = 3.3
"""Degrees of pelvis rotation for a percent of the trunk by which the hip rises (fitted on rendered clips)."""
MOST_LEVEL_RISE_PCT = 3.0
"""Rise of the kicking hip in the most level kick that still is level, percent of the trunk (rendered clips:
-3 to 3 over 7 bodies, 4 to 7 where every kick opened by 15 deg or more)."""
_SHOWN_DEG, _MOST_LEVEL_DEG = 3.2, 2.5  # turn of the seat: what shows, and what a level kick may have
_OPEN_DEG = (21.0, 7.0)  # what an opening that shows from behind is, and its error (rendered clips)
ALL_BUT_HEAD = OBLIQUE | {View.FOOT_END}


def lift_shortfall(data: RepData) -> Reading:
    """Degrees by which the leg stays below the person's own best, or below the line of the trunk."""
    top = data.read("leg_against_trunk_deg", Phase.TOP, "median", from_start=False)
    if math.isnan(top.value):
        return top
    best = data.best_top("leg_against_trunk_deg")
    wanted = min(max(best, 0.0), ENOUGH_DEG)
    reason = "against your own best reps" if best > 0 else "the leg stays below the line of your trunk"
    error = math.hypot(2.5 if data.comparable else 4.0, data.missed("leg_against_trunk_deg", Phase.TOP))
    return Reading(wanted - top.value, error, top.time_s, reason)


def opening_from_behind(data: RepData) -> Reading:
    """Degrees by which the pelvis opens, from behind, where it shows: a large opening turns the seat.

    Rendered, 23 openings of 18 to 30 deg turned it by 0 to 11 deg more than the person's own most level kick,
    whatever their size (17 past what shows), 13 smaller ones by 0 to 10 (6), 85 level kicks by 0 to 4 (3).
    """
    turn = data.read("seat_turn_deg", Phase.TOP, "median", from_start=False)
    if math.isnan(turn.value):
        return Reading.none("too little of the seat can be followed from behind", PELVIS_ROTATED.remedy)
    usual = data.usual("seat_turn_deg", Phase.TOP)
    level = min(max(float(usual.min()), 0.0), _MOST_LEVEL_DEG) if data.comparable and len(usual) else 0.0
    if turn.value - level < _SHOWN_DEG:
        return Reading.none("an opening of less than 18 deg does not show from behind", PELVIS_ROTATED.remedy)
    return Reading(*_OPEN_DEG, turn.time_s, "by how the seat turns")


def keeps_straight(data: RepData) -> bool:
    """Whether the knee is not bent at the top: the model lifts the kicking hip less where it is."""
    return not data.median("knee_flexion_deg", Phase.TOP) > BENT_DEG


def pelvis_rotation(data: RepData) -> Reading:
    """Degrees by which the pelvis opens towards the kicking side, against the person's own most level rep.

    From the head obliquely the model lifts the kicking hip with every kick, by an amount of the body's own;
    what it lifts it further is the pelvis turning.
    """
    if data.look.view is View.FOOT_END:
        return opening_from_behind(data)
    if data.look.near is not data.set.working:
        return Reading.none(
            "the hips are hidden from here",
            "Film from the kicking leg's side.",
            change="film from the side of the kicking leg",
        )
    if not data.comparable:
        return Reading.none("there is no other repetition to compare with", "Do two or more repetitions.")
    if lumbar_extension(data).value > LUMBAR_ARCHING.limit.warn:
        return Reading.none("your back arches, which moves the hips as well")
    rise = data.read("hip_rise_pct", Phase.TOP, "median", from_start=True)
    if math.isnan(rise.value):
        return rise
    straight = data.usual("hip_rise_pct", Phase.TOP, from_start=True, only=("straight knee", keeps_straight))
    if not keeps_straight(data) or (data.set.baseline is None and len(straight) < 2):
        return Reading.none("a bent knee moves the hips as well", "Keep the leg long in every repetition.")
    level = float(np.percentile(straight, 25, method="lower"))
    alike = data.set.baseline is None and level > MOST_LEVEL_RISE_PCT
    return Reading(
        ROTATION_GAIN * (rise.value - level),
        ROTATION_GAIN * rise.uncertainty,
        rise.time_s,
        "every repetition lifts the kicking hip, and alike" if alike else "against your own most level",
        at_least=alike,
    )


def from_the_knee(data: RepData) -> Reading | None:
    """Say that the leg starts from the floor, on its knee: it then straightens on the way up."""
    if not data.set.start_value("knee_flexion_deg") > FROM_THE_KNEE_DEG:
        return None
    return Reading.none("the leg starts from the knee", "Start with the leg straight, its toes on the floor.")


def toe_rest(data: RepData) -> Reading:
    """Degrees of the leg below horizontal where it turns."""
    return data.read("leg_elevation_deg", Phase.BOTTOM, "median", from_start=False)


def hands_and_knees(data: RepData) -> Reading:
    """Worst offset of wrist from shoulder and of stance knee from hip, percent of the trunk."""
    body = data.set.body
    part, top = (data.set.frames(*data.rep.window(phase)) for phase in (Phase.START, Phase.TOP))
    if hand_hidden(data):
        return Reading.none("something hides your hand")
    hands = body.joint("near", "wrist")[part, 0] - body.joint("near", "shoulder")[part, 0]
    # At rest the kicking leg may hide the knee, which stays where it is.
    seen = body.visibility("free", "knee")
    best = max((part, top), key=lambda frames: median(seen[frames]))
    knees = (body.joint("free", "knee") - body.joint("free", "hip"))[best, 0]
    offsets = [100.0 * abs(float(x)) / body.trunk_px for x in (median(hands), median(knees))]
    if any(math.isnan(x) for x in offsets):
        return Reading.none("hands or knees not seen")
    return Reading(max(offsets), 8.0, data.rep.start_s)


LUMBAR_ARCHING = Rule(
    code="GKB01",
    name="lumbar-arching",
    statement="K12, K2, K4",
    says="The back stays flat: an arched one moves the work from the glutes to the lower back.",
    why="Past what the hip can extend, the leg only rises because the lower back hollows.",
    source=f"{SOURCE}; between braced and unbraced prone leg lifts (Oh 2007, JOSPT 10.2519/jospt.2007.2435)",
    read=lumbar_extension,
    shows="back_bend_deg",
    decided=Phase.UP,  # it only grows until the top, and the cue is one not to wait with
    unit="deg",
    limit=Above(6.0, 10.0),
    views=OBLIQUE,
    priority=1,
    weight=30,
    safety=True,
    cue="Kick lower, keep your back flat",
    good="flat back",
    remedy="Film from the side, at hip height, in a top that fits closely.",
    passes=(Example(3.0, 4.0), Example(9.0, 4.0)),
    fails=(Example(16.0, 4.0), Example(11.0, 4.0)),
)

KNEE_BENT = Rule(
    code="GKB02",
    name="knee-bent",
    statement="K6",
    says="The leg goes up with a straight knee all the way.",
    why="A bent knee shortens the lever and turns the kickback into a donkey kick.",
    source=f"{SOURCE}; {BRIEF}",
    measure="knee_flexion_deg",
    when=Phase.LIFT,
    stat="max",
    start_aside=True,
    hidden=from_the_knee,
    limit=Above(15.0, BENT_DEG),
    views=FROM_HEAD,
    priority=5,
    weight=12,
    cue="Long leg, push the wall away",
    good="long leg",
    remedy="Film from the side so that hip, knee and ankle of the kicking leg are seen.",
    passes=(Example(4.0, 5.0), Example(17.0, 5.0)),
    fails=(Example(24.0, 5.0), Example(33.0, 5.0)),
)

PELVIS_ROTATED = Rule(
    code="GKB03",
    name="pelvis-rotated",
    statement="K13",
    says="Hamstrings and core hold the pelvis still while the hip extends.",
    why="Opening the hip to the side lifts the leg without the glute.",
    source=f"{SOURCE}; {BRIEF}",
    read=pelvis_rotation,
    shows="hip_rise_pct",
    decided=Phase.UP,
    unit="deg",
    limit=Above(5.0, 8.0),
    views=frozenset({View.OBLIQUE_HEAD, View.FOOT_END}),
    priority=3,
    weight=10,
    cue="Both hip bones face the floor",
    good="level hips",
    remedy="Film obliquely from the head, 30 to 50 degrees off the side, kicking leg to the camera.",
    passes=(Example(2.0, 4.0), Example(8.0, 4.0)),
    fails=(Example(14.0, 4.0),),
)

HEAD_UP = Rule(
    code="GKB04",
    name="head-up",
    statement="K3",
    says="On hands and knees the back is neutral and the face points to the floor.",
    why="Looking up extends the neck and tends to arch the back.",
    source=f"{SOURCE}; {BRIEF}",
    measure="neck_extension_deg",
    when=Phase.TOP,  # a look ahead between two kicks is none of the kick
    decided=Phase.UP,
    stat="median",
    from_start=True,
    limit=Above(8.0, 14.0),
    views=FROM_HEAD,
    priority=9,
    weight=4,
    cue="Look at the floor between your hands",
    good="quiet head",
    remedy="Film from the side with the head in the picture.",
    passes=(Example(2.0, 3.0),),
    fails=(Example(18.0, 3.0),),
)

SMALL_RANGE = Rule(
    code="GKB05",
    name="small-range",
    statement="K7",
    says="The leg is lifted behind the body, towards the ceiling.",
    why="The glute works hardest where the hip is extended; a leg left below the trunk misses that part.",
    source=f"{SOURCE}; {BRIEF}. No reward for height: with a flat back the kick is not high.",
    read=lift_shortfall,
    decided=Phase.TOP,
    shows="-leg_against_trunk_deg",
    unit="deg",
    limit=Above(5.0, 9.0),
    views=OBLIQUE,
    priority=6,
    weight=8,
    cue="A little higher, back still",
    good="good height",
    against=frozenset({"lumbar-arching"}),
    remedy="Film from the side so that the whole leg is seen.",
    passes=(Example(3.0, 2.5),),
    fails=(Example(12.0, 2.5),),
)

NO_HOLD = Rule(
    code="GKB06",
    name="no-hold",
    statement="K9, K8",
    says="The glutes are tensed at the top, and the leg stays there for one second.",
    why="The hold keeps the glute working where it is shortest, and takes the swing out.",
    source=f"{SOURCE}; {BRIEF}",
    read=hold_of("leg_elevation_deg"),
    shows="leg_elevation_deg",
    decided=Phase.DOWN,
    unit="s",
    limit=Below(1.0, 0.6),
    views=ALL_BUT_HEAD,
    priority=7,
    weight=12,
    cue="Pause at the top, one",
    good="steady hold",
    remedy="Film so that the kicking leg is seen to the foot.",
    passes=(Example(0.95, 0.12), Example(1.3, 0.12)),
    fails=(Example(0.2, 0.12), Example(0.8, 0.12)),
)

LOWERING_TOO_FAST = Rule(
    code="GKB07",
    name="lowering-too-fast",
    statement="K10",
    says="The leg comes down slowly, until it is level with the hips.",
    why="A dropped leg is not controlled by the glute, and drags the pelvis with it.",
    source=f"{SOURCE}; {BRIEF}",
    read=lowering_of("leg_elevation_deg"),
    decided=Phase.DOWN,
    shows="leg_elevation_deg",
    unit="s",
    limit=Below(1.0, 0.6),
    views=ALL_BUT_HEAD,
    priority=8,
    weight=10,
    cue="Lower like through water",
    good="slow lowering",
    remedy="Film so that the kicking leg is seen to the foot.",
    passes=(Example(1.6, 0.12),),
    fails=(Example(0.4, 0.12), Example(0.8, 0.12)),
)

BOTTOM_TOO_LOW = Rule(
    code="GKB08",
    name="bottom-too-low",
    statement="K11, K5",
    says="On the way down the leg stops level with the hips.",
    why="Resting the toes between reps takes the load off.",
    source=f"{SOURCE}; hip height or hip width is not said, so it only warns, well below: {BRIEF}",
    read=toe_rest,
    hidden=from_the_knee,
    shows="leg_elevation_deg",
    unit="deg",
    limit=Below(-32.0),
    views=SIDEWAYS,
    priority=9,
    weight=4,
    cue="Stop level with your hips",
    good="clean bottom",
    remedy="Film from the side.",
    passes=(Example(-20.0, 2.0),),
    fails=(Example(-40.0, 2.0),),
)

HIP_DRIFT = Rule(
    code="GKB09",
    name="hip-drift",
    statement="K13",
    says="Hamstrings and core hold the pelvis still while the hip extends.",
    why="A body that sways backwards or sags lends the leg its height.",
    source=f"{SOURCE}; {BRIEF}",
    measure="hip_travel_pct",
    when=Phase.TOP,
    stat="median",
    from_start=True,
    limit=Above(10.0, 16.0),
    views=FROM_HEAD,
    priority=5,
    weight=10,
    cue="Hips stay over your knee",
    good="quiet hips",
    remedy="Film from the side.",
    passes=(Example(4.0, 4.0),),
    fails=(Example(22.0, 4.0),),
)

SET_UP = Rule(
    code="GKB10",
    name="set-up-hands-knees",
    statement="K1",
    says="The start position is hands and knees (ACE exercise 270: hands under shoulders, knees under hips).",
    why="Hands and knees under the joints they carry make a stable base.",
    source=f"{SOURCE}; ACE exercise library 270; {BRIEF}",
    read=hands_and_knees,
    unit="%",
    limit=Above(40.0),
    views=FROM_HEAD,
    priority=10,
    weight=0,
    cue="Hands under shoulders, knees under hips",
    remedy="Film from the side with hands and knees in the picture.",
    passes=(Example(15.0, 8.0),),
    fails=(Example(60.0, 8.0),),
)

LEG_TOO_HIGH = Rule(
    code="GKB11",
    name="leg-above-trunk-line",
    statement="K12, K7",
    says="The leg is lifted as far as the hip extends and no higher: what is higher comes from the back.",
    why="A straight leg extends about 20 deg behind the trunk; the rest is lent by the lower back.",
    source=f"{SOURCE}; a straight-leg hip extends about 20 deg ({CONTRERAS}); {BRIEF}",
    measure="hip_extension_deg",
    when=Phase.TOP,
    stat="median",
    decided=Phase.TOP,
    limit=Above(20.0, 30.0),
    views=OBLIQUE,
    priority=8,
    weight=0,
    cue="Stop in line with your back",
    remedy="Film from the side so that shoulder, hip and knee are seen.",
    against=frozenset({"small-range"}),
    passes=(Example(10.0, 7.0), Example(25.0, 7.0)),
    fails=(Example(28.0, 7.0), Example(40.0, 7.0)),
)

HEAD_DROP = Rule(
    code="GKB12",
    name="head-drop",
    statement="K3, K2",
    says="On hands and knees the spine is neutral and the face points to the floor, not to the knees.",
    why="A head that hangs bends the neck, which is part of the spine that stays neutral.",
    source=f"{SOURCE}; faces that eyes call neutral turn 10 to 30 deg towards the knees: {BRIEF}",
    measure="face_from_floor_deg",
    when=Phase.TOP,
    stat="median",
    decided=Phase.TOP,
    limit=Below(-32.0),
    views=OBLIQUE,
    priority=9,
    weight=0,
    cue="Head in line with your back",
    remedy="Film from the side with the head in the picture.",
    against=frozenset({"head-up"}),
    passes=(Example(0.0, 10.0), Example(-40.0, 10.0)),
    fails=(Example(-45.0, 10.0),),
)


def not_kneeling(data: RepData) -> str | None:
    """Say why nobody is on hands and one knee, or nothing."""
    unseen = data.look.view is View.FOOT_END or hand_hidden(data)
    hands_down = unseen or depth_below(data, "wrist", "shoulder") > 0.4
    if not (hands_down and depth_below(data, "knee", "hip", "free") > 0.3):
        return "not on hands and knee"
    if data.look.view in OBLIQUE and not -30.0 < data.median("trunk_pitch_deg", Phase.LIFT) < 45.0:
        return "the trunk is not level"
    if data.look.view in OBLIQUE and data.median("free_knee_flexion_deg", Phase.LIFT) < 45.0:
        return "the standing leg does not kneel"
    return None


def refuses(data: RepData) -> str | None:
    """Say why a movement is not a glute kickback."""
    followed = data.look.view is View.FOOT_END  # one leg at a time
    return not_kneeling(data) or ("both legs move" if not followed and other_leg_moves(data) else None)


HARDER = "Those who want more muscle or strength go on to harder exercises: cable kickbacks or hip thrusts."
PLAN = Plan(
    source=SOURCE,
    progressions=(
        Step("the cable kickback", HARDER),
        Step("hip thrusts", HARDER),
    ),
)

EXERCISE = Exercise(
    name="glute-kickback",
    title="Glute kickback",
    source=SOURCE,
    posture="prone",
    signal="leg_elevation_deg",
    min_range=8.0,
    views=ALL_BUT_HEAD,
    counted_from=frozenset({View.HEAD_END}),
    alike_from=frozenset({View.FOOT_END}),
    gates=(STRAIGHT_KNEE, HANDS_DOWN),
    refuses=refuses,
    rules=(
        LUMBAR_ARCHING,
        KNEE_BENT,
        PELVIS_ROTATED,
        HEAD_UP,
        SMALL_RANGE,
        NO_HOLD,
        LOWERING_TOO_FAST,
        BOTTOM_TOO_LOW,
        HIP_DRIFT,
        SET_UP,
        LEG_TOO_HIGH,
        HEAD_DROP,
    ),
    unobservable=(
        Unobservable(
            "K2",
            "The back is neutral at the start.",
            "There is no absolute norm for one picture; the start you hold is your neutral.",
        ),
        Unobservable(
            "K4",
            "The core is tensed and the belly drawn in.",
            "Muscle tension is not visible; its outcome is checked (GKB01, GKB09).",
        ),
        Unobservable(
            "K5",
            "The leg points straight back, in line with its hip (width).",
            "From behind, the legs hide the hips: landmarks there are confident and wrong.",
        ),
        Unobservable(
            "K8",
            "The glutes are tensed at the top.",
            "Muscle effort is not visible; the hold is checked (GKB06).",
        ),
        Unobservable(
            "K14",
            "All repetitions of one leg come before those of the other.",
            "Both sides are reported as sets of their own; how many you planned is not known.",
        ),
        Unobservable(
            "K15",
            "It trains glutes, hamstrings and core, and stretches the hip flexors.",
            "Which muscles work is not visible.",
        ),
        Unobservable(
            "K16",
            "It makes the lower body steadier and better coordinated.",
            "A trend over weeks, not a fault of a rep.",
        ),
        Unobservable(
            "K17",
            "Cable kickbacks and hip thrusts are harder exercises for later.",
            "Advice of the training log, once two days were clean.",
        ),
        Unobservable(
            "K18",
            "If you are not sure about an exercise, ask a doctor first.",
            "formcheck gives no medical advice.",
        ),
    ),
    film="From the side at hip height, 2 to 3 m away, whole body in the picture, kicking leg to the camera.",
    notes=(
        "A leg in line with the hips can mean height or width. Height has a wide margin; width is not "
        "visible.",
        "Hold still for a second before the first repetition of a set: that position is your baseline.",
    ),
    plan=PLAN,
)
