"""Levelling: the camera's roll is removed from the points of a track.

Measures that refer to the vertical (a leg's elevation, a shin) need a level image. So points are rotated
about the image centre before anything is measured, in each frame by the roll of that frame. Only a roll that
the background shows clearly is removed. Otherwise the camera counts as level, and the doubt goes into the
uncertainty. Drawing and saving use the points as filmed.
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
"""With a larger roll, measures that refer to the vertical are not judged, and a note says so."""
SURE_DEG = 2.0
"""A roll with a larger uncertainty than this is not removed."""
UNKNOWN = Rolled(0.0, 1.0)
"""The roll where the background shows none: phones stand level to about this."""
_AGREE_DEG = 0.3


def fuse(samples: Sequence[Rolled]) -> Rolled:
    """Combine the rolls measured in several images of one camera position.

    They share the errors of the room, so more of them do not reduce the uncertainty. An uncertain roll counts
    as level, with an uncertainty that includes the measured value.
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
    looked = observed_frames(track)
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
    """Return the track as a level camera would have filmed it; a levelled track stays as it is."""
    if track.levelled is not None:
        return track
    levelled = rolls(track)
    return replace(_turned(track, -levelled[:, 0], track.size), levelled=levelled)


def as_filmed(track: Track) -> Track:
    """Return a levelled track as it was filmed."""
    if track.levelled is None:
        return track
    return replace(_turned(track, track.levelled[:, 0], track.size), levelled=None)


def turned(track: Track, deg: float) -> Track:
    """Return a track as its images would show it if they were rotated clockwise about their centre."""
    return _turned(track, np.full(len(track), -deg), track.size)


def roll_in(track: Track, part: slice) -> Rolled:
    """Return the roll that was removed from some frames: its median and uncertainty."""
    if track.levelled is None:
        return UNKNOWN
    deg, error = finite_median(track.levelled[part])
    return Rolled(float(deg), float(error))


class Leveller:
    """Levels poses one by one, by what is known of the camera so far.

    Args:
        size: Image width and height in pixels.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self._scene = 0.0
        self._samples: list[Rolled] = []
        self._base, self._turn, self._news = UNKNOWN, 0.0, False

    def update(self, pose: Pose, *, hold: bool = False) -> Pose:
        """Return the levelled pose.

        Args:
            pose: As filmed.
            hold: Whether to keep the roll used so far, so that no angle jumps within a repetition.
        """
        if pose.camera is not None:
            hold &= self._see(pose.camera)
        if self._news and not hold:
            self._base, self._news = fuse(self._samples), False
        deg = self._base.deg + self._turn
        levelled = np.array([deg, self._base.uncertainty_deg])
        return replace(_turned(pose, np.array(-deg), self._size), levelled=levelled)

    def as_filmed(self, pose: Pose) -> Pose:
        """Return a levelled pose as it was filmed."""
        if pose.levelled is None:
            return pose
        return replace(_turned(pose, pose.levelled[0], self._size), levelled=None)

    def _see(self, row: Floats) -> bool:
        """Add a camera observation; return whether it is still the same scene."""
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
    """Return a note that the camera was rolled, and whether that was corrected."""
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


def observed_frames(track: Track) -> np.ndarray:
    """Return the frames that have a camera observation."""
    if track.camera is None:
        return np.zeros(0, dtype=int)
    return np.flatnonzero(np.isfinite(track.camera[:, SCENE]))


def _before_turning(row: Floats) -> Rolled:
    """Return the roll of an observation, referred to the scene's first frame."""
    return Rolled(float(row[ROLL] - np.nan_to_num(row[TURN])), float(row[ROLL_ERROR]))


_Points = TypeVar("_Points", Track, Pose)


def _turned(points: _Points, deg: Floats, size: tuple[int, int]) -> _Points:
    """Rotate all points about the image centre, counter-clockwise to the eye, each frame by its own angle."""
    if not deg.any():
        return points
    middle = (np.array(size, dtype=np.float64) - 1) / 2

    def in_image(px: Floats) -> Floats:
        """Rotate (..., 2) points of each frame."""
        each = deg.reshape(deg.shape + (1,) * (px.ndim - 1 - deg.ndim))
        return rotate_px(px - middle, each) + middle

    def in_world(points_m: Floats) -> Floats:
        """Rotate (..., N, 3) points of each frame."""
        return np.concatenate([rotate_px(points_m[..., :2], deg[..., None]), points_m[..., 2:]], axis=-1)

    by_kind = {Levelled.IMAGE: in_image, Levelled.WORLD: in_world}
    turned: dict[str, Any] = {
        name: by_kind[array.levelled](values)
        for name, array in OPTIONAL.items()
        if array.levelled in by_kind and (values := getattr(points, name)) is not None
    }
    return replace(points, image_px=in_image(points.image_px), **turned)
