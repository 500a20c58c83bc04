"""Writes all files of an analysis, for every command that analyses."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from formcheck.errors import UsageError
from formcheck.files import kinds, names
from formcheck.files.writing import check_apart, check_writable, make_folder, write_text
from formcheck.report.analysis import Analysis
from formcheck.report.model import Report, Still

if TYPE_CHECKING:
    from formcheck.report.pictures.face_blur import FaceBlur

_IN_FOLDER = {
    "json": "{}.report.json",
    "html": "{}.report.html",
    "csv": "{}.reps.csv",
    "csv-frames": "{}.frames.csv",
    "track": "{}.track.npz",
    "trc": "{}.trc",
    "mot": "{}.mot",
    "annotated": "{}.annotated.mp4",
    "stills": "{}.stills",
}
"""Kinds of output, and what each is called in the folder of `--out`."""
_NEEDS_VIDEO = {"track", "annotated", "stills"}
Advance = Callable[[int], None]
Bar = Callable[[str, int], AbstractContextManager[Advance]]
"""Takes what is done and how many frames it has, and gives a function that is told the frames done."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """What to write.

    Attributes:
        files: By kind, from `report.write.plan`.
        blur_faces: Whether faces are made unrecognisable in stills, page and annotated video.
        embed_video: Whether the page holds the annotated video itself.
    """

    files: Mapping[str, Path]
    blur_faces: bool = False
    embed_video: bool = False


def write(clip: Path, analysis: Analysis, wanted: Outputs, bar: Bar | None = None) -> Report:
    """Write all wanted files and return the report, which names its files.

    What needs no picture is written first, so that a drawing that fails costs nothing else.

    Raises:
        OutputError: A file cannot be written.
        VideoError: The clip cannot be read a second time.
    """
    files = wanted.files
    _write_data(analysis, files)
    if not {"annotated", "stills", "html"} & files.keys():
        return analysis.report
    shows = bar or (lambda what, frames: nullcontext(lambda done: None))
    recorded = kinds.is_recorded(clip)
    blur = None
    if wanted.blur_faces and not recorded:
        from formcheck.report.pictures.face_blur import FaceBlur

        blur = FaceBlur(analysis.smoothed)
    base = files.get("json", files.get("html", clip)).parent
    report = analysis.report.model_copy(
        update={
            "faces_blurred": blur is not None,
            "video": names.shown(_relative(files["annotated"], base)) if "annotated" in files else None,
        }
    )
    with TemporaryDirectory() as scratch:
        annotated = files.get("annotated")
        if annotated is None and wanted.embed_video and "html" in files and not recorded:
            annotated = Path(scratch) / "annotated.mp4"
        if annotated is not None:
            _write_video(clip, analysis, annotated, blur, shows)
        illustrated, pictures = report, dict[str, bytes]()
        if not recorded and {"stills", "html"} & files.keys():
            illustrated, pictures = _take_stills(
                clip, analysis, report, files.get("stills"), base, blur, shows
            )
        if "html" in files:
            _write_page(clip, illustrated, pictures, wanted, annotated)
    if "stills" in files:  # pictures that are only in the page are not named in the report
        report = illustrated
    if "json" in files:
        write_text(files["json"], report.to_json())
    return report


def _write_video(clip: Path, analysis: Analysis, out: Path, blur: FaceBlur | None, shows: Bar) -> None:
    from formcheck.report.pictures.annotated_video import write_annotated

    with shows("drawing", len(analysis.smoothed)) as progress:
        write_annotated(clip, analysis, out, progress=progress, blur=blur)


def _take_stills(
    clip: Path,
    analysis: Analysis,
    report: Report,
    folder: Path | None,
    base: Path,
    blur: FaceBlur | None,
    shows: Bar,
) -> tuple[Report, dict[str, bytes]]:
    """Take the stills, save them where a folder is given; return the report with them and the JPEG files."""
    from formcheck.report.pictures import stills

    with shows("taking stills", len(analysis.smoothed)) as progress:
        taken = stills.take(clip, analysis, blur=blur, progress=progress)
    if folder is not None:
        stills.save(taken, folder)
    named = [(_named(each.still, folder, base), each.jpeg) for each in taken]
    pictures = {still.file: jpeg for still, jpeg in named}
    return report.model_copy(update={"stills": tuple(still for still, _ in named)}), pictures


def _write_data(analysis: Analysis, files: Mapping[str, Path]) -> None:
    """Write the files that hold only numbers."""
    if "json" in files:
        write_text(files["json"], analysis.report.to_json())
    if "track" in files:
        analysis.raw.save(files["track"], of_clip=True)
    if {"csv", "csv-frames"} & files.keys():
        from formcheck.report.spreadsheet import frames_csv, reps_csv

        if "csv" in files:
            write_text(files["csv"], reps_csv(analysis.report))
        if "csv-frames" in files:
            write_text(files["csv-frames"], frames_csv(analysis))
    if "trc" in files:
        from formcheck.poses.exchange import trc

        write_text(files["trc"], trc.text(analysis.raw, names.shown(files["trc"].name)))
    if "mot" in files:
        from formcheck.report.whole import motion_file

        write_text(files["mot"], motion_file(analysis, names.shown(files["mot"].stem)))


def _write_page(
    clip: Path, report: Report, pictures: Mapping[str, bytes], wanted: Outputs, annotated: Path | None
) -> None:
    from formcheck.report.page.render import Video, report_page
    from formcheck.video.reader import player_clock

    page = wanted.files["html"]
    video = None
    if wanted.embed_video and annotated is not None:
        video = Video(data=annotated.read_bytes())
    elif annotated is not None:
        video = Video(link=_relative(annotated, page.parent))
    elif kinds.plays(clip) and not wanted.blur_faces:
        video = Video(_relative(clip, page.parent), None, *player_clock(clip, report.filming))
    write_text(page, report_page(report, pictures, video))


def _named(still: Still, folder: Path | None, base: Path) -> Still:
    """Return a still with its file as seen from the report's folder."""
    if folder is None:
        return still
    return still.model_copy(update={"file": names.shown(_relative(folder / still.file, base))})


