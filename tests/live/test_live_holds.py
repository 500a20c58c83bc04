"""A position that is held, live: seconds on the screen and aloud, the summary, the report of the session."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.holding import SHOT, planks, sag, wall_sits
from support.live_fakes import GREY, parts, reports
from support.skeleton import clock, join

from formcheck import Report, analyze
from formcheck.exercises import catalog
from formcheck.judging.coach import Coach
from formcheck.live import recording
from formcheck.live.screen import Show
from formcheck.live.session import run
from formcheck.live.setup_coach import SetUp
from formcheck.live.stages import Stage, Stages
from formcheck.live.summary import summarise
from formcheck.live.talk import Mute, Talk, Wishes
from formcheck.live.voice import Urgency
from formcheck.live.words import Words
from formcheck.reps.segmentation import Phase
from formcheck.rule import Status
from formcheck.serve.state import screen_data

WORDS = Words()
PLANK = catalog.exercise("plank")


class Heard(Mute):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.said: list[tuple[str, Urgency]] = []

    def say(
        self,
        text: str,
        tone: str,
        urgency: Urgency = Urgency.TALK,
        *,
        tone_first: bool = False,
        within_s: float = float("inf"),
    ) -> None:
        self.said.append((text, urgency))


def verdicts(report: Report) -> list[tuple[str, float, list[Status]]]:
    return [(rep.kind, round(rep.hold_s, 1), [one.status for one in rep.verdicts]) for rep in report.reps]


@pytest.fixture(autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setattr(recording, "user_state_path", lambda name: folder)


@pytest.mark.parametrize(
    ("count", "said"), [("voice", ["10", "20", "10"]), ("tick", ["", "", ""]), ("off", [])]
)
def test_every_ten_seconds_of_a_hold_are_said(count: str, said: list[str]) -> None:
    heard = Heard()
    talk = Talk(heard, Wishes(count=count), lambda text, style: None)
    for seconds in (*range(25), 0, 0, *range(14)):
        talk.seconds(float(seconds))
    assert heard.said == [(each, Urgency.COUNT) for each in said]


@pytest.mark.slow
@pytest.mark.parametrize("exercise", ["plank", None])
def test_a_session_with_a_plank(
    exercise: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    track = planks(hold_s=20.0, hips_deg=sag(clock(26.0, SHOT), 9.0, 14.0, 24.0))
    analysis = run(parts(track, exercise, report=tmp_path))
    assert analysis is not None
    assert verdicts(analysis.report) == verdicts(analyze(track, exercise))
    said = capsys.readouterr().err
    assert "Hold 1" in said
    assert "Hips up, one straight line" in said
    assert "Set 1 ended after 1 holds" in said
    assert "Held for 21 seconds. Score 60." in said
    (one,) = reports(tmp_path, ".set-1.report.json")
    assert verdicts(Report.from_json(one.read_bytes())) == verdicts(analysis.report)


def test_the_set_does_not_end_while_the_position_is_held() -> None:
    """A wall sit is upright, which ends a set of anything else, and lasts longer than a rest."""
    exercise = catalog.exercise("wall-sit")
    track = wall_sits(hold_s=20.0)
    coach, stages = Coach(exercise, track.size), Stages()
    seen = []
    for pose in track.poses():
        step = coach.update(pose)
        change = stages.update(step.pose, step, good=True)
        seen.append((step.phase, stages.stage, change))
    assert sum(change.rep for _, _, change in seen) == 1
    ended = [i for i, (_, _, change) in enumerate(seen) if change.ended]
    holding = [i for i, (phase, _, _) in enumerate(seen) if phase is Phase.HOLD]
    assert all(i > holding[-1] for i in ended)
    assert {stage for phase, stage, _ in seen[holding[-1] - 30 : holding[-1]]} == {Stage.SET}


def test_the_screen_shows_the_seconds_large() -> None:
    track = planks(hold_s=12.0, down_s=0.0)
    coach, stages, show = Coach(PLANK, track.size), Stages(), Show(WORDS)
    for pose in track.poses():
        step = coach.update(pose)
        stages.update(step.pose, step, good=True)
        show.update(step)
    screen = show.screen(step, stages, PLANK, SetUp(None, True, 1.0, ()), "")
    assert screen.held_s == pytest.approx(12.0, abs=0.3)
    assert (screen.phase, screen.reps) == (Phase.HOLD, 1)
    shown = show.draw(GREY, screen, mirror=False)
    assert (shown != GREY).any()
    phone = screen_data(screen, None, track.size)
    assert (phone["held_s"], phone["phase"]) == (pytest.approx(12.0, abs=0.3), "hold")


def test_the_summary_tells_seconds_of_each_hold() -> None:
    once = planks(hold_s=8.0, down_s=1.5)
    told = summarise(analyze(join(once, once), "plank"), PLANK, WORDS)
    assert told.spoken.startswith("Held for 9, 9 seconds. Score 100. Good: a straight line. ")
    nothing = summarise(analyze(planks(knee_deg=70.0), "plank"), PLANK, WORDS)
    assert nothing.spoken == "No hold long enough."
