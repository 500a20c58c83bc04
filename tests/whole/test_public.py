from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.skeleton import kickbacks

import formcheck
from formcheck.errors import TrackError, UsageError
from formcheck.exercises import catalog
from formcheck.poses.pose import Landmark

HEAVY = ("mediapipe", "cv2", "scipy", "av", "pydantic", "typer", "rich", "numpy")


def fresh(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def test_public_names_are_sorted_and_there() -> None:
    assert formcheck.__all__ == sorted(formcheck.__all__)
    for name in formcheck.__all__:
        assert getattr(formcheck, name).__name__ == name


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        formcheck.nonsense  # noqa: B018


def test_importing_is_cheap() -> None:
    loaded = fresh(
        f"import formcheck, sys, json; print(json.dumps([n for n in {HEAVY} if n in sys.modules]))"
    )
    assert json.loads(loaded) == []


@pytest.mark.slow
def test_analyze_works_from_a_fresh_import(tmp_path: Path) -> None:
    path = tmp_path / "one.npz"
    kickbacks(reps=2).save(path)
    code = f"from formcheck import analyze; r = analyze({str(path)!r}); print(len(r.reps), r.exercise)"
    assert fresh(code).split() == ["2", "glute-kickback"]


@pytest.mark.slow
def test_analysing_a_track_needs_no_pose_model(tmp_path: Path) -> None:
    path = tmp_path / "one.npz"
    kickbacks(reps=1).save(path)
    code = f"from formcheck import analyze; analyze({str(path)!r}); import sys; print(*sys.modules)"
    assert "mediapipe" not in fresh(code).split()


def test_a_track_can_be_made_of_public_names_only() -> None:
    track = kickbacks(reps=2)
    mine = formcheck.Track.from_arrays(track.time_s, track.image_px, track.visibility, track.size)
    run = formcheck.Session(mine.size)
    for pose in mine.poses():
        run.push(pose)
    done = run.finish()
    assert isinstance(done, formcheck.Analysis)
    assert isinstance(done.report, formcheck.Report)
    assert len(done.report.reps) == 2


def test_a_track_is_analysed_as_it_is_and_an_exercise_may_be_one_of_ones_own() -> None:
    track = kickbacks(reps=2)
    kickback = catalog.exercise("glute-kickback")
    plain = formcheck.analyze(track, "glute-kickback")
    mine = formcheck.analyze(track, replace(kickback, name="my-kickback", rules=kickback.rules[:2]))
    assert len(plain.reps) == len(mine.reps) == 2
    assert mine.exercise == "my-kickback"
    assert {len(rep.verdicts) for rep in mine.reps} == {2}


@pytest.mark.parametrize("joint", list(Landmark))
def test_a_joint_that_another_tool_does_not_know_is_not_judged_and_stops_nothing(joint: Landmark) -> None:
    track = kickbacks(reps=2)
    px = track.image_px.copy()
    px[:, joint] = np.nan
    lost = formcheck.Track.from_arrays(track.time_s, px, track.visibility, track.size)
    px[:, joint] = track.image_px[:, joint]
    px[40:43, joint] = np.nan
    blinked = formcheck.Track.from_arrays(track.time_s, px, track.visibility, track.size)
    formcheck.analyze(lost, "glute-kickback")
    assert len(formcheck.analyze(blinked, "glute-kickback").reps) == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t, px, v: (1000 * t, px, v), "look like milliseconds"),
        (lambda t, px, v: (t, px / 1280, v), "look like shares of the picture"),
        (lambda t, px, v: (t, px, 100 * v), "between 0 and 1"),
    ],
)
def test_arrays_in_another_unit_are_refused(change: Callable[..., Any], said: str) -> None:
    track = kickbacks(reps=1)
    time_s, image_px, visibility = change(track.time_s, track.image_px, track.visibility)
    with pytest.raises(TrackError, match=said):
        formcheck.Track.from_arrays(time_s, image_px, visibility, track.size)


def test_what_is_no_side_of_the_body_is_said() -> None:
    with pytest.raises(UsageError, match="say left or right"):
        formcheck.analyze(kickbacks(reps=1), side="front")
