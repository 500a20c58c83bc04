"""The bar seen by a plate on its near end: where it is, and which landmarks it puts right.

The centre of the plate (`Pose.disc_px`) is the near end of the bar, which lies in the crease of the hips.
It is nearer to the camera than the body and so seems to move further: by the ratio of the distances. How far
away it is, its size tells with the usual focal length. How high the camera looks is not known: the bar tells
how the hips move, and the landmarks at the top where they are on the whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from formcheck.poses.geometry import FOCAL, finite_median, rotate_px
from formcheck.poses.pose import HIPS, SHOULDERS, Floats, Landmark, View
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import Look

TRUNK_M = 0.50
"""Shoulder to hip of an adult: 0.288 of the height (Winter, Biomechanics and Motor Control of Human Movement,
table 4.1), for 1.73 m; 6 % more or less over adults."""
BAR_HALF_M = 0.65
"""From the middle of the bar to the face of the plate on its near end: an Olympic bar's sleeve begins 0.655 m
from the middle, a plate is 0.03 to 0.09 thick; short bars have 0.5. So it is known to 0.1 m."""
HIP_BELOW_BAR = 0.31
"""Trunk lengths from the bar to the hip joint, square to the trunk: half the depth of the pelvis, the pad and
half the bar."""

LEAST_SHARE = 0.36
"""Share of the rim that is seen of a plate, less clutter, the median over a set: other round things show less
(rendered and real bodies without a plate: below 0.33)."""

_LEAST_SEEN = 0.7  # of the frames between the first and the last in which it is seen
_LEAST_S = 1.0
_OFF = 0.6  # trunk lengths: how far from the hips a plate on their bar seems to be, from the side
_MOVES, _TOGETHER = 0.12, 0.5  # trunk lengths that hips move at least, and correlation of the plate's height
_LARGE_M, _SMALL_M = 0.21, 0.15  # radius of plates of 38 to 45 cm; one that seems smaller is none
HIDES_M = 0.12  # radius that hides hips: the smallest plate has 0.14, and the trunk tells it to a quarter
_UNLIKE = 1.7
_CALF_DEG = 3.5
"""The middle of a shin's outline leans so far with the calf (5 rendered sets: 1 to 5)."""
_HIGH = 80.0  # percentile of the bar's height: from here on it is at the top
_LEAST_SHIN = 0.4  # trunk lengths
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
        radius_m: The plate's radius as the size of the trunk tells it, to a quarter.
    """

    end_px: Floats
    radius_px: float
    error_px: Floats
    nearer: float
    trunk_px: float
    radius_m: float

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
    if finite_median(rim[seen, 3]) < LEAST_SHARE or len(seen) < _LEAST_SEEN * (between.stop - between.start):
        return None
    if not _with_the_hips(track, end_px, look):
        return None
    radius = float(finite_median(rim[seen, 1]))
    nearer, radius_m = _distance(radius, track.size, look)
    return Bar(end_px, radius, rim[:, 2], nearer, look.scale_px, radius_m)


def _distance(radius_px: float, size: tuple[int, int], look: Look) -> tuple[float, float]:
    """Return the distance of a plate over that of the body's middle, and its radius in metres."""
    focal_px = FOCAL * max(size)
    behind_m = BAR_HALF_M * float(np.cos(np.radians(look.yaw_deg)))
    radius_m = radius_px / focal_px * (focal_px * TRUNK_M / look.scale_px - behind_m)  # by the trunk's size
    away_m = (_LARGE_M if radius_m > _SMALL_M else max(radius_m, 0.1)) * focal_px / radius_px
    return away_m / (away_m + behind_m), radius_m


def _with_the_hips(track: Track, end_px: Floats, look: Look) -> bool:
    """Whether a plate is over the hips, and rises and falls as they do."""
    hips = track.image_px[:, HIPS].mean(axis=1)
    both = np.isfinite(hips[:, 0]) & np.isfinite(end_px[:, 0])
    if not both.any():
        return False
    hips, plate = hips[both] / look.scale_px, end_px[both] / look.scale_px
    if look.view is View.SIDE and float(np.hypot(*np.median(plate - hips, axis=0))) > _OFF:
        return False
    if np.ptp(np.percentile(hips[:, 1], [5, 95])) < _MOVES:
        return True
    if np.ptp(np.percentile(plate[:, 1], [5, 95])) < 0.5 * _MOVES:
        return False
    return bool(np.corrcoef(hips[:, 1], plate[:, 1])[0, 1] > _TOGETHER)


