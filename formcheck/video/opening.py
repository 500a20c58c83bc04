"""Opens video files safely: one file, of a known kind, with images of a possible size."""

from __future__ import annotations

import os
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import av
import av.logging
from av.video.stream import VideoStream

av.logging.set_level(None)  # keep FFmpeg's own lines from the terminal

MAX_PIXELS = 36_000_000
"""8K has 33 million; a decoder takes several pictures at a time, with 3 bytes a pixel."""
MAX_ASPECT = 8.0
"""A picture longer than so many times its width shows no person: its header is wrong."""
MIN_SIDE = 16

_FILMS = (
    "asf avi dv flv gif h264 hevc ivf m4v matroska mjpeg mov mpeg mpegts mpegvideo mxf nut obu ogg rm wtv"
)
_OTHERS = "aac bmp_pipe flac gif_pipe image2 jpeg_pipe mp3 png_pipe tiff_pipe wav webp_pipe"
_OPTIONS = {
    # Playlists and scripts (concat, hls, dash, ...) name other files: none of them is here.
    # The others are opened only to say what they are.
    "format_whitelist": ",".join(f"{_FILMS} {_OTHERS}".split()),
    "protocol_whitelist": "file",
    "max_pixels": str(MAX_PIXELS),
}
_FROM_ZERO = ("matroska", "flv")  # formats whose length counts from time 0, not from their first frame
_SHORT = 0.03  # of a video that may be missing
_COUNTED = 2000  # packets that tell the video from a track of thumbnails


def opened(path: Path) -> Any:
    """Open a file; a name such as `set:1.mp4` is not taken for a protocol.

    Raises:
        av.error.FFmpegError: Its kind is not allowed, or it is damaged.
        OSError: It cannot be read.
    """
    return av.open("file:" + os.path.abspath(path), options=dict(_OPTIONS))


def opened_stream(address: str, options: dict[str, str], timeout_s: tuple[float, float]) -> Any:
    """Open a network stream.

    Args:
        address: Where it is.
        options: FFmpeg's, for this kind of stream.
        timeout_s: How long to wait for the connection, and for each packet.

    Raises:
        av.error.FFmpegError: It cannot be reached, or is none.
    """
    return av.open(address, options={**options, "max_pixels": str(MAX_PIXELS)}, timeout=timeout_s)


def limited(stream: VideoStream) -> VideoStream:
    """Return a stream whose decoder rejects images that are too large before it allocates memory."""
    stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
    return stream


def unfit(width: int, height: int) -> str:
    """Return what is wrong with an image size; empty if it is right or not known yet (0)."""
    if not width or not height:
        return ""
    if width * height > MAX_PIXELS:
        return f"its pictures are said to be {width}x{height}, which is more than 8K"
    if min(width, height) < MIN_SIDE:
        return f"its pictures are said to be {width}x{height}, which is too small"
    if max(width, height) > MAX_ASPECT * min(width, height):
        return f"its pictures are said to be {width}x{height}, which is too long and thin"
    return ""


def videos(container: Any) -> list[VideoStream]:
    """Return the video streams of a file, without cover images."""
    cover = av.stream.Disposition.attached_pic
    return [one for one in container.streams.video if not one.disposition & cover]


def best(path: Path, streams: list[VideoStream]) -> VideoStream:
    """Return the main video stream: the largest, without thumbnails, which have few frames."""
    able = [one for one in streams if one.codec_context is not None] or streams
    if len(able) == 1:
        return able[0]
    with opened(path) as again:
        packets = islice((packet for packet in again.demux() if packet.size), _COUNTED)
        count = Counter(packet.stream.index for packet in packets)
    most = max(count[one.index] for one in able)
    whole = [one for one in able if 2 * count[one.index] >= most]
    return max(whole, key=lambda one: one.codec_context.width * one.codec_context.height)


class Extent:
    """The length of a video according to the file, and its real length.

    A long last frame, or sound that goes on, makes a file longer than its frames, and an edit may leave out
    frames. So a file is truncated only if both time and frames are missing.

    Args:
        container: The file.
        stream: Its video.

    Attributes:
        end_s: The file's own time at which the video, or else all of the file, is said to end; or None.
        frames: The number of decoded frames; the decoder counts them.
    """

    def __init__(self, container: Any, stream: VideoStream) -> None:
        self.end_s: float | None = None
        self.frames, self._said_frames = 0, stream.frames
        self._begins_s = self._reached_s = float((stream.start_time or 0) * (stream.time_base or 0))
        self._only = stream.index if stream.duration else None
        if stream.duration and stream.time_base:
            self.end_s = self._begins_s + float(stream.duration * stream.time_base)
        elif container.duration:
            begins = 0 if container.format.name.startswith(_FROM_ZERO) else container.start_time or 0
            self.end_s = float((begins + container.duration) / av.time_base)

    def reach(self, packet: Any) -> None:
        """Add the next packet, also of sound, which counts if only the file has a length."""
        at = packet.dts if packet.pts is None else packet.pts
        if at is None or packet.time_base is None or self._only not in (None, packet.stream.index):
            return
        self._reached_s = max(self._reached_s, float((at + (packet.duration or 0)) * packet.time_base))

    def missing_s(self) -> float:
        """Return how much is missing at the end; 0 if it seems whole."""
        if self.end_s is None:
            return 0.0
        missing_s = self.end_s - self._reached_s
        whole = missing_s <= _SHORT * (self.end_s - self._begins_s) + 0.5
        return 0.0 if whole or (self.frames >= (1 - _SHORT) * self._said_frames > 0) else missing_s
