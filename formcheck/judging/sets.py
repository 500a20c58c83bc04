"""Finds the sets of an exercise in a track, with working side, camera and repetitions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Literal

import numpy as np

from formcheck.exercises.holding import movements, signal_of
from formcheck.exercises.rule import Exercise
from formcheck.judging.candidates import fit, motion, reads_near, refusal, side_vote, sides
from formcheck.judging.prepare import Prepared, look_at, seen
from formcheck.judging.standing import down, on_feet, shins_px, trunk_upright
from formcheck.measures.catalogue import MEASURES
from formcheck.poses.geometry import percentile
from formcheck.poses.guesses import behind
from formcheck.poses.levelling import turned
from formcheck.poses.other_views import other_views
from formcheck.poses.pose import Floats, Side, View
from formcheck.poses.smoothing import scenes, stretches
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import Look
from formcheck.reps.baseline import Baseline
from formcheck.reps.from_rest import kicks_ahead, repetitions
from formcheck.reps.rep_data import MIN_USABLE, ROUND_DEG, RepData, SetData
from formcheck.reps.segmentation import Dropped, Movements, Rep, segment, too_long

REST_S = 12.0
"""A longer pause between two repetitions ends the set."""
_ALTERNATING = 3  # changes of side, one of them back, from which on the legs alternate
_LONG_S = 3.0  # a movement that takes longer may hold a set at its top
_AT_TOP = 0.85  # of the range of a movement: what is its top
_UNDER_DIP = 0.03  # of the range: the margin below a dip in the top
_NEAR_END_DEG = 50.0
"""Off the side: from there on the camera may stand at the foot end (rendered thrusts, 76 to 90 deg off with a
low camera: 57 to 61; 36 to 44 deg off: 28 to 49)."""
_NAMED_FIT, _LEAST_FIT = 0.05, 0.01
"""Mean probability, over a set, of the exercise that was named, and that of one repetition: below them it is
another one. Who names an exercise mostly does it."""
_MARGIN_S = 0.7  # added before and after a repetition, for the start position


@dataclass(frozen=True, slots=True)
class FoundSet:
    """A set: consecutive repetitions, of one side where the exercise does not say otherwise.

    Attributes:
        data: Frames, side, camera and full repetitions.
        reps: All repetitions, partial ones included, in time order.
        exercise: The exercise.
        confidence: Confidence in the exercise, 0 to 1 (see `recognition`), or None if the user named it.
        other: The data of the other side, where both take turns within the set; `data` is then that of the
            side that began.
        others: The repetitions of that side.
    """

    data: SetData
    reps: tuple[Rep, ...]
    exercise: Exercise
    confidence: float | None = None
    other: SetData | None = None
    others: frozenset[Rep] = frozenset()

    @property
    def side(self) -> Side:
        """The working side. If both sides do the same, the one that is measured; if in turn, the first."""
        return self.data.working

    @property
    def working_side(self) -> Literal["left", "right", "both"]:
        """The working side as a word."""
        return "both" if self.other is not None else self.side_in(self.reps[0])

    def side_in(self, rep: Rep) -> Literal["left", "right", "both"]:
        """Return which side works in a repetition, as a word."""
        if self.exercise.both_work:
            return "both"
        return "left" if self.data_of(rep).working is Side.LEFT else "right"

    def data_of(self, rep: Rep) -> SetData:
        """Return the data of the side that works in a repetition. It is compared with that side's only."""
        return self.other if self.other is not None and rep in self.others else self.data

    def turns(self) -> list[tuple[float, SetData]]:
        """Return from when on which side's data tell of the set: from half-way between two repetitions."""
        ends = [-np.inf, *((a.end_s + b.start_s) / 2 for a, b in pairwise(self.reps))]
        return list(zip(ends, map(self.data_of, self.reps), strict=True))

    def shown(self, rep: Rep) -> RepData:
        """Return a repetition within its set."""
        return RepData(rep, self.data_of(rep))

    @property
    def full(self) -> int:
        """The number of full repetitions."""
        return sum(not rep.partial for rep in self.reps)

    def only(self, reps: Sequence[Rep]) -> FoundSet:
        """Return the set with only some of its repetitions, which are given in order."""
        full = [rep for rep in reps if not rep.partial]
        there = replace(self, reps=tuple(reps), data=self.data.with_reps(full))
        if self.other is None:
            return there
        of = [self.data.with_reps([rep for rep in full if rep not in self.others])]
        of.append(self.other.with_reps([rep for rep in full if rep in self.others]))
        if all(data.reps for data in of):
            return replace(there, data=of[0], other=of[1])
        return replace(there, data=of[0] if of[0].reps else of[1], other=None, others=frozenset())


