"""Cuts before a plain wall: the background tells nothing of them, the person does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.cameras import said
from support.relatives import donkey_kicks
from support.skeleton import Shot

from formcheck.api import analyze
from formcheck.poses.other_views import other_views
from formcheck.poses.smoothing import smooth
from formcheck.poses.track import Track
from formcheck.rule import Status

# On all fours the model shows about half of the yaw: 25 deg here are 45.
ASIDE, SIDE = Shot(yaw_deg=-25.0, noise_px=0.5, world=True), Shot(noise_px=0.5, world=True)
LOWERING = {"no-hold", "lowering-too-fast"}


def filmed(*shots: Shot) -> tuple[Track, list[float]]:
    """Three donkey kicks from each place, one after the other, and when each place but the first begins."""
    parts = [donkey_kicks(shot) for shot in shots]
    poses, cuts = list(parts[0].poses()), []
    for part in parts[1:]:
        cuts.append(poses[-1].time_s + 1 / part.fps)
        poses += [replace(pose, time_s=pose.time_s + cuts[-1]) for pose in part.poses()]
    return Track.from_poses(poses, parts[0].size), cuts


def edited(cut_s: float) -> Track:
    """Three kicks at once filmed from two places, with a cut from one to the other."""
    one, other = donkey_kicks(ASIDE), donkey_kicks(SIDE)
    poses = [b if a.time_s >= cut_s else a for a, b in zip(one.poses(), other.poses(), strict=True)]
    return Track.from_poses(poses, one.size)


def test_a_cut_to_another_view_is_found_and_nothing_is_smoothed_across_it() -> None:
    track, cuts = filmed(ASIDE, SIDE, ASIDE)
    assert track.time_s[other_views(track)].tolist() == pytest.approx(cuts)
    quiet = smooth(track)
    assert quiet.time_s[other_views(quiet)].tolist() == pytest.approx(cuts)


@pytest.mark.parametrize("yaw_deg", [0.0, -40.0])
def test_a_camera_that_stays_has_no_cuts(yaw_deg: float) -> None:
    assert other_views(donkey_kicks(Shot(yaw_deg=yaw_deg, noise_px=2.0))) == []


def test_the_same_view_again_is_no_other_view() -> None:
    assert other_views(filmed(SIDE, SIDE)[0]) == []


def test_nobody_has_no_view() -> None:
    track = donkey_kicks(SIDE)
    assert other_views(replace(track, image_px=np.full_like(track.image_px, np.nan))) == []


@pytest.mark.slow
def test_repetitions_from_one_place_are_one_set_judged_in_its_own_view() -> None:
    report = analyze(filmed(ASIDE, SIDE, ASIDE)[0])
    assert [one.exercise for one in report.sets] == ["donkey-kick"] * 2
    assert [len(one.reps) for one in report.sets] == [6, 3]
    aside, side = report.sets
    assert (aside.view, side.view) == ("oblique-head", "side")
    alone = analyze(donkey_kicks(SIDE), "donkey-kick")
    for rep, other in zip([rep for rep in report.reps if rep.set == side.index], alone.reps, strict=True):
        assert {f: s for f, (s, _) in said(rep).items()} == {f: s for f, (s, _) in said(other).items()}


@pytest.mark.slow
def test_of_a_repetition_that_is_cut_while_it_is_lowered_the_top_is_judged() -> None:
    second = analyze(edited(100.0), "donkey-kick").reps[1]
    report = analyze(edited((second.lower_s + second.end_s) / 2), "donkey-kick")
    assert [rep.partial for rep in report.reps] == [False] * 3
    verdicts = {fault: status for fault, (status, _) in said(report.reps[1]).items()}
    assert {verdicts[fault] for fault in LOWERING} == {Status.NOT_JUDGED}
    assert verdicts["knee-off-square"] is Status.OK


@pytest.mark.slow
def test_of_one_that_is_cut_on_its_way_up_nothing_is_judged() -> None:
    second = analyze(edited(100.0), "donkey-kick").reps[1]
    report = analyze(edited((second.start_s + second.lockout_s) / 2), "donkey-kick")
    at = min(report.reps, key=lambda rep: abs(rep.lower_s - second.lower_s))
    assert {status for status, _ in said(at).values()} == {Status.NOT_JUDGED}
