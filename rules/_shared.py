"""What several exercises share: checks of tempo and range, gates between relatives, variants of rules."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from formcheck.rule import (
    OBLIQUE,
    SIDEWAYS,
    Above,
    Below,
    Example,
    Gate,
    Part,
    Phase,
    Reading,
    RepData,
    Role,
    Rule,
    View,
    finite_median,
)

MAX_HOLD_ERROR_S = 0.55
"""Half of the hold asked for: beyond it a held top and none look the same."""
BRIEF = "thresholds: engineering choices of the formcheck brief, measured on rendered clips"
_FORESEEN = 0.6  # of the lowering; from there on a repetition that is still open tells its speed


def hold_of(signal: str) -> Callable[[RepData], Reading]:
    """Return a check of the seconds that an eye sees the top of a signal held."""

    def hold(data: RepData) -> Reading:
        rep = data.rep
        moving = (rep.lockout_s - rep.start_s + rep.end_s - rep.lower_s) / 2
        error_s = data.time_error_s(moving, signal)
        if error_s > MAX_HOLD_ERROR_S:
            return Reading.none("the movement is too small or too slow to time the hold")
        return Reading(rep.held_s, error_s, rep.lower_s)

    return hold


def lowering_of(signal: str) -> Callable[[RepData], Reading]:
    """Return a check of the seconds from leaving the top of a signal to its bottom.

    Of an open repetition the rest is foreseen, with an error that is the larger the more is missing.
    """

    def lowering(data: RepData) -> Reading:
        rep = data.rep
        if rep.lowered < _FORESEEN:
            return Reading.none("the lowering has only begun")
        took_s = rep.end_s - rep.lower_s
        return Reading(took_s, data.time_error_s(took_s, signal) / rep.lowered**2, rep.end_s)

    return lowering


def variant(rule: Rule, code: str, **changes: Any) -> Rule:
    """Return a relative's rule under a code of its own, with what differs."""
    return replace(rule, code=code, **changes)


def median(values: np.ndarray) -> float:
    """Return the median of what is finite, or NaN."""
    return float(finite_median(values))


def depth_below(data: RepData, part: Part, of: Part, role: Role = "middle") -> float:
    """Return how far a joint is below another one over the repetition, in trunk lengths."""
    body, frames = data.set.body, data.set.frames(data.rep.start_s, data.rep.end_s)
    return median(body.joint(role, part)[frames, 1] - body.joint(role, of)[frames, 1]) / body.trunk_px


_SEEN = 0.8  # share of the frames in which a leg must be seen steadily to say that it moves


def other_leg_moves(data: RepData, share: float = 0.7, *, unseen: bool = False) -> bool:
    """Whether the free leg moves by more than a share of what the working leg does.

    Args:
        data: The repetition.
        share: The share.
        unseen: What to say where that leg is not seen steadily: the other one hides it, kneeling.
    """
    lift = data.set.frames(*data.rep.window(Phase.LIFT))
    seen = data.set.sees("free", "knee")[lift] & data.set.sees("free", "ankle")[lift]
    if seen.mean() < _SEEN:
        return unseen
    still = data.values("free_leg_elevation_deg", Phase.LIFT)
    return len(still) > 0 and float(np.ptp(np.percentile(still, [5, 95]))) > share * data.rep.range


def knee_kept_bent(data: RepData) -> Reading:
    """Degrees by which the knee is bent like in a donkey kick, not just where it should be straight.

    A donkey kick is bent throughout; a kickback with the fault bends on the way up, and one that starts
    from the knee straightens.
    """
    top, below = data.median("knee_flexion_deg", Phase.TOP), data.median("knee_flexion_deg", Phase.BOTTOM)
    if math.isnan(top):
        return Reading.none("the knee is not seen")
    return Reading(max(top - 72.0, min(top - 40.0, np.nan_to_num(below) - 65.0)), 6.0, data.rep.lockout_s)


def hands_depth(data: RepData) -> Reading:
    """How far the higher hand is below its shoulder at the top, percent of the trunk."""
    body, part = data.set.body, data.set.frames(*data.rep.window(Phase.TOP))
    hands: tuple[Role, Role] = ("near", "far")
    shoulder = body.joint("middle", "shoulder")[part, 1]
    depths = [median(body.joint(role, "wrist")[part, 1] - shoulder) for role in hands]
    return Reading(100.0 * min(depths) / body.trunk_px, 12.0, data.rep.lockout_s)


