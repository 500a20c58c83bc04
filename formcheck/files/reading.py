"""What every reader of a file shares: nothing read back is trusted before it was looked at.

A file may be damaged, made by another tool, or made to do harm. Whatever is in it, a reader returns what fits
or raises a `FormcheckError` that names the file and the field, before memory is spent on what it declares.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from formcheck.errors import FormcheckError, UsageError, brief

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MOST = 1e12
"""No number of ours is larger: a time since 1970 in seconds fits, and its square is still a number."""
MOST_BYTES = 64 << 20
"""Larger than any text file of ours: truth of an hour of film takes a third of it."""
_SHOWN = 60

Kind = type[FormcheckError]
_M = TypeVar("_M", bound=BaseModel)


def _sensible(value: float) -> float:
    if not abs(value) <= MOST:
        raise ValueError(f"must be a finite number below {MOST:g}, not {value:g}")
    return value


Finite = Annotated[float, AfterValidator(_sensible)]
"""A number that can be calculated with: neither NaN nor infinite nor beyond `MOST`."""


class Part(BaseModel):
    """Part of a file made elsewhere: what is needed of it is checked, what else it holds is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def read_bytes(path: Path, what: str, kind: Kind = UsageError) -> bytes:
    """Return what a file holds.

    Args:
        path: The file.
        what: What it is, for the sentence, such as `the report`.
        kind: What is raised where it is too large.

    Raises:
        UsageError: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{what} {path} cannot be read ({reason}); check the name") from error
    if len(data) > MOST_BYTES:
        raise kind(f"{what} {path} is larger than {MOST_BYTES >> 20} MB, which none is; name another file")
    return data


def read_text(path: Path, what: str, kind: Kind = UsageError) -> str:
    """Return the text of a file, without a byte order mark; arguments and errors as of `read_bytes`."""
    try:
        return read_bytes(path, what, kind).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise kind(f"{what} {path} is not text in UTF-8; save it as such") from error


def read_toml(path: Path, what: str) -> dict[str, Any]:
    """Return the tables of a TOML file whose numbers can be calculated with.

    Raises:
        UsageError: It cannot be read, is not TOML, or holds a number beyond all sense.
    """
    text = read_text(path, what)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{what} {path} is not TOML: {error}") from error
    except (ValueError, RecursionError, OverflowError) as error:  # a number of 5000 digits, 1000 brackets
        raise UsageError(f"{what} {path} is not TOML: {brief(error)}") from error
    check_numbers(data, f"{what} {path}", UsageError)
    return data


def parse_json(data: str | bytes, what: str, kind: Kind = UsageError) -> Any:
    """Return what a JSON text holds.

    Args:
        data: The text.
        what: What it is of, for the sentence, with its name.
        kind: What is raised where it is not JSON, nested too deeply, or holds a number beyond all sense.
    """
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise kind(f"{what} is not JSON: {brief(error)}") from error
    check_numbers(found, what, kind)
    return found


def validated(model: type[_M], data: object, what: str, kind: Kind = UsageError) -> _M:
    """Return data as a model, or raise with the first field that does not fit."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise kind(f"{what} does not fit: {wrong(error)}") from error


def wrong(error: ValidationError) -> str:
    """Say which field of a file does not fit, and why; the first one, in a line."""
    first = error.errors(include_url=False, include_context=False)[0]
    field = ".".join(str(part) for part in first["loc"])[:_SHOWN]
    says = brief(first["msg"].removeprefix("Value error, "))
    says = says[:1].lower() + says[1:]
    return f"{field}: {says}" if field else says


def check_numbers(data: object, what: str, kind: Kind, *, nan: bool = False) -> None:
    """Make sure that every number in nested data can be calculated with.

    Args:
        data: Mappings, sequences, models and plain values.
        what: What it is of, for the sentence, with its name.
        kind: What is raised where one cannot.
        nan: Whether NaN may be in it.
    """
    found = next(_beyond(data, nan), None)
    if found is not None:
        field, value = found
        shown = value if isinstance(value, float) else "one of too many digits"
        where = field.lstrip(".")[:_SHOWN] or "the whole of it"
        raise kind(f"{what} does not fit: {where} must be a finite number below {MOST:g}, not {shown}")


def _beyond(data: object, nan: bool) -> Iterator[tuple[str, float | int]]:
    """Give the fields whose numbers cannot be calculated with; without recursion, as data may be deep."""
    left: list[tuple[str, object]] = [("", data)]
    while left:
        field, value = left.pop()
        if isinstance(value, bool | str | bytes):
            continue
        if isinstance(value, int | float):
            if not (abs(value) <= MOST or (nan and math.isnan(value))):
                yield field, value
        elif isinstance(value, Mapping):
            left += [(f"{field}.{key}", item) for key, item in value.items()]
        elif isinstance(value, BaseModel):
            left += [(f"{field}.{key}", item) for key, item in value]
        elif isinstance(value, Sequence):
            left += [(f"{field}.{at}", item) for at, item in enumerate(value)]


def strictly_rising(values: Sequence[float]) -> bool:
    """Whether each value is larger than the one before; NaN is not."""
    return all(before < after for before, after in pairwise(values))
