"""The rule files' own examples, and what the issue asks of every rule."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import fields

import pytest

from formcheck import catalog
from formcheck.measures import MEASURES
from formcheck.rule import Above, Example, Exercise, Limit, Rule, Status, View

EXERCISES = list(catalog.exercises().values())
RULES = [rule for exercise in EXERCISES for rule in exercise.rules]
FLAGGED = (Status.WARN, Status.FAULT)
NAMES = {
    "glute-kickback": """lumbar-arching knee-bent pelvis-rotated head-up small-range no-hold lowering-too-fast
        bottom-too-low hip-drift set-up-hands-knees""",
    "single-leg-hip-thrust": """lumbar-arching incomplete-lockout free-leg-drop free-leg-rise free-leg-bent
        free-leg-touching shin-not-vertical foot-too-close pelvis-tilt no-hold bounce lowering-too-fast
        heel-up foot-slides shoulder-slides chin-up shallow-bottom trunk-twist knee-wander""",
}
STATEMENTS = {"glute-kickback": ("K", 18), "single-leg-hip-thrust": ("H", 30)}

per_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
per_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)


def examples(which: str) -> list[object]:
    return [
        pytest.param(rule, example, id=f"{rule.code}-{example.value}")
        for rule in RULES
        for example in getattr(rule, which)
    ]


@pytest.mark.parametrize(("rule", "example"), examples("passes"))
def test_passes_what_it_says_it_passes(rule: Rule, example: Example) -> None:
    assert rule.limit.status(example.value, example.uncertainty) not in FLAGGED


@pytest.mark.parametrize(("rule", "example"), examples("fails"))
def test_fails_what_it_says_it_fails(rule: Rule, example: Example) -> None:
    assert rule.limit.status(example.value, example.uncertainty) in FLAGGED


@per_rule
def test_has_examples_on_both_sides_and_a_fault_among_them(rule: Rule) -> None:
    assert rule.passes
    assert rule.fails
    worst = {rule.limit.status(example.value, example.uncertainty) for example in rule.fails}
    assert (Status.FAULT in worst) == (rule.limit.fault is not None)


@per_rule
def test_limits_go_one_way(rule: Rule) -> None:
    limit = rule.limit
    if limit.fault is not None:
        assert (limit.fault - limit.warn) * limit.sign > 0
    assert not limit.both or limit.sign > 0


@per_rule
def test_says_what_why_where_from_and_what_to_do(rule: Rule) -> None:
    for name in ("says", "why", "source", "remedy", "cue", "statement", "value_unit"):
        assert getattr(rule, name).strip(), name
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
    assert re.fullmatch(r"[A-Z]{3}\d\d", rule.code)


@per_rule
def test_cues_are_short_enough_to_hear(rule: Rule) -> None:
    for cue in (rule.cue, rule.cue_minus):
        assert len(cue.split()) <= 8
    assert not rule.cue_minus or rule.limit.both


@per_rule
def test_is_judged_from_a_view_in_which_reps_count_or_says_there_is_none(rule: Rule) -> None:
    exercise = next(item for item in EXERCISES if rule in item.rules)
    assert View.UNKNOWN not in rule.views
    assert bool(rule.views & exercise.views) or "No camera angle" in rule.remedy


def test_codes_are_unique() -> None:
    assert [code for code, n in Counter(rule.code for rule in RULES).items() if n > 1] == []


@per_exercise
def test_weights_sum_to_a_hundred(exercise: Exercise) -> None:
    assert sum(rule.weight for rule in exercise.rules) == pytest.approx(100.0)
    assert all(rule.weight >= 0 for rule in exercise.rules)


@per_exercise
def test_names_are_unique_within_an_exercise_and_a_risk_comes_first(exercise: Exercise) -> None:
    names = [rule.name for rule in exercise.rules]
    assert len(set(names)) == len(names)
    safety = [rule for rule in exercise.rules if rule.safety]
    assert safety
    others = [rule.priority for rule in exercise.rules if not rule.safety]
    assert max(rule.priority for rule in safety) < min(others)


@per_exercise
def test_describes_itself(exercise: Exercise) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", exercise.name)
    assert all((exercise.title, exercise.source, exercise.film))
    assert exercise.signal in MEASURES
    assert exercise.min_range > 2 * MEASURES[exercise.signal].change_error
    assert exercise.views
    assert (exercise.working is None) == (exercise.signal_per_leg or exercise.both_legs)
    for item in exercise.unobservable:
        assert all((item.says, item.reason, item.statement))


@pytest.mark.parametrize("name", NAMES)
def test_every_fault_of_the_issue_is_there(name: str) -> None:
    assert {rule.name for rule in catalog.exercise(name).rules} == set(NAMES[name].split())


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_statement_of_the_source_is_answered(name: str) -> None:
    letter, last = STATEMENTS[name]
    exercise = catalog.exercise(name)
    text = [rule.statement for rule in exercise.rules] + [item.statement for item in exercise.unobservable]
    answered = set(re.findall(rf"{letter}\d+", " ".join(text)))
    assert answered == {f"{letter}{i}" for i in range(1, last + 1)}


def test_a_rule_needs_either_a_measure_or_a_function() -> None:
    given = {item.name: getattr(RULES[0], item.name) for item in fields(Rule)}
    read = next(rule.read for rule in RULES if rule.read)
    with pytest.raises(ValueError, match="either a measure or a read"):
        Rule(**given | {"measure": "", "read": None})
    with pytest.raises(ValueError, match="either a measure or a read"):
        Rule(**given | {"measure": "knee_flexion_deg", "read": read})
    with pytest.raises(ValueError, match="no measure nonsense_deg"):
        Rule(**given | {"measure": "nonsense_deg", "read": None})


def test_limits_declared_by_hand() -> None:
    assert Above(5.0, 8.0, both=True) == Limit(5.0, 8.0, 1, True)
    assert Above(5.0).fault is None
