"""Cases made out of columns hold the very facts that the readers make of the same rows."""

from collections.abc import Iterator
from contextlib import ExitStack

import numpy as np
import polars as pl
from hypothesis import given

from ehcp_flow.bulk.cases_from_columns import build_cases
from ehcp_flow.bulk.encoding import encode
from ehcp_flow.bulk.row_sources import chunks_of, open_rows
from ehcp_flow.case import Case
from ehcp_flow.facts import make_fact
from tests.bulk.agreeing import caseloads


def built(source: object, numbers: list[int] | None = None) -> Iterator[Case]:
    with ExitStack() as stack:
        for rows in chunks_of(open_rows(source, stack), 100, lambda frame: frame, stack):
            encoded = encode(rows, with_instants=False)
            assert not encoded.bad.any()
            chosen = np.arange(len(encoded.case_ids)) if numbers is None else np.array(numbers, dtype=np.int64)
            yield from build_cases(rows, encoded, chosen)


@given(caseloads())
def test_facts_out_of_columns_are_those_that_were_read(cases):
    told = [case for case in cases if case.recorded]
    made = list(built(cases))
    assert made == told
    for one, other in zip(made, told, strict=True):
        for fact, read in zip(one.recorded, other.recorded, strict=True):
            assert type(fact) is type(read)
            assert (fact.content, fact.id) == (read.content, read.id)
            assert list(fact.model_dump()) == list(read.model_dump())
            assert fact.model_copy(update={"reason": "other"}) == read.model_copy(update={"reason": "other"})


def test_every_field_comes_through_stripped_and_parsed():
    fields = {
        "until": "2026-01-20", "reason": "ill", "limit": "final_plan", "party": "p", "authority": "885",
        "served_on": "2026-01-12", "fact_id": "f-1", "corrects": "f-0", "recorded_at": "2026-02-01T10:00:00+01:00",
        "recorded_by": "j",
    }  # fmt: skip
    known = {"case_id": "a", "event": "exception_recorded", "on": "2026-01-10", "outcome": "exceptional_circumstances"}
    row = {**known, **{name: f" {text}\u2003" for name, text in fields.items()}}
    nothing = {**known, "on": "2026-01-11", **dict.fromkeys(fields, "  ")}
    (case,) = built(pl.DataFrame([row, nothing]))
    said = {name: value for name, value in known.items() if name != "event"}
    first = make_fact("exception_recorded", **said, **fields)
    assert case.recorded == (first, make_fact("exception_recorded", **(said | {"on": "2026-01-11"})))


def test_only_the_cases_that_are_asked_for_are_made():
    facts = [make_fact("request_received", case_id=name, on="2026-01-05") for name in "abcd"]
    assert [case.case_id for case in built(facts, [1, 3])] == ["b", "d"]
    assert list(built(facts, [])) == []
