from __future__ import annotations

import numpy as np
import pytest
from support.skeleton import PerRep, Shot, Tempo, kickbacks, thrusts

from formcheck.exercises.readings import (
    MARKED,
    MOST_LUMBAR_DEG,
    USUAL_LOCKOUT_DEG,
    USUAL_LOCKOUT_FLOOR_DEG,
    lumbar_extension,
)
from formcheck.poses.pose import Side
from formcheck.poses.smoothing import smooth
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import look
from formcheck.reps.rep_data import RepData, SetData
from formcheck.reps.segmentation import Phase, Rep
from formcheck.rule import Above, Reading, Status

LIMIT = Above(6.0, 10.0)


def readings(track: Track, *, prone: bool, reps: int, working: Side, range_: PerRep = 26.0) -> list[Reading]:
    ranges = np.broadcast_to(range_, reps)
    known = [Rep(*Tempo().times(i), 0.0, float(ranges[i])) for i in range(reps)]
    data = SetData(track, smooth(track), working, look(track, "prone" if prone else "supine"), known)
    return [lumbar_extension(RepData(rep, data)) for rep in known]


def prone(**given: PerRep) -> list[Reading]:
    return readings(kickbacks(reps=3, **given), prone=True, reps=3, working=Side.LEFT)  # type: ignore[arg-type]


def supine(**given: PerRep) -> list[Reading]:
    return readings(thrusts(reps=3, **given), prone=False, reps=3, working=Side.RIGHT)  # type: ignore[arg-type]


def verdict(reading: Reading) -> Status:
    return LIMIT.status(reading.value, reading.uncertainty)


def test_a_flat_back_is_fine() -> None:
    assert [verdict(reading) for reading in (*prone(), *supine())] == [Status.OK] * 6


def test_a_hollow_back_and_a_high_leg_together_are_a_fault_in_their_reps_only() -> None:
    seen = prone(top_deg=(4, 20, 4), arch_deg=(0, 12, 0))
    assert [verdict(reading) for reading in seen] == [Status.OK, Status.FAULT, Status.OK]
    assert seen[1].value == pytest.approx(20.0, abs=6.0)


def test_face_up_the_persons_own_reps_are_the_measure() -> None:
    seen = supine(top_deg=(0, 10, 0), arch_deg=(0, 12, 0))
    assert [verdict(reading) for reading in seen] == [Status.OK, Status.FAULT, Status.OK]


@pytest.mark.parametrize("given", [{"top_deg": (4, 30, 4)}, {"arch_deg": (0, 20, 0)}])
def test_one_witness_against_the_other_is_never_a_fault(given: dict[str, PerRep]) -> None:
    # A high but braced kick moves only the hips, a shirt only the outline.
    odd, usual = prone(**given)[1], prone()[1]
    assert odd.uncertainty > usual.uncertainty + 4.0
    assert odd.reason == "outline and hips disagree"
    assert verdict(odd) is not Status.FAULT


def test_a_kick_far_beyond_what_hips_do_is_arched_whatever_the_outline_says() -> None:
    odd = prone(top_deg=(4, 44, 4))[1]  # a straight-leg hip extends by 20 deg
    assert verdict(odd) in (Status.WARN, Status.FAULT)
    assert odd.at_least


def test_a_buttock_that_swells_is_no_arched_back() -> None:
    # The hips show a leg a little above the trunk's line, the outline hollows far beyond what that explains.
    swollen, flat = prone(top_deg=(4, 9, 4), arch_deg=(0, 18, 0))[1], prone(top_deg=(4, 9, 4))[1]
    assert verdict(swollen) is Status.TOO_CLOSE
    assert swollen.value < flat.value + 8.0


def test_beyond_what_a_spine_can_do_an_arched_back_is_only_called_marked() -> None:
    marked = prone(top_deg=(4, 34, 4), arch_deg=(0, 30, 0))[1]
    assert marked.beyond
    assert marked.reason == MARKED
    assert marked.value == MOST_LUMBAR_DEG
    assert verdict(marked) is Status.FAULT
    assert not any(reading.beyond for reading in (*prone(top_deg=20, arch_deg=12), *supine()))


def test_a_thrust_that_is_only_higher_than_a_short_one_is_not_arched() -> None:
    seen = supine(top_deg=(-40, -12, -40))
    assert seen[1].value < LIMIT.warn


