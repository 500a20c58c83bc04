"""Images with things hidden: the pose model must not see other people, nor plates before the person."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from formcheck.poses.pose import TRUNK, Image, Landmark
from formcheck.vision.people import Box, Sighting
from formcheck.vision.plate import Disc

_GREY = 114
_PLATE_PX = 24.0  # half height of a plate in the small picture in which it is painted over
_PLATE_RIM = 1.04  # of its radii: its blurred edge goes too
_PLATE_AROUND = 1.6  # of its radii: what is looked at to paint it over
_THICK = 0.11  # of a person's size: width of the lines that cover limbs
_HEAD = [Landmark.NOSE, Landmark.LEFT_EAR, Landmark.RIGHT_EAR]
_LINES = (
    [19, 15, 13, 11, 12, 14, 16, 20],  # hand to hand
    [31, 27, 25, 23, 24, 26, 28, 32],  # foot to foot
    [29, 31],
    [30, 32],
    [11, 0, 12, 24],
    [11, 23],
)


def only_window(image_rgb: Image, window: Box) -> Image:
    """Return a copy painted grey outside a window; pixel coordinates stay the same.

    Args:
        image_rgb: (H, W, 3) image.
        window: The part that stays.
    """
    x0, y0, x1, y1 = window
    shown = np.full_like(image_rgb, _GREY)
    shown[y0:y1, x0:x1] = image_rgb[y0:y1, x0:x1]
    return shown


def painted_over(image_rgb: Image, people: Sequence[Sighting]) -> Image:
    """Return a copy with these people painted grey, or the image itself where there are none.

    Limbs are covered, not the whole box, so that people in front of them or behind stay visible.

    Args:
        image_rgb: (H, W, 3) image.
        people: With places in its pixels.
    """
    if not people:
        return image_rgb
    shown, grey = image_rgb.copy(), (_GREY,) * 3
    for one in people:
        points = one.px.round().astype(np.int32)
        thick = max(round(_THICK * one.size), 1)
        cv2.fillConvexPoly(shown, cv2.convexHull(points[TRUNK]), grey)
        for line in _LINES:
            cv2.polylines(shown, [points[line]], False, grey, thick)
        cv2.circle(shown, points[_HEAD].mean(axis=0).astype(int).tolist(), thick, grey, -1)
    return shown


def without_discs(image_rgb: Image, discs: Sequence[Disc]) -> Image:
    """Return a copy in which plates are painted over with what is around them.

    By the fast marching method (Telea, "An image inpainting technique based on the fast marching method",
    Journal of Graphics Tools 9, 2004), in a small picture: it gives no more than soft patches of colour.

    Args:
        image_rgb: (H, W, 3) image.
        discs: The plates, the largest one first.
    """
    size = image_rgb.shape[1::-1]
    middle, half = (np.array([disc[i : i + 2] for disc in discs]) for i in (0, 2))
    low = np.clip((middle - _PLATE_AROUND * half).min(axis=0), 0, size).astype(int)
    high = np.clip((middle + _PLATE_AROUND * half).max(axis=0) + 1, 0, size).astype(int)
    if (high - low).min() < 2:
        return image_rgb
    part = np.s_[low[1] : high[1], low[0] : high[0]]
    plates = np.zeros((high - low)[::-1].tolist(), np.uint8)
    for at, axes in zip(
        np.rint(middle - low).astype(int), np.rint(_PLATE_RIM * half).astype(int), strict=True
    ):
        cv2.ellipse(plates, at.tolist(), axes.tolist(), 0, 0, 360, 255, -1)
    smaller = min(1.0, _PLATE_PX / float(half[0, 1]))
    small = np.maximum(np.rint((high - low) * smaller), 1).astype(int).tolist()
    hole = (cv2.resize(plates, small, interpolation=cv2.INTER_AREA) > 0).astype(np.uint8)
    around = cv2.resize(image_rgb[part], small, interpolation=cv2.INTER_AREA)
    filled = cv2.inpaint(around, hole, 3, cv2.INPAINT_TELEA)
    shown = image_rgb.copy()
    large = cv2.resize(filled, (high - low).tolist(), interpolation=cv2.INTER_LINEAR)
    shown[part][plates > 0] = large[plates > 0]
    return shown
