"""Puts landmarks right that a plate over the hips hides, from the side, and hips between plates obliquely.

Three things are known there that the landmarks contradict at times:

- The hips hang on the bar: bar, hips and shoulders make a triangle that keeps its shape and turns with the
  trunk. Its shape is the person's own: at the top the landmarks show it. Where the plate hides the hips there
  too, they only add to what it is in most people.
- The planted foot stands where it stands. A landmark that leaves that place, for the other foot or for the
  plate, was lost; the foot did not move.
- The shin of the planted leg runs from that foot along its outline below the plate. A knee behind the plate
  is as far up that line as shins are long, or, without the line, where shin and thigh meet.

A knee of the other leg behind the plate is not seen.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from formcheck.measures.bar import Bar, bar_of
from formcheck.measures.planted import USUAL_SHIN, USUAL_THIGH, Leg
from formcheck.poses.both_plates import often_between_plates, over_hips_px
from formcheck.poses.geometry import finite_median, rotate_px
from formcheck.poses.pose import HIPS, SHOULDERS, Floats, Landmark, View
from formcheck.poses.smoothing import smooth
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import Look

HIDES_M = 0.12  # radius that hides hips: the smallest plate has 0.14, and the trunk tells it to a quarter
_CALF_DEG = 3.5
"""The middle of a shin's outline leans so far with the calf (5 rendered sets: 1 to 5)."""
_ALONG, _BELOW, _BELOW_SEEN = -0.04, 0.22, 0.385
"""Trunk lengths from the bar to the hips, along the line from the shoulders to the bar and square to it, at
the top: without the far plate, and with it, which shows how high the camera looks. Means of 33 rendered sets,
which vary by 0.06, 0.09 and 0.04."""
_OWN_SHARE, _OWN_SHARE_SEEN, _MOST_OWN = 0.35, 0.15, 0.2
"""Weight of the landmarks beside those means where the plate hides the hips: they are off by 0.12 there. And
how far a person may be from them, in trunk lengths."""
_COVERS = 0.4  # trunk lengths: a plate with a larger radius hides the hips, wherever their landmarks are
_HIP, _LENGTH = 0.07, 0.06
"""Errors of a hip that is told by the bar, along each axis, in trunk lengths, and of thigh and shin, as a
share of their usual length."""
_BEHIND = 0.97  # of the plate's radius: a landmark nearer to its middle is behind it
_CLOSE = 1.1  # of it: so near to the rim landmarks may be drawn to the plate
_ASIDE = 0.3  # trunk lengths between the feet, below which both stand side by side
_HIGH = 80.0  # percentile of the bar's height: from here on it is at the top
_LEAST_SHIN = 0.4  # trunk lengths
_FEWEST_LAID, _LEAST_RISE = 20, 0.25
"""Frames, and trunk lengths that the bar goes up and down, from which on it is told how shoulders turn."""
_MOST_SLOPE, LEFT_THE_BENCH = 0.45, 0.09
"""By how much shoulders move at most as the bar rises, over its rise, and how far off that they have left the
bench, in trunk lengths (62 rendered sets: 0.05 to 0.4, and 0.03 to 0.08 off in 98 % of the frames)."""
_TIMES, _NEAR = 5, 3.5  # fits, each of what is nearer to the line before than so many medians
_FOOT = (Landmark.LEFT_ANKLE, Landmark.LEFT_HEEL, Landmark.LEFT_FOOT_INDEX)
_LEG = (Landmark.LEFT_KNEE, *_FOOT)
_PLANTED = 0.1  # trunk lengths: a foot so much lower than the other one is the planted one
_STANDS = 0.2
"""Trunk lengths about its place in which a planted ankle is: on tiptoe it rises by half a foot's length."""
_HELD_OUT = 0.4  # trunk lengths between the feet, the median of a set, from which on one leg is held out
_MOSTLY = 0.65
"""Share of the frames in which a foot stands at its place, below which none is known: 0.68 to 1.00 in 13
rendered sets whose planted leg is the near one, 0.46 to 0.58 where the other leg hides it (4 sets)."""


def put_right_first(raw: Track, smoothed: Track, look: Look) -> tuple[Track, Track, tuple[Leg, ...]]:
    """Put hidden landmarks right in the frames as measured, and smooth those anew.

    A landmark that jumps to another place for some frames spoils those around it once it is smoothed.

    Returns:
        Both, and the legs whose knees were put where thigh and shin meet.
    """
    if look.view is View.SIDE:
        right, legs = put_right(raw, look, only_sure=True)
    else:
        right, legs = _hips_on_the_bar(raw, look), ()
    return (raw, smoothed, ()) if right is raw else (right, smooth(right), legs)


