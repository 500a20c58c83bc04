"""A Dask cluster instead of local processes: it moves the clips of a lost worker and retries them.

Only this process writes results: a clip is kept once, however often it is tried. Dask gives up clips after
`distributed.scheduler.allowed-failures` (3) lost workers, even those that only waited on such a worker. Each
of these is tried once more at the end, alone, and only the clip that ends its worker is set aside.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

from formcheck.batch.job import Job, Setup
from formcheck.batch.provenance import Versions
from formcheck.batch.record import record
from formcheck.batch.score import Outcome, prepare, score
from formcheck.errors import FormcheckError, OutputError, UsageError

_AHEAD = 3  # clips a thread of the cluster has waiting, so that none is idle while results travel
_PATIENCE_S = 30
_LOOK_S = 1.0


def check_installed() -> None:
    """Make sure that Dask is there, before anything is written.

    Raises:
        UsageError: It is not.
    """
    try:
        import distributed  # noqa: F401
    except ImportError as error:
        raise UsageError("--cluster needs Dask: pip install 'formcheck[cluster]'") from error


class Cluster:
    """A running Dask cluster.

    Args:
        address: `tcp://HOST:PORT`, or the path of a scheduler file.
        setup: How to score.
        by: The versions that the workers must have.

    Raises:
        UsageError: Dask is not installed.
        OutputError: The scheduler does not answer.
    """

    def __init__(self, address: str, setup: Setup, by: Versions) -> None:
        check_installed()
        from distributed import Client

        logging.getLogger("distributed").setLevel(logging.ERROR)  # lost workers are dealt with here
        self._setup, self._by = setup, by
        named = {"address": address} if "://" in address else {"scheduler_file": _existing(address)}
        try:
            self._client: Any = Client(**named, timeout=_PATIENCE_S, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise OutputError(f"the cluster {address} does not answer: {error or 'no reply'}") from error

    def run(self, jobs: Iterable[Job], frames: Callable[[int], None]) -> Iterator[list[Outcome]]:
        """Score jobs; yield results as they come, at least once a second, even if there are none.

        Args:
            jobs: Taken when the cluster is free.
            frames: Called with the number of frames of each clip that is done.

        Raises:
            FormcheckError: No clip can be scored: the model is missing, or a worker's version differs.
            OutputError: The cluster is gone.
        """
        waiting, flying = iter(jobs), dict[Any, Job]()
        suspects: deque[Job] = (
            deque()
        )  # were on lost workers; which of them is to blame shows alone, at the end
        alone: set[str] = set()
        try:
            while True:
                self._submit(waiting, flying)
                if not flying and suspects:
                    alone.add(suspects[0].item.address)
                    self._submit(iter([suspects.popleft()]), flying)
                if not flying:
                    return
                done = []
                for future in self._finished(flying):
                    job = flying.pop(future)
                    if _given_up(future) and job.item.address not in alone:
                        suspects.append(job)
                    else:
                        done.append(self._outcome(future, job))
                for outcome in done:
                    if outcome.fatal:
                        raise outcome.fatal
                    frames(outcome.record.frames if outcome.record else 0)
                yield done
        finally:
            self.close()

    def close(self) -> None:
        """Cancel what is not done and leave the cluster. May be called twice."""
        self._client.close()

    def _submit(self, waiting: Iterator[Job], flying: dict[Any, Job]) -> None:
        room = _AHEAD * max(1, sum(self._client.nthreads().values())) - len(flying)
        for _ in range(room):
            job = next(waiting, None)
            if job is None:
                return
            flying[self._client.submit(_score, job, self._setup, self._by, pure=False)] = job

    def _finished(self, flying: dict[Any, Job]) -> list[Any]:
        from distributed import wait

        try:
            with self._client.as_current():
                wait(list(flying), timeout=_LOOK_S, return_when="FIRST_COMPLETED")
        except TimeoutError:
            return []
        return [future for future in flying if future.done()]

    def _outcome(self, future: Any, job: Job) -> Outcome:
        try:
            outcome: Outcome = future.result()
        except FormcheckError as error:
            return Outcome(job, None, fatal=error)
        except CancelledError as error:
            raise OutputError(
                "the cluster went away; what was scored is kept: go on with --resume once it is back"
            ) from error
        except Exception as error:  # it was given up, or what came back cannot be read
            lost = "the workers that analysed it were lost one after the other"
            what = lost if _given_up(future) else repr(error)
            reason = f"set aside: {what}"
            return Outcome(job, record(job, status="set-aside", error="lost worker", reason=reason))
        return outcome


_ready: set[Versions] = set()


def _score(job: Job, setup: Setup, by: Versions) -> Outcome:
    """Score one clip on a worker of the cluster."""
    if by not in _ready:
        prepare(setup, by)
        _ready.add(by)
    return score(job, setup)


def _given_up(future: Any) -> bool:
    """Whether Dask gave up a clip because its workers were lost, perhaps because of other clips."""
    return future.status == "error" and type(future.exception()).__name__ == "KilledWorker"


def _existing(address: str) -> str:
    if not Path(address).is_file():
        raise UsageError(
            f"there is no scheduler file {address}; give it, or an address such as tcp://HOST:8786"
        )
    return address
