"""How far the hips stay below the line from shoulder to knee, face up, at the top of a repetition.

The hip landmark sits off the joint by 7 +- 5 deg of hip extension over bodies, steadily within a set: the
person's own best lockout shows by how much. Two measurements are compared with it and combined:

- the angle at the hip, and
- the height of the hips above the shoulders. A drop of 1 % of the trunk length turns the trunk by 0.57 deg
  and the thigh (0.85 trunks) by 0.67 deg: 1.2 deg in all (fitted on rendered clips: 1.1 to 1.3). It
  scatters by 2.1 deg from the side and 1.4 deg obliquely, the angle by 2.9 and 7.5 deg.

Two witnesses tell of a repetition by itself: the angle at the hip, less what its landmark usually is off, and
from the side an estimate learned from rendered people (`measures.arching`). All repetitions of a set may stay
short. If the landmarks show the best lockout as straight, and a fault was not learned of all of them, it is
not short by 15 deg. Else the value read is a lower bound, and what shows no fault in it is judged by itself.

Beside a plate the hips are where the bar says, and the errors of the witnesses are nearly independent. Both
are steady within a set, so what they say of each repetition is carried over to the others by the height of
the bar, and joined. Where the two are further apart than twice both errors, or nobody that was learned from
looks like this, the landmarks are lost, and neither counts. What no witness but the learned one tells may
show a short lockout, but no full one: it knows no real people.

An arched back lifts the hips as well. A repetition whose outline shows one is never the best lockout.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np

from formcheck.exercises.readings import CARRIED_DEG
from formcheck.measures.arching import Estimate
from formcheck.measures.reading import NOTHING_BEFORE, REMEDY, Reading
from formcheck.poses.geometry import finite_median
from formcheck.poses.pose import Floats, View
from formcheck.reps.rep_data import Only, RepData
from formcheck.reps.segmentation import Phase, Rep

MOST_OFFSET_DEG, MOST_OFFSET_FLOOR_DEG = 8.0, 13.0
"""How far the hip's landmark is off at most: on a bench, and lying on the floor (11 +- 4 deg there)."""

_DEG_PER_PCT = 1.2
_LOCKOUT_ERROR_DEG = 3.5
_LOCKOUT_ALONE_DEG = 5.5  # the angle without the height
_LOCKOUT_DISAGREEMENT = 0.5
_SURE_DEG = -0.25  # best lockout that landmarks show: from here on 1 of 16 sets short in all was
_SHORT_DEG = -15.0
"""A fault is short by this. Where every repetition may be one, as was learned, none is taken for full."""
_USUAL_SHARE = 0.85
"""Of that: how far the landmark usually is off from the side (7 +- 6 deg in 24 rendered thrusts, 11 +- 4 on
the floor)."""
_PLATED_ERROR_DEG = 9.0
"""Error of the extension where a plate hides the hips, which are then where the bar says (rendered sets)."""
_PLATED_SURE_DEG = 6.0  # best lockout beside a plate that is not short by 15 deg
_PLATED_OFFSET_DEG, _PLATED_SCATTER_DEG = 3.5, 8.0
"""By how much the hips look straighter there, and the error without that (191 repetitions of 76 rendered sets
whose plates were painted over)."""
_ALIKE_FREE, _ALIKE = 0.55, 0.28
"""Correlation of the errors of both witnesses, without a plate (49 rendered sets; stills: 0.3 to 0.4) and
beside one (the same 76 sets)."""
_MOST_APART = 1.2
"""Distance from what was learned, beyond which landmarks beside a plate are lost in part: both witnesses are
then off by twice as much, and alike (23 repetitions of 17 rendered sets: 8 and 13 deg; a real one 20)."""
_ITS_OWN_DEG = 2.5  # error of a repetition that others of the set do not share (the same sets)
_APART = 0.25  # share of the difference between the two that counts as error
_CARRIED_BY_BAR_DEG = 2.0
"""Error of what the bar's height carries from one repetition to another (the same sets)."""
_BY_BOTH = "by the bar, and as learned from rendered people"
_BY_HIPS_TOO = "by itself, where a hip usually is, and as learned from rendered people"
_LOST = Reading.none(
    "the plate hides too much of you to tell where your hips are", REMEDY, change=NOTHING_BEFORE
)
_ARCHED_DEG = 12.0  # of outline above the person's straightest: 20 deg of lumbar extension


