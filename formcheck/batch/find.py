"""From paths, folders, globs and addresses to the clips they name, each once and in a steady order."""

from __future__ import annotations

import glob
import os
import re
from collections import deque
from collections.abc import Iterator, Sequence, Set
from datetime import datetime, timezone
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from .. import kinds, names
from ..errors import UsageError
from .item import Item, is_remote

Identity = tuple[int, int]
"""A folder's device and number there."""
_OURS = ".annotated.mp4"
_DAY = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")


def find(paths: Sequence[str], *, skip: Path | None = None) -> list[Item]:
    """Return the clips of paths, folders (all below them), globs and remote addresses.

    Without a manifest the person is the folder a clip lies in below the folder that was named, and the day
    is taken from the file's name, else from when it was last written (UTC). What cannot be read, or is no
    ordinary file, is given with its trouble, so that it becomes a row that says so.

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


def local_item(path: Path, root: Path, trouble: str = "") -> Item:
    """Describe a local clip as it is found below `root`, also one that cannot be read."""
    name = names.shown(Path(os.path.relpath(path, root)).as_posix())
    written = signature = ""
    trouble = trouble or kinds.trouble(path)
    if not trouble:
        try:
            facts = path.stat()
            signature = f"{facts.st_size}-{facts.st_mtime_ns}"
            written = datetime.fromtimestamp(facts.st_mtime, timezone.utc).date().isoformat()
        except (OSError, ValueError, OverflowError):  # gone meanwhile, or a time that is no date
            pass
    return Item(
        Path(os.path.abspath(path)).as_posix(),
        name,
        person=_person(name),
        date=day_of(name.rpartition("/")[2]) or written,
        signature=signature,
        trouble=trouble,
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
    if os.path.isdir(path):
        for found, trouble in _clips_in(path, skip):
            yield local_item(found, path, trouble)
    elif os.path.lexists(path):
        yield local_item(path, path.parent)
    elif glob.has_magic(text):
        root = Path(re.split(r"[*?\[]", text)[0])
        root = root if root.is_dir() and text[len(str(root)) :][:1] in "/\\" else root.parent
        for match in _matches(text):
            yield local_item(match, root)
    else:
        raise UsageError(f"there is no file or folder {text}; check the name")


def _matches(pattern: str) -> list[Path]:
    """Return the files of a glob, sorted; `**` stands for any folders below, each looked into once."""
    parts = pattern.replace(os.sep, "/").split("/")
    if "**" not in parts:
        return sorted(path for path in map(Path, glob.glob(pattern)) if not os.path.isdir(path))
    first = parts.index("**")
    root, tail = "/".join(parts[:first]), parts[first:]
    places = glob.glob(root) if root else ["/" if first else "."]
    return sorted(
        here / name
        for place in map(Path, places)
        for here, inside, _ in _folders(place)
        for name in inside
        if _fits((here / name).relative_to(place).parts, tail)
    )


def _fits(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return _fits(parts, pattern[1:]) or (bool(parts) and _fits(parts[1:], pattern))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _fits(parts[1:], pattern[1:])


def _clips_in(folder: Path, skip: Path | None) -> list[tuple[Path, str]]:
    """Return the clips below a folder, sorted. A folder that cannot be looked into comes with the reason."""
    found: list[tuple[Path, str]] = []
    for here, inside, trouble in _folders(folder, skip):
        found += [(here, trouble)] if trouble else [(here / name, "") for name in _wanted(inside)]
    return sorted(found)


def _folders(root: Path, skip: Path | None = None) -> Iterator[tuple[Path, list[str], str]]:
    """Give a folder and all below it with what is in them that is no folder, or why that cannot be told.

    Each is looked into once, however many links lead to it, and rather by its own name than by a link. Hidden
    files and folders are left alone.
    """
    seen = {_identity(skip)} if skip else set()
    places, links = deque([root]), deque[Path]()
    while places or links:
        here = places.popleft() if places else links.popleft()
        this = _identity(here)
        if this in seen and here != root:
            continue
        seen.add(this)
        try:
            inside = sorted(name for name in os.listdir(here) if not name.startswith("."))
        except OSError as error:
            yield here, [], f"is a folder that cannot be looked into: {error.strerror or error}"
            continue
        folders = {name for name in inside if os.path.isdir(here / name)}
        for name in sorted(folders):
            (links if os.path.islink(here / name) else places).append(here / name)
        yield here, [name for name in inside if name not in folders], ""


def _identity(place: Path) -> Identity | None:
    """Return what a folder is, by whichever name; None where it is gone."""
    try:
        facts = os.stat(place)
    except (OSError, ValueError):
        return None
    return facts.st_dev, facts.st_ino


def _wanted(files: Sequence[str]) -> list[str]:
    """Return the clips among a folder's files: not what formcheck drew, nor a track beside its video."""
    shown = [name for name in files if not name.lower().endswith(_OURS)]
    videos = [name for name in shown if kinds.suffix(name) in kinds.VIDEOS]
    stems = {Path(name).stem for name in videos}
    stems |= {names.file_stem(stem) for stem in stems}
    return videos + [name for name in shown if kinds.is_track(name) and not _of_a_video(name, stems)]


def _of_a_video(track: str, stems: Set[str]) -> bool:
    stem = Path(track).stem
    return kinds.without_track(stem) != stem and kinds.without_track(stem) in stems


def _remote(address: str) -> Iterator[Item]:
    from .remote import listing

    single = "*" not in address and kinds.is_clip(address.split("?")[0])
    for found, name, signature, day in listing(address):
        if single or kinds.is_clip(name.split("?")[0]):
            name = names.shown(name.split("?")[0])
            yield Item(found, name, person=_person(name), date=day_of(name) or day, signature=signature)
