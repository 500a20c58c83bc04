from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from support.skeleton import Shot, Tempo, change_legs, join, kickbacks, still, thrusts

from formcheck import Report, analyze
from formcheck.api import analyze_clip, frames_estimate
from formcheck.errors import NoPersonError, UsageError
from formcheck.exercises import catalog
from formcheck.judging.coach import Step
from formcheck.judging.settings import Settings
from formcheck.pipeline import Session
from formcheck.poses.levelling import turned
from formcheck.poses.pose import Floats, Pose, Side
from formcheck.poses.track import Track
from formcheck.report.analysis import Analysis
from formcheck.report.model import RepReport, json_schema
from formcheck.report.pictures.annotated_video import scenes
from formcheck.rule import Status
from formcheck.video.frames import Frame

MAKERS: dict[str, Callable[..., Track]] = {"glute-kickback": kickbacks, "single-leg-hip-thrust": thrusts}
each = pytest.mark.parametrize("name", MAKERS)
TIMES = ("start_s", "lockout_s", "lower_s", "end_s")


def session(track: Track, name: str | None = None, **given: Any) -> tuple[Analysis, list[Step | None]]:
    run = Session(track.size, Settings.of(name, **given), source=track.source)
    steps = [run.push(pose) for pose in track.poses()]
    return run.finish(), steps


def report(track: Track, name: str | None = None, **given: Any) -> Report:
    return session(track, name, **given)[0].report


def flagged(rep: RepReport) -> set[str]:
    return {verdict.fault for verdict in rep.verdicts if verdict.status in (Status.WARN, Status.FAULT)}


def as_saved(track: Track) -> Track:
    """What a file keeps of a track: 32-bit landmarks."""

    def short(values: Floats) -> Floats:
        return values.astype(np.float32).astype(np.float64)

    assert track.edges_px is not None
    return replace(track, image_px=short(track.image_px), edges_px=short(track.edges_px))


@each
@pytest.mark.parametrize("mirrored", [False, True])
def test_clean_reps_are_clean_and_the_exercise_is_recognised(name: str, mirrored: bool) -> None:
    seen = report(MAKERS[name](Shot(mirrored=mirrored, noise_px=1.0)))
    assert seen.exercise == name
    assert seen.working_side == ("left" if (name == "glute-kickback") != mirrored else "right")
    assert [flagged(rep) for rep in seen.reps] == [set()] * 3
    assert seen.score is not None
    assert seen.score > 97.0
    assert seen.fix is None
    assert seen.cues == ()
    assert seen.complete


def test_a_bent_knee_is_flagged_in_its_reps() -> None:
    seen = report(kickbacks(Shot(noise_px=1.0), reps=4, knee_deg=(4, 40, 4, 40)), "glute-kickback")
    assert [("knee-bent" in flagged(rep)) for rep in seen.reps] == [False, True, False, True]
    assert seen.fix is not None
    assert (seen.fix.fault, seen.fix.reps) == ("knee-bent", (2, 4))
    scores = [rep.score or 0.0 for rep in seen.reps]
    assert max(scores[1], scores[3]) <= 85.0 < min(scores[0], scores[2])


def test_a_high_kick_with_an_arch_scores_less_than_a_low_one_with_a_flat_back() -> None:
    seen = report(kickbacks(reps=4, top_deg=(4, 22, 4, 22), arch_deg=(0, 12, 0, 12)), "glute-kickback")
    scores = [rep.score or 0.0 for rep in seen.reps]
    assert max(scores[1], scores[3]) <= 60.0
    assert min(scores[0], scores[2]) >= 90.0
    assert [cue.rule for cue in seen.cues] == ["GKB01", "GKB01"]
    for cue, rep in zip(seen.cues, (seen.reps[1], seen.reps[3]), strict=True):
        assert rep.start_s + 0.2 <= cue.time_s <= rep.lower_s, "at once, not after the repetition"


