"""Other tools' landmarks, read as tracks and written for them."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import exchange
from support.skeleton import Shot, kickbacks, squats, thrusts

from formcheck import Report, Track, analyze
from formcheck.api import analyze_clip
from formcheck.errors import FormcheckError, TrackError, UsageError
from formcheck.judging.settings import Settings
from formcheck.poses import recorded
from formcheck.poses.exchange import trc
from formcheck.poses.exchange.formats import FORMATS
from formcheck.poses.exchange.given import Given
from formcheck.poses.exchange.keypoints import SETS, landmark_of, without_body
from formcheck.poses.pose import HIPS, SHOULDERS, Landmark
from formcheck.report.whole import motion_file

GIVEN = Given((1280, 720), 15.0)
Write = Callable[[Track, Path], Path]
WRITERS: dict[str, Write] = {
    "openpose": lambda track, room: exchange.openpose(track, room / "clip_json"),
    "openpose-18": lambda track, room: exchange.openpose(track, room / "clip_json", 18),
    "alphapose": lambda track, room: exchange.alphapose(track, room / "a.json"),
    "alphapose-17": lambda track, room: exchange.alphapose(track, room / "a.json", 17),
    "alphapose-open": lambda track, room: exchange.alphapose(track, room / "a.json", 18, "open"),
    "mmpose-133": lambda track, room: exchange.mmpose(track, room / "a.json"),
    "mmpose-17-named": lambda track, room: exchange.mmpose(track, room / "a.json", 17, meta=True),
    "csv": lambda track, room: exchange.table(track, room / "a.csv"),
    "csv-frames": lambda track, room: exchange.table(track, room / "a.csv", times=False),
    "csv-shares": lambda track, room: exchange.table(track, room / "a.csv", shares=True),
}


def statuses(report: Report) -> list[list[tuple[str, str]]]:
    return [[(one.fault, one.status.value) for one in rep.verdicts] for rep in report.reps]


def plain(track: Track) -> Track:
    """The same without what only pictures give."""
    return Track.from_arrays(track.time_s, track.image_px, track.visibility, track.size)


@pytest.fixture(scope="module")
def kick() -> Track:
    return plain(kickbacks(Shot(fps=15.0, noise_px=0.3), knee_deg=[40.0, 4.0, 40.0]))


@pytest.mark.parametrize("writer", WRITERS)
def test_what_other_tools_wrote_is_read_as_it_was(writer: str, kick: Track, tmp_path: Path) -> None:
    path = WRITERS[writer](kick, tmp_path)
    found = recorded.load(path, GIVEN)
    both = np.isfinite(found.image_px) & np.isfinite(kick.image_px)
    assert both.sum() > 20 * len(kick)
    assert np.abs(found.image_px - kick.image_px)[both].max() < 0.01
    assert np.abs(found.time_s - kick.time_s).max() < 1e-5


@pytest.mark.parametrize("writer", ["openpose", "mmpose-17-named"])
def test_it_is_judged_as_the_track_is(writer: str, kick: Track, tmp_path: Path) -> None:
    report = analyze(str(WRITERS[writer](kick, tmp_path)), size="1280x720", fps=15.0)
    assert (report.exercise, report.working_side) == ("glute-kickback", "left")
    assert statuses(report) == statuses(analyze(kick))


@pytest.mark.parametrize("count", [17, 18])
def test_joints_that_a_set_lacks_are_nan_and_their_verdicts_say_so(count: int, tmp_path: Path) -> None:
    path = exchange.alphapose(plain(thrusts(Shot(fps=15.0, noise_px=0.3))), tmp_path / "a.json", count)
    assert np.isnan(recorded.load(path, GIVEN).image_px[:, Landmark.LEFT_HEEL]).all()
    report = analyze(path, size=(1280, 720), fps=15)
    verdicts = {one.fault: one for one in report.reps[0].verdicts}
    assert verdicts["heel-up"].reason == "these landmarks have no right heel"
    assert verdicts["shin-not-vertical"].status.value == "ok"
    assert "they have no heel or toe, so what needs one is not judged" in report.notes[0]


@pytest.mark.parametrize("count", [one.count for one in SETS])
def test_every_set_holds_a_body(count: int) -> None:
    kind = exchange.keypoints(count)
    assert not without_body(kind.landmarks)
    assert len(kind.names) <= kind.count
    assert sum(one.count == count for one in SETS) == 1


@pytest.mark.parametrize(
    ("name", "landmark"),
    [
        ("Nose", Landmark.NOSE),
        ("RHip", Landmark.RIGHT_HIP),
        ("hip_l", Landmark.LEFT_HIP),
        ("left_eye_outer", Landmark.LEFT_EYE_OUTER),
        ("REye", Landmark.RIGHT_EYE),
        ("right_eye_inner", Landmark.RIGHT_EYE_INNER),
        ("LEar", Landmark.LEFT_EAR),
        ("REar", Landmark.RIGHT_EAR),
        ("RBigToe", Landmark.RIGHT_FOOT_INDEX),
        ("RHeel", Landmark.RIGHT_HEEL),
        ("MOUTH_RIGHT", Landmark.MOUTH_RIGHT),
        ("shoulder", None),
        ("Neck", None),
        ("RSmallToe", None),
        ("", None),
    ],
)
def test_points_are_known_by_their_names(name: str, landmark: Landmark | None) -> None:
    assert landmark_of(name) is landmark


def test_the_largest_of_several_people_is_followed(kick: Track, tmp_path: Path) -> None:
    small = plain(kickbacks(Shot(fps=15.0, scale=60.0, noise_px=0.3)))
    aside = Track.from_arrays(
        small.time_s, small.image_px + np.array([500.0, 0.0]), small.visibility, small.size
    )
    path = exchange.openpose(kick, tmp_path / "two", others=[aside])
    found = recorded.recover(path, GIVEN)
    assert np.nanmax(np.abs(found.track.image_px - kick.image_px)) < 0.01
    assert found.notes[1] == "There are up to 2 people in it: the largest is judged."


def test_a_frame_without_anybody_is_a_frame(kick: Track, tmp_path: Path) -> None:
    path = exchange.alphapose(kick, tmp_path / "a.json")
    data = json.loads(path.read_text())
    path.write_text(json.dumps([one for one in data if not 40 <= int(one["image_id"][:-4]) < 43]))
    found = recorded.load(path, GIVEN)
    assert len(found) == len(kick)
    assert list(np.flatnonzero(~found.found)) == [40, 41, 42]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (Given(), "add --size and --fps, such as --size 1920x1080 --fps 30"),
        (Given((1280, 720)), "does not say how many frames a second it has: add --fps"),
        (Given(fps=30.0), "does not say how large the picture was: add --size"),
    ],
)
def test_what_a_file_does_not_say_is_asked_for(given: Given, says: str, kick: Track, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=says):
        recorded.recover(exchange.alphapose(kick[:5], tmp_path / "a.json"), given)


@pytest.mark.parametrize("words", ["1920", "0x5", "axb", "1920x1080x3", "9999999x2", (0, 4), (1, 2, 3)])
def test_a_size_that_is_none_is_refused(words: Any) -> None:
    with pytest.raises(UsageError, match="give --size such as 1920x1080"):
        Given.of(words, None)


@pytest.mark.parametrize("fps", [0.0, -1.0, math.nan, math.inf])
def test_a_frame_rate_that_is_none_is_refused(fps: float) -> None:
    with pytest.raises(UsageError, match="give --fps such as 30"):
        Given.of(None, fps)


def test_size_and_fps_are_not_for_our_own_tracks(kick: Track, tmp_path: Path) -> None:
    kick.save(tmp_path / "a.npz")
    with pytest.raises(UsageError, match="says itself how large its picture is"):
        analyze(tmp_path / "a.npz", fps=30)


# Marker files.


def markers(track: Track, path: Path) -> Path:
    path.write_text(trc.text(track, path.name))
    return path


@pytest.mark.slow
@pytest.mark.parametrize("make", [kickbacks, thrusts, squats])
def test_markers_written_and_read_give_the_same_verdicts(make: Callable[..., Track], tmp_path: Path) -> None:
    track = plain(make(Shot(noise_px=0.3)) if make is not squats else squats())
    path = markers(track, tmp_path / "a.trc")
    back = analyze(path)
    assert statuses(back) == statuses(analyze(track))
    read = trc.load(path)
    assert (read.unit, len(read.names)) == ("m", 33)
    trunk = read.xyz[:, [read.names.index(name) for name in ("RShoulder", "RHip")]]
    assert float(np.median(np.linalg.norm(trunk[:, 0] - trunk[:, 1], axis=1))) == pytest.approx(
        trc.TRUNK_M, rel=0.05
    )
    assert np.nanmin(read.xyz[..., 1]) == pytest.approx(0.0)


def test_markers_that_were_not_seen_are_empty_cells(tmp_path: Path) -> None:
    track = plain(kickbacks(reps=1))
    px = track.image_px.copy()
    px[10:20, Landmark.LEFT_ANKLE], px[:, Landmark.NOSE] = np.nan, np.nan
    lost = Track.from_arrays(track.time_s, px, track.visibility, track.size)
    path = markers(lost, tmp_path / "a.trc")
    read = trc.load(path)
    assert "Nose" not in read.names
    assert list(np.flatnonzero(np.isnan(read.xyz[:, read.names.index("LAnkle"), 0]))) == list(range(10, 20))
    assert {line.count("\t") for line in path.read_text().splitlines()[6:]} == {1 + 3 * 32}


def in_space(track: Track, path: Path, turn_deg: float, unit: str = "m") -> Path:
    """Write markers with depth, the body turned about the vertical."""
    read = trc.load(markers(track, path))
    xyz = read.xyz.copy()
    sides = {Landmark.LEFT_SHOULDER: 0.2, Landmark.LEFT_HIP: 0.12}
    for left, apart in sides.items():
        for landmark, z in ((left, apart), (Landmark(left + 1), -apart)):
            xyz[:, landmark, 2] = z
    turn, scale = math.radians(turn_deg), {"m": 1.0, "mm": 1000.0}[unit]
    turned = xyz.copy()
    turned[..., 0] = math.cos(turn) * xyz[..., 0] + math.sin(turn) * xyz[..., 2]
    turned[..., 2] = -math.sin(turn) * xyz[..., 0] + math.cos(turn) * xyz[..., 2]
    lines = path.read_text().replace("\tm\t", f"\t{unit}\t").splitlines()
    rows = [
        "\t".join([*line.split("\t")[:2], *(f"{value:.6f}" for value in (frame * scale).ravel())])
        for line, frame in zip(lines[6:], turned, strict=True)
    ]
    path.write_text("\n".join([*lines[:6], *rows]) + "\n")
    return path


@pytest.mark.parametrize(
    ("turn_deg", "unit"), [(0.0, "m"), (15.0, "mm"), (70.0, "mm"), (-90.0, "m"), (160.0, "m")]
)
def test_people_in_space_are_looked_at_from_the_side(
    turn_deg: float, unit: str, kick: Track, tmp_path: Path
) -> None:
    report = analyze(in_space(kick, tmp_path / "a.trc", turn_deg, unit))
    assert (report.exercise, report.working_side, report.view) == ("glute-kickback", "left", "side")
    assert [one[1][1] for one in statuses(report)] == ["fault", "ok", "fault"]  # the knee's bend
    assert "markers in space, seen from the side" in report.notes[0]


def test_a_file_as_pose2sim_writes_it_is_read(kick: Track, tmp_path: Path) -> None:
    """No empty line after the axes, whole numbers in the header, times that begin later, no ears, a neck."""
    read = trc.load(markers(kick, tmp_path / "mine.trc"))
    limbs = ("Hip", "Knee", "Ankle", "BigToe", "Heel", "Shoulder", "Elbow", "Wrist")
    names = [*(f"R{part}" for part in limbs), *(f"L{part}" for part in limbs), "Neck", "Nose"]
    xyz = np.zeros((len(kick), len(names), 3))
    for at, name in enumerate(names):
        if name != "Neck":
            xyz[:, at] = read.xyz[:, read.names.index(name)] * np.array([-1.0, 1.0, 1.0])
        xyz[:, at, 2] += {"R": 0.12, "L": -0.12}.get(name[0], 0.0)  # ahead is +X, right +Z, as in OpenSim
    head = [
        "PathFileType\t4\t(X/Y/Z)\ta.trc",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"15\t15\t{len(kick)}\t{len(names)}\tm\t15\t0\t{len(kick)}",
        "Frame#\tTime\t" + "\t\t\t".join(names) + "\t\t",
        "\t\t" + "\t".join(f"X{at}\tY{at}\tZ{at}" for at in range(1, len(names) + 1)),
    ]
    rows = [f"{at + 1}\t{(at + 1) / 15}\t" + "\t".join(map(str, one.ravel())) for at, one in enumerate(xyz)]
    path = tmp_path / "a.trc"
    path.write_text("\n".join([*head, *rows]) + "\n")
    report = analyze(path, "glute-kickback")
    assert (report.view, report.working_side, len(report.reps)) == ("side", "left", 3)
    verdicts = {one.fault: one for one in report.reps[0].verdicts}
    assert verdicts["knee-bent"].status.value == "fault"
    assert verdicts["head-up"].reason.startswith("these landmarks have no")


def test_a_folder_with_a_file_of_mmpose_a_picture_is_read(kick: Track, tmp_path: Path) -> None:
    made = json.loads(exchange.mmpose(kick[:20], tmp_path / "whole.json").read_text())
    for form in ("list", "instance_info"):
        folder = tmp_path / form
        folder.mkdir()
        for one in made:
            text = one["instances"] if form == "list" else {"meta_info": {}, form: one["instances"]}
            (folder / f"img.{one['frame_id']:04}.json").write_text(json.dumps(text))
        assert np.nanmax(np.abs(recorded.load(folder, GIVEN).image_px - kick.image_px[:20])) < 0.01


@pytest.mark.parametrize("unit", ["px", "m"])
def test_markers_in_pixels_need_the_size_of_the_picture(unit: str, kick: Track, tmp_path: Path) -> None:
    """Sports2D writes pixels with Y down, and says metres."""
    path = markers(kick, tmp_path / "a.trc")
    lines = path.read_text().replace("\tm\t", f"\t{unit}\t").splitlines()
    rows = []
    for line, frame in zip(lines[6:], kick.image_px, strict=True):
        cells = [f"{x:.3f}\t{y:.3f}\t0" for x, y in frame]
        rows.append("\t".join([*line.split("\t")[:2], *cells]))
    path.write_text("\n".join([*lines[:6], *rows]) + "\n")
    with pytest.raises(UsageError, match="add --size"):
        recorded.recover(path)
    found = recorded.load(path, Given((1280, 720)))
    assert np.abs(found.image_px - kick.image_px).max() < 0.01


def test_a_track_has_the_size_of_a_body_by_the_models_own_guess() -> None:
    track = kickbacks(Shot(world=True))
    assert track.world_m is not None
    trunk_m = np.linalg.norm(
        track.world_m[:, SHOULDERS].mean(axis=1) - track.world_m[:, HIPS].mean(axis=1), axis=1
    )
    long_px = np.hypot(*(track.image_px[:, SHOULDERS].mean(axis=1) - track.image_px[:, HIPS].mean(axis=1)).T)
    assert trc.metres_per_px(track) == pytest.approx(
        float(np.median(trunk_m) / np.percentile(long_px, 80)), rel=1e-3
    )


# Motion files.


def motion(text: str) -> tuple[dict[str, str], dict[str, list[float]]]:
    """Read a motion file back as OpenSim does: header, then columns."""
    head, _, body = text.partition("endheader\n")
    facts = dict(line.split("=") for line in head.splitlines() if "=" in line)
    names, *rows = (line.split("\t") for line in body.splitlines())
    return facts, {name: [float(row[at]) for row in rows] for at, name in enumerate(names)}


def test_a_motion_file_has_the_angles_of_both_legs_at_even_steps() -> None:
    track = kickbacks(Shot(noise_px=0.2, jitter=0.3), knee_deg=40.0)
    analysis = analyze_clip(track, Settings.of("glute-kickback"))
    facts, columns = motion(motion_file(analysis, "a b"))
    assert facts == {
        "version": "1",
        "nRows": str(len(columns["time"])),
        "nColumns": str(len(columns)),
        "inDegrees": "yes",
    }
    assert np.ptp(np.diff(columns["time"])) < 1e-5
    assert columns["time"][-1] == pytest.approx(track.time_s[-1], abs=0.05)
    bent = np.array(columns["knee_flexion_l"])
    assert np.nanmax(bent) == pytest.approx(40.0, abs=3.0)  # the working leg's
    assert abs(np.nanmedian(columns["knee_flexion_r"]) - 90.0) < 10.0  # the kneeling one's
    assert "trunk_pitch" in columns
    assert not [name for name in columns if name.startswith("free_") or name.endswith(("_deg", "_pct"))]


def test_a_gap_in_the_landmarks_stays_one_in_a_motion_file() -> None:
    track = plain(kickbacks(Shot(noise_px=0.2)))
    px = track.image_px.copy()
    px[100:140] = np.nan
    lost = Track.from_arrays(track.time_s, px, track.visibility, track.size)
    _, columns = motion(motion_file(analyze_clip(lost, Settings.of("glute-kickback")), "a"))
    gone = np.isnan(columns["knee_flexion_l"])
    assert gone[102:138].all()
    assert not gone[:95].any()


# What does not fit.


def edited(path: Path, change: Callable[[Any], Any]) -> Path:
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    return path


def _points(data: Any, keypoints: Any) -> Any:
    data[2]["keypoints"] = keypoints
    return data


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda data: {}, "holds no landmarks that are known"),
        (lambda data: [], "holds no landmarks that are known"),
        (lambda data: {"people": []}, "holds a single frame: name the folder"),
        (lambda data: [*data[:2], {"image_id": "2.jpg"}], r"entry 2, keypoints: it must be"),
        (lambda data: _points(data, [1, 2, "x"]), r"entry 2, keypoints: it must be a list of numbers"),
        (lambda data: _points(data, [1, 2, 3, 4]), r"entry 2, keypoints: it must be x, y and confidence"),
        (lambda data: _points(data, [1, 2, 0.5] * 17), "people have 17 to 26 points"),
        (lambda data: [_points([0, 0, one], [1, 2, 1] * 7)[2] for one in data], "7 points a person"),
    ],
)
def test_json_that_does_not_fit_is_said_with_its_place(
    change: Callable[[Any], Any], says: str, kick: Track, tmp_path: Path
) -> None:
    path = edited(exchange.alphapose(kick[:5], tmp_path / "a.json"), change)
    with pytest.raises(FormcheckError, match=says) as caught:
        recorded.recover(path, GIVEN)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("PathFileType", "Path", "line 1 must begin with PathFileType"),
        ("Frame#\t", "", "line 4 must be"),
        ("3\t0.133333\t", "3\tsoon\t", "line 9: could not convert string to float"),
        ("3\t0.133333\t", "3\t0.000001\t", "its times must increase"),
        ("LHip", "LASI", "no marker for the left hip; its markers are Nose"),
        ("\tm\t", "\tinch\t", "is in 'inch', not in m, cm, mm or px"),
    ],
)
def test_a_marker_file_that_does_not_fit_is_said_with_its_line(
    old: str, new: str, says: str, kick: Track, tmp_path: Path
) -> None:
    path = markers(kick[:20], tmp_path / "a.trc")
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    with pytest.raises(TrackError, match=says):
        recorded.recover(path, GIVEN)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("", "is no table of landmarks"),
        ("time_s,score\n0,5\n", "has no columns for the left shoulder.*it begins with time_s, score"),
        ("time_s,left_hip_x\n", "holds no frame"),
        ("time_s,left_hip_x\n1,2,3\n", "line 2: it has 3 cells, the first line has 2"),
        ("time_s,left_hip_x\n1,1e300\n", r"line 2: 1e\+300 is beyond"),
    ],
)
def test_a_table_that_does_not_fit_is_said_with_its_line(lines: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(lines)
    with pytest.raises(TrackError, match=says):
        recorded.recover(path, GIVEN)


def test_a_table_may_have_semicolons_decimal_commas_and_numbered_points(kick: Track, tmp_path: Path) -> None:
    rows = io.StringIO()
    rows.write(
        ";".join(["person", "time_ms", *(f"{axis}{at}" for at in range(1, 34) for axis in "xyzv")]) + "\n"
    )
    for at in range(30):
        cells = [f"{value:.3f}".replace(".", ",") for x, y in kick.image_px[at] for value in (x, y, 0.0, 0.9)]
        rows.write(";".join(["anna", f"{1000 * kick.time_s[at]:.3f}".replace(".", ","), *cells]) + "\n")
    path = tmp_path / "a.csv"
    path.write_text(rows.getvalue())
    found = recorded.load(path, Given((1280, 720)))
    assert np.abs(found.image_px - kick.image_px[:30]).max() < 0.01
    assert np.abs(found.time_s - kick.time_s[:30]).max() < 1e-5
    assert found.visibility.min() == 0.9


def test_a_folder_without_landmarks_and_a_file_that_is_gone_are_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name, says in (
        ("empty", "holds no JSON file"),
        ("gone.json", "cannot be read"),
        ("gone.trc", "cannot be"),
    ):
        with pytest.raises(UsageError, match=says):
            recorded.recover(tmp_path / name, GIVEN)


def test_the_table_of_formats_tells_every_suffix() -> None:
    from formcheck.files import kinds

    assert {one.suffix for one in FORMATS} == {"", *kinds.LANDMARKS}


def test_somebody_who_stands_is_seen_the_right_way_round_without_toes() -> None:
    track = plain(squats())
    px = track.image_px.copy()
    px[:, Landmark.LEFT_HEEL : Landmark.RIGHT_FOOT_INDEX + 1] = np.nan
    lost = Track.from_arrays(track.time_s, px, track.visibility, track.size)
    from formcheck.poses.viewpoint import look

    mirrored = Track.from_arrays(
        track.time_s, px * np.array([-1.0, 1.0]) + np.array([1280.0, 0.0]), track.visibility, track.size
    )
    seen = [look(one, "standing").facing for one in (track, lost, mirrored)]
    assert seen[0] == seen[1] == -seen[2]
