"""The table of other tools' formats: what each ends in, and what reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from formcheck.files import kinds
from formcheck.poses.exchange import csv_landmarks, json_poses, trc
from formcheck.poses.exchange.given import Given
from formcheck.poses.journal import Recovered


@dataclass(frozen=True, slots=True)
class Format:
    """A format.

    Attributes:
        name: What people call it.
        suffix: What its files end in; empty for a folder with a file a frame.
        says: What the files say of the clip, beside the landmarks.
        read: Reads one, with what the user says of it.
    """

    name: str
    suffix: str
    says: str
    read: Callable[[Path, Given], Recovered]


FORMATS = (
    Format("OpenPose JSON, a folder with a file a frame", "", "nothing", json_poses.read_folder),
    Format("MMPose (RTMPose) and AlphaPose JSON", ".json", "nothing", json_poses.read_file),
    Format("OpenSim, Pose2Sim and Sports2D markers", ".trc", "times; sizes, if in m or mm", trc.read),
    Format("a table of landmarks", ".csv", "times, with a column time_s", csv_landmarks.read),
)


def read(path: Path, given: Given) -> Recovered:
    """Read another tool's landmarks as a track.

    Raises:
        UsageError: There is no such file, or something it does not say was not given.
        TrackError: It does not hold what its name says.
    """
    wanted = "" if path.is_dir() else kinds.suffix(path)
    return next(one for one in FORMATS if one.suffix == wanted).read(path, given)
