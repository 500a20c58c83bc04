"""The one way into the log: `record` writes the sets of a report, whoever made it."""

from __future__ import annotations

from pathlib import Path

from formcheck.history.entries import entries
from formcheck.history.store import Kept, Log
from formcheck.history.take import Take
from formcheck.report.model import Report

ME = "me"
"""Name of the lifter where none is given."""


def record(
    report: Report,
    take: Take,
    log: Path,
    *,
    lifter: str = ME,
    load_kg: float | None = None,
    bilateral_load_kg: float | None = None,
) -> Kept:
    """Write the sets of a report into the log; they replace earlier sets of the same recording.

    A live session calls it after every set with the report so far, and the same take.

    Args:
        report: What was found; without a set there is nothing to write, and what was there stays.
        take: Which recording it is.
        log: The log's file; created, with its folder, where there is none.
        lifter: Whose sets they are.
        load_kg: What was lifted, or None where it was not said.
        bilateral_load_kg: What the lifter lifts with both legs, or None.

    Raises:
        LogError: They cannot be written; the log is as it was.
    """
    sets = entries(
        report,
        take.began,
        lifter=lifter,
        load_kg=load_kg,
        bilateral_load_kg=bilateral_load_kg,
        origin=take.origin,
    )
    if not sets:
        return Kept((), 0)
    with Log(log, create=True) as opened:
        return opened.write(sets, clip=take.clip, landmarks=take.landmarks, dated=take.dated)
