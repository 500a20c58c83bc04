"""What flesh and cloth add to a skinned body. The skeleton, and so the truth, is not touched.

The gluteus maximus shortens and thickens as it extends the hip, so the outline behind the pelvis rises; a
loose top hangs away from the body where it is below it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formcheck.render.skeleton import Rotations, Skeleton
from formcheck.render.vectors import Floats, smooth

_RELAXED_DEG = -45.0  # hip flexed so far: at rest
_CONTRACTED_DEG = 10.0  # hip extended so far: shortened all the way
_SPREAD_M = (0.065, 0.060, 0.075)  # of the bulge about its middle
_MIDDLE_M = (0.07, 0.015, -0.10)  # from the hip joints' middle: to the side, up, backward
_FOLD_M = 0.09  # how far folds lie apart


class Soft:
    """Bulge of the buttock, and a top that hangs.

    Args:
        skeleton: The bones.
        vertices: (k, 3) of the mesh at rest.
        normals: (k, 3) of it.
        covered: (k,) how far inside the top each vertex is, m.
        bulge_m: How far the buttock rises at full extension.
        loose_m: How far the top hangs at most.
        rng: Where the folds are drawn from.
    """

    def __init__(
        self,
        skeleton: Skeleton,
        vertices: Floats,
        normals: Floats,
        covered: NDArray[np.floating],
        bulge_m: float,
        loose_m: float,
        rng: np.random.Generator,
    ) -> None:
        middle = (skeleton.head["thigh.L"] + skeleton.head["thigh.R"]) / 2
        self._bulge: dict[str, Floats] = {}
        for side, sign in (("L", 1), ("R", -1)):
            away = (vertices - middle - np.array(_MIDDLE_M) * [sign, 1, 1]) / np.array(_SPREAD_M)
            share = bulge_m * np.exp(-(away**2).sum(1) / 2)
            self._bulge[side] = normals * share[:, None]
        phase = rng.uniform(0, 2 * np.pi, 2)
        folds = np.sin(
            2 * np.pi * vertices[:, 1] / _FOLD_M + phase[0] + 3 * np.sin(9 * vertices[:, 0] + phase[1])
        )
        self.hangs = loose_m > 0
        self._hang = loose_m * np.clip(covered / 0.06, 0, 1) * (1 + 0.2 * folds)
        self._thigh = {side: skeleton.head[f"shin.{side}"] - skeleton.head[f"thigh.{side}"] for side in "LR"}

    def bulged(self, vertices: Floats, turned: Rotations) -> Floats:
        """Return the mesh at rest as it is in a pose, the buttock risen as far as each hip is extended."""
        out = vertices
        for side in "LR":
            thigh = turned["pelvis"].T @ turned[f"thigh.{side}"] @ self._thigh[side]
            ext_deg = float(np.degrees(np.arctan2(-thigh[2], -thigh[1])))
            share = (ext_deg - _RELAXED_DEG) / (_CONTRACTED_DEG - _RELAXED_DEG)
            out = out + self._bulge[side] * smooth(share)
        return np.asarray(out)

    def hung(self, vertices: Floats, normals: Floats) -> Floats:
        """Return the posed mesh with its top hanging where it faces the floor."""
        out = vertices.copy()
        out[:, 1] -= self._hang * np.clip(-normals[:, 1], 0, 1)
        return out
