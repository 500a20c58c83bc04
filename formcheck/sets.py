"""From a track to sets: which leg, which camera, which movements are repetitions of the exercise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .baseline import Baseline
from .level import upright
from .pose import Landmark, Side, View
from .reps import Rep, segment
from .rule import Exercise
from .setdata import RepData, SetData
from .smoothing import stretches, unswap
from .track import Track
from .view import Look, look

RESTLESS_PCT = 2.75
"""Where both legs' landmarks jump further than this (median, of the trunk length) they are guesses."""
_MARGIN_S = 0.7  # around a repetition: the start position belongs to it


@dataclass(frozen=True, slots=True)
class FoundSet:
    """Consecutive repetitions of one side.

    Attributes:
        data: Frames, side, camera and the full repetitions (the baseline).
        reps: All repetitions, partial ones included, in time order.
    """

    data: SetData
    reps: tuple[Rep, ...]

    @property
    def side(self) -> Side:
        """The working side."""
        return self.data.working


@dataclass(frozen=True, slots=True)
class Found:
    """What a track holds of an exercise.

    Attributes:
        sets: The sets, in time order.
        refused: How many movements were no repetitions, by reason.
        look: How the camera saw the person, over the stretch with most to see.
        frames: How many frames were searched.
    """

    sets: tuple[FoundSet, ...]
    refused: Counter[str]
    look: Look
    frames: int = 0

    @property
    def rep_count(self) -> int:
        """Full repetitions over all sets."""
        return sum(not rep.partial for found in self.sets for rep in found.reps)


def find_sets(
    raw: Track,
    smoothed: Track,
    exercise: Exercise,
    *,
    side: Side | None = None,
    baselines: Sequence[Baseline] = (),
) -> Found:
    """Find the sets of an exercise in a track.

    Args:
        raw: The frames as measured; a rolled camera is set upright here.
        smoothed: The same frames, smoothed without lag.
        exercise: What to look for.
        side: The working side if the user gave it, for all sets.
        baselines: The person's own usual values at any exercise.
    """
    baselines = [one for one in baselines if one.exercise == exercise.name]
    raw, smoothed = upright(raw), upright(smoothed)
    parts = [_find_in(raw[part], smoothed[part], exercise, side, baselines) for part in stretches(smoothed)]
    longest = max(parts, key=lambda found: (found.rep_count, found.frames))
    refused = sum((found.refused for found in parts), Counter[str]())
    return Found(tuple(one for found in parts for one in found.sets), refused, longest.look, len(raw))


def _find_in(
    raw: Track, smoothed: Track, exercise: Exercise, side: Side | None, baselines: Sequence[Baseline]
) -> Found:
    """Find the sets in a stretch in which the person does not turn round."""
    down = _not_upright(smoothed)
    overall = look(smoothed.only(down), prone=exercise.prone)
    refused: Counter[str] = Counter()
    if overall.view not in exercise.views:
        return Found((), refused, overall, len(raw))
    if restlessness_pct(raw, smoothed, overall.scale_px, down) > RESTLESS_PCT:
        refused["the landmarks jump: the body is not seen well from here"] += 1
        return Found((), refused, overall, len(raw))
    sides = ([side] if side else list(Side)) if exercise.signal_per_leg else [side or Side.LEFT]
    taken: list[tuple[Rep, Side]] = []
    for working in sides:
        data = SetData(raw, smoothed, working, overall, [])
        candidates = segment(smoothed.time_s, data.values(exercise.signal), min_range=exercise.min_range)
        if candidates:  # once more with the camera as seen during the movement
            overall_here = look(_during(smoothed, candidates), prone=exercise.prone)
            if overall_here.view not in exercise.views:
                continue
            data = SetData(raw, smoothed, working, overall_here, [])
            candidates = segment(smoothed.time_s, data.values(exercise.signal), min_range=exercise.min_range)
        data.reps.extend(rep for rep in candidates if not rep.partial)
        taken += [(rep, working) for rep in candidates]
    placed = _sides(raw, smoothed, exercise, overall, _without_overlaps(taken), side)
    sets = _group(raw, smoothed, exercise, placed, refused, baselines)
    return Found(sets, refused, overall, len(raw))


def _during(track: Track, reps: Sequence[Rep]) -> Track:
    keep = np.zeros(len(track), dtype=bool)
    for rep in reps:
        keep |= (track.time_s >= rep.start_s - _MARGIN_S) & (track.time_s <= rep.end_s + _MARGIN_S)
    return track.only(keep & track.found)


