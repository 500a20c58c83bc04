"""A kick seen from the head end, in pictures of a body on all fours whose foot leaves its place."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from support.skeleton import Tempo, kickbacks, level

from formcheck.api import analyze
from formcheck.exercises.catalog import exercise
from formcheck.judging.prepare import prepared
from formcheck.judging.sets import Footage, find
from formcheck.poses.pose import Floats, Image, Landmark, Side, View
from formcheck.poses.track import Track
from formcheck.reps.from_rest import kicks_ahead
from formcheck.rule import Status
from formcheck.vision.head_end import HeadEnd, on_all_fours

SIZE = (480, 360)
MIDDLE, WIDTH = np.array([240.0, 140.0]), 120.0
REPS = 3
TEMPO = Tempo(up=0.9, hold=1.0, down=1.4, rest=1.0, lead=1.2)
FPS = 20.0
ROOM = np.random.default_rng(1).normal(0.0, 1.0, (SIZE[1], SIZE[0], 3)).astype(np.float32)
ROOM = np.asarray(np.clip(150 + 60 * cv2.GaussianBlur(ROOM, (0, 0), 3.0), 0, 255))


def landmarks() -> Floats:
    """Return (33, 2) landmarks of somebody on all fours with the head to the camera."""
    px = MIDDLE + 0.1 * WIDTH * np.random.default_rng(2).normal(0.0, 1.0, (33, 2))
    for part, half, below in (
        (11, 0.5, 0.0),
        (13, 0.55, 0.7),
        (15, 0.5, 1.35),
        (23, 0.25, 0.25),
        (7, 0.1, -0.1),
    ):
        px[part] = MIDDLE + WIDTH * np.array([half, below])
        px[part + 1] = MIDDLE + WIDTH * np.array([-half, below])
    return px


def picture(up: float, working: Side, *, shift: float = 0.0, head: float = 0.0) -> Image:
    """Draw the body: arms, trunk, head, the standing thigh, and the foot under the chest until it is up."""
    image = ROOM.copy()
    across = 1.0 if working is Side.LEFT else -1.0

    def put(x: float, y: float, size: float, colour: tuple[int, int, int]) -> None:
        at = MIDDLE + WIDTH * np.array([x, y]) + shift
        cv2.circle(image, (round(at[0]), round(at[1])), round(size * WIDTH), colour, cv2.FILLED)

    put(across * 0.2, 0.6 - 1.1 * up, 0.12, (240, 240, 240))
    for y in np.linspace(0.3, 0.9, 7):
        put(-across * 0.2, y, 0.12, (40, 40, 90))
    for y in np.linspace(0.0, 1.35, 14):
        put(0.5, y, 0.1, (200, 150, 120))
        put(-0.5, y, 0.1, (200, 150, 120))
    for x in np.linspace(-0.4, 0.4, 9):
        put(x, 0.05, 0.2, (160, 40, 40))
    put(head, -0.1, 0.25, (60, 40, 30))
    return np.asarray(image, np.uint8)


def watched(working: Side, *, nod: float = 0.0, sway: float = 0.0) -> tuple[Floats, Floats]:
    """Return the times and (T, 2) what is seen of a set."""
    t = np.arange(0.0, TEMPO.lead + REPS * TEMPO.period, 1 / FPS)
    up, watch = level(t, TEMPO, REPS), HeadEnd()
    shown = [
        picture(u, working, shift=sway * np.sin(4 * time_s), head=nod * np.sin(time_s))
        for u, time_s in zip(up, t, strict=True)
    ]
    return t, np.array([watch.update(image, landmarks(), s) for image, s in zip(shown, t, strict=True)])


def track_of(t: Floats, ahead: Floats) -> Track:
    """A set whose landmarks keep still."""
    px = np.repeat(landmarks()[None], len(t), axis=0)
    world_m = np.zeros((len(t), 33, 3))
    world_m[:, Landmark.LEFT_SHOULDER, 0], world_m[:, Landmark.RIGHT_SHOULDER, 0] = 0.2, -0.2
    world_m[:, 11:13, 2] = -0.5  # the shoulders are nearer than the hips
    return Track(t, px, np.ones((len(t), 33)), SIZE, world_m=world_m, ahead=ahead)


@pytest.mark.parametrize("working", list(Side))
def test_the_picture_is_far_from_rest_while_the_leg_is_up(working: Side) -> None:
    t, seen = watched(working, sway=2.0)
    up = level(t, TEMPO, REPS)
    known = np.isfinite(seen[:, 0])
    assert known[t > 0.6].all(), "after half a second of rest"
    assert seen[known & (up > 0.9), 0].min() > 4 * max(float(seen[known & (up == 0), 0].max()), 0.2)
    aside = float(np.median(seen[known & (up > 0.9), 1]))
    assert (aside > 0.1) if working is Side.LEFT else (aside < -0.1), "the left leg is on the right"


def test_a_head_that_nods_is_none() -> None:
    watch, t = HeadEnd(), np.arange(0.0, 6.0, 1 / FPS)
    head = 0.05 * np.sin(t) * (t > 1)
    seen = [
        watch.update(picture(0.0, Side.LEFT, head=x), landmarks(), s) for x, s in zip(head, t, strict=True)
    ]
    assert np.nanmax(np.array(seen)[:, 0]) < 0.5


def test_only_who_is_on_all_fours_with_the_head_to_the_camera_is_watched() -> None:
    px = landmarks()
    assert on_all_fours(px)
    behind = px.copy()
    behind[::2], behind[1::2] = px[::2] * [-1, 1] + [480, 0], px[1::2] * [-1, 1] + [480, 0]
    assert not on_all_fours(behind), "the left shoulder is on the left"
    standing = px.copy()
    standing[23:25, 1] += 1.5 * WIDTH
    assert not on_all_fours(standing)
    hands_up = px.copy()
    hands_up[15:17, 1] = MIDDLE[1]
    assert not on_all_fours(hands_up)
    assert not on_all_fours(np.full((33, 2), np.nan))
    watch = HeadEnd()
    seen = [watch.update(picture(0.0, Side.LEFT), standing, i / FPS) for i in range(30)]
    assert np.isnan(seen).all()


def test_who_has_moved_is_learned_anew_and_who_is_gone_forgotten() -> None:
    watch, away = HeadEnd(), landmarks() + np.array([0.5 * WIDTH, 0.0])
    image = picture(0.0, Side.LEFT)
    moved = np.roll(image, round(0.5 * WIDTH), axis=1)
    for i in range(20):
        watch.update(image, landmarks(), i / FPS)
    seen = [watch.update(moved, away, 1.0 + i / FPS)[0] for i in range(60)]
    assert seen[-1] < 0.5
    nobody = np.full((33, 2), np.nan)
    later = [watch.update(moved, nobody, 4.0 + i / FPS)[0] for i in range(200)]
    assert np.isfinite(later[0])
    assert np.isnan(later[-1])
    assert np.isnan(watch.update(moved, away, 20.0)[0]), "after a gap it is learned anew"


@pytest.mark.parametrize("working", list(Side))
def test_kicks_from_the_head_end_are_counted_by_name_and_nothing_of_them_is_judged(working: Side) -> None:
    track = track_of(*watched(working))
    found = find(Footage(prepared(track)), exercise("glute-kickback"))
    [one] = found.sets
    assert found.rep_count == REPS
    assert one.side is working
    assert one.data.look.view is View.UNKNOWN, "which no rule is judged from"
    report = analyze(track, "glute-kickback")
    assert [note for note in report.notes if "only counted, by how far the picture" in note]
    assert {verdict.status for rep in report.reps for verdict in rep.verdicts} == {Status.NOT_JUDGED}
    assert not analyze(track).reps, "and only by its name"
    for number, rep in enumerate(one.reps):
        start_s, _, _, end_s = TEMPO.times(number)
        assert rep.start_s == pytest.approx(start_s, abs=0.7)
        assert rep.end_s == pytest.approx(end_s, abs=0.9)


def test_nothing_is_counted_where_nothing_differs_or_once_only() -> None:
    t, ahead = watched(Side.LEFT)
    track = track_of(t, ahead)
    still = replace(track, ahead=np.tile([0.05, 0.0], (len(t), 1)))
    for unsure in (still, replace(track, ahead=None), replace(track, ahead=np.full_like(ahead, np.nan))):
        assert not kicks_ahead(unsure)[0].reps
    assert not kicks_ahead(track.between(0.0, TEMPO.lead + TEMPO.period))[0].reps
    seldom = ahead.copy()
    seldom[::2] = np.nan
    assert not kicks_ahead(replace(track, ahead=seldom))[0].reps, "who is often not seen cannot be counted"
    assert not kickbacks(reps=REPS).ahead, "a track without it is as it was"
