"""What the commands look at before anything slow begins."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from . import kinds
from .errors import UsageError

if TYPE_CHECKING:
    from .profiles import Profile


def check_clip(clip: Path) -> None:
    """Make sure that there is an ordinary file of this name.

    Raises:
        UsageError: There is none, or it is a folder, pipe or device.
    """
    check_file(clip, "name a video, or a recorded track (.npz)")


def check_file(path: Path, instead: str) -> None:
    """Make sure that there is an ordinary file of this name: a pipe or device may never end.

    Args:
        path: The file.
        instead: What to do where it is something else.

    Raises:
        UsageError: There is none, or it is something else.
    """
    if not os.path.lexists(path):
        raise UsageError(f"there is no file {path}; check the name")
    if trouble := kinds.trouble(path):
        raise UsageError(f"{path} {trouble}; {instead}")


def check_names(
    exercise: str | None, profile: str, rules: Path | None, *, limits: Path | None = None
) -> Profile:
    """Find wrong names; return the limits to judge by.

    Raises:
        UsageError: A name, or something in one of the files, does not fit.
    """
    from . import catalog
    from .limits import with_limits
    from .profiles import Profile

    if rules:
        catalog.load_folder(rules)
    catalog.chosen(exercise)
    chosen = Profile.named(profile)
    return with_limits(chosen, limits) if limits else chosen


def is_dash(path: Path | None) -> bool:
    """Say whether a path stands for stdout."""
    return path is not None and str(path) == "-"
