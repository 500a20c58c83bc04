"""The commands that make something of reports: `report` and `compare`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from formcheck.cli import options as opt
from formcheck.cli.terminal import (
    bar,
    check_clip,
    check_file,
    check_names,
    complain,
    ctrl_c,
    is_dash,
    say,
    say_rich,
)
from formcheck.errors import UsageError
from formcheck.files import kinds

if TYPE_CHECKING:
    from formcheck.judging.settings import Settings
    from formcheck.report.model import Report


def report(
    path: opt.ReportFile,
    *,
    html: opt.Html = None,
    csv: opt.Csv = None,
    stills: opt.StillsFrom = None,
    rules: opt.Rules = None,
) -> None:
    """Show a report again, or make its page or table, without the video."""
    from formcheck.exercises import catalog
    from formcheck.files.writing import write_text
    from formcheck.report.page import load
    from formcheck.report.saved import load_report

    if rules:
        catalog.load_folder(rules)
    if path.exists():
        check_file(path, "name a report that analyze --json wrote")
    found = load_report(path)
    _check_outputs([html, csv], [path])
    if csv is not None:
        from formcheck.report.spreadsheet import reps_csv

        write_text(csv, reps_csv(found))
    if html is not None:
        from formcheck.report.page.render import Video, report_page

        pictures = load.stills(found, path, stills)
        missing = len(found.stills) - len(pictures)
        if missing:
            complain(
                f"{missing} of {len(found.stills)} stills are not beside the report; "
                "--stills names their folder"
            )
        link = load.video_link(found, path, html)
        if found.video and not link:
            complain("the annotated clip is not beside the report; its page does without")
        write_text(html, report_page(found, pictures, Video(link=link) if link else None))
    if html is None and csv is None:
        from formcheck.judging.recognition import together
        from formcheck.report.table import render

        known = catalog.exercises()
        names = [one.exercise or found.exercise for one in found.sets] or [found.exercise]
        shown = [known[name] for name in names if name in known]
        say_rich(render(found, together(shown or list(known.values())[:1])))


def compare(
    clips: opt.Compared,
    *,
    json: opt.Json = None,
    html: opt.Html = None,
    exercise: opt.ExerciseName = "auto",
    profile: opt.Profile = "standard",
    limits: opt.Limits = None,
    model: opt.Model = "full",
    rules: opt.Rules = None,
) -> None:
    """Put sets side by side: what changed, and what only may have, within the measurement error."""
    from formcheck.files.writing import write_text
    from formcheck.report.compare import compare as put_side_by_side

    for clip in clips:
        check_clip(clip)
    if len(clips) < 2:
        raise UsageError("there is nothing to compare: name two clips or reports, or more")
    judged_by = check_names(exercise, profile, rules, limits=limits)
    settings = opt.settings(exercise, profile=judged_by, model=model)
    printed = is_dash(json)
    _check_outputs([html, None if printed else json], [*clips, *([limits] if limits else [])])
    result = put_side_by_side([_report_of(clip, settings) for clip in clips])
    if json is not None and not printed:
        write_text(json, result.to_json())
    if html is not None:
        from formcheck.report.page.render import comparison_page

        write_text(html, comparison_page(result))
    if printed:
        say(result.to_json())
    else:
        from formcheck.report.compare_table import render

        say_rich(render(result))


def _check_outputs(outputs: Sequence[Path | None], inputs: Sequence[Path]) -> None:
    from formcheck.files.writing import check_apart, check_writable

    wanted = [out for out in outputs if out is not None]
    check_apart(wanted, inputs)
    for out in wanted:
        check_writable(out)


def _report_of(clip: Path, settings: Settings) -> Report:
    """Read a report, or analyse a clip or track."""
    if kinds.is_report(clip):
        from formcheck.report.saved import load_report

        return load_report(clip)
    from formcheck import api

    with ctrl_c() as stopped, bar(f"analysing {clip.name}", api.frames_estimate(clip)) as progress:
        analysis = api.analyze_clip(clip, settings, progress=progress, stop=stopped)
        if stopped():
            raise KeyboardInterrupt
    return analysis.report


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(report)
    app.command()(compare)
