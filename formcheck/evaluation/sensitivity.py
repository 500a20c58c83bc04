"""Sensitivity: how often a fault is found as it grows, and as the camera leaves the side.

Drawn from the rows of an `Evaluation`; the drawing needs Matplotlib (`pip install formcheck[plots]`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from formcheck.errors import UsageError
from formcheck.evaluation.accuracy import Row
from formcheck.evaluation.counts import FLAGGED
from formcheck.exercises.rule import Status

YAW_EDGES_DEG = (0.0, 15.0, 30.0, 45.0, 60.0, 75.0, 90.0)
MIN_ROWS = 3
"""A share of fewer verdicts says nothing."""


@dataclass(frozen=True, slots=True)
class Share:
    """What became of the verdicts in one bin.

    Attributes:
        low, high: The bin's edges, in the unit of what it is over.
        count: Verdicts in it.
        found: Share flagged, of all.
        judged: Share judged at all.
        right: Share of the judged ones that were right, NaN where the truth is between the limits.
    """

    low: float
    high: float
    count: int
    found: float
    judged: float
    right: float


def over(rows: Iterable[Row], edges: Sequence[float], *, by: str) -> list[Share]:
    """Count one fault's verdicts in bins.

    Args:
        rows: Verdicts on one fault.
        edges: Edges of the bins, rising.
        by: `severity` (how much was put in) or `yaw` (degrees off the side, either way).
    """
    known = [(row, row.severity if by == "severity" else abs(row.yaw_deg)) for row in rows]
    shares = []
    for low, high in pairwise(edges):
        last = high == edges[-1]
        here = [r for r, x in known if x is not None and (low <= x < high or (last and x == high))]
        if len(here) >= MIN_ROWS:
            shares.append(_share(low, high, here))
    return shares


def _share(low: float, high: float, rows: list[Row]) -> Share:
    judged = [row for row in rows if row.status is not Status.NOT_JUDGED]
    clear = [row for row in judged if row.present is not None]
    right = [row for row in clear if (row.status in FLAGGED) == row.present]
    return Share(
        low,
        high,
        len(rows),
        sum(row.status in FLAGGED for row in rows) / len(rows),
        len(judged) / len(rows),
        len(right) / len(clear) if clear else math.nan,
    )


def severity_edges(rows: Sequence[Row], bins: int = 5) -> list[float]:
    """Return edges between which about equally many of the faults put in lie."""
    put_in = sorted(row.severity for row in rows if row.severity is not None)
    if len(put_in) < 2 * MIN_ROWS or put_in[0] == put_in[-1]:
        return []
    count = min(bins, len(put_in) // MIN_ROWS)
    at = [put_in[round(i * (len(put_in) - 1) / count)] for i in range(count + 1)]
    return sorted(set(at))


def draw(rows: Sequence[Row], path: Path) -> None:
    """Draw both curves for every fault that was put in somewhere, as a picture.

    Raises:
        UsageError: If Matplotlib is not installed, or no fault was put in often enough.
    """
    try:
        import matplotlib
    except ImportError as error:
        raise UsageError("curves need Matplotlib: pip install 'formcheck[plots]'") from error
    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    faults = [fault for fault in sorted({row.fault for row in rows}) if severity_edges(_of(rows, fault))]
    if not faults:
        raise UsageError("there are too few faults in these clips to draw curves of")
    figure = Figure(figsize=(9, 1.7 * len(faults)), layout="constrained")
    axes = figure.subplots(len(faults), 2, squeeze=False)
    for pair, fault in zip(axes, faults, strict=True):
        mine = _of(rows, fault)
        edges = severity_edges(mine)
        _panel(
            pair[0],
            over([r for r in mine if r.status is not Status.NOT_JUDGED], edges, by="severity"),
            "found",
        )
        _panel(pair[1], over(mine, YAW_EDGES_DEG, by="yaw"), "right")
        pair[0].set_ylabel(fault, fontsize=8)
    axes[0][0].set_title("found, of the judged, by how much was put in", fontsize=9)
    axes[0][1].set_title("judged (bars) and right (points), by degrees off the side", fontsize=9)
    figure.savefig(path, dpi=80)


def _of(rows: Sequence[Row], fault: str) -> list[Row]:
    return [row for row in rows if row.fault == fault]


def _panel(axis: Any, shares: list[Share], what: str) -> None:
    axis.set_ylim(-0.05, 1.1)
    axis.tick_params(labelsize=7)
    if what == "right":
        axis.set_xlim(0, 90)
        for share in shares:
            axis.bar((share.low + share.high) / 2, share.judged, share.high - share.low - 1, color="#cbd5e1")
    middles = [(share.low + share.high) / 2 for share in shares]
    axis.plot(middles, [getattr(share, what) for share in shares], "o-", ms=4, color="#1d4ed8")
    for share, middle in zip(shares, middles, strict=True):
        axis.annotate(str(share.count), (middle, 0.0), fontsize=6, ha="center", color="#475569")
