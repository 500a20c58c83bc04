"""`new-exercise` and `check-rules`: a file that works, mistakes that are named, a score on clips."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, get_args

import pytest
from support.skeleton import Shot, kickbacks, squats, still, thrusts

from formcheck.batch import provenance
from formcheck.batch.provenance import versions
from formcheck.cli.options import Held
from formcheck.evaluation.evaluate import evaluate
from formcheck.evaluation.rule_soundness import findings
from formcheck.evaluation.truth import Truth
from formcheck.exercises import catalog
from formcheck.exercises.explain import explain_measures
from formcheck.exercises.rule_files import load
from formcheck.exercises.signals import motions
from formcheck.exercises.template import documented, prefix_for, render
from formcheck.measures.catalogue import MEASURES
from formcheck.poses.pose import Side
from formcheck.poses.smoothing import smooth
from formcheck.poses.viewpoint import Posture
from formcheck.rule import Exercise, Rule

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def _forget_added() -> Iterator[None]:
    with catalog.for_a_while():
        yield


@pytest.fixture
def call(formcheck: Run) -> Run:
    """The command line with stderr on one line."""

    def run_it(*arguments: object) -> tuple[int, str, str]:
        code, out, err = formcheck(*arguments)
        return code, out, " ".join(err.split())

    return run_it


@pytest.fixture
def new(tmp_path: Path, call: Run) -> Path:
    """A new exercise's file in a folder of its own."""
    assert call("new-exercise", "leg-raise", "--dir", tmp_path / "mine")[0] == 0
    return tmp_path / "mine" / "leg_raise.py"


def edit(path: Path, old: str, new: str) -> int:
    """Replace what is there once; return its line."""
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def failures(folder: Path, call: Run) -> list[dict[str, Any]]:
    code, out, err = call("check-rules", folder, "--json", "-")
    assert err == ""
    data = json.loads(out)
    found = [one for file in data["files"] for one in file["found"] if one["kind"] == "failure"]
    assert (code, data["ok"]) == (int(bool(found)), not found)
    return found


def test_a_new_file_works_at_once(new: Path, call: Run) -> None:
    code, out, _ = call("check-rules", new.parent)
    assert code == 0
    assert "LRA01  hips-move" in out
    assert "4 of 4 examples right" in out
    assert "1 file, 0 failures, 9 hints." in out
    kickbacks(Shot(noise_px=0.3)).save(new.parent / "clip.npz")
    code, out, _ = call("analyze", new.parent / "clip.npz", "--rules", new.parent, "--exercise", "leg-raise")
    assert code == 0
    assert out.count("  left ") == 3


def test_a_new_file_teaches_the_whole_contract() -> None:
    """Every field of the contract, given or as a comment, with what its docstring says."""
    text = render("leg-raise", "LRA")
    said = " ".join(text.replace("#", " ").split())
    for kind in (Rule, Exercise):
        known = documented(kind)
        for field in fields(kind):
            assert f"{field.name}=" in text
            assert known[field.name] in said
            if field.default is MISSING and field.default_factory is MISSING:
                assert f"    {field.name}=" in text


def test_a_name_is_checked_and_nothing_is_overwritten(new: Path, call: Run) -> None:
    for name in ("Leg-Raise", "leg_raise", "leg raise", "-leg", "leg2", "../leg"):
        code, _, err = call("new-exercise", "--dir", new.parent, "--", name)
        assert (code, "is no name for an exercise" in err) == (2, True), name
    new.write_text("mine", encoding="utf-8")
    code, _, err = call("new-exercise", "leg-raise", "--dir", new.parent)
    assert (code, "is there already and stays as it is" in err) == (2, True)
    assert new.read_text("utf-8") == "mine"
    code, _, err = call("new-exercise", "glute-kickback", "--dir", new.parent)
    assert (code, "start from it with --like glute-kickback, under another name" in err) == (2, True)
    assert [path.name for path in new.parent.iterdir()] == ["leg_raise.py"]


