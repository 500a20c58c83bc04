"""The bar seen obliquely, by the far plate that it leads to."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from formcheck.poses.pose import Floats, Image, Landmark
from formcheck.vision.barbell import find_bar
from formcheck.vision.plated_bar import PlatedBarWatch

MIDDLE = np.array([300.0, 250.0])
FAR = 190.0  # pixels from the middle of the bar to the far plate, to the right


def landmarks(up_px: float = 0.0) -> Floats:
    """Somebody whose feet are to the right, both hands on the bar."""
    px = np.full((33, 2), 320.0)
    px[[Landmark.RIGHT_SHOULDER, Landmark.LEFT_SHOULDER]] = [[190.0, 200.0], [250.0, 180.0]]
    px[[Landmark.RIGHT_HIP, Landmark.LEFT_HIP]] = [[280.0, 290.0], [330.0, 280.0]]
    px[[Landmark.RIGHT_WRIST, Landmark.LEFT_WRIST]] = [[245.0, 252.0], [355.0, 248.0]]
    px[:, 1] -= up_px
    return px


def place(along_px: float, slope_deg: float, up_px: float = 0.0) -> Floats:
    slope = np.array([1.0, np.tan(np.radians(slope_deg))])
    found: Floats = MIDDLE + along_px * slope - np.array([0.0, up_px])
    return found


def picture(slope_deg: float, *, plate: bool = True, up_px: float = 0.0) -> Image:
    """A bar of which little more than the part at the far plate is seen, and thighs across it."""
    image = np.full((480, 640, 3), 160, np.uint8)
    cv2.rectangle(image, (0, 360), (639, 479), (95, 95, 95), -1)
    a, b = (tuple(np.rint(place(at, slope_deg, up_px)).astype(int).tolist()) for at in (40.0, FAR))
    if plate:
        cv2.ellipse(image, b, (56, 62), 0, 0, 360, (30, 60, 150), -1, cv2.LINE_AA)
    cv2.line(image, a, b, (215, 215, 220), 7, cv2.LINE_AA)
    thigh = np.array([[215, 330], [250, 262], [330, 240], [350, 300]]) - [0, int(up_px)]
    cv2.fillPoly(image, [thigh], (60, 40, 70), cv2.LINE_AA)
    noise = np.random.default_rng(5).normal(0.0, 3.0, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def slope_of(ends: Floats) -> float:
    return float(np.degrees(np.arctan2(*(ends[1] - ends[0])[::-1])))


@pytest.mark.parametrize("slope_deg", [-3.0, 0.0, 6.0])
def test_a_bar_that_is_mostly_hidden_is_found_by_its_far_plate(slope_deg: float) -> None:
    image = picture(slope_deg)
    assert np.isnan(find_bar(image, landmarks())).all()
    found = PlatedBarWatch().update(image, landmarks(), 0.0)
    assert slope_of(found) == pytest.approx(slope_deg, abs=2.5)
    assert found[1] == pytest.approx(place(FAR, slope_deg), abs=9.0)


def test_without_a_plate_little_of_a_bar_is_none() -> None:
    assert np.isnan(PlatedBarWatch().update(picture(6.0, plate=False), landmarks(), 0.0)).all()


def test_the_plate_is_followed_as_it_rises() -> None:
    watch = PlatedBarWatch()
    for number in range(8):
        up_px = 6.0 * number
        found = watch.update(picture(4.0, up_px=up_px), landmarks(up_px), number / 15)
        assert found[1] == pytest.approx(place(FAR, 4.0, up_px), abs=9.0)


def test_hands_close_to_each_other_hold_no_bar_across() -> None:
    px = landmarks()
    px[[Landmark.RIGHT_WRIST, Landmark.LEFT_WRIST]] = [[300.0, 252.0], [310.0, 248.0]]
    assert np.isnan(PlatedBarWatch().update(picture(6.0), px, 0.0)).all()
