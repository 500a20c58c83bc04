"""The capture thread: it keeps only the newest frame and opens a lost feed again.

It measures how late frames are and how many were left out.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from types import TracebackType

from formcheck.api import LEAST_STEP_S
from formcheck.errors import FormcheckError, VideoError
from formcheck.live.feeds import Feed, Lost, Taken
from formcheck.video.frames import AS_FILMED, Filming, Fitter, Pace

_FIRST_FRAME_S = 10.0
RETRY_S = (0.5, 1.0, 2.0, 3.0)  # waits before the feed is opened again; the last one repeats


class Capture:
    """Reads a feed in its own thread and keeps only the newest frame.

    Frames that come faster than those of a clip are judged (`LEAST_STEP_S`) are passed over, uncounted.

    Args:
        feed: Where frames come from; opened when the `with` block begins.
        every: Whether the thread waits until each frame was taken, so that none is lost: for files
            that are not played at their own pace.
        filming: How the feed's pictures lie.

    Attributes:
        size: Width and height of the first frame; later ones of another size are fitted into it.
        taken: Frames handed on.
        dropped: Frames replaced by a newer one before they were taken.
        waited_s: How long each of the last frames lay there before it was taken: were there a queue, it
            would grow.
        first_s: When the first frame arrived, on the monotonic clock.
        notices: What happened to the feed, one sentence each, oldest first; take them with `popleft`.
    """

    def __init__(self, feed: Feed, *, every: bool = False, filming: Filming = AS_FILMED) -> None:
        self._feed, self._every, self._filming = feed, every, filming
        self.size = (0, 0)
        self.taken = self.dropped = 0
        self.waited_s: deque[float] = deque(maxlen=20_000)
        self.first_s = self._put_s = float("nan")
        self._pace = Pace(LEAST_STEP_S)
        self.notices: deque[str] = deque()
        self._slot: Taken | None = None
        self._ended = False
        self._error: Exception | None = None
        self._stop = threading.Event()
        self._changed = threading.Condition()
        self._shape: tuple[int, int] | None = None
        self._fitter = Fitter()
        self._thread = threading.Thread(target=self._work, name="capture", daemon=True)

    def __enter__(self) -> Capture:
        self._feed.open()
        self._thread.start()
        deadline_s = time.monotonic() + _FIRST_FRAME_S
        with self._changed:
            while self._slot is None and not self._ended and time.monotonic() < deadline_s:
                self._changed.wait(0.1)
            first = self._slot
        if first is None:
            self.close()
            if self._error is not None:
                raise self._error
            raise VideoError(f"{self._feed.name} gives no picture; check it with another program")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def take(self, timeout_s: float) -> Taken | None:
        """Return the newest frame that was not taken yet, or None if none comes in time.

        Raises:
            FormcheckError: A file cannot be read any further.
        """
        with self._changed:
            if self._slot is None and not self._ended:
                self._changed.wait(timeout_s)
            frame, self._slot = self._slot, None
            if frame is not None:
                self.taken += 1
                self.waited_s.append(time.monotonic() - self._put_s)
                self._changed.notify_all()
        if frame is None and self._error is not None:
            raise self._error
        return frame

    @property
    def ended(self) -> bool:
        """Whether the feed has ended and all frames were taken."""
        return self._ended and self._slot is None

    def close(self) -> None:
        """End the thread. If a camera driver hangs, it is abandoned after two seconds."""
        self._stop.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(2.0)
        if not self._thread.is_alive():
            self._feed.close()

    def _work(self) -> None:
        try:
            while not self._stop.is_set():
                try:
                    frame = self._feed.read()
                except Lost:
                    if self._feed.endless and self._reopen():
                        continue
                    frame = None
                if frame is None:
                    break
                if self._pace.takes(frame.time_s):
                    self._put(frame)
        except FormcheckError as error:
            self._error = error
        except Exception as error:  # a driver's own error: one sentence, not a frozen image
            self._error = VideoError(f"{self._feed.name} cannot be read any further ({error})")
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _reopen(self) -> bool:
        """Open the feed again, however long it takes; return False when stopped."""
        name = self._feed.name
        self.notices.append(f"{name[0].upper()}{name[1:]} broke off; waiting for it to come back.")
        self._feed.close()
        tries = 0
        while not self._stop.wait(RETRY_S[min(tries, len(RETRY_S) - 1)]):
            tries += 1
            try:
                self._feed.open()
            except FormcheckError:
                continue
            self.notices.append(f"{name[0].upper()}{name[1:]} is back.")
            return True
        return False

    def _put(self, frame: Taken) -> None:
        upright = self._filming.set_right(frame.image)
        height, width = upright.shape[:2]
        if self._shape is None:
            self._shape, self.size = (width, height), (width, height)
            self.first_s = frame.arrived_s
        elif (width, height) != self._shape:
            self._shape = (width, height)
            self.notices.append(f"The picture is {width}x{height} now; it goes on fitted into the old size.")
        frame = replace(frame, image=self._fitter.fit(upright))
        with self._changed:
            while self._every and self._slot is not None and not self._stop.is_set():
                self._changed.wait(0.1)
            self.dropped += self._slot is not None
            self._slot = frame
            self._put_s = time.monotonic()
            self._changed.notify_all()


# Measurements of the live loop.

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
        """Record new decisions; call it after each frame."""
        for _, code in all_so_far[len(self.decided) :]:
            self.decided.append((time.monotonic(), code))

    def frame(self, arrived_s: float) -> None:
        """Record that a frame is done."""
        now_s = time.monotonic()
        self.latency_s.append(now_s - arrived_s)
        self._done.append(now_s)

    def status(self, capture: Capture) -> str:
        """Return rate and dropped frames in a few words."""
        if len(self._done) < 2:
            return ""
        rate = (len(self._done) - 1) / max(self._done[-1] - self._done[0], 1e-6)
        return f"{rate:.0f} fps, {capture.dropped} dropped"
