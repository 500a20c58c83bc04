from __future__ import annotations

import hashlib
import importlib.util
import io
import logging
import os
import shutil
import subprocess
import sys
import tarfile
import urllib.error
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import pytest

from formcheck.errors import ModelError
from formcheck.video.reader import VideoSource
from formcheck.vision import model_bundle, models, npm
from formcheck.vision.landmarker import MediaPipeLandmarker

DETECTOR, LANDMARKS = models.WHEEL_FILES

SAMPLE = Path(__file__).parents[2] / "samples" / "kickback.mp4"
KNEES = [25, 26]


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def tiny_model() -> bytes:
    """The smallest TensorFlow Lite file: a root table with a version and one empty buffer."""
    import struct

    vtable = struct.pack("<7H", 14, 12, 4, 0, 0, 0, 8)
    root = struct.pack("<iII", 16, 3, 4)
    buffers = struct.pack("<II", 1, 12) + struct.pack("<HHHH", 4, 4, 0, 0) + struct.pack("<i", 8)
    return struct.pack("<I4s", 24, b"TFL3") + vtable + bytes(2) + root + buffers


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches the user's cache, the network or an installer unless it says so."""
    monkeypatch.setenv("FORMCHECK_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("FORMCHECK_MODEL", raising=False)
    monkeypatch.setattr(models, "spare", None)
    monkeypatch.setenv("NPM_CONFIG_USERCONFIG", str(tmp_path / ".npmrc"))
    for name in npm.VARIABLES:
        monkeypatch.delenv(name, raising=False)

    def offline(*_: Any, **__: Any) -> Any:
        raise urllib.error.URLError("offline")

    def no_index(command: list[str], **_: Any) -> Any:
        return subprocess.CompletedProcess(command, 1, b"", b"ERROR: no matching distribution")

    monkeypatch.setattr(urllib.request, "urlopen", offline)
    monkeypatch.setattr(subprocess, "run", no_index)


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """A model storage with made-up bundles."""
    held = {name: name.encode() * 1000 for name in models.NAMES}
    monkeypatch.setattr(models, "PUBLISHED", {name: (sha(data),) for name, data in held.items()})

    class Reply(io.BytesIO):
        headers: dict[str, str]

    def urlopen(url: str, timeout: float) -> Reply:
        assert timeout <= 30
        if not url.endswith(".task"):
            raise urllib.error.URLError("no npm registry")
        name = url.rsplit("_", 1)[1].removesuffix(".task")
        reply = Reply(held[name])
        reply.headers = {"Content-Length": str(len(held[name]))}
        return reply

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    return held


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """A package index with a made-up wheel; gives the commands that asked it."""
    members = {DETECTOR: tiny_model(), LANDMARKS: tiny_model() + b"more"}
    monkeypatch.setattr(models, "WHEEL_FILES", {name: sha(data) for name, data in members.items()})
    built = sha(model_bundle.bundle(members[DETECTOR], members[LANDMARKS]))
    monkeypatch.setattr(models, "BUILT", {**models.BUILT, "full": built})
    asked: list[list[str]] = []

    def run(command: list[str], **options: Any) -> Any:
        asked.append(command)
        assert options["env"] == dict(os.environ)
        for part in command:
            if part.startswith("--dest="):
                with zipfile.ZipFile(Path(part[7:]) / "mediapipe.whl", "w") as wheel:
                    for name, data in members.items():
                        wheel.writestr(name, data)
            if part.startswith("--target="):
                for name, data in members.items():
                    (Path(part[9:]) / name).parent.mkdir(parents=True, exist_ok=True)
                    (Path(part[9:]) / name).write_bytes(data)
        return subprocess.CompletedProcess(command, 0, b"", b"")

    monkeypatch.setattr(subprocess, "run", run)
    return asked


def bundle_file(path: Path) -> Path:
    path.write_bytes(model_bundle.bundle(tiny_model(), tiny_model()))
    return path


def test_full_is_made_from_the_wheel_and_kept(index: list[list[str]]) -> None:
    path = models.resolve()
    assert path == models.cache_folder() / "pose_landmarker_full.task"
    assert index[0][:4] == [sys.executable, "-m", "pip", "download"]
    assert "mediapipe==0.10.21" in index[0]
    assert models.resolve("full") == path
    assert len(index) == 1
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_without_pip_uv_is_asked(index: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    assert models.resolve().is_file()
    assert index[0][:3] == ["/bin/uv", "pip", "install"]


def test_a_wheel_with_other_models_is_refused(
    index: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "WHEEL_FILES", dict.fromkeys(models.WHEEL_FILES, "0" * 64))
    with pytest.raises(ModelError, match="unknown checksum"):
        models.resolve()
    assert not list(models.cache_folder().iterdir())


def test_the_published_bundle_is_the_second_choice_for_full(published: dict[str, bytes]) -> None:
    assert models.resolve().read_bytes() == published["full"]


@pytest.mark.parametrize("name", ["lite", "heavy"])
def test_lite_and_heavy_come_published(
    name: str, published: dict[str, bytes], index: list[list[str]]
) -> None:
    assert models.resolve(name, progress=True).read_bytes() == published[name]
    assert not index


@pytest.fixture
def registry(index: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An npm registry with a made-up package, beside `index`; gives the addresses that were asked for."""
    detector = tiny_model()
    landmarks = {name: tiny_model() + name.encode() for name in ("lite", "heavy")}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, data in landmarks.items():
            member = tarfile.TarInfo(f"package/pose_landmark_{name}.tflite")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    built = {name: sha(model_bundle.bundle(detector, data)) for name, data in landmarks.items()}
    monkeypatch.setattr(models, "NPM_TARBALL", sha(packed.getvalue()))
    monkeypatch.setattr(models, "BUILT", {**models.BUILT, **built})
    asked: list[str] = []

    class Reply(io.BytesIO):
        def __init__(self, data: bytes) -> None:
            super().__init__(data)
            self.headers: dict[str, str] = {}  # some registries do not tell the size

    def urlopen(url: str, timeout: float) -> Reply:
        asked.append(url)
        if not url.endswith("/@mediapipe/pose/-/pose-0.5.1675469404.tgz"):
            raise urllib.error.URLError("blocked")
        return Reply(packed.getvalue())

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    return asked


@pytest.mark.parametrize("name", ["lite", "heavy"])
def test_where_nothing_is_published_npms_package_is_taken(
    name: str, registry: list[str], index: list[list[str]]
) -> None:
    path = models.resolve(name)
    assert sha(path.read_bytes()) == models.BUILT[name]
    assert registry[-1].startswith("https://registry.npmjs.org/@mediapipe/")
    assert len(index) == 1, "the detector comes from the wheel"
    (info,) = (one for one in models.available() if one.name == name)
    assert "@mediapipe/pose@0.5.1675469404" in info.source
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_the_detector_of_full_is_used_again(registry: list[str], index: list[list[str]]) -> None:
    models.resolve("full")
    models.resolve("lite")
    assert len(index) == 1


def test_a_package_with_another_checksum_is_refused(
    registry: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "NPM_TARBALL", "0" * 64)
    with pytest.raises(ModelError, match=r"blocked; @mediapipe/pose.* has an unknown checksum"):
        models.resolve("lite")
    assert not list(models.cache_folder().iterdir())


@pytest.mark.parametrize(
    ("npmrc", "variable", "expected"),
    [
        (None, "", "https://registry.npmjs.org/"),
        ("# a comment\nregistry = https://mirror.example/npm/\n", "", "https://mirror.example/npm/"),
        ("registry=https://mirror.example", "https://other.example", "https://other.example"),
        (
            "registry=https://mirror.example\n@mediapipe:registry='https://scoped.example/${TEAM}'",
            "https://other.example",
            "https://scoped.example/a-team",
        ),
        ("registry=file:///etc/passwd\nno line\n=\n", "http://[", "https://registry.npmjs.org/"),
    ],
)
def test_the_registry_is_the_one_npm_is_set_to(
    npmrc: str | None, variable: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if npmrc is not None:
        (tmp_path / ".npmrc").write_text(npmrc)
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", variable)
    monkeypatch.setenv("TEAM", "a-team")
    assert npm.registry("@mediapipe") == expected


def test_a_password_in_the_registrys_address_is_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".npmrc").write_text("registry=https://me:secret@mirror.example/")
    with pytest.raises(ModelError, match=r"mirror\.example") as caught:
        models.resolve("heavy")
    assert "secret" not in str(caught.value)


def test_a_published_bundle_with_another_checksum_is_refused(published: dict[str, bytes]) -> None:
    published["lite"] = b"something else"
    with pytest.raises(ModelError, match="unknown checksum"):
        models.resolve("lite")
    assert not list(models.cache_folder().iterdir())


def test_a_damaged_cache_is_fetched_again(
    published: dict[str, bytes], caplog: pytest.LogCaptureFixture
) -> None:
    path = models.resolve("lite")
    path.write_bytes(published["lite"][:-1])
    assert not models.available()[0].present
    assert models.resolve("lite").read_bytes() == published["lite"]
    assert "damaged" in caplog.text


def test_a_cache_that_cannot_be_written_lasts_for_this_run(
    published: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("FORMCHECK_CACHE", str(tmp_path / "file"))
    with caplog.at_level(logging.WARNING):
        path = models.resolve("lite")
    assert path.read_bytes() == published["lite"]
    assert tmp_path not in path.parents
    assert "this run only" in caplog.text
    assert models.resolve("lite") == path


def test_offline_is_one_sentence_that_helps(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        models.resolve()
    text = str(caught.value)
    assert "--model" in text
    assert "FORMCHECK_MODEL" in text
    assert "offline" in text
    assert "\n" not in text
    assert caught.value.exit_code == 2


def test_a_named_file_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = bundle_file(tmp_path / "mine.task")
    assert models.resolve(str(path)) == path
    monkeypatch.setenv("FORMCHECK_MODEL", str(path))
    assert models.resolve() == path
    with pytest.raises(ModelError, match="lite"):
        models.resolve("lite")  # a name the user gives comes before the variable
    info = models.available()[-1]
    assert (info.name, info.path, info.present) == ("FORMCHECK_MODEL", path, True)


def test_a_named_file_that_is_not_a_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no pose model"):
        models.resolve(str(tmp_path / "none.task"))
    (tmp_path / "text.task").write_text("hello")
    with pytest.raises(ModelError, match="not a pose landmarker bundle"):
        models.resolve(str(tmp_path / "text.task"))


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ModelError, match="lite, full, heavy"):
        models.fetch("medium")


def test_available_tells_what_is_there(published: dict[str, bytes]) -> None:
    models.resolve("heavy")
    infos = {info.name: info for info in models.available()}
    assert list(infos) == ["lite", "full", "heavy"]
    assert not infos["full"].present
    assert "mediapipe==0.10.21" in infos["full"].source
    assert infos["heavy"].sha256 == sha(published["heavy"])
    assert infos["heavy"].size_bytes == len(published["heavy"])


def test_the_bundle_is_reproducible_aligned_and_holds_the_old_model() -> None:
    model = tiny_model()
    data = model_bundle.bundle(model, model)
    assert data == model_bundle.bundle(model, model)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert set(archive.namelist()) == models._MEMBERS
        assert archive.read("pose_detector.tflite") == model
        again = archive.read("pose_landmarks_detector.tflite")
    assert again.endswith(model)
    assert (len(again) - len(model)) % 16 == 0
    assert data.index(model) % 4 == 0
    with pytest.raises(ValueError, match="TensorFlow"):
        model_bundle.with_normalization(b"nonsense")


@pytest.mark.model
def test_the_real_bundle_has_the_pinned_checksum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # the real cache, index and storage
    path = models.resolve("full")
    assert sha(path.read_bytes()) in (models.BUILT["full"], *models.PUBLISHED["full"])


@pytest.mark.model
@pytest.mark.parametrize("name", ["lite", "heavy"])
def test_lite_and_heavy_find_somebody(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # the real cache, registries and storage
    try:
        path = models.resolve(name)
    except ModelError as error:
        pytest.skip(str(error))
    assert sha(path.read_bytes()) in (models.BUILT[name], *models.PUBLISHED[name])
    with VideoSource(SAMPLE) as clip, MediaPipeLandmarker(path) as landmarker:
        frame = next(iter(clip))
        pose = landmarker.detect(frame.image, frame.time_s)
    assert pose.found
    assert pose.visibility[KNEES].max() > 0.9
