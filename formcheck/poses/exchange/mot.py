"""Motion files `.mot` of OpenSim: angles over time, with constant steps.

A header with the numbers of rows and columns, whether angles are degrees, and `endheader`; then the names of
the columns and a row a time, separated by tabs (OpenSim documentation, "Motion (.mot) Files"). Times must be
evenly spaced, so values are interpolated onto the usual step of the clip; a missing one is `nan`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from formcheck.poses.archive import MOST_FRAMES
from formcheck.poses.pose import Floats


def text(name: str, time_s: Floats, step_s: float, angles_deg: Mapping[str, Floats]) -> str:
    """Return the text of a file.

    Args:
        name: What OpenSim calls the motion.
        time_s: (T,) increasing seconds.
        step_s: Time between rows.
        angles_deg: (T,) degrees by column name; NaN where there is no value.
    """
    even_s = _even(time_s, step_s)
    columns = [_at(even_s, time_s, values) for values in angles_deg.values()]
    head = [
        name,
        "version=1",
        f"nRows={len(even_s)}",
        f"nColumns={1 + len(columns)}",
        "inDegrees=yes",
        "endheader",
    ]
    lines = [*head, "\t".join(["time", *angles_deg])]
    for at, time in enumerate(even_s.tolist()):
        lines.append("\t".join([f"{time:.6f}", *(_cell(float(values[at])) for values in columns)]))
    return "".join(f"{line}\n" for line in lines)


def _even(time_s: Floats, step_s: float) -> Floats:
    if len(time_s) < 2 or not step_s > 0:
        return time_s
    count = int((time_s[-1] - time_s[0]) / step_s + 1e-6) + 1
    even_s: Floats = time_s[0] + step_s * np.arange(min(count, MOST_FRAMES))
    return even_s


def _at(even_s: Floats, time_s: Floats, values_deg: Floats) -> Floats:
    """Return values at other times, without crossing a gap or the jump from +180 to -180 deg."""
    if not len(time_s):
        return even_s
    upper = np.clip(np.searchsorted(time_s, even_s), 0, len(time_s) - 1)
    lower = np.where(np.isclose(time_s[upper], even_s, atol=1e-9), upper, np.maximum(upper - 1, 0))
    span = np.maximum(time_s[upper] - time_s[lower], 1e-12)
    part = np.where(upper == lower, 0.0, (even_s - time_s[lower]) / span)
    way = (values_deg[upper] - values_deg[lower] + 180.0) % 360.0 - 180.0
    found: Floats = values_deg[lower] + np.where(upper == lower, 0.0, part * way)
    return found


def _cell(value: float) -> str:
    return f"{value:.4f}" if math.isfinite(value) else "nan"
