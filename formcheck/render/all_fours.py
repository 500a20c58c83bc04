"""Hip extension on all fours: glute kickback and donkey kick. Hands and the supporting knee do not slip."""

from __future__ import annotations

import numpy as np
from scipy.optimize import fsolve

from formcheck.render.body import Body
from formcheck.render.posture import LEFT, Poser, Posture
from formcheck.render.skeleton import Points, Rotations
from formcheck.render.spec import Options
from formcheck.render.vectors import Floats, rx, ry, rz, unit

_ABDUCTION_DEG = 2.0
_ARM_REACH = 0.985  # of the whole arm: elbows are not locked


class AllFours(Poser):
    """A body on hands and one knee.

    Args:
        body: Who does it.
        working: L or R.
        options: How it is set up.
        rng: Where the pitch of the trunk is drawn from.

    Attributes:
        floor_ext: Hip extension, deg, at which the working foot touches the mat.
    """

    def __init__(self, body: Body, working: str, options: Options, rng: np.random.Generator) -> None:
        super().__init__(body, working, options)
        bones, drawn = self.skeleton, float(rng.uniform(3, 7))
        self._mat_m = options.mat_h
        half = abs(bones.head["thigh.L"][0])
        knee_x = (1 if self.other == "L" else -1) * half * options.knee_width
        self._knee = np.array([knee_x, options.knee_r + self._mat_m, 0.0])
        self._arm_m = bones.length_m["uarm.L"] + bones.length_m["larm.L"]
        self._wrist_m = 0.040 + self._mat_m
        self._shoulder_m = self._wrist_m + self._arm_m * options.arm_straight
        at = self._neutral()
        shoulder, hip = _middle(at, "uarm"), _middle(at, "thigh")
        forward = 0.0
        most = drawn if options.trunk_pitch is None else options.trunk_pitch
        run, rise = shoulder[2] - hip[2], shoulder[1] - hip[1]
        if np.degrees(np.arctan2(rise, run)) > most:  # long arms: hands further forward keep the trunk level
            self._shoulder_m = hip[1] + np.hypot(rise, run) * np.sin(np.radians(most))
            spare = (self._arm_m * _ARM_REACH) ** 2 - (self._shoulder_m - self._wrist_m) ** 2
            forward = min(float(np.sqrt(max(spare, 0))), 0.13)
            at = self._neutral()
            shoulder = _middle(at, "uarm")
        self._shoulders = np.array([0, shoulder[1], shoulder[2]])
        ahead = max(forward, -0.02) if options.hand_fwd is None else options.hand_fwd
        self._hands = {
            side: np.array([at[f"uarm.{side}"][0] * options.hand_width, self._wrist_m, shoulder[2] + ahead])
            for side in "LR"
        }
        self._guess = np.array([self._pitch, 0.0])
        self.floor_ext = self._lowest()

    def pose(self, q: Posture) -> tuple[Rotations, Points]:
        """Return the rotation of each bone, and where each begins."""
        target = self._shoulders + np.array([0, q.dy, q.shift])

        def off(u: Floats) -> list[float]:
            turned, pelvis = self._place(u[0], u[1], q.lumbar, q.roll)
            shoulder = _middle(self.skeleton.place_trunk(turned, pelvis), "uarm")
            return [(shoulder[1] - target[1]) * 10, (shoulder[2] - target[2]) * 10]

        self._guess = fsolve(off, self._guess)
        turned, pelvis = self._place(self._guess[0], self._guess[1], q.lumbar, q.roll)
        at = self.skeleton.place_trunk(turned, pelvis)
        self._turn_legs(turned, at, q)
        raised = -(self.options.neck_ext + q.head_up)  # by itself it looks at the floor
        self.turn_head(turned, turned["spine1"] @ rx(raised) @ ry(q.head_yaw))
        for side, sign in (("L", 1), ("R", -1)):
            fingers = unit(unit(np.array([-0.12 * sign, 0.0, 1])) + np.array([0, -0.10, 0]))
            elbow = unit(np.array([sign * 0.5, 0.05, -1.0]))
            self.skeleton.reach_with_arm(
                turned, side, at[f"uarm.{side}"], self._hands[side], elbow, (fingers, (-1.0 * sign, 0, 0))
            )
        return self.finish(turned, pelvis)

    def _turn_legs(self, turned: Rotations, at: Points, q: Posture) -> None:
        thigh = unit(self._knee - at[f"thigh.{self.other}"])
        back = unit(np.array([0, -0.006, -1.0]))
        bent = float(np.degrees(np.arccos(np.clip(thigh @ back, -1, 1))))
        self.skeleton.turn_leg(
            turned, self.other, thigh, LEFT, bent, plantar_deg=self.options.support_plantar
        )
        out = turned["pelvis"] @ rz(self.sign * _ABDUCTION_DEG)
        lifted = out @ rx(q.hip_ext) @ np.array([0, -1.0, 0])
        self.skeleton.turn_leg(turned, self.working, lifted, out @ LEFT, q.knee, plantar_deg=q.plantar)

    def _lowest(self) -> float:
        """Return the hip extension, deg, at which some part of the working leg touches the mat."""
        low, high = -60.0, 0.0
        q = Posture(hip_ext=0.0, knee=self.options.floor_knee, plantar=self.options.plantar0)
        over = {"toe": 0.022, "heel": 0.02, "ankle": 0.055, "knee": 0.05}  # of the point over what touches
        for _ in range(14):
            middle = (low + high) / 2
            points = self.body.landmarks(*self.pose(q.but(hip_ext=middle)))
            gap = min(points[f"{name}.{self.working}"][1] - m for name, m in over.items())
            if gap - self._mat_m < 0:
                low = middle
            else:
                high = middle
        return high

    def _place(self, pitch: float, lean: float, lumbar: float, roll: float) -> tuple[Rotations, Floats]:
        """Return the trunk's rotations and where the pelvis is, by trunk pitch and thigh lean, deg."""
        turned: Rotations = {}
        pelvis = rx(90 - pitch) @ ry(self.sign * roll)
        self.turn_trunk(turned, pelvis, lumbar, twist=-self.sign * roll)
        thigh_m, t = self.skeleton.length_m[f"thigh.{self.other}"], np.radians(lean)
        hip = self._knee + thigh_m * np.array([0, np.cos(t), np.sin(t)])
        head = self.skeleton.head
        return turned, hip - pelvis @ (head[f"thigh.{self.other}"] - head["pelvis"])

    def _neutral(self) -> Points:
        """Find the pitch at which the shoulders are as high as the arms are long, the thigh upright."""

        def off(a: Floats) -> list[float]:
            at = self.skeleton.place_trunk(*self._place(float(a[0]), 0, 0, 0))
            return [(at["uarm.L"][1] + at["uarm.R"][1]) / 2 - self._shoulder_m]

        self._pitch = fsolve(off, [3.0])[0]
        return self.skeleton.place_trunk(*self._place(self._pitch, 0, 0, 0))


def _middle(at: Points, bone: str) -> Floats:
    middle: Floats = (at[f"{bone}.L"] + at[f"{bone}.R"]) / 2
    return middle
