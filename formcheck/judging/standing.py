"""When somebody stands: who walks in, gets down, gets up or walks out does not do a repetition.

This is for exercises that are done lying or on all fours. The record knows all frames (`down`), the running
set those so far (`Down`).
"""

from __future__ import annotations

from collections import deque

import numpy as np

from formcheck.exercises.gates import OBLIQUE
from formcheck.poses.geometry import distance_px
from formcheck.poses.pose import HIPS, SHOULDERS, Floats, Landmark, View
from formcheck.poses.track import Track

_LEG_UPRIGHT, _TRUNK_UPRIGHT = 0.35, 0.8
"""Of the trunk: how far a standing leg's hip is above its knee, and the knee above the ankle; and how far the
shoulders of somebody who stands are above the hips."""
_THIGH_UPRIGHT, _SHIN_UPRIGHT, _CUT_OFF = 0.6, 0.35, 0.5
"""Of a thigh: how far both knees of somebody who stands or walks are below the hips, both ankles below the
knees, and the length of a trunk of which the picture cuts off the upper part."""
_KNEES = [Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE]
_ANKLES = [Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE]
_ON_FEET_S = 0.5  # less is not standing
_STANDS_S = 0.3  # a shorter look of it may be one of the landmarks
_RESTS_S, _KEEPS = 0.5, 0.06  # who moves further than this share of the trunk in such a time is on the way
_VERTICAL, _FORESHORTENED = 0.85, 0.85  # of the trunk; of the shin


def on_feet(track: Track) -> bool:
    """Whether somebody stands for a moment at least, upright or bent.

    It is quick, so that exercises done standing are not looked for where nobody ever stands.
    """
    return float(_on_a_leg(track.image_px).sum()) * track.step_s >= _ON_FEET_S


def shins_px(px: Floats) -> Floats:
    """Return (T,) the length of the longer shin of (T, 33, 2) landmarks."""
    longer: Floats = distance_px(px[:, _KNEES], px[:, _ANKLES]).max(axis=1)
    return longer


def trunk_upright(px: Floats, shin_px: Floats | float) -> np.ndarray:
    """Return (T,) whether the trunk of (T, 33, 2) landmarks is upright: who stands, sits up or kneels.

    A trunk seen from its end is also vertical in the image, but much shorter than the shin.
    """
    shoulders, hips = _trunk(px)
    trunk = distance_px(shoulders, hips)
    with np.errstate(invalid="ignore"):
        vertical = hips[:, 1] - shoulders[:, 1] > _VERTICAL * trunk
        return np.asarray(vertical & (trunk > _FORESHORTENED * shin_px))


def down(track: Track, view: View) -> list[slice]:
    """Return the stretches of frames in which nobody stands, gets down or gets up.

    Args:
        track: Smoothed frames.
        view: Where the camera stands. Seen from an end, who lies looks as upright: all is one stretch.
    """
    if view not in OBLIQUE:
        return [slice(0, len(track))]
    stands = _without_short(_stands(track.image_px), track.time_s)
    if not stands.any():
        return [slice(0, len(track))]
    rests = _rests(track)
    parts = []
    for part in _spans(_without_short(~stands, track.time_s)):
        still = np.flatnonzero(rests[part]) + part.start
        begins = part.start if part.start == 0 or not len(still) else int(still[0])
        over = part.stop if part.stop == len(track) or not len(still) else int(still[-1]) + 1
        parts.append(slice(begins, over))
    return parts


