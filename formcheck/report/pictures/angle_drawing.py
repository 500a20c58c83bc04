"""The geometry of a verdict on the picture: the angle that was measured and where its limit is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.exercises.rule import Status
from formcheck.measures.body import Body
from formcheck.measures.measure import MEASURES, Joint
from formcheck.poses.geometry import wrap_deg
from formcheck.poses.pose import Floats
from formcheck.report.pictures.canvas import COLOURS, INK, WHITE, Canvas, Colour

_ANGLES: dict[str, tuple[Joint, str | Joint, Joint]] = {
    "leg_elevation_deg": (("working", "hip"), "feetwards", ("working", "ankle")),
    "thigh_elevation_deg": (("working", "hip"), "feetwards", ("working", "knee")),
    "free_thigh_elevation_deg": (("free", "hip"), "feetwards", ("free", "knee")),
    "free_leg_elevation_deg": (("free", "hip"), "feetwards", ("free", "ankle")),
    "knee_flexion_deg": (("working", "knee"), ("working", "hip"), ("working", "ankle")),
    "free_knee_flexion_deg": (("free", "knee"), ("free", "hip"), ("free", "ankle")),
    "trunk_pitch_deg": (("near", "hip"), "headwards", ("near", "shoulder")),
    "hip_extension_deg": (("working", "hip"), "along trunk", ("working", "knee")),
    "leg_against_trunk_deg": (("working", "hip"), "along trunk", ("working", "ankle")),
    "shin_from_vertical_deg": (("working", "knee"), "down", ("working", "ankle")),
    "neck_extension_deg": (("near", "shoulder"), "up trunk", ("near", "ear")),
    "pelvis_roll_deg": (("free", "hip"), "level", ("working", "hip")),
    "shoulder_roll_deg": (("free", "shoulder"), "level", ("working", "shoulder")),
    "hands_slope_deg": (("free", "wrist"), "level", ("working", "wrist")),
    "bar_roll_deg": (("free", "bar"), "level", ("working", "bar")),
    "heel_lift_deg": (("working", "foot_index"), "headwards", ("working", "heel")),
}
"""Vertex, where zero points (a direction, or away from a joint), and the end of the measured line."""
_IN_SPACE = {"bar_roll_deg"}
"""Angles that are no angles of the picture: zero is drawn as far from the measured side as was measured."""
_TRAVELS: dict[str, Joint] = {
    "hip_travel_pct": ("middle", "hip"),
    "foot_slide_pct": ("working", "heel"),
    "heel_rise_pct": ("working", "heel"),
    "shoulder_slide_pct": ("near", "shoulder"),
}
"""Measures of how far a joint has moved from where it was."""
_HEIGHTS: dict[str, tuple[Joint, Joint]] = {
    "hip_height_pct": (("middle", "shoulder"), ("middle", "hip")),
    "free_foot_clearance_pct": (("working", "heel"), ("free", "heel")),
}
"""Measures of how far one joint is above another."""


@dataclass(frozen=True, slots=True)
class Angle:
    """An angle on the picture; directions are degrees to the eye, 0 right, 90 up.

    Attributes:
        vertex: (2,) pixels.
        length: Of its measured side, pixels.
        zero_deg: Where it is counted from.
        turn_deg: From there to the measured side, signed.
        limit_deg: From there to the limit, signed, or None where it cannot be drawn.
    """

    vertex: Floats
    length: float
    zero_deg: float
    turn_deg: float
    limit_deg: float | None


@dataclass(frozen=True, slots=True)
class Distance:
    """A distance on the picture, from one (2,) point to another, pixels."""

    origin: Floats
    end: Floats


def shape(
    body: Body,
    shown: Body,
    name: str,
    frame: int,
    *,
    start: tuple[float, NDArray[np.intp]] | None,
    limit: float | None,
) -> Angle | Distance | None:
    """Return what a measure looks like in a frame, or None where it has no simple shape.

    Args:
        body: The frames of the set as they are measured, upright.
        shown: The same body as it lies in the picture: turned, moved and of another size.
        name: The measure.
        frame: Which one.
        start: The measure's value in the start position and the (F,) indices of frames there, where the
            value is a change from it.
        limit: On the measure's own scale, or None.
    """
    if name in _ANGLES:
        return _angle(body, shown, name, frame, start[0] if start else 0.0, limit)
    if name in _TRAVELS and start is not None:
        points = shown.joint(*_TRAVELS[name])
        return _distance(np.nanmedian(points[start[1]], axis=0), points[frame])
    if name in _HEIGHTS:
        low, high = (body.joint(*joint)[frame] for joint in _HEIGHTS[name])
        seen_low, seen_high = (shown.joint(*joint)[frame] for joint in _HEIGHTS[name])
        foot = np.array([high[0], low[1]])  # the higher joint's place on the level of the lower one
        return _distance(_carried(foot, (low, high), (seen_low, seen_high)), seen_high)
    return None


def _carried(point: Floats, ends: tuple[Floats, Floats], seen: tuple[Floats, Floats]) -> Floats:
    """Return where a (2,) point is in the picture, given two points that are known in both."""
    (a, b), (seen_a, seen_b) = ((complex(*one), complex(*other)) for one, other in (ends, seen))
    if a == b:
        return seen[0]
    there = seen_a + (complex(*point) - a) * (seen_b - seen_a) / (b - a)
    return np.array([there.real, there.imag])


def _distance(origin: Floats, end: Floats) -> Distance | None:
    return Distance(origin, end) if np.isfinite([*origin, *end]).all() else None


def _angle(
    body: Body, shown: Body, name: str, frame: int, origin: float, limit: float | None
) -> Angle | None:
    vertex_of, zero, end_of = _ANGLES[name]
    vertex, end = body.joint(*vertex_of), body.joint(*end_of)
    zero_deg, end_deg = _eye_deg(_zero(body, zero, vertex_of, vertex)), _eye_deg(end - vertex)
    with np.errstate(invalid="ignore"):
        values = MEASURES[name].of(body)
        turns = wrap_deg(end_deg - zero_deg)
    sense = 1.0 if float(np.nansum(values * turns)) >= 0 else -1.0  # which way a growing value turns
    if name in _IN_SPACE:
        turns = sense * values
    at, tip = shown.joint(*vertex_of)[frame], shown.joint(*end_of)[frame]
    known = [*at, *tip, zero_deg[frame], values[frame], origin, 0.0 if limit is None else limit]
    if not np.isfinite(known).all():
        return None
    seen_deg = float(_eye_deg((tip - at)[None])[0])
    turn_deg = float(wrap_deg(turns[frame] - sense * origin))
    return Angle(
        at,
        float(np.hypot(*(tip - at))),
        seen_deg - turn_deg,
        turn_deg,
        None if limit is None else sense * (limit - origin),
    )


def _zero(body: Body, zero: str | Joint, vertex_of: Joint, vertex: Floats) -> Floats:
    """Return (T, 2) or (1, 2) directions from which an angle is counted."""
    if not isinstance(zero, str):
        return vertex - body.joint(*zero)
    if zero == "level":
        level: Floats = np.sign(body.joint("working", vertex_of[1]) - vertex) * np.array([1.0, 0.0])
        return level
    trunk = body.joint("near", "hip") - body.joint("near", "shoulder")
    directions: Floats = {
        "feetwards": np.array([[body.look.facing, 0.0]]),
        "headwards": np.array([[-body.look.facing, 0.0]]),
        "down": np.array([[0.0, 1.0]]),
        "along trunk": trunk,
        "up trunk": -trunk,
    }[zero] + np.zeros_like(vertex)
    return directions


def _eye_deg(vector: Floats) -> Floats:
    degrees: Floats = np.degrees(np.arctan2(-vector[:, 1], vector[:, 0]))
    return degrees


def draw(canvas: Canvas, what: Angle | Distance, status: Status) -> Floats:
    """Draw an angle with its limit, or a distance, and return the (2,) place for its value."""
    colour = COLOURS[status]
    if isinstance(what, Distance):
        canvas.polyline(np.array([what.origin, what.end]), INK, 5.0)
        canvas.polyline(np.array([what.origin, what.end]), colour, 3.0)
        canvas.ring(what.origin, 4.0, WHITE)
        canvas.ring(what.end, 4.0, colour)
        middle: Floats = (what.origin + what.end) / 2
        return middle
    reach = max(0.62 * what.length, 26.0 * canvas.unit)
    wedge = _arc(what, 0.72 * reach, 0.0, what.turn_deg)
    canvas.fill(np.vstack([what.vertex, wedge]), colour, 0.32)
    canvas.polyline(wedge, INK, 4.0)
    canvas.polyline(wedge, colour, 2.4)
    _ray(canvas, what, reach, 0.0, WHITE)
    if what.limit_deg is not None:
        _ray(canvas, what, 1.35 * reach, what.limit_deg, COLOURS[Status.WARN])
    place: Floats = _arc(what, 1.05 * reach, what.turn_deg / 2, what.turn_deg / 2)[0]
    return place


def _ray(canvas: Canvas, angle: Angle, length: float, turn_deg: float, colour: Colour) -> None:
    end = _arc(angle, length, turn_deg, turn_deg)[0]
    canvas.dashed(angle.vertex, end, INK, 3.6)
    canvas.dashed(angle.vertex, end, colour, 2.0)


def _arc(angle: Angle, radius: float, low_deg: float, high_deg: float) -> Floats:
    """Return (N, 2) points on a circle about the vertex."""
    turns = np.radians(angle.zero_deg + np.linspace(low_deg, high_deg, 24))
    points: Floats = angle.vertex + radius * np.stack([np.cos(turns), -np.sin(turns)], axis=1)
    return points
