"""Shoulders that a plate hides from somebody face up who is seen obliquely from the feet.

From there the near plate stands before shoulders and head. The model still draws shoulders, anywhere between
the plate and the hips, and says that it sees them. In truth they lie on the bench or the floor: as the hips
rise their middle moves along a straight line, and does not jump. Where it does neither, the shoulders are
guesses. They then count as not seen, and stay in one place, so that the hips' rise over them is that of the
hips alone: enough to count repetitions and to time them, and for nothing else.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from formcheck.measures.hidden import LEFT_THE_BENCH, on_the_bench, rises
from formcheck.poses.pose import HIPS, SHOULDERS, Floats, View
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import Look

_OFTEN, _JUMPS = 0.35, 0.008
"""Share of the frames in which the shoulders' middle is off its line, and trunk lengths by which it jumps
about its smooth path, the median, from which on both together show guesses. Rendered thrusts obliquely from
the feet: 0.38 to 0.97 and 0.009 to 0.026 in 10 of 11 with large plates, up to 0.19 and 0.010 in 15 others.
Real people: up to 0.60 where the back support itself turns, and 0.004."""


def guessed_shoulders_rest(raw: Track, smoothed: Track, look: Look) -> tuple[Track, Track]:
    """Lay shoulders that are guesses to rest in one place, and count them as not seen.

    Args:
        raw: The frames as measured.
        smoothed: The same, smoothed.
        look: How the camera sees them.
    """
    if look.prone or look.view is not View.OBLIQUE_FOOT or not look.scale_px > 0.0:
        return raw, smoothed
    shoulders, hips = (smoothed.image_px[:, pair].mean(axis=1) for pair in (SHOULDERS, HIPS))
    known = np.isfinite(shoulders[:, 0]) & np.isfinite(hips[:, 0])
    if not rises(hips[known, 1], look) or not _are_guesses(raw, smoothed, known, look):
        return raw, smoothed
    place = np.median(shoulders[known], axis=0)
    return _at_rest(raw, place), _at_rest(smoothed, place)


def _are_guesses(raw: Track, smoothed: Track, known: np.ndarray, look: Look) -> bool:
    """Whether the shoulders leave their line often, and jump."""
    shoulders, hips = (smoothed.image_px[known][:, pair].mean(axis=1) for pair in (SHOULDERS, HIPS))
    line = on_the_bench(hips[:, 1], shoulders, np.ones(len(hips), dtype=np.bool_), look)
    off = np.hypot(*(shoulders - line).T)
    jumps = np.hypot(*(raw.image_px[known][:, SHOULDERS].mean(axis=1) - shoulders).T)
    seen = jumps[np.isfinite(jumps)]
    often = float((off > LEFT_THE_BENCH * look.scale_px).mean()) > _OFTEN
    return often and len(seen) > 0 and float(np.median(seen)) > _JUMPS * look.scale_px


def _at_rest(track: Track, place: Floats) -> Track:
    """Put both shoulders at a place in every frame with a person, as not seen."""
    px, visibility = track.image_px.copy(), track.visibility.copy()
    rows = np.flatnonzero(track.found)
    px[rows[:, None], SHOULDERS] = place
    visibility[:, SHOULDERS] = 0.0
    return replace(track, image_px=px, visibility=visibility)
