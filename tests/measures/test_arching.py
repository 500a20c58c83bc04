"""Arching of one repetition by itself: what it is estimated from, and how sure that is."""

from __future__ import annotations

import io
from dataclasses import fields, replace
from importlib.resources import files

import numpy as np
import pytest
from support.skeleton import Tempo, thrusts, with_plate

from formcheck.measures.arching import (
    Seen,
    Weights,
    features,
    learned,
    weights,
)
from formcheck.measures.beside_plate import drawn_knee, plate_features
from formcheck.measures.body import Body
from formcheck.poses.pose import OPTIONAL, Floats, Landmark, Side
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import look

START_S, LOCKOUT_S, LOWER_S, _ = Tempo().times(0)


def seen(track: Track, working: Side = Side.RIGHT) -> tuple[Body, slice, slice]:
    times = track.time_s
    rest = slice(0, int(np.searchsorted(times, START_S)))
    top = slice(int(np.searchsorted(times, LOCKOUT_S)), int(np.searchsorted(times, LOWER_S)))
    return Body(track, working, look(track[rest], "supine")), rest, top


def mirrored(track: Track) -> Track:
    """Return the clip as a mirror shows it; the person's left and right are then exchanged."""
    other = np.arange(33)
    other[11:33] = np.arange(11, 33).reshape(-1, 2)[:, ::-1].ravel()
    other[1:7], other[7:11] = [4, 5, 6, 1, 2, 3], [8, 7, 10, 9]
    width = track.size[0]

    def flip(points: Floats) -> Floats:
        return np.stack([width - 1 - points[..., 0], points[..., 1]], axis=-1)

    assert track.edges_px is not None
    return replace(
        track,
        image_px=flip(track.image_px)[:, other],
        visibility=track.visibility[:, other],
        edges_px=flip(track.edges_px)[:, ::-1],
        disc_px=None if track.disc_px is None else flip(track.disc_px),
    )


def plain(track: Track) -> Track:
    """Return a track of landmarks and outline only."""
    kept = {name: None for name in OPTIONAL if name != "edges_px"}
    return replace(track, **kept)  # type: ignore[arg-type]


def test_neither_side_nor_size_matters() -> None:
    track = plain(thrusts(reps=1))
    found = features(*seen(track))
    assert np.isfinite(found).all()
    assert features(*seen(mirrored(track), Side.LEFT)) == pytest.approx(found, abs=1e-6)
    assert track.edges_px is not None
    twice = replace(
        track,
        image_px=2 * track.image_px,
        edges_px=2 * track.edges_px,
        size=(2 * track.size[0], 2 * track.size[1]),
    )
    assert features(*seen(twice)) == pytest.approx(found, abs=1e-6)


def test_beside_a_plate_neither_side_nor_size_matters() -> None:
    track = with_plate(plain(thrusts(reps=1)))
    found = plate_features(*seen(track))
    assert np.isfinite(found).mean() > 0.7  # the plate covers the rest of the outlines
    assert plate_features(*seen(mirrored(track), Side.LEFT)) == pytest.approx(found, abs=1e-6, nan_ok=True)
    assert track.edges_px is not None
    assert track.disc_px is not None
    assert track.rim is not None
    twice = replace(
        track,
        image_px=2 * track.image_px,
        edges_px=2 * track.edges_px,
        disc_px=2 * track.disc_px,
        rim=2 * track.rim,
        size=(2 * track.size[0], 2 * track.size[1]),
    )
    assert plate_features(*seen(twice)) == pytest.approx(found, abs=1e-6, nan_ok=True)


def test_a_bar_that_is_higher_at_the_top_changes_what_is_learned_from() -> None:
    track = with_plate(plain(thrusts(reps=1)))
    assert track.disc_px is not None
    body, rest, top = seen(track)
    raised = track.disc_px.copy()
    raised[top, 0, 1] -= 10.0
    before, after = (
        plate_features(body, rest, top),
        plate_features(seen(replace(track, disc_px=raised))[0], rest, top),
    )
    half = (len(before) - 3) // 2  # the last three are of the camera
    changed, since_rest = after[:half] - before[:half], after[half:-3] - before[half:-3]
    assert np.nanmax(abs(changed)) > 0.02
    known = np.isfinite(changed) & np.isfinite(since_rest)
    assert since_rest[known] == pytest.approx(changed[known])


def test_a_planted_foot_that_is_drawn_elsewhere_at_the_top_is_put_where_it_stands() -> None:
    track = with_plate(plain(thrusts(reps=1)))
    body, rest, top = seen(track)
    lost = track.image_px.copy()
    ankle = Landmark.RIGHT_ANKLE
    assert track.image_px[0, ankle, 1] > track.image_px[0, Landmark.LEFT_ANKLE, 1]  # the planted one
    lost[top, ankle] = track.image_px[top, Landmark.RIGHT_HIP]
    found = plate_features(seen(replace(track, image_px=lost))[0], rest, top)
    assert found == pytest.approx(plate_features(body, rest, top), abs=0.07, nan_ok=True)