@pytest.mark.parametrize(
    ("fault", "given"),
    [
        ("free-leg-drop", {"free_deg": -30.0}),
        ("free-leg-rise", {"free_deg": 30.0}),
        ("free-leg-bent", {"free_knee_deg": 50.0}),
        ("shin-not-vertical", {"foot_x": 0.35}),
        ("foot-too-close", {"foot_x": -0.35}),
        ("incomplete-lockout", {"top_deg": (0.0, -14.0, 0.0)}),
    ],
)
@pytest.mark.parametrize("mirrored", [False, True])
def test_faults_of_the_thrust_are_found_and_no_other(
    fault: str, given: dict[str, Any], mirrored: bool
) -> None:
    seen = report(thrusts(Shot(mirrored=mirrored), **given), "single-leg-hip-thrust")
    assert fault in flagged(seen.reps[1])
    allowed = {fault, "incomplete-lockout", "free-leg-touching"}  # what follows of itself
    assert set().union(*(flagged(rep) for rep in seen.reps)) <= allowed


@pytest.mark.slow
@each
def test_both_sides_in_one_clip(name: str) -> None:
    left, right = (MAKERS[name](working=side) for side in Side)
    seen = report(change_legs(left, right, Side.RIGHT), name)
    assert seen.working_side == "both"
    assert [(one.working_side, one.reps) for one in seen.sets] == [("left", (1, 2, 3)), ("right", (4, 5, 6))]
    assert [rep.side for rep in seen.reps] == ["left"] * 3 + ["right"] * 3


@pytest.mark.slow
@each
def test_one_engine_for_pushed_poses_and_a_recorded_track(name: str, tmp_path: Path) -> None:
    given = {"knee_deg": 40.0} if name == "glute-kickback" else {"free_deg": -30.0}
    track = as_saved(MAKERS[name](Shot(noise_px=1.0), **given))
    path = tmp_path / "skeleton.npz"
    track.save(path)
    pushed = report(track, name)
    assert pushed.cues
    assert analyze_clip(path, Settings.of(name)).report == pushed
    assert analyze(path, name) == pushed
    recognised = analyze(str(path))
    assert recognised.cues  # of a second pass in which the side is known from the first frame
    sets = tuple(one.model_copy(update={"confidence": None}) for one in recognised.sets)
    assert all(one.confidence for one in recognised.sets)
    assert recognised.model_copy(update={"cues": pushed.cues, "sets": sets}) == pushed


@each
def test_what_is_told_live_agrees_with_the_record(name: str) -> None:
    given = {"knee_deg": 40.0} if name == "glute-kickback" else {"free_deg": -30.0}
    analysis, steps = session(MAKERS[name](Shot(noise_px=0.5), **given), name)
    last = steps[-1]
    assert last is not None
    assert last.rep_count == len(analysis.report.reps) == 3
    assert last.side is not None
    assert last.side.value == analysis.report.working_side
    assert last.view.value == analysis.report.view
    spoken = [step.cue for step in steps if step and step.cue]
    assert [(round(cue.time_s, 3), cue.rule, cue.text) for cue in spoken] == [
        (cue.time_s, cue.rule, cue.text) for cue in analysis.report.cues
    ]
    assert len(spoken) >= 1


@pytest.mark.slow
@each
@pytest.mark.parametrize("side", list(Side))
def test_a_given_side_is_judged_live_as_the_recognised_one(name: str, side: Side) -> None:
    given = {"knee_deg": 40.0} if name == "glute-kickback" else {"free_deg": -30.0}
    track = MAKERS[name](working=side, **given)
    analysis, steps = session(track, name, side=side.value)
    last = steps[-1]
    assert last is not None
    assert (last.side, last.rep_count) == (side, 3)
    assert len(analysis.report.cues) >= 1
    assert analysis.report == report(track, name)


def test_live_verdicts_do_not_know_the_future() -> None:
    track = kickbacks(Shot(noise_px=1.0), knee_deg=40.0)
    whole = session(track, "glute-kickback")[1]
    part = session(track[slice(0, 250)], "glute-kickback")[1]
    for a, b in zip(part, whole, strict=False):
        assert a is not None
        assert b is not None
        assert (a.phase, a.rep_count, a.cue) == (b.phase, b.rep_count, b.cue)
        assert [v.status for v in a.verdicts] == [v.status for v in b.verdicts]


