"""The figures of `formcheck bench live`, and their table."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from ..accuracy import Counts
from ..evaluate import CUE_TOLERANCES_S


@dataclass
class Run:
    """One playing of a clip, or of several in a row.

    Attributes:
        clip: Which.
        via: `file`, `http` or `rtsp`.
        frames: Judged.
        dropped: Replaced by a newer one before they were judged.
        waited_ms: How long frames lay before they were judged: 95 % of the first and of the last quarter.
        picture_ms: Frame arrived to picture drawn: median, 95 % and 99 %.
        decided_s: Fault onset to its first decision, each.
        voice_ms: Something decided to its first sound, each.
        cpu: Processor time over wall time; 1 is one core.
        rss_mb: Resident memory each minute, the first after ten seconds.
        reps: Found and true; true is None without a truth file.
    """

    clip: str
    via: str
    frames: int
    dropped: int
    waited_ms: tuple[float, float]
    picture_ms: tuple[float, ...]
    decided_s: list[float]
    voice_ms: list[float]
    cpu: float
    rss_mb: list[float]
    reps: tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two analyses of the same set.

    Attributes:
        same: Verdicts that are the same.
        opposite: Verdicts that are good in one and wrong in the other.
        total: All of them.
    """

    same: int
    opposite: int
    total: int


@dataclass
class LiveBench:
    """All runs, and the decisions of each way in against the truth.

    Attributes:
        runs: One each clip and way.
        cues: Decisions against onsets, by way and tolerance.
        agreement: Of a recorded session: its verdicts against those of `analyze` on the recording.
        load: Load average of the machine before the first run.
    """

    runs: list[Run] = field(default_factory=list)
    cues: dict[str, dict[float, Counts]] = field(default_factory=dict)
    agreement: Agreement | None = None
    load: float = 0.0

    def to_json(self) -> str:
        """Return all figures as JSON."""
        data: dict[str, Any] = {"runs": [asdict(run) for run in self.runs], "load": self.load}
        data["cues"] = {
            via: {str(tolerance): counts.scores() for tolerance, counts in rows.items()}
            for via, rows in self.cues.items()
        }
        data["agreement"] = None if self.agreement is None else asdict(self.agreement)
        return json.dumps(data, indent=1) + "\n"

    def table(self) -> str:
        """Return the figures as text, one column a way to play."""
        ways = list(dict.fromkeys(run.via for run in self.runs))
        columns = [self._column(way, [run for run in self.runs if run.via == way]) for way in ways]
        lines = [f"{'':<38}" + "".join(f"{way:>16}" for way in ways)]
        for label in columns[0]:
            lines.append(f"{label:<38}" + "".join(f"{column[label]:>16}" for column in columns))
        lines += [
            f"memory each minute, MB: {', '.join(f'{mb:.0f}' for mb in run.rss_mb)}"
            for run in self.runs
            if len(run.rss_mb) > 2
        ]
        if (seen := self.agreement) is not None:
            lines.append(
                f"verdicts as by `analyze` on the recording: {seen.same} of {seen.total}, "
                f"{seen.opposite} opposite"
            )
        lines.append(f"load of the machine before: {self.load:.1f} on {os.cpu_count()} cores")
        return "\n".join(lines) + "\n"

    def _column(self, way: str, runs: list[Run]) -> dict[str, str]:
        def middle(values: Sequence[tuple[float, ...]], at: int) -> str:
            return f"{np.median([value[at] for value in values]):.0f}"

        pictures, waits = [run.picture_ms for run in runs], [run.waited_ms for run in runs]
        decided = [late for run in runs for late in run.decided_s]
        sounded = [late for run in runs for late in run.voice_ms]
        known = [run for run in runs if run.reps[1] is not None]
        scores = {
            f"decisions against onsets, F1 in {tolerance:g} s": self.cues.get(way, {})
            .get(tolerance, Counts())
            .scores()["f1"]
            for tolerance in CUE_TOLERANCES_S
        }
        return {
            "clips": str(len(runs)),
            "frames judged / dropped": f"{sum(r.frames for r in runs)} / {sum(r.dropped for r in runs)}",
            "frame to picture, ms: median, 95 %": f"{middle(pictures, 0)}, {middle(pictures, 1)}",
            "frame waited, ms, 95 %: first, last ¼": f"{middle(waits, 0)}, {middle(waits, 1)}",
            "onset to decision, s: median, 95 %": _spread(decided, 2),
            "decision to sound, ms: median, 95 %": _spread(sounded, 0),
            **{label: "-" if score is None else f"{score:.2f}" for label, score in scores.items()},
            "repetitions as in truth, clips": f"{sum(r.reps[0] == r.reps[1] for r in known)} of {len(known)}",
            "processor, cores": f"{np.mean([run.cpu for run in runs]):.2f}",
            "memory, MB: first clip; grown in one": f"{max(runs[0].rss_mb):.0f}; "
            f"{max(max(run.rss_mb) - run.rss_mb[0] for run in runs):.0f}",
        }


def _spread(values: Sequence[float], digits: int) -> str:
    if not values:
        return "-"
    middle, late = np.percentile(values, [50, 95])
    return f"{middle:.{digits}f}, {late:.{digits}f}"
