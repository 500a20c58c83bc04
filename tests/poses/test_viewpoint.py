from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.skeleton import Shot, kickbacks, squats, thrusts, with_plate

from formcheck.poses.guesses import guessed
from formcheck.poses.pose import Landmark, Side, View
from formcheck.poses.smoothing import smooth, stretches
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import Posture, look


def test_which_side_is_nearer_follows_anatomy() -> None:
    # Face down with the feet to the right the left side is nearer; face up the right one.
    seen = look(kickbacks(reps=1), "prone")
    assert (seen.view, seen.near, seen.facing) == (View.SIDE, Side.LEFT, 1.0)
    seen = look(thrusts(reps=1), "supine")
    assert (seen.view, seen.near, seen.facing) == (View.SIDE, Side.RIGHT, 1.0)


def test_a_mirrored_clip_turns_the_person_round() -> None:
    seen = look(kickbacks(Shot(mirrored=True), reps=1), "prone")
    assert (seen.view, seen.near, seen.facing) == (View.SIDE, Side.RIGHT, -1.0)
    seen = look(thrusts(Shot(mirrored=True), reps=1), "supine")
    assert (seen.near, seen.facing) == (Side.LEFT, -1.0)


@pytest.mark.parametrize(
    ("yaw", "view"),
    [
        (0, View.SIDE),
        (15, View.SIDE),
        (-15, View.SIDE),
        (45, View.OBLIQUE_FOOT),
        (-45, View.OBLIQUE_HEAD),
        (85, View.FOOT_END),
        (-85, View.HEAD_END),
    ],
)
@pytest.mark.parametrize("mirrored", [False, True])
def test_view_face_up_by_yaw(yaw: float, view: View, mirrored: bool) -> None:
    seen = look(thrusts(Shot(yaw_deg=yaw, world=True, mirrored=mirrored), reps=1), "supine")
    assert seen.view is view
    assert seen.yaw_deg == pytest.approx(abs(yaw), abs=10.0)


SHOULDERS, HIPS = slice(11, 13), slice(23, 25)


def with_shoulders_together(track: Track, share: float) -> Track:
    """Draw both shoulders nearer to each other, as where a plate or the bench hides one of them."""
    assert track.world_m is not None
    px, world = track.image_px.copy(), track.world_m.copy()
    for places in (px, world[..., :2]):
        middle = places[:, SHOULDERS].mean(axis=1, keepdims=True)
        places[:, SHOULDERS] = middle + share * (places[:, SHOULDERS] - middle)
    return replace(track, image_px=px, world_m=world)


@pytest.mark.parametrize("yaw_deg", [36.0, 42.0])
@pytest.mark.parametrize("mirrored", [False, True])
def test_face_up_a_hidden_shoulder_makes_no_side_view(yaw_deg: float, mirrored: bool) -> None:
    shown = thrusts(Shot(yaw_deg=yaw_deg, world=True, mirrored=mirrored), reps=1)
    hidden = with_shoulders_together(shown, 0.4)
    assert look(hidden, "supine").view is View.OBLIQUE_FOOT
    assert look(hidden, "supine").yaw_deg == pytest.approx(yaw_deg, abs=8.0)


@pytest.mark.parametrize(("shin_to_trunk", "yaw_deg"), [(1.3, 42.0), (0.8, 20.0)])
def test_a_trunk_that_is_short_beside_the_shin_is_seen_from_the_feet(
    shin_to_trunk: float, yaw_deg: float
) -> None:
    # Shoulders are drawn together, and the model takes the trunk for nearly level with the picture.
    hidden = with_shoulders_together(thrusts(Shot(yaw_deg=42.0, world=True), reps=1), 0.4)
    assert hidden.world_m is not None
    px, world = hidden.image_px.copy(), hidden.world_m.copy()
    depth = world[:, SHOULDERS, 2].mean(axis=1) - world[:, HIPS, 2].mean(axis=1)
    world[:, SHOULDERS, 2] -= 0.6 * depth[:, None]
    trunk = np.hypot(*(px[:, SHOULDERS] - px[:, HIPS]).mean(axis=1).T)
    for knee in (Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE):
        shin = px[:, knee + 2] - px[:, knee]
        px[:, knee + 2] = px[:, knee] + shin * (shin_to_trunk * trunk / np.hypot(*shin.T))[:, None]
    seen = look(replace(hidden, image_px=px, world_m=world), "supine")
    assert seen.yaw_deg == pytest.approx(yaw_deg, abs=5.0)


def test_legs_that_are_not_seen_tell_nothing_of_the_view() -> None:
    track = thrusts(Shot(yaw_deg=42.0, world=True), reps=1)
    px = track.image_px.copy()
    px[:, Landmark.LEFT_KNEE :] = np.nan
    assert look(replace(track, image_px=px), "supine").view is View.OBLIQUE_FOOT