@pytest.mark.slow
@each
def test_a_later_clock_moves_the_times_and_nothing_else(name: str) -> None:
    early, late = (report(MAKERS[name](Shot(noise_px=1.0, start_s=s)), name) for s in (0.0, 100.0))
    assert len(early.reps) == len(late.reps) == 3
    for a, b in zip(early.reps, late.reps, strict=True):
        for key in TIMES:
            assert getattr(b, key) == pytest.approx(getattr(a, key) + 100.0, abs=0.002)
        assert [(v.rule, v.status) for v in a.verdicts] == [(v.rule, v.status) for v in b.verdicts]
        assert a.score == pytest.approx(b.score, abs=0.2)
    assert late.duration_s == pytest.approx(early.duration_s, abs=0.01)


@each
def test_a_report_round_trips_and_fits_its_schema(name: str) -> None:
    seen = report(MAKERS[name](reps=2), name)
    text = seen.to_json()
    assert Report.from_json(text) == seen
    data = json.loads(text)
    jsonschema.validate(data, json_schema())
    assert data["schema"] == "formcheck-report-1"
    del data["reps"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, json_schema())


def test_a_report_without_a_rep_says_why_and_fits_too() -> None:
    seen = report(kickbacks(), "single-leg-hip-thrust")
    assert (seen.reps, seen.score, seen.working_side) == ((), None, "unknown")
    assert any("No repetition" in note for note in seen.notes)
    jsonschema.validate(json.loads(seen.to_json()), json_schema())


def test_nothing_is_called_good_that_was_not_judged() -> None:
    track = kickbacks(Shot(edges=False))
    track.visibility[:, 27] = 0.2  # the working ankle
    seen = report(track, "glute-kickback")
    knee = [v for rep in seen.reps for v in rep.verdicts if v.fault == "knee-bent"]
    assert {v.status for v in knee} == {Status.NOT_JUDGED}
    assert all(v.value is None and "ankle" in v.reason for v in knee)
    entry = next(item for item in seen.not_judged if item.fault == "knee-bent")
    assert entry.reps == (1, 2, 3)
    assert entry.remedy
    assert seen.coverage < 0.8


@pytest.mark.parametrize("frames", [0, 4])
def test_nobody_is_an_error_of_one_sentence(frames: int) -> None:
    with pytest.raises(NoPersonError, match="no person was seen in skeleton"):
        report(kickbacks()[slice(0, frames)] if frames else kickbacks(Shot(missing=(0, 10_000))))
    with pytest.raises(NoPersonError):
        Session((640, 480)).finish()


def test_lost_frames_and_other_people_are_noted() -> None:
    track = kickbacks(Shot(missing=(0, 60)))
    crowd = replace(track, people=np.where(np.arange(len(track)) % 2, 2.0, 0.0))
    notes = " ".join(report(crowd, "glute-kickback").notes)
    assert f"not seen in {60 / len(track):.0%} of the frames" in notes
    assert "More than one person" in notes
    assert report(kickbacks(), "glute-kickback").notes == ()


@pytest.mark.slow
def test_strict_flags_no_less_and_beginner_no_more() -> None:
    track = kickbacks(knee_deg=(22, 28, 34), reps=3)
    counts = [
        sum(len(flagged(rep)) for rep in report(track, "glute-kickback", profile=profile).reps)
        for profile in ("beginner", "standard", "strict")
    ]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def test_names_that_do_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "one.npz"
    kickbacks(reps=1).save(path)
    with pytest.raises(UsageError, match="did you mean glute-kickback"):
        analyze(path, "glute-kick")
    for name in ("glute-kickback", None):
        with pytest.raises(UsageError, match="no profile 'harsh'"):
            analyze(path, name, profile="harsh")
    with pytest.raises(UsageError, match="there is no track"):
        analyze(tmp_path / "none.npz")
    with pytest.raises(UsageError, match="no landmarker"):
        Session((4, 4)).push(Frame(0, 0.0, np.zeros((4, 4, 3), dtype=np.uint8)))
    assert frames_estimate(path) == len(Track.load(path))


class Chooser:
    """A landmarker that takes somebody else for the one training after `change` frames."""

    def __init__(self, track: Track, change: int) -> None:
        self._poses, self._change, self._given = track.poses(), change, 0
        self._at = {pose.time_s: i for i, pose in enumerate(self._poses)}
        self.settled_at: int | None = None

    @property
    def person(self) -> int:
        return int(self._given > self._change)

    def look_afresh(self) -> None:
        pass

    def settle(self) -> None:
        self.settled_at = self.settled_at or self._given

    def detect(self, image_rgb: object, time_s: float) -> Pose:
        self._given = self._at[time_s] + 1
        return self._poses[self._given - 1]

    def close(self) -> None: ...

    def __enter__(self) -> Chooser:
        return self

    def __exit__(self, *error: object) -> None: ...


