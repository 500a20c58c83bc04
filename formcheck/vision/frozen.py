"""Detects a picture that is only repeated: a camera, a call or an edit that stands still while time goes on.

What is repeated says nothing of the person: a hold or a slow lowering would be read off it. A person who
holds still is another thing: they sway and breathe, and a sensor has noise.
"""

from __future__ import annotations

import numpy as np

from formcheck.poses.gaps import GAP_S
from formcheck.poses.pose import Image

_SAMPLED_PX = 192  # longer side of the picture that is compared
_LEVELS = 2  # of 255: encoders change a repeated picture by less
_SHARE = 0.001
"""Of the pixels. Repeated pictures, encoded anew, change in 0.05 % of them at most; in half a second of the
stillest of the renders they change in 6 %."""


class FrozenPicture:
    """Watches the pictures of one clip, one by one."""

    def __init__(self) -> None:
        self._last: Image | None = None
        self._since_s = float("nan")

    def update(self, image_rgb: Image, time_s: float) -> bool:
        """Add the next picture; return whether it has been the same for longer than `GAP_S`.

        A picture without any detail (a lens cap, a black screen) cannot tell and is none.
        """
        step = max(1, max(image_rgb.shape[:2]) // _SAMPLED_PX)
        now = image_rgb[::step, ::step, 1].copy()
        before, self._last = self._last, now
        if before is None or before.shape != now.shape or not _same(before, now):
            self._since_s = time_s
        return time_s - self._since_s > GAP_S


def _same(before: Image, now: Image) -> bool:
    if now.min() == now.max():
        return False
    apart = np.maximum(before, now) - np.minimum(before, now)
    return bool((apart > _LEVELS).mean() <= _SHARE)
