"""A browser, for every test that opens a page.

The browser is Debian's Chromium, or the one that CHROMIUM names. Without it these tests fail and say what to install:
a page that nobody opened is a page that nobody tested.
"""

import os
import shutil
from pathlib import Path

import pytest

from tests.waiting import HANG

MILLISECONDS = 1000 * HANG
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium():
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.fail("no Chromium: run `apt-get install chromium`, or set CHROMIUM to a Chromium or Chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        pytest.fail("no Playwright: run `pip install playwright` (its own browsers are not needed)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, headless=True, args=list(_FLAGS), timeout=MILLISECONDS
        )
        yield browser
        browser.close()


class Watched:
    """A page, and all that it said, asked for and let fall while it was open."""

    def __init__(self, page):
        self.page = page
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))

    def open(self, file):
        self.page.goto(file.as_uri(), wait_until="load")
        return self.page


@pytest.fixture
def watched(chromium):
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(MILLISECONDS)
    yield Watched(context.new_page())
    context.close()


@pytest.fixture(scope="session")
def axe():
    try:
        import axe_playwright_python  # type: ignore[import-untyped]
    except ImportError:
        pytest.fail("no axe-core: run `pip install axe-playwright-python`")
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
