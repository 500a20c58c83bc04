"""From a report, its stills and maybe a video to one HTML file that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from formcheck.files import names as name_of
from formcheck.report.compare import Comparison
from formcheck.report.compare_table import amount, letter
from formcheck.report.model import Report
from formcheck.report.page import charts, views
from formcheck.report.table import camera
from formcheck.wording import capital, day_text, leg, plain, sentence, share, spans

_SCRIPTS = ("vendor/d3.min.js", "vendor/plot.umd.min.js", "assets/charts.js", "assets/page.js")


@dataclass(frozen=True, slots=True)
class Video:
    """The video of a page.

    Attributes:
        link: Where it is, as seen from the page's folder; or empty.
        data: The whole file, to be put into the page, or None.
        lead_s: By how much a player's clock is ahead of the clip's times (`VideoInfo.lead_s`).
        slow_motion: How many times slower it plays than those (`VideoInfo.slow_motion`).
        kind: Its MIME type.
    """

    link: str = ""
    data: bytes | None = None
    lead_s: float = 0.0
    slow_motion: float = 1.0
    kind: str = "video/mp4"


def report_page(report: Report, pictures: views.Pictures | None = None, video: Video | None = None) -> str:
    """Return a report as one HTML page.

    Args:
        report: What was found.
        pictures: Its stills' JPEG files by name; those that are missing are left out.
        video: The clip to jump about in, or None.
    """
    shown = pictures or {}
    data: dict[str, Any] = {
        "time": report.series.time_s if report.series else [],
        "reps": [
            {"rep": rep.index, "from": rep.start_s, "to": rep.end_s} for rep in report.reps if not rep.partial
        ],
        "charts": {},
    }
    groups: dict[str, list[charts.Chart]] = {
        "time": charts.over_time(report),
        "values": charts.by_rep(report),
        "overlay": charts.overlays(report),
        "tempo": [chart for chart in (charts.tempo(report), charts.ranges(report)) if chart and report.reps],
    }
    for name, group in groups.items():
        data["charts"] |= {f"{name}-{i}": chart for i, chart in enumerate(group)}
    return fill_template(
        "report.html.j2",
        report=report,
        faults=views.faults(report, shown),
        reps=views.reps(report, shown),
        span=views.timeline_span(report),
        facts=views.facts(report),
        verdict=views.verdict_line(report),
        not_judged=views.not_judged(report),
        sides=views.sides(report),
        table=views.table(report),
        groups=groups,
        main_charts=charts.MAIN_CHARTS,
        marked=any(line["mark"] for chart in groups["overlay"] for line in chart["lines"]),
        video=video,
        data=data,
    )


def comparison_page(comparison: Comparison) -> str:
    """Return a comparison as one HTML page."""
    letters = [letter(i) for i in range(len(comparison.reports))]
    sides = len({row.side for row in comparison.rows}) > 1
    names = [f"{sign}  {one.source}" for sign, one in zip(letters, comparison.reports, strict=True)]
    data = {
        "time": [],
        "reps": [],
        "charts": {f"row-{i}": charts.row(row, names, sided=sides) for i, row in enumerate(comparison.rows)},
    }
    return fill_template(
        "comparison.html.j2",
        comparison=comparison,
        letters=letters,
        sided=sides,
        changed=[
            (row, sign, change)
            for row in comparison.rows
            for sign, change in zip(letters[1:], row.changes, strict=True)
            if change.sure
        ],
        data=data,
    )


def library_page(
    summary: object, groups: Sequence[Mapping[str, object]], clips: Sequence[Mapping[str, object]], more: int
) -> str:
    """Return the index page of many clips.

    Args:
        summary: Counts `clips`, `scored`, `without_reps` and `failures`.
        groups: A row a person and exercise, in words.
        clips: A row a clip, in words.
        more: Clips that are not shown.
    """
    data: dict[str, Any] = {"time": [], "reps": [], "charts": {}}
    return fill_template("library.html.j2", summary=summary, groups=groups, clips=clips, more=more, data=data)


def fill_template(template: str, *, scripts: tuple[str, ...] = _SCRIPTS, **values: Any) -> str:
    """Return a page made of a template, with these scripts and all styles inside."""
    script, style = _assets(scripts)
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    text: str = (
        _environment()
        .get_template(template)
        .render(
            script=Markup(script),
            style=Markup(style),
            script_hash=digest,
            **values,
        )
    )
    return text


@cache
def _assets(names: tuple[str, ...]) -> tuple[str, str]:
    """Return scripts and the style sheet as text."""
    here = files(__package__)
    scripts = [here.joinpath(name).read_text(encoding="utf-8").rstrip() for name in names]
    return "\n".join(scripts) + "\n", here.joinpath("assets/page.css").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__ or ""),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "plain": plain,
        "capital": capital,
        "sentence": sentence,
        "share": share,
        "leg": leg,
        "spans": spans,
        "camera": camera,
        "quantity": amount,
        "clock": clock,
        "url": lambda link: quote(os.fsencode(link), safe="/"),
        "name": name_of.shown,
        "day": day_text,
        "base64": lambda data: base64.b64encode(data).decode("ascii"),
    }
    environment.globals["words"] = {status.value: word for status, word in views.WORDS.items()}
    return environment


def clock(time_s: float) -> str:
    """Write a time of the clip as `0:07.4`."""
    minutes, rest = divmod(round(time_s, 1), 60)
    return f"{int(minutes)}:{rest:04.1f}"
