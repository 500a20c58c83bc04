"""A real headless Chromium for the tests of pages: the system's, driven by Playwright."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def executable() -> str:
    """Find a Chromium; skip the test where there is none, but never in CI."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        reason = f"no Chromium found ({', '.join(NAMES)}); Debian has it as `apt-get install chromium`"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@dataclass
class Tab:
    """A page that was opened from disk, with everything it asked for and complained about."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, path: Path) -> None:
        self.page.goto(path.as_uri(), wait_until="load")

    def drawn(self) -> None:
        """Wait until what was changed is drawn: for frames, not for a time."""
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


@contextmanager
def chromium() -> Iterator[Any]:
    """Start the browser; it has no network at all."""
    where = executable()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # The sandbox needs rights that containers do not give; the pages are our own.
        browser = playwright.chromium.launch(executable_path=where, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def tab(browser: Any, *, width: int = 1200, **options: Any) -> Iterator[Tab]:
    """Open an empty tab of a width, offline."""
    context = browser.new_context(viewport={"width": width, "height": 900}, offline=True, **options)
    try:
        found = Tab(context.new_page())
        found.page.on("request", lambda request: found.requests.append(request.url))
        found.page.on(
            "console",
            lambda message: (
                found.complaints.append(message.text) if message.type in ("error", "warning") else None
            ),
        )
        found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
        yield found
    finally:
        context.close()


def until(page: Any, condition: str, timeout_s: float = 600.0) -> None:
    """Wait for a condition on the page: its policy forbids the eval that Playwright's own waiting uses."""
    deadline = time.monotonic() + timeout_s
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, f"never came true: {condition}"
        time.sleep(0.05)


def violations(page: Any) -> list[tuple[str, list[str]]]:
    """Return what the accessibility checker finds that is more than minor; the page's policy must be off."""
    from axe_playwright_python.sync_playwright import Axe

    return [
        (each["id"], [node["html"][:120] for node in each["nodes"]][:3])
        for each in Axe().run(page).response["violations"]
        if each["impact"] in ("serious", "critical", "moderate")
    ]
