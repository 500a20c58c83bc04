"""Explanations are projections of the rule files."""

from __future__ import annotations

from pathlib import Path

import pytest

from formcheck.errors import UsageError
from formcheck.exercises import catalog
from formcheck.exercises.explain import catalogue_markdown, explain, explain_exercise
from formcheck.rule import Exercise, Rule
from formcheck.wording import limit_text, quantity

RULES = [(item, rule) for item in catalog.exercises().values() for rule in item.rules]
EXERCISES = list(catalog.exercises().values())


def flat(text: str) -> str:
    return " ".join(text.split())


def test_the_catalogue_page_is_up_to_date() -> None:
    page = Path(__file__).parents[2] / "rules" / "README.md"
    assert page.read_text("utf-8") == catalogue_markdown(), (
        "python -m formcheck.exercises.explain > rules/README.md"
    )


def test_a_cue_that_serves_both_directions_is_said_once() -> None:
    assert flat(explain("glute-bridge")).count('"Feet side by side"') == 1


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_an_exercise_shows_all_its_rules_and_what_is_not_seen(exercise: Exercise) -> None:
    shown = flat(explain(exercise.name))
    for rule in exercise.rules:
        for part in (rule.code, rule.name, rule.says, rule.statement, rule.cue):
            assert flat(part) in shown
    for item in exercise.unobservable:
        assert flat(item.says) in shown
        assert flat(item.reason) in shown
    for part in (exercise.source, exercise.film, *exercise.notes):
        assert flat(part) in shown


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_an_explanation_fits_80_columns(exercise: Exercise) -> None:
    texts = [explain_exercise(exercise), *(explain(rule.code) for rule in exercise.rules)]
    assert max(len(line) for text in texts for line in text.splitlines()) <= 80


@pytest.mark.parametrize(("exercise", "rule"), RULES, ids=lambda item: getattr(item, "code", ""))
def test_a_rule_is_shown_in_full(exercise: Exercise, rule: Rule) -> None:
    shown = flat(explain(rule.code))
    for part in (rule.name, rule.says, rule.why, rule.source, rule.cue, rule.cue_minus, rule.remedy):
        assert flat(part) in shown
    for example in (*rule.passes, *rule.fails):
        assert quantity(example.value, rule.value_unit, example.uncertainty or None) in shown
    assert exercise.title in shown


def test_a_code_may_be_written_small() -> None:
    code = RULES[0][1].code
    assert explain(code.lower()) == explain(code)


def test_a_fault_two_exercises_share_is_shown_for_both() -> None:
    shown = explain("lumbar-arching")
    both = [one for one in EXERCISES if any(rule.name == "lumbar-arching" for rule in one.rules)]
    assert len(both) > 1
    assert all(exercise.title in shown for exercise in both)


@pytest.mark.parametrize(
    ("wrong", "near"),
    [("glute-kickbak", "glute-kickback"), ("knee-bnt", "knee-bent"), ("gkb0022", "GKB02")],
)
def test_a_wrong_name_suggests_the_nearest(wrong: str, near: str) -> None:
    with pytest.raises(UsageError, match=f"did you mean {near}"):
        explain(wrong)


def test_a_name_near_nothing_lists_the_exercises() -> None:
    with pytest.raises(UsageError, match="glute-kickback"):
        explain("zzzzzzzz")


@pytest.mark.parametrize(
    ("value", "unit", "uncertainty", "text"),
    [
        (14.2, "deg", 3.9, "14 ± 4°"),
        (-0.2, "deg", None, "0°"),
        (0.416, "s", 0.08, "0.42 ± 0.08 s"),
        (12.0, "%", None, "12 %"),
        (3.0, "", None, "3"),
    ],
)
def test_quantities(value: float, unit: str, uncertainty: float | None, text: str) -> None:
    assert quantity(value, unit, uncertainty) == text


@pytest.mark.parametrize(
    ("warn", "fault", "unit", "sign", "both", "text"),
    [
        (6.0, 10.0, "deg", 1, False, "good < 6°, fault > 10°"),
        (5.0, 8.0, "deg", 1, True, "good < ±5°, fault > ±8°"),
        (1.0, 0.6, "s", -1, False, "good > 1.0 s, fault < 0.6 s"),
        (15.0, None, "deg", 1, False, "good < 15°"),
    ],
)
def test_limits(warn: float, fault: float | None, unit: str, sign: int, both: bool, text: str) -> None:
    assert limit_text(warn, fault, unit, sign=sign, both=both) == text


def test_cells_of_the_catalogue_page_keep_the_table_whole() -> None:
    rows = [line for line in catalogue_markdown().splitlines() if line.startswith("| GKB")]
    assert {row.replace("\\|", "").count("|") for row in rows} == {9}
