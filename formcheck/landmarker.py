"""Landmarks of one person from images: the only place that imports MediaPipe.

MediaPipe calls home and writes to the terminal from C++; `formcheck._native` says how both are stopped.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from formcheck import silhouette as outline
from formcheck._native import Shield, quiet
from formcheck.errors import ModelError
from formcheck.pose import Floats, Landmark, Pose

Image = NDArray[np.uint8]

_SECOND_MIN_SIZE = 0.35  # of the largest person's box diagonal: less is a poster or somebody far away
_SECOND_MAX_OVERLAP = 0.5  # of the smaller box: more is the same body found twice
_TRUNK = [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER, Landmark.LEFT_HIP, Landmark.RIGHT_HIP]


class Landmarker(Protocol):
    """Finds one person's landmarks in images that follow each other."""

    def detect(self, image_rgb: Image, time_s: float) -> Pose:
        """Find the person in the next image.

        Args:
            image_rgb: (H, W, 3) unmirrored image.
            time_s: Its presentation time in seconds, later than the one before.
        """
        ...

    def close(self) -> None:
        """Free what the landmarker holds. May be called twice."""
        ...

    def __enter__(self) -> Landmarker: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class MediaPipeLandmarker:
    """The BlazePose model by way of MediaPipe Tasks, following one person through a video.

    Importing MediaPipe and loading the model take about a second. One object serves one video, from one
    thread at a time.

    Args:
        model: A pose landmarker bundle, as `formcheck.models.resolve` gives it.
        silhouette: Whether to fill `Pose.edges_px` and `Pose.mask_at` (about 10 % slower).
        people: Whether to look for other people now and then, and fill `Pose.people`.
        people_every_s: How often, in seconds of the video's time. A look costs two to three frames.
        verbose: Whether the lines MediaPipe's C++ code writes to stderr may reach the terminal.

    Raises:
        ModelError: The file is not a pose landmarker bundle.
    """

    def __init__(
        self,
        model: Path,
        *,
        silhouette: bool = True,
        people: bool = True,
        people_every_s: float = 2.0,
        verbose: bool = False,
    ) -> None:
        self._model = Path(model)
        self._silhouette = silhouette
        self._count_people = people
        self._people_every_s = people_every_s
        self._verbose = verbose
        self._last_ms = -1
        self._last_look_s: float | None = None
        self._people = 0
        self._quiet_detections = 0 if verbose else 2  # MediaPipe still complains when it first sees someone
        self._one: Any = None
        self._many: Any = None
        self._closed = False
        Shield.acquire()
        try:
            self._one = self._make("VIDEO", poses=1, silhouette=silhouette)
        except BaseException:
            self.close()
            raise

    def detect(self, image_rgb: Image, time_s: float) -> Pose:
        """Find the person in the next image of the video.

        MediaPipe wants whole milliseconds that strictly increase: a time that rounds to one already used
        is bumped by one for MediaPipe only, `Pose.time_s` stays exact.

        Args:
            image_rgb: (H, W, 3) unmirrored image.
            time_s: Its presentation time in seconds.

        Returns:
            Landmarks and outline in this image's pixels, or `Pose.nobody` (with `people` filled in).
        """
        if self._closed:
            raise ValueError("this landmarker is closed")
        self._last_ms = max(round(time_s * 1000), self._last_ms + 1)
        with quiet(self._quiet_detections > 0):
            result = self._one.detect_for_video(_mp_image(image_rgb), self._last_ms)
        if self._count_people and self._look_is_due(time_s):
            self._people, self._last_look_s = self.others(image_rgb), time_s
        if not result.pose_landmarks:
            nobody = Pose.nobody(time_s)
            return Pose(time_s, nobody.image_px, nobody.visibility, people=self._people)
        self._quiet_detections = max(0, self._quiet_detections - 1)
        image_px, visibility = _points(result.pose_landmarks[0], image_rgb)
        edges_px = mask_at = None
        if self._silhouette and result.segmentation_masks:
            mask = result.segmentation_masks[0].numpy_view()
            shoulders, hips = image_px[_TRUNK[:2]].mean(axis=0), image_px[_TRUNK[2:]].mean(axis=0)
            edges_px = outline.edges(mask, shoulders, hips)
            mask_at = outline.under(mask, image_px)
        world_m = np.array([(p.x, p.y, p.z) for p in result.pose_world_landmarks[0]])
        return Pose(time_s, image_px, visibility, world_m, edges_px, mask_at, self._people)

    def others(self, image_rgb: Image) -> int:
        """Count the people in one image, by a second detector that looks at the whole image afresh.

        Args:
            image_rgb: (H, W, 3) image.

        Returns:
            0 to 3. A body found twice, or one much smaller than the largest, is not counted.
        """
        with quiet(not self._verbose and (self._many is None or self._quiet_detections > 0)):
            if self._many is None:
                self._many = self._make("IMAGE", poses=3, silhouette=False)
            result = self._many.detect(_mp_image(image_rgb))
        return count_people([_points(points, image_rgb) for points in result.pose_landmarks])

    def close(self) -> None:
        """Close MediaPipe, which sends its usage log now, and only then lift the shield."""
        if self._closed:
            return
        self._closed = True
        try:
            for task in (self._one, self._many):
                if task is not None:
                    with quiet(not self._verbose):
                        task.close()
        finally:
            self._one = self._many = None
            Shield.release()

    def __enter__(self) -> MediaPipeLandmarker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _look_is_due(self, time_s: float) -> bool:
        return self._last_look_s is None or abs(time_s - self._last_look_s) >= self._people_every_s

    def _make(self, mode: str, *, poses: int, silhouette: bool) -> Any:
        if not self._model.is_file():
            raise ModelError(f"The pose model {self._model} does not exist; run `formcheck models`.")
        with quiet(not self._verbose):
            from mediapipe.tasks.python import BaseOptions, vision

            options = vision.PoseLandmarkerOptions(
                base_options=BaseOptions(model_asset_path=str(self._model)),
                running_mode=vision.RunningMode[mode],
                num_poses=poses,
                output_segmentation_masks=silhouette,
            )
            try:
                return vision.PoseLandmarker.create_from_options(options)
            except (RuntimeError, ValueError, OSError) as error:
                raise ModelError(
                    f"The pose model {self._model} cannot be loaded ({str(error).splitlines()[0]}); "
                    "remove it so that it is fetched again, or name another with --model."
                ) from error


