"""The running set and the record decide alike: which side works, how the camera stands, what is refused."""

from collections.abc import Callable

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from support.skeleton import Shot, Tempo, kickbacks, thrusts

from formcheck.judging.candidates import sides
from formcheck.judging.settings import Settings
from formcheck.pipeline import Session
from formcheck.poses.pose import Side
from formcheck.poses.track import Track

MAKERS: dict[str, Callable[..., Track]] = {"glute-kickback": kickbacks, "single-leg-hip-thrust": thrusts}
L, R = Side.LEFT, Side.RIGHT

shots = st.builds(
    Shot,
    fps=st.sampled_from([20.0, 30.0]),
    jitter=st.sampled_from([0.0, 0.3]),
    yaw_deg=st.sampled_from([0.0, 8.0, 40.0]),
    mirrored=st.booleans(),
    noise_px=st.sampled_from([0.0, 0.5, 1.0, 40.0]),  # at 40 px the landmarks are as good as guesses
    seed=st.integers(1, 10_000),
)
tempos = st.builds(
    Tempo,
    up=st.floats(0.7, 2.0),
    hold=st.floats(0.3, 2.0),
    down=st.floats(0.7, 2.5),
    rest=st.floats(0.8, 2.0),
)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, derandomize=True, phases=[Phase.generate])
@given(
    st.sampled_from(sorted(MAKERS)),
    st.sampled_from(sorted(MAKERS)),
    st.sampled_from(list(Side)),
    shots,
    tempos,
)
def test_live_and_record_share_side_view_and_refusal(
    shown: str, named: str, working: Side, shot: Shot, tempo: Tempo
) -> None:
    track = MAKERS[shown](shot, tempo=tempo, working=working)
    session = Session(track.size, Settings.of(named))
    steps = [session.push(pose) for pose in track.poses()]
    record, last = session.finish().found, steps[-1]
    assert last is not None
    assert last.rep_count == record.rep_count
    if record.sets:
        assert {one.side for one in record.sets} == {last.side}
        assert {one.data.look.view for one in record.sets} == {last.view}


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        ([1.0], [L]),
        ([-0.6, 0.1], [R, R]),
        ([1.0, -1.0, 1.0, -1.0], [L, R, L, R]),
        ([1.0, 1.0, -0.1, 1.0, 1.0], [L] * 5),
        ([1.0, 1.0, 1.0, -1.0, -1.0, -1.0], [L, L, L, R, R, R]),
        ([0.0], [L]),
    ],
)
def test_one_different_vote_is_no_set_of_its_own(votes: list[float], expected: list[Side]) -> None:
    assert sides(votes) == expected