def _without_overlaps(taken: list[tuple[Rep, Side]]) -> list[tuple[Rep, Side]]:
    """Of movements of both legs at the same time keep the larger one."""
    kept: list[tuple[Rep, Side]] = []
    for rep, side in sorted(taken, key=lambda item: -item[0].range):
        if not any(_overlap(rep, other) > 0.3 for other, _ in kept):
            kept.append((rep, side))
    return sorted(kept, key=lambda item: item[0].start_s)


def _overlap(a: Rep, b: Rep) -> float:
    """Return the shared time over the shorter one's duration."""
    shared = min(a.end_s, b.end_s) - max(a.start_s, b.start_s)
    return max(shared, 0.0) / max(min(a.end_s - a.start_s, b.end_s - b.start_s), 1e-6)


def _not_upright(track: Track) -> np.ndarray:
    """(T,) where the person is seen and does not stand: walking in and out says nothing of the set.

    A trunk seen from its end is as vertical in the image, but much shorter than the shin.
    """
    px = track.image_px
    shoulder = (px[:, Landmark.LEFT_SHOULDER] + px[:, Landmark.RIGHT_SHOULDER]) / 2
    hip = (px[:, Landmark.LEFT_HIP] + px[:, Landmark.RIGHT_HIP]) / 2
    trunk = np.hypot(*(hip - shoulder).T)
    shins = [
        np.hypot(*(px[:, knee + 2] - px[:, knee]).T) for knee in (Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE)
    ]
    shin = float(np.nanpercentile(np.maximum(*shins), 80)) if track.found.any() else float("nan")
    with np.errstate(invalid="ignore"):
        stands = ((hip - shoulder)[:, 1] > 0.85 * trunk) & (trunk > 0.85 * shin)
    down = track.found & ~stands
    return down if down.sum() >= 0.2 * track.found.sum() else track.found


def restlessness_pct(raw: Track, smoothed: Track, scale_px: float, frames: np.ndarray) -> float:
    """Return how far leg landmarks jump about their smooth path, percent of the trunk.

    The median over frames, of the steadier leg: up to 2.2 where the body is seen, 2.9 to 14 where the
    model guesses (all fours from behind or ahead).
    """
    legs = slice(Landmark.LEFT_HIP, Landmark.LEFT_HEEL)
    off = unswap(raw).image_px[:, legs] - smoothed.image_px[:, legs]
    jump = np.hypot(off[..., 0], off[..., 1])[frames]
    jump = jump[np.isfinite(jump).all(axis=1)]
    if not len(jump):
        return float("inf")
    left, right = (float(np.median(jump[:, side::2].max(axis=1))) for side in (0, 1))
    return 100.0 * min(left, right) / scale_px


def _sides(
    raw: Track,
    smoothed: Track,
    exercise: Exercise,
    camera: Look,
    placed: list[tuple[Rep, Side]],
    given: Side | None,
) -> list[tuple[Rep, Side]]:
    """Settle the working side where the signal does not: each rep's vote, steadied by its neighbours'."""
    if exercise.working is None or given is not None or not placed:
        return placed
    data = SetData(raw, smoothed, Side.LEFT, camera, [])
    votes = np.nan_to_num([exercise.working(RepData(rep, data)) for rep, _ in placed])
    steady = [float(np.sum(votes[max(0, i - 1) : i + 2])) for i in range(len(votes))]
    if abs(float(np.sum(votes))) > 0.5 * float(np.sum(np.abs(votes))) or len(votes) < 4:
        steady = [float(np.sum(votes))] * len(votes)  # one or two odd votes do not make two sets
    return [
        (rep, Side.LEFT if vote >= 0 else Side.RIGHT) for (rep, _), vote in zip(placed, steady, strict=True)
    ]


def _group(
    raw: Track,
    smoothed: Track,
    exercise: Exercise,
    placed: list[tuple[Rep, Side]],
    refused: Counter[str],
    baselines: Sequence[Baseline],
) -> tuple[FoundSet, ...]:
    """Split at changes of side, and drop what is not this exercise."""
    runs: list[list[tuple[Rep, Side]]] = []
    for rep, side in placed:
        if runs and runs[-1][-1][1] is side:
            runs[-1].append((rep, side))
        else:
            runs.append([(rep, side)])
    sets = []
    for run in runs:
        reps = [rep for rep, _ in run]
        camera = look(_during(smoothed, reps), prone=exercise.prone)
        if camera.view not in exercise.views:
            camera = replace(camera, view=View.UNKNOWN)
        data = SetData(raw, smoothed, run[0][1], camera, [], baselines=baselines)
        good = []
        for rep in reps:
            reason = exercise.refuses(RepData(rep, data))
            if reason is None:
                good.append(rep)
            else:
                refused[reason] += 1
        if any(not rep.partial for rep in good):
            data.reps.extend(rep for rep in good if not rep.partial)
            sets.append(FoundSet(data, tuple(good)))
    return tuple(sets)
