"""What is read from a repetition: a value with its uncertainty, or the reason why there is none.

Also what hides the joints of a set: segments that seem to shrink, and plates over the hips.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from formcheck.measures.bar import Bar
from formcheck.measures.body import Joint, Part, Role
from formcheck.measures.measure import Measure
from formcheck.poses.geometry import median
from formcheck.poses.pose import Floats, View
from formcheck.poses.track import Track


@dataclass(frozen=True, slots=True)
class Reading:
    """One measured value with its uncertainty, or NaN and the reason why there is none.

    Attributes:
        value: In the unit of its measure or rule.
        uncertainty: One standard error.
        time_s: When it was measured.
        reason: Why there is none, or what to know of it.
        remedy: What to change so that there is one.
        at_least: Whether the truth may be further off than the value: it was compared with repetitions that
            may have the same fault. It can then show the fault, but not that form is good.
        change: What to change of the camera or before it so that there is one, as a request without a capital
            and full stop; empty where the place of the camera decides, or something else.
        alone: With `at_least`, what the repetition shows by itself, less surely: it is judged where the
            comparison shows no fault.
        beyond: Whether what was measured is more than a body can do: `value` is that limit, and is not shown
            as a number.
        by_leg: The part of the uncertainty that comes from a leg that was put back (`measures.planted`).
    """

    value: float
    uncertainty: float = 0.0
    time_s: float = float("nan")
    reason: str = ""
    remedy: str = ""
    at_least: bool = False
    beyond: bool = False
    change: str = ""
    alone: Reading | None = None
    by_leg: float = 0.0

    @classmethod
    def none(cls, reason: str, remedy: str = "", *, change: str = "") -> Reading:
        """Nothing could be measured; a remedy of the reason's own comes before the rule's."""
        return cls(float("nan"), float("nan"), float("nan"), reason, remedy, change=change)


CAMERA_MOVED = Reading.none(
    "the camera moved", "Put the phone on something steady.", change="put the phone on something steady"
)
NOTHING_BEFORE = "film with nothing before the body and the legs, at least one repetition"


def impossible(measure: Measure, value: float) -> Reading:
    """Return a reading without value where landmarks show what no body can do (`Measure.possible`)."""
    what = measure.name.rsplit("_", 1)[0].replace("_", " ")
    unit = {"deg": "°"}.get(measure.unit, f" {measure.unit}")
    return Reading.none(
        f"the landmarks are wrong here: {what} {value:.0f}{unit}, which no body can do",
        "Film with nothing before the body, in clothes that differ from the background.",
        change=NOTHING_BEFORE,
    )


def pick(values: Floats, stat: str) -> tuple[float, int]:
    """Return the `median`, `max`, `min` or `largest` of (N,) values, and where the nearest one is."""
    if stat == "median":
        middle = median(values)
        return middle, int(np.argmin(np.abs(values - middle)))
    # A single frame is a glitch: the extreme is the 5 % (or 95 %) quantile.
    low, high = np.percentile(values, [5, 95])
    choice = {"max": high, "min": low, "largest": high if abs(high) >= abs(low) else low}[stat]
    return float(choice), int(np.argmin(np.abs(values - choice)))


# What hides the joints of a set: segments that seem to shrink, and plates over the hips.

REMEDY = "Film without big plates or other things before the leg, at least one repetition."
MIN_LENGTH = {View.SIDE: 0.93, View.OBLIQUE_HEAD: 0.7, View.OBLIQUE_FOOT: 0.7}
"""Share of its length at rest that a segment keeps: from the side (rendered clips: 0.97; with plates 0.75 to
0.92), and obliquely, where every position foreshortens it otherwise."""
MIN_LENGTH_BARE = 0.88
"""The same from the side, face up with no plate over the hips: as the hips extend, the model moves them along
the thigh. Real people on the floor keep 0.90 of it or more (38 bridges of 14 clips). Beside plates
that were not found it is 0.84 or less (real and rendered, 11 thrusts)."""
MIN_LENGTH_PRONE = 0.8
"""The same from the side for somebody who faces down: no plate hides a joint there, and a leg raised behind
swings out by up to 20 deg and comes nearer to the camera. 37 deg out of the picture shorten it so far."""

MIN_LENGTH_PUT_RIGHT = 0.75
"""The same where hidden knees and hips were put right (`measures.hidden`), to the usual length of legs."""

_SEGMENTS: dict[tuple[Part, Part], str] = {("hip", "knee"): "thigh", ("knee", "ankle"): "shin"}
_PLATED = 0.5  # of the frames of the repetitions


def least_share(view: View, *, prone: bool, plated: bool) -> float:
    """Return the share of its length at rest below which a segment has lost a joint, or 0."""
    if view is not View.SIDE or (plated and not prone):
        return MIN_LENGTH.get(view, 0.0)
    return MIN_LENGTH_PRONE if prone else MIN_LENGTH_BARE


def shares(needs: Sequence[Joint], share: Callable[[Role, Part, Part], float]) -> Iterator[tuple[str, float]]:
    """Yield the thighs and shins of a measure, with their length in a phase as a share of that while waiting.

    Seen from the side bones keep their length. One that shrinks has an end on something that hides the
    joint: with plates on the bar the model puts the knee or the hip onto the plate, and says it sees it.
    Obliquely from the floor it loses the knee in the thigh.

    Args:
        needs: The joints of the measure, in order along the leg.
        share: Gives a segment's length in the phase as a share of that at rest.
    """
    for (role, upper), (other, lower) in pairwise(needs):
        segment = _SEGMENTS.get((upper, lower))
        if role == other and segment:
            yield segment, share(role, upper, lower)


def shrunken(lengths: Sequence[tuple[str, float]], least: float) -> str:
    """Say which segment is shorter than `least_share` of its length at rest, or nothing."""
    short = next((segment for segment, kept in lengths if kept < least), "")
    return f"your {short} seems to shrink: something hides a joint" if short else ""


def shrink_error_deg(lengths: Sequence[tuple[str, float]]) -> float:
    """Return the error of an angle from a segment that is shorter than bones look from the side.

    The joint may be as far off across the bone as along it, of which half is taken: that it left the plane of
    the picture explains the rest.
    """
    lost = max((MIN_LENGTH[View.SIDE] - kept for _, kept in lengths), default=0.0)
    return math.degrees(max(lost, 0.0)) / 2


def plated(track: Track, bar: Bar | None, reps: Sequence[slice]) -> bool:
    """Whether a plate hides the hips in most frames of some repetitions.

    Args:
        track: The frames; those recorded by older versions tell only where a plate was seen now and then.
        bar: The bar, if its plate was followed.
        reps: The frames of each repetition.
    """
    over = track.plate_px if bar is None else bar.end_px
    if over is None or not reps:
        return False
    seen = np.concatenate([np.isfinite(over[rep, 0]) for rep in reps])
    return bool(seen.mean() > _PLATED)
