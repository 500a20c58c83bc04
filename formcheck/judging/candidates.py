"""Whether a movement is a repetition of an exercise, of which side, and of which exercise it most likely is.

The running set and the record share what is here. The running set knows only the repetitions so far.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from formcheck.exercises import answers
from formcheck.exercises.rule import Exercise
from formcheck.measures.body import Part, Role
from formcheck.measures.catalogue import measure
from formcheck.poses.pose import Side
from formcheck.reps.rep_data import RepData
from formcheck.reps.segmentation import Phase, Rep

_ALIKE = 0.7  # least ratio of two ranges that count as alike
_LEGS: list[tuple[Role, Part]] = [
    ("working", "hip"),
    ("working", "knee"),
    ("working", "ankle"),
    ("free", "hip"),
    ("free", "knee"),
    ("free", "ankle"),
]
_CLEAR = 0.9  # legs are seen well where each joint is steady in this share of the frames at the top
_MANY = 2  # repetitions: with more, one side can have them all
_ONE_SIDED = 0.5  # of all votes: where one side leads by more, the others are strays
_CLEAR_VOTE = 0.7  # votes of which each is at least so strong stand as they are
_OWN = 3.0  # weight of a repetition's own vote; each neighbour has 1


def reads_near(exercise: Exercise) -> bool:
    """Whether the signal is read on the side nearer to the camera: both have one, and do the same."""
    return exercise.both_work and (exercise.is_hold or measure(exercise.signal).sided)


def motion(exercise: Exercise) -> tuple[object, ...]:
    """Return a key that is equal for exercises whose repetitions are the same movement."""
    signal = (exercise.signal, exercise.min_range, exercise.max_s, reads_near(exercise))
    held = (exercise.min_hold_s, exercise.held_by) if exercise.is_hold else ()
    return (exercise.posture, *signal, *held)


def side_vote(exercise: Exercise, data: RepData) -> float:
    """Return how clearly the left side works in a movement (below zero: the right one); 0 if unknown.

    Args:
        exercise: An exercise whose signal cannot tell the sides (`Exercise.working` is not None).
        data: The movement.
    """
    assert exercise.working is not None
    return float(np.nan_to_num(answers.number(exercise.working, data)))


def sides(votes: Sequence[float]) -> list[Side]:
    """Return the working side of each of some consecutive repetitions, from their votes.

    A stray or doubtful vote follows the others. Clear votes stand as they are: legs may alternate.

    Args:
        votes: (R,) votes of single repetitions. Near 0 they are doubtful; beyond 1 they count as 1.
    """
    clear = np.clip(np.asarray(votes, dtype=np.float64), -1.0, 1.0)
    if abs(clear.sum()) > _ONE_SIDED * np.abs(clear).sum() and len(clear) > _MANY:
        steady = np.full_like(clear, clear.sum())
    elif np.abs(clear).min() >= _CLEAR_VOTE:
        steady = clear
    else:
        padded = np.pad(clear, 1)
        steady = padded[:-2] + _OWN * clear + padded[2:]
    return [Side.LEFT if vote >= 0 else Side.RIGHT for vote in steady]


def refusal(exercise: Exercise, data: RepData, others: Sequence[Rep]) -> str | None:
    """Return why a movement is no repetition of an exercise, or None where it is one.

    Args:
        exercise: The exercise.
        data: The movement.
        others: Sure repetitions of the same set. A movement that a gate refuses belongs to them if it moves
            like them and the legs are not seen well enough for the gate.
    """
    reason = exercise.refusal(data)
    return None if reason is None or _belongs(data, others) else reason


def share(exercise: Exercise, rivals: Sequence[Exercise], data: RepData) -> float:
    """Return the probability that a movement is of this exercise and neither of a rival nor of none.

    It is p as defined in `formcheck.judging.recognition`.
    """
    return share_of(fit(exercise, data), [fit(rival, data) for rival in rivals])


def share_of(fit: float, others: Sequence[float]) -> float:
    """Return p as defined in `formcheck.judging.recognition`, from how well each exercise fits, 0 to 1."""
    neither = math.prod(1.0 - each for each in (fit, *others))
    return fit / max(fit + sum(others) + neither, 1e-9)


def fit(exercise: Exercise, data: RepData) -> float:
    """Return the probability, 0 to 1, that a movement is inside all gates of an exercise, seen from here."""
    return exercise.fit(data) if data.look.view in exercise.views else 0.0


def _belongs(data: RepData, others: Sequence[Rep]) -> bool:
    if len(others) < 2:
        return False
    rep = data.rep
    ranges = rep.range / float(np.median([one.range for one in others]))
    times = (rep.end_s - rep.start_s) / float(np.median([one.end_s - one.start_s for one in others]))
    if not (_ALIKE <= ranges <= 1 / _ALIKE and _ALIKE / 2 <= times <= 2 / _ALIKE):
        return False
    top = data.set.frames(*data.rep.window(Phase.TOP))
    return any(float(data.set.sees(*joint)[top].mean()) < _CLEAR for joint in _LEGS)
