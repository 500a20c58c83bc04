"""How many frames a second 1 to all workers score, against one bare loop of decoding and detecting.

Everything is done in the same run: the bare loop, then each number of workers over the same clips. Starting
workers (importing, loading the model) is left out, as it is in the bare loop: it is paid once a run.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from formcheck.batch.job import Item, Job, Setup
from formcheck.batch.pool import Workers
from formcheck.batch.provenance import stamp, versions
from formcheck.errors import UsageError
from formcheck.evaluation.speed import bare
from formcheck.judging.settings import Settings
from formcheck.vision.models import resolve


@dataclass(frozen=True, slots=True)
class Scale:
    """What a number of workers reach.

    Attributes:
        workers: How many.
        fps: Frames a second, all of them together.
        ratio: Against the bare loop.
        peak_mb: Most memory that one of them held.
    """

    workers: int
    fps: float
    ratio: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class BatchBench:
    """Figures of one run.

    Attributes:
        clips: How many clips.
        frames: How many frames they have.
        searched: In how many of them a worker looked for landmarks.
        seconds_per_minute: Core seconds that a minute of clip costs one worker.
        bare_fps: One process, decoding and detecting alone, without silhouettes.
        start_s: From starting a worker to its being ready.
        load: Load of the machine before, over the last minute: what others were doing.
        scales: For each number of workers.
    """

    clips: int
    frames: int
    searched: int
    seconds_per_minute: float
    bare_fps: float
    start_s: float
    load: float
    scales: tuple[Scale, ...]

    def to_json(self) -> str:
        """Return the figures as JSON."""
        return json.dumps(asdict(self), indent=1) + "\n"

    def table(self) -> str:
        """Return the figures as text."""
        lines = [
            f"{self.clips} clips, {self.frames} frames, {self.searched} searched; load: {self.load:.1f}",
            f"  bare decode + detect   {self.bare_fps:8.1f} frames/s",
        ]
        for one in self.scales:
            name = f"{one.workers} worker{'s' if one.workers > 1 else ''}"
            peak = f"at most {one.peak_mb:.0f} MB each"
            lines.append(f"  {name:<22} {one.fps:8.1f} frames/s  ({one.ratio:.2f} of bare), {peak}")
        lines.append(f"  a worker is ready after {self.start_s:.1f} s; ")
        lines[-1] += f"a minute of clip costs one {self.seconds_per_minute:.0f} s"
        return "\n".join(lines) + "\n"


def bench(items: Sequence[Item], *, most: int, model: str = "full", rounds: int = 2) -> BatchBench:
    """Measure with clips; the loops take turns, and the best of `rounds` counts.

    Args:
        items: Local videos, at least as many as workers.
        most: The largest number of workers.
        model: As for `analyze`.
        rounds: How often.

    Raises:
        UsageError: There are too few clips, or tracks or remote clips among them.
    """
    if len(items) < most:
        raise UsageError(f"{len(items)} clips do not keep {most} workers busy; name more")
    if any(item.remote or item.recorded for item in items):
        raise UsageError("measure with videos on this machine")
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    setup, path = Setup(Settings(model=model)), resolve(model, progress=True)
    by = versions(path, None)
    jobs = [Job(item, stamp(by, setup.settings.profile)) for item in items]
    clips = [Path(item.address) for item in items]
    bare(clips[0], path, silhouette=False)  # what is loaded once
    counts = sorted({1, *(2**power for power in range(1, most.bit_length()) if 2**power <= most), most})
    bare_s, taken_s, peaks, start_s = float("inf"), dict.fromkeys(counts, float("inf")), {}, 0.0
    frames = searched = 0
    seconds = 0.0
    for _ in range(rounds):
        began = time.perf_counter()
        frames = sum(bare(clip, path, silhouette=False) for clip in clips)
        bare_s = min(bare_s, time.perf_counter() - began)
        for count in counts:
            team = Workers(count, setup, by)
            start_s = team.start()
            began = time.perf_counter()
            records = [one.record for done in team.run(jobs, lambda frames: None) for one in done]
            taken_s[count] = min(taken_s[count], time.perf_counter() - began)
            good = [record for record in records if record is not None and record.report is not None]
            if len(good) < len(jobs):
                raise UsageError("measure with clips that can be scored")
            peaks[count] = max(record.peak_mb for record in good)
            searched = sum(record.frames for record in good)
            seconds = sum(record.report.duration_s for record in good if record.report)
    return BatchBench(
        len(clips),
        frames,
        searched,
        60.0 * taken_s[1] / seconds,
        frames / bare_s,
        start_s,
        load,
        tuple(Scale(n, frames / taken_s[n], bare_s / taken_s[n], peaks[n]) for n in counts),
    )
