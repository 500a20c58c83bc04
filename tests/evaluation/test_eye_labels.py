"""Labels made by eye: what fits, what does not and in which words, and where they are found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from formcheck.errors import UsageError
from formcheck.evaluation import eye_labels
from formcheck.evaluation.eye_labels import Label, exercise_name, fault_name, read_folder
from formcheck.evaluation.seen import view_group

GOOD: dict[str, Any] = {
    "exercise": "donkey_kick",
    "view": "side",
    "side": "right",
    "tops": [0.4, 2.9, 6.0, 9.0],
    "partial_tops": [0.4],
    "full_reps": 3,
    "duration_s": 12.0,
}


def label(**changes: Any) -> Label:
    return Label.model_validate(GOOD | changes)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"topps": [1.0]}, "topps: extra inputs are not permitted"),
    ({"tops": [2.9, 0.4, 6.0, 9.0]}, "tops: times must increase, and none may stand twice"),
    ({"tops": [-1.0]}, "tops.0: input should be greater than or equal to 0"),
    ({"tops": [0.4, 13.0], "full_reps": None}, "the top at 13 s lies after the clip's end at 12 s"),
    ({"partial_tops": [0.5]}, "the partial top at 0.5 s is not among the tops"),
    ({"full_reps": 5}, "full_reps is 5, but there are 4 tops, 1 of them partial"),
    ({"full_reps": 2}, "full_reps is 2"),
    ({"side": "upper"}, "side: must be left, right, both, alternating, unknown or -"),
    ({"confidence": "certain"}, "confidence: input should be 'high', 'medium' or 'low'"),
    ({"label_window_s": [5, 1]}, "label_window_s: the first time must lie before the second"),
    ({"faults": {"no_hold": [5]}}, "faults.no_hold names repetition 5, but there are 4 tops"),
    ({"faults": {"no_hold": "reps 2, 9"}}, "names repetition 9"),
    (
        {"sets": [{"t": [0, 5], "tops": [0.4, 6.0], "side": "left"}]},
        "sets.0: the top at 6 s lies outside its set, 0 to 5 s",
    ),
    (
        {"sets": [{"t": [0, 5], "tops": [1.0], "side": "left"}]},
        "the top at 1 s of a set is not among the tops",
    ),
    (
        {"exercise": "a then b"} | {"sets": [{"t": [0, 5], "tops": [0.4], "side": "left"}]},
        "must name its exercise",
    ),
]


@pytest.mark.parametrize(("changes", "says"), WRONG)
def test_a_label_that_does_not_fit_is_one_sentence_with_its_clip(
    tmp_path: Path, changes: dict[str, Any], says: str
) -> None:
    (tmp_path / "clip.mp4").touch()
    (tmp_path / "good.mp4").touch()
    data = {"clip.mp4": GOOD | changes, "good.mp4": GOOD}
    (tmp_path / "labels.json").write_text(json.dumps(data), encoding="utf-8")
    found = read_folder(tmp_path)
    assert [path.name for path in found.of] == ["good.mp4"], "the others are still used"
    assert len(found.problems) == 1
    assert "clip.mp4" in found.problems[0]
    assert says in found.problems[0]
    assert "\n" not in found.problems[0]


@pytest.mark.parametrize("text", ["[1", "[]", '{"a.mp4": {"tops": [NaN]}}', '{"a.mp4": {"tops": [1e400]}}'])
def test_a_file_of_labels_that_is_none_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "labels.json").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"labels\.json"):
        read_folder(tmp_path)


def test_names_are_brought_to_those_of_the_rules() -> None:
    assert exercise_name("barbell_hip_thrust") == "hip-thrust"
    assert exercise_name("Standing hip extension (no cable)") == "cable-kickback"
    assert exercise_name("none") == "none"
    assert fault_name("arched_back") == "lumbar-arching"
    assert fault_name("no_hold?") == "no-hold"
    assert fault_name("shin_not_vertical", "all (feet too close)") == "foot-too-close"


@pytest.mark.parametrize(
    ("view", "group"),
    [
        ("side", "side"),
        ("side-oblique", "oblique"),
        ("front-oblique / foot end", "oblique"),
        ("high oblique, camera orbits", "several"),
        ("oblique+side", "several"),
        ("rear/front", "end"),
        ("foot-end", "end"),
        ("from a drone", "other"),
    ],
)
def test_views_in_free_words_have_a_kind(view: str, group: str) -> None:
    assert view_group(view) == group


def test_what_is_said_of_faults() -> None:
    told = {
        "arched_back": "all tops, marked",
        "no_hold": [2, 4],
        "head_up": "reps 1 and 3",
        "knee_bent": "likely",
        "small_range?": "all",
        "shin_not_vertical": "no, upright",
        "0-1.5 s": "arched_back (shown as an example)",
    }
    tops = label(faults=told).seen().tops
    assert [sorted(top.faults) for top in tops] == [
        ["head-up", "lumbar-arching"],
        ["lumbar-arching", "no-hold"],
        ["head-up", "lumbar-arching"],
        ["lumbar-arching", "no-hold"],
    ]
    assert {name for top in tops for name in top.suspected} == {"knee-bent", "small-range"}
    assert {name for top in tops for name in top.absent} == {"shin-not-vertical"}
    assert tops[0].says("lumbar-arching") is True
    assert tops[0].says("shin-not-vertical") is False
    assert tops[0].says("pelvis-rotated") is None, "what is not named may still be there"


def test_a_label_that_is_not_sure_only_suspects() -> None:
    top = label(faults={"no_hold": "all"}, confidence="medium", notes="clean").seen().tops[1]
    assert (set(top.faults), set(top.suspected)) == (set(), {"no-hold"})
    assert top.says("head-up") is None


@pytest.mark.parametrize(
    ("changes", "fault", "says"),
    [
        ({"clean": True}, "head-up", False),
        ({"notes": "slow, clean"}, "head-up", False),
        ({"notes": "not clean"}, "head-up", None),
        ({"notes": "flat back"}, "lumbar-arching", False),
        ({"notes": "flat back"}, "head-up", None),
        ({"clean": True, "faults": {"head_up": "all"}}, "head-up", True),
    ],
)
def test_absence_is_known_only_where_it_is_said(
    changes: dict[str, Any], fault: str, says: bool | None
) -> None:
    assert label(**changes).seen().tops[1].says(fault) is says


def test_sets_have_their_own_leg_exercise_and_form() -> None:
    sets = [
        {"t": [0, 4], "tops": [0.4, 2.9], "side": "left", "exercise": "donkey_kick", "form": "correct"},
        {"t": [5, 10], "tops": [6.0, 9.0], "side": "right", "exercise": "glute_kickback"},
    ]
    seen = label(exercise="donkey_kick then glute_kickback", side="left then right", sets=sets).seen()
    assert seen.exercises == ("donkey-kick", "glute-kickback")
    assert [(top.exercise, top.side, top.clean) for top in seen.tops] == [
        ("donkey-kick", "left", True),
        ("donkey-kick", "left", True),
        ("glute-kickback", "right", False),
        ("glute-kickback", "right", False),
    ]
    assert label(side="right?").seen().tops[0].side == "", "a guess is not known"


def test_clips_are_found_in_folders_below_and_as_tracks_but_never_outside(tmp_path: Path) -> None:
    home, tracks = tmp_path / "home", tmp_path / "tracks"
    (home / "clips").mkdir(parents=True)
    tracks.mkdir()
    for path in (home / "a.mp4", home / "clips" / "b.mp4", tracks / "c.npz", tmp_path / "out.mp4"):
        path.touch()
    given = {"a.mp4": GOOD, "b.mp4": GOOD, "c.mp4": GOOD, "d.mp4": GOOD, "../out.mp4": GOOD}
    (home / "labels.json").write_text(json.dumps(given), encoding="utf-8")
    (home / "a.labels.json").write_text(json.dumps(GOOD | {"notes": "its own"}), encoding="utf-8")
    found = read_folder(home, tracks)
    assert {path.name: one.notes for path, one in found.of.items()} == {
        "a.mp4": "its own",
        "b.mp4": "",
        "c.npz": "",
    }
    assert [name for problem in found.problems for name in given if f"of {name} in" in problem] == [
        "d.mp4",
        "../out.mp4",
    ]


def test_writing_keeps_the_other_labels_and_reads_back(tmp_path: Path) -> None:
    clip = tmp_path / "a.mp4"
    assert eye_labels.place_for(clip) == tmp_path / "a.labels.json"
    together = tmp_path / "labels.json"
    together.write_text(json.dumps({"a.mp4": GOOD, "b.mp4": {"any": "thing"}}), encoding="utf-8")
    assert eye_labels.place_for(clip) == together
    changed = label(notes="später ±")
    eye_labels.write(together, "a.mp4", changed)
    assert json.loads(together.read_text("utf-8"))["b.mp4"] == {"any": "thing"}
    assert eye_labels.read(together, "a.mp4") == changed
    beside = tmp_path / "a.labels.json"
    eye_labels.write(beside, "a.mp4", changed)
    assert eye_labels.read(beside, "a.mp4") == changed
    assert eye_labels.place_for(clip) == beside
    assert eye_labels.read(tmp_path / "none.labels.json", "none.mp4") is None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.labels.json", "labels.json"]
