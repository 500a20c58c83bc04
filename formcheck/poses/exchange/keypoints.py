"""The points of other pose models and marker sets, by name, and which landmark each is.

The orders are those of the tools' own documentation: OpenPose (`BODY_25`, `COCO`, `MPI`), COCO and
COCO-WholeBody, Halpe (AlphaPose), MPII, and BlazePose.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from formcheck.poses.pose import HIPS, SHOULDERS, Floats, Landmark

_ALIASES = {"bigtoe": "footindex", "toe": "footindex", "foottip": "footindex", "indexfinger": "index"}
_CENTRAL = {"nose": Landmark.NOSE}
_SIDED = {
    landmark.name.replace("LEFT_", "").replace("_LEFT", "").replace("_", "").lower(): landmark
    for landmark in Landmark
    if "LEFT" in landmark.name
}
"""Landmarks of the left side by the name of their part; the right one follows the left one, or for the eyes
comes three later."""
_EYES = {Landmark.LEFT_EYE_INNER, Landmark.LEFT_EYE, Landmark.LEFT_EYE_OUTER}
_SIDES = ("left", "right", "l", "r")

_COCO = (
    "nose left_eye right_eye left_ear right_ear left_shoulder right_shoulder left_elbow right_elbow "
    "left_wrist right_wrist left_hip right_hip left_knee right_knee left_ankle right_ankle"
)
_HALPE = (
    f"{_COCO} head neck hip left_big_toe right_big_toe left_small_toe right_small_toe left_heel right_heel"
)
_FEET = "left_big_toe left_small_toe left_heel right_big_toe right_small_toe right_heel"
_UPPER = "nose neck r_shoulder r_elbow r_wrist l_shoulder l_elbow l_wrist"
_FACE = "r_eye l_eye r_ear l_ear"


@dataclass(frozen=True, slots=True)
class KeypointSet:
    """The points of a model in their order.

    Attributes:
        title: What its makers call it.
        names: A name for each point; only those that are landmarks matter.
        count: How many points it has, where that is more than there are names (face and hands follow).
    """

    title: str
    names: tuple[str, ...]
    count: int

    @property
    def landmarks(self) -> dict[Landmark, int]:
        """Where in the order each landmark is, as far as the model has it."""
        return places(self.names)


def _set(title: str, names: str, count: int = 0) -> KeypointSet:
    each = tuple(names.split())
    return KeypointSet(title, each, count or len(each))


SETS = (
    _set("COCO", _COCO),
    _set("OpenPose COCO", f"{_UPPER} r_hip r_knee r_ankle l_hip l_knee l_ankle {_FACE}"),
    _set(
        "OpenPose BODY_25",
        f"{_UPPER} mid_hip r_hip r_knee r_ankle l_hip l_knee l_ankle {_FACE} "
        "l_big_toe l_small_toe l_heel r_big_toe r_small_toe r_heel",
    ),
    _set(
        "OpenPose MPI",
        "head neck r_shoulder r_elbow r_wrist l_shoulder l_elbow l_wrist r_hip r_knee r_ankle l_hip l_knee "
        "l_ankle chest",
    ),
    _set(
        "MPII",
        "r_ankle r_knee r_hip l_hip l_knee l_ankle pelvis thorax upper_neck head_top r_wrist r_elbow "
        "r_shoulder l_shoulder l_elbow l_wrist",
    ),
    _set(
        "Halpe 26",
        _HALPE,
    ),
    _set("Halpe 136", _HALPE, 136),
    _set("COCO-WholeBody", f"{_COCO} {_FEET}", 133),
    _set("BlazePose", " ".join(landmark.name.lower() for landmark in Landmark)),
)
"""The sets that are known by the number of their points alone; each number is of one set."""


def landmark_of(name: str) -> Landmark | None:
    """Return the landmark that a point of another tool is, by its name; None where it is none.

    >>> landmark_of("RBigToe"), landmark_of("hip_l"), landmark_of("Neck")
    (<Landmark.RIGHT_FOOT_INDEX: 32>, <Landmark.LEFT_HIP: 23>, None)
    """
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    if plain in _CENTRAL:
        return _CENTRAL[plain]
    for side in _SIDES:
        for part in (plain.removeprefix(side), plain.removesuffix(side)):
            left = _SIDED.get(_ALIASES.get(part, part)) if part != plain else None
            if left is not None:
                return left if side[0] == "l" else Landmark(left + (3 if left in _EYES else 1))
    return None


def places(names: Sequence[str]) -> dict[Landmark, int]:
    """Return where in a list of names each landmark is, the first of each."""
    found: dict[Landmark, int] = {}
    for at, name in enumerate(names):
        landmark = landmark_of(name)
        if landmark is not None:
            found.setdefault(landmark, at)
    return found


def set_of(count: int) -> KeypointSet | None:
    """Return the set that has so many points, or None."""
    return next((one for one in SETS if one.count == count), None)


def without_body(found: dict[Landmark, int]) -> str:
    """Say which points without which nobody can be followed are missing; empty where all are there."""
    missing = [landmark for landmark in (*SHOULDERS, *HIPS) if landmark not in found]
    return ", ".join(landmark.name.lower().replace("_", " ") for landmark in missing)


def spread(points: Floats, found: dict[Landmark, int]) -> Floats:
    """Return (T, 33, N) landmarks of (T, K, N) points; NaN for landmarks that are not among them."""
    landmarks: Floats = np.full((len(points), len(Landmark), points.shape[2]), np.nan)
    for landmark, at in found.items():
        landmarks[:, landmark] = points[:, at]
    return landmarks


def lacking(found: dict[Landmark, int]) -> list[str]:
    """Return the joints that measures need and that are not there, in words; both sides in one."""
    parts = ("ear", "elbow", "wrist", "knee", "ankle", "heel", "foot_index")
    return [
        {"foot_index": "toe"}.get(part, part)
        for part in parts
        if not {Landmark[f"{side}_{part.upper()}"] for side in ("LEFT", "RIGHT")} <= found.keys()
    ]
