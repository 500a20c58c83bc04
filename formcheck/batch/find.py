"""From paths, folders, globs and addresses to the clips they name, each once and in a steady order."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path, PurePosixPath

from ..errors import UsageError
from .item import TRACK_SUFFIX, Item, is_remote

VIDEOS = frozenset(
    [
        ".3gp",
        ".avi",
        ".flv",
        ".m2ts",
        ".m4v",
        ".mkv",
        ".mov",
        ".mp4",
        ".mpeg",
        ".mpg",
        ".mts",
        ".ogv",
        ".ts",
        ".webm",
        ".wmv",
    ]
)
"""What is looked for in folders; a file that is named is taken whatever it ends in."""
_OURS = ".annotated.mp4"
_TRACK = f".track{TRACK_SUFFIX}"
_DAY = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")


def find(paths: Sequence[str], *, skip: Path | None = None) -> list[Item]:
    """Return the clips of paths, folders (all below them), globs and remote addresses.

    Without a manifest the person is the folder a clip lies in below the folder that was named, and the day
    is taken from the file's name, else from when it was last written (UTC).

    Args:
        paths: What was named.
        skip: A folder that is not looked into: that of the results.

    Raises:
        UsageError: A path names nothing.
    """
    found: dict[str, Item] = {}
    for path in paths:
        items = list(_remote(path) if is_remote(path) else _local(path, skip))
        if not items:
            raise UsageError(f"there is no clip in {path}; name videos, recorded tracks or folders with them")
        for item in items:
            found.setdefault(item.address, item)
    return list(found.values())


def local_item(path: Path, root: Path) -> Item:
    """Describe a local clip as it is found below `root`."""
    facts = path.stat()
    name = Path(os.path.relpath(path, root)).as_posix()
    written = datetime.fromtimestamp(facts.st_mtime, timezone.utc).date().isoformat()
    return Item(
        Path(os.path.abspath(path)).as_posix(),
        name,
        person=_person(name),
        date=day_of(path.name) or written,
        signature=f"{facts.st_size}-{facts.st_mtime_ns}",
    )


def day_of(name: str) -> str:
    """Return the day that a file's name holds, `YYYY-MM-DD`, or nothing."""
    found = _DAY.search(name)
    return "-".join(found.groups()) if found else ""


def _person(name: str) -> str:
    parts = PurePosixPath(name).parts
    return parts[0] if len(parts) > 1 else ""


def _local(text: str, skip: Path | None) -> Iterator[Item]:
    path = Path(text)
    if path.is_dir():
        for found in _clips_in(path, skip):
            yield local_item(found, path)
    elif path.exists():
        yield local_item(path, path.parent)
    elif glob.has_magic(text):
        root = Path(re.split(r"[*?\[]", text)[0])
        root = root if root.is_dir() and text[len(str(root)) :][:1] in "/\\" else root.parent
        for match in sorted(glob.glob(text, recursive=True)):
            if Path(match).is_dir():
                continue
            yield local_item(Path(match), root)
    else:
        raise UsageError(f"there is no file or folder {text}; check the name")


def _clips_in(folder: Path, skip: Path | None) -> list[Path]:
    """Return the clips below a folder, sorted; hidden files and folders are left alone."""
    found: list[Path] = []
    away = skip.resolve() if skip else None
    for place, folders, names in os.walk(folder, followlinks=True):
        here = Path(place)
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and (here / name).resolve() != away
        )
        found += [here / name for name in _wanted(names)]
    return sorted(found)


def _wanted(names: Iterable[str]) -> list[str]:
    """Return the clips among a folder's files: not what formcheck drew, nor a track beside its video."""
    shown = [name for name in names if not name.startswith(".") and not name.lower().endswith(_OURS)]
    videos = [name for name in shown if Path(name).suffix.lower() in VIDEOS]
    stems = {Path(name).stem for name in videos}
    tracks = [name for name in shown if name.lower().endswith(TRACK_SUFFIX)]
    return videos + [
        name for name in tracks if not (name.endswith(_TRACK) and name.removesuffix(_TRACK) in stems)
    ]


def _remote(address: str) -> Iterator[Item]:
    from .remote import listing

    single = "*" not in address and _suffix(address) in VIDEOS | {TRACK_SUFFIX}
    for found, name, signature, day in listing(address):
        if single or _suffix(name) in VIDEOS | {TRACK_SUFFIX}:
            name = name.split("?")[0]
            yield Item(found, name, person=_person(name), date=day_of(name) or day, signature=signature)


def _suffix(name: str) -> str:
    return PurePosixPath(name.split("?")[0]).suffix.lower()
