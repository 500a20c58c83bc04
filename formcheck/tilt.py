"""Tilt of the pelvis in a bridge or thrust, by the bar that lies on it or the hands that rest there.

From the foot end the hip landmarks sit on the thighs and tell nothing (rendered clips: 18 deg of tilt showed
as -5). The line of a bar in the picture tells its roll to within 1 deg, obliquely too (`formcheck.bar`). The
line between the wrists may do so too from the foot end, but hands are often lost there behind knee and shoe.
"""

from __future__ import annotations

import math

import numpy as np

from .pose import View
from .reading import Reading
from .reps import Phase
from .roll import FOCAL
from .setdata import RepData

HANDS_GAIN, HANDS_ERROR_DEG = 1.2, 6.0
"""Tilt of the pelvis for a degree of tilt of the line between the hands, and its error (rendered clips)."""
BAR_GAIN, BAR_GAIN_ERROR = 1.7, 0.3
"""The same for a bar. On a pad, and held by both hands, it follows the pelvis only in part: a degree of it
stands for about 1.2 (a stiff pad) to 1.8 (as rendered)."""
YAW_ERROR_DEG = 8.0
"""How well the camera's place round the body is known."""

_TOP = 0.7  # share of its highest that a bar reaches in what is taken for the top
_RISES = 0.5  # share of the hips' rise that a bar on them makes at least; the edge of a bench stays
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
    if math.isnan(bar.value) or not rise_pct > _RISES * data.change("hip_height_pct", Phase.TOP):
        return Reading.none("no bar was seen on your hips", "Film from the foot end, hands on the hips.")
    heights = data.set.values("bar_height_pct")[data.set.frames(data.rep.start_s, data.rep.end_s)]
    highest_pct = float(np.nanpercentile(heights, 95)) - data.set.start_value("bar_height_pct")
    if rise_pct < _TOP * highest_pct:
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
