"""Labels made by a person's eye: read, checked and written. The format is told in this folder's README.

A label says what a clip shows: when each repetition is at its top, the exercise, the leg, the camera's place,
and the faults that were seen. A fault that is not named may still be there, unless the label says otherwise.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from formcheck.errors import UsageError
from formcheck.evaluation.seen import NONE, Seen, Top
from formcheck.exercises import catalog
from formcheck.files import kinds, names
from formcheck.files.reading import Finite, parse_json, read_bytes, strictly_rising, validated
from formcheck.files.writing import write_text

TOGETHER = "labels.json"
"""The name of the file that holds the labels of all clips of a folder."""
BESIDE = ".labels.json"
"""What follows the clip's stem in the name of the file that holds the label of this clip alone."""

_LATE_S = 0.5  # a container's length and its last frame differ by less
_SIDES = ("left", "right", "both", "alternating", "unknown", "-")
_SAME_EXERCISE = {
    "barbell-hip-thrust": "hip-thrust",
    "dumbbell-hip-thrust": "hip-thrust",
    "standing-hip-extension": "cable-kickback",
    "standing-kickback": "cable-kickback",
    "band-kickback": "cable-kickback",
}
"""Exercises that differ only in what loads them, which landmarks do not show."""
_SAME_FAULT = {"arched-back": "lumbar-arching", "arching": "lumbar-arching", "arched": "lumbar-arching"}
_BY_WORDS = {("shin-not-vertical", "too close"): "foot-too-close"}
"""Faults that a person names together and the rules apart, told by what else is said of them."""
_NO = re.compile(r"(no|none|not)\b")
_DOUBT = re.compile(r"\?|\b(likely|possibl[ey]|perhaps|maybe|most(ly)?|some|by design)\b")
_NUMBERS = re.compile(r"reps?\s+(\d+(?:\s*(?:,|and)\s*\d+)*)\s*$")
_STRETCH = re.compile(r"\s*(set\s+)?\d")  # `3-4.5 s`, `set 0-10 s`: words about a part of the clip
_CLEAN = re.compile(r"(?<!not )\bclean\b(?! up)")
_FLAT = re.compile(r"(?<!not )\bflat back\b|\bback (is |stays )?flat\b")
_FLAT_MEANS = "lumbar-arching"

Second = Annotated[Finite, Field(ge=0)]
Span = tuple[Second, Second]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _rising(times: tuple[float, ...]) -> tuple[float, ...]:
    if not strictly_rising(times):
        raise ValueError("times must increase, and none may stand twice")
    return times


def _ordered(span: Span | None) -> Span | None:
    if span is not None and span[0] >= span[1]:
        raise ValueError("the first time must lie before the second")
    return span


def _side(text: str) -> str:
    for one in text.split(" then "):
        if one.rstrip("?") not in _SIDES:
            raise ValueError(
                "must be left, right, both, alternating, unknown or -, with ? where it is a guess"
            )
    return text


class EyeSet(_Part):
    """One set of a clip that shows several."""

    t: Span
    tops: tuple[Second, ...]
    side: str
    exercise: str | None = None
    form: Literal["correct", "fault"] | None = None
    view: str = ""
    notes: str = ""

    _in_order = field_validator("tops")(_rising)
    _span = field_validator("t")(_ordered)
    _known_side = field_validator("side")(_side)

    @model_validator(mode="after")
    def _inside(self) -> EyeSet:
        for time_s in self.tops:
            if not self.t[0] <= time_s <= self.t[1]:
                raise ValueError(
                    f"the top at {time_s:g} s lies outside its set, {self.t[0]:g} to {self.t[1]:g} s"
                )
        return self


