"""Keeps MediaPipe's C++ code from the network, from the terminal, and from keeping freed memory.

Network. MediaPipe 1.2 carries a usage logger without a switch (google-ai-edge/mediapipe#6291). Traced with
version 1.2.2 on Linux: its libcurl calls Google's log host about a minute after a landmarker is made, and
when one is closed. It reads the proxy variables of the C environment when it sends, not when the landmarker
is made, so they have to hold for the landmarker's whole life: setting them around the creation alone does
leak. `https_proxy` or `HTTPS_PROXY` suffices, but a `no_proxy` or `NO_PROXY` that fits the host undoes it,
and an empty `no_proxy` does not hide `NO_PROXY`. `Shield` therefore points both spellings of the proxy at a
closed port of this machine and gives both spellings of `no_proxy` a name that fits nothing, from before the
first landmarker is made until after the last is closed. What is left is one refused connection to 127.0.0.1
and no name look-up. It changes the C environment only: `os.environ`, which Python's own HTTP libraries read,
keeps the user's settings. A child process started meanwhile without `env=` does inherit the closed proxy;
pass `env=dict(os.environ)` to one that needs the network, and set none of the four in `os.environ` meanwhile.

Memory. Masks and frames are allocated in one thread and freed in another; glibc keeps what was freed in its
arenas, 40 MB more with every minute of video (measured), until it is told to give it back.

Terminal. glog, LiteRT and TensorFlow Lite write to file descriptor 2 past `sys.stderr`: when a landmarker is
made, when it first sees a person, and when it is closed; other lines with every release. They are told apart
by who writes, not by their text: while a landmarker lives Python's stderr goes by a duplicate of descriptor 2
(`part_stderr`), and descriptor 2 itself to a file (`Aside`), which is shown where MediaPipe fails. A child
process started meanwhile writes into that file as well; pass `stderr=sys.stderr` to one that has to be heard.
"""

from __future__ import annotations

import ctypes
import faulthandler
import io
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any

_CLOSED_PORT = "http://127.0.0.1:9"
CLOSED_ENVIRONMENT = {
    "https_proxy": _CLOSED_PORT,
    "HTTPS_PROXY": _CLOSED_PORT,
    "no_proxy": "formcheck.invalid",
    "NO_PROXY": "formcheck.invalid",
}

MOST_BYTES = 1 << 18  # of what C code wrote; the older half goes first
_STDERR = 2


class Shield:
    """Keeps MediaPipe's usage logger from leaving this machine while it is held.

    Counted, so that several landmarkers may live at once.
    """

    _lock = threading.Lock()
    _holders = 0

    @classmethod
    def acquire(cls) -> None:
        """Block the network for C code only; `os.environ` stays as it is."""
        with cls._lock:
            cls._holders += 1
            if cls._holders == 1:
                for name, value in CLOSED_ENVIRONMENT.items():
                    os.putenv(name, value)

    @classmethod
    def release(cls) -> None:
        """Restore the C environment from `os.environ` once no shield is held any more."""
        with cls._lock:
            cls._holders -= 1
            if cls._holders == 0:
                for name in CLOSED_ENVIRONMENT:
                    if name in os.environ:
                        os.putenv(name, os.environ[name])
                    else:
                        os.unsetenv(name)


def give_back_memory() -> None:
    """Return freed memory to the system, where the C library keeps it (glibc); takes 1 to 10 ms."""
    with suppress(OSError, AttributeError, TypeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)


class _Parted:
    """Python's stderr on a descriptor of its own, as long as anyone needs it there."""

    lock = threading.RLock()
    users = 0
    spare: int | None = None  # what descriptor 2 was; never closed, since a thread may be writing to it
    moved: tuple[Any, ...] = ()
    replaced: tuple[Any, Any] | None = None

    @classmethod
    def begin(cls) -> bool:
        """Move Python's stderr; False where the process has none, so that nothing may be done to 2."""
        with cls.lock:
            if cls.users == 0:
                if sys.__stderr__ is None:  # closed from the start: 2 may be any file
                    return False
                try:
                    cls.spare = os.dup(_STDERR) if cls.spare is None else _point(cls.spare, _STDERR)
                except OSError:
                    return False
                cls._move(cls.spare)
            cls.users += 1
            return True

    @classmethod
    def end(cls) -> None:
        """Move it back once nothing needs it any more."""
        with cls.lock:
            cls.users -= 1
            if cls.users:
                return
            for raw in cls.moved:
                _reopen(raw, _STDERR)
            cls.moved = ()
            if cls.replaced and sys.stderr is cls.replaced[1]:
                sys.stderr = cls.replaced[0]
            cls.replaced = None

    @classmethod
    def _move(cls, spare: int) -> None:
        """Let whoever holds a stream on descriptor 2 keep it: the stream changes, not the object."""
        for stream in (sys.stderr, sys.__stderr__):
            raw = _raw(stream)
            if raw is None or raw.fileno() != _STDERR:
                continue
            if not raw.closefd:
                _reopen(raw, spare)
                cls.moved += (raw,)
            elif stream is sys.stderr:  # to move it would close descriptor 2
                encoding, errors = stream.encoding, stream.errors
                new = open(spare, "w", 1, encoding, errors, closefd=False)  # noqa: SIM115
                cls.replaced, sys.stderr = (stream, new), new


