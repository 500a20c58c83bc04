"""Live sessions with the real pose model, on a sample clip."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.clips import two_repetitions

from formcheck.api import analyze_clip
from formcheck.cli.app import run as cli
from formcheck.evaluation.live_speed import compare
from formcheck.judging.settings import Settings
from formcheck.live.feeds import FileFeed
from formcheck.live.session import Parts, run
from formcheck.live.talk import Wishes
from formcheck.vision.landmarker import MediaPipeLandmarker
from formcheck.vision.models import resolve

pytestmark = pytest.mark.model
SAMPLE = Path(__file__).parents[2] / "samples" / "kickback.mp4"


def test_live_and_analyze_give_one_verdict_of_record_and_so_does_the_recording(tmp_path: Path) -> None:
    bundle = resolve("full")
    live = run(
        Parts(
            feed=FileFeed(SAMPLE, paced=False),
            landmarker=lambda: MediaPipeLandmarker(bundle),
            settings=Settings.of("glute-kickback"),
            wishes=Wishes(),
            sound="off",
            record=tmp_path / "recording.mp4",
            report=tmp_path / "reports",
            every=True,
        )
    )
    assert live is not None
    clip = analyze_clip(SAMPLE, Settings.of("glute-kickback"))
    assert live.report.reps == clip.report.reps  # every time, value and verdict
    assert live.report.score == clip.report.score
    recording = analyze_clip(tmp_path / "recording.mp4", Settings.of("glute-kickback"))
    seen = compare(live, recording)  # coded anew: what lies at a limit may fall on either side of "too close"
    assert len(recording.report.reps) == len(live.report.reps)
    assert seen.opposite == 0
    assert seen.same >= 0.9 * seen.total


def test_a_file_at_its_own_pace_from_the_command_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "formcheck",
                "live",
                "--source",
                str(two_repetitions(tmp_path)),
                "--no-window",
            ),
            *("--voice", "beep", "--report", str(tmp_path), "--target-reps", "2", "--tempo", "1-1-2"),
            *("--exercise", "glute-kickback"),
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "120"},
    )
    assert done.returncode == 0, done.stderr
    assert "Glute kickback" in done.stdout
    assert "frames" in done.stderr  # which cues there are depends on how many a busy machine drops
    reports = [path for path in tmp_path.glob("*.report.json") if ".set-" not in path.name]
    assert json.loads(reports[0].read_text())["exercise"] == "glute-kickback"


def test_the_bench_measures_all_ways_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bench.json"
    assert (
        cli(["bench", "live", str(two_repetitions(tmp_path)), "--via", "http,rtsp", "--json", str(path)]) == 0
    )
    data = json.loads(path.read_text())
    assert [run["via"] for run in data["runs"]] == ["http", "rtsp"]
    for run_ in data["runs"]:
        assert run_["frames"] > 50
        assert run_["decided_s"]
        assert all(0 <= late < 3 for late in run_["decided_s"])
    assert "onset to decision" in capsys.readouterr().out
