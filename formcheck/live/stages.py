"""The stages of a live session: set-up, ready, set, rest. The body's movement decides; no key is needed."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum

import numpy as np

from formcheck.judging.coach import Step
from formcheck.live.setup_coach import upright
from formcheck.poses.pose import Floats, Pose, Side
from formcheck.reps.segmentation import Phase

_HOLD_S = 0.7  # holding still this long is a start position
_STILL = 0.06  # of the trunk length: how far hips, knees and ankles may wander meanwhile
_UP_S = 1.0  # standing this long ends a set
_GONE_S = 3.0  # nobody in the picture this long ends a set
_REST_S = (5.0, 12.0)  # least and most rest that ends a set
_REST_CYCLES = 1.5  # a rest longer than so many of the set's own repetitions ends it


class Stage(str, Enum):
    """Parts of a live session."""

    SETUP = "set-up"
    READY = "ready"
    SET = "set"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Change:
    """An event; at most one of these is true in a frame, except that a rep may start a set.

    Attributes:
        ready: The start position is held: the set may begin.
        rep: Number of the repetition that just closed, from 1, or 0.
        ended: Why the set just ended, or nothing.
        reps: Repetitions of the set so far, or of the one that ended.
        side: The side that worked in it.
    """

    ready: bool = False
    rep: int = 0
    ended: str = ""
    reps: int = 0
    side: Side | None = None


class Stages:
    """Follows a session from frame to frame.

    Args:
        per_leg: Whether the working leg is known for sure in each repetition, so that one on the other leg
            is a new set at once.
        upright: Whether the exercise is done upright. Then that is the start position too, and a set ends
            with a rest, not by standing up.
    """

    def __init__(self, *, per_leg: bool = True, upright: bool = False) -> None:
        self.stage = Stage.SETUP
        self.per_leg, self.upright = per_leg, upright
        self.reps = 0
        self.side: Side | None = None
        self._counted = 0  # of the engine's repetitions, those that belong to earlier sets
        self._recent: deque[tuple[float, Floats]] = deque()
        self._upright_s = self._seen_s = self._active_s = self._held_s = float("nan")
        self._cycles: list[float] = []

    def update(self, pose: Pose, step: Step | None, *, good: bool) -> Change:
        """Take the next frame.

        Args:
            pose: The person in it.
            step: What the engine knows, or None.
            good: Whether the set-up coach has nothing against it.
        """
        now_s = pose.time_s
        self._watch(pose, now_s)
        count = step.rep_count if step else 0
        if step is not None and (step.phase is not Phase.BOTTOM or count > self._counted + self.reps):
            self._active_s = now_s
        if step is not None and count > self._counted + self.reps:
            return self._rep(step, count)
        if self.stage is Stage.SET:
            holding = step is not None and step.phase is Phase.HOLD
            reason = "" if holding else self._over(now_s)
            return self._end(reason) if reason else Change()
        if self.stage in (Stage.SETUP, Stage.REST) and good and self._held(now_s):
            self.stage = Stage.READY
            return Change(ready=True)
        if self.stage is Stage.READY and self._stood_up(now_s):
            self.stage = Stage.SETUP
        return Change()

    def finish(self) -> Change:
        """End the set that runs, if one does."""
        return self._end("the picture ended") if self.stage is Stage.SET else Change()

    def next_set(self) -> None:
        """Handle that the engine counts from zero again."""
        self._counted = 0

    @property
    def rest_limit_s(self) -> float:
        """The rest that ends the set, in proportion to the set's own repetitions."""
        if not self._cycles:
            return _REST_S[1]
        return float(np.clip(_REST_CYCLES * np.median(self._cycles), *_REST_S))

    def _rep(self, step: Step, count: int) -> Change:
        if self.stage is not Stage.SET:
            self.stage, self.reps, self.side, self._cycles = Stage.SET, 0, None, []
            self._held_s = float("nan")
        elif self.per_leg and self.side is not None and step.side not in (None, self.side):
            ended = self._end("the other leg works")
            self._counted = count - 1
            self.stage = Stage.SET
            # The repetition that showed the change is the first of the new set; both events come together.
            self.reps, self.side = 1, step.side
            return Change(rep=1, ended=ended.ended, reps=ended.reps, side=ended.side)
        now_s = step.pose.time_s
        if np.isfinite(self._held_s):
            self._cycles.append(now_s - self._held_s)
        self._held_s = now_s  # from here on: when the last repetition closed
        self.reps = count - self._counted
        self.side = step.side
        return Change(rep=self.reps, reps=self.reps, side=self.side)

    def _end(self, reason: str) -> Change:
        change = Change(ended=reason, reps=self.reps, side=self.side)
        self._counted += self.reps
        self.stage, self.reps, self._recent = Stage.REST, 0, deque()
        self._held_s = float("nan")
        return change

    def _over(self, now_s: float) -> str:
        if now_s - self._active_s > self.rest_limit_s:
            return "rest"
        if self._stood_up(now_s):
            return "stood up"
        return "left the picture" if now_s - self._seen_s > _GONE_S else ""

    def _stood_up(self, now_s: float) -> bool:
        return not self.upright and now_s - self._upright_s > _UP_S

    def _watch(self, pose: Pose, now_s: float) -> None:
        """Track how long the person stands and is seen, and where the legs are."""
        if not pose.found:
            self._recent.clear()
            self._seen_s = now_s if np.isnan(self._seen_s) else self._seen_s
            return
        self._seen_s = now_s
        stands = upright(pose)
        if not stands:
            self._upright_s = float("nan")
        elif np.isnan(self._upright_s):
            self._upright_s = now_s
        px = pose.image_px
        trunk = max(float(np.hypot(*(px[[11, 12]].mean(axis=0) - px[[23, 24]].mean(axis=0)))), 1.0)
        self._recent.append((now_s, px[23:29] / trunk))
        while self._recent[0][0] < now_s - _HOLD_S:
            self._recent.popleft()

    def _held(self, now_s: float) -> bool:
        if not self._recent or now_s - self._recent[0][0] < 0.9 * _HOLD_S:
            return False
        if np.isfinite(self._upright_s) and not self.upright:
            return False
        places = np.array([place for _, place in self._recent])
        return bool(np.ptp(places, axis=0).max() < _STILL)
