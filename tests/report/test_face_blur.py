"""Faces are gone wherever the landmarks are right, and more is gone where they may not be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from support.pages import SHOWN, frame_of, head_px
from support.skeleton import kickbacks

from formcheck.poses.pose import Landmark
from formcheck.poses.track import Track
from formcheck.report.pictures.face_blur import FaceBlur

FACE = slice(Landmark.NOSE, Landmark.MOUTH_RIGHT + 1)
AT = 60  # a frame in the middle of the clip


@pytest.fixture(scope="module")
def track() -> Track:
    return kickbacks(reps=1)


def head(track: Track, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    x, y = head_px(track, AT)
    return image[round(y) - 5 : round(y) + 5, round(x) - 5 : round(x) + 5]


def contrast(track: Track, image: NDArray[np.uint8]) -> float:
    """How much of the checks on the head is left: 0 none, 127 all."""
    return float(head(track, image)[..., 0].std())


def share_changed(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> float:
    return float((before != after).any(axis=2).mean())


def noisy(track: Track) -> NDArray[np.uint8]:
    """A frame in which every pixel differs from its neighbours, so that any blur shows."""
    image = np.random.default_rng(0).integers(0, 255, (SHOWN[1], SHOWN[0], 3), dtype=np.uint8)
    frame = frame_of(track, AT)
    x, y = (round(v) for v in head_px(track, AT))
    image[y - 6 : y + 6, x - 6 : x + 6] = frame[y - 6 : y + 6, x - 6 : x + 6]
    return image


def test_a_head_that_is_seen_is_gone_and_little_else(track: Track) -> None:
    image = noisy(track)
    before = image.copy()
    blurred = FaceBlur(track)(image, float(track.time_s[AT]))
    assert contrast(track, image) > 100
    assert contrast(track, blurred) < 25
    assert share_changed(image, blurred) < 0.12
    assert (image == before).all()


def test_unseen_landmarks_blur_a_wider_area(track: Track) -> None:
    unseen = track.visibility.copy()
    unseen[:, FACE] = 0.1
    image = noisy(track)
    sure = FaceBlur(track)(image, float(track.time_s[AT]))
    unsure = FaceBlur(replace(track, visibility=unseen))(image, float(track.time_s[AT]))
    assert contrast(track, unsure) < 25
    assert share_changed(image, unsure) > 2 * share_changed(image, sure)


def test_a_face_that_jumps_away_does_not_bare_the_head(track: Track) -> None:
    px = track.image_px.copy()
    px[AT - 3 : AT + 3, FACE] += (0.0, 0.6 * 180)  # to a place where no head can be
    image = noisy(track)
    blurred = FaceBlur(replace(track, image_px=px))(image, float(track.time_s[AT]))
    assert contrast(track, blurred) < 25


def test_a_body_found_head_over_heels_does_not_bare_the_head(track: Track) -> None:
    px = track.image_px.copy()
    middle = px[AT].mean(axis=0)
    px[AT - 2 : AT + 3] = 2 * middle - px[AT - 2 : AT + 3]
    blurred = FaceBlur(replace(track, image_px=px))(noisy(track), float(track.time_s[AT]))
    assert contrast(track, blurred) < 25


@pytest.mark.parametrize(("missing", "whole"), [(slice(AT - 5, AT + 5), False), (slice(0, None), True)])
def test_nobody_found(track: Track, missing: slice, whole: bool) -> None:
    px, seen = track.image_px.copy(), track.visibility.copy()
    px[missing], seen[missing] = np.nan, 0.0
    image = noisy(track)
    blurred = FaceBlur(replace(track, image_px=px, visibility=seen))(image, float(track.time_s[AT]))
    assert contrast(track, blurred) < 25
    assert (share_changed(image, blurred) > 0.95) == whole


def test_a_time_outside_the_track_blurs_all(track: Track) -> None:
    image = noisy(track)
    assert share_changed(image, FaceBlur(track)(image, 99.0)) > 0.95


def test_other_people_are_blurred_too(track: Track) -> None:
    alone, crowd = np.ones(len(track)), np.ones(len(track))
    crowd[10] = 2.0
    image = noisy(track)
    corner = (slice(0, 20), slice(0, 20))
    time_s = float(track.time_s[AT])
    assert (FaceBlur(replace(track, people=alone))(image, time_s)[corner] == image[corner]).all()
    blurred = FaceBlur(replace(track, people=crowd))(image, time_s)
    assert blurred[corner].std() < 0.35 * image[corner].std()
    knee = np.round(track.image_px[AT, Landmark.LEFT_KNEE] / 4).astype(int)
    assert (blurred[knee[1], knee[0]] == image[knee[1], knee[0]]).all()


def test_an_empty_track_blurs_all() -> None:
    nothing = Track.from_arrays([], np.zeros((0, 33, 2)), np.zeros((0, 33)), (320, 180))
    image = np.random.default_rng(1).integers(0, 255, (180, 320, 3), dtype=np.uint8)
    assert share_changed(image, FaceBlur(nothing)(image, 0.0)) > 0.95