@dataclass(frozen=True, slots=True)
class Found:
    """The sets of an exercise in a track.

    Attributes:
        sets: The sets, in time order.
        refused: The number of movements that were no repetitions, by reason.
        look: How the camera saw the person, in the part of the track with most repetitions.
        exercise: The exercise that was looked for, or found.
        frames: The number of frames that were searched.
        dropped: Movements of the right kind that are too small, too short or too long.
    """

    sets: tuple[FoundSet, ...]
    refused: Counter[str]
    look: Look
    exercise: Exercise
    frames: int = 0
    dropped: tuple[Dropped, ...] = ()

    @property
    def rep_count(self) -> int:
        """The number of full repetitions in all sets."""
        return sum(found.full for found in self.sets)


class Footage:
    """A track to search for several exercises. Work that is the same for all of them is done once.

    Args:
        frames: The track.
    """

    def __init__(self, frames: Prepared) -> None:
        self.raw, self._smoothed = self.whole = frames
        self.parts = [Prepared(self.raw[part], self._smoothed[part]) for part in stretches(self._smoothed)]
        self.frames = len(self.raw)
        self._moves: dict[tuple[object, ...], _Moves] = {}

    def turned(self, deg: float) -> Footage:
        """Return the track as if the picture were turned clockwise, without what is known of the camera."""
        return Footage(
            Prepared(*(turned(replace(one, camera=None), deg) for one in (self.raw, self._smoothed)))
        )

    def between(self, start_s: float, end_s: float) -> Footage:
        """Return the part between two times as a track of its own."""
        return Footage(Prepared(*(one.between(start_s, end_s) for one in (self.raw, self._smoothed))))

    def only_counted(self, exercise: Exercise, side: Side | None, *, doubtful: bool = False) -> _Moves | None:
        """Return the repetitions of the whole track where it shows guesses, from which they are counted.

        The track is taken as a whole: that the person seems to turn round is one of the guesses.

        Args:
            exercise: The exercise.
            side: The working side if the user gave it.
            doubtful: Whether landmarks that seem to be seen count as guesses too, near the foot end.
        """
        if not exercise.counted_from:
            return None
        key = ("only counted", side, doubtful, exercise.counted_from, *motion(exercise))
        if key not in self._moves:
            self._moves[key] = _only_counted(self.whole, exercise, side, doubtful=doubtful)
        return self._moves[key] if self._moves[key].taken else None

    def moves(self, number: int, exercise: Exercise, side: Side | None) -> _Moves:
        """Return the movements of a part that may be repetitions. They are the same for relatives."""
        key = (number, side, exercise.views, *motion(exercise))
        if key not in self._moves:
            self._moves[key] = _moves(self.parts[number], exercise, side)
        return self._moves[key]


@dataclass(frozen=True, slots=True)
class _Moves:
    """The movements of both legs in a part, how the camera sees it, and why there may be none."""

    taken: list[tuple[RepData, Side]]
    camera: Look
    refused: str = ""
    dropped: tuple[Dropped, ...] = ()
    only_counted: bool = False

    @property
    def full(self) -> int:
        """The number of full movements."""
        return sum(not data.rep.partial for data, _ in self.taken)


