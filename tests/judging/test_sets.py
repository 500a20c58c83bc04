from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from support.relatives import hip_thrusts, single_leg_bridges
from support.skeleton import SIZE, Shot, Tempo, change_legs, clock, exchange, join, kickbacks, level, thrusts

from formcheck.exercises import catalog
from formcheck.judging.prepare import prepared
from formcheck.judging.record import judge_sets
from formcheck.judging.sets import Footage, Found, find
from formcheck.poses.pose import Floats, Landmark, Side, View
from formcheck.poses.smoothing import unswap
from formcheck.poses.track import Track
from formcheck.reps.rep_data import RepData
from formcheck.reps.segmentation import LATE, Phase

MAKERS: dict[str, Callable[..., Track]] = {"glute-kickback": kickbacks, "single-leg-hip-thrust": thrusts}
each = pytest.mark.parametrize("name", MAKERS)


def found_in(track: Track, name: str, side: Side | None = None) -> Found:
    return find(Footage(prepared(unswap(track))), catalog.exercise(name), side=side)


def sides(found: Found) -> list[tuple[Side, int]]:
    return [(one.side, len(one.reps)) for one in found.sets]


@each
@pytest.mark.parametrize("working", list(Side))
@pytest.mark.parametrize("mirrored", [False, True])
def test_side_and_count(name: str, working: Side, mirrored: bool) -> None:
    found = found_in(MAKERS[name](Shot(mirrored=mirrored, noise_px=1.5), working=working), name)
    assert sides(found) == [(working.other if mirrored else working, 3)]
    assert not found.refused


@each
def test_both_sides_are_two_sets(name: str) -> None:
    left, right = MAKERS[name](working=Side.LEFT, reps=3), MAKERS[name](working=Side.RIGHT, reps=4)
    found = found_in(change_legs(left, right, Side.RIGHT), name)
    assert sides(found) == [(Side.LEFT, 3), (Side.RIGHT, 4)]
    assert found.rep_count == 7
    assert found.sets[0].reps[-1].end_s < found.sets[1].reps[0].start_s


@each
@pytest.mark.parametrize(
    "shot",
    [
        Shot(roll_deg=5.0),
        Shot(roll_deg=-5.0),
        Shot(scale=70.0),
        Shot(fps=10.0),
        Shot(fps=24.0),
        Shot(fps=60.0),
        Shot(jitter=0.9),
        Shot(noise_px=3.0),
        Shot(edges=False),
        Shot(swapped=(200, 230)),
        Shot(missing=(100, 106)),
        Shot(start_s=3600.0),
    ],
    ids=lambda shot: ",".join(f"{k}={v}" for k, v in vars(shot).items() if v != getattr(Shot(), k)),
)
def test_how_it_is_filmed_changes_no_count(name: str, shot: Shot) -> None:
    found = found_in(MAKERS[name](shot), name)
    assert [count for _, count in sides(found)] == [3]
    assert found.rep_count == 3
    for one in found.sets[0].reps:
        assert one.start_s >= shot.start_s


@each
def test_times_are_those_put_in(name: str) -> None:
    for i, rep in enumerate(found_in(MAKERS[name](Shot(noise_px=1.0)), name).sets[0].reps):
        start_s, lockout_s, lower_s, end_s = Tempo().times(i)  # landmarks that are put in are not late
        assert [rep.start_s, rep.lockout_s, rep.lower_s, rep.end_s] == pytest.approx(
            [start_s - LATE.start_s, lockout_s, lower_s - LATE.lower_s, end_s], abs=0.15
        )


@each
def test_a_side_given_by_the_user_is_kept(name: str) -> None:
    right, left = MAKERS[name](working=Side.RIGHT), MAKERS[name](working=Side.LEFT)
    assert sides(found_in(change_legs(left, right, Side.RIGHT), name, Side.RIGHT))[-1] == (Side.RIGHT, 3)
    assert {side for side, _ in sides(found_in(right, name, Side.RIGHT))} == {Side.RIGHT}


