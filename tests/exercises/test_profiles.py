from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.errors import UsageError
from formcheck.exercises import catalog
from formcheck.exercises.profiles import PROFILES, Profile, limits, moves
from formcheck.rule import Above, Below, Exercise, Limit, Rule, Status

EXERCISES = list(catalog.exercises().values())
RULES = [(exercise, rule) for exercise in EXERCISES for rule in exercise.rules]
ORDER = {Status.OK: 0, Status.TOO_CLOSE: 0, Status.WARN: 1, Status.FAULT: 2}


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_standard_is_the_rules_own(exercise: Exercise) -> None:
    assert limits(exercise, "standard") == {rule.code: rule.limit for rule in exercise.rules}


@given(st.sampled_from(RULES), st.floats(-100, 250), st.floats(0, 15))
def test_strict_finds_no_less_and_beginner_no_more(
    pair: tuple[Exercise, Rule], value: float, u: float
) -> None:
    exercise, rule = pair
    found = [
        ORDER[limits(exercise, name)[rule.code].status(value, u)]
        for name in ("beginner", "standard", "strict")
    ]
    assert found == sorted(found)


@pytest.mark.parametrize(("exercise", "rule"), RULES, ids=lambda item: getattr(item, "code", ""))
def test_every_limit_moves_and_keeps_its_order(exercise: Exercise, rule: Rule) -> None:
    for name in set(PROFILES) - {"standard"}:
        moved = limits(exercise, name)[rule.code]
        assert (moved.warn != rule.limit.warn) is moves(rule)
        assert (moved.sign, moved.both) == (rule.limit.sign, rule.limit.both)
        assert (moved.fault is None) == (rule.limit.fault is None)
        if moved.fault is not None:
            assert (moved.fault - moved.warn) * moved.sign > 0


def test_by_hand() -> None:
    kickback = {rule.name: rule.code for rule in catalog.exercise("glute-kickback").rules}
    beginner = limits(catalog.exercise("glute-kickback"), "beginner")
    assert beginner[kickback["knee-bent"]].warn == pytest.approx(15 * 1.3)
    assert beginner[kickback["no-hold"]].warn == pytest.approx(1.0 / 1.3)  # a shorter hold will do
    assert beginner[kickback["bottom-too-low"]].warn == pytest.approx(-32 * 1.3)  # lower is let pass


def test_the_distance_from_the_ideal_is_scaled() -> None:
    rule = replace(catalog.exercise("hip-thrust").rules[0], limit=Below(60.0, 45.0, ideal=90.0))
    strict, beginner = (Profile.named(name).limit(rule) for name in ("strict", "beginner"))
    assert (strict.warn, strict.fault) == pytest.approx((66.0, 54.0))
    assert (beginner.warn, beginner.fault) == pytest.approx((51.0, 31.5))
    assert moves(rule)


@pytest.mark.parametrize("limit", [Below(80.0, 70.0, ideal=90.0), Above(100.0, 110.0, ideal=90.0)])
@pytest.mark.parametrize("room", [0.05, *PROFILES.values()])
def test_ideal_form_is_good_however_strict_the_profile(limit: Limit, room: float) -> None:
    """An upright trunk of 90 deg: without an ideal, less than 60 deg was divided until it was a fault."""
    rule = replace(catalog.exercise("hip-thrust").rules[0], limit=limit)
    assert Profile(room=room).limit(rule).status(90.0, 0.0) is Status.OK


def test_where_more_is_always_better_no_profile_moves_the_limit() -> None:
    rule = replace(catalog.exercise("hip-thrust").rules[0], limit=Below(50.0, 40.0, ideal=math.inf))
    assert not moves(rule)
    for name in PROFILES:
        assert Profile.named(name).limit(rule) == rule.limit


def test_a_distance_from_zero_either_way_takes_no_ideal() -> None:
    with pytest.raises(ValueError, match="both=True counts from zero and takes no ideal"):
        Above(5.0, 8.0, both=True, ideal=90.0)


def test_an_unknown_profile_names_the_known() -> None:
    with pytest.raises(UsageError, match="there are standard, strict, beginner"):
        limits(EXERCISES[0], "harsh")


@pytest.mark.parametrize("limit", [Above(96.0, 102.0), Above(130.0, 170.0), Limit(75.0, 60.0, -1)])
def test_a_limit_far_from_zero_is_not_one_of_distance_from_zero(limit: Limit) -> None:
    rule = replace(catalog.exercise("hip-thrust").rules[0], limit=limit)  # an upright trunk, full depth
    for name in PROFILES:
        assert Profile.named(name).limit(rule) == limit
