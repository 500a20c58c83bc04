"""The rule files' own examples, and what the issue asks of every rule."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import fields

import pytest

from formcheck.evaluation.rule_soundness import example_wrong, findings
from formcheck.exercises import catalog
from formcheck.rule import Above, Exercise, Limit, Rule

EXERCISES = list(catalog.exercises().values())
RULES = [rule for exercise in EXERCISES for rule in exercise.rules]
NAMES = {
    "glute-kickback": """lumbar-arching knee-bent pelvis-rotated head-up small-range no-hold lowering-too-fast
        bottom-too-low hip-drift set-up-hands-knees leg-above-trunk-line head-drop""",
    "single-leg-hip-thrust": """lumbar-arching incomplete-lockout free-leg-drop free-leg-rise free-leg-bent
        free-leg-touching shin-not-vertical foot-too-close pelvis-tilt no-hold bounce lowering-too-fast
        heel-up foot-slides shoulder-slides chin-up shallow-bottom trunk-twist knee-wander""",
}
STATEMENTS = {"glute-kickback": ("K", 18), "single-leg-hip-thrust": ("H", 30)}

per_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
per_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)


@per_exercise
def test_is_sound(exercise: Exercise) -> None:
    """All that `check-rules` asks of anyone's exercise; `test_check.py` holds that it finds mistakes."""
    assert findings(exercise) == []


@per_rule
def test_does_what_its_examples_say(rule: Rule) -> None:
    wrong = [example_wrong(rule, example, fails=False) for example in rule.passes]
    assert not any(wrong + [example_wrong(rule, example, fails=True) for example in rule.fails])


@per_exercise
def test_a_risk_comes_first(exercise: Exercise) -> None:
    safety = [rule.priority for rule in exercise.rules if rule.safety]
    assert max(safety) < min(rule.priority for rule in exercise.rules if not rule.safety)


def test_codes_are_unique() -> None:
    assert [code for code, n in Counter(rule.code for rule in RULES).items() if n > 1] == []


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
