"""A manifest: a CSV table that says of each clip what the folder does not."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from .. import catalog, kinds, names
from ..errors import UsageError, brief
from ..readers import read_text
from .find import day_of, find
from .item import Item, is_remote

COLUMNS = {
    "clip": "path or address of the clip, any file there is; a path is seen from the manifest's folder",
    "person": "who trains in it",
    "exercise": "what is done (see `formcheck exercises`); empty: recognised",
    "side": "left or right, the working side; empty: recognised",
    "date": "day, YYYY-MM-DD",
    "load_kg": "what was lifted, kg",
    "tags": "own words, separated by spaces",
    "choose": "whom to judge among several people, as for `analyze --person`",
}
"""The columns and what they hold; all but the first may be missing."""


def read_manifest(path: Path) -> list[Item]:
    """Return the clips of a manifest.

    Raises:
        UsageError: It cannot be read, a column is unknown, a value does not fit, or a clip is named twice.
    """
    text = read_text(path, "the manifest")
    sample = text.partition("\n")[0]
    reader = csv.DictReader(
        io.StringIO(text, newline=""), delimiter=";" if sample.count(";") > sample.count(",") else ","
    )
    found: dict[str, Item] = {}
    try:
        _check_columns(reader.fieldnames or (), path)
        for row in reader:
            item = _item(row, path.parent)
            if item.address in found:
                raise UsageError(f"{item.name} is named again")
            found[item.address] = item
    except _Columns as error:
        raise UsageError(str(error)) from error
    except (UsageError, csv.Error, OSError, ValueError) as error:
        raise UsageError(f"line {reader.reader.line_num} of the manifest {path}: {brief(error)}") from error
    if not found:
        raise UsageError(f"the manifest {path} names no clip")
    return list(found.values())


class _Columns(UsageError):
    """The first line does not fit."""


def _check_columns(names: Sequence[str], path: Path) -> None:
    unknown = [name[:40] for name in names if name not in COLUMNS]
    if unknown or "clip" not in names:
        what = f"has unknown columns ({', '.join(unknown)})" if unknown else "has no column clip"
        raise _Columns(f"the manifest {path} {what}; it may have {', '.join(COLUMNS)}")


def apply(manifest: Sequence[Item], found: Sequence[Item]) -> list[Item]:
    """Return the clips found with what a manifest says of them, or all of its own where none were named."""
    if not found:
        return list(manifest)
    said = {item.address: item for item in manifest}
    return [said.get(item.address, item) for item in found]


def _item(row: Mapping[str | None, str | None], home: Path) -> Item:
    said = {str(name): (value or "").strip() for name, value in row.items() if name in COLUMNS}
    clip = said.pop("clip")
    if not clip:
        raise UsageError("there is no clip")
    if is_remote(clip) or os.path.lexists(home / clip):
        (item,) = _single(find([clip if is_remote(clip) else str(home / clip)]), clip)
    else:  # becomes a row that says so
        place = os.path.abspath(home / clip)
        item = Item(Path(place).as_posix(), clip, date=day_of(clip), trouble=kinds.trouble(place))
    named = catalog.chosen(said.get("exercise") or None)
    if said.get("side", "") not in ("", "left", "right"):
        raise UsageError(f"side is left, right or empty, not {said['side']!r}")
    return replace(
        item,
        name=names.shown(names.without_login(clip)),
        person=names.shown(said.get("person", item.person)),
        exercise=named.name if named else None,
        side=said.get("side") or None,
        choose=said.get("choose") or None,
        date=_day(said.get("date", "")) or item.date,
        load_kg=_load(said.get("load_kg", "")),
        tags=tuple(map(names.shown, said.get("tags", "").split())),
    )


def _single(found: Sequence[Item], clip: str) -> Sequence[Item]:
    if len(found) != 1:
        raise UsageError(f"{clip} is not one clip; name each in a line of its own")
    return found


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError as error:
        raise UsageError(f"date is YYYY-MM-DD, not {text!r}") from error


def _load(text: str) -> float | None:
    try:
        value = float(text.replace(",", ".")) if text else None
    except ValueError as error:
        raise UsageError(f"load_kg is a number of kilograms, not {text!r}") from error
    if value is not None and not (math.isfinite(value) and value >= 0):
        raise UsageError(f"load_kg is a number of kilograms, not {text!r}")
    return value
