from __future__ import annotations

from dataclasses import replace

import numpy as np
from support.skeleton import Shot, kickbacks

from formcheck.judging.settings import Settings
from formcheck.pipeline import Session
from formcheck.poses.guesses import restlessness_pct
from formcheck.poses.pose import SCENE
from formcheck.poses.smoothing import smooth
from formcheck.poses.track import Track
from formcheck.report.model import Report


def test_one_frame_shows_no_motion() -> None:
    one = kickbacks(reps=1)[:1]
    assert restlessness_pct(one, smooth(one), 100.0, np.ones(1, dtype=bool)) == float("inf")


def test_a_camera_that_is_covered_at_the_last_frame_costs_no_set() -> None:
    track = kickbacks(Shot(noise_px=0.5), reps=2)
    camera = np.zeros((len(track), 7))
    camera[-1, SCENE] = 1.0
    reps = judged(replace(track, camera=camera)).reps
    assert sum(not rep.partial for rep in reps) == 2


def judged(track: Track) -> Report:
    session = Session(track.size, Settings.of("glute-kickback"))
    for pose in track.poses():
        session.push(pose)
    return session.finish().report
