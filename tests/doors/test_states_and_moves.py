"""Where a case stands, what may happen next and what a person should look at: the same at every door.

LIVES has a line for each side of a boundary: the day asked, the state and whether a plan is maintained in it, the
findings that the kind is about, a move and whether it is lawful, and, where it is not, by what provision. The kinds are
in the names. How deadlines stand at every door is the table of `tests.law.test_duties`.
"""

from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.bulk import findings_frame, states_frame
from ehcp_flow.errors import MoveRefused
from ehcp_flow.law import Rulebook, load_rulebook
from ehcp_flow.states import check_move, record, state
from ehcp_flow.store import Store
from tests.cli.running import invoke
from tests.doors import at_every_door, write_story
from tests.moves.test_law_at_hand import DRAFT, book_with
from tests.telling import fact, facts, tell

ORDER_TO_CEASE = """
    2023-02-20 final_plan_sent
    2025-08-18 review_meeting_held
    2025-09-08 review_decision_sent outcome=maintain
    2025-10-06 cease_notice_sent
    2025-11-17 appeal_registered
    2026-04-13 tribunal_order_made outcome=dismiss_cease
"""
CEASING = ORDER_TO_CEASE.rpartition("2026-04-13")[0].strip().replace("\n", ";")
PLAN = "2025-09-01 final_plan_sent"
KEPT = "2024-09-02 final_plan_sent; 2025-03-03 detained"
ORDERED = """
    2025-01-06 request_received; 2025-02-10 assessment_refused; 2025-03-10 appeal_registered
    2025-09-01 tribunal_order_made outcome=assess
"""
REFUSED_PLAN = """
    2025-01-06 request_received; 2025-02-10 assessment_agreed; 2025-04-28 plan_refused; 2025-06-02 appeal_registered
"""
SET_ASIDE = "2025-09-08 onward_appeal_made; 2025-10-06 onward_appeal_ended outcome=set_aside"
OF_24 = "2000-10-10 date_of_birth; 2025-06-02 request_received; 2025-07-14 assessment_agreed"
MOVED = f"{PLAN}; 2026-03-02 moved_away aware_on=2026-03-02; 2026-03-04 review_meeting_held"
ASSESSING = "2026-03-02 request_received; 2026-04-13 assessment_agreed"
DETAINED = f"{ASSESSING}; 2026-04-20 detained"
MAINTAIN = "review_decision_sent outcome=maintain"
ASKED = "request_received party=parent"


class Told(NamedTuple):
    name: str
    chronology: str
    as_of: str
    state: str
    maintained: bool
    findings: str
    move: str
    lawful: bool
    cited: str = ""
    longer: bool = False
    """Whether by a rulebook that protects a draft for 21 days."""
    to: str = ""
    """Where the case stands with the move at the end of that day, where that is asked."""


