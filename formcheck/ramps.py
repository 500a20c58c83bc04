"""When a movement between two rests begins and ends, from its middle part."""

from __future__ import annotations

import numpy as np

from .pose import Floats

_LOW = 0.15
HIGH = 0.85
"""Shares of the way between which a rise is timed."""
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
    minimum-jerk movement. `t` may run backwards (a fall seen from its end).
    """
    high = int(np.flatnonzero(level >= upper)[0]) if (level >= upper).any() else len(level) - 1
    below = np.flatnonzero(level[: high + 1] < _LOW)
    low = int(below[-1]) if len(below) else 0
    t_low = _crossing(t, level, low, _LOW)
    t_high = _crossing(t, level, high - 1, upper)
    early, late = _ramp_time(_LOW), _ramp_time(upper)
    length = (t_high - t_low) / (late - early)
    return t_low - early * length, t_high + (1 - late) * length


def _crossing(t: Floats, level: Floats, i: int, at: float) -> float:
    i = min(max(i, 0), len(t) - 2)
    step = float(level[i + 1] - level[i])
    share = (at - float(level[i])) / step if step else 0.0
    return float(t[i] + min(max(share, 0.0), 1.0) * (t[i + 1] - t[i]))
