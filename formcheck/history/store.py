"""The file of the log: one SQLite database; several processes may write whole sets to it.

A rollback journal, not a write-ahead log: the log is then one file that can be copied and lie on any file
system, and a writer that is killed leaves a journal from which the next one restores what was there before.

Also where that file is.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import platformdirs
from pydantic import ValidationError

from formcheck.errors import LogError, brief
from formcheck.files.reading import check_numbers, wrong
from formcheck.history.entries import LoggedSet
from formcheck.history.schema import (
    APPLICATION_ID,
    VERSION,
    completed,
    insert,
    migrate,
    select,
    stamp,
    version_of,
)

WAIT_S = 10.0
"""How long to wait for another process that writes."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The result of writing sets.

    Attributes:
        sets: As they are in the log now: what was given before and not now is kept.
        replaced: How many sets of the same recording were there before.
    """

    sets: tuple[LoggedSet, ...]
    replaced: int


class Log:
    """An open training log; close it, or use it as a context manager.

    Args:
        path: The file.
        create: Whether to create it, with its folder, where there is none.

    Attributes:
        connection: To the SQLite database that the file is.

    Raises:
        LogError: It cannot be opened, is no log, is damaged, or was made by a newer formcheck.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        if not create and not path.exists():
            raise LogError(f"there is no training log {path}; `formcheck analyze` begins one")
        if path.exists() and not path.is_file():
            raise LogError(f"the training log {path} is not a file; name another with --log")
        with self._named():
            if create:
                path.parent.mkdir(parents=True, exist_ok=True)
            self.connection = self._open(create)

    def __enter__(self) -> Log:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def write(
        self, sets: Sequence[LoggedSet], *, clip: str, landmarks: str | None = None, dated: bool = True
    ) -> Kept:
        """Replace the sets of one recording: all of them or none.

        What an earlier analysis of the recording was told and this one was not, loads and date, stays.

        Args:
            sets: Of one lifter.
            clip: What tells the recording from others, such as a hash of the file.
            landmarks: What tells its landmarks from others, so that a recorded track counts as the clip.
            dated: Whether their date was given, and not taken from the file.

        Raises:
            LogError: They cannot be written; the log is as it was.
        """
        if not sets:
            return Kept((), 0)
        with self._named(), self._transaction() as run:
            same = "lifter = ? AND (clip = ? OR (landmarks IS NOT NULL AND landmarks = ?))"
            which = (sets[0].lifter, clip, landmarks)
            columns = "at, start_s, load_kg, bilateral_load_kg"
            found = run.execute(f"SELECT {columns} FROM sets WHERE {same} ORDER BY at", which).fetchall()
            run.execute(f"DELETE FROM sets WHERE {same}", which)
            kept = tuple(completed(one, found, dated=dated) for one in sets)
            for one in kept:
                insert(run, one, clip, landmarks)
        return Kept(kept, len(found))

    def read(
        self, *, lifter: str | None = None, exercise: str | None = None, since: datetime | None = None
    ) -> list[LoggedSet]:
        """Return sets in order of time.

        Args:
            lifter: Whose, or None for everybody's.
            exercise: Which, or None for all.
            since: From when on, or None for all.
        """
        where, values = ["1"], list[str]()
        for column, wanted in (("lifter", lifter), ("exercise", exercise)):
            if wanted is not None:
                where.append(f"{column} = ?")
                values.append(wanted)
        if since is not None:
            where.append("at >= ?")
            values.append(stamp(since))
        with self._named(), self._transaction("DEFERRED") as run:
            sets = select(run, " AND ".join(where), values)
        check_numbers(sets, f"the training log {self.path}", LogError)
        return sets

    def lifters(self) -> dict[str, int]:
        """Return the number of sets of each person."""
        with self._named():
            found = self.connection.execute(
                "SELECT lifter, count(*) FROM sets GROUP BY lifter ORDER BY lifter"
            )
            return {str(name): int(count) for name, count in found}

    def delete_everything(self, lifter: str | None = None) -> int:
        """Delete everything, or everything of one person, so that it cannot be read from the file any more.

        Returns:
            How many sets it was.
        """
        with self._named():
            with self._transaction() as run:
                where, values = ("WHERE lifter = ?", (lifter,)) if lifter is not None else ("", ())
                count = int(run.execute(f"SELECT count(*) FROM sets {where}", values).fetchone()[0])
                run.execute(f"DELETE FROM sets {where}", values)
            self.connection.execute("VACUUM")
        return count

    def _open(self, create: bool) -> sqlite3.Connection:
        connection = self._connect("rwc" if create else "rw")
        try:
            if version_of(connection) != VERSION or _application(connection) != APPLICATION_ID:
                self._bring_up(connection)
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
        except sqlite3.OperationalError:
            connection.close()
            if create or os.access(self.path, os.W_OK):
                raise
            return self._open_copy()
        except BaseException:
            connection.close()
            raise
        return connection

    def _open_copy(self) -> sqlite3.Connection:
        """Open a read-only log as a copy in memory, which can still be migrated to this version."""
        with suppress(sqlite3.Error):
            disk, copy = self._connect("ro"), self._connect("memory")
            with disk:
                disk.backup(copy)
            disk.close()
            self._bring_up(copy)
            return copy
        raise LogError(f"the training log {self.path} can be neither written nor read; check its permissions")

    def _connect(self, mode: str) -> sqlite3.Connection:
        where = ":memory:" if mode == "memory" else f"{quote(os.fsencode(self.path.absolute()))}?mode={mode}"
        return sqlite3.connect(f"file:{where}", uri=True, timeout=WAIT_S, isolation_level=None)

    def _bring_up(self, connection: sqlite3.Connection) -> None:
        version, tables = version_of(connection), connection.execute("SELECT count(*) FROM sqlite_master")
        if _application(connection) != APPLICATION_ID and (version or tables.fetchone()[0]):
            raise LogError(f"{self.path} is a database of something else; name another file with --log")
        if version > VERSION:
            raise LogError(
                f"the training log {self.path} was made by a newer formcheck (tables of version {version}, "
                f"this one reads up to {VERSION}); upgrade formcheck"
            )
        migrate(connection)

    @contextmanager
    def _transaction(self, kind: str = "IMMEDIATE") -> Iterator[sqlite3.Connection]:
        self.connection.execute(f"BEGIN {kind}")
        try:
            yield self.connection
            self.connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # a full disk may have rolled back already
                self.connection.execute("ROLLBACK")
            raise

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Turn errors of SQLite and the file system into one sentence."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise LogError(_say(self.path, str(error))) from error
        except (sqlite3.Error, ValueError, TypeError, OverflowError, MemoryError) as error:
            raise LogError(  # values of any type may be in any column of a SQLite file
                f"the training log {self.path} is damaged or no log ({_first(error)}); move it away, or name "
                "another with --log"
            ) from error
        except OSError as error:
            raise LogError(f"cannot write the training log {self.path}: {error.strerror or error}") from error


def _application(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA application_id").fetchone()[0])


def _say(path: Path, error: str) -> str:
    if "locked" in error or "busy" in error:
        return (
            f"the training log {path} has been in use by another process for {WAIT_S:.0f} s; try again later"
        )
    if "readonly" in error or "unable to open" in error:
        return f"cannot write the training log {path}: it or its folder is read-only; name another one"
    if "full" in error:
        return f"cannot write the training log {path}: the disk is full; nothing of it was changed"
    return f"the training log {path} cannot be used ({error}); name another with --log"


def _first(error: Exception) -> str:
    return wrong(error) if isinstance(error, ValidationError) else brief(error)


# Where the training log is.

VARIABLE = "FORMCHECK_LOG"
"""Environment variable: a file to log to, or `off`."""


def log_place(named: Path | None = None) -> Path | None:
    """Return the file of the log: the one named, else by the variable, else in the user's data folder.

    Returns:
        The file, there or not; None where the variable says `off`.
    """
    if named is not None:
        return named.expanduser()
    said = os.environ.get(VARIABLE, "").strip()
    if said.lower() == "off":
        return None
    return Path(said).expanduser() if said else platformdirs.user_data_path("formcheck") / "log.sqlite"
