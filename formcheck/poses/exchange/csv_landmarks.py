"""Landmarks as a CSV table: a row a frame, and for each landmark a column `NAME_x` and one `NAME_y`.

Names are those of the landmarks or of other tools' points (`left_hip_x`, `LHip_x`, `hip_l.x`), or numbers
(`x0, y0, v0` to `x32` in the order of BlazePose; counted from 1 where there is no 0). A third column
`NAME_visibility` (or `v`, `c`, `score`, `confidence`, `likelihood`) may say how sure it is, 0 to 1; others,
such as `NAME_z`, are passed over.

Times are in the column `time_s` (or `time`, `t`, `timestamp`; `time_ms`). With a column `frame`, or none of
them, the frame rate must be given. Coordinates are pixels, or shares of the picture from 0 to 1; the size of
the picture must be given.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from formcheck.errors import TrackError, brief
from formcheck.files.reading import MOST, read_text
from formcheck.poses.archive import MOST_FRAMES
from formcheck.poses.exchange.given import Given
from formcheck.poses.exchange.json_poses import in_px, notes
from formcheck.poses.exchange.keypoints import landmark_of, without_body
from formcheck.poses.journal import Recovered
from formcheck.poses.pose import Floats, Landmark
from formcheck.poses.track import Track

_SECONDS = {"time_s": 1.0, "time": 1.0, "t": 1.0, "timestamp": 1.0, "seconds": 1.0, "time_ms": 0.001}
_SECONDS |= {"timestamp_ms": 0.001, "ms": 0.001}
_FRAMES = ("frame", "frame_id", "frame_number", "frame_index", "frame#")
_SURE = ("visibility", "v", "c", "score", "confidence", "likelihood", "presence")
_COLUMN = re.compile(r"(.+?)[ _.:\-/]+([A-Za-z]+)")
_NUMBERED = re.compile(r"([xyv])_?(\d{1,2})")
_MOST_COLUMNS = 2000

Columns = dict[tuple[Landmark, str], int]


def read(path: Path, given: Given) -> Recovered:
    """Read a table.

    Raises:
        UsageError: It cannot be read, or something that it does not say was not given.
        TrackError: It is none, or something in it does not fit; the message says in which line.
    """
    text = read_text(path, "the landmarks", TrackError)
    head, rows = _table(path, text)
    columns = _columns(head)
    there = {landmark: 0 for landmark in Landmark if {(landmark, "x"), (landmark, "y")} <= columns.keys()}
    if missing := without_body(there):
        shown = ", ".join(head[:6])[:120]
        raise TrackError(
            f"{path} has no columns for the {missing} (such as left_hip_x and left_hip_y); "
            f"it begins with {shown}"
        )
    time_s = _times(head, rows, path, given)
    given.needed(path, fps=time_s is None)
    assert given.size is not None
    if time_s is None:
        assert given.fps is not None
        time_s = _frames(head, rows) / given.fps
    points = np.full((len(rows), len(Landmark), 3), np.nan)
    for (landmark, axis), at in columns.items():
        points[:, landmark, "xyv".index(axis)] = rows[:, at]
    seen = np.isfinite(points[..., :2]).all(axis=2)
    points[~seen, :2] = np.nan
    sure = np.where(np.isfinite(points[..., 2]), points[..., 2], 1.0)
    track = Track.from_arrays(
        time_s, in_px(points[..., :2], given.size), np.where(seen, sure, 0.0), given.size, source=path.stem
    )
    return Recovered(track, notes=notes("a table", there))


def _table(path: Path, text: str) -> tuple[list[str], Floats]:
    """Return the names of the columns and the rows as numbers, NaN for an empty cell."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[list[float]] = []
    try:
        head = [name.strip() for name in next(reader, [])]
        if not 1 < len(head) <= _MOST_COLUMNS:
            raise TrackError(f"{path} is no table of landmarks: line 1 must be the names of its columns")
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(_numbers(cells, len(head), decimal_comma=delimiter != ","))
            if len(rows) > MOST_FRAMES:
                raise TrackError(f"{path} holds more than {MOST_FRAMES} frames")
    except (csv.Error, ValueError) as error:
        raise TrackError(f"{path} does not fit: line {reader.line_num}: {brief(error)}") from error
    if not rows:
        raise TrackError(f"{path} holds no frame")
    return head, np.array(rows)


def _numbers(cells: Sequence[str], count: int, *, decimal_comma: bool) -> list[float]:
    if len(cells) > count:
        raise ValueError(f"it has {len(cells)} cells, the first line has {count}")
    row = [_number(cell.replace(",", ".") if decimal_comma else cell) for cell in cells]
    return row + [math.nan] * (count - len(row))


def _number(cell: str) -> float:
    """Return a cell as a number; NaN where it is empty, or text (the name of a person or clip)."""
    try:
        value = float(cell)
    except ValueError:
        return math.nan
    if abs(value) > MOST:
        raise ValueError(f"{value:g} is beyond {MOST:g}")
    return value


def _columns(head: Sequence[str]) -> Columns:
    """Return which column holds which value of which landmark; the first of each."""
    numbered = [
        (found[1], int(found[2]), at) for at, name in enumerate(head) if (found := _NUMBERED.fullmatch(name))
    ]
    first = min((number for _, number, _ in numbered), default=0)
    columns: Columns = {}
    if first in (0, 1):
        for axis, number, at in numbered:
            if number - first < len(Landmark):
                columns.setdefault((Landmark(number - first), axis), at)
    for at, name in enumerate(head):
        if not (parts := _COLUMN.fullmatch(name)):
            continue
        landmark, axis = landmark_of(parts[1]), parts[2].lower()
        axis = "v" if axis in _SURE else axis
        if landmark is not None and axis in ("x", "y", "v"):
            columns.setdefault((landmark, axis), at)
    return columns


def _times(head: Sequence[str], rows: Floats, path: Path, given: Given) -> Floats | None:
    """Return the times in the table, or None where it has none."""
    lower = [name.lower() for name in head]
    column = next((name for name in _SECONDS if name in lower), None)
    if column is None:
        return None
    times: Floats = rows[:, lower.index(column)] * _SECONDS[column]
    if not (np.isfinite(times).all() and bool(np.all(np.diff(times) > 0))):
        if given.fps is not None:
            return None
        raise TrackError(f"{path} does not fit: its {column} must increase from line to line")
    return times


def _frames(head: Sequence[str], rows: Floats) -> Floats:
    """Return the frames' numbers from 0: those of the table, or else the rows follow each other."""
    lower = [name.lower() for name in head]
    column = next((name for name in _FRAMES if name in lower), None)
    if column is not None:
        numbers: Floats = rows[:, lower.index(column)]
        if np.isfinite(numbers).all() and bool(np.all(np.diff(numbers) > 0)):
            counted: Floats = numbers - numbers[0]
            return counted
    return np.arange(float(len(rows)))
