"""The bar seen by a plate on its near end: where it is, and which landmarks it puts right.

The centre of the plate (`Pose.disc_px`) is the near end of the bar, which lies in the crease of the hips. It
is nearer to the camera than the body, so it seems to move further: by the ratio of the distances, which the
size of the trunk in the picture tells with the usual focal length (`Scale`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from formcheck.poses.geometry import FOCAL, finite_median, median
from formcheck.poses.pose import HIPS, SHOULDERS, Floats, Landmark, Side, View
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import Look

TRUNK_M = 0.50
"""Shoulder to hip of an adult: 0.288 of the height (Winter, Biomechanics and Motor Control of Human Movement,
table 4.1), for 1.73 m; 6 % more or less over adults."""
BAR_HALF_M = 0.70
"""From the middle of the bar to the face of the plate on its near end: an Olympic bar's sleeve begins 0.655 m
from the middle. Short bars have 0.5."""
HIP_BELOW_BAR = 0.31
"""Trunk lengths from the bar to the hip joint, square to the trunk: half the depth of the pelvis, the pad and
half the bar."""

_LEAST_SHARE = 0.36  # of the rim, the median: less is a round thing that is no plate (see `Disc.share`)
_LEAST_SEEN = 0.7  # of the frames between the first and the last in which it is seen
_LEAST_S = 1.0
_STILL, _MOVES = 0.04, 0.12  # trunk lengths: a plate that keeps so still while the hips rise is not on them
_KNEE_TO_ANKLE = 0.82  # trunk lengths
_LEGS = (Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE, Landmark.LEFT_HEEL, Landmark.LEFT_FOOT_INDEX)
_PLANTED = 0.1  # trunk lengths: a foot so much lower than the other one is the planted one


@dataclass(frozen=True)
class Bar:
    """The near end of the bar over T frames.

    Attributes:
        end_px: (T, 2) centre of the plate; NaN where it is not seen.
        radius_px: Its radius.
        error_px: (T,) standard error of the centre.
        nearer: Distance of the plate from the camera over that of the body's middle, below 1.
        trunk_px: Length of the trunk, from the side.
    """

    end_px: Floats
    radius_px: float
    error_px: Floats
    nearer: float
    trunk_px: float

    @property
    def rise_pct(self) -> Floats:
        """(T,) height of the bar over the middle of the picture, in percent of the trunk's length."""
        rise: Floats = -100.0 * self.nearer * self.end_px[:, 1] / self.trunk_px
        return rise


def bar_of(track: Track, look: Look) -> Bar | None:
    """Return the bar whose plate was followed, where it lies on somebody face up; otherwise None."""
    disc = track.disc_px
    if disc is None or look.prone or not look.scale_px > 0.0:
        return None
    seen = np.flatnonzero(np.isfinite(disc[:, 0]))
    if not len(seen) or track.time_s[seen[-1]] - track.time_s[seen[0]] < _LEAST_S:
        return None
    between = slice(int(seen[0]), int(seen[-1]) + 1)
    if median(disc[seen, 5]) < _LEAST_SHARE or len(seen) < _LEAST_SEEN * (between.stop - between.start):
        return None
    if _stands_still(track, disc, look):
        return None
    away_m = FOCAL * max(track.size) * TRUNK_M / look.scale_px
    nearer = 1.0 - BAR_HALF_M * float(np.cos(np.radians(look.yaw_deg))) / away_m
    return Bar(disc[:, :2], median(disc[seen, 3]), disc[:, 4], max(nearer, 0.4), look.scale_px)


def _stands_still(track: Track, disc: Floats, look: Look) -> bool:
    """Whether a plate keeps its height while the hips rise and fall: it lies elsewhere."""
    hips = track.image_px[:, HIPS, 1].mean(axis=1)
    both = np.isfinite(hips) & np.isfinite(disc[:, 1])
    if not both.any():
        return True
    moved, by = (np.ptp(np.percentile(of[both], [5, 95])) / look.scale_px for of in (hips, disc[:, 1]))
    return bool(moved > _MOVES and by < _STILL)


def put_right(track: Track, working: Side, look: Look) -> Track:
    """Put the landmarks that a plate hides where the bar and the visible shin say they are, from the side.

    The hips take their height from the bar and keep their place along the body; a knee of the planted leg that
    the visible shin does not point to is put onto its line; the planted foot is the lower one.
    """
    bar = bar_of(track, look) if look.view is View.SIDE else None
    if bar is None:
        return track
    px, visibility = track.image_px.copy(), track.visibility.copy()
    known = np.flatnonzero(np.isfinite(bar.end_px[:, 0]) & np.isfinite(px[:, HIPS[0], 0]))
    _told_apart(px, visibility, known, working, look.scale_px)
    _hips(px, visibility, known, bar, track.size)
    if track.shin_px is not None:
        _knee(px, visibility, track.shin_px, working, look)
    return replace(track, image_px=px, visibility=visibility)


def _told_apart(px: Floats, visibility: Floats, rows: np.ndarray, working: Side, trunk: float) -> None:
    """Exchange the legs where the lower foot is not that of the working leg."""
    lower = (
        px[:, Landmark.LEFT_ANKLE + working.offset, 1] - px[:, Landmark.LEFT_ANKLE + 1 - working.offset, 1]
    )
    wrong = rows[lower[rows] < -_PLANTED * trunk]
    for left in _LEGS:
        both = [left, left + 1]
        px[np.ix_(wrong, both)] = px[np.ix_(wrong, both[::-1])]
        visibility[np.ix_(wrong, both)] = visibility[np.ix_(wrong, both[::-1])]


def _hips(px: Floats, visibility: Floats, rows: np.ndarray, bar: Bar, size: tuple[int, int]) -> None:
    """Put the hips below the bar."""
    middle = (np.array(size, dtype=np.float64) - 1) / 2
    over = middle + bar.nearer * (bar.end_px[rows] - middle)
    shoulder, hip = px[rows][:, SHOULDERS].mean(axis=1), px[rows][:, HIPS].mean(axis=1)
    along = hip[:, 0] - shoulder[:, 0]
    below = HIP_BELOW_BAR * bar.trunk_px
    level = np.clip(np.abs(along) / bar.trunk_px, 0.5, 1.0)  # cosine of the trunk's pitch
    height = over[:, 1] + below * level
    px[rows[:, None], HIPS, 1] = height[:, None]
    x = over[:, 0] + float(finite_median(hip[:, 0] - over[:, 0]))
    px[rows[:, None], HIPS, 0] = x[:, None]
    visibility[rows[:, None], HIPS] = 1.0


def _knee(px: Floats, visibility: Floats, shin_px: Floats, working: Side, look: Look) -> None:
    """Put the planted knee onto the line of the visible shin."""
    knee, ankle = (left + working.offset for left in (Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE))
    rows = np.flatnonzero(np.isfinite(shin_px[:, 0, 0]) & np.isfinite(px[:, ankle, 0]))
    up = shin_px[rows, 1] - shin_px[rows, 0]
    up /= np.hypot(*up.T)[:, None]
    length = np.maximum(px[rows, ankle, 1] - px[rows, knee, 1], 0.5 * _KNEE_TO_ANKLE * look.scale_px)
    px[rows, knee] = px[rows, ankle] + up * (length / np.maximum(-up[:, 1], 0.3))[:, None]
    visibility[rows, knee] = 1.0
