"""Repetitions are counted by the distance from rest where the model guesses what it sees at the top."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.skeleton import Shot, Tempo, kickbacks, level, thrusts

from formcheck.api import analyze
from formcheck.exercises.catalog import exercise
from formcheck.judging.candidates import fit
from formcheck.judging.prepare import Prepared
from formcheck.judging.sets import Footage, Found, find
from formcheck.poses.pose import Landmark, Side, View
from formcheck.poses.smoothing import smooth
from formcheck.poses.track import Track
from formcheck.reps.from_rest import repetitions, rise_from_rest
from formcheck.rule import Status

REPS = 4


TEMPO = Tempo()


def from_the_feet(working: Side = Side.RIGHT, *, seed: int = 3, jumps_px: float = 25.0) -> Track:
    """A thrust whose rest is seen well; at the top the landmarks are anywhere, each time elsewhere.

    The feet are not hidden by the hips: they stay about where they are.
    """
    rng, tempo = np.random.default_rng(seed), TEMPO
    track = thrusts(Shot(noise_px=0.5), reps=REPS, working=working, tempo=tempo)
    t, px = track.time_s, track.image_px.copy()
    px[:, :, 0] = 640.0 + np.linspace(-15.0, 15.0, px.shape[1])
    for left, y, half in ((11, 300.0, 60.0), (23, 400.0, 35.0), (25, 440.0, 40.0), (27, 540.0, 45.0)):
        px[:, left] = 640.0 + half, y
        px[:, left + 1] = 640.0 - half, y
    free = Landmark.LEFT_ANKLE + working.other.offset
    px[:, free, 1] -= 60.0
    px += rng.normal(0.0, 0.5, px.shape)
    up = level(t, tempo, REPS)
    number = np.minimum((t / tempo.period).astype(int), REPS - 1)
    guesses = rng.normal(0.0, 90.0, (REPS, *px.shape[1:]))
    guesses[:, Landmark.LEFT_ANKLE :] *= 0.2
    jumps = rng.normal(0.0, jumps_px, px.shape)
    px += (up[:, None, None] > 0.3) * (guesses[number] + jumps)
    world_m = np.zeros((*px.shape[:2], 3))
    world_m[:, 11, 0], world_m[:, 12, 0] = 0.2, -0.2
    world_m[:, 11:13, 2] = 0.5  # the shoulders are further away than the hips
    return replace(track, image_px=px, world_m=world_m, edges_px=None)


def found_in(track: Track, named: str) -> Found:
    return find(Footage(Prepared(track, smooth(track))), exercise(named))


@pytest.mark.parametrize("seed", range(5))
def test_the_count_is_right_whatever_is_seen_at_the_top(seed: int) -> None:
    tempo = TEMPO
    reps = repetitions(smooth(from_the_feet(seed=seed))).reps
    assert len(reps) == REPS
    for number, rep in enumerate(reps):
        start_s, _, _, end_s = tempo.times(number)
        assert rep.start_s == pytest.approx(start_s, abs=0.7)
        assert rep.end_s == pytest.approx(end_s, abs=0.9)


def test_who_keeps_still_does_no_repetition() -> None:
    track = from_the_feet()
    still = replace(track, image_px=np.repeat(track.image_px[:1], len(track), axis=0))
    assert not repetitions(still).reps
    nobody = replace(track, image_px=np.full_like(track.image_px, np.nan))
    assert not repetitions(nobody).reps
    assert np.isnan(rise_from_rest(nobody)).all()


def test_a_single_rise_may_be_anything() -> None:
    track = from_the_feet()
    assert not repetitions(track.between(0.0, TEMPO.period)).reps


def test_who_is_lost_at_the_top_is_not_counted() -> None:
    track = from_the_feet()
    px = track.image_px.copy()
    px[level(track.time_s, TEMPO, REPS) > 0.5] = np.nan
    assert not repetitions(replace(track, image_px=px)).reps


@pytest.mark.parametrize("working", list(Side))
def test_by_name_a_thrust_from_the_feet_is_counted_and_nothing_of_it_is_judged(working: Side) -> None:
    found = found_in(from_the_feet(working), "single-leg-hip-thrust")
    assert found.rep_count == REPS
    [one] = found.sets
    assert one.side is working
    assert one.data.look.view is View.UNKNOWN, "which no rule is judged from"
    assert fit(exercise("single-leg-hip-thrust"), one.shown(one.reps[0])) == 0.0, "nor anything recognised"


def test_the_report_says_that_they_are_only_counted() -> None:
    report = analyze(from_the_feet(), "single-leg-hip-thrust")
    assert len(report.reps) == REPS
    assert [note for note in report.notes if "only counted" in note]
    assert all(rep.score is None and rep.range is None for rep in report.reps)
    seen = {verdict.status for rep in report.reps for verdict in rep.verdicts}
    assert seen == {Status.NOT_JUDGED}
    assert not analyze(from_the_feet()).reps, "and only by its name"


def test_other_exercises_are_not_counted_by_their_distance_from_rest() -> None:
    assert View.FOOT_END not in exercise("glute-kickback").counted_from
    assert not found_in(from_the_feet(), "glute-kickback").sets
    assert found_in(kickbacks(reps=REPS), "single-leg-hip-thrust").rep_count == 0


def nearly_from_the_feet(track: Track) -> Track:
    """The same where the model takes the camera for one obliquely from the feet, and nothing jumps."""
    world_m = np.zeros_like(track.world_m)
    world_m[:, 11, [0, 2]], world_m[:, 12, [0, 2]] = (0.1, 0.6), (-0.1, 0.4)
    world_m[:, 11:13, 0] -= 0.35
    world_m[:, 11:13, 2] += 0.05
    return replace(track, world_m=world_m)


@pytest.mark.parametrize("seed", range(3))
def test_near_the_foot_end_they_are_counted_where_the_search_finds_few(seed: int) -> None:
    track = nearly_from_the_feet(from_the_feet(seed=seed, jumps_px=0.5))
    named = exercise("single-leg-hip-thrust")
    footage = Footage(Prepared(track, smooth(track)))
    assert find(footage, named).rep_count == REPS
    assert find(footage, named, named=False).rep_count < REPS, "not where it has to be recognised"


def test_near_the_foot_end_equally_high_feet_are_no_single_leg() -> None:
    track = nearly_from_the_feet(from_the_feet(jumps_px=0.5))
    px = track.image_px.copy()
    px[:, 27:29, 1] = 540.0
    both = replace(track, image_px=px)
    named = exercise("single-leg-hip-thrust")
    assert find(Footage(Prepared(track, smooth(track))), named).rep_count == REPS
    assert find(Footage(Prepared(both, smooth(both))), named).rep_count < REPS
