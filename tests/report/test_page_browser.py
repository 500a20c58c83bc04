"""The page in a real browser: offline, drawn, clickable, readable by keyboard and by a screen reader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.browser import chromium, tab, until, violations
from support.logs import KICK, a_set, day, four_weeks_of_sets
from support.pages import analysis, clean, faulty, film, mostly_unseen, two_sided
from support.skeleton import Shot, kickbacks

from formcheck import Analysis
from formcheck.history.history import build
from formcheck.history.page import history_page
from formcheck.history.store import Log
from formcheck.report.compare import compare
from formcheck.report.outputs import Outputs, write
from formcheck.report.page.render import comparison_page, report_page

pytestmark = pytest.mark.browser
WIDTHS = [390, 1200]
OTHERS = ("comparison", "history")
SETS = {"clean": clean, "faulty": faulty, "two-sided": two_sided, "mostly-unseen": mostly_unseen}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A page of every kind of set; that of the faulty one with its annotated video beside it."""
    folder = tmp_path_factory.mktemp("pages")
    found = {name: folder / f"{name}.html" for name in (*SETS, *OTHERS)}
    for name, make in SETS.items():
        found[name].write_text(report_page(make().report), encoding="utf-8")
    write_with_video(faulty(), found["faulty"])
    both = [clean().report, faulty().report]
    found["comparison"].write_text(comparison_page(compare(both)), encoding="utf-8")
    with Log(folder / "log.sqlite", create=True) as log:
        log.write(four_weeks_of_sets(), clip="all")
        log.write([a_set(day(i), exercise=KICK, start_s=i) for i in range(2)], clip="kicks")
        found["history"].write_text(history_page(build(log, "me")), encoding="utf-8")
    return found


def write_with_video(made: Analysis, page: Path, **more: bool) -> None:
    clip = film(made, page.with_name("filmed.mp4"))
    files = {"html": page} if more else {"html": page, "annotated": page.with_name("annotated.mp4")}
    write(clip, made, Outputs(files, **more))


@pytest.mark.parametrize("name", [*SETS, *OTHERS])
def test_it_opens_from_disk_without_network_or_complaint(
    browser: Any, pages: dict[str, Path], name: str
) -> None:
    with tab(browser) as one:
        one.open(pages[name])
        one.drawn()
        own = {pages[name].as_uri(), pages[name].with_name("annotated.mp4").as_uri()}
        assert {url for url in one.requests if not url.startswith("data:")} <= own
        assert one.complaints == []


def test_a_gauge_marks_its_value_with_a_thin_line(browser: Any, pages: dict[str, Path]) -> None:
    with tab(browser) as one:
        one.open(pages["faulty"])
        wide = one.page.locator(".gauge-bar .value-mark").first.evaluate("mark => mark.offsetWidth")
        assert wide == 4


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", [*SETS, *OTHERS])
def test_plots_draw_and_nothing_sticks_out(
    browser: Any, pages: dict[str, Path], name: str, width: int
) -> None:
    with tab(browser, width=width) as one:
        one.open(pages[name])
        one.page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        one.drawn()
        charts = one.page.locator(".chart")
        assert charts.count() >= 5
        for i in range(charts.count()):
            svg = charts.nth(i).locator("[role=img] svg")
            assert svg.count() == 1
            assert svg.locator("path, rect, circle").count() >= 3
            assert " values, " in charts.nth(i).locator("[role=img]").get_attribute("aria-label")
            assert svg.bounding_box()["width"] > 200
        assert one.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_line_plot_holds_every_value_and_the_limits(browser: Any, pages: dict[str, Path]) -> None:
    report = faulty().report
    with tab(browser) as one:
        one.open(pages["faulty"])
        figure = one.page.locator("figure", has_text="Bend of the working knee").first
        path = figure.locator("[aria-label=line] path").first.get_attribute("d")
        assert report.series is not None
        assert path.count("L") + path.count("M") >= 0.95 * len(report.series.time_s)
        assert figure.locator("[aria-label=rect] rect").count() == 4 + 2 * 4  # repetitions; warn and fault
        assert figure.locator("[aria-label=dot] path").count() == 4


