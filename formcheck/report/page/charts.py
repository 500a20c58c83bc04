"""What the page's plots show, as plain data for `assets/charts.js`.

Times are seconds of the clip. A zone is a stretch of values that are past a limit; an open end is null.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from formcheck.exercises.rule import Status
from formcheck.report.compare import Row
from formcheck.report.compare_table import amount
from formcheck.report.model import MeasureSeries, Report, RepReport, RuleReport, Series, VerdictReport
from formcheck.report.moments import flagged_rules
from formcheck.reps.segmentation import Phase, Rep
from formcheck.wording import capital, leg, plain, quantity

Chart = dict[str, Any]
MAIN_CHARTS = 4
"""So many measures are open at once, the others are folded away."""
_STEPS = 60  # points of a repetition in the overlay
_SIGNS = [status.value for status in (Status.FAULT, Status.WARN, Status.TOO_CLOSE, Status.OK)]
_PHASES = {phase.value for phase in Phase}


def over_time(report: Report) -> list[Chart]:
    """Return one chart a measure: its course over the sets, with the limits where they are judged."""
    if report.series is None or report.about is None:
        return []
    wrong = flagged_rules(report, list(report.reps))
    charts = []
    for measure in report.series.measures:
        rules = [rule for rule in report.about.rules if rule.measure == measure.measure]
        drawn = [rule for rule in rules if rule.offset != "own" and _judged(report, rule)]
        urgency = min((wrong.index(rule.rule) for rule in rules if rule.rule in wrong), default=len(wrong))
        signal = measure.measure == report.about.signal
        charts.append((not signal, urgency, _line(report, measure, drawn)))
    return [chart for *_, chart in sorted(charts, key=lambda item: item[:2])]


def by_rep(report: Report) -> list[Chart]:
    """Return one chart a rule whose value is its own: a value with its uncertainty for each repetition."""
    if report.about is None:
        return []
    wrong = flagged_rules(report, list(report.reps))
    rules = [rule for rule in report.about.rules if rule.offset == "own" and _judged(report, rule)]
    rules.sort(key=lambda rule: (wrong.index(rule.rule) if rule.rule in wrong else len(wrong), -rule.weight))
    return [
        {
            "kind": "dots",
            "title": capital(plain(rule.fault)),
            "unit": rule.unit,
            "zones": [{"low": low, "high": high, "level": level} for low, high, level in _zones(rule, 0.0)],
            "dots": [
                {"x": rep.index, **_dot(rep, verdict)}
                for rep, verdict in _verdicts(report, rule)
                if not rep.partial
            ],
        }
        for rule in rules
    ]


def tempo(report: Report) -> Chart:
    """Return the phases of every repetition as stacked bars."""
    up, down = ("down", "up") if report.about and report.about.down_first else ("up", "down")
    bars = [
        {"rep": rep.index, "phase": phase, "s": round(took_s, 2)}
        for rep in report.reps
        if not rep.partial
        for phase, took_s in ((up, rep.up_s), ("hold", rep.hold_s), (down, rep.down_s))
    ]
    if report.only_holds:
        bars = [bar for bar in bars if bar["phase"] == "hold"]
        title, text = "Held", "How long each hold lasted."
    else:
        title, text = "Tempo", "Up, hold and down, from below."
    return {"kind": "tempo", "title": title, "text": text, "unit": "s", "bars": bars}


def ranges(report: Report) -> Chart | None:
    """Return the range of every repetition."""
    known = [(rep, rep.range) for rep in report.reps if rep.range and not rep.partial]
    if not known:
        return None
    dots = [
        {
            "x": rep.index,
            "rep": rep.index,
            "y": found.value,
            "u": found.uncertainty or 0.0,
            "status": "plain",
            "text": f"{rep.label}: {quantity(found.value, found.unit, found.uncertainty)}",
        }
        for rep, found in known
    ]
    signal = f" of {plain(report.about.signal)}" if report.about else ""
    return {"kind": "dots", "title": f"Range{signal}", "unit": known[0][1].unit, "zones": [], "dots": dots}


def overlays(report: Report) -> list[Chart]:
    """Return repetitions laid over each other, best and worst marked, for the measures that matter."""
    if report.series is None or report.about is None:
        return []
    wrong = flagged_rules(report, list(report.reps))
    of = {rule.rule: rule.measure for rule in report.about.rules}
    names = dict.fromkeys([report.about.signal, *(of.get(code, "") for code in wrong[:2])])
    known = {measure.measure: measure for measure in report.series.measures}
    sides = sorted({rep.side for rep in report.reps if not rep.partial})
    charts = []
    for side in sides:
        reps = [rep for rep in report.reps if rep.side == side and not rep.partial]
        marked = best_and_worst(reps)
        for name in names:
            if name in known and len(reps) > 1:
                title = capital(plain(name)) + (f", {leg(side)}" if len(sides) > 1 else "")
                lines = [_course(rep, known[name], report.series, marked) for rep in reps]
                charts.append({"kind": "overlay", "title": title, "unit": known[name].unit, "lines": lines})
    return charts


def row(found: Row, names: Sequence[str], *, sided: bool) -> Chart:
    """Return one quantity over the reports that are compared: a value with twice its uncertainty for each."""
    dots = []
    for i, (name, value) in enumerate(zip(names, found.values, strict=True)):
        if value is not None:
            real = i > 0 and found.changes[i - 1].sure
            text = f"{name}: {amount(value)}" + (f", {found.changes[i - 1].verdict}" if i else "")
            dots.append(
                {
                    "name": name,
                    "x": value.value,
                    "u": value.uncertainty or 0.0,
                    "sure": real,
                    "first": i == 0,
                    "text": text,
                }
            )
    side = f", {leg(found.side)}" if sided else ""
    return {
        "kind": "row",
        "title": found.label + side,
        "unit": found.unit,
        "limits": [
            {"x": limit, "level": level}
            for limit, level in zip(found.limits, ("warn", "fault"), strict=False)
        ],
        "dots": dots,
    }


def best_and_worst(reps: Sequence[RepReport]) -> dict[int, str]:
    """Return which repetition scores best and which worst; empty where they score alike."""
    scored = [(rep.score, -rep.index, rep.index) for rep in reps if rep.score is not None]
    if len(scored) < 2 or max(scored)[0] - min(scored)[0] < 1.0:
        return {}
    return {max(scored)[2]: "best", min(scored)[2]: "worst"}


def _course(rep: RepReport, measure: MeasureSeries, series: Series, marked: dict[int, str]) -> dict[str, Any]:
    """Return a repetition's course over 0 to 100 percent of its time."""
    length_s = rep.end_s - rep.start_s
    points = [
        [round(100 * (t - rep.start_s) / length_s, 1), value]
        for t, value in zip(series.time_s, measure.values, strict=True)
        if length_s > 0 and rep.start_s <= t <= rep.end_s
    ]
    every = max(1, len(points) // _STEPS)
    return {"rep": rep.index, "mark": marked.get(rep.index, ""), "points": points[::every]}


def _line(report: Report, measure: MeasureSeries, rules: Sequence[RuleReport]) -> Chart:
    zones: list[dict[str, Any]] = []
    dots: dict[int, dict[str, Any]] = {}
    for rule in rules:
        for rep, verdict in _verdicts(report, rule):
            start = measure.start[rep.set - 1] if rule.offset == "start" else 0.0
            if start is None or verdict.time_s is None or rep.partial:
                continue
            low_s, high_s = _window(rep, rule.phase)
            zones += [
                {"from": low_s, "to": high_s, "low": low, "high": high, "level": level}
                for low, high, level in _zones(rule, start)
            ]
            dot = {"x": round(verdict.time_s, 2), **_dot(rep, verdict)}
            known = dots.get(rep.index)
            if known is None or _SIGNS.index(dot["status"]) < _SIGNS.index(known["status"]):
                dots[rep.index] = {**dot, "y": round(dot["y"] + start, 2)}  # of two rules the graver one
    return {
        "kind": "line",
        "title": capital(plain(measure.measure)),
        "text": measure.definition,
        "unit": measure.unit,
        "y": _parted(report, measure.values),
        "zones": zones,
        "dots": list(dots.values()),
    }


def _parted(report: Report, values: Sequence[float | None]) -> list[float | None]:
    """Leave a gap between two sets: their values are of different legs."""
    assert report.series is not None
    ends = [(part.reps[0], part.reps[-1]) for part in report.sets if part.reps]
    reps = {rep.index: rep for rep in report.reps}
    cuts = [(reps[a].end_s + reps[b].start_s) / 2 for (_, a), (b, _) in pairwise(ends)]
    parted = list(values)
    for cut_s in cuts:
        after = bisect_left(report.series.time_s, cut_s)
        if after < len(parted):
            parted[after] = None
    return parted


def _window(rep: RepReport, phase: str) -> tuple[float, float]:
    if rep.kind == "hold":
        return round(rep.start_s, 2), round(rep.end_s, 2)
    whole = Rep(rep.start_s, rep.lockout_s, rep.lower_s, rep.end_s, 0.0, 0.0)
    low_s, high_s = whole.window(Phase(phase) if phase in _PHASES else Phase.LIFT)
    return round(low_s, 2), round(high_s, 2)


def _zones(rule: RuleReport, start: float) -> Iterator[tuple[float | None, float | None, str]]:
    """Give what lies past the limits, as low end, high end and level."""
    fault = rule.fault_limit
    for sign in {"above": (1,), "below": (-1,), "either": (1, -1)}[rule.worse]:
        flip = sign if rule.worse == "either" else 1
        edges = [(flip * rule.warn, None if fault is None else flip * fault, "warn")]
        edges += [] if fault is None else [(flip * fault, None, "fault")]
        for near, far, level in edges:
            a, b = start + near, None if far is None else start + far
            yield (a, b, level) if sign > 0 else (b, a, level)


def _judged(report: Report, rule: RuleReport) -> bool:
    return any(verdict.value is not None for _, verdict in _verdicts(report, rule))


def _verdicts(report: Report, rule: RuleReport) -> list[tuple[RepReport, VerdictReport]]:
    return [
        (rep, verdict)
        for rep in report.reps
        for verdict in rep.verdicts
        if verdict.rule == rule.rule and verdict.value is not None and math.isfinite(verdict.value)
    ]


def _dot(rep: RepReport, verdict: VerdictReport) -> dict[str, Any]:
    assert verdict.value is not None
    value = quantity(verdict.value, verdict.unit, verdict.uncertainty)
    words = {Status.OK: "good", Status.TOO_CLOSE: "too close to call", Status.WARN: "warning"}
    return {
        "rep": rep.index,
        "y": verdict.value,
        "u": verdict.uncertainty or 0.0,
        "status": verdict.status.value,
        "text": f"{rep.label}, {plain(verdict.fault)}: {value}, {words.get(verdict.status, 'fault')}",
    }
