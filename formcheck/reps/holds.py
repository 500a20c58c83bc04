"""Holds: spans of time in which a position is kept. There is no signal that rises and falls.

A hold takes the place of a repetition, so that all that judges, reports and logs repetitions does the same
with holds. `Hold` says which times its phases are, `HoldSegmenter` finds holds sample by sample.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from formcheck.measures.reading import pick
from formcheck.poses.pose import Floats
from formcheck.reps.segmentation import Dropped, Movements, Phase, Rep

OUT_S = 0.5
"""The position may be left for so long without an end of the hold: a step, a jump of the landmarks."""
UNSEEN_S = 2.0
"""The same where it cannot be said whether the position is kept, because the body is not seen."""
_SETTLE_S = 1.0  # while the position is taken, and while it is left; no more than a sixth of the hold
_SETTLE_SHARE = 1 / 6
ENDS_ERROR_S = 0.7
"""Error of the seconds of a hold: half a second at each end, where it is taken and left [assumed]."""
_NAMED_S = 1.0  # a hold that is too short is named if it lasted so long
_EDGE_S = 0.3  # as near to the first or last sample, the clip begins or ends within the hold


@dataclass(frozen=True, slots=True)
class Hold(Rep):
    """A position that was held, as a repetition without a way up and down: all of it is its top.

    `bottom` is 0 and `top` the seconds, so `range` is how long it lasted.

    Attributes:
        kept_s: From when to when the position is kept: without the second in which it is taken, and that in
            which it is left.
        cut_off: Whether the clip begins or ends within it: it lasted at least as long as was seen.
    """

    kept_s: tuple[float, float] = (0.0, 0.0)
    cut_off: bool = False

    @classmethod
    def over(cls, start_s: float, end_s: float, *, cut_off: bool = False, still_open: bool = False) -> Hold:
        """Return the hold from one time to another; one that is still open is not left yet."""
        took_s = end_s - start_s
        settle_s = min(_SETTLE_S, _SETTLE_SHARE * took_s)
        kept_s = (start_s + settle_s, end_s if still_open else end_s - settle_s)
        return cls(start_s, start_s, end_s, end_s, 0.0, took_s, kept_s=kept_s, cut_off=cut_off)

    def lately(self, over_s: float) -> Hold:
        """Return the hold as if only its last seconds counted."""
        low, high = self.kept_s
        return replace(self, kept_s=(max(low, high - over_s), high))

    def window(self, phase: Phase, *, margin_s: float = 0.0) -> tuple[float, float]:
        """Return the first and last time of a phase.

        Its start is the first second in which it is kept: there is no rest before it to compare with.
        """
        settled_s = self.start_s + min(_SETTLE_S, _SETTLE_SHARE * self.range)
        windows = {
            Phase.UP: (self.start_s, self.start_s),
            Phase.DOWN: (self.end_s, self.end_s),
            Phase.TOP: self.kept_s,
            Phase.HOLD: self.kept_s,
            Phase.LIFT: (self.start_s, self.end_s),
        }
        low, high = windows.get(phase, (settled_s, min(settled_s + _SETTLE_S, self.end_s)))
        return low - margin_s, high + margin_s


class HoldSegmenter:
    """Finds holds in samples that say whether a position is kept: 1 yes, 0 no, NaN not known.

    It has the methods of a `RepSegmenter`. A hold is open from the first sample in the position on; it is a
    hold once it has lasted `least_s`.

    Args:
        least_s: The shortest hold that counts.

    Attributes:
        dropped: Times in the position that were too short.
    """

    begun_before: Rep | None = None

    def __init__(self, least_s: float) -> None:
        self._least_s = least_s
        self.dropped: list[Dropped] = []
        self.reset()

    def reset(self) -> None:
        """Forget the set."""
        self.dropped.clear()
        self._first_s = self._now_s = self._start_s = self._last_s = self._out_s = float("nan")

    @property
    def started_s(self) -> float | None:
        """When the open hold began; None where none is open."""
        return None if np.isnan(self._start_s) else self._start_s

    @property
    def phase(self) -> Phase:
        """`HOLD` while a position is kept and has been taken, else `BOTTOM`."""
        return Phase.HOLD if self._last_s - self._start_s >= _SETTLE_S else Phase.BOTTOM

    def open_rep(self) -> Hold | None:
        """Return the open hold up to the last sample in the position, or None."""
        if self.phase is not Phase.HOLD:
            return None
        return Hold.over(self._start_s, self._last_s, cut_off=True, still_open=True)

    def update(self, time_s: float, value: float) -> Hold | None:
        """Take the next sample, and return the hold that it closes, if it does."""
        if np.isnan(self._first_s):
            self._first_s = time_s
        self._now_s = time_s
        if value > 0.5:
            closed = self._close() if time_s - self._last_s > UNSEEN_S else None
            self._start_s = time_s if np.isnan(self._start_s) else self._start_s
            self._last_s, self._out_s = time_s, float("nan")
            return closed
        if np.isfinite(value) and np.isnan(self._out_s):
            self._out_s = time_s
        out = time_s - self._out_s > OUT_S or time_s - self._last_s > UNSEEN_S
        return self._close() if out else None

    def finish(self) -> Hold | None:
        """Close the open hold at the end of the samples."""
        return self._close(at_end=self._now_s - self._last_s <= _EDGE_S)

    def _close(self, *, at_end: bool = False) -> Hold | None:
        """Return the open hold where it is long enough. None is open any more."""
        start_s, end_s = self._start_s, self._last_s
        self._start_s = self._last_s = self._out_s = float("nan")
        took_s = end_s - start_s
        if took_s >= self._least_s:
            return Hold.over(start_s, end_s, cut_off=at_end or start_s - self._first_s <= _EDGE_S)
        if took_s >= _NAMED_S:
            self.dropped.append(Dropped(start_s, end_s, f"held for less than {self._least_s:g} s"))
        return None


def holds(t: Floats, kept: Floats, *, least_s: float) -> Movements:
    """Find all holds in a record, (N,) times and whether the position is kept (1, 0, NaN unknown)."""
    segmenter = HoldSegmenter(least_s)
    found = [segmenter.update(*sample) for sample in zip(t.tolist(), kept.tolist(), strict=True)]
    return Movements([one for one in (*found, segmenter.finish()) if one is not None], segmenter.dropped)


def of_phase(values: Floats, times: Floats, stat: str, over_s: float = 0.0) -> tuple[float, float]:
    """Return how the values of a phase become one, and when it was so.

    Args:
        values: (N,) values, at least one.
        times: (N,) times.
        stat: A `Stat` of `formcheck.exercises.rule`.
        over_s: Length of the stretches whose medians are compared, or 0 for single frames.
    """
    if stat == "drift":
        changed, at = drift(values, times)
        return changed, float(times[at])
    if over_s <= 0 or stat == "median":
        value, at = pick(values, stat)
        return value, float(times[at])
    medians, middles = stretches(values, times, over_s)
    best = {"max": np.argmax(medians), "min": np.argmin(medians), "largest": np.argmax(np.abs(medians))}
    at = int(best[stat])
    return float(medians[at]), float(middles[at])


def stretches(values: Floats, times: Floats, over_s: float) -> tuple[Floats, Floats]:
    """Return the medians of all stretches of some length, and the time in the middle of each.

    Half of two neighbours overlaps. Values shorter than a stretch are one stretch.

    Args:
        values: (N,) values.
        times: (N,) times.
        over_s: Length of a stretch; 0 returns the values as they are.
    """
    if over_s <= 0 or len(values) < 2:
        return values, times
    last = max(float(times[-1]) - over_s, float(times[0]))
    starts = np.append(np.arange(float(times[0]), last, over_s / 2), last)
    parts = [values[(times >= at_s) & (times <= at_s + over_s)] for at_s in starts]
    kept = [
        (float(np.median(part)), at_s + over_s / 2)
        for part, at_s in zip(parts, starts, strict=True)
        if len(part)
    ]
    medians, middles = np.array(kept).T
    return medians, np.minimum(middles, times[-1])


def drift(values: Floats, times: Floats) -> tuple[float, int]:
    """Return how much a value changes over a phase, and the index at which the end of it begins.

    It is the median of the last fifth of the time less that of the first fifth.
    """
    fifth_s = (float(times[-1]) - float(times[0])) / 5
    late, early = times >= times[-1] - fifth_s, times <= times[0] + fifth_s
    return float(np.median(values[late]) - np.median(values[early])), int(np.argmax(late))
