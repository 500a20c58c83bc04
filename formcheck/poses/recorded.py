"""Recorded landmarks in place of a video, whatever wrote them: one answer for every command."""

from __future__ import annotations

from pathlib import Path

from formcheck.errors import UsageError
from formcheck.files import kinds
from formcheck.poses import journal
from formcheck.poses.exchange import formats
from formcheck.poses.exchange.given import Given
from formcheck.poses.journal import Recovered
from formcheck.poses.track import Track

NOTHING = Given()


def recover(path: Path, given: Given = NOTHING) -> Recovered:
    """Read a track, the journal of a live session, or another tool's landmarks.

    Args:
        path: The file, or a folder with a file a frame.
        given: What the user says of another tool's landmarks.

    Raises:
        UsageError: There is no such file, or it does not say something that was not given either.
        TrackError: It is damaged, or does not hold what its name says.
    """
    if kinds.suffix(path) == kinds.JOURNAL:
        return journal.recover(path)
    if kinds.is_track(path):
        return Recovered(Track.load(path))
    return formats.read(path, given)


def load(path: Path, given: Given = NOTHING) -> Track:
    """Do the same and return the track only."""
    return recover(path, given).track


def check_given(path: Path, given: Given) -> None:
    """Make sure that what the user says of a file is not what the file itself says.

    Raises:
        UsageError: It is a video or a track of ours.
    """
    if given != NOTHING and not kinds.is_landmarks(path):
        raise UsageError(
            f"{path} says itself how large its picture is and how fast it plays: leave out --size and --fps"
        )
