"""What is said after a set, in under five seconds: how many, how good, one strength, one fix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from formcheck.exercises.rule import Exercise, Rule, Status
from formcheck.live.words import Words
from formcheck.report.model import Report, RepReport

_STRONG = 0.8  # of the judged reps a rule must be fine in to be called a strength
_WELL_JUDGED = 0.9  # share of the form; a camera that shows so much may stay where it is
_SEEN = 0.5  # of the reps it must have been judged in


@dataclass(frozen=True, slots=True)
class Summary:
    """A set in words.

    Attributes:
        spoken: What the voice says.
        lines: What the screen shows, largest first.
    """

    spoken: str
    lines: tuple[str, ...]


def summarise(report: Report, exercise: Exercise, words: Words) -> Summary:
    """Put the report of one set into a few words."""
    full = [rep for rep in report.reps if not rep.partial]
    if not full:
        none = words.no_hold if exercise.is_hold else words.no_reps
        return Summary(none, (none, *report.notes[:1]))
    strength = _strength(report, exercise)
    said = [_how_much(full, words)]
    if report.score is not None:
        said.append(words.summary_score.format(score=round(report.score)))
    if strength is not None:
        said.append(words.summary_good.format(good=strength.good))
    seen = words.summary_clean if report.score is not None else words.summary_unseen
    fix = words.summary_fix.format(fix=report.fix.text) if report.fix else seen
    said.append(fix)
    judged = f"judged {report.coverage:.0%}"
    camera = (report.camera.text,) if report.camera and report.coverage < _WELL_JUDGED else ()
    lines = (" ".join(said[:-1][:2]), fix, *said[2:-1], judged, *camera, words.next_set)
    return Summary(" ".join(said), lines)


def _how_much(full: Sequence[RepReport], words: Words) -> str:
    """Say how many repetitions there were, or how long was held."""
    held = [f"{rep.hold_s:.0f}" for rep in full if rep.kind == "hold"]
    if held:
        return words.summary_hold.format(seconds=", ".join(held))
    return words.summary.format(count=len(full))


def _strength(report: Report, exercise: Exercise) -> Rule | None:
    """Return the heaviest rule that was fine throughout; never the one to fix."""
    full = [rep for rep in report.reps if not rep.partial]
    verdicts = [verdict for rep in full for verdict in rep.verdicts]
    judged = Counter(v.rule for v in verdicts if v.status is not Status.NOT_JUDGED)
    fine = Counter(v.rule for v in verdicts if v.status is Status.OK)
    strong = [
        rule
        for rule in exercise.rules
        if rule.good
        and judged[rule.code] >= max(_SEEN * len(full), 1)
        and fine[rule.code] >= _STRONG * judged[rule.code]
        and (report.fix is None or report.fix.rule != rule.code)
    ]
    return max(strong, key=lambda rule: (rule.weight, -rule.priority), default=None)
