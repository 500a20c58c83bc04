from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.skeleton import Shot, Tempo, kickbacks, level, thrusts

from formcheck.errors import UsageError
from formcheck.measures.body import Body
from formcheck.measures.catalogue import MEASURES, measure
from formcheck.measures.outline import profile, raised
from formcheck.poses.pose import Floats, Landmark, Side
from formcheck.poses.smoothing import smooth
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import look
from formcheck.reps.rep_data import MAX_JUMP_PCT, RepData, SetData
from formcheck.reps.segmentation import Phase, Rep

MIRRORS = pytest.mark.parametrize("mirrored", [False, True])


def body(track: Track, working: Side, *, prone: bool, mirrored: bool = False) -> Body:
    return Body(track, working.other if mirrored else working, look(track, "prone" if prone else "supine"))


def at(name: str, seen: Body, part: slice) -> float:
    return float(np.nanmedian(measure(name).of(seen)[part]))


REST, TOP = slice(0, 30), slice(85, 100)  # frames before the first rep and inside its hold


@MIRRORS
@pytest.mark.parametrize("working", list(Side))
def test_kickback_angles_are_those_put_in(mirrored: bool, working: Side) -> None:
    shot = Shot(mirrored=mirrored)
    seen = body(
        kickbacks(shot, reps=1, working=working, knee_deg=40.0), working, prone=True, mirrored=mirrored
    )
    assert at("leg_elevation_deg", seen, REST) == pytest.approx(-22.0, abs=0.5)
    assert at("leg_elevation_deg", seen, TOP) == pytest.approx(4.0, abs=0.5)
    assert at("knee_flexion_deg", seen, REST) == pytest.approx(4.0, abs=0.5)
    assert at("knee_flexion_deg", seen, TOP) == pytest.approx(40.0, abs=0.5)
    assert at("free_knee_flexion_deg", seen, TOP) == pytest.approx(90.0, abs=0.5)
    assert at("trunk_pitch_deg", seen, TOP) == pytest.approx(np.degrees(np.arctan(0.03)), abs=1.0)
    assert at("back_bend_deg", seen, TOP) == pytest.approx(0.0, abs=1.0)


@MIRRORS
@pytest.mark.parametrize("working", list(Side))
def test_thrust_angles_are_those_put_in(mirrored: bool, working: Side) -> None:
    track = thrusts(Shot(mirrored=mirrored), reps=1, working=working, top_deg=-5.0, free_deg=-20.0)
    seen = body(track, working, prone=False, mirrored=mirrored)
    assert at("free_leg_elevation_deg", seen, TOP) == pytest.approx(-20.0, abs=0.5)
    assert at("free_knee_flexion_deg", seen, TOP) == pytest.approx(4.0, abs=0.5)
    assert at("hip_height_pct", seen, REST) == pytest.approx(100 * np.sin(np.radians(-30)), abs=1.5)
    assert at("hip_height_pct", seen, TOP) == pytest.approx(100 * np.sin(np.radians(-5)), abs=1.5)
    assert at("trunk_pitch_deg", seen, TOP) == pytest.approx(5.0, abs=1.0)
    assert at("foot_slide_pct", seen, TOP) == pytest.approx(0.0, abs=0.5)


@MIRRORS
def test_hips_on_the_line_of_shoulder_and_knee_are_zero_and_lower_ones_negative(mirrored: bool) -> None:
    def lockout(top_deg: float) -> float:
        track = thrusts(Shot(mirrored=mirrored), reps=1, top_deg=top_deg)
        return at("hip_extension_deg", body(track, Side.RIGHT, prone=False, mirrored=mirrored), TOP)

    assert lockout(0.0) == pytest.approx(0.0, abs=1.5)
    assert lockout(-10.0) < -8.0
    assert lockout(5.0) > 3.0


@MIRRORS
@pytest.mark.parametrize("foot_x", [-0.2, 0.0, 0.2])
def test_a_foot_too_far_is_positive(foot_x: float, mirrored: bool) -> None:
    track = thrusts(Shot(mirrored=mirrored), reps=1, foot_x=foot_x)
    value = at("shin_from_vertical_deg", body(track, Side.RIGHT, prone=False, mirrored=mirrored), TOP)
    assert np.sign(round(value)) == np.sign(foot_x)


