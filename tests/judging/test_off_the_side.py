"""Off the side less shows: opening hips beside bent knees, shin and neck, legs that seem alike."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.skeleton import Shot, Tempo, kickbacks, thrusts

from formcheck.exercises.catalog import exercise
from formcheck.judging.judge import Verdict, judge
from formcheck.judging.prepare import Prepared
from formcheck.judging.sets import Footage, find
from formcheck.poses.pose import Side, View
from formcheck.poses.smoothing import smooth
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import Posture, look
from formcheck.reps.rep_data import RepData, SetData
from formcheck.reps.segmentation import Rep
from formcheck.rule import Status

TEMPO = Tempo()


def verdicts(track: Track, named: str, rule: str, side: Side, view: View, yaw_deg: float) -> list[Verdict]:
    """Judge one rule in three repetitions, seen from a given place."""
    posture: Posture = "prone" if "kickback" in named else "supine"
    seen = replace(look(track, posture), view=view, yaw_deg=yaw_deg, near=side)
    known = [Rep(*TEMPO.times(number), 0.0, 26.0) for number in range(3)]
    data = SetData(track, smooth(track), side, seen, known)
    rules = [one for one in exercise(named).rules if one.name == rule]
    return [judge(rules, RepData(rep, data))[0] for rep in known]


def opening(knee_deg: tuple[float, ...]) -> list[Verdict]:
    track = kickbacks(Shot(yaw_deg=20.0), knee_deg=knee_deg)
    px = track.image_px.copy()
    hip = 23
    for number, rise_px in enumerate((6.0, 0.0, 0.0)):  # a bent knee lifts the hip less
        _, top_s, lower_s, _ = TEMPO.times(number)
        during = (track.time_s > top_s - 0.4) & (track.time_s < lower_s + 0.4)
        px[during, hip, 1] -= rise_px
    track = replace(track, image_px=px)
    return verdicts(track, "glute-kickback", "pelvis-rotated", Side.LEFT, View.OBLIQUE_HEAD, 40.0)


def test_an_opening_is_not_told_from_kicks_with_a_bent_knee() -> None:
    bent = opening((4.0, 45.0, 45.0))
    assert [one.status for one in bent] == [Status.NOT_JUDGED] * 3
    assert "a bent knee" in bent[0].reading.reason
    straight = opening((4.0, 4.0, 4.0))
    assert np.isfinite([one.reading.value for one in straight]).all()
    assert straight[0].reading.value > straight[1].reading.value + 3.0


@pytest.mark.parametrize("rule", ["shin-not-vertical", "foot-too-close"])
def test_near_the_feet_angles_along_the_body_are_not_judged(rule: str) -> None:
    track = thrusts(Shot(yaw_deg=30.0))
    for yaw_deg, near in ((40.0, False), (55.0, True)):
        seen = verdicts(track, "single-leg-hip-thrust", rule, Side.RIGHT, View.OBLIQUE_FOOT, yaw_deg)
        assert ["so near the feet" in one.reading.reason for one in seen] == [near] * 3


@pytest.mark.parametrize(("knee_deg", "named", "recognised"), [(45.0, 3, 3), (60.0, 3, 0), (75.0, 0, 0)])
def test_a_set_of_the_exercise_that_was_named_is_weighed_as_a_whole(
    knee_deg: float, named: int, recognised: int
) -> None:
    # The free foot is as low as the planted one; the less its knee is bent, the less alike are the legs.
    track = thrusts(free_deg=-50.0, free_knee_deg=knee_deg)
    footage, thrust = Footage(Prepared(track, smooth(track))), exercise("single-leg-hip-thrust")
    assert find(footage, thrust).rep_count == named
    assert find(footage, thrust, named=False).rep_count == recognised
