"""What describes a thrust beside a plate over the hips, to learn from: see `formcheck.measures.arching`.

The hips are guesses there, so all is told by the line from the middle of the shoulders to the middle of the
plate, which is the bar: joints and outlines along it and beside it, in its lengths. Of the legs only the one
whose foot stands counts. The landmarks are taken as the model gave them, and the legs put right only by what
two moments, at rest and at the top, tell: so they are alike in the stills learned from and in a clip.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from formcheck.measures.body import Body
from formcheck.poses.geometry import along_and_beside, finite_median
from formcheck.poses.pose import HIPS, SHOULDERS, Floats, Landmark
from formcheck.poses.track import Track

_STATIONS = np.linspace(-0.1, 0.62, 13)
"""Where the outlines are read, from the shoulders (0) to the bar (1): the plate covers the rest."""
_RIM = 1.05  # of the plate's radius: outline that is nearer to its middle is the plate's
_LEAST = 3  # points of an outline; with fewer it counts as not seen
_STANDS = 0.22
"""Lengths of the line from shoulders to bar, from the place of the planted foot: an ankle further off was
lost, or is the other one's."""
_STILL, _MOVED = 0.05, 1.5
"""Lengths that the ankle of a planted foot moves from rest to top without meaning anything, and by how much
lower a foot has to be for each length that it moves more."""
_SHIN = 0.84  # from ankle to knee, in the same lengths
_MOST_YAW_DEG = 60.0
_ARM = (Landmark.LEFT_EAR, Landmark.LEFT_ELBOW, Landmark.LEFT_WRIST)


class _Moment(NamedTuple):
    """Medians of some frames: (33, 2) landmarks, (2, 33, 2) outlines, (2,) the plate's middle, its radius."""

    px: Floats
    edges_px: Floats
    bar: Floats
    radius: float

    @property
    def shoulder(self) -> Floats:
        """(2,) the middle of the shoulders."""
        middle: Floats = self.px[SHOULDERS].mean(axis=0)
        return middle

    @property
    def length(self) -> float:
        """From the shoulders to the bar."""
        return float(np.hypot(*(self.bar - self.shoulder)))


class _Leg(NamedTuple):
    """(2,) the knee and the ankle of the planted leg at one moment."""

    knee: Floats
    ankle: Floats


def plate_features(body: Body, rest: slice, top: slice) -> Floats:
    """Return (F,) numbers of a repetition face up beside a plate: at the top, and the change since the rest.

    Args:
        body: The frames; needs a plate that was followed.
        rest: Those before the repetition.
        top: Those at its top.

    Returns:
        The numbers; NaN for what was not seen.
    """
    moments = _moment(body.filmed[rest]), _moment(body.filmed[top])
    facing, near = body.look.facing, body.look.near.offset
    before, there = (
        np.concatenate([_joints(moment, leg, facing, near), _outlines(moment, facing)])
        for moment, leg in zip(moments, _planted(*moments), strict=True)
    )
    yaw = min(body.look.yaw_deg, _MOST_YAW_DEG) / _MOST_YAW_DEG
    aside = 1.0 if body.look.near is body.working else -1.0
    return np.concatenate([there, there - before, [yaw, aside, moments[1].radius / moments[0].radius]])


class DrawnKnee(NamedTuple):
    """How the planted knee is drawn at the top.

    Attributes:
        apart: Its distance from where shin and thigh put it, in lengths of the line from shoulders to bar;
            NaN where one is not seen.
        from_bar: Its distance from the plate's middle, in radii of the plate.
    """

    apart: float
    from_bar: float


def drawn_knee(body: Body, rest: slice, top: slice) -> DrawnKnee:
    """Return how the planted knee is drawn at the top of a repetition beside a plate.

    Args:
        body: The frames; needs a plate that was followed. Its track has the landmarks that were put right.
        rest: Those before the repetition.
        top: Those at its top.
    """
    there = _moment(body.filmed[top])
    _, leg = _planted(_moment(body.filmed[rest]), there)
    right = _median(body.track.image_px[top])
    off = np.hypot(*(right[Landmark.LEFT_ANKLE : Landmark.RIGHT_ANKLE + 1] - leg.ankle).T)
    side = int(np.argmin(np.nan_to_num(off, nan=np.inf)))
    apart = math.dist(right[Landmark.LEFT_KNEE + side], leg.knee) / there.length
    return DrawnKnee(apart, math.dist(leg.knee, there.bar) / there.radius)


def _moment(part: Track) -> _Moment:
    discs, rims, edges = part.disc_px, part.rim, part.edges_px
    assert discs is not None
    assert rims is not None
    # Along the picture the rim is free; above, hands and the far plate are before or beside it.
    seen = _median(rims[:, 0])
    outline = np.full((2, 1, 2), np.nan) if edges is None else _median(edges)
    return _Moment(_median(part.image_px), outline, _median(discs[:, 0]), float(seen))


