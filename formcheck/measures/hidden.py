"""Puts landmarks right that a plate over the hips hides, from the side.

Three things are known there that the landmarks contradict at times:

- The hips hang on the bar: bar, hips and shoulders make a triangle that keeps its shape and turns with the
  trunk. Its shape is the person's own: at the top the landmarks show it.
- The planted foot stands where it stands. A landmark that leaves that place, for the other foot or for the
  plate, was lost; the foot did not move.
- The shin of the planted leg runs from that foot along its outline below the plate.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from formcheck.measures.bar import Bar, bar_of
from formcheck.poses.geometry import finite_median, rotate_px
from formcheck.poses.pose import HIPS, SHOULDERS, Floats, Landmark, View
from formcheck.poses.smoothing import smooth
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import Look

HIDES_M = 0.12  # radius that hides hips: the smallest plate has 0.14, and the trunk tells it to a quarter
_CALF_DEG = 3.5
"""The middle of a shin's outline leans so far with the calf (5 rendered sets: 1 to 5)."""
_HIGH = 80.0  # percentile of the bar's height: from here on it is at the top
_LEAST_SHIN = 0.4  # trunk lengths
_FOOT = (Landmark.LEFT_ANKLE, Landmark.LEFT_HEEL, Landmark.LEFT_FOOT_INDEX)
_LEG = (Landmark.LEFT_KNEE, *_FOOT)
_PLANTED = 0.1  # trunk lengths: a foot so much lower than the other one is the planted one
_STANDS = 0.2
"""Trunk lengths about its place in which a planted ankle is: on tiptoe it rises by half a foot's length."""
_HELD_OUT = 0.4  # trunk lengths between the feet, the median of a set, from which on one leg is held out
_MOSTLY = 0.65
"""Share of the frames in which a foot stands at its place, below which none is known: 0.68 to 1.00 in 13
rendered sets whose planted leg is the near one, 0.46 to 0.58 where the other leg hides it (4 sets)."""


def put_right_first(raw: Track, smoothed: Track, look: Look) -> tuple[Track, Track]:
    """Put hidden landmarks right in the frames as measured, and smooth those anew.

    A landmark that jumps to another place for some frames spoils those around them once it is smoothed.
    """
    right = put_right(raw, look, only_sure=True)
    return (raw, smoothed) if right is raw else (right, smooth(right))


def put_right(track: Track, look: Look, *, only_sure: bool = False) -> Track:
    """Put the landmarks that a plate hides where bar, planted foot and visible shin say they are.

    Hips below a bare bar or a collar are seen, and stay where they are.

    Args:
        track: The frames.
        look: How the camera sees them.
        only_sure: Whether legs stay as they are where no place of the planted foot is sure.
    """
    bar = bar_of(track, look) if look.view is View.SIDE else None
    if bar is None or bar.radius_m < HIDES_M:
        return track
    px, visibility = track.image_px.copy(), track.visibility.copy()
    known = np.flatnonzero(np.isfinite(bar.end_px[:, 0]) & np.isfinite(px[:, HIPS[0], 0]))
    place = _planted_foot(px, visibility, known, bar, only_sure=only_sure)
    _hips(px, visibility, known, bar, track.size)
    if track.shin_px is not None:
        _knee(px, visibility, track.shin_px, look, place)
    return replace(track, image_px=px, visibility=visibility)


def _planted_foot(
    px: Floats, visibility: Floats, rows: np.ndarray, bar: Bar, *, only_sure: bool
) -> Floats | None:
    """Tell the legs apart by where a foot stands, and keep that foot there; return the ankle's place.

    None where no place is sure: both feet may be on the floor, or the near leg hides the planted one. Then
    the lower foot alone tells the legs apart, unless `only_sure`.
    """
    feet = px[rows, Landmark.LEFT_ANKLE : Landmark.RIGHT_ANKLE + 1]
    lower = (feet[:, 0, 1] - feet[:, 1, 1]) / bar.trunk_px
    clear = np.where(np.abs(lower) > _PLANTED, np.sign(lower), 0.0)
    # The model names the legs wrongly now at rest and now at the top, but not in most of a set.
    vote = np.sign(clear.sum())
    if vote == 0.0:
        return None
    side, other = (0, 1) if vote > 0.0 else (1, 0)
    turned = clear == -vote
    feet[turned] = feet[turned, ::-1]
    place: Floats = np.median(feet[clear != 0.0, side], axis=0)
    off = np.hypot(*(feet - place).T).T / bar.trunk_px
    wrong = (off[:, other] < _STANDS) & (off[:, other] < off[:, side] - _PLANTED)
    stands = np.where(wrong, off[:, other], off[:, side]) < _STANDS
    if stands.mean() < _MOSTLY:
        if not only_sure:
            _exchange(px, visibility, rows[turned])
        return None
    _exchange(px, visibility, rows[turned ^ wrong])
    _keep(px, visibility, rows, stands, side)
    apart = np.hypot(*(px[rows, Landmark.LEFT_ANKLE + other] - place).T) / bar.trunk_px
    if float(finite_median(apart)) > _HELD_OUT:
        _forget(px, visibility, rows[apart < _STANDS], other)
    return place


