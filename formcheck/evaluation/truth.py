"""Known truth of rendered clips (`synth-truth-1`), in the terms of the rules.

For each fault the true value is taken from the posed skeleton in the sense and unit of the rule's
measure, so that the rule's own limits say whether the fault is truly there. A value between the warning
and the fault limit is neither: it is left out of precision and recall.

A truth file may also be made by eye, for any exercise: when each repetition is at its top, in seconds of the
clip, and which faults of the exercise it has (a plain number is a repetition without). `side` and `view` may
be left out; `notes` may say more. Any other key is refused: it is most likely misspelt. An exercise of no
known name says that the clip shows something else: nothing may be counted.

    {"exercise": "squat", "view": "side", "reps": [{"top": 2.1}, {"top": 5.3, "faults": ["too-shallow"]}]}

Of an exercise that is held, it says from when to when in place of tops:

    {"exercise": "plank", "holds": [{"start": 3.0, "end": 33.5, "faults": ["hips-low"]}]}
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import ConfigDict, Field, field_validator, model_validator

from formcheck.errors import UsageError, brief
from formcheck.exercises.rule import Rule
from formcheck.exercises.rule_files import nearest
from formcheck.files.reading import Finite, Part, parse_json, read_bytes, strictly_rising, validated
from formcheck.poses.pose import Floats, View
from formcheck.poses.viewpoint import END_MIN_DEG, SIDE_MAX_DEG
from formcheck.reps.segmentation import ON_TIME, phase_times

EXERCISES = {
    "kickback": "glute-kickback",
    "hip_thrust": "single-leg-hip-thrust",
    "donkey_kick": "donkey-kick",
    "glute_bridge": "single-leg-glute-bridge",
    "glute_bridge_bilateral": "glute-bridge",
    "hip_thrust_bilateral": "hip-thrust",
}
_SIGNALS = {
    "kickback": "leg_elevation_working",
    "hip_thrust": "hip_height",
    "donkey_kick": "thigh_elevation_working",
    "glute_bridge": "hip_height",
    "glute_bridge_bilateral": "hip_height",
    "hip_thrust_bilateral": "hip_height",
}
"""The true angle that the exercise's signal measures."""
_AROUND_S = 0.3  # of the rest before and after a repetition
PRONE = frozenset({"kickback", "donkey_kick"})
INJECTED = {
    "lumbar_extension": "lumbar-arching",
    "knee_bend": "knee-bent",
    "hips_open": "pelvis-rotated",
    "head_up": "head-up",
    "low_height": "small-range",
    "fast_lowering": "lowering-too-fast",
    "no_hold": "no-hold",
    "nonworking_drop": "free-leg-drop",
    "nonworking_rise": "free-leg-rise",
    "shin_not_vertical": "shin-not-vertical",
    "hips_not_level": "pelvis-tilt",
    "incomplete_lockout": "incomplete-lockout",
}

_AT_LOCKOUT = frozenset(
    {"lumbar_extension", "pelvic_obliquity", "leg_elevation_other", "shin_from_vertical_working"}
)
_AT_LOCKOUT_FACE_UP = _AT_LOCKOUT | {"hip_trunk_angle_working", "knee_flexion_other"}
_AT_PEAK = frozenset({"knee_flexion_working"})
_IN_FRAMES = _AT_LOCKOUT | _AT_PEAK | {"leg_elevation_working", "trunk_pitch"}
"""Angles that are compared with: in `TRUE_VALUE`, and in `evaluate`."""


@dataclass(frozen=True, slots=True)
class TrueRep:
    """One true repetition: times, angles at the lockout, faults put in, and the start position.

    `severity` says how much of each fault was put in, in degrees or seconds; a sign as the rule has it.
    Made by eye (`by_eye`), all times are that of the top, there are no angles; a severity says "there". Of a
    hold made by eye the times are its start and its end, and `held_s` is the time between.
    """

    start_s: float
    lockout_s: float
    lower_s: float
    end_s: float
    lockout: dict[str, float]
    peak: dict[str, float]
    rest: dict[str, float]
    severity: dict[str, float]
    by_eye: bool = False
    held_s: float = math.nan


