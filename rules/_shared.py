"""Checks that several exercises share: tempo, range, lumbar, sources."""

from __future__ import annotations

import math

import numpy as np

from formcheck.lumbar import lumbar_extension
from formcheck.rule import Phase, Reading, RepData

__all__ = ["hold", "lowering", "lumbar_extension"]

BRIEF = "thresholds: engineering choices of the formcheck brief, measured on rendered clips"
TIME_ERROR_S = 0.12
"""Error of a phase's duration: one frame and the smoothing at both ends (rendered clips)."""


def hold(data: RepData) -> Reading:
    """Seconds at the top."""
    rep = data.rep
    return Reading(rep.lower_s - rep.lockout_s, TIME_ERROR_S, rep.lower_s)


def lowering(data: RepData) -> Reading:
    """Seconds from leaving the top to the bottom."""
    rep = data.rep
    return Reading(rep.end_s - rep.lower_s, TIME_ERROR_S, rep.end_s)


def of_best(data: RepData) -> tuple[float, float]:
    """Return this rep's range and the largest of the set's."""
    return data.rep.range, max((rep.range for rep in data.set.reps), default=data.rep.range)


def own_best_top(data: RepData, name: str) -> float:
    """Return the 75 % quantile over the set's reps of a measure at the top."""
    tops = [RepData(rep, data.set).median(name, Phase.TOP) for rep in data.set.reps] or [
        data.median(name, Phase.TOP)
    ]
    known = [top for top in tops if math.isfinite(top)]
    return float(np.percentile(known, 75)) if known else float("nan")
