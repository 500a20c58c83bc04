"""The live image: what is drawn over a frame, large enough to read from three metres.

Big number, big cue, little else. One small function a part, on the canvas of the annotated videos.

`Show` remembers from frame to frame what is to be seen: cues stay a while, tempo adds up.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from formcheck.exercises.rule import Exercise, Status
from formcheck.judging.coach import Step
from formcheck.judging.cues import Cue
from formcheck.judging.judge import Verdict
from formcheck.live.setup_coach import Advice, SetUp
from formcheck.live.stages import Stage, Stages
from formcheck.live.summary import Summary
from formcheck.live.words import Words
from formcheck.measures.bar import LEAST_SHARE
from formcheck.poses.pose import Floats, Image, Pose, Side
from formcheck.poses.viewpoint import Look
from formcheck.report.pictures.annotated_video import CUE_S
from formcheck.report.pictures.canvas import BLUE, COLOURS, DIM, INK, WHITE, Canvas, Colour
from formcheck.report.pictures.overlays import Overlay, draw_bar, draw_contour, draw_skeleton
from formcheck.report.pictures.set_drawing import is_about_back, landmarks_of
from formcheck.reps.segmentation import Phase

_LEAST_WIDTH = 960  # smaller frames are drawn larger: letters then have edges
KEYS = "Q end  F full screen  M mirror  V voice  N next set"
_LARGEST, _ONE_ROW = 2.0, 1.3  # a cue's letters: 1.3 is 5 % of the height, 14 mm on a laptop, clear at 3 m
_ORDER = (Phase.UP, Phase.TOP, Phase.DOWN)
_WAY_S = 3.0  # how much of the bar's way is shown


@dataclass(frozen=True, slots=True)
class Banner:
    """The line across the bottom.

    Attributes:
        text: What it says.
        colour: Of its ground.
    """

    text: str
    colour: Colour = INK


CUE, SAFETY, PRAISE, ADVICE = (40, 92, 140), (168, 28, 28), (18, 110, 82), (70, 74, 82)
"""Grounds of banners: dark enough for white letters."""


@dataclass(frozen=True, slots=True)
class Screen:
    """All that is shown at one time.

    Attributes:
        overlay: Skeleton, working leg, faulty limbs and contour.
        stage: Where the session is.
        phase: Where in the repetition.
        reps: Repetitions of the set.
        target: How many are wanted, or 0.
        tempo_s: Seconds spent going up, holding and going down in this repetition.
        aim_s: The same as wanted, or None.
        held_s: How long the open hold has lasted, where a position is held; else 0.
        banner: The line across the bottom, or None.
        coverage: Share of the form that can be judged from here, 0 to 1, or NaN.
        blind: Names of what cannot be judged from here.
        summary: Lines after a set, the first one largest.
        status: Small print: exercise, frame rate, dropped frames.
        recording: Whether the picture is being recorded.
        down_first: Whether the body goes down first; `Exercise.down_first`.
    """

    overlay: Overlay
    stage: Stage = Stage.SETUP
    phase: Phase = Phase.BOTTOM
    reps: int = 0
    target: int = 0
    tempo_s: tuple[float, float, float] = (0.0, 0.0, 0.0)
    aim_s: tuple[float, float, float] | None = None
    held_s: float = 0.0
    banner: Banner | None = None
    coverage: float = float("nan")
    blind: tuple[str, ...] = ()
    summary: tuple[str, ...] = field(default=())
    status: str = ""
    recording: bool = False
    down_first: bool = False


def draw(image: Image, screen: Screen, words: Words, *, mirror: bool = True) -> Image:
    """Draw the live picture.

    Args:
        image: (H, W, 3) RGB, left as it is.
        screen: What to show, in pixels of `image`.
        words: In which words.
        mirror: Whether to show the person as a mirror does. Landmarks are mirrored with the picture, their
            names and everything written are not.
    """
    scale = max(1.0, _LEAST_WIDTH / image.shape[1])
    shown = image[:, ::-1] if mirror else image
    if scale > 1:
        shown = cv2.resize(shown, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    canvas = Canvas(np.asarray(shown, dtype=np.uint8))
    overlay = _placed(screen.overlay, scale, image.shape[1] if mirror else None)
    if overlay.pose.found:
        draw_contour(canvas, overlay)
        draw_skeleton(canvas, overlay)
        draw_bar(canvas, overlay)
    if screen.summary:
        draw_summary(canvas, screen)
    else:
        if screen.stage is not Stage.SETUP or screen.reps or screen.held_s:
            draw_count(canvas, screen, words)
        draw_coverage(canvas, screen)
    top = draw_keys(canvas, screen)
    top = draw_banner(canvas, screen, top)
    if screen.stage in (Stage.SET, Stage.READY) and not screen.summary and not screen.held_s:
        draw_tempo(canvas, screen, words, top)
    return canvas.image


def draw_count(canvas: Canvas, screen: Screen, words: Words) -> None:
    """Draw the number of repetitions, or the seconds of a hold, very large, and the phase below it."""
    number, of = str(screen.reps), f"/{screen.target}" if screen.target else ""
    if screen.held_s:
        number, of = f"{screen.held_s:.0f}", " s"
    big, small = 4.6, 1.25
    phase = _phase(screen, words)
    pad = canvas.px(10)
    wide = canvas.width_of(number, big, bold=True) + canvas.width_of(of, 1.8, bold=True)
    width = max(wide, canvas.width_of(phase, small, bold=True), canvas.px(96)) + 2 * pad
    height = canvas.px(160)
    canvas.panel(canvas.px(8), canvas.px(8), width, height)
    base = canvas.px(8) + canvas.px(112)
    end = canvas.text(number, canvas.px(8) + pad, base, big, WHITE, bold=True)
    canvas.text(of, end + canvas.px(2), base, 1.8, DIM, bold=True)
    colour = BLUE if screen.phase in (*_ORDER, Phase.HOLD) else DIM
    canvas.text(phase, canvas.px(8) + pad, base + canvas.px(40), small, colour, bold=True)


def _phase(screen: Screen, words: Words) -> str:
    names = dict(zip(_ORDER, _names(screen, words), strict=True))
    names[Phase.HOLD] = words.phase_hold
    name = names.get(screen.phase, words.phase_ready)
    return f"{name} {screen.tempo_s[1]:.1f}" if screen.phase is Phase.TOP else name


def _names(screen: Screen, words: Words) -> tuple[str, str, str]:
    """Return what the three parts of a repetition are called, in order of time."""
    first, last = words.phase_up, words.phase_down
    return (last, words.phase_hold, first) if screen.down_first else (first, words.phase_hold, last)


def draw_coverage(canvas: Canvas, screen: Screen) -> None:
    """Write into the upper right corner how much of the form can be judged, and what cannot."""
    if not np.isfinite(screen.coverage):
        return
    head, size = f"judging {screen.coverage:.0%}", 0.9
    lines = [f"not {name}" for name in screen.blind[:3]]
    pad, step = canvas.px(9), canvas.px(24)
    width = max([canvas.width_of(head, size), *(canvas.width_of(line, 0.72) for line in lines)]) + 2 * pad
    x, y = canvas.width - width - canvas.px(8), canvas.px(8)
    canvas.panel(x, y, width, canvas.px(36) + step * len(lines))
    canvas.text(head, x + pad, y + canvas.px(26), size, WHITE)
    for i, line in enumerate(lines):
        canvas.text(line, x + pad, y + canvas.px(26) + step * (i + 1), 0.72, DIM)


def draw_keys(canvas: Canvas, screen: Screen) -> int:
    """Write the keys and the small print along the bottom; return where that begins."""
    height, size = canvas.px(22), 0.52
    top = canvas.height - height
    canvas.panel(0, top, canvas.width, height, square=True)
    base = canvas.height - canvas.px(7)
    end = canvas.text(KEYS, canvas.px(10), base, size, DIM)
    room = canvas.width - end - canvas.px(40)
    text = canvas.fit(screen.status, size, max(room, 1))
    x = canvas.width - canvas.width_of(text, size) - canvas.px(10)
    canvas.text(text, x, base, size, DIM)
    if screen.recording:
        canvas.dot(np.array([x - canvas.px(10), base - canvas.px(4)]), 4.0, COLOURS[Status.FAULT])
    return top


def draw_banner(canvas: Canvas, screen: Screen, bottom: int) -> int:
    """Write the cue over the whole width, as large as it fits; return where that begins."""
    if screen.banner is None:
        return bottom
    room = canvas.width - canvas.px(28)
    rows = _rows(canvas, screen.banner.text, room)
    size = min(_LARGEST, *(room / max(canvas.width_of(row, 1.0, bold=True), 1) for row in rows))
    step = canvas.px(24 * size)
    height = step * len(rows) + canvas.px(14)
    top = bottom - height
    canvas.panel(0, top, canvas.width, height, screen.banner.colour, 0.9, square=True)
    for i, row in enumerate(rows):
        x = (canvas.width - canvas.width_of(row, size, bold=True)) // 2
        base = top + canvas.px(7) + round((i + 0.5) * step + 10 * size * canvas.unit)
        canvas.text(row, x, base, size, WHITE, bold=True)
    return top


def _rows(canvas: Canvas, text: str, room: int) -> list[str]:
    """Break a text in two where one row would make it small."""
    spaces = [i for i, letter in enumerate(text) if letter == " "]
    if canvas.width_of(text, _ONE_ROW, bold=True) <= room or not spaces:
        return [text]
    at = min(spaces, key=lambda i: abs(i - len(text) / 2))
    return [text[:at], text[at + 1 :]]


def draw_tempo(canvas: Canvas, screen: Screen, words: Words, bottom: int) -> None:
    """Draw the three parts of the repetition side by side, each filling as it goes on."""
    aim = screen.aim_s or (1.0, 1.0, 2.0)
    names = _names(screen, words)
    height, gap, size = canvas.px(26), canvas.px(4), 0.7
    x, y = canvas.px(8), bottom - height - canvas.px(6)
    room = canvas.width - 2 * x - 2 * gap
    for phase, name, length_s, aim_s in zip(_ORDER, names, screen.tempo_s, aim, strict=True):
        width = round(room * aim_s / sum(aim))
        share = min(length_s / aim_s, 1.0) if aim_s > 0 else 0.0
        canvas.panel(x, y, width, height)
        full = screen.aim_s is not None and length_s >= aim_s
        colour = COLOURS[Status.OK] if full else BLUE if phase is screen.phase else DIM
        if share > 0:
            canvas.panel(x, y, max(round(width * share), 2), height, colour, 0.75)
        wanted = f" / {aim_s:g}" if screen.aim_s is not None else ""
        canvas.text(f"{name} {length_s:.1f}{wanted}", x + canvas.px(8), y + canvas.px(19), size, WHITE)
        x += width + gap


def draw_summary(canvas: Canvas, screen: Screen) -> None:
    """Write the summary of the set over the darkened picture."""
    canvas.panel(0, 0, canvas.width, canvas.height, INK, 0.55, square=True)
    room, y = canvas.width - canvas.px(60), canvas.px(80)
    for i, line in enumerate(screen.summary):
        size = 2.4 if i == 0 else 1.45
        size = min(size, size * room / max(canvas.width_of(line, size, bold=True), 1))
        canvas.text(line, canvas.px(30), y, size, WHITE if i < 3 else DIM, bold=True)
        y += canvas.px(64 if i == 0 else 46)


def _placed(overlay: Overlay, scale: float, width: int | None) -> Overlay:
    """Move points on the body to their place in the displayed image; `width` if it is mirrored."""

    def move(points: Floats) -> Floats:
        moved = points.copy()
        if width is not None:
            moved[..., 0] = width - 1 - moved[..., 0]
        return moved * scale

    pose: Pose = replace(overlay.pose, image_px=move(overlay.pose.image_px))
    contour = None if overlay.contour is None else move(overlay.contour)
    bar = None if overlay.bar is None else move(overlay.bar)
    return replace(overlay, pose=pose, contour=contour, bar=bar)


# The state of the image between frames: cues stay for a while, tempo adds up.


class Show:
    """Collects what is shown.

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
        self._phase, self._last_s, self._held_s = Phase.BOTTOM, float("nan"), 0.0
        self._flags: dict[str, tuple[float, Verdict]] = {}
        self._way: deque[tuple[float, Floats]] = deque()

    def update(self, step: Step) -> None:
        """Add the engine's result of a frame."""
        now_s, phase = step.pose.time_s, step.phase
        if phase is Phase.UP and self._tempo_s[1] > 0 and self._phase in (Phase.TOP, Phase.DOWN):
            phase = Phase.DOWN  # the engine detects a lowering only half-way down; the eye sees it earlier
        elif phase is Phase.UP and self._phase is not Phase.UP:
            self._tempo_s = [0.0, 0.0, 0.0]
        if phase in _ORDER and now_s > self._last_s:
            self._tempo_s[_ORDER.index(phase)] += now_s - self._last_s
        self._phase, self._last_s, self._held_s = phase, now_s, step.held_s
        self._follow(step.pose)
        self._flags = {code: flag for code, flag in self._flags.items() if now_s - flag[0] < CUE_S}
        self._flags |= {
            v.rule.code: (now_s, v) for v in step.verdicts if v.flagged and phase in (*_ORDER, Phase.HOLD)
        }

    def _follow(self, pose: Pose) -> None:
        """Remember where the bar went."""
        if pose.disc_px is not None and pose.rim is not None and pose.rim[3] >= LEAST_SHARE:
            self._way.append((pose.time_s, pose.disc_px[0]))
        while self._way and not 0.0 <= pose.time_s - self._way[0][0] <= _WAY_S:
            self._way.popleft()

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
        """Remove the summary: a new set begins."""
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
            held_s=self._held_s,
            banner=self._banner(step.pose.time_s, stages.stage),
            coverage=setup.coverage,
            blind=tuple(rule.name.replace("-", " ") for rule in setup.blind),
            summary=self._summary.lines if self._summary and resting else (),
            status=f"{title}   {status}",
            recording=recording,
            down_first=exercise is not None and exercise.down_first,
        )

    def draw(self, image: Image, screen: Screen, *, mirror: bool) -> Image:
        """Draw it."""
        return draw(image, screen, self._words, mirror=mirror)

    def still(self, image: Image, text: str = "", *, mirror: bool = True) -> Image:
        """Draw the last image with the reason why it is frozen, or the summary of the last set."""
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
        bar = np.array([at for _, at in self._way]) if self._way and exercise.posture == "supine" else None
        return replace(overlay, flagged=tuple(flagged), contour=contour, contour_status=back, bar=bar)


def _side(role: str, working: Side, look: Look) -> Side:
    sides = {"working": working, "free": working.other, "near": look.near, "far": look.near.other}
    return sides.get(role, working)
