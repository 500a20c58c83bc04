"""Chooses which fault to speak about, when, and how often. It returns text and makes no sound.

The parameters are in `Policy`, each with its reason.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from formcheck.exercises.rule import Rule, Status
from formcheck.judging.judge import Verdict
from formcheck.reps.segmentation import Phase

THATS_IT = "That's it"


@dataclass(frozen=True, slots=True)
class Policy:
    """When a cue may be spoken.

    Attributes:
        gap_s: Least time between two cues, so that they come one at a time. There is also at most one cue in
            a repetition. A safety cue only waits for other safety cues.
        repeat_reps: Least number of repetitions between two equal cues, so that they do not annoy.
        most: How often the same cue is spoken in a set. After that only the summary names it.
        confirm_reps: A technique fault must occur in so many of the last three repetitions.
        hold_s: How long a fault must last before it is spoken, because landmarks jitter.
        shares: The share of the repetitions with a confirmed technique fault that get a cue. Who hears
            a cue in every repetition comes to depend on it. So the share falls with skill, down to no cue.
        fade_sets: After so many clean sets in a row the next share is used. After a set with faults it is the
            one before.
        opposite_reps: A cue waits so many repetitions after one that it contradicts, to give time to react.
        praise_reps: Praise comes at most once in so many repetitions. A chime comes after so many clean ones.
        technique: Whether technique cues and praise are spoken (not in `quiet`).
        safety: Whether safety cues are spoken (not in `silent`).
    """

    gap_s: float = 4.0
    repeat_reps: int = 2
    most: int = 3
    confirm_reps: int = 2
    hold_s: float = 0.15
    shares: tuple[float, ...] = (0.5, 1 / 3, 0.0)
    fade_sets: int = 2
    opposite_reps: int = 2
    praise_reps: int = 3
    technique: bool = True
    safety: bool = True


MODES: dict[str, Policy] = {
    "coach": Policy(),
    "quiet": Policy(technique=False),
    "silent": Policy(technique=False, safety=False),
}


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue.

    Attributes:
        time_s: When it was chosen.
        rule: Code of the rule it is about; empty for a chime.
        text: What to say; empty for a chime.
        safety: Whether it may interrupt other speech.
        praise: Whether it is praise.
    """

    time_s: float
    rule: str
    text: str
    safety: bool = False
    praise: bool = False