LIVES = (
    Told("a draft is protected for 15 days", DRAFT, "2026-07-06", "DRAFT_ISSUED", False, "", "final_plan_sent", False,
         "SEND Regulations 2014 (SI 2014/1530), reg 13(1)"),
    Told("and not on the sixteenth", DRAFT, "2026-07-07", "DRAFT_ISSUED", False, "", "final_plan_sent", True),
    Told("or for 21, where the rulebook says so", DRAFT, "2026-07-12", "DRAFT_ISSUED", False, "", "final_plan_sent",
         False, "SEND Regulations 2014 (SI 2014/1530), reg 13(1)", longer=True),
    Told("and not on the next day", DRAFT, "2026-07-13", "DRAFT_ISSUED", False, "", "final_plan_sent", True,
         longer=True),
    Told("a plan sent on the sixteenth day is in order", f"{DRAFT}; 2026-07-07 final_plan_sent", "2026-07-07",
         "MAINTAINED", True, "", "review_meeting_held", True),
    Told("or is a finding, where the rulebook protects longer", f"{DRAFT}; 2026-07-07 final_plan_sent", "2026-07-07",
         "MAINTAINED", True, "final_plan_within_15_days", "review_meeting_held", True, longer=True),
    Told("until the transfer the old authority maintains the plan and decides on its review", MOVED, "2026-03-10",
         "TRANSFERRING_OUT", True, "", MAINTAIN, True),
    Told("on the day before it too", f"{MOVED}; 2026-03-20 plan_transferred_out", "2026-03-19", "TRANSFERRING_OUT",
         True, "", MAINTAIN, True),
    Told("on that day the decision may have come before it", f"{MOVED}; 2026-03-20 plan_transferred_out", "2026-03-20",
         "TRANSFERRED_OUT", False, "", MAINTAIN, True),
    Told("and from the next day no more", f"{MOVED}; 2026-03-20 plan_transferred_out", "2026-03-21",
         "TRANSFERRED_OUT", False, "review_without_plan", MAINTAIN, False, "Children and Families Act 2014, s 44(1)"),
    Told("a request is taken while another is open", "2026-01-05 request_received", "2026-03-09", "REQUESTED", False,
         "request_while_one_is_open", ASKED, True),
    Told("and while there is a plan", PLAN, "2026-03-09", "MAINTAINED", True, "request_while_plan_maintained", ASKED,
         True),
    Told("and between the move and the transfer", MOVED, "2026-03-10", "TRANSFERRING_OUT", True,
         "request_while_plan_maintained", ASKED, True),
    Told("and for a re-assessment where there is no plan", "2026-01-05 request_received", "2026-03-09", "REQUESTED",
         False, "reassessment_without_plan", "reassessment_requested party=parent", True),
    Told("what the authority does itself is refused", "2026-01-05 request_received", "2026-03-09", "REQUESTED", False,
         "plan_decision_without_assessment", "plan_agreed", False, "Children and Families Act 2014, s 36(9)"),
    Told("a positive answer must be notified before the draft", ASSESSING, "2026-05-11", "ASSESSING", False,
         "draft_without_decision", "draft_plan_sent", False, "Children and Families Act 2014, s 36(9)(b)"),
    Told("and a draft follows it", f"{ASSESSING}; 2026-05-08 plan_agreed", "2026-05-11", "DRAFTING", False, "",
         "draft_plan_sent", True),
    Told("an order that lets a plan cease ends nothing by itself", ORDER_TO_CEASE, "2026-04-14", "CEASE_NOTIFIED", True,
         "", "plan_ceased", True),
    Told("the authority ends it", f"{ORDER_TO_CEASE}; 2026-04-14 plan_ceased", "2026-04-15", "CEASED", False,
         "ceased_twice", "plan_ceased", False, "Children and Families Act 2014, s 45(4)"),
    Told("after an onward appeal is dismissed too",
         f"{ORDER_TO_CEASE}; 2026-04-20 onward_appeal_made; 2026-05-18 onward_appeal_ended outcome=dismissed",
         "2026-05-19", "CEASE_NOTIFIED", True, "", "plan_ceased", True),
    Told("not while an onward appeal runs", f"{ORDER_TO_CEASE}; 2026-04-20 onward_appeal_made", "2026-04-20",
         "CEASE_NOTIFIED", True, "ceased_during_appeal", "plan_ceased", False,
         "Children and Families Act 2014, s 45(4)"),
    Told("and a later order to continue keeps it",
         f"{ORDER_TO_CEASE}; 2026-04-20 onward_appeal_made; 2026-05-18 tribunal_order_made outcome=continue",
         "2026-05-18", "MAINTAINED", True, "", "review_meeting_held", True),
    Told("who moves and then leaves England has no plan to be transferred",
         f"{PLAN}; 2026-01-12 moved_away; 2026-01-20 left_england", "2026-03-09", "MAINTAINED", True,
         "residence_in_doubt", "cease_consulted", True),
    Told("and who leaves it first moves to no other authority",
         f"{PLAN}; 2026-01-12 left_england; 2026-01-20 moved_away", "2026-03-09", "MAINTAINED", True,
         "residence_in_doubt", "cease_consulted", True),
    Told("what the old authority did is no plan of the new one", "2026-02-09 review_meeting_held; "
         "2026-02-10 plan_transferred_in made_on=2023-05-01 reviewed_on=2025-06-03", "2026-03-09", "TRANSFERRED_IN",
         True, "review_without_plan", "review_meeting_held", True),
    Told("and one that this authority made is", f"{PLAN}; 2026-02-10 plan_transferred_in made_on=2023-05-01",
         "2026-03-09", "TRANSFERRED_IN", True, "transfer_while_plan_maintained", "review_meeting_held", True),
    Told("a health body's request refused is one finding",
         f"{PLAN}; 2026-01-05 reassessment_requested party=health; 2026-01-12 reassessment_refused", "2026-03-09",
         "MAINTAINED", True, "refusal_not_open_to_it", "review_meeting_held", True),
    Told("leaving England ends no plan", f"{PLAN}; 2026-01-05 left_england", "2026-03-09", "MAINTAINED", True,
         "residence_in_doubt", "cease_consulted", True),
    Told("nothing is lawful after a death", f"{PLAN}; 2026-01-05 died", "2026-03-09", "DIED", False, "act_after_death",
         "review_meeting_held", False, "Children and Families Act 2014, s 24(1)"),
    Told("a copy of a decision moves nothing",
         f"{PLAN}; 2026-02-02 review_meeting_held; 2026-02-16 {MAINTAIN}; 2026-03-02 {MAINTAIN}", "2026-03-09",
         "MAINTAINED", True, "act_repeated", "review_meeting_held", True),
    Told("an adjourned session is no end of the meeting",
         f"{PLAN}; 2026-02-02 review_meeting_held outcome=adjourned", "2026-03-09", "REVIEW_OPEN", True,
         "review_decision_without_meeting", MAINTAIN, False, "SEND Regulations 2014 (SI 2014/1530), reg 20(10)"),
    Told("the session that ends it is", f"{PLAN}; 2026-02-02 review_meeting_held outcome=adjourned; "
         "2026-03-02 review_meeting_held", "2026-03-09", "REVIEW_OPEN", True, "", MAINTAIN, True),
    Told("an order set aside leaves the refusal where the order found it", f"{ORDERED}; {SET_ASIDE}", "2025-10-07",
         "REFUSED_ASSESSMENT", False, "order_to_follow", ASKED, True),
    Told("on the day before it the assessment is under way", f"{ORDERED}; {SET_ASIDE}", "2025-10-05", "ASSESSING",
         False, "", "plan_agreed", True),
    Told("what was done in obedience stays", f"{ORDERED}; 2025-09-15 assessment_agreed; {SET_ASIDE}", "2025-10-07",
         "ASSESSING", False, "order_to_follow", "plan_agreed", True),
    Told("an order that the onward appeal brought stays",
         f"{ORDERED}; 2025-09-08 onward_appeal_made; 2025-10-06 tribunal_order_made outcome=assess; "
         "2025-10-06 onward_appeal_ended outcome=remade", "2025-10-07", "ASSESSING", False, "", "plan_agreed", True),
    Told("an order for a plan set aside", f"{REFUSED_PLAN}; 2025-09-01 tribunal_order_made outcome=make_plan; "
         f"{SET_ASIDE}", "2025-10-07", "REFUSED_PLAN", False, "order_to_follow", ASKED, True),
    Told("an order for a re-assessment made anew", f"{PLAN}; 2025-09-02 reassessment_requested party=parent; "
         "2025-09-03 reassessment_refused; 2025-09-04 tribunal_order_made outcome=reassess; "
         "2025-09-08 onward_appeal_made; 2025-10-06 onward_appeal_ended outcome=remade", "2025-10-07", "MAINTAINED",
         True, "order_to_follow", "review_meeting_held", True),
    Told("an order to go on maintaining set aside leaves the plan protected",
         f"{CEASING}; 2026-04-13 tribunal_order_made outcome=continue; 2026-04-20 onward_appeal_made; "
         "2026-05-18 onward_appeal_ended outcome=set_aside", "2026-05-19", "CEASE_NOTIFIED", True,
         "ceased_during_appeal", "plan_ceased", False, "Children and Families Act 2014, s 45(4)"),
    Told("told in custody that another authority will be responsible", f"{KEPT}; 2025-08-01 release_notified",
         "2025-08-19", "TRANSFERRING_OUT", True, "", "plan_transferred_out", True),
    Told("that one maintains the plan from the release", f"{KEPT}; 2025-08-01 release_notified; 2025-08-20 released",
         "2025-08-21", "TRANSFERRED_OUT", False, "review_without_plan", "review_meeting_held", False,
         "Children and Families Act 2014, s 44(1)"),
    Told("whenever this one is told", f"{KEPT}; 2025-08-20 released; 2025-09-15 release_notified", "2025-09-16",
         "TRANSFERRED_OUT", False, "", "plan_transferred_out", True),
    Told("and this one where nothing of the kind is told", f"{KEPT}; 2025-08-20 released", "2025-09-16", "MAINTAINED",
         True, "", "review_meeting_held", True),
    Told("who moves in custody goes to the other authority on the release",
         f"{KEPT}; 2025-05-12 moved_away; 2025-08-20 released", "2025-09-16", "TRANSFERRED_OUT", False,
         "residence_in_doubt", ASKED, True),
    Told("and who is detained after the move", f"{PLAN}; 2025-09-02 moved_away; 2025-09-08 detained; "
         "2025-10-06 released", "2025-10-07", "TRANSFERRED_OUT", False, "residence_in_doubt", ASKED,
         True),
    Told("a family's move in custody leaves the assessment with the home authority",
         f"{DETAINED}; 2026-04-27 moved_away", "2026-05-11", "ASSESSING", False, "residence_in_doubt",
         "plan_agreed", True),
    Told("to the release", f"{DETAINED}; 2026-04-27 moved_away; 2026-05-11 released", "2026-05-12", "NO_CASE", False,
         "residence_in_doubt", ASKED, True),
    Told("so does word of a release to come", f"{DETAINED}; 2026-04-27 release_notified", "2026-05-11", "ASSESSING",
         False, "", "plan_agreed", True),
    Told("up to it", f"{DETAINED}; 2026-04-27 release_notified; 2026-05-11 released", "2026-05-12", "NO_CASE", False,
         "", ASKED, True),
    Told("and word of one that has been ends the case", f"{DETAINED}; 2026-04-27 released; 2026-05-11 release_notified",
         "2026-05-12", "NO_CASE", False, "", ASKED, True),
    Told("without any it is assessed here", f"{DETAINED}; 2026-04-27 released", "2026-05-12", "ASSESSING", False, "",
         "plan_agreed", True),
    Told("nobody is released who was not detained", ASSESSING, "2026-05-12", "ASSESSING", False, "",
         "released", False, "Children and Families Act 2014, s 70"),
    Told("an assessment before other custody is asked about", f"{ASSESSING}; 2026-04-27 detained party=other_custody; "
         "2026-05-04 released", "2026-05-12", "ASSESSING", False, "assessment_in_doubt", "plan_agreed", True),
    Told("a review in custody leaves the plan kept", f"{KEPT}; 2025-03-10 review_meeting_held; "
         f"2025-03-20 {MAINTAIN}", "2025-04-01", "KEPT_DETAINED", False, "act_while_detained",
         "amendment_notice_sent", False, "Children and Families Act 2014, s 70"),
    Told("a second meeting is answered anew", f"{PLAN}; 2025-11-03 review_meeting_held; 2025-11-24 {MAINTAIN}; "
         "2026-03-02 review_meeting_held; 2026-03-09 review_decision_sent outcome=amend", "2026-03-10", "REVIEW_OPEN",
         True, "", "amendment_notice_sent", True),
    Told("an order that follows is not asked of an authority that the plan has left",
         f"{PLAN}; 2025-11-10 tribunal_order_made outcome=amend; 2025-11-17 onward_appeal_made; 2025-11-20 moved_away; "
         "2025-11-24 plan_transferred_out; 2025-12-08 onward_appeal_ended outcome=set_aside", "2025-12-09",
         "TRANSFERRED_OUT", False, "", ASKED, True),
    Told("a plan can be agreed until the day before the 25th birthday", OF_24, "2025-10-09", "ASSESSING", False,
         "", "plan_agreed", True),
    Told("and not on it", OF_24, "2025-10-10", "ASSESSING", False, "too_old", "plan_agreed", False,
         "Children and Families Act 2014, s 83(2)"),
    Told("a second request during an assessment that was ordered moves nothing",
         f"{ORDERED.strip()}; 2025-10-20 request_received", "2025-10-21", "ASSESSING", False,
         "request_while_one_is_open", "assessment_agreed", True),
    Told("a refusal can be reversed after its order was set aside",
         f"{ORDERED.strip()}; {SET_ASIDE}; 2025-10-10 appeal_withdrawn", "2025-10-15", "REFUSED_ASSESSMENT", False, "",
         "refusal_reversed", True),
    Told("and after a second refusal when the case was referred back",
         f"{REFUSED_PLAN.strip()}; 2025-07-07 tribunal_order_made outcome=reconsider; 2025-07-21 plan_refused",
         "2025-08-04", "REFUSED_PLAN", False, "", "refusal_reversed", True),
    Told("a review that was decided otherwise waits for the notice",
         "2024-12-02 final_plan_sent; 2025-11-03 review_meeting_held; "
         "2025-11-24 review_decision_sent outcome=maintain; 2025-12-08 review_decision_sent outcome=amend",
         "2025-12-09", "REVIEW_OPEN", True,
         "review_decision_without_meeting", "amendment_notice_sent", True),
    Told("a commissioning body's request cannot be refused with another's",
         f"{PLAN}; 2026-02-02 reassessment_requested party=health; 2026-02-05 reassessment_requested party=parent",
         "2026-02-12", "REASSESS_REQUESTED", True, "refusal_not_open_to_it", "reassessment_refused", False,
         "SEND Regulations 2014 (SI 2014/1530), reg 23"),
    Told("whichever came first",
         f"{PLAN}; 2026-02-02 reassessment_requested party=parent; 2026-02-05 reassessment_requested party=health",
         "2026-02-12", "REASSESS_REQUESTED", True, "refusal_not_open_to_it", "reassessment_refused", False,
         "SEND Regulations 2014 (SI 2014/1530), reg 23"),
    Told("the family's alone can be", f"{PLAN}; 2026-02-05 reassessment_requested party=parent", "2026-02-12",
         "REASSESS_REQUESTED", True, "", "reassessment_refused", True),
    Told("and the family's that comes after the answer to the body's",
         f"{PLAN}; 2026-01-05 reassessment_requested party=health; 2026-01-12 reassessment_agreed; "
         "2026-01-26 amendment_declined; 2026-02-05 reassessment_requested party=parent", "2026-02-12",
         "REASSESS_REQUESTED", True, "", "reassessment_refused", True),
    Told("a second request for a re-assessment moves nothing",
         f"{PLAN}; 2026-01-05 reassessment_requested party=parent", "2026-01-12", "REASSESS_REQUESTED", True,
         "request_while_one_is_open", "reassessment_requested party=school", True),
    Told("word of another authority on the day of the release leaves nothing here",
         f"{KEPT}; 2025-08-20 released", "2025-08-20", "MAINTAINED", True, "",
         "release_notified", True, to="TRANSFERRED_OUT"),
    Told("before it the plan stays till then", KEPT, "2025-08-20", "KEPT_DETAINED", False, "", "release_notified",
         True, to="TRANSFERRING_OUT"),
    Told("a plan made in custody after that word is the other authority's from the release",
         f"{DETAINED}; 2026-04-27 release_notified; 2026-05-04 final_plan_sent; 2026-06-01 released", "2026-06-02",
         "TRANSFERRED_OUT", False, "", "plan_transferred_out", True),
    Told("and kept here until then",
         f"{DETAINED}; 2026-04-27 release_notified; 2026-05-04 final_plan_sent", "2026-06-01",
         "TRANSFERRING_OUT", True, "", "released", True, to="TRANSFERRED_OUT"),
    Told("without that word it is kept here after it too",
         f"{DETAINED}; 2026-05-04 final_plan_sent; 2026-06-01 released", "2026-06-02", "MAINTAINED", True, "",
         "review_meeting_held", True),
    Told("a refusal to re-assess can be reversed",
         f"{PLAN}; 2026-02-02 reassessment_requested party=parent; 2026-02-09 reassessment_refused", "2026-03-09",
         "MAINTAINED", True, "", "refusal_reversed", True, to="REASSESSING"),
    Told("and nothing else of a plan", PLAN, "2026-03-09", "MAINTAINED", True, "reversal_without_refusal",
         "refusal_reversed", False, "R (W) v Hertfordshire County Council [2023] EWHC 3138 (Admin)"),
    Told("a dismissal after an onward appeal leaves the refusal where the order found it",
         f"{ORDERED.strip()}; 2025-09-08 onward_appeal_made; 2025-10-06 tribunal_order_made outcome=dismiss",
         "2025-10-07", "REFUSED_ASSESSMENT", False, "", "refusal_reversed", True),
    Told("and a dismissal without one leaves the order",
         f"{ORDERED.strip()}; 2025-10-06 tribunal_order_made outcome=dismiss", "2025-10-07", "ASSESSING", False, "",
         "plan_agreed", True),
)  # fmt: skip
KINDS = {code for told in LIVES for code in told.findings.split()}
each = pytest.mark.parametrize("told", LIVES, ids=lambda told: told.name)


