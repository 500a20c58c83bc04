"""Landmarks in JSON as OpenPose, MMPose (RTMPose) and AlphaPose write them.

OpenPose (`--write_json`) and Pose2Sim write a folder with a file a frame, `NAME_000000000012_keypoints.json`:

    {"people": [{"pose_keypoints_2d": [x, y, c, ...]}]}

MMPose (`pred_out_dir`, `--save-predictions`) writes a file a clip, perhaps with the list as `instance_info`
beside the names of the points in `meta_info`:

    [{"frame_id": 1, "instances": [{"keypoints": [[x, y], ...], "keypoint_scores": [...]}]}]

AlphaPose writes `alphapose-results.json`; with `--format open` or `cmu` it holds frames of OpenPose by name:

    [{"image_id": "0.jpg", "keypoints": [x, y, c, ...], "idx": 1}]

Coordinates are pixels, or shares of the picture from 0 to 1 (OpenPose `--keypoint_scale 3`). A point at 0, 0
without confidence was not found. No file says how large the picture was, or how many frames a second
there are.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from formcheck.errors import TrackError, UsageError, brief
from formcheck.files.reading import MOST_BYTES, parse_json, read_bytes
from formcheck.poses.archive import MOST_FRAMES
from formcheck.poses.exchange.given import Given
from formcheck.poses.exchange.keypoints import KeypointSet, lacking, places, set_of, spread, without_body
from formcheck.poses.exchange.people import Seen, one_person
from formcheck.poses.journal import Recovered
from formcheck.poses.pose import Floats, Landmark
from formcheck.poses.track import Track

_SURE = 0.6
"""The confidence of a point that counts as fully visible. MMPose draws points from 0.3 on, which is then 0.5:
from there on a track's joint counts as seen."""
_SHARES = 1.5  # largest coordinate of points that are shares of the picture
_NUMBER = re.compile(r"(\d+)(?=\D*$)")
_PEOPLE = ("people", "bodies", "instances", "instance_info")
_POINTS = ("pose_keypoints_2d", "pose_keypoints", "joints", "keypoints")

Frames = dict[int, list[Seen]]


def read_file(path: Path, given: Given) -> Recovered:
    """Read a file that holds a clip.

    Raises:
        UsageError: It cannot be read, or something it does not say was not given.
        TrackError: It holds no landmarks, or something in it does not fit.
    """
    data = parse_json(read_bytes(path, "the landmarks"), str(path), TrackError)
    if isinstance(data, dict) and "people" in data:
        raise UsageError(f"{path} holds a single frame: name the folder with the files of all frames")
    names, frames = _Reader(path).clip(data)
    return _recovered(path, frames, names, given)


def read_folder(folder: Path, given: Given) -> Recovered:
    """Read a folder with a file a frame; errors as of `read_file`."""
    files = sorted(
        path for path in folder.iterdir() if path.suffix.lower() == ".json" and not path.name.startswith(".")
    )
    if not files:
        raise UsageError(f"{folder} holds no JSON file with landmarks: name the folder with one a frame")
    if sum(os.stat(path).st_size for path in files) > MOST_BYTES:
        raise TrackError(f"{folder} holds more than {MOST_BYTES >> 20} MB, which no clip does: cut it")
    numbers = [_NUMBER.search(path.stem) for path in files]
    order = [int(found[1]) for found in numbers if found]
    if len(order) < len(files) or len(set(order)) < len(order):
        order = list(range(len(files)))
    frames: Frames = {}
    for number, path in zip(order, files, strict=True):
        data = parse_json(read_bytes(path, "the landmarks"), str(path), TrackError)
        frames[number] = _Reader(path).people(data, "")
    return _recovered(folder, frames, (), given)


