"""What the log says of somebody's training, `formcheck-history-1`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import Literal

from pydantic import Field

from ..report.model import Model, Name
from .advice import Advice
from .entry import LoggedSet
from .sides import Asymmetry
from .trends import Trend


class Session(Model):
    """The sets of one exercise and leg on one day."""

    day: date
    exercise: str
    side: str = Field(description="The working leg, the lifter's own.")
    sets: int
    reps: tuple[int, ...] = Field(description="Full repetitions, one a set.")
    clean: tuple[int, ...] = Field(description="Full repetitions without fault or warning, one a set.")
    loads_kg: tuple[float | None, ...]
    score: float | None = Field(description="Mean of the sets that have one.")
    faults: dict[str, int] = Field(description="Full repetitions with a fault or warning of this name.")


class History(Model):
    """Somebody's sets and what they say."""

    schema_: Literal["formcheck-history-1"] = Field("formcheck-history-1", alias="schema")
    lifter: Name
    today: date
    titles: dict[str, str] = Field(description="Exercises in words.")
    sessions: tuple[Session, ...]
    advice: tuple[Advice, ...] = Field(description="What follows from the last day of each exercise.")
    trends: tuple[Trend, ...]
    asymmetries: tuple[Asymmetry, ...]
    notes: tuple[str, ...] = Field(description="What a reader must know.")
    sets: tuple[LoggedSet, ...]

    def to_json(self) -> str:
        """Return it as indented JSON."""
        return self.model_dump_json(by_alias=True, indent=1) + "\n"


def sessions(sets: Iterable[LoggedSet]) -> tuple[Session, ...]:
    """Put the sets of a day, an exercise and a leg together, in order of time."""

    def key(one: LoggedSet) -> tuple[date, str, str]:
        return one.day, one.exercise, one.side

    return tuple(
        _session(tuple(of)) for _, of in groupby(sorted(sets, key=lambda s: (key(s), s.at)), key=key)
    )


def _session(sets: Sequence[LoggedSet]) -> Session:
    scores = [one.score for one in sets if one.score is not None]
    faults: dict[str, int] = {}
    for one in sets:
        for name, count in one.faults().items():
            faults[name] = faults.get(name, 0) + count
    return Session(
        day=sets[0].day,
        exercise=sets[0].exercise,
        side=sets[0].side,
        sets=len(sets),
        reps=tuple(len(one.full) for one in sets),
        clean=tuple(one.clean_reps for one in sets),
        loads_kg=tuple(one.load_kg for one in sets),
        score=round(sum(scores) / len(scores), 1) if scores else None,
        faults=dict(sorted(faults.items(), key=lambda item: -item[1])),
    )


def day_text(day: date, *, week_day: bool = False) -> str:
    """Write a day such as `Mon 2 Nov 2026`."""
    return f"{day:%a} " * week_day + f"{day.day} {day:%b %Y}"
