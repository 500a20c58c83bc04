from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from formcheck.poses.pose import EDGE_STATIONS
from formcheck.vision import silhouette

SIZE = 480
CENTRE = np.array([240.0, 240.0])


def right(pixels: float) -> NDArray[np.float64]:
    return np.array([pixels, 0.0])


def grid() -> NDArray[np.float64]:
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float64)
    return np.stack([x, y], axis=-1)


def turned(degrees: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    a = math.radians(degrees)
    return np.array([math.cos(a), math.sin(a)]), np.array([-math.sin(a), math.cos(a)])


def band(degrees: float, up: float, down: float, half: float = 200.0) -> NDArray[np.float32]:
    """A rectangle about the centre whose edges lie `down` along the normal and `up` against it."""
    along, across = turned(degrees)
    p = grid() - CENTRE
    inside = np.minimum(down - p @ across, up + p @ across)
    inside = np.minimum(inside, half - np.abs(p @ along))
    mask: NDArray[np.float32] = np.clip(inside + 0.5, 0, 1).astype(np.float32)
    return mask


@settings(max_examples=25, deadline=None)
@given(degrees=st.floats(-180, 180), up=st.floats(10, 45), down=st.floats(10, 45), length=st.floats(80, 160))
def test_straight_edges_are_found_to_half_a_pixel(
    degrees: float, up: float, down: float, length: float
) -> None:
    along, across = turned(degrees)
    start = CENTRE - along * length / 2
    found = silhouette.edges(band(degrees, up, down), start, start + along * length)
    assert found.shape == (2, 33, 2)
    feet = start + EDGE_STATIONS[:, None] * along * length
    np.testing.assert_allclose(found[0], feet + down * across, atol=0.5)
    np.testing.assert_allclose(found[1], feet - up * across, atol=0.5)


def test_side_0_is_image_clockwise() -> None:
    found = silhouette.edges(band(0, 20, 30), CENTRE - right(60), CENTRE + right(60))
    assert np.all(found[0, :, 1] > CENTRE[1])  # heading right, the clockwise normal points down the image
    assert np.all(found[1, :, 1] < CENTRE[1])


@pytest.mark.parametrize("degrees", [0.0, 33.0, 90.0, 200.0])
def test_an_ellipse_is_found_to_half_a_pixel(degrees: float) -> None:
    along, across = turned(degrees)
    p = grid() - CENTRE
    a, b = 150.0, 60.0
    level = np.hypot(p @ along / a, p @ across / b)
    gradient = np.hypot(p @ along / a**2, p @ across / b**2) / np.maximum(level, 1e-9)
    mask = np.clip(0.5 + (1 - level) / np.maximum(gradient, 1e-9), 0, 1).astype(np.float32)
    found = silhouette.edges(mask, CENTRE - along * 100, CENTRE + along * 100)
    radius = np.hypot((found - CENTRE) @ along / a, (found - CENTRE) @ across / b)
    assert np.nanmax(np.abs(radius - 1)) * b < 0.5
    assert np.isfinite(found).all()


@pytest.mark.parametrize("quarter", [1, 2, 3])
def test_turning_the_image_turns_the_edges(quarter: int) -> None:
    mask = band(12.0, 25, 40)
    along, _ = turned(12.0)
    ends = [CENTRE - along * 70, CENTRE + along * 70]
    straight = silhouette.edges(mask, *ends)

    def turn(p: NDArray[np.float64]) -> NDArray[np.float64]:
        for _ in range(quarter):  # as np.rot90 does: (x, y) goes to (y, size - 1 - x)
            p = np.stack([p[..., 1], SIZE - 1 - p[..., 0]], axis=-1)
        return p

    again = silhouette.edges(np.rot90(mask, quarter), *[turn(e) for e in ends])
    np.testing.assert_allclose(again, turn(straight), atol=0.05)


def test_a_large_image_keeps_its_precision() -> None:
    mask = np.zeros((1600, 2000), np.float32)
    mask[700:901] = 1.0  # the outline of a hard mask lies half-way between pixels
    found = silhouette.edges(mask, np.array([600.0, 800.0]), np.array([1200.0, 800.0]))
    np.testing.assert_allclose(found[0, :, 1], 900.5, atol=0.5)
    np.testing.assert_allclose(found[1, :, 1], 699.5, atol=0.5)


@pytest.mark.parametrize(
    "hip",
    [CENTRE, CENTRE + right(19.0), [np.nan, 240.0], [np.inf, 240.0]],
    ids=["zero", "short", "nan", "inf"],
)
def test_a_degenerate_chord_gives_nan(hip: Any) -> None:
    found = silhouette.edges(band(0, 20, 20), CENTRE, np.asarray(hip, dtype=np.float64))
    assert found.shape == (2, 33, 2)
    assert np.isnan(found).all()


def test_nan_where_the_outline_is_not_in_the_image() -> None:
    mask = np.ones((200, 400), np.float32)
    mask[150:] = 0  # below is an edge; above the silhouette runs out of the image
    found = silhouette.edges(mask, np.array([100.0, 100.0]), np.array([300.0, 100.0]))
    np.testing.assert_allclose(found[0, :, 1], 149.5, atol=0.5)
    assert np.isnan(found[1]).all()


def test_nan_where_the_chord_is_outside_the_silhouette() -> None:
    mask = band(0, 20, 20, half=30.0)
    found = silhouette.edges(mask, CENTRE - right(100), CENTRE + right(100))
    off = np.abs(EDGE_STATIONS * 200 - 100) > 31
    assert np.isnan(found[:, off]).all()
    assert np.isfinite(found[:, ~off & (np.abs(EDGE_STATIONS * 200 - 100) < 29)]).all()


def test_the_mask_may_have_a_third_axis() -> None:
    mask = band(0, 20, 20)
    ends = CENTRE - right(60), CENTRE + right(60)
    np.testing.assert_array_equal(silhouette.edges(mask[..., None], *ends), silhouette.edges(mask, *ends))


def test_under_reads_the_nearest_pixel() -> None:
    mask = np.zeros((10, 20), np.float32)
    mask[3, 15] = 0.75
    points = np.array([[15.4, 2.6], [14.0, 3.0], [-1.0, 3.0], [25.0, 3.0], [5.0, 1e9], [np.nan, 3.0]])
    value = silhouette.under(mask, points)
    np.testing.assert_array_equal(value, [0.75, 0.0, 0.0, 0.0, 0.0, np.nan])
