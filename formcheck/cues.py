"""Which fault to speak about, when, and how often. Words only; no sound here.

The parameters are in `Policy`, each with its reason; sources in the project's technique brief.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from .judge import Verdict
from .reps import Phase


@dataclass(frozen=True, slots=True)
class Policy:
    """When a cue may be spoken.

    Attributes:
        gap_s: Least time between two cues: one thing at a time.
        repeat_reps: The same cue at least this many reps apart: repeating is nagging.
        most: How often the same cue in a set; after that only the summary says it.
        confirm_reps: Of the last three reps, how many must show a technique fault: one slip is no habit.
        hold_s: How long a safety fault must stand before it is spoken: landmarks jitter.
    """

    gap_s: float = 4.0
    repeat_reps: int = 2
    most: int = 3
    confirm_reps: int = 2
    hold_s: float = 0.15


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue."""

    time_s: float
    rule: str
    text: str


class CueChooser:
    """Chooses at most one cue a repetition: safety at once, technique at the top or the bottom.

    Call `update` with the provisional verdicts of the open repetition, and `close` when it has ended.
    """

    def __init__(self, policy: Policy | None = None) -> None:
        self._policy = policy or Policy()
        self.reset()

    def reset(self) -> None:
        """Start a new set."""
        self._rep = 0
        self._spoken_in = -1
        self._last_s = float("-inf")
        self._said: dict[str, list[int]] = {}
        self._seen: dict[str, deque[int]] = {}
        self._since: dict[str, float] = {}

    def update(self, time_s: float, phase: Phase, verdicts: Sequence[Verdict]) -> Cue | None:
        """Take the open repetition's verdicts so far; return a cue to speak now, or None."""
        flagged = {v.rule.code: v for v in verdicts if v.flagged}
        self._since = {code: self._since.get(code, time_s) for code in flagged}
        ready = []
        for code, verdict in flagged.items():
            seen = self._seen.setdefault(code, deque(maxlen=3))
            if self._rep not in seen:
                seen.append(self._rep)
            recent = sum(self._rep - rep < 3 for rep in seen)
            standing = time_s - self._since[code] >= self._policy.hold_s
            urgent = verdict.rule.safety and standing
            calm = recent >= self._policy.confirm_reps and phase in (Phase.TOP, Phase.BOTTOM) and standing
            if urgent or calm:
                ready.append(verdict)
        for verdict in sorted(ready, key=lambda v: v.rule.priority):
            if self._may_say(verdict.rule.code, time_s):
                return self._say(verdict, time_s)
        return None

    def close(self, time_s: float, verdicts: Sequence[Verdict]) -> Cue | None:
        """Take the closed repetition's verdicts; return a cue for the bottom, or None."""
        cue = self.update(time_s, Phase.BOTTOM, verdicts)
        if cue is None:
            held = [v for v in verdicts if v.flagged]
            for verdict in sorted(held, key=lambda v: v.rule.priority):
                recent = sum(self._rep - rep < 3 for rep in self._seen.get(verdict.rule.code, ()))
                needed = 1 if verdict.rule.safety else self._policy.confirm_reps
                if recent >= needed and self._may_say(verdict.rule.code, time_s):
                    cue = self._say(verdict, time_s)
                    break
        self._rep += 1
        self._since = {}
        return cue

    def _may_say(self, code: str, time_s: float) -> bool:
        said = self._said.get(code, [])
        return (
            self._spoken_in != self._rep
            and time_s - self._last_s >= self._policy.gap_s
            and len(said) < self._policy.most
            and (not said or self._rep - said[-1] >= self._policy.repeat_reps)
        )

    def _say(self, verdict: Verdict, time_s: float) -> Cue:
        self._said.setdefault(verdict.rule.code, []).append(self._rep)
        self._spoken_in, self._last_s = self._rep, time_s
        return Cue(time_s, verdict.rule.code, verdict.cue)
