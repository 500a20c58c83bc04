"""What an exercise may say of its signal, its sides and its time, through the record and while it runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from support.skeleton import Shot, Tempo, change_legs, exchange, kickbacks, squats, thrusts

from formcheck import Report, Session, analyze
from formcheck.api import analyze_clip
from formcheck.exercises import catalog
from formcheck.exercises.rule import Exercise
from formcheck.history.entries import entries
from formcheck.judging.coach import Step
from formcheck.judging.prepare import prepared
from formcheck.judging.recognition import recognise
from formcheck.judging.sets import Footage, find
from formcheck.judging.settings import Settings
from formcheck.measures.body import Body
from formcheck.measures.catalogue import MEASURES
from formcheck.poses.pose import Floats, Landmark, Side
from formcheck.poses.track import Track
from formcheck.report.spreadsheet import frames_csv
from formcheck.rule import SIDEWAYS

NOISY = Shot(noise_px=0.5, seed=4)
KICK = catalog.exercise("glute-kickback")
SQUAT = replace(
    catalog.exercise("cable-kickback"),
    name="squat",
    title="Squat",
    signal="knee_flexion_deg",
    min_range=40.0,
    side_of="both",
    views=SIDEWAYS,
    gates=(),
    refuses=None,
    rules=catalog.exercise("cable-kickback").rules[:1],
)


def tops(report: Report) -> list[float]:
    return [round((rep.lockout_s + rep.lower_s) / 2, 1) for rep in report.reps if not rep.partial]


def alternating(count: int = 4, shot: Shot = NOISY) -> Track:
    """Kickbacks of the left and the right leg in turn."""
    side, track = Side.LEFT, kickbacks(shot, reps=1)
    for number in range(1, count):
        after = kickbacks(replace(shot, seed=shot.seed + number), reps=1, working=side.other)
        track, side = change_legs(track, after, side), side.other
    return track


def steps(track: Track, exercise: Exercise) -> list[Step]:
    run = Session(track.size, Settings(exercise=exercise))
    return [step for pose in track.poses() if (step := run.push(pose)) is not None]


def with_one_leg_still(track: Track) -> Track:
    """The right leg keeps the bend it has in the first frame; only that of the left is real."""
    px = track.image_px.copy()
    leg = [Landmark.RIGHT_KNEE, Landmark.RIGHT_ANKLE, Landmark.RIGHT_HEEL, Landmark.RIGHT_FOOT_INDEX]
    px[:, leg] = px[:1, leg] + (px[:, [Landmark.RIGHT_HIP]] - px[:1, [Landmark.RIGHT_HIP]])
    return replace(track, image_px=px)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize(
    "changes",
    [
        {"signal": "-trunk_pitch_deg", "min_range": 10.0},
        {"signal": "mean(knee_flexion_deg)"},
        {"signal": "least(knee_flexion_deg)"},
    ],
    ids=lambda changes: str(changes["signal"]),
)
def test_a_signal_that_falls_or_is_of_both_sides_counts_the_same(
    changes: dict[str, Any], mirrored: bool
) -> None:
    track = squats(replace(NOISY, mirrored=mirrored))
    plain = analyze(track, SQUAT)
    other = analyze(track, replace(SQUAT, **changes))
    assert len(plain.reps) == 3
    assert tops(other) == pytest.approx(tops(plain), abs=0.25)
    assert other.about is not None
    assert other.about.signal == changes["signal"].removeprefix("-")
    assert other.series is not None
    assert other.series.measures[0].measure == other.about.signal
    assert steps(track, replace(SQUAT, **changes))[-1].rep_count == 3


@pytest.mark.parametrize("name", ["hips_below_knees_pct", "-knees_below_hips_pct"])
def test_a_signal_may_be_a_function_of_the_body(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """That is a measure of one's own, and what is worked out of a measure can be worked out of it too."""
    own = name.removeprefix("-")
    sense = 1.0 if own == name else -1.0

    def depth(body: Body) -> Floats:
        return sense * body.above_pct(body.joint("working", "knee"), body.joint("working", "hip"))

    monkeypatch.setitem(MEASURES, own, replace(MEASURES["leg_elevation_deg"], name=own, unit="%", of=depth))
    track = squats(NOISY)
    exercise = replace(SQUAT, signal=name, min_range=20.0)
    assert tops(analyze(track, exercise)) == pytest.approx(tops(analyze(track, SQUAT)), abs=0.25)
    assert steps(track, exercise)[-1].rep_count == 3


