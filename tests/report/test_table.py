"""The report as text."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from formcheck.exercises.catalog import exercise
from formcheck.report.model import (
    CameraChange,
    Fix,
    LiftReport,
    NotJudged,
    Quantity,
    Report,
    RepReport,
    SetSummary,
    VerdictReport,
)
from formcheck.report.table import render
from formcheck.rule import Status

KICKBACK = exercise("glute-kickback")
LIMITS = {rule.name: rule for rule in KICKBACK.rules}


def verdict(
    fault: str, status: Status, value: float | None = None, uncertainty: float | None = None
) -> VerdictReport:
    rule = LIMITS[fault]
    return VerdictReport(
        rule=rule.code,
        fault=fault,
        status=status,
        value=value,
        uncertainty=uncertainty,
        unit=rule.value_unit,
        warn=rule.limit.warn,
        fault_limit=rule.limit.fault,
        time_s=None if value is None else 4.5,
        view="side",
        reason="" if value is not None else "cannot be judged from the side",
        cue=rule.cue if status in (Status.WARN, Status.FAULT) else "",
    )


def rep(
    index: int,
    *verdicts: VerdictReport,
    score: float | None = 96.0,
    partial: bool = False,
    side: str = "left",
) -> RepReport:
    start = 3.2 * index
    return RepReport.model_validate(
        {
            "index": index,
            "side": side,
            "set": 1,
            "start_s": start,
            "lockout_s": start + 1.0,
            "lower_s": start + 1.9,
            "end_s": start + 3.1,
            "partial": partial,
            "score": score,
            "coverage": 0.78,
            "verdicts": verdicts,
        }
    )


def report(**changes: object) -> Report:
    reps = (
        rep(1, verdict("knee-bent", Status.OK, 4.0, 4.0)),
        rep(
            2,
            verdict("knee-bent", Status.TOO_CLOSE, 14.0, 4.1),
            verdict("no-hold", Status.WARN, 0.42, 0.08),
            verdict("lumbar-arching", Status.FAULT, 17.3, 4.2),
            verdict("hip-drift", Status.WARN, 12.0, 4.0),
            score=58.0,
        ),
        rep(3, verdict("pelvis-rotated", Status.NOT_JUDGED), score=None),
        rep(4, verdict("small-range", Status.FAULT, 3.0, 1.0), score=None, partial=True),
    )
    base: dict[str, object] = {
        "version": "0.1.0",
        "source": "kickback.mp4",
        "exercise": "glute-kickback",
        "profile": "standard",
        "view": "side",
        "working_side": "left",
        "fps": 29.97,
        "duration_s": 18.4,
        "complete": True,
        "score": 82.4,
        "coverage": 0.78,
        "sets": [
            SetSummary(
                index=1,
                working_side="left",
                view="side",
                yaw_deg=7.2,
                reps=(1, 2, 3, 4),
                score=82.4,
                coverage=0.78,
            )
        ],
        "reps": reps,
        "cues": [],
        "not_judged": [
            NotJudged(
                rule="GKB03",
                fault="pelvis-rotated",
                reps=(1, 2, 3),
                reason="cannot be judged from the side",
                remedy="Film obliquely from behind.",
            ),
            NotJudged(
                rule="GKB08",
                fault="head-up",
                reps=(3,),
                reason="cannot see your left ear",
                remedy="Keep the head in the picture.",
            ),
        ],
        "fix": Fix(rule="GKB01", fault="lumbar-arching", text="Kick lower, keep your back flat", reps=(2,)),
        "notes": ["A second person was in the picture at 12.0 s"],
    }
    return Report.model_validate({**base, **changes})


def text(what: Report, width: int = 80, *, color: bool = False) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=color, highlight=False)
    with console.capture() as captured:
        console.print(render(what, KICKBACK))
    return captured.get()


def squeezed(what: Report) -> list[str]:
    return [" ".join(line.split()) for line in text(what).splitlines()]


def test_every_verdict_that_is_not_ok_has_value_uncertainty_and_limits() -> None:
    lines = squeezed(report())
    assert "FAULT lumbar-arching 17 ± 4° good < 6°, fault > 10°" in lines
    assert "warn no-hold 0.42 ± 0.08 s good > 1.0 s, fault < 0.6 s" in lines
    assert "too close knee-bent 14 ± 4° good < 15°, fault > 25°" in lines


def test_faults_come_before_warnings_before_what_is_too_close() -> None:
    shown = text(report())
    places = [shown.index(word) for word in ("FAULT", "warn  ", "too close ")]
    assert places == sorted(places)


def test_a_rep_says_score_and_tempo_and_a_partial_one_only_that() -> None:
    lines = squeezed(report())
    assert "1 left 96 1.0 – 0.9 – 1.2 s 3.2 s good" in lines
    assert "4 left - 1.0 – 0.9 – 1.2 s 12.8 s partial, not scored" in lines
    assert "small-range" not in text(report())


def test_what_was_not_judged_says_why_where_and_what_to_change() -> None:
    lines = squeezed(report())
    at = lines.index("Cannot be judged from the side:")
    assert lines[at + 1] == "pelvis-rotated: Film obliquely from behind."
    assert lines[at + 2] == "Cannot see your left ear, rep 3:"
    assert lines[at + 3] == "head-up: Keep the head in the picture."


def test_what_was_not_judged_for_one_reason_is_said_once() -> None:
    items = [
        NotJudged(rule="X", fault=fault, reps=(1, 2, 3), reason="cannot see your feet", remedy=remedy)
        for fault, remedy in (("heel-up", "Step back."), ("foot-slides", "Step back."), ("shin", "Tidy up."))
    ]
    lines = squeezed(report(not_judged=items))
    at = lines.index("Cannot see your feet:")
    assert lines[at + 1 : at + 3] == ["heel-up, foot-slides: Step back.", "shin: Tidy up."]


def test_it_ends_with_the_one_thing_to_fix_and_the_score() -> None:
    *_, fix, score = text(report()).splitlines()
    assert fix == "One thing to fix: Kick lower, keep your back flat (lumbar-arching, rep 2)"
    assert score == "Set score 82/100, judged 78 %"


def test_without_a_score_it_says_how_much_is_missing() -> None:
    *_, last = text(report(score=None, coverage=0.41, fix=None)).splitlines()
    assert last == "No score: only 41 % of the form could be judged, 60 % is needed."
    *_, last = text(report(score=None, coverage=0.75, fix=None)).splitlines()
    assert last == "No score: a check of safety could not be judged."


def test_without_reps_it_says_so_with_the_notes() -> None:
    shown = text(report(reps=[], sets=[], not_judged=[], fix=None, score=None, view="unknown"))
    assert "No repetition was found" in shown
    assert "A second person" in shown
    assert "Rep " not in shown


def test_only_partial_reps_give_no_score() -> None:
    only = report(reps=[rep(1, score=None, partial=True)], not_judged=[], fix=None, score=None)
    assert "No full repetition was found" in text(only)


def test_an_interrupted_analysis_is_called_partial() -> None:
    assert "This report is partial" in text(report(complete=False))
    assert "This report is partial" not in text(report())


def test_two_sets_are_listed_each_with_its_leg_and_score() -> None:
    common = {"view": "side", "yaw_deg": None, "coverage": 0.7}
    sets = [
        {"index": i, "working_side": side, "reps": reps, "score": s, **common}
        for i, side, reps, s in ((1, "left", (1, 2), 90.0), (2, "right", (3, 4), None))
    ]
    shown = text(report(sets=sets, working_side="both"))
    assert "Set 1: left leg works, reps 1–2, seen from the side: 90/100, judged 70 %" in shown
    assert "Set 2: right leg works, reps 3–4, seen from the side: no score" in shown
    assert shown.splitlines()[-1].startswith("Score 82/100")


@pytest.mark.parametrize("width", [80, 110])
def test_it_fits_the_terminal(width: int) -> None:
    assert max(len(line.rstrip()) for line in text(report(), width).splitlines()) <= width


def test_colour_is_for_terminals_only() -> None:
    assert "\x1b[" not in text(report())
    assert "\x1b[" in text(report(), color=True)


def test_a_rule_that_is_not_known_here_is_shown_all_the_same() -> None:
    known = verdict("no-hold", Status.WARN, 0.42, 0.08)
    strange = known.model_copy(update={"rule": "OLD01"})
    assert "good > 1.0 s, fault < 0.6 s" in text(report(reps=[rep(1, strange)]))


def test_the_one_change_of_the_camera_stands_below_what_was_not_judged() -> None:
    change = CameraChange(change="film from the side", adds=("head-up",), loses=(), verdicts=1, of=4)
    said = " ".join(text(report(camera=change)).split())
    assert said.index("Not judged") < said.index("film from the side; then head up could be judged too.")
    assert "One change of the camera" not in text(report())


def test_speeds_in_trunk_lengths_ask_for_the_true_diameter_of_the_plate() -> None:
    def fast(unit: str) -> Quantity:
        return Quantity(value=0.4, uncertainty=0.04, unit=unit)

    for unit, length, asked in (("trunk lengths/s", "trunk lengths", True), ("m/s", "m", False)):
        lift = LiftReport(by="plate", rise=fast(length), mean_speed=fast(unit), peak_speed=fast(unit))
        one = rep(1).model_copy(update={"lift": lift})
        said = " ".join(text(report(reps=(one,))).split())
        assert f"up at 0.40 {unit}" in said
        assert ("with the true diameter of this plate (--plate MM)" in said) is asked


def test_more_than_a_body_can_do_is_called_marked_and_no_number() -> None:
    marked = verdict("lumbar-arching", Status.FAULT, 30.0, 5.0).model_copy(update={"beyond": True})
    said = text(report(reps=(rep(1, marked),)))
    assert "marked" in said
    assert "30" not in said.split("lumbar-arching")[1].split("good <")[0]
    assert "no number would be right" in " ".join(said.split())
