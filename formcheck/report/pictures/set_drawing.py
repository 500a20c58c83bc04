"""One set as it is drawn: joints, values beside them, and what is coloured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from formcheck.exercises.gates import OBLIQUE
from formcheck.exercises.rule import Exercise, Rule, Status
from formcheck.measures.bar import bar_of
from formcheck.measures.body import Body, Part, Role
from formcheck.measures.catalogue import MEASURES, Measure
from formcheck.measures.drawn import BackOutline, JointAngle, JointHeight
from formcheck.measures.planted import put_back
from formcheck.poses.geometry import wrap_deg
from formcheck.poses.levelling import upright
from formcheck.poses.pose import Floats, Landmark, Pose, Side
from formcheck.poses.track import Track
from formcheck.poses.viewpoint import Look
from formcheck.report.pictures.overlays import AngleLabel, Overlay
from formcheck.reps.rep_data import MIN_VISIBILITY

MAX_ANGLES = 3
_MINOR = 4.0  # rules of less weight are written only where they are broken
_LEAD = "hip_extension_deg"
"""Written at the hip where the signal of the exercise is no angle."""
_START_S = 0.5  # how long before a repetition counts as its start position
_FOOT: tuple[Part, ...] = ("ankle", "heel", "foot_index")


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A measure over the track, and where it is written; without a code it belongs to no rule."""

    code: str
    measure: str
    change: bool
    minor: bool
    word: str
    values: Floats
    at: Floats
    seen: np.ndarray


class Scene:
    """The repetitions of one side in a set.

    Args:
        track: The whole clip, smoothed, as filmed: it is drawn where it was and measured upright.
        exercise: What is done.
        working: The working legs; of two the nearer one is measured.
        starts_s: When these repetitions start, in order.
        look: How the camera saw the set when it was judged.
    """

    def __init__(
        self,
        track: Track,
        exercise: Exercise,
        working: tuple[Side, ...],
        starts_s: Sequence[float],
        look: Look,
    ) -> None:
        self.working, self.look, view = working, look, look.view
        self.start_s = starts_s[0] - 1.0 if starts_s else -np.inf
        self._track = track
        side = working[0] if len(working) == 1 else look.near
        level, filmed = (put_back(frames, look)[0] for frames in (upright(track), track))
        self.body, self.filmed = Body(level, side, look), Body(filmed, side, look)
        self._starts_s = starts_s
        self._bar = bar_of(self.filmed.track, look)
        shown = sorted(
            (rule for rule in exercise.rules if rule.measure and view in rule.views),
            key=lambda rule: (-rule.weight, rule.priority),
        )
        lead = exercise.shown if exercise.shown.endswith("_deg") else _LEAD
        chosen = [
            *([("", lead, False, False)] if view in OBLIQUE else []),  # from an end it is foreshortened away
            *((r.code, r.measure, r.from_start, r.weight < _MINOR) for r in shown),
        ]
        known = [each for each in chosen if each[1] in MEASURES and MEASURES[each[1]].unit == "deg"]
        self._drawn = [self._prepare(*each) for each in known] if track.found.any() else []
        self._outlined = view in OBLIQUE

    def last_begun_s(self, time_s: float) -> float:
        """Return when its last repetition before a time began, the first one with a second before it."""
        return max((at_s for at_s in (self.start_s, *self._starts_s[1:]) if at_s <= time_s), default=-np.inf)

    def place(
        self, overlay: Overlay, frame: int, flagged: Sequence[tuple[Rule, Status]], scale: Floats
    ) -> Overlay:
        """Add all that has a place on the body.

        Args:
            overlay: What is known besides.
            frame: Index into the track.
            flagged: The rules that are broken now.
            scale: (2,) image pixels to one of the track's, across and down.
        """
        status_of = {rule.code: status for rule, status in flagged}
        limbs, back = [], None
        for rule, status in flagged:
            if is_about_back(rule):
                back = status if back is not Status.FAULT else back
            else:
                limbs.append((landmarks_of(rule, self.body.side), status))
        contour = self._contour(frame)
        way, plate_px = self._plate(frame, scale)
        return replace(
            overlay,
            pose=_scaled(self._followed(overlay.pose, frame), scale),
            angles=tuple(
                AngleLabel(drawn.at[frame] * scale, _label(drawn, frame), status_of.get(drawn.code))
                for drawn in self._pick(frame, status_of)
            ),
            flagged=tuple(sorted(limbs, key=lambda limb: limb[1] is Status.FAULT)),
            contour=None if contour is None else contour * scale,
            contour_status=back,
            bar=way,
            plate_px=plate_px,
        )

    def _plate(self, frame: int, scale: Floats) -> tuple[Floats | None, Floats | None]:
        """Return the way of the plate's centre since the repetition began, and the plate in a frame."""
        track = self._track
        if self._bar is None or track.rim is None:
            return None, None
        begun = [at for at in self._starts_s if at <= track.time_s[frame]]
        first = int(np.searchsorted(track.time_s, begun[-1])) if begun else frame
        plate = np.concatenate([self._bar.end_px[frame], track.rim[frame, :2]]) * np.tile(scale, 2)
        return self._bar.end_px[first : frame + 1] * scale, plate

    def _followed(self, pose: Pose, frame: int) -> Pose:
        """Return a pose with the legs that were followed from behind, where the model guessed them."""
        if self.filmed.track is self._track:
            return pose
        return replace(pose, image_px=self.filmed.track.image_px[frame])

    def values(self, name: str) -> Floats:
        """Return (T,) values of a measure over the whole track."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return MEASURES[name].of(self.body)

    def start(self, name: str) -> tuple[float, NDArray[np.intp]]:
        """Return a measure's value in the set's start position (or NaN), and the frames there."""
        t = self._track.time_s
        waits = [np.flatnonzero((t >= at - _START_S) & (t <= at)) for at in self._starts_s]
        frames = np.concatenate(waits) if waits else np.array([], dtype=np.intp)
        values = self.values(name)[frames]
        values = values[np.isfinite(values)]
        return float(np.median(values)) if len(values) else float("nan"), frames

    def _prepare(self, code: str, name: str, change: bool, minor: bool) -> _Drawn:
        measure = MEASURES[name]
        values = self.values(name)
        if change:
            values = wrap_deg(values - self.start(name)[0])
        seen = np.isfinite(values)
        for role, part in measure.needs:
            seen &= self.body.visibility(role, part) >= MIN_VISIBILITY
        word, at = self._anchor(measure)
        return _Drawn(code, name, change, minor, word, values, at, seen & np.isfinite(at).all(axis=1))

    def _anchor(self, measure: Measure) -> tuple[str, Floats]:
        """Return the word for a measure and the (T, 2) place it is written at.

        A line counted from the level is written at its far end: its vertex is where other angles are.
        """
        first, second, *_ = measure.name.split("_")
        word = f"{first} {second}" if first == "free" else first
        match measure.drawn:
            case JointAngle(vertex, zero, end):
                place = self.filmed.joint(*(end if zero in ("level", "headwards") else vertex))
            case _:
                place = np.mean([self.filmed.joint(role, part) for role, part in measure.needs], axis=0)
        return word, np.asarray(place, dtype=np.float64)

    def _pick(self, frame: int, status_of: dict[str, Status]) -> list[_Drawn]:
        """Choose what to write: what is wrong first, no joint twice."""
        order = sorted(self._drawn, key=lambda drawn: _urgency(status_of.get(drawn.code)))
        picked: list[_Drawn] = []
        near = 0.25 * self.look.scale_px
        for drawn in order:
            if len(picked) == MAX_ANGLES:
                break
            if not drawn.seen[frame] or (drawn.minor and drawn.code not in status_of):
                continue
            apart = [np.hypot(*(other.at[frame] - drawn.at[frame])) for other in picked]
            same = any(other.measure == drawn.measure for other in picked)
            if not same and all(gap > near for gap in apart):
                picked.append(drawn)
        return picked

    def _contour(self, frame: int) -> Floats | None:
        """Return the (33, 2) outline on the back's side, as `contour.profile` picks it."""
        if self._track.edges_px is None or not self._outlined:
            return None
        up_side = 1 if self.look.facing > 0 else 0
        contour: Floats = self._track.edges_px[frame, up_side if self.look.prone else 1 - up_side]
        return contour


