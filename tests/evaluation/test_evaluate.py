"""Verdicts against truth: the counting by hand, a skeleton's folder, and the rendered samples."""

from __future__ import annotations

import json
import math
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.skeleton import Shot, Tempo, kickbacks

from formcheck.api import analyze
from formcheck.errors import UsageError
from formcheck.evaluation.accuracy import Evaluation, Row, calibration
from formcheck.evaluation.counts import Counts
from formcheck.evaluation.evaluate import clips_with_truth, evaluate
from formcheck.evaluation.truth import TRUE_VALUE, Truth
from formcheck.files.digest import sha256
from formcheck.poses.track import Track, clip_of
from formcheck.report.model import Report
from formcheck.rule import Status

Samples = tuple[Evaluation, dict[str, Report]]
SAMPLES = Path(__file__).parents[2] / "samples"
FAULTS = {"kickback": ("lumbar-arching", {2, 4}), "hip_thrust": ("free-leg-drop", {2, 3})}


def test_counts_by_hand() -> None:
    counts = Counts()
    for present, status in [
        (True, Status.FAULT),
        (True, Status.WARN),
        (True, Status.OK),
        (True, Status.TOO_CLOSE),
        (True, Status.NOT_JUDGED),
        (False, Status.WARN),
        (False, Status.OK),
        (False, Status.TOO_CLOSE),
        (False, Status.NOT_JUDGED),
    ]:
        counts.add(present, status)
    seen = counts.scores()
    assert (seen["hit"], seen["missed"], seen["false"], seen["right"]) == (2, 2, 1, 2)
    assert (seen["too_close"], seen["not_judged"]) == (2, 2)
    assert (seen["precision"], seen["recall"], seen["f1"]) == pytest.approx((2 / 3, 0.5, 4 / 7))


def row(value: float | None, uncertainty: float | None, true: float | None) -> Row:
    return Row("clip", "side", 0.0, "knee-bent", Status.OK, value, uncertainty, true, False, 0.0)


def test_calibration_by_hand() -> None:
    rows = [
        row(3.0, 2.0, 2.0),
        row(7.0, 2.0, 4.0),
        row(0.0, 1.0, 3.0),
        row(1.0, 1.0, math.inf),
        row(1.0, 1.0, None),
    ]
    found = calibration([*rows, row(None, None, 2.0)])
    assert found is not None
    assert found["verdicts"] == 3
    assert found["error"] == pytest.approx(7 / 3)
    assert found["bias"] == pytest.approx(1 / 3)
    assert (found["within_1u"], found["within_2u"]) == pytest.approx((1 / 3, 2 / 3))
    assert calibration([row(1.0, 1.0, math.inf)]) is None


def test_scores_of_nothing_are_unknown_not_perfect() -> None:
    seen = Counts().scores()
    assert (seen["precision"], seen["recall"], seen["f1"]) == (None, None, None)
    assert Counts(missed=3).scores()["recall"] == 0.0
    assert Counts(missed=3).scores()["precision"] is None


@pytest.mark.parametrize(
    ("name", "exercise", "reps"),
    [("kickback", "glute-kickback", 4), ("hip_thrust", "single-leg-hip-thrust", 3)],
)
def test_truth_of_the_samples(name: str, exercise: str, reps: int) -> None:
    truth = Truth.load(SAMPLES / f"{name}.json")
    fault, where = FAULTS[name]
    assert (truth.exercise, truth.side, truth.view, len(truth.reps)) == (exercise, "left", "side", reps)
    assert {i for i, rep in enumerate(truth.reps, 1) if set(rep.severity) == {fault}} == where
    assert {(kind, rep + 1) for kind, rep, _ in truth.onsets} == {(fault, i) for i in where}
    for rep in truth.reps:
        assert rep.start_s < rep.lockout_s < rep.lower_s < rep.end_s
        for value in TRUE_VALUE.values():
            assert not math.isnan(value(rep))
    there = [abs(TRUE_VALUE[fault](rep)) > 10.0 for rep in truth.reps]
    assert {i for i, is_there in enumerate(there, 1) if is_there} == where
    for values in truth.angles.values():
        assert values.shape == truth.time_s.shape


