"""The index page of scored clips in a real browser, with and without pages behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pytest
from support.browser import chromium, tab, violations
from support.skeleton import kickbacks, thrusts

from formcheck.poses.track import Track

pytestmark = pytest.mark.browser

NAMES = {"Ann": ("2026-01-05 a.npz", "b.npz"), "Bo <i>": ("c & d.npz",)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture
def index(tmp_path: Path, formcheck: Callable[..., tuple[int, str, str]]) -> Path:
    """Three scored tracks of two clients, one of them arched, and a clip that cannot be read."""
    tracks: list[Track] = [kickbacks(arch_deg=(0, 12, 0), top_deg=(4, 20, 4)), thrusts(), kickbacks()]
    for person, names in NAMES.items():
        folder = tmp_path / "clients" / person
        folder.mkdir(parents=True)
        for name in names:
            tracks.pop(0).save(folder / name)
    (tmp_path / "clients" / "Ann" / "broken.mp4").write_bytes(b"nothing")
    out = tmp_path / "scores"
    code, *_ = formcheck("score", tmp_path / "clients", "--out", out, "--html", "--workers", 1)
    assert code == 0
    return out / "index.html"


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1100, "light")])
def test_the_index_opens_reads_and_leads_to_every_page(
    browser: Any, index: Path, width: int, scheme: str
) -> None:
    with tab(browser, width=width, color_scheme=scheme, bypass_csp=True) as one:
        one.open(index)
        text = one.page.locator("body").inner_text()
        assert all(person in text for person in NAMES), "names are text, whatever is in them"
        assert "broken.mp4" in text
        assert {url for url in one.requests if not url.startswith("data:")} == {index.as_uri()}
        assert one.complaints == []
        assert one.page.evaluate("document.documentElement.scrollWidth") <= width
        tables = (
            "[...document.querySelectorAll('.scroll')].map((each) => each.scrollWidth - each.clientWidth)"
        )
        assert width < 1100 or max(one.page.evaluate(tables)) <= 0, "a column is out of sight"
        links = [a.evaluate("a => a.href") for a in one.page.locator("a[href]").all()]
        files = {Path(unquote(urlparse(link).path)) for link in links if link.startswith("file:")} - {index}
        assert all(path.is_file() for path in files)
        pages = sorted(path for path in files if path.suffix == ".html")
        assert len(pages) == 3
        assert violations(one.page) == []
        one.open(pages[0])
        assert one.page.locator("h1").is_visible()