def test_more_of_both_is_never_less() -> None:
    values = [prone(top_deg=4.0 + x, arch_deg=x)[1].value for x in (0.0, 4.0, 8.0, 12.0, 16.0)]
    assert values == sorted(values)
    assert values[-1] - values[0] > 16.0


def test_without_an_outline_one_witness_is_left_and_said() -> None:
    track = kickbacks(Shot(edges=False), reps=3)
    one = readings(track, prone=True, reps=3, working=Side.LEFT)[0]
    assert one.reason == "one witness only"
    assert one.uncertainty >= 7.0


def test_hidden_hips_leave_no_lumbar_verdict() -> None:
    # Plates in front of the hips: what hangs on the hip landmark goes, hip extension and outline both.
    track = thrusts(reps=3)
    track.visibility[:, 23:25] = 0.2
    one = readings(track, prone=False, reps=3, working=Side.RIGHT)[0]
    assert np.isnan(one.value)
    assert "hip" in one.reason


def test_a_single_rep_face_up_can_be_flat_by_itself_but_not_arched() -> None:
    single = readings(thrusts(reps=1), prone=False, reps=1, working=Side.RIGHT)[0]
    assert verdict(single) is Status.OK
    assert single.reason == "one repetition, by itself"
    high = readings(thrusts(reps=1, top_deg=14, arch_deg=14), prone=False, reps=1, working=Side.RIGHT)[0]
    assert np.isnan(high.value)
    assert "itself" in high.reason
    assert "clean" in high.remedy


def test_face_up_without_an_outline_low_hips_are_flat_and_high_ones_are_not_called_so() -> None:
    for top_deg, flat in ((0.0, True), (20.0, False)):
        track = thrusts(Shot(edges=False), reps=3, top_deg=top_deg)
        for reading in readings(track, prone=False, reps=3, working=Side.RIGHT):
            assert reading.at_least == (not flat)


@pytest.mark.parametrize(
    ("top_deg", "bench", "floor"),
    [(0.0, False, False), (3.0, True, False), (14.0, True, True)],
    ids=["low", "as high as on the floor", "high"],
)
def test_lying_on_the_floor_hips_seem_to_extend_further_before_a_back_is_not_called_flat(
    top_deg: float, bench: bool, floor: bool
) -> None:
    """Without an outline, which an arm on the floor hides."""
    track, reps = (
        thrusts(Shot(edges=False), top_deg=top_deg),
        [Rep(*Tempo().times(i), 0.0, 26.0) for i in range(3)],
    )
    data = RepData(reps[1], SetData(track, smooth(track), Side.RIGHT, look(track, "supine"), reps))
    seen = [lumbar_extension(data, usual) for usual in (USUAL_LOCKOUT_DEG, USUAL_LOCKOUT_FLOOR_DEG)]
    assert [one.at_least for one in seen] == [bench, floor]


def test_a_short_rep_is_no_baseline() -> None:
    # Two half reps with low hips must not make the full ones look arched.
    track = thrusts(reps=4, top_deg=(0, -18, 0, -18))
    seen = readings(track, prone=False, reps=4, working=Side.RIGHT, range_=(50, 20, 50, 20))
    assert [verdict(seen[i]) for i in (0, 2)] == [Status.OK] * 2


@pytest.mark.parametrize(("top_deg", "arch_deg"), [(12, 12), (18, 18), (22, 22), (20, 12), (14, 20)])
def test_where_every_thrust_is_arched_none_is_called_good(top_deg: float, arch_deg: float) -> None:
    for reading in supine(top_deg=top_deg, arch_deg=arch_deg):
        assert reading.at_least
        assert reading.remedy.endswith("(--baseline).")


@pytest.mark.parametrize("top_deg", [-2, 0, 4])
def test_a_flat_thrust_needs_no_other_to_be_called_good(top_deg: float) -> None:
    assert not any(reading.at_least for reading in supine(top_deg=top_deg))


def test_a_kickback_shows_by_itself_and_so_does_a_thrust_beside_a_baseline() -> None:
    assert not any(reading.at_least for reading in prone(top_deg=20, arch_deg=20))


def test_the_time_lies_in_the_hold() -> None:
    for i, reading in enumerate(prone()):
        low, high = Rep(*Tempo().times(i), 0.0, 1.0).window(Phase.TOP)
        assert low <= reading.time_s <= high
