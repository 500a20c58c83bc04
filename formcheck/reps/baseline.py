"""A person's own usual values at an exercise: what differs from body to body is judged against them.

Without one, a set is compared with its own full repetitions; a set that is wrong in every repetition, or
has only one, then has nothing to be compared with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from formcheck.poses.pose import Side, View
from formcheck.poses.viewpoint import Look

MAX_YAW_OFF_DEG = 15.0
"""Filmed further round than this, landmarks sit elsewhere on the same body: values do not carry over."""


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
        values: For each trait (`formcheck.reps.rep_data`), one value a repetition, NaN where it was not
            measured.
    """

    source: str
    exercise: str
    working: Side
    near: Side
    view: View
    yaw_deg: float
    values: Mapping[str, tuple[float, ...]]

    def misfit(self, working: Side, look: Look) -> str:
        """Say why it does not carry over to a set, or nothing where it does."""
        if self.working is not working:
            return f"it shows the {self.working.value} leg working"
        if self.view is not look.view or self.near is not look.near:
            return "it is filmed from another side"
        off_deg = abs(self.yaw_deg - look.yaw_deg)
        return "" if off_deg <= MAX_YAW_OFF_DEG else f"it is filmed from {off_deg:.0f}° further round"


def fitting(baselines: Sequence[Baseline], working: Side, look: Look) -> Baseline | None:
    """Return the baseline filmed most like a set, of those that carry over to it."""
    good = [one for one in baselines if not one.misfit(working, look)]
    return min(good, key=lambda one: abs(one.yaw_deg - look.yaw_deg), default=None)
