"""What both plates show of the camera and of the hips, obliquely."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.both_plates import RADIUS_M, TRUNK_M, TRUNK_PX, between_plates
from support.skeleton import Shot, Tempo, level, thrusts

from formcheck.exercises.readings import pelvis_tilt
from formcheck.measures.hidden import put_right_first
from formcheck.poses.both_plates import (
    height_in_radii,
    often_between_plates,
    over_hips_px,
    with_lost_hips,
    yaw_by_plates_deg,
)
from formcheck.poses.pose import HIPS, SHOULDERS, Side, View
from formcheck.poses.smoothing import smooth
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import look
from formcheck.reps.rep_data import RepData, SetData
from formcheck.reps.segmentation import Phase, Rep


def thrusting(yaw_deg: float = 40.0) -> Track:
    return thrusts(Shot(yaw_deg=yaw_deg, world=True), reps=2)


@pytest.mark.parametrize("way", [1.0, -1.0])
@pytest.mark.parametrize("yaw_deg", [28.0, 40.0, 55.0])
def test_how_far_apart_they_are_tells_how_far_off_the_side_the_camera_stands(
    yaw_deg: float, way: float
) -> None:
    track = between_plates(thrusting(), yaw_deg, way=way)
    assert yaw_by_plates_deg(track) == pytest.approx(way * yaw_deg, abs=2.0)


@pytest.mark.parametrize("why", ["seldom", "still", "by hands"])
def test_what_is_no_bar_with_plates_tells_nothing(why: str) -> None:
    track = between_plates(thrusting(), 40.0)
    bar, far = track.bar_px, track.far_px
    assert bar is not None
    assert far is not None
    assert often_between_plates(track)
    if why == "seldom":
        far = np.where(np.arange(len(track))[:, None, None] % 8, np.nan, far)
    if why == "still":
        bar, far = np.broadcast_to(bar[:1], bar.shape), np.broadcast_to(far[:1], far.shape)
    if why == "by hands":
        far = far + 3.0
    track = replace(track, bar_px=bar, far_px=far)
    assert not often_between_plates(track)
    assert np.isnan(yaw_by_plates_deg(track))


@pytest.mark.parametrize("way", [1.0, -1.0])
def test_the_view_is_told_by_the_plates_where_the_shoulders_are_drawn_together(way: float) -> None:
    track = thrusting(40.0)
    assert track.world_m is not None
    px, world = track.image_px.copy(), track.world_m.copy()
    for both in (px, world):
        both[:, SHOULDERS] = both[:, SHOULDERS].mean(axis=1, keepdims=True)
        both[:, HIPS] = both[:, HIPS].mean(axis=1, keepdims=True)
    track = replace(track, image_px=px, world_m=world)
    facing = look(track, "supine").facing
    seen = look(between_plates(track, 40.0, way=way * facing), "supine")
    assert seen.view is (View.OBLIQUE_FOOT if way > 0 else View.OBLIQUE_HEAD)
    assert seen.yaw_deg == pytest.approx(40.0, abs=2.0)


def test_the_middle_of_the_bar_is_over_the_hips() -> None:
    track = thrusting()
    over = over_hips_px(between_plates(track, 40.0), 40.0)
    hips = track.image_px[:, HIPS].mean(axis=1)
    assert np.abs(over - hips + [0.0, 0.2 * TRUNK_PX]).max() < 0.03 * TRUNK_PX


def a_set(track: Track) -> SetData:
    reps = [Rep(*Tempo().times(i), 0.0, 26.0) for i in range(2)]
    return SetData(track, smooth(track), Side.RIGHT, look(track, "supine"), reps)


def test_hips_that_are_lost_rise_with_the_bar() -> None:
    true = between_plates(thrusting(), 40.0)
    lost = true.image_px.copy()
    lost[(true.time_s > 3.0) & (true.time_s < 3.6)] += [40.0, 50.0]
    right = a_set(replace(true, image_px=lost)).body.track
    off = np.abs(right.image_px[:, HIPS] - true.image_px[:, HIPS]).max(axis=(1, 2))
    assert np.percentile(off, 98) < 0.08 * TRUNK_PX


def test_the_bar_between_plates_tilts_the_pelvis_though_hands_and_hips_are_lost() -> None:
    track = thrusting()
    up = level(track.time_s, Tempo(), 2, (0.0, 1.0))
    tilted = between_plates(track, 40.0, 9.0 * up)
    px = tilted.image_px.copy()
    px[:, [15, 16]] = np.nan
    px[:, HIPS, 1] = px[:, HIPS, 1].min()
    data = a_set(replace(tilted, image_px=px))
    first, second = (pelvis_tilt(RepData(rep, data)) for rep in data.reps)
    assert abs(second.value - first.value) == pytest.approx(1.7 * 9.0, abs=1.5)
    assert abs(first.value) < first.uncertainty
    assert second.reason == "by the bar"


def test_lines_near_the_hands_count_for_nothing_beside_the_plates() -> None:
    track = between_plates(thrusting(), 40.0)
    assert track.bar_px is not None
    assert track.far_px is not None
    rows = np.arange(len(track)) % 3 == 0
    bar = np.where(rows[:, None, None], track.bar_px + np.array([[0.0, 0.0], [0.0, 60.0]]), track.bar_px)
    far = np.where(rows[:, None, None], np.nan, track.far_px)
    data = a_set(replace(track, bar_px=bar, far_px=far))
    rolls = data.values("bar_roll_deg")
    assert np.isnan(rolls[rows]).all()
    top = data.frames(*data.reps[0].window(Phase.TOP))
    assert np.isfinite(rolls[top]).any()


def test_somebody_whom_the_model_lost_for_a_moment_is_under_the_bar() -> None:
    true = between_plates(thrusting(), 40.0)
    gone = (true.time_s > 3.0) & (true.time_s < 3.8)
    px = np.where(gone[:, None, None], np.nan, true.image_px)
    found = with_lost_hips(replace(true, image_px=px))
    assert np.abs(found.image_px[:, HIPS] - true.image_px[:, HIPS]).max() < 0.05 * TRUNK_PX
    assert (found.visibility[gone][:, HIPS] == 1.0).all()
    assert (found.visibility[gone][:, SHOULDERS] == 0.0).all()
    assert (found.image_px[~gone] == true.image_px[~gone]).all()


@pytest.mark.parametrize("why", ["no plates", "for long", "at the end"])
def test_somebody_of_whom_nothing_is_known_stays_lost(why: str) -> None:
    true = between_plates(thrusting(), 40.0)
    from_s, to_s = {"no plates": (3.0, 3.8), "for long": (3.0, 5.0), "at the end": (6.0, 99.0)}[why]
    gone = (true.time_s > from_s) & (true.time_s < to_s)
    track = replace(true, image_px=np.where(gone[:, None, None], np.nan, true.image_px))
    if why == "no plates":
        track = replace(track, far_px=None)
    assert not with_lost_hips(track).found[gone].any()


def test_plates_beside_somebody_whose_hips_are_never_seen_change_nothing() -> None:
    track = between_plates(thrusting(), 40.0)
    px = track.image_px.copy()
    px[:, HIPS] = np.nan
    blind = replace(track, image_px=px)
    assert put_right_first(blind, blind, look(track, "supine"))[:2] == (blind, blind)


@pytest.mark.parametrize("roll_deg", [0.0, 12.0, -12.0])
def test_the_middle_of_a_bar_rises_as_far_whether_it_tilts_or_not(roll_deg: float) -> None:
    track = thrusting()
    hips_y = track.image_px[:, HIPS, 1].mean(axis=1)
    share = (hips_y.max() - hips_y) / np.ptp(hips_y)
    seen = between_plates(track, 40.0, roll_deg * share)
    height_m = height_in_radii(seen, 40.0) * RADIUS_M
    assert np.ptp(height_m) == pytest.approx(np.ptp(hips_y) * TRUNK_M / TRUNK_PX, rel=0.05)
    assert np.isnan(height_in_radii(track, 40.0)).all()
