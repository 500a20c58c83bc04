"""Sources of live frames: a camera, a network stream, or a file played in real time.

Their times strictly increase, whatever the clocks of streams and machines do.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import av
import cv2
import numpy as np

from formcheck.errors import UsageError, VideoError
from formcheck.files import kinds, names
from formcheck.live.address import without_secrets
from formcheck.poses.pose import Image
from formcheck.video.frames import Frame, display_matrix, presentation_time_s, turn
from formcheck.video.opening import limited, opened_stream, unfit
from formcheck.video.reader import VideoSource

_OPEN_S, READ_S = 8.0, 4.0  # a phone's camera app answers within a second or two, or not at all
_WIDTH, _HEIGHT, _FPS = 640, 480, 30
_OWN_CLOCK = ("rtsp", "rtp", "hls", "mpegts", "flv", "mov", "matroska")
"""Formats whose time stamps are the sender's; MJPEG has none, FFmpeg makes some up."""
_STREAMS = ("rtsp://", "rtsps://", "http://", "https://", "rtmp://", "udp://", "srt://", "tcp://")


class Lost(Exception):
    """The feed broke off; it may come back."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One live frame.

    Attributes:
        image: (H, W, 3) RGB, upright, unmirrored.
        time_s: Capture stamp, seconds since the first frame; strictly increasing.
        arrived_s: When this process had it, on the monotonic clock.
        jpeg: The picture as it came, where it came as a JPEG file: recordings keep it as it is.
    """

    image: Image
    time_s: float
    arrived_s: float
    jpeg: bytes = b""


class Feed(Protocol):
    """Gives frames one by one, in the capture thread.

    Attributes:
        name: What to call it to the user.
        endless: Whether it is opened again where it breaks off.
    """

    name: str
    endless: bool

    def open(self) -> None:
        """Open it, or open it again after it was lost.

        Raises:
            VideoError: It cannot be opened, with what to do about it.
        """

    def read(self) -> Taken | None:
        """Wait for the next frame; None at the end.

        Raises:
            Lost: Nothing more comes.
        """

    def close(self) -> None:
        """Free it. May be called twice."""


class CameraFeed:
    """A camera of this machine, by OpenCV.

    Args:
        camera: Its number, or a device path.
        capture: Makes the device; OpenCV's own by default.
    """

    endless = True

    def __init__(self, camera: int | str, capture: Callable[[int | str], Any] | None = None) -> None:
        self.name = f"camera {without_secrets(str(camera))}"
        self._camera = camera
        self._make = capture or cv2.VideoCapture
        self._device: Any = None
        self._stamps = Stamps()

    def open(self) -> None:
        """Open the camera at 640x480 and 30 frames per second, or the nearest mode."""
        self.close()
        log: Any = cv2.utils.logging
        before = log.setLogLevel(log.LOG_LEVEL_SILENT)  # keep OpenCV's lines from the terminal
        try:
            device = self._make(self._camera)
        finally:
            log.setLogLevel(before)
        if not device.isOpened():
            device.release()
            raise VideoError(
                f"{self.name} cannot be opened: it is not there or another program uses it; "
                "plug it in, close the other program, or name another with --camera"
            )
        for what, value in (
            (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),  # raw YUV drops to 15 frames/s on USB 2
            (cv2.CAP_PROP_FRAME_WIDTH, _WIDTH),
            (cv2.CAP_PROP_FRAME_HEIGHT, _HEIGHT),
            (cv2.CAP_PROP_FPS, _FPS),
            (cv2.CAP_PROP_BUFFERSIZE, 1),
        ):
            device.set(what, value)
        self._device = device

    def read(self) -> Taken | None:
        """Wait for the next frame."""
        if self._device is None or not self._device.grab():
            raise Lost
        arrived_s = time.monotonic()
        good, image = self._device.retrieve()
        if not good or image is None:
            raise Lost
        rgb = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), dtype=np.uint8)
        return Taken(rgb, self._stamps.stamp(None, arrived_s), arrived_s)

    def close(self) -> None:
        """Release the camera."""
        if self._device is not None:
            self._device.release()
            self._device = None


class StreamFeed:
    """A network stream (RTSP, MJPEG over HTTP, ...), by FFmpeg, with the least possible delay.

    Args:
        url: Its address.
    """

    endless = True

    def __init__(self, url: str) -> None:
        self.name = f"the stream {without_secrets(url)}"
        self._url = url
        self._container: Any = None
        self._frames: Iterator[Any] | None = None
        self._stamps = Stamps()
        self._own_clock = False

    def open(self) -> None:
        """Connect, within eight seconds."""
        self.close()
        options = {
            "fflags": "nobuffer",
            "flags": "low_delay",
            "rtsp_transport": "tcp",  # UDP loses packets, and a lost one spoils a second of H.264
            "analyzeduration": "500000",
            "probesize": "500000",
            # A camera is reached directly: while a pose model is loaded `no_proxy` has no effect
            # (`mediapipe_guard`).
            "http_proxy": "",
        }
        try:
            self._container = opened_stream(self._url, options, (_OPEN_S, READ_S))
            stream = limited(self._container.streams.video[0])
        except (av.error.FFmpegError, OSError, ValueError, IndexError) as error:
            self.close()
            raise VideoError(
                f"{self.name} cannot be opened ({_reason(error)}); check the address, that the sender runs "
                "and that both are in the same network"
            ) from error
        context = stream.codec_context
        if wrong := unfit(context.width, context.height):
            self.close()
            raise VideoError(f"{self.name} cannot be used ({wrong}); have the sender make smaller pictures")
        stream.thread_type = "SLICE"  # with threads by frame, each would delay one frame
        self._own_clock = any(part in self._container.format.name for part in _OWN_CLOCK)
        self._frames = self._container.decode(stream)
        self._stamps.restart()

    def read(self) -> Taken | None:
        """Wait for the next frame, for at most four seconds."""
        if self._frames is None:
            raise Lost
        try:
            frame = next(self._frames, None)
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise Lost from error
        if frame is None:
            raise Lost
        arrived_s = time.monotonic()
        own_s = presentation_time_s(frame) if self._own_clock else None
        image: Any = frame.to_ndarray(format="rgb24")
        upright = turn(image, display_matrix(frame))
        return Taken(upright, self._stamps.stamp(own_s, arrived_s), arrived_s)

    def close(self) -> None:
        """Disconnect."""
        self._frames = None
        if self._container is not None:
            with suppress(av.error.FFmpegError, OSError):
                self._container.close()
            self._container = None


