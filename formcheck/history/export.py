"""The log as files: a table with a row a set, and everything it holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from formcheck.history.entries import LoggedSet
from formcheck.report import sheet

_TRAITS = ("range", "up", "hold", "down", "speed")
_PLAIN = (
    "lifter",
    "exercise",
    "side",
    "load_kg",
    "bilateral_load_kg",
    "score",
    "coverage",
    "view",
    "profile",
)


def sets_csv(sets: Iterable[LoggedSet]) -> str:
    """Return a table with a row a set: when, what, means with their standard uncertainties, faults."""
    rows = []
    for one in sets:
        row = _head(one) | {"reps": len(one.full), "clean_reps": one.clean_reps}
        for name in _TRAITS:
            value = one.of(name)
            row[name] = value and value.value
            row[f"{name}_uncertainty"] = value and value.uncertainty
            row[f"{name}_unit"] = value and value.unit
        row["speed_by"], loss = one.speed_by, one.speed_loss
        row |= {"speed_loss_pct": loss and loss.value, "speed_loss_uncertainty": loss and loss.uncertainty}
        row["faults"] = " ".join(f"{name}:{count}" for name, count in one.faults().items())
        rows.append(row)
    return _table(rows)


def reps_csv(sets: Iterable[LoggedSet]) -> str:
    """Return a table with a row a repetition."""
    rows = []
    for one in sets:
        for rep in one.reps:
            size, speed = rep.range, rep.mean_speed
            row = _head(one) | {"rep": rep.index, "partial": int(rep.partial)}
            row |= {"rep_score": rep.score, "rep_coverage": rep.coverage}
            row |= {"up_s": rep.up_s, "hold_s": rep.hold_s, "down_s": rep.down_s}
            row |= {"time_uncertainty_s": rep.time_uncertainty_s, "range": size and size.value}
            row |= {"range_uncertainty": size and size.uncertainty, "range_unit": size and size.unit}
            row |= {"mean_speed": speed and speed.value}
            row |= {"mean_speed_uncertainty": speed and speed.uncertainty, "speed_unit": speed and speed.unit}
            row["verdicts"] = " ".join(f"{each.fault}:{each.status.value}" for each in rep.verdicts)
            rows.append(row)
    return _table(rows)


def everything_json(sets: Iterable[LoggedSet]) -> str:
    """Return all that is known of the sets as JSON, `formcheck-log-1`."""
    made = {"schema": "formcheck-log-1", "sets": [one.model_dump(mode="json") for one in sets]}
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def _head(one: LoggedSet) -> dict[str, Any]:
    return {"at": one.at.isoformat(timespec="seconds"), "day": one.day.isoformat()} | {
        name: getattr(one, name) for name in (*_PLAIN, "source", "start_s")
    }


def _table(rows: Sequence[dict[str, Any]]) -> str:
    return sheet.table(list(rows[0]), [list(row.values()) for row in rows]) if rows else ""
