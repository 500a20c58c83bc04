"""Finds landmarks of one person in images: the only module that imports MediaPipe.

MediaPipe calls home and writes to the terminal from C++; `formcheck.vision.mediapipe_guard` says how both are
stopped.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

import cv2
import numpy as np

from formcheck.errors import ModelError, NoPersonError, UsageError
from formcheck.poses.pose import HIPS, SHOULDERS, Image, Mask, Pose
from formcheck.vision import silhouette as outline
from formcheck.vision.head_end import HeadEnd
from formcheck.vision.masking import only_window, painted_over
from formcheck.vision.mediapipe_guard import Aside, Shield, give_back_memory
from formcheck.vision.people import MAX_OVERLAP, Candidate, Crowd, Sighting, Wanted, distinct
from formcheck.vision.person_tracker import Follower
from formcheck.vision.plates import Plates
from formcheck.vision.rear_legs import RearLegs
from formcheck.vision.shin import shin_below

_MOST = 4  # people detected in one image
_GIVE_BACK = 300  # frames after which freed memory is returned to the system
_MEMORY_S = 15.0  # how long people are remembered before `settle`
_LOOKS = 3  # observations before the wanted person is chosen
_APART_S = 0.9  # between observations that count for who trains: frequent ones do not weigh more
_LONGEST_PX = 1280  # MediaPipe's costs grow with the image, and its model sees 256 x 256 of it
_NOBODY_PX = Pose.nobody(0.0).image_px


class MediaPipeLandmarker:
    """The BlazePose model in MediaPipe Tasks; follows one person through a video.

    Among several people it follows the largest and most central one, or the one that `survey` and `follow`
    chose. While others are in the image, MediaPipe is shown only the surroundings of that person, and poses
    of other people are dropped (`formcheck.vision.person_tracker`). Until `settle` is called, the landmarker
    may change to another person who is more likely to train.

    Importing MediaPipe and loading the model take about a second. One object serves one video, from one
    thread at a time.

    Args:
        model: A pose landmarker bundle, as `formcheck.vision.models.resolve` gives it.
        silhouette: Whether to read more than landmarks from the images: outline, bar, plates, legs from
            behind and from ahead (about 10 % slower).
        people: Whether to detect other people from time to time and keep to one person. If not, MediaPipe's
            own tracker decides in each frame.
        wanted: Whom to follow where no survey is possible: chosen after a few observations.
        verbose: Whether lines of MediaPipe's C++ code may reach the terminal. If not, they are shown only
            when it fails.

    Raises:
        ModelError: The file is not a pose landmarker bundle.
    """

    def __init__(
        self,
        model: Path,
        *,
        silhouette: bool = True,
        people: bool = True,
        wanted: Wanted | None = None,
        verbose: bool = False,
    ) -> None:
        self._model = Path(model)
        self._silhouette = silhouette
        self._keeps = people
        self._verbose = verbose
        self._last_ms = -1
        self._size_px: tuple[int, int] | None = None  # height and width of the last picture
        self._detected = 0
        self._person = self._people = 0
        self._plates = Plates()
        self._behind, self._ahead = RearLegs(), HeadEnd()
        self._pose: Pose | None = None
        self._px = _NOBODY_PX  # the last landmarks
        self._settled = False
        self._wanted = wanted
        self._crowd: Crowd | None = None
        self._follower: Follower | None = None
        self._one: Any = None
        self._many: Any = None
        self._closed = False
        Shield.acquire()
        if not verbose:
            Aside.acquire()
        try:
            self._one = self._make("VIDEO", poses=1, silhouette=silhouette)
        except BaseException:
            self.close()
            raise

    @property
    def person(self) -> int:
        """Number of the person followed, from 0; it grows when another person is followed instead."""
        return self._person

    def settle(self) -> None:
        """Keep to the person followed now: they were seen training."""
        self._settled = self._wanted is None

    def look_afresh(self) -> None:
        """Forget where the person was: the next image seems to be after a cut.

        MediaPipe's tracker is shown a black image: it loses the person, and its smoothing starts again.
        """
        if self._size_px is not None and not self._closed:
            self._plates, self._ahead = Plates(), HeadEnd()
            self._px = _NOBODY_PX
            self._show_black(self._size_px)

    def survey(self, frames: Iterable[tuple[Image, float]]) -> Crowd | None:
        """Detect all people in some frames of a video, before the analysis.

        Args:
            frames: Images and their times in seconds, in order; a dozen spread over the clip will do.

        Returns:
            The people, for `follow`; None if there were no frames.
        """
        crowd: Crowd | None = None
        for image_rgb, time_s in frames:
            crowd = crowd or Crowd((image_rgb.shape[1], image_rgb.shape[0]))
            crowd.observe(time_s, self.find_everyone(image_rgb))
        return crowd

    def follow(self, crowd: Crowd, wanted: Wanted | None = None) -> None:
        """Follow one person of a survey in the whole video: the one wanted, or the one most likely to train.

        Who trains is left open where nobody was seen often enough to tell.

        Raises:
            UsageError: If the one wanted is not there.
            NoPersonError: If one is wanted and nobody is there.
        """
        chosen = wanted.of(crowd) if wanted else crowd.best()
        if chosen is not None and crowd.several and (wanted or crowd.knows(chosen)):
            self._follower = Follower(chosen.sightings, chosen.times_s[0])
            self._settled = True

    def detect(self, image_rgb: Image, time_s: float) -> Pose:
        """Find the person in the next image of the video.

        MediaPipe needs whole milliseconds that strictly increase. A time that rounds to the same millisecond
        is increased by one for MediaPipe only; `Pose.time_s` stays exact.

        Args:
            image_rgb: (H, W, 3) unmirrored image.
            time_s: Its presentation time in seconds.

        Returns:
            Landmarks and outline in pixels of this image, or `Pose.nobody` (with `people`) if the person
            followed was not found.
        """
        if self._closed:
            raise ValueError("this landmarker is closed")
        self._size_px = image_rgb.shape[0], image_rgb.shape[1]
        self._detected += 1
        if self._detected % _GIVE_BACK == 0:
            give_back_memory()
            Aside.trim()
        shown = self._shown(image_rgb, time_s)
        with Aside.shown_on_failure():
            result = self._tracked(image_rgb, shown, time_s)
        seen = _sighting(result.pose_landmarks[0], image_rgb) if result.pose_landmarks else None
        theirs = self._is_theirs(image_rgb, time_s, seen) if self._keeps else True
        if seen is None or not theirs:
            return self._lost(image_rgb, time_s, seen)
        edges_px = mask_at = mask = None
        if self._silhouette and result.segmentation_masks:
            mask = result.segmentation_masks[0].numpy_view()
            share = np.array(mask.shape[1::-1]) / image_rgb.shape[1::-1]
            px = seen.px * share
            chord = px[SHOULDERS].mean(axis=0), px[HIPS].mean(axis=0)
            edges_px = self._plates.forget_hidden(outline.edges(mask, *chord) / share)
            mask_at = outline.under(mask, px)
        world_m = np.array([(p.x, p.y, p.z) for p in result.pose_world_landmarks[0]])
        pose = Pose(
            time_s,
            seen.px,
            seen.visibility,
            self._people,
            world_m=world_m,
            edges_px=edges_px,
            mask_at=mask_at,
        )
        self._pose = self._with_things(pose, image_rgb, mask) if self._silhouette else pose
        self._px = pose.image_px
        return self._pose

    def find_everyone(self, image_rgb: Image, known: Sighting | None = None) -> list[Sighting]:
        """Detect all people in one image, with a second detector that does not track.

        The model overlooks people beside a large person, mainly if they lie or kneel. So those found are
        painted over, and detection is repeated until no more are found.

        Args:
            image_rgb: (H, W, 3) image.
            known: A person who was found already.

        Returns:
            At most four, `known` first, without bodies found twice or much smaller than the largest.
        """
        found = [known] if known else []
        if self._many is None:
            self._many = self._make("IMAGE", poses=2, silhouette=False)
        while len(found) < _MOST:
            with Aside.shown_on_failure():
                result = self._many.detect(_mp_image(painted_over(image_rgb, found)))
            new = distinct([_sighting(points, image_rgb) for points in result.pose_landmarks], found)
            if not new:
                break
            found += new
        return found

    def close(self) -> None:
        """Close MediaPipe, and only then release the shield: it sends its usage log when it closes."""
        if self._closed:
            return
        self._closed = True
        try:
            for task in (self._one, self._many):
                if task is not None:
                    task.close()
        finally:
            self._one = self._many = None
            if not self._verbose:
                Aside.release()
            Shield.release()
            give_back_memory()

    def __enter__(self) -> MediaPipeLandmarker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _shown(self, image_rgb: Image, time_s: float) -> Image:
        """Return the image for the tracker; in the first image all people are detected before."""
        if not self._keeps:
            return image_rgb
        size = (image_rgb.shape[1], image_rgb.shape[0])
        if self._follower is None:
            self._crowd = Crowd(size, memory_s=_MEMORY_S)
            self._crowd.observe(time_s, self.find_everyone(image_rgb))
            chosen = self._crowd.best()
            start = chosen.sightings if chosen and self._crowd.several else []
            self._follower = Follower(start, time_s)
        window = self._follower.window(time_s, size)
        return image_rgb if window is None else only_window(image_rgb, window)

    def _tracked(self, image_rgb: Image, shown: Image, time_s: float) -> Any:
        """Return what MediaPipe finds in what is shown of an image, without plates before the person."""
        plates, before = self._plates, bool(self._plates.covering)
        if self._silhouette:
            plates.update(image_rgb, self._px, time_s)
        result = self._track(plates.removed(shown), time_s, afresh=bool(plates.covering) and not before)
        if self._silhouette and result.pose_landmarks and not np.isfinite(plates.disc[0]):
            # These landmarks may tell where to look.
            plates.update(image_rgb, _sighting(result.pose_landmarks[0], image_rgb).px, time_s)
            if plates.covering:
                result = self._track(plates.removed(shown), time_s, afresh=True)
        return result

    def _track(self, shown: Image, time_s: float, *, afresh: bool) -> Any:
        """Show MediaPipe's tracker an image; afresh, it forgets what it put onto a plate before."""
        if afresh:
            self._show_black(shown.shape[:2])
        self._last_ms = max(round(time_s * 1000), self._last_ms + 1)
        return self._one.detect_for_video(_mp_image(shown), self._last_ms)

    def _show_black(self, size_px: tuple[int, ...]) -> None:
        """Make MediaPipe's tracker lose the person and smooth anew."""
        self._last_ms += 1
        self._one.detect_for_video(_mp_image(np.zeros((*size_px, 3), np.uint8)), self._last_ms)

    def _is_theirs(self, image_rgb: Image, time_s: float, seen: Sighting | None) -> bool:
        """Return whether a pose is the person followed; in doubt, detect all people in the whole image."""
        assert self._follower is not None
        astray = False
        if self._follower.doubts(time_s, seen):
            known = None if seen is None or self._follower.jumps(time_s, seen) else seen
            if known is not None and self._follower.behind_others(known):  # painted over, it hides them
                everyone = distinct([known, *self.find_everyone(image_rgb)])
            else:
                everyone = self.find_everyone(image_rgb, known)
            self._follower.observe(time_s, everyone)
            self._people = self._follower.people
            astray = seen is not None and known is None and self._follower.found
            if not self._settled:
                self._choose_again(time_s, everyone)
        theirs = self._follower.update(time_s, seen)
        if astray and not theirs:  # they were found, and the tracker is elsewhere
            self._show_black(image_rgb.shape[:2])
        return theirs

    def _with_things(self, pose: Pose, image_rgb: Image, mask: Mask | None) -> Pose:
        """Add what the person holds, and legs seen from behind and from ahead."""
        disc, far_px = self._plates.disc, self._plates.far_px
        size = image_rgb.shape[1], image_rgb.shape[0]
        shin_px = None if mask is None else shin_below(mask, pose.image_px, disc, size)
        legs_px, turn_deg = self._behind.update(image_rgb, pose.image_px, pose.time_s, mask)
        held_px = self._plates.bar_px(image_rgb, pose.image_px)
        pose = replace(pose, bar_px=held_px, disc_px=disc[None, :2], rim=disc[2:], shin_px=shin_px)
        ahead = self._ahead.update(image_rgb, pose.image_px, pose.time_s)
        return replace(pose, far_px=far_px, behind_px=legs_px, turn_deg=turn_deg, ahead=ahead)

    def _lost(self, image_rgb: Image, time_s: float, other: Sighting | None) -> Pose:
        """Return an empty pose, or the last one while legs are tracked from behind."""
        nobody = Pose.nobody(time_s)
        if self._silhouette and other is None and self._plates.pair is not None:
            disc, ends_px = self._plates.disc, self._plates.pair.ends_px
            nobody = replace(nobody, disc_px=disc[None, :2], rim=disc[2:], bar_px=ends_px)
            nobody = replace(nobody, far_px=self._plates.far_px)
        if self._silhouette and other is None and self._pose is not None:
            ahead = self._ahead.update(image_rgb, nobody.image_px, time_s)
            nobody = replace(nobody, ahead=ahead)
            legs_px, turn_deg = self._behind.update(image_rgb, nobody.image_px, time_s)
            if np.isfinite(legs_px).all():
                there = Pose(time_s, self._pose.image_px, nobody.visibility, world_m=self._pose.world_m)
                return replace(there, people=self._people, behind_px=legs_px, turn_deg=turn_deg)
        return replace(nobody, people=self._people)

    def _choose_again(self, time_s: float, everyone: list[Sighting]) -> None:
        """Follow another person instead who is clearly more likely to train."""
        assert self._follower is not None
        if self._crowd is None or time_s - self._crowd.observed_s < _APART_S:
            return
        self._crowd.observe(time_s, everyone)
        if self._wanted is None:
            better = self._crowd.better_than(self._follower.mine)
        else:
            better = self._as_wanted(self._wanted, self._crowd)
        if better is not None and self._follower.shared(better.sightings[-1]) <= MAX_OVERLAP:
            self._follower = Follower(better.sightings[-1:], time_s)
            self._behind, self._ahead = RearLegs(), HeadEnd()
            self._person += 1

    def _as_wanted(self, wanted: Wanted, crowd: Crowd) -> Candidate | None:
        """Return the wanted person once they are there; the search then ends."""
        if crowd.observations < _LOOKS:
            return None
        try:
            chosen = wanted.of(crowd)
        except (UsageError, NoPersonError):  # may still come
            return None
        self._wanted, self._settled = None, True
        return chosen

    def _make(self, mode: str, *, poses: int, silhouette: bool) -> Any:
        if not self._model.is_file():
            raise ModelError(f"The pose model {self._model} does not exist; run `formcheck models`.")
        from mediapipe.tasks.python import BaseOptions, vision

        options = vision.PoseLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(self._model)),
            running_mode=vision.RunningMode[mode],
            num_poses=poses,
            output_segmentation_masks=silhouette,
        )
        try:
            with Aside.shown_on_failure():
                return vision.PoseLandmarker.create_from_options(options)
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelError(
                f"The pose model {self._model} cannot be loaded ({str(error).splitlines()[0]}); "
                "remove it so that it is fetched again, or name another with --model."
            ) from error


def _sighting(landmarks: Any, image_rgb: Image) -> Sighting:
    """Convert normalised landmarks into pixels and visibility."""
    height, width = image_rgb.shape[:2]
    rows = np.array([(p.x * width, p.y * height, p.visibility) for p in landmarks], dtype=np.float64)
    return Sighting.within(rows[:, :2], rows[:, 2], (width, height))


def _mp_image(image_rgb: Image) -> Any:
    """Return an image for MediaPipe, halved until it is no longer than `_LONGEST_PX`."""
    import mediapipe as mp

    while max(image_rgb.shape[:2]) > _LONGEST_PX:
        half = (image_rgb.shape[1] // 2, image_rgb.shape[0] // 2)
        image_rgb = cv2.resize(image_rgb, half, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(image_rgb))
