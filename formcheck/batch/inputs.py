"""Finds the clips that paths, folders, globs and addresses name, each once and in a fixed order.

Clips may be remote (`s3://`, `https://`, with fsspec). A manifest gives more information on each clip.
"""

from __future__ import annotations

import csv
import glob
import io
import math
import os
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from datetime import date, datetime, timezone
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

from formcheck.batch.job import Item, is_remote
from formcheck.errors import UsageError, brief
from formcheck.exercises import catalog
from formcheck.files import kinds, names
from formcheck.files.reading import read_text
from formcheck.poses.exchange.given import Given

Identity = tuple[int, int]
"""A folder's device and number there."""
_OURS = ".annotated.mp4"
_A_FRAME = "_keypoints.json"
"""What OpenPose writes: a folder with such files is a clip. Other tools' landmarks must be named."""
_DAY = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")


def find(paths: Sequence[str], *, skip: Path | None = None) -> list[Item]:
    """Return the clips of paths, folders (with all below), globs and remote addresses.

    Without a manifest, the person is the name of the clip's folder below the named folder. The day comes from
    the file's name, or else from the time it was last written (UTC). A file that cannot be read, or is no
    ordinary file, is returned with its trouble, so that it becomes a row with the reason.

    Args:
        paths: What the user named.
        skip: A folder to skip: that of the results.

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
    """Describe a local clip below `root`, even one that cannot be read."""
    name = names.shown(Path(os.path.relpath(path, root)).as_posix())
    written = signature = ""
    frames = kinds.has_frames(path)
    trouble = trouble or ("" if frames else kinds.trouble(path))
    if not trouble:
        try:
            facts = path.stat()
            signature = "" if frames else f"{facts.st_size}-{facts.st_mtime_ns}"
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
    """Return the day in a file's name, `YYYY-MM-DD`, or an empty text."""
    found = _DAY.search(name)
    return "-".join(found.groups()) if found else ""


def _person(name: str) -> str:
    parts = PurePosixPath(name).parts
    return parts[0] if len(parts) > 1 else ""


def _local(text: str, skip: Path | None) -> Iterator[Item]:
    path = Path(text)
    if kinds.has_frames(path) and not any(map(os.path.isdir, path.iterdir())):
        yield local_item(path, path.parent)
    elif os.path.isdir(path):
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
    """Return the files of a glob, sorted; `**` stands for any folders below, each visited once."""
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
    """Return the clips below a folder, sorted. A folder that cannot be read comes with the reason."""
    found: list[tuple[Path, str]] = []
    for here, inside, trouble in _folders(folder, skip):
        found += [(here, trouble)] if trouble else [(here / name, "") for name in _wanted(inside)]
        if any(name.lower().endswith(_A_FRAME) for name in inside):
            found.append((here, ""))
    return sorted(found)


def _folders(root: Path, skip: Path | None = None) -> Iterator[tuple[Path, list[str], str]]:
    """Yield a folder and all below it, with the files in each, or the reason why it cannot be read.

    Each folder is visited once, however many links lead to it, if possible by its own name. Hidden files and
    folders are skipped.
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
    """Return what identifies a folder under any name; None if it is gone."""
    try:
        facts = os.stat(place)
    except (OSError, ValueError):
        return None
    return facts.st_dev, facts.st_ino


def _wanted(files: Sequence[str]) -> list[str]:
    """Return the clips among a folder's files, without videos made by formcheck and tracks beside videos."""
    shown = [name for name in files if not name.lower().endswith(_OURS)]
    videos = [name for name in shown if kinds.suffix(name) in kinds.VIDEOS]
    stems = {Path(name).stem for name in videos}
    stems |= {names.file_stem(stem) for stem in stems}
    return videos + [name for name in shown if kinds.is_track(name) and not _of_a_video(name, stems)]


def _of_a_video(track: str, stems: Set[str]) -> bool:
    stem = Path(track).stem
    return kinds.without_track(stem) != stem and kinds.without_track(stem) in stems


def _remote(address: str) -> Iterator[Item]:

    named = address.split("?")[0]
    single = "*" not in address and (kinds.is_clip(named) or kinds.is_landmarks(named))
    for found, name, signature, day in listing(address):
        if single or kinds.is_clip(name.split("?")[0]):
            name = names.shown(name.split("?")[0])
            yield Item(found, name, person=_person(name), date=day_of(name) or day, signature=signature)


# A manifest: a CSV table with more information on each clip.

COLUMNS = {
    "clip": "path or address of the clip, any file there is; a path is seen from the manifest's folder",
    "person": "who trains in it",
    "exercise": "what is done (see `formcheck exercises`); empty: recognised",
    "side": "left or right, the working side; empty: recognised",
    "date": "day, YYYY-MM-DD",
    "load_kg": "what was lifted, kg",
    "tags": "own words, separated by spaces",
    "choose": "whom to judge among several people, as for `analyze --person`",
    "size": "of another tool's landmarks: width and height of the picture, such as 1920x1080",
    "fps": "of another tool's landmarks: frames a second",
}
"""The columns and what they hold; all but the first may be missing."""


