"""Frames in which the model reads a body that cannot be there: a tiny one, or one that lies the other way.

Beside large plates the model may find a person on the hub of a plate, or take the legs for the trunk and the
plate for the feet. Nobody shrinks to a third, and nobody who lies across the picture turns head and feet
round within a moment, unless the picture was cut.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from formcheck.poses.pose import HIPS, Floats, Landmark
from formcheck.poses.smoothing import scenes, trunk_direction
from formcheck.poses.track import Track

_TINY, _SELDOM = 0.35, 0.2  # of the usual extent of the body over a scene, and of its frames at most
_ACROSS, _AT_ONCE_S, _LESSER = 0.8, 0.4, 0.4
"""Share of the frames in which the trunk lies clearly across the picture, time within which head and feet
change places, and share of the frames that lie the other way, at most. Two of 77 rendered sets beside large
plates turned so, within 0.2 s and for 0.27 and 0.34 of the frames; of 61 clips of real people none."""
_BODY = np.arange(Landmark.LEFT_SHOULDER, Landmark.RIGHT_FOOT_INDEX + 1)


def without_misread(track: Track) -> Track:
    """Take out tiny bodies, and put bodies that lie the other way where they are in the other frames.

    Of the latter only the hips stay as they are; all else counts as not seen. Without knowledge of cuts
    nothing changes.
    """
    if track.camera is None:
        return track
    tiny, turned = (
        np.concatenate([found(track[part]) for part in scenes(track)]) for found in (_is_tiny, _is_turned)
    )
    if tiny.any():
        track = _without(track, tiny)
    return _put_back(track, turned & ~tiny) if turned.any() else track


def _is_tiny(track: Track) -> np.ndarray:
    """(T,) whether the body is a fraction of its usual size in the scene, which it is seldom.

    Who comes near to start the camera and trains far from it is small for most of the time.
    """
    extent: Floats = np.ptp(track.image_px[:, _BODY], axis=1).max(axis=1)
    known: np.ndarray = np.isfinite(extent)
    if not known.any():
        return known
    with np.errstate(invalid="ignore"):
        tiny = np.asarray(extent < _TINY * np.median(extent[known]))
    return tiny if tiny.sum() <= _SELDOM * known.sum() else np.zeros_like(tiny)


def _is_turned(track: Track) -> np.ndarray:
    """(T,) whether head and feet lie the other way round than in most of the scene, and changed at once."""
    way = trunk_direction(track)
    clear = np.flatnonzero(way)
    nobody = np.zeros(len(track), dtype=bool)
    if len(clear) < max(_ACROSS * len(track), 1):
        return nobody
    usual = float(np.sign(way.sum()))
    other = np.flatnonzero(way == -usual)
    if usual == 0.0 or not 0 < len(other) <= _LESSER * len(clear):
        return nobody
    changes = np.flatnonzero(np.diff(way[clear]) != 0.0)
    took_s = track.time_s[clear[changes + 1]] - track.time_s[clear[changes]]
    if took_s.max() > _AT_ONCE_S:
        return nobody
    before = np.maximum(np.searchsorted(clear, np.arange(len(track)), "right") - 1, 0)
    return np.asarray(way[clear[before]] == -usual)


def _without(track: Track, rows: np.ndarray) -> Track:
    px, visibility = track.image_px.copy(), track.visibility.copy()
    px[rows], visibility[rows] = np.nan, 0.0
    return replace(track, image_px=px, visibility=visibility)


def _put_back(track: Track, rows: np.ndarray) -> Track:
    """Put all but the hips where they are in the other frames, as not seen, and forget the outline."""
    others = ~rows & track.found
    joints = np.setdiff1d(np.arange(len(Landmark)), HIPS)
    px, visibility = track.image_px.copy(), track.visibility.copy()
    px[np.ix_(rows & track.found, joints)] = np.median(px[others], axis=0)[joints]
    visibility[np.ix_(rows, joints)] = 0.0
    return replace(
        track,
        image_px=px,
        visibility=visibility,
        world_m=_like(track.world_m, rows, others),
        edges_px=_unknown(track.edges_px, rows),
    )


def _like(values: Floats | None, rows: np.ndarray, others: np.ndarray) -> Floats | None:
    """Return values that are in some frames what they are on the whole in others."""
    if values is None:
        return None
    values = values.copy()
    values[rows] = np.nanmedian(values[others], axis=0)
    return values


def _unknown(values: Floats | None, rows: np.ndarray) -> Floats | None:
    if values is None:
        return None
    values = values.copy()
    values[rows] = np.nan
    return values