def part_stderr() -> None:
    """Give Python's stderr a descriptor of its own for the rest of the process: the first thing it does.

    A crash in C code then shows on it where Python was. Where the process has no stderr, descriptor 2 is
    filled, so that no file that is opened later gets the number C code writes to.
    """
    if _Parted.begin():
        with suppress(AttributeError, OSError, ValueError):  # a stream without a descriptor
            faulthandler.enable(sys.stderr)
        return
    try:
        os.fstat(_STDERR)
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        if nowhere != _STDERR:
            os.dup2(nowhere, _STDERR)
            os.close(nowhere)


class Aside:
    """Sends what C code writes to descriptor 2 into a file while anyone holds it; Python's lines go on.

    Counted, so that several landmarkers may live at once. The file has no name and ends with the process.
    """

    _lock = threading.RLock()
    _holders = 0
    _file: IO[bytes] | None = None

    @classmethod
    def acquire(cls) -> None:
        """Begin. Does nothing in a process without a stderr."""
        with cls._lock:
            cls._holders += 1
            if cls._holders > 1 or not _Parted.begin():
                return
            try:
                cls._file = tempfile.TemporaryFile()  # noqa: SIM115
            except OSError:  # no room for it
                cls._file = open(os.devnull, "w+b")  # noqa: SIM115
            os.dup2(cls._file.fileno(), _STDERR)

    @classmethod
    def release(cls) -> None:
        """Restore descriptor 2 once nothing holds this any more."""
        with cls._lock:
            cls._holders -= 1
            if cls._holders or cls._file is None:
                return
            if _Parted.spare is not None and _same_file(cls._file.fileno(), _STDERR):
                os.dup2(_Parted.spare, _STDERR)  # else somebody pointed it elsewhere meanwhile
            cls._file.close()
            cls._file = None
            _Parted.end()

    @classmethod
    def said(cls) -> bytes:
        """Return what C code has written since this began, or the end of it."""
        with cls._lock:
            if cls._file is None:
                return b""
            cls._file.seek(0)
            return cls._file.read()

    @classmethod
    def trim(cls) -> None:
        """Keep the file small; call it from time to time."""
        with cls._lock:
            if cls._file is None or os.fstat(cls._file.fileno()).st_size <= MOST_BYTES:
                return
            kept = cls.said()[-MOST_BYTES // 2 :]
            cls._file.seek(0)
            cls._file.truncate()
            cls._file.write(kept)
            cls._file.flush()

    @classmethod
    @contextmanager
    def shown_on_failure(cls) -> Iterator[None]:
        """Write what C code said to Python's stderr where the block fails."""
        try:
            yield
        except Exception:
            with suppress(AttributeError, OSError, ValueError):  # nobody can be told
                print(cls.said().decode(errors="replace"), end="", file=sys.stderr, flush=True)
            raise


def _raw(stream: Any) -> Any:
    """Return what a text stream writes to in the end, if that is a file of the system."""
    with suppress(AttributeError, OSError, ValueError):  # detached, closed, in memory
        raw = getattr(stream.buffer, "raw", stream.buffer)
        kinds = (io.FileIO, getattr(io, "_WindowsConsoleIO", io.FileIO))
        return raw if isinstance(raw, kinds) and raw.fileno() >= 0 else None
    return None


def _reopen(raw: Any, descriptor: int) -> None:
    """Let a stream that does not own its descriptor write to another one from now on."""
    name = raw.name
    type(raw).__init__(raw, descriptor, "w", closefd=False)
    with suppress(AttributeError):
        raw.name = name


def _point(descriptor: int, target: int) -> int:
    return os.dup2(target, descriptor, inheritable=False)


def _same_file(one: int, other: int) -> bool:
    try:
        return os.path.sameopenfile(one, other)
    except OSError:
        return False
