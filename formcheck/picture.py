"""Pictures that lie on their side or are mirrored, told by what the person in them does."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .pose import Side
from .setdata import RepData
from .sets import Footage, Found, FoundSet

_TURNS_DEG = (90, 270, 180)
_FEWEST = 2  # repetitions that make it likely
_SURE = 0.7  # and how well they must fit
_CLEAR = 0.5  # of the votes for a leg


def lying(search: Callable[[Footage], Found], footage: Footage) -> str:
    """Say that the pictures seem to lie on their side, or upside down, where turned ones show an exercise.

    Args:
        search: Looks for sets.
        footage: Where none was found.

    Returns:
        A sentence, or nothing.
    """
    likely: list[tuple[float, int, str]] = []
    for deg in _TURNS_DEG:
        for one in search(footage.turned(deg)).sets:
            confidence = 1.0 if one.confidence is None else one.confidence
            if one.full >= _FEWEST and confidence >= _SURE:
                likely.append((one.full * confidence, deg, one.exercise.title.lower()))
    if not likely:
        return ""
    _, deg, title = max(likely)
    how = "upside down" if deg == 180 else "on its side"
    return (
        f"The picture seems to lie {how}: turned clockwise by {deg}° it would show the {title}; "
        f"turn it with --rotate {deg}."
    )


def other_leg(found: Found, given: Side, *, mirrored: bool) -> str:
    """Say that the other leg works than the user said, where it does in every set.

    Args:
        found: The sets; where there are none by what the user said, those found without it.
        given: The leg the user named.
        mirrored: Whether the user said that the picture is mirrored.

    Returns:
        A sentence, or nothing.
    """
    if not found.sets or not all(_works(one) is given.other for one in found.sets):
        return ""
    moves, named = given.other.value, given.value
    picture = "without --mirrored" if mirrored else "with --mirrored, if it shows the person as a mirror does"
    return f"The {moves} leg moves, not the {named} one: leave out --side, or analyse the video {picture}."


def _works(one: FoundSet) -> Side | None:
    """Return which leg works by how the body moves; None where both do, or it is not clear."""
    vote = one.exercise.working
    if one.exercise.both_legs:
        return None
    if vote is None:
        return one.side
    votes = np.nan_to_num([vote(RepData(rep, one.data)) for rep in one.reps if not rep.partial])
    clear = abs(float(votes.sum())) > _CLEAR * float(np.abs(votes).sum())
    return (Side.LEFT if votes.sum() > 0 else Side.RIGHT) if clear else None
