"""How right the tool is: every clip of a folder with a truth file beside it, analysed and compared."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from . import catalog
from .coach import Coach
from .errors import ClipError, UsageError
from .geometry import wrap_deg
from .pipeline import Analysis, analyze_clip
from .report.model import RepReport, VerdictReport
from .rule import Rule, Status
from .setdata import SetData
from .sets import find_sets
from .truth import TRUE_VALUE, TrueRep, Truth

CUE_TOLERANCES_S = (0.5, 1.5)
ANGLES = {
    "knee_flexion_deg": "knee_flexion_working",
    "leg_elevation_deg": "leg_elevation_working",
    "free_leg_elevation_deg": "leg_elevation_other",
    "trunk_pitch_deg": "trunk_pitch",
    "shin_from_vertical_deg": "shin_from_vertical_working",
}


@dataclass
class Counts:
    """Verdicts against truth for one fault."""

    hit: int = 0
    missed: int = 0
    false: int = 0
    right: int = 0
    unsure: int = 0
    abstained: int = 0

    def add(self, present: bool, verdict: VerdictReport) -> None:
        """Count one verdict where the fault is truly present or truly absent."""
        if verdict.status is Status.NOT_JUDGED:
            self.abstained += 1
            return
        flagged = verdict.status in (Status.WARN, Status.FAULT)
        self.unsure += verdict.status is Status.TOO_CLOSE
        self.hit += flagged and present
        self.missed += present and not flagged
        self.false += flagged and not present
        self.right += not flagged and not present

    def scores(self) -> dict[str, float | int | None]:
        """Return precision, recall, F1 and the counts behind them."""
        found, there = self.hit + self.false, self.hit + self.missed
        either = 2 * self.hit + self.false + self.missed
        return {
            "precision": self.hit / found if found else None,
            "recall": self.hit / there if there else None,
            "f1": 2 * self.hit / either if either else None,
            "hit": self.hit,
            "missed": self.missed,
            "false": self.false,
            "right": self.right,
            "too_close": self.unsure,
            "not_judged": self.abstained,
        }


@dataclass
class Evaluation:
    """The comparison over a folder."""

    clips: list[dict[str, Any]] = field(default_factory=list)
    faults: dict[str, dict[str, Counts]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(Counts))
    )
    clean: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    angle_errors: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    phase_errors: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    lumbar: list[tuple[float, float, float]] = field(default_factory=list)
    latency_s: list[float] = field(default_factory=list)
    cues: dict[float, Counts] = field(default_factory=lambda: defaultdict(Counts))

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain data."""
        exact = [clip["reps_found"] == clip["reps_true"] for clip in self.clips]
        return {
            "clips": self.clips,
            "reps_exact": float(np.mean(exact)) if exact else None,
            "faults": {
                view: {fault: counts.scores() for fault, counts in sorted(rows.items())}
                for view, rows in sorted(self.faults.items())
            },
            "clean_reps": {
                view: {"reps": reps, "faults": faults, "warnings": warnings}
                for view, (reps, faults, warnings) in sorted(self.clean.items())
            },
            "angle_error_deg": {k: float(np.mean(np.abs(v))) for k, v in self.angle_errors.items()},
            "phase_error_s": {k: float(np.mean(np.abs(v))) for k, v in self.phase_errors.items()},
            "lumbar_error_deg": float(np.mean([abs(t - m) for t, m, _ in self.lumbar]))
            if self.lumbar
            else None,
            "lumbar_within_2u": (
                float(np.mean([abs(t - m) <= 2 * u for t, m, u in self.lumbar])) if self.lumbar else None
            ),
            "latency_s": {
                "median": float(np.median(self.latency_s)),
                "p95": float(np.percentile(self.latency_s, 95)),
            }
            if self.latency_s
            else None,
            "cue_f1": {str(tol): counts.scores()["f1"] for tol, counts in self.cues.items()},
        }

    def to_json(self) -> str:
        """Return all figures as JSON."""
        return json.dumps(self.to_dict(), indent=1) + "\n"

    def table(self) -> str:
        """Return the figures as text."""
        return "\n".join(_lines(self.to_dict())) + "\n"


