from __future__ import annotations

import numpy as np
import pytest
from support.skeleton import Shot, Tempo, thrusts, with_plate

from formcheck.errors import UsageError
from formcheck.poses.pose import Side
from formcheck.poses.smoothing import smooth
from formcheck.poses.viewpoint import look
from formcheck.reps.bar_speed import Lift, Value, checked_plate, lift, speed_loss_pct
from formcheck.reps.rep_data import RepData, SetData
from formcheck.reps.segmentation import Rep

RADIUS_PX = 90.0
RISE_PX = 120.0


def lifted(up_s: float, *, plate: bool, fps: float = 30.0) -> RepData:
    """A repetition in which the plate rises by `RISE_PX` in minimum jerk."""
    tempo = Tempo(up=up_s)
    track = thrusts(Shot(fps=fps), tempo=tempo, reps=2)
    view = look(track, "supine")
    if plate:
        track = with_plate(track, rise_px=RISE_PX, radius_px=RADIUS_PX)
    reps = [Rep(*tempo.times(i), 0.0, 26.0) for i in range(2)]
    return RepData(reps[0], SetData(track, smooth(track), Side.RIGHT, view, reps))


@pytest.mark.parametrize("up_s", [0.7, 1.0, 2.0])
@pytest.mark.parametrize("fps", [15.0, 30.0])
def test_a_plate_of_known_size_is_a_scale(up_s: float, fps: float) -> None:
    found = lift(lifted(up_s, plate=True, fps=fps), 450.0)
    assert found is not None
    assert found.metric
    rise_m = RISE_PX * 0.225 / RADIUS_PX
    assert found.rise.value == pytest.approx(rise_m, rel=0.02)
    # The middle 80 % of a rise in minimum jerk takes 0.51 of its time, its highest speed is 1.875 the mean.
    assert found.mean.value == pytest.approx(0.8 * rise_m / (0.507 * up_s), abs=2.0 * found.mean.uncertainty)
    assert found.peak.value == pytest.approx(1.875 * rise_m / up_s, abs=2.5 * found.peak.uncertainty)


def test_without_its_size_there_are_trunk_lengths() -> None:
    for plate in (True, False):
        found = lift(lifted(1.0, plate=plate))
        assert found is not None
        assert not found.metric
        assert found.by == ("plate" if plate else "hips")
        assert found.mean.uncertainty > 0.05 * found.mean.value
    hips = lift(lifted(1.0, plate=False), 450.0)
    assert hips is not None
    assert not hips.metric


def test_what_is_not_seen_has_no_speed() -> None:
    data = lifted(1.0, plate=True)
    disc = data.set.body.track.disc_px
    assert disc is not None
    assert data.set.bar is not None
    part = data.set.frames(data.rep.start_s, data.rep.lockout_s)
    data.set.bar.end_px[part] = np.nan
    assert lift(data, 450.0) is None


def one(mean: float, rise: float = 0.25) -> Lift:
    value = Value(mean, 0.03)
    return Lift("plate", True, Value(rise, 0.02), value, value, scatter=0.01)


def test_speed_is_lost_from_the_fastest_to_the_last() -> None:
    loss = speed_loss_pct([one(0.45), one(0.50), None, one(0.40)])
    assert loss is not None
    assert loss.value == pytest.approx(20.0)
    assert 1.0 < loss.uncertainty < 4.0
    assert speed_loss_pct([one(0.5)]) is None
    assert speed_loss_pct([one(0.5), one(0.4), None]) is None


def test_a_lift_that_stops_short_is_not_compared() -> None:
    assert speed_loss_pct([one(0.5), one(0.5), one(0.25, rise=0.12)]) is None
    loss = speed_loss_pct([one(0.5), one(0.7, rise=0.12), one(0.4)])
    assert loss is not None
    assert loss.value == pytest.approx(20.0)


@pytest.mark.parametrize("diameter_mm", [45.0, 0.45, 4500.0])
def test_a_plate_of_another_unit_is_refused(diameter_mm: float) -> None:
    assert checked_plate(450.0) == 450.0
    with pytest.raises(UsageError, match="450"):
        checked_plate(diameter_mm)


def test_a_hub_is_not_taken_for_the_plate() -> None:
    data = lifted(1.0, plate=True)
    assert data.set.bar is not None
    assert data.set.bar.fits(450.0)
    assert not data.set.bar.fits(180.0)
    found = lift(data, 180.0)
    assert found is not None
    assert not found.metric
