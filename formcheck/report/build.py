"""From verdicts to the report."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

import numpy as np

from formcheck.exercises.rule import OBLIQUE, SEVERAL, Exercise, Status
from formcheck.judging.cues import Cue
from formcheck.judging.judge import Verdict, set_score
from formcheck.judging.prepare import GUESSED
from formcheck.judging.record import JudgedRep, JudgedSet
from formcheck.judging.sets import Found, FoundSet
from formcheck.judging.settings import Settings
from formcheck.measures.catalogue import MEASURES
from formcheck.poses.pose import Side, View
from formcheck.poses.viewpoint import Look
from formcheck.report.baselines import baseline_notes, own_values
from formcheck.report.camera import camera_change
from formcheck.report.model import (
    CueReport,
    Fix,
    LiftReport,
    NotJudged,
    Quantity,
    Report,
    RepReport,
    SetSummary,
    VerdictReport,
)
from formcheck.report.series import about, series, shown_measures
from formcheck.reps.bar_speed import SIGNAL, lift, speed_loss_pct
from formcheck.reps.holds import ENDS_ERROR_S, Hold
from formcheck.reps.rep_data import RepData
from formcheck.reps.segmentation import Phase
from formcheck.wording import from_place, spans

_MOST_TIMES = 3  # named in a note
_SLOW_S = 4.0  # up and down: slower than lifters move (a slow tempo is 3 to 4 s)
UNKNOWN = "unknown"
"""Name of the exercise in a report where none was recognised."""


def package_version() -> str:
    """Return the installed version of formcheck."""
    try:
        return version("formcheck")
    except PackageNotFoundError:
        return "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The frames that were judged, in the words of a report.

    Attributes:
        source: Name of the clip.
        fps: Median frame rate.
        duration_s: Length of the clip.
        complete: Whether the clip was seen to its end.
        cues: What was or would have been spoken.
        notes: What a reader must know.
        seems: Why nothing was found, where that could be told, or empty.
    """

    source: str
    fps: float
    duration_s: float
    complete: bool
    cues: tuple[Cue, ...]
    notes: tuple[str, ...]
    seems: str = ""


def build(
    found: Found,
    judged_sets: Sequence[JudgedSet],
    settings: Settings,
    recording: Recording,
) -> Report:
    """Build the report from the final verdicts.

    Args:
        found: The sets of the clip, their exercises with the limits judged by.
        judged_sets: The same sets with their verdicts.
        settings: What the user said, and how it was judged.
        recording: The clip, and what is to be said of it.
    """
    exercise = found.exercise
    recognised = bool(found.sets) or settings.exercise is not None
    reps: list[RepReport] = []
    sets: list[SetSummary] = []
    judged: list[tuple[int, Verdict]] = []
    for number, one in enumerate(judged_sets, start=1):
        first = len(reps)
        for each in one.reps:
            reps.append(_rep(len(reps) + 1, number, each, one.found, settings.plate_mm))
            judged += [(len(reps), verdict) for verdict in each.verdicts]
        sets.append(_set(number, one, reps[first:], settings.plate_mm))
    full = [rep for rep in reps if not rep.partial]
    sides = {one.working_side for one in found.sets}
    look = found.sets[0].data.look if found.sets else found.look
    return Report(
        schema="formcheck-report-1",
        version=package_version(),
        source=recording.source,
        exercise=exercise.name if recognised else UNKNOWN,
        profile=settings.profile.name,
        view=look.view.value,
        upright=look.upright,
        working_side="unknown" if not sides else "both" if len(sides) > 1 else next(iter(sides)),
        fps=_number(recording.fps, 3),
        duration_s=round(recording.duration_s, 3),
        complete=recording.complete,
        # Scores of different exercises have different weights: their mean has no meaning.
        score=None if exercise.name == SEVERAL else _number(set_score([rep.score for rep in full]), 1),
        coverage=round(sum(rep.coverage for rep in full) / len(full), 3) if full else 0.0,
        sets=tuple(sets),
        reps=tuple(reps),
        cues=tuple(
            CueReport(time_s=round(cue.time_s, 3), rule=cue.rule, text=cue.text) for cue in recording.cues
        ),
        not_judged=_not_judged(judged),
        fix=_fix(judged),
        camera=camera_change(
            (one.found.exercise, verdict)
            for one in judged_sets
            for each in one.reps
            for verdict in each.verdicts
        ),
        notes=(
            *recording.notes,
            *baseline_notes(judged_sets, settings.baselines),
            *([recording.seems] if recording.seems else _explain_none(found, exercise, recognised)),
            *_only_counted(found),
            *_unseen_safety(judged, "hold" if exercise.is_hold else "rep"),
            *_plate_unseen(found, settings.plate_mm),
            *_uncounted(found, settings.filming.slow_motion),
        ),
        about=about(exercise) if recognised else None,
        series=series(found.sets, exercise),
        rotated_deg=settings.filming.rotate_deg,
        mirrored=settings.filming.mirrored,
        slow_motion=settings.filming.slow_motion or 1.0,
    )


