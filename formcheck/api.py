"""Clips and recorded tracks, from a path to a report: all that is not a live feed goes through here.

Where several people are in a clip, a quick look through it settles who is followed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from formcheck.errors import UsageError
from formcheck.exercises import catalog
from formcheck.exercises.rule import Exercise
from formcheck.files import kinds, names
from formcheck.judging.settings import Options, Settings
from formcheck.pipeline import Session
from formcheck.poses import recorded
from formcheck.poses.exchange.given import Given
from formcheck.poses.journal import Recovered
from formcheck.poses.pose import Image, Pose
from formcheck.poses.track import Track
from formcheck.report.analysis import Analysis
from formcheck.report.baselines import baselines_of
from formcheck.report.model import Report
from formcheck.report.saved import load_report
from formcheck.reps.baseline import Baseline
from formcheck.video.frames import AS_FILMED, Filming, Frame
from formcheck.video.reader import VideoSource
from formcheck.vision.landmarker import MediaPipeLandmarker
from formcheck.vision.models import resolve
from formcheck.vision.people import Crowd, Wanted

if TYPE_CHECKING:
    from typing import Unpack

LEAST_STEP_S = 0.022
"""Of clips with more than 45 frames/s every second one, or fewer, is judged: verdicts stay the same."""

Progress = Callable[[int, float], None]
"""Told the frames gone through and the clip time reached, in seconds."""


def analyze(
    clip: str | Path | Track,
    exercise: str | Exercise | None = None,
    *,
    rules: str | Path | None = None,
    baseline: str | Path | None = None,
    **options: Unpack[Options],
) -> Report:
    """Analyse a clip or a recorded track.

    Args:
        clip: Any video ffmpeg reads, a `.npz` track, landmarks that another tool wrote (`.json`, `.trc`,
            `.csv`, or a folder with a `.json` a frame), or a `Track`.
        exercise: The exercise or its name, or None or `auto` to recognise it, set by set.
        rules: A rule file, or a folder with some, for more exercises, which are known during this call. They
            are Python code, which is run.
        baseline: A clip, track or report of a few clean repetitions of the same person.
        **options: As of the command line: `side`, `person`, `profile`, `limits`, `model`, `pause_s`,
            `deficit`, `rotate`, `mirrored`, `slow_motion`, `size`, `fps`, `verbose`; see `Options` in
            `formcheck.judging.settings`.

    Raises:
        FormcheckError: With one clear sentence; see `formcheck.errors`.
    """
    with catalog.for_a_while():
        if rules is not None:
            catalog.load_folder(Path(rules))
        settings = Settings.of(exercise, **options)
        if baseline is not None:
            settings = replace(settings, baselines=read_baseline(baseline, settings))
        return analyze_clip(clip, settings).report


def read_track(
    path: str | Path, *, size: str | tuple[int, int] | None = None, fps: float | None = None
) -> Track:
    """Read recorded landmarks, whatever wrote them.

    Args:
        path: A track (`.npz`), a live session's journal, or landmarks of another tool (`.json`, `.trc`,
            `.csv`, or a folder with a `.json` a frame).
        size: Width and height of the picture in pixels, such as `1920x1080`, where the file does not say it.
        fps: Frames a second, where the file does not say it.

    Raises:
        UsageError: There is no such file, or it does not say something that was not given either.
        TrackError: It is damaged, or does not hold what its name says.
    """
    return recorded.load(Path(path), Given.of(size, fps))


def read_baseline(
    path: str | Path,
    settings: Settings | None = None,
    *,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
) -> tuple[Baseline, ...]:
    """Read a person's own usual values, a baseline for each set, from clean repetitions.

    Args:
        path: A clip or track of a few clean repetitions, or the report of one (`.json`).
        settings: Exercise, profile and model count. Of a report, the limits it was made with count.
        progress: As for `analyze_clip`.
        stop: As for `analyze_clip`.

    Raises:
        UsageError: If a report is none, is of another exercise, or holds no clean repetition.
        FormcheckError: As for `analyze`.
    """
    path, settings = Path(path), settings or Settings()
    if kinds.is_report(path):
        report, wanted = load_report(path), settings.exercise
        if wanted is not None and report.exercise != wanted.name:
            raise UsageError(f"the baseline {path} is of another exercise ({report.exercise})")
    else:
        plain = Settings(
            exercise=settings.exercise,
            profile=settings.profile,
            model=settings.model,
            verbose=settings.verbose,
            given=settings.given if kinds.is_landmarks(path) else recorded.NOTHING,
        )
        report = analyze_clip(path, plain, progress=progress, stop=stop).report
    found = tuple(replace(one, source=names.shown(path.name)) for one in baselines_of(report))
    if not found and not (stop and stop()):
        raise UsageError(
            f"the baseline {path} shows no clean repetition: film two or three, the whole body in the picture"
        )
    return found


def analyze_clip(
    clip: str | Path | Track,
    settings: Settings | None = None,
    *,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
) -> Analysis:
    """Analyse a clip or track and keep what it was made from.

    Args:
        clip: The clip or track. A recorded track holds only one person, and was set right where it was
            recorded.
        settings: What is known of it, and how to judge it.
        progress: Told of every frame.
        stop: Asked before every frame; True ends the analysis with what was seen so far.

    Raises:
        FormcheckError: As for `analyze`.
    """
    settings = settings or Settings()
    tell, stopped = progress or (lambda frames, time_s: None), stop or (lambda: False)
    try:
        return _gone_through(clip, settings, tell, stopped)
    except _AnotherTrains:
        return _gone_through(clip, settings, tell, stopped, closer=True)


class _AnotherTrains(Exception):
    """The person followed from the start of a clip stood about, and another one was taken for who trains."""


def _gone_through(
    clip: str | Path | Track,
    settings: Settings,
    tell: Progress,
    stopped: Callable[[], bool],
    *,
    closer: bool = False,
) -> Analysis:
    """Analyse as `analyze_clip` says.

    Args:
        clip: The clip or track.
        settings: How to judge it.
        tell: Told of every frame.
        stopped: Asked before every frame.
        closer: Whether to look closely who is there before.

    Raises:
        _AnotherTrains: Not where `closer` was set: what another one did before is lost, so begin anew.
        FormcheckError: As for `analyze`.
    """
    with ExitStack() as stack:
        notes: list[str] = []
        complete, why = True, ""
        if not isinstance(clip, Track):
            recorded.check_given(Path(clip), settings.given)
        if isinstance(clip, Track) or kinds.is_recorded(clip):
            _check_recorded(settings.person, settings.filming)
            there = (
                Recovered(clip) if isinstance(clip, Track) else recorded.recover(Path(clip), settings.given)
            )
            track = _at_true_speed(there.track, settings.filming)
            complete, why, notes = not there.cut, there.cut, list(there.notes)
            name = "" if isinstance(clip, Track) else Path(clip).name
            size, finder, source = track.size, None, names.shown(track.source or name)
            frames: Iterable[Frame | Pose] = track.poses()
        else:
            path = Path(clip)
            frames = video = stack.enter_context(
                VideoSource(path, least_step_s=LEAST_STEP_S, filming=settings.filming)
            )
            finder = stack.enter_context(
                MediaPipeLandmarker(resolve(settings.model, progress=True), verbose=settings.verbose)
            )
            if video.info.slow_motion > 1:
                notes = [f"The clip plays {video.info.slow_motion:.3g} times slower than it was filmed."]
                filming = replace(settings.filming, slow_motion=video.info.slow_motion)
                settings = replace(settings, filming=filming)
            notes += choose(finder, path, settings.person, settings.filming, closer=closer)
            size, source = (video.info.width, video.info.height), names.shown(path.name)
        session = Session(size, settings, landmarker=finder, source=source, notes=notes)
        tell(0, 0.0)
        for count, frame in enumerate(frames, start=1):
            if stopped():
                complete = False
                break
            session.push(frame)
            if finder is not None and finder.person and not closer:
                raise _AnotherTrains
            tell(frame.index + 1 if isinstance(frame, Frame) else count, frame.time_s)
        if isinstance(frames, VideoSource) and frames.truncated:
            complete, why = False, frames.truncated
    return session.finish(complete=complete, why=why)


def _check_recorded(person: Wanted | None, filming: Filming) -> None:
    """Refuse what only the pictures could tell.

    Raises:
        UsageError: It was asked of a recorded track.
    """
    if person:
        raise UsageError("a recorded track holds one person: give --person where it is recorded")
    if replace(filming, slow_motion=None) != AS_FILMED:
        raise UsageError(
            "a recorded track holds no pictures to turn: give --rotate or --mirrored where it is recorded"
        )


def _at_true_speed(track: Track, filming: Filming) -> Track:
    """Return a track with the person's times, where it was recorded from a clip in slow motion."""
    return replace(track, time_s=track.time_s / filming.slow_motion) if filming.slow_motion else track


