"""Tracks made upright: the camera's roll is taken out of the points.

What hangs on the vertical (a leg's elevation, a shin) is measured in pictures that may be rolled, so points
are turned about the picture's centre before anything is measured, frame by frame as the camera turns. Only
a roll that the background settles is taken out; without it the picture counts as level and the doubt goes
into the uncertainty. Drawing and saving use the points as filmed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .camera import ROLL, ROLL_ERROR, SCENE, TURN
from .geometry import rotate_px
from .pose import Floats, Pose
from .roll import Rolled
from .track import Track

LIMIT_DEG = 12.0
"""A camera rolled further is said to be, and what hangs on the vertical is not judged."""
SURE_DEG = 2.0
"""A roll known worse than this is not taken out."""
UNKNOWN = Rolled(0.0, 1.0)
"""Where nothing tells the roll: people stand their phones level to about this."""
_AGREE_DEG = 0.3


def fuse(samples: Sequence[Rolled]) -> Rolled:
    """Combine the rolls seen in several pictures of one camera position.

    They share the room's own errors, so more of them do not make it surer. A roll that is not settled
    counts as level, as uncertain as it looked.
    """
    seen = np.array([sample for sample in samples if np.isfinite(sample.deg)])
    if not len(seen):
        return UNKNOWN
    weight = 1.0 / (seen[:, 1] ** 2 + _AGREE_DEG**2)
    weight /= weight.sum()
    deg = float(weight @ seen[:, 0])
    error = float(np.sqrt(weight @ (seen[:, 1] ** 2 + (seen[:, 0] - deg) ** 2)))
    return Rolled(deg, error) if error <= SURE_DEG else Rolled(0.0, float(np.hypot(deg, error)))


def rolls(track: Track) -> Floats:
    """Return (T, 2) the camera's roll in each frame and its uncertainty, degrees, + = clockwise."""
    out = np.tile(np.array(UNKNOWN), (len(track), 1))
    looked = looked_at(track)
    if track.camera is None or not len(looked):
        return out
    rows = track.camera[looked]
    scene_at = rows[np.clip(np.searchsorted(looked, np.arange(len(track)), "right") - 1, 0, None), SCENE]
    for scene in np.unique(rows[:, SCENE]):
        mine = rows[:, SCENE] == scene
        turn = np.nan_to_num(rows[mine, TURN])
        base = fuse(
            [Rolled(r - t, e) for r, e, t in zip(*rows[mine][:, [ROLL, ROLL_ERROR]].T, turn, strict=True)]
        )
        known = mine & np.isfinite(rows[:, TURN])
        frames = np.flatnonzero(scene_at == scene)
        turned = np.interp(frames, looked[known], rows[known, TURN]) if known.any() else 0.0
        out[frames, 0] = base.deg + turned
        out[frames, 1] = base.uncertainty_deg
    return out


def upright(track: Track) -> Track:
    """Return the track as a camera held level would have filmed it; a track made upright stays as it is."""
    if track.levelled is not None:
        return track
    levelled = rolls(track)
    if not levelled[:, 0].any():
        return replace(track, levelled=levelled)
    back = -levelled[:, 0, None]
    middle = _middle(track.size)
    return replace(
        track,
        image_px=rotate_px(track.image_px - middle, back) + middle,
        edges_px=None
        if track.edges_px is None
        else rotate_px(track.edges_px - middle, back[..., None]) + middle,
        world_m=None if track.world_m is None else _about_sight(track.world_m, back),
        levelled=levelled,
    )


def roll_in(track: Track, part: slice) -> Rolled:
    """Return the roll that was taken out of some frames: its median and uncertainty."""
    if track.levelled is None:
        return UNKNOWN
    deg, error = np.nanmedian(track.levelled[part], axis=0)
    return Rolled(float(deg), float(error))


class Leveller:
    """Makes poses upright one by one, by what was seen of the camera so far.

    Args:
        size: Image width and height in pixels.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._middle = _middle(size)
        self._scene = 0.0
        self._samples: list[Rolled] = []
        self._base, self._turn = UNKNOWN, 0.0

    def update(self, pose: Pose, *, hold: bool = False) -> Pose:
        """Return the pose upright.

        Args:
            pose: As filmed.
            hold: Whether to stay with the roll known so far, so that no angle jumps within a repetition.
        """
        if pose.camera is not None:
            self._see(pose.camera)
        if not hold:
            self._base = fuse(self._samples)
        return self._turned(pose, -1.0)

    def as_filmed(self, pose: Pose) -> Pose:
        """Turn the last pose back to where it is in the picture."""
        return self._turned(pose, +1.0)

    def _see(self, row: Floats) -> None:
        if row[SCENE] != self._scene:
            self._scene, self._samples, self._turn = row[SCENE], [], 0.0
        if np.isfinite(row[TURN]):
            self._turn = float(row[TURN])
        if np.isfinite(row[ROLL]):
            self._samples.append(Rolled(float(row[ROLL]) - self._turn, float(row[ROLL_ERROR])))

    def _turned(self, pose: Pose, sign: float) -> Pose:
        deg = self._base.deg + self._turn
        levelled = np.array([deg, self._base.uncertainty_deg]) if sign < 0 else None
        if deg == 0.0:
            return replace(pose, levelled=levelled)
        turn, middle = sign * deg, self._middle
        return replace(
            pose,
            image_px=rotate_px(pose.image_px - middle, turn) + middle,
            edges_px=None if pose.edges_px is None else rotate_px(pose.edges_px - middle, turn) + middle,
            world_m=None if pose.world_m is None else _about_sight(pose.world_m, turn),
            levelled=levelled,
        )


def roll_notes(track: Track) -> list[str]:
    """Say that the camera was rolled, and what was done about it."""
    deg, error = np.median(rolls(track)[track.found], axis=0)
    way = "clockwise" if deg > 0 else "counter-clockwise"
    if abs(deg) > LIMIT_DEG:
        return [
            f"The camera was rolled {abs(deg):.0f}° {way}, which is too far to correct: stand it upright. "
            "What hangs on the vertical is not judged."
        ]
    if abs(deg) >= max(2.0, 2.0 * error):
        return [
            f"The camera was rolled {abs(deg):.0f} ± {error:.0f}° {way}; the angles are corrected for it."
        ]
    return []


def looked_at(track: Track) -> np.ndarray:
    """Return the frames in which the background was looked at."""
    if track.camera is None:
        return np.zeros(0, dtype=int)
    return np.flatnonzero(np.isfinite(track.camera[:, SCENE]))


def _middle(size: tuple[int, int]) -> Floats:
    return (np.array(size, dtype=np.float64) - 1) / 2


def _about_sight(world_m: Floats, turn: Floats | float) -> Floats:
    """Turn metric landmarks (..., 3) about the line of sight."""
    return np.concatenate([rotate_px(world_m[..., :2], turn), world_m[..., 2:]], axis=-1)
