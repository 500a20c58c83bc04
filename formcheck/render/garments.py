"""Clothes that are painted on the skin: where each covers it, and how far it stands off.

The edge of a garment is where a field over the vertices (metres, above 0 = covered) crosses zero, so that the
fragment shader cuts it between vertices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from formcheck.render.shape import SKIN_VERTICES, Shape, normals
from formcheck.render.spec import Outfit
from formcheck.render.vectors import Floats, unit

_ARM = ("uarm", "larm1", "larm2", "hand", "fing1", "fing2")
_LEGS_M = {"leggings": 0.06, "capri": 0.20, "shorts": 0.16, "longshorts": 0.03}
"""Where the leg of a garment ends: above the ankle (leggings, capri), above the knee (shorts)."""
_TIGHT = ("leggings", "capri")
_EDGE_M = 0.02  # a garment has its full thickness so far from its edge
_RELAXED = 40


@dataclass(frozen=True)
class Clothes:
    """Top and bottom on a body.

    Attributes:
        fields: (n, 2): how far inside top and bottom each vertex is, m; below 0 = bare.
        vertices: (n, 3): the body with its clothes, at rest.
        normals: (n, 3): of the relaxed body.
    """

    fields: Floats
    vertices: Floats
    normals: Floats


def dress(shape: Shape, outfit: Outfit) -> Clothes:
    """Put top and bottom on a body."""
    arm = shape.share(*(f"{bone}.{side}" for bone in _ARM for side in "LR")) > 0.5
    skin = np.arange(len(shape.vertices)) < SKIN_VERTICES
    waist_m = float(shape.skeleton.head["spine4"][1]) + outfit.waist
    top = _top(shape, outfit, arm, waist_m)
    top[~skin | (shape.main_bone == shape.number("head"))] = -1
    height = shape.vertices[:, 1]
    bottom = np.minimum(height - _hem_m(shape, outfit), waist_m - height)
    bottom[arm | ~skin] = -1
    bottom = np.where(top > 0, np.minimum(bottom, 0.5), bottom)
    off = np.zeros(len(shape.vertices))
    covered, below = top > 0, (bottom > 0) & ~(top > 0)
    off[covered] = outfit.top_offset * np.clip(top[covered] / _EDGE_M, 0.3, 1)
    loose_m = 0.003 if outfit.bottom in _TIGHT else 0.009
    off[below] = loose_m * np.clip(bottom[below] / _EDGE_M, 0.3, 1)
    faces = shape.faces("body")
    relaxed = _relaxed(shape.vertices, faces, covered & ~arm & (top > _EDGE_M))
    outward = normals(relaxed, faces)
    return Clothes(np.stack([top, bottom], 1), relaxed + outward * off[:, None], outward)


def _hem_m(shape: Shape, outfit: Outfit) -> float:
    joint = "foot.L" if outfit.bottom in _TIGHT else "shin.L"
    return float(shape.skeleton.head[joint][1]) + _LEGS_M[outfit.bottom]


def _top(shape: Shape, outfit: Outfit, arm: NDArray[np.bool_], waist_m: float) -> Floats:
    """Return the field of the top: above the waist, outside the neckline, as far as the sleeves go."""
    v, head = shape.vertices, shape.skeleton.head
    neck = head["neck1"]
    bare = outfit.top in ("tank", "bra")
    field = v[:, 1] - (waist_m if outfit.top != "bra" else head["spine2"][1] - 0.02)
    q = v - (neck + np.array([0, 0.0, outfit.neck_dz]))
    away = np.sqrt((q[:, 0] / 0.085) ** 2 + (q[:, 1] / 0.055) ** 2 + (q[:, 2] / 0.095) ** 2)
    field = np.minimum(field, (away - 1) * 0.08)
    field = np.minimum(field, neck[1] + 0.035 - v[:, 1])
    for side in "LR":
        shoulder = head[f"uarm.{side}"]
        here = np.sign(v[:, 0]) == np.sign(shoulder[0])
        if bare:
            strap = abs(shoulder[0]) * 0.80 - abs(v[:, 0])
            field = np.where(here & (v[:, 1] > shoulder[1] - 0.10), np.minimum(field, strap), field)
            field[arm & here] = -1
        else:
            along, sleeve_m = _along_arm(shape, outfit, side)
            field = np.where(arm & here, np.minimum(sleeve_m - along, 1), field)
    return np.asarray(field)


def _along_arm(shape: Shape, outfit: Outfit, side: str) -> tuple[Floats, float]:
    """Return how far down the arm each vertex is, and where the sleeve ends, m."""
    v, head = shape.vertices, shape.skeleton.head
    shoulder, elbow, wrist = (head[f"{bone}.{side}"] for bone in ("uarm", "larm1", "hand"))
    upper, fore = float(np.linalg.norm(elbow - shoulder)), float(np.linalg.norm(wrist - elbow))
    forearm = shape.share(*(f"{bone}.{side}" for bone in _ARM[1:])) > 0.5
    along = np.where(
        forearm, upper + (v - elbow) @ unit(wrist - elbow), (v - shoulder) @ unit(elbow - shoulder)
    )
    return along, (outfit.sleeve * upper if outfit.top == "tshirt" else upper + fore - 0.03)


def _relaxed(vertices: Floats, faces: NDArray[np.int64], chosen: NDArray[np.bool_]) -> Floats:
    """Return the body with small detail of its surface smoothed away where cloth covers it."""
    n = len(vertices)
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    beside = sp.csr_matrix(
        (np.ones(2 * len(edges)), (np.r_[edges[:, 0], edges[:, 1]], np.r_[edges[:, 1], edges[:, 0]])),
        shape=(n, n),
    )
    beside.data[:] = 1
    count = np.maximum(np.asarray(beside.sum(1)).ravel(), 1)
    out = vertices.copy()
    for _ in range(_RELAXED):
        out[chosen] += 0.6 * ((beside @ out)[chosen] / count[chosen, None] - out[chosen])
    return out
