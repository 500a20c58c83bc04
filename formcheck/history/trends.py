"""What really changed over weeks: beyond what measurement and day-to-day variation explain.

A trend is called where both hold: the days are ordered more than chance orders them (Mann-Kendall, which asks
nothing of how they scatter), and the change over the whole time (Theil-Sen, which single odd days do not
move) is more than twice the uncertainty with which two days are told apart.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from statistics import median
from typing import Literal

from pydantic import Field
from scipy import stats

from formcheck.exercises.rule import Exercise
from formcheck.history.entries import LoggedSet
from formcheck.history.traits import Followed, by_day, comparable, followed
from formcheck.report.model import Model, Quantity
from formcheck.report.stats import SURE

CHANCE = 0.01
"""A trend is called where chance alone would order the days so less often than this."""
LEAST_DAYS = 6
"""Fewer days are never ordered beyond chance: five in perfect order come by chance once in sixty."""
Verdict = Literal["better", "worse", "more", "less", "not shown", "too few days"]


class DayValue(Model):
    """The mean of one day."""

    day: date
    value: float
    uncertainty: float | None = Field(description="Of measurement and scatter within the day.")


class Trend(Model):
    """One quantity over days."""

    exercise: str
    side: str
    trait: str
    label: str
    unit: str
    days: tuple[DayValue, ...]
    per_week: float | None = Field(description="Change a week; null for too few days.")
    per_week_low: float | None = Field(description="Lower end of its 95 % interval.")
    per_week_high: float | None = Field(description="Upper end of its 95 % interval.")
    change: Quantity | None = Field(description="Over the whole time, with its uncertainty.")
    chance: float | None = Field(description="How often chance orders the days so, at least.")
    verdict: Verdict

    @property
    def sure(self) -> bool:
        """Whether it is a trend."""
        return self.verdict not in ("not shown", "too few days")


def trends(sets: Sequence[LoggedSet], exercise: Exercise | None) -> tuple[Trend, ...]:
    """Return the course of everything that can be followed, for each leg.

    Args:
        sets: Of one exercise.
        exercise: Which, or None where it is not known here.
    """
    found = []
    for side in sorted({one.side for one in sets}):
        alike = comparable([one for one in sets if one.side == side])
        for what in followed(sets, exercise):
            days = by_day(alike, what)
            if days:
                found.append(trend(days, what, sets[0].exercise, side))
    return tuple(found)


def trend(days: Mapping[date, Quantity], what: Followed, exercise: str, side: str) -> Trend:
    """Compute the trend of one quantity over days.

    Args:
        days: The mean of each day, in order.
        what: Which quantity.
        exercise: Of which exercise.
        side: Of which leg.
    """
    times = [(day - min(days)).days for day in days]
    values = [each.value for each in days.values()]
    low = high = slope = chance = change = None
    verdict: Verdict = "too few days"
    if len(days) >= LEAST_DAYS:
        fitted = stats.theilslopes(values, times)
        slope, low, high = (7 * float(each) for each in (fitted.slope, fitted.low_slope, fitted.high_slope))
        order = float(stats.kendalltau(times, values).pvalue)
        chance = 1.0 if math.isnan(order) else order  # no two days differ
        apart = math.sqrt(2.0) * median(each.uncertainty or 0.0 for each in days.values())
        moved = slope / 7 * times[-1]
        change = Quantity(value=round(moved, 2), uncertainty=round(apart, 2), unit=what.unit)
        sure = chance < CHANCE and abs(moved) > SURE * apart
        verdict = _word(what, float(fitted.intercept), moved) if sure else "not shown"
    return Trend(
        exercise=exercise,
        side=side,
        trait=what.name,
        label=what.label,
        unit=what.unit,
        days=tuple(
            DayValue(day=day, value=value.value, uncertainty=value.uncertainty) for day, value in days.items()
        ),
        per_week=_round(slope),
        per_week_low=_round(low),
        per_week_high=_round(high),
        change=change,
        chance=None if chance is None else round(chance, 4),
        verdict=verdict,
    )


def _word(what: Followed, begin: float, moved: float) -> Verdict:
    better = what.better(begin, begin + moved)
    if better is None:
        return "more" if moved > 0 else "less"
    return "better" if better else "worse"


def _round(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(value, 3)