@pytest.mark.slow
def test_live_what_another_person_did_is_forgotten_and_reps_settle_the_choice() -> None:
    track = kickbacks(reps=4)
    change = int(np.searchsorted(track.time_s, report(track, "glute-kickback").reps[1].start_s - 0.4))
    finder = Chooser(track, change)
    live = Session(track.size, Settings(exercise=catalog.exercise("glute-kickback")), landmarker=finder)
    counts = []
    for i, time_s in enumerate(track.time_s.tolist()):
        step = live.push(Frame(i, time_s, np.zeros((120, 160, 3), dtype=np.uint8)))
        assert step is not None
        counts.append(step.rep_count)
    assert counts[change - 1] == 1
    assert 0 in counts[change : change + 2]  # a frame may have been passed over
    assert finder.settled_at is not None
    analysis = live.finish()
    assert len(analysis.report.reps) == 3
    since = analysis.raw.time_s >= track.time_s[change]
    assert np.array_equal(analysis.raw.found, since)


def test_a_track_holds_one_person(tmp_path: Path) -> None:
    path = tmp_path / "one.npz"
    kickbacks(reps=1).save(path)
    with pytest.raises(UsageError, match="a recorded track holds one person"):
        analyze(path, person="left")
    with pytest.raises(UsageError, match="'best' names no person"):
        analyze(path, person="best")


def test_the_side_can_be_given(tmp_path: Path) -> None:
    path = tmp_path / "one.npz"
    kickbacks(working=Side.RIGHT).save(path)
    assert analyze(path, "glute-kickback", side="right").working_side == "right"
    assert analyze(path, "glute-kickback", side="left").reps == ()


def test_stopping_early_judges_what_was_seen(tmp_path: Path) -> None:
    path = tmp_path / "one.npz"
    kickbacks(reps=3).save(path)
    told: list[tuple[int, float]] = []
    half = analyze_clip(
        path,
        Settings.of("glute-kickback"),
        progress=lambda *at: told.append(at),
        stop=lambda: len(told) > 330,
    ).report
    assert not half.complete
    assert len([rep for rep in half.reps if not rep.partial]) == 2
    assert [count for count, _ in told] == list(range(331))


def test_without_an_exercise_there_are_no_steps_yet() -> None:
    assert Session((640, 480)).push(Pose.nobody(0.0)) is None


@pytest.mark.slow
@pytest.mark.parametrize("make", [kickbacks, thrusts])
@pytest.mark.parametrize("fps", [3.0, 4.0, 6.0])
def test_frames_too_far_apart_for_a_phase_warn_of_nothing_false(
    fps: float, make: Callable[[Shot], Track]
) -> None:
    name = "glute-kickback" if make is kickbacks else "single-leg-hip-thrust"
    for start_s in (0.0, 0.07, 0.15, 0.24):
        told = report(make(Shot(fps=fps, noise_px=1.0, start_s=start_s, edges=False)), name)
        assert len(told.reps) == 3
        assert [flagged(rep) for rep in told.reps] == [set()] * 3


@pytest.mark.slow
def test_a_long_hold_is_kept_live_and_judged_alike() -> None:
    """A repetition longer than the frames kept otherwise has its start position still."""
    tempo = Tempo(hold=20.0)
    said, steps = session(thrusts(tempo=tempo, reps=2), "single-leg-hip-thrust")
    assert [rep.partial for rep in said.report.reps] == [False, False]
    assert steps[-1] is not None
    assert steps[-1].rep_count == 2


@pytest.mark.slow
def test_slow_motion_is_said_to_look_like_it() -> None:
    slow = Tempo(up=8.0, hold=8.0, down=12.0, rest=8.0)
    assert any("--slow-motion" in note for note in report(kickbacks(tempo=slow)).notes)
    assert not any("--slow-motion" in note for note in report(kickbacks()).notes)


