"""Repetitions and their phases from one signal that rises with the lift.

The segmenter is causal: it takes one sample after another and reports when a repetition has started, has
reached the top and has ended. Live it gets the causally smoothed signal. For the final report it gets the
signal that was smoothed without lag.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple

import numpy as np
from scipy.ndimage import uniform_filter1d

from formcheck.poses.geometry import median, percentile
from formcheck.poses.pose import Floats
from formcheck.reps.timing import HALF, Left, eased_time, held_s, leaves_at, passes

RATE_LIMIT = 0.30
"""Share of the range per second. Slower counts as standing still (10 deg/s for a kickback of 30 deg)."""
SHORTEST_S = 0.5
"""A shorter movement is no repetition."""
_RETURNED = 0.25  # of the range above the bottom: below it, a repetition ends where the signal stands still
_FULL = 0.30  # of the usual range: less is a partial repetition
_SMALL = 0.6  # of `min_range`: once full repetitions have shown what is usual, so small a movement may be one
_SAME_TIME = 0.6  # of their time, if it also takes so long: fidgeting is quicker
_LOWERING = 0.25  # share of the way up; a fall by more is a lowering
_NOISE = 0.20  # of the usual range: less is no movement at all
_HIGH = 0.85  # of the way: the top is reached
_BEGUN = 0.6  # of its fall: a smaller rise at the first sample is the end of one
_ALIKE = 0.25  # of the range: tops and bottoms that are no further apart are alike
_MAX_WAY_S = 30.0  # up or down: slower is no lift, and 3 s filmed in tenfold slow motion are counted
_MAX_TOP_S = 180.0  # longest top; whoever stays longer does something else
_FORESEEN_S = 15.0  # the end of an open lowering is predicted at most so far ahead
_LEDGE_S = 0.4  # standing still this long on the way up is a start position, if the rise goes on
_RATE_S = 0.2  # over which a slope is taken, whatever the frame rate
_SHORT_TOP_S = 0.5  # standing still this long far below the usual top is a top, not a halt on the way
_AHEAD_S = 0.5  # a repetition may be closed in its last, slow part, so much before its end
_HALT_S = 0.5  # standing still so long on the way down may be a top that has sunk
_HALT_FALL, _HALT_SHARE = 0.06, 0.25  # of the range, and of the fastest fall: less in that time is standing
_SUNK = 0.92  # of the range: a top that is held lower than this has sunk
_LOST = 0.60  # of the range: what stands lower is no top any more
_REST_S = 1.5  # no new low for this long on the way down ends a repetition that did not come back fully


class Late(NamedTuple):
    """How much later than the body its landmarks leave a rest, seconds, at the bottom and at the top.

    The pose model smooths slow movement most. They come to a rest without delay.
    """

    start_s: float
    lower_s: float


LATE = Late(0.08, 0.14)
"""Mean of 281 rendered repetitions. `Rep.held_s` needs no correction: it ends where the signal is faster."""
ON_TIME = Late(0.0, 0.0)


class Phase(str, Enum):
    """Parts of a repetition."""

    START = "start"
    UP = "up"
    TOP = "top"
    DOWN = "down"
    BOTTOM = "bottom"
    LIFT = "lift"
    """Up, top and down together."""
    HOLD = "hold"
    """A position that is held (`reps.holds`); in a repetition the same as the top."""


@dataclass(frozen=True, slots=True)
class Rep:
    """One repetition.

    Attributes:
        start_s: When it leaves the bottom.
        lockout_s: When it reaches the top.
        lower_s: When it leaves the top.
        end_s: When it is back at the bottom.
        bottom: Signal at the bottom before the rise.
        top: Signal at the top.
        partial: Whether it is too small or cut off. It is listed, but not scored.
        lowered: Share of the lowering that was seen. It is less than 1 in an open repetition, whose `end_s`
            is predicted.
        near_top_s: From when to when the signal is within a tenth of its way from the top, or None where that
            is not known.
        upper_fifth_s: The same for a fifth.
    """

    start_s: float
    lockout_s: float
    lower_s: float
    end_s: float
    bottom: float
    top: float
    partial: bool = False
    lowered: float = 1.0
    near_top_s: tuple[float, float] | None = None
    upper_fifth_s: tuple[float, float] | None = None

    @property
    def held_s(self) -> float:
        """How long an eye sees the top held (`timing.held_s`)."""
        between_s = max(self.lower_s - self.lockout_s, 0.0)
        if self.near_top_s is None or self.upper_fifth_s is None:
            return between_s
        fifth_s = max(self.upper_fifth_s[1] - self.upper_fifth_s[0], 0.0)
        return held_s(self._near_s, fifth_s, self.end_s - self.start_s, between_s)

    @property
    def turning_s(self) -> float:
        """How long it is near the top without being held: an eye may take a slow turn for a hold."""
        return 0.0 if self.near_top_s is None else self._near_s - self.held_s

    @property
    def _near_s(self) -> float:
        return 0.0 if self.near_top_s is None else max(self.near_top_s[1] - self.near_top_s[0], 0.0)

    @property
    def range(self) -> float:
        """How far the signal rose, in its own unit."""
        return self.top - self.bottom

    def window(self, phase: Phase, *, margin_s: float = 0.0) -> tuple[float, float]:
        """Return the first and last time of a phase. A top shorter than 0.16 s is widened to that."""
        middle = (self.lockout_s + self.lower_s) / 2
        half = max((self.lower_s - self.lockout_s) / 2, 0.08)
        windows = {
            Phase.START: (self.start_s - 0.5, self.start_s),
            Phase.UP: (self.start_s, self.lockout_s),
            Phase.TOP: (middle - half, middle + half),
            Phase.HOLD: (middle - half, middle + half),
            Phase.DOWN: (self.lower_s, self.end_s),
            Phase.BOTTOM: (self.end_s, self.end_s + 0.3),
            Phase.LIFT: (self.start_s, self.end_s),
        }
        low, high = windows[phase]
        return low - margin_s, high + margin_s


@dataclass(frozen=True, slots=True)
class Dropped:
    """A movement that is no repetition by its size or its times alone.

    Attributes:
        start_s: When it began.
        end_s: When it was over.
        why: Why it does not count.
    """

    start_s: float
    end_s: float
    why: str


def too_long(rep: Rep, max_s: float | None) -> Dropped | None:
    """Return a movement as dropped where it takes longer than a repetition may, else None."""
    if max_s is None or rep.end_s - rep.start_s <= max_s:
        return None
    return Dropped(rep.start_s, rep.end_s, f"longer than {max_s:g} s")


class RepSegmenter:
    """Finds repetitions in a signal, sample by sample.

    A repetition opens when the signal has risen from its last low by a share of the usual range. Its top is
    over when the signal has fallen back by half. It closes when the signal is low and still, or rises again.
    A dip at the top that stays above half does not split it. A pause at the bottom may last as long as it
    likes. A movement below `min_range` is one too where full ones came before it, and it has a fair share of
    their range and of their time.

    Args:
        min_range: The least rise that can be a repetition, in the signal's unit.
        late: How much too late the signal leaves a rest.
        max_s: The longest that a repetition may take in all, or None where only its ways and its top have a
            limit.

    Attributes:
        dropped: Movements that have ended and are no repetitions.
        begun_before: A repetition that was at its top or in its lowering when the samples began, known once a
            full one has shown that it was one. It is partial.
    """

    def __init__(self, min_range: float, *, late: Late = LATE, max_s: float | None = None) -> None:
        self._min_range, self._late, self._max_s = min_range, late, max_s
        self.dropped: list[Dropped] = []
        self.reset()

    def reset(self) -> None:
        """Forget the set."""
        self.dropped.clear()
        self._t: list[float] = []
        self._s: list[float] = []
        self._low = self._high = self._high_s = float("nan")
        self._after = float("nan")
        self._state = Phase.BOTTOM
        self._ranges: list[float] = []
        self._lengths_s: list[float] = []
        self._bottom = float("nan")  # of the last full repetition
        self._began_s = float("nan")
        self._opening: tuple[Floats, Floats] | None = None  # until the first rise
        self.begun_before: Rep | None = None
        self._low_at = self._after_at = 0
        self._ledge = (float("nan"), 0)

    @property
    def phase(self) -> Phase:
        """The current phase: bottom, up, top or down."""
        if self._state is not Phase.UP or not self._s:
            return self._state
        span = self._high - self._low
        usual = span >= 0.6 * self._usual
        if usual and self._s[-1] < self._high - _LOWERING * span:
            return Phase.DOWN
        still = abs(self._rate(_RATE_S if usual else _SHORT_TOP_S)) < RATE_LIMIT * span
        return Phase.TOP if still and self._s[-1] > self._low + 0.85 * span else Phase.UP

    @property
    def _usual(self) -> float:
        return median(np.array(self._ranges[-3:])) if self._ranges else self._min_range

    @property
    def started_s(self) -> float | None:
        """About when the open repetition left the bottom; None where none is open."""
        return self._t[self._low_at] if self._state in (Phase.UP, Phase.DOWN) and self._t else None

    def open_rep(self) -> Rep | None:
        """Return the open repetition so far. Its end is the last sample, or predicted."""
        if self._state is Phase.BOTTOM or len(self._s) < 5:
            return None
        return phase_times(*self._movement(), late=self._late, still_open=True)

    def update(self, time_s: float, value: float) -> Rep | None:
        """Take the next sample, and return a repetition if it closes one. NaN samples are ignored."""
        if not np.isfinite(value):
            return None
        if not self._t:
            self._began_s = time_s
        self._t.append(time_s)
        self._s.append(value)
        closed = None
        if self._state is Phase.BOTTOM:
            self._rest(value)
        elif self._state is Phase.UP:
            self._rise(value)
        else:
            closed = self._fall(value)
        return closed

    def finish(self) -> Rep | None:
        """Close the open repetition at the end of the samples, so that the last one is not lost."""
        if self._state is Phase.DOWN:
            self._after_at = len(self._s) - 1 if self._s[-1] <= self._after else self._after_at
            far = self._after > self._low + 0.5 * (self._high - self._low)
            return self._close(cut_off=far, end_of_clip_s=self._t[-1])
        if self._state is Phase.UP and self._high - self._low >= self._min_range:
            self._after, self._after_at = self._s[-1], len(self._s) - 1
            return self._close(cut_off=True, end_of_clip_s=self._t[-1])
        return None

    def _rest(self, value: float) -> None:
        if not value >= self._low:
            self._low, self._low_at = value, len(self._s) - 1
        elif value < self._low + 0.1 * self._usual:
            self._low_at = len(self._s) - 1  # the latest time it was still low
        least = (_SMALL if self._ranges else 1.0) * self._min_range
        if value - self._low >= max(least, _NOISE * self._usual):
            self._keep_opening()
            self._state, self._high, self._high_s = Phase.UP, value, self._t[-1]
            self._ledge = (value, len(self._s) - 1)
        self._trim()

    def _keep_opening(self) -> None:
        """Keep the samples before the first rise: they may be the end of a repetition."""
        if self._opening is None:
            end = self._low_at + 1
            self._opening = np.array(self._t[:end]), np.array(self._s[:end])

    def _rise(self, value: float) -> None:
        self._step(value)
        if value > self._high:
            self._high, self._high_s = value, self._t[-1]
        if value < self._high - 0.5 * (self._high - self._low):
            self._state, self._after, self._after_at = Phase.DOWN, value, len(self._s) - 1

    def _step(self, value: float) -> None:
        """Take a stop on the way up as the new bottom: the leg was only put in place before it."""
        now = len(self._s) - 1
        level, first = self._ledge
        if abs(value - level) <= 0.3 * self._min_range:
            return
        stood = self._t[now - 1] - self._t[first] >= _LEDGE_S and self._flat(first, now)
        if value < level or not stood or self._on_its_way(level):
            self._ledge = (value, now)
        elif value > level + max(self._min_range, min(0.4 * (level - self._low), 0.3 * self._usual)):
            last = now - 1
            while last > first and self._s[last] > level + 0.3 * self._min_range:
                last -= 1
            cut = (first + last) // 2
            self._t, self._s, self._low_at = self._t[cut:], self._s[cut:], last - cut
            self._low = min(self._s[: self._low_at + 1])
            self._ledge = (value, len(self._s) - 1)

    def _on_its_way(self, level: float) -> bool:
        """Whether a stop lies on the usual way: this rise began where the repetition before did."""
        alike = abs(self._low - self._bottom) < _NOISE * self._usual
        return alike and level < self._low + _HIGH * self._usual

    def _flat(self, first: int, end: int) -> bool:
        """Whether the signal stood still between two samples, without the first and last quarter."""
        low, high = first + (end - first) // 4, end - (end - first) // 4
        middle = (low + high + 1) // 2
        rise = float(np.mean(self._s[middle:high]) - np.mean(self._s[low:middle]))
        return abs(rise) <= 0.05 * self._min_range

    def _fall(self, value: float) -> Rep | None:
        span = self._high - self._low
        if value < self._after:
            self._after, self._after_at = value, len(self._s) - 1
        low_enough = self._after < self._low + _RETURNED * span
        still = self._stands_still(span)
        rested = self._t[-1] - self._t[self._after_at] > _REST_S
        rising = value - self._after > 0.3 * span
        if (low_enough and still) or rising or rested:
            return self._close(cut_off=False)
        return None

    def _close(self, *, cut_off: bool, end_of_clip_s: float = float("inf")) -> Rep | None:
        movement = self._movement(self._after_at + 1)  # without the rise after it
        rep = phase_times(*movement, late=self._late)
        span = self._high - self._low
        begun = self._t[0] == self._began_s and span < _BEGUN * (self._high - self._after)
        usual = self._usual if self._ranges else span
        last_t, last_s = self._t[self._after_at :], self._s[self._after_at :]
        self._t, self._s, self._low_at = last_t, last_s, 0
        self._low = min(last_s)
        self._high = self._after = float("nan")
        self._state, self._after_at = Phase.BOTTOM, 0
        if rep is None:
            return None
        if why := _no_repetition(rep, span / usual, cut_off=cut_off):
            self.dropped.append(Dropped(rep.start_s, min(rep.end_s, end_of_clip_s), why))
            return None
        end_s = min(rep.end_s, end_of_clip_s)
        if long := too_long(replace(rep, end_s=end_s), self._max_s):
            self.dropped.append(long)
            return None
        partial = cut_off or begun or span < _FULL * usual
        if span < self._min_range and (partial or not self._as_long(rep)):
            return None
        if not partial:
            self._ranges.append(span)
            self._lengths_s.append(rep.end_s - rep.start_s)
            self._bottom = rep.bottom
            if len(self._ranges) == 1 and self._opening is not None:
                self.begun_before = _end_of_one(*self._opening, rep, self._late)
        return replace(rep, end_s=end_s, partial=partial)

    def _as_long(self, rep: Rep) -> bool:
        """Whether a movement takes about as long as the full repetitions before it."""
        usual_s = float(np.median(self._lengths_s)) if self._lengths_s else math.inf
        return rep.end_s - rep.start_s >= _SAME_TIME * usual_s

    def _movement(self, end: int | None = None) -> tuple[Floats, Floats]:
        """Return times and signal of the open movement, without the end of an earlier one.

        Args:
            end: The first sample after the movement; None for all samples.
        """
        t, s = np.array(self._t[:end]), np.array(self._s[:end])
        high = np.flatnonzero(s[: self._low_at] > self._low + 0.5 * (self._high - self._low))
        first = int(high[-1]) + 1 if len(high) else 0
        return t[first:], s[first:]

    def _stands_still(self, span: float) -> bool:
        """Whether the lowering is over: the signal is slow, also against the mean speed of the lowering."""
        took_s = max(self._t[-1] - self._high_s, _RATE_S)
        slow = min(0.5 * RATE_LIMIT, 0.3 / took_s)
        return abs(self._rate(max(_RATE_S, 0.075 * took_s))) < slow * span

    def _rate(self, over_s: float = _RATE_S) -> float:
        """Return the slope over the last `over_s` seconds, per second."""
        first = len(self._t) - 1
        while first > 0 and self._t[-1] - self._t[first] < over_s - 1e-6:
            first -= 1
        took_s = self._t[-1] - self._t[first]
        return (self._s[-1] - self._s[first]) / took_s if took_s > 0 else 0.0

    def _trim(self) -> None:
        """Forget samples well before the last low, so that a long rest needs no more memory."""
        if self._low_at > 600:
            self._keep_opening()
            cut = self._low_at - 300
            self._t, self._s = self._t[cut:], self._s[cut:]
            self._low_at -= cut


def _no_repetition(rep: Rep, share: float, *, cut_off: bool) -> str:
    """Return why a movement is no repetition by its times or its range, or an empty text."""
    up_s, top_s, down_s = rep.lockout_s - rep.start_s, rep.lower_s - rep.lockout_s, rep.end_s - rep.lower_s
    if share < _NOISE:
        return f"less than {100 * _NOISE:.0f} % of the usual range"
    if rep.end_s - rep.start_s < SHORTEST_S:
        return "it had only begun when the clip ended" if cut_off else f"shorter than {SHORTEST_S:g} s"
    if max(up_s, down_s) > _MAX_WAY_S:
        return f"longer than {_MAX_WAY_S:g} s on the way {'up' if up_s > down_s else 'down'}"
    return f"held for longer than {_MAX_TOP_S:g} s" if top_s > _MAX_TOP_S else ""


def _end_of_one(t: Floats, s: Floats, like: Rep, late: Late) -> Rep | None:
    """Return the repetition that the samples before the first rise are the end of, or None.

    It was up from the first sample on, at half the height of the first full repetition or more but not far
    above it, and comes down to the bottom of that one.

    Args:
        t: (N,) times.
        s: (N,) signal, from the first sample to the bottom before the first full repetition.
        like: That repetition.
        late: How much too late the signal leaves a rest.
    """
    share = (s - like.bottom) / like.range
    low = int(np.argmin(s))
    high = int(np.argmax(s[: low + 1]))
    if low - high < 3 or not HALF <= share[high] <= 1 + _ALIKE or abs(share[low]) > _ALIKE:
        return None
    if t[low] - t[high] > _MAX_WAY_S or share[: high + 1].min() < share[high] - _ALIKE:
        return None
    fall = (s[high : low + 1] - s[low]) / (s[high] - s[low])
    bottom_left, top_left = _ends(t[high : low + 1][::-1], fall[::-1])
    first_s, end_s = float(t[0]), bottom_left.at_s
    lower_s = max(top_left.at_s - late.lower_s, first_s)
    top, bottom = float(s[high]), float(s[low])
    near_s, fifth_s = (first_s, top_left.tenth_s), (first_s, top_left.fifth_s)
    return Rep(first_s, first_s, lower_s, max(end_s, lower_s), bottom, top, True, 1.0, near_s, fifth_s)


def phase_times(t: Floats, s: Floats, *, late: Late = LATE, still_open: bool = False) -> Rep | None:
    """Find start, lockout, lowering and end in one rise and fall of a signal.

    Args:
        t: (N,) times, from before the rise to after the fall.
        s: (N,) signal.
        late: How much too late the signal leaves a rest.
        still_open: Whether the fall has not ended yet. Its end is then predicted, at the height at which the
            rise began.

    Returns:
        The repetition, or None where there is no rise.
    """
    if len(t) < 5:
        return None
    peak = int(np.argmax(s))
    peak_value = percentile(s[s >= s[peak] - 0.2 * (s[peak] - s.min())], 90)
    before, after = float(s[: peak + 1].min()), float(s[peak:].min())
    up, down = peak_value - before, peak_value - after
    if up <= 0:
        return None
    left, come = _ends(t[: peak + 1], (s[: peak + 1] - before) / up)
    start_s, lockout_s = max(left.at_s - late.start_s, float(t[0])), come.at_s
    if down < _LOWERING * up:  # still at the top
        end_s = float(t[-1])
        lockout_s, near_s, fifth_s = (min(at_s, end_s) for at_s in come)
        spans = (near_s, end_s), (fifth_s, end_s)
        return Rep(start_s, lockout_s, end_s, end_s, before, peak_value, False, 0.0, *spans)
    lowered, ahead_s = 1.0, _AHEAD_S
    if still_open:
        lowered, ahead_s = min(down / up, 1.0), _FORESEEN_S
        gone, end_s = _open_fall(t[peak:], (peak_value - s[peak:]) / up, lowered)
    else:
        fall = (s[peak:] - after) / down
        at_full_s = float(np.ptp(t[s >= peak_value - (1 - _SUNK) * up]))
        fall = fall / _sunk_top(t[peak:], fall, at_full_s)
        back, gone = _ends(t[peak:][::-1], fall[::-1])
        end_s = back.at_s
    lower_s = gone.at_s - late.lower_s
    if lower_s < lockout_s:  # no stop at the top: the turn lies between the two
        lockout_s = lower_s = float(np.clip((lower_s + lockout_s) / 2, t[0], t[-1]))
    end_s = min(max(end_s, float(t[peak])), float(t[-1]) + ahead_s)
    spans = (come.tenth_s, gone.tenth_s), (come.fifth_s, gone.fifth_s)
    return Rep(start_s, lockout_s, lower_s, end_s, before, peak_value, False, lowered, *spans)


def _ends(t: Floats, level: Floats) -> tuple[Left, Left]:
    """Return when a rise from 0 to 1 leaves the bottom and comes to the top; `t` may run backwards."""
    high = int(np.argmax(level >= _HIGH)) if (level >= _HIGH).any() else len(level) - 1
    return leaves_at(t[: high + 1], level[: high + 1]), leaves_at(t[::-1], 1.0 - level[::-1])


def _open_fall(t: Floats, fallen: Floats, lowered: float) -> tuple[Left, float]:
    """Return when an open lowering began and, foreseen by its way so far, when it ends."""
    began = leaves_at(t, fallen)
    share = min(lowered, _HIGH)
    took_s = float(passes(t, fallen, np.array([share]))[0]) - began.at_s
    return began, began.at_s + took_s / float(eased_time(share))


def _sunk_top(t: Floats, level: Floats, at_full_s: float) -> float:
    """Return the height of a top that sinks while it is held, when it is left; else 1.

    That is the last height at which the signal stands still. It must stand there longer than it stayed at the
    full height: a short stop on the way down is no top.

    Args:
        t: (N,) times, beginning at the highest point.
        level: (N,) heights, from 1 down to 0.
        at_full_s: How long the signal stayed at the full height.
    """
    frame_s = median(np.diff(t)) if len(t) > 1 else math.inf
    half = round(_HALT_S / frame_s)
    if half < 2 or len(t) <= 2 * half:
        return 1.0
    calm = uniform_filter1d(level, max(half // 2, 1), mode="nearest")
    fall = calm[:-half] - calm[half:]  # over the half second from each sample on
    stands = np.abs(fall) <= min(_HALT_FALL, _HALT_SHARE * float(fall.max()))
    high = np.flatnonzero(stands & (calm[half:] >= _LOST))
    if not len(high):
        return 1.0
    last = int(high[-1])
    moving = np.flatnonzero(~stands[:last])
    stood_s = t[last + half] - t[int(moving[-1]) + 1 if len(moving) else 0]
    height = median(level[last : last + half])
    return height if height < _SUNK and stood_s > at_full_s else 1.0


class Movements(NamedTuple):
    """The repetitions of a recorded signal, and the movements that are none by their size or times."""

    reps: list[Rep]
    dropped: list[Dropped]


def segment(t: Floats, s: Floats, *, min_range: float, late: Late = LATE) -> Movements:
    """Find all repetitions of a recorded signal, (N,) times and values. NaN values are ignored."""
    segmenter = RepSegmenter(min_range, late=late)
    reps = [
        rep
        for time_s, value in zip(t.tolist(), s.tolist(), strict=True)
        if (rep := segmenter.update(time_s, value))
    ]
    last, first = segmenter.finish(), segmenter.begun_before
    whole = [rep for rep in (first, *reps, last) if rep is not None]
    return Movements(whole, segmenter.dropped)
