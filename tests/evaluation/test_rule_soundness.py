"""The checks of anyone's exercise: each mistake is found, once, and said with its field."""

from __future__ import annotations

import math
import re
from dataclasses import fields, replace
from typing import Any

import pytest

from formcheck.evaluation.rule_soundness import MAX_CUE_WORDS, findings
from formcheck.exercises import catalog
from formcheck.measures.catalogue import MEASURES
from formcheck.rule import SIDEWAYS, Above, Below, Example, Exercise, Limit, Rule, Unobservable, View

SOUND = catalog.exercise("glute-kickback")
KNEE = next(rule for rule in SOUND.rules if rule.name == "knee-bent")
SIGNED = Above(5.0, 8.0, both=True)


def with_rule(**changes: Any) -> Exercise:
    return replace(
        SOUND, rules=tuple(replace(rule, **changes) if rule is KNEE else rule for rule in SOUND.rules)
    )


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"code": "knee1"}, "code", "three capitals and two digits"),
        ({"name": "Knee bent"}, "name", "lower case with hyphens"),
        ({"source": " "}, "source", "source is empty"),
        (
            {"cue": "one two three four five six seven eight nine"},
            "cue",
            f"9 words; more than {MAX_CUE_WORDS}",
        ),
        (
            {"limit": Above(25.0, 15.0)},
            "limit",
            r"wrong way round: in Above\(warn, fault\) fault is the larger",
        ),
        (
            {"limit": Below(15.0, 25.0)},
            "limit",
            r"wrong way round: in Below\(warn, fault\) fault is the smaller",
        ),
        ({"limit": replace(Below(15.0, 5.0), both=True)}, "limit", "both=True is for Above only"),
        ({"limit": Above(15.0, 25.0, ideal=15.0)}, "limit", "ideal=15 must lie on the good side of 15"),
        ({"cue_minus": "The other way"}, "cue_minus", "only for limits with both=True"),
        ({"views": frozenset({View.UNKNOWN, View.SIDE})}, "views", "must not name View.UNKNOWN"),
        ({"found_from": frozenset({View.SIDE})}, "found_from", "that views names"),
        ({"views": frozenset({View.HEAD_END})}, "views", "shares no view"),
        ({"against": frozenset({"no-such-fault"})}, "against", "names no-such-fault, which is no fault"),
        ({"passes": ()}, "passes", "passes holds no example"),
        ({"fails": ()}, "fails", "fails holds no example"),
        ({"passes": (Example(40.0, 2.0),)}, "passes", "40 ± 2° in passes is judged a fault"),
        ({"fails": (Example(40.0), Example(4.0, 2.0))}, "fails", "4 ± 2° in fails is judged good"),
        ({"fails": (Example(22.0, 2.0),)}, "fails", "no example in fails is past the fault limit"),
        ({"fails": (Example(40.0), Example(24.0, 12.0))}, "fails", "24 ± 12° in fails is judged too close"),
        ({"passes": (Example(4.0, 40.0),)}, "passes", "4 ± 40° in passes is judged too uncertain"),
        ({"passes": Example(4.0)}, "passes", "a tuple of Example, not Example.*needs a comma after it"),
        ({"views": {View.SIDE}}, "views", r"a frozenset of View, .*; write frozenset\(...\)"),
        ({"when": "top"}, "when", "a Phase, not 'top'"),
        ({"stat": "mean"}, "stat", "one of median, max, min, largest, drift, not 'mean'"),
        ({"limit": 15.0}, "limit", "a Limit, not 15.0"),
        ({"weight": "12"}, "weight", "a number, not '12'"),
        ({"safety": 1}, "safety", "True or False, not 1"),
        ({"hidden": "no"}, "hidden", "a function or None, not 'no'"),
    ],
)
def test_a_mistake_in_a_rule_is_found(changes: dict[str, Any], field: str, says: str) -> None:
    (found,) = [finding for finding in findings(with_rule(**changes)) if not finding.hint]
    assert (found.rule, found.field) == (changes.get("code", KNEE.code), field)
    assert re.search(says, found.says)


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"name": "Kick_back"}, "name", "not lower case with hyphens"),
        ({"title": ""}, "title", "title is empty"),
        ({"signal": "leg_elevatoin_deg"}, "signal", "did you mean leg_elevation_deg"),
        ({"min_range": 4.0}, "min_range", "must be more than 4°, twice the error of leg_elevation_deg"),
        ({"max_s": 0.5}, "max_s", "more than 0.5 s"),
        ({"views": frozenset()}, "views", "at least one view"),
        ({"working": lambda data: 1.0}, "working", "must be left out"),
        ({"signal": "hip_height_pct", "min_range": 14.0}, "side_of", "working must say which side works"),
        ({"working": lambda data: 1.0, "side_of": "both"}, "working", "both sides do the same"),
        ({"signal": "mean(hip_height_pct)"}, "signal", "hip_height_pct does not have a value for each side"),
        ({"side_of": "leg"}, "side_of", "one of set, rep, both, not 'leg'"),
        (
            {"unobservable": (Unobservable("K1", "", "why"),)},
            "unobservable",
            "needs statement, says and reason",
        ),
        ({"rules": KNEE}, "rules", "a tuple of Rule, not .*needs a comma"),
        ({"rules": ()}, "rules", "there is nothing to check"),
        ({"rules": SOUND.rules[:8]}, "rules", "the weights of the rules add up to 90, not to 100"),
        ({"posture": None}, "posture", "one of standing, prone, supine, side, seated, hanging, not None"),
        ({"refuses": 3}, "refuses", "a function.*, not 3"),
    ],
)
def test_a_mistake_in_an_exercise_is_found(changes: dict[str, Any], field: str, says: str) -> None:
    found = [finding for finding in findings(replace(SOUND, **changes)) if finding.field == field]
    assert len(found) == 1
    assert re.search(says, found[0].says)
    assert not found[0].hint


