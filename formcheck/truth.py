"""Known truth of rendered clips (`synth-truth-1`), in the terms of the rules.

For each fault the true value is taken from the posed skeleton in the sense and unit of the rule's
measure, so that the rule's own limits say whether the fault is truly there. A value between the warning
and the fault limit is neither: it is left out of precision and recall.

A truth file may also be made by eye, for any exercise: when each repetition is at its top, in seconds of the
clip, and which faults of the exercise it has (a plain number is a repetition without). `side` and `view` may
be left out. An exercise of no known name says that the clip shows something else: nothing may be counted.

    {"exercise": "squat", "view": "side", "reps": [{"top": 2.1}, {"top": 5.3, "faults": ["too-shallow"]}]}
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .errors import UsageError
from .pose import View
from .view import END_MIN_DEG, SIDE_MAX_DEG

EXERCISES = {
    "kickback": "glute-kickback",
    "hip_thrust": "single-leg-hip-thrust",
    "donkey_kick": "donkey-kick",
    "glute_bridge": "single-leg-glute-bridge",
    "hip_thrust_bilateral": "hip-thrust",
}
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


@dataclass(frozen=True, slots=True)
class TrueRep:
    """One true repetition: times, angles at the lockout, faults put in, and the start position.

    `severity` says how much of each fault was put in, in degrees or seconds; a sign as the rule has it.
    Made by eye (`by_eye`), all times are that of the top, there are no angles; a severity says "there".
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
            UsageError: If it is none, or one made by eye that lacks something.
        """
        try:
            data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise UsageError(f"the truth file {path} is not JSON: {error}") from error
        if not isinstance(data, dict) or "frames" not in data:
            return _by_eye(data, path)
        frames = data["frames"]
        keys = frames[0]["angles"].keys()
        angles = {key: np.array([frame["angles"][key] for frame in frames]) for key in keys}
        idle = np.array([frame["phase"] == "start" for frame in frames])
        rest = {key: float(np.median(values[idle])) for key, values in angles.items()}
        yaw_deg = _yaw_deg(float(data["camera"]["azimuth"]), data["exercise"] in PRONE)
        reps = tuple(
            TrueRep(
                rep["start"],
                rep["lockout"],
                rep["lower"],
                rep["end"],
                rep["at_lockout"],
                rep["peak"],
                rest,
                {INJECTED[f["type"]]: float(f["severity"]) for f in data["faults"] if f["rep"] == index},
            )
            for index, rep in enumerate(data["reps"])
        )
        return cls(
            EXERCISES[data["exercise"]],
            {"L": "left", "R": "right"}[data["working_leg"]],
            _view(yaw_deg).value,
            yaw_deg,
            reps,
            tuple((INJECTED[f["type"]], f["rep"], f["onset"]) for f in data["faults"]),
            np.array([frame["t"] for frame in frames]),
            angles,
        )


def _by_eye(data: object, path: Path) -> Truth:
    if not isinstance(data, dict) or not isinstance(data.get("exercise"), str):
        raise UsageError(f"the truth file {path} names no exercise")
    view = data.get("view", View.SIDE.value)
    if view not in {item.value for item in View}:
        known = ", ".join(item.value for item in View)
        raise UsageError(f"the truth file {path} names the view {view!r}; there are {known}")
    reps = []
    for index, rep in enumerate(data.get("reps", []), start=1):
        top, faults = (rep.get("top"), rep.get("faults", [])) if isinstance(rep, dict) else (rep, [])
        if isinstance(top, bool) or not isinstance(top, int | float) or not isinstance(faults, list):
            raise UsageError(
                f"repetition {index} of the truth file {path} needs the second of its top, perhaps faults: "
                '{"top": 2.1, "faults": ["NAME"]}'
            )
        there = dict.fromkeys(map(str, faults), math.inf)
        reps.append(TrueRep(top, top, top, top, {}, {}, {}, there, by_eye=True))
    side = str(data.get("side", ""))
    return Truth(data["exercise"], side, view, 0.0, tuple(reps), (), np.array([]), {})


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
    "no-hold": lambda rep: rep.lower_s - rep.lockout_s,
    "lowering-too-fast": lambda rep: rep.end_s - rep.lower_s,
    "incomplete-lockout": lambda rep: rep.lockout["hip_trunk_angle_working"] - 180.0,
    "free-leg-drop": _changed("leg_elevation_other"),
    "free-leg-rise": _changed("leg_elevation_other"),
    "free-leg-bent": lambda rep: rep.lockout["knee_flexion_other"],
    "shin-not-vertical": lambda rep: rep.lockout["shin_from_vertical_working"],
    "foot-too-close": lambda rep: rep.lockout["shin_from_vertical_working"],
    "pelvis-tilt": _changed("pelvic_obliquity"),
}
"""True value of a fault's measure at a repetition; faults not named here are never put in."""
