from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from support.rooms import picture, room
from support.scenes import scene
from support.skeleton import SIZE, Shot, kickbacks, thrusts

from formcheck.poses.pose import (
    COLUMNS,
    ROLL,
    ROLL_ERROR,
    SCENE,
    SHIFT_X,
    SHIFT_Y,
    TURN,
    ZOOM,
    Floats,
    Landmark,
    Pose,
)
from formcheck.vision.background import Gray
from formcheck.vision.camera_watch import CameraWatch, person_mask


def view(matrix: Floats | None = None, seed: int = 1) -> Gray:
    """A colour picture of a scene, moved by a (2, 3) matrix about its middle."""
    image = cv2.resize(scene(seed), (2 * SIZE[0], 2 * SIZE[1]), interpolation=cv2.INTER_CUBIC)
    moved = np.eye(2, 3) if matrix is None else matrix
    middle = (np.array(SIZE) - 1) / 2
    shift = moved[:, 2] + middle - moved[:, :2] @ (middle + np.array(SIZE) / 2)
    gray = cv2.warpAffine(image, np.column_stack([moved[:, :2], shift]), SIZE)
    return np.repeat(gray[..., None], 3, axis=2)


def turned(deg: float, zoom: float = 1.0, x: float = 0.0, y: float = 0.0) -> Floats:
    """Background that leans counter-clockwise to the eye by `deg`, as for a camera turned clockwise."""
    c, s = zoom * np.cos(np.radians(deg)), zoom * np.sin(np.radians(deg))
    return np.array([[c, s, x], [-s, c, y]])


def test_it_looks_twice_a_second_whatever_the_frame_rate() -> None:
    for fps in (24.0, 60.0):
        watch = CameraWatch()
        rows = [watch.update(view(), Pose.nobody(k / fps)) for k in range(int(3 * fps))]
        seen = [k / fps for k, row in enumerate(rows) if row is not None]
        assert len(seen) in (5, 6)
        assert min(np.diff(seen)) >= 0.49
        assert all(row.shape == (COLUMNS,) for row in rows if row is not None)


def test_motion_has_its_signs_and_the_pictures_own_pixels() -> None:
    watch = CameraWatch()
    watch.update(view(), Pose.nobody(0.0))
    row = watch.update(view(turned(2.0, 1.03, x=12.0, y=-8.0)), Pose.nobody(0.5))
    assert row is not None
    assert row[TURN] == pytest.approx(2.0, abs=0.3)
    assert row[ZOOM] == pytest.approx(1.03, abs=0.01)
    assert (row[SHIFT_X], row[SHIFT_Y]) == (pytest.approx(12.0, abs=3.0), pytest.approx(-8.0, abs=3.0))
    assert row[SCENE] == 0


def test_another_scene_is_counted_and_looked_at_afresh() -> None:
    watch = CameraWatch()
    pose = kickbacks(reps=1).poses()[0]
    rows = [watch.update(view(seed=1 + (k > 3)), replace(pose, time_s=k / 2)) for k in range(9)]
    # The second picture of the other view settles it, where the person is elsewhere or not found again.
    assert [row[SCENE] for row in rows if row is not None] == [0.0] * 5 + [1.0] * 4
    again = rows[5]
    assert again is not None
    assert (again[TURN], again[SHIFT_X]) == (0.0, 0.0)
    assert np.isfinite(again[ROLL_ERROR])


def test_a_cut_is_seen_at_once_where_the_person_jumps_with_the_picture() -> None:
    """A mirrored view of the same room, in which the background's level lines lie where they were."""
    one, other = kickbacks(reps=1).poses()[0], kickbacks(Shot(mirrored=True), reps=1).poses()[0]
    image = view(seed=1)
    frames = [(image, one)] * 20 + [(image[:, ::-1], other)] * 5
    watch = CameraWatch()
    rows = [watch.update(picture, replace(pose, time_s=k / 30)) for k, (picture, pose) in enumerate(frames)]
    scenes = {k: row[SCENE] for k, row in enumerate(rows) if row is not None}
    assert scenes[21] == 1.0
    assert {scene for k, scene in scenes.items() if k < 20} == {0.0}


def test_a_single_odd_picture_is_no_cut() -> None:
    pose = kickbacks(reps=1).poses()[0]
    watch = CameraWatch()
    rows = [watch.update(view(seed=1 + (k == 20)), replace(pose, time_s=k / 30)) for k in range(60)]
    assert {row[SCENE] for row in rows if row is not None} == {0.0}


def test_the_roll_is_looked_for_around_a_person_only_now_and_then() -> None:
    lines = room(6.0)
    gray = cv2.resize(picture(lines), SIZE)
    image = np.repeat(gray[..., None], 3, axis=2)
    pose = kickbacks(reps=1).poses()[0]
    watch = CameraWatch()
    assert np.isnan(_row(watch, image, Pose.nobody(0.0))[ROLL])
    seen = [
        t for t in np.arange(0.5, 20.0, 0.5) if np.isfinite(_row(watch, image, replace(pose, time_s=t))[ROLL])
    ]
    assert seen == [0.5, 2.0, 8.0]
    fresh = _row(CameraWatch(), image, pose)
    assert fresh[ROLL] == pytest.approx(6.0, abs=1.0)


def _row(watch: CameraWatch, image: Gray, pose: Pose) -> Floats:
    row = watch.update(image, pose)
    assert row is not None
    return row


def test_the_mask_covers_the_body_and_the_bar_but_not_the_room() -> None:
    pose = kickbacks(reps=1).poses()[0]
    mask = person_mask(pose, (SIZE[1] // 2, SIZE[0] // 2), 0.5)
    for joint in (Landmark.LEFT_HIP, Landmark.NOSE, Landmark.RIGHT_KNEE, Landmark.LEFT_WRIST):
        x, y = (pose.image_px[joint] / 2).astype(int)
        assert mask[y, x]
    assert 0.05 < (mask > 0).mean() < 0.5
    assert not person_mask(Pose.nobody(0.0), (20, 30), 0.5).any()
    end = thrusts(Shot(yaw_deg=80.0), reps=1).poses()[0]
    left, right = end.image_px[[Landmark.LEFT_WRIST, Landmark.RIGHT_WRIST]]
    beyond = (right + 1.0 * (right - left)).astype(int)
    assert person_mask(end, SIZE[::-1], 1.0)[beyond[1], beyond[0]]