@MIRRORS
@pytest.mark.parametrize("scale", [80.0, 250.0])
def test_neither_size_nor_mirroring_matters(scale: float, mirrored: bool) -> None:
    base = body(thrusts(reps=1), Side.RIGHT, prone=False)
    other = body(
        thrusts(Shot(scale=scale, mirrored=mirrored), reps=1), Side.RIGHT, prone=False, mirrored=mirrored
    )
    for name, one in MEASURES.items():
        a, b = one.of(base), one.of(other)
        if name == "knee_wander_pct":  # by definition towards the image right
            b = -b if mirrored else b
        np.testing.assert_allclose(b, a, atol=1e-4, err_msg=name)


@pytest.mark.parametrize("roll", [-10.0, 10.0])
def test_a_rolled_camera_shifts_elevations_but_not_joint_angles(roll: float) -> None:
    flat, rolled = (body(kickbacks(Shot(roll_deg=r), reps=1), Side.LEFT, prone=True) for r in (0.0, roll))
    shift = measure("leg_elevation_deg").of(rolled) - measure("leg_elevation_deg").of(flat)
    np.testing.assert_allclose(shift, roll, atol=1e-6)
    for name in ("knee_flexion_deg", "leg_against_trunk_deg", "hip_extension_deg", "back_bend_deg"):
        np.testing.assert_allclose(measure(name).of(rolled), measure(name).of(flat), atol=0.2, err_msg=name)


@MIRRORS
@pytest.mark.parametrize("bend", [0.0, 6.0, 15.0])
def test_two_lines_of_the_back_bend_by_what_was_drawn(bend: float, mirrored: bool) -> None:
    shot = Shot(mirrored=mirrored)
    for track, prone in (
        (kickbacks(shot, reps=1, arch_deg=bend), True),
        (thrusts(shot, reps=1, arch_deg=bend), False),
    ):
        seen = body(track, Side.LEFT, prone=prone)
        assert at("back_bend_deg", seen, TOP) == pytest.approx(bend, abs=0.8)


def test_a_heel_rises_where_the_heel_does_not_where_the_toes_sink() -> None:
    track = thrusts(reps=1)
    for joint, pct in ((Landmark.RIGHT_HEEL, 20.0), (Landmark.RIGHT_FOOT_INDEX, 0.0)):
        px = track.image_px.copy()
        px[TOP, joint, 1] += 0.2 * Shot.scale * (-1 if pct else 1)
        seen = body(replace(track, image_px=px), Side.RIGHT, prone=False)
        assert at("heel_rise_pct", seen, TOP) == pytest.approx(pct, abs=1.0)
        assert at("heel_lift_deg", seen, TOP) - at("heel_lift_deg", seen, REST) > 20.0


def test_a_hollow_arc_bends_by_its_own_tangents() -> None:
    # An arc whose middle lies 0.033 of the chord in turns 15 deg over the chord, and 15 deg times the
    # distance of the two halves' middles (36 and 70 %) between the fitted lines.
    track = kickbacks(reps=1)
    s = np.linspace(-0.10, 1.18, 33)
    assert track.edges_px is not None
    shoulder, hip = track.image_px[:, 11:13].mean(axis=1), track.image_px[:, 23:25].mean(axis=1)
    chord = (hip - shoulder)[:, None]
    up = np.stack([chord[..., 1], -chord[..., 0]], axis=-1)  # image up, of the chord's length
    height = 0.15 - 0.033 * (1 - (2 * s - 1) ** 2)
    track.edges_px[:, 1] = shoulder[:, None] + s[:, None] * chord + height[None, :, None] * up
    assert at("back_bend_deg", body(track, Side.LEFT, prone=True), REST) == pytest.approx(15 * 0.34, abs=0.5)


def test_without_an_outline_there_is_no_bend() -> None:
    seen = body(kickbacks(Shot(edges=False), reps=1), Side.LEFT, prone=True)
    assert np.isnan(measure("back_bend_deg").of(seen)).all()


def test_half_an_outline_is_no_bend_either() -> None:
    track = kickbacks(reps=1)
    assert track.edges_px is not None
    track.edges_px[:, :, 14:24] = np.nan
    assert np.isnan(measure("back_bend_deg").of(body(track, Side.LEFT, prone=True))).all()


@pytest.mark.parametrize("name", sorted(MEASURES))
def test_nobody_measures_nothing_and_every_measure_is_described(name: str) -> None:
    one = MEASURES[name]
    assert one.definition
    assert one.needs
    assert one.unit in ("deg", "%")
    assert 0 < one.errors.change <= one.errors.value
    track = kickbacks(Shot(missing=(40, 50)), reps=1)
    values = one.of(body(track, Side.LEFT, prone=True))
    assert values.shape == (len(track),)
    assert np.isnan(values[40:50]).all()


def test_an_unknown_measure_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no measure knee;"):
        measure("knee")


