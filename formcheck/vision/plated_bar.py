"""A bar with plates that is held across the body, seen obliquely: the line that leads to its far plate.

Near the hands plates, pad, thighs and bench make many lines. The far plate is seen almost as a circle, and
whole: of lines near the hands the bar is the one through its middle. The near plate is no help: it is seen
edge on, and its two rims cross.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from formcheck.poses.pose import HIPS, SHOULDERS, Floats, Image
from formcheck.vision.barbell import NO_BAR, LinesByHands, lines_by_hands
from formcheck.vision.plate import Disc, discs_about, follow_disc

# All lengths are those of `LinesByHands.unit`: the width of the shoulders, or half the trunk. The numbers are
# from pictures of 200 rendered people (`evaluation.lumbar_renders`, seeds 530000 to 530800).
_RADII = 0.5, 1.5  # half height of the far plate
_ASPECTS = 0.95, 0.8, 0.66  # its width over its height, 25 to 55 deg off the side
_AROUND = np.array([4.0, 2.4])  # about the hips
_TRIED = 6  # circles of each aspect
_ASIDE = 0.3  # towards the feet from the hips: it is beyond them
_SHARE, _KEPT = 0.48, 0.25  # of its rim that is seen: newly found, followed
_OFF_MIDDLE = 0.2  # of its half height: how far from its middle the bar may pass
_OFF_HANDS = 0.45  # the nearer hand from the bar
_NEAR = 3.0  # weight of the edges near the hands beside the share of the rim
_LENGTH = 4.0  # of the bar, about, obliquely, of the far plate's half height
_LOOK_EVERY_S, _AGAIN_S = 0.25, 1.0  # where none is followed, and where one is
_GONE_S = 0.5
_SIZE_ERROR_PX = 0.4


class _Found(NamedTuple):
    disc: Disc
    line: int
    score: float


class PlatedBarWatch:
    """Finds the bar in one picture after the other, by its far plate where one is seen."""

    def __init__(self) -> None:
        self._disc: Disc | None = None
        self._seen_s = self._looked_s = float("-inf")

    def update(self, image_rgb: Image, image_px: Floats, time_s: float) -> Floats:
        """Find the bar in the next picture.

        Args:
            image_rgb: (H, W, 3) image.
            image_px: (33, 2) the person's landmarks in its pixels; NaN where nobody is.
            time_s: When it was taken.

        Returns:
            (2, 2) as `barbell.find_bar`; where the far plate is seen, its middle is one of the ends.
        """
        lines = lines_by_hands(image_rgb, image_px)
        if lines is None:
            return NO_BAR
        self._follow(image_rgb, time_s)
        again_s = _LOOK_EVERY_S if self._disc is None else _AGAIN_S
        if time_s - self._looked_s >= again_s:
            self._looked_s = time_s
            best = _best(lines, _far_plates(image_rgb, image_px, lines.unit))
            if best is not None and (self._disc is None or best.disc.share > self._disc.share + 0.1):
                self._disc, self._seen_s = best.disc, time_s
        if self._disc is None or time_s > self._seen_s:
            return lines.bar()
        known = _best(lines, [self._disc])
        line = lines.bar_line() if known is None else known.line
        return NO_BAR if line is None else _ends(lines, line, self._disc)

    def _follow(self, image_rgb: Image, time_s: float) -> None:
        if self._disc is None:
            return
        disc = follow_disc(image_rgb, self._disc, _SIZE_ERROR_PX, np.array(self._disc[:2]))
        if disc is not None and disc.share >= _KEPT:
            self._disc, self._seen_s = disc, time_s
        elif time_s - self._seen_s > _GONE_S:
            self._disc = None


def _far_plates(image_rgb: Image, image_px: Floats, unit: float) -> list[Disc]:
    """Return circles on the feet's side of the hips that may be the far plate."""
    hips, shoulders = image_px[HIPS].mean(axis=0), image_px[SHOULDERS].mean(axis=0)
    to_feet = 1.0 if hips[0] >= shoulders[0] else -1.0
    least, most = (share * unit for share in _RADII)
    found = [
        disc
        for aspect in _ASPECTS
        for disc in discs_about(image_rgb, hips, _AROUND * unit, (aspect, least, most), _TRIED)
    ]
    beyond = [disc for disc in found if to_feet * (disc.x - hips[0]) > _ASIDE * unit]
    return [disc for disc in beyond if disc.share > _SHARE]


def _best(lines: LinesByHands, discs: list[Disc]) -> _Found | None:
    """Return the far plate and the line through its middle that are seen best together, or None."""
    near, off_hands = lines.near_hands(), lines.off_hands().min(axis=1)
    best: _Found | None = None
    for disc in discs:
        off = np.abs(disc.y - lines.at - lines.slope * disc.x) / disc.half_height
        score = np.where(
            (off < _OFF_MIDDLE) & (off_hands < _OFF_HANDS), disc.share + _NEAR * near - off, -np.inf
        )
        line = int(np.argmax(score))
        if np.isfinite(score[line]) and (best is None or score[line] > best.score):
            best = _Found(disc, line, float(score[line]))
    return best


def _ends(lines: LinesByHands, line: int, far: Disc) -> Floats:
    """Return (2, 2) the bar at the far plate and at some length from it, the left place first.

    How much of the near end is seen changes from picture to picture; such a place does not.
    """
    to_hands = 1.0 if float(lines.hands[:, 0].mean()) >= far.x else -1.0
    return lines.on_line(line, np.sort([far.x, far.x + to_hands * _LENGTH * far.half_height]))
