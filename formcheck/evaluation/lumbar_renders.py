"""Rendered thrusts and bridges whose arching is known, to learn from: many bodies, a few frames of each.

Each seed is a person of its own, with one repetition that is arched or not. What is drawn is wider than what
`formcheck render --random` draws: how the hips are set up and how far they extend, clothes that hang, cameras
up to 30 deg off the side. Only two frames are kept: at rest and at the top. The project's own pose model
looks at them, and what it says is kept with the true angles.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from formcheck.errors import UsageError
from formcheck.files.writing import whole
from formcheck.poses.pose import Floats, Pose
from formcheck.poses.track import Track
from formcheck.render import scene
from formcheck.render.clip import Clip, build
from formcheck.render.film import pictures
from formcheck.render.spec import BRIDGES, Spec
from formcheck.render.supine import Supine
from formcheck.render.truth import measure
from formcheck.vision.landmarker import MediaPipeLandmarker

FPS = 10
_BARS = ("none", "empty", "small", "plates", "bumper")
_BARS_BRIDGE, _BARS_THRUST = (0.75, 0.1, 0.05, 0.05, 0.05), (0.3, 0.25, 0.2, 0.1, 0.15)
_BARS_FILMED = (0.2, 0.25, 0.15, 0.2, 0.2)
_BAR_FOLLOWS = (0.5, 0.9)
"""By how much of the pelvis's tilt a bar tilts: on a soft pad less (`exercises.readings.BAR_GAIN`)."""
_SIZES = ((640, 360), (640, 360), (480, 270), (360, 640))
_EXERCISES = ("hip_thrust", "hip_thrust_bilateral", "glute_bridge", "glute_bridge_bilateral")
_SHARES = (0.4, 0.25, 0.1, 0.25)
_SHARES_PLATED = (0.5, 0.35, 0.05, 0.1)
_SHARES_FILMED = (0.7, 0.12, 0.12, 0.06)
_TEMPO = {"lead": 0.5, "concentric": 1.0, "hold": 0.6, "eccentric": 0.4, "pause": 0, "tail": 0.1}
_OFF_SIDE_DEG = 30.0
SIDE_FROM = 500_000
PLATED_FROM = 510_000
"""Seeds from here on have plates of 38 or 45 cm on the bar, and cameras as one puts them up for that: no wide
angle, at the height of hips, square to the side. From elsewhere a plate is not over the hips."""
_PLATED_OFF_DEG = 8.0
OBLIQUE_FROM = 520_000
"""Seeds from here on are seen obliquely from the foot end."""
_OBLIQUE_DEG = (28.0, 55.0)
FILMED_FROM = 530_000
"""Seeds from here on are seen obliquely as one films a thrust for the tilt of the pelvis: mostly from the
working leg's side, no wide angle, not from the floor; two in five tilted, two in five with big plates."""
_FILMED_DEG = (26.0, 54.0)
_FILMED_NEAR = 0.85
"""Share of them that is seen from the side of the working leg."""
_APART_S = 10.0  # between one body and the next, longer than a clip
_WAY, _STEP_S = (0.42, 0.58), 0.1
_SHOWN = (6, 8, 5)
"""How often the pose model is shown the frames at rest, at the top, and at rest again: it smooths over time,
and so comes to rest. After 3 times the shoulders at the top are still 4 % of the trunk on the way there.
Between them it sees two frames of the way, up and down again: in these steps a plate can be followed."""
_ALSO = ("disc_px", "rim")  # of a track, where there is a plate
_RIM_POINTS = 24
KEPT = ("lumbar_extension", "hip_extension_working", "hip_trunk_angle_working", "trunk_pitch", "pelvis_pitch")


