from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.skeleton import Shot, Tempo, kickbacks

from formcheck.exercises import catalog
from formcheck.judging.judge import judge, judge_rule
from formcheck.poses.pose import Side, View
from formcheck.poses.smoothing import smooth
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import look
from formcheck.reps.rep_data import RepData, SetData
from formcheck.reps.segmentation import Rep
from formcheck.rule import Above, Below, Limit, Reading, Rule, Status

ORDER = {Status.OK: 0, Status.TOO_CLOSE: 1, Status.WARN: 2, Status.FAULT: 3}
RULES = {rule.name: rule for rule in catalog.exercise("glute-kickback").rules}

values = st.floats(-100.0, 100.0)
errors = st.floats(0.0, 20.0)


@st.composite
def limits(draw: st.DrawFn) -> Limit:
    warn, step = draw(st.floats(1.0, 40.0)), draw(st.floats(0.5, 20.0))
    kind = draw(st.sampled_from(["above", "below", "both", "above only", "below only"]))
    return {
        "above": Above(warn, warn + step),
        "below": Below(warn, warn - step),
        "both": Above(warn, warn + step, both=True),
        "above only": Above(warn),
        "below only": Below(warn),
    }[kind]


def worse(limit: Limit, value: float) -> float:
    return (abs(value) if limit.both else value) * limit.sign


@given(limits(), values, values, errors)
def test_a_worse_value_is_never_judged_better(limit: Limit, a: float, b: float, u: float) -> None:
    low, high = sorted((a, b), key=lambda value: worse(limit, value))
    assert ORDER[limit.status(low, u)] <= ORDER[limit.status(high, u)]
    assert limit.penalty(low, u) <= limit.penalty(high, u)


@given(limits(), values, errors, st.floats(-1.0, 1.0))
def test_a_verdict_never_flips_inside_the_uncertainty(
    limit: Limit, value: float, u: float, share: float
) -> None:
    """Flagged means: wherever within the error the true value lies, it is past the limit."""
    true = value + share * u
    assume(not limit.both or true * value >= 0)
    status = limit.status(value, u)
    if status is Status.FAULT:
        assert limit.fault is not None
        assert worse(limit, true) >= limit.fault * limit.sign - 1e-9
    if status in (Status.WARN, Status.FAULT):
        assert worse(limit, true) >= limit.warn * limit.sign - 1e-9
    if status is Status.OK and limit.fault is not None:
        assert worse(limit, true) < limit.fault * limit.sign + 1e-9


@given(limits(), values, errors)
def test_on_the_good_side_nothing_is_flagged_or_lost(limit: Limit, value: float, u: float) -> None:
    assume(worse(limit, value) < limit.warn * limit.sign)
    assert limit.status(value, u) in (Status.OK, Status.TOO_CLOSE)
    assert limit.penalty(value, u) == 0.0


@given(limits(), values, errors, errors)
def test_less_sure_is_never_flagged_more(limit: Limit, value: float, u: float, more: float) -> None:
    flagged = {status: i for i, status in enumerate((Status.WARN, Status.FAULT), start=1)}
    assert flagged.get(limit.status(value, u + more), 0) <= flagged.get(limit.status(value, u), 0)


@pytest.mark.parametrize(
    ("limit", "value", "u", "expected"),
    [
        (Above(15, 25), 14.0, 3.0, Status.OK),
        (Above(15, 25), 17.0, 3.0, Status.TOO_CLOSE),
        (Above(15, 25), 18.0, 3.0, Status.WARN),
        (Above(15, 25), 27.0, 3.0, Status.WARN),
        (Above(15, 25), 28.0, 3.0, Status.FAULT),
        (Below(1.0, 0.6), 0.5, 0.2, Status.WARN),
        (Below(1.0, 0.6), 0.3, 0.2, Status.FAULT),
        (Below(-10, -18), -25.0, 3.0, Status.FAULT),
        (Above(5, 8, both=True), -12.0, 3.0, Status.FAULT),
        (Below(-32), -90.0, 2.0, Status.WARN),  # only warns
    ],
)
def test_statuses_by_hand(limit: Limit, value: float, u: float, expected: Status) -> None:
    assert limit.status(value, u) is expected


@pytest.mark.parametrize(
    ("value", "expected"), [(15.0, 0.0), (20.0, 0.25), (25.0, 0.5), (35.0, 1.0), (99.0, 1.0)]
)
def test_penalty_by_hand(value: float, expected: float) -> None:
    assert Above(15, 25).penalty(value, 0.0) == pytest.approx(expected)
    assert Above(15, 25).penalty(value + 3.0, 3.0) == pytest.approx(expected)


def data_of(track: Track, view: View | None = None) -> RepData:
    camera = look(track, "prone")
    camera = camera if view is None else replace(camera, view=view)
    reps = [Rep(*Tempo().times(i), -22.0, 4.0) for i in range(2)]
    return RepData(reps[0], SetData(track, smooth(track), Side.LEFT, camera, reps))


