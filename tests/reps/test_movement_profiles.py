"""Phases of movement as people do it: eased, sharp, uneven, trembling, drifting, in stops, tired, cut off."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from support.skeleton import Shot, Tempo, clock, level, min_jerk

from formcheck.poses.pose import Floats
from formcheck.reps.segmentation import LATE, ON_TIME, Rep, RepSegmenter, segment
from formcheck.reps.timing import leaves_at

RANGE = 60.0  # deg, a donkey kick
MIN_RANGE = 20.0
Profile = Callable[[Floats], Floats]


def sharp(x: Floats) -> Floats:
    """Constant speed from the first moment to the last."""
    return np.clip(x, 0.0, 1.0)


def abrupt(x: Floats) -> Floats:
    """A fifth of the time to get to a constant speed, and a fifth to stop."""
    x = np.clip(x, 0.0, 1.0)
    ends = np.minimum(x, 1 - x)
    way = np.where(ends < 0.2, ends**2 / 0.4, ends - 0.1) / 0.8
    return np.where(x < 0.5, way, 1 - way)


def braked(x: Floats) -> Floats:
    """Fast at once, then ever slower."""
    return 1 - (1 - np.clip(x, 0.0, 1.0)) ** 2


PROFILES = {"eased": min_jerk, "sharp": sharp, "abrupt": abrupt, "braked": braked}
HELD = Tempo(up=1.0, hold=1.0, down=1.8)
TURNS = Tempo(up=1.0, hold=0.0, down=1.8)
SLOW = Tempo(up=0.9, hold=0.7, down=3.0)


def moved(t: Floats, tempo: Tempo, up: Profile, down: Profile, reps: int = 3) -> Floats:
    """Return heights from 0 to 1 with another profile on the way up than down."""
    out = np.zeros_like(t)
    for i in range(reps):
        start, _, lower, _ = tempo.times(i)
        out += up((t - start) / tempo.up) - down((t - lower) / tempo.down)
    return out


def found(t: Floats, height: Floats) -> list[Rep]:
    return segment(t, RANGE * height - 40.0, min_range=MIN_RANGE, late=ON_TIME).reps


def times(rep: Rep) -> list[float]:
    return [rep.start_s, rep.lockout_s, rep.lower_s, rep.end_s]


@pytest.mark.parametrize("noise", [0.0, 0.002])
@pytest.mark.parametrize("tempo", [HELD, TURNS, SLOW], ids=["held", "turns at once", "slow"])
@pytest.mark.parametrize("down", PROFILES)
@pytest.mark.parametrize("up", PROFILES)
def test_the_times_are_those_of_the_movement_whatever_its_profile(
    up: str, down: str, tempo: Tempo, noise: float
) -> None:
    t = clock(tempo.duration(3), Shot())
    height = moved(t, tempo, PROFILES[up], PROFILES[down])
    reps = found(t, height + np.random.default_rng(5).normal(0.0, noise, len(t)))
    assert [rep.partial for rep in reps] == [False] * 3
    for i, rep in enumerate(reps):
        assert times(rep) == pytest.approx(tempo.times(i), abs=0.1 + (0.04 + 40 * noise) * tempo.down)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_long_slow_lowering_does_not_shorten_the_hold(profile: str) -> None:
    for down_s in (0.6, 1.5, 4.0):
        tempo = Tempo(up=1.0, hold=1.0, down=down_s)
        t = clock(tempo.duration(3), Shot())
        for rep in found(t, moved(t, tempo, min_jerk, PROFILES[profile])):
            assert rep.lower_s - rep.lockout_s == pytest.approx(1.0, abs=0.06 + 0.04 * down_s)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("tempo", [HELD, SLOW], ids=["held", "slow"])
def test_held_is_the_time_within_a_tenth_of_the_way_from_the_top(profile: str, tempo: Tempo) -> None:
    t = clock(tempo.duration(3), Shot())
    height = moved(t, tempo, PROFILES[profile], PROFILES[profile])
    seen_s = float(np.sum(height >= 0.9)) / 30 / 3
    for rep in found(t, height):
        assert rep.held_s == pytest.approx(seen_s, abs=0.08)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("down_s", [0.8, 1.8, 3.0])
def test_what_turns_at_once_is_not_held_however_slowly_it_moves(profile: str, down_s: float) -> None:
    tempo = Tempo(up=1.0, hold=0.0, down=down_s)
    t = clock(tempo.duration(3), Shot())
    for rep in found(t, moved(t, tempo, PROFILES[profile], PROFILES[profile])):
        assert rep.held_s < 0.1


def test_a_rep_whose_top_is_not_known_closer_is_held_between_its_phases() -> None:
    assert Rep(1.0, 2.0, 3.5, 5.0, 0.0, 30.0).held_s == 1.5


def test_an_eased_top_and_a_sharp_one_that_look_alike_are_held_alike() -> None:
    """Within a tenth of the top for 1 s: eased with less rest than sharp."""
    eased = Tempo(up=1.0, hold=1.0 - 0.248 * 2.8, down=1.8)
    flat = Tempo(up=1.0, hold=1.0 - 0.1 * 2.8, down=1.8)
    for tempo, profile in ((eased, min_jerk), (flat, sharp)):
        t = clock(tempo.duration(3), Shot())
        for rep in found(t, moved(t, tempo, profile, profile)):
            assert rep.held_s == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("hz", [2.0, 4.0])
@pytest.mark.parametrize("size", [0.01, 0.03])
def test_a_leg_that_trembles_at_the_top_has_not_left_it(hz: float, size: float) -> None:
    tempo = Tempo(up=1.0, hold=2.0, down=1.5)
    t = clock(tempo.duration(3), Shot())
    height = level(t, tempo, 3)
    trembling = height + size * np.sin(2 * np.pi * hz * t) * (height > 0.9)
    reps = found(t, trembling)
    assert [rep.partial for rep in reps] == [False] * 3
    for i, rep in enumerate(reps):
        assert times(rep) == pytest.approx(tempo.times(i), abs=0.1 + 7 * size)
        assert rep.held_s == pytest.approx(2.0 + 0.248 * 2.5, abs=0.1 + 7 * size)


@pytest.mark.parametrize("drift", [-0.1, -0.03, 0.03, 0.1])
def test_a_rest_that_drifts_from_rep_to_rep_costs_no_rep(drift: float) -> None:
    """Bottom and top move by a share of the range in each repetition."""
    tempo = Tempo(up=1.0, hold=1.0, down=1.5, rest=1.5)
    t = clock(tempo.duration(5), Shot())
    reps = found(t, level(t, tempo, 5) + drift * t / tempo.period)
    assert [rep.partial for rep in reps] == [False] * 5
    for i, rep in enumerate(reps):
        assert times(rep) == pytest.approx(tempo.times(i), abs=0.1 + 2.5 * abs(drift))


@pytest.mark.parametrize("sinks", [0.05, 0.1, 0.2])
def test_a_top_that_sinks_slowly_is_held_until_it_is_left(sinks: float) -> None:
    tempo = Tempo(up=1.0, hold=4.0, down=1.5)
    t = clock(tempo.duration(2), Shot())
    height = level(t, tempo, 2)
    for i in range(2):
        _, lockout, lower, _ = tempo.times(i)
        sunk = sinks * np.clip((t - lockout) / (lower - lockout), 0.0, 1.0)
        height = np.where((t >= lockout - 1) & (t < lower + 1.6), height * (1 - sunk), height)
    for i, rep in enumerate(found(t, height)):
        assert times(rep) == pytest.approx(tempo.times(i), abs=0.25)
        assert rep.held_s == pytest.approx(4.6, abs=0.35)


@pytest.mark.parametrize("at", [0.3, 0.5, 0.7])
@pytest.mark.parametrize("halt_s", [0.2, 0.35])
def test_a_way_with_a_stop_in_it_is_one_way(at: float, halt_s: float) -> None:
    """The second repetition stops on the way up and on the way down.

    In the first one a stop half way up may as well be the start position that a leg was put into.
    """

    def stopped(took_s: float) -> Profile:
        def way(x: Floats) -> Floats:
            s, moving = x * took_s, took_s - halt_s
            first = at * moving
            return at * min_jerk(s / first) + (1 - at) * min_jerk((s - first - halt_s) / (moving - first))

        return way

    tempo = Tempo(up=1.2 + halt_s, hold=1.0, down=1.8 + halt_s, rest=1.5)
    t = clock(tempo.duration(2), Shot())
    second = t > tempo.times(1)[0] - 0.5
    height = np.where(
        second,
        moved(t, tempo, stopped(tempo.up), stopped(tempo.down), 2),
        moved(t, tempo, min_jerk, min_jerk, 2),
    )
    reps = found(t, height)
    assert [rep.partial for rep in reps] == [False] * 2
    for i, rep in enumerate(reps):
        assert times(rep) == pytest.approx(tempo.times(i), abs=0.25)


def test_reps_that_get_smaller_and_slower_all_count() -> None:
    """The eighth is half as high as the first, and takes twice as long."""
    t = clock(60.0, Shot())
    height, at, starts = np.zeros_like(t), 1.5, []
    for i in range(8):
        k, high = 1 + i / 7, 1 - i / 14
        starts.append(at)
        height += high * (min_jerk((t - at) / (0.8 * k)) - min_jerk((t - at - 1.4 * k) / (1.2 * k)))
        at += 3.4 * k
    reps = found(t, height)
    assert [rep.partial for rep in reps] == [False] * 8
    assert [rep.start_s for rep in reps] == pytest.approx(starts, abs=0.1)


@pytest.mark.parametrize("seed", range(6))
def test_fidgeting_before_and_after_the_set_is_no_rep(seed: int) -> None:
    """A wandering of up to a fifth of the range, four seconds before and after, still for half a second."""
    rng = np.random.default_rng(seed)
    t = clock(HELD.duration(4) + 9.0, Shot())
    height = level(t - 4.5, HELD, 4)
    quiet = (t > 4.5 + 0.8) & (t < t[-1] - 4.5 - 0.8)
    wander = sum(rng.uniform(0, 0.07) * np.sin(2 * np.pi * rng.uniform(0.3, 1.5) * t + i) for i in range(3))
    reps = found(t, height + np.where(quiet, 0.0, wander))
    assert [rep.partial for rep in reps] == [False] * 4
    for i, rep in enumerate(reps):
        assert times(rep)[1:3] == pytest.approx([4.5 + x for x in HELD.times(i)[1:3]], abs=0.1)


def test_landmarks_that_leave_a_rest_late_are_set_right() -> None:
    t = clock(HELD.duration(2), Shot())
    s = RANGE * level(t, HELD, 2)
    late, plain = (
        segment(t, s, min_range=MIN_RANGE).reps,
        segment(t, s, min_range=MIN_RANGE, late=ON_TIME).reps,
    )
    for a, b in zip(late, plain, strict=True):
        assert (a.start_s, a.lower_s) == pytest.approx((b.start_s - LATE.start_s, b.lower_s - LATE.lower_s))
        assert (a.lockout_s, a.end_s, a.held_s) == (b.lockout_s, b.end_s, b.held_s)


def test_time_may_run_backwards() -> None:
    t = clock(4.0, Shot())
    forward = leaves_at(t, min_jerk(t - 1.0)).at_s
    came = leaves_at(t[::-1], 1 - min_jerk(t[::-1] - 1.0)).at_s
    assert (forward, came) == pytest.approx((1.0, 2.0), abs=0.02)


@pytest.mark.parametrize("tempo", [HELD, TURNS, SLOW], ids=["held", "turns at once", "slow"])
def test_live_the_open_rep_says_what_the_record_says(tempo: Tempo) -> None:
    """Once it is down by two thirds; before, the lowering is not known."""
    t = clock(tempo.duration(1), Shot())
    s = RANGE * level(t, tempo, 1)
    (rep,) = segment(t, s, min_range=MIN_RANGE).reps
    segmenter, compared = RepSegmenter(MIN_RANGE), 0
    for time_s, value in zip(t.tolist(), s.tolist(), strict=True):
        segmenter.update(time_s, value)
        if (now := segmenter.open_rep()) is not None and now.lowered > 0.65:
            compared += 1
            assert (now.start_s, now.lockout_s) == pytest.approx((rep.start_s, rep.lockout_s), abs=0.02)
            assert (now.lower_s, now.held_s) == pytest.approx((rep.lower_s, rep.held_s), abs=0.05)
    assert compared > 3


def cut_clip(from_s: float, to_s: float) -> list[Rep]:
    t = clock(HELD.duration(4), Shot())
    inside = (t >= from_s) & (t <= to_s)
    return found(t[inside], level(t, HELD, 4)[inside])


@pytest.mark.parametrize("after_lower_s", [-0.8, -0.1, 0.3, 0.7])
def test_a_clip_that_begins_at_the_top_or_in_the_lowering_begins_with_a_partial_rep(
    after_lower_s: float,
) -> None:
    _, _, lower, end = HELD.times(0)
    reps = cut_clip(lower + after_lower_s, np.inf)
    assert [rep.partial for rep in reps] == [True, False, False, False]
    first = reps[0]
    assert first.start_s == first.lockout_s == pytest.approx(lower + after_lower_s, abs=0.04)
    assert first.end_s == pytest.approx(end, abs=0.1)
    if after_lower_s < 0:
        assert first.lower_s == pytest.approx(lower, abs=0.1)


@pytest.mark.parametrize("before_lockout_s", [0.3, 0.45])
def test_a_clip_that_begins_late_in_a_rise_begins_with_a_partial_rep(before_lockout_s: float) -> None:
    reps = cut_clip(HELD.times(0)[1] - before_lockout_s, np.inf)
    assert [rep.partial for rep in reps] == [True, False, False, False]


@pytest.mark.parametrize("before_end_s", [1.4, 2.0, 2.5])
def test_a_clip_that_ends_at_the_top_or_in_the_lowering_ends_with_a_partial_rep(before_end_s: float) -> None:
    reps = cut_clip(0.0, HELD.times(3)[3] - before_end_s)
    assert [rep.partial for rep in reps] == [False, False, False, True]


@pytest.mark.parametrize("before", [3.0, 1.6, 0.35, -0.6])
def test_getting_into_position_at_the_first_frame_is_no_partial_rep(before: float) -> None:
    """From standing, from far above the top, from little above the bottom, or from below it."""
    t = clock(HELD.duration(3) + 3.0, Shot())
    height = before * (1 - min_jerk(t / 1.5)) + level(t - 3.0, HELD, 3)
    assert [rep.partial for rep in found(t, height)] == [False] * 3


def test_what_comes_down_without_a_rep_like_it_is_none() -> None:
    t = clock(6.0, Shot())
    assert found(t, 1 - min_jerk((t - 1.0) / 2)) == []