@each
def test_each_exercise_refuses_the_other(name: str) -> None:
    other = next(maker for key, maker in MAKERS.items() if key != name)
    assert found_in(other(), name).sets == ()


@pytest.mark.parametrize(
    ("track", "name", "reason"),
    [
        (kickbacks(knee_deg=90.0, top_deg=10.0), "glute-kickback", "donkey kick"),
        (hip_thrusts(), "single-leg-hip-thrust", "both feet are planted"),
        (single_leg_bridges(), "single-leg-hip-thrust", "a bridge from the floor"),
    ],
)
def test_near_relatives_are_refused_with_a_reason(track: Track, name: str, reason: str) -> None:
    found = found_in(track, name)
    assert found.sets == ()
    assert found.refused.total() == 3
    assert all(reason in said for said in found.refused)
    assert name == "glute-kickback" or all("at least" in said and "%" in said for said in found.refused)


def upright(t: Floats, lean_deg: Floats, thighs_deg: Sequence[Floats], shins_deg: Sequence[Floats]) -> Track:
    """A person on their feet, seen from the side: angles from the vertical, + ahead (image left)."""
    ahead, down = np.array([-1.0, 0.0]), np.array([0.0, 1.0])

    def turned(angle_deg: Floats) -> Floats:
        a = np.radians(angle_deg)[:, None]
        part: Floats = np.sin(a) * ahead + np.cos(a) * down
        return part

    px = np.zeros((len(t), 33, 2))
    px[:] = -turned(-lean_deg)[:, None] * 1.25  # the head, over hips at the origin
    for i in range(2):
        px[:, Landmark.LEFT_SHOULDER + i] = -turned(-lean_deg)
        px[:, [13 + i, 15 + i, 17 + i, 19 + i, 21 + i]] = px[:, [11 + i]] + np.array([0.0, 0.6])
        px[:, Landmark.LEFT_HIP + i] = 0.0
        px[:, Landmark.LEFT_KNEE + i] = 0.85 * turned(thighs_deg[i])
        px[:, Landmark.LEFT_ANKLE + i] = px[:, Landmark.LEFT_KNEE + i] + 0.8 * turned(shins_deg[i])
        px[:, Landmark.LEFT_HEEL + i] = px[:, Landmark.LEFT_ANKLE + i] + 0.05 * down
        px[:, Landmark.LEFT_FOOT_INDEX + i] = px[:, Landmark.LEFT_HEEL + i] + 0.2 * ahead
    return Track(t, 150.0 * px + [640.0, 300.0], np.ones((len(t), 33)), SIZE)


def walking(t: Floats) -> Track:
    swing = 28 * np.sin(2 * np.pi * t / 1.2)
    bend = [np.maximum(0.0, 40 * np.cos(2 * np.pi * t / 1.2 + shift)) for shift in (0.0, np.pi)]
    return upright(t, np.full_like(t, 3.0), [swing, -swing], [swing - bend[0], -swing - bend[1]])


def standing(t: Floats) -> Track:
    sway = 2.0 * np.sin(t)
    return upright(t, sway, [sway, sway], [sway, sway])


def squatting(t: Floats) -> Track:
    depth = level(t, Tempo(), 3)
    return upright(t, 40 * depth, [90 * depth] * 2, [-25 * depth] * 2)


def leg_swings(t: Floats) -> Track:
    back = -35 * level(t, Tempo(), 3)
    return upright(t, np.zeros_like(t), [back, np.zeros_like(t)], [back, np.zeros_like(t)])


@each
@pytest.mark.parametrize(
    "other", [walking, standing, squatting, leg_swings], ids=lambda maker: maker.__name__
)
def test_other_movements_are_no_reps(name: str, other: object) -> None:
    assert callable(other)
    assert found_in(other(clock(Tempo().duration(3), Shot())), name).rep_count == 0


def test_a_walk_in_and_out_costs_no_rep_and_adds_none() -> None:
    there, back = (walking(clock(4.0, Shot())) for _ in range(2))
    found = found_in(join(there, kickbacks(Shot(edges=False)), back), "glute-kickback")
    assert sides(found) == [(Side.LEFT, 3)]


