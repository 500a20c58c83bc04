"""The bar seen by a plate on its near end: where it is, and how far away.

The centre of the plate (`Pose.disc_px`) is the near end of the bar, which lies in the crease of the hips.
It is nearer to the camera than the body and so seems to move further: by the ratio of the distances. How far
away it is, its size tells with the usual focal length. How high the camera looks is told by the plate on the
far end, where it is seen: the line from plate to plate leads to where the bar would meet the horizon.
Otherwise it is not known: the bar tells how the hips move, and the landmarks at the top where they are on the
whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from formcheck.poses.geometry import FOCAL, finite_median
from formcheck.poses.pose import HIPS, Floats, View
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import Look

TRUNK_M = 0.50
"""Shoulder to hip of an adult: 0.288 of the height (Winter, Biomechanics and Motor Control of Human Movement,
table 4.1), for 1.73 m; 6 % more or less over adults."""
BAR_HALF_M = 0.65
"""From the middle of the bar to the face of the plate on its near end: an Olympic bar's sleeve begins 0.655 m
from the middle, a plate is 0.03 to 0.09 thick; short bars have 0.5. So it is known to 0.1 m."""

LEAST_SHARE = 0.36
"""Share of the rim that is seen of a plate, less clutter, the median over a set: other round things show less
(rendered and real bodies without a plate: below 0.33)."""
CLEAR_SHARE, MOVING_SHARE = 0.45, 0.3
"""The same of a circle that is a plate beyond doubt where it rises and falls by itself, and of one that may
be less clear as it rises and falls as the hips do."""

_FEWEST_FAR = 3  # times that the far plate was seen
_MOST_SPREAD = 0.25  # trunk lengths: a horizon that is further from one time to the next is none
_LEAST_SEEN = 0.7  # of the frames between the first and the last in which it is seen
_LEAST_S = 1.0
_OFF = 0.6  # trunk lengths: how far from the hips a plate on their bar seems to be, from the side
_MOVES, _TOGETHER = 0.12, 0.5  # trunk lengths that hips move at least, and correlation of the plate's height
_ITSELF, _AS_ONE = 0.25, 0.9  # trunk lengths that a plate moves, and a correlation, that leave no doubt
_FAR_OFF = 0.8  # of a clear plate: it hides the hips, and their landmarks may be anywhere
_LARGE_M, _SMALL_M = 0.21, 0.15  # radius of plates of 38 to 45 cm; one that seems smaller is none
_UNLIKE = 1.7
_OBLIQUE_SEEN, _OBLIQUE_TOGETHER = 0.4, 0.6
"""Share of the frames and correlation with the hips, obliquely: 0.42 to 0.91 and 0.63 to 0.91 in 8 of 11
rendered sets with plates, 0.06 to 0.31 and -0.75 to 1 in 7 without and in real ones."""


@dataclass(frozen=True)
class Bar:
    """The near end of the bar over T frames.

    Attributes:
        end_px: (T, 2) centre of the plate; NaN where it is not seen.
        radius_px: Its radius.
        error_px: (T,) standard error of the centre.
        nearer: Distance of the plate from the camera over that of the body's middle, below 1.
        trunk_px: Length of the trunk, from the side.
        radius_m: The plate's radius as the size of the trunk tells it, to a quarter.
        horizon_px: Row of the picture at the camera's height, NaN where the far plate was not seen.
    """

    end_px: Floats
    radius_px: float
    error_px: Floats
    nearer: float
    trunk_px: float
    radius_m: float
    horizon_px: float = float("nan")

    def over_hips_px(self, size: tuple[int, int]) -> Floats:
        """Return (T, 2) the middle of the bar, over the hips, in a picture of some width and height."""
        middle = (np.array(size) - 1.0) / 2.0
        if np.isfinite(self.horizon_px):
            middle[1] = self.horizon_px
        over: Floats = middle + self.nearer * (self.end_px - middle)
        return over

    def fits(self, plate_mm: float) -> bool:
        """Whether the plate may have a diameter; if not, a hub or another round thing is followed."""
        return 1.0 / _UNLIKE < 2000.0 * self.radius_m / plate_mm < _UNLIKE

    @property
    def rise_pct(self) -> Floats:
        """(T,) height of the bar over the middle of the picture, in percent of the trunk's length."""
        rise: Floats = -100.0 * self.nearer * self.end_px[:, 1] / self.trunk_px
        return rise


