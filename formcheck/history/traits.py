"""Quantities of sets that can be followed over days, and which sets can be compared."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from formcheck.exercises.rule import Exercise, Limit, Rule
from formcheck.history.entries import LoggedSet
from formcheck.measures.catalogue import MEASURES
from formcheck.report.model import Quantity
from formcheck.report.stats import mean
from formcheck.wording import capital, plain

Lifted = tuple[float, str, str]
"""The load of a set in kg, the unit of its speeds, and what was followed."""
COVERAGE_APART = 0.10
"""Scores compare where the judged share of the form differs by no more than this."""


@dataclass(frozen=True, slots=True)
class Followed:
    """One quantity of a set.

    Attributes:
        name: `score`, `clean`, `range`, `hold`, `down`, `load`, `speed`, or a rule's code.
        label: For people.
        unit: Of its values.
        limit: The rule's limits, or None.
        scatters: Whether its uncertainty is all chance, smaller over more days; else it is mostly steady.
        lifted: Of a speed: the load, the unit and what was followed. Other sets have no value, since speeds
            only compare at the same load.
    """

    name: str
    label: str
    unit: str
    limit: Limit | None = None
    scatters: bool = False
    lifted: Lifted | None = None

    def of(self, one: LoggedSet) -> Quantity | None:
        """Return its value in a set with its uncertainty, or None where there is none."""
        if self.name == "load":
            return (
                None if one.load_kg is None else Quantity(value=one.load_kg, uncertainty=0.0, unit=self.unit)
            )
        if self.name == "clean":
            return _count(one.clean_reps, len(one.full), self.unit) if one.full else None
        if self.lifted is not None and _lifted(one) != self.lifted:
            return None
        return one.of(self.name)

    def better(self, before: float, after: float) -> bool | None:
        """Whether a change is for the better; None if neither direction is."""
        if self.name in ("score", "clean", "speed"):
            return after > before
        if self.limit is None:
            return None
        less, more = _excess(self.limit, before), _excess(self.limit, after)
        return None if less == more else more < less


def followed(sets: Sequence[LoggedSet], exercise: Exercise | None) -> list[Followed]:
    """Return the quantities of one exercise to follow: of the rules, those that ever found something."""
    signal = f" ({plain(exercise.shown)})" if exercise and exercise.signal in MEASURES else ""
    unit = next((rep.range.unit for one in sets for rep in one.reps if rep.range), "")
    held = exercise is not None and exercise.is_hold
    found = [
        Followed("score", "Score", "points", scatters=True),
        Followed("clean", f"Clean {'holds' if held else 'repetitions'} a set", "reps", scatters=True),
        Followed("load", "Load", "kg"),
    ]
    if held:
        found.append(Followed("hold", "Held", "s"))
    else:
        last = "Lifting" if exercise and exercise.down_first else "Lowering"
        moved = ("range", f"Range{signal}", unit), ("hold", "Hold", "s"), ("down", last, "s")
        found += [*(Followed(*each) for each in moved), *_speed(sets)]
    flagged = {name for one in sets for name in one.faults()}
    rules = [rule for rule in exercise.rules if rule.name in flagged] if exercise else []
    return found + [_of_rule(rule) for rule in rules if rule.value_unit != "s"]


def comparable(sets: Iterable[LoggedSet]) -> list[LoggedSet]:
    """Return the largest group of sets that were filmed and judged alike; of equal ones, the latest."""
    groups: dict[tuple[str, bool | None, str], list[LoggedSet]] = {}
    for one in sets:
        groups.setdefault((one.view, one.near, one.profile), []).append(one)
    return max(groups.values(), key=lambda group: (len(group), group[-1].at), default=[])


def by_day(sets: Iterable[LoggedSet], what: Followed) -> dict[date, Quantity]:
    """Return the mean of every day, with the uncertainty of measurement and of the scatter within the day."""
    chosen = _alike_covered(sets) if what.name in ("score", "clean") else list(sets)
    days: dict[date, list[Quantity]] = {}
    for one in chosen:
        value = what.of(one)
        if value is not None:
            days.setdefault(one.day, []).append(value)
    means = {day: mean(values) for day, values in sorted(days.items())}
    return {day: value for day, value in means.items() if value is not None}


def _alike_covered(sets: Iterable[LoggedSet]) -> list[LoggedSet]:
    chosen = [one for one in sets if one.full]
    if not chosen:
        return []
    usual = Counter(round(one.coverage, 1) for one in chosen).most_common(1)[0][0]
    return [one for one in chosen if abs(one.coverage - usual) <= COVERAGE_APART]


def _lifted(one: LoggedSet) -> Lifted | None:
    speed = one.of("speed")
    if speed is None or one.load_kg is None or one.speed_by is None:
        return None
    return one.load_kg, speed.unit, one.speed_by


def _speed(sets: Sequence[LoggedSet]) -> Iterator[Followed]:
    """Give the speed at the load that most sets had; of equal ones, at that of the latest."""
    known = [lifted for one in sorted(sets, key=lambda one: one.at) if (lifted := _lifted(one)) is not None]
    if known:
        count = Counter(known)
        usual = max(reversed(known), key=lambda one: count[one])
        yield Followed("speed", f"Speed at {usual[0]:g} kg", usual[1], lifted=usual)


def _of_rule(rule: Rule) -> Followed:
    return Followed(rule.code, capital(plain(rule.name)), rule.value_unit, rule.limit)


def _excess(limit: Limit, value: float) -> float:
    worse = (abs(value) if limit.both else value) * limit.sign
    return max(worse - limit.warn * limit.sign, 0.0)


def _count(found: int, of: int, unit: str) -> Quantity:
    """Return a count with its statistical error, which is not zero if none or all were found."""
    share = (found + 0.5) / (of + 1)
    return Quantity(value=float(found), uncertainty=math.sqrt(of * share * (1 - share)), unit=unit)