def read_manifest(path: Path) -> list[Item]:
    """Return the clips of a manifest.

    Raises:
        UsageError: It cannot be read, a column is unknown, a value does not fit, or a clip is named twice.
    """
    text = read_text(path, "the manifest")
    sample = text.partition("\n")[0]
    reader = csv.DictReader(
        io.StringIO(text, newline=""), delimiter=";" if sample.count(";") > sample.count(",") else ","
    )
    found: dict[str, Item] = {}
    try:
        _check_columns(reader.fieldnames or (), path)
        for row in reader:
            item = _item(row, path.parent)
            if item.address in found:
                raise UsageError(f"{item.name} is named again")
            found[item.address] = item
    except _Columns as error:
        raise UsageError(str(error)) from error
    except (UsageError, csv.Error, OSError, ValueError) as error:
        raise UsageError(f"line {reader.reader.line_num} of the manifest {path}: {brief(error)}") from error
    if not found:
        raise UsageError(f"the manifest {path} names no clip")
    return list(found.values())


class _Columns(UsageError):
    """The first line does not fit."""


def _check_columns(names: Sequence[str], path: Path) -> None:
    unknown = [name[:40] for name in names if name not in COLUMNS]
    if unknown or "clip" not in names:
        what = f"has unknown columns ({', '.join(unknown)})" if unknown else "has no column clip"
        raise _Columns(f"the manifest {path} {what}; it may have {', '.join(COLUMNS)}")


def apply(manifest: Sequence[Item], found: Sequence[Item]) -> list[Item]:
    """Return the clips found, with the manifest's information; or all of the manifest if none were named."""
    if not found:
        return list(manifest)
    said = {item.address: item for item in manifest}
    return [said.get(item.address, item) for item in found]


def _item(row: Mapping[str | None, str | None], home: Path) -> Item:
    said = {str(name): (value or "").strip() for name, value in row.items() if name in COLUMNS}
    clip = said.pop("clip")
    if not clip:
        raise UsageError("there is no clip")
    if is_remote(clip) or os.path.lexists(home / clip):
        (item,) = _single(find([clip if is_remote(clip) else str(home / clip)]), clip)
    else:  # becomes a row with the reason
        place = os.path.abspath(home / clip)
        item = Item(Path(place).as_posix(), clip, date=day_of(clip), trouble=kinds.trouble(place))
    named = catalog.chosen(said.get("exercise") or None)
    if said.get("side", "") not in ("", "left", "right"):
        raise UsageError(f"side is left, right or empty, not {said['side']!r}")
    return replace(
        item,
        name=names.shown(names.without_login(clip)),
        person=names.shown(said.get("person", item.person)),
        exercise=named.name if named else None,
        side=said.get("side") or None,
        choose=said.get("choose") or None,
        date=_day(said.get("date", "")) or item.date,
        load_kg=_number(said.get("load_kg", ""), "load_kg", "kilograms"),
        tags=tuple(map(names.shown, said.get("tags", "").split())),
        given=Given.of(said.get("size") or None, _number(said.get("fps", ""), "fps", "frames a second")),
    )


def _single(found: Sequence[Item], clip: str) -> Sequence[Item]:
    if len(found) != 1:
        raise UsageError(f"{clip} is not one clip; name each in a line of its own")
    return found


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError as error:
        raise UsageError(f"date is YYYY-MM-DD, not {text!r}") from error


def _number(text: str, column: str, of: str) -> float | None:
    try:
        value = float(text.replace(",", ".")) if text else None
    except ValueError as error:
        raise UsageError(f"{column} is a number of {of}, not {text!r}") from error
    if value is not None and not (math.isfinite(value) and value >= 0):
        raise UsageError(f"{column} is a number of {of}, not {text!r}")
    return value


# Remote clips, with fsspec: `s3://`, `gs://`, `https://` and others.


def file_system(address: str) -> tuple[Any, str]:
    """Return the fsspec file system of an address, and the path in it.

    Raises:
        UsageError: fsspec, or its part for this kind of address, is not installed, or the address is wrong.
    """
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise UsageError(
            f"{address} needs fsspec to be read: pip install 'formcheck[cluster]', or name local files"
        ) from error
    try:
        system, path = url_to_fs(address)
    except (ImportError, ValueError) as error:
        raise UsageError(f"{address} cannot be read: {error}") from error
    return system, path


def download(address: str, target: Path) -> None:
    """Copy a remote file to a local one.

    Raises:
        UsageError: As for `file_system`.
        OSError: It cannot be read, or there is no room for it.
    """
    system, path = file_system(address)
    try:
        system.get_file(path, str(target))
    except OSError:
        raise
    except Exception as error:  # each kind of storage has its own errors
        raise OSError(f"{type(error).__name__}: {error}") from error


def listing(address: str) -> list[tuple[str, str, str, str]]:
    """Return the files of a remote folder, glob or single file as (address, name, signature, day).

    The name is the path below the folder that was named.

    Raises:
        UsageError: There is nothing, or it cannot be listed.
    """
    system, path = file_system(address)
    try:
        folder = path.rpartition("/")[0]
        if "*" in path:
            found = sorted(system.glob(path))
            folder = path.split("*")[0].rpartition("/")[0]
        elif system.isdir(path):
            found = sorted(system.find(path))
            folder = path.rstrip("/")
        else:
            found = [path]
        return [
            (system.unstrip_protocol(one), one.removeprefix(folder + "/"), *_facts(system, one))
            for one in found
        ]
    except Exception as error:
        raise UsageError(f"{address} cannot be listed: {type(error).__name__}: {error}") from error


def _facts(system: Any, path: str) -> tuple[str, str]:
    """Return a file's signature and the day it was written, each empty where the storage does not tell."""
    try:
        signature = str(system.ukey(path))
    except (NotImplementedError, KeyError):
        signature = ""
    try:
        day = system.modified(path).date().isoformat()
    except (NotImplementedError, KeyError, AttributeError):
        day = ""
    return signature, day
