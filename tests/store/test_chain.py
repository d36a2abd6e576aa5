"""Each part of what is hashed is part of it, and no two records are hashed as one text."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_flow.store.chain import (
    hash_text,
    link,
    link_of,
    seal_import,
    seal_of,
    sealed,
    trail_of_fact,
    trail_of_redaction,
)
from ehcp_flow.store.fact_rows import FactRow, Head, ImportRow, Text

ROW = FactRow(
    "a-1", 3, 1, "plan_agreed", "2025-04-07", "2025-04-07T09:00:00.000000Z", "2025-04-08T09:00:00.000000Z", "jo", "key",
    '{"event":"plan_agreed","on":"2025-04-07"}', "7e" * 32, "", 5,
)  # fmt: skip
HEAD = Head("a-1", "885", 3, "ab" * 32, "2025-04-08T09:00:00.000000Z", 2, "cd" * 32)
TEXT = Text("a-1", 3, None, None, "2025-05-01T09:00:00.000000Z", "dpo", "asked for", 4)
IMPORT = ImportRow("5f1c:*", "cases.csv", 10, 7, 2, 1, 1, "2025-05-01T09:00:00.000000Z")
MAYBE = st.none() | st.text(max_size=6)


def changed(row: Any, field: str) -> Any:
    value = getattr(row, field)
    return row._replace(**{field: value + 1 if isinstance(value, int) else f"{value}x"})


def test_the_hash_of_a_fact_is_what_it_was() -> None:
    """Stored chains rest on these very digits: whatever is changed, they may not."""
    assert link_of("", ROW) == "0f685f6c18940388ee2eb881e17846ffdf212b2d142d6cc0a52e5174fda9829d"
    bare = ROW._replace(recorded_by=None, key=None, text_hash=None)
    assert link_of("ff" * 32, bare) == "7c8695592a130f024b3296b41f0ba7a981c8709d5a2663c979b119d2592a433c"
    assert trail_of_fact("ab" * 32, "cd" * 32, 7) == "798e7dc477efb3f85b83e5705ff816d8cb3808bbca91a28e57effaa302ca923b"
    assert trail_of_redaction("ab" * 32, TEXT) == "5a9fbb9b93c09019b7884c16f2ae312fab6dab77332bd3784116c5e6a546171b"
    assert seal_of(HEAD) == "2ab72cdfe9b68b2c35f8bc832cd6391f2702d35b3842013618553fb2a5944310"
    assert seal_import(IMPORT) == "6c42716a852d9428000ef0e3b18e085c42b8cb7f62e6d083738d39048c497276"
    assert hash_text("00", "why") == "f67d1181b66e0d5d9bf96c10a2de94309227d164748c190169fc9a88553810ec"


@pytest.mark.parametrize("field", [f for f in FactRow._fields if f not in ("event", "on", "hash", "position")])
def test_each_part_of_a_fact_is_in_its_hash(field: str) -> None:
    assert link_of("", changed(ROW, field)) != link_of("", ROW)
    if field in ("recorded_by", "key", "text_hash"):
        bare: Any = {field: None}
        assert link_of("", ROW._replace(**bare)) != link_of("", ROW)


def test_the_hash_before_is_in_the_hash_of_a_fact() -> None:
    assert len({link_of(previous, ROW) for previous in ("", "0" * 64, "1" * 64)}) == 3


def test_the_hash_of_a_row_covers_the_columns_in_their_places() -> None:
    given_: dict[str, Any] = {
        name: value for name, value in ROW._asdict().items() if name not in ("event", "on", "hash", "position")
    }
    assert link("", **given_) == link_of("", ROW)
    for one, other in itertools.combinations(given_, 2):
        if type(given_[one]) is not type(given_[other]):
            continue
        swapped = {**given_, one: given_[other], other: given_[one]}
        assert link("", **swapped) != link("", **given_), (one, other)


@given(
    st.lists(
        st.tuples(st.text(max_size=6), MAYBE, MAYBE),
        min_size=2,
        max_size=2,
        unique=True,
    )
)
def test_no_two_facts_are_hashed_as_one_text(told: list[tuple[str, str | None, str | None]]) -> None:
    rows = [ROW._replace(case_id=case_id, recorded_by=by, key=key) for case_id, by, key in told]
    assert link_of("", rows[0]) != link_of("", rows[1])


def test_each_part_of_a_trail_is_in_it() -> None:
    trails = {
        trail_of_fact("a", "b", 1),
        trail_of_fact("x", "b", 1),
        trail_of_fact("a", "x", 1),
        trail_of_fact("a", "b", 2),
    }
    assert len(trails) == 4
    redactions = {trail_of_redaction("", TEXT), trail_of_redaction("x", TEXT)}
    for field in ("version", "redacted_at", "redacted_by", "redaction"):
        redactions.add(trail_of_redaction("", changed(TEXT, field)))
    assert len(redactions) == 6


@given(st.lists(st.tuples(MAYBE, MAYBE), min_size=2, max_size=2, unique=True))
def test_no_two_redactions_are_hashed_as_one_text(told: list[tuple[str | None, str | None]]) -> None:
    one, other = (trail_of_redaction("", TEXT._replace(redacted_by=by, redaction=why)) for by, why in told)
    assert one != other


@pytest.mark.parametrize("field", Head._fields[:-1])
def test_each_part_of_a_head_is_under_its_seal(field: str) -> None:
    assert seal_of(changed(HEAD, field)) != seal_of(HEAD)


def test_a_head_is_sealed_with_its_trail() -> None:
    moved = sealed(HEAD, "ef" * 32)
    assert (moved.trail, moved.seal) == ("ef" * 32, seal_of(HEAD._replace(trail="ef" * 32)))


@pytest.mark.parametrize("field", ImportRow._fields[:-1])
def test_each_part_of_what_is_remembered_of_an_import_is_under_its_seal(field: str) -> None:
    assert seal_import(changed(IMPORT, field)) != seal_import(IMPORT)
    assert seal_import(IMPORT._replace(seal="x")) == seal_import(IMPORT)


def test_each_part_of_a_free_text_is_in_its_hash() -> None:
    assert len({hash_text("00", "why"), hash_text("01", "why"), hash_text("00", "why?")}) == 3
