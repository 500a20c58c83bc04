"""The set-up coach: what to change about camera, place and light before the first repetition.

It says one thing at a time, the most basic first, and only what stands for a while. It judges the
picture, not the form; which views an exercise can be judged from its rules say themselves.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np

from formcheck.exercises.gates import OBLIQUE
from formcheck.exercises.rule import Exercise, Rule
from formcheck.judging.coach import Step
from formcheck.judging.standing import shins_px, trunk_upright
from formcheck.live.words import Words
from formcheck.poses.pose import Floats, Image, Landmark, Pose, Side, View
from formcheck.poses.viewpoint import Posture

STANDS_S = 1.0
"""How long a finding must stand to be believed."""
_MARGIN = 0.01  # of the picture: a joint nearer to its edge is as good as outside
_SMALL = 0.33  # of the picture's larger side: a body that spans less is too far away for its back to be seen
_SLENDER = 2.5  # a body on all fours or on its back is so much longer than high
_DARK, _BRIGHT = 45.0, 235.0  # mean luma of the person's region, 0 to 255
_BACKLIT = 70.0  # how much brighter the rest of the picture may be than a dark person
_NEARLY = 0.9  # of what the best view shows: so much is enough for a view that is easier to set up
_HIGH_DEG, _TILT_DEG = 25.0, 12.0
_BLIND_WEIGHT = 10.0  # rules of less weight are not worth a sentence
_BICEPS = 0.75  # shoulder width over trunk length [anthropometry, assumed as in `viewpoint`]
_PARTS: dict[str, tuple[int, ...]] = {
    "head": (Landmark.NOSE, Landmark.LEFT_EAR, Landmark.RIGHT_EAR),
    "hands": (Landmark.LEFT_WRIST, Landmark.RIGHT_WRIST),
    "knees": (Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE),
    "feet": (Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE, Landmark.LEFT_FOOT_INDEX, Landmark.RIGHT_FOOT_INDEX),
}


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to change.

    Attributes:
        key: Which one, for not saying it twice in a row.
        text: What to say.
        blocking: Whether the set-up is no good before it is changed.
    """

    key: str
    text: str
    blocking: bool = True


@dataclass(frozen=True, slots=True)
class SetUp:
    """The state of the set-up.

    Attributes:
        advice: What to change first, or None.
        good: Whether nothing blocking has stood for a second.
        coverage: Share of the exercise's rules, by weight, that can be judged from here; NaN before the
            exercise or the view is known.
        blind: Rules that cannot be judged from here, heaviest first.
    """

    advice: Advice | None
    good: bool
    coverage: float
    blind: tuple[Rule, ...]


