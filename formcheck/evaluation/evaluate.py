"""How right the tool is: every clip of a folder with a truth file or a label, analysed and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from formcheck.api import analyze_clip
from formcheck.errors import ClipError, UsageError
from formcheck.evaluation.accuracy import Evaluation, Row
from formcheck.evaluation.agreement import ClipAgreement, compare
from formcheck.evaluation.counts import Counts
from formcheck.evaluation.eye_labels import BESIDE, TOGETHER, read_folder
from formcheck.evaluation.seen import Seen, seen_in
from formcheck.evaluation.truth import TRUE_VALUE, TrueRep, Truth, present
from formcheck.exercises import catalog
from formcheck.exercises.profiles import Profile
from formcheck.exercises.rule import Rule, Status
from formcheck.files import kinds, names
from formcheck.files.digest import sha256
from formcheck.judging.coach import Coach
from formcheck.judging.prepare import prepared
from formcheck.judging.sets import Footage, find
from formcheck.judging.settings import Settings
from formcheck.poses.geometry import wrap_deg
from formcheck.poses.track import clip_of
from formcheck.report.analysis import Analysis
from formcheck.report.model import RepReport
from formcheck.reps.rep_data import SetData

CUE_TOLERANCES_S = (0.5, 1.5)
ANGLES = {
    "knee_flexion_deg": "knee_flexion_working",
    "leg_elevation_deg": "leg_elevation_working",
    "free_leg_elevation_deg": "leg_elevation_other",
    "trunk_pitch_deg": "trunk_pitch",
    "shin_from_vertical_deg": "shin_from_vertical_working",
}


@dataclass(frozen=True, slots=True)
class Case:
    """A clip with what it truly shows.

    Attributes:
        clip: A video or a recorded track.
        truth: What its truth file says, or None where it was labelled by eye.
        seen: The same, or what the eye saw.
        file: Where that is written.
    """

    clip: Path
    truth: Truth | None
    seen: Seen
    file: Path


Look = Callable[[Case, ClipAgreement, Analysis | None], None]
"""Told each clip with its analysis, None where there is none, for pictures of it."""


def evaluate(
    folder: Path,
    *,
    model: str = "full",
    profile: str | Profile = "standard",
    tracks: Path | None = None,
    recognise: bool | None = None,
    progress: Callable[[str], None] | None = None,
    look: Look | None = None,
) -> Evaluation:
    """Compare every clip of a folder with the truth file or the label beside it.

    Args:
        folder: Holds videos, or recorded tracks, and for each a truth file `NAME.json` (`synth-truth-1`, or
            made by eye: see `formcheck.evaluation.truth`) or a label (see `formcheck.evaluation.eye_labels`).
        model: The pose model.
        profile: The limits that decide what is a fault, for verdicts and truth alike.
        recognise: Whether the exercise is not told but recognised: what is taken for another one, or for
            none, then counts as not found. None tells it where there is a truth file, and not to clips that
            were labelled by eye.
        tracks: Where recorded tracks are kept: used where there, written where not. One of another clip with
            the same name, or of the clip as it was before, is left alone.
        progress: Told each clip's name.
        look: Told each clip with its analysis.

    Raises:
        UsageError: If no clip has a truth file or a label.
    """
    found, problems = cases(folder, tracks)
    if not found:
        refuse(folder, problems)
    result = compare_cases(
        found,
        model=model,
        profile=profile,
        tracks=tracks,
        recognise=recognise,
        progress=progress,
        look=look,
    )
    result.problems = problems
    return result


def refuse(folder: Path, problems: Sequence[str] = ()) -> NoReturn:
    """Say that a folder holds no clip to compare.

    Raises:
        UsageError: Always.
    """
    why = f" ({problems[0]})" if problems else ""
    raise UsageError(
        f"{folder} holds no clip (video or .npz track) with a truth file (.json) or a label ({TOGETHER}, "
        f"CLIP{BESIDE}) beside it{why}"
    )


def compare_cases(
    found: Sequence[Case],
    *,
    model: str = "full",
    profile: str | Profile = "standard",
    tracks: Path | None = None,
    recognise: bool | None = None,
    progress: Callable[[str], None] | None = None,
    look: Look | None = None,
) -> Evaluation:
    """Compare clips with what they truly show; the arguments are those of `evaluate`."""
    result = Evaluation()
    for case in found:
        if progress:
            progress(case.clip.name)
        analysis, error = _analysed(case, recognise, model, profile, tracks)
        name = names.shown(case.clip.stem)
        agreement = compare(name, case.seen, analysis.report if analysis else None, names.cleaned(error))
        result.agreement.clips.append(agreement)
        if look is not None:
            look(case, agreement, analysis)
        if case.truth is None:
            continue
        result.clips.append(_clip(case.clip, case.truth, analysis, error))
        known = case.truth.exercise in catalog.exercises()
        if analysis is not None and known and analysis.exercise.name == case.truth.exercise:
            _compare(result, case.truth, analysis, name)
    return result


def cases(folder: Path, tracks: Path | None = None) -> tuple[list[Case], list[str]]:
    """Return each clip of a folder with what it truly shows, and what is wrong with labels left out.

    A truth file goes before a label.

    Raises:
        UsageError: A truth file, or the file of all labels, cannot be read.
    """
    labels = read_folder(folder, tracks)
    found = []
    for clip, path in clips_with_truth(folder):
        truth = Truth.load(path)
        found.append(Case(clip, truth, seen_in(truth), path))
    taken = {case.clip.stem for case in found}
    for clip, label in labels.of.items():
        if clip.stem not in taken:
            found.append(Case(clip, None, label.seen(), labels.file[clip]))
    return sorted(found, key=lambda case: case.clip.name), labels.problems


def _analysed(
    case: Case, recognise: bool | None, model: str, profile: str | Profile, tracks: Path | None
) -> tuple[Analysis | None, str]:
    """Return the analysis of a clip, or why there is none."""
    keep = tracks if tracks and not kinds.is_track(case.clip) else None
    of = sha256(case.clip) if keep and not kinds.trouble(case.clip) else ""
    track = _track(keep, case.clip.stem, of) if keep else None
    source = track if track and track.is_file() else case.clip
    if trouble := kinds.trouble(source):
        return None, f"it {trouble}"
    try:
        settings = Settings.of(_told(case, recognise), profile=profile, model=model)
        analysis = analyze_clip(source, replace(settings, coached=False))
    except ClipError as error:
        return None, str(error)
    if track and not track.is_file():
        track.parent.mkdir(parents=True, exist_ok=True)
        analysis.raw.save(track, of_clip=True, clip_sha256=of)
    return analysis, ""


def _track(tracks: Path, stem: str, of: str) -> Path:
    """Return the file for a clip's landmarks: the usual one, or another where that is of other bytes."""
    usual = tracks / f"{stem}.npz"
    return usual if not of or clip_of(usual) in ("", of) else tracks / f"{stem}-{of[:8]}.npz"