class Label(_Part):
    """What a person saw in a clip. All times are seconds of the clip."""

    exercise: str = Field(min_length=1)
    view: str = ""
    side: str = "-"
    tops: tuple[Second, ...]
    partial_tops: tuple[Second, ...] = ()
    full_reps: int | None = Field(default=None, ge=0)
    sets: tuple[EyeSet, ...] = ()
    faults: dict[str, str | tuple[int, ...]] = {}
    clean: bool = False
    notes: str = ""
    occlusion: str = ""
    confidence: Literal["high", "medium", "low"] = "high"
    label_window_s: Span | None = None
    blind: bool | None = None
    real: bool = True
    source: str = ""
    licence: str = ""
    footage_owner: str = ""
    width: int | None = Field(default=None, gt=0)
    height: int | None = Field(default=None, gt=0)
    fps: Finite | None = Field(default=None, gt=0)
    duration_s: Finite | None = Field(default=None, gt=0)

    _in_order = field_validator("tops", "partial_tops")(_rising)
    _window = field_validator("label_window_s")(_ordered)
    _known_side = field_validator("side")(_side)

    @model_validator(mode="after")
    def _fits_together(self) -> Label:
        for why in (self._wrong_tops(), self._wrong_sets(), self._wrong_faults()):
            if why:
                raise ValueError(why)
        return self

    def _wrong_tops(self) -> str:
        odd = sorted(set(self.partial_tops) - set(self.tops))
        if odd:
            return f"the partial top at {odd[0]:g} s is not among the tops"
        if self.duration_s is not None and self.tops and self.tops[-1] > self.duration_s + _LATE_S:
            return f"the top at {self.tops[-1]:g} s lies after the clip's end at {self.duration_s:g} s"
        least = len(self.tops) - len(self.partial_tops)
        if self.full_reps is not None and not least <= self.full_reps <= len(self.tops):
            return (
                f"full_reps is {self.full_reps}, but there are {len(self.tops)} tops, "
                f"{len(self.partial_tops)} of them partial"
            )
        return ""

    def _wrong_sets(self) -> str:
        odd = sorted({time_s for one in self.sets for time_s in one.tops} - set(self.tops))
        if odd:
            return f"the top at {odd[0]:g} s of a set is not among the tops of the clip"
        several = [one for one in self.exercise.split(" then ") if one]
        if len(several) > 1 and not all(one.exercise for one in self.sets):
            return "each of the sets must name its exercise where the clip shows several"
        return ""

    def _wrong_faults(self) -> str:
        for name, which in self.faults.items():
            numbers = [] if _STRETCH.match(name) else _numbers(which)
            odd = [number for number in numbers if not 1 <= number <= len(self.tops)]
            if odd:
                return f"faults.{name[:40]} names repetition {odd[0]}, but there are {len(self.tops)} tops"
        return ""

    @property
    def guessed(self) -> bool:
        """Whether the exercise's name is a guess."""
        return "?" in self.exercise

    def seen(self) -> Seen:
        """Return what was seen in the terms of the rules.

        Faults of a label that is not sure of itself (`confidence`) and of names with a `?` are suspicions.
        """
        tops = tuple(self._top(at, time_s) for at, time_s in enumerate(self.tops))
        exercises = tuple(exercise_name(one) for one in self.exercise.split(" then "))
        named = tuple(dict.fromkeys(one for one in exercises if one != NONE))
        return Seen(
            named,
            self.view,
            tops,
            self.label_window_s,
            by_eye=True,
            confidence=self.confidence,
            notes="; ".join(filter(None, [self.notes, self.occlusion])),
            guessed=self.guessed,
            uncounted=frozenset() if named else _begins_with(self.notes),
        )

    def _top(self, at: int, time_s: float) -> Top:
        holding = [one for one in self.sets if time_s in one.tops]
        own = holding[0] if len(holding) == 1 else None
        sure = self.confidence == "high"
        there, absent, suspected = self._faults_of(at + 1)
        correct = own is not None and own.form == "correct"
        if _FLAT.search(self.notes):
            absent.add(_FLAT_MEANS)
        return Top(
            time_s,
            exercise_name(own.exercise if own and own.exercise else self.exercise),
            _leg(own.side if own else self.side),
            time_s in self.partial_tops,
            frozenset(there if sure else ()),
            frozenset(absent - there - suspected if sure else ()),
            frozenset(suspected if sure else there | suspected),
            sure and (self.clean or correct or bool(_CLEAN.search(self.notes))),
        )

    def _faults_of(self, number: int) -> tuple[set[str], set[str], set[str]]:
        """Return the faults of a repetition: there, not there, and suspected."""
        there, absent, suspected = set[str](), set[str](), set[str]()
        for name, which in self.faults.items():
            if _STRETCH.match(name):
                continue
            words = which.lower() if isinstance(which, str) else ""
            fault, numbers = fault_name(name, words), _numbers(which)
            if _NO.match(words):
                absent.add(fault)
            elif numbers and number not in numbers:
                continue
            elif "?" in name or _DOUBT.search(words):
                suspected.add(fault)
            else:
                there.add(fault)
        return there, absent, suspected


def exercise_name(told: str) -> str:
    """Return an exercise as the catalogue would name it, from how a person did."""
    plain = re.sub(r"\(.*?\)", "", told).strip().rstrip("?").lower()
    name = re.sub(r"[\s_]+", "-", plain)
    return _SAME_EXERCISE.get(name, name) or NONE


def _begins_with(notes: str) -> frozenset[str]:
    """Return the exercise with whose name notes begin, as a set.

    Somebody who labels knows the exercises of that day. Those of a clip of none are told in the notes, and
    the catalogue may have learnt them since.
    """
    told = re.sub(r"[\W_]+", " ", notes.lower())
    return frozenset(
        name for name in catalog.exercises() if re.match(rf"{name.replace('-', ' ?')}(e?s)?\b", told)
    )


def fault_name(told: str, words: str = "") -> str:
    """Return a fault as the rules would name it, from how a person named it and what was said of it."""
    name = re.sub(r"[\s_]+", "-", told.strip().rstrip("?").lower())
    apart = (fault for (same, word), fault in _BY_WORDS.items() if name == same and word in words)
    return next(apart, _SAME_FAULT.get(name, name))


