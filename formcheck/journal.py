"""Poses on disk as they come: memory stays flat through an hour, and a kill costs no set.

A journal is one line of JSON and then one record of fixed length a frame, appended. Whatever the process
dies of, all but the last frames can be read back, bit for bit what was measured.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np

from . import kinds
from .errors import OutputError, TrackError, UsageError
from .pose import Pose
from .track import OPTIONAL, Track

FORMAT = "formcheck-journal-1"
SUFFIX = kinds.JOURNAL
_FIELDS: dict[str, tuple[int, ...]] = {
    "time_s": (),
    "image_px": (33, 2),
    "visibility": (33,),
    **OPTIONAL,
    "person": (),  # counts whom the poses are of; only the last one is meant (`forget`)
}
_QUIET_S = 60.0  # without a frame that long, nobody writes any more
_SYNC_S = 1.0  # how often what was written is forced to the disk: what a power cut may cost


def _record(fields: dict[str, tuple[int, ...]]) -> np.dtype[np.void]:
    return np.dtype([(name, "<f8", tuple(shape)) for name, shape in fields.items()])


class PoseLog(Protocol):
    """Keeps poses until they are judged: `journal.Memory`, or `journal.Journal` on disk."""

    def append(self, pose: Pose) -> None:
        """Add a frame."""

    def forget(self) -> None:
        """Take everybody out of the frames so far: it was somebody else."""

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
        about = {"format": FORMAT, "size": size, "source": source, "pid": os.getpid(), "fields": _FIELDS}
        head = json.dumps(about).encode() + b"\n"
        self._start = len(head)
        try:
            self._file: IO[bytes] | None = path.open("xb", buffering=0)
            self._file.write(head)
        except OSError as error:
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
        """Take everybody out of the frames so far, when the file is read: it was somebody else."""
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
        """Take everybody out of the frames so far: it was somebody else."""
        self._poses = [replace(Pose.nobody(pose.time_s), people=pose.people) for pose in self._poses]

    def track(self, first: int = 0, last: int | None = None) -> Track:
        """Return the frames from number `first` up to (not with) `last`."""
        return Track.from_poses(self._poses[first:last], self._size, self._source)


def read(path: Path) -> Track:
    """Read a journal, also one whose writer was killed.

    Raises:
        UsageError: There is no such file.
        TrackError: It is not a journal.
    """
    try:
        head, about = _head(path)
        size = (int(about["size"][0]), int(about["size"][1]))
        record = _record(about["fields"])
        known = about["format"] == FORMAT and _FIELDS.keys() >= about["fields"].keys()
    except FileNotFoundError as error:
        raise UsageError(f"there is no journal {path}; check the name") from error
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise TrackError(f"{path} is not a journal of a live session") from error
    if not known:
        raise TrackError(f"{path} has format {about['format']}, this version reads {FORMAT}")
    count = (path.stat().st_size - len(head)) // record.itemsize
    records = _read(path, record, len(head), 0, count)
    return _track(records, size, str(about.get("source", path.stem)))


def is_recorded(path: Path) -> bool:
    """Whether a file holds landmarks instead of pictures: a track, or the journal of a live session."""
    return kinds.is_recorded(path)


def load_recorded(path: Path) -> Track:
    """Read a track or the journal of a live session, also one that was cut off."""
    return read(path) if kinds.suffix(path) == SUFFIX else Track.load(path)


def in_use(path: Path) -> bool:
    """Whether the process that writes a journal is still there, as far as can be told."""
    try:
        writer = int(_head(path)[1].get("pid", 0))
        if os.name != "posix":  # there, asking about a process may end it
            return time.time() - path.stat().st_mtime < _QUIET_S
        os.kill(writer, 0)
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    return writer != os.getpid() and writer > 0


def _head(path: Path) -> tuple[bytes, dict[str, Any]]:
    with path.open("rb") as file:
        head = file.readline(8192)
    about: dict[str, Any] = json.loads(head)
    return head, about


def _read(path: Path, record: np.dtype[np.void], start: int, first: int, end: int) -> np.ndarray:
    offset = start + first * record.itemsize
    return np.fromfile(path, dtype=record, count=max(end - first, 0), offset=offset)


def _track(records: np.ndarray, size: tuple[int, int], source: str, person: float | None = None) -> Track:
    """Make a track of records, with nobody in those of another than the person meant, else the last one."""
    arrays: dict[str, Any] = {name: np.ascontiguousarray(records[name]) for name in records.dtype.names or ()}
    persons = arrays.pop("person", np.zeros(len(records)))
    others = persons != (person if person is not None or not len(records) else persons[-1])
    for name in arrays.keys() - {"time_s", "people"}:
        arrays[name][others] = 0.0 if name == "visibility" else np.nan
    for name in OPTIONAL:
        if name in arrays and not np.isfinite(arrays[name]).any():
            arrays[name] = None  # as where no pose had it
    return Track(size=size, source=source, **arrays)
