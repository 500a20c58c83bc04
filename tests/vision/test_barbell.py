from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from support.skeleton import SIZE, Shot, Tempo, level, thrusts

from formcheck.exercises.readings import BAR_GAIN, pelvis_tilt
from formcheck.measures.body import Body
from formcheck.measures.catalogue import measure
from formcheck.measures.reading import Reading
from formcheck.poses.geometry import FOCAL
from formcheck.poses.pose import Floats, Image, Landmark, Side, View
from formcheck.poses.smoothing import smooth
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import Look, look
from formcheck.reps.rep_data import RepData, SetData
from formcheck.reps.segmentation import Rep
from formcheck.vision import barbell

HANDS = np.array([[220.0, 240.0], [420.0, 240.0]])  # the subject's right hand is at the left of the picture


def landmarks(hands: Floats = HANDS) -> Floats:
    """Somebody seen from the feet, hands on a bar over the hips."""
    px = np.full((33, 2), 320.0)
    px[[Landmark.RIGHT_SHOULDER, Landmark.LEFT_SHOULDER]] = [[260.0, 150.0], [380.0, 150.0]]
    px[[Landmark.RIGHT_HIP, Landmark.LEFT_HIP]] = [[285.0, 260.0], [355.0, 260.0]]
    px[[Landmark.RIGHT_WRIST, Landmark.LEFT_WRIST]] = hands
    return px


