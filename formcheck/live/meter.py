"""What the live loop measures of itself."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence

from .capture import Capture

_WINDOW = 60  # frames over which the rate is shown


class Meter:
    """Latencies, rates and cues of a session.

    Attributes:
        latency_s: From a frame's arrival to its picture drawn (and shown), of the last 20,000 frames.
        decided: When each fault was first decided in a repetition, on the monotonic clock, with its rule.
    """

    def __init__(self) -> None:
        self.latency_s: deque[float] = deque(maxlen=20_000)
        self.decided: list[tuple[float, str]] = []
        self._done: deque[float] = deque(maxlen=_WINDOW)

    def decisions(self, all_so_far: Sequence[tuple[float, str]]) -> None:
        """Note the decisions that are new, after each frame."""
        for _, code in all_so_far[len(self.decided) :]:
            self.decided.append((time.monotonic(), code))

    def frame(self, arrived_s: float) -> None:
        """Note that a frame is done with."""
        now_s = time.monotonic()
        self.latency_s.append(now_s - arrived_s)
        self._done.append(now_s)

    def status(self, capture: Capture) -> str:
        """Return rate and dropped frames in a few words."""
        if len(self._done) < 2:
            return ""
        rate = (len(self._done) - 1) / max(self._done[-1] - self._done[0], 1e-6)
        return f"{rate:.0f} fps, {capture.dropped} dropped"
