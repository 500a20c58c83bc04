"""What is read from a repetition: a value with its uncertainty, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .geometry import median
from .pose import Floats


@dataclass(frozen=True, slots=True)
class Reading:
    """One measured value with its uncertainty, or NaN and the reason why there is none.

    Attributes:
        value: In the unit of its measure or rule.
        uncertainty: One standard error.
        time_s: When it was measured.
        reason: Why there is none, or what to know of it.
        remedy: What to change so that there is one.
        at_least: Whether the truth may be further off than the value: it was compared with repetitions that
            may have the same fault. It can then show the fault, but not that form is good.
    """

    value: float
    uncertainty: float = 0.0
    time_s: float = float("nan")
    reason: str = ""
    remedy: str = ""
    at_least: bool = False

    @classmethod
    def none(cls, reason: str, remedy: str = "") -> Reading:
        """Nothing could be measured; a remedy of the reason's own comes before the rule's."""
        return cls(float("nan"), float("nan"), float("nan"), reason, remedy)


CAMERA_MOVED = Reading.none("the camera moved", "Put the phone on something steady.")


def pick(values: Floats, stat: str) -> tuple[float, int]:
    """Return the `median`, `max`, `min` or `largest` of (N,) values, and where the nearest one is."""
    if stat == "median":
        middle = median(values)
        return middle, int(np.argmin(np.abs(values - middle)))
    # A single frame is a glitch: the extreme is the 5 % (or 95 %) quantile.
    low, high = np.percentile(values, [5, 95])
    choice = {"max": high, "min": low, "largest": high if abs(high) >= abs(low) else low}[stat]
    return float(choice), int(np.argmin(np.abs(values - choice)))
