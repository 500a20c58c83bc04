"""What several exercises share: checks of tempo and range, gates between relatives, variants of rules."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from formcheck.rule import (
    BIACROMIAL_TO_TRUNK,
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
    Side,
    View,
    angle_at_deg,
    finite_median,
)

from ._plates import PlateAround

MAX_HOLD_ERROR_S = 0.55
"""Half of the hold asked for: beyond it a short hold and none look the same, and only a long one shows."""
BRIEF = "thresholds: engineering choices of the formcheck brief, measured on rendered clips"
CHOSEN = "limits: chosen from the angles and what landmarks are off by, fitted on no clip"
ROLES: tuple[Role, Role] = ("near", "far")
_FORESEEN = 0.6  # of the lowering; from there on a repetition that is still open tells its speed


FASTEST_PCT_PER_S = 250.0
"""About 1.2 m/s for a trunk of 0.5 m. Of the real and rendered thrusts and bridges looked at three rose
faster, all where landmarks jumped; the rest stayed below 225, nearly all below 170."""
FASTEST_DEG_PER_S = 650.0
"""Twice what a leg reaches that falls freely: a rod of 0.9 m, from level to hanging, 330 deg/s. Of 153 real
and rendered kicks one was faster (1100, where one scene faded into another); the rest stayed below 310."""
_JUMP_S = 0.1
_REMEDY = "Film with the whole body in the picture, in good light."
JUMPS = Reading.none("the landmarks jump, faster than hips move", _REMEDY)
LIMB_JUMPS = Reading.none("the landmarks jump, faster than a limb moves", _REMEDY)


def jumps(data: RepData, signal: str) -> Reading | None:
    """Say that a signal changes within a repetition faster than a body can: its phases are not known.

    Hips that fall on the floor are fast, so only their rise counts; of an angle both ways do.
    """
    frames = data.set.frames(data.rep.start_s, data.rep.end_s)
    times, values = data.set.body.track.time_s[frames], data.set.values(signal)[frames]
    seen = np.isfinite(values)
    if seen.sum() < 2:
        return None
    times, values = times[seen], values[seen]
    change = np.interp(times + _JUMP_S, times, values) - values
    if signal.endswith("_pct"):
        return JUMPS if change.max() > FASTEST_PCT_PER_S * _JUMP_S else None
    return LIMB_JUMPS if np.abs(change).max() > FASTEST_DEG_PER_S * _JUMP_S else None


def hold_of(signal: str) -> Callable[[RepData], Reading]:
    """Return a check of the seconds that an eye sees the top of a signal held.

    The slow turn of a movement that does not stop looks held too, for all the time that it is near the top or
    for none: on real people some eyes say the one, some the other. So the value lies half way, and the other
    half is its error.
    """

    def hold(data: RepData) -> Reading:
        rep = data.rep
        if jump := jumps(data, signal):
            return jump
        moving = (rep.lockout_s - rep.start_s + rep.end_s - rep.lower_s) / 2
        error_s = data.time_error_s(moving, signal)
        if error_s > MAX_HOLD_ERROR_S and rep.held_s - error_s < 2 * MAX_HOLD_ERROR_S:
            return Reading.none("the movement is too small or too slow to time the hold")
        half_s = rep.turning_s / 2
        why = "it turns without a stop" if half_s > error_s else ""
        return Reading(rep.held_s + half_s, max(error_s, half_s), rep.lower_s, why)

    return hold


def lowering_of(signal: str) -> Callable[[RepData], Reading]:
    """Return a check of the seconds from leaving the top of a signal to its bottom.

    Of an open repetition the rest is foreseen, with an error that is the larger the more is missing.
    """

    def lowering(data: RepData) -> Reading:
        rep = data.rep
        if rep.lowered < _FORESEEN:
            return Reading.none("the lowering has only begun")
        if jump := jumps(data, signal):
            return jump
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


ARM_LOST = 0.45
"""Of the trunk. From shoulder over elbow to wrist it is 1.15 (Drillis and Contini 1966), the upper arm 0.65;
on renders seen from the side, hands on the floor, 0.75 to 1.1, and 0.3 where furniture hid the hands."""


def hand_hidden(data: RepData) -> bool:
    """Whether something hides the near hand of somebody seen from the side, the trunk level.

    The model then draws the whole arm shorter than an upper arm is: its hand is nowhere.
    """
    if data.look.view is not View.SIDE:
        return False
    body, frames = data.set.body, data.set.frames(data.rep.start_s, data.rep.end_s)
    arm = [body.joint("near", part)[frames] for part in ("shoulder", "elbow", "wrist")]
    length = sum(np.hypot(*(end - start).T) for start, end in pairwise(arm))
    return median(length) < ARM_LOST * body.trunk_px


def upper_half(data: RepData) -> slice:
    """Return the frames of the upper half of a repetition: many more than those of a short top."""
    rep = data.rep
    return data.set.frames((rep.start_s + rep.lockout_s) / 2, (rep.lower_s + rep.end_s) / 2)


def waiting(data: RepData) -> np.ndarray:
    """Return the frames just before and just after a repetition."""
    waits = [data.set.frames(*data.rep.window(phase)) for phase in (Phase.START, Phase.BOTTOM)]
    return np.concatenate([np.arange(part.start, part.stop) for part in waits])


_SEEN = 0.8  # share of the frames in which a leg must be seen steadily to say that it moves
_SEEN_STANDING = 0.6  # the same to say that it stands still: the working leg passes in front of it


def other_leg_moves(data: RepData, share: float = 0.7, *, unseen: bool = False) -> bool:
    """Whether the free leg moves by more than a share of what the working leg does.

    Args:
        data: The repetition.
        share: The share.
        unseen: What to say where that leg is not seen steadily: the other one hides it, kneeling.
    """
    lift = data.set.frames(*data.rep.window(Phase.LIFT))
    seen = data.set.sees("free", "knee")[lift] & data.set.sees("free", "ankle")[lift]
    if seen.mean() < (_SEEN_STANDING if unseen else _SEEN):
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
    if data.set.put_right:
        return Reading.none("the hands hold the bar on the hips")
    if hand_hidden(data):
        return Reading.none("something hides your hand")
    hands: tuple[Role, Role] = ("near", "far")
    shoulder = body.joint("middle", "shoulder")[part, 1]
    depths = [median(body.joint(role, "wrist")[part, 1] - shoulder) for role in hands]
    return Reading(100.0 * min(depths) / body.trunk_px, 12.0, data.rep.lockout_s)


def hips_over_shoulders(data: RepData) -> Reading:
    """Percent of the hips' rise by which they rise further than the shoulders move up or down.

    The shoulders are followed against each ankle and in the picture, and the least movement counts: a foot
    may be in the air, and the camera may move.
    """
    body = data.set.body
    start, top = (data.set.frames(*data.rep.window(phase)) for phase in (Phase.START, Phase.TOP))
    shoulder = body.joint("middle", "shoulder")[:, 1]
    heights = [shoulder, *(shoulder - body.joint(role, "ankle")[:, 1] for role in ROLES)]
    rises = [rise for y in heights if math.isfinite(rise := median(y[start]) - median(y[top]))]
    hip = body.joint("middle", "hip")[:, 1] - shoulder
    over = median(hip[start]) - median(hip[top])
    if not rises or math.isnan(over):
        return Reading.none("hips or shoulders are not seen")
    shoulders = min(rises, key=abs)
    hips = over + shoulders
    return Reading(100.0 * (hips - abs(shoulders)) / body.trunk_px, 4.0, data.rep.lockout_s)


def feet_apart(data: RepData) -> Reading:
    """How much higher one foot is than the other, at most, percent of the trunk."""
    body, part = data.set.body, data.set.frames(data.rep.start_s, data.rep.end_s)
    gap = np.abs(body.joint("working", "ankle")[part, 1] - body.joint("free", "ankle")[part, 1])
    gap = gap[np.isfinite(gap)]
    if not len(gap):
        return Reading.none("the feet are not seen")
    return Reading(100.0 * float(np.percentile(gap, 90)) / body.trunk_px, 4.0, data.rep.lockout_s)


STEADY = 0.6  # share of the frames in which a foot must be seen steadily to say where it stands
_MOST_STAGGER_YAW_DEG = (
    48.0  # beyond it the picture shows clearly more of the width of the stance than of the stagger
)
STANCE = 0.8
"""Distance of the feet over that of the shoulders [assumed: feet hip-width apart]."""
_MOST_SINE = 0.85  # of a yaw estimated from the shoulders, which cannot tell a steeper one
_KNEES_DEG, _HEIGHTS_PCT, _PLACES_PCT = 20.0, 25.0, 25.0
"""What two planted legs differ by at most, as one standard deviation: knees, height and place of the feet.
Real bridges and thrusts on both feet (26 clips): 8 to 36 deg, 0 to 27 %, 0 to 38 %."""
_HELD_OUT, _NOT_HELD_OUT = 230.0, 100.0
"""Reach of a leg beside a followed plate that is held out, and of one that is not. Rendered sets, 44 and 20
of each: 131 to 494 % (9 in 10 above 280), and 0 to 54 (in one repetition 218)."""
_PUSHING_DEG, _STRAIGHT_DEG = 22.0, 6.0
"""Least bend of a knee that pushes (bridges with the heels far out: 25 to 35), and its error."""


def _low(data: RepData) -> np.ndarray:
    """Return the frames just before and just after a repetition."""
    waits = [data.set.frames(*data.rep.window(phase)) for phase in (Phase.START, Phase.BOTTOM)]
    return np.concatenate([np.arange(part.start, part.stop) for part in waits])


def foot_stagger(data: RepData) -> Reading:
    """How much further from the head the free foot stands than the working one, percent of the trunk.

    At the top, without what a view off the side adds: that shows in the line of the shoulders.
    """
    body, part = data.set.body, data.set.frames(*data.rep.window(Phase.TOP))
    if data.look.yaw_deg > _MOST_STAGGER_YAW_DEG:
        return Reading.none("seen from so near the feet, their places along the body do not show")
    steady = min(data.set.sees(role, "ankle")[part].mean() for role in ROLES) >= STEADY
    if not steady or data.set.feet_put_back(part):
        return Reading.none("the feet are not seen steadily")
    along, _ = _across(data, part)
    if data.set.working is not data.look.near:
        along = -along
    apart = median(body.joint("free", "ankle")[part, 0] - body.joint("working", "ankle")[part, 0])
    value = 100.0 * (data.look.facing * apart / body.trunk_px - STANCE * along)
    if math.isnan(value):
        return Reading.none("the feet are not seen")
    return Reading(value, math.hypot(8.0, 20.0 * along), data.rep.lockout_s)


def _across(data: RepData, frames: slice | np.ndarray) -> tuple[float, float]:
    """Return how far the far shoulder is from the near one in the picture: towards the feet, and up.

    In trunk lengths. Both shoulders are equally high, so this shows where the camera stands: along the body
    by its yaw, upwards by its height.
    """
    body = data.set.body
    apart = body.joint("far", "shoulder")[frames] - body.joint("near", "shoulder")[frames]
    return data.look.facing * median(apart[:, 0]) / body.trunk_px, -median(apart[:, 1]) / body.trunk_px


def floor_slope(data: RepData, frames: slice | np.ndarray) -> float:
    """Return by how much the floor falls in the picture towards the feet, per length along the body.

    A camera that stands higher and off the side shows what is nearer as lower. Both come from the line
    between the shoulders: sin(yaw) * sin(elevation) of the camera.
    """
    along, up = (value / BIACROMIAL_TO_TRUNK for value in _across(data, frames))
    sine = float(np.clip(along, -_MOST_SINE, _MOST_SINE))
    return sine * float(np.clip(up / math.sqrt(1.0 - sine**2), -_MOST_SINE, _MOST_SINE))


def _fall(data: RepData, frames: np.ndarray, upper: Part, lower: Part) -> tuple[float, float]:
    """Return how far a joint is below another on the near and the far side, pixels, as if seen level."""
    body, slope, falls = data.set.body, floor_slope(data, frames), []
    for role in ROLES:
        apart = body.joint(role, lower)[frames] - body.joint(role, upper)[frames]
        falls.append(median(apart[:, 1]) - slope * data.look.facing * median(apart[:, 0]))
    return falls[0], falls[1]


def shoulders_raised(data: RepData) -> Reading:
    """How far the shoulders are above the feet, and the hips below the shoulders, before the lift: their sum.

    Percent of the trunk, without the slope that a high camera gives the floor. On the floor all three are
    about equally high; a bench lifts the shoulders by about a trunk's length over the feet. A plate that
    hides the planted foot before the lift shows it at the top, and it stands where it stands.
    """
    low = _low(data)
    if plate := PlateAround.of(data):
        low = plate.bar_low
    feet = max(_fall(data, low, "shoulder", "ankle"))  # of two feet the lower one is planted
    if plate:
        shoulder = median(data.set.body.joint("middle", "shoulder")[low, 1])
        feet = float(np.fmax(feet, plate.planted_y - shoulder))
    hips = sum(_fall(data, low, "shoulder", "hip")) / 2
    if not math.isfinite(feet + hips):
        return Reading.none("shoulders, hips or feet are not seen")
    error = math.hypot(12.0, 60.0 * floor_slope(data, low))
    return Reading(100.0 * (feet + hips) / data.set.body.trunk_px, error, data.rep.start_s)


def legs_unlike(data: RepData) -> Reading:
    """How unlike the two legs are at the top: 100 % is one standard deviation of two planted ones.

    Planted side by side they have the same bend, and the feet are equally high. Where one foot only is
    planted, the other is in the air or the other knee straight. Where a plate hides a knee, height and place
    of the feet tell, at the top or before and after the lift, when the plate is lower. A leg that is held out
    beside a plate reaches beyond the other foot; where none does, and legs are not seen steadily, they are
    alike.
    """
    if (plate := PlateAround.of(data)) and plate.feet_seen:
        reach = 100.0 * plate.reach / _PLACES_PCT
        if reach <= _HELD_OUT and not plate.foot_stands:
            return Reading.none("the planted foot is not seen beside the plate")
        if reach > _HELD_OUT or (reach < _NOT_HELD_OUT and not _legs_steady(data)):
            return Reading(reach, 40.0, data.rep.lockout_s)
    if _knees_hidden(data):
        parts = upper_half(data), _low(data)
        readings = [_unlike(data, *_leg_differences(data, part)[1:]) for part in parts]
        return max(readings, key=lambda reading: np.nan_to_num(reading.value, nan=-1.0))
    return _unlike(data, *_leg_differences(data, upper_half(data))[:2])


def _legs_steady(data: RepData) -> bool:
    """Whether both legs are seen steadily at the top: landmarks beside a plate that jump tell nothing."""
    part = upper_half(data)
    joints: tuple[Part, ...] = ("knee", "ankle")
    return all(data.set.sees(role, joint)[part].mean() >= _SEEN for role in ROLES for joint in joints)


def _knees_hidden(data: RepData) -> bool:
    """Whether a plate hides a knee at the top: what its landmark shows is a guess."""
    if data.set.bar is None:
        return False
    part = upper_half(data)
    return any(float(data.set.body.visibility(role, "knee")[part].mean()) < STEADY for role in ROLES)


def legs_unlike_on_the_floor(data: RepData) -> Reading:
    """The same, and where the feet are along the body: a foot on the other knee counts as well."""
    return _unlike(data, *_leg_differences(data, upper_half(data)))


def _unlike(data: RepData, *differences: float) -> Reading:
    value = math.hypot(*differences)
    if math.isnan(value):
        return Reading.none("the legs are not seen")
    return Reading(100.0 * value, 40.0, data.rep.lockout_s)


def _leg_differences(data: RepData, part: slice | np.ndarray) -> tuple[float, float, float]:
    """Return what the legs differ by in knee, height and place of the foot, in standard deviations.

    Where the feet would be in the picture if they stood side by side comes from the shoulders. A knee that is
    all but straight does not push, so it counts as a difference even where the other one seems straight too.
    """
    body = data.set.body
    along, up = _across(data, part)
    feet = body.joint("far", "ankle")[part] - body.joint("near", "ankle")[part]
    place = data.look.facing * median(feet[:, 0]) / body.trunk_px - STANCE * along
    height = -median(feet[:, 1]) / body.trunk_px - STANCE * up
    bends = [data.set.values(name)[part] for name in ("knee_flexion_deg", "free_knee_flexion_deg")]
    turned = max(math.cos(math.radians(data.look.yaw_deg)), 0.5)
    apart = abs(median(bends[0] - bends[1])) * turned / _KNEES_DEG
    straight = (_PUSHING_DEG - min(median(bend) for bend in bends)) / _STRAIGHT_DEG
    return math.hypot(apart, max(straight, 0.0)), 100.0 * height / _HEIGHTS_PCT, 100.0 * place / _PLACES_PCT


_FOLDED_DEG = 75.0  # both knees bent further: one of them is drawn up


_WAIT_S, _EDGE_S = 0.4, 0.2  # around a repetition, and within it: the rests just before and after
_ASIDE, _MOST_LOWER, _CLEARLY = 0.1, 0.5, 0.3
"""Of the trunk: so far apart across that the side is sure, lower by more than counts, and a clear vote."""


def leg_votes(data: RepData) -> tuple[float, float]:
    """Return votes for the left leg (positive) as the planted one: by the knees, and by the lower foot.

    Both the upper half and the rests around it count: at the top a free leg may have dropped as low as the
    planted foot, at rest it may not be held out yet.
    """
    votes = np.array([_leg_votes_in(data, part) for part in (upper_half(data), waiting(data))])
    known = np.isfinite(votes).any(axis=0)
    knees, foot = np.where(known, np.nansum(votes, axis=0), np.nan).tolist()
    return knees, foot


def _leg_votes_in(data: RepData, part: slice | np.ndarray) -> tuple[float, float]:
    body = data.set.body
    _, up = _across(data, part)
    joints: tuple[Part, ...] = ("hip", "knee", "ankle")
    bends = [180.0 - median(angle_at_deg(*(body.sagittal(r, j)[part] for j in joints))) for r in ROLES]
    feet = [median(body.joint(role, "ankle")[part, 1]) for role in ROLES]
    near = 1.0 if data.look.near is Side.LEFT else -1.0
    folded = -1.0 if min(bends) > _FOLDED_DEG else 1.0
    lower = 100.0 * ((feet[0] - feet[1]) / body.trunk_px - STANCE * up) / _HEIGHTS_PCT
    return near * folded * (bends[0] - bends[1]) / (2 * _KNEES_DEG), near * lower / 2


def lower_foot_from_an_end(data: RepData) -> float:
    """Vote by the lower foot, seen from an end: above zero where the left leg is the planted one.

    From the feet the left leg is on the right of the picture, whatever the model names it: at the top the
    hips hide the face, and it takes the person for one seen from behind, with left and right exchanged. Which
    of rest and top shows the feet at different heights depends on how high the camera is: both count alike.
    At rest the planted knee is bent and the other leg stretched towards the camera, so the higher knee counts
    as well, as much as a foot in one of the three times. 1 is a clear vote.
    """
    start_s, end_s = data.rep.start_s, data.rep.end_s
    times = start_s - _WAIT_S, start_s + _EDGE_S, end_s - _EDGE_S, end_s + _WAIT_S
    feet = [_lower_from_an_end(data, "ankle", span) for span in pairwise(times)]
    knees = [_lower_from_an_end(data, "knee", span) for span in (times[:2], times[2:])]
    turned = -1.0 if data.look.view is View.HEAD_END else 1.0
    return turned * (float(np.nansum(feet)) - float(np.nansum(knees)) / len(knees)) / _CLEARLY


def _lower_from_an_end(data: RepData, part: Part, span: tuple[float, float]) -> float:
    """Return how much lower a joint is on the right of the picture than on the left, of the trunk, or NaN."""
    body = data.set.body
    apart = (body.joint("working", part) - body.joint("free", part)) / body.trunk_px
    aside = np.clip(apart[:, 0] / _ASIDE, -1.0, 1.0)
    lower = (aside * np.clip(apart[:, 1], -_MOST_LOWER, _MOST_LOWER))[data.set.frames(*span)]
    seen = np.isfinite(lower)
    return float(lower[seen].mean()) if seen.any() else math.nan


STRAIGHT_KNEE = Gate(says="the knee stays bent: a donkey kick", read=knee_kept_bent, high=0.0, unit="deg")
BENT_KNEE = Gate(says="the knee is not bent throughout: a kickback", read=knee_kept_bent, low=0.0, unit="deg")
HANDS_DOWN = Gate(says="a hand leaves the floor: a bird dog", read=hands_depth, low=35.0)
BENCH_PCT = 70.0
"""Shoulders raised by more lie on a bench (real and rendered people: floor -50 to 56, bench 83 to 194)."""
ON_A_BENCH = Gate(
    says="the shoulders are as low as feet and hips: a bridge from the floor",
    read=shoulders_raised,
    low=BENCH_PCT,
)
ON_A_BENCH_FROM_THE_FEET = Gate(
    says="the shoulders are as low as the hips: a bridge from the floor",
    measure="hip_height_pct",
    when=Phase.START,
    high=-18.0,
    views=frozenset({View.FOOT_END}),
)
ON_THE_FLOOR = replace(
    ON_A_BENCH, says="the shoulders are on a bench: a hip thrust", low=-110.0, high=BENCH_PCT
)
HIPS_RISE = Gate(
    says="the shoulders move as far as the hips: sitting or standing up",
    read=hips_over_shoulders,
    low=0.0,
)
NOT_ON_THE_HANDS = Gate(
    says="the hands carry the shoulders",
    read=hands_depth,
    high=25.0,
    error=8.0,
)
ONE_FOOT = Gate(says="the legs do the same: both feet are planted", read=legs_unlike, low=230.0)
BOTH_FEET = replace(
    ONE_FOOT, says="one leg is held up or straight: one foot only is planted", low=-math.inf, high=230.0
)
ONE_FOOT_ON_THE_FLOOR = replace(ONE_FOOT, read=legs_unlike_on_the_floor, low=210.0)
BOTH_FEET_ON_THE_FLOOR = replace(BOTH_FEET, read=legs_unlike_on_the_floor, high=210.0)
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
