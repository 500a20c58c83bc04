"""Stills: the right frames, the person in them, and the faces gone where that was asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from support.pages import SHOWN, analysis, faulty, film, head_px, two_sided
from support.skeleton import kickbacks

from formcheck import Analysis
from formcheck.report.moments import moments
from formcheck.report.pictures.annotated_video import write_annotated
from formcheck.report.pictures.face_blur import FaceBlur
from formcheck.report.pictures.stills import WIDTH_PX, Picture, save, take
from formcheck.video.reader import VideoSource


@pytest.fixture(scope="module")
def bent() -> Analysis:
    return faulty()


@pytest.fixture(scope="module")
def clip(bent: Analysis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(bent, tmp_path_factory.mktemp("stills") / "clip.mp4")


@pytest.fixture(scope="module")
def taken(bent: Analysis, clip: Path) -> list[Picture]:
    return take(clip, bent)


def pixels(picture: Picture) -> NDArray[np.uint8]:
    image = cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return np.asarray(image, dtype=np.uint8)


def test_each_moment_has_its_frame(bent: Analysis, taken: list[Picture]) -> None:
    wanted = sorted((m.kind, m.rep.index, m.time_s) for m in moments(bent.report))
    got = sorted((p.still.kind, p.still.rep, p.still.time_s) for p in taken)
    assert [item[:2] for item in got] == [item[:2] for item in wanted]
    assert [item[2] for item in got] == pytest.approx([item[2] for item in wanted], abs=0.5 / 30 + 1e-3)


def test_stills_say_what_they_show(taken: list[Picture]) -> None:
    worst, best = taken[:2]
    assert (worst.still.kind, best.still.kind) == ("fault", "best")
    assert worst.still.alt.startswith("Repetition 2, left leg: knee bent 38 ± ")
    assert worst.still.alt.endswith(", fault")
    assert best.still.alt.endswith(", good")
    assert len({p.still.file for p in taken}) == len(taken)


def test_sizes(taken: list[Picture]) -> None:
    for picture in taken:
        height, width = pixels(picture).shape[:2]
        assert (width, height) == (picture.still.width, picture.still.height)
        assert width <= WIDTH_PX[picture.still.kind]
        assert len(picture.jpeg) < 80_000


def test_the_fault_is_drawn_in_red_and_the_best_is_not(taken: list[Picture]) -> None:
    def red(picture: Picture) -> int:
        image = pixels(picture).astype(int)
        return int(((image[..., 2] > 170) & (image[..., 1] < 110) & (image[..., 0] < 110)).sum())

    assert red(taken[0]) > 150
    assert red(taken[1]) < 30


def extremes(image: NDArray[np.uint8]) -> int:
    """How many pixels are as white or black as the checks on the head."""
    grey = image.mean(axis=2)
    return int(((grey < 40) | (grey > 215)).sum())


def test_faces_are_blurred_in_every_still(bent: Analysis, clip: Path) -> None:
    plain, blurred = take(clip, bent), take(clip, bent, blur=FaceBlur(bent.smoothed))
    for a, b in zip(plain, blurred, strict=True):
        assert a.still == b.still
        zoom = a.still.width / (SHOWN[0] * 0.85)
        assert extremes(pixels(a)) - extremes(pixels(b)) > 40 * zoom**2


@pytest.mark.slow
def test_faces_are_blurred_in_the_annotated_video(bent: Analysis, clip: Path, tmp_path: Path) -> None:
    def contrast(blur: FaceBlur | None) -> float:
        """The least contrast that is on the head in any frame, or the most where it is blurred."""
        out = tmp_path / "out.mp4"
        write_annotated(clip, bent, out, blur=blur)
        found = []
        with VideoSource(out) as source:
            for frame in source:
                x, y = (round(v) for v in head_px(bent.raw, frame.index))
                found.append(float(frame.image[y - 4 : y + 4, x - 4 : x + 4, 0].std()))
        return max(found) if blur else min(found)

    assert contrast(None) > 60
    assert contrast(FaceBlur(bent.smoothed)) < 45


def test_both_sides(tmp_path: Path) -> None:
    found = two_sided()
    taken = take(film(found, tmp_path / "clip.mp4"), found)
    kinds = [(p.still.kind, p.still.rep) for p in taken]
    assert kinds[:2] == [("fault", 2), ("best", 1)]
    assert len([kind for kind, _ in kinds if kind == "rep"]) == 6


def test_a_video_that_ends_early_still_gives_its_last_frame(bent: Analysis, tmp_path: Path) -> None:
    short = replace(bent, raw=bent.raw[:60])
    taken = take(film(short, tmp_path / "short.mp4"), bent)
    assert len(taken) == len(moments(bent.report))
    assert max(p.still.time_s for p in taken) == pytest.approx(59 / 30, abs=0.01)


def test_nobody_in_the_frame_is_said(bent: Analysis, clip: Path) -> None:
    gone = bent.smoothed.image_px.copy()
    at = moments(bent.report)[0].time_s
    gone[np.abs(bent.smoothed.time_s - at) < 0.05] = np.nan
    taken = take(clip, replace(bent, smoothed=replace(bent.smoothed, image_px=gone)))
    assert "nobody was found" in taken[0].still.alt


def test_saving(taken: list[Picture], tmp_path: Path) -> None:
    save(taken, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        picture.still.file: picture.jpeg for picture in taken
    }


def test_a_set_without_faults_gives_its_tops_only(tmp_path: Path) -> None:
    found = analysis(kickbacks(reps=2))
    taken = take(film(found, tmp_path / "clip.mp4"), found)
    assert [p.still.kind for p in taken] == ["rep", "rep"]
