"""Which one change of the camera would make most of what was not judged visible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from formcheck.exercises.rule import Exercise
from formcheck.judging.judge import Verdict
from formcheck.poses.pose import View
from formcheck.report.model import CameraChange
from formcheck.wording import from_place

_HOW = {
    View.SIDE: "at hip height",
    View.OBLIQUE_FOOT: "30 to 50° off the side",
    View.OBLIQUE_HEAD: "30 to 50° off the side",
    View.FOOT_END: "at 1.2 to 1.5 m height",
}


def camera_change(judged: Iterable[tuple[Exercise, Verdict]]) -> CameraChange | None:
    """Find the change that adds most verdicts, less those that it takes away.

    Another place of the camera adds the rules that can be judged from there and not from here, and takes away
    those for which it is the other way round. What hides or moves (`Reading.change`) only adds. Verdicts on
    safety count first; of as many verdicts those with more weight are the better ones.

    Args:
        judged: Every verdict with its exercise.

    Returns:
        The change, or None where none adds verdicts, or weight.
    """
    pairs = list(judged)
    changes = [_moved(view, pairs) for view in _HOW]
    for change in dict.fromkeys(verdict.reading.change for _, verdict in pairs if not verdict.judged):
        if change:
            changes.append((change, [v for _, v in pairs if v.reading.change == change], []))
    change, added, lost = max(changes, key=lambda one: _gain(one[1], one[2]))
    if _gain(added, lost) <= (0, 0, 0.0):
        return None
    return CameraChange(
        change=change,
        adds=_faults(added),
        loses=_faults(lost),
        verdicts=len(added) - len(lost),
        of=sum(not verdict.judged for _, verdict in pairs),
    )


def _gain(added: Sequence[Verdict], lost: Sequence[Verdict]) -> tuple[int, int, float]:
    """Return how many verdicts there would be more on safety, how many in all, and how much weight."""
    weight = sum(verdict.rule.weight for verdict in added) - sum(verdict.rule.weight for verdict in lost)
    safety = sum(verdict.rule.safety for verdict in added) - sum(verdict.rule.safety for verdict in lost)
    return safety, len(added) - len(lost), weight


def _moved(view: View, pairs: Sequence[tuple[Exercise, Verdict]]) -> tuple[str, list[Verdict], list[Verdict]]:
    """Return what filming from a view adds and takes away; nothing where an exercise cannot be seen so."""
    upright = all(exercise.upright for exercise, _ in pairs)
    change = f"film {from_place(view, upright=upright)}, {_HOW[view]}"
    if any(view not in exercise.views or view in exercise.alike_from for exercise, _ in pairs):
        return change, [], []
    added = [v for _, v in pairs if not v.judged and view in v.rule.views and v.view not in v.rule.views]
    lost = [v for _, v in pairs if v.judged and view not in v.rule.views]
    return change, added, lost


def _faults(verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    """Return the names of the faults, those that weigh most first."""
    weights = {verdict.rule.name: verdict.rule.weight for verdict in verdicts}
    counts = Counter(verdict.rule.name for verdict in verdicts)
    return tuple(sorted(weights, key=lambda name: (-weights[name], -counts[name], name)))
