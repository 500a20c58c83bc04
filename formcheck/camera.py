"""What the camera does while it films, seen in the background: how far it is rolled, whether it moves.

Only a few pictures are looked at, and only outside the person: twice a second for motion
(`formcheck.backdrop`), at the start and every 30 s for the straight lines that tell the roll
(`formcheck.roll`). What was seen is a row a frame, `Pose.camera`, so that a recorded track is judged like
its clip:

| column         | content                                                                              |
|----------------|--------------------------------------------------------------------------------------|
| `ROLL`         | degrees by the lines of this picture, + = clockwise as seen from behind the camera   |
| `ROLL_ERROR`   | its standard uncertainty                                                             |
| `ZOOM`         | size of the background against the scene's first picture, 1 = the same               |
| `TURN`         | degrees the camera has rolled since the scene's first picture, signed like `ROLL`    |
| `SHIFT_X`, `_Y`| pixels the background's centre has moved since then, right and down                  |
| `SCENE`        | counts from 0 whenever the whole picture changes: a cut, or a camera that was moved  |

NaN stands for what was not looked at or could not be told (a wall without any mark).
"""

from __future__ import annotations

import cv2
import numpy as np

from . import roll
from .backdrop import Backdrop, Gray
from .pose import Floats, Landmark, Pose

ROLL, ROLL_ERROR, ZOOM, TURN, SHIFT_X, SHIFT_Y, SCENE = range(7)
COLUMNS = 7

_EVERY_S = 0.5
_ROLL_AT_S = (0.0, 2.0, 8.0)  # after the scene's first picture, then
_ROLL_EVERY_S = 30.0
_ROLL_PX, _MOTION_PX = 400, 212  # longer side of the pictures searched
_LIMBS = [
    (a.value + side, b.value + side)
    for a, b in (
        (Landmark.LEFT_SHOULDER, Landmark.LEFT_ELBOW),
        (Landmark.LEFT_ELBOW, Landmark.LEFT_WRIST),
        (Landmark.LEFT_WRIST, Landmark.LEFT_INDEX),
        (Landmark.LEFT_SHOULDER, Landmark.LEFT_HIP),
        (Landmark.LEFT_HIP, Landmark.LEFT_KNEE),
        (Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE),
        (Landmark.LEFT_ANKLE, Landmark.LEFT_FOOT_INDEX),
    )
    for side in (0, 1)
] + [(11, 12), (23, 24), (11, 24), (12, 23), (0, 11), (0, 12)]
_THICK = 0.42  # of the trunk: what is drawn over each limb, clothes and shadows' edges included
_BAR = 2.0  # of the distance between the wrists, to both sides: where a bar may be


class CameraWatch:
    """Follows the background of one clip, picture by picture."""

    def __init__(self) -> None:
        self._looked_s = self._rolled_s = float("-inf")
        self._scene, self._scene_s = 0, float("nan")
        self._backdrop: Backdrop | None = None

    def update(self, image_rgb: Gray, pose: Pose) -> Floats | None:
        """Look at the next picture, where one is due.

        Args:
            image_rgb: (H, W, 3) unmirrored image.
            pose: The person in it.

        Returns:
            The row of `Pose.camera`, or None where this picture was passed over.
        """
        time_s = pose.time_s
        if time_s - self._looked_s < _EVERY_S - 1e-6:
            return None
        self._looked_s = time_s
        row = np.full(COLUMNS, np.nan)
        self._follow(image_rgb, pose, row)
        row[SCENE] = self._scene
        if pose.found and self._roll_is_due(time_s):
            self._rolled_s = time_s
            gray, scale = _shrunk(image_rgb, _ROLL_PX)
            row[[ROLL, ROLL_ERROR]] = roll.from_picture(gray, person_mask(pose, gray.shape, scale))
        return row

    def _roll_is_due(self, time_s: float) -> bool:
        since_s, last_s = time_s - self._scene_s, self._rolled_s - self._scene_s
        due_s = max((at for at in _ROLL_AT_S if at <= since_s), default=0.0)
        return last_s < due_s or time_s - self._rolled_s >= _ROLL_EVERY_S

    def _follow(self, image_rgb: Gray, pose: Pose, row: Floats) -> None:
        gray, scale = _shrunk(image_rgb, _MOTION_PX)
        free = 255 - person_mask(pose, gray.shape, scale)
        if self._backdrop is None or not self._backdrop.update(gray, free):
            self._scene += self._backdrop is not None
            self._scene_s = pose.time_s
            self._backdrop = Backdrop(gray, free)
        motion = self._backdrop.motion
        if motion is not None:
            row[ZOOM], row[TURN] = abs(motion.turned), -np.degrees(np.angle(motion.turned))
            row[SHIFT_X], row[SHIFT_Y] = motion.shifted.real / scale, motion.shifted.imag / scale


def person_mask(pose: Pose, shape: tuple[int, ...], scale: float) -> Gray:
    """Cover the person, and a little around them, in a (H, W) picture of `scale` times the pose's pixels."""
    mask = np.zeros(shape[:2], np.uint8)
    if not pose.found:
        return mask
    px = pose.image_px * scale
    trunk = np.hypot(*(px[Landmark.LEFT_SHOULDER] - px[Landmark.LEFT_HIP]))
    shins = [np.hypot(*(px[knee] - px[knee + 2])) for knee in (Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE)]
    unit = max(trunk, *shins)
    points = np.clip(np.nan_to_num(px), -4 * max(shape), 4 * max(shape)).astype(int)
    for a, b in _LIMBS:
        cv2.line(mask, points[a].tolist(), points[b].tolist(), 255, max(3, int(_THICK * unit)))
    wrists = px[[Landmark.LEFT_WRIST, Landmark.RIGHT_WRIST]]
    ends = wrists.mean(axis=0) + np.outer([-_BAR, _BAR], wrists[1] - wrists[0])
    bar = np.clip(np.nan_to_num(ends), -4 * max(shape), 4 * max(shape)).astype(int).tolist()
    cv2.line(mask, bar[0], bar[1], 255, max(3, int(0.3 * unit)))
    head = points[[Landmark.NOSE, Landmark.LEFT_EAR, Landmark.RIGHT_EAR]].mean(axis=0).astype(int)
    cv2.circle(mask, head.tolist(), max(3, int(0.35 * unit)), 255, -1)
    return mask


def _shrunk(image_rgb: Gray, long_side: int) -> tuple[Gray, float]:
    """Return a grey picture no longer than asked, and its scale."""
    scale = min(1.0, long_side / max(image_rgb.shape[:2]))
    if scale < 1.0:
        image_rgb = cv2.resize(image_rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(image_rgb, cv2.COLOR_RGB2GRAY), scale
