"""Moves are asked by the rulebook and the calendars that are given: through every call, and every command."""

from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import ehcp_flow as ef
from ehcp_flow.answers import answer
from ehcp_flow.bulk import findings_frame, iter_answers, states_frame
from ehcp_flow.calendars import BankHolidayChanges, Calendars, england
from ehcp_flow.case import Case
from ehcp_flow.errors import MoveRefused
from ehcp_flow.law import Rulebook, load_rulebook
from ehcp_flow.law import england as english_law
from ehcp_flow.states import allowed, check_move, disputes, record, state
from ehcp_flow.store import Store
from tests.cli.running import invoke, rows_of
from tests.doors import write_story
from tests.telling import fact, tell

ENGLAND = Path(__file__).parents[2] / "ehcp_flow" / "law" / "england"
DRAFT = """
    2026-03-02 request_received
    2026-04-13 assessment_agreed
    2026-06-15 plan_agreed
    2026-06-22 draft_plan_sent
    2026-06-23 school_consulted party=s-1
"""
FINAL = "2026-07-07 final_plan_sent"
"""The day after the 15 days: one more and it is in order in England, in the book below not before 13 July."""
EARLY = "final_plan_within_15_days"


def book_with(folder: Path, *changes: tuple[str, str, str]) -> Path:
    """Write England's rulebook with changes, each a file, what stands there and what is to stand there."""
    (folder / "moves").mkdir(exist_ok=True, parents=True)
    for file in ENGLAND.rglob("*.toml"):
        text = file.read_text("utf-8")
        for name, old, new in changes:
            if file.name == name:
                assert old in text
                text = text.replace(old, new)
        (folder / file.relative_to(ENGLAND)).write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A rulebook in which a draft is protected for 21 days."""
    change = ("04_plan.toml", '"at least 15 days beginning with"', '"at least 21 days beginning with"')
    return book_with(tmp_path_factory.mktemp("law") / "book", change)


@pytest.fixture(scope="module")
def book(folder) -> Rulebook:
    return load_rulebook(folder)


def open_store(tmp_path: Path, **options: Any) -> Store:
    url = f"sqlite:///{tmp_path / 's.db'}"
    assert invoke("db", "upgrade", "--store", url).exit_code == 0
    return Store.open(url, **options)


def found_early(told: Any) -> bool:
    return EARLY in [finding.code for finding in told]


def test_every_call_about_one_case_reads_the_rulebook_that_it_is_given(book):
    drafted, sent = tell(DRAFT), tell(f"{DRAFT}; {FINAL}")
    for rulebook, early in ((None, False), (english_law(), False), (book, True)):
        assert check_move(drafted, "final_plan_sent", None, "2026-07-07", rulebook=rulebook).allowed is not early
        verdicts = {each.event: each for each in allowed(drafted, "2026-07-07", rulebook=rulebook)}
        assert verdicts["final_plan_sent"].allowed is not early
        assert found_early(state(sent, "2026-07-07", rulebook=rulebook).findings) is early
        told = answer(sent, "2026-07-07", rulebook=rulebook)
        assert found_early(told.findings) is found_early(told.case_state.findings) is early
        statuses = {each.limit: each.status for each in told.deadlines}
        assert (statuses["draft_representations"] == "premature") is early
        if early:
            with pytest.raises(MoveRefused, match="at least 21 days beginning with that day"):
                record(drafted, fact(FINAL), rulebook=rulebook)
            verdict = check_move(drafted, "final_plan_sent", None, "2026-07-07", rulebook=rulebook)
            assert "send the final plan on or after Monday 13 July 2026" in str(verdict)
            assert check_move(drafted, "final_plan_sent", None, "2026-07-13", rulebook=rulebook).allowed
        else:
            assert record(drafted, fact(FINAL), rulebook=rulebook).facts == sent.facts


def test_columns_read_the_rulebook_that_they_are_given(book, tmp_path):
    path = write_story(tmp_path / "sent.csv", f"{DRAFT}; {FINAL}")
    for rulebook, early in ((None, False), (book, True)):
        codes = findings_frame(path, "2026-07-07", rulebook=rulebook)["code"].to_list()
        assert (EARLY in codes) is early
        (told,) = iter_answers(path, "2026-07-07", rulebook=rulebook)
        assert found_early(told.findings) is early
        assert found_early(told.case_state.findings) is early
        counted = invoke("check", path, "--as-of", "2026-07-07", door="many").stderr
        assert "finding" in counted
        assert isinstance(states_frame(path, "2026-07-07", rulebook=rulebook), pl.DataFrame)


def test_every_command_reads_the_rulebook_that_it_is_given(folder, tmp_path):
    drafted = write_story(tmp_path / "drafted.csv", DRAFT)
    sent = write_story(tmp_path / "sent.csv", f"{DRAFT}; {FINAL}")
    on = ("--as-of", "2026-07-07", "--format", "json")
    for more, early in (((), False), (("--rulebook", folder), True)):
        (row,) = rows_of(invoke("state", drafted, *on, *more).stdout, "json")
        assert ("final_plan_sent" in row["moves_allowed"]) is not early
        for door in ("one", "many"):
            findings = rows_of(invoke("breaches", sent, *on, *more, "--register", "findings", door=door).stdout, "json")
            assert (EARLY in [each["finding"] for each in findings]) is early


def test_a_store_checks_by_the_law_that_it_is_given(book, tmp_path):
    with open_store(tmp_path, check=partial(record, rulebook=book)) as store:
        for seen, line in enumerate(DRAFT.strip().splitlines()):
            store.record("a", fact(line), seen=seen)
        with pytest.raises(MoveRefused, match="at least 21 days"):
            store.record("a", fact(FINAL), seen=5, strict=True)


# Ceasing, whose time the Tribunal's calendar ends


CEASING = "2023-03-02 final_plan_sent; 2026-05-01 cease_consulted; 2026-05-09 cease_notice_sent"
"""Two months for an appeal end on Thursday 9 July 2026."""


def test_a_bank_holiday_that_was_added_keeps_the_plan_a_day_longer():
    case = tell(CEASING)
    added = england().with_bank_holidays(BankHolidayChanges(added=["2026-07-09"]))
    for calendars, first in ((None, "2026-07-10"), (added, "2026-07-11")):
        assert check_move(case, "plan_ceased", None, first, calendars=calendars).allowed
        before = str(int(first[-2:]) - 1).zfill(2)
        assert not check_move(case, "plan_ceased", None, f"2026-07-{before}", calendars=calendars).allowed


def test_the_command_takes_the_day_that_was_added(tmp_path):
    path = write_story(tmp_path / "ceasing.csv", CEASING)
    on = ("--as-of", "2026-07-10", "--format", "json")
    (usual,) = rows_of(invoke("state", path, *on).stdout, "json")
    (added,) = rows_of(invoke("state", path, *on, "--bank-holidays", "2026-07-09").stdout, "json")
    assert "plan_ceased" in usual["moves_allowed"]
    assert "plan_ceased" not in added["moves_allowed"]


# A rulebook that sets no such time


def without_limits(*names: str) -> Rulebook:
    law = english_law()
    return law.model_copy(update={"limits": {name: law.limits[name] for name in law.limits if name not in names}})


def test_a_rulebook_that_protects_no_time_lets_the_plan_go_and_says_so():
    bare = without_limits("draft_representations", "cease_standstill", "mediation_contact")
    verdict = check_move(tell(DRAFT), "final_plan_sent", None, "2026-06-23", rulebook=bare)
    assert verdict.allowed
    assert "not checked: the draft plan was served on Monday 22 June 2026; the rulebook at hand protects no time" in (
        str(verdict)
    )
    ceased = check_move(tell(CEASING), "plan_ceased", None, "2026-05-10", rulebook=bare)
    assert ceased.allowed
    assert "the rulebook at hand sets no time for an appeal" in str(ceased)


REFUSED = "2026-03-02 request_received; 2026-04-13 assessment_refused"


def test_the_time_to_contact_an_adviser_is_that_of_the_rulebook(tmp_path):
    late = tell(f"{REFUSED}; 2026-07-01 mediation_contacted; 2026-07-02 mediation_declined")
    certificate = "2026-07-03 mediation_certificate_issued"
    assert not check_move(late, "mediation_certificate_issued", None, "2026-07-03").allowed
    bare = without_limits("mediation_contact")
    verdict = check_move(late, "mediation_certificate_issued", None, "2026-07-03", rulebook=bare)
    assert verdict.allowed
    assert "sets no time in which an adviser must be contacted" in str(verdict)
    case = record(late, fact(certificate), rulebook=bare)
    assert [each.findings for each in disputes(case, "2026-07-03", rulebook=bare)] == [()]
    assert [each.findings == () for each in disputes(case, "2026-07-03")] == [False]


@pytest.mark.parametrize("calendars", [None, Calendars()])
def test_a_window_of_school_days_that_are_not_known_protects_no_time(tmp_path, calendars):
    change = ("04_plan.toml", '"at least 15 days beginning with"', '"at least 15 school days beginning with"')
    law = load_rulebook(book_with(tmp_path / "book", change))
    assert check_move(tell(DRAFT), "final_plan_sent", None, "2026-06-23", rulebook=law, calendars=calendars).allowed


def test_a_relaxation_that_a_rulebook_does_not_know_was_never_law():
    law = english_law()
    grounds = {name: ground for name, ground in law.grounds.items() if name != "coronavirus_practicable"}
    chronology = "2020-03-02 request_received; 2020-04-13 assessment_refused; 2020-07-01 mediation_contacted"
    case = tell(f"{chronology}; 2020-07-02 mediation_declined")
    on = ("mediation_certificate_issued", None, "2020-07-03")
    assert check_move(case, *on).allowed
    assert not check_move(case, *on, rulebook=law.model_copy(update={"grounds": grounds})).allowed


# Between a move and the transfer, and what others ask


PLAN = "2025-09-01 final_plan_sent; 2026-03-02 moved_away aware_on=2026-03-02"


def test_until_the_transfer_the_plan_is_maintained_and_its_review_is_decided():
    case = tell(f"{PLAN}; 2026-03-04 review_meeting_held")
    case_state = state(case, "2026-03-10")
    assert (str(case_state.pathway), case_state.maintained) == ("TRANSFERRING_OUT", True)
    assert check_move(case, "review_decision_sent", "maintain", "2026-03-10").allowed
    # The deadlines say the same: the review runs on for the old authority.
    running = {each.limit for each in answer(case, "2026-03-10").deadlines if each.status == "open"}
    assert {"review_decision", "transfer_plan"} <= running
    gone = case.record(fact("2026-03-20 plan_transferred_out"))
    case_state = state(gone, "2026-03-20")
    assert (str(case_state.pathway), case_state.maintained) == ("TRANSFERRED_OUT", False)
    assert not check_move(gone, "review_decision_sent", "maintain", "2026-03-21").allowed
    assert state(gone, "2026-03-19").maintained


def test_the_day_of_the_transfer_is_the_same_by_every_door(tmp_path):
    chronology = f"{PLAN}; 2026-03-20 plan_transferred_out"
    path = write_story(tmp_path / "moved.csv", chronology)
    for on, maintained in (("2026-03-01", True), ("2026-03-19", True), ("2026-03-20", False)):
        (row,) = states_frame(path, on).to_dicts()
        (told,) = rows_of(invoke("state", path, "--as-of", on, "--format", "json").stdout, "json")
        one = state(tell(chronology), on)
        assert row["maintained"] is told["maintained"] is one.maintained is maintained
        assert row["state"] == told["state"] == str(one.pathway)


@pytest.mark.parametrize(
    ("chronology", "finding"),
    [
        ("2026-01-05 request_received", "request_while_one_is_open"),
        ("2025-09-01 final_plan_sent", "request_while_plan_maintained"),
        (PLAN, "request_while_plan_maintained"),
        ("2025-09-01 final_plan_sent; 2026-02-02 detained", "request_while_plan_maintained"),
    ],
)
def test_a_request_is_taken_at_any_time_with_a_finding_by_every_door(chronology, finding, tmp_path):
    imported = record(
        Case("a", tell(chronology).recorded), fact("2026-03-09 request_received party=parent"), strict=False
    )
    strict = record(Case("a", tell(chronology).recorded), fact("2026-03-09 request_received party=parent"))
    assert strict.facts == imported.facts
    codes = [each.code for each in state(strict, "2026-03-10").findings]
    assert codes.count(finding) == 1
    path = write_story(tmp_path / "asked.csv", f"{chronology}; 2026-03-09 request_received party=parent")
    assert finding in findings_frame(path, "2026-03-10")["code"].to_list()
    with open_store(tmp_path) as store:
        for seen, each in enumerate(strict.recorded):
            store.record("a", each, seen=seen, strict=seen == len(strict.recorded) - 1)


def test_what_the_authority_does_itself_is_still_refused():
    with pytest.raises(MoveRefused):
        record(tell("2026-01-05 request_received"), fact("2026-03-09 final_plan_sent"))


def test_a_later_fact_that_a_request_makes_out_of_place_is_told_and_not_held_against_it():
    case = tell("2026-03-09 request_received; 2026-04-13 assessment_agreed")
    earlier = record(case, fact("2026-03-02 request_received"))
    assert [each.code for each in state(earlier, "2026-05-01").findings] == ["request_while_one_is_open"]


def test_a_move_that_puts_a_request_of_its_day_out_of_place_says_so_and_stays_lawful():
    case = tell("2026-03-09 request_received")
    asked = check_move(case, "plan_transferred_in", None, "2026-03-09")
    assert (asked.allowed, [each.finding for each in asked.verdicts if each.finding]) == (
        True,
        ["request_while_plan_maintained"],
    )
    taken = record(case, fact("2026-03-09 plan_transferred_in"))
    assert [each.code for each in state(taken, "2026-03-09").findings] == ["request_while_plan_maintained"]


def test_a_draft_without_a_positive_answer_is_refused_under_section_36_9_b():
    assessing = tell("2026-03-02 request_received; 2026-04-13 assessment_agreed")
    (refusal,) = check_move(assessing, "draft_plan_sent", None, "2026-05-11").refusals
    assert refusal.short == "CFA 36(9)(b)"
    assert "must notify too" in refusal.reason
    assert "section/36" in refusal.citation.address
    agreed = check_move(assessing, "plan_agreed", None, "2026-05-11")
    assert agreed.authority[0] == "CFA 36(9)(b)"


def test_what_a_rulebook_says_of_a_plan_amended_after_the_review_decides_whether_it_came_late(tmp_path):
    """England asks whether that plan names the next place; where a rulebook says that it does, amending came late."""
    asks = 'shown_otherwise_by = ["amended_plan_sent:names_placement", "final_plan_sent:names_placement"]\n'
    says = 'shown_otherwise_by = ["amended_plan_sent"]\n'
    told = load_rulebook(book_with(tmp_path / "book", ("06_review.toml", asks, says)))
    case = tell("""
        2024-04-10 final_plan_sent; 2025-10-06 review_decision_sent outcome=maintain
        2026-03-20 amended_plan_sent; 2026-09-02 phase_transfer_due outcome=school
    """)
    stands = {}
    for name, law in (("asked", None), ("late", told)):
        found = ef.judge(case, "2026-06-30", rulebook=law)
        (transfer,) = (deadline for deadline in found.deadlines if deadline.limit == "phase_transfer")
        codes = {finding.code for finding in found.findings}
        stands[name] = (transfer.status, str(transfer.done_on), transfer.breach, "other_placement_named" in codes)
    assert stands == {
        "asked": ("met", "2025-10-06", False, True),
        "late": ("late", "2026-03-20", True, False),
    }


def test_what_a_deadline_has_nothing_to_say_of_is_none():
    (plan,) = (each for each in ef.due("request_received", "2026-03-02") if each.limit == "final_plan")
    assert (plan.derivation.stray, plan.derivation.doubted, plan.derivation.doubted_later) == (None, None, None)
