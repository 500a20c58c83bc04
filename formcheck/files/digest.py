"""The SHA-256 of a clip's bytes, whether it is a file or a folder with a file a frame."""

from __future__ import annotations

import hashlib
from pathlib import Path

_BLOCK = 1 << 20


def sha256(path: Path) -> str:
    """Return the hash of a file's bytes, or of the names and bytes of a folder's files.

    Raises:
        OSError: Something cannot be read.
    """
    whole = hashlib.sha256()
    if path.is_dir():
        for file in sorted(inside for inside in path.iterdir() if inside.is_file()):
            whole.update(f"{file.name} {sha256(file)}\n".encode("utf-8", "surrogateescape"))
        return whole.hexdigest()
    with path.open("rb") as file_:
        while block := file_.read(_BLOCK):
            whole.update(block)
    return whole.hexdigest()
