"""What tells the repetitions of an exercise from those of its relatives."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

from formcheck.exercises import answers
from formcheck.measures.catalogue import MEASURES
from formcheck.measures.reading import Reading
from formcheck.poses.pose import View
from formcheck.reps.rep_data import MIN_USABLE, RepData
from formcheck.reps.segmentation import Phase
from formcheck.wording import quantity

SIDEWAYS = frozenset({View.SIDE})
OBLIQUE = frozenset({View.SIDE, View.OBLIQUE_FOOT, View.OBLIQUE_HEAD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A range of values that tells an exercise from a relative.

    Two relatives may share a border: it is `low` of one and `high` of the other. A value near the border fits
    both a little, and the confidence is low.

    Attributes:
        says: Why a movement outside the range is something else ("the knee stays bent: a donkey kick").
        measure: Name of a frame measure; empty where `read` is given.
        when: The phase whose median counts.
        read: A function of the rep instead of `measure`.
        low, high: The range of the exercise.
        error: Standard error of the value; 0 means the error of the measure, or of what `read` returns.
        views: Views in which the gate works; in other views it lets everything pass.
        if_seen: Whether it also lets everything pass where a joint of the measure is not seen steadily.
        unit: Unit of what `read` returns.
        proof: Whether it lets nothing pass where it cannot be measured: only this tells the exercise from one
            that is more usual.
    """

    says: str
    measure: str = ""
    when: Phase = Phase.TOP
    read: Callable[[RepData], Reading] | None = None
    low: float = -math.inf
    high: float = math.inf
    error: float = 0.0
    views: frozenset[View] = OBLIQUE
    if_seen: bool = False
    unit: str = "%"
    proof: bool = False

    def __post_init__(self) -> None:
        if bool(self.measure) == bool(self.read) or not self.low < self.high:
            raise ValueError(f"{self.says}: give a range, and either a measure or a read function")
        if self.measure and self.measure not in MEASURES:
            raise ValueError(f"{self.says}: there is no measure {self.measure}")

    def value(self, data: RepData) -> tuple[float, float]:
        """Return the value in a repetition and its standard error; NaN where it cannot be measured."""
        if data.look.view not in self.views:
            return math.nan, math.nan
        if self.read is not None:
            reading = answers.reading(self.read, data)
            return reading.value, self.error or reading.uncertainty
        part = data.set.frames(*data.rep.window(self.when))
        needs = MEASURES[self.measure].needs
        if self.if_seen and any(data.set.sees(*joint)[part].mean() < MIN_USABLE for joint in needs):
            return math.nan, math.nan
        return data.median(self.measure, self.when), self.error or MEASURES[self.measure].errors.value

    def holds(self, data: RepData) -> bool:
        """Whether the value is inside the range, or cannot be measured."""
        value, _ = self.value(data)
        return not self.proof if math.isnan(value) else self.low <= value <= self.high

    def refusal(self, data: RepData) -> str | None:
        """Return why a movement is outside, with what was measured and allowed; None where it is inside."""
        if self.holds(data):
            return None
        value, _ = self.value(data)
        if math.isnan(value):
            return self.says
        word, bound = ("at least", self.low) if value < self.low else ("at most", self.high)
        unit = MEASURES[self.measure].unit if self.measure else self.unit
        return f"{self.says} ({quantity(value, unit)}, {word} {quantity(bound, unit)})"

    def fit(self, data: RepData) -> float:
        """Return the probability, 0 to 1, that the true value is inside the range."""
        value, error = self.value(data)
        if math.isnan(value):
            return 0.0 if self.proof else 1.0
        true = NormalDist(value, error)
        return true.cdf(self.high) - true.cdf(self.low)
