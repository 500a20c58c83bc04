"""What the template of a report's page reads: words, numbers and pictures, in the order they are shown."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from formcheck import wording as say
from formcheck.exercises.rule import SEVERAL, Status
from formcheck.report.compare import Asymmetry, asymmetry
from formcheck.report.model import NotJudged, Report, RepReport, RuleReport, Still, VerdictReport
from formcheck.report.moments import badness, flagged_rules, moment_s, sides_of, worse_way
from formcheck.report.table import camera, judged_by, no_score, recognised, rep_no_score
from formcheck.wording import capital, leg, limit_text, plain, seen_from, sentence

WORDS = {
    Status.OK: "good",
    Status.WARN: "warning",
    Status.FAULT: "fault",
    Status.TOO_CLOSE: "too close",
    Status.NOT_JUDGED: "not judged",
}
_FLAGGED = (Status.FAULT, Status.WARN)
Pictures = Mapping[str, bytes]
"""JPEG files by the name they have in the report."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One still as it stands on the page."""

    src: str
    alt: str
    width: int
    height: int
    time_s: float
    caption: str


@dataclass(frozen=True, slots=True)
class Zone:
    """A coloured part of a gauge, percent of its width."""

    left: float
    width: float
    level: str


@dataclass(frozen=True, slots=True)
class Gauge:
    """A value on the scale of its limits, percent of the width."""

    zones: tuple[Zone, ...]
    value: float
    low: float
    high: float
    best: float | None
    marks: tuple[tuple[float, str], ...]
    words: str


@dataclass(frozen=True, slots=True)
class FaultCard:
    """One fault on one side, at its worst."""

    key: str
    code: str
    title: str
    status: str
    cue: str
    where: str
    text: str
    rule: RuleReport | None
    limits: str
    time_s: float
    worst: Shot | None
    best: Shot | None
    gauge: Gauge | None


@dataclass(frozen=True, slots=True)
class RepCard:
    """One repetition."""

    rep: RepReport
    status: str
    words: str
    lines: tuple[tuple[str, str], ...]
    shot: Shot | None
    left: float
    width: float
    phases: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Cell:
    """One verdict in the table of all values."""

    status: str
    text: str
    words: str


def faults(report: Report, pictures: Pictures) -> list[FaultCard]:
    """Return a card for every fault on every side, the most urgent first."""
    cards = []
    sides = sides_of(report)
    for side in sides:
        reps = [rep for rep in report.reps if rep.side == side and not rep.partial]
        for code in flagged_rules(report, reps):
            cards.append(_fault(report, reps, side if len(sides) > 1 else "", code, pictures))
    return sorted(cards, key=lambda card: card.status != Status.FAULT.value)


def _fault(report: Report, reps: Sequence[RepReport], side: str, code: str, pictures: Pictures) -> FaultCard:
    worse = worse_way(report, code)
    found = [
        (rep, verdict)
        for rep in reps
        for verdict in rep.verdicts
        if verdict.rule == code and verdict.status in _FLAGGED
    ]
    rep, verdict = max(found, key=lambda pair: (pair[1].status is Status.FAULT, badness(pair[1], worse)))
    rule = rule_of(report, code)
    worst = _still(report, pictures, "fault", code, (rep.index,))
    best = _still(report, pictures, "best", code, tuple(other.index for other in reps))
    value = verdict.measured
    judged = sum(v.rule == code and v.value is not None for other in reps for v in other.verdicts)
    noun = report.noun
    times = f"{len(found)} of {judged} {noun}s" if judged > 1 else f"the one {noun} judged"
    compared = next(
        (v for other in reps if best and other.index == best[0] for v in other.verdicts if v.rule == code),
        None,
    )
    return FaultCard(
        key=f"{code}-{side or 'set'}",
        code=code,
        title=capital(plain(verdict.fault)) + (f", {leg(side)}" if side else ""),
        status=verdict.status.value,
        cue=verdict.cue,
        where=f"{capital(report.called([rep.index for rep, _ in found]))} ({times})",
        text=f"Worst in {rep.label.lower()}: {value}",
        rule=rule,
        limits=limits_of(verdict, worse),
        time_s=moment_s(rep, verdict),
        worst=worst and _shot(worst[1], worst[2], f"{rep.label}, {value}"),
        best=best and _shot(best[1], best[2], _best_caption(best[0], compared)),
        gauge=gauge(verdict, worse, compared),
    )


