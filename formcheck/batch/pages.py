"""The page of one clip of many, by the same hands as every page."""

from __future__ import annotations

from pathlib import Path

from ..journal import is_recorded
from ..page.render import Video, report_page
from ..pipeline import Analysis
from ..sources import player_clock
from ..stills import take


def clip_page(path: Path, analysis: Analysis, *, link: str, blur_faces: bool) -> str:
    """Return the page of a clip as HTML.

    Args:
        path: The clip; of a recorded track there are no pictures.
        analysis: What was found in it.
        link: The video as seen from the page's folder, or empty.
        blur_faces: Whether faces are made unrecognisable; the video is then not linked.
    """
    report, pictures = analysis.report, dict[str, bytes]()
    if is_recorded(path):
        return report_page(report)
    blur = None
    if blur_faces:
        from ..privacy import FaceBlur

        blur = FaceBlur(analysis.smoothed)
    taken = take(path, analysis, blur=blur)
    pictures = {each.still.file: each.jpeg for each in taken}
    report = report.model_copy(
        update={"stills": tuple(each.still for each in taken), "faces_blurred": blur is not None}
    )
    video = Video(link, None, *player_clock(path, report.filming)) if link and not blur_faces else None
    return report_page(report, pictures, video)
