"""The live picture: what is drawn over a frame so that it can be read three metres away.

Big number, big cue, little else. One small function a part, on the canvas of the annotated videos.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from ..canvas import BLUE, COLOURS, DIM, INK, WHITE, Canvas, Colour, Image
from ..overlays import Overlay, draw_contour, draw_skeleton
from ..pose import Floats, Pose
from ..reps import Phase
from ..rule import Status
from .stages import Stage
from .words import Words

_LEAST_WIDTH = 960  # smaller frames are drawn larger: letters then have edges
KEYS = "Q end  F full screen  M mirror  V voice  N next set"
_LARGEST, _ONE_ROW = 2.0, 1.3  # a cue's letters: 1.3 is 5 % of the height, 14 mm on a laptop, clear at 3 m
_ORDER = (Phase.UP, Phase.TOP, Phase.DOWN)


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
        banner: The line across the bottom, or None.
        coverage: Share of the form that can be judged from here, 0 to 1, or NaN.
        blind: Names of what cannot be judged from here.
        summary: Lines after a set, the first one largest.
        status: Small print: exercise, frame rate, dropped frames.
        recording: Whether the picture is being recorded.
    """

    overlay: Overlay
    stage: Stage = Stage.SETUP
    phase: Phase = Phase.BOTTOM
    reps: int = 0
    target: int = 0
    tempo_s: tuple[float, float, float] = (0.0, 0.0, 0.0)
    aim_s: tuple[float, float, float] | None = None
    banner: Banner | None = None
    coverage: float = float("nan")
    blind: tuple[str, ...] = ()
    summary: tuple[str, ...] = field(default=())
    status: str = ""
    recording: bool = False


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
    if screen.summary:
        draw_summary(canvas, screen)
    else:
        if screen.stage is not Stage.SETUP or screen.reps:
            draw_count(canvas, screen, words)
        draw_coverage(canvas, screen)
    top = draw_keys(canvas, screen)
    top = draw_banner(canvas, screen, top)
    if screen.stage in (Stage.SET, Stage.READY) and not screen.summary:
        draw_tempo(canvas, screen, words, top)
    return canvas.image


def draw_count(canvas: Canvas, screen: Screen, words: Words) -> None:
    """Write the number of repetitions as large as a hand, and the phase below it."""
    number, of = str(screen.reps), f"/{screen.target}" if screen.target else ""
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
    colour = BLUE if screen.phase in _ORDER else DIM
    canvas.text(phase, canvas.px(8) + pad, base + canvas.px(40), small, colour, bold=True)


def _phase(screen: Screen, words: Words) -> str:
    names = {Phase.UP: words.phase_up, Phase.TOP: words.phase_hold, Phase.DOWN: words.phase_down}
    name = names.get(screen.phase, words.phase_ready)
    return f"{name} {screen.tempo_s[1]:.1f}" if screen.phase is Phase.TOP else name


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
    names = (words.phase_up, words.phase_hold, words.phase_down)
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
    """Put what has a place on the body where it is in the picture shown; `width` where it is mirrored."""

    def move(points: Floats) -> Floats:
        moved = points.copy()
        if width is not None:
            moved[..., 0] = width - 1 - moved[..., 0]
        return moved * scale

    pose: Pose = replace(overlay.pose, image_px=move(overlay.pose.image_px))
    contour = None if overlay.contour is None else move(overlay.contour)
    return replace(overlay, pose=pose, contour=contour)
