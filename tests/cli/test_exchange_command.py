"""Other tools' landmarks through the command line, and the files that are written for them."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import exchange
from support.skeleton import Shot, kickbacks, squats

from formcheck.batch.job import Job, Setup
from formcheck.batch.score import Outcome, score
from formcheck.cli import batch
from formcheck.measures.catalogue import MEASURES
from formcheck.poses.exchange import trc
from formcheck.poses.track import Track

Run = Callable[..., tuple[int, str, str]]
SAID = ("--size", "1280x720", "--fps", "15")


@pytest.fixture
def kick() -> Track:
    track = kickbacks(Shot(fps=15.0, noise_px=0.3), reps=2)
    return Track.from_arrays(track.time_s, track.image_px, track.visibility, track.size)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scores in this process, in place of workers."""

    class Here:
        def __init__(self, setup: Setup) -> None:
            self._setup = setup

        def run(self, jobs: Sequence[Job], frames: Any) -> Iterator[list[Outcome]]:
            for job in jobs:
                yield [score(job, self._setup)]

        def close(self) -> None: ...

    monkeypatch.setattr(batch, "team", lambda work, setup, workers, cluster: Here(setup))


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))


def test_poses_of_another_tool_are_analysed(kick: Track, tmp_path: Path, formcheck: Run) -> None:
    poses = exchange.alphapose(kick, tmp_path / "poses.json", 17)
    code, out, err = formcheck("analyze", poses, *SAID, "--no-log", "--out", tmp_path / "out")
    assert (code, err) == (0, "")
    assert "Glute kickback, recognised" in out
    assert "no heel or toe, so what needs one is not judged" in " ".join(out.split())
    made = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"poses.report.json", "poses.report.html", "poses.trc", "poses.mot", "poses.frames.csv"} <= made


def test_a_folder_with_a_file_a_frame_is_a_clip(kick: Track, tmp_path: Path, formcheck: Run) -> None:
    folder = exchange.openpose(kick, tmp_path / "set_json")
    code, out, err = formcheck("analyze", folder, *SAID, "--log", tmp_path / "log.db", "--json", "-")
    assert code == 0, err
    assert len(json.loads(out)["reps"]) == 2


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ((), "add --size and --fps, such as --size 1920x1080 --fps 30."),
        (SAID[:2], "does not say how many frames a second it has: add --fps, such as 30."),
        (SAID[2:], "does not say how large the picture was: add --size, such as 1920x1080."),
        (("--size", "big", *SAID[2:]), "'big' is no size of a picture: give --size such as 1920x1080."),
    ],
)
def test_what_is_missing_is_asked_for_in_one_sentence(
    said: tuple[str, ...], says: str, kick: Track, tmp_path: Path, formcheck: Run
) -> None:
    poses = exchange.mmpose(kick[:10], tmp_path / "poses.json")
    code, out, err = formcheck("analyze", poses, *said, "--no-log")
    assert (code, out) == (2, "")
    assert err.endswith(f"{says}\n")
    assert err.count("\n") == 1


def test_what_is_no_pose_is_3_and_a_video_needs_no_size(tmp_path: Path, formcheck: Run) -> None:
    (tmp_path / "a.json").write_text('{"reps": []}')
    code, _, err = formcheck("analyze", tmp_path / "a.json", *SAID, "--no-log")
    assert (code, "holds no landmarks that are known" in err, err.count("\n")) == (3, True, 1)
    (tmp_path / "a.mp4").write_bytes(b"video")
    code, _, err = formcheck("analyze", tmp_path / "a.mp4", *SAID, "--no-log")
    assert (code, "says itself how large its picture is" in err) == (2, True)


def test_markers_and_angles_are_written_and_read_again(kick: Track, tmp_path: Path, formcheck: Run) -> None:
    kick.save(tmp_path / "a.npz")
    out = [tmp_path / name for name in ("a.trc", "a.mot", "a.json")]
    given = ("--no-log", "--trc", out[0], "--mot", out[1], "--json", out[2])
    assert formcheck("analyze", tmp_path / "a.npz", *given)[0] == 0
    assert len(trc.load(out[0]).time_s) == len(kick)
    assert out[1].read_text().startswith("a\nversion=1\nnRows=")
    code, again, _ = formcheck("analyze", out[0], "--no-log", "--json", "-")
    assert code == 0
    before, after = (json.loads(text)["reps"] for text in (out[2].read_text(), again))
    for one, two in zip(before, after, strict=True):
        assert [v["status"] for v in one["verdicts"]] == [v["status"] for v in two["verdicts"]]


