"""What a clip truly shows, in the same terms whether it was rendered or labelled by a person's eye."""

from __future__ import annotations

import re
from dataclasses import dataclass

from formcheck.evaluation.truth import Truth, present
from formcheck.exercises import catalog

NONE = "none"
"""Stands for any exercise that no label names."""


@dataclass(frozen=True, slots=True)
class Top:
    """One repetition, known by when it is at its top.

    Attributes:
        time_s: When, in seconds of the clip.
        exercise: Which exercise, by the name the catalogue has or would have.
        side: `left`, `right` or `both`; empty where that is not known for certain.
        partial: Whether the clip's start or end cuts it: to count it and not to count it are both right.
        faults: Faults that are there for certain.
        absent: Faults that are not there for certain.
        suspected: Faults that may be there.
        clean: Whether every fault that is in none of the three is not there for certain.
    """

    time_s: float
    exercise: str
    side: str = ""
    partial: bool = False
    faults: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    suspected: frozenset[str] = frozenset()
    clean: bool = False

    def says(self, fault: str) -> bool | None:
        """Say whether a fault is there for certain (True), is not (False), or that nobody knows (None)."""
        if fault in self.faults:
            return True
        if fault in self.suspected:
            return None
        return False if self.clean or fault in self.absent else None


@dataclass(frozen=True, slots=True)
class Seen:
    """What a clip shows.

    Attributes:
        exercises: Names of the exercises in it, without those that are none of the catalogue's kind.
        view: Where the camera stands, in the words of who said it.
        tops: The repetitions, in time order.
        window_s: From when to when it was looked at; None for the whole clip.
        by_eye: Whether a person said it.
        confidence: How sure that person was: `high`, `medium` or `low`.
        notes: What else the person said.
        guessed: Whether the exercise is a guess: then nothing can be compared.
        uncounted: Exercises that are in it too but whose repetitions nobody counted: to count them is neither
            right nor wrong.
    """

    exercises: tuple[str, ...]
    view: str
    tops: tuple[Top, ...]
    window_s: tuple[float, float] | None = None
    by_eye: bool = False
    confidence: str = "high"
    notes: str = ""
    guessed: bool = False
    uncounted: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The exercise for people, or several."""
        return " then ".join(self.exercises) or NONE


def seen_in(truth: Truth) -> Seen:
    """Return what a truth file says, with the faults by the limits that the rules have now."""
    known = catalog.exercises().get(truth.exercise)
    side = "both" if known and known.side_of != "set" else truth.side
    tops = []
    for rep in truth.reps:
        there = {rule.name: present(rule, rep) for rule in known.rules} if known else {}
        tops.append(
            Top(
                (rep.lockout_s + rep.lower_s) / 2,
                truth.exercise,
                side,
                faults=frozenset(name for name, yes in there.items() if yes),
                absent=frozenset(name for name, yes in there.items() if yes is False and not rep.by_eye),
            )
        )
    return Seen((truth.exercise,), truth.view, tuple(tops))


_SEVERAL = re.compile(r"\+|,|\bthen\b|\borbits?\b|\bchang\w*|\bmov\w*")


def view_group(view: str) -> str:
    """Return the kind of a view that was told in free words.

    Returns:
        `several` where it changes; else `oblique`, `side`, `end` (front, rear, head or foot end) or `other`.
    """
    words = view.lower()
    if _SEVERAL.search(words):
        return "several"
    if "oblique" in words:
        return "oblique"
    if "side" in words:
        return "side"
    return "end" if re.search(r"front|rear|back|end|head|foot", words) else "other"
