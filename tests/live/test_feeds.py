from __future__ import annotations

import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from support.live_fakes import GREY, Stage

from formcheck.errors import UsageError, VideoError
from formcheck.evaluation.loopback import Loopback, MjpegServer, RtspServer, h264, jpegs
from formcheck.live import capture as capture_module
from formcheck.live import feeds
from formcheck.live.address import without_secrets
from formcheck.live.capture import Capture
from formcheck.live.feeds import CameraFeed, FileFeed, Lost, Stamps, StreamFeed, Taken, feed_for
from formcheck.video.frames import Filming, fitted
from formcheck.video.reader import VideoSource
from formcheck.video.writer import VideoSink


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds in which the picture grows brighter from frame to frame."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    with VideoSink(path) as sink:
        for i in range(90):
            sink.write(np.full((120, 160, 3), 20 + 2 * i, np.uint8), i / 30)
    return path


def number(frame: Taken) -> float:
    """Which frame of the clip this is, by its brightness."""
    return (float(frame.image.mean()) - 20) / 2


def take(capture: Capture, within_s: float = 60.0) -> Taken:
    until_s = time.monotonic() + within_s
    while time.monotonic() < until_s:
        frame = capture.take(0.1)
        if frame is not None:
            return frame
    raise AssertionError("no frame came")


def times_of(capture: Capture) -> list[float]:
    """The times of all frames to the end."""
    seen = []
    while not capture.ended:
        if (frame := capture.take(0.1)) is not None:
            seen.append(frame.time_s)
    return seen


def test_the_newest_frame_wins_and_the_others_are_counted() -> None:
    with Capture(Stage([i / 30 for i in range(100)])) as capture:
        while capture.dropped < 99:  # until the reader has run through
            time.sleep(0.01)
        frame = capture.take(0.1)
        assert frame is not None
        assert frame.time_s == 99 / 30
        assert (capture.taken, capture.dropped) == (1, 99)
        assert capture.ended
        assert capture.take(0.01) is None


def test_where_every_frame_counts_none_is_lost() -> None:
    times = [i / 30 for i in range(100)]
    with Capture(Stage(times), every=True) as capture:
        assert times_of(capture) == times
        assert capture.dropped == 0


def test_frames_that_come_too_fast_are_passed_over() -> None:
    times = [i / 60 for i in range(120)]
    with Capture(Stage(times), every=True) as capture:
        assert times_of(capture) == times[::2]
        assert capture.dropped == 0


def test_a_feed_that_breaks_off_is_opened_again_and_both_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_module, "RETRY_S", (0.01, 0.02))
    stage = Stage([0.0, 0.1, 0.2, 0.3], lost_at={2: 3})
    with Capture(stage, every=True) as capture:
        seen = [take(capture).time_s for _ in range(4)]
        assert seen == [0.0, 0.1, 0.2, 0.3]
        assert list(capture.notices) == [
            "Stage broke off; waiting for it to come back.",
            "Stage is back.",
        ]
        assert stage.opened == 2


def test_a_broken_driver_is_told_in_one_sentence() -> None:
    with Capture(Stage([0.0], fault=RuntimeError("USB gone")), every=True) as capture:
        take(capture)
        with pytest.raises(VideoError, match=r"stage cannot be read any further \(USB gone\)"):
            take(capture)


def test_a_feed_without_a_picture_is_an_error() -> None:
    with pytest.raises(VideoError, match="gives no picture"), Capture(Stage([])):
        pass


def test_a_picture_that_changes_its_size_is_fitted_into_the_old_one_and_said() -> None:
    class Turning(Stage):
        def read(self) -> Taken | None:
            frame = super().read()
            if frame is None or frame.time_s < 0.2:
                return frame
            return Taken(np.full((1280, 720, 3), 200, np.uint8), frame.time_s, frame.arrived_s)

    with Capture(Turning([0.0, 0.1, 0.2, 0.3]), every=True) as capture:
        frames = [take(capture) for _ in range(4)]
        assert {frame.image.shape for frame in frames} == {GREY.shape}
        assert len(capture.notices) == 1
        assert "720x1280" in capture.notices[0]
    inside = frames[3].image[:, 640 - 202 : 640 + 202]
    assert (inside == 200).all()
    assert frames[3].image.mean() < 70  # the rest is black


