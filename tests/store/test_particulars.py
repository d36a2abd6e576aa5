"""Particulars in a store: what tells of a person can be taken out, and the chain still proves the rest."""

import pytest

from ehcp_flow.facts import make_fact
from ehcp_flow.store import Store
from ehcp_flow.store.errors import NothingToRedact
from ehcp_flow.testing import a_fact

ON = "2026-03-02"


@pytest.mark.parametrize(("name", "value"), [("upn", "B801200005001"), ("nickname", "Bee")])
def test_a_value_that_tells_of_a_person_or_has_a_name_of_the_hosts_own_is_redacted(store: Store, name: str, value: str):
    store.record("a-1", a_fact("a-1"), seen=0)
    said = make_fact("particular_recorded", case_id="a-1", on=ON, particular=name, value=value)
    store.record("a-1", said, seen=1)
    assert store.case("a-1").case.particular(name, ON) == value
    store.redact("a-1", 2, reason="asked for", redacted_by="dpo")
    [_, left] = store.case("a-1").case.recorded
    assert value not in left.model_dump_json()
    assert store.case("a-1").case.particular(name, ON) is None
    assert [entry.fact.id for entry in store.follow(0)] == [fact.id for fact in store.case("a-1").case.recorded]
    assert store.verify().ok


def test_a_value_that_tells_of_no_person_has_nothing_to_redact(store: Store):
    team = make_fact("particular_recorded", case_id="a-1", on=ON, particular="school_year", value="6")
    store.record("a-1", team, seen=0)
    with pytest.raises(NothingToRedact):
        store.redact("a-1", 1, reason="asked for", redacted_by="dpo")
    assert store.case("a-1").case.particular("school_year", ON) == "6"
