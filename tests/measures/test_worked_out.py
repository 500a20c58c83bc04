"""What is worked out from a measure by its name: its fall, and what is made of both sides."""

from __future__ import annotations

import numpy as np
import pytest
from support.skeleton import Shot, kickbacks

from formcheck.errors import UsageError
from formcheck.measures.body import Body
from formcheck.measures.catalogue import MEASURES, measure
from formcheck.poses.pose import Floats, Side
from formcheck.poses.viewpoint import look
from formcheck.wording import plain

KNEE = "knee_flexion_deg"


def values(name: str, working: Side = Side.LEFT) -> Floats:
    """Of somebody on all fours, who lifts the left leg and bends its knee to 40 deg; the other is at 90."""
    track = kickbacks(reps=1, knee_deg=40.0)
    return MEASURES[name].of(Body(track, working, look(track, "prone")))


def test_a_minus_rises_where_the_measure_falls() -> None:
    assert values(f"-{KNEE}") == pytest.approx(-values(KNEE))
    falling, knee = MEASURES[f"-{KNEE}"], MEASURES[KNEE]
    assert (falling.unit, falling.errors, falling.needs) == (knee.unit, knee.errors, knee.needs)
    assert (falling.can.least, falling.can.most) == (-knee.can.most, -knee.can.least)
    assert falling.sided


@pytest.mark.parametrize("working", list(Side))
def test_of_both_sides(working: Side) -> None:
    own, other = values(KNEE, working), values(KNEE, working.other)
    assert values(f"mean({KNEE})", working) == pytest.approx((own + other) / 2)
    assert values(f"least({KNEE})", working) == pytest.approx(np.minimum(own, other))
    assert values(f"most({KNEE})", working) == pytest.approx(np.maximum(own, other))
    assert values(f"difference({KNEE})", working) == pytest.approx(own - other)
    assert values(f"-most({KNEE})", working) == pytest.approx(-np.maximum(own, other))


def test_what_is_made_of_both_sides_alike_has_no_sides_and_needs_both() -> None:
    assert [MEASURES[f"{how}({KNEE})"].sided for how in ("mean", "least", "most", "difference")] == [
        False,
        False,
        False,
        True,
    ]
    assert set(MEASURES[f"mean({KNEE})"].needs) == {
        (role, part) for role in ("working", "free") for part in ("hip", "knee", "ankle")
    }
    assert MEASURES[f"difference({KNEE})"].errors.change > MEASURES[KNEE].errors.change
    assert not MEASURES["hip_height_pct"].sided


def test_a_mean_of_angles_on_both_sides_of_180_is_not_in_the_middle() -> None:
    track = kickbacks(Shot(mirrored=True), reps=1)
    body = Body(track, Side.LEFT, look(track, "prone"))
    leg = MEASURES["leg_elevation_deg"].of(body)
    mean = MEASURES["mean(leg_elevation_deg)"].of(body)
    other = MEASURES["leg_elevation_deg"].of(body.swapped())
    turns = np.exp(1j * np.radians(leg)) + np.exp(1j * np.radians(other))
    assert np.abs(np.angle(np.exp(1j * np.radians(mean)) / turns, deg=True)).max() < 1e-6


def test_they_are_known_by_name_but_not_listed() -> None:
    assert f"mean({KNEE})" in MEASURES
    assert f"mean({KNEE})" not in list(MEASURES)
    assert f"-{KNEE}" not in list(MEASURES)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("-knee_flexoin_deg", "there is no measure knee_flexoin_deg; did you mean knee_flexion_deg"),
        ("mean(knee_flexoin_deg)", "did you mean knee_flexion_deg"),
        (f"average({KNEE})", "of both sides there are mean, least, most, difference"),
        ("mean(hip_height_pct)", "hip_height_pct does not have a value for each side"),
        (f"mean(-{KNEE})", "there is no measure"),
    ],
)
def test_a_wrong_name_says_what_is_wrong(name: str, says: str) -> None:
    assert name not in MEASURES
    with pytest.raises(UsageError, match=says.replace("(", r"\(").replace(")", r"\)")):
        measure(name)


def test_in_words() -> None:
    assert plain(f"mean({KNEE})") == "knee flexion, mean of both sides"