def _number(value: float | None, digits: int) -> float | None:
    return None if value is None or not math.isfinite(value) else round(value, digits)


def _rep(index: int, number: int, judged: JudgedRep, one: FoundSet, plate_mm: float | None) -> RepReport:
    rep, data, exercise = judged.rep, one.shown(judged.rep), one.exercise
    return RepReport(
        index=index,
        side=one.side_in(rep),
        set=number,
        start_s=round(rep.start_s, 3),
        lockout_s=round(rep.lockout_s, 3),
        lower_s=round(rep.lower_s, 3),
        end_s=round(rep.end_s, 3),
        partial=rep.partial,
        score=_number(judged.score, 1),
        coverage=round(judged.coverage, 3),
        verdicts=tuple(_verdict(verdict) for verdict in judged.verdicts),
        kind="hold" if isinstance(rep, Hold) else "rep",
        cut_off=isinstance(rep, Hold) and rep.cut_off,
        range=_range(data, exercise),
        held_s=round(rep.held_s, 3),
        time_uncertainty_s=_number(_time_error_s(data, exercise), 3),
        lift=_lift(data, exercise, plate_mm),
        at_top={name: _at_top(data, name) for name in shown_measures(exercise, data.look.view)},
    )


def _range(data: RepData, exercise: Exercise) -> Quantity | None:
    """Return how far the signal rose; None for a hold, which has none, and where it is only counted."""
    if exercise.is_hold or data.look.view not in exercise.views:
        return None
    signal, error = MEASURES[exercise.signal], data.range_error(exercise.signal)
    return Quantity(value=round(data.rep.range, 1), uncertainty=round(error, 1), unit=signal.unit)


def _time_error_s(data: RepData, exercise: Exercise) -> float:
    """Return the error of the seconds of a hold, or of the length of a repetition's phase."""
    if exercise.is_hold:
        return ENDS_ERROR_S + data.coarse_s
    return data.time_error_s((data.rep.end_s - data.rep.start_s) / 3, exercise.signal)


def _lift(data: RepData, exercise: Exercise, plate_mm: float | None) -> LiftReport | None:
    up = lift(data, plate_mm) if exercise.signal == SIGNAL else None
    if up is None:
        return None
    unit = "m" if up.metric else "trunk lengths"
    rise, mean, peak = (
        Quantity(value=round(value.value, 3), uncertainty=round(value.uncertainty, 3), unit=of)
        for value, of in ((up.rise, unit), (up.mean, f"{unit}/s"), (up.peak, f"{unit}/s"))
    )
    return LiftReport(by=up.by, rise=rise, mean_speed=mean, peak_speed=peak)


def _speed_loss(one: FoundSet, plate_mm: float | None) -> Quantity | None:
    if one.data.bar is None or one.exercise.signal != SIGNAL:
        return None
    full = [one.shown(rep) for rep in one.reps if not rep.partial]
    loss = speed_loss_pct([lift(data, plate_mm) for data in full])
    return loss and Quantity(value=round(loss.value, 1), uncertainty=round(loss.uncertainty, 1), unit="%")