def lockout_shortfall(data: RepData, most_offset_deg: float = MOST_OFFSET_DEG) -> Reading:
    """Read how far the hips stay below the person's own lockout at the top, degrees, - = below.

    The person's best repetition sets the lockout, but only up to where the straight line can be.

    Args:
        data: The repetition.
        most_offset_deg: Largest error of the hip landmark. Extension beyond it in the best lockout may be
            arching.
    """
    top = _extension(data)
    plated = data.set.put_right
    if math.isnan(top.value):
        return _beside_a_plate(data, top) if plated else top
    only = _unarched(data)
    best = data.best_top("hip_extension_deg", only)
    least = -_PLATED_ERROR_DEG if plated else 0.0
    offset = min(max(best, least), most_offset_deg) if math.isfinite(best) else 0.0
    by_angle = top.value - offset
    whole = data.set.baseline is not None or best >= (_PLATED_SURE_DEG if plated else _SURE_DEG)
    against = _below_best_bar_deg(data, only) if plated else math.nan
    if math.isfinite(against):
        reading = Reading(max(best - offset, 0.0) + against, _LOCKOUT_ERROR_DEG, top.time_s)
    else:
        reading = _against_best(data, top, by_angle, (best, offset, most_offset_deg), only)
    if whole and (plated or not _doubted(data)):
        return reading
    alone = _beside_a_plate(data, top) if plated else _alone(data, top, most_offset_deg)
    return replace(reading, at_least=True, alone=alone)


def _extension(data: RepData) -> Reading:
    return data.read("hip_extension_deg", Phase.TOP, "median", from_start=False)


def _alone(data: RepData, top: Reading, most_offset_deg: float) -> Reading:
    """Read the lockout of one repetition by itself, by its hips and by what was learned.

    Hips are off by as much as they usually are.
    """
    usual_deg = most_offset_deg * (_USUAL_SHARE if data.look.view is View.SIDE else 0.5)
    turned = max(math.cos(math.radians(data.look.yaw_deg)), 0.5)
    error = math.hypot(_LOCKOUT_ALONE_DEG / turned, most_offset_deg / 2, top.by_leg)
    by_hips = top.value - usual_deg, error
    learned = data.set.learned(data.rep).lockout
    if not math.isfinite(learned.error_deg):
        return Reading(*by_hips, top.time_s, "by itself, where a hip usually is")
    return Reading(*_joined(learned, by_hips, _ALIKE_FREE), top.time_s, _BY_HIPS_TOO)


def _doubted(data: RepData) -> bool:
    """Whether all repetitions of a set may be short by a fault, as was learned, whatever their hips show."""
    if data.set.baseline is not None:
        return False

    def least_deg(rep: Rep) -> float:
        learned = data.set.learned(rep).lockout
        return learned.value_deg - learned.error_deg  # not finite where there is no estimate

    least = data.set.trait("lockout least", least_deg)
    known = least[np.isfinite(least)]
    return bool(len(known) and (known < _SHORT_DEG).all())


def _joined(learned: Estimate, by_hips: tuple[float, float], alike: float) -> tuple[float, float]:
    """Return value and error of both witnesses of one repetition, each weighed by its error.

    Args:
        learned: What was learned.
        by_hips: What the angle at the hip tells, and its error.
        alike: Correlation of the two errors.
    """
    value, other = by_hips
    one = learned.error_deg
    share = other**2 / (one**2 + other**2)
    parts = share * one, (1.0 - share) * other
    error = math.sqrt(parts[0] ** 2 + parts[1] ** 2 + 2.0 * alike * parts[0] * parts[1])
    joined = share * learned.value_deg + (1.0 - share) * value
    return joined, math.hypot(error, _APART * abs(learned.value_deg - value))


class _Shown(NamedTuple):
    """What one repetition beside a plate shows of its lockout by itself.

    Attributes:
        value_deg: - = short; NaN where the landmarks are lost.
        error_deg: Its standard error.
        by_bar: Whether the bar, the shoulders and the knee tell it, not only what was learned.
        height_pct: Height of the bar, of the trunk's length; NaN where the camera moved.
    """

    value_deg: float
    error_deg: float
    by_bar: float
    height_pct: float


def _beside_a_plate(data: RepData, top: Reading) -> Reading:
    """Read the lockout by what all repetitions of the set show, carried over by the height of the bar.

    Most of a person's error is the same in each, and only the rest averages out.

    Args:
        data: The repetition.
        top: The extension of its hips, or why it cannot be seen.
    """
    own = _shown(data)
    rows = _of_set(data, own)
    rows = rows[:, np.isfinite(rows[0]) & np.isfinite(rows[3])]
    if not rows.size or math.isnan(own.height_pct):
        rows = np.array(own)[:, None]
    values, errors, by_bar, heights = rows
    if not np.isfinite(values).any():
        return _LOST if math.isfinite(top.value) else top
    moved = np.nan_to_num(_DEG_PER_PCT * (own.height_pct - heights))
    weights = errors**-2
    value = float(np.average(values + moved, weights=weights))
    own_part = _ITS_OWN_DEG**2 * (1.0 - 1.0 / len(values))
    carried = _CARRIED_BY_BAR_DEG if len(values) > 1 else 0.0
    error = math.hypot(math.sqrt(1.0 / float(weights.mean()) - own_part), carried)
    time_s = (data.rep.lockout_s + data.rep.lower_s) / 2
    if not by_bar.any():
        return Reading(value, error, time_s, top.reason, top.remedy, at_least=True, change=top.change)
    return Reading(value, error, time_s, _BY_BOTH)


