from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.judging.sets import Found
from formcheck.poses.pose import Landmark, Pose, Side
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import look
from formcheck.report.analysis import Analysis
from formcheck.report.model import CueReport, Report, RepReport, SetSummary, VerdictReport
from formcheck.report.pictures import annotated_video as module
from formcheck.report.pictures import canvas
from formcheck.report.pictures.annotated_video import AngleLabel, Director, Overlay, annotate, write_annotated
from formcheck.rule import OBLIQUE, Above, Exercise, Rule, Status
from formcheck.video.reader import VideoSink, VideoSource

SIZES = [(180, 320), (480, 848), (848, 480), (1080, 1920), (1920, 1080), (90, 640), (17, 31)]
PLACES = {
    "SHOULDER": (0.70, 0.40),
    "ELBOW": (0.72, 0.55),
    "WRIST": (0.74, 0.70),
    "HIP": (0.45, 0.42),
    "KNEE": (0.32, 0.55),
    "ANKLE": (0.18, 0.68),
    "HEEL": (0.16, 0.66),
    "FOOT_INDEX": (0.14, 0.72),
    "EAR": (0.78, 0.34),
}


def pose(width: int = 320, height: int = 180, time_s: float = 0.0) -> Pose:
    px = np.full((33, 2), 0.5) * (width, height)
    for part, (x, y) in PLACES.items():
        for side in Side:
            px[Landmark[f"LEFT_{part}"] + side.offset] = (x * width, y * height + 2 * side.offset)
    return Pose(time_s, px, np.ones(33))


def full(width: int, height: int) -> Overlay:
    body = pose(width, height)
    return Overlay(
        body,
        (Side.RIGHT,),
        Side.RIGHT,
        phase="top: hold 0.8 s",
        rep=2,
        total=3,
        note="Rep 2: score 62",
        verdicts=tuple((f"some fault {i} 33 ±4°", status) for i, status in enumerate([*Status] * 3)),
        cue="Push the heel straight back",
        angles=(
            AngleLabel(body.image_px[26], "knee 33°", Status.FAULT),
            AngleLabel(body.image_px[24], "leg 12°"),
            AngleLabel(np.full(2, np.nan), "nowhere"),
        ),
        flagged=((frozenset({24, 26, 28}), Status.FAULT),),
        contour=body.image_px[[12, 24]] - (0.0, 9.0),
        contour_status=Status.WARN,
        footer="Kickback  |  side view  |  90 % of the form judged",
    )


# fmt: off
def rule(code: str = "X1", measure: str = "knee_flexion_deg", **more: Any) -> Rule:
    return Rule(
        code=code, name="knee-bent", statement="", says="", why="", source="", limit=Above(15, 25),
        views=OBLIQUE, cue="Straighten", remedy="", passes=(), fails=(), measure=measure, **more,
    )


def exercise(*rules: Rule) -> Exercise:
    return Exercise(
        name="any", title="Any lift", source="", posture="prone", signal="leg_elevation_deg", min_range=10.0,
        views=OBLIQUE, refuses=lambda data: None, rules=rules or (rule(),),
        unobservable=(), film="",
    )


def rep(index: int, start_s: float, *verdicts: VerdictReport) -> RepReport:
    return RepReport(
        index=index, side="right", set=1, start_s=start_s, lockout_s=start_s + 0.5, lower_s=start_s + 1.0,
        end_s=start_s + 1.5, partial=False, score=62.0, coverage=0.9, verdicts=verdicts,
    )


def verdict(status: Status = Status.FAULT, time_s: float | None = 0.75, code: str = "X1") -> VerdictReport:
    return VerdictReport(
        rule=code, fault="knee-bent", status=status, value=33.2, uncertainty=4.4, unit="deg", warn=15.0,
        fault_limit=25.0, time_s=time_s, view="side", reason="", cue="",
    )


def report(*reps: RepReport, cues: tuple[CueReport, ...] = ()) -> Report:
    one = SetSummary(
        index=1, working_side="right", view="side", yaw_deg=3.0, reps=(1, 2), score=62.0, coverage=0.9
    )
    return Report(
        schema="formcheck-report-1", version="0", source="clip", exercise="any", profile="standard",
        view="side", working_side="right", fps=10.0, duration_s=4.0, complete=True, score=62.0,
        coverage=0.9, sets=(one,) if reps else (), reps=reps, cues=cues, not_judged=(), fix=None, notes=(),
    )
