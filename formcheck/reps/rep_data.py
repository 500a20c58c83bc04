"""The data that a rule reads: one repetition within its set."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from formcheck.measures import arching
from formcheck.measures.bar import Bar, bar_of, plates_off_the_side, shin_seen
from formcheck.measures.body import Body, Part, Role
from formcheck.measures.catalogue import MEASURES, Measure
from formcheck.measures.hidden import HIDES_M, feet_off_the_plate, put_right_first
from formcheck.measures.hidden_shoulders import guessed_shoulders_rest
from formcheck.measures.planted import joined, perhaps, put_back
from formcheck.measures.reading import (
    CAMERA_MOVED,
    MIN_LENGTH_PUT_RIGHT,
    NOTHING_BEFORE,
    REMEDY,
    Reading,
    impossible,
    least_share,
    plated,
    shares,
    shrink_error_deg,
    shrunken,
)
from formcheck.poses.camera_motion import MOVED_PCT, Observations, Span
from formcheck.poses.gaps import gaps, moving, stalls, unseen_s
from formcheck.poses.geometry import distance_px, finite_median, median, wrap_deg
from formcheck.poses.levelling import LIMIT_DEG, roll_in
from formcheck.poses.other_views import other_views
from formcheck.poses.pose import Floats, Rolled, Side, View
from formcheck.poses.smoothing import smooth
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import Look, look
from formcheck.reps.baseline import Baseline, fitting
from formcheck.reps.holds import of_phase
from formcheck.reps.segmentation import Phase, Rep

ROUND_DEG = 15.0
"""A camera that stands elsewhere: about twice the error of the yaw that is read off the body."""
MIN_VISIBILITY = 0.5
TIME_ERROR_S = 0.18
"""Error of the length of a phase, seen from the side: from the frame time, the smoothing and both ends."""
_TIME_ERRORS = {View.SIDE: 1.0, View.OBLIQUE_HEAD: 1.3, View.OBLIQUE_FOOT: 1.3}
_COARSE_PER_S = 4.0
"""Error of the length of a phase, in seconds, at one frame a second. It grows with the square of frame time.

After smoothing over at least five frames, the top of a minimum-jerk movement is 0.02 s too short at 30
frames/s, 0.08 s at 6, 0.23 s at 4 and 0.45 s at 3 (known curves)."""
_COARSE_S = 0.06  # with a longer frame time, smoothing blurs a phase that has fewer
_FEW_FRAMES = 5  # frames than this, the number that is smoothed over
_FOLLOWED_ERROR = 2.5  # factor for a leg followed from behind
MAX_JUMP_PCT = 5.0
"""Percent of the trunk length. A joint that jumps further off its smoothed path counts as not seen."""
MIN_USABLE = 0.60
"""Share of a phase's frames in which every needed joint must be seen."""
MIN_USABLE_BAR, MIN_START_BAR = 0.25, 0.20
"""Share of the frames in which a bar is found, in a phase and at all starts together: in each it is found by
itself, and hardly one in ten is wrong."""
FULL_RANGE = 0.62
"""Share of the largest range of the set. Others are not compared with a repetition below it."""
_STALL_REMEDY = "Close other programs, or record first and analyse the video."
_MAX_UNSEEN, _NO_TIME_S = 0.1, 1e-6  # of a phase; what rounding leaves


_ONE_START_DEG = 15.0  # angles further apart are different start positions


