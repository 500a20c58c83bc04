from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from support.skeleton import SIZE, Shot, exchange, kickbacks, min_jerk

from formcheck.poses.pose import COLUMNS, SCENE, TURN, Floats
from formcheck.poses.smoothing import CausalSmoother, OneEuro, scenes, smooth, unswap
from formcheck.poses.track import Track

KNEE = 25


def ramp(t: Floats, duration_s: float = 0.8) -> Track:
    """All landmarks of a body move 300 px to the right, half way at 2 s."""
    px = np.random.default_rng(0).uniform(200, 500, (1, 33, 2)) + np.zeros((len(t), 1, 1))
    px[..., 0] += 300 * min_jerk((t - 2.0) / duration_s + 0.5)[:, None]
    return Track(t, px, np.ones((len(t), 33)), SIZE)


def crossing_s(track: Track) -> float:
    x = track.image_px[:, KNEE, 0]
    return float(np.interp((x[0] + x[-1]) / 2, x, track.time_s))


def shaky_clock(n: int = 120) -> Floats:
    t: Floats = np.cumsum(np.random.default_rng(3).uniform(0.6, 1.4, n)) / 30
    return t


@pytest.mark.parametrize("fps", [10, 24, 30, 60, 120])
def test_smoothing_does_not_shift_a_movement(fps: int) -> None:
    smoothed = smooth(ramp(np.arange(4 * fps) / fps))
    assert crossing_s(smoothed) == pytest.approx(2.0, abs=0.005)


def test_nor_on_a_variable_clock() -> None:
    smoothed = smooth(ramp(shaky_clock()))
    assert crossing_s(smoothed) == pytest.approx(2.0, abs=0.02)
    assert np.isfinite(smoothed.image_px).all()


def test_a_fast_lowering_keeps_its_slope() -> None:
    track = ramp(np.arange(120) / 30, 0.4)
    steepest = [np.diff(t.image_px[:, KNEE, 0]).max() for t in (track, smooth(track))]
    assert steepest[1] > 0.8 * steepest[0]


def test_noise_at_least_halves_and_a_spike_goes() -> None:
    clean, noisy = (kickbacks(Shot(noise_px=noise), reps=1) for noise in (0.0, 3.0))
    noisy.image_px[40, KNEE] += 120.0
    off = smooth(noisy).image_px - clean.image_px
    assert float(np.abs(off[40, KNEE]).max()) < 10.0
    assert float(off.std()) < 1.5


def test_short_gap_is_bridged_and_a_long_one_is_not() -> None:
    def lost(frames: int) -> Track:
        return smooth(kickbacks(Shot(missing=(60, 60 + frames)), reps=1))

    assert np.isfinite(lost(7).image_px).all()  # 8 intervals: 0.27 s
    gap = np.isnan(lost(12).image_px[:, KNEE, 0])
    assert np.flatnonzero(gap).tolist() == list(range(60, 72))


def test_nobody_before_and_after_stays_nobody() -> None:
    track = kickbacks(Shot(missing=(0, 20)), reps=1)
    track.image_px[-5:] = np.nan
    lost = np.isnan(smooth(track).image_px[:, KNEE, 0])
    assert np.flatnonzero(lost).tolist() == [*range(20), *range(len(track) - 5, len(track))]


def test_too_few_frames_pass_untouched() -> None:
    track = kickbacks(Shot(missing=(4, 10_000)), reps=1)
    assert smooth(track) is track


@pytest.mark.parametrize("part", [(80, 81), (80, 110)])
def test_exchange_of_left_and_right_is_undone(part: tuple[int, int]) -> None:
    right = kickbacks(reps=1)
    again = unswap(kickbacks(Shot(swapped=part), reps=1))
    np.testing.assert_array_equal(again.image_px[:, 11:], right.image_px[:, 11:])  # shoulders to feet


def test_visibility_moves_with_the_exchange() -> None:
    right = kickbacks(reps=1)
    right.visibility[:, 15::2] = 0.25
    wrong = replace(kickbacks(Shot(swapped=(80, 110)), reps=1), visibility=right.visibility.copy())
    wrong.visibility[80:110] = exchange(right.visibility)[80:110]
    np.testing.assert_array_equal(unswap(wrong).visibility[:, 11:], right.visibility[:, 11:])


def test_a_clean_track_is_not_touched() -> None:
    track = kickbacks(Shot(noise_px=2.0), reps=1)
    np.testing.assert_array_equal(unswap(track).image_px, track.image_px)


