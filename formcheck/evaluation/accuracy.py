"""The accuracy table: verdicts against the truth, counted per fault and view.

`formcheck.evaluation.evaluate` fills it. Every verdict is kept as a `Row`, so that counts, calibration of the
uncertainties and the curves of `formcheck.evaluation.sensitivity` all come from the same list.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from formcheck.evaluation.agreement_table import Agreement
from formcheck.evaluation.counts import Counts
from formcheck.exercises.rule import Status


@dataclass(frozen=True, slots=True)
class Row:
    """One verdict beside the truth.

    Attributes:
        clip: The clip.
        view: Where its camera truly stood.
        yaw_deg: How far off the pure side view it truly stood, + = towards the feet.
        fault: The rule's fault.
        status: The verdict.
        value, uncertainty: What was measured, or None where nothing was.
        true: The true value in the same sense, infinite where only known as put in or not.
        present: Whether the fault is truly there; None between the limits.
        severity: How much of the fault was put into the repetition, or None.
    """

    clip: str
    view: str
    yaw_deg: float
    fault: str
    status: Status
    value: float | None
    uncertainty: float | None
    true: float | None
    present: bool | None
    severity: float | None


@dataclass
class Evaluation:
    """The comparison over a folder.

    Attributes:
        clips: A summary a clip.
        rows: A verdict each.
        clean: Repetitions into which nothing was put, as (clip, view, false faults, false warnings).
        angle_errors, phase_errors: Mean errors a clip, by measure; errors a repetition, by phase time.
        latency_s: From a fault's onset to its live decision.
        cues: Live decisions against onsets, by tolerance in seconds.
        agreement: Repetitions, exercises and legs of all clips, and the faults of those labelled by eye.
        problems: What is wrong with labels that were left out, a sentence each.
    """

    clips: list[dict[str, Any]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    clean: list[tuple[str, str, int, int]] = field(default_factory=list)
    angle_errors: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    phase_errors: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    latency_s: list[float] = field(default_factory=list)
    cues: dict[float, Counts] = field(default_factory=lambda: defaultdict(Counts))
    agreement: Agreement = field(default_factory=Agreement)
    problems: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, dict[str, Counts]]:
        """Return the counts by view (and over `all`), then by fault."""
        found: dict[str, dict[str, Counts]] = defaultdict(lambda: defaultdict(Counts))
        for row in self.rows:
            if row.present is not None:
                for view in ("all", row.view):
                    found[view][row.fault].add(row.present, row.status)
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain data."""
        exact = [clip["reps_found"] == clip["reps_true"] for clip in self.clips]
        lumbar = calibration(row for row in self.rows if row.fault == "lumbar-arching")
        return {
            "agreement": self.agreement.to_dict(),
            "clips": self.clips,
            "reps_exact": float(np.mean(exact)) if exact else None,
            "faults": {
                view: {fault: counts.scores() for fault, counts in sorted(rows.items())}
                for view, rows in sorted(self.counts().items())
            },
            "clean_reps": {
                view: _clean([c for c in self.clean if view in ("all", c[1])])
                for view in ["all", *sorted({c[1] for c in self.clean})]
            },
            "calibration": {
                fault: found
                for fault in sorted({row.fault for row in self.rows})
                if (found := calibration(row for row in self.rows if row.fault == fault))
            },
            "angle_error_deg": {k: float(np.mean(np.abs(v))) for k, v in self.angle_errors.items()},
            "phase_error_s": {k: float(np.mean(np.abs(v))) for k, v in self.phase_errors.items()},
            "lumbar_error_deg": lumbar["error"] if lumbar else None,
            "lumbar_within_2u": lumbar["within_2u"] if lumbar else None,
            "latency_s": {
                "median": float(np.median(self.latency_s)),
                "p95": float(np.percentile(self.latency_s, 95)),
            }
            if self.latency_s
            else None,
            "cue_f1": {str(tol): counts.scores()["f1"] for tol, counts in self.cues.items()},
            "rows": [_plain(row) for row in self.rows],
        }

    def to_json(self) -> str:
        """Return all figures as JSON."""
        return json.dumps(self.to_dict(), indent=1, allow_nan=False) + "\n"

    def table(self) -> str:
        """Return the figures as text."""
        lines = [*self.agreement.lines(), *(_lines(self.to_dict()) if self.clips else ())]
        return "\n".join(lines) + "\n"


