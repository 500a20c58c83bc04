"""The table of how well repetitions, exercise, leg and faults agree with the eye, by exercise and by view."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from formcheck.evaluation.agreement import OWN_COUNTS, ClipAgreement, FaultCounts
from formcheck.evaluation.seen import NONE, view_group
from formcheck.wording import sentence


@dataclass
class Agreement:
    """All clips of a run, and their sums."""

    clips: list[ClipAgreement] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain data."""
        return {
            "by_eye": _part(self._by_eye()),
            "truth": _part([clip for clip in self.clips if not clip.seen.by_eye]),
            "clips": [clip.to_dict() for clip in self.clips],
        }

    def lines(self) -> Iterator[str]:
        """Give the table, line by line."""
        eye = self._by_eye()
        for title, clips in self.parts():
            yield from _lines(title, clips)
            yield ""
        if any(clip.faults for clip in eye):
            yield from _fault_lines(eye)
            yield ""

    def markdown(self) -> str:
        """Return the tables in Markdown, for documents."""
        text = []
        for title, clips in self.parts():
            text.append(f"| {title.lower()} | {' | '.join(_COLUMNS)} |")
            text.append("|---" * (len(_COLUMNS) + 1) + "|")
            before = ""
            for kind, name, group in groups(clips):
                if kind != before and TITLES.get(kind):
                    text.append(f"| *{TITLES[kind]}* |" + " |" * len(_COLUMNS))
                before = kind
                row = cells(group, known=not kind.startswith("other"))
                text.append(f"| {name} | {' | '.join(row)} |")
            text.append("")
        eye = self._by_eye()
        text += [f"- {sentence(line)}" for line in fault_sentences(eye)]
        return "\n".join(text).rstrip() + "\n"

    def parts(self) -> list[tuple[str, list[ClipAgreement]]]:
        """Return the clips labelled by eye and those with a truth file, where there are any, with titles."""
        truth = [clip for clip in self.clips if not clip.seen.by_eye]
        both = ("Labelled by eye", self._by_eye()), ("With a truth file", truth)
        return [(title, clips) for title, clips in both if clips]

    def _by_eye(self) -> list[ClipAgreement]:
        return [clip for clip in self.clips if clip.seen.by_eye]


def groups(clips: list[ClipAgreement]) -> Iterator[tuple[str, str, list[ClipAgreement]]]:
    """Give the groups of clips that have a row: all, by exercise, by view; then those of other exercises.

    Yields:
        The kind of group (`known`, `exercise`, `view`, `confidence`, `other` or `other-exercise`), its name
        and its clips.
    """
    known = [clip for clip in clips if clip.known]
    if known:
        yield "known", "exercises it knows", known
        yield from (("exercise", *one) for one in _by(known, lambda clip: _plain_name(clip)))
        yield from (("view", *one) for one in _by(known, lambda clip: view_group(clip.seen.view)))
        sure = list(_by(known, lambda clip: clip.seen.confidence))
        yield from (("confidence", *one) for one in sure if len(sure) > 1)
    other = [clip for clip in clips if not clip.known and not clip.seen.guessed]
    if other:
        yield "other", "other exercises", other
        yield from (("other-exercise", *one) for one in _by(other, lambda clip: _plain_name(clip)))


def _plain_name(clip: ClipAgreement) -> str:
    if len(clip.seen.exercises) > 1:
        return "several exercises"
    return clip.seen.name if clip.seen.name != NONE else "none of its kind"


def _by(
    clips: list[ClipAgreement], key: Callable[[ClipAgreement], str]
) -> Iterator[tuple[str, list[ClipAgreement]]]:
    for name in sorted({key(clip) for clip in clips}):
        yield name, [clip for clip in clips if key(clip) == name]


def sums(clips: Iterable[ClipAgreement]) -> dict[str, int]:
    """Return the counts of a group of clips.

    Returns:
        `clips`; `exact` and `within_one` of them; `recognised` of `to_recognise`; `tops_inside` of `tops`;
        `other` repetitions; `given` of `verdicts`; `leg_right` of `legs` clips; `failed` clips.
    """
    group = list(clips)
    return {
        "clips": len(group),
        "failed": sum(bool(clip.reason) for clip in group),
        "exact": sum(clip.off == 0 and not clip.reason for clip in group),
        "within_one": sum(clip.off <= 1 and not clip.reason for clip in group),
        "to_recognise": sum(clip.recognised is not None for clip in group),
        "recognised": sum(clip.recognised is True for clip in group),
        "tops": sum(clip.tops for clip in group),
        "tops_inside": sum(clip.tops_inside for clip in group),
        "other": sum(clip.other for clip in group),
        "verdicts": sum(clip.verdicts for clip in group),
        "given": sum(clip.given for clip in group),
        "legs": sum(clip.leg is not None for clip in group),
        "leg_right": sum(clip.leg is True for clip in group),
    }


def faults_of(clips: Iterable[ClipAgreement]) -> dict[str, FaultCounts]:
    """Return the counts of each fault over a group of clips."""
    total: dict[str, FaultCounts] = defaultdict(FaultCounts)
    for clip in clips:
        for name, counts in clip.faults.items():
            one = total[name]
            for key in OWN_COUNTS:
                setattr(one, key, getattr(one, key) + getattr(counts, key))
            for key in ("hit", "missed", "false", "right", "unsure", "abstained", "abstained_there"):
                setattr(one.sure, key, getattr(one.sure, key) + getattr(counts.sure, key))
    return dict(sorted(total.items()))