def _relative(path: Path, base: Path) -> str:
    try:
        return Path(os.path.relpath(path.resolve(), base.resolve())).as_posix()
    except ValueError:  # another drive
        return path.name


def plan(
    clip: Path, folder: Path | None, named: Mapping[str, Path | None], *, kept: Sequence[Path] = ()
) -> dict[str, Path]:
    """Return which files to write, by kind, each of which can be written. Stills are a folder, made here.

    Args:
        clip: What is analysed; of a recorded track no pictures are made, and no second track.
        folder: Where to write every kind that was not given a file of its own, or None.
        named: Files by kind (`json`, `html`, `csv`, `csv-frames`, `track`, `trc`, `mot`, `annotated`,
            `stills`).
        kept: Other files that are read, and must not be overwritten.

    Raises:
        OutputError: One cannot be written.
        UsageError: Two outputs, or an output and what is read, are the same file; or pictures of a track.
    """
    recorded = kinds.is_recorded(clip)
    for kind in ("annotated", "stills"):
        if recorded and named.get(kind):
            raise UsageError(
                f"a recorded track has no pictures to draw on; name the clip itself for --{kind}"
            )
    wanted = {kind: path for kind, path in named.items() if path is not None}
    if folder is not None:
        make_folder(folder)
        stem = names.file_stem(kinds.without_track(clip.stem) if recorded else clip.stem)
        for kind, name in _IN_FOLDER.items():
            if kind not in wanted and not (recorded and kind in _NEEDS_VIDEO):
                place = folder / name.format(stem)
                if os.path.realpath(place) != os.path.realpath(clip):  # a `.trc` in that folder
                    wanted[kind] = place
    check_apart(wanted.values(), (clip, *kept))
    for kind, path in wanted.items():
        if kind == "stills":
            make_folder(path)
        else:
            check_writable(path)
    return wanted
