"""Arms and people on their feet: what was put into a skeleton is what is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from support.skeleton import SHANK, THIGH, Shot, _body, _film, _unit, _xy, kickbacks, squats, thrusts

from formcheck import Settings
from formcheck.exercises.catalog import exercise
from formcheck.measures.body import Body, Part, Role
from formcheck.measures.catalogue import MEASURES, arms, measure, standing
from formcheck.pipeline import Session
from formcheck.poses.geometry import wrap_deg
from formcheck.poses.pose import Floats, Landmark, Side
from formcheck.poses.smoothing import smooth
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import look
from formcheck.reps.rep_data import RepData, SetData
from formcheck.reps.segmentation import Phase, Rep

MIRRORS = pytest.mark.parametrize("mirrored", [False, True])
UPPER_ARM, FOREARM = 0.65, 0.51
"""Of the trunk, by Winter's segment lengths."""
ARM_PCT = 100.0 * (UPPER_ARM + FOREARM)
PLAIN = Shot()
HERE = (arms.__name__, standing.__name__)
NEW = sorted(name for name, one in MEASURES.items() if one.of.__module__ in HERE)
T = np.arange(60) / 30.0


def stands(
    shot: Shot = PLAIN,
    *,
    lean_deg: float = 0.0,
    arm_deg: float = 0.0,
    elbow_deg: float = 0.0,
    other_elbow_deg: float = 0.0,
    knee_deg: float = 0.0,
    shin_deg: float = 0.0,
) -> Track:
    """A person who stands and looks to the image left, seen from the left.

    The trunk leans forward by `lean_deg`. The upper arm is `arm_deg` before the trunk. The shin leans forward
    by `shin_deg`. `other_elbow_deg` is the bend of the right elbow.
    """
    ankle = _xy(0.9, -1.6, T)
    knee = ankle + SHANK * _unit(90.0 + shin_deg + 0 * T)
    hip = knee + THIGH * _unit(90.0 + shin_deg - knee_deg + 0 * T)
    shoulder = hip + _unit(90.0 + lean_deg + 0 * T)
    leg = {"HIP": hip, "KNEE": knee, "ANKLE": ankle}
    leg |= {"HEEL": ankle + np.array([0.05, -0.1]), "FOOT_INDEX": ankle + np.array([-0.25, -0.1])}
    down = 270.0 + lean_deg - arm_deg  # along the trunk, then forward: towards the image left
    sides = {}
    for side, bend_deg in ((Side.LEFT, elbow_deg), (Side.RIGHT, other_elbow_deg)):
        elbow = shoulder + UPPER_ARM * _unit(down + 0 * T)
        sides[side] = {**leg, "ELBOW": elbow, "WRIST": elbow + FOREARM * _unit(down - bend_deg + 0 * T)}
    ear = shoulder + 0.3 * _unit(90.0 + lean_deg + 0 * T)
    upper = {"SHOULDER": shoulder, "EAR": ear, "NOSE": ear + np.array([-0.16, 0.0])}
    upper |= {part: sides[Side.LEFT][part] for part in ("ELBOW", "WRIST")}
    nobody = np.full((2, len(T), 33, 2), np.nan)
    return _film(T, _body(T, sides, upper, near=Side.LEFT), replace(shot, edges=False), nobody, Side.LEFT)


def value(name: str, track: Track, working: Side = Side.LEFT, *, mirrored: bool = False) -> float:
    seen = Body(track, working.other if mirrored else working, look(track, "standing"))
    return float(np.nanmedian(measure(name).of(seen)))


@MIRRORS
@pytest.mark.parametrize("lean_deg", [0.0, 20.0, 70.0])
@pytest.mark.parametrize("arm_deg", [-30.0, 0.0, 60.0, 120.0])
def test_arms_of_somebody_who_stands_are_those_put_in(
    arm_deg: float, lean_deg: float, mirrored: bool
) -> None:
    shot = Shot(mirrored=mirrored)
    track = stands(shot, lean_deg=lean_deg, arm_deg=arm_deg, elbow_deg=80.0, other_elbow_deg=50.0)
    for name, true in (
        ("elbow_flexion_deg", 80.0),
        ("free_elbow_flexion_deg", 50.0),
        ("difference(elbow_flexion_deg)", 30.0),
        ("upper_arm_from_trunk_deg", arm_deg),
        ("free_upper_arm_from_trunk_deg", arm_deg),
        ("upper_arm_from_vertical_deg", arm_deg - lean_deg),
        ("forearm_from_vertical_deg", float(wrap_deg(np.array(lean_deg - arm_deg - 80.0)))),
        ("trunk_lean_deg", lean_deg),
        ("hip_flexion_deg", lean_deg),
    ):
        assert value(name, track, mirrored=mirrored) == pytest.approx(true, abs=1.0), name


