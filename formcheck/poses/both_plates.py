"""What the plates on both ends of a bar show of the camera, where they are seen obliquely.

Plates are equally large, so the size of the near one tells how far away it is, and a bar has about the same
length everywhere. So how far apart both are in the picture tells how far the bar is turned out of it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from formcheck.poses.geometry import FOCAL, finite_median
from formcheck.poses.pose import HIPS, Floats
from formcheck.poses.track import Track

YAW_ERROR_DEG = 5.0
"""Error of the yaw that both plates tell: 6 deg too small to 2 too large in 17 rendered sets, seen 36 to 44
deg off the side, with plates of 38 and 45 cm."""

_LENGTH = 6.3
"""From plate to plate, in radii: 1.31 m over the 0.225 or 0.19 m of plates of 45 and 38 cm (5.8 and 6.9)."""
_SAME_PX = 0.01
_OFTEN = 0.25  # of the frames, in which both must be seen
_FEWEST, _LEAST_RISE = 5, 0.35  # frames, and radii that the bar rises at least: 7 cm of 20 or more
_LONGEST_S = 1.5  # for which somebody whom the model lost is where the bar shows
_YAWS = np.radians(np.arange(0.0, 86.0))


def between_plates(track: Track) -> NDArray[np.bool_]:
    """Return (T,) in which frames the bar is the line from plate to plate (`Pose.bar_px`)."""
    if track.bar_px is None or track.far_px is None:
        return np.zeros(len(track), dtype=np.bool_)
    off = np.abs(track.bar_px - track.far_px).max(axis=2)
    ends: NDArray[np.bool_] = (off < _SAME_PX).any(axis=1)
    return ends


def often_between_plates(track: Track) -> bool:
    """Whether both plates are seen so often that other lines near the hands count for nothing, and rise.

    Two other round things that look like a pair of plates do not rise and fall.
    """
    seen = between_plates(track)
    if track.rim is None or track.bar_px is None or not seen.sum() >= max(_OFTEN * len(track), _FEWEST):
        return False
    rise = np.ptp(np.percentile(track.bar_px[seen, :, 1].mean(axis=1), [5, 95]))
    return bool(rise > _LEAST_RISE * finite_median(track.rim[seen, 1]))


def yaw_by_plates_deg(track: Track) -> float:
    """Return how far off the side the camera stands, + = the far plate is to the right; NaN where unknown."""
    seen = between_plates(track)
    if track.disc_px is None or track.rim is None or track.far_px is None or not often_between_plates(track):
        return float("nan")
    focal_px, middle = FOCAL * max(track.size), (track.size[0] - 1) / 2.0
    near, far = track.disc_px[seen, 0, 0] - middle, track.far_px[seen, 0, 0] - middle
    radius = track.rim[seen, 1]
    way = np.sign(far - near)
    # In radii of the plates; the yaw that would put the far plate where it is.
    across = (near / radius)[:, None] + way[:, None] * _LENGTH * np.sin(_YAWS)
    away = (focal_px / radius)[:, None] + _LENGTH * np.cos(_YAWS)
    off = np.abs(focal_px * across / away - far[:, None])
    known = np.isfinite(radius) & np.isfinite(near)
    yaws = way[known] * np.degrees(_YAWS[off[known].argmin(axis=1)])
    return float(finite_median(yaws))


def over_hips_px(track: Track, yaw_deg: float) -> Floats:
    """Return (T, 2) the middle of the bar, which lies over the hips; NaN where not both plates are seen.

    Args:
        track: The frames.
        yaw_deg: How far off the side the camera stands.
    """
    middle = np.full((len(track), 2), np.nan)
    seen = between_plates(track)
    if track.bar_px is None or track.far_px is None or track.rim is None or not seen.any():
        return middle
    far, ends = track.far_px[seen, 0], track.bar_px[seen]
    near = ends.sum(axis=1) - far
    radius = float(finite_median(track.rim[seen, 1]))
    # The middle seems nearer to the far one, as what is nearer seems longer.
    smaller = _smaller(radius, track, yaw_deg)
    middle[seen] = (smaller * near + far) / (1.0 + smaller)
    return middle


def height_in_radii(track: Track, yaw_deg: float) -> Floats:
    """Return (T,) how high the middle of the bar is over a fixed place, in radii of a plate; NaN if unknown.

    On a bar that tilts the ends do not rise alike.
    """
    height = np.full(len(track), np.nan)
    seen = between_plates(track)
    if track.bar_px is None or track.far_px is None or track.rim is None or not seen.any():
        return height
    far_y = track.far_px[seen, 0, 1]
    near_y = track.bar_px[seen, :, 1].sum(axis=1) - far_y
    radius = float(finite_median(track.rim[seen, 1]))
    height[seen] = -(near_y + far_y / _smaller(radius, track, yaw_deg)) / (2.0 * radius)
    return height


def _smaller(radius_px: float, track: Track, yaw_deg: float) -> float:
    """Return the size of the far plate over that of the near one, whose radius is given."""
    away = _LENGTH * np.cos(np.radians(yaw_deg)) * radius_px / (FOCAL * max(track.size))
    return float(1.0 / (1.0 + away))


def with_lost_hips(track: Track) -> Track:
    """Put hips that the model lost for a moment where the bar shows them.

    The rest of the body is between where it was before and after, and counts as not seen.
    """
    found = np.flatnonzero(track.found)
    lost = np.flatnonzero(between_plates(track) & ~track.found)
    if not len(lost) or len(found) < 2 or not often_between_plates(track):
        return track
    over = over_hips_px(track, abs(yaw_by_plates_deg(track)))
    known = found[np.isfinite(over[found, 0])]
    after = np.clip(np.searchsorted(found, lost), 1, len(found) - 1)
    apart_s = track.time_s[found[after]] - track.time_s[found[after - 1]]
    between = (lost > found[0]) & (lost < found[-1])
    lost = lost[between & (apart_s <= _LONGEST_S)]
    if not len(known):
        return track
    px, visibility = track.image_px.copy(), track.visibility.copy()
    px[lost] = _between(track.time_s, found, px, lost)
    off = np.full_like(over, np.nan)
    off[known] = px[known][:, HIPS].mean(axis=1) - over[known]
    hips = over[lost] + _between(track.time_s, known, off, lost)
    moved = hips - px[lost][:, HIPS].mean(axis=1)
    visibility[lost] = 0.0
    for joint in HIPS:
        px[lost, joint] += moved
        visibility[lost, joint] = 1.0
    return replace(track, image_px=px, visibility=visibility)


def _between(time_s: Floats, known: NDArray[np.intp], values: Floats, wanted: NDArray[np.intp]) -> Floats:
    """Return (N, ...) values of some frames, between those of the known ones."""
    columns = values[known].reshape(len(known), -1).T
    found = [np.interp(time_s[wanted], time_s[known], column) for column in columns]
    return np.stack(found, axis=1).reshape(len(wanted), *values.shape[1:])
