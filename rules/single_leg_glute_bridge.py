"""Single-leg glute bridge: the back on the floor, one foot planted, the other leg held out."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from formcheck.rule import (
    MOST_OFFSET_FLOOR_DEG,
    OBLIQUE,
    USUAL_LOCKOUT_FLOOR_DEG,
    Above,
    Below,
    Example,
    Exercise,
    Phase,
    Reading,
    RepData,
    Unobservable,
    lockout_shortfall,
    lumbar_extension,
)

from . import single_leg_hip_thrust as single
from ._shared import (
    BRIEF,
    HIPS_RISE,
    NOT_ON_THE_HANDS,
    ON_THE_FLOOR,
    ONE_FOOT_ON_THE_FLOOR,
    drift_in_hold,
    median,
    pause_of,
    variant,
)
from ._supine import FROM_FEET, HELD_OUT_DEG, depth, leg_not_held_out, not_on_the_back, working

SOURCE = f"{single.SOURCE}: names the single-leg glute bridge as the easier exercise"
SQUARE_KNEE = "with the knee at a right angle the shin leans as the line of the body does, 22 to 25 deg"
SHIN_LIMIT = Above(25.0)
"""A shin is 0.8 trunks long, trunk and thigh are 1.85: from the floor to the knee they slope by 22 to 25 deg.
Of real people an eye named none of 34 shins up to 31 deg, and 3 of 6 from 54 deg on. A warning only: sources
say where the feet stand, but call far feet no mistake as in a thrust. Bridges on the heels have them."""
LEHECKA = "a heel nearer than under the knee is as good or better for the glute (Lehecka 2017, PMC5534144)"


def free_leg_change(data: RepData) -> Reading:
    """Degrees by which the held-out leg is higher (+) or lower (-) at the top than at the start.

    On the floor the trunk slopes at the top: a leg between its place at the start and the line of the body is
    where it belongs.
    """
    change = data.read("free_leg_elevation_deg", Phase.TOP, "median", from_start=True)
    line_deg = -data.median("trunk_pitch_deg", Phase.TOP)
    if math.isnan(change.value) or not line_deg > SLOPE_DEG:
        return change
    low, high = sorted((0.0, line_deg - data.set.start_value("free_leg_elevation_deg")))
    return replace(change, value=change.value - min(max(change.value, low), high))


def free_leg_drop(data: RepData) -> Reading:
    """Degrees by which the held-out leg is lower at the top than at the start, or than level: negative.

    A leg that was only lifted after the start is judged by where it is at the top.
    """
    if leg_not_held_out(data) is None:
        return free_leg_change(data)
    top = _lifted_late(data)
    return top if math.isnan(top.value) else replace(top, value=min(top.value, 0.0))


def free_leg_rise(data: RepData) -> Reading:
    """Degrees by which the held-out leg is higher at the top than at the start: positive.

    A leg that was only lifted after the start did not swing up if it ends in line with the trunk or the other
    thigh, or lower; whether one that is held higher swung does not show.
    """
    if leg_not_held_out(data) is None:
        return free_leg_change(data)
    top = _lifted_late(data)
    lines = (-data.median("trunk_pitch_deg", Phase.TOP), data.median("thigh_elevation_deg", Phase.TOP))
    over = top.value - max(0.0, *lines)
    if over > IN_LINE_DEG:
        return Reading.none("the free leg was lifted late, and high", "Hold it out before you lift.")
    return replace(top, value=over)


def _lifted_late(data: RepData) -> Reading:
    """Read the elevation at the top of a leg that was not held out at the start."""
    if not data.median("free_knee_flexion_deg", Phase.TOP) < HELD_OUT_DEG:
        return Reading.none("the free leg is not held out straight", "Hold it out, straight, at the top.")
    return data.read("free_leg_elevation_deg", Phase.TOP, "median", from_start=False)


def crossed(data: RepData) -> Reading | None:
    """Say that the free foot lies on the other knee, a figure four: that leg is bent on purpose."""
    body, part = data.set.body, data.set.frames(data.rep.start_s, data.rep.end_s)
    apart = body.joint("free", "ankle")[part] - body.joint("working", "knee")[part]
    if not median(np.hypot(*apart.T)) < CROSSED_TRUNKS * body.trunk_px:
        return None
    return Reading.none("the free foot lies on the other knee", "Hold the free leg out straight.")


def depth_on_the_floor(data: RepData) -> Reading:
    """Range of this rep in percent of the person's largest: lying, the floor is the lowest for all."""
    return depth(data, floor=True)


def lockout_from_the_floor(data: RepData) -> Reading:
    """How far the hips stay below the line from shoulder to knee at the top, by the own best lockout."""
    return lockout_shortfall(data, MOST_OFFSET_FLOOR_DEG)


