"""Barbell single-leg hip thrust: upper back on a bench, one foot planted, the other leg held out."""

from __future__ import annotations

import math

import numpy as np

from formcheck.rule import (
    OBLIQUE,
    SIDEWAYS,
    Above,
    Below,
    Between,
    Example,
    Exercise,
    Phase,
    Plan,
    Reading,
    RepData,
    Rule,
    Sign,
    Step,
    Unobservable,
    View,
    lockout_shortfall,
    lumbar_extension,
    pelvis_tilt,
)

from ._shared import (
    BRIEF,
    NOT_ON_THE_HANDS,
    ON_A_BENCH,
    ON_A_BENCH_FROM_THE_FEET,
    ONE_FOOT,
    ONE_FOOT_FROM_THE_FEET,
    drift_in_hold,
    hold_of,
    lowering_of,
    pause_of,
)
from ._supine import (
    ANY,
    FROM_FEET,
    OFF_THE_SIDE,
    bounce,
    depth,
    heel_off_the_floor,
    leg_not_held_out,
    not_on_the_back,
    planted_leg_hidden,
    working,
)

SOURCE = "Illustrated guide to the Barbell Single Leg Hip Thrust exercise"
CONTRERAS = "Contreras, 10 Steps to the Perfect Hip Thrust"

LUMBAR_ARCHING = Rule(
    code="SHT01",
    name="lumbar-arching",
    statement="H15",
    says="At the top only the hips extend; the lower back does not arch.",
    why="The load hangs where the spine bends: its moment is a deadlift's (Otsuka 2021, PLoS ONE e0251418).",
    source=f"{SOURCE}; {BRIEF}",
    read=lumbar_extension,
    shows="back_bend_deg",
    decided=Phase.TOP,
    unit="deg",
    limit=Above(6.0, 10.0),
    views=SIDEWAYS,
    found_from=frozenset({View.OBLIQUE_FOOT}),
    priority=1,
    weight=25,
    safety=True,
    cue="Stop at flat, ribs down",
    good="flat back",
    remedy="Film from the side at hip height; with 45 cm plates do one rep without load.",
    passes=(Example(2.0, 4.0), Example(9.0, 4.0)),
    fails=(Example(16.0, 4.0), Example(11.0, 4.0)),
)

INCOMPLETE_LOCKOUT = Rule(
    code="SHT02",
    name="incomplete-lockout",
    statement="H8",
    says="At the top, shoulder, hip and working knee lie on one line.",
    why="The glute works hardest in the last degrees.",
    source=f"{SOURCE}; {CONTRERAS}; {BRIEF}",
    read=lockout_shortfall,
    decided=Phase.TOP,
    shows="hip_extension_deg",
    unit="deg",
    limit=Below(-8.0, -15.0),
    views=OBLIQUE,
    priority=6,
    weight=14,
    cue="Bar to the ceiling",
    good="full lockout",
    against=frozenset({"lumbar-arching"}),
    remedy="Film from the side with the hips in view, not hidden by plates.",
    passes=(Example(-4.0, 4.0),),
    fails=(Example(-14.0, 4.0), Example(-22.0, 4.0)),
)

FREE_LEG_DROP = Rule(
    code="SHT03",
    name="free-leg-drop",
    statement="H10, H17",
    says="The free leg stays level at the top; it does not sink.",
    why="Holding it level is the stability the exercise asks for.",
    source=f"{SOURCE}; {BRIEF}",
    measure="free_leg_elevation_deg",
    when=Phase.TOP,
    decided=Phase.UP,
    stat="median",
    from_start=True,
    hidden=leg_not_held_out,
    limit=Below(-10.0, -18.0),
    views=OBLIQUE,
    priority=5,
    weight=5,
    cue="Lift the free leg, keep it level",
    good="free leg held",
    against=frozenset({"free-leg-rise"}),
    remedy="Film from the side so that the free leg is seen to the foot.",
    passes=(Example(-3.0, 3.0), Example(-12.0, 3.0)),
    fails=(Example(-15.0, 3.0), Example(-25.0, 3.0)),
)