def test_hovering_tells_the_value(browser: Any, pages: dict[str, Path]) -> None:
    with tab(browser) as one:
        one.open(pages["faulty"])
        svg = one.page.locator("#time-0 [role=img] svg")
        svg.scroll_into_view_if_needed()
        box = svg.bounding_box()
        one.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        tip = one.page.locator("#time-0 [aria-label=tip] text")
        tip.wait_for()
        assert "° at " in tip.text_content()


def test_the_arrow_keys_read_a_plot(browser: Any, pages: dict[str, Path]) -> None:
    with tab(browser) as one:
        one.open(pages["faulty"])
        one.page.locator("#values-0").focus()
        one.page.keyboard.press("ArrowRight")
        reading = one.page.locator("#values-0-figure .reading")
        first = reading.text_content()
        one.page.keyboard.press("End")
        last = reading.text_content()
        assert first.startswith("Rep 1,")
        assert last.startswith("Rep 4,")
        assert reading.get_attribute("aria-live") == "polite"
        assert one.page.locator("#values-0 [aria-label=tip] text").count() == 1


def shown_at(page: Any) -> float:
    until(page, "!document.getElementById('video').seeking")
    return float(page.evaluate("document.getElementById('video').currentTime"))


def test_a_click_on_a_fault_seeks_the_video(browser: Any, pages: dict[str, Path]) -> None:
    still = next(v for v in faulty().report.reps[1].verdicts if v.fault == "knee-bent")
    with tab(browser) as one:
        one.open(pages["faulty"])
        until(one.page, "document.getElementById('video').readyState >= 1")
        assert shown_at(one.page) == 0.0
        one.page.locator(".fault-card .seek").first.click()
        assert shown_at(one.page) == pytest.approx(still.time_s, abs=0.05)
        assert one.page.evaluate("document.getElementById('video').paused")
        # The picture there is really decoded, and the player is in sight of the fault.
        until(one.page, "document.getElementById('video').readyState >= 2")
        box = one.page.locator("#video").bounding_box()
        assert 0 <= box["y"] < 900


def test_a_repetition_plays_from_its_start_by_keyboard(browser: Any, pages: dict[str, Path]) -> None:
    rep = faulty().report.reps[2]
    with tab(browser) as one:
        one.open(pages["faulty"])
        until(one.page, "document.getElementById('video').readyState >= 1")
        one.page.locator(".bar").nth(2).focus()
        one.page.keyboard.press("Enter")
        until(one.page, "!document.getElementById('video').paused")
        assert rep.start_s - 0.05 <= shown_at(one.page) < rep.start_s + 2.0


def test_everything_that_can_be_clicked_can_be_reached_by_tab(browser: Any, pages: dict[str, Path]) -> None:
    with tab(browser) as one:
        one.open(pages["faulty"])
        one.page.evaluate("document.body.focus()")
        reached = set()
        for _ in range(120):
            one.page.keyboard.press("Tab")
            reached.add(
                one.page.evaluate(
                    "[...document.querySelectorAll('a,button,summary,.chart,.scroll')]"
                    ".indexOf(document.activeElement)"
                )
            )
        wanted = one.page.evaluate(
            "[...document.querySelectorAll('a,button,summary,.chart,.scroll')]"
            ".flatMap((each, i) => (each.checkVisibility() ? [i] : []))"
        )
        assert len(wanted) > 15
        assert set(wanted) <= reached


def test_an_embedded_video_plays_and_seeks(browser: Any, tmp_path: Path) -> None:
    page = tmp_path / "embedded.html"
    write_with_video(clean(), page, embed_video=True)
    (tmp_path / "filmed.mp4").unlink()
    with tab(browser) as one:
        one.open(page)
        until(one.page, "document.getElementById('video').readyState >= 1")
        one.page.locator(".bar").nth(1).click()
        until(one.page, "document.getElementById('video').currentTime > 1")
        assert one.complaints == []


