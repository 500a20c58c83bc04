"""Shoulders that a plate hides obliquely: they rest in one place, are not seen, and cost no repetition."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.skeleton import Shot, Tempo, thrusts

from formcheck.api import analyze_clip
from formcheck.judging.settings import Settings
from formcheck.measures.hidden_shoulders import guessed_shoulders_rest
from formcheck.poses.pose import HIPS, SHOULDERS
from formcheck.poses.smoothing import smooth
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import look
from formcheck.rule import Status

FROM_THE_FEET = Shot(yaw_deg=40.0, world=True)


def guessed(track: Track, *, jumps_px: float = 8.0, share: float = 0.8) -> Track:
    """Draw the shoulders between where they are and the hips, with which they rise, and let them jump."""
    px = track.image_px.copy()
    hips = px[:, HIPS].mean(axis=1)
    rest = px[:, SHOULDERS].mean(axis=1)
    drawn = rest + 0.3 * np.nanmean(hips - rest, axis=0) + share * (hips - np.nanmean(hips, axis=0))
    drawn += np.random.default_rng(3).normal(0.0, jumps_px, drawn.shape)
    px[:, SHOULDERS] += (drawn - px[:, SHOULDERS].mean(axis=1))[:, None]
    return replace(track, image_px=px)


def test_shoulders_that_jump_and_rise_with_the_hips_cost_no_repetition() -> None:
    found = analyze_clip(guessed(thrusts(FROM_THE_FEET)), Settings.of("single-leg-hip-thrust")).found
    assert [one.full for one in found.sets] == [3]
    for rep, number in zip(found.sets[0].reps, range(3), strict=True):
        start_s, _, _, end_s = Tempo().times(number)
        assert [rep.start_s, rep.end_s] == pytest.approx([start_s, end_s], abs=0.35)


def test_nothing_is_read_off_shoulders_that_are_guesses() -> None:
    rules = ("lumbar-arching", "incomplete-lockout", "chin-up", "shoulder-slides")
    report = analyze_clip(guessed(thrusts(FROM_THE_FEET)), Settings.of("single-leg-hip-thrust")).report
    judged = [one.status for rep in report.reps for one in rep.verdicts if one.fault in rules]
    assert len(judged) == 3 * len(rules)
    assert set(judged) == {Status.NOT_JUDGED}


@pytest.mark.parametrize(
    "track",
    [
        pytest.param(thrusts(replace(FROM_THE_FEET, noise_px=1.0)), id="seen"),
        pytest.param(guessed(thrusts(FROM_THE_FEET), jumps_px=0.0), id="a back support that turns"),
        pytest.param(guessed(thrusts(FROM_THE_FEET), share=-0.2), id="on a line, though unsteady"),
        pytest.param(guessed(thrusts(Shot(world=True))), id="from the side"),
    ],
)
def test_other_shoulders_stay(track: Track) -> None:
    smoothed = smooth(track)
    assert guessed_shoulders_rest(track, smoothed, look(smoothed, "supine")) == (track, smoothed)


def test_frames_without_a_person_stay_without() -> None:
    track = guessed(thrusts(replace(FROM_THE_FEET, missing=(30, 60))))
    smoothed = smooth(track)
    raw, right = guessed_shoulders_rest(track, smoothed, look(smoothed, "supine"))
    assert (right.visibility[:, SHOULDERS] == 0.0).all()
    assert np.ptp(right.image_px[right.found][:, SHOULDERS], axis=(0, 1)) == pytest.approx(0.0)
    assert (raw.found == track.found).all()
    assert np.isnan(raw.image_px[~raw.found][:, SHOULDERS]).all()
