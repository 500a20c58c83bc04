from __future__ import annotations

import cv2
import numpy as np
import pytest

from formcheck.poses.pose import Floats, Image, Landmark
from formcheck.vision.plate import PlateWatch
from formcheck.vision.shin import shin_below

HIPS, TRUNK = np.array([360.0, 250.0]), 180.0
BLACK, RED, GREY = (25, 25, 25), (150, 30, 30), (120, 120, 125)


def landmarks() -> Floats:
    px = np.full((33, 2), 300.0)
    px[[Landmark.LEFT_HIP, Landmark.RIGHT_HIP]] = HIPS
    px[[Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]] = HIPS - [TRUNK, 0.0]
    return px


def picture(centre: Floats | None, half: tuple[float, float], colour: tuple[int, int, int] = BLACK) -> Image:
    """A body lying in a room, and a plate."""
    image = np.full((480, 640, 3), 170, np.uint8)
    cv2.rectangle(image, (0, 330), (639, 479), (110, 110, 110), -1)
    cv2.ellipse(image, (290, 262), (170, 45), 0, 0, 360, (60, 60, 140), -1)
    cv2.line(image, (370, 255), (500, 230), (70, 50, 40), 60)
    if centre is not None:
        at = int(16 * centre[0]), int(16 * centre[1])
        axes = round(16 * half[0]), round(16 * half[1])
        cv2.ellipse(image, at, axes, 0, 0, 360, colour, -1, cv2.LINE_AA, 4)
        cv2.circle(image, at, 16 * 9, (190, 190, 190), -1, cv2.LINE_AA, 4)
    noise = np.random.default_rng(4).normal(0.0, 4.0, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def followed(pictures: list[Image], fps: float = 15.0) -> Floats:
    watch = PlateWatch()
    return np.array([watch.update(image, landmarks(), i / fps) for i, image in enumerate(pictures)])


def rising(n: int = 24) -> Floats:
    """(n, 2) centres of a plate that rises and sinks by half a trunk."""
    lift = 0.5 * TRUNK * (0.5 - 0.5 * np.cos(np.linspace(0.0, 2.0 * np.pi, n)))
    return HIPS + np.stack([0.1 * lift, -lift + 20.0], axis=1)


@pytest.mark.parametrize("colour", [BLACK, RED, GREY])
@pytest.mark.parametrize("radius", [0.3, 0.45, 0.6])
def test_a_plate_of_any_colour_and_size_is_followed_up_and_down(
    radius: float, colour: tuple[int, int, int]
) -> None:
    centres = rising()
    found = followed([picture(one, (radius * TRUNK,) * 2, colour) for one in centres])
    assert np.isfinite(found[:, 0]).mean() > 0.9
    off = np.hypot(*(found[:, :2] - centres).T)
    assert np.nanmedian(off) < 1.5
    assert np.nanmax(off) < 4.0
    assert np.nanmedian(found[:, 3]) == pytest.approx(radius * TRUNK, rel=0.03)


def test_obliquely_it_is_an_upright_ellipse() -> None:
    centres = rising()
    found = followed([picture(one, (0.8 * 80.0, 80.0)) for one in centres])
    seen = found[np.isfinite(found[:, 0])]
    assert len(seen) > 0.6 * len(found)
    assert np.median(seen[-6:, 2] / seen[-6:, 3]) == pytest.approx(0.8, abs=0.03)
    assert np.median(seen[:, 3]) == pytest.approx(80.0, rel=0.03)


def test_hands_and_a_leg_over_part_of_the_rim_move_it_little() -> None:
    centres = rising()
    pictures = [picture(one, (80.0, 80.0)) for one in centres]
    for image, centre in zip(pictures, centres, strict=True):
        x, y = centre.astype(int)
        cv2.rectangle(image, (x - 110, y - 20), (x - 40, y + 30), (200, 170, 150), -1)
        cv2.line(image, (x + 40, y), (x + 130, y + 100), (90, 80, 200), 40)
    found = followed(pictures)
    assert np.isfinite(found[:, 0]).mean() > 0.9
    assert np.nanmedian(np.hypot(*(found[:, :2] - centres).T)) < 2.5
    clear = followed([picture(one, (80.0, 80.0)) for one in centres])
    assert np.nanmedian(found[:, 5]) < np.nanmedian(clear[:, 5])


def test_a_plate_keeps_its_size_beside_other_edges() -> None:
    high, low, radius = np.array([360.0, 190.0]), np.array([360.0, 270.0]), 80.0
    way = np.concatenate([np.zeros(30), np.linspace(0.0, 1.0, 15), np.ones(30)])
    centres = high + way[:, None] * (low - high)
    pictures = [picture(one, (radius,) * 2) for one in centres]
    for image in pictures[45:]:  # something as dark as the plate stands out behind its upper half
        x, y = (round(value) for value in low)
        cv2.ellipse(image, (x, y), (80, 98), 0, 180, 360, BLACK, -1, cv2.LINE_AA)
    found = followed(pictures)[30:]
    assert np.isfinite(found[:, 0]).all()
    assert np.abs(found[:, 3] / radius - 1.0).max() < 0.04
    assert np.hypot(*(found[:, :2] - centres[30:]).T).max() < 6.0


def test_a_plate_that_is_gone_for_a_second_is_found_again() -> None:
    centres = rising(60)
    pictures = [picture(one, (80.0, 80.0)) for one in centres]
    for number in range(20, 36):
        pictures[number] = picture(None, (0.0, 0.0))
    found = followed(pictures)
    again = found[50:]
    assert np.isfinite(again[:, 0]).all()
    assert np.hypot(*(again[:, :2] - centres[50:]).T).max() < 4.0


def test_a_body_without_a_plate_has_none_that_is_seen_clearly() -> None:
    found = followed([picture(None, (0.0, 0.0))] * 24)
    clear = np.nan_to_num(found[:, 5]) > 0.36
    assert clear.mean() < 0.1


def test_nobody_has_no_plate() -> None:
    nobody = np.full((33, 2), np.nan)
    assert np.isnan(PlateWatch().update(picture(HIPS, (80.0, 80.0)), nobody, 0.0)).all()


SIZE = (640, 480)


def leg(lean_px: float) -> tuple[np.ndarray, Floats]:
    """A silhouette whose planted shin leans, and its landmarks, the knee drawn somewhere else."""
    mask = np.zeros((480, 640), np.float32)
    cv2.line(mask, (500, 420), (round(500 - lean_px), 270), 1.0, 30)
    cv2.rectangle(mask, (440, 415), (520, 440), 1.0, -1)
    px = landmarks()
    px[Landmark.RIGHT_ANKLE], px[Landmark.LEFT_ANKLE] = (500.0, 415.0), (600.0, 250.0)
    px[Landmark.RIGHT_KNEE] = (430.0, 260.0)
    return mask, px


@pytest.mark.parametrize("lean_px", [-50.0, 0.0, 40.0])
def test_the_shin_below_a_plate_tells_its_direction(lean_px: float) -> None:
    mask, px = leg(lean_px)
    disc = np.array([*HIPS, 80.0, 80.0, 0.5, 0.6])
    (low_x, low_y), (high_x, high_y) = shin_below(mask, px, disc, SIZE)
    assert high_y < low_y - 0.16 * TRUNK
    leans = np.degrees(np.arctan2(low_x - high_x, low_y - high_y))
    assert leans == pytest.approx(np.degrees(np.arctan2(lean_px, 150.0)), abs=2.0)
    half = cv2.resize(mask, (320, 240))
    assert shin_below(half, px, disc, SIZE) == pytest.approx(shin_below(mask, px, disc, SIZE), abs=6.0)


def test_a_shin_behind_the_plate_is_not_read() -> None:
    mask, px = leg(0.0)
    assert np.isnan(shin_below(mask, px, np.array([500.0, 340.0, 80.0, 80.0, 0.5, 0.6]), SIZE)).all()
    assert np.isnan(shin_below(mask, px, np.full(6, np.nan), SIZE)).all()


def test_a_plate_larger_than_the_hidden_trunk_that_leaves_the_picture_is_followed() -> None:
    """Behind a large plate hips are guessed, so the trunk seems short; at the top the rim is cut."""
    radius = 0.95 * TRUNK
    centres = rising() - [0.0, 60.0]
    assert (centres[:, 1] - radius).min() < -0.25 * radius
    found = followed([picture(one, (radius,) * 2) for one in centres])
    assert np.isfinite(found[:, 0]).mean() > 0.9
    assert np.nanmedian(np.hypot(*(found[:, :2] - centres).T)) < 3.0
    assert np.nanmedian(found[:, 5]) > 0.45  # of what is inside


def test_a_pale_plate_among_many_strong_edges_is_found() -> None:
    centres = rising()
    pictures = []
    for centre in centres:
        image = picture(None, (1.0, 1.0))
        image[:330:14] = image[:330, ::14] = 90  # bricks
        cv2.circle(image, np.rint(centre).astype(int).tolist(), 100, (205, 205, 205), -1, cv2.LINE_AA)
        pictures.append(image)
    found = followed(pictures)
    assert np.isfinite(found[:, 0]).mean() > 0.9
    assert np.nanmedian(found[:, 3]) == pytest.approx(100.0, rel=0.05)
