"""Both plates of a bar that is seen obliquely."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from formcheck.poses.geometry import FOCAL
from formcheck.poses.pose import Floats, Image, Landmark
from formcheck.vision.plate import PlateWatch
from formcheck.vision.plate_pair import Pair, PlatePairWatch, find_pair
from formcheck.vision.plates import Plates

SIZE = 480, 270
RADIUS_M, HALF_M, THICK_M, AWAY_M = 0.225, 0.655, 0.07, 2.6
BLUE, GREY = (35, 70, 150), (90, 95, 92)


def projected(places: Floats) -> Floats:
    """Pixels of (..., 3) places in metres: right, down and away."""
    focal_px, middle = FOCAL * max(SIZE), (np.array(SIZE) - 1) / 2
    px: Floats = middle + focal_px * places[..., :2] / places[..., 2:]
    return px


def along(yaw_deg: float, roll_deg: float) -> Floats:
    """Direction of the bar from the near end to the far one, which is to the right."""
    yaw, roll = np.radians([yaw_deg, roll_deg])
    way: Floats = np.array([np.sin(yaw) * np.cos(roll), -np.sin(roll), np.cos(yaw) * np.cos(roll)])
    return way


def face(at: Floats, bar: Floats, radius_m: float = RADIUS_M) -> Floats:
    """(64, 3) rim of a disc across the bar."""
    one = np.cross(bar, [0.0, 1.0, 0.0])
    one /= np.linalg.norm(one)
    other = np.cross(bar, one)
    turn = np.linspace(0.0, 2 * np.pi, 64, endpoint=False)[:, None]
    rim: Floats = at + radius_m * (np.cos(turn) * one + np.sin(turn) * other)
    return rim


def filled(image: Image, places: Floats, colour: tuple[int, int, int]) -> None:
    px = np.rint(16 * projected(places)).astype(np.int32)
    cv2.fillConvexPoly(image, cv2.convexHull(px), colour, cv2.LINE_AA, 4)


def ends_px(yaw_deg: float, roll_deg: float, up_m: float = 0.0) -> Floats:
    """(2, 2) centres of the near plate's outer face and of the far one's inner face."""
    middle, bar = np.array([0.0, -up_m, AWAY_M]), along(yaw_deg, roll_deg)
    return projected(np.array([middle - (HALF_M + THICK_M) * bar, middle + HALF_M * bar]))


def picture(
    yaw_deg: float = 40.0,
    roll_deg: float = 0.0,
    up_m: float = 0.0,
    *,
    colours: tuple[tuple[int, int, int], tuple[int, int, int]] = (BLUE, BLUE),
    far: bool = True,
) -> Image:
    """Somebody on a bench with a bar: thighs across it, and a leg over part of the far plate."""
    image = np.full((SIZE[1], SIZE[0], 3), 175, np.uint8)
    cv2.rectangle(image, (0, 170), SIZE, (120, 115, 110), -1)
    cv2.rectangle(image, (70, 140), (250, 160), (40, 40, 44), -1)
    middle, bar = np.array([0.0, -up_m, AWAY_M]), along(yaw_deg, roll_deg)
    if far:
        filled(image, face(middle + HALF_M * bar, bar), colours[1])
    for half in (1.0, -1.0):  # the bar, and the pad on its middle
        a, b = (np.rint(projected(middle + half * end * bar)).astype(int).tolist() for end in (0.0, HALF_M))
        cv2.line(image, a, b, (205, 205, 210), 5, cv2.LINE_AA)
    y = int(135 - 150 * up_m)
    thigh = np.array([[180, y + 10], [260, y - 22], [300, y - 8], [270, y + 40], [200, y + 40]])
    cv2.fillPoly(image, [thigh], (70, 45, 60), cv2.LINE_AA)
    cv2.line(image, (285, y + 8), (370, y + 26), (190, 150, 130), 14, cv2.LINE_AA)
    back, (red, green, blue) = middle - HALF_M * bar, colours[0]
    side = np.concatenate([face(back, bar), face(back - THICK_M * bar, bar)])
    filled(image, side, (3 * red // 4, 3 * green // 4, 3 * blue // 4))
    filled(image, face(back - THICK_M * bar, bar), colours[0])
    a, b = (np.rint(projected(back - end * bar)).astype(int).tolist() for end in (THICK_M, 0.25))
    cv2.line(image, a, b, (190, 190, 195), 5, cv2.LINE_AA)
    noise = np.random.default_rng(5).normal(0.0, 2.0, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def landmarks(up_m: float = 0.0) -> Floats:
    """Somebody whose feet are to the right; the landmarks of the hips are off as they are beside plates."""
    px = np.full((33, 2), [225.0, 130.0])
    px[[Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]] = [[165.0, 118.0], [182.0, 112.0]]
    px[[Landmark.LEFT_HIP, Landmark.RIGHT_HIP]] = np.array([[215.0, 150.0], [230.0, 142.0]]) - [0, 150 * up_m]
    px[[Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE]] = [[275.0, 125.0], [290.0, 125.0]]
    px[[Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE]] = [[280.0, 210.0], [375.0, 165.0]]
    px[[Landmark.LEFT_WRIST, Landmark.RIGHT_WRIST]] = [[120.0, 60.0], [130.0, 200.0]]  # lost
    return px


def slope_deg(ends: Floats) -> float:
    return float(np.degrees(np.arctan2(*(ends[1] - ends[0])[::-1])))


def found(image: Image) -> Pair | None:
    return find_pair(image, landmarks(), 80.0)


@pytest.mark.parametrize(("yaw_deg", "roll_deg"), [(30.0, 0.0), (40.0, 0.0), (40.0, 12.0), (52.0, -10.0)])
def test_both_plates_are_found_and_the_line_between_them_is_the_bar(yaw_deg: float, roll_deg: float) -> None:
    pair, true = found(picture(yaw_deg, roll_deg)), ends_px(yaw_deg, roll_deg)
    assert pair is not None
    assert slope_deg(pair.ends_px) == pytest.approx(slope_deg(true), abs=2.0)
    assert np.hypot(*(np.array(pair.far[:2]) - true[1])) < 4.0
    assert np.hypot(*(np.array(pair.near[:2]) - true[0])) < 9.0  # one of its rims
    assert pair.near.half_height > 1.2 * pair.far.half_height


def test_a_mirrored_picture_shows_the_mirrored_pair() -> None:
    image = np.ascontiguousarray(picture()[:, ::-1])
    px = landmarks()
    px[:, 0] = SIZE[0] - 1 - px[:, 0]
    pair = find_pair(image, px, 80.0)
    assert pair is not None
    assert pair.near.x > pair.far.x


def test_one_plate_and_two_of_different_colours_are_no_pair() -> None:
    assert found(picture(far=False)) is None
    assert found(picture(colours=(BLUE, (150, 40, 30)))) is None


def test_somebody_upright_has_none() -> None:
    px = landmarks()
    px[[Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]] = [[215.0, 40.0], [230.0, 40.0]]
    assert find_pair(picture(), px, 80.0) is None


def test_the_roll_is_followed_up_and_down() -> None:
    watch, seen, rolls = PlatePairWatch(), [], []
    for number in range(24):
        up = 0.5 - 0.5 * np.cos(2 * np.pi * number / 24)
        pair = watch.update(picture(40.0, 12.0 * up, 0.2 * up), landmarks(0.2 * up), number / 15)
        if pair is not None:
            seen.append(slope_deg(pair.ends_px) - slope_deg(ends_px(40.0, 12.0 * up, 0.2 * up)))
            rolls.append(12.0 * up)
    assert len(seen) >= 16
    assert np.ptp(rolls) > 11.0
    assert np.ptp(seen) < 2.5


def test_what_is_followed_is_given_as_the_bar_and_no_other_line_while_it_is_lost() -> None:
    plates, image = Plates(), picture()
    for number in range(6):
        plates.update(image, landmarks(), number / 15)
    assert plates.pair is not None
    assert plates.bar_px(image, landmarks()) == pytest.approx(plates.pair.ends_px)
    assert plates.far_px[0] == pytest.approx(plates.pair.far[:2])
    plates.update(np.full_like(image, 175), landmarks(), 0.5)
    assert plates.pair is None
    assert np.isnan(plates.bar_px(image, landmarks())).all()


@pytest.mark.parametrize(("width_px", "pairs"), [(60.0, False), (40.0, True)])
def test_beside_a_plate_that_is_clearly_round_no_pair_is_looked_for(
    monkeypatch: pytest.MonkeyPatch, width_px: float, pairs: bool
) -> None:
    disc = np.array([150.0, 130.0, width_px, 60.0, 0.3, 0.8])
    monkeypatch.setattr(PlateWatch, "update", lambda *_: disc)
    plates, image = Plates(), picture()
    for number in range(6):
        plates.update(image, landmarks(), number / 15)
    assert (plates.pair is not None) is pairs
