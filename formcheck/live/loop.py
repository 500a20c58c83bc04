"""The live loop: newest frame in; engine, coach, voice, image; slow work runs elsewhere."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from formcheck.errors import NoPersonError
from formcheck.exercises.rule import Exercise
from formcheck.judging.coach import Step
from formcheck.judging.cues import Cue
from formcheck.live.capture import Capture, Meter
from formcheck.live.feeds import Taken
from formcheck.live.recording import Job, Recorder, Scribe
from formcheck.live.screen import Screen, Show
from formcheck.live.setup_coach import Advice, SetUp, SetUpCoach
from formcheck.live.speed import SpeedWatch
from formcheck.live.stages import Change, Stage, Stages
from formcheck.live.summary import Summary, summarise
from formcheck.live.talk import Speaker, Talk, Tell, Wishes
from formcheck.pipeline import Session
from formcheck.poses.pose import Image
from formcheck.report.analysis import Analysis
from formcheck.video.frames import Frame

_STALLED_S = 2.0
_BEFORE_S = 20.0  # frames before a set's first closed repetition that are judged with it
_LAST_WORDS_S = 6.0


class Picture(Protocol):
    """Shows pictures; `window.Window`."""

    def show(self, image: Image) -> str:
        """Show one and return the key pressed."""

    def key(self) -> str:
        """Return the key pressed."""

    @property
    def closed(self) -> bool:
        """Whether the user closed it."""

    def toggle_full(self) -> None:
        """Go to the full screen, or back."""


@dataclass(frozen=True, slots=True)
class SetResult:
    """One set as it was summed up."""

    number: int
    summary: Summary


class Remote(Protocol):
    """A screen elsewhere, that draws by itself: a phone's."""

    def show(self, screen: Screen, advice: Advice | None, time_s: float) -> str:
        """Show what is to be seen after the frame of this time; return the key pressed there."""

    def sum_up(self, result: SetResult, analysis: Analysis) -> None:
        """Take a set that was judged."""


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where sound, pictures and text of a session go.

    Attributes:
        voice: Says things, or None.
        window: Shows pictures, or None.
        recorder: Keeps the frames, or None.
        remote: A screen elsewhere, or None.
        tell: Told in text what happens: the text, and a style.
        line: Told how things stand.
        render: Whether pictures are drawn; always where there is a window.
        meter: What the loop measures of itself; one of its own where there is none.
    """

    voice: Speaker | None = None
    window: Picture | None = None
    recorder: Recorder | None = None
    remote: Remote | None = None
    tell: Tell = lambda text, style: None
    line: Callable[[str, str], None] = lambda text, cue: None
    render: bool = False
    meter: Meter | None = None


class Live:
    """One live session over an open capture.

    Args:
        capture: Where frames come from.
        session: The engine.
        scribe: Judges sets beside the loop.
        wishes: How to coach.
        outlets: Where sound, pictures and text go.

    Attributes:
        meter: What the loop measures of itself.
        results: The sets so far.
        cues: What was said about form.
    """

    def __init__(
        self,
        capture: Capture,
        session: Session,
        scribe: Scribe,
        wishes: Wishes,
        outlets: Outlets | None = None,
    ) -> None:
        outlets = outlets or Outlets()
        self._capture, self._session, self._scribe, self._words = capture, session, scribe, wishes.words
        self._talk = Talk(outlets.voice, wishes, outlets.tell)
        self._window, self._recorder, self._remote = outlets.window, outlets.recorder, outlets.remote
        self._line = outlets.line
        self._render = outlets.render or outlets.window is not None
        self._setup_coach = SetUpCoach(capture.size, wishes.words, side=session.settings.side)
        self._stages = Stages()
        self._speed = SpeedWatch(wishes.speed_loss_pct)
        self._show = Show(wishes.words, target=wishes.target, aim_s=wishes.aim_s)
        self._setup = SetUp(None, False, float("nan"), ())
        self.meter = outlets.meter or Meter()
        self.results: list[SetResult] = []
        self.cues: list[Cue] = []
        self._times: deque[float] = deque(maxlen=9000)  # of the last frames kept, five minutes at 30 a second
        self._first = 0  # frame the current set begins with
        self._closed_at = 0  # frame at which the last repetition closed
        self._set_number = 0
        self._image: Image | None = None
        self._stalled = False
        self._mirror = wishes.mirror
        self._quit = False

    def run(self, stop: Callable[[], bool] = lambda: False) -> None:
        """Coach until the feed ends, the window is closed, a key ends it, or `stop` returns True.

        Raises:
            FormcheckError: The feed cannot be read any further.
        """
        last_s = time.monotonic()
        while not (self._quit or stop()):
            frame = self._capture.take(0.1)
            self._hear()
            if frame is not None:
                self._stalled, last_s = False, time.monotonic()
                self._frame(frame)
            elif self._capture.ended:
                break
            else:
                self._idle(time.monotonic() - last_s)
            self._read_results()
            if self._window is not None and self._window.closed:
                break
        self._end_set(self._stages.finish())
        self._scribe.wait(_LAST_WORDS_S)
        self._read_results()
        self._farewell(stop)

    def _farewell(self, stop: Callable[[], bool]) -> None:
        """Wait until the last summary was heard and read, unless the user ends the session."""
        until_s = time.monotonic() + _LAST_WORDS_S
        shown = self._window if self._image is not None and self.results else None
        while time.monotonic() < until_s and not (self._quit or stop()):
            if self._talk.done(0.05) and shown is None:
                return
            if shown is not None and self._image is not None:
                if shown.closed:
                    return
                self._press(shown.show(self._show.still(self._image, mirror=self._mirror)))

    def _frame(self, frame: Taken) -> None:
        known = self._session.frames
        step = self._session.push(Frame(known, frame.time_s, frame.image))
        assert step is not None  # an exercise or candidates are always given
        self.meter.decisions(self._session.decisions)
        if self._session.frames > known:
            self._times.append(frame.time_s)
        if self._recorder is not None:
            self._recorder.put(frame)
        exercise = self._session.exercise
        if exercise is not None:
            self._stages.upright = exercise.upright
            self._stages.per_leg = exercise.sided and exercise.side_of == "set"
        if self._stages.stage is not Stage.SET:
            self._setup = self._setup_coach.update(frame.image, step.pose, step, exercise)
            self._talk.advise(self._setup, self._stages.stage, frame.time_s)
            self._show.advice(self._setup.advice)
        change = self._stages.update(step.pose, step, good=self._setup.good)
        self._follow(change, step)
        self._speed.update(step)
        if step.cue is not None:
            self.cues.append(step.cue)
            self._show.cue(step.cue, self._talk.cue(step.cue))
        elif (loss := self._speed.take()) is not None:
            self._show.cue(Cue(frame.time_s, "", ""), self._talk.slower(loss))
        elif change.rep and not step.held_s:
            self._talk.count(change.rep)
        self._talk.seconds(step.held_s)
        self._show.update(step)
        self._draw(frame.image, step, exercise)
        self.meter.frame(frame.arrived_s)
        self._line(self._standing(step), self._show.cue_text(frame.time_s))

    def _follow(self, change: Change, step: Step) -> None:
        """Act on a change of stage."""
        frames = self._session.frames
        if change.ready:
            self._talk.ready()
            self._show.clear_summary()
        if change.ended:
            self._end_set(change, moving=bool(change.rep))
        if change.rep:
            if change.rep == 1:
                self._set_number += 1
                self._first = max(self._first, self._frame_at(step.pose.time_s - step.held_s - _BEFORE_S))
                self._show.clear_summary()
            self._closed_at = frames
            self._talk.rep(change.rep, step.side, held=step.held_s > 0)
            self._scribe.ask(Job(self._set_number, self._first, None))

    def _end_set(self, change: Change, *, moving: bool = False) -> None:
        if not change.ended:
            return
        # With the other leg the movement continues: the set ended with its last repetition.
        last = self._closed_at if moving else self._session.frames
        self._scribe.ask(Job(self._set_number, self._first, last))
        self._first = last
        exercise = self._session.exercise
        what = "holds" if exercise is not None and exercise.is_hold else "reps"
        self._talk.note(f"Set {self._set_number} ended after {change.reps} {what} ({change.ended}).", "bold")
        if not moving:
            self._stages.next_set()
        self._session.next_set(moving=moving)
        self._speed.next_set()

    def _read_results(self) -> None:
        """Tell the summaries of sets that are judged now."""
        while self._scribe.judged:
            judged = self._scribe.judged.popleft()
            if judged.analysis is None:
                continue
            summary = summarise(judged.analysis.report, judged.analysis.exercise, self._words)
            self.results.append(SetResult(judged.job.number, summary))
            if self._remote is not None:
                self._remote.sum_up(self.results[-1], judged.analysis)
            self._show.summary(summary)
            self._talk.summary(summary)

    def _hear(self) -> None:
        """Tell what happened to the feed."""
        notices = self._capture.notices
        while notices:
            self._talk.note(notices.popleft())

    def _idle(self, waited_s: float) -> None:
        """Handle that no frame came: keep the window responsive, and say it once if this lasts."""
        if waited_s > _STALLED_S and not self._stalled:
            self._stalled = True
            self._talk.lost(waited_s)
            if self._image is not None and self._window is not None:
                still = self._show.still(self._image, self._words.feed_lost, mirror=self._mirror)
                self._press(self._window.show(still))
        if self._window is not None:
            self._press(self._window.key())

    def _draw(self, image: Image, step: Step, exercise: Exercise | None) -> None:
        if not self._render and self._remote is None:
            return
        status = self.meter.status(self._capture)
        screen = self._show.screen(
            step, self._stages, exercise, self._setup, status, recording=self._recorder is not None
        )
        if self._remote is not None:
            self._press(self._remote.show(screen, self._setup.advice, step.pose.time_s))
        if not self._render:
            return
        drawn = self._show.draw(image, screen, mirror=self._mirror)
        self._image = image
        if self._window is not None:
            self._press(self._window.show(drawn))

    def _press(self, key: str) -> None:
        if key in ("q", "escape"):
            self._quit = True
        elif key == "f" and self._window is not None:
            self._window.toggle_full()
        elif key == "m":
            self._mirror = not self._mirror
        elif key == "v":
            self._talk.toggle()
        elif key == "n":
            self._end_set(self._stages.finish())

    def _standing(self, step: Step) -> str:
        stage = self._stages.stage
        head = f"set {self._set_number}, rep {self._stages.reps}" if stage is Stage.SET else stage.value
        held = f" {step.held_s:.0f} s" if step.held_s else ""
        return f"{head}   {step.phase.value}{held}   {self.meter.status(self._capture)}"

    def _frame_at(self, time_s: float) -> int:
        """Return the number of the first remembered frame at or after a time."""
        times = list(self._times)
        return self._session.frames - len(times) + bisect_left(times, time_s)


def conclude(session: Session, *, complete: bool) -> Analysis | None:
    """Return the final analysis of the whole session; None if nobody was seen."""
    try:
        return session.finish(complete=complete)
    except NoPersonError:
        return None
