"""What is read from a repetition: a value with its uncertainty, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """One measured value with its uncertainty, or NaN and the reason why there is none."""

    value: float
    uncertainty: float = 0.0
    time_s: float = float("nan")
    reason: str = ""
    remedy: str = ""

    @classmethod
    def none(cls, reason: str, remedy: str = "") -> Reading:
        """Nothing could be measured; a remedy of the reason's own comes before the rule's."""
        return cls(float("nan"), float("nan"), float("nan"), reason, remedy)


CAMERA_MOVED = Reading.none("the camera moved", "Put the phone on something steady.")