@pytest.mark.parametrize("like", list(catalog.exercises()))
def test_a_copy_of_any_exercise_is_sound(like: str, tmp_path: Path, call: Run) -> None:
    assert call("new-exercise", "my-own", "--dir", tmp_path, "--like", like)[0] == 0
    assert failures(tmp_path, call) == []
    copy, old = load(tmp_path / "my_own.py"), catalog.exercise(like)
    assert (copy.name, copy.title, len(copy.rules)) == ("my-own", "My own", len(old.rules))
    assert {rule.code for rule in copy.rules} & {rule.code for rule in old.rules} == set()


def test_codes_are_chosen_free() -> None:
    assert prefix_for("fire-hydrant", set()) == "FHY"
    assert prefix_for("single-leg-bridge", set()) == "SLB"
    taken: set[str] = set()
    for _ in range(60):
        prefix = prefix_for("a-b", taken)
        assert prefix not in taken
        assert len(prefix) == 3
        assert prefix.isupper()
        taken.add(prefix)


@pytest.mark.parametrize(
    ("old", "new_text", "says", "below"),
    [
        ("    when=Phase.TOP,\n", "    when=Phase.TOP\n", "this is not Python: ", 0),
        ("from_start=True", "from_strat=True", "Rule has no field from_strat; did you mean from_start?", 0),
        ("    Above,\n", "    Abov,\n", "formcheck.rule has no Abov; did you mean Above?", None),
        ('    cue="Slow on the way back",\n', "", "Rule lacks cue", None),
        (
            'posture="prone"',
            "prone=True",
            'Exercise no longer has prone: write posture="standing" (also bending forward), "prone" (face',
            None,
        ),
        ('side_of="set"', "both_legs=True", 'Exercise no longer has both_legs: write side_of="both"', None),
        ('side_of="set"', "signal_per_leg=False", "no longer has signal_per_leg: leave it out", None),
        ('side_of="set"', 'side_of="leg"', "side_of must be one of set, rep, both, not 'leg'", 0),
        (
            'measure="hip_travel_pct"',
            'measure="hip_travel"',
            "LRA01: there is no measure hip_travel; did you mean hip_travel_pct?",
            0,
        ),
        ("when=Phase.TOP", "when=Phase.PEAK", "Phase has no PEAK; there are START, UP, TOP", 0),
        (
            "from __future__ import annotations",
            "import gone",
            "ModuleNotFoundError: No module named 'gone'",
            0,
        ),
        ("EXERCISE = Exercise(", "DRILL = Exercise(", "it declares no EXERCISE", None),
        ("Above(15.0, 25.0)", "Above(25.0, 15.0)", "the limits are the wrong way round", 0),
        (
            "(Example(0.7, 0.2), ",
            "(Example(1.7, 0.2), ",
            "the example 1.70 ± 0.20 s in fails is judged good",
            0,
        ),
        ("weight=60", "weight=50", "the weights of the rules add up to 90", None),
        ('code="LRA02"', 'code="LRA01"', "two rules have the code LRA01", None),
        ('code="LRA01"', 'code="GKB01"', "the code GKB01 is taken by glute-kickback", 0),
        (
            'name="leg-raise"',
            'name="glute-kickback"',
            "the name glute-kickback is taken by an installed one",
            0,
        ),
        (
            "passes=(Example(1.4, 0.2),)",
            "passes=(Example(1.4, 0.2))",
            "one item in parentheses needs a comma",
            0,
        ),
        ('cue="Hips stay where they are"', 'cue="a b c d e f g h i"', "cue has 9 words", 0),
        ("SOURCE = ", "raise SystemExit(3)\nSOURCE = ", "SystemExit: 3", 0),
    ],
)
def test_a_mistake_is_said_with_its_line(
    old: str, new_text: str, says: str, below: int | None, new: Path, call: Run
) -> None:
    line = edit(new, old, new_text)
    found = failures(new.parent, call)
    assert len(found) == 1
    assert says in found[0]["says"]
    if below is not None:
        assert found[0]["line"] in range(line, line + 2)
    shown = call("check-rules", new.parent)[1]
    assert " ".join(f"FAIL {new.name}:{found[0]['line'] or ''}".split()).removesuffix(":") in shown


