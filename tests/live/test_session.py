"""A whole live session with a synthetic person: stages, summaries, reports, and what survives a fault."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.live_fakes import GREY, Finder, Stage, parts, reports
from support.skeleton import SIZE, Shot, Tempo, change_legs, join, kickbacks, squats, still, thrusts

from formcheck.api import analyze_clip
from formcheck.errors import UsageError, VideoError
from formcheck.exercises import catalog
from formcheck.judging.coach import Coach
from formcheck.judging.cues import MODES
from formcheck.judging.settings import Settings
from formcheck.live import recording
from formcheck.live.recording import Recorder, Shelf
from formcheck.live.session import run
from formcheck.live.setup_coach import Advice, SetUpCoach, upright
from formcheck.live.stages import Change, Stages
from formcheck.live.summary import summarise
from formcheck.live.words import Words
from formcheck.pipeline import Session
from formcheck.poses import journal
from formcheck.poses.pose import Pose, Side
from formcheck.poses.track import Track
from formcheck.report.model import CameraChange, Report
from formcheck.rule import SIDEWAYS, Exercise
from formcheck.video.frames import Frame
from formcheck.video.reader import VideoSource

WORDS = Words()
KICK = catalog.exercise("glute-kickback")


@pytest.fixture(autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Journals of these tests do not go into the user's folder."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setattr(recording, "user_state_path", lambda name: folder)


def standing(seconds: float) -> Track:
    """Somebody upright beside the mat."""
    n = int(seconds * 30)
    px = np.zeros((n, 33, 2)) + np.array([640.0, 120.0])
    for left, y in ((11, 220), (13, 290), (15, 350), (23, 380), (25, 500), (27, 620), (29, 635), (31, 640)):
        px[:, left] = (660.0, y)
        px[:, left + 1] = (620.0, y)
    px += np.random.default_rng(2).normal(0, 0.5, px.shape)
    return Track(np.arange(n) / 30, px, np.ones((n, 33)), SIZE, edges_px=np.full((n, 2, 33, 2), np.nan))


def record_of(track: Track, exercise: str | None = "glute-kickback") -> Report:
    """What `analyze` says of the same frames."""
    session = Session(track.size, Settings.of(exercise), landmarker=Finder(track))
    for i, time_s in enumerate(track.time_s.tolist()):
        session.push(Frame(i, time_s, GREY))
    return session.finish().report


def whole(folder: Path) -> list[Path]:
    """Reports on whole sessions."""
    return [path for path in reports(folder, ".report.json") if ".set-" not in path.name]


def verdicts(report: Report) -> list[Any]:
    return [(rep.index, rep.set, rep.side, rep.score, rep.verdicts) for rep in report.reps]


@pytest.mark.slow
def test_a_session_has_the_verdicts_of_record_that_analyze_has(tmp_path: Path) -> None:
    track = kickbacks(Shot(noise_px=1.0), reps=4, top_deg=(4, 22, 4, 22), arch_deg=(0, 12, 0, 12))
    analysis = run(parts(track, report=tmp_path))
    assert analysis is not None
    assert verdicts(analysis.report) == verdicts(record_of(track))
    (path,) = whole(tmp_path)
    assert Report.from_json(path.read_bytes()) == analysis.report
    (one,) = reports(tmp_path, ".set-1.report.json")
    assert verdicts(Report.from_json(one.read_bytes())) == verdicts(analysis.report)
    (saved,) = reports(tmp_path, ".track.npz")
    again = analyze_clip(saved, Settings.of("glute-kickback")).report
    assert [[v.status for v in rep.verdicts] for rep in again.reps] == [
        [v.status for v in rep.verdicts] for rep in analysis.report.reps
    ]
    assert not reports(tmp_path, journal.SUFFIX)


@pytest.mark.slow
def test_two_sets_with_a_rest_are_summed_up_one_by_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = kickbacks(Shot(noise_px=0.5)), kickbacks(Shot(noise_px=0.5, seed=2), reps=4, knee_deg=40)
    track = join(first, still(first, 9.0), second, standing(3.0))
    analysis = run(parts(track, report=tmp_path))
    said = capsys.readouterr().err
    assert "Set 1 ended after 3 reps (rest)." in said
    assert "3 reps. Score 100. Good: flat back. Nothing to fix." in said
    assert "Set 2 ended after 4 reps (stood up)." in said
    assert "Fix: Long leg, push the wall away" in said
    counts = [
        sum(not rep.partial for rep in Report.from_json(path.read_bytes()).reps)
        for path in reports(tmp_path, ".report.json")
        if ".set-" in path.name
    ]
    assert counts == [3, 4]
    assert analysis is not None
    assert sum(not rep.partial for rep in analysis.report.reps) == 7
    assert verdicts(analysis.report) == verdicts(record_of(track))


@pytest.mark.slow
def test_the_other_leg_is_another_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    left, right = (kickbacks(Shot(noise_px=0.5), working=side) for side in Side)
    run(parts(change_legs(left, right, Side.RIGHT), report=tmp_path))
    said = capsys.readouterr().err
    assert "Set 1 ended after 3 reps (the other leg works)." in said
    sides = [
        {rep.side for rep in Report.from_json(path.read_bytes()).reps if not rep.partial}
        for path in reports(tmp_path, ".report.json")
        if ".set-" in path.name
    ]
    assert sides == [{"left"}, {"right"}]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("maker", "name"), [(kickbacks, "glute-kickback"), (thrusts, "single-leg-hip-thrust")]
)
def test_the_exercise_is_recognised_while_it_is_done(
    maker: Any, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bent = {"knee_deg": 40.0} if maker is kickbacks else {"free_deg": -30.0}
    analysis = run(parts(maker(Shot(noise_px=0.5), reps=5, **bent), exercise=None, report=tmp_path))
    assert analysis is not None
    assert analysis.report.exercise == name
    assert analysis.report.cues
    assert "5 reps." in capsys.readouterr().err


def test_nobody_in_the_picture_leaves_no_report(tmp_path: Path) -> None:
    track = kickbacks(Shot(missing=(0, 10_000)))
    assert run(parts(track, report=tmp_path)) is None
    assert not list(tmp_path.iterdir())


def test_a_feed_that_dies_costs_nothing_of_what_was_seen(tmp_path: Path) -> None:
    track = kickbacks(reps=2)
    stage = Stage(track.time_s.tolist(), fault=RuntimeError("USB gone"))
    with pytest.raises(VideoError, match="USB gone"):
        run(parts(track, feed=stage, report=tmp_path))
    (path,) = whole(tmp_path)
    report = Report.from_json(path.read_bytes())
    assert not report.complete
    assert [rep.partial for rep in report.reps] == [False, False]


def test_stopping_ends_cleanly_with_the_set_so_far(tmp_path: Path) -> None:
    track = kickbacks(reps=6)
    seen = 0

    def stop() -> bool:
        nonlocal seen
        seen += 1
        return seen > 16 * 30

    analysis = run(parts(track, report=tmp_path), stop)
    assert analysis is not None
    assert not analysis.report.complete
    assert 2 <= sum(not rep.partial for rep in analysis.report.reps) <= 3
    assert reports(tmp_path, ".set-1.report.json")


@pytest.mark.slow
def test_quiet_says_only_what_endangers() -> None:
    track = kickbacks(reps=5, top_deg=(4, 4, 4, 22, 4), arch_deg=(0, 0, 0, 12, 0), head_deg=70.0)
    spoken = {
        mode: {cue.rule for cue in analysis.report.cues}
        for mode in ("coach", "quiet", "silent")
        if (analysis := run(parts(track, policy=MODES[mode]))) is not None
    }
    assert spoken["coach"] > {"GKB01"}
    assert spoken["quiet"] == {"GKB01"}
    assert spoken["silent"] == set()


@pytest.mark.slow
def test_a_long_wait_is_not_judged_with_the_set(tmp_path: Path) -> None:
    one = kickbacks(Shot(noise_px=0.5))
    run(parts(join(still(one, 50.0), one), report=tmp_path))
    (path,) = reports(tmp_path, ".set-1.report.json")
    assert Report.from_json(path.read_bytes()).duration_s < 20.0 + one.duration_s + 2.0


CHILD = """
import os, resource, signal, sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from support.live_fakes import Stage, parts
from support.skeleton import kickbacks
from formcheck.live.session import run
track = kickbacks(reps=4)
{body}
"""


def child(body: str, *, timeout_s: float = 600.0) -> subprocess.CompletedProcess[str]:
    code = CHILD.format(tests=str(Path(__file__).parents[1]), body=body)
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=timeout_s, check=False
    )


@pytest.mark.slow
def test_recording_journal_and_report_survive_a_kill(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for ending in (".mp4", ".mkv"):
        folder = tmp_path / ending[1:]
        done = child(
            f"folder = Path({str(folder)!r})\n"
            "die = lambda n: os.kill(os.getpid(), signal.SIGKILL) if n == 420 else None\n"
            "run(parts(track, report=folder, record=folder.parent / "
            f"'r{ending}', feed=Stage(track.time_s.tolist(), on_frame=die)))"
        )
        assert done.returncode == -signal.SIGKILL, done.stderr
        with VideoSource(tmp_path / f"r{ending}") as video:
            times = [frame.time_s for frame in video]
        assert 355 / 30 < times[-1] < 421 / 30  # the encoder lags by a second at most, a fragment is one
        (log,) = reports(folder, journal.SUFFIX)
        assert 413 / 30 <= journal.read(log).time_s[-1] <= 420 / 30
        (path,) = reports(folder, ".set-1.report.json")
        before = Report.from_json(path.read_bytes())
        assert sum(not rep.partial for rep in before.reps) == 2  # of the repetitions closed until then
        run(parts(kickbacks(reps=1), report=folder))
        assert "was cut off" in capsys.readouterr().err
        assert not log.exists()
        rescued = Report.from_json(log.with_suffix(".report.json").read_bytes())
        assert not rescued.complete
        assert sum(not rep.partial for rep in rescued.reps) == 2


def test_damaged_journals_are_set_aside_and_the_others_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    left = kickbacks(reps=2)
    log = journal.Journal(tmp_path / "2026-01-03.journal", left.size, "left")
    for pose in left.poses():
        log.append(pose)
    log.close()
    heads = {
        "2026-01-01": b"[" * 9000,
        "2026-01-02": b'{"format": "formcheck-journal-1", "fields": [], "pid": null}',
    }
    for name, head in heads.items():
        (tmp_path / f"{name}.journal").write_bytes(head + b"\n" + bytes(9000))
    (tmp_path / "2026-01-04.journal").touch()
    assert run(parts(kickbacks(reps=1), report=tmp_path)) is not None
    err = " ".join(capsys.readouterr().err.split())
    for name in heads:
        assert err.count(f"{name}.journal of an earlier session is damaged, and set aside as {name}") == 1
        assert (tmp_path / f"{name}.journal.damaged").read_bytes()
    assert "A session was cut off on 2026-01-03" in err
    assert len(Report.from_json((tmp_path / "2026-01-03.report.json").read_bytes()).reps) == 2
    assert not reports(tmp_path, journal.SUFFIX)
    assert run(parts(kickbacks(reps=1), report=tmp_path)) is not None
    assert "set aside" not in capsys.readouterr().err


def test_a_journal_that_cannot_be_judged_keeps_no_session_from_starting(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    left = kickbacks(reps=1)
    log = journal.Journal(tmp_path / "2026-01-03.journal", left.size, "left")
    for pose in left.poses():
        log.append(pose)
    log.close()

    def fail(path: Path) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(journal, "recover", fail)
    monkeypatch.setattr(journal, "read", lambda path: left)
    assert run(parts(kickbacks(reps=1), report=tmp_path)) is not None
    assert "journal.damaged: division by zero" in " ".join(capsys.readouterr().err.split())
    assert (tmp_path / "2026-01-03.journal.damaged").exists()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX limits")
def test_a_full_disk_ends_the_recording_not_the_session(tmp_path: Path) -> None:
    done = child(
        f"folder = Path({str(tmp_path / 'r')!r})\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "def full(n):\n"
        "    if n == 200: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))\n"
        "    if n == 500: resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)\n"
        "import numpy as np\n"
        "noise = np.random.default_rng(1).integers(0, 255, (720, 1280, 3)).astype(np.uint8)\n"
        "feed = Stage(track.time_s.tolist(), on_frame=full, image=noise)\n"
        "analysis = run(parts(track, report=folder, record=folder.parent / 'r.mkv', feed=feed))\n"
        "print([rep.partial for rep in analysis.report.reps])\n"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[0] == "[False, False, False, False]"
    said = " ".join(done.stderr.split())
    assert "what was recorded so far stays" in said
    assert "kept in memory from here on" in said
    assert said.count("kept in memory") == 1
    assert whole(tmp_path / "r")


@pytest.mark.slow
def test_what_is_recorded_is_what_was_judged(tmp_path: Path) -> None:
    track = kickbacks(Shot(jitter=0.3), reps=1)
    for ending in (".mp4", ".mkv"):
        run(parts(track, record=tmp_path / f"r{ending}"))
        with VideoSource(tmp_path / f"r{ending}") as video:
            times = [frame.time_s for frame in video]
        assert times == pytest.approx(track.time_s.tolist(), abs=2e-3 if ending == ".mkv" else 2e-5)
        with pytest.raises(UsageError, match="exists already"):
            run(parts(track, record=tmp_path / f"r{ending}"))
    with pytest.raises(UsageError, match=r"neither \.mp4 nor \.mkv"):
        Recorder(tmp_path / "r.avi", lambda text: None)


def follow(track: Track, stages: Stages, *, good: bool = True, exercise: Exercise = KICK) -> list[Change]:
    """Drive the stages as the loop does; return what happened."""
    coach = Coach(exercise, track.size)
    happened = []
    for pose in track.poses():
        step = coach.update(pose)
        change = stages.update(step.pose, step, good=good)
        if change.ended and not change.rep:
            coach.next_set()
            stages.next_set()
        if change != Change():
            happened.append(change)
    return happened


def test_a_start_position_held_makes_ready_and_a_rep_begins_the_set() -> None:
    track = kickbacks(reps=2, tempo=Tempo(lead=2.0))
    stages = Stages()
    seen = follow(track, stages)
    assert seen[0].ready
    assert [change.rep for change in seen[1:]] == [1, 2]
    assert stages.finish().ended
    assert stages.stage.value == "rest"


def test_a_bad_set_up_is_not_ready_but_no_rep_is_lost_by_it() -> None:
    seen = follow(kickbacks(reps=3), Stages(), good=False)
    assert not any(change.ready for change in seen)
    assert [change.rep for change in seen] == [1, 2, 3]


@pytest.mark.slow
def test_the_rest_that_ends_a_set_grows_with_its_tempo() -> None:
    quick, slow = Stages(), Stages()
    follow(kickbacks(reps=4, tempo=Tempo(up=0.6, hold=0.5, down=0.7, rest=0.7)), quick)
    follow(kickbacks(reps=4, tempo=Tempo(up=2.0, hold=2.0, down=2.5, rest=1.2)), slow)
    assert quick.rest_limit_s == 5.0
    assert 10.0 < slow.rest_limit_s <= 12.0


def test_a_pause_between_reps_does_not_end_the_set() -> None:
    seen = follow(kickbacks(reps=3, tempo=Tempo(rest=4.0)), Stages())
    assert [change.rep for change in seen if change.rep] == [1, 2, 3]
    assert not any(change.ended for change in seen)


SQUAT = replace(
    catalog.exercise("cable-kickback"),
    signal="knee_flexion_deg",
    min_range=40.0,
    side_of="both",
    views=SIDEWAYS,
    gates=(),
    refuses=None,
)


def test_standing_is_the_start_position_of_what_is_done_upright_and_ends_no_set() -> None:
    track = squats(reps=3, tempo=Tempo(up=0.9, hold=0.2, down=1.0, rest=3.0, lead=2.0))
    seen = follow(track, Stages(upright=SQUAT.upright), exercise=SQUAT)
    assert seen[0].ready
    assert [change.rep for change in seen[1:]] == [1, 2, 3]
    assert not any(change.ended for change in seen)


def test_a_rest_ends_a_set_of_what_is_done_upright() -> None:
    track = squats(reps=3)
    seen = follow(join(track, still(track, 14.0)), Stages(upright=True), exercise=SQUAT)
    assert [change.ended for change in seen if change.ended] == ["rest"]


def test_leaving_the_picture_ends_the_set() -> None:
    track = kickbacks(reps=3)
    gone = replace(standing(5.0), image_px=np.full((150, 33, 2), np.nan))
    seen = follow(join(track, gone), Stages())
    assert seen[-1].ended == "left the picture"


# The set-up coach


def advice_for(
    track: Track, image: np.ndarray = GREY, *, side: Side | None = None, exercise: str = "glute-kickback"
) -> tuple[Advice | None, bool]:
    coach, engine = SetUpCoach(SIZE, WORDS, side=side), Coach(catalog.exercise(exercise), SIZE)
    for pose in track.poses():
        step = engine.update(pose)
        result = coach.update(image, step.pose, step, catalog.exercise(exercise))
    return result.advice, result.good


def held(**shot: Any) -> Track:
    """The start position of a kickback."""
    return kickbacks(Shot(world=True, **shot), reps=1)[:45]


def moved(track: Track, dx: float, dy: float) -> Track:
    return replace(track, image_px=track.image_px + np.array([dx, dy]))


def key(track: Track, **given: Any) -> str:
    advice, _ = advice_for(track, **given)
    return advice.key if advice else ""


def test_a_good_set_up_is_good() -> None:
    assert advice_for(held()) == (None, True)


def test_the_whole_body_has_to_be_in_the_picture() -> None:
    assert key(moved(held(), 420, 0)) == "cut-off-feet-right"
    assert key(moved(held(), -480, 0)) == "cut-off-head-left"
    assert key(held(scale=620.0)) == "both-ends"
    advice, good = advice_for(moved(held(), 420, 0))
    assert advice is not None
    assert advice.text == "Your feet are out of the picture. Move the camera right."
    assert not good


def test_distance_light_people_and_nobody() -> None:
    assert key(held(scale=60.0)) == "too-far"
    dark = np.full_like(GREY, 12)
    assert key(held(), image=dark) == "dark"
    backlit = np.full_like(GREY, 250)
    px = held().image_px[0]
    (x0, y0), (x1, y1) = px.min(axis=0).astype(int) - 20, px.max(axis=0).astype(int) + 20
    backlit[y0:y1, x0:x1] = 20
    assert key(held(), image=backlit) == "backlit"
    assert key(kickbacks(Shot(missing=(0, 45)), reps=1)[:45]) == "nobody"
    crowd = held()
    assert key(replace(crowd, people=np.full(len(crowd), 2.0))) == "others"


def test_the_angle_has_to_fit_the_exercise() -> None:
    assert key(held(yaw_deg=80.0)) == "turn"
    advice, good = advice_for(held(yaw_deg=80.0))
    assert advice is not None
    assert "the side" in advice.text
    assert good  # from behind some of it can be judged
    ahead = held(yaw_deg=80.0)
    assert ahead.world_m is not None
    _, good = advice_for(replace(ahead, world_m=ahead.world_m * [1.0, 1.0, -1.0]))
    assert not good


@pytest.mark.parametrize(("yaw_deg", "advised"), [(0.0, None), (80.0, "turn")])
def test_the_angle_has_to_fit_what_is_done_upright_too(yaw_deg: float, advised: str | None) -> None:
    coach, engine = SetUpCoach(SIZE, WORDS), Coach(SQUAT, SIZE)
    for pose in squats(Shot(world=True, yaw_deg=yaw_deg), reps=1)[:45].poses():
        step = engine.update(pose)
        result = coach.update(GREY, step.pose, step, SQUAT)
    assert (result.advice and result.advice.key) == advised


def test_the_working_leg_belongs_to_the_camera() -> None:
    assert key(held(), side=Side.RIGHT) == "other-side"
    assert key(held(), side=Side.LEFT) == ""
    _, good = advice_for(held(), side=Side.RIGHT)
    assert good  # worth saying, not worth stopping for


def test_what_stands_only_for_a_moment_is_not_said() -> None:
    coach, engine = SetUpCoach(SIZE, WORDS), Coach(KICK, SIZE)
    said = set()
    for i, pose in enumerate(kickbacks(Shot(world=True), reps=1)[:45].poses()):
        if i % 9 == 0:
            pose = Pose.nobody(pose.time_s)
        step = engine.update(pose)
        said.add(coach.update(GREY, step.pose, step, KICK).advice)
    assert said == {None}


def test_upright_is_standing_and_not_all_fours_or_lying() -> None:
    assert upright(standing(0.1).poses()[0])
    assert not upright(kickbacks(reps=1).poses()[0])
    assert not upright(thrusts(reps=1).poses()[0])


def test_the_summary_names_a_strength_that_is_not_the_fix() -> None:
    track = kickbacks(Shot(noise_px=0.5), reps=4, knee_deg=40.0)
    report = record_of(track)
    summary = summarise(report, KICK, WORDS)
    assert report.fix is not None
    assert report.fix.text in summary.spoken
    assert "long leg" not in summary.spoken
    assert "Good: flat back." in summary.spoken
    assert summary.lines[0].startswith("4 reps.")
    blind = summarise(report.model_copy(update={"fix": None, "score": None}), KICK, WORDS)
    assert WORDS.summary_unseen in blind.spoken
    assert WORDS.summary_clean not in blind.spoken
    none = summarise(report.model_copy(update={"reps": ()}), KICK, WORDS)
    assert none.spoken == WORDS.no_reps


def test_the_summary_names_the_change_of_the_camera_where_much_was_not_judged() -> None:
    report = record_of(kickbacks(Shot(noise_px=0.5), reps=4))
    change = CameraChange(change="stand the camera upright", adds=("head-up",), loses=(), verdicts=4, of=4)
    seen = {
        share: summarise(report.model_copy(update={"camera": change, "coverage": share}), KICK, WORDS)
        for share in (0.5, 1.0)
    }
    assert change.text in seen[0.5].lines
    assert change.text not in seen[1.0].lines
    assert "camera" not in seen[0.5].spoken


@pytest.mark.skipif(sys.platform == "win32", reason="there, links and pipes need rights or are none")
def test_what_only_looks_like_a_journal_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "2026-01-01-000000.journal")
    (tmp_path / "2026-01-01-000001.journal").symlink_to("nowhere")
    assert Shelf(tmp_path).left_behind() == []