def calibration(rows: Iterable[Row]) -> dict[str, float | int] | None:
    """Compare stated uncertainties with true errors, over verdicts whose true value is known.

    Returns:
        The number of verdicts, the mean error and its bias, the mean uncertainty, and the shares of true
        values within one and within two uncertainties (68 % and 95 % if they are right); None without any.
    """
    known = [
        (row.value, row.true, row.uncertainty or 0.0)
        for row in rows
        if row.value is not None and row.true is not None and math.isfinite(row.true)
    ]
    if not known:
        return None
    value, true, u = np.array(known).T
    off = value - true
    return {
        "verdicts": len(known),
        "error": float(np.mean(np.abs(off))),
        "bias": float(np.mean(off)),
        "uncertainty": float(np.mean(u)),
        "within_1u": float(np.mean(np.abs(off) <= u)),
        "within_2u": float(np.mean(np.abs(off) <= 2 * u)),
    }


def macro_f1(rows: dict[str, dict[str, Any]]) -> float | None:
    """Return the mean F1 over the faults that are truly there somewhere and were judged."""
    known = [s["f1"] for s in rows.values() if s["f1"] is not None and s["hit"] + s["missed"]]
    return float(np.mean(known)) if known else None


def _clean(reps: list[tuple[str, str, int, int]]) -> dict[str, int]:
    return {"reps": len(reps), "faults": sum(c[2] for c in reps), "warnings": sum(c[3] for c in reps)}


def _plain(row: Row) -> dict[str, Any]:
    plain = asdict(row)
    plain["status"] = row.status.value
    plain["true"] = row.true if row.true is not None and math.isfinite(row.true) else None
    return plain


def _lines(data: dict[str, Any]) -> Iterator[str]:
    yield from _clip_lines(data["clips"])
    for view, rows in data["faults"].items():
        yield from _fault_lines(view, rows)
        c = data["clean_reps"].get(view)
        if c and c["reps"]:
            yield (
                f"  clean reps {c['reps']}: {c['faults'] / c['reps']:.3f} false faults and "
                f"{c['warnings'] / c['reps']:.3f} false warnings a rep"
            )
    yield ""
    yield "stated uncertainty against true error   verdicts  error   bias      u  within u  within 2u"
    for fault, c in data["calibration"].items():
        yield (
            f"  {fault:<36} {c['verdicts']:>9} {c['error']:>6.2f} {c['bias']:>6.2f} {c['uncertainty']:>6.2f} "
            f"{c['within_1u']:>9.0%} {c['within_2u']:>10.0%}"
        )
    yield ""
    yield "mean absolute error: " + ", ".join(f"{k} {v:.1f}" for k, v in data["angle_error_deg"].items())
    yield "phase times: " + ", ".join(f"{k} {v:.2f}" for k, v in data["phase_error_s"].items())
    if data["lumbar_error_deg"] is not None:
        yield (
            f"lumbar extension: mean error {data['lumbar_error_deg']:.1f} deg, "
            f"{data['lumbar_within_2u']:.0%} within twice the stated uncertainty"
        )
    if data["latency_s"]:
        late = data["latency_s"]
        yield (
            f"from a fault's onset to its live decision: median {late['median']:.2f} s, "
            f"95 % within {late['p95']:.2f} s"
        )
    yield "live decisions against onsets, F1: " + ", ".join(
        f"within {k} s {'-' if v is None else f'{v:.2f}'}" for k, v in data["cue_f1"].items()
    )


def _clip_lines(clips: list[dict[str, Any]]) -> Iterator[str]:
    exact = sum(clip["reps_found"] == clip["reps_true"] for clip in clips)
    yield f"{len(clips)} clips, repetitions exact on {exact} ({exact / len(clips):.0%})"
    for clip in clips:
        if clip["reps_found"] != clip["reps_true"]:
            note = "; ".join(clip["notes"])
            yield f"  {clip['clip']}: {clip['reps_found']} of {clip['reps_true']} reps. {note}"


def _fault_lines(view: str, rows: dict[str, dict[str, Any]]) -> Iterator[str]:
    yield ""
    yield f"view {view:<18} precision recall     F1   hit miss false right close not judged (there)"
    for fault, s in rows.items():
        if s["hit"] + s["missed"] + s["false"] + s["not_judged_there"] or view == "all":
            marks = [" - " if s[k] is None else f"{s[k]:.2f}" for k in ("precision", "recall", "f1")]
            yield (
                f"  {fault:<21} {marks[0]:>9} {marks[1]:>6} {marks[2]:>6} {s['hit']:>5} {s['missed']:>4} "
                f"{s['false']:>5} {s['right']:>5} {s['too_close']:>5} {s['not_judged']:>10} "
                f"({s['not_judged_there']})"
            )
    macro = macro_f1(rows)
    if macro is not None:
        yield f"  macro F1 {macro:.2f}"
