"""What exercises on the back with a planted foot share: what is read of them, and what refuses them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from formcheck.rule import OBLIQUE, SIDEWAYS, Phase, Reading, RepData, View

from ._shared import leg_votes, lower_foot_from_an_end, median

FROM_FEET = SIDEWAYS | {View.OBLIQUE_FOOT}
ANY = OBLIQUE | {View.FOOT_END}
OFF_THE_SIDE = frozenset({View.FOOT_END, View.HEAD_END, View.OBLIQUE_FOOT, View.OBLIQUE_HEAD})
MOST_RISE_PCT = 110.0
"""Rise of the hips, of the trunk's length, that is none (rendered clips: 35 to 83)."""
DEEP_PCT, BESIDE_THE_BENCH_PCT = -27.0, -18.0
"""Height of the hips over the shoulders, of the trunk's length: by the first they are low enough between
bench and floor (rendered clips: -28 to -57); above the second shoulders and hips lie on the floor."""
CUT_OFF_S, ALL_THE_WAY_PCT = 0.1, 85.0
"""A repetition that ends so near to the end of the clip, above the bottom, may go on after it."""
HELD_S = 0.15
"""A top that lasts so long is no bounce."""
THROWN_S = 0.7
"""A way up that takes longer is not thrown, whatever the others take."""
MOST_OFF_DEG = 48.0
"""Off the side: beyond it shins of rendered people who hold them still are 20 to 70 deg off."""
ASIDE_HEEL_PCT = 5.0
"""Error of the heel's rise that an oblique view adds, of the trunk's length: flat feet of rendered clips seem
to rise by up to 12 there."""
HELD_OUT_DEG = 45.0
"""Bend of the free knee at the start, above which that leg is not held out (rendered clips: 0 to 32)."""
FAR_OUT_PCT = 40.0
"""Distance of the feet along the body at the start, of the trunk's length, from which on the free leg is held
out: it is straight, or nearly."""
LIFTED_PCT = 12.0
"""Height of the free heel over the planted one at the start, of the trunk's length: below it that foot rests
on the floor (rendered clips: 19 to 58; the error of the height is 12)."""
FOOT_LENGTH_PCT, BY_TOES_PCT = 50.0, 8.0
"""From heel to toes, of the trunk's length, and the error of the heel's height over the toes: of 153 feet of
real and rendered people without plates it changed by 1 +- 6."""
FOOT_PCT = 40.0
"""Height of a heel on tiptoe, of the trunk's length: it cannot rise further."""


def near_the_feet(data: RepData) -> Reading | None:
    """Say that the camera stands so near the foot end that angles along the body do not show."""
    if data.look.view is View.SIDE or not data.look.yaw_deg > MOST_OFF_DEG:
        return None
    return Reading.none(
        "seen from so near the feet, angles along the body do not show",
        "Film from the side.",
        change="film from the side",
    )


def planted_leg_hidden(data: RepData) -> Reading | None:
    """Say that the near, held-out leg hides the planted one, or that its knee contradicts the thigh."""
    if (near := near_the_feet(data)) is not None:
        return near
    if data.look.view is not View.SIDE and data.look.near is not data.set.working:
        return Reading.none(
            "the other leg hides the planted one from here",
            "Film from the working leg's side.",
            change="film from the side of the working leg",
        )
    leg = data.read("knee_flexion_deg", Phase.TOP, "median", from_start=False)
    return leg if math.isnan(leg.value) else None


def depth(data: RepData, *, floor: bool = False) -> Reading:
    """Range of this rep in percent of the person's largest, measured at the bottom side.

    Args:
        data: The repetition.
        floor: Whether the lowest position is the floor, not one of the person's choice.
    """
    during = data.set.frames(data.rep.start_s, data.rep.end_s)
    if not data.set.sees("middle", "shoulder")[during].any():  # the height is read against it
        return Reading.none("cannot see your shoulders, which the height is read against")
    lows = (data.set.start_value("hip_height_pct"), *data.usual("hip_height_pct", Phase.BOTTOM))
    lowest = min(filter(math.isfinite, lows), default=math.nan)
    above = data.median("hip_height_pct", Phase.BOTTOM) - lowest
    most = max(data.usual_range(), default=0.0)
    if not math.isfinite(above) or most <= 0:
        return Reading.none("the bottom of the rep was not seen")
    known = floor or data.set.baseline is not None
    deep = known or lowest <= DEEP_PCT or lowest > BESIDE_THE_BENCH_PCT
    share = 100.0 * (1.0 - above / most)
    if share < ALL_THE_WAY_PCT and data.rep.end_s > data.set.body.track.time_s[-1] - CUT_OFF_S:
        return Reading.none("the clip ends before the bottom is seen", "Film until the hips are down.")
    error = math.hypot(8.0, 100.0 * data.missed("hip_height_pct", Phase.BOTTOM) / most)
    against = "of your own deepest" if deep else ""
    return Reading(share, error, data.rep.end_s, against, at_least=not deep)


