"""Clips and recorded tracks, from a path to a report: all that is not a live feed goes through here.

Where several people are in a clip, a quick look through it settles who is followed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from formcheck.errors import UsageError
from formcheck.exercises import catalog
from formcheck.exercises.modes import PLAIN, Modes
from formcheck.exercises.profiles import Profile, with_limits
from formcheck.files import kinds, names
from formcheck.pipeline import Session
from formcheck.poses import journal
from formcheck.poses.pose import Image, Pose, Side
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

LEAST_STEP_S = 0.022
"""Of clips with more than 45 frames/s every second one, or fewer, is judged: verdicts stay the same."""

Progress = Callable[[int, float], None]
"""Told the frames gone through and the clip time reached, in seconds."""


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
    pause_s: float | None = None,
    deficit: bool = False,
    rotate: int = 0,
    slow_motion: float | None = None,
    mirrored: bool = False,
) -> Report:
    """Analyse a clip or a recorded track.

    Args:
        path: Any video ffmpeg reads, or a `.npz` track.
        exercise: Name of the exercise, or None or `auto` to recognise it, set by set.
        side: `left` or `right` where the working side should not be recognised.
        person: Whom to judge among several: `left`, `middle`, `right`, a number counted from the left, or a
            point of the picture as `X,Y` in pixels; None takes the one who seems to train.
        profile: `standard`, `strict` or `beginner`.
        limits: A TOML file with own limits, laid over the profile; see `formcheck.exercises.profiles`.
        baseline: A clip, track or report of a few clean repetitions of the same person.
        model: `lite`, `full`, `heavy`, or a path to a pose landmarker bundle.
        pause_s: Seconds to hold at the top, where the exercise has pause repetitions.
        deficit: Whether the working foot stands on a platform.
        slow_motion: How many times slower the video plays than the person moved; None leaves it to the file.
        rotate: By how many degrees the video must be turned clockwise to stand upright: 0, 90, 180 or 270.
        mirrored: Whether it shows the person as a mirror does, left and right exchanged.

    Raises:
        FormcheckError: With one clear sentence; see `formcheck.errors`.
    """
    wanted, judged_by = Side(side) if side else None, Profile.named(profile)
    if limits is not None:
        judged_by = with_limits(judged_by, Path(limits))
    own = read_baseline(baseline, exercise, profile=judged_by, model=model) if baseline is not None else ()
    return analyze_clip(
        Path(path),
        exercise,
        side=wanted,
        person=person,
        profile=judged_by,
        baselines=own,
        model=model,
        modes=Modes(pause_s, deficit),
        filming=Filming.checked(rotate, mirrored, slow_motion),
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
    if kinds.is_report(path):
        report = load_report(path)
        if exercise not in (None, catalog.AUTO) and report.exercise != exercise:
            raise UsageError(f"the baseline {path} is of another exercise ({report.exercise})")
    else:
        report = analyze_clip(
            path, exercise, profile=profile, model=model, progress=progress, stop=stop, verbose=verbose
        ).report
    found = tuple(replace(one, source=names.shown(path.name)) for one in baselines_of(report))
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
    modes: Modes = PLAIN,
    filming: Filming = AS_FILMED,
    coached: bool = True,
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
        modes: How it is done.
        filming: How the video's pictures lie; a recorded track was set right where it was recorded.
        coached: False where no cues are wanted, only verdicts.
        progress: Told of every frame.
        stop: Asked before every frame; True ends the analysis with what was seen so far.
        verbose: Whether MediaPipe's own lines may reach the terminal, also where it does not fail.
    """
    chosen = catalog.chosen(exercise)
    if chosen:
        modes.check(chosen)
    wanted = Wanted.parse(person) if person else None
    judged_by = profile if isinstance(profile, Profile) else Profile.named(profile)
    tell, stopped = progress or (lambda frames, time_s: None), stop or (lambda: False)
    with ExitStack() as stack:
        notes: list[str] = []
        complete, why = True, ""
        if journal.is_recorded(path):
            _check_recorded(wanted, filming)
            recorded = journal.recover_recorded(path)
            track = _at_true_speed(recorded.track, filming)
            complete, why = not recorded.cut, recorded.cut
            size, finder, source = track.size, None, names.shown(track.source or path.name)
            frames: Iterable[Frame | Pose] = track.poses()
        else:
            frames = clip = stack.enter_context(VideoSource(path, least_step_s=LEAST_STEP_S, filming=filming))
            finder = stack.enter_context(MediaPipeLandmarker(resolve(model, progress=True), verbose=verbose))
            if clip.info.slow_motion > 1:
                notes = [f"The clip plays {clip.info.slow_motion:.3g} times slower than it was filmed."]
                filming = replace(filming, slow_motion=clip.info.slow_motion)
            notes += choose(finder, path, wanted, filming)
            size, source = (clip.info.width, clip.info.height), names.shown(path.name)
        session = Session(
            size,
            chosen,
            side=side,
            profile=judged_by,
            baselines=baselines,
            landmarker=finder,
            source=source,
            modes=modes,
            notes=notes,
            coached=coached,
            filming=filming,
        )
        tell(0, 0.0)
        for count, frame in enumerate(frames, start=1):
            if stopped():
                complete = False
                break
            session.push(frame)
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
    if kinds.is_report(path):
        return None
    if journal.is_recorded(path):
        return len(journal.load_recorded(path))
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
) -> list[str]:
    """Look who is in a clip and, where there are several, have the one who trains or is wanted followed.

    Args:
        finder: Looks, and is told whom to follow.
        clip: The video.
        person: Whom the user wants.
        filming: How the video's pictures lie.

    Returns:
        Notes for the report: that it was not clear who trains.

    Raises:
        UsageError: If the person wanted is not there.
        NoPersonError: If one is wanted and nobody is there.
    """
    with VideoSource(clip, filming=filming) as source:
        crowd = finder.survey(_pictures(source.glimpses(_GLIMPSES)))
    if crowd is not None and (crowd.several or person):
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