@dataclass(frozen=True, slots=True)
class Truth:
    """The truth of one clip."""

    exercise: str
    side: str
    view: str
    yaw_deg: float
    reps: tuple[TrueRep, ...]
    onsets: tuple[tuple[str, int, float], ...]
    time_s: np.ndarray
    angles: dict[str, np.ndarray]

    @classmethod
    def load(cls, path: Path) -> Truth:
        """Read a truth file.

        Raises:
            UsageError: If it is none, or something in it does not fit.
        """
        what = f"the truth file {path}"
        text = read_bytes(path, "the truth file")
        data = parse_json(text, what)
        if not isinstance(data, dict) or "frames" not in data:
            _check_keys(data, text.decode("utf-8", "replace"), path)
            return _by_eye(data, path)
        return _rendered(validated(_Rendered, data, what))


_Angles = dict[str, Finite]


class _Frame(Part):
    t: Finite
    phase: str
    angles: _Angles


class _Rep(Part):
    start: Finite
    lockout: Finite
    lower: Finite
    end: Finite
    at_lockout: _Angles
    peak: _Angles

    @model_validator(mode="after")
    def _in_order(self) -> _Rep:
        if not self.start <= self.lockout <= self.lower <= self.end:
            raise ValueError("start, lockout, lower and end must follow each other")
        _complete("peak", self.peak, _AT_PEAK)
        return self


class _Fault(Part):
    type: str
    rep: int
    severity: Finite
    onset: Finite

    @field_validator("type")
    @classmethod
    def _known(cls, name: str) -> str:
        return _one_of(name, INJECTED)


class _Camera(Part):
    azimuth: Finite


class _Rendered(Part):
    """What is needed of a truth file that was rendered."""

    exercise: str
    working_leg: Literal["L", "R"]
    camera: _Camera
    reps: tuple[_Rep, ...]
    faults: tuple[_Fault, ...]
    frames: tuple[_Frame, ...] = Field(min_length=1)

    @field_validator("exercise")
    @classmethod
    def _known(cls, name: str) -> str:
        return _one_of(name, EXERCISES)

    @field_validator("frames")
    @classmethod
    def _alike(cls, frames: tuple[_Frame, ...]) -> tuple[_Frame, ...]:
        names = frames[0].angles.keys()
        _complete("0.angles", frames[0].angles, _IN_FRAMES)
        for at, frame in enumerate(frames):
            if frame.angles.keys() != names:
                odd = sorted(names ^ frame.angles.keys())[0]
                raise ValueError(f"{at}.angles and 0.angles differ: {odd[:40]} is in one only")
        if not strictly_rising([frame.t for frame in frames]):
            raise ValueError("t must increase strictly")
        if not any(frame.phase == "start" for frame in frames):
            raise ValueError("no frame is of the phase start")
        return frames

    @model_validator(mode="after")
    def _angled(self) -> _Rendered:
        needed = _AT_LOCKOUT if self.exercise in PRONE else _AT_LOCKOUT_FACE_UP
        for at, rep in enumerate(self.reps):
            _complete(f"reps.{at}.at_lockout", rep.at_lockout, needed)
        return self


def _one_of(name: str, known: Collection[str]) -> str:
    if name not in known:
        raise ValueError(f"there is no {name[:40]!r}; there are {', '.join(known)}")
    return name


def _complete(field: str, angles: _Angles, needed: frozenset[str]) -> None:
    if missing := sorted(needed - angles.keys()):
        raise ValueError(f"{field} lacks {missing[0]}")


