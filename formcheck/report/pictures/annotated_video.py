"""The annotated clip: a second pass over the video that draws the final verdicts over every frame."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from formcheck.exercises.rule import Exercise, Status
from formcheck.poses.pose import Pose, Side, View
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import Look
from formcheck.report.analysis import Analysis
from formcheck.report.model import Report, RepReport, VerdictReport
from formcheck.report.pictures.face_blur import FaceBlur
from formcheck.report.pictures.overlays import AngleLabel, Overlay, annotate
from formcheck.report.pictures.set_drawing import Scene
from formcheck.video.reader import VideoSink, VideoSource

__all__ = ["AngleLabel", "Director", "Overlay", "annotate", "write_annotated"]

CUE_S = 2.5
"""How long a cue stays."""
_LINGER_S = 1.0  # verdicts stay this long into the next repetition; a limb stays coloured at least this long


def write_annotated(
    clip: Path,
    analysis: Analysis,
    out: Path,
    progress: Callable[[int], None] | None = None,
    blur: FaceBlur | None = None,
) -> None:
    """Draw skeleton, angles, counter, verdicts and cues over a clip.

    Args:
        clip: The video that was analysed.
        analysis: What was found in it.
        out: The MP4 to write, whole or not at all; each frame keeps its time.
        progress: Told the number of frames done after each.
        blur: Makes faces unrecognisable, or None.

    Raises:
        UsageError: There is no such clip.
        VideoError: It cannot be read.
        OutputError: The file cannot be written.
    """
    director = Director(analysis.smoothed, analysis.report, analysis.exercise, analysis.looks)
    with (
        VideoSource(clip, filming=analysis.report.filming) as source,
        VideoSink(out, fps=source.info.fps) as sink,
    ):
        for frame in source:
            height, width = frame.image.shape[:2]
            image = frame.image if blur is None else blur(frame.image, frame.time_s)
            sink.write(annotate(image, director.overlay(frame.time_s, (width, height))), frame.time_s)
            if progress is not None:
                progress(frame.index + 1)


class Director:
    """Says what is to be seen at a time of the clip.

    Args:
        track: The smoothed track.
        report: What was found.
        exercise: The exercise it was judged as.
        looks: How the camera saw each set, as `Analysis.looks` says it.
    """

    def __init__(self, track: Track, report: Report, exercise: Exercise, looks: Sequence[Look]) -> None:
        self._track, self._report = track, report
        self._rules = {rule.code: rule for rule in exercise.rules}
        self._poses = track.poses()
        self._reps = sorted(report.reps, key=lambda rep: rep.start_s)
        self._starts = [rep.start_s for rep in self._reps]
        self._scenes = list(scenes(track, report, exercise, self._reps, looks).values())
        self._footer = _footer(report, exercise)
        self._near_s = 1.5 * track.step_s if len(track) > 1 else 0.1

    def overlay(self, time_s: float, size: tuple[int, int] | None = None) -> Overlay:
        """Return what to draw.

        Args:
            time_s: A time of the clip.
            size: Width and height of the image to draw on, where it is not the track's.
        """
        i = self._frame(time_s)
        at = bisect_right(self._starts, time_s) - 1
        rep = self._reps[at] if at >= 0 else None
        scene = self._scene(time_s)
        base = Overlay(
            Pose.nobody(time_s) if i is None else self._poses[i],
            scene.working,
            scene.look.near,
            phase=_phase(rep, time_s),
            rep=rep.index if rep else 0,
            total=len(self._reps),
            word="Hold" if self._report.only_holds else "Rep",
        )
        if i is None or not base.pose.found:
            return base
        shown = self._shown(at, time_s)
        listed = replace(
            base,
            note=_note(shown, time_s),
            verdicts=tuple((_line(v), v.status) for v in _fallen(shown, time_s)),
            cue=self._cue(time_s),
            footer=self._footer,
        )
        broken = [
            (self._rules[verdict.rule], verdict.status)
            for verdict in _fallen(rep, time_s)
            if verdict.rule in self._rules and _pressing(rep, verdict, time_s)
        ]
        scale = np.ones(2) if size is None else np.divide(size, self._track.size)
        return scene.place(listed, i, broken, scale)

    def _frame(self, time_s: float) -> int | None:
        times = self._track.time_s
        if not len(times):
            return None
        i = int(np.argmin(np.abs(times - time_s)))
        return i if abs(times[i] - time_s) <= self._near_s else None

    def _scene(self, time_s: float) -> Scene:
        begun = [scene for scene in self._scenes if scene.start_s <= time_s]
        return max(reversed(begun), key=lambda one: one.last_begun_s(time_s), default=self._scenes[0])

    def _shown(self, at: int, time_s: float) -> RepReport | None:
        """Return the repetition whose verdicts are listed: the last one until the next is under way."""
        if at > 0 and time_s < self._reps[at].start_s + _LINGER_S:
            at -= 1
        return self._reps[at] if at >= 0 else None

    def _cue(self, time_s: float) -> str | None:
        said = [cue for cue in self._report.cues if cue.time_s <= time_s < cue.time_s + CUE_S]
        return max(said, key=lambda cue: cue.time_s).text if said else None


def scenes(
    track: Track, report: Report, exercise: Exercise, reps: list[RepReport], looks: Sequence[Look]
) -> dict[tuple[int, str], Scene]:
    """Return a scene for each set and side that worked in it, or one of the whole clip without a set."""
    scenes: dict[tuple[int, str], Scene] = {}
    for number, side in sorted({(rep.set, rep.side) for rep in reps}):
        of = next((each.exercise for each in report.sets if each.index == number), "")
        starts = [rep.start_s for rep in reps if (rep.set, rep.side) == (number, side)]
        scenes[number, side] = Scene(track, exercise.part(of), _sides(side), starts, looks[number - 1])
    return scenes or {(0, ""): Scene(track, exercise, _sides(report.working_side), [], looks[0])}


def _sides(word: str) -> tuple[Side, ...]:
    return tuple(side for side in Side if word in (side.value, "both"))


def _phase(rep: RepReport | None, time_s: float) -> str:
    if rep is None or time_s >= rep.end_s:
        return "ready"
    if rep.kind == "hold":
        return f"hold {time_s - rep.start_s:.1f} s"
    if time_s < rep.lockout_s:
        return "up"
    return f"top: hold {time_s - rep.lockout_s:.1f} s" if time_s < rep.lower_s else "down"


def _appears_s(rep: RepReport, verdict: VerdictReport) -> float:
    """Return when a verdict falls: when its value was seen, at the latest when the repetition ends."""
    return rep.end_s if verdict.time_s is None else min(max(verdict.time_s, rep.start_s), rep.end_s)


def _fallen(rep: RepReport | None, time_s: float) -> list[VerdictReport]:
    return [] if rep is None else [v for v in rep.verdicts if _appears_s(rep, v) <= time_s]


def _pressing(rep: RepReport | None, verdict: VerdictReport, time_s: float) -> bool:
    """Whether a limb is still coloured for a verdict: to the end of the repetition, a second at least."""
    if rep is None or verdict.status not in (Status.WARN, Status.FAULT):
        return False
    return time_s <= max(rep.end_s, _appears_s(rep, verdict) + _LINGER_S)


def _line(verdict: VerdictReport) -> str:
    """Return a verdict in a few words: the fault, its value and how sure that is."""
    name = verdict.fault.replace("-", " ")
    if verdict.value is None or verdict.beyond:
        return f"{name} {verdict.measured}".rstrip()
    digits = 1 if verdict.unit == "s" else 0
    unit = "°" if verdict.unit == "deg" else f" {verdict.unit}"
    spread = f" ±{verdict.uncertainty:.{digits}f}" if verdict.uncertainty and digits == 0 else ""
    return f"{name} {verdict.value:.{digits}f}{spread}{unit}".rstrip()


def _note(rep: RepReport | None, time_s: float) -> str:
    if rep is None:
        return ""
    if time_s < rep.end_s:
        return rep.label
    if rep.partial:
        return f"{rep.label}: partial, not scored"
    return f"{rep.label}: no score" if rep.score is None else f"{rep.label}: score {rep.score:.0f}"


def _footer(report: Report, exercise: Exercise) -> str:
    view = "unclear view" if report.view == View.UNKNOWN.value else f"{report.view.replace('-', ' ')} view"
    title = exercise.title if report.exercise == exercise.name else "No exercise recognised"
    return f"{title}  |  {view}  |  {100 * report.coverage:.0f} % of the form judged"
