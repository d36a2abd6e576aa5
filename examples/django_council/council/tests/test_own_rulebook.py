"""Another procedure than England's in the same app: a made-up one of three states, by EHCP_FLOW_RULEBOOK."""

from __future__ import annotations

import datetime as dt
import shutil
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import TransactionTestCase, override_settings

import ehcp_flow as ef
from council.models import Child
from ehcp_flow.contrib.django.forms import FactForm
from ehcp_flow.contrib.django.models import CachedDeadline
from ehcp_flow.contrib.django.rulebooks import rulebook_in_use
from ehcp_flow.contrib.django.stores import case_or_new, open_store, rebuild, record
from ehcp_flow.contrib.django.testing import empty_store
from ehcp_flow.testing import frozen

MADE_UP = settings.HERE.parent / "rulebook_made_up"


@override_settings(EHCP_FLOW_RULEBOOK=MADE_UP)
class ByARulebookOfOnesOwn(TransactionTestCase):
    """A complaint, which is answered in 10 working days and comes before a panel in 8 weeks."""

    def setUp(self) -> None:
        """Log an officer in, and have a case of which nothing is recorded."""
        empty_store()
        frozen_day = frozen("2026-05-11")
        frozen_day.__enter__()
        self.addCleanup(frozen_day.__exit__, None, None, None)
        self.client.force_login(User.objects.create_superuser("jo"))
        self.page = f"/council/child/{Child.objects.create(case_id='C-2').pk}"

    def post(self, move: str, on: str, *, corrects: str = "", **fields: str) -> Any:
        """Fill in the form of a fact."""
        given = {"move": move, "on": on, "seen": str(case_or_new("C-2").version), **fields}
        asked = f"?corrects={corrects}" if corrects else ""
        return self.client.post(f"{self.page}/fact/{asked}", given, follow=True)

    def test_a_case_is_recorded_in_the_admin_by_its_law_alone(self) -> None:
        """Buttons, states, deadlines, breaches and provisions are its own, and none of England's is there."""
        empty = self.client.get(f"{self.page}/change/")
        self.assertContains(empty, "NO_CASE: no complaint is open")
        self.assertContains(empty, "Panel met: upheld: no complaint is open (Journey Rules (made up), rule 2)")
        assert empty.context["ehcp_moves"] == [("appeal_registered", "Appeal registered")]
        begun = self.post("appeal_registered", "2026-03-09")
        self.assertContains(begun, "OPEN: a complaint waits for the panel, since 2026-03-09")
        told = [(one.limit, one.due_on, one.breach, str(one.citation)) for one in begun.context["ehcp_deadlines"]]
        assert told == [
            ("answer", dt.date(2026, 3, 23), True, "Journey Rules (made up), rule 3(1)"),
            ("panel", dt.date(2026, 5, 4), True, "Journey Rules (made up), rule 4(2)"),
        ]
        self.assertContains(self.post("panel_met:upheld", "2026-05-11"), "DECIDED: the panel has decided")

    def test_the_form_asks_it_whatever_is_filled_in(self) -> None:
        """A step that it does not allow, and a correction."""
        form = self.client.get(f"{self.page}/fact/").context["form"]
        assert [verdict.event for verdict in form.lawful] == ["appeal_registered"]
        refused = self.post("panel_met:upheld", "2026-05-04")
        self.assertFormError(
            refused.context["form"],
            "move",
            "no complaint is open (Journey Rules (made up), rule 2); "
            "record first that one was registered (appeal_registered)",
        )
        self.post("appeal_registered", "2026-03-09")
        [registered] = case_or_new("C-2").case
        self.post("appeal_registered", "2026-03-10", corrects=registered.id, why="read wrongly")
        assert [str(fact.on) for fact in case_or_new("C-2").case] == ["2026-03-10"]
        another = self.post("appeal_registered", "2026-03-11")
        self.assertContains(another, "a complaint is open already (Journey Rules (made up), rule 2)")

    def test_the_store_asks_it_once_more(self) -> None:
        """By `record`, and by whoever opens it; by England's law nobody meets in a panel."""
        met = ef.make_fact("panel_met", case_id="C-2", on="2026-05-04", outcome="upheld")
        with self.assertRaisesRegex(ef.MoveRefused, "no complaint is open"):
            record(met, seen=0)
        with open_store() as store, self.assertRaisesRegex(ef.MoveRefused, "no complaint is open"):
            store.record("C-2", met, seen=0, strict=True)
        record(ef.make_fact("appeal_registered", case_id="C-2", on="2026-03-09"), seen=0)
        assert record(met, seen=1).version == 2

    def test_the_cache_and_the_commands_have_its_limits(self) -> None:
        """Rebuilt on commit, and each night."""
        self.post("appeal_registered", "2026-03-09")
        cached = CachedDeadline.objects.values_list("limit", "due_on", "status", "breach")
        overdue = [("answer", dt.date(2026, 3, 23), "overdue", True), ("panel", dt.date(2026, 5, 4), "overdue", True)]
        assert list(cached.all()) == overdue
        assert rebuild(as_of=dt.date(2026, 4, 1)) == 2
        assert [row[2] for row in cached.all()] == ["overdue", "open"]
        printed = {}
        for name in ("ehcp_breaches", "ehcp_desk"):
            out = StringIO()
            call_command(name, as_of="2026-05-11", rebuild=True, stdout=out)
            printed[name] = out.getvalue().splitlines()[1:]
        assert printed["ehcp_breaches"] == [
            'C-2,answer,,Answer the complaint in writing,2026-03-23,,overdue,49,"Journey Rules (made up), rule 3(1)"',
            'C-2,panel,,Let a panel decide,2026-05-04,,overdue,7,"Journey Rules (made up), rule 4(2)"',
        ]
        assert [row.split(",")[:4] for row in printed["ehcp_desk"]] == [
            ["overdue", "C-2", "Answer the complaint in writing", "2026-03-23"],
            ["overdue", "C-2", "Let a panel decide", "2026-05-04"],
        ]
        assert list(cached.all()) == overdue

    def test_the_host_asks_it_too_and_it_is_read_once(self) -> None:
        """For calls of its own; without the setting the law is England's."""
        book = rulebook_in_use()
        assert book is not None
        assert book.title == "A made-up procedure: complaints about a journey to school"
        with TemporaryDirectory() as folder:
            law = shutil.copytree(MADE_UP, Path(folder) / "law")
            with override_settings(EHCP_FLOW_RULEBOOK=law):
                book = rulebook_in_use()
                shutil.rmtree(law)
                assert rulebook_in_use() is book
        with override_settings(EHCP_FLOW_RULEBOOK=None):
            assert rulebook_in_use() is None
            form = FactForm(case=ef.Case("C-2"), seen=0)
            assert "request_received" in {verdict.event for verdict in form.lawful}

    def test_a_setting_that_is_wrong_is_refused_by_the_check(self) -> None:
        """A path that is none, or not a whole one, and what is no path; a whole one may be written as text."""
        for given in (MADE_UP / "nowhere", MADE_UP / "complaints.toml", "council/", "", 885, [MADE_UP]):
            with override_settings(EHCP_FLOW_RULEBOOK=given), self.assertRaises(SystemCheckError) as refused:
                call_command("check")
            self.assertIn(
                f"(ehcp_flow.E001) EHCP_FLOW_RULEBOOK: {str(given)!r} is no folder by its whole path; write that of a "
                'rulebook, such as BASE_DIR / "our_procedure", the name of one that is installed, or leave the setting '
                "out for the law of England",
                str(refused.exception),
            )
        too_long = settings.HERE / ("x" * 5000)
        with (
            override_settings(EHCP_FLOW_RULEBOOK=too_long),
            self.assertRaisesRegex(SystemCheckError, "File name too long"),
        ):
            call_command("check")
        with override_settings(EHCP_FLOW_RULEBOOK=str(MADE_UP)):
            call_command("check", stdout=StringIO())

    def test_a_name_is_that_of_a_rulebook_which_is_installed_and_never_a_folder(self) -> None:
        """There is a folder `council` where the tests run, and England's has a name as any other."""
        with override_settings(EHCP_FLOW_RULEBOOK="england"):
            assert rulebook_in_use() is ef.england()
        with override_settings(EHCP_FLOW_RULEBOOK="englnd"), self.assertRaises(SystemCheckError) as refused:
            call_command("check")
        self.assertIn(
            "(ehcp_flow.E001) EHCP_FLOW_RULEBOOK: englnd: no rulebook is called so; did you mean england?; write that",
            str(refused.exception),
        )
        with override_settings(EHCP_FLOW_RULEBOOK="council"), self.assertRaises(ImproperlyConfigured):
            rulebook_in_use()

    def test_a_setting_that_is_wrong_is_told_by_whatever_asks_the_law(self) -> None:
        """Where no check was run before, as none is by a web server."""
        with override_settings(EHCP_FLOW_RULEBOOK=MADE_UP / "nowhere"):
            for ask in (rulebook_in_use, rebuild, lambda: self.client.get(f"{self.page}/change/")):
                with self.assertRaisesRegex(ImproperlyConfigured, "EHCP_FLOW_RULEBOOK: .*nowhere.* is no folder"):
                    ask()
