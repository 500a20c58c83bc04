"""One live session of a phone: from its first frame until it ends, is turned, or falls silent.

It runs in a thread of its own; requests put frames in and wait until they were judged.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

from formcheck.errors import FormcheckError
from formcheck.live.loop import SetResult
from formcheck.live.screen import Screen
from formcheck.live.session import Parts, run
from formcheck.live.setup_coach import Advice
from formcheck.live.stages import Stage
from formcheck.live.voice import Urgency
from formcheck.poses.pose import Image
from formcheck.report.analysis import Analysis
from formcheck.serve.feed import PhoneFeed
from formcheck.serve.sounds import Sounds
from formcheck.serve.state import Data, screen_data

_WAITING = 12  # things to say that a phone has not fetched: more are of no use any more
_FIRST_S = 30.0
_RATE_OVER = 60  # frames over which the rate is measured


@dataclass(frozen=True, slots=True)
class Said:
    """Something for a phone to say.

    Attributes:
        number: Of its sound file, or None where there is none.
        text: The words.
        tone: What stands for it without words.
        urgency: What it may interrupt.
        tone_first: Whether the tone sounds before the words too.
        asked_s: When, on the monotonic clock.
    """

    number: int | None
    text: str
    tone: str
    urgency: Urgency
    tone_first: bool
    asked_s: float

    def data(self) -> Data:
        """Return it for the page, with its age in milliseconds."""
        return {
            "sound": self.number,
            "text": self.text,
            "tone": self.tone,
            "urgency": int(self.urgency),
            "tone_first": self.tone_first,
            "age_ms": round(1000 * (time.monotonic() - self.asked_s)),
        }


class PhoneVoice:
    """Hands what is to be said to a phone.

    Args:
        sounds: Numbers the sound files.
    """

    def __init__(self, sounds: Sounds) -> None:
        self._sounds = sounds
        self._waiting: deque[Said] = deque(maxlen=_WAITING)

    def say(
        self,
        text: str,
        tone: str,
        urgency: Urgency = Urgency.TALK,
        *,
        tone_first: bool = False,
        within_s: float = float("inf"),
    ) -> None:
        """Ask for something to be said; returns at once."""
        number = self._sounds.number(text, within_s) if text and self._sounds.spoken else None
        self._waiting.append(Said(number, text, tone, urgency, tone_first, time.monotonic()))

    def wait(self, timeout_s: float) -> bool:
        """The phone says it, in its own time."""
        return True

    def taken(self) -> list[Data]:
        """Return what was not fetched yet; it is said once."""
        found = []
        while self._waiting:
            found.append(self._waiting.popleft().data())
        return found


class Quiet:
    """A terminal for many sessions at once: no line that lives, only what matters.

    Args:
        tell: Takes sentences that are no part of the coaching.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def tell(self, text: str, style: str = "") -> None:
        """Write warnings; what is said to the lifter is written on the phone."""
        if style == "yellow" and not text.endswith("."):
            self._tell(text)

    def show(self, text: str, cue: str = "") -> None:
        """Nothing lives here."""

    def __enter__(self) -> Quiet:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return


class Take:
    """A live session that frames of one shape are put into.

    Args:
        parts: What it is made of; feed, voice, screen and names are filled in.
        name: What tells its files from those of others.
        size: Width and height of its pictures.
        record: Where its recording goes.
        sounds: Numbers the sound files.
        summed_up: Told of each set: its number, its lines, and its analysis.
        ended: Told at the end: the whole analysis, or None, and what went wrong, or nothing.
    """

    def __init__(
        self,
        parts: Parts,
        *,
        name: str,
        size: tuple[int, int],
        record: Path,
        sounds: Sounds,
        summed_up: Callable[[int, tuple[str, ...], Analysis], None],
        ended: Callable[[Analysis | None, str], None],
    ) -> None:
        self.size, self.record = size, record
        self._feed = PhoneFeed(name)
        self._voice = PhoneVoice(sounds)
        self._summed_up, self._ended = summed_up, ended
        self._parts = replace(
            parts,
            feed=self._feed,
            speaker=self._voice,
            remote=self,
            record=record,
            copy=True,
            window=False,
            name=name,
        )
        self.began_s = time.monotonic()
        self.over = False
        self._state: Data = {"stage": "starting"}
        self._stage = Stage.SETUP
        self._shown_s = -1.0
        self._key = ""
        self._done: deque[float] = deque(maxlen=_RATE_OVER)
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name=f"take {name}", daemon=True)
        self._thread.start()

    @property
    def in_set(self) -> bool:
        """Whether repetitions are being done: it is no time to begin anew."""
        return self._stage is Stage.SET

    @property
    def judged(self) -> int:
        """How many frames of late were judged, at most `_RATE_OVER`."""
        return len(self._done)

    @property
    def rate(self) -> float:
        """Frames judged a second, of late; 0 where that is not known yet."""
        times = list(self._done)
        return (len(times) - 1) / max(times[-1] - times[0], 1e-3) if len(times) > 1 else 0.0

    def frame(self, image: Image, jpeg: bytes, captured_s: float | None, wait_s: float) -> None:
        """Put a frame in and wait until it was judged, or a later one was.

        The first one is waited for until the session stands: none may take its place, as all times count
        from it, those of the recording too.
        """
        time_s = self._feed.put(image, jpeg, captured_s)
        if time_s is not None:
            with self._changed:
                if self._shown_s < 0:
                    wait_s = max(wait_s, _FIRST_S)
                self._changed.wait_for(lambda: self.over or self._shown_s >= time_s, wait_s)

    def state(self) -> Data:
        """Return what to show now, and what to say, which is handed on once."""
        with self._changed:
            data = dict(self._state)
        return {**data, "say": self._voice.taken(), "rate": round(self.rate, 1)}

    def press(self, key: str) -> None:
        """Press a key, as in the window."""
        self._key = key

    def end(self, wait_s: float = 0.0) -> None:
        """No more frames come: what was seen is judged; returns at once unless told to wait."""
        self._feed.end()
        if wait_s:
            self._thread.join(wait_s)

    def show(self, screen: Screen, advice: Advice | None, time_s: float) -> str:
        """Take what is to be seen after a frame; give the key pressed."""
        data = screen_data(screen, advice, self.size)
        with self._changed:
            self._state, self._stage, self._shown_s = data, screen.stage, time_s
            self._done.append(time.monotonic())
            self._changed.notify_all()
            key, self._key = self._key, ""
        return key

    def sum_up(self, result: SetResult, analysis: Analysis) -> None:
        """Take a set that was judged."""
        self._summed_up(result.number, result.summary.lines, analysis)

    def _work(self) -> None:
        analysis, wrong = None, ""
        try:
            analysis = run(self._parts)
        except FormcheckError as error:
            wrong = str(error)
        except Exception as error:  # one phone's mistake must not end the others'
            logging.getLogger(__name__).exception("a phone's session failed")
            wrong = f"formcheck made a mistake ({type(error).__name__}); please report it"
        finally:
            with self._changed:
                self.over = True
                self._changed.notify_all()
            self._ended(analysis, wrong)
