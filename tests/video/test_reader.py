from __future__ import annotations

import threading
import time
import wave
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.api import LEAST_STEP_S
from formcheck.errors import UsageError, VideoError
from formcheck.video import frames, reader
from formcheck.video.frames import Filming
from formcheck.video.reader import VideoSink, VideoSource, player_clock

TIMES = np.arange(40) / 30


def image(level: int = 0, height: int = 96, width: int = 160) -> NDArray[np.uint8]:
    """Grey, with a red field at the top left."""
    picture = np.full((height, width, 3), level, np.uint8)
    picture[:32, :48] = (255, 0, 0)
    return picture


def record(path: Path, times: NDArray[np.float64] = TIMES) -> Path:
    with VideoSink(path) as sink:
        for i, time_s in enumerate(times):
            sink.write(image(i % 60 * 4), float(time_s))
    return path


def decoding() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("decode")]


def test_frames_come_in_order_with_their_exact_times(tmp_path: Path) -> None:
    times = 0.25 + np.cumsum(np.random.default_rng(0).uniform(0.004, 0.06, 60))
    with VideoSource(record(tmp_path / "a.mp4", times)) as source:
        frames = list(source)
    assert [f.index for f in frames] == list(range(60))
    np.testing.assert_allclose([f.time_s for f in frames], times - times[0], atol=2 / 90_000)
    assert source.truncated is None
    assert source.info.start_s == pytest.approx(times[0], abs=1e-4)
    assert source.info.frames_estimate == 60
    assert source.info.duration_s is not None
    assert (source.info.width, source.info.height) == (160, 96)
    assert frames[0].image.shape == (96, 160, 3)
    assert frames[0].image.dtype == np.uint8
    np.testing.assert_allclose(frames[50].image[80, 140], 200, atol=6)
    assert not decoding()


@pytest.mark.parametrize(("fps", "size"), [(24, (160, 96)), (60, (96, 160)), (240, (320, 176))])
def test_rates_and_shapes(tmp_path: Path, fps: int, size: tuple[int, int]) -> None:
    with VideoSink(tmp_path / "a.mp4", fps=fps) as sink:
        for i in range(50):
            sink.write(image(0, size[1], size[0]), i / fps)
    with VideoSource(tmp_path / "a.mp4") as source:
        assert source.info.fps == pytest.approx(fps, rel=0.03)
        assert (source.info.width, source.info.height) == size
        assert len(list(source)) == 50


@pytest.mark.parametrize(("fps", "given"), [(24, 24.0), (30, 30.0), (50, 25.0), (60, 30.0), (120, 40.0)])
def test_frames_that_come_too_fast_are_left_out(tmp_path: Path, fps: int, given: float) -> None:
    path = record(tmp_path / "a.mp4", np.arange(2 * fps) / fps)
    with VideoSource(path, least_step_s=LEAST_STEP_S) as source:
        frames = list(source)
    assert source.truncated is None
    assert len(frames) == 2 * given
    assert [frame.time_s for frame in frames] == pytest.approx(np.arange(2 * given) / given, abs=1e-4)
    assert [frame.index for frame in frames] == list(range(0, 2 * fps, round(fps / given)))


def test_glimpses_are_spread_over_the_video(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=30, options={"g": "15", "sc_threshold": "0"})
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for i in range(300):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image(i % 200), format="rgb24")))
        container.mux(stream.encode(None))
    with VideoSource(path) as source:
        few = list(source.glimpses(5))
    assert [frame.time_s for frame in few] == pytest.approx([0.0, 2.0, 4.0, 6.0, 8.0], abs=0.51)
    assert [frame.image[80, 140, 0] for frame in few] == pytest.approx(
        [round(frame.time_s * 30) % 200 for frame in few], abs=6
    )
    with VideoSource(path) as source:
        many = [frame.time_s for frame in source.glimpses(100)]
    assert len(many) == 20, "no frame twice, and keyframes only"
    assert many == sorted(set(many))


def test_a_video_of_one_keyframe_has_one_glimpse(tmp_path: Path) -> None:
    with VideoSource(record(tmp_path / "a.mp4")) as source:
        assert [frame.time_s for frame in source.glimpses(8)] == [0.0]


