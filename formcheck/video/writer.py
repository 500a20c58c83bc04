"""Writes frames to a video file that browsers play."""

from __future__ import annotations

import os
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from formcheck.errors import OutputError
from formcheck.files import names

_TICKS = 90_000  # a second's worth; divides by all common frame rates
_CRF = "23"
_FAITHFUL_CRF = "18"  # a recording is judged again, a drawing is looked at


class VideoSink:
    """An H.264 MP4 file with each frame at its exact time.

    It is written beside the target under a temporary name and renamed when it is closed, so that no
    half-written file is left. An exception in the `with` block removes it. An odd last row or column is cut
    off, as H.264 needs even sizes.

    A `growing` file has its name from the start and can be played up to its last second, whatever happens to
    the process. It is written in fragments (MP4) or clusters (MKV) with a keyframe in each second.

    Args:
        path: The file to write; an existing one is replaced.
        fps: The expected frame rate; it only helps the encoder.
        growing: Whether written frames must survive a crash or a full disk.
        crf: x264's constant rate factor, 0 (lossless) to 51, in place of the usual one.
        preset: x264's preset in place of the usual one.

    Raises:
        OutputError: The file cannot be written.
    """

    def __init__(
        self,
        path: Path | str,
        fps: float = 30.0,
        *,
        growing: bool = False,
        crf: int | None = None,
        preset: str | None = None,
    ) -> None:
        self._path = Path(path)
        self._crf, self._preset = crf, preset
        self._fps, self._growing = fps, growing
        self._last_tick: int | None = None
        self._stream: Any = None
        self._container: Any = None
        # Not mkstemp: its files are private, and the target is to get the user's usual permissions.
        self._part = names.part_beside(self._path)
        options = {"movflags": "+faststart", "movie_timescale": str(_TICKS)}  # for the first time
        if growing:
            self._part = self._path
            options |= {"movflags": "+frag_keyframe+empty_moov+default_base_moof", "flush_packets": "1"}
        name = "matroska" if growing and self._path.suffix.lower() == ".mkv" else "mp4"
        if name != "mp4":
            options = {"flush_packets": "1", "cluster_time_limit": "1000"}
        try:
            # PyAV opens it only when the first frame comes
            self._part.open("wb" if growing else "xb").close()
            self._container = av.open(str(self._part), "w", format=name, options=options)
        except (OSError, av.error.FFmpegError) as error:
            self.discard()
            raise self._failed(error) from error

    def write(self, image_rgb: NDArray[np.uint8], time_s: float) -> None:
        """Append a frame.

        Args:
            image_rgb: (H, W, 3), all of the first one's size.
            time_s: Its presentation time; if not later than the last, it becomes that plus 1/90000 s.

        Raises:
            OutputError: The disk is full or the file cannot be written any more.
        """
        if self._container is None:
            raise ValueError("this video is closed")
        even = image_rgb[: image_rgb.shape[0] // 2 * 2, : image_rgb.shape[1] // 2 * 2]
        tick = round(time_s * _TICKS)
        if self._last_tick is not None:
            tick = max(tick, self._last_tick + 1)
        self._last_tick = tick
        frame = VideoFrame.from_ndarray(np.ascontiguousarray(even), format="rgb24")
        frame.pts, frame.time_base = tick, Fraction(1, _TICKS)
        try:
            if self._stream is None:
                self._stream = self._add_stream(even.shape[1], even.shape[0])
            self._container.mux(self._stream.encode(frame))
        except (OSError, av.error.FFmpegError) as error:
            self.discard()
            raise self._failed(error) from error

    def close(self) -> None:
        """Finish and rename the file. May be called twice; without any frame no file is left.

        Raises:
            OutputError: It cannot be finished, for instance because the disk is full.
        """
        if self._container is None:
            return
        if self._stream is None:
            self.discard()
            return
        try:
            self._container.mux(self._stream.encode(None))
            self._container.close()
            if not self._growing:
                os.replace(self._part, self._path)
            self._container = None
        except (OSError, av.error.FFmpegError) as error:
            self.discard()
            raise self._failed(error) from error

    def discard(self) -> None:
        """Stop and remove the written file; the target stays as it was. A growing file keeps its frames."""
        container, self._container = self._container, None
        if container is not None:
            with suppress(OSError, av.error.FFmpegError):
                container.close()
        if self._growing and self._stream is not None:
            return
        with suppress(OSError):
            self._part.unlink(missing_ok=True)

    def __enter__(self) -> VideoSink:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self.discard()

    def _add_stream(self, width: int, height: int) -> Any:
        stream: Any = self._container.add_stream("libx264", rate=max(1, round(self._fps)))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {
            "crf": _CRF if self._crf is None else str(self._crf),
            "preset": self._preset or ("superfast" if self._growing else "veryfast"),
        }
        if self._growing:
            stream.options = {
                **stream.options,
                "g": str(max(1, round(self._fps))),
                "tune": "zerolatency",
                "threads": "1",
            }
        stream.time_base = stream.codec_context.time_base = Fraction(1, _TICKS)
        return stream

    def _failed(self, error: Exception) -> OutputError:
        reason = getattr(error, "strerror", None) or str(error)
        return OutputError(f"The video {self._path} cannot be written ({reason}); choose another place.")
