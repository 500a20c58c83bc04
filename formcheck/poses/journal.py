"""Writes poses to disk as they come: memory use stays constant for hours, and a crash loses no set.

A journal is one line of JSON, followed by one record of fixed length per frame. However the process ends, all
but the last frames can be read back exactly as they were measured.

The process that writes a journal holds a lock on the file `NAME.journal.lock` beside it. The lock ends with
the process. A power cut may leave zeros or half a record at the end; the reader cuts them off.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Annotated, Any, Protocol

import numpy as np
from filelock import FileLock
from pydantic import Field, ValidationError

from formcheck.errors import OutputError, TrackError, UsageError
from formcheck.files import kinds
from formcheck.files.reading import MOST, Part, wrong
from formcheck.poses import claims
from formcheck.poses.archive import MOST_FRAMES
from formcheck.poses.pose import OPTIONAL, PEOPLE, SHAPES, Pose
from formcheck.poses.track import MOST_PX, Track

FORMAT = "formcheck-journal-1"
SUFFIX = kinds.JOURNAL
_FIELDS: dict[str, tuple[int, ...]] = {
    "time_s": (),
    **SHAPES,
    "person": (),  # number of the person; only the poses of the last person count (`forget`)
}
_NEEDED = ("time_s", "image_px", "visibility")
_MOST_HEAD = 8192  # bytes
_SYNC_S = 1.0  # how often written data is forced to disk: at most so much is lost in a power cut


_Length = Annotated[int, Field(ge=1, le=MOST_PX)]


class _Head(Part):
    """The first line. Journals of older versions also name the process that wrote them."""

    format: str
    size: tuple[_Length, _Length]
    source: str = Field(default="", max_length=4096)
    fields: dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Recovered:
    """A journal as far as it could be read.

    Attributes:
        track: The frames.
        cut: What was cut off at its end and why, as a sentence; empty if nothing was.
        notes: What else a reader of the report must know of the landmarks.
    """

    track: Track
    cut: str = ""
    notes: tuple[str, ...] = ()


def _record(fields: dict[str, tuple[int, ...]]) -> np.dtype[np.void]:
    return np.dtype([(name, "<f8", tuple(shape)) for name, shape in fields.items()])


class PoseLog(Protocol):
    """Keeps poses until they are judged: `journal.Memory`, or `journal.Journal` on disk."""

    def append(self, pose: Pose) -> None:
        """Add a frame."""

    def forget(self) -> None:
        """Remove the person from all frames so far: it was another person."""

    def track(self, first: int = 0, last: int | None = None) -> Track:
        """Give the frames from number `first` up to (not with) `last`."""

    def __len__(self) -> int: ...


class Journal:
    """A growing file of poses.

    Args:
        path: The file; it must not exist.
        size: Image width and height in pixels.
        source: What to call the clip in reports.

    Raises:
        OutputError: The file cannot be made.
    """

    def __init__(self, path: Path, size: tuple[int, int], source: str = "") -> None:
        self.path, self._size, self._source = path, size, source
        self._count = self._person = 0
        self._synced_s = time.monotonic()
        self._record = _record(_FIELDS)
        about = {"format": FORMAT, "size": size, "source": source, "fields": _FIELDS}
        head = json.dumps(about).encode() + b"\n"
        self._start = len(head)
        self._lock: FileLock | None = None
        try:
            self._lock = claims.lock(path)  # before the file exists: no process takes it for abandoned
            self._file: IO[bytes] | None = path.open("xb", buffering=0)
            self._file.write(head)
        except OSError as error:  # includes a lock that another process holds
            claims.let_go(self._lock)
            raise OutputError(f"cannot write {path}: {error.strerror or error}") from error

    def __len__(self) -> int:
        return self._count

    def append(self, pose: Pose) -> None:
        """Add a frame.

        Raises:
            OutputError: The disk is full; what was written before stays readable.
        """
        if self._file is None:
            raise ValueError("this journal is closed")
        record = np.full((), np.nan, dtype=self._record)
        for name in _FIELDS:
            value = getattr(pose, name, None)
            if value is not None:
                record[name] = value
        record["person"] = self._person
        try:
            if self._file.write(record.tobytes()) != self._record.itemsize:
                raise OSError("the disk is full")
            self._count += 1
            if time.monotonic() - self._synced_s > _SYNC_S:
                self._synced_s = time.monotonic()
                os.fdatasync(self._file.fileno()) if hasattr(os, "fdatasync") else os.fsync(
                    self._file.fileno()
                )
        except OSError as error:
            raise OutputError(f"cannot write {self.path}: {error.strerror or error}") from error

    def forget(self) -> None:
        """Remove the person from all frames so far, when the file is read: it was another person."""
        self._person += 1

    def track(self, first: int = 0, last: int | None = None) -> Track:
        """Read the frames from number `first` up to (not with) `last` back."""
        end = self._count if last is None else min(last, self._count)
        records = _read(self.path, self._record, self._start, first, end)
        return _track(records, self._size, self._source, self._person)

    def close(self, *, keep: bool = True) -> None:
        """Close the file and, unless it is to be kept, remove it. May be called twice."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if not keep:
            self.path.unlink(missing_ok=True)
        claims.let_go(self._lock)


