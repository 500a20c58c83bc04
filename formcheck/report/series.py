"""What a page needs beside the verdicts: measures over the sets, thinned out, and the rules in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import numpy as np

from formcheck.exercises.rule import Exercise, Rule
from formcheck.judging.sets import FoundSet
from formcheck.measures.catalogue import MEASURES
from formcheck.poses.pose import View
from formcheck.report.model import About, MeasureSeries, RuleReport, Series
from formcheck.reps.rep_data import SetData

RATE_HZ = 15.0
"""Frames a second that are kept: enough for a lift of half a second."""
MAX_POINTS = 3000
"""A longer clip is thinned out further."""
_AROUND_S = 1.5  # before and after a set that is kept


def about(exercise: Exercise) -> About:
    """Return an exercise and its rules in words, with the limits that were used."""
    return About(
        title=exercise.title,
        source=exercise.source,
        film=exercise.film,
        signal=exercise.shown,
        rules=tuple(_rule(rule) for rule in exercise.rules),
        down_first=exercise.down_first,
    )


def _rule(rule: Rule) -> RuleReport:
    limit = rule.limit
    own = not rule.measure or rule.stat == "drift"
    offset: Literal["none", "start"] = "start" if rule.from_start else "none"
    return RuleReport(
        rule=rule.code,
        fault=rule.name,
        says=rule.says,
        why=rule.why,
        source=rule.source,
        unit=rule.value_unit,
        warn=round(limit.warn, 3),
        fault_limit=None if limit.fault is None else round(limit.fault, 3),
        worse="either" if limit.both else "above" if limit.sign > 0 else "below",
        phase=rule.when.value if rule.measure else "",
        measure=rule.shown,
        offset="own" if own else offset,
        weight=rule.weight,
        priority=rule.priority,
        safety=rule.safety,
        remedy=rule.remedy,
    )


def shown_measures(exercise: Exercise, *views: View) -> list[str]:
    """Return the measures that tell of an exercise from these views: its signal if any, then by weight."""
    rules = sorted(exercise.rules, key=lambda rule: (-rule.weight, rule.priority))
    named = [rule.shown for rule in rules if rule.shown and not rule.views.isdisjoint(views)]
    return list(dict.fromkeys([*([exercise.shown] if exercise.shown else []), *named]))


def series(sets: Sequence[FoundSet], exercise: Exercise) -> Series | None:
    """Return the measures of all sets on one time line, or None where there is no set.

    Args:
        sets: In order of time; a stretch between two is cut in the middle.
        exercise: Says which measures tell of it.
    """
    if not sets:
        return None
    spans = _spans(sets)
    times = [one.data.body.track.time_s for one in sets]
    kept = [np.flatnonzero((t >= low) & (t < high)) for t, (low, high) in zip(times, spans, strict=True)]
    stride = _stride(sets[0].data.body.track.fps, sum(map(len, kept)))
    parts = [part[::stride] for part in kept]
    views = {one.data.look.view for one in sets}
    measures = [_measure(name, sets, parts) for name in shown_measures(exercise, *views)]
    return Series(
        time_s=tuple(round(float(x), 3) for t, part in zip(times, parts, strict=True) for x in t[part]),
        measures=tuple(each for each in measures if any(value is not None for value in each.values)),
    )


def values_of_set(one: FoundSet, name: str) -> np.ndarray:
    """Return (T,) values of a measure over a set's frames, NaN where a joint it needs is not seen.

    Where the sides take turns, it is that of the side which works in the repetition.
    """
    times, values = one.data.body.track.time_s, seen_values(one.data, name)
    if one.other is not None:
        turns = one.turns()
        for (from_s, data), (to_s, _) in pairwise([*turns, (math.inf, one.data)]):
            if data is one.other:
                its = (times >= from_s) & (times < to_s)
                values[its] = seen_values(data, name)[its]
    return values


def seen_values(data: SetData, name: str) -> np.ndarray:
    """Return (T,) values of a measure, NaN where a joint it needs is not seen."""
    measure = MEASURES[name]
    seen = np.ones(len(data.body.track), dtype=bool)
    for role, part in measure.needs:
        seen &= data.sees(role, part)
    return np.where(seen, data.values(name), np.nan)


def _spans(sets: Sequence[FoundSet]) -> list[tuple[float, float]]:
    """Return from when to when each set is shown: with what is around it, without overlaps."""
    ends = [(one.reps[0].start_s, one.reps[-1].end_s) for one in sets]
    cuts = [(before[1] + after[0]) / 2 for before, after in pairwise(ends)]
    lows, highs = [-math.inf, *cuts], [*cuts, math.inf]
    return [
        (max(start_s - _AROUND_S, low), min(end_s + _AROUND_S, high))
        for (start_s, end_s), low, high in zip(ends, lows, highs, strict=True)
    ]


def _stride(fps: float, frames: int) -> int:
    every = round(fps / RATE_HZ) if math.isfinite(fps) else 1
    return max(1, every, math.ceil(frames / MAX_POINTS))


def _measure(name: str, sets: Sequence[FoundSet], parts: Sequence[np.ndarray]) -> MeasureSeries:
    measure = MEASURES[name]
    values = [values_of_set(one, name)[part] for one, part in zip(sets, parts, strict=True)]
    return MeasureSeries(
        measure=name,
        unit=measure.unit,
        definition=measure.definition,
        error=measure.errors.value,
        start=tuple(_known(one.data.start_value(name)) for one in sets),
        values=tuple(_known(value) for value in np.concatenate(values)),
    )


def _known(value: float) -> float | None:
    return round(float(value), 1) if math.isfinite(value) else None