def find(
    footage: Footage,
    exercise: Exercise,
    *,
    side: Side | None = None,
    baselines: Sequence[Baseline] = (),
    named: bool = True,
) -> Found:
    """Find the sets of an exercise.

    Near the foot end the landmarks at the top may be guesses that do not jump. Where, of an exercise that was
    named, half of the repetitions at most are found that the distance from rest shows, they are only counted.

    Args:
        footage: Where to look.
        exercise: What to look for.
        side: The working side if the user gave it, for all sets.
        baselines: The person's own usual values at any exercise.
        named: Whether the user named the exercise.
    """
    baselines = [one for one in baselines if one.exercise == exercise.name]
    counted = footage.only_counted(exercise, side)
    if counted is None and named:
        doubtful = footage.only_counted(exercise, side, doubtful=True)
        if doubtful is not None:
            seen_as_it = _find(footage, exercise, side, baselines, None, named=False)
            counted = doubtful if 2 * seen_as_it.rep_count <= doubtful.full else None
    return _find(footage, exercise, side, baselines, counted, named=named)


def _find(
    footage: Footage,
    exercise: Exercise,
    side: Side | None,
    baselines: Sequence[Baseline],
    counted: _Moves | None,
    *,
    named: bool,
) -> Found:
    parts = []
    for number, frames in enumerate(footage.parts if counted is None else [footage.whole]):
        moves = counted or footage.moves(number, exercise, side)
        refused = Counter([moves.refused] if moves.refused else [])
        placed = _sides(frames, exercise, moves, side)
        sets = _group(frames, exercise, placed, refused, baselines, moves, named=named)
        parts.append(Found(sets, refused, moves.camera, exercise, len(frames.raw), moves.dropped))
    longest = max(parts, key=lambda found: (found.rep_count, found.frames))
    refused = sum((found.refused for found in parts), Counter[str]())
    sets = tuple(one for found in parts for one in found.sets)
    dropped = uncounted([one for found in parts for one in found.dropped], sets)
    return Found(sets, refused, longest.look, exercise, footage.frames, dropped)


def uncounted(dropped: Sequence[Dropped], sets: Sequence[FoundSet]) -> tuple[Dropped, ...]:
    """Return dropped movements in order, without those that overlap a repetition or a longer one."""
    kept: list[Dropped] = []
    taken: list[Rep | Dropped] = [rep for one in sets for rep in one.reps]
    for one in sorted(dropped, key=lambda one: one.start_s - one.end_s):
        if not any(overlap(one, other) > 0.3 for other in taken):
            kept.append(one)
            taken.append(one)
    return tuple(sorted(kept, key=lambda one: one.start_s))


def _moves(frames: Prepared, exercise: Exercise, side: Side | None) -> _Moves:
    """Find the movements in a part of the track in which the person does not turn round."""
    raw, smoothed = frames
    posture = smoothed.found if exercise.upright else _not_upright(smoothed)
    here = seen(frames, exercise, posture, look_at(smoothed.only(posture), exercise))
    overall, doubt = here.look, here.refusal(exercise)
    if doubt is not None or (exercise.posture == "standing" and not on_feet(smoothed)):
        return _Moves([], overall, doubt or "")
    sides = list(Side) if exercise.sided else [overall.near if reads_near(exercise) else Side.LEFT]
    if side is not None and not reads_near(exercise):
        sides = [side]
    taken: list[tuple[RepData, Side]] = []
    dropped: list[Dropped] = []
    for working in sides:
        data = SetData(raw, smoothed, working, overall, [])
        found = _segmented(data, exercise)
        if found.reps:  # once more with the camera as seen during the movement
            during = _look_during(smoothed, found.reps, exercise, overall)
            if during.view not in exercise.views:
                continue
            data = SetData(raw, smoothed, working, during, [])
            found = _segmented(data, exercise)
        taken += [(RepData(rep, data), working) for rep in found.reps]
        dropped += found.dropped
    return _Moves(taken, overall, dropped=tuple(dropped))


