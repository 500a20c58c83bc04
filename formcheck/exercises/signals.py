"""Shows how each measure moves in a clip, so that the author of an exercise can choose its signal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from formcheck.measures.catalogue import MEASURES, Measure
from formcheck.poses.geometry import finite_median, wrap_deg
from formcheck.poses.levelling import upright
from formcheck.poses.pose import HIPS, SHOULDERS, Floats, Side
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import Look, Posture, look
from formcheck.reps.rep_data import SetData
from formcheck.reps.segmentation import segment
from formcheck.wording import POSTURE_WORDS, place, quantity

_LEAST = 2.5  # of a measure's error: less is no rise
_SHARE = 0.4  # of its range over the clip: less is no rise either


@dataclass(frozen=True, slots=True)
class Motion:
    """One measure over a clip, in its own unit.

    Attributes:
        measure: The measure.
        low, high: 5 % of the frames lie below `low`, and 5 % above `high`.
        rises: How many repetitions it would count as the signal of an exercise.
        falls: How many with a `-` before its name.
    """

    measure: Measure
    low: float
    high: float
    rises: int
    falls: int

    @property
    def strength(self) -> float:
        """How far it moves, as a multiple of the error of a change."""
        return (self.high - self.low) / self.measure.errors.change


@dataclass(frozen=True, slots=True)
class Motions:
    """All measures over a clip, the one that moves most first, with the side, view and posture used."""

    all: tuple[Motion, ...]
    side: Side
    look: Look
    posture: Posture


def motions(
    raw: Track, smoothed: Track, side: Side | None = None, *, posture: Posture | None = None
) -> Motions:
    """Return how each measure moves over a clip.

    Args:
        raw: The frames as measured.
        smoothed: The same, smoothed without lag.
        side: The working side; None takes the leg that moves more.
        posture: How the person holds the trunk; None takes upright for standing, and the rest for face down.
    """
    raw, smoothed = upright(raw), upright(smoothed)
    posture = posture or ("standing" if _upright(smoothed) else "prone")
    camera = look(smoothed, posture)
    sides = [side] if side else list(Side)
    found = {working: _over(SetData(raw, smoothed, working, camera, [])) for working in sides}
    chosen = max(sides, key=lambda working: sum(_reach(found[working], name) for name in _LEG))
    ranked = sorted(found[chosen], key=lambda motion: -motion.strength)
    return Motions(tuple(ranked), chosen, camera, posture)


def _upright(track: Track) -> bool:
    """Whether the trunk is mostly closer to the vertical than to the horizontal."""
    px = track.image_px
    trunk = px[:, HIPS].mean(axis=1) - px[:, SHOULDERS].mean(axis=1)
    return float(finite_median(trunk[:, 1] - np.abs(trunk[:, 0]))) > 0


_LEG = ("leg_elevation_deg", "knee_flexion_deg")


def _reach(found: list[Motion], name: str) -> float:
    return next((motion.high - motion.low for motion in found if motion.measure.name == name), 0.0)


def _over(data: SetData) -> list[Motion]:
    found = []
    for measure in MEASURES.values():
        values = data.values(measure.name)
        finite = values[np.isfinite(values)]
        if not len(finite):
            continue
        low, high = np.percentile(_unwrapped(finite) if measure.unit == "deg" else finite, [5, 95])
        least = max(_LEAST * measure.errors.change, _SHARE * float(high - low))
        counts = [_full(data, sense * values, least) for sense in (1.0, -1.0)]
        found.append(Motion(measure, float(low), float(high), *counts))
    return found


def _full(data: SetData, values: Floats, least: float) -> int:
    """Return how many full repetitions (T,) values show."""
    return sum(not rep.partial for rep in segment(data.body.track.time_s, values, min_range=least).reps)


def _unwrapped(values_deg: Floats) -> Floats:
    """Return angles without a jump from +180 to -180: all lie within 180 deg of their mean direction."""
    centre = float(np.degrees(np.angle(np.mean(np.exp(1j * np.radians(values_deg))))))
    return centre + np.asarray(wrap_deg(values_deg - centre))


def table(found: Motions) -> str:
    """Return the motions as text, 80 columns wide."""
    view, held = place(found.look.view, upright=found.look.upright), POSTURE_WORDS[found.posture]
    lines = [
        f"View: {view}; taken as {held}; {found.side.value} leg taken as the working one.",
        "",
        f"{'measure':<26}{'from':>9}{'to':>9}{'rises':>7}{'falls':>7}  off by about",
    ]
    for motion in found.all:
        low, high = (quantity(value, motion.measure.unit) for value in (motion.low, motion.high))
        error = quantity(motion.measure.errors.change, motion.measure.unit)
        lines.append(f"{motion.measure.name:<26}{low:>9}{high:>9}{motion.rises:>7}{motion.falls:>7}  {error}")
    lines += [
        "",
        "A signal is low at rest, far above its error in every repetition, and rises as",
        "often as there were repetitions. One that falls so often gets a - before its",
        "name. Its min_range is about a third of its way. --posture says what it is.",
    ]
    return "\n".join(lines) + "\n"
