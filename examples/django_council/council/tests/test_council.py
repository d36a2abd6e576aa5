"""What the council relies on: a life recorded in the admin, an unlawful step refused, its row and our fact as one."""

from __future__ import annotations

import datetime as dt
from io import StringIO
from typing import Any
from unittest.mock import patch

from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import TestCase, TransactionTestCase
from django.utils.html import escape

import ehcp_flow as ef
from council.models import Child
from ehcp_flow.contrib.django.forms import FactForm
from ehcp_flow.contrib.django.models import CachedDeadline
from ehcp_flow.contrib.django.stores import held_case, open_store, rebuild, record
from ehcp_flow.contrib.django.testing import empty_store
from ehcp_flow.store.errors import VersionConflict
from ehcp_flow.testing import frozen

LIFE = [
    ("request_received", "2025-01-06", {"party": "parent", "authority": "885"}),
    ("assessment_agreed", "2025-02-10", {}),
    ("advice_requested", "2025-02-11", {"party": "educational"}),
    ("advice_received", "2025-03-14", {"party": "educational"}),
    ("plan_agreed", "2025-04-07", {}),
    ("draft_plan_sent", "2025-04-14", {}),
    ("final_plan_sent", "2025-05-22", {}),
    ("review_meeting_held", "2026-04-20", {}),
    ("review_decision_sent:maintain", "2026-05-11", {}),
]


def request(case_id: str = "a-1", on: str = "2026-03-02") -> ef.Fact:
    """Return the fact that begins a case."""
    return ef.make_fact("request_received", case_id=case_id, on=on)


class InTheAdmin(TestCase):
    """What an officer does."""

    def setUp(self) -> None:
        """Log an officer in, and have a child."""
        frozen_day = frozen("2026-06-01")
        frozen_day.__enter__()
        self.addCleanup(frozen_day.__exit__, None, None, None)
        self.client.force_login(User.objects.create_superuser("jo"))
        self.child = Child.objects.create(case_id="a-1")
        self.page = f"/council/child/{self.child.pk}"

    def post(self, move: str, on: str, **fields: str) -> Any:
        """Fill in the form of a fact."""
        seen = fields.pop("seen", str(held_case("a-1")[1]))
        return self.client.post(f"{self.page}/fact/", {"move": move, "on": on, "seen": seen, **fields}, follow=True)

    def test_a_life_from_request_to_review_is_recorded_and_shown(self) -> None:
        """Each step by its form; the page has state, deadlines and timeline."""
        for move, on, fields in LIFE:
            self.assertContains(self.post(move, on, **fields), "Recorded: ")
        shown = self.client.get(f"{self.page}/change/").content.decode()
        case, version = held_case("a-1")
        titles = [escape(deadline.title) for deadline in ef.deadlines_of(case)]
        for text in ("MAINTAINED", "2026-05-11", "review decision sent: maintain", ">jo<", *titles):
            assert text in shown, text
        assert (version, len(case), str(ef.state(case).pathway)) == (9, 9, "MAINTAINED")

    def test_an_unlawful_step_is_refused_with_its_reason_and_its_law(self) -> None:
        """A final plan without a draft."""
        self.post("request_received", "2026-03-02")
        answer = self.post("final_plan_sent", "2026-06-01")
        self.assertContains(answer, "no draft plan is on record")
        self.assertContains(answer, "send a draft, then allow 15 days from its service")
        assert held_case("a-1")[1] == 1

    def test_a_mistake_in_a_field_is_told_at_the_field(self) -> None:
        """And nothing is recorded."""
        answer = self.post("request_received", "2026-03-02", authority="88")
        assert "authority" in answer.context["form"].errors
        answer = self.post("advice_requested", "2026-03-02")
        assert "party" in answer.context["form"].errors
        answer = self.post("none_such", "2026-03-02")
        assert "move" in answer.context["form"].errors
        assert held_case("a-1")[1] == 0

    def test_what_was_recorded_meanwhile_is_told(self) -> None:
        """Two officers, one winner."""
        self.post("request_received", "2026-03-02")
        answer = self.post("assessment_agreed", "2026-04-01", seen="0")
        self.assertContains(answer, "since then: request_received on 2026-03-02 by jo")

    def test_who_may_not_change_may_not_record(self) -> None:
        """Nor see another child's page."""
        self.client.force_login(User.objects.create_user("guest", is_staff=True))
        assert self.post("request_received", "2026-03-02").status_code == 403
        self.client.force_login(User.objects.get(username="jo"))
        assert self.client.get("/council/child/999/fact/").status_code == 404

    def test_the_form_offers_what_is_lawful_and_gives_the_reason_for_the_rest(self) -> None:
        """As the states have it."""
        case = ef.Case.of([request()])
        form = FactForm(case=case, seen=1)
        assert "assessment_agreed" in {verdict.event for verdict in form.lawful}
        refused = {verdict.event: verdict.refusals[0].reason for verdict in form.refused}
        assert refused["final_plan_sent"] == "no draft plan is on record"
        assert len(form.lawful) + len(form.refused) == len(ef.allowed(case))
        with self.assertRaisesRegex(ValueError, "is_valid"):
            form.save()

    def test_a_host_that_has_no_such_child_says_so(self) -> None:
        """A redirect, as of any model."""
        assert self.client.get("/council/child/999/change/").status_code == 302


