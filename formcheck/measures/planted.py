"""Puts planted legs back that landmarks leave: a foot stays where it stands, and segments keep their length.

Face up, from the side, the hips are up only as long as a foot stands. A round thing near the leg, such as a
plate on a rack, may draw knees and ankles to itself while the hips are up. The leg then seems to shrink, and
no foot is where one stood before and after. So a foot is planted if it is at one place whenever its leg is
drawn as long as it is. Where no planted foot is at its place and its shin is too short, the landmarks were
lost: the ankle is put back to its place, and the knee where a thigh from the hip and a shin from the ankle
meet, as long as both are in the other frames.

A leg that is lifted, or whose foot slides, keeps its length, and stays as it is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from formcheck.poses.geometry import distance_px, finite_median, knee_between
from formcheck.poses.pose import Floats, Landmark, View
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import Look

USUAL_SHIN, USUAL_THIGH = 0.84, 0.81
"""Length over the trunk's, as the landmarks show it (33 rendered sets: 0.03 to 0.06 more or less)."""
_WHOLE, _LONG = 0.12, 80.0
"""Share by which a shin that is drawn whole differs from its length, and the percentile that this is."""
_STANDS, _LEFT = 0.2, 0.1
"""Trunk lengths about its place in which a planted ankle is: on tiptoe it rises by half a foot's length. And
how far off it is for certain on its way to another place."""
_FAR = 1.0  # trunk lengths: a foot that is drawn further off was not drawn aside, the whole body is misread
_MOSTLY = 0.5  # share of the frames away from its place in which no foot stands
_FLOOR = 0.3  # trunk lengths: the far foot seems so much higher at most where the camera is high
_SEEN, _FITS = 0.8, 0.2
"""Visibility of a knee that the model sees, and share by which thigh and shin may differ from their lengths
there: such a knee was not lost with its foot."""
_LEAST_WHOLE, _ALWAYS = 0.3, 0.9
"""Share of the frames in which a leg is drawn whole, and of those in which its foot is at its place, from
which on it is planted."""
_HIP, _ANKLE, _LENGTH = 0.04, 0.03, 0.06
"""Errors: of hip and ankle along each axis, in trunk lengths, and of a segment, as a share of its length."""
_KINDS = 6  # errors: of hip and ankle along two axes each, of thigh and shin
_FOOT = (Landmark.LEFT_ANKLE, Landmark.LEFT_HEEL, Landmark.LEFT_FOOT_INDEX)


class Leg(NamedTuple):
    """A planted leg whose knee is put where thigh and shin meet.

    Attributes:
        side: 0 for left, 1 for right.
        rows: (N,) the frames in which its knee is put there.
        thigh_px: Length of its thigh.
        shin_px: That of its shin.
        length_error: Error of both, as a share.
        hip_error: Error of the hip along each axis, in trunk lengths.
        back: (M,) the frames in which its foot was put back to its place.
    """

    side: int
    rows: NDArray[np.intp]
    thigh_px: float
    shin_px: float
    length_error: float = _LENGTH
    hip_error: float = _HIP
    back: NDArray[np.intp] = np.array([], dtype=np.intp)

    def knee_px(self, px: Floats, look: Look) -> Floats:
        """Return (N, 2) where the knee is in its frames, by the (T, 33, 2) landmarks of hip and ankle."""
        hip, ankle = (px[self.rows, left + self.side] for left in (Landmark.LEFT_HIP, Landmark.LEFT_ANKLE))
        return knee_between(hip, ankle, self.thigh_px, self.shin_px, facing=look.facing)


class _Drawn(NamedTuple):
    """How a leg is drawn over T frames.

    Attributes:
        side: 0 for left, 1 for right.
        px: (T, 3, 2) ankle, heel and toes.
        whole: (T,) whether the shin is as long as it is.
        place: (2,) where the ankle is whenever the leg is whole; NaN where that is not one place.
        off: (T,) trunk lengths from the ankle to there, infinite where it is not known.
    """

    side: int
    px: Floats
    whole: NDArray[np.bool_]
    place: Floats
    off: Floats

    @property
    def stands(self) -> NDArray[np.bool_]:
        """(T,) whether the ankle is at its place."""
        return np.asarray(self.off < _STANDS)

    def up(self, floor_y: float, trunk_px: float) -> NDArray[np.bool_]:
        """Return (T,) whether the foot is surely not seen on the floor: it was lost, or the leg is held up.

        Args:
            floor_y: Row of the lowest place.
            trunk_px: Length of the trunk.
        """
        lost = ~self.stands & ~self.whole & np.isfinite(self.place[0])
        with np.errstate(invalid="ignore"):
            held = self.whole & (self.px[:, 0, 1] < floor_y - _FLOOR * trunk_px)
        return np.asarray(lost | held)


def put_back(track: Track, look: Look) -> tuple[Track, tuple[Leg, ...]]:
    """Put planted legs back which landmarks leave in some frames, face up and from the side.

    Heels and toes count as not seen there.

    Args:
        track: The frames, as measured: once smoothed, a jump spoils those around it.
        look: How the camera sees them.

    Returns:
        The frames, and the legs with the frames in which they were put back.
    """
    if look.view is not View.SIDE or look.prone or look.upright or not look.scale_px > 0.0:
        return track, ()
    legs = [_drawn(track.image_px, side, look) for side in (0, 1)]
    floor_y = float(np.fmax(*(leg.place[1] for leg in legs)))
    hangs = np.all([leg.up(floor_y, look.scale_px) for leg in legs], axis=0) & track.found
    if not hangs.any():
        return track, ()
    px, visibility = track.image_px.copy(), track.visibility.copy()
    planted = [leg for leg in legs if leg.place[1] > floor_y - _FLOOR * look.scale_px]
    lost = [(leg, rows) for leg in planted if len(rows := _lost(leg, hangs))]
    found = tuple(_set_back(px, visibility, leg, rows, look) for leg, rows in lost)
    for leg in found:
        px[leg.rows, Landmark.LEFT_KNEE + leg.side] = leg.knee_px(px, look)
    return replace(track, image_px=px, visibility=visibility), found


