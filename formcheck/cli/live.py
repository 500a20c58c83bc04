"""`formcheck live`: the options, and the parts put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Option
from typer.core import TyperGroup

from formcheck.cli import history
from formcheck.cli import options as opt
from formcheck.cli.terminal import check_clip, check_names, complain, ctrl_c, note, say, say_rich
from formcheck.errors import UsageError
from formcheck.files import kinds
from formcheck.history.keeper import LogOptions, keeper_from_options

if TYPE_CHECKING:
    from formcheck.judging.settings import Settings
    from formcheck.live.words import Texts


class Sound(str, Enum):
    """Values of `--voice`."""

    ON = "on"
    OFF = "off"
    BEEP = "beep"


class Mode(str, Enum):
    """Values of `--mode`."""

    COACH = "coach"
    QUIET = "quiet"
    SILENT = "silent"


class Count(str, Enum):
    """Values of `--count`."""

    VOICE = "voice"
    TICK = "tick"
    OFF = "off"


Camera = Annotated[
    str | None, Option("--camera", metavar="N", help="The camera, by number or path.", show_default="0")
]
Source = Annotated[
    str | None,
    Option(
        "--source",
        metavar="URL|FILE",
        help="A stream (rtsp://, http://; a phone's camera app), or a video played at its own pace.",
        show_default=False,
    ),
]
SoundOption = Annotated[Sound, Option("--voice", help="Speak, beep, or neither.")]
ModeOption = Annotated[
    Mode, Option("--mode", help="coach: all cues; quiet: only what endangers; silent: none.")
]
CountOption = Annotated[Count, Option("--count", help="How repetitions are counted aloud.")]
RecordVideo = Annotated[
    Path | None,
    Option("--record", metavar="FILE", help="Record the picture (.mp4 or .mkv).", show_default=False),
]
ReportFolder = Annotated[
    Path | None,
    Option(
        "--report",
        metavar="DIR",
        help="Write reports and the recorded track into this folder.",
        show_default=False,
    ),
]
ShowWindow = Annotated[
    bool | None,
    Option("--window/--no-window", help="Show the picture.", show_default="where there is a display"),
]
FullScreen = Annotated[bool, Option("--full-screen", help="Begin on the full screen.")]
Target = Annotated[
    int, Option("--target-reps", metavar="N", min=0, help="Say when so many are done.", show_default=False)
]
Tempo = Annotated[
    str | None,
    Option("--tempo", metavar="U-H-D", help="Seconds up, hold and down, such as 1-1-2.", show_default=False),
]
SpeedLoss = Annotated[
    float | None,
    Option(
        "--speed-loss",
        metavar="PERCENT",
        help="Say when the bar has become slower by so much in a set, such as 20; its plate must be seen.",
        show_default=False,
    ),
]
CueTexts = Annotated[
    Path | None,
    Option("--cues", metavar="FILE", help="Own or translated words (TOML).", show_default=False),
]
PrintCues = Annotated[bool, Option("--print-cues", help="Print all words as a file for --cues.")]


def live(
    *,
    exercise: opt.ExerciseName = "auto",
    camera: Camera = None,
    source: Source = None,
    side: opt.WorkingLeg = None,
    person: opt.Person = None,
    rotate: opt.Rotate = None,
    mirrored: opt.Mirrored = False,
    pause: opt.Pause = None,
    deficit: opt.Deficit = False,
    plate: opt.Plate = None,
    profile: opt.Profile = "standard",
    limits: opt.Limits = None,
    baseline: opt.Baseline = None,
    voice: SoundOption = Sound.ON,
    mode: ModeOption = Mode.COACH,
    count: CountOption = Count.VOICE,
    record: RecordVideo = None,
    report: ReportFolder = None,
    window: ShowWindow = None,
    full_screen: FullScreen = False,
    target_reps: Target = 0,
    tempo: Tempo = None,
    speed_loss: SpeedLoss = None,
    cues: CueTexts = None,
    print_cues: PrintCues = False,
    log: history.LogFile = None,
    no_log: history.NoLog = False,
    lifter: history.Lifter = None,
    load: history.Load = None,
    bilateral_load: history.BothLegs = None,
    model: opt.Model = "full",
    rules: opt.Rules = None,
    verbose: opt.Verbose = False,
) -> int:
    """Coach a set while it is done: set-up, counting, one cue at a time, a summary."""
    from formcheck.live.display import display_there  # before anything that imports PyAV

    if window and not display_there():
        raise UsageError("there is no display for a window; leave --window out, or set DISPLAY")

    from formcheck.exercises import catalog
    from formcheck.live import words as wording
    from formcheck.live.feeds import feed_for
    from formcheck.live.speed import checked_loss

    judged_by = check_names(exercise, profile, rules, limits=limits)
    played = Path(source) if source and not kinds.trouble(source) else None
    about_log = LogOptions(log, no_log, lifter, load, bilateral_load)
    keeper = keeper_from_options(about_log, played, live=True, complain=complain)
    if baseline:
        check_clip(baseline)
    known = list(catalog.exercises().values())
    if print_cues:
        say(wording.template(known))
        return 0
    texts = wording.load(cues, known) if cues else wording.Texts()
    said = opt.settings(
        exercise,
        side=side,
        person=person,
        profile=judged_by,
        model=model,
        pause_s=pause,
        deficit=deficit,
        plate_mm=plate,
        rotate=rotate,
        mirrored=mirrored,
        verbose=verbose,
    )
    feed, aim_s = feed_for(camera, source), tempo_of(tempo)
    loss_pct = checked_loss(speed_loss)
    from formcheck.vision.models import resolve

    bundle = resolve(model, progress=True)
    from formcheck.live.session import Parts, run
    from formcheck.live.talk import Wishes
    from formcheck.vision.landmarker import MediaPipeLandmarker

    parts = Parts(
        feed=feed,
        landmarker=lambda: MediaPipeLandmarker(bundle, wanted=said.person, verbose=verbose),
        settings=coached(said, texts, baseline, mode),
        wishes=Wishes(texts.words, count.value, target_reps, aim_s, speed_loss_pct=loss_pct),
        sound=voice.value,
        language=texts.language,
        record=record,
        report=report,
        window=display_there() if window is None else window,
        full_screen=full_screen,
        notes=said.modes.notes,
    )
    with ctrl_c() as stopped:
        analysis = run(parts, stopped)
    if analysis is not None:
        from formcheck.report.table import render

        say_rich(render(analysis.report, analysis.exercise))
        logged = keeper.keep(analysis)
        if logged is not None:
            say_rich(logged)
    return 130 if stopped() else 0


def coached(said: Settings, texts: Texts, baseline: Path | None, mode: Mode) -> Settings:
    """Return settings to coach by: in the user's words, with the baseline read and the policy of the cues."""
    from formcheck.api import read_baseline
    from formcheck.exercises import catalog
    from formcheck.judging.cues import MODES

    return replace(
        texts.on(said, list(catalog.exercises().values())),
        baselines=read_baseline(baseline, said) if baseline else (),
        policy=MODES[mode.value],
    )


