"""When a movement leaves a rest, and when it comes to one: the definition of the phases.

A repetition is a rest at the bottom, a rise, a rest at the top and a fall. The signal leaves a rest twice
(start of the rise, start of the lowering) and comes to one twice (lockout, end of the lowering), which is
the same with time reversed. All four times are found alike:

    The time since the signal left the rest, by the share of the way that it has gone, is the sum of two
    parts: that of a movement with the least possible jerk, which speeds up smoothly, and that of a constant
    speed, which is there at once. How much of each there is follows, by least squares, from when the signal
    passes 5 to 50 % of its way; neither is negative. It left the rest where this time is zero.

So the definition holds for eased movement (the first part alone; Flash and Hogan, J Neurosci 1985) and for
a sharp one (the second alone). Each time depends only on the half of the way next to it: a slow, long
lowering does not shorten the hold before it. A line that bends into another one over an unknown width is
found in the same spirit by bent-cable regression (Chiu, Lockhart and Routledge, J Am Stat Assoc 2006).
Where the movement halts on its way, only the part next to the rest counts. Below 5 % the signal changes by
less than its noise.

The rest is the level just before it is left, not the lowest or highest of the repetition: a rest may drift,
and a leg that trembles at the top has not left it.

**Held** is the top as an eye sees it: while the signal is within a tenth of its way from it. An eye cannot
tell the slow first and last tenth from standing still. But a movement that turns at once is there too: 0.75 s
of 1 s up and 2 s down. It is told by the time within a fifth of the way: 33 % of the repetition, if it moves
with the least possible jerk. The time near the top counts as held where that share is larger (from 38.5 % on
all of it, up to 35.5 % nothing), or where the time between lockout and lowering is long (from 0.55 s on all
of it, up to 0.43 s nothing); between in proportion. On 10 real repetitions in which an eye saw a hold the
share is 35 to 55 %, on 18 without one 20 to 36 %; on 18 rendered ones with a hold 42 to 59 %, on 5 that turn
at once 30 to 35 %, with up to 0.43 s between lockout and lowering. The limits were chosen on these.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from formcheck.poses.geometry import median, percentile
from formcheck.poses.pose import Floats

HALF = 0.50
_NEAR = 0.15  # of the way: the rest ends before it
_LEVELS = np.linspace(0.05, HALF, 10)
_TENTH, _FIFTH = 1, 3  # indices of these levels
_FEWEST = 4  # levels, for a fit of three numbers
_HALT = 4.0  # times the median between two levels: the movement halts there
_BEFORE = 1.6  # of the time from 15 to 50 %: so long before 15 % a movement of least jerk began
_REST = 20.0  # percentile of the signal then: the level of the rest
_PREFER_EASED = np.array([[0.0, 0.0, 0.02]])
"""A row that keeps the constant part small where noise leaves open which of the two it is.

