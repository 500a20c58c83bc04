from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.rooms import SIZE, picture, room

from formcheck.poses.levelling import SURE_DEG
from formcheck.vision import roll


@settings(max_examples=30, deadline=None)
@given(st.floats(-18.0, 18.0), st.floats(-5.0, 20.0), st.floats(-40.0, 40.0))
def test_the_roll_is_read_whatever_pitch_and_yaw(roll_deg: float, pitch_deg: float, yaw_deg: float) -> None:
    seen = roll.from_lines(room(roll_deg, pitch_deg, yaw_deg), SIZE)
    assert seen.deg == pytest.approx(roll_deg, abs=1.0)
    assert seen.uncertainty_deg < SURE_DEG


@pytest.mark.parametrize("focal", [0.65, 1.1])
@pytest.mark.parametrize("yaw_deg", [0.0, 30.0])
def test_another_lens_hardly_matters(focal: float, yaw_deg: float) -> None:
    seen = roll.from_lines(room(9.0, 10.0, yaw_deg, focal=focal), SIZE)
    assert seen.deg == pytest.approx(9.0, abs=1.5)


def test_clockwise_is_positive_and_mirroring_turns_it_round() -> None:
    # A camera turned clockwise sees what is level rise to the image right.
    level = np.array([[100.0, 300.0 - 20 * k, 700.0, 300.0 - 20 * k - 60.0] for k in range(6)])
    assert roll.from_lines(level, SIZE).deg > 1.0
    lines = room(7.0)
    mirrored = lines * [-1, 1, -1, 1] + np.array([SIZE[0] - 1, 0] * 2)
    assert roll.from_lines(mirrored, SIZE).deg == pytest.approx(-roll.from_lines(lines, SIZE).deg, abs=0.5)


def test_strays_do_not_matter() -> None:
    rng = np.random.default_rng(3)
    start, turn = rng.uniform([50, 50], [798, 430], (12, 2)), rng.uniform(0, np.pi, 12)
    strays = np.column_stack([start, start + 70 * np.column_stack([np.cos(turn), np.sin(turn)])])
    seen = roll.from_lines(np.concatenate([room(-6.0), strays]), SIZE)
    assert seen.deg == pytest.approx(-6.0, abs=1.0)


def test_a_slanted_floor_is_not_a_rolled_camera() -> None:
    # The edges of a mat seen obliquely slant by 10 to 20 degrees; the walls' uprights settle it.
    seen = roll.from_lines(room(0.0, 12.0, 35.0, upright=6, level=14), SIZE)
    assert abs(seen.deg) < 1.0


def test_too_little_settles_nothing() -> None:
    assert np.isnan(roll.from_lines(np.zeros((0, 4)), SIZE).deg)
    assert np.isnan(roll.from_lines(room(5.0)[:2], SIZE).deg)
    # A slanted bench is no rolled camera: nearly all cameras stand level, and a yaw explains it as well.
    slanted = np.array([[300.0, 200 + 10 * k, 420.0, 180 + 10 * k] for k in range(3)])
    seen = roll.from_lines(slanted, SIZE)
    assert abs(seen.deg) < 2.0
    assert seen.uncertainty_deg > 1.0


def test_a_lettering_is_one_witness() -> None:
    letters = np.array([[20 + 12 * k, 440, 24 + 12 * k, 412] for k in range(20)], dtype=float)
    assert roll.from_lines(letters, SIZE).uncertainty_deg > SURE_DEG
    assert roll.from_lines(np.concatenate([room(0.0), letters]), SIZE).deg == pytest.approx(0.0, abs=1.0)


def test_lines_are_found_in_a_picture_but_not_on_the_person() -> None:
    body = np.array([[424 + 6 * k, 150, 480 + 6 * k, 330] for k in range(16)], dtype=float)  # leans by 17 deg
    image = picture(np.concatenate([room(-8.0), body]))
    person = np.zeros_like(image)
    person[130:350, 400:600] = 255
    seen = roll.from_picture(image, person)
    assert seen.deg == pytest.approx(-8.0, abs=1.0)


def test_a_plain_wall_says_nothing() -> None:
    image = np.full(SIZE[::-1], 120, np.uint8)
    assert np.isnan(roll.from_picture(image, np.zeros_like(image)).deg)
