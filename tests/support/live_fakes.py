"""A camera before which a synthetic person trains, and a landmarker that knows the poses."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import VideoError
from formcheck.exercises import catalog
from formcheck.judging.cues import MODES
from formcheck.judging.settings import Settings
from formcheck.live.feeds import Lost, Taken
from formcheck.live.session import Parts
from formcheck.live.talk import Wishes
from formcheck.poses.pose import Pose
from formcheck.poses.track import Track
from support.skeleton import SIZE

GREY: NDArray[np.uint8] = np.full((SIZE[1], SIZE[0], 3), 128, np.uint8)


class Stage:
    """A feed of grey pictures at a track's times; `lost_at` are frames before which it breaks off.

    Args:
        times_s: Stamps.
        lost_at: Numbers of frames before which it is lost, and how often opening then fails.
        fault: Raised by `read` at the end in place of ending.
    """

    endless = True

    def __init__(
        self,
        times_s: Sequence[float],
        *,
        image: NDArray[np.uint8] = GREY,
        lost_at: dict[int, int] | None = None,
        fault: Exception | None = None,
        on_frame: Callable[[int], None] = lambda number: None,
    ) -> None:
        self.name = "stage"
        self._times, self._image, self._fault, self._on_frame = list(times_s), image, fault, on_frame
        self._lost = dict(lost_at or {})
        self._refusals = self.opened = self._next = 0

    def open(self) -> None:
        if self._refusals:
            self._refusals -= 1
            raise VideoError("stage cannot be opened")
        self.opened += 1

    def read(self) -> Taken | None:
        if self._next in self._lost:
            self._refusals = self._lost.pop(self._next)
            raise Lost
        if self._next == len(self._times):
            if self._fault is not None:
                raise self._fault
            return None
        time_s = self._times[self._next]
        self._on_frame(self._next)
        self._next += 1
        moving = np.roll(self._image, self._next, axis=0)  # no picture stands still
        return Taken(moving, time_s, time.monotonic())

    def close(self) -> None:
        return


class Finder:
    """Finds the poses of a track by their times."""

    person = 0

    def look_afresh(self) -> None:
        pass

    def settle(self) -> None:
        return

    def __init__(self, track: Track) -> None:
        self._poses = {pose.time_s: pose for pose in track.poses()}

    def detect(self, image_rgb: Any, time_s: float) -> Pose:
        return self._poses[time_s]

    def close(self) -> None:
        return

    def __enter__(self) -> Finder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return


def parts(track: Track, exercise: str | None = "glute-kickback", **given: Any) -> Parts:
    """A session in which a track is trained, without a frame lost, in silence."""
    stage = given.pop("feed", None) or Stage(track.time_s.tolist())
    settings = Settings(
        exercise=catalog.chosen(exercise),
        candidates=tuple(catalog.exercises().values()),
        policy=given.pop("policy", MODES["coach"]),
    )
    given = {"sound": "off", "every": True, "wishes": Wishes(), **given}
    return Parts(
        feed=stage,
        landmarker=lambda: Finder(track),
        settings=settings,
        **given,
    )


def reports(folder: Path, ending: str) -> list[Path]:
    """Files of a report folder."""
    return sorted(folder.glob(f"*{ending}"))