def evaluate(
    folder: Path,
    *,
    model: str = "full",
    profile: str = "standard",
    tracks: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Evaluation:
    """Compare every clip of a folder with the truth file beside it.

    Args:
        folder: Holds `NAME.mp4` and `NAME.json` (`synth-truth-1`).
        model: The pose model.
        profile: The limits that decide what is a fault, for verdicts and truth alike.
        tracks: Where recorded tracks are kept: used where there, written where not.
        progress: Told each clip's name.

    Raises:
        UsageError: If no clip has a truth file.
    """
    result = Evaluation()
    pairs = [(clip, clip.with_suffix(".json")) for clip in sorted(folder.glob("*.mp4"))]
    pairs = [pair for pair in pairs if pair[1].is_file()]
    if not pairs:
        raise UsageError(f"{folder} holds no clip (.mp4) with a truth file (.json) beside it")
    for clip, truth_file in pairs:
        if progress:
            progress(clip.name)
        truth = Truth.load(truth_file)
        track = tracks / f"{clip.stem}.npz" if tracks else None
        known = catalog.exercises()
        asked = truth.exercise if truth.exercise in known else None
        try:
            source = track if track and track.is_file() else clip
            analysis = analyze_clip(source, asked, profile=profile, model=model)
        except ClipError as error:
            result.clips.append(_clip(clip, truth, None, str(error)))
            continue
        if track and not track.is_file():
            track.parent.mkdir(parents=True, exist_ok=True)
            analysis.raw.save(track)
        result.clips.append(_clip(clip, truth, analysis, ""))
        if asked:
            _compare(result, truth, analysis)
    return result


def _clip(clip: Path, truth: Truth, analysis: Analysis | None, error: str) -> dict[str, Any]:
    report = analysis.report if analysis else None
    expected = len(truth.reps) if truth.exercise in catalog.exercises() else 0
    return {
        "clip": clip.stem,
        "exercise": truth.exercise,
        "view_true": truth.view,
        "view": report.view if report else None,
        "side_true": truth.side,
        "side": report.working_side if report else None,
        "reps_true": expected,
        "reps_found": sum(not rep.partial for rep in report.reps) if report else 0,
        "notes": list(report.notes) if report else [error],
    }


def _pairs(truth: Truth, analysis: Analysis) -> Iterator[tuple[TrueRep, RepReport]]:
    """Match true and found repetitions that overlap by more than half."""
    for true in truth.reps:
        for rep in analysis.report.reps:
            shared = min(true.end_s, rep.end_s) - max(true.start_s, rep.start_s)
            if not rep.partial and shared > 0.5 * (true.end_s - true.start_s):
                yield true, rep
                break


def _compare(result: Evaluation, truth: Truth, analysis: Analysis) -> None:
    for true, rep in _pairs(truth, analysis):
        wrong = _compare_rep(result, truth, analysis, true, rep)
        if not true.injected:
            for view in ("all", truth.view):
                result.clean[view][0] += 1
                result.clean[view][1] += wrong.count(Status.FAULT)
                result.clean[view][2] += wrong.count(Status.WARN)
        for name in ("start_s", "lockout_s", "lower_s", "end_s"):
            result.phase_errors[name].append(getattr(rep, name) - getattr(true, name))
    _compare_cues(result, truth, analysis)
    if truth.view == "side":
        _compare_angles(result, truth, analysis)


def _compare_rep(
    result: Evaluation, truth: Truth, analysis: Analysis, true: TrueRep, rep: RepReport
) -> list[Status]:
    """Count one repetition's verdicts; return those that say a fault is there which is not."""
    rules = {rule.code: rule for rule in analysis.exercise.rules}
    wrong: list[Status] = []
    for verdict in rep.verdicts:
        there = present(rules[verdict.rule], true)
        if there is None:
            continue
        for view in ("all", truth.view):
            result.faults[view][verdict.fault].add(there, verdict)
        if not there and verdict.status in (Status.WARN, Status.FAULT):
            wrong.append(verdict.status)
        if verdict.fault == "lumbar-arching" and verdict.value is not None:
            value = TRUE_VALUE["lumbar-arching"](true)
            result.lumbar.append((value, verdict.value, verdict.uncertainty or 0.0))
    return wrong


def present(rule: Rule, true: TrueRep) -> bool | None:
    """Say whether a fault is truly there; None where it lies between the limits."""
    if rule.name not in TRUE_VALUE:
        return False
    value = TRUE_VALUE[rule.name](true)
    worse = (abs(value) if rule.limit.both else value) * rule.limit.sign
    fault = rule.limit.fault if rule.limit.fault is not None else 1.5 * rule.limit.warn
    if worse >= fault * rule.limit.sign:
        return True
    return False if worse < rule.limit.warn * rule.limit.sign else None


def _compare_cues(result: Evaluation, truth: Truth, analysis: Analysis) -> None:
    """Match the live decisions to the onsets of the faults they are about, one to one, in time.

    Decisions are what the cues are chosen from: the cue policy then speaks about at most one a repetition.
    A decision on a fault that is truly there without having been put in counts on neither side.
    """
    coach = Coach(analysis.exercise, analysis.raw.size)
    for pose in analysis.raw.poses():
        coach.update(pose)
    rules = {rule.code: rule for rule in analysis.exercise.rules}
    judgeable = {
        v.fault for rep in analysis.report.reps for v in rep.verdicts if v.status is not Status.NOT_JUDGED
    }
    for tolerance in CUE_TOLERANCES_S:
        open_onsets = [(fault, onset) for fault, _, onset in truth.onsets if fault in judgeable]
        counts = result.cues[tolerance]
        for time_s, code in coach.decisions:
            rule = rules[code]
            match = [o for o in open_onsets if o[0] == rule.name and abs(time_s - o[1]) <= tolerance]
            if match:
                open_onsets.remove(match[0])
                counts.hit += 1
            elif not _truly_there(rule, truth, time_s):
                counts.false += 1
        counts.missed += len(open_onsets)
    for fault, _, onset in truth.onsets:
        times = [t for t, code in coach.decisions if rules[code].name == fault and 0 <= t - onset < 3.0]
        if times:
            result.latency_s.append(min(times) - onset)


def _truly_there(rule: Rule, truth: Truth, time_s: float) -> bool:
    near = [rep for rep in truth.reps if rep.start_s <= time_s <= rep.end_s + 1.0]
    return any(present(rule, rep) is not False for rep in near)


def _compare_angles(result: Evaluation, truth: Truth, analysis: Analysis) -> None:
    found = find_sets(analysis.raw, analysis.smoothed, analysis.exercise)
    if not found.sets:
        return
    one = found.sets[0]
    data = SetData(analysis.raw, analysis.smoothed, one.side, one.data.look, [])
    at = np.isin(np.round(analysis.raw.time_s, 3), np.round(truth.time_s, 3))
    for name, key in ANGLES.items():
        if len(analysis.raw) != len(truth.time_s) and at.sum() < 0.9 * len(truth.time_s):
            return
        values = np.interp(truth.time_s, analysis.raw.time_s, data.values(name))
        off = np.abs(wrap_deg(values - truth.angles[key]))
        result.angle_errors[name].append(float(np.nanmean(off)))


def _lines(data: dict[str, Any]) -> Iterator[str]:
    exact = sum(clip["reps_found"] == clip["reps_true"] for clip in data["clips"])
    yield f"{len(data['clips'])} clips, repetitions exact on {exact} ({exact / len(data['clips']):.0%})"
    for clip in data["clips"]:
        if clip["reps_found"] != clip["reps_true"]:
            note = "; ".join(clip["notes"])
            yield f"  {clip['clip']}: {clip['reps_found']} of {clip['reps_true']} reps. {note}"
    for view, rows in data["faults"].items():
        yield ""
        yield f"view {view:<18} precision recall     F1   hit miss false right close not judged"
        for fault, s in rows.items():
            if s["hit"] + s["missed"] + s["false"] or view == "all":
                marks = [" - " if s[k] is None else f"{s[k]:.2f}" for k in ("precision", "recall", "f1")]
                yield (
                    f"  {fault:<21} {marks[0]:>9} {marks[1]:>6} {marks[2]:>6} {s['hit']:>5} {s['missed']:>4} "
                    f"{s['false']:>5} {s['right']:>5} {s['too_close']:>5} {s['not_judged']:>10}"
                )
        known = [s["f1"] for s in rows.values() if s["f1"] is not None and s["hit"] + s["missed"]]
        if known:
            yield f"  macro F1 {np.mean(known):.2f}"
        if view in data["clean_reps"]:
            c = data["clean_reps"][view]
            yield (
                f"  clean reps {c['reps']}: {c['faults'] / max(c['reps'], 1):.3f} false faults and "
                f"{c['warnings'] / max(c['reps'], 1):.3f} false warnings a rep"
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
