"""The CSV tables."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from support.pages import FAULTY, faulty, renamed, two_sided

from formcheck import Analysis
from formcheck.report import sheet
from formcheck.report.model import LiftReport, Quantity, Report
from formcheck.report.spreadsheet import frames_csv, reps_csv

Rows = list[dict[str, str]]


def rows(text: str) -> Rows:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture(scope="module")
def bent() -> Analysis:
    return faulty()


def test_a_row_each_repetition(bent: Analysis) -> None:
    table = rows(reps_csv(bent.report))
    assert [row["rep"] for row in table] == ["1", "2", "3", "4"]
    for row, rep in zip(table, bent.report.reps, strict=True):
        assert float(row["hold_s"]) == pytest.approx(rep.hold_s, abs=1e-3)
        assert rep.range is not None
        assert float(row["range_deg"]) == rep.range.value
    assert [row["knee-bent_status"] for row in table] == ["ok", "fault", "ok", "fault"]
    assert float(table[1]["knee-bent_deg"]) == pytest.approx(FAULTY, abs=1.5)
    assert float(table[1]["knee_flexion_deg_top"]) == pytest.approx(FAULTY, abs=1.5)
    assert table[0]["pelvis-rotated_deg"] == ""
    assert table[0]["pelvis-rotated_status"] == "not-judged"
    assert "set-up-hands-knees_pct" in table[0]


def test_a_row_each_frame(bent: Analysis) -> None:
    table = rows(frames_csv(bent))
    assert len(table) == len(bent.smoothed)
    times = [float(row["time_s"]) for row in table]
    assert times == pytest.approx(bent.smoothed.time_s.tolist(), abs=1e-4)
    rep = bent.report.reps[1]
    inside = [row for row in table if row["rep"] == "2"]
    assert float(inside[0]["time_s"]) == pytest.approx(rep.start_s, abs=0.04)
    assert [key for key in dict.fromkeys(row["phase"] for row in inside)] == ["up", "top", "down"]
    assert max(float(row["knee_flexion_deg"]) for row in inside) == pytest.approx(FAULTY, abs=1.5)


@pytest.mark.slow
def test_frames_of_two_sets_have_their_own_leg() -> None:
    found = two_sided()
    table = rows(frames_csv(found))
    sides = {row["rep"]: row["side"] for row in table if row["rep"]}
    assert sides == {str(rep.index): rep.side for rep in found.report.reps}
    tops = {rep: max(float(row["leg_elevation_deg"]) for row in table if row["rep"] == rep) for rep in sides}
    assert list(tops.values()) == pytest.approx([4.0] * 6, abs=2.0)


def test_nothing_seen_is_an_empty_cell(bent: Analysis) -> None:
    table = rows(frames_csv(bent))
    assert not [key for row in table for key, value in row.items() if value in ("nan", "None", "inf")]


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0.mp4", "+1.mp4", "-1.mp4", "@x.mp4"])
def test_a_file_name_is_no_formula(bent: Analysis, name: str) -> None:
    table = rows(reps_csv(renamed(bent, name).report))
    assert table[0]["source"] == f"'{name}"


def test_a_name_with_commas_quotes_and_breaks_stays_one_cell(bent: Analysis) -> None:
    name = 'my "best", set\nof all.mp4'
    table = rows(reps_csv(renamed(bent, name).report))
    assert {row["source"] for row in table} == {name}
    assert np.all([len(row) == len(table[0]) for row in table])


@pytest.mark.parametrize(
    "text", ["=1+1", "+1.mp4", "-x", "@SUM(A1)", "\tx", "\r=1", "\n=1", "-1.5;=2", "-2+3"]
)
def test_what_looks_like_a_formula_is_text(text: str) -> None:
    [row] = csv.reader(io.StringIO(sheet.table(["a"], [[text]]).split("\r\n", 1)[1], newline=""))
    assert row == ["'" + text.replace("\r", r"\x0d")]
    assert sheet.table([text], []).startswith(("'", "\"'"))


def test_numbers_stay_numbers() -> None:
    cells: list[sheet.Cell] = [-1.5, -3, 0.0, True, None, "-1.5", "+2", "-1,5", "1e-3", "-.5"]
    [row] = csv.reader(io.StringIO(next(sheet.lines([cells]))))
    assert row == ["-1.5", "-3", "0.0", "1", "", "-1.5", "+2", "-1,5", "1e-3", "-.5"]


def test_a_strangers_fault_and_exercise_are_no_formulas(bent: Analysis) -> None:
    data = bent.report.model_dump(mode="json", by_alias=True)
    data |= {"exercise": "=cmd", "sets": [one | {"exercise": "=cmd"} for one in data["sets"]]}
    for rep in data["reps"]:
        for verdict in rep["verdicts"]:
            verdict["fault"] = "=1+1"
    for row in csv.reader(io.StringIO(reps_csv(Report.model_validate(data)), newline="")):
        assert not [cell for cell in row if cell.startswith("=")]


def test_how_fast_it_was_lifted_has_columns_where_it_is_known(bent: Analysis) -> None:
    assert not [name for name in rows(reps_csv(bent.report))[0] if name.startswith("lift_")]
    rise = Quantity(value=0.31, uncertainty=0.01, unit="m")
    fast, peak = (Quantity(value=value, uncertainty=0.02, unit="m/s") for value in (0.42, 0.6))
    lift = LiftReport(by="plate", rise=rise, mean_speed=fast, peak_speed=peak)
    first, *others = bent.report.reps
    report = bent.report.model_copy(update={"reps": (first.model_copy(update={"lift": lift}), *others)})
    table = rows(reps_csv(report))
    assert table[0]["lift_rise_m"] == "0.31"
    assert table[0]["lift_mean_speed_m_per_s"] == "0.42"
    assert table[0]["lift_peak_speed_uncertainty_m_per_s"] == "0.02"
    assert table[1]["lift_rise_m"] == ""
    assert Report.from_json(report.to_json()) == report