# fmt: on


def track(frames: int = 40, size: tuple[int, int] = (320, 180)) -> Track:
    return Track.from_poses([pose(*size, time_s=i / 10) for i in range(frames)], size)


def analysed(track: Track, report: Report, exercise: Exercise) -> Analysis:
    camera = look(track, exercise.posture)
    return Analysis(report, track, track, Found((), Counter(), camera, exercise))


def directing(track: Track, report: Report, exercise: Exercise) -> Director:
    return Director(track, report, exercise, analysed(track, report, exercise).looks)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_drawing_leaves_the_input_alone_at_any_size(height: int, width: int) -> None:
    image = np.full((height, width, 3), 90, np.uint8)
    drawn = annotate(image, full(width, height))
    assert drawn.shape == image.shape
    assert drawn.dtype == np.uint8
    assert (drawn != image).any()
    assert (image == 90).all()


def test_a_read_only_view_is_fine() -> None:
    image = np.zeros((180, 640, 3), np.uint8)[:, ::2]
    image.flags.writeable = False
    assert annotate(image, full(320, 180)).any()


@pytest.mark.parametrize("missing", [[26], [11, 12], list(range(33)), [23, 24, 25, 26, 27, 28]])
def test_unknown_landmarks_never_raise(missing: list[int]) -> None:
    state = full(320, 180)
    px = state.pose.image_px.copy()
    px[missing] = np.nan
    contour = np.array([[np.nan, 1.0], [5.0, 5.0]])
    image = np.zeros((180, 320, 3), np.uint8)
    assert annotate(image, replace(state, pose=replace(state.pose, image_px=px), contour=contour)).any()


def test_landmarks_far_outside_never_raise() -> None:
    state = full(320, 180)
    far = replace(state.pose, image_px=state.pose.image_px * 1e7 - 1e6)
    annotate(np.zeros((180, 320, 3), np.uint8), replace(state, pose=far))


def test_nobody_gets_the_counter_and_a_note_only() -> None:
    image = np.zeros((360, 640, 3), np.uint8)
    drawn = annotate(image, replace(full(640, 360), pose=Pose.nobody(0.0)))
    assert drawn[:100, :200].any()
    assert drawn[300:, 200:440].any()
    assert not drawn[:290, 200:].any()


def test_the_working_leg_and_a_faulty_limb_have_their_colours() -> None:
    image = np.zeros((480, 848, 3), np.uint8)
    state = Overlay(pose(848, 480), (Side.RIGHT,), Side.RIGHT)

    def has(drawn: NDArray[np.uint8], colour: tuple[int, int, int]) -> bool:
        return bool((drawn[150:] == colour).all(axis=2).any())

    assert has(annotate(image, state), canvas.BLUE)
    wrong = replace(state, flagged=((frozenset({24, 26, 28}), Status.WARN),))
    assert has(annotate(image, wrong), canvas.COLOURS[Status.WARN])
    assert not has(annotate(image, state), canvas.COLOURS[Status.WARN])


def test_signs_outside_ascii_have_letters() -> None:
    def drawn(text: str) -> NDArray[np.uint8]:
        sheet = canvas.Canvas(np.zeros((60, 120, 3), np.uint8))
        sheet.text(text, 5, 45, 4.0, canvas.WHITE)
        return sheet.image

    signs = [drawn(sign) for sign in "°±–’?"]
    assert all(sign.any() for sign in signs)
    assert len({sign.tobytes() for sign in signs}) == len(signs)


def test_the_phases_follow_the_repetition() -> None:
    director = directing(track(), report(rep(1, 0.5), rep(2, 2.2)), exercise())
    seen = [(o.rep, o.phase) for o in map(director.overlay, (0.1, 0.7, 1.3, 1.8, 2.1, 2.5))]
    assert seen == [(0, "ready"), (1, "up"), (1, "top: hold 0.3 s"), (1, "down"), (1, "ready"), (2, "up")]
    assert director.overlay(2.5).total == 2


