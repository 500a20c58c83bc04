from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from support.tracing import USE

from formcheck.errors import ModelError
from formcheck.video.reader import VideoSource
from formcheck.vision import mediapipe_guard
from formcheck.vision.finder import Landmarker
from formcheck.vision.landmarker import MediaPipeLandmarker

CLIP = Path(__file__).parents[2] / "samples" / "kickback.mp4"
VARIABLES = ("HTTPS_PROXY", "NO_PROXY", "https_proxy", "no_proxy")


def frames(count: int) -> list[tuple[NDArray[np.uint8], float]]:
    if not CLIP.exists():
        pytest.skip("samples/kickback.mp4 is not there")
    found = []
    with VideoSource(CLIP) as source:
        for frame in source:
            found.append((frame.image, frame.time_s))
            if len(found) == count:
                break
    return found


def c_environment(names: tuple[str, ...] = VARIABLES) -> dict[str, str]:
    """What C code of this process sees; a child without env= inherits it."""
    code = (
        "import os, sys; print(*(f'{n}={os.environ[n]}' for n in sys.argv[1:] if n in os.environ), sep='\\n')"
    )
    out = subprocess.run([sys.executable, "-c", code, *names], capture_output=True, text=True, check=True)
    return dict(line.split("=", 1) for line in out.stdout.split())


@pytest.fixture
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("_clean_environment")
def test_the_shield_closes_the_c_environment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user.example:3128")
    monkeypatch.setenv("NO_PROXY", "*")
    before = dict(os.environ)
    mediapipe_guard.Shield.acquire()
    try:
        assert dict(os.environ) == before
        assert c_environment() == mediapipe_guard.CLOSED_ENVIRONMENT
        assert "*" not in mediapipe_guard.CLOSED_ENVIRONMENT.values()
        mediapipe_guard.Shield.acquire()
        mediapipe_guard.Shield.release()
        assert c_environment() == mediapipe_guard.CLOSED_ENVIRONMENT
    finally:
        mediapipe_guard.Shield.release()
    if os.name == "posix":  # elsewhere the variables' names have no case
        assert c_environment() == {"HTTPS_PROXY": "http://user.example:3128", "NO_PROXY": "*"}


@pytest.mark.usefixtures("_clean_environment")
def test_a_landmarker_that_fails_gives_the_shield_back(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not exist"):
        MediaPipeLandmarker(tmp_path / "none.task")
    assert c_environment() == {}


def test_importing_the_landmarker_does_not_import_mediapipe() -> None:
    code = "import sys, formcheck.vision.landmarker; sys.exit('mediapipe' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.model
def test_a_file_that_is_not_a_model(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.task").write_bytes(b"nonsense" * 100)
    with pytest.raises(ModelError, match=r"bad\.task cannot be loaded") as caught:
        MediaPipeLandmarker(tmp_path / "bad.task")
    assert "\n" not in str(caught.value)
    assert capfd.readouterr().err == ""


@pytest.mark.model
def test_a_person_is_found_without_a_word(model: Path, capfd: pytest.CaptureFixture[str]) -> None:
    clip = frames(6)
    with MediaPipeLandmarker(model) as landmarker:
        as_protocol: Landmarker = landmarker
        poses = [as_protocol.detect(image, time_s) for image, time_s in clip]
    assert [p.time_s for p in poses] == [time_s for _, time_s in clip]
    height, width = clip[0][0].shape[:2]
    for pose in poses:
        assert pose.found
        assert pose.people == 1
        assert np.all(
            (pose.image_px[[11, 12, 23, 24]] > 0) & (pose.image_px[[11, 12, 23, 24]] < (width, height))
        )
        assert pose.world_m is not None
        assert pose.world_m.shape == (33, 3)
        assert np.abs(pose.world_m).max() < 2.5
        assert pose.edges_px is not None
        assert np.isfinite(pose.edges_px[:, 8:24]).mean() > 0.5
        assert pose.mask_at is not None
        assert np.nanmax(pose.mask_at) > 0.9
        assert pose.visibility.shape == (33,)
    assert capfd.readouterr() == ("", "")


@pytest.mark.model
def test_times_that_collide_and_images_without_anybody(model: Path) -> None:
    image = np.zeros((120, 160, 3), np.uint8)
    with MediaPipeLandmarker(model, silhouette=False, people=False) as landmarker:
        for time_s in (0.0, 0.0001, 0.0002, 0.004, 0.002):
            pose = landmarker.detect(image[:, ::-1], time_s)
            assert pose.time_s == time_s
            assert not pose.found
            assert pose.people == 0
    with pytest.raises(ValueError, match="closed"):
        landmarker.detect(image, 1.0)
    landmarker.close()


@pytest.mark.model
def test_two_people_side_by_side_are_found(model: Path) -> None:
    (image, _), *_ = frames(1)
    with MediaPipeLandmarker(model) as landmarker:
        assert len(landmarker.find_everyone(image)) == 1
        assert len(landmarker.find_everyone(np.concatenate([image, image[:, ::-1]], axis=1))) == 2
        assert landmarker.find_everyone(np.zeros_like(image)) == []


@pytest.mark.model
def test_it_works_without_a_network(model: Path) -> None:
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-n", "true"], capture_output=True).returncode:
        pytest.skip("no right to make a network namespace")
    done = subprocess.run(
        [unshare, "-n", sys.executable, "-c", USE, str(model), "0"],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, "")


MEMORY = """
import gc, os, sys
from itertools import islice
from pathlib import Path
from formcheck.video.reader import VideoSource
from formcheck.vision.landmarker import MediaPipeLandmarker
for _ in range(4):
    with VideoSource(Path(sys.argv[2])) as clip, MediaPipeLandmarker(Path(sys.argv[1])) as finder:
        for frame in islice(clip, 250):
            finder.detect(frame.image, frame.time_s)
    gc.collect()
    print(int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6)
"""


@pytest.mark.model
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_memory_does_not_grow_from_clip_to_clip(model: Path) -> None:
    """In a process of its own it grows by up to 45 MB; frames that were kept would be 170 MB a clip."""
    use = [sys.executable, "-c", MEMORY, str(model), str(CLIP)]
    printed = subprocess.run(use, capture_output=True, text=True, check=True).stdout
    held_mb = [float(line) for line in printed.split()]
    assert held_mb[-1] < held_mb[0] + 150.0


@pytest.mark.model
def test_a_large_picture_gives_what_it_gives_halved(model: Path) -> None:
    small = frames(12)
    with MediaPipeLandmarker(model) as one, MediaPipeLandmarker(model) as other:
        for image, time_s in small:
            pose = one.detect(image, time_s)
            twice = other.detect(image.repeat(2, axis=0).repeat(2, axis=1), time_s)
            assert pose.edges_px is not None
            assert pose.mask_at is not None
            assert twice.edges_px is not None
            assert twice.mask_at is not None
            np.testing.assert_allclose(twice.image_px, 2.0 * pose.image_px)
            np.testing.assert_allclose(twice.edges_px, 2.0 * pose.edges_px)
            np.testing.assert_allclose(twice.mask_at, pose.mask_at)


@pytest.mark.model
def test_nothing_leaves_this_machine(connections: Callable[[], list[str]]) -> None:
    internet = [line for line in connections() if "AF_INET" in line]
    assert not [line for line in internet if '"127.0.0.1"' not in line]