def test_a_knee_that_is_drawn_elsewhere_makes_the_estimate_less_sure() -> None:
    track = with_plate(plain(thrusts(reps=1)))
    body, rest, top = seen(track)
    usual = learned(body, rest, top, plated=True).arching
    drawn = track.image_px.copy()
    drawn[top, Landmark.RIGHT_KNEE] += (0.0, -60.0)
    body.filmed = replace(body.filmed, image_px=drawn)  # the track was put right already
    assert drawn_knee(body, rest, top).apart > 0.2
    assert learned(body, rest, top, plated=True).arching.error_deg > usual.error_deg + 2.0


def test_a_knee_that_is_drawn_onto_the_plate_makes_the_lockout_less_sure() -> None:
    track = with_plate(plain(thrusts(reps=1)))
    assert track.disc_px is not None
    assert track.rim is not None
    body, rest, top = seen(track)
    usual = learned(body, rest, top, plated=True)
    drawn = track.image_px.copy()
    for rim in (1.1, 1.3):
        drawn[top, Landmark.RIGHT_KNEE] = track.disc_px[top, 0] + (rim * track.rim[0, 0], 0.0)
        body.filmed = replace(body.filmed, image_px=drawn)
        found = learned(body, rest, top, plated=True)
        assert found.knee_on_rim is (rim < 1.2)
        known = weights("lockout_plates")
        error_deg = float(known.errors_deg(np.array([found.lockout.apart]))[0])
        assert found.lockout.error_deg == pytest.approx(np.hypot(error_deg, 5.0 * found.knee_on_rim))
    assert not usual.knee_on_rim


@pytest.mark.parametrize("rest_too", [False, True])
def test_without_the_plate_at_the_top_there_is_no_estimate(rest_too: bool) -> None:
    track = with_plate(plain(thrusts(reps=1)))
    assert track.disc_px is not None
    _, rest, top = seen(track)
    gone = track.disc_px.copy()
    gone[0 if rest_too else top.start :] = np.nan
    lost = seen(replace(track, disc_px=gone))[0]
    assert np.isfinite(plate_features(lost, rest, top)).mean() < 0.5
    assert np.isinf(learned(lost, rest, top, plated=True).arching.error_deg)


def test_outline_on_the_plate_is_none_of_the_body() -> None:
    track = with_plate(plain(thrusts(reps=1)))
    assert track.disc_px is not None
    assert track.edges_px is not None
    assert track.rim is not None
    body, rest, top = seen(track)
    off = np.hypot(*np.moveaxis(track.edges_px - track.disc_px[:, :1, None], -1, 0))
    on_plate = off < 1.05 * track.rim[:, :1, None]
    assert on_plate.any()
    bulged = track.edges_px + np.where(on_plate, 0.1 * track.rim[0, 0], 0.0)[..., None] * (0.0, -1.0)
    inside = (
        np.hypot(*np.moveaxis(bulged - track.disc_px[:, :1, None], -1, 0)) < 1.05 * track.rim[:, :1, None]
    )
    bulged[on_plate & ~inside] = track.edges_px[on_plate & ~inside]
    found = plate_features(seen(replace(track, edges_px=bulged))[0], rest, top)
    assert found == pytest.approx(plate_features(body, rest, top), nan_ok=True)


def test_what_was_not_seen_is_left_open_and_counts_as_usual() -> None:
    track = plain(thrusts(reps=1))
    blind = replace(track, edges_px=None)
    body, rest, top = seen(blind)
    found = features(body, rest, top)
    assert np.isnan(found).any()
    assert np.isfinite(learned(body, rest, top).arching.value_deg)


@pytest.mark.parametrize(
    ("name", "filmed"),
    [
        ("arching", "side"),
        ("arching_plates", "plates"),
        ("arching_oblique", "oblique"),
        ("lockout", "lockout"),
        ("lockout_plates", "lockout_plates"),
    ],
)
def test_the_weights_that_come_along_are_small_and_whole(name: str, filmed: Seen) -> None:
    assert len((files("formcheck.measures") / f"data/{name}.npz").read_bytes()) < 300_000
    known = weights(filmed)
    assert all(np.isfinite(getattr(known, field.name)).all() for field in fields(Weights))
    told = plate_features if filmed.endswith("plates") else features
    assert len(known.mean) == len(told(*seen(with_plate(plain(thrusts(reps=1))))))
    assert (np.diff(known.distance) > 0).all()
    assert (np.diff(known.error) >= 0).all()
    assert known.error[0] >= 4.0


def test_the_error_grows_with_the_distance_and_beyond_there_is_none() -> None:
    known = weights()
    usual, rare, unlike = known.errors_deg(np.array([0.5, known.distance[-1], known.distance[-1] + 0.1]))
    assert usual < rare < np.inf
    assert np.isinf(unlike)


def test_what_is_unlike_any_body_is_far_away() -> None:
    known = weights()
    middle = known.project(known.mean[None])
    odd = known.project((known.mean + 8.0 * known.spread)[None])
    assert known.apart(middle)[0] == pytest.approx(0.0, abs=1e-3)
    assert np.isinf(known.errors_deg(known.apart(odd))).all()


def test_written_and_read_weights_say_the_same() -> None:
    known = weights()
    file = io.BytesIO()
    known.save(file)
    file.seek(0)
    again = Weights.read(file)
    found = known.mean + np.linspace(-1, 1, 5)[:, None] * known.spread
    said = [one.values_deg(one.project(found)) for one in (known, again)]
    assert said[1] == pytest.approx(said[0], abs=0.1)
