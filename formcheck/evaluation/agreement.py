"""Repetitions, exercise, leg and faults as they were counted, beside what a clip truly shows.

All is counted by clip; `agreement_table` sums it over groups of clips.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from formcheck.evaluation.counts import FLAGGED, Counts
from formcheck.evaluation.seen import Seen, Top
from formcheck.exercises import catalog
from formcheck.exercises.rule import Status
from formcheck.report.model import Report, RepReport, VerdictReport
from formcheck.wording import leg, plain, quantity

TOLERANCE_S = 0.15
"""To which a top is read by eye from ten frames a second."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One thing that the eye (or the truth file) and the analysis say differently.

    Attributes:
        kind: `missed`, `extra`, `other-exercise`, `invented`, `leg`, `fault-missed`, `fault-false`,
            `fault-unseen` (the label is silent about it) or `clip`.
        time_s: When, in seconds of the clip; None where it is about the whole clip.
        eye: What the label or truth file says.
        measured: What the analysis says.
        rep: Number of the repetition it is about, 0 for none.
        rule: Code of the rule it is about, or empty.
    """

    kind: str
    time_s: float | None
    eye: str
    measured: str
    rep: int = 0
    rule: str = ""


OWN_COUNTS = ("silent", "unseen", "suspected", "confirmed", "faults")
"""The numbers of `FaultCounts` that are not in its `sure`."""


@dataclass
class FaultCounts:
    """One fault: what the eye is sure of, what it is silent about, what it suspects.

    Attributes:
        sure: Verdicts where the eye is sure that it is there, or not.
        silent: Verdicts judged where the eye says nothing.
        unseen: Those of them that are a warning or fault.
        suspected: Verdicts judged where the eye suspects it.
        confirmed: Those of them that are a warning or fault.
        faults: Faults, without warnings, that are not there for certain or that the eye says nothing about.
    """

    sure: Counts = field(default_factory=Counts)
    silent: int = 0
    unseen: int = 0
    suspected: int = 0
    confirmed: int = 0
    faults: int = 0

    def add(self, top: Top, verdict: VerdictReport) -> None:
        """Count one verdict on a repetition that the eye saw too."""
        says = top.says(verdict.fault)
        unseen = not says and verdict.fault not in top.suspected
        self.faults += unseen and verdict.status is Status.FAULT
        if says is not None:
            self.sure.add(says, verdict.status)
        elif verdict.status is not Status.NOT_JUDGED:
            flagged = verdict.status in FLAGGED
            if verdict.fault in top.suspected:
                self.suspected += 1
                self.confirmed += flagged
            else:
                self.silent += 1
                self.unseen += flagged

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as plain data."""
        named = ("hit", "missed", "false", "right", "too_close", "not_judged", "not_judged_there")
        scores = self.sure.scores()
        own = {key: getattr(self, key) for key in OWN_COUNTS}
        return {key: scores[key] for key in named} | own


@dataclass
class ClipAgreement:
    """One clip: what it shows and what was counted.

    Attributes:
        clip: Its name.
        seen: What it shows.
        known: Whether an exercise of the catalogue is in it.
        reason: Why it could not be analysed, or empty.
        counted: Full repetitions of the right exercise.
        off: By how many that differs from what is right.
        recognised: Whether it was taken for its exercise; None where it shows no whole repetition and none
            was found.
        tops: Labelled tops that are not partial, and how many are inside a counted repetition.
        other: Repetitions counted as another exercise (or, of a clip of none we know, at all).
        verdicts: Verdicts of counted repetitions of the right exercise, and how many were given.
        leg: Whether the leg is right in all repetitions; None where none was counted or its leg is not known.
        faults: By fault.
        not_checked: Faults that the eye saw and no rule of the exercise checks.
        disagreements: What to look at.
    """

    clip: str
    seen: Seen
    known: bool
    reason: str = ""
    counted: int = 0
    off: int = 0
    recognised: bool | None = None
    tops: int = 0
    tops_inside: int = 0
    other: int = 0
    verdicts: int = 0
    given: int = 0
    leg: bool | None = None
    faults: dict[str, FaultCounts] = field(default_factory=lambda: defaultdict(FaultCounts))
    not_checked: frozenset[str] = frozenset()
    disagreements: list[Disagreement] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        keys = [
            *("clip", "known", "reason", "counted", "off", "recognised", "tops", "tops_inside"),
            *("other", "verdicts", "given", "leg"),
        ]
        return {key: getattr(self, key) for key in keys} | {
            "exercise": self.seen.name,
            "view": self.seen.view,
            "by_eye": self.seen.by_eye,
            "confidence": self.seen.confidence,
            "disagreements": [
                {key: getattr(one, key) for key in ("kind", "time_s", "eye", "measured", "rep", "rule")}
                for one in self.disagreements
            ],
        }


