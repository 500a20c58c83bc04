"""What rules read of a repetition that takes more than one measure.

`lumbar_extension` is how far the lower back arched, `lockout_shortfall` how far the hips stay below the
straight line at the top, and `pelvis_tilt` by how much one side of the pelvis is higher. Each fuses two
witnesses and is as sure as they agree.
"""

from __future__ import annotations

import math

import numpy as np

from formcheck.measures.reading import Reading
from formcheck.poses.geometry import FOCAL
from formcheck.poses.pose import Floats, View
from formcheck.reps.rep_data import Only, RepData
from formcheck.reps.segmentation import Phase

# Lumbar arching, from what a camera can see of it.
#
# The body model has no point on the spine, so two independent witnesses are fused:
#
# - the outline of the back hollows (`back_bend_deg`, change from the person's own start), and
# - the hips seem to extend further than they did in the person's other reps (or in their baseline's), or
#   than hips can.
#
# Face up the second is compared with the person's own other repetitions, and who arches in one may arch in
# all. So there a flat back is only believed where something independent of the others says so too
# (`_by_itself_deg`), or a baseline: else what is read is the least that it can be.
#
# Both are scaled to degrees of lumbar extension by regression on rendered clips with known lumbar angles.
# Where they disagree the uncertainty grows by 0.6 of the disagreement: a high but braced kick moves only the
# second, a shirt or the bench only the first, and neither becomes a fault.


_CONTOUR_GAIN, _CONTOUR_OFFSET = 1.6, 0.8  # deg of lumbar extension per deg of outline, fitted
_PRONE_GAIN, _PRONE_OFFSET = 1.1, -0.3
_SUPINE_GAIN, _SUPINE_OFFSET = 1.3, 1.0
_FLOOR_DEG = 4.0  # error that both witnesses share: they start from the same landmarks
_LONE_DEG = 7.0  # error of one witness alone
_DISAGREEMENT = 0.6  # of the gap between the witnesses that counts as error
_USUAL_LOCKOUT_DEG = 8.0  # hip extension at a clean lockout as landmarks see it; 0 to 14 over bodies
_LEAST_LOCKOUT_DEG = -3.0  # below it no lockout is clean, however landmarks lie
_CARRIED_DEG = 3.0  # error of a baseline from another clip: the camera was put up anew
_HIPS_SHARE = 0.75  # of a back judged by itself, face up, that the hips tell better than the outline
_FLAT_OUTLINE_DEG = 2.0  # an outline that hollows no more than this speaks as clearly as the hips
_FLAT_DEG = 5.0
"""Arching by itself below which a back is flat. Fitted on rendered thrusts from the side: 22 arched
repetitions of 8 bodies were at 10 or more, most clean ones of 24 bodies below 5."""
_FOOT_SIDE_DEG = 5.0  # from the feet the buttock stands before the back's outline
_REMEDY = "Do a clean repetition first, or give a clip with a few clean ones to compare with (--baseline)."