FREE_LEG_RISE = Rule(
    code="SHT04",
    name="free-leg-rise",
    statement="H10, H17",
    says="The free leg stays level at the top; it does not rise.",
    why="A swinging leg throws the hips up instead of the glute lifting them.",
    source=f"{SOURCE}; {BRIEF}",
    measure="free_leg_elevation_deg",
    when=Phase.TOP,
    decided=Phase.UP,
    stat="median",
    from_start=True,
    hidden=leg_not_held_out,
    limit=Above(10.0, 18.0),
    views=OBLIQUE,
    priority=5,
    weight=5,
    cue="Point your foot at the wall, level",
    good="free leg level",
    against=frozenset({"free-leg-drop"}),
    remedy="Film from the side so that the free leg is seen to the foot.",
    passes=(Example(3.0, 3.0), Example(12.0, 3.0)),
    fails=(Example(15.0, 3.0), Example(28.0, 3.0)),
)

FREE_LEG_BENT = Rule(
    code="SHT05",
    name="free-leg-bent",
    statement="H5",
    says="The free leg points forward with a straight knee.",
    why="A bent free leg is easier to hold and hides a pelvis that turns.",
    source=f"{SOURCE}; {BRIEF}",
    measure="free_knee_flexion_deg",
    when=Phase.TOP,
    stat="median",
    limit=Above(25.0, 35.0),
    views=FROM_FEET,
    priority=5,
    weight=2,
    cue="Long leg, hovering",
    good="long free leg",
    remedy="Film from the side so that the free leg is seen to the foot.",
    passes=(Example(10.0, 9.0), Example(30.0, 9.0)),
    fails=(Example(50.0, 9.0),),
)

FREE_LEG_TOUCHING = Rule(
    code="SHT06",
    name="free-leg-touching",
    statement="H5",
    says="The free leg stays some centimetres above the floor.",
    why="A heel on the floor helps to lift.",
    source=f"{SOURCE}; {BRIEF}",
    measure="free_foot_clearance_pct",
    when=Phase.LIFT,
    stat="median",
    limit=Below(-14.0, -22.0),
    views=FROM_FEET,
    priority=5,
    weight=1,
    cue="Keep the free foot off the floor",
    remedy="Film from the side, camera low, both feet in the picture.",
    passes=(Example(12.0, 12.0),),
    fails=(Example(-40.0, 12.0),),
)

SHIN_NOT_VERTICAL = Rule(
    code="SHT07",
    name="shin-not-vertical",
    statement="H12, H4",
    says="At the top the working shin is upright; with the foot too far away it leans.",
    why="With the foot far away the hamstrings do the work of the glute.",
    source=f"{SOURCE}; {CONTRERAS}; {BRIEF}",
    measure="shin_from_vertical_deg",
    when=Phase.TOP,
    stat="median",
    hidden=planted_leg_hidden,
    limit=Above(8.0, 15.0),
    views=FROM_FEET,
    priority=4,
    weight=12,
    cue="Foot a hand closer",
    good="upright shin",
    against=frozenset({"foot-too-close"}),
    remedy="Film from the side of the working leg.",
    passes=(Example(3.0, 4.0), Example(11.0, 4.0)),
    fails=(Example(13.0, 4.0), Example(24.0, 4.0)),
)

FOOT_TOO_CLOSE = Rule(
    code="SHT08",
    name="foot-too-close",
    statement="H12, H24",
    says="At the top the working shin is upright; with the foot too close the quadriceps takes over.",
    why="With the heel under the hips the knee does the work.",
    source=f"{SOURCE}; {CONTRERAS}; {BRIEF}",
    measure="shin_from_vertical_deg",
    when=Phase.TOP,
    stat="median",
    hidden=planted_leg_hidden,
    limit=Below(-12.0),
    views=FROM_FEET,
    priority=4,
    weight=0,
    cue="Foot a hand further",
    against=frozenset({"shin-not-vertical"}),
    remedy="Film from the side of the working leg.",
    passes=(Example(-6.0, 4.0),),
    fails=(Example(-22.0, 4.0),),
)

