"""The shape of a body at rest: the CC0 base mesh of MakeHuman, moved by its macro targets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import as_file, files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formcheck.render.skeleton import Points, Skeleton
from formcheck.render.vectors import Floats

SKIN_VERTICES = 13380
"""The first vertices of the mesh are the skin; the rest are helpers and eyes."""
_SMALL = 1e-3  # shares below it move nothing visible
_METRES = 0.1  # the mesh is in decimetres
RACES = ("caucasian", "asian", "african")
"""The names that the data gives its three shapes of faces and bodies."""

Arrays = dict[str, NDArray[Any]]


@lru_cache(maxsize=16)
def load(name: str) -> Arrays:
    """Return the arrays of one of the data files that come with this package."""
    with as_file(files("formcheck.render") / "data" / f"{name}.npz") as path, np.load(path) as data:
        return {key: data[key] for key in data.files}


@dataclass(frozen=True)
class Build:
    """What a body is like.

    Attributes:
        gender: 0 female to 1 male.
        muscle: 0 to 1.
        weight: 0 to 1.
        height: 0 to 1.
        race: Weights of `RACES`.
    """

    gender: float = 0.0
    muscle: float = 0.55
    weight: float = 0.45
    height: float = 0.5
    race: tuple[float, float, float] = (1.0, 0.0, 0.0)


@dataclass
class Shape:
    """A body at rest.

    Attributes:
        vertices: (n, 3), skin first, m; the soles at y = 0.
        data: The arrays of the base mesh.
        joints: Where the joints of the base mesh are.
        bones: The names of the bones, in the order of the skin weights.
    """

    vertices: Floats
    data: Arrays
    joints: Points
    bones: list[str]
    skeleton: Skeleton = field(init=False)

    def __post_init__(self) -> None:
        palms = {side: self._palm(side) for side in "LR"}
        self.skeleton = Skeleton(self.bones, self.joints, palms)

    @property
    def height_m(self) -> float:
        """How tall the body is, barefoot."""
        return float(self.vertices[:SKIN_VERTICES, 1].max())

    @property
    def main_bone(self) -> NDArray[Any]:
        """The bone that moves each vertex most, by its number."""
        return np.asarray(self.data["widx"][:, 0])

    def number(self, bone: str) -> int:
        """Return a bone's number in the skin weights."""
        return self.bones.index(bone)

    def share(self, *bones: str) -> Floats:
        """Return how far each vertex is moved by some bones, 0 to 1."""
        held = np.zeros(len(self.vertices))
        for bone in bones:
            held += (self.data["wt"] * (self.data["widx"] == self.number(bone))).sum(1)
        return held

    def faces(self, *groups: str) -> NDArray[np.int64]:
        """Return the triangles of some groups of the mesh as (k, 3) numbers of vertices."""
        chosen = np.isin(self.data["groups"].astype(str), groups)
        return np.asarray(self.data["faces"][chosen][:, :3])

    def _palm(self, side: str) -> Floats:
        finger = np.where(self.main_bone[:SKIN_VERTICES] == self.number(f"fing1.{side}"))[0]
        depth = self.vertices[finger, 2]  # in the A-pose the thumb's side is in front
        across: Floats = self.vertices[finger[np.argmax(depth)]] - self.vertices[finger[np.argmin(depth)]]
        return across


def shape_of(build: Build) -> Shape:
    """Return the body at rest of a build."""
    data = load("body")
    vertices = data["v"].astype(np.float64).copy()
    numbers = {name: at for at, name in enumerate(data["target_names"])}
    for name, share in _targets(build):
        if name in numbers:
            vertices += share * data["targets"][numbers[name]]
    vertices *= _METRES
    vertices[:, 1] -= vertices[:SKIN_VERTICES, 1].min()
    joints = {
        key.removeprefix("joint|"): vertices[data[key]].mean(0) for key in data if key.startswith("joint|")
    }
    return Shape(vertices, data, joints, [str(bone) for bone in data["bones"]])


def _targets(build: Build) -> Iterator[tuple[str, float]]:
    """Give the names of targets, and how much of each a build takes."""
    races = np.array(build.race, float) / sum(build.race)
    side, far = ("min", 1 - 2 * build.height) if build.height < 0.5 else ("max", 2 * build.height - 1)
    for gender, of_gender in (("female", 1 - build.gender), ("male", build.gender)):
        if of_gender < _SMALL:
            continue
        for race, of_race in zip(RACES, races, strict=True):
            if of_race > _SMALL:
                yield f"{race}-{gender}-young", of_gender * of_race
        for muscle, of_muscle in _thirds(build.muscle):
            for weight, of_weight in _thirds(build.weight):
                share = of_gender * of_muscle * of_weight
                if share < _SMALL:
                    continue
                name = f"{gender}-young-{muscle}muscle-{weight}weight"
                yield f"universal-{name}", share
                if far > _SMALL:
                    yield f"{name}-{side}height", share * far


def _thirds(value: float) -> tuple[tuple[str, float], ...]:
    return (
        ("min", max(0, 1 - 2 * value)),
        ("average", 1 - abs(2 * value - 1)),
        ("max", max(0, 2 * value - 1)),
    )


def normals(vertices: Floats, faces: NDArray[Any]) -> Floats:
    """Return the unit normal at each vertex, (n, 3), weighted by the area of its triangles."""
    across = np.cross(
        vertices[faces[:, 1]] - vertices[faces[:, 0]], vertices[faces[:, 2]] - vertices[faces[:, 0]]
    )
    out = np.zeros((len(vertices), 3))
    for corner in range(3):
        for axis in range(3):
            out[:, axis] += np.bincount(faces[:, corner], across[:, axis], len(vertices))
    return np.asarray(out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12))
