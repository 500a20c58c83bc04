"""What to do next: each advice with its reason, its numbers, and what the source says.

Advice looks at the last day of an exercise and only at what its plan says; an exercise without a plan gets
none. Numbers of formcheck's own, such as when form counts as breaking, say so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from statistics import fmean, stdev
from typing import Literal

from pydantic import Field

from formcheck.exercises.rule import Between, Exercise, Plan, Sign, Status
from formcheck.history.asymmetry import TRAIN_PCT, Asymmetry
from formcheck.history.entries import LoggedSet
from formcheck.report.model import Model
from formcheck.report.stats import SURE
from formcheck.wording import capital, plain

OWN = "formcheck"
"""Source of what no document says."""
READY_SCORE, READY_DAYS = 85.0, 2
BREAKS_BY = 15.0
"""Points of score by which the last third of a set must fall below the first."""
_TWICE = 2
_HALF = 0.5


class Advice(Model):
    """One thing to do, and why."""

    kind: Literal["load", "reps", "sets", "days", "sides", "lighter", "stop", "progress", "regress"]
    level: Literal["change", "consider", "go on"]
    exercise: str
    side: str | None = Field(description="The leg it is about, or null for both.")
    day: date = Field(description="The day it follows from.")
    text: str = Field(description="What to do.")
    reason: str = Field(description="Why, with the numbers.")
    says: str = Field(
        description="What the source says, in our own words; empty where the advice is formcheck's own."
    )
    source: str

    def for_both_legs(self) -> Advice:
        """Return the advice as one for both legs."""
        return self.model_copy(update={"side": None})


def advise(
    sets: Sequence[LoggedSet],
    exercise: Exercise | None,
    sides: Sequence[Asymmetry] = (),
    *,
    others: Sequence[LoggedSet] = (),
    today: date | None = None,
) -> tuple[Advice, ...]:
    """Return what follows from the last day of an exercise, what must change first.

    Args:
        sets: All of one lifter and exercise, in order of time.
        exercise: Which, or None where it is not known here.
        sides: Left against right.
        others: Sets of other exercises, for what is lifted with both legs.
        today: For what only holds once the day is over; None for the last day.
    """
    plan = exercise.plan if exercise else None
    if plan is None or not sets:
        return ()
    day = sets[-1].day
    last = [one for one in sets if one.day == day]
    found = [
        *_load(last, _both_legs([*sets, *others], plan), plan),
        *_lighter(last, plan),
        *_stop(last, plan),
        *_regress(last, plan),
        *_days(sets, plan),
        *_reps(last, plan),
        *_sets(last, plan, over=today is not None and day < today),
        *_weaker(last, sides, plan),
    ]
    if not any(
        each.kind in ("load", "lighter", "stop", "regress") and each.level == "change" for each in found
    ):
        found += _progress(sets, plan)
    order = ("change", "go on", "consider")
    return tuple(sorted(found, key=lambda each: order.index(each.level)))


def _both_legs(sets: Iterable[LoggedSet], plan: Plan) -> list[tuple[LoggedSet, float]]:
    """Return the loads lifted with both legs, in order of time: as given by the user, or as logged."""
    known = []
    for one in sets:
        given = one.load_kg if plan.both_legs and one.exercise == plan.both_legs else one.bilateral_load_kg
        if given:
            known.append((one, given))
    return sorted(known, key=lambda item: item[0].at)


def _load(last: Sequence[LoggedSet], both: Sequence[tuple[LoggedSet, float]], plan: Plan) -> Iterator[Advice]:
    usual, heaviest = plan.load_ratio, max(last, key=lambda one: one.load_kg or 0.0)
    known = [load for one, load in both if one.at <= last[-1].at]
    if usual is None or not known or not heaviest.load_kg:
        return
    both_kg, load_kg = known[-1], heaviest.load_kg
    share, fit = load_kg / both_kg, f"{both_kg * usual.low:.0f} to {both_kg * usual.high:.0f} kg"
    if usual.low <= share <= usual.high:
        return
    reason = (
        f"{load_kg:g} kg is {100 * share:.0f} % of the {both_kg:g} kg you lift with both legs; "
        f"{100 * usual.low:.0f} to {100 * usual.high:.0f} % is usual"
    )
    if share < usual.low:
        text, level = f"There is room for more load: {fit}", "consider"
    else:
        far = usual.far is not None and share > usual.far
        text, level = f"Drop the load to {fit}", "change" if far else "consider"
    yield _made("load", level, heaviest, text, reason, usual.says, plan).for_both_legs()


def _lighter(last: Sequence[LoggedSet], plan: Plan) -> Iterator[Advice]:
    for one, count in _worst(last, plan.lighter):
        if plan.lighter and count >= _TWICE:
            reason = _how_often(one, count, plan.lighter)
            yield _made("lighter", "change", one, "Take less load", reason, plan.lighter.says, plan)


def _stop(last: Sequence[LoggedSet], plan: Plan) -> Iterator[Advice]:
    """Find sets whose last third is worse than the first; of several with one leg, the last counts."""
    broken: dict[str, Advice] = {}
    for one in last:
        scored = [rep for rep in one.full if rep.score is not None]
        third = len(scored) // 3
        if third < _TWICE:
            continue
        first, end = scored[:third], scored[-third:]
        a, b = ([rep.score or 0.0 for rep in part] for part in (first, end))
        fell, scatter = fmean(a) - fmean(b), math.hypot(stdev(a), stdev(b)) / math.sqrt(third)
        unsafe = [sum(rep.unsafe for rep in part) for part in (first, end)]
        if fell > max(BREAKS_BY, SURE * scatter):
            reason = f"the score fell from {fmean(a):.0f} in the first third to {fmean(b):.0f} in the last"
        elif unsafe[1] >= _TWICE and not unsafe[0]:
            reason = (
                f"{unsafe[1]} of the last {third} repetitions had a fault that risks injury, the first none"
            )
        else:
            continue
        text = f"Stop after repetition {end[0].index - 1}, or take about 10 % less"
        broken[one.side] = _made("stop", "change", one, text, reason, plan.collapse, plan)
    yield from broken.values()


def _regress(last: Sequence[LoggedSet], plan: Plan) -> Iterator[Advice]:
    for one, count in _worst(last, plan.regress_on):
        if plan.regress_on and plan.regressions and count >= max(_TWICE, _HALF * len(one.full)):
            text = f"Go back to {' or '.join(step.what for step in plan.regressions)}"
            reason = _how_often(one, count, plan.regress_on)
            yield _made("regress", "change", one, text, reason, plan.regress_on.says, plan)


def _days(sets: Sequence[LoggedSet], plan: Plan) -> Iterator[Advice]:
    usual, day = plan.days_a_week, sets[-1].day
    if usual is None:
        return
    days = sorted({one.day for one in sets if day - timedelta(days=7) < one.day <= day})
    if len(days) > usual.high:
        text = f"Rest: {usual.high:.0f} days a week are enough"
        reason = (
            f"this was day {len(days)} within 7 days ({', '.join(f'{each:%a} {each.day}' for each in days)})"
        )
        yield _made("days", "consider", sets[-1], text, reason, usual.says, plan).for_both_legs()


def _reps(last: Sequence[LoggedSet], plan: Plan) -> Iterator[Advice]:
    usual = plan.reps
    if usual is None:
        return
    for side in sorted({one.side for one in last}):
        counts = [len(one.full) for one in last if one.side == side]
        off = [count for count in counts if not usual.low <= count <= usual.high]
        if off:
            high = max(off) > usual.high
            text = (
                f"Stop at {usual.high:.0f} repetitions" if high else f"Do {_range(usual)} repetitions a set"
            )
            reason = f"{len(off)} of {len(counts)} sets had {_list(off)}; the plan is {_range(usual)}"
            of = next(one for one in last if one.side == side)
            yield _made("reps", "consider", of, text, reason, usual.says, plan)


def _sets(last: Sequence[LoggedSet], plan: Plan, *, over: bool) -> Iterator[Advice]:
    usual = plan.sets
    if usual is None:
        return
    for side in sorted({one.side for one in last}):
        of = [one for one in last if one.side == side]
        if len(of) > usual.high or (over and len(of) < usual.low):
            enough = len(of) > usual.high
            text = f"{usual.high:.0f} sets a leg are enough" if enough else f"Do {_range(usual)} sets a leg"
            reason = f"it was {len(of)} on the {side} leg; the plan is {_range(usual)}"
            yield _made("sets", "consider", of[-1], text, reason, usual.says, plan)


def _weaker(last: Sequence[LoggedSet], sides: Sequence[Asymmetry], plan: Plan) -> Iterator[Advice]:
    shown = next((each for each in sides if each.weaker), None)
    if not plan.sides or shown is None:
        return
    weak = shown.smaller
    strong = "left" if weak == "right" else "right"
    of, better = ([one for one in last if one.side == side] for side in (weak, strong))
    if of and better and _clean(of) >= _clean(better):
        return  # it has caught up
    numbers = "the same repetitions and load"
    if of:
        load = max((one.load_kg or 0.0 for one in of), default=0.0)
        numbers = f"{max(len(one.full) for one in of)} repetitions" + (f" at {load:g} kg" if load else "")
    train = shown.verdict == "train"
    text = (
        f"Let the {weak} leg set the numbers: {numbers}, and no more on the {strong}"
        if train
        else f"Watch the {weak} leg"
    )
    reason = (
        f"{shown.label.lower()}: left {shown.left:g}, right {shown.right:g} over {shown.days} days, "
        f"{shown.less_pct:.0f} % less on the {weak}; {shown.needed:.2g} apart is needed to be sure, "
        f"and {TRAIN_PCT:.0f} % to train to it"
    )
    level = "change" if train else "consider"
    yield _made("sides", level, last[-1], text, reason, plan.sides, plan).for_both_legs()


def _clean(sets: Sequence[LoggedSet]) -> float:
    return fmean(one.clean_reps for one in sets)


def _progress(sets: Sequence[LoggedSet], plan: Plan) -> list[Advice]:
    """Return whether the last days were clean enough for something harder."""
    days = sorted({one.day for one in sets})[-READY_DAYS:]
    recent = [one for one in sets if one.day in days]
    if not plan.progressions or len(days) < READY_DAYS or not all(_ready(one, plan.reps) for one in recent):
        return []
    worst = min(one.score or 0.0 for one in recent)
    reason = (
        f"no fault in {len(recent)} sets on the last {len(days)} days, none of them below {worst:.0f} points"
        f" ({READY_SCORE:.0f} is asked)"
    )
    text = f"Ready for more: {' or '.join(step.what for step in plan.progressions)}"
    return [
        _made("progress", "go on", sets[-1], text, reason, plan.progressions[0].says, plan).for_both_legs()
    ]


def _ready(one: LoggedSet, reps: Between | None) -> bool:
    faulty = any(v.status is Status.FAULT for rep in one.full for v in rep.verdicts)
    enough = reps is None or len(one.full) >= reps.low
    return one.score is not None and one.score >= READY_SCORE and not faulty and enough


def _worst(last: Sequence[LoggedSet], sign: Sign | None) -> Iterator[tuple[LoggedSet, int]]:
    """Return for each leg the set with the largest share of repetitions with the sign, and their number."""
    faults = sign.faults if sign else ()
    for side in sorted({one.side for one in last}):
        counts = [(one, sum(rep.has(*faults) for rep in one.full)) for one in last if one.side == side]
        yield max(counts, key=lambda item: item[1] / max(len(item[0].full), 1))


def _how_often(one: LoggedSet, count: int, sign: Sign) -> str:
    found = " or ".join(plain(name) for name in sign.faults if any(rep.has(name) for rep in one.full))
    return f"{found} in {count} of {len(one.full)} repetitions of a set"


def _range(usual: Between) -> str:
    return f"{usual.low:g}" if usual.low == usual.high else f"{usual.low:g} to {usual.high:g}"


def _list(counts: Sequence[int]) -> str:
    return ", ".join(map(str, dict.fromkeys(counts)))


def _made(kind: str, level: str, of: LoggedSet, text: str, reason: str, says: str, plan: Plan) -> Advice:
    return Advice.model_validate(
        {
            "kind": kind,
            "level": level,
            "exercise": of.exercise,
            "side": of.side,
            "day": of.day,
            "text": text,
            "reason": capital(reason),
            "says": says,
            "source": plan.source if says else OWN,
        }
    )
