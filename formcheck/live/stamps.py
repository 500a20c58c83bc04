"""Capture times that strictly increase, whatever the clocks of streams and machines do."""

from __future__ import annotations

_JUMP_S = 1.0  # a lag that changes by more than this is another clock, not a slow network
_CREEP = 0.002  # of the time passed: how fast the least lag may grow, for clocks that drift apart
_STEP_S = 0.001


class Stamps:
    """Puts a stream's own time stamps on this machine's monotonic clock; the first frame is at 0.

    A network delays some frames more than others, so arrival alone would blur every tempo. The frame
    that came with the least lag tells the offset between the two clocks; the others keep their own
    distances. A jump of the stream's clock (a restart, a phone that set its time) starts a new offset.
    Without stamps of its own a frame is taken to be captured when it arrives.
    """

    def __init__(self) -> None:
        self._origin_s: float | None = None
        self._offset_s: float | None = None
        self._last_arrival_s = self._last_s = 0.0

    def stamp(self, own_s: float | None, arrived_s: float) -> float:
        """Return the capture time of the next frame, seconds since the first.

        Args:
            own_s: What the stream says, on its own clock, or None.
            arrived_s: When it came, on the monotonic clock.
        """
        taken_s = arrived_s if own_s is None else own_s + self._offset(own_s, arrived_s)
        self._last_arrival_s = arrived_s
        if self._origin_s is None:
            self._origin_s = taken_s
            return 0.0
        self._last_s = max(taken_s - self._origin_s, self._last_s + _STEP_S)
        return self._last_s

    def restart(self) -> None:
        """The stream was opened anew: its clock may have begun again."""
        self._offset_s = None

    def _offset(self, own_s: float, arrived_s: float) -> float:
        lag_s = arrived_s - own_s
        if self._offset_s is None or abs(lag_s - self._offset_s) > _JUMP_S:
            self._offset_s = lag_s
        else:
            crept_s = self._offset_s + _CREEP * (arrived_s - self._last_arrival_s)
            self._offset_s = min(lag_s, crept_s)
        return self._offset_s
