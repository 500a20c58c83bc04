"""How many phones this machine carries, measured while it works.

Each phone must get enough frames a second; what a frame costs the processor is measured over all that were
judged. So nobody's frames ever wait: each phone sends its next frame when it has the reply to the last.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from statistics import median

LEAST_FPS = 15.0
"""Frames a second that each phone must get: below about 12 lengths of phases get less sure."""
_SHARE = 0.9  # of all cores that judging may take
_ENOUGH = 45  # frames over which the cost is measured
_KEPT = 7  # measurements whose median counts: what else the machine does makes single ones differ


class Capacity:
    """Measures what a frame costs, and says whether one more phone fits.

    Args:
        most: The most phones wanted, or None.
        cores: Cores that this process may use.
        cpu_s: Processor time of this process so far.
    """

    def __init__(
        self,
        most: int | None = None,
        cores: float | None = None,
        cpu_s: Callable[[], float] = time.process_time,
    ) -> None:
        self._most, self._cpu_s = most, cpu_s
        self._cores = cores or float(_cores())
        self._frames, self._began_s = 0, cpu_s()
        self._costs_s: deque[float] = deque(maxlen=_KEPT)
        self._beginning = True  # a session that begins loads its model

    def frame(self) -> None:
        """Count a frame that was judged."""
        self._frames += 1
        if self._frames == _ENOUGH:
            if not self._beginning:
                self._costs_s.append((self._cpu_s() - self._began_s) / self._frames)
            self._beginning = False
            self._frames, self._began_s = 0, self._cpu_s()

    def idle(self) -> None:
        """Nobody trains: what is done meanwhile is no cost of frames."""
        self._frames, self._began_s, self._beginning = 0, self._cpu_s(), True

    @property
    def limit(self) -> int | None:
        """How many phones fit, at least one; None before that is known."""
        known = None
        if self._costs_s:
            known = max(1, int(_SHARE * self._cores / (LEAST_FPS * median(self._costs_s))))
        if self._most is not None:
            known = self._most if known is None else min(known, self._most)
        return known

    def refusal(self, rates: Sequence[float]) -> tuple[str, bool]:
        """Say why one more phone cannot begin now; empty where it can.

        Args:
            rates: Frames a second of each phone that trains; 0 where it has just begun.

        Returns:
            The sentence, and whether it may soon be otherwise.
        """
        if not rates:
            return "", False
        limit = self.limit
        if limit is not None and len(rates) >= limit:
            word = "one phone" if limit == 1 else f"{limit} phones"
            return f"This computer carries {word} at a time. Wait until one has ended.", False
        if limit is None or 0 in rates or not self._costs_s:
            return "Another phone is just beginning. This one can begin in a few seconds.", True
        if min(rates) < LEAST_FPS - 3:
            return "This computer is busy, and frames would be too few. Wait until one has ended.", False
        return "", False


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
