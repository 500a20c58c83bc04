"""A plate on the bar, found as a circle in the picture and followed from frame to frame.

Seen from the side the plate over the hips hides them, but its centre is the end of the bar that lies on them.
Obliquely the circle is seen as an ellipse, upright and narrower.

Edges vote for the centre of a circle along their own direction (Ballard, "Generalizing the Hough transform to
detect arbitrary shapes", Pattern Recognition 13, 1981), in the colour channel in which they are strongest: a
plate may have any colour. The ellipse is then laid through the edges that vote for it by least squares, so
hands or a leg over part of the rim only take edges away.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.poses.pose import HIPS, SHOULDERS, Floats, Image, Landmark, trunk_px

NO_DISC: Floats = np.full(6, np.nan)
"""What is given out where no plate is seen."""
RADII = 0.26, 1.2
"""Least and largest half height, of the trunk's length. A plate of 28 cm on the near end of the bar has 0.33
trunks, one of 45 cm up to 0.8 where the camera is close; of hips that it hides, the trunk seems shorter by up
to a third."""
ASPECTS = 1.0, 0.87, 0.74
"""Width over height of the ellipses that are looked for: from the side, 30 and 42 deg off it."""

_AROUND = 2.0  # trunk lengths about the hips in which plates are looked for
_LOOKED_PX = 46  # length of the trunk in the picture that is looked through
_LEAST_LOOKED_PX = 9.0  # half height of the smallest ellipse of `discs_about`
_FOLLOWED_PX = 30  # half height of the plate in the picture in which it is followed
_SEARCH = 0.5  # of the half height: how far off the expected place a plate is followed
_STRONG = 50.0  # Sobel, grey levels: weaker edges are noise
_MOST_EDGES = 3000
_LEAST_INSIDE = 0.5  # of the rim, in the picture: less is no circle
_SQUARE = 0.92  # cosine between an edge's direction and the ellipse's at most 23 deg
_BINS = 48  # of the rim
_MIDDLES = (np.arange(_BINS) + 0.5) * 2 * np.pi / _BINS
_RIM_COS, _RIM_SIN = np.cos(_MIDDLES), np.sin(_MIDDLES)
RIM = np.stack([_RIM_COS, _RIM_SIN], axis=-1)
"""(K, 2) places all around a circle of radius 1."""
_FOUND, _KEPT, _CLEAR = (
    0.3,
    0.15,
    0.4,
)  # share of the rim that is seen: newly found, followed, of a known size
_OUTER = 0.6  # of the best share: a circle outside of others with so much is the rim
_CANDIDATES = 5
_OFF = 1.1  # trunk lengths: how far from the hips a plate is found
_DOUBTFUL, _PROBATION_S = 0.28, 0.5  # what shows less over such a time is no plate
_LATER_S = 1.5  # then it is looked for again so much later
_GONE_S = 0.8  # a plate that is not seen for longer is looked for anew
_FEWEST = 8  # edges
_RIM = 1.0  # an edge lies on the rim, pixels
_BESIDE = -4.0, -2.5, 2.5, 4.0  # from the rim: where there are as many edges there is no rim, but clutter
_SIZE_PRIOR_PX, _LEAST_ERROR_PX = 0.4, 0.3
_KNOWN_PRIOR_PX = 0.15  # once the size is known
_SIZES, _ENOUGH = 60, 12  # clear pictures of which the size is the median, and fewest of them
_LOOK_EVERY_S = 0.7
_COVERS, _COVERS_SURELY = 0.4, 0.45
"""Half height over the trunk, and share of the rim, from which on a plate hides what is behind it. No circle
that was found on 133 clips without such plates had both and one colour; plates of 38 and 45 cm have."""
FACE = np.array([0.72, 0.8, 0.88])  # of the radius: between the hub's lettering and the rim
FACE_SHADES, _FACE_SHARE = 32.0, 0.5  # grey levels off the usual colour, and how much of the face is within
RIM_SHARE = 1.05
"""Of the radii: so near to its rim, too, what is seen may be the plate's."""
_STEEP, _KNEELS = 0.85, 0.4  # of the trunk's length
_KNEES = [Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE]
_SAME = 0.25  # of the half height: circles about the same place


