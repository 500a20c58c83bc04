"""Pictures with two people, made of pictures with one: somebody beside, a mirror, somebody walking past."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.video.reader import VideoSource
from formcheck.vision.masking import painted_over
from formcheck.vision.people import Sighting

Image = NDArray[np.uint8]
SAMPLES = Path(__file__).parents[2] / "samples"


def clip(name: str, *, frames: int) -> list[Image]:
    """The first frames of a sample."""
    with VideoSource(SAMPLES / name) as source:
        return [frame.image for frame, _ in zip(source, range(frames), strict=False)]


def beside(image: Image, other: Image, *, scale: float, left: bool = False) -> Image:
    """Another picture, scaled, at the right (or left) on the same floor."""
    small = cv2.resize(other, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    height = max(len(image), len(small))
    row = [np.pad(one, ((height - len(one), 0), (0, 0), (0, 0)), mode="edge") for one in (image, small)]
    return np.ascontiguousarray(np.hstack(row[:: -1 if left else 1])[:, : (image.shape[1] + small.shape[1])])


def mirrored(image: Image, *, scale: float = 0.65, left: bool = False) -> Image:
    """The same person in a mirror beside them."""
    return beside(image, image[:, ::-1], scale=scale, left=left)


class Upright:
    """A person cut out of a picture limb by limb, and stood on their feet.

    Args:
        image: The picture.
        body: Where they are in it, head to the right.
        height: How tall they are to be, in pixels.
    """

    def __init__(self, image: Image, body: Sighting, *, height: int) -> None:
        cut = (painted_over(image, [body]) != image).any(axis=2)
        x0, y0, x1, y1 = cv2.boundingRect(cut.astype(np.uint8))
        part = slice(y0, y0 + y1), slice(x0, x0 + x1)
        turned, shape = (np.rot90(one[part]) for one in (image, cut.astype(np.uint8)))
        size = round(height * turned.shape[1] / turned.shape[0]), height
        self._picture = cv2.resize(np.ascontiguousarray(turned), size, interpolation=cv2.INTER_AREA)
        self._shape = cv2.resize(np.ascontiguousarray(shape), size, interpolation=cv2.INTER_NEAREST) > 0

    def pasted(self, image: Image, x: float) -> Image:
        """A copy of a picture with them in front, their left edge at x."""
        width, at = self._shape.shape[1], round(x)
        shown = image.copy()
        first, last = max(-at, 0), min(width, image.shape[1] - at)
        if first < last:
            top = len(image) - len(self._shape)
            field = shown[max(top, 0) :, at + first : at + last]
            inside = self._shape[max(-top, 0) :, first:last]
            field[inside] = self._picture[max(-top, 0) :, first:last][inside]
        return shown

    def walking(self, images: list[Image], start: int, end: int) -> Iterator[Image]:
        """Pictures in which they walk through from left to right between two frames."""
        width = self._shape.shape[1]
        for i, image in enumerate(images):
            share = (i - start) / (end - start)
            inside = 0.0 <= share <= 1.0
            yield self.pasted(image, share * (image.shape[1] + width) - width) if inside else image