def test_where_one_leg_is_still_the_lower_value_of_both_counts_nothing() -> None:
    track = with_one_leg_still(squats(NOISY))
    counts = {
        how: len(analyze(track, replace(SQUAT, signal=f"{how}(knee_flexion_deg)")).reps)
        for how in ("least", "most")
    }
    assert counts == {"least": 0, "most": 3}


@pytest.mark.parametrize("mirrored", [False, True])
def test_of_both_sides_that_do_the_same_the_nearer_one_is_read(mirrored: bool) -> None:
    track = with_one_leg_still(squats(NOISY))
    track = replace(track, image_px=exchange(track.image_px)) if mirrored else track
    found = analyze(track, SQUAT)  # the left leg is the nearer one: only it moves, or only the other one
    assert len(found.reps) == steps(track, SQUAT)[-1].rep_count == (0 if mirrored else 3)
    assert {rep.side for rep in found.reps} <= {"both"}


def test_sides_that_take_turns_are_one_set_with_a_side_for_each_repetition() -> None:
    track, exercise = alternating(), replace(KICK, side_of="rep")
    analysis = analyze_clip(track, Settings(exercise=exercise))
    found = analysis.report
    [one] = found.sets
    assert (one.working_side, one.reps, found.working_side) == ("both", (1, 2, 3, 4), "both")
    assert [rep.side for rep in found.reps] == ["left", "right", "left", "right"]
    assert [rep.score for rep in found.reps] == [100.0] * 4
    assert found.series is not None
    leg = next(each for each in found.series.measures if each.measure == exercise.signal)
    for rep in found.reps:  # the leg that works is drawn
        at = int(np.argmin(np.abs(np.array(found.series.time_s) - (rep.lockout_s + rep.lower_s) / 2)))
        assert leg.values[at] == pytest.approx(4.0, abs=1.5)
    rows = [row.split(",") for row in frames_csv(analysis).splitlines()]
    side, phase = rows[0].index("side"), rows[0].index("phase")
    assert {row[side] for row in rows[1:] if row[phase] == "top"} == {"left", "right"}


def test_where_the_signal_has_no_sides_each_repetition_votes() -> None:
    track = thrusts(NOISY, reps=1, working=Side.RIGHT)
    for side in (Side.LEFT, Side.RIGHT, Side.LEFT):
        track = change_legs(track, thrusts(NOISY, reps=1, working=side), side)
    exercise = replace(catalog.exercise("single-leg-hip-thrust"), side_of="rep")
    [one] = (found := analyze(track, exercise)).sets
    assert (one.working_side, len(one.reps)) == ("both", 4)
    assert [rep.side for rep in found.reps] == ["right", "left", "right", "left"]


@pytest.mark.parametrize("given", list(Side))
@pytest.mark.parametrize("maker", [kickbacks, thrusts])
def test_of_sides_that_take_turns_a_given_one_is_counted_alone(
    given: Side, maker: Callable[..., Track]
) -> None:
    track, side = maker(NOISY, reps=1, working=Side.RIGHT), Side.RIGHT
    for _ in range(2):
        track, side = change_legs(track, maker(NOISY, reps=1, working=side.other), side), side.other
    name = {kickbacks: "glute-kickback", thrusts: "single-leg-hip-thrust"}[maker]
    exercise = replace(catalog.exercise(name), side_of="rep")
    count = 2 if given is Side.RIGHT else 1
    found = analyze(track, exercise, side=given.value)
    assert [rep.side for rep in found.reps] == [given.value] * count
    run = Session(track.size, Settings(exercise=exercise, side=given))
    assert [run.push(pose) for pose in track.poses()][-1].rep_count == count  # type: ignore[union-attr]