PELVIS_TILT = Rule(
    code="SHT09",
    name="pelvis-tilt",
    statement="H20",
    says="The pelvis stays level; where it tips towards the working side, the load is too heavy.",
    why="Keeping the pelvis level is what the gluteus medius is there for.",
    source=f"{SOURCE}; no published norm was found for this lift: {BRIEF}",
    read=pelvis_tilt,
    shows="bar_roll_deg",
    unit="deg",
    decided=Phase.UP,
    limit=Above(5.0, 8.0, both=True),
    views=frozenset({View.FOOT_END, View.OBLIQUE_FOOT}),
    priority=3,
    weight=15,
    cue="Working side is high, keep the bar level",
    cue_minus="Working side is low, keep the bar level",
    good="level hips",
    remedy="Film from the foot end at 1.2 to 1.5 m height, the bar (or hands on the hips) in view.",
    passes=(Example(2.0, 3.0), Example(-4.0, 3.0)),
    fails=(Example(13.0, 4.0), Example(-13.0, 4.0)),
)

NO_HOLD = Rule(
    code="SHT10",
    name="no-hold",
    statement="H9, H28",
    says="At the top the working glute is tensed hard; the hips do not bounce.",
    why="A moment without movement shows that the glute, not the swing, holds the bar.",
    source=f"{SOURCE} (no duration given; a second as in the kickback); {BRIEF}",
    read=hold_of("hip_height_pct"),
    shows="hip_height_pct",
    decided=Phase.DOWN,
    unit="s",
    limit=Below(1.0, 0.6),
    views=ANY,
    priority=7,
    weight=5,
    cue="Freeze at the top",
    good="steady hold",
    remedy="Film so that the trunk is seen throughout.",
    passes=(Example(1.4, 0.12), Example(0.95, 0.12)),
    fails=(Example(0.4, 0.12), Example(0.8, 0.12)),
)

BOUNCE = Rule(
    code="SHT11",
    name="bounce",
    statement="H9",
    says="The glute stops the hips at the top; they do not bounce.",
    why="A bar thrown up is caught by the lower back.",
    source=f"{SOURCE}; {BRIEF}",
    read=bounce,
    shows="hip_height_pct",
    unit="%",
    limit=Above(130.0, 170.0),
    views=OBLIQUE,
    priority=7,
    weight=3,
    cue="No bounce, press and hold",
    good="no bounce",
    remedy="Film so that the trunk is seen throughout.",
    passes=(Example(100.0, 25.0), Example(0.0, 25.0)),
    fails=(Example(200.0, 25.0),),
)

LOWERING_TOO_FAST = Rule(
    code="SHT12",
    name="lowering-too-fast",
    statement="H11",
    says="The bar comes down slowly and under control.",
    why="A dropped bar lands on the hips and takes the glute out of half the rep.",
    source=f"{SOURCE}; {BRIEF}",
    read=lowering_of("hip_height_pct"),
    decided=Phase.DOWN,
    shows="hip_height_pct",
    unit="s",
    limit=Below(1.0, 0.6),
    views=ANY,
    priority=2,
    weight=6,
    cue="Slow on the way down",
    good="slow lowering",
    remedy="Film so that the trunk is seen throughout.",
    passes=(Example(1.6, 0.12),),
    fails=(Example(0.4, 0.12), Example(0.8, 0.12)),
)

HEEL_UP = Rule(
    code="SHT13",
    name="heel-up",
    statement="H3, H7",
    says="The planted foot stands flat; heel and sole press into the floor.",
    why="On the toes the quadriceps takes over.",
    source=f"{SOURCE}; {CONTRERAS}; {BRIEF}: 15 and 25 deg, for a foot of half a trunk's length",
    read=heel_off_the_floor,
    shows="heel_rise_pct",
    unit="%",
    decided=Phase.BOTTOM,  # feet are seen too unsteadily to speak of before the repetition is over
    limit=Above(12.0, 20.0),
    views=FROM_FEET,
    priority=4,
    weight=3,
    cue="Leave a heel print",
    good="heel down",
    remedy="Film from the side of the working leg, or obliquely from the feet, with the foot in the picture.",
    passes=(Example(2.0, 4.0),),
    fails=(Example(28.0, 4.0), Example(17.0, 4.0)),
)

