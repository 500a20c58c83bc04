"""People who come and leave: a walk, and a blend between standing and the start position.

It is meant to look like somebody who is not training yet. Feet slide a little while they get down.
"""

from __future__ import annotations

import numpy as np

from formcheck.render.movement import Timeline
from formcheck.render.skeleton import Points, Rotations, Skeleton
from formcheck.render.spec import Around
from formcheck.render.vectors import Floats, partial, rx, ry, rz, smooth

_WALKED = 0.5  # of the time; the rest gets down or up
_SPEED_M_S = 1.0
_STEP_HZ = 0.9
_SWING_DEG = 24.0
_ARMS_DEG = 38.0  # from the A-pose down
_TURNED_DEG = 170.0  # nearly round: a half turn has no one axis


class Walk:
    """How a person comes and goes.

    Args:
        skeleton: The bones.
        times: When the set is.
        around: How long they take.
        forward: Whether they come from behind, as for all fours; else from the front, and turn.
    """

    def __init__(self, skeleton: Skeleton, times: Timeline, around: Around, *, forward: bool) -> None:
        self._skeleton = skeleton
        self._enter_s, self._leave_s = around.enter_s, around.leave_s
        self._duration_s = times.duration_s
        self._forward = forward

    def pose(self, t_s: float, turned: Rotations, pelvis: Floats) -> tuple[Rotations, Points]:
        """Return the pose at a time before or after the set.

        Args:
            t_s: The time.
            turned: The rotations in the start position.
            pelvis: Where the pelvis is in it.
        """
        upright, (left_s, getting_s) = self.upright(t_s), self._apart(t_s)
        away_m = max(left_s - getting_s, 0.0) * _SPEED_M_S
        standing, hip = self._standing(t_s, away_m, t_s < self._enter_s, pelvis)
        if upright < 1:
            standing = {
                bone: now @ partial(now.T @ turned[bone], 1 - upright) for bone, now in standing.items()
            }
            hip = hip * upright + pelvis * (1 - upright)
        return standing, self._skeleton.place(standing, hip)

    def upright(self, t_s: float) -> float:
        """Return how far the person is up, 0 in the start position to 1 standing."""
        left_s, getting_s = self._apart(t_s)
        return smooth(left_s / getting_s)

    def _apart(self, t_s: float) -> tuple[float, float]:
        """Return how long before or after the set a time is, and how long getting down or up takes, s."""
        if t_s < self._enter_s:
            return self._enter_s - t_s, (1 - _WALKED) * self._enter_s
        return t_s - (self._duration_s - self._leave_s), (1 - _WALKED) * self._leave_s

    def _standing(
        self, t_s: float, away_m: float, entering: bool, pelvis: Floats
    ) -> tuple[Rotations, Floats]:
        facing = self._facing(entering)
        turned = {bone: facing for bone in self._skeleton.bones}
        swing = np.sin(2 * np.pi * _STEP_HZ * t_s) * _SWING_DEG * min(1.0, away_m / 0.2)
        for side, sign in (("L", 1), ("R", -1)):
            thigh = facing @ rx(-sign * swing)
            bent = max(0.0, -sign * swing) * 1.2
            turned[f"thigh.{side}"] = thigh
            for bone in ("shin", "foot", "toes"):
                turned[f"{bone}.{side}"] = thigh @ rx(bent)
            arm = facing @ rx(sign * swing * 0.7) @ rz(-sign * _ARMS_DEG)
            for bone in ("uarm", "larm1", "larm2", "hand", "fing1", "fing2"):
                turned[f"{bone}.{side}"] = arm
        hip = np.array([0.0, self._skeleton.head["pelvis"][1], pelvis[2]])
        behind = -1.0 if self._forward == entering else 1.0
        hip[2] += behind * away_m
        at = self._skeleton.place(turned, hip)
        lowest = min(at[f"foot.{side}"][1] for side in "LR")
        hip[1] -= lowest - self._skeleton.head["foot.L"][1]
        return turned, hip

    def _facing(self, entering: bool) -> Floats:
        return ry(_TURNED_DEG) if entering and not self._forward else np.eye(3)
