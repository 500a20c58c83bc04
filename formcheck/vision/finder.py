"""The interface of everything that finds a person's landmarks."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol

from formcheck.poses.pose import Image, Pose


class Landmarker(Protocol):
    """Finds one person's landmarks in the successive images of a video."""

    @property
    def person(self) -> int:
        """Number of the person followed, from 0; it grows when another person is followed instead."""
        ...

    def settle(self) -> None:
        """Keep to the person followed now: they were seen training."""
        ...

    def look_afresh(self) -> None:
        """Forget where the person was: the next image seems to be after a cut."""
        ...

    def detect(self, image_rgb: Image, time_s: float) -> Pose:
        """Find the person in the next image.

        Args:
            image_rgb: (H, W, 3) unmirrored image.
            time_s: Its presentation time in seconds, later than the one before.
        """
        ...

    def close(self) -> None:
        """Free what the landmarker holds. May be called twice."""
        ...

    def __enter__(self) -> Landmarker: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
