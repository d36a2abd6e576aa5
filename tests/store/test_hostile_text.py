"""What somebody typed is a value in every database, whatever it says."""

import pytest

from ehcp_flow.store import Store
from ehcp_flow.testing import a_fact

WORDS = [
    "'; DELETE FROM facts; --",
    "') ; DROP TABLE facts ; --",
    '"; UPDATE heads SET facts = 0; --',
    "%s %(case_id)s :case_id ? $1",
    "\\'; SELECT 1; --",
]


@pytest.mark.parametrize("words", WORDS)
def test_words_of_a_fact_are_never_part_of_a_statement(store: Store, words: str) -> None:
    store.record("a-1", a_fact(reason=words), seen=0, recorded_by=words)
    store.record("a-2", a_fact("a-2"), seen=0, key=words)
    (kept,) = store.case("a-1").case.recorded
    assert (kept.reason, kept.recorded_by) == (words, words)
    assert len(store.case("a-2").case.recorded) == 1
    assert store.verify().breaks == ()
    store.redact("a-1", 1, reason=words, redacted_by=words)
    assert store.case("a-1").case.recorded[0].reason == "[redacted]"
    assert store.verify().breaks == ()
