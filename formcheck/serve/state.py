"""What a phone is to show, as plain data for its page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from formcheck.exercises.rule import Status
from formcheck.live.screen import ADVICE, CUE, PRAISE, SAFETY, Banner, Screen
from formcheck.live.setup_coach import Advice
from formcheck.live.stages import Stage
from formcheck.poses.pose import Floats
from formcheck.poses.viewpoint import UPRIGHT, Posture
from formcheck.report.pictures.canvas import COLOURS, WHITE, Colour
from formcheck.report.pictures.overlays import Overlay, bones
from formcheck.reps.segmentation import Phase

Data = dict[str, Any]

_KINDS = {CUE: "cue", SAFETY: "safety", PRAISE: "praise", ADVICE: "advice"}
_STAGES = {Stage.SETUP: "setup", Stage.READY: "ready", Stage.SET: "set", Stage.REST: "rest"}
_PHASES = {Phase.UP: "up", Phase.TOP: "hold", Phase.DOWN: "down", Phase.HOLD: "hold"}


def screen_data(screen: Screen, advice: Advice | None, size: tuple[int, int]) -> Data:
    """Return what is to be seen.

    Args:
        screen: The same for the window of `formcheck live`.
        advice: What to change about the set-up, or None.
        size: Width and height of the judged picture, which all places in it refer to.
    """
    return {
        "stage": _STAGES[screen.stage],
        "phase": _PHASES.get(screen.phase, "ready"),
        "reps": screen.reps,
        "target": screen.target,
        "down_first": screen.down_first,
        "tempo_s": [round(value, 2) for value in screen.tempo_s],
        "aim_s": screen.aim_s,
        "held_s": round(screen.held_s, 1),
        "banner": banner_data(screen.banner),
        "advice": advice.key if advice is not None else "",
        "coverage": round(screen.coverage, 2) if math.isfinite(screen.coverage) else None,
        "blind": screen.blind,
        "summary": screen.summary,
        "size": size,
        "lines": overlay_data(screen.overlay),
        "title": screen.status.partition("   ")[0],
    }


def banner_data(banner: Banner | None) -> Data | None:
    """Return a cue, or what stands in its place."""
    return None if banner is None else {"text": banner.text, "kind": _KINDS.get(banner.colour, "advice")}


def overlay_data(overlay: Overlay) -> list[Data]:
    """Return the lines to draw over the picture: the outline of the back, and the bones."""
    if not overlay.pose.found:
        return []
    lines = [_line(bone.ends, bone.colour, bone.width) for bone in bones(overlay)]
    if overlay.contour is not None:
        points = overlay.contour[np.isfinite(overlay.contour).all(axis=1)]
        status = overlay.contour_status
        bad = status in (Status.WARN, Status.FAULT)
        if len(points) >= 2:
            colour = COLOURS[status] if bad and status else WHITE
            lines.insert(0, _line(points, colour, 6.0 if bad else 1.6))
    return lines


def _line(points: Floats, colour: Colour, width: float) -> Data:
    return {
        "xy": np.round(points).astype(int).ravel().tolist(),
        "colour": "#{:02x}{:02x}{:02x}".format(*colour),
        "width": width,
    }


def outline(posture: Posture, on_bench: bool, near: str) -> list[Sequence[float]]:
    """Return limbs of somebody in the start position, seen from the side, to step into.

    Args:
        posture: How the person holds the trunk.
        on_bench: Whether the shoulders lie on a bench.
        near: `left` or `right`: the side that belongs to the camera.

    Returns:
        Lines of x1, y1, x2, y2 and width, the head as a line of no length; across 0 to 1, downwards 0 to
        0.6 of the same unit.
    """
    upright, prone = posture in UPRIGHT, posture == "prone"
    pose = _STANDING if upright else _ALL_FOURS if prone else _BENCH if on_bench else _FLOOR
    # Drawn with the head on the left: on all fours that shows the left side, lying on the back the right.
    turned = (near == "left") is not (prone or upright)
    return [(1 - x1, y1, 1 - x2, y2, w) if turned else (x1, y1, x2, y2, w) for x1, y1, x2, y2, w in pose]


_ALL_FOURS = (
    (0.13, 0.15, 0.13, 0.15, 0.115),  # head
    (0.24, 0.17, 0.57, 0.15, 0.115),  # trunk
    (0.24, 0.19, 0.245, 0.35, 0.055),
    (0.245, 0.35, 0.235, 0.51, 0.045),
    (0.235, 0.52, 0.18, 0.525, 0.035),  # hand
    (0.57, 0.17, 0.58, 0.50, 0.085),
    (0.58, 0.50, 0.86, 0.51, 0.06),
    (0.86, 0.51, 0.89, 0.53, 0.045),
)
_BENCH = (
    (0.17, 0.11, 0.17, 0.11, 0.11),
    (0.27, 0.17, 0.52, 0.36, 0.115),
    (0.27, 0.20, 0.37, 0.31, 0.05),
    (0.52, 0.37, 0.76, 0.19, 0.085),
    (0.76, 0.19, 0.78, 0.49, 0.06),
    (0.78, 0.52, 0.87, 0.525, 0.04),
)
_FLOOR = (
    (0.12, 0.46, 0.12, 0.46, 0.11),
    (0.22, 0.48, 0.53, 0.48, 0.11),
    (0.24, 0.52, 0.46, 0.53, 0.045),
    (0.53, 0.48, 0.72, 0.24, 0.085),
    (0.72, 0.24, 0.77, 0.50, 0.06),
    (0.77, 0.53, 0.86, 0.53, 0.04),
)
_STANDING = (
    (0.34, 0.06, 0.34, 0.06, 0.085),
    (0.37, 0.14, 0.47, 0.29, 0.085),
    (0.38, 0.15, 0.30, 0.24, 0.035),
    (0.47, 0.30, 0.46, 0.43, 0.06),
    (0.46, 0.43, 0.47, 0.56, 0.045),
    (0.47, 0.575, 0.42, 0.58, 0.03),
)
