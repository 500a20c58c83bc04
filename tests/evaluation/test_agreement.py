"""Counting by hand: repetitions, exercise, leg and faults against made-up labels."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from support.pages import FAULTY, analysis
from support.skeleton import Tempo, kickbacks

from formcheck.evaluation.agreement import ClipAgreement, Disagreement, compare
from formcheck.evaluation.agreement_table import Agreement, not_seen, sums
from formcheck.evaluation.eye_labels import Label
from formcheck.evaluation.seen import Seen, Top
from formcheck.report.model import Report

NAME = "glute-kickback"
TIMES_S = [(Tempo().times(i)[1] + Tempo().times(i)[2]) / 2 for i in range(4)]


@cache
def report() -> Report:
    """Four kickbacks with the left leg, the knee bent in the second and the fourth."""
    return analysis(kickbacks(reps=4, knee_deg=[4.0, FAULTY, 4.0, FAULTY])).report


def tops(**changes: Any) -> tuple[Top, ...]:
    return tuple(Top(time_s, NAME, "left", **changes) for time_s in TIMES_S)


def seen(given: tuple[Top, ...], **changes: Any) -> Seen:
    return replace(Seen((NAME,), "side", given, by_eye=True), **changes)


def kinds(result: ClipAgreement) -> list[str]:
    return [one.kind for one in result.disagreements if not one.kind.startswith("fault")]


def test_all_right() -> None:
    result = compare("clip", seen(tops()), report())
    assert (result.counted, result.off, result.recognised, result.leg) == (4, 0, True, True)
    assert (result.tops, result.tops_inside, result.other) == (4, 4, 0)
    assert kinds(result) == []
    assert 0 < result.given < result.verdicts


def test_a_top_that_was_not_counted_and_one_too_many() -> None:
    moved = (*tops()[:3], Top(TIMES_S[3] + 30, NAME, "left"))
    result = compare("clip", seen(moved), report())
    assert (result.off, result.tops, result.tops_inside) == (0, 4, 3), (
        "the number is right, the places are not"
    )
    assert kinds(result) == ["extra", "missed"], "in time order"
    assert result.disagreements[-1].time_s == pytest.approx(TIMES_S[3] + 30)
    fewer = compare("clip", seen(tops()[:2]), report())
    assert (fewer.off, fewer.tops, fewer.tops_inside) == (2, 2, 2)


def test_one_long_repetition_is_not_several() -> None:
    double = sorted([*tops(), Top(TIMES_S[0] + 0.2, NAME, "left")], key=lambda top: top.time_s)
    result = compare("clip", seen(tuple(double)), report())
    assert (result.tops, result.tops_inside, result.off) == (5, 4, 1)


def test_partial_tops_may_be_counted_or_not() -> None:
    cut = (replace(tops()[0], partial=True), *tops()[1:])
    assert compare("clip", seen(cut), report()).off == 0, "counted"
    early = (Top(0.0, NAME, "left", partial=True), *tops())
    result = compare("clip", seen(early), report())
    assert (result.off, result.tops, result.tops_inside) == (0, 4, 4), "not counted"
    assert kinds(result) == []


def test_nothing_need_be_recognised_where_all_tops_are_partial() -> None:
    nothing = report().model_copy(update={"reps": (), "sets": (), "exercise": "unknown"})
    cut = (Top(0.0, NAME, "left", partial=True),)
    assert compare("clip", seen(cut), nothing).recognised is None
    assert compare("clip", seen((*cut, Top(5.0, NAME, "left"))), nothing).recognised is False


def test_outside_the_window_nobody_looked() -> None:
    window = (0.0, TIMES_S[1] + 0.5)
    result = compare("clip", seen(tops()[:2], window_s=window), report())
    assert (result.counted, result.off) == (2, 0)


def test_another_exercise_and_none_at_all() -> None:
    other = tuple(replace(top, exercise="donkey-kick") for top in tops())
    result = compare("clip", seen(other, exercises=("donkey-kick",)), report())
    assert (result.other, result.recognised, result.off, result.tops_inside) == (4, False, 4, 0)
    assert kinds(result) == ["clip", *["other-exercise"] * 4], "each of them once"
    nothing = compare("clip", Seen((), "side", (), by_eye=True), report())
    assert (nothing.known, nothing.other, nothing.recognised) == (False, 4, None)
    assert kinds(nothing) == ["invented"] * 4
    unknown = compare("clip", Seen(("rowing",), "side", (Top(1.0, "rowing"),), by_eye=True), report())
    assert (unknown.known, unknown.other, unknown.tops) == (False, 4, 0)


def test_an_exercise_that_the_catalogue_has_learnt_since_is_no_invention() -> None:
    label = Label(exercise="none", tops=(), notes="Glute kickbacks, two people; hardly a donkey kick")
    assert label.seen().uncounted == {"glute-kickback"}
    counted = compare("clip", label.seen(), report())
    assert (counted.known, counted.counted, counted.other, counted.off, counted.disagreements) == (
        False, 0, 0, 0, [],
    )  # fmt: skip
    for notes in ("a bird dog, not a glute kickback", "glute kickbackish"):
        other = compare("clip", Label(exercise="none", tops=(), notes=notes).seen(), report())
        assert other.other == 4
    told = Label(exercise="donkey_kick", tops=(), notes="glute kickback at the end")
    assert told.seen().uncounted == frozenset(), "who names an exercise counts its repetitions"


def test_a_guessed_exercise_is_not_compared() -> None:
    guess = compare("clip", Seen(("rowing",), "side", (), by_eye=True, guessed=True), report())
    assert (guess.known, guess.other, guess.disagreements) == (False, 0, [])
    lines = list(Agreement([guess]).lines())
    assert any("left out, since the exercise is a guess: clip" in line for line in lines)


def test_the_leg_where_it_is_known() -> None:
    wrong = (replace(tops()[0], side="right"), *tops()[1:])
    result = compare("clip", seen(wrong), report())
    assert result.leg is False
    assert kinds(result) == ["leg"]
    assert compare("clip", seen(tuple(replace(top, side="") for top in tops())), report()).leg is None


def test_faults_that_are_found_missed_false_and_not_named() -> None:
    bent = frozenset({"knee-bent"})
    given = (
        replace(tops()[0], faults=bent),  # said, but it is straight
        replace(tops()[1], faults=bent),
        replace(tops()[2], suspected=bent),
        replace(tops()[3], clean=True),
    )
    result = compare("clip", seen(given), report())
    knee = result.faults["knee-bent"]
    assert (knee.sure.hit, knee.sure.missed, knee.sure.false) == (1, 1, 1)
    assert (knee.suspected, knee.confirmed, knee.silent) == (1, 0, 0)
    about = [(one.kind, one.rep) for one in result.disagreements if one.rule == "GKB02"]
    assert about == [("fault-missed", 1), ("fault-false", 4)]
    silent = compare("clip", seen(tops()), report()).faults["knee-bent"]
    assert (silent.silent, silent.unseen) == (4, 2)
    assert not_seen([knee, silent]) == {
        "false": 1,
        "sure": 3,
        "not_named": 2,
        "silent": 4,
        "faults": 3,
    }


def test_a_fault_that_no_rule_checks_is_named() -> None:
    odd = tuple(replace(top, faults=frozenset({"socks-wrong"})) for top in tops())
    assert compare("clip", seen(odd), report()).not_checked == {"socks-wrong"}


def test_a_clip_that_cannot_be_analysed_counts_against() -> None:
    result = compare("clip", seen(tops()), None, "nobody was seen")
    assert (result.off, result.recognised) == (4, False)
    assert result.disagreements == [Disagreement("clip", None, "glute kickback", "nobody was seen")]


def test_sums_by_hand() -> None:
    one_off = compare("b", seen(tops()[:3], view="front-oblique"), report())
    failed = compare("c", seen(tops()), None, "nobody was seen")
    group = [compare("a", seen(tops()), report()), one_off, failed]
    row = sums(group)
    expected = {"clips": 3, "failed": 1, "exact": 1, "within_one": 2, "to_recognise": 3, "recognised": 2}
    expected |= {"tops": 11, "tops_inside": 7, "other": 0, "legs": 2, "leg_right": 2}
    assert {key: row[key] for key in expected} == expected
    rendered = compare("d", Seen((NAME,), "side", tops()), report())
    data = Agreement([*group, rendered]).to_dict()
    names = [(row["group"], row["name"], row["clips"]) for row in data["by_eye"]["groups"]]
    assert names == [
        ("known", "exercises it knows", 3),
        ("exercise", NAME, 3),
        ("view", "oblique", 1),
        ("view", "side", 2),
    ]
    assert [row["clips"] for row in data["truth"]["groups"]] == [1, 1, 1]
    text = "\n".join(Agreement([*group, rendered]).lines())
    assert "Labelled by eye: 3 clips" in text
    assert "With a truth file: 1 clip" in text
    assert "not analysed: c: nobody was seen" in text


LABEL = {"exercise": "glute_kickback", "view": "side", "side": "left", "tops": TIMES_S, "clean": True}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three tracks: one labelled alone, one with others, one with a truth file."""
    for name in ("alone", "many", "true"):
        kickbacks(reps=4, knee_deg=[4.0, FAULTY, 4.0, FAULTY]).save(tmp_path / f"{name}.npz")
    (tmp_path / "alone.labels.json").write_text(json.dumps(LABEL), encoding="utf-8")
    (tmp_path / "labels.json").write_text(json.dumps({"many.mp4": LABEL}), encoding="utf-8")
    truth = {"exercise": NAME, "side": "left", "reps": [{"top": time_s} for time_s in TIMES_S]}
    (tmp_path / "true.json").write_text(json.dumps(truth), encoding="utf-8")
    return tmp_path


