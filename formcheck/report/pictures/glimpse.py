"""A picture of any moment of a clip: the person cut out of the frame, with the skeleton that was found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.poses.pose import Floats, Image, Pose, Side
from formcheck.report.pictures.canvas import Canvas
from formcheck.report.pictures.overlays import Overlay, draw_skeleton

WIDTH_PX = 480
_MARGIN = 0.15  # about the person, of the larger side of the box
_GROUND = (30, 36, 44)


def glimpse(
    image: NDArray[np.uint8],
    pose: Pose,
    size: tuple[int, int],
    working: tuple[Side, ...] = (),
    near: Side = Side.LEFT,
) -> Image:
    """Draw the person of one frame.

    Args:
        image: (H, W, 3) the whole frame.
        pose: The landmarks found in it; where nobody was, the whole frame is shown.
        size: Width and height of the pictures that the landmarks are pixels of.
        working: The legs to draw in their own colour.
        near: The side nearer to the camera.

    Returns:
        An (h, w, 3) picture, at most `WIDTH_PX` wide.
    """
    scale = np.divide(image.shape[1::-1], size)
    x0, y0, x1, y1 = (_box(pose, size) * np.tile(scale, 2)).round().astype(int)
    part = image[y0:y1, x0:x1]
    zoom = min(1.6, WIDTH_PX / part.shape[1])
    shape: Any = (max(1, round(part.shape[1] * zoom)), max(1, round(part.shape[0] * zoom)))
    canvas = Canvas(cv2.resize(part, shape, interpolation=cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC))
    if pose.found:
        moved = (pose.image_px - np.array([x0, y0]) / scale) * (zoom * scale)
        draw_skeleton(canvas, Overlay(replace(pose, image_px=moved), working, near))
    return canvas.image


def plain_ground(size: tuple[int, int]) -> Image:
    """Return a dark (H, W, 3) picture to draw a skeleton on where there is no video."""
    return np.full((size[1], size[0], 3), _GROUND, np.uint8)


def _box(pose: Pose, size: tuple[int, int]) -> Floats:
    """Return left, top, right and bottom around the person, no flatter or thinner than 2:1."""
    whole = np.array([0.0, 0.0, *size])
    px = pose.image_px[np.isfinite(pose.image_px).all(axis=1)] if pose.found else np.empty((0, 2))
    if not len(px):
        return whole
    low, high = px.min(axis=0), px.max(axis=0)
    margin = _MARGIN * float((high - low).max())
    low, high = low - margin, high + margin
    short = np.maximum(0.5 * (high - low).max() - (high - low), 0) / 2
    box: Floats = np.concatenate([low - short, high + short]).clip(0, np.tile(size, 2))
    return box if (box[2:] - box[:2] >= 2).all() else whole
