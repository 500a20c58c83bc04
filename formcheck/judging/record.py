"""The verdicts of record: every repetition of every set, judged once the set is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from formcheck.judging.judge import Verdict, judge, rep_score
from formcheck.judging.sets import FoundSet
from formcheck.reps.rep_data import RepData
from formcheck.reps.segmentation import Rep


@dataclass(frozen=True, slots=True)
class JudgedRep:
    """A repetition with its verdicts.

    Attributes:
        rep: The repetition.
        verdicts: One for each rule of the exercise; none for a partial repetition.
        score: 0 to 100, or None (`rep_score`).
        coverage: Share of the form that was judged, 0 to 1.
    """

    rep: Rep
    verdicts: tuple[Verdict, ...] = ()
    score: float | None = None
    coverage: float = 0.0


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """A set with the verdicts of all its repetitions, in order of time."""

    found: FoundSet
    reps: tuple[JudgedRep, ...]

    @property
    def full(self) -> tuple[JudgedRep, ...]:
        """The repetitions that are not partial."""
        return tuple(one for one in self.reps if not one.rep.partial)


def judge_sets(sets: Sequence[FoundSet]) -> tuple[JudgedSet, ...]:
    """Judge every full repetition of some sets."""
    return tuple(JudgedSet(one, tuple(_judged(rep, one) for rep in one.reps)) for one in sets)


def _judged(rep: Rep, one: FoundSet) -> JudgedRep:
    if rep.partial:
        return JudgedRep(rep)
    verdicts = judge(one.exercise.rules, RepData(rep, one.data))
    return JudgedRep(rep, verdicts, *rep_score(verdicts))
