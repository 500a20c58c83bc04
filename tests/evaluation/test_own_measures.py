"""A rule file's own measures: entered, guarded, run on made-up bodies, listed, and taken back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.skeleton import kickbacks

from formcheck import Settings
from formcheck.evaluation.measure_check import _findings
from formcheck.exercises import catalog
from formcheck.measures.catalogue import MEASURES
from formcheck.pipeline import Session

ROOT = Path(__file__).parents[2]
Run = Callable[..., tuple[int, str, str]]

OWN = next(
    text
    for text in re.findall(
        r"```python\n(.*?)```", (ROOT / "rules" / "ADDING.md").read_text("utf-8"), re.DOTALL
    )
    if "@define" in text
)
"""What the document shows: an import and a measure."""
IMPORT, MEASURE = OWN.split("\n\n\n")


@pytest.fixture(autouse=True)
def _forget_added() -> Iterator[None]:
    with catalog.for_a_while():
        yield


@pytest.fixture
def own(tmp_path: Path, formcheck: Run) -> Path:
    """A rule file that defines a measure and reads it in its first rule."""
    assert formcheck("new-exercise", "leg-raise", "--dir", tmp_path / "mine")[0] == 0
    path = tmp_path / "mine" / "leg_raise.py"
    text = path.read_text("utf-8")
    text = text.replace("from formcheck.rule import", f"{IMPORT}\nfrom formcheck.rule import", 1)
    text = text.replace('\nSOURCE = "TODO', f'\n\n{MEASURE}\n\nSOURCE = "TODO', 1)
    text = text.replace('measure="hip_travel_pct"', 'measure="heel_to_seat_pct"', 1)
    path.write_text(text, encoding="utf-8")
    return path


def edited(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def said(folder: Path, formcheck: Run) -> list[str]:
    _, out, err = formcheck("check-rules", folder, "--json", "-")
    assert err == ""
    found = [one for file in json.loads(out)["files"] for one in file["found"] if one["kind"] == "failure"]
    assert all(one["line"] for one in found)
    return [one["says"] for one in found]


def test_a_file_may_measure_what_no_catalogue_has(own: Path, formcheck: Run) -> None:
    assert said(own.parent, formcheck) == []
    code, out, _ = formcheck("measures", "--rules", own.parent)
    assert code == 0
    assert "heel_to_seat_pct" in out
    assert "Distance from the working heel to the working hip." in out


def test_its_rules_judge_by_it(own: Path) -> None:
    (mine,) = catalog.load_folder(own.parent)
    track = kickbacks(reps=2)
    session = Session(track.size, Settings(exercise=mine), source="skeleton")
    for pose in track.poses():
        session.push(pose)
    report = session.finish().report
    verdicts = [v for rep in report.reps for v in rep.verdicts if v.rule == mine.rules[0].code]
    assert verdicts
    assert all(v.value is not None for v in verdicts)


def test_a_file_that_is_run_again_or_copied_defines_the_same(own: Path, tmp_path: Path) -> None:
    catalog.load_folder(own.parent)
    first = MEASURES["heel_to_seat_pct"]
    catalog.added.clear()
    catalog.load_folder(own.parent)
    assert MEASURES["heel_to_seat_pct"] is not first
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / own.name).write_bytes(own.read_bytes())
    catalog.added.clear()
    catalog.load_folder(copy)


def test_what_was_added_for_a_while_is_forgotten(own: Path) -> None:
    with catalog.for_a_while():
        catalog.load_folder(own.parent)
        assert "heel_to_seat_pct" in MEASURES
    assert "heel_to_seat_pct" not in MEASURES


def test_a_file_that_fails_later_leaves_no_measure(own: Path, formcheck: Run) -> None:
    edited(own, "\nEXERCISE = ", "\nraise ValueError('no')\nEXERCISE = ")
    assert said(own.parent, formcheck) == ["no"]
    assert "heel_to_seat_pct" not in MEASURES


def test_two_files_may_not_share_a_name(own: Path, formcheck: Run) -> None:
    other = own.with_name("other_raise.py")
    text = own.read_text("utf-8").replace('"leg-raise"', '"other-raise"').replace("LRA", "ORA")
    other.write_text(text, encoding="utf-8")
    assert said(own.parent, formcheck) == [
        "the measure heel_to_seat_pct is taken by leg_raise.py: choose another name"
    ]


DEFINED = 'define(\n    "heel_to_seat_pct",\n'
HIP = 'body.joint("working", "hip")) / body.trunk_px'
VALUE = f'100.0 * distance_px(body.joint("working", "heel"), {HIP}'
RETURNED = f"return {VALUE}"
NOT_NAN = f"import numpy as np\n    return np.nan_to_num({VALUE})"
TAKEN = DEFINED.replace("heel_to_seat", "hip_travel")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (DEFINED, TAKEN, "the measure hip_travel_pct is taken by catalogue.py"),
        (DEFINED, DEFINED.replace("_pct", ""), "needs a name of lower case words that ends in _deg or _pct"),
        ('("working", "heel"), (', '("working", "toe"), (', "names the joint 'toe'; there are ear, shoulder"),
        ('("working", "heel"), (', '("left", "heel"), (', "names the role 'left'; there are working, free"),
        ('needs=(("working", "heel"), ("working", "hip"))', "needs=()", "needs at least one joint"),
        ("Errors(5.0, 4.0", "Errors(4.0, 5.0", "that of a change at most that of a value"),
        (RETURNED, "return 1.0", "must return one float a frame, shape (T,), not 1.0"),
        (RETURNED, 'return body.joint("working", "heel")', "not an array of shape (12, 2)"),
        (RETURNED, "return body.nothing", "fails on a made-up body: AttributeError"),
        (" / body.trunk_px", "", "divide lengths by body.trunk_px"),
        (RETURNED, NOT_NAN, "where nobody is seen"),
        (HIP, 'body.joint("free", "knee")) / body.trunk_px', "reads a knee that is not in its needs"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_measure_is_named(
    own: Path, formcheck: Run, old: str, new: str, says: str
) -> None:
    edited(own, old, new)
    found = said(own.parent, formcheck)
    assert found
    assert all(says in one for one in found), found


@pytest.mark.parametrize("name", sorted(MEASURES))
def test_our_own_measures_pass_the_same_check(name: str) -> None:
    assert [found.says for found in _findings(MEASURES[name]) if not found.hint] == []
