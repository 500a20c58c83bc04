"""Holds in truth files, in `evaluate` and `check-rules`, and in new files of exercises that are held."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any

import pytest
from support.holding import SHOT, planks, sag
from support.skeleton import clock, thrusts

from formcheck.errors import UsageError
from formcheck.evaluation.evaluate import evaluate
from formcheck.evaluation.rule_soundness import findings
from formcheck.evaluation.truth import Truth
from formcheck.exercises import catalog
from formcheck.exercises.explain import explain
from formcheck.exercises.template import documented, render
from formcheck.rule import Exercise, Phase, Rule

Run = Callable[..., tuple[int, str, str]]
PLANK = catalog.exercise("plank")


@pytest.fixture(autouse=True)
def _forget_added() -> Iterator[None]:
    with catalog.for_a_while():
        yield


def told(path: Path, data: object) -> Path:
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def test_holds_are_read_with_their_faults(tmp_path: Path) -> None:
    holds = [{"start": 2.5, "end": 23.5, "faults": ["hips-low"]}, {"start": 30, "end": 41}]
    truth = Truth.load(told(tmp_path / "a.json", {"exercise": "plank", "holds": holds}))
    assert [(one.start_s, one.end_s, one.held_s, set(one.severity)) for one in truth.reps] == [
        (2.5, 23.5, 21.0, {"hips-low"}),
        (30.0, 41.0, 11.0, set()),
    ]
    assert all(one.by_eye for one in truth.reps)


@pytest.mark.parametrize(
    ("holds", "says"),
    [
        ([{"start": 5.0, "end": 2.0}], "holds.0: start must be before end"),
        ([{"start": 5.0}], "holds.0.end"),
        ([{"start": 5.0, "end": 9.0, "fualts": []}], "fualts"),
        ([{"start": "soon", "end": 9.0}], "holds.0.start"),
        ({"start": 5.0, "end": 9.0}, "holds"),
    ],
)
def test_a_hold_that_does_not_fit_is_said_with_its_field(holds: object, says: str, tmp_path: Path) -> None:
    path = told(tmp_path / "a.json", {"exercise": "plank", "holds": holds})
    with pytest.raises(UsageError, match="the truth file") as caught:
        Truth.load(path)
    assert says in str(caught.value)


def test_reps_and_holds_in_one_file_contradict_each_other(tmp_path: Path) -> None:
    both = {"exercise": "plank", "holds": [{"start": 1.0, "end": 9.0}], "reps": [2.0]}
    with pytest.raises(UsageError, match="has reps and holds"):
        Truth.load(told(tmp_path / "a.json", both))


@pytest.mark.slow
def test_evaluate_compares_holds_faults_and_seconds(tmp_path: Path) -> None:
    planks().save(tmp_path / "good.npz")
    told(tmp_path / "good.json", {"exercise": "plank", "holds": [{"start": 2.5, "end": 23.5}]})
    planks(hips_deg=sag(clock(26.0, SHOT), 9.0, 15.0, 24.0)).save(tmp_path / "low.npz")
    low = {"start": 2.5, "end": 23.5, "faults": ["hips-low"]}
    told(tmp_path / "low.json", {"exercise": "plank", "holds": [low]})
    found = evaluate(tmp_path)
    assert [(one["reps_true"], one["reps_found"], one["exercise_found"]) for one in found.clips] == [
        (1, 1, "plank"),
        (1, 1, "plank"),
    ]
    counts = found.counts()["all"]["hips-low"]
    assert (counts.hit, counts.missed, counts.false, counts.right) == (1, 0, 0, 1)
    assert all(abs(off_s) < 0.5 for off_s in found.phase_errors["held_s"])
    assert len(found.phase_errors["held_s"]) == 2


def unsound(**changes: Any) -> list[tuple[str, str]]:
    return [(one.field, one.says) for one in findings(replace(PLANK, **changes)) if not one.hint]


def test_the_shipped_holds_are_sound() -> None:
    assert unsound() == []
    assert [one for one in findings(catalog.exercise("wall-sit")) if not one.hint] == []


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"signal": "hip_height_pct"}, "signal", "signal must be left out"),
        ({"gates": ()}, "gates", "at least one gate with a measure"),
        ({"gates": PLANK.gates[-1:]}, "gates", "at least one gate with a measure"),
        ({"min_hold_s": 0.5}, "min_hold_s", "at least 2 s"),
        ({"kind": "held"}, "kind", "one of reps, hold"),
        ({"kind": "reps"}, "signal", "there is no measure"),
    ],
)
def test_what_is_wrong_with_a_hold_is_said(changes: dict[str, Any], field: str, says: str) -> None:
    [(of, said)] = unsound(**changes)
    assert of == field
    assert says in said


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"when": Phase.DOWN}, "a hold has no phase down: use Phase.HOLD"),
        ({"stat": "drift", "from_start": True}, "leave out from_start"),
        ({"over_s": -1.0}, "over_s must not be negative"),
    ],
)
def test_what_is_wrong_with_a_rule_of_a_hold_is_said(changes: dict[str, Any], says: str) -> None:
    rules = (replace(PLANK.rules[0], **changes), *PLANK.rules[1:])
    [(_, said)] = unsound(rules=rules)
    assert says in said


def test_a_new_hold_works_at_once(tmp_path: Path, formcheck: Run) -> None:
    assert formcheck("new-exercise", "side-plank", "--hold", "--dir", tmp_path)[0] == 0
    code, out, _ = formcheck("check-rules", tmp_path)
    assert (code, "0 failures" in out) == (0, True)
    planks().save(tmp_path / "clip.npz")
    told(tmp_path / "clip.json", {"exercise": "side-plank", "holds": [{"start": 2.5, "end": 23.5}]})
    code, out, _ = formcheck("check-rules", tmp_path)
    assert code == 0
    assert "Seconds of the 1 hold: off by " in out
    code, out, _ = formcheck("analyze", tmp_path / "clip.npz", "--rules", tmp_path)
    assert (code, "Plank, recognised" in out) == (0, True)  # until its gates are its own, it claims nothing


def test_a_new_hold_teaches_the_whole_contract() -> None:
    text = render("side-plank", "SPL", hold=True)
    said = " ".join(text.replace("#", " ").split())
    for kind in (Rule, Exercise):
        known = documented(kind)
        for field in fields(kind):
            assert f"{field.name}=" in text
            assert known[field.name] in said
            if field.default is MISSING and field.default_factory is MISSING:
                assert f"    {field.name}=" in text


def test_a_copy_is_of_its_own_kind(tmp_path: Path, formcheck: Run) -> None:
    code, _, err = formcheck("new-exercise", "my-own", "--hold", "--like", "plank", "--dir", tmp_path)
    assert (code, "Give --hold or --like, not both" in " ".join(err.split())) == (2, True)


def test_explain_says_how_a_hold_is_read() -> None:
    text = " ".join(explain("plank").split())
    assert "holds of 5 s and more" in text
    assert "median of the 3 s in which it is highest over the hold" in text
    assert "last fifth of the time less the first fifth, over the hold" in text


def test_functions_of_a_hold_are_tried_on_holds_and_it_takes_no_repetitions(
    tmp_path: Path, formcheck: Run
) -> None:
    assert formcheck("new-exercise", "side-plank", "--hold", "--dir", tmp_path)[0] == 0
    path = tmp_path / "side_plank.py"
    text = path.read_text("utf-8")
    gates = "GATES = (\n"
    path.write_text(
        text.replace(gates, f"{gates}    Gate(says='cut', read=lambda data: data.rep.cut_of, high=1.0),\n"),
        encoding="utf-8",
    )
    code, out, _ = formcheck("check-rules", tmp_path)
    assert (code, "'Hold' object has no attribute 'cut_of'" in " ".join(out.split())) == (1, True)
    # Gates that let everything pass: repetitions stay repetitions all the same.
    held = text.replace("high=45.0", "high=400.0").replace("low=-45.0", "low=-400.0")
    held = held.replace('    looks_like="TODO: what looks like it",\n', "").replace(
        "min_hold_s=5.0", "min_hold_s=2.0"
    )
    path.write_text(held, encoding="utf-8")
    assert formcheck("check-rules", tmp_path)[0] == 0
    thrusts().save(tmp_path / "clip.npz")
    code, out, _ = formcheck("analyze", tmp_path / "clip.npz", "--rules", tmp_path)
    assert (code, "Side plank" in out) == (0, False)
