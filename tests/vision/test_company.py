"""Two people, made of the samples: the one training is followed as if nobody else were there."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from support.company import Image, Upright, beside, clip, mirrored

from formcheck.judging.settings import Settings
from formcheck.pipeline import Session
from formcheck.poses.pose import Floats
from formcheck.poses.stillness import Rest
from formcheck.report.analysis import Analysis
from formcheck.rule import Status
from formcheck.video.frames import Frame
from formcheck.vision.landmarker import MediaPipeLandmarker
from formcheck.vision.people import Wanted

pytestmark = pytest.mark.model

FRAMES = 285
"""Two repetitions, the second one arched."""


@pytest.fixture(scope="module")
def kickback() -> list[Image]:
    return clip("kickback.mp4", frames=FRAMES)


@pytest.fixture(scope="module")
def thrust() -> list[Image]:
    return clip("hip_thrust.mp4", frames=FRAMES)


def analysed(
    model: Path, images: Iterable[Image], wanted: str | None = None, *, survey: bool = False
) -> Analysis:
    pictures = [Frame(i, i / 30, image) for i, image in enumerate(images)]
    height, width = pictures[0].image.shape[:2]
    with pytest.MonkeyPatch.context() as patch, MediaPipeLandmarker(model) as finder:
        patch.setattr(Rest, "passes_over", lambda *_: False)  # landmarks are compared frame by frame
        if wanted or survey:
            crowd = finder.survey((frame.image, frame.time_s) for frame in pictures[::30])
            assert crowd is not None
            finder.follow(crowd, Wanted.parse(wanted) if wanted else None)
        session = Session((width, height), Settings.of("glute-kickback"), landmarker=finder)
        for frame in pictures:
            session.push(frame)
    return session.finish()


@pytest.fixture(scope="module")
def alone(model: Path, kickback: list[Image]) -> Analysis:
    return analysed(model, kickback)


def flagged(analysis: Analysis) -> list[set[str]]:
    bad = (Status.WARN, Status.FAULT)
    return [{v.fault for v in rep.verdicts if v.status in bad} for rep in analysis.report.reps]


def off(analysis: Analysis, alone: Analysis, shift_px: tuple[float, float] = (0.0, 0.0)) -> Floats:
    """(T,) how far the main joints are from where they are without others, in trunk lengths; NaN: lost."""
    joints = [11, 12, 23, 24, 25, 26, 27, 28]
    there = alone.raw.image_px[:, joints]
    trunk = np.median(np.hypot(*(there[:, 0] - there[:, 2]).T))
    away = analysis.raw.image_px[:, joints] - np.array(shift_px) - there
    return np.asarray(np.hypot(away[..., 0], away[..., 1]).max(axis=1) / trunk)


def same_as(analysis: Analysis, alone: Analysis, shift_px: tuple[float, float] = (0.0, 0.0)) -> None:
    assert np.median(off(analysis, alone, shift_px)) < 0.05
    assert np.max(off(analysis, alone, shift_px)) < 0.5
    assert flagged(analysis) == flagged(alone) == [set(), {"lumbar-arching"}]
    assert any("More than one person" in note for note in analysis.report.notes)


def test_a_smaller_one_beside(
    model: Path, kickback: list[Image], thrust: list[Image], alone: Analysis
) -> None:
    for left in (False, True):
        both = [beside(a, b, scale=0.6, left=left) for a, b in zip(kickback, thrust, strict=True)]
        same_as(analysed(model, both), alone, (round(848 * 0.6) if left else 0, 0))


def test_a_mirror_image_beside(model: Path, kickback: list[Image], alone: Analysis) -> None:
    same_as(analysed(model, map(mirrored, kickback)), alone)


def test_the_smaller_of_two_where_the_user_says_so(
    model: Path, kickback: list[Image], thrust: list[Image], alone: Analysis
) -> None:
    both = [beside(a, b, scale=1.4) for a, b in zip(kickback, thrust, strict=True)]
    top = both[0].shape[0] - kickback[0].shape[0]
    assert np.nanmedian(off(analysed(model, both, survey=True), alone, (0, top))) > 1.0, "else the larger"
    same_as(analysed(model, both, "left"), alone, (0, top))


def test_live_the_one_wanted_is_taken_up_after_a_few_looks(
    model: Path, kickback: list[Image], thrust: list[Image]
) -> None:
    both = [beside(a, b, scale=1.4) for a, b in zip(kickback[:120], thrust, strict=False)]
    width = kickback[0].shape[1]

    def followed(wanted: str) -> list[bool]:
        with MediaPipeLandmarker(model, wanted=Wanted.parse(wanted)) as finder:
            poses = []
            for i, image in enumerate(both):
                poses.append(finder.detect(image, i / 30))
                if i == 30:
                    finder.settle()  # somebody else's repetition settles nothing
            assert finder.person == (wanted == "left")
        return [bool(pose.image_px[23, 0] < width) for pose in poses if pose.found]

    smaller, larger = followed("left"), followed("2")
    assert not any(smaller[:15])
    assert all(smaller[-30:])
    assert not any(larger)
    assert not any(followed("7")[:15]), "until there is a seventh, the one who seems to train"


def test_somebody_walks_past_in_front(
    model: Path, kickback: list[Image], thrust: list[Image], alone: Analysis
) -> None:
    with MediaPipeLandmarker(model) as finder:
        [body] = finder.find_everyone(thrust[0])
        passer = Upright(thrust[0], body, height=420)
        [seen] = finder.find_everyone(passer.pasted(np.full_like(kickback[0], 200), 300.0))
        assert seen.centre[1] > seen.px[0, 1], "upright, and taken for a person"
    start, end = 60, 130
    crossed = analysed(model, passer.walking(kickback, start, end))
    away = off(crossed, alone)
    lost = np.isnan(away)
    assert np.nanmax(away) < 0.5, "no frame shows limbs of the passer-by"
    assert 0.3 < lost.sum() / 30 < 3.5
    assert not lost[: start - 10].any()
    assert not lost[end + 30 :].any()
    assert any(note.startswith("Lost sight of the person among others") for note in crossed.report.notes)
    for rep in crossed.report.reps:
        assert not {v.fault for v in rep.verdicts if v.status is Status.FAULT} - {"lumbar-arching"}
    arched = [rep for rep in crossed.report.reps if rep.lockout_s > end / 30]
    assert [{v.fault for v in rep.verdicts if v.status is Status.FAULT} for rep in arched] == [
        {"lumbar-arching"}
    ]
    steps = [abs(b - a) for a, b in pairwise(crossed.raw.time_s)]
    assert max(steps) < 0.04, "lost frames stay in the track"
