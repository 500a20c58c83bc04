"""What a measure is, and the catalogue of them; `formcheck.measures.catalogue` defines and fills it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from formcheck.errors import UsageError
from formcheck.measures.body import Body, Part, Role
from formcheck.poses.pose import Floats

Joint = tuple[Role, Part]


@dataclass(frozen=True, slots=True)
class Measure:
    """One quantity.

    Attributes:
        name: Its name, ending in its unit.
        unit: `deg`, `%` of the trunk length, or `s`.
        definition: What exactly, with the sign.
        needs: The joints it is made of.
        error: Standard error from the side, against the known truth of rendered clips (`formcheck evaluate`),
            for the absolute value.
        change_error: The same for a change from the person's own start, where steady bias cancels.
        fooled_by: What makes it wrong.
        per_roll: What a degree of camera roll changes it by, in its unit; 0 where it needs no vertical.
        plate_error: What a plate over the hips adds to the error.
        over_time: Whether places of different times are compared.
        least, most: The range of values that a body can show, in its unit. A value beyond it means that the
            landmarks are wrong. Infinite where the body sets no bound, such as the slope of a leg.
        bound: Where the range comes from, in words; empty where there is none.
        of: Computes (T,) values from a body.
    """

    name: str
    unit: str
    definition: str
    needs: tuple[Joint, ...]
    error: float
    change_error: float
    fooled_by: str
    per_roll: float
    plate_error: float
    over_time: bool
    least: float
    most: float
    bound: str
    of: Callable[[Body], Floats]

    def possible(self, values: Floats) -> np.ndarray:
        """Return (N,) whether a body can show some (N,) values; NaN counts as impossible."""
        inside: np.ndarray = (values >= self.least) & (values <= self.most)
        return inside


MEASURES: dict[str, Measure] = {}


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
    error: float,
    change_error: float | None = None,
    fooled_by: str = "",
    per_roll: float = 0.0,
    plate_error: float = 0.0,
    over_time: bool = False,
    can: tuple[float, float] = (-math.inf, math.inf),
    bound: str = "",
) -> Callable[[Callable[[Body], Floats]], Callable[[Body], Floats]]:
    """Enter the decorated function of a body into the catalogue; see `Measure` for the arguments.

    `can` is the range of values that a body can show, `Measure.least` and `Measure.most`.
    """
    unit = {"deg": "deg", "pct": "%"}[name.rsplit("_", 1)[1]]

    def register(of: Callable[[Body], Floats]) -> Callable[[Body], Floats]:
        MEASURES[name] = Measure(
            name,
            unit,
            definition,
            needs,
            error,
            error if change_error is None else change_error,
            fooled_by,
            per_roll,
            plate_error,
            over_time,
            *can,
            bound,
            of,
        )
        return of

    return register