def _only_counted(
    frames: Prepared, exercise: Exercise, side: Side | None, *, doubtful: bool = False
) -> _Moves:
    """Find repetitions where the landmarks are guesses: nothing but their number and their times is known.

    The model guesses most from the feet, so an oblique view that was estimated from guesses is that one.
    """
    raw, smoothed = frames
    posture = _not_upright(smoothed)
    here = seen(frames, exercise, posture, look_at(smoothed.only(posture), exercise))
    view = here.look.view
    if doubtful:
        may_be = view is View.OBLIQUE_FOOT and here.look.yaw_deg > _NEAR_END_DEG
    else:
        may_be = here.refusal(exercise) is not None
    if not may_be or view not in exercise.counted_from or len(scenes(raw)) > 1:
        return _Moves([], here.look)
    camera = replace(here.look, view=view if view is View.HEAD_END else View.FOOT_END)
    if here.look.prone:
        found, left = kicks_ahead(raw)
        side = side or (Side.LEFT if left > 0 else Side.RIGHT)
    else:
        found = repetitions(smoothed)
    data = SetData(raw, smoothed, side or Side.LEFT, camera, [])
    taken = [(RepData(rep, data), data.working) for rep in found.reps]
    if doubtful and not _may_be(exercise, [one for one, _ in taken]):
        return _Moves([], here.look)
    return _Moves(taken, camera, dropped=tuple(found.dropped), only_counted=True)


def _segmented(data: SetData, exercise: Exercise) -> Movements:
    """Find all movements, and those at the top of a long one.

    Lying down before a set and getting up after it look like one large movement. Its top holds the set. Which
    of the two are repetitions is for the gates to say.
    """
    t, values = data.body.track.time_s, signal_of(exercise, data.look.view, data.values)
    every: list[Rep] = []
    dropped: list[Dropped] = []
    for part in down(data.body.track, data.look.view) if exercise.done_down else [slice(None)]:
        found = movements(exercise, t[part], values[part])
        every += found.reps
        dropped += found.dropped
        for rep in [] if exercise.is_hold else found.reps:
            if rep.end_s - rep.start_s >= _LONG_S:
                high = _top_of(t, values, rep)
                every += segment(t[high], values[high], min_range=exercise.min_range).reps
    every.sort(key=lambda rep: rep.start_s)
    long = {rep: one for rep in every if (one := too_long(rep, exercise.max_s))}
    return Movements([rep for rep in every if rep not in long], [*dropped, *long.values()])


def _top_of(t: np.ndarray, values: np.ndarray, rep: Rep) -> np.ndarray:
    """Return (T,) which frames belong to the top of a movement: all above the lowest dip in it.

    Without a dip it is the upper half.
    """
    within = (t >= rep.start_s) & (t <= rep.end_s)
    height = np.where(within, (values - rep.bottom) / rep.range, np.nan)
    with np.errstate(invalid="ignore"):
        tops = np.flatnonzero(height > _AT_TOP)
        dip = float(np.nanmin(height[tops[0] : tops[-1] + 1])) if len(tops) else 1.0
        lowest = max(dip - _UNDER_DIP, 0.5) if dip < _AT_TOP else 0.5
        return np.asarray(height > lowest)


def _look_during(smoothed: Track, reps: Sequence[Rep], exercise: Exercise, overall: Look) -> Look:
    during = _during(smoothed, reps)
    here = look_at(during, exercise)
    return behind(here, during) if overall.view is View.FOOT_END else here


def _during(track: Track, reps: Sequence[Rep]) -> Track:
    keep = np.zeros(len(track), dtype=bool)
    for rep in reps:
        keep |= (track.time_s >= rep.start_s - _MARGIN_S) & (track.time_s <= rep.end_s + _MARGIN_S)
    return track.only(keep & track.found)