def compare(clip: str, seen: Seen, report: Report | None, reason: str = "") -> ClipAgreement:
    """Compare what a clip shows with its report.

    Args:
        clip: The clip's name.
        seen: What it shows.
        report: What was found, or None where it could not be analysed.
        reason: Why it could not.
    """
    known = frozenset(seen.exercises) & catalog.exercises().keys()
    result = ClipAgreement(clip, seen, bool(known) and not seen.guessed, reason)
    if seen.guessed:
        return result
    wanted = [top for top in seen.tops if top.exercise in known]
    result.tops = sum(not top.partial for top in wanted)
    if report is None:
        result.off = result.tops
        result.recognised = False if result.tops else None
        if wanted:
            result.disagreements.append(Disagreement("clip", None, plain(seen.name), reason))
        return result
    found = _Found(report, seen)
    right = [rep for rep in found.full if found.exercise(rep) in known]
    other = [rep for rep in found.full if found.exercise(rep) not in known | seen.uncounted]
    result.counted, result.other = len(right), len(other)
    result.disagreements += [_other(seen, found, rep, bool(known)) for rep in other]
    if known:
        result.off = _off(known, wanted, right, found)
        if result.tops or (wanted and found.all):
            result.recognised = _recognised(known, found)
        _match(result, wanted, right, found, report)
        _verdicts(result, right)
    if result.recognised is False:
        taken = ", ".join(plain(name) for name in dict.fromkeys(map(found.exercise, found.all)))
        said = f"recognised as {taken}" if taken else "no exercise recognised"
        result.disagreements.append(Disagreement("clip", None, plain(seen.name), said))
    result.disagreements.sort(key=lambda one: -1.0 if one.time_s is None else one.time_s)
    return result


class _Found:
    """The repetitions of a report that lie where the clip was looked at."""

    def __init__(self, report: Report, seen: Seen) -> None:
        self._of = {one.index: one.exercise or report.exercise for one in report.sets}
        self._else = report.exercise
        low, high = seen.window_s or (float("-inf"), float("inf"))
        self.all = [rep for rep in report.reps if low - TOLERANCE_S <= _middle(rep) <= high + TOLERANCE_S]
        self.full = [rep for rep in self.all if not rep.partial]

    def exercise(self, rep: RepReport) -> str:
        return self._of.get(rep.set, self._else)


def _middle(rep: RepReport) -> float:
    return (rep.lockout_s + rep.lower_s) / 2


def _holds(rep: RepReport, time_s: float) -> bool:
    return rep.start_s - TOLERANCE_S <= time_s <= rep.end_s + TOLERANCE_S


def _off(known: frozenset[str], tops: list[Top], right: list[RepReport], found: _Found) -> int:
    """Return by how many repetitions the count is off: partial ones may be counted or not."""
    off = 0
    for name in known:
        least = sum(top.exercise == name and not top.partial for top in tops)
        most = sum(top.exercise == name for top in tops)
        counted = sum(found.exercise(rep) == name for rep in right)
        off += max(least - counted, counted - most, 0)
    return off


def _recognised(known: frozenset[str], found: _Found) -> bool:
    """Whether most of what was found is of the right exercise, and each exercise in it was found."""
    counts = Counter(map(found.exercise, found.all))
    return bool(counts) and counts.most_common(1)[0][0] in known and known <= counts.keys()


