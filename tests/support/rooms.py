"""Rooms made of lines, for the roll of a camera."""

from __future__ import annotations

import cv2
import numpy as np

from formcheck.poses.pose import Floats

SIZE = (848, 480)


def camera(roll_deg: float, pitch_deg: float, yaw_deg: float) -> Floats:
    """(3, 3) rows right, up and ahead of a camera in a room (x along a wall, y up, z into the room)."""
    yaw, pitch, turn = np.radians([yaw_deg, pitch_deg, roll_deg])
    ahead = np.array([np.sin(yaw) * np.cos(pitch), -np.sin(pitch), np.cos(yaw) * np.cos(pitch)])
    right = np.array([np.cos(yaw), 0.0, -np.sin(yaw)])
    up = np.cross(ahead, right)
    return np.array(
        [np.cos(turn) * right - np.sin(turn) * up, np.sin(turn) * right + np.cos(turn) * up, ahead]
    )


def room(
    roll_deg: float,
    pitch_deg: float = 8.0,
    yaw_deg: float = 0.0,
    *,
    focal: float = 0.85,
    upright: int = 12,
    level: int = 16,
    noise_px: float = 0.4,
    seed: int = 1,
) -> Floats:
    """(N, 4) edges of a room as a camera at 1 m height sees them."""
    rng = np.random.default_rng(seed)
    facing = camera(roll_deg, pitch_deg, yaw_deg)
    lines = []
    for count, directions in ((upright, [(0, 1, 0)]), (level, [(1, 0, 0), (0, 0, 1)])):
        while count:
            start = np.array([rng.uniform(-2.5, 2.5), rng.uniform(-1.0, 1.4), rng.uniform(2.5, 5.0)])
            along = np.array(directions[rng.integers(len(directions))]) * rng.uniform(0.3, 1.2)
            ends = np.array([start, start + along]) @ facing.T
            if (ends[:, 2] < 0.5).any():
                continue
            px = ends[:, :2] / ends[:, 2:] * [1, -1] * focal * SIZE[0] + np.array(SIZE) / 2
            if (px < 0).any() or (px > SIZE).any():
                continue
            lines.append((px + rng.normal(0, noise_px, (2, 2))).ravel())
            count -= 1
    return np.array(lines)


def picture(lines: Floats) -> np.ndarray:
    image = np.full(SIZE[::-1], 120, np.uint8)
    for n, (x1, y1, x2, y2) in enumerate(lines):
        cv2.line(image, (int(x1), int(y1)), (int(x2), int(y2)), 40 if n % 2 else 220, 3, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 0.8))