def set_of(track: Track, reps: int = 2) -> SetData:
    tempo = Tempo()
    known = [Rep(*tempo.times(i), 0.0, 1.0) for i in range(reps)]
    return SetData(track, smooth(track), Side.LEFT, look(track, "prone"), known)


def test_start_value_is_the_median_of_the_waits() -> None:
    data = set_of(kickbacks(reps=2))
    assert data.start_value("leg_elevation_deg") == pytest.approx(-22.0, abs=0.5)
    rep = RepData(data.reps[0], data)
    assert rep.change("leg_elevation_deg", Phase.TOP) == pytest.approx(26.0, abs=0.5)
    assert np.isnan(set_of(kickbacks(reps=2), reps=0).start_value("leg_elevation_deg"))


def test_start_positions_that_differ_from_rep_to_rep_are_no_start() -> None:
    name, turn = "leg_elevation_deg", Tempo().times(0)[3] + 0.4
    data = set_of(kickbacks(reps=2))
    rep = RepData(data.reps[1], data)
    assert data.one_start(name)
    assert rep.read(name, Phase.TOP, "median", from_start=True).value == pytest.approx(26.0, abs=0.5)
    other = set_of(kickbacks(reps=2))
    other.values(name)[other.body.track.time_s < turn] += 40.0
    assert not other.one_start(name)
    reading = RepData(other.reps[1], other).read(name, Phase.TOP, "median", from_start=True)
    assert np.isnan(reading.value)
    assert "from one rep to the next" in reading.reason
    assert np.isfinite(RepData(other.reps[1], other).read(name, Phase.TOP, "median", from_start=False).value)


def test_noise_of_a_clip_is_told_and_widens_the_uncertainty() -> None:
    quiet, loud = (set_of(kickbacks(Shot(noise_px=px), reps=2)) for px in (0.0, 2.0))
    assert quiet.noise("knee_flexion_deg") < 0.1
    assert loud.noise("knee_flexion_deg") > 1.0
    readings = [
        RepData(data.reps[0], data).read("knee_flexion_deg", Phase.TOP, "max", from_start=False)
        for data in (quiet, loud)
    ]
    assert readings[0].uncertainty == pytest.approx(MEASURES["knee_flexion_deg"].errors.value, rel=0.05)
    assert readings[1].uncertainty > readings[0].uncertainty + 0.1


@pytest.mark.parametrize(
    ("yaw_deg", "lost", "shrinks"),
    [(0.0, 0.0, False), (0.0, 0.15, False), (0.0, 0.25, True), (22.0, 0.15, False), (22.0, 0.6, True)],
)
def test_a_thigh_that_shrinks_at_the_top_has_lost_its_knee(
    yaw_deg: float, lost: float, shrinks: bool
) -> None:
    track = kickbacks(Shot(yaw_deg=yaw_deg, world=True), reps=2)
    part = slice(70, 115)  # the first top and what is around it
    hip, knee = (track.image_px[part, joint].copy() for joint in (Landmark.LEFT_HIP, Landmark.LEFT_KNEE))
    track.image_px[part, Landmark.LEFT_KNEE] = knee + lost * (hip - knee)
    data = set_of(track)
    reading = RepData(data.reps[0], data).read("knee_flexion_deg", Phase.TOP, "median", from_start=False)
    assert ("seems to shrink" in reading.reason) == shrinks
    assert np.isnan(reading.value) == shrinks


def test_a_leg_that_looks_a_little_short_is_judged_less_surely() -> None:
    readings = []
    for lost in (0.0, 0.15):
        track = kickbacks(reps=2)
        part = slice(70, 115)
        hip, knee = (track.image_px[part, joint].copy() for joint in (Landmark.LEFT_HIP, Landmark.LEFT_KNEE))
        track.image_px[part, Landmark.LEFT_KNEE] = knee + lost * (hip - knee)
        data = set_of(track)
        readings.append(
            RepData(data.reps[0], data).read("knee_flexion_deg", Phase.TOP, "median", from_start=False)
        )
    assert readings[1].uncertainty > readings[0].uncertainty + 0.3


def test_what_no_body_can_do_is_told_and_never_a_value() -> None:
    for knee_shift_px, possible in ((0.0, True), (-160.0, False)):
        data = set_of(kickbacks(reps=2))
        data.values("knee_flexion_deg")[:] += knee_shift_px
        reading = RepData(data.reps[0], data).read("knee_flexion_deg", Phase.TOP, "median", from_start=False)
        assert np.isfinite(reading.value) == possible
        assert ("which no body can do" in reading.reason) == (not possible)
        assert bool(reading.remedy) == (not possible)


