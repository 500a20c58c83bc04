"""One person trains in place while others come and go; the tracker's mistakes are put in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from support.skeleton import kickbacks

from formcheck.poses.pose import Floats
from formcheck.vision.people import Sighting
from formcheck.vision.person_tracker import Follower

SIZE = (1600, 900)
TRACK = kickbacks(reps=3)
OFFSET = np.array([500.0, 300.0])
Look = Callable[[int], list[Sighting]]


def trained(i: int) -> Sighting:
    return Sighting(TRACK.image_px[i] - TRACK.image_px[0].min(axis=0) + OFFSET, TRACK.visibility[i])


def upright(x: float, scale: float = 1.0) -> Sighting:
    """The same limbs standing at x: turned by a right angle."""
    px = (TRACK.image_px[0] - TRACK.image_px[0].min(axis=0))[:, ::-1] * scale
    return Sighting(px + np.array([x, 150.0]), np.ones(33))


def passing(i: int) -> float:
    """Somebody walks in from the left after 4 s and out on the right 3 s later."""
    return float(-400.0 + (TRACK.time_s[i] - 4.0) / 3.0 * 2000.0)


MINE = trained(0)
OVER = [i for i in range(len(TRACK)) if MINE.box[0] - 350 < passing(i) < MINE.box[2] - 50]
"""Frames in which the passer-by is in front."""


def run(
    seen: Callable[[int], Sighting | None], everyone: Look, follower: Follower | None = None
) -> Iterator[tuple[int, bool, Follower]]:
    follower = follower or Follower()
    for i, time_s in enumerate(TRACK.time_s.tolist()):
        body = seen(i)
        if follower.doubts(time_s, body):
            follower.observe(time_s, everyone(i))
        yield i, follower.update(time_s, body), follower


def alone(i: int) -> list[Sighting]:
    return [trained(i)]


def with_passer(i: int) -> list[Sighting]:
    there = -300 < passing(i) < SIZE[0]
    return [trained(i), *([upright(passing(i))] if there else [])]


def test_alone_every_frame_is_theirs_and_looks_are_rare() -> None:
    looks = []

    def look(i: int) -> list[Sighting]:
        looks.append(i)
        return alone(i)

    steps = list(run(trained, look))
    assert all(mine for _, mine, _ in steps)
    assert len(looks) <= TRACK.duration_s + 2
    follower = steps[-1][2]
    assert follower.people == 1
    assert follower.window(TRACK.duration_s, SIZE) is None


def test_somebody_who_passes_in_front_takes_nothing_over() -> None:
    def slides_over(i: int) -> Sighting:
        """The legs are somebody else's while they are in front of them."""
        body = trained(i)
        if i not in OVER:
            return body
        px = body.px.copy()
        px[23:] = upright(passing(i)).px[23:]
        return Sighting(px, body.visibility)

    steps = list(run(slides_over, with_passer))
    given = np.array([mine for _, mine, _ in steps])
    assert not given[OVER].any(), "no frame mixes two bodies"
    after = TRACK.time_s > TRACK.time_s[OVER[-1]] + 1.0
    before = TRACK.time_s < TRACK.time_s[OVER[0]]
    assert given[after].all(), "and they are found again"
    assert given[before].all()


def test_a_tracker_that_goes_off_with_the_passer_by_is_not_followed() -> None:
    steps = list(run(lambda i: upright(passing(i)) if i in OVER else trained(i), with_passer))
    given = np.array([mine for _, mine, _ in steps])
    assert not given[OVER].any()
    assert given[TRACK.time_s > TRACK.time_s[OVER[-1]] + 1.0].all()


def test_others_are_counted_once_they_were_seen_twice_and_forgotten_again() -> None:
    ghost = run(trained, lambda i: [trained(i), *([upright(60.0)] if i == 0 else [])])
    assert max(follower.people for _, _, follower in ghost) == 1
    people = [follower.people for _, _, follower in run(trained, with_passer)]
    assert sorted(set(people)) == [1, 2]
    assert people[-1] == 1


@pytest.mark.parametrize("part", [0.4, 0.7])
def test_what_is_found_again_of_the_own_body_is_nobody_else(part: float) -> None:
    """Landmarks that miss half of the body leave the other half to be found: in every look of a while."""

    def rest(i: int) -> list[Sighting]:
        mine = trained(i)
        middle = mine.px.mean(axis=0)
        ghost = Sighting((mine.px - middle)[:, ::-1] * part + middle + (60.0, 0.0), np.ones(33))
        return [mine, *([ghost] if 3.0 < TRACK.time_s[i] < 7.0 else [])]

    steps = list(run(trained, rest))
    assert all(mine for _, mine, _ in steps)
    assert {follower.people for _, _, follower in steps} == {1}


def test_a_body_where_the_own_one_was_lately_is_nobody_else() -> None:
    """Who is new comes from beside. Landmarks that draw in leave arms or feet to be found as a small body."""

    def drawn_in(i: int) -> Sighting:
        mine = trained(i)
        part = 1.0 if TRACK.time_s[i] < 2.5 else 0.8
        low = mine.px.max(axis=0)
        return Sighting(low + part * (mine.px - low), mine.visibility)

    def rest(i: int) -> list[Sighting]:
        mine = trained(i)
        left_over = Sighting(mine.px.min(axis=0) + 0.25 * (mine.px - mine.px.min(axis=0)), np.ones(33))
        return [drawn_in(i), *([left_over] if 3.0 < TRACK.time_s[i] < 6.0 else [])]

    steps = [(i, mine, follower.people) for i, mine, follower in run(drawn_in, rest)]
    assert {people for _, _, people in steps} == {1}
    assert all(mine for i, mine, _ in steps if TRACK.time_s[i] > 3.0)