def _drawn(px: Floats, side: int, look: Look) -> _Drawn:
    """Return how a leg is drawn, and where its foot is whenever it is drawn as long as it is."""
    foot = px[:, [left + side for left in _FOOT]]
    shin = distance_px(px[:, Landmark.LEFT_KNEE + side], foot[:, 0])
    known = np.isfinite(shin)
    length = np.percentile(shin[known], _LONG) if known.any() else np.nan
    with np.errstate(invalid="ignore"):
        whole = np.abs(shin / length - 1.0) < _WHOLE
    place = finite_median(foot[whole, 0])
    off = np.nan_to_num(np.hypot(*(foot[:, 0] - place).T) / look.scale_px, nan=np.inf)
    often = whole.sum() >= _LEAST_WHOLE * max(known.sum(), 1)
    if not often or (off[whole] < _STANDS).mean() < _ALWAYS:
        place, off = np.full(2, np.nan), np.full(len(px), np.inf)
    return _Drawn(side, foot, whole, place, off)


def _lost(leg: _Drawn, hangs: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the frames in which a planted leg was lost, with those on its way there and back.

    It stands before and after: a foot that does not come back may stand elsewhere.

    Args:
        leg: The leg.
        hangs: (T,) where no foot is on the floor.
    """
    turns = np.diff(np.concatenate([[True], leg.off > _LEFT, [True]]).astype(int))
    backs, leaves = np.flatnonzero(turns == -1), np.flatnonzero(turns == 1)
    spans = zip(leaves[:-1], backs[1:], strict=True)
    found = []
    for start, end in spans:
        rows = start + np.flatnonzero(np.isfinite(leg.off[start:end]))
        away = rows[~leg.stands[rows]]
        if hangs[away].sum() > _MOSTLY * len(away) and (leg.off[away] < _FAR).all():
            found.append(rows)
    return np.concatenate(found) if found else np.array([], dtype=np.intp)


def _set_back(px: Floats, visibility: Floats, drawn: _Drawn, rows: NDArray[np.intp], look: Look) -> Leg:
    """Put a foot back in some frames; return its leg where the knee does not fit to hip and foot.

    Its lengths are half those in the frames in which it stands, half the usual ones: deep down knees look
    more bent than they are, and segments shorter.
    """
    side, seen = drawn.side, drawn.stands & drawn.whole
    hip, knee, ankle = (px[seen, left + side] for left in (Landmark.LEFT_HIP, Landmark.LEFT_KNEE, _FOOT[0]))
    thigh, shin = (
        (float(finite_median(distance_px(*ends))) + usual * look.scale_px) / 2.0
        for ends, usual in (((hip, knee), USUAL_THIGH), ((knee, ankle), USUAL_SHIN))
    )
    for left, place in zip(_FOOT, finite_median(drawn.px[seen]), strict=True):
        px[rows, left + side], visibility[rows, left + side] = place, 0.0
    visibility[rows, Landmark.LEFT_ANKLE + side] = 1.0
    ends = [px[:, left + side] for left in (Landmark.LEFT_HIP, Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE)]
    fits = visibility[:, Landmark.LEFT_KNEE + side] > _SEEN
    for pair, length in zip(pairwise(ends), (thigh, shin), strict=True):
        fits &= np.abs(distance_px(*pair) / length - 1.0) < _FITS
    spans = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
    off = np.concatenate([span for span in spans if fits[span].mean() < _ALWAYS] or [rows[:0]])
    visibility[off, Landmark.LEFT_KNEE + side] = 1.0
    return Leg(side, off, thigh, shin, back=rows)


def joined(legs: Iterable[Leg]) -> tuple[Leg, ...]:
    """Return legs without the frames that an earlier one of the same side has as well."""
    found: list[Leg] = []
    for leg in legs:
        known = [one.rows for one in found if one.side == leg.side]
        rows = np.setdiff1d(leg.rows, np.concatenate(known)) if known else leg.rows
        if len(rows):
            found.append(leg._replace(rows=rows))
    return tuple(found)


def perhaps(track: Track, legs: tuple[Leg, ...], look: Look) -> list[Track]:
    """Return frames as they would be were one of the things that knees are told by off by its error.

    Hip and ankle are off along each axis, and thigh and shin in their length, one after the other. What a
    measure differs by in them adds up to its error as independent errors do.

    Args:
        track: The frames with the knees of these legs, smoothed or not.
        legs: The legs.
        look: How the camera sees them.
    """
    return [_with_error(track, legs, look, which) for which in range(_KINDS)]


def _with_error(track: Track, legs: tuple[Leg, ...], look: Look, which: int) -> Track:
    px = track.image_px.copy()
    for leg in legs:
        off = np.eye(_KINDS)[which]
        before = leg.knee_px(track.image_px, look)
        px[leg.rows, Landmark.LEFT_HIP + leg.side] += leg.hip_error * look.scale_px * off[:2]
        px[leg.rows, Landmark.LEFT_ANKLE + leg.side] += _ANKLE * look.scale_px * off[2:4]
        thigh, shin = np.array([leg.thigh_px, leg.shin_px]) * (1.0 + leg.length_error * off[4:])
        after = leg._replace(thigh_px=float(thigh), shin_px=float(shin)).knee_px(px, look)
        px[leg.rows, Landmark.LEFT_KNEE + leg.side] += after - before
    return replace(track, image_px=px)
