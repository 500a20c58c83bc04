"""Tracks made upright: the camera's roll is taken out of the points.

What hangs on the vertical (a leg's elevation, a shin) is measured in pictures that may be rolled, so points
are turned about the picture's centre before anything is measured, frame by frame as the camera turns. Only
a roll that the background settles is taken out; without it the picture counts as level and the doubt goes
into the uncertainty. Drawing and saving use the points as filmed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from formcheck.poses.geometry import finite_median, rotate_px
from formcheck.poses.pose import OPTIONAL, ROLL, ROLL_ERROR, SCENE, TURN, Floats, Levelled, Pose, Rolled
from formcheck.poses.track import Track

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
        base = fuse([_before_turning(row) for row in rows[mine]])
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
    return replace(_turned(track, -levelled[:, 0], track.size), levelled=levelled)


def as_filmed(track: Track) -> Track:
    """Return a track that was made upright as it is in the pictures."""
    if track.levelled is None:
        return track
    return replace(_turned(track, track.levelled[:, 0], track.size), levelled=None)


def turned(track: Track, deg: float) -> Track:
    """Return a track as its pictures would show it, had they been turned clockwise about their middle."""
    return _turned(track, np.full(len(track), -deg), track.size)


def roll_in(track: Track, part: slice) -> Rolled:
    """Return the roll that was taken out of some frames: its median and uncertainty."""
    if track.levelled is None:
        return UNKNOWN
    deg, error = finite_median(track.levelled[part])
    return Rolled(float(deg), float(error))


class Leveller:
    """Makes poses upright one by one, by what was seen of the camera so far.

    Args:
        size: Image width and height in pixels.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self._scene = 0.0
        self._samples: list[Rolled] = []
        self._base, self._turn, self._news = UNKNOWN, 0.0, False

    def update(self, pose: Pose, *, hold: bool = False) -> Pose:
        """Return the pose upright.

        Args:
            pose: As filmed.
            hold: Whether to stay with the roll known so far, so that no angle jumps within a repetition.
        """
        if pose.camera is not None:
            hold &= self._see(pose.camera)
        if self._news and not hold:
            self._base, self._news = fuse(self._samples), False
        deg = self._base.deg + self._turn
        levelled = np.array([deg, self._base.uncertainty_deg])
        return replace(_turned(pose, np.array(-deg), self._size), levelled=levelled)

    def as_filmed(self, pose: Pose) -> Pose:
        """Return a pose that was made upright where it is in the picture."""
        if pose.levelled is None:
            return pose
        return replace(_turned(pose, pose.levelled[0], self._size), levelled=None)

    def _see(self, row: Floats) -> bool:
        """Take what the background told; return whether it is still the same scene."""
        same = bool(row[SCENE] == self._scene)
        if not same:
            self._scene, self._samples, self._turn, self._news = row[SCENE], [], 0.0, True
        if np.isfinite(row[TURN]):
            self._turn = float(row[TURN])
        if np.isfinite(row[ROLL]):
            self._samples.append(_before_turning(row))
            self._news = True
        return same


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
        return [f"The camera was rolled {abs(deg):.0f}° {way}; the angles are corrected for it."]
    return []


def looked_at(track: Track) -> np.ndarray:
    """Return the frames in which the background was looked at."""
    if track.camera is None:
        return np.zeros(0, dtype=int)
    return np.flatnonzero(np.isfinite(track.camera[:, SCENE]))


def _before_turning(row: Floats) -> Rolled:
    """Return the roll that a look saw as it was at the scene's first picture."""
    return Rolled(float(row[ROLL] - np.nan_to_num(row[TURN])), float(row[ROLL_ERROR]))


_Points = TypeVar("_Points", Track, Pose)


def _turned(points: _Points, deg: Floats, size: tuple[int, int]) -> _Points:
    """Turn all points about the picture's centre, counter-clockwise to the eye, frame by frame of a track."""
    if not deg.any():
        return points
    middle = (np.array(size, dtype=np.float64) - 1) / 2

    def in_image(px: Floats) -> Floats:
        """Turn (..., 2) points of each frame."""
        each = deg.reshape(deg.shape + (1,) * (px.ndim - 1 - deg.ndim))
        return rotate_px(px - middle, each) + middle

    def in_world(points_m: Floats) -> Floats:
        """Turn (..., N, 3) points of each frame."""
        return np.concatenate([rotate_px(points_m[..., :2], deg[..., None]), points_m[..., 2:]], axis=-1)

    by_kind = {Levelled.IMAGE: in_image, Levelled.WORLD: in_world}
    turned: dict[str, Any] = {
        name: by_kind[array.levelled](values)
        for name, array in OPTIONAL.items()
        if array.levelled in by_kind and (values := getattr(points, name)) is not None
    }
    return replace(points, image_px=in_image(points.image_px), **turned)
