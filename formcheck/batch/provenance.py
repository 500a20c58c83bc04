"""What a clip was scored with: version, code, rules, model and options, as short hashes in each row."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

from formcheck.exercises.catalog import GROUP
from formcheck.exercises.profiles import Profile
from formcheck.poses.exchange.given import Given
from formcheck.report.build import package_version
from formcheck.video.frames import AS_FILMED, Filming

_LENGTH = 12  # hexadecimal digits: 48 bits are plenty to tell versions apart
RECORDED = "recorded"
"""Stands for the model where landmarks were recorded elsewhere."""
_HERE = Path(__file__).parents[1]
_ASIDE = {"batch", "cli", "evaluation", "history", "live", "page"}  # folders that do not change a verdict


@dataclass(frozen=True, slots=True)
class Versions:
    """What scores a clip, without the options.

    Attributes:
        version: Of formcheck.
        code: Hash of the modules that measure and judge, as these may change without a new version.
        rules: Hash of the exercises' files.
        model: Hash of the pose model, or `RECORDED`.
    """

    version: str
    code: str
    rules: str
    model: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """What one clip is scored with.

    Attributes:
        versions: What scores it.
        options: The options that matter, as JSON.
        seen: Hash of everything that affects the landmarks: while it stays, a recorded track can replace the
            clip.
        judged: Hash of everything: while it stays, a row is valid.
    """

    versions: Versions
    options: str
    seen: str
    judged: str


def versions(model: Path | None, rules: str | None) -> Versions:
    """Return what this process would score with.

    Args:
        model: The pose model's file, or None where only recorded tracks are scored.
        rules: A rule file or a folder with more exercises, or None.
    """
    return Versions(package_version(), _code_hash(), _rules_hash(rules), model_hash(model))


def stamp(
    by: Versions,
    profile: Profile,
    *,
    exercise: str | None = None,
    side: str | None = None,
    choose: str | None = None,
    plate_mm: float | None = None,
    filming: Filming = AS_FILMED,
    given: Given | None = None,
) -> Stamp:
    """Return the stamp of a clip; arguments as in `Item` and `Settings`."""
    own = {code: [limit.warn, limit.fault, limit.off] for code, limit in sorted(profile.own.items())}
    options = {"profile": profile.name, "room": profile.room, "exercise": exercise, "side": side}
    options |= {"choose": choose, "own": _hash([json.dumps(own).encode()]) if own else None}
    options |= {"plate_mm": plate_mm}
    filmed = asdict(filming) | (asdict(given) if given else {})
    options |= filmed
    seen = [by.version, by.code, by.model, exercise, choose, *filmed.values()]
    text = json.dumps(options, sort_keys=True)
    return Stamp(
        by,
        text,
        seen=_hash([json.dumps(seen).encode()]),
        judged=_hash([json.dumps([*seen, by.rules, text]).encode()]),
    )


@cache
def model_hash(model: Path | None) -> str:
    """Return the hash of a pose model; it is read once per process."""
    return RECORDED if model is None else _hash([model.read_bytes()])


@cache
def _code_hash() -> str:
    """Hash the code that measures and judges, without the command line, pages and this package."""
    modules = (path for path in _HERE.rglob("*.py") if _ASIDE.isdisjoint(path.relative_to(_HERE).parts))
    return _hash(_files(modules))


@cache
def _rules_hash(own: str | None) -> str:
    built_in = import_module("formcheck.rules")
    modules = [path for place in built_in.__path__ for path in Path(place).glob("*.py")]
    if own is not None:
        named = Path(own)
        modules += named.glob("*.py") if named.is_dir() else [named, *named.parent.glob("_*.py")]
    plugins = sorted(
        f"{e.name} {e.value} {e.dist.version if e.dist else ''}" for e in entry_points(group=GROUP)
    )
    return _hash([*_files(modules), json.dumps(plugins).encode()])


def _files(paths: Iterable[Path]) -> list[bytes]:
    return [
        part
        for path in sorted(paths)
        if path.is_file()
        for part in (os.fsencode(path.name), path.read_bytes())
    ]


def _hash(parts: Iterable[bytes]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()[:_LENGTH]
