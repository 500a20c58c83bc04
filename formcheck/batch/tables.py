"""Tables of all results, made of the ledger when a run ends: CSV, JSON lines, or partitioned Parquet."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from itertools import chain
from pathlib import Path
from typing import Any

from ..errors import OutputError, UsageError
from ..report import sheet
from ..report.write import whole, write_text
from .columns import TABLES, Value, columns, described, rows
from .record import Record

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
