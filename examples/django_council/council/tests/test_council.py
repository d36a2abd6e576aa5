"""What the council relies on: a life recorded in the admin, an unlawful step refused, its row and our fact as one."""

from __future__ import annotations

import datetime as dt
from io import StringIO
from typing import Any
from unittest.mock import patch

from django.contrib.admin.utils import quote
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.test import TestCase, TransactionTestCase, override_settings
from django.utils.html import escape

import ehcp_flow as ef
from council.admin import ChildAdmin
from council.models import Child
from ehcp_flow.contrib.django.forms import FactForm
from ehcp_flow.contrib.django.lent_connection import lent_connection
from ehcp_flow.contrib.django.models import CachedDeadline
from ehcp_flow.contrib.django.stores import case_or_new, open_store, rebuild, record, record_all
from ehcp_flow.contrib.django.testing import empty_store
from ehcp_flow.store import schema
from ehcp_flow.store.errors import SchemaMissing, SchemaOutOfDate, StoreURLError, VersionConflict
from ehcp_flow.store.table_names import Names
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


def drop_store(cursor: Any) -> None:
    """Drop the tables of the store, which nothing of the library does."""
    tables = ("facts", "texts", "heads", "imports", "erased", "counter", "scopes", "schema_version")
    for table in tables:
        cursor.execute(f"DROP TABLE IF EXISTS ehcp_{table}" + (" CASCADE" if connection.vendor == "postgresql" else ""))
    if connection.vendor == "postgresql":
        cursor.execute("SELECT oid::regprocedure::text FROM pg_proc WHERE proname LIKE 'ehcp%%'", [])
        for (function,) in cursor.fetchall():
            cursor.execute(f"DROP FUNCTION {function} CASCADE")


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
        seen = fields.pop("seen", str(case_or_new("a-1").version))
        return self.client.post(f"{self.page}/fact/", {"move": move, "on": on, "seen": seen, **fields}, follow=True)

    def test_a_life_from_request_to_review_is_recorded_and_shown(self) -> None:
        """Each step by its form; the page has state, deadlines and timeline."""
        for move, on, fields in LIFE:
            self.assertContains(self.post(move, on, **fields), "Recorded: ")
        shown = self.client.get(f"{self.page}/change/").content.decode()
        held = case_or_new("a-1")
        case = held.case
        titles = [escape(deadline.title) for deadline in ef.deadlines_of(case)]
        for text in ("MAINTAINED", "2026-05-11", "Review decision sent: maintain", ">jo<", *titles):
            assert text in shown, text
        assert (held.version, len(case), str(ef.state(case).pathway)) == (9, 9, "MAINTAINED")

    def test_an_unlawful_step_is_refused_with_its_reason_and_its_law(self) -> None:
        """A final plan without a draft."""
        self.post("request_received", "2026-03-02")
        answer = self.post("final_plan_sent", "2026-06-01")
        self.assertContains(answer, "no draft plan is on record")
        self.assertContains(answer, "send a draft, then allow 15 days from its service")
        assert case_or_new("a-1").version == 1

    def test_a_mistake_in_a_field_is_told_at_the_field(self) -> None:
        """And nothing is recorded."""
        answer = self.post("request_received", "2026-03-02", authority="88")
        assert "authority" in answer.context["form"].errors
        answer = self.post("advice_requested", "2026-03-02")
        assert "party" in answer.context["form"].errors
        answer = self.post("request_received", "2026-06-02")
        self.assertFormError(
            answer.context["form"], "on", "write the day on which it happened, 2026-06-01 at the latest"
        )
        answer = self.post("none_such", "2026-03-02")
        assert "move" in answer.context["form"].errors
        assert case_or_new("a-1").version == 0

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

    def test_a_button_asks_for_what_its_move_has_and_another_fact_for_anything(self) -> None:
        """What is refused today can be chosen too: it may have been lawful on its day."""
        form = self.client.get(f"{self.page}/fact/?move=request_received").context["form"]
        assert form.fields["move"].choices == [("request_received", "Request received")]
        assert {"move", "on", "seen", "authority", "party"} < set(form.fields)
        assert not {"particular", "until", "limit", "rank"} & set(form.fields)
        form = self.client.get(f"{self.page}/fact/?move=nonsense").context["form"]
        offered = {group: {key for key, _ in keys} for group, keys in form.fields["move"].choices[1:]}
        assert "request_received" in offered["lawful today"]
        assert "final_plan_sent" in offered["not lawful today; another day may be"]
        assert "particular_recorded" in offered["moves nothing"]
        assert not any({"fact_voided", "records_declared"} & keys for keys in offered.values())

    def test_a_day_is_never_read_by_the_language_of_the_site(self) -> None:
        """A browser sends 2026-04-03; what somebody typed as 03/04 is not taken for the fourth of March."""
        self.post("request_received", "2026-03-02")
        excuse = {"reason": "ill", "until": "03/04/2026"}
        answer = self.post("exception_recorded:exceptional_circumstances", "2026-03-10", **excuse)
        assert "until" in answer.context["form"].errors
        self.assertContains(answer, 'type="date"', count=6)
        excuse["until"] = "2026-04-03"
        self.post("exception_recorded:exceptional_circumstances", "2026-03-10", **excuse)
        assert [fact.until for fact in case_or_new("a-1").case.facts[1:]] == [dt.date(2026, 4, 3)]

    def correct(self, fact: ef.Fact, move: str, **fields: str) -> Any:
        """Fill in the form of a correction."""
        given = {"move": move, "seen": str(case_or_new("a-1").version), **fields}
        return self.client.post(f"{self.page}/fact/?corrects={fact.id}", given, follow=True)

    def test_a_fact_is_corrected_with_the_reason_and_both_are_kept(self) -> None:
        """The form holds what was recorded; what follows is as if it had been so at once."""
        self.post("request_received", "2026-03-02", party="parent", authority="885")
        [wrong] = case_or_new("a-1").case.facts
        asked = self.client.get(f"{self.page}/fact/?corrects={wrong.id}")
        assert asked.context["form"]["party"].value() == "parent"
        self.assertContains(asked, 'value="2026-03-02"')
        same = self.correct(wrong, "request_received", on="2026-03-02", party="parent", authority="885", why="?")
        self.assertContains(same, "it says the same already")
        silent = self.correct(wrong, "request_received", on="2026-03-03", party="parent")
        assert "why" in silent.context["form"].errors
        done = self.correct(wrong, "request_received", on="2026-03-03", party="parent", why="read wrongly")
        self.assertContains(done, "Recorded: correction of Request received on 2026-03-02.")
        self.assertContains(done, "<td>Request received on 2026-03-03</td><td>read wrongly</td><td>jo</td>", html=False)
        held = case_or_new("a-1")
        assert (held.version, [str(fact.on) for fact in held.case]) == (2, ["2026-03-03"])
        assert self.client.get(f"{self.page}/fact/?corrects={wrong.id}").status_code == 404
        assert self.client.get(f"{self.page}/fact/?corrects=none").status_code == 404

    def test_a_fact_that_never_happened_is_taken_back_unless_another_stands_on_it(self) -> None:
        """As the law has it for any fact."""
        self.post("request_received", "2026-03-02")
        self.post("assessment_agreed", "2026-04-01")
        request_fact, agreed = case_or_new("a-1").case.facts
        refused = self.correct(request_fact, "fact_voided", why="another child")
        assert refused.context["form"].errors["move"]
        self.assertContains(self.correct(agreed, "fact_voided", why="another child"), "<td>taken back</td>")
        assert [fact.event for fact in case_or_new("a-1").case] == ["request_received"]
        assert str(ef.state(case_or_new("a-1").case).pathway) == "REQUESTED"

    def test_what_has_a_reason_of_its_own_keeps_it_when_it_is_corrected(self) -> None:
        """An exception: the reason of the correction is another matter. And a particular is shown, and corrected."""
        self.post("request_received", "2026-03-02")
        self.post("exception_recorded:exceptional_circumstances", "2026-03-10", reason="ill")
        self.post("particular_recorded", "2026-03-10", particular="caseworker", value="Team North")
        shown = self.client.get(f"{self.page}/change/")
        self.assertContains(shown, "Particular recorded: caseworker Team North")
        exception = case_or_new("a-1").case.last("exception_recorded")
        assert exception is not None
        ground = "exception_recorded:exceptional_circumstances"
        self.correct(exception, ground, on="2026-03-11", reason="ill", why="typing")
        [team] = case_or_new("a-1").case.particulars
        self.correct(
            team, "particular_recorded", on="2026-03-10", particular="caseworker", value="Team South", why="moved"
        )
        case = case_or_new("a-1").case
        assert [(str(fact.on), fact.reason) for fact in case if fact.event == "exception_recorded"] == [
            ("2026-03-11", "ill")
        ]
        assert case.particular("caseworker", "2026-03-12") == "Team South"
        assert {done.reason for done in case.corrections} == {"typing", "moved"}

    def test_a_day_known_to_its_month_is_shown_so_and_asked_for(self) -> None:
        """Of an inherited caseload, say."""
        record(ef.make_fact("request_received", case_id="a-1", on="2026-03"), seen=0)
        self.assertContains(self.client.get(f"{self.page}/change/"), "<td>2026-03</td>")
        [fact] = case_or_new("a-1").case.recorded
        assert self.client.get(f"{self.page}/fact/?corrects={fact.id}").context["form"]["on"].value() is None
        self.correct(fact, "request_received", on="2026-03-09", why="the letter was found")
        assert [str(each.on) for each in case_or_new("a-1").case] == ["2026-03-09"]

    def test_who_works_for_one_authority_sees_and_records_its_cases_alone(self) -> None:
        """Another's is as one that is not there, and is not added to."""
        self.post("request_received", "2026-03-02", authority="885")
        with patch.object(ChildAdmin, "authority_of", return_value="301"):
            self.assertContains(self.client.get(f"{self.page}/change/"), "NO_CASE")
            answer = self.post("request_received", "2026-03-02", seen="0")
            assert answer.context["form"].non_field_errors()
        with patch.object(ChildAdmin, "authority_of", return_value="885"):
            self.post("assessment_agreed", "2026-04-01")
            agreed = case_or_new("a-1", authority="885").case.facts[-1]
            self.correct(agreed, "assessment_agreed", on="2026-04-02", why="read wrongly")
        assert [(fact.event, str(fact.on)) for fact in case_or_new("a-1").case] == [
            ("request_received", "2026-03-02"), ("assessment_agreed", "2026-04-02"),
        ]  # fmt: skip

    @override_settings(ROOT_URLCONF="council.tests.two_sites")
    def test_any_key_and_any_site_will_do(self) -> None:
        """A key that has to be quoted in an address, and an admin site beside the first."""
        Session.objects.create(session_key="885_12/b", expire_date=dt.datetime(2030, 1, 1, tzinfo=dt.UTC))
        page = f"/other/sessions/session/{quote('885_12/b')}"
        self.assertContains(self.client.get(f"{page}/change/"), "NO_CASE")
        self.assertContains(self.client.get(f"{page}/fact/"), '<a href="/other/">Home</a>')
        given = {"move": "request_received", "on": "2026-03-02", "seen": "0"}
        self.assertRedirects(self.client.post(f"{page}/fact/", given), f"{page}/change/")
        assert case_or_new("885_12/b").version == 1

    def test_a_store_of_another_schema_is_told_with_djangos_own_command(self) -> None:
        """Before anything is read of it."""
        with connection.cursor() as cursor:
            cursor.execute("UPDATE ehcp_schema_version SET version_num = '4'")
            with self.assertRaisesRegex(SchemaOutOfDate, "then run `python manage.py migrate`"):
                case_or_new("a-1")
            cursor.execute("DELETE FROM ehcp_schema_version")
            with self.assertRaisesRegex(SchemaMissing, "create a store with `python manage.py migrate`"):
                case_or_new("a-1")

    def test_a_database_that_the_store_does_not_speak_is_refused(self) -> None:
        """Or a driver."""
        with patch.object(connection, "vendor", "mysql"), self.assertRaisesRegex(StoreURLError, "has to be SQLite, or"):
            case_or_new("a-1")
        with patch.object(connection.Database, "__name__", "psycopg2"), self.assertRaises(StoreURLError):
            case_or_new("a-1")

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
        assert (Child.objects.count(), case_or_new("a-1").version, CachedDeadline.objects.count()) == (0, 0, 0)
        with transaction.atomic():
            Child.objects.create(case_id="a-1")
            record(request(), seen=0)
            assert CachedDeadline.objects.count() == 0
        assert (Child.objects.count(), case_or_new("a-1").version) == (1, 1)

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

    def test_what_was_committed_stays_whatever_becomes_of_the_cache(self) -> None:
        """The night puts it right; and what was erased is cached no more."""
        with patch("ehcp_flow.contrib.django.stores.rebuild", side_effect=RuntimeError), self.assertLogs("django.db"):
            record(request(), seen=0)
        assert (case_or_new("a-1").version, CachedDeadline.objects.count()) == (1, 0)
        assert rebuild() == CachedDeadline.objects.count() > 0
        with open_store() as store:
            store.erase("a-1", "kept to the end", "jo")
        assert rebuild() == CachedDeadline.objects.count() == 0
        empty_store()
        assert record(request(), seen=0).version == 1, "and nothing of it is left after a test"

    def test_several_facts_are_recorded_together_or_not_at_all(self) -> None:
        """Each is asked whether it is lawful after those before it."""
        begun = [request(), ef.make_fact("assessment_agreed", case_id="a-1", on="2026-04-01")]
        with self.assertRaises(ef.MoveRefused):
            record_all([*begun, ef.make_fact("final_plan_sent", case_id="a-1", on="2026-04-02")], seen=0)
        assert case_or_new("a-1").version == 0
        assert [done.version for done in record_all(begun, seen=0)] == [1, 2]
        assert CachedDeadline.objects.filter(case_id="a-1", limit="decide_assess").get().status == "met"

    def test_migrate_upgrades_a_store_of_an_earlier_schema(self) -> None:
        """What a host that installed an earlier version runs; and taking a migration back drops no fact."""
        with transaction.atomic(), connection.cursor() as cursor:
            CachedDeadline.objects.all().delete()
            drop_store(cursor)
            MigrationRecorder(connection).migration_qs.filter(app="ehcp_flow").exclude(name="0001_initial").delete()
            with lent_connection("default") as lent:
                schema.upgrade(lent, Names(), to="4")
        call_command("migrate", "ehcp_flow", verbosity=0)
        record(request(), seen=0)
        with open_store() as store:
            assert store.verify().ok
        call_command("migrate", "ehcp_flow", "zero", verbosity=0)
        call_command("migrate", "ehcp_flow", verbosity=0)
        assert (case_or_new("a-1").version, rebuild()) == (1, CachedDeadline.objects.count())

    def test_a_conflict_leaves_the_hosts_transaction_usable(self) -> None:
        """Only our part is undone."""
        record(request(), seen=0)
        with transaction.atomic():
            Child.objects.create(case_id="a-1")
            with self.assertRaises(VersionConflict):
                record(ef.make_fact("assessment_agreed", case_id="a-1", on="2026-04-01"), seen=0)
        assert (Child.objects.count(), case_or_new("a-1").version) == (1, 1)

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
        assert case_or_new("a-1").version == 1

    def test_only_a_test_database_is_emptied(self) -> None:
        """No fact of a child is ever deleted by mistake."""
        with patch.dict(connection.settings_dict, NAME="council"), self.assertRaisesRegex(RuntimeError, "no test"):
            empty_store()
        name = str(connection.settings_dict["NAME"])
        with patch.dict(connection.settings_dict, NAME=name.replace(".sqlite3", "_1.sqlite3")):
            empty_store()  # as tests that run in parallel have it

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
