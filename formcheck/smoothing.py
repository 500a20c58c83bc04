"""Quieter landmarks: causal for the running rep, without lag for the verdict of record."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy.ndimage import median_filter
from scipy.signal import savgol_filter

from .pose import Floats, Landmark, Pose
from .track import Track

WINDOW_S = 0.30
"""Length of the zero-lag window: a lowering of 0.4 s keeps its slope, frame noise halves."""

_GAP_S = 0.30  # a shorter loss of the person is bridged
_PAIRS = np.array([(a, a + 1) for a in range(Landmark.LEFT_SHOULDER, Landmark.RIGHT_FOOT_INDEX, 2)])


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
        """Forget everything seen."""
        self._time_s = float("nan")
        self._value: Floats | None = None
        self._rate: Floats | None = None

    def update(self, time_s: float, value: Floats) -> Floats:
        """Take the next value (NaN allowed: it passes through and the filter restarts there)."""
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
    """Smooths poses one by one, and undoes exchanges of left and right."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the person."""
        self._filter = OneEuro()
        self._last: Floats | None = None

    def update(self, pose: Pose) -> Pose:
        """Return the pose with smoothed landmarks; a pose without a person passes through."""
        if not pose.found:
            return pose
        swap = self._last is not None and bool(_swapped(self._last[None], pose.image_px[None])[0])
        if swap:
            pose = _exchange_pose(pose)
        self._last = pose.image_px
        return replace(pose, image_px=self._filter.update(pose.time_s, pose.image_px))


def smooth(track: Track) -> Track:
    """Smooth a whole track without lag: spikes out, short gaps bridged, Savitzky-Golay over `WINDOW_S`.

    Works on a uniform grid at the median frame rate and returns to the track's own times, so variable
    frame rates are safe. Gaps longer than 0.3 s stay NaN.
    """
    found = track.found
    if found.sum() < 5:
        return track
    px = unswap(track).image_px
    t = track.time_s
    step = float(np.median(np.diff(t)))
    uniform = bool(np.all(np.abs(np.diff(t) - step) < 0.1 * step))
    grid = t if uniform else np.arange(t[0], t[-1] + step / 2, step)
    index = np.flatnonzero(found)
    flat = _interpolate(grid, t[index], px[index].reshape(len(index), -1))
    flat = median_filter(flat, size=(3, 1), mode="nearest")
    window = max(5, 2 * round(WINDOW_S / step / 2) + 1)
    if len(flat) > window:
        flat = savgol_filter(flat, window, 2, axis=0)
    if not uniform:
        flat = _interpolate(t, grid, flat)
    smoothed = flat.reshape(len(t), 33, 2)
    smoothed[_far_from(t, t[index])] = np.nan
    return replace(track, image_px=smoothed)


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
    """Undo frames in which left and right of the whole body changed places from one frame to the next."""
    px = track.image_px
    index = np.flatnonzero(track.found)
    if len(index) < 2:
        return track
    flips = _swapped(px[index[:-1]], px[index[1:]])
    crossed = np.cumsum(flips) % 2 == 1
    rows = index[1:][crossed]
    if not len(rows) or len(rows) > 0.5 * len(index):
        return track
    order = np.arange(33)
    order[_PAIRS[:, 0]], order[_PAIRS[:, 1]] = _PAIRS[:, 1], _PAIRS[:, 0]
    changed: dict[str, Any] = {"image_px": px.copy(), "visibility": track.visibility.copy()}
    for values in changed.values():
        values[rows] = values[rows][:, order]
    return replace(track, **changed)


def _swapped(before: Floats, now: Floats) -> np.ndarray:
    """(N,) whether exchanging left and right of hips, knees and ankles halves the movement."""
    legs = slice(Landmark.LEFT_HIP, Landmark.LEFT_HEEL)
    a, b = before[:, legs], now[:, legs]
    crossed = b.reshape(len(b), 3, 2, 2)[:, :, ::-1].reshape(len(b), 6, 2)
    straight = np.hypot(*(b - a).transpose(2, 0, 1)).sum(axis=1)
    exchanged = np.hypot(*(crossed - a).transpose(2, 0, 1)).sum(axis=1)
    knees = np.hypot(*(a[:, 2] - a[:, 3]).T)
    return np.asarray((exchanged < 0.5 * straight) & (straight > knees))


def _exchange_pose(pose: Pose) -> Pose:
    order = np.arange(33)
    order[_PAIRS[:, 0]], order[_PAIRS[:, 1]] = _PAIRS[:, 1], _PAIRS[:, 0]
    return replace(pose, image_px=pose.image_px[order], visibility=pose.visibility[order])