class Memory:
    """The same in memory, for clips that are analysed at once.

    Args:
        size: Image width and height in pixels.
        source: What to call the clip in reports.
    """

    def __init__(self, size: tuple[int, int], source: str = "") -> None:
        self._size, self._source = size, source
        self._poses: list[Pose] = []

    def __len__(self) -> int:
        return len(self._poses)

    def append(self, pose: Pose) -> None:
        """Add a frame."""
        self._poses.append(pose)

    def forget(self) -> None:
        """Remove the person from all frames so far: it was another person."""
        self._poses = [replace(Pose.nobody(pose.time_s), people=pose.people) for pose in self._poses]

    def track(self, first: int = 0, last: int | None = None) -> Track:
        """Return the frames from number `first` up to (not with) `last`."""
        return Track.from_poses(self._poses[first:last], self._size, self._source)


def read(path: Path) -> Track:
    """Read a journal, also one whose writer was killed; errors as of `recover`."""
    return recover(path).track


def recover(path: Path) -> Recovered:
    """Read a journal up to the first invalid record.

    Raises:
        UsageError: There is no such file.
        TrackError: It is not a journal, or of another format.
    """
    try:
        start, head = _head(path)
        bytes_left = path.stat().st_size - start
    except FileNotFoundError as error:
        raise UsageError(f"there is no journal {path}; check the name") from error
    except ValidationError as error:
        raise TrackError(f"{path} is not a journal of a live session: {wrong(error)}") from error
    except (OSError, ValueError) as error:
        raise TrackError(f"{path} is not a journal of a live session: {error}") from error
    record = _record(head.fields)
    count = bytes_left // record.itemsize
    if count > MOST_FRAMES:
        raise TrackError(f"{path} is not a journal of a live session: it declares {count} frames")
    records = _read(path, record, start, 0, count)
    with np.errstate(invalid="ignore"):  # of damaged bytes some are NaN that processors complain of
        good = _good(records)
    cut = ""
    if good < len(records):
        lost = len(records) - good
        cut = (
            f"The end of {path.name} is damaged: {lost} of {len(records)} frames, from record {good + 1} on, "
            "were left out."
        )
    return Recovered(_track(records[:good], head.size, head.source or path.stem), cut)


def _head(path: Path) -> tuple[int, _Head]:
    """Return where the records of a journal begin, and its first line.

    Raises:
        TrackError: It is of another format.
        ValueError: It is no journal (pydantic's `ValidationError` is one).
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        line = file.readline(_MOST_HEAD)
    head = _Head.model_validate_json(line)
    if head.format != FORMAT:
        raise TrackError(f"{path} has format {head.format[:60]}, this version reads {FORMAT}")
    for name, shape in head.fields.items():
        if name not in _FIELDS:
            raise TrackError(f"{path} holds {name[:60]}, which this version does not know: upgrade formcheck")
        if shape != _FIELDS[name]:
            raise ValueError(f"its {name} has the shape {shape}, not {_FIELDS[name]}")
    if missing := [name for name in _NEEDED if name not in head.fields]:
        raise ValueError(f"it lacks {', '.join(missing)}")
    return len(line), head


def _good(records: np.ndarray) -> int:
    """Return the number of valid records before the first invalid one.

    A record is invalid if its time is not later than the one before or if a value is infinite. So is a record
    that ends in zeros before records of only zeros: a power cut leaves these in a file that had grown.
    """
    if not len(records):
        return 0
    flat = records.view("<f8").reshape(len(records), -1)
    flat[np.isnan(flat)] = np.nan  # one kind of NaN
    time_s = records["time_s"]
    bad = ~np.isfinite(time_s) | (np.diff(time_s, prepend=-np.inf) <= 0)
    bad |= (np.isinf(flat) | (np.abs(flat) > MOST)).any(axis=1)
    empty: np.ndarray = np.asarray(~flat.any(axis=1))
    bad |= empty
    good = int(np.argmax(bad)) if bad.any() else len(records)
    if 0 < good < len(records) and empty[good] and not _last_measured(records[good - 1]).any():
        good -= 1
    return good


def _last_measured(record: np.ndarray) -> np.ndarray:
    """Return the values of the last array that is NaN, not zero, where nothing was measured."""
    names = [name for name in record.dtype.names or () if name not in ("person", PEOPLE)]
    return np.atleast_1d(record[names[-1]])


def _read(path: Path, record: np.dtype[np.void], start: int, first: int, end: int) -> np.ndarray:
    offset = start + first * record.itemsize
    return np.fromfile(path, dtype=record, count=max(end - first, 0), offset=offset)


def _track(records: np.ndarray, size: tuple[int, int], source: str, person: float | None = None) -> Track:
    """Make a track of records. Records of other persons than the given one (or the last one) become empty."""
    arrays: dict[str, Any] = {name: np.ascontiguousarray(records[name]) for name in records.dtype.names or ()}
    persons = arrays.pop("person", np.zeros(len(records)))
    others = persons != (person if person is not None or not len(records) else persons[-1])
    for name in arrays.keys() - {"time_s", PEOPLE}:
        arrays[name][others] = 0.0 if name == "visibility" else np.nan
    for name in OPTIONAL:
        if name in arrays and not np.isfinite(arrays[name]).any():
            arrays[name] = None  # as where no pose had it
    return Track(size=size, source=source, **arrays)