FOOT_SLIDES = Rule(
    code="SHT14",
    name="foot-slides",
    statement="H7",
    says="Heel and sole of the planted foot press into the floor.",
    why="A foot that slides pushes along the floor instead of into it.",
    source=f"{SOURCE}; {BRIEF}",
    measure="foot_slide_pct",
    when=Phase.TOP,
    stat="median",
    from_start=True,
    decided=Phase.BOTTOM,  # feet are seen too unsteadily to speak of before the repetition is over
    limit=Above(10.0, 18.0),
    views=SIDEWAYS,
    priority=4,
    weight=0,
    cue="Push the floor away",
    remedy="Film from the side of the working leg with the foot in the picture.",
    passes=(Example(3.0, 3.0),),
    fails=(Example(25.0, 3.0),),
)

SHOULDER_SLIDES = Rule(
    code="SHT15",
    name="shoulder-slides",
    statement="H1",
    says="The upper back leans on the bench, its edge right under the shoulder blades.",
    why="The bench edge is the hinge; sliding over it bends the back instead.",
    source=f"{SOURCE}; {BRIEF}",
    measure="shoulder_slide_pct",
    when=Phase.TOP,
    stat="median",
    from_start=True,
    limit=Above(16.0, 26.0),
    views=FROM_FEET,
    priority=9,
    weight=0,
    cue="Hinge on the bench edge, don't slide",
    remedy="Film from the side, or obliquely from the feet, with the bench in the picture.",
    passes=(Example(6.0, 4.0),),
    fails=(Example(35.0, 4.0),),
)

CHIN_UP = Rule(
    code="SHT16",
    name="chin-up",
    statement="H16",
    says="The chin stays close to the chest at the top.",
    why="A head thrown back leads the lower back into arching.",
    source=f"{SOURCE}; {BRIEF}",
    measure="neck_extension_deg",
    when=Phase.TOP,
    stat="median",
    from_start=True,
    limit=Above(25.0),
    views=SIDEWAYS,  # obliquely necks that keep still seem to move by 30 to 50 deg (60 rendered repetitions)
    priority=9,
    weight=2,
    cue="Look over the bar at your knee",
    good="quiet head",
    remedy="Film from the side with the head in the picture.",
    passes=(Example(5.0, 6.0),),
    fails=(Example(40.0, 6.0),),
)

SHALLOW_BOTTOM = Rule(
    code="SHT17",
    name="shallow-bottom",
    statement="H13",
    says="The bar comes down almost to the floor.",
    why="The lower half trains the glute at length.",
    source=f"{SOURCE}; {BRIEF}",
    read=depth,
    shows="hip_height_pct",
    unit="%",
    limit=Below(75.0, 60.0, ideal=100.0),
    views=ANY,
    priority=8,
    weight=2,
    cue="Almost kiss the floor",
    good="full depth",
    remedy="Film so that the trunk is seen throughout.",
    passes=(Example(95.0, 8.0),),
    fails=(Example(50.0, 8.0),),
)

TRUNK_TWIST = Rule(
    code="SHT18",
    name="trunk-twist",
    statement="H23",
    says="The trunk does not turn, although one side of it carries more.",
    why="A twisting trunk gives the free side away.",
    source=f"{SOURCE}; {BRIEF}",
    measure="trunk_twist_deg",
    when=Phase.TOP,
    stat="median",
    from_start=True,
    limit=Above(15.0, None, both=True),
    views=frozenset({View.FOOT_END}),
    priority=9,
    weight=0,
    cue="Both shoulders heavy on the bench",
    remedy="Film from the foot end at 1.2 to 1.5 m height.",
    passes=(Example(4.0, 5.0),),
    fails=(Example(25.0, 5.0), Example(-25.0, 5.0)),
)

