"""What a file in `rules/` declares: an exercise and its rules.

A rule file declares `Rule`s and one module-level `EXERCISE`. Tests, `rules/README.md` and the text of
`formcheck explain` are made from it. Importing a file registers nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from formcheck.exercises import answers
from formcheck.exercises.gates import OBLIQUE, SIDEWAYS, Gate
from formcheck.measures.catalogue import MEASURES, measure
from formcheck.measures.measure import no_measure
from formcheck.measures.reading import Reading
from formcheck.poses.pose import Side, View
from formcheck.poses.viewpoint import UPRIGHT, Posture
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

# The training plan of an exercise, as its source gives it. The training log compares the sets with it.


@dataclass(frozen=True, slots=True)
class Between:
    """A range, both ends included.

    Attributes:
        low: Its lower end.
        high: Its upper end.
        says: What the source says, in our own words.
        far: What is far too much, or None where no such limit is known.
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
    """Faults that call for a change of load or exercise.

    Attributes:
        faults: Names of rules of the exercise. One of them is enough.
        says: What the source says to do then, in our own words.
    """

    faults: tuple[str, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Step:
    """A harder or easier exercise to go on with.

    Attributes:
        what: In words, such as `pause at the top for 3 s`.
        says: What the source says about it, in our own words.
    """

    what: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the source says about training. Where it says nothing, no advice is given.

    Attributes:
        source: The document.
        reps: Repetitions a set.
        sets: Sets for each leg on a day.
        days_a_week: Days a week, at most.
        load_ratio: Load as a share of what is lifted with both legs.
        both_legs: Name of the exercise with both legs, to find its loads in the log.
        sides: What the source says about a weaker side.
        lighter: Faults that call for less load.
        collapse: What the source says about form that breaks down.
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
"""The exercise name of a clip that shows several exercises."""

SideOf = Literal["set", "rep", "both"]
"""What has a working side; `both` means that both sides do the same."""

Stat = Literal["median", "max", "min", "largest", "drift"]
"""How the values of a phase become one. `largest` is the value furthest from zero, with its sign, `drift` the
last fifth of the time less the first fifth."""


class Status(str, Enum):
    """What a verdict says."""

    OK = "ok"
    WARN = "warn"
    FAULT = "fault"
    TOO_CLOSE = "too-close"
    NOT_JUDGED = "not-judged"


@dataclass(frozen=True, slots=True)
class Limit:
    """Limits for the true value. The judge allows for the uncertainty of the measured one.

    Attributes:
        warn: Where form begins to suffer.
        fault: Where it is a fault, or None for a rule that only warns.
        sign: +1 where more is worse, -1 where less is worse.
        both: Whether only the distance from zero counts, without the sign.
        ideal: The value of ideal form, on the good side of `warn`: 90 for an upright trunk. Profiles move the
            limits towards it or away from it. None means zero; infinity means that no profile moves them, as
            there is no end to what is good.
    """

    warn: float
    fault: float | None
    sign: int
    both: bool = False
    ideal: float | None = None

    def __post_init__(self) -> None:
        if self.both and self.ideal is not None:
            raise ValueError("a limit with both=True counts from zero and takes no ideal")

    def status(self, value: float, uncertainty: float) -> Status:
        """Judge a value. It is a fault only where it exceeds the limit by more than its uncertainty."""
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
        """Return a penalty from 0 (good) over 0.5 (at the fault limit) to 1, in favour of the lifter."""
        worse = (abs(value) if self.both else value) * self.sign - uncertainty
        warn = self.warn * self.sign
        span = abs((self.fault if self.fault is not None else 2 * self.warn) - self.warn) or 1.0
        return float(min(max(0.5 * (worse - warn) / span, 0.0), 1.0))


def Above(
    warn: float, fault: float | None = None, *, both: bool = False, ideal: float | None = None
) -> Limit:
    """Declare that more than `warn` is worse, and more than `fault` a fault; see `Limit`."""
    return Limit(warn, fault, +1, both, ideal)


def Below(warn: float, fault: float | None = None, *, ideal: float | None = None) -> Limit:
    """Declare that less than `warn` is worse, and less than `fault` a fault; see `Limit`."""
    return Limit(warn, fault, -1, ideal=ideal)


@dataclass(frozen=True, slots=True)
class Example:
    """A value that the rule must pass or flag, with its uncertainty."""

    value: float
    uncertainty: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One fault that the source names, and how it is measured.

    Attributes:
        code: Stable code, never reused.
        name: The fault, in kebab case.
        statement: Numbers of the statements of the source that it checks, such as `K6`.
        says: What the source says, in one sentence of our own.
        why: Why it matters.
        source: Where the statement and the limits come from.
        measure: Name of a frame measure; empty where `read` is given.
        when: The phase in which it is judged.
        stat: How the values of the phase become one.
        over_s: Length of a stretch in seconds: `stat` is then that of the medians of all such stretches, so
            that `max` is the worst few seconds of a hold. 0 takes single frames.
        from_start: Whether the value in the person's own start position is subtracted.
        start_aside: The same, but only where the camera is not at the side: there absolute angles are biased.
        hidden: Returns why a repetition does not show it although the view is right, or None.
        read: A function of the repetition instead of `measure`, where one measure is not enough.
        unit: The unit of what `read` returns.
        decided: The first phase in which it can be judged live. None means the phase `when` for a measure,
            and the end of the repetition for `read`.
        shows: With `read`, the measure to draw in pictures and plots, or empty. A `-` before it means that
            the value falls where that measure rises.
        of_back: Whether it is about the outline of the back although it shows another measure. Pictures
            colour the back for it, not the joints of the measure.
        limit: Limits for the true value.
        views: Views from which it can be judged.
        found_from: Further views from which it can be found but never called good: where it is not found,
            it is not judged from there.
        priority: Order in which faults are spoken about; 1 comes first.
        weight: Points of the score; all rules of an exercise add up to 100.
        safety: Whether a fault is spoken at once and limits the score of the repetition to 60.
        cue: What to say, in a few words, with an external focus where possible.
        cue_minus: What to say where the value is negative, for rules with limits in both directions.
        good: Praise after a set, in a word or two.
        against: Names of faults that its cue could make worse. The cue waits while one of them is near.
        remedy: What to change in the filming so that it can be judged.
        passes, fails: Examples of values that are fine and of values that are flagged. Tests run them.
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
    found_from: frozenset[View] = frozenset()
    measure: str = ""
    when: Phase = Phase.LIFT
    stat: Stat = "max"
    over_s: float = 0.0
    from_start: bool = False
    start_aside: bool = False
    hidden: Callable[[RepData], Reading | None] | None = None
    read: Callable[[RepData], Reading] | None = None
    unit: str = ""
    decided: Phase | None = None
    shows: str = ""
    of_back: bool = False
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
        if phase is Phase.HOLD:
            return self.decided is not Phase.BOTTOM
        order = (Phase.UP, Phase.TOP, Phase.DOWN, Phase.BOTTOM)
        return phase in order and order.index(phase) >= order.index(self.needed)

    @property
    def needed(self) -> Phase:
        """The first phase in which it can be judged: up, top, down or bottom."""
        measured = {Phase.LIFT: Phase.UP, Phase.START: Phase.UP}.get(self.when, self.when)
        return self.decided or (Phase.BOTTOM if self.read else measured)

    @property
    def seen_in(self) -> Phase | None:
        """The phase in which the person must be in sight; None means the whole repetition."""
        if not self.read:
            return self.when
        return Phase.TOP if self.needed is Phase.TOP and self.value_unit != "s" else None

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


_POSTURES = 'posture="standing" (also bending forward), "prone" (face down) or "supine" (on the back)'
REPLACED = {
    "prone": f"write {_POSTURES} in place of prone and standing",
    "standing": f"write {_POSTURES} in place of prone and standing",
    "signal_per_leg": "leave it out, as the signal itself says whether each side has one; where both legs do "
    'the same, write side_of="both" and leave out working',
    "both_legs": 'write side_of="both"',
}
"""What to write in a rule file in place of fields that an exercise once had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """One exercise.

    Attributes:
        name: Kebab case, for `--exercise`.
        title: For people.
        source: The document it comes from.
        posture: How the trunk is held: `standing` (also bending forward), `prone` (face down, also on all
            fours), `supine` (on the back), `side` (lying on one), `seated` or `hanging`.
        kind: `reps`, or `hold` for a position that is held. A hold has no signal: it is held where all gates
            with a measure are passed, in each frame.
        signal: The measure that rises with every repetition; `-NAME` where a measure falls. Of one that each
            side has, `mean(NAME)`, `least(NAME)`, `most(NAME)` or `difference(NAME)` is made of both sides.
            Empty for a hold.
        min_range: The least rise of the signal that can be a repetition.
        max_s: The longest that a repetition may take, up, top and down together. None leaves 30 s for each
            way and 3 min for the top.
        min_hold_s: The shortest hold that counts.
        resting: Whether people also rest in the position that is held. It is then recognised only in a clip
            that shows nothing else, and live only by its name.
        views: Views in which repetitions can be counted.
        rules: The rules that are checked.
        unobservable: What the source says but video cannot show, and why.
        film: How to film it.
        gates: What tells it from its relatives. Without gates it is used only when the user names it.
        refuses: Returns another reason why a movement is not this exercise, or None.
        side_of: What has a working side: the `set`, each `rep` (both take turns within one set), or nothing
            (`both`: they do the same, and the one nearer to the camera is measured). Where each side has a
            signal, the side that moves more is working.
        working: Only where the signal has no sides: returns a number from a repetition, positive where the
            left side works, else negative. The size says how sure that is; 1 and more is clear.
        down_first: Whether the body goes down while the signal rises. Only the words change: up and down then
            mean the body, not the signal.
        looks_like: An exercise that looks the same on video, or empty. If given, this one is used only when
            the user names it.
        alike_from: Views in which its relatives look the same. There it is used only when the user names it.
        counted_from: Views from which the model guesses the landmarks. There repetitions are only counted, by
            how far the body is from its rest, and only where the user names the exercise.
        pause: Returns the rules for a pause of so many seconds at the top (`--pause`), or None. They replace
            rules of the same code, or are added.
        deficit: Rules for `--deficit`, the foot on a step.
        notes: How unclear statements of the source are understood, and advice to the reader.
        plan: The training plan of the source, for advice from the training log.
    """

    name: str
    title: str
    source: str
    posture: Posture
    kind: Literal["reps", "hold"] = "reps"
    signal: str = ""
    min_range: float = 0.0
    min_hold_s: float = 5.0
    resting: bool = False
    views: frozenset[View]
    rules: tuple[Rule, ...]
    unobservable: tuple[Unobservable, ...]
    film: str
    gates: tuple[Gate, ...] = field(default=())
    refuses: Callable[[RepData], str | None] | None = None
    max_s: float | None = None
    side_of: SideOf = "set"
    working: Callable[[RepData], float] | None = None
    down_first: bool = False
    looks_like: str = ""
    alike_from: frozenset[View] = frozenset()
    counted_from: frozenset[View] = frozenset()
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

    @property
    def is_hold(self) -> bool:
        """Whether a position is held and no repetitions are counted."""
        return self.kind == "hold"

    @property
    def held_by(self) -> tuple[Gate, ...]:
        """The gates that say in each frame of a hold whether the position is kept; none for repetitions."""
        return tuple(gate for gate in self.gates if gate.measure) if self.is_hold else ()

    @property
    def upright(self) -> bool:
        """Whether the trunk is about upright."""
        return self.posture in UPRIGHT

    @property
    def done_down(self) -> bool:
        """Whether it has repetitions that are done lying or on all fours: who stands does none."""
        return not (self.upright or self.is_hold)

    @property
    def both_work(self) -> bool:
        """Whether both sides do the same."""
        return self.side_of == "both"

    @property
    def sided(self) -> bool:
        """Whether each side has a signal of its own, which tells the side that works."""
        return not self.both_work and (self.is_hold or measure(self.signal).sided)

    @property
    def shown(self) -> str:
        """The measure in which repetitions are seen: that of the signal, also where it falls."""
        return self.signal.removeprefix("-")

    def part(self, name: str) -> Exercise:
        """Return the exercise of this name in a clip with several. A single exercise returns itself."""
        return self

    def refusal(self, data: RepData) -> str | None:
        """Return why a movement is no repetition of this exercise, or None where it is one."""
        other = answers.reason(self.refuses, data) if self.refuses is not None else None
        refusals = (gate.refusal(data) for gate in self.gates)
        return other or next((reason for reason in refusals if reason is not None), None)

    def fit(self, data: RepData) -> float:
        """Return the probability, 0 to 1, that a movement is inside all gates."""
        if data.look.view in self.alike_from:
            return 0.0
        if self.refuses is not None and answers.reason(self.refuses, data) is not None:
            return 0.0
        return math.prod(gate.fit(data) for gate in self.gates)
