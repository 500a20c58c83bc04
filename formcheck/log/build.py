"""From the log to a history."""

from __future__ import annotations

from datetime import date, datetime

from .. import catalog
from ..errors import UsageError
from .history import History, sessions
from .record import ME
from .store import Log


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
    names = dict.fromkeys(one.exercise for one in sets)
    return History(
        schema="formcheck-history-1",
        lifter=lifter,
        today=today or datetime.now().astimezone().date(),
        titles={name: known[name].title if name in known else name for name in names},
        sessions=sessions(sets),
        sets=tuple(sets),
    )
