"""Lumbar arching, from what a camera can see of it.

The body model has no point on the spine, so two independent witnesses are fused:

- the outline of the back hollows (`back_bend_deg`, change from the person's own start), and
- the hips seem to extend further than they did in the person's other reps (or in their baseline's), or
  than hips can.

Face up the second is compared with the person's own other repetitions, and who arches in one may arch in
all. So there a flat back is only believed where something independent of the others says so too
(`_by_itself_deg`), or a baseline: else what is read is the least that it can be.

Both are scaled to degrees of lumbar extension by regression on rendered clips with known lumbar angles.
Where they disagree the uncertainty grows by 0.6 of the disagreement: a high but braced kick moves only the
second, a shirt or the bench only the first, and neither becomes a fault.
"""

from __future__ import annotations

import math

import numpy as np

from .pose import Floats, View
from .reading import Reading
from .reps import Phase
from .setdata import Only, RepData

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
