"""The command line: exit codes, one sentence for every mistake, outputs whole or not at all.

All run with `analyze_clip` replaced; `test_cli_process.py` holds those that run the real thing.
"""

from __future__ import annotations

import base64
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import numpy as np
import pytest
from support.skeleton import Shot, kickbacks

from formcheck import api
from formcheck.errors import NoPersonError, OutputError
from formcheck.exercises import catalog
from formcheck.judging.settings import Settings
from formcheck.poses.pose import Side, View
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import look
from formcheck.report.model import Report, Still
from formcheck.report.pictures import annotated_video, stills
from formcheck.report.pictures.stills import Picture
from formcheck.reps.baseline import Baseline
from formcheck.vision.people import Wanted

Run = Callable[..., tuple[int, str, str]]


def sample_report(status: str = "ok", *, partial: bool = False, complete: bool = True) -> Report:
    rule = catalog.exercise("glute-kickback").rules[1]
    verdict = {
        "rule": rule.code,
        "fault": rule.name,
        "status": status,
        "value": 18.0,
        "uncertainty": 2.0,
        "unit": "deg",
        "warn": 15.0,
        "fault_limit": 25.0,
        "time_s": 2.0,
        "view": "side",
        "reason": "",
        "cue": "",
    }
    times = {"start_s": 1.0, "lockout_s": 2.0, "lower_s": 3.0, "end_s": 4.0}
    rep = {"index": 1, "side": "left", "set": 1, **times, "partial": partial, "score": 90.0, "coverage": 0.8}
    base: dict[str, object] = {"version": "0.1.0", "source": "clip.mp4", "exercise": "glute-kickback"}
    base |= {"profile": "standard", "view": "side", "working_side": "left", "fps": 30.0, "duration_s": 5.0}
    base |= {"complete": complete, "score": 90.0, "coverage": 0.8, "sets": [], "cues": [], "not_judged": []}
    base |= {"fix": None, "notes": [], "reps": [{**rep, "verdicts": [verdict]}]}
    return Report.model_validate(base)


def small_track() -> Track:
    points = np.zeros((3, 33, 2))
    return Track.from_arrays(np.arange(3) / 30, points, np.ones((3, 33)), (640, 480))


class Fake:
    """Stands in for the pipeline and the drawing; keeps what it was called with."""

    def __init__(self) -> None:
        self.report = sample_report()
        self.error: BaseException | None = None
        self.draw_error: BaseException | None = None
        self.calls: list[tuple[Path, Settings]] = []
        self.during: Callable[[dict[str, Any]], None] = lambda options: None
        self.drawn: list[dict[str, Any]] = []
        self.taken: list[Any] = []

    def analyze_clip(self, path: Path, settings: Settings, **options: Any) -> SimpleNamespace:
        self.calls.append((path, settings))
        options["progress"](0, 0.0)
        self.during(options)
        if self.error:
            raise self.error
        kickback = catalog.exercise("glute-kickback")
        track = kickbacks(Shot(fps=10.0), reps=1)
        return SimpleNamespace(
            report=self.report,
            raw=track,
            smoothed=track,
            exercise=kickback,
            found=SimpleNamespace(sets=()),
            looks=(look(track, "prone"),),
        )

    def write_annotated(self, clip: Path, *arguments: Any, **options: Any) -> None:
        if self.draw_error:
            raise self.draw_error
        out: Path = arguments[1]
        out.write_bytes(b"video")
        self.drawn.append(options)

    def take(self, clip: Path, analysis: Any, *, blur: Any, progress: Any) -> list[Picture]:
        self.taken.append(blur)
        still = Still(
            kind="rep", rule="", rep=1, time_s=2.5, file="rep01-rep.jpg", alt="A rep", width=4, height=3
        )
        return [Picture(still, b"\xff\xd8\xff still")]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    stand_in = Fake()
    monkeypatch.setattr(api, "analyze_clip", stand_in.analyze_clip)
    monkeypatch.setattr(api, "frames_estimate", lambda path: None)
    monkeypatch.setattr(annotated_video, "write_annotated", stand_in.write_annotated)
    monkeypatch.setattr(stills, "take", stand_in.take)
    return stand_in


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"not looked at")
    return path


def one_sentence(err: str) -> bool:
    return err.startswith("formcheck: ") and err.count("\n") == 1 and "Traceback" not in err