class Disc(NamedTuple):
    """An upright ellipse in a picture, pixels, and which share of its rim is seen."""

    x: float
    y: float
    half_width: float
    half_height: float
    error: float
    share: float


class PlateWatch:
    """Looks for a plate now and then, and follows the one found through the pictures that follow."""

    def __init__(self) -> None:
        self._disc: Disc | None = None
        self._speed = np.zeros(2)  # pixels a second
        self._seen_s = self._looked_s = float("-inf")
        self._looks, self._sized, self._share = 0, False, _CLEAR
        self._sizes: deque[Floats] = deque(maxlen=_SIZES)
        self._covering = False

    def covering(self, image_rgb: Image, image_px: Floats) -> Disc | None:
        """Return the plate that `update` found in this picture, if it surely hides the person's hips.

        It is large, of one colour all around, its rim was clear once, and the person was not on hands and
        knees or feet: the round hips of somebody in black shorts are no plate.

        Args:
            image_rgb: (H, W, 3) the image.
            image_px: (33, 2) the person's landmarks, of this picture or of the one before.
        """
        disc = self._disc
        if disc is None:
            self._covering = False
            return None
        if not self._covering:
            large = disc.half_height > _COVERS * trunk_px(image_px)
            clear = disc.share >= _COVERS_SURELY and _one_colour(image_rgb, disc)
            self._covering = large and clear and lies_on_the_back(image_px, trunk_px(image_px))
        return disc if self._covering else None

    def update(self, image_rgb: Image, image_px: Floats, time_s: float) -> Floats:
        """Find the plate in the next picture.

        Args:
            image_rgb: (H, W, 3) image.
            image_px: (33, 2) the person's landmarks in its pixels, of this picture or the one before; NaN
                where nobody is.
            time_s: When it was taken.

        Returns:
            (6,) centre x and y, half width, half height, and the standard error of the centre, in pixels, and
            the share of the rim that is seen; all NaN where none is.
        """
        if self._disc is not None and time_s - self._seen_s > _GONE_S:
            self._disc = None
        if time_s - self._looked_s >= _LOOK_EVERY_S and trunk_px(image_px) > 0.0:
            self._looked_s = time_s
            self._look(image_rgb, image_px, time_s)
        if self._disc is None:
            return NO_DISC
        passed_s = time_s - self._seen_s
        expected = np.array(self._disc[:2]) + self._speed * min(passed_s, 0.2)
        disc = follow_disc(image_rgb, *self._known(self._disc), expected)
        if disc is None or disc.share < _KEPT or not _right_size(disc, image_px):
            return NO_DISC
        if passed_s > 0.0:
            self._speed += 0.7 * ((np.array(disc[:2]) - self._disc[:2]) / passed_s - self._speed)
        if disc.share >= _CLEAR:
            self._sized = True
            self._sizes.append(np.array(disc[2:4]))
        if self._sized and disc.share < _CLEAR:  # its size is not seen well now
            disc = disc._replace(half_width=self._disc.half_width, half_height=self._disc.half_height)
        self._disc, self._seen_s = disc, time_s
        self._share += min(passed_s / _PROBATION_S, 1.0) * (disc.share - self._share)
        if self._share < _DOUBTFUL:
            self._disc, self._looked_s = None, time_s + _LATER_S
        return np.array(disc)

    def _look(self, image_rgb: Image, image_px: Floats, time_s: float) -> None:
        """Look for a plate; take it where none is followed, or where it is seen clearly better."""
        aspect = ASPECTS[self._looks % len(ASPECTS)]
        self._looks += 1
        found = find_disc(image_rgb, image_px, aspect)
        if found is not None and self._disc is not None:  # seen like the one that is followed
            found = follow_disc(image_rgb, found, _SIZE_PRIOR_PX, np.array(found[:2]))
        if found is not None and (self._disc is None or _better(found, self._disc)):
            if self._disc is None or _off(found, self._disc) > _SAME:
                self._covering = False
            self._disc, self._seen_s, self._speed = found, time_s, np.zeros(2)
            self._sized, self._share = False, _CLEAR
            self._sizes.clear()

    def _known(self, disc: Disc) -> tuple[Disc, float]:
        """Return a plate with the size that it has on the whole, and how far it may be off.

        A plate keeps its size: the edge of a bench or a shadow beside the rim must not make it grow.
        """
        if len(self._sizes) < _ENOUGH:
            return disc, _SIZE_PRIOR_PX
        width, height = np.median(self._sizes, axis=0).tolist()
        return disc._replace(half_width=width, half_height=height), _KNOWN_PRIOR_PX


