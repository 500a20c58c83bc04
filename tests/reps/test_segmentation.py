from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.skeleton import Shot, Tempo, clock, level, min_jerk

from formcheck.poses.pose import Floats
from formcheck.reps.segmentation import ON_TIME, Phase, Rep, RepSegmenter, segment

RANGE = 30.0  # deg, a kickback
MIN_RANGE = 8.0
SLOW = Tempo(down=3.0, rest=2.0)
NO_HOLD = Tempo(hold=0.0, down=0.6)
QUICK = Tempo(up=0.5, hold=0.3, down=0.5, rest=0.3)


def curve(t: Floats, tempo: Tempo, reps: int = 4, noise: float = 0.0) -> Floats:
    rng = np.random.default_rng(7)
    return -22.0 + RANGE * level(t, tempo, reps) + rng.normal(0.0, noise, len(t))


def times(rep: Rep) -> list[float]:
    return [rep.start_s, rep.lockout_s, rep.lower_s, rep.end_s]


def found(t: Floats, s: Floats) -> list[Rep]:
    return segment(t, s, min_range=MIN_RANGE, late=ON_TIME).reps


@pytest.mark.parametrize("fps", [10, 24, 30, 60, 120])
@pytest.mark.parametrize("tempo", [Tempo(), NO_HOLD, QUICK, SLOW], ids=["usual", "no hold", "quick", "slow"])
def test_times_of_known_movements(fps: int, tempo: Tempo) -> None:
    t = clock(tempo.duration(4), Shot(fps=fps))
    reps = found(t, curve(t, tempo))
    assert [rep.partial for rep in reps] == [False] * 4
    for i, rep in enumerate(reps):
        assert times(rep) == pytest.approx(tempo.times(i), abs=0.05 + 0.01 * (tempo.down - 0.5))
        assert (rep.bottom, rep.top) == pytest.approx((-22.0, 8.0), abs=0.5)


@pytest.mark.parametrize("fps", [10, 24, 30, 60, 120])
@pytest.mark.parametrize("tempo", [Tempo(), NO_HOLD], ids=["usual", "no hold"])
def test_noise_of_a_hundredth_costs_a_few_frames_at_any_rate(fps: int, tempo: Tempo) -> None:
    t = clock(tempo.duration(4), Shot(fps=fps))
    reps = found(t, curve(t, tempo, noise=0.01 * RANGE))
    assert len(reps) == 4
    for i, rep in enumerate(reps):
        assert times(rep) == pytest.approx(tempo.times(i), abs=0.2)


def test_variable_frame_rate() -> None:
    t = clock(Tempo().duration(4), Shot(jitter=0.9))
    reps = found(t, curve(t, Tempo()))
    assert len(reps) == 4
    for i, rep in enumerate(reps):
        assert times(rep) == pytest.approx(Tempo().times(i), abs=0.05)


@settings(max_examples=40, deadline=None)
@given(
    st.floats(0.5, 2.0),
    st.floats(0.0, 3.0),
    st.floats(0.4, 2.5),
    st.floats(0.4, 3.0),
    st.integers(1, 6),
    st.sampled_from([15.0, 30.0, 60.0]),
    st.floats(0.0, 0.02),
)
def test_the_count_is_right_for_any_tempo(
    up: float, hold: float, down: float, rest: float, reps: int, fps: float, noise: float
) -> None:
    tempo = Tempo(up, hold, down, rest)
    t = clock(tempo.duration(reps), Shot(fps=fps))
    seen = found(t, curve(t, tempo, reps, noise * RANGE))
    assert len(seen) == reps
    assert not any(rep.partial for rep in seen)
    for rep in seen:
        assert rep.start_s <= rep.lockout_s <= rep.lower_s <= rep.end_s
    for before, after in pairwise(seen):
        assert before.end_s <= after.start_s + 0.2


def test_a_dip_in_the_hold_does_not_split_it() -> None:
    tempo = Tempo(hold=3.0)
    t = clock(tempo.duration(2), Shot())
    s = curve(t, tempo, 2)
    middle = tempo.times(0)[1] + 1.5
    s -= 0.4 * RANGE * np.exp(-(((t - middle) / 0.25) ** 2))  # stays above half
    reps = found(t, s)
    assert len(reps) == 2
    assert reps[0].end_s == pytest.approx(tempo.times(0)[3], abs=0.15)


