"""Smoothing of landmarks: causal for the running repetition, without lag for the final verdict."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.ndimage import median_filter
from scipy.signal import savgol_filter

from formcheck.poses.geometry import distance_px
from formcheck.poses.other_views import other_views
from formcheck.poses.pose import LOOK_EVERY_S, OPTIONAL, SCENE, TURN, Floats, Landmark, Pose
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import aside_by_plate

WINDOW_S = 0.30
"""Length of the zero-lag window: a lowering of 0.4 s keeps its slope, frame noise halves."""

_SWAP_S = 3.0  # live, an exchange of left and right that lasts longer is accepted as real
_CUT_S = 0.25
_TURN_S = 2.0
_NARROW, _WIDE = 0.28, 0.65
"""Width of the shoulders over the length of the trunk, below and above which the view is clear."""
_GAP_S = 0.30  # a shorter loss of the person is bridged
_LOOK_EARLY_S = 0.01  # a look that comes earlier is one at a sudden change
_LONG_GAP_S = 1.0  # without any frame: what lies on both sides has nothing to do with each other
_FINEST = 20  # points of the uniform grid for each frame, at most
_BODY = np.arange(Landmark.LEFT_EAR, Landmark.LEFT_FOOT_INDEX + 1, 2)
_BODY = _BODY[_BODY != Landmark.MOUTH_LEFT]
_GROUPS = (
    np.array([Landmark.LEFT_KNEE]),
    np.array([Landmark.LEFT_ANKLE, Landmark.LEFT_HEEL, Landmark.LEFT_FOOT_INDEX]),
)
"""Left landmarks (the right ones follow each) that change places together: mostly the feet alone do."""
_SMOOTHED = ("image_px", *(name for name, array in OPTIONAL.items() if array.smoothed))
_FEWEST = 5  # frames that are smoothed
_SWAP_PCT = 20.0  # of the trunk: less is a joint that moved


class OneEuro:
    """The one-euro filter (Casiez, Roussel, Vogel, CHI 2012) over an array of any shape, on time stamps.

    Args:
        min_cutoff_hz: Cut-off at rest.
        beta: How much the cut-off rises per unit of speed; the unit is that of the values per second.
    """

    def __init__(self, min_cutoff_hz: float = 1.5, beta: float = 0.02, d_cutoff_hz: float = 1.0) -> None:
        self._min_cutoff_hz, self._beta, self._d_cutoff_hz = min_cutoff_hz, beta, d_cutoff_hz
        self.reset()

    def reset(self) -> None:
        """Start again."""
        self._time_s = float("nan")
        self._value: Floats | None = None
        self._rate: Floats | None = None

    def update(self, time_s: float, value: Floats) -> Floats:
        """Filter the next value. NaN passes through, and the filter restarts after it."""
        dt = time_s - self._time_s
        self._time_s = time_s
        if self._value is None or self._rate is None or not 0 < dt < 1.0:
            self._value, self._rate = value, np.zeros_like(value)
            return value
        restart = np.isnan(self._value)
        before = np.where(restart, value, self._value)
        rate = self._rate + _alpha(dt, self._d_cutoff_hz) * ((value - before) / dt - self._rate)
        rate = np.nan_to_num(rate)
        cutoff = self._min_cutoff_hz + self._beta * np.abs(rate)
        self._value = before + _alpha(dt, cutoff) * (value - before)
        self._rate = rate
        return self._value


def _alpha(dt: float, cutoff_hz: Floats | float) -> Floats | float:
    r = 2 * np.pi * cutoff_hz * dt
    return r / (r + 1)


class CausalSmoother:
    """Smooths poses one by one, and corrects exchanges of left and right."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Start again, with another person."""
        self._filters = {name: OneEuro() for name in _SMOOTHED}
        self._last: Floats | None = None
        self._swapped_s = [float("-inf")] * (1 + len(_GROUPS))

    def update(self, pose: Pose) -> Pose:
        """Return the pose with smoothed landmarks; a pose without a person passes through."""
        if not pose.found:
            return pose
        now = pose.image_px[None]
        for number, left in enumerate((_BODY, *_GROUPS)):
            if self._last is None:
                swap = False
            elif left is _BODY:
                swap = bool(_whole_swapped(self._last[None], now)[0])
            else:
                swap = bool(_swapped(self._last[None], now, left)[0])
            if not swap:
                self._swapped_s[number] = pose.time_s
            elif pose.time_s - self._swapped_s[number] <= _SWAP_S:
                now = _exchanged(now, left)
        pose = replace(pose, image_px=now[0])
        self._last = pose.image_px
        quiet: dict[str, Any] = {
            name: each.update(pose.time_s, values)
            for name, each in self._filters.items()
            if (values := getattr(pose, name)) is not None
        }
        return replace(pose, **quiet)