def count_people(found: list[tuple[Floats, Floats]]) -> int:
    """Count the distinct people among several poses of one image.

    Args:
        found: For each pose (33, 2) landmarks in pixels and (33,) visibility.

    Returns:
        How many are seen well enough, are not much smaller than the largest, and stand clear of the larger
        ones: on all fours, seen from the end, one body is often found twice, box in box.
    """
    boxes = [
        np.concatenate([points.min(axis=0), points.max(axis=0)])
        for points, visibility in found
        if visibility[_TRUNK].mean() >= 0.5
    ]
    boxes.sort(key=_diagonal, reverse=True)
    kept: list[Floats] = []
    for box in boxes:
        large_enough = not kept or _diagonal(box) >= _SECOND_MIN_SIZE * _diagonal(kept[0])
        if large_enough and all(_overlap(box, other) <= _SECOND_MAX_OVERLAP for other in kept):
            kept.append(box)
    return len(kept)


def _diagonal(box: Floats) -> float:
    return float(np.hypot(box[2] - box[0], box[3] - box[1]))


def _overlap(one: Floats, other: Floats) -> float:
    """Give the shared area as a fraction of the smaller box."""
    shared = np.prod(np.clip(np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2]), 0.0, None))
    smaller = min(np.prod(one[2:] - one[:2]), np.prod(other[2:] - other[:2]))
    return float(shared / max(smaller, 1e-9))


def _points(landmarks: Any, image_rgb: Image) -> tuple[Floats, Floats]:
    """Turn normalised landmarks into (33, 2) pixels and (33,) visibility."""
    height, width = image_rgb.shape[:2]
    rows = np.array([(p.x * width, p.y * height, p.visibility) for p in landmarks], dtype=np.float64)
    return rows[:, :2], rows[:, 2]


def _mp_image(image_rgb: Image) -> Any:
    import mediapipe as mp

    return mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(image_rgb))
