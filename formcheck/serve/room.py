"""All phones, and what they share."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from formcheck.errors import UsageError
from formcheck.exercises.rule import Exercise
from formcheck.files import names
from formcheck.files.writing import make_folder
from formcheck.judging.settings import Settings
from formcheck.live.session import Parts, sayable
from formcheck.live.talk import Wishes
from formcheck.live.words import PageWords
from formcheck.report.analysis import Analysis
from formcheck.report.outputs import Outputs, write
from formcheck.serve.access import Bucket, Tokens, new_secret
from formcheck.serve.capacity import Capacity
from formcheck.serve.phone import Choice, Phone, Result, chosen
from formcheck.serve.sounds import Sounds
from formcheck.serve.state import Data, outline
from formcheck.video.jpegs import JpegDecoder

_MOST_PHONES = 32  # let in since the start; more come in only where one left
_GONE_S = 4 * 3600.0  # a phone that has not been heard of for so long is forgotten
_MOST_PIXELS = 1920 * 1080
_LONGEST_NAME = 40
RATE, BURST = 70.0, 140.0  # requests a second of one phone: 60 frames and some more
_LEAVE_S = 120.0


@dataclass(frozen=True)
class Plan:
    """What the user wants.

    Attributes:
        make: Makes the parts of a session from what was chosen on a phone.
        settings: How it is judged; its candidates can be chosen.
        wishes: How to coach.
        words: The words of the page.
        choice: What is chosen to begin with.
        language: Of the voice.
        spoken: Whether words are spoken, or only tones sounded.
        record: Folder for recordings, or None.
        scratch: Folder for recordings that are not kept.
        keep: Writes an analysis into the training log, with the lifter's name or an empty one.
        tell: Writes a sentence to the terminal.
        most: The most phones at a time, or None for what the machine carries.
    """

    make: Callable[[Choice], Parts]
    settings: Settings
    wishes: Wishes
    words: PageWords
    choice: Choice
    scratch: Path
    language: str = "en-us"
    spoken: bool = True
    record: Path | None = None
    keep: Callable[[Analysis, str], None] = lambda analysis, lifter: None
    tell: Callable[[str], None] = lambda text: None
    most: int | None = None


@dataclass
class Guest:
    """A phone that is in.

    Attributes:
        phone: It.
        bucket: How much it may ask.
    """

    phone: Phone
    bucket: Bucket = field(default_factory=lambda: Bucket(RATE, BURST))


class Room:
    """The phones that were let in, by their cookies.

    Args:
        plan: What the user wants.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.tokens, self.capacity = Tokens(), Capacity(plan.most)
        self.sounds = Sounds(
            sayable(plan.wishes, replace(plan.settings, exercise=None)),
            language=plan.language,
            on=plan.spoken,
        )
        self.words = plan.wishes.words
        self.used_s = time.monotonic()
        self._decoder = JpegDecoder(_MOST_PIXELS)
        self._guests: dict[str, Guest] = {}
        self._count = 0
        self._lock = threading.Lock()
        for folder in (plan.record, plan.scratch):
            if folder is not None:
                make_folder(folder)

    # What phones share (`phone.Studio`)

    def parts(self, choice: Choice) -> Parts:
        """Return what a session is made of."""
        return self.plan.make(choice)

    def place(self, name: str) -> Path:
        """Return where a recording goes."""
        folder = self.plan.record or self.plan.scratch
        stem = f"{time.strftime('%Y-%m-%d-%H%M%S')}-{name}"
        path, number = folder / f"{stem}.mkv", 1
        while path.exists():
            number += 1
            path = folder / f"{stem}-{number}.mkv"
        return path

    def keep(self, analysis: Analysis, lifter: str) -> None:
        """Write the sets into the training log, one session at a time."""
        with self._lock:
            self.plan.keep(analysis, lifter)

    def tell(self, text: str) -> None:
        """Write a sentence to the terminal."""
        self.plan.tell(text)

    # Phones

    def join(self, token: str) -> str | None:
        """Let a phone in; return the value of its cookie, or None where the token is not valid."""
        if not self.tokens.spend(token):
            return None
        with self._lock:
            now_s = time.monotonic()
            self._guests = {
                secret: guest
                for secret, guest in self._guests.items()
                if guest.phone.busy or now_s - guest.phone.seen_s < _GONE_S
            }
            if len(self._guests) >= _MOST_PHONES:
                return None
            self._count += 1
            secret = new_secret()
            self._guests[secret] = Guest(Phone(self._count, self, self.plan.choice))
        self.used_s = now_s
        return secret

    def guest(self, secret: str) -> Guest | None:
        """Return the phone of a cookie."""
        return self._guests.get(secret)

    @property
    def phones(self) -> list[Phone]:
        """All phones that are in."""
        return [guest.phone for guest in list(self._guests.values())]

    def start(self, phone: Phone, page: str) -> Data:
        """Let a page of a phone send frames; only one of its tabs does."""
        others = [
            take.rate if take.judged > 20 else 0.0
            for one in self.phones
            if one is not phone and (take := one.take) is not None
        ]
        text, soon = self.capacity.refusal(others)
        if not text:
            phone.start(page)
        return {"refused": text, "soon": soon}

    def frame(self, phone: Phone, jpeg: bytes, captured_s: float | None) -> Data:
        """Judge a frame.

        Raises:
            VideoError: It is no picture, or too large.
        """
        image = self._decoder.decode(jpeg)
        self.used_s = time.monotonic()
        data = phone.frame(image, jpeg, captured_s)
        self.capacity.frame()
        return data

    def choose(self, phone: Phone, asked: Data) -> None:
        """Take what was chosen on a phone.

        Raises:
            UsageError: There is no such exercise or side, or the name is none.
        """
        exercise, side, lifter = (str(asked.get(name) or "") for name in ("exercise", "side", "lifter"))
        if exercise not in {"auto", *(one.name for one in self.plan.settings.candidates)}:
            raise UsageError("there is no such exercise")
        if side not in ("", "left", "right"):
            raise UsageError("a leg is left or right")
        lifter = names.shown(" ".join(lifter.split()))
        if len(lifter) > _LONGEST_NAME:
            raise UsageError(f"the name is longer than {_LONGEST_NAME} letters; say a shorter one")
        phone.choose(chosen(phone.choice, exercise=exercise, side=side, lifter=lifter))

    def other_leg(self, phone: Phone) -> None:
        """The other leg comes next: the set ends, and a leg that was named becomes the other one."""
        side = phone.choice.side
        if side is None:
            phone.press("n")  # the leg is seen
        else:
            choice = phone.choice
            phone.choose(
                chosen(choice, exercise=choice.exercise, side=side.other.value, lifter=choice.lifter)
            )

    def rest(self) -> bool:
        """Look after sessions that nothing comes for any more; say whether anybody trains."""
        for phone in self.phones:
            phone.rest()
        trains = any(phone.take is not None for phone in self.phones)
        if not trains:
            self.capacity.idle()
        return trains

    def close(self) -> None:
        """End all sessions; what was seen is judged and kept."""
        for phone in self.phones:
            phone.end()
        for phone in self.phones:
            phone.end(_LEAVE_S)
        self.sounds.close()

    # For the page

    def about(self, phone: Phone) -> Data:
        """Return what the page needs once: words, exercises, sounds, and what is chosen."""
        choice, said = phone.choice, self.words
        return {
            "phone": phone.number,
            "words": {name: str(getattr(self.plan.words, name)) for name in PageWords.__dataclass_fields__},
            "language": self.plan.language,
            "exercises": [_exercise_data(one) for one in self.plan.settings.candidates],
            "exercise": choice.exercise,
            "side": choice.side.value if choice.side else "",
            "lifter": choice.lifter,
            "voice": "on" if self.plan.spoken else "beep",
            "sounds": self.sounds.prepared if self.sounds.spoken else [],
            "trains": phone.take is not None,
            "phases": [said.phase_up, said.phase_hold, said.phase_down, said.phase_ready],
        }

    def report(self, result: Result) -> bytes:
        """Return the page of a result, made when it is asked for first."""
        with result.making:
            if result.page is None:
                path = self.plan.scratch / f"{new_secret()}.html"
                try:
                    write(result.record, result.analysis, Outputs({"html": path}))
                    result.page = path.read_bytes()
                finally:
                    path.unlink(missing_ok=True)
            return result.page


def _exercise_data(exercise: Exercise) -> Data:
    # What is held looks different from one exercise to the next: none is drawn to step into.
    sides = ("left", "right")
    on_floor = any(gate.measure == "hip_height_pct" and gate.high > 0 for gate in exercise.gates)
    return {
        "name": exercise.name,
        "title": exercise.title,
        "both_legs": exercise.both_work,
        "film": exercise.film,
        "outline": {
            near: [] if exercise.is_hold else outline(exercise.posture, not on_floor, near) for near in sides
        },
    }
