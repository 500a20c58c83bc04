"""The plate and the way of the bar, as they are drawn."""

from __future__ import annotations

import numpy as np

from formcheck.poses.pose import Pose
from formcheck.report.pictures.canvas import BLUE, Canvas
from formcheck.report.pictures.overlays import Overlay, draw_bar


def drawn(bar: np.ndarray | None, plate_px: np.ndarray | None) -> np.ndarray:
    canvas = Canvas(np.zeros((200, 300, 3), np.uint8))
    draw_bar(canvas, Overlay(Pose.nobody(0.0), bar=bar, plate_px=plate_px))
    return canvas.image


def test_the_way_of_the_bar_ends_in_the_plate() -> None:
    way = np.stack([np.full(20, 150.0), np.linspace(150.0, 60.0, 20)], axis=1)
    way[5] = np.nan
    picture = drawn(way, np.array([150.0, 60.0, 40.0, 40.0]))
    for y in (60, 110):
        assert np.abs(picture[y, 150].astype(int) - BLUE).max() < 40
    assert picture[60, 190].any()
    assert not picture[160:, :100].any()


def test_where_no_plate_is_seen_nothing_is_drawn() -> None:
    assert not drawn(None, None).any()
    assert not drawn(np.full((9, 2), np.nan), np.full(4, np.nan)).any()