def frames_estimate(path: Path) -> int | None:
    """Return about how many frames a clip or track holds, or None where it does not say (or is a report)."""
    if kinds.is_report(path) or kinds.is_landmarks(path):
        return None
    if kinds.is_recorded(path):
        return len(recorded.load(path))
    with VideoSource(path) as clip:
        return clip.info.frames_estimate


# Who of several people in a clip is followed: settled by a quick look through it before it is analysed.

_GLIMPSES = 8  # keyframes, which cost little: enough to see that somebody else is there
_CLOSER, _CLOSER_S, _APART_S = 24, 60.0, 1.0  # then pictures from the first minute, to see who trains


def choose(
    finder: MediaPipeLandmarker,
    clip: Path,
    person: Wanted | None = None,
    filming: Filming = AS_FILMED,
    *,
    closer: bool = False,
) -> list[str]:
    """Look who is in a clip and, where there are several, have the one who trains or is wanted followed.

    Args:
        finder: Looks, and is told whom to follow.
        clip: The video.
        person: Whom the user wants.
        filming: How the video's pictures lie.
        closer: Whether several people are known to be there.

    Returns:
        Notes for the report: that it was not clear who trains.

    Raises:
        UsageError: If the person wanted is not there.
        NoPersonError: If one is wanted and nobody is there.
    """
    crowd: Crowd | None = None
    if not closer:
        with VideoSource(clip, filming=filming) as source:
            crowd = finder.survey(_pictures(source.glimpses(_GLIMPSES)))
    if closer or (crowd is not None and (crowd.several or person)):
        with VideoSource(clip, filming=filming) as source:
            crowd = finder.survey(_pictures(_spread(source)))
    crowd = crowd or Crowd((1, 1))
    finder.follow(crowd, person)
    if person is not None or not crowd.undecided:
        return []
    row, best = crowd.staying(), crowd.best()
    which = f"number {row.index(best) + 1} of {len(row)} from the left" if best in row else "one of them"
    return [f"It was not clear who of them trains: {which} is judged. To judge another give --person."]


def _spread(source: VideoSource) -> Iterator[Frame]:
    """Give about `_CLOSER` frames, evenly over the clip or its first minute."""
    whole_s = min(source.info.duration_s or _CLOSER_S, _CLOSER_S)
    step_s = max(whole_s / _CLOSER, min(_APART_S, whole_s / 4))
    next_s = 0.0
    for frame in source:
        if frame.time_s > _CLOSER_S:
            break
        if frame.time_s >= next_s:
            next_s = frame.time_s + step_s
            yield frame


def _pictures(frames: Iterable[Frame]) -> Iterator[tuple[Image, float]]:
    for frame in frames:
        yield frame.image, frame.time_s
