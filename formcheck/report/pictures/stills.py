"""Pictures of the moments that matter: frames taken from the clip, drawn on, and written as JPEG files.

Each is the person cut out of a frame, with what was measured and its limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.errors import OutputError
from formcheck.exercises.rule import Rule
from formcheck.files.writing import write_bytes
from formcheck.measures.body import Body
from formcheck.measures.outline import profile, raised
from formcheck.poses.pose import Floats, Image, Landmark
from formcheck.report.analysis import Analysis
from formcheck.report.model import RepReport, Still, VerdictReport
from formcheck.report.moments import Moment, moments
from formcheck.report.pictures.angle_drawing import draw, shape
from formcheck.report.pictures.annotated_video import scenes
from formcheck.report.pictures.canvas import INK, WHITE, Canvas
from formcheck.report.pictures.face_blur import FaceBlur
from formcheck.report.pictures.overlays import Overlay, draw_bar, draw_contour, draw_skeleton
from formcheck.report.pictures.set_drawing import Scene, shows_back
from formcheck.video.reader import VideoSource
from formcheck.wording import leg, quantity

_QUALITY = 82
_ORDER = {"fault": 0, "best": 1, "rep": 2}


class _Timed(Protocol):
    @property
    def time_s(self) -> float: ...


_T = TypeVar("_T", bound=_Timed)


@dataclass(frozen=True, slots=True)
class Picture:
    """A finished still and its JPEG file's bytes."""

    still: Still
    jpeg: bytes


def take(
    clip: Path,
    analysis: Analysis,
    *,
    blur: FaceBlur | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Picture]:
    """Take the pictures a report calls for, in one pass over the clip.

    Args:
        clip: The video the report is about.
        analysis: What was found in it.
        blur: Makes faces unrecognisable, or None.
        progress: Told the number of frames gone through after each.

    Raises:
        VideoError: The clip cannot be read.
    """
    wanted = sorted(moments(analysis.report), key=lambda moment: moment.time_s)
    painter = Painter(analysis)
    taken: list[Picture] = []
    with VideoSource(clip, filming=analysis.report.filming) as source:
        for moment, image, time_s in frames_at(source, wanted, progress):
            shown = image if blur is None else blur(image, time_s)
            drawn, alt = painter.paint(moment, shown, time_s)
            taken.append(_picture(moment, drawn, time_s, alt))
    taken.sort(key=lambda each: (_ORDER[each.still.kind], each.still.rep))
    return taken


def save(pictures: Iterable[Picture], folder: Path) -> None:
    """Write pictures into a folder under their names.

    Raises:
        OutputError: One cannot be written.
    """
    for picture in pictures:
        write_bytes(folder / Path(picture.still.file).name, picture.jpeg)


def frames_at(
    source: VideoSource, wanted: Sequence[_T], progress: Callable[[int], None] | None = None
) -> Iterator[tuple[_T, NDArray[np.uint8], float]]:
    """Give each moment, in order of time, the frame nearest to it and the time of that."""
    left = list(wanted)
    before: Any = None
    for frame in source:
        while left and left[0].time_s <= frame.time_s:
            nearer = before is not None and left[0].time_s - before.time_s < frame.time_s - left[0].time_s
            best = before if nearer else frame
            yield left.pop(0), best.image, best.time_s
        if not left:
            return
        before = frame
        if progress is not None:
            progress(frame.index + 1)
    if before is not None:
        yield from ((moment, before.image, before.time_s) for moment in left)


def jpeg(image: NDArray[np.uint8]) -> bytes:
    """Return an (H, W, 3) image as a JPEG file.

    Raises:
        OutputError: OpenCV cannot encode it.
    """
    ok, data = cv2.imencode(
        ".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]
    )
    if not ok:
        raise OutputError("a picture could not be encoded as JPEG; check that OpenCV is whole")
    return bytes(data.tobytes())


def _picture(moment: Moment, image: NDArray[np.uint8], time_s: float, alt: str) -> Picture:
    about = f"-{moment.verdict.rule}" if moment.verdict else ""
    still = Still(
        kind=moment.kind,
        rule=moment.verdict.rule if moment.verdict else "",
        rep=moment.rep.index,
        time_s=round(time_s, 3),
        file=f"rep{moment.rep.index:02d}{about}-{moment.kind}.jpg",
        alt=alt,
        width=int(image.shape[1]),
        height=int(image.shape[0]),
    )
    return Picture(still, jpeg(image))


