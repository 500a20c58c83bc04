"""What kind of file a name says it is: one answer for every command, in capitals or not."""

from __future__ import annotations

import os
import stat
from pathlib import PurePath

VIDEOS = frozenset(
    [
        ".3gp",
        ".avi",
        ".flv",
        ".m2ts",
        ".m4v",
        ".mkv",
        ".mov",
        ".mp4",
        ".mpeg",
        ".mpg",
        ".mts",
        ".ogv",
        ".ts",
        ".webm",
        ".wmv",
    ]
)
"""What is looked for in folders; a file that is named is taken whatever it ends in."""
TRACK = ".npz"
JOURNAL = ".journal"
LANDMARKS = frozenset([".json", ".trc", ".csv"])
"""Landmarks that another tool wrote; see `formcheck.poses.exchange`."""
_PLAYS = frozenset([".mp4", ".m4v", ".mov", ".webm"])


def suffix(name: str | PurePath) -> str:
    """Return what a name ends in, in small letters."""
    return PurePath(name).suffix.lower()


def is_track(name: str | PurePath) -> bool:
    """Whether a file is a recorded track."""
    return suffix(name) == TRACK


def is_recorded(name: str | PurePath) -> bool:
    """Whether a file holds landmarks, not pictures: a track, a live session's journal, or another tool's."""
    return suffix(name) in (TRACK, JOURNAL) or is_landmarks(name)


def is_landmarks(name: str | PurePath) -> bool:
    """Whether landmarks that another tool wrote are read: a file, or a folder with a file a frame."""
    return suffix(name) in LANDMARKS or has_frames(name)


def has_frames(name: str | PurePath) -> bool:
    """Whether a folder holds landmarks, a JSON file a frame, and no clip."""
    try:
        inside = os.listdir(name)
    except (OSError, ValueError):
        return False
    return any(suffix(one) == ".json" for one in inside) and not any(map(is_clip, inside))


def is_report(name: str | PurePath) -> bool:
    """Whether a file is a report, where a clip may stand too."""
    return suffix(name) == ".json"


def is_clip(name: str | PurePath) -> bool:
    """Whether a file in a folder is a clip: a video or a recorded track."""
    return suffix(name) in VIDEOS or is_track(name)


def plays(name: str | PurePath) -> bool:
    """Whether browsers may play a video."""
    return suffix(name) in _PLAYS


def without_track(stem: str) -> str:
    """Return the stem of the clip that a track of the stem `CLIP.track` was recorded of."""
    return stem[: -len(".track")] if stem.lower().endswith(".track") else stem


def trouble(path: str | PurePath) -> str:
    """Say why a path is no file that can be read, in words that follow "it"; empty where it is one.

    What is no ordinary file is never opened: a pipe may keep its reader waiting for good, and a device may
    have no end.
    """
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:
        if os.path.islink(path):
            return f"is a link that leads nowhere ({_why(error)})"
        return f"cannot be read: {_why(error)}"
    if stat.S_ISREG(mode):
        return ""
    return (
        "is not a file but a folder" if stat.S_ISDIR(mode) else "is not a file but a pipe, device or socket"
    )


def _why(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
