"""The tables of the log, as steps from one version to the next.

Also sets as rows of these tables, and back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from itertools import groupby
from typing import Any

from pydantic import AwareDatetime

from formcheck.files.reading import Finite, Part
from formcheck.history.entries import LoggedRep, LoggedSet, LoggedVerdict
from formcheck.report.model import Quantity

APPLICATION_ID = 0x466F434C  # "FoCL"
"""Marks a SQLite file as a training log of formcheck."""

STEPS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE sets (
            id INTEGER PRIMARY KEY,
            clip TEXT NOT NULL,
            at TEXT NOT NULL,
            lifter TEXT NOT NULL,
            exercise TEXT NOT NULL,
            side TEXT NOT NULL,
            load_kg REAL,
            bilateral_load_kg REAL,
            score REAL,
            coverage REAL NOT NULL,
            view TEXT NOT NULL,
            near INTEGER,
            profile TEXT NOT NULL,
            version TEXT NOT NULL,
            source TEXT NOT NULL,
            origin TEXT NOT NULL,
            start_s REAL NOT NULL,
            UNIQUE (clip, lifter, start_s)
        )""",
        """CREATE TABLE reps (
            set_id INTEGER NOT NULL REFERENCES sets (id) ON DELETE CASCADE,
            rep INTEGER NOT NULL,
            partial INTEGER NOT NULL,
            score REAL,
            coverage REAL NOT NULL,
            up_s REAL NOT NULL,
            hold_s REAL NOT NULL,
            down_s REAL NOT NULL,
            time_uncertainty_s REAL,
            range REAL,
            range_uncertainty REAL,
            range_unit TEXT,
            PRIMARY KEY (set_id, rep)
        )""",
        """CREATE TABLE verdicts (
            set_id INTEGER NOT NULL,
            rep INTEGER NOT NULL,
            rule TEXT NOT NULL,
            fault TEXT NOT NULL,
            status TEXT NOT NULL,
            value REAL,
            uncertainty REAL,
            unit TEXT NOT NULL,
            warn REAL NOT NULL,
            fault_limit REAL,
            safety INTEGER NOT NULL,
            PRIMARY KEY (set_id, rep, rule),
            FOREIGN KEY (set_id, rep) REFERENCES reps (set_id, rep) ON DELETE CASCADE
        )""",
        "CREATE INDEX sets_by_time ON sets (lifter, at)",
    ),
    # 2: the same recording as a clip and as its recorded track is one set: known by its landmarks as well.
    (
        "ALTER TABLE sets ADD COLUMN landmarks TEXT",
        "CREATE INDEX sets_by_landmarks ON sets (landmarks)",
    ),
    # 3: how fast the load went up, and how much slower at the end of the set.
    (
        "ALTER TABLE reps ADD COLUMN speed REAL",
        "ALTER TABLE reps ADD COLUMN speed_uncertainty REAL",
        "ALTER TABLE reps ADD COLUMN speed_unit TEXT",
        "ALTER TABLE sets ADD COLUMN speed_by TEXT",
        "ALTER TABLE sets ADD COLUMN speed_loss REAL",
        "ALTER TABLE sets ADD COLUMN speed_loss_uncertainty REAL",
        "ALTER TABLE sets ADD COLUMN speed_loss_unit TEXT",
    ),
)
"""Step `i` leads from version `i` to `i + 1`. Steps that were released are never changed, only followed."""
VERSION = len(STEPS)


def version_of(connection: sqlite3.Connection) -> int:
    """Return the version of the tables; 0 for a new file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the tables to this version, in one transaction: all of it or nothing.

    Args:
        connection: In autocommit mode; another process may have migrated in between, so the version is read
            again once the file is locked.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in STEPS[version_of(connection) :]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


# Sets as rows of the log's tables, and back.

_SET = (
    *("at", "lifter", "exercise", "side", "load_kg", "bilateral_load_kg", "score", "coverage"),
    *("view", "near", "profile", "version", "source", "origin", "start_s", "speed_by"),
)
_REP = ("rep", "partial", "score", "coverage", "up_s", "hold_s", "down_s", "time_uncertainty_s")
_SIZES = {"sets": {"speed_loss": "speed_loss"}, "reps": {"range": "range", "speed": "mean_speed"}}
"""Columns of values that have `NAME_uncertainty` and `NAME_unit` beside them, and their fields in entries."""
_VERDICT = ("rule", "fault", "status", "value", "uncertainty", "unit", "warn", "fault_limit", "safety")


class _Before(Part):
    """The values of an earlier analysis of a recording in the table of sets."""

    at: AwareDatetime
    start_s: Finite
    load_kg: Finite | None
    bilateral_load_kg: Finite | None


def stamp(at: datetime) -> str:
    """Return a time as a text that sorts by time."""
    return at.astimezone(timezone.utc).isoformat(timespec="milliseconds")


def insert(run: sqlite3.Connection, one: LoggedSet, clip: str, landmarks: str | None) -> None:
    """Write a set with its repetitions and verdicts."""
    kept = {name: getattr(one, name) for name in _SET}
    row = kept | {"at": stamp(one.at), "clip": clip, "landmarks": landmarks, **_sizes("sets", one)}
    set_id = run.execute(*_into("sets", row)).lastrowid
    for rep in one.reps:
        kept = {name: getattr(rep, name) for name in _REP[1:]} | _sizes("reps", rep)
        run.execute(*_into("reps", {"set_id": set_id, "rep": rep.index, **kept}))
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
    query = f"SELECT set_id, {', '.join(_columns('reps'))} FROM reps WHERE {chosen} ORDER BY set_id, rep"
    rows = groupby(run.execute(query, values), key=lambda row: row[0])
    reps = {set_id: [_rep(row[1:], verdicts.get(row[:2], ())) for row in of] for set_id, of in rows}
    query = f"SELECT id, {', '.join(_columns('sets'))} FROM sets WHERE {where} ORDER BY at, id"
    return [
        LoggedSet.model_validate({**_fields("sets", rest), "reps": reps.get(set_id, ())})
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


def _columns(table: str) -> tuple[str, ...]:
    """Return the columns of sets or repetitions, in the order in which `_fields` takes them."""
    sizes = (f"{name}{end}" for name in _SIZES[table] for end in ("", "_uncertainty", "_unit"))
    return (*(_SET if table == "sets" else _REP), *sizes)


def _sizes(table: str, one: LoggedSet | LoggedRep) -> dict[str, Any]:
    """Return the columns of the quantities of a set or a repetition."""
    row: dict[str, Any] = {}
    for name, field in _SIZES[table].items():
        size: Quantity | None = getattr(one, field)
        row[name] = size and size.value
        row[f"{name}_uncertainty"] = size and size.uncertainty
        row[f"{name}_unit"] = size and size.unit
    return row


def _fields(table: str, row: Sequence[Any]) -> dict[str, Any]:
    """Return the fields of an entry from its row."""
    values = dict(zip(_columns(table), row, strict=True))
    found: dict[str, Quantity | None] = {}
    for name, field in _SIZES[table].items():
        size, error, unit = (values.pop(f"{name}{end}") for end in ("", "_uncertainty", "_unit"))
        found[field] = None if size is None else Quantity(value=size, uncertainty=error, unit=unit)
    return values | found


def _rep(row: Sequence[Any], verdicts: Iterable[LoggedVerdict]) -> LoggedRep:
    values = _fields("reps", row)
    values["index"] = values.pop("rep")
    return LoggedRep.model_validate({**values, "verdicts": tuple(verdicts)})
