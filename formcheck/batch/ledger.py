"""The ledger: one line per scored clip, only appended to, so that a crash damages only the last line.

A line counts once it is on the disk (`fsync`). A killed run may leave half a line at the end; it is cut off
when the ledger is opened again. One run at a time holds the folder's lock, which ends with its process. The
last line of a clip is the valid one. Each line ends with a checksum. A line that was changed is damaged, and
its clip is scored again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from formcheck.batch.record import SCHEMA, FormatError, Record
from formcheck.errors import FormcheckError, OutputError, UsageError
from formcheck.files.writing import make_folder

NAME = "ledger.jsonl"


@dataclass(frozen=True, slots=True)
class Line:
    """Where a clip's valid line is, and the values that tell whether it is still right."""

    offset: int
    signature: str
    judged: str


class Ledger:
    """The results of a folder, locked for one run.

    Args:
        folder: The folder of results; created if necessary.
        resume: Whether results of an earlier run may be in it.

    Raises:
        UsageError: Another run holds the folder, it has results and `resume` is False, or its ledger is of
            another format.
        OutputError: It cannot be written.
    """

    def __init__(self, folder: Path, *, resume: bool) -> None:
        make_folder(folder)
        self.folder = folder
        self.damaged = 0
        self._lines: dict[str, Line] = {}
        self._lock = FileLock(folder / ".lock")
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise UsageError(
                f"another run is writing into {folder}; wait for it, or choose another folder with --out"
            ) from error
        except OSError as error:
            raise OutputError(f"cannot write into {folder}: {error.strerror or error}") from error
        try:
            path = folder / NAME
            if path.exists() and path.stat().st_size and not resume:
                raise UsageError(
                    f"{folder} holds the results of an earlier run; go on with --resume, or choose another "
                    "folder with --out"
                )
            with ExitStack() as opened:
                self._out = opened.enter_context(path.open("ab", buffering=0))
                self._in = opened.enter_context(path.open("rb"))
                self._size = self._read_index()
                opened.pop_all()
        except OSError as error:
            self._lock.release()
            raise OutputError(f"cannot write {folder / NAME}: {error.strerror or error}") from error
        except BaseException:
            self._lock.release()
            raise

    def __len__(self) -> int:
        return len(self._lines)

    def __contains__(self, address: str) -> bool:
        return address in self._lines

    def line(self, address: str) -> Line | None:
        """Return where a clip's record is, or None."""
        return self._lines.get(address)

    def record(self, address: str) -> Record:
        """Return a clip's valid record.

        Raises:
            KeyError: There is none.
            OutputError: The line has changed since the ledger was opened.
        """
        self._in.seek(self._lines[address].offset)
        try:
            return Record.from_line(self._in.readline())
        except (FormatError, ValueError, FormcheckError) as error:
            raise OutputError(
                f"{self.folder / NAME} was changed while this run works with it; run it again with --resume"
            ) from error

    def records(self) -> Iterator[Record]:
        """Yield the valid record of every clip in order of address, with one in memory at a time."""
        for address in sorted(self._lines):
            yield self.record(address)

    def append(self, records: Iterable[Record]) -> None:
        """Add records and wait until they are on the disk.

        Raises:
            OutputError: They cannot be written, for instance because the disk is full; earlier ones stay
                whole.
        """
        offset, data, new = self._size, bytearray(), {}
        for record in records:
            new[record.clip] = Line(offset + len(data), record.signature, record.judged)
            data += record.to_line()
        if not new:
            return
        try:
            left = memoryview(data)
            while left:
                left = left[self._out.write(left) or 0 :]
            os.fsync(self._out.fileno())
        except OSError as error:
            self._cut_back()
            raise OutputError(
                f"cannot write {self.folder / NAME}: {error.strerror or error}; {len(self)} clips are kept: "
                "make room and run it again with --resume"
            ) from error
        self._size += len(data)
        self._lines |= new

    def close(self) -> None:
        """Release the folder. May be called twice."""
        self._in.close()
        self._out.close()
        self._lock.release()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _cut_back(self) -> None:
        """Remove half a line."""
        with suppress(OSError):
            os.ftruncate(self._out.fileno(), self._size)

    def _read_index(self) -> int:
        """Index the last line of each clip, cut off half a line at the end, and return the size."""
        offset = 0
        for data in self._in:
            if not data.endswith(b"\n"):
                os.ftruncate(self._out.fileno(), offset)
                break
            self._note(data, offset)
            offset += len(data)
        return offset

    def _note(self, data: bytes, offset: int) -> None:
        try:
            found = Record.from_line(data)
        except FormatError as error:
            raise UsageError(
                f"{self.folder / NAME} has format {error}, this version reads {SCHEMA}: "
                "choose another folder with --out"
            ) from error
        except (ValueError, FormcheckError):
            self.damaged += 1  # its clip is scored again
        else:
            self._lines[found.clip] = Line(offset, found.signature, found.judged)
