"""A recorded track: everything later stages need of a clip, without its images.

The file format `formcheck-track-1` is a NumPy `.npz` archive:

| array          | shape          | content                                                    |
|----------------|----------------|------------------------------------------------------------|
| `format`       | ()             | the text `formcheck-track-1`                               |
| `time_s`       | (T,)           | presentation times, strictly increasing, seconds           |
| `image_px`     | (T, 33, 2)     | landmarks in pixels of the unmirrored image, NaN: nobody   |
| `visibility`   | (T, 33)        | 0 to 1                                                     |
| `size`         | (2,)           | image width and height, pixels                             |
| `people`       | (T,)           | optional: people counted last, 0 where unknown          |
| `began_s`      | ()             | optional: the first frame's time in the clip, where not 0  |
| `source`       | ()             | optional: name of the clip                                 |

and the arrays of `formcheck.poses.pose.OptionalArrays`, stacked, as far as there are any.

Times are said from the clip's first frame: those of an archive without `began_s` from its own.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from formcheck.errors import OutputError, TrackError, UsageError
from formcheck.files import names
from formcheck.poses.archive import Archive, ArchiveError, lengths
from formcheck.poses.geometry import median
from formcheck.poses.pose import OPTIONAL, PEOPLE, SHAPES, Floats, OptionalArrays, Pose

FORMAT = "formcheck-track-1"
MOST_PX = 100_000
"""No picture is wider or higher."""
_SLOWEST_S = 2.0  # between frames; with more nothing can be judged, and it is rather milliseconds
_SHARES = 3.0  # largest coordinate; a body of so few pixels cannot be seen
_PASSED_OVER = 1.6  # of the shortest steps: in a longer one a frame was skipped


@dataclass(frozen=True, slots=True, repr=False)
class Track(OptionalArrays[Floats]):
    """One person over T frames; the arrays are those of the module's table."""

    time_s: Floats
    image_px: Floats
    visibility: Floats
    size: tuple[int, int]
    people: Floats | None = None
    source: str = ""

    def __post_init__(self) -> None:
        n = len(self.time_s)
        if self.image_px.shape != (n, 33, 2) or self.visibility.shape != (n, 33):
            raise TrackError(
                f"a track of {n} frames needs landmarks ({n}, 33, 2) and visibility ({n}, 33), "
                f"not {self.image_px.shape} and {self.visibility.shape}"
            )
        if n > 1 and not bool(np.all(np.diff(self.time_s) > 0)):
            raise TrackError("the times of a track must increase strictly; drop or mend the repeated frames")
        for name, known in OPTIONAL.items():
            array, shape = getattr(self, name), (n, *known.shape)
            if array is not None and array.shape != shape:
                raise TrackError(f"the track's {name} must have shape {shape}, not {array.shape}")

    def __len__(self) -> int:
        return len(self.time_s)

    def __repr__(self) -> str:
        optional = [name for name in OPTIONAL if getattr(self, name) is not None]
        facts = [
            f"{len(self)} frames in {self.duration_s:.1f} s",
            f"{self.size[0]}x{self.size[1]}",
            f"a person in {100.0 * float(self.found.mean()) if len(self) else 0.0:.0f} %",
            *([f"with {', '.join(optional)}"] if optional else []),
        ]
        return f"<Track {f'{self.source}: ' if self.source else ''}{', '.join(facts)}>"

    @property
    def found(self) -> np.ndarray:
        """(T,) whether a person was found."""
        hips: np.ndarray = np.asarray(np.isfinite(self.image_px[:, 23:25, 0]).all(axis=1))
        return hips

    @property
    def fps(self) -> float:
        """Frame rate where no frame was skipped, 1/s; NaN for fewer than two frames."""
        return 1.0 / self.step_s

    @property
    def step_s(self) -> float:
        """Usual time between frames where none was skipped, seconds; NaN for fewer than two frames."""
        if len(self) < 2:
            return float("nan")
        steps = np.sort(np.diff(self.time_s))
        short = max(float(steps[len(steps) // 20]), float(steps[len(steps) // 2]) / 3.0)
        return median(steps[: np.searchsorted(steps, _PASSED_OVER * short)])

    @property
    def duration_s(self) -> float:
        """Time from the first frame to the end of the last one."""
        if len(self) < 2:
            return 0.0
        return float(self.time_s[-1] - self.time_s[0] + self.step_s)

    def between(self, start_s: float, end_s: float) -> Track:
        """Return the frames with `start_s <= time_s <= end_s` (views, not copies)."""
        return self[
            int(np.searchsorted(self.time_s, start_s)) : int(np.searchsorted(self.time_s, end_s, "right"))
        ]

    def __getitem__(self, part: slice) -> Track:
        return self._cut(part)

    def only(self, keep: np.ndarray) -> Track:
        """Return the frames marked in a (T,) mask."""
        return self._cut(keep)

    def _cut(self, part: slice | np.ndarray) -> Track:
        arrays: dict[str, Any] = {
            name: None if (array := getattr(self, name)) is None else array[part]
            for name in ("time_s", *SHAPES)
        }
        return replace(self, **arrays)

    @classmethod
    def from_poses(cls, poses: Sequence[Pose], size: tuple[int, int], source: str = "") -> Track:
        """Stack poses. The track has every array that any pose has, with NaN in the other frames."""

        def stack(name: str, shape: tuple[int, ...]) -> Floats | None:
            parts = [getattr(pose, name) for pose in poses]
            if name in OPTIONAL and name != PEOPLE and all(part is None for part in parts):
                return None
            blank = np.full(shape, np.nan)
            rows = [blank if part is None else part for part in parts]
            return np.array(rows, dtype=np.float64).reshape(-1, *shape)

        arrays: dict[str, Any] = {name: stack(name, shape) for name, shape in SHAPES.items()}
        time_s = np.array([pose.time_s for pose in poses], dtype=np.float64)
        return cls(time_s=time_s, size=size, source=source, **arrays)

    @classmethod
    def from_arrays(
        cls,
        time_s: ArrayLike,
        image_px: ArrayLike,
        visibility: ArrayLike,
        size: tuple[int, int],
        *,
        world_m: ArrayLike | None = None,
        source: str = "",
    ) -> Track:
        """Build a track from another tool's landmarks.

        Args:
            time_s: (T,) seconds, strictly increasing.
            image_px: (T, 33, 2) pixels of the unmirrored image, NaN where nobody was found. Single joints
                may be NaN too; what needs them is then not judged.
            visibility: (T, 33) in 0 to 1. Zero for a joint that is NaN.
            size: Image width and height in pixels.
            world_m: (T, 33, 3) metric landmarks if there are any.
            source: What to call the clip in reports.

        Raises:
            TrackError: Shapes or times do not fit, or values are in another unit. Faults that need an
                absent array are not judged later.
        """
        times, points, seen = (
            np.asarray(values, dtype=np.float64) for values in (time_s, image_px, visibility)
        )
        _check_units(times, points, seen)
        return cls(
            times,
            points,
            np.where(np.isfinite(seen), seen, 0.0),
            (int(size[0]), int(size[1])),
            world_m=None if world_m is None else np.asarray(world_m, dtype=np.float64),
            source=source,
        )

    def poses(self) -> list[Pose]:
        """Return the track frame by frame."""
        given = {
            name: array
            for name in OPTIONAL
            if name not in (PEOPLE, "camera") and (array := getattr(self, name)) is not None
        }
        return [
            Pose(
                float(self.time_s[i]),
                self.image_px[i],
                self.visibility[i],
                people=0 if self.people is None else int(np.nan_to_num(self.people[i])),
                camera=None if self.camera is None or np.isnan(self.camera[i]).all() else self.camera[i],
                **{name: array[i] for name, array in given.items()},
            )
            for i in range(len(self))
        ]

    def save(self, path: str | Path, *, of_clip: bool = False, clip_sha256: str = "") -> None:
        """Write the track, whole or not at all (32-bit floats, times 64-bit).

        Args:
            path: The file.
            of_clip: Whether to keep the times of a clip that may have begun before the track. Otherwise the
                track is read back with times that begin at its first frame.
            clip_sha256: Hash of the clip's bytes, for `clip_of` to tell.

        Raises:
            OutputError: If the file cannot be written.
        """
        arrays: dict[str, Any] = {
            "format": np.array(FORMAT),
            "time_s": self.time_s,
            "size": np.array(self.size),
        }
        arrays["source"] = np.array(self.source)
        if of_clip and len(self) and self.time_s[0] != 0.0:
            arrays["began_s"] = self.time_s[0]
        if clip_sha256:
            arrays["clip_sha256"] = np.array(clip_sha256)
        for name in SHAPES:
            if (array := getattr(self, name)) is not None:
                arrays[name] = array.astype(np.float32)
        path = Path(path)
        part = names.part_beside(path)
        try:
            try:
                with part.open("wb") as file:
                    np.savez_compressed(file, **arrays)
                os.replace(part, path)
            finally:
                part.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(f"cannot write the track {path}: {error.strerror or error}") from error

    @classmethod
    def load(cls, path: str | Path) -> Track:
        """Read a track written by `save`, or an archive of the plain arrays.

        Raises:
            UsageError: If there is no such file.
            TrackError: If it is not a track of this format.
        """
        path = Path(path)
        try:
            with path.open("rb") as file:
                return _read(Archive(file), path)
        except FileNotFoundError as error:
            raise UsageError(f"there is no track {path}; check the name") from error
        except (OSError, ArchiveError) as error:
            why = error if isinstance(error, ArchiveError) else error.strerror or error
            raise TrackError(f"{path} is not a recorded track: {why}; make one with --track") from error


def clip_of(path: Path) -> str:
    """Return the hash of the clip that a track was recorded of, or "" where the file does not say."""
    try:
        with path.open("rb") as file:
            archive = Archive(file)
            return archive.text("clip_sha256") if "clip_sha256" in archive else ""
    except (OSError, ArchiveError):
        return ""


def _check_units(time_s: Floats, image_px: Floats, visibility: Floats) -> None:
    """Refuse values that are plainly in another unit than they should be.

    Raises:
        TrackError: If they are.
    """
    if len(time_s) > 1 and np.median(np.diff(time_s)) > _SLOWEST_S:
        raise TrackError("the times of a track are seconds; these look like milliseconds: divide by 1000")
    seen = image_px[np.isfinite(image_px)]
    if len(seen) and 0.0 < np.abs(seen).max() <= _SHARES:
        raise TrackError(
            "image_px are pixels; these look like shares of the picture: multiply by its width and height"
        )
    known = visibility[np.isfinite(visibility)]
    if len(known) and not (known.min() >= 0.0 and known.max() <= 1.0):
        raise TrackError("visibility lies between 0 and 1; bring it into this range")


def _read(archive: Archive, path: Path) -> Track:
    """Read the arrays of a track. The times are read first and give the number of frames.

    Raises:
        ArchiveError: An array does not fit.
        TrackError: It is not of this format.
    """
    found = archive.text("format") if "format" in archive else FORMAT
    if found != FORMAT:
        raise TrackError(f"{path} has format {found[:60]}, this version reads {FORMAT}: record it again")
    missing = {"time_s", "image_px", "visibility", "size"} - archive.names()
    if missing:
        raise ArchiveError(f"it lacks {', '.join(sorted(missing))}")
    time_s = archive.numbers("time_s", (None,), nan=False)
    if not bool(np.all(np.diff(time_s) > 0)):
        raise ArchiveError("its time_s does not increase strictly")
    began_s = float(archive.numbers("began_s", (), nan=False)) if "began_s" in archive else 0.0
    if len(time_s) and time_s[0] != began_s:
        time_s = time_s - time_s[0] + began_s
    size = archive.numbers("size", (2,), nan=False)
    if not all(1 <= length <= MOST_PX for length in size):
        raise ArchiveError(f"its size is {size[0]:g} x {size[1]:g} pixels, which no picture has")
    arrays: dict[str, Any] = lengths(archive, SHAPES, len(time_s))
    source = archive.text("source") if "source" in archive else path.stem
    return Track(time_s=time_s, size=(int(size[0]), int(size[1])), source=source, **arrays)