def _match(
    result: ClipAgreement, tops: list[Top], right: list[RepReport], found: _Found, report: Report
) -> None:
    """Give each labelled top the counted repetition it lies in, each repetition to one top."""
    left = list(right)
    other = [rep for rep in found.full if rep not in right]  # each a disagreement of its own
    legs: list[bool] = []
    for top in tops:
        near = [rep for rep in left if found.exercise(rep) == top.exercise and _holds(rep, top.time_s)]
        if not near:
            if not top.partial and not any(_holds(rep, top.time_s) for rep in other):
                result.disagreements.append(_missed(top, report))
            continue
        rep = min(near, key=lambda each: abs(_middle(each) - top.time_s))
        left.remove(rep)
        result.tops_inside += not top.partial
        if top.side in ("left", "right"):
            legs.append(rep.side == top.side)
            if not legs[-1]:
                result.disagreements.append(
                    Disagreement("leg", _middle(rep), f"{leg(top.side)} works", f"{leg(rep.side)}", rep.index)
                )
        _faults(result, top, rep)
    result.leg = all(legs) if legs else None
    result.disagreements += [
        Disagreement(
            "extra",
            _middle(rep),
            "no repetition has its top here",
            f"a repetition from {rep.start_s:.1f} to {rep.end_s:.1f} s",
            rep.index,
        )
        for rep in left
    ]


def _faults(result: ClipAgreement, top: Top, rep: RepReport) -> None:
    for verdict in rep.verdicts:
        result.faults[verdict.fault].add(top, verdict)
        if kind := _fault_kind(top, verdict):
            result.disagreements.append(_fault(kind, top, rep, verdict))
    checked = {verdict.fault for verdict in rep.verdicts}
    result.not_checked |= (top.faults | top.suspected) - checked


def _fault_kind(top: Top, verdict: VerdictReport) -> str:
    says = top.says(verdict.fault)
    if verdict.status in FLAGGED:
        if says is None:
            return "" if verdict.fault in top.suspected else "fault-unseen"
        return "" if says else "fault-false"
    judged = verdict.status is not Status.NOT_JUDGED
    return "fault-missed" if says and judged else ""


def _fault(kind: str, top: Top, rep: RepReport, verdict: VerdictReport) -> Disagreement:
    name = plain(verdict.fault)
    eye = {
        "fault-missed": f"{name}: there",
        "fault-false": f"{name}: not there",
        "fault-unseen": f"{name}: not named",
    }[kind]
    said = verdict.words()
    if verdict.value is not None:
        said += f" (limit of good form {quantity(verdict.warn, verdict.unit)})"
    when = verdict.time_s if verdict.time_s is not None else top.time_s
    return Disagreement(kind, when, eye, said, rep.index, verdict.rule)


def _missed(top: Top, report: Report) -> Disagreement:
    works = f", {leg(top.side)}" if top.side else ""
    inside = [rep for rep in report.reps if rep.start_s <= top.time_s <= rep.end_s]
    said = "no repetition here"
    if inside:
        how = "a partial repetition" if inside[0].partial else "a repetition that has another top"
        said = f"{how} from {inside[0].start_s:.1f} to {inside[0].end_s:.1f} s"
    return Disagreement("missed", top.time_s, f"top of a {plain(top.exercise)}{works}", said)


def _other(seen: Seen, found: _Found, rep: RepReport, known: bool) -> Disagreement:
    kind = "other-exercise" if known else "invented"
    eye = f"this is {plain(seen.name)}" if seen.exercises else "no exercise that is judged"
    return Disagreement(kind, _middle(rep), eye, f"counted as {plain(found.exercise(rep))}", rep.index)


def _verdicts(result: ClipAgreement, right: list[RepReport]) -> None:
    given = [verdict.status is not Status.NOT_JUDGED for rep in right for verdict in rep.verdicts]
    result.verdicts, result.given = len(given), sum(given)
