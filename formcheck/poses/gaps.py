"""When the person was not seen, and the notes on this and on other people in the picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from formcheck.poses.geometry import distance_px
from formcheck.poses.pose import HIPS, SHOULDERS, Floats, Landmark
from formcheck.poses.track import Track

GAP_S = 0.3
"""A shorter loss of the person is bridged by smoothing."""
_BODY = np.r_[SHOULDERS, HIPS, Landmark.LEFT_KNEE : Landmark.RIGHT_ANKLE + 1]
_STAYS = 0.06
"""Of the trunk: whose joints all move less is where they were. What jumps by 0.05 is not steady."""
_NEAR_S = 0.5  # before and after a loss: others seen then were in the way
_SHOWN = 5


def gaps(track: Track) -> Floats:
    """Return (G, 2) starts and ends in seconds of the losses of the person within a track.

    A loss longer than `GAP_S` and than three frames counts, whether its frames are in the track or not.
    """
    return _long_steps(track.time_s[track.found], track)


def stalls(track: Track) -> Floats:
    """Return (G, 2) starts and ends in seconds of gaps in which there are no frames, of the same length."""
    return _long_steps(track.time_s, track)


def _long_steps(times_s: Floats, track: Track) -> Floats:
    steps = np.diff(times_s)
    if not (steps > GAP_S).any():
        return np.zeros((0, 2))
    long = np.flatnonzero(steps > max(GAP_S, 3.5 * track.step_s))
    return np.stack([times_s[long], times_s[long + 1]], axis=1)


def moving(spans: Floats, track: Track) -> Floats:
    """Return those of some (G, 2) spans across which the body moved, or was not seen at one of the ends.

    In a picture that stands still, such as a freeze at the top, a body that is where it was has shown its
    position.
    """
    at = np.searchsorted(track.time_s, spans)
    before, after = track.image_px[at[:, 0]], track.image_px[at[:, 1]]
    way = np.max(distance_px(after[:, _BODY], before[:, _BODY]), axis=-1)
    trunk = distance_px(before[:, SHOULDERS].mean(axis=1), before[:, HIPS].mean(axis=1))
    moved: Floats = spans[~(way < _STAYS * trunk)]
    return moved


def unseen_s(losses: Floats, start_s: float, end_s: float) -> float:
    """Return for how long the person was not seen in a span of time, in seconds.

    Args:
        losses: (G, 2) as `gaps` or `stalls` gives them.
        start_s: Start of the span.
        end_s: Its end.
    """
    inside = np.clip(losses, start_s, end_s)
    return float((inside[:, 1] - inside[:, 0]).sum())


def sight_notes(track: Track) -> list[str]:
    """Return notes: how long the person was not seen or was hidden by others, and that others were there."""
    notes = []
    lost = 1.0 - float(track.found.mean())
    if lost > 0.05:
        notes.append(f"The person was not seen in {lost:.0%} of the frames.")
    if track.people is None or not bool((track.people > 1).any()):
        return notes
    share = float(np.mean(track.people > 1))
    notes.append(
        f"More than one person in the picture ({share:.0%} of the time): only the one followed is judged."
    )
    blocked = [loss for loss in gaps(track).tolist() if _with_others(track, loss)]
    if blocked:
        whole_s = sum(end_s - start_s for start_s, end_s in blocked)
        notes.append(
            f"Lost sight of the person among others {_often(len(blocked))}, at {_times(blocked)} "
            f"({whole_s:.1f} s in all): what happened there is not judged."
        )
    return notes


def _with_others(track: Track, loss: Sequence[float]) -> bool:
    assert track.people is not None
    during = (track.time_s >= loss[0] - _NEAR_S) & (track.time_s <= loss[1] + _NEAR_S)
    return bool((track.people[during] > 1).any())


def _often(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _times(losses: Sequence[Sequence[float]]) -> str:
    shown = ", ".join(f"{start_s:.1f}" for start_s, _ in losses[:_SHOWN])
    return f"{shown} s" + (" and later" if len(losses) > _SHOWN else "")
