"""What is drawn on a still is what was measured: angles, their zero, and their limit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.skeleton import Shot, kickbacks, thrusts

from formcheck.exercises import catalog
from formcheck.measures.body import Body
from formcheck.measures.catalogue import MEASURES
from formcheck.poses.geometry import wrap_deg
from formcheck.poses.pose import Landmark, Side
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import look
from formcheck.report.pictures.angle_drawing import Angle, Distance, draw, shape
from formcheck.report.pictures.canvas import COLOURS, Canvas
from formcheck.report.pictures.set_drawing import is_about_back, landmarks_of
from formcheck.rule import Status


def body_of(track: Track, side: Side, *, prone: bool) -> Body:
    return Body(track, side, look(track, "prone" if prone else "supine"))


def kick() -> Body:
    track = kickbacks(Shot(), reps=1, knee_deg=40.0, head_deg=12.0)
    return body_of(track, Side.LEFT, prone=True)


def thrust() -> Body:
    return body_of(thrusts(reps=1, foot_x=0.3, free_deg=-20.0), Side.RIGHT, prone=False)


TOP = 95
ANGLES = [
    *((kick, name) for name in ("leg_elevation_deg", "knee_flexion_deg", "leg_against_trunk_deg")),
    *((kick, name) for name in ("neck_extension_deg", "trunk_pitch_deg", "free_knee_flexion_deg")),
    *((kick, name) for name in ("thigh_elevation_deg", "free_thigh_elevation_deg")),
    *((thrust, name) for name in ("shin_from_vertical_deg", "free_leg_elevation_deg", "hip_extension_deg")),
    *((thrust, name) for name in ("heel_lift_deg", "knee_flexion_deg", "neck_extension_deg")),
]


@pytest.mark.parametrize(("make", "name"), ANGLES)
def test_the_angle_drawn_is_the_value_measured(make: type, name: str) -> None:
    body = make()
    value = float(MEASURES[name].of(body)[TOP])
    limit = value + 15.0
    found = shape(body, body, name, TOP, start=None, limit=limit)
    assert isinstance(found, Angle)
    assert abs(found.turn_deg) == pytest.approx(abs(value), abs=0.01)
    assert found.limit_deg is not None
    # The limit lies 15° further, the way in which the value grows.
    assert wrap_deg(np.array(found.limit_deg - found.turn_deg)) == pytest.approx(
        np.sign(found.limit_deg - found.turn_deg) * 15.0, abs=0.01
    )
    more = shape(body, body, name, TOP, start=None, limit=limit + 10.0)
    assert isinstance(more, Angle)
    assert more.limit_deg is not None
    assert abs(more.limit_deg - found.turn_deg) == pytest.approx(25.0, abs=0.01)


def test_a_change_counts_from_the_start() -> None:
    body = thrust()
    values = MEASURES["free_leg_elevation_deg"].of(body)
    start = float(np.median(values[:30]))
    found = shape(body, body, "free_leg_elevation_deg", TOP, start=(start, np.arange(30)), limit=start - 10.0)
    assert isinstance(found, Angle)
    assert abs(found.turn_deg) == pytest.approx(abs(float(values[TOP]) - start), abs=0.01)
    assert abs(found.limit_deg or 0.0) == pytest.approx(10.0)
    assert np.sign(found.limit_deg or 0.0) == np.sign(found.turn_deg)


def test_a_rolled_picture_turns_the_drawing_and_not_the_value() -> None:
    straight = kick()
    filmed = kickbacks(Shot(roll_deg=-8.0), reps=1, knee_deg=40.0, head_deg=12.0)
    shown = Body(filmed, Side.LEFT, straight.look)
    plain = shape(straight, straight, "leg_elevation_deg", TOP, start=None, limit=30.0)
    turned = shape(straight, shown, "leg_elevation_deg", TOP, start=None, limit=30.0)
    assert isinstance(plain, Angle)
    assert isinstance(turned, Angle)
    assert turned.turn_deg == pytest.approx(plain.turn_deg, abs=0.01)
    assert float(wrap_deg(np.array(turned.zero_deg - plain.zero_deg))) == pytest.approx(-8.0, abs=0.1)


def test_a_height_is_drawn_straight_up_from_the_level_of_the_other() -> None:
    body = thrust()
    found = shape(body, body, "hip_height_pct", TOP, start=None, limit=None)
    assert isinstance(found, Distance)
    assert found.origin[0] == pytest.approx(found.end[0])
    value = float(MEASURES["hip_height_pct"].of(body)[TOP])
    rise = 100.0 * (found.origin[1] - found.end[1]) / body.trunk_px
    assert rise == pytest.approx(value, abs=0.5)


def test_a_travel_is_drawn_from_the_start() -> None:
    track = kickbacks(reps=1)
    px = track.image_px.copy()
    px[TOP] += (25.0, 0.0)
    body = body_of(replace(track, image_px=px), Side.LEFT, prone=True)
    found = shape(body, body, "hip_travel_pct", TOP, start=(0.0, np.arange(30)), limit=None)
    assert isinstance(found, Distance)
    assert float(np.hypot(*(found.end - found.origin))) == pytest.approx(25.0, abs=1.0)


def test_what_is_not_seen_is_not_drawn() -> None:
    body = kick()
    px = body.track.image_px.copy()
    px[TOP] = np.nan
    blind = Body(replace(body.track, image_px=px), Side.LEFT, body.look)
    for name in ("knee_flexion_deg", "hip_height_pct", "back_bend_deg"):
        assert shape(blind, blind, name, TOP, start=None, limit=None) is None


def test_every_angle_of_a_rule_has_a_shape() -> None:
    """Outlines are drawn as they are; a difference of two slopes and the face have no simple shape."""
    thrusting = thrust()
    wrists = thrusting.track.image_px[:, [Landmark.LEFT_WRIST, Landmark.RIGHT_WRIST]]
    with_bar = replace(thrusting.track, bar_px=wrists + np.array([[-60.0, 0.0], [60.0, 0.0]]))
    on_the_back = Body(with_bar, thrusting.working, thrusting.look)
    for exercise in catalog.exercises().values():
        body = on_the_back if exercise.posture == "supine" else kick()
        for rule in exercise.rules:
            known = rule.shown and MEASURES[rule.shown].unit == "deg"
            if known and rule.shown not in ("back_bend_deg", "trunk_twist_deg", "face_from_floor_deg"):
                assert shape(body, body, rule.shown, TOP, start=(0.0, np.arange(9)), limit=None), rule.code


def test_a_measure_that_does_not_say_how_it_is_drawn_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    body, knee = kick(), MEASURES["knee_flexion_deg"]
    monkeypatch.setitem(MEASURES, "own_deg", replace(knee, name="own_deg", drawn=None))
    assert shape(body, body, "own_deg", TOP, start=None, limit=None) is None
    monkeypatch.setitem(MEASURES, "own_deg", replace(knee, name="own_deg"))
    assert isinstance(shape(body, body, "own_deg", TOP, start=None, limit=None), Angle)


def test_the_back_is_coloured_where_the_measure_is_its_outline_or_the_rule_says_so() -> None:
    rules = {rule.code: rule for exercise in catalog.exercises().values() for rule in exercise.rules}
    back = {code for code, rule in rules.items() if is_about_back(rule)}
    assert {"GKB01", "SHT01", "CKB01"} <= back
    assert all(rules[code].name == "lumbar-arching" for code in back)
    other_name = replace(rules["GKB01"], name="hollow")
    assert is_about_back(other_name)
    assert not is_about_back(replace(other_name, shows="hip_extension_deg"))


def test_lines_are_coloured_where_the_fault_is_seen() -> None:
    rules = {rule.code: rule for exercise in catalog.exercises().values() for rule in exercise.rules}

    def coloured(code: str) -> set[str]:
        found = landmarks_of(rules[code], lambda role: Side.RIGHT if role == "free" else Side.LEFT)
        return {Landmark(joint).name for joint in found}

    foot = {"LEFT_ANKLE", "LEFT_HEEL", "LEFT_FOOT_INDEX"}
    assert coloured("DNK02") == {"LEFT_HIP", "LEFT_KNEE", "LEFT_ANKLE"}
    assert coloured("SGB03") == {"RIGHT_HIP", "RIGHT_KNEE", "RIGHT_ANKLE"}
    assert coloured("BST13") == foot
    assert coloured("BST10") == coloured("GKB03") == {"LEFT_HIP", "RIGHT_HIP"}
    assert coloured("DNK10") == set()


def test_drawing_leaves_ink_in_the_colour_of_the_status() -> None:
    body = kick()
    found = shape(body, body, "knee_flexion_deg", TOP, start=None, limit=25.0)
    assert found is not None
    canvas = Canvas(np.zeros((720, 1280, 3), np.uint8))
    place = draw(canvas, found, Status.FAULT)
    assert np.isfinite(place).all()
    assert (canvas.image == COLOURS[Status.FAULT]).all(axis=2).sum() > 50
    assert (canvas.image == COLOURS[Status.WARN]).all(axis=2).sum() > 20  # the limit