def test_the_table_is_printed_and_nothing_else(fake: Fake, clip: Path, formcheck: Run) -> None:
    code, out, err = formcheck("analyze", clip)
    assert (code, err) == (0, "")
    assert out.endswith("Set score 90/100, judged 80 %\n")
    assert "\x1b" not in out


def test_options_reach_the_pipeline(fake: Fake, clip: Path, formcheck: Run) -> None:
    formcheck("analyze", clip)
    more = ("--side", "right", "--profile", "strict", "--person", "left")
    formcheck("analyze", clip, "--exercise", "glute-kickback", *more)
    [(_, recognised), (path, named)] = fake.calls
    assert named.exercise is not None
    assert (path, recognised.exercise, named.exercise.name) == (clip, None, "glute-kickback")
    assert (named.profile.name, named.model) == ("strict", "full")
    assert (named.side, named.person) == (Side.RIGHT, Wanted("left"))


EVERYTHING = {
    "clip.annotated.mp4",
    "clip.frames.csv",
    "clip.mot",
    "clip.report.html",
    "clip.report.json",
    "clip.reps.csv",
    "clip.stills",
    "clip.track.npz",
    "clip.trc",
}


def test_limits_and_baseline_reach_the_pipeline(
    fake: Fake, clip: Path, tmp_path: Path, formcheck: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[tuple[Path, str]] = []
    usual = Baseline("clean.npz", "glute-kickback", Side.LEFT, Side.LEFT, View.SIDE, 0.0, {})

    def read_baseline(path: Path, settings: Settings, **options: Any) -> tuple[Baseline, ...]:
        read.append((path, settings.profile.name))
        return (usual,)

    monkeypatch.setattr(api, "read_baseline", read_baseline)
    mine, own = tmp_path / "mine.toml", tmp_path / "clean.npz"
    mine.write_text("[glute-kickback.knee-bent]\nwarn = 20\n")
    small_track().save(own)
    code, _, err = formcheck("analyze", clip, "--limits", mine, "--baseline", own, "--profile", "beginner")
    assert (code, err) == (0, "")
    [(_, settings)] = fake.calls
    assert settings.profile.name == "beginner + mine.toml"
    assert settings.profile.own["GKB02"].warn == 20.0
    assert settings.baselines == (usual,)
    assert read == [(own, "beginner + mine.toml")]


def test_limits_can_be_printed(formcheck: Run) -> None:
    code, out, err = formcheck("explain", "GKB02", "--limits")
    assert (code, err) == (0, "")
    assert "[glute-kickback.knee-bent]" in out


def test_out_writes_everything(fake: Fake, clip: Path, tmp_path: Path, formcheck: Run) -> None:
    folder = tmp_path / "a" / "b"
    assert formcheck("analyze", clip, "--out", folder)[0] == 0
    assert {path.name for path in folder.iterdir()} == EVERYTHING
    written = Report.from_json((folder / "clip.report.json").read_bytes())
    assert written.video == "clip.annotated.mp4"
    assert [still.file for still in written.stills] == ["clip.stills/rep01-rep.jpg"]
    assert (folder / written.stills[0].file).read_bytes() == b"\xff\xd8\xff still"
    assert written.model_copy(update={"video": None, "stills": ()}) == fake.report


def test_a_page_alone_takes_stills_but_names_none(
    fake: Fake, clip: Path, tmp_path: Path, formcheck: Run
) -> None:
    page, report = tmp_path / "page.html", tmp_path / "report.json"
    assert formcheck("analyze", clip, "--html", page, "--json", report)[0] == 0
    assert "data:image/jpeg;base64," in page.read_text("utf-8")
    assert 'src="clip.mp4"' in page.read_text("utf-8")
    assert Report.from_json(report.read_bytes()).stills == ()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4", "page.html", "report.json"]


def test_blurred_faces_reach_every_picture_and_the_clip_is_not_linked(
    fake: Fake, clip: Path, tmp_path: Path, formcheck: Run
) -> None:
    page, report = tmp_path / "page.html", tmp_path / "report.json"
    formcheck("analyze", clip, "--html", page, "--json", report, "--blur-face")
    assert fake.taken[0] is not None
    assert Report.from_json(report.read_bytes()).faces_blurred
    assert "Faces are blurred" in page.read_text("utf-8")
    assert "<video" not in page.read_text("utf-8")
    formcheck("analyze", clip, "--out", tmp_path / "out", "--blur-face")
    assert fake.drawn[0]["blur"] is not None
    assert 'src="clip.annotated.mp4"' in (tmp_path / "out" / "clip.report.html").read_text("utf-8")


def test_an_embedded_video_is_in_the_page_and_nowhere_else(
    fake: Fake, clip: Path, tmp_path: Path, formcheck: Run
) -> None:
    page = tmp_path / "page.html"
    assert formcheck("analyze", clip, "--html", page, "--embed-video")[0] == 0
    assert base64.b64encode(b"video").decode() in page.read_text("utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4", "page.html"]


def test_a_named_output_is_not_in_out(fake: Fake, clip: Path, tmp_path: Path, formcheck: Run) -> None:
    formcheck("analyze", clip, "--out", tmp_path / "out", "--json", tmp_path / "mine.json")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == EVERYTHING - {"clip.report.json"}
    assert (tmp_path / "mine.json").exists()


def test_of_a_track_no_pictures_are_written(fake: Fake, tmp_path: Path, formcheck: Run) -> None:
    recorded = tmp_path / "clip.track.npz"
    small_track().save(recorded)
    assert formcheck("analyze", recorded, "--out", tmp_path / "out")[0] == 0
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == EVERYTHING - {"clip.annotated.mp4", "clip.stills", "clip.track.npz"}
    assert not fake.taken


def test_json_to_stdout_is_json_only(fake: Fake, clip: Path, formcheck: Run) -> None:
    _, out, _ = formcheck("analyze", clip, "--json", "-")
    assert json.loads(out)["schema"] == "formcheck-report-1"


@pytest.mark.parametrize(
    ("status", "partial", "fail_on", "code"),
    [
        ("fault", False, "fault", 1),
        ("fault", False, "warn", 1),
        ("warn", False, "fault", 0),
        ("warn", False, "warn", 1),
        ("too-close", False, "warn", 0),
        ("fault", True, "warn", 0),  # partial reps are listed, not judged
    ],
)
def test_fail_on(
    fake: Fake, clip: Path, formcheck: Run, status: str, partial: bool, fail_on: str, code: int
) -> None:
    fake.report = sample_report(status, partial=partial)
    assert formcheck("analyze", clip, "--fail-on", fail_on)[0] == code
    assert formcheck("analyze", clip)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["analyze", "none.mp4"], "There is no file none.mp4"),
        (["analyze", "."], "is not a file"),
        (["analyze", "CLIP", "--exercise", "glute-kickbak"], "did you mean glute-kickback"),
        (["analyze", "CLIP", "--profile", "hard"], "standard, strict, beginner"),
        (["analyze", "CLIP", "--rules", "nowhere"], "no rule file or folder nowhere"),
        (["analyze", "CLIP", "--limits", "none.toml"], "no file none.toml"),
        (["analyze", "CLIP", "--limits", "CLIP"], "is not TOML"),
        (["analyze", "CLIP", "--baseline", "none.npz"], "no file none.npz"),
        (["analyze", "CLIP", "--baseline", "TRACK", "--json", "TRACK"], "would overwrite"),
        (["evaluate", "FOLDER", "--limits", "none.toml"], "no file none.toml"),
        (["explain", "knee-bnt", "--limits"], "did you mean knee-bent"),
        (["analyze", "CLIP", "--side", "up"], "'up'"),
        (["analyze", "CLIP", "--fail-on", "ok"], "'ok'"),
        (["analyze", "CLIP", "--json", "no/where.json"], "there is no folder no"),
        (["analyze", "CLIP", "--json", "FOLDER"], "it is a folder"),
        (["analyze", "CLIP", "--json", os.devnull], "not an ordinary file"),
        (["analyze", "CLIP", "--track", "CLIP"], "would overwrite"),
        (["analyze", "CLIP", "--track", "FOLDER/x", "--json", "FOLDER/x"], "two outputs"),
        (["analyze", "CLIP", "--out", "CLIP"], "is a file, not a folder"),
        (["analyze", "TRACK", "--annotated", "x.mp4"], "no pictures"),
        (["analyze", "TRACK", "--stills", "FOLDER/stills"], "no pictures"),
        (["analyze", "CLIP", "--html", "CLIP"], "would overwrite"),
        (["report", "none.json"], "none.json cannot be read"),
        (["report", "CLIP"], "not a report of formcheck"),
        (["compare", "CLIP"], "nothing to compare"),
        (["compare", "CLIP", "none.mp4"], "no file none.mp4"),
        (["compare", "CLIP", "TRACK", "--html", "TRACK"], "would overwrite"),
        (["analyze"], "Missing argument"),
        (["analyse", "CLIP"], "No such command"),
        (["analyze", "CLIP", "--exersice", "x"], "No such option"),
        (["explain", "knee-bnt"], "did you mean knee-bent"),
        (["evaluate", "nowhere"], "no folder nowhere"),
        (["bench", "none.mp4"], "no file none.mp4"),
        (["models", "--fetch", "huge"], "lite, full, heavy"),
    ],
)
def test_wrong_use_is_one_sentence_and_2(
    fake: Fake, clip: Path, tmp_path: Path, formcheck: Run, arguments: list[str], words: str
) -> None:
    names = {"CLIP": str(clip), "FOLDER": str(tmp_path), "TRACK": str(tmp_path / "t.npz")}
    small_track().save(tmp_path / "t.npz")
    for name, path in names.items():
        arguments = [argument.replace(name, path) for argument in arguments]
    before = clip.read_bytes()
    code, out, err = formcheck(*arguments)
    assert (code, out) == (2, "")
    assert one_sentence(err)
    assert words.lower() in err.lower()
    assert not fake.calls
    assert clip.read_bytes() == before


