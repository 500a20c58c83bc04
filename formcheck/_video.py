"""Video files opened as what they are: one file, of a known kind, with pictures of a sane size."""

from __future__ import annotations

import os
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import av
import av.logging
from av.video.stream import VideoStream

av.logging.set_level(None)  # FFmpeg's own lines are not for the user's terminal

MAX_PIXELS = 36_000_000
"""8K has 33 million; a decoder takes several pictures at a time, with 3 bytes a pixel."""
MAX_ASPECT = 8.0
"""A picture longer than so many times its width shows no person: its header is wrong."""
MIN_SIDE = 16

_FILMS = "asf avi dv flv gif h264 hevc ivf m4v matroska mjpeg mov mpeg mpegts mpegvideo mxf nut obu ogg rm wtv"
_OTHERS = "aac bmp_pipe flac gif_pipe image2 jpeg_pipe mp3 png_pipe tiff_pipe wav webp_pipe"  # to say what they are
_OPTIONS = {
    # Playlists and scripts (concat, hls, dash, ...) name other files: none of them is here.
    "format_whitelist": ",".join(f"{_FILMS} {_OTHERS}".split()),
    "protocol_whitelist": "file",
    "max_pixels": str(MAX_PIXELS),
}
_COUNTED = 2000  # packets that tell the video from a track of thumbnails


def opened(path: Path) -> Any:
    """Open a file, whatever its name looks like (`set:1.mp4` is no protocol).

    Raises:
        av.error.FFmpegError: It is of no allowed kind, or damaged.
        OSError: It cannot be read.
    """
    return av.open("file:" + os.path.abspath(path), options=dict(_OPTIONS))


def limited(stream: VideoStream) -> VideoStream:
    """Return a stream whose decoder refuses pictures that are too large before it makes room for them."""
    stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
    return stream


def unfit(width: int, height: int) -> str:
    """Say what is wrong with a size of pictures; empty where nothing is."""
    if width * height > MAX_PIXELS:
        return f"its pictures are said to be {width}x{height}, which is more than 8K"
    if min(width, height) < MIN_SIDE:
        return f"its pictures are said to be {width}x{height}, which is too small"
    if max(width, height) > MAX_ASPECT * min(width, height):
        return f"its pictures are said to be {width}x{height}, which is too long and thin"
    return ""


def videos(container: Any) -> list[VideoStream]:
    """Return the video streams of a file, covers left out."""
    cover = av.stream.Disposition.attached_pic
    return [one for one in container.streams.video if not int(getattr(one, "disposition", 0)) & int(cover)]


def best(path: Path, streams: list[VideoStream]) -> VideoStream:
    """Return the stream that is the video: not thumbnails, which are few, but the largest of the rest."""
    able = [one for one in streams if one.codec_context is not None] or streams
    if len(able) == 1:
        return able[0]
    with opened(path) as again:
        packets = islice((packet for packet in again.demux() if packet.size), _COUNTED)
        count = Counter(packet.stream.index for packet in packets)
    most = max(count[one.index] for one in able)
    whole = [one for one in able if 2 * count[one.index] >= most]
    return max(whole, key=lambda one: one.codec_context.width * one.codec_context.height)
