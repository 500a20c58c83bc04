"""Tracks made upright: the camera's roll is taken out of the points, and its movement is weighed.

What hangs on the vertical (a leg's elevation, a shin) is measured in pictures that may be rolled, so points
are turned about the picture's centre before anything is measured, frame by frame as the camera turns. Only
a roll that the background settles is taken out; without it the picture counts as level and the doubt goes
into the uncertainty. Drawing and saving use the points as filmed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .camera import ROLL, ROLL_ERROR, SCENE, SHIFT_X, SHIFT_Y, TURN, ZOOM
from .geometry import rotate_px
from .pose import Floats, Landmark, Pose
from .roll import Rolled
from .track import Track

LIMIT_DEG = 12.0
"""A camera rolled further is said to be, and what hangs on the vertical is not judged."""
MOVED_PCT = 10.0
"""A camera that moves the background by more (of the trunk length, about the person) has moved."""
SURE_DEG = 2.0
"""A roll known worse than this is not taken out."""
UNKNOWN = Rolled(0.0, 1.0)
"""Where nothing tells the roll: people stand their phones level to about this."""
_AGREE_DEG = 0.3
_MOVE_S, _SHOWN = 2.0, 3
_REACH = np.array([1.5 + 0.5j, 1.5 - 0.5j, -1.5 + 0.5j, -1.5 - 0.5j])
"""Corners of the person about the hips, in trunk lengths."""


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
    looked = _looked(track)
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


def moved_pct(
    track: Track, scale_px: float, span: tuple[float, float], usual: Sequence[tuple[float, float]]
) -> float:
    """Return how far the camera moved in a span of time from where it mostly stood, about the person.

    Args:
        track: The frames of the set.
        scale_px: Trunk length in pixels.
        span: Start and end in seconds.
        usual: Spans of the set's repetitions: where the camera was in most of them is its place.

    Returns:
        Movement of the background, percent of the trunk length; infinite where it shows another scene in
        between, 0 where nothing was seen of the background.
    """
    looked = _looked(track)
    if track.camera is None or not len(looked):
        return 0.0
    rows, t = track.camera[looked], track.time_s[looked]
    during = np.zeros(len(t), dtype=bool)
    for start_s, end_s in usual:
        during |= (t >= start_s) & (t <= end_s)
    mine = (t >= span[0]) & (t <= span[1])
    during |= mine
    if not mine.any():
        return 0.0
    scenes, counts = np.unique(rows[during, SCENE], return_counts=True)
    if len(np.unique(rows[mine, SCENE])) > 1 or rows[mine, SCENE][0] != scenes[np.argmax(counts)]:
        return float("inf")
    known = np.isfinite(rows[:, TURN]) & (rows[:, SCENE] == rows[mine, SCENE][0])
    if not (known & mine).any():
        return 0.0
    turned, shifted = _motion(rows)
    usual_turn, usual_shift = (np.median(each[known & during]) for each in (turned, shifted))
    corners = _hips(track) + scale_px * _REACH
    relative = turned[known & mine, None] / usual_turn
    went = relative * (corners - usual_shift) + shifted[known & mine, None] - corners
    return float(100.0 * np.abs(went).max() / scale_px)


def camera_notes(track: Track) -> list[str]:
    """Say what a reader must know of the camera: rolled, moved and when."""
    return [*_roll_notes(track), *_move_notes(track)]


def _roll_notes(track: Track) -> list[str]:
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


def _move_notes(track: Track) -> list[str]:
    looked = _looked(track)
    if track.camera is None or not len(looked) or not track.found.any():
        return []
    rows, t = track.camera[looked], track.time_s[looked]
    cuts = t[1:][np.diff(rows[:, SCENE]) != 0]
    notes = [f"The whole picture changed at {_times([(cut, cut) for cut in cuts])}."] if len(cuts) else []
    if moves := _moves(track, rows, t):
        notes.append(f"The camera moved at {_times(moves)}: put the phone on something steady.")
    return notes


def _moves(track: Track, rows: Floats, t: Floats) -> list[tuple[float, float]]:
    """Return from when to when the camera moved, in seconds: by `MOVED_PCT` within a second or two."""
    corners = _hips(track) + _trunk_px(track) * _REACH
    turned, shifted = _motion(rows)
    at = turned[:, None] * corners + shifted[:, None]
    moves: list[tuple[float, float]] = []
    for now in range(len(t)):
        before = (t < t[now]) & (t >= t[now] - _MOVE_S) & (rows[:, SCENE] == rows[now, SCENE])
        went = np.abs(at[now] - at[before]).max(axis=1)
        if not (went > MOVED_PCT / 100.0 * _trunk_px(track)).any():
            continue
        since = float(t[before][went > MOVED_PCT / 100.0 * _trunk_px(track)][-1])
        if moves and since <= moves[-1][1]:
            moves[-1] = (moves[-1][0], float(t[now]))
        else:
            moves.append((since, float(t[now])))
    return moves


def _times(spans: Sequence[tuple[float, float]]) -> str:
    shown = [f"{a:.1f} s" if b - a < 0.1 else f"{a:.1f} to {b:.1f} s" for a, b in spans[:_SHOWN]]
    more = len(spans) - len(shown)
    return ", ".join(shown) + (f" and {more} more times" if more else "")


def _trunk_px(track: Track) -> float:
    px = track.image_px
    shoulder, hip = (
        px[:, left : left + 2].mean(axis=1) for left in (Landmark.LEFT_SHOULDER, Landmark.LEFT_HIP)
    )
    return float(np.nanpercentile(np.hypot(*(hip - shoulder).T), 80))


def _looked(track: Track) -> np.ndarray:
    """Return the frames in which the background was looked at."""
    if track.camera is None:
        return np.zeros(0, dtype=int)
    return np.flatnonzero(np.isfinite(track.camera[:, SCENE]))


def _motion(rows: Floats) -> tuple[np.ndarray, np.ndarray]:
    """(N,) turn and zoom, and shift of the background, as complex numbers with y down."""
    turned = rows[:, ZOOM] * np.exp(-1j * np.radians(rows[:, TURN]))
    return turned, rows[:, SHIFT_X] + 1j * rows[:, SHIFT_Y]


def _hips(track: Track) -> complex:
    """Return where the hips mostly are, about the picture's centre."""
    hips = track.image_px[:, [Landmark.LEFT_HIP, Landmark.RIGHT_HIP]].mean(axis=1) - _middle(track.size)
    x, y = np.nanmedian(hips, axis=0)
    return complex(x, y)


def _middle(size: tuple[int, int]) -> Floats:
    return (np.array(size, dtype=np.float64) - 1) / 2


def _about_sight(world_m: Floats, turn: Floats | float) -> Floats:
    """Turn metric landmarks (..., 3) about the line of sight."""
    return np.concatenate([rotate_px(world_m[..., :2], turn), world_m[..., 2:]], axis=-1)
