"""Damages files in ways that disks, editors, other tools and strangers do; the same seed, the same damage."""

from __future__ import annotations

import copy
import io
import json
import random
import sqlite3
import struct
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

ODD: list[Any] = [None, True, -1, 0, 1e308, float("inf"), float("-inf"), float("nan"), 10**40, "", "x" * 5000]
ODD += [
    "\x00\x1b[31m",
    "2026-13-45",
    "nan",
    [],
    {},
    [[]],
    {"a": {}},
    [1, "a", None],
    -(10**9),
    1e-300,
    "é" * 90,
]


def of_bytes(data: bytes, rng: random.Random) -> bytes:
    """Flip, cut, blank, double or insert somewhere, once or a few times."""
    made = bytearray(data)
    for _ in range(rng.choice((1, 1, 3, 10))):
        at = rng.randrange(len(made) + 1)
        length = min(rng.choice((1, 4, 64, 2000)), len(made) - at)
        kind = rng.choice(("flip", "noise", "cut", "zero", "double", "end", "tail"))
        if kind == "flip" and at < len(made):
            made[at] ^= 1 << rng.randrange(8)
        elif kind == "noise":
            made[at : at + length] = rng.randbytes(length)
        elif kind == "cut":
            del made[at : at + length]
        elif kind == "zero":
            made[at : at + length] = bytes(length)
        elif kind == "double":
            made[at:at] = made[at : at + length]
        elif kind == "end":
            del made[max(at, len(made) // 2) :]
        else:
            made += bytes(length) or b"\x00"
    return bytes(made)


def of_json(text: str, rng: random.Random) -> str:
    """Put something odd in place of a value, leave a key out, or nest far too deeply."""
    if rng.random() < 0.05:
        return "[" * 100_000
    data = json.loads(text)
    for _ in range(rng.choice((1, 1, 2, 4))):
        holder, key = _somewhere(data, rng)
        kind = rng.choice(("odd", "odd", "odd", "drop", "double", "deep"))
        if holder is None:
            return json.dumps(rng.choice(ODD))
        if kind == "drop":
            del holder[key]
        elif kind == "double" and isinstance(holder, list):
            holder.insert(key, holder[key])
        elif kind == "deep":
            holder[key] = json.loads("[" * 150 + "]" * 150)
        else:
            holder[key] = copy.deepcopy(rng.choice(ODD))  # it may be changed in turn
    return json.dumps(data)


def _somewhere(data: Any, rng: random.Random) -> tuple[Any, Any]:
    """Walk down at random; give the holder and the key of what was come to."""
    holder, key, here = None, None, data
    while isinstance(here, dict | list) and here:
        if holder is not None and rng.random() < 0.15:
            break
        holder, key = here, rng.choice(list(here) if isinstance(here, dict) else range(len(here)))
        here = here[key]
    return holder, key


def of_npz(data: bytes, rng: random.Random) -> bytes:
    """Change what an archive of arrays holds or declares; half the time its bytes."""
    if rng.random() < 0.3:
        return of_bytes(data, rng)
    with np.load(io.BytesIO(data)) as archive:
        arrays: dict[str, Any] = {name: archive[name] for name in archive.files}
    for _ in range(rng.choice((1, 1, 2))):
        name = rng.choice(sorted(arrays))
        arrays[name] = _other(arrays[name], rng)
        if rng.random() < 0.1:
            del arrays[name]
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return _declared(out.getvalue(), rng) if rng.random() < 0.25 else out.getvalue()


def _other(array: Any, rng: random.Random) -> Any:
    kinds = ("S8", "U4", "complex", "object", "bool", "float16", "int64", "M8[s]", "longdouble")
    change = rng.choice(("value", "value", "type", "shape", "order", "empty", "more"))
    if change == "type":
        try:
            return array.astype(rng.choice(kinds))
        except (ValueError, TypeError, OverflowError):
            return np.zeros(3, dtype=object)
    if change == "shape":
        return rng.choice([array.ravel(), array[None], array.T, array[..., :1] if array.ndim else array])
    if change == "empty":
        return array[:0] if array.ndim else np.array([])
    if change == "more":
        return np.concatenate([array, array]) if array.ndim else np.array([array] * 3)
    if change == "order" or array.dtype.kind not in "fiu" or not array.size:
        return array[::-1].copy() if array.ndim else array
    made = array.astype(np.float64)
    part = rng.randrange(made.size), rng.choice((1, 7, made.size))
    made.reshape(-1)[part[0] : part[0] + part[1]] = rng.choice(
        [np.inf, -np.inf, np.nan, 1e30, -1e11, 0, 1e-9]
    )
    return made


def _declared(data: bytes, rng: random.Random) -> bytes:
    """Let an archive say other things of itself than are true."""
    kind = rng.choice(("encrypted", "size", "shape", "zeros"))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = old.read(info)
            if kind == "shape":
                content = content.replace(b"'shape': (", b"'shape': (9", 1).replace(b" \n", b"\n", 1)
            if kind == "zeros" and info.filename == "image_px.npy":
                content += bytes(30_000_000)
            new.writestr(info.filename, content)
    made = bytearray(out.getvalue())
    at = made.find(b"PK\x01\x02", max(made.rfind(b"PK\x05\x06") - rng.randrange(60, 600), 0))
    if kind == "encrypted" and at >= 0:
        made[at + 8] |= 1
    if kind == "size" and at >= 0:
        made[at + 24 : at + 28] = struct.pack("<I", rng.choice((0, 1, 2**31, 2**32 - 2)))
    return bytes(made)


def of_lines(text: str, rng: random.Random) -> str:
    """Change a line of a table, of TOML or of Python: a value, the line itself, or its order."""
    lines = text.split("\n")
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = rng.randrange(len(lines))
        kind = rng.choice(("value", "value", "drop", "double", "swap", "long", "mark"))
        if kind == "value":
            split = rng.choice(("=", ",", " ", "("))
            head, sign, _ = lines[at].partition(split)
            lines[at] = head + sign + " " + rng.choice((repr, str))(rng.choice(ODD))[:3000]
        elif kind == "drop" and len(lines) > 1:
            del lines[at]
        elif kind == "double":
            lines.insert(at, lines[at])
        elif kind == "swap":
            other = rng.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        elif kind == "long":
            lines[at] += rng.choice(("x" * 200_000, "[" * 3000, "9" * 6000, '"', "\x00", ";", "\r", "\ufeff"))
        else:
            lines[at] = lines[at][: rng.randrange(len(lines[at]) + 1)]
    return "\n".join(lines)


def of_database(path: Path, rng: random.Random) -> None:
    """Put something odd into columns of a SQLite file, or damage its bytes."""
    if rng.random() < 0.3:
        path.write_bytes(of_bytes(path.read_bytes(), rng))
        return
    odd = [
        None,
        "x",
        b"\xff\x00",
        1e308,
        float("inf"),
        -1,
        2**62,
        "2026-01-01",
        "9999-12-31T23:59:59+00:00",
        "",
    ]
    with closing(sqlite3.connect(path, isolation_level=None)) as run:
        tables = [row[0] for row in run.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for _ in range(rng.choice((1, 1, 3))):
            table = rng.choice(tables)
            columns = [row[1] for row in run.execute(f"PRAGMA table_info({table})")]
            column = rng.choice(columns or ["rowid"])  # it may be dropped by now
            statement = rng.choice(
                (
                    f"UPDATE {table} SET {column} = ?1",
                    f"UPDATE {table} SET {column} = ?1 WHERE rowid = 1",
                    f"UPDATE {table} SET {column} = CAST({column} AS BLOB) WHERE ?1 IS ?1",
                    f"DELETE FROM {table} WHERE ?1 IS ?1",
                    f"ALTER TABLE {table} RENAME COLUMN {column} TO odd",
                    f"DROP TABLE {table}",
                    f"PRAGMA user_version = {rng.choice((0, 1, 99))}",
                )
            )
            try:
                run.execute(statement, (rng.choice(odd),) if "?1" in statement else ())
            except sqlite3.Error:
                continue
