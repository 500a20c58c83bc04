"""Checks what the functions of a rule file return. An error names the file and the function."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from formcheck.errors import RuleFileError, UsageError
from formcheck.measures.reading import Reading

_NUMBERS = (int, float, np.floating, np.integer)


def reading(function: Callable[[Any], Reading], data: object) -> Reading:
    """Call a function that reads a value from a repetition, and return its `Reading`.

    Args:
        function: The function of a rule or a gate.
        data: The repetition.

    Raises:
        RuleFileError: It returned something else than a `Reading` of numbers.
    """
    return _checked(function, function(data), "a Reading")


def reading_or_none(function: Callable[[Any], Reading | None], data: object) -> Reading | None:
    """Do the same for a function that may also return None."""
    found = function(data)
    return None if found is None else _checked(function, found, "a Reading or None")


def _checked(function: Callable[..., object], found: object, wanted: str) -> Reading:
    if not isinstance(found, Reading):
        raise _refused(function, found, wanted)
    for name in ("value", "uncertainty", "time_s"):
        value = getattr(found, name)
        if not isinstance(value, _NUMBERS) or math.isinf(value):
            raise _refused(function, value, f"a number that is finite or NaN, as {name} of its Reading")
    if not (isinstance(found.reason, str) and isinstance(found.remedy, str)):
        raise _refused(function, found.reason, "text, as reason and remedy of its Reading")
    return found


def number(function: Callable[[Any], float], data: object) -> float:
    """Call a function that returns a number.

    Raises:
        RuleFileError: It returned something else.
    """
    found = function(data)
    if not isinstance(found, _NUMBERS):
        raise _refused(function, found, "a number")
    return float(found)


def reason(function: Callable[[Any], str | None], data: object) -> str | None:
    """Call a function that returns a reason, or None where there is none.

    Raises:
        RuleFileError: It returned something else.
    """
    found = function(data)
    if found is not None and not isinstance(found, str):
        raise _refused(function, found, "text or None")
    return found


def _refused(function: Callable[..., object], found: object, wanted: str) -> UsageError:
    plain = inspect.unwrap(function)
    code = getattr(plain, "__code__", None)
    name = getattr(plain, "__name__", repr(plain))
    shown = " ".join(repr(found).split())
    shown = shown if len(shown) <= 40 else f"a {type(found).__name__}"
    says = f"{name} returned {shown}, not {wanted}"
    if code is None:
        return UsageError(f"a rule file does not fit: {says}")
    return RuleFileError(Path(code.co_filename), says, code.co_firstlineno)
