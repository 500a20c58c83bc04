"""A phone's browser: headless Chromium with a camera that shows a test picture, or a file."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from formcheck.serve.access import Place
from formcheck.serve.certificates import certificates
from formcheck.serve.room import Room
from formcheck.serve.server import Server, listen
from support.browser import executable, until
from support.phones import room
from support.skeleton import Shot, Tempo, kickbacks

TRAINS = Tempo(up=1.0, hold=1.4, down=1.5, rest=0.9, lead=2.0)
FAULTY = kickbacks(Shot(noise_px=0.5), tempo=TRAINS, reps=3, top_deg=(4, 22, 22), arch_deg=(0, 14, 14))
REPS = "Number(document.getElementById('number').textContent)"
BANNER = "document.getElementById('banner').textContent"


@contextmanager
def phone_browser(*more: str) -> Iterator[Any]:
    """A browser with a camera that shows a test picture, or a file."""
    where = executable()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        args = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
        running = playwright.chromium.launch(executable_path=where, args=[*args, *more])
        try:
            yield running
        finally:
            running.close()


@contextmanager
def served(folder: Path, *, secure: bool = False, **given: Any) -> Iterator[tuple[Room, Place]]:
    listening = listen("127.0.0.1", 0)
    address = "127.0.0.1" if secure else "localhost"
    place = Place(address, listening.getsockname()[1], secure)
    files = certificates(ipaddress.ip_address("127.0.0.1"), folder / "keys") if secure else None
    with room(FAULTY, folder, **given) as inside, Server(inside, place, listening, files):
        yield inside, place


class Opened:
    """A tab of a phone, with what it asked for and complained about."""

    def __init__(self, browser: Any, inside: Room, place: Place, **options: Any) -> None:
        self.context = browser.new_context(
            viewport={"width": 390, "height": 844}, ignore_https_errors=place.secure, **options
        )
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on(
            "console",
            lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None,
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(place.link(inside.tokens.issue()))
        self.page.wait_for_selector("#start:not([disabled])")

    def start(self) -> None:
        self.page.click("#start")
        until(self.page, "window.formcheck.measured.states > 2")

    def value(self, script: str) -> Any:
        return self.page.evaluate(script)