def test_without_its_video_the_page_says_so(browser: Any, pages: dict[str, Path], tmp_path: Path) -> None:
    alone = tmp_path / "alone.html"
    alone.write_bytes(pages["faulty"].read_bytes())
    with tab(browser) as one:
        one.open(alone)
        one.page.locator(".missing").wait_for(state="visible")
        assert "annotated.mp4" in one.page.locator(".missing").text_content()
        assert one.page.locator(".fault-card .seek").first.is_hidden()


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1200, "light")])
@pytest.mark.parametrize("name", [*SETS, *OTHERS])
def test_the_accessibility_checker_finds_nothing_serious(
    browser: Any, pages: dict[str, Path], name: str, width: int, scheme: str
) -> None:
    # The checker is injected as a script, which the page's own policy rightly forbids.
    with tab(browser, width=width, color_scheme=scheme, bypass_csp=True) as one:
        one.open(pages[name])
        one.page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        one.drawn()
        assert violations(one.page) == []


def test_dark_and_light_differ_and_print_is_light(browser: Any, pages: dict[str, Path]) -> None:
    def ground(one: Any) -> float:
        text = one.page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor")
        return float(sum(int(part) for part in text.strip("rgb()").split(",")[:3]))

    with tab(browser, color_scheme="light") as one:
        one.open(pages["clean"])
        assert ground(one) > 700
    with tab(browser, color_scheme="dark") as one:
        one.open(pages["clean"])
        assert ground(one) < 200
        one.page.emulate_media(media="print")
        assert ground(one) > 700


def test_it_prints_everything_folded_away_too(browser: Any, pages: dict[str, Path]) -> None:
    with tab(browser) as one:
        one.open(pages["faulty"])
        one.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert one.page.locator("details:not([open])").count() == 0
        one.page.emulate_media(media="print")
        one.drawn()
        folded = one.page.locator("details .chart [role=img] svg")
        assert folded.count() > 0
        assert one.page.locator("#video").is_hidden()
        assert one.page.locator(".seek").first.is_hidden()
        pdf = one.page.pdf(format="A4", print_background=True)
        assert pdf.startswith(b"%PDF")
        assert 3 <= pdf.count(b"/Type /Page\n") <= 14
        one.page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert one.page.locator("details[open]").count() == 0


def test_twenty_repetitions_open_in_under_a_second(browser: Any, tmp_path: Path) -> None:
    found = analysis(kickbacks(Shot(fps=20.0), reps=20, knee_deg=[4.0, 38.0] * 10))
    page = tmp_path / "twenty.html"
    write(film(found, tmp_path / "clip.mp4"), found, Outputs({"html": page}))
    with tab(browser) as one:
        # Its own processor time, so that a busy machine does not make the test fail.
        probe = one.page.context.new_cdp_session(one.page)
        probe.send("Performance.enable", {"timeDomain": "threadTicks"})
        one.open(page)
        assert one.page.locator(".chart [role=img] svg").count() > 5
        metrics = probe.send("Performance.getMetrics")["metrics"]
        spent_s = next(each["value"] for each in metrics if each["name"] == "TaskDuration")
        assert 0.0 < spent_s < 1.0


def test_a_name_with_markup_stays_text(browser: Any, tmp_path: Path) -> None:
    evil = '<img src=x onerror="document.title=1">.mp4'
    report = faulty().report.model_copy(update={"source": evil, "notes": (evil,)})
    for name, text in {"r": report_page(report), "c": comparison_page(compare([report, report]))}.items():
        path = tmp_path / f"{name}.html"
        path.write_text(text, encoding="utf-8")
        with tab(browser) as one:
            one.open(path)
            assert one.page.locator("img[src=x]").count() == 0
            assert one.page.get_by_text(evil).first.is_visible()
            assert one.page.title() != "1"
            assert one.complaints == []