class SetData:
    """The frames of one set, with the working side and the values to compare with.

    Args:
        raw: The frames as the model gave them. Their scatter is the noise.
        smoothed: The same, smoothed.
        working: The working side.
        look: How the camera sees the set.
        reps: The full repetitions of the set, to compare with.
        baselines: The person's own values from other clips. The best one that can be used is taken.
    """

    def __init__(
        self,
        raw: Track,
        smoothed: Track,
        working: Side,
        look: Look,
        reps: Sequence[Rep],
        *,
        baselines: Sequence[Baseline] = (),
    ) -> None:
        measured, right, met = put_right_first(*guessed_shoulders_rest(raw, smoothed, look), look)
        self._raw, put = put_back(measured, look)
        right = right if self._raw is measured else smooth(self._raw)
        # What is learned beside a plate takes landmarks as they are drawn there.
        self.body = Body(right, working, look, filmed=right if measured is raw else smoothed)
        self._legs, self._put = joined((*put, *met, *self.body.met)), put
        self.look, self.working, self.reps = look, working, tuple(reps)
        self.baseline = fitting(baselines, working, look)
        self._traits: dict[str, Floats] = {}
        self._values: dict[str, Floats] = {}
        self._noise: dict[str, float] = {}
        self._perhaps: dict[str, Floats] = {}
        self.observed = Observations.of(raw, look.scale_px)
        self._moved: dict[Span, float] = {}
        self._lengths: dict[tuple[object, ...], float] = {}
        self._rolled: dict[tuple[int, int], Rolled] = {}
        self._waits: dict[str, Floats] = {}
        self._learned: dict[Rep, arching.Learned] = {}
        self.losses, self.stalls = gaps(raw), stalls(raw)

    @cached_property
    def blind_stalls(self) -> Floats:
        """The stalls after which the body is at another place."""
        return moving(self.stalls, self._raw)

    def with_reps(self, reps: Sequence[Rep]) -> SetData:
        """Return the data of the same frames with these repetitions; what does not depend on them is kept."""
        there = copy(self)
        there.reps, there._traits, there._moved, there._waits = tuple(reps), {}, {}, {}
        there.__dict__.pop("plated", None)
        return there

    def values(self, name: str) -> Floats:
        """Return (T,) values of a frame measure, computed once."""
        if name not in self._values:
            with np.errstate(invalid="ignore", divide="ignore"):
                self._values[name] = MEASURES[name].of(self.body)
        return self._values[name]

    def noise(self, name: str) -> float:
        """Return the noise of a measure in one frame: the scatter of the raw about the smoothed landmarks."""
        if name not in self._noise:
            with np.errstate(invalid="ignore", divide="ignore"):
                off = MEASURES[name].of(self.raw) - self.values(name)
            off = off[np.isfinite(off)]
            off = wrap_deg(off) if MEASURES[name].unit == "deg" else off
            self._noise[name] = 1.48 * median(np.abs(off))
        return self._noise[name]

    @cached_property
    def raw(self) -> Body:
        """The body as measured. Who only looks for repetitions does not need it."""
        return Body(self._raw, self.working, self.look)

    @cached_property
    def usable(self) -> dict[tuple[Role, Part], np.ndarray]:
        """Cache of (T,) masks per joint."""
        return {}

    def put_back_off(self, name: str) -> Floats:
        """Return (K, T) by how much a measure differs for each error of a knee put where thigh and shin meet.

        K is 0 where none was.
        """
        if name not in self._perhaps:
            tracks = perhaps(self.body.track, self._legs, self.look) if self._legs else []
            with np.errstate(invalid="ignore", divide="ignore"):
                off = [MEASURES[name].of(self.body.seen_in(track)) - self.values(name) for track in tracks]
            angle = MEASURES[name].unit == "deg"
            found = np.array(off).reshape(-1, len(self.body.track))
            self._perhaps[name] = wrap_deg(found) if angle else found
        return self._perhaps[name]

    def feet_put_back(self, part: slice) -> bool:
        """Whether a foot was put back to its place in some frames, and so not seen there."""
        return any(bool(((leg.back >= part.start) & (leg.back < part.stop)).any()) for leg in self._put)

    def met_share(self, part: slice) -> float:
        """Return the share of some frames in which the working knee was put where thigh and shin meet."""
        side, frames = self.working.offset, np.arange(part.start, part.stop)
        rows = [leg.rows for leg in self._legs if leg.side == side]
        return float(np.isin(frames, np.concatenate(rows)).mean()) if rows else 0.0

    def sees(self, role: Role, part: Part) -> np.ndarray:
        """Return (T,) whether a joint is found, called visible by the model, and does not jump."""
        if (role, part) not in self.usable:
            smooth, raw = self.body.joint(role, part), self.raw.joint(role, part)
            off = raw - smooth
            with np.errstate(invalid="ignore"):  # what is not found is not steady
                steady = 100.0 * np.hypot(off[:, 0], off[:, 1]) / self.body.trunk_px < MAX_JUMP_PCT
            hidden = part == "shoulder" and self._hides_shoulder(role)
            seen = self.body.visibility(role, part) >= MIN_VISIBILITY
            self.usable[(role, part)] = steady & seen & (not hidden)
        return self.usable[(role, part)]

    def _hides_shoulder(self, role: Role) -> bool:
        """Whether a plate stands before a shoulder: obliquely, the near one before the near shoulder."""
        return self._plates_off_the_side and (role == "middle" or self.body.side(role) is self.look.near)

    @cached_property
    def _plates_off_the_side(self) -> bool:
        return plates_off_the_side(self.body.filmed, self.look)

    def frames(self, start_s: float, end_s: float) -> slice:
        """Return the frames from one time to another, at least one."""
        t = self.body.track.time_s
        first, last = int(t.searchsorted(start_s - 1e-9)), int(t.searchsorted(end_s + 1e-9, "right"))
        first = min(first, len(t) - 1)
        return slice(first, max(last, first + 1))

    def camera_moved_pct(self, rep: Rep) -> float:
        """Return how far the camera moved at most in a repetition from its place in most of the set."""
        spans = [_span(rep), *(_span(one) for one in self.reps)]
        if spans[0] not in self._moved:
            self._moved[spans[0]] = self.observed.moved_pct(spans[0], spans)
        return self._moved[spans[0]]

    def length_px(self, role: Role, upper: Part, lower: Part, *parts: slice) -> float:
        """Return the median length of a segment over some frames, as it would be from the side."""
        key = (role, upper, lower, *((part.start, part.stop) for part in parts))
        if key not in self._lengths:
            of = self.body.joint if self.look.view is View.SIDE else self.body.sagittal
            length = distance_px(of(role, upper), of(role, lower))
            self._lengths[key] = float(finite_median(np.concatenate([length[part] for part in parts])))
        return self._lengths[key]

    def rolled(self, part: slice) -> Rolled:
        """Return the camera roll that was removed from some frames."""
        key = (part.start, part.stop)
        if key not in self._rolled:
            self._rolled[key] = roll_in(self.body.track, part)
        return self._rolled[key]

    @cached_property
    def bar(self) -> Bar | None:
        """The bar on the hips, where a plate on it was followed."""
        return bar_of(self.body.track, self.look)

    @cached_property
    def feet_off_the_plate(self) -> Floats:
        """(T, 2, 2) left and right ankle as the model gave them, but those that it draws onto the plate."""
        assert self.bar is not None
        return feet_off_the_plate(self.body.filmed, self.bar)

    @property
    def put_right(self) -> bool:
        """Whether landmarks that a plate hides were put where bar, foot and shin say they are."""
        return self.look.view is View.SIDE and self.bar is not None and self.bar.radius_m >= HIDES_M

    @cached_property
    def plated(self) -> bool:
        """Whether a plate hides the hips."""
        spans = [self.frames(rep.start_s, rep.end_s) for rep in self.reps]
        return bool(spans) and plated(self.body.track, self.bar, spans)

    def learned(self, rep: Rep) -> arching.Learned:
        """Return what a repetition face up shows by itself, as learned from renders, computed once."""
        if rep not in self._learned:
            rest, top = (self.frames(*rep.window(phase)) for phase in (Phase.START, Phase.TOP))
            self._learned[rep] = arching.learned(self.body, rest, top, plated=self.put_right)
        return self._learned[rep]

    def trait(self, name: str, of: Callable[[Rep], float]) -> Floats:
        """Return (R,) what each of `reps` shows of a trait, computed once."""
        if name not in self._traits:
            self._traits[name] = np.array([of(rep) for rep in self.reps])
        return self._traits[name]

    def start_value(self, name: str) -> float:
        """Return a measure in the start position of the set: the median while waiting between repetitions."""
        return median(self._waited(name))

    def start_share(self, name: str) -> float:
        """Return the share of the frames between the repetitions in which a measure has a value."""
        phases = (Phase.START, Phase.BOTTOM)
        values = self.values(name)
        frames = sum(len(values[self.frames(*rep.window(one))]) for one in phases for rep in self.reps)
        return len(self._waited(name)) / frames if frames else 0.0

    def one_start(self, name: str) -> bool:
        """Whether an angle is alike in most start positions. If not, the model mixed up the legs."""
        off = wrap_deg(self._waited(name) - self.start_value(name))
        return not len(off) or float(np.mean(np.abs(off) < _ONE_START_DEG)) >= 2 / 3

    def _waited(self, name: str) -> Floats:
        """Return the finite values of a measure just before and just after the repetitions."""
        if name not in self._waits:
            values = self.values(name)
            steady = [rep for rep in self.reps if self.camera_moved_pct(rep) <= MOVED_PCT] or self.reps
            phases = (Phase.START, Phase.BOTTOM)
            waits = [values[self.frames(*rep.window(phase))] for phase in phases for rep in steady]
            joined = np.concatenate(waits) if waits else np.array([])
            self._waits[name] = joined[np.isfinite(joined)]
        return self._waits[name]


