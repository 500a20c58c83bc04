"""Judging and writing beside the live loop: reports after each repetition and each set, in one thread."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from ..errors import FormcheckError, NoPersonError
from ..pipeline import Analysis, Session
from ..report.write import write_text

_SHARE = 0.1  # of the time at most goes into judging a set that still runs


@dataclass(frozen=True, slots=True)
class Job:
    """A stretch of frames to judge.

    Attributes:
        number: Of the set, from 1.
        first: First frame.
        last: The one after the last, or None while the set runs.
    """

    number: int
    first: int
    last: int | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of a finished set; no analysis where nobody was seen."""

    job: Job
    analysis: Analysis | None


class Scribe:
    """Judges stretches of a running session.

    Sets that ended are all judged, in order; of a running set only the newest wish counts, and no more than
    a share of the time goes into it: it is the longer the longer the set, and the frames need the processor.

    Args:
        session: The session whose frames are judged.
        path_of: Gives the file for a set's report, by its number; None where none is wanted.
        tell: Told once when reports cannot be written any more.
    """

    def __init__(
        self, session: Session, path_of: Callable[[int], Path | None], tell: Callable[[str], None]
    ) -> None:
        self._session, self._path_of, self._tell = session, path_of, tell
        self.judged: deque[Judged] = deque()
        self._ended: deque[Job] = deque()
        self._running: Job | None = None
        self._rest_until_s = 0.0
        self._busy = False
        self._stop = False
        self._broken = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="scribe", daemon=True)

    def __enter__(self) -> Scribe:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._stop = True
            self._changed.notify_all()
        self._thread.join(10.0)

    def ask(self, job: Job) -> None:
        """Ask for a stretch to be judged; returns at once."""
        with self._changed:
            if job.last is None:
                self._running = job
            else:
                self._ended.append(job)
                self._running = None
            self._changed.notify_all()

    def wait(self, timeout_s: float) -> None:
        """Wait until every set that ended is judged."""
        with self._changed:
            self._changed.wait_for(lambda: not self._ended and not self._busy, timeout_s)

    def _work(self) -> None:
        while (job := self._next()) is not None:
            analysis: Analysis | None = None
            began_s = time.monotonic()
            try:
                analysis = self._session.judge(job.first, job.last)
                self._write(job, analysis)
            except NoPersonError:
                pass
            finally:
                with self._changed:
                    if job.last is not None:
                        self.judged.append(Judged(job, analysis))
                    self._busy = False
                    now_s = time.monotonic()
                    self._rest_until_s = now_s + (now_s - began_s) / _SHARE
                    self._changed.notify_all()
            del analysis  # arrays of a whole set, not to be held until the next one

    def _next(self) -> Job | None:
        with self._changed:
            while not self._ended and (self._running is None or time.monotonic() < self._rest_until_s):
                if self._stop:
                    return None
                self._changed.wait(0.1)
            self._busy = True
            if self._ended:
                return self._ended.popleft()
            job, self._running = self._running, None
            return job

    def _write(self, job: Job, analysis: Analysis) -> None:
        path = self._path_of(job.number)
        if path is None or self._broken:
            return
        try:
            write_text(path, analysis.report.to_json())
        except FormcheckError as error:
            self._broken = True
            self._tell(f"{error}; the coach goes on without reports.")