def _hips_on_the_bar(track: Track, look: Look) -> Track:
    """Let the hips rise as the bar does that is seen from plate to plate, obliquely.

    Where the landmarks of the hips are on the whole, from the middle of the bar, they are in all frames.
    """
    if look.prone or not often_between_plates(track):
        return track
    bar = over_hips_px(track, look.yaw_deg)
    hips = track.image_px[:, HIPS]
    known = np.flatnonzero(np.isfinite(bar[:, 0]) & np.isfinite(hips[:, 0, 0]))
    if not len(known):
        return track
    off = bar[known] - hips[known].mean(axis=1)
    off -= np.median(off, axis=0)
    between = np.flatnonzero(np.isfinite(hips[:, 0, 0]))
    between = between[(between >= known[0]) & (between <= known[-1])]
    moved = np.column_stack([np.interp(track.time_s[between], track.time_s[known], one) for one in off.T])
    px = track.image_px.copy()
    px[np.ix_(between, HIPS)] += moved[:, None]
    return replace(track, image_px=px)


def put_right(track: Track, look: Look, *, only_sure: bool = False) -> tuple[Track, tuple[Leg, ...]]:
    """Put the landmarks that a plate hides where bar, planted foot and visible shin say they are.

    Hips below a bare bar or a collar are seen, and stay where they are.

    Args:
        track: The frames.
        look: How the camera sees them.
        only_sure: Whether the frames are as measured: legs then stay as they are where no place of the
            planted foot is sure, and hips behind the plate are not taken for the person's own.

    Returns:
        The frames, and the legs whose knees were put where thigh and shin meet.
    """
    bar = bar_of(track, look) if look.view is View.SIDE else None
    if bar is None or bar.radius_m < HIDES_M:
        return track, ()
    px, visibility = track.image_px.copy(), track.visibility.copy()
    known = np.flatnonzero(np.isfinite(bar.end_px[:, 0]) & np.isfinite(px[:, HIPS[0], 0]))
    _lost_legs(px, visibility, _behind(px, bar), bar.trunk_px)
    foot = _planted_foot(px, visibility, known, bar, only_sure=only_sure)
    behind = _behind(px, bar)
    _shoulders(px, visibility, behind[:, SHOULDERS])
    _shoulders_on_the_bench(px, visibility, known, bar, look)
    usual = _usual(behind, bar, look) if only_sure else None
    _hips(px, visibility, known, bar, bar.over_hips_px(track.size)[known], usual)
    legs = _knees(px, visibility, track.shin_px, look, foot, behind)
    return replace(track, image_px=px, visibility=visibility), legs


def _lost_legs(px: Floats, visibility: Floats, behind: NDArray[np.bool_], trunk_px: float) -> None:
    """Leave a leg open in frames in which it is drawn onto the plate down to its ankle.

    Where both feet stand side by side it hides behind the other leg, and is where that one is.
    """
    drawn = behind[:, Landmark.LEFT_ANKLE : Landmark.RIGHT_ANKLE + 1]
    beside = _side_by_side(px[~drawn.any(axis=1)], trunk_px)
    for side in (0, 1):
        rows = np.flatnonzero(drawn[:, side] & ~drawn[:, 1 - side])
        for left in _LEG:
            if beside:
                px[rows, left + side] = px[rows, left + 1 - side]
                visibility[rows, left + side] = visibility[rows, left + 1 - side]
        if not beside:
            _forget(px, visibility, rows, side)


def _side_by_side(px: Floats, trunk_px: float) -> bool:
    """Whether both feet stand side by side in most frames."""
    feet = px[:, Landmark.LEFT_ANKLE : Landmark.RIGHT_ANKLE + 1]
    return float(finite_median(np.hypot(*(feet[:, 0] - feet[:, 1]).T))) < _ASIDE * trunk_px


class _Foot(NamedTuple):
    """The planted foot: 0 for left or 1 for right, and (2,) where its ankle is."""

    side: int
    place: Floats


