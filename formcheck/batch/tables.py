"""Tables of all results, made of the ledger when a run ends: CSV, JSON lines, or partitioned Parquet.

The columns are defined here as well; their documentation is made from that.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from formcheck.batch.record import Record
from formcheck.errors import OutputError, UsageError
from formcheck.exercises.rule import Status
from formcheck.files.writing import whole, write_text
from formcheck.report import sheet
from formcheck.report.build import UNKNOWN
from formcheck.report.model import RepReport, VerdictReport

Records = Callable[[], Iterable[Record]]
"""Gives all records anew, in the order of rows."""
PARTITIONS = ("date", "exercise")
_BATCH = 20_000  # rows in memory at a time


class Format(str, Enum):
    """Formats of the tables."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


def format_named(name: str) -> Format:
    """Return a format by its name.

    Raises:
        UsageError: There is none of that name.
    """
    try:
        return Format(name)
    except ValueError as error:
        raise UsageError(f"there is no format {name!r}; there are csv, jsonl and parquet") from error


def check_format(wanted: Format) -> None:
    """Make sure that a format can be written, before the long work.

    Raises:
        UsageError: Its library is missing.
    """
    if wanted is Format.PARQUET:
        try:
            import pyarrow.dataset  # noqa: F401
        except ImportError as error:
            raise UsageError("Parquet needs pyarrow: pip install 'formcheck[tables]'") from error


def write_tables(folder: Path, records: Records, wanted: Format) -> list[Path]:
    """Write `clips`, `reps` and `verdicts` and what their columns mean; return them.

    CSV and JSON lines are a file each. Parquet is a folder each, in partitions by date and exercise:
    `clips/date=2026-11-21/exercise=NAME/part-0.parquet`.

    Raises:
        OutputError: One cannot be written.
    """
    write_text(folder / "columns.md", described())
    made = []
    for table in TABLES:
        path = folder / (table if wanted is Format.PARQUET else f"{table}.{wanted.value}")
        if wanted is Format.PARQUET:
            _write_parquet(path, table, records)
        else:
            _write_lines(path, _csv_lines if wanted is Format.CSV else _json_lines, table, records)
        made.append(path)
    return made


def _all_rows(table: str, records: Records) -> Iterator[list[Value]]:
    for record in records():
        yield from rows(table, record)


def _write_lines(
    path: Path, lines: Callable[[str, Records], Iterator[str]], table: str, records: Records
) -> None:
    with whole(path) as file:
        for line in lines(table, records):
            file.write(line.encode())


def _csv_lines(table: str, records: Records) -> Iterator[str]:
    names: list[Value] = [column.name for column in columns(table)]
    yield from sheet.lines(chain([names], _all_rows(table, records)))


def _json_lines(table: str, records: Records) -> Iterator[str]:
    names = [column.name for column in columns(table)]
    for row in _all_rows(table, records):
        yield json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n"


def _write_parquet(path: Path, table: str, records: Records) -> None:
    """Write a table beside its place, then put it there; what was there is replaced."""
    import pyarrow as pa
    import pyarrow.dataset as ds

    schema = _schema(table)
    part, old = path.with_name(f".{path.name}.part"), path.with_name(f".{path.name}.old")
    try:
        for left in (part, old):
            shutil.rmtree(left, ignore_errors=True)
        ds.write_dataset(
            _batches(table, records, schema),
            part,
            schema=schema,
            format="parquet",
            partitioning=ds.partitioning(
                pa.schema([schema.field(name) for name in PARTITIONS]), flavor="hive"
            ),
            existing_data_behavior="overwrite_or_ignore",
            use_threads=False,  # keeps the order of the rows
            max_partitions=1_000_000,
        )
        part.mkdir(exist_ok=True)  # where there is no row
        if path.exists():
            path.rename(old)
        part.rename(path)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error


def _schema(table: str) -> Any:
    import pyarrow as pa

    kinds = {"text": pa.string(), "number": pa.float64(), "whole": pa.int32(), "yes/no": pa.bool_()}
    return pa.schema(
        [
            pa.field(one.name, kinds[one.kind], metadata={"unit": one.unit, "description": one.says})
            for one in columns(table)
        ]
    )