def test_each_file_is_checked_on_its_own(new: Path, call: Run) -> None:
    assert call("new-exercise", "arm-raise", "--dir", new.parent)[0] == 0
    (new.parent / "broken.py").write_text("EXERCISE = (", encoding="utf-8")
    (new.parent / "twin.py").write_text(new.read_text("utf-8"), encoding="utf-8")
    found = failures(new.parent, call)
    assert ["not Python" in one["says"] for one in found] == [True, False, False, False]
    assert (
        "the name leg-raise is taken by another file of this folder" in found[1]["says"] or found[2]["says"]
    )
    assert "arm-raise" not in catalog.exercises()


def test_a_helper_beside_it_is_imported_afresh_and_leaves_nothing(new: Path, call: Run) -> None:
    helper = new.parent / "_shared.py"
    helper.write_text("LIMIT = 15.0\n", encoding="utf-8")
    edit(new, "SOURCE = ", "from ._shared import LIMIT\n\nSOURCE = ")
    edit(new, "Above(15.0, 25.0)", "Above(LIMIT, 25.0)")
    assert failures(new.parent, call) == []
    helper.write_text("LIMIT = 35.0\n", encoding="utf-8")
    assert "wrong way round" in failures(new.parent, call)[0]["says"]
    assert {path.name for path in new.parent.iterdir()} == {"leg_raise.py", "_shared.py"}


def test_wrong_use(tmp_path: Path, call: Run) -> None:
    assert call("check-rules", tmp_path / "gone")[::2] == (
        2,
        f"formcheck: There is no rule file or folder {tmp_path / 'gone'}; check the name.",
    )
    code, _, err = call("check-rules", tmp_path)
    assert (code, "holds no rule file; `formcheck new-exercise` writes one" in err) == (2, True)


def test_our_own_rules_pass_where_they_are(call: Run) -> None:
    rules = Path(__file__).parents[2] / "rules"
    assert failures(rules, call) == []


def clip_beside(path: Path, truth: object) -> None:
    kickbacks(Shot(noise_px=0.3)).save(path.parent / "clip.npz")
    (path.parent / "clip.json").write_text(json.dumps(truth), encoding="utf-8")


TOPS = [3.1, 8.1, 13.1]


def test_clips_beside_are_scored(new: Path, call: Run) -> None:
    clip_beside(new, {"exercise": "leg-raise", "reps": [{"top": 3.1, "faults": ["hips-move"]}, *TOPS[1:]]})
    still(kickbacks(), 10.0).save(new.parent / "other.npz")
    (new.parent / "other.json").write_text('{"exercise": "none", "reps": []}', encoding="utf-8")
    edit(
        new,
        "    return None\n",
        "    return 'bent' if data.median('knee_flexion_deg', Phase.LIFT) > 10.0 else None\n",
    )
    thrusts(Shot(noise_px=0.3)).save(new.parent / "thrust.npz")
    (new.parent / "thrust.json").write_text('{"exercise": "none"}', encoding="utf-8")
    code, out, _ = call("check-rules", new.parent, "--json", "-")
    assert code == 0
    score = json.loads(out)["evaluation"]
    counts = {clip["clip"]: (clip["reps_true"], clip["reps_found"]) for clip in score["clips"]}
    assert counts == {"clip": (3, 3), "other": (0, 0), "thrust": (0, 3)}
    hips, slow = (score["faults"]["all"][name] for name in ("hips-move", "lowering-too-fast"))
    assert (hips["missed"], hips["right"], hips["false"]) == (1, 2, 0)  # nothing moved, whatever was said
    assert slow["right"] == 3
    shown = call("check-rules", new.parent)[1].splitlines()
    assert ["hips-move", "0", "1", "0", "2", "0", "0"] in [line.split() for line in shown]
    thrust = next(line for line in shown if line.strip().startswith("thrust"))
    assert thrust.split() == ["thrust", "none", "0", "0", "is", "a", "single-leg-hip-thrust"]


