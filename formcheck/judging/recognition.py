"""Recognises the exercises of a track: its sets, the exercise of each, and a confidence.

Every exercise is looked for on its own. Several may claim the same movement as a repetition. Then the one
into whose gates it fits best gets it.

The confidence of a set is the mean over its full repetitions of p = f / (f + g + ... + n): f is how well
the repetition fits the exercise (`Exercise.fit`), g, ... how well it fits each other, and n the
probability that it fits none of them. At one half, something else is as probable.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from formcheck.exercises.rule import SEVERAL, Exercise
from formcheck.judging.candidates import share
from formcheck.judging.sets import REST_S, Footage, Found, FoundSet, find, overlap, uncounted
from formcheck.poses.pose import Side
from formcheck.reps.baseline import Baseline
from formcheck.reps.segmentation import Rep

SURE = 0.5
"""Least confidence of a set. Below it no exercise is named."""
SURE_ALONE = 0.8
"""The same for a set of a single repetition, which is weaker evidence."""
_GAP_S = 6.0  # the time between two sets is searched again if it is at least so long
_APART_S = 0.35  # left out beside a set in such a search: the bottom of its last repetition
_MIN_FRAMES = 30
_CLOSE_S = 6.0  # a single repetition so near to a set of another exercise is getting ready for it


def recognisable(exercises: Sequence[Exercise]) -> list[Exercise]:
    """Return the exercises that can be told apart on video. The user must name the others.

    An exercise without gates would claim the repetitions of all that move alike.
    """
    return [one for one in exercises if one.gates and not one.looks_like]


def recognise(
    footage: Footage,
    candidates: Sequence[Exercise],
    *,
    side: Side | None = None,
    baselines: Sequence[Baseline] = (),
) -> Found:
    """Find the sets of all exercises in a track.

    A small movement beside the large ones of another exercise can pass for part of one. So the times before,
    between and after the sets are searched once more on their own.

    Args:
        footage: Where to look.
        candidates: The exercises it can be.
        side: The working side if the user gave it, for all sets.
        baselines: The person's own usual values at any exercise.

    Returns:
        The sets in time order, each with its exercise and a confidence of at least `SURE`. If there are none,
        the reasons why the nearest exercise refused the movements.
    """
    found = _search(footage, candidates, side=side, baselines=baselines)
    if not found.sets:
        return found
    spans = _joined([_span(one) for one in found.sets])
    ends = [float(footage.raw.time_s[0]), *(end_s + _APART_S for _, end_s in spans)]
    starts = [*(start_s - _APART_S for start_s, _ in spans), float(footage.raw.time_s[-1])]
    more: list[FoundSet] = []
    for low_s, high_s in zip(ends, starts, strict=True):
        if high_s - low_s >= _GAP_S:
            rest = footage.between(low_s, high_s)
            if rest.raw.found.sum() >= _MIN_FRAMES:
                more += recognise(rest, candidates, side=side, baselines=baselines).sets
    if not more and len({one.exercise.name for one in found.sets}) == 1:
        return found
    every: list[tuple[FoundSet, float, float]] = []
    for one in sorted([*found.sets, *more], key=_span):
        start_s, end_s = _span(one)
        if every and _goes_on(every[-1][0], one) and start_s - every[-1][2] <= REST_S:
            every[-1] = (every[-1][0], every[-1][1], end_s)
        else:
            every.append((one, start_s, end_s))
    lows = [-math.inf, *(end_s + _APART_S for _, _, end_s in every[:-1])]
    highs = [*(start_s - _APART_S for _, start_s, _ in every[1:]), math.inf]
    sets = _working(
        _in_turn(
            [
                one
                if _alternates(one, [other for other, _, _ in every])
                else _alone(one, footage.between(low_s, high_s), candidates, side, baselines)
                for (one, _, _), low_s, high_s in zip(every, lows, highs, strict=True)
            ]
        )
    )
    exercise = together([one.exercise for one in sets])
    return replace(found, sets=sets, exercise=exercise, dropped=uncounted(found.dropped, sets))


def _before(one: FoundSet) -> tuple[int, float]:
    """Return by what sets at the same time go before each other: several repetitions, a hold, a single one.

    A single movement that stops for so long that it is a hold is one.
    """
    rank = 1 if one.exercise.is_hold else 0 if one.full > 1 else 2
    return rank, -one.full * (one.confidence or 0.0)


def _working(sets: Sequence[FoundSet]) -> tuple[FoundSet, ...]:
    """Return the sets without positions in which people also rest, unless there is nothing else."""
    return tuple(one for one in sets if not one.exercise.resting) or tuple(sets)


def _span(one: FoundSet) -> tuple[float, float]:
    """Return the start and the end of a set, from its full repetitions."""
    full = [rep for rep in one.reps if not rep.partial]
    return full[0].start_s, full[-1].end_s


def _joined(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return spans of time in order, those that overlap as one: sets of two legs or cameras take turns."""
    joined: list[tuple[float, float]] = []
    for start_s, end_s in sorted(spans):
        if joined and start_s <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end_s))
        else:
            joined.append((start_s, end_s))
    return joined