def shows_back(rule: Rule) -> bool:
    """Whether what a rule shows is the outline of the back."""
    return bool(rule.shown) and isinstance(MEASURES[rule.shown].drawn, BackOutline)


def is_about_back(rule: Rule) -> bool:
    """Whether a rule is about the outline of the back rather than a limb."""
    return rule.of_back or shows_back(rule)


def landmarks_of(rule: Rule, side_of: Callable[[Role], Side]) -> frozenset[int]:
    """Return what is coloured for a rule: the joints of the measure in which its fault is seen.

    Args:
        rule: The rule.
        side_of: Says which side a role stands for.
    """
    seen_in = MEASURES.get(rule.shown)
    found: set[int] = set()
    for role, part in _coloured(seen_in) if seen_in else ():
        left = Landmark[f"LEFT_{part.upper()}"].value
        found |= {left, left + 1} if role == "middle" else {left + side_of(role).offset}
    return frozenset(found)


def _coloured(measure: Measure) -> Iterator[tuple[Role, Part]]:
    """Return the joints of a measure that have landmarks, as lines can be drawn between them."""
    needs = measure.needs
    if isinstance(measure.drawn, JointHeight):  # the other joint is only what it is counted from
        needs = (measure.drawn.joint,)
    for role in dict.fromkeys(role for role, _ in needs):
        parts = {part for of, part in needs if of == role} - {"bar"}
        if parts <= set(_FOOT):
            parts = parts and set(_FOOT)
        elif {"hip", "ankle"} <= parts:
            parts |= {"knee"}
        yield from ((role, part) for part in sorted(parts))


def _urgency(status: Status | None) -> int:
    return {Status.FAULT: 0, Status.WARN: 1}.get(status, 2) if status else 2


def _label(drawn: _Drawn, frame: int) -> str:
    value = round(float(drawn.values[frame]))
    return f"{drawn.word} {value:+d}°" if drawn.change and value else f"{drawn.word} {value:d}°"


def _scaled(pose: Pose, scale: Floats) -> Pose:
    return replace(pose, image_px=pose.image_px * scale)
