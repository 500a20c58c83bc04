from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.errors import OutputError
from formcheck.video.reader import VideoSink, VideoSource


def image(height: int = 96, width: int = 160) -> NDArray[np.uint8]:
    return np.zeros((height, width, 3), np.uint8)


def test_the_sink_writes_what_browsers_play(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    with VideoSink(path) as sink:
        for i in range(10):
            sink.write(image(97, 161), i / 30)
        assert not path.exists()
    data = path.read_bytes()
    assert data.find(b"moov") < data.find(b"mdat")
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert (stream.width, stream.height) == (160, 96)
    assert [p.name for p in tmp_path.iterdir()] == ["out.mp4"]


def test_equal_times_do_not_break_the_sink(tmp_path: Path) -> None:
    with VideoSink(tmp_path / "a.mp4") as sink:
        for time_s in (0.0, 0.0, 0.033, 0.02, 0.066):
            sink.write(image(), time_s)
    with VideoSource(tmp_path / "a.mp4") as source:
        assert len(list(source)) == 5


def test_an_exception_leaves_no_file_and_keeps_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    path.write_bytes(b"old")

    def fail() -> None:
        with VideoSink(path) as sink:
            sink.write(image(), 0.0)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["out.mp4"]


def test_a_sink_without_frames_leaves_nothing(tmp_path: Path) -> None:
    with VideoSink(tmp_path / "out.mp4"):
        pass
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"out\.mp4") as caught:
        VideoSink(tmp_path / "none" / "out.mp4")
    assert caught.value.exit_code == 2


def test_a_full_disk_is_an_output_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = av.open

    class Full:
        """A container that takes one frame."""

        def __init__(self, *arguments: Any, **options: Any) -> None:
            self._whole: Any = opened(*arguments, **options)
            self._taken = 0
            self.add_stream, self.close = self._whole.add_stream, self._whole.close

        def mux(self, packets: Any) -> None:
            self._taken += 1
            if self._taken > 1:
                raise OSError(28, "No space left on device")
            self._whole.mux(packets)

    monkeypatch.setattr(av, "open", Full)
    sink = VideoSink(tmp_path / "out.mp4")
    sink.write(image(), 0.0)
    with pytest.raises(OutputError, match="No space left"):
        sink.write(image(), 0.1)
    assert not list(tmp_path.iterdir())
