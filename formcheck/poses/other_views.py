"""Cuts that the background does not tell of: before a plain wall only the person is seen from elsewhere.

From one frame to the next the whole body is at another place and the shoulders get wider or narrower, while
it moves far less before and after that.
"""

from __future__ import annotations

import numpy as np

from formcheck.poses.geometry import distance_px, finite_median
from formcheck.poses.pose import Floats, Landmark
from formcheck.poses.track import Track

_AT_ONCE, _STILL, _BESIDE = 0.12, 0.2, 3
"""From one frame to the next most joints go further than this, in lengths of the trunk, and less than that
share of it in each of so many frames before and after: no body does. Seven such cuts in clips of real people
were 0.15 to 0.31, with 0.02 to 0.09 of it beside them."""
_ELSEWHERE, _MOST, _WITHIN_S = 0.15, 0.65, 1.0
"""Change of the shoulders' width over the trunk's length that is another view (about 12 deg as the model sees
it), the width above which the body is seen from an end, and the time on both sides that they are read in."""
_FEWEST = 5
_LIMBS = np.r_[Landmark.LEFT_SHOULDER : Landmark.LEFT_WRIST + 2, Landmark.LEFT_HIP : Landmark.LEFT_ANKLE + 2]


def other_views(track: Track) -> list[int]:
    """Return the frames from which on the person is at once seen from elsewhere."""
    found = track.found
    if found.sum() < _FEWEST:
        return []
    px = track.image_px
    left, right = px[:, Landmark.LEFT_SHOULDER], px[:, Landmark.RIGHT_SHOULDER]
    hip = (px[:, Landmark.LEFT_HIP] + px[:, Landmark.RIGHT_HIP]) / 2
    trunk = distance_px((left + right) / 2, hip)
    way = np.full(len(track), np.nan)
    joints = px[:, _LIMBS]
    way[1:] = np.median(distance_px(joints[1:], joints[:-1]), axis=1) / max(
        np.percentile(trunk[found], 80), 1.0
    )
    share = distance_px(left, right) / np.maximum(trunk, 1e-6)
    with np.errstate(invalid="ignore"):
        sudden = np.flatnonzero(way > _AT_ONCE)
    return [at for at in sudden.tolist() if _is_other_view(track.time_s, way, share, at)]


def _is_other_view(time_s: Floats, way: Floats, share: Floats, at: int) -> bool:
    beside = np.concatenate([way[max(at - _BESIDE, 0) : at], way[at + 1 : at + 1 + _BESIDE]])
    if bool((beside > _STILL * way[at]).any()):
        return False
    first, last = np.searchsorted(time_s, (time_s[at] - _WITHIN_S, time_s[at] + _WITHIN_S))
    before, after = float(finite_median(share[first:at])), float(finite_median(share[at:last]))
    return abs(after - before) > _ELSEWHERE and max(before, after) < _MOST
