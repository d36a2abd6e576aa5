"""Two at once, each with a connection of its own: one winner, and a cache that is right whoever was last."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection, transaction
from django.test import TransactionTestCase

import ehcp_flow as ef
from ehcp_flow.contrib.django.models import CachedDeadline
from ehcp_flow.contrib.django.stores import case_or_new, rebuild, record
from ehcp_flow.contrib.django.testing import empty_store
from ehcp_flow.store.errors import VersionConflict


def on_its_own(work: Callable[..., Any], *arguments: Any) -> Any:
    """Do work on this thread's connection, and close it."""
    try:
        return work(*arguments)
    finally:
        connection.close()


class SideBySide(TransactionTestCase):
    """One case, two officers."""

    def setUp(self) -> None:
        """Begin with a request."""
        empty_store()
        record(ef.make_fact("request_received", case_id="a-1", on="2026-03-02"), seen=0)

    def test_of_two_officers_who_saw_the_same_case_one_records(self) -> None:
        """The other is told, and has lost nothing."""
        both = Barrier(2, timeout=60)

        def decide(event: str) -> str:
            both.wait()
            try:
                return record(ef.make_fact(event, case_id="a-1", on="2026-04-01"), seen=1).fact.event
            except VersionConflict as error:
                return f"after {error.changed[0].event}"

        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(lambda event: on_its_own(decide, event), ("assessment_agreed", "assessment_refused")))
        [won] = [each for each in done if not each.startswith("after ")]
        assert f"after {won}" in done
        assert case_or_new("a-1").version == 2
        assert set(CachedDeadline.objects.filter(limit="decide_assess").values_list("status", flat=True)) == {"met"}

    def test_who_records_waits_for_who_is_at_it_as_django_comes(self) -> None:
        """On SQLite a transaction begins with no lock, unless the settings say otherwise as ours do."""

        def write(officer: int) -> list[int]:
            connection.ensure_connection()
            connection.transaction_mode = None
            facts = [ef.make_fact("request_received", case_id=f"{officer}-{at}", on="2026-03-02") for at in range(5)]
            return [record(fact, seen=0).version for fact in facts]

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(lambda officer: on_its_own(write, officer), range(4))) == [[1] * 5] * 4
        assert CachedDeadline.objects.values("case_id").distinct().count() == 21

    def test_who_rebuilds_a_case_waits_for_who_is_at_it(self) -> None:
        """At night, say, while somebody records."""
        CachedDeadline.objects.all().delete()
        with ThreadPoolExecutor(1) as pool:
            with transaction.atomic():
                many = rebuild(["a-1"])
                other = pool.submit(on_its_own, rebuild, ["a-1"])
                with self.assertRaises(TimeoutError):
                    other.result(timeout=0.5)
            assert other.result() == many == CachedDeadline.objects.count() > 0
