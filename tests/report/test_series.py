"""What the report holds for plots and pages."""

from __future__ import annotations

import json

import numpy as np
import pytest
from support.pages import FAULTY, analysis, clean, faulty, mostly_unseen, two_sided
from support.skeleton import kickbacks

from formcheck import Analysis, Report
from formcheck.report.model import MeasureSeries
from formcheck.report.series import MAX_POINTS


def measure(report: Report, name: str) -> MeasureSeries:
    assert report.series is not None
    return next(each for each in report.series.measures if each.measure == name)


@pytest.fixture(scope="module")
def bent() -> Analysis:
    return faulty()


def test_the_curve_follows_the_repetitions(bent: Analysis) -> None:
    report = bent.report
    assert report.series is not None
    knee = np.array(measure(report, "knee_flexion_deg").values, dtype=np.float64)
    t = np.array(report.series.time_s)
    tops = [float(np.nanmax(knee[(t > rep.start_s) & (t < rep.end_s)])) for rep in report.reps]
    assert tops == pytest.approx([4.0, FAULTY] * 2, abs=1.5)
    assert measure(report, "knee_flexion_deg").start == pytest.approx([4.0], abs=1.0)


def test_it_is_thinned_out_and_in_order(bent: Analysis) -> None:
    series = bent.report.series
    assert series is not None
    steps = np.diff(series.time_s)
    assert np.all(steps > 0)
    assert float(np.median(steps)) == pytest.approx(1 / 15, abs=0.01)
    assert len(series.time_s) <= MAX_POINTS
    assert {len(each.values) for each in series.measures} == {len(series.time_s)}


def test_two_sets_share_one_time_line() -> None:
    report = two_sided().report
    assert report.series is not None
    assert [part.working_side for part in report.sets] == ["left", "right"]
    assert np.all(np.diff(report.series.time_s) > 0)
    signal = measure(report, "leg_elevation_deg")
    assert len(signal.start) == 2
    t, values = np.array(report.series.time_s), np.array(signal.values, dtype=np.float64)
    for rep in report.reps:  # each set shows the leg that works in it
        assert np.nanmax(values[(t > rep.start_s) & (t < rep.end_s)]) == pytest.approx(4.0, abs=2.0)


def test_what_is_not_seen_is_null() -> None:
    report = mostly_unseen().report
    names = [each.measure for each in report.series.measures] if report.series else []
    assert "hip_height_pct" in names
    assert "shin_from_vertical_deg" not in names
    assert all(rep.at_top["shin_from_vertical_deg"] is None for rep in report.reps)


def test_only_measures_that_this_view_can_show() -> None:
    names = [each.measure for each in clean().report.series.measures]  # type: ignore[union-attr]
    assert names[0] == "leg_elevation_deg"
    assert "pelvis_roll_deg" not in names


def test_rules_are_told_in_full(bent: Analysis) -> None:
    about = bent.report.about
    assert about is not None
    judged = {verdict.rule for rep in bent.report.reps for verdict in rep.verdicts}
    assert {rule.rule for rule in about.rules} == judged
    rules = {rule.rule: rule for rule in about.rules}
    assert (rules["GKB02"].worse, rules["GKB02"].offset, rules["GKB02"].phase) == ("above", "none", "lift")
    assert (rules["GKB04"].offset, rules["GKB06"].worse) == ("start", "below")
    assert (rules["GKB01"].offset, rules["GKB01"].measure) == ("own", "back_bend_deg")
    for rule in about.rules:
        assert rule.source
        assert rule.says


def test_limits_are_those_of_the_profile() -> None:
    strict = analysis(kickbacks(reps=2), profile="strict").report
    assert strict.about is not None
    rule = next(rule for rule in strict.about.rules if rule.rule == "GKB02")
    assert (rule.warn, rule.fault_limit) == (12.0, 20.0)


def test_ranges_have_units_and_uncertainties(bent: Analysis) -> None:
    for rep in bent.report.reps:
        assert rep.range is not None
        assert rep.range.unit == "deg"
        assert rep.range.value == pytest.approx(26.0, abs=4.0)
        assert 0 < (rep.range.uncertainty or 0) < 8
        assert rep.time_uncertainty_s is not None
        assert 0.1 < rep.time_uncertainty_s < 0.5


def test_the_file_reads_back_and_lists_stand_on_one_line(bent: Analysis) -> None:
    text = bent.report.to_json()
    assert Report.from_json(text) == bent.report
    assert json.loads(text) == json.loads(bent.report.model_dump_json(by_alias=True))
    assert max(text.count("\n"), 1) < 1500
    assert '"values": [ ' in text


def test_a_report_of_before_still_reads(bent: Analysis) -> None:
    old = json.loads(bent.report.to_json())
    for name in ("about", "series", "stills", "video", "faces_blurred"):
        del old[name]
    for rep in old["reps"]:
        for name in ("range", "time_uncertainty_s", "at_top"):
            del rep[name]
    assert len(Report.from_json(json.dumps(old)).reps) == 4