def _best_caption(index: int, verdict: VerdictReport | None) -> str:
    if verdict is None or verdict.value is None:
        return f"Your best: rep {index}"
    return f"Your best: rep {index}, {verdict.measured}"


def rule_of(report: Report, code: str) -> RuleReport | None:
    """Return a rule in words, or None in an old report."""
    return next((rule for rule in report.about.rules if rule.rule == code), None) if report.about else None


def limits_of(verdict: VerdictReport, worse: str) -> str:
    """Write the limits of a verdict."""
    return limit_text(
        verdict.warn,
        verdict.fault_limit,
        verdict.unit,
        sign=-1 if worse == "below" else 1,
        both=worse == "either",
    )


def gauge(verdict: VerdictReport, worse: str, best: VerdictReport | None = None) -> Gauge | None:
    """Return where a value stands between good and fault, or None without a value."""
    if verdict.value is None:
        return None
    either = worse == "either"
    value, u = abs(verdict.value) if either else verdict.value, verdict.uncertainty or 0.0
    other = None if best is None or best.value is None else abs(best.value) if either else best.value
    edges = [verdict.warn] + ([] if verdict.fault_limit is None else [verdict.fault_limit])
    known = [value - u, value + u, *edges, *([] if other is None else [other])]
    pad = 0.12 * (max(known) - min(known) or 1.0)
    low, high = min(known) - pad, max(known) + pad

    def at(x: float) -> float:
        return round(100 * (min(max(x, low), high) - low) / (high - low), 2)

    bounds = [low, *sorted(edges), high]
    levels = ["ok", "warn", "fault"][: len(bounds) - 1]
    levels = levels[::-1] if worse == "below" else levels
    zones = [
        Zone(at(a), round(at(b) - at(a), 2), level)
        for a, b, level in zip(bounds, bounds[1:], levels, strict=False)
    ]
    return Gauge(
        zones=tuple(zones),
        value=at(value),
        low=at(value - u),
        high=at(value + u),
        best=None if other is None else at(other),
        marks=tuple((at(edge), quantity_of(edge, verdict.unit)) for edge in edges),
        words=f"{verdict.measured}; {limits_of(verdict, worse)}",
    )


def quantity_of(value: float, unit: str) -> str:
    """Write a limit, without digits that say nothing."""
    return f"{value:g}" + {"deg": "°", "": ""}.get(unit, f" {unit}")


def reps(report: Report, pictures: Pictures) -> list[RepCard]:
    """Return a card for every repetition, with its place on the time line."""
    return [_rep(report, rep, pictures) for rep in report.reps]


def _rep(report: Report, rep: RepReport, pictures: Pictures) -> RepCard:
    flagged = [v for v in rep.verdicts if v.status in _FLAGGED]
    flagged.sort(key=lambda verdict: verdict.status is not Status.FAULT)
    status = flagged[0].status if flagged else Status.NOT_JUDGED if rep.score is None else Status.OK
    close = sum(v.status is Status.TOO_CLOSE for v in rep.verdicts)
    if rep.partial:
        words = "partial, not scored"
    elif flagged:
        words = ", ".join(plain(v.fault) for v in flagged)
    elif rep.score is None:
        words = rep_no_score(rep.coverage)
    else:
        words = "good" + (f", {close} too close to call" if close else "")
    lines = [(v.status.value, f"{capital(plain(v.fault))} {v.measured}") for v in flagged]
    start_s, end_s = timeline_span(report)
    whole = max(end_s - start_s, 1e-6)
    took = max(rep.end_s - rep.start_s, 1e-6)
    still = _still(report, pictures, "rep", "", (rep.index,))
    return RepCard(
        rep=rep,
        status="partial" if rep.partial else status.value,
        words=words,
        lines=tuple(lines),
        shot=still and _shot(still[1], still[2], _caption(rep)),
        left=round(100 * (rep.start_s - start_s) / whole, 2),
        width=round(100 * took / whole, 2),
        phases=(
            round(100 * rep.up_s / took, 1),
            round(100 * (rep.lower_s - rep.lockout_s) / took, 1),
            round(100 * rep.down_s / took, 1),
        ),
    )