def _of_bar(measure: Measure) -> bool:
    return any(joint == "bar" for _, joint in measure.needs)


Only = tuple[str, "Callable[[RepData], bool]"]
"""A filter for repetitions: a name, under which a baseline keeps the values, and a test of one repetition."""


@dataclass(frozen=True)
class RepData:
    """One repetition within its set.

    Attributes:
        rep: The repetition.
        set: The frames of its set.
        compared: Takes what each full repetition of the set shows of every trait that is compared with
            (`usual`), by its name.
    """

    rep: Rep
    set: SetData
    compared: dict[str, Floats] = field(default_factory=dict, compare=False, repr=False)

    @property
    def look(self) -> Look:
        """How the camera sees the set."""
        return self.set.look

    def values(self, name: str, phase: Phase) -> Floats:
        """Return the finite values of a frame measure in a phase."""
        values = self.set.values(name)[self.set.frames(*self.rep.window(phase))]
        return values[np.isfinite(values)]

    def median(self, name: str, phase: Phase) -> float:
        """Return the median of a measure in a phase, or NaN."""
        return median(self.values(name, phase))

    def change(self, name: str, phase: Phase) -> float:
        """Return the median of a measure in a phase, minus its value in the start position of the set."""
        return self.median(name, phase) - self.set.start_value(name)

    @property
    def camera_moved(self) -> bool:
        """Whether the camera was in another place than in most of the set."""
        return self.set.camera_moved_pct(self.rep) > MOVED_PCT

    @cached_property
    def from_elsewhere(self) -> bool:
        """Whether the camera went round the person: it sees the repetition from elsewhere than the set.

        Angles are then foreshortened otherwise, and the set's view and its errors do not hold.
        """
        here = self.look
        if here.upright or not self.camera_moved:
            return False
        frames = self.set.frames(self.rep.start_s, self.rep.end_s)
        now = look(self.set.body.track[frames], "prone" if here.prone else "supine")
        return abs(now.yaw_deg - here.yaw_deg) > ROUND_DEG

    @property
    def cut(self) -> bool:
        """Whether the whole picture changed within the repetition."""
        return self.set.observed.cut(_span(self.rep))

    def seen_anew(self, until_s: float) -> bool:
        """Whether the person is at once seen from elsewhere in the repetition, up to a time.

        A cut at its very start, where they still rest, is none of it.
        """
        return any(self.rep.start_s + TIME_ERROR_S < at_s <= until_s for at_s in self._other_views_s)

    @cached_property
    def _other_views_s(self) -> list[float]:
        """When the person is at once seen from elsewhere, about the repetition."""
        part = self.set.raw.track[self.set.frames(self.rep.start_s - 1.0, self.rep.end_s + 1.0)]
        return [float(part.time_s[at]) for at in other_views(part)]

    def out_of_sight(self, phase: Phase | None, *, timed: bool = True) -> Reading | None:
        """Return a reading without value where the person was out of sight for too long, else None.

        Args:
            phase: The phase, of which a tenth may be missing. None means the whole repetition, of which
                nothing may be missing.
            timed: Whether a time is read. Else a picture that stands still counts only where the body is at
                another place after it.
        """
        start_s, end_s = self.rep.window(phase) if phase else _span(self.rep)
        missing_s = unseen_s(self.set.stalls, start_s, end_s)
        lost_s = unseen_s(self.set.losses, start_s, end_s)
        if not timed:
            lost_s -= missing_s - unseen_s(self.set.blind_stalls, start_s, end_s)
        if lost_s <= (_MAX_UNSEEN * (end_s - start_s) if phase else _NO_TIME_S):
            return None
        if missing_s > 0.5 * lost_s:
            return Reading.none(f"the picture stood still for {missing_s:.1f} s", _STALL_REMEDY)
        return Reading.none(
            f"you were out of sight for {lost_s:.1f} s",
            "Stay in the picture, and keep others out of the way.",
        )

    @property
    def comparable(self) -> bool:
        """Whether there is a baseline or another repetition to compare with."""
        return self.set.baseline is not None or len(self.set.reps) > 1

    def usual(self, name: str, phase: Phase, *, from_start: bool = False, only: Only | None = None) -> Floats:
        """Return (R,) medians of a measure in a phase, one for each of the person's usual repetitions.

        These are the repetitions of the baseline or, without one, the full ones of this set. `only` selects
        some of them. Values that are not finite are left out.
        """
        read = RepData.change if from_start else RepData.median
        trait = f"{name} {phase.value}{' change' if from_start else ''}"
        if only is None:
            return self._usual(trait, lambda data: read(data, name, phase))
        which, counts = only
        return self._usual(
            f"{trait} {which}", lambda data: read(data, name, phase) if counts(data) else np.nan
        )

    def usual_range(self) -> Floats:
        """Return (R,) ranges of the signal over the person's usual repetitions; see `usual`."""
        return self._usual("range", lambda data: data.rep.range)

    def best_top(self, name: str, only: Only | None = None) -> float:
        """Return the 75 % quantile of a measure at the top over the person's usual reps, or NaN."""
        tops = self.usual(name, Phase.TOP, only=only)
        return float(np.percentile(tops, 75, method="higher")) if len(tops) else float("nan")

    def _usual(self, trait: str, of: Callable[[RepData], float]) -> Floats:
        reps = self.set.reps or (self.rep,)
        if self.set.reps:
            own = self.set.trait(trait, lambda rep: of(replace(self, rep=rep)))
        else:
            own = np.array([of(self)])
        self.compared[trait] = own
        known = self.set.baseline.values.get(trait, ()) if self.set.baseline else ()
        values: Floats = np.array(known)
        if not np.isfinite(values).any():
            most = max(rep.range for rep in reps)
            values = own[[rep.range >= FULL_RANGE * most for rep in reps]]
        return values[np.isfinite(values)]

    def time_error_s(self, duration_s: float, signal: str) -> float:
        """Return the standard error of a phase's end, from the slope of the signal there.

        The end of a slow or small movement is hard to place. So the error of the signal, divided by its
        slope, is combined with 0.18 s (from rendered clips, seen from the side). The 0.18 s are multiplied by
        1.3 in oblique views and by 2 from the head or foot end. From behind on all fours the whole is
        multiplied by 2.5. A low frame rate adds to it.
        """
        slope_error = 1.5 * duration_s * MEASURES[signal].errors.change / max(self.rep.range, 1e-6)
        if self.look.from_behind:
            return _FOLLOWED_ERROR * math.hypot(TIME_ERROR_S, slope_error) + self.coarse_s
        return math.hypot(_TIME_ERRORS.get(self.look.view, 2.0) * TIME_ERROR_S, slope_error) + self.coarse_s

    @property
    def coarse_s(self) -> float:
        """The part of the error of a phase that comes from a low frame rate."""
        return _COARSE_PER_S * self.set.body.track.step_s**2

    def read(
        self, name: str, phase: Phase, stat: str, *, from_start: bool = False, over_s: float = 0.0
    ) -> Reading:
        """Read one value of a frame measure from a phase.

        Args:
            name: The measure.
            phase: The phase.
            stat: How the values become one: a `Stat` of `formcheck.exercises.rule`.
            from_start: Whether the value in the start position of the set is subtracted.
            over_s: Length of the stretches that `stat` is taken of, or 0 for single frames.

        Returns:
            The value, with an uncertainty from the error of the measure, the noise of the clip and the yaw of
            the camera. Or no value and a reason: a joint is not seen in too many frames, or there is no start
            position.
        """
        measure = MEASURES[name]
        part = self.set.frames(*self.rep.window(phase))
        rolled = self.set.rolled(part)
        if measure.errors.per_roll and not from_start and abs(rolled.deg) > LIMIT_DEG:
            return Reading.none(
                "the camera is rolled too far", "Stand the camera upright.", change="stand the camera upright"
            )
        if (measure.over_time or (from_start and not measure.within_body)) and self.camera_moved:
            return CAMERA_MOVED
        good = self._good(measure, part)
        if isinstance(good, Reading):
            return good
        lengths = list(shares(measure.needs, lambda *ends: self._length_kept(part, *ends)))
        if self.set.put_right:  # at rest and at the top they are as long as legs are
            lengths = [(segment, kept) for segment, kept in lengths if kept < MIN_LENGTH_PUT_RIGHT]
        least = least_share(self.look.view, prone=self.look.prone, plated=self.set.plated)
        if hidden := shrunken(lengths, least):
            return Reading.none(hidden, REMEDY, change=NOTHING_BEFORE)
        values, times = self.set.values(name)[part][good], self.set.body.track.time_s[part][good]
        origin = self.set.start_value(name) if from_start else 0.0
        if from_start and _of_bar(measure) and self.set.start_share(name) < MIN_START_BAR:
            origin = math.nan
        if np.isnan(origin):
            return Reading.none("no start position seen: hold it still for a second before the first rep")
        if from_start and measure.unit == "deg" and not self.set.one_start(name):
            return Reading.none("the start position looks different from one rep to the next")
        changed = values - origin
        if measure.unit == "deg":
            changed = wrap_deg(changed)
        value, at_s = of_phase(changed, times, stat, over_s)
        change = from_start or stat == "drift"
        together = len(values) if stat == "median" else over_s / self.set.body.track.step_s
        effective = max(1.0, together / 4)
        scatter = self.set.noise(name) / np.sqrt(effective)
        by_roll = 0.0 if change else measure.errors.per_roll * rolled.uncertainty_deg
        by_plate = measure.errors.plate if self.set.plated and self.set.bar is None else 0.0
        by_length = (
            shrink_error_deg(lengths) if self.look.view is View.SIDE and measure.unit == "deg" else 0.0
        )
        missed = [self.missed(name, one) for one in ((phase, Phase.START) if from_start else (phase,))]
        by_leg = self._by_leg(name, part, good)
        uncertainty = math.hypot(
            self._uncertainty(measure, change, scatter), by_roll, by_plate, by_length, by_leg, *missed
        )
        return Reading(value, uncertainty, at_s, "a plate hides the hips" if by_plate else "", by_leg=by_leg)

    def _by_leg(self, name: str, part: slice, good: np.ndarray) -> float:
        """Return the error of a measure that comes from legs that were put back."""
        off = self.set.put_back_off(name)
        if not len(off):
            return 0.0
        return float(np.hypot.reduce(np.nan_to_num(finite_median(off[:, part][:, good].T))))

    def _shin_hidden(self, part: slice) -> bool:
        """Whether a plate that is followed hides the planted shin, and its knee is not told otherwise."""
        if not self.set.plated or self.set.bar is None:
            return False
        return self.set.met_share(part) + shin_seen(self.set.body.track, part) < MIN_USABLE

    def _good(self, measure: Measure, part: slice) -> np.ndarray | Reading:
        """Return which frames of a part show a measure, or a reading that says why too few do.

        In a good frame every joint is seen steadily, and the value is one that a body can show.
        """
        if measure.errors.plate and self._shin_hidden(part):
            return Reading.none("the planted shin is not seen below the plate", REMEDY, change=NOTHING_BEFORE)
        values = self.set.values(measure.name)[part]
        good = np.isfinite(values)
        least = MIN_USABLE_BAR if _of_bar(measure) else MIN_USABLE
        for role, joint in measure.needs:
            seen = self.set.sees(role, joint)[part]
            if np.count_nonzero(seen) < least * len(seen):
                called = _called(self.set.body, role, joint)
                if not np.isfinite(self.set.body.joint(role, joint)).any():
                    return Reading.none(
                        f"these landmarks have no {called}", "Use a pose model that has it, or the video."
                    )
                return Reading.none(
                    f"cannot see your {called} steadily", change=f"film so that nothing hides your {called}"
                )
            good &= seen
        if np.count_nonzero(good) < least * len(good):
            return Reading.none("the outline of your body was not clear")
        wrong = good & ~measure.possible(values)
        good &= ~wrong
        if np.count_nonzero(good) < least * len(good):
            return impossible(measure, median(values[wrong]))
        return good

    def missed(self, name: str, phase: Phase) -> float:
        """Return the error of a measure that comes from too few frames in a phase.

        It is the range of the measure from the frame before the phase to the frame after it.
        """
        start_s, end_s = self.rep.window(phase)
        step_s = self.set.body.track.step_s
        if step_s <= _COARSE_S or end_s - start_s >= _FEW_FRAMES * step_s:
            return 0.0
        around = self.set.values(name)[self.set.frames(start_s - step_s, end_s + step_s)]
        around = around[np.isfinite(around)]
        return float(np.ptp(around)) if len(around) else 0.0

    def _length_kept(self, part: slice, role: Role, upper: Part, lower: Part) -> float:
        """Return the length of a segment in some frames as a share of its length while waiting."""
        waits = [self.set.frames(*self.rep.window(one)) for one in (Phase.START, Phase.BOTTOM)]
        return self.set.length_px(role, upper, lower, part) / self.set.length_px(role, upper, lower, *waits)

    def range_error(self, signal: str) -> float:
        """Return the standard error of how far the signal rose, in its unit."""
        return self._uncertainty(MEASURES[signal], True, self.set.noise(signal))

    def _uncertainty(self, measure: Measure, from_start: bool, scatter: float) -> float:
        base = measure.errors.of(change=from_start)
        if measure.needs and measure.unit == "deg":
            yaw_deg = self.look.yaw_deg
            base /= max(math.cos(math.radians(min(yaw_deg, 60.0))), 0.5) if yaw_deg < 65 else 1.0
        return math.hypot(base, 0.0 if math.isnan(scatter) else scatter)


def _span(rep: Rep) -> Span:
    return rep.window(Phase.START)[0], rep.end_s


def _called(body: Body, role: Role, part: Part) -> str:
    name = part.replace("_index", "")
    return f"{name}s" if role == "middle" else f"{body.side(role).value} {name}"
