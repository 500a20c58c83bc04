"""Thrusts with plates on both ends of the bar, seen obliquely."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from formcheck.poses.geometry import FOCAL
from formcheck.poses.pose import HIPS, Floats
from formcheck.poses.track import Track

TRUNK_PX, TRUNK_M, HALF_M, RADIUS_M = 180.0, 0.5, 0.655, 0.21


def between_plates(track: Track, yaw_deg: float, roll_deg: Floats | float = 0.0, way: float = 1.0) -> Track:
    """Lay a bar with plates over the hips; its far plate is to the right, or to the left with `way` -1.

    Args:
        track: The frames, whose trunk has `TRUNK_PX`.
        yaw_deg: How far off the side the camera stands.
        roll_deg: (T,) roll of the bar, + = the far end is higher.
        way: Where the far plate is.
    """
    focal_px, middle_px = FOCAL * max(track.size), (np.array(track.size) - 1.0) / 2.0
    away_m = focal_px * TRUNK_M / TRUNK_PX
    over = (track.image_px[:, HIPS].mean(axis=1) - [0.0, 0.2 * TRUNK_PX] - middle_px) * away_m / focal_px
    middle = np.column_stack([over, np.full(len(track), away_m)])
    yaw, roll = np.radians(yaw_deg), np.radians(np.broadcast_to(roll_deg, len(track)))
    along = np.column_stack([way * np.sin(yaw) * np.cos(roll), -np.sin(roll), np.cos(yaw) * np.cos(roll)])
    near, far = middle - HALF_M * along, middle + HALF_M * along
    near_px, far_px = (middle_px + focal_px * end[:, :2] / end[:, 2:] for end in (near, far))
    radius = focal_px * RADIUS_M / near[:, 2]
    rim = np.column_stack([0.7 * radius, radius, np.full(len(track), 0.5), np.full(len(track), 0.8)])
    ends = np.stack([near_px, far_px] if way > 0 else [far_px, near_px], axis=1)
    return replace(track, bar_px=ends, disc_px=near_px[:, None], far_px=far_px[:, None], rim=rim)
