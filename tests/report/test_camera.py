"""Which one change of the camera is named."""

from __future__ import annotations

import pytest

from formcheck.exercises.catalog import exercise
from formcheck.exercises.explain import explain_exercise
from formcheck.exercises.rule import Exercise
from formcheck.judging.judge import Verdict
from formcheck.measures.reading import CAMERA_MOVED, Reading
from formcheck.poses.pose import View
from formcheck.report.camera import camera_change
from formcheck.report.model import CameraChange
from formcheck.rule import Status
from formcheck.wording import from_place, seen_from

THRUST, KICKBACK = exercise("hip-thrust"), exercise("glute-kickback")


def verdicts(
    of: Exercise, view: View, hidden: dict[str, Reading] | None = None
) -> list[tuple[Exercise, Verdict]]:
    """Return a verdict of each rule: judged where the view allows it and nothing hides it."""
    found = []
    for rule in of.rules:
        reading = (hidden or {}).get(rule.name, Reading(0.0, 1.0))
        if view not in rule.views:
            reading = Reading.none("cannot be judged from there")
        status = Status.NOT_JUDGED if reading.value != reading.value else Status.OK
        found.append((of, Verdict(rule, status, reading, rule.limit, view)))
    return found


def change(pairs: list[tuple[Exercise, Verdict]]) -> CameraChange:
    found = camera_change(pairs)
    assert found is not None
    return found


def test_obliquely_from_the_feet_the_side_adds_most() -> None:
    found = change(verdicts(THRUST, View.OBLIQUE_FOOT))
    assert found.change.startswith("film from the side")
    assert found.adds[0] == "lumbar-arching"
    assert set(found.loses) == {"pelvis-tilt", "knees-in"}
    assert found.verdicts == len(found.adds) - 2
    assert found.text.startswith("One change of the camera would add most: film from the side")
    assert "but no longer" in found.text


def test_a_place_that_takes_away_as_much_as_it_adds_is_not_named() -> None:
    assert camera_change(verdicts(THRUST, View.SIDE)) is None
    assert camera_change([]) is None


def test_what_hides_a_joint_is_named_where_that_adds_more_than_another_place() -> None:
    knee = Reading.none(
        "cannot see your left knee steadily", change="film so that nothing hides your left knee"
    )
    hidden = {rule.name: knee for rule in THRUST.rules[:4]}
    found = change(verdicts(THRUST, View.SIDE, hidden))
    assert found.change == knee.change
    assert set(found.adds) <= set(hidden)
    assert not found.loses


@pytest.mark.parametrize("still", [1, 3])
def test_a_camera_that_moved_is_one_change(still: int) -> None:
    hidden = {rule.name: CAMERA_MOVED for rule in KICKBACK.rules[-still:]}
    found = change(verdicts(KICKBACK, View.SIDE, hidden))
    assert found.change == "put the phone on something steady"
    assert found.verdicts == still


def test_a_place_from_where_nothing_is_counted_is_never_named() -> None:
    found = camera_change(verdicts(KICKBACK, View.SIDE))
    assert found is None or "foot end" not in found.change


def test_many_faults_are_named_in_few_words() -> None:
    adds = ("lumbar-arching", "heel-up", "chin-up", "feet-uneven")
    named = CameraChange(change="film from the side", adds=adds, loses=(), verdicts=4, of=5)
    assert named.text == (
        "One change of the camera would add most: film from the side; then lumbar arching, heel up and "
        "2 more could be judged too."
    )


def test_who_stands_has_a_front_and_a_back() -> None:
    curl, squat = exercise("biceps-curl"), exercise("squat")
    assert from_place(View.HEAD_END) == "from the head end"
    assert from_place(View.HEAD_END, upright=True) == "from the front"
    assert seen_from("oblique-foot", upright=True) == "seen obliquely from behind"
    assert seen_from("foot-end") == "seen from the foot end"
    assert seen_from("unknown") == "camera angle unclear"
    for one, text in ((curl, "obliquely from behind"), (squat, "from the side"), (THRUST, "the foot end")):
        assert text in explain_exercise(one)
    assert "the feet" not in explain_exercise(curl)
    assert change(verdicts(squat, View.FOOT_END)).change.startswith("film from the side")
