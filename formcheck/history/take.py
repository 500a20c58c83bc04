"""Identifies a recording, and when it was made."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from formcheck.errors import ClipError, UsageError
from formcheck.files import kinds
from formcheck.files.digest import sha256
from formcheck.video.reader import created

if TYPE_CHECKING:
    from formcheck.poses.track import Track

_EARLIEST = datetime(1990, 1, 1, tzinfo=timezone.utc)
"""Cameras without a clock name the beginning of theirs, 1904 or 1970."""


@dataclass(frozen=True, slots=True)
class Take:
    """One recording, or one live session.

    Attributes:
        clip: What tells it from others: the SHA-256 of its file, or a random text.
        began: When it began; aware of its time zone.
        dated: Whether that was given, and not taken from the file.
        landmarks: SHA-256 of its landmarks, or None: a clip and the track recorded of it have the same.
        origin: Whether it was recorded or live.
    """

    clip: str
    began: datetime
    dated: bool = True
    landmarks: str | None = None
    origin: Literal["clip", "live"] = "clip"

    @classmethod
    def of_file(cls, path: Path, track: Track | None = None, *, began: datetime | None = None) -> Take:
        """Describe a clip or a recorded track.

        Args:
            path: The file.
            track: Its landmarks as measured, where they are at hand.
            began: When it began, or None: then what the video says, else when the file was last changed.

        Raises:
            UsageError: The file cannot be read.
        """
        try:
            digest = sha256(path)
            changed = datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)
        except OSError as error:
            raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
        marks = None if track is None else digest_of(track)
        return cls(digest, began or _named(path) or changed, began is not None, marks)

    @classmethod
    def live(cls, began: datetime, track: Track | None = None) -> Take:
        """Describe a live session: when it began, and its landmarks if there are any."""
        marks = None if track is None else digest_of(track)
        return cls(secrets.token_hex(16), began, landmarks=marks, origin="live")


def digest_of(track: Track) -> str:
    """Return a digest of landmarks that is the same before and after a track is saved."""
    made = hashlib.sha256(np.round(track.time_s * 1000).astype("<i8").tobytes())
    made.update(np.ascontiguousarray(track.image_px, dtype="<f4").tobytes())
    return made.hexdigest()


def _named(path: Path) -> datetime | None:
    """Return the creation time in a video, or None if there is none that can be true."""
    if kinds.is_recorded(path):
        return None
    try:
        found = created(path)
    except (ClipError, UsageError):
        return None
    latest = datetime.now(timezone.utc) + timedelta(days=1)
    return found if found is not None and _EARLIEST < found < latest else None
