"""A person's own usual values at an exercise. Values that differ from body to body are compared with them.

Without a baseline, a set is compared with its own full repetitions. That does not help where all of them
are wrong, or where there is only one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from formcheck.poses.pose import Side, View
from formcheck.poses.viewpoint import Look

MAX_YAW_OFF_DEG = 15.0
"""Largest difference in camera direction. Beyond it landmarks lie elsewhere on the body, so values differ."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """Values of the clean repetitions of one set.

    Attributes:
        source: Name of the clip or file they come from.
        exercise: Name of the exercise.
        working: The working side.
        near: The side nearer to the camera.
        view: Where the camera stood.
        yaw_deg: How far off the pure side view, 0 to 90.
        values: For each trait (`formcheck.reps.rep_data`), one value for each repetition, NaN where it was
            not measured.
    """

    source: str
    exercise: str
    working: Side
    near: Side
    view: View
    yaw_deg: float
    values: Mapping[str, tuple[float, ...]]

    def misfit(self, working: Side, look: Look) -> str:
        """Return why the values cannot be used for a set, or an empty text where they can."""
        if self.working is not working:
            return f"it shows the {self.working.value} leg working"
        if self.view is not look.view or self.near is not look.near:
            return "it is filmed from another side"
        off_deg = abs(self.yaw_deg - look.yaw_deg)
        return "" if off_deg <= MAX_YAW_OFF_DEG else f"it is filmed from {off_deg:.0f}° further round"


def fitting(baselines: Sequence[Baseline], working: Side, look: Look) -> Baseline | None:
    """Return the baseline whose camera direction is nearest to that of a set, of those that can be used."""
    good = [one for one in baselines if not one.misfit(working, look)]
    return min(good, key=lambda one: abs(one.yaw_deg - look.yaw_deg), default=None)
