"""A camera that went round the person sees a repetition otherwise than the set: its angles do not compare."""

from __future__ import annotations

import numpy as np
import pytest
from support.cameras import report, watched
from support.skeleton import Shot, join, kickbacks

from formcheck.poses.track import Track
from formcheck.rule import Status


def filmed(yaw_deg: float, *, moved: bool) -> Track:
    """Three kickbacks from the side, then one from elsewhere; or the camera only seems to stand still."""
    before = kickbacks(Shot(noise_px=0.5), reps=3)
    whole = join(before, kickbacks(Shot(noise_px=0.5, yaw_deg=yaw_deg), reps=1))
    shift_px = np.zeros((len(whole), 2))
    if moved:
        shift_px[len(before) :] = [150.0, 0.0]
    return watched(whole, shift_px=shift_px)


@pytest.mark.parametrize(
    ("yaw_deg", "moved", "judged"), [(40.0, True, False), (0.0, True, True), (40.0, False, True)]
)
def test_nothing_is_judged_from_where_the_camera_went(yaw_deg: float, moved: bool, judged: bool) -> None:
    found = report(filmed(yaw_deg, moved=moved), "glute-kickback")
    assert len(found.reps) == 4
    last = found.reps[-1]
    assert any(v.status is not Status.NOT_JUDGED for v in last.verdicts) is judged
    if not judged:
        assert "the camera moved" in {v.reason for v in last.verdicts}
    for rep in found.reps[:3]:
        assert sum(v.status is not Status.NOT_JUDGED for v in rep.verdicts) >= 6