def lumbar_extension(data: RepData) -> Reading:
    """Read how far the lower back arched at the top of a repetition, degrees, + = arched.

    Relative to the person's own start position (outline) and, face up, to their own usual reps.
    """
    extension = data.read("hip_extension_deg", Phase.TOP, "median", from_start=False)
    outline = data.read("back_bend_deg", Phase.TOP, "median", from_start=True)
    if math.isnan(extension.value) and not data.look.prone:
        return extension  # face up, bench and arm disturb the outline too much to be the only witness
    if math.isnan(extension.value) and math.isnan(outline.value):
        return Reading.none(outline.reason, outline.remedy)
    aside = _FOOT_SIDE_DEG if data.look.view is View.OBLIQUE_FOOT else 0.0
    extra = lone_deg = 0.0
    if data.look.prone:
        by_hips = _PRONE_GAIN * extension.value + _PRONE_OFFSET
        by_outline = _CONTOUR_GAIN * outline.value + _CONTOUR_OFFSET
    else:
        usual_hips, usual_outline, lone_deg = _usual(data)
        if not data.comparable:
            return Reading.none("one repetition can only be compared with itself", _REMEDY)
        by_hips = _SUPINE_GAIN * (extension.value - usual_hips) + _SUPINE_OFFSET
        by_outline = _CONTOUR_GAIN * (outline.value - usual_outline) + _CONTOUR_OFFSET
        extra = _CARRIED_DEG if data.set.baseline else math.hypot(_doubt_deg(data, usual_hips), lone_deg)
    time_s = extension.time_s if math.isnan(outline.value) else outline.time_s
    if math.isnan(by_outline) or math.isnan(by_hips):
        lone = by_hips if math.isnan(by_outline) else by_outline
        return Reading(
            lone,
            math.hypot(_LONE_DEG, extra, aside),
            time_s,
            "one witness only",
            at_least=not data.look.prone and data.set.baseline is None,
        )
    value, apart = (by_outline + by_hips) / 2, abs(by_outline - by_hips)
    uncertainty = math.hypot(_FLOOR_DEG, _DISAGREEMENT * apart, extra, aside)
    flat = data.look.prone or data.set.baseline or _by_itself_deg(extension.value, outline.value) < _FLAT_DEG
    if extra > _LONE_DEG:
        why = "every repetition extends far, and alike"
        if lone_deg > _LONE_DEG:
            why = "no other repetition reaches the lockout"
        return Reading(value, uncertainty, time_s, why, _REMEDY, at_least=not flat)
    if not flat:
        why = "your back shows only against your other repetitions, and all may be arched"
        return Reading(value, uncertainty, time_s, why, _REMEDY, at_least=True)
    reason = "outline and hips disagree" if apart > 2 * _LONE_DEG else ""
    return Reading(value, uncertainty, time_s, reason)


def _by_itself_deg(extension_deg: float, outline_deg: float) -> float:
    """Return the arching face up as one repetition shows it, whatever the others are like.

    By the hip extension against that of a usual lockout, which differs over bodies, and by the change of the
    outline since the start, which bench and arm disturb.

    Args:
        extension_deg: Hip extension at the top.
        outline_deg: Change of the back's outline.
    """
    by_hips = _SUPINE_GAIN * (extension_deg - _USUAL_LOCKOUT_DEG) + _SUPINE_OFFSET
    by_outline = _CONTOUR_GAIN * outline_deg + _CONTOUR_OFFSET
    share = _HIPS_SHARE if outline_deg > _FLAT_OUTLINE_DEG else 0.5
    return share * by_hips + (1 - share) * by_outline


def _usual(data: RepData) -> tuple[float, float, float]:
    """Return the person's own usual hip extension and outline change at the top of a locked-out repetition.

    One that stays short of the lockout is straighter than the others without any of them being arched.
    Where only one is locked out it may be the arched one: the third value is the error of that, in degrees.
    """
    tops = data.usual("hip_extension_deg", Phase.TOP)
    least = _LEAST_LOCKOUT_DEG if (tops >= _LEAST_LOCKOUT_DEG).any() else -math.inf

    only: Only = "locked out", lambda one: one.median("hip_extension_deg", Phase.TOP) >= least
    hips = data.usual("hip_extension_deg", Phase.TOP, only=only)
    outline = data.usual("back_bend_deg", Phase.TOP, from_start=True, only=only)
    alone = len(hips) == 1 < len(tops)
    return _low(hips), _low(outline), _SUPINE_GAIN * (_low(hips) - _low(tops)) / 2 if alone else 0.0


def _doubt_deg(data: RepData, usual_hips: float) -> float:
    """Return the error of taking the set's own reps for clean ones: all of them may be arched.

    It grows where they extend further than clean lockouts do, half of it where some rep stands out: then
    the others at least differ.
    """
    high = max(0.0, usual_hips - _USUAL_LOCKOUT_DEG)
    apart = max(data.usual("hip_extension_deg", Phase.TOP), default=usual_hips) - usual_hips
    return high / 2 + max(0.0, high - apart) / 2


