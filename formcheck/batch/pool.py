"""Worker processes on this machine. If one dies, only the clip it was scoring is affected.

Each worker has its own pipe, so that it can leave no lock behind and its end is noticed at once. The clip it
was scoring is tried again, and set aside after `TRIES`. A worker ends by itself when the run ends, for any
reason.

The number of workers follows from the cores and the memory of this machine.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, cast

from formcheck.batch.job import Job, Setup
from formcheck.batch.provenance import Versions
from formcheck.batch.record import record
from formcheck.batch.score import Outcome, prepare, score
from formcheck.errors import FormcheckError, OutputError
from formcheck.vision.mediapipe_guard import part_stderr

TRIES = 3
"""How often a clip may end its worker before it is set aside."""
STALL_S = 300.0
"""A worker without progress for this time is ended."""
_TELL_S = 0.25
Frames = Callable[[int], None]
"""Is called with the number of frames done since the last call."""


class Workers:
    """A number of worker processes.

    Args:
        count: How many.
        setup: How they score.
        by: The versions that they must have.
        stall_s: See `STALL_S`.
    """

    def __init__(self, count: int, setup: Setup, by: Versions, *, stall_s: float = STALL_S) -> None:
        self._count, self._setup, self._by, self._stall_s = count, setup, by, stall_s
        self._alive: list[Worker] = []
        self._tries: dict[str, int] = {}
        self._again: deque[Job] = deque()
        self._stillborn = 0  # workers in a row that ended before they were ready

    def start(self) -> float:
        """Start all workers and wait until they are ready; return the seconds this took.

        Not needed before `run`, which starts them when there are clips.

        Raises:
            FormcheckError: As for `run`.
        """
        began = time.monotonic()
        while len(self._alive) < self._count:
            self._alive.append(Worker(self._setup, self._by))
        while not all(worker.began for worker in self._alive):
            self._collect(lambda frames: None)
        return time.monotonic() - began

    def run(self, jobs: Iterable[Job], frames: Frames) -> Iterator[list[Outcome]]:
        """Score jobs; yield results as they come, at least once a second, even if there are none.

        Args:
            jobs: Taken one by one when workers are free.
            frames: Called with progress.

        Raises:
            FormcheckError: No clip can be scored: the model is missing, or a worker's version differs.
            OutputError: Workers end before they are ready.
        """
        waiting = iter(jobs)
        try:
            while True:
                self._hand_out(waiting)
                if not self._alive:
                    return
                done = self._collect(frames)
                fatal = next((one.fatal for one in done if one.fatal), None)
                if fatal:
                    raise fatal
                yield done
        finally:
            self.close()

    def pids(self) -> list[int]:
        """Return the processes' numbers."""
        return [worker.process.pid or 0 for worker in self._alive]

    def close(self) -> None:
        """End all workers at once. May be called twice."""
        for worker in self._alive:
            worker.end()
        self._alive = []

    def _hand_out(self, waiting: Iterator[Job]) -> None:
        """Give every idle worker a job or end it; start workers as long as there are jobs."""
        for worker in [*self._alive]:
            if worker.job is not None:
                continue
            job = self._next(waiting)
            if job is None:
                worker.end()
                self._alive.remove(worker)
            elif not worker.give(job):
                self._again.appendleft(job)  # it died while idle; `_collect` notices
        while len(self._alive) < self._count:
            job = self._next(waiting)
            if job is None:
                return
            worker = Worker(self._setup, self._by)
            self._alive.append(worker)
            if not worker.give(job):
                self._again.appendleft(job)
                return

    def _next(self, waiting: Iterator[Job]) -> Job | None:
        return self._again.popleft() if self._again else next(waiting, None)

    def _collect(self, frames: Frames) -> list[Outcome]:
        """Wait for messages of workers; return the results."""
        pipes = {worker.pipe: worker for worker in self._alive}
        done: list[Outcome] = []
        for ready in wait(list(pipes), timeout=1.0):
            worker = pipes[cast(Connection, ready)]
            outcome = self._hear(worker, frames)
            if outcome is not None:
                done.append(outcome)
        now = time.monotonic()
        for worker in [*self._alive]:
            patience_s = self._stall_s if worker.began else STALL_S  # starting takes longer
            if worker.job is not None and now - worker.heard > patience_s:
                done += self._lost(worker, f"showed no progress for {patience_s:.0f} s and was ended")
        return done

    def _hear(self, worker: Worker, frames: Frames) -> Outcome | None:
        try:
            kind, what = worker.pipe.recv()
        except (EOFError, OSError):
            lost = self._lost(worker, "")
            return lost[0] if lost else None
        worker.heard = time.monotonic()
        worker.began, self._stillborn = True, 0
        if kind == "frames":
            frames(what)
            return None
        if kind == "ready":
            return None
        if kind == "fatal":
            raise cast(FormcheckError, what)
        worker.job = None
        outcome = cast(Outcome, what)
        if outcome.record is not None and outcome.record.peak_mb > MEMORY_MB:
            worker.end()  # a new worker replaces it
            self._alive.remove(worker)
        return outcome

    def _lost(self, worker: Worker, why: str) -> list[Outcome]:
        """Remove a worker that ended or hangs: its clip is tried again or set aside."""
        worker.end()
        self._alive.remove(worker)
        job, how = worker.job, why or _ending(worker.process.exitcode)
        if not worker.began:
            self._stillborn += 1
            if self._stillborn >= TRIES:
                raise OutputError(f"worker processes end before they begin: the last {how}; try --workers 1")
            self._again.extend([job] if job else [])  # it is not the clip's fault
            return []
        if job is None:
            return []
        tries = self._tries[job.item.address] = self._tries.get(job.item.address, 0) + 1
        if tries < TRIES:
            self._again.append(job)
            return []
        reason = f"set aside after {tries} tries: the process that analysed it {how}"
        return [Outcome(job, record(job, status="set-aside", error="lost worker", reason=reason))]


