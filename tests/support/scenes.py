"""A background as a camera films it."""

from __future__ import annotations

import cv2
import numpy as np

from formcheck.vision.background import Gray

SIZE = (212, 120)


def scene(seed: int = 1) -> Gray:
    """Boxes and lines, twice as large as a picture of it."""
    rng = np.random.default_rng(seed)
    image = np.full((2 * SIZE[1], 2 * SIZE[0]), 128, np.uint8)
    for _ in range(60):
        x, y = rng.integers(0, 2 * SIZE[0]), rng.integers(0, 2 * SIZE[1])
        w, h = rng.integers(8, 70, 2)
        cv2.rectangle(image, (int(x), int(y)), (int(x + w), int(y + h)), int(rng.integers(40, 220)), -1)
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 1.0))