class Down:
    """Says of one frame after the other whether the person is down: the same as `down`, as far as is known.

    Who gets up is told when he stands.
    """

    def __init__(self) -> None:
        self._last: deque[tuple[float, bool, Floats]] = deque()
        self._stood = False  # and has not come to rest since

    def update(self, time_s: float, px: Floats, view: View) -> bool:
        """Take the (33, 2) landmarks of the next frame, and return whether the person is down and at rest."""
        if view not in OBLIQUE:
            self._stood = False
            return True
        one = px[None]
        self._last.append((time_s, bool(_stands(one)[0]), np.hstack(_trunk(one))[0]))
        while len(self._last) > 1 and self._last[1][0] <= time_s - _RESTS_S:
            self._last.popleft()
        lately = [stands for at_s, stands, _ in self._last if at_s >= time_s - _STANDS_S]
        if time_s - self._last[0][0] >= _STANDS_S and all(lately):
            self._stood = True
        elif self._stood and not any(lately) and time_s - self._last[0][0] >= _RESTS_S:
            places = np.array([place for _, _, place in self._last])
            trunk = float(np.median(distance_px(places[:, :2], places[:, 2:])))
            self._stood = not _keeps_place(places, trunk)
        return not self._stood


def _trunk(px: Floats) -> tuple[Floats, Floats]:
    """Return (T, 2) the middles of the shoulders and of the hips of (T, 33, 2) landmarks."""
    return px[:, SHOULDERS].mean(axis=1), px[:, HIPS].mean(axis=1)


def _on_a_leg(px: Floats) -> np.ndarray:
    """Return (T,) whether one leg has its hip above its knee above its ankle."""
    least = _LEG_UPRIGHT * distance_px(*_trunk(px))[:, None]
    hips_y, knees_y, ankles_y = (px[:, both, 1] for both in (HIPS, _KNEES, _ANKLES))
    with np.errstate(invalid="ignore"):
        legs = (knees_y - hips_y > least) & (ankles_y - knees_y > least)
    return np.asarray(legs.any(axis=1))


def _stands(px: Floats) -> np.ndarray:
    """Return (T,) whether somebody stands upright.

    Where the picture cuts off the shoulders the model draws them near the hips: there both legs tell it.
    """
    shoulders, hips = _trunk(px)
    trunk, thighs = distance_px(shoulders, hips), distance_px(px[:, HIPS], px[:, _KNEES])
    hips_y, knees_y, ankles_y = (px[:, both, 1] for both in (HIPS, _KNEES, _ANKLES))
    with np.errstate(invalid="ignore", divide="ignore"):
        whole = _on_a_leg(px) & (hips[:, 1] - shoulders[:, 1] > _TRUNK_UPRIGHT * trunk)
        thighs_down = ((knees_y - hips_y) / thighs).min(axis=1) > _THIGH_UPRIGHT
        shins_down = ((ankles_y - knees_y) / thighs).min(axis=1) > _SHIN_UPRIGHT
        cut_off = trunk < _CUT_OFF * thighs.max(axis=1)
    return np.asarray(whole | (thighs_down & shins_down & cut_off))


def _rests(track: Track) -> np.ndarray:
    """Return (T,) whether the trunk is in a stretch of time in which it keeps its place."""
    shoulders, hips = _trunk(track.image_px)
    places, trunk = np.hstack([shoulders, hips]), float(np.nanmedian(distance_px(shoulders, hips)))
    time_s = track.time_s
    rests = np.zeros(len(track), dtype=bool)
    for first in range(int(np.searchsorted(time_s, time_s[-1] - _RESTS_S, side="right"))):
        end = int(np.searchsorted(time_s, time_s[first] + _RESTS_S, side="right"))
        if _keeps_place(places[first:end], trunk):
            rests[first:end] = True
    return rests


def _keeps_place(places: Floats, trunk: float) -> bool:
    """Whether (N, 4) middles of shoulders and hips stay where they are, by the trunk's length."""
    return bool(np.ptp(places, axis=0).max() < _KEEPS * trunk)


def _spans(true: np.ndarray) -> list[slice]:
    """Return the stretches in which (T,) are true."""
    ends = np.flatnonzero(np.diff(true, prepend=False, append=False)).tolist()
    return [slice(first, last) for first, last in zip(ends[::2], ends[1::2], strict=True)]


def _without_short(true: np.ndarray, time_s: Floats) -> np.ndarray:
    """Return (T,) without what is true for a shorter time than standing takes."""
    kept = np.zeros_like(true)
    for part in _spans(true):
        kept[part] = time_s[part.stop - 1] - time_s[part.start] >= _STANDS_S
    return kept