def test_names_of_files_and_addresses_keep_their_case(formcheck: Run) -> None:
    assert "formcheck: nosuch://a/b cannot be read" in formcheck("score", "nosuch://a/b")[2]
    assert "formcheck: There is no" in formcheck("analyze", "none.mp4")[2]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_closed_folder_is_noticed_before_the_analysis(
    fake: Fake, clip: Path, tmp_path: Path, formcheck: Run
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    assert formcheck("analyze", clip, "--json", closed / "x.json")[0] == 2
    assert not fake.calls


def test_a_clip_without_a_person_is_3(fake: Fake, clip: Path, tmp_path: Path, formcheck: Run) -> None:
    fake.error = NoPersonError("nobody was seen in clip.mp4")
    kept = tmp_path / "old.json"
    kept.write_text("old")
    code, _, err = formcheck("analyze", clip, "--json", kept)
    assert (code, err) == (3, "formcheck: Nobody was seen in clip.mp4.\n")
    assert kept.read_text() == "old"


def test_a_failed_file_keeps_the_table(fake: Fake, clip: Path, tmp_path: Path, formcheck: Run) -> None:
    fake.draw_error = OutputError("the disk is full")
    code, out, err = formcheck("analyze", clip, "--annotated", tmp_path / "a.mp4")
    assert code == 2
    assert "90/100" in out
    assert err == "formcheck: The disk is full.\n"


def test_a_bug_shows_a_traceback_only_when_asked(fake: Fake, clip: Path, formcheck: Run) -> None:
    fake.error = ZeroDivisionError("division by zero")
    code, _, err = formcheck("analyze", clip)
    assert code == 70
    assert one_sentence(err)
    assert "please report" in err
    code, _, err = formcheck("analyze", clip, "--verbose")
    assert code == 70
    assert "Traceback" in err


def test_the_first_ctrl_c_keeps_the_result(fake: Fake, clip: Path, tmp_path: Path, formcheck: Run) -> None:
    def press(options: dict[str, Any]) -> None:
        assert not options["stop"]()
        signal.raise_signal(signal.SIGINT)
        assert options["stop"]()

    fake.during = press
    fake.report = sample_report(complete=False)
    before = signal.getsignal(signal.SIGINT)
    code, out, _ = formcheck("analyze", clip, "--json", tmp_path / "part.json")
    assert code == 130
    assert "This report is partial" in out
    assert not Report.from_json((tmp_path / "part.json").read_bytes()).complete
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_before_anyone_was_seen(fake: Fake, clip: Path, formcheck: Run) -> None:
    fake.during = lambda options: signal.raise_signal(signal.SIGINT)
    fake.error = NoPersonError("nobody was seen")
    assert formcheck("analyze", clip) == (130, "", "")


def test_the_second_ctrl_c_stops_at_once(fake: Fake, clip: Path, tmp_path: Path, formcheck: Run) -> None:
    def press(options: dict[str, Any]) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    fake.during = press
    code, out, err = formcheck("analyze", clip, "--json", tmp_path / "part.json")
    assert (code, out, err) == (130, "", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4"]


def test_reports_fit_the_printed_schema(formcheck: Run) -> None:
    schema = json.loads(formcheck("schema")[1])
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(sample_report("fault").to_json()), schema)
