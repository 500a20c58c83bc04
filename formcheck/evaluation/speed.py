"""How fast the tool is, measured here and now against a bare decode-and-detect loop in the same run."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from formcheck.api import analyze_clip
from formcheck.errors import VideoError
from formcheck.judging.coach import Coach
from formcheck.judging.prepare import prepared
from formcheck.judging.record import judge_sets
from formcheck.judging.sets import Footage, find
from formcheck.judging.settings import Settings
from formcheck.pipeline import Session
from formcheck.poses.pose import Pose
from formcheck.poses.smoothing import smooth, unswap
from formcheck.poses.track import Track
from formcheck.report.analysis import Analysis
from formcheck.report.build import Recording, build
from formcheck.vision.landmarker import MediaPipeLandmarker
from formcheck.vision.models import resolve


@dataclass(frozen=True, slots=True)
class Bench:
    """Figures of one run; `ms` are milliseconds a frame.

    Attributes:
        clip: The clip.
        frames: How many frames it has.
        searched: In how many of them the analysis looked for landmarks.
        bare_fps: Decoding and detecting alone, one after the other, without silhouettes.
        bare_mask_fps: The same with silhouettes.
        analyze_fps: The whole analysis.
        analyze_ratio: Analysis against the bare loop without silhouettes.
        analyze_mask_ratio: Analysis against the bare loop with silhouettes.
        rescore_fps: Judging a recorded track again.
        coach_ms: The causal half: smoothing, phases, provisional verdicts, cues.
        smooth_ms: Smoothing without lag.
        sets_ms: Measures, phases and repetitions.
        judge_ms: Verdicts of record and report.
    """

    clip: str
    frames: int
    searched: int
    bare_fps: float
    bare_mask_fps: float
    analyze_fps: float
    analyze_ratio: float
    analyze_mask_ratio: float
    rescore_fps: float
    coach_ms: float
    smooth_ms: float
    sets_ms: float
    judge_ms: float

    def to_json(self) -> str:
        """Return the figures as JSON."""
        return json.dumps(asdict(self), indent=1) + "\n"

    def table(self) -> str:
        """Return the figures as text."""
        return (
            f"{self.clip}: {self.frames} frames, {self.searched} of them searched for landmarks\n"
            f"  bare decode + detect           {self.bare_fps:8.1f} frames/s\n"
            f"  the same with silhouettes      {self.bare_mask_fps:8.1f} frames/s\n"
            f"  analyze                        {self.analyze_fps:8.1f} frames/s"
            f"  ({self.analyze_ratio:.2f} and {self.analyze_mask_ratio:.2f} of bare)\n"
            f"  re-score a recorded track      {self.rescore_fps:8.0f} frames/s\n"
            f"  a frame costs in the live half {self.coach_ms:.3f} ms; for the record: smoothing "
            f"{self.smooth_ms:.3f}, repetitions {self.sets_ms:.3f}, verdicts {self.judge_ms:.3f} ms\n"
        )


def bench(clip: Path, *, model: str = "full", rounds: int = 3) -> Bench:
    """Measure on a clip; the loops take turns, and the best of `rounds` counts.

    Raises:
        VideoError: If the clip is shorter than 30 frames.
    """
    path = resolve(model, progress=True)
    analyses: list[Analysis] = []
    counts: list[int] = []
    loops: dict[str, Callable[[], object]] = {
        "bare": lambda: counts.append(bare(clip, path, silhouette=False)),
        "mask": lambda: bare(clip, path, silhouette=True),
        "analyze": lambda: analyses.append(analyze_clip(clip, Settings(model=model))),
    }
    best = {name: float("inf") for name in loops}
    for _ in range(rounds):
        best = {name: min(best[name], _seconds(loop)) for name, loop in loops.items()}
    analysis = analyses[-1]
    frames, searched = counts[-1], len(analysis.raw)
    if frames < 30:
        raise VideoError(f"{clip} has {frames} frames; measure on a clip of at least 30")
    parts = _parts(analysis)
    return Bench(
        clip.name,
        frames,
        searched,
        frames / best["bare"],
        frames / best["mask"],
        frames / best["analyze"],
        best["bare"] / best["analyze"],
        best["mask"] / best["analyze"],
        searched / parts["rescore"],
        *(1000.0 * parts[name] / searched for name in ("coach", "smooth", "sets", "judge")),
    )


def _seconds(loop: Callable[[], object]) -> float:
    start = time.perf_counter()
    loop()
    return time.perf_counter() - start


def bare(clip: Path, model: Path, *, silhouette: bool) -> int:
    """Decode and detect in one thread with the libraries alone; return how many frames."""
    from formcheck.video.opening import best, opened, videos

    with (
        MediaPipeLandmarker(model, silhouette=silhouette, people=False) as finder,
        opened(clip) as video,
    ):
        stream = best(clip, videos(video))
        stream.thread_type = "AUTO"
        count = 0
        for frame in video.decode(stream):
            finder.detect(
                frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False), float(frame.time or 0.0)
            )
            count += 1
    return count


def _parts(analysis: Analysis) -> dict[str, float]:
    """Time the stages after the landmarks, best of five."""
    raw, exercise = analysis.raw, analysis.exercise
    poses = raw.poses()
    frames = prepared(raw)

    def coach() -> None:
        one = Coach(exercise, raw.size)
        for pose in poses:
            one.update(pose)

    def judge() -> None:
        again = find(Footage(frames), exercise)
        build(
            again,
            judge_sets(again.sets),
            Settings(exercise=exercise),
            Recording(source="", fps=raw.fps, duration_s=raw.duration_s, complete=True, cues=(), notes=()),
        )

    def sets() -> None:
        find(Footage(frames), exercise)

    loops: dict[str, Callable[[], object]] = {
        "coach": coach,
        "smooth": lambda: smooth(unswap(raw)),
        "sets": sets,
        "judge": judge,
        "rescore": lambda: rescore(poses, raw, analysis),
    }
    best = {name: min(_seconds(loop) for _ in range(5)) for name, loop in loops.items()}
    best["judge"] = max(best["judge"] - best["sets"], 0.0)
    return best


def rescore(poses: list[Pose], raw: Track, analysis: Analysis) -> None:
    """Judge recorded poses again, cues included."""
    session = Session(raw.size, Settings(exercise=analysis.exercise))
    for pose in poses:
        session.push(pose)
    session.finish()
