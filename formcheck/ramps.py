"""When a movement between two rests begins and ends, from its middle part."""

from __future__ import annotations

import numpy as np

from .pose import Floats

_LOW = 0.15
HIGH = 0.85
"""Shares of the way between which a rise is timed."""
_MIDDLE = 0.50
_NEAR = 0.03  # of the way, from either end: near enough to time an end by itself
_HALT = 1.5
"""A ramp that takes so much longer than one of its halves says halts on its way."""
_TAU = np.linspace(0.0, 1.0, 101)
_WAY = _TAU**3 * (10 - 15 * _TAU + 6 * _TAU**2)  # of a minimum-jerk movement, by the share of its time


def _ramp_time(level: float) -> float:
    """Return the share of its time after which a minimum-jerk movement has covered a share of its way.

    Source: Flash and Hogan, J Neurosci 1985.
    """
    return float(np.interp(level, _WAY, _TAU))


def ramp(t: Floats, level: Floats, upper: float = HIGH) -> tuple[float, float]:
    """Return when a rise from 0 to 1 begins and ends, from its crossings of 15 % and of `upper`.

    The ends themselves are slow and drown in noise, so they are extrapolated with the timing of a
    minimum-jerk movement: of the whole ramp or, where it halts on its way, of what lies near that end. `t`
    may run backwards (a fall seen from its end).
    """
    high = int(np.flatnonzero(level >= upper)[0]) if (level >= upper).any() else len(level) - 1
    below = np.flatnonzero(level[: high + 1] < _LOW)
    low = int(below[-1]) if len(below) else 0
    t_low = _crossing(t, level, low, _LOW)
    t_high = _crossing(t, level, high - 1, upper)

    def length(from_s: float, start: float, to_s: float, end: float) -> float:
        """Return how long the whole would take, by the time from one share of it to another."""
        return (to_s - from_s) / (_ramp_time(end) - _ramp_time(start))

    whole = first = last = length(t_low, _LOW, t_high, upper)
    if upper > _MIDDLE:
        t_middle = _crossing(t, level, _last_below(level[: high + 1], _MIDDLE), _MIDDLE)
        halves = length(t_low, _LOW, t_middle, _MIDDLE), length(t_middle, _MIDDLE, t_high, upper)
        if abs(whole) > _HALT * min(map(abs, halves)):
            t_near = _crossing(t, level, _last_below(level[: low + 1], _NEAR), _NEAR)
            first = min(halves[0], length(t_near, _NEAR, t_low, _LOW), whole, key=abs)
            over = np.flatnonzero(level[high:] >= 1 - _NEAR)
            t_near = _crossing(t, level, high + int(over[0]) - 1, 1 - _NEAR) if len(over) else t_high
            last = min(halves[1], length(t_high, upper, t_near, 1 - _NEAR), whole, key=abs)
    return t_low - _ramp_time(_LOW) * first, t_high + (1 - _ramp_time(upper)) * last


def _last_below(level: Floats, at: float) -> int:
    below = np.flatnonzero(level < at)
    return int(below[-1]) if len(below) else 0


def _crossing(t: Floats, level: Floats, i: int, at: float) -> float:
    i = min(max(i, 0), len(t) - 2)
    step = float(level[i + 1] - level[i])
    share = (at - float(level[i])) / step if step else 0.0
    return float(t[i] + min(max(share, 0.0), 1.0) * (t[i + 1] - t[i]))
