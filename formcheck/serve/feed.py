"""A phone's frames as a live feed: put in by requests, read by the capture thread."""

from __future__ import annotations

import threading
import time

from formcheck.api import LEAST_STEP_S
from formcheck.live.feeds import Stamps, Taken
from formcheck.poses.pose import Image
from formcheck.video.frames import Pace
from formcheck.video.jpegs import TICKS

_STEP_S = 1.0 / TICKS


class PhoneFeed:
    """Frames that a phone sends.

    Times are whole milliseconds, as a recording keeps them: what is judged is what is recorded.

    Args:
        name: What to call it to the user.
    """

    endless = False

    def __init__(self, name: str) -> None:
        self.name = name
        self._stamps, self._pace = Stamps(), Pace(LEAST_STEP_S)
        self._last_s = -_STEP_S
        self._slot: Taken | None = None
        self._ended = False
        self._changed = threading.Condition()

    def put(self, image: Image, jpeg: bytes, captured_s: float | None) -> float | None:
        """Take the next frame; one that was not read yet is replaced.

        Args:
            image: (H, W, 3) RGB.
            jpeg: The same as it came.
            captured_s: When it was captured, on the phone's own clock, or None.

        Returns:
            Its time, seconds since the first frame, or None where it came too soon after the last one.
        """
        with self._changed:
            arrived_s = time.monotonic()
            stamp_s = round(self._stamps.stamp(captured_s, arrived_s) * TICKS) / TICKS
            if not self._pace.takes(stamp_s) or stamp_s <= self._last_s or self._ended:
                return None
            self._last_s = stamp_s
            self._slot = Taken(image, stamp_s, arrived_s, jpeg)
            self._changed.notify_all()
            return stamp_s

    def end(self) -> None:
        """No more frames come."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def open(self) -> None:
        """There is nothing to open: the phone begins by itself."""

    def read(self) -> Taken | None:
        """Wait for the next frame; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._slot is not None or self._ended)
            frame, self._slot = self._slot, None
            return frame

    def close(self) -> None:
        """As `end`."""
        self.end()
