from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from support.skeleton import Tempo, thrusts

from formcheck.poses.pose import Floats, Image, Landmark, Side
from formcheck.poses.smoothing import smooth
from formcheck.poses.viewpoint import look
from formcheck.reps.rep_data import RepData, SetData
from formcheck.reps.segmentation import Phase, Rep
from formcheck.vision import barbell

HIPS, TRUNK = np.array([360.0, 250.0]), 180.0


def landmarks() -> Floats:
    px = np.full((33, 2), 300.0)
    px[[Landmark.LEFT_HIP, Landmark.RIGHT_HIP]] = HIPS
    px[[Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]] = HIPS - [TRUNK, 0.0]
    return px


def picture(centre: Floats | None, radius: float) -> Image:
    """A body lying in a room, and a plate."""
    image = np.full((480, 640, 3), 170, np.uint8)
    cv2.rectangle(image, (0, 330), (639, 479), (110, 110, 110), -1)
    cv2.ellipse(image, (290, 262), (170, 45), 0, 0, 360, (60, 60, 140), -1)
    cv2.line(image, (370, 255), (500, 230), (70, 50, 40), 60)
    if centre is not None:
        at = int(centre[0]), int(centre[1])
        cv2.circle(image, at, round(radius), (25, 25, 25), -1, cv2.LINE_AA)
        cv2.circle(image, at, 9, (190, 190, 190), -1, cv2.LINE_AA)
    noise = np.random.default_rng(4).normal(0.0, 4.0, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("radius", [0.35, 0.45, 0.58])
@pytest.mark.parametrize("off", [(0.0, 0.0), (20.0, -35.0)])
def test_a_plate_over_the_hips_is_found(radius: float, off: tuple[float, float]) -> None:
    centre = HIPS + np.array(off)
    found = barbell.find_plate(picture(centre, radius * TRUNK), landmarks())
    assert found[:2] == pytest.approx(centre, abs=8.0)
    assert found[2] == pytest.approx(radius * TRUNK, rel=0.1)


@pytest.mark.parametrize(
    ("centre", "radius"), [(None, 0.0), (HIPS + np.array([150.0, 0.0]), 0.45 * TRUNK), (HIPS, 0.12 * TRUNK)]
)
def test_a_body_without_one_over_its_hips(centre: Floats | None, radius: float) -> None:
    assert np.isnan(barbell.find_plate(picture(centre, radius), landmarks())).all()


def test_nobody_has_no_plate() -> None:
    assert np.isnan(barbell.find_plate(picture(HIPS, 80.0), np.full((33, 2), np.nan))).all()


def test_a_shin_is_less_sure_where_a_plate_draws_the_knee_to_it() -> None:
    track = thrusts(reps=2)
    known = [Rep(*Tempo().times(i), 0.0, 26.0) for i in range(2)]
    readings = []
    for share in (0.0, 0.3, 0.8):
        over = np.full((len(track), 3), np.nan)
        over[np.arange(len(track)) % 10 < 10 * share] = 50.0
        with_plate = replace(track, plate_px=over)
        data = SetData(with_plate, smooth(with_plate), Side.RIGHT, look(track, prone=False), known)
        readings.append(
            RepData(known[0], data).read("shin_from_vertical_deg", Phase.TOP, "median", from_start=False)
        )
    none, some, most = readings
    assert some == none
    assert most.value == none.value
    assert most.uncertainty > none.uncertainty + 4.0
    assert "plate" in most.reason
