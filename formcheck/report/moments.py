"""Which moments of a clip are worth a picture, chosen from the report alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from formcheck.exercises.rule import Status
from formcheck.report.model import Report, RepReport, VerdictReport

MAX_REPS = 40
"""A longer clip gets no picture of every repetition."""
_FLAGGED = (Status.FAULT, Status.WARN)
_PHASES = ("start_s", "lockout_s", "lower_s", "end_s")


@dataclass(frozen=True, slots=True)
class Moment:
    """One picture to take.

    Attributes:
        kind: As in `Still`.
        rep: The repetition it belongs to.
        time_s: When.
        verdict: What it shows, or None for a repetition at its top.
    """

    kind: Literal["fault", "best", "rep"]
    rep: RepReport
    time_s: float
    verdict: VerdictReport | None = None


def moments(report: Report) -> list[Moment]:
    """Return what to take pictures of: each fault at its worst, the best repetition there, and every top."""
    taken = list(_faults(report))
    full = [rep for rep in report.reps if not rep.partial]
    if len(full) <= MAX_REPS:
        taken += [Moment("rep", rep, (rep.lockout_s + rep.lower_s) / 2) for rep in full]
    return taken


def _faults(report: Report) -> Iterator[Moment]:
    for side in sides_of(report):
        reps = [rep for rep in report.reps if rep.side == side and not rep.partial]
        for code in flagged_rules(report, reps):
            pairs = [(rep, verdict) for rep in reps for verdict in rep.verdicts if verdict.rule == code]
            worse = worse_way(report, code)
            rep, verdict = max(
                (pair for pair in pairs if pair[1].status in _FLAGGED),
                key=lambda pair: (pair[1].status is Status.FAULT, badness(pair[1], worse)),
            )
            time_s = moment_s(rep, verdict)
            yield Moment("fault", rep, time_s, verdict)
            good = best_rep(pairs, rep, worse)
            if good is not None:
                yield Moment("best", good[0], same_phase_s(rep, time_s, good[0]), good[1])


def sides_of(report: Report) -> list[str]:
    """Return the sides that worked: left, right, or both at a time."""
    return [side for side in ("left", "right", "both") if any(rep.side == side for rep in report.reps)]


def flagged_rules(report: Report, reps: list[RepReport]) -> list[str]:
    """Return the codes of what is wrong in repetitions: faults first, then by priority, then how often."""
    found: dict[str, list[VerdictReport]] = {}
    for rep in reps:
        for verdict in rep.verdicts:
            if verdict.status in _FLAGGED and not rep.partial:
                found.setdefault(verdict.rule, []).append(verdict)
    order = {rule.rule: rule.priority for rule in report.about.rules} if report.about else {}

    def urgency(code: str) -> tuple[bool, int, int]:
        faults = any(verdict.status is Status.FAULT for verdict in found[code])
        return (not faults, order.get(code, 99), -len(found[code]))

    return sorted(found, key=urgency)


def badness(verdict: VerdictReport, worse: str) -> float:
    """Return how far a value is past the limit of good form, in its unit; negative inside it.

    Args:
        verdict: What was measured.
        worse: As in `RuleReport`.
    """
    if verdict.value is None:
        return float("-inf")
    if worse == "below":
        return verdict.warn - verdict.value
    return (abs(verdict.value) if worse == "either" else verdict.value) - verdict.warn


def worse_way(report: Report, code: str) -> str:
    """Return which way from a rule's limits is worse; from the limits themselves in an old report."""
    for rule in report.about.rules if report.about else ():
        if rule.rule == code:
            return rule.worse
    limits = [
        (verdict.warn, verdict.fault_limit)
        for rep in report.reps
        for verdict in rep.verdicts
        if verdict.rule == code and verdict.fault_limit is not None
    ]
    return "below" if any(fault < warn for warn, fault in limits) else "above"


def best_rep(
    pairs: list[tuple[RepReport, VerdictReport]], other: RepReport, worse: str
) -> tuple[RepReport, VerdictReport] | None:
    """Return the repetition that does a rule best; None where none is surely better than `other`."""
    order = {Status.OK: 0, Status.TOO_CLOSE: 1, Status.WARN: 2, Status.FAULT: 3}
    known = [pair for pair in pairs if pair[1].status in order]
    best = min(
        known, key=lambda pair: (order[pair[1].status], -(pair[0].score or 0.0), badness(pair[1], worse))
    )
    worst = next(verdict for rep, verdict in known if rep.index == other.index)
    sure = badness(worst, worse) - badness(best[1], worse) > (worst.uncertainty or 0.0)
    return best if sure or best[1].status is Status.OK else None


def moment_s(rep: RepReport, verdict: VerdictReport) -> float:
    """Return when a verdict's value was seen; within the repetition or just beside it."""
    return rep.lockout_s if verdict.time_s is None else verdict.time_s


def same_phase_s(rep: RepReport, time_s: float, other: RepReport) -> float:
    """Return the time in another repetition at the same share of the same phase."""
    own = [float(getattr(rep, name)) for name in _PHASES]
    there = [float(getattr(other, name)) for name in _PHASES]
    if time_s <= own[0]:
        return there[0] - (own[0] - time_s)
    for low, high, to_low, to_high in zip(own, own[1:], there, there[1:], strict=False):
        if time_s <= high:
            share = (time_s - low) / (high - low) if high > low else 0.5
            return to_low + share * (to_high - to_low)
    return there[-1] + (time_s - own[-1])