def smooth(track: Track) -> Track:
    """Smooth a whole track without lag: median filter, short gaps filled, Savitzky-Golay over `WINDOW_S`.

    It works on a uniform grid at the track's frame rate and returns to the track's own times, so variable
    frame rates are safe. Gaps longer than 0.3 s stay NaN. The parts before and after a cut, or before and
    after a second without frames, are smoothed separately.
    """
    if track.found.sum() < _FEWEST:
        return track
    whole = replace(track, image_px=unswap(track).image_px)
    pieces = [_smooth_piece(whole[part], track.step_s) for part in _pieces(track)]
    quiet: dict[str, Any] = {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
    return replace(track, **quiet)


def _smooth_piece(piece: Track, step_s: float) -> dict[str, Floats]:
    """Smooth frames without a cut between them; return the arrays of `_SMOOTHED` that the track has."""
    t = piece.time_s
    arrays: dict[str, Floats] = {
        name: values for name in _SMOOTHED if (values := getattr(piece, name)) is not None
    }
    found = np.flatnonzero(piece.found)
    if len(found) < _FEWEST:
        return arrays
    step = max(step_s, float(t[-1] - t[0]) / (_FINEST * len(t)))
    uniform = bool(np.all(np.abs(np.diff(t) - step) < 0.1 * step))
    grid = t if uniform else np.arange(t[0], t[-1] + step / 2, step)

    def quiet(values: Floats, index: np.ndarray) -> Floats:
        """Smooth (T, N, 2) values known at some frames."""
        rows, lost = _bridged(t[index], values[index].reshape(len(index), -1))
        flat = _interpolate(grid, t[index], rows)
        flat = median_filter(flat, size=(3, 1), mode="nearest")
        window = max(5, 2 * round(WINDOW_S / step / 2) + 1)
        if len(flat) > window:
            flat = savgol_filter(flat, window, 2, axis=0)
        smoothed = (flat if uniform else _interpolate(t, grid, flat)).reshape(len(t), -1, 2)
        smoothed[_far_from(t, t[index])] = np.nan
        for column, seen in lost.items():
            smoothed.reshape(len(t), -1)[_far_from(t, t[index][seen]), column] = np.nan
        return smoothed

    known = {name: np.flatnonzero(np.isfinite(values[:, 0, 0])) for name, values in arrays.items()}
    known["image_px"] = found
    return {
        name: quiet(values, known[name]) if len(known[name]) >= _FEWEST else values
        for name, values in arrays.items()
    }


def _bridged(t: Floats, rows: Floats) -> tuple[Floats, dict[int, np.ndarray]]:
    """Fill what single points lack, so that they can be smoothed.

    Returns:
        The (T, N) values without NaN, and for each column that lacked some which frames it was seen in.
    """
    seen = np.isfinite(rows)
    lost = {int(column): seen[:, column] for column in np.flatnonzero(~seen.all(axis=0))}
    rows = rows.copy() if lost else rows
    for column, there in lost.items():
        rows[:, column] = np.interp(t, t[there], rows[there, column]) if there.any() else 0.0
    return rows, lost


def scenes(track: Track) -> list[slice]:
    """Split a track at cuts: the next part may have another view, perhaps of the other side.

    A change that is not sudden is only believed after some looks that match nothing: those show the next
    scene already.
    """
    if track.camera is None:
        return [slice(0, len(track))]
    looked = np.flatnonzero(np.isfinite(track.camera[:, SCENE]))
    scene, matched = track.camera[looked, SCENE], np.isfinite(track.camera[looked, TURN])
    sudden = np.diff(track.time_s[looked], prepend=-np.inf) < LOOK_EVERY_S - _LOOK_EARLY_S
    starts = []
    for first in np.flatnonzero(np.diff(scene) != 0) + 1:
        before = np.flatnonzero(matched[:first])
        begins = first if sudden[first] or not len(before) else int(before[-1]) + 1
        starts.append(int(looked[begins]))
    return _split(len(track), np.array(starts, dtype=int))


def _pieces(track: Track) -> list[slice]:
    """Split a track at cuts, those before a plain wall too, and at long gaps without frames."""
    gaps = np.flatnonzero(np.diff(track.time_s) > _LONG_GAP_S) + 1
    cuts = [part.start for part in scenes(track)[1:]] + other_views(track)
    return _split(len(track), np.union1d(gaps, cuts))


def _split(length: int, at: np.ndarray) -> list[slice]:
    edges = [0, *at.astype(int).tolist(), length]
    return [slice(a, b) for a, b in pairwise(edges)]


def _interpolate(at: Floats, t: Floats, values: Floats) -> Floats:
    if len(at) == len(t) and np.array_equal(at, t):
        return values
    right = np.clip(np.searchsorted(t, at), 1, len(t) - 1)
    left = right - 1
    weight = np.clip((at - t[left]) / (t[right] - t[left]), 0.0, 1.0)[:, None]
    mixed: Floats = values[left] * (1 - weight) + values[right] * weight
    return mixed


def _far_from(t: Floats, known: Floats) -> np.ndarray:
    """(T,) True inside gaps longer than `_GAP_S` and outside the known times."""
    if not len(known):
        return np.ones(len(t), dtype=bool)
    right = np.searchsorted(known, t)
    inside = (right > 0) & (right < len(known))
    width = np.where(
        inside,
        known[np.clip(right, 1, len(known) - 1)] - known[np.clip(right, 1, len(known) - 1) - 1],
        np.inf,
    )
    exact = np.isin(t, known)
    return ~exact & (width > _GAP_S)


def unswap(track: Track) -> Track:
    """Correct exchanges of left and right hips, knees or feet from one frame to the next.

    Where left and right joints swap places, the frames between two swaps are corrected if this makes the limb
    lengths of left and right clearly more alike. Otherwise the model is believed.
    """
    whole = np.concatenate([_short_exchanges(track[part]) for part in scenes(track)])
    px = np.where(whole[:, None, None], _exchanged(track.image_px, _BODY), track.image_px)
    visibility = np.where(whole[:, None], _exchanged(track.visibility, _BODY), track.visibility)
    changed = bool(whole.any())
    for part in stretches(track):
        index = np.flatnonzero(track.found[part]) + (part.start or 0)
        if len(index) < 2:
            continue
        close = np.diff(track.time_s[index]) < _CUT_S
        for left in _GROUPS:
            flips = _swapped(px[index[:-1]], px[index[1:]], left) & close
            piece = np.concatenate([[0], np.cumsum(~close | flips)])
            for number in range(int(piece[-1]) + 1 if flips.any() else 0):
                rows = index[piece == number]
                if _crossed(px[rows], left[0]):
                    px[rows] = _exchanged(px[rows], left)
                    visibility[rows] = _exchanged(visibility[rows], left)
                    changed = True
    return replace(track, image_px=px, visibility=visibility) if changed else track


def _whole_swapped(before: Floats, now: Floats) -> np.ndarray:
    """(N,) whether knees and feet changed sides in the same frame."""
    knees, feet = (_swapped(before, now, left) for left in _GROUPS)
    return np.asarray(knees & feet)


def _short_exchanges(track: Track) -> np.ndarray:
    """(T,) whether left and right of the whole body are exchanged here, for less than 3 s.

    In a longer exchange it is unknown which labels are right: the person may have turned round.
    """
    index = np.flatnonzero(track.found)
    wrong = np.zeros(len(track), dtype=bool)
    if len(index) < 2:
        return wrong
    before, now = track.image_px[index[:-1]], track.image_px[index[1:]]
    flips = np.flatnonzero(_whole_swapped(before, now)) + 1
    i = 0
    while i + 1 < len(flips):
        first, last = index[flips[i]], index[flips[i + 1]]
        if track.time_s[last] - track.time_s[first] <= _SWAP_S:
            wrong[first:last] = True
            i += 1
        i += 1
    return wrong


def _crossed(px: Floats, left: int) -> bool:
    """Return whether (N, 33, 2) joints fit the other side's parent joints clearly better.

    Left and right limbs are equally long: exchanged labels make one too long or too short.
    """
    parent = left - 2

    def unlike(a: int, b: int) -> float:
        one = np.hypot(*(px[:, a] - px[:, parent]).T)
        other = np.hypot(*(px[:, b] - px[:, parent + 1]).T)
        return float(np.mean(np.abs(one - other)))

    return unlike(left + 1, left) < 0.6 * unlike(left, left + 1)


def _exchanged(values: Floats, left: np.ndarray) -> Floats:
    """Return (N, 33, ...) values with left and right of a group in each other's place."""
    turned = values.copy()
    turned[:, left], turned[:, left + 1] = values[:, left + 1], values[:, left]
    return turned


def stretches(track: Track) -> list[slice]:
    """Split a track at cuts and where the person or the camera turned.

    Head and feet change places in the image (only a trunk that lies across the image has a direction), or the
    body is seen from the side and then from an end or from the front. A turn counts where it lasts 2 s.
    """
    parts = scenes(track)
    turns = [
        np.add(_changes(track.time_s[part], state), part.start)
        for part in parts
        for state in (trunk_direction(track[part]), _width(track[part]))
    ]
    return _split(len(track), np.union1d(np.concatenate(turns), [part.start for part in parts[1:]]))


def trunk_direction(track: Track) -> Floats:
    """Return (T,) 1 where the feet are to the image right of the head, -1 to the left, 0 where not clear."""
    trunk, length, _ = _trunk(track)
    along = np.nan_to_num(trunk[:, 0] / np.maximum(length, 1e-6))
    return np.where(np.abs(along) > 0.6, np.sign(along), 0.0)


def _width(track: Track) -> Floats:
    """Return (T,) -1 where the body is seen from the side, 1 from an end or the front, 0 where not clear."""
    _, length, width = _trunk(track)
    if aside_by_plate(track):
        return np.full(len(track), -1.0)
    share = width / np.maximum(length, 1e-6)
    with np.errstate(invalid="ignore"):
        return np.where(share < _NARROW, -1.0, np.where(share > _WIDE, 1.0, 0.0))


def _trunk(track: Track) -> tuple[Floats, Floats, Floats]:
    """Return the line from mid-shoulder to mid-hip (T, 2), its length (T,) and the shoulders' width (T,)."""
    px = track.image_px
    left, right = px[:, Landmark.LEFT_SHOULDER], px[:, Landmark.RIGHT_SHOULDER]
    trunk = (px[:, Landmark.LEFT_HIP] + px[:, Landmark.RIGHT_HIP]) / 2 - (left + right) / 2
    return trunk, np.hypot(*trunk.T), distance_px(left, right)


def _changes(time_s: Floats, state: Floats) -> list[int]:
    """Return the frames from which on a state of -1 or 1 is the other one for 2 s; 0 says nothing.

    Before and after it, the state shows for half of 2 s: single frames that are read amiss are no turn.
    """
    lasts_s = np.gradient(time_s) if len(time_s) > 1 else np.zeros(len(time_s))

    def shows(value: float, from_s: float, to_s: float) -> bool:
        part = slice(int(np.searchsorted(time_s, from_s)), int(np.searchsorted(time_s, to_s, "right")))
        return float(lasts_s[part][state[part] == value].sum()) >= _TURN_S / 2

    bounds: list[int] = []
    known, since, before = 0.0, -1, 0
    for i in np.flatnonzero(state).tolist():
        at_s = float(time_s[i])
        if state[i] == known or known == 0.0:
            known, since, before = state[i], -1, i
        elif since < 0:
            since = i
        if since >= 0 and at_s - time_s[since] >= _TURN_S and shows(state[i], at_s - _TURN_S, at_s):
            if shows(known, float(time_s[before]) - _TURN_S, float(time_s[before])):
                bounds.append((before + since + 1) // 2)
            known, since, before = state[i], -1, i
    return bounds


def _swapped(before: Floats, now: Floats, left: np.ndarray) -> np.ndarray:
    """(N,) whether exchanging left and right of a group halves the movement from one frame to the next."""
    joints, others = np.concatenate([left, left + 1]), np.concatenate([left + 1, left])
    straight = distance_px(now[:, joints], before[:, joints]).sum(axis=1)
    shoulder = (now[:, Landmark.LEFT_SHOULDER] + now[:, Landmark.RIGHT_SHOULDER]) / 2
    hip = (now[:, Landmark.LEFT_HIP] + now[:, Landmark.RIGHT_HIP]) / 2
    trunk = np.hypot(*(hip - shoulder).T)
    far = np.asarray(straight > _SWAP_PCT / 100.0 * trunk * 2 * len(left))
    if not far.any():
        return far
    exchanged = distance_px(now[:, others], before[:, joints]).sum(axis=1)
    return np.asarray((exchanged < 0.5 * straight) & far)
