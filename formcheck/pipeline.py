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

from . import catalog
from .baseline import Baseline
from .camera import CameraWatch
from .choice import choose
from .coach import Coach, Step
from .cues import Cue
from .errors import NoPersonError, UsageError
from .landmarker import Landmarker, MediaPipeLandmarker
from .level import roll_notes
from .limits import with_limits
from .models import resolve
from .people import Wanted
from .pose import Pose, Side
from .profiles import Profile
from .report.build import build
from .report.model import Report
from .report.own import baselines_of, load_report
from .rule import Exercise
from .sets import Found, find_sets
from .sight import sight_notes
from .smoothing import smooth, unswap
from .sources import Frame, VideoSource
from .steady import move_notes
from .track import Track

Progress = Callable[[int, float], None]
"""Told the frames done and the clip time reached, in seconds."""


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
        notes: What is known beforehand and belongs into the report.
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
        notes: Sequence[str] = (),
    ) -> None:
        self._profile = profile if isinstance(profile, Profile) else Profile.named(profile)
        self._exercise = self._profile.tune(exercise) if exercise else None
        self._size, self._side, self._baselines = size, side, tuple(baselines)
        self._landmarker, self._source, self._said = landmarker, source, tuple(notes)
        self._person = 0
        self._watch = CameraWatch()
        self._poses: list[Pose] = []
        self._cues: list[Cue] = []
        self._coach = self._new_coach(self._exercise, side) if self._exercise else None

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
            if self._landmarker.person != self._person:
                self._begin_anew(self._landmarker.person)
            pose = replace(pose, camera=self._watch.update(frame.image, pose))
        self._poses.append(pose)
        if self._coach is None:
            return None
        step = self._coach.update(pose)
        if step.rep_count and self._landmarker is not None:
            self._landmarker.settle()
        if step.cue is not None:
            self._cues.append(step.cue)
        return step

    def finish(self, *, complete: bool = True) -> Analysis:
        """Judge everything pushed, for the record.

        Args:
            complete: False where the clip was not seen to its end.

        Raises:
            NoPersonError: If nobody was seen in any frame.
        """
        raw = unswap(Track.from_poses(self._poses, self._size, self._source))
        if raw.found.sum() < 5:
            raise NoPersonError(
                f"no person was seen in {self._source or 'the clip'}: "
                "film the whole body, well lit, 2 to 3 m away"
            )
        smoothed = smooth(raw)
        exercise, found = self._recognise(raw, smoothed)
        if self._coach is None and found.sets:
            coach = self._new_coach(exercise, found.sets[0].side if len(found.sets) == 1 else None)
            self._cues = [step.cue for pose in raw.poses() if (step := coach.update(pose)).cue is not None]
        report = build(
            found,
            exercise,
            profile=self._profile.name,
            source=self._source,
            fps=raw.fps,
            duration_s=raw.duration_s,
            complete=complete,
            cues=self._cues,
            notes=[
                *self._said,
                *sight_notes(raw),
                *roll_notes(raw),
                *move_notes(raw),
                *self._left_out(exercise),
            ],
            baselines=self._baselines,
            recognised=bool(found.sets) or self._exercise is not None,
        )
        return Analysis(report, raw, smoothed, exercise, found)

    def _begin_anew(self, person: int) -> None:
        """Forget what somebody else did, who was taken for the one training."""
        self._person = person
        self._poses = [replace(Pose.nobody(pose.time_s), people=pose.people) for pose in self._poses]
        self._cues = []
        if self._coach is not None:
            self._coach.reset()

    def _recognise(self, raw: Track, smoothed: Track) -> tuple[Exercise, Found]:
        """Take the exercise with the most repetitions, where none was named."""
        known = catalog.exercises().values()
        wanted = [self._exercise] if self._exercise else [self._profile.tune(item) for item in known]
        tried = [
            (item, find_sets(raw, smoothed, item, side=self._side, baselines=self._baselines))
            for item in wanted
        ]
        return max(tried, key=lambda pair: pair[1].rep_count)

    def _new_coach(self, exercise: Exercise, side: Side | None) -> Coach:
        return Coach(exercise, self._size, side=side, baselines=self._baselines)

    def _left_out(self, exercise: Exercise) -> list[str]:
        names = self._profile.left_out(catalog.exercises().get(exercise.name, exercise))
        return [f"Not checked, by {self._profile.name}: {', '.join(names)}."] if names else []


def analyze(
    path: str | Path,
    exercise: str | None = None,
    *,
    side: str | None = None,
    person: str | None = None,
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
        person: Whom to judge among several: `left`, `middle`, `right`, a number counted from the left, or a
            point of the picture as `X,Y` in pixels; None takes the one who seems to train.
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
        Path(path), exercise, side=wanted, person=person, profile=judged_by, baselines=own, model=model
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
    person: str | None = None,
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
        person: As for `analyze`; a recorded track holds only one.
        profile: As for `analyze`, or a profile with own limits.
        baselines: The person's own usual values, from `read_baseline`.
        model: As for `analyze`.
        progress: Told of every frame.
        stop: Asked before every frame; True ends the analysis with what was seen so far.
        verbose: Whether MediaPipe's own lines may reach the terminal.
    """
    chosen = catalog.exercise(exercise) if exercise else None
    wanted = Wanted.parse(person) if person else None
    judged_by = profile if isinstance(profile, Profile) else Profile.named(profile)
    tell, stopped = progress or (lambda frames, time_s: None), stop or (lambda: False)
    with ExitStack() as stack:
        notes: list[str] = []
        if path.suffix == ".npz":
            if wanted:
                raise UsageError("a recorded track holds one person: give --person where it is recorded")
            track = Track.load(path)
            size, finder, source = track.size, None, track.source or path.name
            frames: Iterable[Frame | Pose] = track.poses()
        else:
            frames = clip = stack.enter_context(VideoSource(path))
            finder = stack.enter_context(MediaPipeLandmarker(resolve(model, progress=True), verbose=verbose))
            notes = choose(finder, path, wanted)
            size, source = (clip.info.width, clip.info.height), path.name
        session = Session(
            size,
            chosen,
            side=side,
            profile=judged_by,
            baselines=baselines,
            landmarker=finder,
            source=source,
            notes=notes,
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


def frames_estimate(path: Path) -> int | None:
    """Return about how many frames a clip or track holds, or None where it does not say (or is a report)."""
    if path.suffix.lower() == ".json":
        return None
    if path.suffix == ".npz":
        return len(Track.load(path))
    with VideoSource(path) as clip:
        return clip.info.frames_estimate