def _caption(rep: RepReport) -> str:
    return rep.label if rep.kind == "hold" else f"{rep.label} at the top"


def timeline_span(report: Report) -> tuple[float, float]:
    """Return from when to when the time line runs."""
    if not report.reps:
        return 0.0, report.duration_s
    last_s = report.reps[-1].end_s
    return max(report.reps[0].start_s - 1.0, 0.0), min(last_s + 1.0, max(last_s, report.duration_s))


def _still(
    report: Report, pictures: Pictures, kind: str, code: str, reps: Sequence[int]
) -> tuple[int, Still, bytes] | None:
    for still in report.stills:
        if still.kind == kind and still.rule == code and still.rep in reps and still.file in pictures:
            return still.rep, still, pictures[still.file]
    return None


def _shot(still: Still, jpeg: bytes, caption: str) -> Shot:
    src = "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")
    return Shot(src, still.alt, still.width, still.height, still.time_s, caption)


def table(report: Report) -> list[tuple[str, str, list[Cell]]]:
    """Return all values: a row for each rule that was judged (code, name, a cell for each repetition)."""
    names = {
        verdict.rule: verdict.fault
        for rep in report.reps
        for verdict in rep.verdicts
        if verdict.value is not None
    }
    rows = []
    for code, name in names.items():
        cells = []
        for rep in report.reps:
            verdict = next((v for v in rep.verdicts if v.rule == code), None)
            cells.append(_cell(verdict))
        rows.append((code, capital(plain(name)), cells))
    return rows


def _cell(verdict: VerdictReport | None) -> Cell:
    if verdict is None:
        return Cell("none", "–", "partial repetition, not judged")
    words = WORDS[verdict.status]
    if verdict.value is None:
        return Cell(verdict.status.value, "–", f"{words}: {verdict.reason}" if verdict.reason else words)
    return Cell(verdict.status.value, verdict.measured, words)


def not_judged(report: Report) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Return why something was not judged, and for each reason what to change for which faults."""
    full = {rep.index for rep in report.reps if not rep.partial}
    reasons: dict[str, dict[str, list[str]]] = {}
    for item in report.not_judged:
        remedies = reasons.setdefault(_reason(report, item, full), {})
        remedies.setdefault(sentence(item.remedy), []).append(plain(item.fault))
    return [(reason, list(remedies.items())) for reason, remedies in reasons.items()]


def _reason(report: Report, item: NotJudged, full: set[int]) -> str:
    where = "" if full <= set(item.reps) else f", {report.called(item.reps)}"
    return capital(f"{item.reason}{where}")


def facts(report: Report) -> list[str]:
    """Return what the clip is: camera, leg, length, limits."""
    if report.exercise == SEVERAL:
        found = []  # each set says it of itself
    elif len(report.sets) == 1:
        found = [capital(camera(report.sets[0])), say.works(report.sets[0].working_side)]
    else:
        found = [capital(seen_from(report.view, upright=report.upright))] + (
            [say.works("both")] if report.working_side == "both" else []
        )
    rate = "" if report.fps is None else f", {report.fps:.0f} frames/s"
    found.append(f"{report.duration_s:.1f} s{rate}")
    return [*found, *recognised(report), *judged_by(report)]


def verdict_line(report: Report) -> str:
    """Say in a sentence how the set went."""
    full = [rep for rep in report.reps if not rep.partial]
    if not report.reps:
        return "No repetition was found, so nothing was judged."
    if not full:
        return "No full repetition was found, so there is no score."
    wrong = sum(any(v.status in _FLAGGED for v in rep.verdicts) for rep in full)
    count = f"{len(full)} {report.noun}{'s' if len(full) > 1 else ''}"
    if report.only_holds:
        count += f" of {', '.join(rep.held for rep in full)}"
    if report.score is None and report.exercise == SEVERAL:
        return f"{count} of different exercises: each set has a score of its own."
    if report.score is None:
        return f"{count}, no score: {no_score(report.coverage)}."
    if not wrong:
        return f"{count}, nothing to fix seen in what could be judged."
    return f"{count}, {f'{wrong} of them ' if len(full) > 1 else ''}with something to fix."


def sides(report: Report) -> tuple[Asymmetry, ...]:
    """Return the left and the right side compared, where both were done."""
    return asymmetry([report])
