"""Whether the legs were seen or their landmarks are guesses, and what replaces them from behind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from formcheck.poses.pose import Landmark, View
from formcheck.poses.smoothing import unswap
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import END_MIN_DEG, Look

RESTLESS_PCT = 2.75
"""Landmarks of both legs that jump further than this (median, percent of the trunk) are guesses."""
RESTLESS_CLEAR_PCT = 4.5
"""The same where one leg does not hide behind the other or the trunk: not on all fours, not from an end."""

_FOLLOWED = 0.9  # share of the frames


def guessed(raw: Track, smoothed: Track, seen: Look, frames: np.ndarray) -> bool:
    """Return whether the legs' landmarks are guesses: they jump, or all fours are seen from behind.

    From behind, landmarks are often steady and wrong. There, only legs tracked by their motion count
    (`formcheck.vision.rear_legs`).

    Args:
        raw: The frames as measured.
        smoothed: The same frames, smoothed without lag.
        seen: How the camera sees them.
        frames: (T,) which of them count.
    """
    if seen.from_behind:
        return not _followed(raw, seen)
    hides = seen.prone or seen.view is View.FOOT_END
    lowest = Landmark.LEFT_ANKLE if hides else Landmark.LEFT_KNEE
    limit_pct = RESTLESS_PCT if hides else RESTLESS_CLEAR_PCT
    return restlessness_pct(raw, smoothed, seen.scale_px, frames, lowest=lowest) > limit_pct


def behind(seen: Look, track: Track) -> Look:
    """Return an oblique view from the feet as a view from behind, where the legs were tracked from there.

    Where landmarks are guesses, the camera position estimated from them is a guess too.
    """
    if seen.view is not View.OBLIQUE_FOOT or not _followed(track, seen):
        return seen
    return replace(seen, view=View.FOOT_END, yaw_deg=max(seen.yaw_deg, END_MIN_DEG))


def _followed(track: Track, seen: Look) -> bool:
    """Whether the person is face down and the legs were tracked from behind in nearly every frame."""
    legs = track.behind_px
    if legs is None or not seen.prone or seen.upright:
        return False
    return float(np.isfinite(legs[track.found, 0, 0]).mean()) > _FOLLOWED


def restlessness_pct(
    raw: Track,
    smoothed: Track,
    scale_px: float,
    frames: np.ndarray,
    *,
    lowest: Landmark = Landmark.LEFT_ANKLE,
) -> float:
    """Return how far leg landmarks, from the hips down to `lowest`, jump about their smooth path.

    Percent of the trunk. Face up and from the side the shins do not count: a plate on the bar hides them, and
    the movement of hips and knees is seen all the same.

    It is the median of the steadier leg: up to 2.2 where the body is seen, 2.9 to 14 where the model guesses
    (all fours from behind or ahead). Frames are weighted by their duration, as still frames may be skipped.
    """
    legs = slice(Landmark.LEFT_HIP, lowest + 2)
    off = unswap(raw).image_px[:, legs] - smoothed.image_px[:, legs]
    jump = np.hypot(off[..., 0], off[..., 1])
    known = frames & np.isfinite(jump).all(axis=1)
    if not known.any() or len(raw) < 2:  # one frame between two cuts shows no motion
        return float("inf")
    lasts_s = np.gradient(raw.time_s)[known]
    furthest = [jump[known][:, side::2].max(axis=1) for side in (0, 1)]
    medians = [np.quantile(way, 0.5, weights=lasts_s, method="inverted_cdf") for way in furthest]
    return 100.0 * float(min(medians)) / scale_px
