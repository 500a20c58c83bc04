"""Lumbar arching of one thrust or bridge by itself, estimated as learned from rendered people.

Nothing is compared with the person's other repetitions: where all of them are arched, that shows here. The
weights in `data/` are made by `formcheck train-lumbar` (`formcheck.evaluation.lumbar_training`) from bodies
whose lumbar angle is known, one file for each `Seen`. From the side the same bodies also tell how straight
the hips are at the top (the lockout). The
estimate is a kernel ridge regression: a straight line through `features`, and a correction by how near a
repetition is to those learned from. Its error grows with the distance from what was learned, and beyond most
of that there is none.

`features` describe a repetition in the trunk's own frame. It has its origin at the middle of the shoulders,
its first axis to the middle of the hips, and its second one out of the back; lengths are in those of that
line. So neither distance, size nor side of the body matters. Beside a plate the hips are guessed; there the
bar takes their place (`formcheck.measures.beside_plate`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from functools import cache
from importlib.resources import files
from typing import IO, Literal, NamedTuple

import numpy as np

from formcheck.measures.beside_plate import drawn_knee, plate_features
from formcheck.measures.body import Body, Part, Role
from formcheck.measures.outline import profile
from formcheck.poses.geometry import along_and_beside, distance_px
from formcheck.poses.pose import EDGE_STATIONS, Floats, View

Seen = Literal["side", "plates", "oblique", "lockout", "lockout_plates"]
"""Arching from the side, from the side with a plate over the hips, and obliquely from the foot end; and the
lockout from the side without and with such a plate."""

_FILES: dict[Seen, str] = {
    "side": "data/arching.npz",
    "plates": "data/arching_plates.npz",
    "oblique": "data/arching_oblique.npz",
    "lockout": "data/lockout.npz",
    "lockout_plates": "data/lockout_plates.npz",
}
_STATIONS = EDGE_STATIONS[4:31:2]
"""Where the outlines are read: 6 to 110 % of the way from shoulders to hips."""
_STEPS = 127
_LEAST = 4
"""Points of an outline; with fewer it counts as not seen."""
_UPPER: tuple[Part, ...] = ("ear", "shoulder", "elbow", "wrist")
_LEGS: tuple[Part, ...] = ("hip", "knee", "ankle", "heel", "foot_index")
_MOST_YAW_DEG = 60.0
_LINES = 3  # trunk, thigh and shin: their slopes end a description
_JOINT_NUMBERS = 2 * 2 * (len(_UPPER) + len(_LEGS)) + _LINES  # of two sides along and beside the trunk
_MOST_TURNED = 3.0
"""Standard deviations of what was learned: trunk, thigh or shin that slope or turn further are no bodies that
were learned from, and the straight line through what was learned would be drawn out beyond them."""

_USUALLY_APART, _PER_APART_DEG = 0.1, 40.0
"""Beside a plate, what two ways to place the planted knee differ by in most repetitions, in lengths of the
line from shoulders to bar, and the error for each more: it turns the thigh by 67 deg, of which 0.6 count."""
_ON_RIM, _ON_RIM_DEG = 1.2, 5.0
"""Radii of the plate from its middle: a planted knee that is drawn nearer is drawn onto the plate. Learned
lockouts are then off by 7.2 instead of 5.9 deg (226 and 767 bodies held out), in 15 and 45 rendered sets by
7.1 and 3.2, and the angle at the hip by 15.5 and 7. The arching is told as well as elsewhere."""
_LEAST_SEEN = 0.5  # share of the numbers: fewer are seen where a plate is lost at rest or at the top


def features(body: Body, rest: slice, top: slice) -> Floats:
    """Return (F,) numbers of a repetition face up: outlines and joints at the top, and their change.

    Args:
        body: The frames.
        rest: Those before the repetition.
        top: Those at its top.

    Returns:
        The numbers; NaN for what was not seen.
    """
    before, there = _plain(body, rest), _plain(body, top)
    shape = _shape(there)
    return np.concatenate([shape, shape - _shape(before), _lengths(before, there), _camera(body)])


def _in_frame(origin: Floats, end: Floats, points: Floats, facing: float) -> tuple[Floats, Floats]:
    """Return (T,) places of points along the line from an origin to an end, and out of the back beside it."""
    along, beside = along_and_beside(origin, end, points)
    return along, facing * beside


def _plain(body: Body, part: slice) -> Body:
    """Return some frames as the model gave them: so were those learned from."""
    return Body(replace(body.filmed[part], disc_px=None, rim=None), body.working, body.look)


def _shape(body: Body) -> Floats:
    outlines = [_outline(body, dorsal=dorsal) for dorsal in (True, False)]
    return np.concatenate([*outlines, _joints(body)])


def _outline(body: Body, *, dorsal: bool) -> Floats:
    """Return medians of the outline's heights; gaps are bridged."""
    heights = profile(body, dorsal=dorsal)
    known = np.isfinite(heights).any(axis=0)
    if known.sum() < _LEAST:
        return np.full(len(_STATIONS), np.nan)
    return np.interp(_STATIONS, EDGE_STATIONS[known], _medians(heights[:, known].T))


