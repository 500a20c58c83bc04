"""Tracks as a camera films them that is rolled, pushed or put elsewhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from formcheck import Report
from formcheck.exercises import catalog
from formcheck.judging.settings import Settings
from formcheck.pipeline import Session
from formcheck.poses.pose import COLUMNS, ROLL, ROLL_ERROR, SCENE, SHIFT_X, SHIFT_Y, TURN, ZOOM, Floats
from formcheck.poses.track import Track
from formcheck.report.model import RepReport
from formcheck.rule import Status

EVERY = 15  # frames of the background's looks


def watched(
    track: Track,
    roll_deg: float | Floats = 0.0,
    error_deg: float = 0.4,
    *,
    turn_deg: float | Floats = 0.0,
    shift_px: Floats | None = None,
    zoom: float | Floats = 1.0,
    scene: float | Floats = 0.0,
    looks: int = 4,
) -> Track:
    """Add what the background tells: motion at every look, the roll in the first few of each scene."""
    n = len(track)
    camera = np.full((n, COLUMNS), np.nan)
    at = np.arange(0, n, EVERY)
    camera[at, ZOOM], camera[at, TURN] = np.broadcast_to(zoom, n)[at], np.broadcast_to(turn_deg, n)[at]
    camera[at[:, None], [SHIFT_X, SHIFT_Y]] = 0.0 if shift_px is None else shift_px[at]
    camera[at, SCENE] = np.broadcast_to(scene, n)[at]
    for one in np.unique(camera[at, SCENE]):
        first = at[camera[at, SCENE] == one][:looks]
        camera[first, ROLL], camera[first, ROLL_ERROR] = np.broadcast_to(roll_deg, n)[first], error_deg
    return replace(track, camera=camera)


def report(track: Track, name: str) -> Report:
    session = Session(track.size, Settings(exercise=catalog.exercise(name)), source="skeleton")
    for pose in track.poses():
        session.push(pose)
    return session.finish().report


def said(rep: RepReport) -> dict[str, tuple[Status, float | None]]:
    return {v.fault: (v.status, v.value) for v in rep.verdicts}