def test_frames_that_no_body_can_show_are_left_out_where_most_are_good() -> None:
    data = set_of(kickbacks(reps=2))
    rep = RepData(data.reps[0], data)
    part = data.frames(*rep.rep.window(Phase.TOP))
    usual = rep.read("knee_flexion_deg", Phase.TOP, "max", from_start=False).value
    data.values("knee_flexion_deg")[part.start : part.start + (part.stop - part.start) // 4] = 175.0
    assert rep.read("knee_flexion_deg", Phase.TOP, "max", from_start=False).value == pytest.approx(
        usual, abs=1.0
    )


def test_what_a_body_can_do_has_a_source_and_holds_the_usual_values() -> None:
    bounded = [one for one in MEASURES.values() if np.isfinite([one.can.least, one.can.most]).any()]
    assert {"knee_flexion_deg", "hip_extension_deg", "shin_from_vertical_deg"} <= {m.name for m in bounded}
    for one in MEASURES.values():
        assert bool(one.can.why) == (one in bounded)
        assert one.can.least < 0.0 < one.can.most


def test_an_arm_along_the_back_hides_its_outline() -> None:
    track = kickbacks(reps=2)
    body = set_of(track).body
    assert np.isfinite(MEASURES["back_bend_deg"].of(body)).all()
    back = raised(body, profile(body, dorsal=True)[0], 0)
    for place, joint in ((10, Landmark.LEFT_ELBOW), (24, Landmark.LEFT_WRIST)):
        track.image_px[:, joint] = back[place]
    assert np.isnan(MEASURES["back_bend_deg"].of(set_of(track).body)).all()


def test_off_the_side_the_uncertainty_grows() -> None:
    def read(yaw: float) -> float:
        data = set_of(kickbacks(Shot(yaw_deg=yaw), reps=2))
        return (
            RepData(data.reps[0], data)
            .read("leg_elevation_deg", Phase.TOP, "median", from_start=False)
            .uncertainty
        )

    assert read(15.0) > 1.05 * read(0.0)


@pytest.mark.parametrize(("stat", "expected"), [("max", 4.0), ("min", -22.0), ("largest", -22.0)])
def test_statistics_of_a_phase(stat: str, expected: float) -> None:
    data = set_of(kickbacks(reps=2))
    rep = RepData(data.reps[0], data)
    reading = rep.read("leg_elevation_deg", Phase.LIFT, stat, from_start=False)
    assert reading.value == pytest.approx(expected, abs=1.0)
    assert rep.rep.start_s <= reading.time_s <= rep.rep.end_s


def test_one_glitched_frame_is_no_extreme() -> None:
    track = kickbacks(reps=2)
    data = set_of(track)
    data.values("knee_flexion_deg")[70] = 90.0
    reading = RepData(data.reps[0], data).read("knee_flexion_deg", Phase.LIFT, "max", from_start=False)
    assert reading.value < 10.0


def reading_with(change: Floats | None, jump_px: float) -> str:
    track = kickbacks(reps=2)
    if change is not None:
        track.visibility[:, 25] = change
    track.image_px[::2, 25] += jump_px
    data = set_of(track)
    return RepData(data.reps[0], data).read("knee_flexion_deg", Phase.TOP, "median", from_start=False).reason


def test_a_joint_unseen_or_jumping_is_named() -> None:
    assert reading_with(None, 0.0) == ""
    blind = np.full(len(kickbacks(reps=2)), 0.3)
    assert "left knee" in reading_with(blind, 0.0)
    assert "left knee" in reading_with(None, 4 * MAX_JUMP_PCT / 100 * 180)
    half = blind.copy()
    half[85:] = 1.0  # seen in nearly all of the hold
    assert reading_with(half, 0.0) == ""


def test_times_are_surer_for_large_and_quick_movements() -> None:
    data = set_of(kickbacks(reps=2))
    large, small = (RepData(Rep(*Tempo().times(0), 0.0, top), data) for top in (30.0, 10.0))
    errors = [rep.time_error_s(1.6, "leg_elevation_deg") for rep in (large, small)]
    assert errors[0] < errors[1]
    assert large.time_error_s(0.5, "leg_elevation_deg") < errors[0]


def test_the_skeleton_moves_as_asked() -> None:
    t = np.arange(0, 6, 0.01)
    lift = level(t, Tempo(), 1, 3.0)
    _, lockout, lower, _ = Tempo().times(0)
    assert lift[(t > lockout) & (t < lower)] == pytest.approx(3.0)
    assert float(np.interp(lockout - 0.5, t, lift)) == pytest.approx(1.5, abs=0.01)
