"""Positions that are held, from the track to the report: found, judged, coached and told."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone

import numpy as np
import pytest
from rich.console import Console
from support.holding import SHOT, planks, sag, wall_sits
from support.relatives import cable_kickbacks, donkey_kicks, glute_bridges, hip_thrusts
from support.skeleton import Shot, clock, join, kickbacks, squats, still, thrusts

from formcheck import Report, Session, Settings, analyze
from formcheck.exercises import catalog
from formcheck.history.entries import entries
from formcheck.history.history import sessions
from formcheck.history.table import reps
from formcheck.history.traits import followed
from formcheck.judging.coach import Step
from formcheck.poses.track import Track
from formcheck.report.compare import compare
from formcheck.report.page.render import report_page
from formcheck.report.spreadsheet import reps_csv
from formcheck.report.table import render
from formcheck.reps.segmentation import Rep
from formcheck.rule import SIDEWAYS, Below, Example, Exercise, Gate, Phase, Rule, Status

DOWN_S, HOLD_S = 2.0, 20.0
FRAMES = clock(2 * (DOWN_S + 1.0) + HOLD_S, SHOT)
UP_S = DOWN_S + 0.5  # about when it is a plank, not yet or no longer somebody lying


def statuses(report: Report, index: int = 0) -> dict[str, Status]:
    return {verdict.fault: verdict.status for verdict in report.reps[index].verdicts}


def wrong(report: Report) -> set[str]:
    return {fault for fault, status in statuses(report).items() if status in (Status.WARN, Status.FAULT)}


def live(
    track: Track, exercise: str | None, *, candidates: Sequence[Exercise] = ()
) -> tuple[list[Step], Report]:
    settings = Settings.of(exercise)
    session = Session(track.size, replace(settings, candidates=tuple(candidates)))
    steps = [step for pose in track.poses() if (step := session.push(pose)) is not None]
    return steps, session.finish().report


@pytest.mark.parametrize("exercise", ["plank", None])
@pytest.mark.parametrize(
    "shot", [SHOT, replace(SHOT, mirrored=True), replace(SHOT, fps=12.0), replace(SHOT, scale=90.0)]
)
def test_a_plank_is_one_hold_of_its_seconds(shot: Shot, exercise: str | None) -> None:
    report = analyze(planks(shot, hold_s=HOLD_S, down_s=DOWN_S), exercise)
    [hold] = report.reps
    assert (report.exercise, hold.kind, hold.cut_off, hold.side) == ("plank", "hold", False, "both")
    assert hold.hold_s == pytest.approx(HOLD_S + 1.0, abs=0.7)  # half a second of lifting and lowering
    assert hold.start_s == pytest.approx(UP_S, abs=0.4)
    assert (hold.up_s, hold.down_s, hold.range) == (0.0, 0.0, None)
    assert not wrong(report)
    assert hold.score == 100.0


def test_a_clip_that_ends_within_a_hold_gives_the_least_it_lasted() -> None:
    report = analyze(planks(hold_s=9.0, down_s=0.0))
    [hold] = report.reps
    assert (hold.cut_off, hold.partial, hold.held) == (True, False, "at least 9.0 s")
    assert hold.score is not None


@pytest.mark.parametrize(
    ("hips_deg", "faults"),
    [
        (0.0, set()),
        (-12.0, set()),
        (22.0, {"hips-low"}),
        (-36.0, {"hips-high"}),
        (sag(FRAMES, 12.0, 17.0, 24.0), {"hips-low"}),  # five seconds of twenty
        (sag(FRAMES, 12.0, 12.4, 24.0), set()),  # a moment
        (sag(FRAMES, 6.0, 12.0, -40.0), {"hips-high"}),
        (np.interp(FRAMES, [4.0, 22.0], [-22.0, 6.0]), {"hips-sink"}),
    ],
)
def test_what_is_wrong_for_a_few_seconds_is_found(hips_deg: float | np.ndarray, faults: set[str]) -> None:
    report = analyze(planks(hold_s=HOLD_S, down_s=DOWN_S, hips_deg=hips_deg), "plank")
    assert len(report.reps) == 1
    assert wrong(report) - {"head-off-line"} == faults


def test_knees_on_the_floor_are_no_plank() -> None:
    report = analyze(planks(knee_deg=70.0), "plank")
    assert not report.reps
    assert any("No hold of the plank" in note for note in report.notes)


def test_two_holds_with_a_rest_are_two_holds_of_a_set() -> None:
    once = planks(hold_s=8.0, down_s=1.5)
    report = analyze(join(once, once), "plank")
    assert [rep.kind for rep in report.reps] == ["hold", "hold"]
    assert len(report.sets) == 1
    assert report.called([1, 2]) == "holds 1–2"


# Live


@pytest.mark.slow
@pytest.mark.parametrize("exercise", ["plank", None])
def test_live_counts_seconds_and_the_record_says_the_same_as_a_file(exercise: str | None) -> None:
    track = planks(hold_s=HOLD_S, down_s=DOWN_S)
    steps, record = live(track, exercise, candidates=[] if exercise else list(catalog.exercises().values()))
    assert record.reps == analyze(track, exercise).reps
    holding = [step for step in steps if step.held_s > 0 and step.verdicts]
    assert {step.phase for step in holding} == {Phase.HOLD}
    seconds = [step.held_s for step in holding]
    assert seconds == sorted(seconds)
    assert seconds[-1] == pytest.approx(record.reps[0].hold_s, abs=1.5)
    counted = next(step for step in steps if step.rep_count)
    assert counted.pose.time_s - record.reps[0].start_s == pytest.approx(
        5.0, abs=1.2
    )  # the least that counts
    assert max(step.rep_count for step in steps) == steps[-1].rep_count == 1
    assert steps[-1].held_s == 0.0


def test_a_cue_comes_while_the_fault_lasts_and_praise_when_it_is_gone() -> None:
    track = planks(hold_s=HOLD_S, down_s=DOWN_S, hips_deg=sag(FRAMES, 9.0, 15.0, 24.0))
    steps, record = live(track, "plank")
    cues = [(step.pose.time_s, step.cue) for step in steps if step.cue is not None]
    warned = [time_s for time_s, cue in cues if not cue.praise]
    assert [cue.rule for _, cue in cues if not cue.praise] == ["PLK01"]
    assert 9.5 < warned[0] < 12.5
    praised = [time_s for time_s, cue in cues if cue.praise and cue.text]
    assert praised
    assert praised[0] > 15.0
    assert [cue.rule for cue in record.cues] == ["PLK01"]


def test_a_fault_that_is_over_is_no_longer_shown_live_but_recorded() -> None:
    track = planks(hold_s=HOLD_S, down_s=DOWN_S, hips_deg=sag(FRAMES, 6.0, 10.0, 24.0))
    steps, record = live(track, "plank")
    late = next(step for step in steps if step.pose.time_s > 17.0)
    assert not any(verdict.flagged for verdict in late.verdicts if verdict.rule.name == "hips-low")
    assert statuses(record)["hips-low"] is Status.FAULT


# Beside other exercises


@pytest.mark.parametrize(
    "other",
    [kickbacks, thrusts, squats, donkey_kicks, cable_kickbacks, glute_bridges, hip_thrusts],
)
def test_no_movement_becomes_a_hold(other: object) -> None:
    track = other()  # type: ignore[operator]
    assert not any(rep.kind == "hold" for rep in analyze(track).reps)


def test_waiting_on_all_fours_is_no_plank() -> None:
    assert not analyze(still(kickbacks(), 12.0)).reps


def test_a_wall_sit_is_recognised_where_nothing_else_is_shown() -> None:
    report = analyze(wall_sits())
    assert (report.exercise, len(report.reps)) == ("wall-sit", 1)
    assert report.reps[0].hold_s == pytest.approx(16.0, abs=1.0)
    assert not wrong(report)


@pytest.mark.slow
def test_sitting_beside_another_exercise_is_a_rest() -> None:
    """A chair looks like a wall: who sits between two sets does no wall sit."""
    report = analyze(join(wall_sits(), planks(hold_s=10.0)))
    assert {one.exercise for one in report.sets} == {"plank"}
    steps, _ = live(wall_sits(), None, candidates=list(catalog.exercises().values()))
    assert not any(step.held_s for step in steps)


def test_a_wall_sit_shows_its_faults() -> None:
    report = analyze(wall_sits(knee_deg=54.0, lean_deg=24.0, shin_deg=28.0), "wall-sit")
    assert {"too-high", "back-off-wall", "feet-not-under-knees"} <= wrong(report)
    assert wrong(analyze(wall_sits(shin_deg=-34.0), "wall-sit")) == {"feet-not-under-knees"}


# What is told


def test_table_and_csv_give_the_seconds() -> None:
    report = analyze(planks(hold_s=9.0, down_s=0.0, hips_deg=24.0), "plank")
    console = Console(width=100, file=io.StringIO())
    console.print(render(report, catalog.exercise("plank")))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "Hold  Side   Score  Held " in text
    assert "at least 9.0 s" in text
    assert "(hips-low, hold 1)" in text
    head, row = (line.split(",") for line in reps_csv(report).splitlines())
    cells = dict(zip(head, row, strict=True))
    assert float(cells["hold_s"]) == pytest.approx(9.0, abs=0.1)
    assert (cells["hold_cut_off"], cells["up_s"]) == ("1", "0.0")
    assert "range_deg" not in cells


def test_json_comes_back_as_it_was() -> None:
    report = analyze(planks(hold_s=9.0, down_s=0.0), "plank")
    again = Report.from_json(report.to_json())
    assert again == report
    assert (again.reps[0].kind, again.noun) == ("hold", "hold")


# An author's own


def hold_of_one_leg() -> Exercise:
    """Lying on the back with one leg raised, which has a working side."""
    rule = Rule(
        code="LLH01",
        name="leg-low",
        statement="1",
        says="The leg is held high.",
        why="A low leg is easy.",
        source="test",
        measure="leg_elevation_deg",
        when=Phase.HOLD,
        stat="median",
        limit=Below(30.0, 20.0),
        views=SIDEWAYS,
        weight=100,
        cue="Higher",
        remedy="From the side.",
        passes=(Example(40.0),),
        fails=(Example(10.0),),
    )
    return Exercise(
        name="leg-hold",
        title="Leg hold",
        source="test",
        kind="hold",
        posture="prone",
        views=SIDEWAYS,
        gates=(Gate(says="the leg is down", measure="leg_elevation_deg", low=-5.0, views=SIDEWAYS),),
        rules=(rule,),
        unobservable=(),
        film="From the side.",
        min_hold_s=3.0,
    )


def test_a_hold_of_one_side_is_found_on_that_side() -> None:
    top = kickbacks()
    frame = int(np.argmin(top.image_px[:, 27, 1]))  # the left ankle is highest
    held = still(top[slice(frame, frame + 1)], 6.0)
    report = analyze(held, hold_of_one_leg())
    assert [(rep.kind, rep.side) for rep in report.reps] == [("hold", "left")]


def test_a_repetition_has_no_hold_of_its_own() -> None:
    assert not isinstance(analyze(kickbacks(), "glute-kickback").reps[0].range, type(None))
    assert Rep(0.0, 1.0, 2.0, 3.0, 0.0, 1.0).window(Phase.HOLD) == (1.0, 2.0)


def test_the_page_speaks_of_holds_and_their_seconds() -> None:
    track = planks(hold_s=HOLD_S, down_s=DOWN_S, hips_deg=sag(FRAMES, 12.0, 17.0, 24.0))
    page = report_page(analyze(track, "plank"))
    assert "1 hold of 21.1 s, with something to fix." in page
    assert "Held for 21.1 s" in page
    assert "Worst in hold 1: " in page
    assert "Holds are shaded and numbered." in page
    assert "Repetition" not in re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)


def test_the_log_keeps_the_seconds_of_each_hold() -> None:
    once = planks(hold_s=8.0, down_s=1.5)
    began = datetime(2026, 3, 2, 18, 0, tzinfo=timezone.utc)
    sets = entries(analyze(join(once, once), "plank"), began)
    assert [[rep.is_hold for rep in one.reps] for one in sets] == [[True, True]]
    [row] = sessions(sets)
    assert reps(row) == "9, 9 s"
    followed_names = [each.name for each in followed(sets, catalog.exercise("plank"))]
    assert "hold" in followed_names
    assert not {"range", "down"} & set(followed_names)
    [moved] = sessions(entries(analyze(kickbacks(), "glute-kickback"), began))
    assert (moved.held_s, reps(moved)) == ((), "3")


def test_two_reports_of_holds_are_compared_by_their_seconds() -> None:
    short, long = (analyze(planks(hold_s=hold_s, down_s=1.5), "plank") for hold_s in (8.0, 16.0))
    rows = {row.label: row for row in compare([short, long]).rows}
    held = rows["Held"]
    assert [round(value.value) for value in held.values if value] == [9, 17]
    assert held.changes[0].sure
    assert not {"Lifting", "Lowering"} & rows.keys()
