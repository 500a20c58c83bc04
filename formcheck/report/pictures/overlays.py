"""What is drawn over a frame: one small function an overlay, and `annotate`, which puts them together.

Sizes are given for an image 640 pixels wide and scaled from there, so that a video is read as well in a
small window as on a large screen. Colours are told apart by lightness too, and each comes with a sign.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from formcheck.exercises.rule import Status
from formcheck.poses.pose import Floats, Image, Landmark, Pose, Side
from formcheck.report.pictures.canvas import BLUE, COLOURS, DIM, INK, WHITE, Canvas, Colour

_MAX_FLAGGED = 4
_BONES: tuple[tuple[str, str], ...] = (
    ("SHOULDER", "ELBOW"),
    ("ELBOW", "WRIST"),
    ("SHOULDER", "HIP"),
    ("HIP", "KNEE"),
    ("KNEE", "ANKLE"),
    ("ANKLE", "HEEL"),
    ("HEEL", "FOOT_INDEX"),
    ("ANKLE", "FOOT_INDEX"),
)
_LEG = frozenset({"HIP", "KNEE", "ANKLE", "HEEL", "FOOT_INDEX"})
_SEEN = 0.3  # below this the model itself says that it guesses a joint: the bone is left out


@dataclass(frozen=True, slots=True)
class AngleLabel:
    """A value written beside a joint.

    Attributes:
        xy: (2,) the joint, pixels.
        text: What to write, such as `knee 33°`.
        status: What was decided of it by now, or None.
    """

    xy: Floats
    text: str
    status: Status | None = None


@dataclass(frozen=True, slots=True)
class Overlay:
    """All that is drawn at one time.

    Attributes:
        pose: The person; nothing but the counter is drawn where none was found.
        working: The working leg or legs.
        near: The side nearer to the camera, drawn last.
        phase: `ready`, `up`, `top: hold 0.8 s` or `down`.
        rep: Number of the current or last repetition, 0 before the first.
        total: How many there are.
        word: What they are called: `Rep` or `Hold`.
        note: A word on the repetition, such as its score; may be empty.
        verdicts: Lines to show, with their status.
        cue: What the lifter is told now, or None.
        angles: Values beside joints.
        flagged: Landmarks of the limbs that are wrong now, with their status.
        contour: (N, 2) outline of the back, NaN where unknown, or None.
        contour_status: What was decided of the back by now, or None.
        footer: View and coverage.
        bar: (N, 2) the way of the plate's centre in this repetition up to now, or None.
        plate_px: (4,) the plate now: centre x and y, half width and half height; NaN where it is not seen.
    """

    pose: Pose
    working: tuple[Side, ...] = ()
    near: Side = Side.LEFT
    phase: str = "ready"
    rep: int = 0
    total: int = 0
    word: str = "Rep"
    note: str = ""
    verdicts: tuple[tuple[str, Status], ...] = ()
    cue: str | None = None
    angles: tuple[AngleLabel, ...] = ()
    flagged: tuple[tuple[frozenset[int], Status], ...] = field(default=())
    contour: Floats | None = None
    contour_status: Status | None = None
    footer: str = ""
    bar: Floats | None = None
    plate_px: Floats | None = None


def annotate(image_rgb: NDArray[np.uint8], state: Overlay) -> Image:
    """Draw everything over a copy of an image.

    Args:
        image_rgb: (H, W, 3), left as it is.
        state: What to draw.
    """
    canvas = Canvas(image_rgb)
    if not state.pose.found:
        draw_counter(canvas, state)
        draw_nobody(canvas)
        return canvas.image
    draw_contour(canvas, state)
    draw_skeleton(canvas, state)
    draw_bar(canvas, state)
    draw_counter(canvas, state)
    draw_verdicts(canvas, state)
    if state.cue:
        draw_cue(canvas, state)
    else:
        draw_footer(canvas, state)
    draw_angles(canvas, state)
    return canvas.image


def draw_contour(canvas: Canvas, state: Overlay) -> None:
    """Draw the outline of the back, thin."""
    if state.contour is None:
        return
    points = state.contour[np.isfinite(state.contour).all(axis=1)]
    if len(points) < 2:
        return
    flagged = state.contour_status in (Status.WARN, Status.FAULT)
    colour = COLOURS[state.contour_status] if flagged and state.contour_status else WHITE
    canvas.polyline(points, INK, 3.4 if flagged else 2.4)
    canvas.polyline(points, colour, 2.2 if flagged else 1.2)


def draw_bar(canvas: Canvas, state: Overlay) -> None:
    """Draw the plate and the way of the bar."""
    if state.plate_px is not None and np.isfinite(state.plate_px).all():
        round_it = np.linspace(0.0, 2.0 * np.pi, 61)
        circle = np.stack([np.cos(round_it), np.sin(round_it)], axis=1)
        canvas.polyline(state.plate_px[:2] + state.plate_px[2:] * circle, DIM, 1.0)
    if state.bar is None:
        return
    way = state.bar[np.isfinite(state.bar).all(axis=1)]
    if len(way) < 2:
        return
    canvas.polyline(way, INK, 3.4)
    canvas.polyline(way, BLUE, 2.2)
    canvas.dot(way[-1], 3.0, BLUE)


@dataclass(frozen=True, slots=True)
class Bone:
    """A line of the skeleton.

    Attributes:
        ends: (2, 2) pixels.
        colour: Of the line.
        width: In units of an image 640 pixels wide.
    """

    ends: Floats
    colour: Colour
    width: float


def draw_skeleton(canvas: Canvas, state: Overlay) -> None:
    """Draw the bones."""
    for bone in bones(state):
        canvas.polyline(bone.ends, INK, bone.width + 1.6)
        canvas.polyline(bone.ends, bone.colour, bone.width)
        for end in bone.ends:
            canvas.dot(end, bone.width * 0.85, bone.colour)


def bones(state: Overlay) -> list[Bone]:
    """Return the bones seen: the working leg in its own colour, faulty limbs in that of their status."""
    found = []
    for a, b in ((Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER), (Landmark.LEFT_HIP, Landmark.RIGHT_HIP)):
        found.append(_bone(state, a, b, DIM, 2.0))
    for side in (state.near.other, state.near):
        for a_name, b_name in _BONES:
            first, last = (Landmark[f"LEFT_{name}"].value + side.offset for name in (a_name, b_name))
            leg = side in state.working and a_name in _LEG
            plain = WHITE if side is state.near else DIM
            found.append(_bone(state, first, last, BLUE if leg else plain, 4.0 if leg else 2.4))
    return [bone for bone in found if bone is not None]


def _bone(state: Overlay, a: int, b: int, colour: Colour, width: float) -> Bone | None:
    ends = state.pose.image_px[[a, b]]
    if not np.isfinite(ends).all() or state.pose.visibility[[a, b]].min() < _SEEN:
        return None
    for joints, status in state.flagged:
        if a in joints and b in joints:
            colour, width = COLOURS[status], 5.0
    return Bone(ends, colour, width)


def draw_angles(canvas: Canvas, state: Overlay) -> None:
    """Write the values beside their joints, clear of each other and of the panels."""
    labels = [label for label in state.angles if np.isfinite(label.xy).all()]
    for label in labels:
        canvas.ring(label.xy, 7.0, COLOURS[label.status] if label.status else WHITE)
    for label in labels:
        canvas.pill(label.text, label.xy, label.status)


def draw_counter(canvas: Canvas, state: Overlay) -> None:
    """Write the repetition and its phase into the upper left corner."""
    count = f"{state.word} {state.rep}"
    total = f"of {state.total}" if state.total else ""
    legs = " + ".join(side.value for side in state.working)
    legs = f"{legs} leg{'s' if len(state.working) > 1 else ''}" if legs else ""
    pad, gap, big, small = canvas.px(9), canvas.px(7), 1.15, 0.68
    wide = canvas.width_of(count, big, bold=True) + gap + canvas.width_of(total, small)
    width = max(wide, canvas.width_of("top: hold 0.0 s", small), canvas.width_of(legs, small)) + 2 * pad
    rows = canvas.px(65) + (canvas.px(22) if legs else 0)
    x = y = canvas.px(8)
    canvas.panel(x, y, width, rows)
    canvas.taken.append((x, y, x + width, y + rows))
    base = y + canvas.px(31)
    end = canvas.text(count, x + pad, base, big, WHITE, bold=True)
    canvas.text(total, end + gap, base, small, DIM)
    canvas.text(state.phase, x + pad, base + canvas.px(25), small, WHITE)
    if legs:
        canvas.text(legs, x + pad, base + canvas.px(47), small, BLUE)


def draw_verdicts(canvas: Canvas, state: Overlay) -> None:
    """List what was found wrong in the upper right corner, and count the rest."""
    lines = _lines(state.verdicts)
    if not lines:
        return
    size, step, pad, icon = 0.68, canvas.px(23), canvas.px(9), canvas.px(15)
    gap = icon + canvas.px(6)
    limit = canvas.width - canvas.px(185) - 2 * pad - gap
    texts = [(canvas.fit(text, size, limit), status) for text, status in lines]
    head = state.note
    width = max(gap + max(canvas.width_of(text, size) for text, _ in texts), canvas.width_of(head, size))
    width += 2 * pad
    x, y = canvas.width - width - canvas.px(8), canvas.px(8)
    rows = len(texts) + bool(head)
    height = rows * step + canvas.px(9)
    canvas.panel(x, y, width, height)
    canvas.taken.append((x, y, x + width, y + height))
    base = y + canvas.px(21)
    if head:
        canvas.text(head, x + pad, base, size, WHITE, bold=True)
        base += step
    for text, status in texts:
        canvas.badge(x + pad + icon // 2, base - canvas.px(7), icon, status)
        canvas.text(text, x + pad + gap, base, size, WHITE if status in (Status.WARN, Status.FAULT) else DIM)
        base += step


def _lines(verdicts: tuple[tuple[str, Status], ...]) -> list[tuple[str, Status]]:
    """Keep what is flagged, faults first; count the rest by status."""
    lines = [line for status in (Status.FAULT, Status.WARN) for line in verdicts if line[1] is status]
    more = len(lines) - _MAX_FLAGGED
    if more > 0:
        lines = [*lines[:_MAX_FLAGGED], (f"{more} more", lines[_MAX_FLAGGED][1])]
    good, close, unseen = (
        sum(1 for _, each in verdicts if each is status)
        for status in (Status.OK, Status.TOO_CLOSE, Status.NOT_JUDGED)
    )
    if good:
        lines.append((f"{good} good", Status.OK))
    rest = [f"{count} {word}" for count, word in ((close, "unsure"), (unseen, "not judged")) if count]
    if rest:
        lines.append((", ".join(rest), Status.NOT_JUDGED))
    return lines


def draw_cue(canvas: Canvas, state: Overlay) -> None:
    """Write the cue in large letters across the bottom."""
    if not state.cue:
        return
    size, room = 1.4, canvas.width - canvas.px(32)
    needed = canvas.width_of(state.cue, size, bold=True)
    rows = [state.cue]
    if needed > 1.5 * room:
        rows = _halves(state.cue)
        needed = max(canvas.width_of(row, size, bold=True) for row in rows)
    size *= min(1.0, room / max(needed, 1))
    step = canvas.px(34 * size / 1.4 + 8)
    height = len(rows) * step + canvas.px(14)
    top = canvas.height - height
    canvas.panel(0, top, canvas.width, height, square=True)
    canvas.taken.append((0, top, canvas.width, canvas.height))
    canvas.panel(0, top, canvas.width, canvas.px(3), BLUE, 1.0, square=True)
    for i, row in enumerate(rows):
        x = (canvas.width - canvas.width_of(row, size, bold=True)) // 2
        base = top + canvas.px(8) + round((i + 0.5) * step + 11 * size * canvas.unit)
        canvas.text(row, x, base, size, WHITE, bold=True)


def _halves(text: str) -> list[str]:
    """Break a text in two at the space nearest to its middle."""
    spaces = [i for i, letter in enumerate(text) if letter == " "]
    if not spaces:
        return [text]
    at = min(spaces, key=lambda i: abs(i - len(text) / 2))
    return [text[:at], text[at + 1 :]]


def draw_footer(canvas: Canvas, state: Overlay) -> None:
    """Write view and coverage along the bottom."""
    if not state.footer:
        return
    height, size = canvas.px(25), 0.66
    text = canvas.fit(state.footer, size, canvas.width - canvas.px(24))
    canvas.panel(0, canvas.height - height, canvas.width, height, square=True)
    canvas.text(text, canvas.px(12), canvas.height - canvas.px(6), size, DIM)


def draw_nobody(canvas: Canvas) -> None:
    """Say that there is nobody to draw."""
    text, size = "no person", 0.9
    width, height = canvas.width_of(text, size) + canvas.px(24), canvas.px(36)
    x, y = (canvas.width - width) // 2, canvas.height - height - canvas.px(12)
    canvas.panel(x, y, width, height)
    canvas.text(text, x + canvas.px(12), y + canvas.px(26), size, WHITE)
