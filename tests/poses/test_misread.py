"""Bodies that cannot be there: tiny ones, and ones that lie the other way round for a while."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.skeleton import Shot, thrusts

from formcheck.api import analyze_clip
from formcheck.judging.settings import Settings
from formcheck.poses.misread import without_misread
from formcheck.poses.pose import COLUMNS, HIPS, SCENE, TURN, Floats, Landmark
from formcheck.poses.smoothing import stretches
from formcheck.poses.track import Track
from formcheck.rule import Status

FROM_THE_FEET = Shot(yaw_deg=40.0, world=True, noise_px=0.5)
REST = [joint for joint in Landmark if joint not in HIPS]


def watched(track: Track, *, cut_s: float = np.inf) -> Track:
    """The background was looked at twice a second; from a time on it is another one."""
    camera = np.full((len(track), COLUMNS), np.nan)
    looks = np.unique([*range(0, len(track), 15), min(np.searchsorted(track.time_s, cut_s), len(track) - 1)])
    camera[looks, TURN], camera[looks, SCENE] = 0.0, track.time_s[looks] >= cut_s
    return replace(track, camera=camera)


def turned(track: Track, share: Floats) -> Track:
    """Head and feet change places, by some share of the way, and the hips stay."""
    px = track.image_px.copy()
    hips = px[:, HIPS].mean(axis=1)[:, None]
    px[..., 0] -= 2.0 * share[:, None] * (px[..., 0] - hips[..., 0])
    return replace(track, image_px=px)


def from_on(track: Track, at_s: float) -> Floats:
    return (track.time_s >= at_s).astype(np.float64)


def tiny(track: Track, until_s: float) -> Track:
    """Until a time somebody a tenth as large is seen where the hips are."""
    px, rows = track.image_px.copy(), track.time_s < until_s
    middle = px[rows][:, HIPS].mean(axis=1, keepdims=True)
    px[rows] = middle + 0.1 * (px[rows] - middle)
    return replace(track, image_px=px)


def test_a_tiny_body_is_nobody() -> None:
    track = watched(thrusts(FROM_THE_FEET))
    right = without_misread(tiny(track, 0.6))
    assert not right.found[track.time_s < 0.6].any()
    assert np.array_equal(right.image_px[track.time_s >= 0.6], track.image_px[track.time_s >= 0.6])


def test_who_is_far_off_for_long_is_somebody() -> None:
    seen = tiny(watched(thrusts(FROM_THE_FEET)), 4.5)
    assert without_misread(seen) is seen


def test_who_lies_the_other_way_round_at_once_did_not_turn() -> None:
    track = watched(thrusts(FROM_THE_FEET))
    late = track.time_s >= 0.7 * track.duration_s
    seen = turned(track, from_on(track, 0.7 * track.duration_s))
    assert len(stretches(seen)) == 2
    right = without_misread(seen)
    assert len(stretches(right)) == 1
    assert np.array_equal(right.image_px[:, HIPS], seen.image_px[:, HIPS])
    assert np.array_equal(right.image_px[~late], seen.image_px[~late])
    assert (right.visibility[late][:, REST] == 0.0).all()
    assert (right.visibility[late][:, HIPS] == seen.visibility[late][:, HIPS]).all()
    assert right.edges_px is not None
    assert np.isnan(right.edges_px[late]).all()


TIMES = {"no-hold", "bounce", "lowering-too-fast"}


def test_of_repetitions_that_are_read_the_other_way_round_only_times_are_judged() -> None:
    track = watched(thrusts(FROM_THE_FEET))
    seen = turned(track, from_on(track, 0.68 * track.duration_s))
    analysis = analyze_clip(seen, Settings.of("single-leg-hip-thrust"))
    assert [one.full for one in analysis.found.sets] == [3]
    judged = [
        {one.fault for one in rep.verdicts if one.status is not Status.NOT_JUDGED}
        for rep in analysis.report.reps
    ]
    assert judged[2] == TIMES
    assert len(judged[0]) > 10


def test_a_body_of_which_nothing_is_known_elsewhere_stays() -> None:
    nobody = watched(replace(thrusts(FROM_THE_FEET), image_px=np.full((504, 33, 2), np.nan)))
    assert without_misread(nobody) is nobody


@pytest.mark.parametrize(
    "why", ["a cut", "a slow turn", "half of the time", "no look at the background", "from the foot end"]
)
def test_who_may_have_turned_stays(why: str) -> None:
    shot = replace(FROM_THE_FEET, yaw_deg=85.0) if why == "from the foot end" else FROM_THE_FEET
    track = watched(thrusts(shot))
    at_s = (0.5 if why == "half of the time" else 0.7) * track.duration_s
    share = from_on(track, at_s)
    if why == "a slow turn":
        share = np.clip((track.time_s - at_s + 1.0) / 2.0, 0.0, 1.0)
    if why == "a cut":
        track = watched(track, cut_s=at_s)
    seen = turned(track, share)
    if why == "no look at the background":
        seen = replace(seen, camera=None)
    assert without_misread(seen) is seen