def write_truth(path: Path, track: Track, bent: tuple[int, ...]) -> None:
    """The truth file of a skeleton that does kickbacks with the knee bent in some reps."""
    angles = ["knee_flexion_working", "leg_elevation_working", "leg_elevation_other", "trunk_pitch"]
    angles += ["shin_from_vertical_working", "lumbar_extension", "pelvic_obliquity"]
    times = [Tempo().times(i) for i in range(4)]

    def rep(i: int) -> dict[str, Any]:
        at = dict.fromkeys(angles, 0.0) | {"knee_flexion_working": 40.0 if i in bent else 4.0}
        keys = dict(zip(("start", "lockout", "lower", "end"), times[i], strict=True))
        return {**keys, "at_lockout": at, "peak": at, "faults": ["knee_bend"] if i in bent else []}

    idle = [not any(start <= t <= end for start, _, _, end in times) for t in track.time_s.tolist()]
    frames = [
        {"t": t, "phase": "start" if rests else "hold", "angles": dict.fromkeys(angles, 0.0)}
        for t, rests in zip(track.time_s.tolist(), idle, strict=True)
    ]
    onsets = [{"type": "knee_bend", "rep": i, "onset": times[i][1], "severity": 36.0} for i in bent]
    camera = {"view": "left", "azimuth": 0.0}
    data = {"exercise": "kickback", "working_leg": "L", "camera": camera, "reps": [rep(i) for i in range(4)]}
    path.write_text(json.dumps({**data, "frames": frames, "faults": onsets}), encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two clips with truth: what is said of the second is not what was done (no knee was bent)."""
    folder = tmp_path_factory.mktemp("clips")
    (folder / "tracks").mkdir()
    for name, done, told in (("right", (1, 3), (1, 3)), ("wrong", (), (0, 1))):
        knee = [40.0 if i in done else 4.0 for i in range(4)]
        track = kickbacks(Shot(noise_px=0.5), reps=4, knee_deg=knee)
        track.save(folder / "tracks" / f"{name}.npz")
        (folder / f"{name}.mp4").write_bytes(b"")  # the recorded track is used instead
        write_truth(folder / f"{name}.json", track, told)
    (folder / "no_truth.mp4").write_bytes(b"")
    return folder


def test_a_track_of_another_clip_with_the_same_name_is_not_used(tmp_path: Path) -> None:
    """Nor that of the clip as it was before."""
    tracks, done = tmp_path / "tracks", kickbacks(Shot(noise_px=0.5), reps=4, knee_deg=[4.0] * 4)
    tracks.mkdir()
    for person, reps in (("one", 4), ("other", 2)):
        (tmp_path / person).mkdir()
        clip = tmp_path / person / "clip.mp4"
        clip.write_text(person)
        write_truth(clip.with_suffix(".json"), done, ())
        of = sha256(clip)
        part = done.between(0.0, done.duration_s * reps / 4)
        part.save(tracks / ("clip.npz" if reps == 4 else f"clip-{of[:8]}.npz"), clip_sha256=of)

    for person, reps in (("one", 4), ("other", 2)):
        assert evaluate(tmp_path / person, tracks=tracks).clips[0]["reps_found"] == reps


@pytest.mark.slow
def test_a_folder_is_compared_with_its_truth(folder: Path) -> None:
    names: list[str] = []
    result = evaluate(folder, tracks=folder / "tracks", progress=names.append)
    assert names == ["right.mp4", "wrong.mp4"]
    data = result.to_dict()
    assert data["reps_exact"] == 1.0
    knee = data["faults"]["side"]["knee-bent"]
    assert (knee["hit"], knee["missed"], knee["false"], knee["right"]) == (2, 2, 0, 4)
    assert knee["f1"] == pytest.approx(4 / 6)
    assert data["faults"]["all"]["knee-bent"] == knee
    assert data["clean_reps"]["side"] == {"reps": 4, "faults": 0, "warnings": 0}
    assert all(error < 0.15 for error in data["phase_error_s"].values())
    assert json.loads(result.to_json()) == data
    assert "knee-bent" in result.table()


def test_a_folder_without_truth_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"")
    with pytest.raises(UsageError, match=r"no clip .* with a truth file"):
        evaluate(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="there, links and pipes need rights or are none")
def test_a_clip_that_is_no_ordinary_file_is_a_row_with_its_reason(tmp_path: Path) -> None:
    track = kickbacks(reps=4)
    track.save(tmp_path / "good.NPZ")
    (tmp_path / "dead.mp4").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.mp4")
    for name in ("good", "dead", "pipe"):
        write_truth(tmp_path / f"{name}.json", track, ())
    rows = {row["clip"]: row for row in evaluate(tmp_path).to_dict()["clips"]}
    assert rows["good"]["reps_found"] == 4
    assert "leads nowhere" in rows["dead"]["notes"][0]
    assert "a pipe, device" in rows["pipe"]["notes"][0]


def test_clips_are_known_by_the_same_suffixes_as_everywhere(tmp_path: Path) -> None:
    for name in ("a.MOV", "b.mkv", "b.NPZ", "c.mp4", "d.txt", "e.mp4"):
        (tmp_path / name).touch()
    for name in ("a.json", "b.JSON", "c.json", "d.json"):
        (tmp_path / name).touch()
    (tmp_path / "c.json").unlink()
    (tmp_path / "c.json").mkdir()
    found = [(clip.name, truth.name) for clip, truth in clips_with_truth(tmp_path)]
    assert found == [("a.MOV", "a.json"), ("b.NPZ", "b.JSON")]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    tracks = tmp_path_factory.mktemp("tracks")
    result = evaluate(SAMPLES, tracks=tracks)
    assert all(clip_of(tracks / f"{name}.npz") == sha256(SAMPLES / f"{name}.mp4") for name in FAULTS)
    return result, {name: analyze(tracks / f"{name}.npz") for name in FAULTS}


@pytest.mark.model
@pytest.mark.parametrize("name", FAULTS)
def test_samples_exercise_side_and_reps(name: str, samples: Samples) -> None:
    truth, report = Truth.load(SAMPLES / f"{name}.json"), samples[1][name]
    assert (report.exercise, report.working_side, report.view) == (truth.exercise, truth.side, truth.view)
    assert [rep.partial for rep in report.reps] == [False] * len(truth.reps)
    for rep, true in zip(report.reps, truth.reps, strict=True):
        for key in ("start_s", "lockout_s", "lower_s", "end_s"):
            assert getattr(rep, key) == pytest.approx(getattr(true, key), abs=0.3)


@pytest.mark.model
@pytest.mark.parametrize("name", FAULTS)
def test_samples_have_their_faults_and_no_others(name: str, samples: Samples) -> None:
    fault, where = FAULTS[name]
    flagged = {
        (rep.index, verdict.fault)
        for rep in samples[1][name].reps
        for verdict in rep.verdicts
        if verdict.status in (Status.WARN, Status.FAULT)
    }
    assert flagged == {(index, fault) for index in where}
    fix = samples[1][name].fix
    assert fix is not None
    assert (fix.fault, set(fix.reps)) == (fault, where)
    assert {cue.rule for cue in samples[1][name].cues} == {fix.rule}


@pytest.mark.model
def test_samples_in_figures(samples: Samples) -> None:
    data = samples[0].to_dict()
    assert data["reps_exact"] == 1.0
    for fault, row in data["faults"]["all"].items():
        assert row["false"] == 0, fault
        assert row["missed"] == 0, fault
    assert {name: data["faults"]["side"][name]["hit"] for name in ("lumbar-arching", "free-leg-drop")} == {
        "lumbar-arching": 2,
        "free-leg-drop": 2,
    }
    assert data["lumbar_error_deg"] < 6.0
    assert all(np.isfinite(error) and error < 10.0 for error in data["angle_error_deg"].values())