class Worker:
    """One process and the pipe to it."""

    def __init__(self, setup: Setup, by: Versions) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process: SpawnProcess = context.Process(
            target=_work, args=(theirs, setup, by), name="formcheck worker", daemon=True
        )
        self.process.start()
        theirs.close()
        self.job: Job | None = None
        self.began = False
        self.heard = time.monotonic()

    def give(self, job: Job) -> bool:
        """Send a job; return False if the worker is gone."""
        try:
            self.pipe.send(job)
        except OSError:
            return False
        self.job, self.heard = job, time.monotonic()
        return True

    def end(self) -> None:
        """End the process and wait for it."""
        with suppress(OSError):
            self.pipe.close()
        self.process.join(0.2 if self.job is None else 0)
        if self.process.is_alive():
            self.process.kill()
        self.process.join()


def _work(pipe: Any, setup: Setup, by: Versions) -> None:
    """Run in a worker process. It ignores Ctrl-C: the run ends its workers itself."""
    part_stderr()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        try:
            prepare(setup, by)
        except FormcheckError as error:
            pipe.send(("fatal", error))
            return
        pipe.send(("ready", None))
        while True:
            job = pipe.recv()
            pipe.send(("done", score(job, setup, _teller(pipe))))
    except (EOFError, OSError):  # the run is gone
        return


def _teller(pipe: Any) -> Callable[[int], None]:
    told_frames, told_s = 0, 0.0

    def tell(frames: int) -> None:
        nonlocal told_frames, told_s
        now = time.monotonic()
        if now - told_s < _TELL_S:
            return
        try:
            pipe.send(("frames", frames - told_frames))
        except OSError:
            os._exit(1)  # the run is gone
        told_frames, told_s = frames, now

    return tell


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name if -code in {one.value for one in signal.Signals} else str(-code)
        hint = ", as happens where memory runs out" if name == "SIGKILL" else ""
        return f"was ended by {name}{hint}"
    return f"ended with code {code}"


# The number of workers for this machine.

MEMORY_MB = 900
"""Memory of a worker: it starts with 300 to 450 MB and stays near that. Once it has used this much, it is
replaced."""
_RESERVE_MB = 500
_CGROUP = Path("/sys/fs/cgroup")
_MEMINFO = Path("/proc/meminfo")


def default_workers() -> int:
    """Return the number of workers: one per core that this process may use, if memory is enough."""
    free = free_memory_mb()
    fitting = cores() if free is None else int((free - _RESERVE_MB) // MEMORY_MB)
    return max(1, min(cores(), fitting))


def cores() -> int:
    """Return how many cores this process may use, within a container's limit."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = (_CGROUP / "cpu.max").read_text().split()
        return max(1, min(allowed, int(quota) // int(period)))
    except (OSError, ValueError):  # no group, or `max`
        return allowed


def free_memory_mb() -> float | None:
    """Return the free memory for this process in MB, within a container's limit; None if unknown."""
    known = [value for value in (_available_mb(), _group_mb()) if value is not None]
    return min(known, default=None)


def _available_mb() -> float | None:
    try:
        lines = _MEMINFO.read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration, ValueError, IndexError):
        pass
    try:
        return 0.7 * os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / (1 << 20)
    except (AttributeError, ValueError, OSError):
        return None


def _group_mb() -> float | None:
    try:
        most = int((_CGROUP / "memory.max").read_text())
        return (most - int((_CGROUP / "memory.current").read_text())) / (1 << 20)
    except (OSError, ValueError):
        return None
