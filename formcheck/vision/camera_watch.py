"""Watches the background for what the camera does: its roll, and whether it moves.

Only a few images are used, and only their parts outside the person. Motion is measured twice a second and at
sudden changes (`formcheck.vision.background`). The roll is measured from straight lines at the start and
every 30 s (`formcheck.vision.roll`). Each frame gets a row, `Pose.camera`, so that a recorded track is judged
like its clip:

| column         | content                                                                              |
|----------------|--------------------------------------------------------------------------------------|
| `ROLL`         | degrees, by the lines of this image, + = clockwise as seen from behind the camera    |
| `ROLL_ERROR`   | its standard uncertainty                                                             |
| `ZOOM`         | size of the background against the scene's first picture, 1 = the same               |
| `TURN`         | degrees the camera has rolled since the scene's first picture, signed like `ROLL`    |
| `SHIFT_X`, `_Y`| pixels the background's centre has moved since then, right and down                  |
| `SCENE`        | counts from 0 whenever the whole picture changes: a cut, or a camera that was moved  |

NaN stands for what was not looked at or could not be told (a wall without any mark).
"""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np

from formcheck.poses.pose import (
    COLUMNS,
    LOOK_EVERY_S,
    ROLL,
    ROLL_ERROR,
    SCENE,
    SHIFT_X,
    SHIFT_Y,
    TURN,
    ZOOM,
    Floats,
    Landmark,
    Pose,
)
from formcheck.vision import roll
from formcheck.vision.background import Background, Gray

_EARLY_S = 1e-6
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
_SAMPLED_PX, _CELLS, _TILES = 192, (48, 28), (12, 7)
_JUMP, _TILE_JUMP = 8.0, 4.0  # grey levels of 255 by which the picture after a cut differs, on average
_JUMP_TILES, _JUMP_TIMES = 0.4, 4.0  # share of the picture that changes; against what changed before
_USUAL = 15  # pictures
_MOVED = 0.3  # of the trunk, from one picture to the next: nobody does, unless the picture is another one
_JOINTS = [
    joint for joint in range(Landmark.LEFT_SHOULDER, Landmark.RIGHT_ANKLE + 1) if not 17 <= joint <= 22
]
_THICK = 0.42  # of the trunk: what is drawn over each limb, clothes and shadows' edges included
_PLATE = 1.15  # of its radii
_PLATES = 0.9  # of the trunk: as high as plates on a bar that is seen, and they move with it
_BAR = 2.0  # of the distance between the wrists, to both sides: where a bar may be


class CameraWatch:
    """Observes the background of one clip, image by image."""

    def __init__(self) -> None:
        self._looked_s = self._rolled_s = float("-inf")
        self._scene, self._scene_s = 0, float("nan")
        self._background: Background | None = None
        self._jumps, self._jumped = _Jumps(), False
        self._glanced = False
        self._pose: Pose | None = None  # in the last picture before a jump

    def glance(self, image_rgb: Gray) -> bool:
        """Return whether the next image seems to be after a cut; call `update` then."""
        self._jumped = self._jumps.update(image_rgb)
        self._glanced = True
        return self._jumps.suspected

    def update(self, image_rgb: Gray, pose: Pose) -> Floats | None:
        """Observe the next image, if an observation is due.

        Args:
            image_rgb: (H, W, 3) unmirrored image.
            pose: The person in it.

        Returns:
            The row of `Pose.camera`, or None if this image was not used.
        """
        time_s = pose.time_s
        if not self._glanced:
            self.glance(image_rgb)
        self._glanced, jumped = False, self._jumped
        cut = jumped and _moved_at_once(self._pose, pose)
        if not self._jumps.suspected:
            self._pose = pose
        if not jumped and time_s - self._looked_s < LOOK_EVERY_S - _EARLY_S:
            return None
        self._looked_s = time_s
        row = np.full(COLUMNS, np.nan)
        self._follow(image_rgb, pose, row, jumped, cut)
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

    def _follow(self, image_rgb: Gray, pose: Pose, row: Floats, jumped: bool, cut: bool) -> None:
        gray, scale = _shrunk(image_rgb, _MOTION_PX)
        free = 255 - person_mask(pose, gray.shape, scale)
        if cut or self._background is None or not self._background.update(gray, free, at_once=jumped):
            self._scene += self._background is not None
            self._scene_s = pose.time_s
            self._background = Background(gray, free)
        motion = self._background.motion
        if motion is not None:
            row[ZOOM], row[TURN] = abs(motion.turned), -np.degrees(np.angle(motion.turned))
            row[SHIFT_X], row[SHIFT_Y] = motion.shifted.real / scale, motion.shifted.imag / scale