def test_a_function_that_fails_on_a_clip_is_named(new: Path, call: Run) -> None:
    clip_beside(new, {"exercise": "leg-raise", "reps": TOPS})
    line = edit(new, "    return Reading(took_s, ", "    return Reading(took_s / 0, ")
    (found,) = failures(new.parent, call)
    assert found["line"] == line
    assert "lowering_s failed: ZeroDivisionError" in found["says"]
    assert "(on a repetition of the sample " in found["says"]
    assert (found["rule"], found["field"]) == ("LRA02", "read")
    code, _, err = call("analyze", new.parent / "clip.npz", "--rules", new.parent, "--exercise", "leg-raise")
    assert code == 2
    assert f"{new}:{line}: lowering_s failed: ZeroDivisionError" in err
    assert "internal error" not in err


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("    return Reading(took_s, ", "    Reading(took_s, "), "lowering_s returned None, not a Reading"),
        (
            ("    return Reading(took_s, ", "    return (took_s, "),
            "lowering_s returned a tuple, not a Reading",
        ),
        (("return Reading(took_s, ", "return Reading('fast', "), "returned 'fast', not a number"),
        (("return Reading(took_s, ", "return Reading(float('inf'), "), "returned inf, not a number"),
        (("    return None\n", "    return 7\n"), "returned 7, not text or None"),
    ],
)
def test_a_function_that_returns_something_else_is_named(
    change: tuple[str, str], says: str, new: Path, call: Run
) -> None:
    edit(new, *change)
    (found,) = failures(new.parent, call)  # of a function without a return it is known before it runs
    clip_beside(new, {"exercise": "leg-raise", "reps": TOPS})
    assert says in found["says"] or "lowering_s can return None, not a Reading" in found["says"]
    assert found["line"] is not None
    clip = new.parent / "clip.npz"
    code, out, err = call("analyze", clip, "--rules", new.parent, "--exercise", "leg-raise")
    assert (code, out) == (2, "")
    assert says in err
    assert err.startswith(f"formcheck: The rule file {new}:")


def test_a_function_that_fails_where_joints_are_not_seen_is_named(new: Path, call: Run) -> None:
    line = edit(
        new,
        "    took_s = ",
        '    top = max(data.values("knee_flexion_deg", Phase.TOP))\n    took_s = top - top + ',
    )
    (found,) = failures(new.parent, call)
    assert found["line"] == line
    assert "lowering_s failed: ValueError" in found["says"] or "max()" in found["says"]
    assert "of which only the trunk is seen" in found["says"]


GATED = """
from formcheck.rule import Gate

EXERCISE = replace(
    EXERCISE,
    gates=(Gate(says="the trunk is upright", measure="trunk_pitch_deg", when=Phase.LIFT, high=60.0),),
)
"""


@pytest.mark.slow
def test_an_exercise_that_claims_a_sample_fails_and_without_gates_it_claims_nothing(
    new: Path, call: Run
) -> None:
    kickbacks(Shot(noise_px=0.3)).save(new.parent / "kickback.npz")
    before = call("analyze", new.parent / "kickback.npz", "--rules", new.parent, "--no-log")
    assert "Glute kickback, recognised (100 %)" in before[1]
    catalog.added.clear()
    edit(
        new, "from formcheck.rule import (", "from dataclasses import replace\n\nfrom formcheck.rule import ("
    )
    new.write_text(new.read_text("utf-8") + GATED, encoding="utf-8")
    found = failures(new.parent, call)
    assert {one["field"] for one in found} == {"gates"}
    said = " ".join(one["says"] for one in found)
    assert "of the sample glute kickback: add or narrow a gate" in said or (
        "fits the sample glute kickback as well, which is then recognised as nothing" in said
    )
    assert "--exercise leg-raise only" in said
    edit(new, "high=60.0),),", "high=60.0, low=59.0),),")
    assert failures(new.parent, call) == []


@pytest.mark.slow
def test_one_file_is_checked_and_used_as_a_folder_is(new: Path, call: Run) -> None:
    assert call("new-exercise", "arm-raise", "--dir", new.parent)[0] == 0
    clip_beside(new, {"exercise": "leg-raise", "reps": TOPS})
    code, out, _ = call("check-rules", new)
    assert code == 0
    assert "1 file, 0 failures, 9 hints." in out
    clip = new.parent / "clip.npz"
    for command in (
        ("analyze", clip, "--exercise", "leg-raise", "--no-log"),
        ("score", clip, "--exercise", "leg-raise", "--out", new.parent / "out", "--workers", "1"),
        ("explain", "leg-raise"),
        ("exercises",),
    ):
        code, out, err = call(*command, "--rules", new)
        assert (code, "arm-raise" in out) == (0, False), err
        catalog.added.clear()
    other = new.parent / "notes.txt"
    other.write_text("", encoding="utf-8")
    code, _, err = call("exercises", "--rules", other)
    assert (code, "is no rule file: name a Python file (.py), or a folder of them" in err) == (2, True)