def _planted_foot(
    px: Floats, visibility: Floats, rows: np.ndarray, bar: Bar, *, only_sure: bool
) -> _Foot | None:
    """Tell the legs apart by where a foot stands, and keep that foot there; return the ankle's place.

    None where no place is sure: both feet may be on the floor, or the near leg hides the planted one. Then
    the lower foot alone tells the legs apart, unless `only_sure`.
    """
    feet = px[rows, Landmark.LEFT_ANKLE : Landmark.RIGHT_ANKLE + 1]
    lower = (feet[:, 0, 1] - feet[:, 1, 1]) / bar.trunk_px
    clear = np.where(np.abs(lower) > _PLANTED, np.sign(lower), 0.0)
    # The model names the legs wrongly now at rest and now at the top, but not in most of a set.
    vote = np.sign(clear.sum())
    if vote == 0.0:
        return None
    side, other = (0, 1) if vote > 0.0 else (1, 0)
    turned = (clear == -vote) & ~_ahead_as_usual(feet[:, other, 0] - feet[:, side, 0], clear == vote, bar)
    feet[turned] = feet[turned, ::-1]
    place: Floats = np.median(feet[clear != 0.0, side], axis=0)
    off = np.hypot(*(feet - place).T).T / bar.trunk_px
    wrong = (off[:, other] < _STANDS) & (off[:, other] < off[:, side] - _PLANTED)
    stands = np.where(wrong, off[:, other], off[:, side]) < _STANDS
    if stands.mean() < _MOSTLY:
        if not only_sure:
            _exchange(px, visibility, rows[turned])
        return None
    _exchange(px, visibility, rows[turned ^ wrong])
    _keep(px, visibility, rows, stands, side)
    apart = np.hypot(*(px[rows, Landmark.LEFT_ANKLE + other] - place).T) / bar.trunk_px
    if float(finite_median(apart)) > _HELD_OUT:
        _forget(px, visibility, rows[apart < _STANDS], other)
    return _Foot(side, place)


def _ahead_as_usual(ahead: Floats, known: np.ndarray, bar: Bar) -> np.ndarray:
    """Return (N,) whether a leg that is held out is ahead of the planted one: it may drop as low as that.

    Args:
        ahead: (N,) how far its foot is to the right of the planted one.
        known: (N,) in which frames the legs are told apart by their heights.
        bar: The bar.
    """
    usual = float(finite_median(ahead[known]))
    as_usual: np.ndarray = ahead * np.sign(usual) > _PLANTED * bar.trunk_px
    return as_usual & (abs(usual) > _HELD_OUT * bar.trunk_px)


def _exchange(px: Floats, visibility: Floats, rows: np.ndarray) -> None:
    """Exchange the legs in some frames."""
    for left in _LEG:
        both = np.array([left, left + 1])
        px[rows[:, None], both] = px[rows[:, None], both[::-1]]
        visibility[rows[:, None], both] = visibility[rows[:, None], both[::-1]]


def _keep(px: Floats, visibility: Floats, rows: np.ndarray, stands: np.ndarray, side: int) -> None:
    """Keep a planted foot where it stood before and after it was lost; heel and toes count as not seen."""
    lost = rows[~stands]
    for left in _FOOT:
        joint = left + side
        for axis in (0, 1):
            px[lost, joint, axis] = np.interp(lost, rows[stands], px[rows[stands], joint, axis])
        visibility[lost, joint] = 1.0 if left is Landmark.LEFT_ANKLE else 0.0


def _forget(px: Floats, visibility: Floats, rows: np.ndarray, side: int) -> None:
    """Leave a foot open where it is drawn onto something else."""
    for left in _FOOT:
        px[rows, left + side] = np.nan
        visibility[rows, left + side] = 0.0


def feet_off_the_plate(track: Track, bar: Bar) -> Floats:
    """Return (T, 2, 2) left and right ankle; NaN where one is drawn onto the plate or close beside it."""
    feet = track.image_px[:, Landmark.LEFT_ANKLE : Landmark.RIGHT_ANKLE + 1].copy()
    off = np.hypot(*np.moveaxis(feet - bar.end_px[:, None], -1, 0))
    with np.errstate(invalid="ignore"):
        feet[off < _CLOSE * bar.radius_px] = np.nan
    return feet


def _at_top(y: Floats) -> np.ndarray:
    """Return where the bar is as high as at the top."""
    top: np.ndarray = y <= np.percentile(y, 100.0 - _HIGH)
    return top


def _behind(px: Floats, bar: Bar) -> NDArray[np.bool_]:
    """Return (T, 33) which landmarks are drawn onto the plate."""
    off = np.hypot(*np.moveaxis(px - bar.end_px[:, None], -1, 0))
    with np.errstate(invalid="ignore"):
        return np.asarray(off < _BEHIND * bar.radius_px)


