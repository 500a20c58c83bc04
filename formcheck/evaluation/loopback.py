"""Small servers that play a clip at its own pace to this machine, as a phone's camera app would.

For measuring and testing: MJPEG over HTTP, and H.264 over RTSP (RTP within the TCP connection). Frames are
encoded before the first client comes, so that serving costs next to nothing.
"""

from __future__ import annotations

import base64
import socket
import struct
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import cv2
from av.video.frame import VideoFrame

from formcheck.video.reader import VideoSource

_JPEG_QUALITY = 88
_RTP_ROOM = 1400  # bytes of payload: with its headers it fits an Ethernet frame
_H264 = 96  # dynamic RTP payload type
_TICKS = 90_000


@dataclass(frozen=True, slots=True)
class Coded:
    """One encoded frame.

    Attributes:
        time_s: When it is due, seconds since the clip's first frame.
        data: A JPEG file, or H.264 with start codes.
    """

    time_s: float
    data: bytes


class Loopback:
    """Serves a clip to clients on this machine, one after another, each from its beginning.

    Args:
        frames: The clip, encoded.

    Attributes:
        url: Where.
        began_s: When the last client's first frame was sent, on the monotonic clock; NaN before.
        stalled: While set, nothing is sent: a network that hangs.
    """

    _scheme = ""

    def __init__(self, frames: Sequence[Coded]) -> None:
        self._frames = frames
        self.began_s = float("nan")
        self.stalled = threading.Event()
        self._stop = threading.Event()
        self._clients: list[socket.socket] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.url = f"{self._scheme}://127.0.0.1:{self.port}/video"
        threading.Thread(target=self._accept, name="loopback", daemon=True).start()

    def cut(self) -> None:
        """Break off all connections, as a phone that leaves the network."""
        while self._clients:
            _close(self._clients.pop())

    def close(self) -> None:
        """Stop serving."""
        self._stop.set()
        _close(self._server)
        self.cut()

    def __enter__(self) -> Loopback:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._clients.append(client)
            threading.Thread(
                target=self._guarded, args=(client,), name="loopback client", daemon=True
            ).start()

    def _guarded(self, client: socket.socket) -> None:
        with suppress(OSError, ValueError):
            self._serve(client)
        _close(client)

    def _serve(self, client: socket.socket) -> None:
        raise NotImplementedError

    def _paced(self) -> Iterator[Coded]:
        """Give each frame when it is due."""
        began_s = self.began_s = time.monotonic()
        for frame in self._frames:
            if self._stop.wait(max(0.0, began_s + frame.time_s - time.monotonic())):
                return
            while self.stalled.is_set():
                time.sleep(0.02)
            yield frame


class MjpegServer(Loopback):
    """The clip as MJPEG over HTTP."""

    _scheme = "http"

    def _serve(self, client: socket.socket) -> None:
        client.recv(4096)
        client.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n")
        for frame in self._paced():
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(frame.data)}\r\n\r\n"
            client.sendall(head.encode() + frame.data + b"\r\n")


