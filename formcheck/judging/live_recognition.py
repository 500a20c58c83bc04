"""Recognises the exercise while somebody trains. There is a coach for each kind of movement.

Relatives that move alike share a coach, which tells them apart repetition by repetition. The exercise is
recognised at the first repetition that only one coach accepts and is sure of. Where several accept it, the
next repetition decides. The next set may be of another exercise: until its first repetitions are recognised,
the exercise of the last set is assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from formcheck.exercises.rule import Exercise
from formcheck.judging.coach import Coach, Step
from formcheck.judging.recognition import SURE, SURE_ALONE
from formcheck.poses.pose import Pose
from formcheck.reps.segmentation import Phase

_ENOUGH = 2  # repetitions after which the exercise with most of them is chosen


class Recogniser:
    """Follows a set as each of several exercises until one is recognised, then as that one.

    Args:
        coaches: One for each kind of movement.
    """

    def __init__(self, coaches: Sequence[Coach]) -> None:
        self._all = list(coaches)
        self._running = list(coaches)
        self._known: Coach | None = None

    @property
    def exercise(self) -> Exercise | None:
        """The exercise recognised in this set or an earlier one; None before that."""
        return self._known.exercise if self._known else None

    @property
    def decisions(self) -> list[tuple[float, str]]:
        """The decisions of the coach; none before the exercise is recognised."""
        return self._known.decisions if self._known else []

    def update(self, pose: Pose) -> Step:
        """Take the next pose. Before the exercise is recognised the step has no verdicts and no cue."""
        tried = [(coach.update(pose), coach) for coach in self._running]
        if len(tried) == 1 and self._known is not None:
            return tried[0][0]
        step, coach = max(tried, key=lambda item: (item[0].rep_count, item[0].phase is not Phase.BOTTOM))
        rivals = sum(other.rep_count > 0 for other, _ in tried)
        if self._known is not None:  # recognised in an earlier set: it comes first
            known = next(one for one, other in tried if other is self._known)
            step, coach = (known, self._known) if known.rep_count or not step.rep_count else (step, coach)
        if _sure(step.rep_count, coach.certainty, rivals):
            self._known, self._running = coach, [coach]
            return step
        return step if coach is self._known else replace(step, verdicts=(), cue=None)

    def reset(self) -> None:
        """Forget the person and the exercise."""
        self._known, self._running = None, self._all
        for coach in self._all:
            coach.reset()

    def next_set(self, *, moving: bool = False) -> None:
        """Begin a new set. It may be of another exercise, unless the movement goes on (`moving`)."""
        if moving:
            for coach in self._running:
                coach.next_set(moving=True)
            return
        self._running = self._all
        for coach in self._all:
            coach.next_set()


def _sure(reps: int, certainty: float, rivals: int) -> bool:
    if reps >= _ENOUGH:
        return certainty >= SURE
    return reps > 0 and rivals == 1 and certainty >= SURE_ALONE
