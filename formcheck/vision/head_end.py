"""Watches a person on all fours from the head end: how far the picture of the body is from that at rest.

From there arms and head hide the legs, and the model guesses them. But hands, knee and trunk stay where they
are, and what moves is the kicking leg: the foot leaves its place under the chest, and shows beside or above
the back. So a small picture of the body, laid over the one at rest, differs while the leg is up. That tells
how many kicks there were and about when, on which side, and nothing of their form.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.poses.pose import SHOULDERS, Floats, Image, Landmark

NOTHING: Floats = np.full(2, np.nan)
"""The result where nobody is watched from the head end."""

_WRISTS = [Landmark.LEFT_WRIST, Landmark.RIGHT_WRIST]
_HEAD = [Landmark.LEFT_EAR, Landmark.RIGHT_EAR]
_HIPS = [Landmark.LEFT_HIP, Landmark.RIGHT_HIP]
_SHORT, _ON_HANDS = 0.9, 0.9  # shoulder widths: trunk in the picture at most, wrists below shoulders at least
_HEAD_REACH = 0.35  # shoulder widths: how far the head reaches from between the ears
_REACH = 1.4  # shoulder widths around the middle of the shoulders that are looked at
_SIDE_PX = 56  # of the small picture
_EDGE_PX = 5  # of it that is left out: it may lie outside the other one
_LEARN_S = 0.5  # the body keeps still for so long before it is at rest
_STILL = 0.8  # mean difference of two pictures of a body that keeps still
_SAME = 8.0  # grey levels, sum of three colours: less is noise
_MOST = 60.0  # more counts as so much: a white shoe tells no more than a dark one
_FLOOR = 0.03  # mean difference that is nothing
_LEARN = 0.05  # share of a new picture in it
_MOVED, _MOVED_S = 0.4, 1.0  # shoulder widths, seconds: who stays so far away has moved
_BLIND_S = 8.0  # nobody is seen on all fours for so long: it is over
_LOST_S = 0.5  # so is it after a longer gap between images
_ACROSS: Floats = 2 * _REACH * ((np.arange(_EDGE_PX, _SIDE_PX - _EDGE_PX) + 0.5) / _SIDE_PX - 0.5)
"""Where the columns of what is left are: shoulder widths to the right of the middle."""
_THIGH_BELOW, _THIGH_ASIDE = (0.35, 0.8), (0.06, 0.34)
"""Where the standing thigh shows, shoulder widths from the shoulders' middle."""
_SHADE = 0.5  # the vote of its shade counts no more
_ROUNDS = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 8, 1e-3)
_BLUR_PX = 3
_NEIGHBOURS = np.ones((3, 3), np.uint8)
_NO_SHIFT = np.eye(2, 3, dtype=np.float32)

Small = NDArray[np.float32]