def test_verdicts_fall_in_their_time_and_linger() -> None:
    first = rep(1, 0.5, verdict(time_s=1.2), verdict(Status.OK, None))
    director = directing(track(), report(first, rep(2, 2.2)), exercise())
    counts = [len(director.overlay(t).verdicts) for t in (0.2, 1.1, 1.2, 2.0, 3.1, 3.3)]
    assert counts == [0, 0, 1, 2, 2, 0]
    assert director.overlay(1.3).verdicts == (("knee bent 33 ±4°", Status.FAULT),)
    assert director.overlay(1.3).note == "Rep 1"
    assert director.overlay(2.0).note == "Rep 1: score 62"


def test_a_faulty_limb_is_coloured_until_the_repetition_ends() -> None:
    director = directing(track(), report(rep(1, 0.5, verdict(time_s=0.9))), exercise())
    knee_leg = frozenset({24, 26, 28})
    assert [o.flagged for o in map(director.overlay, (0.7, 1.0, 2.3))] == [
        (),
        ((knee_leg, Status.FAULT),),
        (),
    ]
    label = director.overlay(1.0).angles[0]
    assert label.status is Status.FAULT
    assert label.text.startswith("knee ")
    assert label.xy == pytest.approx(pose().image_px[26])


def test_a_cue_stays_two_and_a_half_seconds() -> None:
    said = (
        CueReport(time_s=0.5, rule="X1", text="Straighten"),
        CueReport(time_s=1.0, rule="X1", text="Hold"),
    )
    director = directing(track(), report(rep(1, 0.5), cues=said), exercise())
    cues = [director.overlay(t).cue for t in (0.4, 0.5, 1.0, 3.4, 3.6)]
    assert cues == [None, "Straighten", "Hold", "Hold", None]


def test_at_most_three_values_the_wrong_one_among_them() -> None:
    names = ("leg_elevation_deg", "trunk_pitch_deg", "heel_lift_deg", "shin_from_vertical_deg")
    rules = [rule(f"X{i}", name, weight=9.0 - i) for i, name in enumerate(names)]
    director = directing(track(), report(rep(1, 0.5, verdict(time_s=0.9, code="X3"))), exercise(*rules))
    assert [a.text.split()[0] for a in director.overlay(0.7).angles] == ["leg", "trunk", "heel"]
    assert [a.text.split()[0] for a in director.overlay(1.0).angles] == ["shin", "leg", "trunk"]


def test_a_change_from_the_start_is_written_as_one() -> None:
    drawn = directing(track(), report(rep(1, 0.5)), exercise(rule(from_start=True, weight=9.0))).overlay(1.0)
    assert [label.text for label in drawn.angles if "knee" in label.text] == ["knee 0°"]


def test_no_repetitions_and_an_empty_track() -> None:
    assert directing(track(), report(), exercise()).overlay(1.0).rep == 0
    nobody = Track.from_poses([Pose.nobody(0.0), Pose.nobody(0.1)], (320, 180))
    assert not directing(nobody, report(), exercise()).overlay(0.0).pose.found
    assert not directing(track(), report(), exercise()).overlay(99.0).pose.found


def test_another_image_size_moves_the_points() -> None:
    drawn = directing(track(), report(rep(1, 0.5)), exercise()).overlay(1.0, (640, 360))
    assert drawn.pose.image_px == pytest.approx(2 * pose().image_px)


def make_clip(path: Path) -> list[float]:
    times = [0.0, 0.1, 0.25, 0.3, 0.5, 0.61]
    with VideoSink(path) as sink:
        for time_s in times:
            sink.write(np.full((180, 320, 3), 90, np.uint8), time_s)
    return times


def test_a_clip_keeps_its_times(tmp_path: Path) -> None:
    times = make_clip(tmp_path / "in.mp4")
    done: list[int] = []
    lift = report(rep(1, 0.1, verdict(time_s=0.3)))
    write_annotated(
        tmp_path / "in.mp4", analysed(track(7), lift, exercise()), tmp_path / "out.mp4", done.append
    )
    with VideoSource(tmp_path / "out.mp4") as source:
        frames = list(source)
    assert [frame.time_s for frame in frames] == pytest.approx(times, abs=1e-3)
    assert done == [1, 2, 3, 4, 5, 6]
    assert all(int(frame.image.max()) > 180 for frame in frames)


def test_a_failure_leaves_no_video(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_clip(tmp_path / "in.mp4")

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "annotate", fail)
    with pytest.raises(KeyboardInterrupt):
        write_annotated(tmp_path / "in.mp4", analysed(track(7), report(), exercise()), tmp_path / "out.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["in.mp4"]
