"""Both plates of a bar that is seen obliquely, found as a pair and followed from frame to frame.

One ellipse may be anything: a knee, a head, the back of a bench. Two of one colour that are as far apart, and
as different in size and form, as the two ends of a bar are, are plates. The line through their centres is the
bar: hands, pad and thighs may hide all of the rest of it.

Each plate is seen as an ellipse whose shorter axis lies along the bar, so both are looked at in a picture
that is turned until the bar is level. The near plate has two rims, of its face and of its back. An ellipse
between them has its centre on the bar too.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.poses.geometry import FOCAL
from formcheck.poses.pose import HIPS, Floats, Image, trunk_px
from formcheck.vision.plate import FACE, FACE_SHADES, RIM, Disc, discs_about, follow_disc, lies_on_the_back

_ASPECTS = 0.9, 0.76, 0.62  # width over height of the ellipses that are looked for: 25 to 52 deg off the side
_RADII, _LEAST_NEAR, _USUAL_NEAR = (0.26, 1.2), 0.4, 0.6
"""Half height of the plates, and the least and the usual least one of the near plate, of the body's size
(`_size_px`). Smaller plates hide little: there the bar is seen."""
_AROUND = np.array([3.0, 2.0])  # sizes of the body about the hips
_LEAST_APART, _OFF = 1.6, 1.0
"""How far apart the plates' centres are, in half heights of the near one (2.0 from 22 deg off the side), and
how far the middle of the bar is from the landmarks of the hips, in sizes of the body."""
_WIDEST = 0.87
"""Width over height of the near plate, at most: 0.83 from 25 deg off the side, as it is beside the middle of
the picture; 0.57 to 0.76 in 18 rendered sets from 36 to 44 deg."""
_BODY, _SHRINKS = 4.2, 0.9
"""Diagonal of all landmarks over the trunk's length, about; and what is left of the largest one seen before:
beside plates the landmarks make a trunk half as long."""
_LOOKED_PX = 60.0  # size of the body in the picture that is looked through
_COUNT = 10  # ellipses of each form
_LIKELY, _LEAST_SEEN = 4, 0.4  # of them, for which the other plate is looked for, and how clear they are
_PLACES = 2  # of the other plate
_TRIED, _TRIED_AGAIN = 5, 2  # pairs that are looked at closely
_MOST_NARROWER = 0.22  # width over height of an ellipse less what the bar's direction makes of it
_USUAL_LENGTHS = 5.5, 7.5
"""Length of the bar between the plates, in their radii: 1.31 m over 0.225 or 0.19 m are 5.8 and 6.9."""
_YAWS, _SLOPES = np.radians(np.arange(22.0, 59.0, 6.0)), np.radians(np.arange(-24.0, 25.0, 3.0))
_BARS = np.array(
    [
        (
            way * np.sin(yaw) * np.cos(slope) * length,
            np.sin(slope) * length,
            np.cos(yaw) * np.cos(slope) * length,
        )
        for length in (5.8, 6.9)
        for yaw in _YAWS
        for slope in _SLOPES
        for way in (-1.0, 1.0)
    ]
)
"""(K, 3) ways from the near plate to the far one that are tried, in radii: right, down and away."""
_INSIDE, _OUTSIDE = 0.86, 1.16  # radii at which the rim parts the plate's colour from another
_OTHER, _NOISE = 14.0, 1.2  # grey levels that part them at least, and how much more than inside
_LOOKED_AT = np.array([_INSIDE, _OUTSIDE, *FACE])
_AROUND_RIM = RIM[::2]
_LEAST_INSIDE = 1.0 / 3.0  # of the rim, in the picture
_SMALL_PX = 26.0  # half height of the near plate in the picture that is turned
_FOUND, _KEPT, _DOUBTFUL = 1.3, 0.5, 0.6
"""Score of a pair: newly found, in one picture, and on the whole. In 18 rendered sets with plates the right
pair had 1.3 and more in about half of 414 pictures, in 18 sets without none had in 410."""
_PROBATION_S, _CONFIRMED_S = 0.5, 0.25
_GONE_S = 0.8
_SAME = 0.5  # half heights of the far plate: so near it is the same one
_FOUND_SIZES_PX = 3.0, 1.0  # error of the size: newly found, looked at once more
_NEW_SIZE_PX, _SIZE_PX = 0.6, 0.15  # followed: at first, and once it is known
_BETTER = 0.12  # by how much the score of another pair must be better
_SIZES, _ENOUGH = 60, 12
_LOOK_EVERY_S, _LOOK_SLOWER, _LOOK_AT_LEAST_S = 0.5, 1.3, 2.5
_AGAIN_S, _CLEAR, _SELDOM_S = 1.0, 1.2, 2.0  # where a pair is followed, and where it is seen so clearly


class Pair(NamedTuple):
    """The plates on both ends of a bar in a picture.

    Attributes:
        near: The one nearer to the camera. Its ellipse is turned so that its shorter axis lies along the bar.
        far: The other one.
        score: How clearly both are seen, 0 to 2.
        colour: (3,) of their faces, which are turned to the same side, and so in the same light.
    """

    near: Disc
    far: Disc
    score: float
    colour: Floats

    @property
    def slope_rad(self) -> float:
        """Angle of the bar in the picture, + = the right end is lower."""
        left, right = self.ends_px
        return float(np.arctan2(right[1] - left[1], right[0] - left[0]))

    @property
    def ends_px(self) -> Floats:
        """(2, 2) centres of the plates, the left one first."""
        ends = np.array([self.near[:2], self.far[:2]])
        return ends[np.argsort(ends[:, 0])]


class PlatePairWatch:
    """Looks for a pair of plates now and then, and follows the one found."""

    def __init__(self) -> None:
        self._pair: Pair | None = None
        self._speeds = np.zeros((2, 2))  # pixels a second
        self._since_s = self._seen_s = self._looked_s = float("-inf")
        self._wait_s, self._score, self._size_px = _LOOK_EVERY_S, 0.0, 0.0
        self._unseen = 0  # pictures since the pair that is followed was seen
        self._sizes: deque[Floats] = deque(maxlen=_SIZES)

    @property
    def follows(self) -> bool:
        """Whether a pair is followed, though it may not be seen now."""
        return self._pair is not None

    def update(self, image_rgb: Image, image_px: Floats, time_s: float) -> Pair | None:
        """Find both plates in the next picture.

        Args:
            image_rgb: (H, W, 3) image.
            image_px: (33, 2) the person's landmarks in its pixels, of this picture or of the one before.
            time_s: When it was taken.

        Returns:
            Both, or None where one is not seen, and until they were seen for a while.
        """
        if self._pair is not None and time_s - self._seen_s > _GONE_S:
            self._pair, self._wait_s = None, _LOOK_EVERY_S
        if time_s - self._looked_s >= self._between_looks_s:
            self._look(image_rgb, image_px, time_s)
        if self._pair is None:
            return None
        passed_s = time_s - self._seen_s
        found = self._follow(image_rgb, self._pair, passed_s)
        self._unseen += 1
        if found is None or found.score < _KEPT:
            return None
        self._unseen = 0
        if passed_s > 0.0:
            moved = np.array([found.near[:2], found.far[:2]]) - [self._pair.near[:2], self._pair.far[:2]]
            self._speeds += 0.7 * (moved / passed_s - self._speeds)
        self._score += min(passed_s / _PROBATION_S, 1.0) * (found.score - self._score)
        self._pair, self._seen_s = found, time_s
        if self._score < _DOUBTFUL:
            self._pair, self._wait_s = None, _LOOK_AT_LEAST_S
            return None
        return found if time_s - self._since_s >= _CONFIRMED_S else None

    @property
    def _between_looks_s(self) -> float:
        if self._pair is None:
            return self._wait_s
        if self._unseen:
            return _LOOK_EVERY_S
        return _SELDOM_S if self._score >= _CLEAR else _AGAIN_S

    def _look(self, image_rgb: Image, image_px: Floats, time_s: float) -> None:
        """Look for a pair; take it where none is followed, or where it is seen clearly better."""
        self._looked_s = time_s
        self._size_px = max(_size_px(image_px), _SHRINKS * self._size_px)
        found = find_pair(image_rgb, image_px, self._size_px)
        if found is None:
            self._wait_s = min(self._wait_s * _LOOK_SLOWER, _LOOK_AT_LEAST_S)
        elif self._pair is None or self._unseen or found.score > self._score + _BETTER:
            if self._pair is None or not _same(found, self._pair):
                self._since_s = time_s
            self._pair, self._score, self._seen_s = found, found.score, time_s
            self._speeds = np.zeros((2, 2))
            self._sizes.clear()

    def _follow(self, image_rgb: Image, pair: Pair, passed_s: float) -> Pair | None:
        expected = np.array([pair.near[:2], pair.far[:2]]) + self._speeds * min(passed_s, 0.2)
        known, error_px = [pair.near, pair.far], _NEW_SIZE_PX
        if len(self._sizes) >= _ENOUGH:
            sizes, error_px = np.median(self._sizes, axis=0), _SIZE_PX
            known = [
                one._replace(half_width=width, half_height=height)
                for one, (width, height) in zip(known, sizes.tolist(), strict=True)
            ]
        before = [one._replace(x=x, y=y) for one, (x, y) in zip(known, expected.tolist(), strict=True)]
        found = _fitted(image_rgb, Pair(before[0], before[1], 0.0, pair.colour), error_px)
        if found is not None and found.score >= _DOUBTFUL:
            self._sizes.append(np.array([found.near[2:4], found.far[2:4]]))
        return found


def _same(one: Pair, other: Pair) -> bool:
    """Whether two pairs are about the same plates, one of them laid better."""
    off = np.abs(np.array([one.near[:2], one.far[:2]]) - [other.near[:2], other.far[:2]])
    return bool(off.max() < _SAME * other.far.half_height)


def _size_px(image_px: Floats) -> float:
    """Return about the length of a person's trunk, 0 where nobody is."""
    trunk = trunk_px(image_px)
    if not trunk > 0.0:
        return 0.0
    return max(trunk, float(np.hypot(*(np.nanmax(image_px, axis=0) - np.nanmin(image_px, axis=0)))) / _BODY)


