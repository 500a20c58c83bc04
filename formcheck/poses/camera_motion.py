"""How far the camera moved while it filmed, measured around the person in trunk lengths.

Shift, rotation and zoom of the background become one number: how far the furthest corner of a box around the
person moved. A camera held still in the hand stays below a few percent. Measures that compare positions or
angles of different times are not judged where the camera moved by more than `MOVED_PCT`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from formcheck.poses.geometry import finite_median
from formcheck.poses.pose import SCENE, SHIFT_X, SHIFT_Y, TURN, ZOOM, Floats, Landmark
from formcheck.poses.track import Track

MOVED_PCT = 10.0
"""A camera that moves the background about the person by more, in percent of the trunk, has moved."""
Span = tuple[float, float]
_REACH = np.array([1.5 + 0.5j, 1.5 - 0.5j, -1.5 + 0.5j, -1.5 - 0.5j])  # trunk lengths from the hips
_LOOKS = 60  # enough to find where the camera mostly stood
_MOVE_S = 2.0
_SHOWN = 3


def move_notes(track: Track) -> list[str]:
    """Say when the camera moved, or another scene began."""
    if not track.found.any():
        return []
    observed = Observations.of(track, _body_px(track))
    cuts = [(at, at) for at in observed.time_s[1:][np.diff(observed.scene) != 0].tolist()]
    notes = []
    if cuts:
        notes.append(
            f"The whole picture changed at {_times(cuts)}: a cut, or the camera was moved. "
            "What comes after is looked at afresh; a repetition in between is not counted."
        )
    if moves := _moves(observed):
        notes.append(f"The camera moved at {_times(moves)}: put the phone on something steady.")
    return notes


class Observations:
    """Where a box around the person was, in each frame whose background was located.

    Attributes:
        time_s: (N,) times.
        scene: (N,) numbers of the scenes.
    """

    def __init__(
        self, time_s: Floats, scene: Floats, corners: NDArray[np.complex128], scale_px: float
    ) -> None:
        self.time_s, self.scene, self._corners, self._scale_px = time_s, scene, corners, scale_px

    @classmethod
    def of(cls, track: Track, scale_px: float) -> Observations:
        """Return the observations of a track.

        Each is the median of three: a single outlier is an error, while a camera that moved stays there.

        Args:
            track: The frames.
            scale_px: Trunk length in pixels.
        """
        if track.camera is None:
            return cls(np.zeros(0), np.zeros(0), np.zeros((0, 4), complex), scale_px)
        known = np.isfinite(track.camera[:, TURN])
        rows, scene = track.camera[known][:, [ZOOM, TURN, SHIFT_X, SHIFT_Y]], track.camera[known, SCENE]
        for one in np.unique(scene):
            rows[scene == one] = median_filter(rows[scene == one], size=(3, 1), mode="nearest")
        zoom, turn, x, y = rows.T
        hips = track.image_px[:, [Landmark.LEFT_HIP, Landmark.RIGHT_HIP]].mean(axis=1)
        middle = finite_median(hips) - (np.array(track.size) - 1) / 2 if track.found.any() else (0.0, 0.0)
        corners = complex(*middle) + scale_px * _REACH
        moved = (zoom * np.exp(-1j * np.radians(turn)))[:, None] * corners + (x + 1j * y)[:, None]
        return cls(track.time_s[known], scene, moved, scale_px)

    def moved_pct(self, span: Span, usual: Sequence[Span]) -> float:
        """Return the largest distance of the camera, in a span of time, from its usual position.

        Args:
            span: Start and end in seconds.
            usual: Spans of the set's repetitions. The usual position is the one of most of them.

        Returns:
            Percent of the trunk; infinite where the picture shows another scene, 0 without observations.
        """
        mine = self._within([span])
        if not mine.any():
            return 0.0
        most = np.flatnonzero(mine | self._within(usual))
        most = most[:: -(-len(most) // _LOOKS)]
        near = self.apart_pct(most[:, None], most[None, :]) < MOVED_PCT / 2
        place = most[np.argmax(near.sum(axis=1))]
        return float(self.apart_pct(np.flatnonzero(mine), place).max())

    def cut(self, span: Span) -> bool:
        """Say whether the picture changed to another scene within a span of time."""
        return len(np.unique(self.scene[self._within([span])])) > 1

    def _within(self, spans: Sequence[Span]) -> NDArray[np.bool_]:
        """(N,) whether an observation falls into one of the spans of time."""
        inside = np.zeros(len(self.time_s), dtype=bool)
        for start_s, end_s in spans:
            inside |= (self.time_s >= start_s) & (self.time_s <= end_s)
        return inside

    def apart_pct(self, one: NDArray[np.intp], other: NDArray[np.intp] | np.intp) -> Floats:
        """Return how far the box moved between observations, percent of the trunk; infinite across scenes."""
        way = np.abs(self._corners[one] - self._corners[other]).max(axis=-1)
        return np.where(self.scene[one] == self.scene[other], 100.0 * way / self._scale_px, np.inf)


def _moves(observed: Observations) -> list[Span]:
    """Return from when to when the camera moved: by `MOVED_PCT` within two seconds."""
    moves: list[Span] = []
    for now, time_s in enumerate(observed.time_s.tolist()):
        before = np.flatnonzero((observed.time_s < time_s) & (observed.time_s >= time_s - _MOVE_S))
        way = observed.apart_pct(before, np.intp(now))
        left = before[(way > MOVED_PCT) & np.isfinite(way)]
        if not len(left):
            continue
        since = float(observed.time_s[left[-1]])
        if moves and since <= moves[-1][1]:
            moves[-1] = (moves[-1][0], time_s)
        else:
            moves.append((since, time_s))
    return moves


def _times(spans: Sequence[Span]) -> str:
    shown = [f"{a:.1f} s" if b - a < 0.1 else f"{a:.1f} to {b:.1f} s" for a, b in spans[:_SHOWN]]
    more = len(spans) - len(shown)
    return ", ".join(shown) + (f" and {more} more time{'s' if more > 1 else ''}" if more else "")


def _body_px(track: Track) -> float:
    """Estimate the trunk's length as seen from the side; from an end, the shin is a better estimate."""
    px = track.image_px[track.found]
    shoulder, hip = (
        px[:, left : left + 2].mean(axis=1) for left in (Landmark.LEFT_SHOULDER, Landmark.LEFT_HIP)
    )
    shins = [px[:, knee] - px[:, knee + 2] for knee in (Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE)]
    return max(float(np.percentile(np.hypot(*line.T), 80)) for line in (shoulder - hip, *shins))
