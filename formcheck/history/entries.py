"""The entries of the log: what is stored of a set, taken from a report."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field

from formcheck.exercises.rule import Status
from formcheck.report.model import Model, Name, Quantity, Report, RepReport, SetSummary
from formcheck.report.stats import mean

FLAGGED = (Status.WARN, Status.FAULT)
JUDGED = (*FLAGGED, Status.OK, Status.TOO_CLOSE)


_YEARS = range(1900, 2200)  # beyond them, a local time may not be a date any more


def _of_this_age(at: datetime) -> datetime:
    if at.year not in _YEARS:
        raise ValueError(f"the year {at.year} is none of a training log")
    return at


class LoggedVerdict(Model):
    """One rule's verdict on a repetition."""

    rule: str
    fault: str
    status: Status
    value: float | None
    uncertainty: float | None
    unit: str
    warn: float
    fault_limit: float | None
    safety: bool


class LoggedRep(Model):
    """One repetition."""

    index: int = Field(description="Counts from 1 within the set.")
    partial: bool
    score: float | None
    coverage: float
    up_s: float
    hold_s: float
    down_s: float
    time_uncertainty_s: float | None
    range: Quantity | None
    mean_speed: Quantity | None = Field(
        default=None, description="Of the way up, in m/s or trunk lengths/s; null in older logs."
    )
    verdicts: tuple[LoggedVerdict, ...]

    @property
    def is_hold(self) -> bool:
        """Whether it is a position that was held: there was no way up and down."""
        return self.range is None and self.up_s == self.down_s == 0.0

    @property
    def clean(self) -> bool:
        """Whether something was judged and no fault or warning was found."""
        judged = any(verdict.status in JUDGED for verdict in self.verdicts)
        return judged and not any(verdict.status in FLAGGED for verdict in self.verdicts)

    @property
    def unsafe(self) -> bool:
        """Whether it has a fault that risks injury."""
        return any(verdict.safety and verdict.status is Status.FAULT for verdict in self.verdicts)

    def has(self, *faults: str) -> bool:
        """Whether it has one of these faults, without warnings."""
        return any(v.fault in faults and v.status is Status.FAULT for v in self.verdicts)


class LoggedSet(Model):
    """One set: consecutive repetitions of one leg."""

    at: Annotated[AwareDatetime, AfterValidator(_of_this_age)] = Field(description="When it began, UTC.")
    lifter: Name
    exercise: str
    side: str = Field(description="The working leg, the lifter's own.")
    load_kg: float | None
    bilateral_load_kg: float | None = Field(description="What was lifted with both legs, as given then.")
    score: float | None
    coverage: float
    view: str
    near: bool | None = Field(description="Whether the working leg was the one nearer to the camera.")
    profile: str
    version: str
    source: Name = Field(description="Name of the clip.")
    origin: Literal["clip", "live"]
    start_s: float = Field(description="When it began in the clip.")
    speed_by: Literal["plate", "hips"] | None = Field(
        default=None, description="What its speeds were read from; null where there are none."
    )
    speed_loss: Quantity | None = Field(
        default=None, description="By how much the last full repetition was slower than the fastest."
    )
    reps: tuple[LoggedRep, ...]

    @property
    def day(self) -> date:
        """The day of the set, in this computer's time zone."""
        return self.at.astimezone().date()

    @property
    def full(self) -> tuple[LoggedRep, ...]:
        """The full repetitions."""
        return tuple(rep for rep in self.reps if not rep.partial)

    @property
    def clean_reps(self) -> int:
        """The number of full repetitions without fault or warning."""
        return sum(rep.clean for rep in self.full)

    def of(self, trait: str) -> Quantity | None:
        """Return the mean of `score`, `range`, `speed`, `up`, `hold`, `down` or a rule's value, or None."""
        return mean(_trait(rep, trait) for rep in self.full)

    def faults(self) -> dict[str, int]:
        """Return in how many full repetitions each fault (or warning) was found."""
        found: dict[str, int] = {}
        for rep in self.full:
            for verdict in rep.verdicts:
                if verdict.status in FLAGGED:
                    found[verdict.fault] = found.get(verdict.fault, 0) + 1
        return dict(sorted(found.items(), key=lambda item: -item[1]))


def _trait(rep: LoggedRep, trait: str) -> Quantity | None:
    if trait == "score":
        return None if rep.score is None else Quantity(value=rep.score, uncertainty=None, unit="points")
    if trait in ("range", "speed"):
        return rep.range if trait == "range" else rep.mean_speed
    took_s = {"up": rep.up_s, "hold": rep.hold_s, "down": rep.down_s}.get(trait)
    if took_s is not None:
        return Quantity(value=took_s, uncertainty=rep.time_uncertainty_s, unit="s")
    for verdict in rep.verdicts:
        if verdict.rule == trait and verdict.value is not None:
            return Quantity(value=verdict.value, uncertainty=verdict.uncertainty, unit=verdict.unit)
    return None


def entries(
    report: Report,
    began: datetime,
    *,
    lifter: str = "me",
    load_kg: float | None = None,
    bilateral_load_kg: float | None = None,
    origin: Literal["clip", "live"] = "clip",
) -> tuple[LoggedSet, ...]:
    """Return the entries of a report: one for each set with a full repetition.

    Args:
        report: What was found.
        began: When the clip or the session began; aware of its time zone.
        lifter: Whose sets they are.
        load_kg: What was lifted, or None where it was not said.
        bilateral_load_kg: What the lifter lifts with both legs, or None.
        origin: Whether it was recorded or live.
    """
    safety = (
        frozenset(rule.rule for rule in report.about.rules if rule.safety) if report.about else frozenset()
    )
    found = []
    for part in report.sets:
        reps = [rep for rep in report.reps if rep.index in part.reps]
        if all(rep.partial for rep in reps):
            continue
        at = began.astimezone(timezone.utc) + timedelta(seconds=reps[0].start_s)
        found.append(
            LoggedSet(
                at=at,
                lifter=lifter,
                exercise=part.exercise or report.exercise,
                side=part.working_side,
                load_kg=load_kg,
                bilateral_load_kg=bilateral_load_kg,
                score=part.score,
                coverage=part.coverage,
                view=part.view,
                near=_near(part),
                profile=report.profile,
                version=report.version,
                source=report.source,
                origin=origin,
                start_s=reps[0].start_s,
                speed_by=next((rep.lift.by for rep in reps if rep.lift), None),
                speed_loss=part.speed_loss,
                reps=tuple(_rep(number, rep, safety) for number, rep in enumerate(reps, start=1)),
            )
        )
    return tuple(found)


def _near(part: SetSummary) -> bool | None:
    return None if part.near is None else part.working_side in (part.near, "both")


def _rep(number: int, rep: RepReport, safety: frozenset[str]) -> LoggedRep:
    return LoggedRep(
        index=number,
        partial=rep.partial,
        score=rep.score,
        coverage=rep.coverage,
        up_s=round(rep.up_s, 3),
        hold_s=round(rep.hold_s, 3),
        down_s=round(rep.down_s, 3),
        time_uncertainty_s=rep.time_uncertainty_s,
        range=rep.range,
        mean_speed=rep.lift.mean_speed if rep.lift else None,
        verdicts=tuple(
            LoggedVerdict(
                rule=each.rule,
                fault=each.fault,
                status=each.status,
                value=each.value,
                uncertainty=each.uncertainty,
                unit=each.unit,
                warn=each.warn,
                fault_limit=each.fault_limit,
                safety=each.rule in safety,
            )
            for each in rep.verdicts
        ),
    )
