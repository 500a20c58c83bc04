"""JPEG pictures that come one by one: decoded as a video file's are, and kept as they came.

Nothing is encoded again, so that reading the kept file back gives the very pixels that were decoded before.
"""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from formcheck.errors import OutputError, VideoError
from formcheck.video.frames import Image
from formcheck.video.opening import unfit

TICKS = 1000  # a second's worth: Matroska counts in milliseconds
_BEGINS = b"\xff\xd8\xff"  # every JPEG file does


class JpegDecoder:
    """Decodes JPEG files, each by itself.

    Args:
        most_pixels: Larger pictures are refused before room is made for them.
    """

    def __init__(self, most_pixels: int) -> None:
        self._most_pixels = most_pixels

    def decode(self, data: bytes) -> Image:
        """Return the picture, (H, W, 3) RGB.

        Raises:
            VideoError: It is no JPEG picture, or too large, or of an odd shape.
        """
        if not data.startswith(_BEGINS):
            raise VideoError("this is no JPEG picture; send the camera's pictures as JPEG")
        context: Any = av.CodecContext.create("mjpeg", "r")
        context.thread_type = "SLICE"  # by frames, it would wait for the next one
        context.options = {"max_pixels": str(self._most_pixels)}
        try:
            frames = context.decode(av.Packet(data))
        except (av.error.FFmpegError, ValueError) as error:
            raise VideoError("this picture is damaged or too large; send a smaller one") from error
        if len(frames) != 1 or unfit(frames[0].width, frames[0].height):
            raise VideoError("this picture is damaged or of an odd shape; send another")
        image: Image = frames[0].reformat(format="rgb24").to_ndarray()
        return image


class JpegSink:
    """A Matroska file of JPEG pictures, which can be played up to the last second, whatever happens.

    Args:
        path: The file to write; replaced where it exists.
        size: Width and height of the first picture.

    Raises:
        OutputError: The file cannot be written.
    """

    def __init__(self, path: Path, size: tuple[int, int]) -> None:
        self._path = path
        self._last = -1
        options = {"flush_packets": "1", "cluster_time_limit": "1000"}
        try:
            self._container: Any = av.open(str(path), "w", format="matroska", options=options)
            self._stream: Any = self._container.add_stream("mjpeg", rate=30)
            self._stream.width, self._stream.height = size
            self._stream.pix_fmt = "yuvj420p"
            self._stream.time_base = self._stream.codec_context.time_base = Fraction(1, TICKS)
        except (OSError, av.error.FFmpegError) as error:
            raise self._failed(error) from error

    def write(self, data: bytes, time_s: float) -> None:
        """Append a picture.

        Args:
            data: The JPEG file.
            time_s: Its presentation time, to a millisecond; one not later than the last is moved by one.

        Raises:
            OutputError: The disk is full or the file cannot be written any more.
        """
        packet: Any = av.Packet(data)
        self._last = max(round(time_s * TICKS), self._last + 1)
        packet.stream, packet.time_base = self._stream, Fraction(1, TICKS)
        packet.pts = packet.dts = self._last
        packet.is_keyframe = True
        try:
            self._container.mux(packet)
        except (OSError, av.error.FFmpegError) as error:
            self.close()
            raise self._failed(error) from error

    def close(self) -> None:
        """Finish the file; what was written stays, also on a full disk. May be called twice."""
        container, self._container = self._container, None
        if container is not None:
            with suppress(OSError, av.error.FFmpegError):
                container.close()

    def _failed(self, error: Exception) -> OutputError:
        reason = getattr(error, "strerror", None) or str(error)
        return OutputError(f"The video {self._path} cannot be written ({reason}); choose another place.")
