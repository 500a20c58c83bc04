"""One clip scored, in whichever process: the same engine and report as every other use.

Its page is made here too, by the same hands as every page.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from formcheck.api import analyze_clip
from formcheck.batch.inputs import download
from formcheck.batch.job import Earlier, Item, Job, Setup
from formcheck.batch.provenance import RECORDED, Versions, versions
from formcheck.batch.record import Record, record
from formcheck.errors import FormcheckError, ModelError, TrackError, UsageError
from formcheck.exercises import catalog
from formcheck.files import kinds, names
from formcheck.files.digest import sha256
from formcheck.pipeline import Session
from formcheck.poses.recorded import recover
from formcheck.report.analysis import Analysis
from formcheck.vision.landmarker import MediaPipeLandmarker
from formcheck.vision.models import resolve

Tell = Callable[[int], None]
"""Told how many frames of the clip are done."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job.

    Attributes:
        job: The job.
        record: What to keep, or None where the earlier record still holds: the file changed in nothing but
            its time.
        page: The clip's page as HTML, or None.
        track: The recorded landmarks as a file, or None.
        fatal: Why no further clip can be scored either, or None.
    """

    job: Job
    record: Record | None
    page: bytes | None = None
    track: bytes | None = None
    fatal: FormcheckError | None = field(default=None)


def prepare(setup: Setup, by: Versions) -> None:
    """Make this process ready to score: libraries, model, own exercises, one thread for OpenCV.

    Raises:
        UsageError: It would not score as the process that asks for it: another version, other rules or model.
    """
    os.environ["OPENCV_FOR_THREADS_NUM"] = "1"  # MediaPipe's own OpenCV, which is loaded later, reads it
    import cv2

    cv2.setNumThreads(1)
    if setup.rules:
        load_rules(setup.rules)
    model = None if by.model == RECORDED else resolve(setup.settings.model)
    mine = versions(model, setup.rules)
    if mine != by:
        raise UsageError(
            f"a worker has other code, rules or another model (formcheck {mine.version}, code {mine.code}, "
            f"rules {mine.rules}, model {mine.model}) than this machine ({by.version}, {by.code}, "
            f"{by.rules}, {by.model}); install the same everywhere"
        )
    if model is not None:
        MediaPipeLandmarker(model).close()  # loads libraries and model, which the first clip would pay for


_loaded: set[str] = set()


def load_rules(path: str) -> None:
    """Add the exercises of a rule file or a folder, once a process."""
    if path not in _loaded:
        catalog.load_folder(Path(path))
        _loaded.add(path)


def score(job: Job, setup: Setup, tell: Tell = lambda frames: None) -> Outcome:
    """Score one clip. Whatever is wrong with it becomes its record's reason.

    Args:
        job: The clip.
        setup: How.
        tell: Told of progress.
    """
    began = time.monotonic()
    digest, place = "", Path(job.item.address)

    def failed(error: str, reason: str) -> Outcome:
        took = round(time.monotonic() - began, 3)
        return Outcome(job, record(job, sha256=digest, error=error, reason=reason, took_s=took))

    try:
        with _local(job.item) as path:
            place = path
            digest = sha256(path)
            earlier = job.earlier
            if earlier and earlier.sha256 == digest and earlier.judged == job.stamp.judged:
                return Outcome(job, None)
            analysis, filmed = _analyze(path, job, setup, digest, tell)
            page = _page(path, analysis, job, setup) if setup.html else None
            track = _track(analysis) if setup.tracks and filmed else None
    except ModelError as error:
        return Outcome(job, None, fatal=error)
    except FormcheckError as error:
        reason = str(error)
        for raw in (str(place), job.item.address):
            reason = reason.replace(raw, job.item.name)
        return failed(type(error).__name__, reason)
    except OSError as error:
        return failed("OSError", f"it cannot be read: {error.strerror or error}")
    except Exception as error:  # one bad clip never stops a run
        return failed("internal error", f"{type(error).__name__}: {error}")
    kept = record(
        job,
        sha256=digest,
        report=analysis.report,
        said=analysis.said,
        frames=len(analysis.raw),
        took_s=round(time.monotonic() - began, 3),
        peak_mb=peak_mb(),
    )
    return Outcome(job, kept, page, track)


def peak_mb() -> float:
    """Return the most memory this process has held so far, in MB, or 0 where it cannot be told.

    Linux's `ru_maxrss` begins with the memory of the process that started this one: a small worker of a large
    program would look large. So what the system says of this program alone comes first.
    """
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return round(int(line.split()[1]) / (1 << 10), 1)
    if sys.platform == "win32":
        return 0.0
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(most / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)


@contextmanager
def _local(item: Item) -> Iterator[Path]:
    """Give the clip as a local file; a remote one is fetched for as long as it is needed."""
    if not item.remote:
        yield Path(item.address)
        return
    with tempfile.TemporaryDirectory(prefix="formcheck-") as room:
        named = PurePosixPath(item.address.rstrip("/").rsplit("/", 1)[-1].split("?")[0] or "clip")
        path = Path(room) / f"{names.file_stem(named.stem)}{named.suffix}"
        download(item.address, path)
        yield path


def _analyze(path: Path, job: Job, setup: Setup, digest: str, tell: Tell) -> tuple[Analysis, bool]:
    """Analyse a clip, from its recorded track where that still holds; say whether the video was read."""
    item = job.item
    earlier = job.earlier if job.earlier and job.earlier.sha256 == digest else None
    if earlier and earlier.track and earlier.seen == job.stamp.seen and Path(earlier.track).is_file():
        try:
            return _judge(Path(earlier.track), job, setup, tell, earlier), False
        except TrackError:  # it is damaged; the video is there still
            pass
    if kinds.is_recorded(path):
        if item.choose:
            raise UsageError("a recorded track holds one person: choose where it is recorded")
        return _judge(path, job, setup, tell, earlier), False
    analysis = analyze_clip(path, setup.settings_of(item), progress=lambda frames, time_s: tell(frames))
    return analysis, True


def _judge(path: Path, job: Job, setup: Setup, tell: Tell, earlier: Earlier | None) -> Analysis:
    """Judge recorded landmarks; cues are found only where a page shows them.

    Args:
        path: The track.
        job: What is scored.
        setup: How.
        tell: Told of progress.
        earlier: What is known of the same clip from before.
    """
    item = job.item
    settings = setup.settings_of(item)
    found = recover(path, settings.given)
    track = found.track
    session = Session(
        track.size,
        settings,
        source=names.shown(track.source or path.name),
        notes=earlier.said if earlier else found.notes,
    )
    for pose in track.poses():
        session.push(pose)
    tell(len(track))
    return session.finish(complete=earlier.complete if earlier else True)


def _page(path: Path, analysis: Analysis, job: Job, setup: Setup) -> bytes:

    return clip_page(path, analysis, link=job.link, blur_faces=setup.blur_faces).encode()


def _track(analysis: Analysis) -> bytes:
    with tempfile.TemporaryDirectory(prefix="formcheck-") as room:
        path = Path(room) / "track.npz"
        analysis.raw.save(path, of_clip=True)
        return path.read_bytes()


# The page of one clip of many, by the same hands as every page.


def clip_page(path: Path, analysis: Analysis, *, link: str, blur_faces: bool) -> str:
    """Return the page of a clip as HTML.

    Args:
        path: The clip; of a recorded track there are no pictures.
        analysis: What was found in it.
        link: The video as seen from the page's folder, or empty.
        blur_faces: Whether faces are made unrecognisable; the video is then not linked.
    """
    from formcheck.report.page.render import Video, report_page
    from formcheck.report.pictures.stills import take
    from formcheck.video.reader import player_clock

    report, pictures = analysis.report, dict[str, bytes]()
    if kinds.is_recorded(path):
        return report_page(report)
    blur = None
    if blur_faces:
        from formcheck.report.pictures.face_blur import FaceBlur

        blur = FaceBlur(analysis.smoothed)
    taken = take(path, analysis, blur=blur)
    pictures = {each.still.file: each.jpeg for each in taken}
    report = report.model_copy(
        update={"stills": tuple(each.still for each in taken), "faces_blurred": blur is not None}
    )
    video = Video(link, None, *player_clock(path, report.filming)) if link and not blur_faces else None
    return report_page(report, pictures, video)
