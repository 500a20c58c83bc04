"""One phone: what was chosen on it, the session that runs, and what came of those before."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from formcheck.live.session import Parts
from formcheck.live.summary import summarise
from formcheck.live.words import Words
from formcheck.poses.pose import Image, Side
from formcheck.report.analysis import Analysis
from formcheck.serve.sounds import Sounds
from formcheck.serve.state import Data
from formcheck.serve.take import Take

_MOST_RESULTS = 12  # reports a phone can look at; their files stay where `--report` keeps them
WAIT_S = 2.0  # a reply without a picture is better than none
SILENT_S = 90.0  # without a frame so long a take has ended: the phone sleeps or has left
_LONGEST_S = 3 * 3600.0


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen on the phone.

    Attributes:
        exercise: Its name, or `auto`.
        side: The working leg, or None to see it.
        lifter: Who trains, or empty for whom the command line names.
    """

    exercise: str = "auto"
    side: Side | None = None
    lifter: str = ""


@dataclass
class Result:
    """A set, or a whole take, that can be looked at.

    Attributes:
        number: Of the result, on this phone.
        lines: The summary.
        analysis: What was found.
        record: The recording it was found in.
        whole: Whether it is a whole take.
        page: Its page, once it was asked for.
    """

    number: int
    lines: tuple[str, ...]
    analysis: Analysis
    record: Path
    whole: bool
    page: bytes | None = None
    making: threading.Lock = field(default_factory=threading.Lock)

    def data(self) -> Data:
        """Return it for the page's list."""
        return {"number": self.number, "lines": self.lines, "whole": self.whole}


class Studio(Protocol):
    """What phones share; `room.Room`."""

    sounds: Sounds
    words: Words

    def parts(self, choice: Choice) -> Parts:
        """Return what a session is made of."""

    def place(self, name: str) -> Path:
        """Return where a recording goes."""

    def keep(self, analysis: Analysis, lifter: str) -> None:
        """Write the sets into the training log, if that is wanted."""

    def tell(self, text: str) -> None:
        """Write a sentence to the terminal."""


class Phone:
    """A phone that was let in.

    Args:
        number: From 1.
        studio: What phones share.
        choice: To begin with.
    """

    def __init__(self, number: int, studio: Studio, choice: Choice) -> None:
        self.number, self.choice = number, choice
        self.seen_s = time.monotonic()
        self.page = ""  # the one of its tabs that sends frames
        self._ended_by_hand = False
        self.results: list[Result] = []
        self.wrong = ""
        self._studio = studio
        self._take: Take | None = None
        self._takes = self._made = 0
        self._ending: list[Take] = []
        self._lock = threading.RLock()

    @property
    def take(self) -> Take | None:
        """The session that runs, or None."""
        with self._lock:
            if self._take is not None and self._take.over:
                self._take = None
            return self._take

    def frame(self, image: Image, jpeg: bytes, captured_s: float | None) -> Data:
        """Judge a frame; return what to show and say."""
        self.seen_s = time.monotonic()
        size = (image.shape[1], image.shape[0])
        with self._lock:
            take = self.take
            if take is not None and take.size != size and not take.in_set:
                self._end(take)  # the phone was turned before or after a set: judge what comes as it is
                take = None
            if self._ended_by_hand:
                return self.state()  # the frame was on its way when the take was ended
            if take is None:
                take = self._begin(size)
        take.frame(image, jpeg, captured_s, WAIT_S)
        return self.state()

    def state(self) -> Data:
        """Return what to show now."""
        take = self.take
        data = take.state() if take is not None else {"stage": "off", "say": []}
        wrong, self.wrong = self.wrong, ""
        judging = any(not one.over for one in self._ending)
        return {**data, "judging": judging, "results": [one.data() for one in self.results], "wrong": wrong}

    def press(self, key: str) -> None:
        """Press a key, as in the window of `formcheck live`."""
        if (take := self.take) is not None:
            take.press(key)

    def choose(self, choice: Choice) -> None:
        """Go on with another exercise, leg or person: that is a new take."""
        with self._lock:
            if choice != self.choice:
                self.end()
                self.choice = choice

    def start(self, page: str) -> None:
        """Let a page send frames, and no other one."""
        with self._lock:
            self.page, self._ended_by_hand = page, False

    def stop(self) -> None:
        """End the take; frames that still come begin none."""
        with self._lock:
            self._ended_by_hand = True
            self.end()

    def end(self, wait_s: float = 0.0) -> None:
        """End the take; what was seen is judged and kept."""
        with self._lock:
            if (take := self.take) is not None:
                self._end(take)
            ending = list(self._ending)
        for one in ending if wait_s else ():
            one.end(wait_s)

    def rest(self) -> None:
        """End a take that nothing comes for any more, or that goes on for ever."""
        take, now_s = self.take, time.monotonic()
        if take is not None and (now_s - self.seen_s > SILENT_S or now_s - take.began_s > _LONGEST_S):
            self.end()

    @property
    def busy(self) -> bool:
        """Whether a take runs or is still being judged."""
        self._ending = [one for one in self._ending if not one.over]
        return self.take is not None or bool(self._ending)

    def result(self, number: int) -> Result | None:
        """Return a result by its number."""
        return next((one for one in self.results if one.number == number), None)

    def _end(self, take: Take) -> None:
        take.end()
        self._ending = [one for one in self._ending if not one.over] + [take]
        self._take = None

    def _begin(self, size: tuple[int, int]) -> Take:
        self._takes += 1
        name = f"phone-{self.number}-{self._takes}"
        choice, record = self.choice, self._studio.place(name)
        self._take = Take(
            self._studio.parts(choice),
            name=name,
            size=size,
            record=record,
            sounds=self._studio.sounds,
            summed_up=lambda number, lines, analysis: self._add(lines, analysis, record, whole=False),
            ended=lambda analysis, wrong: self._ended(analysis, wrong, record, choice),
        )
        return self._take

    def _add(self, lines: tuple[str, ...], analysis: Analysis, record: Path, *, whole: bool) -> None:
        with self._lock:
            self._made += 1
            self.results.append(Result(self._made, lines, analysis, record, whole))
            del self.results[:-_MOST_RESULTS]

    def _ended(self, analysis: Analysis | None, wrong: str, record: Path, choice: Choice) -> None:
        if wrong:
            self.wrong = wrong
            self._studio.tell(f"phone {self.number}: {wrong}")
        if analysis is None or not analysis.report.reps:
            return
        lines = summarise(analysis.report, analysis.exercise, self._studio.words).lines[:2]
        with self._lock:
            sets = [one for one in self.results if one.record == record]
            if len(sets) == 1:  # the verdict of record takes the place of the set's own
                sets[0].analysis, sets[0].lines, sets[0].page = analysis, lines, None
            else:
                self._add(lines, analysis, record, whole=True)
        self._studio.keep(analysis, choice.lifter)


def chosen(choice: Choice, *, exercise: str, side: str, lifter: str) -> Choice:
    """Return another choice, with what a page asked for."""
    return replace(choice, exercise=exercise, side=Side(side) if side else None, lifter=lifter)
