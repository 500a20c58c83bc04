"""Notices when the bar has become slower in a set, as far as the user asked for it."""

from __future__ import annotations

from formcheck.errors import UsageError
from formcheck.judging.coach import Step
from formcheck.poses.pose import Side
from formcheck.reps.bar_speed import Lift, Value, speed_loss_pct

LOSS_PCT = 5.0, 90.0
"""Losses that can be asked for; sets are ended at 10 to 40 % (Sanchez-Medina and Gonzalez-Badillo, 2011)."""


def checked_loss(loss_pct: float | None) -> float | None:
    """Return a loss of speed.

    Raises:
        UsageError: If it is none that can be asked for.
    """
    if loss_pct is not None and not LOSS_PCT[0] <= loss_pct <= LOSS_PCT[1]:
        low, high = LOSS_PCT
        raise UsageError(
            f"a loss of {loss_pct:g} percent cannot be asked for: say {low:.0f} to {high:.0f}, "
            "such as --speed-loss 20"
        )
    return loss_pct


class SpeedWatch:
    """Tells once a set that a repetition was slower than the fastest by so much, beyond its uncertainty.

    Only speeds of one leg, by a plate and in the same unit, are compared: by the hips alone they are not
    known well enough.

    Args:
        limit_pct: The loss of mean speed that is told, or None for none.
    """

    def __init__(self, limit_pct: float | None) -> None:
        self._limit_pct = limit_pct
        self.next_set()

    def next_set(self) -> None:
        """Begin a new set."""
        self._lifts: dict[tuple[Side | None, bool], list[Lift]] = {}
        self._due: Value | None = None
        self._told = False

    def update(self, step: Step) -> None:
        """Take what is known after one frame."""
        if self._limit_pct is None or self._told or step.lift is None or step.lift.by != "plate":
            return
        alike = self._lifts.setdefault((step.side, step.lift.metric), [])
        alike.append(step.lift)
        loss = speed_loss_pct(alike)
        if loss is not None and loss.value - loss.uncertainty >= self._limit_pct:
            self._due, self._told = loss, True

    def take(self) -> Value | None:
        """Return the loss that is to be told now, percent; each once."""
        due, self._due = self._due, None
        return due
