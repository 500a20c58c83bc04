"""Glute bridge: the back on the floor, both feet planted; bodyweight, band, dumbbell or bar."""

from __future__ import annotations

from formcheck.rule import OBLIQUE, Below, Example, Exercise, Unobservable

from . import hip_thrust as thrust
from . import single_leg_glute_bridge as one_leg
from . import single_leg_hip_thrust as single
from ._shared import (
    BOTH_FEET_ON_THE_FLOOR,
    BRIEF,
    HIPS_RISE,
    NOT_ON_THE_HANDS,
    ON_THE_FLOOR,
    drift_in_hold,
    pause_of,
    variant,
)
from ._supine import not_on_the_back

SOURCE = (
    "Eskenazi Health, Glute/Hamstring Bridge (eskenazihealth.edu/news/glute-hamstring-bridge); "
    "ACE, Single-leg glute bridge (acefitness.org blog 3194)"
)
NO_HOLD = variant(
    single.NO_HOLD,
    "GLB10",
    statement="4",
    says="The hips are held up for two or three seconds; a short stop is asked for here.",
    why="A moment without movement shows that the glutes, not the swing, hold the hips.",
    source=f"{SOURCE}; {BRIEF}",
    weight=12,
)

EXERCISE = Exercise(
    name="glute-bridge",
    title="Glute bridge",
    source=SOURCE,
    posture="supine",
    signal="hip_height_pct",
    min_range=8.5,
    side_of="both",
    views=OBLIQUE,
    gates=(ON_THE_FLOOR, BOTH_FEET_ON_THE_FLOOR, HIPS_RISE, NOT_ON_THE_HANDS),
    refuses=not_on_the_back,
    pause=pause_of(NO_HOLD, drift_in_hold("GLB22", SOURCE)),
    rules=(
        variant(
            single.LUMBAR_ARCHING,
            "GLB01",
            read=one_leg.arching_on_the_floor,
            statement="3",
            says="The hips are not pushed so high that the lower back arches.",
            why="Past what the hips can extend, only the lower back bends further.",
            remedy="Film from the side at hip height.",
            weight=30,
        ),
        variant(
            single.INCOMPLETE_LOCKOUT,
            "GLB02",
            statement="2",
            says="At the top, shoulders, hips and knees lie on one line.",
            source=f"{SOURCE}; the floor leaves less room than a bench: {BRIEF}",
            read=one_leg.lockout_from_the_floor,
            limit=Below(-10.0, -18.0),
            cue="Hips to the ceiling",
            weight=22,
            passes=(Example(-6.0, 4.0),),
            fails=(Example(-16.0, 4.0), Example(-26.0, 4.0)),
        ),
        variant(
            single.SHIN_NOT_VERTICAL,
            "GLB07",
            statement="1",
            says="The feet stand so near to the hips that the shins are upright at the top.",
            source=f"{SOURCE}; {one_leg.LEHECKA}; {one_leg.SQUARE_KNEE}; {BRIEF}",
            against=frozenset(),
            hidden=None,
            limit=one_leg.SHIN_LIMIT,
            cue="Feet a hand closer",
            remedy="Film from the side.",
            weight=12,
            passes=(Example(3.0, 4.0), Example(28.0, 4.0)),
            fails=(Example(31.0, 4.0), Example(44.0, 4.0)),
        ),
        NO_HOLD,
        variant(
            single.LOWERING_TOO_FAST,
            "GLB12",
            statement="5",
            says="The hips come down slowly and under control.",
            why="Hips that drop give away half the rep.",
            source=f"{SOURCE}; {BRIEF}",
            weight=12,
        ),
        variant(
            single.HEEL_UP,
            "GLB13",
            statement="2",
            says="The heels press into the floor.",
            source=f"{SOURCE}; {BRIEF}",
            weight=6,
        ),
        variant(
            single.SHALLOW_BOTTOM,
            "GLB17",
            read=one_leg.depth_on_the_floor,
            statement="5",
            says="The hips come down to the start position.",
            source=f"{SOURCE}; {BRIEF}",
            cue="Down to the floor each time",
            weight=6,
        ),
        variant(thrust.FEET_UNEVEN, "GLB20", statement="1", source=f"{SOURCE}; {BRIEF}"),
    ),
    unobservable=(
        Unobservable("1", "Belly tensed, lower back flat on the floor.", "Muscle tension is not visible."),
        Unobservable("2", "The glutes are tensed at the top.", "Muscle effort is not visible; the hold is."),
        Unobservable("1", "Band, dumbbell, bar and their load.", "None of them is tracked."),
        Unobservable("1", "The feet stand hip-width apart.", "From the side the legs hide each other."),
    ),
    film="From the side, camera at hip height or lower, whole body in the picture.",
    notes=(
        f"A foot nearer than under the knee is no fault here: {one_leg.LEHECKA}.",
        "A heel bridge, the feet far out, is counted; its shins lean, and that is said.",
        "Angles of the leg are those of the leg nearer to the camera.",
    ),
)
