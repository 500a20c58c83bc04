"""The phone's page in a real browser, before a synthetic person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.browser import until, violations
from support.phone_browser import BANNER, REPS, Opened, phone_browser, served
from support.phones import CountedStamps

from formcheck.live import recording
from formcheck.serve import feed
from formcheck.serve.capacity import Capacity

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setattr(recording, "user_state_path", lambda name: folder)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with phone_browser() as running:
        yield running


@pytest.mark.parametrize("secure", [False, True], ids=["localhost", "https"])
def test_a_set_on_the_phone(
    browser: Any, tmp_path: Path, secure: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "Stamps", CountedStamps)
    with served(tmp_path, secure=secure, spoken=False) as (inside, place):
        phone = Opened(browser, inside, place)
        phone.start()
        until(phone.page, f"{REPS} >= 2")
        until(phone.page, "window.formcheck.sound.played.some((one) => one.text.startsWith('Kick lower'))")
        until(phone.page, f"{REPS} >= 3")
        late_ms = phone.value("window.formcheck.sound.played.map((one) => one.late_ms)")
        assert all(late >= 0 for late in late_ms)
        phone.page.click("#stop")
        phone.page.locator("#sets li").first.wait_for()
        assert "3 reps." in phone.page.locator("#sets li").first.text_content()
        phone.page.locator("#sets li button").first.click()
        report = phone.page.frame_locator("#report iframe")
        report.locator("h1").wait_for(timeout=120_000)
        assert "Glute kickback" in report.locator("h1").text_content()
        asked = {url for url in phone.requests if not url.startswith("data:")}
        assert all(url.startswith(f"{place.origin}/") for url in asked)
        assert not [text for text in phone.complaints if "sandbox" not in text]
        phone.context.close()


def test_a_reload_and_a_network_that_goes_away_lose_nothing(browser: Any, tmp_path: Path) -> None:
    with served(tmp_path, spoken=False) as (inside, place):
        phone = Opened(browser, inside, place)
        phone.start()
        until(phone.page, f"{REPS} >= 1")
        phone.page.reload()
        phone.page.wait_for_selector("#start:not([disabled])")
        assert phone.page.locator("#start").text_content() == "Go on"
        phone.start()
        assert phone.value(REPS) >= 1
        phone.context.set_offline(True)
        until(phone.page, "document.getElementById('trouble').textContent !== ''")
        phone.context.set_offline(False)
        until(phone.page, "document.getElementById('trouble').textContent === ''")
        until(phone.page, f"{REPS} >= 3")
        phone.context.close()


def test_two_phones_train_at_once(browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # What the machine carries while tests run is not asked here.
    monkeypatch.setattr(Capacity, "refusal", lambda self, rates: ("", False))
    with served(tmp_path, spoken=False) as (inside, place):
        one = Opened(browser, inside, place)
        one.start()
        until(one.page, "window.formcheck.measured.states > 60")
        other = Opened(browser, inside, place)
        other.start()
        until(one.page, f"{REPS} >= 2")
        assert other.value(REPS) <= one.value(REPS)
        until(other.page, f"{REPS} >= 1")
        one.context.close()
        other.context.close()


def test_a_phone_without_a_token_is_told_what_to_do(browser: Any, tmp_path: Path) -> None:
    with served(tmp_path) as (_, place):
        context = browser.new_context()
        page = context.new_page()
        page.goto(place.link("wrong"))
        page.locator("#stranger").wait_for()
        assert "Scan the code" in page.locator("#stranger").text_content()
        assert page.url == f"{place.origin}/"  # the token is not left in the address
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_screen_reader_can_use_it(browser: Any, tmp_path: Path, scheme: str) -> None:
    with served(tmp_path, spoken=False) as (inside, place):
        phone = Opened(browser, inside, place, color_scheme=scheme, bypass_csp=True)
        assert violations(phone.page) == []
        phone.start()
        until(phone.page, f"{REPS} >= 1")
        assert violations(phone.page) == []
        assert phone.page.locator("#told").text_content() == "1 repetitions"
        phone.page.click("#menu")
        phone.page.click("#another")
        phone.page.locator("#code img").wait_for()
        assert violations(phone.page) == []
        phone.context.close()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (844, 390), (320, 568)])
def test_nothing_sticks_out_and_a_cue_is_read_from_three_metres(
    browser: Any, tmp_path: Path, width: int, height: int
) -> None:
    with served(tmp_path, spoken=False) as (inside, place):
        phone = Opened(browser, inside, place)
        phone.page.set_viewport_size({"width": width, "height": height})
        assert phone.value("document.documentElement.scrollWidth") <= width
        phone.start()
        until(phone.page, f"{BANNER}.startsWith('Kick lower')")
        assert phone.value("document.documentElement.scrollWidth") <= width
        size_px = phone.value("parseFloat(getComputedStyle(document.getElementById('banner')).fontSize)")
        # Capitals are 0.7 of a letter's size, and a phone's short side is about 70 mm: 5 arc minutes, what
        # good eyes need, are 4.4 mm at 3 m.
        assert 0.7 * size_px / min(width, height) * 70.0 > 1.5 * 4.4
        box = phone.value("document.getElementById('banner').getBoundingClientRect().toJSON()")
        assert box["width"] == width
        assert box["bottom"] <= height
        phone.context.close()


@pytest.mark.parametrize(("name", "said"), [("NotFoundError", "No camera"), ("NotAllowedError", "Allow it")])
def test_a_missing_camera_is_said(browser: Any, tmp_path: Path, name: str, said: str) -> None:
    with served(tmp_path, spoken=False) as (inside, place):
        phone = Opened(browser, inside, place)
        fail = f"navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '{name}'))"
        phone.value(f"void ({fail})")
        phone.page.click("#start")
        until(phone.page, f"document.getElementById('wrong').textContent.includes('{said}')")
        assert not any(one.take for one in inside.phones)
        phone.context.close()


def test_words_are_loaded_before_the_set_and_played(browser: Any, tmp_path: Path) -> None:
    from formcheck.serve.sounds import Sounds

    class Voice:
        engine = "voice"

        def render(self, text: str, within_s: float = float("inf")) -> Any:
            import numpy as np

            return np.full(4000, 900, np.int16)

    with served(tmp_path, spoken=True) as (inside, place):
        inside.sounds.close()
        texts = ["Kick lower, keep your back flat", "1", "2", "Ready. Go."]
        inside.sounds = Sounds(texts, renderer=Voice())  # type: ignore[arg-type]
        phone = Opened(browser, inside, place)
        phone.start()
        until(phone.page, f"{REPS} >= 2")
        played = "window.formcheck.sound.played"
        until(phone.page, f"{played}.some((one) => one.text.startsWith('Kick lower'))")
        cue = next(one for one in phone.value(played) if one["text"].startswith("Kick lower"))
        assert cue["how"] == "file"
        phone.context.close()