def not_seen(faults: Iterable[FaultCounts]) -> dict[str, int]:
    """Return how many warnings and faults the eye does not see, and of how many verdicts.

    Returns:
        `false` of `sure`: where the label is sure whether the fault is there. `not_named` of `silent`: where
        it says nothing, so that the fault may still be there. `faults`: those of both without warnings.
    """
    group = list(faults)
    judged = [one.sure.hit + one.sure.missed + one.sure.false + one.sure.right for one in group]
    return {
        "false": sum(one.sure.false for one in group),
        "sure": sum(judged),
        "not_named": sum(one.unseen for one in group),
        "silent": sum(one.silent for one in group),
        "faults": sum(one.faults for one in group),
    }


def _part(clips: list[ClipAgreement]) -> dict[str, Any]:
    faults = faults_of(clips)
    return {
        "groups": [{"group": kind, "name": name, **sums(group)} for kind, name, group in groups(clips)],
        "faults": {name: counts.to_dict() for name, counts in faults.items()},
        "faults_not_seen": not_seen(faults.values()),
        "not_checked": sorted(frozenset[str]().union(*(clip.not_checked for clip in clips))),
    }


_COLUMNS = ("clips", "exact", "within 1", "recognised", "tops", "as other", "verdicts", "leg")
_WIDTHS = (5, 7, 8, 10, 6, 11, 8, 9)
_NAMES = 27
TITLES = {
    "exercise": "by exercise",
    "view": "by view",
    "confidence": "by confidence of the label",
    "other-exercise": "",
}
"""What stands above the groups of a kind."""


def _lines(title: str, clips: list[ClipAgreement]) -> Iterator[str]:
    yield f"{title}: {len(clips)} clip{'s' * (len(clips) != 1)}"
    yield _row("", _COLUMNS)
    before = ""
    for kind, name, group in groups(clips):
        if kind != before and TITLES.get(kind):
            yield f" {TITLES[kind]}"
        before = kind
        indent = "  " if kind in TITLES else ""
        yield _row(f"{indent}{name}", cells(group, known=not kind.startswith("other")))
    guessed = [clip.clip for clip in clips if clip.seen.guessed]
    if guessed:
        yield f"  left out, since the exercise is a guess: {', '.join(guessed)}"
    yield from (f"  not analysed: {clip.clip}: {clip.reason}" for clip in clips if clip.reason)


def _row(name: str, row: Sequence[str]) -> str:
    parts = [f"{text:>{width}}" for text, width in zip(row, _WIDTHS, strict=True)]
    return f"{name[:_NAMES]:<{_NAMES}}{' '.join(parts)}".rstrip()


def cells(clips: Iterable[ClipAgreement], *, known: bool) -> list[str]:
    """Return the row of a group of clips: what is a share as such, repetitions and legs as numbers.

    Args:
        clips: The group.
        known: Whether they are of exercises in the catalogue; of others only what was invented is told.
    """
    row = sums(clips)
    if not known:
        return [str(row["clips"]), "", "", "", "", f"{row['other']} invented", "", ""]
    return [
        str(row["clips"]),
        _share(row["exact"], row["clips"]),
        _share(row["within_one"], row["clips"]),
        _share(row["recognised"], row["to_recognise"]),
        _share(row["tops_inside"], row["tops"]),
        str(row["other"]),
        _share(row["given"], row["verdicts"]),
        f"{row['leg_right']} of {row['legs']}" if row["legs"] else "-",
    ]


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "-"


_FAULT_HEAD = (
    f"{'':<26}{'named by the eye':^25} {'sure not there':^14} {'not named':^14} {'suspected':^14}",
    f"{'':<26}{'found':>6} {'missed':>6} {'not judged':>11} {'false':>7} {'right':>6}"
    f"{'flagged':>10} {'of':>4} {'flagged':>9} {'of':>4}",
)


def _fault_lines(clips: list[ClipAgreement]) -> Iterator[str]:
    faults = faults_of(clips)
    yield "Faults in repetitions that the eye saw and that were counted"
    yield from _FAULT_HEAD
    for name, one in faults.items():
        sure = one.sure
        named = sure.hit + sure.missed + sure.abstained_there
        if named + sure.false + one.unseen + one.suspected:
            yield (
                f"  {name:<24}{sure.hit:>6} {sure.missed:>6} {sure.abstained_there:>11} {sure.false:>7} "
                f"{sure.right:>6} {one.unseen:>9} {one.silent:>4} {one.confirmed:>9} {one.suspected:>4}"
            )
    yield from (f"  {line}" for line in fault_sentences(clips))


def fault_sentences(clips: list[ClipAgreement]) -> Iterator[str]:
    """Say how many warnings and faults the eye does not see, and which faults that it sees nothing checks."""
    share = not_seen(faults_of(clips).values())
    if not share["sure"] + share["silent"]:
        return
    judged = share["sure"] + share["silent"]
    warnings = share["false"] + share["not_named"] - share["faults"]
    yield (
        f"not seen by the eye: faults {_of(share['faults'], judged)}, warnings {_of(warnings, judged)} "
        "verdicts judged"
    )
    yield f"of these false where the label is sure: {_of(share['false'], share['sure'])}"
    yield f"where it names none, so that it may be there: {_of(share['not_named'], share['silent'])}"
    not_checked = sorted(frozenset[str]().union(*(clip.not_checked for clip in clips)))
    if not_checked:
        yield f"seen by the eye, but no rule of the exercise checks it: {', '.join(not_checked)}"


def _of(part: int, whole: int) -> str:
    return f"{part} of {whole}" + (f" ({part / whole:.1%})" if whole else "")
