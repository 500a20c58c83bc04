"""How far a body is from its resting posture: repetitions where landmarks are guesses.

From an end of the bench the hips hide the face at the top of a thrust. The model then sees a body that is not
there: turned round, upside down, or with limbs in the air. No measure of a joint can be believed, but the
rest between two repetitions is seen well, and always alike. So the distance from it rises and falls with the
repetitions, whatever the model sees at the top. It tells how many there were and about when, and nothing of
their form.

On all fours from the head end the landmarks do not move at all, as arms and head hide the legs. There it is
the picture that is far from rest (`formcheck.vision.head_end`).
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import median_filter

from formcheck.poses.pose import HIPS, SHOULDERS, Floats, Landmark
from formcheck.poses.track import Track
from formcheck.reps.segmentation import Movements, segment

_TRUNK = [*SHOULDERS, *HIPS]
_ALIKE = 0.15  # shoulder widths: postures no further apart are the same
_FURTHEST = 1.0  # a joint further from its place counts as so far: a guess may be anywhere
_LEAST = 0.3  # rises and falls by less are no repetitions (rendered thrusts: 0.35 to 0.91)
_SHARE = 0.4  # of the usual distance at the top: the same
_STEADY_S = 0.3  # guesses that last less are passed over
_SEEN = 0.85  # of the frames: who is not found at the top cannot be counted
_FEWEST = 2  # a single rise may be anything, such as lying down
_SHOWN = 0.5  # doublings of noise: less is no kick (rendered kicks: 0.6 to 10; some show nothing)
_KICK_SHARE = 0.35  # of the usual one: the same
_BRIEF = (
    0.4  # of the usual time above half of the way: less is another movement, such as a shift of the weight
)
_QUIET_S = 0.7  # what differs for less than half of it is passed over
_MOST = 300  # frames that are compared to find the resting posture
_RESTS = 8  # one frame in so many is at rest


def rise_from_rest(track: Track) -> Floats:
    """Return (T,) distances of shoulders and hips from where they are at rest, in shoulder widths.

    The resting posture is the one that most frames are like, and a set begins with it. Where more are like
    the top, the sign is changed, so that the values still rise with the lift. NaN where nobody was found.
    """
    values = np.full(len(track), np.nan)
    known = np.isfinite(track.image_px[:, _TRUNK]).all(axis=(1, 2))
    if known.sum() < _RESTS:
        return values
    px = track.image_px[known]
    across = px[:, Landmark.LEFT_SHOULDER] - px[:, Landmark.RIGHT_SHOULDER]
    joints = px[:, _TRUNK] / max(float(np.median(np.hypot(*across.T))), 1.0)
    some = joints[:: max(len(joints) // _MOST, 1)]
    apart = np.hypot(*np.moveaxis(some[:, None] - some[None], -1, 0)).mean(axis=-1)
    usual = apart[int(np.argmax((apart < _ALIKE).sum(axis=1)))]
    rest = np.median(some[np.argsort(usual)[: max(len(some) // _RESTS, 1)]], axis=0)
    off = np.minimum(np.hypot(*np.moveaxis(joints - rest, -1, 0)), _FURTHEST).mean(axis=1)
    off = median_filter(off, int(_STEADY_S / max(track.step_s, 1e-3)) | 1)
    first = max(int(_STEADY_S / max(track.step_s, 1e-3)), 1)
    values[known] = -off if np.median(off[:first]) > np.median(off) else off
    return values


def kicks_ahead(track: Track) -> tuple[Movements, float]:
    """Find kicks of a person on all fours, seen from the head end, by how far the picture is from rest.

    A leg that opens to the side shows its foot beyond the middle, so the vote for a side may be wrong.

    Returns:
        The kicks, and a vote for the left leg (below zero: the right one), which from there is on the right.
    """
    if track.ahead is None or not (known := np.isfinite(track.ahead[:, 0])).any():
        return Movements([], []), 0.0
    frames = int(_QUIET_S / max(track.step_s, 1e-3)) | 1
    off, aside = median_filter(track.ahead[known, 0], frames), track.ahead[known, 1]
    usual = float(np.ptp(np.percentile(off, [5, 95])))
    if usual < _SHOWN or known.sum() < _SEEN * len(track):
        return Movements([], []), 0.0
    t = track.time_s[known]
    found = segment(t, off, min_range=max(_SHOWN, _KICK_SHARE * usual))
    up = [
        ((t >= rep.start_s) & (t <= rep.end_s) & (off > rep.bottom + rep.range / 2)).sum()
        for rep in found.reps
    ]
    kicks = [rep for rep, frames in zip(found.reps, up, strict=True) if frames >= _BRIEF * np.median(up)]
    if sum(not rep.partial for rep in kicks) < _FEWEST:
        return Movements([], []), 0.0
    return Movements(kicks, found.dropped), float(np.median(aside[off > usual / 2]))


def repetitions(track: Track) -> Movements:
    """Find the repetitions of a set by how far the body is from its resting posture."""
    rise = rise_from_rest(track)
    seen = rise[np.isfinite(rise)]
    usual = float(np.ptp(np.percentile(seen, [5, 95]))) if len(seen) else 0.0
    if usual < _LEAST or len(seen) < _SEEN * len(rise):
        return Movements([], [])
    found = segment(track.time_s, rise, min_range=max(_LEAST, _SHARE * usual))
    return found if sum(not rep.partial for rep in found.reps) >= _FEWEST else Movements([], [])