def _rendered(data: _Rendered) -> Truth:
    frames = data.frames
    angles = {key: np.array([frame.angles[key] for frame in frames]) for key in frames[0].angles}
    times = np.array([frame.t for frame in frames])
    idle = np.array([frame.phase == "start" for frame in frames])
    rest = {key: float(np.median(values[idle])) for key, values in angles.items()}
    yaw_deg = _yaw_deg(data.camera.azimuth, data.exercise in PRONE)
    reps = tuple(
        TrueRep(
            rep.start,
            rep.lockout,
            rep.lower,
            rep.end,
            rep.at_lockout,
            rep.peak,
            rest,
            {INJECTED[fault.type]: fault.severity for fault in data.faults if fault.rep == index},
            held_s=_held_s(rep, times, angles.get(_SIGNALS[data.exercise])),
        )
        for index, rep in enumerate(data.reps)
    )
    return Truth(
        EXERCISES[data.exercise],
        {"L": "left", "R": "right"}[data.working_leg],
        _view(yaw_deg).value,
        yaw_deg,
        reps,
        tuple((INJECTED[fault.type], fault.rep, fault.onset) for fault in data.faults),
        times,
        angles,
    )


def _held_s(rep: _Rep, times: Floats, signal: Floats | None) -> float:
    """Return how long an eye sees the top held: by the definition of the rule, on the true signal."""
    if signal is not None:
        during = (times >= rep.start - _AROUND_S) & (times <= rep.end + _AROUND_S)
        found = phase_times(times[during], signal[during], late=ON_TIME)
        if found is not None:
            return found.held_s + found.turning_s / 2
    return rep.lower - rep.lockout


_KEYS = ("exercise", "view", "side", "reps", "holds", "notes")
_LISTED = {
    "reps": ("repetition", ("top", "faults", "notes")),
    "holds": ("hold", ("start", "end", "faults", "notes")),
}
"""What each list of a file holds, in a word, and with which keys."""


def _check_keys(data: object, text: str, path: Path) -> None:
    """Make sure that a file made by eye holds no key that would be passed over.

    Raises:
        UsageError: It does; with the line, and the key that was most likely meant.
    """
    if not isinstance(data, dict):
        return
    parts: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [("", data, _KEYS)]
    for name, (word, keys) in _LISTED.items():
        listed = data.get(name)
        parts += [
            (f" of {word} {number}", one, keys)
            for number, one in enumerate(listed if isinstance(listed, list) else [], start=1)
            if isinstance(one, dict)
        ]
    for whose, part, known in parts:
        for key in part.keys() - set(known):
            raise UsageError(
                f"the truth file {path}{_line_of(key, text)} has the unknown key {key[:40]!r}{whose}; "
                f"{nearest(key[:40], known)}"
            )


def _line_of(word: str, text: str) -> str:
    """Return `:LINE` of the first place in a file where a word stands in quotes; empty where it does not."""
    at = text.find(json.dumps(word, ensure_ascii=False))
    return f":{text[:at].count(chr(10)) + 1}" if at >= 0 else ""


def _by_eye(data: object, path: Path) -> Truth:
    if not isinstance(data, dict) or not isinstance(data.get("exercise"), str):
        raise UsageError(f"the truth file {path} names no exercise")
    view = data.get("view", View.SIDE.value)
    if not isinstance(view, str) or view not in {item.value for item in View}:
        known = ", ".join(item.value for item in View)
        raise UsageError(f"the truth file {path} names the view {brief(repr(view))}; there are {known}")
    listed = data.get("reps", [])
    if not isinstance(listed, list):
        raise UsageError(f"reps of the truth file {path} must be a list, one for each repetition")
    reps = _holds(data.get("holds", []), path)
    if reps and listed:
        raise UsageError(f"the truth file {path} has reps and holds; an exercise has one or the other")
    for index, rep in enumerate(listed, start=1):
        top, faults = (rep.get("top"), rep.get("faults", [])) if isinstance(rep, dict) else (rep, [])
        if isinstance(top, bool) or not isinstance(top, int | float) or not isinstance(faults, list):
            raise UsageError(
                f"repetition {index} of the truth file {path} needs the second of its top, perhaps faults: "
                '{"top": 2.1, "faults": ["NAME"]}'
            )
        there = dict.fromkeys(map(str, faults), math.inf)
        reps.append(TrueRep(top, top, top, top, {}, {}, {}, there, by_eye=True))
    side = str(data.get("side", ""))
    if side not in ("", "left", "right", "both"):
        raise UsageError(
            f"the truth file {path} names the side {brief(repr(side))}; it is left, right or both"
        )
    return Truth(data["exercise"], side, view, 0.0, tuple(reps), (), np.array([]), {})