def _told(case: Case, recognise: bool | None) -> str | None:
    """Return the name of the exercise where it is not to be recognised."""
    if recognise if recognise is not None else case.truth is None:
        return None
    only = case.seen.exercises[0] if len(case.seen.exercises) == 1 else None
    return only if only in catalog.exercises() else None


def clips_with_truth(folder: Path) -> list[tuple[Path, Path]]:
    """Return each clip of a folder with the truth file beside it; a recorded track goes before its video."""
    files = [path for path in sorted(folder.iterdir()) if not path.is_dir()]
    truth = {
        path.stem: path
        for path in files
        if kinds.is_report(path) and path.name != TOGETHER and not kinds.trouble(path)
    }
    clips = sorted(filter(kinds.is_clip, files), key=kinds.is_track)
    found = {path.stem: path for path in clips if path.stem in truth}
    return [(found[stem], truth[stem]) for stem in sorted(found)]


def _clip(clip: Path, truth: Truth, analysis: Analysis | None, error: str) -> dict[str, Any]:
    report = analysis.report if analysis else None
    sets = analysis.found.sets if analysis else ()
    of = {truth.exercise} & catalog.exercises().keys() or {one.exercise.name for one in sets}
    own = [one for one in sets if one.exercise.name in of]
    expected = len(truth.reps) if truth.exercise in catalog.exercises() else 0
    return {
        "clip": names.shown(clip.stem),
        "exercise": truth.exercise,
        "exercise_found": report.exercise if report and report.reps else None,
        "view_true": truth.view,
        "view": report.view if report else None,
        "side_true": truth.side,
        "side": report.working_side if report else None,
        "reps_true": expected,
        "reps_found": sum(one.full for one in own),
        "notes": list(report.notes) if report else [names.cleaned(error)],
    }


def _pairs(truth: Truth, analysis: Analysis) -> Iterator[tuple[TrueRep, RepReport]]:
    """Match true and found repetitions that overlap by more than half."""
    for true in truth.reps:
        for rep in analysis.report.reps:
            shared = min(true.end_s, rep.end_s) - max(true.start_s, rep.start_s)
            if not rep.partial and shared >= 0.5 * (true.end_s - true.start_s):
                yield true, rep
                break


