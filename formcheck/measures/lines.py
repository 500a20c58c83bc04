"""Lines of the body against the horizontal and against each other, as the measures share them."""

from __future__ import annotations

from formcheck.measures.body import Body, Joint, Part, Role
from formcheck.poses import geometry as g
from formcheck.poses.pose import Floats

TRUNK: tuple[Joint, ...] = (("near", "shoulder"), ("near", "hip"))
"""The joints of the trunk's line."""
LANDMARKS_DEG = 10.0
"""By which landmarks shift an angle between joints at most, where they are right."""
NORKIN = "Norkin and White, Measurement of Joint Motion"


def rise_deg(body: Body, role: Role, a: Part, b: Part) -> Floats:
    """Return (T,) how far the line from one joint to another rises, 0 = feetwards, + = up."""
    return g.elevation_deg(body.sagittal(role, a), body.sagittal(role, b), forward=body.look.facing)


def ahead_deg(body: Body, role: Role, a: Part, b: Part) -> Floats:
    """Return (T,) the same with 0 = headwards; of somebody who stands that is where they look."""
    return g.elevation_deg(body.sagittal(role, a), body.sagittal(role, b), forward=-body.look.facing)


def trunk_pitch_deg(body: Body) -> Floats:
    """Return (T,) how far the line from near hip to near shoulder is above the horizontal."""
    return ahead_deg(body, "near", "hip", "shoulder")


def bend_deg(body: Body, role: Role, a: Part, joint: Part, b: Part) -> Floats:
    """Return (T,) by how much a joint between two others is bent, 0 = straight, up to 180."""
    return 180.0 - g.angle_at_deg(*(body.sagittal(role, part) for part in (a, joint, b)))


def ahead_pct(body: Body, point: Floats, of: Floats) -> Floats:
    """Return (T,) how far a (T, 2) point is headwards (standing: ahead) of another, percent of the trunk.

    Both as `Body.sagittal` gives them.
    """
    ahead: Floats = -100.0 * body.look.facing * (point[:, 0] - of[:, 0]) / body.trunk_px
    return ahead
