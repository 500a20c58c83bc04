"""How an exercise is programmed, as its source has it: what a training log compares the sets with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Between:
    """A range, both ends included.

    Attributes:
        low: Its lower end.
        high: Its upper end.
        says: The sentence it comes from.
        far: How much is far too much, or None where the source or the brief draws no such line.
    """

    low: float
    high: float
    says: str
    far: float | None = None

    def __post_init__(self) -> None:
        if not self.low <= self.high or (self.far is not None and self.far < self.high):
            raise ValueError(f"{self.low} to {self.high} is no range")


@dataclass(frozen=True, slots=True)
class Sign:
    """Faults that say something about the set they are found in.

    Attributes:
        faults: Names of rules of the exercise; one of them is enough.
        says: What the source says to do then.
    """

    faults: tuple[str, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Step:
    """Something harder or easier to go on with.

    Attributes:
        what: In words, such as `pause at the top for 3 s`.
        says: What the source says of it.
    """

    what: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the source says about programming; whatever it does not say is left out and not advised on.

    Attributes:
        source: The document.
        reps: Repetitions a set.
        sets: Sets a leg and day.
        days_a_week: Days a week, at most.
        load_ratio: Load as a share of what is lifted with both legs.
        both_legs: Name of the exercise with both legs, whose logged loads are that.
        sides: What it says about a weaker side.
        lighter: Faults that call for less load.
        collapse: What it says about form that breaks.
        regress_on: Faults that call for something easier.
        regressions: The easier things, the nearest first.
        progressions: The harder things, the nearest first.
    """

    source: str
    reps: Between | None = None
    sets: Between | None = None
    days_a_week: Between | None = None
    load_ratio: Between | None = None
    both_legs: str = ""
    sides: str = ""
    lighter: Sign | None = None
    collapse: str = ""
    regress_on: Sign | None = None
    regressions: tuple[Step, ...] = ()
    progressions: tuple[Step, ...] = ()