@pytest.mark.usefixtures("here")
def test_named_poses_are_scored_and_a_manifest_says_what_they_do_not(
    kick: Track, tmp_path: Path, formcheck: Run
) -> None:
    home, out = tmp_path / "clips", tmp_path / "out"
    home.mkdir()
    exchange.alphapose(kick, home / "a.json")
    exchange.openpose(kick, home / "b_json")
    exchange.table(kick, home / "c.csv")
    lines = [
        "clip,person,size,fps",
        "a.json,anna,1280x720,15",
        "b_json,ben,1280x720,15",
        "c.csv,cleo,1280x720,",
    ]
    (tmp_path / "clips" / "all.csv").write_text("\n".join(lines) + "\n")
    code, _, err = formcheck("score", "--manifest", home / "all.csv", "--out", out)
    assert (code, err) == (0, "")
    found = rows(out / "clips.csv")
    assert [(row["person"], row["status"], row["reps"]) for row in found] == [
        (name, "scored", "2") for name in ("anna", "ben", "cleo")
    ]
    code, shown, _ = formcheck("score", home / "a.json", home / "b_json", *SAID, "--out", tmp_path / "two")
    assert (code, len(rows(tmp_path / "two" / "clips.csv"))) == (0, 2), shown


@pytest.mark.usefixtures("here")
def test_in_folders_only_openposes_own_files_are_clips(kick: Track, tmp_path: Path, formcheck: Run) -> None:
    exchange.openpose(kick, tmp_path / "clips" / "anna" / "set")
    exchange.alphapose(kick, tmp_path / "clips" / "anna" / "b.json")
    code, _, err = formcheck("score", tmp_path / "clips", *SAID, "--out", tmp_path / "out")
    assert (code, err) == (0, "")
    found = rows(tmp_path / "out" / "clips.csv")
    assert [(row["name"], row["person"], row["status"]) for row in found] == [("anna/set", "anna", "scored")]


@pytest.mark.usefixtures("here")
def test_poses_without_a_size_are_a_row_with_the_reason_and_are_scored_later(
    kick: Track, tmp_path: Path, formcheck: Run
) -> None:
    kick.save(tmp_path / "a.npz")
    exchange.alphapose(kick, tmp_path / "b.json")
    order = ("score", tmp_path / "a.npz", tmp_path / "b.json", "--out", tmp_path / "out")
    assert formcheck(*order)[0] == 0
    bad = rows(tmp_path / "out" / "clips.csv")[1]
    assert (bad["status"], "add --size and --fps" in bad["reason"]) == ("failed", True)
    assert formcheck(*order, *SAID, "--resume")[0] == 0
    assert [row["status"] for row in rows(tmp_path / "out" / "clips.csv")] == ["scored", "scored"]


def test_how_measures_move_in_another_tools_poses(kick: Track, tmp_path: Path, formcheck: Run) -> None:
    poses = exchange.mmpose(kick, tmp_path / "poses.json")
    code, out, _ = formcheck("measures", poses, *SAID)
    assert code == 0
    assert next(line.split()[3] for line in out.splitlines() if line.startswith("leg_elevation_deg")) == "2"


def test_without_a_repetition_the_table_of_frames_has_every_measure(tmp_path: Path, formcheck: Run) -> None:
    squats(Shot(fps=15.0)).save(tmp_path / "a.npz")
    table = tmp_path / "a.csv"
    given = ("--no-log", "--exercise", "glute-kickback", "--csv-frames", table)
    assert formcheck("analyze", tmp_path / "a.npz", *given)[0] == 0
    found = rows(table)
    assert set(MEASURES) < found[0].keys()
    assert list(found[0])[:8] == [
        "time_s",
        "found",
        "set",
        "exercise",
        "rep",
        "side",
        "phase",
        "leg_elevation_deg",
    ]
    bend = np.array([float(row["knee_flexion_deg"] or "nan") for row in found])
    assert np.nanmax(bend) > 90.0
    assert {(row["set"], row["rep"], row["phase"]) for row in found} == {("", "", "")}


# What was noticed beside.


def test_an_address_in_place_of_a_file_is_told_how_to_record_it(formcheck: Run) -> None:
    for command in ("label", "analyze"):
        code, _, err = formcheck(command, "rtsp://me:secret@phone.local:8554/live")
        assert code == 2
        assert err == (
            "formcheck: rtsp://phone.local:8554/live is an address, and a recorded file is needed: record it "
            "with `formcheck live --source ADDRESS --record FILE`.\n"
        )


@pytest.mark.parametrize("name", ["poses", "my clip.json", "a.json"])
def test_a_sentence_that_begins_with_a_file_leaves_its_name(
    name: str, tmp_path: Path, formcheck: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if name == "poses":
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.json").write_text("[]")
    else:
        (tmp_path / name).write_text("[]")
    code, _, err = formcheck("analyze", name, *SAID, "--no-log")
    assert code == 3
    assert err.startswith(f"formcheck: {name} holds no")


def test_a_cluster_without_dask_leaves_no_folder(
    kick: Track, tmp_path: Path, formcheck: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    kick.save(tmp_path / "a.npz")
    monkeypatch.setitem(sys.modules, "distributed", None)
    out = tmp_path / "out"
    code, _, err = formcheck("score", tmp_path / "a.npz", "--cluster", "tcp://127.0.0.1:1", "--out", out)
    assert (code, "--cluster needs Dask: pip install" in err) == (2, True)
    assert not out.exists()
