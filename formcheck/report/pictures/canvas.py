"""An image to draw on: lines, panels and text in units of a 640 pixels wide image."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.exercises.rule import Status
from formcheck.poses.pose import Floats, Image

Colour = tuple[int, int, int]
Box = tuple[int, int, int, int]
"""Left, top, right, bottom."""

WHITE: Colour = (245, 245, 245)
DIM: Colour = (190, 196, 202)
INK: Colour = (18, 22, 28)
BLUE: Colour = (74, 184, 255)
COLOURS: dict[Status, Colour] = {
    Status.OK: (60, 205, 165),
    Status.WARN: (255, 186, 40),
    Status.FAULT: (240, 62, 62),
    Status.TOO_CLOSE: (170, 176, 184),
    Status.NOT_JUDGED: (128, 134, 142),
}
"""From the colour-blind safe palette of Okabe and Ito, brightened for a dark ground."""

_SHIFT = 3  # binary places below the pixel, so that lines move smoothly
_FONT, _BOLD = cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX


@lru_cache(maxsize=1024)
def _width(text: str, font: int, scale: float) -> int:
    (width, _), _ = cv2.getTextSize(text, font, scale, 1)
    return int(width)


class Canvas:
    """A copy of an image with pens.

    Args:
        image_rgb: (H, W, 3), left as it is.

    Attributes:
        image: (H, W, 3) what was drawn.
        taken: Where something is written that values must not cover.
        unit: Pixels of this image to one of a 640 pixels wide one.
    """

    def __init__(self, image_rgb: NDArray[np.uint8]) -> None:
        self.image: Image = np.array(image_rgb, order="C", copy=True)
        self.taken: list[Box] = []
        self.height, self.width = int(self.image.shape[0]), int(self.image.shape[1])
        self.unit: float = max(min(self.width / 640, self.height / 300), 0.3)

    def px(self, length: float) -> int:
        """Scale a length to this image, at least one pixel."""
        return max(1, round(length * self.unit))

    def polyline(self, points: Floats, colour: Colour, width: float) -> None:
        """Join (N, 2) finite points."""
        fixed = np.round(np.clip(points, -20_000, 20_000) * (1 << _SHIFT)).astype(np.int32)
        cv2.polylines(self.image, [fixed], False, colour, self.px(width), cv2.LINE_AA, _SHIFT)

    def dashed(self, start: Floats, end: Floats, colour: Colour, width: float) -> None:
        """Join two (2,) points by dashes."""
        length = float(np.hypot(*(end - start)))
        step = (end - start) / max(length, 1e-6)
        dash = 7.0 * self.unit
        for i in range(0, int(min(length, 20_000) / dash) + 1, 2):
            ends = start + np.outer([i * dash, min((i + 1) * dash, length)], step)
            self.polyline(ends, colour, width)

    def fill(self, points: Floats, colour: Colour, opacity: float) -> None:
        """Lay a translucent polygon of (N, 2) finite points over the image."""
        drawn = self.image.copy()
        fixed = np.round(np.clip(points, -20_000, 20_000) * (1 << _SHIFT)).astype(np.int32)
        cv2.fillPoly(drawn, [fixed], colour, cv2.LINE_AA, _SHIFT)
        cv2.addWeighted(drawn, opacity, self.image, 1 - opacity, 0, self.image)

    def dot(self, at: Floats, radius: float, colour: Colour) -> None:
        """Fill a circle."""
        self._circle(at, radius, colour, -1)

    def ring(self, at: Floats, radius: float, colour: Colour) -> None:
        """Draw a circle on a dark ground."""
        self._circle(at, radius, INK, self.px(4))
        self._circle(at, radius, colour, self.px(2))

    def _circle(self, at: Floats, radius: float, colour: Colour, thick: int) -> None:
        x, y = (round(float(v) * (1 << _SHIFT)) for v in np.clip(at, -20_000, 20_000))
        r = max(1, round(radius * self.unit * (1 << _SHIFT)))
        cv2.circle(self.image, (x, y), r, colour, thick, cv2.LINE_AA, _SHIFT)

    def panel(
        self,
        x: int,
        y: int,
        width: int,
        height: int,
        colour: Colour = INK,
        opacity: float = 0.68,
        *,
        square: bool = False,
    ) -> None:
        """Lay a translucent rectangle over the image, its corners round unless `square`."""
        x0, y0 = max(x, 0), max(y, 0)
        part = self.image[y0 : max(y + height, 0), x0 : max(x + width, 0)]
        if not part.size:
            return
        drawn = part.copy()
        right, bottom = part.shape[1] - 1, part.shape[0] - 1
        r = 0 if square else min(self.px(6), right // 2, bottom // 2)
        cv2.rectangle(drawn, (r, 0), (right - r, bottom), colour, -1)
        if r:
            cv2.rectangle(drawn, (0, r), (right, bottom - r), colour, -1)
            for corner in ((r, r), (right - r, r), (r, bottom - r), (right - r, bottom - r)):
                cv2.circle(drawn, corner, r, colour, -1, cv2.LINE_AA)
        cv2.addWeighted(drawn, opacity, part, 1 - opacity, 0, part)

    def text(self, text: str, x: int, y: int, size: float, colour: Colour, *, bold: bool = False) -> int:
        """Write a line of text with its baseline at `y`; return the x where it ends."""
        font, scale = self._pen(size, bold)
        if text:
            cv2.putText(self.image, text, (x, y), font, scale, colour, 1, cv2.LINE_AA)
        return x + _width(text, font, scale)

    def width_of(self, text: str, size: float, *, bold: bool = False) -> int:
        """Return how wide a line would be."""
        return _width(text, *self._pen(size, bold)) if text else 0

    def fit(self, text: str, size: float, room: int) -> str:
        """Shorten a text to this width."""
        if self.width_of(text, size) <= room:
            return text
        while len(text) > 1 and self.width_of(text + "...", size) > room:
            text = text[:-1]
        return text.rstrip() + "..."

    def _pen(self, size: float, bold: bool) -> tuple[int, float]:
        return (_BOLD if bold else _FONT), size * self.unit

    def badge(self, x: int, y: int, size: int, status: Status) -> None:
        """Draw the sign of a status, centred: tick, !, x, or a dash."""
        at = np.array([x, y], dtype=np.float64)
        r = size / 2
        self.dot(at, r / self.unit, COLOURS[status])
        strokes: dict[Status, list[list[tuple[float, float]]]] = {
            Status.OK: [[(-0.45, 0.05), (-0.1, 0.4), (0.5, -0.35)]],
            Status.WARN: [[(0, -0.6), (0, 0.1)], [(0, 0.5), (0, 0.55)]],
            Status.FAULT: [[(-0.38, -0.38), (0.38, 0.38)], [(-0.38, 0.38), (0.38, -0.38)]],
        }
        for stroke in strokes.get(status, [[(-0.45, 0), (0.45, 0)]]):
            self.polyline(at + r * np.array(stroke), INK, max(2.0, 0.13 * size / self.unit))

    def pill(self, text: str, at: Floats, status: Status | None) -> None:
        """Write a value beside a (2,) point, if possible outside `taken`; `status` adds its sign."""
        size, pad, icon = 0.68, self.px(5), self.px(14) if status else 0
        lead = icon + self.px(4) if icon else 0
        width, height, off = self.width_of(text, size) + lead + 2 * pad, self.px(23), self.px(13)
        x, y = (int(v) for v in np.clip(at, -20_000, 20_000))
        # Not moved off the limbs: with each change of posture it would jump from side to side.
        places = [
            (x - width // 2, y - off - height),
            (x - width // 2, y + off),
            (x + off, y - height // 2),
            (x - off - width, y - height // 2),
            (x + off, y + off),
            (x - off - width, y + off),
        ]
        boxes = [self._inside(left, top, width, height) for left, top in places]
        box = min(boxes, key=lambda each: sum(_overlap(each, other) for other in self.taken))
        self.panel(box[0], box[1], width, height)
        self.taken.append(box)
        if status:
            self.badge(box[0] + pad + icon // 2, box[1] + height // 2, icon, status)
        self.text(text, box[0] + pad + lead, box[1] + round(0.74 * height), size, WHITE)

    def _inside(self, x: int, y: int, width: int, height: int) -> Box:
        x = min(max(x, 0), max(self.width - width, 0))
        y = min(max(y, 0), max(self.height - height, 0))
        return x, y, x + width, y + height


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
