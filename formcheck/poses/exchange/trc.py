"""Marker files `.trc` of OpenSim, Pose2Sim and Sports2D, read and written.

Three lines of header, a line with the markers' names, one with the axes, then a line a frame, all separated
by tabs (OpenSim documentation, "Marker (.trc) Files"):

    PathFileType  4  (X/Y/Z)  kickback.trc
    DataRate  CameraRate  NumFrames  NumMarkers  Units  OrigDataRate  OrigDataStartFrame  OrigNumFrames
    30.00     30.00       555        23          m      30.00         1                   555
    Frame#  Time  Nose          LEye  ...
                  X1  Y1  Z1    X2    ...
    1       0.0   0.1  1.2  0

A marker that is not seen has empty cells. Y is up, as in OpenSim.

Read, a file is one of three kinds:

- in space: the person is looked at from the side, by the line over both shoulders and both hips.
- in a plane (no Z, or Z always 0), in metres or millimetres: X to the right and Y up are the picture.
- in a plane, in pixels (units `px`, or values that no body has in metres, as in Sports2D's `_px.trc`): Y goes
  down as in pictures, and the size of the picture must be given.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from formcheck.errors import TrackError
from formcheck.files.reading import MOST, read_text
from formcheck.poses.archive import MOST_FRAMES
from formcheck.poses.exchange.given import Given
from formcheck.poses.exchange.json_poses import notes
from formcheck.poses.exchange.keypoints import places, spread, without_body
from formcheck.poses.geometry import finite_median
from formcheck.poses.journal import Recovered
from formcheck.poses.pose import HIPS, SHOULDERS, Floats, Landmark
from formcheck.poses.track import Track

_METRES = {"m": 1.0, "meters": 1.0, "metres": 1.0, "cm": 0.01, "mm": 0.001}
_PIXELS = {"px", "pixel", "pixels"}
_LONGEST_M = 3.0  # a trunk of more is no length in metres
_PX_PER_M = 400.0  # of the picture that a person in metres is seen in
_MARGIN_PX = 60.0
_MARKERS = 2000  # at most
TRUNK_M = 0.288 * 1.70
"""Assumed length of a trunk, shoulder to hip: 0.288 of the body's height (Winter, Biomechanics and
Motor Control of Human Movement, 4th edition, figure 4.1), of a person of 1.70 m."""


@dataclass(frozen=True, slots=True)
class Markers:
    """What a file holds.

    Attributes:
        names: N markers.
        time_s: (T,) seconds.
        xyz: (T, N, 3) in the file's unit, NaN where a marker was not seen.
        unit: The unit as the file says it, in small letters.
        rate_hz: Frames a second, or NaN.
    """

    names: tuple[str, ...]
    time_s: Floats
    xyz: Floats
    unit: str
    rate_hz: float


def read(path: Path, given: Given) -> Recovered:
    """Read a file as the landmarks of one person.

    Raises:
        UsageError: It cannot be read, or is in pixels and the size of the picture was not given.
        TrackError: It is none, or holds no person.
    """
    markers = load(path)
    found = places(markers.names)
    if missing := without_body(found):
        shown = ", ".join(markers.names[:12])[:160]
        raise TrackError(f"{path} has no marker for the {missing}; its markers are {shown}")
    points = spread(markers.xyz, found)
    flat = not np.nan_to_num(points[..., 2]).any()
    trunk = _trunk(points)
    scale = _METRES.get(markers.unit)
    in_pixels = flat and (markers.unit in _PIXELS or trunk * (scale or 1.0) > _LONGEST_M)
    if in_pixels:
        given.needed(path, fps=False)
        assert given.size is not None
        px, size, world_m = points[..., :2], given.size, None
    elif scale is None:
        raise TrackError(f"{path} is in {markers.unit[:20]!r}, not in m, cm, mm or px")
    else:
        metres = points * scale
        turned = metres if flat else _from_the_side(metres)
        px, size = _picture(turned)
        world_m = None if flat else _world_m(turned)
    visibility = np.isfinite(px).all(axis=2).astype(np.float64)
    kind = "markers in a plane" if flat else "markers in space, seen from the side"
    track = Track.from_arrays(
        _times(markers, given, path), px, visibility, size, world_m=world_m, source=path.stem
    )
    return Recovered(track, notes=notes(kind, found))


def load(path: Path) -> Markers:
    """Read the markers of a file.

    Raises:
        UsageError: It cannot be read.
        TrackError: It is none; the message says in which line.
    """
    lines = read_text(path, "the markers", TrackError).splitlines()
    if len(lines) < 6 or not lines[0].lstrip().startswith("PathFileType"):
        raise TrackError(f"{path} is no marker file: line 1 must begin with PathFileType")
    head = dict(zip(lines[1].split(), lines[2].split(), strict=False))
    cells = lines[3].rstrip().split("\t")
    names = tuple(name.strip() for name in cells[2:] if name.strip())
    if not names or len(names) > _MARKERS or not cells[0].strip().lower().startswith("frame"):
        raise TrackError(f"{path} does not fit: line 4 must be Frame#, Time and the markers' names")
    axes = 3 if "z" in lines[4].lower() else 2
    rows = [(number, line) for number, line in enumerate(lines[5:], start=6) if line.strip()]
    if not rows or len(rows) > MOST_FRAMES:
        raise TrackError(f"{path} holds {len(rows)} frames")
    values = np.array([_row(path, number, line, len(names), axes) for number, line in rows])
    xyz = values[:, 2:].reshape(len(values), len(names), axes)
    if axes == 2:
        xyz = np.concatenate([xyz, np.zeros((*xyz.shape[:2], 1))], axis=2)
    try:
        rate_hz = float(head.get("DataRate", "nan"))
    except ValueError:
        rate_hz = math.nan
    return Markers(names, values[:, 1], xyz, head.get("Units", "m").lower(), rate_hz)


def _row(path: Path, number: int, line: str, markers: int, axes: int) -> list[float]:
    cells = line.split("\t") if "\t" in line else line.split()
    wanted = 2 + markers * axes
    if len(cells) > wanted and any(cell.strip() for cell in cells[wanted:]):
        raise TrackError(f"{path} does not fit: line {number} has more than {wanted} cells")
    cells = [*cells[:wanted], *[""] * (wanted - len(cells))]
    try:
        row = [float(cell) if cell.strip() else math.nan for cell in cells]
    except ValueError as error:
        raise TrackError(f"{path} does not fit: line {number}: {str(error)[:80]}") from error
    if any(abs(value) > MOST for value in row):
        raise TrackError(f"{path} does not fit: line {number}: a number is beyond {MOST:g}")
    return row


def _times(markers: Markers, given: Given, path: Path) -> Floats:
    """Return the frames' times; where the file has none, by its rate or the given one."""
    if (
        len(markers.time_s)
        and np.isfinite(markers.time_s).all()
        and bool(np.all(np.diff(markers.time_s) > 0))
    ):
        return markers.time_s
    if np.isfinite(markers.time_s).any() and np.ptp(markers.time_s[np.isfinite(markers.time_s)]) > 0:
        raise TrackError(f"{path} does not fit: its times must increase from line to line")
    rate_hz = markers.rate_hz
    if not (math.isfinite(rate_hz) and rate_hz > 0):
        given.needed(path, size=False)
        assert given.fps is not None
        rate_hz = given.fps
    return np.arange(len(markers.xyz)) / rate_hz


