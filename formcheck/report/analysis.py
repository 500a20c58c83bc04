"""The analysis of a clip: its tracks, the sets found in them and the report."""

from __future__ import annotations

from dataclasses import dataclass

from formcheck.exercises.rule import Exercise
from formcheck.judging.sets import Found
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import Look
from formcheck.report.model import Report


@dataclass(frozen=True, slots=True, repr=False)
class Analysis:
    """A report with what it was made from.

    Attributes:
        report: The verdicts of record.
        raw: Poses as measured: save them to re-score later.
        smoothed: The same frames, smoothed without lag.
        found: The sets, with every measure of every frame.
        said: Those of the report's notes that were known beforehand.
    """

    report: Report
    raw: Track
    smoothed: Track
    found: Found
    said: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Analysis of {len(self.raw)} frames: {self.report!r}>"

    def _repr_html_(self) -> str:
        return self.report._repr_html_()

    @property
    def exercise(self) -> Exercise:
        """What was judged; where there are several exercises, one with the rules of all."""
        return self.found.exercise

    @property
    def looks(self) -> tuple[Look, ...]:
        """How the camera saw each set when it was judged; where there is no set, the person."""
        return tuple(one.data.look for one in self.found.sets) or (self.found.look,)