def find_disc(image_rgb: Image, image_px: Floats, aspect: float) -> Disc | None:
    """Look for a plate about the hips.

    Args:
        image_rgb: (H, W, 3) image.
        image_px: (33, 2) the person's landmarks in its pixels.
        aspect: Width over height of the ellipse.
    """
    hips, trunk = image_px[HIPS].mean(axis=0), trunk_px(image_px)
    if not trunk >= _LOOKED_PX / 4:  # nobody, or the body is seen along
        return None
    scale = np.array([1.0 / aspect, 1.0]) * _LOOKED_PX / trunk
    edges = _edges(image_rgb, hips, np.full(2, _AROUND * trunk), scale, thin=True)
    if edges is None:
        return None
    radii = np.arange(RADII[0] * _LOOKED_PX, RADII[1] * _LOOKED_PX + 1.0, 2.0)
    found = _discs(edges, radii, _CANDIDATES)
    near = [disc for disc in found if by_the_hips(disc, image_px)]
    seen = [disc for disc in near if disc.share >= _FOUND]
    # Of two plates the nearer one is the larger one.
    return max(seen, key=lambda disc: disc.share * np.sqrt(disc.half_height), default=None)


def by_the_hips(disc: Disc, image_px: Floats) -> bool:
    """Whether a circle is so near to the hips of (33, 2) landmarks that it may be a plate on their bar."""
    off = np.array(disc[:2]) - image_px[HIPS].mean(axis=0)
    return float(np.hypot(*off)) < _OFF * trunk_px(image_px)


def lies_on_the_back(image_px: Floats, trunk: float) -> bool:
    """Whether the trunk is nearer to level than to upright and no knee far below the hips, as far as seen.

    Args:
        image_px: (33, 2) the person's landmarks.
        trunk: Length of the trunk, pixels.
    """
    hips = image_px[HIPS].mean(axis=0)
    steep = abs(hips[1] - image_px[SHOULDERS, 1].mean()) > _STEEP * trunk
    kneels = (image_px[_KNEES, 1] - hips[1] > _KNEELS * trunk).any()
    return not (steep or kneels)


def _discs(edges: _Edges, radii: Floats, count: int) -> list[Disc]:
    """Return the ellipses with the most edges, one a place, in the picture."""
    votes = np.stack([edges.votes(np.array([radius])) / radius for radius in radii])
    found = []
    for _ in range(count):
        _, y, x = np.unravel_index(int(np.argmax(votes)), votes.shape)
        found.append(edges.in_image(_rim(edges, float(x), float(y), radii)))
        votes[:, max(0, y - 4) : y + 5, max(0, x - 4) : x + 5] = 0.0
    return found


def discs_about(
    image_rgb: Image, middle: Floats, half_px: Floats, sizes: tuple[float, float, float], count: int
) -> list[Disc]:
    """Look for upright ellipses about a place.

    Args:
        image_rgb: (H, W, 3) image.
        middle: (2,) the place.
        half_px: (2,) how far to each side.
        sizes: Width over height of the ellipses, and their least and largest half height.
        count: How many at most.
    """
    aspect, least, most = sizes
    scale = np.array([1.0 / aspect, 1.0]) * _LEAST_LOOKED_PX / least
    edges = _edges(image_rgb, middle, half_px, scale, thin=True)
    if edges is None:
        return []
    return _discs(edges, np.arange(_LEAST_LOOKED_PX, most * scale[1] + 1.0, 2.0), count)


