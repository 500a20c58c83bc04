from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.exercises import catalog
from formcheck.judging.judge import Verdict, rep_score, set_score
from formcheck.poses.pose import View
from formcheck.rule import Above, Reading, Status

RULE = catalog.exercise("glute-kickback").rules[1]
LIMIT = Above(10.0, 20.0)


def verdict(weight: float, value: float | None, *, safety: bool = False, u: float = 0.0) -> Verdict:
    rule = replace(RULE, weight=weight, safety=safety, limit=LIMIT)
    if value is None:
        return Verdict(rule, Status.NOT_JUDGED, Reading.none("hidden"), LIMIT, View.SIDE)
    return Verdict(rule, LIMIT.status(value, u), Reading(value, u, 1.0), LIMIT, View.SIDE)


def test_nothing_wrong_is_a_hundred() -> None:
    assert rep_score([verdict(60, 0.0), verdict(40, 5.0)]) == (100.0, 1.0)


def test_a_warning_by_hand() -> None:
    # Half way from warn to fault loses a quarter of its weight: 100 - 40 * 0.25.
    assert rep_score([verdict(60, 0.0), verdict(40, 15.0)])[0] == pytest.approx(90.0)


def test_the_error_is_in_the_lifters_favour() -> None:
    assert rep_score([verdict(60, 0.0), verdict(40, 18.0, u=3.0)])[0] == pytest.approx(90.0)


def test_a_fault_caps_at_85_and_a_safety_fault_at_60() -> None:
    assert rep_score([verdict(90, 0.0), verdict(10, 20.0)])[0] == 85.0
    assert rep_score([verdict(90, 0.0), verdict(10, 20.0, safety=True)])[0] == 60.0
    assert rep_score([verdict(90, 0.0), verdict(0, 20.0)])[0] == 85.0  # without weight too
    assert rep_score([verdict(40, 0.0), verdict(60, 40.0)])[0] == pytest.approx(40.0)  # worse than the cap


def test_a_safety_warning_is_no_cap() -> None:
    assert rep_score([verdict(90, 0.0), verdict(10, 15.0, safety=True)])[0] == pytest.approx(97.5)


def test_what_was_not_judged_counts_on_neither_side() -> None:
    score, coverage = rep_score([verdict(60, 0.0), verdict(20, 15.0), verdict(20, None)])
    assert score == pytest.approx(100 - 100 * 20 * 0.25 / 80)
    assert coverage == pytest.approx(0.8)


def test_too_close_counts_as_judged_but_not_in_the_score() -> None:
    close = verdict(40, 11.0, u=3.0)
    assert close.status is Status.TOO_CLOSE
    score, coverage = rep_score([verdict(60, 15.0), close])
    assert (score, coverage) == pytest.approx((75.0, 1.0))


def test_below_sixty_percent_coverage_there_is_no_score() -> None:
    score, coverage = rep_score([verdict(59, 0.0), verdict(41, None)])
    assert score is None
    assert coverage == pytest.approx(0.59)
    assert rep_score([verdict(60, 0.0), verdict(40, None)])[0] == 100.0
    assert rep_score([verdict(100, 11.0, u=3.0)]) == (None, 1.0)  # all too close
    assert rep_score([]) == (None, 0.0)


@given(
    st.lists(st.tuples(st.floats(1, 50), st.none() | st.floats(0, 60), st.booleans()), min_size=1, max_size=8)
)
def test_scores_stay_between_0_and_100(rows: list[tuple[float, float | None, bool]]) -> None:
    score, coverage = rep_score([verdict(weight, value, safety=safe) for weight, value, safe in rows])
    assert 0.0 <= coverage <= 1.0 + 1e-9
    assert score is None or -1e-9 <= score <= 100.0


@given(st.lists(st.floats(0, 60), min_size=2, max_size=6), st.floats(0, 30))
def test_a_worse_rep_never_scores_more(values: list[float], extra: float) -> None:
    better = rep_score([verdict(10, value) for value in values])[0]
    worse = rep_score([verdict(10, values[0] + extra), *(verdict(10, value) for value in values[1:])])[0]
    assert better is not None
    assert worse is not None
    assert worse <= better + 1e-9


def test_a_set_is_the_mean_of_its_scored_reps() -> None:
    assert set_score([100.0, None, 50.0]) == 75.0
    assert set_score([None]) is None
    assert set_score([]) is None


def test_where_safety_was_not_judged_there_is_no_score() -> None:
    score, coverage = rep_score([verdict(90, 0.0), verdict(10, None, safety=True)])
    assert score is None
    assert coverage == pytest.approx(0.9)


def test_a_set_has_a_score_where_two_thirds_of_its_repetitions_have_one() -> None:
    assert set_score([90.0, None, 80.0]) == 85.0
    assert set_score([100.0, None, None]) is None