@dataclass
class _Rest:
    """The body at rest.

    Attributes:
        middle: (2,) middle of the shoulders, pixels.
        settled: (2,) the same once the body has kept still: the model's first guess is off.
        width: Their width, pixels.
        small: (n, n, 3) small picture around them.
        low, high: (n, n, 3) the darkest and the brightest that it was while the body kept still.
        counts: (n, n) 1 where a difference counts, 0 on the head.
        shift: (2, 3) where the newest picture lies on it.
    """

    middle: Floats
    settled: Floats
    width: float
    small: Small
    low: Small
    high: Small
    counts: Small
    shift: Small = field(default_factory=_NO_SHIFT.copy)

    @classmethod
    def at(cls, image_rgb: Image, image_px: Floats) -> _Rest:
        """Begin with one image."""
        middle, across = image_px[SHOULDERS].mean(axis=0), np.subtract(*image_px[SHOULDERS])
        width = float(np.hypot(*across))
        small = _small(image_rgb, middle, width)
        counts = _all_but_head(image_px, middle, width)
        return cls(middle, middle, width, small, small.copy(), small.copy(), counts)

    def laid(self, image_rgb: Image) -> Small:
        """Return the small picture of an image, laid over the one at rest."""
        small = _small(image_rgb, self.middle, self.width)
        self.shift = _laid_over(self.small, small, self.shift)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        size = small.shape[1::-1]
        laid = cv2.warpAffine(small, self.shift, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(laid, np.float32)

    def learn(self, laid: Small) -> None:
        """Add a picture of the body at rest."""
        self.small += _LEARN * (laid - self.small)
        self.low, self.high = np.minimum(self.low, laid), np.maximum(self.high, laid)


class HeadEnd:
    """Watches one person, image by image."""

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._rest: _Rest | None = None
        self._first: _Rest | None = None
        self._first_s = self._seen_s = self._last_s = self._near_s = float("-inf")

    def update(self, image_rgb: Image, image_px: Floats, time_s: float) -> Floats:
        """Add the next image.

        Args:
            image_rgb: (H, W, 3) image.
            image_px: (33, 2) the landmarks found in it, or NaN.
            time_s: Its time in seconds.

        Returns:
            (2,) how far the picture is from that at rest (doublings of what is noise: 0 at rest, 0.6 to 10
            with a leg up), and a vote for the leg on the right of the picture, the left one (below zero: the
            other one). NaN where nobody is on all fours with the head to the camera.
        """
        here = on_all_fours(image_px)
        if time_s - self._last_s > _LOST_S or (not here and time_s - self._seen_s > _BLIND_S):
            self._forget()
        self._last_s = time_s
        if here:
            self._seen_s = time_s
            self._stays(image_px, time_s)
        if self._rest is not None:
            return self._compared(self._rest, image_rgb)
        if here:
            self._learn(image_rgb, image_px, time_s)
        return NOTHING

    def _stays(self, image_px: Floats, time_s: float) -> None:
        """Begin anew where the shoulders stay elsewhere."""
        if self._rest is None:
            return
        off = image_px[SHOULDERS].mean(axis=0) - self._rest.settled
        if np.hypot(*off) < _MOVED * self._rest.width:
            self._near_s = time_s
        elif time_s - self._near_s > _MOVED_S:
            self._rest = self._first = None

    def _learn(self, image_rgb: Image, image_px: Floats, time_s: float) -> None:
        """Take the body as at rest once it has kept still."""
        first = self._first
        if first is None:
            self._first, self._first_s = _Rest.at(image_rgb, image_px), time_s
            return
        laid = first.laid(image_rgb)
        if _difference(first, laid).mean() > _STILL:
            self._first = None
            return
        first.learn(laid)
        if time_s - self._first_s >= _LEARN_S:
            first.settled = image_px[SHOULDERS].mean(axis=0)
            self._rest, self._near_s = first, time_s

    def _compared(self, rest: _Rest, image_rgb: Image) -> Floats:
        laid = rest.laid(image_rgb)
        differs = _difference(rest, laid)
        value = float(np.log2(1.0 + differs.mean() / _FLOOR))
        aside = float(differs.sum(axis=0) @ _ACROSS) / max(float(differs.sum()), 1e-6)
        return np.array([value, aside + _standing_on_the_left(rest.small)])


def on_all_fours(px: Floats) -> bool:
    """Return whether (33, 2) landmarks are of a person on all fours with the head to the camera.

    The left shoulder is on the right of the picture, the trunk is short in it, and the hands are below. The
    model sees these well; rendered, the trunk is 0.1 to 0.6 shoulder widths and the wrists 1.3 to 1.5 below.
    """
    if not np.isfinite(px[[*SHOULDERS, *_WRISTS, *_HIPS, *_HEAD]]).all():
        return False
    left, right = px[SHOULDERS]
    width = float(left[0] - right[0])
    trunk = float(np.hypot(*(px[_HIPS].mean(axis=0) - (left + right) / 2)))
    below = float((px[_WRISTS] - px[SHOULDERS])[:, 1].min())
    return width > 0 and trunk < _SHORT * width and below > _ON_HANDS * width


def _standing_on_the_left(rest: Small) -> float:
    """Vote for a thigh that stands on the left of the picture: in the trunk's shade it is darker.

    A leg that opens to the side shows its foot beyond the middle; the standing thigh stays. 18 rendered
    clips: where the picture differs alone is right in 13, with this vote in 16.
    """
    rows, columns = (slice(*(_at(x) for x in span)) for span in (_THIGH_BELOW, _THIGH_ASIDE))
    left, right = (float(picture[rows, columns].mean()) for picture in (rest[:, ::-1], rest))
    return float(np.clip(3.0 * (right - left) / 255.0, -_SHADE, _SHADE))


def _at(widths: float) -> int:
    """Return the pixel of the small picture so far right of, or below, the shoulders' middle."""
    return round(_SIDE_PX * (0.5 + widths / (2 * _REACH)))


def _small(image: Image, middle: Floats, width: float) -> Small:
    """Return the (n, n, 3) small picture around the shoulders at rest. Beyond the image its edge goes on."""
    reach = _REACH * width
    low, side = np.floor(middle - reach).astype(int), max(int(2 * reach), 1)
    columns = np.clip(np.arange(low[0], low[0] + side), 0, image.shape[1] - 1)
    rows = np.clip(np.arange(low[1], low[1] + side), 0, image.shape[0] - 1)
    part = np.ascontiguousarray(image[np.ix_(rows, columns)])
    small = cv2.resize(part, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small.astype(np.float32), (_BLUR_PX, _BLUR_PX), 0), np.float32)


def _all_but_head(image_px: Floats, middle: Floats, width: float) -> Small:
    """Return (n, n) 1 where a difference counts, and 0 on the head, which may turn and nod."""
    head = (image_px[_HEAD].mean(axis=0) - middle) / (2 * _REACH * width) * _SIDE_PX + _SIDE_PX / 2
    counts = np.ones((_SIDE_PX, _SIDE_PX), np.float32)
    radius = round(_HEAD_REACH / (2 * _REACH) * _SIDE_PX)
    centre = int(np.clip(head[0], 0, _SIDE_PX)), int(np.clip(head[1], 0, _SIDE_PX))
    cv2.circle(counts, centre, radius, 0.0, cv2.FILLED)
    return counts


def _laid_over(rest: Small, small: Small, shift: Small) -> Small:
    """Return the turn and shift that lays a picture over the one at rest, from the last one on."""
    grey = rest.mean(axis=-1), small.mean(axis=-1)
    try:
        _, found = cv2.findTransformECC(*grey, shift.copy(), cv2.MOTION_EUCLIDEAN, _ROUNDS, None, _BLUR_PX)
    except cv2.error:  # nothing alike
        return _NO_SHIFT.copy()
    return np.asarray(found, np.float32)


def _difference(rest: _Rest, laid: Small) -> Small:
    """Return (h, w) by how much a picture differs from one at rest and from all its neighbours."""
    low, high = cv2.erode(rest.low, _NEIGHBOURS), cv2.dilate(rest.high, _NEIGHBOURS)
    off = np.maximum(np.maximum(low - laid, laid - high), 0.0).sum(axis=-1)
    inner = slice(_EDGE_PX, -_EDGE_PX)
    return np.asarray((rest.counts * np.clip(off - _SAME, 0.0, _MOST))[inner, inner], np.float32)