def _goes_on(one: FoundSet, after: FoundSet) -> bool:
    alike = one.exercise.side_of == "rep" or one.side is after.side
    return one.exercise.name == after.exercise.name and alike


def _alone(
    one: FoundSet,
    stretch: Footage,
    candidates: Sequence[Exercise],
    side: Side | None,
    baselines: Sequence[Baseline],
) -> FoundSet:
    """Find a set once more on its own, so that the sets before and after it do not influence it."""
    again = find(stretch, one.exercise, side=side, baselines=baselines, named=False)
    best = max(again.sets, key=lambda found: found.full, default=one)
    if best.full < one.full:
        low_s, high_s = float(stretch.raw.time_s[0]), float(stretch.raw.time_s[-1])
        return one.only([rep for rep in one.reps if low_s <= rep.start_s and rep.end_s <= high_s])
    return replace(best, confidence=_confidence(best, candidates))


def _search(
    footage: Footage,
    candidates: Sequence[Exercise],
    *,
    side: Side | None = None,
    baselines: Sequence[Baseline] = (),
) -> Found:
    """Find the sets in a single search; `recognise` repeats it."""
    tried = [find(footage, one, side=side, baselines=baselines, named=False) for one in candidates]
    nearest = max(tried, key=lambda found: (found.rep_count, found.refused.total()))
    refused = nearest.refused.copy()
    kept: list[FoundSet] = []
    weighed = [replace(one, confidence=_confidence(one, candidates)) for found in tried for one in found.sets]
    for one in sorted(weighed, key=_before):
        if (one.confidence or 0.0) < (SURE if one.full > 1 or one.exercise.is_hold else SURE_ALONE):
            refused[_doubt(one)] += one.full
        else:
            kept += _apart(one, kept)
    if not kept:
        return replace(nearest, sets=(), refused=refused)
    sets = _working(_in_turn(kept))
    most = Counter({one.exercise.name: 0 for one in sets})
    for one in sets:
        most[one.exercise.name] += one.full
    main = next(found for found in tried if found.exercise.name == most.most_common(1)[0][0])
    exercise = together([one.exercise for one in sets])
    return Found(sets, Counter(), main.look, exercise, footage.frames, uncounted(main.dropped, sets))


def _doubt(one: FoundSet) -> str:
    """Return why a set is of no exercise."""
    if one.data.look.view in one.exercise.alike_from:
        return f"its relatives look the same from here: name it with --exercise {one.exercise.name}"
    return f"it could be a {one.exercise.title.lower()}, or something else"


@dataclass(frozen=True, kw_only=True)
class Several(Exercise):
    """Several exercises in one clip: it has the rules of all, and each exercise as a part."""

    parts: tuple[Exercise, ...]

    def part(self, name: str) -> Exercise:
        """Return the exercise of this name, or the first."""
        return next((one for one in self.parts if one.name == name), self.parts[0])


def together(exercises: Sequence[Exercise]) -> Exercise:
    """Return the exercise of a clip. If there are several, return one with the rules of all."""
    each = list({one.name: one for one in exercises}.values())
    if len(each) == 1:
        return each[0]
    first = {one.name: getattr(each[0], one.name) for one in fields(Exercise)}
    changes = dict(
        name=SEVERAL,
        title=", ".join(one.title if i == 0 else one.title.lower() for i, one in enumerate(each)),
        source="; ".join(dict.fromkeys(one.source for one in each)),
        rules=tuple(rule for one in each for rule in one.rules),
        film=" ".join(dict.fromkeys(one.film for one in each)),
        down_first=all(one.down_first for one in each),
        parts=tuple(each),
    )
    return Several(**first | changes)