@pytest.mark.slow
def test_labels_and_truth_in_one_run(folder: Path, formcheck: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = formcheck("evaluate", folder)
    assert (code, err) == (0, "")
    assert "Labelled by eye: 2 clips" in out
    assert "With a truth file: 1 clip" in out
    assert "false where the label is sure: 4 of " in out
    code, out, err = formcheck("evaluate", folder, "--markdown")
    assert code == 0
    row = next(line for line in out.splitlines() if line.startswith("| exercises it knows"))
    assert row.split(" | ")[1:6] == ["2", "1.00", "1.00", "1.00", "1.00"]
    code, out, err = formcheck("evaluate", folder, "--json", "-")
    data = json.loads(out)
    assert [(one["clip"], one["by_eye"]) for one in data["agreement"]["clips"]] == [
        ("alone", True),
        ("many", True),
        ("true", False),
    ]
    known = data["agreement"]["by_eye"]["groups"][0]
    assert (known["exact"], known["recognised"], known["tops_inside"], known["leg_right"]) == (2, 2, 8, 2)
    assert data["agreement"]["by_eye"]["faults"]["knee-bent"]["false"] == 4


def test_a_label_that_is_left_out_is_said_and_ends_with_two(
    folder: Path, formcheck: Callable[..., tuple[int, str, str]]
) -> None:
    wrong = {"many.mp4": LABEL, "x.mp4": LABEL, "alone.npz": LABEL | {"toops": []}}
    (folder / "labels.json").write_text(json.dumps(wrong), encoding="utf-8")
    code, out, err = formcheck("evaluate", folder, "--exercise", "told")
    assert code == 2
    assert "Labelled by eye: 2 clips" in out, "what fits is still compared"
    lines = err.splitlines()
    assert len(lines) == 2
    assert "x.mp4" in lines[0]
    assert "is of a clip that is not there" in lines[0]
    assert "toops" in lines[1]
    code, out, err = formcheck("evaluate", folder, "--html", folder / "labels.json")
    assert code == 2
    assert "would overwrite" in err
    (folder / "alone.labels.json").unlink()
    (folder / "true.json").unlink()
    (folder / "labels.json").write_text(json.dumps({"many.mp4": LABEL | {"tops": 3}}), encoding="utf-8")
    code, out, err = formcheck("evaluate", folder, "--json", folder / "out.json")
    assert (code, out, len(err.splitlines())) == (2, "", 1), "nothing is left to compare"
    assert not (folder / "out.json").exists()
    (folder / "labels.json").write_text("[1", encoding="utf-8")
    code, out, err = formcheck("evaluate", folder)
    assert (code, out) == (2, "")
    assert "is not JSON" in err
    code, *_ = formcheck("evaluate", folder, "--exercise", "rowing")
    assert code == 2
