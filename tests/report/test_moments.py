"""Which pictures are taken."""

from __future__ import annotations

from typing import Any

import pytest

from formcheck.report.model import Report, RepReport, VerdictReport
from formcheck.report.moments import badness, flagged_rules, moments, same_phase_s, worse_way


def verdict(value: float | None, status: str, **more: Any) -> dict[str, Any]:
    base = {"rule": "X1", "fault": "knee-bent", "uncertainty": 3.0, "unit": "deg", "warn": 15.0}
    base |= {"fault_limit": 25.0, "time_s": 2.0, "view": "side", "reason": "", "cue": "Straighten"}
    return base | {"value": value, "status": status} | more


def rep(
    index: int, *verdicts: dict[str, Any], side: str = "left", score: float | None = 90.0
) -> dict[str, Any]:
    start = 10.0 * index
    times = {"start_s": start, "lockout_s": start + 1, "lower_s": start + 2, "end_s": start + 4}
    base = {"index": index, "side": side, "set": 1, "partial": False, "score": score, "coverage": 1.0}
    moved = [{**v, "time_s": start + 1.5} if v["time_s"] == 2.0 else v for v in verdicts]
    return base | times | {"verdicts": moved}


def report(*reps: dict[str, Any]) -> Report:
    base: dict[str, Any] = {"version": "1", "source": "a.mp4", "exercise": "any", "profile": "standard"}
    base |= {"view": "side", "working_side": "left", "fps": 30.0, "duration_s": 60.0, "complete": True}
    base |= {
        "score": 90.0,
        "coverage": 1.0,
        "sets": [],
        "cues": [],
        "not_judged": [],
        "fix": None,
        "notes": [],
    }
    return Report.model_validate(base | {"reps": list(reps)})


def chosen(found: Report) -> list[tuple[str, int, str]]:
    return [(m.kind, m.rep.index, m.verdict.rule if m.verdict else "") for m in moments(found)]


def test_the_worst_beside_the_best_and_every_top() -> None:
    found = report(
        rep(1, verdict(30.0, "fault")),
        rep(2, verdict(8.0, "ok")),
        rep(3, verdict(44.0, "fault")),
        rep(4, verdict(4.0, "ok"), score=80.0),
    )
    assert chosen(found) == [
        ("fault", 3, "X1"),
        ("best", 2, "X1"),  # of two good ones the one that scores higher
        *(("rep", index, "") for index in (1, 2, 3, 4)),
    ]


def test_less_may_be_worse() -> None:
    short = {"fault": "no-hold", "unit": "s", "warn": 1.0, "fault_limit": 0.6}
    found = report(
        rep(1, verdict(0.5, "fault", **short)),
        rep(2, verdict(0.1, "fault", **short)),
        rep(3, verdict(1.4, "ok", **short)),
    )
    assert chosen(found)[:2] == [("fault", 2, "X1"), ("best", 3, "X1")]
    assert worse_way(found, "X1") == "below"


def test_no_best_where_all_are_as_bad() -> None:
    found = report(rep(1, verdict(30.0, "fault")), rep(2, verdict(31.0, "fault")))
    assert chosen(found)[0] == ("fault", 2, "X1")
    assert "best" not in [kind for kind, *_ in chosen(found)]


def test_each_side_has_its_own_worst_and_best() -> None:
    found = report(
        rep(1, verdict(30.0, "fault")),
        rep(2, verdict(3.0, "ok"), side="right"),
        rep(3, verdict(50.0, "fault"), side="right"),
    )
    assert chosen(found)[:3] == [("fault", 1, "X1"), ("fault", 3, "X1"), ("best", 2, "X1")]


def test_a_fault_comes_before_a_worse_warning() -> None:
    found = report(
        rep(1, verdict(None, "not-judged", rule="X0")),
        rep(2, verdict(24.0, "warn", rule="X2"), verdict(29.0, "fault", rule="X3")),
    )
    assert flagged_rules(found, list(found.reps)) == ["X3", "X2"]


def test_partial_repetitions_are_no_pictures() -> None:
    found = report(rep(1, verdict(30.0, "fault")) | {"partial": True})
    assert chosen(found) == []


def test_a_long_clip_gets_only_its_faults() -> None:
    found = report(*(rep(i) for i in range(1, 41)), rep(41, verdict(30.0, "fault")))
    assert {kind for kind, *_ in chosen(found)} == {"fault"}


@pytest.mark.parametrize(
    ("time_s", "there"),
    [(9.5, 19.5), (10.0, 20.0), (10.5, 21.0), (11.5, 23.0), (13.0, 25.0), (14.5, 26.5)],
)
def test_the_same_share_of_the_same_phase(time_s: float, there: float) -> None:
    one = RepReport.model_validate(rep(1))
    other = one.model_copy(update={"start_s": 20.0, "lockout_s": 22.0, "lower_s": 24.0, "end_s": 26.0})
    assert same_phase_s(one, time_s, other) == pytest.approx(there)


def test_badness() -> None:
    def of(value: float | None, worse: str) -> float:
        return badness(VerdictReport.model_validate(verdict(value, "ok")), worse)

    assert (of(20.0, "above"), of(10.0, "above")) == (5.0, -5.0)
    assert of(10.0, "below") == 5.0
    assert of(-20.0, "either") == 5.0
    assert of(None, "above") == float("-inf")