@pytest.fixture(scope="module")
def longer(tmp_path_factory) -> Path:
    change = ("04_plan.toml", '"at least 15 days beginning with"', '"at least 21 days beginning with"')
    return book_with(tmp_path_factory.mktemp("law") / "book", change)


@pytest.fixture(scope="module")
def book(longer) -> Rulebook:
    return load_rulebook(longer)


def asked(told: Told) -> tuple[str, str | None]:
    """Return the event of a move and its outcome."""
    event, *columns = told.move.split()
    return event, next((column[8:] for column in columns if column.startswith("outcome=")), None)


def after(told: Told) -> str:
    """Return the chronology that the findings are of: with the move in it, if they are about the move."""
    return f"{told.chronology}; {told.as_of} {told.move}" if told.findings else told.chronology


@each
def test_one_case_tells_the_state_its_moves_and_its_findings(told, book):
    law = book if told.longer else None
    case = tell(told.chronology)
    where = state(case, told.as_of, rulebook=law)
    assert (str(where.pathway), where.maintained) == (told.state, told.maintained)
    verdict = check_move(case, *asked(told), told.as_of, rulebook=law)
    assert verdict.allowed is told.lawful
    new = fact(f"{told.as_of} {told.move}")
    if told.lawful:
        moved = record(case, new, rulebook=law)
        assert new in moved.facts
        if told.to:
            assert told.to == verdict.to_state == state(moved, told.as_of).pathway
    else:
        assert told.cited in {str(refusal.citation) for refusal in verdict.refusals}
        with pytest.raises(MoveRefused):
            record(case, new, rulebook=law)
    codes = {finding.code for finding in answer(tell(after(told)), told.as_of, rulebook=law).findings}
    assert codes & KINDS == set(told.findings.split())


