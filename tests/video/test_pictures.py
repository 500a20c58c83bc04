"""Videos made of a sample as people make them by accident: cut, turned, mirrored, of a new shape half-way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck import Report, analyze
from formcheck.rule import Status
from formcheck.video.reader import VideoSource

pytestmark = pytest.mark.model

SAMPLE = Path(__file__).parents[2] / "samples" / "kickback.mp4"
TWO_REPS_S = 9.7
Picture = NDArray[np.uint8]
Look = Callable[[Picture], Picture]


def two_reps() -> Iterator[Picture]:
    """The sample's first two repetitions, 15 frames a second; the second one is arched by 21 deg."""
    with VideoSource(SAMPLE) as source:
        for frame in source:
            if frame.time_s > TWO_REPS_S:
                return
            if frame.index % 2 == 0:
                yield frame.image


def write(path: Path, *parts: tuple[Look, float, float]) -> Path:
    """Write what is seen in parts of the sample: how, and from when to when in it."""
    kept = list(two_reps())
    pieces = []
    number = 0
    for i, (look, start_s, end_s) in enumerate(parts):
        piece = path.with_name(f"{path.stem}-{i}.ts")
        shown = [look(image) for image in kept[round(start_s * 15) : round(end_s * 15)]]
        with av.open(str(piece), "w") as container:
            stream: Any = container.add_stream("libx264", rate=15, options={"crf": "18", "bf": "0"})
            stream.height, stream.width = shown[0].shape[:2]
            stream.pix_fmt = "yuv420p"
            for image in shown:
                frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
                frame.pts, frame.time_base = number, Fraction(1, 15)
                container.mux(stream.encode(frame))
                number += 1
            container.mux(stream.encode(None))
        pieces.append(piece)
    path.write_bytes(b"".join(piece.read_bytes() for piece in pieces))
    return path


def plain(image: Picture) -> Picture:
    return image


def mirrored(image: Picture) -> Picture:
    return image[:, ::-1]


def on_its_side(image: Picture) -> Picture:
    return np.rot90(image, -1)


def with_bars(image: Picture) -> Picture:
    side = image.shape[1]
    square = np.zeros((side, side, 3), np.uint8)
    above = (side - image.shape[0]) // 2
    square[above : above + image.shape[0]] = image
    return square


def arching(seen: Report, rep: int) -> tuple[Status, float | None]:
    return next((v.status, v.value) for v in seen.reps[rep].verdicts if v.fault == "lumbar-arching")


def flagged(seen: Report, rep: int) -> set[str]:
    return {v.fault for v in seen.reps[rep].verdicts if v.status in (Status.WARN, Status.FAULT)}


def test_after_a_cut_to_a_mirrored_view_the_other_leg_works(tmp_path: Path, model: Path) -> None:
    clip = write(tmp_path / "both.ts", (plain, 0.0, TWO_REPS_S), (mirrored, 0.0, TWO_REPS_S))
    seen = analyze(clip, model=str(model))
    assert [rep.side for rep in seen.reps] == ["left", "left", "right", "right"]
    assert flagged(seen, 0) == flagged(seen, 2) == set()
    assert arching(seen, 1)[0] is arching(seen, 3)[0] is Status.FAULT
    assert any("The whole picture changed at 9.8 s" in note for note in seen.notes)


def test_a_new_shape_half_way_with_bars_changes_nothing(tmp_path: Path, model: Path) -> None:
    seen = analyze(
        write(tmp_path / "s.ts", (plain, 0.0, 5.0), (with_bars, 5.0, TWO_REPS_S)), model=str(model)
    )
    assert [rep.side for rep in seen.reps] == ["left", "left"]
    status, value = arching(seen, 1)
    assert status is Status.FAULT
    assert value == pytest.approx(21.0, abs=4.0)
    assert not any("picture changed" in note for note in seen.notes)


def test_a_turned_video_is_said_to_be_and_right_once_it_is_turned_back(tmp_path: Path, model: Path) -> None:
    clip = write(tmp_path / "side.ts", (on_its_side, 0.0, TWO_REPS_S))
    assert any("turn it with --rotate 270" in note for note in analyze(clip, model=str(model)).notes)
    seen = analyze(clip, rotate=270, model=str(model))
    assert (len(seen.reps), seen.working_side, seen.rotated_deg) == (2, "left", 270)


def test_a_mirrored_video_with_the_side_named_is_said_to_be(tmp_path: Path, model: Path) -> None:
    clip = write(tmp_path / "mirror.ts", (mirrored, 0.0, TWO_REPS_S))
    notes = analyze(clip, side="left", model=str(model)).notes
    assert any(note.startswith("The right leg moves, not the left one") for note in notes)
    seen = analyze(clip, side="left", mirrored=True, model=str(model))
    assert (len(seen.reps), seen.working_side, seen.mirrored) == (2, "left", True)