def _median(frames: Floats) -> Floats:
    """Return the (...) medians of (T, ...) numbers, NaN where nothing is finite."""
    middle: Floats = np.full(frames.shape[1:], np.nan)
    known = np.isfinite(frames).any(axis=0)
    if known.any():
        middle[known] = np.nanmedian(frames[:, known], axis=0)
    return middle


def _planted(before: _Moment, there: _Moment) -> tuple[_Leg, _Leg]:
    """Return the planted leg at rest and at the top: its foot is low, and stands where it stands.

    An ankle that is elsewhere, drawn onto the plate or the other leg, is put where the foot stands; its knee
    is then the one that is about as far from there as shins are long.
    """
    moments = before, there
    length = float(finite_median(np.array([moment.length for moment in moments])))
    feet = [moment.px[Landmark.LEFT_ANKLE : Landmark.RIGHT_ANKLE + 1] for moment in moments]
    pairs = [(one, other) for one in feet[0] for other in feet[1]]
    moved = np.array([math.dist(*pair) / length for pair in pairs])
    low = np.array([(one[1] + other[1]) / 2.0 / length for one, other in pairs])
    best = int(np.argmax(np.nan_to_num(low - _MOVED * np.maximum(moved - _STILL, 0.0), nan=-np.inf)))
    stands: Floats = np.mean(pairs[best], axis=0)
    if not moved[best] < _STANDS:
        every = np.concatenate(feet)
        stands = every[np.argmax(np.nan_to_num(every[:, 1], nan=-np.inf))]
    first, second = (_leg(moment, stands, length) for moment in moments)
    return first, second


def _leg(moment: _Moment, stands: Floats, length: float) -> _Leg:
    ankles = moment.px[Landmark.LEFT_ANKLE : Landmark.RIGHT_ANKLE + 1]
    knees = moment.px[Landmark.LEFT_KNEE : Landmark.RIGHT_KNEE + 1]
    off = np.nan_to_num(np.hypot(*(ankles - stands).T) / length, nan=np.inf)
    side = int(np.argmin(off))
    if off[side] < _STANDS:
        return _Leg(knees[side], ankles[side])
    wrong = np.abs(np.hypot(*(knees - stands).T) / length - _SHIN)
    return _Leg(knees[int(np.argmin(np.nan_to_num(wrong, nan=np.inf)))], stands)


def _joints(moment: _Moment, leg: _Leg, facing: float, near: int) -> Floats:
    """Return joints along the line from shoulders to bar and beside it, and of the bar in turn.

    Lines to knee and ankle give the latter. Ratios of lengths and slopes, in radians, are added.
    """
    px, bar, shoulder = moment.px, moment.bar, moment.shoulder
    points = np.array(
        [
            leg.knee,
            leg.ankle,
            px[SHOULDERS[0] + near],
            px[SHOULDERS[0] + 1 - near],
            *(px[left + near] for left in _ARM),
            px[HIPS].mean(axis=0),
        ]
    )
    found = [_in_frame(shoulder, bar, points, facing)]
    found += [_in_frame(shoulder, end, bar[None], facing) for end in leg]
    lines = bar - shoulder, leg.knee - bar, leg.ankle - leg.knee
    above, thigh, shin = (max(float(np.hypot(*line)), 1e-6) for line in lines)
    ratios = [moment.radius / above, math.log(thigh / above), math.log(shin / above)]
    slopes = [math.atan2(-line[1], facing * line[0]) for line in lines]
    return np.concatenate([*found, ratios, slopes])


def _in_frame(origin: Floats, end: Floats, points: Floats, facing: float) -> Floats:
    """Return (2 N,) places of (N, 2) points along the line from an origin to an end, and beside it, upwards.

    `facing` makes both sides of a body alike.
    """
    origins, ends = np.broadcast_to(origin, points.shape), np.broadcast_to(end, points.shape)
    along, beside = along_and_beside(origins, ends, points)
    return np.stack([along, facing * beside], axis=1).ravel()


def _outlines(moment: _Moment, facing: float) -> Floats:
    """Return heights of both outlines of the trunk as far as the plate leaves them free, the back's first."""
    sides = [_outline(moment, points, facing) for points in moment.edges_px]
    return np.concatenate(sides if facing > 0.0 else sides[::-1])


def _outline(moment: _Moment, points: Floats, facing: float) -> Floats:
    with np.errstate(invalid="ignore"):
        free = points[np.hypot(*(points - moment.bar).T) > _RIM * moment.radius]
    if len(free) < _LEAST:
        return np.full(len(_STATIONS), np.nan)
    along, beside = _in_frame(moment.shoulder, moment.bar, free, facing).reshape(-1, 2).T
    order = np.argsort(along)
    return np.interp(_STATIONS, along[order], beside[order], left=np.nan, right=np.nan)