KNEE_WANDER = Rule(
    code="SHT19",
    name="knee-wander",
    statement="H22",
    says="The hamstrings help to steady the working knee.",
    why="A knee that wanders sideways is not held by the hip.",
    source=f"{SOURCE}; frontal angles are poor in all markerless work, so it only warns: {BRIEF}",
    measure="knee_wander_pct",
    when=Phase.TOP,
    stat="median",
    from_start=True,
    limit=Above(16.0, None, both=True),
    views=frozenset({View.FOOT_END}),
    priority=10,
    weight=0,
    cue="Knee over the laces",
    remedy="Film from the foot end at 1.2 to 1.5 m height.",
    passes=(Example(4.0, 4.0),),
    fails=(Example(30.0, 4.0), Example(-30.0, 4.0)),
)


HOLD_DRIFTS = drift_in_hold("SHT20", SOURCE)


def deeper_than_flat(data: RepData) -> Reading:
    """Range of this rep in percent of the usual one from the flat floor, which the baseline holds."""
    if data.set.baseline is None:
        return Reading.none(
            "there is no set from the flat floor to compare with",
            "Give a few repetitions from the flat floor as --baseline.",
        )
    flat = float(np.median(data.usual_range()))
    return Reading(100.0 * data.rep.range / flat, 6.0, data.rep.end_s, "of your range from the flat floor")


DEFICIT_UNUSED = Rule(
    code="SHT21",
    name="deficit-unused",
    statement="H28",
    says="A deficit (the planted foot stands on a step) lets the hips go deeper, which is harder.",
    why="A platform without more range only moves the foot.",
    source=f"{SOURCE}; a tenth more range than from the flat floor: {BRIEF}",
    read=deeper_than_flat,
    shows="hip_height_pct",
    unit="%",
    limit=Below(110.0, ideal=math.inf),
    views=ANY,
    priority=8,
    weight=0,
    cue="Go deeper, use the platform",
    remedy="Film so that the trunk is seen throughout.",
    passes=(Example(125.0, 6.0),),
    fails=(Example(98.0, 6.0),),
)

DOSE = "The plan is 3 to 4 sets of 6 to 10 repetitions a leg, on two days a week."
EASIER = (
    "The single-leg glute bridge on the floor comes first, until the lockout is clean and the free leg stays "
    "in its place."
)
HARDER = (
    "A pause of 3 s at the top makes the lift harder. So does a deficit: the planted foot stands on a step, "
    "and the hips go deeper."
)
PLAN = Plan(
    source=SOURCE,
    reps=Between(6, 10, DOSE),
    sets=Between(3, 4, DOSE),
    days_a_week=Between(2, 2, f"{DOSE} Glutes recover fast, but the strain of single-leg work adds up."),
    load_ratio=Between(
        0.40,
        0.60,
        "One leg usually lifts 40 to 60 % of what both lift; too much load spoils the form.",
        far=0.75,
    ),
    both_legs="hip-thrust",
    sides="The weaker leg sets load and repetitions; the stronger one does no more, even where it could.",
    lighter=Sign(("pelvis-tilt",), "Where the hips do not stay level, the load is too heavy."),
    collapse="Too much load spoils the form.",
    regress_on=Sign(
        ("incomplete-lockout", "free-leg-drop", "free-leg-rise", "free-leg-touching"),
        EASIER,
    ),
    regressions=(
        Step("the single-leg glute bridge, without bench and bar", EASIER),
        Step(
            "the B-stance hip thrust",
            "The B-stance hip thrust asks for less balance: the rear foot touches the floor lightly, and the "
            "working leg carries 80 %.",
        ),
    ),
    progressions=(
        Step("a pause of 3 s at the top", HARDER),
        Step("a deficit, the planted foot on a step", HARDER),
    ),
)

