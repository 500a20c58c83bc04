"""A folder of rule files as its author needs it checked: each mistake with its place, a score on clips.

What was found is written out for 80 columns.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from formcheck.errors import ClipError, FormcheckError, RuleFileError, UsageError
from formcheck.evaluation.accuracy import Evaluation
from formcheck.evaluation.evaluate import clips_with_truth, evaluate
from formcheck.evaluation.measure_check import measure_findings
from formcheck.evaluation.returns import unanswered
from formcheck.evaluation.rule_soundness import Finding, example_wrong, findings, mistyped
from formcheck.evaluation.trial import trial
from formcheck.evaluation.truth import Truth
from formcheck.exercises import catalog
from formcheck.exercises.rule import Exercise, Rule
from formcheck.exercises.rule_files import Lines, blame, load, rule_files
from formcheck.wording import limit_text


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding and the line of the file it is about, counted from 1, or None where it is not known."""

    finding: Finding
    line: int | None


@dataclass(slots=True)
class FileCheck:
    """What was found in one rule file.

    Attributes:
        path: The file.
        exercise: What it declares, or None where it could not be run.
        found: Failures and hints, by line.
        rules: The exercise's rules; none where something is not of the type it must be.
    """

    path: Path
    exercise: Exercise | None = None
    found: list[Placed] = field(default_factory=list)
    rules: tuple[Rule, ...] = ()

    @property
    def failures(self) -> list[Placed]:
        """What must be mended."""
        return [one for one in self.found if not one.finding.hint]

    @property
    def examples(self) -> int:
        """How many examples its rules hold."""
        return sum(len(rule.passes) + len(rule.fails) for rule in self.rules)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "path": str(self.path),
            "exercise": self.exercise.name if self.exercise else None,
            "rules": [rule.code for rule in self.rules],
            "examples": self.examples,
            "found": [
                {
                    "kind": "hint" if one.finding.hint else "failure",
                    "line": one.line,
                    "rule": one.finding.rule or None,
                    "field": one.finding.field or None,
                    "says": one.finding.says,
                }
                for one in self.found
            ],
        }


@dataclass(slots=True)
class FolderCheck:
    """What was found in a folder.

    Attributes:
        files: A check for each rule file.
        evaluation: The comparison with the truth about clips beside them, or None.
        unscored: Why there is none; empty where there is one.
    """

    files: list[FileCheck]
    evaluation: Evaluation | None = None
    unscored: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing must be mended."""
        return not any(file.failures for file in self.files)

    def to_json(self) -> str:
        """Return it as JSON."""
        data = {
            "ok": self.ok,
            "files": [file.to_dict() for file in self.files],
            "evaluation": self.evaluation.to_dict() if self.evaluation else None,
            "unscored": self.unscored or None,
        }
        return json.dumps(data, indent=1, allow_nan=False) + "\n"


def check_rules(
    path: Path,
    *,
    model: str = "full",
    tracks: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> FolderCheck:
    """Check rule files, each on its own, and score them on the clips with truth beside them.

    Args:
        path: A rule file, or a folder of them; clips and truth files beside them as for `evaluate`.
        model: The pose model for videos.
        tracks: As for `evaluate`.
        progress: Told each clip's name.

    Raises:
        UsageError: If there is no such file or folder, no rule file in it, or a truth file that is none.
    """
    paths = rule_files(path)
    folder = path if path.is_dir() else path.parent
    if not paths:
        raise UsageError(f"the folder {folder} holds no rule file; `formcheck new-exercise` writes one")
    with catalog.for_a_while():
        result = FolderCheck([_check_file(path) for path in paths])
        pairs = clips_with_truth(folder)
        if not pairs:
            result.unscored = "no clip with a truth file is beside them"
        elif not result.ok:
            result.unscored = "mend the failures first"
        else:
            _unknown_faults(truth for _, truth in pairs)
            _score(result, folder, model, tracks, progress)
    return result


def _check_file(path: Path) -> FileCheck:
    try:
        exercise = load(path)
    except RuleFileError as error:
        return FileCheck(path, None, [Placed(Finding(error.says), error.line)])
    found = mistyped(exercise)
    rules = () if found else exercise.rules
    found = found or findings(exercise)
    installed = catalog.comes_from(exercise.name, path)
    if not any(not finding.hint for finding in found) and not installed:
        taken = _taken(exercise)
        if not taken:
            catalog.add(exercise)
        found += taken
    lines = Lines.of(path)
    placed = [Placed(finding, lines.at(finding.rule, finding.field)) for finding in found]
    placed += [Placed(finding, line) for finding, line in (unanswered(exercise, path) if rules else ())]
    placed += [Placed(finding, line) for finding, line in measure_findings(path)]
    if not any(not one.finding.hint for one in placed):
        for finding, line in trial(exercise, installed=installed):
            placed.append(Placed(finding, line or lines.at(finding.rule, finding.field)))
    return FileCheck(path, exercise, sorted(placed, key=lambda one: (one.finding.hint, one.line or 0)), rules)


def _taken(exercise: Exercise) -> list[Finding]:
    known = catalog.exercises()
    found = []
    if exercise.name in known:
        home = catalog.home(exercise.name)
        whose = f"an installed one ({home})" if home else "another file of this folder"
        found.append(Finding(f"the name {exercise.name} is taken by {whose}", field="name"))
    owners = {rule.code: item.name for item in known.values() for rule in item.rules}
    for code in (rule.code for rule in exercise.rules):
        if code in owners:
            found.append(
                Finding(f"the code {code} is taken by {owners[code]}: use other letters", code, "code")
            )
    return found


def _unknown_faults(truth_files: Iterable[Path]) -> None:
    """Refuse truth about faults the exercise has not: misspelt, they would only look missed."""
    for path in truth_files:
        truth = Truth.load(path)
        exercise = catalog.exercises().get(truth.exercise)
        names = {rule.name for rule in exercise.rules} if exercise else set()
        for rep in truth.reps:
            for fault in sorted(rep.severity.keys() - names) if exercise and rep.by_eye else ():
                near = get_close_matches(fault, names, n=1, cutoff=0.4)
                meant = f"did you mean {near[0]}? " if near else ""
                raise UsageError(
                    f"the truth file {path} names the fault {fault!r}; {meant}"
                    f"{truth.exercise} has {', '.join(sorted(names))}"
                )


def _score(
    result: FolderCheck,
    folder: Path,
    model: str,
    tracks: Path | None,
    progress: Callable[[str], None] | None,
) -> None:
    """Run the rules over the clips; what fails in a rule file is a failure of that file."""
    now = ""

    def note(name: str) -> None:
        nonlocal now
        now = name
        if progress:
            progress(name)

    try:
        result.evaluation = evaluate(folder, model=model, tracks=tracks, progress=note)
    except ClipError:
        raise
    except Exception as error:
        blamed = error if isinstance(error, RuleFileError) else blame(error)
        if blamed is None or (isinstance(error, FormcheckError) and blamed is not error):
            raise
        file = next((file for file in result.files if file.path == blamed.path), result.files[0])
        file.found.insert(0, Placed(Finding(f"{blamed.says} (on {now})"), blamed.line))
        result.unscored = "mend the failures first"


# What `check-rules` found, as text for 80 columns.


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
    if off_s := evaluation.phase_errors.get("held_s"):
        mean_s = sum(map(abs, off_s)) / len(off_s)
        yield Text(f"Seconds of the {_count(len(off_s), 'hold')}: off by {mean_s:.1f} s on the mean.")
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