def test_the_hash_of_rules_tells_one_file_from_another(new: Path) -> None:
    before = versions(None, str(new)).rules
    provenance._rules_hash.cache_clear()
    edit(new, "Above(15.0, 25.0)", "Above(16.0, 25.0)")
    assert versions(None, str(new)).rules != before


@pytest.mark.parametrize(
    "change",
    [
        ("    return Reading(took_s, ", "    Reading(took_s, "),
        (
            "    return Reading(took_s, ",
            "    if took_s > 1:\n        return None\n    return Reading(took_s, ",
        ),
        ("    return Reading(took_s, ", "    if took_s > 1:\n        return Reading(took_s, "),
    ],
)
def test_a_function_that_can_return_none_is_named_without_a_clip(
    change: tuple[str, str], new: Path, call: Run
) -> None:
    edit(new, *change)
    (found,) = failures(new.parent, call)
    assert "lowering_s can return None, not a Reading" in found["says"]
    assert found["field"] == "read"
    assert found["line"] is not None


@pytest.mark.parametrize(
    ("truth", "says"),
    [
        (
            {"exercise": "leg-raise", "reps": [{"top": 3.1, "faults": ["hips-moved"]}]},
            "names the fault 'hips-moved'; did you mean hips-move?",
        ),
        (
            {"exercise": "leg-raise", "rep": TOPS},
            "clip.json:1 has the unknown key 'rep'; did you mean reps?",
        ),
        (
            {"exercise": "leg-raise", "reps": [3.1, {"top": 8.1, "fault": ["hips-move"]}]},
            "clip.json:1 has the unknown key 'fault' of repetition 2; did you mean faults?",
        ),
        (
            {"exercise": "leg-raise", "holds": [{"start": 1, "ends": 9}]},
            "has the unknown key 'ends' of hold 1; did you mean end?",
        ),
        (
            {"exercise": "leg-raise", "xyz": 1},
            "has the unknown key 'xyz'; there are exercise, view, side, reps, holds",
        ),
        ({"exercise": "leg-raise", "side": "front", "reps": []}, "names the side 'front'; it is left, right"),
        ({"exercise": "leg-raise", "reps": [{"at": 3.1}]}, "unknown key 'at' of repetition 1"),
        ({"exercise": "leg-raise", "reps": [{}]}, "epetition 1 of the truth file"),
        ({"exercise": "leg-raise", "reps": ["3.1"]}, "epetition 1 of the truth file"),
        ({"exercise": "leg-raise", "view": "left", "reps": []}, "names the view 'left'; there are side, "),
        ({"reps": []}, "names no exercise"),
        ([], "names no exercise"),
    ],
)
def test_a_wrong_truth_file_is_wrong_use(truth: object, says: str, new: Path, call: Run) -> None:
    clip_beside(new, truth)
    code, _, err = call("check-rules", new.parent)
    assert (code, says in err) == (2, True), err


def test_truth_by_eye_of_an_own_exercise_goes_by_the_label(tmp_path: Path) -> None:
    """Where truth is an angle for rendered clips, it is what was seen for others."""
    kickbacks(Shot(noise_px=0.5), knee_deg=[40.0, 4.0, 40.0]).save(tmp_path / "clip.npz")
    reps = [{"top": 3.1, "faults": ["knee-bent"]}, 8.1, {"top": 13.1, "faults": ["knee-bent"]}]
    (tmp_path / "clip.json").write_text(json.dumps({"exercise": "glute-kickback", "reps": reps}), "utf-8")
    truth = Truth.load(tmp_path / "clip.json")
    assert [rep.by_eye for rep in truth.reps] == [True] * 3
    result = evaluate(tmp_path)
    assert result.clips[0]["reps_found"] == 3
    assert result.counts()["all"]["knee-bent"].scores()["f1"] == 1.0
    assert result.phase_errors == {}
    assert json.loads(result.to_json())["angle_error_deg"] == {}


