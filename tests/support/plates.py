"""Thrusts with a plate over the hips, which hides them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from formcheck.measures import hidden
from formcheck.poses.geometry import FOCAL
from formcheck.poses.pose import HIPS, SHOULDERS
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import Look, look

from .skeleton import Shot, thrusts

RADIUS_PX = 105.0  # a plate of 45 cm at the distance that FOCAL tells
TRUNK_PX = 180.0
SHOT = Shot(scale=TRUNK_PX)
_BELOW = 0.22  # trunk lengths from the bar to the hips, square to the trunk


def thrusts_from_the_side() -> Track:
    """Two single-leg thrusts on the right leg."""
    return thrusts(SHOT, reps=2)


def nearer() -> float:
    """The plate's distance over that of the body."""
    away_m = 0.21 * FOCAL * 1280 / RADIUS_PX
    return away_m / (away_m + 0.65)


def plated(track: Track, *, share: float = 0.8) -> Track:
    """Put a plate over the hips, which hides them: the landmarks sit on it and do not rise as far."""
    hips, shoulder = (track.image_px[:, both].mean(axis=1) for both in (HIPS, SHOULDERS))
    along = (hips - shoulder) / np.hypot(*(hips - shoulder).T)[:, None]
    square = np.stack([along[:, 1], -along[:, 0]], axis=1)
    square *= -np.sign(square[:, 1:])  # up
    over = hips + _BELOW * TRUNK_PX * square
    middle = np.array([639.5, 359.5])
    end = middle + (over - middle) / nearer()
    px = track.image_px.copy()
    top = hips[:, 1].min()
    px[:, HIPS, 1] = (top + 0.6 * (hips[:, 1] - top))[:, None]
    rim = np.tile([RADIUS_PX, RADIUS_PX, 0.5, share], (len(track), 1))
    return replace(track, image_px=px, disc_px=end[:, None], rim=rim)


def seen(track: Track) -> Look:
    """How a camera from the side sees it."""
    return look(track, "supine")


def put_right(track: Track, view: Look) -> Track:
    """The frames with hidden landmarks where they are."""
    return hidden.put_right(track, view)[0]
