"""`formcheck serve`: the phone is the camera, the screen and the voice."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Option

from formcheck.cli import history
from formcheck.cli import live as live_command
from formcheck.cli import options as opt
from formcheck.cli.terminal import check_clip, check_names, complain, ctrl_c, say
from formcheck.errors import UsageError
from formcheck.history.keeper import LogOptions, keeper_from_options

if TYPE_CHECKING:
    from formcheck.report.analysis import Analysis
    from formcheck.serve.phone import Choice

PORT = 8750
_NEEDED = ("cryptography", "segno", "starlette", "uvicorn")

Lan = Annotated[bool, Option("--lan", help="Let phones in this network in, by HTTPS and a QR code.")]
LanAddress = Annotated[
    str | None,
    Option(
        "--address", metavar="IP", help="With --lan: this computer's address to use.", show_default="found"
    ),
]
Port = Annotated[int, Option("--port", metavar="N", min=0, max=65535, help="Where to listen; 0: any free.")]
Phones = Annotated[
    int | None,
    Option("--phones", metavar="N", min=1, help="The most phones at a time.", show_default="measured"),
]
Idle = Annotated[
    float, Option("--idle", metavar="MINUTES", min=0.1, help="Stop when nobody has trained for so long.")
]
RecordFolder = Annotated[
    Path | None,
    Option(
        "--record",
        metavar="DIR",
        help="Keep the pictures as the phone sent them (.mkv).",
        show_default=False,
    ),
]


def serve(
    *,
    exercise: opt.ExerciseName = "auto",
    side: opt.WorkingLeg = None,
    lan: Lan = False,
    address: LanAddress = None,
    port: Port = PORT,
    phones: Phones = None,
    idle: Idle = 30.0,
    pause: opt.Pause = None,
    deficit: opt.Deficit = False,
    plate: opt.Plate = None,
    profile: opt.Profile = "standard",
    limits: opt.Limits = None,
    baseline: opt.Baseline = None,
    voice: live_command.SoundOption = live_command.Sound.ON,
    mode: live_command.ModeOption = live_command.Mode.COACH,
    count: live_command.CountOption = live_command.Count.VOICE,
    record: RecordFolder = None,
    report: live_command.ReportFolder = None,
    target_reps: live_command.Target = 0,
    tempo: live_command.Tempo = None,
    speed_loss: live_command.SpeedLoss = None,
    cues: live_command.CueTexts = None,
    log: history.LogFile = None,
    no_log: history.NoLog = False,
    lifter: history.Lifter = None,
    load: history.Load = None,
    bilateral_load: history.BothLegs = None,
    model: opt.Model = "full",
    rules: opt.Rules = None,
    verbose: opt.Verbose = False,
) -> int:
    """Coach by phone: it is the camera, the screen and the voice, and shows the reports."""
    _check_ready(lan, address)
    from dataclasses import replace

    from formcheck.exercises import catalog
    from formcheck.live import words as wording
    from formcheck.live.speed import checked_loss

    judged_by = check_names(exercise, profile, rules, limits=limits)
    about_log = LogOptions(log, no_log, lifter, load, bilateral_load)
    keeper = keeper_from_options(about_log, None, live=True, complain=complain)
    if baseline:
        check_clip(baseline)
    known = list(catalog.exercises().values())
    texts = wording.load(cues, known) if cues else wording.Texts()
    said = opt.settings(
        exercise,
        side=side,
        profile=judged_by,
        model=model,
        pause_s=pause,
        deficit=deficit,
        plate_mm=plate,
        verbose=verbose,
    )
    aim_s, loss_pct = live_command.tempo_of(tempo), checked_loss(speed_loss)
    from formcheck.vision.models import resolve

    bundle = resolve(model, progress=True)
    from formcheck.files.writing import make_folder
    from formcheck.live.session import Parts
    from formcheck.live.talk import Wishes
    from formcheck.serve.access import Place
    from formcheck.serve.certificates import certificates
    from formcheck.serve.feed import PhoneFeed
    from formcheck.serve.phone import Choice
    from formcheck.serve.qr import terminal
    from formcheck.serve.room import Plan, Room
    from formcheck.serve.server import Server, lan_address, listen
    from formcheck.serve.server import serve as answer
    from formcheck.serve.take import Quiet
    from formcheck.vision.landmarker import MediaPipeLandmarker

    wishes = Wishes(texts.words, count.value, target_reps, aim_s, speed_loss_pct=loss_pct)
    settings = replace(live_command.coached(said, texts, baseline, mode), exercise=None)
    by_name = {one.name: one for one in settings.candidates}

    def make(choice: Choice) -> Parts:
        return Parts(
            feed=PhoneFeed("a phone"),
            landmarker=lambda: MediaPipeLandmarker(bundle, verbose=verbose),
            settings=replace(settings, exercise=by_name.get(choice.exercise), side=choice.side),
            wishes=wishes,
            report=report,
            notes=said.modes.notes,
            line=lambda: Quiet(complain),
        )

    def keep(analysis: Analysis, name: str) -> None:
        replace(keeper, lifter=name or keeper.lifter).keep(analysis, printed=False)

    def invite(link: str) -> None:
        if lan:
            say(f"\n{terminal(link)}\nScan this with the phone, or open {link}\nIt lets one phone in.\n")
        else:
            say(f"Open {link}\nIt lets one browser in.\n")

    with ExitStack() as stack:
        before = os.umask(0o077)  # all that is written here is for its owner only
        stack.callback(os.umask, before)
        if report:
            make_folder(report)
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="formcheck-")))
        chosen = lan_address(address) if lan else None
        files = certificates(chosen) if chosen is not None else None
        listening = listen(str(chosen or "127.0.0.1"), port)
        place = Place(str(chosen or "localhost"), listening.getsockname()[1], secure=files is not None)
        room = Room(
            Plan(
                make=make,
                settings=settings,
                wishes=wishes,
                words=texts.page,
                choice=Choice(exercise, said.side),
                scratch=scratch,
                language=texts.language,
                spoken=voice is live_command.Sound.ON,
                record=record,
                keep=keep,
                tell=complain,
                most=phones,
            )
        )
        if lan:
            say("The phone warns that it does not know this computer's certificate: choose to go on.\n")
        with ctrl_c() as stopped:
            idled = answer(
                Server(room, place, listening, files), invite=invite, idle_s=60 * idle, stop=stopped
            )
        if idled:
            say(f"Nobody has trained for {idle:g} minutes: stopped.\n")
    return 130 if stopped() else 0


def _check_ready(lan: bool, address: str | None) -> None:
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        raise UsageError(
            f"serve needs {missing[0]}, which is not installed; run pip install 'formcheck[serve]'"
        )
    if address is not None and not lan:
        raise UsageError("--address is for --lan; add it, or leave --address out")


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(serve)
