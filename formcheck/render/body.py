"""A dressed body: its mesh, the points that are followed on it, and how both move with the skeleton."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from formcheck.render import garments
from formcheck.render.shape import SKIN_VERTICES, Arrays, Build, load, normals, shape_of
from formcheck.render.skeleton import Points, Rotations
from formcheck.render.soft import Soft
from formcheck.render.spec import Outfit
from formcheck.render.vectors import Floats

SKIN, CLOTH, SHOE, EYE, HAIR, BROW = range(6)
"""Materials, as the fragment shader numbers them."""
_WEIGHTS = 6  # bones that move a vertex


@dataclass
class _Part:
    """One mesh: vertices, triangles, weights and numbers of bones, colours, materials."""

    vertices: Floats
    faces: NDArray[Any]
    weights: Floats
    bones: NDArray[Any]
    color: Floats
    material: NDArray[Any]


class Body:
    """A dressed body.

    Args:
        build: What it is like.
        outfit: What it wears.

    Attributes:
        shape: The bare body at rest.
        skeleton: Its bones.
        dressed: (n, 3): the vertices of the shape with clothes.
        vertices: (k, 3): of the whole mesh at rest, hair and shoes included.
        faces: (m, 3): its triangles.
        color: (k, 3) sRGB, material: (k,), garment: (k, 2): as the shader wants them.
        iris: Where the two irises are at rest.
        sole_m: Height of each ankle over the floor, by side.
    """

    def __init__(self, build: Build, outfit: Outfit) -> None:
        self.shape = shape_of(build)
        self.skeleton = self.shape.skeleton
        self.outfit = outfit
        clothes = garments.dress(self.shape, outfit)
        self.dressed = clothes.vertices
        parts = self._parts(clothes)
        self._join(parts, clothes)
        self.points = self._points()
        self.sole_m = {side: float(self.skeleton.head[f"foot.{side}"][1]) + 0.012 for side in "LR"}

    # The mesh

    def _parts(self, clothes: garments.Clothes) -> list[_Part]:
        of, tone = self.outfit, np.array(self.outfit.skin)
        skin = self._skin(clothes)
        hair = np.array(of.hair_color)
        fitted = [
            (of.shoes, np.array(of.shoe_color), SHOE),
            (of.hair, hair, HAIR),
            ("eyebrow001", hair * 0.55 + tone * 0.40, BROW),
        ]
        parts, hidden = [skin], np.zeros(len(self.shape.vertices), bool)
        for name, color, material in fitted:
            if name == "none":
                continue
            data = load(f"g_{name}")
            parts.append(self._fitted(data, color, material))
            under = data["delete"]
            hidden[under[under < len(hidden)]] = True
        faces = self.shape.faces("body")
        skin.faces = np.concatenate([faces[~hidden[faces].any(1)], self._eyes()])
        return parts

    def _eyes(self) -> NDArray[np.int64]:
        return self.shape.faces("helper-r-eye", "helper-l-eye")

    def _skin(self, clothes: garments.Clothes) -> _Part:
        shape, of, data = self.shape, self.outfit, self.shape.data
        n, tone = len(shape.vertices), np.array(self.outfit.skin)
        color, material = np.tile(tone, (n, 1)), np.full(n, SKIN)
        tints = (
            ("lips", np.array([0.62, 0.27, 0.26]), 0.75),
            ("eyelids", tone * 0.72, 0.6),
            ("ears", tone * np.array([1, 0.86, 0.84]), 0.5),
        )
        for name, tint, amount in tints:
            share = data[f"mask_{name}"][:n, None] * amount
            color = color * (1 - share) + tint * share
        eyes = np.unique(self._eyes())
        color[eyes], material[eyes] = [0.90, 0.89, 0.87], EYE
        vertices = clothes.vertices
        if of.hair != "none":  # the scalp below the hair
            scalp = self._scalp(eyes)
            color[scalp], material[scalp] = np.array(of.hair_color), HAIR
            vertices = vertices.copy()
            vertices[scalp] += clothes.normals[scalp] * 0.006
        return _Part(vertices, np.zeros((0, 3), int), data["wt"], data["widx"].astype(int), color, material)

    def _scalp(self, eyes: NDArray[Any]) -> NDArray[np.bool_]:
        v = self.shape.vertices
        skin = np.arange(len(v)) < SKIN_VERTICES
        head = (self.shape.main_bone == self.shape.number("head")) & skin
        eye = v[eyes].mean(0)
        behind = (v[:, 2] < eye[2] - 0.095) & (v[:, 1] > eye[1] - 0.045)
        return np.asarray(head & ((v[:, 1] > eye[1] + 0.062) | behind))

    def _fitted(self, data: Arrays, color: Floats, material: int) -> _Part:
        """Return shoes, hair or brows on this body: each vertex hangs on three of the skin."""
        base, refs = self.shape.vertices, data["refs"]
        ids, share = refs[:, :3].astype(int), refs[:, 3:6]
        scale = [abs(base[int(i), k] - base[int(j), k]) / d for k, (i, j, d) in enumerate(data["scale"])]
        vertices = (base[ids] * share[:, :, None]).sum(1) + refs[:, 6:9] * np.array(scale)
        held = np.zeros((len(refs), len(self.shape.bones)))
        numbers, weights = self.shape.data["widx"].astype(int), self.shape.data["wt"]
        rows = np.arange(len(refs))
        for corner in range(3):
            for at in range(numbers.shape[1]):
                moved = share[:, corner] * weights[ids[:, corner], at]
                np.add.at(held, (rows, numbers[ids[:, corner], at]), moved)
        held = np.clip(held, 0, None)
        most = np.argsort(-held, 1)[:, :_WEIGHTS]
        kept = np.take_along_axis(held, most, 1)
        colors = np.tile(color, (len(vertices), 1))
        if material == SHOE:
            colors[vertices[:, 1] < 0.022] = self.outfit.sole_color
        return _Part(
            vertices,
            data["faces"][:, :3],
            kept / kept.sum(1, keepdims=True),
            most,
            colors,
            np.full(len(vertices), material),
        )

    def _join(self, parts: list[_Part], clothes: garments.Clothes) -> None:
        begins = np.cumsum([0, *(len(part.vertices) for part in parts)])
        vertices = np.concatenate([part.vertices for part in parts])
        faces = np.concatenate([part.faces + at for part, at in zip(parts, begins, strict=False)])
        garment = np.full((len(vertices), 2), -1, np.float32)
        garment[: len(clothes.fields)] = clothes.fields
        used = np.unique(faces)
        renumbered = np.full(len(vertices), -1)
        renumbered[used] = np.arange(len(used))
        bones = np.concatenate([part.bones for part in parts])
        weights = np.concatenate([part.weights for part in parts])
        rows = np.repeat(np.arange(len(vertices)), bones.shape[1])
        shape = (len(vertices), len(self.shape.bones))
        self._weights = sp.csr_matrix((weights.ravel(), (rows, bones.ravel())), shape=shape)[used]
        self.vertices, self.faces = vertices[used], renumbered[faces].astype(np.int32)
        self.color = np.concatenate([part.color for part in parts]).astype(np.float32)[used]
        self.material = np.concatenate([part.material for part in parts]).astype(np.float32)[used]
        self.garment = garment[used]
        corners = (self.faces.ravel(), np.repeat(np.arange(len(self.faces)), 3))
        self._around = sp.csr_matrix((np.ones(self.faces.size), corners), shape=(len(used), len(self.faces)))
        eyes = [self.shape.vertices[self.shape.faces(f"helper-{side}-eye").ravel()] for side in "lr"]
        self.iris = [eye[np.argmax(eye[:, 2])] for eye in eyes]

    # The points that are followed

    def _points(self) -> dict[str, tuple[str, Floats]]:
        """Return for each landmark the bone that moves it and where it is at rest."""
        v, shape = self.shape.vertices, self.shape
        skin = np.arange(len(v)) < SKIN_VERTICES
        head = np.where((shape.main_bone == shape.number("head")) & skin)[0]
        nose = head[np.argmax(v[head, 2])]
        points: dict[str, tuple[str, Floats]] = {"nose": ("head", v[nose])}
        feet = np.isin(shape.main_bone, [shape.number("foot.L"), shape.number("foot.R")])
        joints = (
            ("shoulder", "uarm"),
            ("elbow", "larm1"),
            ("wrist", "hand"),
            ("hip", "thigh"),
            ("knee", "shin"),
            ("ankle", "foot"),
        )
        for side, sign in (("L", 1), ("R", -1)):
            ear = head[np.argmax(v[head, 0] * sign - 100 * (abs(v[head, 1] - v[nose, 1]) > 0.04))]
            points[f"ear.{side}"] = ("head", v[ear])
            foot = np.where(feet & (v[:, 0] * sign > 0) & skin)[0]
            points[f"heel.{side}"] = (f"foot.{side}", v[foot[np.argmin(v[foot, 2])]] + [0, -0.01, 0])
            points[f"toe.{side}"] = (f"toes.{side}", shape.joints[f"toe2-3.{side}:tail"])
            for name, bone in joints:
                points[f"{name}.{side}"] = (f"{bone}.{side}", self.skeleton.head[f"{bone}.{side}"])
        return points

    def landmarks(self, turned: Rotations, at: Points) -> Points:
        """Return where the followed points are, m.

        Args:
            turned: The rotation of each bone.
            at: Where each bone begins, as of `Skeleton.place`.
        """
        head = self.skeleton.head
        return {name: at[bone] + turned[bone] @ (x - head[bone]) for name, (bone, x) in self.points.items()}

    def skin(
        self, turned: Rotations, at: Points, soft: Soft | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return vertices (k, 3) and normals (k, 3) of the mesh in a pose, by linear blend skinning.

        Args:
            turned: The rotation of each bone.
            at: Where each bone begins.
            soft: What flesh and cloth add.
        """
        head = self.skeleton.head
        moves = np.stack(
            [
                np.concatenate([turned[bone], (at[bone] - turned[bone] @ head[bone])[:, None]], 1).ravel()
                for bone in self.shape.bones
            ]
        )
        blended = (self._weights @ moves).reshape(-1, 3, 4)
        rest = self.vertices if soft is None else soft.bulged(self.vertices, turned)
        v = np.einsum("nij,nj->ni", blended[:, :, :3], rest) + blended[:, :, 3]
        n = self._normals(v)
        if soft is not None and soft.hangs:
            v = soft.hung(v, n)
            n = self._normals(v)
        return v.astype(np.float32), n.astype(np.float32)

    def rest_normals(self) -> Floats:
        """Return the normals (k, 3) of the mesh at rest."""
        return normals(self.vertices, self.faces)

    def _normals(self, v: Floats) -> Floats:
        f = self.faces
        across = np.cross(v[f[:, 1]] - v[f[:, 0]], v[f[:, 2]] - v[f[:, 0]])
        n = np.asarray(self._around @ across)
        return np.asarray(n / np.maximum(np.linalg.norm(n, axis=1, keepdims=True), 1e-12))
