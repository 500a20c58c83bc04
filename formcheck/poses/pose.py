"""One person in one frame, and the table of the optional arrays that poses and tracks have."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum, auto
from typing import Annotated, Generic, NamedTuple, TypeVar, get_type_hints

import numpy as np
from numpy.typing import NDArray

ROLL, ROLL_ERROR, ZOOM, TURN, SHIFT_X, SHIFT_Y, SCENE = range(7)
LOOK_EVERY_S = 0.5
"""How often the background is looked at, and at sudden changes besides."""
COLUMNS = 7
Floats = NDArray[np.float64]
Image = NDArray[np.uint8]
Mask = NDArray[np.float32]
Number = TypeVar("Number")

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


class Levelled(Enum):
    """What becomes of an array when the camera's roll is taken out."""

    UNCHANGED = auto()
    IMAGE = auto()
    """Its last axis is (x, y) in the image: turned about the middle of the image."""
    WORLD = auto()
    """Its last axis is (x, y, z) in metres: turned about the camera's axis."""


class Array:
    """What is known of an optional array.

    Args:
        shape: Its shape in one frame.
        levelled: What becomes of it when the camera's roll is taken out.
        smoothed: Whether it is smoothed as landmarks are; its shape is then (N, 2).
        live: Whether something reads it while the set runs.
    """

    def __init__(
        self,
        *shape: int,
        levelled: Levelled = Levelled.UNCHANGED,
        smoothed: bool = False,
        live: bool = True,
    ) -> None:
        self.shape, self.levelled, self.smoothed, self.live = shape, levelled, smoothed, live


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionalArrays(Generic[Number]):
    """What a pose or a track may have beside its landmarks: the one table of it.

    To add an array, add a line here and say what it holds: poses, tracks, journals, smoothing, levelling and
    the window of the running set then know it. Shapes are those of one frame. In a track T frames are
    stacked: (T, 33, 3), and (T,) for a single number. Values are 64-bit floats in memory and in journals, and
    32-bit floats in track files. NaN stands in frames that do not have what others have.

    Attributes:
        world_m: (33, 3) the model's metric guess of the landmarks, origin mid-hip.
        edges_px: (2, 33, 2) outline of the silhouette on both sides of the chord from mid-shoulder to
            mid-hip, at `EDGE_STATIONS`. Side 0 is the one the image-clockwise normal (-dy, dx) points to.
            NaN where the outline was not found.
        mask_at: (33,) silhouette value under each landmark, 0 to 1.
        camera: (7,) what the background says of the camera, see `formcheck.vision.camera_watch`.
        levelled: (2,) camera roll in degrees that was taken out of the points, and its uncertainty. Absent
            where the points are as filmed.
        bar_px: (2, 2) ends of a bar held across the body, as far as it was seen, the left one of the image
            first; the centres of both plates where they are seen obliquely. NaN where none was found.
        plate_px: (3,) centre and radius of a plate over the hips when it was last looked for, as filmed. NaN
            where there was none. Only in what older versions recorded.
        disc_px: (1, 2) centre of a plate that is followed through the pictures, see `formcheck.vision.plate`.
            NaN where it was not seen.
        rim: (4,) half width and half height of that plate's ellipse and the standard error of its centre, in
            pixels, and the share of its rim that is seen.
        shin_px: (2, 2) lower and upper end of the planted shin where it is seen below that plate.
        far_px: (1, 2) centre of the plate on the far end of the bar, see `formcheck.vision.far_plate` and
            `formcheck.vision.plate_pair`. NaN where it is hidden, and from the side in most frames, as it is
            looked for now and then there.
        behind_px: (4, 2) left hip, right hip, left ankle and right ankle of a person seen from behind, as
            followed by their motion (`formcheck.vision.rear_legs`). NaN where they were not followed.
        ahead: (2,) how far the picture of a person seen from the head end is from that at rest, and where,
            see `formcheck.vision.head_end`. NaN where nobody is watched from there.
        turn_deg: How far the seat of a person followed from behind has turned in the image since a leg left
            the floor, + = that leg's side up. NaN where it is not known.
    """

    world_m: Annotated[Floats | None, Array(33, 3, levelled=Levelled.WORLD)] = None
    edges_px: Annotated[Floats | None, Array(2, 33, 2, levelled=Levelled.IMAGE)] = None
    mask_at: Annotated[Floats | None, Array(33, live=False)] = None
    camera: Annotated[Floats | None, Array(COLUMNS)] = None
    levelled: Annotated[Floats | None, Array(2)] = None
    bar_px: Annotated[Floats | None, Array(2, 2, levelled=Levelled.IMAGE)] = None
    plate_px: Annotated[Floats | None, Array(3)] = None
    disc_px: Annotated[Floats | None, Array(1, 2, levelled=Levelled.IMAGE, smoothed=True)] = None
    rim: Annotated[Floats | None, Array(4)] = None
    shin_px: Annotated[Floats | None, Array(2, 2, levelled=Levelled.IMAGE, smoothed=True)] = None
    far_px: Annotated[Floats | None, Array(1, 2, levelled=Levelled.IMAGE)] = None
    behind_px: Annotated[Floats | None, Array(4, 2, levelled=Levelled.IMAGE, smoothed=True)] = None
    ahead: Annotated[Floats | None, Array(2, live=False)] = None
    turn_deg: Annotated[Number | None, Array()] = None


PEOPLE = "people"
"""A pose has it as a whole number, and 0 instead of nothing."""
_HINTS = get_type_hints(OptionalArrays, include_extras=True)
OPTIONAL: dict[str, Array] = {
    PEOPLE: Array(live=False),
    **{name: hint.__metadata__[0] for name, hint in _HINTS.items()},
}
"""The table by name. The last array is NaN where nothing was measured (`journal` needs one that is)."""
SHAPES: dict[str, tuple[int, ...]] = {
    "image_px": (33, 2),
    "visibility": (33,),
    **{name: array.shape for name, array in OPTIONAL.items()},
}
"""The shape in one frame of every array of a track but its times."""


@dataclass(frozen=True, slots=True, repr=False)
class Pose(OptionalArrays[float]):
    """One person at one time; the optional arrays are those of one frame.

    Attributes:
        time_s: Presentation time of the frame.
        image_px: (33, 2) landmarks in pixels of the unmirrored image, x right, y down. NaN where nobody is.
        visibility: (33,) the model's own guess, 0 to 1. Not proof that a joint is seen.
        people: How many people were found when they were last counted, or 0 if they were not counted.
    """

    time_s: float
    image_px: Floats
    visibility: Floats
    people: int = 0

    @property
    def found(self) -> bool:
        """Whether a person was found."""
        return bool(np.isfinite(self.image_px[Landmark.LEFT_HIP, 0]))

    def __repr__(self) -> str:
        return f"<Pose at {self.time_s:.3f} s: {'a person' if self.found else 'nobody'}>"

    @classmethod
    def nobody(cls, time_s: float) -> Pose:
        """A frame without a person."""
        return cls(time_s, np.full((33, 2), np.nan), np.zeros(33))


class Rolled(NamedTuple):
    """A roll in degrees, + = the camera clockwise, and its standard uncertainty."""

    deg: float
    uncertainty_deg: float
