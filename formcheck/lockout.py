"""How far the hips stay below the line from shoulder to knee, face up, at the top of a repetition.

The hip landmark sits off the joint by 7 +- 5 deg of hip extension over bodies, steadily within a set: the
person's own best lockout tells by how much. Two witnesses are fused against it:

- the angle at the hip, and
- the height of the hips above the shoulders. A drop of 1 % of the trunk length turns the trunk by 0.57 deg
  and the thigh (0.85 trunks) by 0.67 deg: 1.2 deg in all (fitted on rendered clips: 1.1 to 1.3). It scatters
  by 2.1 deg from the side and 1.4 deg obliquely, the angle by 2.9 and 7.5 deg.

A whole set may stay short. A best lockout that landmarks see straight is none that stays short by 15 deg; one
below may be, and one far below is: then the usual offset is taken for this body's.

An arched back lifts the hips as well: a repetition whose outline says so is no one's best lockout.
"""

from __future__ import annotations

import math

import numpy as np

from .reading import Reading
from .reps import Phase
from .setdata import Only, RepData

MOST_OFFSET_DEG, MOST_OFFSET_FLOOR_DEG = 8.0, 13.0
"""How far the hip's landmark is off at most: on a bench, and lying on the floor (11 +- 4 deg there)."""

_DEG_PER_PCT = 1.2
_ERROR_DEG = 3.5
_ALONE_DEG = 5.5  # the angle without the height
_CARRIED_DEG = 3.0  # error of a baseline from another clip, as for the lumbar curve
_DISAGREEMENT = 0.5
_SURE_DEG = -0.25  # best lockout as landmarks see it, straight: from here on no rendered set was short
_SHORT_DEG, _SHORTER_DEG = -3.0, -7.0  # below the one no lockout is whole, however landmarks lie
_OFFSET_DEG, _OFFSET_ERROR_DEG = 7.0, 5.0  # of the hip's landmark over bodies
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
    short = float(np.interp(best, (_SHORTER_DEG, _SHORT_DEG), (1.0, 0.0))) if math.isfinite(best) else 0.0
    offset += _OFFSET_DEG * short
    by_angle = top.value - offset
    whole = data.set.baseline is not None or best >= _SURE_DEG
    if not data.comparable:
        return Reading(
            by_angle, math.hypot(top.uncertainty, _OFFSET_ERROR_DEG * short), top.time_s, at_least=not whole
        )
    height = data.read("hip_height_pct", Phase.TOP, "median", from_start=False)
    by_height = best - offset + _DEG_PER_PCT * (height.value - data.best_top("hip_height_pct", only))
    carried = _CARRIED_DEG if data.set.baseline else 0.0
    if math.isnan(by_height):
        return Reading(by_angle, math.hypot(_ALONE_DEG, carried), top.time_s, at_least=not whole)
    unsure = max((best - most_offset_deg) / 2, min(max(-best, 0.0) / 2, _OFFSET_ERROR_DEG), 0.0)
    uncertainty = math.hypot(_ERROR_DEG, _DISAGREEMENT * (by_angle - by_height), unsure, carried)
    return Reading((by_angle + by_height) / 2, uncertainty, top.time_s, at_least=not whole)


def _unarched(data: RepData) -> Only:
    """Return which repetitions may show the person's own best lockout: those without an arched back."""
    bends = data.usual("back_bend_deg", Phase.TOP, from_start=True)
    most = float(bends.min()) + _ARCHED_DEG if len(bends) else math.inf
    return "unarched", lambda one: not one.change("back_bend_deg", Phase.TOP) > most
