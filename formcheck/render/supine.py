"""Hip extension on the back: hip thrust with the upper back on a bench, bridge with it on the floor.

The upper back turns about one point on the edge of the bench and does not slide; nor does the planted foot.
The bar follows the pelvis, and the hands follow the bar.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import fsolve

from formcheck.render.body import Body
from formcheck.render.posture import LEFT, Poser, Posture
from formcheck.render.shape import SKIN_VERTICES
from formcheck.render.skeleton import Points, Rotations
from formcheck.render.spec import Options
from formcheck.render.vectors import Floats, rx, ry, two_bone, unit

_KNEE_UP = np.array([0, 1.0, 0.25])
_HEEL_M = 0.105  # height of the ankle when the heel of a free leg touches the floor
_FREE_KNEE_DEG = 4.0


@dataclass(frozen=True)
class _Sagittal:
    """A trial pose: rotations, place of the pelvis; hip extension and shin of the working leg, deg."""

    turned: Rotations
    pelvis: Floats
    ext: float
    shin: float


class Supine(Poser):
    """A body on its back.

    Args:
        body: Who does it.
        working: L or R.
        options: How it is set up.
        bench: Whether the upper back is on a bench.

    Raises:
        ValueError: This body cannot take this position.
    """

    def __init__(self, body: Body, working: str, options: Options, *, bench: bool) -> None:
        super().__init__(body, working, options)
        self.bench = bench
        head = self.skeleton.head
        y = head["spine1"][1] + (options.contact if bench else 0.05)
        self.bench_m = (0.40 if options.bench_h is None else options.bench_h) if bench else 0.0
        self._edge = np.array([0, self.bench_m, -0.012]) if bench else np.array([0, 0.012, 0])
        skin = body.dressed[:SKIN_VERTICES]
        back = (abs(skin[:, 1] - y) < 0.02) & (abs(skin[:, 0]) < 0.08)
        self._contact = np.array([0, y, skin[back, 2].min()])
        self._foot_x = abs(head["thigh.L"][0]) * options.stance
        self._foot_z, self._lean = 0.0, 90.0
        self._plant_foot()

    def _plant_foot(self) -> None:
        """Put the foot where the shin has its angle at the lockout."""
        options = self.options

        def off(u: Floats) -> list[float]:
            trial = self._sagittal(u[0], u[1], options.lock_lumbar, 0.0)
            return [trial.ext - options.lock_ext, trial.shin - options.shin_lock]

        best = None
        for guess in (0.65, 0.8, 0.95):
            found, _, status, _ = fsolve(off, [90.0, guess], full_output=True)
            if status == 1 and (best is None or abs(found[0] - 90) < abs(best[0] - 90)):
                best = found
        if best is None:
            raise ValueError("this body cannot lie like this; change options.bench_h or body.height")
        self._lean, self._foot_z = float(best[0]), float(best[1])

    def pose(self, q: Posture) -> tuple[Rotations, Points]:
        """Return the rotation of each bone, and where each begins."""
        found = self._solve(q)
        turned, pelvis = found.turned, found.pelvis
        at = self.skeleton.place_trunk(turned, pelvis)
        self._turn_legs(turned, at, q)
        up = turned["spine1"] @ np.array([0, 1.0, 0])
        thorax = np.degrees(np.arctan2(-up[2], up[1]))
        raised = min(
            thorax - 5, self.options.head_base + self.options.head_gain * thorax
        )  # chin slightly tucked
        self.turn_head(turned, rx(-raised) @ ry(q.head_yaw))
        for side, sign in (("L", 1), ("R", -1)):
            self._turn_arm(turned, pelvis, side, sign, at[f"uarm.{side}"])
        return self.finish(turned, pelvis)

    def bar(self, turned: Rotations, pelvis: Floats) -> tuple[Floats, Floats]:
        """Return the middle of the bar and its direction."""
        y = float(self.skeleton.head["thigh.L"][1]) + 0.015
        middle = np.array([0, y, self._belly_m(y) + 0.042])
        follow = self.options.bar_follow
        across = LEFT * (1 - follow) + turned["pelvis"] @ LEFT * follow
        return pelvis + turned["pelvis"] @ (middle - self.skeleton.head["pelvis"]), unit(across)

    def _solve(self, q: Posture) -> _Sagittal:
        def off(u: Floats) -> list[float]:
            return [self._sagittal(float(u[0]), self._foot_z, q.lumbar, q.roll).ext - q.hip_ext]

        found, _, status, _ = fsolve(off, [self._lean], full_output=True)
        for guess in np.linspace(40, 100, 13) if status != 1 else ():
            found, _, status, _ = fsolve(off, [guess], full_output=True)
            if status == 1:
                break
        self._lean = float(found[0])
        return self._sagittal(self._lean, self._foot_z, q.lumbar, q.roll)

    def _sagittal(self, lean: float, foot_z: float, lumbar: float, roll: float) -> _Sagittal:
        """Return the pose of trunk and working leg; `lean`: the pelvis from vertical, 90 = level, deg."""
        turned: Rotations = {}
        self.turn_trunk(turned, rx(-lean) @ ry(-self.sign * roll), lumbar, twist=self.sign * roll)
        at = self.skeleton.place_trunk(turned, np.zeros(3))
        head = self.skeleton.head
        touching = at["spine2"] + turned["spine2"] @ (self._contact - head["spine2"])
        pelvis = self._edge - touching
        at = self.skeleton.place_trunk(turned, pelvis)
        hip = at[f"thigh.{self.working}"]
        ankle = np.array([hip[0] * 1.0, self.body.sole_m[self.working], foot_z])
        length = self.skeleton.length_m
        knee, _ = two_bone(
            hip, ankle, length[f"thigh.{self.working}"], length[f"shin.{self.working}"], _KNEE_UP
        )
        thigh = turned["pelvis"].T @ unit(knee - hip)
        shin = knee - ankle
        return _Sagittal(
            turned,
            pelvis,
            float(np.degrees(np.arctan2(-thigh[2], -thigh[1]))),
            float(np.degrees(np.arctan2(-shin[2], shin[1]))),
        )

    def _turn_legs(self, turned: Rotations, at: Points, q: Posture) -> None:
        bones, work, free = self.skeleton, self.working, self.other
        ankle = np.array([self.sign * self._foot_x, self.body.sole_m[work], self._foot_z])
        out = self.sign * self.options.toe_out
        bones.reach_with_leg(turned, work, at[f"thigh.{work}"], ankle, _KNEE_UP, ry(out))
        hip = at[f"thigh.{free}"]
        if self.options.bilateral:
            bones.reach_with_leg(turned, free, hip, ankle * np.array([-1, 1, 1]), _KNEE_UP, ry(-out))
            return
        leg_m = bones.length_m[f"thigh.{free}"] + bones.length_m[f"shin.{free}"]
        floor = -np.arcsin(np.clip((hip[1] - _HEEL_M) / leg_m, 0, 1))
        raised = max(np.radians(q.free_leg), floor)
        ahead = np.array([-self.sign * 0.05, np.sin(raised), np.cos(raised)])
        bones.turn_leg(turned, free, ahead, turned["pelvis"] @ LEFT, _FREE_KNEE_DEG, plantar_deg=q.plantar)

    def _turn_arm(self, turned: Rotations, pelvis: Floats, side: str, sign: int, shoulder: Floats) -> None:
        bones, arms = self.skeleton, self.options.arms
        if arms == "bar":
            middle, across = self.bar(turned, pelvis)
            grip = middle + across * sign * self.options.grip
            wrist = grip + np.array([0, 0.035, -0.055])
            hand = (unit(grip - wrist + [0, -0.01, 0.03]), across * -sign)
            bones.reach_with_arm(turned, side, shoulder, wrist, np.array([sign * 0.8, -0.5, -0.3]), hand)
        elif arms == "bench":
            wrist = shoulder + np.array([sign * 0.36, -0.06, 0.10])
            if self.bench:
                wrist[1] = max(wrist[1], self.bench_m + 0.035)
            bones.reach_with_arm(turned, side, shoulder, wrist, np.array([sign * 0.3, -0.4, -0.7]))
        elif arms == "floor":
            wrist = np.array([sign * 0.30, 0.035, shoulder[2] + 0.38])
            hand = (np.array([0, 0, 1.0]), np.array([sign * 1.0, 0, 0]))
            bones.reach_with_arm(turned, side, shoulder, wrist, np.array([sign * 0.8, -0.2, -0.2]), hand)
        else:  # on the front of the pelvis
            y = float(bones.head["thigh.L"][1]) + 0.07
            front = np.array([sign * 0.13, y, self._belly_m(y) + 0.03])
            wrist = pelvis + turned["pelvis"] @ (front - bones.head["pelvis"])
            fingers = turned["pelvis"] @ unit(np.array([-sign * 0.8, -0.6, 0]))
            hand = (fingers, turned["pelvis"] @ np.array([0, sign * 1.0, 0]))
            bones.reach_with_arm(turned, side, shoulder, wrist, np.array([sign * 0.9, -0.3, -0.2]), hand)

    def _belly_m(self, y: float) -> float:
        skin = self.body.dressed[:SKIN_VERTICES]
        front = (abs(skin[:, 1] - y) < 0.02) & (abs(skin[:, 0]) < 0.13)
        return float(skin[front, 2].max())
