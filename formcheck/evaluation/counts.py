"""Verdicts counted against what is truly there."""

from __future__ import annotations

from dataclasses import dataclass

from formcheck.exercises.rule import Status

FLAGGED = (Status.WARN, Status.FAULT)


@dataclass
class Counts:
    """Verdicts against truth for one fault."""

    hit: int = 0
    missed: int = 0
    false: int = 0
    right: int = 0
    unsure: int = 0
    abstained: int = 0
    abstained_there: int = 0

    def add(self, present: bool, status: Status) -> None:
        """Count one verdict where the fault is truly present or truly absent."""
        if status is Status.NOT_JUDGED:
            self.abstained += 1
            self.abstained_there += present
            return
        flagged = status in FLAGGED
        self.unsure += status is Status.TOO_CLOSE
        self.hit += flagged and present
        self.missed += present and not flagged
        self.false += flagged and not present
        self.right += not flagged and not present

    def scores(self) -> dict[str, float | int | None]:
        """Return precision, recall, F1 and the counts behind them."""
        found, there = self.hit + self.false, self.hit + self.missed
        either = 2 * self.hit + self.false + self.missed
        return {
            "precision": self.hit / found if found else None,
            "recall": self.hit / there if there else None,
            "f1": 2 * self.hit / either if either else None,
            "hit": self.hit,
            "missed": self.missed,
            "false": self.false,
            "right": self.right,
            "too_close": self.unsure,
            "not_judged": self.abstained,
            "not_judged_there": self.abstained_there,
        }