EXERCISE = Exercise(
    name="single-leg-hip-thrust",
    title="Barbell single-leg hip thrust",
    source=SOURCE,
    posture="supine",
    signal="hip_height_pct",
    min_range=14.0,
    views=ANY,
    counted_from=OFF_THE_SIDE,
    gates=(ON_A_BENCH, ON_A_BENCH_FROM_THE_FEET, ONE_FOOT, ONE_FOOT_FROM_THE_FEET, NOT_ON_THE_HANDS),
    refuses=not_on_the_back,
    pause=pause_of(NO_HOLD, HOLD_DRIFTS),
    deficit=(DEFICIT_UNUSED,),
    working=working,
    rules=(
        LUMBAR_ARCHING,
        INCOMPLETE_LOCKOUT,
        FREE_LEG_DROP,
        FREE_LEG_RISE,
        FREE_LEG_BENT,
        FREE_LEG_TOUCHING,
        SHIN_NOT_VERTICAL,
        FOOT_TOO_CLOSE,
        PELVIS_TILT,
        NO_HOLD,
        BOUNCE,
        LOWERING_TOO_FAST,
        HEEL_UP,
        FOOT_SLIDES,
        SHOULDER_SLIDES,
        CHIN_UP,
        SHALLOW_BOTTOM,
        TRUNK_TWIST,
        KNEE_WANDER,
    ),
    unobservable=(
        Unobservable(
            "H1",
            "The edge of the bench lies right under the shoulder blades.",
            "The bench is no landmark; sliding on it is checked (SHT15).",
        ),
        Unobservable(
            "H2",
            "A loaded bar lies across the hips, on a pad.",
            "Of the bar its tilt and, by a plate, its way are read; the pad is not tracked.",
        ),
        Unobservable(
            "H6",
            "The free foot is loose, and the hands hold the bar lightly.",
            "Grip and tension are not visible; ankle pose is too noisy.",
        ),
        Unobservable(
            "H9",
            "The working glute is tensed hard at the top.",
            "Muscle effort is not visible; the hold is checked (SHT10).",
        ),
        Unobservable(
            "H14",
            "All repetitions of one leg come before those of the other.",
            "Both sides are reported as sets of their own.",
        ),
        Unobservable(
            "H18",
            "One leg lifts 40 to 60 % of what both lift.",
            "Load is not visible; the training log compares what you give (`--load`, `--bilateral-load`).",
        ),
        Unobservable(
            "H19",
            "Too much load spoils the form.",
            "The training log compares the last third of a set with the first.",
        ),
        Unobservable(
            "H21",
            "Where the hips do not stay level, the load is too heavy.",
            "Advice of the training log, from SHT09.",
        ),
        Unobservable(
            "H24",
            "A quadriceps that works more than the glute means too much load.",
            "Muscle activity is not visible; foot-too-close and heel-up are its signs.",
        ),
        Unobservable(
            "H25",
            "The lift shows differences between the legs; the weaker one sets the numbers.",
            "The training log compares the sides over several days.",
        ),
        Unobservable(
            "H26",
            "The single-leg glute bridge comes first, until lockouts are clean.",
            "Advice of the training log.",
        ),
        Unobservable(
            "H27",
            "The B-stance hip thrust is an easier lift on the way to this one.",
            "Load split between the feet is not visible.",
        ),
        Unobservable(
            "H28",
            "Pauses of 3 s and a deficit make the lift harder.",
            "Advice of the training log, once two days were clean.",
        ),
        Unobservable(
            "H29",
            "3 to 4 sets of 6 to 10 repetitions a leg, on two days a week.",
            "The training log counts them.",
        ),
        Unobservable(
            "H30",
            "Which muscles it trains, for which level and sports, and with what equipment.",
            "Which muscles work is not visible.",
        ),
    ),
    film="From the side of the working leg, at hip height, for back, lockout and shin; "
    "from the foot end at 1.2 to 1.5 m, hands on the bar, for the pelvis.",
    notes=(
        "The free leg counts as level where it is parallel to the floor; at the top it is then in line with "
        "the body.",
        "The guide warns of a pelvis that tips towards the working side. Both directions are checked, and "
        "the low side is named.",
        "The guide does not say for how long the glute is tensed; half a second is asked for.",
    ),
    plan=PLAN,
)
