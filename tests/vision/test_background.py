from __future__ import annotations

import cv2
import numpy as np
import pytest
from support.scenes import SIZE, scene

from formcheck.vision.background import Background, CameraMotion, Gray

FREE = np.full(SIZE[::-1], 255, np.uint8)


def filmed(
    image: Gray, *, shift: complex = 0j, turn_deg: float = 0.0, zoom: float = 1.0, noise: float = 1.0
) -> Gray:
    """The middle of a scene as a camera sees it whose background moves by `zoom * turn * z + shift`."""
    rng = np.random.default_rng(int(abs(shift) * 100) + 7)
    c, s = zoom * np.cos(np.radians(turn_deg)), zoom * np.sin(np.radians(turn_deg))
    middle = (np.array(image.shape[::-1]) - 1) / 2
    moved = np.array([[c, -s, 0.0], [s, c, 0.0]])
    moved[:, 2] = (np.array(SIZE) - 1) / 2 + [shift.real, shift.imag] - moved[:, :2] @ middle
    seen = cv2.warpAffine(image, moved, SIZE).astype(float) + rng.normal(0, noise, SIZE[::-1])
    return np.asarray(np.clip(seen, 0, 255).astype(np.uint8))


def off_px(motion: CameraMotion | None, shift: complex, turn_deg: float = 0.0, zoom: float = 1.0) -> float:
    """How far a corner of the picture is off."""
    assert motion is not None
    corner = complex(SIZE[0], SIZE[1]) / 2
    wanted = zoom * np.exp(1j * np.radians(turn_deg)) * corner + shift
    return float(abs(motion.turned * corner + motion.shifted - wanted))


@pytest.mark.parametrize("shift", [0j, 0.7 - 0.3j, 4 + 2j, -3j])
@pytest.mark.parametrize(("turn_deg", "zoom"), [(0.0, 1.0), (1.5, 1.0), (-0.5, 1.02)])
def test_a_step_is_measured(shift: complex, turn_deg: float, zoom: float) -> None:
    background = Background(filmed(scene()), FREE)
    assert background.update(filmed(scene(), shift=shift, turn_deg=turn_deg, zoom=zoom), FREE)
    assert off_px(background.motion, shift, turn_deg, zoom) < 0.4


def test_a_long_pan_is_followed_past_the_first_picture() -> None:
    background = Background(filmed(scene(), shift=45 + 0j), FREE)
    for x in range(42, -46, -3):
        assert background.update(filmed(scene(), shift=complex(x)), FREE)
    assert off_px(background.motion, -87.0 - 3.0 + 0j) < 2.5


def test_a_standing_camera_does_not_drift() -> None:
    background = Background(filmed(scene()), FREE)
    rng = np.random.default_rng(5)
    for _ in range(40):
        wobble = complex(*rng.normal(0, 0.5, 2))
        background.update(filmed(scene(), shift=wobble, noise=3.0), FREE)
        assert off_px(background.motion, wobble) < 0.6


def test_the_person_and_the_light_may_change() -> None:
    background = Background(filmed(scene()), FREE)
    for step in range(12):
        now = np.clip(filmed(scene(), shift=1 + 0j).astype(int) + 3 * step, 0, 255).astype(np.uint8)
        cv2.rectangle(now, (20 + 8 * step, 30), (70 + 8 * step, 90), 15, -1)
        assert background.update(now, FREE)
        assert off_px(background.motion, 1 + 0j) < 0.6


def test_along_a_bare_wall_a_corner_tells_of_a_pan() -> None:
    wall = np.full((2 * SIZE[1], 2 * SIZE[0]), 200, np.uint8)
    wall[130:] = 90  # a floor without marks
    wall[:, 260:] = wall[:, 260:] // 2  # the next wall
    wall = cv2.GaussianBlur(wall, (0, 0), 1.0)
    background = Background(filmed(wall), FREE)
    for x in range(0, -31, -3):
        background.update(filmed(wall, shift=complex(x)), FREE)
    assert off_px(background.motion, -30 + 0j) < 10.0  # one upright edge cannot tell a shift from a zoom
    assert off_px(background.motion, 0j) > 20.0


def test_another_scene_is_told_after_a_moment() -> None:
    background = Background(filmed(scene()), FREE)
    told = [background.update(filmed(scene(seed=2)), FREE) for _ in range(3)]
    assert told == [True, True, False]


def test_somebody_passing_is_no_other_scene() -> None:
    background = Background(filmed(scene()), FREE)
    hidden = np.full(SIZE[::-1], 60, np.uint8)
    assert background.update(hidden, FREE)
    assert background.motion is None
    assert background.update(filmed(scene(), shift=1 + 1j), FREE)
    assert off_px(background.motion, 1 + 1j) < 0.5


def test_a_wall_without_a_mark_tells_nothing_and_is_no_other_scene() -> None:
    rng = np.random.default_rng(1)
    background = Background(np.full(SIZE[::-1], 130, np.uint8), FREE)
    for _ in range(8):
        noisy = (130 + rng.normal(0, 1, SIZE[::-1])).astype(np.uint8)
        assert background.update(noisy, FREE)
        assert background.motion is None