def bar_of(track: Track, look: Look) -> Bar | None:
    """Return the bar whose plate was followed, where it lies on somebody face up; otherwise None."""
    disc, rim = track.disc_px, track.rim
    if disc is None or rim is None or look.prone or not look.scale_px > 0.0:
        return None
    end_px = disc[:, 0]
    seen = np.flatnonzero(np.isfinite(end_px[:, 0]))
    if not len(seen) or track.time_s[seen[-1]] - track.time_s[seen[0]] < _LEAST_S:
        return None
    between = slice(int(seen[0]), int(seen[-1]) + 1)
    if len(seen) < _LEAST_SEEN * (between.stop - between.start):
        return None
    if not _on_the_hips(track, end_px, look, float(finite_median(rim[seen, 3]))):
        return None
    radius = float(finite_median(rim[seen, 1]))
    nearer, radius_m = _distance(radius, track.size, look)
    horizon_px = _horizon_px(track, end_px, nearer, look)
    return Bar(end_px, radius, rim[:, 2], nearer, look.scale_px, radius_m, horizon_px)


def _horizon_px(track: Track, end_px: Floats, nearer: float, look: Look) -> float:
    """Return the row in which the line from plate to plate ends, or NaN."""
    if track.far_px is None or look.view is not View.SIDE:
        return float("nan")
    # The far plate is as far behind the body as the near one is before it.
    smaller = nearer / (2.0 - nearer)
    rows = end_px[:, 1] + (track.far_px[:, 0, 1] - end_px[:, 1]) / (1.0 - smaller)
    rows = rows[np.isfinite(rows)]
    if len(rows) < _FEWEST_FAR:
        return float("nan")
    row = float(np.median(rows))
    spread = float(np.median(np.abs(rows - row)))
    return row if spread < _MOST_SPREAD * look.scale_px else float("nan")


def _distance(radius_px: float, size: tuple[int, int], look: Look) -> tuple[float, float]:
    """Return the distance of a plate over that of the body's middle, and its radius in metres."""
    focal_px = FOCAL * max(size)
    behind_m = BAR_HALF_M * float(np.cos(np.radians(look.yaw_deg)))
    radius_m = radius_px / focal_px * (focal_px * TRUNK_M / look.scale_px - behind_m)  # by the trunk's size
    away_m = (_LARGE_M if radius_m > _SMALL_M else max(radius_m, 0.1)) * focal_px / radius_px
    return away_m / (away_m + behind_m), radius_m


def _on_the_hips(track: Track, end_px: Floats, look: Look, share: float) -> bool:
    """Whether a circle is a plate on the hips: it is over them, and rises and falls as they do.

    The landmarks of hips behind a large plate may be anywhere. So a clear circle near them that rises and
    falls counts whatever they do: nothing else there does so.
    """
    hips = track.image_px[:, HIPS].mean(axis=1)
    both = np.isfinite(hips[:, 0]) & np.isfinite(end_px[:, 0])
    if not both.any():
        return False
    hips, plate = hips[both] / look.scale_px, end_px[both] / look.scale_px
    plate_moves, hips_move = (_height_range(joint) for joint in (plate, hips))
    aside = look.view is View.SIDE
    off = float(np.hypot(*np.median(plate - hips, axis=0))) if aside else 0.0
    if aside and share >= CLEAR_SHARE and plate_moves >= _ITSELF:
        return off <= _FAR_OFF
    if share < MOVING_SHARE or off > _OFF:
        return False
    if hips_move < _MOVES:
        return share >= LEAST_SHARE
    together = float(np.corrcoef(hips[:, 1], plate[:, 1])[0, 1]) if plate_moves >= 0.5 * _MOVES else 0.0
    sure = plate_moves >= _ITSELF and together > _AS_ONE
    return together > _TOGETHER and (share >= LEAST_SHARE or sure)


def plates_off_the_side(track: Track, look: Look) -> bool:
    """Whether plates are on a bar that rises with the hips of somebody seen obliquely, face up.

    The near one then stands before the near shoulder. Either of them may be the one that was followed, less
    clearly and less steadily than from the side.
    """
    if track.disc_px is None or track.rim is None or look.prone or look.view is View.SIDE:
        return False
    hips, plate = track.image_px[:, HIPS].mean(axis=1), track.disc_px[:, 0]
    both = np.isfinite(hips[:, 0]) & np.isfinite(plate[:, 0])
    if both.mean() < _OBLIQUE_SEEN or float(np.median(track.rim[both, 3])) < MOVING_SHARE:
        return False
    if _height_range(plate[both] / look.scale_px) < _MOVES:
        return False
    return float(np.corrcoef(hips[both, 1], plate[both, 1])[0, 1]) > _OBLIQUE_TOGETHER


def _height_range(px: Floats) -> float:
    """Return by how much (N, 2) places go up and down, but for the outermost twentieths."""
    return float(np.ptp(np.percentile(px[:, 1], [5, 95])))


def shin_seen(track: Track, part: slice) -> float:
    """Return the share of some frames in which the shin is seen below a plate."""
    return 0.0 if track.shin_px is None else float(np.isfinite(track.shin_px[part, 0, 0]).mean())