def test_causal_smoother_undoes_the_exchange_too() -> None:
    clean, wrong = (kickbacks(Shot(swapped=part), reps=1) for part in ((0, 0), (80, 110)))
    one, other = CausalSmoother(), CausalSmoother()
    for a, b in zip(clean.poses(), wrong.poses(), strict=True):
        np.testing.assert_allclose(other.update(b).image_px[23:29], one.update(a).image_px[23:29])


def test_causal_smoother_lets_nobody_pass_and_starts_afresh_after_a_reset() -> None:
    poses = kickbacks(Shot(missing=(3, 4)), reps=1).poses()
    smoother = CausalSmoother()
    for pose in poses[:3]:
        smoother.update(pose)
    assert smoother.update(poses[3]) is poses[3]
    smoother.reset()
    far = replace(poses[4], image_px=poses[4].image_px + 500.0)
    np.testing.assert_array_equal(smoother.update(far).image_px, far.image_px)


def test_one_euro_passes_nan_and_restarts_there() -> None:
    euro = OneEuro()
    euro.update(0.0, np.array([1.0, 1.0]))
    lost = euro.update(0.1, np.array([np.nan, 1.0]))
    assert np.isnan(lost[0])
    assert lost[1] == 1.0
    np.testing.assert_allclose(euro.update(0.2, np.array([7.0, 1.0])), [7.0, 1.0])
    assert 7.0 < euro.update(0.3, np.array([9.0, 1.0]))[0] < 9.0


def test_one_euro_halves_noise_at_rest_and_follows_a_move() -> None:
    euro, rng = OneEuro(), np.random.default_rng(5)
    still = rng.normal(0, 2.0, 300)
    out = [float(euro.update(i / 30, np.array([v]))[0]) for i, v in enumerate(still)]
    assert np.std(out[30:]) < 0.6 * np.std(still)
    moving = [float(euro.update(10 + i / 30, np.array([300.0 * i / 30]))[0]) for i in range(60)]
    assert 300.0 * 59 / 30 - moving[-1] < 300.0 * 0.15  # behind by less than 0.15 s


def test_one_euro_forgets_after_a_long_silence() -> None:
    euro = OneEuro()
    euro.update(0.0, np.array([0.0]))
    assert euro.update(5.0, np.array([50.0]))[0] == 50.0


def test_nothing_is_smoothed_across_a_cut() -> None:
    t = np.arange(120) / 30
    still = ramp(t)
    still.image_px[:60], still.image_px[60:] = still.image_px[0], still.image_px[-1]
    camera = np.full((120, COLUMNS), np.nan)
    camera[::15, SCENE] = t[::15] >= 2.0
    cut = smooth(replace(still, camera=camera))
    assert np.ptp(cut.image_px[:60, KNEE, 0]) < 1e-6
    assert np.ptp(cut.image_px[60:, KNEE, 0]) < 1e-6
    whole = smooth(still)
    assert np.ptp(whole.image_px[:60, KNEE, 0]) > 1.0, "the control"


def looks(at_s: list[float], matched: list[bool], scene: list[int]) -> Track:
    """A track of 4 s whose background was looked at some times."""
    track = ramp(np.arange(120) / 30)
    camera = np.full((120, COLUMNS), np.nan)
    for when_s, ok, number in zip(at_s, matched, scene, strict=True):
        camera[round(30 * when_s), [TURN, SCENE]] = 0.0 if ok else np.nan, number
    return replace(track, camera=camera)


def test_a_scene_that_was_believed_late_begins_where_nothing_matched_any_more() -> None:
    late = looks([0, 0.5, 1, 1.5, 2, 2.5], [True, True, False, False, True, True], [0, 0, 0, 0, 1, 1])
    assert [part.start for part in scenes(late)] == [0, 30]
    sudden = looks([0, 0.5, 1, 1.5, 1.8, 2.3], [True, True, False, False, True, True], [0, 0, 0, 0, 1, 1])
    assert [part.start for part in scenes(sudden)] == [0, 54]


def test_frames_on_both_sides_of_a_long_gap_are_smoothed_apart_and_need_no_room_between() -> None:
    t = np.arange(120) / 30
    late = np.where(t < 2.0, t, t + 1e9)
    tracemalloc.start()
    smoothed = smooth(replace(ramp(t), time_s=late))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 20e6
    first = smooth(ramp(t)[:60])
    assert np.array_equal(smoothed.image_px[:60], first.image_px)
    assert np.isfinite(smoothed.image_px).all()


def test_frames_a_hair_apart_need_no_fine_grid() -> None:
    t = np.repeat(np.arange(60) * 0.9, 2) + np.tile([0.0, 1e-9], 60)
    assert np.isfinite(smooth(ramp(t)).image_px).all()
