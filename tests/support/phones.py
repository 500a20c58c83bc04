"""Phones that send the frames of a synthetic person, without a browser, and the room they are let into."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from starlette.testclient import TestClient

from formcheck.exercises import catalog
from formcheck.judging.settings import Settings
from formcheck.live.session import Parts
from formcheck.live.talk import Wishes
from formcheck.live.words import PageWords
from formcheck.poses.pose import Pose
from formcheck.poses.track import Track
from formcheck.serve.access import Place
from formcheck.serve.app import app_for
from formcheck.serve.feed import PhoneFeed
from formcheck.serve.phone import Choice
from formcheck.serve.room import Plan, Room
from formcheck.serve.take import Quiet
from support.live_fakes import Finder
from support.skeleton import SIZE

PLACE = Place("localhost", 8750, secure=False)
CHOICE = Choice("glute-kickback")


class NearestFinder(Finder):
    """Finds the poses of a track by the nearest time; past its end the last one stays."""

    def __init__(self, track: Track) -> None:
        super().__init__(track)
        self._times = track.time_s.tolist()
        self._list = track.poses()

    def detect(self, image_rgb: Any, time_s: float) -> Pose:
        at = min(bisect_left(self._times, time_s - 0.5 / 30), len(self._list) - 1)
        return replace(self._list[at], time_s=time_s)


class SentStamps:
    """Takes a phone's clock as it is: tests send faster than a person moves, which no network does."""

    def __init__(self) -> None:
        self._first_s: float | None = None
        self._last_s = 0.0

    def stamp(self, own_s: float | None, arrived_s: float) -> float:
        own_s = self._last_s + 0.05 if own_s is None else own_s
        self._first_s = own_s if self._first_s is None else self._first_s
        self._last_s = own_s
        return own_s - self._first_s


class CountedStamps:
    """Lets a fifteenth of a second pass with each picture: a busy machine takes longer, but sees as much."""

    def __init__(self) -> None:
        self._count = -1

    def stamp(self, own_s: float | None, arrived_s: float) -> float:
        self._count += 1
        return self._count / 15


@cache
def jpeg(size: tuple[int, int] = SIZE, level: int = 128) -> bytes:
    """A grey picture as a camera sends it."""
    good, data = cv2.imencode(".jpg", np.full((size[1], size[0], 3), level, np.uint8))
    assert good
    return data.tobytes()


@contextmanager
def room(track: Track, folder: Path, **given: Any) -> Iterator[Room]:
    """A room in whose sessions a track is trained, in silence."""
    settings = Settings(candidates=tuple(catalog.exercises().values()))
    report = given.pop("report", None)

    def make(choice: Choice) -> Parts:
        named = catalog.chosen(choice.exercise)
        return Parts(
            feed=PhoneFeed("a phone"),
            landmarker=lambda: NearestFinder(track),
            settings=replace(settings, exercise=named, side=choice.side),
            wishes=Wishes(),
            report=report,
            line=lambda: Quiet(lambda text: None),
        )

    plan = Plan(
        make=make,
        settings=settings,
        wishes=Wishes(),
        words=PageWords(),
        choice=CHOICE,
        scratch=folder / "scratch",
        spoken=False,
    )
    opened = Room(replace(plan, **given))
    try:
        yield opened
    finally:
        opened.close()


class Handset:
    """A phone's browser, as far as the server sees it.

    Args:
        inside: The room it is let into.
        place: Where the server believes it is.
    """

    def __init__(self, inside: Room, place: Place = PLACE) -> None:
        self.client = TestClient(
            app_for(inside, place), base_url=place.origin, headers={"origin": place.origin}
        )
        self.room = inside

    def join(self) -> Handset:
        """Come in with a new token, and begin to send."""
        token = self.room.tokens.issue()
        assert self.client.post("/join", json={"token": token}).status_code == 200
        assert self.start() == {"refused": "", "soon": False}
        return self

    def start(self, page: str = "page") -> Any:
        return self.client.post("/start", json={"page": page}).json()

    def frame(
        self, time_s: float, data: bytes | None = None, *, page: str = "page", clock: str | None = None
    ) -> Any:
        """Send a frame, and return the answer."""
        captured = str(1000.0 * (50.0 + time_s)) if clock is None else clock
        sent = {"x-page": page, "x-captured-ms": captured}
        return self.client.post("/frame", content=jpeg() if data is None else data, headers=sent)

    def train(self, track: Track, *, begin_s: float = 0.0, data: bytes | None = None) -> list[Any]:
        """Send a frame for each time of a track; return what was to be shown after each."""
        seen = []
        for time_s in track.time_s.tolist():
            answer = self.frame(begin_s + time_s, data)
            assert answer.status_code == 200, answer.text
            seen.append(answer.json())
        return seen

    def end(self) -> Any:
        """End the session; return the state once it was judged."""
        assert self.client.post("/press/end", json={}).status_code == 200
        for phone in self.room.phones:
            phone.end(60.0)
        return self.client.get("/state").json()