@pytest.mark.parametrize("yaw_deg", [0.0, 12.0])
def test_shoulders_drawn_apart_from_the_side_make_no_oblique_view(yaw_deg: float) -> None:
    # A shirt or an arm over the far shoulder: the line across it looks 30 deg off, hips and trunk do not.
    track = thrusts(Shot(yaw_deg=yaw_deg, world=True), reps=1)
    px = track.image_px.copy()
    px[:, Landmark.LEFT_SHOULDER, 1] -= 60.0
    assert look(replace(track, image_px=px), "supine").view is View.SIDE


def test_on_all_fours_a_flattened_yaw_is_stretched() -> None:
    # The model shows 22 deg where there are 40: what looks like 25 is oblique.
    flattened = kickbacks(Shot(yaw_deg=25, world=True), reps=1)
    assert look(flattened, "prone").view is View.OBLIQUE_FOOT
    assert look(flattened, "prone").yaw_deg == pytest.approx(45.0, abs=6.0)


def test_without_metric_landmarks_an_oblique_view_is_not_named() -> None:
    assert look(thrusts(Shot(yaw_deg=50), reps=1), "supine").view is View.UNKNOWN
    assert look(thrusts(Shot(), reps=1), "supine").view is View.SIDE


def test_metric_landmarks_full_of_nan_are_none() -> None:
    track = thrusts(Shot(world=True), reps=1)
    assert track.world_m is not None
    blind = replace(track, world_m=np.full_like(track.world_m, np.nan))
    assert look(blind, "supine").view is View.SIDE


@settings(max_examples=15, deadline=None)
@given(st.floats(60.0, 300.0), st.floats(-10.0, 10.0), st.booleans())
def test_size_and_roll_of_the_picture_do_not_change_the_view(
    scale: float, roll: float, mirrored: bool
) -> None:
    track = kickbacks(Shot(fps=10, scale=scale, roll_deg=roll, mirrored=mirrored), reps=1)
    seen = look(track, "prone")
    assert seen.view is View.SIDE
    assert seen.facing == (-1.0 if mirrored else 1.0)
    assert seen.scale_px == pytest.approx(scale, rel=0.03)


def test_scale_of_an_oblique_view_is_not_the_shortened_trunk() -> None:
    seen = look(thrusts(Shot(yaw_deg=60, world=True, scale=200.0), reps=1), "supine")
    assert seen.scale_px > 1.4 * 100.0  # the trunk itself shows cos 60 of its 200 px
    assert seen.scale_px < 1.2 * 200.0


def test_frames_without_a_person_are_passed_over() -> None:
    whole = look(kickbacks(reps=1), "prone")
    seen = look(kickbacks(Shot(missing=(0, 100)), reps=1), "prone")
    assert (seen.view, seen.near) == (whole.view, whole.near)
    assert seen.scale_px == pytest.approx(whole.scale_px, rel=0.01)


def test_nobody_gives_an_unknown_view() -> None:
    track = kickbacks(Shot(missing=(0, 10_000)), reps=1)
    seen = look(track, "prone")
    assert seen.view is View.UNKNOWN
    assert np.isnan(seen.scale_px)
    assert look(Track.from_poses([], (10, 10)), "prone").view is View.UNKNOWN


def on_the_side(upper: Side, *, yaw_deg: float = 0.0, head_left: bool = True) -> Track:
    """Somebody who lies on one side, the other one above it; the feet come nearer with the yaw."""
    turn, trunk_px, metres = np.radians(yaw_deg), 200.0, 0.5
    places = {"SHOULDER": (0.0, 0.375), "HIP": (1.0, 0.17), "KNEE": (1.85, 0.1), "ANKLE": (2.65, 0.1)}
    px, world = np.full((30, 33, 2), 300.0), np.zeros((30, 33, 3))
    for side in Side:
        for part, (along, half) in places.items():
            out = half if side is upper else -half
            x = along if head_left else -along
            at = Landmark[f"{side.name}_{part}"]
            px[:, at] = [640.0 + trunk_px * x * np.cos(turn), 360.0 - trunk_px * out]
            world[:, at] = metres * np.array([x * np.cos(turn), -out, -along * np.sin(turn)])
    return Track(np.arange(30) / 30, px, np.ones((30, 33)), (1280, 720), world_m=world, source="side")


@pytest.mark.parametrize("upper", list(Side))
@pytest.mark.parametrize("head_left", [True, False])
def test_somebody_on_one_side_shows_the_upper_one(upper: Side, head_left: bool) -> None:
    seen = look(on_the_side(upper, head_left=head_left), "side")
    assert (seen.view, seen.near) == (View.SIDE, upper)
    assert seen.facing == (1.0 if head_left else -1.0)
    assert seen.scale_px == pytest.approx(200.0, rel=0.02)
    assert seen.yaw_deg < 1.0


@pytest.mark.parametrize(
    ("yaw_deg", "view"), [(45.0, View.OBLIQUE_FOOT), (-45.0, View.OBLIQUE_HEAD), (80.0, View.FOOT_END)]
)
def test_the_view_of_somebody_on_one_side(yaw_deg: float, view: View) -> None:
    seen = look(on_the_side(Side.LEFT, yaw_deg=yaw_deg), "side")
    assert seen.view is view
    assert seen.yaw_deg == pytest.approx(abs(yaw_deg), abs=3.0)
    assert seen.scale_px == pytest.approx(200.0, rel=0.05)
    assert not seen.from_behind


