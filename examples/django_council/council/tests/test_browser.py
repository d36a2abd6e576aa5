"""The same in a browser: an officer logs in, records a request by its button, and is refused a final plan.

It needs Playwright and a Chromium; CHROMIUM names one. Without it this test fails.
"""

from __future__ import annotations

import os
import shutil
from unittest.mock import patch

from django.contrib.auth.models import User
from django.contrib.staticfiles.testing import StaticLiveServerTestCase
from playwright.sync_api import sync_playwright

from council.models import Child
from ehcp_flow.contrib.django.stores import held_case

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE = 1_800_000
"""Milliseconds after which a browser that does not answer will not."""


class InABrowser(StaticLiveServerTestCase):
    """One officer, one child."""

    def test_a_request_is_recorded_and_a_final_plan_refused(self) -> None:
        """And the page shows the deadlines that follow."""
        User.objects.create_superuser("jo", password="for this test alone")  # noqa: S106 - for this test alone
        child = Child.objects.create(case_id="a-1")
        browser_at = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
        # Playwright runs a loop of its own, in which Django would refuse to ask its database.
        with patch.dict(os.environ, DJANGO_ALLOW_ASYNC_UNSAFE="true"), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_at, args=FLAGS, timeout=PATIENCE)
            page = browser.new_page()
            page.set_default_timeout(PATIENCE)
            page.goto(f"{self.live_server_url}/council/child/{child.pk}/change/")
            page.fill("#id_username", "jo")
            page.fill("#id_password", "for this test alone")
            page.click("[type=submit]")

            page.click("#ehcp-moves >> text=request received")
            page.fill("#id_on", "2026-03-02")
            page.fill("#id_party", "parent")
            page.click("[type=submit][value=Record]")
            assert "REQUESTED" in page.inner_text("#ehcp-state")
            assert "2026-04-13" in page.inner_text("#ehcp-deadlines")
            assert "request received" in page.inner_text("#ehcp-timeline")
            page.click("#ehcp-refused summary")
            assert "no draft plan is on record" in page.inner_text("#ehcp-refused")

            page.goto(f"{self.live_server_url}/council/child/{child.pk}/fact/")
            page.eval_on_selector(
                "#id_move", "list => list.add(new Option('final plan', 'final_plan_sent', true, true))"
            )
            page.fill("#id_on", "2026-03-03")
            page.click("[type=submit][value=Record]")
            assert "no draft plan is on record" in page.inner_text("#ehcp-fact .errorlist")
            browser.close()
        assert held_case("a-1")[1] == 1
