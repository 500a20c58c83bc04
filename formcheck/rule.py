"""What a rule file may use: `from formcheck.rule import ...` is all it needs to import.

A rule file, in `rules/`, in a user's folder or in a plug-in, declares `Rule`s and one module-level
`EXERCISE`. `formcheck.exercises.rule` says what those are made of; `formcheck new-exercise` writes one that
works. These names stay, wherever what they stand for may move to.

Where no measure of the catalogue fits, `define` above a function of a `Body` makes one of the file's own,
which its rules then name like any other.
"""

from __future__ import annotations

from formcheck.exercises.gates import OBLIQUE, SIDEWAYS, Gate
from formcheck.exercises.lockout import MOST_OFFSET_FLOOR_DEG, lockout_shortfall
from formcheck.exercises.readings import (
    USUAL_LOCKOUT_FLOOR_DEG,
    lumbar_extension,
    pelvis_tilt,
)
from formcheck.exercises.rule import (
    SEVERAL,
    Above,
    Below,
    Between,
    Example,
    Exercise,
    Limit,
    Plan,
    Rule,
    Sign,
    Status,
    Step,
    Unobservable,
)
from formcheck.measures.body import Body, Joint, Part, Role
from formcheck.measures.drawn import JointAngle, JointHeight, JointTravel
from formcheck.measures.measure import Bounds, Errors, define
from formcheck.measures.reading import Reading
from formcheck.poses.geometry import angle_at_deg, distance_px, elevation_deg, finite_median, wrap_deg
from formcheck.poses.pose import Floats, Side, View
from formcheck.poses.viewpoint import BIACROMIAL_TO_TRUNK
from formcheck.reps.rep_data import RepData
from formcheck.reps.segmentation import Phase, Rep

__all__ = [
    "BIACROMIAL_TO_TRUNK",
    "MOST_OFFSET_FLOOR_DEG",
    "OBLIQUE",
    "SEVERAL",
    "SIDEWAYS",
    "USUAL_LOCKOUT_FLOOR_DEG",
    "Above",
    "Below",
    "Between",
    "Body",
    "Bounds",
    "Errors",
    "Example",
    "Exercise",
    "Floats",
    "Gate",
    "Joint",
    "JointAngle",
    "JointHeight",
    "JointTravel",
    "Limit",
    "Part",
    "Phase",
    "Plan",
    "Reading",
    "Rep",
    "RepData",
    "Role",
    "Rule",
    "Side",
    "Sign",
    "Status",
    "Step",
    "Unobservable",
    "View",
    "angle_at_deg",
    "define",
    "distance_px",
    "elevation_deg",
    "finite_median",
    "lockout_shortfall",
    "lumbar_extension",
    "pelvis_tilt",
    "wrap_deg",
]
