"""What a plate that is followed puts right, on tracks whose hips are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.plates import SHOT, nearer, plated, put_right, seen
from support.skeleton import Tempo, thrusts

from formcheck.measures.bar import bar_of
from formcheck.poses.pose import HIPS, Floats, Landmark, Side
from formcheck.poses.smoothing import smooth
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import Look
from formcheck.reps.rep_data import RepData, SetData
from formcheck.reps.segmentation import Phase, Rep


def hip_y(track: Track) -> Floats:
    y: Floats = track.image_px[:, HIPS, 1].mean(axis=1)
    return y


def test_hips_behind_a_plate_rise_as_the_bar_does() -> None:
    true = thrusts(SHOT, reps=2)
    hidden = plated(true)
    right = put_right(hidden, seen(true))
    rise = [float(np.ptp(hip_y(one))) for one in (true, hidden, right)]
    assert rise[1] < 0.65 * rise[0]
    assert rise[2] == pytest.approx(rise[0], rel=0.08)
    assert np.median(np.abs(hip_y(right) - hip_y(true))) < 0.03 * 180.0


@pytest.mark.parametrize("why", ["unclear", "still", "elsewhere", "prone", "seldom"])
def test_what_is_no_plate_on_the_hips_changes_nothing(why: str) -> None:
    true = thrusts(SHOT, reps=2)
    track, view = plated(true, share=0.25 if why == "unclear" else 0.8), seen(true)
    assert track.disc_px is not None
    disc = track.disc_px.copy()
    if why == "still":
        disc[:] = np.median(disc, axis=0)
    if why == "elsewhere":
        disc[..., 0] += 0.9 * 180.0
    if why == "seldom":
        disc[np.arange(len(track)) % 2 == 0] = np.nan
    track = replace(track, disc_px=disc)
    if why == "prone":
        view = replace(view, prone=True)
    assert bar_of(track, view) is None
    assert put_right(track, view) is track


def test_legs_that_changed_places_are_told_by_the_foot_on_the_floor() -> None:
    true = thrusts(SHOT, reps=2)
    track = plated(true)
    px = track.image_px.copy()
    wrong = slice(0, 40)
    for left in (Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE, Landmark.LEFT_HEEL, Landmark.LEFT_FOOT_INDEX):
        px[wrong, left : left + 2] = px[wrong, left : left + 2][:, ::-1]
    right = put_right(replace(track, image_px=px), seen(true))
    legs = slice(Landmark.LEFT_KNEE, Landmark.RIGHT_FOOT_INDEX + 1)
    assert right.image_px[:, legs] == pytest.approx(true.image_px[:, legs], abs=1e-6)


def test_legs_named_wrongly_at_the_top_are_told_by_most_of_the_set() -> None:
    """A large plate hides the planted knee at the top: the names of the legs are right at rest."""
    true = thrusts(SHOT, tempo=Tempo(rest=2.0), reps=2)
    track = plated(true)
    px = track.image_px.copy()
    hips = hip_y(true)
    wrong = hips < hips.min() + 0.05 * np.ptp(hips)
    assert 0.2 < wrong.mean() < 0.45
    legs = slice(Landmark.LEFT_KNEE, Landmark.RIGHT_FOOT_INDEX + 1)
    for left in (Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE, Landmark.LEFT_HEEL, Landmark.LEFT_FOOT_INDEX):
        px[wrong, left : left + 2] = px[wrong, left : left + 2][:, ::-1]
    right = put_right(replace(track, image_px=px), seen(true))
    assert right.image_px[:, legs] == pytest.approx(true.image_px[:, legs], abs=1e-6)


def shin_reading(track: Track, view: Look) -> tuple[float, float, str]:
    known = [Rep(*Tempo().times(i), 0.0, 26.0) for i in range(2)]
    data = SetData(track, smooth(track), Side.RIGHT, view, known)
    reading = RepData(known[0], data).read("shin_from_vertical_deg", Phase.TOP, "median", from_start=False)
    return reading.value, reading.uncertainty, reading.reason


def test_the_visible_shin_replaces_a_knee_that_was_drawn_to_the_plate() -> None:
    true = thrusts(SHOT, reps=2)
    view = seen(true)
    track = plated(true)
    px = track.image_px.copy()
    knee, ankle = px[:, Landmark.RIGHT_KNEE].copy(), px[:, Landmark.RIGHT_ANKLE]
    px[:, Landmark.RIGHT_KNEE, 0] -= view.facing * 40.0
    hidden = replace(track, image_px=px)
    along = np.stack([ankle, ankle + 0.5 * (knee - ankle)], axis=1)
    shown = replace(hidden, shin_px=along)
    truth = shin_reading(true, view)
    value, uncertainty, _ = shin_reading(shown, view)
    assert value == pytest.approx(truth[0], abs=4.0)  # the calf is allowed for
    assert uncertainty < truth[1] + 2.0
    value, _, reason = shin_reading(hidden, view)
    assert np.isnan(value)
    assert "below the plate" in reason


def test_tracks_of_older_versions_say_that_a_plate_was_there() -> None:
    true = thrusts(SHOT, reps=2)
    plain = shin_reading(true, seen(true))
    over = np.full((len(true), 3), 50.0)
    value, uncertainty, reason = shin_reading(replace(true, plate_px=over), seen(true))
    assert value == plain[0]
    assert uncertainty > plain[1] + 4.0
    assert "plate" in reason


def with_far_plate(track: Track, horizon_px: float) -> Track:
    """Show the far plate now and then, where a camera at the height of a row of the picture sees it."""
    assert track.disc_px is not None
    smaller = nearer() / (2.0 - nearer())
    far = track.disc_px + (1.0 - smaller) * (np.array([639.5, horizon_px]) - track.disc_px)
    far[np.arange(len(far)) % 9 > 0] = np.nan
    return replace(track, far_px=far)


def test_the_far_plate_shows_how_high_the_camera_looks() -> None:
    true = thrusts(SHOT, reps=2)
    bar = bar_of(with_far_plate(plated(true), 150.0), seen(true))
    assert bar is not None
    assert bar.horizon_px == pytest.approx(150.0, abs=15.0)
    assert bar.over_hips_px(true.size)[:, 1].mean() < bar.end_px[:, 1].mean()
    level = bar_of(plated(true), seen(true))
    assert level is not None
    assert np.isnan(level.horizon_px)


def test_a_far_plate_that_is_now_here_now_there_is_none() -> None:
    true = thrusts(SHOT, reps=2)
    track = with_far_plate(plated(true), 150.0)
    assert track.far_px is not None
    track.far_px[::18, 0, 1] += 120.0
    bar = bar_of(track, seen(true))
    assert bar is not None
    assert np.isnan(bar.horizon_px)


@pytest.mark.parametrize(("share", "found"), [(0.8, True), (0.4, False)])
def test_a_clear_plate_counts_where_the_landmarks_of_the_hips_are_lost(share: float, found: bool) -> None:
    true = thrusts(SHOT, reps=2)
    track = plated(true, share=share)
    px = track.image_px.copy()
    hips = slice(Landmark.LEFT_HIP, Landmark.RIGHT_HIP + 1)
    rise = px[:, hips, 1] - px[:, hips, 1].mean(axis=0)
    px[:, hips, 1] -= 2.0 * rise  # they sink as the plate rises
    assert (bar_of(replace(track, image_px=px), seen(true)) is not None) is found