def test_a_dip_below_half_is_a_new_rep() -> None:
    tempo = Tempo(hold=3.0)
    t = clock(tempo.duration(1), Shot())
    middle = tempo.times(0)[1] + 1.5
    s = curve(t, tempo, 1) - 0.95 * RANGE * np.exp(-(((t - middle) / 0.35) ** 2))
    assert len(found(t, s)) == 2


@pytest.mark.parametrize(
    ("share", "pace", "counted"),
    [(0.4, 1.0, 4), (0.4, 0.7, 4), (0.4, 0.3, 3), (0.24, 1.0, 3)],
    ids=["as long", "quicker", "a twitch", "hardly any way"],
)
def test_a_low_repetition_among_full_ones_is_told_by_its_range_and_its_time(
    share: float, pace: float, counted: int
) -> None:
    """Who tires lifts less far but at the same pace: by itself so small a movement would be none."""
    usual, low = Tempo(), Tempo(*(pace * part for part in (1.0, 1.0, 2.0, 0.6)))
    t = clock(usual.duration(3) + low.duration(1), Shot())
    after = t - usual.duration(3)
    signal = -22.0 + 18.0 * (level(t, usual, 3) + share * np.where(after > 0, level(after, low, 1), 0.0))
    assert share * 18.0 < MIN_RANGE
    assert len(found(t, signal)) == counted
    assert not found(t[after > 0], signal[after > 0])


@pytest.mark.parametrize("rest_s", [0.0, 3.0, 10.0, 40.0])
def test_a_pause_at_the_bottom_loses_nothing(rest_s: float) -> None:
    tempo = Tempo(rest=rest_s)
    t = clock(tempo.duration(3), Shot())
    reps = found(t, curve(t, tempo, 3, noise=0.2))
    assert [rep.partial for rep in reps] == [False] * 3
    for i, rep in enumerate(reps):
        assert rep.start_s == pytest.approx(tempo.times(i)[0], abs=0.15)


def cut_at(end_s: float, tempo: Tempo = Tempo()) -> list[Rep]:  # noqa: B008
    t = clock(tempo.duration(3), Shot())
    return found(t[t < end_s], curve(t, tempo, 3)[t < end_s])


def test_the_last_rep_counts_when_the_clip_ends_late_in_its_lowering() -> None:
    _, _, lower, end = Tempo().times(2)
    reps = cut_at(lower + 0.65 * (end - lower))
    assert [rep.partial for rep in reps] == [False] * 3
    assert reps[-1].lower_s == pytest.approx(lower, abs=0.15)


def test_a_rep_cut_off_on_the_way_up_or_at_the_top_is_partial() -> None:
    start, lockout, lower, end = Tempo().times(2)
    for end_s in ((start + lockout) / 2 + 0.1, (lockout + lower) / 2, lower + 0.2 * (end - lower)):
        reps = cut_at(end_s)
        assert [rep.partial for rep in reps] == [False, False, True]
        assert reps[-1].end_s <= end_s


def test_a_clip_that_begins_in_the_middle_of_a_rep() -> None:
    tempo = Tempo()
    t = clock(tempo.duration(3), Shot())
    keep = t > tempo.times(0)[1] + 0.3  # at the top
    reps = found(t[keep], curve(t, tempo, 3)[keep])
    assert sum(not rep.partial for rep in reps) == 2
    assert reps[-1].end_s == pytest.approx(tempo.times(2)[3], abs=0.1)


@pytest.mark.parametrize(
    ("before", "rest", "top"), [(-90, -22, 4), (-45, -22, 4), (-45, -15, 8), (-45, -20, -10)]
)
def test_getting_into_position_swallows_no_rep(before: float, rest: float, top: float) -> None:
    # Standing or on both knees first: the leg's way to the start position is longer than a rep.
    t = clock(Tempo().duration(4) + 4.0, Shot())
    s = before + (rest - before) * min_jerk(t - 1.0) + (top - rest) * level(t - 4.0, Tempo(), 4)
    reps = [rep for rep in found(t, s) if not rep.partial]
    assert len(reps) == 4
    for i, rep in enumerate(reps):
        assert (rep.lockout_s, rep.lower_s) == pytest.approx(
            [4.0 + x for x in Tempo().times(i)[1:3]], abs=0.1
        )


