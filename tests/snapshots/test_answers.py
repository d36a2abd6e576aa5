"""The checked-in answers are the computed ones; where they are not, the failure lists every case that moved."""

import pytest

from ehcp_flow.bulk import iter_answers
from tests.snapshots.answers import ANSWERS, CASELOAD, DAYS, answered, line


def test_no_answer_has_moved():
    before, after = ANSWERS.read_text("utf-8").splitlines(), list(answered())
    gone, new = sorted(set(before) - set(after)), sorted(set(after) - set(before))
    moved = "\n".join((*(f"- {each}" for each in gone), *(f"+ {each}" for each in new)))
    assert before == after, f"answers moved; if they should have, run `python -m tests.snapshots`:\n{moved}"


@pytest.mark.parametrize("as_of", DAYS)
def test_over_columns_the_answers_are_these_too(as_of):
    told = {f"{one.case.case_id} {as_of} {line(one)}" for one in iter_answers(CASELOAD, as_of)}
    pinned = [each for each in ANSWERS.read_text("utf-8").splitlines() if each.split(" ")[1] == as_of]
    assert set(pinned) <= told


def test_the_answers_are_varied():
    text = ANSWERS.read_text("utf-8")
    for word in ("met", "late+", "overdue+", "premature", "lapsed", "undated", "open", "BREACH", "school_closed"):
        assert f" {word}" in text
    for limit in ("annual_review", "appeal", "order_amend", "phase_transfer", "transfer_plan", "detained_", "advice"):
        assert f" {limit}" in text
