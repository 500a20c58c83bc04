"""Where the camera stands: view, near side, and in which direction the person lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from formcheck.poses.both_plates import YAW_ERROR_DEG, yaw_by_plates_deg
from formcheck.poses.geometry import distance_px, finite_median
from formcheck.poses.pose import Floats, Landmark, Side, View
from formcheck.poses.track import Track

SIDE_MAX_DEG = 27.0
"""A camera further off the side view than this is oblique (foreshortening over 10 %)."""
END_MIN_DEG = 65.0
"""Beyond this the body is seen from an end."""
PRONE_YAW_GAIN = 1.8
"""On all fours the model flattens the yaw: 40 deg off the side look like 22 (rendered clips)."""
BIACROMIAL_TO_TRUNK = 0.75
"""Shoulder width over shoulder-hip length [assumed from anthropometry]."""
_SHIN_TO_TRUNK, _FEET_NEARER = 0.82, 0.29
"""Face up: length of a shin over the trunk's from the side, and by how much, times the sine of the yaw, it
seems longer as the feet come nearer: about 0.8 m beyond the trunk's middle, and the camera 2.7 m away.
Rendered sets: 0.64 to 1.00, 0.82 on the whole, in 124 from the side; 1.05 to 1.65, 1.29 on the whole, in 26
from 36 to 44 deg."""
_YAWS_DEG = np.arange(0.0, 81.0)
_SHINS = _SHIN_TO_TRUNK * (1.0 + _FEET_NEARER * np.sin(np.radians(_YAWS_DEG))) / np.cos(np.radians(_YAWS_DEG))

PLATE_CLEAR, _PLATE_MANY = 0.5, 0.25
"""Share of the rim that is seen of a plate that shows its form, and of the frames in which it does."""
PLATE_ROUND, _PLATE_NARROW = 0.93, 0.85
"""Width over height of a plate that is seen from the side, and of one that is not: clear ones were 0.93 to
1.04 in 60 rendered sets from there, and 0.74 in 2 from 40 deg off."""
_PLATE_ASIDE_DEG = 12.0
"""How far off the side that may be."""

Posture = Literal["standing", "prone", "supine", "side", "seated", "hanging"]
"""How the trunk is held: on the feet (also bending forward), face down (also on all fours), on the back,
lying on one side, sitting, or hanging by the hands."""
UPRIGHT: frozenset[Posture] = frozenset({"standing", "seated", "hanging"})
"""Postures in which the trunk is about upright: where the person looks is told by toes, nose and chest."""


@dataclass(frozen=True, slots=True)
class Look:
    """How the camera sees the person over a set.

    Attributes:
        view: Where the camera stands.
        yaw_deg: How far off the pure side view, 0 to 90.
        yaw_uncertainty_deg: Spread of the estimates behind `yaw_deg`.
        near: The side nearer to the camera.
        facing: +1 where the feet are to the image right of the head, -1 otherwise.
        scale_px: Trunk length in pixels as it would be seen from the side.
        prone: Whether the person is face down (all fours), or upright, rather than face up or on one side.
        upright: Whether the trunk is about upright.
    """

    view: View
    yaw_deg: float
    yaw_uncertainty_deg: float
    near: Side
    facing: float
    scale_px: float
    prone: bool = True
    upright: bool = False

    @property
    def from_behind(self) -> bool:
        """Whether the person is face down and seen from behind, where the model guesses the legs."""
        return self.prone and not self.upright and self.view is View.FOOT_END

    @property
    def off_end_deg(self) -> float:
        """How far off the view along the body, 0 to 90."""
        return 90.0 - min(self.yaw_deg, 90.0)


def look(track: Track, posture: Posture) -> Look:
    """Estimate the camera position from part of a set, best from the start position.

    Face down the yaw is the median of three estimates: shoulder width against trunk length in the image, and
    the directions of the shoulder line and of the trunk in the metric landmarks. Face up see `_face_up_deg`.

    Args:
        track: The frames; those without a person are skipped.
        posture: How the person holds the trunk. It decides which side is near, and by what the yaw is told.
    """
    prone = posture == "prone" or posture in UPRIGHT
    part = track if bool(track.found.all()) else track.only(track.found)
    if not len(part):
        nan, upright = float("nan"), posture in UPRIGHT
        return Look(View.UNKNOWN, nan, nan, Side.LEFT, 1.0, nan, prone, upright)
    if posture in UPRIGHT:
        return _look_upright(part)
    if posture == "side":
        return _look_on_side(part)
    px = part.image_px
    shoulder, hip = _middle(px, Landmark.LEFT_SHOULDER), _middle(px, Landmark.LEFT_HIP)
    trunk = np.asarray(distance_px(shoulder, hip))
    width = distance_px(px[:, Landmark.LEFT_SHOULDER], px[:, Landmark.RIGHT_SHOULDER])
    flat_deg = float(np.degrees(np.arctan(np.median(width / np.maximum(trunk, 1e-6)) / BIACROMIAL_TO_TRUNK)))
    facing = 1.0 if float(np.median(hip[:, 0] - shoulder[:, 0])) >= 0 else -1.0
    near = Side.LEFT if (facing > 0) == prone else Side.RIGHT
    estimates, toward_feet = [flat_deg], float("nan")
    if part.world_m is not None and np.isfinite(part.world_m).all(axis=(1, 2)).any():
        shoulders_deg, trunk_deg = _world_yaws_deg(part.world_m)
        estimates = [flat_deg, shoulders_deg, abs(trunk_deg)]
        toward_feet = np.sign(trunk_deg)
        if not prone:
            estimates = _face_up_deg(part, (flat_deg + shoulders_deg) / 2, trunk_deg)
    yaw = sorted(estimates)[-2:][0]
    uncertainty = float(np.std(estimates)) + 3.0
    by_plates = float("nan") if prone else yaw_by_plates_deg(part)
    if np.isfinite(by_plates):  # the farther one is on the side of what is farther from the camera
        yaw, uncertainty, toward_feet = abs(by_plates), YAW_ERROR_DEG, np.sign(by_plates) * facing
    elif not prone:  # a shoulder may be drawn onto the plate that hides it
        yaw = _by_plate(part, yaw)
    else:
        yaw = min(PRONE_YAW_GAIN * yaw, yaw + 20.0)
    view = _view(yaw, toward_feet)
    scale = max(float(np.percentile(trunk, 80)), 1.15 * _shank_px(px) if yaw > SIDE_MAX_DEG else 0.0)
    return Look(view, yaw, uncertainty, near, facing, scale, prone)


def _face_up_deg(track: Track, shoulders_deg: float, trunk_deg: float) -> list[float]:
    """Return estimates of the yaw, face up, of which the second largest is the best one.

    The lines across shoulders and hips and the trunk's direction give one each. A plate, the bench or an arm
    hides a shoulder, and the model then draws both close together: the estimate is too small, hardly ever too
    large. From the feet's side the shin gives a fourth, as the trunk seems to shrink and the shin does not.

    Args:
        track: The frames, all with a person and metric landmarks.
        shoulders_deg: The yaw by the line across the shoulders.
        trunk_deg: The yaw by the trunk, + = the feet are nearer.
    """
    assert track.world_m is not None
    estimates = [shoulders_deg, _across_deg(track.world_m, Landmark.LEFT_HIP), abs(trunk_deg)]
    if trunk_deg > 0.0:
        px = track.image_px
        trunk = distance_px(_middle(px, Landmark.LEFT_SHOULDER), _middle(px, Landmark.LEFT_HIP))
        shin = _shank_px(px) / max(float(np.median(trunk)), 1e-6)
        estimates.append(float(np.interp(shin, _SHINS, _YAWS_DEG)))
    return [one for one in estimates if np.isfinite(one)]


def _by_plate(track: Track, yaw_deg: float) -> float:
    """Return how far off the side the camera stands where a clear plate contradicts the landmarks."""
    if yaw_deg > SIDE_MAX_DEG:
        return _PLATE_ASIDE_DEG if aside_by_plate(track) else yaw_deg
    aspect = _plate_aspect(track)
    return float(np.degrees(np.arccos(aspect))) if aspect < _PLATE_NARROW else yaw_deg


def aside_by_plate(track: Track) -> bool:
    """Whether a clear plate on the bar looks so round that it is seen from the side."""
    return _plate_aspect(track) > PLATE_ROUND


def _plate_aspect(track: Track) -> float:
    """Return the width over the height of a plate that is clear in many frames; NaN where none is."""
    if track.rim is None:
        return float("nan")
    with np.errstate(invalid="ignore"):
        clear = track.rim[:, 3] >= PLATE_CLEAR
    if clear.mean() < _PLATE_MANY:
        return float("nan")
    return float(np.median(track.rim[clear, 0] / track.rim[clear, 1]))


def _look_on_side(part: Track) -> Look:
    """Estimate the camera position for somebody who lies on one side, seen from the front or from behind.

    The shoulders are one above the other, so the line between them keeps its length however far the camera
    goes round. The trunk gets shorter. The upper side is the near one: the body hides the lower one.
    """
    px = part.image_px
    shoulder, hip = _middle(px, Landmark.LEFT_SHOULDER), _middle(px, Landmark.LEFT_HIP)
    trunk = float(np.percentile(distance_px(shoulder, hip), 80))
    width = float(np.median(distance_px(px[:, Landmark.LEFT_SHOULDER], px[:, Landmark.RIGHT_SHOULDER])))
    share = trunk * BIACROMIAL_TO_TRUNK / max(width, 1e-6)
    estimates, toward_feet = [float(np.degrees(np.arccos(min(share, 1.0))))], float("nan")
    if part.world_m is not None and np.isfinite(part.world_m).all(axis=(1, 2)).any():
        _, trunk_deg = _world_yaws_deg(part.world_m)
        estimates.append(abs(trunk_deg))
        toward_feet = float(np.sign(trunk_deg))
    yaw = float(np.mean(estimates))
    lower = (px[:, Landmark.LEFT_SHOULDER] - px[:, Landmark.RIGHT_SHOULDER])[:, 1]
    near = Side.RIGHT if float(np.median(lower)) > 0 else Side.LEFT
    facing = 1.0 if float(np.median(hip[:, 0] - shoulder[:, 0])) >= 0 else -1.0
    scale = max(trunk, width / BIACROMIAL_TO_TRUNK if yaw > SIDE_MAX_DEG else 0.0)
    return Look(_view(yaw, toward_feet), yaw, float(np.std(estimates)) + 3.0, near, facing, scale, False)


def _look_upright(part: Track) -> Look:
    """Estimate the camera position for an upright person: trunk length stays, shoulders and feet turn.

    As on all fours, the feet end is behind the person; `facing` tells on which side of the image that is.
    """
    px = part.image_px
    shoulder, hip = _middle(px, Landmark.LEFT_SHOULDER), _middle(px, Landmark.LEFT_HIP)
    trunk = float(np.percentile(distance_px(shoulder, hip), 80))
    toes = _middle(px, Landmark.LEFT_FOOT_INDEX) - _middle(px, Landmark.LEFT_HEEL)
    face = px[:, Landmark.NOSE] - _middle(px, Landmark.LEFT_EAR)
    ahead = sum(np.nan_to_num(way[:, 0]) for way in (toes, face, shoulder - hip))  # some models have no toes
    facing = -1.0 if float(np.median(ahead)) > 0 else 1.0
    width = distance_px(px[:, Landmark.LEFT_SHOULDER], px[:, Landmark.RIGHT_SHOULDER])
    share = float(np.median(width)) / max(BIACROMIAL_TO_TRUNK * trunk, 1e-6)
    estimates, toward_feet = [float(np.degrees(np.arcsin(min(share, 1.0))))], float("nan")
    if part.world_m is not None and np.isfinite(part.world_m).all(axis=(1, 2)).any():
        estimates.append(_world_yaws_deg(part.world_m)[0])
        depth = part.world_m[:, Landmark.NOSE, 2] - _middle(part.world_m, Landmark.LEFT_EAR)[:, 2]
        toward_feet = float(np.sign(finite_median(depth)))
    yaw = float(np.mean(estimates))
    near = Side.LEFT if facing > 0 else Side.RIGHT
    spread = float(np.std(estimates)) + 3.0
    return Look(_view(yaw, toward_feet), yaw, spread, near, facing, trunk, prone=True, upright=True)


def _shank_px(px: Floats) -> float:
    """Return the length of the longer shin, NaN where none is seen."""
    shins = [distance_px(px[:, knee], px[:, knee + 2]) for knee in (Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE)]
    seen = [shin[np.isfinite(shin)] for shin in shins]
    return max((float(np.percentile(shin, 80)) for shin in seen if len(shin)), default=float("nan"))


def _middle(px: Floats, left: int) -> Floats:
    middle: Floats = (px[:, left] + px[:, left + 1]) / 2
    return middle


def _world_yaws_deg(world_m: Floats) -> tuple[float, float]:
    """Yaw by the shoulder line (0 to 90) and by the trunk (signed, + = the feet are nearer)."""
    along = _middle(world_m, Landmark.LEFT_SHOULDER) - _middle(world_m, Landmark.LEFT_HIP)
    trunk = np.degrees(np.arctan2(along[:, 2], np.abs(along[:, 0])))
    return _across_deg(world_m, Landmark.LEFT_SHOULDER), float(finite_median(trunk))


def _across_deg(world_m: Floats, left: int) -> float:
    """Return the yaw, 0 to 90, by the line from a left joint to the right one."""
    across = world_m[:, left] - world_m[:, left + 1]
    return float(finite_median(np.degrees(np.arctan2(np.abs(across[:, 0]), np.abs(across[:, 2])))))


def _view(yaw_deg: float, toward_feet: float) -> View:
    if yaw_deg <= SIDE_MAX_DEG:
        return View.SIDE
    if np.isnan(toward_feet):
        return View.UNKNOWN
    if yaw_deg <= END_MIN_DEG:
        return View.OBLIQUE_FOOT if toward_feet > 0 else View.OBLIQUE_HEAD
    return View.FOOT_END if toward_feet > 0 else View.HEAD_END
