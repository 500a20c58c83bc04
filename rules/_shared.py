"""Checks that several exercises share: tempo, range, lumbar, sources."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from formcheck.rule import Phase, Reading, RepData

BRIEF = "thresholds: engineering choices of the formcheck brief, measured on rendered clips"


def hold_of(signal: str) -> Callable[[RepData], Reading]:
    """Return a check of the seconds at the top of a signal."""

    def hold(data: RepData) -> Reading:
        rep = data.rep
        moving = (rep.lockout_s - rep.start_s + rep.end_s - rep.lower_s) / 2
        return Reading(rep.lower_s - rep.lockout_s, data.time_error_s(moving, signal), rep.lower_s)

    return hold


def lowering_of(signal: str) -> Callable[[RepData], Reading]:
    """Return a check of the seconds from leaving the top of a signal to its bottom."""

    def lowering(data: RepData) -> Reading:
        took_s = data.rep.end_s - data.rep.lower_s
        return Reading(took_s, data.time_error_s(took_s, signal), data.rep.end_s)

    return lowering


def largest_range(data: RepData) -> float:
    """Return the largest range of the set's reps."""
    return max((rep.range for rep in data.set.reps), default=data.rep.range)


def own_best_top(data: RepData, name: str) -> float:
    """Return the 75 % quantile over the set's reps of a measure at the top."""
    tops = [RepData(rep, data.set).median(name, Phase.TOP) for rep in data.set.reps] or [
        data.median(name, Phase.TOP)
    ]
    known = [top for top in tops if math.isfinite(top)]
    return float(np.percentile(known, 75)) if known else float("nan")