def _without_overlaps(taken: list[tuple[RepData, Side]], exercise: Exercise) -> list[tuple[Rep, Side]]:
    """Keep one of two movements at once: of the exercise, else of a leg that is seen, else the larger one.

    Where something hides a leg the model moves it along with the other.
    """
    kept: list[tuple[Rep, Side]] = []
    of_it = [_alone(data.rep, taken) or exercise.refusal(data) is None for data, _ in taken]
    hidden = [not _alone(data.rep, taken) and _is_hidden(data, exercise) for data, _ in taken]
    order = sorted(range(len(taken)), key=lambda i: (not of_it[i], hidden[i], -taken[i][0].rep.range))
    for data, side in (taken[i] for i in order):
        if not any(overlap(data.rep, other) > 0.3 for other, _ in kept):
            kept.append((data.rep, side))
    return sorted(kept, key=lambda item: item[0].start_s)


def _is_hidden(data: RepData, exercise: Exercise) -> bool:
    """Whether a joint of the signal is not seen steadily during a movement."""
    part = data.set.frames(data.rep.start_s, data.rep.end_s)
    needs = MEASURES[exercise.signal].needs if exercise.signal in MEASURES else ()
    return any(data.set.sees(*joint)[part].mean() < MIN_USABLE for joint in needs)


def _alone(rep: Rep, taken: Sequence[tuple[RepData, Side]]) -> bool:
    """Whether no other movement is at the same time."""
    return not any(overlap(rep, data.rep) > 0.3 for data, _ in taken if data.rep is not rep)


def overlap(a: Rep | Dropped, b: Rep | Dropped) -> float:
    """Return the shared time as a share of the shorter one."""
    shared = min(a.end_s, b.end_s) - max(a.start_s, b.start_s)
    return max(shared, 0.0) / max(min(a.end_s - a.start_s, b.end_s - b.start_s), 1e-6)


def _not_upright(track: Track) -> np.ndarray:
    """Return (T,) whether the person is seen and does not stand: walking in and out is not part of a set."""
    shins = shins_px(track.image_px)
    shin_px = percentile(shins[np.isfinite(shins)], 80)
    lies = track.found & ~trunk_upright(track.image_px, shin_px)
    return lies if lies.sum() >= 0.2 * track.found.sum() else track.found


def _sides(frames: Prepared, exercise: Exercise, moves: _Moves, given: Side | None) -> list[tuple[Rep, Side]]:
    """Find the working side of each repetition, where the signal cannot tell it.

    Where the sides take turns, only repetitions of the side that the user gave are kept.
    """
    placed = _without_overlaps(moves.taken, exercise)
    if exercise.working is None or not placed or (given is not None and exercise.side_of == "set"):
        return placed
    data = SetData(*frames, Side.LEFT, moves.camera, [])
    reps = [rep for rep, _ in placed]
    found = zip(reps, sides([side_vote(exercise, RepData(rep, data)) for rep in reps]), strict=True)
    return [(rep, side) for rep, side in found if given in (None, side)]


def _runs(
    placed: Sequence[tuple[Rep, Side]], exercise: Exercise, frames: Prepared
) -> list[list[tuple[Rep, Side]]]:
    """Divide repetitions by rests, working side and camera. Legs that alternate make a run of each leg.

    Where the exercise has a side for each repetition, both sides stay together.
    """
    runs: list[list[tuple[Rep, Side]]] = []
    for rep, side in placed:
        if runs and rep.start_s - runs[-1][-1][0].end_s <= REST_S:
            runs[-1].append((rep, side))
        else:
            runs.append([(rep, side)])
    parts = runs if exercise.side_of == "rep" else [part for run in runs for part in _by_side(run)]
    cuts_s = frames.raw.time_s[other_views(frames.raw)]
    return (
        [part for run in parts for part in _by_camera(run, frames, exercise, cuts_s)]
        if len(cuts_s)
        else parts
    )