def _low(values: Floats) -> float:
    return float(np.percentile(values, 25, method="lower")) if len(values) else float("nan")


# How far the hips stay below the line from shoulder to knee, face up, at the top of a repetition.
#
# The hip landmark sits off the joint by 7 +- 5 deg of hip extension over bodies, steadily within a set: the
# person's own best lockout tells by how much. Two witnesses are fused against it:
#
# - the angle at the hip, and
# - the height of the hips above the shoulders. A drop of 1 % of the trunk length turns the trunk by 0.57 deg
#   and the thigh (0.85 trunks) by 0.67 deg: 1.2 deg in all (fitted on rendered clips: 1.1 to 1.3). It
# scatters by 2.1 deg from the side and 1.4 deg obliquely, the angle by 2.9 and 7.5 deg.
#
# A whole set may stay short. A best lockout that landmarks see straight is none that stays short by 15 deg;
# below that, what is read is the least that it can be.
#
# An arched back lifts the hips as well: a repetition whose outline says so is no one's best lockout.

MOST_OFFSET_DEG, MOST_OFFSET_FLOOR_DEG = 8.0, 13.0
"""How far the hip's landmark is off at most: on a bench, and lying on the floor (11 +- 4 deg there)."""

_DEG_PER_PCT = 1.2
_LOCKOUT_ERROR_DEG = 3.5
_LOCKOUT_ALONE_DEG = 5.5  # the angle without the height
_LOCKOUT_DISAGREEMENT = 0.5
_SURE_DEG = -0.25  # best lockout as landmarks see it, straight: from here on no rendered set was short
_ARCHED_DEG = 12.0  # of outline above the person's straightest: 20 deg of lumbar extension


def lockout_shortfall(data: RepData, most_offset_deg: float = MOST_OFFSET_DEG) -> Reading:
    """Read how far the hips stay below the person's own lockout at the top, degrees, - = below.

    No further than to where the straight line can be, whatever the best repetition shows.

    Args:
        data: The repetition.
        most_offset_deg: By how much the hip's landmark may be off; what the best lockout shows beyond that
            may be arching.
    """
    top = data.read("hip_extension_deg", Phase.TOP, "median", from_start=False)
    if math.isnan(top.value):
        return top
    only = _unarched(data)
    best = data.best_top("hip_extension_deg", only)
    offset = min(max(best, 0.0), most_offset_deg) if math.isfinite(best) else 0.0
    by_angle = top.value - offset
    whole = data.set.baseline is not None or best >= _SURE_DEG
    if not data.comparable:
        return Reading(by_angle, top.uncertainty, top.time_s, at_least=not whole)
    height = data.read("hip_height_pct", Phase.TOP, "median", from_start=False)
    by_height = best - offset + _DEG_PER_PCT * (height.value - data.best_top("hip_height_pct", only))
    carried = _CARRIED_DEG if data.set.baseline else 0.0
    if math.isnan(by_height):
        return Reading(by_angle, math.hypot(_LOCKOUT_ALONE_DEG, carried), top.time_s, at_least=not whole)
    unsure = max(best - most_offset_deg, -best, 0.0) / 2
    uncertainty = math.hypot(
        _LOCKOUT_ERROR_DEG, _LOCKOUT_DISAGREEMENT * (by_angle - by_height), unsure, carried
    )
    return Reading((by_angle + by_height) / 2, uncertainty, top.time_s, at_least=not whole)


def _unarched(data: RepData) -> Only:
    """Return which repetitions may show the person's own best lockout: those without an arched back."""
    bends = data.usual("back_bend_deg", Phase.TOP, from_start=True)
    most = float(bends.min()) + _ARCHED_DEG if len(bends) else math.inf
    return "unarched", lambda one: not one.change("back_bend_deg", Phase.TOP) > most


