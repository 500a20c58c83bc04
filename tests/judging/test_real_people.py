"""What real people do and rendered ones do not: slow turns, high kicks, heads that hang."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from support.cameras import watched
from support.relatives import donkey_kicks, glute_bridges, hip_thrusts
from support.skeleton import Shot, Tempo, kickbacks, thrusts

from formcheck.api import analyze
from formcheck.exercises import catalog
from formcheck.judging.judge import judge_rule
from formcheck.poses.pose import HIPS, Floats, Landmark, Side, trunk_px
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import look
from formcheck.report.model import VerdictReport
from formcheck.reps.rep_data import RepData, SetData
from formcheck.reps.segmentation import Rep
from formcheck.rule import Rule, Status, View

NOISY = Shot(noise_px=0.5)


def verdicts(track: Track, exercise: str, fault: str) -> list[VerdictReport]:
    report = analyze(track, exercise)
    return [one for rep in report.reps if not rep.partial for one in rep.verdicts if one.fault == fault]


@pytest.mark.parametrize(
    ("tempo", "status"),
    [
        (Tempo(up=1.0, hold=1.2, down=1.6), Status.OK),
        (Tempo(up=1.2, hold=0.0, down=1.8), Status.WARN),  # near the top for 0.7 s, as some eyes see a hold
        (Tempo(up=0.5, hold=0.0, down=0.8), Status.FAULT),
    ],
    ids=["held", "turns slowly", "turns fast"],
)
def test_a_slow_turn_at_the_top_is_a_warning_and_a_fast_one_a_fault(tempo: Tempo, status: Status) -> None:
    found = verdicts(kickbacks(NOISY, tempo=tempo), "glute-kickback", "no-hold")
    assert [one.status for one in found] == [status] * 3
    if status is not Status.OK:
        assert all(one.value is not None and one.uncertainty is not None for one in found)


def test_a_donkey_kick_that_is_not_held_is_a_warning() -> None:
    found = verdicts(donkey_kicks(NOISY, tempo=Tempo(up=0.5, hold=0.0, down=0.8)), "donkey-kick", "no-hold")
    assert [one.status for one in found] == [Status.WARN] * 3


@pytest.mark.parametrize(
    ("clip", "exercise", "too_high"),
    [
        (lambda: kickbacks(NOISY, top_deg=6.0), "glute-kickback", False),
        (lambda: kickbacks(NOISY, top_deg=36.0), "glute-kickback", True),
        (lambda: donkey_kicks(NOISY, top_deg=4.0), "donkey-kick", False),
        (lambda: donkey_kicks(NOISY, top_deg=26.0), "donkey-kick", True),
    ],
    ids=["straight", "straight, high", "bent", "bent, high"],
)
def test_a_leg_lifted_further_than_a_hip_extends_is_above_the_trunks_line(
    clip: Callable[[], Track], exercise: str, too_high: bool
) -> None:
    found = verdicts(clip(), exercise, "leg-above-trunk-line")
    assert found
    assert {bool(one.cue) for one in found} == {too_high}


@pytest.mark.parametrize("head_deg", [20.0, 0.0, -80.0])
def test_a_head_that_hangs_is_told(head_deg: float) -> None:
    found = verdicts(kickbacks(NOISY, head_deg=head_deg), "glute-kickback", "head-drop")
    assert len(found) == 3
    assert {bool(one.cue) for one in found} == {head_deg == -80.0}


@pytest.mark.parametrize(("knee_deg", "flagged"), [(90.0, False), (125.0, False), (145.0, True)])
def test_a_knee_may_close_further_than_a_right_angle(knee_deg: float, flagged: bool) -> None:
    found = verdicts(donkey_kicks(NOISY, knee_deg=knee_deg), "donkey-kick", "knee-off-square")
    assert found
    assert {bool(one.cue) for one in found} == {flagged}


@pytest.mark.parametrize("fault", ["no-hold", "lowering-too-fast"])
def test_hips_that_rise_faster_than_a_body_can_have_no_phases(fault: str) -> None:
    [rule] = [one for one in catalog.exercise("single-leg-hip-thrust").rules if one.name == fault]
    assert rule.read is not None
    track, rep = thrusts(), Rep(*Tempo().times(1), 0.0, 26.0)
    during = (track.time_s > rep.lockout_s + 0.1) & (track.time_s < rep.lockout_s + 0.5)
    for rise, reason in ((0.1, ""), (0.6, "the landmarks jump, faster than hips move")):
        px = track.image_px.copy()
        px[np.ix_(during, np.array(HIPS), np.array([1]))] -= rise * trunk_px(px[0])
        jumping = replace(track, image_px=px)
        data = SetData(jumping, jumping, Side.RIGHT, look(jumping, "supine"), [rep])
        assert rule.read(RepData(rep, data)).reason == reason


@pytest.mark.parametrize(
    ("knee_deg", "status"), [(75.0, Status.OK), (55.0, Status.WARN), (35.0, Status.FAULT)]
)
def test_a_knee_nearer_to_straight_than_to_a_right_angle_is_a_fault(knee_deg: float, status: Status) -> None:
    [rule] = [one for one in catalog.exercise("donkey-kick").rules if one.name == "knee-off-square"]
    assert rule.limit.status(knee_deg - 90.0, 5.0) is status


def lifts_the_head(track: Track, when: Callable[[Floats, float, float], Floats], deg: float = 30.0) -> Track:
    """Turn the head of somebody on all fours up about the shoulders, as a share of time says."""
    share = np.zeros(len(track))
    for rep in range(3):
        start_s, lockout_s, lower_s, _ = Tempo().times(rep)
        share += when(track.time_s, start_s, (lockout_s + lower_s) / 2)
    turn = np.radians(deg) * np.clip(share, 0.0, 1.0)
    px = track.image_px.copy()
    shoulder = px[:, [11, 12]].mean(axis=1)
    for joint in (0, 7, 8):
        x, y = (px[:, joint] - shoulder).T
        turned = np.stack([x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)], axis=1)
        px[:, joint] = shoulder + turned
    return replace(track, image_px=px)


@pytest.mark.parametrize(
    ("when", "flagged"),
    [
        (lambda t, start_s, top_s: np.exp(-(((t - start_s - 0.1) / 0.15) ** 2)), False),
        (lambda t, start_s, top_s: np.exp(-(((t - top_s) / 0.8) ** 2)), True),
    ],
    ids=["as the leg leaves the floor", "at the top"],
)
def test_who_looks_ahead_between_two_kicks_has_no_head_up(
    when: Callable[[Floats, float, float], Floats], flagged: bool
) -> None:
    found = verdicts(lifts_the_head(kickbacks(NOISY), when), "glute-kickback", "head-up")
    assert len(found) == 3
    assert {bool(one.cue) for one in found} == {flagged}


@pytest.mark.parametrize("fault", ["no-hold", "lowering-too-fast"])
def test_a_leg_that_moves_faster_than_it_falls_has_no_phases(fault: str) -> None:
    """One scene fades into another, and the landmarks go over to another leg."""
    [rule] = [one for one in catalog.exercise("glute-kickback").rules if one.name == fault]
    assert rule.read is not None
    for down_s, reason in ((0.7, ""), (0.12, "the landmarks jump, faster than a limb moves")):
        tempo = Tempo(down=down_s)
        track, rep = kickbacks(tempo=tempo, rest_deg=-86.0), Rep(*tempo.times(1), -86.0, 4.0)
        data = SetData(track, track, Side.LEFT, look(track, "prone"), [rep])
        assert rule.read(RepData(rep, data)).reason == reason


def of_thrust(fault: str, exercise: str = "hip-thrust") -> Rule:
    [rule] = [one for one in catalog.exercise(exercise).rules if one.name == fault]
    return rule


def second(track: Track) -> RepData:
    """The second of three repetitions face up."""
    reps = [Rep(*Tempo().times(i), 0.0, 26.0) for i in range(3)]
    return RepData(reps[1], SetData(track, track, Side.RIGHT, look(track, "supine"), reps))


@pytest.mark.parametrize(("rise_pct", "status"), [(0.0, Status.OK), (35.0, Status.FAULT)])
def test_where_the_camera_moves_a_heel_is_judged_by_its_own_toes(rise_pct: float, status: Status) -> None:
    track = thrusts()
    start_s, lockout_s, lower_s, end_s = Tempo().times(1)
    up = (track.time_s > (start_s + lockout_s) / 2) & (track.time_s < (lower_s + end_s) / 2)
    shift = np.outer(np.clip(track.time_s - start_s, 0.0, 1.0), [60.0, 20.0])
    px = track.image_px.copy()
    px[np.ix_(up, np.array([30]), np.array([1]))] -= rise_pct / 100.0 * trunk_px(px[0])
    filmed = watched(replace(track, image_px=px + shift[:, None], edges_px=None), shift_px=shift)
    for moves in (True, False):
        data = second(filmed if moves else replace(track, image_px=px))
        assert data.camera_moved is moves
        verdict = judge_rule(of_thrust("heel-up"), data)
        assert verdict.status is status
        assert ("toes" in verdict.reading.reason) is moves


def test_a_hold_longer_than_its_error_shows_however_slow_the_movement() -> None:
    rule = of_thrust("no-hold", "glute-bridge")
    assert rule.read is not None
    track = thrusts(tempo=Tempo(up=5.0, hold=4.0, down=5.0))
    for lower_s, judged in ((10.5, True), (7.0, False)):
        rep = Rep(1.5, 6.5, lower_s, lower_s + 5.0, 0.0, 26.0)
        data = RepData(rep, SetData(track, track, Side.RIGHT, look(track, "supine"), [rep]))
        assert np.isfinite(rule.read(data).value) == judged


@pytest.mark.parametrize(
    ("share", "status"), [(1.0, Status.OK), (0.75, Status.TOO_CLOSE), (0.2, Status.WARN)]
)
def test_obliquely_from_the_feet_knees_show_against_the_feet(share: float, status: Status) -> None:
    track = hip_thrusts(Shot(yaw_deg=45.0, world=True))
    px = track.image_px.copy()
    middle = px[:, 25:27].mean(axis=1, keepdims=True)
    px[:, 25:27] = middle + share * (px[:, 25:27] - middle)
    data = second(replace(track, image_px=px))
    assert data.look.view is View.OBLIQUE_FOOT
    assert judge_rule(of_thrust("knees-in"), data).status is status


def test_far_feet_of_a_bridge_are_a_warning_however_far() -> None:
    found = verdicts(glute_bridges(NOISY, foot_x=2.25), "glute-bridge", "shin-not-vertical")
    assert [one.status for one in found] == [Status.WARN] * 3
    assert all(one.value is not None and one.value > 40.0 for one in found)


def of_far_foot(track: Track, along: float) -> Track:
    """The far foot as the model guesses it behind the near one, so many trunk lengths further along."""
    near = look(track, "supine").near
    px, visibility = track.image_px.copy(), track.visibility.copy()
    ankle = Landmark.LEFT_ANKLE + (near is Side.LEFT)
    px[:, ankle, 0] += along * trunk_px(px[0])
    visibility[:, ankle] = 0.3
    return replace(track, image_px=px, visibility=visibility)


@pytest.mark.parametrize(
    ("along", "status"),
    [(0.1, Status.OK), (0.28, Status.NOT_JUDGED)],
    ids=["beside the near one", "elsewhere"],
)
def test_a_foot_that_the_near_one_hides_stands_beside_it(along: float, status: Status) -> None:
    found = verdicts(of_far_foot(glute_bridges(NOISY), along), "glute-bridge", "feet-uneven")
    assert [one.status for one in found] == [status] * 3


def with_hips_along_the_thigh(track: Track, share: float) -> Track:
    """The hips' landmarks move along the thigh as they rise, until only this share of it is left."""
    px = track.image_px.copy()
    height = -px[:, HIPS, 1].mean(axis=1)
    risen = (height - height.min()) / np.ptp(height)
    for hip in (Landmark.LEFT_HIP, Landmark.RIGHT_HIP):
        px[:, hip] += ((1.0 - share) * risen)[:, None] * (px[:, hip + 2] - px[:, hip])
    return replace(track, image_px=px)


@pytest.mark.parametrize(
    ("share", "judged"), [(0.91, True), (0.84, False)], ids=["a little", "as behind a plate"]
)
def test_thighs_that_the_hips_slide_along_are_judged(share: float, judged: bool) -> None:
    track = with_hips_along_the_thigh(glute_bridges(NOISY), share)
    found = verdicts(track, "glute-bridge", "incomplete-lockout")
    assert [one.status is not Status.NOT_JUDGED for one in found] == [judged] * 3
