"""What changed between sets, and what only may have."""

from __future__ import annotations

import json

import pytest
from support.pages import analysis, clean, faulty, two_sided
from support.skeleton import Tempo, kickbacks, thrusts

from formcheck import Report
from formcheck.errors import UsageError
from formcheck.poses.pose import Side
from formcheck.report.compare import Comparison, Row, asymmetry, compare
from formcheck.report.compare_table import letter
from formcheck.report.model import Quantity
from formcheck.report.stats import difference, mean, sure


def deg(value: float, uncertainty: float | None = 2.0) -> Quantity:
    return Quantity(value=value, uncertainty=uncertainty, unit="deg")


def row(comparison: Comparison, trait: str, side: str = "left") -> Row:
    return next(each for each in comparison.rows if each.trait == trait and each.side == side)


@pytest.fixture(scope="module")
def base() -> Report:
    return clean().report


def test_many_repetitions_do_not_make_a_steady_error_smaller() -> None:
    found = mean([deg(10.0)] * 50)
    assert found is not None
    assert (found.value, found.uncertainty) == (10.0, 2.0)


def test_scatter_counts_by_the_number_of_repetitions() -> None:
    found = mean([deg(8.0, 0.0), deg(12.0, 0.0)] * 8)
    assert found is not None
    assert found.uncertainty == pytest.approx(2.066 / 4, abs=0.01)


def test_nothing_is_the_mean_of_nothing() -> None:
    assert mean([None, None]) is None
    assert difference(None, deg(1.0)) is None
    assert not sure(None)
    assert not sure(difference(deg(1.0, None), deg(50.0, None)))


@pytest.mark.parametrize(("after", "real"), [(15.0, False), (16.0, True), (4.0, True), (5.0, False)])
def test_a_difference_is_real_past_twice_its_uncertainty(after: float, real: bool) -> None:
    found = difference(deg(10.0), deg(after))
    assert found is not None
    assert found.uncertainty == pytest.approx(2.83, abs=0.01)
    assert sure(found) is real


def test_the_same_set_has_not_changed(base: Report) -> None:
    same = compare([base, base])
    assert {change.verdict for each in same.rows for change in each.changes} == {"not shown"}
    assert same.faults == ()


def test_a_slower_set_with_bent_knees(base: Report) -> None:
    slow = Tempo(up=1.0, hold=1.2, down=3.2)
    other = analysis(kickbacks(reps=3, knee_deg=40.0, tempo=slow)).report
    found = compare([base, other])
    assert row(found, "GKB02").changes[0].verdict == "worse"
    assert row(found, "down").changes[0].verdict == "different"
    assert row(found, "down").changes[0].difference.value == pytest.approx(1.6, abs=0.3)  # type: ignore[union-attr]
    assert row(found, "up").changes[0].verdict == "not shown"
    assert row(found, "score").changes[0].verdict == "worse"
    [fault] = found.faults
    assert (fault.rule, fault.flagged, fault.judged) == ("GKB02", (0, 3), (3, 3))
    back = compare([other, base])
    assert row(back, "GKB02").changes[0].verdict == "better"


def test_more_than_two_are_each_compared_with_the_first(base: Report) -> None:
    other = analysis(kickbacks(reps=3, knee_deg=40.0)).report
    found = compare([base, base, other])
    assert [change.verdict for change in row(found, "GKB02").changes] == ["not shown", "worse"]


def test_sides_are_compared_with_the_same_side() -> None:
    both = two_sided().report
    found = compare([both, both])
    assert {each.side for each in found.rows} == {"left", "right"}
    assert found.asymmetry


def test_sides_that_do_not_meet_are_said_to() -> None:
    left, right = clean().report, analysis(kickbacks(reps=3, working=Side.RIGHT)).report
    found = compare([left, right])
    assert {each.side for each in found.rows} == {"all"}
    assert any("working side" in note for note in found.notes)


def test_asymmetry_is_right_less_left() -> None:
    found = {each.trait: each for each in asymmetry([two_sided().report])}
    hold = found["hold"].differences[0]
    assert hold is not None
    assert hold.value == pytest.approx(0.4, abs=0.15)
    assert not found["range"].sure[0]
    assert asymmetry([clean().report]) == ()


def test_different_exercises_views_and_profiles(base: Report) -> None:
    with pytest.raises(UsageError, match="different exercises"):
        compare([base, analysis(thrusts(reps=2)).report])
    with pytest.raises(UsageError, match="two clips"):
        compare([base])
    with pytest.raises(UsageError, match="no full repetition"):
        compare([base, base.model_copy(update={"reps": ()})])
    odd = base.model_copy(update={"view": "oblique-foot", "profile": "strict", "version": "9"})
    assert len(compare([base, odd]).notes) == 3


def test_json_is_versioned_and_reads_back() -> None:
    found = compare([clean().report, faulty().report])
    data = json.loads(found.to_json())
    assert data["schema"] == "formcheck-comparison-1"
    assert Comparison.model_validate(data) == found


def test_letters_go_on() -> None:
    assert [letter(i) for i in (0, 25, 26)] == ["A", "Z", "A2"]
