"""What is put right beside a plate: the planted foot stands, and the hips turn with trunk and bar."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.plates import RADIUS_PX, TRUNK_PX, plated, put_right, seen, thrusts_from_the_side

from formcheck.measures.hidden import put_right_first
from formcheck.poses.pose import HIPS, Floats, Landmark, Side
from formcheck.poses.smoothing import smooth
from formcheck.poses.track import Track
from formcheck.reps.rep_data import SetData

FOOT = (Landmark.RIGHT_ANKLE, Landmark.RIGHT_HEEL, Landmark.RIGHT_FOOT_INDEX)


def moved(track: Track, frames: slice, by_px: tuple[float, float]) -> Track:
    """The planted foot's landmarks leave their place in some frames."""
    px = track.image_px.copy()
    px[frames, FOOT[0] : FOOT[2] + 1 : 2] += by_px
    return replace(track, image_px=px)


def off_pct(track: Track, true: Track, joint: int) -> Floats:
    off: Floats = 100.0 * np.hypot(*(track.image_px[:, joint] - true.image_px[:, joint]).T) / TRUNK_PX
    return off


@pytest.mark.parametrize("by_px", [(90.0, -60.0), (-20.0, -120.0)])
def test_a_planted_foot_stands_where_it_stood_before_it_was_lost(
    by_px: tuple[float, float],
) -> None:
    true = thrusts_from_the_side()
    lost = slice(40, 64)
    right = put_right(moved(plated(true), lost, by_px), seen(true))
    assert off_pct(right, true, Landmark.RIGHT_ANKLE).max() < 3.0
    # The shin is known by where the foot stands, but heel and toes were not seen.
    assert (right.visibility[lost, Landmark.RIGHT_ANKLE] == 1.0).all()
    assert (right.visibility[lost, Landmark.RIGHT_HEEL] == 0.0).all()
    assert (right.visibility[lost, Landmark.RIGHT_FOOT_INDEX] == 0.0).all()


def test_a_heel_that_rises_is_a_fault_and_no_lost_landmark() -> None:
    true = thrusts_from_the_side()
    tiptoe = moved(plated(true), slice(40, 64), (0.0, -0.15 * TRUNK_PX))
    right = put_right(tiptoe, seen(true))
    for joint in FOOT:
        assert right.image_px[:, joint] == pytest.approx(tiptoe.image_px[:, joint])
    assert (
        right.visibility[40:64, Landmark.RIGHT_HEEL] == tiptoe.visibility[40:64, Landmark.RIGHT_HEEL]
    ).all()


def test_a_foot_that_is_lost_in_most_frames_is_not_invented() -> None:
    true = thrusts_from_the_side()
    track = plated(true)
    far = np.arange(len(track)) % 10 < 5
    px = track.image_px.copy()
    px[far, Landmark.RIGHT_ANKLE, 0] += 0.6 * TRUNK_PX
    lost = replace(track, image_px=px)
    right = put_right(lost, seen(true))
    assert right.image_px[:, Landmark.RIGHT_ANKLE] == pytest.approx(px[:, Landmark.RIGHT_ANKLE])


@pytest.mark.parametrize("side", list(Side))
def test_a_leg_that_is_drawn_onto_the_plate_in_every_frame_is_not_seen(side: Side) -> None:
    true = thrusts_from_the_side()
    track = plated(true)
    assert track.disc_px is not None
    px = track.image_px.copy()
    px[:, Landmark.LEFT_ANKLE + side.offset] = track.disc_px[:, 0]
    right = put_right(replace(track, image_px=px), seen(true))
    assert (right.visibility[:, Landmark.LEFT_ANKLE + side.offset] == 0.0).all()


def test_landmarks_are_put_right_before_they_are_smoothed() -> None:
    true = thrusts_from_the_side()
    jumping = plated(true)
    for first in range(30, 60, 6):
        jumping = moved(jumping, slice(first, first + 3), (100.0, -80.0))
    smoothed, view = smooth(jumping), seen(true)
    late = put_right(smoothed, view)
    early = put_right_first(jumping, smoothed, view)[1]
    joint = Landmark.RIGHT_ANKLE
    assert off_pct(late, true, joint)[28:64].max() > 5.0
    assert off_pct(early, true, joint)[28:64].max() < 3.0
    data = SetData(jumping, smoothed, Side.RIGHT, view, [])
    assert data.sees("working", "ankle")[28:64].all()
    assert data.body.filmed is smoothed


def test_hips_turn_with_the_trunk_as_the_bar_does() -> None:
    true = thrusts_from_the_side()
    right = put_right(plated(true), seen(true))
    for axis in (0, 1):
        off = (right.image_px - true.image_px)[:, HIPS, axis].mean(axis=1)
        assert np.ptp(off) < 0.05 * TRUNK_PX


def test_without_a_plate_nothing_is_smoothed_anew() -> None:
    true = thrusts_from_the_side()
    smoothed = smooth(true)
    assert put_right_first(true, smoothed, seen(true)) == (true, smoothed, ())


def test_a_free_leg_that_drops_as_low_as_the_planted_foot_stays_the_free_one() -> None:
    """The planted foot is lost so often that no place of it is sure: it is drawn higher then."""
    true = thrusts_from_the_side()
    low = np.arange(len(true)) % 10 < 4
    px = plated(true).image_px.copy()
    px[low, Landmark.RIGHT_ANKLE] += [0.3 * TRUNK_PX, -0.25 * TRUNK_PX]
    px[low, Landmark.LEFT_ANKLE, 1] = px[low, Landmark.RIGHT_ANKLE, 1] + 0.2 * TRUNK_PX
    right = put_right(replace(plated(true), image_px=px), seen(true))
    assert right.image_px[low, Landmark.LEFT_ANKLE] == pytest.approx(px[low, Landmark.LEFT_ANKLE])


