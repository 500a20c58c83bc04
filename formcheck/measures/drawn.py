"""What a measure looks like in a picture: the angle, the way or the height that is drawn for it.

A measure names one of these as its `drawn`; one without is not drawn. `report.pictures` draws them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from formcheck.measures.body import Joint

Direction = Literal["feetwards", "headwards", "down", "up", "along trunk", "up trunk", "level"]
"""Where an angle is counted from.

`along trunk` goes from the near shoulder to the near hip, `up trunk` the other way. `level` is horizontal,
to the side on which the working joint is.
"""


@dataclass(frozen=True, slots=True)
class JointAngle:
    """An angle at a joint.

    Attributes:
        vertex: The joint.
        zero: The direction in which it is zero, or the joint away from which that points.
        end: The end of the measured line, which starts at the vertex.
        in_space: Whether it is no angle of the picture. Zero is then drawn as far from the measured line as
            was measured.
    """

    vertex: Joint
    zero: Direction | Joint
    end: Joint
    in_space: bool = False


@dataclass(frozen=True, slots=True)
class JointTravel:
    """How far a joint has moved from where it was at the start."""

    joint: Joint


@dataclass(frozen=True, slots=True)
class JointHeight:
    """How far a joint is above another."""

    joint: Joint
    over: Joint


@dataclass(frozen=True, slots=True)
class BackOutline:
    """The outline of the back."""


Drawn = JointAngle | JointTravel | JointHeight | BackOutline
