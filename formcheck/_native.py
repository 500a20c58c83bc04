"""What MediaPipe's C++ code does behind Python's back, kept away from the network and the terminal.

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

Terminal. glog and TensorFlow Lite write to file descriptor 2 past `sys.stderr`: when a landmarker is made,
and again when it first sees a person.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_CLOSED_PORT = "http://127.0.0.1:9"
CLOSED_ENVIRONMENT = {
    "https_proxy": _CLOSED_PORT,
    "HTTPS_PROXY": _CLOSED_PORT,
    "no_proxy": "formcheck.invalid",
    "NO_PROXY": "formcheck.invalid",
}

_NOISE = re.compile(
    rb"[IWEF]\d{4} \d\d:\d\d:[\d.]+ +\d+ \S+:\d+\] "
    rb"|INFO: Created TensorFlow Lite "
    rb"|WARNING: (?:Logging|All log messages) before "
)

_stderr_lock = threading.RLock()


class Shield:
    """Keeps MediaPipe's usage logger from leaving this machine while anyone holds it.

    Counted, so that several landmarkers may live at once.
    """

    _lock = threading.Lock()
    _holders = 0

    @classmethod
    def acquire(cls) -> None:
        """Close the way out, for C code only; `os.environ` stays as it is."""
        with cls._lock:
            cls._holders += 1
            if cls._holders == 1:
                for name, value in CLOSED_ENVIRONMENT.items():
                    os.putenv(name, value)

    @classmethod
    def release(cls) -> None:
        """Give the C environment back what `os.environ` says once nobody holds the shield any more."""
        with cls._lock:
            cls._holders -= 1
            if cls._holders == 0:
                for name in CLOSED_ENVIRONMENT:
                    if name in os.environ:
                        os.putenv(name, os.environ[name])
                    else:
                        os.unsetenv(name)


def give_back_memory() -> None:
    """Return memory that was freed to the system, where the C library keeps it (glibc); 1 to 10 ms."""
    with suppress(OSError, AttributeError, TypeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)


@contextmanager
def quiet(active: bool = True) -> Iterator[None]:
    """Hold back what is written to file descriptor 2, then pass on all but MediaPipe's own lines.

    Nothing that Python or another thread writes meanwhile is lost, it only comes a moment later. One such
    block runs at a time. Does nothing where the process has no descriptor 2.

    Args:
        active: False to let everything through at once.
    """
    if not active:
        yield
        return
    with _stderr_lock:
        try:
            terminal = os.dup(2)
        except OSError:
            yield
            return
        with tempfile.TemporaryFile() as held:
            _flush_stderr()
            os.dup2(held.fileno(), 2)
            try:
                yield
            finally:
                _flush_stderr()
                os.dup2(terminal, 2)
                os.close(terminal)
                held.seek(0)
                _write_stderr(b"".join(line for line in held if not _NOISE.match(line)))


def _flush_stderr() -> None:
    with suppress(AttributeError, OSError, ValueError):  # sys.stderr may be None, closed or unwritable
        sys.stderr.flush()


def _write_stderr(rest: bytes) -> None:
    with suppress(OSError):
        while rest:
            rest = rest[os.write(2, rest) :]
