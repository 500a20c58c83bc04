"""Who writes a journal: a lock on the file `NAME.lock` beside it, which ends with the writing process.

A process number cannot tell: after a restart of the computer another process has it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

_QUIET_S = 60.0  # without a frame that long, nobody writes any more
_LOOK_S = 0.5
_MOST_HEAD = 8192  # bytes


def in_use(path: Path) -> bool:
    """Whether a journal is still being written, as far as can be told."""
    try:
        with held(path) as free:
            return not free
    except OSError:
        return False


@contextmanager
def held(path: Path) -> Iterator[bool]:
    """Hold a journal's lock for a while; gives False where another process holds it.

    Raises:
        OSError: It is gone, or nothing can be written beside it.
    """
    if not _lock_path(path).exists() and _names_process(path) and _grows(path):
        yield False  # an older version locked nothing
        return
    try:
        found = lock(path)
    except Timeout:
        yield False
        return
    try:
        yield found is not None or not _grows(path)
    finally:
        let_go(found)


def _names_process(path: Path) -> bool:
    """Whether an older version wrote the journal: those name the process that wrote it."""
    with path.open("rb") as file:
        return b'"pid"' in file.readline(_MOST_HEAD)


def _grows(path: Path) -> bool:
    """Whether a journal is growing at the moment: a session adds many frames in this time."""
    before = path.stat()
    if abs(time.time() - before.st_mtime) > _QUIET_S:
        return False
    time.sleep(_LOOK_S)
    return path.stat().st_size != before.st_size


def _lock_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def lock(path: Path) -> FileLock | None:
    """Lock a journal; None where the disk knows no locks.

    Raises:
        Timeout: Another process holds it.
    """
    found = FileLock(_lock_path(path))
    try:
        found.acquire(timeout=0)
    except NotImplementedError:
        return None
    return found


def let_go(held_lock: FileLock | None) -> None:
    """Release a lock and remove its file. May be called twice."""
    if held_lock is not None and held_lock.is_locked:
        with suppress(OSError):  # while it is held, so that it is not another's; Windows removes it itself
            Path(held_lock.lock_file).unlink()
        held_lock.release(force=True)
