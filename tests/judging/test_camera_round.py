"""A camera that went round the person sees a repetition otherwise than the set: its angles do not compare."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.cameras import report, watched
from support.skeleton import Shot, join, kickbacks

from formcheck.poses.track import Track
from formcheck.rule import Status


def round_to(before: Track, after: Track, frames: int = 15) -> Track:
    """What a camera films on its way from one place to the other, of somebody who rests."""
    way = np.linspace(0.0, 1.0, frames)[:, None, None]
    still = after[:frames]
    assert before.edges_px is not None
    assert still.edges_px is not None
    edges = before.edges_px[-1:] + way[..., None] * (still.edges_px[:1] - before.edges_px[-1:])
    px = before.image_px[-1:] + way * (still.image_px[:1] - before.image_px[-1:])
    return replace(still, image_px=px, edges_px=edges)


def filmed(yaw_deg: float, *, moved: bool) -> Track:
    """Three kickbacks from the side, then one from elsewhere; or the camera only seems to stand still.

    It takes half a second to get there: at once it would be a cut.
    """
    before, after = (
        kickbacks(Shot(noise_px=0.5), reps=3),
        kickbacks(Shot(noise_px=0.5, yaw_deg=yaw_deg), reps=1),
    )
    whole = join(before, round_to(before, after), after)
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