def oriented(path: Path, **rotation: Any) -> Path:
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        if not hasattr(stream, "set_display_rotation"):
            pytest.skip("this PyAV cannot write a rotation")
        stream.set_display_rotation(**rotation)
        for _ in range(5):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image(), format="rgb24")))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("rotation", "size", "corner"),
    [
        ({"degrees": 0}, (160, 96), "top left"),
        ({"degrees": 90}, (96, 160), "bottom left"),
        ({"degrees": 180}, (160, 96), "bottom right"),
        ({"degrees": -90}, (96, 160), "top right"),
        ({"degrees": 0, "hflip": True}, (160, 96), "top right"),
        ({"degrees": 0, "vflip": True}, (160, 96), "bottom left"),
    ],
)
def test_a_rotated_clip_comes_upright(
    tmp_path: Path, rotation: dict[str, Any], size: tuple[int, int], corner: str
) -> None:
    with VideoSource(oriented(tmp_path / "r.mp4", **rotation)) as source:
        frame = next(iter(source))
        assert (source.info.width, source.info.height) == size
        assert frame.image.shape == (size[1], size[0], 3)
        assert frame.image.flags.c_contiguous
    y, x = np.nonzero(frame.image[..., 0].astype(int) - frame.image[..., 1] > 100)
    found = ("top " if y.mean() < size[1] / 2 else "bottom ") + (
        "left" if x.mean() < size[0] / 2 else "right"
    )
    assert found == corner


def test_wide_pixels_are_made_square(tmp_path: Path) -> None:
    path = tmp_path / "wide.mp4"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(2, 1)
        container.mux(stream.encode(av.VideoFrame.from_ndarray(image(), format="rgb24")))
        container.mux(stream.encode(None))
    with VideoSource(path) as source:
        assert next(iter(source)).image.shape == (96, 320, 3)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([5.0, 5.1, 5.2], [5.0, 5.1, 5.2]),
        ([None, 0.1, None, 0.3], [0.0, 0.1, 0.2, 0.3]),
        ([0.0, 0.1, 0.1, 0.2], [0.0, 0.1, 0.101, 0.2]),
        ([0.0, 0.2, 0.1, 0.3], [0.0, 0.2, 0.201, 0.3]),
        ([8.0, 9.0, 0.0, 0.1], [8.0, 9.0, 9.1, 9.2]),
    ],
    ids=["as they are", "missing", "twice", "swapped", "restart"],
)
def test_the_clock_repairs_times(given: list[float | None], expected: list[float]) -> None:
    clock = frames.Clock(10.0)
    assert [clock.tick(t) for t in given] == pytest.approx(expected)


def test_leaving_early_ends_the_thread(tmp_path: Path) -> None:
    path = record(tmp_path / "a.mp4")
    with VideoSource(path) as source:
        for _ in source:
            assert len(decoding()) == 1
            break
    assert not decoding()
    with VideoSource(path), pytest.raises(ZeroDivisionError):
        _ = 1 / 0
    source = VideoSource(path)
    frames = iter(source)
    next(frames)
    source.close()
    source.close()
    assert next(frames, None) is None
    assert not decoding()


def test_few_frames_are_decoded_ahead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[Any] = []

    def noted(frame: Any) -> float | None:
        decoded.append(frame.pts)
        return frames.presentation_time_s(frame)

    with VideoSource(record(tmp_path / "a.mp4")) as source:
        monkeypatch.setattr(reader, "presentation_time_s", noted)
        next(rest := iter(source))
        while len(decoded) < 6:  # one taken, four waiting, and one that finds no room
            time.sleep(0.01)
        time.sleep(0.2)
        assert len(decoded) == 6
        assert sum(1 for _ in rest) == len(TIMES) - 1


