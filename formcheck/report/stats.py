"""Means over repetitions, and when two of them really differ.

The uncertainty of a mean is that of one value (it is mostly steady from repetition to repetition, so more
of them do not make it smaller) together with the scatter of the repetitions over the square root of their
number. Two means differ where they are further apart than twice the uncertainty of their difference. That is
careful: what is steady is also partly the same in both.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import fmean, stdev
from typing import Literal

from formcheck.measures.catalogue import MEASURES
from formcheck.report.model import Quantity, Report, RepReport, RuleReport
from formcheck.wording import plain

SURE = 2.0
"""Standard uncertainties of a difference that count as a real one."""
Kind = Literal["score", "range", "tempo", "rule"]


class Trait:
    """One quantity of every repetition.

    Args:
        name: Stable: `score`, `range`, `up`, `hold`, `down`, or a rule's code.
        label: For people.
        unit: Of its values.
        rule: The rule whose value it is, or None.
    """

    def __init__(self, name: str, label: str, unit: str, rule: RuleReport | None = None) -> None:
        self.name, self.label, self.unit, self.rule = name, label, unit, rule

    def of(self, rep: RepReport) -> Quantity | None:
        """Return its value in a repetition, or None where there is none."""
        if self.name == "range":
            return rep.range
        if self.name == "score":
            return None if rep.score is None else Quantity(value=rep.score, uncertainty=None, unit=self.unit)
        if self.rule is None:
            took_s = {"up": rep.up_s, "hold": rep.hold_s, "down": rep.down_s}[self.name]
            return Quantity(value=took_s, uncertainty=rep.time_uncertainty_s, unit="s")
        for verdict in rep.verdicts:
            if verdict.rule == self.rule.rule and verdict.value is not None:
                return Quantity(value=verdict.value, uncertainty=verdict.uncertainty, unit=verdict.unit)
        return None


def traits(reports: Sequence[Report]) -> list[Trait]:
    """Return what can be compared in reports of one exercise: score, range, tempo, then each rule's value.

    The hold and the lowering are traits of their own, so rules about them are left out.
    """
    about = next((report.about for report in reports if report.about), None)
    unit = next((rep.range.unit for report in reports for rep in report.reps if rep.range), None)
    found = [Trait("score", "Score", "points")]
    if unit is not None:
        signal = f" ({plain(about.signal)})" if about and about.signal in MEASURES else ""
        found.append(Trait("range", f"Range{signal}", unit))
    first, last = ("Lowering", "Lifting") if about and about.down_first else ("Lifting", "Lowering")
    moved = [Trait("up", first, "s"), Trait("hold", "Hold", "s"), Trait("down", last, "s")]
    found += [Trait("hold", "Held", "s")] if all(report.only_holds for report in reports) else moved
    rules = sorted(about.rules, key=lambda rule: -rule.weight) if about else []
    seen: set[tuple[str, str]] = set()
    for rule in rules:
        key = (rule.measure, rule.offset)
        if rule.unit != "s" and (rule.offset == "own" or key not in seen):
            found.append(Trait(rule.rule, _label(rule), rule.unit, rule))
        seen.add(key)
    return found


def _label(rule: RuleReport) -> str:
    """Name a rule's value: by its measure, or by the fault where the value is the rule's own."""
    text = plain(rule.fault if rule.offset == "own" or not rule.measure else rule.measure)
    if rule.offset == "start":
        text += ", change"
    if rule.phase not in ("", "lift"):
        text += f" ({'at the top' if rule.phase == 'top' else rule.phase})"
    return text[:1].upper() + text[1:]


def mean(values: Iterable[Quantity | None]) -> Quantity | None:
    """Return the mean with its uncertainty, or None without a value."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    numbers = [each.value for each in known]
    own = [each.uncertainty for each in known if each.uncertainty is not None]
    steady = math.sqrt(fmean([u * u for u in own])) if own else 0.0
    scatter = stdev(numbers) / math.sqrt(len(numbers)) if len(numbers) > 1 else 0.0
    total = math.hypot(steady, scatter)
    return Quantity(
        value=round(fmean(numbers), 2),
        uncertainty=round(total, 2) if own or len(numbers) > 1 else None,
        unit=known[0].unit,
    )


def difference(before: Quantity | None, after: Quantity | None) -> Quantity | None:
    """Return `after` less `before` with its uncertainty, or None where one is missing."""
    if before is None or after is None:
        return None
    known = before.uncertainty is not None and after.uncertainty is not None
    return Quantity(
        value=round(after.value - before.value, 2),
        uncertainty=round(math.hypot(before.uncertainty or 0.0, after.uncertainty or 0.0), 2)
        if known
        else None,
        unit=after.unit,
    )


def sure(change: Quantity | None) -> bool:
    """Whether a difference is larger than measurement and scatter explain."""
    return (
        change is not None
        and change.uncertainty is not None
        and abs(change.value) > SURE * change.uncertainty
    )


def full(report: Report, side: str | None = None) -> list[RepReport]:
    """Return the full repetitions of a side, or of both."""
    return [rep for rep in report.reps if not rep.partial and side in (None, rep.side)]
