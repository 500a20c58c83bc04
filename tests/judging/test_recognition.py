"""What is done is recognised: relatives told apart, several of them in one clip, and what is none of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from rich.console import Console
from support.everyday import COUNTS, EVERYDAY, NEIGHBOURS
from support.relatives import (
    NEGATIVES,
    REPS,
    bridges_after_lying_down,
    cable_kickbacks,
    donkey_kicks,
    empty_rooms,
    glute_bridges,
    hip_thrusts,
    single_leg_bridges,
)
from support.skeleton import Shot, change_legs, from_above, join, kickbacks, thrusts

from formcheck import analyze
from formcheck.errors import NoPersonError, UsageError
from formcheck.exercises import catalog
from formcheck.exercises.modes import Modes
from formcheck.judging.candidates import share_of
from formcheck.judging.recognition import SURE, recognisable
from formcheck.judging.settings import Settings
from formcheck.pipeline import Session
from formcheck.poses.pose import Landmark, Side
from formcheck.poses.track import Track
from formcheck.report.analysis import Analysis
from formcheck.report.baselines import baselines_of
from formcheck.report.model import Report
from formcheck.report.page.render import report_page
from formcheck.report.spreadsheet import frames_csv, reps_csv
from formcheck.report.table import render
from formcheck.reps.baseline import Baseline
from formcheck.rule import SEVERAL, Status

NOISY = Shot(noise_px=1.0)
MIRRORED = Shot(noise_px=1.5, mirrored=True, fps=25.0, scale=150.0)
POSITIVES: dict[str, Callable[[Shot], Track]] = {
    "glute-kickback": kickbacks,
    "donkey-kick": donkey_kicks,
    "cable-kickback": cable_kickbacks,
    "single-leg-hip-thrust": thrusts,
    "single-leg-glute-bridge": single_leg_bridges,
    "glute-bridge": glute_bridges,
    "hip-thrust": hip_thrusts,
    "b-stance-hip-thrust": lambda shot: hip_thrusts(shot, stagger=0.5),
    **EVERYDAY,
}
NONE_OF_THEM = NEGATIVES | NEIGHBOURS


def analysed(track: Track, *, live: bool = False, name: str | None = None) -> Analysis:
    candidates = tuple(catalog.exercises().values()) if live else ()
    exercise = catalog.exercise(name) if name else None
    session = Session(track.size, Settings(exercise=exercise, candidates=candidates))
    for pose in track.poses():
        session.push(pose)
    return session.finish()


@cache
def made(name: str, shot: Shot) -> Track:
    return POSITIVES[name](shot)


def names(analysis: Analysis) -> list[tuple[str, int]]:
    return [(one.exercise.name, one.full) for one in analysis.found.sets]


def test_every_exercise_is_recognisable_or_says_what_it_looks_like() -> None:
    known = catalog.exercises()
    seen = {one.name for one in recognisable(list(known.values()))}
    held = {one.name for one in known.values() if one.is_hold}  # `test_held` has those
    assert seen - held == set(POSITIVES)
    assert all(known[name].looks_like in seen for name in known.keys() - seen)


@pytest.mark.parametrize("shot", [NOISY, MIRRORED], ids=["noisy", "mirrored"])
@pytest.mark.parametrize("name", POSITIVES)
def test_each_is_recognised_and_counted(name: str, shot: Shot) -> None:
    found = analysed(made(name, shot))
    assert names(found) == [(name, COUNTS.get(name, REPS))]
    assert found.report.exercise == name
    confidence = found.report.sets[0].confidence
    assert confidence is not None
    assert confidence > 0.8


@pytest.mark.parametrize("shot", [NOISY, MIRRORED], ids=["noisy", "mirrored"])
@pytest.mark.parametrize("name", NONE_OF_THEM)
def test_what_is_none_of_them_is_not_counted_and_not_judged(name: str, shot: Shot) -> None:
    report = analysed(NONE_OF_THEM[name](shot)).report
    assert report.exercise == "unknown"
    assert (report.reps, report.sets, report.cues, report.fix) == ((), (), (), None)
    assert "not an exercise I know" in report.notes[-1]


@pytest.mark.parametrize("name", ["glute-bridge", "single-leg-glute-bridge", "hip-thrust"])
@pytest.mark.parametrize("yaw_deg", [-25.0, 25.0])
def test_a_high_camera_off_the_side_moves_no_shoulders_onto_a_bench(name: str, yaw_deg: float) -> None:
    shot = Shot(noise_px=1.0, yaw_deg=yaw_deg, world=True)
    assert names(analysed(from_above(made(name, shot), shot, 25.0))) == [(name, REPS)]


def test_a_set_that_lies_at_the_top_of_a_larger_movement_is_found() -> None:
    assert names(analysed(bridges_after_lying_down(NOISY))) == [("glute-bridge", REPS)]


def test_a_view_that_changes_without_a_cut_begins_a_new_stretch() -> None:
    ahead = Shot(noise_px=1.0, yaw_deg=80.0, world=True)
    track = join(cable_kickbacks(replace(NOISY, world=True)), *[NEGATIVES["leg_curls"](ahead)] * 2)
    assert names(analysed(track)) == [("cable-kickback", REPS)]


@pytest.mark.slow
def test_legs_that_alternate_make_one_set_of_each_leg() -> None:
    track = thrusts(NOISY, reps=1, working=Side.RIGHT)
    for working in (Side.LEFT, Side.RIGHT, Side.LEFT):
        track = change_legs(track, thrusts(NOISY, reps=1, working=working), working)
    for name in (None, "single-leg-hip-thrust"):
        sets = analysed(track, name=name).found.sets
        assert [(one.side, one.full) for one in sets] == [(Side.RIGHT, 2), (Side.LEFT, 2)]
        assert sets[0].reps[0].end_s < sets[1].reps[0].start_s < sets[0].reps[1].start_s


def test_nobody_is_no_exercise() -> None:
    with pytest.raises(NoPersonError):
        analysed(empty_rooms(Shot()))


@pytest.mark.parametrize("knee", [20.0, 40.0, 60.0])
def test_a_kickback_with_a_bent_knee_is_not_a_donkey_kick(knee: float) -> None:
    assert names(analysed(kickbacks(NOISY, knee_deg=knee))) == [("glute-kickback", 3)]


@pytest.mark.parametrize("knee", [75.0, 90.0, 125.0, 145.0])
def test_a_donkey_kick_whose_knee_is_off_square_is_still_one(knee: float) -> None:
    found = analysed(donkey_kicks(NOISY, knee_deg=knee))
    assert names(found) == [("donkey-kick", REPS)]
    flagged = {v.fault for rep in found.report.reps for v in rep.verdicts if v.cue}
    assert ("knee-off-square" in flagged) == (knee == 145.0)


@pytest.mark.parametrize("free", [-35.0, 30.0])
def test_a_free_leg_that_drops_or_rises_stays_one_leg(free: float) -> None:
    assert names(analysed(thrusts(NOISY, free_deg=free))) == [("single-leg-hip-thrust", 3)]


@pytest.mark.slow
def test_between_two_exercises_the_confidence_says_so() -> None:
    middling = [
        (found.sets[0].confidence or 0.0)
        if (found := analysed(hip_thrusts(Shot(), stagger=s)).report).sets
        else 0.0
        for s in (0.0, 0.16, 0.24, 0.32, 0.6)
    ]
    assert middling[0] > middling[1] > middling[2]
    assert middling[2] < middling[3] < middling[4]
    assert middling[2] <= SURE + 0.05


def test_shares_of_rivals_at_a_border_come_to_no_certainty() -> None:
    assert share_of(1.0, [0.0, 0.0]) == pytest.approx(1.0)
    assert share_of(0.5, [0.5]) < SURE
    assert share_of(0.0, [0.0]) == 0.0
    falling = [share_of(fit, [1.0 - fit]) for fit in np.linspace(1.0, 0.0, 11)]
    assert all(a > b for a, b in pairwise(falling))


@pytest.fixture(scope="module")
def mixed() -> Analysis:
    order = ["glute-kickback", "donkey-kick", "glute-kickback", "cable-kickback"]
    return analysed(join(*(made(name, NOISY) for name in order)))


@pytest.mark.slow
def test_several_exercises_in_one_clip_are_sets_of_their_own(mixed: Analysis) -> None:
    order = ["glute-kickback", "donkey-kick", "glute-kickback", "cable-kickback"]
    assert names(mixed) == [(name, 3) for name in order]
    report = mixed.report
    assert report.exercise == SEVERAL
    assert [one.exercise for one in report.sets] == order
    assert report.score is None
    assert all(one.score is not None for one in report.sets)
    ends = [(one.reps[0].start_s, one.reps[-1].end_s) for one in mixed.found.sets]
    assert all(a[1] < b[0] for a, b in pairwise(ends))


def test_each_set_is_judged_by_its_own_exercise(mixed: Analysis) -> None:
    for rep in mixed.report.reps:
        name = mixed.report.sets[rep.set - 1].exercise
        codes = {rule.code for rule in catalog.exercise(name).rules}
        assert {verdict.rule for verdict in rep.verdicts} == codes
        assert mixed.exercise.part(name).name == name


def test_a_set_before_and_after_another_exercise_is_judged_as_two(mixed: Analysis) -> None:
    first, _, third, _ = mixed.found.sets
    alone = analysed(made("glute-kickback", NOISY)).found.sets[0]
    assert len(first.data.reps) == len(third.data.reps) == len(alone.data.reps)
    assert first.data.reps[-1].end_s < third.data.reps[0].start_s


@pytest.mark.slow
def test_a_long_rest_ends_a_set() -> None:
    track = made("glute-kickback", NOISY)
    still = Track(
        np.arange(0.0, 14.0, 1 / 30),
        np.repeat(track.image_px[:1], 420, axis=0),
        np.ones((420, 33)),
        track.size,
        edges_px=None if track.edges_px is None else np.repeat(track.edges_px[:1], 420, axis=0),
    )
    assert names(analysed(join(track, still, track))) == [("glute-kickback", 3)] * 2


@pytest.mark.slow
def test_live_the_next_set_may_be_of_something_else() -> None:
    settings = Settings(candidates=tuple(catalog.exercises().values()))
    session = Session(made("donkey-kick", NOISY).size, settings)
    known, last_s = [], 0.0
    for name in ("glute-kickback", "donkey-kick", "hip-thrust", "hip-thrust"):
        for pose in made(name, NOISY).poses():
            step = session.push(replace(pose, time_s=pose.time_s + last_s))
        assert step is not None
        assert step.rep_count == REPS
        known.append(session.exercise.name if session.exercise else "")
        last_s += pose.time_s + 1.0
        session.next_set()
    assert known == ["glute-kickback", "donkey-kick", "hip-thrust", "hip-thrust"]


def test_a_report_of_several_exercises_is_said_set_by_set(mixed: Analysis) -> None:
    report = mixed.report
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(render(report, mixed.exercise))
    text = console.export_text()
    assert "Set 2: donkey kick, left leg works" in text
    assert "each set has a score of its own" in text
    page = report_page(report, {}, None)
    assert "Cable kickback, left leg" in page
    rows = list(csv.DictReader(io.StringIO(reps_csv(report))))
    assert [row["exercise"] for row in rows] == [report.sets[rep.set - 1].exercise for rep in report.reps]
    frames = list(csv.DictReader(io.StringIO(frames_csv(mixed))))
    assert {row["exercise"] for row in frames} >= {"glute-kickback", "donkey-kick", "cable-kickback"}
    assert Report.from_json(report.to_json()) == report
    names = [one.exercise for one in baselines_of(report)]
    assert set(names) <= {one.exercise for one in report.sets}
    assert names


def test_both_legs_work_is_said_and_drawn() -> None:
    found = analysed(made("hip-thrust", NOISY)).report
    assert found.working_side == "both"
    assert {rep.side for rep in found.reps} == {"both"}
    assert "both sides work" in str(recorded(found))


def recorded(report: Report) -> str:
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(render(report, catalog.exercise(report.exercise)))
    return console.export_text()


def test_a_pause_moves_the_hold_and_only_where_there_is_one() -> None:
    track = made("single-leg-hip-thrust", NOISY)
    session = Session(track.size, Settings.of("single-leg-hip-thrust", pause_s=3.0))
    for pose in track.poses():
        session.push(pose)
    report = session.finish().report
    holds = [v for rep in report.reps for v in rep.verdicts if v.fault == "no-hold"]
    assert [(v.warn, v.fault_limit) for v in holds] == [(2.7, 2.0)] * 3
    assert all(v.cue == "Hold for 3" for v in holds)  # it was held for 1.2 s
    assert any("pause of 3 s" in note for note in report.notes)
    assert {"hold-drifts"} <= {v.fault for v in report.reps[0].verdicts}
    with pytest.raises(UsageError, match="no --pause for glute-kickback"):
        Modes(pause_s=3.0).check(catalog.exercise("glute-kickback"))
    with pytest.raises(UsageError, match="no --deficit for hip-thrust"):
        Modes(deficit=True).check(catalog.exercise("hip-thrust"))
    with pytest.raises(UsageError, match="between"):
        Modes(pause_s=60.0)


@pytest.mark.slow
@pytest.mark.parametrize(("low", "faulty"), [(-28.0, True), (-42.0, False)])
def test_a_deficit_is_judged_against_the_range_from_the_flat_floor(low: float, faulty: bool) -> None:
    exercise = catalog.exercise("single-leg-hip-thrust")

    def judged(track: Track, baselines: tuple[Baseline, ...] = ()) -> Report:
        modes = Modes(deficit=True)
        settings = Settings(exercise=exercise, modes=modes, baselines=baselines)
        session = Session(track.size, settings)
        for pose in track.poses():
            session.push(pose)
        return session.finish().report

    flat = judged(thrusts(NOISY))
    assert {v.status for rep in flat.reps for v in rep.verdicts if v.fault == "deficit-unused"} == {
        Status.NOT_JUDGED
    }
    deep = judged(thrusts(NOISY, low_deg=low), baselines_of(flat))
    flagged = [bool(v.cue) for rep in deep.reps for v in rep.verdicts if v.fault == "deficit-unused"]
    assert flagged == [faulty] * 3


def test_auto_stands_for_no_name() -> None:
    assert catalog.chosen("auto") is None
    assert catalog.chosen(None) is None
    assert catalog.chosen("donkey-kick") is catalog.exercise("donkey-kick")
    assert analyze_clip_named("auto") == analyze_clip_named(None)


def analyze_clip_named(name: str | None) -> Report:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "kick.npz"
        made("donkey-kick", NOISY).save(path)
        return analyze(path, name)


@pytest.mark.parametrize("jitter_px", [0.0, 25.0])
def test_a_far_foot_that_jumps_about_is_no_foot_far_behind(jitter_px: float) -> None:
    track = hip_thrusts(NOISY, stagger=0.5)
    far = [Landmark.LEFT_ANKLE, Landmark.LEFT_HEEL, Landmark.LEFT_FOOT_INDEX]
    jumps = np.random.default_rng(2).normal(0.0, jitter_px, (len(track), 1, 2))
    px = track.image_px.copy()
    px[:, far] += jumps
    session = Session(track.size, Settings(exercise=catalog.exercise("hip-thrust")))
    for pose in replace(track, image_px=px).poses():
        session.push(pose)
    assert len(session.finish().report.reps) == (REPS if jitter_px else 0)
