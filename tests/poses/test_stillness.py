"""A person who keeps still is looked at less often, and nothing else changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from support.live_fakes import Finder
from support.skeleton import Shot, kickbacks, still

from formcheck.exercises import catalog
from formcheck.judging.settings import Settings
from formcheck.pipeline import Session
from formcheck.poses.pose import Pose
from formcheck.poses.stillness import STEP_S, Rest
from formcheck.poses.track import Track
from formcheck.video.frames import Frame


def searched(track: Track) -> np.ndarray:
    """(T,) which frames are searched."""
    rest, seen = Rest(), np.zeros(len(track), dtype=bool)
    for i, pose in enumerate(track.poses()):
        if not rest.passes_over(pose.time_s):
            seen[i] = True
            rest.update(pose)
    return seen


@pytest.mark.parametrize(("fps", "share"), [(60.0, 1 / 3), (30.0, 1 / 2), (24.0, 1 / 2), (15.0, 1.0)])
def test_at_rest_a_frame_in_twentieths_of_a_second_is_enough(fps: float, share: float) -> None:
    track = still(kickbacks(reps=1), 4.0, fps, noise_px=0.5)
    seen = searched(track)
    late = track.time_s > 0.3
    assert seen[late].mean() == pytest.approx(share, abs=0.03)
    assert np.diff(track.time_s[seen]).max() < 2 * STEP_S


def test_movement_is_searched_frame_by_frame() -> None:
    track = kickbacks(Shot(noise_px=0.5))
    seen = searched(track)
    ankle = track.image_px[:, 27, 1]
    speed = np.abs(np.gradient(ankle, track.time_s))
    moving = np.flatnonzero(speed > 0.5 * speed.max())
    assert seen[moving].mean() > 0.95
    assert seen.mean() < 0.85


def test_nodding_is_movement() -> None:
    track = still(kickbacks(reps=1), 4.0, noise_px=0.5)
    px = track.image_px.copy()
    px[:, :11, 1] += 40.0 * np.sin(2 * np.pi * track.time_s)[:, None]
    assert searched(replace(track, image_px=px)).mean() > 0.8


def test_nobody_is_looked_for_in_every_frame() -> None:
    track = still(kickbacks(reps=1), 4.0, noise_px=0.5)
    assert searched(replace(track, image_px=np.full_like(track.image_px, np.nan))).all()


def test_the_same_size_of_movement_counts_at_any_distance() -> None:
    near, far = (searched(kickbacks(Shot(scale=scale))) for scale in (300.0, 100.0))
    assert np.array_equal(near, far)


class Counting(Finder):
    """Counts how often it was asked."""

    asked = 0

    def detect(self, image_rgb: object, time_s: float) -> Pose:
        self.asked += 1
        return super().detect(image_rgb, time_s)


def _frames(track: Track) -> Iterator[Frame]:
    blank = np.zeros((120, 160, 3), dtype=np.uint8)
    return (Frame(i, time_s, blank) for i, time_s in enumerate(track.time_s.tolist()))


@pytest.mark.slow
def test_what_is_passed_over_changes_no_verdict_and_no_count() -> None:
    track = kickbacks(Shot(noise_px=0.5), reps=4, knee_deg=40)
    exercise = catalog.exercise("glute-kickback")
    finder = Counting(track)
    some, every = (
        Session(track.size, Settings(exercise=exercise), landmarker=finder),
        Session(track.size, Settings(exercise=exercise)),
    )
    counts, times, cues = [], [], 0
    for frame, pose in zip(_frames(track), track.poses(), strict=True):
        step = some.push(frame)
        assert step is not None
        counts.append(step.rep_count)
        times.append(step.pose.time_s)
        cues += step.cue is not None and not step.cue.praise
        every.push(pose)
    assert times == track.time_s.tolist()
    assert counts == sorted(counts)
    assert finder.asked == some.frames < 0.85 * len(track)
    a, b = some.finish().report, every.finish().report
    assert cues == len(a.cues) > 0
    assert [[v.status for v in rep.verdicts] for rep in a.reps] == [
        [v.status for v in rep.verdicts] for rep in b.reps
    ]
    assert a.fps == pytest.approx(b.fps)


def test_a_new_set_begins_without_what_was_known() -> None:
    track = still(kickbacks(reps=1), 4.0, noise_px=0.5)
    session = Session(
        track.size, Settings(exercise=catalog.exercise("glute-kickback")), landmarker=Finder(track)
    )
    for frame in _frames(track):
        if frame.index == 60:
            before = session.frames
            session.next_set()
            session.push(frame)
            assert session.frames == before + 1
            break
        session.push(frame)
