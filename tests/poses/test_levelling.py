from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.cameras import EVERY, report, said, watched
from support.skeleton import Shot, kickbacks, thrusts

from formcheck.exercises import catalog
from formcheck.judging.coach import Coach
from formcheck.poses.levelling import SURE_DEG, UNKNOWN, Leveller, as_filmed, fuse, rolls, upright
from formcheck.poses.pose import (
    Rolled,
)
from formcheck.poses.track import Track

MAKERS: dict[str, Callable[..., Track]] = {"glute-kickback": kickbacks, "single-leg-hip-thrust": thrusts}
each = pytest.mark.parametrize("name", MAKERS)


@pytest.mark.slow
@each
@pytest.mark.parametrize("roll_deg", [-11.0, -5.0, 5.0, 11.0])
def test_a_rolled_camera_gives_the_level_ones_verdicts(name: str, roll_deg: float) -> None:
    level = report(watched(MAKERS[name](Shot(noise_px=0.5))), name)
    rolled = report(watched(MAKERS[name](Shot(noise_px=0.5, roll_deg=roll_deg)), roll_deg), name)
    assert len(rolled.reps) == len(level.reps) == 3
    for one, other in zip(level.reps, rolled.reps, strict=True):
        for fault, (status, value) in said(one).items():
            assert said(other)[fault][0] is status
            assert said(other)[fault][1] == (None if value is None else pytest.approx(value, abs=1.5))
    assert any("corrected" in note for note in rolled.notes)
    assert not level.notes


@pytest.mark.slow
def test_without_the_background_a_roll_goes_unnoticed_and_moves_the_shin() -> None:
    # The control: what the compensation is for.
    track = thrusts(Shot(roll_deg=11.0))
    blind, seen = (report(one, "single-leg-hip-thrust") for one in (track, watched(track, 11.0)))
    values = [said(one.reps[0])["shin-not-vertical"][1] or 0.0 for one in (blind, seen)]
    assert abs(values[0] - values[1]) == pytest.approx(11.0, abs=1.0)
    assert abs(values[1]) < 3.0


@pytest.mark.slow
@each
def test_beyond_the_limit_what_hangs_on_the_vertical_is_not_judged(name: str) -> None:
    level = report(watched(MAKERS[name](Shot())), name)
    rolled = report(watched(MAKERS[name](Shot(roll_deg=15.0)), 15.0), name)
    assert len(rolled.reps) == 3
    lost = {item.fault for item in rolled.not_judged} - {item.fault for item in level.not_judged}
    assert lost
    hanging = {"shin-not-vertical", "foot-too-close", "bottom-too-low"} & set(said(level.reps[0]))
    assert hanging
    for item in rolled.not_judged:
        if item.fault in hanging:
            assert (item.reason, item.remedy) == ("the camera is rolled too far", "Stand the camera upright.")
    assert hanging <= {item.fault for item in rolled.not_judged}
    assert said(rolled.reps[0])["lumbar-arching"][0] is said(level.reps[0])["lumbar-arching"][0]
    assert any("stand it upright" in note for note in rolled.notes)


def test_an_unsettled_roll_is_not_taken_out_but_doubted() -> None:
    track = watched(thrusts(), roll_deg=9.0, error_deg=4.0)
    level = upright(track)
    assert np.array_equal(level.image_px, track.image_px)
    assert level.levelled is not None
    assert level.levelled[0, 1] > 9.0
    shin = next(
        v for v in report(track, "single-leg-hip-thrust").reps[0].verdicts if v.fault == "shin-not-vertical"
    )
    assert shin.uncertainty == pytest.approx(np.hypot(9.85, 5.0), abs=1.0)


def test_a_track_is_made_upright_once_and_can_be_turned_back() -> None:
    track = watched(kickbacks(Shot(roll_deg=7.0, world=True)), 7.0)
    track = replace(track, bar_px=track.image_px[:, 15:17])
    level = upright(track)
    assert upright(level) is level
    plain = kickbacks(Shot(world=True))
    assert level.image_px == pytest.approx(
        plain.image_px, abs=1.0
    )  # about the middle of a pixel or the picture
    assert level.edges_px == pytest.approx(plain.edges_px, abs=1.0)
    assert level.bar_px == pytest.approx(plain.image_px[:, 15:17], abs=1.0)
    back = as_filmed(level)
    assert back.image_px == pytest.approx(track.image_px, abs=1e-6)
    assert back.levelled is None


