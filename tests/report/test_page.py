"""The page as text: what it holds, what it keeps out, and that it can be made again. No browser."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.pages import analysis, clean, faulty, film, mostly_unseen, renamed, two_sided
from support.skeleton import Shot, kickbacks

from formcheck import Analysis, Report
from formcheck.cli.app import run
from formcheck.report.compare import compare
from formcheck.report.model import VerdictReport
from formcheck.report.outputs import Outputs, plan, write
from formcheck.report.page import load, render
from formcheck.report.page.render import Video, clock, comparison_page, report_page
from formcheck.report.page.views import gauge, timeline_span

EVIL = '"><img src=x onerror=alert(1)></script><script>alert(2)</script>{{7*7}}.mp4'
KINDS = ("json", "html", "csv", "csv-frames", "track", "annotated", "stills")


def out(found: Analysis, folder: Path, **more: bool) -> Path:
    """Write everything of a synthetic clip, as `analyze --out` does, and return the folder."""
    folder.mkdir(exist_ok=True)
    clip = film(found, folder / "clip.mp4")
    write(clip, found, Outputs(plan(clip, folder / "out", dict.fromkeys(KINDS)), **more))
    return folder / "out"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return out(faulty(), tmp_path_factory.mktemp("page"))


def visible(page: str) -> str:
    """The page without its scripts and styles."""
    return re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.S)


@pytest.mark.slow
def test_a_faulty_set_shows_its_fault_beside_the_best(written: Path) -> None:
    page = visible((written / "clip.report.html").read_text("utf-8"))
    assert "Knee bent" in page
    assert "Your best: rep" in page
    assert page.count("data:image/jpeg;base64,") == 2 + 4
    assert 'src="clip.annotated.mp4"' in page
    assert "PureGym" in page
    assert "Pelvis rotated" in page  # not judged, with how to film it


def test_every_picture_has_words(written: Path) -> None:
    page = (written / "clip.report.html").read_text("utf-8")
    images = re.findall(r"<img [^>]*>", page)
    assert images
    assert all(re.search(r'alt="Repetition \d', image) for image in images)


def test_a_clean_set_says_so_and_shows_no_fault() -> None:
    page = visible(report_page(clean().report))
    assert "Nothing seen" in page
    assert "What to work on" not in page
    assert "<img" not in page


@pytest.mark.slow
def test_both_sides_are_set_against_each_other() -> None:
    page = visible(report_page(two_sided().report))
    assert "Left against right" in page
    assert "Knee bent, left leg" in page


def test_what_was_not_judged_is_told_with_how_to_film_it() -> None:
    report = mostly_unseen().report
    page = visible(report_page(report))
    assert "no score" in page
    assert all(item.remedy.split(".")[0] in page for item in report.not_judged)


def test_a_clip_without_repetitions_has_a_page() -> None:
    found = analysis(kickbacks(reps=1, top_deg=-21.0))
    assert not found.report.reps
    page = report_page(found.report)
    assert "nothing was judged" in page
    assert '<section aria-labelledby="h-line">' not in page


@pytest.mark.parametrize("make", [report_page, lambda report: comparison_page(compare([report, report]))])
def test_names_from_outside_are_text(make: Callable[[Report], str]) -> None:
    report = renamed(faulty(), EVIL).report
    evil = report.model_copy(update={"notes": (EVIL,), "fix": None})
    page = make(evil)
    assert "<img src=x" not in page
    assert "<script>alert" not in page
    assert "&lt;img src=x" in page
    assert "{{7*7}}" in page
    assert page.count("</script>") == make(report.model_copy(update={"source": "a.mp4"})).count("</script>")


def test_a_video_link_cannot_leave_its_attribute() -> None:
    page = report_page(clean().report, {}, Video(link='javascript:alert(1)" onerror="x'))
    assert "javascript:" not in visible(page).replace("(javascript:", "")
    assert 'onerror="' not in page


def test_nothing_is_fetched(written: Path) -> None:
    page = (written / "clip.report.html").read_text("utf-8")
    assert "default-src 'none'" in page
    assert not re.findall(r'(?:src|href)="(?!data:|#|clip\.annotated\.mp4)', visible(page))


def test_the_page_is_made_again_from_the_report_alone(written: Path) -> None:
    first = (written / "clip.report.html").read_bytes()
    again = written / "again.html"
    assert run(["report", str(written / "clip.report.json"), "--html", str(again)]) == 0
    assert again.read_bytes() == first
    table = written / "again.csv"
    assert run(["report", str(written / "clip.report.json"), "--csv", str(table)]) == 0
    assert table.read_bytes() == (written / "clip.reps.csv").read_bytes()


def test_it_is_made_again_without_what_is_gone(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = tmp_path / "alone.json"
    alone.write_bytes((written / "clip.report.json").read_bytes())
    page = tmp_path / "page.html"
    assert run(["report", str(alone), "--html", str(page)]) == 0
    assert "6 of 6 stills" in capsys.readouterr().err
    text = visible(page.read_text("utf-8"))
    assert "Knee bent" in text
    assert "<img" not in text
    assert "<video" not in text
    assert run(["report", str(alone), "--html", str(page), "--stills", str(written / "clip.stills")]) == 0
    assert page.read_text("utf-8").count("data:image/jpeg") == 6


def test_the_report_is_shown_again(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", str(written / "clip.report.json")]) == 0
    assert "knee-bent" in capsys.readouterr().out


def test_a_report_cannot_make_the_page_show_other_files(tmp_path: Path, written: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    jpeg = next((written / "clip.stills").iterdir()).read_bytes()
    (tmp_path / "secret.jpg").write_bytes(jpeg)
    (home / "text.jpg").write_text("a secret that is no picture")
    (home / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    (home / "mine.jpg").write_bytes(jpeg)
    report = Report.from_json((written / "clip.report.json").read_bytes())
    names = ["../secret.jpg", str(tmp_path / "secret.jpg"), "text.jpg", "link.jpg", "mine.jpg", "a\0b.jpg"]
    stills = tuple(report.stills[0].model_copy(update={"file": name}) for name in names)
    found = load.stills(report.model_copy(update={"stills": stills}), home / "report.json")
    assert list(found) == ["mine.jpg"]


@pytest.mark.parametrize(
    "name",
    ["../secret.mp4", "SECRET", "text.txt", "link.mp4", "folder.mp4", "javascript:alert(1)", "//evil/x.mp4"],
)
def test_a_report_cannot_make_the_page_play_other_files(
    tmp_path: Path, written: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    home, page = tmp_path / "home", tmp_path / "page.html"
    (home / "folder.mp4").mkdir(parents=True)
    for place in (tmp_path / "secret.mp4", home / "text.txt", home / "my own.mp4"):
        place.write_bytes(b"a film")
    (home / "link.mp4").symlink_to(tmp_path / "secret.mp4")
    report = Report.from_json((written / "clip.report.json").read_bytes())
    for video, there in ((name.replace("SECRET", str(tmp_path / "secret.mp4")), False), ("my own.mp4", True)):
        path = home / "a.json"
        path.write_text(report.model_copy(update={"stills": (), "video": video}).to_json(), "utf-8")
        assert run(["report", str(path), "--html", str(page)]) == 0
        assert ('src="home/my%20own.mp4"' in page.read_text("utf-8")) is there
        assert ("<video" in page.read_text("utf-8")) is there
        assert ("not beside the report" in capsys.readouterr().err) is not there


@pytest.mark.slow
def test_a_page_of_twenty_repetitions_is_small(tmp_path: Path) -> None:
    found = analysis(kickbacks(Shot(fps=20.0), reps=20, knee_deg=[4.0, 38.0] * 10))
    assert len(found.report.reps) == 20
    page = tmp_path / "page.html"
    write(film(found, tmp_path / "clip.mp4"), found, Outputs({"html": page}))
    assert page.read_text("utf-8").count("data:image/jpeg") == 22
    assert page.stat().st_size < 5_000_000


def charts_of(report: Report) -> list[dict[str, Any]]:
    found = re.search(r'id="data">(.*?)</script>', report_page(report), re.S)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return list(data["charts"].values())


def test_charts_hold_the_limits_where_they_are_judged() -> None:
    report = faulty().report
    charts = charts_of(report)
    [knee] = [chart for chart in charts if chart["title"] == "Knee flexion" and "zones" in chart]
    assert {(zone["low"], zone["high"], zone["level"]) for zone in knee["zones"]} == {
        (15.0, 25.0, "warn"),
        (25.0, None, "fault"),
    }
    assert [dot["status"] for dot in knee["dots"]] == ["ok", "fault", "ok", "fault"]
    assert [zone["from"] for zone in knee["zones"][::2]] == [round(rep.start_s, 2) for rep in report.reps]
    [hold] = [chart for chart in charts if chart["title"] == "No hold"]
    assert {(zone["low"], zone["high"]) for zone in hold["zones"]} == {(0.6, 1.0), (None, 0.6)}


def gauge_of(value: float, worse: str, warn: float = 6.0, fault: float | None = 10.0) -> dict[str, str]:
    verdict = VerdictReport.model_validate(
        {"rule": "X", "fault": "x", "status": "ok", "value": value, "uncertainty": 2.0, "unit": "deg"}
        | {"warn": warn, "fault_limit": fault, "time_s": 1.0, "view": "side", "reason": "", "cue": ""}
    )
    found = gauge(verdict, worse)
    assert found is not None
    at = [zone for zone in found.zones if zone.left <= found.value <= zone.left + zone.width]
    assert sum(zone.width for zone in found.zones) == pytest.approx(100.0, abs=0.1)
    return {"level": at[0].level}


@pytest.mark.parametrize(
    ("value", "worse", "warn", "fault", "level"),
    [
        (3.0, "above", 6.0, 10.0, "ok"),
        (8.0, "above", 6.0, 10.0, "warn"),
        (21.0, "above", 6.0, 10.0, "fault"),
        (0.3, "below", 1.0, 0.6, "fault"),
        (1.4, "below", 1.0, 0.6, "ok"),
        (-40.0, "below", -32.0, None, "warn"),
        (-12.0, "either", 5.0, 8.0, "fault"),
    ],
)
def test_a_gauge_puts_the_value_into_its_zone(
    value: float, worse: str, warn: float, fault: float | None, level: str
) -> None:
    assert gauge_of(value, worse, warn, fault) == {"level": level}


def test_the_scripts_are_those_that_were_looked_at() -> None:
    folder = Path(render.__file__).with_name("vendor")
    said = dict(
        re.findall(r"\| `(\S+\.js)` \|.*`([0-9a-f]{64})` \|", (folder / "README.md").read_text("utf-8"))
    )
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.js")}
    assert found == said
    assert len(list(folder.glob("LICENSE-*.txt"))) == len(found) == 2


def test_the_time_line_ends_with_the_clip() -> None:
    report = analysis(kickbacks(reps=2)).report
    last_s = report.reps[-1].end_s
    for after_s, ends_s in ((0.3, last_s + 0.3), (5.0, last_s + 1.0), (-0.1, last_s)):
        shown = report.model_copy(update={"duration_s": last_s + after_s})
        assert timeline_span(shown)[1] == pytest.approx(ends_s)


def test_clock() -> None:
    assert [clock(t) for t in (0.0, 7.44, 59.97, 61.26)] == ["0:00.0", "0:07.4", "1:00.0", "1:01.3"]
