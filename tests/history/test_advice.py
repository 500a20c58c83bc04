"""What the log says: trends and sides only beyond error and variation, and each advice where it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from support.logs import KICK, THRUST, a_set, day

from formcheck.exercises import catalog
from formcheck.history.advice import Advice, advise
from formcheck.history.asymmetry import asymmetries, asymmetry
from formcheck.history.entries import LoggedSet
from formcheck.history.traits import Followed, comparable
from formcheck.history.trends import CHANCE, trend, trends
from formcheck.report.model import Quantity

EXERCISE = catalog.exercise(THRUST)
SCORE = Followed("score", "Score", "points", scatters=True)
RANGE = Followed("range", "Range", "%")
TWICE_A_WEEK = [7 * week + d for week in range(4) for d in (0, 3)]


def course(
    values: Sequence[float], u: float = 1.0, days: Sequence[int] | None = None
) -> dict[date, Quantity]:
    return {
        day(number).date(): Quantity(value=value, uncertainty=u, unit="%")
        for number, value in zip(days or TWICE_A_WEEK, values, strict=False)
    }


def test_a_steady_rise_is_a_trend_and_its_slope_is_found() -> None:
    found = trend(course([60 + 2 * week for week in np.array(TWICE_A_WEEK) / 7]), RANGE, THRUST, "left")
    assert found.verdict == "more"
    assert found.per_week == pytest.approx(2.0)
    assert found.change is not None
    assert found.change.value == pytest.approx(2 * 24 / 7, abs=0.01)


def moved(day_number: int, speed: float, load_kg: float | None = 60.0, **more: Any) -> LoggedSet:
    """A set of one day, lifted at a speed."""
    unit = more.pop("unit", "m/s")
    each = {"mean_speed": Quantity(value=speed, uncertainty=0.01, unit=unit)}
    fields = {"speed_by": "plate", "start_s": speed, **more}
    return a_set(day(day_number), reps=3, each=each, load_kg=load_kg, **fields)


def test_speed_is_followed_at_the_load_that_most_sets_had() -> None:
    rising = [moved(number, 0.30 + 0.02 * i) for i, number in enumerate(TWICE_A_WEEK)]
    others = [
        moved(30, 0.9, 20.0),
        moved(31, 0.9, None),
        moved(32, 0.9, unit="trunk lengths/s"),
        moved(33, 0.9, speed_by="hips"),
        a_set(day(34), load_kg=60.0),
    ]
    [found] = [one for one in trends([*rising, *others], EXERCISE) if one.trait == "speed"]
    assert (found.label, found.unit, found.verdict) == ("Speed at 60 kg", "m/s", "better")
    assert found.per_week == pytest.approx(0.04, rel=0.1)
    assert len(found.days) == len(TWICE_A_WEEK)
    assert all(one.trait != "speed" for one in trends([a_set(load_kg=60.0)], EXERCISE))


def test_a_rise_within_the_measurement_error_is_none() -> None:
    values = [60 + 0.4 * i for i in range(8)]
    assert trend(course(values, u=0.5), RANGE, THRUST, "left").verdict == "more"
    assert trend(course(values, u=3.0), RANGE, THRUST, "left").verdict == "not shown"


def test_days_that_vary_as_much_as_they_rise_are_no_trend() -> None:
    values = [70, 80, 66, 84, 72, 78, 69, 86]
    assert trend(course(values, u=0.1), SCORE, THRUST, "left").verdict == "not shown"


def test_few_days_are_no_trend_and_neither_are_equal_ones() -> None:
    assert trend(course([50, 60, 70, 80, 90]), RANGE, THRUST, "left").verdict == "too few days"
    same = trend(course([80.0] * 8, u=0.0), SCORE, THRUST, "left")
    assert (same.verdict, same.chance, same.per_week) == ("not shown", 1.0, 0.0)


def test_better_and_worse_know_the_direction() -> None:
    rising = [70 + 3 * i for i in range(8)]
    assert trend(course(rising), SCORE, THRUST, "left").verdict == "better"
    assert trend(course(rising[::-1]), SCORE, THRUST, "left").verdict == "worse"
    rule = next(rule for rule in EXERCISE.rules if rule.name == "shin-not-vertical")
    shin = Followed(rule.code, "Shin", "deg", rule.limit)
    assert trend(course([30 - 3 * i for i in range(8)]), shin, THRUST, "left").verdict == "better"
    within = [rule.limit.warn * 0.5 - 0.3 * i for i in range(8)]
    assert trend(course(within, u=0.1), shin, THRUST, "left").verdict == "less"  # good before and after


def test_chance_calls_a_trend_as_rarely_as_promised() -> None:
    """400 logs of four weeks without any trend, each day off by its variation and its measurement error."""
    rng = np.random.default_rng(5)
    called = sum(
        trend(course(list(rng.normal(60, np.hypot(3.0, 1.0), 8))), RANGE, THRUST, "left").sure
        for _ in range(400)
    )
    assert called <= 400 * CHANCE * 2


def test_the_legs_differ_only_beyond_variation() -> None:
    def pairs(apart: float, scatter: float, seed: int = 3) -> dict[date, tuple[Quantity, Quantity]]:
        rng = np.random.default_rng(seed)
        return {
            day(n).date(): (
                Quantity(value=60 + rng.normal(0, scatter), uncertainty=1.0, unit="%"),
                Quantity(value=60 - apart + rng.normal(0, scatter), uncertainty=1.0, unit="%"),
            )
            for n in TWICE_A_WEEK
        }

    assert asymmetry(pairs(15, 1), RANGE, THRUST).verdict == "train"
    assert asymmetry(pairs(15, 1), RANGE, THRUST).smaller == "right"
    assert asymmetry(pairs(7.5, 0.5), RANGE, THRUST).verdict == "watch"
    assert asymmetry(pairs(4, 0.2), RANGE, THRUST).verdict == "small"
    assert asymmetry(pairs(15, 25), RANGE, THRUST).verdict == "not shown"
    one_day = dict(list(pairs(30, 0).items())[:2])
    assert asymmetry(one_day, RANGE, THRUST).verdict == "too few days"
    called = sum(asymmetry(pairs(0, 4, seed), RANGE, THRUST).verdict != "not shown" for seed in range(300))
    assert called <= 300 * 0.05


def test_only_sets_that_were_seen_alike_are_compared() -> None:
    alike = [a_set(day(i)) for i in range(3)]
    other = [a_set(day(4), near=False), a_set(day(5), view="oblique-foot"), a_set(day(6), profile="strict")]
    assert comparable([*alike, *other]) == alike
    far = [a_set(day(i), "right", near=False) for i in range(5)]
    assert asymmetries([*[a_set(day(i)) for i in range(5)], *far], EXERCISE) == ()


def kinds(found: Sequence[Advice]) -> list[str]:
    return [each.kind for each in found]


def advice(sets: Sequence[LoggedSet], **more: Any) -> tuple[Advice, ...]:
    found = advise(sets, EXERCISE, **more)
    for each in found:
        assert each.says
        assert each.source == EXERCISE.source
        assert each.reason
    return found


def three(at: float = 0.0, **more: Any) -> list[LoggedSet]:
    """A day as planned: three sets of eight on either leg."""
    return [
        a_set(day(at + 0.01 * i), side, start_s=i, **more) for i, side in enumerate(["left", "right"] * 3)
    ]


def test_a_day_as_planned_needs_no_advice() -> None:
    assert advice(three(load_kg=60.0, bilateral_load_kg=120.0), today=day(1).date()) == ()


@pytest.mark.parametrize(
    ("load", "level", "text"),
    [
        (96.0, "change", "Drop the load to 48 to 72 kg"),
        (80.0, "consider", "Drop the load to 48 to 72 kg"),
        (73.0, "consider", "Drop the load to 48 to 72 kg"),
        (72.0, None, ""),
        (48.0, None, ""),
        (40.0, "consider", "There is room for more load: 48 to 72 kg"),
    ],
)
def test_the_load_against_that_with_both_legs(load: float, level: str | None, text: str) -> None:
    found = advice(three(load_kg=load, bilateral_load_kg=120.0))
    assert [(each.level, each.text) for each in found] == ([(level, text)] if level else [])
    assert all(f"{load:g} kg is {100 * load / 120:.0f} % of the 120 kg" in each.reason for each in found)


def test_what_is_lifted_with_both_legs_is_remembered_and_read_from_the_log() -> None:
    before = three(-10, bilateral_load_kg=100.0, load_kg=50.0)
    assert kinds(advice([*before, *three(load_kg=80.0)])) == ["load"]
    later = a_set(day(-1), exercise="hip-thrust", load_kg=140.0)
    assert kinds(advice([*before, *three(load_kg=80.0)], others=[later])) == ["progress"]
    assert kinds(advice(three(load_kg=80.0))) == []  # nothing to compare with


def test_repetitions_and_sets_against_the_plan() -> None:
    [found] = advice([*three(), a_set(day(0.1), reps=12)], today=day(0).date())
    assert (found.kind, found.side, found.text) == ("reps", "left", "Stop at 10 repetitions")
    assert "1 of 4 sets had 12" in found.reason
    [found] = advice([*three()[:5], a_set(day(0.1), "right", reps=4)])
    assert (found.kind, found.side) == ("reps", "right")
    many = [*three(), a_set(day(0.1)), a_set(day(0.2))]
    assert [(each.kind, each.side) for each in advice(many)] == [("sets", "left")]
    assert advice(three()[:4], today=day(0).date()) == ()  # the day is not over
    assert [(e.kind, e.side) for e in advice(three()[:4], today=day(1).date())] == [
        ("sets", s) for s in ("left", "right")
    ]


def test_a_third_day_within_a_week() -> None:
    assert "days" not in kinds(advice([*three(0), *three(3)], today=day(3).date()))
    assert "days" not in kinds(advice([*three(0), *three(3), *three(7)], today=day(7).date()))
    found = [each for each in advice([*three(0), *three(3), *three(6)]) if each.kind == "days"]
    assert len(found) == 1
    assert "day 3 within 7 days" in found[0].reason


def test_hips_not_level_twice_in_a_set_is_lighter() -> None:
    once = [*three()[:5], a_set(day(0.1), "right", faults={2: ["pelvis-tilt"]})]
    twice = [*three()[:5], a_set(day(0.1), "right", faults={2: ["pelvis-tilt"], 5: ["pelvis-tilt"]})]
    assert kinds(advice(once)) == []
    [found] = advice(twice)
    assert (found.kind, found.level, found.side) == ("lighter", "change", "right")
    assert "2 of 8 repetitions" in found.reason


def test_form_that_breaks_in_the_last_third_says_where_to_stop() -> None:
    breaks = [95.0, 95, 95, 95, 90, 85, 60, 55, 60]
    [found] = advice([*three()[:5], a_set(day(0.1), "right", scores=breaks)])
    assert (found.kind, found.side) == ("stop", "right")
    assert found.text.startswith("Stop after repetition 6")
    odd = [95.0, 95, 40, 95, 95, 95, 95, 95, 40]  # an odd repetition at either end is no collapse
    assert kinds(advice([*three()[:5], a_set(day(0.1), "right", scores=odd)])) == []
    unsafe = a_set(day(0.1), "right", reps=9, faults={8: ["lumbar-arching"], 9: ["lumbar-arching"]})
    assert kinds(advice([*three()[:5], unsafe])) == ["stop"]


def test_half_without_lockout_is_better_done_easier() -> None:
    half = {i: ["incomplete-lockout"] for i in (1, 3, 5, 7)}
    [found] = advice([*three()[:5], a_set(day(0.1), "right", faults=half)])
    assert (found.kind, found.level) == ("regress", "change")
    assert "bridge" in found.text
    assert "4 of 8" in found.reason
    assert kinds(advice([*three()[:5], a_set(day(0.1), "right", faults={1: ["incomplete-lockout"]})])) == []


def test_two_clean_days_are_ready_for_more() -> None:
    clean = [*three(0), *three(3)]
    assert [(each.kind, each.level) for each in advice(clean)] == [("progress", "go on")]
    assert kinds(advice(three(0))) == []
    assert kinds(advice([*three(0, scores=80.0), *three(3)])) == []
    assert kinds(advice([*three(0, faults={1: ["chin-up"]}), *three(3)])) == []
    heavy = [*three(0), *three(3, load_kg=100.0, bilateral_load_kg=110.0)]
    assert kinds(advice(heavy)) == ["load"]  # not both at once


def test_the_weaker_leg_is_matched_until_it_has_caught_up() -> None:
    def sets(weak_faults: int, last: int | None = None) -> list[LoggedSet]:
        found = []
        for n in TWICE_A_WEEK:
            bad = last if last is not None and n == TWICE_A_WEEK[-1] else weak_faults
            for one in three(n, load_kg=50.0):
                faults = {i: ["chin-up"] for i in range(1, bad + 1)} if one.side == "left" else {}
                found.append(a_set(one.at, one.side, faults=faults, load_kg=50.0))
        return found

    def sides_of(found: list[LoggedSet]) -> list[Advice]:
        both = asymmetries(found, EXERCISE)
        return [each for each in advice(found, sides=both) if each.kind == "sides"]

    [one] = sides_of(sets(5))
    assert one.level == "change"
    assert "Let the left leg set the numbers: 8 repetitions at 50 kg" in one.text
    assert "left 3, right 8 over 6 days" in one.reason
    assert sides_of(sets(0)) == []
    assert sides_of(sets(5, last=0)) == []


def test_an_exercise_without_a_plan_or_not_known_gets_none() -> None:
    bare = replace(EXERCISE, plan=None)
    assert advise(three(load_kg=100.0, bilateral_load_kg=110.0), bare) == ()
    assert advise(three(), None) == ()
    assert trends(three(), None)  # but its course is followed


def test_plans_name_their_source_and_name_faults_that_are_there() -> None:
    planned = [one for one in catalog.exercises().values() if one.plan is not None]
    assert {"glute-kickback", "single-leg-hip-thrust"} <= {one.name for one in planned}
    for exercise in planned:
        assert exercise.plan is not None
        assert exercise.plan.source == exercise.source
    assert EXERCISE.plan is not None
    sign = EXERCISE.plan.lighter
    assert sign is not None
    with pytest.raises(ValueError, match="fault that no rule has"):
        replace(EXERCISE, plan=replace(EXERCISE.plan, lighter=replace(sign, faults=("tired",))))


def test_a_kickback_is_only_told_what_its_source_says() -> None:
    kick = catalog.exercise(KICK)
    sets = [a_set(day(i), exercise=KICK, reps=30, load_kg=5.0, bilateral_load_kg=5.0) for i in range(5)]
    assert [each.kind for each in advise(sets, kick)] == ["progress"]
    assert advise([*sets, a_set(day(5) + timedelta(1), exercise=KICK, scores=50.0)], kick) == ()