@MIRRORS
def test_hands_are_where_they_were_put(mirrored: bool) -> None:
    shot = Shot(mirrored=mirrored)
    low = stands(shot)
    assert value("wrist_height_pct", low, mirrored=mirrored) == pytest.approx(-ARM_PCT, abs=1.0)
    ahead = stands(shot, arm_deg=90.0)
    assert value("wrist_height_pct", ahead, mirrored=mirrored) == pytest.approx(0.0, abs=1.0)
    assert value("free_wrist_height_pct", ahead, mirrored=mirrored) == pytest.approx(0.0, abs=1.0)
    # Heel and toes lie 0.05 behind and 0.25 before the ankle, above which the shoulder is: 0.1 between them.
    assert value("hand_over_foot_pct", ahead, mirrored=mirrored) == pytest.approx(ARM_PCT - 10.0, abs=1.0)
    hinge = stands(shot, lean_deg=70.0, arm_deg=70.0)  # the arm hangs, the trunk is low
    reach = 100.0 * np.sin(np.radians(70.0))
    assert value("hand_before_leg_pct", hinge, mirrored=mirrored) == pytest.approx(reach, abs=1.0)
    assert value("hand_before_leg_pct", low, mirrored=mirrored) == pytest.approx(0.0, abs=1.0)


@MIRRORS
def test_the_path_of_a_hand_is_how_far_it_leaves_the_vertical(mirrored: bool) -> None:
    track = stands(Shot(mirrored=mirrored))
    px = track.image_px.copy()
    ahead = 1.0 if mirrored else -1.0
    px[30:, [Landmark.LEFT_WRIST, Landmark.RIGHT_WRIST]] += np.array([ahead * 0.2, -0.5]) * Shot.scale
    seen = Body(replace(track, image_px=px), Side.LEFT, look(track, "standing"))
    path = measure("hand_path_pct").of(seen)
    assert path[:30] == pytest.approx(0.0, abs=1e-6)
    assert path[30:] == pytest.approx(20.0, abs=0.5)


@MIRRORS
def test_knees_and_depth_are_those_put_in(mirrored: bool) -> None:
    shot = Shot(mirrored=mirrored)
    shin_deg, knee_deg = 35.0, 110.0
    track = stands(shot, lean_deg=40.0, knee_deg=knee_deg, shin_deg=shin_deg)
    ahead = 100.0 * SHANK * np.sin(np.radians(shin_deg))
    below = -100.0 * THIGH * np.cos(np.radians(knee_deg - shin_deg))
    for name, true in (
        ("knee_over_ankle_pct", ahead),
        ("knee_over_toe_pct", ahead - 25.0),
        ("hips_below_knee_pct", below),
        ("knee_flexion_deg", knee_deg),
        ("hip_flexion_deg", 40.0 + knee_deg - shin_deg),
        ("difference(knee_flexion_deg)", 0.0),
        ("foot_ahead_pct", 0.0),
    ):
        assert value(name, track, mirrored=mirrored) == pytest.approx(true, abs=1.0), name


def test_from_the_front_hands_hips_and_both_sides_are_told_apart() -> None:
    track = stands()
    px = np.full_like(track.image_px, 300.0)
    for left, x, y in (
        (Landmark.LEFT_SHOULDER, 60.0, 200.0),
        (Landmark.LEFT_WRIST, 90.0, 100.0),
        (Landmark.LEFT_HIP, 40.0, 360.0),
        (Landmark.LEFT_ANKLE, 40.0, 600.0),
    ):  # the subject's left is at the image right: seen from the front
        px[:, left], px[:, left + 1] = (640.0 + x, y), (640.0 - x, y)
    px[:, [Landmark.LEFT_HIP, Landmark.RIGHT_HIP], 0] += 16.0
    seen = Body(replace(track, image_px=px), Side.LEFT, look(replace(track, image_px=px), "prone"))
    assert np.nanmedian(measure("hand_width_pct").of(seen)) == pytest.approx(150.0)
    shift = 100.0 * 16.0 / seen.trunk_px
    assert np.nanmedian(measure("hip_shift_pct").of(seen)) == pytest.approx(shift)
    other = Body(seen.track, Side.RIGHT, seen.look)
    assert np.nanmedian(measure("hip_shift_pct").of(other)) == pytest.approx(-shift)


