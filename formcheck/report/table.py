"""A report as text for the person who trained: readable in 80 columns, with colour on a terminal only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from formcheck.exercises.rule import SEVERAL, Exercise, Rule, Status
from formcheck.judging.judge import MIN_COVERAGE
from formcheck.measures.catalogue import MEASURES
from formcheck.poses.pose import View
from formcheck.report.model import Report, RepReport, SetSummary, VerdictReport
from formcheck.wording import capital, limit_text, seen_from, sentence, share, works

_SHOWN = {
    Status.FAULT: ("FAULT", "bold red"),
    Status.WARN: ("warn", "yellow"),
    Status.TOO_CLOSE: ("too close", "cyan"),
}
_ORDER = list(_SHOWN)


def no_score(coverage: float) -> str:
    """Say why a set has no score, by the share of its form that was judged."""
    if coverage < MIN_COVERAGE:
        return f"only {share(coverage)} of the form could be judged, {share(MIN_COVERAGE)} is needed"
    return "a check of safety could not be judged"


def rep_no_score(coverage: float) -> str:
    """Say in few words why a repetition has no score, by the share of its form that was judged."""
    what = f"only {share(coverage)}" if coverage < MIN_COVERAGE else "safety not"
    return f"{what} judged, no score"


def render(report: Report, exercise: Exercise) -> RenderableType:
    """Return a report as something rich can print."""
    rules = {rule.code: rule for rule in exercise.rules}
    parts: list[RenderableType] = list(_header(report, exercise))
    if report.reps:
        parts += [Text(), _reps(report, rules, down_first=exercise.down_first)]
        parts += _legend(report, rules)
        parts += _bar(report)
        parts += _not_judged(report)
    parts += [Text(), *_notes(report)]
    parts += _verdict(report, exercise)
    return Group(*parts)


def _header(report: Report, exercise: Exercise) -> Iterator[RenderableType]:
    title = exercise.title if report.exercise == exercise.name else "no exercise recognised"
    known = "".join(f", {text}" for text in recognised(report))
    yield Text.assemble((report.source, "bold"), ": ", (title, "bold"), known)
    facts = [f"{report.duration_s:.1f} s"]
    if report.fps is not None:
        facts[0] += f", {report.fps:.0f} fps"
    facts += judged_by(report)
    one = report.sets[0] if len(report.sets) == 1 else None
    if one is not None:
        yield Text(f"{capital(camera(one))}, {works(one.working_side)}, {', '.join(facts)}")
        return
    if not report.sets and report.view != View.UNKNOWN.value:
        facts.insert(0, seen_from(report.view, upright=report.upright))
    yield Text(capital(", ".join(facts)))
    for part in report.sets:
        of = f"{part.title.lower()}, " if report.exercise == SEVERAL else ""
        score = "no score" if part.score is None else f"{part.score:.0f}/100, judged {share(part.coverage)}"
        what = f"{works(part.working_side)}, {report.called(part.reps)}"
        yield Text(f"Set {part.index}: {of}{what}, {camera(part)}: {score}")


def _reps(report: Report, rules: dict[str, Rule], *, down_first: bool) -> RenderableType:
    """One block a repetition: a line of its own, then a line for each verdict that is not ok."""
    tempo = "Down – hold – up" if down_first else "Up – hold – down"
    head, times = ("Hold", "Held") if report.only_holds else ("Rep", tempo)
    rows: list[RenderableType] = [Text(_line(head, "Side", "Score", times, "From"), "bold")]
    last = report.reps[0].set
    for rep in report.reps:
        if rep.set != last:
            rows.append(Text())
        last = rep.set
        rows.append(_rep_line(rep))
        flagged = [verdict for verdict in rep.verdicts if verdict.status in _SHOWN and not rep.partial]
        if flagged:
            flagged.sort(key=lambda verdict: _ORDER.index(verdict.status))
            rows.append(_verdicts(flagged, rules))
    return Group(*rows)


def _line(index: str, side: str, score: str, tempo: str, start: str) -> str:
    return f"{index:>4}  {side:<5}  {score:>5}  {tempo:<19}  {start:>7}"


def _rep_line(rep: RepReport) -> Text:
    tempo = rep.held or f"{rep.up_s:.1f} – {rep.hold_s:.1f} – {rep.down_s:.1f} s"
    score = "-" if rep.score is None else f"{rep.score:.0f}"
    text = Text(_line(str(rep.index), rep.side, score, tempo, f"{rep.start_s:.1f} s"))
    if rep.partial:
        text.append("  partial, not scored", "dim")
    elif rep.score is None:
        text.append(f"  {rep_no_score(rep.coverage)}", "dim")
    elif all(verdict.status in (Status.OK, Status.NOT_JUDGED) for verdict in rep.verdicts):
        text.append("  good", "green")
    return text


def _verdicts(verdicts: Iterable[VerdictReport], rules: dict[str, Rule]) -> RenderableType:
    grid = Table.grid(padding=(0, 2, 0, 0))
    for width in (9, 18, 13):
        grid.add_column(min_width=width, no_wrap=True)
    grid.add_column()
    for verdict in verdicts:
        word, style = _SHOWN[verdict.status]
        limits = _limits(verdict, rules.get(verdict.rule))
        grid.add_row(Text(word, style), Text(verdict.fault, style), verdict.measured, limits)
    return Padding(grid, (0, 0, 0, 6))


def _limits(verdict: VerdictReport, rule: Rule | None) -> str:
    if rule is not None:
        sign, both = rule.limit.sign, rule.limit.both
    else:
        sign, both = (1 if verdict.fault_limit is None or verdict.fault_limit >= verdict.warn else -1), False
    return limit_text(verdict.warn, verdict.fault_limit, verdict.unit, sign=sign, both=both)


def _legend(report: Report, rules: dict[str, Rule]) -> Iterator[RenderableType]:
    """Explain what the lines above use, once, and only what they use."""
    shown = [v for rep in report.reps if not rep.partial for v in rep.verdicts if v.status in _SHOWN]
    texts = []
    if any(verdict.beyond for verdict in shown):
        texts.append("Marked: as far as a body can, or further: no number would be right.")
    if any(verdict.status is Status.TOO_CLOSE for verdict in shown):
        texts.append("Too close: the limit lies within the uncertainty, so it counts neither way.")
    measured = {rules[v.rule].measure for v in shown if v.rule in rules}
    if any(name and MEASURES[name].unit == "%" for name in measured):
        texts.append("% is of the trunk length, shoulder to hip.")
    if texts:
        yield Text()
        yield Text(" ".join(texts), "dim")


def _bar(report: Report) -> Iterator[RenderableType]:
    """Say how fast the bar went up in each set, where its plate was followed."""
    for part in report.sets:
        lifts = [rep.lift for rep in report.reps if rep.set == part.index and rep.lift and not rep.partial]
        if not lifts or lifts[0].by != "plate":
            continue
        speeds = ", ".join(f"{one.mean_speed.value:.2f}" for one in lifts)
        error = max(one.mean_speed.uncertainty or 0.0 for one in lifts)
        where = f"Bar, set {part.index}" if len(report.sets) > 1 else "Bar"
        text = f"{where}: up at {speeds} {lifts[0].mean_speed.unit} (± {error:.2f})"
        if part.speed_loss is not None:
            text += (
                f", {part.speed_loss.value:.0f} ± {part.speed_loss.uncertainty or 0.0:.0f} % lost to the end"
            )
        yield Text()
        known = lifts[0].rise.unit == "m"
        yield Text(text if known else f"{text}; in m/s with the true diameter of this plate (--plate MM)")


def _not_judged(report: Report) -> Iterator[RenderableType]:
    """Say why, then what to change for which faults; what has one reason or one remedy stands together."""
    if not report.not_judged:
        return
    full = {rep.index for rep in report.reps if not rep.partial}
    reasons: dict[str, dict[str, list[str]]] = {}
    for item in report.not_judged:
        where = "" if full <= set(item.reps) else f", {report.called(item.reps)}"
        remedies = reasons.setdefault(capital(f"{item.reason}{where}"), {})
        remedies.setdefault(item.remedy, []).append(item.fault)
    yield Text()
    yield Text("Not judged", "bold")
    for reason, remedies in reasons.items():
        yield Padding(Text(f"{reason}:"), (0, 0, 0, 2))
        for remedy, faults in remedies.items():
            advice = (f": {sentence(remedy)}", "dim") if remedy else ""
            yield Padding(Text.assemble(", ".join(faults), advice), (0, 0, 0, 4))
    if report.camera is not None:
        yield Padding(Text(report.camera.text), (0, 0, 0, 2))


def _notes(report: Report) -> Iterator[RenderableType]:
    for note in report.notes:
        yield Text(f"Note: {sentence(note)}")
    if report.notes:
        yield Text()


def _verdict(report: Report, exercise: Exercise) -> Iterator[RenderableType]:
    """The last lines: the one thing to fix, and the score."""
    if not report.complete:
        yield Text("This report is partial: it covers what was analysed.", "yellow")
    full = [rep for rep in report.reps if not rep.partial]
    if not report.reps:
        what = "hold" if exercise.is_hold else "repetition"
        yield Text(f"No {what} was found, so nothing was judged.", "bold")
        return
    if not full:
        yield Text("No full repetition was found, so there is no score.", "bold")
        return
    if report.fix is not None:
        where = f" ({report.fix.fault}, {report.called(report.fix.reps, len(full))})"
        yield Text.assemble("One thing to fix: ", (report.fix.text, "bold"), where)
    elif report.score is not None:
        yield Text("Nothing to fix was seen in what could be judged.")
    name = "Set score" if len(report.sets) < 2 else "Score"
    if report.exercise == SEVERAL:
        yield Text("Different exercises: each set has a score of its own.", "bold")
    elif report.score is None:
        yield Text(f"No score: {no_score(report.coverage)}.", "bold")
    else:
        yield Text(f"{name} {report.score:.0f}/100, judged {share(report.coverage)}", "bold")


def camera(part: SetSummary) -> str:
    """Say where a set was seen from, such as `seen from the side (turned 3°)`."""
    yaw = "" if part.yaw_deg is None else f" (turned {part.yaw_deg:.0f}°)"
    return seen_from(part.view, upright=part.upright) + yaw


def recognised(report: Report) -> list[str]:
    """Say that the exercise was recognised, and how sure that is of the least sure set."""
    known = [one.confidence for one in report.sets if one.confidence is not None]
    return [f"recognised ({share(min(known))})"] if known else []


def judged_by(report: Report) -> list[str]:
    """Say which limits were used and what was compared with, where it is not the usual."""
    found = []
    if report.profile != "standard":
        found.append(f"{report.profile.removeprefix('standard + ')} limits")
    names = sorted({one.baseline for one in report.sets if one.baseline})
    return [*found, *(f"compared with {name}" for name in names)]
