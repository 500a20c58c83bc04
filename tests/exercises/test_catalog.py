from __future__ import annotations

from pathlib import Path

import pytest

from formcheck.errors import UsageError
from formcheck.exercises import catalog
from formcheck.exercises.rule import Exercise

MINE = """
from dataclasses import replace
from formcheck.exercises import catalog
from formcheck.exercises.rule import Exercise
donor = catalog.exercise("glute-kickback")
rule = replace(donor.rules[1], code={code!r}, name="elbow-bent", weight=100.0)
EXERCISE = replace(donor, name={name!r}, title="Mine", rules=(rule,{again}))
"""


@pytest.fixture(autouse=True)
def _forget_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "added", {})


def folder_with(folder: Path, *, code: str = "ZZZ01", name: str = "arm-raise", again: str = "") -> Path:
    (folder / "mine.py").write_text(MINE.format(code=code, name=name, again=again), encoding="utf-8")
    return folder


def test_exercises_come_sorted_by_name() -> None:
    names = list(catalog.exercises())
    assert names == sorted(names)
    assert {"glute-kickback", "single-leg-hip-thrust"} <= set(names)
    assert all(item.name == name for name, item in catalog.exercises().items())


@pytest.mark.parametrize(
    ("typed", "meant"), [("glute-kickbak", "glute-kickback"), ("hip-thrusts", "hip-thrust")]
)
def test_the_nearest_name_is_suggested(typed: str, meant: str) -> None:
    with pytest.raises(UsageError, match=f"did you mean {meant}"):
        catalog.exercise(typed)


def test_where_none_is_near_all_are_named() -> None:
    with pytest.raises(UsageError, match=r"there are .*glute-kickback, .*single-leg-hip-thrust"):
        catalog.exercise("xyzzy")


def test_rules_are_found_by_code_in_any_case_and_by_name() -> None:
    assert [rule.code for _, rule in catalog.find_rules("gkb02")] == ["GKB02"]
    both = catalog.find_rules("lumbar-arching")
    having = [
        one for one in catalog.exercises().values() if any(r.name == "lumbar-arching" for r in one.rules)
    ]
    assert {item.name for item, _ in both} == {one.name for one in having}
    assert len(having) > 1
    assert [item.name for item, _ in catalog.find_rules("deficit-unused")] == [
        "bodyweight-single-leg-hip-thrust",
        "single-leg-hip-thrust",
    ]  # of a mode
    assert catalog.find_rules("no-such-thing") == []


def test_a_folder_of_rules_is_added(tmp_path: Path) -> None:
    (tmp_path / "_helper.py").write_text("raise RuntimeError('helpers are not loaded')")
    (tmp_path / "notes.txt").write_text("not Python")
    assert [item.name for item in catalog.load_folder(folder_with(tmp_path))] == ["arm-raise"]
    assert catalog.exercise("arm-raise").title == "Mine"
    assert [rule.code for _, rule in catalog.find_rules("elbow-bent")] == ["ZZZ01"]
    assert list(catalog.exercises()) == sorted(catalog.exercises())


def test_an_empty_folder_adds_nothing(tmp_path: Path) -> None:
    before = list(catalog.exercises())
    assert catalog.load_folder(tmp_path) == []
    assert list(catalog.exercises()) == before


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"code": "GKB02"}, "rule code GKB02 of arm-raise is taken by glute-kickback"),
        ({"again": "rule"}, "rule code ZZZ01 of arm-raise is taken by arm-raise"),
        ({"name": "glute-kickback"}, "two exercises called glute-kickback"),
    ],
)
def test_names_and_codes_are_taken_once(given: dict[str, str], says: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=says):
        catalog.load_folder(folder_with(tmp_path, **given))
    assert "arm-raise" not in catalog.exercises()


def test_two_folders_cannot_share_a_name(tmp_path: Path) -> None:
    catalog.load_folder(folder_with(tmp_path))
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(UsageError, match="two exercises called arm-raise"):
        catalog.load_folder(folder_with(other))


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no rule file or folder .*nowhere"):
        catalog.load_folder(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = 1", "declares no EXERCISE"),
        ("EXERCISE = 'kickback'", "its EXERCISE is a str"),
        ("\nimport nothing_of_this_name", r"bad.py:2: ModuleNotFoundError: No module named 'nothing"),
        ("def broken(:", r"bad.py:1: this is not Python: "),
    ],
)
def test_a_file_that_is_no_rule_file_is_named(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=says) as caught:
        catalog.load_folder(tmp_path)
    assert "bad.py" in str(caught.value)


def test_a_plug_in_of_an_older_contract_is_left_out_and_told_what_to_write(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Older:
        name, value, module, dist = "arm-raise", "arm_raise:EXERCISE", "arm_raise", None

        def load(self) -> Exercise:
            return Exercise(name="arm-raise", prone=False)  # type: ignore[call-arg]

    monkeypatch.setattr(catalog, "entry_points", lambda group: [Older()])
    catalog._installed.cache_clear()
    try:
        assert "arm-raise" not in catalog.exercises()
    finally:
        catalog._installed.cache_clear()
    [said] = [record.getMessage() for record in caplog.records]
    assert said.startswith("the plug-in arm-raise is left out: Exercise no longer has prone: write posture=")