def test_pictures_are_set_right_before_they_are_fitted() -> None:
    with Capture(Stage([0.0, 0.1]), every=True, filming=Filming(90, True)) as capture:
        frame = take(capture)
        assert frame.image.shape == (GREY.shape[1], GREY.shape[0], 3)
        assert capture.size == (GREY.shape[0], GREY.shape[1])


def test_a_huge_picture_of_a_stream_is_refused_by_its_header() -> None:
    small = cv2.imencode(".jpg", np.zeros((480, 640, 3), np.uint8))[1].tobytes()
    huge = cv2.imencode(".jpg", np.zeros((64, 64, 3), np.uint8))[1].tobytes()
    frame_header = huge.index(b"\xff\xc0") + 5  # height and width, two bytes each
    huge = huge[:frame_header] + struct.pack(">HH", 15000, 16000) + huge[frame_header + 4 :]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=f")
            self.end_headers()
            with suppress(OSError):
                for jpeg in [small] * 12 + [huge] * 3:
                    head = f"--f\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                    self.wfile.write(head.encode() + jpeg + b"\r\n")

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    feed = StreamFeed(f"http://127.0.0.1:{server.server_port}/")
    feed.open()
    shapes = set()
    try:
        with suppress(Lost):
            while frame := feed.read():
                shapes.add(frame.image.shape)
    finally:
        feed.close()
        server.shutdown()
        server.server_close()
        thread.join()
    assert shapes == {(480, 640, 3)}


def test_fitting_keeps_the_shape() -> None:
    out = fitted(np.full((100, 100, 3), 255, np.uint8), (400, 200))
    lit = np.flatnonzero(out[100, :, 0])
    assert (lit[0], lit[-1]) == (100, 299)


class Device:
    """An OpenCV capture that plays a list: pictures, or None for a frame that fails."""

    def __init__(self, pictures: list[NDArray[np.uint8] | None], there: bool = True) -> None:
        self.pictures, self.there, self.released = list(pictures), there, False
        self.wanted: dict[int, float] = {}

    def isOpened(self) -> bool:
        return self.there

    def set(self, what: int, value: float) -> bool:
        self.wanted[what] = value
        return True

    def grab(self) -> bool:
        return bool(self.pictures)

    def retrieve(self) -> tuple[bool, NDArray[np.uint8] | None]:
        picture = self.pictures.pop(0)
        return picture is not None, picture

    def release(self) -> None:
        self.released = True


def test_a_camera_gives_rgb_at_the_time_of_capture_and_is_lost_when_unplugged() -> None:
    blue = np.zeros((48, 64, 3), np.uint8)
    blue[..., 0] = 255  # OpenCV's order
    device = Device([blue, blue])
    feed = CameraFeed(0, capture=lambda which: device)
    feed.open()
    before_s, first = time.monotonic(), feed.read()
    time.sleep(0.02)
    second = feed.read()
    assert first is not None
    assert second is not None
    assert first.image[0, 0].tolist() == [0, 0, 255]
    assert first.time_s == 0.0
    assert 0.02 <= second.time_s <= time.monotonic() - before_s
    with pytest.raises(Lost):
        feed.read()
    feed.close()
    assert device.released


def test_a_camera_that_is_missing_or_in_use_says_what_to_do() -> None:
    device = Device([], there=False)
    with pytest.raises(VideoError, match=r"camera 2 cannot be opened.*--camera"):
        CameraFeed(2, capture=lambda which: device).open()
    assert device.released


def test_a_camera_that_comes_back_goes_on() -> None:
    devices = [Device([GREY, None]), Device([], there=False), Device([GREY])]
    opened: Iterator[Any] = iter(devices)
    feed = CameraFeed(0, capture=lambda which: next(opened))
    with Capture(feed, every=True) as capture:
        first, second = take(capture), take(capture)
        assert second.time_s > first.time_s
        assert [note.split(" ", 2)[2] for note in list(capture.notices)[:2]] == [
            "broke off; waiting for it to come back.",
            "is back.",
        ]


@pytest.mark.slow
def test_opencv_stays_silent_about_a_missing_camera(tmp_path: Path) -> None:
    code = "from formcheck.cli.app import run; raise SystemExit(run(['live', '--camera', '77']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "camera 77 cannot be opened" in done.stderr.lower()