def spec_of(seed: int) -> Spec:
    """Return the random thrust or bridge of a seed."""
    if seed >= FILMED_FROM:
        return _filmed(seed)
    rng = np.random.default_rng([seed, 4051])

    def within(low: float, high: float, digits: int = 3) -> float:
        return round(float(rng.uniform(low, high)), digits)

    oblique = seed >= OBLIQUE_FROM
    plated = PLATED_FROM <= seed < OBLIQUE_FROM
    exercise = str(rng.choice(_EXERCISES, p=_SHARES_PLATED if plated else _SHARES))
    width, height = _SIZES[rng.integers(len(_SIZES))] if not plated else _SIZES[2]
    side = float(rng.choice([0.0, 180.0]))
    off_deg = within(*_OBLIQUE_DEG, 1) if oblique else 0.0
    plated_off_deg = within(-_PLATED_OFF_DEG, _PLATED_OFF_DEG, 1) if plated else 0.0
    return Spec.model_validate(
        {
            "id": f"lumbar{seed}",
            "exercise": exercise,
            "working_leg": "LR"[rng.integers(2)],
            "seed": seed,
            "reps": 1,
            "camera": {
                "az": abs(side - off_deg)
                if oblique
                else side + (plated_off_deg if plated else within(-_OFF_SIDE_DEG, _OFF_SIDE_DEG, 1)),
                "az_jitter": 0.0,
                "height": within(0.3, 1.0) if plated else within(0.15, 1.3),
                "fov": within(28, 50, 1) if plated else within(25, 65, 1),
                "fill": within(0.6, 0.95),
            },
            "tempo": _TEMPO,
            "faults": _faults(rng, exercise),
            "body": _body(rng),
            "options": _options(rng, exercise, plated=plated),
            "motion": {
                "ext0": within(-75, -42, 1),
                "ext1": within(-9, 6, 1),
                "lum1": within(-7, 5, 1),
                "nw": within(-4, 22, 1),
            },
            "soft": {
                "bulge_m": within(0.0, 0.03) if rng.random() < 0.4 else 0.0,
                "loose_m": within(0.0, 0.06) if rng.random() < 0.6 else 0.0,
            },
            "around": {"bystanders": int(rng.random() < 0.08)},
            "phone": {"blur_px": within(0, 1.0) if rng.random() < 0.5 else 0.0},
            "video": {"width": width, "height": height, "fps": FPS, "grain": within(0.5, 4.0)},
        }
    )


def _filmed(seed: int) -> Spec:
    """Return the random thrust or bridge of a seed that is seen obliquely, as one films it."""
    rng = np.random.default_rng([seed, 4051])

    def within(low: float, high: float, digits: int = 3) -> float:
        return round(float(rng.uniform(low, high)), digits)

    exercise = str(rng.choice(_EXERCISES, p=_SHARES_FILMED))
    leg = "LR"[rng.integers(2)]
    near = leg if rng.random() < _FILMED_NEAR else "LR"[leg == "L"]
    off_deg = within(*_FILMED_DEG, 1)
    width, height = _SIZES[rng.integers(3)]
    return Spec.model_validate(
        {
            "id": f"lumbar{seed}",
            "exercise": exercise,
            "working_leg": leg,
            "seed": seed,
            "reps": 1,
            "camera": {
                "az": off_deg if near == "L" else 180.0 - off_deg,
                "az_jitter": 0.0,
                "height": within(0.35, 1.2),
                "fov": within(28, 48, 1),
                "fill": within(0.65, 0.95),
            },
            "tempo": _TEMPO,
            "faults": _faults(rng, exercise, filmed=True),
            "body": _body(rng),
            "options": _options(rng, exercise, shares=_BARS_FILMED) | {"bar_follow": within(*_BAR_FOLLOWS)},
            "motion": {
                "ext0": within(-72, -42, 1),
                "ext1": within(-8, 5, 1),
                "lum1": within(-5, 4, 1),
                "nw": within(-4, 20, 1),
            },
            "soft": {
                "bulge_m": within(0.0, 0.03) if rng.random() < 0.3 else 0.0,
                "loose_m": within(0.0, 0.05) if rng.random() < 0.6 else 0.0,
            },
            "phone": {"blur_px": within(0, 1.0) if rng.random() < 0.5 else 0.0},
            "video": {"width": width, "height": height, "fps": FPS, "grain": within(0.5, 4.0)},
        }
    )


