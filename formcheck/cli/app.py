"""The command line: parse, call, print, exit code.

Exit codes: 0 fine; 1 only with `--fail-on`, or by `check-rules`; 2 wrong use; 3 the clip could not be
analysed; 70 a bug in formcheck; 130 stopped by Ctrl-C (the first one still prints and writes what was
analysed so far); 141 the reader of a pipe went away. Whatever is slow to import is imported inside the
commands.
"""

from __future__ import annotations

import json as jsonlib
import logging
import sys
import traceback
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from formcheck.cli import authoring, batch, evaluating, history, reports, training
from formcheck.cli import live as live_command
from formcheck.cli import options as opt
from formcheck.cli import render as render_command
from formcheck.cli import serve as serve_command
from formcheck.cli.terminal import (
    PIPE_CLOSED,
    bar,
    check_clip,
    check_names,
    close_pipe,
    complain,
    ctrl_c,
    is_dash,
    say,
    say_rich,
)
from formcheck.errors import FormcheckError, NoPersonError, brief
from formcheck.history.keeper import LogOptions, keeper_from_options
from formcheck.vision.mediapipe_guard import part_stderr

if TYPE_CHECKING:
    from formcheck.report.model import Report

INTERNAL = 70
"""Exit code where something went wrong that is no fault of the user's (EX_SOFTWARE of sysexits)."""