@pytest.mark.parametrize("posture", ["standing", "seated", "hanging"])
@pytest.mark.parametrize("mirrored", [True, False])
def test_whoever_is_upright_is_seen_by_where_the_toes_point(posture: Posture, mirrored: bool) -> None:
    seen = look(squats(Shot(mirrored=mirrored), reps=1), posture)
    assert (seen.view, seen.near) == (View.SIDE, Side.RIGHT if mirrored else Side.LEFT)
    assert (seen.prone, seen.upright) == (True, True)


def test_legs_of_whoever_is_upright_are_not_guessed_from_behind() -> None:
    track = squats(Shot(yaw_deg=85.0, world=True), reps=1)
    seen = replace(look(track, "standing"), view=View.FOOT_END)
    assert not seen.from_behind
    counted = np.ones(len(track), dtype=bool)
    assert not guessed(track, smooth(track), seen, counted)
    assert guessed(track, smooth(track), replace(seen, upright=False), counted)


def apart(track: Track) -> Track:
    """Draw the far shoulder elsewhere, so that the shoulders seem to be seen obliquely."""
    px = track.image_px.copy()
    px[:, Landmark.LEFT_SHOULDER] += (90.0, -90.0)
    return replace(track, image_px=px)


def rimmed(track: Track, aspect: float, share: float = 0.6) -> Track:
    """A plate of some width over its height is followed."""
    track = with_plate(track)
    assert track.rim is not None
    return replace(track, rim=track.rim * np.array([aspect, 1.0, 1.0, 0.0]) + np.array([0, 0, 0, share]))


def test_a_round_plate_shows_that_the_camera_stands_at_the_side() -> None:
    lost = apart(thrusts(reps=1))
    assert look(lost, "supine").view is not View.SIDE
    assert look(rimmed(lost, 0.99), "supine").view is View.SIDE
    assert look(rimmed(lost, 0.99, share=0.3), "supine").view is not View.SIDE  # it may be something else
    assert look(rimmed(lost, 0.8), "supine").view is not View.SIDE


def test_a_narrow_plate_shows_that_it_does_not() -> None:
    shot = Shot(yaw_deg=20.0, world=True)
    assert look(rimmed(thrusts(shot, reps=1), 0.98), "supine").view is View.SIDE
    seen = look(rimmed(thrusts(shot, reps=1), 0.74), "supine")
    assert seen.view is View.OBLIQUE_FOOT
    assert seen.yaw_deg == pytest.approx(42.0, abs=2.0)


def test_someone_beside_a_round_plate_does_not_turn_round() -> None:
    one = thrusts(reps=2)
    px = one.image_px.copy()
    half = len(px) // 2
    px[half:, Landmark.LEFT_SHOULDER] += (110.0, -110.0)
    turning = replace(one, image_px=px)
    assert len(stretches(turning)) == 2
    assert len(stretches(rimmed(turning, 0.99))) == 1


def with_widths(track: Track, shares: dict[tuple[float, float], float], otherwise: float = 0.45) -> Track:
    """Draw the shoulders as far apart, in trunk lengths, as is given for spans of time."""
    px, width = track.image_px.copy(), np.full(len(track), otherwise)
    for (start_s, end_s), share in shares.items():
        width[(track.time_s >= start_s) & (track.time_s < end_s)] = share
    trunk = np.hypot(*(px[:, SHOULDERS] - px[:, HIPS]).mean(axis=1).T)
    middle = px[:, SHOULDERS].mean(axis=1)
    for joint, way in ((Landmark.LEFT_SHOULDER, -0.5), (Landmark.RIGHT_SHOULDER, 0.5)):
        px[:, joint] = middle + np.stack([np.zeros_like(width), way * width * trunk], axis=1)
    return replace(track, image_px=px)


@pytest.mark.parametrize(
    ("shares", "parts"),
    [
        pytest.param({(2.0, 2.1): 0.2, (3.0, 3.1): 0.8, (6.0, 6.1): 0.8}, 1, id="single frames"),
        pytest.param({(0.0, 0.3): 0.2, (0.3, 9.0): 0.8}, 1, id="before the model has found its feet"),
        pytest.param({(0.0, 5.0): 0.2, (5.0, 5.1): 0.8, (7.5, 7.6): 0.8}, 1, id="nothing clear after it"),
        pytest.param({(0.0, 5.0): 0.2, (5.5, 9.0): 0.8}, 2, id="a turn"),
        pytest.param({(0.0, 1.2): 0.2, (1.2, 9.0): 0.8}, 2, id="an early turn"),
    ],
)
def test_a_turn_shows_before_and_after_it(shares: dict[tuple[float, float], float], parts: int) -> None:
    assert len(stretches(with_widths(thrusts(reps=3), shares))) == parts
