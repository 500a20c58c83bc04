"""The renderer: same seed, same truth; specs are checked; the truth is measured; pixels where GL is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from support.gl import needs_gl

from formcheck.evaluation.truth import Truth
from formcheck.render import gl, scenery
from formcheck.render.clip import Clip, build
from formcheck.render.film import pictures
from formcheck.render.sets import SETS, gym_spec, named_set, random_spec
from formcheck.render.spec import FAULTS, Spec
from formcheck.render.truth import truth

Command = Callable[..., tuple[int, str, str]]
SMALL = {"width": 160, "height": 90, "fps": 5}
KICK: dict[str, Any] = {
    "id": "kick",
    "exercise": "kickback",
    "working_leg": "L",
    "seed": 3,
    "reps": 2,
    "video": SMALL,
    "tempo": {"lead": 0.4, "concentric": 0.6, "hold": 0.6, "eccentric": 0.8, "pause": 0.4, "tail": 0.4},
}
THRUST = KICK | {"id": "thrust", "exercise": "hip_thrust"}

PUBLISHED: dict[str, dict[str, Any]] = {
    "r97001": {
        "frames": 568,
        "height": 1.629,
        "azimuth": 180.32,
        "reps": [(1.093, 5.853), (6.491, 11.457), (12.023, 16.888), (17.48, 22.424), (23.052, 27.792)],
        "lumbar": [1.96, 2.98, 1.45, 1.89, 0.71],
        "knee": [404.65, 141.73, 1.631],
        "hip_extension": 0.088,
    },
    "kb_open30_R_oblique": {
        "frames": 430,
        "height": 1.517,
        "azimuth": 143.48,
        "reps": [(1.082, 4.928), (5.488, 9.333), (9.924, 13.736)],
        "lumbar": [0.98, 3.16, 2.18],
        "knee": [335.13, 139.23, 2.174],
        "hip_extension": 6.616,
    },
    "gb_clean_L_left": {
        "frames": 424,
        "height": 1.784,
        "azimuth": -1.0,
        "reps": [(0.934, 4.672), (5.29, 9.065), (9.688, 13.524)],
        "lumbar": [1.69, 1.99, 1.46],
        "knee": [339.7, 228.63, 2.096],
        "hip_extension": -2.515,
    },
}
"""What the truth files say on which published numbers rest: length, body, camera, repetitions, the
lumbar extension at each lockout, and of the middle frame the right knee (pixels, depth) and the hip, deg."""


def told(spec: dict[str, Any]) -> dict[str, Any]:
    return truth(build(Spec.model_validate(spec)))


def published(name: str) -> Spec:
    return next(spec for kind in ("unseen", "shared") for spec in named_set(kind) if spec.id == name)


@pytest.mark.slow
@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_seed_gives_the_published_truth(name: str) -> None:
    expected, found = PUBLISHED[name], truth(build(published(name)))
    middle = found["frames"][found["n_frames"] // 2]
    assert found["n_frames"] == expected["frames"]
    assert [(rep["start"], rep["end"]) for rep in found["reps"]] == expected["reps"]
    near = pytest.approx
    assert found["body_height_m"] == near(expected["height"], abs=0.001)
    assert found["camera"]["azimuth"] == near(expected["azimuth"], abs=0.01)
    lumbar = [rep["at_lockout"]["lumbar_extension"] for rep in found["reps"]]
    assert lumbar == near(expected["lumbar"], abs=0.01)
    assert middle["px"]["knee.R"] == near(expected["knee"], abs=0.02)
    assert middle["angles"]["hip_extension_working"] == near(expected["hip_extension"], abs=0.01)


def test_what_came_later_leaves_the_draws_of_a_seed_alone() -> None:
    before = build(Spec.model_validate(KICK))
    later = {
        "movement": {"profile": "eased"},
        "soft": {"bulge_m": 0.02},
        "phone": {"shake": 1.0, "blur_px": 1},
    }
    after = build(Spec.model_validate(KICK | later))
    assert before.person == after.person
    assert before.times.reps == after.times.reps
    assert before.camera.eye == pytest.approx(after.camera.eye, abs=0.1)
    assert before.camera.fov_deg == after.camera.fov_deg


def test_the_truth_is_the_same_each_time() -> None:
    assert told(KICK) == told(KICK)
    assert told(KICK) != told(KICK | {"seed": 4})


@pytest.fixture(scope="module")
def thrust() -> Clip:
    fault = {"type": "lumbar_extension", "severity": 25, "reps": [1]}
    return build(Spec.model_validate(THRUST | {"faults": [fault]}))


def test_bones_keep_their_length_and_the_planted_foot_stays(thrust: Clip) -> None:
    lengths = thrust.body.skeleton.length_m
    planted = []
    for frame in thrust.frames:
        for side in "LR":
            hip, knee, ankle = (frame.points[f"{name}.{side}"] for name in ("hip", "knee", "ankle"))
            assert np.linalg.norm(hip - knee) == pytest.approx(lengths[f"thigh.{side}"])
            assert np.linalg.norm(knee - ankle) == pytest.approx(lengths[f"shin.{side}"])
        planted.append(frame.points["ankle.L"])
        assert min(point[1] for point in frame.points.values()) > -0.02
    assert np.ptp(np.array(planted), axis=0).max() < 0.01


def test_angles_are_those_commanded_and_a_fault_is_where_it_was_put(thrust: Clip) -> None:
    found = truth(thrust)
    for frame, row in zip(thrust.frames, found["frames"], strict=True):
        asked = frame.instant.posture
        assert row["angles"]["lumbar_extension"] == pytest.approx(asked.lumbar, abs=1.5)
        assert row["angles"]["hip_extension_working"] == pytest.approx(asked.hip_ext, abs=1.5)
    clean, arched = (rep["at_lockout"]["lumbar_extension"] for rep in found["reps"])
    assert arched - clean == pytest.approx(25, abs=4)
    (fault,) = found["faults"]
    assert (fault["type"], fault["rep"], fault["unit"]) == ("lumbar_extension", 1, "deg")
    assert (
        found["reps"][1]["start"] < fault["onset"] <= fault["half"] < fault["end"] < found["reps"][1]["end"]
    )


@pytest.mark.parametrize("exercise", FAULTS)
def test_evaluate_reads_the_truth_of_every_exercise(exercise: str, tmp_path: Path) -> None:
    path = tmp_path / "clip.json"
    path.write_text(json.dumps(told(KICK | {"exercise": exercise})), "utf-8")
    read = Truth.load(path)
    assert (len(read.reps), read.side) == (2, "left")


def progress_of(profile: str, **more: Any) -> list[tuple[float, str]]:
    spec = KICK | {"movement": {"profile": profile} | more, "video": SMALL | {"fps": 50}, "reps": 1}
    return [(frame["progress"], frame["phase"]) for frame in told(spec)["frames"]]


@pytest.mark.slow
def test_movement_profiles_differ_as_they_are_named() -> None:
    def up(profile: str) -> list[float]:
        return [s for s, phase in progress_of(profile) if phase == "concentric"]

    def late(profile: str) -> float:
        """The share of the way up that is left at three quarters of its time."""
        way = up(profile)
        return 1 - way[round(0.75 * len(way))]

    assert late("eased") < 0.3 * late("minimum-jerk") < 0.3 * late("sharp")
    steps = np.diff(up("stop-and-go"))
    assert max(len(run) for run in "".join("-" if step == 0 else "x" for step in steps).split("x")) >= 4
    assert np.allclose(np.diff(up("sharp")), np.diff(up("sharp"))[0], atol=1e-3)
    held = [s for s, phase in progress_of("drifting") if phase == "lockout"]
    assert held[0] > 0.98
    assert 0.7 < held[-1] < 0.95
    assert min(s for s, phase in progress_of("minimum-jerk") if phase == "lockout") == 1


def test_fatigue_makes_repetitions_slower_lower_and_shorter_held() -> None:
    tired = told(KICK | {"reps": 3, "movement": {"fatigue": 1.0}})["reps"]
    fresh = told(KICK | {"reps": 3})["reps"]
    assert tired[0]["tempo"] == fresh[0]["tempo"]
    assert tired[2]["tempo"]["concentric"] == pytest.approx(2 * fresh[2]["tempo"]["concentric"], abs=0.01)
    assert tired[2]["tempo"]["hold"] == pytest.approx(0.5 * fresh[2]["tempo"]["hold"], abs=0.01)
    name = "hip_extension_working"
    assert tired[2]["at_lockout"][name] < fresh[2]["at_lockout"][name] - 3


@pytest.mark.parametrize("exercise", ["kickback", "hip_thrust"])
def test_people_who_come_and_leave_stand_before_and_after(exercise: str) -> None:
    around = {"enter_s": 2.0, "fidget_s": 1.0, "leave_s": 2.0}
    plain = KICK | {"exercise": exercise}
    found = told(plain | {"around": around})
    phases = [frame["phase"] for frame in found["frames"]]
    assert (phases[0], phases[-1]) == ("setup", "leave")
    assert phases == sorted(phases, key=lambda phase: (phase == "leave") - (phase == "setup"))
    hips = [frame["angles"]["hip_height"] for frame in found["frames"]]
    assert min(hips[0], hips[-1]) > 0.7 > max(h for h, p in zip(hips, phases, strict=True) if p == "start")
    assert found["reps"][0]["start"] == pytest.approx(told(plain)["reps"][0]["start"] + 3.0, abs=0.01)


def test_soft_tissue_moves_the_outline_and_not_the_truth() -> None:
    plain = KICK | {"exercise": "hip_thrust_bilateral"}
    spec = plain | {"soft": {"bulge_m": 0.03, "loose_m": 0.05}}
    hard, soft = build(Spec.model_validate(plain)), build(Spec.model_validate(spec))
    assert truth(hard)["frames"] == truth(soft)["frames"]
    assert soft.soft is not None

    def moved(number: int) -> float:
        frame = soft.frames[number]
        plain = hard.body.skin(frame.turned, frame.at)[0]
        return float(
            np.linalg.norm(soft.body.skin(frame.turned, frame.at, soft.soft)[0] - plain, axis=1).max()
        )

    top = next(k for k, frame in enumerate(soft.frames) if frame.instant.phase == "lockout")
    buttock = Spec.model_validate(plain | {"soft": {"bulge_m": 0.03}})
    soft = build(buttock)
    assert 0.02 < moved(top) <= 0.06
    assert moved(0) < 0.2 * moved(top)


def test_truth_says_what_furniture_hides_and_nothing_else_changes() -> None:
    hides = {"kind": "rack", "hides": "ankle", "of": "other"}
    plain, stood = told(KICK), told(KICK | {"scene": {"furniture": [hides], "mirror": {}}})
    hidden = [frame.pop("hidden") for frame in stood["frames"]]
    assert np.mean(["ankle.R" in names for names in hidden]) > 0.9
    assert not any("nose" in names for names in hidden)
    assert plain["frames"] == stood["frames"]
    behind = told(KICK | {"scene": {"furniture": [{"kind": "rack"}]}})
    assert not any(frame["hidden"] for frame in behind["frames"])


def test_gym_clips_show_the_same_person_as_the_random_clip_of_their_seed() -> None:
    specs = [gym_spec(seed) for seed in range(98701, 98741)]
    assert {spec.exercise for spec in specs} == {"kickback", "hip_thrust", "glute_bridge_bilateral"}
    assert all(spec.scene.mirror or any(one.hides for one in spec.scene.furniture) for spec in specs)
    few = next(spec for spec in specs if spec.exercise == "kickback")
    same = random_spec(few.seed)
    assert same.working_leg == few.working_leg
    assert same.tempo == few.tempo


@pytest.mark.slow
def test_a_mirror_shows_the_scene_reflected_and_leaves_the_rest_alone() -> None:
    needs_gl()
    grey = (0.5, 0.5, 0.5)
    clad = {
        "body": {"outfit": {"top": "long", "top_color": [1, 0, 0]}},
        "camera": {"height": 1.5},
        "video": {"width": 320, "height": 180, "fps": 5, "grain": 0},
    }
    room = {"wall": grey, "floor": grey, "mat": False}
    glass = {"turn": 20, "gap": 0.1, "width": 3}

    def drawn(scene: dict[str, Any]) -> tuple[Clip, Any]:
        clip = build(Spec.model_validate(KICK | clad | {"scene": room | scene}))
        return clip, next(pictures(clip, [0])).astype(int)

    clip, with_mirror = drawn({"mirror": glass})
    _, without = drawn({})
    pane = scenery.mirror(clip)
    assert pane is not None
    points = clip.frames[0].points
    chest = np.mean([points[f"{joint}.{side}"] for joint in ("shoulder", "hip") for side in "LR"], axis=0)
    image = chest - 2 * pane.normal * (pane.normal @ (chest - pane.point))
    corners = dict(zip("abcdef", pane.glass.vertices.astype(float), strict=True))
    where = clip.camera.project(clip.camera.view(0.0), {"person": chest, "image": image} | corners)

    def red(picture: Any, name: str) -> bool:
        x, y, _ = where[name]
        r, g, _ = picture[round(y), round(x)]
        return bool(r > 2 * g)

    assert red(with_mirror, "person")
    assert red(with_mirror, "image")
    assert not red(without, "image")
    left = max(int(min(where[name][0] for name in corners)) - 4, 0)
    right = int(max(where[name][0] for name in corners)) + 4
    assert left > 0 or right < 320
    outside = np.ones(320, dtype=bool)
    outside[left:right] = False
    assert (with_mirror[:, outside] == without[:, outside]).all()


def test_a_camera_that_orbits_keeps_the_person_in_the_middle() -> None:
    spec = KICK | {"camera": {"view": "left", "az_jitter": 0, "handheld": 0, "orbit": 60}}
    clip = build(Spec.model_validate(spec))
    end_s = clip.times.duration_s
    views = [clip.camera.view(t_s) for t_s in (0.0, end_s)]
    eyes = [-view[:3, :3].T @ view[:3, 3] - clip.camera.at for view in views]
    azimuths = [float(np.degrees(np.arctan2(eye[2], eye[0]))) for eye in eyes]
    assert azimuths == pytest.approx([0, 60], abs=0.1)
    middle = [clip.camera.project(view, {"at": clip.camera.at})["at"] for view in views]
    assert middle[0] == pytest.approx(middle[1], abs=0.1)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"exercise": "squat"}, "exercise"),
    ({"colour": "red"}, "colour"),
    ({"reps": 0}, "reps"),
    ({"faults": [{"type": "knee_bend", "severity": 20, "reps": [2]}]}, "repetition 2"),
    ({"exercise": "hip_thrust", "faults": [{"type": "knee_bend", "severity": 20}]}, "has no knee_bend"),
    ({"options": {"bar": "plates"}}, "has no bar"),
    ({"video": {"width": 161}}, "video.width"),
    ({"body": {"outfit": {"hat": "top"}}}, "body"),
    ({"camera": {"height": float("nan")}}, "camera.height"),
    ({"movement": {"profile": "wild"}}, "movement.profile"),
    ({"scene": {"furniture": [{"kind": "sofa"}]}}, "scene.furniture"),
    ({"scene": {"mirror": {"turn": 95}}}, "scene.mirror.turn"),
]


@pytest.mark.parametrize(("change", "says"), WRONG, ids=lambda item: str(item)[:40])
def test_a_spec_that_does_not_fit_is_one_sentence(
    change: dict[str, Any], says: str, formcheck: Command, tmp_path: Path
) -> None:
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(KICK | change), "utf-8")
    code, out, err = formcheck("render", path, tmp_path / "out.mp4", "--truth-only")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert says in err
    assert [file.name for file in tmp_path.iterdir()] == ["spec.json"]


IMPOSSIBLE: list[dict[str, Any]] = [
    {"options": {"hand_fwd": 5.0}, "motion": {"ext1": 170}},
    {"options": {"mat_h": 0.1, "arm_straight": 0.5, "trunk_pitch": -90}},
    {"exercise": "hip_thrust", "options": {"bench_h": 0.8}, "body": {"height": 0.0}},
    {"exercise": "hip_thrust", "motion": {"ext0": -170, "ext1": 170}},
    {"exercise": "glute_bridge", "options": {"lock_ext": 150, "shin_lock": 120}},
]


@pytest.mark.parametrize("change", IMPOSSIBLE, ids=str)
def test_what_no_body_can_do_is_rendered_or_said(
    change: dict[str, Any], formcheck: Command, tmp_path: Path
) -> None:
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(KICK | {"reps": 1} | change), "utf-8")
    code, _, err = formcheck("render", path, tmp_path / "out.mp4", "--truth-only")
    assert (code, err.count("\n")) in ((0, 0), (2, 1)), err
    assert not (tmp_path / "out.json").exists() or Truth.load(tmp_path / "out.json").reps


def test_wrong_use_is_one_sentence(formcheck: Command, tmp_path: Path) -> None:
    spec = tmp_path / "spec.json"
    spec.write_text(json.dumps(KICK), "utf-8")
    for arguments, says in (
        ((), "SPEC.json and OUT.mp4"),
        ((spec,), "SPEC.json and OUT.mp4"),
        ((spec, tmp_path / "spec.mp4", "--truth-only"), "would overwrite"),
        ((tmp_path / "none.json", tmp_path / "out.mp4", "--truth-only"), "cannot be read"),
        (("--set", "none", "--out", tmp_path, "--truth-only"), "there is no set"),
        (("--set", "unseen"), "--out"),
        ((spec, tmp_path / "out.txt"), "no name of a video"),
        (("--set", "unseen", "--random", 7, 1, "--out", tmp_path, "--truth-only"), "do not go together"),
        (("--random", -1, 1, "--out", tmp_path, "--truth-only"), "seed of 0 or more"),
        (("--random", 7, 0, "--out", tmp_path, "--truth-only"), "1 or more"),
        (("--set", "unseen", "--gym", "--out", tmp_path, "--truth-only"), "--gym goes with"),
        ((spec, tmp_path / "missing" / "out.mp4", "--truth-only"), "there is no folder"),
    ):
        code, out, err = formcheck("render", *arguments)
        assert (code, out, err.count("\n")) == (2, "", 1), (arguments, err)
        assert says in err.lower() or says in err, (arguments, err)


@pytest.mark.slow
def test_random_clips_and_named_sets(formcheck: Command, tmp_path: Path) -> None:
    code, out, err = formcheck("render", "--random", 7, 1, "--out", tmp_path / "new", "--truth-only")
    assert (code, err) == (0, "")
    assert "r7.json" in out
    read = json.loads((tmp_path / "new" / "r7.json").read_text("utf-8"))
    assert Spec.model_validate(read["spec"]) == random_spec(7)
    assert "is there" in formcheck("render", "--random", 7, 1, "--out", tmp_path / "new", "--truth-only")[1]
    assert {line.split()[0] for line in formcheck("render", "--set", "?")[1].splitlines()} == set(SETS)
    sizes = {name: len(named_set(name)) for name in SETS}
    assert sizes == {
        "shared": 34,
        "unseen": 28,
        "later": 14,
        "throughout": 45,
        "lifelike": 24,
        "alike": 56,
        "gym": 8,
        "paired": 20,
        "habit": 64,
        "habit-later": 48,
        "habit-last": 48,
        "habit-new": 48,
        "habit-plates": 22,
        "habit-again": 48,
        "habit-oblique": 20,
        "habit-free-leg": 10,
    }
    for name in SETS:
        ids = [spec.id for spec in named_set(name)]
        assert len(set(ids)) == len(ids)


def test_paired_clips_differ_in_the_plates_only() -> None:
    specs = named_set("paired")
    for plates, bare in zip(specs[::2], specs[1::2], strict=True):
        shown, other = plates.shown(), bare.shown()
        assert shown.pop("options")["bar"] in {"plates", "bumper"}
        assert other.pop("options") == {"bar": "empty"}
        assert shown.pop("id") != other.pop("id")
        assert shown == other


def test_without_gl_it_says_what_to_install(
    formcheck: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = tmp_path / "spec.json"
    spec.write_text(json.dumps(KICK), "utf-8")

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no display")

    class Broken:
        create_context = fail

    monkeypatch.setattr(gl, "_library", Broken)
    code, out, err = formcheck("render", spec, tmp_path / "out.mp4")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "libegl-mesa0" in err
    assert formcheck("render", spec, tmp_path / "out.mp4", "--truth-only")[0] == 0


@pytest.mark.slow
def test_a_clip_is_rendered_and_shows_what_its_truth_says(formcheck: Command, tmp_path: Path) -> None:
    needs_gl()
    spec = tmp_path / "spec.json"
    lively = {
        "soft": {"bulge_m": 0.02, "loose_m": 0.04},
        "options": {"bar": "bumper", "plate_color": [0.9, 0.05, 0.05]},
        "phone": {"blur_px": 0.5, "shutter": 0.5, "shake": 0.5},
        "around": {"bystanders": 1},
    }
    spec.write_text(json.dumps(THRUST | {"reps": 1} | lively), "utf-8")
    code, _, err = formcheck("render", spec, tmp_path / "out.mp4")
    assert (code, err) == (0, "")
    found = json.loads((tmp_path / "out.json").read_text("utf-8"))
    with av.open(str(tmp_path / "out.mp4")) as video:
        frames = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
    assert len(frames) == found["n_frames"]
    assert frames[0].shape == (90, 160, 3)
    red = (frames[0][..., 0] > 120) & (frames[0][..., 1] < 60)
    assert 0.02 < red.mean() < 0.5  # the near plate
    code, _, err = formcheck("render", spec, tmp_path / "still.png", "--still", 0.2, "--still", 1.0)
    assert (code, err) == (0, "")
    assert (tmp_path / "still.png").stat().st_size > 5_000
    code, _, err = formcheck("render", spec, tmp_path / "still.png", "--still", 500)
    assert (code, err.count("\n")) == (2, 1)