# Tilt of the pelvis in a bridge or thrust, by the bar that lies on it or the hands that rest there.
#
# From the foot end the hip landmarks sit on the thighs and tell nothing (rendered clips: 18 deg of tilt
# showed as -5). The line of a bar in the picture tells its roll to within 1 deg, obliquely too
# (`formcheck.vision.barbell`). The line between the wrists may do so too from the foot end, but hands are
# often lost there behind knee and shoe.

HANDS_GAIN, HANDS_ERROR_DEG = 1.2, 6.0
"""Tilt of the pelvis for a degree of tilt of the line between the hands, and its error (rendered clips)."""
BAR_GAIN, BAR_GAIN_ERROR = 1.7, 0.3
"""The same for a bar. On a pad, and held by both hands, it follows the pelvis only in part: a degree of it
stands for about 1.2 (a stiff pad) to 1.8 (as rendered)."""
YAW_ERROR_DEG = 8.0
"""How well the camera's place round the body is known."""

_BAR_TOP = 0.7  # share of its highest that a bar reaches in what is taken for the top
_BAR_RISES = 0.5  # share of the hips' rise that a bar on them makes at least; the edge of a bench stays
_MOST_HANDS_DEG, _MOST_HIPS_DEG = 35.0, 40.0


def pelvis_tilt(data: RepData) -> Reading:
    """Tilt of the pelvis at the top against the start, by the bar that lies on it or by the hands.

    Degrees, + = working side higher.
    """
    bar = _by_bar(data)
    if not math.isnan(bar.value) or data.look.view is not View.FOOT_END:
        return bar
    hands = data.read("hands_slope_deg", Phase.TOP, "median", from_start=True)
    if math.isnan(hands.value):
        return hands
    hips = data.change("pelvis_roll_deg", Phase.TOP)
    if not (abs(hands.value) < _MOST_HANDS_DEG and abs(hips) < _MOST_HIPS_DEG):
        return Reading.none("the landmarks of hips and hands contradict each other")
    return Reading(
        HANDS_GAIN * hands.value,
        math.hypot(HANDS_GAIN * hands.uncertainty, HANDS_ERROR_DEG),
        hands.time_s,
        "by the line between your hands",
    )


def _by_bar(data: RepData) -> Reading:
    """Take the bar's roll for the pelvis', as sure as the camera's place is known.

    A level bar that rises seems to roll, the more so the further the camera stands off the foot end. What the
    measure takes out for that is as uncertain as the yaw.
    """
    bar = data.read("bar_roll_deg", Phase.TOP, "median", from_start=True)
    rise_pct = data.change("bar_height_pct", Phase.TOP)
    if math.isnan(bar.value) or not rise_pct > _BAR_RISES * data.change("hip_height_pct", Phase.TOP):
        return Reading.none("no bar was seen on your hips", "Film from the foot end, hands on the hips.")
    heights = data.set.values("bar_height_pct")[data.set.frames(data.rep.start_s, data.rep.end_s)]
    highest_pct = float(np.nanpercentile(heights, 95)) - data.set.start_value("bar_height_pct")
    if rise_pct < _BAR_TOP * highest_pct:
        return Reading.none(
            "the bar was higher than where the top was taken to be", "Film from 1.2 to 1.5 m height."
        )
    size = data.set.body.track.size
    rise = rise_pct / 100.0 * data.look.scale_px / (FOCAL * max(size))
    off = math.radians(data.look.off_end_deg)
    yaw_error = math.radians(YAW_ERROR_DEG)
    error = math.hypot(bar.uncertainty, math.degrees(rise * yaw_error / max(math.cos(off), 0.3)))
    return Reading(
        BAR_GAIN * bar.value,
        math.hypot(BAR_GAIN * error, BAR_GAIN_ERROR * bar.value),
        bar.time_s,
        "by the bar",
    )
