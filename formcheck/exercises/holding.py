"""The signal of an exercise and its movements, be they repetitions or holds.

A repetition is a rise and fall of one measure. A hold has no such signal: in each frame the gates that name a
measure say whether the position is kept, and a hold is a span in which it is (`formcheck.reps.holds`). Gates
with a function are asked for the whole of it, as for a repetition.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from formcheck.exercises.gates import Gate
from formcheck.exercises.rule import Exercise
from formcheck.poses.pose import Floats, View
from formcheck.reps.holds import HoldSegmenter, holds
from formcheck.reps.segmentation import Movements, RepSegmenter, segment

Values = Callable[[str], Floats]
"""Gives the (T,) values of a measure by its name."""


def signal_of(exercise: Exercise, view: View, values: Values) -> Floats:
    """Return (T,) what its movements are found in: its signal, or for a hold whether it is kept.

    Args:
        exercise: The exercise.
        view: Where the camera stands: gates for other views let every frame pass.
        values: Gives measures of the same T frames.
    """
    if not exercise.is_hold:
        return values(exercise.signal)
    asked = [_inside(gate, values(gate.measure)) for gate in exercise.held_by if view in gate.views]
    if not asked:
        return values(exercise.held_by[0].measure) * np.nan
    # One gate that a frame is outside of says no, whatever is not known beside it.
    known = np.where(np.isnan(asked).any(axis=0), np.nan, 1.0)
    return np.where((np.array(asked) == 0.0).any(axis=0), 0.0, known)


def _inside(gate: Gate, values: Floats) -> Floats:
    """Return (T,) 1 where a value is inside a gate, 0 where it is outside, NaN where there is none."""
    inside = (values >= gate.low) & (values <= gate.high)
    return np.where(np.isnan(values), np.nan, inside.astype(np.float64))


def segmenter_for(exercise: Exercise) -> RepSegmenter | HoldSegmenter:
    """Return what finds the movements of an exercise in its signal, sample by sample."""
    if exercise.is_hold:
        return HoldSegmenter(exercise.min_hold_s)
    return RepSegmenter(exercise.min_range, max_s=exercise.max_s)


def movements(exercise: Exercise, t: Floats, signal: Floats) -> Movements:
    """Find all movements of an exercise in (N,) times and its recorded signal."""
    if exercise.is_hold:
        return holds(t, signal, least_s=exercise.min_hold_s)
    return segment(t, signal, min_range=exercise.min_range)