def test_an_error_while_decoding_reaches_the_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = VideoSource(record(tmp_path / "a.mp4"))

    def fail(*_: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(reader, "turn", fail)
    with source, pytest.raises(MemoryError):
        list(source)
    assert not decoding()


def test_it_can_be_gone_through_once(tmp_path: Path) -> None:
    with VideoSource(record(tmp_path / "a.mp4")) as source:
        list(source)
        with pytest.raises(RuntimeError, match="once"):
            list(source)


def test_a_truncated_video_gives_what_there_is(tmp_path: Path) -> None:
    whole = tmp_path / "a.mp4"
    rng = np.random.default_rng(0)
    with VideoSink(whole) as sink:
        for i in range(90):
            sink.write(rng.integers(0, 255, (96, 160, 3), dtype=np.uint8), i / 30)
    data = whole.read_bytes()
    (tmp_path / "cut.mp4").write_bytes(data[: len(data) // 2])
    with VideoSource(tmp_path / "cut.mp4") as source:
        frames = list(source)
    assert 10 < len(frames) < 80
    assert source.truncated is not None
    assert "cut.mp4" in source.truncated


def test_damage_in_the_middle_is_told(tmp_path: Path) -> None:
    whole = record(tmp_path / "a.mp4", np.arange(300) / 30)
    data = bytearray(whole.read_bytes())
    start = data.find(b"mdat") + 4
    middle = start + (len(data) - start) // 2
    data[middle : middle + 400] = bytes(b"\xff" * 400)
    (tmp_path / "bad.mp4").write_bytes(data)
    with VideoSource(tmp_path / "bad.mp4") as source:
        frames = list(source)
    assert len(frames) > 100
    assert np.all(np.diff([f.time_s for f in frames]) > 0)


def test_what_is_not_a_video(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("hello " * 1000)
    with wave.open(str(tmp_path / "sound.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16000))
    whole = record(tmp_path / "a.mp4").read_bytes()
    (tmp_path / "head.mp4").write_bytes(whole[: whole.find(b"mdat") + 8])
    (tmp_path / "noindex.mp4").write_bytes(
        whole[: whole.find(b"moov") - 4] + whole[whole.find(b"mdat") - 4 :]
    )
    for name in ("empty.mp4", "text.mp4", "sound.wav", "head.mp4", "noindex.mp4"):
        with pytest.raises(VideoError, match=name) as caught:
            VideoSource(tmp_path / name)
        assert caught.value.exit_code == 3
        assert "\n" not in str(caught.value)
    assert not decoding()


@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp"])
def test_a_picture_is_not_a_video(tmp_path: Path, suffix: str) -> None:
    import cv2

    cv2.imwrite(str(tmp_path / f"a.{suffix}"), image())
    with pytest.raises(VideoError, match="image"):
        VideoSource(tmp_path / f"a.{suffix}")


def test_what_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file"):
        VideoSource(tmp_path / "none.mp4")
    with pytest.raises(UsageError, match="not a file"):
        VideoSource(tmp_path)


# --- whole or not, and from when on


def filmed(path: Path, pictures: list[NDArray[np.uint8]], *, codec: str = "libx264", **how: Any) -> Path:
    """Write pictures at 30 a second with FFmpeg; `how`: first_pts, last_s, sound_s, sound_from_s, options."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=30)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        if codec == "libx264":
            stream.options = {"bf": "0", "g": "10"}
        sound = None
        if "sound_s" in how:
            sound = container.add_stream("aac", rate=8000, layout="mono")
        for i, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = i + how.get("first_pts", 0), Fraction(1, 30)
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
        if sound is not None:
            for i in range(round(how["sound_s"] * 8000 / 1024)):
                tone: Any = av.AudioFrame.from_ndarray(
                    np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
                )
                tone.sample_rate, tone.pts, tone.time_base = 8000, i * 1024, Fraction(1, 8000)
                container.mux(sound.encode(tone))
            container.mux(sound.encode(None))
    return path


def held(path: Path, last_s: float) -> Path:
    """Write a video whose last frame stays."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=30, options={"bf": "0"})
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        frames = [av.VideoFrame.from_ndarray(image(i), format="rgb24") for i in range(40)]
        packets = [packet for frame in [*frames, None] for packet in stream.encode(frame)]
        packets[-1].duration = round(last_s / packets[-1].time_base)
        for packet in packets:
            container.mux(packet)
    return path


PICTURES = [image(i * 4) for i in range(40)]


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "mov", "ts"])
@pytest.mark.parametrize(
    "how",
    [{}, {"sound_s": 9.0}, {"first_pts": 108_000}, {"first_pts": 30, "sound_s": 9.0}],
    ids=["plain", "longer sound", "starts at 3600 s", "sound first"],
)
def test_a_whole_video_is_whole_and_timed_from_its_first_frame(
    tmp_path: Path, suffix: str, how: dict[str, Any]
) -> None:
    with VideoSource(filmed(tmp_path / f"a.{suffix}", PICTURES, **how)) as source:
        frames = list(source)
    assert source.truncated is None
    assert [frame.time_s for frame in frames] == pytest.approx(TIMES, abs=0.002)
    ahead_s = 1.0 if how.get("first_pts") == 30 else 0.0
    assert source.info.lead_s == pytest.approx(ahead_s, abs=0.2)  # an encoder of sound begins a little early
    with VideoSource(tmp_path / f"a.{suffix}") as source:
        glimpses = [frame.time_s for frame in source.glimpses(3)]
    assert glimpses[0] == 0.0
    assert glimpses == sorted(glimpses)
    assert glimpses[-1] < 1.4


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_last_frame_that_stays_is_no_missing_part(tmp_path: Path, suffix: str) -> None:
    with VideoSource(held(tmp_path / f"a.{suffix}", 6.0)) as source:
        assert len(list(source)) == 40
    assert source.truncated is None


@pytest.mark.parametrize("how", [{}, {"sound_s": 3.0}, {"first_pts": 108_000}])
def test_a_file_that_breaks_off_is_partial_in_other_formats_too(tmp_path: Path, how: dict[str, Any]) -> None:
    rng = np.random.default_rng(0)
    noise = [rng.integers(0, 255, (96, 160, 3), dtype=np.uint8) for _ in range(90)]
    data = filmed(tmp_path / "a.mkv", noise, **how).read_bytes()
    (tmp_path / "cut.mkv").write_bytes(data[: len(data) // 2])
    with VideoSource(tmp_path / "cut.mkv") as source:
        list(source)
    assert source.truncated is not None
    assert source.truncated.startswith("cut.mkv breaks off at ")


# --- what else a file may be


def test_a_colon_in_a_name_is_no_protocol(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    record(tmp_path / "plain.mp4").rename("set:1.mp4")
    with VideoSource(Path("set:1.mp4")) as source:
        assert len(list(source)) == 40


@pytest.mark.parametrize(
    "text",
    ["ffconcat version 1.0\nfile a.mp4\n", "#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:2,\na.mp4\n#EXT-X-ENDLIST\n"],
    ids=["concat", "playlist"],
)
@pytest.mark.parametrize("name", ["list.mp4", "list.m3u8", "list.ffconcat"])
def test_a_list_of_other_files_is_not_a_video(tmp_path: Path, text: str, name: str) -> None:
    record(tmp_path / "a.mp4")
    (tmp_path / name).write_text(text)
    with pytest.raises(VideoError, match="not a video"):
        VideoSource(tmp_path / name)


def test_sound_alone_is_said_to_be(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.m4a"), "w", format="mp4") as container:
        sound: Any = container.add_stream("aac", rate=8000, layout="mono")
        tone: Any = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        tone.sample_rate = 8000
        container.mux(sound.encode(tone))
        container.mux(sound.encode(None))
    with pytest.raises(VideoError, match="only sound"):
        VideoSource(tmp_path / "a.m4a")


@pytest.mark.parametrize("thumbnails", [1, 5])
@pytest.mark.parametrize("suffix", ["mov", "mkv"])
def test_a_track_of_thumbnails_is_not_the_video(tmp_path: Path, suffix: str, thumbnails: int) -> None:
    path = tmp_path / f"a.{suffix}"
    with av.open(str(path), "w") as container:
        small: Any = container.add_stream("mjpeg", rate=30)
        small.width, small.height, small.pix_fmt = 320, 192, "yuvj420p"
        film: Any = container.add_stream("libx264", rate=30)
        film.width, film.height, film.pix_fmt = 160, 96, "yuv420p"
        for i in range(40):
            container.mux(film.encode(av.VideoFrame.from_ndarray(image(i), format="rgb24")))
            if i < thumbnails:
                container.mux(small.encode(av.VideoFrame.from_ndarray(image(0, 192, 320), format="rgb24")))
        container.mux(film.encode(None))
        container.mux(small.encode(None))
    with VideoSource(path) as source:
        assert len(list(source)) == 40


@pytest.mark.parametrize(
    ("size", "aspect", "says"),
    [((160, 96), 50, "8000x96"), ((160, 96), Fraction(1, 100), "2x96"), ((16, 8), 1, "16x8")],
)
def test_pictures_of_a_shape_that_no_camera_films(
    tmp_path: Path, size: tuple[int, int], aspect: Any, says: str
) -> None:
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(aspect)
        container.mux(stream.encode(av.VideoFrame.from_ndarray(image(0, *size[::-1]), format="rgb24")))
        container.mux(stream.encode(None))
    with pytest.raises(VideoError, match=says):
        VideoSource(path)


def test_pictures_larger_than_any_camera_films_are_not_decoded(tmp_path: Path) -> None:
    path = filmed(tmp_path / "a.mov", [np.zeros((6016, 6016, 3), np.uint8)], codec="mjpeg")
    with pytest.raises(VideoError, match="8K"):
        VideoSource(path)


# --- how pictures lie


@pytest.mark.parametrize(
    ("rotate", "mirrored", "corner"),
    [
        (0, True, (0, -1)),
        (90, False, (0, -1)),
        (180, False, (-1, -1)),
        (270, False, (-1, 0)),
        (90, True, (0, 0)),
    ],
)
def test_pictures_are_set_right(tmp_path: Path, rotate: int, mirrored: bool, corner: tuple[int, int]) -> None:
    filming = Filming.checked(rotate, mirrored)
    with VideoSource(record(tmp_path / "a.mp4"), filming=filming) as source:
        frame = next(iter(source))
    assert frame.image.shape[:2] == (source.info.height, source.info.width)
    assert source.info.width == (160 if rotate in (0, 180) else 96)
    red = frame.image[..., 0].astype(int) - frame.image[..., 1] > 100
    assert red[corner]
    assert red.sum() == pytest.approx(32 * 48, rel=0.1)


def test_pictures_turn_by_quarters_only() -> None:
    with pytest.raises(UsageError, match="90, 180 or 270"):
        Filming.checked(45, False)


def test_a_picture_of_another_shape_is_laid_into_the_first_ones_and_bars_are_cut_off() -> None:
    wide = np.full((90, 160, 3), 200, np.uint8)
    wide[40:50, 70:90] = (250, 0, 0)
    barred = np.zeros((160, 160, 3), np.uint8)
    barred[35:125] = wide
    fitter = frames.Fitter()
    assert fitter.fit(wide) is wide
    assert np.array_equal(fitter.fit(barred), wide)
    full = np.full((160, 160, 3), 200, np.uint8)
    laid = fitter.fit(full)
    assert laid.shape == wide.shape
    assert (laid[:, 36:124] == 200).all()
    assert not laid[:, :34].any()
    assert fitter.fit(barred)[:, 36:124].any()
    assert not fitter.fit(barred)[:, :34].any(), "what was full once is not cut off again"


def test_a_video_that_changes_its_shape_is_not_stretched(tmp_path: Path) -> None:
    wide = np.full((96, 160, 3), 200, np.uint8)
    tall = np.zeros((160, 160, 3), np.uint8)
    tall[32:128] = 200
    parts = [filmed(tmp_path / f"{i}.ts", [one] * 20) for i, one in enumerate((wide, tall))]
    whole = tmp_path / "a.ts"
    whole.write_bytes(b"".join(part.read_bytes() for part in parts))
    with VideoSource(whole) as source:
        frames = list(source)
    assert {frame.image.shape for frame in frames} == {(96, 160, 3)}
    assert len(frames) == 40
    assert frames[-1].image.min() > 150


def test_slow_motion_is_timed_as_the_person_moved(tmp_path: Path) -> None:
    path = record(tmp_path / "a.mp4", np.arange(80) / 30)
    with VideoSource(path, filming=Filming.checked(0, False, 8.0)) as source:
        assert source.info.slow_motion == 8.0
        assert source.info.fps == pytest.approx(240, rel=0.03)
        assert source.info.duration_s == pytest.approx(80 / 240, abs=0.01)
        assert [frame.time_s for frame in source] == pytest.approx(np.arange(80) / 240, abs=1e-4)
        assert source.truncated is None
    assert player_clock(path, Filming(slow_motion=8.0)) == (0.0, 8.0)


@pytest.mark.parametrize(("said", "times"), [("240", 8.0), ("30.0", 1.0), ("many", 1.0), ("1e9", 1.0)])
def test_slow_motion_may_be_said_by_the_file(tmp_path: Path, said: str, times: float) -> None:
    record(tmp_path / "a.mp4", np.arange(60) / 30)
    tags = {"movflags": "use_metadata_tags"}
    with (
        av.open(str(tmp_path / "a.mp4")) as source,
        av.open(str(tmp_path / "b.mov"), "w", options=tags) as target,
    ):
        target.metadata["com.android.capture.fps"] = said
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    with VideoSource(tmp_path / "b.mov") as clip:
        assert clip.info.slow_motion == pytest.approx(times, rel=0.03)
    with VideoSource(tmp_path / "b.mov", filming=Filming(slow_motion=1.0)) as clip:
        assert clip.info.slow_motion == 1.0


@pytest.mark.parametrize("times", [0.0, 0.5, -8.0, 1000.0, float("nan")])
def test_slow_motion_has_bounds(times: float) -> None:
    with pytest.raises(UsageError, match="such as 8"):
        Filming.checked(0, False, times)
