from __future__ import annotations

import cv2
import numpy as np

from formcheck.poses.pose import Floats, Image, Landmark
from formcheck.vision.masking import without_discs
from formcheck.vision.plate import Disc, PlateWatch, hidden_by

HIPS, TRUNK, RADIUS = np.array([360.0, 250.0]), 180.0, 100.0
WALL, LEG, PLATE = (170, 170, 170), (60, 60, 140), (20, 20, 20)
DISC = Disc(360.0, 250.0, RADIUS, RADIUS, 0.3, 0.9)


def landmarks(trunk: float = TRUNK) -> Floats:
    px = np.full((33, 2), 300.0)
    px[[Landmark.LEFT_HIP, Landmark.RIGHT_HIP]] = HIPS
    px[[Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]] = HIPS - [trunk, 0.0]
    return px


def scene(radius: float = RADIUS, *, halves: bool = False) -> Image:
    """Somebody across the picture, and a plate on them: of one colour, or half of it as dark as a leg."""
    image = np.full((480, 640, 3), WALL, np.uint8)
    cv2.line(image, (0, 250), (639, 250), LEG, 90)
    at = HIPS.astype(int).tolist()
    cv2.circle(image, at, int(radius), PLATE, -1, cv2.LINE_AA)
    if halves:
        for start, colour in ((0, (230, 230, 230)), (120, (90, 30, 30)), (240, PLATE)):
            cv2.ellipse(image, at, [int(radius)] * 2, 0, start, start + 120, colour, -1, cv2.LINE_AA)
    return image


def covering(image: Image, px: Floats, pictures: int = 8) -> list[Disc | None]:
    watch, found = PlateWatch(), []
    for i in range(pictures):
        watch.update(image, px, i / 15)
        found.append(watch.covering(image, px))
    return found


def test_a_plate_is_painted_over_with_what_is_around_it_and_nothing_else_changes() -> None:
    image = scene()
    shown = without_discs(image, [DISC])
    beside = np.hypot(*(np.mgrid[:640, :480].T - HIPS).transpose(2, 0, 1)) > 1.1 * RADIUS
    assert (shown[beside] == image[beside]).all()
    assert shown[~beside].max(axis=-1).min() > 90  # nothing as dark as the plate is left
    across, above = shown[250, 280:440].astype(float), shown[165, 355:365].astype(float)
    assert np.abs(across - LEG).mean() < 40.0  # the leg goes on
    assert np.abs(above - WALL).mean() < 40.0
    assert (image == scene()).all()


def test_a_plate_that_leaves_the_picture_is_painted_over_too() -> None:
    for x, y in ((0.0, 20.0), (639.0, 470.0), (-90.0, 240.0)):
        shown = without_discs(scene(), [DISC._replace(x=x, y=y)])
        assert shown.shape == (480, 640, 3)
    outside = without_discs(scene(), [DISC._replace(x=-500.0)])
    assert (outside == scene()).all()


def test_a_large_plate_of_one_colour_covers_the_person_once_it_was_clear() -> None:
    found = covering(scene(), landmarks())
    assert all(one is not None for one in found)
    last = found[-1]
    assert last is not None
    assert np.hypot(last.x - HIPS[0], last.y - HIPS[1]) < 3.0


def test_small_circles_and_those_of_several_colours_cover_nothing() -> None:
    assert covering(scene(0.33 * TRUNK), landmarks()) == [None] * 8
    assert covering(scene(halves=True), landmarks()) == [None] * 8


def test_round_hips_of_somebody_on_hands_and_knees_or_upright_are_no_plate() -> None:
    kneels = landmarks()
    kneels[Landmark.LEFT_KNEE] = HIPS + np.array([10.0, 0.6 * TRUNK])
    upright = landmarks()
    upright[[Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]] = HIPS - np.array([40.0, 175.0])
    for px in (kneels, upright):
        assert covering(scene(), px) == [None] * 8


def test_places_on_the_plate_and_its_rim_are_hidden() -> None:
    px = HIPS + np.array([[0.0, 0.0], [1.03 * RADIUS, 0.0], [0.0, -1.2 * RADIUS], [np.nan, 0.0]])
    assert hidden_by(DISC, px).tolist() == [True, True, False, False]