def _better(found: Disc, followed: Disc) -> bool:
    """Whether another circle is the plate's: it is clearer, or the rim about the ring that is followed."""
    larger = min(found.half_height / followed.half_height, found.half_width / followed.half_width)
    if _off(found, followed) < _SAME and larger > 1.12:
        return found.share > _OUTER * followed.share
    return found.share > followed.share + 0.15


def _off(found: Disc, followed: Disc) -> float:
    """Return how far a circle is from another, of whose half height."""
    return float(np.hypot(found.x - followed.x, found.y - followed.y)) / followed.half_height


def _right_size(disc: Disc, image_px: Floats) -> bool:
    """Whether a plate is as large as plates are; true where the trunk is not seen."""
    share = disc.half_height / trunk_px(image_px)
    return not (share < 0.85 * RADII[0] or share > 1.2 * RADII[1])


def _one_colour(image_rgb: Image, disc: Disc) -> bool:
    """Whether a disc has about one colour all around, as plates have and bodies before a wall have not."""
    at = np.rint(np.array(disc[:2]) + (FACE[:, None, None] * RIM).reshape(-1, 2) * disc[2:4])
    at = at[((at >= 0) & (at < image_rgb.shape[1::-1])).all(axis=1)].astype(np.intp)
    if len(at) < _FEWEST:
        return False
    colours = image_rgb[at[:, 1], at[:, 0]].astype(np.float64)
    off = np.abs(colours - np.median(colours, axis=0)).max(axis=1)
    return bool((off < FACE_SHADES).mean() >= _FACE_SHARE)


class _Edges(NamedTuple):
    """The strong edges of a part of a picture that was scaled: places and directions, (N,) each.

    Attributes:
        size: Height and width of the scaled part.
        scale: (2,) its pixels over those of the picture.
        low: (2,) the part's first pixel in the picture.
    """

    x: Floats
    y: Floats
    across: Floats
    down: Floats
    size: tuple[int, int]
    scale: Floats
    low: Floats

    def in_image(self, disc: Disc) -> Disc:
        """Return an ellipse of the scaled part in the picture."""
        x, y = (np.array(disc[:2]) + 0.5) / self.scale - 0.5 + self.low
        width, height = np.array(disc[2:4]) / self.scale
        return Disc(x, y, width, height, disc.error / self.scale[1], disc.share)

    def place(self, px: Floats) -> Floats:
        """Return a place of the picture in the scaled part."""
        scaled: Floats = (px - self.low + 0.5) * self.scale - 0.5
        return scaled

    def votes(self, radii: Floats) -> NDArray[np.float32]:
        """Return (H, W) how many edges have their centre at a place, for circles of some radii."""
        height, width = self.size
        votes = np.zeros(height * width)
        for radius in (*radii, *-radii):
            x = np.rint(self.x + radius * self.across).astype(np.intp)
            y = np.rint(self.y + radius * self.down).astype(np.intp)
            inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
            votes += np.bincount(y[inside] * width + x[inside], minlength=height * width)
        blurred = cv2.GaussianBlur(votes.reshape(height, width).astype(np.float32), (5, 5), 1.2)
        return np.asarray(blurred, dtype=np.float32)


