"""Whether the landmarks of the legs are seen or guessed, and what takes their place from behind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from formcheck.poses.pose import Landmark, View
from formcheck.poses.smoothing import unswap
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import END_MIN_DEG, Look

RESTLESS_PCT = 2.75
"""Where both legs' landmarks jump further than this (median, of the trunk length) they are guesses."""
RESTLESS_CLEAR_PCT = 4.5
"""The same where one leg does not hide behind the other or the trunk: not on all fours, not from an end."""

_FOLLOWED = 0.9  # share of the frames


def guessed(raw: Track, smoothed: Track, seen: Look, frames: np.ndarray) -> bool:
    """Say whether the legs' landmarks are guesses: they jump about, or are those of all fours from behind.

    Those are often still and wrong: there only legs that were followed count (`formcheck.vision.rear_legs`).

    Args:
        raw: The frames as measured.
        smoothed: The same frames, smoothed without lag.
        seen: How the camera sees them.
        frames: (T,) which of them count.
    """
    if seen.from_behind:
        return not _followed(raw, seen)
    limit_pct = RESTLESS_PCT if seen.prone or seen.view is View.FOOT_END else RESTLESS_CLEAR_PCT
    return restlessness_pct(raw, smoothed, seen.scale_px, frames) > limit_pct


def behind(seen: Look, track: Track) -> Look:
    """Return an oblique look from the feet as one from behind, where the legs were followed from there.

    Where landmarks are guesses, so is what they say of the camera.
    """
    if seen.view is not View.OBLIQUE_FOOT or not _followed(track, seen):
        return seen
    return replace(seen, view=View.FOOT_END, yaw_deg=max(seen.yaw_deg, END_MIN_DEG))


def _followed(track: Track, seen: Look) -> bool:
    """Whether somebody is face down and their legs were followed from behind in nearly every frame."""
    legs = track.behind_px
    if legs is None or not seen.prone:
        return False
    return float(np.isfinite(legs[track.found, 0, 0]).mean()) > _FOLLOWED


def restlessness_pct(raw: Track, smoothed: Track, scale_px: float, frames: np.ndarray) -> float:
    """Return how far leg landmarks jump about their smooth path, percent of the trunk.

    The median over time, of the steadier leg: up to 2.2 where the body is seen, 2.9 to 14 where the
    model guesses (all fours from behind or ahead). Over time, as still frames may have been passed over.
    """
    legs = slice(Landmark.LEFT_HIP, Landmark.LEFT_HEEL)
    off = unswap(raw).image_px[:, legs] - smoothed.image_px[:, legs]
    jump = np.hypot(off[..., 0], off[..., 1])
    known = frames & np.isfinite(jump).all(axis=1)
    if not known.any() or len(raw) < 2:  # one frame between two cuts shows no motion
        return float("inf")
    lasts_s = np.gradient(raw.time_s)[known]
    furthest = [jump[known][:, side::2].max(axis=1) for side in (0, 1)]
    medians = [np.quantile(way, 0.5, weights=lasts_s, method="inverted_cdf") for way in furthest]
    return 100.0 * float(min(medians)) / scale_px
