"""The contract of `rules/`: what an exercise and its rules are made of.

A rule file declares `Rule`s and one module-level `EXERCISE`. Tests, `rules/README.md` and the text of
`formcheck explain` are projections of it. Nothing is registered by importing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from formcheck.exercises import answers
from formcheck.exercises.gates import OBLIQUE, SIDEWAYS, Gate
from formcheck.measures.catalogue import MEASURES
from formcheck.measures.measure import no_measure
from formcheck.measures.reading import Reading
from formcheck.poses.pose import Side, View
from formcheck.reps.rep_data import RepData
from formcheck.reps.segmentation import Phase, Rep

__all__ = [
    "OBLIQUE",
    "SIDEWAYS",
    "Above",
    "Below",
    "Between",
    "Example",
    "Exercise",
    "Gate",
    "Limit",
    "Phase",
    "Plan",
    "Reading",
    "Rep",
    "RepData",
    "Rule",
    "Side",
    "Sign",
    "Status",
    "Step",
    "Unobservable",
    "View",
]

# How an exercise is programmed, as its source has it: what a training log compares the sets with.


@dataclass(frozen=True, slots=True)
class Between:
    """A range, both ends included.

    Attributes:
        low: Its lower end.
        high: Its upper end.
        says: What the source says, in our own words.
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
        says: What the source says to do then, in our own words.
    """

    faults: tuple[str, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Step:
    """Something harder or easier to go on with.

    Attributes:
        what: In words, such as `pause at the top for 3 s`.
        says: What the source says about it, in our own words.
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


SEVERAL = "several"
"""Name of the exercise of a clip that shows more than one."""

Stat = Literal["median", "max", "min", "largest"]
"""How values of a phase become one: `largest` is the one furthest from zero, with its sign."""


class Status(str, Enum):
    """What a verdict says."""

    OK = "ok"
    WARN = "warn"
    FAULT = "fault"
    TOO_CLOSE = "too-close"
    NOT_JUDGED = "not-judged"


@dataclass(frozen=True, slots=True)
class Limit:
    """Limits of true form; the judge adds the measurement's own uncertainty.

    Attributes:
        warn: Where form begins to suffer.
        fault: Where it is a fault, or None for a rule that only warns.
        sign: +1 where more is worse, -1 where less is worse.
        both: Whether the distance from zero counts, whatever its sign.
    """

    warn: float
    fault: float | None
    sign: int
    both: bool = False

    def status(self, value: float, uncertainty: float) -> Status:
        """Judge a value: a fault only where it is past the limit by its uncertainty."""
        worse = (abs(value) if self.both else value) * self.sign
        warn = self.warn * self.sign
        fault = float("inf") if self.fault is None else self.fault * self.sign
        if worse - uncertainty >= fault:
            return Status.FAULT
        if worse - uncertainty >= warn:
            return Status.WARN
        if worse < warn and (worse + uncertainty < fault or self.fault is None):
            return Status.OK
        return Status.TOO_CLOSE

    def penalty(self, value: float, uncertainty: float) -> float:
        """Return 0 (fine) over 0.5 (at the fault limit) to 1, the error always in the lifter's favour."""
        worse = (abs(value) if self.both else value) * self.sign - uncertainty
        warn = self.warn * self.sign
        span = abs((self.fault if self.fault is not None else 2 * self.warn) - self.warn) or 1.0
        return float(min(max(0.5 * (worse - warn) / span, 0.0), 1.0))


def Above(warn: float, fault: float | None = None, *, both: bool = False) -> Limit:
    """Declare that more than `warn` is worse, and more than `fault` a fault."""
    return Limit(warn, fault, +1, both)


def Below(warn: float, fault: float | None = None) -> Limit:
    """Declare that less than `warn` is worse, and less than `fault` a fault."""
    return Limit(warn, fault, -1)