Chosen on renders, which are eased: the times get 2 to 5 % closer. A sharp movement is timed 3 % of its length
too early."""
_SHARE = 0.355, 0.385  # of its time in the upper fifth: at most where it turns at once, at least where held
_BETWEEN_S = 0.43, 0.55  # from lockout to lowering, likewise
_TAU = np.linspace(0.0, 1.0, 201)
_WAY = _TAU**3 * (10 - 15 * _TAU + 6 * _TAU**2)  # of a minimum-jerk movement, by the share of its time


def eased_time(share: Floats | float) -> Floats:
    """Return the share of its time that a minimum-jerk movement needs for a share of its way.

    Source: Flash and Hogan, J Neurosci 1985.
    """
    return np.asarray(np.interp(share, _WAY, _TAU))


def held_s(near_top_s: float, upper_fifth_s: float, whole_s: float, between_s: float) -> float:
    """Return how long the top is held.

    Args:
        near_top_s: How long the signal is within a tenth of its way from the top.
        upper_fifth_s: How long it is within a fifth.
        whole_s: How long the repetition takes.
        between_s: The time between lockout and lowering.
    """
    held = max(_ramp(upper_fifth_s / max(whole_s, 1e-9), *_SHARE), _ramp(between_s, *_BETWEEN_S))
    return near_top_s * held


def _ramp(value: float, low: float, high: float) -> float:
    return float(np.clip((value - low) / (high - low), 0.0, 1.0))


_PARTS = np.stack([np.ones(len(_LEVELS)), eased_time(_LEVELS), _LEVELS], axis=1)
"""(L, 3): the time of each level is that of leaving, plus that of the eased and of the constant part."""


class Left(NamedTuple):
    """When a signal leaves a rest, and when it is a tenth and a fifth of the way away from it."""

    at_s: float
    tenth_s: float
    fifth_s: float


def leaves_at(t: Floats, level: Floats) -> Left:
    """Return when a signal leaves a rest.

    Args:
        t: (N,) times from the rest on. They may run backwards: then it is when the signal came to the rest.
        level: (N,) heights above the rest: about 0 there and 1 at the other end of the way, which may lie
            outside.

    Returns:
        The times. They are the first where the signal is far from the rest from the beginning.
    """
    sign = 1.0 if t[-1] >= t[0] else -1.0
    t = sign * t
    far = min(HALF, float(level.max()))
    near = min(_NEAR, far / 2)
    at_rest = np.flatnonzero(level < near)
    if not len(at_rest):
        return Left(*[sign * float(t[0])] * 3)
    beyond = int(at_rest[-1]) + int(np.argmax(level[at_rest[-1] :] >= far))
    t, level = t[: beyond + 1], level[: beyond + 1]
    near_s, far_s = passes(t, level, np.array([near, far]))
    before = level[(t <= near_s) & (t >= near_s - _BEFORE * (far_s - near_s))]
    rest = percentile(before, _REST) if len(before) else 0.0
    levels = _LEVELS[max(far, _LEVELS[_FEWEST - 1]) >= _LEVELS]
    times = passes(t, (level - rest) / max(1.0 - rest, HALF), levels)
    took = np.diff(times)
    halts = np.flatnonzero(took[_FEWEST - 1 :] > _HALT * median(took)) + _FEWEST
    origin = _origin(times[: halts[0]] if len(halts) else times)
    return Left(sign * origin, sign * float(times[_TENTH]), sign * float(times[_FIFTH]))


def _origin(times: Floats) -> float:
    """Return the time of leaving from the times of the first levels, by non-negative least squares."""
    first = float(times[0])
    wanted = np.append(times - first, 0.0)
    fits = []
    for parts, inverse in _solvers(len(times)):
        found = inverse @ wanted
        off = parts @ found - wanted
        if (found[1:] >= 0).all():
            fits.append((float(off @ off), float(found[0])))
    return first + min(fits, default=(0.0, 0.0))[1]


@cache
def _solvers(count: int) -> tuple[tuple[Floats, Floats], ...]:
    """Return the parts that may make up the times of the first levels, and what solves for their amounts."""
    parts = np.vstack([_PARTS[:count], _PREFER_EASED])
    chosen = [parts[:, columns] for columns in ([0, 1, 2], [0, 1], [0, 2])]
    return tuple((some, np.linalg.pinv(some)) for some in chosen)


def passes(t: Floats, level: Floats, at: Floats) -> Floats:
    """Return (L,) times at which a signal passes some levels for the last time, (N,) values at (N,) times."""
    below = level[:-1] < at[:, None]
    last = np.where(below.any(axis=1), below.shape[1] - 1 - np.argmax(below[:, ::-1], axis=1), 0)
    step = level[last + 1] - level[last]
    share = np.clip((at - level[last]) / np.where(step, step, np.inf), 0.0, 1.0)
    times: Floats = t[last] + share * (t[last + 1] - t[last])
    return times