def _edges(
    image_rgb: Image, centre: Floats, half: Floats, scale: Floats, *, thin: bool = False
) -> _Edges | None:
    """Return the edges about a place, scaled; None where hardly anything of it is in the picture.

    Args:
        image_rgb: (H, W, 3) image.
        centre: (2,) the place.
        half: (2,) how far to each side.
        scale: (2,) by which the part is scaled.
        thin: Whether only the middle of each edge counts, so that strong edges leave room for weak ones.
    """
    size = np.array(image_rgb.shape[1::-1])
    low = np.clip(centre - half, 0, size).astype(int)
    high = np.clip(centre + half, 0, size).astype(int)
    if min((high - low) * scale) < _FOLLOWED_PX / 2:
        return None
    wanted = np.rint((high - low) * scale).astype(int)
    way = cv2.INTER_AREA if scale[1] < 1.0 else cv2.INTER_LINEAR
    small = cv2.resize(image_rgb[low[1] : high[1], low[0] : high[0]], wanted.tolist(), interpolation=way)
    across, down, strength = strongest_edges(small)
    if thin:
        strength = np.where(_in_the_middle(strength, across, down), strength, 0.0)
    least = _STRONG
    if strength.size > _MOST_EDGES:
        least = max(least, float(np.partition(strength.ravel(), -_MOST_EDGES)[-_MOST_EDGES]))
    y, x = np.nonzero(strength >= least)
    along, aside = (one[y, x].astype(np.float64) / strength[y, x] for one in (across, down))
    places = x.astype(np.float64), y.astype(np.float64)
    return _Edges(*places, along, aside, strength.shape, wanted / (high - low), low)