def _trunk(points: Floats) -> float:
    """Return the median length of the trunk, in the points' unit; 0 where it is never seen."""
    ends = points[:, SHOULDERS].mean(axis=1) - points[:, HIPS].mean(axis=1)
    return float(np.nan_to_num(finite_median(np.linalg.norm(ends, axis=1))))


def _from_the_side(metres: Floats) -> Floats:
    """Return (T, 33, 3) points, X right, Y up, Z towards a camera that stands at the person's side.

    The line from right to left, over shoulders and hips, says which way that is.
    """
    across = [metres[:, left] - metres[:, left + 1] for left in (Landmark.LEFT_SHOULDER, Landmark.LEFT_HIP)]
    flat = np.concatenate(across)[:, [0, 2]]
    x, z = (float(finite_median(flat[:, axis])) for axis in (0, 1))
    if not math.hypot(x, z) > 0:
        return metres
    turn = math.atan2(x, z) if z >= 0 else math.atan2(-x, -z)
    cos, sin = math.cos(turn), math.sin(turn)
    turned = metres.copy()
    turned[..., 0] = cos * metres[..., 0] - sin * metres[..., 2]
    turned[..., 2] = sin * metres[..., 0] + cos * metres[..., 2]
    return turned


def _picture(metres: Floats) -> tuple[Floats, tuple[int, int]]:
    """Return (T, 33, 2) pixels of points seen along Z from afar, and the size of a picture around them."""
    px = metres[..., :2] * np.array([_PX_PER_M, -_PX_PER_M])
    known = px[np.isfinite(px).all(axis=2)]
    if not len(known):
        return px, (1, 1)
    low, high = known.min(axis=0), known.max(axis=0)
    width, height = (int(min(length, 50_000.0)) + 1 for length in high - low + 2 * _MARGIN_PX)
    return px - low + _MARGIN_PX, (width, height)


