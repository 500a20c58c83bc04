"""Planted legs that landmarks leave: back where the foot stands, and nothing invented where a foot moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.skeleton import SHANK, THIGH, Shot, Tempo, thrusts

from formcheck.exercises.catalog import exercise
from formcheck.measures.planted import put_back
from formcheck.poses.geometry import distance_px, knee_between
from formcheck.poses.pose import Floats, Landmark, Side
from formcheck.poses.smoothing import smooth
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import Look, look
from formcheck.reps.rep_data import RepData, SetData
from formcheck.reps.segmentation import Phase, Rep

TRUNK_PX = 180.0
SHOT = Shot(scale=TRUNK_PX)
REPS = 2
LEG = (Landmark.RIGHT_KNEE, Landmark.RIGHT_ANKLE, Landmark.RIGHT_HEEL, Landmark.RIGHT_FOOT_INDEX)


def single(foot_x: float = 0.0) -> Track:
    """Two thrusts on the right leg, the left one held out."""
    return thrusts(SHOT, reps=REPS, foot_x=foot_x)


def both() -> Track:
    """Two thrusts on both legs, side by side."""
    track = single()
    px = track.image_px.copy()
    for joint in LEG:
        px[:, joint - 1] = px[:, joint] + (8.0, -6.0)
    return replace(track, image_px=px)


def height(track: Track) -> Floats:
    """(T,) how high the hips are, 0 to 1."""
    y = -track.image_px[:, Landmark.RIGHT_HIP, 1]
    share: Floats = (y - y.min()) / np.ptp(y)
    return share


def drawn_away(track: Track, *sides: Side, most: float = 0.7) -> Track:
    """As the hips come up, another thing draws knee and foot to itself: ahead of the knee, and up.

    The model is then less sure of both.
    """
    px, visibility, up = track.image_px.copy(), track.visibility.copy(), height(track)
    way = np.clip((up - 0.6) / 0.2, 0.0, 1.0)[:, None]
    for side in sides:
        knee, ankle = (joint + side.offset - 1 for joint in LEG[:2])
        thing = np.median(px[up > 0.9, knee], axis=0) + TRUNK_PX * np.array([0.4, 0.1])
        off = most * way * (thing - px[:, ankle])
        px[:, knee] += 0.3 * way * (thing - px[:, knee])
        for joint in LEG[1:]:
            px[:, joint + side.offset - 1] += off
        visibility[way[:, 0] > 0.0, LEG[0] + side.offset - 1] = 0.55
    return replace(track, image_px=px, visibility=visibility)


def seen(track: Track) -> Look:
    return look(track, "supine")


def off_pct(track: Track, true: Track, joint: int) -> Floats:
    return 100.0 * distance_px(track.image_px[:, joint], true.image_px[:, joint]) / TRUNK_PX


def read(track: Track, name: str) -> tuple[float, float]:
    """What a measure shows at the top, and its uncertainty."""
    data = SetData(track, smooth(track), Side.RIGHT, seen(single()), [])
    rep = Rep(*Tempo().times(0), bottom=0.0, top=50.0)
    reading = RepData(rep, data).read(name, Phase.TOP, "median", from_start=False)
    return reading.value, reading.uncertainty


@pytest.mark.parametrize("legs", [("right",), ("left", "right")])
def test_a_leg_drawn_away_at_the_top_is_put_back(legs: tuple[str, ...]) -> None:
    sides = [Side(leg) for leg in legs]
    true = single() if len(sides) == 1 else both()
    lost = drawn_away(true, *sides)
    right, found = put_back(lost, seen(true))
    assert [leg.side for leg in found] == [side.offset for side in sides]
    for side in sides:
        knee, ankle, heel, toes = (joint + side.offset - 1 for joint in LEG)
        assert off_pct(lost, true, ankle).max() > 40.0
        assert off_pct(right, true, ankle).max() < 8.0
        assert off_pct(right, true, knee).max() < 12.0
        away = off_pct(lost, true, ankle) > 25.0
        assert (right.visibility[away][:, [knee, ankle]] == 1.0).all()
        assert (right.visibility[away][:, [heel, toes]] == 0.0).all()  # a heel that rose was not seen


def test_a_leg_that_is_seen_stays_as_it_is() -> None:
    for true in (single(), both()):
        assert put_back(true, seen(true)) == (true, ())


def test_a_leg_held_out_stays_as_it_is() -> None:
    true = single()
    lost = drawn_away(true, Side.RIGHT)
    right, _ = put_back(lost, seen(true))
    for joint in LEG:
        assert right.image_px[:, joint - 1] == pytest.approx(lost.image_px[:, joint - 1])


def test_a_foot_that_is_lifted_is_not_put_back() -> None:
    """One leg marches while the other stands, and is drawn shorter than it is, as seen from above."""
    true = both()
    px = true.image_px.copy()
    way = height(true)[:, None] > 0.9
    for joint, by in zip(LEG, ((-0.5, -0.4), (-0.5, -0.65), (-0.5, -0.65), (-0.5, -0.65)), strict=True):
        px[:, joint - 1] += way * np.array(by) * TRUNK_PX
    marching = replace(true, image_px=px)
    assert put_back(marching, seen(true)) == (marching, ())


def test_a_foot_that_slides_is_not_put_back() -> None:
    """Both feet slide out by a third of the trunk at the top: the shins keep their length."""
    true = both()
    px = true.image_px.copy()
    way = 0.35 * TRUNK_PX * height(true)
    for joint in LEG[1:]:
        px[:, [joint - 1, joint], 0] += way[:, None]
    for side in (0, 1):
        hip, ankle = px[:, Landmark.LEFT_HIP + side], px[:, Landmark.LEFT_ANKLE + side]
        thigh, shin = THIGH * TRUNK_PX, SHANK * TRUNK_PX
        px[:, Landmark.LEFT_KNEE + side] = knee_between(hip, ankle, thigh, shin, facing=1.0)
    sliding = replace(true, image_px=px)
    assert put_back(sliding, seen(true)) == (sliding, ())


def test_a_foot_that_does_not_come_back_is_not_put_back() -> None:
    true = both()
    lost = drawn_away(true, Side.LEFT, Side.RIGHT)
    part = slice(0, int(np.argmax(height(true) > 0.99)) + 5)
    assert put_back(lost[part], seen(true))[1] == ()


def test_a_knee_that_is_seen_where_it_fits_stays() -> None:
    """Only the foot was lost, to the other leg: a knee that is where it was drawn before is right."""
    true = single()
    px, up = true.image_px.copy(), height(true) > 0.9
    px[up, Landmark.RIGHT_ANKLE] = px[up, Landmark.LEFT_KNEE]
    right, found = put_back(replace(true, image_px=px), seen(true))
    assert off_pct(right, true, Landmark.RIGHT_ANKLE).max() < 8.0
    assert right.image_px[:, Landmark.RIGHT_KNEE] == pytest.approx(true.image_px[:, Landmark.RIGHT_KNEE])
    assert not len(found[0].rows)


def test_a_body_that_is_misread_is_not_put_back() -> None:
    """The legs are drawn where the head is: then nothing that a knee is told by is sure."""
    true = both()
    px, up = true.image_px.copy(), height(true) > 0.9
    for joint in LEG[1:]:
        px[up, joint - 1 : joint + 1] = px[up, Landmark.NOSE][:, None]
    misread = replace(true, image_px=px)
    assert put_back(misread, seen(true))[1] == ()


def test_where_feet_stand_is_not_said_of_feet_that_were_put_back() -> None:
    true = both()
    lost = drawn_away(true, Side.LEFT, Side.RIGHT)
    rep = Rep(*Tempo().times(0), bottom=0.0, top=50.0)
    uneven = next(rule for rule in exercise("hip-thrust").rules if rule.name == "feet-uneven")
    assert uneven.read is not None
    for track, wanted in ((true, False), (lost, True)):
        data = SetData(track, smooth(track), Side.RIGHT, seen(true), [rep])
        assert data.feet_put_back(data.frames(*rep.window(Phase.TOP))) is wanted
        assert np.isnan(uneven.read(RepData(rep, data)).value) == wanted


def test_knee_and_shin_are_read_within_their_uncertainty() -> None:
    true = single()
    lost = drawn_away(true, Side.RIGHT)
    for name in ("knee_flexion_deg", "shin_from_vertical_deg", "hip_extension_deg"):
        value, uncertainty = read(lost, name)
        wanted, usual = read(true, name)
        assert abs(value - wanted) < uncertainty
        assert usual < uncertainty < 15.0


def test_a_leg_that_is_nearly_straight_is_less_sure() -> None:
    bent, straight = (
        read(drawn_away(single(foot_x), Side.RIGHT), "shin_from_vertical_deg") for foot_x in (0.0, 0.5)
    )
    assert straight[1] > bent[1] + 1.0
