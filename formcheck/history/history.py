"""The training history of one person, `formcheck-history-1`.

It is built from the log's sets here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Literal

from pydantic import Field

from formcheck.errors import UsageError
from formcheck.exercises import catalog
from formcheck.history.advice import Advice, advise
from formcheck.history.asymmetry import Asymmetry, asymmetries
from formcheck.history.entries import LoggedSet
from formcheck.history.recording import ME
from formcheck.history.store import Log
from formcheck.history.traits import comparable
from formcheck.history.trends import Trend, trends
from formcheck.report.model import Model, Name


class Session(Model):
    """The sets of one exercise and leg on one day."""

    day: date
    exercise: str
    side: str = Field(description="The working leg, the lifter's own.")
    sets: int
    reps: tuple[int, ...] = Field(description="Full repetitions, one a set.")
    held_s: tuple[float, ...] = Field(default=(), description="Seconds of each hold, of what is held.")
    clean: tuple[int, ...] = Field(description="Full repetitions without fault or warning, one a set.")
    loads_kg: tuple[float | None, ...]
    score: float | None = Field(description="Mean of the sets that have one.")
    faults: dict[str, int] = Field(description="Full repetitions with a fault or warning of this name.")


class History(Model):
    """The sets of one person, with trends and advice."""

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
    """Group sets by day, exercise and leg, in order of time."""

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
        held_s=tuple(round(rep.hold_s, 1) for one in sets for rep in one.full if rep.is_hold),
        clean=tuple(one.clean_reps for one in sets),
        loads_kg=tuple(one.load_kg for one in sets),
        score=round(sum(scores) / len(scores), 1) if scores else None,
        faults=dict(sorted(faults.items(), key=lambda item: -item[1])),
    )


# From the log to a history.


def whose(log: Log, lifter: str | None) -> str:
    """Return whose history is wanted: the person named, else `me`, else the only one in the log.

    Raises:
        UsageError: There is nobody of that name, or several and nobody was named.
    """
    known = list(log.lifters())
    if not known:
        raise UsageError(f"the training log {log.path} is empty; `formcheck analyze` writes into it")
    if lifter is not None:
        if lifter not in known:
            raise UsageError(f"the log holds nothing of {lifter}; there is {', '.join(known)}")
        return lifter
    if ME in known:
        return ME
    if len(known) > 1:
        raise UsageError(f"the log holds several people: name one with --lifter, {', '.join(known)}")
    return known[0]


def build(
    log: Log,
    lifter: str,
    *,
    exercise: str | None = None,
    since: datetime | None = None,
    today: date | None = None,
) -> History:
    """Build the history of a person.

    Args:
        log: The log.
        lifter: Whose.
        exercise: Of one exercise only, or None for all.
        since: From when on, or None for all.
        today: The day to look back from, or None for today.

    Raises:
        UsageError: There is no such exercise, or nothing to show.
        LogError: The log cannot be read.
    """
    sets = log.read(lifter=lifter, exercise=exercise, since=since)
    if not sets:
        if exercise is not None:
            catalog.exercise(exercise)  # reports a wrong name first
        what = "sets" if exercise is None else f"sets of the {exercise}"
        raise UsageError(f"the log holds no {what} of {lifter} in that time; `formcheck history` shows all")
    known = catalog.exercises()
    names = list(dict.fromkeys(one.exercise for one in sets))
    now = today or datetime.now().astimezone().date()
    everything = log.read(lifter=lifter)
    of = {name: [one for one in sets if one.exercise == name] for name in names}
    sides = {name: asymmetries(of[name], known.get(name)) for name in names}
    return History(
        schema="formcheck-history-1",
        lifter=lifter,
        today=now,
        titles={name: known[name].title if name in known else name for name in names},
        sessions=sessions(sets),
        advice=tuple(
            each
            for name in names
            for each in advise(
                [one for one in everything if one.exercise == name],
                known.get(name),
                sides[name],
                others=[one for one in everything if one.exercise != name],
                today=now,
            )
        ),
        trends=tuple(each for name in names for each in trends(of[name], known.get(name))),
        asymmetries=tuple(each for name in names for each in sides[name]),
        notes=tuple(_notes(of)),
        sets=tuple(sets),
    )


def next_steps(log: Log, kept: Sequence[LoggedSet]) -> tuple[Advice, ...]:
    """Return the advice after sets were written; none if the log has later sets."""
    known, found = catalog.exercises(), list[Advice]()
    everything = log.read(lifter=kept[0].lifter)
    for name in dict.fromkeys(one.exercise for one in kept):
        mine = [one for one in everything if one.exercise == name]
        if mine[-1].day == max(one.day for one in kept if one.exercise == name):
            others = [one for one in everything if one.exercise != name]
            found += advise(mine, known.get(name), asymmetries(mine, known.get(name)), others=others)
    return tuple(found)


def _notes(of: Mapping[str, Sequence[LoggedSet]]) -> Iterator[str]:
    """Return notes on the sets that trends leave out: filmed or judged differently."""
    for sets in of.values():
        for side in sorted({one.side for one in sets}):
            mine = [one for one in sets if one.side == side]
            out = len(mine) - len(comparable(mine))
            if out:
                yield (
                    f"Trends leave out {out} of {len(mine)} sets of the {side} leg ({mine[0].exercise}): "
                    "filmed from elsewhere or judged by other limits than most"
                )
