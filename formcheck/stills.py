"""Pictures of the moments that matter: frames taken from the clip, drawn on, and written as JPEG files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .errors import OutputError
from .painter import Painter
from .pipeline import Analysis
from .privacy import FaceBlur
from .report.model import Still
from .report.moments import Moment, moments
from .report.write import write_bytes
from .sources import VideoSource

_QUALITY = 82
_ORDER = {"fault": 0, "best": 1, "rep": 2}


@dataclass(frozen=True, slots=True)
class Picture:
    """A finished still and its JPEG file's bytes."""

    still: Still
    jpeg: bytes


def take(
    clip: Path,
    analysis: Analysis,
    *,
    blur: FaceBlur | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Picture]:
    """Take the pictures a report calls for, in one pass over the clip.

    Args:
        clip: The video the report is about.
        analysis: What was found in it.
        blur: Makes faces unrecognisable, or None.
        progress: Told the number of frames gone through after each.

    Raises:
        VideoError: The clip cannot be read.
    """
    wanted = sorted(moments(analysis.report), key=lambda moment: moment.time_s)
    painter = Painter(analysis)
    taken: list[Picture] = []
    with VideoSource(clip, filming=analysis.report.filming) as source:
        for moment, image, time_s in _frames_at(source, wanted, progress):
            shown = image if blur is None else blur(image, time_s)
            drawn, alt = painter.paint(moment, shown, time_s)
            taken.append(_picture(moment, drawn, time_s, alt))
    taken.sort(key=lambda each: (_ORDER[each.still.kind], each.still.rep))
    return taken


def save(pictures: Iterable[Picture], folder: Path) -> None:
    """Write pictures into a folder under their names.

    Raises:
        OutputError: One cannot be written.
    """
    for picture in pictures:
        write_bytes(folder / Path(picture.still.file).name, picture.jpeg)


def _frames_at(
    source: VideoSource, wanted: Sequence[Moment], progress: Callable[[int], None] | None
) -> Iterator[tuple[Moment, NDArray[np.uint8], float]]:
    """Give each moment, in order of time, the frame nearest to it."""
    left = list(wanted)
    before: Any = None
    for frame in source:
        while left and left[0].time_s <= frame.time_s:
            nearer = before is not None and left[0].time_s - before.time_s < frame.time_s - left[0].time_s
            best = before if nearer else frame
            yield left.pop(0), best.image, best.time_s
        if not left:
            return
        before = frame
        if progress is not None:
            progress(frame.index + 1)
    if before is not None:
        yield from ((moment, before.image, before.time_s) for moment in left)


def _picture(moment: Moment, image: NDArray[np.uint8], time_s: float, alt: str) -> Picture:
    ok, data = cv2.imencode(
        ".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]
    )
    if not ok:
        raise OutputError("a picture could not be encoded as JPEG; check that OpenCV is whole")
    about = f"-{moment.verdict.rule}" if moment.verdict else ""
    still = Still(
        kind=moment.kind,
        rule=moment.verdict.rule if moment.verdict else "",
        rep=moment.rep.index,
        time_s=round(time_s, 3),
        file=f"rep{moment.rep.index:02d}{about}-{moment.kind}.jpg",
        alt=alt,
        width=int(image.shape[1]),
        height=int(image.shape[0]),
    )
    return Picture(still, data.tobytes())