app = typer.Typer(
    name="formcheck",
    help="Watches a person train and says what is wrong with their form, and how sure it is: live before a "
    "camera (`live`), in a recorded video (`analyze`), or in whole folders of videos (`score`).",
    epilog="Exit codes: 0 fine, 1 with --fail-on or by check-rules only, 2 wrong use, 3 the clip could not "
    "be analysed, 70 a mistake in formcheck (please report it), 130 stopped by Ctrl-C.",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def _top(
    context: typer.Context,
    version: opt.Version = False,
    verbose: opt.Verbose = False,
) -> None:
    if version:
        from importlib.metadata import version as installed

        say(f"formcheck {installed('formcheck')}\n")
        raise typer.Exit
    if context.invoked_subcommand is None:
        say(context.get_help() + "\n")


@app.command()
def analyze(
    clip: opt.ClipOrLandmarks,
    *,
    exercise: opt.ExerciseName = "auto",
    side: opt.WorkingLeg = None,
    pause: opt.Pause = None,
    deficit: opt.Deficit = False,
    plate: opt.Plate = None,
    person: opt.Person = None,
    rotate: opt.Rotate = None,
    mirrored: opt.Mirrored = False,
    slow_motion: opt.SlowMotion = None,
    size: opt.Size = None,
    fps: opt.Fps = None,
    out: opt.OutFolder = None,
    json: opt.Json = None,
    html: opt.Html = None,
    csv: opt.Csv = None,
    csv_frames: opt.CsvFrames = None,
    annotated: opt.Annotate = None,
    stills: opt.Stills = None,
    track: opt.Record = None,
    trc: opt.Trc = None,
    mot: opt.Mot = None,
    blur_face: opt.BlurFace = False,
    embed_video: opt.EmbedVideo = False,
    profile: opt.Profile = "standard",
    limits: opt.Limits = None,
    baseline: opt.Baseline = None,
    model: opt.Model = "full",
    fail_on: opt.Fail = None,
    log: history.LogFile = None,
    no_log: history.NoLog = False,
    lifter: history.Lifter = None,
    load: history.Load = None,
    bilateral_load: history.BothLegs = None,
    date: history.Date = None,
    rules: opt.Rules = None,
    verbose: opt.Verbose = False,
) -> int:
    """Analyse a recorded clip, repetition by repetition."""
    check_clip(clip)
    if baseline:
        check_clip(baseline)
    from formcheck.report.outputs import plan

    named: dict[str, Path | None] = {
        "json": None if is_dash(json) else json,
        "html": html,
        "csv": csv,
        "csv-frames": csv_frames,
    }
    named |= {"annotated": annotated, "stills": stills, "track": track, "trc": trc, "mot": mot}
    wanted = plan(clip, out, named, kept=[path for path in (baseline, limits) if path])
    judged_by = check_names(exercise, profile, rules, limits=limits)
    about_log = LogOptions(log, no_log, lifter, load, bilateral_load, date)
    keeper = keeper_from_options(about_log, clip, complain=complain)
    from formcheck import api
    from formcheck.poses.recorded import check_given

    settings = opt.settings(
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
        slow_motion=slow_motion,
        size=size,
        fps=fps,
        verbose=verbose,
    )
    check_given(clip, settings.given)
    with ctrl_c() as stopped:
        try:
            if baseline:
                with bar("reading the baseline", api.frames_estimate(baseline)) as progress:
                    own = api.read_baseline(baseline, settings, progress=progress, stop=stopped)
                settings = replace(settings, baselines=own)
            with bar("analysing", api.frames_estimate(clip)) as progress:
                analysis = api.analyze_clip(clip, settings, progress=progress, stop=stopped)
        except NoPersonError:
            if stopped():
                raise KeyboardInterrupt from None  # too early for a report
            raise
    report = analysis.report
    logged = None if stopped() else keeper.keep(analysis, printed=not is_dash(json))  # part is no set
    try:
        if wanted:
            from formcheck.report.outputs import Outputs, write

            report = write(clip, analysis, Outputs(wanted, blur_face, embed_video), bar)
    finally:  # a file that fails does not cost the reader the result
        if is_dash(json):
            say(report.to_json())
        else:
            from formcheck.report.table import render

            say_rich(render(report, analysis.exercise))
            if logged is not None:
                say_rich(logged)
    if stopped():
        return 130
    return int(fail_on is not None and _fails(report, fail_on))


def bench(clip: opt.Clip, *, json: opt.Json = None, model: opt.Model = "full") -> None:
    """Measure the speed on a clip, against bare decoding and detection in the same run."""
    check_clip(clip)
    from formcheck.evaluation import speed as benchmark
    from formcheck.files.writing import check_writable, write_text
    from formcheck.video.reader import VideoSource

    if json and not is_dash(json):
        check_writable(json)
    VideoSource(clip).close()  # says in one sentence what is wrong with a clip that does not open
    result = benchmark.bench(clip, model=model)
    if json and not is_dash(json):
        write_text(json, result.to_json())
    say(_line(result.to_json() if is_dash(json) else result.table()))


@app.command()
def exercises(*, rules: opt.Rules = None) -> None:
    """List the exercises."""
    from formcheck.exercises import catalog

    if rules:
        catalog.load_folder(rules)
    from formcheck.judging.recognition import recognisable

    known = catalog.exercises()
    width = max(map(len, known), default=0)
    seen = {item.name for item in recognisable(list(known.values()))}
    for name, item in known.items():
        named = "" if name in seen else f", only with --exercise {name}"
        say(f"{name:<{width}}  {item.title}, {len(item.rules)} rules{named}\n")


@app.command()
def explain(
    name: opt.Topic,
    *,
    limits: opt.AsToml = False,
    rules: opt.Rules = None,
) -> None:
    """Explain what is checked and how, from where, with limits and source, and what cannot be seen."""
    from formcheck.exercises import catalog
    from formcheck.exercises.explain import explain as text
    from formcheck.exercises.profiles import as_toml

    if rules:
        catalog.load_folder(rules)
    say(as_toml(name) if limits else text(name))


@app.command("models")
def list_models(
    *,
    fetch: opt.Fetch = None,
) -> None:
    """List the pose models and where they are, or fetch one."""
    from formcheck.vision import models

    if fetch is not None:
        say(f"{models.fetch(fetch, progress=True)}\n")
        return
    for info in models.available():
        if info.present:
            size = f"{(info.size_bytes or 0) / 1e6:.1f} MB"
            say(f"{info.name:<6} {size:>8}  {info.path}\n{'':17}{info.source}\n{'':17}sha256 {info.sha256}\n")
        else:
            say(f"{info.name:<6} {'absent':>8}  {info.source}\n")


@app.command()
def schema() -> None:
    """Print the JSON Schema of a report."""
    from formcheck.report.model import json_schema

    say(jsonlib.dumps(json_schema(), indent=1) + "\n")


reports.register(app)
history.register(app)
evaluating.register(app)
authoring.register(app)
batch.register(app, live_command.register(app, bench))
serve_command.register(app)
render_command.register(app)
training.register(app)


def main() -> None:
    """Run the command line and end the process."""
    part_stderr()
    sys.exit(run())


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command line, the process's own by default, and return its exit code.

    Whatever goes wrong becomes one sentence on stderr; a traceback only with `--verbose`.
    """
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    verbose = "--verbose" in arguments
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that cannot write ± is no reason to fail
    logging.basicConfig(level=logging.DEBUG if verbose else logging.WARNING, format="formcheck: %(message)s")
    try:
        code = app(arguments, prog_name="formcheck", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 1
    except BrokenPipeError:
        close_pipe()
        return PIPE_CLOSED
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except Exception as error:
        if verbose:
            traceback.print_exc()
        return _explain_failure(error)


def _explain_failure(error: Exception) -> int:
    from formcheck.exercises.rule_files import blame

    if isinstance(error, FormcheckError):
        complain(str(error))
        return error.exit_code
    show: Any = getattr(error, "format_message", None)  # Typer's own, whose classes moved between versions
    if show is not None:
        complain(f"{str(show()).rstrip('.')}; see `formcheck --help`")
        return 2
    if blamed := blame(error, _plug_ins()):
        complain(str(blamed))
        return blamed.exit_code
    if isinstance(error, MemoryError):
        complain("there is not enough memory for this; close other programs, or try a shorter clip")
    else:
        complain(
            f"internal error ({type(error).__name__}: {brief(error)}); please report it with the traceback "
            "that `formcheck --verbose ...` prints"
        )
    return INTERNAL


def _plug_ins() -> set[Path]:
    from formcheck.exercises import catalog

    try:
        return catalog.plug_ins()
    except Exception:  # what went wrong first is what is said
        return set()


def _line(text: str) -> str:
    return text.rstrip("\n") + "\n"


def _fails(report: Report, fail_on: opt.FailOn) -> bool:
    bad = {"fault"} if fail_on is opt.FailOn.FAULT else {"warn", "fault"}
    full = [rep for rep in report.reps if not rep.partial]
    return any(verdict.status.value in bad for rep in full for verdict in rep.verdicts)
