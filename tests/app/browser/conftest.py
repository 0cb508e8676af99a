"""A headless Chromium, or the reason why there is none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.lab import absent

ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for all tests."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        absent("playwright is not installed")
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        absent("no Chromium is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGS)
        yield browser
        browser.close()


class Page:
    """A page that remembers what it asked for and what it complained about."""

    def __init__(self, tab: Any, url: str) -> None:
        self.tab = tab
        self.asked: list[str] = []
        self.complaints: list[str] = []
        tab.on("request", lambda request: self.asked.append(request.url))
        tab.on("console", lambda message: self.complain(message.text))
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        tab.goto(url)
        tab.wait_for_selector("html[data-ready]", timeout=20_000)

    def complain(self, text: str) -> None:
        """Keep what the page said; reading pixels back is what the tests do, not the page."""
        if not text.startswith("Canvas2D: Multiple readback"):
            self.complaints.append(text)

    def pixel(self, x: float, y: float) -> tuple[int, ...]:
        """Colour of the matrix at a point, in CSS pixels."""
        script = """([x, y]) => { const c = document.querySelector("#matrix canvas"), s = window.devicePixelRatio;
                    return [...c.getContext("2d").getImageData(x * s, y * s, 1, 1).data]; }"""
        return tuple(self.tab.evaluate(script, [x, y]))


@pytest.fixture
def open_page(chromium: Any) -> Iterator[Any]:
    """Open a URL or a file in a tab of its own."""
    contexts = []

    def opened(target: str | Path, *, theme: str = "light", width: int = 1600, height: int = 1000) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
        contexts.append(context)
        return Page(context.new_page(), target.as_uri() if isinstance(target, Path) else target)

    yield opened
    for context in contexts:
        context.close()
