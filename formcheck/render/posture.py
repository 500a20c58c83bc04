"""What an instant of an exercise is told by, and what all exercises share in turning it into a pose.

World: y up, the floor at 0. On all fours the head points to +z, lying on the back the feet do. The body's
left is +x.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from formcheck.render.body import Body
from formcheck.render.skeleton import LUMBAR_SHARE, Points, Rotations
from formcheck.render.spec import Options
from formcheck.render.vectors import Floats, partial, rx, ry

LEFT = np.array([1.0, 0, 0])
_TWIST_SHARE = {"spine4": 0.25, "spine3": 0.35, "spine2": 0.40}


@dataclass(frozen=True)
class Posture:
    """One instant of an exercise, deg and m.

    Attributes:
        hip_ext: Thigh against pelvis of the working leg: 0 = in line, above 0 = extended.
        lumbar: Thorax against pelvis, above 0 = arched.
        roll: How far the pelvis turns about the trunk, the working side up.
        head_up: How far the head is raised from where it belongs.
        head_yaw: How far it is turned.
        knee: Flexion of the working knee (all fours).
        plantar: Plantar flexion of the free foot.
        shift: How far the shoulders are shifted along the trunk, m.
        dy: How far up, m.
        free_leg: Elevation of the free leg (lying).
    """

    hip_ext: float
    lumbar: float = 0.0
    roll: float = 0.0
    head_up: float = 0.0
    head_yaw: float = 0.0
    knee: float = 0.0
    plantar: float = 12.0
    shift: float = 0.0
    dy: float = 0.0
    free_leg: float = 4.0

    def but(self, **changes: float) -> Posture:
        """Return the posture with some angles changed."""
        return replace(self, **changes)


class Kinematics(Protocol):
    """An exercise that a body can do: it turns a posture into a pose."""

    def pose(self, q: Posture) -> tuple[Rotations, Points]:
        """Return the rotation of each bone, and where each begins."""


class Poser:
    """What the exercises share.

    Args:
        body: Who does it.
        working: L or R.
        options: How it is set up.
    """

    def __init__(self, body: Body, working: str, options: Options) -> None:
        self.body, self.skeleton, self.options = body, body.skeleton, options
        self.working, self.other = working, "R" if working == "L" else "L"
        self.sign = 1.0 if working == "L" else -1.0

    def turn_trunk(self, turned: Rotations, pelvis: Floats, lumbar: float, twist: float) -> None:
        """Turn pelvis, spine and collar bones.

        Args:
            turned: The rotations, which are added to.
            pelvis: The pelvis's.
            lumbar: Extension of the lumbar spine, deg.
            twist: Turn of the thorax about the trunk, against the pelvis, deg.
        """
        turned["pelvis"] = turned["spine5"] = now = pelvis
        for bone, share in LUMBAR_SHARE.items():
            now = now @ rx(-lumbar * share) @ ry(twist * _TWIST_SHARE[bone])
            turned[bone] = now
        turned["spine1"] = now @ rx(self.options.thoracic)
        for side in "LR":
            turned[f"clav.{side}"] = turned["spine1"]

    def turn_head(self, turned: Rotations, head: Floats) -> None:
        """Turn head and neck; the neck takes part of what the head turns against the thorax."""
        against = turned["spine1"].T @ head
        turned["neck1"] = turned["spine1"] @ partial(against, 0.30)
        turned["neck2"] = turned["spine1"] @ partial(against, 0.60)
        turned["head"] = head

    def finish(self, turned: Rotations, pelvis: Floats) -> tuple[Rotations, Points]:
        """Return the pose, with bones that nothing turned as they are at rest."""
        for bone in self.skeleton.bones:
            turned.setdefault(bone, np.eye(3))
        return turned, self.skeleton.place(turned, pelvis)
