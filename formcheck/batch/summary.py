"""What a library shows: per person and exercise the scores, the commonest faults, the sides, what is open."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from formcheck.batch.record import Record
from formcheck.batch.tables import exercise_of, full_reps
from formcheck.exercises.rule import Status
from formcheck.report.model import Quantity
from formcheck.report.stats import difference, mean, sure

_FLAGGED = {Status.FAULT, Status.WARN}
_OPEN = {Status.NOT_JUDGED}
_Key = TypeVar("_Key", bound=Any)  # sortable


@dataclass(frozen=True, slots=True)
class FaultCount:
    """How often a fault was found.

    Attributes:
        fault: Its name.
        faults: Full repetitions with it past the limit of a fault.
        warnings: Those past the limit of good form only.
        judged: Full repetitions in which it could be judged, also where that was too close to call.
    """

    fault: str
    faults: int
    warnings: int
    judged: int


@dataclass(frozen=True, slots=True)
class OpenCount:
    """How often a fault could not be judged, for one reason."""

    fault: str
    reason: str
    reps: int


@dataclass(frozen=True, slots=True)
class Sides:
    """Right less left, over the repetitions.

    Attributes:
        what: `score` or `range`.
        right_less_left: The difference of the means.
        sure: Whether it is more than measurement and scatter explain.
    """

    what: str
    right_less_left: Quantity
    sure: bool


@dataclass(frozen=True, slots=True)
class Group:
    """One person doing one exercise.

    Attributes:
        person: Empty where unknown.
        exercise: Its name.
        clips: How many were scored.
        reps: Full repetitions.
        score: Mean over them with its uncertainty, or None.
        worst: Lowest score of a clip, or None.
        faults: What was found, most repetitions first.
        sides: Where both sides were done and the person is known.
        not_judged: What was not judged and why, most repetitions first.
    """

    person: str
    exercise: str
    clips: int
    reps: int
    score: Quantity | None
    worst: float | None
    faults: tuple[FaultCount, ...]
    sides: tuple[Sides, ...]
    not_judged: tuple[OpenCount, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """A whole library.

    Attributes:
        clips: All there are.
        scored: Those that were.
        without_reps: Those of them without a full repetition.
        groups: By person and exercise.
        failures: Why clips were not scored, and how many, most first.
    """

    clips: int
    scored: int
    without_reps: int
    groups: tuple[Group, ...]
    failures: tuple[tuple[str, int], ...]

    def to_json(self) -> str:
        """Return everything as JSON."""

        def plain(value: object) -> object:
            if isinstance(value, Quantity):
                return value.model_dump()
            raise TypeError(f"{type(value).__name__} in a summary")

        return json.dumps(asdict(self), indent=1, default=plain) + "\n"


@dataclass(slots=True)
class _Gathered:
    """What is counted of a person and exercise while records pass by."""

    clips: int = 0
    reps: int = 0
    clip_scores: list[float] = field(default_factory=list)
    values: dict[tuple[str, str], list[Quantity]] = field(default_factory=dict)
    found: Counter[tuple[str, Status]] = field(default_factory=Counter)
    open: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, record: Record) -> None:
        report = record.report
        if report is None:
            return
        self.clips += 1
        if report.score is not None:
            self.clip_scores.append(report.score)
        for rep in full_reps(record):
            self.reps += 1
            if rep.score is not None:
                self._value("score", rep.side, Quantity(value=rep.score, uncertainty=None, unit="points"))
            if rep.range is not None:
                self._value("range", rep.side, rep.range)
            for verdict in rep.verdicts:
                self.found[verdict.fault, verdict.status] += 1
                if verdict.status in _OPEN:
                    self.open[verdict.fault, verdict.reason] += 1

    def _value(self, what: str, side: str, value: Quantity) -> None:
        self.values.setdefault((what, side), []).append(value)

    def group(self, person: str, exercise: str) -> Group:
        scores = [one for side in ("left", "right") for one in self.values.get(("score", side), [])]
        return Group(
            person,
            exercise,
            self.clips,
            self.reps,
            mean(scores),
            min(self.clip_scores, default=None),
            tuple(self._faults()),
            tuple(self._sides()) if person else (),
            tuple(OpenCount(fault, why, reps) for (fault, why), reps in _most(self.open)),
        )

    def _faults(self) -> list[FaultCount]:
        names = sorted({fault for fault, status in self.found if status in _FLAGGED})
        counts = [
            FaultCount(
                name,
                self.found[name, Status.FAULT],
                self.found[name, Status.WARN],
                sum(n for (fault, status), n in self.found.items() if fault == name and status not in _OPEN),
            )
            for name in names
        ]
        return sorted(counts, key=lambda one: (-one.faults, -one.warnings, one.fault))

    def _sides(self) -> Iterator[Sides]:
        for what in ("score", "range"):
            left, right = (mean(self.values.get((what, side), [])) for side in ("left", "right"))
            apart = difference(left, right)
            if apart is not None:
                yield Sides(what, apart, sure(apart))


def summarise(records: Iterable[Record]) -> Summary:
    """Count through all records, one in memory at a time."""
    groups: dict[tuple[str, str], _Gathered] = {}
    failures: Counter[str] = Counter()
    clips = scored = without = 0
    for record in records:
        clips += 1
        if record.report is None:
            failures[_kind(record)] += 1
            continue
        scored += 1
        without += not full_reps(record)
        groups.setdefault((record.person, exercise_of(record)), _Gathered()).add(record)
    return Summary(
        clips,
        scored,
        without,
        tuple(gathered.group(*key) for key, gathered in sorted(groups.items())),
        tuple(_most(failures)),
    )


_KINDS = {
    "VideoError": "no video that can be read",
    "TrackError": "no track that can be read",
    "NoPersonError": "nobody seen",
    "UsageError": "what was asked of it does not fit",
    "OSError": "could not be read or fetched",
    "lost worker": "ended its process again and again, set aside",
}


def _kind(record: Record) -> str:
    return _KINDS.get(record.error, record.error)


def _most(counts: Counter[_Key]) -> list[tuple[_Key, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
