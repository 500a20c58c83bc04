"""From the log to a history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from .. import catalog
from ..errors import UsageError
from .advice import Advice, advise
from .entry import LoggedSet
from .history import History, sessions
from .record import ME
from .sides import asymmetries
from .store import Log
from .traits import comparable
from .trends import trends


def whose(log: Log, lifter: str | None) -> str:
    """Return whose history is meant: the one named, else `me`, else the only one there is.

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
    """Put the history of a lifter together.

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
            catalog.exercise(exercise)  # a name that is wrong is said first
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
    """Return what follows from sets that were just written; nothing where later ones are known."""
    known, found = catalog.exercises(), list[Advice]()
    everything = log.read(lifter=kept[0].lifter)
    for name in dict.fromkeys(one.exercise for one in kept):
        mine = [one for one in everything if one.exercise == name]
        if mine[-1].day == max(one.day for one in kept if one.exercise == name):
            others = [one for one in everything if one.exercise != name]
            found += advise(mine, known.get(name), asymmetries(mine, known.get(name)), others=others)
    return tuple(found)


def _notes(of: Mapping[str, Sequence[LoggedSet]]) -> Iterator[str]:
    """Say which sets trends leave out because they were filmed or judged differently."""
    for sets in of.values():
        for side in sorted({one.side for one in sets}):
            mine = [one for one in sets if one.side == side]
            out = len(mine) - len(comparable(mine))
            if out:
                yield (
                    f"Trends leave out {out} of {len(mine)} sets of the {side} leg ({mine[0].exercise}): "
                    "filmed from elsewhere or judged by other limits than most"
                )
