"""Judges a repetition by rules. What cannot be seen is "not judged", never "good".

It also calculates the score, from 0 to 100.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from formcheck.exercises import answers
from formcheck.exercises.rule import Example, Limit, Rule, Status
from formcheck.measures.reading import CAMERA_MOVED, Reading
from formcheck.poses.pose import View
from formcheck.reps.rep_data import RepData
from formcheck.reps.segmentation import Phase
from formcheck.wording import from_place


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict of one rule on one repetition.

    Attributes:
        rule: The rule.
        status: The result.
        reading: The value with its uncertainty, or the reason why there is none.
        limit: The limits that were used, those of the profile.
        view: Where the camera stood.
    """

    rule: Rule
    status: Status
    reading: Reading
    limit: Limit
    view: View

    @property
    def judged(self) -> bool:
        """Whether the rule was judged, and so counts for the coverage."""
        return self.status is not Status.NOT_JUDGED

    @property
    def flagged(self) -> bool:
        """Whether something is wrong."""
        return self.status in (Status.WARN, Status.FAULT)

    @property
    def remedy(self) -> str:
        """What to change so that it can be judged: the advice of the reading, or of the rule."""
        return self.reading.remedy or self.rule.remedy

    @property
    def cue(self) -> str:
        """What to tell the lifter, or an empty text."""
        if not self.flagged:
            return ""
        return self.rule.cue_minus if self.rule.cue_minus and self.reading.value < 0 else self.rule.cue


ALIKE = "it shows only against your other repetitions, and they may all have it"
ALIKE_REMEDY = "Do a clean repetition first, or give a clip with a few clean ones (--baseline)."


def judge_rule(rule: Rule, data: RepData) -> Verdict:
    """Judge one rule, by its own limits, on a closed or open repetition."""
    view = data.look.view
    from_here = Reading.none(f"cannot be judged {from_place(view, upright=data.look.upright)}")
    if view in rule.views:
        return _decide(rule, _reading(rule, data), view)
    if view in rule.found_from:
        found = _decide(rule, _reading(rule, data), view)
        if found.flagged:
            return found
    return _decide(rule, from_here, view)


def _reading(rule: Rule, data: RepData) -> Reading:
    if data.cut or data.from_elsewhere or _seen_anew(rule, data):
        return CAMERA_MOVED
    if lost := data.out_of_sight(rule.seen_in, timed=rule.value_unit == "s"):
        return lost
    if (hidden := _hidden(rule, data)) is not None:
        return hidden
    if rule.read is not None:
        return answers.reading(rule.read, data)
    change = rule.from_start or (rule.start_aside and data.look.view is not View.SIDE)
    return data.read(rule.measure, rule.when, rule.stat, from_start=change, over_s=rule.over_s)


def _seen_anew(rule: Rule, data: RepData) -> bool:
    """Whether a cut lies before all that a rule needs was seen: what is seen before the cut holds."""
    later = rule.needed in (Phase.DOWN, Phase.BOTTOM)
    return data.seen_anew(data.rep.end_s if later else data.rep.lower_s)


def _hidden(rule: Rule, data: RepData) -> Reading | None:
    return None if rule.hidden is None else answers.reading_or_none(rule.hidden, data)


def judge_example(rule: Rule, example: Example) -> Status:
    """Judge a rule on a value with its uncertainty, as if it had been measured from the best view."""
    view = next((view for view in View if view in rule.views), View.UNKNOWN)
    return _decide(rule, Reading(example.value, example.uncertainty), view).status


def _decide(rule: Rule, reading: Reading, view: View) -> Verdict:
    """Compare a value with the limits. A value that is far too uncertain is not judged."""
    limit = rule.limit
    if math.isnan(reading.value):
        return Verdict(rule, Status.NOT_JUDGED, reading, limit, view)
    gap = abs((limit.fault if limit.fault is not None else 2 * limit.warn) - limit.warn)
    if reading.uncertainty > 3 * max(gap, abs(limit.warn) / 3):
        unit = {"deg": "°"}.get(rule.value_unit, f" {rule.value_unit}")
        why = f": {reading.reason}" if reading.reason else ""
        vague = Reading.none(
            f"too uncertain from here (±{reading.uncertainty:.0f}{unit}){why}",
            reading.remedy,
            change=reading.change,
        )
        return Verdict(rule, Status.NOT_JUDGED, vague, limit, view)
    status = limit.status(reading.value, reading.uncertainty)
    if reading.at_least and status in (Status.OK, Status.TOO_CLOSE):
        if reading.alone is not None:
            return _decide(rule, reading.alone, view)
        why, remedy = reading.reason or ALIKE, reading.remedy or ALIKE_REMEDY
        alike = Reading.none(why, remedy, change=reading.change)
        return Verdict(rule, Status.NOT_JUDGED, alike, limit, view)
    return Verdict(rule, status, reading, limit, view)


def judge(rules: Sequence[Rule], data: RepData) -> tuple[Verdict, ...]:
    """Judge all rules on a repetition."""
    return tuple(judge_rule(rule, data) for rule in rules)


# Scores from 0 to 100, and the share of the form that they cover.

MIN_COVERAGE = 0.60
SAFETY_CAP, FAULT_CAP = 60.0, 85.0


def rep_score(verdicts: Sequence[Verdict]) -> tuple[float | None, float]:
    """Score a repetition.

    The score is 100 minus 100 times the weighted mean of the penalties. A safety fault limits it to 60, any
    other fault to 85. Rules that are "too close" or "not judged" do not count. Where a safety rule was not
    judged there is no score, since a high score would praise what nobody saw.

    Returns:
        The score, or None (also where the coverage is below 60 %), and the coverage, 0 to 1.
    """
    total = sum(v.rule.weight for v in verdicts)
    judged = sum(v.rule.weight for v in verdicts if v.judged)
    counted = [v for v in verdicts if v.judged and v.status is not Status.TOO_CLOSE]
    weight = sum(v.rule.weight for v in counted)
    coverage = judged / total if total else 0.0
    unsafe = any(v.rule.safety and not v.judged for v in verdicts)
    if unsafe or coverage < MIN_COVERAGE or not weight:
        return None, coverage
    lost = sum(v.rule.weight * v.limit.penalty(v.reading.value, v.reading.uncertainty) for v in counted)
    score = 100.0 * (1.0 - lost / weight)
    faults = [v for v in verdicts if v.status is Status.FAULT]
    if any(v.rule.safety for v in faults):
        score = min(score, SAFETY_CAP)
    elif faults:
        score = min(score, FAULT_CAP)
    return score, coverage


def set_score(scores: Sequence[float | None]) -> float | None:
    """Return the mean of the scored repetitions, or None where fewer than two thirds have a score."""
    known = [score for score in scores if score is not None]
    return fmean(known) if known and 3 * len(known) >= 2 * len(scores) else None
