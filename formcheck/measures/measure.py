"""What a measure is, and the catalogue of them; `formcheck.measures.catalogue` defines and fills it."""

from __future__ import annotations

import inspect
import math
import re
from collections import UserDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import get_args

import numpy as np

from formcheck.errors import UsageError
from formcheck.measures.body import Body, Joint, Part, Role
from formcheck.measures.drawn import Drawn
from formcheck.poses.geometry import wrap_deg
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
        of_both: Whether it is made of both sides alike, such as their mean.
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
    of_both: bool = False

    @property
    def sided(self) -> bool:
        """Whether it has a value for each side as the working one."""
        return not self.of_both and any(role in _EACH for role, _ in self.needs)

    @property
    def within_body(self) -> bool:
        """Whether it is an angle between parts of the body: the same wherever the picture shows them."""
        return self.unit == "deg" and len(self.needs) > 2 and not self.errors.per_roll

    def possible(self, values: Floats) -> np.ndarray:
        """Return (N,) whether a body can show some (N,) values; NaN counts as impossible."""
        inside: np.ndarray = (values >= self.can.least) & (values <= self.can.most)
        return inside


_EACH: dict[str, Role] = {"working": "free", "free": "working"}
_WORKED_OUT = re.compile(r"-(?P<falling>.+)|(?P<how>\w+)\((?P<of>\w+)\)")
_UNBOUNDED = Bounds()


BOTH_SIDES = {
    "mean": "mean of both sides",
    "least": "lower value of both sides",
    "most": "higher value of both sides",
    "difference": "working side minus the other one",
}
"""What can be made of a measure that each side has, such as `mean(knee_flexion_deg)`."""


class Catalogue(UserDict[str, Measure]):
    """The measures by name. Names of what can be worked out from one are known too, but not listed.

    `-NAME` rises where NAME falls. `mean(NAME)`, `least(NAME)`, `most(NAME)` and `difference(NAME)` are made
    of both sides.
    """

    def __contains__(self, name: object) -> bool:
        return name in self.data or (isinstance(name, str) and self._worked_out(name) is not None)

    def __missing__(self, name: str) -> Measure:
        found = self._worked_out(name)
        if found is None:
            raise KeyError(name)
        return found

    def _worked_out(self, name: str) -> Measure | None:
        told = _WORKED_OUT.fullmatch(name)
        if told is None:
            return None
        if told["falling"]:
            return _falling(name, self[told["falling"]]) if told["falling"] in self else None
        one = self.data.get(told["of"])
        return _of_both(name, told["how"], one) if one and one.sided and told["how"] in BOTH_SIDES else None


def _falling(name: str, one: Measure) -> Measure:
    """Return a measure that rises where another one falls."""

    def of(body: Body) -> Floats:
        values: Floats = -one.of(body)
        return values

    can = Bounds(-one.can.most, -one.can.least, one.can.why)
    return replace(one, name=name, definition=f"{_stem(one)}, with the opposite sign.", can=can, of=of)


def _of_both(name: str, how: str, one: Measure) -> Measure:
    """Return the measure made of both sides of another one.

    Its error is that of one side: what misleads a side often misleads the other as well. Only a difference
    adds the errors of two.
    """

    def of(body: Body) -> Floats:
        own, other = one.of(body), one.of(body.swapped())
        if how in ("least", "most"):
            picked: Floats = np.minimum(own, other) if how == "least" else np.maximum(own, other)
            return picked
        apart: Floats = own - other
        if one.unit == "deg":
            apart = np.asarray(wrap_deg(apart))
        return apart if how == "difference" else own - apart / 2

    needs = (*one.needs, *((_EACH.get(role, role), part) for role, part in one.needs))
    both = replace(
        one,
        name=name,
        definition=f"{_stem(one)}; {BOTH_SIDES[how]}.",
        needs=tuple(dict.fromkeys(needs)),
        drawn=None,
        of=of,
        of_both=how != "difference",
    )
    if how != "difference":
        return both
    value, change = math.sqrt(2) * one.errors.value, math.sqrt(2) * one.errors.change
    return replace(both, errors=replace(one.errors, value=value, change=change, per_roll=0.0), can=_UNBOUNDED)


def _stem(one: Measure) -> str:
    return one.definition.rstrip(".")


MEASURES = Catalogue()


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
    told = _WORKED_OUT.fullmatch(name)
    if told and told["falling"]:
        return no_measure(told["falling"])
    if told and told["how"] not in BOTH_SIDES:
        return f"there is no measure {name}; of both sides there are {', '.join(BOTH_SIDES)}"
    if told and told["of"] in MEASURES:
        return f"there is no measure {name}; {told['of']} does not have a value for each side"
    if told:
        return no_measure(told["of"])
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