def test_small_movements_are_none() -> None:
    t = clock(Tempo().duration(3), Shot())
    assert found(t, 0.9 * MIN_RANGE * level(t, Tempo(), 3)) == []
    assert found(t, 1.3 * MIN_RANGE * level(t, Tempo(), 3)) != []
    noise = np.random.default_rng(2).normal(0, 0.1 * MIN_RANGE, len(t))
    assert found(t, noise) == []


def test_a_far_smaller_rep_among_full_ones_is_partial() -> None:
    t = clock(Tempo().duration(5), Shot())
    s = RANGE * level(t, Tempo(), 5, (1, 1, 0.27, 1, 1))
    assert [rep.partial for rep in found(t, s)] == [False, False, True, False, False]


def dropped(t: Floats, s: Floats) -> list[str]:
    reps, none = segment(t, s, min_range=MIN_RANGE, late=ON_TIME)
    assert reps == []
    return [one.why for one in none]


@pytest.mark.parametrize(
    ("tempo", "why"),
    [
        (Tempo(up=0.12, hold=0.0, down=0.12), "shorter than 0.5 s"),
        (Tempo(up=34.0, hold=1.0, down=2.0), "longer than 30 s on the way up"),
        (Tempo(up=1.0, hold=1.0, down=40.0), "longer than 30 s on the way down"),
        (Tempo(up=1.0, hold=190.0, down=2.0), "held for longer than 180 s"),
    ],
)
def test_what_is_no_repetition_by_its_times_is_dropped_with_the_reason(tempo: Tempo, why: str) -> None:
    t = clock(tempo.duration(1), Shot(fps=120 if tempo.up < 1 else 30))
    assert dropped(t, curve(t, tempo, 1)) == [why]


@pytest.mark.parametrize("noise", [0.0, 0.01])
@pytest.mark.parametrize(
    "tempo",
    [Tempo(hold=30.0), Tempo(up=3.0, hold=10.0, down=3.0), Tempo(up=8.0, hold=8.0, down=12.0, rest=8.0)],
    ids=["held for 30 s", "3-10-3", "eightfold slow motion"],
)
def test_however_long_a_repetition_is_held_or_moves_it_counts(tempo: Tempo, noise: float) -> None:
    t = clock(tempo.duration(3), Shot())
    reps = found(t, curve(t, tempo, 3, noise * RANGE))
    assert [rep.partial for rep in reps] == [False] * 3
    for i, rep in enumerate(reps):
        assert times(rep) == pytest.approx(tempo.times(i), abs=0.05 + 0.1 * tempo.down)


@pytest.mark.parametrize("noise", [0.0, 0.01])
@pytest.mark.parametrize("to", [0.65, 0.75, 0.85, 0.95])
@pytest.mark.parametrize("sinks_s", [0.3, 3.0])
def test_a_top_that_sinks_while_it_is_held_ends_where_it_is_left(
    sinks_s: float, to: float, noise: float
) -> None:
    """Up in 1 s, 0.5 s at the full height, down to a share of it, held there for 3 s, down in 1.5 s."""
    t = clock(12.0, Shot())
    sunk = 1 - (1 - to) * min_jerk((t - 2.5) / sinks_s)
    left_s = 5.5 + sinks_s
    height = min_jerk(t - 1.0) * sunk * (1 - min_jerk((t - left_s) / 1.5))
    (rep,) = found(t, -22.0 + RANGE * height + np.random.default_rng(3).normal(0.0, noise * RANGE, len(t)))
    assert times(rep) == pytest.approx([1.0, 2.0, left_s, left_s + 1.5], abs=0.2)


def test_a_short_stop_on_the_way_down_is_no_top() -> None:
    """Held for 1 s, down to 75 %, stopped for 0.6 s, down."""
    t = clock(10.0, Shot())
    height = min_jerk(t - 1.0) * (1 - 0.25 * min_jerk((t - 3.0) / 0.5) - 0.75 * min_jerk((t - 4.1) / 1.5))
    (rep,) = found(t, -22.0 + RANGE * height)
    assert times(rep) == pytest.approx([1.0, 2.0, 3.0, 5.6], abs=0.35)


