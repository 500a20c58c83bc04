"""Runs the measures that a rule file defines on made-up bodies: what they return, and what they read.

The bodies stand, are on all fours, and lie on the back, seen from the side. In the last frames nobody is
there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np

from formcheck.evaluation.rule_soundness import Finding
from formcheck.measures.body import Body, Part, Role
from formcheck.measures.measure import MEASURES, Measure
from formcheck.poses.pose import Floats, Landmark, Side
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import Posture, look

_FRAMES, _GONE = 12, 3  # made-up frames, and how many of them without a person
_SIZE = (1280, 720)
_ROLES: tuple[Role, ...] = get_args(Role)
_PARTS: tuple[Part, ...] = tuple(part for part in get_args(Part) if part != "bar")
_SAME = 1e-6  # of a value: what a computer's numbers differ by

_POSTURES: dict[Posture, dict[str, tuple[float, float]]] = {
    "standing": {
        "ear": (0.02, 1.28),
        "shoulder": (0.05, 1.0),
        "elbow": (0.0, 0.4),
        "wrist": (-0.15, -0.05),
        "hip": (0.0, 0.0),
        "knee": (-0.12, -0.8),
        "ankle": (0.02, -1.55),
        "heel": (0.08, -1.65),
        "foot_index": (-0.25, -1.68),
    },
    "prone": {
        "ear": (-1.28, 0.05),
        "shoulder": (-1.0, 0.0),
        "elbow": (-0.98, -0.5),
        "wrist": (-1.05, -1.0),
        "hip": (0.0, 0.02),
        "knee": (0.05, -0.82),
        "ankle": (0.8, -0.85),
        "heel": (0.87, -0.75),
        "foot_index": (0.95, -0.92),
    },
    "supine": {
        "ear": (-1.25, 0.05),
        "shoulder": (-1.0, 0.0),
        "elbow": (-0.5, -0.1),
        "wrist": (-0.1, 0.05),
        "hip": (0.0, 0.1),
        "knee": (0.7, 0.55),
        "ankle": (0.75, -0.2),
        "heel": (0.72, -0.28),
        "foot_index": (0.98, -0.25),
    },
}
"""Joints in trunk lengths from the hips: x from head to feet (standing: backwards), y up."""


def measure_findings(path: Path) -> list[tuple[Finding, int]]:
    """Return what is wrong with the measures that a file defines, each with its line.

    Args:
        path: The file, which was run.
    """
    own = [one for one in MEASURES.values() if one.of.__code__.co_filename == str(path)]
    return [(found, one.of.__code__.co_firstlineno) for one in own for found in _findings(one)]


def _findings(one: Measure) -> Iterator[Finding]:
    """Give the first thing that is wrong on each posture, the same thing once."""
    said: set[str] = set()
    measured = False
    for name in _POSTURES:
        for working in Side:
            body = _body(name, working)
            values = _run(one, body)
            wrong = values if isinstance(values, str) else _wrong(one, name, body, values)
            if wrong and wrong not in said:
                said.add(wrong)
                yield Finding(f"the measure {one.name} {wrong}")
            measured |= not isinstance(values, str) and bool(np.isfinite(values).any())
    if not said and not measured:
        yield Finding(f"the measure {one.name} gives no value on any made-up body", hint=True)


def _run(one: Measure, body: Body) -> Floats | str:
    """Return (T,) values, or what is wrong."""
    try:
        with np.errstate(invalid="ignore", divide="ignore"):
            values: Any = one.of(body)
    except Exception as error:  # a user's function may fail in any way
        text = " ".join(str(error).split())
        return f"fails on a made-up body: {type(error).__name__}: {text}"
    if not isinstance(values, np.ndarray) or values.dtype.kind != "f" or values.shape != (_FRAMES,):
        what = f"an array of shape {values.shape}" if isinstance(values, np.ndarray) else repr(values)
        return f"must return one float a frame, shape (T,), not {' '.join(what.split())[:60]}"
    return values


def _wrong(one: Measure, posture: Posture, body: Body, values: Floats) -> str:
    if np.isfinite(values[-_GONE:]).any():
        return "gives a value where nobody is seen; it must be NaN there"
    if not _alike(_run(one, _body(posture, body.working, scale=2.0)), values):
        return "changes with the size of the person in the picture: divide lengths by body.trunk_px"
    needed = {index for role, part in one.needs if part != "bar" for index in _indices(body, role, part)}
    for part in _PARTS:
        for side in Side:
            index = Landmark[f"{side.name}_{part.upper()}"].value
            if index not in needed and not _alike(_run(one, _without(body, index)), values):
                return f"reads a {part.replace('_', ' ')} that is not in its needs"
    return ""


def _alike(after: Floats | str, before: Floats) -> bool:
    return not isinstance(after, str) and np.allclose(after, before, _SAME, _SAME, equal_nan=True)


def _indices(body: Body, role: Role, part: Part) -> list[int]:
    left = Landmark[f"LEFT_{part.upper()}"].value
    return [left, left + 1] if role == "middle" else [left + body.side(role).offset]


def _without(body: Body, index: int) -> Body:
    px = body.track.image_px.copy()
    px[:, index] = np.nan
    return Body(replace(body.track, image_px=px), body.working, body.look)


def _body(posture: Posture, working: Side, scale: float = 1.0) -> Body:
    """Return a made-up body whose joints move a little, each in its own way."""
    at = np.zeros((33, 2))
    for part, place in _POSTURES[posture].items():
        left = Landmark[f"LEFT_{part.upper()}"].value
        at[left], at[left + 1] = place, np.add(place, (0.03, 0.02))
    at[: Landmark.LEFT_EAR] = np.add(at[Landmark.LEFT_EAR], (-0.12, -0.08))
    phase = np.linspace(0.0, np.pi, _FRAMES)[:, None, None] + np.arange(33)[:, None]
    moving = at + 0.02 * np.sin(phase) * np.ones(2)
    px = 100.0 * scale * moving * [1.0, -1.0] + np.array(_SIZE) / 2
    px[-_GONE:] = np.nan
    track = Track(np.arange(_FRAMES) / 30.0, px, np.ones((_FRAMES, 33)), _SIZE)
    return Body(track, working, look(track, posture))
