"""Learning from rendered people: who they are, what is learned, and how sure it is."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from support.gl import needs_gl
from support.skeleton import thrusts

from formcheck.api import analyze
from formcheck.errors import UsageError
from formcheck.evaluation.lumbar_renders import (
    FILMED_FROM,
    OBLIQUE_FROM,
    PLATED_FROM,
    frames_of,
    spec_of,
)
from formcheck.evaluation.lumbar_training import Bodies, calibrated, held_out, learn
from formcheck.measures.arching import Seen, Weights, weights
from formcheck.poses.track import Track
from formcheck.render.clip import build
from formcheck.render.film import pictures
from formcheck.render.spec import BRIDGES, Spec
from formcheck.vision.landmarker import MediaPipeLandmarker

Command = Callable[..., tuple[int, str, str]]


def test_every_seed_is_a_person_of_its_own_half_of_them_arched() -> None:
    specs = [spec_of(seed) for seed in range(60)]
    assert specs == [spec_of(seed) for seed in range(60)]
    arched = [spec for spec in specs if any(fault.type == "lumbar_extension" for fault in spec.faults)]
    assert 20 <= len(arched) <= 40
    assert {spec.exercise for spec in specs} >= {"hip_thrust", "hip_thrust_bilateral", *BRIDGES}
    assert Counter(spec.options.bar for spec in specs).keys() >= {"none", "empty", "small", "bumper"}


def test_later_seeds_have_big_plates_and_a_camera_square_to_the_side() -> None:
    for spec in map(spec_of, range(PLATED_FROM, PLATED_FROM + 20)):
        assert spec.options.bar in ("plates", "bumper")
        assert spec.camera.az is not None
        assert min(abs(spec.camera.az - side) for side in (0.0, 180.0)) <= 8.0


def test_the_latest_seeds_are_filmed_as_one_does_for_the_tilt_of_the_pelvis() -> None:
    specs = [spec_of(seed) for seed in range(FILMED_FROM, FILMED_FROM + 60)]
    tilted = [fault for spec in specs for fault in spec.faults if fault.type == "hips_not_level"]
    assert {fault.sign for fault in tilted} == {-1, 1}
    assert 15 <= len(tilted) <= 35
    assert Counter(spec.options.bar for spec in specs).keys() == {
        "none",
        "empty",
        "small",
        "plates",
        "bumper",
    }
    for spec in specs:
        assert spec.camera.az is not None
        assert 26.0 <= min(spec.camera.az, 180.0 - spec.camera.az) <= 54.0


def test_later_seeds_are_seen_obliquely_from_the_foot_end() -> None:
    for spec in map(spec_of, range(OBLIQUE_FROM, OBLIQUE_FROM + 20)):
        assert spec.camera.az is not None
        assert 28.0 <= min(spec.camera.az, 180.0 - spec.camera.az) <= 55.0


def test_what_is_kept_in_few_digits_says_the_same() -> None:
    bodies = some(300)
    learned, _ = learn(bodies)
    with io.BytesIO() as file:
        learned.save(file)
        file.seek(0)
        kept = Weights.read(file)
    apart = kept.values_deg(kept.project(bodies.found)) - learned.values_deg(learned.project(bodies.found))
    assert abs(apart).max() < 0.5


@pytest.mark.parametrize("seen", get_args(Seen))
def test_the_weights_that_come_along_know_all_features(seen: Seen) -> None:
    known = weights(seen)
    assert known.axes.shape == (len(known.mean), len(known.whitening))
    assert 4.0 <= known.error.min() < known.error.max() < 15.0


@pytest.mark.parametrize("seen", ["side", "oblique"])
def test_slopes_that_nobody_had_are_far_outside_what_was_learned(seen: Seen) -> None:
    known = weights(seen)
    usual = known.mean.copy()
    assert known.turned(usual) == 0.0
    slope = 2 * 14 + 2 * 18  # the first one, after two outlines and 18 joints along and beside the trunk
    usual[slope] += 4.0 * known.spread[slope]
    assert known.turned(usual) == pytest.approx(4.0)


def test_one_frame_is_at_rest_and_one_at_the_top() -> None:
    clip = build(spec_of(3))
    rest, top = (clip.frames[number].instant for number in frames_of(clip))
    assert (rest.phase, top.phase) == ("start", "lockout")


def some(count: int, noise_deg: float = 4.0) -> Bodies:
    """Return bodies whose arching is a straight line through a few of their features, and noise."""
    rng = np.random.default_rng(5)
    found = rng.normal(size=(count, 12)) * np.geomspace(0.1, 10, 12)
    truth = 10 + 6 * found[:, 0] / 0.1 + 5 * found[:, 11] / 10 + rng.normal(scale=noise_deg, size=count)
    return Bodies(np.arange(count), found, truth, np.ones(count, dtype=bool))


def test_what_the_features_tell_is_learned_and_the_error_holds_for_others() -> None:
    learned, held = learn(some(400))
    assert abs(held.off_deg).mean() < 4.5
    assert held.separates() > 0.85
    fresh = some(900)
    new = slice(400, None)  # of the same kind, and not learned from
    placed = learned.project(fresh.found[new])
    off = abs(learned.values_deg(placed) - fresh.truth_deg[new])
    error = learned.errors_deg(learned.apart(placed))
    near = np.isfinite(error)
    assert near.mean() > 0.85
    assert 0.6 < np.mean(off[near] < error[near]) < 0.9
    assert np.mean(off[near] < 2 * error[near]) > 0.92


def test_a_body_is_never_estimated_by_what_was_learned_from_it() -> None:
    # Of noise alone nothing can be learned: whoever saw the answers before would know them.
    rng = np.random.default_rng(7)
    noise = Bodies(np.arange(200), rng.normal(size=(200, 30)), rng.normal(size=200), np.ones(200, dtype=bool))
    held = held_out(noise, np.random.default_rng(1))
    assert np.corrcoef(held.value_deg, held.truth_deg)[0, 1] < 0.2


def test_the_error_never_falls_with_the_distance() -> None:
    distance, error = calibrated(held_out(some(300), np.random.default_rng(1)))
    assert distance[0] == 0.0
    assert (np.diff(distance) > 0).all()
    assert (np.diff(error) >= 0).all()


def test_too_few_or_damaged_bodies_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has 0 bodies to learn from; 100 are needed"):
        Bodies.read(tmp_path)
    (tmp_path / "7.npz").write_bytes(b"no archive")
    with pytest.raises(UsageError, match=r"7\.npz is no rendered body; remove it"):
        Bodies.read(tmp_path)


def test_the_command_says_what_is_missing(formcheck: Command, tmp_path: Path) -> None:
    code, out, err = formcheck("train-lumbar", str(tmp_path), "--bodies", "0")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "100 are needed" in err


@pytest.mark.model
@pytest.mark.slow
def test_what_was_rendered_is_kept(formcheck: Command, tmp_path: Path, model: Path) -> None:
    needs_gl()
    for _ in range(2):
        code, _, err = formcheck("train-lumbar", str(tmp_path), "--bodies", "1", "--model", str(model))
        assert code == 2, err
        assert "has 1 bodies" in err
    [kept] = tmp_path.iterdir()
    with np.load(kept) as archive:
        assert archive["truth"].shape == (2, 5)
        assert np.isfinite(archive["image_px"]).all()


def filmed(seed: int, severity_deg: float, model: Path) -> Track:
    """Return what the pose model sees of two thrusts that are both arched, or both not."""
    told = {
        "exercise": "hip_thrust",
        "working_leg": "L",
        "seed": seed,
        "reps": 2,
        "camera": {"view": "left"},
        "faults": [{"type": "lumbar_extension", "severity": severity_deg}] if severity_deg else [],
        "tempo": {"lead": 0.8, "concentric": 0.9, "hold": 0.8, "eccentric": 0.9, "pause": 0.4, "tail": 0.5},
        "options": {"bar": "empty"},
        "video": {"width": 640, "height": 360, "fps": 8},
    }
    clip = build(Spec.model_validate(told))
    with MediaPipeLandmarker(model, people=False) as landmarker:
        frames = enumerate(pictures(clip, range(len(clip.frames))))
        poses = [landmarker.detect(picture, number / 8) for number, picture in frames]
    return Track.from_poses(poses, (640, 360))


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.parametrize(("seed", "severity_deg"), [(650001, 26.0), (650002, 0.0)])
def test_a_set_arched_throughout_is_found_and_a_clean_one_is_not(
    seed: int, severity_deg: float, model: Path
) -> None:
    needs_gl()
    report = analyze(filmed(seed, severity_deg, model), "single-leg-hip-thrust")
    [first, second] = [
        verdict.status.value
        for rep in report.reps
        for verdict in rep.verdicts
        if verdict.fault == "lumbar-arching"
    ]
    if severity_deg:
        assert {first, second} == {"fault"}
    else:
        assert not {first, second} & {"warn", "fault"}


def rendered(folder: Path, seed: int, truth_deg: float, off_px: float = 0.0) -> None:
    """Write what is kept of a body with straight hips but for an angle, and a plate followed so far off."""
    track = thrusts(reps=1)
    rows = [0, 60]
    angles = np.zeros((2, 5), dtype=np.float32)
    angles[:, 0], angles[:, 2] = 7.0, 180.0 + truth_deg
    assert track.edges_px is not None
    plate = np.array([[700.0, 400.0, 90.0], [700.0, 300.0, 90.0]])
    np.savez(
        folder / f"{seed}.npz",
        time_s=track.time_s[rows],
        image_px=track.image_px[rows],
        visibility=track.visibility[rows],
        world_m=np.full((2, 33, 3), np.nan),
        edges_px=track.edges_px[rows],
        size=np.array(track.size),
        truth=angles,
        plate=plate,
        disc_px=plate[:, None, :2] + [off_px, 0.0],
        rim=np.array([[90.0, 90.0, 1.0, 0.9]] * 2),
    )


def test_the_lockout_beside_a_plate_is_learned_from_bodies_with_one_and_the_angle_of_their_hips(
    tmp_path: Path,
) -> None:
    for number in range(100):
        rendered(tmp_path, PLATED_FROM + number, -0.2 * number)
    rendered(tmp_path, 5, 50.0)  # one without
    known = Bodies.read(tmp_path, "lockout_plates")
    assert known.seeds.min() == PLATED_FROM
    assert known.truth_deg == pytest.approx(-0.2 * np.arange(100), abs=1e-4)
    assert known.found.shape[1] == len(weights("lockout_plates").mean)
    assert Bodies.read(tmp_path, "plates").truth_deg == pytest.approx(7.0)


def test_a_plate_that_was_lost_tells_nothing_of_its_body(tmp_path: Path) -> None:
    for number in range(105):
        rendered(tmp_path, PLATED_FROM + number, 0.0, off_px=40.0 if number < 5 else 10.0)
    assert Bodies.read(tmp_path, "plates").seeds.tolist() == [
        PLATED_FROM + number for number in range(5, 105)
    ]


def test_what_is_learned_apart_is_asked_for_apart(formcheck: Command, tmp_path: Path) -> None:
    code, _, err = formcheck("train-lumbar", str(tmp_path), "--bodies", "0", "--plates", "--oblique")
    assert code == 2
    assert "--oblique is learned apart" in err