class FileFeed:
    """A video file, or several in a row, in real time; time stamps are those of the file.

    Args:
        paths: The files, of one size.
        paced: Whether to wait between the frames as long as the file says.
    """

    endless = False

    def __init__(self, *paths: Path, paced: bool = True) -> None:
        self.name = names.shown(paths[0].name)
        self._paths, self._paced = paths, paced
        self._source: VideoSource | None = None
        self._frames: Iterator[tuple[Frame, float]] | None = None
        self._began_s = 0.0

    def open(self) -> None:
        """Open the first file."""
        self.close()
        self._source = VideoSource(self._paths[0])
        self._frames = self._all(self._source)
        self._began_s = -1.0

    def read(self) -> Taken | None:
        """Wait until the next frame is due."""
        assert self._frames is not None
        item = next(self._frames, None)
        if item is None:
            return None
        frame, time_s = item
        now_s = time.monotonic()
        if self._began_s < 0:
            self._began_s = now_s - time_s
        due_s = self._began_s + time_s
        if self._paced and due_s > now_s:
            time.sleep(due_s - now_s)
        return Taken(frame.image, time_s, due_s if self._paced else time.monotonic())

    def close(self) -> None:
        """Close the file."""
        if self._source is not None:
            self._source.close()
            self._source = self._frames = None

    def _all(self, first: VideoSource) -> Iterator[tuple[Frame, float]]:
        """Yield the frames of all files, with times that continue from file to file."""
        shift_s = last_s = 0.0
        for number, path in enumerate(self._paths):
            source = first if number == 0 else VideoSource(path)
            self._source = source
            with source:
                for frame in source:
                    if number and frame.index == 0:
                        shift_s = last_s + 1.0 / source.info.fps - frame.time_s
                    last_s = frame.time_s + shift_s
                    yield frame, last_s


def feed_for(camera: str | None, source: str | None) -> Feed:
    """Return the feed for what the user named; the first camera if nothing was.

    Raises:
        UsageError: Both were named, or the source is neither an address nor a file.
    """
    if camera is not None and source is not None:
        raise UsageError("give either --camera or --source, not both")
    if source is not None:
        if source.lower().startswith(_STREAMS):
            return StreamFeed(source)
        if "://" in source:
            raise UsageError(
                f"{without_secrets(source)} is no address formcheck can read; use rtsp:// or http://"
            )
        if not os.path.lexists(source):
            raise UsageError(f"there is no file {source}; name a video, or an rtsp:// or http:// address")
        if trouble := kinds.trouble(source):
            raise UsageError(f"{source} {trouble}; name a video, or an rtsp:// or http:// address")
        return FileFeed(Path(source))
    named = camera or "0"
    return CameraFeed(int(named) if named.isdecimal() else named)


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or type(error).__name__).lower()


# Capture times that strictly increase, even if clocks of streams and machines jump.

_JUMP_S = 1.0  # a lag that changes by more than this is another clock, not a slow network
_CREEP = 0.002  # of the time passed: how fast the least lag may grow, for clocks that drift apart
_STEP_S = 0.001


class Stamps:
    """Puts a stream's own time stamps on this machine's monotonic clock; the first frame is at 0.

    A network delays some frames more than others, so arrival alone would blur every tempo. The frame
    that came with the least lag tells the offset between the two clocks; the others keep their own
    distances. A jump of the stream's clock (a restart, a phone that set its time) starts a new offset.
    Without stamps of its own a frame is taken to be captured when it arrives.
    """

    def __init__(self) -> None:
        self._origin_s: float | None = None
        self._offset_s: float | None = None
        self._last_arrival_s = self._last_s = 0.0

    def stamp(self, own_s: float | None, arrived_s: float) -> float:
        """Return the capture time of the next frame, seconds since the first.

        Args:
            own_s: What the stream says, on its own clock, or None.
            arrived_s: When it came, on the monotonic clock.
        """
        taken_s = arrived_s if own_s is None else own_s + self._offset(own_s, arrived_s)
        self._last_arrival_s = arrived_s
        if self._origin_s is None:
            self._origin_s = taken_s
            return 0.0
        self._last_s = max(taken_s - self._origin_s, self._last_s + _STEP_S)
        return self._last_s

    def restart(self) -> None:
        """Handle that the stream was opened again: its clock may have restarted."""
        self._offset_s = None

    def _offset(self, own_s: float, arrived_s: float) -> float:
        lag_s = arrived_s - own_s
        if self._offset_s is None or abs(lag_s - self._offset_s) > _JUMP_S:
            self._offset_s = lag_s
        else:
            crept_s = self._offset_s + _CREEP * (arrived_s - self._last_arrival_s)
            self._offset_s = min(lag_s, crept_s)
        return self._offset_s