def arching_on_the_floor(data: RepData) -> Reading:
    """How far the lower back arched at the top of a repetition that starts lying, degrees, + = arched."""
    return lumbar_extension(data, USUAL_LOCKOUT_FLOOR_DEG)


LEAST_RISE_PCT = 8.1
"""With a leg held up nobody only settles on the floor: a rise counts from twice the height's error on."""
CROSSED_TRUNKS = 0.5
"""Distance of the free ankle from the other knee, in trunk lengths, below which it lies on it: in real
people 0.35 to 0.40, with a leg held out 0.66 and more."""
IN_LINE_DEG = 12.0
"""What a leg may be above the line of trunk or thigh and still count as in line, by the error of both."""
SLOPE_DEG = 10.0
"""Slope of the trunk at the top, shoulders low: above it somebody lies on the floor (on a bench: -5 to 5)."""
FREE_LEG: dict[str, Any] = {
    "measure": "",
    "from_start": False,
    "read": free_leg_change,
    "shows": "free_leg_elevation_deg",
    "unit": "deg",
}
"""What both checks of the held-out leg read on the floor."""
NO_HOLD = variant(single.NO_HOLD, "SGB10", weight=10, cue="Freeze at the top")

EXERCISE = Exercise(
    name="single-leg-glute-bridge",
    title="Single-leg glute bridge",
    source=SOURCE,
    posture="supine",
    signal="hip_height_pct",
    min_range=LEAST_RISE_PCT,
    working=working,
    views=OBLIQUE,
    gates=(ON_THE_FLOOR, ONE_FOOT_ON_THE_FLOOR, HIPS_RISE, NOT_ON_THE_HANDS),
    refuses=not_on_the_back,
    pause=pause_of(NO_HOLD, drift_in_hold("SGB20", SOURCE)),
    rules=(
        variant(
            single.LUMBAR_ARCHING,
            "SGB01",
            read=arching_on_the_floor,
            remedy="Film from the side at hip height.",
        ),
        variant(
            single.INCOMPLETE_LOCKOUT,
            "SGB02",
            source=f"{SOURCE}; the floor leaves less room than a bench: {BRIEF}",
            read=lockout_from_the_floor,
            limit=Below(-10.0, -18.0),
            cue="Hips to the ceiling",
            weight=18,
            passes=(Example(-6.0, 4.0),),
            fails=(Example(-16.0, 4.0), Example(-26.0, 4.0)),
        ),
        variant(
            single.FREE_LEG_DROP,
            "SGB03",
            weight=8,
            **{**FREE_LEG, "read": free_leg_drop, "hidden": None},
        ),
        variant(
            single.FREE_LEG_RISE,
            "SGB04",
            weight=8,
            **{**FREE_LEG, "read": free_leg_rise, "hidden": None},
        ),
        variant(
            single.FREE_LEG_BENT,
            "SGB05",
            source=f"{SOURCE}; the planted thigh hides this knee, which is read 15 deg too bent: {BRIEF}",
            limit=Above(40.0, 50.0),
            views=FROM_FEET,
            hidden=crossed,
            weight=3,
            passes=(Example(25.0, 9.0), Example(45.0, 9.0)),
            fails=(Example(65.0, 9.0),),
        ),
        variant(
            single.SHIN_NOT_VERTICAL,
            "SGB07",
            against=frozenset(),
            source=f"{SOURCE}; {LEHECKA}; {SQUARE_KNEE}; {BRIEF}",
            limit=SHIN_LIMIT,
            weight=12,
            passes=(Example(3.0, 4.0), Example(28.0, 4.0)),
            fails=(Example(31.0, 4.0), Example(44.0, 4.0)),
        ),
        NO_HOLD,
        variant(
            single.LOWERING_TOO_FAST,
            "SGB12",
            weight=8,
            says="The hips come down slowly and under control.",
            why="Hips that drop give away half the rep.",
        ),
        variant(single.HEEL_UP, "SGB13", weight=4),
        variant(
            single.SHALLOW_BOTTOM,
            "SGB17",
            read=depth_on_the_floor,
            weight=4,
            says="The hips come down almost to the floor.",
        ),
    ),
    unobservable=(
        Unobservable("H20", "The pelvis stays level.", "The hands lie on the floor: no line shows the hips."),
        Unobservable(
            "H9",
            "The working glute is tensed hard at the top.",
            "Muscle effort is not visible; the hold is checked.",
        ),
        Unobservable(
            "H12", "The foot may be closer than under the knee.", f"It is no fault here: {LEHECKA}."
        ),
    ),
    film="From the side of the working leg, camera at hip height or lower, whole body in the picture.",
    notes=(
        "Told from the hip thrust by the shoulders: in the bridge they are as low as the hips to begin with.",
    ),
)
