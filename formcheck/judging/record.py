"""The verdicts of record: every repetition of every set, judged once the set is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from formcheck.exercises.rule import Exercise
from formcheck.judging.judge import Verdict, judge, rep_score
from formcheck.judging.sets import FoundSet
from formcheck.poses.pose import Floats, Side
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
    """A set with the verdicts of all its repetitions.

    Attributes:
        found: The set.
        reps: Its repetitions, in order of time.
        own: What each full repetition showed of the traits that the rules compare with, by trait; not
            finite where it was not seen. Nothing where the sides take turns: a baseline is of one side.
    """

    found: FoundSet
    reps: tuple[JudgedRep, ...]
    own: Mapping[str, tuple[float, ...]]

    @property
    def full(self) -> tuple[JudgedRep, ...]:
        """The repetitions that are not partial."""
        return tuple(one for one in self.reps if not one.rep.partial)


def judge_sets(sets: Sequence[FoundSet]) -> tuple[JudgedSet, ...]:
    """Judge every full repetition of some sets."""
    return tuple(_judged_set(one) for one in sets)


def _judged_set(one: FoundSet) -> JudgedSet:
    compared: dict[Side, dict[str, Floats]] = {side: {} for side in Side}
    of = [one.data_of(rep) for rep in one.reps]
    reps = tuple(
        _judged(RepData(rep, data, compared[data.working]), one.exercise)
        for rep, data in zip(one.reps, of, strict=True)
    )
    own = {} if one.other is not None else compared[one.side]
    return JudgedSet(one, reps, {trait: tuple(map(float, values)) for trait, values in own.items()})


def _judged(data: RepData, exercise: Exercise) -> JudgedRep:
    if data.rep.partial:
        return JudgedRep(data.rep)
    verdicts = judge(exercise.rules, data)
    return JudgedRep(data.rep, verdicts, *rep_score(verdicts))
