"""What is being done, while it is being done: every exercise that could be meant has a coach of its own.

The first repetition that only one of them accepts settles it; where several do, the next one decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .coach import Coach, Step
from .pose import Pose
from .reps import Phase
from .rule import Exercise

_ENOUGH = 2  # repetitions after which the exercise with most of them is taken


class Recogniser:
    """Follows a set as each of several exercises until one is recognised, then as that one.

    Args:
        coaches: One for each exercise that can be meant.

    Attributes:
        exercise: What was recognised, or None yet.
    """

    def __init__(self, coaches: Sequence[Coach]) -> None:
        self.exercise: Exercise | None = None
        self._all = self._coaches = list(coaches)

    @property
    def decisions(self) -> list[tuple[float, str]]:
        """As of `Coach`; none before the exercise is known."""
        return self._coaches[0].decisions if self.exercise else []

    def update(self, pose: Pose) -> Step:
        """Take the next pose; before the exercise is known the step tells no verdict and no cue."""
        tried = [(coach.update(pose), coach) for coach in self._coaches]
        if self.exercise is not None:
            return tried[0][0]
        step, coach = max(tried, key=lambda item: (item[0].rep_count, item[0].phase is not Phase.BOTTOM))
        rivals = sum(other.rep_count > 0 for other, _ in tried)
        if step.rep_count >= _ENOUGH or (step.rep_count and rivals == 1):
            self.exercise, self._coaches = coach.exercise, [coach]
            return step
        return replace(step, verdicts=(), cue=None)

    def reset(self) -> None:
        """Forget the person, and what was recognised."""
        self.exercise, self._coaches = None, self._all
        for coach in self._coaches:
            coach.reset()

    def next_set(self, *, moving: bool = False) -> None:
        """Begin a new set; it may be of another exercise only while none is recognised."""
        for coach in self._coaches:
            coach.next_set(moving=moving)
