"""Legs followed from behind, in pictures of a room with a seat, a foot that rises, and guessed landmarks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np
import pytest
from support.skeleton import Tempo, kickbacks, level

from formcheck.exercises import catalog
from formcheck.judging.coach import Coach
from formcheck.judging.judge import judge
from formcheck.judging.prepare import prepared
from formcheck.judging.sets import Footage, find
from formcheck.judging.settings import Settings
from formcheck.measures.body import Body
from formcheck.pipeline import Session
from formcheck.poses.guesses import behind
from formcheck.poses.pose import HIPS, SHOULDERS, Floats, Landmark, Side, View
from formcheck.poses.smoothing import smooth
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import Look, look
from formcheck.report.moments import moments
from formcheck.report.pictures import stills
from formcheck.report.pictures.canvas import Canvas
from formcheck.report.pictures.overlays import Overlay
from formcheck.report.pictures.stills import Painter
from formcheck.reps.rep_data import RepData, SetData
from formcheck.reps.segmentation import Rep
from formcheck.rule import Status
from formcheck.vision.rear_legs import RearLegs, SeatTurn

SIZE = (480, 360)
WIDTH = 60.0  # of the hips
MIDDLE = np.array([240.0, 140.0])
DOWN = {Side.LEFT: np.array([205.0, 292.0]), Side.RIGHT: np.array([275.0, 292.0])}
RISE = 150.0
TEMPO = Tempo(up=0.9, hold=1.0, down=1.4, rest=1.0, lead=1.2)


NDArrayImage = np.ndarray


def texture(height: int, width: int, seed: int) -> Floats:
    noise = np.random.default_rng(seed).normal(0.0, 1.0, (height, width)).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 2.0) * 130.0, dtype=np.float64)


ROOM = np.clip(150 + 0.3 * texture(SIZE[1], SIZE[0], 1), 0, 255)
CLOTH = np.clip(80 + texture(SIZE[1], SIZE[0], 2), 0, 255)
SHOE = np.clip(220 + 0.5 * texture(SIZE[1], SIZE[0], 3), 0, 255)


def placed(base: Floats, what: Floats, axes: tuple[int, int], at: Floats, turn_deg: float = 0.0) -> Floats:
    """Lay an ellipse of a texture into a picture, turned and moved to a place."""
    move = cv2.getRotationMatrix2D((SIZE[0] / 2, SIZE[1] / 2), turn_deg, 1.0)
    move[:, 2] += at - np.array(SIZE) / 2
    mask = np.zeros(SIZE[::-1], np.float32)
    cv2.ellipse(mask, (SIZE[0] // 2, SIZE[1] // 2), axes, 0, 0, 360, 1.0, -1, cv2.LINE_AA)
    share = cv2.warpAffine(mask, move, SIZE)
    return np.asarray(base * (1 - share) + cv2.warpAffine(what, move, SIZE) * share)


def guessed() -> Floats:
    """What the model sees: both knees and feet on the floor, all the time."""
    px = np.full((33, 2), 100.0)
    px[SHOULDERS] = MIDDLE + np.array([[-40.0, -60.0], [40.0, -60.0]])
    px[HIPS] = MIDDLE + np.array([[-WIDTH / 2, 0.0], [WIDTH / 2, 0.0]])
    px[[25, 26]] = MIDDLE + np.array([[-32.0, 90.0], [32.0, 90.0]])
    px[[27, 28]] = [DOWN[Side.LEFT], DOWN[Side.RIGHT]]
    return px


def person() -> NDArrayImage:
    """Where the seat is, half as fine as the picture."""
    mask = np.zeros((SIZE[1] // 2, SIZE[0] // 2), np.float32)
    cv2.ellipse(mask, (120, 70), (26, 23), 0, 0, 360, 1.0, -1)
    return mask


def film(
    working: Side, *, reps: int = 2, opens_deg: float = 0.0, fps: float = 30.0
) -> Iterator[tuple[float, NDArrayImage, float]]:
    """Frames and how high the foot is in them, 0 to 1."""
    t = np.arange(int(TEMPO.duration(reps) * fps)) / fps
    noise = np.random.default_rng(5)
    outward = -1.0 if working is Side.LEFT else 1.0
    for time_s, up in zip(t.tolist(), level(t, TEMPO, reps).tolist(), strict=True):
        seat = placed(ROOM, CLOTH, (52, 46), MIDDLE, outward * opens_deg * up)
        foot = placed(seat, SHOE, (12, 20), DOWN[working] + [outward * 12.0 * up, -RISE * up])
        grey = np.clip(foot + noise.normal(0.0, 2.0, foot.shape), 0, 255).astype(np.uint8)
        yield time_s, cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), up


@pytest.mark.slow
@pytest.mark.parametrize("working", list(Side))
def test_the_foot_is_followed_that_the_model_leaves_on_the_floor(working: Side) -> None:
    behind = RearLegs()
    side = working.offset
    off, still = [], []
    for time_s, image, up in film(working):
        legs, turn_deg = behind.update(image, guessed(), time_s)
        off.append(legs[2 + side, 1] - (DOWN[working][1] - RISE * up))
        still.append(np.hypot(*(legs[3 - side] - DOWN[working.other])))
        assert turn_deg == pytest.approx(0.0, abs=2.0)
    assert np.median(np.abs(off)) < 0.15 * WIDTH
    assert np.percentile(np.abs(off), 95) < 0.6 * WIDTH
    assert max(still) < 0.1 * WIDTH


@pytest.mark.slow
def test_it_does_not_matter_how_often_pictures_come() -> None:
    tops = []
    for fps in (15.0, 30.0, 60.0):
        behind = RearLegs()
        height = [
            behind.update(image, guessed(), time_s)[0][2, 1]
            for time_s, image, _ in film(Side.LEFT, reps=1, fps=fps)
        ]
        tops.append(DOWN[Side.LEFT][1] - min(height))
    assert tops == pytest.approx([RISE] * 3, abs=0.4 * WIDTH)


@pytest.mark.parametrize("working", list(Side))
def test_a_seat_that_opens_turns_towards_the_leg(working: Side) -> None:
    behind = RearLegs()
    turns = [
        (up, behind.update(image, guessed(), time_s, person())[1])
        for time_s, image, up in film(working, reps=1, opens_deg=12.0)
    ]
    top = np.median([turn for up, turn in turns if up > 0.95])
    assert top == pytest.approx(12.0, abs=3.0)
    assert np.median([abs(turn) for up, turn in turns if up < 0.02]) < 0.5


def test_noise_moves_no_foot() -> None:
    behind, noise = RearLegs(), np.random.default_rng(8)
    for i in range(60):
        grey = np.clip(ROOM + noise.normal(0.0, 9.0, ROOM.shape), 0, 255).astype(np.uint8)
        legs, _ = behind.update(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), guessed(), i / 30)
        assert legs[2:] == pytest.approx(np.array([DOWN[Side.LEFT], DOWN[Side.RIGHT]]), abs=1.0)


def test_a_leg_is_followed_while_the_model_sees_nobody_but_not_for_long() -> None:
    behind = RearLegs()
    nobody = np.full((33, 2), np.nan)
    frames = list(film(Side.LEFT, reps=1))
    for time_s, image, up in frames:
        legs, _ = behind.update(image, guessed() if time_s < 1.3 else nobody, time_s)
        if 1.3 < time_s < 3.0:
            assert legs[2, 1] == pytest.approx(DOWN[Side.LEFT][1] - RISE * up, abs=0.6 * WIDTH)
    end_s, image, _ = frames[-1]
    for i in range(1, 100):
        legs, turn_deg = behind.update(image, nobody, end_s + i / 30)
    assert np.isnan(legs).all()
    assert np.isnan(turn_deg)


def test_nobody_is_followed_from_the_side() -> None:
    behind = RearLegs()
    track = kickbacks()
    for i in range(0, 60, 2):
        legs, _ = behind.update(np.zeros((720, 1280, 3), np.uint8), track.image_px[i], float(track.time_s[i]))
        assert np.isnan(legs).all()


@pytest.mark.parametrize("deg", [-15.0, -4.0, 0.0, 9.0])
def test_points_tell_how_far_a_texture_turned(deg: float) -> None:
    def at(share: float) -> NDArrayImage:
        return placed(ROOM, CLOTH, (80, 80), MIDDLE + share * np.array([3.0, -2.0]), -deg * share).astype(
            np.uint8
        )

    turn = SeatTurn(at(0.0), np.concatenate([MIDDLE - 50.0, MIDDLE + 50.0]), WIDTH)
    turned = [turn.update(at(share)) for share in np.linspace(0.0, 1.0, 12)]
    assert turned[-1] == pytest.approx(deg, abs=0.7)


def test_too_few_points_tell_nothing() -> None:
    blank = np.full(SIZE[::-1], 90, np.uint8)
    assert np.isnan(SeatTurn(blank, np.concatenate([MIDDLE - 50.0, MIDDLE + 50.0]), WIDTH).update(blank))


BEHIND = Look(View.FOOT_END, 88.0, 4.0, Side.LEFT, 1.0, 90.0)


def seen_from_behind(turns_deg: tuple[float, ...] = (0.0, 0.0, 0.0)) -> Track:
    """Kickbacks of which the model only sees hands and knees on the floor; the legs were followed."""
    t = np.arange(int(TEMPO.duration(3) * 30)) / 30
    up = level(t, TEMPO, 3)
    px = np.broadcast_to(guessed(), (len(t), 33, 2)).copy()
    noise = np.random.default_rng(2)
    px[:, 25:] += noise.normal(0.0, 8.0, px[:, 25:].shape)
    legs = np.broadcast_to(np.concatenate([px[0, HIPS], list(DOWN.values())]), (len(t), 4, 2)).copy()
    legs[:, 3, 1] -= RISE * up
    world = np.broadcast_to(guessed()[:, [0, 1, 1]] / 300.0, (len(t), 33, 3)).copy()
    world[:, SHOULDERS, 2], world[:, HIPS, 2] = 0.5, 0.0
    turn = level(t, TEMPO, 3, turns_deg)
    return Track(t, px, np.ones((len(t), 33)), SIZE, world_m=world, behind_px=legs, turn_deg=turn)


def test_followed_legs_take_the_place_of_guessed_ones_behind_somebody_only() -> None:
    track = seen_from_behind()
    ankle = Body(track, Side.RIGHT, BEHIND).joint("working", "ankle")
    assert ankle == pytest.approx(track.behind_px[:, 3])  # type: ignore[index]
    for other in (replace(BEHIND, view=View.OBLIQUE_FOOT), replace(BEHIND, prone=False)):
        ankle = Body(track, Side.RIGHT, other).joint("working", "ankle")
        assert ankle[:, 1] == pytest.approx(track.image_px[:, Landmark.RIGHT_ANKLE, 1])


def test_repetitions_from_behind_are_counted_where_the_exercise_is_named() -> None:
    exercise = catalog.exercises()["glute-kickback"]
    track = seen_from_behind()
    found = find(Footage(prepared(track)), exercise)
    assert found.look.view is View.FOOT_END
    assert [(one.side, one.full) for one in found.sets] == [(Side.RIGHT, 3)]
    first = found.sets[0].reps[0]
    assert (first.start_s, first.lockout_s, first.lower_s, first.end_s) == pytest.approx(
        TEMPO.times(0), abs=0.25
    )
    assert exercise.fit(RepData(first, found.sets[0].data)) == 0.0  # else a donkey kick would be one


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ((0.5, 0.2, 0.4), [Status.NOT_JUDGED] * 3),
        ((0.5, 6.0, 0.4), [Status.NOT_JUDGED, Status.FAULT, Status.NOT_JUDGED]),
        ((7.0, 7.0, 7.0), [Status.FAULT] * 3),
        ((3.6, 3.6, 3.6), [Status.NOT_JUDGED] * 3),  # that much a level kick may have
    ],
)
def test_a_large_opening_shows_from_behind_and_a_small_one_is_not_called_good(
    turns: tuple[float, ...], expected: list[Status]
) -> None:
    track = seen_from_behind(turns)
    known = [Rep(*TEMPO.times(i), -30.0, 30.0) for i in range(3)]
    data = SetData(track, smooth(track), Side.RIGHT, look(track, "prone"), known)
    rules = [rule for rule in catalog.exercises()["glute-kickback"].rules if rule.name == "pelvis-rotated"]
    assert [judge(rules, RepData(rep, data))[0].status for rep in known] == expected


def test_live_counts_the_same_and_draws_the_leg_where_it_is() -> None:
    track = seen_from_behind()
    coach = Coach(catalog.exercises()["glute-kickback"], SIZE)
    steps = [coach.update(pose) for pose in track.poses()]
    assert steps[-1].rep_count == 3
    assert steps[-1].side is Side.RIGHT
    assert track.behind_px is not None
    top = int(np.argmin(track.behind_px[:, 3, 1]))
    drawn = steps[top + 15].pose.image_px[Landmark.RIGHT_ANKLE]
    assert drawn == pytest.approx(track.behind_px[top, 3], abs=5.0)


def test_guesses_of_legs_from_behind_count_nothing_however_still() -> None:
    exercise = catalog.exercises()["glute-kickback"]
    track = replace(seen_from_behind(), behind_px=None)
    found = find(Footage(prepared(track)), exercise)
    assert not found.sets
    assert any("landmarks jump" in reason for reason in found.refused)
    coach = Coach(exercise, SIZE)
    assert [coach.update(pose).rep_count for pose in track.poses()][-1] == 0


def test_an_oblique_look_by_guesses_is_from_behind_where_legs_were_followed() -> None:
    track = seen_from_behind()
    oblique = replace(BEHIND, view=View.OBLIQUE_FOOT, yaw_deg=55.0)
    assert behind(oblique, track).view is View.FOOT_END
    assert behind(oblique, track).yaw_deg >= 65.0
    for one, of in ((oblique, replace(track, behind_px=None)), (replace(oblique, prone=False), track)):
        assert behind(one, of) == one
    side = replace(BEHIND, view=View.SIDE, yaw_deg=5.0)
    assert behind(side, track) == side


def test_who_leaves_without_a_leg_up_is_gone_at_once() -> None:
    behind_them = RearLegs()
    image = cv2.cvtColor(ROOM.astype(np.uint8), cv2.COLOR_GRAY2RGB)
    there = [np.isfinite(behind_them.update(image, guessed(), i / 30)[0]).all() for i in range(20)]
    assert all(there)
    nobody = np.full((33, 2), np.nan)
    after = [np.isfinite(behind_them.update(image, nobody, (20 + i) / 30)[0]).all() for i in range(40)]
    assert sum(after) / 30 == pytest.approx(0.5, abs=0.1)


def test_a_still_measures_the_legs_where_it_draws_them(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(SIZE, Settings(exercise=catalog.exercises()["glute-kickback"]))
    for pose in seen_from_behind((0.0, 7.0, 0.0)).poses():
        session.push(pose)
    analysis = session.finish()
    seen: dict[str, Floats] = {}

    def skeleton(_: Canvas, overlay: Overlay) -> None:
        seen["drawn"] = overlay.pose.image_px[Landmark.RIGHT_ANKLE]

    def shape(_: Body, shown: Body, __: str, frame: int, **more: object) -> None:
        seen["measured"] = shown.joint("working", "ankle")[frame]

    monkeypatch.setattr(stills, "draw_skeleton", skeleton)
    monkeypatch.setattr(stills, "shape", shape)
    fault = next(one for one in moments(analysis.report) if one.kind == "fault")
    Painter(analysis).paint(fault, np.zeros((SIZE[1], SIZE[0], 3), np.uint8), fault.time_s)
    assert seen["measured"] == pytest.approx(seen["drawn"], abs=0.1)
