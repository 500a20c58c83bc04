"""The whole story on one page.

    frames -> poses -> measures -> phases and reps -> faults -> cues -> report

Every use goes through `Session`: a file, a camera, a folder of clips and a recorded track give the same
verdicts for the same frames. While frames come in, the causal `Coach` finds the cues; when they end, the
whole set is smoothed without lag and judged once more, and that is the verdict of record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from . import catalog, journal
from .baseline import Baseline
from .camera import CameraWatch
from .coach import Coach, Step
from .cues import Cue, Policy
from .errors import NoPersonError, UsageError
from .journal import Memory
from .landmarker import Landmarker, MediaPipeLandmarker
from .level import roll_notes
from .limits import with_limits
from .models import resolve
from .pose import Pose, Side
from .profiles import Profile
from .recogniser import Recogniser
from .report.build import build
from .report.model import Report
from .report.own import baselines_of, load_report
from .rule import Exercise
from .sets import Found, find_sets
from .smoothing import smooth, unswap
from .sources import Frame, VideoSource
from .steady import move_notes
from .track import Track

Progress = Callable[[int, float], None]
"""Told the frames done and the clip time reached, in seconds."""


class PoseLog(Protocol):
    """Keeps poses until they are judged: `journal.Memory`, or `journal.Journal` on disk."""

    def append(self, pose: Pose) -> None:
        """Add a frame."""

    def track(self, first: int = 0, last: int | None = None) -> Track:
        """Give the frames from number `first` up to (not with) `last`."""

    def __len__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Analysis:
    """A report with what it was made from.

    Attributes:
        report: The verdicts of record.
        raw: Poses as measured: save them to re-score later.
        smoothed: The same frames, smoothed without lag.
        exercise: What was judged.
        found: The sets, with every measure of every frame.
    """

    report: Report
    raw: Track
    smoothed: Track
    exercise: Exercise
    found: Found


class Session:
    """One clip or one live set: push frames (or poses), then finish.

    Args:
        size: Image width and height in pixels.
        exercise: What is being done, or None to recognise it from the whole; without it there are no
            steps while frames come in.
        side: The working side, or None to recognise it.
        profile: `standard`, `strict` or `beginner`, or a profile with own limits (`with_limits`).
        baselines: The person's own usual values (`read_baseline`).
        landmarker: Finds poses in frames; not needed where poses are pushed.
        source: What to call the clip in the report.
        log: Where poses are kept until they are judged, in memory by default.
        candidates: Where no exercise is named, recognise one of these already while frames come in.
        policy: When a cue may be spoken.
    """

    def __init__(
        self,
        size: tuple[int, int],
        exercise: Exercise | None = None,
        *,
        side: Side | None = None,
        profile: str | Profile = "standard",
        baselines: Sequence[Baseline] = (),
        landmarker: Landmarker | None = None,
        source: str = "",
        log: PoseLog | None = None,
        candidates: Sequence[Exercise] = (),
        policy: Policy | None = None,
    ) -> None:
        self._profile = profile if isinstance(profile, Profile) else Profile.named(profile)
        self._exercise = self._profile.tune(exercise) if exercise else None
        self._size, self._side, self._baselines = size, side, tuple(baselines)
        self._landmarker, self._source = landmarker, source
        self._watch = CameraWatch()
        self._candidates = candidates
        self._log: PoseLog = Memory(size, source) if log is None else log
        self._cues: list[Cue] = []
        self._policy = policy
        self._coach: Coach | Recogniser | None = None
        if self._exercise:
            self._coach = self._new_coach(self._exercise, side)
        elif candidates:
            self._coach = Recogniser([self._new_coach(self._profile.tune(one), side) for one in candidates])

    def push(self, frame: Frame | Pose) -> Step | None:
        """Take the next frame or pose; return what is known now (None while the exercise is not known).

        Raises:
            UsageError: If a frame is pushed into a session without a landmarker.
        """
        if isinstance(frame, Pose):
            pose = frame
        elif self._landmarker is None:
            raise UsageError("this session has no landmarker: push poses, or give it one")
        else:
            pose = self._landmarker.detect(frame.image, frame.time_s)
            pose = replace(pose, camera=self._watch.update(frame.image, pose))
        self._log.append(pose)
        if self._coach is None:
            return None
        step = self._coach.update(pose)
        if step.cue is not None and not step.cue.praise:
            self._cues.append(step.cue)
        return step

    @property
    def exercise(self) -> Exercise | None:
        """What is being done, as far as it is known while frames come in."""
        return self._exercise if self._exercise or self._coach is None else self._coach.exercise

    @property
    def frames(self) -> int:
        """How many frames were pushed."""
        return len(self._log)

    @property
    def decisions(self) -> list[tuple[float, str]]:
        """When each fault was first decided in a repetition, as (time in seconds, rule code)."""
        return [] if self._coach is None else self._coach.decisions

    def next_set(self, *, moving: bool = False) -> None:
        """Begin a new set; `moving` as for `Coach.next_set`."""
        if self._coach is not None:
            self._coach.next_set(moving=moving)

    def judge(self, first: int, last: int | None = None) -> Analysis:
        """Judge the frames from number `first` up to (not with) `last`, as `finish` judges all.

        May be called from another thread while frames come in, once a log is a file.

        Raises:
            NoPersonError: If nobody was seen in them.
        """
        part = self._log.track(first, last)
        within = (
            [] if not len(part) else [c for c in self._cues if part.time_s[0] <= c.time_s <= part.time_s[-1]]
        )
        return self._conclude(part, within, complete=last is not None)

    def finish(self, *, complete: bool = True) -> Analysis:
        """Judge everything pushed, for the record.

        Args:
            complete: False where the clip was not seen to its end.

        Raises:
            NoPersonError: If nobody was seen in any frame.
        """
        return self._conclude(self._log.track(), self._cues, complete=complete)

    def _conclude(self, poses: Track, cues: Sequence[Cue], *, complete: bool) -> Analysis:
        raw = unswap(poses)
        if raw.found.sum() < 5:
            raise NoPersonError(
                f"no person was seen in {self._source or 'the clip'}: "
                "film the whole body, well lit, 2 to 3 m away"
            )
        smoothed = smooth(raw)
        exercise, found = self._recognise(raw, smoothed)
        if self._coach is None and found.sets:
            coach = self._new_coach(exercise, found.sets[0].side if len(found.sets) == 1 else None)
            said = [coach.update(pose).cue for pose in raw.poses()]
            cues = [cue for cue in said if cue is not None and not cue.praise]
        report = build(
            found,
            exercise,
            profile=self._profile.name,
            source=self._source,
            fps=raw.fps,
            duration_s=raw.duration_s,
            complete=complete,
            cues=cues,
            notes=[*_notes(raw), *roll_notes(raw), *move_notes(raw), *self._left_out(exercise)],
            baselines=self._baselines,
            recognised=bool(found.sets) or self._exercise is not None,
        )
        return Analysis(report, raw, smoothed, exercise, found)

    def _recognise(self, raw: Track, smoothed: Track) -> tuple[Exercise, Found]:
        """Take the exercise with the most repetitions, where none was named."""
        known = self._candidates or catalog.exercises().values()
        wanted = [self._exercise] if self._exercise else [self._profile.tune(item) for item in known]
        tried = [
            (item, find_sets(raw, smoothed, item, side=self._side, baselines=self._baselines))
            for item in wanted
        ]
        return max(tried, key=lambda pair: pair[1].rep_count)

    def _new_coach(self, exercise: Exercise, side: Side | None) -> Coach:
        return Coach(exercise, self._size, side=side, baselines=self._baselines, policy=self._policy)

    def _left_out(self, exercise: Exercise) -> list[str]:
        names = self._profile.left_out(catalog.exercises().get(exercise.name, exercise))
        return [f"Not checked, by {self._profile.name}: {', '.join(names)}."] if names else []


def analyze(
    path: str | Path,
    exercise: str | None = None,
    *,
    side: str | None = None,
    profile: str = "standard",
    limits: str | Path | None = None,
    baseline: str | Path | None = None,
    model: str = "full",
) -> Report:
    """Analyse a clip or a recorded track.

    Args:
        path: Any video ffmpeg reads, or a `.npz` track.
        exercise: Name of the exercise, or None to recognise it.
        side: `left` or `right` where the working side should not be recognised.
        profile: `standard`, `strict` or `beginner`.
        limits: A TOML file with own limits, laid over the profile; see `formcheck.limits`.
        baseline: A clip, track or report of a few clean repetitions of the same person.
        model: `lite`, `full`, `heavy`, or a path to a pose landmarker bundle.

    Raises:
        FormcheckError: With one clear sentence; see `formcheck.errors`.
    """
    wanted, judged_by = Side(side) if side else None, Profile.named(profile)
    if limits is not None:
        judged_by = with_limits(judged_by, Path(limits))
    own = read_baseline(baseline, exercise, profile=judged_by, model=model) if baseline is not None else ()
    return analyze_clip(
        Path(path), exercise, side=wanted, profile=judged_by, baselines=own, model=model
    ).report


def read_baseline(
    path: str | Path,
    exercise: str | None = None,
    *,
    profile: str | Profile = "standard",
    model: str = "full",
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
    verbose: bool = False,
) -> tuple[Baseline, ...]:
    """Read a person's own usual values, a baseline for each set, from clean repetitions.

    Args:
        path: A clip or track of a few clean repetitions, or the report of one (`.json`).
        exercise: As for `analyze`.
        profile: The limits that say what is a fault; of a report, those it was made with hold.
        model: As for `analyze`.
        progress: As for `analyze_clip`.
        stop: As for `analyze_clip`.
        verbose: As for `analyze_clip`.

    Raises:
        UsageError: If a report is none, is of another exercise, or holds no clean repetition.
        FormcheckError: As for `analyze`.
    """
    path = Path(path)
    if path.suffix.lower() == ".json":
        report = load_report(path)
        if exercise is not None and report.exercise != exercise:
            raise UsageError(f"the baseline {path} is of another exercise ({report.exercise})")
    else:
        report = analyze_clip(
            path, exercise, profile=profile, model=model, progress=progress, stop=stop, verbose=verbose
        ).report
    found = tuple(replace(one, source=path.name) for one in baselines_of(report))
    if not found and not (stop and stop()):
        raise UsageError(
            f"the baseline {path} shows no clean repetition: film two or three, the whole body in the picture"
        )
    return found


def analyze_clip(
    path: Path,
    exercise: str | None = None,
    *,
    side: Side | None = None,
    profile: str | Profile = "standard",
    baselines: Sequence[Baseline] = (),
    model: str = "full",
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
    verbose: bool = False,
) -> Analysis:
    """Analyse a clip or track and keep what it was made from; arguments as for `analyze`.

    Args:
        path: The clip or track.
        exercise: As for `analyze`.
        side: As for `analyze`.
        profile: As for `analyze`, or a profile with own limits.
        baselines: The person's own usual values, from `read_baseline`.
        model: As for `analyze`.
        progress: Told of every frame.
        stop: Asked before every frame; True ends the analysis with what was seen so far.
        verbose: Whether MediaPipe's own lines may reach the terminal.
    """
    chosen = catalog.exercise(exercise) if exercise else None
    judged_by = profile if isinstance(profile, Profile) else Profile.named(profile)
    tell, stopped = progress or (lambda frames, time_s: None), stop or (lambda: False)
    with ExitStack() as stack:
        if is_recorded(path):
            track = load_recorded(path)
            size, finder, source = track.size, None, track.source or path.name
            frames: Iterable[Frame | Pose] = track.poses()
        else:
            frames = clip = stack.enter_context(VideoSource(path))
            finder = stack.enter_context(MediaPipeLandmarker(resolve(model, progress=True), verbose=verbose))
            size, source = (clip.info.width, clip.info.height), path.name
        session = Session(
            size,
            chosen,
            side=side,
            profile=judged_by,
            baselines=baselines,
            landmarker=finder,
            source=source,
        )
        tell(0, 0.0)
        complete = True
        for count, frame in enumerate(frames, start=1):
            if stopped():
                complete = False
                break
            session.push(frame)
            tell(count, frame.time_s)
        if isinstance(frames, VideoSource) and frames.truncated:
            complete = False
    return session.finish(complete=complete)


def is_recorded(path: Path) -> bool:
    """Whether a file holds landmarks instead of pictures: a track, or the journal of a live session."""
    return path.suffix in (".npz", journal.SUFFIX)


def load_recorded(path: Path) -> Track:
    """Read a track or the journal of a live session, also one that was cut off."""
    return journal.read(path) if path.suffix == journal.SUFFIX else Track.load(path)


def frames_estimate(path: Path) -> int | None:
    """Return about how many frames a clip or track holds, or None where it does not say (or is a report)."""
    if path.suffix.lower() == ".json":
        return None
    if is_recorded(path):
        return len(load_recorded(path))
    with VideoSource(path) as clip:
        return clip.info.frames_estimate


def _notes(raw: Track) -> list[str]:
    notes = []
    lost = 1.0 - float(raw.found.mean())
    if lost > 0.05:
        notes.append(f"The person was not seen in {lost:.0%} of the frames.")
    if raw.people is not None and float(np.nanmax(raw.people, initial=0.0)) > 1:
        share = float(np.mean(raw.people > 1))
        notes.append(
            f"More than one person in the picture ({share:.0%} of the time): only the one tracked is judged."
        )
    return notes