def _faults(rng: np.random.Generator, exercise: str, *, filmed: bool = False) -> list[dict[str, Any]]:
    faults: list[dict[str, Any]] = []

    def put(chance: float, name: str, low: float, high: float) -> None:
        if rng.random() < chance:
            sign = int(rng.choice([-1, 1])) if name == "hips_not_level" else 1
            severity = round(float(rng.uniform(low, high)), 1)
            faults.append({"type": name, "severity": severity, "sign": sign})

    put(0.45 if filmed else 0.5, "lumbar_extension", 5, 38)
    put(0.2, "incomplete_lockout", 5, 30)
    put(*((0.4, "hips_not_level", 4, 22) if filmed else (0.1, "hips_not_level", 5, 18)))
    if "bilateral" not in exercise:
        put(0.1, "nonworking_drop", 10, 30)
        put(0.1, "nonworking_rise", 10, 35)
    return faults


def _body(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "muscle": round(float(rng.uniform(0.3, 0.85)), 3),
        "weight": round(float(rng.uniform(0.25, 0.8)), 3),
        "height": round(float(rng.uniform(0.28, 0.68)), 3),
        "gender": float(rng.integers(2)),
    }


def _options(
    rng: np.random.Generator,
    exercise: str,
    *,
    plated: bool = False,
    shares: tuple[float, ...] | None = None,
) -> dict[str, Any]:
    def within(low: float, high: float) -> float:
        return round(float(rng.uniform(low, high)), 3)

    bridge = exercise in BRIDGES
    bar = str(rng.choice(_BARS, p=_BARS_BRIDGE if bridge else _BARS_THRUST))
    if plated:
        bar = str(rng.choice(_BARS[3:]))
    elif shares is not None:
        bar = str(rng.choice(_BARS, p=shares))
    free = ["hips", "floor"] if bridge else ["hips", "hips", "bench"]
    options: dict[str, Any] = {
        "bar": bar,
        "arms": "bar" if bar != "none" else str(rng.choice(free)),
        "shin_lock": within(-14, 24),
        "stance": within(0.8, 1.8),
        "contact": within(-0.05, 0.03),
        "toe_out": within(-5, 25),
        "head_base": within(-5, 25),
        "head_gain": within(0.1, 0.7),
        "thoracic": within(-4, 4),
    }
    if not bridge:
        options["bench_h"] = within(0.32, 0.46)
    return options


def frames_of(clip: Clip) -> tuple[int, int]:
    """Return the numbers of the frames that are drawn: at rest and at the top."""
    (rep,) = clip.times.reps
    rest_s, top_s = rep.start_s - 0.2, rep.lockout_s + 0.6 * (rep.lower_s - rep.lockout_s)
    return round(rest_s * FPS), min(round(top_s * FPS), len(clip.frames) - 1)


def look_at(seed: int, landmarker: MediaPipeLandmarker, from_s: float) -> dict[str, Any] | None:
    """Render a seed and let the pose model look at it.

    Args:
        seed: The seed.
        landmarker: The pose model.
        from_s: Its time is later than all that the model was shown before.

    Returns:
        The arrays of `Track`, in `truth` the (2, 5) angles `KEPT` and in `plate` the (2, 3) circle of the
        near plate; None where the body cannot take the position or nobody is found.
    """
    spec = spec_of(seed)
    try:
        clip = build(spec)
    except UsageError:
        return None
    numbers = frames_of(clip)
    shown = _see(clip, numbers, landmarker, from_s)
    landmarker.look_afresh()
    if not all(pose.found for pose in shown):
        return None
    track = Track.from_poses(shown, (spec.video.width, spec.video.height))
    angles, plates = [], []
    for number in numbers:
        frame = clip.frames[number]
        told = measure(frame.turned, frame.points, spec.working_leg, prone=False)
        angles.append([told[name] for name in KEPT])
        plates.append(_plate(clip, number))
    if track.world_m is None or track.edges_px is None:
        return None
    optional = {name: getattr(track, name) for name in _ALSO}
    return {
        "time_s": track.time_s,
        "image_px": track.image_px.astype(np.float32),
        "visibility": track.visibility.astype(np.float32),
        "world_m": track.world_m.astype(np.float32),
        "edges_px": track.edges_px.astype(np.float32),
        "size": np.array(track.size),
        "truth": np.array(angles, dtype=np.float32),
        "plate": np.array(plates, dtype=np.float32),
        **{name: found.astype(np.float32) for name, found in optional.items() if found is not None},
    }


