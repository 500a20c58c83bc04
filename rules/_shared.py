"""Checks that several exercises share: tempo, range, lumbar, sources."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from formcheck.rule import Phase, Reading, RepData

MAX_HOLD_ERROR_S = 0.55
"""Half of the hold asked for: beyond it a held top and none look the same."""
BRIEF = "thresholds: engineering choices of the formcheck brief, measured on rendered clips"


def hold_of(signal: str) -> Callable[[RepData], Reading]:
    """Return a check of the seconds at the top of a signal."""

    def hold(data: RepData) -> Reading:
        rep = data.rep
        moving = (rep.lockout_s - rep.start_s + rep.end_s - rep.lower_s) / 2
        error_s = data.time_error_s(moving, signal)
        if error_s > MAX_HOLD_ERROR_S:
            return Reading.none("the movement is too small or too slow to time the hold")
        return Reading(rep.lower_s - rep.lockout_s, error_s, rep.lower_s)

    return hold


def lowering_of(signal: str) -> Callable[[RepData], Reading]:
    """Return a check of the seconds from leaving the top of a signal to its bottom."""

    def lowering(data: RepData) -> Reading:
        took_s = data.rep.end_s - data.rep.lower_s
        return Reading(took_s, data.time_error_s(took_s, signal), data.rep.end_s)

    return lowering


def own_best_top(data: RepData, name: str) -> float:
    """Return the 75 % quantile over the person's usual reps of a measure at the top."""
    tops = data.usual(name, Phase.TOP)
    return float(np.percentile(tops, 75)) if len(tops) else float("nan")
