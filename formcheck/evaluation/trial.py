"""Tries an exercise on the sample tracks that come with formcheck, where its author has no clip yet.

Every function of a rule file is called with repetitions of the samples: as they are, alone in their set, and
with knees, feet and arms that are not seen. Whatever an author gets wrong fails here and not on somebody's
clip. An exercise with gates is also looked for in the samples, which show other exercises: it may claim none
of them, or `--exercise auto` would call those by its name.

The samples (`data/`) are rendered by `formcheck render`; the name of each, up to a point, is the exercise
that it shows.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from formcheck.errors import FormcheckError, RuleFileError
from formcheck.evaluation.rule_soundness import Finding
from formcheck.exercises import answers, catalog
from formcheck.exercises.rule import Exercise, Rule
from formcheck.exercises.rule_files import blame
from formcheck.judging.prepare import Prepared, prepared
from formcheck.judging.recognition import recognisable, recognise
from formcheck.judging.sets import Footage, FoundSet, find
from formcheck.poses.pose import TRUNK
from formcheck.poses.track import Track
from formcheck.reps.holds import Hold
from formcheck.reps.rep_data import RepData, SetData

_FOLDER = Path(__file__).parent / "data"
_REPS = 2  # of each sample
_PAUSE_S = 3.0

Placed = tuple[Finding, int | None]
Function = tuple[str, str, Callable[[RepData], object]]
"""The rule's code, the field, and what calls the function and checks what it returns."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample track with its repetitions.

    Attributes:
        title: What it shows, in words.
        exercise: The same by name.
        footage: Its frames.
        frames: The same, as measured and smoothed.
        sets: The sets of its exercise.
    """

    title: str
    exercise: str
    footage: Footage
    frames: Prepared
    sets: tuple[FoundSet, ...]


@cache
def samples() -> tuple[Sample, ...]:
    """Return the samples, read once a process."""
    return tuple(map(_sample, sorted(_FOLDER.glob("*.npz"))))


def _sample(path: Path) -> Sample:
    exercise = catalog.exercise(path.name.split(".")[0])
    frames = prepared(Track.load(path))
    footage = Footage(frames)
    return Sample(exercise.title.lower(), exercise.name, footage, frames, find(footage, exercise).sets)


def trial(exercise: Exercise, *, installed: bool) -> list[Placed]:
    """Return what goes wrong with an exercise on the samples, each with its line where that is known.

    Args:
        exercise: The exercise, which the catalogue has.
        installed: Whether it is one of those that the samples are known by.
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # of NumPy, about values that are not there
        found = list(_functions(exercise))
        return found if found or installed else [(one, None) for one in _claims(exercise)]


def _functions(exercise: Exercise) -> Iterator[Placed]:
    """Call every function; what fails several times is said once."""
    said: set[tuple[str, str]] = set()
    for what, data in _repetitions():
        if exercise.is_hold:
            data = replace(data, rep=Hold.over(data.rep.start_s, data.rep.end_s))
        for code, field, call in _asked(exercise):
            if (code, field) in said:
                continue
            try:
                call(data)
            except Exception as error:  # a user's function may fail in any way
                said.add((code, field))
                yield _failed(error, code, field, what)


def _failed(error: Exception, code: str, field: str, what: str) -> Placed:
    blamed = error if isinstance(error, RuleFileError) else blame(error)
    if blamed is not None:
        return Finding(f"{blamed.says} (on {what})", code, field), blamed.line
    text = str(error) if isinstance(error, FormcheckError) else f"{type(error).__name__}: {error}"
    return Finding(f"{field} failed: {' '.join(text.split())} (on {what})", code, field), None


def _asked(exercise: Exercise) -> Iterator[Function]:
    """Give the functions of an exercise."""
    rules = [*exercise.rules, *exercise.deficit]
    if exercise.pause is not None:
        pause = exercise.pause
        yield "", "pause", lambda data: _rules_of(pause(_PAUSE_S))
    for rule in rules:
        if rule.read is not None:
            yield rule.code, "read", _with(answers.reading, rule.read)
        if rule.hidden is not None:
            yield rule.code, "hidden", _with(answers.reading_or_none, rule.hidden)
    for gate in exercise.gates:
        if gate.read is not None:
            yield "", "gates", _with(answers.reading, gate.read)
    if exercise.refuses is not None:
        yield "", "refuses", _with(answers.reason, exercise.refuses)
    if exercise.working is not None:
        yield "", "working", _with(answers.number, exercise.working)


def _with(checked: Callable[[Any, object], object], function: Any) -> Callable[[RepData], object]:
    return lambda data: checked(function, data)


def _rules_of(found: object) -> None:
    if found is not None and not (isinstance(found, tuple) and all(isinstance(one, Rule) for one in found)):
        raise TypeError(f"pause must return a tuple of Rule, not a {type(found).__name__}")


def _repetitions() -> Iterator[tuple[str, RepData]]:
    """Give repetitions of the samples, with what they are in words; nothing is kept of an earlier trial."""
    for sample in samples():
        for one in sample.sets[:1]:
            reps = [rep for rep in one.reps if not rep.partial]
            for data in (
                SetData(*sample.frames, one.side, one.data.look, reps),
                SetData(*sample.frames, one.side, one.data.look, reps[:1]),
            ):
                for rep in reps[:_REPS]:
                    yield f"a repetition of the sample {sample.title}", RepData(rep, data)
            raw, smoothed = sample.frames
            unseen = SetData(_trunk_only(raw), _trunk_only(smoothed), one.side, one.data.look, reps)
            yield f"a {sample.title} of which only the trunk is seen", RepData(reps[0], unseen)


def _trunk_only(track: Track) -> Track:
    px = np.full_like(track.image_px, np.nan)
    px[:, TRUNK] = track.image_px[:, TRUNK]
    visibility = np.zeros_like(track.visibility)
    visibility[:, TRUNK] = track.visibility[:, TRUNK]
    return replace(track, image_px=px, visibility=visibility, edges_px=None, world_m=None)


def _claims(exercise: Exercise) -> Iterator[Finding]:
    """Say which samples an exercise claims, or keeps from being recognised."""
    if exercise not in recognisable([exercise]):
        return
    candidates = recognisable(list(catalog.exercises().values()))
    for sample in samples():
        if not find(sample.footage, exercise).sets:
            continue
        sets = recognise(sample.footage, candidates).sets
        names = {one.exercise.name for one in sets}
        if exercise.name in names:
            reps = sum(one.full for one in sets if one.exercise.name == exercise.name)
            what = f"claims {reps} repetitions of the sample {sample.title}"
        elif sample.exercise not in names:
            what = f"fits the sample {sample.title} as well, which is then recognised as nothing"
        else:
            continue
        without = "say with looks_like what it looks like" if exercise.is_hold else "leave out all gates"
        yield Finding(
            f"it {what}: add or narrow a gate until it is kept out, or {without} (it is then looked for with "
            f"--exercise {exercise.name} only)",
            field="gates",
        )
