"""Take the pictures of the first hours: what their commands wrote, on a desktop, a telephone and paper.

    python docs/pictures.py

It needs Chromium and Playwright, as the tests of pages do. Look at each before you commit it.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from docs import refresh

HERE = Path(__file__).parent / "first-hours"
PICTURES = HERE / "pictures"
DESKTOP, TELEPHONE, PAPER = (1280, 900), (390, 844), (794, 1123)
TAKEN = {
    "desk.png": ("desk.html", DESKTOP),
    "desk-telephone.png": ("desk.html", TELEPHONE),
    "desk-paper.png": ("desk.html", PAPER),
    "handover.png": ("handover.html", DESKTOP),
    "handover-telephone.png": ("handover.html", TELEPHONE),
    "handover-paper.png": ("handover.html", PAPER),
    "family.png": ("ours.html", DESKTOP),
    "family-telephone.png": ("ours.html", TELEPHONE),
    "family-paper.png": ("ours.html", PAPER),
    "report.png": ("report.html", DESKTOP),
    "report-telephone.png": ("report.html", TELEPHONE),
    "report-paper.png": ("report.html", PAPER),
    "board.png": ("board.html", DESKTOP),
    "board-telephone.png": ("board.html", TELEPHONE),
    "board-paper.png": ("board.html", PAPER),
    "highlight.png": ("highlight.html", DESKTOP),
    "highlight-telephone.png": ("highlight.html", TELEPHONE),
    "highlight-paper.png": ("highlight.html", PAPER),
}
"""Each picture: the page that it is of, and the size of what it is seen on."""


def main() -> int:
    """Run the commands of every first hour, and take the pictures of what they wrote. Returns the exit code."""
    from playwright.sync_api import sync_playwright

    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        written = Path(scratch)
        for page in sorted(HERE.glob("*.md")):
            home = refresh.home_in(written / page.stem)
            for shown in refresh.commands_of(page):
                refresh.run(shown.command, home)
            for made in home.glob("*.html"):
                shutil.copy(made, written)
        path = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for name, (of, (width, height)) in TAKEN.items():
            seen = browser.new_page(viewport={"width": width, "height": height})
            seen.emulate_media(media="print" if (width, height) == PAPER else "screen")
            seen.goto((written / of).as_uri())
            seen.screenshot(path=str(PICTURES / name))
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
