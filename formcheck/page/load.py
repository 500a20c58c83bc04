"""A report read back from its file, with the stills beside it. Nothing in it is trusted."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import ValidationError

from ..errors import UsageError
from ..report.model import Report

MAX_REPORT_BYTES = 200_000_000
MAX_STILL_BYTES = 5_000_000
_JPEG = b"\xff\xd8\xff"


def load(path: Path) -> Report:
    """Read a report.

    Raises:
        UsageError: There is no such file, or it is not a report of this version.
    """
    try:
        if path.stat().st_size > MAX_REPORT_BYTES:
            raise UsageError(
                f"{path} is too large for a report; name one that `formcheck analyze --json` wrote"
            )
        return Report.from_json(path.read_bytes())
    except FileNotFoundError as error:
        raise UsageError(f"there is no report {path}; check the name") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise UsageError(
            f"{path} is not a formcheck report ({where}: {first['msg']}); make one with "
            "`formcheck analyze CLIP --json FILE`"
        ) from error


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
