"""Thrusts beside a big plate from the side: how straight the hips are, and which feet are planted."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from support.plates import SHOT, TRUNK_PX, plated
from support.skeleton import PerRep, Shot, Tempo, thrusts, with_plate

from formcheck.exercises.catalog import exercise
from formcheck.exercises.lockout import lockout_shortfall
from formcheck.judging.judge import judge_rule
from formcheck.measures import arching
from formcheck.measures.arching import NO_ESTIMATE, Estimate, Learned
from formcheck.poses.pose import Landmark, Side
from formcheck.poses.smoothing import smooth
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import look
from formcheck.reps.rep_data import RepData, SetData
from formcheck.reps.segmentation import Rep
from formcheck.rule import Gate, Reading, Status

Says = Callable[..., None]


@pytest.fixture
def learned(monkeypatch: pytest.MonkeyPatch) -> Says:
    """Give a function that sets what was learned of every lockout, and its error."""

    def says(value_deg: float, error_deg: float = 6.0) -> None:
        found = Learned(NO_ESTIMATE, Estimate(value_deg, error_deg, 0.8))
        monkeypatch.setattr(arching, "learned", lambda *_, plated: found)

    return says


def beside(track: Track, reps: int) -> list[RepData]:
    known = [Rep(*Tempo().times(i), 0.0, 26.0) for i in range(reps)]
    data = SetData(track, smooth(track), Side.RIGHT, look(track, "supine"), known)
    assert data.put_right
    return [RepData(rep, data) for rep in known]


def filmed(top_deg: PerRep = 0.0, reps: int = 2) -> Track:
    return plated(thrusts(SHOT, reps=reps, top_deg=top_deg))


def readings(reps: Sequence[RepData]) -> list[Reading]:
    return [lockout_shortfall(rep) for rep in reps]


def statuses(reps: Sequence[RepData]) -> list[Status]:
    rules = exercise("single-leg-hip-thrust").rules
    rule = next(rule for rule in rules if rule.name == "incomplete-lockout")
    return [judge_rule(rule, rep).status for rep in reps]


def test_a_lockout_that_is_short_in_every_repetition_is_found(learned: Says) -> None:
    learned(-20.0)
    assert set(statuses(beside(filmed(-12.0), 2))) <= {Status.WARN, Status.FAULT}
    learned(-2.0)
    assert set(statuses(beside(filmed(-2.0), 2))) == {Status.OK}


def test_both_witnesses_together_are_surer_than_each_and_lie_between_them(learned: Says) -> None:
    values = []
    for value_deg in (-12.0, -22.0):
        learned(value_deg)
        [both, _] = [one.alone for one in readings(beside(filmed(-8.0), 2))]
        assert both is not None
        assert both.uncertainty < 6.0 + 1e-6
        values.append(both.value)
    assert -22.0 < values[1] < values[0]
    assert values[0] - values[1] < 9.0  # the bar has its share


@pytest.mark.parametrize(("apart", "error_deg"), [(1.3, 8.0), (0.8, math.inf)], ids=["far", "unknown"])
def test_landmarks_that_are_like_nothing_learned_from_judge_nothing(
    monkeypatch: pytest.MonkeyPatch, apart: float, error_deg: float
) -> None:
    unlike = Learned(NO_ESTIMATE, Estimate(-25.0, error_deg, apart))
    monkeypatch.setattr(arching, "learned", lambda *_, plated: unlike)
    reps = beside(filmed(-12.0), 2)
    assert set(statuses(reps)) == {Status.NOT_JUDGED}
    assert all("hides too much" in one.alone.reason for one in readings(reps) if one.alone is not None)


@pytest.mark.parametrize("on_rim", [False, True])
def test_a_knee_that_is_drawn_onto_the_plate_leaves_the_lockout_to_what_was_learned(
    monkeypatch: pytest.MonkeyPatch, on_rim: bool
) -> None:
    said = Learned(NO_ESTIMATE, Estimate(-4.0, 6.0, 0.8), on_rim)
    monkeypatch.setattr(arching, "learned", lambda *_, plated: said)
    [one, _] = [reading.alone for reading in readings(beside(filmed(-9.0), 2))]
    assert one is not None
    assert (one.value == pytest.approx(-4.0, abs=0.5)) is on_rim


def test_witnesses_that_contradict_each_other_judge_nothing(learned: Says) -> None:
    learned(-50.0)
    reps = beside(filmed(-3.0), 2)
    assert set(statuses(reps)) == {Status.NOT_JUDGED}
    assert all("hides too much" in one.alone.reason for one in readings(reps) if one.alone is not None)


def hidden_knee(track: Track, rep: int) -> Track:
    """The planted knee is not seen in a repetition."""
    start_s, *_, end_s = Tempo().times(rep)
    during = (track.time_s > start_s - 0.6) & (track.time_s < end_s + 0.6)
    visibility = track.visibility.copy()
    visibility[during, Landmark.RIGHT_KNEE] = 0.1
    return replace(track, visibility=visibility)


def test_the_bar_carries_a_lockout_over_to_a_repetition_whose_knee_is_hidden(learned: Says) -> None:
    learned(-2.0)
    whole = beside(hidden_knee(filmed((-1.0, -1.0)), 1), 2)
    [_, same] = readings(whole)
    assert not same.at_least
    assert statuses(whole)[1] is Status.OK
    short = beside(hidden_knee(filmed((-1.0, -16.0)), 1), 2)
    [first, lower] = readings(short)
    # What was learned says the same of both here, so half of the difference is left to the height of the bar.
    assert lower.value < (first.alone or first).value - 20.0


def test_what_only_the_learned_witness_shows_may_be_short_but_never_whole(learned: Says) -> None:
    track = hidden_knee(hidden_knee(filmed(-2.0), 0), 1)
    learned(0.0)
    reps = beside(track, 2)
    assert all(one.at_least for one in readings(reps))
    assert set(statuses(reps)) == {Status.NOT_JUDGED}
    assert "knee" in readings(reps)[0].reason
    learned(-22.0)
    assert set(statuses(beside(track, 2))) <= {Status.WARN, Status.FAULT}


def test_one_that_is_lower_than_the_best_is_short_by_the_height_of_the_bar(learned: Says) -> None:
    learned(0.0, 30.0)  # it says next to nothing
    reps = beside(filmed((0.0, -16.0, 0.0), reps=3), 3)
    found = [one.value for one in readings(reps)]
    assert found[1] < found[0] - 20.0
    assert statuses(reps)[1] in {Status.WARN, Status.FAULT}


def test_a_knee_that_is_drawn_elsewhere_in_one_repetition_does_not_make_it_short(learned: Says) -> None:
    learned(0.0, 30.0)
    track = filmed(0.0, reps=3)
    start_s, *_, end_s = Tempo().times(1)
    during = (track.time_s > start_s) & (track.time_s < end_s)
    px = track.image_px.copy()
    px[during, Landmark.RIGHT_KNEE, 1] += 0.3 * TRUNK_PX
    px[during, Landmark.RIGHT_KNEE, 0] += 0.1 * TRUNK_PX
    clean, odd, _ = readings(beside(replace(track, image_px=px), 3))
    assert odd.value == pytest.approx(clean.value, abs=1.0)


# Which feet are planted.


def gate(name: str) -> Gate:
    return next(gate for gate in exercise(name).gates if "planted" in gate.says)


def verdicts(track: Track) -> tuple[bool, bool]:
    """Whether a thrust of one leg, and of both, lets the second repetition pass."""
    rep = beside(track, 2)[1]
    return gate("single-leg-hip-thrust").holds(rep), gate("hip-thrust").holds(rep)


LEFT_LEG = np.array([Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE, Landmark.LEFT_HEEL, Landmark.LEFT_FOOT_INDEX])
RIGHT_LEG = LEFT_LEG + 1


def both_feet() -> Track:
    """Both legs are planted side by side."""
    track = filmed()
    px = track.image_px.copy()
    px[:, LEFT_LEG] = px[:, RIGHT_LEG]
    return replace(track, image_px=px)


def jumping(track: Track, joints: np.ndarray, to_px: np.ndarray, seed: int = 3) -> Track:
    """Joints are drawn beside the plate, now here and now there, in three frames of four."""
    rng = np.random.default_rng(seed)
    assert track.disc_px is not None
    assert track.rim is not None
    lost = np.flatnonzero(rng.random(len(track)) < 0.75)
    px = track.image_px.copy()
    at = track.disc_px[lost, 0] + track.rim[lost, 1:2] * to_px
    px[lost[:, None], joints] = at[:, None] + rng.normal(0.0, 12.0, (len(lost), len(joints), 2))
    return replace(track, image_px=px)


def test_a_leg_that_is_held_out_is_told_by_its_reach_though_it_is_often_lost() -> None:
    assert verdicts(filmed()) == (True, False)
    assert verdicts(jumping(filmed(), LEFT_LEG, np.array([1.2, 0.2]))) == (True, False)


def test_a_planted_leg_that_is_drawn_beside_the_plate_is_not_held_out() -> None:
    assert verdicts(both_feet()) == (False, True)
    # High beside the rim: by its height alone that foot seems to be in the air.
    assert verdicts(jumping(both_feet(), LEFT_LEG, np.array([1.15, -0.4]))) == (False, True)


def test_where_no_planted_foot_is_seen_neither_is_refused() -> None:
    track = filmed()
    px = track.image_px.copy()
    px[:, RIGHT_LEG] = px[:, LEFT_LEG]  # both are drawn onto the leg that is held out
    assert verdicts(replace(track, image_px=px)) == (True, True)


def test_hands_on_the_bar_do_not_carry_the_shoulders() -> None:
    track = filmed()
    px = track.image_px.copy()
    px[:, [Landmark.LEFT_WRIST, Landmark.RIGHT_WRIST], 1] += 0.6 * TRUNK_PX
    rep = beside(replace(track, image_px=px), 2)[0]
    hands = next(gate for gate in exercise("single-leg-hip-thrust").gates if "hands carry" in gate.says)
    assert hands.holds(rep)


def test_a_bench_is_told_though_the_plate_hides_the_planted_foot_before_the_lift() -> None:
    track = filmed()
    bench = next(gate for gate in exercise("single-leg-hip-thrust").gates if "bridge from the" in gate.says)
    low = np.ones(len(track), dtype=bool)
    for i in range(2):
        _, lockout_s, lower_s, _ = Tempo().times(i)
        low &= (track.time_s < lockout_s - 0.3) | (track.time_s > lower_s + 0.3)
    px = track.image_px.copy()
    rows = np.flatnonzero(low)[:, None]
    px[rows, LEFT_LEG, 1] -= 0.5 * TRUNK_PX  # as high as the shoulders
    px[rows, RIGHT_LEG] = px[rows, LEFT_LEG]  # at rest both are drawn onto the other leg
    for rep in beside(replace(track, image_px=px), 2):
        assert bench.holds(rep)


# Obliquely.


def test_obliquely_a_plate_that_moves_along_hides_the_near_shoulder() -> None:
    shot = Shot(scale=TRUNK_PX, yaw_deg=42.0, world=True)
    track = thrusts(shot, reps=2)
    view = look(track, "supine")
    known = [Rep(*Tempo().times(i), 0.0, 26.0) for i in range(2)]

    def sees(one: Track) -> tuple[bool, bool]:
        data = SetData(one, smooth(one), Side.RIGHT, view, known)
        return bool(data.sees("near", "shoulder").any()), bool(data.sees("far", "shoulder").any())

    assert sees(track) == (True, True)
    assert sees(with_plate(track)) == (False, True)
    still = with_plate(track, rise_px=2.0)  # a round thing that stays where it is
    assert sees(still) == (True, True)
