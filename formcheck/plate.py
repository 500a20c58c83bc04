"""A large plate over the hips, found as a circle in the picture.

Seen from the side the plates on a bar hide the hips, and the model puts hip or knee somewhere onto the plate.
"""

from __future__ import annotations

import cv2
import numpy as np

from formcheck.pose import HIPS, Floats, Image, trunk_px

NOWHERE: Floats = np.full(3, np.nan)
"""What is given out where no plate was found."""

_TRUNK_PX = 80  # the hips' surroundings are looked at in this size
_AROUND = 1.0  # trunk lengths about the hips
_RADII = 0.3, 0.62  # of the trunk: bumper plates and 20 kg plates have 0.45 m across
_OFF = 0.5  # of the trunk: how far from the hips its centre may seem to be
_ROUND = 0.5  # share of the circle that an edge follows: folds and thighs follow a third of one
_STRONG, _SQUARE = 40.0, 0.94  # an edge's strength (Sobel, grey levels), and cosine to the circle's radius
_ANGLES = np.linspace(0.0, 2.0 * np.pi, 72, endpoint=False)
_AWAY = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)])
_CANDIDATES = 4


def find(image_rgb: Image, image_px: Floats) -> Floats:
    """Find a plate over the hips.

    Args:
        image_rgb: (H, W, 3) image.
        image_px: (33, 2) the person's landmarks in its pixels.

    Returns:
        (3,) x, y and radius in pixels, or all NaN.
    """
    hips, trunk = image_px[HIPS].mean(axis=0), trunk_px(image_px)
    if not trunk >= _TRUNK_PX / 4:  # nobody, or the body is seen along
        return NOWHERE
    size = np.array(image_rgb.shape[1::-1])
    low, high = (np.clip(hips + s * _AROUND * trunk, 0, size).astype(int) for s in (-1, 1))
    if min(high - low) < trunk / 2:
        return NOWHERE
    scale = _TRUNK_PX / trunk
    around = image_rgb[low[1] : high[1], low[0] : high[0]]
    small = cv2.resize(around, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    least, most = (round(radius * _TRUNK_PX) for radius in _RADII)
    circles = cv2.HoughCircles(
        grey, cv2.HOUGH_GRADIENT, 1.5, 20, param1=120, param2=30, minRadius=least, maxRadius=most
    )
    if circles is None:
        return NOWHERE
    edges = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    found = [_fitted(edges, circle) for circle in circles.reshape(-1, 3)[:_CANDIDATES]]
    share, x, y, radius = max(found)
    centre = np.array([x, y]) / scale + low
    if share < _ROUND or np.hypot(*(centre - hips)) > _OFF * trunk:
        return NOWHERE
    return np.array([*centre, radius / scale])


def _fitted(edges: tuple[Floats, Floats], circle: Floats) -> tuple[float, float, float, float]:
    """Return the share of a circle that edges follow, at the radius where it is largest, and the circle."""
    across, down = edges
    height, width = across.shape
    x, y, radius = (float(value) for value in circle)
    best = (0.0, x, y, radius)
    for near in range(-3, 4):
        at_x, at_y = np.rint(np.array([[x], [y]]) + (radius + near) * _AWAY).astype(int)
        inside = (at_x >= 0) & (at_y >= 0) & (at_x < width) & (at_y < height)
        gx, gy = across[at_y[inside], at_x[inside]], down[at_y[inside], at_x[inside]]
        strength = np.hypot(gx, gy)
        along = np.abs(gx * _AWAY[0, inside] + gy * _AWAY[1, inside])
        follows = (strength > _STRONG) & (along > _SQUARE * strength)
        best = max(best, (float(follows.sum()) / len(_ANGLES), x, y, radius + near))
    return best
