"""Who of several people in a clip is followed: settled by a quick look through it before it is analysed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ._frames import AS_FILMED, Filming
from .landmarker import MediaPipeLandmarker
from .people import Crowd, Wanted
from .pose import Image
from .sources import Frame, VideoSource

_GLIMPSES = 8  # keyframes, which cost little: enough to see that somebody else is there
_CLOSER, _CLOSER_S, _APART_S = 24, 60.0, 1.0  # then pictures from the first minute, to see who trains


def choose(
    finder: MediaPipeLandmarker,
    clip: Path,
    person: Wanted | None = None,
    filming: Filming = AS_FILMED,
) -> list[str]:
    """Look who is in a clip and, where there are several, have the one who trains or is wanted followed.

    Args:
        finder: Looks, and is told whom to follow.
        clip: The video.
        person: Whom the user wants.
        filming: How the video's pictures lie.

    Returns:
        Notes for the report: that it was not clear who trains.

    Raises:
        UsageError: If the person wanted is not there.
        NoPersonError: If one is wanted and nobody is there.
    """
    with VideoSource(clip, filming=filming) as source:
        crowd = finder.survey(_pictures(source.glimpses(_GLIMPSES)))
    if crowd is not None and (crowd.several or person):
        with VideoSource(clip, filming=filming) as source:
            crowd = finder.survey(_pictures(_spread(source)))
    crowd = crowd or Crowd((1, 1))
    finder.follow(crowd, person)
    if person is not None or not crowd.undecided:
        return []
    row, best = crowd.staying(), crowd.best()
    which = f"number {row.index(best) + 1} of {len(row)} from the left" if best in row else "one of them"
    return [f"It was not clear who of them trains: {which} is judged. To judge another give --person."]


def _spread(source: VideoSource) -> Iterator[Frame]:
    """Give about `_CLOSER` frames, evenly over the clip or its first minute."""
    whole_s = min(source.info.duration_s or _CLOSER_S, _CLOSER_S)
    step_s = max(whole_s / _CLOSER, min(_APART_S, whole_s / 4))
    next_s = 0.0
    for frame in source:
        if frame.time_s > _CLOSER_S:
            break
        if frame.time_s >= next_s:
            next_s = frame.time_s + step_s
            yield frame


def _pictures(frames: Iterable[Frame]) -> Iterator[tuple[Image, float]]:
    for frame in frames:
        yield frame.image, frame.time_s
