"""Batches of clips, and what they left behind."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from formcheck.batch.ledger import Ledger

ROOT = Path(__file__).parents[2]


def kept(out: Path) -> dict[str, dict[str, Any]]:
    """The valid records by name, without what differs from run to run."""
    with Ledger(out, resume=True) as ledger:
        found = [record.model_dump(mode="json") for record in ledger.records()]
    return {one["name"]: one | {"took_s": 0, "peak_mb": 0} for one in found}


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