def strongest_edges(
    image_rgb: Image,
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return (H, W) the edges across, down, and their strength, in the channel in which it is greatest."""
    smooth = cv2.GaussianBlur(image_rgb, (3, 3), 0.7)
    across, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    channel = (across**2 + down**2).argmax(axis=2)[..., None]
    across, down = (np.take_along_axis(one, channel, axis=2)[..., 0] for one in (across, down))
    return across, down, np.hypot(across, down)


def _in_the_middle(
    strength: NDArray[np.float32], across: NDArray[np.float32], down: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """Return where an edge is no weaker than its two neighbours along its own direction (Canny 1986)."""
    around = np.pad(strength, 1)
    height, width = strength.shape
    way = np.rint(np.arctan2(down, across) / (np.pi / 4)).astype(np.intp) % 4
    middle = np.zeros(strength.shape, dtype=np.bool_)
    for direction, (dx, dy) in enumerate(((1, 0), (1, 1), (0, 1), (-1, 1))):
        ahead = around[1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width]
        behind = around[1 - dy : 1 - dy + height, 1 - dx : 1 - dx + width]
        middle |= (way == direction) & (strength >= ahead) & (strength >= behind)
    return middle


def _rim(edges: _Edges, x: float, y: float, radii: Floats) -> Disc:
    """Return the outermost circle about a place of which much is seen."""
    around = _Around.of(edges, np.array([x, y, 1.0, 1.0]))
    seen = [around.share(radius) for radius in radii]
    best = max(seen)
    outer = max(i for i, share in enumerate(seen) if share >= _OUTER * best)
    return Disc(x, y, float(radii[outer]), float(radii[outer]), 1.5, seen[outer])


class _Around(NamedTuple):
    """Edges seen from the centre of an ellipse: which way they lie and their place, for those square to it.

    Attributes:
        cos: x of the direction, in the ellipse's own widths.
        sin: y of it.
        normal: (N, 2) direction away from the ellipse.
        off: How far outside of the ellipse, pixels.
        bins: Which part of the rim.
        ellipse: Its x, y, half width and half height.
        size: Height and width of the picture's part that was looked through.
    """

    cos: Floats
    sin: Floats
    normal: Floats
    off: Floats
    bins: NDArray[np.intp]
    ellipse: Floats
    size: tuple[int, int]

    @classmethod
    def of(cls, edges: _Edges, ellipse: Floats) -> _Around:
        """Look at edges from the centre of an ellipse (x, y, half width, half height)."""
        off = np.stack([edges.x - ellipse[0], edges.y - ellipse[1]]) / ellipse[2:, None]
        away = np.maximum(np.hypot(*off), 1e-3)
        cos, sin = off / away
        normal = np.stack([cos, sin]) / ellipse[2:, None]
        length = np.hypot(*normal) + 1e-9
        normal /= length
        square = np.abs(edges.across * normal[0] + edges.down * normal[1]) > _SQUARE
        bins = ((np.arctan2(sin, cos) / (2 * np.pi) + 0.5) * _BINS).astype(np.intp) % _BINS
        off_px = ((away - 1.0) / length)[square]
        square_to = cos[square], sin[square], normal.T[square], off_px, bins[square]
        return cls(*square_to, ellipse, edges.size)

    def share(self, at: float = 0.0) -> float:
        """Return the share of the rim that is seen, less what clutter beside the rim shows.

        Of a rim that leaves the picture only what is inside counts.
        """
        seen = [self._seen(at + beside) for beside in (0.0, *_BESIDE)]
        inside = self._inside(at)
        return 0.0 if inside < _LEAST_INSIDE else (seen[0] - sum(seen[1:]) / len(_BESIDE)) / inside

    def _inside(self, at: float) -> float:
        """Return the share of the rim that lies in the picture."""
        x = self.ellipse[0] + (self.ellipse[2] + at) * _RIM_COS
        y = self.ellipse[1] + (self.ellipse[3] + at) * _RIM_SIN
        height, width = self.size
        return float(((x >= 0) & (y >= 0) & (x < width) & (y < height)).mean())

    def _seen(self, at: float) -> float:
        return np.count_nonzero(np.bincount(self.bins[np.abs(self.off - at) <= _RIM])) / _BINS


def follow_disc(image_rgb: Image, before: Disc, size_error_px: float, expected: Floats) -> Disc | None:
    """Find a plate again about an expected place; its size is known to some error."""
    half = np.array([before.half_width, before.half_height])
    scale = _FOLLOWED_PX / half
    edges = _edges(image_rgb, expected, (1.0 + _SEARCH) * half, scale)
    if edges is None:
        return None
    votes = edges.votes(_FOLLOWED_PX * np.array([0.96, 1.0, 1.04]))
    guess = edges.place(expected)
    rows, columns = np.arange(edges.size[0])[:, None], np.arange(edges.size[1])
    far = ((columns - guess[0]) ** 2 + (rows - guess[1]) ** 2) / (0.4 * _FOLLOWED_PX) ** 2
    y, x = np.unravel_index(int(np.argmax(votes * np.exp(-far / 2))), votes.shape)
    fitted = _fitted(edges, np.array([x, y, *(half * edges.scale)], dtype=np.float64), size_error_px)
    return None if fitted is None else edges.in_image(fitted)


def _fitted(edges: _Edges, start: Floats, size_error_px: float) -> Disc | None:
    """Lay an upright ellipse through the edges along it; its size stays near that of `start`."""
    ellipse = start.copy()
    for tolerance in (3.0, 2.0, 1.5):
        around = _Around.of(edges, ellipse)
        on = np.abs(around.off) < tolerance
        if on.sum() < _FEWEST:
            return None
        off, normal = around.off[on], around.normal[on]
        weight = 1.0 / np.bincount(around.bins[on])[around.bins[on]]  # each part of the rim counts once
        jacobian = np.column_stack([normal, normal[:, 0] * around.cos[on], normal[:, 1] * around.sin[on]])
        spread = max(float(np.sqrt(np.average(off**2, weights=weight))), 0.5)
        prior = np.diag([0.0, 0.0, 1.0, 1.0]) * (spread / size_error_px) ** 2
        information = jacobian.T @ (weight[:, None] * jacobian) + prior + 1e-6 * np.eye(4)
        step = jacobian.T @ (weight * off) - prior @ (ellipse - start)
        ellipse = ellipse + np.linalg.solve(information, step)
    covariance = spread**2 * np.linalg.inv(information)
    error = float(np.hypot(_LEAST_ERROR_PX, np.sqrt(max(covariance[0, 0], covariance[1, 1]))))
    x, y, width, height = ellipse.tolist()
    return Disc(x, y, width, height, error, _Around.of(edges, ellipse).share())


def hidden_by(disc: Disc, px: Floats) -> NDArray[np.bool_]:
    """Return (...) which of (..., 2) places lie on a plate or its rim."""
    off = (px - np.array(disc[:2])) / np.array(disc[2:4])
    hidden: NDArray[np.bool_] = np.hypot(off[..., 0], off[..., 1]) <= RIM_SHARE
    return hidden