def test_feeds_are_chosen_by_what_is_named(tmp_path: Path, clip: Path) -> None:
    assert isinstance(feed_for(None, "rtsp://phone/live"), StreamFeed)
    assert isinstance(feed_for(None, "http://phone:8080/video"), StreamFeed)
    assert isinstance(feed_for(None, str(clip)), FileFeed)
    assert feed_for(None, None).name == "camera 0"
    assert feed_for("/dev/video2", None).name == "camera /dev/video2"
    for camera, source, said in (
        ("0", str(clip), "not both"),
        (None, str(tmp_path / "no.mp4"), "no file"),
        (None, "ftp://phone/video", "rtsp://"),
    ):
        with pytest.raises(UsageError, match=said):
            feed_for(camera, source)


def test_no_password_is_written_anywhere() -> None:
    feed = StreamFeed("rtsp://me:secret@127.0.0.1:9/live")
    with pytest.raises(VideoError) as caught:
        feed.open()
    assert "secret" not in str(caught.value) + feed.name
    assert "127.0.0.1:9/live" in feed.name


def test_a_file_is_played_at_its_own_pace_with_its_own_times(clip: Path) -> None:
    with VideoSource(clip) as source:
        times = [frame.time_s for frame in source]
    began_s = time.monotonic()
    with Capture(FileFeed(clip), every=True) as capture:
        seen = []
        while not capture.ended:
            if (frame := capture.take(0.1)) is not None:
                seen.append(frame.time_s)
    assert seen == times
    assert time.monotonic() - began_s >= times[-1] - times[0]


def test_files_one_after_the_other_have_one_clock(clip: Path) -> None:
    with Capture(FileFeed(clip, clip, paced=False), every=True) as capture:
        seen = []
        while not capture.ended:
            if (frame := capture.take(0.1)) is not None:
                seen.append(frame.time_s)
    assert len(seen) == 180
    assert np.diff(seen) == pytest.approx(1 / 30, abs=1e-3)


SERVERS: dict[str, Callable[[Path], Loopback]] = {
    "http": lambda clip: MjpegServer(jpegs(clip)),
    "rtsp": lambda clip: RtspServer(h264(clip)),
}
both_streams = pytest.mark.parametrize("kind", SERVERS)


class Counted(Stamps):
    """Stamps each frame by its number, however late it comes, and keeps what the stream itself says."""

    def __init__(self) -> None:
        super().__init__()
        self.own_s: list[float | None] = []

    def stamp(self, own_s: float | None, arrived_s: float) -> float:
        self.own_s.append(own_s)
        return (len(self.own_s) - 1) / 30


