"""Reports, pictures and clips made of synthetic people, for the tests of pages and pictures."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from formcheck import Analysis, Session, Track
from formcheck.judging.settings import Settings
from formcheck.poses.pose import Landmark, Side
from formcheck.video.reader import VideoSink
from support.skeleton import Tempo, change_legs, kickbacks, thrusts

SHOWN = (320, 180)
"""Size of the clips: a quarter of the tracks', so that scales that are mixed up show."""
FAULTY = 38.0
"""A bend of the knee that is a fault."""


def analysis(track: Track, source: str = "clip.mp4", *, profile: str = "standard") -> Analysis:
    session = Session(track.size, Settings.of(profile=profile), source=source)
    for pose in track.poses():
        session.push(pose)
    return session.finish()


@cache
def clean(reps: int = 3) -> Analysis:
    return analysis(kickbacks(reps=reps))


@cache
def faulty(reps: int = 4) -> Analysis:
    """A set in which every second repetition bends the knee."""
    return analysis(kickbacks(reps=reps, knee_deg=[4.0, FAULTY] * (reps // 2)))


@cache
def two_sided() -> Analysis:
    left = kickbacks(reps=3, knee_deg=[4.0, FAULTY, 4.0])
    right = kickbacks(reps=3, working=Side.RIGHT, tempo=Tempo(hold=1.6))
    return analysis(change_legs(left, right, Side.LEFT))


@cache
def mostly_unseen() -> Analysis:
    """A hip thrust whose legs are hidden: little of it can be judged."""
    track = thrusts(reps=3)
    seen = track.visibility.copy()
    seen[:, Landmark.LEFT_KNEE :] = 0.1
    return analysis(replace(track, visibility=seen))


def frame_of(track: Track, i: int) -> NDArray[np.uint8]:
    """A picture of a frame at `SHOWN`: a head, checkered in black and white, on a plain ground."""
    width, height = SHOWN
    image = np.full((height, width, 3), (96, 128, 144), np.uint8)
    if np.isfinite(track.image_px[i]).all():
        x, y = head_px(track, i)
        left, top = max(round(x) - 6, 0), max(round(y) - 6, 0)
        part = image[top : top + 12, left : left + 12]
        part[:] = 255 * (np.indices(part.shape[:2]).sum(axis=0) // 2 % 2)[..., None]
    return image


def head_px(track: Track, i: int) -> tuple[float, float]:
    """The middle of the head at `SHOWN`."""
    scale = np.divide(SHOWN, track.size)
    ears = track.image_px[i, [Landmark.LEFT_EAR, Landmark.RIGHT_EAR, Landmark.NOSE]].mean(axis=0) * scale
    return float(ears[0]), float(ears[1])


def film(found: Analysis, path: Path) -> Path:
    """Write the clip that an analysis could be of."""
    track = found.raw
    with VideoSink(path) as sink:
        for i, time_s in enumerate(track.time_s.tolist()):
            sink.write(frame_of(track, i), time_s)
    return path


def renamed(found: Analysis, source: str) -> Analysis:
    return replace(found, report=found.report.model_copy(update={"source": source}))