class _Jumps:
    """Detects sudden changes of the image that last: not a flash, nor a damaged frame."""

    def __init__(self) -> None:
        self._last: Floats | None = None
        self._usual: deque[float] = deque(maxlen=_USUAL)
        self._other: Floats | None = None  # the first picture after a jump, until it is believed

    @property
    def suspected(self) -> bool:
        """Whether the last image may be the first one after a cut."""
        return self._other is not None

    def update(self, image_rgb: Gray) -> bool:
        """Add the next image; return whether it is the second one after a cut."""
        step = max(1, max(image_rgb.shape[:2]) // _SAMPLED_PX)
        few = np.ascontiguousarray(image_rgb[::step, ::step])
        gray = cv2.resize(cv2.cvtColor(few, cv2.COLOR_RGB2GRAY), _CELLS, interpolation=cv2.INTER_AREA)
        now, before, other = gray.astype(np.float64), self._last, self._other
        self._other = None
        if before is None or not self._far(before, now):
            if before is not None:
                self._usual.append(float(_change(before, now).mean()))
            self._last = now
            return False
        if other is None or 2 * _change(other, now).mean() > _change(before, now).mean():
            self._other = now
            return False
        self._usual.clear()
        self._last = now
        return True

    def _far(self, before: Floats, now: Floats) -> bool:
        change = _change(before, now)
        usual = max(self._usual, default=0.0)
        if float(change.mean()) < max(_JUMP, _JUMP_TIMES * usual):
            return False
        tiles = cv2.resize(change, _TILES, interpolation=cv2.INTER_AREA)
        return float((tiles > _TILE_JUMP).mean()) >= _JUMP_TILES


def _change(before: Floats, now: Floats) -> Floats:
    """Return how much each cell changed, without a change of brightness of the whole image."""
    change = now - before
    apart: Floats = np.abs(change - np.median(change))
    return apart


def _moved_at_once(before: Pose | None, now: Pose) -> bool:
    """Return whether the person is suddenly elsewhere, or lies the other way round."""
    if before is None or before.found != now.found:
        return True
    if not now.found:
        return False
    trunk = np.hypot(*(now.image_px[Landmark.LEFT_SHOULDER] - now.image_px[Landmark.LEFT_HIP]))
    way = np.hypot(*(now.image_px[_JOINTS] - before.image_px[_JOINTS]).T)
    return bool(np.median(way) > _MOVED * max(trunk, 1.0))


def person_mask(pose: Pose, shape: tuple[int, ...], scale: float) -> Gray:
    """Return the area of the person and of a plate on the bar, with a margin.

    Args:
        pose: Of the person.
        shape: Height and width of the image.
        scale: Its pixels over the pose's.
    """
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
    if pose.bar_px is not None and np.isfinite(pose.bar_px).all():
        found = (pose.bar_px * scale).astype(int).tolist()
        cv2.line(mask, found[0], found[1], 255, max(3, int(_PLATES * unit)))
    head = points[[Landmark.NOSE, Landmark.LEFT_EAR, Landmark.RIGHT_EAR]].mean(axis=0).astype(int)
    cv2.circle(mask, head.tolist(), max(3, int(0.35 * unit)), 255, -1)
    if pose.disc_px is not None and pose.rim is not None and np.isfinite(pose.disc_px).all():
        axes = np.rint(_PLATE * pose.rim[:2] * scale).astype(int).tolist()
        for at in (pose.disc_px, pose.far_px):  # the far one is smaller
            if at is not None and np.isfinite(at).all():
                cv2.ellipse(mask, np.rint(at[0] * scale).astype(int).tolist(), axes, 0, 0, 360, 255, -1)
    return mask


def _shrunk(image_rgb: Gray, long_side: int) -> tuple[Gray, float]:
    """Return a grey image of at most this length, and its scale."""
    scale = min(1.0, long_side / max(image_rgb.shape[:2]))
    if scale < 1.0:
        image_rgb = cv2.resize(image_rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(image_rgb, cv2.COLOR_RGB2GRAY), scale
