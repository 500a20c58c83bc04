from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.skeleton import SIZE, Shot, kickbacks

from formcheck.errors import ClipError, OutputError, TrackError, UsageError
from formcheck.poses.pose import Pose
from formcheck.poses.track import FORMAT, Track


@pytest.fixture(scope="module")
def track() -> Track:
    track = kickbacks(Shot(world=True, missing=(10, 13)), reps=1)
    return replace(track, bar_px=track.image_px[:, 15:17], plate_px=track.image_px[:, 23:26, 0])


def test_a_saved_track_comes_back(track: Track, tmp_path: Path) -> None:
    path = tmp_path / "one.npz"
    track.save(path)
    again = Track.load(path)
    np.testing.assert_array_equal(again.time_s, track.time_s)  # 64-bit
    for name in ("image_px", "visibility", "world_m", "edges_px", "bar_px", "plate_px"):
        np.testing.assert_allclose(getattr(again, name), getattr(track, name), rtol=1e-6, atol=1e-4)
    assert (again.size, again.source, again.mask_at) == (SIZE, "skeleton", None)
    assert list(tmp_path.iterdir()) == [path]


def test_poses_and_track_are_two_sides_of_one_thing(track: Track) -> None:
    again = Track.from_poses(track.poses(), track.size, track.source)
    for name in ("time_s", "image_px", "visibility", "world_m", "edges_px", "bar_px", "plate_px"):
        np.testing.assert_array_equal(getattr(again, name), getattr(track, name))
    assert again.mask_at is None
    assert again.people is not None
    assert not again.people.any()


def test_what_some_poses_lack_is_nan() -> None:
    seen = Pose(0.0, np.zeros((33, 2)), np.ones(33), world_m=np.ones((33, 3)), people=2)
    track = Track.from_poses([seen, Pose.nobody(0.1)], (10, 10))
    assert track.world_m is not None
    assert np.isfinite(track.world_m[0]).all()
    assert np.isnan(track.world_m[1]).all()
    assert track.found.tolist() == [True, False]
    assert [pose.people for pose in track.poses()] == [2, 0]


def test_no_poses_make_an_empty_track() -> None:
    empty = Track.from_poses([], SIZE)
    assert len(empty) == 0
    assert empty.duration_s == 0.0
    assert np.isnan(empty.fps)


def test_found_says_where_nobody_was(track: Track) -> None:
    assert np.flatnonzero(~track.found).tolist() == [10, 11, 12]


def test_rate_and_duration() -> None:
    track = kickbacks(Shot(fps=24, start_s=100.0), reps=1)
    assert track.fps == pytest.approx(24.0)
    assert track.duration_s == pytest.approx(len(track) / 24)


def test_between_takes_both_ends(track: Track) -> None:
    part = track.between(float(track.time_s[5]), float(track.time_s[9]))
    assert len(part) == 5
    assert part.edges_px is not None
    assert len(part.edges_px) == 5
    assert part.time_s[0] == track.time_s[5]


@pytest.mark.parametrize(
    ("times", "px", "visibility", "says"),
    [
        ([0.0, 1.0], (2, 32, 2), (2, 33), "needs landmarks"),
        ([0.0, 1.0], (3, 33, 2), (2, 33), "needs landmarks"),
        ([0.0, 1.0], (2, 33, 2), (2, 1), "needs landmarks"),
        ([0.0, 0.0], (2, 33, 2), (2, 33), "increase strictly"),
        ([1.0, 0.0], (2, 33, 2), (2, 33), "increase strictly"),
        ([0.0, np.nan], (2, 33, 2), (2, 33), "increase strictly"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    times: list[float], px: tuple[int, ...], visibility: tuple[int, ...], says: str
) -> None:
    with pytest.raises(TrackError, match=says):
        Track.from_arrays(times, np.zeros(px), np.zeros(visibility), SIZE)


def test_an_optional_array_must_fit_too() -> None:
    with pytest.raises(TrackError, match="world_m"):
        Track.from_arrays([0.0], np.zeros((1, 33, 2)), np.ones((1, 33)), SIZE, world_m=np.zeros((1, 33, 2)))


def test_plain_arrays_of_another_tool_load(track: Track, tmp_path: Path) -> None:
    path = tmp_path / "theirs.npz"
    arrays = {"time_s": track.time_s, "image_px": track.image_px, "visibility": track.visibility}
    np.savez(path, allow_pickle=False, size=np.array(SIZE), **arrays)
    again = Track.load(path)
    assert (again.source, len(again)) == ("theirs", len(track))


def test_files_that_are_no_track(track: Track, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no track"):
        Track.load(tmp_path / "missing.npz")
    noise = tmp_path / "noise.npz"
    noise.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(ClipError):
        Track.load(noise)
    text = tmp_path / "text.npz"
    text.write_text("hello")
    with pytest.raises(TrackError, match="not a recorded track"):
        Track.load(text)
    lacking = tmp_path / "lacking.npz"
    np.savez(lacking, time_s=track.time_s)
    with pytest.raises(TrackError, match="it lacks image_px, size, visibility"):
        Track.load(lacking)
    newer = tmp_path / "newer.npz"
    np.savez(newer, format=np.array("formcheck-track-9"))
    with pytest.raises(TrackError, match=rf"formcheck-track-9, this version reads {FORMAT}"):
        Track.load(newer)


def test_a_truncated_file_is_no_track(track: Track, tmp_path: Path) -> None:
    path = tmp_path / "cut.npz"
    track.save(path)
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(TrackError, match="not a recorded track"):
        Track.load(path)


def test_a_track_is_written_whole_or_not_at_all(track: Track, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot write the track"):
        track.save(tmp_path / "no" / "folder.npz")
    (tmp_path / "taken.npz").mkdir()
    with pytest.raises(OutputError, match="cannot write the track"):
        track.save(tmp_path / "taken.npz")
    assert [path.name for path in tmp_path.iterdir()] == ["taken.npz"]


def test_times_are_read_from_the_clips_first_frame(tmp_path: Path) -> None:
    late = kickbacks(Shot(start_s=3600.0), reps=1)
    late.save(tmp_path / "old.npz")
    assert Track.load(tmp_path / "old.npz").time_s == pytest.approx(late.time_s - 3600.0)
    late.save(tmp_path / "clip.npz", of_clip=True)
    assert np.array_equal(Track.load(tmp_path / "clip.npz").time_s, late.time_s)
