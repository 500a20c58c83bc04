"""Frames made ready to be judged, and how the camera sees the person in them.

The running set and the record share what is here. First the camera's roll is taken out, then the landmarks
are smoothed: `CausalSmoother` knows only earlier frames, `smooth` all of them. That is the one difference.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from formcheck.exercises.rule import Exercise
from formcheck.poses.both_plates import with_lost_hips
from formcheck.poses.guesses import behind, guessed
from formcheck.poses.levelling import upright
from formcheck.poses.misread import without_misread
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
    level = with_lost_hips(without_misread(upright(raw)))
    return Prepared(level, smooth(level))


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