def _shoulders(px: Floats, visibility: Floats, behind: NDArray[np.bool_]) -> None:
    """Put a shoulder that is drawn onto the plate where it is beside the other one in the other frames.

    Where it is never seen, both are at the same place, as they are from the side. Of two that are drawn onto
    the plate none is seen.
    """
    visibility[:, SHOULDERS] = np.where(behind, 0.0, visibility[:, SHOULDERS])
    both = ~behind.any(axis=1)
    beside = np.zeros(2)
    if both.any():
        left, right = (px[both, shoulder] for shoulder in SHOULDERS)
        beside = finite_median(right - left)
    for lost, seen, off in ((0, 1, -beside), (1, 0, beside)):
        rows = np.flatnonzero(behind[:, lost] & ~behind[:, seen])
        px[rows, SHOULDERS[lost]] = px[rows, SHOULDERS[seen]] + off
        visibility[rows, SHOULDERS[lost]] = visibility[rows, SHOULDERS[seen]]


def _shoulders_on_the_bench(px: Floats, visibility: Floats, rows: np.ndarray, bar: Bar, look: Look) -> None:
    """Put shoulders back that leave the bench: they turn about its edge as the bar rises, and stay there.

    Their middle lies on a straight line of the height of the bar.

    Args:
        px: The landmarks.
        visibility: Theirs.
        rows: (N,) the frames in which the bar and a person are seen.
        bar: The bar.
        look: How the camera sees the person.
    """
    height, middle = bar.end_px[rows, 1], px[rows][:, SHOULDERS].mean(axis=1)
    seen = visibility[rows][:, SHOULDERS].max(axis=1) > 0.0
    if not rises(height[seen], look):
        return
    place = on_the_bench(height, middle, seen, look)
    off = place - middle
    left = np.hypot(*off.T) > LEFT_THE_BENCH * bar.trunk_px
    px[rows[left, None], SHOULDERS] += off[left, None]
    visibility[rows[left, None], SHOULDERS] = 1.0


def rises(height: Floats, look: Look) -> bool:
    """Whether (N,) rows of bar or hips are enough, and far enough apart, to tell how shoulders turn."""
    if len(height) < _FEWEST_LAID:
        return False
    return float(np.ptp(np.percentile(height, [5, 95]))) >= _LEAST_RISE * look.scale_px


def on_the_bench(height: Floats, middle: Floats, seen: np.ndarray, look: Look) -> Floats:
    """Return (N, 2) places of the shoulders' middle on a straight line of the height of bar or hips.

    Args:
        height: (N,) rows of the picture in which bar or hips are.
        middle: (N, 2) the middle of the shoulders.
        seen: (N,) where it is seen.
        look: How the camera sees the person.
    """
    ways = look.facing, -1.0  # as the bar sinks the shoulders go towards the feet, and up
    lines = [_on_a_line(height, *axis, seen, look.scale_px) for axis in zip(middle.T, ways, strict=True)]
    return np.stack(lines, axis=1)


def _on_a_line(height: Floats, values: Floats, way: float, seen: np.ndarray, trunk_px: float) -> Floats:
    """Return (N,) values on a straight line of the height that most of those seen are near to.

    Its slope has the sign of `way` and is one that shoulders may have.
    """
    near = seen
    for _ in range(_TIMES):
        slope = float(np.polyfit(height[near], values[near], 1)[0])
        slope = way * float(np.clip(way * slope, 0.0, _MOST_SLOPE))
        line = slope * height + float(np.median((values - slope * height)[near]))
        off = np.abs(values - line)
        near = seen & (off <= max(_NEAR * float(np.median(off[seen])), 0.03 * trunk_px))
    return line


class _Usual(NamedTuple):
    """Where hips are below the bar in most people, and how much the landmarks add to that.

    Attributes:
        place_px: (2,) along the line from the shoulders to the bar, and square to it.
        own_share: Weight of the landmarks.
    """

    place_px: Floats
    own_share: float


def _usual(behind: NDArray[np.bool_], bar: Bar, look: Look) -> _Usual | None:
    """Return where hips are in most people, where the plate hides them at the top; otherwise None."""
    seen = np.isfinite(bar.end_px[:, 0])
    at_top = _at_top(bar.end_px[seen, 1])
    if bar.radius_px < _COVERS * bar.trunk_px and behind[seen][at_top][:, HIPS].mean() <= 0.5:
        return None
    known = bool(np.isfinite(bar.horizon_px))
    below, own_share = (_BELOW_SEEN, _OWN_SHARE_SEEN) if known else (_BELOW, _OWN_SHARE)
    return _Usual(bar.trunk_px * np.array([_ALONG, look.facing * below]), own_share)