@both_streams
def test_a_stream_arrives_whole_and_keeps_its_tempo(
    kind: str, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Measured in frames; what becomes of times of arrival is the stamps' own matter, tested below."""
    stamps = Counted()
    monkeypatch.setattr(feeds, "Stamps", lambda: stamps)
    with SERVERS[kind](clip) as server, Capture(StreamFeed(server.url), every=True) as capture:
        assert capture.size == (160, 120)
        seen = [take(capture) for _ in range(40)]
    numbers = np.array([number(frame) for frame in seen])
    # None is missing, none out of order; the codec rounds brightness by a frame's worth.
    assert numbers - numbers[0] == pytest.approx(np.arange(40), abs=1.6)
    assert [frame.time_s for frame in seen] == [i / 30 for i in range(40)]
    own_s = stamps.own_s[:40]
    if kind == "http":
        assert own_s == [None] * 40, "such a stream has no clock"
    else:
        assert np.diff(np.array(own_s, dtype=float)) == pytest.approx(1 / 30, abs=1e-3)


@both_streams
def test_a_stream_that_is_cut_comes_back(kind: str, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_module, "RETRY_S", (0.05,))
    with SERVERS[kind](clip) as server, Capture(StreamFeed(server.url)) as capture:
        before = take(capture)
        server.cut()
        until_s = time.monotonic() + 60.0
        while len(capture.notices) < 2 and time.monotonic() < until_s:
            capture.take(0.05)
        assert capture.notices[1].endswith("is back.")
        after = take(capture)
    assert after.time_s > before.time_s


def test_a_stream_that_hangs_is_lost_after_a_while(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "READ_S", 2.0)
    with SERVERS["http"](clip) as server:
        feed = StreamFeed(server.url)
        feed.open()
        assert feed.read() is not None
        server.stalled.set()

        def drain() -> None:
            while True:
                feed.read()

        with pytest.raises(Lost):
            drain()
        feed.close()


def test_a_stream_that_is_not_there_says_what_to_do() -> None:
    with pytest.raises(VideoError, match=r"cannot be opened \(connection refused\).*same network"):
        StreamFeed("rtsp://127.0.0.1:9/live").open()


def test_stamps_take_the_jitter_of_the_network_out() -> None:
    stamps, rng = Stamps(), np.random.default_rng(3)
    own = np.arange(300) / 30
    late = 100.0 + own + 0.02 + rng.gamma(1.0, 0.015, 300)
    seen = np.array([stamps.stamp(a + 7.0, b) for a, b in zip(own, late, strict=True)])
    settled = slice(60, None)
    assert np.diff(seen[settled]) == pytest.approx(1 / 30, abs=0.003)
    assert np.std(np.diff(late[settled])) > 0.015


def test_stamps_follow_a_clock_that_drifts() -> None:
    stamps = Stamps()
    own = np.arange(18_000) / 30
    seen = [stamps.stamp(a, 5.0 + a * 1.0005) for a in own]
    assert seen[-1] == pytest.approx(own[-1] * 1.0005, abs=0.05)


@pytest.mark.parametrize("jump_s", [-500.0, 3600.0])
def test_stamps_survive_a_jump_of_the_clock(jump_s: float) -> None:
    stamps = Stamps()
    own = [i / 30 + (jump_s if i >= 30 else 0.0) for i in range(60)]
    seen = [stamps.stamp(a, 50.0 + i / 30) for i, a in enumerate(own)]
    assert seen == pytest.approx([i / 30 for i in range(60)], abs=0.01)


def test_stamps_without_a_clock_are_arrivals_and_always_rise() -> None:
    stamps = Stamps()
    seen = [stamps.stamp(None, arrived) for arrived in (3.0, 3.0, 3.5, 3.2, 4.0)]
    assert seen == pytest.approx([0.0, 0.001, 0.5, 0.501, 1.0])


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("rtsp://phone:554/live", "rtsp://phone:554/live"),
        ("rtsp://me:secret@cam:554/live", "rtsp://cam:554/live"),
        ("http://cam/video?user=me&password=secret", "http://cam/video"),
        ("http://cam/v.cgi?usr=me;pwd=secret;channel=1", "http://cam/v.cgi?channel=1"),
        ("http://cam/live?TOKEN=secret#secret", "http://cam/live"),
        ("http://cam/live?u=me&p=secret&X-Amz-Signature=secret", "http://cam/live"),
        ("rtsp://cam/real?channel=1&subtype=0", "rtsp://cam/real?channel=1&subtype=0"),
        ("rtsp://cam/user=me_password=secret_channel=1.sdp?real", "rtsp://cam/..."),
        ("rtsp://me:sec/ret@cam/live", "rtsp://cam/live"),
        ("rtsp://me:12/secret@cam/live", "rtsp://cam/live"),
        ("rtsp://me:sec?ret@cam/live", "rtsp://cam/live"),
        ("rtsp://me:sec#ret@cam/live", "rtsp://cam/live"),
        ("http://cam/live?mail=secret@home&channel=secret%20x", "http://cam/live"),
        ("http://[fe80::1]:80/live?user=me@home", "http://[fe80::1]:80/live"),
        ("rtsp://cam/\x1b[31m", r"rtsp://cam/\x1b[31m"),
        ("/dev/video2", "/dev/video2"),
        ("a@b.mp4", "a@b.mp4"),
    ],
)
def test_an_address_is_shown_without_what_lets_others_in(address: str, shown: str) -> None:
    assert without_secrets(address) == shown


def test_secrets_reach_neither_names_nor_errors() -> None:
    address = "http://127.0.0.1:9/v?user=me&password=secret"
    feed = feed_for(None, address)
    assert feed.name == "the stream http://127.0.0.1:9/v"
    with pytest.raises(VideoError) as failed:
        feed.open()
    assert "secret" not in str(failed.value)
    assert feed_for("rtsp://me:secret@cam/live", None).name == "camera rtsp://cam/live"
    with pytest.raises(UsageError) as refused:
        feed_for(None, "ftp://me:secret@cam/live")
    assert "secret" not in str(refused.value)