def tempo_of(text: str | None) -> tuple[float, float, float] | None:
    """Read seconds up, hold and down.

    Raises:
        UsageError: They are none, or nobody moves so.
    """
    if text is None:
        return None
    try:
        up, hold, down = (float(part) for part in text.split("-"))
    except ValueError:
        raise UsageError(
            f"--tempo {text} is not three numbers; say seconds up-hold-down, such as 1-1-2"
        ) from None
    if min(up, hold, down) < 0 or up + hold + down <= 0 or max(up, hold, down) > 30:
        raise UsageError(f"--tempo {text} is no tempo to move in; say seconds up-hold-down, such as 1-1-2")
    return up, hold, down


Clips = Annotated[
    list[Path], typer.Argument(metavar="CLIP...", help="Videos, best with truth files beside them.")
]
Via = Annotated[
    str, Option("--via", metavar="WAYS", help="How to play them, of file, http, rtsp and browser.")
]
Minutes = Annotated[
    float,
    Option("--minutes", metavar="N", help="Play the first clip over and over for so long instead, recorded."),
]


def bench_live(
    clips: Clips,
    *,
    via: Via = "file,http,rtsp",
    minutes: Minutes = 0.0,
    json: opt.Json = None,
    model: opt.Model = "full",
) -> None:
    """Measure live coaching on clips played at their own pace, against the truth beside them."""
    from formcheck.evaluation.live_speed import bench_live as measure
    from formcheck.files.writing import check_writable, write_text

    for clip in clips:
        check_clip(clip)
    dash = json is not None and str(json) == "-"
    if json is not None and not dash:
        check_writable(json)
    ways = [way.strip() for way in via.split(",") if way.strip()]
    result = measure(clips, via=ways, minutes=minutes, model=model, progress=note)
    if json is not None and not dash:
        write_text(json, result.to_json())
    say(result.to_json() if dash else result.table())


class _FirstWord(TyperGroup):
    """`bench CLIP` and `bench live CLIP...` in one: what is no command of the group goes to `clip`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command in where it was left out."""
        if args and args[0] not in (*self.commands, "-h", "--help"):
            args = ["clip", *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer, bench_clip: Callable[..., None]) -> typer.Typer:
    """Add the commands to the command line; return the group of measurements, for more of them.

    Args:
        app: The command line.
        bench_clip: The command that measures on one clip.
    """
    app.command()(live)
    bench = typer.Typer(
        cls=_FirstWord,
        help="Measure the speed: `bench CLIP`, `bench live CLIP...`, `bench batch PATHS...`.",
        no_args_is_help=True,
    )
    bench.command("clip")(bench_clip)
    bench.command("live")(bench_live)
    app.add_typer(bench, name="bench")
    return bench