class RtspServer(Loopback):
    """The clip as H.264 over RTSP, the RTP packets interleaved in the one connection (RFC 2326, 6184)."""

    _scheme = "rtsp"

    def _serve(self, client: socket.socket) -> None:
        lock = threading.Lock()
        stream = client.makefile("rb")
        playing = False
        while not self._stop.is_set() and (request := _read_request(stream)):
            method, headers = request
            answer, body = {"CSeq": headers.get("cseq", "0")}, b""
            if method == "OPTIONS":
                answer["Public"] = "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER"
            elif method == "DESCRIBE":
                body = self._description()
                answer |= {"Content-Type": "application/sdp", "Content-Base": f"{self.url}/"}
            elif method == "SETUP":
                answer |= {"Transport": "RTP/AVP/TCP;unicast;interleaved=0-1", "Session": "1"}
            elif method in ("PLAY", "GET_PARAMETER"):
                answer["Session"] = "1"
            answer["Content-Length"] = str(len(body))
            lines = "".join(f"{name}: {value}\r\n" for name, value in answer.items())
            with lock:
                client.sendall(f"RTSP/1.0 200 OK\r\n{lines}\r\n".encode() + body)
            if method == "PLAY" and not playing:
                playing = True
                threading.Thread(target=self._play, args=(client, lock), daemon=True).start()
            if method == "TEARDOWN":
                return

    def _description(self) -> bytes:
        sets = [unit for unit in _units(self._frames[0].data) if unit[0] & 31 in (7, 8)]
        encoded = ",".join(base64.b64encode(unit).decode() for unit in sets)
        return (
            "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=clip\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"
            f"m=video 0 RTP/AVP {_H264}\r\na=rtpmap:{_H264} H264/{_TICKS}\r\n"
            f"a=fmtp:{_H264} packetization-mode=1;sprop-parameter-sets={encoded}\r\na=control:track1\r\n"
        ).encode()

    def _play(self, client: socket.socket, lock: threading.Lock) -> None:
        number = 0
        with suppress(OSError):
            for frame in self._paced():
                packets = b""
                for payload, last in _payloads(_units(frame.data)):
                    head = struct.pack(
                        ">BBHII", 0x80, _H264 | (0x80 if last else 0), number, int(frame.time_s * _TICKS), 1
                    )
                    number = (number + 1) & 0xFFFF
                    packets += struct.pack(">cBH", b"$", 0, len(head) + len(payload)) + head + payload
                with lock:
                    client.sendall(packets)
        _close(client)


def jpegs(clip: Path) -> list[Coded]:
    """Return the frames of a clip as JPEG files."""
    coded = []
    with VideoSource(clip) as source:
        for frame in source:
            bgr = cv2.cvtColor(frame.image, cv2.COLOR_RGB2BGR)
            _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
            coded.append(Coded(frame.time_s, data.tobytes()))
    return coded


def h264(clip: Path) -> list[Coded]:
    """Return the frames of a clip as a camera's H.264: no frame refers to a later one."""
    coded: list[Coded] = []
    times: list[float] = []
    with VideoSource(clip) as source:
        codec: Any = av.CodecContext.create("libx264", "w")
        codec.width, codec.height, codec.pix_fmt = (
            source.info.width // 2 * 2,
            source.info.height // 2 * 2,
            "yuv420p",
        )
        codec.framerate = max(1, round(source.info.fps))
        codec.options = {
            "preset": "veryfast",
            "tune": "zerolatency",
            "crf": "21",
            "g": "30",
            "x264-params": "repeat-headers=1",
        }
        for frame in source:
            times.append(frame.time_s)
            image = frame.image[: codec.height, : codec.width].copy()
            picture = VideoFrame.from_ndarray(image, format="rgb24")
            picture.pts = frame.index
            for packet in codec.encode(picture):
                coded.append(Coded(times[len(coded)], bytes(packet)))
        for packet in codec.encode(None):
            coded.append(Coded(times[len(coded)], bytes(packet)))
    return coded


def _units(data: bytes) -> list[bytes]:
    """Split H.264 with start codes into its units."""
    parts = data.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")
    return [part for part in parts if part]


def _payloads(units: Sequence[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Give RTP payloads, large units in fragments, and whether each is the picture's last."""
    for i, unit in enumerate(units):
        final = i == len(units) - 1
        if len(unit) <= _RTP_ROOM:
            yield unit, final
            continue
        rest = unit[1:]
        for at in range(0, len(rest), _RTP_ROOM):
            start, end = at == 0, at + _RTP_ROOM >= len(rest)
            head = bytes([(unit[0] & 0xE0) | 28, (0x80 * start) | (0x40 * end) | (unit[0] & 31)])
            yield head + rest[at : at + _RTP_ROOM], final and end


def _read_request(stream: Any) -> tuple[str, dict[str, str]] | None:
    """Read the next RTSP request, passing over the client's own RTCP packets; None at the end."""
    first = stream.read(1)
    while first == b"$":
        head = stream.read(3)
        stream.read(struct.unpack(">H", head[1:])[0])
        first = stream.read(1)
    line = (first + stream.readline()).decode(errors="replace").strip()
    if not line:
        return None
    headers: dict[str, str] = {}
    while text := stream.readline().decode(errors="replace").strip():
        name, _, value = text.partition(":")
        headers[name.strip().lower()] = value.strip()
    return line.split()[0], headers


def _close(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        one.close()
