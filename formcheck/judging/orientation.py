"""Finds out from the movement whether the picture lies on its side or is mirrored."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from formcheck.judging.sets import Footage, Found, FoundSet
from formcheck.poses.geometry import finite_median
from formcheck.poses.pose import Landmark, Side
from formcheck.reps.rep_data import RepData
from formcheck.video.frames import Filming

_SHOULDERS = [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]
_HIPS = [Landmark.LEFT_HIP, Landmark.RIGHT_HIP]
_LIMBS = [
    first + side
    for first in (Landmark.LEFT_WRIST, Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE)
    for side in (0, 1)
]
_UPRIGHT = 0.8  # a trunk is upright if its ends differ in height by this share of its length
_ABOVE = 0.4  # of the trunk length: limbs so far above the trunk mean upside down
_LOWEST, _BESIDE = 0.2, 0.1  # lowest share of the body: what it rests on; how far aside that is, in trunks
_FEWEST = 2  # repetitions needed
_SURE = 0.7  # confidence needed
_CLEAR = 0.5  # share of the votes by which a leg must lead


def lying(search: Callable[[Footage], Found], footage: Footage, filming: Filming) -> str:
    """Return a hint where the picture seems to lie on its side or upside down.

    It does where a turned picture shows an exercise.

    Args:
        search: The function that looks for sets.
        footage: The track, in which no set was found.
        filming: How the picture lies, as the user said.

    Returns:
        A sentence, or an empty text.
    """
    likely: list[tuple[float, int, str]] = []
    for deg in _odd_turns_deg(footage):
        for one in search(footage.turned(deg)).sets:
            confidence = 1.0 if one.confidence is None else one.confidence
            if one.full >= _FEWEST and confidence >= _SURE:
                likely.append((one.full * confidence, deg, one.exercise.title.lower()))
    if not likely:
        return ""
    _, deg, title = max(likely)
    how = "upside down" if deg == 180 else "on its side"
    whole_deg = (filming.rotate_deg + (-deg if filming.mirrored else deg)) % 360
    remedy = f"turn it with --rotate {whole_deg}" if whole_deg else "leave out --rotate"
    return f"The picture seems to lie {how}: turned clockwise by {deg}° it would show the {title}; {remedy}."


def _odd_turns_deg(footage: Footage) -> tuple[int, ...]:
    """Return the angles by which the picture may have to be turned, from postures that nobody can hold.

    The picture may lie on its side where the trunk is upright and the head down, or where no hands, knees or
    feet are below the trunk. It may be upside down where hands, knees and feet are above the trunk.
    """
    if not footage.raw.found.any():
        return ()
    px = finite_median(footage.raw.image_px[footage.raw.found])
    shoulder, hip = px[_SHOULDERS].mean(axis=0), px[_HIPS].mean(axis=0)
    trunk = max(float(np.hypot(*(shoulder - hip))), 1.0)
    rise, limbs = (hip - shoulder)[1] / trunk, px[_LIMBS]
    if not np.isfinite(limbs).all():  # a joint that was never seen
        return ()
    if abs(rise) < _UPRIGHT:
        above = (np.minimum(shoulder, hip)[1] - limbs[:, 1].mean()) / trunk
        return (180,) if above > _ABOVE else ()
    body = np.concatenate([px[_SHOULDERS], px[_HIPS], limbs])
    low = body[body[:, 1] > body[:, 1].max() - _LOWEST * np.ptp(body[:, 1]), 0]
    middle = float((shoulder + hip)[0]) / 2
    beside = max(float(low.min()) - middle, middle - float(low.max())) / trunk
    return (90, 270) if rise < 0 or beside > _BESIDE else ()


def other_leg(found: Found, given: Side, *, mirrored: bool) -> str:
    """Return a hint where, in every set, the other leg works than the user said.

    Args:
        found: The sets. If there are none for the leg that the user named, the sets of any leg.
        given: The leg the user named.
        mirrored: Whether the user said that the picture is mirrored.

    Returns:
        A sentence, or an empty text.
    """
    if not found.sets or not all(_works(one) is given.other for one in found.sets):
        return ""
    moves, named = given.other.value, given.value
    picture = "without --mirrored" if mirrored else "with --mirrored, if it shows the person as a mirror does"
    return f"The {moves} leg moves, not the {named} one: leave out --side, or analyse the video {picture}."


def _works(one: FoundSet) -> Side | None:
    """Return which leg works, from the movement; None where both work or it is not clear."""
    vote = one.exercise.working
    if one.exercise.side_of != "set":
        return None
    if vote is None:
        return one.side
    votes = np.nan_to_num([vote(RepData(rep, one.data)) for rep in one.reps if not rep.partial])
    clear = abs(float(votes.sum())) > _CLEAR * float(np.abs(votes).sum())
    return (Side.LEFT if votes.sum() > 0 else Side.RIGHT) if clear else None
