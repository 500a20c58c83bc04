"""The person's own values: what a report keeps of them, and how a report becomes a baseline."""

from __future__ import annotations

import math
from collections.abc import Sequence

from formcheck.exercises.rule import Status
from formcheck.judging.judge import Verdict
from formcheck.judging.record import JudgedSet
from formcheck.judging.sets import FoundSet
from formcheck.poses.pose import Side, View
from formcheck.report.model import Report
from formcheck.reps.baseline import Baseline


def clean_reps(verdicts: Sequence[Sequence[Verdict]]) -> list[bool]:
    """Return which repetitions of a set can be a baseline for others.

    Those without a fault; where there are none, those with nothing wrong that is about safety (a person may
    always have the foot too far forward, and still a usual lockout).
    """
    safe = [not any(v.flagged and v.rule.safety for v in rep) for rep in verdicts]
    clean = [
        ok and not any(v.status is Status.FAULT for v in rep) for ok, rep in zip(safe, verdicts, strict=True)
    ]
    return clean if any(clean) else safe


def own_values(judged: JudgedSet) -> dict[str, tuple[float | None, ...]]:
    """Return the values of the clean repetitions that rules compare with, by trait."""
    clean = clean_reps([one.verdicts for one in judged.full])
    return {
        trait: tuple(
            round(value, 2) if math.isfinite(value) else None
            for value, good in zip(values, clean, strict=True)
            if good
        )
        for trait, values in sorted(judged.own.items())
    }


def baselines_of(report: Report) -> tuple[Baseline, ...]:
    """Return a baseline for each set of a report that has clean repetitions."""
    return tuple(
        Baseline(
            source=report.source,
            exercise=one.exercise or report.exercise,
            working=Side(one.near if one.working_side == "both" else one.working_side),
            near=Side(one.near),
            view=View(one.view),
            yaw_deg=one.yaw_deg,
            values={
                trait: tuple(math.nan if value is None else value for value in values)
                for trait, values in one.own.items()
            },
        )
        for one in report.sets
        if one.near is not None and one.yaw_deg is not None and any(one.own.values())
    )


def baseline_notes(sets: Sequence[JudgedSet], baselines: Sequence[Baseline]) -> list[str]:
    """Return notes where a given baseline was not used, or one was needed."""
    notes = []
    for number, judged in enumerate(sets, start=1):
        one = judged.found
        if not judged.own or one.data.baseline is not None:
            continue
        where = f" for set {number}" if len(sets) > 1 else ""
        if baselines:
            name, reason = baselines[0].source, _reason(one, baselines)
            notes.append(f"The baseline {name} was not used{where}: {reason}.")
        elif len(one.data.reps) < 2:
            notes.append(
                f"There was no baseline{where}: one full repetition can only be compared with itself. "
                "Give a clip with a few clean ones (--baseline)."
            )
    return notes


def _reason(one: FoundSet, baselines: Sequence[Baseline]) -> str:
    same = [item for item in baselines if item.exercise == one.exercise.name]
    if not same:
        return f"it shows another exercise ({baselines[0].exercise})"
    nearest = next((item for item in same if item.working is one.side), same[0])
    return nearest.misfit(one.side, one.data.look)
