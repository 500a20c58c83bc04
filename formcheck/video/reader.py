"""Reads frames from video files.

Decoding runs in its own thread, so that it overlaps with the detection of landmarks.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import Any

import av
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from formcheck.errors import FormcheckError, UsageError, VideoError
from formcheck.video.frames import (
    AS_FILMED,
    MOST_SLOW,
    Clock,
    Filming,
    Fitter,
    Frame,
    Image,
    Pace,
    display_matrix,
    presentation_time_s,
    turn,
)
from formcheck.video.opening import Extent, best, limited, opened, unfit, videos
from formcheck.video.writer import VideoSink

__all__ = ["Frame", "VideoInfo", "VideoSink", "VideoSource", "created", "player_clock"]

_QUEUE = 4  # frames decoded ahead: enough to bridge a slow one, and 100 MB at most for 4K
_DEFAULT_FPS = 30.0
_FILMED_FPS = "com.android.capture.fps"
_LEAST_SLOW = 1.5  # times fewer frames a second than filmed: less is rounding
_STILL_FORMATS = ("image2", "_pipe")
_NOT_A_VIDEO = "{path} is not a video that can be read ({reason}); record it again or convert it to MP4."


@dataclass(frozen=True)
class VideoInfo:
    """The properties of a video, from its file.

    Attributes:
        path: The file.
        width: Of the upright image with square pixels, in pixels.
        height: Likewise.
        fps: Average frame rate; 30 if the file does not tell.
        start_s: The file's own time of the first frame, mostly 0.
        lead_s: How long sound plays before the first frame: a player's clock is ahead by this.
        slow_motion: How many times slower it plays than the person moved: all other times are the person's.
        duration_s: Length, or None if the file does not tell.
        frames_estimate: About how many frames to expect, or None.
    """

    path: Path
    width: int
    height: int
    fps: float
    start_s: float
    lead_s: float
    slow_motion: float
    duration_s: float | None
    frames_estimate: int | None


class VideoSource:
    """The frames of a video file, upright and in order of time; can be iterated once.

    Times count from the first frame and are corrected by `Clock`. Rotation and pixel shape of the file are
    applied. Images that change their shape are fitted into that of the first. Close it, or use it as a
    context manager: that also ends the decoding thread if not all frames were read.

    Args:
        path: The file.
        least_step_s: Frames that follow the last one by less are skipped.
        filming: How it was filmed, if the file does not tell.

    Attributes:
        info: The properties of the video.
        truncated: After the last frame: None, or why frames are missing.

    Raises:
        UsageError: There is no such file.
        VideoError: It is not a video, or no frame of it can be decoded.
    """

    def __init__(self, path: Path | str, *, least_step_s: float = 0.0, filming: Filming = AS_FILMED) -> None:
        self.truncated: str | None = None
        self._filming, self._fitter = filming, Fitter()
        self._path, self._pace = Path(path), Pace(least_step_s)
        if not self._path.exists():
            raise UsageError(f"There is no file {self._path}; check the name.")
        if not self._path.is_file():
            raise UsageError(f"{self._path} is not a file; name a video file.")
        self._queue: queue.Queue[Frame | BaseException | None] = queue.Queue(_QUEUE)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._started = False
        self._damaged = 0
        self._container = self._open()
        try:
            self._stream = self._pick_stream()
            self._extent = Extent(self._container, self._stream)
            self._decoded = self._decode()
            self._first = self._decode_first()
            self._matrix, self._coded = display_matrix(self._first), (self._first.width, self._first.height)
            self._check_size()
            self.info = self._describe()
        except BaseException:
            self._container.close()
            raise

    def __iter__(self) -> Iterator[Frame]:
        """Decode ahead in a thread and yield the frames one by one.

        Raises:
            VideoError: The file cannot be read any further for a reason other than its own damage.
        """
        if self._started:
            raise RuntimeError("a VideoSource can be gone through once; open it again")
        self._started = True
        self._thread = threading.Thread(target=self._work, name=f"decode {self._path.name}", daemon=True)
        self._thread.start()
        try:
            while not self._stop.is_set():
                item = self._queue.get()
                if item is None:
                    break
                if isinstance(item, BaseException):
                    raise item
                yield item
        finally:
            self._end_thread()

    def glimpses(self, count: int) -> Iterator[Frame]:
        """Yield a few frames spread over the video, instead of all.

        These are keyframes, which can be decoded alone, so there may be fewer than asked for. Their `index`
        counts the frames yielded.

        Args:
            count: The largest number of frames.
        """
        self._started = True
        start_s, slow = self.info.start_s, self.info.slow_motion
        length_s = slow * (self.info.duration_s or 0.0)
        given = [0.0]
        yield Frame(0, 0.0, self._upright(self._first))
        for number in range(1, count):
            try:
                self._container.seek(int((start_s + length_s * number / count) * av.time_base))
                frame = next(self._decode(), None)
            except av.error.FFmpegError:
                return
            own_s = presentation_time_s(frame) if frame else None
            if frame is not None and own_s is not None and (own_s - start_s) / slow > given[-1]:
                given.append((own_s - start_s) / slow)
                yield Frame(len(given) - 1, given[-1], self._upright(frame))

    def close(self) -> None:
        """End the thread and close the file. May be called twice."""
        self._started = True
        self._end_thread()
        self._container.close()

    def __enter__(self) -> VideoSource:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _bad(self, reason: str) -> VideoError:
        return VideoError(_NOT_A_VIDEO.format(path=self._path, reason=reason))

    def _open(self) -> Any:
        try:
            return opened(self._path)
        except PermissionError as error:
            raise UsageError(f"{self._path} may not be read; check its permissions.") from error
        except (av.error.FFmpegError, OSError, ValueError) as error:
            reason = "it is empty" if self._path.stat().st_size == 0 else "damaged or of an unknown format"
            raise self._bad(reason) from error

    def _pick_stream(self) -> VideoStream:
        streams = videos(self._container)
        if not streams:
            only = "only sound" if self._container.streams.audio else "no video"
            raise self._bad(f"it holds {only}")
        name = self._container.format.name
        if name.endswith(_STILL_FORMATS):
            raise self._bad("it is a single image")
        stream = best(self._path, streams)
        if stream.codec_context is None:
            raise self._bad("no decoder for it is built in")
        if wrong := unfit(stream.codec_context.width, stream.codec_context.height):
            raise self._bad(wrong)
        stream.thread_type = "AUTO"
        return limited(stream)

    def _check_size(self) -> None:
        """Reject images of a shape that no camera films."""
        aspect = self._stream.sample_aspect_ratio or 1
        if wrong := unfit(round(self._first.width * aspect), self._first.height):
            raise self._bad(wrong)

    def _decode(self) -> Iterator[VideoFrame]:
        """Yield frame after frame; a packet that cannot be decoded is counted and skipped."""
        packets = self._container.demux()
        while True:
            try:
                packet = next(packets, None)
                if packet is None:
                    return
                self._extent.reach(packet)
                frames = packet.decode() if packet.stream.index == self._stream.index else ()
            except av.error.EOFError:
                return
            except av.error.FFmpegError as error:
                self._damaged += 1
                if isinstance(error, OSError) and not isinstance(error, ValueError):
                    return
                continue
            for frame in frames:
                self._extent.frames += 1
                yield frame

    def _decode_first(self) -> VideoFrame:
        frame = next(self._decoded, None)
        if frame is None:
            sized = self._stream.codec_context.width  # what is too large is refused before it has a size
            raise self._bad(
                "no frame of it can be decoded" if sized else "its pictures are damaged, or over 8K"
            )
        return frame

    def _describe(self) -> VideoInfo:
        stream, first = self._stream, self._first
        rate = stream.average_rate or stream.guessed_rate
        fps = float(rate) if rate and 1 <= rate <= 1000 else _DEFAULT_FPS
        slow = self._filming.slow_motion or self._said_slow_motion(fps)
        start_s = presentation_time_s(first) or 0.0
        end_s = self._extent.end_s
        duration = None if end_s is None else max(end_s - start_s, 0.0) or None
        frames = stream.frames or (round(duration * fps) if duration else None)
        begins = self._container.start_time
        lead_s = 0.0 if begins is None else max(start_s - begins / av.time_base, 0.0)
        height, width = self._upright(first).shape[:2]
        duration = duration and duration / slow
        return VideoInfo(self._path, width, height, fps * slow, start_s, lead_s, slow, duration, frames)

    def _said_slow_motion(self, fps: float) -> float:
        """Return how many times slower it plays than it was filmed, according to the file, or 1."""
        with suppress(ValueError, TypeError):
            times = float(self._container.metadata.get(_FILMED_FPS, "")) / fps
            if _LEAST_SLOW <= times <= MOST_SLOW:
                return times
        return 1.0

    def _upright(self, frame: VideoFrame) -> Image:
        aspect = self._stream.sample_aspect_ratio or 1
        width, height = max(1, round(frame.width * aspect)), frame.height
        image: Any = frame.reformat(width=width, height=height, format="rgb24").to_ndarray()
        if (frame.width, frame.height) != self._coded:  # asked of every frame, it would keep them in memory
            self._coded = frame.width, frame.height
            self._matrix = own if (own := display_matrix(frame)) is not None else self._matrix
        return self._filming.set_right(self._fitter.fit(turn(image, self._matrix)))

    def _work(self) -> None:
        """Decode until the end or until stopped; the last item is None or the error."""
        clock, start_s, slow = Clock(self.info.fps), self.info.start_s, self.info.slow_motion
        last: BaseException | None = None
        try:
            frame: VideoFrame | None = self._first
            index = 0
            while frame is not None and not self._stop.is_set():
                own_s = presentation_time_s(frame)
                time_s = clock.tick(None if own_s is None else (own_s - start_s) / slow)
                if self._pace.takes(time_s):
                    self._put(Frame(index, time_s, self._upright(frame)))
                frame, index = next(self._decoded, None), index + 1
            if frame is None:
                self.truncated = self._judge_end()
        except av.error.FFmpegError as error:
            last = self._bad(str(error))
        except BaseException as error:  # raised where the frames are read
            last = error
        self._put(last)

    def _judge_end(self) -> str | None:
        name = self._path.name
        if self._damaged:
            parts, were = ("part is", "was") if self._damaged == 1 else ("parts are", "were")
            return f"{self._damaged} {parts} damaged in {name} and {were} left out"
        length_s, missing_s = self.info.duration_s, self._extent.missing_s() / self.info.slow_motion
        if length_s is None or not missing_s:
            return None
        return f"{name} breaks off at {length_s - missing_s:.1f} s of {length_s:.1f} s"

    def _put(self, item: Frame | BaseException | None) -> None:
        while not self._stop.is_set():
            try:
                return self._queue.put(item, timeout=0.1)
            except queue.Full:
                continue

    def _end_thread(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
            with suppress(queue.Full):
                self._queue.put_nowait(None)  # wakes an iteration that waits in another thread


def player_clock(path: Path, filming: Filming = AS_FILMED) -> tuple[float, float]:
    """Return a video's lead and slow motion (`VideoInfo`); 0 and 1 where it cannot be read (again).

    A player shows time t of the clip at lead + slow motion times t.
    """
    with suppress(FormcheckError), VideoSource(path, filming=filming) as source:
        return source.info.lead_s, source.info.slow_motion
    return 0.0, 1.0


def created(path: Path) -> datetime | None:
    """Return the recording time in a video's metadata, with its time zone, or None.

    Raises:
        VideoError: It cannot be opened.
    """
    try:
        with opened(path) as container:
            said = {**container.metadata}
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise VideoError(_NOT_A_VIDEO.format(path=path, reason="it cannot be opened")) from error
    for name in ("com.apple.quicktime.creationdate", "creation_time", "date"):
        with suppress(ValueError):
            found = datetime.fromisoformat(_iso(said.get(name, "")))
            return found if found.tzinfo else found.replace(tzinfo=timezone.utc)
    return None


def _iso(text: str) -> str:
    """Return a time stamp in a form that Python 3.10 reads too: it does not know `...Z` and `+0100`."""
    text = text.strip().replace("Z", "+00:00")
    return (
        f"{text[:-2]}:{text[-2:]}"
        if text[-5:-4] in ("+", "-") and text[-4:].isdigit() and "T" in text
        else text
    )