def _joints(body: Body) -> Floats:
    """Return the joints' places in the trunk's frame, and the slopes of trunk, thigh and shin, radians."""
    shoulder, hip = body.joint("middle", "shoulder"), body.joint("middle", "hip")
    trunk = hip - shoulder
    facing = body.look.facing  # face up, the normal (-dy, dx) points out of the back where it is 1
    arms: list[tuple[Role, Part]] = [(role, part) for role in ("near", "far") for part in _UPPER]
    legs: list[tuple[Role, Part]] = [(role, part) for role in ("working", "free") for part in _LEGS]
    found: list[Floats] = []
    for joint in (*arms, *legs):
        found.extend(_in_frame(shoulder, hip, body.joint(*joint), facing))
    places = [body.joint("working", name) for name in _LEGS[:3]]
    for line in (trunk, places[1] - places[0], places[2] - places[1]):
        found.append(np.arctan2(-line[:, 1], facing * line[:, 0]))
    return _medians(np.stack(found))


def _lengths(before: Body, there: Body) -> Floats:
    """Return logarithms of the trunk's length: at the top over at rest, and both over the leg's."""
    (up, up_leg), (down, down_leg) = (_trunk_and_leg_px(body) for body in (there, before))
    least = 1e-6
    return np.log(np.maximum([up, up, down], least) / np.maximum([down, up_leg, down_leg], least))


def _trunk_and_leg_px(body: Body) -> Floats:
    hip, knee, ankle = (body.joint("working", part) for part in _LEGS[:3])
    trunk = distance_px(body.joint("middle", "shoulder"), body.joint("middle", "hip"))
    return _medians(np.stack([trunk, distance_px(hip, knee) + distance_px(knee, ankle)]))


def _camera(body: Body) -> Floats:
    look = body.look
    return np.array([min(look.yaw_deg, _MOST_YAW_DEG) / 30.0, 1.0 if look.near is body.working else -1.0])


def _medians(rows: Floats) -> Floats:
    """Return the (M,) medians of (M, T) rows, NaN where a row has nothing finite."""
    known = np.isfinite(rows).any(axis=1)
    middle: Floats = np.full(len(rows), np.nan)
    middle[known] = (np.median if np.isfinite(rows).all() else np.nanmedian)(rows[known], axis=1)
    return middle


class Estimate(NamedTuple):
    """Lumbar extension, + = arched, or the lockout, - = short of straight, and its standard error, degrees.

    The error is infinite where a repetition is unlike all that was learned from; `apart` says how unlike: 1
    is usual.
    """

    value_deg: float
    error_deg: float
    apart: float


@dataclass(frozen=True)
class Weights:
    """What was learned.

    Attributes:
        mean: (F,) of the features.
        spread: (F,) their standard deviations.
        axes: (F, K) the main axes of the features, scaled alike.
        whitening: (K,) makes every axis have a standard deviation of 1.
        places: (N, K) of the bodies learned from, along the axes, in whole steps.
        step: (K,) the steps.
        alpha: (N,) what each of them adds, degrees.
        offset: (1,) degrees.
        kernel: (3,) share of the straight line, share of the correction, and how fast it falls off.
        distance: (E,) rising distances.
        error: (E,) the standard error at them, degrees.
    """

    mean: Floats
    spread: Floats
    axes: Floats
    whitening: Floats
    places: Floats
    step: Floats
    alpha: Floats
    offset: Floats
    kernel: Floats
    distance: Floats
    error: Floats

    def project(self, found: Floats) -> Floats:
        """Return (R, K) places of (R, F) features; what was not seen counts as usual."""
        scaled = (found - self.mean) / self.spread
        placed: Floats = np.where(np.isfinite(scaled), scaled, 0.0) @ self.axes
        return placed

    def turned(self, found: Floats) -> float:
        """Return how far outside what was learned the slopes are in (F,) features, in standard deviations."""
        scaled = (found - self.mean) / self.spread
        shape = 2 * len(_STATIONS) + _JOINT_NUMBERS
        slopes = np.r_[shape - _LINES : shape, 2 * shape - _LINES : 2 * shape]
        return float(np.max(np.abs(scaled[slopes]), initial=0.0, where=np.isfinite(scaled[slopes])))

    def values_deg(self, placed: Floats) -> Floats:
        """Return (R,) estimates for (R, K) places."""
        estimated: Floats = kernel(placed, self.places, self.kernel) @ self.alpha + float(self.offset[0])
        return estimated

    def apart(self, placed: Floats) -> Floats:
        """Return (R,) distances of (R, K) places from the middle of what was learned; 1 is usual."""
        away: Floats = np.sqrt(np.mean((placed * self.whitening) ** 2, axis=1))
        return away

    def errors_deg(self, apart: Floats) -> Floats:
        """Return (R,) standard errors at some distances; infinite beyond what was learned."""
        return np.interp(apart, self.distance, self.error, right=math.inf)

    @classmethod
    def read(cls, file: IO[bytes]) -> Weights:
        """Read what `save` wrote."""
        with np.load(file, allow_pickle=False) as archive:
            found = {field.name: archive[field.name].astype(np.float64) for field in fields(cls)}
            return cls(**{**found, "places": found["places"] * found["step"]})

    def save(self, file: IO[bytes]) -> None:
        """Write them, in as few digits as do."""
        arrays = {field.name: getattr(self, field.name).astype(np.float32) for field in fields(self)}
        arrays["axes"] = self.axes.astype(np.float16)
        arrays["places"] = np.round(self.places / self.step).astype(np.int8)
        np.savez_compressed(file, **arrays)