@each
def test_landmarks_that_guess_are_refused(name: str) -> None:
    found = found_in(MAKERS[name](Shot(noise_px=16.0)), name)
    assert found.sets == ()
    assert "the landmarks jump" in next(iter(found.refused))


@each
@pytest.mark.parametrize("yaw", [-85.0, 85.0])
def test_from_an_end_a_kickback_is_not_counted_and_the_view_is_said(name: str, yaw: float) -> None:
    found = found_in(MAKERS[name](Shot(yaw_deg=yaw, world=True)), name)
    assert found.look.view is (View.FOOT_END if yaw > 0 else View.HEAD_END)
    if found.look.view not in catalog.exercise(name).views:
        assert found.sets == ()


@pytest.mark.parametrize("yaw", [-50.0, -40.0, -20.0, 20.0, 40.0, 50.0])
def test_a_thrust_is_counted_obliquely_too(yaw: float) -> None:
    found = found_in(thrusts(Shot(yaw_deg=yaw, world=True, noise_px=1.0)), "single-leg-hip-thrust")
    assert sides(found) == [(Side.RIGHT, 3)]


@each
def test_a_person_lost_for_a_whole_rep_loses_that_rep_only(name: str) -> None:
    start, _, _, end = (round(x * 30) for x in Tempo().times(1))
    found = found_in(MAKERS[name](Shot(missing=(start - 20, end + 20)), reps=4), name)
    assert found.rep_count == 3


@each
def test_nobody_and_little_of_somebody(name: str) -> None:
    track = MAKERS[name](Shot(missing=(8, 10_000)))
    assert found_in(track, name).sets == ()


def test_full_reps_are_the_baseline() -> None:
    found = found_in(kickbacks(reps=4, top_deg=(14, 14, -12.5, 14)), "glute-kickback").sets[0]
    assert [rep.partial for rep in found.reps] == [False, False, True, False]
    assert list(found.data.reps) == [rep for rep in found.reps if not rep.partial]
    top = RepData(found.reps[0], found.data).median("leg_elevation_deg", Phase.TOP)
    assert top == pytest.approx(14.0, abs=0.5)


def test_labels_exchanged_for_the_whole_clip_name_the_other_side() -> None:
    track = kickbacks()
    other = replace(track, image_px=exchange(track.image_px))
    assert sides(found_in(other, "glute-kickback")) == [(Side.RIGHT, 3)]


@pytest.mark.parametrize("steady", [False, True])
def test_a_like_movement_with_an_unclear_leg_is_counted(steady: bool) -> None:
    """A guess that the free knee is bent does not make the third repetition another exercise."""
    track = thrusts(reps=3)
    start_s, _, _, end_s = Tempo().times(2)
    during = np.flatnonzero((track.time_s > start_s) & (track.time_s < end_s))
    ankle = [Landmark.LEFT_ANKLE, Landmark.LEFT_HEEL, Landmark.LEFT_FOOT_INDEX]
    bent = track.image_px[during, Landmark.LEFT_KNEE] + (0.0, 60.0)
    jumps = np.zeros((len(during), 1)) if steady else np.resize([[0.0], [0.0], [40.0]], (len(during), 1))
    track.image_px[during[:, None], ankle] = bent[:, None, :] + jumps[..., None] * (0.0, 1.0)
    found = found_in(track, "single-leg-hip-thrust")
    assert found.rep_count == (2 if steady else 3)


def test_a_judged_set_carries_what_its_rules_compare_with_and_nothing_that_others_asked() -> None:
    found = found_in(thrusts(reps=3), "single-leg-hip-thrust")
    one = found.sets[0]
    RepData(one.reps[0], one.data).usual("thigh_elevation_deg", Phase.TOP)
    judged = judge_sets(found.sets)[0]
    assert "range" in judged.own
    assert "thigh_elevation_deg top" not in judged.own
    assert {len(values) for values in judged.own.values()} == {3}
    assert judge_sets(found.sets)[0].own == judged.own  # also where the values are known already
