"""The plate on the far end of the bar."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from formcheck.poses.pose import Image
from formcheck.vision.far_plate import FarPlateWatch, find_far_plate
from formcheck.vision.plate import Disc

NEAR, RADIUS = np.array([320.0, 260.0]), 70.0
RED, BLUE = (150, 30, 30), (30, 40, 150)


def picture(far: tuple[float, float, float] | None, colour: tuple[int, int, int] = RED) -> Image:
    """A near plate before a wall, and a far one: place and radius, in radii of the near one."""
    image = np.full((480, 640, 3), 175, np.uint8)
    cv2.rectangle(image, (0, 330), (639, 479), (120, 120, 115), -1)
    circles = [(0.0, 0.0, 1.0, RED)]
    if far is not None:
        circles.insert(0, (*far, colour))
    for x, y, radius, shade in circles:
        at = np.rint(16 * (NEAR + RADIUS * np.array([x, y]))).astype(int)
        cv2.circle(image, at.tolist(), round(16 * radius * RADIUS), shade, -1, cv2.LINE_AA, 4)
    noise = np.random.default_rng(3).normal(0.0, 3.0, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


DISC = np.array([*NEAR, RADIUS, RADIUS, 0.3, 0.6])


@pytest.mark.parametrize(("x", "y", "radius"), [(0.1, -0.7, 0.52), (-0.2, -0.9, 0.6), (0.0, -0.8, 0.56)])
def test_it_is_found_beside_the_near_one(x: float, y: float, radius: float) -> None:
    found = find_far_plate(picture((x, y, radius)), DISC)
    assert found is not None
    assert found[0] == pytest.approx(radius, abs=0.06)
    assert np.hypot(*(found[1:] - (x, y))) < 0.12


def test_a_hidden_one_and_another_round_thing_are_none() -> None:
    assert find_far_plate(picture(None), DISC) is None
    assert find_far_plate(picture((0.0, -0.2, 0.5)), DISC) is None
    assert find_far_plate(picture((0.1, -0.7, 0.52), BLUE), DISC) is None


def test_it_is_looked_for_now_and_then_and_only_behind_a_plate() -> None:
    watch, image = FarPlateWatch(), picture((0.1, -0.7, 0.52))
    assert np.isnan(watch.update(image, np.full(6, np.nan), 0.0)).all()
    found = [np.isfinite(watch.update(image, DISC, time_s)).all() for time_s in (0.1, 0.2, 0.3, 0.6)]
    assert found == [True, False, False, True]


def test_between_looks_it_moves_with_the_near_one_but_less_and_is_forgotten_later() -> None:
    watch, near = FarPlateWatch(), Disc(*DISC.tolist())
    assert watch.beside(near, 0.0) is None
    (centre,) = watch.update(picture((0.1, -0.7, 0.52)), DISC, 0.1)
    then = watch.beside(near, 0.1)
    assert then is not None
    assert (then.x, then.y) == pytest.approx(centre)
    lifted = watch.beside(near._replace(y=near.y - 50.0), 0.3)
    assert lifted is not None
    assert then.y - lifted.y == pytest.approx(50.0 * lifted.half_height / RADIUS)
    assert watch.beside(near, 9.0) is None