def _hips(
    px: Floats, visibility: Floats, rows: np.ndarray, bar: Bar, over: Floats, usual: _Usual | None
) -> None:
    """Move the hips with the bar and turn them with the trunk, as the landmarks show both at the top.

    Args:
        px: The landmarks.
        visibility: Theirs.
        rows: (N,) the frames.
        bar: The bar.
        over: (N, 2) its middle.
        usual: Where hips are in most people, where landmarks at the top are guesses.
    """
    shoulder, hip = px[rows][:, SHOULDERS].mean(axis=1), px[rows][:, HIPS].mean(axis=1)
    x, y = (over - shoulder).T
    turned_deg = np.degrees(np.arctan2(y, x))
    at_top = _at_top(over[:, 1])
    known = np.median(rotate_px((hip - over)[at_top], turned_deg[at_top]), axis=0)
    if usual is not None:
        most = _MOST_OWN * bar.trunk_px
        known = usual.place_px + usual.own_share * np.clip(known - usual.place_px, -most, most)
    own = np.tile(known, (len(rows), 1))
    px[rows[:, None], HIPS] = (over + rotate_px(own, -turned_deg))[:, None]
    visibility[rows[:, None], HIPS] = 1.0


def _knees(
    px: Floats,
    visibility: Floats,
    shin_px: Floats | None,
    look: Look,
    foot: _Foot | None,
    behind: NDArray[np.bool_],
) -> tuple[Leg, ...]:
    """Put the knees of planted legs right, and leave one that is hidden otherwise as not seen.

    Where no foot is sure, the planted leg is that over the lower one; both are where they stand side by side.

    Returns:
        The legs whose knees were put where thigh and shin meet.
    """
    legs = []
    feet = px[:, Landmark.LEFT_ANKLE : Landmark.RIGHT_ANKLE + 1]
    lower = np.argmax(np.nan_to_num(feet[..., 1], nan=-np.inf), axis=1)
    beside = _side_by_side(px, look.scale_px)
    if foot is not None:
        lower = np.full(len(px), foot.side)
    line = _shin_line(px, shin_px, look, None if foot is None else foot.place)
    for side in (0, 1):
        planted = np.isfinite(feet[:, side, 0]) & ((lower == side) | beside)
        hidden = behind[:, Landmark.LEFT_KNEE + side]
        on_line = planted & np.isfinite(line[:, 0])
        _knee_on_line(px, line, np.flatnonzero(on_line), side, look.scale_px, hidden)
        met = np.flatnonzero(planted & hidden & ~on_line)
        thigh, shin = USUAL_THIGH * look.scale_px, USUAL_SHIN * look.scale_px
        legs.append(Leg(side, met, thigh, shin, _LENGTH, _HIP))
        px[met, Landmark.LEFT_KNEE + side] = legs[side].knee_px(px, look)
        visibility[on_line, Landmark.LEFT_KNEE + side] = 1.0
        visibility[hidden & ~planted, Landmark.LEFT_KNEE + side] = 0.0
    return tuple(leg for leg in legs if len(leg.rows))


def _shin_line(px: Floats, shin_px: Floats | None, look: Look, place: Floats | None) -> Floats:
    """Return (T, 2) the direction up the planted shin, of length 1, where it is seen; NaN elsewhere."""
    if shin_px is None:
        return np.full((len(px), 2), np.nan)
    up = shin_px[:, 1] - shin_px[:, 0]
    up = rotate_px(up / np.hypot(*up.T)[:, None], np.full(len(up), -look.facing * _CALF_DEG))
    if place is not None:  # elsewhere it is the other leg's shin
        with np.errstate(invalid="ignore"):
            up[~(np.abs(shin_px[:, 0, 0] - place[0]) < _STANDS * look.scale_px)] = np.nan
    return up


def _knee_on_line(
    px: Floats, line: Floats, rows: np.ndarray, side: int, trunk_px: float, hidden: NDArray[np.bool_]
) -> None:
    """Put a knee onto the line of its shin: as high as its landmark is, or as shins are long."""
    ankle, knee = px[rows, Landmark.LEFT_ANKLE + side], px[rows, Landmark.LEFT_KNEE + side]
    steep = np.maximum(-line[rows, 1], 0.3)
    height = np.maximum(ankle[:, 1] - knee[:, 1], _LEAST_SHIN * trunk_px)
    length = np.where(hidden[rows], USUAL_SHIN * trunk_px, height / steep)
    px[rows, Landmark.LEFT_KNEE + side] = ankle + line[rows] * length[:, None]
