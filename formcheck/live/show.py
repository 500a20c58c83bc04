"""What the picture shows, remembered from frame to frame: cues stay a while, tempo adds up."""

from __future__ import annotations

from dataclasses import replace

from .._frames import Image
from ..annotate import CUE_S
from ..coach import Step
from ..cues import Cue
from ..judge import Verdict
from ..overlays import Overlay
from ..pose import Pose, Side
from ..reps import Phase
from ..rule import Exercise, Status
from ..scene import is_about_back, landmarks_of
from ..view import Look
from .screen import ADVICE, CUE, PRAISE, SAFETY, Banner, Screen, draw
from .setup import Advice, SetUp
from .stages import Stage, Stages
from .summary import Summary
from .words import Words

_ORDER = (Phase.UP, Phase.TOP, Phase.DOWN)


class Show:
    """Collects what is to be seen.

    Args:
        words: In which words.
        target: Repetitions wanted, or 0.
        aim_s: Tempo wanted, or None.
    """

    def __init__(
        self, words: Words, *, target: int = 0, aim_s: tuple[float, float, float] | None = None
    ) -> None:
        self._words, self._target, self._aim_s = words, target, aim_s
        self._cue: tuple[float, Banner] | None = None
        self._summary: Summary | None = None
        self._advice: Advice | None = None
        self._tempo_s = [0.0, 0.0, 0.0]
        self._phase, self._last_s = Phase.BOTTOM, float("nan")
        self._flags: dict[str, tuple[float, Verdict]] = {}

    def update(self, step: Step) -> None:
        """Take what the engine knows after a frame."""
        now_s, phase = step.pose.time_s, step.phase
        if phase is Phase.UP and self._tempo_s[1] > 0 and self._phase in (Phase.TOP, Phase.DOWN):
            phase = Phase.DOWN  # the engine is sure of a lowering only half-way down; the eye sees it before
        elif phase is Phase.UP and self._phase is not Phase.UP:
            self._tempo_s = [0.0, 0.0, 0.0]
        if phase in _ORDER and now_s > self._last_s:
            self._tempo_s[_ORDER.index(phase)] += now_s - self._last_s
        self._phase, self._last_s = phase, now_s
        self._flags = {code: flag for code, flag in self._flags.items() if now_s - flag[0] < CUE_S}
        self._flags |= {v.rule.code: (now_s, v) for v in step.verdicts if v.flagged and phase in _ORDER}

    def cue(self, cue: Cue, text: str) -> None:
        """Show a cue for a while."""
        if cue.praise:
            self._cue = (cue.time_s, Banner(text, PRAISE)) if text else self._cue
            return
        self._cue = (cue.time_s, Banner(text, SAFETY if cue.safety else CUE))

    def cue_text(self, time_s: float) -> str:
        """Return the cue that is being shown."""
        return self._cue[1].text if self._cue and time_s - self._cue[0] < CUE_S else ""

    def advice(self, advice: Advice | None) -> None:
        """Show what to change about the set-up."""
        self._advice = advice

    def summary(self, summary: Summary) -> None:
        """Show a set's summary until the next set begins."""
        self._summary = summary

    def clear_summary(self) -> None:
        """A new set begins."""
        self._summary = None

    def screen(
        self,
        step: Step,
        stages: Stages,
        exercise: Exercise | None,
        setup: SetUp,
        status: str,
        *,
        recording: bool = False,
    ) -> Screen:
        """Return what to draw over the frame of this step."""
        title = exercise.title if exercise else "exercise not known yet"
        resting = stages.stage in (Stage.REST, Stage.SETUP)
        return Screen(
            overlay=self._overlay(step, exercise),
            stage=stages.stage,
            phase=self._phase,
            reps=stages.reps,
            target=self._target,
            tempo_s=(self._tempo_s[0], self._tempo_s[1], self._tempo_s[2]),
            aim_s=self._aim_s,
            banner=self._banner(step.pose.time_s, stages.stage),
            coverage=setup.coverage,
            blind=tuple(rule.name.replace("-", " ") for rule in setup.blind),
            summary=self._summary.lines if self._summary and resting else (),
            status=f"{title}   {status}",
            recording=recording,
        )

    def draw(self, image: Image, screen: Screen, *, mirror: bool) -> Image:
        """Draw it."""
        return draw(image, screen, self._words, mirror=mirror)

    def still(self, image: Image, text: str = "", *, mirror: bool = True) -> Image:
        """Draw the last picture with a word on why it stands still, or the summary of the last set."""
        lines = self._summary.lines if self._summary and not text else ()
        banner = Banner(text, ADVICE) if text else None
        return draw(
            image, Screen(Overlay(Pose.nobody(0.0)), banner=banner, summary=lines), self._words, mirror=mirror
        )

    def _banner(self, time_s: float, stage: Stage) -> Banner | None:
        if self._cue is not None and time_s - self._cue[0] < CUE_S:
            return self._cue[1]
        if stage in (Stage.SETUP, Stage.REST) and self._advice is not None:
            return Banner(self._advice.text, ADVICE)
        if stage is Stage.SETUP:
            return Banner(self._words.good_view, PRAISE)
        waiting = stage is Stage.READY and self._phase is Phase.BOTTOM
        return Banner(self._words.ready, PRAISE) if waiting else None

    def _overlay(self, step: Step, exercise: Exercise | None) -> Overlay:
        look, side = step.look, step.side
        overlay = Overlay(step.pose, (side,) if side else ())
        if look is None:
            return overlay
        overlay = replace(overlay, near=look.near)
        if exercise is None:
            return overlay
        flagged, back = [], None
        for _, verdict in self._flags.values():
            if is_about_back(verdict.rule):
                back = verdict.status if back is not Status.FAULT else back
            else:
                joints = landmarks_of(verdict.rule, lambda role: _side(role, side or look.near, look))
                flagged.append((joints, verdict.status))
        contour = None
        if step.pose.edges_px is not None:
            up_side = 1 if look.facing > 0 else 0
            contour = step.pose.edges_px[up_side if look.prone else 1 - up_side]
        return replace(overlay, flagged=tuple(flagged), contour=contour, contour_status=back)


def _side(role: str, working: Side, look: Look) -> Side:
    sides = {"working": working, "free": working.other, "near": look.near, "far": look.near.other}
    return sides.get(role, working)