def _world_m(metres: Floats) -> Floats:
    """Return points as a track has them: from mid-hip, x right, y down, z away from the camera."""
    centred = metres - metres[:, HIPS].mean(axis=1, keepdims=True)
    world: Floats = centred * np.array([1.0, -1.0, -1.0])
    return world


# Writing.

_NAMES = {
    landmark: "".join(word.capitalize() for word in landmark.name.split("_"))
    .replace("Left", "L")
    .replace("Right", "R")
    .replace("FootIndex", "BigToe")
    for landmark in Landmark
}
_HEAD = [
    *("DataRate", "CameraRate", "NumFrames", "NumMarkers", "Units"),
    *("OrigDataRate", "OrigDataStartFrame", "OrigNumFrames"),
]
_NAMES |= {Landmark.MOUTH_LEFT: "LMouth", Landmark.MOUTH_RIGHT: "RMouth"}


def text(track: Track, name: str) -> str:
    """Return a track as the text of a marker file: the picture's plane in metres, Y up, Z 0.

    The origin is the lowest landmark, at the left edge of the picture. The scale is the trunk's length as the
    pose model guesses it, or else `TRUNK_M`. Landmarks that were never seen are left out. Names are
    those of Pose2Sim.

    Args:
        track: The landmarks.
        name: The file's name, which stands in its first line.
    """
    px = track.image_px
    there = [landmark for landmark in Landmark if np.isfinite(px[:, landmark]).all(axis=1).any()]
    known = px[np.isfinite(px).all(axis=2)]
    lowest = float(known[:, 1].max()) if len(known) else 0.0
    metres = (px[:, there] - np.array([0.0, lowest])) * np.array([1.0, -1.0]) * metres_per_px(track)
    rate = track.fps if math.isfinite(track.fps) else 30.0
    head = [
        ["PathFileType", "4", "(X/Y/Z)", name],
        _HEAD,
        [f"{rate:.4f}"] * 2 + [str(len(track)), str(len(there)), "m", f"{rate:.4f}", "1", str(len(track))],
        ["Frame#", "Time", *(cell for landmark in there for cell in (_NAMES[landmark], "", ""))],
        ["", "", *(f"{axis}{at}" for at in range(1, len(there) + 1) for axis in "XYZ")],
        [],
    ]
    rows = [
        [str(at + 1), f"{time_s:.6f}", *(cell for point in frame for cell in _cells(point))]
        for at, (time_s, frame) in enumerate(zip(track.time_s.tolist(), metres.tolist(), strict=True))
    ]
    return "".join("\t".join(row) + "\n" for row in [*head, *rows])


def _cells(point: list[float]) -> tuple[str, str, str]:
    x, y = point
    return (f"{x:.6f}", f"{y:.6f}", "0.000000") if math.isfinite(x) and math.isfinite(y) else ("", "", "")


def metres_per_px(track: Track) -> float:
    """Return how large a pixel is at the person, by the length of the trunk in metres and in pixels."""
    px = track.image_px
    long_px = np.hypot(*(px[:, SHOULDERS].mean(axis=1) - px[:, HIPS].mean(axis=1)).T)
    trunk_px = float(np.percentile(long_px[np.isfinite(long_px)], 80)) if np.isfinite(long_px).any() else 0.0
    trunk_m = _trunk(track.world_m) if track.world_m is not None else 0.0
    return (trunk_m or TRUNK_M) / trunk_px if trunk_px > 0 else TRUNK_M / 200.0
