"""Decides what is spoken and written when, and how often set-up advice is repeated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from formcheck.judging.cues import Cue
from formcheck.live.setup_coach import SetUp
from formcheck.live.stages import Stage
from formcheck.live.summary import Summary
from formcheck.live.voice import Urgency
from formcheck.live.words import Words
from formcheck.poses.pose import Side
from formcheck.reps.bar_speed import Value

_AGAIN_S, _MOST_TIMES = 8.0, 3  # how soon the same advice is said again, and how often
_SUMMARY_S = 4.9
_EVERY_S = 10.0  # so often the seconds of a hold are said

Tell = Callable[[str, str], None]
"""Takes a line of text and its style."""


class Speaker(Protocol):
    """Says things; `voice.Voice`, or `Mute`."""

    def say(
        self,
        text: str,
        tone: str,
        urgency: Urgency = Urgency.TALK,
        *,
        tone_first: bool = False,
        within_s: float = float("inf"),
    ) -> None:
        """Request that a text is spoken."""

    def wait(self, timeout_s: float) -> bool:
        """Wait until all was spoken."""


class Mute:
    """Says nothing."""

    def say(
        self,
        text: str,
        tone: str,
        urgency: Urgency = Urgency.TALK,
        *,
        tone_first: bool = False,
        within_s: float = float("inf"),
    ) -> None:
        """Ignore the text."""

    def wait(self, timeout_s: float) -> bool:
        """Return at once."""
        return True


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the user wants to be coached.

    Attributes:
        words: In which words.
        count: `voice`, `tick` or `off`.
        target: Repetitions wanted a set, or 0.
        aim_s: Seconds up, hold and down, or None.
        mirror: Whether the picture is mirrored.
        speed_loss_pct: The loss of mean speed over a set that is said, or None.
    """

    words: Words = field(default_factory=Words)
    count: str = "voice"
    target: int = 0
    aim_s: tuple[float, float, float] | None = None
    mirror: bool = True
    speed_loss_pct: float | None = None

    @property
    def slower(self) -> str:
        """How the loss of speed is said; empty where it is not."""
        limit_pct = self.speed_loss_pct
        return "" if limit_pct is None else self.words.slower.format(percent=f"{limit_pct:.0f}")


class Talk:
    """Speaks to the lifter and writes the same as text.

    Args:
        voice: Says things.
        wishes: How the user wants to be coached.
        tell: Takes the text.
    """

    def __init__(self, voice: Speaker | None, wishes: Wishes, tell: Tell) -> None:
        self._voice: Speaker = voice or Mute()
        self._other: Speaker = Mute()
        self._wishes, self._words, self._tell = wishes, wishes.words, tell
        self._said: dict[str, tuple[int, float]] = {}
        self._tens = 0.0
        self._good_told = False

    def toggle(self) -> None:
        """Switch the voice off or on."""
        self._voice, self._other = self._other, self._voice

    def done(self, timeout_s: float) -> bool:
        """Wait until all was spoken; return False if that takes longer."""
        return self._voice.wait(timeout_s)

    def note(self, text: str, style: str = "yellow") -> None:
        """Write a text that is not spoken."""
        self._tell(text, style)

    def advise(self, setup: SetUp, stage: Stage, time_s: float) -> None:
        """Say what to change, not too often. If the set-up is good, say so once, with what it cannot show."""
        if stage is Stage.READY:
            return
        advice, words = setup.advice, self._words
        if setup.good and not self._good_told and stage is Stage.SETUP:
            self._good_told = True
            text = words.good_view
            if setup.blind:
                names = ", ".join(rule.name.replace("-", " ") for rule in setup.blind[:2])
                text = f"{words.blind.format(faults=names)} {text}"
            self._voice.say(text, "ready", tone_first=True)
            self._tell(text, "green")
        elif advice is not None and (advice.blocking or not self._good_told):
            times, last_s = self._said.get(advice.key, (0, float("-inf")))
            if times < _MOST_TIMES and time_s - last_s >= _AGAIN_S:
                self._said[advice.key] = (times + 1, time_s)
                self._voice.say(advice.text, "advice")
                self._tell(advice.text, "yellow")

    def ready(self) -> None:
        """Say that the set may begin."""
        self._voice.say(self._words.ready, "ready", tone_first=True)
        self._tell(self._words.ready, "green")

    def cue(self, cue: Cue) -> str:
        """Say a cue; return its words."""
        tone = "praise" if cue.praise else "safety" if cue.safety else "technique"
        text = self._words.praise if cue.praise and cue.text else cue.text
        self._voice.say(text, tone, Urgency.SAFETY if cue.safety else Urgency.CUE)
        if text:
            self._tell(text, "green" if cue.praise else "bold red" if cue.safety else "bold yellow")
        return text

    def count(self, rep: int) -> None:
        """Count a repetition, in the chosen way."""
        target = self._wishes.target
        if target and rep == target:
            self._voice.say(self._words.target.format(count=target), "done", Urgency.CUE)
        elif target and rep == target - 1:
            self._voice.say(self._words.last_rep, "tick", Urgency.CUE)
        elif self._wishes.count != "off":
            self._voice.say(str(rep) if self._wishes.count == "voice" else "", "tick", Urgency.COUNT)

    def seconds(self, held_s: float) -> None:
        """Say how long a hold has lasted, every ten seconds, in the way repetitions are counted."""
        before, self._tens = self._tens, held_s // _EVERY_S
        if self._tens > before and self._wishes.count != "off":
            said = f"{self._tens * _EVERY_S:.0f}" if self._wishes.count == "voice" else ""
            self._voice.say(said, "tick", Urgency.COUNT)

    def slower(self, loss: Value) -> str:
        """Say that the bar has become slower, by at least what was asked for; return the words."""
        text = self._wishes.slower
        self._voice.say(text, "technique", Urgency.CUE)
        self._tell(f"{text} Measured: {loss.value:.0f} ± {loss.uncertainty:.0f} %.", "bold yellow")
        return text

    def rep(self, rep: int, side: Side | None, *, held: bool = False) -> None:
        """Write that a repetition closed, or that a hold is long enough to count."""
        self._tell(f"{'Hold' if held else 'Rep'} {rep}" + (f", {side.value} leg" if side else ""), "")

    def summary(self, summary: Summary) -> None:
        """Sum up a set, in under five seconds."""
        self._tell(summary.spoken, "bold cyan")
        self._voice.say(summary.spoken, "done", within_s=_SUMMARY_S)

    def lost(self, waited_s: float) -> None:
        """Say that no image comes any more."""
        self._voice.say(self._words.feed_lost, "lost")
        self._tell(f"No picture for {waited_s:.0f} s.", "yellow")
