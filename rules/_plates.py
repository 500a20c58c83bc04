"""What is seen of the legs of somebody on whose hips a bar with a followed plate lies, from the side.

The model draws joints that the plate hides onto it or beside it, now here and now there. So what tells is
looked for in the whole repetition and around it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from formcheck.rule import Floats, RepData, finite_median

_AROUND_S = 4.0  # before and after a repetition, in which feet beside a plate are looked for
_FEET_SEEN = 0.3  # share of the frames in which a foot is seen off the plate, to say what the legs do
_STANDS, _STEADY = 0.2, 0.6
"""Of the trunk: so far from its place a planted foot's landmark may be; and the share of the frames in which
it is there."""
_BENT_LEG = 1.0
"""Of the trunk: how far ahead of the bar a planted foot surely stands (rendered sets: 0.5 to 0.9; with a shin
that leans by 20 deg or more 1.0 to 1.2, as far as some legs that are held out)."""
_OVER_FLOOR = 0.4
"""Of the trunk: how far a planted ankle seems to be over the lowest rim of the plate, which is nearer
(rendered sets from low cameras: -0.5 to 0.4)."""
_BEYOND = 0.25  # of the trunk: how far a leg reaches beyond the other foot before its height counts
_REACH_SHARE, _LOWER_SHARE, _LOWEST_SHARE = 90.0, 75.0, 95.0
"""Percent of the frames: in a tenth a leg reaches so far, in a quarter the lower foot is so low, or the bar,
and in a twentieth the bar is lowest."""


@dataclass(frozen=True)
class PlateAround:
    """The plate and the feet in a repetition and around it, T frames.

    Attributes:
        data: The repetition.
        frames: (T,) their numbers in the set.
        bar_y: (T,) row of the plate's centre, pixels; NaN where it is not seen.
        lower_px: (T, 2) ankle of the lower foot, which is planted if it is seen; NaN where it is drawn onto
            the plate.
        other_px: (T, 2) the other one.
    """

    data: RepData
    frames: np.ndarray
    bar_y: Floats
    lower_px: Floats
    other_px: Floats

    @classmethod
    def of(cls, data: RepData) -> PlateAround | None:
        """Return what is seen, or None where no plate that hides joints is followed from the side."""
        bar, rep = data.set.bar, data.rep
        if bar is None or not data.set.put_right:
            return None
        part = data.set.frames(rep.start_s - _AROUND_S, rep.end_s + _AROUND_S)
        bar_y = bar.end_px[part, 1]
        if not np.isfinite(bar_y).any():
            return None
        feet = data.set.feet_off_the_plate[part]
        lower = np.argmax(np.nan_to_num(feet[..., 1], nan=-np.inf), axis=1)
        rows = np.arange(len(feet))
        return cls(data, rows + part.start, bar_y, feet[rows, lower], feet[rows, 1 - lower])

    @property
    def bar_low(self) -> np.ndarray:
        """(N,) the frames in which the bar is low."""
        low = np.nan_to_num(self.bar_y, nan=-np.inf) >= _percentile(self.bar_y, _LOWER_SHARE)
        return self.frames[low]

    @property
    def planted_y(self) -> float:
        """Row of the planted ankle: a plate that hides it before the lift shows it at the top."""
        return _percentile(self.lower_px[:, 1], _LOWER_SHARE)

    @property
    def feet_seen(self) -> bool:
        """Whether a foot is seen off the plate in enough frames."""
        return bool((np.isfinite(self.lower_px[:, 0]) & np.isfinite(self.bar_y)).mean() > _FEET_SEEN)

    @property
    def reach(self) -> float:
        """How far a leg reaches beyond the planted foot, in percent of the trunk.

        Landmarks that the plate draws to itself lie between the feet and the plate. None of them lies further
        from the head than planted feet, as a leg does that is held out: its height counts as well.
        """
        facing, trunk_px = self.data.look.facing, self.data.set.body.trunk_px
        ahead, up = ((self.other_px - self.lower_px) * np.array([facing, -1.0]) / trunk_px).T
        with np.errstate(invalid="ignore"):
            out = np.where(ahead > _BEYOND, np.hypot(ahead, up), np.maximum(ahead, 0.0))
        return 100.0 * float(np.percentile(np.nan_to_num(out), _REACH_SHARE))

    @property
    def foot_stands(self) -> bool:
        """Whether the lower foot is a planted one.

        It stays where it is, lower than the bar over the hips where that is lowest, and no further from the
        hips than a bent leg surely reaches, or on the floor: as low as the rim of the plate gets.
        """
        bar, body = self.data.set.bar, self.data.set.body
        seen = self.lower_px[np.isfinite(self.lower_px[:, 0])]
        if bar is None or not len(seen):
            return False
        place = np.median(seen, axis=0)
        still = np.hypot(*(seen - place).T) < _STANDS * body.trunk_px
        over_px = bar.over_hips_px(body.track.size)[self.frames]
        lowest_y = _percentile(over_px[:, 1], _LOWEST_SHARE)
        ahead = self.data.look.facing * (place[0] - finite_median(over_px)[0]) / body.trunk_px
        on_floor = place[1] > lowest_y + bar.radius_px - _OVER_FLOOR * body.trunk_px
        stands = place[1] > lowest_y and (ahead < _BENT_LEG or on_floor)
        return bool(stands and still.mean() > _STEADY)


def _percentile(values: Floats, percent: float) -> float:
    """Return a percentile of what is finite, or NaN."""
    known = values[np.isfinite(values)]
    return float(np.percentile(known, percent)) if len(known) else float("nan")