def _see(clip: Clip, numbers: tuple[int, int], landmarker: MediaPipeLandmarker, from_s: float) -> list[Pose]:
    """Return what the pose model sees at rest and at the top, as in the middle of a set."""
    rest, top = numbers
    way = [round(rest + share * (top - rest)) for share in _WAY]
    drawn = dict(zip((rest, *way, top), pictures(clip, (rest, *way, top)), strict=True))
    first, held, last = _SHOWN
    up = [rest] * first + way + [top] * held
    seen = [
        landmarker.detect(drawn[number], from_s + step * _STEP_S)
        for step, number in enumerate(up + way[::-1] + [rest] * last)
    ]
    at_top = seen[len(up) - 1]
    return [replace(seen[-1], time_s=from_s), replace(at_top, time_s=from_s + 1.0)]


def _plate(clip: Clip, number: int) -> tuple[float, float, float]:
    """Return the circle that the near plate's face is seen as in a frame: its centre and radius, pixels.

    From above or below its upper half is not as high as its lower one, so it is fitted to the whole rim.
    """
    sizes = scene.plate_m(clip.options)
    if sizes is None or not isinstance(clip.poser, Supine):
        return (math.nan, math.nan, math.nan)
    radius, off = sizes
    frame = clip.frames[number]
    middle, along = clip.poser.bar(frame.turned, frame.at["pelvis"])
    centre = min(
        (middle + off * along, middle - off * along), key=lambda end: math.dist(end, clip.camera.eye)
    )
    across = np.cross(along, (0.0, 1.0, 0.0))
    across /= np.linalg.norm(across)
    angles = np.linspace(0.0, 2.0 * np.pi, _RIM_POINTS, endpoint=False)
    rim = np.outer(np.cos(angles), across) + np.outer(np.sin(angles), np.cross(across, along))
    points = {str(place): centre + radius * way for place, way in enumerate(rim)}
    seen = clip.camera.project(clip.camera.view(frame.instant.t_s), points)
    return _circle(np.array([place[:2] for place in seen.values()]))


def _circle(points: Floats) -> tuple[float, float, float]:
    """Return centre and radius of the circle through (N, 2) points, by least squares (Kasa 1976)."""
    sides = np.c_[2.0 * points, np.ones(len(points))]
    x, y, rest = np.linalg.lstsq(sides, (points**2).sum(axis=1))[0]
    return float(x), float(y), math.sqrt(rest + x * x + y * y)


def record(folder: Path, seeds: Iterator[int] | range, model: Path) -> Iterator[int]:
    """Render seeds into a folder, one small archive each; those that are there are left alone.

    Yields:
        Each seed, once it is done.
    """
    with MediaPipeLandmarker(model, people=False) as landmarker:
        for number, seed in enumerate(seeds):
            target = folder / f"{seed}.npz"
            if not target.exists():
                seen = look_at(seed, landmarker, number * _APART_S)
                with whole(target) as file:
                    # A body that cannot lie like this leaves an empty archive: it is not tried again.
                    np.savez_compressed(file, **(seen or {}))
            yield seed
