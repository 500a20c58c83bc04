"""Who is seen: a body and an outfit, drawn where the spec does not say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from formcheck.render.shape import Build
from formcheck.render.spec import Outfit, Person

_SKINS = (
    (0.86, 0.68, 0.57),
    (0.80, 0.60, 0.49),
    (0.70, 0.50, 0.38),
    (0.56, 0.38, 0.27),
    (0.42, 0.27, 0.19),
    (0.90, 0.74, 0.65),
)
_HAIRS = ((0.10, 0.07, 0.05), (0.22, 0.13, 0.07), (0.42, 0.28, 0.14), (0.05, 0.05, 0.05), (0.58, 0.44, 0.25))
_TOPS = (
    (0.16, 0.30, 0.52),
    (0.55, 0.12, 0.14),
    (0.75, 0.75, 0.74),
    (0.10, 0.38, 0.30),
    (0.30, 0.30, 0.33),
    (0.78, 0.52, 0.16),
    (0.45, 0.22, 0.45),
)
_BOTTOMS = ((0.08, 0.08, 0.10), (0.12, 0.14, 0.25), (0.28, 0.29, 0.31), (0.22, 0.12, 0.22))


@dataclass(frozen=True)
class Drawn:
    """A person: build, outfit, and both as they stand in a truth file."""

    build: Build
    outfit: Outfit
    shown: dict[str, Any]


def draw(person: Person, rng: np.random.Generator) -> Drawn:
    """Draw a person; whatever the spec says wins. The order of the draws is part of every published seed."""
    said = person.model_dump(exclude_unset=True, exclude={"outfit"})
    drawn_male = float(rng.random() < 0.4)
    gender = person.gender if person.gender is not None else drawn_male
    male = gender > 0.5
    build: dict[str, Any] = {
        "gender": 1.0 if male else 0.0,
        "muscle": rng.uniform(0.45, 0.75),
        "weight": rng.uniform(0.32, 0.62),
        "height": rng.uniform(0.30, 0.52) if male else rng.uniform(0.35, 0.65),
        "race": [float(x) for x in rng.dirichlet([1.2, 0.8, 0.8])],
    }
    outfit = _outfit(male, rng) | person.outfit
    build |= {key: value for key, value in said.items() if value is not None}
    return Drawn(
        Build(**build | {"race": tuple(build["race"])}),
        Outfit.model_validate(outfit),
        build | {"outfit": outfit},
    )


def _outfit(male: bool, rng: np.random.Generator) -> dict[str, Any]:
    def one(of: list[str]) -> str:
        return str(rng.choice(of))

    return {
        "skin": list(_SKINS[rng.integers(len(_SKINS))]),
        "hair_color": list(_HAIRS[rng.integers(len(_HAIRS))]),
        "hair": one(
            ["short02", "short02", "short04"] if male else ["ponytail01", "short02", "bob02", "ponytail01"]
        ),
        "top": one(["tshirt", "tshirt", "tank"] if male else ["tshirt", "tank", "tshirt", "long"]),
        "bottom": one(
            ["longshorts", "shorts", "leggings"] if male else ["leggings", "capri", "leggings", "shorts"]
        ),
        "top_color": list(_TOPS[rng.integers(len(_TOPS))]),
        "bottom_color": list(_BOTTOMS[rng.integers(len(_BOTTOMS))]),
        "shoes": one(["shoes01", "shoes02", "shoes03"]),
        "shoe_color": [float(x) for x in rng.uniform(0.15, 0.9, 3) * 0.3 + rng.choice([0.1, 0.6])],
        "top_offset": float(rng.uniform(0.004, 0.009)),
    }
