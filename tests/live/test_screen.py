"""What is shown: drawn in memory, and in a real window on a virtual screen."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.live_fakes import GREY
from support.skeleton import Shot, kickbacks

from formcheck.exercises import catalog
from formcheck.judging.coach import Coach, Step
from formcheck.live.screen import CUE, Banner, Screen, Show, draw
from formcheck.live.setup_coach import SetUp
from formcheck.live.stages import Stage, Stages
from formcheck.live.words import Words
from formcheck.poses.pose import Pose, Side
from formcheck.poses.track import Track
from formcheck.report.pictures.canvas import COLOURS
from formcheck.report.pictures.overlays import Overlay
from formcheck.reps.segmentation import Phase
from formcheck.rule import Status

WORDS = Words()
KICK = catalog.exercise("glute-kickback")
SMALL = np.full((480, 640, 3), 128, np.uint8)


def steps(track: Track) -> Iterator[tuple[Step, Stages]]:
    coach, stages = Coach(KICK, track.size), Stages()
    for pose in track.poses():
        step = coach.update(pose)
        stages.update(step.pose, step, good=True)
        yield step, stages


def nobody(**given: Any) -> Screen:
    return replace(Screen(Overlay(Pose.nobody(0.0))), **given)


def changed(screen: Screen, *, mirror: bool = True) -> np.ndarray:
    """(H, W) where drawing changed a grey picture."""
    drawn = draw(SMALL, screen, WORDS, mirror=mirror)
    return np.asarray((drawn != 128).any(axis=2))


def letter_height(screen: Screen, other: Screen) -> float:
    """Height of what differs between two pictures, as a share of the picture's."""
    a, b = (draw(SMALL, one, WORDS).astype(int) for one in (screen, other))
    rows = np.flatnonzero((np.abs(a - b).max(axis=2) > 60).any(axis=1))
    return float(np.ptp(rows) / a.shape[0])


def test_the_number_and_the_cue_are_large_enough_for_three_metres() -> None:
    one, two = (nobody(stage=Stage.SET, reps=n) for n in (1, 8))
    assert letter_height(one, two) > 0.14  # of a 19 cm high laptop screen: 27 mm
    cues = [nobody(stage=Stage.SET, banner=Banner(text, CUE)) for text in ("HHH", "III")]
    assert letter_height(*cues) > 0.055


@pytest.mark.slow
def test_every_built_in_cue_fits_into_the_width() -> None:
    for cue in {rule.cue for exercise in catalog.exercises().values() for rule in exercise.rules}:
        picture = draw(SMALL, nobody(banner=Banner(cue, CUE)), WORDS)
        ground = (picture == np.array(CUE)).all(axis=2) | (np.abs(picture.astype(int) - CUE).max(axis=2) < 25)
        rows = np.flatnonzero(ground[:, 2])
        assert len(rows) > 30
        edge = picture[rows.min() : rows.max(), [0, -1]]
        assert (edge.max(axis=2) < 200).all(), cue  # no letter touches an edge


def test_the_picture_is_mirrored_for_display_and_the_landmarks_with_it() -> None:
    track = kickbacks(reps=1)
    overlay = Overlay(track.poses()[0], (Side.LEFT,))
    drawn = [
        draw(GREY, replace(Screen(overlay), status=""), WORDS, mirror=mirror)[:600].astype(int)
        for mirror in (True, False)
    ]
    assert np.abs(drawn[0] - drawn[1]).max() > 100
    off = np.abs(drawn[0] - drawn[1][:, ::-1]).max(axis=2)
    assert (off > 60).mean() < 0.002  # but for a pixel of rounding here and there


def test_letters_are_not_mirrored() -> None:
    screen = nobody(stage=Stage.SET, reps=7)
    assert (draw(SMALL, screen, WORDS, mirror=True) == draw(SMALL, screen, WORDS, mirror=False)).all()


def test_the_limb_concerned_takes_the_colour_of_its_fault() -> None:
    show = Show(WORDS)
    red = np.array(COLOURS[Status.FAULT])
    seen = []
    for step, stages in steps(kickbacks(Shot(noise_px=0.3), reps=2, knee_deg=(4, 50))):
        show.update(step)
        screen = show.screen(step, stages, KICK, SetUp(None, True, 0.9, ()), "")
        coloured = any(status is Status.FAULT for _, status in screen.overlay.flagged)
        seen.append((step.pose.time_s, step.rep_count, coloured))
        if coloured and step.phase is Phase.TOP:
            picture = draw(GREY, screen, WORDS, mirror=False).astype(int)
            knee, ankle = step.pose.image_px[[25, 27]]
            x, y = ((knee + ankle) / 2).round().astype(int)
            near = picture[y - 6 : y + 7, x - 6 : x + 7].reshape(-1, 3)
            assert np.abs(near - red).max(axis=1).min() < 40
    assert not any(coloured for _, count, coloured in seen if count == 0 and _ < 4.0)
    assert any(coloured for _, count, coloured in seen if count == 1)