@each
def test_columns_and_the_command_say_the_same_of_a_file_and_of_a_store(told, longer, book, tmp_path):
    on = ("--as-of", told.as_of, *(("--rulebook", longer) if told.longer else ()))
    options = {"rulebook": book} if told.longer else {}
    (row,) = at_every_door(tmp_path, told.chronology, "state", *on, "--moves", "all")
    assert (row["state"], row["maintained"]) == (told.state, told.maintained)
    (move,) = (each for each in row["moves"] if (each["event"], each["outcome"]) == asked(told))
    assert move["allowed"] is told.lawful
    assert not told.to or move["to_state"] == told.to
    if not told.lawful:
        assert told.cited in {reason["citation"] for reason in move["reasons"] if not reason["holds"]}
    with Store.open(f"sqlite:///{tmp_path / 'chronology.db'}") as store:
        for source in (tmp_path / "story.csv", store):
            (found,) = states_frame(source, told.as_of, **options).to_dicts()
            assert (found["state"], found["maintained"]) == (told.state, told.maintained)
    listed = at_every_door(tmp_path, after(told), "breaches", "--register", "findings", *on)
    assert {each["finding"] for each in listed} & KINDS == set(told.findings.split())
    with Store.open(f"sqlite:///{tmp_path / 'chronology.db'}") as store:
        for source in (tmp_path / "story.csv", store):
            codes = findings_frame(source, told.as_of, **options)["code"]
            assert set(codes) & KINDS == set(told.findings.split())