def picture(slope_deg: float | None, *, seed: int = 3) -> Image:
    """A room with a body in it, and a bar with its pad across it."""
    image = np.full((480, 640, 3), 150, np.uint8)
    cv2.rectangle(image, (0, 330), (639, 479), (90, 90, 90), -1)
    cv2.ellipse(image, (320, 240), (70, 130), 0, 0, 360, (60, 60, 140), -1)
    if slope_deg is not None:
        way = np.array([1.0, np.tan(np.radians(slope_deg))])
        for half, thick, colour in ((300, 7, (210, 210, 215)), (70, 26, (25, 25, 25))):
            a, b = (tuple(np.rint(HANDS.mean(axis=0) + s * half * way).astype(int).tolist()) for s in (-1, 1))
            cv2.line(image, a, b, colour, thick, cv2.LINE_AA)
    noise = np.random.default_rng(seed).normal(0.0, 4.0, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def slope_deg(ends: Floats) -> float:
    return float(np.degrees(np.arctan2(*(ends[1] - ends[0])[::-1])))


def hands_on(slope_deg: float) -> Floats:
    down = 100.0 * np.tan(np.radians(slope_deg))
    return np.asarray(HANDS + np.array([[0.0, -down], [0.0, down]]))


@pytest.mark.parametrize("slope", [-25.0, -8.0, 0.0, 3.0, 15.0])
def test_a_bar_is_found_and_its_slope(slope: float) -> None:
    found = barbell.find_bar(picture(slope), landmarks(hands_on(slope)))
    assert slope_deg(found) == pytest.approx(slope, abs=0.6)
    assert found[0, 0] < 320 - 70 * 0.9 < 320 + 70 * 0.9 < found[1, 0]  # at least the whole pad


def test_the_hands_may_be_lost_by_as_much_as_landmarks_are() -> None:
    astray = HANDS + np.array([[0.0, 18.0], [0.0, -14.0]])
    assert slope_deg(barbell.find_bar(picture(6.0), landmarks(astray))) == pytest.approx(6.0, abs=0.6)


def test_the_picture_may_be_larger_and_mirrored() -> None:
    found = barbell.find_bar(picture(10.0), landmarks(hands_on(10.0)))
    large = np.asarray(cv2.resize(picture(10.0), None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8)
    twice = barbell.find_bar(large, 2 * landmarks(hands_on(10.0)))
    np.testing.assert_allclose(twice, 2 * found, atol=9.0)
    other_way = landmarks(hands_on(10.0))
    other_way[:, 0] = 639 - other_way[:, 0]
    mirrored = barbell.find_bar(np.ascontiguousarray(picture(10.0)[:, ::-1]), other_way)
    assert slope_deg(mirrored) == pytest.approx(-10.0, abs=0.6)


@pytest.mark.parametrize(
    "hands",
    [
        HANDS + np.array([0.0, 90.0]),  # far below it: on the floor
        [[310.0, 240.0], [330.0, 240.0]],  # together
        np.full((2, 2), np.nan),
    ],
)
def test_no_bar_is_held_by_such_hands(hands: Floats) -> None:
    assert np.isnan(barbell.find_bar(picture(4.0), landmarks(np.asarray(hands)))).all()


def test_a_body_in_a_room_is_no_bar() -> None:
    assert np.isnan(barbell.find_bar(picture(None), landmarks())).all()


def filmed(height_m: float, roll_deg: float, yaw_deg: float, near: Side) -> float:
    """Project a bar by a pinhole camera a metre above the floor; return what the measure makes of it."""
    away = np.radians(90.0 - yaw_deg) * (1 if near is Side.RIGHT else -1)  # its left end away from the camera
    rolled = np.radians(roll_deg)
    way = np.array([np.cos(rolled) * np.cos(away), np.sin(rolled), np.cos(rolled) * np.sin(away)])
    ends = np.array([0.0, 1.0 - height_m, 3.0]) + np.array([[-0.6], [0.6]]) * way
    px = ends[:, :2] / ends[:, 2:] * FOCAL * max(SIZE) + (np.array(SIZE) - 1) / 2
    track = Track(np.zeros(1), landmarks()[None], np.ones((1, 33)), SIZE, bar_px=px[None])
    seen = Look(View.OBLIQUE_FOOT, yaw_deg, 3.0, near, 1.0, 200.0, prone=False)
    return float(measure("bar_roll_deg").of(Body(track, Side.RIGHT, seen))[0])


@pytest.mark.parametrize("near", list(Side))
@pytest.mark.parametrize("yaw_deg", [40.0, 60.0, 88.0])
@pytest.mark.parametrize("roll_deg", [-12.0, 0.0, 9.0])
def test_a_bar_rolls_by_what_it_does_wherever_the_camera_stands(
    near: Side, yaw_deg: float, roll_deg: float
) -> None:
    for height_m in (0.3, 0.6, 1.2):
        assert filmed(height_m, roll_deg, yaw_deg, near) == pytest.approx(roll_deg, abs=0.8)


def readings(
    bar_tilt_deg: float, *, rises: bool = True, yaw_deg: float = 85.0, arm_on_it: bool = False
) -> list[Reading]:
    """Three thrusts; in the second the bar tilts, in all it lies on the hips (or stays where it was)."""
    track = thrusts(Shot(yaw_deg=yaw_deg), reps=3)
    hips, shoulders = track.image_px[:, 23:25].mean(axis=1), track.image_px[:, 11:13].mean(axis=1)
    at = hips if rises else np.broadcast_to(hips[:1], hips.shape)
    up = level(track.time_s, Tempo(), 3, (0.0, 1.0, 0.0))
    left = np.sign(track.image_px[:, 11, 0] - track.image_px[:, 12, 0])  # where the left side is
    rise = np.tan(np.radians(bar_tilt_deg * up)) * 150.0 * left
    half = np.stack([np.full(len(track), 150.0), rise], axis=1)  # the right side works: its end goes up
    held = np.stack([at - half, at + half], axis=1) + (shoulders - shoulders[:1])[:, None]
    known = [Rep(*Tempo().times(i), 0.0, 26.0) for i in range(3)]
    px = track.image_px.copy()
    if arm_on_it:  # elbow and wrist of the right arm, and the left wrist beside that
        for joint, share in ((14, 0.1), (16, 0.6), (15, 0.8)):
            px[:, joint] = held[:, 0] + share * (held[:, 1] - held[:, 0])
    track = replace(track, bar_px=held, image_px=px)
    data = SetData(track, smooth(track), Side.RIGHT, look(track, "supine"), known)
    return [pelvis_tilt(RepData(rep, data)) for rep in known]


@pytest.mark.parametrize("tilt", [-9.0, 9.0])
def test_the_pelvis_tilts_with_the_bar_in_its_repetition(tilt: float) -> None:
    first, second, third = readings(tilt)
    assert second.value - first.value == pytest.approx(BAR_GAIN * tilt, abs=1.0)
    assert second.uncertainty > first.uncertainty
    # These pictures have no perspective: what is taken out for it is left over, within twice the uncertainty.
    for level_one in (first, third):
        assert abs(level_one.value) < 2 * level_one.uncertainty
    assert second.reason == "by the bar"


def test_a_line_that_stays_while_the_hips_rise_is_the_benchs_edge() -> None:
    assert all(reading.reason != "by the bar" for reading in readings(9.0, rises=False))


def test_obliquely_only_a_bar_tells() -> None:
    assert readings(9.0, yaw_deg=45.0)[1].reason == "by the bar"
    lost = readings(9.0, rises=False, yaw_deg=45.0)[1]
    assert np.isnan(lost.value)
    assert "no bar" in lost.reason


def test_a_forearm_that_lies_on_the_belly_is_no_bar() -> None:
    assert readings(9.0, yaw_deg=45.0)[1].reason == "by the bar"
    seen = readings(9.0, yaw_deg=45.0, arm_on_it=True)
    assert all(np.isnan(reading.value) and "no bar" in reading.reason for reading in seen)
