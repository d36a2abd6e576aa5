"""The types that a host on Django sees, as mypy and pyright read them; Django itself ships none."""

from __future__ import annotations

from typing import assert_type

import ehcp_flow as ef
from ehcp_flow.contrib.django.forms import FactForm, move_key, told_reasons
from ehcp_flow.contrib.django.rulebooks import rulebook_in_use
from ehcp_flow.contrib.django.stores import alias_in_use, case_or_new, open_store, rebuild, record, record_all
from ehcp_flow.contrib.django.testing import empty_store
from ehcp_flow.law import Rulebook
from ehcp_flow.states import MoveVerdict
from ehcp_flow.store import Recorded, Store, StoredCase


def a_host(fact: ef.Fact) -> None:
    """Never called: a host calls these where Django is set up."""
    assert_type(alias_in_use(), str)
    assert_type(rulebook_in_use(), Rulebook | None)
    with open_store("default", authority="885") as store:
        assert_type(store, Store)
    held = case_or_new("a-1", alias="default", authority="885")
    assert_type(held, StoredCase)
    assert_type(record(fact, seen=held.version, recorded_by="jo", key="k", strict=False, authority="885"), Recorded)
    assert_type(record_all([fact], seen=0, strict=True), list[Recorded])
    assert_type(rebuild(["a-1"], as_of=fact.on), int)
    form = FactForm({"move": move_key("plan_agreed", None)}, case=held.case, seen=held.version, corrects="f-1")
    assert_type(form.lawful, list[MoveVerdict])
    assert_type(form.facts, tuple[ef.Fact, ...])
    assert_type(list(told_reasons(form.refused[0].refusals)), list[str])
    assert_type(form.save(recorded_by="jo"), Recorded)
    empty_store()