def _compare(result: Evaluation, truth: Truth, analysis: Analysis, clip: str) -> None:
    for true, rep in _pairs(truth, analysis):
        rows = list(_rows(truth, analysis, true, rep, clip))
        result.rows += rows
        if not true.severity:
            wrong = [row.status for row in rows if row.present is False]
            result.clean.append((clip, truth.view, wrong.count(Status.FAULT), wrong.count(Status.WARN)))
        for name in () if true.by_eye else ("start_s", "lockout_s", "lower_s", "end_s"):
            result.phase_errors[name].append(getattr(rep, name) - getattr(true, name))
        if true.by_eye and np.isfinite(true.held_s):
            result.phase_errors["held_s"].append(rep.hold_s - true.held_s)
    _compare_cues(result, truth, analysis)
    if truth.view == "side" and truth.angles:
        _compare_angles(result, truth, analysis)


def _rows(truth: Truth, analysis: Analysis, true: TrueRep, rep: RepReport, clip: str) -> Iterator[Row]:
    rules = {rule.code: rule for rule in analysis.exercise.rules}
    for verdict in rep.verdicts:
        rule = rules[verdict.rule]
        yield Row(
            clip,
            truth.view,
            truth.yaw_deg,
            verdict.fault,
            verdict.status,
            verdict.value,
            verdict.uncertainty,
            TRUE_VALUE[rule.name](true) if rule.name in TRUE_VALUE and not true.by_eye else None,
            present(rule, true),
            None if true.by_eye else true.severity.get(rule.name),
        )


def _compare_cues(result: Evaluation, truth: Truth, analysis: Analysis) -> None:
    """Match the live decisions to the onsets of the faults they are about, one to one, in time.

    Decisions are what the cues are chosen from: the cue policy then speaks about at most one a repetition.
    A decision on a fault that is truly there without having been put in counts on neither side.
    """
    coach = Coach(analysis.exercise, analysis.raw.size)
    for pose in analysis.raw.poses():
        coach.update(pose)
    for tolerance in CUE_TOLERANCES_S:
        match_decisions(result.cues[tolerance], coach.decisions, truth, analysis, tolerance)
    result.latency_s += onset_latencies_s(coach.decisions, truth, analysis)


def match_decisions(
    counts: Counts,
    decisions: Sequence[tuple[float, str]],
    truth: Truth,
    analysis: Analysis,
    tolerance_s: float,
) -> None:
    """Count live decisions, (clip time, rule code), as hits, false ones and missed onsets.

    Onsets of faults that could not be judged in the clip at all count on neither side.
    """
    rules = {rule.code: rule for rule in analysis.exercise.rules}
    judgeable = {
        v.fault for rep in analysis.report.reps for v in rep.verdicts if v.status is not Status.NOT_JUDGED
    }
    open_onsets = [(fault, onset) for fault, _, onset in truth.onsets if fault in judgeable]
    for time_s, code in decisions:
        rule = rules[code]
        match = [o for o in open_onsets if o[0] == rule.name and abs(time_s - o[1]) <= tolerance_s]
        if match:
            open_onsets.remove(match[0])
            counts.hit += 1
        elif not _truly_there(rule, truth, time_s):
            counts.false += 1
    counts.missed += len(open_onsets)


def onset_latencies_s(
    decisions: Sequence[tuple[float, str]], truth: Truth, analysis: Analysis
) -> list[float]:
    """Return the seconds from each true onset to the first decision on its fault within three seconds."""
    names = {rule.code: rule.name for rule in analysis.exercise.rules}
    late = []
    for fault, _, onset in truth.onsets:
        times = [t for t, code in decisions if names[code] == fault and 0 <= t - onset < 3.0]
        late += [min(times) - onset] if times else []
    return late


def _truly_there(rule: Rule, truth: Truth, time_s: float) -> bool:
    near = [rep for rep in truth.reps if rep.start_s <= time_s <= rep.end_s + 1.0]
    return any(present(rule, rep) is not False for rep in near)


def _compare_angles(result: Evaluation, truth: Truth, analysis: Analysis) -> None:
    frames = prepared(analysis.raw)
    found = find(Footage(frames), analysis.exercise)
    if not found.sets:
        return
    one = found.sets[0]
    data = SetData(*frames, one.side, one.data.look, [])
    at = np.isin(np.round(analysis.raw.time_s, 3), np.round(truth.time_s, 3))
    if at.mean() < 0.9:  # another clip's truth
        return
    for name, key in ANGLES.items():
        values = np.interp(truth.time_s, analysis.raw.time_s, data.values(name))
        off = np.abs(wrap_deg(values - truth.angles[key]))
        result.angle_errors[name].append(float(np.nanmean(off)))
