"""Who walks in, gets down, gets up and walks out does no repetition by that."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.relatives import walks
from support.skeleton import Shot, Tempo, join, kickbacks, min_jerk, thrusts

from formcheck.exercises import catalog
from formcheck.judging.coach import Coach
from formcheck.judging.settings import Settings
from formcheck.judging.standing import Down, down, on_feet
from formcheck.pipeline import Session
from formcheck.poses.pose import View
from formcheck.poses.track import Track
from formcheck.report.model import Report

SHOT = Shot(noise_px=1.0)
WALK = walks(SHOT)[:60]
SOON = Tempo(lead=0.6)  # who is down begins at once
SETS = {"glute-kickback": kickbacks(SHOT, tempo=SOON), "single-leg-hip-thrust": thrusts(SHOT, tempo=SOON)}
CHANGE_S = 0.7


def change(before: Track, after: Track) -> Track:
    """Getting down or up: landmarks move from the last ones of one track to the first ones of another."""
    share = min_jerk(np.arange(int(CHANGE_S * SHOT.fps)) / (CHANGE_S * SHOT.fps))[:, None, None]
    px = (1.0 - share) * before.image_px[-1] + share * after.image_px[0]
    return Track(np.arange(len(px)) / SHOT.fps, px, np.ones(px.shape[:2]), before.size)


def bare(track: Track) -> Track:
    return Track(track.time_s, track.image_px, track.visibility, track.size)


def between_walks(track: Track) -> Track:
    walk, track = bare(WALK), bare(track)
    return join(walk, change(walk, track), track, change(track, walk), walk)


def judged(track: Track, name: str) -> Report:
    session = Session(track.size, Settings(exercise=catalog.exercise(name)))
    for pose in track.poses():
        session.push(pose)
    return session.finish().report


def cut_off(track: Track) -> Track:
    """The picture ends at the hips: the model draws the shoulders there."""
    px = track.image_px.copy()
    px[:, :23] = px[:, [23]] + 0.05 * (px[:, :23] - px[:, [23]])
    return replace(track, image_px=px)


def test_frames_between_two_walks_are_down() -> None:
    track = between_walks(SETS["glute-kickback"])
    began_s = WALK.time_s[-1] + CHANGE_S
    [part] = down(track, View.SIDE)
    assert track.time_s[part.start] == pytest.approx(began_s, abs=0.4)
    over_s = began_s + SETS["glute-kickback"].time_s[-1]
    assert track.time_s[part.stop - 1] == pytest.approx(over_s, abs=0.4)
    assert down(SETS["glute-kickback"], View.SIDE) == [slice(0, len(SETS["glute-kickback"]))]
    assert down(WALK, View.SIDE) == []
    assert down(track, View.FOOT_END) == [slice(0, len(track))], "from an end who lies looks as upright"


def test_a_walk_is_one_too_where_the_picture_cuts_off_the_trunk() -> None:
    assert down(cut_off(WALK), View.SIDE) == []
    assert on_feet(cut_off(WALK))


@pytest.mark.parametrize("name", sorted(SETS))
def test_each_frame_by_itself_says_the_same_as_all_together(name: str) -> None:
    track, lies = between_walks(SETS[name]), Down()
    one_by_one = np.array(
        [lies.update(t, px, View.SIDE) for t, px in zip(track.time_s, track.image_px, strict=True)]
    )
    whole = np.zeros(len(track), dtype=bool)
    for part in down(track, View.SIDE):
        whole[part] = True
    ends_s = np.array([0.0, WALK.time_s[-1] + CHANGE_S, track.time_s[-1] - WALK.time_s[-1]])
    near = np.abs(track.time_s[one_by_one != whole][:, None] - ends_s).min(axis=1)
    assert near.max() < 1.2, "it is known a little later, at both ends"


@pytest.mark.parametrize("name", sorted(SETS))
def test_walking_in_and_out_changes_no_repetition(name: str) -> None:
    track = between_walks(SETS[name])
    alone, walked = judged(bare(SETS[name]), name), judged(track, name)
    later_s = WALK.time_s[-1] + CHANGE_S
    assert len(walked.reps) == len(alone.reps) > 1
    for one, same in zip(alone.reps, walked.reps, strict=True):
        assert same.start_s - later_s == pytest.approx(one.start_s, abs=0.2)
        assert same.end_s - later_s == pytest.approx(one.end_s, abs=0.2)


@pytest.mark.parametrize("name", sorted(SETS))
def test_a_set_is_counted_while_it_runs_though_somebody_walks_in(name: str) -> None:
    track = between_walks(SETS[name])
    exercise = catalog.exercise(name)
    coach = Coach(exercise, track.size, Settings(exercise=exercise))
    steps = [coach.update(pose) for pose in track.poses()]
    assert steps[-1].rep_count == len(judged(bare(SETS[name]), name).reps)
