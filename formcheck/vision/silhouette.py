"""The outline of the trunk, and the silhouette at the landmarks, from a segmentation mask.

Pixel coordinates put (0, 0) at the centre of the top-left pixel, as OpenCV draws.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.poses.pose import EDGE_STATIONS, Floats

MIN_CHORD_PX = 20.0
"""With a shorter trunk the outline is too coarse for the measures."""

REACH = 0.7
"""How far from the chord the outline is searched, in chord lengths."""

LEVEL = 0.5
"""The mask value at the outline."""

_MIN_SAMPLES, _MAX_SAMPLES = 97, 257  # along one normal: about one a pixel


def edges(mask: NDArray[Any], shoulder_px: Floats, hip_px: Floats) -> Floats:
    """Find the outline of the silhouette on both sides of the trunk, to a fraction of a pixel.

    From each of the `EDGE_STATIONS` on the chord, the mask is sampled outwards along the chord's normal. The
    outline is where it first falls below `LEVEL`, interpolated between two samples.

    Args:
        mask: (H, W) or (H, W, 1) silhouette, 0 outside to 1 inside, in the image's pixels.
        shoulder_px: (2,) mid-shoulder, station 0.
        hip_px: (2,) mid-hip, station 1.

    Returns:
        (2, 33, 2) points in pixels. Side 0 lies where the image-clockwise normal (-dy, dx) of the chord
        (dx, dy) points to, side 1 opposite. A point is NaN where the chord itself is outside the
        silhouette or the image, where the silhouette reaches the image's border (the body may go on
        there), or where it goes on for more than `REACH`. All NaN for a chord that is not finite or
        shorter than `MIN_CHORD_PX`.
    """
    start = np.asarray(shoulder_px, dtype=np.float64)
    chord = np.asarray(hip_px, dtype=np.float64) - start
    length = float(np.hypot(chord[0], chord[1]))
    if not length >= MIN_CHORD_PX or not np.isfinite(length):
        return np.full((2, len(EDGE_STATIONS), 2), np.nan)
    normal = np.array([-chord[1], chord[0]]) / length
    outwards = np.stack([normal, -normal])  # (2, 2)
    feet = start + EDGE_STATIONS[:, None] * chord  # (33, 2)
    samples = int(np.clip(np.ceil(REACH * length) + 1, _MIN_SAMPLES, _MAX_SAMPLES))
    step = REACH * length / (samples - 1)
    along = np.arange(samples) * step * outwards.T[:, :, None]  # x and y, (2, 2, samples)
    at_x, at_y = (feet.T[:, None, :, None] + along[:, :, None, :]).reshape(2, -1, samples).astype(np.float32)
    values = _sample(mask, at_x, at_y)

    below = values < LEVEL  # false outside the image, where values are NaN
    first = np.argmax(below, axis=1)
    found = below.any(axis=1) & (first > 0) & (values[:, 0] >= LEVEL)
    row = np.arange(len(first))
    at = np.where(found, first, 1)
    inner, outer = values[row, at - 1], values[row, at]
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        distance = (at - 1 + (inner - LEVEL) / (inner - outer)) * step
    distance[~found] = np.nan
    result: Floats = feet[None] + distance.reshape(2, -1, 1) * outwards[:, None, :]
    return result


def under(mask: NDArray[Any], image_px: Floats) -> Floats:
    """Read the silhouette under each landmark.

    Args:
        mask: (H, W) or (H, W, 1) silhouette, 0 to 1, in the image's pixels.
        image_px: (N, 2) points in pixels.

    Returns:
        (N,) the value of the nearest pixel; 0 outside the image, NaN for a point that is not finite.
    """
    flat = _flat(mask)
    height, width = flat.shape
    value = np.full(len(image_px), np.nan)
    finite = np.isfinite(image_px).all(axis=1)
    x, y = np.rint(image_px[finite]).clip(-1, max(height, width)).astype(np.intp).T
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    value[finite] = np.where(inside, flat[y.clip(0, height - 1), x.clip(0, width - 1)], 0.0)
    return value


def _sample(mask: NDArray[Any], x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
    """Read the mask between pixels at (N, M) places; NaN outside the image."""
    values: NDArray[np.float32] = cv2.remap(
        _flat(mask),
        x,
        y,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=np.nan,
    )
    return values


def _flat(mask: NDArray[Any]) -> NDArray[np.float32]:
    """Return the mask with two axes, in the number type that OpenCV samples."""
    flat = mask[..., 0] if mask.ndim == 3 else mask
    return np.ascontiguousarray(flat, dtype=np.float32)
