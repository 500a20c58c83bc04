"""A track seen as anatomy: working and free leg, near and far side, head to feet."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from functools import cached_property
from typing import Literal

import numpy as np

from formcheck.measures.hidden import put_right
from formcheck.poses.both_plates import between_plates, often_between_plates
from formcheck.poses.geometry import distance_px, finite_median
from formcheck.poses.pose import HIPS, Floats, Landmark, Side
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import END_MIN_DEG, Look

Role = Literal["working", "free", "near", "far", "middle"]
Part = Literal["ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel", "foot_index", "bar"]
"""A joint, or the end on a side of the body of a bar that is held across it (`Pose.bar_px`)."""
Joint = tuple[Role, Part]

LEVEL_DEG = 12.0
"""Yaw is not known better than this near the pure side view, where the cosine hardly matters."""
MOST_DEG = 60.0
"""Beyond this the stretch would blow up the landmarks' noise."""

_LEFT: dict[str, int] = {
    part: Landmark[f"LEFT_{part.upper()}"].value
    for part in ("ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel", "foot_index")
}


class Body:
    """Joints by role over T frames.

    Args:
        track: The frames, smoothed or not.
        working: The side that works in this set.
        look: How the camera sees the set.
        filmed: The same frames as the model gave them, where `track` was put right already.
    """

    def __init__(self, track: Track, working: Side, look: Look, *, filmed: Track | None = None) -> None:
        self.filmed = track if filmed is None else filmed  # as the model gave it
        self.working, self.look = working, look
        self.track, self.met = put_right(followed(track, look), look)
        self._stretch = None
        if LEVEL_DEG < look.yaw_deg < END_MIN_DEG:
            self._stretch = np.array([1.0 / np.cos(np.radians(min(look.yaw_deg, MOST_DEG))), 1.0])

    def swapped(self) -> Body:
        """Return the same body with the other side as the working one."""
        other = copy(self)
        other.working = self.working.other
        return other

    def seen_in(self, track: Track) -> Body:
        """Return the same body with its landmarks elsewhere."""
        other = copy(self)
        other.track = track
        return other

    def side(self, role: Role) -> Side:
        """Return the side a role stands for; `middle` has none."""
        return {
            "working": self.working,
            "free": self.working.other,
            "near": self.look.near,
            "far": self.look.near.other,
        }[role]

    def joint(self, role: Role, part: Part) -> Floats:
        """Return (T, 2) pixels of one joint; `middle` is halfway between left and right."""
        if part == "bar":
            return self._bar(role)
        left = _LEFT[part]
        px = self.track.image_px
        if role == "middle":
            middle: Floats = (px[:, left] + px[:, left + 1]) / 2
            return middle
        return px[:, left + self.side(role).offset]

    def sagittal(self, role: Role, part: Part) -> Floats:
        """Return (T, 2) pixels of one joint as a camera square to the body's side would see it.

        From an oblique view lengths along the body are foreshortened by the cosine of the yaw, which
        flattens every angle in the sagittal plane's horizontal: they are stretched back.
        """
        px = self.joint(role, part)
        return px * self._stretch if self._stretch is not None else px

    def visibility(self, role: Role, part: Part) -> Floats:
        """Return (T,) the model's visibility of a joint, the lower one for `middle`; a bar has 0 or 1."""
        if part == "bar":
            return np.isfinite(self._bar(role)[:, 0]).astype(np.float64)
        left = _LEFT[part]
        if role == "middle":
            lower: Floats = np.min(self.track.visibility[:, left : left + 2], axis=1)
            return lower
        return self.track.visibility[:, left + self.side(role).offset]

    def _bar(self, role: Role) -> Floats:
        bar = self.track.bar_px
        if bar is None:
            return np.full((len(self.track), 2), np.nan)
        if self.by_plates:  # other lines near the hands may be anything
            bar = np.where(between_plates(self.track)[:, None, None], bar, np.nan)
        if role == "middle":
            middle: Floats = bar.mean(axis=1)
            return middle
        on_left = (self.side(role) is Side.LEFT) == (self.left_side_at < 0)
        return bar[:, 0 if on_left else 1]

    @cached_property
    def by_plates(self) -> bool:
        """Whether the bar is the line from plate to plate."""
        return often_between_plates(self.track)

    @cached_property
    def left_side_at(self) -> float:
        """Where the subject's left side is in the picture: -1 to the left, +1 to the right."""
        px = self.track.image_px
        pairs = [(px[:, _LEFT[part]] - px[:, _LEFT[part] + 1])[:, 0] for part in ("shoulder", "hip")]
        return -1.0 if float(finite_median(np.concatenate(pairs))) < 0 else 1.0

    @property
    def nose(self) -> Floats:
        """(T, 2) pixels."""
        return self.track.image_px[:, Landmark.NOSE]

    @property
    def trunk_px(self) -> float:
        """Length of the trunk in pixels, as seen from the side."""
        return self.look.scale_px

    def above_pct(self, upper: Floats, lower: Floats) -> Floats:
        """Return (T,) heights of one (T, 2) row of points above another, in percent of the trunk length."""
        height: Floats = 100.0 * (lower[:, 1] - upper[:, 1]) / self.trunk_px
        return height

    def travel(self, points: Floats) -> Floats:
        """Return (T,) distances from the first defined point, in trunk lengths."""
        good = np.flatnonzero(np.isfinite(points[:, 0]))
        if not len(good):
            return np.full(len(points), np.nan)
        moved: Floats = distance_px(points[good[0]][None], points) / self.trunk_px
        return moved


def followed(track: Track, look: Look) -> Track:
    """Put the legs that were followed from behind into a track of somebody who is seen so.

    Knees are put halfway and the feet to the ankles: no measure from there needs them.
    """
    legs = track.behind_px
    if legs is None or not look.from_behind:
        return track
    known = np.isfinite(legs[:, 0, 0])
    px, visibility = track.image_px.copy(), track.visibility.copy()
    px[known, HIPS[0] : HIPS[1] + 1] = legs[known, :2]
    for left in (Landmark.LEFT_ANKLE, Landmark.LEFT_HEEL, Landmark.LEFT_FOOT_INDEX):
        px[known, left : left + 2] = legs[known, 2:]
    px[known, Landmark.LEFT_KNEE : Landmark.RIGHT_KNEE + 1] = (legs[known, :2] + legs[known, 2:]) / 2
    visibility[known, HIPS[0] : Landmark.LEFT_HEEL] = 1.0
    return replace(track, image_px=px, visibility=visibility)
