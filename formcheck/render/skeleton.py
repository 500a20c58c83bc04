"""The skeleton: bones, their lengths, and limbs that are put where they have to be.

The rest pose is an upright A-pose: x = the body's left, y = up, z = forward, metres. A pose is one global
rotation (3, 3) a bone, and where the pelvis is.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from formcheck.render.vectors import Floats, Vector, frame, from_rotvec, rot, rotvec, two_bone, unit

Rotations: TypeAlias = dict[str, Floats]
Points: TypeAlias = dict[str, Floats]

TRUNK = ("spine5", "spine4", "spine3", "spine2", "spine1")
LUMBAR_SHARE = {"spine4": 0.40, "spine3": 0.40, "spine2": 0.20}
"""How much of the lumbar angle each joint takes, from the bottom up: the bend is spread."""


def _tree() -> tuple[dict[str, str], dict[str, str]]:
    parent = dict(zip(TRUNK, ("pelvis", *TRUNK), strict=False))
    parent |= {"neck1": "spine1", "neck2": "neck1", "head": "neck2"}
    joint = {"pelvis": "spine05:head", **{bone: f"spine0{bone[-1]}:head" for bone in TRUNK}}
    joint |= {"neck1": "neck01:head", "neck2": "neck02:head", "head": "head:head"}
    limbs = (
        ("clav", "spine1", "clavicle"),
        ("uarm", "clav", "upperarm01"),
        ("larm1", "uarm", "lowerarm01"),
        ("larm2", "larm1", "lowerarm02"),
        ("hand", "larm2", "wrist"),
        ("fing1", "hand", "finger3-1"),
        ("fing2", "fing1", "finger3-2"),
        ("thigh", "pelvis", "upperleg01"),
        ("shin", "thigh", "lowerleg01"),
        ("foot", "shin", "foot"),
        ("toes", "foot", "toe2-1"),
    )
    for side in "LR":
        for bone, above, name in limbs:
            parent[f"{bone}.{side}"] = above if above in ("spine1", "pelvis") else f"{above}.{side}"
            joint[f"{bone}.{side}"] = f"{name}.{side}:head"
    return parent, joint


PARENT, JOINT = _tree()
"""The bone above each bone, and the joint of the base mesh at which each begins."""


class Skeleton:
    """Bones of one body.

    Args:
        bones: Their names, in the order of the skin weights.
        joints: Where the joints of the base mesh are, (3,) each.
        palms: Across the palm, from the little finger's side to the thumb's, by side.

    Attributes:
        head: Where each bone begins in the rest pose.
        length_m: Of thigh, shin, uarm and larm, by `name.side`.
    """

    def __init__(self, bones: list[str], joints: Points, palms: dict[str, Floats]) -> None:
        self.bones = bones
        self.head = {bone: joints[JOINT[bone]] for bone in bones}
        self.length_m: dict[str, float] = {}
        self._rest: dict[str, Floats] = {}
        for side in "LR":
            self._measure(side, joints, palms[side])
        self._order = self._from_the_pelvis()

    def _measure(self, side: str, joints: Points, palm: Floats) -> None:
        h, left = self.head, np.array([1.0, 0, 0])
        hip, knee, ankle = (h[f"{bone}.{side}"] for bone in ("thigh", "shin", "foot"))
        shoulder, elbow, wrist = (h[f"{bone}.{side}"] for bone in ("uarm", "larm1", "hand"))
        for bone, a, b in (
            ("thigh", hip, knee),
            ("shin", knee, ankle),
            ("uarm", shoulder, elbow),
            ("larm", elbow, wrist),
        ):
            self.length_m[f"{bone}.{side}"] = float(np.linalg.norm(b - a))
        normal = unit(np.cross(elbow - shoulder, wrist - elbow))
        step = joints[f"toe2-1.{side}:head"] - ankle
        self._rest |= {
            f"thigh.{side}": frame(knee - hip, left),
            f"shin.{side}": frame(ankle - knee, left),
            f"uarm.{side}": frame(elbow - shoulder, normal),
            f"larm.{side}": frame(wrist - elbow, normal),
            f"hand.{side}": frame(joints[f"finger3-1.{side}:head"] - wrist, palm),
            f"foot.{side}": frame(np.array([step[0], 0, step[2]]), np.array([0, 1.0, 0])),
        }

    def _from_the_pelvis(self) -> list[str]:
        order: list[str] = []
        left = [bone for bone in self.bones if bone != "pelvis"]
        while left:
            for bone in list(left):
                if PARENT[bone] in ("pelvis", *order):
                    order.append(bone)
                    left.remove(bone)
        return order

    def place(self, turned: Rotations, pelvis: Floats) -> Points:
        """Return where each bone begins, given all rotations and where the pelvis is."""
        at = {"pelvis": np.asarray(pelvis, float)}
        for bone in self._order:
            above = PARENT[bone]
            at[bone] = at[above] + turned[above] @ (self.head[bone] - self.head[above])
        return at

    def place_trunk(self, turned: Rotations, pelvis: Floats) -> Points:
        """Return where the bones of the trunk, shoulders and hips begin; cheaper than `place`."""
        h, at = self.head, {"pelvis": np.asarray(pelvis, float)}
        chain = [(bone, PARENT[bone]) for bone in TRUNK]
        for side in "LR":
            chain += [
                (f"clav.{side}", "spine1"),
                (f"uarm.{side}", f"clav.{side}"),
                (f"thigh.{side}", "pelvis"),
            ]
        for bone, above in chain:
            at[bone] = at[above] + turned[above] @ (h[bone] - h[above])
        return at

    def turn_leg(
        self,
        turned: Rotations,
        side: str,
        thigh: Vector,
        hinge: Vector,
        knee_deg: float,
        *,
        foot: Floats | None = None,
        plantar_deg: float = 0.0,
    ) -> None:
        """Turn a leg's bones by the direction of the thigh and the angle of the knee.

        Args:
            turned: The rotations, which are added to.
            side: L or R.
            thigh: From hip to knee.
            hinge: Axis of the knee, towards the body's left.
            knee_deg: Flexion of the knee, 0 = straight.
            foot: The foot's own rotation; without one it follows the shin.
            plantar_deg: Plantar flexion of a foot that follows the shin, from the rest pose.
        """
        turn = frame(thigh, hinge)
        axis = turn[:, 1]
        shin = rot(axis, knee_deg) @ turn[:, 0]
        turned[f"thigh.{side}"] = turn @ self._rest[f"thigh.{side}"].T
        turned[f"shin.{side}"] = frame(shin, axis) @ self._rest[f"shin.{side}"].T
        turned[f"foot.{side}"] = rot(axis, plantar_deg) @ turned[f"shin.{side}"] if foot is None else foot
        turned[f"toes.{side}"] = turned[f"foot.{side}"]

    def reach_with_leg(
        self, turned: Rotations, side: str, hip: Floats, ankle: Floats, forward: Vector, foot: Floats
    ) -> None:
        """Turn a leg's bones so that the ankle comes to a point, the knee towards `forward`."""
        ahead = np.asarray(forward, float)
        knee, end = two_bone(hip, ankle, self.length_m[f"thigh.{side}"], self.length_m[f"shin.{side}"], ahead)
        thigh, shin = unit(knee - hip), unit(end - knee)
        bent = np.cross(thigh, shin)
        across = np.cross(ahead, unit(ankle - hip))
        axis = unit(bent) if np.linalg.norm(bent) > 0.03 else unit(across)
        if np.dot(axis, across) < 0:
            axis = -axis
        flexion = float(np.degrees(np.arccos(np.clip(thigh @ shin, -1, 1))))
        self.turn_leg(turned, side, thigh, axis, flexion, foot=foot)

    def reach_with_arm(
        self,
        turned: Rotations,
        side: str,
        shoulder: Floats,
        wrist: Floats,
        hint: Floats,
        hand: tuple[Vector, Vector] | None = None,
    ) -> None:
        """Turn an arm's bones so that the wrist comes to a point.

        Args:
            turned: The rotations, which are added to.
            side: L or R.
            shoulder: Where the upper arm begins.
            wrist: Where the wrist is to be.
            hint: Direction in which the elbow points.
            hand: Direction of the fingers, and across the palm towards the thumb; without one the hand
                follows the forearm.
        """
        elbow, end = two_bone(
            shoulder, wrist, self.length_m[f"uarm.{side}"], self.length_m[f"larm.{side}"], hint
        )
        upper, fore = unit(elbow - shoulder), unit(end - elbow)
        bent = np.cross(upper, fore)
        axis = unit(bent) if np.linalg.norm(bent) > 0.02 else unit(np.cross(hint, upper) * -1)
        turned[f"uarm.{side}"] = frame(upper, axis) @ self._rest[f"uarm.{side}"].T
        forearm = turned[f"larm1.{side}"] = frame(fore, axis) @ self._rest[f"larm.{side}"].T
        grip = forearm if hand is None else frame(*hand) @ self._rest[f"hand.{side}"].T
        along = forearm.T @ fore
        twist = rotvec(forearm.T @ grip) @ along  # the far half of the forearm takes half of the twist
        turned[f"larm2.{side}"] = forearm @ from_rotvec(along * twist * 0.55)
        for bone in ("hand", "fing1", "fing2"):
            turned[f"{bone}.{side}"] = grip