@pytest.mark.parametrize("halt_s", [0.3, 3.0])
def test_a_halt_on_the_way_up_does_not_put_the_start_before_it_began(halt_s: float) -> None:
    t = clock(14.0, Shot())
    height = 0.75 * min_jerk(t - 2.0) + 0.25 * min_jerk((t - 3.0 - halt_s) / 0.5)
    height *= 1 - min_jerk((t - 4.5 - halt_s) / 1.5)
    (rep,) = found(t, -22.0 + RANGE * height)
    assert rep.start_s == pytest.approx(2.0, abs=0.2)
    assert rep.end_s == pytest.approx(6.0 + halt_s, abs=0.2)


def test_lost_samples_are_passed_over() -> None:
    t = clock(Tempo().duration(4), Shot())
    s = curve(t, Tempo())
    whole = found(t, s)
    s[::7] = np.nan
    s[60:66] = np.nan
    gappy = found(t, s)
    assert len(gappy) == len(whole)
    for a, b in zip(gappy, whole, strict=True):
        assert times(a) == pytest.approx(times(b), abs=0.1)
    assert found(t, np.full(len(t), np.nan)) == []


@pytest.mark.parametrize("shift", [-50.0, 100.0])
def test_neither_clock_nor_zero_of_the_signal_matter(shift: float) -> None:
    t = clock(Tempo().duration(3), Shot())
    s = curve(t, Tempo(), 3)
    for a, b in zip(found(t + 1000.0, s + shift), found(t, s), strict=True):
        assert times(a) == pytest.approx([x + 1000.0 for x in times(b)], abs=1e-3)
        assert a.range == pytest.approx(b.range)


def test_sample_by_sample_gives_the_reps_of_the_whole() -> None:
    t = clock(Tempo().duration(4), Shot(jitter=0.5))
    s = curve(t, Tempo(), noise=0.3)
    segmenter = RepSegmenter(MIN_RANGE, late=ON_TIME)
    live, closed_at = [], []
    for time_s, value in zip(t.tolist(), s.tolist(), strict=True):
        if rep := segmenter.update(time_s, value):
            live.append(rep)
            closed_at.append(time_s)
    assert live == found(t, s)
    for now, rep in zip(closed_at, live, strict=True):
        assert now - rep.end_s < 0.5  # told soon after


def test_phases_come_in_order_and_an_open_rep_is_known() -> None:
    tempo = Tempo()
    t = clock(tempo.duration(2), Shot())
    segmenter = RepSegmenter(MIN_RANGE, late=ON_TIME)
    seen: list[Phase] = []
    start, lockout, _, _ = tempo.times(0)
    for time_s, value in zip(t.tolist(), curve(t, tempo, 2).tolist(), strict=True):
        segmenter.update(time_s, value)
        if not seen or seen[-1] is not segmenter.phase:
            seen.append(segmenter.phase)
        if time_s == pytest.approx(lockout + 0.6, abs=0.01):
            rep = segmenter.open_rep()
            assert rep is not None
            assert (rep.start_s, rep.lockout_s) == pytest.approx((start, lockout), abs=0.05)
            assert segmenter.started_s == pytest.approx(start, abs=0.4)
    once = [Phase.BOTTOM, Phase.UP, Phase.TOP]
    first = [phase for phase in seen if phase is not Phase.DOWN]
    assert first[:3] == once
    assert seen.count(Phase.DOWN) == 2
    assert segmenter.open_rep() is None
    assert segmenter.started_s is None


