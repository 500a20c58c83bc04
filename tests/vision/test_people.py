from __future__ import annotations

import numpy as np
import pytest
from support.skeleton import kickbacks

from formcheck.errors import NoPersonError, UsageError
from formcheck.poses.pose import Floats
from formcheck.vision.people import Crowd, Sighting, Wanted, distinct, overlap, unlike

SIZE = (1600, 480)
BODY = kickbacks(reps=2)


def body(
    left: float, *, at: int = 0, scale: float = 1.0, top: float = 0.0, visibility: float = 1.0
) -> Sighting:
    """The kickback skeleton of one frame, its box beginning at `left`, `top`."""
    px = BODY.image_px[at] * scale
    return Sighting(px - px.min(axis=0) + np.array([left, 0.0]), np.full(33, visibility))


@pytest.mark.parametrize(
    ("found", "count"),
    [
        ([], 0),
        ([body(0)], 1),
        ([body(0), body(700)], 2),
        ([body(0), body(700), body(1400)], 3),
        ([body(0), body(20, scale=0.9)], 1),
        ([body(20, scale=0.9), body(0)], 1),
        ([body(0), body(700, scale=0.3)], 1),
        ([body(0), body(700, visibility=0.5)], 1),
    ],
    ids=["nobody", "one", "two", "three", "twice", "the other way", "far away", "hardly seen"],
)
def test_one_body_is_counted_once(found: list[Sighting], count: int) -> None:
    assert len(distinct(found)) == count


def test_the_known_are_not_listed_again_and_the_largest_comes_first() -> None:
    mine, small, large = body(0), body(700, scale=0.8), body(1400, scale=0.9)
    assert distinct([body(5), small, large], [mine]) == [large, small]
    assert distinct([body(5)], [mine]) == []


def test_how_alike_two_bodies_are() -> None:
    low, high = body(0), body(0, at=int(np.argmin(BODY.image_px[:, 27, 1])))
    assert unlike(low, low.px) == 0.0
    assert unlike(high, low.px) < 0.15, "a leg that is lifted does not make another person"
    assert unlike(body(300), low.px) > 0.4
    assert overlap(low.box, body(700).box) == 0.0
    assert overlap(low.box, low.box) == pytest.approx(1.0)


def crowd_of(*rows: list[Sighting]) -> Crowd:
    crowd = Crowd(SIZE)
    for number, seen in enumerate(rows):
        crowd.observe(float(number), seen)
    return crowd