def find_pair(image_rgb: Image, image_px: Floats, size_px: float) -> Pair | None:
    """Look for both plates about a person who lies on the back.

    Args:
        image_rgb: (H, W, 3) image.
        image_px: (33, 2) the person's landmarks in its pixels.
        size_px: About the length of the trunk.
    """
    hips = image_px[HIPS].mean(axis=0)
    if not (np.isfinite(hips).all() and lies_on_the_back(image_px, size_px)):
        return None
    pairs = _pairs(image_rgb, hips, size_px)
    for size_error_px in _FOUND_SIZES_PX:  # the first time turns them
        fitted = [_fitted(image_rgb, pair, size_error_px) for pair in pairs]
        found = [
            (_clear(pair, size_px), pair)
            for pair in fitted
            if pair is not None
            and _across_the_hips(np.array(pair.near[:4]), np.array(pair.far[:4]), hips, size_px)
        ]
        found = sorted(found, key=lambda one: -one[0])[:_TRIED_AGAIN]
        pairs = [pair for _, pair in found]
    return pairs[0] if pairs and found[0][0] >= _FOUND else None


def _clear(pair: Pair, size_px: float) -> float:
    """Return how clearly a pair is seen, less what its near plate is too small beside the body."""
    return pair.score - max(0.0, _USUAL_NEAR - pair.near.half_height / size_px)


