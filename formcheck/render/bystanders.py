"""Other people in the room: they stand behind the one who trains, as the camera sees it, and do nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.render import people
from formcheck.render.body import Body
from formcheck.render.clip import Clip, stream
from formcheck.render.spec import Person
from formcheck.render.vectors import ry, rz

_ARMS_DEG = 36.0  # from the A-pose down
_BEHIND_M = (1.1, 2.0)


@dataclass(frozen=True)
class Bystander:
    """A body, and its vertices and normals where it stands."""

    body: Body
    skin: tuple[NDArray[np.float32], NDArray[np.float32]]


def bystanders(clip: Clip, half_m: float) -> list[Bystander]:
    """Return the bystanders of a clip; half_m is half of the room's side."""
    return [_one(clip, half_m, number) for number in range(clip.spec.around.bystanders)]


def _one(clip: Clip, half_m: float, number: int) -> Bystander:
    rng = stream(clip.spec, 5, number)
    drawn = people.draw(Person(), rng)
    body = Body(drawn.build, drawn.outfit)
    turned_round = ry(float(rng.uniform(-180, 180)))
    turned = {bone: turned_round for bone in body.skeleton.bones}
    for side, sign in (("L", 1), ("R", -1)):
        arm = turned_round @ rz(-sign * (_ARMS_DEG + float(rng.uniform(-8, 8))))
        for bone in ("uarm", "larm1", "larm2", "hand", "fing1", "fing2"):
            turned[f"{bone}.{side}"] = arm
    camera = clip.camera
    away = (camera.at - camera.eye) * [1, 0, 1]
    away /= np.linalg.norm(away)
    aside = np.array([away[2], 0, -away[0]])
    place = camera.at + away * rng.uniform(*_BEHIND_M) + aside * rng.uniform(-1.3, 1.3)
    pelvis = np.clip(place, -half_m + 0.3, half_m - 0.3)
    pelvis[1] = body.skeleton.head["pelvis"][1]
    return Bystander(body, body.skin(turned, body.skeleton.place(turned, pelvis)))
