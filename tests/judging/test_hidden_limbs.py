"""What furniture or the other leg hides is no evidence: neither against the exercise, nor of a fault."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.skeleton import Shot, kickbacks

from formcheck.api import analyze
from formcheck.poses.pose import Floats, Landmark, Side
from formcheck.poses.track import Track
from formcheck.report.model import Report

KICKS = kickbacks(Shot(noise_px=0.5))
LEFT_LEG = np.array([Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE, Landmark.LEFT_HEEL, Landmark.LEFT_FOOT_INDEX])
RIGHT_LEG = LEFT_LEG + 1


def shown(px: Floats, hidden: np.ndarray, frames: np.ndarray, visibility: float) -> Track:
    seen = KICKS.visibility.copy()
    seen[np.ix_(frames, hidden)] = visibility
    return replace(KICKS, image_px=px, visibility=seen)


def set_up(report: Report) -> list[tuple[str, str]]:
    every = [v for rep in report.reps for v in rep.verdicts if v.fault == "set-up-hands-knees"]
    return [(v.status.value, v.reason) for v in every]


def test_of_two_legs_that_move_at_once_the_one_that_is_seen_works() -> None:
    """The model moves a leg that it does not see along with the other."""
    px = KICKS.image_px.copy()
    px[:, RIGHT_LEG, 1] += 1.2 * (px[:, LEFT_LEG, 1] - px[0, LEFT_LEG, 1])
    report = analyze(shown(px, RIGHT_LEG, np.arange(len(px)), 0.3), "glute-kickback")
    assert [rep.side for rep in report.reps] == ["left"] * 3


@pytest.mark.parametrize("hidden", [True, False])
def test_hands_that_something_hides_are_not_off_the_floor(hidden: bool) -> None:
    px = KICKS.image_px.copy()
    for side in (0, 1):
        shoulder = px[:, Landmark.LEFT_SHOULDER + side]
        arm = np.array([[0.02, 0.2], [0.05, 0.25]]) if hidden else np.array([[0.5, 0.0], [1.0, 0.0]])
        size = np.hypot(*(shoulder - px[:, Landmark.LEFT_HIP + side]).T)[:, None]
        for joint, off in zip((Landmark.LEFT_ELBOW, Landmark.LEFT_WRIST), arm, strict=True):
            px[:, joint + side] = shoulder + off * size
    report = analyze(replace(KICKS, image_px=px), "glute-kickback")
    if not hidden:  # arms stretched forwards
        assert not report.reps
        assert any("not on hands and knee" in note for note in report.notes)
        return
    assert set_up(report) == [("not-judged", "something hides your hand")] * 3


def test_a_knee_hidden_behind_the_other_leg_is_read_where_it_is_seen() -> None:
    px = KICKS.image_px.copy()
    ankle = px[:, Landmark.LEFT_ANKLE, 1]
    rest = np.flatnonzero(ankle > ankle.min() + 0.8 * np.ptp(ankle))
    px[np.ix_(rest, RIGHT_LEG)] = px[np.ix_(rest, LEFT_LEG)]
    report = analyze(shown(px, RIGHT_LEG, rest, 0.4), "glute-kickback", side=Side.LEFT)
    assert {status for status, _ in set_up(report)} == {"ok"}