def _below_best_bar_deg(data: RepData, only: Only) -> float:
    """Return how far a lockout is below the best of the set, by the height of the bar: 0 or less, or NaN.

    With a baseline, or in one repetition alone, there is nothing to compare with.
    """
    if data.set.baseline is not None or len(data.set.reps) < 2:
        return math.nan
    _, counts = only
    heights = data.set.trait(
        "lockout best", lambda rep: _height_pct(one) if counts(one := replace(data, rep=rep)) else math.nan
    )
    heights = heights[np.isfinite(heights)]
    if not len(heights):
        return math.nan
    best = float(np.percentile(heights, 75, method="higher"))
    return min(_DEG_PER_PCT * (_height_pct(data) - best), 0.0)


def _of_set(data: RepData, own: _Shown) -> Floats:
    """Return (4, R) what each repetition of the set shows, and this one, as `_Shown` has it."""
    shown = cache(lambda rep: _shown(replace(data, rep=rep)))

    def of(name: str) -> Floats:
        return data.set.trait(f"lockout {name}", lambda rep: getattr(shown(rep), name))

    rows = np.array([of(name) for name in _Shown._fields])
    return rows if data.rep in data.set.reps else np.column_stack([rows, own])


def _height_pct(data: RepData) -> float:
    """Return the height of the bar at the top, of the trunk's length; NaN where the camera moved."""
    if data.set.bar is None or data.camera_moved:
        return math.nan
    return float(finite_median(data.set.bar.rise_pct[data.set.frames(*data.rep.window(Phase.TOP))]))


def _shown(data: RepData) -> _Shown:
    """Return what a repetition shows by itself: what the bar tells and what was learned, joined."""
    top, (_, learned, knee_on_rim) = _extension(data), data.set.learned(data.rep)
    height = _height_pct(data)
    by_bar = math.isfinite(top.value)
    if not (math.isfinite(learned.error_deg) and learned.apart <= _MOST_APART):
        return _Shown(math.nan, math.nan, by_bar, height)
    if not by_bar:
        return _Shown(learned.value_deg, learned.error_deg, by_bar, height)
    by_bar_deg = top.value - _PLATED_OFFSET_DEG
    apart = abs(learned.value_deg - by_bar_deg)
    if apart > 2.0 * math.hypot(learned.error_deg, _PLATED_SCATTER_DEG):
        return _Shown(math.nan, math.nan, by_bar, height)
    if knee_on_rim:  # the angle at the hip tells next to nothing
        return _Shown(learned.value_deg, learned.error_deg, by_bar, height)
    return _Shown(*_joined(learned, (by_bar_deg, _PLATED_SCATTER_DEG), _ALIKE), by_bar, height)


def _against_best(
    data: RepData, top: Reading, by_angle: float, known: tuple[float, float, float], only: Only
) -> Reading:
    """Compare a lockout with the person's best one.

    Args:
        data: The repetition.
        top: Its hip extension.
        by_angle: That, less the offset of the hip's landmark.
        known: The best lockout, that offset, and the most that it can be.
        only: Which repetitions may be the best.
    """
    best, offset, most_offset_deg = known
    if not data.comparable:
        return Reading(by_angle, top.uncertainty, top.time_s)
    height = data.read("hip_height_pct", Phase.TOP, "median", from_start=False)
    by_height = best - offset + _DEG_PER_PCT * (height.value - data.best_top("hip_height_pct", only))
    by_leg = 0.0 if data.set.put_right else top.by_leg  # beside a plate the error below allows for it
    carried = math.hypot(CARRIED_DEG if data.set.baseline else 0.0, by_leg)
    if math.isnan(by_height):
        return Reading(by_angle, math.hypot(_LOCKOUT_ALONE_DEG, carried), top.time_s)
    unsure = max(best - most_offset_deg, min(offset, 0.0) - best, 0.0) / 2
    uncertainty = math.hypot(
        _LOCKOUT_ERROR_DEG, _LOCKOUT_DISAGREEMENT * (by_angle - by_height), unsure, carried
    )
    return Reading((by_angle + by_height) / 2, uncertainty, top.time_s)


def _unarched(data: RepData) -> Only:
    """Return a filter for repetitions without an arched back: only they may be the best lockout."""
    bends = data.usual("back_bend_deg", Phase.TOP, from_start=True)
    most = float(bends.min()) + _ARCHED_DEG if len(bends) else math.inf
    return "unarched", lambda one: not one.change("back_bend_deg", Phase.TOP) > most
