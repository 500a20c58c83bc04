"""The files of a live session: the recording, the journal of landmarks, the reports.

All that is written is written beside the loop, in one thread.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from platformdirs import user_state_path

from formcheck.errors import FormcheckError, NoPersonError, OutputError, UsageError, brief
from formcheck.files.writing import make_folder, write_text
from formcheck.live.feeds import Taken
from formcheck.pipeline import Session
from formcheck.poses import claims, journal
from formcheck.poses.journal import Journal, Memory
from formcheck.poses.pose import Pose
from formcheck.poses.track import Track
from formcheck.report.analysis import Analysis
from formcheck.video.jpegs import JpegSink
from formcheck.video.writer import VideoSink

_AHEAD = 30  # frames the encoder may lag behind: a second, 28 MB at 640x480


class Recorder:
    """Writes the judged frames to a video that can be played up to its last second, even after a crash.

    A frame for which the encoder has no room is left out and counted; a full disk ends the recording, not
    the session.

    Args:
        path: The video, MP4 or MKV; it must not exist.
        tell: Told once when the recording ends early.
        every: Whether `put` waits for the encoder instead of leaving a frame out.
        copy: Whether the frames' JPEG files are kept as they are; they must have some, and the video is MKV.

    Raises:
        UsageError: There is such a file already, or it is of another kind.
    """

    def __init__(
        self, path: Path, tell: Callable[[str], None], *, every: bool = False, copy: bool = False
    ) -> None:
        if path.suffix.lower() not in (".mp4", ".mkv"):
            raise UsageError(f"{path} is neither .mp4 nor .mkv; name the recording so")
        if path.exists():
            raise UsageError(f"{path} exists already; choose another name for the recording")
        self._tell, self._every = tell, every
        self.left_out = 0
        self.failed = False
        self._path = path
        self._sink: VideoSink | JpegSink | None = None if copy else VideoSink(path, growing=True)
        self._queue: queue.Queue[Taken | None] = queue.Queue(_AHEAD)
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)

    def put(self, frame: Taken) -> None:
        """Add a frame; returns at once, unless every frame counts."""
        if self.failed:
            return
        try:
            self._queue.put(frame, block=self._every)
        except queue.Full:
            self.left_out += 1

    def __enter__(self) -> Recorder:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def _write(self, frame: Taken) -> None:
        if self._sink is None:
            self._sink = JpegSink(self._path, (frame.image.shape[1], frame.image.shape[0]))
        if isinstance(self._sink, JpegSink):
            self._sink.write(frame.jpeg, frame.time_s)
        else:
            self._sink.write(frame.image, frame.time_s)

    def _work(self) -> None:
        try:
            while (frame := self._queue.get()) is not None:
                self._write(frame)
            if self._sink is not None:
                self._sink.close()
        except OutputError as error:
            self.failed = True
            self._tell(f"{str(error).rstrip('.')}; what was recorded so far stays, the coach goes on.")
            while self._queue.get() is not None:  # `put` must not wait for a dead thread
                pass


class SafeLog:
    """A journal on disk that continues in memory when the disk is full.

    Args:
        path: The journal.
        size: Image width and height in pixels.
        source: What to call the clip in reports.
        tell: Told once when that happens.
    """

    def __init__(self, path: Path, size: tuple[int, int], source: str, tell: Callable[[str], None]) -> None:
        self._journal = Journal(path, size, source)
        self._rest: Memory | None = None
        self._size, self._source, self._tell = size, source, tell

    def append(self, pose: Pose) -> None:
        """Add a frame."""
        if self._rest is None:
            try:
                self._journal.append(pose)
                return
            except OutputError as error:
                memory = Memory(self._size, self._source)
                for earlier in self._journal.track().poses():
                    memory.append(earlier)
                self._rest = memory
                self._tell(f"{error}; the set is kept in memory from here on.")
        self._rest.append(pose)

    def forget(self) -> None:
        """Remove the person from all frames so far: it was another person."""
        (self._journal if self._rest is None else self._rest).forget()

    def track(self, first: int = 0, last: int | None = None) -> Track:
        """Return the frames from number `first` up to (not with) `last`."""
        log = self._journal if self._rest is None else self._rest
        return log.track(first, last)

    def __len__(self) -> int:
        return len(self._journal) if self._rest is None else len(self._rest)

    def rest(self) -> None:
        """Close the file; it can still be read."""
        self._journal.close()

    def close(self, *, keep: bool) -> None:
        """Close the journal and, unless it is to be kept, remove it."""
        self._journal.close(keep=keep)


class Shelf:
    """The places of a session's files, and the journals that earlier sessions left.

    Args:
        folder: The folder the user named for reports, or None: then the journal alone is kept, in the user's
            state folder, for as long as the session runs.
        name: What tells this session from others that begin in the same second.
    """

    def __init__(self, folder: Path | None, name: str = "") -> None:
        self.wanted = folder is not None
        self.folder = folder or user_state_path("formcheck") / "live"
        make_folder(self.folder)
        stamp = time.strftime("%Y-%m-%d-%H%M%S") + (f"-{name}" if name else "")
        self._stem, number = stamp, 1
        while list(self.folder.glob(f"{self._stem}.*")):
            number += 1
            self._stem = f"{stamp}-{number}"

    @property
    def journal(self) -> Path:
        """The journal of this session."""
        return self.folder / f"{self._stem}{journal.SUFFIX}"

    @property
    def report(self) -> Path:
        """The report on all of this session."""
        return self.folder / f"{self._stem}.report.json"

    @property
    def track(self) -> Path:
        """The recorded track of this session."""
        return self.folder / f"{self._stem}.track.npz"

    def set_report(self, number: int) -> Path | None:
        """The report on one set, or None where no reports are wanted."""
        return self.folder / f"{self._stem}.set-{number}.report.json" if self.wanted else None

    def left_behind(self, tell: Callable[[str], None] = lambda text: None) -> list[Path]:
        """Return the journals of killed sessions in this folder, oldest first.

        One that cannot be read is set aside, so that it stands in nobody's way again.

        Args:
            tell: Told of each that is.
        """
        found = []
        for path in sorted(self.folder.glob(f"*{journal.SUFFIX}")):
            try:
                if not path.is_file() or claims.in_use(path):  # a pipe would keep its reader waiting
                    continue
                if path.stat().st_size and len(journal.read(path)):
                    found.append(path)
                else:
                    path.unlink()
            except FormcheckError as error:
                set_aside(path, str(error), tell)
            except OSError:
                continue
        return found


def set_aside(path: Path, why: str, tell: Callable[[str], None]) -> None:
    """Rename a journal that cannot be judged, so that later sessions skip it, and say so.

    Args:
        path: The journal.
        why: What is wrong with it.
        tell: Told of it.
    """
    place, number = path.with_name(f"{path.name}.damaged"), 1
    while place.exists():
        number += 1
        place = path.with_name(f"{path.name}.damaged-{number}")
    try:
        path.rename(place)
    except OSError as error:
        said = error.strerror or error
        tell(f"{path.name} of an earlier session is damaged, and stays there ({said}): {why}")
        return
    tell(f"{path.name} of an earlier session is damaged, and set aside as {place.name}: {why}")


# One thread beside the live loop that judges and writes reports after each repetition and each set.

_SHARE = 0.1  # of the time at most is used to judge a set that still runs


@dataclass(frozen=True, slots=True)
class Job:
    """A range of frames to judge.

    Attributes:
        number: Of the set, from 1.
        first: First frame.
        last: The one after the last, or None while the set runs.
    """

    number: int
    first: int
    last: int | None


@dataclass(frozen=True, slots=True)
class Judged:
    """The result of a finished set; no analysis if nobody was seen."""

    job: Job
    analysis: Analysis | None


class Scribe:
    """Judges parts of a running session.

    Sets that ended are all judged, in order; of a running set only the newest wish counts, and no more than
    a share of the time goes into it: it is the longer the longer the set, and the frames need the processor.

    Args:
        session: The session whose frames are judged.
        path_of: Gives the file for a set's report, by its number; None where none is wanted.
        tell: Told once when reports cannot be written any more.
    """

    def __init__(
        self, session: Session, path_of: Callable[[int], Path | None], tell: Callable[[str], None]
    ) -> None:
        self._session, self._path_of, self._tell = session, path_of, tell
        self.judged: deque[Judged] = deque()
        self._ended: deque[Job] = deque()
        self._running: Job | None = None
        self._rest_until_s = 0.0
        self._busy = False
        self._stop = False
        self._broken = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="scribe", daemon=True)

    def __enter__(self) -> Scribe:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._stop = True
            self._changed.notify_all()
        self._thread.join(10.0)

    def ask(self, job: Job) -> None:
        """Request that a range of frames is judged; returns at once."""
        with self._changed:
            if job.last is None:
                self._running = job
            else:
                self._ended.append(job)
                self._running = None
            self._changed.notify_all()

    def wait(self, timeout_s: float) -> None:
        """Wait until every set that ended is judged."""
        with self._changed:
            self._changed.wait_for(lambda: not self._ended and not self._busy, timeout_s)

    def _work(self) -> None:
        while (job := self._next()) is not None:
            analysis: Analysis | None = None
            began_s = time.monotonic()
            try:
                analysis = self._session.judge(job.first, job.last)
                self._write(job, analysis)
            except NoPersonError:
                pass
            except Exception as error:  # the next set is judged all the same, and this one again at the end
                self._tell(f"set {job.number} cannot be summed up ({brief(error)}); the coach goes on.")
            finally:
                with self._changed:
                    if job.last is not None:
                        self.judged.append(Judged(job, analysis))
                    self._busy = False
                    now_s = time.monotonic()
                    self._rest_until_s = now_s + (now_s - began_s) / _SHARE
                    self._changed.notify_all()
            del analysis  # arrays of a whole set: free them before the next one

    def _next(self) -> Job | None:
        with self._changed:
            while not self._ended and (self._running is None or time.monotonic() < self._rest_until_s):
                if self._stop:
                    return None
                self._changed.wait(0.1)
            self._busy = True
            if self._ended:
                return self._ended.popleft()
            job, self._running = self._running, None
            return job

    def _write(self, job: Job, analysis: Analysis) -> None:
        path = self._path_of(job.number)
        if path is None or self._broken:
            return
        try:
            write_text(path, analysis.report.to_json())
        except FormcheckError as error:
            self._broken = True
            self._tell(f"{error}; the coach goes on without reports.")
