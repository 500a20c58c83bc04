from __future__ import annotations

import numpy as np
import pytest

from formcheck.poses.pose import Floats
from formcheck.reps.holds import OUT_S, UNSEEN_S, Hold, HoldSegmenter, holds, of_phase, stretches
from formcheck.reps.segmentation import Phase, Rep

FPS = 20.0


def kept(*spans: tuple[float, float], until_s: float, unseen: tuple[float, float] = (0.0, 0.0)) -> Floats:
    """(T,) 1 within some spans of time, 0 outside, NaN where nothing is seen."""
    t = clock(until_s)
    inside = np.zeros_like(t)
    for start_s, end_s in spans:
        inside[(t >= start_s) & (t <= end_s)] = 1.0
    inside[(t >= unseen[0]) & (t < unseen[1])] = np.nan
    return inside


def clock(until_s: float) -> Floats:
    return np.arange(round(until_s * FPS)) / FPS


def found(values: Floats, least_s: float = 5.0) -> list[tuple[float, float, bool]]:
    reps = holds(np.arange(len(values)) / FPS, values, least_s=least_s).reps
    assert all(isinstance(one, Hold) for one in reps)
    return [(one.start_s, one.end_s, one.cut_off) for one in reps if isinstance(one, Hold)]


def test_a_hold_lasts_while_the_position_is_kept() -> None:
    assert found(kept((3.0, 13.0), (20.0, 26.0), until_s=30.0)) == [(3.0, 13.0, False), (20.0, 26.0, False)]


def test_a_short_gap_is_bridged_and_a_longer_one_ends_the_hold() -> None:
    short, long = OUT_S - 0.1, OUT_S + 0.2
    assert found(kept((2.0, 8.0), (8.0 + short, 15.0), until_s=20.0)) == [(2.0, 15.0, False)]
    assert found(kept((2.0, 8.0), (8.0 + long, 15.0), until_s=20.0)) == [
        (2.0, 8.0, False),
        (pytest.approx(8.0 + long, abs=0.06), 15.0, False),
    ]


def test_who_is_hidden_for_a_moment_still_holds() -> None:
    hidden = kept((2.0, 15.0), until_s=20.0, unseen=(6.0, 6.0 + UNSEEN_S - 0.2))
    assert found(hidden) == [(2.0, 15.0, False)]
    assert len(found(kept((2.0, 18.0), until_s=20.0, unseen=(8.0, 8.0 + UNSEEN_S + 0.5)))) == 2


def test_what_is_too_short_is_named_and_a_moment_is_not() -> None:
    values = kept((2.0, 4.0), (7.0, 7.5), until_s=12.0)
    all_ = holds(clock(12.0), values, least_s=5.0)
    assert not all_.reps
    assert [(one.start_s, one.end_s, one.why) for one in all_.dropped] == [
        (2.0, 4.0, "held for less than 5 s")
    ]


@pytest.mark.parametrize(("start_s", "end_s"), [(0.0, 9.0), (3.0, 12.0), (0.0, 12.0)])
def test_a_clip_that_begins_or_ends_within_a_hold_cuts_it(start_s: float, end_s: float) -> None:
    [(_, _, cut_off)] = found(kept((start_s, end_s), until_s=12.0))
    assert cut_off


def test_sample_by_sample_it_is_open_after_a_second_and_counts_after_the_least() -> None:
    segmenter = HoldSegmenter(5.0)
    said = []
    for time_s, value in zip(clock(14.0), kept((2.0, 10.0), until_s=14.0), strict=True):
        closed = segmenter.update(float(time_s), float(value))
        said.append((segmenter.phase, segmenter.started_s, closed))
    opened = next(i for i, (phase, _, _) in enumerate(said) if phase is Phase.HOLD)
    assert opened / FPS == pytest.approx(3.0, abs=0.06)
    assert said[opened][1] == 2.0
    ended = next(i for i, (_, _, closed) in enumerate(said) if closed is not None)
    assert ended / FPS == pytest.approx(10.0 + OUT_S, abs=0.11)
    assert said[-1][0] is Phase.BOTTOM


def test_the_hold_proper_leaves_out_taking_and_leaving_the_position() -> None:
    hold = Hold.over(10.0, 40.0)
    assert hold.window(Phase.HOLD) == hold.window(Phase.TOP) == (11.0, 39.0)
    assert hold.window(Phase.LIFT) == (10.0, 40.0)
    assert hold.window(Phase.START) == hold.window(Phase.BOTTOM) == (11.0, 12.0)
    assert hold.window(Phase.UP) == (10.0, 10.0)
    assert hold.held_s == hold.range == 30.0
    short = Hold.over(0.0, 3.0)
    assert short.window(Phase.HOLD) == (0.5, 2.5)  # a sixth at each end
    assert Hold.over(10.0, 40.0, still_open=True).lately(3.0).window(Phase.HOLD) == (37.0, 40.0)


def test_a_repetitions_hold_is_its_top() -> None:
    rep = Rep(1.0, 2.0, 4.0, 5.0, 0.0, 30.0)
    assert rep.window(Phase.HOLD) == rep.window(Phase.TOP) == (2.0, 4.0)


def test_the_worst_seconds_are_the_worst_median_over_a_stretch() -> None:
    t = clock(20.0)
    values = np.zeros_like(t)
    values[(t >= 8.0) & (t < 12.0)] = 20.0
    values[100] = 90.0  # a glitch of one frame
    worst, at_s = of_phase(values, t, "max", 3.0)
    assert worst == 20.0
    assert 8.0 <= at_s <= 12.0
    assert of_phase(-values, t, "min", 3.0)[0] == -20.0
    assert of_phase(-values, t, "largest", 3.0)[0] == -20.0
    assert of_phase(values, t, "median", 3.0)[0] == 0.0
    values[t >= 9.2] = 0.0  # less than half of three seconds
    assert of_phase(values, t, "max", 3.0)[0] == 0.0


def test_drift_is_the_end_less_the_beginning() -> None:
    t = clock(30.0)
    risen, at_s = of_phase(0.5 * t, t, "drift")
    assert risen == pytest.approx(0.5 * 24.0, abs=0.1)  # from the middle of one fifth to that of the other
    assert at_s == pytest.approx(24.0, abs=0.1)
    bump = np.where((t > 10.0) & (t < 15.0), 30.0, 1.0)
    assert of_phase(bump, t, "drift")[0] == 0.0


def test_stretches_cover_all_of_it_to_the_last_frame() -> None:
    t = clock(10.0)
    medians, middles = stretches(t, t, 3.0)
    assert medians[0] == pytest.approx(1.5)
    assert medians[-1] == pytest.approx(t[-1] - 1.5)
    assert (np.diff(middles) > 0).all()
    short, at_s = stretches(t[:10], t[:10], 3.0)
    assert (len(short), len(at_s)) == (1, 1)
    assert at_s[0] <= t[9]