@dataclass(frozen=True, slots=True)
class Spell:
    """Consecutive sets of one exercise, with start and end. `side` is given for a single set only."""

    exercise: Exercise
    side: Side | None
    start_s: float
    end_s: float


def spells(sets: Sequence[FoundSet]) -> list[Spell]:
    """Divide the time by exercise, half-way between two sets of different exercises."""
    result: list[Spell] = []
    for before, one in zip((None, *sets), sets, strict=False):
        side = one.side if one.exercise.side_of == "set" else None
        if result and result[-1].exercise.name == one.exercise.name:
            result[-1] = replace(result[-1], side=None)
            continue
        start_s = -math.inf
        if before is not None:
            start_s = (before.reps[-1].end_s + one.reps[0].start_s) / 2
            result[-1] = replace(result[-1], end_s=start_s)
        result.append(Spell(one.exercise, side, start_s, math.inf))
    return result


def _confidence(one: FoundSet, candidates: Sequence[Exercise]) -> float:
    rivals = [
        rival
        for rival in candidates
        if rival.name != one.exercise.name and _posture(rival) == _posture(one.exercise)
    ]
    shares = [share(one.exercise, rivals, one.shown(rep)) for rep in one.reps if not rep.partial]
    return sum(shares) / len(shares)


def _posture(exercise: Exercise) -> tuple[str, bool]:
    """Return what rivals have in common. A movement is no rival of a hold."""
    return exercise.posture, exercise.is_hold


def _apart(one: FoundSet, kept: Sequence[FoundSet]) -> list[FoundSet]:
    """Return a set without repetitions that better sets have; nothing if only a stray one remains."""
    taken = [rep for other in kept for rep in other.reps]
    reps = [rep for rep in one.reps if not any(overlap(rep, other) > 0.3 for other in taken)]
    full = [rep for rep in reps if not rep.partial]
    if not full or (len(full) == 1 and any(_beside(full[0], other) for other in kept)):
        return []
    return [one if len(reps) == len(one.reps) else one.only(reps)]


def _beside(rep: Rep, other: FoundSet) -> bool:
    start_s, end_s = other.reps[0].start_s - _CLOSE_S, other.reps[-1].end_s + _CLOSE_S
    return other.full > 1 and start_s <= rep.start_s and rep.end_s <= end_s


def _open(pieces: Sequence[tuple[FoundSet, list[Rep]]], one: FoundSet) -> list[Rep] | None:
    """Return the repetitions of a set that goes on: only the other leg's came in between, if anything."""
    for other, reps in reversed(pieces):
        if other is one:
            return reps
        if other.exercise.name != one.exercise.name:
            return None
    return None


def _alternates(one: FoundSet, others: Sequence[FoundSet]) -> bool:
    """Whether the other leg's repetitions lie between those of a set."""
    start_s, end_s = _span(one)
    spans = [
        _span(other) for other in others if other is not one and other.exercise.name == one.exercise.name
    ]
    return any(low_s < end_s and start_s < high_s for low_s, high_s in spans)


def _in_turn(kept: Sequence[FoundSet]) -> tuple[FoundSet, ...]:
    """Put sets in order of time. A set that is interrupted by another becomes two."""
    every = sorted(((rep, one) for one in kept for rep in one.reps), key=lambda item: item[0].start_s)
    pieces: list[tuple[FoundSet, list[Rep]]] = []
    for rep, one in every:
        if rep.partial and not (pieces and pieces[-1][0] is one):
            after = next(
                (two for later, two in every if later.start_s > rep.start_s and not later.partial), None
            )
            if after is not one:
                continue  # the start of a movement within a set of another exercise
        open_piece = _open(pieces, one)
        if open_piece is None:
            pieces.append((one, [rep]))
        else:
            open_piece.append(rep)
    return tuple(one if len(reps) == len(one.reps) else one.only(reps) for one, reps in pieces)
