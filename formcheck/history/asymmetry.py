"""Left against right over several days: only what measurement and day-to-day variation do not explain."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from statistics import fmean, stdev
from typing import Literal

from pydantic import Field
from scipy import stats

from formcheck.exercises.rule import Exercise
from formcheck.history.entries import LoggedSet
from formcheck.history.traits import Followed, by_day, followed
from formcheck.report.model import Model, Quantity
from formcheck.report.stats import SURE

RECENT_DAYS = 6
"""So many of the last days are compared: the legs may have been further apart before."""
LEAST_DAYS = 3
"""Fewer days do not show how much the sides vary from day to day."""
WATCH_PCT, TRAIN_PCT = 10.0, 15.0
"""From how much less on a difference is worth watching, and training to. The 15 % are customary; the evidence
for them is weak, which is why a difference must be sure as well."""
_TRAITS = ("clean", "score", "range", "hold", "down")
_STRENGTH = ("clean", "score")


class Asymmetry(Model):
    """One quantity, left against right."""

    exercise: str
    trait: str
    label: str
    unit: str
    days: int = Field(description="Days on which both legs were done, seen alike.")
    left: float
    right: float
    difference: Quantity = Field(description="Right less left, with its standard uncertainty.")
    needed: float = Field(description="How far apart they must be to be sure of it.")
    less_pct: float = Field(description="How much less the smaller side has, in percent of the larger.")
    smaller: Literal["left", "right"]
    verdict: Literal["train", "watch", "small", "not shown", "too few days"]

    @property
    def weaker(self) -> bool:
        """Whether it shows that the smaller side is the weaker one."""
        return self.trait in _STRENGTH and self.verdict in ("train", "watch")


def asymmetries(sets: Sequence[LoggedSet], exercise: Exercise | None) -> tuple[Asymmetry, ...]:
    """Compare the legs over the last days on which both were trained and filmed alike.

    Args:
        sets: Of one exercise.
        exercise: Which, or None where it is not known here.
    """
    left, right = _paired(sets)
    found = []
    for what in followed(sets, exercise):
        if what.name in _TRAITS:
            of_left, of_right = by_day(left, what), by_day(right, what)
            both = sorted(of_left.keys() & of_right.keys())[-RECENT_DAYS:]
            if both:
                pairs = {day: (of_left[day], of_right[day]) for day in both}
                found.append(asymmetry(pairs, what, sets[0].exercise))
    return tuple(found)


def asymmetry(pairs: Mapping[date, tuple[Quantity, Quantity]], what: Followed, exercise: str) -> Asymmetry:
    """Judge the difference between the legs.

    Args:
        pairs: Left and right of every day.
        what: Which quantity.
        exercise: Of which exercise.
    """
    apart = [right.value - left.value for left, right in pairs.values()]
    left, right = (fmean(pair[i].value for pair in pairs.values()) for i in (0, 1))
    steady = math.sqrt(
        fmean([(a.uncertainty or 0.0) ** 2 + (b.uncertainty or 0.0) ** 2 for a, b in pairs.values()])
    )
    days = len(pairs)
    scatter = stdev(apart) if days > 1 else math.inf
    if what.scatters:
        scatter, steady = max(scatter, steady), 0.0
    daily = scatter / math.sqrt(days)
    factor = float(stats.t.ppf(0.975, days - 1)) if days > 1 else math.inf
    needed = math.hypot(SURE * steady, factor * daily)
    value, larger = right - left, max(abs(left), abs(right))
    less_pct = 100.0 * abs(value) / larger if larger > 0 else 0.0
    return Asymmetry(
        exercise=exercise,
        trait=what.name,
        label=what.label,
        unit=what.unit,
        days=days,
        left=round(left, 2),
        right=round(right, 2),
        difference=Quantity(
            value=round(value, 2),
            uncertainty=round(math.hypot(steady, daily), 2) if days > 1 else None,
            unit=what.unit,
        ),
        needed=round(needed, 2) if math.isfinite(needed) else 0.0,
        less_pct=round(less_pct, 1),
        smaller="left" if left < right else "right",
        verdict=_verdict(days, abs(value) > needed, less_pct),
    )


def _verdict(
    days: int, sure: bool, less_pct: float
) -> Literal["train", "watch", "small", "not shown", "too few days"]:
    if days < LEAST_DAYS:
        return "too few days"
    if not sure:
        return "not shown"
    return "train" if less_pct > TRAIN_PCT else "watch" if less_pct > WATCH_PCT else "small"


def _paired(sets: Sequence[LoggedSet]) -> tuple[list[LoggedSet], list[LoggedSet]]:
    """Return the sets of both legs that were filmed alike: same view, same distance, same limits."""
    groups: dict[tuple[str, bool | None, str], tuple[list[LoggedSet], list[LoggedSet]]] = {}
    for one in sets:
        group = groups.setdefault((one.view, one.near, one.profile), ([], []))
        if one.side in ("left", "right"):
            group[one.side == "right"].append(one)
    return max(groups.values(), key=lambda group: min(map(len, group)), default=([], []))
