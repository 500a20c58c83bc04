"""Clips that lie elsewhere, through fsspec: `s3://`, `gs://`, `https://` and what else it knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import UsageError


def file_system(address: str) -> tuple[Any, str]:
    """Return fsspec's file system for an address and the path in it.

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
    except Exception as error:  # every kind of storage has errors of its own
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