@each
def test_a_store_takes_what_is_lawful_and_refuses_the_rest(told, book, tmp_path):
    url = f"sqlite:///{tmp_path / 's.db'}"
    assert invoke("db", "upgrade", "--store", url).exit_code == 0
    check = partial(record, rulebook=book) if told.longer else record
    with Store.open(url, check=check) as store:
        before = facts(told.chronology)
        for seen, each in enumerate(before):
            store.record("a", each, seen=seen)
        new = fact(f"{told.as_of} {told.move}")
        if told.lawful:
            store.record("a", new, seen=len(before), strict=True)
            assert new.event in {each.event for each in store.case("a").case.facts}
        else:
            with pytest.raises(MoveRefused):
                store.record("a", new, seen=len(before), strict=True)
            assert len(store.case("a").case.facts) == len(before)


@pytest.mark.parametrize("told", [told for told in LIVES if not told.longer], ids=lambda told: told.name)
def test_the_command_records_what_is_lawful_and_refuses_the_rest(told, tmp_path):
    url = f"sqlite:///{tmp_path / 's.db'}"
    assert invoke("import", write_story(tmp_path / "story.csv", told.chronology), "--store", url).exit_code == 0
    event, *columns = told.move.split()
    given = [part for column in columns for part in f"--{column}".split("=", 1)]
    done = invoke("record", "a", event, told.as_of, *given, "--store", url)
    assert done.exit_code == (0 if told.lawful else 1), done.output
    if not told.lawful:
        assert told.cited in " ".join(done.output.split())
