"""Tracks the still background of a clip from image to image: how far has the camera moved?

The strongest edges of a key image, outside the person, are matched to each later image by the shift, rotation
and zoom that fits most of them (Gauss-Newton on the grey values, coarse to fine, with Tukey weights, so that
moving objects do not count). Edges tell more than corners: a bare wall over a skirting board has hardly any
corner. Images are compared with the key, not with the one before, so that errors do not add up while the
camera stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.poses.pose import Floats

Gray = NDArray[np.uint8]
Values = NDArray[np.float32]

_SCALES = (4, 2, 1)  # the image is searched at a quarter, a half and its whole size
_CELLS = 8  # across and down, each with its share of the edges
_EDGES = 1200  # at the whole size
_LEAST_SLOPE = 2.0  # grey levels a pixel
_FEWEST = 40
_ROUNDS, _STILL_PX = 6, 0.02
_BLUR_PX = 1.2
_HELD, _CLEAR = 0.5, 0.7  # of the edges: with fewer matched it is lost; with fewer a new key is taken
_HOLD = 1500.0  # pull to the last position, squared grey levels per squared pixel
_CUT = 6.0  # grey levels an edge may be off at the whole size; coarser ones more, to catch up from afar
_CHANGED = 12.0  # mean grey levels of 255 by which another scene differs
_PATIENCE = 3  # images without a match: a person may be passing


class CameraMotion(NamedTuple):
    """A point z = x + iy from the image centre (y down) moves to `turned * z + shifted`, in pixels."""

    turned: complex
    shifted: complex

    def after(self, first: CameraMotion) -> CameraMotion:
        """Return the motion of `first` followed by this one."""
        return CameraMotion(self.turned * first.turned, self.turned * first.shifted + self.shifted)


STILL = CameraMotion(1 + 0j, 0j)


class Background:
    """The background of one scene.

    Args:
        gray: (H, W) first image, best about 200 pixels long.
        free: (H, W), zero where the person is.

    Attributes:
        motion: Since the first image; None where it is unknown.
    """

    def __init__(self, gray: Gray, free: Gray) -> None:
        self.motion: CameraMotion | None = STILL
        self._key, self._key_at = _Key.of(gray, free), STILL
        self._last = gray, free, STILL
        self._lost = 0

    def update(self, gray: Gray, free: Gray, *, at_once: bool = False) -> bool:
        """Locate the next image; return False if it shows another scene.

        Args:
            gray: The image.
            free: Zero where the person is.
            at_once: Whether the whole image has just changed. If so, one failed match is enough.
        """
        guess = self._last[2]
        found = self._place(gray, guess)
        if found is None:  # the key may be too far away: try from the last located image
            self._key, self._key_at = _Key.of(*self._last[:2]), guess
            found = self._place(gray, guess)
        if found is None:
            return not at_once and self._miss(gray, free)
        self.motion, held = found
        self._lost = 0
        self._last = gray, free, self.motion
        if held < _CLEAR:
            self._key, self._key_at = _Key.of(gray, free), self.motion
        return True

    def _miss(self, gray: Gray, free: Gray) -> bool:
        self._lost += 1
        self.motion = None
        if self._lost >= _PATIENCE:
            if _differ(gray, free, *self._last[:2]):
                return False
            self._lost = 0  # nothing to match: start again where the camera was
            self._last = gray, free, self._last[2]
        return True

    def _place(self, gray: Gray, guess: CameraMotion) -> tuple[CameraMotion, float] | None:
        back = self._key_at
        turned = guess.turned / back.turned
        from_key = CameraMotion(turned, guess.shifted - turned * back.shifted)
        placed = self._key.place(gray, from_key)
        if placed is None or placed[1] < _HELD:
            return None
        return placed[0].after(back), placed[1]


@dataclass(frozen=True, slots=True)
class _Edges:
    """(N,) points z about the centre, grey values, slopes, and (N, 4) derivatives of the values."""

    scale: int
    at: NDArray[np.complex64]
    value: Values
    slope: Values
    change: Values
    reach: float


@dataclass(frozen=True, slots=True)
class _Key:
    """The strongest edges of an image at several scales, coarse first."""

    edges: tuple[_Edges, ...]

    @classmethod
    def of(cls, gray: Gray, free: Gray) -> _Key:
        return cls(tuple(_edges(_sized(gray, scale), _sized(free, scale), scale) for scale in _SCALES))

    def place(self, gray: Gray, motion: CameraMotion) -> tuple[CameraMotion, float] | None:
        """Match the edges to an image from a first guess; return the motion and the share that fits."""
        held, guess = 0.0, motion
        for edges in self.edges:
            if len(edges.at) < _FEWEST:
                if edges.scale == 1:
                    return None
                continue
            fitted = _fit(edges, _sized(gray, edges.scale).astype(np.float32), motion, guess)
            if fitted is None:
                return None
            motion, held = fitted
        return motion, held


def _sized(image: Gray, scale: int) -> Gray:
    if scale > 1:
        size = image.shape[1] // scale, image.shape[0] // scale
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(image, (0, 0), _BLUR_PX))


def _edges(gray: Gray, free: Gray, scale: int) -> _Edges:
    height, width = gray.shape
    across = cv2.Sobel(gray, cv2.CV_32F, 1, 0, scale=0.125)
    down = cv2.Sobel(gray, cv2.CV_32F, 0, 1, scale=0.125)
    slope = np.hypot(across, down)
    slope[free < 255] = 0.0
    slope[[0, 1, -2, -1]] = slope[:, [0, 1, -2, -1]] = 0.0
    wanted = max(3, _EDGES // scale // _CELLS**2 // 2)
    picked = []
    for rows in np.array_split(np.arange(height), _CELLS):
        for columns in np.array_split(np.arange(width), _CELLS):
            for steep in (np.abs(across) > np.abs(down), np.abs(across) <= np.abs(down)):
                cell = (slope * steep)[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].ravel()
                best = np.argpartition(-cell, min(wanted, len(cell) - 1))[:wanted]
                y, x = np.divmod(best[cell[best] > _LEAST_SLOPE], len(columns))
                picked.append((y + rows[0]) * width + x + columns[0])
    y, x = np.divmod(np.concatenate(picked), width)
    gx, gy = across[y, x], down[y, x]
    value = gray[y, x].astype(np.float32)
    zx, zy = (x - (width - 1) / 2).astype(np.float32), (y - (height - 1) / 2).astype(np.float32)
    reach = max(gray.shape) / 2
    change = np.stack([gx, gy, (gx * zx + gy * zy) / reach, (gy * zx - gx * zy) / reach], axis=1)
    return _Edges(scale, (zx + 1j * zy).astype(np.complex64), value, slope[y, x], change, reach)


def _fit(
    edges: _Edges, gray: Values, motion: CameraMotion, guess: CameraMotion
) -> tuple[CameraMotion, float] | None:
    """Improve a motion by inverse-compositional steps (Baker and Matthews, IJCV 2004).

    The search at the finest scale is drawn towards the previous position of the camera: along a skirting
    board nothing else tells how far it slid.
    """
    height, width = gray.shape
    hold = _HOLD if edges.scale == 1 else 0.0
    turned, shifted = motion.turned, motion.shifted / edges.scale
    held = 0.0
    for _ in range(_ROUNDS):
        at = turned * edges.at + shifted
        x = (at.real + (width - 1) / 2).astype(np.float32)
        y = (at.imag + (height - 1) / 2).astype(np.float32)
        inside = (x >= 1) & (y >= 1) & (x <= width - 2) & (y <= height - 2)
        if inside.sum() < _FEWEST:
            return None
        off = cv2.remap(gray, x[None], y[None], cv2.INTER_LINEAR)[0] - edges.value
        off -= np.median(off[inside])  # the whole image may have become lighter
        size = np.abs(off)
        held = float(((size < 0.8 * edges.slope + 3.0) & inside).sum()) / len(x)
        spread = max(1.5, 1.48 * float(np.median(size[inside])))
        cut = max(4.0 * spread, _CUT * edges.scale)
        weight = (1.0 - np.minimum(size / cut, 1.0) ** 2) ** 2 * inside
        weight *= _balance(edges, weight)
        weighted = edges.change * weight[:, None]
        normal = edges.change.T @ weighted
        normal[np.diag_indices(4)] += 1.0 + 2.5e-4 * np.trace(normal) + hold
        slid, grown = shifted - guess.shifted / edges.scale, edges.reach * (turned / guess.turned - 1)
        went = np.array([slid.real, slid.imag, grown.real, grown.imag])
        step = np.linalg.solve(normal, weighted.T @ off + hold * went)
        turned /= complex(1 + step[2] / edges.reach, step[3] / edges.reach)
        shifted -= turned * complex(step[0], step[1])
        if np.abs(step).max() < _STILL_PX:
            break
    return CameraMotion(complex(turned), complex(shifted) * edges.scale), held


def _balance(edges: _Edges, weight: Floats) -> Floats:
    """(N,) weights: the rarer of vertical and horizontal edges counts more, as a room may have few."""
    across, down = edges.change[:, 0] ** 2, edges.change[:, 1] ** 2
    upright = across > down
    more = float(weight[~upright] @ down[~upright]) / max(float(weight[upright] @ across[upright]), 1e-6)
    factor = min(max(more, 0.25), 4.0) ** 0.5
    factors: Floats = np.where(upright, factor, 1.0 / factor)
    return factors


def _differ(gray: Gray, free: Gray, before: Gray, free_before: Gray) -> bool:
    """Return whether two images differ outside the person."""
    both = (free > 0) & (free_before > 0)
    return bool(both.any()) and float(cv2.absdiff(gray, before)[both].mean()) > _CHANGED
