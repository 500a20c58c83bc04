"""The gallery of disagreements: what is on it, and the page in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.browser import chromium, tab, until, violations
from support.pages import FAULTY, analysis, film
from support.skeleton import Tempo, kickbacks

TIMES_S = [(Tempo().times(i)[1] + Tempo().times(i)[2]) / 2 for i in range(4)]
LABEL: dict[str, Any] = {"exercise": "glute_kickback", "view": "side", "side": "left", "tops": TIMES_S}
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def page(tmp_path: Path, formcheck: Run) -> Path:
    """The page of three clips: a knee that is bent in two repetitions of a label that says clean, with its
    video; the other leg and a top that nobody counted, the track alone; one without a disagreement."""
    tracks = tmp_path / "tracks"
    tracks.mkdir()
    track = kickbacks(reps=4, knee_deg=[4.0, FAULTY, 4.0, FAULTY])
    track.save(tracks / "bent <i>.npz")
    film(analysis(track), tmp_path / "bent <i>.mp4")
    straight = kickbacks(reps=4)
    for name in ("alone", "good"):
        straight.save(tmp_path / f"{name}.npz")
    other = LABEL | {"side": "right", "tops": [*TIMES_S[:3], 60.0], "notes": "<b>seen</b> twice"}
    other["faults"] = {"knee_bent": "reps 1"}
    labels = {"bent <i>.mp4": LABEL | {"clean": True}, "alone.mp4": other, "good.mp4": LABEL}
    (tmp_path / "labels.json").write_text(json.dumps(labels), encoding="utf-8")
    code, _, err = formcheck("evaluate", tmp_path, "--tracks", tracks, "--html", tmp_path / "gallery.html")
    assert (code, err) == (0, "")
    return tmp_path / "gallery.html"


@pytest.mark.slow
def test_every_disagreement_has_a_picture_and_both_sides(page: Path) -> None:
    text = page.read_text("utf-8")
    kinds = re.findall(r'<li class="card rep disagreement ([\w-]+)"', text)
    assert kinds.count("fault-false") >= 2
    assert kinds.count("leg") == 3
    assert [kinds.count(kind) for kind in ("missed", "extra", "fault-missed")] == [1, 1, 1]
    assert text.count("data:image/jpeg;base64,") == len(kinds)
    assert f"{len(kinds)} disagreements</h2>" in text
    assert "Top of a glute kickback, right leg" in text
    assert "Knee bent: not there" in text
    assert "&lt;b&gt;seen&lt;/b&gt; twice" in text, "text is text"
    assert 'data-src="bent%20%3Ci%3E.mp4"' in text


@pytest.mark.slow
def test_blurred_faces_link_no_video(tmp_path: Path, formcheck: Run, page: Path) -> None:
    other = tmp_path / "blurred.html"
    folder = page.parent
    code, *_ = formcheck("evaluate", folder, "--tracks", folder / "tracks", "--html", other, "--blur-face")
    assert code == 0
    text = other.read_text("utf-8")
    assert "data-src=" not in text
    assert "data:image/jpeg" in text


def test_two_outputs_of_one_name_are_refused(tmp_path: Path, formcheck: Run) -> None:
    (tmp_path / "a.npz").touch()
    (tmp_path / "a.labels.json").write_text(json.dumps(LABEL), encoding="utf-8")
    same = tmp_path / "same"
    code, _, err = formcheck("evaluate", tmp_path, "--html", same, "--json", same)
    assert code == 2
    assert "wo outputs have the same name" in err


def test_an_output_never_replaces_a_clip(tmp_path: Path, formcheck: Run) -> None:
    clip = tmp_path / "a.npz"
    clip.write_bytes(b"kept")
    (tmp_path / "a.labels.json").write_text(json.dumps(LABEL), encoding="utf-8")
    for option in ("--html", "--json", "--curves"):
        code, _, err = formcheck("evaluate", tmp_path, option, clip)
        assert (code, err.count("\n")) == (2, 1), option
        assert "would overwrite" in err
        assert clip.read_bytes() == b"kept"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1200, "light")])
def test_it_opens_is_filtered_and_seeks(browser: Any, page: Path, width: int, scheme: str) -> None:
    with tab(browser, width=width, color_scheme=scheme, bypass_csp=True) as one:
        one.open(page)
        assert {url for url in one.requests if not url.startswith("data:")} == {page.as_uri()}
        assert one.page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(one.page) == []
        one.page.locator("[data-seek]").first.click()
        until(one.page, "document.getElementById('video').currentTime > 0.5")
        first = one.page.locator("[data-seek]").first.get_attribute("data-seek")
        assert one.page.evaluate("document.getElementById('video').currentTime") == pytest.approx(
            float(first), abs=0.05
        )
        one.page.locator(".undock").click()
        assert not one.page.locator("#player").is_visible()
        cards = one.page.locator(".disagreement:visible").count()
        one.page.locator('.filters input[data-kind="leg"]').uncheck()
        assert one.page.locator(".disagreement:visible").count() == cards - 3
        assert one.complaints == []
