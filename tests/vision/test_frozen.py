"""A repeated picture is no hold: what it seems to show did not happen, however it was encoded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.live_fakes import Finder
from support.skeleton import Shot, Tempo, kickbacks

from formcheck.judging.settings import Settings
from formcheck.pipeline import Session
from formcheck.poses.gaps import GAP_S, stalls
from formcheck.poses.pose import Image
from formcheck.poses.track import Track
from formcheck.report.model import Report
from formcheck.video.frames import Frame
from formcheck.vision.frozen import FrozenPicture

STEP_S, LASTS_S = 1 / 30, 1.5
SHORT = kickbacks(Shot(noise_px=0.5), reps=3, tempo=Tempo(hold=0.1))


def picture(seed: int) -> Image:
    return np.random.default_rng(seed).integers(0, 256, (108, 192, 3), dtype=np.uint8)


def frozen(pictures: list[Image]) -> list[bool]:
    watch = FrozenPicture()
    return [watch.update(one, number * STEP_S) for number, one in enumerate(pictures)]


def test_a_picture_that_is_repeated_for_longer_than_a_gap_stands_still() -> None:
    lasting = [picture(0), *[picture(1)] * 30, picture(2), picture(3)]
    found = frozen(lasting)
    assert not any(found[: 1 + int(GAP_S / STEP_S)])
    assert all(found[12:31])
    assert not any(found[31:])


def test_an_encoder_changes_it_a_little_and_a_person_who_holds_still_more() -> None:
    rng = np.random.default_rng(0)
    still = picture(1)

    def shaken(levels: int, share: float) -> Image:
        off = rng.integers(-levels, levels + 1, still.shape) * (rng.random(still.shape) < share)
        return np.clip(still.astype(int) + off, 0, 255).astype(np.uint8)

    assert frozen([shaken(1, 0.5) for _ in range(30)])[-1]
    assert not any(frozen([shaken(6, 0.05) for _ in range(30)]))  # noise of a sensor, a body that sways


def test_a_black_screen_cannot_tell() -> None:
    assert not any(frozen([np.zeros((108, 192, 3), np.uint8)] * 60))


def _with_stop(stops: bool) -> tuple[Report, Track, float]:
    """A set without holds, whose picture stands still for a while at the second top, or goes on there."""
    tops = Session(SHORT.size, Settings.of("glute-kickback"))
    for pose in SHORT.poses():
        tops.push(pose)
    at_s = tops.finish().report.reps[1].lockout_s
    poses = SHORT.poses()
    at = next(number for number, pose in enumerate(poses) if pose.time_s >= at_s)
    more = [replace(poses[at], time_s=poses[at].time_s + k / 30) for k in range(1, int(LASTS_S * 30) + 1)]
    after = [replace(pose, time_s=pose.time_s + LASTS_S) for pose in poses[at + 1 :]]
    shown = Track.from_poses([*poses[: at + 1], *more, *after], SHORT.size)
    session = Session(shown.size, Settings.of("glute-kickback"), landmarker=Finder(shown))
    for number, time_s in enumerate(shown.time_s.tolist()):
        repeated = stops and at <= number <= at + len(more)
        session.push(Frame(number, time_s, picture(at if repeated else number)))
    done = session.finish()
    return done.report, done.raw, at_s


def test_no_hold_is_read_off_frozen_frames() -> None:
    held, _, _ = _with_stop(False)
    assert [v.status.value for v in held.reps[1].verdicts if v.fault == "no-hold"] == ["ok"]
    report, track, at_s = _with_stop(True)
    assert len(report.reps) == 3
    [hold] = [v for v in report.reps[1].verdicts if v.fault == "no-hold"]
    assert hold.status.value == "not-judged"
    assert hold.reason.startswith("the picture stood still for ")
    assert stalls(track) == pytest.approx(np.array([[at_s + GAP_S, at_s + LASTS_S]]), abs=0.1)
    others = [v for rep in (report.reps[0], report.reps[2]) for v in rep.verdicts if v.fault == "no-hold"]
    assert not any("stood still" in v.reason for v in others)
