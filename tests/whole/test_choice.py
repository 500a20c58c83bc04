from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar, cast

import numpy as np
import pytest
from support.skeleton import kickbacks

from formcheck import api
from formcheck.api import choose
from formcheck.errors import NoPersonError, UsageError
from formcheck.poses.pose import Image, Pose
from formcheck.video.reader import VideoSink
from formcheck.vision.landmarker import MediaPipeLandmarker
from formcheck.vision.people import Candidate, Crowd, Sighting, Wanted

TRACK = kickbacks(reps=2)
SECONDS = 12


class Finder:
    """Sees two people at set places wherever it looks, one of them `still`."""

    def __init__(self, *, still: bool, others: bool = True) -> None:
        self._still, self._others = still, others
        self.surveys: list[list[float]] = []
        self.followed: Candidate | None = None

    def survey(self, frames: Iterable[tuple[Any, float]]) -> Crowd | None:
        crowd, times_s = Crowd((1600, 480)), []
        for _, time_s in frames:
            times_s.append(time_s)
            moving = TRACK.image_px[int(np.searchsorted(TRACK.time_s, time_s % TRACK.duration_s - 0.1))]
            other = (TRACK.image_px[0] if self._still else moving) * 0.9 + np.array([750.0, 0.0])
            seen = [Sighting(px, np.ones(33)) for px in ([moving, other] if self._others else [moving])]
            crowd.observe(time_s, seen)
        self.surveys.append(times_s)
        return crowd if times_s else None

    def follow(self, crowd: Crowd, wanted: Wanted | None = None) -> None:
        self.followed = wanted.of(crowd) if wanted else crowd.best()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("choice") / "clip.mp4"
    with VideoSink(path, fps=10) as sink:
        for i in range(SECONDS * 10):
            sink.write(np.full((32, 32, 3), i, np.uint8), i / 10)
    return path


def chosen(finder: Finder, clip: Path, who: str | None = None) -> list[str]:
    return choose(cast(MediaPipeLandmarker, finder), clip, Wanted.parse(who) if who else None)


def test_one_person_costs_a_glimpse(clip: Path) -> None:
    finder = Finder(still=False, others=False)
    assert chosen(finder, clip) == []
    assert len(finder.surveys) == 1
    assert len(finder.surveys[0]) <= 8


def test_several_are_looked_at_more_closely(clip: Path) -> None:
    finder = Finder(still=True)
    assert chosen(finder, clip) == []
    assert len(finder.surveys[1]) == pytest.approx(12, abs=1), "a picture a second"
    assert finder.surveys[1][-1] > SECONDS - 1.5
    assert finder.followed is not None
    assert finder.followed.centre[0] < 700


def test_an_unclear_choice_is_said_and_can_be_made(clip: Path) -> None:
    finder = Finder(still=False)
    [note] = chosen(finder, clip)
    assert "not clear who of them trains: number 1 of 2 from the left is judged" in note
    assert "--person" in note
    assert chosen(finder, clip, "right") == []
    assert finder.followed is not None
    assert finder.followed.centre[0] > 700
    with pytest.raises(UsageError, match="there is no person 3: 2 people stay in the picture"):
        chosen(finder, clip, "3")


def test_wanted_where_nobody_is(clip: Path) -> None:
    class Blind(Finder):
        def survey(self, frames: Iterable[tuple[Any, float]]) -> Crowd | None:
            crowd = Crowd((1600, 480))
            for _, time_s in frames:
                crowd.observe(time_s, [])
            return crowd

    assert chosen(Blind(still=True), clip) == []
    with pytest.raises(NoPersonError):
        chosen(Blind(still=True), clip, "left")


class Watcher(Finder):
    """Takes another person for the one who trains after some frames, unless it looked closely before."""

    made: ClassVar[list[Watcher]] = []

    def __init__(self, model: Path, *, verbose: bool = False) -> None:
        super().__init__(still=True, others=bool(self.made))
        self.made.append(self)
        self.seen_s: list[float] = []

    def __enter__(self) -> Watcher:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    @property
    def person(self) -> int:
        return int(len(self.made) == 1 and len(self.seen_s) > 20)

    def settle(self) -> None:
        pass

    def look_afresh(self) -> None:
        pass

    def detect(self, image_rgb: Image, time_s: float) -> Pose:
        self.seen_s.append(time_s)
        at = int(np.searchsorted(TRACK.time_s, time_s % TRACK.duration_s - 0.1))
        return Pose(time_s, TRACK.image_px[at], np.ones(33))


def test_a_clip_in_which_another_one_proves_to_train_is_gone_through_again(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "MediaPipeLandmarker", Watcher)
    monkeypatch.setattr(api, "resolve", lambda *_, **__: Path("model"))
    monkeypatch.setattr(Watcher, "made", [])
    counts: list[int] = []
    api.analyze_clip(clip, progress=lambda frames, _: counts.append(frames))
    first, again = Watcher.made
    assert len(first.surveys) == 1
    assert 20 <= len(first.seen_s) < SECONDS * 10
    assert [len(times_s) for times_s in again.surveys] == [pytest.approx(12, abs=1)], "closely, at once"
    assert again.followed is not None
    assert again.seen_s[0] == 0.0
    assert counts.count(0) == 2
    assert counts[-1] == SECONDS * 10
