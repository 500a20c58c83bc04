"""Random specs by their seeds, and the named sets of clips behind published numbers."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np

from formcheck.errors import UsageError
from formcheck.render.spec import FAULTS, FaultType, Spec

_FULL = {"width": 640, "height": 360, "fps": 20}
_COARSE = {"width": 480, "height": 270, "fps": 15}
_ROUGH = {"width": 640, "height": 360, "fps": 15}
_SEVERITY: dict[FaultType, tuple[float, float]] = {
    "lumbar_extension": (15, 35),
    "knee_bend": (25, 60),
    "hips_open": (10, 30),
    "head_up": (30, 55),
    "low_height": (10, 15),
    "nonworking_drop": (12, 35),
    "nonworking_rise": (12, 40),
    "shin_not_vertical": (15, 34),
    "hips_not_level": (8, 20),
    "incomplete_lockout": (18, 35),
    "fast_lowering": (0.35, 0.7),
    "no_hold": (0.0, 0.1),
}
_TEMPO = {"lead": 1.0, "concentric": 1.1, "hold": 1.0, "eccentric": 1.3, "pause": 0.4, "tail": 0.6}
_VIEWS = ("working_side", "other_side", "working_side", "oblique")


def random_spec(seed: int, video: dict[str, Any] | None = None) -> Spec:
    """Return the random spec of a seed: kickback or thrust, side, view, and none to two faults.

    Args:
        seed: The seed.
        video: Size and frames a second in place of the usual ones.
    """
    rng = np.random.default_rng(seed + 1_000_003)
    exercise = ("kickback", "hip_thrust")[rng.integers(2)]
    leg = "LR"[rng.integers(2)]
    end = "front" if exercise == "kickback" else "foot"
    views = ["working_side", "working_side", "other_side", "oblique", end]
    view = str(rng.choice(views, p=[0.4, 0.2, 0.15, 0.15, 0.1]))
    reps = int(rng.integers(3, 6))
    faults = []
    count = int(rng.choice([0, 1, 2], p=[0.3, 0.5, 0.2]))
    for name in rng.choice(list(FAULTS[exercise]), size=count, replace=False):
        fault: dict[str, Any] = {"type": str(name)}
        fault["severity"] = round(float(rng.uniform(*_SEVERITY[fault["type"]])), 2)
        if name != "shin_not_vertical":
            chosen = rng.choice(reps, size=int(rng.integers(1, reps)), replace=False)
            fault["reps"] = sorted(int(rep) for rep in chosen)
        faults.append(fault)
    told: dict[str, Any] = {
        "id": f"r{seed}",
        "exercise": exercise,
        "working_leg": leg,
        "seed": seed,
        "reps": reps,
        "camera": {"view": view},
        "faults": faults,
        "tempo": {
            "concentric": round(float(rng.uniform(0.7, 1.4)), 2),
            "hold": round(float(rng.uniform(0.8, 1.5)), 2),
            "eccentric": round(float(rng.uniform(1.4, 2.4)), 2),
        },
    }
    if exercise == "hip_thrust":
        bar = rng.choice(["none", "empty", "small", "plates"], p=[0.35, 0.35, 0.2, 0.1])
        told["options"] = {"bar": str(bar)}
    if video:
        told["video"] = video
    return Spec.model_validate(told)


def _unseen() -> Iterator[Spec]:
    for seed in range(97001, 97029):
        yield random_spec(seed, _FULL)


def _later() -> Iterator[Spec]:
    for seed in range(99301, 99315):
        yield random_spec(seed, _FULL)


def _simple(
    name: str,
    exercise: str,
    first: int,
    count: int,
    fault: Callable[[int], dict[str, Any] | None],
    views: Any,
) -> Iterator[Spec]:
    """Give sets of three repetitions that all have the same fault, or none."""
    for number in range(count):
        seed, put = first + number, fault(number)
        told = {
            "id": f"{name}-{number}",
            "exercise": exercise,
            "working_leg": "LR"[seed % 2],
            "seed": seed,
            "reps": 3,
            "camera": {"view": views[number % len(views)]},
            "faults": [put] if put else [],
            "video": _ROUGH,
            "tempo": _TEMPO,
        }
        if exercise == "hip_thrust":
            told["options"] = {"bar": ("none", "empty", "small")[seed % 3]}
        yield Spec.model_validate(told)


def _throughout() -> Iterator[Spec]:
    def none(number: int) -> None:
        return None

    def put(fault: FaultType, least: float, step: float, of: int = 1000) -> Callable[[int], dict[str, Any]]:
        return lambda number: {"type": fault, "severity": least + step * (number % of)}

    def arched(number: int) -> dict[str, Any]:
        return {"type": "lumbar_extension", "severity": 14 + 2 * (number * 7 % 11)}

    thrust, kick, oblique = "hip_thrust", "kickback", ("oblique",)
    yield from _simple("thrust-clean", thrust, 91000, 14, none, _VIEWS)
    yield from _simple("thrust-arched", thrust, 91100, 12, arched, _VIEWS)
    yield from _simple("thrust-short", thrust, 91200, 8, put("incomplete_lockout", 15, 2), _VIEWS)
    yield from _simple("kickback-open", kick, 91300, 4, put("hips_open", 15, 4), oblique)
    yield from _simple("kickback-level", kick, 91400, 4, none, oblique)
    yield from _simple("kickback-low", kick, 91500, 3, put("low_height", 10, 2), ("working_side",))


_KINDS = {
    "kb": "kickback",
    "ht": "hip_thrust",
    "gb": "glute_bridge",
    "dk": "donkey_kick",
    "htb": "hip_thrust_bilateral",
}
_SHARED = """
kb_clean_L_left 101 4 f
kb_clean_R_right 102 4 m
kb_clean_L_right 103 3 m
kb_clean_R_oblique 104 3 f
kb_clean_L_front 105 3 f
kb_lumbar18_L_left 111 4 f lumbar_extension:18:1,3
kb_lumbar32_R_right 112 4 m lumbar_extension:32:2,3
kb_knee30_R_right 113 3 f knee_bend:30:1,2
kb_knee55_L_left 114 3 m knee_bend:55:0,2
kb_fast_L_left 115 4 f fast_lowering:0.6:1 no_hold:0.05:2,3 fast_lowering:0.4:3
kb_open15_L_left 116 3 m hips_open:15:1,2
kb_open30_R_oblique 117 3 f hips_open:30:1,2
kb_open25_L_rear 121 3 m hips_open:25:1,2
kb_head35_R_right 118 3 f head_up:35:1,2
kb_head55_L_left 119 3 m head_up:55:0,1
ht_clean_L_left 201 4 f
ht_clean_R_right 202 4 m bar=none
ht_clean_L_right 203 3 f
ht_clean_R_oblique 204 3 m crf=29
ht_clean_L_foot 205 3 f height=1.35
ht_clean_R_right_plates 206 3 m bar=plates
ht_lumbar18_R_right 211 4 f lumbar_extension:18:1,3
ht_lumbar32_L_left 212 4 m lumbar_extension:32:2,3
ht_nwdrop18_L_left 213 3 f nonworking_drop:18:1,2
ht_nwdrop32_R_right 214 3 m nonworking_drop:32:0,2
ht_nwrise30_L_left 215 3 m nonworking_rise:30:1,2
ht_shin18_R_right 216 3 f shin_not_vertical:18:
ht_shin32_L_left 217 3 m shin_not_vertical:32:
ht_tilt10_L_foot 218 3 f hips_not_level:10:1,2 height=1.1
ht_tilt18_R_foot 219 3 m hips_not_level:18:1,2 height=1.3 bar=none
ht_short25_L_left 220 3 f incomplete_lockout:25:1,2
gb_clean_L_left 301 3 f
dk_clean_R_right 302 3 f
htb_clean_left 303 3 m
"""
"""Name (exercise, leg, view), seed, repetitions, gender, faults (type:severity:repetitions), options."""


def _shared() -> Iterator[Spec]:
    for line in _SHARED.split("\n"):
        if line:
            yield _of_line(*line.split())


def _of_line(name: str, seed: str, reps: str, gender: str, *rest: str) -> Spec:
    kind, *words = name.split("_")
    told: dict[str, Any] = {
        "id": name,
        "exercise": _KINDS[kind],
        "working_leg": next((word for word in words if word in "LR"), "L"),
        "seed": int(seed),
        "reps": int(reps),
        "camera": {"view": next(word for word in words if word in _NAMED)},
        "faults": [],
        "body": {"gender": 1.0 if gender == "m" else 0.0},
    }
    places = {"bar": ("options", str), "crf": ("video", int), "height": ("camera", float)}
    for item in rest:
        if "=" in item:
            key, value = item.split("=")
            part, kept = places[key]
            told.setdefault(part, {})[key] = kept(value)
            continue
        fault, severity, numbers = item.split(":")
        put: dict[str, Any] = {"type": fault, "severity": float(severity)}
        if numbers:
            put["reps"] = [int(number) for number in numbers.split(",")]
        told["faults"].append(put)
    return Spec.model_validate(told)


_NAMED = ("left", "right", "oblique", "front", "rear", "foot")


def _lifelike() -> Iterator[Spec]:
    """Give random clips with all that came later, each drawn from a stream of its own."""
    for seed in range(98001, 98025):
        rng = np.random.default_rng([seed, 7])
        told = random_spec(seed, _ROUGH).shown()
        told["id"] = f"l{seed}"
        profiles = ("eased", "asymmetric", "trembling", "stop-and-go", "drifting", "sharp")
        told["movement"] = {
            "profile": profiles[seed % len(profiles)],
            "fatigue": round(float(rng.uniform(0, 0.7)), 2),
        }
        told["soft"] = {
            # In a thrust it takes the outline of the back away from that of real people.
            "bulge_m": round(float(rng.uniform(0.015, 0.030)), 3) if told["exercise"] == "kickback" else 0.0,
            "loose_m": round(float(rng.choice([0.0, 0.02, 0.05])), 3),
        }
        told["around"] = {
            "enter_s": round(float(rng.choice([0.0, 3.0])), 1),
            "fidget_s": round(float(rng.choice([0.0, 2.0])), 1),
            "leave_s": round(float(rng.choice([0.0, 2.5])), 1),
            "bystanders": int(rng.integers(0, 2)),
        }
        told["phone"] = {
            "blur_px": round(float(rng.uniform(0, 0.8)), 2),
            "shake": round(float(rng.choice([0.0, 0.5, 1.0])), 1),
        }
        told["video"] = {**_ROUGH, "crf": int(rng.integers(26, 36))}
        if told["exercise"] == "hip_thrust" and told["options"]["bar"] == "plates":
            told["options"]["bar"] = "bumper"
        if seed % 3 == 0:  # held upright
            told["video"] |= {"width": _ROUGH["height"], "height": _ROUGH["width"]}
        yield Spec.model_validate(told)


_STANDS = ("bench", "rack", "dumbbells", "chair", "mat")
_HIDDEN = ("shoulder", "wrist", "hip", "knee", "ankle")


def gym_spec(seed: int) -> Spec:
    """Return the random spec of a seed with a mirror, furniture or both: kickback, thrust or bridge.

    It has three repetitions and is seen from a side or obliquely; the person is that of `random_spec`.
    """
    rng = np.random.default_rng([seed, 8])
    told = random_spec(seed, _COARSE).shown()
    told |= {"id": f"g{seed}", "reps": 3}
    if told["exercise"] == "hip_thrust" and rng.random() < 0.4:
        told |= {"exercise": "glute_bridge_bilateral", "options": {"bar": "none"}}
    view = rng.choice(["working_side", "other_side", "oblique"], p=[0.45, 0.15, 0.4])
    told["camera"] = {"view": str(view)}
    for fault in told["faults"]:
        if "reps" in fault:
            fault["reps"] = [rep for rep in fault["reps"] if rep < 3] or [1]
    mirrored, before = bool(rng.random() < 0.6), bool(rng.random() < 0.6)
    kinds = [str(kind) for kind in rng.choice(_STANDS, 1 + int(rng.integers(0, 3)))]
    hidden = {"hides": str(rng.choice(_HIDDEN)), "of": str(rng.choice(["working", "other"]))}
    told["scene"] = {"furniture": [{"kind": kind} for kind in kinds]}
    if mirrored:
        told["scene"]["mirror"] = {}
        # From higher up the image is seen above the person, not only behind them.
        told["camera"]["height"] = round(float(rng.uniform(0.6, 1.2)), 2)
    if before or not mirrored:
        told["scene"]["furniture"][0] |= hidden
    return Spec.model_validate(told)


def _gym() -> Iterator[Spec]:
    for seed in range(98801, 98809):
        yield gym_spec(seed)


_ALIKE_KINDS = (*("hip_thrust",) * 2, "hip_thrust_bilateral", *("hip_thrust",) * 2, "glute_bridge_bilateral")
_ALIKE_BARS = ("empty", "small", "none", "plates", "none", "bumper")
_ALIKE_TEMPO = {"lead": 0.8, "concentric": 0.9, "hold": 0.8, "eccentric": 0.9, "pause": 0.4, "tail": 0.5}


def _alike() -> Iterator[Spec]:
    """Give pairs of short sets: arched in both repetitions, and in none."""
    for series, count, first in (("few", 14, 610_000), ("more", 11, 630_000), ("oblique", 3, 610_500)):
        for number in range(count):
            yield _alike_one(series, number, first, arched=True)
            yield _alike_one(series, number, first + 10_000, arched=False)


def _alike_one(series: str, number: int, first: int, *, arched: bool) -> Spec:
    seed, aside = first + number, ("working_side", "other_side")[number % 4 == 3]
    kind = "hip_thrust" if series == "oblique" else _ALIKE_KINDS[number % 6]
    told: dict[str, Any] = {
        "id": f"alike-{series}-{'arched' if arched else 'clean'}-{number}",
        "exercise": kind,
        "working_leg": "LR"[seed // 2 % 2],
        "seed": seed,
        "reps": 2,
        "camera": {"view": "oblique" if series == "oblique" else aside},
        "faults": [{"type": "lumbar_extension", "severity": 14 + 2 * (number * 7 % 11)}] if arched else [],
        "tempo": _ALIKE_TEMPO,
        "video": {**_ROUGH, "fps": 8},
    }
    if kind != "glute_bridge_bilateral":
        more = _ALIKE_BARS[(number + number // 6) % 6]
        told["options"] = {"bar": more if series == "more" else ("none", "empty", "small")[number % 3]}
    if series == "more" and number % 2:
        told["soft"] = {"loose_m": 0.02 + 0.01 * (number % 3)}
        told["movement"] = {"profile": ("eased", "asymmetric", "drifting")[number % 3], "fatigue": 0.3}
        told["phone"] = {"blur_px": 0.5}
    return Spec.model_validate(told)


_PAIRED_FAULTS: tuple[tuple[FaultType, float, tuple[int, ...] | None] | None, ...] = (
    ("incomplete_lockout", 25, (0,)),
    ("nonworking_drop", 26, (2,)),
    ("shin_not_vertical", 24, None),
    ("fast_lowering", 0.45, (1,)),
    ("no_hold", 0.05, (2,)),
    None,
    ("incomplete_lockout", 22, (1, 2)),
    ("nonworking_drop", 24, (0, 1)),
    ("shin_not_vertical", 20, None),
    None,
)
_PAIRED_COLORS = (
    (0.2, 0.2, 0.2),
    (0.7, 0.15, 0.15),
    (0.15, 0.3, 0.7),
    (0.8, 0.7, 0.15),
    (0.15, 0.5, 0.25),
    (0.55, 0.55, 0.57),
    (0.12, 0.12, 0.13),
)


def _paired() -> Iterator[Spec]:
    """Give each thrust twice, from the side: with plates of 45 or 38 cm, and with an empty bar."""
    for number, fault in enumerate(_PAIRED_FAULTS):
        seed, bar = 98501 + number, ("bumper", "plates")[number % 2 if number < 6 else (number + 1) % 2]
        rng = random.Random(seed)  # the seed of a picture is none of a secret
        fill = round(rng.uniform(0.5, 0.66), 2)
        leg = "LR"[rng.random() < 0.5]
        up_s, down_s = round(rng.uniform(0.8, 1.1), 2), round(rng.uniform(1.2, 1.6), 2)
        with_plates: dict[str, Any] = {"bar": bar}
        if bar == "plates" or rng.random() < 0.7:
            with_plates["plate_color"] = rng.choice(_PAIRED_COLORS)
        told: dict[str, Any] = {
            "exercise": "hip_thrust",
            "working_leg": leg,
            "seed": seed,
            "reps": 3,
            "camera": {"view": "working_side" if number < 9 else "other_side", "fill": fill},
            "faults": [],
            "tempo": _TEMPO
            | {"lead": 0.8, "concentric": up_s, "hold": 0.95, "eccentric": down_s, "pause": 0.3},
            "video": _COARSE | {"fps": 12},
        }
        if fault is not None:
            kind, severity, reps = fault
            told["faults"] = [{"type": kind, "severity": severity} | ({"reps": reps} if reps else {})]
        for name, options in ((bar, with_plates), ("bare", {"bar": "empty"})):
            yield Spec.model_validate(told | {"id": f"s{seed}_{name}", "options": options})


_HABITS: tuple[FaultType, ...] = (
    "lumbar_extension",
    "incomplete_lockout",
    "lumbar_extension",
    "nonworking_drop",
    "lumbar_extension",
    "incomplete_lockout",
    "lumbar_extension",
    "hips_not_level",
)
_HABIT_DEG = {
    "lumbar_extension": (14, 34),
    "incomplete_lockout": (15, 30),
    "nonworking_drop": (14, 34),
    "hips_not_level": (10, 20),
}
_HABIT_TEMPO = {"lead": 0.8, "concentric": 0.9, "hold": 0.8, "eccentric": 1.2, "pause": 0.5, "tail": 0.5}
_OBLIQUE_HABITS = (4, 14, 22, 29)


def _habit(first: int, pairs: Iterable[int], *, oblique: bool = False) -> Iterator[Spec]:
    """Give thrusts with one fault in all three repetitions, each beside a clean one; half with big plates."""
    for pair in pairs:
        yield _habit_one(first, pair, faulty=True, oblique=oblique)
        yield _habit_one(first, pair, faulty=False, oblique=oblique)


def _kind_and_plates(pair: int) -> tuple[str, bool]:
    """Return the fault of a pair, and whether it has big plates."""
    return _HABITS[pair % 8], (pair // 2 + pair // 8) % 2 == 1


_ARCHED_BESIDE_PLATES = [
    pair
    for pair in range(48)
    if _kind_and_plates(pair) == ("lumbar_extension", True) and pair not in _OBLIQUE_HABITS
]
"""Pairs that are seen from the side."""

_OBLIQUE_BESIDE_PLATES = [
    pair
    for pair in range(96)
    if (_kind_and_plates(pair) == ("lumbar_extension", True) and pair % 5 == 0)
    or _kind_and_plates(pair) == ("hips_not_level", True)
]


_FREE_LEG_BESIDE_PLATES = [pair for pair in range(80) if _kind_and_plates(pair) == ("nonworking_drop", True)]


def _habit_one(first: int, pair: int, *, faulty: bool, oblique: bool) -> Spec:
    seed = first + 2 * pair + (not faulty)
    rng = np.random.default_rng([seed, 19])
    kind, heavy = _kind_and_plates(pair)
    kinds = ("plates", "bumper") if heavy else ("none", "empty", "small")
    aside = ("working_side", "other_side")[pair % 4 == 3]
    oblique = oblique or kind == "hips_not_level" or pair in _OBLIQUE_HABITS
    put = {"type": kind, "severity": round(float(rng.uniform(*_HABIT_DEG[kind])), 1)}
    told: dict[str, Any] = {
        "id": f"h{seed}",
        "exercise": "hip_thrust_bilateral" if pair % 8 in (2, 5) else "hip_thrust",
        "working_leg": "LR"[int(rng.integers(2))],
        "seed": seed,
        "reps": 3,
        "camera": {"view": "oblique" if oblique else aside},
        "faults": [put] if faulty else [],
        "tempo": _HABIT_TEMPO,
        "options": {"bar": str(rng.choice(kinds))},
        "soft": {"loose_m": round(float(rng.choice([0.0, 0.02, 0.04])), 3)},
        "movement": {
            "profile": str(rng.choice(["minimum-jerk", "eased", "asymmetric", "drifting"])),
            "fatigue": 0.2,
        },
        "phone": {"blur_px": round(float(rng.uniform(0, 0.6)), 2)},
        "video": {"width": 480, "height": 270, "fps": 10, "crf": 22},
    }
    return Spec.model_validate(told)


SETS: dict[str, tuple[Callable[[], Iterator[Spec]], str]] = {
    "shared": (_shared, "the 34 shared clips: each fault by itself, and clean ones"),
    "unseen": (_unseen, "seeds 97001 to 97028, 640x360, 20 frames/s: the table in the README"),
    "later": (_later, "seeds 99301 to 99314, as unseen: rendered after what unseen taught"),
    "throughout": (_throughout, "seeds 91000 to 91502: every repetition with the same fault, or none"),
    "alike": (_alike, "seeds 610000 to 640010: short sets arched in both repetitions, and clean ones"),
    "paired": (
        _paired,
        "seeds 98501 to 98510: each thrust with plates of 38 or 45 cm, and without",
    ),
    "habit": (
        partial(_habit, 98_601, range(32)),
        "seeds 98601 to 98664: thrusts, each fault in all repetitions, half with big plates",
    ),
    "habit-later": (
        partial(_habit, 98_901, range(24)),
        "seeds 98901 to 98948, as habit: rendered after what habit taught",
    ),
    "habit-last": (
        partial(_habit, 99_701, range(24)),
        "seeds 99701 to 99748, as habit: seen first after plates were painted over",
    ),
    "habit-new": (
        partial(_habit, 100_001, range(24)),
        "seeds 100001 to 100048, as habit: rendered after what habit-last taught",
    ),
    "habit-plates": (
        partial(_habit, 100_101, _ARCHED_BESIDE_PLATES),
        "seeds 100105 to 100190, as habit-new: big plates, from the side, arched or clean",
    ),
    "habit-again": (
        partial(_habit, 100_301, range(24)),
        "seeds 100301 to 100348, as habit: rendered after what habit-new taught",
    ),
    "habit-oblique": (
        partial(_habit, 100_401, _OBLIQUE_BESIDE_PLATES, oblique=True),
        "seeds 100415 to 100576, as habit-again: big plates, seen obliquely, arched, tilted or clean",
    ),
    "habit-free-leg": (
        partial(_habit, 100_601, _FREE_LEG_BESIDE_PLATES),
        "seeds 100607 to 100736, as habit-again: big plates, from the side, the free leg low or clean",
    ),
    "gym": (_gym, "seeds 98801 to 98808: mirrors, and furniture before and behind the person"),
    "lifelike": (_lifelike, "seeds 98001 to 98024: movement profiles, soft tissue, fidgeting, phones"),
}
"""What each named set gives, and what it is."""


def named_set(name: str) -> list[Spec]:
    """Return the specs of a named set.

    Raises:
        UsageError: There is none of this name.
    """
    if name not in SETS:
        raise UsageError(f"there is no set {name!r}; there are {', '.join(SETS)}")
    return list(SETS[name][0]())
