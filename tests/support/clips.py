"""The beginning of a sample, for tests that play it at its own pace."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

SAMPLES = Path(__file__).parents[2] / "samples"
_END_S = 9.6
"""Two repetitions of the kickback, the second one arched."""


def two_repetitions(folder: Path) -> Path:
    """Copy the first two repetitions of the kickback, with their truth, and return the clip."""
    truth = json.loads((SAMPLES / "kickback.json").read_text(encoding="utf-8"))
    reps = [rep for rep in truth["reps"] if rep["end"] < _END_S]
    truth |= {
        "reps": reps,
        "rep_count": len(reps),
        "faults": [fault for fault in truth["faults"] if fault["end"] < _END_S],
        "frames": [frame for frame in truth["frames"] if frame["t"] < _END_S],
        "duration": _END_S,
    }
    truth["n_frames"] = len(truth["frames"])
    clip = folder / "kickback.mp4"
    clip.with_suffix(".json").write_text(json.dumps(truth), encoding="utf-8")
    whole = str(SAMPLES / "kickback.mp4")
    cut = ["ffmpeg", "-v", "error", "-i", whole, "-t", str(_END_S), "-c", "copy", str(clip)]
    subprocess.run(cut, check=True)
    return clip
