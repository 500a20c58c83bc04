"""Images with people hidden: parts that the pose model must not see are painted grey."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from formcheck.poses.pose import TRUNK, Image, Landmark
from formcheck.vision.people import Box, Sighting

_GREY = 114
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
