"""How far and how fast the load rises in a repetition.

A plate of known diameter is a scale where it is: the rise and the speed of the bar come in metres. Without
one they come in lengths of the person's own trunk, by the plate of unknown size, or by the hips.

The mean speed is that of the middle 80 % of the rise. So it does not depend on where a slow start or a slow
lockout is said to begin and end, and repetitions of one set can be compared.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from formcheck.errors import UsageError
from formcheck.poses.both_plates import height_in_radii, over_hips_px
from formcheck.poses.pose import Floats
from formcheck.reps.rep_data import RepData, SetData

SIGNAL = "hip_height_pct"
"""Exercises whose signal it is lift what lies on the hips."""
PLATES_MM = 150.0, 520.0
"""Diameters that plates have; an Olympic one has 450."""

_SLOW_PART = 0.1  # of the rise, at either end
_AROUND_S = 0.25  # before and after the lift, where the bar is looked at
_SCALE_ERROR = 0.02  # of a plate's radius in the picture (rendered plates: 0.01)
_TRUNK_ERROR = 0.08  # of the trunk's length, and of how much nearer the plate is
_PLACE_ERROR = 0.05  # of the radius: what hands and background do to the rim (rendered plates)
_TIME_SHARE = 0.4  # of a frame: standard error of a crossing, interpolated between two
_ROUNDED = 0.04  # of a peak that smoothing takes away
_ALIKE = 0.75  # of the highest rise; two rises of a plate are told apart to about a tenth
_HIPS_ERROR = 0.04  # trunk lengths: error of how far the hips' landmarks rise


class Value(NamedTuple):
    """A value and its standard uncertainty."""

    value: float
    uncertainty: float


@dataclass(frozen=True, slots=True)
class Lift:
    """One way up.

    Attributes:
        by: What was followed.
        metric: Whether lengths are metres; otherwise they are trunk lengths.
        rise: Length.
        mean: Speed over the middle 80 % of the rise, length a second.
        peak: Highest speed.
        scatter: Standard error of `mean` without that of the scale, which all repetitions share.
    """

    by: Literal["plate", "hips"]
    metric: bool
    rise: Value
    mean: Value
    peak: Value
    scatter: float


def checked_plate(diameter_mm: float | None) -> float | None:
    """Return a plate's diameter.

    Raises:
        UsageError: If no plate has it.
    """
    if diameter_mm is not None and not PLATES_MM[0] <= diameter_mm <= PLATES_MM[1]:
        low, high = PLATES_MM
        raise UsageError(
            f"no plate is {diameter_mm:g} mm across: say {low:.0f} to {high:.0f}, such as --plate 450"
        )
    return diameter_mm


def lift(data: RepData, plate_mm: float | None = None) -> Lift | None:
    """Read the way up of one repetition.

    Args:
        data: The repetition.
        plate_mm: Diameter of the plate, if it is known.

    Returns:
        None where neither a plate nor the hips were seen all the way.
    """
    bar = data.set.bar
    if plate_mm is not None and bar is not None and not bar.fits(plate_mm):
        plate_mm = None
    height = _height(data.set, plate_mm)
    part = data.set.frames(data.rep.start_s - _AROUND_S, data.rep.lockout_s + _AROUND_S)
    time_s, y = data.set.body.track.time_s[part], height[part]
    known = np.isfinite(y)
    if known.sum() < 4 or known.mean() < 0.8:
        return None
    time_s, y = time_s[known], y[known]
    rise = float(y.max() - y[: int(np.argmax(y)) + 1].min())
    up_s = _middle_s(time_s, y, rise)
    if not (up_s > 0.0 and rise > 0.0):
        return None
    metric = bar is not None and plate_mm is not None
    scale = _SCALE_ERROR if metric else _TRUNK_ERROR
    step_s = data.set.body.track.step_s
    off = _place_error(data.set, part, plate_mm)
    mean = (1.0 - 2.0 * _SLOW_PART) * rise / up_s
    scatter = math.hypot(mean * math.sqrt(2.0) * _TIME_SHARE * step_s / up_s, math.sqrt(2.0) * off / up_s)
    peak = float(np.gradient(y, time_s).max())
    return Lift(
        "hips" if bar is None else "plate",
        metric,
        Value(rise, math.hypot(scale * rise, math.sqrt(2.0) * off)),
        Value(mean, math.hypot(scale * mean, scatter)),
        Value(peak, math.hypot(scale * peak, _ROUNDED * peak, scatter)),
        scatter,
    )


def speed_loss_pct(lifts: Sequence[Lift | None]) -> Value | None:
    """Return by how much the last of several lifts was slower than the fastest, percent.

    Lifts that stop well short of the highest have no speed to compare: as long over half the way is half as
    fast, without any loss. Where the last one does, there is no loss.

    Loss of mean speed over a set tells how near to failure it went (Sanchez-Medina and Gonzalez-Badillo,
    Medicine and Science in Sports and Exercise 43, 2011).
    """
    highest = max((one.rise.value for one in lifts if one is not None), default=0.0)
    known = [one for one in lifts if one is not None and one.rise.value >= _ALIKE * highest]
    if len(known) < 2 or lifts[-1] is not known[-1]:
        return None
    fastest, last = max(known, key=lambda one: one.mean.value), known[-1]
    share = last.mean.value / fastest.mean.value
    error = share * math.hypot(last.scatter / last.mean.value, fastest.scatter / fastest.mean.value)
    return Value(100.0 * (1.0 - share), 100.0 * error)


def _height(data: SetData, plate_mm: float | None) -> Floats:
    """Return (T,) heights of the load over any fixed place, in metres or trunk lengths."""
    if data.bar is None:
        return data.values(SIGNAL) / 100.0
    body, both = data.body, data.body.by_plates  # seen on both ends the bar is known in the middle
    if plate_mm is None:
        if both:
            return -over_hips_px(body.track, data.look.yaw_deg)[:, 1] / data.bar.trunk_px
        return data.bar.rise_pct / 100.0
    near: Floats = -data.bar.end_px[:, 1] / data.bar.radius_px
    radii = height_in_radii(body.track, data.look.yaw_deg) if both else near
    return radii * plate_mm / 2000.0


def _place_error(data: SetData, part: slice, plate_mm: float | None) -> float:
    """Return the standard error of one height."""
    if data.bar is None:
        return _HIPS_ERROR
    error_px = math.hypot(float(np.nanmedian(data.bar.error_px[part])), _PLACE_ERROR * data.bar.radius_px)
    if plate_mm is None:
        return error_px * data.bar.nearer / data.bar.trunk_px
    return error_px * plate_mm / 2000.0 / data.bar.radius_px


def _middle_s(time_s: Floats, y: Floats, rise: float) -> float:
    """Return how long the middle of a rise took."""
    top = int(np.argmax(y))
    up_y, up_s = y[: top + 1], time_s[: top + 1]
    low = float(up_y.min())
    ends = [_crossing_s(up_s, up_y, low + share * rise) for share in (_SLOW_PART, 1.0 - _SLOW_PART)]
    return ends[1] - ends[0]


def _crossing_s(time_s: Floats, y: Floats, level: float) -> float:
    """Return when a rise passes a level for the last time."""
    below = np.flatnonzero(y < level)
    at = int(below[-1]) if len(below) else 0
    if at + 1 >= len(y):
        return float(time_s[at])
    share = (level - y[at]) / (y[at + 1] - y[at])
    return float(time_s[at] + share * (time_s[at + 1] - time_s[at]))
