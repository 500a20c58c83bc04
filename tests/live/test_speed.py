"""That the bar has become slower is said once a set, and only where it is sure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.live_fakes import parts
from support.skeleton import Tempo, join, thrusts, with_plate

from formcheck.cli.app import run as run_command
from formcheck.errors import UsageError
from formcheck.judging.coach import Step
from formcheck.live import recording
from formcheck.live.session import run, sayable
from formcheck.live.speed import SpeedWatch, checked_loss
from formcheck.live.talk import Wishes
from formcheck.poses.pose import Pose, Side
from formcheck.poses.track import Track
from formcheck.reps.bar_speed import Lift, Value
from formcheck.reps.segmentation import Phase

SAID = "Speed down by 20 percent."


def told(watch: SpeedWatch, speeds: list[float], **how: Any) -> list[float | None]:
    """Return what is told after each repetition."""
    found: list[float | None] = []
    for speed in speeds:
        watch.update(step(speed, **how))
        loss = watch.take()
        found.append(None if loss is None else round(loss.value))
    return found


def step(
    speed: float, *, by: Any = "plate", side: Side = Side.LEFT, scatter: float = 0.01, rise: float = 0.25
) -> Step:
    pose: Pose = next(iter(thrusts(reps=1)[:1].poses()))
    value = Value(speed, 0.03)
    way_up = Lift(by, True, Value(rise, 0.02), value, value, scatter)
    return Step(pose, Phase.BOTTOM, 1, side, None, (), None, way_up)


def test_it_is_told_once_a_set_against_the_fastest() -> None:
    watch = SpeedWatch(20.0)
    assert told(watch, [0.45, 0.50, 0.42, 0.36, 0.30]) == [None, None, None, 28, None]
    watch.next_set()
    assert told(watch, [0.36, 0.30]) == [None, None]
    assert told(SpeedWatch(None), [0.5, 0.2]) == [None, None]


def test_what_may_be_chance_is_not_told() -> None:
    assert told(SpeedWatch(20.0), [0.50, 0.39]) == [None, None]  # 22 %, known to 2.5
    assert told(SpeedWatch(20.0), [0.50, 0.36], scatter=0.04) == [None, None]  # 28 %, known to 10
    assert told(SpeedWatch(20.0), [0.50, 0.30], by="hips") == [None, None]


def test_a_repetition_that_stops_short_is_not_slow() -> None:
    watch = SpeedWatch(20.0)
    assert told(watch, [0.50]) + told(watch, [0.25], rise=0.12) == [None, None]
    assert told(watch, [0.30]) == [40]


def test_legs_are_not_compared() -> None:
    watch = SpeedWatch(20.0)
    assert told(watch, [0.50], side=Side.LEFT) + told(watch, [0.35], side=Side.RIGHT) == [None, None]


def slowing(down_s: float) -> Track:
    fast, slow = (thrusts(tempo=Tempo(up=up_s), reps=2) for up_s in (0.8, down_s))
    return with_plate(join(fast, slow))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("up_s", "asked", "times"), [(1.6, 20.0, 1), (0.8, 20.0, 0), (1.6, None, 0)], ids=str
)
def test_a_session_says_it(
    up_s: float,
    asked: float | None,
    times: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recording, "user_state_path", lambda name: tmp_path)
    run(parts(slowing(up_s), "single-leg-hip-thrust", wishes=Wishes(speed_loss_pct=asked)))
    said = capsys.readouterr().err
    assert "4 reps." in said
    assert said.count(f"{SAID} Measured: ") == times


def test_its_words_are_ready_before_the_set() -> None:
    settings = parts(thrusts(reps=1)).settings
    assert SAID in sayable(Wishes(speed_loss_pct=20.0), settings)
    assert not any("Speed" in text for text in sayable(Wishes(), settings))


@pytest.mark.parametrize("loss_pct", [0.2, 0.0, 120.0])
def test_a_loss_that_is_none_is_refused(loss_pct: float, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked_loss(20.0) == 20.0
    with pytest.raises(UsageError, match="20"):
        checked_loss(loss_pct)
    arguments = ["live", "--no-window", "--no-log", "--speed-loss", str(loss_pct)]
    assert run_command(arguments) == UsageError.exit_code
    assert "--speed-loss 20" in capsys.readouterr().err