def test_sides_that_take_turns_are_recognised_as_one_set() -> None:
    known = [
        replace(KICK, side_of="rep"),
        *(catalog.exercise(name) for name in ("donkey-kick", "hip-thrust")),
    ]
    [one] = recognise(Footage(prepared(alternating())), known).sets
    assert (one.exercise.name, one.full, one.working_side) == ("glute-kickback", 4, "both")
    assert [one.side_in(rep) for rep in one.reps] == ["left", "right", "left", "right"]


@pytest.mark.parametrize("keep", [slice(0, 1), slice(0, 4, 2), slice(1, 4, 2)])
def test_part_of_a_set_whose_sides_take_turns_may_be_of_one_side(keep: slice) -> None:
    [one] = find(Footage(prepared(alternating())), replace(KICK, side_of="rep")).sets
    part = one.only(one.reps[keep])
    side = "left" if keep.start == 0 else "right"
    assert (part.working_side, [part.side_in(rep) for rep in part.reps]) == (side, [side] * len(part.reps))
    assert part.data.reps == part.reps


def test_each_side_is_compared_with_its_own_repetitions() -> None:
    """The right leg goes less high than the left one, and always alike: it is not short of its own best."""
    track = kickbacks(NOISY, reps=1, top_deg=14.0)
    for side in (Side.RIGHT, Side.LEFT, Side.RIGHT):
        top_deg = 14.0 if side is Side.LEFT else 1.0
        track = change_legs(track, kickbacks(NOISY, reps=1, working=side, top_deg=top_deg), side.other)
    found = analyze(track, replace(KICK, side_of="rep"))
    assert [rep.side for rep in found.reps] == ["left", "right", "left", "right"]
    short = [v.status.value for rep in found.reps for v in rep.verdicts if v.fault == "small-range"]
    assert short == ["ok"] * 4


def test_while_it_runs_the_count_goes_on_and_each_side_is_told() -> None:
    seen = steps(alternating(), replace(KICK, side_of="rep"))
    closed = [now for before, now in pairwise(seen) if now.rep_count > before.rep_count]
    assert [step.rep_count for step in closed] == [1, 2, 3, 4]
    assert [step.side for step in closed] == [Side.LEFT, Side.RIGHT, Side.LEFT, Side.RIGHT]


def test_the_log_keeps_a_set_of_both_sides() -> None:
    from datetime import datetime, timezone

    found = analyze(alternating(), replace(KICK, side_of="rep"))
    [logged] = entries(found, datetime(2026, 1, 1, tzinfo=timezone.utc))
    assert (logged.side, len(logged.full)) == ("both", 4)


def test_without_it_they_are_a_set_of_each_side() -> None:
    found = analyze(alternating(), KICK)
    assert [(one.working_side, len(one.reps)) for one in found.sets] == [("left", 2), ("right", 2)]


def slow_then_quick() -> Sequence[Track]:
    slow = Tempo(up=2.0, hold=9.0, down=2.0, rest=2.0)
    return squats(NOISY, reps=1, tempo=slow), squats(NOISY, reps=2)


def test_a_movement_longer_than_a_repetition_may_take_is_dropped_and_told() -> None:
    slow, quick = slow_then_quick()
    track = change_legs(slow, quick, Side.LEFT)
    assert len(analyze(track, SQUAT).reps) == 3
    short = replace(SQUAT, max_s=8.0)
    found = analyze(track, short)
    assert len(found.reps) == 2
    [note] = [note for note in found.notes if note.startswith("Not counted")]
    assert note == "Not counted: a movement of 13 s at 1.4 s: longer than 8 s."
    assert steps(track, short)[-1].rep_count == 2


def test_a_set_at_the_top_of_a_longer_movement_is_found_whatever_the_longest_repetition() -> None:
    from support.relatives import bridges_after_lying_down

    bridge = replace(catalog.exercise("glute-bridge"), max_s=8.0)
    assert len(analyze(bridges_after_lying_down(NOISY), bridge).reps) == 3
