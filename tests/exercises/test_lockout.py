from __future__ import annotations

import numpy as np
import pytest
from support.skeleton import PerRep, Tempo, thrusts

from formcheck.exercises.lockout import MOST_OFFSET_DEG, MOST_OFFSET_FLOOR_DEG, lockout_shortfall
from formcheck.measures import arching
from formcheck.measures.arching import NO_ESTIMATE, Estimate, Learned
from formcheck.poses.pose import Landmark, Side
from formcheck.poses.smoothing import smooth
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import look
from formcheck.reps.rep_data import RepData, SetData
from formcheck.reps.segmentation import Rep
from formcheck.rule import Below, Phase, Reading, Status

LIMIT = Below(-8.0, -15.0)


def readings(track: Track, reps: int = 3, most_offset_deg: float = MOST_OFFSET_DEG) -> list[Reading]:
    known = [Rep(*Tempo().times(i), 0.0, 26.0) for i in range(reps)]
    data = SetData(track, smooth(track), Side.RIGHT, look(track, "supine"), known)
    return [lockout_shortfall(RepData(rep, data), most_offset_deg) for rep in known]


def statuses(seen: list[Reading]) -> list[Status]:
    return [LIMIT.status(one.value, one.uncertainty) for one in seen]


def test_full_lockouts_lack_nothing() -> None:
    assert [one.value for one in readings(thrusts())] == pytest.approx([0.0] * 3, abs=1.5)


@pytest.mark.parametrize("top_deg", [(0, -12, 0), (-12, 0, -12), (-12, -12, 0)])
def test_a_short_one_is_told_from_a_full_one_however_many_are_short(top_deg: PerRep) -> None:
    seen = readings(thrusts(top_deg=top_deg))
    short = np.asarray(top_deg) < 0
    assert np.array([one.value for one in seen])[short] == pytest.approx(-25.0, abs=4.0)
    assert [one is Status.FAULT for one in statuses(seen)] == short.tolist()


def test_on_the_floor_the_landmark_may_be_further_off() -> None:
    track = thrusts(top_deg=(8, -4, 8))  # the hips seem 16 deg past straight at the best
    bench, floor = (
        readings(track, most_offset_deg=most)[1] for most in (MOST_OFFSET_DEG, MOST_OFFSET_FLOOR_DEG)
    )
    assert floor.value == pytest.approx(bench.value - 5.0, abs=0.1)


def test_an_arched_one_is_no_ones_best() -> None:
    # Arching lifts the hips: against it the clean ones would look short.
    arched = readings(thrusts(top_deg=(0, 10, 0), arch_deg=(0, 20, 0)))
    straight = readings(thrusts(top_deg=(0, 10, 0)))
    assert [arched[i].value for i in (0, 2)] == pytest.approx([0.0] * 2, abs=1.5)
    assert straight[0].value < arched[0].value - 4.0


def test_height_and_angle_that_disagree_are_less_sure() -> None:
    track = thrusts()
    start_s, *_, end_s = Tempo().times(1)
    during = (track.time_s > start_s) & (track.time_s < end_s)
    track.image_px[during, Landmark.RIGHT_KNEE, 1] -= 0.12 * np.ptp(track.image_px[0, :, 0])
    clean, odd, _ = readings(track)
    assert odd.value < clean.value - 4.0
    assert odd.uncertainty > clean.uncertainty + 2.0
    assert statuses([odd]) != [Status.FAULT]


def test_a_single_repetition_has_the_angle_only() -> None:
    track = thrusts(reps=1)
    rep = Rep(*Tempo().times(0), 0.0, 26.0)
    data = RepData(rep, SetData(track, smooth(track), Side.RIGHT, look(track, "supine"), []))
    angle = data.read("hip_extension_deg", Phase.TOP, "median", from_start=False)
    assert lockout_shortfall(data).uncertainty == angle.uncertainty


def test_hidden_hips_leave_nothing_to_judge() -> None:
    track = thrusts()
    track.visibility[:, 23:25] = 0.2
    assert all(np.isnan(one.value) for one in readings(track))


@pytest.mark.parametrize(("top_deg", "status"), [(-24, Status.FAULT), (-20, Status.FAULT)])
def test_where_every_lockout_is_far_short_each_is_found(top_deg: float, status: Status) -> None:
    assert statuses(readings(thrusts(top_deg=top_deg))) == [status] * 3


def test_where_every_lockout_may_be_short_none_is_called_whole() -> None:
    assert all(one.at_least for one in readings(thrusts(top_deg=-8)))
    assert not any(one.at_least for one in readings(thrusts(top_deg=0)))


def test_a_lockout_that_looks_straight_is_not_taken_for_whole_where_all_are_short_as_was_learned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for said_deg, whole in ((-2.0, True), (-9.0, True), (-20.0, False)):
        said = Learned(NO_ESTIMATE, Estimate(said_deg, 5.0, 0.8))
        monkeypatch.setattr(arching, "learned", lambda *_, plated, said=said: said)
        for one in readings(thrusts(top_deg=0)):
            assert one.at_least is not whole
            # Both witnesses count: the hips look straight, and are usually off by 7 deg.
            assert whole or (one.alone is not None and -20.0 < one.alone.value < -7.0)


def test_what_was_learned_makes_a_short_lockout_by_itself_surer(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = []
    for said in (NO_ESTIMATE, Estimate(-16.0, 5.0, 0.8)):
        monkeypatch.setattr(arching, "learned", lambda *_, plated, said=said: Learned(NO_ESTIMATE, said))
        first, *_ = readings(thrusts(top_deg=-8))
        assert first.alone is not None
        errors.append(first.alone.uncertainty)
    assert errors[1] < errors[0] - 1.0


def test_what_shows_only_against_others_is_told_by_itself_too_but_less_surely() -> None:
    seen = readings(thrusts(top_deg=(-3.0, -3.0, -3.0)))
    alone = [one.alone for one in seen]
    assert all(one.at_least for one in seen)
    assert all(one is not None and one.uncertainty > 5.0 for one in alone)
    assert all(one.alone is None for one in readings(thrusts()))
