"""What a measure is, and the catalogue of them; `formcheck.measures.catalogue` defines and fills it."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import get_args

import numpy as np

from formcheck.errors import UsageError
from formcheck.measures.body import Body, Joint, Part, Role
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


_UNITS = {"deg": "deg", "pct": "%"}
"""The unit of a measure by the last word of its name."""


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
    """Enter the decorated function of a body into the catalogue; see `Measure` for the arguments.

    Raises:
        ValueError: If the name does not end in its unit or is taken, or a joint or an error is none.
    """
    unit = _UNITS.get(name.rpartition("_")[2])
    if unit is None or not name.isidentifier() or name != name.lower():
        raise ValueError(f"the measure {name!r} needs a name of lower case words that ends in _deg or _pct")
    if not needs:
        raise ValueError(f"the measure {name} needs at least one joint: needs=((role, joint), ...)")
    for joint in needs:
        _check_joint(name, joint)
    if not 0 < errors.change <= errors.value:
        raise ValueError(f"the measure {name} needs errors above 0, that of a change at most that of a value")

    def register(of: Callable[[Body], Floats]) -> Callable[[Body], Floats]:
        if not inspect.isfunction(of):
            raise ValueError(f"the measure {name}: define(...) belongs above a function of a Body")
        taken = MEASURES.get(name)
        if taken is not None and not _again(taken.of, of):
            raise ValueError(f"the measure {name} is taken by {_home(taken.of).name}: choose another name")
        MEASURES[name] = Measure(name, unit, definition, needs, errors, over_time, can, drawn, of)
        return of

    return register


def _check_joint(name: str, joint: Joint) -> None:
    for given, known, what in zip(joint, (get_args(Role), get_args(Part)), ("role", "joint"), strict=True):
        if given not in known:
            raise ValueError(f"the measure {name} names the {what} {given!r}; there are {', '.join(known)}")


def _home(of: Callable[[Body], Floats]) -> Path:
    """Return the file in which a measure is defined."""
    return Path(of.__code__.co_filename)


def _again(before: Callable[[Body], Floats], now: Callable[[Body], Floats]) -> bool:
    """Whether a file that is run once more, or a copy of it, defines what it has defined before."""
    old, new = _home(before), _home(now)
    if before.__globals__ is now.__globals__:
        return False  # twice in one file
    return old == new or (old.is_file() and new.is_file() and old.read_bytes() == new.read_bytes())


@contextmanager
def kept_if_fine() -> Iterator[None]:
    """Take back what was defined in a `with` block that fails."""
    before = dict(MEASURES)
    try:
        yield
    except BaseException:
        restore(before)
        raise


def restore(measures: dict[str, Measure]) -> None:
    """Make these all the measures there are."""
    MEASURES.clear()
    MEASURES.update(measures)