def hips_over_shoulders(data: RepData) -> Reading:
    """Percent of the hips' rise by which they rise further than the shoulders move up or down."""
    body = data.set.body
    start, top = (data.set.frames(*data.rep.window(phase)) for phase in (Phase.START, Phase.TOP))
    joints: tuple[Part, Part] = ("hip", "shoulder")
    height = [body.joint("middle", part)[:, 1] for part in joints]
    rise = [median(values[start]) - median(values[top]) for values in height]
    if not math.isfinite(sum(rise)):
        return Reading.none("hips or shoulders are not seen")
    return Reading(100.0 * (rise[0] - abs(rise[1])) / body.trunk_px, 6.0, data.rep.lockout_s)


def feet_apart(data: RepData) -> Reading:
    """How much higher one foot is than the other, at most, percent of the trunk."""
    body, part = data.set.body, data.set.frames(data.rep.start_s, data.rep.end_s)
    gap = np.abs(body.joint("working", "ankle")[part, 1] - body.joint("free", "ankle")[part, 1])
    gap = gap[np.isfinite(gap)]
    if not len(gap):
        return Reading.none("the feet are not seen")
    return Reading(100.0 * float(np.percentile(gap, 90)) / body.trunk_px, 4.0, data.rep.lockout_s)


STRAIGHT_KNEE = Gate(says="the knee stays bent: a donkey kick", read=knee_kept_bent, high=0.0)
BENT_KNEE = Gate(says="the knee is not bent throughout: a kickback", read=knee_kept_bent, low=0.0)
HANDS_DOWN = Gate(says="a hand leaves the floor: a bird dog", read=hands_depth, low=35.0)
ON_A_BENCH = Gate(
    says="the shoulders are as low as the hips: a bridge from the floor",
    measure="hip_height_pct",
    when=Phase.START,
    high=-18.0,
    views=OBLIQUE | {View.FOOT_END},
)
ON_THE_FLOOR = replace(ON_A_BENCH, says="the shoulders are on a bench: a hip thrust", low=-18.0, high=45.0)
HIPS_RISE = Gate(
    says="the shoulders move as far as the hips: sitting or standing up",
    read=hips_over_shoulders,
    low=5.0,
)
ONE_FOOT = Gate(says="both knees are bent: both feet are planted", measure="free_knee_flexion_deg", high=62.0)
BOTH_FEET = Gate(
    says="the other knee is straight: one foot only is planted", measure="free_knee_flexion_deg", low=52.0
)
ONE_FOOT_FROM_THE_FEET = Gate(
    says="both feet are on the floor", read=feet_apart, low=10.0, views=frozenset({View.FOOT_END})
)
BOTH_FEET_FROM_THE_FEET = Gate(
    says="one foot is held up", read=feet_apart, high=10.0, views=frozenset({View.FOOT_END})
)


def pause_of(hold: Rule, drift: Rule) -> Callable[[float], tuple[Rule, ...]]:
    """Return the rules of a pause at the top: the hold in full (less 10 %), and still meanwhile."""

    def rules(seconds: float) -> tuple[Rule, ...]:
        held = replace(
            hold,
            statement="H28",
            says=f"A pause at the top makes the lift harder: here {seconds:g} s.",
            why="A pause cut short is an ordinary repetition.",
            limit=Below(0.9 * seconds, seconds * 2 / 3),
            cue=f"Hold for {seconds:g}",
            passes=(Example(seconds, 0.12),),
            fails=(Example(seconds / 3, 0.12), Example(0.8 * seconds, 0.05)),
        )
        return held, drift

    return rules


def drift_in_hold(code: str, source: str) -> Rule:
    """Return the rule of the hips that sink or rise during a pause."""
    return Rule(
        code=code,
        name="hold-drifts",
        statement="H28",
        says="In a pause at the top the hips stay where they are.",
        why="Hips that sink during the pause rest on something else.",
        source=f"{source}; {BRIEF}",
        read=_drift,
        shows="hip_extension_deg",
        unit="deg",
        decided=Phase.DOWN,
        limit=Above(6.0),
        views=SIDEWAYS,
        priority=7,
        weight=0,
        cue="Hold it there, no sinking",
        remedy="Film from the side of the working leg.",
        passes=(Example(3.0, 3.0),),
        fails=(Example(14.0, 3.0),),
    )


def _drift(data: RepData) -> Reading:
    held = data.values("hip_extension_deg", Phase.TOP)
    if len(held) < 4:
        return Reading.none("the hold was not seen")
    span = float(np.ptp(np.percentile(held, [10, 90])))
    return Reading(span, 2.0 + 2.0 * np.nan_to_num(data.set.noise("hip_extension_deg")), data.rep.lower_s)