def _plate_unseen(found: Found, plate_mm: float | None) -> list[str]:
    """Say that there are no metres where no plate was followed."""
    bars = [one.data.bar for one in found.sets]
    if plate_mm is None or not bars or any(bar is not None and bar.fits(plate_mm) for bar in bars):
        return []
    if any(bar is not None for bar in bars):
        return [
            f"The plate that was followed does not look {plate_mm:.0f} mm wide: no speed in metres is given."
        ]
    return [
        "No plate was seen over the hips, so there is no speed in metres: film from the side, "
        "the whole plate in the picture."
    ]


def _at_top(data: RepData, name: str) -> Quantity | None:
    reading = data.read(name, Phase.TOP, "median", from_start=False)
    if not math.isfinite(reading.value):
        return None
    return Quantity(
        value=round(reading.value, 1), uncertainty=round(reading.uncertainty, 1), unit=MEASURES[name].unit
    )


def _side(side: Side) -> Literal["left", "right"]:
    return "left" if side is Side.LEFT else "right"


def _verdict(verdict: Verdict) -> VerdictReport:
    reading, limit = verdict.reading, verdict.limit
    return VerdictReport(
        rule=verdict.rule.code,
        fault=verdict.rule.name,
        status=verdict.status,
        value=_number(reading.value, 2),
        uncertainty=_number(reading.uncertainty, 2),
        unit=verdict.rule.value_unit,
        warn=round(limit.warn, 3),
        fault_limit=_number(limit.fault, 3),
        time_s=_number(reading.time_s, 3),
        view=verdict.view.value,
        reason=reading.reason,
        cue=verdict.cue,
        beyond=reading.beyond,
    )


def _set(number: int, judged: JudgedSet, reps: Sequence[RepReport], plate_mm: float | None) -> SetSummary:
    one, full = judged.found, [rep for rep in reps if not rep.partial]
    return SetSummary(
        index=number,
        working_side=one.working_side,
        view=one.data.look.view.value,
        upright=one.data.look.upright,
        yaw_deg=_number(one.data.look.yaw_deg, 1),
        near=_side(one.data.look.near),
        reps=tuple(rep.index for rep in reps),
        score=_number(set_score([rep.score for rep in full]), 1),
        coverage=round(sum(rep.coverage for rep in full) / len(full), 3) if full else 0.0,
        own=own_values(judged),
        baseline=one.data.baseline.source if one.data.baseline else None,
        speed_loss=_speed_loss(one, plate_mm),
        exercise=one.exercise.name,
        title=one.exercise.title,
        confidence=_number(one.confidence, 2),
    )


def _not_judged(judged: Sequence[tuple[int, Verdict]]) -> tuple[NotJudged, ...]:
    groups: dict[tuple[str, str, str], list[int]] = {}
    rules = {verdict.rule.code: verdict.rule for _, verdict in judged}
    for index, verdict in judged:
        if verdict.status is Status.NOT_JUDGED:
            groups.setdefault((verdict.rule.code, verdict.reading.reason, verdict.remedy), []).append(index)
    return tuple(
        NotJudged(rule=code, fault=rules[code].name, reps=tuple(reps), reason=reason, remedy=remedy)
        for (code, reason, remedy), reps in groups.items()
    )


def _fix(judged: Sequence[tuple[int, Verdict]]) -> Fix | None:
    """Choose the one fault to fix: faults before warnings, then by risk, then by number."""
    flagged: dict[str, list[tuple[int, Verdict]]] = {}
    for index, verdict in judged:
        if verdict.flagged:
            flagged.setdefault(verdict.rule.code, []).append((index, verdict))
    if not flagged:
        return None

    def urgency(found: list[tuple[int, Verdict]]) -> tuple[int, int, int]:
        faults = sum(verdict.status is Status.FAULT for _, verdict in found)
        return (0 if faults else 1, found[0][1].rule.priority, -len(found))

    worst = min(flagged.values(), key=urgency)
    rule = worst[0][1].rule
    reps = tuple(index for index, _ in worst)
    return Fix(rule=rule.code, fault=rule.name, text=worst[0][1].cue, reps=reps)