class SetUpCoach:
    """Checks frames and says what to change.

    Args:
        size: Image width and height in pixels.
        words: What to say it in.
        side: The working leg if the user gave it: it belongs to the camera.
    """

    def __init__(self, size: tuple[int, int], words: Words, *, side: Side | None = None) -> None:
        self._size, self._words, self._side = size, words, side
        self._recent: deque[tuple[float, Advice | None]] = deque()
        self._light: Advice | None = None
        self._lit_s = float("-inf")

    def update(self, image: Image, pose: Pose, step: Step | None, exercise: Exercise | None) -> SetUp:
        """Take the next frame.

        Args:
            image: (H, W, 3) RGB.
            pose: The person in it.
            step: What the engine knows.
            exercise: What is to be done, as far as it is known.
        """
        if pose.time_s - self._lit_s > 0.5:
            self._lit_s, self._light = pose.time_s, self._see_light(image, pose)
        found = self._find(pose, step, exercise)
        self._recent.append((pose.time_s, found))
        while self._recent[0][0] < pose.time_s - STANDS_S:
            self._recent.popleft()
        whole = pose.time_s - self._recent[0][0] > 0.8 * STANDS_S
        blocks = [one is not None and one.blocking for _, one in self._recent]
        keys = [one.key for _, one in self._recent if one is not None]
        stands = found is not None and whole and keys.count(found.key) >= 0.8 * len(self._recent)
        blind, coverage = _blind(step, exercise)
        return SetUp(found if stands else None, whole and sum(blocks) <= 0.1 * len(blocks), coverage, blind)

    def _find(self, pose: Pose, step: Step | None, exercise: Exercise | None) -> Advice | None:
        """Return the most important fault of the set-up in this frame."""
        words = self._words
        if self._light is not None:
            return self._light
        if not pose.found:
            return Advice("nobody", words.nobody)
        if pose.people > 1:
            return Advice("others", words.others, blocking=False)
        return self._framing(pose) or self._angle(pose, step, exercise)

    def _framing(self, pose: Pose) -> Advice | None:
        words, (width, height) = self._words, self._size
        share = pose.image_px / (width, height)
        out: dict[str, tuple[str, ...]] = {}
        for part, joints in _PARTS.items():
            points = share[list(joints)]
            near = (
                ("left", points[:, 0].min() < _MARGIN),
                ("right", points[:, 0].max() > 1 - _MARGIN),
                ("up", points[:, 1].min() < _MARGIN),
                ("down", points[:, 1].max() > 1 - _MARGIN),
            )
            past = tuple(way for way, there in near if there)
            if past:
                out[part] = past
        edges = {way for ways in out.values() for way in ways}
        if {"left", "right"} <= edges or {"up", "down"} <= edges:
            return Advice("both-ends", words.both_ends)
        if out:
            part, ways = next(iter(out.items()))
            text = words.cut_off.format(part=getattr(words, part), way=getattr(words, ways[0]))
            return Advice(f"cut-off-{part}-{ways[0]}", text)
        across, up = np.ptp(pose.image_px, axis=0)
        if max(across, _SLENDER * up) < _SMALL * max(width, height):
            return Advice("too-far", words.too_far)
        return None

    def _angle(self, pose: Pose, step: Step | None, exercise: Exercise | None) -> Advice | None:
        words, look = self._words, step.look if step else None
        if look is None or exercise is None or (upright(pose) and not exercise.upright):
            return None
        best = _best_view(exercise)
        counts = look.view in exercise.views
        if not counts or look.view in exercise.alike_from:
            return Advice("turn", words.turn.format(view=_name(words, best, exercise)), blocking=not counts)
        if look.view in OBLIQUE and _tilt_deg(pose, exercise.posture) > _TILT_DEG:
            return Advice("tilted", words.tilted, blocking=False)
        if look.view is View.SIDE and _height_deg(pose, look.near) > _HIGH_DEG:
            return Advice("too-high", words.too_high, blocking=False)
        if self._side is not None and look.view is View.SIDE and look.near is not self._side:
            side = getattr(words, self._side.value)
            return Advice("other-side", words.other_side.format(side=side), blocking=False)
        return None

    def _see_light(self, image: Image, pose: Pose) -> Advice | None:
        luma = cv2.cvtColor(cv2.resize(image, (64, 48), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
        whole = float(luma.mean())
        words = self._words
        if not pose.found:
            return Advice("dark", words.dark) if whole < 0.6 * _DARK else None
        box = pose.image_px / self._size * (64, 48)
        (x0, y0), (x1, y1) = np.clip(box.min(axis=0), 0, (62, 46)), np.clip(box.max(axis=0), 2, (64, 48))
        body = float(luma[int(y0) : int(np.ceil(y1)), int(x0) : int(np.ceil(x1))].mean())
        if body < _DARK:
            around = float(np.percentile(luma, 90))
            lit = around - body > _BACKLIT
            return Advice("backlit", words.backlit, blocking=False) if lit else Advice("dark", words.dark)
        return Advice("bright", words.bright, blocking=False) if body > _BRIGHT else None


def upright(pose: Pose) -> bool:
    """Whether the person stands or sits up: only upright exercises are done so."""
    px = pose.image_px[None]
    return bool(trunk_upright(px, shins_px(px))[0])


def _blind(step: Step | None, exercise: Exercise | None) -> tuple[tuple[Rule, ...], float]:
    if step is None or step.look is None or exercise is None or step.look.view is View.UNKNOWN:
        return (), float("nan")
    blind = [rule for rule in exercise.rules if step.look.view not in rule.views]
    total = sum(rule.weight for rule in exercise.rules)
    lost = sum(rule.weight for rule in blind)
    heavy = sorted((r for r in blind if r.weight >= _BLIND_WEIGHT), key=lambda rule: -rule.weight)
    return tuple(heavy), 1.0 - lost / total if total else 1.0


def _best_view(exercise: Exercise) -> View:
    """Return the view from which most of the exercise can be judged: the side, unless another adds much."""
    order = (View.SIDE, View.OBLIQUE_FOOT, View.FOOT_END, View.OBLIQUE_HEAD, View.HEAD_END)
    judged = {
        view: sum(rule.weight for rule in exercise.rules if view in rule.views)
        for view in order
        if view in exercise.views
    }
    most = max(judged.values(), default=0)
    return next((view for view in order if judged.get(view, -1) >= _NEARLY * most), View.SIDE)


def _name(words: Words, view: View, exercise: Exercise) -> str:
    if view in (View.FOOT_END, View.OBLIQUE_FOOT):
        return words.rear_view if exercise.upright else words.foot_view
    if view in (View.HEAD_END, View.OBLIQUE_HEAD):
        return words.front_view if exercise.upright else words.head_view
    return words.side_view


def _tilt_deg(pose: Pose, posture: Posture) -> float:
    """Return the slope of the floor in the image: hands to knees, or heel to toe of the lower foot.

    It is 0 in postures that need no foot on the floor.
    """
    px = pose.image_px
    ends: Floats
    if posture in ("side", "seated", "hanging"):
        return 0.0
    if posture == "prone":
        ends = np.array([px[[15, 16]].mean(axis=0), px[[25, 26]][int(np.argmax(px[[25, 26], 1]))]])
    else:
        foot = 0 if px[29, 1] >= px[30, 1] else 1
        ends = px[[29 + foot, 31 + foot]]
    dx, dy = ends[1] - ends[0]
    return float(np.degrees(np.arctan2(abs(dy), abs(dx))))


def _height_deg(pose: Pose, near: Side) -> float:
    """Return how far the camera points down: the near shoulder and hip are then lower in the image."""
    px = pose.image_px
    trunk = float(np.hypot(*(px[[11, 12]].mean(axis=0) - px[[23, 24]].mean(axis=0))))
    other = near.other
    drops = [px[left + near.offset, 1] - px[left + other.offset, 1] for left in (11, 23)]
    return float(np.degrees(np.arcsin(np.clip(np.mean(drops) / (_BICEPS * max(trunk, 1e-6)), -1, 1))))
