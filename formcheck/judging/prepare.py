"""Frames made ready to be judged, and how the camera sees the person in them.

The running set and the record share what is here. First the camera's roll is taken out, then the landmarks
are smoothed: `CausalSmoother` knows only earlier frames, `smooth` all of them. That is the one difference.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from formcheck.exercises.gates import OBLIQUE
from formcheck.exercises.rule import Exercise
from formcheck.poses.geometry import distance_px
from formcheck.poses.guesses import behind, guessed
from formcheck.poses.levelling import upright
from formcheck.poses.misread import without_misread
from formcheck.poses.pose import HIPS, SHOULDERS, Landmark, View
from formcheck.poses.smoothing import smooth
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import Look, look

GUESSED = "the landmarks jump: the body is not seen well from here"
"""Why nothing is judged where the model guesses the legs."""


class Prepared(NamedTuple):
    """The same frames twice, both as a level camera would have filmed them.

    Attributes:
        raw: As measured.
        smoothed: Smoothed without lag.
    """

    raw: Track
    smoothed: Track


def prepared(raw: Track) -> Prepared:
    """Take out of frames as filmed the camera's roll and bodies that cannot be there, and smooth them."""
    level = without_misread(upright(raw))
    return Prepared(level, smooth(level))


_LEG_UPRIGHT, _TRUNK_UPRIGHT = 0.35, 0.8
"""Of the trunk: how far a standing leg's hip is above its knee, and the knee above the ankle; and how far the
shoulders of somebody who stands are above the hips."""
_THIGH_UPRIGHT, _SHIN_UPRIGHT, _CUT_OFF = 0.6, 0.35, 0.5
"""Of a thigh: how far both knees of somebody who stands or walks are below the hips, both ankles below the
knees, and the length of a trunk of which the picture cuts off the upper part."""
_KNEES = [Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE]
_ANKLES = [Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE]
_ON_FEET_S = 0.5  # less is not standing
_STANDS_S = 0.3  # a shorter look of it may be one of the landmarks
_RESTS_S, _KEEPS = 0.5, 0.1  # who moves further than this share of the trunk in such a time is on the way


def _on_a_leg(track: Track) -> np.ndarray:
    """Return (T,) whether one leg has its hip above its knee above its ankle."""
    px, y = track.image_px, track.image_px[..., 1]
    least = _LEG_UPRIGHT * distance_px(px[:, SHOULDERS].mean(axis=1), px[:, HIPS].mean(axis=1))
    with np.errstate(invalid="ignore"):
        legs = [
            (y[:, knee] - y[:, knee - 2] > least) & (y[:, knee + 2] - y[:, knee] > least)
            for knee in (Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE)
        ]
    stands: np.ndarray = legs[0] | legs[1]
    return stands


def on_feet(track: Track) -> bool:
    """Whether somebody stands for a moment at least, upright or bent.

    It is quick, so that exercises done standing are not looked for where nobody ever stands.
    """
    return float(_on_a_leg(track).sum()) * track.step_s >= _ON_FEET_S


def down(track: Track, view: View) -> list[slice]:
    """Return the stretches of frames in which nobody stands upright, as who walks in or out does.

    Where the picture cuts off the shoulders the model draws them near the hips: there both legs tell it. Seen
    from an end, who lies looks as upright.

    Args:
        track: Smoothed frames.
        view: Where the camera stands.
    """
    if view not in OBLIQUE:
        return [slice(0, len(track))]
    px, y = track.image_px, track.image_px[..., 1]
    shoulders, hips = (px[:, both].mean(axis=1) for both in (SHOULDERS, HIPS))
    trunk, thighs = distance_px(shoulders, hips), distance_px(px[:, HIPS], px[:, _KNEES])
    with np.errstate(invalid="ignore", divide="ignore"):
        whole = _on_a_leg(track) & (hips[:, 1] - shoulders[:, 1] > _TRUNK_UPRIGHT * trunk)
        thigh, shin = (y[:, _KNEES] - y[:, HIPS]) / thighs, (y[:, _ANKLES] - y[:, _KNEES]) / thighs
        legs = (thigh.min(axis=1) > _THIGH_UPRIGHT) & (shin.min(axis=1) > _SHIN_UPRIGHT)
        stands = whole | (legs & (trunk < _CUT_OFF * thighs.max(axis=1)))
    stands = _without_short(stands, track.time_s)
    stands = ~_without_short(~stands, track.time_s)
    ends = np.flatnonzero(np.diff(stands, prepend=True, append=True))
    rests = _rests(shoulders, hips, track.time_s)
    parts = []
    for first, last in zip(ends[::2].tolist(), ends[1::2].tolist(), strict=True):
        lies = np.flatnonzero(rests[first:last]) + first
        begins = first if first == 0 or not len(lies) else int(lies[0])
        ends_ = last if last == len(track) or not len(lies) else int(lies[-1]) + 1
        parts.append(slice(begins, ends_))
    return parts


def _rests(shoulders: np.ndarray, hips: np.ndarray, time_s: np.ndarray) -> np.ndarray:
    """Return (T,) whether the trunk is in a stretch of time in which it keeps its place."""
    trunk = float(np.nanmedian(distance_px(shoulders, hips)))
    last = np.searchsorted(time_s, time_s + _RESTS_S, side="right")
    rests = np.zeros(len(time_s), dtype=bool)
    for first, end in enumerate(last.tolist()):
        here = np.hstack([shoulders[first:end], hips[first:end]])
        if time_s[-1] - time_s[first] >= _RESTS_S and float(np.ptp(here, axis=0).max()) < _KEEPS * trunk:
            rests[first:end] = True
    return rests


def _without_short(true: np.ndarray, time_s: np.ndarray) -> np.ndarray:
    """Return (T,) without what is true for a shorter time than standing takes."""
    ends = np.flatnonzero(np.diff(true, prepend=False, append=False))
    kept = np.zeros_like(true)
    for first, last in zip(ends[::2], ends[1::2], strict=True):
        kept[first:last] = time_s[last - 1] - time_s[first] >= _STANDS_S
    return kept


class Seen(NamedTuple):
    """How the camera sees a person who does an exercise.

    Attributes:
        look: Where the camera stands.
        guessed: Whether the landmarks of the legs are guesses.
    """

    look: Look
    guessed: bool = False

    def refusal(self, exercise: Exercise) -> str | None:
        """Return why the exercise cannot be judged from here, or None. The text is empty for a wrong view."""
        if self.look.view not in exercise.views:
            return ""
        return GUESSED if self.guessed else None


def look_at(smoothed: Track, exercise: Exercise) -> Look:
    """Return how the camera sees somebody in the posture of an exercise."""
    return look(smoothed, exercise.posture)


def seen(frames: Prepared, exercise: Exercise, counted: np.ndarray, first: Look) -> Seen:
    """Say whether the camera sees the legs, or whether the model guesses them.

    Seen from behind, legs that were followed there take the place of guesses.

    Args:
        frames: The frames.
        exercise: What is done in them.
        counted: (T,) which frames count.
        first: How the camera seems to see the person.
    """
    if first.view not in exercise.views or not guessed(*frames, first, counted):
        return Seen(first)
    second = behind(first, frames.raw)
    return Seen(second, second.view in exercise.views and guessed(*frames, second, counted))
