"""What `check-rules` found, as text for 80 columns."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from .accuracy import Evaluation
from .check import example_wrong
from .explain import limit_text
from .rule import Rule
from .rulecheck import FileCheck, FolderCheck


def render(result: FolderCheck) -> RenderableType:
    """Return what was found as something rich can print."""
    return Group(*_parts(result))


def _parts(result: FolderCheck) -> Iterator[RenderableType]:
    for file in result.files:
        yield from _file(file)
        yield Text()
    if result.evaluation:
        yield from _scores(result.evaluation, {file.exercise.name for file in result.files if file.exercise})
        yield Text()
    elif result.unscored:
        yield Text(f"Not scored: {result.unscored}.")
    failures = sum(len(file.failures) for file in result.files)
    hints = sum(len(file.found) for file in result.files) - failures
    counts = (_count(len(result.files), "file"), _count(failures, "failure"), _count(hints, "hint"))
    yield Text(", ".join(counts) + ".", "bold green" if result.ok else "bold red")


def _file(file: FileCheck) -> Iterator[RenderableType]:
    if file.exercise is None:
        yield Text(str(file.path), "bold")
    else:
        yield Text.assemble((str(file.path), "bold"), f": {file.exercise.title} ({file.exercise.name})")
    if file.rules:
        yield _rules(file.rules)
    for one in file.found:
        kind, style = ("hint", "yellow") if one.finding.hint else ("FAIL", "bold red")
        where = f"{file.path.name}:{one.line}" if one.line else file.path.name
        rule = f"{one.finding.rule} " if one.finding.rule else ""
        row = Table.grid(padding=(0, 1))
        row.add_row(Text(f"  {kind}", style), Text(f"{where}: {rule}{one.finding.says}"))
        yield row


def _rules(rules: Sequence[Rule]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for rule in rules:
        limit = rule.limit
        limits = limit_text(limit.warn, limit.fault, rule.value_unit, sign=limit.sign, both=limit.both)
        wrong = [example_wrong(rule, example, fails=False) for example in rule.passes]
        wrong += [example_wrong(rule, example, fails=True) for example in rule.fails]
        right = sum(not reason for reason in wrong)
        table.add_row(f"  {rule.code}", rule.name, limits, f"{right} of {len(wrong)} examples right")
    return table


def _scores(evaluation: Evaluation, names: Collection[str]) -> Iterator[RenderableType]:
    """Give clips and faults; repetitions count where they are of the exercises that are checked."""
    clips = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("clip", "exercise", "reps true", "found", ""):
        clips.add_column(name, justify="right" if name in ("reps true", "found") else "left")
    for clip in evaluation.clips:
        mine = clip["exercise"] in names or clip["exercise_found"] in names
        found = clip["reps_found"] if mine else 0
        exact = found == (clip["reps_true"] if mine else 0)
        note = "" if exact else " ".join(clip["notes"])
        if not mine and clip["exercise_found"]:
            note = f"is a {clip['exercise_found']}"
        counts = str(clip["reps_true"]), str(found)
        clips.add_row(clip["clip"], clip["exercise"], *counts, note, style="" if exact else "yellow")
    yield clips
    counted = evaluation.counts().get("all", {})
    if not counted:
        return
    faults = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    faults.add_column("fault")
    heads = ("found", "missed", "false", "rightly silent", "too close", "not judged")
    for name in heads:
        faults.add_column(name, justify="right")
    for fault, counts_ in sorted(counted.items()):
        seen = counts_.scores()
        row = [seen[key] for key in ("hit", "missed", "false", "right", "too_close", "not_judged")]
        style = "yellow" if counts_.missed or counts_.false else ""
        faults.add_row(fault, *map(str, row), style=style)
    yield faults


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