def test_blinkers_are_worn_among_others_and_leave_room() -> None:
    windows = [
        follower.window(TRACK.time_s[i], SIZE)
        for i, _, follower in run(trained, lambda i: [trained(i), upright(1300.0)])
    ]
    for i, window in enumerate(windows[1:], start=1):
        assert window is not None
        x0, y0, x1, y1 = window
        box = trained(i).box
        assert x0 < box[0] - 50
        assert y0 < box[1] - 50
        assert box[2] + 50 < x1 < 1300
        assert y1 > box[3] + 50


def test_a_cut_to_another_place_is_no_loss_for_one_alone() -> None:
    half = len(TRACK) // 2

    def cut(i: int) -> Sighting:
        body = trained(i)
        return body if i < half else Sighting(body.px * 0.7 + (300.0, 200.0), body.visibility)

    given = [mine for _, mine, _ in run(cut, lambda i: [cut(i)])]
    assert np.mean(given) > 0.98


@pytest.mark.parametrize("returns_s", [2.0, 6.0])
def test_who_leaves_and_comes_back_is_found_again_not_the_one_who_stayed(returns_s: float) -> None:
    gone = (TRACK.time_s > 3.0) & (TRACK.time_s < 3.0 + returns_s)
    other = upright(1200.0, scale=0.4)

    def there(i: int) -> list[Sighting]:
        return [other] if gone[i] else [trained(i), other]

    given = np.array(
        [mine for _, mine, _ in run(lambda i: None if gone[i] else trained(i), there, Follower([MINE], 0.0))]
    )
    assert not given[gone].any()
    assert given[TRACK.time_s > 3.0 + returns_s + 0.5].all()


def test_nobody_is_followed_before_the_one_chosen_comes() -> None:
    start_s = 5.0
    before = TRACK.time_s < start_s
    chosen = [trained(i) for i in np.flatnonzero(~before)[::30]]
    steps = run(
        lambda i: upright(550.0) if before[i] else trained(i),
        lambda i: [upright(550.0), *([] if before[i] else [trained(i)])],
        Follower(chosen, start_s),
    )
    given = np.array([mine for _, mine, _ in steps])
    assert not given[before].any()
    assert given[TRACK.time_s > start_s + 1.0].any()


def test_a_limb_of_another_length_is_not_theirs() -> None:
    def longer(i: int) -> Sighting:
        body = trained(i)
        px: Floats = body.px.copy()
        share = np.clip((TRACK.time_s[i] - 6.0) / 2.0, 0.0, 1.0)  # so slowly that nothing jumps
        px[[28, 30, 32]] += share * 0.6 * (px[28] - px[26])
        return Sighting(px, body.visibility)

    beside = upright(float(MINE.px[28, 0]) - 100.0)
    given = np.array([mine for _, mine, _ in run(longer, lambda i: [trained(i), beside])])
    assert given[TRACK.time_s < 6.0].mean() > 0.95
    assert not given[(TRACK.time_s > 8.0) & (TRACK.time_s < 9.0)].any()


BESIDE = upright(1200.0, scale=0.4)
"""Stands at the back the whole time."""
DOWN_S = 4.0
STANDS = TRACK.time_s < DOWN_S


@pytest.mark.parametrize("cut", [False, True], ids=["whole", "cut by the edge"])
def test_who_gets_down_beside_somebody_is_followed_on(cut: bool) -> None:
    stood = upright(300.0)
    if cut:  # pressed into the picture: limbs of half their length
        stood = Sighting(0.55 * stood.px + (300.0, 0.0), stood.visibility, cut=True)

    def body(i: int) -> Sighting:
        return stood if STANDS[i] else trained(i)

    given = np.array([mine for _, mine, _ in run(body, lambda i: [body(i), BESIDE])])
    assert given[STANDS].mean() > 0.9
    assert given[TRACK.time_s > DOWN_S + 4.0].mean() > 0.9


def test_who_stood_beside_is_not_taken_after_a_while_in_which_they_were_overlooked() -> None:
    overlooked = (TRACK.time_s > 3.0) & (TRACK.time_s < 9.0)

    def there(i: int) -> list[Sighting]:
        if STANDS[i]:
            return [trained(i), BESIDE]
        return [] if overlooked[i] else [BESIDE, upright(100.0, scale=0.1)]

    steps = [
        (mine, follower.mine)
        for _, mine, follower in run(
            lambda i: trained(i) if STANDS[i] else None if overlooked[i] else BESIDE, there
        )
    ]
    assert not any(mine for mine, _ in steps[int(np.argmin(STANDS)) :])
    assert not any(last is BESIDE for _, last in steps)


def test_who_walks_is_looked_for_where_they_were_last() -> None:
    def walks(i: int) -> Sighting:
        return upright(200.0 + 250.0 * float(TRACK.time_s[i]), scale=0.8)

    found = []
    for i, _, follower in run(walks, lambda i: [walks(i), BESIDE]):
        if 0.5 < TRACK.time_s[i] < 2.0:
            found.append(follower.found)
    assert all(found)


def test_who_may_be_in_front_is_larger() -> None:
    follower = Follower([BESIDE])
    follower.observe(0.0, [BESIDE, MINE])
    assert follower.found
    assert follower.behind_others(BESIDE)
    assert not follower.behind_others(MINE)
    follower.observe(1.0, [MINE])
    assert not follower.found
