"""Single-leg hip thrust without a bar. The rules are those of the barbell lift, as far as no bar is in them.

The landmarks of a body do not show whether a bar lies on it, so this is an exercise of its own that has to
be named: then no cue speaks of a bar, and its log is apart from the loaded one's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from formcheck.rule import Unobservable, View

from . import single_leg_hip_thrust as single
from ._shared import drift_in_hold, pause_of, variant

WORDS: dict[str, dict[str, Any]] = {
    "incomplete-lockout": dict(cue="Hips to the ceiling"),
    "pelvis-tilt": dict(
        says="The pelvis stays level; it does not tip towards the working side.",
        cue="Working side is high, level your hips",
        cue_minus="Working side is low, level your hips",
        shows="hands_slope_deg",
        views=frozenset({View.FOOT_END}),
        remedy="Film from the foot end at 1.2 to 1.5 m height, hands on the hips.",
    ),
    "chin-up": dict(cue="Look over your belly at your knee"),
    "no-hold": dict(why="A moment without movement shows that the glute, not the swing, holds the hips."),
    "bounce": dict(why="Hips thrown up are caught by the lower back."),
    "lowering-too-fast": dict(
        says="The hips come down slowly and under control.",
        why="Hips that drop take the glute out of half the rep.",
    ),
    "shallow-bottom": dict(says="The hips come down almost to the floor."),
    "lumbar-arching": dict(remedy="Film from the side at hip height."),
}
RULES = tuple(
    variant(rule, f"BWT{rule.code[-2:]}", **WORDS.get(rule.name, {})) for rule in single.EXERCISE.rules
)
NO_HOLD = next(rule for rule in RULES if rule.name == "no-hold")
HELD_BY_A_BAR = ("H2", "H18", "H19")

EXERCISE = replace(
    single.EXERCISE,
    name="bodyweight-single-leg-hip-thrust",
    title="Single-leg hip thrust without a bar",
    looks_like="single-leg-hip-thrust",
    rules=RULES,
    plan=replace(single.PLAN, load_ratio=None, both_legs=""),
    pause=pause_of(NO_HOLD, drift_in_hold("BWT20", single.SOURCE)),
    deficit=(variant(single.DEFICIT_UNUSED, "BWT21"),),
    unobservable=(
        *(
            replace(item, reason=item.reason.replace("SHT", "BWT"))
            for item in single.EXERCISE.unobservable
            if item.statement not in HELD_BY_A_BAR
        ),
        Unobservable("H2, H18, H19", "Bar, pad and load.", "There is none."),
    ),
    film="From the side of the working leg, at hip height, for back, lockout and shin; "
    "from the foot end at 1.2 to 1.5 m, hands on the hips, for the pelvis.",
    notes=(*single.EXERCISE.notes, "A repetition without a bar is a good `--baseline` for one with plates."),
)