def stepped(places: Floats) -> tuple[Floats, Floats]:
    """Return (N, K) places put on 255 steps along each axis, and the (K,) steps."""
    step = np.maximum(np.abs(places).max(axis=0), 1e-9) / _STEPS
    return np.round(places / step) * step, step


def kernel(one: Floats, other: Floats, shares: Floats) -> Floats:
    """Return (R, N) likeness of (R, K) and (N, K) places: a straight line's and a Gaussian's.

    Args:
        one: Places.
        other: Other places.
        shares: As in `Weights.kernel`.
    """
    away = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1) - 2.0 * one @ other.T
    line, bump, falls = shares
    alike: Floats = 1.0 + line * (one @ other.T) + bump * np.exp(-falls * np.maximum(away, 0.0))
    return alike


@cache
def weights(seen: Seen = "side") -> Weights:
    """Return the weights that come along."""
    with (files("formcheck.measures") / _FILES[seen]).open("rb") as file:
        return Weights.read(file)


class Learned(NamedTuple):
    """What one repetition by itself shows: how far the lower back is arched at the top, and the lockout.

    Attributes:
        arching: Of the lower back.
        lockout: The angle from shoulder over hip to knee, less 180 deg; told from the side only.
        knee_on_rim: Whether the planted knee is drawn onto a plate or beside its rim, where it may not be.
    """

    arching: Estimate
    lockout: Estimate
    knee_on_rim: bool = False


NO_ESTIMATE = Estimate(math.nan, math.inf, math.inf)


def learned(body: Body, rest: slice, top: slice, *, plated: bool = False) -> Learned:
    """Estimate the arching and the lockout of a repetition of somebody face up.

    Args:
        body: The frames, seen from the side or obliquely from the foot end.
        rest: Those before the repetition.
        top: Those at its top.
        plated: Whether a plate that was followed lies over the hips; only from the side.
    """
    aside = body.look.view is View.SIDE
    if aside and plated:
        found, knee = plate_features(body, rest, top), drawn_knee(body, rest, top)
        apart = max(0.0, knee.apart - _USUALLY_APART)  # 0 where it is not known
        on_rim = knee.from_bar < _ON_RIM
        return Learned(
            _less_sure(_estimated("plates", found), _PER_APART_DEG * apart),
            _less_sure(_estimated("lockout_plates", found), _ON_RIM_DEG if on_rim else 0.0),
            on_rim,
        )
    seen: Seen = "side" if aside else "oblique"
    found = features(body, rest, top)
    if not plated and weights(seen).turned(found) > _MOST_TURNED:
        return Learned(NO_ESTIMATE, NO_ESTIMATE)
    return Learned(_estimated(seen, found), _estimated("lockout", found) if aside else NO_ESTIMATE)


def _less_sure(one: Estimate, by_deg: float) -> Estimate:
    return one._replace(error_deg=math.hypot(one.error_deg, by_deg))


def _estimated(seen: Seen, found: Floats) -> Estimate:
    """Return what weights say of (F,) numbers of a repetition."""
    known = weights(seen)
    placed = known.project(found[None])
    apart = known.apart(placed)
    blind = np.isfinite(found).mean() < _LEAST_SEEN  # what is not seen counts as usual, so as near
    error_deg = math.inf if blind else float(known.errors_deg(apart)[0])
    return Estimate(float(known.values_deg(placed)[0]), error_deg, float(apart[0]))