def _by_camera(
    run: list[tuple[Rep, Side]], frames: Prepared, exercise: Exercise, cuts_s: Floats
) -> list[list[tuple[Rep, Side]]]:
    """Divide repetitions where cuts show them from several places: those from one place are one set.

    A repetition with a cut in it belongs to where its top is seen from.
    """
    ends = np.concatenate([[-np.inf], cuts_s, [np.inf]])
    places: list[tuple[float, list[tuple[Rep, Side]]]] = []
    for rep, side in run:
        piece = int(np.searchsorted(ends, (rep.lockout_s + rep.lower_s) / 2)) - 1
        yaw_deg = look_at(_between(frames.smoothed, rep, ends[piece], ends[piece + 1]), exercise).yaw_deg
        held = next((of for at_deg, of in places if abs(at_deg - yaw_deg) <= ROUND_DEG), None)
        if held is None:
            places.append((yaw_deg, held := []))
        held.append((rep, side))
    return [of for _, of in places]


def _between(track: Track, rep: Rep, start_s: float, end_s: float) -> Track:
    """Return the frames of a repetition that lie between two times."""
    keep = (track.time_s >= max(rep.start_s, start_s)) & (track.time_s < min(rep.end_s, end_s))
    return track.only(keep & track.found)


def _by_side(run: list[tuple[Rep, Side]]) -> list[list[tuple[Rep, Side]]]:
    blocks = [list(block) for _, block in groupby(run, key=lambda item: item[1])]
    if len(blocks) < _ALTERNATING or 2 * len(blocks) < len(run) + 1:
        return blocks
    return [[item for item in run if item[1] is side] for side in dict.fromkeys(side for _, side in run)]


def _may_be(exercise: Exercise, movements: Sequence[RepData]) -> bool:
    """Whether repetitions of one side together fit an exercise that was named well enough."""
    fits = [fit(exercise, one) for one in movements if not one.rep.partial]
    return bool(fits) and float(np.mean(fits)) > _NAMED_FIT


def _group(
    frames: Prepared,
    exercise: Exercise,
    placed: list[tuple[Rep, Side]],
    refused: Counter[str],
    baselines: Sequence[Baseline],
    moves: _Moves,
    *,
    named: bool,
) -> tuple[FoundSet, ...]:
    """Divide repetitions into sets by side and rests, and drop those of other exercises.

    Where the exercise was named and few repetitions are clear, a set that may be of it as a whole is.
    """
    sets = []
    for run in _runs(placed, exercise, frames):
        reps = [rep for rep, _ in run]
        camera = _look_during(frames.smoothed, reps, exercise, moves.camera)
        if moves.only_counted or camera.view not in exercise.views:
            camera = replace(camera, view=View.UNKNOWN)
        first = camera.near if exercise.both_work else run[0][1]
        of = {
            working: SetData(*frames, working, camera, [], baselines=baselines)
            for working in dict.fromkeys([first, *(side for _, side in run if exercise.side_of == "rep")])
        }
        movements = [RepData(rep, of.get(side, of[first])) for rep, side in run]
        clear = [one.rep for one in movements if not one.rep.partial and exercise.refusal(one) is None]
        sure = clear if 2 * len(clear) > len(reps) else []
        may_be = named and not (moves.only_counted or sure) and _may_be(exercise, movements)
        good = []
        for movement in movements:
            reason = None if moves.only_counted else refusal(exercise, movement, sure)
            if reason is None or (may_be and fit(exercise, movement) > _LEAST_FIT):
                good.append(movement.rep)
            else:
                refused[reason] += 1
        if any(not rep.partial for rep in good):
            others = frozenset(rep for rep, side in run if side is not first and len(of) > 1)
            whole = FoundSet(of[first], tuple(good), exercise, other=of.get(first.other), others=others)
            sets.append(whole.only(good))
    return tuple(sets)