def reads(rule: Rule, value: float, u: float) -> Rule:
    return replace(rule, measure="", read=lambda data: Reading(value, u, 1.0), unit="deg")


def test_a_bent_knee_is_a_fault_and_a_straight_one_is_not() -> None:
    bent = judge_rule(RULES["knee-bent"], data_of(kickbacks(reps=2, knee_deg=40.0)))
    assert bent.status is Status.FAULT
    assert bent.judged
    assert bent.flagged
    assert bent.cue == RULES["knee-bent"].cue
    straight = judge_rule(RULES["knee-bent"], data_of(kickbacks(reps=2)))
    assert (straight.status, straight.cue) == (Status.OK, "")


def test_more_bend_is_never_judged_better() -> None:
    seen = [
        judge_rule(RULES["knee-bent"], data_of(kickbacks(reps=2, knee_deg=x))) for x in (4, 15, 22, 30, 45)
    ]
    ranks = [ORDER[verdict.status] for verdict in seen]
    assert ranks == sorted(ranks)
    assert (ranks[0], ranks[-1]) == (0, 3)


@pytest.mark.parametrize("view", [View.OBLIQUE_FOOT, View.HEAD_END, View.FOOT_END, View.UNKNOWN])
def test_from_the_wrong_view_it_is_not_judged_and_says_so(view: View) -> None:
    verdict = judge_rule(RULES["knee-bent"], data_of(kickbacks(reps=2, knee_deg=40.0), view))
    assert verdict.status is Status.NOT_JUDGED
    assert verdict.reading.reason.startswith("cannot be judged ")
    assert not verdict.judged
    assert verdict.cue == ""


def test_what_cannot_be_read_is_not_judged() -> None:
    rule = replace(RULES["knee-bent"], measure="", read=lambda data: Reading.none("hidden"), unit="deg")
    verdict = judge_rule(rule, data_of(kickbacks(reps=2)))
    assert (verdict.status, verdict.reading.reason) == (Status.NOT_JUDGED, "hidden")


@pytest.mark.parametrize(("joint", "name"), [(23, "left hip"), (25, "left knee"), (27, "left ankle")])
def test_a_joint_not_seen_is_named(joint: int, name: str) -> None:
    track = kickbacks(reps=2, knee_deg=40.0)
    track.visibility[:, joint] = 0.2
    verdict = judge_rule(RULES["knee-bent"], data_of(track))
    assert verdict.status is Status.NOT_JUDGED
    assert name in verdict.reading.reason


def test_a_person_lost_for_half_the_rep_is_not_judged() -> None:
    verdict = judge_rule(
        RULES["knee-bent"], data_of(kickbacks(Shot(missing=(60, 130)), reps=2, knee_deg=40.0))
    )
    assert verdict.status is Status.NOT_JUDGED


def test_far_too_uncertain_is_not_judged_rather_than_good() -> None:
    data = data_of(kickbacks(reps=2))
    verdict = judge_rule(reads(RULES["knee-bent"], 0.0, 60.0), data)
    assert verdict.status is Status.NOT_JUDGED
    assert "too uncertain" in verdict.reading.reason
    assert judge_rule(reads(RULES["knee-bent"], 0.0, 6.0), data).status is Status.OK


def test_the_sign_chooses_the_words() -> None:
    data, rule = data_of(kickbacks(reps=2)), replace(RULES["pelvis-rotated"], views=frozenset({View.SIDE}))
    assert judge_rule(reads(rule, 14.0, 1.0), data).cue == rule.cue
    assert judge_rule(reads(rule, -14.0, 1.0), data).cue == rule.cue_minus != rule.cue


def test_other_limits_change_the_verdict_and_not_the_value() -> None:
    data, rule = data_of(kickbacks(reps=2, knee_deg=40.0)), RULES["knee-bent"]
    own, lenient = judge((rule, replace(rule, limit=Above(60.0, 70.0))), data)
    assert (own.status, own.limit) == (Status.FAULT, rule.limit)
    assert (lenient.status, lenient.limit) == (Status.OK, Above(60.0, 70.0))
    assert lenient.reading == own.reading


@settings(max_examples=30, deadline=None)
@given(values, errors)
def test_what_may_be_worse_than_it_reads_is_never_good(value: float, u: float) -> None:
    rule = replace(RULES["lumbar-arching"], limit=Above(6.0, 10.0))
    data = data_of(kickbacks(reps=2))
    known = judge_rule(replace(rule, read=lambda data: Reading(value, u, 1.0)), data)
    least = judge_rule(replace(rule, read=lambda data: Reading(value, u, 1.0, at_least=True)), data)
    if known.flagged:
        assert (least.status, least.reading.value) == (known.status, value)
    else:
        assert least.status is Status.NOT_JUDGED