class _Hold(Part):
    """A hold as an eye sees it."""

    model_config = ConfigDict(extra="forbid")

    start: Finite
    end: Finite
    faults: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> _Hold:
        if not self.start < self.end:
            raise ValueError("start must be before end")
        return self


class _Holds(Part):
    holds: tuple[_Hold, ...]


def _holds(listed: object, path: Path) -> list[TrueRep]:
    """Return the holds that a truth file made by eye lists."""
    found = validated(_Holds, {"holds": listed}, f"the truth file {path}")
    return [
        TrueRep(
            *(one.start, one.start, one.end, one.end),
            *({}, {}, {}, dict.fromkeys(one.faults, math.inf)),
            by_eye=True,
            held_s=one.end - one.start,
        )
        for one in found.holds
    ]


def _changed(key: str) -> Callable[[TrueRep], float]:
    return lambda rep: rep.lockout[key] - rep.rest[key]


def _if_injected(fault: str) -> Callable[[TrueRep], float]:
    """For faults whose truth has no angle of the rule's own definition: put in or not."""
    return lambda rep: float("inf") if fault in rep.severity else float("-inf")


def _yaw_deg(azimuth_deg: float, prone: bool) -> float:
    """Return how far a camera stands off the pure side view, + = towards the feet.

    The azimuth is 0 on the body's left, 90 at the head end on all fours and at the foot end on the back.
    """
    off = math.degrees(math.asin(math.sin(math.radians(azimuth_deg))))
    return -off if prone else off


def _view(yaw_deg: float) -> View:
    if abs(yaw_deg) <= SIDE_MAX_DEG:
        return View.SIDE
    oblique = abs(yaw_deg) <= END_MIN_DEG
    if yaw_deg > 0:
        return View.OBLIQUE_FOOT if oblique else View.FOOT_END
    return View.OBLIQUE_HEAD if oblique else View.HEAD_END


TRUE_VALUE: dict[str, Callable[[TrueRep], float]] = {
    "lumbar-arching": _changed("lumbar_extension"),
    "knee-bent": lambda rep: rep.peak["knee_flexion_working"],
    "pelvis-rotated": _changed("pelvic_obliquity"),
    "head-up": _if_injected("head-up"),
    "small-range": _if_injected("small-range"),
    "no-hold": lambda rep: rep.held_s,
    "lowering-too-fast": lambda rep: rep.end_s - rep.lower_s,
    "incomplete-lockout": lambda rep: rep.lockout["hip_trunk_angle_working"] - 180.0,
    "leg-above-trunk-line": lambda rep: rep.lockout.get("hip_trunk_angle_working", math.nan) - 180.0,
    "free-leg-drop": _changed("leg_elevation_other"),
    "free-leg-rise": _changed("leg_elevation_other"),
    "free-leg-bent": lambda rep: rep.lockout["knee_flexion_other"],
    "shin-not-vertical": lambda rep: rep.lockout["shin_from_vertical_working"],
    "foot-too-close": lambda rep: rep.lockout["shin_from_vertical_working"],
    "pelvis-tilt": _changed("pelvic_obliquity"),
}
"""True value of a fault's measure at a repetition; faults not named here are never put in."""


def present(rule: Rule, true: TrueRep) -> bool | None:
    """Say whether a fault is truly there; None where it lies between the limits."""
    if rule.name not in TRUE_VALUE or true.by_eye:
        return rule.name in true.severity
    value = TRUE_VALUE[rule.name](true)
    worse = (abs(value) if rule.limit.both else value) * rule.limit.sign
    fault = rule.limit.fault if rule.limit.fault is not None else 1.5 * rule.limit.warn
    if worse >= fault * rule.limit.sign:
        return True
    return False if worse < rule.limit.warn * rule.limit.sign else None
