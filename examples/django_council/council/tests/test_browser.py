"""The same in a browser, by its keys: a life from request to review, a final plan refused, a request corrected.

It needs Playwright and a Chromium; CHROMIUM names one. Without it this test fails.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from django.contrib.auth.models import User
from django.contrib.staticfiles.testing import StaticLiveServerTestCase
from playwright.sync_api import Page, sync_playwright

from council.models import Child
from ehcp_flow.contrib.django.stores import case_or_new
from ehcp_flow.contrib.django.testing import empty_store

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE = 1_800_000
"""Milliseconds after which a browser that does not answer will not."""


LIFE = [
    # the button, the day, where the case stands then, a last lawful day that the page shows
    ("Request received", "2024-01-08", "REQUESTED", "2024-02-19"),
    ("Assessment agreed", "2024-02-12", "ASSESSING", "2024-05-27"),
    ("Plan agreed", "2024-04-15", "DRAFTING", "2024-05-27"),
    ("Draft plan sent", "2024-04-22", "DRAFT_ISSUED", "2024-05-27"),
    ("Final plan sent", "2024-05-20", "MAINTAINED", "2025-05-19"),
    ("Review meeting held", "2025-04-07", "REVIEW_OPEN", "2025-05-05"),
    ("Review decision sent: maintain", "2025-04-28", "MAINTAINED", "2026-04-27"),
]


class InABrowser(StaticLiveServerTestCase):
    """One officer, one child."""

    @contextmanager
    def page_of(self, child: Child) -> Iterator[Page]:
        """The page of a child in the admin, to an officer who has signed in."""
        User.objects.create_superuser("jo", password="for this test alone")  # noqa: S106 - for this test alone
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
            yield page
            browser.close()

    def test_a_life_is_recorded_from_the_request_to_the_review(self) -> None:
        """Each act by its button, and after it the page says where the case stands and what is due."""
        empty_store()  # of what other tests left: Django's flush does not know it
        with self.page_of(Child.objects.create(case_id="a-2")) as page:
            for button, day, state, due in LIFE:
                page.press(f"#ehcp-moves >> text={button}", "Enter")
                page.fill("#id_on", day)
                page.press("[type=submit][value=Record]", "Enter")
                page.wait_for_selector(f"#ehcp-timeline >> text={day}")
                assert state in page.inner_text("#ehcp-state"), page.inner_text("#ehcp-state")
                assert due in page.inner_text("#ehcp-deadlines"), button
        assert len(case_or_new("a-2").case.facts) == len(LIFE)

    def test_a_final_plan_is_refused_and_the_request_corrected(self) -> None:
        """And the page shows the deadlines that follow."""
        empty_store()
        with self.page_of(Child.objects.create(case_id="a-1")) as page:
            address = page.url
            page.press("#ehcp-moves >> text=Request received", "Enter")
            page.fill("#id_on", "2026-03-02")
            page.fill("#id_party", "parent")
            page.press("#id_party", "Enter")
            assert "REQUESTED" in page.inner_text("#ehcp-state")
            assert "2026-04-13" in page.inner_text("#ehcp-deadlines")
            assert "Request received" in page.inner_text("#ehcp-timeline")
            page.press("#ehcp-refused summary", "Enter")
            assert "no draft plan is on record" in page.inner_text("#ehcp-refused")

            page.press("#ehcp-moves >> text=another fact", "Enter")
            page.focus("#id_move")
            page.keyboard.type("Final plan sent")
            page.fill("#id_on", "2026-03-03")
            page.press("#id_on", "Enter")
            page.wait_for_selector("#ehcp-fact .errorlist")
            assert "no draft plan is on record" in page.inner_text("#ehcp-fact .errorlist")

            page.goto(address)
            page.press("#ehcp-timeline >> text=correct", "Enter")
            page.fill("#id_on", "2026-03-03")
            page.fill("#id_why", "read wrongly")
            page.press("[type=submit][value=Record]", "Enter")
            assert "2026-04-14" in page.inner_text("#ehcp-deadlines")
            assert "read wrongly" in page.inner_text("#ehcp-corrections")
        assert case_or_new("a-1").version == 2
