"""A mirror shows the person: their image moves in step with them, and is nobody who may come before them."""

from __future__ import annotations

import numpy as np
from support.skeleton import Shot, Tempo, kickbacks

from formcheck.poses.pose import Floats
from formcheck.vision.mirror_image import MirrorImages, in_step
from formcheck.vision.people import Sighting
from formcheck.vision.person_tracker import Follower

EVERY = 8  # frames between two observations
TRACK = kickbacks(Shot(noise_px=1.0), tempo=Tempo(rest=0.6, lead=0.5))
BODY = TRACK.image_px


def sighting(px: Floats) -> Sighting:
    return Sighting(px, np.ones(33))


def image(px: Floats, *, scale: float = 0.6, flipped: bool = False, noise_px: float = 2.0) -> Floats:
    """The same body further away, above the person in the picture; in a mirror at its end also flipped."""
    middle = BODY.mean(axis=(0, 1))
    off = (px - middle) * scale * np.array([-1 if flipped else 1, 1])
    rng = np.random.default_rng(int(px.sum()) % 1000)
    return np.asarray(middle + off - [0, 150] + rng.normal(0, noise_px, px.shape))


def pairs(other: list[Floats]) -> list[tuple[Sighting, Sighting]]:
    return [(sighting(a), sighting(b)) for a, b in zip(BODY[::EVERY], other, strict=True)]


def test_an_image_rises_and_sinks_with_the_person_whichever_way_it_is_turned() -> None:
    assert in_step(pairs([image(px) for px in BODY[::EVERY]]))
    assert in_step(pairs([image(px, flipped=True) for px in BODY[::EVERY]]))


def test_who_stands_still_moves_otherwise_or_is_larger_is_no_image() -> None:
    seen = BODY[::EVERY]
    assert not in_step(pairs([image(BODY[0], noise_px=2.0 + k / 100) for k in range(len(seen))]))
    later = np.roll(seen, len(seen) // 6, axis=0)  # the same set, half a repetition later
    assert not in_step(pairs([image(px) for px in later]))
    assert not in_step(pairs([image(px, scale=1.3) for px in seen]))


def test_nobody_is_an_image_before_the_person_has_moved() -> None:
    still = [(sighting(BODY[0]), sighting(image(BODY[0], noise_px=k / 10))) for k in range(20)]
    assert not in_step(still)


def test_each_is_told_by_themselves() -> None:
    mirror = MirrorImages()
    standing = image(BODY[0]) + np.array([400, 0])
    for px in BODY[::EVERY]:
        marks = mirror.observe(sighting(px), [sighting(standing), sighting(image(px))])
    assert marks == [False, True]


def test_the_person_is_not_lost_to_their_own_image() -> None:
    """Beside another person a jumping limb may be theirs; the image in a mirror is nobody's limb."""

    def lost(moving: bool) -> tuple[int, int]:
        follower = Follower([sighting(BODY[0])])
        frames = 0
        for number, (time_s, px) in enumerate(zip(TRACK.time_s.tolist(), BODY, strict=True)):
            seen = px.copy()
            if time_s > TRACK.time_s[-1] / 2 and number % 12 == 0:
                seen[27] += [0, -200]  # an ankle that something hides jumps
            body = sighting(seen)
            if follower.doubts(time_s, body):
                follower.observe(time_s, [body, sighting(image(px if moving else BODY[0]))])
            frames += not follower.update(time_s, body)
        return frames, follower.people

    frames, people = lost(moving=True)
    assert (frames, people) == (0, 1)
    frames, people = lost(moving=False)
    assert frames > 20
    assert people == 2
