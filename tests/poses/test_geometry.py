from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from formcheck.poses.geometry import (
    along_and_beside,
    angle_at_deg,
    distance_px,
    elevation_deg,
    finite_median,
    line_slope_deg,
    percentile,
    rotate_px,
    wrap_deg,
)
from formcheck.poses.pose import Floats

# Whole pixels in range of a big picture: lengths never vanish by rounding.
pixels = st.tuples(st.integers(-4000, 4000), st.integers(-4000, 4000)).map(
    lambda p: np.array(p, dtype=np.float64)
)
forwards = st.sampled_from([1.0, -1.0])
turns = st.floats(-720.0, 720.0)
MIRROR = np.array([-1.0, 1.0])


def same_angle(a: Floats, b: Floats, period: float = 360.0) -> bool:
    off = (float(a) - float(b) + period / 2) % period - period / 2
    return abs(off) < 1e-6


def apart(*points: Floats) -> None:
    for a, b in pairwise(points):
        assume(float(distance_px(a, b)) > 0)


@given(pixels, pixels, forwards)
def test_elevation_is_the_same_in_a_mirrored_image(a: Floats, b: Floats, forward: float) -> None:
    apart(a, b)
    seen = elevation_deg(a, b, forward=forward)
    assert same_angle(seen, elevation_deg(a * MIRROR, b * MIRROR, forward=-forward))


@given(pixels, pixels, pixels)
def test_inside_angle_is_the_same_in_a_mirrored_image_and_from_the_other_end(
    a: Floats, j: Floats, b: Floats
) -> None:
    apart(a, j, b)
    seen = angle_at_deg(a, j, b)
    assert float(angle_at_deg(a * MIRROR, j * MIRROR, b * MIRROR)) == pytest.approx(float(seen), abs=1e-6)
    assert float(angle_at_deg(b, j, a)) == pytest.approx(float(seen), abs=1e-6)
    assert 0.0 <= float(seen) <= 180.0


@given(pixels, pixels, pixels, st.floats(0.01, 100.0))
def test_size_does_not_matter_for_angles(a: Floats, j: Floats, b: Floats, factor: float) -> None:
    apart(a, j, b)
    k = factor
    assert same_angle(elevation_deg(a, j, forward=1), elevation_deg(k * a, k * j, forward=1))
    assert float(angle_at_deg(k * a, k * j, k * b)) == pytest.approx(float(angle_at_deg(a, j, b)), abs=1e-6)
    assert same_angle(line_slope_deg(a, j), line_slope_deg(k * a, k * j), 180.0)
    assert float(distance_px(k * a, k * j)) == pytest.approx(k * float(distance_px(a, j)))


@given(pixels, pixels, pixels, turns)
def test_turning_the_image_shifts_elevations_and_nothing_else(
    a: Floats, j: Floats, b: Floats, turn: float
) -> None:
    apart(a, j, b)
    ta, tj, tb = (rotate_px(p, turn) for p in (a, j, b))
    up = elevation_deg(a, j, forward=1)
    assert same_angle(elevation_deg(ta, tj, forward=1), up + turn)
    assert same_angle(elevation_deg(ta, tj, forward=-1), elevation_deg(a, j, forward=-1) - turn)
    assert same_angle(line_slope_deg(ta, tj), line_slope_deg(a, j) + turn, 180.0)
    assert float(angle_at_deg(ta, tj, tb)) == pytest.approx(float(angle_at_deg(a, j, b)), abs=1e-5)
    assert float(distance_px(ta, tj)) == pytest.approx(float(distance_px(a, j)))


@given(pixels, pixels)
def test_a_line_has_no_direction_for_its_slope(a: Floats, b: Floats) -> None:
    apart(a, b)
    assert same_angle(line_slope_deg(a, b), line_slope_deg(b, a), 180.0)
    assert -90.0 <= float(line_slope_deg(a, b)) <= 90.0


@given(st.floats(-1e6, 1e6) | st.sampled_from([-180.0, 180.0, 540.0, -540.0]))
def test_wrapped_angles_stay_in_range_and_mean_the_same(angle: float) -> None:
    wrapped = float(wrap_deg(np.array(angle)))
    assert -180.0 <= wrapped < 180.0
    assert same_angle(np.array(wrapped), np.array(angle))


@pytest.mark.parametrize(
    ("to", "forward", "expected"),
    [
        ((1, 0), 1, 0),  # ahead
        ((0, -1), 1, 90),  # up in the image is smaller y
        ((0, 1), 1, -90),
        ((0, -1), -1, 90),  # up stays up looking the other way
        ((-1, -1), -1, 45),
        ((1, -1), -1, 135),
    ],
)
def test_elevation_by_eye(to: tuple[int, int], forward: float, expected: float) -> None:
    assert float(
        elevation_deg(np.zeros(2), np.array(to, dtype=np.float64), forward=forward)
    ) == pytest.approx(expected)


def test_the_knee_of_a_straight_leg_is_180_and_of_a_kneeling_one_90() -> None:
    hip, knee = np.array([0.0, 0.0]), np.array([0.0, 10.0])
    assert float(angle_at_deg(hip, knee, np.array([0.0, 20.0]))) == pytest.approx(180.0)
    assert float(angle_at_deg(hip, knee, np.array([10.0, 10.0]))) == pytest.approx(90.0)


def test_a_line_rising_to_the_right_slopes_up() -> None:
    assert float(line_slope_deg(np.array([0.0, 10.0]), np.array([10.0, 0.0]))) == pytest.approx(45.0)


@pytest.mark.filterwarnings("error")
def test_what_is_undefined_is_nan() -> None:
    here, there, lost = np.array([3.0, 4.0]), np.array([5.0, 4.0]), np.array([np.nan, 1.0])
    assert np.isnan(elevation_deg(here, here, forward=1))
    assert np.isnan(elevation_deg(here, lost, forward=1))
    assert np.isnan(angle_at_deg(here, here, there))
    assert np.isnan(angle_at_deg(here, there, lost))
    assert np.isnan(line_slope_deg(here, here))
    assert np.isnan(distance_px(lost, here))


def test_one_lost_point_spoils_only_its_own_row() -> None:
    a = np.array([[0.0, 0.0], [np.nan, np.nan], [0.0, 0.0]])
    b = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, -1.0]])
    np.testing.assert_allclose(elevation_deg(a, b, forward=1), [0.0, np.nan, 90.0])


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=40), st.floats(0.0, 100.0))
def test_percentiles_are_those_of_numpy(values: list[float], percent: float) -> None:
    wanted = float(np.percentile(values, percent))
    assert percentile(np.array(values), percent) == pytest.approx(wanted)


@given(pixels, pixels, st.floats(-2.0, 2.0), st.floats(-2.0, 2.0))
def test_places_along_and_beside_a_line(origin: Floats, end: Floats, along: float, beside: float) -> None:
    line = end - origin
    assume(line.any())
    point = origin + along * line + beside * np.array([-line[1], line[0]])
    found = along_and_beside(origin[None], end[None], point[None])
    assert np.hstack(found) == pytest.approx([along, beside], abs=1e-6)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (2,), (2, 3)])
def test_the_median_of_nothing_is_nan(shape: tuple[int, ...]) -> None:
    found = finite_median(np.full(shape, np.nan))
    assert found.shape == shape[1:]
    assert np.isnan(found).all()
