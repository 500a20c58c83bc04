"""The plates on the bar, near and far, and pictures without them for the pose model.

A large plate before the hips takes the model in: it puts hips, knees or a whole person onto it. Painted over
with what is around it, most of what is beside it is found where it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from formcheck.poses.pose import HIPS, SHOULDERS, Floats, Image, Landmark, trunk_px
from formcheck.poses.viewpoint import PLATE_CLEAR, PLATE_ROUND
from formcheck.vision.barbell import NO_BAR, find_bar
from formcheck.vision.far_plate import NO_CENTRE, FarPlateWatch
from formcheck.vision.masking import without_discs
from formcheck.vision.plate import NO_DISC, Disc, PlateWatch, by_the_hips, hidden_by
from formcheck.vision.plate_pair import Pair, PlatePairWatch

_ANYBODY = 0.3  # of the shorter side: trunk of somebody who lies in the middle of the picture
_ASIDE_S = 2.0  # for which one that was so clear and round counts


class Plates:
    """Follows the plates of one scene.

    Attributes:
        disc: (6,) the near plate in the last picture, as `PlateWatch.update` gives it.
        far_px: (1, 2) centre of the far one, or NaN.
        pair: Both, where they are seen obliquely.
        covering: What of the person is surely hidden by: the near plate and, where it was seen, the far one.
    """

    def __init__(self) -> None:
        self.disc, self.far_px = NO_DISC, NO_CENTRE
        self.pair: Pair | None = None
        self.covering: Sequence[Disc] = ()
        self._both = PlatePairWatch()
        self._round_s = float("-inf")  # when a plate was seen that shows that the camera stands aside
        self._near, self._far = PlateWatch(), FarPlateWatch()
        self._guessed = False  # what is followed was looked for where nobody was found

    def update(self, image_rgb: Image, image_px: Floats, time_s: float) -> None:
        """Look at the next picture, or once more at this one with landmarks that are known by now.

        Args:
            image_rgb: (H, W, 3) image.
            image_px: (33, 2) the person's landmarks, of this picture or of the one before; NaN where nobody
                was found: perhaps since a plate hides them.
            time_s: When it was taken.
        """
        found = trunk_px(image_px) > 0.0
        if found and self._guessed and not by_the_hips(Disc(*self.disc.tolist()), image_px):
            self._near, self._far = PlateWatch(), FarPlateWatch()
        self._guessed = not found
        image_px = image_px if found else _anybody(image_rgb.shape)
        both = self.pair is not None
        self.disc = NO_DISC if both else self._near.update(image_rgb, image_px, time_s)
        if _is_round(self.disc):
            self._round_s = time_s
        aside = not both and time_s - self._round_s < _ASIDE_S
        self.pair = None if aside else self._both.update(image_rgb, image_px, time_s)
        if self.pair is not None:
            self.disc, self.far_px = np.array(self.pair.near), np.array([self.pair.far[:2]])
            self.covering = ()
            return
        if both:
            self.disc = self._near.update(image_rgb, image_px, time_s)
        self.far_px = self._far.update(image_rgb, self.disc, time_s)
        near = self._near.covering(image_rgb, image_px)
        far = None if near is None else self._far.beside(near, time_s)
        self.covering = [one for one in (near, far) if one is not None]

    def bar_px(self, image_rgb: Image, image_px: Floats) -> Floats:
        """Return (2, 2) the bar in the picture that was looked at, as `barbell.find_bar` gives it.

        It is the line from plate to plate where both are followed. Among plates, pad and thighs other lines
        near the hands may be anything.

        Args:
            image_rgb: (H, W, 3) image.
            image_px: (33, 2) the person's landmarks in its pixels.
        """
        if self.pair is not None:
            return self.pair.ends_px
        return NO_BAR if self._both.follows else find_bar(image_rgb, image_px)

    def removed(self, image_rgb: Image) -> Image:
        """Return the image without the plates that hide the person."""
        return without_discs(image_rgb, self.covering) if self.covering else image_rgb

    def forget_hidden(self, px: Floats) -> Floats:
        """Return (..., 2) places, NaN where a plate hides what was there."""
        hidden = np.zeros(px.shape[:-1], dtype=np.bool_)
        for disc in self.covering:
            hidden |= hidden_by(disc, px)
        return np.where(hidden[..., None], np.nan, px)


def _is_round(disc: Floats) -> bool:
    """Whether a plate is so clear and round that it is seen from the side, and no pair is."""
    return bool(disc[5] >= PLATE_CLEAR and disc[2] > PLATE_ROUND * disc[3])


def _anybody(shape: tuple[int, ...]) -> Floats:
    """Return (33, 2) landmarks of somebody whose hips are in the middle of an image."""
    hips = np.array(shape[1::-1]) / 2
    px = np.full((len(Landmark), 2), np.nan)
    px[HIPS], px[SHOULDERS] = hips, hips - [_ANYBODY * min(shape[:2]), 0.0]
    return px