def test_the_tempo_adds_up_over_the_repetition() -> None:
    show = Show(WORDS, aim_s=(1.0, 1.0, 2.0))
    last = None
    for step, stages in steps(kickbacks(reps=1)):
        show.update(step)
        screen = show.screen(step, stages, KICK, SetUp(None, True, 0.9, ()), "")
        if screen.phase is Phase.BOTTOM and last is not None and last.phase is Phase.DOWN:
            break
        last = screen
    assert last is not None
    # The eye's tempo, not the record's: phases are seen a little late, the whole is right.
    assert sum(last.tempo_s) == pytest.approx(1.0 + 1.2 + 1.6, abs=0.8)
    assert last.tempo_s[1] > 0.5
    assert last.tempo_s[2] > 0.8


def test_the_summary_takes_the_whole_picture() -> None:
    lines = ("8 reps. Score 82.", "Fix: Long leg", "Good: flat back.")
    assert changed(nobody(stage=Stage.REST, summary=lines)).mean() > 0.99


XVFB = shutil.which("Xvfb")


@pytest.fixture
def screen_of_its_own() -> Iterator[str]:
    if XVFB is None or not sys.platform.startswith("linux"):
        pytest.skip("Xvfb is not installed")
    reader, writer = os.pipe()
    server = subprocess.Popen(
        [XVFB, "-displayfd", str(writer), "-screen", "0", "1280x800x24"],
        pass_fds=[writer],
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    with os.fdopen(reader) as pipe:
        number = pipe.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait()


WINDOWED = """
import sys
sys.path.insert(0, {tests!r})
from formcheck.live.display import display_there
from pathlib import Path
from typing import Any
from support.live_fakes import Stage, parts
from support.skeleton import kickbacks
import time
from formcheck.live.session import run
assert display_there()
track = kickbacks(reps=3)
feed = Stage(track.time_s.tolist(), on_frame=lambda n: (Path({mark!r}).touch() if n == 300 else None))
analysis = run(parts(track, feed=feed, report=Path({folder!r}), window=True))
print(sum(not rep.partial for rep in analysis.report.reps), analysis.report.complete)
"""


@pytest.mark.slow
def test_a_window_opens_beside_pyav_and_is_ended_by_a_key(screen_of_its_own: str, tmp_path: Path) -> None:
    """PyAV's wheel once made every OpenCV window hang; this one is opened, shown and left by `q`."""
    mark = tmp_path / "far"
    code = WINDOWED.format(tests=str(Path(__file__).parents[1]), mark=str(mark), folder=str(tmp_path / "r"))
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "DISPLAY": screen_of_its_own},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until_s = time.monotonic() + 300.0
        while not mark.exists() and child.poll() is None and time.monotonic() < until_s:
            time.sleep(0.05)
        assert mark.exists(), "the window hangs"
        xdotool = shutil.which("xdotool")
        if xdotool is not None:
            subprocess.run(
                [xdotool, "search", "--name", "formcheck", "key", "q"],
                env={**os.environ, "DISPLAY": screen_of_its_own},
                check=False,
                capture_output=True,
            )
        out, err = child.communicate(timeout=300.0)
    finally:
        child.kill()
    assert child.returncode == 0, err
    reps, complete = out.split()
    assert complete == "True"
    assert int(reps) in ((1, 2) if xdotool else (3,))
    assert list((tmp_path / "r").glob("*.report.json"))


@pytest.mark.slow
def test_without_a_display_a_window_asked_for_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("elsewhere there always is one")
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    done = subprocess.run(
        [sys.executable, "-m", "formcheck", "live", "--window"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "no display" in done.stderr


def test_sizes_other_than_the_camera_s_are_drawn_too() -> None:
    for width, height in ((320, 240), (720, 1280), (1920, 1080)):
        picture = np.full((height, width, 3), 128, np.uint8)
        drawn = draw(
            picture, nobody(stage=Stage.SET, reps=12, target=15, banner=Banner("Long leg", CUE)), WORDS
        )
        assert drawn.shape[1] >= 960
        assert drawn.shape[1] / drawn.shape[0] == pytest.approx(width / height, rel=0.01)