def shin_seen(track: Track, part: slice) -> float:
    """Return the share of some frames in which the shin is seen below a plate."""
    return 0.0 if track.shin_px is None else float(np.isfinite(track.shin_px[part, 0, 0]).mean())


def put_right(track: Track, look: Look) -> Track:
    """Put the landmarks that a plate hides where the bar and the visible shin say they are, from the side.

    The hips move with the bar, the planted knee is put onto the line of the visible shin, and the planted
    foot is the lower one. Hips below a bare bar or a collar are seen, and stay where they are.
    """
    bar = bar_of(track, look) if look.view is View.SIDE else None
    if bar is None or bar.radius_m < HIDES_M:
        return track
    px, visibility = track.image_px.copy(), track.visibility.copy()
    known = np.flatnonzero(np.isfinite(bar.end_px[:, 0]) & np.isfinite(px[:, HIPS[0], 0]))
    _told_apart(px, visibility, known, bar)
    _hips(px, visibility, known, bar)
    if track.shin_px is not None:
        _knee(px, visibility, track.shin_px, look)
    return replace(track, image_px=px, visibility=visibility)


def _told_apart(px: Floats, visibility: Floats, rows: np.ndarray, bar: Bar) -> None:
    """Exchange the legs where the lower foot is another one than mostly at the top."""
    lower = (px[rows, Landmark.LEFT_ANKLE, 1] - px[rows, Landmark.RIGHT_ANKLE, 1]) / bar.trunk_px
    clear = np.where(np.abs(lower) > _PLANTED, np.sign(lower), 0.0)
    wrong = rows[clear == -np.sign(clear[_at_top(bar.end_px[rows, 1])].sum())] if clear.any() else rows[:0]
    for left in _LEGS:
        both = np.array([left, left + 1])
        px[wrong[:, None], both] = px[wrong[:, None], both[::-1]]
        visibility[wrong[:, None], both] = visibility[wrong[:, None], both[::-1]]


def _at_top(y: Floats) -> np.ndarray:
    """Return where the bar is as high as at the top."""
    top: np.ndarray = y <= np.percentile(y, 100.0 - _HIGH)
    return top


def _hips(px: Floats, visibility: Floats, rows: np.ndarray, bar: Bar) -> None:
    """Move the hips with the bar; where they are at the top on the whole, the landmarks say."""
    over = bar.nearer * bar.end_px[rows]
    shoulder, hip = px[rows][:, SHOULDERS].mean(axis=1), px[rows][:, HIPS].mean(axis=1)
    cos_pitch = np.clip(np.abs(hip[:, 0] - shoulder[:, 0]) / bar.trunk_px, 0.5, 1.0)
    moved = over + np.stack([np.zeros(len(rows)), HIP_BELOW_BAR * bar.trunk_px * cos_pitch], axis=1)
    place = moved + np.median((hip - moved)[_at_top(moved[:, 1])], axis=0)
    px[rows[:, None], HIPS] = place[:, None]
    visibility[rows[:, None], HIPS] = 1.0


def _knee(px: Floats, visibility: Floats, shin_px: Floats, look: Look) -> None:
    """Put the planted knee, which is that over the lower foot, onto the line of the visible shin."""
    rows = np.flatnonzero(np.isfinite(shin_px[:, 0, 0]) & np.isfinite(px[:, Landmark.LEFT_ANKLE, 0]))
    ankles = px[rows, Landmark.LEFT_ANKLE : Landmark.RIGHT_ANKLE + 1]
    side = np.argmax(ankles[..., 1], axis=1)
    ankle, knee = Landmark.LEFT_ANKLE + side, Landmark.LEFT_KNEE + side
    up = shin_px[rows, 1] - shin_px[rows, 0]
    up = rotate_px(up / np.hypot(*up.T)[:, None], np.full(len(rows), -look.facing * _CALF_DEG))
    height = np.maximum(px[rows, ankle, 1] - px[rows, knee, 1], _LEAST_SHIN * look.scale_px)
    px[rows, knee] = px[rows, ankle] + up * (height / np.maximum(-up[:, 1], 0.3))[:, None]
    visibility[rows, knee] = 1.0
