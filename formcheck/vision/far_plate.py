"""The plate on the far end of the bar, where it is seen beside the near one.

Both are equally large, so the far one is a smaller circle. The line from one centre to the other shows how
high the camera looks: it leads to where the bar would meet the horizon (`formcheck.measures.bar`).
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.poses.pose import Floats, Image
from formcheck.vision.plate import Disc, strongest_edges

NO_CENTRE: Floats = np.full((1, 2), np.nan)
"""What is given out where it is not seen, or was not looked for."""

_EVERY_S, _KNOWN_S = 0.4, 2.0
_RADIUS_PX = 30.0  # of the near plate in the picture that is looked through
_PART = 2.0  # radii about its centre
_STRONG, _SQUARE = 40.0, 0.85  # Sobel, and cosine between an edge and the circle's at most 32 deg
_BESIDE_PX = -4.0, -2.7, 2.7, 4.0  # from the rim: what is there too is clutter
_HIDDEN = 1.08  # radii: nearer to the near plate's centre the far one is hidden
_FEWEST = 7  # of 32 parts of the rim that are not hidden
_LEAST_SHARE, _LEAST_EDGES = 0.35, 2.7  # of those parts, and edges beyond that share
_FILLED, _NEAR_FACE = (
    np.array([0.25, 0.5, 0.7, 0.85]),
    np.array([0.7, 0.85]),
)  # radii at which colours are read
_MOST_UNLIKE, _SHADES = 25.0, (0.35, 1.8)  # grey levels between faces equally bright, and how bright
_TRIED = 60  # circles that are compared with what is beside them
_ANGLES = (np.arange(32) + 0.5) * 2.0 * np.pi / 32
_AROUND = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=-1)
_CIRCLES = np.stack(
    np.meshgrid(
        np.arange(0.46, 0.66, 0.04),  # the far plate over the near one, with the camera 1.5 to 3 m away
        np.arange(-0.3, 0.31, 0.1),  # aside: the camera is square to within 15 deg or so
        np.arange(-1.3, 0.31, 0.07),  # below: up to 20 deg
        indexing="ij",
    ),
    axis=-1,
).reshape(-1, 3)
"""(K, 3) radius and place of the circles that are tried, in radii of the near plate."""


class FarPlateWatch:
    """Looks for the far plate now and then."""

    def __init__(self) -> None:
        self._looked_s = self._found_s = float("-inf")
        self._near, self._circle = np.full(2, np.nan), np.full(3, np.nan)

    def beside(self, near: Disc, time_s: float) -> Disc | None:
        """Return where the far plate is in a picture, by where it was when it was seen last.

        Args:
            near: The near plate in this picture.
            time_s: When it was taken.
        """
        if time_s - self._found_s > _KNOWN_S:
            return None
        radius, *place = self._circle
        half = np.array(near[2:4])
        x, y = (
            self._near + place * half + radius * (np.array(near[:2]) - self._near)
        )  # farther off, it moves less
        width, height = radius * half
        return Disc(float(x), float(y), float(width), float(height), near.error, near.share)

    def update(self, image_rgb: Image, disc: Floats, time_s: float) -> Floats:
        """Look for the far plate in the next picture.

        Args:
            image_rgb: (H, W, 3) image.
            disc: (6,) the near plate, as `PlateWatch.update` gives it.
            time_s: When it was taken.

        Returns:
            (1, 2) centre of the far plate in pixels, or NaN.
        """
        if not np.isfinite(disc[0]) or time_s - self._looked_s < _EVERY_S:
            return NO_CENTRE
        self._looked_s = time_s
        circle = find_far_plate(image_rgb, disc)
        if circle is None:
            return NO_CENTRE
        self._found_s, self._near, self._circle = time_s, disc[:2], circle
        centre: Floats = disc[None, :2] + circle[1:] * disc[2:4]
        return centre


def find_far_plate(image_rgb: Image, disc: Floats) -> Floats | None:
    """Return (3,) radius and place of the plate behind a plate, in radii of that, or None."""
    edges = _Edges.around(image_rgb, disc)
    seen, parts = edges.on(_CIRCLES, (-0.6, 0.6))
    best = np.argsort(np.where(parts >= _FEWEST, seen - _LEAST_SHARE * parts, -np.inf))[-_TRIED:]
    clutter = sum(edges.on(_CIRCLES[best], (off,))[0] for off in _BESIDE_PX) / len(_BESIDE_PX)
    score = seen[best] - clutter - _LEAST_SHARE * parts[best]
    chosen = int(np.argmax(score))
    if parts[best[chosen]] < _FEWEST or score[chosen] <= _LEAST_EDGES:
        return None
    circle: Floats = _CIRCLES[best[chosen]]
    return circle if _alike(image_rgb, disc, circle) else None


def _alike(image_rgb: Image, disc: Floats, circle: Floats) -> bool:
    """Whether what is seen of a circle has the colour of the near plate."""
    size = np.array(image_rgb.shape[1::-1])
    inside = circle[1:] + circle[0] * (_FILLED[:, None, None] * _AROUND).reshape(-1, 2)
    inside = inside[np.hypot(*inside.T) > _HIDDEN]
    colours = []
    for places in (inside, (_NEAR_FACE[:, None, None] * _AROUND).reshape(-1, 2)):
        at = np.rint(disc[:2] + places * disc[2:4]).astype(np.intp)
        at = at[((at >= 0) & (at < size)).all(axis=1)]
        if len(at) < _FEWEST:
            return False
        colours.append(np.median(image_rgb[at[:, 1], at[:, 0]].astype(np.float64), axis=0))
    far, near = colours
    shade = (far.sum() + 1.0) / (near.sum() + 1.0)  # its face may be turned from the light
    alike = float(np.abs(far - shade * near).max()) < _MOST_UNLIKE
    return alike and _SHADES[0] < shade < _SHADES[1]


class _Edges(NamedTuple):
    """Edges about the near plate, in a picture in which it is a circle of `_RADIUS_PX`.

    Attributes:
        gradient: (H, W, 2) across and down, in the colour channel in which it is strongest.
        strength: (H, W).
        middle: (2,) the near plate's centre.
    """

    gradient: NDArray[np.float32]
    strength: NDArray[np.float32]
    middle: Floats

    @classmethod
    def around(cls, image_rgb: Image, disc: Floats) -> _Edges:
        """Look at the edges about a plate."""
        size = np.array(image_rgb.shape[1::-1])
        low = np.clip(disc[:2] - _PART * disc[2:4], 0, size - 2).astype(int)
        high = np.clip(disc[:2] + _PART * disc[2:4], low + 2, size).astype(int)
        wanted = np.maximum(np.rint((high - low) * _RADIUS_PX / disc[2:4]), 4).astype(int)
        way = cv2.INTER_AREA if disc[3] > _RADIUS_PX else cv2.INTER_LINEAR
        part = image_rgb[low[1] : high[1], low[0] : high[0]]
        across, down, strength = strongest_edges(cv2.resize(part, wanted.tolist(), interpolation=way))
        middle = (disc[:2] - low + 0.5) * wanted / (high - low) - 0.5
        return cls(np.stack([across, down], axis=-1), strength, middle)

    def on(self, circles: Floats, offsets_px: tuple[float, ...]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return on how many parts of the rim of (K, 3) circles an edge lies, and how many are not hidden.

        Args:
            circles: Radius and place of each, in radii of the near plate.
            offsets_px: How far outside of the rim the edges may lie, each by itself; the most counts.
        """
        found = np.zeros(len(circles), dtype=np.intp)
        parts = np.zeros(len(circles), dtype=np.intp)
        size = np.array(self.strength.shape[::-1])
        for off in offsets_px:
            radius = _RADIUS_PX * circles[:, :1] + off
            places = _RADIUS_PX * circles[:, None, 1:] + radius[..., None] * _AROUND
            open_ = np.hypot(places[..., 0], places[..., 1]) > _HIDDEN * _RADIUS_PX
            at = np.rint(places + self.middle).astype(np.intp)
            open_ &= ((at > 0) & (at < size - 1)).all(axis=-1)
            x, y = np.moveaxis(np.clip(at, 0, size - 1), -1, 0)
            along = np.abs((self.gradient[y, x] * _AROUND).sum(axis=-1))
            edge = open_ & (along > _STRONG) & (along > _SQUARE * self.strength[y, x])
            found = np.maximum(found, edge.sum(axis=1))
            parts = np.maximum(parts, open_.sum(axis=1))
        return found, parts
