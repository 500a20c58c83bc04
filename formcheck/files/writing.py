"""Text files written whole or not at all; outputs are looked at before the long work begins."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from formcheck.errors import OutputError, UsageError
from formcheck.files import names


def check_apart(outputs: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Make sure that no output overwrites an input or another output.

    Raises:
        UsageError: One does.
    """
    places = [os.path.realpath(path) for path in outputs]  # `resolve` fails on links in a circle
    for read in inputs:
        if os.path.realpath(read) in places:
            raise UsageError(f"an output would overwrite {read}; choose another name")
    if len(set(places)) < len(places):
        raise UsageError("two outputs have the same name; choose another for one of them")


def check_writable(path: Path) -> None:
    """Make sure that a file can be written here later; nothing is left behind, what is there stays.

    Raises:
        OutputError: The folder is missing or closed, or something else than a file has the name.
    """
    try:
        _look_at(path)
    except OSError as error:  # a name that is too long
        raise _failed(path, error) from error
    probe = names.part_beside(path)
    try:
        probe.open("xb").close()
        probe.unlink()
    except OSError as error:
        raise _failed(path, error) from error


def _look_at(path: Path) -> None:
    if path.is_dir():
        raise OutputError(f"cannot write {path}: it is a folder; name a file in it")
    if path.exists() and not path.is_file():
        raise OutputError(f"cannot write {path}: it is not an ordinary file")
    if not path.parent.is_dir():
        raise OutputError(f"cannot write {path}: there is no folder {path.parent}; create it first")
    if path.exists() and not os.access(path, os.W_OK):
        raise OutputError(f"cannot write {path}: it is read-only; choose another name")


def make_folder(folder: Path) -> None:
    """Create a folder for outputs, with its parents, if it is not there.

    Raises:
        OutputError: It cannot be created.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise OutputError(f"cannot write into {folder}: it is a file, not a folder") from error
    except OSError as error:
        raise OutputError(f"cannot create the folder {folder}: {error.strerror or error}") from error


def write_text(path: Path, text: str) -> None:
    """Write a text file as UTF-8; see `write_bytes`."""
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file; see `whole`."""
    with whole(path) as file:
        file.write(data)


@contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """Give a file to write to. What was there is replaced in one step at the end; on failure it stays.

    Raises:
        OutputError: It cannot be written.
    """
    target = Path(os.path.realpath(path))  # a link stays a link
    part = names.part_beside(target)
    try:
        with part.open("xb") as file:
            yield file
        os.replace(part, target)
    except OSError as error:
        raise _failed(path, error) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _failed(path: Path, error: OSError) -> OutputError:
    return OutputError(f"cannot write {path}: {error.strerror or error}; choose another place")