@MIRRORS
def test_on_all_fours_an_arm_under_the_shoulder_is_square_to_the_trunk(mirrored: bool) -> None:
    track = kickbacks(Shot(mirrored=mirrored), reps=1)
    seen = Body(track, Side.LEFT, look(track, "prone"))
    for name, true in (("upper_arm_from_trunk_deg", 90.0), ("upper_arm_from_vertical_deg", 0.0)):
        assert np.nanmedian(measure(name).of(seen)) == pytest.approx(true, abs=3.0), name


@MIRRORS
def test_on_the_back_an_arm_towards_the_ceiling_is_before_the_body(mirrored: bool) -> None:
    track = thrusts(Shot(mirrored=mirrored), reps=1, low_deg=0.0)
    px = track.image_px.copy()
    for side in (0, 1):
        shoulder = px[:, Landmark.LEFT_SHOULDER + side]
        px[:, Landmark.LEFT_ELBOW + side] = shoulder - [0.0, UPPER_ARM * Shot.scale]
    seen = Body(replace(track, image_px=px), Side.LEFT, look(track, "supine"))
    assert np.nanmedian(measure("upper_arm_from_trunk_deg").of(seen)) == pytest.approx(90.0, abs=3.0)


def test_hip_flexion_is_the_extension_the_other_way() -> None:
    track = squats()
    seen = Body(track, Side.LEFT, look(track, "standing"))
    extension, flexion = (measure(name).of(seen) for name in ("hip_extension_deg", "hip_flexion_deg"))
    np.testing.assert_allclose(flexion, -extension, atol=1e-9)


def test_an_oblique_camera_is_allowed_for() -> None:
    flat, turned = (
        value("elbow_flexion_deg", stands(Shot(yaw_deg=yaw, world=True), arm_deg=60.0, elbow_deg=80.0))
        for yaw in (0.0, 35.0)
    )
    assert turned == pytest.approx(flat, abs=8.0)


def reading(track: Track, name: str) -> str:
    rep = Rep(0.4, 0.8, 1.2, 1.7, 0.0, 1.0)
    data = SetData(track, smooth(track), Side.LEFT, look(track, "standing"), [rep])
    return RepData(rep, data).read(name, Phase.TOP, "median", from_start=False).reason


_BY_ROLE: dict[Role, str] = {"working": "left", "free": "right", "near": "left", "far": "right"}


@pytest.mark.parametrize("name", NEW)
def test_a_joint_that_is_hidden_is_named_and_nothing_is_measured(name: str) -> None:
    role, part = MEASURES[name].needs[0]
    track = stands(elbow_deg=40.0)
    assert "cannot see" not in reading(track, name)
    visibility = track.visibility.copy()
    for side in Side:
        if role == "middle" or side.value == _BY_ROLE[role]:
            visibility[:, Landmark[f"{side.name}_{part.upper()}"]] = 0.1
    called = f"{part}s" if role == "middle" else f"{_BY_ROLE[role]} {part.replace('_index', '')}"
    assert reading(replace(track, visibility=visibility), name) == f"cannot see your {called} steadily"


@pytest.mark.parametrize("name", NEW)
def test_a_measure_reads_no_joint_that_it_does_not_need(name: str) -> None:
    track = stands(elbow_deg=40.0, lean_deg=30.0)
    camera = look(track, "standing")
    needed = set(MEASURES[name].needs)
    before = MEASURES[name].of(Body(track, Side.LEFT, camera))
    for left in (11, 13, 15, 23, 25, 27, 29, 31):
        for side in (0, 1):
            part: Part = Landmark(left).name.removeprefix("LEFT_").lower()  # type: ignore[assignment]
            roles: tuple[Role, ...] = ("middle", *(("working", "near") if side == 0 else ("free", "far")))
            if needed & {(role, part) for role in roles}:
                continue
            px: Floats = track.image_px.copy()
            px[:, left + side] = np.nan
            after = MEASURES[name].of(Body(replace(track, image_px=px), Side.LEFT, camera))
            np.testing.assert_allclose(after, before, atol=1e-9, err_msg=f"{name} {part} {side}")


def test_who_does_not_use_them_does_not_pay_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counted(name: str) -> Callable[[Body], Floats]:
        return lambda body: asked.append(name) or np.full(len(body.track), np.nan)  # type: ignore[func-returns-value]

    for name in NEW:
        monkeypatch.setitem(MEASURES, name, replace(MEASURES[name], of=counted(name)))
    track = kickbacks(reps=2)
    session = Session(track.size, Settings(exercise=exercise("glute-kickback")), source="skeleton")
    for pose in track.poses():
        session.push(pose)
    assert len(session.finish().report.reps) == 2
    assert asked == []
