"""The geometry of a verdict on the picture: the angle that was measured and where its limit is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.exercises.rule import Status
from formcheck.measures.body import Body
from formcheck.measures.drawn import JointAngle, JointHeight, JointTravel
from formcheck.measures.measure import MEASURES, Measure
from formcheck.poses.geometry import wrap_deg
from formcheck.poses.pose import Floats
from formcheck.report.pictures.canvas import COLOURS, INK, WHITE, Canvas, Colour


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
    measure = MEASURES[name]
    drawn = measure.drawn
    if isinstance(drawn, JointAngle):
        return _angle((body, shown), measure, drawn, frame, origin=start[0] if start else 0.0, limit=limit)
    if isinstance(drawn, JointTravel) and start is not None:
        points = shown.joint(*drawn.joint)
        return _distance(np.nanmedian(points[start[1]], axis=0), points[frame])
    if isinstance(drawn, JointHeight):
        low, high = (body.joint(*joint)[frame] for joint in (drawn.over, drawn.joint))
        seen_low, seen_high = (shown.joint(*joint)[frame] for joint in (drawn.over, drawn.joint))
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
    bodies: tuple[Body, Body],
    measure: Measure,
    drawn: JointAngle,
    frame: int,
    *,
    origin: float,
    limit: float | None,
) -> Angle | None:
    body, shown = bodies
    vertex, end = body.joint(*drawn.vertex), body.joint(*drawn.end)
    zero_deg, end_deg = _eye_deg(_zero(body, drawn, vertex)), _eye_deg(end - vertex)
    with np.errstate(invalid="ignore"):
        values = measure.of(body)
        turns = wrap_deg(end_deg - zero_deg)
    sense = 1.0 if float(np.nansum(values * turns)) >= 0 else -1.0  # which way a growing value turns
    if drawn.in_space:
        turns = sense * values
    at, tip = shown.joint(*drawn.vertex)[frame], shown.joint(*drawn.end)[frame]
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


def _zero(body: Body, drawn: JointAngle, vertex: Floats) -> Floats:
    """Return (T, 2) directions from which an angle is counted, given the (T, 2) places of its vertex."""
    zero = drawn.zero
    if not isinstance(zero, str):
        return vertex - body.joint(*zero)
    if zero == "level":
        level: Floats = np.sign(body.joint("working", drawn.vertex[1]) - vertex) * np.array([1.0, 0.0])
        return level
    trunk = body.joint("near", "hip") - body.joint("near", "shoulder")
    directions: Floats = {
        "feetwards": np.array([[body.look.facing, 0.0]]),
        "headwards": np.array([[-body.look.facing, 0.0]]),
        "down": np.array([[0.0, 1.0]]),
        "up": np.array([[0.0, -1.0]]),
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
