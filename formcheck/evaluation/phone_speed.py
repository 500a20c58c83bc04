"""Plays a clip to the camera of a headless browser that is the phone of `formcheck serve`.

The camera plays black, then the clip, then black, again and again: so it is seen when the clip begins and
ends. It begins up to one frame interval before its first frame is seen, which counts as the phone's delay.
"""

from __future__ import annotations

import tempfile
import threading
import time
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import Any

import cv2
import numpy as np

from formcheck.errors import UsageError
from formcheck.evaluation.loopback import jpegs
from formcheck.judging.settings import Settings
from formcheck.live.capture import Meter
from formcheck.live.session import Parts
from formcheck.live.talk import Wishes
from formcheck.live.words import PageWords
from formcheck.report.analysis import Analysis
from formcheck.serve.access import Place
from formcheck.serve.feed import PhoneFeed
from formcheck.serve.phone import Choice, Phone
from formcheck.serve.room import Plan, Room
from formcheck.serve.server import Server, listen
from formcheck.serve.state import Data
from formcheck.serve.take import Quiet
from formcheck.vision.landmarker import MediaPipeLandmarker

_CAMERA_FPS = 30  # at which Chromium plays a file of JPEG pictures
_BEFORE_S, _AFTER_S = 15.0, 4.0  # of black: the session must stand when the clip begins
_DARK = 30.0  # mean of a picture, of 255
_LONGEST_S = 600.0


@dataclass
class Seen:
    """What came of a playing.

    Attributes:
        meter: What the loop measured; its latencies are those of the page: frame captured to picture drawn.
        taken: Frames judged while the clip was seen.
        dropped: Frames of the camera that a newer one replaced, all told.
        analysis: The verdicts of record, or None where nobody was seen.
        origin_s: When the clip began, on the monotonic clock.
        voice_ms: Something decided to its first sound, each.
    """

    meter: Meter = field(default_factory=Meter)
    taken: int = 0
    dropped: int = 0
    analysis: Analysis | None = None
    origin_s: float = float("nan")
    voice_ms: list[float] = field(default_factory=list)


class _Watched(Room):
    """A room that notices when the clip begins and ends."""

    def __init__(self, plan: Plan, seen: Seen) -> None:
        super().__init__(plan)
        self._seen, self._black = seen, False
        self.ended = threading.Event()

    def frame(self, phone: Phone, jpeg: bytes, captured_s: float | None) -> Data:
        """Judge a frame; until the clip was seen once."""
        arrived_s = time.monotonic()
        picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_8)
        dark = picture is None or float(picture.mean()) < _DARK
        began = np.isfinite(self._seen.origin_s)
        if began and dark:
            self.ended.set()
        elif not began and not dark and self._black:
            self._seen.origin_s = arrived_s
        self._black = self._black or dark
        self._seen.taken += not dark
        return super().frame(phone, jpeg, captured_s)


def by_phone(clip: Path, settings: Settings, bundle: Path) -> Seen:
    """Play a clip once, by HTTP on this machine.

    Raises:
        UsageError: There is no Playwright or no Chromium, or the clip was not seen to its end in time.
    """
    seen = Seen()
    name = settings.exercise.name if settings.exercise else "auto"

    def make(choice: Choice) -> Parts:
        return Parts(
            feed=PhoneFeed("a browser"),
            landmarker=lambda: MediaPipeLandmarker(bundle),
            settings=settings,
            wishes=Wishes(),
            line=lambda: Quiet(lambda text: None),
            meter=seen.meter,
        )

    def keep(analysis: Analysis, lifter: str) -> None:
        seen.analysis = analysis

    listening = listen("127.0.0.1", 0)
    place = Place("localhost", listening.getsockname()[1], secure=False)
    with tempfile.TemporaryDirectory(prefix="formcheck-") as folder:
        film = Path(folder) / "camera.mjpeg"
        film.write_bytes(_film(clip))
        plan = Plan(
            make=make,
            settings=settings,
            wishes=Wishes(),
            words=PageWords(),
            choice=Choice(name),
            scratch=Path(folder) / "scratch",
            keep=keep,
        )
        room = _Watched(plan, seen)
        with Server(room, place, listening), _page(film) as page:
            page.goto(place.link(room.tokens.issue()))
            page.wait_for_selector("#start:not([disabled])", timeout=60_000)
            page.click("#start")
            deadline_s = time.monotonic() + _LONGEST_S
            while not room.ended.is_set() and time.monotonic() < deadline_s:
                page.wait_for_timeout(100)
            measured: Any = page.evaluate(
                "({late: formcheck.measured.late_ms, dropped: formcheck.sender.dropped, "
                "said: formcheck.sound.played.filter((one) => one.urgency >= 2).map((one) => one.late_ms)})"
            )
    if not room.ended.is_set():
        raise UsageError(f"{clip.name} was not seen to its end by the browser; close other programs")
    seen.meter.latency_s.clear()
    seen.meter.latency_s.extend(late / 1000.0 for late in measured["late"])
    seen.dropped, seen.voice_ms = int(measured["dropped"]), [float(late) for late in measured["said"]]
    return seen


def _film(clip: Path) -> bytes:
    """Return what the camera plays: black, the clip at the camera's rate, black."""
    frames = jpegs(clip)
    times = [frame.time_s for frame in frames]
    first = cv2.imdecode(np.frombuffer(frames[0].data, np.uint8), cv2.IMREAD_COLOR)
    assert first is not None
    black = cv2.imencode(".jpg", np.zeros_like(first))[1].tobytes()
    count = int(times[-1] * _CAMERA_FPS) + 1
    played = [frames[bisect_right(times, i / _CAMERA_FPS + 1e-6) - 1].data for i in range(count)]
    before, after = (round(part_s * _CAMERA_FPS) for part_s in (_BEFORE_S, _AFTER_S))
    return b"".join([black] * before + played + [black] * after)


@contextmanager
def _page(film: Path) -> Iterator[Any]:
    """Open a phone-sized page of a headless Chromium whose camera plays a file."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise UsageError("the way browser needs Playwright; run pip install 'formcheck[dev]'") from error
    args = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    args.append(f"--use-file-for-fake-video-capture={film}")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=_chromium(), args=args)
        except Error as error:
            raise UsageError(
                "no Chromium can be started; run apt-get install chromium, or playwright install chromium"
            ) from error
        try:
            yield browser.new_context(viewport={"width": 390, "height": 844}).new_page()
        finally:
            browser.close()


def _chromium() -> str | None:
    """Return the system's Chromium, or None for Playwright's own."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := which(name))), None)