def test_measures_are_listed_with_all_that_is_known(call: Run) -> None:
    code, out, _ = call("measures")
    assert (code, out) == (0, explain_measures())
    said = " ".join(out.split())
    for measure in MEASURES.values():
        assert f"{measure.name} Is {measure.definition}" in said
        assert measure.errors.fooled_by in said
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.slow
def test_how_measures_move_in_a_clip(tmp_path: Path, call: Run) -> None:
    track = kickbacks(Shot(noise_px=0.3), reps=4)
    found = motions(track, smooth(track))
    assert (found.side, found.look.near) == (Side.LEFT, Side.LEFT)
    leg = next(motion for motion in found.all if motion.measure.name == "leg_elevation_deg")
    assert leg.rises == 4
    assert (leg.low, leg.high) == pytest.approx((-22.0, 4.0), abs=1.5)
    assert [motion.strength for motion in found.all] == sorted(
        (motion.strength for motion in found.all), reverse=True
    )
    still = next(motion for motion in found.all if motion.measure.name == "trunk_pitch_deg")
    assert (still.rises, still.falls) == (0, 0)
    track.save(tmp_path / "clip.npz")
    code, out, _ = call("measures", tmp_path / "clip.npz", "--side", "right")
    assert code == 0
    assert "right leg taken as the working one" in out
    row = next(line.split() for line in out.splitlines() if line.startswith("free_leg_elevation_deg"))
    assert row[3] == "4"
    assert "taken as face down" in out


@pytest.mark.slow
def test_the_posture_of_a_clip_is_taken_from_the_trunk_or_said(tmp_path: Path, call: Run) -> None:
    assert [posture.value for posture in Held] == list(get_args(Posture))
    squats(Shot(noise_px=0.3)).save(tmp_path / "squat.npz")
    thrusts(Shot(noise_px=0.3)).save(tmp_path / "thrust.npz")
    shown = call("measures", tmp_path / "squat.npz")[1]
    assert "taken as standing" in shown
    knee, trunk = (
        next(line.split() for line in shown.splitlines() if line.startswith(name))
        for name in ("knee_flexion_deg", "trunk_pitch_deg")
    )
    assert (knee[3], trunk[4]) == ("3", "3")  # three rises of the knee's bend, three falls of the trunk
    assert "taken as on the back" in call("measures", tmp_path / "thrust.npz", "--posture", "supine")[1]


def test_angles_about_180_do_not_spread_over_the_circle() -> None:
    """A standing person's heel line, by the conventions of all fours, points about backwards."""
    track = squats(Shot(noise_px=0.3))
    heel = next(m for m in motions(track, smooth(track)).all if m.measure.name == "heel_lift_deg")
    assert heel.high - heel.low < 10.0


def test_loading_leaves_the_interpreter_as_it_was(new: Path) -> None:
    before = sys.dont_write_bytecode
    assert findings(load(new)) != []  # hints
    assert sys.dont_write_bytecode is before


@pytest.mark.skipif(sys.platform == "win32", reason="there, links and pipes need rights or are none")
def test_only_ordinary_rule_files_are_opened(tmp_path: Path, formcheck: Run) -> None:
    formcheck("new-exercise", "leg-raise", "--dir", tmp_path)
    (tmp_path / ".#leg_raise.py").symlink_to("an-editors-lock")  # left by an editor, is none of the rules
    assert formcheck("check-rules", tmp_path)[0] == 0
    (tmp_path / "gone.py").symlink_to("nowhere.py")
    code, out, _ = formcheck("check-rules", tmp_path)
    assert code == 1
    assert "it is a link that leads nowhere" in " ".join(out.split())
    (tmp_path / "gone.py").unlink()
    os.mkfifo(tmp_path / "pipe.py")
    code, _, err = formcheck("exercises", "--rules", tmp_path)
    assert code == 2
    assert "it is not a file but a pipe" in err
    assert versions(None, str(tmp_path)).rules


def test_who_runs_code_is_told_so(formcheck: Run) -> None:
    for command, words in (
        ("analyze", "Python code, and it is run"),
        ("check-rules", "Python code, and it is run"),
        ("score", "any file that you may read"),
    ):
        assert words in " ".join(re.sub(r"[^\w,.]", " ", formcheck(command, "--help")[1]).split())
