"""One gap of a record is told once: what one and the same record would answer is one finding, at every door."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_flow.answers import answer
from ehcp_flow.bulk import findings_frame
from ehcp_flow.bulk.case_states import counted_chunk
from ehcp_flow.bulk.source_pass import Frames
from ehcp_flow.case import Case
from ehcp_flow.columns import COLUMNS
from ehcp_flow.findings import Gap, told_by
from ehcp_flow.testing.strategies import lives
from tests.cli.running import invoke
from tests.telling import facts, tell

AS_OF = "2026-06-30"
REVIEWED = (
    "2024-09-02 final_plan_sent; 2025-05-12 review_invited; 2025-05-14 review_papers_sent; "
    "2025-06-02 review_meeting_held; 2025-06-16 review_report_sent"
)
TOLD: dict[str, tuple[str, list[tuple[str, str | None]], str]] = {
    "no decision to assess": (
        "2025-01-06 request_received; 2025-03-10 plan_agreed; 2025-03-17 draft_plan_sent; 2025-04-14 final_plan_sent",
        [("plan_decision_without_assessment", "decide_assess")],
        "2025-02-03 assessment_agreed",
    ),
    "no decision to make a plan": (
        ("2025-01-06 request_received; 2025-02-03 assessment_agreed; 2025-03-17 draft_plan_sent; "
        "2025-04-14 final_plan_sent"),
        [("draft_without_decision", "decide_issue")],
        "2025-03-10 plan_agreed",
    ),
    "no plan, first missed at an invitation": (
        ("2025-01-06 request_received; 2025-02-03 assessment_agreed; 2025-03-10 plan_agreed; "
        "2025-03-17 draft_plan_sent; 2026-03-01 review_invited; 2026-03-10 review_papers_sent; "
        "2026-04-01 review_meeting_held"),
        [("review_without_plan", "final_plan")],
        "2025-04-14 final_plan_sent",
    ),
    "no notice of amendments": (
        f"{REVIEWED}; 2025-06-20 review_decision_sent outcome=amend; 2025-08-20 amended_plan_sent",
        [("amended_plan_without_notice", "amendment_notice"), ("final_plan_before_draft", None)],
        "2025-06-27 amendment_notice_sent",
    ),
    "no decision after a review, by which two limits go": (
        f"{REVIEWED}; 2025-08-20 amended_plan_sent",
        [
            ("act_not_dated", "review_decision"),
            ("amended_plan_without_notice", "amendment_notice"),
            ("final_plan_before_draft", None),
        ],
        "2025-06-20 review_decision_sent outcome=amend",
    ),
    "no decision that a dispute of four facts could be about": (
        ("2025-01-06 request_received; 2025-02-24 mediation_contacted; 2025-03-03 mediation_declined; "
        "2025-03-05 mediation_certificate_issued; 2025-03-20 appeal_registered"),
        [("dispute_without_decision", None)],
        "2025-02-10 assessment_refused",
    ),
    "nor an order": (
        ("2025-01-06 request_received; 2025-02-24 mediation_contacted; 2025-03-05 mediation_certificate_issued; "
        "2025-03-20 appeal_registered; 2025-06-20 tribunal_order_made outcome=assess"),
        [("order_without_decision", "decide_assess")],
        "2025-02-10 assessment_refused",
    ),
}  # fmt: skip


def found(told: str) -> list[tuple[str, str | None]]:
    return [(each.code, each.limit) for each in answer(tell(told), AS_OF).findings]


@pytest.mark.parametrize("name", TOLD)
def test_one_gap_is_told_once_and_one_record_answers_all_of_it(name: str):
    told, expected, record = TOLD[name]
    assert sorted(found(told), key=str) == sorted(expected, key=str)
    gap = expected[0]
    assert gap not in found(f"{told}; {record}")


@pytest.mark.parametrize("kept", ["file", "store"])
@pytest.mark.parametrize("door", ["one", "many"])
def test_it_is_told_once_by_files_and_stores_one_by_one_and_over_columns(kept: str, door: str, tmp_path):
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for name, (told, _, _) in TOLD.items():
        for fact in facts(told, name.replace(" ", "-").replace(",", "")):
            writer.writerow(fact.model_dump(mode="json", exclude_none=True) | {"authority": "885"})
    file = tmp_path / "told.csv"
    file.write_text(out.getvalue(), encoding="utf-8")
    source = str(file)
    if kept == "store":
        store = f"sqlite:///{tmp_path / 'told.db'}"
        assert invoke("import", source, "--store", store).exit_code == 0
        source = store
    done = invoke("breaches", source, "--register", "findings", "--as-of", AS_OF, "--format", "json", door=door)
    rows = json.loads(done.stdout)
    expected = sorted(
        (name.replace(" ", "-").replace(",", ""), *each) for name, (_, codes, _) in TOLD.items() for each in codes
    )
    assert sorted((row["case_id"], row["finding"], row["limit"]) for row in rows) == expected


def test_what_one_record_would_answer_is_named_in_one_sentence():
    told, _, _ = TOLD["no decision after a review, by which two limits go"]
    (said,) = (each for each in answer(tell(told), AS_OF).findings if each.code == "act_not_dated")
    assert said.message == (
        "review_decision was due on 2025-06-30 and annual_review was due on 2025-09-01; amended_plan_sent on "
        "2025-08-20 shows that they were done, and nothing says when"
    )
    assert "review_decision_sent" in said.remedy


def test_what_the_record_would_be_about_someone_else_or_come_too_late_for_is_another_gap():
    gap = Gap(frozenset({"advice_received"}), 1, 5, "medical")
    assert told_by([], [gap, gap._replace(whom="health")]) == [0, 1]
    assert told_by([], [gap, gap._replace(by=6)]) == [0, 1]
    assert told_by([], [gap, gap._replace(after=2)]) == [0, 0]
    plan = Gap(frozenset({"final_plan_sent", "plan_transferred_in"}), -1, 4)
    late = Gap(frozenset({"final_plan_sent"}), 4, 9)
    assert told_by([plan], [late, late._replace(after=2), late._replace(after=2, by=3)]) == [1, 0, 3]


def test_acts_are_told_together_as_far_as_one_is_all_of_them():
    either, one, other = (Gap(frozenset(events), 0, 3) for events in (("a", "b"), ("a",), ("b",)))
    assert told_by([], [either, one, other]) == [0, 0, 2]
    assert told_by([either], [one, other]) == [0, 2]


def test_a_dispute_about_what_is_never_recorded_is_no_finding():
    told, _, _ = TOLD["no decision that a dispute of four facts could be about"]
    declared = "2020-01-01 records_declared value='request_received mediation_contacted appeal_registered"
    assert found(f"{declared}'; {told}") == []
    assert found(f"{declared} assessment_refused'; {told}") == [("dispute_without_decision", None)]


@given(lives(), st.data())
def test_records_with_holes_are_told_the_same_by_both_doors_and_every_undated_act_once(life, data):
    kept = data.draw(st.lists(st.sampled_from(life.recorded), min_size=1, unique_by=id))
    case = Case(life.case_id, tuple(fact for fact in life.recorded if any(fact is each for each in kept)))
    answered = answer(case, AS_OF)
    rows = findings_frame([case], AS_OF).rows(named=True)
    assert [(row["code"], row["message"], row["limit"]) for row in rows] == [
        (each.code, each.message, each.limit) for each in answered.findings
    ]
    frames = Frames([case], AS_OF, work=counted_chunk)
    assert len(list(frames)) <= 1
    assert frames.findings == len(answered.findings)
