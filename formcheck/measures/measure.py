"""What a measure is, and the catalogue of them; `formcheck.measures.catalogue` defines and fills it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from formcheck.errors import UsageError
from formcheck.measures.body import Body, Joint
from formcheck.measures.drawn import Drawn
from formcheck.poses.pose import Floats


@dataclass(frozen=True, slots=True)
class Errors:
    """How far off a measure is, in its unit.

    Attributes:
        value: Standard error from the side, against the known truth of rendered clips (`formcheck evaluate`),
            for the absolute value.
        change: The same for a change from the person's own start, where steady bias cancels.
        per_roll: What a degree of camera roll changes it by; 0 where it needs no vertical.
        plate: What a plate over the hips adds.
        fooled_by: What makes it wrong, in words.
    """

    value: float
    change: float
    per_roll: float = 0.0
    plate: float = 0.0
    fooled_by: str = ""

    def of(self, *, change: bool) -> float:
        """Return the error of a change from the start, or that of a value."""
        return self.change if change else self.value


@dataclass(frozen=True, slots=True)
class Bounds:
    """The values that a body can show. A value beyond them means that the landmarks are wrong.

    Attributes:
        least, most: The range, in the unit of the measure. Infinite where the body sets no bound, such as the
            slope of a leg.
        why: Where the range comes from, in words; empty where there is none.
    """

    least: float = -math.inf
    most: float = math.inf
    why: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """One quantity.

    Attributes:
        name: Its name, ending in its unit.
        unit: `deg`, `%` of the trunk length, or `s`.
        definition: What exactly, with the sign.
        needs: The joints it is made of.
        errors: How far off it is, and why.
        over_time: Whether places of different times are compared.
        can: The values that a body can show.
        drawn: What it looks like in a picture, or None where it is not drawn.
        of: Computes (T,) values from a body.
    """

    name: str
    unit: str
    definition: str
    needs: tuple[Joint, ...]
    errors: Errors
    over_time: bool
    can: Bounds
    drawn: Drawn | None
    of: Callable[[Body], Floats]

    def possible(self, values: Floats) -> np.ndarray:
        """Return (N,) whether a body can show some (N,) values; NaN counts as impossible."""
        inside: np.ndarray = (values >= self.can.least) & (values <= self.can.most)
        return inside


MEASURES: dict[str, Measure] = {}
_UNBOUNDED = Bounds()


def measure(name: str) -> Measure:
    """Return a measure by name.

    Raises:
        UsageError: If there is none of that name.
    """
    try:
        return MEASURES[name]
    except KeyError:
        raise UsageError(no_measure(name)) from None


def no_measure(name: str) -> str:
    """Return what to say where there is no measure of a name: the nearest one, or where they are listed."""
    near = get_close_matches(name, MEASURES, n=1)
    hint = f"did you mean {near[0]}?" if near else "`formcheck measures` lists them"
    return f"there is no measure {name}; {hint}"


def define(
    name: str,
    definition: str,
    *,
    needs: tuple[Joint, ...],
    errors: Errors,
    over_time: bool = False,
    can: Bounds = _UNBOUNDED,
    drawn: Drawn | None = None,
) -> Callable[[Callable[[Body], Floats]], Callable[[Body], Floats]]:
    """Enter the decorated function of a body into the catalogue; see `Measure` for the arguments."""
    unit = {"deg": "deg", "pct": "%"}[name.rsplit("_", 1)[1]]

    def register(of: Callable[[Body], Floats]) -> Callable[[Body], Floats]:
        MEASURES[name] = Measure(name, unit, definition, needs, errors, over_time, can, drawn, of)
        return of

    return register
