"""Squat, push-up, curl, Romanian deadlift and lunge: what is put in wrong is found, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from rich.console import Console
from support.everyday import COUNTS, EVERYDAY, TEMPO, curls, lunges, push_ups, romanian_deadlifts, squats
from support.skeleton import Shot

from formcheck import Report, Settings
from formcheck.exercises import catalog
from formcheck.exercises.explain import explain_rule
from formcheck.judging.recognition import together
from formcheck.live.screen import Screen, _phase
from formcheck.live.words import Words
from formcheck.pipeline import Session
from formcheck.poses.pose import Pose
from formcheck.poses.track import Track
from formcheck.report.page.charts import tempo
from formcheck.report.page.render import report_page
from formcheck.report.pictures.overlays import Overlay
from formcheck.report.stats import traits
from formcheck.report.table import render
from formcheck.rule import Phase

NOISY = Shot(noise_px=0.5)
FAST = replace(TEMPO, up=0.2, down=0.6)


def report(track: Track, name: str) -> Report:
    session = Session(track.size, Settings(exercise=catalog.exercise(name)), source="skeleton")
    for pose in track.poses():
        session.push(pose)
    return session.finish().report


def flagged(found: Report) -> list[set[str]]:
    return [{v.fault for v in rep.verdicts if v.cue} for rep in found.reps if not rep.partial]


@pytest.mark.parametrize("name", EVERYDAY)
def test_clean_repetitions_are_clean(name: str) -> None:
    found = report(EVERYDAY[name](NOISY), name)
    assert flagged(found) == [set()] * COUNTS[name]
    assert all(rep.score is not None and rep.score > 95.0 for rep in found.reps)


Maker = Callable[..., Track]
WRONG: list[tuple[Maker, str, dict[str, Any], set[str]]] = [
    (squats, "squat", {"lean_deg": 60.0}, {"trunk-folds"}),
    (squats, "squat", {"knee_deg": 75.0, "shin_deg": 24.0, "lean_deg": 25.0}, {"too-shallow"}),
    (squats, "squat", {"heel_deg": 40.0}, {"heel-up"}),
    (squats, "squat", {"shin_deg": 52.0, "lean_deg": 50.0, "knee_deg": 140.0}, {"knee-over-toe"}),
    (squats, "squat", {"tempo": FAST}, {"lowering-too-fast"}),
    (push_ups, "push-up", {"sag_deg": 30.0}, {"hips-low"}),
    (push_ups, "push-up", {"sag_deg": -45.0}, {"hips-high"}),
    (push_ups, "push-up", {"low": 0.8}, {"too-shallow"}),
    (push_ups, "push-up", {"high": 0.95}, {"arms-not-straight"}),
    (push_ups, "push-up", {"tempo": FAST}, {"lowering-too-fast"}),
    (curls, "biceps-curl", {"lean_deg": -20.0}, {"leans-back", "stands-leant-back"}),
    (curls, "biceps-curl", {"upper_deg": 50.0}, {"elbow-swings"}),
    (curls, "biceps-curl", {"top_deg": 100.0}, {"not-all-the-way-up"}),
    (curls, "biceps-curl", {"low_deg": 62.0}, {"arm-not-straight-below"}),
    (curls, "biceps-curl", {"tempo": replace(TEMPO, down=0.4)}, {"lowering-too-fast"}),
    (romanian_deadlifts, "romanian-deadlift", {"ahead_deg": 15.0}, {"bar-drifts"}),
    (romanian_deadlifts, "romanian-deadlift", {"lean_deg": 44.0, "ahead_deg": -20.0}, {"too-shallow"}),
    (romanian_deadlifts, "romanian-deadlift", {"knee_deg": 56.0, "shin_deg": 6.0}, {"knees-bend"}),
    (
        romanian_deadlifts,
        "romanian-deadlift",
        {"knee_deg": 30.0, "shin_deg": 30.0},
        {"knees-forward", "knees-bend"},
    ),
    (romanian_deadlifts, "romanian-deadlift", {"tempo": FAST}, {"lowering-too-fast"}),
    (lunges, "lunge", {"shin_deg": 38.0, "knee_deg": 120.0}, {"knee-over-toe"}),
    (lunges, "lunge", {"lean_deg": 45.0}, {"trunk-folds"}),
    (lunges, "lunge", {"knee_deg": 62.0, "step": 1.1}, {"too-shallow"}),
    (lunges, "lunge", {"tempo": FAST}, {"lowering-too-fast"}),
]


@pytest.mark.parametrize(
    ("make", "name", "wrong", "faults"), WRONG, ids=[f"{one[1]}-{'-'.join(sorted(one[3]))}" for one in WRONG]
)
def test_what_is_put_in_wrong_is_found(
    make: Maker, name: str, wrong: dict[str, Any], faults: set[str]
) -> None:
    found = flagged(report(make(NOISY, **wrong), name))
    assert len(found) == COUNTS[name]
    assert all(one & faults for one in found), found
    assert set().union(*found) <= faults, found


@pytest.mark.parametrize("name", EVERYDAY)
def test_neither_mirroring_nor_a_camera_a_little_off_makes_a_fault(name: str) -> None:
    for shot in (replace(NOISY, mirrored=True), replace(NOISY, yaw_deg=15.0, world=True)):
        found = report(EVERYDAY[name](shot), name)
        assert flagged(found) == [set()] * COUNTS[name], shot


def test_the_leg_in_front_is_the_one_that_works_and_both_make_one_set() -> None:
    found = report(lunges(NOISY), "lunge")
    assert [rep.side for rep in found.reps] == ["left", "right", "left", "right"]
    assert len(found.sets) == 1
    same = report(lunges(NOISY, turns=False), "lunge")
    assert {rep.side for rep in same.reps} == {"left"}


@pytest.mark.parametrize("name", EVERYDAY)
def test_while_it_is_done_it_is_recognised_at_the_first_repetition(name: str) -> None:
    track = EVERYDAY[name](NOISY)
    session = Session(track.size, Settings(candidates=tuple(catalog.exercises().values())))
    first, count = None, 0
    for pose in track.poses():
        step = session.push(pose)
        assert step is not None
        count = step.rep_count
        if first is None and count:
            first = session.exercise
    assert first is not None
    assert (first.name, count) == (name, COUNTS[name])


def test_what_goes_down_first_is_told_so() -> None:
    item = catalog.exercise("squat")
    found = report(squats(NOISY), "squat")
    console = Console(width=100, record=True, file=StringIO())
    console.print(render(found, item))
    assert "Down – hold – up" in console.export_text()
    assert "Down, hold, up" in report_page(found, {}, None)
    names = {one.name: one.label for one in traits([found])}
    assert (names["up"], names["down"]) == ("Lowering", "Lifting")
    shallow = next(rule for rule in item.rules if rule.name == "too-shallow")
    assert "at the lowest point" in explain_rule(item, shallow)
    bars = {(bar["rep"], bar["phase"]): bar["s"] for bar in tempo(found)["bars"]}
    assert bars[(1, "down")] == pytest.approx(found.reps[0].up_s, abs=0.01)
    curled = report(curls(NOISY), "biceps-curl")
    console.print(render(curled, catalog.exercise("biceps-curl")))
    assert "Up – hold – down" in console.export_text()
    assert together([item, catalog.exercise("biceps-curl")]).down_first is False


def test_the_window_says_down_while_the_body_goes_down() -> None:
    words = Words()
    for down_first, name in ((False, words.phase_up), (True, words.phase_down)):
        screen = Screen(Overlay(Pose.nobody(0.0)), phase=Phase.UP, down_first=down_first)
        assert _phase(screen, words) == name
