"""Compares reports, `formcheck-comparison-1`: what really changed and what only may have changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from formcheck.errors import UsageError
from formcheck.exercises.rule import SEVERAL, Status
from formcheck.report.model import Model, Name, Quantity, Report
from formcheck.report.stats import Trait, difference, full, mean, sure, traits
from formcheck.wording import plain

_FLAGGED = (Status.WARN, Status.FAULT)


class Compared(Model):
    """One of the reports."""

    source: Name
    view: str
    profile: str
    working_side: str
    reps: int = Field(description="Full repetitions.")
    score: float | None
    coverage: float


class Change(Model):
    """A difference from the first report."""

    difference: Quantity | None = Field(description="Null where one of the two has no value.")
    sure: bool = Field(description="Whether it is more than twice its uncertainty.")
    verdict: Literal["better", "worse", "different", "not shown", "unknown"] = Field(
        description="`different` where neither way is better; `not shown` where the uncertainty covers it."
    )


class Row(Model):
    """One quantity over the reports."""

    trait: str = Field(description="score, range, up, hold, down, or a rule's code.")
    label: str
    unit: str
    side: Literal["left", "right", "all"]
    values: tuple[Quantity | None, ...] = Field(description="Means, one a report.")
    changes: tuple[Change, ...] = Field(description="Against the first report, one for each further one.")
    limits: tuple[float, ...] = Field(default=(), description="Limits of good form and of a fault, if any.")


class FaultCount(Model):
    """How often a fault was found."""

    rule: str
    fault: str
    flagged: tuple[int, ...] = Field(description="Repetitions with a fault or warning, one a report.")
    judged: tuple[int, ...] = Field(description="Repetitions in which it could be judged, one a report.")


class Asymmetry(Model):
    """One quantity, right less left, in each report."""

    trait: str
    label: str
    unit: str
    left: tuple[Quantity | None, ...]
    right: tuple[Quantity | None, ...]
    differences: tuple[Quantity | None, ...]
    sure: tuple[bool, ...]


class Comparison(Model):
    """The comparison of several reports."""

    schema_: Literal["formcheck-comparison-1"] = Field("formcheck-comparison-1", alias="schema")
    exercise: str
    title: str
    reports: tuple[Compared, ...]
    rows: tuple[Row, ...]
    faults: tuple[FaultCount, ...]
    asymmetry: tuple[Asymmetry, ...] = Field(description="Empty where no report has both sides.")
    notes: tuple[str, ...] = Field(description="What makes the reports hard to compare.")

    def to_json(self) -> str:
        """Return the comparison as indented JSON."""
        return self.model_dump_json(by_alias=True, indent=1) + "\n"


def compare(reports: Sequence[Report]) -> Comparison:
    """Compare reports of one exercise with the first one.

    Raises:
        UsageError: There are fewer than two, or they are not of the same exercise.
    """
    if len(reports) < 2:
        raise UsageError("there is nothing to compare: name two clips or reports, or more")
    names = list(dict.fromkeys(report.exercise for report in reports))
    if len(names) > 1:
        raise UsageError(f"these are different exercises ({', '.join(names)}); compare sets of one")
    if names[0] == SEVERAL:
        raise UsageError("these clips show several exercises; compare clips of one, or name it (--exercise)")
    empty = [report.source for report in reports if not full(report)]
    if empty:
        raise UsageError(f"no full repetition was found in {', '.join(empty)}; there is nothing to compare")
    wanted = traits(reports)
    about = next((report.about for report in reports if report.about), None)
    return Comparison(
        schema="formcheck-comparison-1",
        exercise=names[0],
        title=about.title if about else names[0],
        reports=tuple(_compared(report) for report in reports),
        rows=tuple(
            row for side in _sides(reports) for trait in wanted if (row := _row(trait, side, reports))
        ),
        faults=_faults(reports),
        asymmetry=asymmetry(reports),
        notes=tuple(_notes(reports)),
    )


def asymmetry(reports: Sequence[Report]) -> tuple[Asymmetry, ...]:
    """Return right less left for every quantity that a report has of both sides."""
    rows = []
    if any(report.exercise == SEVERAL for report in reports):
        return ()  # each side may have done another exercise
    for trait in traits(reports):
        left, right = (
            tuple(mean(trait.of(rep) for rep in full(report, side)) for report in reports)
            for side in ("left", "right")
        )
        apart = tuple(difference(a, b) for a, b in zip(left, right, strict=True))
        if any(apart):
            rows.append(
                Asymmetry(
                    trait=trait.name,
                    label=trait.label,
                    unit=trait.unit,
                    left=left,
                    right=right,
                    differences=apart,
                    sure=tuple(sure(each) for each in apart),
                )
            )
    return tuple(rows)


def _compared(report: Report) -> Compared:
    return Compared(
        source=report.source,
        view=report.view,
        profile=report.profile,
        working_side=report.working_side,
        reps=len(full(report)),
        score=report.score,
        coverage=report.coverage,
    )


def _sides(reports: Sequence[Report]) -> tuple[Literal["left", "right", "all"], ...]:
    """Return the sides that every report has, or `all` where there is none."""
    sides: list[Literal["left", "right", "all"]] = ["left", "right"]
    shared = tuple(side for side in sides if all(full(report, side) for report in reports))
    return shared or ("all",)


def _row(trait: Trait, side: Literal["left", "right", "all"], reports: Sequence[Report]) -> Row | None:
    of = None if side == "all" else side
    values = tuple(mean(trait.of(rep) for rep in full(report, of)) for report in reports)
    if sum(value is not None for value in values) < 2:
        return None
    changes = tuple(_change(trait, values[0], value) for value in values[1:])
    rule = trait.rule
    return Row(
        trait=trait.name,
        label=trait.label,
        unit=trait.unit,
        side=side,
        values=values,
        changes=changes,
        limits=() if rule is None else tuple(x for x in (rule.warn, rule.fault_limit) if x is not None),
    )


def _change(trait: Trait, before: Quantity | None, after: Quantity | None) -> Change:
    apart = difference(before, after)
    if apart is None or before is None or after is None:
        return Change(difference=apart, sure=False, verdict="unknown")
    if not sure(apart):
        return Change(difference=apart, sure=False, verdict="not shown")
    less, more = _excess(trait, before.value), _excess(trait, after.value)
    if less is None or more is None or less == more:
        return Change(difference=apart, sure=True, verdict="different")
    return Change(difference=apart, sure=True, verdict="worse" if more > less else "better")


def _excess(trait: Trait, value: float) -> float | None:
    """Return how far a value is past the limit of good form (0 inside it), or None where none is better."""
    if trait.name == "score":
        return -value
    if trait.rule is None:
        return None
    worse = trait.rule.worse
    past = trait.rule.warn - value if worse == "below" else value - trait.rule.warn
    return max(abs(value) - trait.rule.warn if worse == "either" else past, 0.0)


def _faults(reports: Sequence[Report]) -> tuple[FaultCount, ...]:
    names: dict[str, str] = {}
    for report in reports:
        for rep in full(report):
            names |= {verdict.rule: verdict.fault for verdict in rep.verdicts if verdict.status in _FLAGGED}
    return tuple(
        FaultCount(
            rule=code,
            fault=plain(name),
            flagged=tuple(_count(report, code, _FLAGGED) for report in reports),
            judged=tuple(
                _count(report, code, (*_FLAGGED, Status.OK, Status.TOO_CLOSE)) for report in reports
            ),
        )
        for code, name in names.items()
    )


def _count(report: Report, code: str, wanted: tuple[Status, ...]) -> int:
    found = [verdict for rep in full(report) for verdict in rep.verdicts if verdict.rule == code]
    return sum(verdict.status in wanted for verdict in found)


def _notes(reports: Sequence[Report]) -> list[str]:
    notes = []
    if len({report.view for report in reports}) > 1:
        notes.append(
            "They are filmed from different sides, so a steady error of one view can look like change."
        )
    if len({report.profile for report in reports}) > 1:
        notes.append("They are judged by different limits (profiles), so scores and faults do not compare.")
    if len({report.version for report in reports}) > 1:
        notes.append("They were made by different versions of formcheck: analyse the clips again to be sure.")
    if _sides(reports) == ("all",):
        notes.append("They do not have a working side in common: the sides are compared with each other.")
    if any(not report.complete for report in reports):
        notes.append("One of them is partial: it covers what was analysed.")
    return notes
