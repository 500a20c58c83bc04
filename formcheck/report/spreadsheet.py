"""The tables of one clip, UTF-8, a point for decimals: one row a repetition, or one row a frame.

Units are in the columns' names; a cell without a value is empty. `pct` is percent of the trunk length.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from formcheck.judging.sets import FoundSet
from formcheck.measures.catalogue import MEASURES
from formcheck.poses.pose import Floats
from formcheck.poses.track import Track
from formcheck.report import sheet
from formcheck.report.analysis import Analysis
from formcheck.report.model import Quantity, Report, RepReport
from formcheck.report.series import seen_values, shown_measures, values_of_set
from formcheck.report.sheet import Cell
from formcheck.report.whole import whole_clip
from formcheck.reps.holds import Hold
from formcheck.reps.segmentation import Rep

_UNITS = {"%": "pct"}
_LIFT = "rise", "mean_speed", "peak_speed"
_HEAD = ("time_s", "found", "set", "exercise", "rep", "side", "phase")


def reps_csv(report: Report) -> str:
    """Return a table with a row for each repetition.

    Columns: `source, rep, set, exercise, side, partial`; the times `start_s, lockout_s, lower_s, end_s` and
    lengths `up_s, hold_s, down_s` with `time_uncertainty_s`; where a position is held `hold_cut_off`, 1 where
    the clip begins or ends within it, so that `hold_s` is the least it lasted; `range_UNIT` of the signal;
    where something is lifted on the hips `lift_rise_UNIT`, `lift_mean_speed_UNIT` and
    `lift_peak_speed_UNIT`; `score` (0 to 100) and `coverage` (0 to 1); for each fault its value `FAULT_UNIT`,
    `FAULT_uncertainty` (the same unit) and `FAULT_status`; each measure's median at the top, `MEASURE_top`.
    """
    return sheet.table(*reps_table(report))


def reps_table(report: Report) -> tuple[list[str], list[list[Cell]]]:
    """Return the names of the columns of `reps_csv` and its rows."""
    faults = list(dict.fromkeys((v.fault, v.unit) for rep in report.reps for v in rep.verdicts))
    measures = list(dict.fromkeys(name for rep in report.reps for name in rep.at_top))
    units = list(dict.fromkeys(rep.range.unit for rep in report.reps if rep.range))
    head = ["source", "rep", "set", "exercise", "side", "partial", "start_s", "lockout_s", "lower_s", "end_s"]
    head += ["up_s", "hold_s", "down_s", "time_uncertainty_s"]
    held = any(rep.kind == "hold" for rep in report.reps)
    head += ["hold_cut_off"] if held else []
    for unit in units:
        head += [f"range_{_token(unit)}", f"range_uncertainty_{_token(unit)}"]
    lifts = list(dict.fromkeys(rep.lift.rise.unit for rep in report.reps if rep.lift))
    for unit in lifts:
        head += [name for part in _LIFT for name in _lift_columns(part, unit)]
    head += ["score", "coverage"]
    for fault, of in faults:
        head += [f"{fault}_{_token(of)}", f"{fault}_uncertainty", f"{fault}_status"]
    head += [f"{name}_top" for name in measures]
    named = [fault for fault, _ in faults]
    return head, [_rep_row(report, rep, units, lifts, named, measures, held=held) for rep in report.reps]


def _rep_row(
    report: Report,
    rep: RepReport,
    units: Sequence[str],
    lifts: Sequence[str],
    faults: Sequence[str],
    measures: Sequence[str],
    *,
    held: bool,
) -> list[Cell]:
    of = next((one.exercise for one in report.sets if one.index == rep.set), "") or report.exercise
    row: list[Cell] = [report.source, rep.index, rep.set, of, rep.side, int(rep.partial)]
    row += [rep.start_s, rep.lockout_s, rep.lower_s, rep.end_s]
    row += [round(x, 3) for x in (rep.up_s, rep.hold_s, rep.down_s)]
    row.append(rep.time_uncertainty_s)
    row += [int(rep.cut_off) if rep.kind == "hold" else None] if held else []
    for unit in units:
        row += _cells(rep.range if rep.range and rep.range.unit == unit else None)
    for unit in lifts:
        there = rep.lift if rep.lift and rep.lift.rise.unit == unit else None
        for part in _LIFT:
            row += _cells(getattr(there, part) if there else None)
    row += [rep.score, rep.coverage]
    verdicts = {verdict.fault: verdict for verdict in rep.verdicts}
    for fault in faults:
        verdict = verdicts.get(fault)
        row += [verdict.value, verdict.uncertainty, verdict.status.value] if verdict else [None] * 3
    for name in measures:
        row.append(_cells(rep.at_top.get(name))[0])
    return row


def _lift_columns(part: str, unit: str) -> list[str]:
    of = f"{unit.replace(' ', '_')}{'' if part == 'rise' else '_per_s'}"
    return [f"lift_{part}_{of}", f"lift_{part}_uncertainty_{of}"]


def _cells(quantity: Quantity | None) -> list[Cell]:
    return [quantity.value, quantity.uncertainty] if quantity else [None, None]


def frames_csv(analysis: Analysis) -> str:
    """Return a table with a row for each frame of the clip.

    Columns: `time_s`; `found` (1 where a person was); `set, exercise, rep, side, phase` (`up`, `top`, `down`,
    or `rest` between repetitions; empty outside the sets); then each measure of the exercise, empty where a
    joint it needs is not seen. Where no repetition was found there is every measure that there is, those of
    the exercise first, over the whole clip: `side` is the leg that was taken as the working one.
    """
    track, found, exercise = analysis.smoothed, analysis.found, analysis.exercise
    if not found.sets:
        return _all_measures(analysis)
    names = shown_measures(exercise, *(one.data.look.view for one in found.sets))
    state: list[list[Cell]] = [[None] * 5 for _ in range(len(track))]
    values = np.full((len(track), len(names)), np.nan)
    reps = [rep for one in found.sets for rep in one.reps]
    for number, one in enumerate(found.sets, start=1):
        first = int(np.searchsorted(track.time_s, one.data.body.track.time_s[0]))
        own = slice(first, first + len(one.data.body.track))
        mine = slice(*np.searchsorted(track.time_s, _span(found.sets, number - 1, one)))
        part = slice(max(own.start, mine.start), min(own.stop, mine.stop))
        for column, name in enumerate(names):
            values[part, column] = values_of_set(one, name)[part.start - first : part.stop - first]
        for i in range(part.start, part.stop):
            state[i] = _state(float(track.time_s[i]), number, one, reps)
    return sheet.table([*_HEAD, *names], _frame_rows(track, state, values))


def _all_measures(analysis: Analysis) -> str:
    """Return the table of a clip without a repetition."""
    data = whole_clip(analysis)
    told = shown_measures(analysis.exercise, data.look.view)
    names = list(dict.fromkeys([*told, *MEASURES]))
    state: list[list[Cell]] = [
        [None, None, None, data.working.value, None] for _ in range(len(analysis.smoothed))
    ]
    values = np.column_stack([seen_values(data, name) for name in names])
    return sheet.table([*_HEAD, *names], _frame_rows(analysis.smoothed, state, values))


def _span(sets: Sequence[FoundSet], i: int, one: FoundSet) -> tuple[float, float]:
    """Return from when to when frames belong to a set: up to half-way to the next one."""
    low = (sets[i - 1].reps[-1].end_s + one.reps[0].start_s) / 2 if i else -math.inf
    high = (one.reps[-1].end_s + sets[i + 1].reps[0].start_s) / 2 if i + 1 < len(sets) else math.inf
    return low, high


def _state(time_s: float, number: int, one: FoundSet, reps: Sequence[Rep]) -> list[Cell]:
    rep = next((rep for rep in one.reps if rep.start_s <= time_s < rep.end_s), None)
    if rep is None:
        return [number, one.exercise.name, None, one.working_side, "rest"]
    if isinstance(rep, Hold):
        return [number, one.exercise.name, reps.index(rep) + 1, one.working_side, "hold"]
    phase = "up" if time_s < rep.lockout_s else "top" if time_s < rep.lower_s else "down"
    return [number, one.exercise.name, reps.index(rep) + 1, one.side_in(rep), phase]


def _frame_rows(track: Track, state: Sequence[list[Cell]], values: Floats) -> Iterable[list[Cell]]:
    found = track.found
    for i, row in enumerate(values.tolist()):
        cells = [round(value, 2) if math.isfinite(value) else None for value in row]
        yield [round(float(track.time_s[i]), 4), int(found[i]), *state[i], *cells]


def _token(unit: str) -> str:
    return _UNITS.get(unit, unit)
