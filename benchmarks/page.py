"""The report page of a council's 8,000 cases: how long a browser takes to open it, beside its list as a plain table.

    python benchmarks/page.py [--cases N]

The plain page is what a script would write: the same list of breaches, every row of it at once, and no more. Both are
opened in turn in one run, in the Chromium that is installed, or that CHROMIUM names; the medians are printed, and
written to page.json beside this file.
"""

from __future__ import annotations

import argparse
import html
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from ehcp_flow.answers import answer
from ehcp_flow.case import Case, group_cases
from ehcp_flow.reports.overview import overview
from ehcp_flow.reports.page import report_page
from ehcp_flow.synth import synth

AS_OF = "2026-06-30"
ROUNDS = 5
FIELDS = ("case_id", "limit", "title", "due_on", "status", "days_over")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def plain_page(cases: dict[str, Case]) -> str:
    """Return the breaches of all cases as one table."""
    breaches = [one.as_dict() for case in cases.values() for one in answer(case, AS_OF).breaches]
    rows = ("".join(f"<td>{html.escape(str(row[name]))}</td>" for name in FIELDS) for row in breaches)
    return "<!doctype html><table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


def opened(browser: Any, path: Path) -> float:
    """Return the seconds until a page is loaded, in a window of its own."""
    page = browser.new_page()
    began = time.perf_counter()
    page.goto(path.as_uri(), wait_until="load")
    took = time.perf_counter() - began
    page.close()
    return took


def main() -> None:
    """Make both pages, open them in turn, print what it took, and write it beside this file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=8_000)
    asked = parser.parse_args()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("no Chromium: install it, or name one in CHROMIUM")
    cases = group_cases(synth(asked.cases, 3, authority="885"))
    with tempfile.TemporaryDirectory() as directory, sync_playwright() as playwright:
        report, plain = Path(directory) / "report.html", Path(directory) / "plain.html"
        report.write_text(report_page(overview(cases, AS_OF)), encoding="utf-8")
        plain.write_text(plain_page(cases), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=chromium, headless=True, args=FLAGS)
        times = [(opened(browser, report), opened(browser, plain)) for _ in range(ROUNDS)]
        sizes = [path.stat().st_size / 1e6 for path in (report, plain)]
        browser.close()
    ours, other = map(statistics.median, zip(*times, strict=True))
    result = {
        "machine": f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores",
        "cases": asked.cases,
        "report": {"seconds": ours, "megabytes": sizes[0]},
        "plain": {"seconds": other, "megabytes": sizes[1]},
        "ratio": ours / other,
    }
    print(f"the report page of {asked.cases:,} cases {ours:6.2f} s   {sizes[0]:.1f} MB")
    print(f"its breaches as a plain table   {other:6.2f} s   {sizes[1]:.1f} MB")
    print(f"the page takes {ours / other:.2f} times as long")
    Path(__file__).with_name("page.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