def test_two_of_the_same_and_a_risk_that_is_not_first() -> None:
    twice = findings(replace(SOUND, rules=(*SOUND.rules[:-1], replace(KNEE, weight=0.0))))
    assert {finding.says for finding in twice} == {
        "two rules have the code GKB02",
        "two rules have the name knee-bent",
    }
    late = findings(with_rule(priority=1))
    assert [finding.says for finding in late] == [
        "every safety rule needs a smaller priority number than all others"
    ]


def test_what_may_stay_is_a_hint() -> None:
    found = findings(with_rule(source="TODO: a study"))
    assert [(item.field, item.hint) for item in found] == [("source", True)]
    harmless = findings(replace(SOUND, rules=(replace(KNEE, weight=100.0, against=frozenset()),)))
    assert [(item.field, item.hint) for item in harmless] == [("rules", True)]


@pytest.mark.parametrize(
    ("limit", "good", "bad"),
    [(Below(55.0, 45.0), 80.0, 30.0), (Above(-5.0, 10.0), -20.0, 30.0), (Above(0.0, 10.0), -9.0, 30.0)],
    ids=str,
)
def test_where_zero_is_not_ideal_form_an_ideal_is_asked_for(limit: Limit, good: float, bad: float) -> None:
    changes = {"limit": limit, "passes": (Example(good, 2.0),), "fails": (Example(bad, 2.0),)}
    [hint] = findings(with_rule(**changes))
    assert (hint.rule, hint.field, hint.hint) == (KNEE.code, "limit", True)
    assert "zero for ideal form, and it lies on the wrong side of these limits: say ideal=" in hint.says
    for ideal in (90.0 * -limit.sign, -limit.sign * math.inf):
        assert findings(with_rule(**changes | {"limit": replace(limit, ideal=ideal)})) == []


def test_a_time_has_no_ideal_and_needs_none() -> None:
    rule = next(rule for rule in SOUND.rules if rule.name == "lowering-too-fast")
    assert rule.limit.sign < 0 < rule.limit.warn
    assert not [found for found in findings(SOUND) if found.rule == rule.code]


def test_both_signs_are_sound_with_words_for_both() -> None:
    changes = {"limit": SIGNED, "cue_minus": "The other way", "measure": "trunk_twist_deg", "views": SIDEWAYS}
    good, bad = (Example(-2.0, 1.0),), (Example(-12.0, 1.0), Example(12.0, 1.0))
    assert findings(with_rule(**changes, passes=good, fails=bad)) == []


def test_a_contract_says_what_each_field_is() -> None:
    """A measure nobody has is refused when the rule is made, with the nearest one."""
    given = {item.name: getattr(KNEE, item.name) for item in fields(Rule)}
    with pytest.raises(ValueError, match="no measure knee_flexon_deg; did you mean knee_flexion_deg"):
        Rule(**given | {"measure": "knee_flexon_deg"})
    with pytest.raises(ValueError, match="GKB02: with a read function give the unit"):
        Rule(**given | {"measure": "", "read": lambda data: None, "unit": ""})
    assert "knee_flexion_deg" in MEASURES
