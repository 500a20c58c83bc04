"""The person's own usual values: from the set itself, or from another clip where they carry over."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.skeleton import Shot, kickbacks, thrusts

from formcheck import Report, Session, Track, analyze, read_baseline
from formcheck.errors import UsageError
from formcheck.exercises import catalog
from formcheck.judging.settings import Settings
from formcheck.poses.pose import Side, View
from formcheck.poses.viewpoint import Look
from formcheck.report.baselines import baselines_of
from formcheck.reps.baseline import Baseline, fitting
from formcheck.rule import Status

THRUST = "single-leg-hip-thrust"
LOOK = Look(View.SIDE, 4.0, 3.0, Side.RIGHT, 1.0, 180.0, False)
ARCHED: dict[str, Any] = {"top_deg": 12.0, "arch_deg": 14.0}


def baseline(**given: Any) -> Baseline:
    usual: dict[str, Any] = {"source": "me", "exercise": THRUST, "working": Side.RIGHT, "near": Side.RIGHT}
    usual |= {"view": View.SIDE, "yaw_deg": 2.0, "values": {"range": (50.0,)}}
    return Baseline(**(usual | given))


def judged(track: Track, baselines: Sequence[Baseline] = (), exercise: str = THRUST) -> Report:
    """The report on every other frame: 15 a second are enough."""
    session = Session(
        track.size,
        Settings(exercise=catalog.exercise(exercise), baselines=tuple(baselines)),
        source=track.source,
    )
    for pose in track[::2].poses():
        session.push(pose)
    return session.finish().report


def of(report: Report, fault: str) -> list[tuple[Status, float | None]]:
    return [(v.status, v.value) for rep in report.reps for v in rep.verdicts if v.fault == fault]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, ""),
        ({"yaw_deg": 18.0}, ""),
        ({"yaw_deg": 20.0}, "16° further round"),
        ({"working": Side.LEFT}, "the left leg"),
        ({"near": Side.LEFT}, "another side"),
        ({"view": View.OBLIQUE_FOOT}, "another side"),
    ],
)
def test_a_baseline_carries_over_to_the_same_leg_from_a_like_angle(given: dict[str, Any], words: str) -> None:
    one = baseline(**given)
    misfit = one.misfit(Side.RIGHT, LOOK)
    assert bool(misfit) == bool(words)
    assert words in misfit
    assert fitting([one], Side.RIGHT, LOOK) is (None if words else one)


def test_the_baseline_filmed_most_alike_is_taken() -> None:
    near, far = baseline(yaw_deg=6.0), baseline(yaw_deg=14.0)
    assert fitting([far, near, baseline(working=Side.LEFT)], Side.RIGHT, LOOK) is near


@pytest.mark.slow
def test_an_arched_set_is_only_seen_against_clean_reps() -> None:
    own = baselines_of(judged(thrusts()))
    track = thrusts(**ARCHED)
    alone, compared = judged(track), judged(track, own)
    assert all(status is not Status.FAULT for status, _ in of(alone, "lumbar-arching"))
    assert [status for status, _ in of(compared, "lumbar-arching")] == [Status.FAULT] * 3
    assert (alone.sets[0].baseline, compared.sets[0].baseline) == (None, "skeleton")


def test_clean_reps_stay_clean_against_a_baseline() -> None:
    own = baselines_of(judged(thrusts(Shot(seed=3, noise_px=1.0))))
    seen = judged(thrusts(Shot(noise_px=1.0)), own)
    assert {v.status for rep in seen.reps for v in rep.verdicts} <= {Status.OK, Status.NOT_JUDGED}


@pytest.mark.slow
def test_a_set_of_shallow_reps_shows_against_a_baseline() -> None:
    track = thrusts(low_deg=-12.0)
    alone = judged(track)
    compared = judged(track, baselines_of(judged(thrusts())))
    assert [status for status, _ in of(alone, "shallow-bottom")] == [Status.NOT_JUDGED] * 3
    assert [status for status, _ in of(compared, "shallow-bottom")] == [Status.FAULT] * 3


@pytest.mark.slow
def test_a_single_rep_has_nothing_to_compare_with_and_the_report_says_so() -> None:
    track = thrusts(reps=1, **ARCHED)
    alone = judged(track)
    assert [status for status, _ in of(alone, "lumbar-arching")] == [Status.NOT_JUDGED]
    assert any("There was no baseline" in note for note in alone.notes)
    compared = judged(track, baselines_of(judged(thrusts())))
    assert [status for status, _ in of(compared, "lumbar-arching")] == [Status.FAULT]
    assert not any("baseline" in note for note in compared.notes)
    assert not any("baseline" in note for note in judged(thrusts()).notes)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shot", "working", "words"),
    [(Shot(yaw_deg=20.0), Side.RIGHT, "further round"), (Shot(), Side.LEFT, "the left leg")],
)
def test_a_baseline_that_does_not_fit_is_left_and_said(shot: Shot, working: Side, words: str) -> None:
    own = baselines_of(judged(thrusts(shot, working=working)))
    seen, alone = judged(thrusts(), own), judged(thrusts())
    assert seen.sets[0].baseline is None
    assert any("was not used" in note and words in note for note in seen.notes)
    assert seen.reps == alone.reps


def test_a_baseline_of_another_exercise_is_left_and_said() -> None:
    own = baselines_of(judged(kickbacks(), exercise="glute-kickback"))
    notes = judged(thrusts(), own).notes
    assert any("another exercise (glute-kickback)" in note for note in notes)


def test_one_clean_rep_is_a_baseline() -> None:
    [own] = baselines_of(judged(thrusts(reps=1)))
    assert {trait: len(values) for trait, values in own.values.items()} == {
        "back_bend_deg top change": 1,
        "back_bend_deg top change locked out": 1,
        "hip_extension_deg top": 1,
        "hip_extension_deg top locked out": 1,
        "hip_extension_deg top unarched": 1,
        "hip_height_pct bottom": 1,
        "range": 1,
    }
    seen = judged(thrusts(**ARCHED), [own])
    assert [status for status, _ in of(seen, "lumbar-arching")] == [Status.FAULT] * 3


@pytest.mark.slow
def test_live_verdicts_use_the_baseline_from_the_first_rep_on() -> None:
    own = baselines_of(judged(thrusts()))
    track = thrusts(**ARCHED)
    spoken: list[list[str]] = []
    for baselines in ((), own):
        session = Session(track.size, Settings(exercise=catalog.exercise(THRUST), baselines=baselines))
        steps = [session.push(pose) for pose in track.poses()]
        spoken.append([step.cue.rule for step in steps if step and step.cue])
    assert spoken[0] == []
    assert spoken[1]
    assert set(spoken[1]) == {"SHT01"}


def test_faulty_reps_are_no_baseline() -> None:
    mixed = judged(thrusts(reps=4, top_deg=(0, 12, 0, 0), arch_deg=(0, 14, 0, 0)))
    tops = baselines_of(mixed)[0].values["hip_extension_deg top"]
    assert len(tops) == 3
    assert max(tops) - min(tops) < 4.0


def test_where_every_rep_has_some_other_fault_the_back_still_tells() -> None:
    forward = judged(thrusts(foot_x=0.35))
    assert all(any(v.status is Status.FAULT for v in rep.verdicts) for rep in forward.reps)
    assert len(baselines_of(forward)[0].values["hip_extension_deg top"]) == 3


@pytest.mark.slow
def test_a_clip_a_track_and_its_report_are_the_same_baseline(tmp_path: Path) -> None:
    track, saved, clip = tmp_path / "me.npz", tmp_path / "me.json", tmp_path / "today.npz"
    thrusts(Shot(noise_px=0.5)).save(track)
    thrusts(**ARCHED).save(clip)
    saved.write_text(analyze(track, THRUST).to_json(), encoding="utf-8")
    by_track, by_report = read_baseline(track, Settings.of(THRUST)), read_baseline(saved, Settings.of(THRUST))
    assert [one.source for one in (*by_track, *by_report)] == ["me.npz", "me.json"]
    assert replace(by_report[0], source="me.npz") == by_track[0]
    first, second = (analyze(clip, THRUST, baseline=path) for path in (track, saved))
    assert (first.sets[0].baseline, second.sets[0].baseline) == ("me.npz", "me.json")
    assert first.reps == second.reps
    assert [status for status, _ in of(first, "lumbar-arching")] == [Status.FAULT] * 3


def test_files_that_are_no_baseline(tmp_path: Path) -> None:
    path = tmp_path / "odd.json"
    with pytest.raises(UsageError, match="cannot be read"):
        read_baseline(path)
    path.write_text(json.dumps({"schema": "something"}), encoding="utf-8")
    with pytest.raises(UsageError, match="not a report"):
        read_baseline(path)
    path.write_text(judged(kickbacks(), exercise="glute-kickback").to_json(), encoding="utf-8")
    with pytest.raises(UsageError, match=r"another exercise \(glute-kickback\)"):
        read_baseline(path, Settings.of(THRUST))
    track = tmp_path / "none.npz"
    kickbacks().save(track)
    with pytest.raises(UsageError, match="no clean repetition"):
        read_baseline(track, Settings.of(THRUST))


def test_what_the_baseline_did_not_see_comes_from_the_set_itself() -> None:
    own = baselines_of(judged(thrusts(Shot(edges=False))))
    assert np.isnan(own[0].values.get("back_bend_deg top change", (np.nan,))).all()
    seen = judged(thrusts(), own)
    assert seen.sets[0].baseline is not None
    assert [status for status, _ in of(seen, "lumbar-arching")] == [Status.OK] * 3


def test_a_report_keeps_its_own_values_also_where_a_baseline_was_used() -> None:
    own = baselines_of(judged(thrusts()))
    seen = judged(thrusts(Shot(seed=5, noise_px=0.5)), own)
    assert len(seen.sets[0].own["range"]) == 3
    assert Report.from_json(seen.to_json()) == seen
