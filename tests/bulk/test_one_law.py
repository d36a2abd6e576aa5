"""The columns know no law of their own: what is added to the rulebook is judged in bulk at once."""

import random
import shutil
from pathlib import Path

import pytest

import ehcp_flow.law
from ehcp_flow.bulk import iter_rows
from ehcp_flow.case import group_cases
from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.law import Rulebook, load_rulebook
from ehcp_flow.synth import synth
from tests.bulk.agreeing import agree, in_bulk
from tests.telling import day, tell

LAW = Path(ehcp_flow.law.__file__).parent / "england"
ADDED = """\
[[clock]]
id = "added_clock"
title = "a plan was agreed"
starts_on = ["plan_agreed", "review_meeting_held"]
ends_on = ["plan_refused", "review_decision_sent:cease"]
resumes_on = ["refusal_reversed"]
unless_during = ["custody"]

[[clock]]
id = "added_party_clock"
title = "a school was consulted"
starts_on = ["school_consulted"]
separate = true
per = "party"

[[limit]]
id = "added_limit"
title = "A limit that no code can know"
group = "plan"
actor = "local authority"
kind = "statutory"

[[limit.rule]]
rows = ["added_row"]
clock = "added_clock"
act = "send a draft within a fortnight"
done_by = ["draft_plan_sent"]
undone_by = ["representations_received"]
implied_by = ["final_plan_sent"]
looks_back = "2 months"
only_with = ["amendment_notice_sent", "draft_plan_sent", "review_decision_sent"]
exceptions = [{ ground = "exceptional", citation = "SR 5(4)(c)" }]

[[limit.rule.version]]
in_force_from = 2014-09-01
in_force_to = 2024-12-31
counting = "10 working days after"
citation = ["SR 5(1)"]
evidence = "M"

[[limit.rule.version]]
in_force_from = 2025-01-01
later_of = [
  { counting = "3 weeks beginning with" },
  { counting = "10 days after", counts_from_fact = ["draft_plan_sent", "review_decision_sent"] },
]
roll = "tribunal"
citation = ["SR 5(1)"]
evidence = "M"

[[limit]]
id = "added_parts"
title = "A duty of two parts that no code can know"
group = "plan"
actor = "local authority"
kind = "statutory"

[[limit.rule]]
rows = ["added_parts"]
clock = "added_clock"
act = "give notice, then amend"
first = ["amendment_notice_sent"]
done_by = ["final_plan_sent"]
done_after_first_by = ["amended_plan_sent", "amendment_declined"]
undone_by = ["representations_received"]

[[limit.rule.version]]
in_force_from = 2014-09-01
counting = "10 weeks after"
citation = ["SR 5(1)"]
evidence = "M"

[[limit]]
id = "added_window"
title = "A window that no code can know"
group = "plan"
actor = "local authority"
kind = "statutory"

[[limit.rule]]
rows = ["added_window"]
clock = "added_party_clock"
act = "wait"
done_by = ["school_responded"]

[[limit.rule.version]]
in_force_from = 2020-01-01
counting = "at least 10 Tribunal days after"
citation = ["SR 5(1)"]
evidence = "M"
"""


@pytest.fixture(scope="module")
def amended(tmp_path_factory) -> Rulebook:
    copy = tmp_path_factory.mktemp("law") / "amended"
    shutil.copytree(LAW, copy)
    (copy / "99_added.toml").write_text(ADDED, "utf-8")
    return load_rulebook(copy)


def test_a_limit_added_to_the_rulebook_is_judged_in_bulk(amended):
    cases = list(group_cases(synth(600, 5, faults=0.1)).values())
    for as_of in ("2024-06-30", "2026-06-30"):
        agree(cases, as_of, rulebook=amended)
    found = [row for row in in_bulk(cases, "2026-06-30", rulebook=amended) if row["limit"].startswith("added_")]
    assert {row["limit"] for row in found} == {"added_limit", "added_parts", "added_window"}
    assert {"met", "overdue", "overtaken", "undated"} <= {row["status"] for row in found}


@pytest.mark.parametrize(
    ("done", "status", "done_on"),
    [
        ("2024-04-01 amended_plan_sent; 2024-04-08 amendment_declined", "met", "2024-04-01"),
        ("2024-04-01 amended_plan_sent", "overdue", None),
    ],
)
def test_of_what_was_done_twice_the_last_is_undone(done, status, done_on, amended):
    told = tell(
        f"2024-03-01 plan_agreed; 2024-03-04 amendment_notice_sent; {done}; 2024-04-20 representations_received"
    )
    [found] = [each for each in deadlines_of(told, "2024-06-30", rulebook=amended) if each.limit == "added_parts"]
    assert (found.status, found.done_on) == (status, done_on and day(done_on))
    agree([told], "2024-06-30", rulebook=amended)


def test_a_clock_kept_by_party_that_is_not_separate_is_judged_over_columns_too(tmp_path):
    copy = tmp_path / "odd"
    shutil.copytree(LAW, copy)
    (copy / "99_added.toml").write_text(ADDED.replace("separate = true\nper", "per"), "utf-8")
    cases = list(group_cases(synth(60, 6)).values())
    agree(cases, "2026-06-30", rulebook=load_rulebook(copy))


def test_the_order_of_the_rows_of_a_source_never_matters(amended):
    facts = list(synth(120, 8, faults=0.2))
    cases = list(group_cases(facts).values())
    expected = {(row["case_id"], i): row for i, row in enumerate(in_bulk(cases, "2026-06-30", rulebook=amended))}
    random.Random(1).shuffle(facts)  # noqa: S311 - any order will do
    shuffled = list(iter_rows(facts, "2026-06-30", rulebook=amended))
    by_case = sorted(shuffled, key=lambda row: row["case_id"])
    assert by_case == sorted(expected.values(), key=lambda row: row["case_id"])