@pytest.mark.parametrize("tempo", [Tempo(), NO_HOLD, QUICK, SLOW], ids=["usual", "no hold", "quick", "slow"])
def test_the_end_of_a_lowering_is_foreseen(tempo: Tempo) -> None:
    t = clock(tempo.duration(1), Shot())
    s = curve(t, tempo, 1, noise=0.005 * RANGE)
    _, _, lower, end = tempo.times(0)
    segmenter = RepSegmenter(MIN_RANGE, late=ON_TIME)
    seen = []
    for time_s, value in zip(t.tolist(), s.tolist(), strict=True):
        segmenter.update(time_s, value)
        rep = segmenter.open_rep()
        if rep is None or segmenter.phase is not Phase.DOWN:
            continue
        assert rep.lowered < 1.0 or time_s > end - 0.2
        if rep.lowered > 0.6:
            seen.append(rep.lowered)
            # As well as a third of the way down allows: a tenth of the lowering, or a few frames.
            assert rep.lower_s == pytest.approx(lower, abs=max(0.1, 0.1 * (end - lower)))
            assert rep.end_s == pytest.approx(end, abs=max(0.15, 0.2 * (end - lower)))
    assert seen == sorted(seen)
    assert seen[0] < 0.85


def test_before_it_comes_down_nothing_of_the_lowering_is_seen() -> None:
    t = clock(Tempo().duration(1), Shot())
    segmenter = RepSegmenter(MIN_RANGE, late=ON_TIME)
    for time_s, value in zip(t.tolist(), curve(t, Tempo(), 1).tolist(), strict=True):
        segmenter.update(time_s, value)
        if segmenter.phase in (Phase.UP, Phase.TOP) and (rep := segmenter.open_rep()):
            assert rep.lowered < 0.35


def test_a_short_top_is_a_top_once_it_is_held_and_a_halt_on_the_way_is_none() -> None:
    def phases(s: Floats, t: Floats) -> list[Phase]:
        segmenter, seen = RepSegmenter(MIN_RANGE, late=ON_TIME), []
        for time_s, value in zip(t.tolist(), s.tolist(), strict=True):
            segmenter.update(time_s, value)
            seen.append(segmenter.phase)
        return seen

    t = clock(Tempo().duration(2), Shot())
    s = curve(t, Tempo(), 2)
    second = t > Tempo().times(1)[0] - 0.2
    short = np.where(second, -22.0 + 0.45 * (s + 22.0), s)
    held = [phase for phase, later in zip(phases(short, t), second, strict=True) if later]
    assert Phase.TOP in held
    assert held.index(Phase.TOP) < held.index(Phase.DOWN)
    start, lockout, _, _ = Tempo().times(1)
    half = (start + lockout) / 2
    pause = 0.35
    halted = np.interp(np.where(t < half, t, np.maximum(t - pause, half)), t, s)
    risen = [
        phase
        for phase, time_s in zip(phases(halted, t), t, strict=True)
        if start + 0.3 < time_s < half + pause
    ]
    assert set(risen) <= {Phase.BOTTOM, Phase.UP}
    assert Phase.UP in risen


def test_reset_forgets_the_set() -> None:
    t = clock(Tempo().duration(2), Shot())
    segmenter = RepSegmenter(MIN_RANGE, late=ON_TIME)
    for time_s, value in zip(t[: len(t) // 2].tolist(), curve(t, Tempo(), 2).tolist(), strict=False):
        segmenter.update(time_s, value)
    segmenter.reset()
    assert segmenter.finish() is None
    assert segmenter.phase is Phase.BOTTOM


def test_windows_follow_the_times() -> None:
    rep = Rep(1.0, 2.0, 3.0, 5.0, 0.0, 30.0)
    assert rep.window(Phase.UP) == (1.0, 2.0)
    assert rep.window(Phase.TOP) == (2.0, 3.0)
    assert rep.window(Phase.DOWN) == (3.0, 5.0)
    assert rep.window(Phase.LIFT, margin_s=0.5) == (0.5, 5.5)
    assert rep.window(Phase.START)[1] == 1.0
    assert rep.window(Phase.BOTTOM)[0] == 5.0
    brief = Rep(1.0, 2.0, 2.0, 3.0, 0.0, 30.0).window(Phase.TOP)
    assert brief == pytest.approx((1.92, 2.08))


def test_what_had_only_begun_when_the_clip_ended_is_said_to() -> None:
    t = clock(Tempo().duration(1), Shot())
    s = curve(t, Tempo(), 1)
    begun = t < Tempo().times(0)[0] + 0.45
    assert dropped(t[begun], s[begun]) == ["it had only begun when the clip ended"]
