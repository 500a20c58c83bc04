"""When what is moved how far: the times of the repetitions, the way between rest and top, and the faults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from formcheck.render.posture import Posture
from formcheck.render.spec import Fault, Spec
from formcheck.render.vectors import Wander, smooth

Phase = Literal["setup", "start", "concentric", "lockout", "eccentric", "leave"]


@dataclass(frozen=True)
class _Base:
    """From where to where an exercise goes where the spec does not say, deg."""

    ext0: float
    ext1: float
    lum1: float
    knee0: float = 3.0
    knee1: float = 3.0
    plantar0: float = 62.0
    plantar1: float = 45.0


_BASES = {
    "kickback": _Base(-27, 6, 3),
    "donkey_kick": _Base(-88, 2, 3, knee0=88, knee1=88, plantar0=72, plantar1=15),
    "hip_thrust": _Base(-58, 0, 2),
    "hip_thrust_bilateral": _Base(-58, 0, 2),
    "glute_bridge": _Base(-52, -1, 2),
    "glute_bridge_bilateral": _Base(-52, -1, 2),
}


@dataclass(frozen=True)
class Rep:
    """One repetition as it is commanded.

    Attributes:
        index: Counted from 0.
        start_s: It leaves the bottom.
        lockout_s: It is at the top.
        lower_s: It leaves the top.
        end_s: It is back.
        faults: What is put in.
        gain: How its top differs from the others', a standard normal number.
        arch: How far it arches by itself, 0 to 1.
        fatigue: 0 fresh to 1.
        stops: Where on the way up and down it stops, of `stop-and-go`.
    """

    index: int
    start_s: float
    lockout_s: float
    lower_s: float
    end_s: float
    faults: tuple[Fault, ...]
    gain: float
    arch: float
    fatigue: float = 0.0
    stops: tuple[float, float] = (0.5, 0.5)


@dataclass(frozen=True)
class Timeline:
    """The repetitions, and how long the whole takes, s."""

    reps: tuple[Rep, ...]
    duration_s: float


def timeline(spec: Spec, rng: np.random.Generator, own: np.random.Generator) -> Timeline:
    """Draw when each repetition begins and ends.

    Args:
        spec: The clip.
        rng: The seed's stream; the order of its draws is part of every published seed.
        own: The stream of what came later.
    """
    tempo, around = spec.tempo, spec.around
    t = tempo.lead * rng.uniform(0.9, 1.1) + around.enter_s + around.fidget_s
    reps: list[Rep] = []
    pause = 0.0
    for index in range(spec.reps):
        faults = tuple(fault for fault in spec.faults if fault.reps is None or index in fault.reps)
        put_in = {fault.type: fault for fault in faults}
        up, hold, down, pause = (
            float(seconds * rng.uniform(0.92, 1.08))
            for seconds in (tempo.concentric, tempo.hold, tempo.eccentric, tempo.pause)
        )
        tired = spec.movement.fatigue * index / max(spec.reps - 1, 1)
        up, hold, pause = up * (1 + tired), hold * (1 - 0.5 * tired), pause * (1 + tired)
        if "fast_lowering" in put_in:
            down = put_in["fast_lowering"].severity * rng.uniform(0.95, 1.05)
        if "no_hold" in put_in:
            hold = put_in["no_hold"].severity
        gain, arch = float(rng.normal(0, 1)), float(rng.uniform(0, 1))
        stops = (float(own.uniform(0.35, 0.65)), float(own.uniform(0.35, 0.65)))
        reps.append(
            Rep(index, t, t + up, t + up + hold, t + up + hold + down, faults, gain, arch, tired, stops)
        )
        t += up + hold + down + pause
    return Timeline(tuple(reps), t - pause + tempo.tail + around.fidget_s + around.leave_s)


def _bump(x: float) -> float:
    """Return 1 between 0 and 1, with ramps at both ends; 0 outside."""
    return min(smooth(x / 0.15), smooth((1 - x) / 0.15))


# The way between rest and top: from 0 to 1 over 0 to 1 of its time


def _sharp(x: float) -> float:
    return float(np.clip(x, 0, 1))


def _eased(x: float) -> float:
    rest = 1 - min(max(x, 0.0), 1.0)
    return smooth(1 - rest * rest)


def _early(x: float) -> float:
    return smooth(min(max(x, 0.0), 1.0) ** 0.6)


def _stopping(x: float, at: float) -> float:
    """Go to `at`, stop for a fifth of the time, go on."""
    first = 0.8 * at
    if x < first:
        return at * smooth(x / first)
    if x < first + 0.2:
        return at
    return at + (1 - at) * smooth((x - first - 0.2) / (0.8 - first))


_WAYS: dict[str, tuple[Callable[[float], float], Callable[[float], float]]] = {
    "minimum-jerk": (smooth, smooth),
    "trembling": (smooth, smooth),
    "drifting": (smooth, smooth),
    "sharp": (_sharp, _sharp),
    "eased": (_eased, lambda x: 1 - _eased(1 - x)),
    "asymmetric": (_early, lambda x: 1 - _early(1 - x)),
}
"""The way up, and how much of it is gone on the way down, over the share of the time."""


@dataclass
class Motion:
    """What is moved at each time.

    Args:
        spec: The clip.
        times: When its repetitions are.
        noise: The body's sway, by what is swayed.
        lowest_ext: Hip extension, deg, at which the foot touches the mat; None where there is none.
        own: The stream of what came later.
    """

    spec: Spec
    times: Timeline
    noise: dict[str, Wander]
    lowest_ext: float | None
    own: np.random.Generator
    _base: _Base = field(init=False)

    def __post_init__(self) -> None:
        base, said = _BASES[self.spec.exercise], self.spec.motion
        values = {name: getattr(said, name) for name in _Base.__dataclass_fields__}
        kept = {name: value for name, value in values.items() if value is not None}
        self._base = _Base(**{**base.__dict__, **kept})
        self._sinks = self.own.uniform(0.10, 0.25, len(self.times.reps))
        self._tremor = Wander(self.own, 0.8, 5, 9.0, 5.0)  # physiological tremor of a loaded limb: 5 to 12 Hz
        self._restless = [Wander(self.own, 1.0, 4, 1.2, 0.2) for _ in range(4)]
        if self.spec.exercise == "kickback" and self.lowest_ext is not None:
            lowest = self.lowest_ext + 1.0 + said.hover  # toes on the mat, or just above
            self._base = _Base(**{**self._base.__dict__, "ext0": max(self._base.ext0, lowest)})

    def progress(self, t_s: float) -> tuple[float, Rep | None, Phase]:
        """Return how far up it is, 0 to 1, the repetition, None between them, and its phase."""
        for rep in self.times.reps:
            if rep.start_s <= t_s < rep.end_s:
                if t_s < rep.lockout_s:
                    x = (t_s - rep.start_s) / (rep.lockout_s - rep.start_s)
                    return self._up(x, rep), rep, "concentric"
                if t_s < rep.lower_s:
                    return self._held(t_s, rep), rep, "lockout"
                x = (t_s - rep.lower_s) / (rep.end_s - rep.lower_s)
                return self._held(rep.lower_s, rep) * (1 - self._down(x, rep)), rep, "eccentric"
        return 0.0, None, self._idle(t_s)

    def _idle(self, t_s: float) -> Phase:
        around = self.spec.around
        if t_s < around.enter_s:
            return "setup"
        if around.leave_s and t_s > self.times.duration_s - around.leave_s:
            return "leave"
        return "start"

    def _fidgets(self, t_s: float) -> float:
        """Return how much the person shifts about, 0 to 1."""
        around, end_s = self.spec.around, self.times.duration_s - self.spec.around.leave_s
        if not around.fidget_s:
            return 0.0
        before = (t_s - around.enter_s) / around.fidget_s
        after = (end_s - t_s) / around.fidget_s
        return max(_bump(before), _bump(after))

    def _up(self, x: float, rep: Rep) -> float:
        if self.spec.movement.profile == "stop-and-go":
            return _stopping(x, rep.stops[0])
        return _WAYS[self.spec.movement.profile][0](x)

    def _down(self, x: float, rep: Rep) -> float:
        if self.spec.movement.profile == "stop-and-go":
            return _stopping(x, rep.stops[1])
        return _WAYS[self.spec.movement.profile][1](x)

    def _held(self, t_s: float, rep: Rep) -> float:
        if self.spec.movement.profile != "drifting" or rep.lower_s <= rep.lockout_s:
            return 1.0
        return 1 - float(self._sinks[rep.index]) * (t_s - rep.lockout_s) / (rep.lower_s - rep.lockout_s)

    def at(self, t_s: float) -> Instant:
        """Return the posture at a time."""
        s, rep, phase = self.progress(t_s)
        q = self._clean(t_s, s, rep)
        injected: dict[str, float] = {}
        for fault in rep.faults if rep else ():
            put = _envelope(fault, s, t_s, rep) if rep else 0.0
            if put:
                injected[fault.type] = put
            q = _with(q, fault, put)
        return Instant(t_s, q, s, rep.index if rep else None, phase, injected)

    def _clean(self, t_s: float, s: float, rep: Rep | None) -> Posture:
        b, n, motion = self._base, self.noise, self.spec.motion
        gain = rep.gain if rep else 0.0
        top = b.ext1 + 1.2 * gain * motion.ext_jitter
        if rep and rep.fatigue:
            top -= 0.25 * rep.fatigue * (top - b.ext0)
        ext = b.ext0 + (top - b.ext0) * s + n["ext"](t_s) * 0.5
        if self.spec.movement.profile == "trembling":
            ext += self._tremor(t_s) * s
        shifting = self._fidgets(t_s)
        ext += shifting * abs(self._restless[0](t_s)) * 7.0
        q = Posture(
            hip_ext=ext,
            lumbar=b.lum1 * s * (0.4 + (rep.arch if rep else 0)) + n["lum"](t_s) * 0.6,
            roll=n["roll"](t_s) * 0.7 + shifting * self._restless[1](t_s) * 4.0,
            head_up=n["head"](t_s) * 1.5 + shifting * abs(self._restless[2](t_s)) * 15.0,
            head_yaw=n["yaw"](t_s) * 1.5 + shifting * self._restless[3](t_s) * 25.0,
        )
        if not self.spec.prone:
            return q.but(free_leg=motion.nw + n["knee"](t_s) * 0.8)
        return q.but(
            knee=b.knee0 + (b.knee1 - b.knee0) * s + abs(n["knee"](t_s)) * 0.8,
            shift=n["shift"](t_s) * 0.004 + 0.012 * s + shifting * self._restless[2](t_s) * 0.03,
            dy=n["dy"](t_s) * 0.002,
            plantar=b.plantar0 + (b.plantar1 - b.plantar0) * s,
        )


@dataclass(frozen=True)
class Instant:
    """One time: the posture, how far up it is, in which repetition and phase, and what is put in, deg."""

    t_s: float
    posture: Posture
    progress: float
    rep: int | None
    phase: Phase
    injected: dict[str, float]


_RAMPS: dict[str, tuple[float, float]] = {
    "lumbar_extension": (0.30, 0.65),
    "knee_bend": (0.0, 0.9),
    "hips_open": (0.1, 0.8),
    "hips_not_level": (0.1, 0.8),
    "nonworking_drop": (0.15, 0.75),
    "nonworking_rise": (0.15, 0.75),
    "incomplete_lockout": (0.0, 1.0),
    "low_height": (0.0, 1.0),
}
"""From which progress on a fault grows, and over how much of it."""
_MOVED: dict[str, tuple[str, int]] = {
    "lumbar_extension": ("lumbar", 1),
    "knee_bend": ("knee", 1),
    "hips_open": ("roll", 1),
    "hips_not_level": ("roll", 1),
    "nonworking_drop": ("free_leg", -1),
    "nonworking_rise": ("free_leg", 1),
    "head_up": ("head_up", 1),
    "incomplete_lockout": ("hip_ext", -1),
    "low_height": ("hip_ext", -1),
}
"""Which angle of the posture a fault moves, and whether up or down."""


def _envelope(fault: Fault, s: float, t_s: float, rep: Rep) -> float:
    """Return how much of a fault is put in at a progress, deg."""
    if fault.type == "head_up":
        return fault.severity * min(smooth((t_s - rep.start_s) / 0.6), smooth((rep.end_s - t_s) / 0.6))
    if fault.type not in _RAMPS:
        return 0.0
    begins, over = _RAMPS[fault.type]
    return fault.severity * smooth((s - begins) / over)


def _with(q: Posture, fault: Fault, put: float) -> Posture:
    if fault.type not in _MOVED:
        return q
    name, way = _MOVED[fault.type]
    return q.but(**{name: getattr(q, name) + way * put * fault.sign})