# One still: the person cut out of a frame, with what was measured, its limit and the outline drawn in.

WIDTH_PX = {"fault": 640, "best": 640, "rep": 360}
"""How wide stills are at most, by their kind."""
_MARGIN = 0.10  # about the person, of the larger side of the box
_PLAIN = np.ones(2)


@dataclass(frozen=True, slots=True)
class _Window:
    """How the track's pixels lie in a still: less `origin`, times `zoom`, both (2,)."""

    origin: Floats
    zoom: Floats

    def points(self, px: Floats) -> Floats:
        moved: Floats = (px - self.origin) * self.zoom
        return moved

    def ellipse(self, px: Floats) -> Floats:
        """Return an ellipse (x, y, half width, half height) in the still."""
        return np.concatenate([self.points(px[:2]), px[2:] * self.zoom])


class Painter:
    """Draws the stills of one clip.

    Args:
        analysis: What was found in it.
    """

    def __init__(self, analysis: Analysis) -> None:
        self._track, report = analysis.smoothed, analysis.report
        self._rules = {rule.code: rule for rule in analysis.exercise.rules}
        self._poses = self._track.poses()
        reps = sorted(report.reps, key=lambda rep: rep.start_s)
        numbers = sorted({rep.set for rep in reps})
        self._scenes = scenes(self._track, report, analysis.exercise, reps, analysis.looks)
        self._boxes = {number: self._box([rep for rep in reps if rep.set == number]) for number in numbers}
        self._best_s = {
            (moment.rep.side, moment.verdict.rule): moment.time_s
            for moment in moments(report)
            if moment.kind == "best" and moment.verdict
        }

    def paint(self, moment: Moment, image: NDArray[np.uint8], time_s: float) -> tuple[Image, str]:
        """Draw a still.

        Args:
            moment: What it is about.
            image: (H, W, 3) the whole frame.
            time_s: When that was taken.

        Returns:
            The (h, w, 3) still, and what is to be seen on it in words.
        """
        scale = np.divide(image.shape[1::-1], self._track.size)
        x0, y0, x1, y1 = (self._boxes[moment.rep.set] * np.tile(scale, 2)).round().astype(int)
        part = image[y0:y1, x0:x1]
        zoom = min(1.6, WIDTH_PX[moment.kind] / part.shape[1])
        size: Any = (max(1, round(part.shape[1] * zoom)), max(1, round(part.shape[0] * zoom)))
        canvas = Canvas(cv2.resize(part, size, interpolation=cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC))
        window = _Window(np.array([x0, y0]) / scale, zoom * scale)
        frame = self._frame(time_s)
        held = moment.rep.kind == "hold"
        about = f"{'Hold' if held else 'Repetition'} {moment.rep.index}, {leg(moment.rep.side)}"
        if not self._poses[frame].found:
            return canvas.image, f"{about}; nobody was found in this frame"
        if moment.verdict is None:
            overlay = self._overlay(moment, frame, window)
            draw_skeleton(canvas, overlay)
            draw_bar(canvas, overlay)
            return canvas.image, about if held else f"{about}, at the top"
        self._draw(canvas, moment, frame, window)
        return canvas.image, f"{about}: {moment.verdict.words()}"

    def _draw(self, canvas: Canvas, moment: Moment, frame: int, window: _Window) -> None:
        verdict, scene = moment.verdict, self._scenes[moment.rep.set, moment.rep.side]
        assert verdict is not None
        overlay = self._overlay(moment, frame, window)
        draw_skeleton(canvas, overlay)
        draw_bar(canvas, overlay)
        rule = self._rules.get(verdict.rule)
        if rule is None:
            return
        if shows_back(rule):
            draw_contour(canvas, replace(overlay, contour_status=verdict.status))
            self._ghost(canvas, moment, frame, window)
        if verdict.value is None:
            return
        filmed = scene.filmed.track  # in which legs followed from behind have their places already
        moved = replace(
            filmed,
            image_px=window.points(filmed.image_px),
            bar_px=None if filmed.bar_px is None else window.points(filmed.bar_px),
            behind_px=None,
            disc_px=None,  # has put the landmarks right already
        )
        shown = Body(moved, scene.body.working, scene.look)
        start = scene.start(rule.shown) if rule.from_start else None
        what = None
        if rule.shown and not (rule.read and verdict.unit != "deg"):
            limit = _limit(rule, verdict, scene, frame)
            what = shape(scene.body, shown, rule.shown, frame, start=start, limit=limit)
        hip = overlay.pose.image_px[Landmark.LEFT_HIP + scene.body.working.offset]
        place = draw(canvas, what, verdict.status) if what else self._middle(overlay, hip)
        canvas.pill(quantity(verdict.value, verdict.unit), place, verdict.status)

    def _overlay(self, moment: Moment, frame: int, window: _Window) -> Overlay:
        """Return skeleton, outline and coloured limbs as they lie in the still."""
        scene, verdict = self._scenes[moment.rep.set, moment.rep.side], moment.verdict
        rule = self._rules.get(verdict.rule) if verdict else None
        wrong = [(rule, verdict.status)] if rule and verdict and moment.kind == "fault" else []
        base = Overlay(self._poses[frame], scene.working, scene.look.near)
        placed = scene.place(base, frame, wrong, _PLAIN)
        return replace(
            placed,
            pose=replace(placed.pose, image_px=window.points(placed.pose.image_px)),
            contour=None if placed.contour is None else window.points(placed.contour),
            bar=None if placed.bar is None else window.points(placed.bar),
            plate_px=None if placed.plate_px is None else window.ellipse(placed.plate_px),
        )

    def _middle(self, overlay: Overlay, otherwise: Floats) -> Floats:
        """Return the (2,) place for a value that has no shape of its own: the outline, or the limb."""
        if overlay.contour_status and overlay.contour is not None:
            known = overlay.contour[np.isfinite(overlay.contour).all(axis=1)]
            if len(known):
                return np.asarray(known[len(known) // 2])
        joints = [joint for limb, _ in overlay.flagged for joint in limb]
        place: Floats = np.mean(overlay.pose.image_px[joints], axis=0) if joints else otherwise
        return place

    def _ghost(self, canvas: Canvas, moment: Moment, frame: int, window: _Window) -> None:
        """Draw the outline of the best repetition's back over that of the worst, dashed."""
        assert moment.verdict is not None
        best_s = self._best_s.get((moment.rep.side, moment.verdict.rule))
        if moment.kind != "fault" or best_s is None:
            return
        body = self._scenes[moment.rep.set, moment.rep.side].filmed
        heights = profile(body, dorsal=True)[self._frame(best_s)]
        points = window.points(raised(body, heights, frame))
        known = points[np.isfinite(points).all(axis=1)]
        for i in range(0, len(known) - 1, 2):
            canvas.polyline(known[i : i + 2], INK, 3.6)
            canvas.polyline(known[i : i + 2], WHITE, 2.2)

    def _frame(self, time_s: float) -> int:
        return int(np.argmin(np.abs(self._track.time_s - time_s)))

    def _box(self, reps: list[RepReport]) -> Floats:
        """Return left, top, right and bottom of what a set's stills show, in the track's pixels."""
        width, height = self._track.size
        track = self._scenes[reps[0].set, reps[0].side].filmed.track
        px = track.between(reps[0].start_s, reps[-1].end_s).image_px
        px = px[np.isfinite(px).all(axis=(1, 2))]
        if not len(px):
            return np.array([0.0, 0.0, width, height])
        low, high = np.percentile(px.min(axis=1), 2, axis=0), np.percentile(px.max(axis=1), 98, axis=0)
        margin = _MARGIN * float((high - low).max())
        low, high = low - margin, high + margin
        short = np.maximum(0.5 * (high - low).max() - (high - low), 0) / 2  # no flatter or thinner than 2:1
        box: Floats = np.concatenate([low - short, high + short]).clip(0, (width, height) * 2)
        return box


def _limit(rule: Rule, verdict: VerdictReport, scene: Scene, frame: int) -> float | None:
    """Return the limit of a fault (of good form, where there is none) on the scale of the measure shown."""
    assert verdict.value is not None
    if verdict.unit != "deg":
        return None
    limit = verdict.warn if verdict.fault_limit is None else verdict.fault_limit
    if rule.limit.both and verdict.value < 0:
        limit = -limit
    if rule.measure:
        return limit + (scene.start(rule.measure)[0] if rule.from_start else 0.0)
    # What `read` returns differs from its measure by an origin of its own, and maybe in sign.
    grows = -1.0 if rule.shows.startswith("-") else 1.0
    return float(scene.values(rule.shown)[frame]) - grows * (verdict.value - limit)
