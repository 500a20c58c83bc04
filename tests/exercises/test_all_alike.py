"""A fault in every repetition alike is found, or not judged with the reason: it is never called good."""

from __future__ import annotations

import pytest
from support.skeleton import Tempo, kickbacks, thrusts

from formcheck.exercises import catalog
from formcheck.exercises.rule import Status
from formcheck.judging.judge import Verdict, judge_rule
from formcheck.poses.pose import Side
from formcheck.poses.smoothing import smooth
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import look
from formcheck.reps.rep_data import RepData, SetData
from formcheck.reps.segmentation import Rep

USUAL, THROWN = Tempo(), Tempo(up=0.5, hold=0.0)


def verdicts(exercise: str, fault: str, track: Track, side: Side, tempo: Tempo = USUAL) -> list[Verdict]:
    known = catalog.exercises()[exercise]
    rule = next(rule for rule in known.rules if rule.name == fault)
    smoothed = smooth(track)
    view = look(track, known.posture)
    height = SetData(track, smoothed, side, view, []).values(known.signal)
    data = SetData(track, smoothed, side, view, [])
    reps = []
    for number in range(3):
        times = tempo.times(number)
        bottom, top = (float(height[data.frames(at, at)][0]) for at in times[:2])
        reps.append(Rep(*times, bottom, top))
    data = data.with_reps(reps)
    return [judge_rule(rule, RepData(rep, data)) for rep in reps]


@pytest.mark.parametrize(
    ("exercise", "fault", "track", "side", "tempo"),
    [
        ("single-leg-hip-thrust", "incomplete-lockout", thrusts(top_deg=-9), Side.RIGHT, USUAL),
        ("single-leg-hip-thrust", "lumbar-arching", thrusts(top_deg=12, arch_deg=12), Side.RIGHT, USUAL),
        ("single-leg-hip-thrust", "bounce", thrusts(tempo=THROWN), Side.RIGHT, THROWN),
        ("single-leg-hip-thrust", "shallow-bottom", thrusts(low_deg=-14), Side.RIGHT, USUAL),
        ("glute-kickback", "small-range", kickbacks(top_deg=-16), Side.LEFT, USUAL),
    ],
)
def test_what_all_repetitions_share_is_never_good(
    exercise: str, fault: str, track: Track, side: Side, tempo: Tempo
) -> None:
    for verdict in verdicts(exercise, fault, track, side, tempo):
        assert verdict.status in (Status.NOT_JUDGED, Status.WARN, Status.FAULT)
        assert verdict.status is not Status.NOT_JUDGED or verdict.reading.reason


@pytest.mark.parametrize(
    ("fault", "track"),
    [
        ("incomplete-lockout", thrusts(top_deg=0)),
        ("bounce", thrusts()),
        ("shallow-bottom", thrusts(low_deg=-30)),
    ],
)
def test_true_form_that_all_share_is_good(fault: str, track: Track) -> None:
    for verdict in verdicts("single-leg-hip-thrust", fault, track, Side.RIGHT):
        assert verdict.status is Status.OK
