"""Scores from 0 to 100 that can be worked out by hand, and how much of the form they cover."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from .judge import Verdict
from .rule import Status

MIN_COVERAGE = 0.60
SAFETY_CAP, FAULT_CAP = 60.0, 85.0


def rep_score(verdicts: Sequence[Verdict]) -> tuple[float | None, float]:
    """Score a repetition.

    100 less the weighted penalties over the weights judged; a safety fault caps it at 60, any other
    fault at 85. "Too close" and "not judged" count on neither side. Where a check of safety was not judged
    there is no score: a high one would praise what nobody saw.

    Returns:
        The score (None so, or below 60 % coverage) and the coverage, 0 to 1.
    """
    total = sum(v.rule.weight for v in verdicts)
    judged = sum(v.rule.weight for v in verdicts if v.judged)
    counted = [v for v in verdicts if v.judged and v.status is not Status.TOO_CLOSE]
    weight = sum(v.rule.weight for v in counted)
    coverage = judged / total if total else 0.0
    unsafe = any(v.rule.safety and not v.judged for v in verdicts)
    if unsafe or coverage < MIN_COVERAGE or not weight:
        return None, coverage
    lost = sum(v.rule.weight * v.limit.penalty(v.reading.value, v.reading.uncertainty) for v in counted)
    score = 100.0 * (1.0 - lost / weight)
    faults = [v for v in verdicts if v.status is Status.FAULT]
    if any(v.rule.safety for v in faults):
        score = min(score, SAFETY_CAP)
    elif faults:
        score = min(score, FAULT_CAP)
    return score, coverage


def set_score(scores: Sequence[float | None]) -> float | None:
    """Return the mean of the scored repetitions, or None where fewer than two thirds have a score."""
    known = [score for score in scores if score is not None]
    return fmean(known) if known and 3 * len(known) >= 2 * len(scores) else None
