from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.skeleton import kickbacks

import formcheck

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


def test_analyze_works_from_a_fresh_import(tmp_path: Path) -> None:
    path = tmp_path / "one.npz"
    kickbacks(reps=2).save(path)
    code = f"from formcheck import analyze; r = analyze({str(path)!r}); print(len(r.reps), r.exercise)"
    assert fresh(code).split() == ["2", "glute-kickback"]


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
