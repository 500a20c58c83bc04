"""Ways of doing an exercise that change what is asked: a pause at the top, a foot on a platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from formcheck.errors import UsageError
from formcheck.exercises.rule import Exercise, Rule

MAX_PAUSE_S = 10.0


@dataclass(frozen=True, slots=True)
class Modes:
    """What the user said about how the exercise is done.

    Attributes:
        pause_s: Seconds to hold at the top, or None for the usual time of the exercise.
        deficit: Whether the working foot stands on a platform.
    """

    pause_s: float | None = None
    deficit: bool = False

    def __post_init__(self) -> None:
        if self.pause_s is not None and not 0.5 <= self.pause_s <= MAX_PAUSE_S:
            raise UsageError(f"a pause lasts between 0.5 and {MAX_PAUSE_S:g} s, not {self.pause_s:g}")

    def check(self, exercise: Exercise) -> None:
        """Check that the exercise that the user named has these modes.

        Raises:
            UsageError: If the exercise lacks one.
        """
        if self.pause_s is not None and exercise.pause is None:
            raise UsageError(f"there is no --pause for {exercise.name}")
        if self.deficit and not exercise.deficit:
            raise UsageError(f"there is no --deficit for {exercise.name}")

    def applied(self, exercise: Exercise) -> Exercise:
        """Return an exercise with the rules of these modes, where it has such rules."""
        extra: tuple[Rule, ...] = ()
        if self.pause_s is not None and exercise.pause is not None:
            extra += exercise.pause(self.pause_s)
        if self.deficit:
            extra += exercise.deficit
        return with_rules(exercise, extra) if extra else exercise

    @property
    def notes(self) -> list[str]:
        """What a reader of the report must know."""
        said = [] if self.pause_s is None else [f"a pause of {self.pause_s:g} s at the top"]
        said += ["the foot on a platform (deficit)"] if self.deficit else []
        return [f"Judged with {' and '.join(said)}, where the exercise has it."] if said else []


PLAIN = Modes()


def with_rules(exercise: Exercise, extra: Sequence[Rule]) -> Exercise:
    """Return an exercise with more rules. A rule whose code the exercise already has replaces the old one."""
    new = {rule.code: rule for rule in extra}
    kept = [new.pop(rule.code, rule) for rule in exercise.rules]
    return replace(exercise, rules=(*kept, *new.values()))


def every_rule(exercise: Exercise) -> tuple[Rule, ...]:
    """Return the rules of an exercise and those that only a mode adds."""
    codes = {rule.code for rule in exercise.rules}
    modes = Modes(pause_s=3.0, deficit=True).applied(exercise).rules
    return (*exercise.rules, *(rule for rule in modes if rule.code not in codes))
