"""Sets as the training log keeps them, made up, for its tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from formcheck.exercises import catalog
from formcheck.history.entries import LoggedRep, LoggedSet, LoggedVerdict
from formcheck.report.model import Quantity

THRUST = "single-leg-hip-thrust"
KICK = "glute-kickback"
MONDAY = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)
"""Noon UTC: the same day in almost every time zone, whatever the computer's is."""


def day(number: float) -> datetime:
    """So many days after a Monday."""
    return MONDAY + timedelta(days=number)


def a_rep(index: int, score: float | None = 95.0, faults: Sequence[str] = (), **more: Any) -> LoggedRep:
    """A repetition in which every rule of the hip thrust was judged, and these faults found."""
    rules = catalog.exercises().get(more.pop("exercise", THRUST), catalog.exercise(THRUST)).rules
    verdicts = tuple(
        LoggedVerdict(
            rule=rule.code,
            fault=rule.name,
            status="fault" if rule.name in faults else "ok",  # type: ignore[arg-type]
            value=20.0 if rule.name in faults else 1.0,
            uncertainty=3.0,
            unit=rule.value_unit,
            warn=rule.limit.warn,
            fault_limit=rule.limit.fault,
            safety=rule.safety,
        )
        for rule in rules
    )
    fields: dict[str, Any] = {"partial": False, "coverage": 0.8, "up_s": 1.0, "hold_s": 1.0, "down_s": 1.5}
    fields |= {"time_uncertainty_s": 0.12, "range": Quantity(value=50.0, uncertainty=3.0, unit="%")}
    return LoggedRep(index=index, score=score, verdicts=verdicts, **(fields | more))


def a_set(
    at: datetime = MONDAY,
    side: str = "left",
    *,
    reps: int = 8,
    scores: Sequence[float] | float = 95.0,
    faults: Mapping[int, Sequence[str]] | None = None,
    exercise: str = THRUST,
    each: Mapping[str, Any] | None = None,
    **more: Any,
) -> LoggedSet:
    """A set; `faults` by the number of the repetition, `each` what all repetitions have."""
    of = [scores] * reps if isinstance(scores, float) else list(scores)
    made = tuple(
        a_rep(i, score, (faults or {}).get(i, ()), exercise=exercise, **(each or {}))
        for i, score in enumerate(of, start=1)
    )
    fields: dict[str, Any] = {"lifter": "me", "load_kg": None, "bilateral_load_kg": None, "coverage": 0.8}
    fields |= {"view": "side", "near": True, "profile": "standard", "version": "0", "source": "clip.mp4"}
    fields |= {"origin": "clip", "start_s": 1.0, "score": sum(of) / len(of)}
    return LoggedSet(at=at, exercise=exercise, side=side, reps=made, **(fields | more))


def four_weeks_of_sets() -> list[LoggedSet]:
    """Two days a week, three sets of either leg: the left one gets better, the right one stays."""
    bad = {1: ["chin-up"], 2: ["chin-up", "shin-not-vertical"]}
    return [
        a_set(
            day(7 * week + at) + timedelta(minutes=5 * k),
            side,
            scores=70.0 + 6 * week + at if side == "left" else 95.0,
            faults=bad if week < 2 and side == "left" else {},
            load_kg=50.0 + 2.5 * week,
            bilateral_load_kg=100.0,
            start_s=1000.0 * week + 100.0 * at + 10.0 * k + (side == "right"),
        )
        for week in range(4)
        for at in (0, 3)
        for k in range(3)
        for side in ("left", "right")
    ]
