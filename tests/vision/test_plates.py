"""Plates that hide the person, and pictures without them."""

from __future__ import annotations

import cv2
import numpy as np

from formcheck.poses.pose import HIPS, SHOULDERS, Floats, Image
from formcheck.vision.plates import Plates

NOBODY = np.full((33, 2), np.nan)
AT, RADIUS, TRUNK = np.array([320.0, 240.0]), 100.0, 180.0


def somebody(hips: Floats) -> Floats:
    px = np.full((33, 2), 300.0)
    px[HIPS], px[SHOULDERS] = hips, hips - [TRUNK, 0.0]
    return px


def picture(*, far: bool = False) -> Image:
    image = np.full((480, 640, 3), 170, np.uint8)
    cv2.line(image, (0, 250), (639, 250), (60, 60, 140), 90)
    if far:
        cv2.circle(image, (330, 160), 56, (30, 30, 30), -1, cv2.LINE_AA)
    cv2.circle(image, AT.astype(int).tolist(), int(RADIUS), (20, 20, 20), -1, cv2.LINE_AA)
    noise = np.random.default_rng(5).normal(0.0, 2.0, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def looked(plates: Plates, image: Image, px: Floats, pictures: int = 6, from_s: float = 0.0) -> None:
    for i in range(pictures):
        plates.update(image, px, from_s + i / 15)


def test_both_plates_are_removed_and_the_outline_behind_them_is_forgotten() -> None:
    plates, image = Plates(), picture(far=True)
    looked(plates, image, somebody(AT))
    assert len(plates.covering) == 2
    shown = plates.removed(image)
    for x, y in ((320, 240), (360, 300), (330, 112)):
        assert image[y, x].max() < 60
        assert shown[y, x].max() > 90
    px = np.array([AT, [330.0, 110.0], [20.0, 240.0]])
    assert np.isfinite(plates.forget_hidden(px)[:, 0]).tolist() == [False, False, True]


def test_without_a_plate_nothing_changes() -> None:
    image = np.full((480, 640, 3), 170, np.uint8)
    plates = Plates()
    looked(plates, image, somebody(AT))
    assert plates.removed(image) is image
    assert (plates.forget_hidden(np.array([AT])) == AT).all()


def test_a_plate_that_hides_everybody_is_found_in_the_middle_of_the_picture() -> None:
    plates, image = Plates(), picture()
    looked(plates, image, NOBODY)
    assert plates.covering
    looked(plates, image, somebody(AT + np.array([20.0, 10.0])), 3, 1.0)
    assert plates.covering  # somebody was behind it


def test_what_is_far_from_the_person_found_then_was_none() -> None:
    plates, image = Plates(), picture()
    looked(plates, image, NOBODY)
    plates.update(image, somebody(AT + np.array([300.0, 150.0])), 1.0)
    assert not plates.covering
    assert np.isnan(plates.disc).all()