PHASES = range(0, len(BODY), len(BODY) // 8)


def test_people_are_linked_from_look_to_look_whatever_their_order() -> None:
    crowd = crowd_of(*([body(0, at=i), body(800, at=i)][:: 1 - 2 * (i % 2)] for i in PHASES))
    assert len(crowd.candidates) == 2
    assert [round(one.box[0]) for one in crowd.candidates[0].sightings] == [0] * len(PHASES)
    assert crowd.several
    assert not crowd_of([body(0)], [body(900)]).several, "one after the other"


def test_the_larger_the_moving_and_the_staying_one_trains() -> None:
    larger = crowd_of(*([body(0, at=i, scale=0.7), body(700, at=i)] for i in PHASES))
    moving = crowd_of(*([body(0), body(800, at=i, scale=0.8)] for i in PHASES))
    staying = crowd_of(*([body(0, at=i), *([body(700, scale=1.3)] if i == 0 else [])] for i in PHASES))
    for crowd, left in ((larger, 700), (moving, 800), (staying, 0)):
        best = crowd.best()
        assert best is not None
        assert round(best.sightings[0].box[0]) == left
        assert not crowd.undecided
    assert crowd_of(*([body(100, at=i), body(900, at=i)] for i in PHASES)).undecided
    assert crowd_of().best() is None
    assert not crowd_of().undecided


def test_live_another_is_taken_only_where_clearly_better() -> None:
    crowd = Crowd(SIZE, memory_s=10.0)
    still, moving = body(0, scale=0.8), [body(700, at=i) for i in PHASES]
    for number, other in enumerate(moving):
        crowd.observe(float(number), [still, other])
        better = crowd.better_than(still)
        assert (better is not None) == (number >= 3), "after four looks"
        assert crowd.better_than(other) is None
    assert better is crowd.best()
    crowd.observe(float(len(moving)), [still])
    assert crowd.better_than(still) is None, "who is not there may be the same person in another posture"
    crowd.observe(100.0, [still])
    assert [len(one.sightings) for one in crowd.candidates] == [1], "what is long ago is forgotten"
    assert crowd.better_than(None) is None


def test_who_walks_in_does_not_lose_to_who_stood_there_before() -> None:
    crowd = Crowd(SIZE)
    fidgets = [body(200, at=at, scale=0.5) for at in [*PHASES, *PHASES]]
    for number, one in enumerate(fidgets[:10]):
        crowd.observe(float(number), [one])
    assert crowd.better_than(fidgets[9]) is None
    for number, at in enumerate(PHASES[:6], start=10):
        crowd.observe(float(number), [fidgets[number], *([body(600, at=at)] if number != 12 else [])])
    best = crowd.best()
    assert best is not None
    assert round(best.sightings[0].box[0]) == 600
    assert crowd.better_than(fidgets[15]) is best
    assert not crowd.undecided


def test_who_passes_once_while_nobody_trained_yet_is_not_known() -> None:
    crowd = crowd_of(*([] for _ in range(8)), [body(0), body(800)])
    assert crowd.several
    assert not any(crowd.knows(one) for one in crowd.candidates)
    crowd = crowd_of(*([body(0, at=i), body(800)] for i in PHASES))
    assert all(crowd.knows(one) for one in crowd.candidates)


@pytest.mark.parametrize(
    ("left", "top", "cut"),
    [(300.0, 100.0, False), (-30.0, 100.0, True), (300.0, 5.0, True), (1500.0, 100.0, True)],
    ids=["whole", "left", "head", "right"],
)
def test_a_body_at_the_edge_is_known_to_be_cut(left: float, top: float, cut: bool) -> None:
    px = body(0).px - body(0).px.min(axis=0) + (left, top)
    assert Sighting.within(px, np.ones(33), (1600, 900)).cut is cut


ROW = crowd_of(*([body(0, at=i), body(500, at=i), body(1000, at=i)] for i in PHASES), [body(1500)])


@pytest.mark.parametrize(
    ("text", "left"),
    [("left", 0), ("middle", 500), ("RIGHT", 1000), ("1", 0), ("2", 500), ("3", 1000), ("1100,150", 1000)],
)
def test_whom_the_user_means(text: str, left: int) -> None:
    found = Wanted.parse(text).of(ROW)
    assert round(found.sightings[0].box[0]) == left


@pytest.mark.parametrize("text", ["", "0", "first", "1,2,3", "-4,5", "left right", "100"])
def test_words_that_name_nobody(text: str) -> None:
    with pytest.raises(UsageError, match="names no person: say left, middle or right"):
        Wanted.parse(text)


def test_who_is_not_there() -> None:
    with pytest.raises(UsageError, match=r"there is no person 4: 3 people stay in the picture, at \d+,\d+"):
        Wanted.parse("4").of(ROW)
    with pytest.raises(UsageError, match="no person 1550,470: 3 people"):
        Wanted.parse("1550,470").of(ROW)
    alone = crowd_of([body(0)], [body(0)])
    assert Wanted.parse("right").of(alone) is alone.candidates[0]
    with pytest.raises(UsageError, match="no person 2: 1 person stays"):
        Wanted.parse("2").of(alone)
    with pytest.raises(NoPersonError, match="no person was seen"):
        Wanted.parse("left").of(crowd_of([], []))


def test_boxes_are_of_all_landmarks() -> None:
    px: Floats = np.zeros((33, 2))
    px[5], px[9] = (30, 0), (0, 40)
    assert Sighting(px, np.ones(33)).size == pytest.approx(50.0)