def _leg(side: str) -> str:
    return side if side in ("left", "right", "both") else ""


def _numbers(which: str | tuple[int, ...]) -> tuple[int, ...]:
    if not isinstance(which, str):
        return which
    found = _NUMBERS.match(which.lower())
    return tuple(map(int, re.findall(r"\d+", found[1]))) if found else ()


# Files


@dataclass
class Labels:
    """The labels of a folder.

    Attributes:
        of: Each label by its clip: a video, or a recorded track where there is none.
        file: Where each is written.
        problems: What is wrong with those that were left out, a sentence each.
    """

    of: dict[Path, Label] = field(default_factory=dict)
    file: dict[Path, Path] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read_folder(folder: Path, tracks: Path | None = None) -> Labels:
    """Read all labels of a folder: its `labels.json` and each `CLIP.labels.json` beside a clip.

    A clip that `labels.json` names is looked for in the folder and in the folders in it; a recorded track of
    the same stem stands for a video that is not there. `CLIP.labels.json` goes before `labels.json`.

    Args:
        folder: The folder.
        tracks: Where recorded tracks lie besides.

    Raises:
        UsageError: `labels.json` cannot be read, or is no mapping from names of clips to labels.
    """
    found = Labels()
    together = folder / TOGETHER
    if together.is_file():
        places = [folder, *sorted(path for path in folder.iterdir() if path.is_dir())]
        places += [tracks] if tracks else []
        for name, data in _all_in(together).items():
            _take(
                found,
                together,
                _clip_of(name, places),
                data,
                f"the label of {names.shown(name)} in {together}",
            )
    for path in sorted(folder.glob(f"*{BESIDE}")):
        if kinds.trouble(path):
            continue
        clip = _clip_of(path.name[: -len(BESIDE)], [folder, *([tracks] if tracks else [])])
        try:
            data = parse_json(read_bytes(path, "the label"), f"the label {path}")
        except UsageError as error:
            found.problems.append(str(error))
            continue
        _take(found, path, clip, data, f"the label {path}")
    return found


def read(path: Path, name: str) -> Label | None:
    """Return the label of a clip from either kind of file, or None where it is not in it.

    Raises:
        UsageError: The file is there and cannot be read, or the label does not fit.
    """
    if not path.exists():
        return None
    if is_together(path):
        data, what = _all_in(path).get(name), f"the label of {names.shown(name)} in {path}"
    else:
        what = f"the label {path}"
        data = parse_json(read_bytes(path, "the label"), what)
    return None if data is None else validated(Label, data, what)


def write(path: Path, name: str, label: Label) -> None:
    """Write the label of a clip, whole or not at all; labels of other clips in the same file stay.

    Raises:
        UsageError: The file holds something else.
        OutputError: It cannot be written.
    """
    data: object = json.loads(label.model_dump_json(exclude_none=True))
    if is_together(path):
        data = {**(_all_in(path) if path.exists() else {}), name: data}
    write_text(path, json.dumps(data, indent=1, ensure_ascii=False) + "\n")


def is_together(path: Path) -> bool:
    """Whether a file holds the labels of many clips, by its name."""
    return not path.name.endswith(BESIDE)


def place_for(clip: Path) -> Path:
    """Return where the label of a clip is, or is to be written: beside it, or with those of its folder."""
    beside = clip.with_name(f"{names.file_stem(clip.stem)}{BESIDE}")
    together = clip.with_name(TOGETHER)
    if not beside.exists() and together.is_file() and clip.name in _all_in(together):
        return together
    return beside


def _all_in(path: Path) -> Mapping[str, object]:
    data = parse_json(read_bytes(path, "the labels"), f"the file of labels {path}")
    if not isinstance(data, dict):
        raise UsageError(f"the file of labels {path} must hold a label for each clip, by the clip's name")
    return data


def _take(found: Labels, file: Path, clip: Path | None, data: object, what: str) -> None:
    try:
        label = validated(Label, data, what)
    except UsageError as error:
        found.problems.append(str(error))
        return
    if clip is None:
        found.problems.append(f"{what} is of a clip that is not there; put the video or its track beside it")
    else:
        found.of[clip], found.file[clip] = label, file


def _clip_of(name: str, places: Sequence[Path]) -> Path | None:
    """Return the clip of a name, with a suffix or without, in the first folder that holds it."""
    inside = PurePosixPath(name)
    if inside.is_absolute() or ".." in inside.parts or "\\" in name or not inside.name:
        return None
    stem = inside.stem if kinds.is_clip(name) else inside.name
    for place in places:
        if kinds.is_clip(name) and (place / inside).exists():
            return place / inside
    for place in places:
        home = place / inside.parent
        beside = sorted(home.glob(f"{_literally(stem)}.*")) if home.is_dir() else []
        clips = sorted((path for path in beside if kinds.is_clip(path)), key=kinds.is_track)
        if clips:
            return clips[0]
    return None


def _literally(text: str) -> str:
    return re.sub(r"([\[*?])", r"[\1]", text)
