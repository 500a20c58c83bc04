"""Clips and recorded tracks, from a path to a report: all that is not a live feed goes through here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from . import catalog, journal
from .baseline import Baseline
from .choice import choose
from .errors import UsageError
from .landmarker import MediaPipeLandmarker
from .limits import with_limits
from .models import resolve
from .modes import PLAIN, Modes
from .people import Wanted
from .pipeline import Analysis, Session
from .pose import Pose, Side
from .profiles import Profile
from .report.model import Report
from .report.own import baselines_of
from .report.saved import load_report
from .sources import Frame, VideoSource

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
) -> Report:
    """Analyse a clip or a recorded track.

    Args:
        path: Any video ffmpeg reads, or a `.npz` track.
        exercise: Name of the exercise, or None or `auto` to recognise it, set by set.
        side: `left` or `right` where the working side should not be recognised.
        person: Whom to judge among several: `left`, `middle`, `right`, a number counted from the left, or a
            point of the picture as `X,Y` in pixels; None takes the one who seems to train.
        profile: `standard`, `strict` or `beginner`.
        limits: A TOML file with own limits, laid over the profile; see `formcheck.limits`.
        baseline: A clip, track or report of a few clean repetitions of the same person.
        model: `lite`, `full`, `heavy`, or a path to a pose landmarker bundle.
        pause_s: Seconds to hold at the top, where the exercise has pause repetitions.
        deficit: Whether the working foot stands on a platform.

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
        if exercise not in (None, catalog.AUTO) and report.exercise != exercise:
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
    modes: Modes = PLAIN,
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
        coached: False where no cues are wanted, only verdicts.
        progress: Told of every frame.
        stop: Asked before every frame; True ends the analysis with what was seen so far.
        verbose: Whether MediaPipe's own lines may reach the terminal.
    """
    chosen = catalog.chosen(exercise)
    if chosen:
        modes.check(chosen)
    wanted = Wanted.parse(person) if person else None
    judged_by = profile if isinstance(profile, Profile) else Profile.named(profile)
    tell, stopped = progress or (lambda frames, time_s: None), stop or (lambda: False)
    with ExitStack() as stack:
        notes: list[str] = []
        complete = True
        if journal.is_recorded(path):
            if wanted:
                raise UsageError("a recorded track holds one person: give --person where it is recorded")
            recorded = journal.recover_recorded(path)
            track, complete = recorded.track, not recorded.cut
            notes = [recorded.cut] if recorded.cut else []
            size, finder, source = track.size, None, track.source or path.name
            frames: Iterable[Frame | Pose] = track.poses()
        else:
            frames = clip = stack.enter_context(VideoSource(path, least_step_s=LEAST_STEP_S))
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
            modes=modes,
            notes=notes,
            coached=coached,
        )
        tell(0, 0.0)
        for count, frame in enumerate(frames, start=1):
            if stopped():
                complete = False
                break
            session.push(frame)
            tell(frame.index + 1 if isinstance(frame, Frame) else count, frame.time_s)
        if isinstance(frames, VideoSource) and frames.truncated:
            complete = False
    return session.finish(complete=complete)


def frames_estimate(path: Path) -> int | None:
    """Return about how many frames a clip or track holds, or None where it does not say (or is a report)."""
    if path.suffix.lower() == ".json":
        return None
    if journal.is_recorded(path):
        return len(journal.load_recorded(path))
    with VideoSource(path) as clip:
        return clip.info.frames_estimate