class InOneTransaction(TransactionTestCase):
    """What is kept, when, and what follows from it."""

    def setUp(self) -> None:
        """Begin with nothing."""
        empty_store()

    def test_the_councils_row_and_the_fact_are_kept_together_or_not_at_all(self) -> None:
        """The host decides."""
        with self.assertRaises(RuntimeError), transaction.atomic():
            Child.objects.create(case_id="a-1")
            record(request(), seen=0)
            raise RuntimeError("the letter was not sent")
        assert (Child.objects.count(), held_case("a-1")[1], CachedDeadline.objects.count()) == (0, 0, 0)
        with transaction.atomic():
            Child.objects.create(case_id="a-1")
            record(request(), seen=0)
            assert CachedDeadline.objects.count() == 0
        assert (Child.objects.count(), held_case("a-1")[1]) == (1, 1)

    def test_the_cache_is_rebuilt_on_commit_for_the_case_alone(self) -> None:
        """And of all each night."""
        record(request("b-1", "2026-02-02"), seen=0)
        CachedDeadline.objects.filter(case_id="b-1").delete()
        record(request(), seen=0)
        assert set(CachedDeadline.objects.values_list("case_id", flat=True)) == {"a-1"}
        [first] = CachedDeadline.objects.filter(limit="decide_assess")
        assert (first.due_on, str(first)[:5]) == (dt.date(2026, 4, 13), "a-1: ")
        assert rebuild(as_of=dt.date(2026, 4, 14)) == CachedDeadline.objects.count()
        assert set(CachedDeadline.objects.filter(limit="decide_assess").values_list("case_id", "status")) == {
            ("a-1", "overdue"), ("b-1", "overdue"),
        }  # fmt: skip

    def test_a_conflict_leaves_the_hosts_transaction_usable(self) -> None:
        """Only our part is undone."""
        record(request(), seen=0)
        with transaction.atomic():
            Child.objects.create(case_id="a-1")
            with self.assertRaises(VersionConflict):
                record(ef.make_fact("assessment_agreed", case_id="a-1", on="2026-04-01"), seen=0)
        assert (Child.objects.count(), held_case("a-1")[1]) == (1, 1)

    def test_what_a_store_does_it_does_here(self) -> None:
        """Many facts at once, verify, follow, and the same command twice."""
        with open_store() as store, store.work(recorded_by="jo") as work:
            for number in range(50):
                work.record(f"c-{number}", request(f"c-{number}"), seen=0)
            work.commit()
        with open_store() as store:
            assert store.verify().ok
            assert [entry.position for entry in store.follow(0)] == list(range(1, 51))
            assert len(list(store.cases())) == store.stats().cases == 50
            assert "c-1" in store.export_person("c-1")["case_id"]
        assert not record(request(), seen=0, key="k").repeated
        assert record(request(), seen=0, key="k").repeated

    def test_what_the_host_registered_on_its_connection_stays(self) -> None:
        """A look-up by a pattern, which on SQLite is a function of Django's own."""
        record(request(), seen=0)
        Child.objects.create(case_id="a-1", officer="jo 7")
        assert Child.objects.filter(officer__regex="^jo [0-9]$", pk__regex="^[0-9]+$").count() == 1

    def test_facts_are_append_only_again_after_a_test_emptied_the_store(self) -> None:
        """The triggers are back."""
        record(request(), seen=0)
        empty_store()
        done = record(request(), seen=0)
        assert done.position == 1
        with self.assertRaises(Exception), transaction.atomic(), connection.cursor() as cursor:  # noqa: B017 - the driver's own
            cursor.execute("DELETE FROM ehcp_facts")
        assert held_case("a-1")[1] == 1

    def test_only_a_test_database_is_emptied(self) -> None:
        """No fact of a child is ever deleted by mistake."""
        with patch.dict(connection.settings_dict, NAME="council"), self.assertRaisesRegex(RuntimeError, "no test"):
            empty_store()

    def test_the_commands_print_breaches_and_the_desk(self) -> None:
        """As CSV, of one day."""
        record(ef.make_fact("request_received", case_id="=1", on="2026-03-02", authority="885"), seen=0)
        printed = {}
        for name, more in (("ehcp_breaches", {}), ("ehcp_desk", {"days": 70, "rebuild": True})):
            out = StringIO()
            call_command(name, as_of="2026-04-20", stdout=out, **more)
            printed[name] = out.getvalue().splitlines()
        assert printed["ehcp_breaches"][1].startswith("'=1,decide_assess,")
        assert len(printed["ehcp_breaches"]) == 2
        assert printed["ehcp_desk"][0].startswith("list,case_id,what,due_on,days_left")
        assert [line.split(",")[0] for line in printed["ehcp_desk"][1:3]] == ["overdue", "due"]
        assert CachedDeadline.objects.filter(status="overdue").count() == 1
        out = StringIO()
        call_command("ehcp_breaches", as_of="2026-04-20", authority="301", stdout=out)
        assert len(out.getvalue().splitlines()) == 1
        with self.assertRaisesRegex(CommandError, "is not a date"):
            call_command("ehcp_breaches", as_of="31/02/2026")
