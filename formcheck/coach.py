"""The causal half of the engine: what is known of a set while it runs.

It sees each frame once, in order, and nothing of the future. Its verdicts are provisional: they choose
the cues. The verdict of record comes from the whole set, by the same rules (`formcheck.pipeline`).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from .body import Body
from .cues import Cue, CueChooser
from .judge import Verdict, judge_rule
from .measures import measure
from .pose import Pose, Side, View
from .profiles import limits
from .reps import Phase, Rep, RepSegmenter
from .rule import Exercise
from .setdata import RepData, SetData
from .smoothing import CausalSmoother
from .track import Track
from .view import Look, look

_MEMORY_S = 12.0  # of frames kept: one long repetition with its start
_LOOK_S = 1.0  # how often camera and working side are estimated anew
_ONE = np.ones(1)
_JUDGE_S = 0.2  # how often the open repetition is judged


@dataclass(frozen=True, slots=True)
class Step:
    """What is known after one frame.

    Attributes:
        pose: The frame's pose, causally smoothed.
        phase: Where in the repetition the person is.
        rep_count: Full repetitions closed so far.
        side: The working side as far as it is known.
        view: Where the camera stands.
        verdicts: Provisional verdicts of the open or just closed repetition.
        cue: A cue to speak now.
    """

    pose: Pose
    phase: Phase
    rep_count: int
    side: Side | None
    view: View
    verdicts: tuple[Verdict, ...]
    cue: Cue | None


class Coach:
    """Follows a set frame by frame.

    Args:
        exercise: What is being done.
        size: Image width and height in pixels.
        side: The working side if the user gave it.
        profile: How strict.
    """

    def __init__(
        self, exercise: Exercise, size: tuple[int, int], *, side: Side | None = None, profile: str = "standard"
    ) -> None:
        self._exercise, self._size, self._given = exercise, size, side
        self._limits = limits(exercise, profile)
        self._signal = measure(exercise.signal)
        self.reset()

    def reset(self) -> None:
        """Forget the set."""
        self._smoother, self._chooser = CausalSmoother(), CueChooser()
        self._raw: deque[Pose] = deque()
        self._smoothed: deque[Pose] = deque()
        sides = ([self._given] if self._given else list(Side)) if self._exercise.signal_per_leg else [Side.LEFT]
        self._segmenters = {side: RepSegmenter(self._exercise.min_range) for side in sides}
        self._side = self._given
        self._look: Look | None = None
        self._looked_s = self._judged_s = float("-inf")
        self._reps: list[Rep] = []
        self._verdicts: tuple[Verdict, ...] = ()

    def update(self, pose: Pose) -> Step:
        """Take the next pose."""
        smoothed = self._smoother.update(pose)
        cue = None
        if pose.found:
            self._remember(pose, smoothed)
            if pose.time_s - self._looked_s >= _LOOK_S:
                self._orient(pose.time_s)
            cue = self._advance(smoothed)
        phase = self._phase()
        view = self._look.view if self._look else View.UNKNOWN
        return Step(smoothed, phase, len(self._reps), self._side, view, self._verdicts, cue)

    def _remember(self, pose: Pose, smoothed: Pose) -> None:
        self._raw.append(pose)
        self._smoothed.append(smoothed)
        while self._raw[0].time_s < pose.time_s - _MEMORY_S:
            self._raw.popleft()
            self._smoothed.popleft()

    def _orient(self, time_s: float) -> None:
        self._looked_s = time_s
        self._look = look(Track.from_poses(list(self._smoothed)[::3], self._size), prone=self._exercise.prone)

    def _phase(self) -> Phase:
        states = [segmenter.phase for segmenter in self._segmenters.values()]
        return next((state for state in states if state is not Phase.BOTTOM), Phase.BOTTOM)

    def _advance(self, pose: Pose) -> Cue | None:
        assert self._look is not None
        one = Track(pose.time_s * _ONE, pose.image_px[None], pose.visibility[None], self._size)
        cue = None
        for side, segmenter in self._segmenters.items():
            value = float(self._signal.of(Body(one, side, self._look))[0])
            closed = segmenter.update(pose.time_s, value)
            if closed is not None:
                cue = self._close(closed, side) or cue
            elif segmenter.started_s is not None and pose.time_s - self._judged_s >= _JUDGE_S:
                cue = self._judge_open(segmenter, side, pose.time_s) or cue
        return cue

    def _data(self, rep: Rep, side: Side) -> RepData:
        assert self._look is not None
        raw = Track.from_poses(list(self._raw), self._size)
        smoothed = Track.from_poses(list(self._smoothed), self._size)
        recent = [r for r in self._reps if r.start_s > raw.time_s[0]] + [rep]
        data = RepData(rep, SetData(raw, smoothed, side, self._look, recent))
        if self._exercise.working is not None and self._given is None:
            working = Side.LEFT if self._exercise.working(data) >= 0 else Side.RIGHT
            data = RepData(rep, SetData(raw, smoothed, working, self._look, recent))
        self._side = data.set.working
        return data

    def _judge_open(self, segmenter: RepSegmenter, side: Side, time_s: float) -> Cue | None:
        """Judge what the open repetition has shown so far."""
        self._judged_s = time_s
        rep, phase = segmenter.open_rep(), segmenter.phase
        if rep is None or phase is Phase.UP:
            return None
        data = self._data(rep, side)
        if self._exercise.refuses(data) is not None:
            return None
        ready = [rule for rule in self._exercise.rules if rule.ready(phase)]
        self._verdicts = tuple(judge_rule(rule, data, self._limits[rule.code]) for rule in ready)
        return self._chooser.update(time_s, phase, self._verdicts)

    def _close(self, rep: Rep, side: Side) -> Cue | None:
        if rep.partial:
            return None
        data = self._data(rep, side)
        if self._look is None or self._exercise.refuses(data) is not None:
            return None
        self._reps.append(rep)
        self._verdicts = tuple(judge_rule(r, data, self._limits[r.code]) for r in self._exercise.rules)
        return self._chooser.close(self._raw[-1].time_s, self._verdicts)
