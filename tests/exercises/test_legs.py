"""What the rules read of the legs: the leg held out in a thrust, the knee of a kickback."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.skeleton import Tempo, kickbacks, thrusts

from formcheck.exercises.catalog import exercise
from formcheck.judging.judge import judge_rule
from formcheck.poses.pose import Landmark, Side, View
from formcheck.poses.smoothing import smooth
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import Look, look
from formcheck.reps.rep_data import RepData, SetData
from formcheck.reps.segmentation import Rep
from formcheck.rule import Reading


def read(of: str, fault: str, track: Track, working: Side, **values: float) -> Reading:
    """Read a rule from the first of two repetitions, with some measures moved by an angle."""
    reps = [Rep(*Tempo().times(i), 0.0, 26.0) for i in range(2)]
    found = exercise(of)
    data = SetData(track, smooth(track), working, look(track, found.posture), reps)
    for name, by_deg in values.items():
        data.values(name)[:] += by_deg
    rule = next(rule for rule in found.rules if rule.name == fault)
    return judge_rule(rule, RepData(reps[0], data)).reading


@pytest.mark.parametrize(("free_knee_deg", "told"), [(4.0, True), (70.0, False)])
def test_a_leg_that_is_bent_at_the_start_is_not_held_out(free_knee_deg: float, told: bool) -> None:
    reading = read(
        "single-leg-hip-thrust",
        "free-leg-drop",
        thrusts(reps=2, free_knee_deg=free_knee_deg),
        Side.RIGHT,
    )
    assert np.isfinite(reading.value) == told
    assert bool(reading.remedy) == (not told)


def test_a_foot_that_rests_on_the_floor_at_the_start_is_not_held_out() -> None:
    def told(lower_pct: float) -> bool:
        lower = {"free_foot_clearance_pct": -lower_pct}
        seen = read("single-leg-hip-thrust", "free-leg-rise", thrusts(reps=2), Side.RIGHT, **lower)
        return bool(np.isfinite(seen.value))

    assert told(0.0)
    assert not told(60.0)


def test_a_leg_that_sinks_is_read_as_lower_by_as_much() -> None:
    sunk = read("single-leg-hip-thrust", "free-leg-drop", thrusts(reps=2, free_deg=(-20.0, 0.0)), Side.RIGHT)
    assert sunk.value == pytest.approx(-20.0, abs=3.0)


def test_on_the_floor_a_leg_may_sink_from_above_to_the_line_of_the_body() -> None:
    # The trunk slopes by 26 deg at the top, the leg starts 30 deg up: it belongs anywhere between the two.
    track = thrusts(reps=2, free_deg=(-20.0, 0.0))
    body = {"trunk_pitch_deg": -26.0, "free_leg_elevation_deg": 30.0}
    level = read("single-leg-glute-bridge", "free-leg-drop", track, Side.RIGHT, **body)
    assert level.value == pytest.approx(-16.0, abs=4.0)
    body["free_leg_elevation_deg"] = 46.0
    assert read("single-leg-glute-bridge", "free-leg-drop", track, Side.RIGHT, **body).value == pytest.approx(
        0.0, abs=4.0
    )


@pytest.mark.parametrize(("more_deg", "told"), [(0.0, True), (80.0, False)])
def test_a_kick_that_starts_from_the_knee_says_nothing_of_a_bent_knee(more_deg: float, told: bool) -> None:
    track = kickbacks(reps=2, knee_deg=4.0)
    reading = read("glute-kickback", "knee-bent", track, Side.LEFT, knee_flexion_deg=more_deg)
    assert np.isfinite(reading.value) == told
    assert bool(reading.remedy) == (not told)


@pytest.mark.parametrize("planted", list(Side))
@pytest.mark.parametrize("shown", ["at rest", "at the top", "always", "by the knee"])
def test_from_the_feet_the_planted_leg_is_where_the_lower_foot_or_higher_knee_is_in_the_picture(
    planted: Side, shown: str
) -> None:
    """At the top the model may take the person for one seen from behind; the camera may be high or low."""
    track = thrusts(reps=2, working=planted)
    px = track.image_px.copy()
    rep = Rep(*Tempo().times(0), 0.0, 26.0)
    top = (track.time_s > rep.start_s + 0.3) & (track.time_s < rep.end_s - 0.3)
    never = np.zeros_like(top)
    lower = np.where({"at rest": ~top, "at the top": top, "always": ~never}.get(shown, never), 60.0, 0.0)
    higher = np.where(~top if shown == "by the knee" else never, 60.0, 0.0)
    for side, x in ((Side.LEFT, 700.0), (Side.RIGHT, 580.0)):
        for joint, y in ((Landmark.LEFT_ANKLE, 400.0 + lower), (Landmark.LEFT_KNEE, 320.0 - higher)):
            level = np.full(len(px), 400.0 if joint is Landmark.LEFT_ANKLE else 320.0)
            px[:, joint + side.offset] = np.stack(
                [np.full(len(px), x), y if side is planted else level], axis=1
            )
    for first in (Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE):
        px[top, first : first + 2] = px[top, first : first + 2][:, ::-1]
    view = Look(View.FOOT_END, 85.0, 5.0, Side.LEFT, 1.0, 180.0, prone=False)
    track = replace(track, image_px=px)
    vote = exercise("single-leg-hip-thrust").working
    assert vote is not None
    value = vote(RepData(rep, SetData(track, track, Side.LEFT, view, [rep])))
    assert (value > 0) == (planted is Side.LEFT)
    assert abs(value) > 0.5