def _exchange(px: Floats, visibility: Floats, rows: np.ndarray) -> None:
    """Exchange the legs in some frames."""
    for left in _LEG:
        both = np.array([left, left + 1])
        px[rows[:, None], both] = px[rows[:, None], both[::-1]]
        visibility[rows[:, None], both] = visibility[rows[:, None], both[::-1]]


def _keep(px: Floats, visibility: Floats, rows: np.ndarray, stands: np.ndarray, side: int) -> None:
    """Keep a planted foot where it stood before and after it was lost; heel and toes count as not seen."""
    lost = rows[~stands]
    for left in _FOOT:
        joint = left + side
        for axis in (0, 1):
            px[lost, joint, axis] = np.interp(lost, rows[stands], px[rows[stands], joint, axis])
        visibility[lost, joint] = 1.0 if left is Landmark.LEFT_ANKLE else 0.0


def _forget(px: Floats, visibility: Floats, rows: np.ndarray, side: int) -> None:
    """Leave a held-out foot open where it is drawn onto the planted one: no leg is so short."""
    for left in _FOOT:
        px[rows, left + side] = np.nan
        visibility[rows, left + side] = 0.0


def _at_top(y: Floats) -> np.ndarray:
    """Return where the bar is as high as at the top."""
    top: np.ndarray = y <= np.percentile(y, 100.0 - _HIGH)
    return top


def _hips(px: Floats, visibility: Floats, rows: np.ndarray, bar: Bar, size: tuple[int, int]) -> None:
    """Move the hips with the bar and turn them with the trunk, as the landmarks show both at the top."""
    middle = (np.array(size) - 1.0) / 2.0
    over = middle + bar.nearer * (bar.end_px[rows] - middle)
    shoulder, hip = px[rows][:, SHOULDERS].mean(axis=1), px[rows][:, HIPS].mean(axis=1)
    x, y = (over - shoulder).T
    turned_deg = np.degrees(np.arctan2(y, x))
    at_top = _at_top(over[:, 1])
    known = rotate_px((hip - over)[at_top], turned_deg[at_top])
    own = np.tile(np.median(known, axis=0), (len(rows), 1))
    px[rows[:, None], HIPS] = (over + rotate_px(own, -turned_deg))[:, None]
    visibility[rows[:, None], HIPS] = 1.0


def _knee(px: Floats, visibility: Floats, shin_px: Floats, look: Look, place: Floats | None) -> None:
    """Put the planted knee, which is that over the lower foot, onto the line of the visible shin."""
    feet_y = np.nan_to_num(px[:, Landmark.LEFT_ANKLE : Landmark.RIGHT_ANKLE + 1, 1], nan=-np.inf)
    rows = np.flatnonzero(np.isfinite(shin_px[:, 0, 0]) & np.isfinite(feet_y).any(axis=1))
    if place is not None:  # elsewhere it is the other leg's shin
        rows = rows[np.abs(shin_px[rows, 0, 0] - place[0]) < _STANDS * look.scale_px]
    side = np.argmax(feet_y[rows], axis=1)
    ankle, knee = Landmark.LEFT_ANKLE + side, Landmark.LEFT_KNEE + side
    up = shin_px[rows, 1] - shin_px[rows, 0]
    up = rotate_px(up / np.hypot(*up.T)[:, None], np.full(len(rows), -look.facing * _CALF_DEG))
    height = np.maximum(px[rows, ankle, 1] - px[rows, knee, 1], _LEAST_SHIN * look.scale_px)
    px[rows, knee] = px[rows, ankle] + up * (height / np.maximum(-up[:, 1], 0.3))[:, None]
    visibility[rows, knee] = 1.0