class _Reader:
    """Reads what is in a file.

    Args:
        path: The file, for messages.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def wrong(self, where: str, says: str) -> TrackError:
        """Return the error for something that does not fit."""
        place = f"{where}: " if where else ""
        return TrackError(f"{self._path} does not fit: {place}{says}")

    def clip(self, data: Any) -> tuple[Sequence[str], Frames]:
        """Return the names of the points, as far as it says them, and who is in each frame."""
        names: Sequence[str] = ()
        if isinstance(data, dict) and "instance_info" in data:
            names = _names(data.get("meta_info"))
            data = data["instance_info"]
        if isinstance(data, list) and data:
            if all(isinstance(one, dict) and "instances" in one for one in data):
                return names, self._mmpose(data)
            if all(isinstance(one, dict) and "image_id" in one for one in data):
                return names, self._alphapose(data)
        if isinstance(data, dict) and data and all(_is_frame(one) for one in data.values()):
            order = _order(list(data))
            return names, {
                number: self.people(one, str(name))
                for number, (name, one) in zip(order, data.items(), strict=True)
            }
        raise TrackError(
            f"{self._path} holds no landmarks that are known: those of OpenPose, MMPose (RTMPose) and "
            "AlphaPose are"
        )

    def _mmpose(self, data: Sequence[dict[str, Any]]) -> Frames:
        frames: Frames = {}
        for at, one in enumerate(data):
            number = one.get("frame_id", at + 1)
            if not isinstance(number, int) or isinstance(number, bool) or number < 0:
                raise self.wrong(f"instance_info.{at}", "frame_id must be a whole number")
            frames[number] = self.people(one["instances"], f"frame {number}")
        return frames

    def _alphapose(self, data: Sequence[dict[str, Any]]) -> Frames:
        images = list(dict.fromkeys(str(one["image_id"]) for one in data))
        number_of = dict(zip(images, _order(images), strict=True))
        frames: Frames = {number: [] for number in number_of.values()}
        for at, one in enumerate(data):
            frames[number_of[str(one["image_id"])]].append(self._person(one, f"entry {at}"))
        return frames

    def people(self, data: Any, where: str) -> list[Seen]:
        """Return who is in a frame."""
        if isinstance(data, dict):
            data = next((data[key] for key in _PEOPLE if key in data), None)
        if not isinstance(data, list):
            raise self.wrong(where, "a frame must have a list of people")
        place = f"{where}, " if where else ""
        return [self._person(one, f"{place}person {at + 1}") for at, one in enumerate(data)]

    def _person(self, data: Any, where: str) -> Seen:
        if not isinstance(data, dict):
            raise self.wrong(where, f"it must be an object with its points, not {brief(repr(data))[:40]}")
        field = next((name for name in _POINTS if name in data), "keypoints")
        points = self._numbers(data.get(field), f"{where}, {field}")
        if points.ndim == 1 and len(points) % 3 == 0:
            points = points.reshape(-1, 3)
        if points.ndim != 2 or points.shape[1] not in (2, 3):
            raise self.wrong(f"{where}, {field}", "it must be x, y and confidence of each point")
        scores = data.get("keypoint_scores", data.get("kp_scores"))
        if scores is not None:
            seen = self._numbers(scores, f"{where}, keypoint_scores").reshape(-1)
            if len(seen) != len(points):
                raise self.wrong(where, f"{len(points)} keypoints have {len(seen)} keypoint_scores")
            points = np.column_stack([points[:, :2], seen])
        elif points.shape[1] == 2:
            points = np.column_stack([points, np.ones(len(points))])
        return Seen(_cleared(points), _called(data))

    def _numbers(self, data: Any, where: str) -> Floats:
        try:
            found = np.array(data, dtype=np.float64)  # None becomes NaN
        except (ValueError, TypeError, OverflowError):
            found = np.array(np.nan)
        if found.ndim not in (1, 2) or found.size > 10_000:
            raise self.wrong(where, "it must be a list of numbers")
        return found


def _is_frame(data: Any) -> bool:
    return isinstance(data, dict) and ("people" in data or "bodies" in data)


def _called(data: dict[str, Any]) -> str:
    """Return what a file calls a person over time; empty where it does not."""
    for key in ("idx", "track_id", "person_id"):
        value = data.get(key)
        value = value[0] if isinstance(value, list) and len(value) == 1 else value
        if isinstance(value, int | float | str) and value not in (-1, [-1], "-1"):
            return str(value)[:40]
    return ""


def _names(meta: Any) -> Sequence[str]:
    """Return the names of the points that MMPose puts beside them, in order; empty where it does not."""
    named = meta.get("keypoint_id2name") if isinstance(meta, dict) else None
    if not isinstance(named, dict) or not all(str(key).isdecimal() for key in named):
        return ()
    each = {int(str(key)): str(name) for key, name in named.items() if len(str(key)) < 6}
    return [each.get(at, "") for at in range(max(each, default=-1) + 1)] if len(each) < 10_000 else ()


def _order(images: Sequence[str]) -> list[int]:
    """Return the numbers of frames by the last number in their names; else they simply follow each other."""
    found = [_NUMBER.search(os.path.splitext(name)[0]) for name in images]
    numbers = [int(one[1]) for one in found if one and len(one[1]) < 12]
    return numbers if len(set(numbers)) == len(images) else list(range(len(images)))


def _cleared(points: Floats) -> Floats:
    """Return points with NaN in place of those that were not found."""
    points = points.copy()
    lost = ~np.isfinite(points).all(axis=1) | ((points[:, 2] <= 0) & (points[:, :2] == 0).all(axis=1))
    points[lost, :2], points[lost, 2] = np.nan, 0.0
    return points


def _recovered(path: Path, frames: Frames, names: Sequence[str], given: Given) -> Recovered:
    """Make a track of frames.

    Raises:
        UsageError: The size of the picture or the frame rate was not given.
        TrackError: There are no frames, too many, or points that are not known.
    """
    given.needed(path)
    assert given.size is not None
    assert given.fps is not None
    if not frames or not any(frames.values()):
        raise TrackError(f"{path} holds no person: nobody was found in any frame")
    first, last = min(frames), max(frames)
    if last - first >= MOST_FRAMES:
        raise TrackError(f"{path} does not fit: its frames are numbered from {first} to {last}")
    kind, found = _kind(path, frames, names)
    person, most = one_person([frames.get(number, []) for number in range(first, last + 1)])
    points = np.full((last - first + 1, kind.count, 3), np.nan)
    for at, seen in person.items():
        points[at] = seen.points
    landmarks = spread(points, found)
    return Recovered(
        Track.from_arrays(
            np.arange(len(points)) / given.fps,
            in_px(landmarks[..., :2], given.size),
            np.clip(np.nan_to_num(landmarks[..., 2]) / _SURE, 0.0, 1.0),
            given.size,
            source=path.stem,
        ),
        notes=notes(kind.title, found, most),
    )


def _kind(path: Path, frames: Frames, names: Sequence[str]) -> tuple[KeypointSet, dict[Landmark, int]]:
    counts = {len(seen.points) for people in frames.values() for seen in people}
    if len(counts) > 1:
        raise TrackError(f"{path} does not fit: people have {min(counts)} to {max(counts)} points")
    (count,) = counts
    named = KeypointSet("the names in the file", tuple(names), count) if len(names) == count else None
    kind = named if named and not without_body(places(names)) else set_of(count)
    if kind is None:
        raise TrackError(
            f"{path} has {count} points a person, which no known set has: use one of 15, 16, 17, 18, 25, 26, "
            "33, 133 or 136, or a CSV file with names"
        )
    return kind, kind.landmarks


def in_px(points: Floats, size: tuple[int, int]) -> Floats:
    """Return points in pixels: what lies between 0 and 1 are shares of the picture."""
    known = points[np.isfinite(points)]
    shares = len(known) > 0 and known.min() >= 0.0 and known.max() <= _SHARES
    return points * np.array(size, dtype=np.float64) if shares else points


def notes(kind: str, found: Iterable[Landmark], people: int = 1) -> tuple[str, ...]:
    """Say in a report what a file's landmarks are, and what they cannot show."""
    lacks = lacking(dict.fromkeys(found, 0))
    without = f"; they have no {_listed(lacks)}, so what needs one is not judged" if lacks else ""
    several = [f"There are up to {people} people in it: the largest is judged."] if people > 1 else []
    return (f"The landmarks come from another tool ({kind}){without}.", *several)


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
