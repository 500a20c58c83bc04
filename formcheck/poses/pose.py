"""One person in one frame, or over a stretch of frames.

Also what a camera observation holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

ROLL, ROLL_ERROR, ZOOM, TURN, SHIFT_X, SHIFT_Y, SCENE = range(7)
COLUMNS = 7
Floats = NDArray[np.float64]
Image = NDArray[np.uint8]
Mask = NDArray[np.float32]

EDGE_STATIONS = np.linspace(-0.10, 1.18, 33)
"""Where the outline is sampled, as fractions of the chord from mid-shoulder (0) to mid-hip (1)."""


class Landmark(IntEnum):
    """The 33 points of the BlazePose body model. Left and right are the subject's own."""

    NOSE = 0
    LEFT_EYE_INNER = 1
    LEFT_EYE = 2
    LEFT_EYE_OUTER = 3
    RIGHT_EYE_INNER = 4
    RIGHT_EYE = 5
    RIGHT_EYE_OUTER = 6
    LEFT_EAR = 7
    RIGHT_EAR = 8
    MOUTH_LEFT = 9
    MOUTH_RIGHT = 10
    LEFT_SHOULDER = 11
    RIGHT_SHOULDER = 12
    LEFT_ELBOW = 13
    RIGHT_ELBOW = 14
    LEFT_WRIST = 15
    RIGHT_WRIST = 16
    LEFT_PINKY = 17
    RIGHT_PINKY = 18
    LEFT_INDEX = 19
    RIGHT_INDEX = 20
    LEFT_THUMB = 21
    RIGHT_THUMB = 22
    LEFT_HIP = 23
    RIGHT_HIP = 24
    LEFT_KNEE = 25
    RIGHT_KNEE = 26
    LEFT_ANKLE = 27
    RIGHT_ANKLE = 28
    LEFT_HEEL = 29
    RIGHT_HEEL = 30
    LEFT_FOOT_INDEX = 31
    RIGHT_FOOT_INDEX = 32


SHOULDERS = [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]
HIPS = [Landmark.LEFT_HIP, Landmark.RIGHT_HIP]
TRUNK = [*SHOULDERS, *HIPS]


def trunk_px(image_px: Floats) -> float:
    """Return the distance from mid-shoulder to mid-hip of (33, 2) landmarks, or NaN."""
    return float(np.hypot(*(image_px[SHOULDERS].mean(axis=0) - image_px[HIPS].mean(axis=0))))


class Side(str, Enum):
    """A side of the subject's own body."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def other(self) -> Side:
        """The opposite side."""
        return Side.RIGHT if self is Side.LEFT else Side.LEFT

    @property
    def offset(self) -> int:
        """What to add to a left landmark's index to get this side's."""
        return 0 if self is Side.LEFT else 1


class View(str, Enum):
    """Where the camera stands, seen from the person's trunk.

    For a body on all fours `foot-end` is the rear view and `head-end` the front view.
    """

    SIDE = "side"
    OBLIQUE_FOOT = "oblique-foot"
    OBLIQUE_HEAD = "oblique-head"
    FOOT_END = "foot-end"
    HEAD_END = "head-end"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Pose:
    """One person at one time.

    Attributes:
        time_s: Presentation time of the frame.
        image_px: (33, 2) landmarks in pixels of the unmirrored image, x right, y down. NaN where nobody is.
        visibility: (33,) the model's own guess, 0 to 1. Not proof that a joint is seen.
        world_m: (33, 3) the model's metric guess, origin mid-hip, or None.
        edges_px: (2, 33, 2) outline of the silhouette on both sides of the chord from mid-shoulder to
            mid-hip, at `EDGE_STATIONS`; side 0 is the one the image-clockwise normal (-dy, dx) points to.
            NaN where the outline was not found, or None without a silhouette.
        mask_at: (33,) silhouette value under each landmark, 0 to 1, or None without a silhouette.
        people: How many people the last look for others found, or 0 where none was made.
        camera: (7,) what the background says of the camera, see `formcheck.vision.camera_watch`, or None
            where it was not looked at.
        levelled: (2,) camera roll in degrees that was taken out of the points, and its uncertainty; None
            where they are as filmed.
        bar_px: (2, 2) ends of a bar held across the body, as far as it was seen, the left one of the image
            first; NaN where none was found, or None where it was not looked for.
        plate_px: (3,) centre and radius of a plate over the hips at the last look; as filmed; NaN where
            there was none, or None where it was not looked for.
        disc_px: (6,) the plate followed through the pictures: centre x and y, half width and half height of
            the ellipse, standard error of the centre, and the share of its rim that is seen
            (`formcheck.vision.plate`); NaN where none was, or None where it was not looked for.
        shin_px: (2, 2) lower and upper end of the planted shin where it was seen below that plate; NaN or
            None where it was not.
        behind_px: (4, 2) left hip, right hip, left ankle and right ankle of somebody seen from behind, as
            followed by their motion (`formcheck.vision.rear_legs`); NaN or None where they were not followed.
        turn_deg: How far the seat of somebody followed from behind has turned in the picture since a leg left
            the floor, + = that leg's side up; NaN or None where it is not known.
    """

    time_s: float
    image_px: Floats
    visibility: Floats
    world_m: Floats | None = None
    edges_px: Floats | None = None
    mask_at: Floats | None = None
    people: int = 0
    camera: Floats | None = None
    levelled: Floats | None = None
    bar_px: Floats | None = None
    plate_px: Floats | None = None
    disc_px: Floats | None = None
    shin_px: Floats | None = None
    behind_px: Floats | None = None
    turn_deg: float | None = None

    @property
    def found(self) -> bool:
        """Whether a person was found."""
        return bool(np.isfinite(self.image_px[Landmark.LEFT_HIP, 0]))

    @classmethod
    def nobody(cls, time_s: float) -> Pose:
        """A frame without a person."""
        return cls(time_s, np.full((33, 2), np.nan), np.zeros(33))


class Rolled(NamedTuple):
    """A roll in degrees, + = the camera clockwise, and its standard uncertainty."""

    deg: float
    uncertainty_deg: float