@dataclass(frozen=True, slots=True)
class Example:
    """A value the rule must pass or fail, with the uncertainty it is measured with."""

    value: float
    uncertainty: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One documented fault and how it is seen.

    Attributes:
        code: Stable code, never reused.
        name: The fault in kebab case.
        statement: Rows of the technique brief it answers, such as `K6`.
        says: What the source says, in one sentence of our own.
        why: Why it matters.
        source: Where statement and limits come from.
        measure: A frame measure's name; or empty, with `read`.
        when: The phase it is judged in.
        stat: How the phase's values become one.
        from_start: Whether the person's own start position is subtracted.
        start_aside: Whether it is from elsewhere than the side, where the absolute angle is biased.
        hidden: Says why a repetition does not show it though the view is right, or None.
        read: A function of the rep instead of `measure`, for checks beyond one threshold.
        unit: The unit of what `read` returns.
        decided: The first phase in which it can be judged live; where it is None that is, of a measure, the
            one in which it is measured, and with `read` the end of the repetition.
        shows: With `read`, the measure that shows it in pictures and plots, a `-` before it where the value
            falls as that measure rises; empty where none does.
        limit: True-form limits.
        views: Views it can be judged from.
        priority: 1 is spoken first.
        weight: Share of the score, of 100 over the exercise.
        safety: Spoken at once, and caps the rep's score at 60.
        cue: At most a few words, external focus first.
        cue_minus: The words where the value is negative (rules for both signs).
        good: What to call it when it is right, in a word or two, for praise after a set.
        against: Names of faults that its cue would make worse: it is kept back while one of them is near.
        remedy: What to change so that it can be judged.
        passes, fails: Examples, tested.
    """

    code: str
    name: str
    statement: str
    says: str
    why: str
    source: str
    limit: Limit
    views: frozenset[View]
    cue: str
    remedy: str
    passes: tuple[Example, ...]
    fails: tuple[Example, ...]
    measure: str = ""
    when: Phase = Phase.LIFT
    stat: Stat = "max"
    from_start: bool = False
    start_aside: bool = False
    hidden: Callable[[RepData], Reading | None] | None = None
    read: Callable[[RepData], Reading] | None = None
    unit: str = ""
    decided: Phase | None = None
    shows: str = ""
    priority: int = 8
    weight: float = 0.0
    safety: bool = False
    cue_minus: str = ""
    good: str = ""
    against: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if bool(self.measure) == bool(self.read):
            raise ValueError(f"{self.code}: give either a measure or a read function")
        if self.read and not self.unit:
            raise ValueError(f"{self.code}: with a read function give the unit of its value: deg, % or s")
        if self.measure and self.measure not in MEASURES:
            raise ValueError(f"{self.code}: {no_measure(self.measure)}")
        if self.shows and (self.measure or self.shown not in MEASURES):
            raise ValueError(f"{self.code}: only a read function has something else to show, a measure")

    def ready(self, phase: Phase) -> bool:
        """Whether an open repetition in this phase has shown enough to judge the rule."""
        order = (Phase.UP, Phase.TOP, Phase.DOWN, Phase.BOTTOM)
        measured = {Phase.LIFT: Phase.UP, Phase.START: Phase.UP}.get(self.when, self.when)
        needed = self.decided or (Phase.BOTTOM if self.read else measured)
        return phase in order and order.index(phase) >= order.index(needed)

    @property
    def shown(self) -> str:
        """The measure in which it is seen, or nothing."""
        return self.measure or self.shows.removeprefix("-")

    @property
    def value_unit(self) -> str:
        """The unit of the verdict's value."""
        return self.unit or MEASURES[self.measure].unit


@dataclass(frozen=True, slots=True)
class Unobservable:
    """A statement of the source, in our own words, that video cannot show."""

    statement: str
    says: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """One exercise.

    Attributes:
        name: Kebab case, for `--exercise`.
        title: For people.
        source: The document it comes from.
        prone: Face down (all fours; standing, bending forward) or face up.
        signal: The measure that rises with the lift.
        min_range: The least rise of the signal that can be a rep.
        signal_per_leg: Whether the signal belongs to the working leg (the leg that moves more works).
        views: Views in which reps can be counted.
        rules: What is checked.
        unobservable: What is not, and why.
        film: How to film it.
        gates: What tells its repetitions from those of its relatives; without any it is done only when named.
        refuses: Says why a rep is not of this exercise for another reason, or None.
        working: Says which side works, positive for left, from the frames of a rep.
        standing: Whether it is done on the feet.
        both_legs: Whether both legs work: there is no working side, the near leg is measured.
        looks_like: The exercise it cannot be told from on video, if any: it is done only when named.
        alike_from: Views from which it cannot be told from its relatives: there it is done only when named.
        pause: Rules for a pause of so many seconds at the top (`--pause`), where that makes sense: they
            replace rules of the same code, or join them.
        deficit: The same for `--deficit`, the foot on a platform.
        notes: Readings of the source that are ambiguous, and advice that is text only.
        plan: How the source programmes it, for advice from the training log.
    """

    name: str
    title: str
    source: str
    prone: bool
    signal: str
    min_range: float
    signal_per_leg: bool
    views: frozenset[View]
    rules: tuple[Rule, ...]
    unobservable: tuple[Unobservable, ...]
    film: str
    gates: tuple[Gate, ...] = field(default=())
    refuses: Callable[[RepData], str | None] | None = None
    working: Callable[[RepData], float] | None = None
    standing: bool = False
    both_legs: bool = False
    looks_like: str = ""
    alike_from: frozenset[View] = frozenset()
    pause: Callable[[float], tuple[Rule, ...]] | None = None
    deficit: tuple[Rule, ...] = field(default=())
    notes: tuple[str, ...] = field(default=())
    plan: Plan | None = None

    def __post_init__(self) -> None:
        if self.plan is None or not isinstance(self.rules, tuple):  # which `check-rules` names
            return
        known = {rule.name for rule in self.rules}
        for sign in (self.plan.lighter, self.plan.regress_on):
            if sign and not known.issuperset(sign.faults):
                raise ValueError(f"{self.name}: the plan names a fault that no rule has")

    def part(self, name: str) -> Exercise:
        """Return the exercise of this name out of several in one clip; a single one is all there is."""
        return self

    def refusal(self, data: RepData) -> str | None:
        """Say why a movement is no repetition of this exercise, or None where it is one."""
        other = answers.reason(self.refuses, data) if self.refuses is not None else None
        return other or next((gate.says for gate in self.gates if not gate.holds(data)), None)

    def fit(self, data: RepData) -> float:
        """Return how well a movement fits, 0 to 1: the probability that it is inside all gates."""
        if data.look.view in self.alike_from:
            return 0.0
        if self.refuses is not None and answers.reason(self.refuses, data) is not None:
            return 0.0
        return math.prod(gate.fit(data) for gate in self.gates)