def bounce(data: RepData) -> Reading:
    """Lifting speed in percent of the set's usual one, where the top was not held; 0 where it was."""
    rep = data.rep
    if rep.lower_s - rep.lockout_s >= HELD_S:
        return Reading(0.0, 25.0, rep.lockout_s)
    reps = data.set.reps or [rep]
    up_s = [max(one.lockout_s - one.start_s, 0.05) for one in (rep, *reps)]
    speeds = [one.range / took_s for one, took_s in zip((rep, *reps), up_s, strict=True)]
    share = 100.0 * speeds[0] / float(np.median(speeds[1:]))
    alike = up_s[0] < THROWN_S and not any(one.lower_s - one.lockout_s >= HELD_S for one in reps)
    return Reading(share, 25.0 + share * data.coarse_s / up_s[0], rep.lockout_s, at_least=alike)


def heel_off_the_floor(data: RepData) -> Reading:
    """How far the planted heel is above its place at the start, at the top.

    By the toes only where the camera moved: their landmark sinks where the knee comes forward.
    """
    if data.camera_moved and not data.cut:
        return heel_over_the_toes(data)
    rise = data.read("heel_rise_pct", Phase.TOP, "median", from_start=True)
    if abs(rise.value) > FOOT_PCT:
        return Reading.none("the planted foot is not seen where it stands")
    if data.look.view is View.SIDE:
        return rise
    return replace(rise, uncertainty=math.hypot(rise.uncertainty, ASIDE_HEEL_PCT))


def heel_over_the_toes(data: RepData) -> Reading:
    """How far the planted heel rises over its own toes, percent of the trunk, against just before and after.

    Less sure than its height, but the same wherever the camera is.
    """
    slope = data.read("heel_lift_deg", Phase.TOP, "median", from_start=False)
    waits = [data.values("heel_lift_deg", phase) for phase in (Phase.START, Phase.BOTTOM)]
    before = median(np.concatenate(waits))
    if math.isnan(slope.value):
        return slope
    if math.isnan(before):
        return Reading.none("the planted foot is not seen while you wait")
    rise = math.sin(math.radians(slope.value)) - math.sin(math.radians(before))
    return Reading(FOOT_LENGTH_PCT * rise, BY_TOES_PCT, slope.time_s, "heel over toes, as the camera moved")


def leg_not_held_out(data: RepData) -> Reading | None:
    """Say that the free leg was not held out at the start: its knee was bent, or its foot rested.

    A knee behind a plate is not seen, but a foot far before the planted one is held out.
    """
    out = data.set.bar is not None and abs(data.set.start_value("foot_stagger_pct")) > FAR_OUT_PCT
    bent = not out and data.set.start_value("free_knee_flexion_deg") > HELD_OUT_DEG
    if not bent and not data.set.start_value("free_foot_clearance_pct") < LIFTED_PCT:
        return None
    return Reading.none(
        "the free leg was not held out at the start", "Hold it out, straight, before you lift."
    )


def on_all_fours(data: RepData) -> bool:
    """Whether hands and free knee are far below the hips: on the back, hands lie on the hips or higher."""
    body, part = data.set.body, data.set.frames(data.rep.start_s, data.rep.end_s)
    hips = body.joint("middle", "hip")[part, 1]
    hands = float(np.nanmedian(body.joint("middle", "wrist")[part, 1] - hips))
    knee = float(np.nanmedian(body.joint("free", "knee")[part, 1] - hips))
    return min(hands, knee) > 0.3 * body.trunk_px


def not_on_the_back(data: RepData) -> str | None:
    """Say why nobody lies with a foot planted, or nothing."""
    start, top = data.median("hip_height_pct", Phase.START), data.median("hip_height_pct", Phase.TOP)
    if start < -90.0 or top < -60.0:
        return "the trunk is upright"
    if on_all_fours(data):
        return "on hands and knees"
    if data.rep.range > MOST_RISE_PCT:
        return "the hips seem to rise further than they can"
    bends = (data.median("knee_flexion_deg", phase) for phase in (Phase.START, Phase.TOP))
    if data.look.view in OBLIQUE and not any(30.0 < bend < 140.0 for bend in bends):
        return "no foot is planted"
    return None


def working(data: RepData) -> float:
    """Vote for the left (positive) or right leg: the planted foot is the lower one, its knee bent.

    Where both knees are bent far, the more bent one is folded up and not planted. 1 is a clear vote.
    """
    if data.look.view in OBLIQUE:
        left, height = leg_votes(data)
        return left + height
    return lower_foot_from_an_end(data)
