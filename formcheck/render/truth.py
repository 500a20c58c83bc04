"""The truth of a clip: angles measured on the posed skeleton, as `synth-truth-1` (see the folder's README).

They are measured, not copied from what was commanded, so that contacts, sway and what the trunk does by
itself are in them. Degrees, metres, seconds, pixels.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from formcheck.render import scenery
from formcheck.render.clip import Clip, Frame
from formcheck.render.movement import Rep
from formcheck.render.skeleton import Points, Rotations
from formcheck.render.spec import Fault
from formcheck.render.vectors import Floats, unit

SCHEMA = "synth-truth-1"
_THROUGHOUT = "foot placement, present throughout; judged at lockout"
_UP = np.array([0, 1.0, 0])
_PEAKS = (
    ("lumbar_extension", "lumbar_extension", max),
    ("knee_flexion_working", "knee_flexion_working", max),
    ("pelvic_obliquity_max", "pelvic_obliquity", max),
    ("pelvic_obliquity_min", "pelvic_obliquity", min),
    ("leg_vs_trunk_other_max", "leg_vs_trunk_other", max),
    ("leg_elevation_other_min", "leg_elevation_other", min),
    ("leg_elevation_other_max", "leg_elevation_other", max),
    ("neck_extension", "neck_extension", max),
    ("hip_extension_working", "hip_extension_working", max),
)


def truth(clip: Clip) -> dict[str, Any]:
    """Return the truth of a clip as it is written to its file."""
    frames = [_frame(clip, frame) for frame in clip.frames]
    things = scenery.furniture(clip)
    if things is not None:
        for told, frame in zip(frames, clip.frames, strict=True):
            told["hidden"] = scenery.hidden(clip, frame, things)
    reps, faults = [], []
    for rep in clip.times.reps:
        own = [frame for frame in frames if frame["rep"] == rep.index]
        one = _rep(rep, own)
        reps.append(one)
        faults += [_fault(fault, one, own) for fault in rep.faults]
    spec, camera, video = clip.spec, clip.camera, clip.spec.video
    return {
        "schema": SCHEMA,
        "spec": spec.shown(),
        "exercise": spec.exercise,
        "working_leg": spec.working_leg,
        "fps": video.fps,
        "width": video.width,
        "height": video.height,
        "n_frames": len(frames),
        "duration": round(clip.times.duration_s, 3),
        "rep_count": len(reps),
        "camera": {
            "azimuth": round(camera.azimuth_deg, 2),
            "height": round(camera.height_m, 3),
            "distance": round(camera.distance_m, 2),
            "fov_y": round(camera.fov_deg, 2),
            "view": spec.camera.view,
        },
        "body": clip.person.shown,
        "body_height_m": round(clip.body.shape.height_m, 3),
        "options": clip.options.model_dump(mode="json", exclude_unset=True),
        "reps": reps,
        "faults": faults,
        "frames": frames,
    }


def _frame(clip: Clip, frame: Frame) -> dict[str, Any]:
    now = frame.instant
    return {
        "t": round(now.t_s, 4),
        "rep": now.rep,
        "phase": now.phase,
        "progress": round(now.progress, 4),
        "angles": measure(frame.turned, frame.points, clip.spec.working_leg, prone=clip.spec.prone),
        "injected": {name: round(put, 3) for name, put in now.injected.items()},
        "px": clip.camera.project(clip.camera.view(now.t_s), frame.points),
    }


def _rep(rep: Rep, frames: list[dict[str, Any]]) -> dict[str, Any]:
    held = [frame for frame in frames if frame["phase"] == "lockout"]
    held = held or [max(frames, key=lambda frame: float(frame["progress"]))]
    names = held[0]["angles"]
    return {
        "index": rep.index,
        "start": round(rep.start_s, 3),
        "lockout": round(rep.lockout_s, 3),
        "lower": round(rep.lower_s, 3),
        "end": round(rep.end_s, 3),
        "tempo": {
            "concentric": round(rep.lockout_s - rep.start_s, 3),
            "hold": round(rep.lower_s - rep.lockout_s, 3),
            "eccentric": round(rep.end_s - rep.lower_s, 3),
        },
        "at_lockout": {
            name: round(float(np.mean([frame["angles"][name] for frame in held])), 2) for name in names
        },
        "peak": {
            told: round(most(frame["angles"][name] for frame in frames), 2) for told, name, most in _PEAKS
        },
        "faults": [fault.type for fault in rep.faults],
    }


def _fault(fault: Fault, rep: dict[str, Any], frames: list[dict[str, Any]]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": fault.type,
        "rep": rep["index"],
        "severity": fault.severity,
        "unit": fault.unit,
    }
    if fault.type == "fast_lowering":
        return told | {"onset": rep["lower"], "end": rep["end"]}
    if fault.type in ("no_hold", "shin_not_vertical"):
        told |= {"onset": rep["lockout"], "end": rep["lower"]}
        return told | ({} if fault.type == "no_hold" else {"note": _THROUGHOUT})
    there = [frame for frame in frames if frame["injected"].get(fault.type, 0) > 0.25 * fault.severity]
    half = [frame for frame in frames if frame["injected"].get(fault.type, 0) > 0.5 * fault.severity]
    if there:
        told |= {"onset": there[0]["t"], "half": half[0]["t"] if half else None, "end": there[-1]["t"]}
    return told


def measure(turned: Rotations, points: Points, working: str, *, prone: bool) -> dict[str, float]:
    """Return every angle of a pose, deg, and the height of the hips, m; the README says what each means.

    Args:
        turned: The rotation of each bone.
        points: Where the followed points are.
        working: L or R.
        prone: Whether on all fours: the legs then lie towards -z of the trunk, else towards +z.
    """
    ahead = -1.0 if prone else 1.0
    other = "R" if working == "L" else "L"
    shoulders = (points["shoulder.L"] + points["shoulder.R"]) / 2
    hips = (points["hip.L"] + points["hip.R"]) / 2
    trunk = _elevation(hips - shoulders, ahead)
    against = turned["pelvis"].T @ turned["spine2"]
    up = against @ _UP
    neck = turned["spine1"].T @ turned["head"] @ _UP
    told = {
        "trunk_pitch": -trunk,
        "pelvis_pitch": -_elevation(-(turned["pelvis"] @ _UP), ahead),
        "thorax_pitch": -_elevation(-(turned["spine1"] @ _UP), ahead),
        "lumbar_extension": _deg(-up[2], up[1]),
        "lumbar_twist": _deg(against[0, 2], against[2, 2]),
        "neck_extension": _deg(-neck[2], neck[1]),
    }
    for name, joint in (("pelvic", "hip"), ("shoulder", "shoulder")):
        across = points[f"{joint}.{working}"] - points[f"{joint}.{other}"]
        told[f"{name}_obliquity"] = _deg(across[1], np.hypot(across[0], across[2]))
    for side, name in ((working, "working"), (other, "other")):
        leg = _leg(turned["pelvis"], points, side, trunk, ahead)
        told |= {f"{key}_{name}": value for key, value in leg.items()}
    told["hip_height"] = float(hips[1])
    return {key: round(float(value), 3) for key, value in told.items()}


def _leg(pelvis: Floats, points: Points, side: str, trunk: float, ahead: float) -> dict[str, float]:
    hip, knee, ankle = (points[f"{joint}.{side}"] for joint in ("hip", "knee", "ankle"))
    thigh, shin = unit(knee - hip), unit(ankle - knee)
    own = pelvis.T @ thigh
    up = knee - ankle
    whole = _elevation(ankle - hip, ahead)
    return {
        "hip_extension": _deg(-own[2], -own[1]),
        "hip_trunk_angle": 180 - ahead * _wrapped(_elevation(thigh, ahead) - trunk),
        "knee_flexion": float(np.degrees(np.arccos(np.clip(thigh @ shin, -1, 1)))),
        "shin_from_vertical": _deg(-up[2] * ahead, up[1]),
        "shin_tilt_3d": float(np.degrees(np.arccos(np.clip(unit(up)[1], -1, 1)))),
        "thigh_elevation": _elevation(thigh, ahead),
        "leg_elevation": whole,
        "leg_vs_trunk": _wrapped(whole - trunk),
    }


def _elevation(v: Floats, ahead: float) -> float:
    """Return how far a direction points above horizontal seen from the side, deg; `ahead`: to the legs."""
    return _deg(v[1], v[2] * ahead)


def _deg(y: float, x: float) -> float:
    return float(np.degrees(np.arctan2(y, x)))


def _wrapped(deg: float) -> float:
    return (deg + 180) % 360 - 180
