"""What lies beside a report that is read back: stills and video. Nothing in the report is trusted."""

from __future__ import annotations

import os
from pathlib import Path

from formcheck.files import kinds
from formcheck.report.model import Report

MAX_STILL_BYTES = 5_000_000
_JPEG = b"\xff\xd8\xff"


def stills(report: Report, path: Path, folder: Path | None = None) -> dict[str, bytes]:
    """Return the stills' JPEG files that are there, by the name the report has for them.

    A report may come from anybody, so only JPEG files in its own folder or below are read, or in the folder
    that the user names.

    Args:
        report: Which stills.
        path: The report's file.
        folder: Where they are, if not where the report says.
    """
    home = folder or path.parent
    found = {}
    for still in report.stills:
        real = _beside(home, Path(still.file).name if folder else still.file)
        try:
            if real is None or real.stat().st_size > MAX_STILL_BYTES:
                continue
            data = real.read_bytes()
        except OSError:
            continue
        if data.startswith(_JPEG):
            found[still.file] = data
    return found


def _beside(home: Path, name: str) -> Path | None:
    """Return a file that a report names, or None unless it is an ordinary one in a folder or below it."""
    try:
        real = (home / name).resolve(strict=True)
        return real if real.is_relative_to(home.resolve()) and real.is_file() else None
    except (OSError, ValueError, RuntimeError):  # RuntimeError: links in a circle, before Python 3.13
        return None


def video_link(report: Report, path: Path, page: Path) -> str | None:
    """Return where the annotated clip is as seen from a page.

    Returns:
        None where it is no video in the report's folder or below.
    """
    place = _beside(path.parent, report.video) if report.video and kinds.plays(report.video) else None
    if place is None:
        return None
    try:
        return Path(os.path.relpath(place, page.parent.resolve())).as_posix()
    except ValueError:  # another drive
        return None
