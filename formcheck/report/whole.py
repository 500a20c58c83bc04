"""Every measure over a whole clip, also where no repetition was found, and as a motion file for OpenSim."""

from __future__ import annotations

import math

from formcheck.exercises.signals import motions
from formcheck.judging.prepare import prepared
from formcheck.measures.catalogue import MEASURES, Measure
from formcheck.poses.exchange import mot
from formcheck.poses.pose import Floats, Side
from formcheck.poses.viewpoint import Posture, look
from formcheck.report.analysis import Analysis
from formcheck.report.series import seen_values
from formcheck.reps.rep_data import SetData

_SIDED = ("working", "free")
_SUFFIX = {Side.LEFT: "l", Side.RIGHT: "r"}


def whole_clip(analysis: Analysis, side: Side | None = None) -> SetData:
    """Return all frames of a clip as if they were one set.

    Args:
        analysis: The clip.
        side: The working side; None takes that of the first set, or without a set the leg that moves more.
    """
    frames = prepared(analysis.raw)
    camera = analysis.looks[0]
    posture: Posture = "standing" if camera.upright else "prone" if camera.prone else "supine"
    if not math.isfinite(camera.scale_px):
        camera = look(frames.smoothed, posture)
    if side is None:
        sets = analysis.found.sets
        side = sets[0].side if sets else motions(*frames, posture=posture).side
    return SetData(*frames, side, camera, [])


def motion_file(analysis: Analysis, name: str) -> str:
    """Return the angles of a clip as the text of a `.mot` file.

    A column is a measure in degrees without its `_deg` (`knee_flexion_r`): one for each leg where it is of a
    leg, ending in `_l` and `_r` as OpenSim names sides, else one for the body. Signs are those of the
    measures.

    Args:
        analysis: The clip.
        name: What OpenSim calls the motion.
    """
    both = {side: whole_clip(analysis, side) for side in Side}
    angles: dict[str, Floats] = {}
    for measure in (one for one in MEASURES.values() if one.unit == "deg"):
        plain = measure.name.removesuffix("_deg")
        if _of_the_other_side(measure):
            continue  # the same as the working side's
        for side, data in both.items() if _of_a_leg(measure) else [(Side.LEFT, both[Side.LEFT])]:
            column = f"{plain}_{_SUFFIX[side]}" if _of_a_leg(measure) else plain
            angles[column] = seen_values(data, measure.name)
    raw = analysis.raw
    return mot.text(name, raw.time_s, raw.step_s, angles)


def _of_a_leg(measure: Measure) -> bool:
    return any(role in _SIDED for role, _ in measure.needs)


def _of_the_other_side(measure: Measure) -> bool:
    return measure.name.startswith("free_") and measure.name.removeprefix("free_") in MEASURES
