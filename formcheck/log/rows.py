"""Sets as rows of the log's tables, and back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from itertools import groupby
from typing import Any

from pydantic import AwareDatetime

from ..readers import Finite, Part
from ..report.model import Quantity
from .entry import LoggedRep, LoggedSet, LoggedVerdict

_SET = (
    *("at", "lifter", "exercise", "side", "load_kg", "bilateral_load_kg", "score", "coverage"),
    *("view", "near", "profile", "version", "source", "origin", "start_s"),
)
_REP = (
    *("rep", "partial", "score", "coverage", "up_s", "hold_s", "down_s", "time_uncertainty_s"),
    *("range", "range_uncertainty", "range_unit"),
)
_VERDICT = ("rule", "fault", "status", "value", "uncertainty", "unit", "warn", "fault_limit", "safety")


class _Before(Part):
    """What an earlier analysis of a recording left in the table of sets."""

    at: AwareDatetime
    start_s: Finite
    load_kg: Finite | None
    bilateral_load_kg: Finite | None


def stamp(at: datetime) -> str:
    """Write a time so that texts sort as times do."""
    return at.astimezone(timezone.utc).isoformat(timespec="milliseconds")


def insert(run: sqlite3.Connection, one: LoggedSet, clip: str, landmarks: str | None) -> None:
    """Write a set with its repetitions and verdicts."""
    kept = {name: getattr(one, name) for name in _SET}
    row = kept | {"at": stamp(one.at), "clip": clip, "landmarks": landmarks}
    set_id = run.execute(*_into("sets", row)).lastrowid
    for rep in one.reps:
        size = rep.range.model_dump() if rep.range else {"value": None, "uncertainty": None, "unit": None}
        sizes = {"range": size["value"], "range_uncertainty": size["uncertainty"], "range_unit": size["unit"]}
        times = {name: getattr(rep, name) for name in _REP[1:-3]}
        run.execute(*_into("reps", {"set_id": set_id, "rep": rep.index, **times, **sizes}))
        for each in rep.verdicts:
            of = {"set_id": set_id, "rep": rep.index, **each.model_dump(mode="json")}
            run.execute(*_into("verdicts", of))


def select(run: sqlite3.Connection, where: str, values: Sequence[Any]) -> list[LoggedSet]:
    """Read sets in order of time.

    Args:
        run: Inside a transaction, so that the tables fit each other.
        where: A condition on the table `sets`.
        values: Of its question marks.
    """
    chosen = f"set_id IN (SELECT id FROM sets WHERE {where})"
    verdicts: dict[tuple[int, int], list[LoggedVerdict]] = {}
    query = f"SELECT set_id, rep, {', '.join(_VERDICT)} FROM verdicts WHERE {chosen} ORDER BY rowid"
    for set_id, rep, *rest in run.execute(query, values):
        made = LoggedVerdict.model_validate(dict(zip(_VERDICT, rest, strict=True)))
        verdicts.setdefault((set_id, rep), []).append(made)
    query = f"SELECT set_id, {', '.join(_REP)} FROM reps WHERE {chosen} ORDER BY set_id, rep"
    rows = groupby(run.execute(query, values), key=lambda row: row[0])
    reps = {set_id: [_rep(row[1:], verdicts.get(row[:2], ())) for row in of] for set_id, of in rows}
    query = f"SELECT id, {', '.join(_SET)} FROM sets WHERE {where} ORDER BY at, id"
    return [
        LoggedSet.model_validate({**dict(zip(_SET, rest, strict=True)), "reps": reps.get(set_id, ())})
        for set_id, *rest in run.execute(query, values)
    ]


def completed(one: LoggedSet, before: Sequence[Sequence[Any]], *, dated: bool) -> LoggedSet:
    """Fill in what an earlier analysis of the recording was told and this one was not.

    Args:
        one: The set as analysed now.
        before: Rows of `at, start_s, load_kg, bilateral_load_kg`.
        dated: Whether the date was given this time.
    """
    found = [_Before.model_validate(dict(zip(_Before.model_fields, row, strict=True))) for row in before]
    known: dict[str, Any] = {}
    for name in ("load_kg", "bilateral_load_kg"):
        if getattr(one, name) is None:
            known[name] = next((load for row in found if (load := getattr(row, name)) is not None), None)
    if found and not dated:
        known["at"] = found[0].at + timedelta(seconds=one.start_s - found[0].start_s)
    return one.model_copy(update=known)


def _into(table: str, row: Mapping[str, Any]) -> tuple[str, tuple[Any, ...]]:
    marks = ", ".join("?" * len(row))
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values())


def _rep(row: Sequence[Any], verdicts: Iterable[LoggedVerdict]) -> LoggedRep:
    values = dict(zip(_REP, row, strict=True))
    size, error, unit = (values.pop(name) for name in _REP[-3:])
    values["range"] = None if size is None else Quantity(value=size, uncertainty=error, unit=unit)
    values["index"] = values.pop("rep")
    return LoggedRep.model_validate({**values, "verdicts": tuple(verdicts)})
