from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.cameras import EVERY, report, said, watched
from support.skeleton import Shot, kickbacks, thrusts

from formcheck.exercises import catalog
from formcheck.judging.settings import Settings
from formcheck.pipeline import Session
from formcheck.poses.camera_motion import MOVED_PCT, Observations, move_notes
from formcheck.poses.pose import TURN, Floats, Side
from formcheck.poses.track import Track
from formcheck.rule import Status

TRUNK_PX = 180.0
LIFTED = {"hip-drift"}  # compares places with those at the start
WITHIN = {"head-up", "knee-bent", "no-hold", "lowering-too-fast", "bottom-too-low"}  # do not


def moved(track: Track, start_s: float, end_s: float, x_pct: float) -> Floats:
    """(T, 2) pixels of a background that slides to the right from one time to another."""
    share = np.clip((track.time_s - start_s) / (end_s - start_s), 0.0, 1.0)
    return np.outer(share, [x_pct / 100.0 * TRUNK_PX, 0.0])


def shaken(track: Track, start_s: float, end_s: float, x_pct: float) -> Track:
    """The track as a camera films it that is pushed aside from one time to another."""
    shift = moved(track, start_s, end_s, x_pct)
    assert track.edges_px is not None
    pushed = replace(
        track, image_px=track.image_px + shift[:, None], edges_px=track.edges_px + shift[:, None, None]
    )
    return watched(pushed, shift_px=shift)


def test_a_shift_is_counted_in_trunk_lengths() -> None:
    track = shaken(kickbacks(), 5.0, 6.0, 30.0)
    observed = Observations.of(track, TRUNK_PX)
    usual = [(1.0, 4.0), (6.0, 9.0), (9.5, 12.0)]
    assert observed.moved_pct((6.5, 9.0), usual) < 1.0
    assert observed.moved_pct((1.0, 4.0), usual) == pytest.approx(30.0, abs=1.0)


@pytest.mark.parametrize(
    ("turn_deg", "zoom", "least"), [(5.0, 1.0, 12.0), (0.0, 1.15, 20.0), (0.3, 1.005, 0.0)]
)
def test_turns_and_zooms_count_where_the_person_is(turn_deg: float, zoom: float, least: float) -> None:
    track = kickbacks()
    late = track.time_s > 6.0
    observed = Observations.of(
        watched(track, turn_deg=np.where(late, turn_deg, 0.0), zoom=np.where(late, zoom, 1.0)), TRUNK_PX
    )
    way = observed.moved_pct((7.0, 9.0), [(0.5, 3.0), (3.0, 6.0)])
    assert least <= way
    assert (way > MOVED_PCT) == (least > 0.0)


def test_a_hand_that_wobbles_has_not_moved() -> None:
    track = kickbacks()
    rng = np.random.default_rng(2)
    wobble = rng.normal(0, 0.015 * TRUNK_PX, (len(track), 2))
    held = watched(track, turn_deg=rng.normal(0, 0.3, len(track)), shift_px=wobble)
    assert move_notes(held) == []
    assert Observations.of(held, TRUNK_PX).moved_pct((4.0, 8.0), [(0.0, 4.0), (8.0, 12.0)]) < MOVED_PCT


def test_a_single_look_that_is_off_is_an_error() -> None:
    track = kickbacks()
    shift = np.zeros((len(track), 2))
    shift[EVERY * 6] = 200.0
    assert move_notes(watched(track, shift_px=shift)) == []


def test_another_scene_is_infinitely_far_and_said_with_its_time() -> None:
    track = kickbacks()
    cut = watched(track, scene=(track.time_s >= 8.0).astype(float))
    observed = Observations.of(cut, TRUNK_PX)
    assert observed.moved_pct((7.0, 9.0), [(0.0, 3.0), (3.0, 7.0)]) == float("inf")
    assert observed.moved_pct((1.0, 3.0), [(0.0, 3.0), (3.0, 7.0)]) == 0.0
    assert len(move_notes(cut)) == 1
    assert move_notes(cut)[0].startswith(
        "The whole picture changed at 8.0 s: a cut, or the camera was moved. What comes after is looked at"
    )