@pytest.mark.slow
def test_a_movement_that_is_too_slow_is_dropped_with_its_reason() -> None:
    crawl = Tempo(up=35.0, hold=1.0, down=3.0)
    (note,) = [
        note for note in report(kickbacks(tempo=crawl, reps=1), "glute-kickback").notes if "Not" in note
    ]
    assert note == "Not counted: a movement of 39 s at 1.4 s: longer than 30 s on the way up."


@pytest.mark.parametrize(
    ("name", "turn_deg"),
    [*((name, turn_deg) for name in MAKERS for turn_deg in (90.0, 270.0)), ("glute-kickback", 180.0)],
)
def test_a_picture_that_lies_on_its_side_is_said_to_and_how_to_turn_it(name: str, turn_deg: float) -> None:
    shot = Shot(noise_px=0.5, edges=False)
    lying = turned(replace(MAKERS[name](shot), world_m=None), turn_deg)
    seen = report(lying)
    assert not seen.reps
    assert seen.notes[-1].endswith(f"turn it with --rotate {360 - turn_deg:.0f}."), seen.notes


def test_what_nobody_knows_is_not_said_to_lie_on_its_side() -> None:
    still = kickbacks(reps=1)
    seen = report(still[:30])
    assert seen.notes[-1].startswith("This is not an exercise I know")


@pytest.mark.slow
@each
def test_with_the_wrong_side_given_it_is_said_which_leg_moves(name: str) -> None:
    right = report(MAKERS[name]()).working_side
    wrong = Side.LEFT if right == "right" else Side.RIGHT
    notes = report(MAKERS[name](), side=wrong.value).notes
    assert any(
        note.startswith(f"The {right} leg moves, not the {wrong.value} one: leave out --side")
        for note in notes
    )
    assert any("--mirrored" in note for note in notes)
    assert not any("leg moves" in note for note in report(MAKERS[name](), side=wrong.other.value).notes)


def test_why_a_clip_is_partial_reaches_the_report() -> None:
    run = Session((640, 480), Settings(exercise=catalog.exercise("glute-kickback")))
    for pose in kickbacks().poses():
        run.push(pose)
    analysis = run.finish(complete=False, why="9 parts are damaged in a.mp4 and were left out")
    assert not analysis.report.complete
    assert "9 parts are damaged in a.mp4 and were left out." in analysis.report.notes
    assert "9 parts are damaged in a.mp4 and were left out." in analysis.said
    assert "9 parts are damaged" in analysis.report.to_json()


def test_a_recorded_track_cannot_be_turned(tmp_path: Path) -> None:
    kickbacks(reps=1).save(tmp_path / "a.npz")
    with pytest.raises(UsageError, match="where it is recorded"):
        analyze(tmp_path / "a.npz", rotate=90)
    with pytest.raises(UsageError, match="90, 180 or 270"):
        analyze(tmp_path / "a.npz", rotate=45)


def test_a_track_of_slow_motion_is_judged_at_the_speed_of_the_person(tmp_path: Path) -> None:
    track = kickbacks()
    replace(track, time_s=8 * track.time_s).save(tmp_path / "slow.npz")
    track.save(tmp_path / "true.npz")
    slow, true = analyze(tmp_path / "slow.npz", slow_motion=8.0), analyze(tmp_path / "true.npz")
    assert [rep.verdicts for rep in slow.reps] == [rep.verdicts for rep in true.reps]
    assert slow.slow_motion == 8.0


@pytest.mark.slow
@each
def test_every_set_is_drawn_in_the_view_that_it_was_judged_in(name: str) -> None:
    both = join(MAKERS[name](), still(MAKERS[name](), 14.0), MAKERS[name](Shot(yaw_deg=25.0, world=True)))
    analysis, _ = session(both, name)
    reps = sorted(analysis.report.reps, key=lambda rep: rep.start_s)
    drawn = scenes(analysis.smoothed, analysis.report, analysis.exercise, reps, analysis.looks)
    assert len(drawn) == len(analysis.report.sets) == 2
    for scene, judged, found in zip(drawn.values(), analysis.report.sets, analysis.found.sets, strict=True):
        assert (scene.look.view.value, scene.look.near.value) == (judged.view, judged.near)
        assert scene.look is found.data.look