def test_a_held_out_foot_drawn_onto_the_planted_one_is_not_seen() -> None:
    true = thrusts_from_the_side()
    drawn, track = slice(40, 52), plated(true)
    px = track.image_px.copy()
    feet = (Landmark.LEFT_ANKLE, Landmark.LEFT_HEEL, Landmark.LEFT_FOOT_INDEX)
    for left in feet:
        px[drawn, left] = px[drawn, left + 1]
    knee, ankle = (true.image_px[:, joint] for joint in (Landmark.RIGHT_KNEE, Landmark.RIGHT_ANKLE))
    shin = np.stack([ankle, ankle + 0.5 * (knee - ankle)], axis=1)
    right = put_right(replace(track, image_px=px, shin_px=shin), seen(true))
    assert off_pct(right, true, Landmark.RIGHT_KNEE).max() < 8.0  # that of the leg that is there
    for left in feet:
        assert np.isnan(right.image_px[drawn, left]).all()
        assert (right.visibility[drawn, left] == 0.0).all()
        assert right.image_px[:40, left] == pytest.approx(true.image_px[:40, left])
        assert right.image_px[drawn, left + 1] == pytest.approx(true.image_px[drawn, left + 1])


def test_a_knee_behind_the_plate_is_where_shin_and_thigh_meet() -> None:
    true = thrusts_from_the_side()
    track = plated(true)
    assert track.disc_px is not None
    px = track.image_px.copy()
    px[:, Landmark.RIGHT_KNEE] = track.disc_px[:, 0] + [20.0, -30.0]
    right = put_right(replace(track, image_px=px), seen(true))
    assert np.median(off_pct(right, true, Landmark.RIGHT_KNEE)) < 20.0
    assert np.median(off_pct(replace(track, image_px=px), true, Landmark.RIGHT_KNEE)) > 40.0


def test_a_held_out_knee_behind_the_plate_is_not_seen() -> None:
    true = thrusts_from_the_side()
    track = plated(true)
    assert track.disc_px is not None
    px = track.image_px.copy()
    px[:, Landmark.LEFT_KNEE] = track.disc_px[:, 0]
    right = put_right(replace(track, image_px=px), seen(true))
    assert (right.visibility[:, Landmark.LEFT_KNEE] == 0.0).all()


def test_a_leg_drawn_onto_the_plate_hides_behind_the_other_one_beside_it() -> None:
    true = thrusts_from_the_side()
    legs = (Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE, Landmark.LEFT_HEEL, Landmark.LEFT_FOOT_INDEX)
    px = true.image_px.copy()
    for left in legs:
        px[:, left] = px[:, left + 1] + [6.0, -2.0]
    both = plated(replace(true, image_px=px))
    assert both.disc_px is not None
    px, drawn = both.image_px.copy(), slice(40, 60)
    for left in legs:
        px[drawn, left] = both.disc_px[drawn, 0] + [10.0, -40.0]
    right = put_right(replace(both, image_px=px), seen(true))
    assert off_pct(right, true, Landmark.RIGHT_ANKLE).max() < 5.0
    off = right.image_px[drawn, Landmark.LEFT_ANKLE] - right.image_px[drawn, Landmark.RIGHT_ANKLE]
    assert np.abs(off).max() < 0.1 * TRUNK_PX


def test_hips_behind_a_plate_are_mostly_where_hips_are_below_a_bar() -> None:
    true = thrusts_from_the_side()
    track = plated(true)
    px = track.image_px.copy()
    px[:, HIPS, 1] += 0.3 * TRUNK_PX  # as far too low as guesses are
    smoothed = smooth(replace(track, image_px=px))
    right = put_right_first(replace(track, image_px=px), smoothed, seen(true))[1]
    off = (right.image_px - true.image_px)[:, HIPS, 1].mean(axis=1)
    assert np.median(np.abs(off)) < 0.12 * TRUNK_PX


SHOULDERS = (Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER)


@pytest.mark.parametrize("lost", SHOULDERS)
def test_a_shoulder_that_is_drawn_onto_the_plate_is_beside_the_other_one(lost: Landmark) -> None:
    true = thrusts_from_the_side()
    track = plated(true)
    assert track.disc_px is not None
    px = track.image_px.copy()
    px[:60, lost] = track.disc_px[:60, 0] + (0.5 * RADIUS_PX, 0.0)
    right = put_right(replace(track, image_px=px), seen(true))
    assert off_pct(right, true, lost).max() < 5.0
    assert (right.visibility[:, lost] > 0.0).all()


def test_shoulders_that_leave_the_bench_are_put_back_and_those_that_turn_on_it_stay() -> None:
    true = thrusts_from_the_side()
    px = true.image_px.copy()
    # About the edge of the bench they go up and towards the feet as the hips sink.
    sunk = px[:, HIPS, 1].mean(axis=1) - px[:, HIPS, 1].min()
    px[:, SHOULDERS] += 0.3 * sunk[:, None, None] * np.array([1.0, -1.0])
    turning = replace(true, image_px=px)
    track = plated(turning)
    for joint in SHOULDERS:
        assert off_pct(put_right(track, seen(true)), turning, joint).max() < 1e-6
    off = track.image_px.copy()
    off[30:50, SHOULDERS] += np.array([0.3 * TRUNK_PX, 0.0])
    right = put_right(replace(track, image_px=off), seen(true))
    for joint in SHOULDERS:
        assert off_pct(right, turning, joint).max() < 10.0