def test_nothing_known_of_the_background_is_no_reason_to_abstain() -> None:
    blind = watched(kickbacks())
    assert blind.camera is not None
    blind.camera[:, TURN] = np.nan
    for track in (blind, kickbacks()):
        assert Observations.of(track, TRUNK_PX).moved_pct((1.0, 3.0), [(1.0, 3.0)]) == 0.0
        assert move_notes(track) == []


def test_moves_are_said_with_their_times_the_first_few() -> None:
    track = kickbacks(reps=6)
    shift = np.sum([moved(track, at, at + 0.5, 40.0) for at in (5.0, 10.0, 15.0, 20.0, 25.0)], axis=0)
    notes = move_notes(watched(track, shift_px=shift))
    assert len(notes) == 1
    assert notes[0].startswith("The camera moved at 5.0 to ")
    assert "and 2 more times: put the phone on something steady" in notes[0]


@pytest.mark.slow
def test_a_rep_while_the_camera_moves_is_not_compared_and_the_others_stay() -> None:
    seen = report(shaken(kickbacks(reps=4), 11.5, 13.0, 40.0), "glute-kickback")
    still = report(watched(kickbacks(reps=4)), "glute-kickback")
    assert len(seen.reps) == 4
    for before, now in zip(still.reps[:2], seen.reps[:2], strict=True):
        assert said(now) == {
            f: (s, v if v is None else pytest.approx(v, abs=0.5)) for f, (s, v) in said(before).items()
        }
    rep = said(seen.reps[2])
    assert {fault for fault in LIFTED if rep[fault][0] is Status.NOT_JUDGED} == LIFTED
    assert {fault for fault in WITHIN if rep[fault][0] is not Status.NOT_JUDGED} == WITHIN
    told = [item for item in seen.not_judged if item.reason == "the camera moved"]
    assert {item.remedy for item in told} == {"Put the phone on something steady."}
    assert any("camera moved" in note for note in seen.notes)


@pytest.mark.slow
def test_a_pushed_camera_would_else_be_a_fault_of_the_hips() -> None:
    # The control: without knowing of the camera the body seems to have drifted.
    track = shaken(kickbacks(reps=4), 12.0, 12.6, 40.0)
    blind = report(replace(track, camera=None), "glute-kickback")
    assert any(said(rep)["hip-drift"][0] in (Status.WARN, Status.FAULT) for rep in blind.reps)
    seen = report(track, "glute-kickback")
    assert not any(said(rep)["hip-drift"][0] in (Status.WARN, Status.FAULT) for rep in seen.reps)


def test_a_rep_with_a_cut_in_it_is_partial_and_a_new_set_begins() -> None:
    track = thrusts(Shot(), reps=4)
    cut = watched(track, scene=(track.time_s >= 13.0).astype(float))
    seen = report(cut, "single-leg-hip-thrust")
    assert [(rep.set, rep.partial) for rep in seen.reps] == [
        (1, False),
        (1, False),
        (1, True),
        (2, True),
        (2, False),
    ]
    assert seen.reps[2].end_s <= 13.0
    # A place of its own: what needs no other repetition is judged.
    assert said(seen.reps[4])["shin-not-vertical"][0] is Status.OK


def test_after_a_cut_to_a_mirrored_view_the_other_leg_works_live_and_for_the_record() -> None:
    one, other = kickbacks(Shot(noise_px=0.5), reps=2), kickbacks(Shot(noise_px=0.5, mirrored=True), reps=2)
    apart_s = float(one.time_s[-1]) + 1 / 30
    poses = [*one.poses(), *(replace(pose, time_s=pose.time_s + apart_s) for pose in other.poses())]
    both = Track.from_poses(poses, one.size)
    both = watched(both, scene=(both.time_s >= apart_s).astype(float))
    session = Session(both.size, Settings(exercise=catalog.exercise("glute-kickback")))
    steps = [session.push(pose) for pose in both.poses()]
    seen = session.finish().report
    assert [rep.side for rep in seen.reps] == ["left", "left", "right", "right"]
    assert [one.working_side for one in seen.sets] == ["left", "right"]
    last = steps[-1]
    assert last is not None
    assert last.rep_count == 4
    assert last.side is Side.RIGHT
    alone = report(watched(other), "glute-kickback")
    assert [said(rep) for rep in seen.reps[2:]] == [
        {
            fault: (status, v if v is None else pytest.approx(v, abs=0.2))
            for fault, (status, v) in said(rep).items()
        }
        for rep in alone.reps
    ]