def test_metric_landmarks_turn_along() -> None:
    track = watched(kickbacks(Shot(world=True)), 10.0)
    level = upright(track)
    assert track.world_m is not None
    assert level.world_m is not None
    before, after = (np.diff(w[0, [11, 23]], axis=0)[0] for w in (track.world_m, level.world_m))
    turned = np.degrees(np.arctan2(after[1], after[0]) - np.arctan2(before[1], before[0]))
    assert turned == pytest.approx(10.0, abs=0.1)  # y down: what rose to the right by 10 deg is level now
    assert after[2] == before[2]


def test_a_camera_that_turns_is_followed_frame_by_frame() -> None:
    turn = np.linspace(0.0, 6.0, len(kickbacks()))
    track = watched(kickbacks(), 3.0 + turn, turn_deg=turn)
    found = rolls(track)
    assert found[:, 0] == pytest.approx(3.0 + turn, abs=0.3)


def test_each_scene_has_its_own_roll() -> None:
    n = len(kickbacks())
    scene = np.repeat([0.0, 1.0], [n // 2, n - n // 2])
    found = rolls(watched(kickbacks(), np.where(scene > 0, -8.0, 4.0), scene=scene))
    assert found[: n // 2 - EVERY, 0] == pytest.approx(4.0)
    assert found[n // 2 + EVERY :, 0] == pytest.approx(-8.0)


def test_looks_that_agree_are_believed_and_those_that_do_not_are_doubted() -> None:
    assert fuse([]) == UNKNOWN
    assert fuse([Rolled(float("nan"), float("nan"))]) == UNKNOWN
    assert fuse([Rolled(5.0, 0.4), Rolled(5.4, 0.4)]).deg == pytest.approx(5.2)
    assert fuse([Rolled(5.0, 0.4), Rolled(-3.0, 5.0)]).deg == pytest.approx(5.0, abs=0.1)
    apart = fuse([Rolled(8.0, 0.4), Rolled(-8.0, 0.4)])
    assert apart.deg == 0.0
    assert apart.uncertainty_deg > SURE_DEG
    many = fuse([Rolled(5.0, 0.4)] * 20)
    assert many.uncertainty_deg == pytest.approx(0.4)


def test_live_the_roll_known_so_far_is_held_through_a_repetition() -> None:
    track = watched(kickbacks(Shot(roll_deg=6.0)), 6.0)
    poses = track.poses()
    leveller = Leveller(track.size)
    first = leveller.update(poses[0])
    assert first.levelled is not None
    assert first.levelled[0] == pytest.approx(6.0)
    late = replace(poses[1], camera=np.array([-6.0, 0.4, 1.0, 0.0, 0.0, 0.0, 0.0]))
    held = leveller.update(late, hold=True)
    assert held.levelled is not None
    assert held.levelled[0] == pytest.approx(6.0)
    assert leveller.as_filmed(held).image_px == pytest.approx(poses[1].image_px)
    free = leveller.update(poses[2])
    assert free.levelled is not None
    assert free.levelled[0] != pytest.approx(6.0)
    cut = replace(poses[3], camera=np.array([2.0, 0.4, 1.0, 0.0, 0.0, 0.0, 1.0]))
    assert leveller.update(cut, hold=True).levelled == pytest.approx([2.0, 0.4])


@each
def test_live_steps_are_where_the_picture_has_them(name: str) -> None:
    track = watched(MAKERS[name](Shot(roll_deg=10.0)), 10.0)
    coach = Coach(catalog.exercise(name), track.size)
    steps = [coach.update(pose) for pose in track.poses()]
    off = np.array([step.pose.image_px for step in steps]) - track.image_px
    assert np.nanpercentile(np.abs(off), 95) < 12.0  # the smoothing's lag, not ten degrees of a picture
    assert steps[-1].rep_count == 3
    assert not coach.decisions


def test_a_saved_track_keeps_what_the_background_told(tmp_path: Path) -> None:
    path = tmp_path / "one.npz"
    track = watched(kickbacks(Shot(roll_deg=5.0)), 5.0)
    track.save(path)
    again = Track.load(path)
    assert rolls(again) == pytest.approx(rolls(track))
    old = replace(track, camera=None)
    old.save(path)
    assert rolls(Track.load(path))[0] == pytest.approx(UNKNOWN)
