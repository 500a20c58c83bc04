"""What lies beside a report that is read back: stills and video. Nothing in the report is trusted."""

from __future__ import annotations

import os
from pathlib import Path

from ..report.model import Report

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
    home = (folder or path.parent).resolve()
    found = {}
    for still in report.stills:
        place = home / Path(still.file).name if folder else home / still.file
        try:
            real = place.resolve(strict=True)
            if not real.is_relative_to(home) or real.stat().st_size > MAX_STILL_BYTES:
                continue
            data = real.read_bytes()
        except (OSError, ValueError):
            continue
        if data.startswith(_JPEG):
            found[still.file] = data
    return found


def video_link(report: Report, path: Path, page: Path) -> str | None:
    """Return where the annotated clip is as seen from a page, or None where it is not beside the report."""
    if report.video is None:
        return None
    home = path.parent.resolve()
    place = (home / report.video).resolve()
    if not place.is_file():
        return None
    try:
        return Path(os.path.relpath(place, page.parent.resolve())).as_posix()
    except ValueError:  # another drive
        return None