def _unseen_safety(judged: Sequence[tuple[int, Verdict]], what: str) -> list[str]:
    """Say why there is no full score where a check of safety could not be judged, and how to get one."""
    unseen: dict[tuple[str, str], list[int]] = {}
    for index, verdict in judged:
        if verdict.rule.safety and not verdict.judged:
            unseen.setdefault((verdict.rule.name, verdict.remedy), []).append(index)
    return [
        f"No score for {spans(reps, what=what)}: {name} was not judged, and it is about safety. {remedy}"
        for (name, remedy), reps in unseen.items()
    ]


def _uncounted(found: Found, slow_motion: float | None) -> list[str]:
    """Say which movements were dropped and why, and what looks like slow motion where nobody said so."""
    reasons: dict[str, list[str]] = {}
    for one in found.dropped:
        reasons.setdefault(one.why, []).append(f"{one.start_s:.1f}")
    took_s = {one.why: one.end_s - one.start_s for one in found.dropped}
    notes = []
    for why, times in reasons.items():
        more = f" and {len(times) - _MOST_TIMES} more" if len(times) > _MOST_TIMES else ""
        of = f" of {took_s[why]:.0f} s" if took_s[why] >= 1.0 else ""
        what = f"a movement{of}" if len(times) == 1 else f"{len(times)} movements"
        notes.append(f"Not counted: {what} at {', '.join(times[:_MOST_TIMES])} s{more}: {why}.")
    full = [rep for one in found.sets for rep in one.reps if not rep.partial]
    ways = [(rep.lockout_s - rep.start_s, rep.end_s - rep.lower_s) for rep in full]
    up_s, down_s = np.median(ways, axis=0) if ways else (0.0, 0.0)
    if min(up_s, down_s) > _SLOW_S and slow_motion is None:
        notes.append(
            f"This looks like slow motion ({up_s:.0f} s up, {down_s:.0f} s down): if it is, say how many "
            "times slower it plays, such as --slow-motion 8."
        )
    return notes


def _reasons(refused: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return reasons and how often each, the most frequent first.

    The same reason has another value in each movement, in brackets behind it. The first one stands for all.
    """
    first: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for text, count in refused.items():
        stem = text.partition(" (")[0]
        first.setdefault(stem, text)
        counts[stem] += count
    return [(first[stem], count) for stem, count in counts.most_common()]


def _hopeless(look: Look, exercise: Exercise) -> list[str]:
    """Return notes on a view from which nothing can be counted; an oblique one is only too far round."""
    if look.view is View.UNKNOWN:
        return ["The camera angle could not be told: film from the side, whole body in the picture."]
    if look.view in OBLIQUE:
        return []
    what, where = "Holds" if exercise.is_hold else "Repetitions", from_place(look.view, upright=look.upright)
    return [f"{what} cannot be counted {where}: film from the side."]


def _only_counted(found: Found) -> list[str]:
    """Say that repetitions were counted where landmarks are guesses, so that no more is known of them."""
    counted = [one for one in found.sets if one.exercise.counted_from and one.data.look.view is View.UNKNOWN]
    if not counted:
        return []
    how = "by how far shoulders and hips are from their rest"
    if counted[0].data.look.prone:
        how = "by how far the picture of the body is from that at rest"
    return [
        f"The repetitions are only counted, {how}: from here the model guesses the body. Film from the side."
    ]


def _explain_none(found: Found, exercise: Exercise, recognised: bool) -> list[str]:
    """Return notes on why no repetition was counted."""
    if found.sets:
        return []
    if not recognised:
        reasons = ", ".join(reason for reason, _ in _reasons(found.refused)[:2])
        nearest = f" Nearest: {exercise.title.lower()}, but {reasons}." if reasons else ""
        if GUESSED in found.refused:  # of any exercise: to name one would mislead
            nearest = f" {GUESSED[0].upper()}{GUESSED[1:]}."
        return [f"This is not an exercise I know, or it is not seen well enough to tell.{nearest}"]
    none = f"No {'hold' if exercise.is_hold else 'repetition'} of the {exercise.title.lower()}"
    if found.look.view not in exercise.views:
        return _hopeless(found.look, exercise)
    if found.refused:
        reason, count = _reasons(found.refused)[0]
        return [f"{none}: {reason} ({count} time{'s' if count > 1 else ''}). To film it: {exercise.film}"]
    return [f"{none} was found. To film it: {exercise.film}"]
