"""Judges a set while it runs, frame by frame.

The coach sees each frame once, in order, and no later ones. Its verdicts are provisional and serve to choose
cues. The final verdicts come from the whole set, by the same rules (`formcheck.pipeline`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from formcheck.exercises.holding import segmenter_for, signal_of
from formcheck.exercises.rule import Exercise, Rule
from formcheck.judging.candidates import fit, reads_near, refusal, share_of, side_vote, sides
from formcheck.judging.cues import Cue, CueChooser
from formcheck.judging.judge import Verdict, judge, judge_rule
from formcheck.judging.prepare import Seen, look_at, prepared, seen
from formcheck.judging.settings import Settings
from formcheck.judging.standing import Down
from formcheck.measures.body import Body, followed
from formcheck.measures.catalogue import MEASURES
from formcheck.poses.levelling import Leveller
from formcheck.poses.pose import OPTIONAL, SCENE, SHAPES, Pose, Side, View
from formcheck.poses.smoothing import CausalSmoother
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import Look
from formcheck.reps.bar_speed import SIGNAL, Lift, lift
from formcheck.reps.holds import Hold, HoldSegmenter
from formcheck.reps.rep_data import RepData, SetData
from formcheck.reps.segmentation import Phase, Rep, RepSegmenter

_MEMORY_S = 12.0  # of frames kept; an open repetition is kept from its start on, however long
_BEFORE_S = 1.0  # of the start position that is kept with the repetition
_FEWEST = 30  # frames needed to decide whether the model guesses landmarks
_LOOK_S = 1.0  # how often camera and working side are estimated anew
_ONE = np.ones(1)
_JUDGE_S = 0.1  # how often the open repetition is judged
_SLICE_S = 5.0  # of a hold: for the cues it is as long as a repetition
_JUDGE_SHARE = 1 / 120  # of its length, where that is more: a long one takes longer to judge


@dataclass(frozen=True, slots=True)
class Step:
    """What is known after one frame.

    Attributes:
        pose: The frame's pose, causally smoothed.
        phase: The phase of the repetition.
        rep_count: Full repetitions so far.
        side: The working side as far as it is known.
        look: How the camera sees the person, once it is known.
        verdicts: Provisional verdicts of the open repetition, or of the one that has just ended.
        cue: A cue to speak now.
        lift: The way up of a repetition that has just ended, where something on the hips is lifted.
        held_s: How long the open hold has lasted so far; 0 where none is open.
    """

    pose: Pose
    phase: Phase
    rep_count: int
    side: Side | None
    look: Look | None
    verdicts: tuple[Verdict, ...]
    cue: Cue | None
    lift: Lift | None = None
    held_s: float = 0.0

    @property
    def view(self) -> View:
        """Where the camera stands."""
        return self.look.view if self.look else View.UNKNOWN

    def held(self, time_s: float) -> Step:
        """Return the same step at a later time, without its cue and lift, which were already told."""
        return replace(self, pose=replace(self.pose, time_s=time_s), cue=None, lift=None)


class Coach:
    """Follows a set frame by frame.

    `decisions` lists each fault when it is first decided in a repetition, as (time in seconds, rule code).
    The cues are chosen from these.

    Args:
        exercise: The exercise. With `relatives`, the first assumption.
        size: Image width and height in pixels.
        settings: Side, baselines and policy. If they say that no cues are wanted, repetitions are only
            counted. The exercise is not taken from them.
        relatives: Other exercises it may be, with the same `motion`. Each repetition helps to decide.

    Attributes:
        exercise: The exercise it is taken for now.
    """

    def __init__(
        self,
        exercise: Exercise,
        size: tuple[int, int],
        settings: Settings | None = None,
        *,
        relatives: Sequence[Exercise] = (),
    ) -> None:
        settings = settings or Settings()
        self.exercise = exercise
        self._options = (exercise, *relatives)
        self._size, self._given = size, settings.side
        self._chooser = CueChooser(settings.policy)
        self._baselines, self._judging = settings.baselines, settings.coached
        self._plate_mm = settings.plate_mm
        self._near = reads_near(exercise)
        self.reset()

    def reset(self) -> None:
        """Forget the person."""
        self._chooser.reset()
        self.exercise = self._options[0]
        self.decisions: list[tuple[float, str]] = []
        self._begin()

    def next_set(self, *, moving: bool = False) -> None:
        """Begin a new set of the same person.

        Args:
            moving: Whether the movement goes on with the other leg. Then the count of repetitions goes on.
        """
        self._chooser.next_set()
        if not moving:
            self._begin()

    def _begin(self) -> None:
        self._leveller = Leveller(self._size)
        self._scene: float | None = None
        self._shares: dict[str, list[float]] = {one.name: [] for one in self._options}
        self._counted = 0
        self._begin_look()

    def _begin_look(self) -> None:
        """Forget the view, as after a cut: earlier frames do not belong to the new one."""
        self._smoother = CausalSmoother()
        self._raw, self._smoothed = _Window(self._size), _Window(self._size)
        self._flagged: dict[str, float] = {}
        sides = ([self._given] if self._given else list(Side)) if self.exercise.sided else [Side.LEFT]
        self._segmenters = {side: segmenter_for(self.exercise) for side in sides}
        self._down = Down()
        self._hold: Hold | None = None  # the open one, once it counts
        self._held_s = self._slices = 0.0
        self._side = self._given
        self._seen: Seen | None = None
        self._looked_s = self._judged_s = float("-inf")
        self._reps: list[Rep] = []
        self._side_of: dict[Rep, Side] = {}
        self._verdicts: tuple[Verdict, ...] = ()
        self._lift: Lift | None = None

    def _see_scene(self, pose: Pose) -> None:
        """Forget the view where the whole picture has changed. The count of repetitions goes on."""
        if pose.camera is None:
            return
        if self._scene is not None and pose.camera[SCENE] != self._scene:
            self._counted += len(self._reps) + (self._hold is not None)
            self._begin_look()
        self._scene = float(pose.camera[SCENE])

    def _lies(self, pose: Pose) -> bool:
        """Whether a pose may be part of a set. Who stands has ended the movement before."""
        if not self.exercise.done_down or self._look is None:
            return True
        lies = self._down.update(pose.time_s, pose.image_px, self._look.view)
        if not lies:
            for segmenter in self._segmenters.values():
                segmenter.reset()
            self._verdicts = ()
        return lies

    @property
    def certainty(self) -> float:
        """The probability, 0 to 1, that the repetitions so far are of `exercise` and not of a relative."""
        shares = self._shares[self.exercise.name]
        return float(np.mean(shares)) if shares else 0.0

    def update(self, pose: Pose) -> Step:
        """Take the next pose."""
        self._see_scene(pose)
        pose = self._leveller.update(pose, hold=self._phase() is not Phase.BOTTOM)
        smoothed = self._smoother.update(pose)
        cue = self._lift = None
        if pose.found and self._lies(smoothed):
            keep_s = min((one - _BEFORE_S for one in self._started()), default=pose.time_s)
            self._raw.append(pose, keep_s)
            self._smoothed.append(smoothed, keep_s)
            if pose.time_s - self._looked_s >= _LOOK_S:
                self._orient(pose.time_s)
            cue = self._advance(smoothed)
        phase = self._phase()
        shown = self._leveller.as_filmed(self._followed(smoothed))
        return Step(
            shown,
            phase,
            self._counted + len(self._reps) + (self._hold is not None),
            self._side,
            self._look,
            self._verdicts,
            cue,
            self._lift,
            self._held_s if phase is Phase.HOLD else 0.0,
        )

    def _orient(self, time_s: float) -> None:
        """Estimate anew how the camera sees the person: from the last frames, the record from the whole."""
        self._looked_s = time_s
        self._seen = Seen(look_at(self._smoothed.track()[::3], self.exercise))
        raw = self._raw.track()
        if len(raw) >= _FEWEST:
            self._seen = seen(prepared(raw), self.exercise, raw.found, self._seen.look)

    @property
    def _look(self) -> Look | None:
        return self._seen and self._seen.look

    def _alone(self, pose: Pose) -> Track:
        """Return a track of one pose."""
        legs = None if pose.behind_px is None else pose.behind_px[None]
        return Track(
            pose.time_s * _ONE, pose.image_px[None], pose.visibility[None], self._size, behind_px=legs
        )

    def _followed(self, pose: Pose) -> Pose:
        """Return a pose whose legs, seen from behind, are the tracked ones, not those the model guessed."""
        if self._look is None or not self._look.from_behind:
            return pose
        return replace(pose, image_px=followed(self._alone(pose), self._look).image_px[0])

    def _note(self, time_s: float) -> None:
        """Note the time at which each fault of the open repetition is first decided."""
        for verdict in self._verdicts:
            code = verdict.rule.code
            if verdict.flagged and code not in self._flagged:
                self._flagged[code] = time_s
                self.decisions.append((time_s, code))

    def _started(self) -> list[float]:
        """Return the times at which the open movements began."""
        times = [segmenter.started_s for segmenter in self._segmenters.values()]
        return [time_s for time_s in times if time_s is not None]

    def _phase(self) -> Phase:
        states = [segmenter.phase for segmenter in self._segmenters.values()]
        return next((state for state in states if state is not Phase.BOTTOM), Phase.BOTTOM)

    def _advance(self, pose: Pose) -> Cue | None:
        assert self._look is not None
        one = self._alone(pose)
        cue = None
        for side, segmenter in self._segmenters.items():
            value = self._signal(one, self._look.near if self._near else side)
            closed = segmenter.update(pose.time_s, value)
            if closed is not None:
                cue = self._close(closed, side, pose.time_s) or cue
            elif self._judging and self._due(segmenter.started_s, pose.time_s):
                cue = self._judge_open(segmenter, side, pose.time_s) or cue
        return cue

    def _signal(self, pose: Track, side: Side) -> float:
        """Return what the segmenter takes of a track of one pose."""
        assert self._look is not None
        body = Body(pose, side, self._look)
        return float(signal_of(self.exercise, self._look.view, lambda name: MEASURES[name].of(body))[0])

    def _due(self, started_s: float | None, time_s: float) -> bool:
        """Whether it is time to judge the open repetition again."""
        if started_s is None:
            return False
        return time_s - self._judged_s >= max(_JUDGE_S, _JUDGE_SHARE * (time_s - started_s))

    def _data(self, rep: Rep, side: Side) -> RepData:
        data = self._seen_as(self.exercise, rep, side)
        self._side = None if self.exercise.both_work else data.set.working
        return data

    def _seen_as(self, exercise: Exercise, rep: Rep, side: Side) -> RepData:
        """Return a repetition as this exercise sees it, with the working side found by its rules."""
        assert self._look is not None
        raw, smoothed = self._raw.track(), self._smoothed.track()
        before = [one for one in self._reps if one.start_s > raw.time_s[0]]
        own = [one for one in self._baselines if one.exercise == exercise.name]
        if exercise.both_work:
            side = self._look.near
        elif not exercise.sided and self._given is not None and exercise.side_of == "set":
            side = self._given
        elif exercise.working is not None:
            whole = SetData(raw, smoothed, side, self._look, [*before, rep], baselines=own)
            [side] = sides([side_vote(exercise, RepData(rep, whole))])
        if exercise.side_of == "rep":  # compared with what the same side did
            before = [one for one in before if self._side_of[one] is side]
        return RepData(rep, SetData(raw, smoothed, side, self._look, [*before, rep], baselines=own))

    def _weigh(self, rep: Rep, side: Side) -> None:
        """Use a closed repetition to decide which of the relatives is being done."""
        fits = [fit(one, self._seen_as(one, rep, side)) for one in self._options]
        for i, one in enumerate(self._options):
            self._shares[one.name].append(share_of(fits[i], fits[:i] + fits[i + 1 :]))
        self.exercise = max(self._options, key=lambda one: sum(self._shares[one.name]))

    def _refuses(self, data: RepData) -> bool:
        """Whether a movement is not of this exercise, or cannot be judged from here."""
        assert self._seen is not None
        if self.exercise.side_of == "rep" and self._given not in (None, data.set.working):
            return True  # the user asked for the other side only
        doubt = self._seen.refusal(self.exercise)
        return doubt is not None or refusal(self.exercise, data, self._reps) is not None

    def _judge_open(self, segmenter: RepSegmenter | HoldSegmenter, side: Side, time_s: float) -> Cue | None:
        """Judge the open repetition by what it has shown so far."""
        self._judged_s = time_s
        rep, phase = segmenter.open_rep(), segmenter.phase
        if rep is None or (len(self._options) > 1 and not self._reps):
            return None
        data = self._data(rep, side)
        if self._refuses(data):
            return None
        ready = [rule for rule in self.exercise.rules if rule.ready(phase)]
        self._verdicts = tuple(judge_rule(rule, _so_far(rule, data)) for rule in ready)
        self._note(time_s)
        if isinstance(rep, Hold) and self._hold_on(rep, side):
            return self._chooser.close(time_s, self._verdicts)
        return self._chooser.update(time_s, phase, self._verdicts)

    def _hold_on(self, hold: Hold, side: Side) -> bool:
        """Follow an open hold, and return whether it has become longer by what counts as a repetition."""
        self._held_s = hold.range
        if self._hold is None and hold.range >= self.exercise.min_hold_s:
            self._weigh(hold, side)
        self._hold = hold if hold.range >= self.exercise.min_hold_s else None
        before, self._slices = self._slices, hold.range // _SLICE_S
        return self._slices > before

    def _close(self, rep: Rep, side: Side, time_s: float) -> Cue | None:
        weighed, self._hold, self._slices = self._hold is not None, None, 0.0
        if rep.partial:
            return None
        if not weighed:
            self._weigh(rep, side)
        data = self._data(rep, side)
        if self._refuses(data):
            return None
        self._reps.append(rep)
        self._side_of[rep] = data.set.working
        if not self._judging:
            return None
        self._lift = lift(data, self._plate_mm) if self.exercise.signal == SIGNAL else None
        self._verdicts = judge(self.exercise.rules, data)
        self._note(time_s)
        self._flagged = {}
        if isinstance(rep, Hold):
            return None  # it is over: there is nothing to change any more
        return self._chooser.close(time_s, self._verdicts)


def _so_far(rule: Rule, data: RepData) -> RepData:
    """Return what an open hold shows now for a rule about its worst few seconds: the last ones."""
    if rule.over_s > 0 and rule.stat != "drift" and isinstance(data.rep, Hold):
        return replace(data, rep=data.rep.lately(rule.over_s))
    return data


class _Window:
    """The last frames, in arrays that can be read without a copy."""

    def __init__(self, size: tuple[int, int], room: int = 2048) -> None:
        self._size, self._first, self._end = size, 0, 0
        shapes = {"time_s": (), **SHAPES}
        self._arrays: dict[str, Any] = {
            name: np.zeros((room, *shape))
            for name, shape in shapes.items()
            if name not in OPTIONAL or OPTIONAL[name].live
        }

    def append(self, pose: Pose, keep_s: float) -> None:
        """Add a frame, and drop frames that are older than `_MEMORY_S` and earlier than `keep_s`."""
        room = len(self._arrays["time_s"])
        if self._end == room:
            kept = self._end - self._first
            grown = max(room, 2 * kept)
            for name, array in self._arrays.items():
                fresh = np.zeros((grown, *array.shape[1:]))
                fresh[:kept] = array[self._first : self._end]
                self._arrays[name] = fresh
            self._first, self._end = 0, kept
        for name, array in self._arrays.items():
            value = getattr(pose, name)
            array[self._end] = np.nan if value is None else value
        self._end += 1
        oldest = min(pose.time_s - _MEMORY_S, keep_s)
        while self._arrays["time_s"][self._first] < oldest:
            self._first += 1

    def track(self) -> Track:
        """Return the frames kept (views, valid until the next `append`)."""
        return Track(
            size=self._size, **{n: array[self._first : self._end] for n, array in self._arrays.items()}
        )