def _across_the_hips(near: Floats, far: Floats, hips: Floats, size_px: float) -> NDArray[np.bool_]:
    """Return (...) whether (..., 4) ellipses are apart, and the middle of their bar is near the hips."""
    share = far[..., 3:] / (near[..., 3:] + far[..., 3:])
    middle = far[..., :2] + share * (near[..., :2] - far[..., :2])
    apart = np.linalg.norm(near[..., :2] - far[..., :2], axis=-1) > _LEAST_APART * near[..., 3]
    return np.asarray(apart & (np.linalg.norm(middle - hips, axis=-1) < _OFF * size_px))


def _pairs(image_rgb: Image, hips: Floats, size_px: float) -> list[Pair]:
    """Return ellipses that may be plates, each with where the other plate would be seen best."""
    scale = min(1.0, _LOOKED_PX / size_px)
    small = cv2.resize(image_rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    size_px *= scale
    discs = [
        disc
        for aspect in _ASPECTS
        for disc in discs_about(
            small,
            scale * hips,
            _AROUND * size_px,
            (aspect, _RADII[0] * size_px, _RADII[1] * size_px),
            _COUNT,
        )
    ]
    if not discs:
        return []
    ellipses = np.array([disc[:4] for disc in discs])
    seen = _faces(small, ellipses)
    pairs = []
    for n in np.argsort(-seen.score * np.sqrt(ellipses[:, 3]))[:_LIKELY]:
        if seen.score[n] > _LEAST_SEEN:
            pairs += _with_partners(small, ellipses[n], seen.colour[n], scale * hips, size_px)
    best = sorted(pairs, key=lambda pair: -pair.score)[:_TRIED]
    return [
        pair._replace(
            near=_disc(np.array(pair.near[:4]) / scale), far=_disc(np.array(pair.far[:4]) / scale), score=0.0
        )
        for pair in best
    ]


def _with_partners(
    image_rgb: Image, ellipse: Floats, colour: Floats, hips: Floats, size_px: float
) -> list[Pair]:
    """Return an ellipse with the best places of the other plate, first taken for the near, then the far one.

    Args:
        image_rgb: (H, W, 3) image.
        ellipse: (4,) x, y, half width and half height.
        colour: (3,) of its face.
        hips: (2,) where they are.
        size_px: Size of the body.
    """
    middle, focal_px = (np.array(image_rgb.shape[1::-1]) - 1.0) / 2.0, FOCAL * max(image_rgb.shape[:2])
    at = np.array([*(ellipse[:2] - middle), focal_px]) / ellipse[3]  # in radii of the plates
    pairs = []
    for way in (1.0, -1.0):
        others = at + way * _BARS
        radius = focal_px / others[:, 2]
        rays = others / np.linalg.norm(others, axis=1)[:, None]
        narrow = np.abs((rays * _BARS).sum(axis=1)) / np.linalg.norm(_BARS, axis=1)
        own = np.abs(_BARS @ at) / np.linalg.norm(_BARS, axis=1) / np.linalg.norm(at)
        found = np.column_stack([middle + others[:, :2] * radius[:, None], narrow * radius, radius])
        near, far = (ellipse, found) if way > 0.0 else (found, ellipse)
        may_be = np.abs(own - ellipse[2] / ellipse[3]) < _MOST_NARROWER
        may_be &= (others[:, 2] > 0.0) & (near[..., 3] >= _LEAST_NEAR * size_px)
        found = found[may_be & _across_the_hips(near, far, hips, size_px)]
        if not len(found):
            continue
        score = _faces(image_rgb, found, colour).score
        for n in np.argsort(-score)[:_PLACES]:
            near, far = (ellipse, found[n]) if way > 0.0 else (found[n], ellipse)
            pairs.append(Pair(_disc(near), _disc(far), float(score[n]), colour))
    return pairs


def _disc(ellipse: Floats) -> Disc:
    """Return (4,) x, y, half width and half height as a disc of which no more is known."""
    x, y, half_width, half_height = ellipse.tolist()
    return Disc(x, y, half_width, half_height, 1.0, 0.0)


class _Turned(NamedTuple):
    """A part of a picture, scaled down, and turned so that the bar is level.

    Attributes:
        image: The part.
        matrix: (2, 3) leads from places in the picture to those in it.
        scale: Its pixels over those of the picture.
        size: (2,) width and height of the picture.
    """

    image: Image
    matrix: Floats
    scale: float
    size: Floats

    @classmethod
    def about(cls, image_rgb: Image, pair: Pair) -> _Turned:
        """Turn the part of a picture with both plates."""
        size = np.array(image_rgb.shape[1::-1])
        middles, reach = np.array([pair.near[:2], pair.far[:2]]), 1.8 * pair.near.half_height
        low = np.clip(middles.min(axis=0) - reach, 0, size - 2).astype(int)
        high = np.clip(middles.max(axis=0) + reach, low + 2, size).astype(int)
        wanted = np.maximum(np.rint((high - low) * min(1.0, _SMALL_PX / pair.near.half_height)), 2).astype(
            int
        )
        part = cv2.resize(
            image_rgb[low[1] : high[1], low[0] : high[0]], wanted.tolist(), interpolation=cv2.INTER_AREA
        )
        cos, sin = np.cos(pair.slope_rad), np.sin(pair.slope_rad)
        turn = np.array([[cos, sin], [-sin, cos]])
        corners = np.array([[0, 0], [wanted[0], 0], [0, wanted[1]], wanted]) @ turn.T
        lowest, turned_size = corners.min(axis=0), np.ceil(np.ptp(corners, axis=0)).astype(int)
        image = cv2.warpAffine(
            part,
            np.column_stack([turn, -lowest]),
            turned_size.tolist(),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        scale = wanted / (high - low)
        at = turn @ (scale * (0.5 - low) - 0.5) - lowest
        matrix = np.column_stack([turn * scale, at])
        return cls(np.asarray(image, dtype=np.uint8), matrix, float(scale.mean()), size)

    def to(self, disc: Disc) -> Disc:
        """Return an ellipse of the picture in the turned part."""
        x, y = self.matrix[:, :2] @ disc[:2] + self.matrix[:, 2]
        return self._scaled(disc, float(x), float(y), self.scale)

    def back(self, disc: Disc) -> Disc:
        """Return an ellipse of the turned part in the picture."""
        x, y = self.places(np.array(disc[:2]))
        return self._scaled(disc, float(x), float(y), 1.0 / self.scale)

    def places(self, px: Floats) -> Floats:
        """Return (..., 2) places of the turned part in the picture."""
        places: Floats = (px - self.matrix[:, 2]) @ np.linalg.inv(self.matrix[:, :2]).T
        return places

    def inside(self, disc: Disc) -> NDArray[np.bool_]:
        """Return which parts of the rim of an ellipse of the turned part are in the picture."""
        places = self.places(np.array(disc[:2]) + _OUTSIDE * _AROUND_RIM * disc[2:4])
        return np.asarray(((places >= 0) & (places <= self.size - 1)).all(axis=-1))

    @staticmethod
    def _scaled(disc: Disc, x: float, y: float, by: float) -> Disc:
        return Disc(x, y, by * disc.half_width, by * disc.half_height, by * disc.error, disc.share)


def _fitted(image_rgb: Image, pair: Pair, size_error_px: float) -> Pair | None:
    """Lay both ellipses through the edges about where they are expected; None where there are none."""
    turned = _Turned.about(image_rgb, pair)
    found = []
    for before in (turned.to(pair.near), turned.to(pair.far)):
        disc = follow_disc(turned.image, before, size_error_px, np.array(before[:2]))
        if disc is None:
            return None
        found.append(disc)
    faces = _faces(
        turned.image,
        np.array([disc[:4] for disc in found]),
        pair.colour,
        np.array([turned.inside(disc) for disc in found]),
    )
    return _seen(Pair(turned.back(found[0]), turned.back(found[1]), 0.0, pair.colour), faces, image_rgb.shape)


class _Faces(NamedTuple):
    """What is seen of N ellipses.

    Attributes:
        colour: (N, 3) usual one of the face.
        one_colour: (N,) share of the face that has it.
        rim: (N,) share of the rim that parts it from another colour; 0 where too little is in the picture.
    """

    colour: Floats
    one_colour: Floats
    rim: Floats

    @property
    def score(self) -> Floats:
        """(N,) how clearly each is seen, 0 to 1."""
        return np.minimum(self.one_colour, self.rim)


def _faces(
    image_rgb: Image,
    ellipses: Floats,
    colour: Floats | None = None,
    inside: NDArray[np.bool_] | None = None,
) -> _Faces:
    """Look at the colours on ellipses and about their rims.

    Args:
        image_rgb: (H, W, 3) image.
        ellipses: (N, 4) x, y, half width and half height.
        colour: (3,) the plates', where it is known: most of a plate may be hidden.
        inside: (N, K) which parts of the rims are in the picture, where that is not the image.
    """
    at = ellipses[:, None, None, :2] + _LOOKED_AT[:, None, None] * _AROUND_RIM * ellipses[:, None, None, 2:4]
    highest = np.array(image_rgb.shape[1::-1]) - 1
    if inside is None:
        inside = np.asarray(((at[:, 1] >= 0) & (at[:, 1] <= highest)).all(axis=-1))
    x, y = np.moveaxis(np.clip(np.rint(at), 0, highest).astype(np.intp), -1, 0)
    seen = image_rgb[y, x].astype(np.float32)
    if colour is None:
        colours = np.median(seen[:, 2:].reshape(len(ellipses), -1, 3), axis=1).astype(np.float64)
    else:
        colours = np.broadcast_to(colour, (len(ellipses), 3))
    off = np.abs(seen - colours[:, None, None]).max(axis=-1)
    parted = (off[:, 0] < FACE_SHADES) & (off[:, 1] > np.maximum(_OTHER, _NOISE * off[:, 0]))
    parts = inside.sum(axis=1)
    faces = ((off[:, 2:] < FACE_SHADES) & inside[:, None]).sum(axis=(1, 2)) / np.maximum(parts * len(FACE), 1)
    rims = (parted & inside).sum(axis=1) / np.maximum(parts, 1)
    return _Faces(colours, faces, np.where(parts >= _LEAST_INSIDE * inside.shape[1], rims, 0.0))


def _seen(pair: Pair, faces: _Faces, shape: tuple[int, ...]) -> Pair:
    """Return how clearly two ellipses are seen as a pair of plates."""
    ellipses = np.array([pair.near[:4], pair.far[:4]])
    bar = _bar(ellipses[0], ellipses[1], shape)
    length = float(np.linalg.norm(bar))
    middle = (np.array([shape[1], shape[0]]) - 1.0) / 2.0
    rays = np.column_stack([ellipses[:, :2] - middle, np.full(2, FOCAL * max(shape[:2]))])
    narrow = np.abs(rays @ bar) / (length * np.linalg.norm(rays, axis=1))
    unlike = np.abs(ellipses[:, 2] / ellipses[:, 3] - narrow).sum()
    too_long = 0.02 * max(0.0, length - _USUAL_LENGTHS[1]) + 0.1 * max(0.0, _USUAL_LENGTHS[0] - length)
    near, far = (one._replace(share=share) for one, share in zip(pair[:2], faces.score.tolist(), strict=True))
    score = (
        float(faces.score.sum() - unlike) - too_long if near.half_width < _WIDEST * near.half_height else 0.0
    )
    return Pair(near, far, score, pair.colour)


def _bar(near: Floats, far: Floats, shape: tuple[int, ...]) -> Floats:
    """Return (3,) the way from plate to plate in radii: right, down and away from the camera.

    A plate's size tells how far away it is, with the usual focal length.

    Args:
        near: (4,) x, y, half width and half height in pixels.
        far: (4,) of the far one.
        shape: Of the picture.
    """
    middle = (np.array([shape[1], shape[0]]) - 1.0) / 2.0
    focal_px = FOCAL * max(shape[:2])
    across = (far[:2] - middle) / far[3] - (near[:2] - middle) / near[3]
    return np.array([*across, focal_px / far[3] - focal_px / near[3]])
