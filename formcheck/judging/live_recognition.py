"""What is being done, while it is being done: every kind of movement that could be meant has its coach.

Relatives that move alike share a coach, which tells them apart repetition by repetition. The first
repetition that only one coach accepts, and is sure of, settles it; where several do, the next one decides.
The next set may be of something else: what was recognised is then only presumed, until it is seen again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from formcheck.exercises.rule import Exercise
from formcheck.judging.coach import Coach, Step
from formcheck.judging.recognition import SURE, SURE_ALONE
from formcheck.poses.pose import Pose
from formcheck.reps.segmentation import Phase

_ENOUGH = 2  # repetitions after which the exercise with most of them is taken


class Recogniser:
    """Follows a set as each of several exercises until one is recognised, then as that one.

    Args:
        coaches: One for each movement that can be meant.
    """

    def __init__(self, coaches: Sequence[Coach]) -> None:
        self._all = list(coaches)
        self._running = list(coaches)
        self._known: Coach | None = None

    @property
    def exercise(self) -> Exercise | None:
        """What was recognised, in this set or an earlier one; None yet."""
        return self._known.exercise if self._known else None

    @property
    def decisions(self) -> list[tuple[float, str]]:
        """As of `Coach`; none before the exercise is known."""
        return self._known.decisions if self._known else []

    def update(self, pose: Pose) -> Step:
        """Take the next pose; before the exercise is known the step tells no verdict and no cue."""
        tried = [(coach.update(pose), coach) for coach in self._running]
        if len(tried) == 1 and self._known is not None:
            return tried[0][0]
        step, coach = max(tried, key=lambda item: (item[0].rep_count, item[0].phase is not Phase.BOTTOM))
        rivals = sum(other.rep_count > 0 for other, _ in tried)
        if self._known is not None:  # from an earlier set: what it accepts is its own
            known = next(one for one, other in tried if other is self._known)
            step, coach = (known, self._known) if known.rep_count or not step.rep_count else (step, coach)
        if _sure(step.rep_count, coach.certainty, rivals):
            self._known, self._running = coach, [coach]
            return step
        return step if coach is self._known else replace(step, verdicts=(), cue=None)

    def reset(self) -> None:
        """Forget the person, and what was recognised."""
        self._known, self._running = None, self._all
        for coach in self._all:
            coach.reset()

    def next_set(self, *, moving: bool = False) -> None:
        """Begin a new set, which may be of another exercise unless the movement goes on."""
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
