"""A fault in every repetition alike is found, or not judged with the reason: it is never called good."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from support.plates import SHOT, plated
from support.skeleton import Tempo, kickbacks, thrusts, with_plate

from formcheck.exercises import catalog
from formcheck.exercises.rule import Status
from formcheck.judging.judge import ALIKE, Verdict, judge_rule
from formcheck.measures import arching
from formcheck.measures.arching import NO_ESTIMATE, Estimate, Learned
from formcheck.poses.pose import HIPS, Landmark, Side, View
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


ARCHED, FLAT = thrusts(top_deg=12, arch_deg=12), thrusts(top_deg=0)
SAYS_ARCHED, SAYS_FLAT = Estimate(24.0, 7.0, 0.6), Estimate(1.0, 7.0, 0.6)


def lumbar(monkeypatch: pytest.MonkeyPatch, said: Estimate, track: Track) -> list[Verdict]:
    monkeypatch.setattr(arching, "learned", lambda *_, plated: Learned(said, NO_ESTIMATE))
    return verdicts("single-leg-hip-thrust", "lumbar-arching", track, Side.RIGHT)


def test_arching_that_all_repetitions_share_is_found_by_what_was_learned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for verdict in lumbar(monkeypatch, SAYS_ARCHED, ARCHED):
        assert verdict.status is Status.FAULT
        assert (verdict.reading.value, verdict.reading.uncertainty) == (24.0, 7.0)


@pytest.mark.parametrize("said", [SAYS_FLAT, Estimate(24.0, math.inf, 2.5), Estimate(9.0, 7.0, 0.6)])
def test_what_was_learned_never_makes_a_back_flat(monkeypatch: pytest.MonkeyPatch, said: Estimate) -> None:
    for verdict in lumbar(monkeypatch, said, ARCHED):
        assert verdict.status is Status.NOT_JUDGED


def test_hips_alone_call_no_back_flat_of_a_body_unlike_all_that_was_learned_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unlike = Estimate(1.0, math.inf, 3.0)
    assert {verdict.status for verdict in lumbar(monkeypatch, unlike, FLAT)} == {Status.OK}
    for verdict in lumbar(monkeypatch, unlike, replace(FLAT, edges_px=None)):
        assert verdict.status is Status.NOT_JUDGED
        assert "only your hips" in verdict.reading.reason


def test_a_flat_look_and_a_little_learned_arching_are_neither_praised_nor_blamed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert {verdict.status for verdict in lumbar(monkeypatch, SAYS_FLAT, FLAT)} == {Status.OK}
    for verdict in lumbar(monkeypatch, Estimate(11.0, 7.0, 0.6), FLAT):
        assert verdict.status is Status.NOT_JUDGED
        assert "arched" in verdict.reading.reason


@pytest.mark.parametrize(
    ("track", "status"), [(FLAT, Status.NOT_JUDGED), (thrusts(top_deg=6), Status.FAULT)], ids=["flat", "high"]
)
def test_hips_that_contradict_by_more_than_both_errors_stop_a_flag(
    monkeypatch: pytest.MonkeyPatch, track: Track, status: Status
) -> None:
    assert {verdict.status for verdict in lumbar(monkeypatch, SAYS_ARCHED, track)} == {status}


def test_obliquely_marked_arching_is_found_and_nothing_is_called_good(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    aslant = replace(look(ARCHED, "supine"), view=View.OBLIQUE_FOOT)
    monkeypatch.setitem(globals(), "look", lambda *_: aslant)
    for said, status in (
        (SAYS_ARCHED, Status.FAULT),
        (Estimate(16.0, 8.0, 0.6), Status.NOT_JUDGED),
        (SAYS_FLAT, Status.NOT_JUDGED),
    ):
        for verdict in lumbar(monkeypatch, said, ARCHED):
            assert verdict.status is status
            assert verdict.judged or "obliquely" in verdict.reading.reason


def test_obliquely_a_fault_is_told_where_no_hips_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    aslant = replace(look(ARCHED, "supine"), view=View.OBLIQUE_FOOT)
    monkeypatch.setitem(globals(), "look", lambda *_: aslant)
    visibility = ARCHED.visibility.copy()
    visibility[:, HIPS] = 0.0
    hidden = replace(ARCHED, visibility=visibility)
    for said, status in ((SAYS_ARCHED, Status.FAULT), (Estimate(16.0, 8.0, 0.6), Status.NOT_JUDGED)):
        assert {verdict.status for verdict in lumbar(monkeypatch, said, hidden)} == {status}


@pytest.mark.parametrize(
    ("track", "by_the_bar"),
    [(ARCHED, False), (with_plate(ARCHED), True), (with_plate(ARCHED, radius_px=30.0), False)],
)
def test_a_plate_that_hides_the_hips_is_read_by_what_was_learned_beside_one(
    monkeypatch: pytest.MonkeyPatch, track: Track, by_the_bar: bool
) -> None:
    asked = set()

    def said(*_: object, plated: bool) -> Learned:
        asked.add(plated)
        return Learned(SAYS_ARCHED._replace(apart=1.3), NO_ESTIMATE)

    monkeypatch.setattr(arching, "learned", said)
    found = verdicts("single-leg-hip-thrust", "lumbar-arching", track, Side.RIGHT)
    assert asked == {by_the_bar}
    if by_the_bar:
        assert {verdict.status for verdict in found} == {Status.FAULT}


@pytest.mark.parametrize(
    ("said", "plate", "status"),
    [
        (SAYS_ARCHED, True, Status.FAULT),
        (SAYS_FLAT, True, Status.NOT_JUDGED),
        (SAYS_ARCHED, False, Status.NOT_JUDGED),
    ],
)
def test_arching_shows_beside_a_plate_that_hides_the_knee_as_well(
    monkeypatch: pytest.MonkeyPatch, said: Estimate, plate: bool, status: Status
) -> None:
    """And a back of which no more is known is never called flat."""
    seen = ARCHED.visibility.copy()
    seen[:, [Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE]] = 0.0
    track = replace(ARCHED, visibility=seen)
    found = lumbar(monkeypatch, said, with_plate(track) if plate else track)
    assert {verdict.status for verdict in found} == {status}


def test_a_set_that_never_comes_down_says_that_all_are_alike() -> None:
    for verdict in verdicts("single-leg-hip-thrust", "shallow-bottom", thrusts(low_deg=-14), Side.RIGHT):
        assert verdict.reading.reason == ALIKE


def test_an_outline_that_rounds_does_not_outweigh_hips_and_what_was_learned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rounding = thrusts(top_deg=20, arch_deg=-20)
    for verdict in lumbar(monkeypatch, SAYS_FLAT, rounding):
        assert verdict.status not in (Status.WARN, Status.FAULT)
    for verdict in lumbar(monkeypatch, SAYS_ARCHED, rounding):
        assert verdict.status is Status.FAULT


def test_beside_a_plate_a_flat_look_needs_witnesses_that_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    bent, less = thrusts(top_deg=-24), Estimate(9.0, 9.0, 1.2)
    assert {verdict.status for verdict in lumbar(monkeypatch, less, bent)} == {Status.OK}
    unlike_all = Estimate(0.0, math.inf, 2.5)
    for said in (less, unlike_all):
        found = lumbar(monkeypatch, said, with_plate(bent))
        assert {verdict.status for verdict in found} == {Status.NOT_JUDGED}


@pytest.mark.parametrize(
    ("top_deg", "said", "status"),
    [
        (0.0, Estimate(-2.0, 6.0, 0.8), Status.OK),
        (0.0, Estimate(2.0, 6.0, 0.8), Status.OK),
        (0.0, Estimate(3.0, 6.0, 0.8), Status.NOT_JUDGED),  # a fault is within the error
        (-16.0, Estimate(-2.0, 6.0, 0.8), Status.OK),  # a lockout that is short
        (30.0, Estimate(-2.0, 6.0, 0.8), Status.NOT_JUDGED),  # the plate has put the hips elsewhere
    ],
    ids=["flat", "nearly flat", "unsure", "short", "hips lost"],
)
def test_beside_a_plate_a_back_is_flat_where_hips_and_what_was_learned_say_so(
    monkeypatch: pytest.MonkeyPatch, top_deg: float, said: Estimate, status: Status
) -> None:
    found = lumbar(monkeypatch, said, with_plate(thrusts(top_deg=top_deg)))
    assert {verdict.status for verdict in found} == {status}


@pytest.mark.parametrize(("top_deg", "flagged"), [(-20.0, True), (0.0, False)])
def test_a_lockout_that_all_stop_short_of_shows_beside_a_plate_by_the_bar(
    top_deg: float, flagged: bool
) -> None:
    track = plated(thrusts(SHOT, top_deg=top_deg))
    found = verdicts("single-leg-hip-thrust", "incomplete-lockout", track, Side.RIGHT)
    bad = [verdict.status in (Status.WARN, Status.FAULT) for verdict in found]
    assert all(bad) if flagged else not any(bad)


def test_a_free_leg_whose_knee_a_plate_hides_is_held_out_where_its_foot_is_far_out() -> None:
    track = plated(thrusts(SHOT))
    assert track.disc_px is not None
    px = track.image_px.copy()
    px[:, Landmark.LEFT_KNEE] = track.disc_px[:, 0] - [0.0, 60.0]
    for verdict in verdicts(
        "single-leg-hip-thrust", "free-leg-drop", replace(track, image_px=px), Side.RIGHT
    ):
        assert verdict.status is Status.OK


def test_beside_a_plate_hips_show_no_fault_that_the_whole_excludes(monkeypatch: pytest.MonkeyPatch) -> None:
    track = with_plate(thrusts(top_deg=(0, 0, 25), arch_deg=(0, 0, 25)))
    cannot_tell = Estimate(0.0, math.inf, 2.5)
    for said in (SAYS_FLAT, cannot_tell):
        statuses = [verdict.status for verdict in lumbar(monkeypatch, said, track)]
        assert not {Status.WARN, Status.FAULT} & set(statuses)
    arched = lumbar(monkeypatch, SAYS_ARCHED, track)
    assert {verdict.status for verdict in arched} == {Status.FAULT}