def _batches(table: str, records: Records, schema: Any) -> Iterator[Any]:
    import pyarrow as pa

    def batch(held: list[list[Value]]) -> Any:
        return pa.record_batch(
            [
                pa.array(values, field.type)
                for values, field in zip(zip(*held, strict=True), schema, strict=True)
            ],
            schema=schema,
        )

    held: list[list[Value]] = []
    for row in _all_rows(table, records):
        held.append(row)
        if len(held) == _BATCH:
            yield batch(held)
            held = []
    if held:
        yield batch(held)


# The columns of the three tables: `clips`, `reps`, `verdicts`. Their documentation is made from these.

Value = str | float | int | bool | None
Kind = Literal["text", "number", "whole", "yes/no"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column.

    Attributes:
        name: In every format.
        kind: What its values are.
        unit: Of the values; empty where there is none.
        says: What it holds.
        of: Gives the value of a row.
    """

    name: str
    kind: Kind
    unit: str
    says: str
    of: Callable[[T], Value]


@dataclass(frozen=True, slots=True)
class RepRow:
    """A repetition with its clip."""

    record: Record
    rep: RepReport


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """A verdict with its repetition and clip."""

    record: Record
    rep: RepReport
    verdict: VerdictReport


def exercise_of(record: Record) -> str:
    """Return what was done in a clip: as judged, else as named, else `unknown`."""
    return record.report.exercise if record.report else record.exercise or UNKNOWN


def set_exercise(record: Record, rep: RepReport) -> str:
    """Return the exercise of a repetition's set: a clip may show several."""
    sets = record.report.sets if record.report else ()
    return next((one.exercise for one in sets if one.index == rep.set), "") or exercise_of(record)


def full_reps(record: Record) -> list[RepReport]:
    """Return a clip's full repetitions."""
    return [rep for rep in record.report.reps if not rep.partial] if record.report else []


def _faults(record: Record, status: Status) -> str:
    names = (v.fault for rep in full_reps(record) for v in rep.verdicts if v.status is status)
    return " ".join(dict.fromkeys(names))


def _report(name: str) -> Callable[[Record], Value]:
    def value(record: Record) -> Value:
        found: Value = getattr(record.report, name) if record.report else None
        return found

    return value


def _field(name: str) -> Callable[[Record], Value]:
    def value(record: Record) -> Value:
        found: Value = getattr(record, name)
        return found

    return value


def _rep(name: str) -> Callable[[RepRow], Value]:
    return lambda row: getattr(row.rep, name)


def _lift(name: str) -> Callable[[RepRow], Value]:
    return lambda row: getattr(row.rep.lift, name) if row.rep.lift else None


def _speed(name: str, says: str) -> Iterator[Column[RepRow]]:
    """Give the columns of a speed and its uncertainty."""

    def part(field: str) -> Callable[[RepRow], Value]:
        return lambda row: getattr(getattr(row.rep.lift, f"{name}_speed"), field) if row.rep.lift else None

    yield Column(f"{name}_speed", "number", "speed_unit", says, part("value"))
    yield Column(
        f"{name}_speed_uncertainty", "number", "speed_unit", "its standard uncertainty", part("uncertainty")
    )


def _verdict(name: str) -> Callable[[VerdictRow], Value]:
    return lambda row: getattr(row.verdict, name)


def _known(name: str, of: Callable[[Record], Value]) -> Callable[[Record], Value]:
    return lambda record: of(record) or None


_DATE = "day it was filmed: from the manifest, else the file's name, else when it was last written (UTC)"
_PERSON = "who trains: from the manifest, else the folder below the one that was named"
_EXERCISE = "what was done; unknown where nothing was recognised"
_CLIP = "path or address of the clip"

CLIPS: tuple[Column[Record], ...] = (
    Column("clip", "text", "", _CLIP, _field("clip")),
    Column("name", "text", "", "its name, from the folder that was named", _field("name")),
    Column("person", "text", "", _PERSON, _known("person", _field("person"))),
    Column("date", "text", "", _DATE, _known("date", _field("date"))),
    Column("exercise", "text", "", _EXERCISE, exercise_of),
    Column("load_kg", "number", "kg", "what was lifted, from the manifest", _field("load_kg")),
    Column(
        "tags", "text", "", "words of the manifest, separated by spaces", lambda r: " ".join(r.tags) or None
    ),
    Column(
        "status",
        "text",
        "",
        "scored, failed, or set-aside (it ended its worker again and again)",
        _field("status"),
    ),
    Column("error", "text", "", "kind of failure", _known("error", _field("error"))),
    Column("reason", "text", "", "why it was not scored", _known("reason", _field("reason"))),
    Column("score", "number", "points", "0 to 100; empty where too little was judged", _report("score")),
    Column(
        "coverage", "number", "share", "of the rules' weight that was judged, 0 to 1", _report("coverage")
    ),
    Column("reps", "whole", "", "full repetitions", lambda r: len(full_reps(r)) if r.report else None),
    Column(
        "partial_reps",
        "whole",
        "",
        "too small or cut off, not scored",
        lambda r: len(r.report.reps) - len(full_reps(r)) if r.report else None,
    ),
    Column("side", "text", "", "working side: left, right, both or unknown", _report("working_side")),
    Column("view", "text", "", "where the camera stood", _report("view")),
    Column(
        "faults", "text", "", "faults found, separated by spaces", lambda r: _faults(r, Status.FAULT) or None
    ),
    Column(
        "warnings", "text", "", "warnings, separated by spaces", lambda r: _faults(r, Status.WARN) or None
    ),
    Column(
        "fix",
        "text",
        "",
        "the one thing to fix",
        lambda r: r.report.fix.fault if r.report and r.report.fix else None,
    ),
    Column("complete", "yes/no", "", "false where the clip is cut off or damaged", _report("complete")),
    Column("duration_s", "number", "s", "length of the clip", _report("duration_s")),
    Column("fps", "number", "1/s", "median frame rate", _report("fps")),
    Column(
        "notes",
        "text",
        "",
        "what a reader must know",
        lambda r: " ".join(r.report.notes) or None if r.report else None,
    ),
    Column("page", "text", "", "its page, from the folder of results", _known("page", _field("page"))),
    Column("sha256", "text", "", "hash of the clip's bytes", _known("sha256", _field("sha256"))),
    Column("version", "text", "", "of formcheck", _field("version")),
    Column("code", "text", "", "hash of the modules that measure and judge", _field("code")),
    Column("rules", "text", "", "hash of the exercises' files", _field("rules")),
    Column("model", "text", "", "hash of the pose model; recorded for a track", _field("model")),
    Column("options", "text", "", "limits and what was named, as JSON", _field("options")),
    Column(
        "stamp",
        "text",
        "",
        "hash of the five before: the row is made again once it changes",
        _field("judged"),
    ),
)
REPS: tuple[Column[RepRow], ...] = (
    Column("clip", "text", "", _CLIP, lambda row: row.record.clip),
    Column("person", "text", "", _PERSON, lambda row: row.record.person or None),
    Column("date", "text", "", _DATE, lambda row: row.record.date or None),
    Column("exercise", "text", "", _EXERCISE, lambda row: set_exercise(row.record, row.rep)),
    Column("rep", "whole", "", "counts from 1 over the clip", _rep("index")),
    Column("set", "whole", "", "counts from 1 over the clip", _rep("set")),
    Column("side", "text", "", "working side, the person's own", _rep("side")),
    Column("partial", "yes/no", "", "too small or cut off: not scored", _rep("partial")),
    Column("start_s", "number", "s", "begin of the lift, in the clip's time", _rep("start_s")),
    Column("lockout_s", "number", "s", "begin of the hold", _rep("lockout_s")),
    Column("lower_s", "number", "s", "begin of the lowering", _rep("lower_s")),
    Column("end_s", "number", "s", "end", _rep("end_s")),
    Column("up_s", "number", "s", "length of the lift", lambda row: round(row.rep.up_s, 3)),
    Column("hold_s", "number", "s", "length of the hold", lambda row: round(row.rep.hold_s, 3)),
    Column("down_s", "number", "s", "length of the lowering", lambda row: round(row.rep.down_s, 3)),
    Column(
        "time_uncertainty_s",
        "number",
        "s",
        "standard uncertainty of such a length",
        _rep("time_uncertainty_s"),
    ),
    Column(
        "range",
        "number",
        "range_unit",
        "how far the exercise's signal rose",
        lambda row: row.rep.range.value if row.rep.range else None,
    ),
    Column(
        "range_uncertainty",
        "number",
        "range_unit",
        "its standard uncertainty",
        lambda row: row.rep.range.uncertainty if row.rep.range else None,
    ),
    Column(
        "range_unit",
        "text",
        "",
        "deg, or % of the trunk length",
        lambda row: row.rep.range.unit if row.rep.range else None,
    ),
    Column("lift_by", "text", "", "what was followed on its way up: plate or hips", _lift("by")),
    *_speed("mean", "mean speed of the lift, over the middle 80 % of its rise"),
    *_speed("peak", "highest speed of the lift"),
    Column(
        "speed_unit",
        "text",
        "",
        "m/s with a plate of known size (--plate), else trunk lengths/s",
        lambda row: row.rep.lift.mean_speed.unit if row.rep.lift else None,
    ),
    Column("score", "number", "points", "0 to 100; empty where too little was judged", _rep("score")),
    Column("coverage", "number", "share", "of the rules' weight that was judged, 0 to 1", _rep("coverage")),
)
VERDICTS: tuple[Column[VerdictRow], ...] = (
    Column("clip", "text", "", _CLIP, lambda row: row.record.clip),
    Column("person", "text", "", _PERSON, lambda row: row.record.person or None),
    Column("date", "text", "", _DATE, lambda row: row.record.date or None),
    Column("exercise", "text", "", _EXERCISE, lambda row: set_exercise(row.record, row.rep)),
    Column("rep", "whole", "", "repetition, counts from 1 over the clip", lambda row: row.rep.index),
    Column("side", "text", "", "working side, the person's own", lambda row: row.rep.side),
    Column("rule", "text", "", "code, for `formcheck explain CODE`", _verdict("rule")),
    Column("fault", "text", "", "what the rule looks for", _verdict("fault")),
    Column(
        "status",
        "text",
        "",
        "ok, warn, fault, too-close (the limit lies within the uncertainty) or not-judged",
        lambda row: row.verdict.status.value,
    ),
    Column("value", "number", "unit", "measured; empty where not judged", _verdict("value")),
    Column("uncertainty", "number", "unit", "its standard uncertainty", _verdict("uncertainty")),
    Column("unit", "text", "", "deg, s, %, ...; percent is of the trunk length", _verdict("unit")),
    Column("warn", "number", "unit", "limit of good form", _verdict("warn")),
    Column(
        "fault_limit",
        "number",
        "unit",
        "limit of a fault; empty for a rule that only warns",
        _verdict("fault_limit"),
    ),
    Column("time_s", "number", "s", "when it was seen, in the clip's time", _verdict("time_s")),
    Column("view", "text", "", "where the camera stood", _verdict("view")),
    Column(
        "reason",
        "text",
        "",
        "why it was not judged, or what the value says",
        lambda row: row.verdict.reason or None,
    ),
)
TABLES: dict[str, str] = {
    "clips": "a row a clip, also of those that failed",
    "reps": "a row a repetition",
    "verdicts": "a row a rule and full repetition",
}


def columns(table: str) -> tuple[Column[Any], ...]:
    """Return the columns of a table."""
    found: dict[str, tuple[Column[Any], ...]] = {"clips": CLIPS, "reps": REPS, "verdicts": VERDICTS}
    return found[table]


def rows(table: str, record: Record) -> Iterator[list[Value]]:
    """Give the rows that a clip has in a table."""
    reps = record.report.reps if record.report else ()
    if table == "clips":
        yield [column.of(record) for column in CLIPS]
    elif table == "reps":
        for rep in reps:
            yield [one.of(RepRow(record, rep)) for one in REPS]
    else:
        for rep in reps:
            for verdict in rep.verdicts:
                yield [each.of(VerdictRow(record, rep, verdict)) for each in VERDICTS]


def described() -> str:
    """Return what all columns hold, as Markdown."""
    lines = [
        "# Columns",
        "",
        "A cell without a value is empty (null). Times are seconds of the clip's own clock.",
    ]
    for table, what in TABLES.items():
        lines += ["", f"## {table}: {what}", "", "| column | kind | unit | holds |", "|---|---|---|---|"]
        lines += [f"| {c.name} | {c.kind} | {c.unit or '–'} | {c.says} |" for c in columns(table)]
    return "\n".join(lines) + "\n"