class CueChooser:
    """Chooses at most one cue a repetition: safety cues at once, technique cues at the top or the bottom.

    Call `update` with the provisional verdicts of the open repetition, and `close` when it has ended.
    """

    def __init__(self, policy: Policy | None = None) -> None:
        self._policy = policy or Policy()
        self.reset()

    def reset(self) -> None:
        """Forget the person."""
        self._level = self._clean_sets = 0
        self._begin()

    def next_set(self) -> None:
        """Begin a new set. Sets without a confirmed technique fault lead to fewer cues."""
        if self._habits:
            self._level, self._clean_sets = max(self._level - 1, 0), 0
        elif self._rep:
            self._clean_sets += 1
            if self._clean_sets == self._policy.fade_sets:
                self._level, self._clean_sets = min(self._level + 1, len(self._policy.shares) - 1), 0
        self._begin()

    def _begin(self) -> None:
        self._rep = 0
        self._spoken_in = self._praised_in = -self._policy.praise_reps
        self._warned_in = self._spoken_in
        self._last_s = self._warned_s = float("-inf")
        self._said: dict[str, list[int]] = {}
        self._named: dict[str, int] = {}
        self._seen: dict[str, deque[int]] = {}
        self._due: dict[str, list[int]] = {}
        self._since: dict[str, float] = {}
        self._fixing: str | None = None
        self._clean_reps = 0
        self._habits = False

    def update(self, time_s: float, phase: Phase, verdicts: Sequence[Verdict]) -> Cue | None:
        """Take the verdicts of the open repetition so far, and return a cue to speak now, or None."""
        flagged = {v.rule.code: v for v in verdicts if v.flagged}
        self._since = {code: self._since.get(code, time_s) for code in flagged}
        still = phase in (Phase.TOP, Phase.HOLD, Phase.BOTTOM)
        ready = []
        for code, verdict in flagged.items():
            self._remember(code)
            standing = time_s - self._since[code] >= self._policy.hold_s
            if standing and (verdict.rule.safety or (still and self._confirmed(code))):
                ready.append(verdict)
        return self._choose(ready, verdicts, time_s)

    def close(self, time_s: float, verdicts: Sequence[Verdict]) -> Cue | None:
        """Take the verdicts of a closed repetition, and return a cue or praise to speak now, or None."""
        cue = self.update(time_s, Phase.BOTTOM, verdicts)
        flagged = [v for v in verdicts if v.flagged]
        if cue is None:
            ready = [v for v in flagged if v.rule.safety or self._confirmed(v.rule.code)]
            cue = self._choose(ready, verdicts, time_s)
        self._clean_reps = self._clean_reps + 1 if _clean(verdicts) else 0
        if cue is None and self._spoken_in != self._rep:
            cue = self._praise(time_s, verdicts)
        self._rep += 1
        self._since = {}
        return cue

    def _remember(self, code: str) -> None:
        seen = self._seen.setdefault(code, deque(maxlen=3))
        if self._rep not in seen:
            seen.append(self._rep)

    def _confirmed(self, code: str) -> bool:
        recent = sum(self._rep - rep < 3 for rep in self._seen.get(code, ()))
        there = recent >= self._policy.confirm_reps
        self._habits = self._habits or there
        return there

    def _choose(self, ready: Sequence[Verdict], verdicts: Sequence[Verdict], time_s: float) -> Cue | None:
        for verdict in sorted(ready, key=lambda v: v.rule.priority):
            if (
                self._wanted(verdict)
                and not self._contradicts(verdict, verdicts)
                and (verdict.rule.safety or self._its_turn(verdict.rule.code))
                and self._may_say(verdict.rule, time_s)
            ):
                return self._say(verdict, time_s)
        return None

    def _wanted(self, verdict: Verdict) -> bool:
        return self._policy.safety if verdict.rule.safety else self._policy.technique

    def _may_say(self, rule: Rule, time_s: float) -> bool:
        """Whether a cue may be spoken now. A safety cue only waits for safety cues and interrupts others."""
        said = self._said.get(rule.code, [])
        rep, last_s = (self._warned_in, self._warned_s) if rule.safety else (self._spoken_in, self._last_s)
        return (
            rep != self._rep
            and time_s - last_s >= self._policy.gap_s
            and len(said) < self._policy.most
            and (not said or self._rep - said[-1] >= self._policy.repeat_reps)
        )

    def _contradicts(self, verdict: Verdict, verdicts: Sequence[Verdict]) -> bool:
        """Whether a cue could make a fault worse that was found in this repetition or named just before."""
        near = {v.rule.name for v in verdicts if v.flagged or v.status is Status.TOO_CLOSE}
        named = {n for n, rep in self._named.items() if self._rep - rep <= self._policy.opposite_reps}
        return bool(verdict.rule.against & (near | named))

    def _its_turn(self, code: str) -> bool:
        """Whether this repetition belongs to the share that gets a cue. The first faulty one does."""
        due = self._due.setdefault(code, [])
        if self._rep not in due:
            due.append(self._rep)
        share, count = self._policy.shares[self._level], len(due)
        return math.ceil(count * share) > math.ceil((count - 1) * share)

    def _say(self, verdict: Verdict, time_s: float) -> Cue:
        self._said.setdefault(verdict.rule.code, []).append(self._rep)
        self._named[verdict.rule.name] = self._rep
        self._spoken_in, self._last_s, self._fixing = self._rep, time_s, verdict.rule.code
        if verdict.rule.safety:
            self._warned_in, self._warned_s = self._rep, time_s
        return Cue(time_s, verdict.rule.code, verdict.cue, safety=verdict.rule.safety)

    def _praise(self, time_s: float, verdicts: Sequence[Verdict]) -> Cue | None:
        """Return praise where the fault last named is gone, or a chime after several clean repetitions."""
        often = self._rep - self._praised_in < self._policy.praise_reps
        if often or not self._policy.technique or time_s - self._last_s < self._policy.gap_s:
            return None
        unsafe = any(v.flagged and v.rule.safety for v in verdicts)
        fixed = any(v.rule.code == self._fixing and v.status is Status.OK for v in verdicts)
        if fixed and not unsafe and self._fixing is not None:
            cue = Cue(time_s, self._fixing, THATS_IT, praise=True)
            self._fixing = None
        elif self._clean_reps and self._clean_reps % self._policy.praise_reps == 0:
            cue = Cue(time_s, "", "", praise=True)
        else:
            return None
        self._praised_in = self._rep
        return cue


def _clean(verdicts: Sequence[Verdict]) -> bool:
    """Whether a repetition is clean: no fault, most of the rules good, and all safety rules good."""
    good = sum(v.rule.weight for v in verdicts if v.status is Status.OK)
    doubt = any(v.rule.safety and v.status is not Status.OK for v in verdicts)
    return (
        not doubt
        and not any(v.flagged for v in verdicts)
        and 2 * good >= sum(v.rule.weight for v in verdicts)
    )
