"""Every move: lawful from each source, refused elsewhere with reason and citation."""

import pytest

from ehcp_flow.bulk import states_frame
from ehcp_flow.deadlines import judge
from ehcp_flow.errors import MoveRefused
from ehcp_flow.facts import FACT_TYPES, make_fact, outcomes_of
from ehcp_flow.moves.machine import table
from ehcp_flow.states import MAINTAINED_STATES, State, check_move, record, state
from tests.moves.telling import MOVING, PAST, PATHWAY, WAYS, after, fact, told

PLAN = (
    "MAINTAINED REVIEW_OPEN AMENDMENT_PROPOSED REASSESS_REQUESTED REASSESSING CEASE_CONSULTING CEASE_NOTIFIED "
    "TRANSFERRED_IN TRANSFERRING_OUT"
)
NO_PLAN = (
    "NO_CASE REQUESTED REFUSED_ASSESSMENT ASSESSING REFUSED_PLAN DRAFTING DRAFT_ISSUED CEASED WITHDRAWN TRANSFERRED_OUT"
)
OPEN = "REQUESTED ASSESSING DRAFTING DRAFT_ISSUED"
# A review meeting that waits for its decision, and amendments that wait for theirs, in each state with a plan.
MET = [
    "REVIEW_OPEN",
    "REVIEW_OPEN+reassessment_started+request_withdrawn:ends",
    "REVIEW_OPEN+amendment_notice_sent",
    "REVIEW_OPEN+reassessment_started",
    "REASSESS_REQUESTED+review_meeting_held",
    "REVIEW_OPEN+cease_consulted",
    "CEASE_NOTIFIED+review_meeting_held",
    "REVIEW_OPEN+moved_away",
]
PROPOSED = [
    "REASSESSING+amendment_notice_sent",
    "REASSESS_REQUESTED+amendment_notice_sent",
    "AMENDMENT_PROPOSED+review_meeting_held",
    "AMENDMENT_PROPOSED+cease_consulted",
    "CEASE_NOTIFIED+amendment_notice_sent",
    "AMENDMENT_PROPOSED+moved_away",
]
# A re-assessment that is under way beside something else.
BESIDE_REASSESSMENT = [
    "REASSESSING+cease_consulted+amendment_notice_sent",
    "REASSESSING+cease_consulted",
    "REASSESSING+cease_consulted+cease_notice_sent",
    "REASSESSING+moved_away",
]
NOT_AGAIN = ("reassessment_requested", "reassessment_refused")
NO_PLAN_BEFORE = "REFUSED_PLAN+request_received"


def but(states: str, *left_out: str) -> str:
    return " ".join(name for name in states.split() if name not in left_out)


def each(states: str, *more: str) -> str:
    return " ".join("+".join((name, *more)) for name in states.split())


def settled(outcome: str, to: str, sources: str, *, dismissable: bool = False) -> list[tuple[str, str, str]]:
    """Rows for a settlement; {} stands where mediation or the appeal has its place: at the end if nothing is said."""
    events = ("tribunal_order_made",) if dismissable else ("tribunal_order_made", "appeal_conceded", "mediation_agreed")
    return [(f"{event}:{outcome}", to, disputing(event, outcome, sources)) for event in events]


def disputing(event: str, outcome: str, sources: str) -> str:
    began = "MEDIATION" if event == "mediation_agreed" else "APPEAL"
    ways = (way if "{}" in way else f"{way}+{{}}" for way in sources.split())
    return " ".join(way.replace("{}", began).replace("SAME", f"{event}:{outcome}") for way in ways)


# A dispute about a plan's contents that runs on while the case goes to each state with a plan.
WITH_PLAN = (
    "MAINTAINED REVIEW_OPEN AMENDMENT_PROPOSED REASSESS_REQUESTED REASSESSING CEASE_CONSULTING "
    "MAINTAINED+{}+cease_consulted+cease_notice_sent MAINTAINED+{}+moved_away+plan_transferred_out+plan_transferred_in "
    "MAINTAINED+{}+moved_away"
)
COME = "MAINTAINED+{}+moved_away+plan_transferred_out+plan_transferred_in"
KEPT = "MAINTAINED+{}+detained"
EVERYWHERE = (
    f"{WITH_PLAN} {KEPT} REFUSED_ASSESSMENT+{{}}+request_received+moved_away REFUSED_ASSESSMENT+{{}}+request_received "
    "REFUSED_ASSESSMENT REFUSED_ASSESSMENT+{}+refusal_reversed REFUSED_PLAN REFUSED_PLAN+{}+refusal_reversed "
    "REFUSED_PLAN+{}+refusal_reversed+draft_plan_sent CEASED TRANSFERRED_OUT "
    "REFUSED_ASSESSMENT+{}+request_received+request_withdrawn:ends"
)
# An appeal that the Tribunal dismissed, from where an onward appeal can be made.
LOST = disputing("tribunal_order_made", "dismiss", EVERYWHERE)
DISMISSED = "tribunal_order_made:dismiss"
# A plan that was kept alive once by the same settlement, and what came after.
CONTINUED = each(
    "CEASE_NOTIFIED+{}+SAME " + " ".join(f"CEASE_NOTIFIED+{{}}+SAME+{more}" for more in (
        "review_meeting_held", "amendment_notice_sent", "reassessment_requested", "reassessment_started",
        "cease_consulted", "moved_away+plan_transferred_out+plan_transferred_in", "moved_away",
    ))
)  # fmt: skip
AMENDABLE = but(WITH_PLAN, "AMENDMENT_PROPOSED")
DETAINED_WITH_PLAN = " ".join(f"KEPT_DETAINED+plan_transferred_in{more}" for more in (
    "", "+transfer_notice_sent", "+review_invited", "+amendment_notice_sent", "+reassessment_requested",
    "+reassessment_started", "+cease_consulted", "+cease_consulted+cease_notice_sent",
))  # fmt: skip
SET_ASIDE = tuple(f"onward_appeal_ended:{how}" for how in ("set_aside", "remade"))


# Event, where it leads ("=" leaves the state alone), and from where.
LAWFUL: list[tuple[str, str, str]] = [
    *(
        (
            event, "REQUESTED",
            "NO_CASE REFUSED_ASSESSMENT REFUSED_PLAN CEASED WITHDRAWN TRANSFERRED_OUT",
        )
        for event in ("request_received", "became_responsible")
    ),
    ("request_withdrawn:ends", "WITHDRAWN", "REQUESTED ASSESSING"),
    ("request_withdrawn:ends", "MAINTAINED", "REASSESS_REQUESTED REASSESSING"),
    ("request_withdrawn:continues", "=", "REQUESTED ASSESSING DRAFTING DRAFT_ISSUED REASSESS_REQUESTED REASSESSING"),
    *((f"request_withdrawn:{how}", "=", each(
        but(PLAN, "REASSESS_REQUESTED", "REASSESSING", "MAINTAINED", "TRANSFERRED_IN"), "reassessment_requested"))
        for how in ("ends", "continues")),
    ("assessment_refused", "REFUSED_ASSESSMENT", "REQUESTED"),
    ("assessment_refused", "=", "REFUSED_ASSESSMENT+MEDIATION+mediation_agreed:reconsider"),
    ("assessment_agreed", "ASSESSING", "REQUESTED REFUSED_ASSESSMENT+MEDIATION+mediation_agreed:reconsider"),
    ("assessment_agreed", "=", "REFUSED_ASSESSMENT+refusal_reversed"),
    ("assessment_agreed", "=", "REFUSED_ASSESSMENT+APPEAL+tribunal_order_made:assess"),
    ("refusal_reversed", "ASSESSING", "REFUSED_ASSESSMENT"),
    ("refusal_reversed", "DRAFTING", "REFUSED_PLAN"),
    ("refusal_reversed", "REASSESSING", each("MAINTAINED REVIEW_OPEN AMENDMENT_PROPOSED CEASE_CONSULTING", *NOT_AGAIN)),
    ("refusal_reversed", "=", each("CEASE_NOTIFIED TRANSFERRING_OUT", *NOT_AGAIN)),
    ("plan_refused", "REFUSED_PLAN", "ASSESSING REFUSED_ASSESSMENT+APPEAL+appeal_conceded:assess"),
    ("plan_refused", "=", "REFUSED_PLAN+APPEAL+tribunal_order_made:reconsider"),
    ("plan_agreed", "DRAFTING", "ASSESSING REFUSED_PLAN+APPEAL+tribunal_order_made:reconsider"),
    ("plan_agreed", "=", "REFUSED_PLAN+refusal_reversed REFUSED_PLAN+APPEAL+appeal_conceded:make_plan REASSESSING"),
    ("draft_plan_sent", "DRAFT_ISSUED", "DRAFTING REFUSED_PLAN+APPEAL+tribunal_order_made:reconsider"),
    ("draft_plan_sent", "=", "DRAFT_ISSUED REASSESSING"),
    ("draft_plan_sent", "=", " ".join(BESIDE_REASSESSMENT)),
    ("final_plan_sent", "MAINTAINED", each(" ".join(BESIDE_REASSESSMENT[:3]), "draft_plan_sent")),
    ("final_plan_sent", "=", each(BESIDE_REASSESSMENT[3], "draft_plan_sent")),
    ("final_plan_sent", "MAINTAINED", "DRAFT_ISSUED REASSESSING+draft_plan_sent"),
    ("final_plan_sent", "KEPT_DETAINED", "DRAFT_ISSUED+detained ASSESSING+detained+plan_agreed+draft_plan_sent"),
    *((event, "REVIEW_OPEN", "MAINTAINED TRANSFERRED_IN") for event in ("review_invited", "review_papers_sent")),
    *((event, "=", but(PLAN, "MAINTAINED", "TRANSFERRED_IN")) for event in ("review_invited", "review_papers_sent")),
    ("review_meeting_held", "REVIEW_OPEN", "MAINTAINED TRANSFERRED_IN AMENDMENT_PROPOSED"),
    ("review_meeting_held", "=", but(PLAN, "MAINTAINED", "TRANSFERRED_IN", "AMENDMENT_PROPOSED")),
    ("review_decision_sent:maintain", "MAINTAINED", " ".join(MET[:2])),
    ("review_decision_sent:maintain", "MAINTAINED", "CEASE_CONSULTING"),
    ("review_decision_sent:maintain", "=", " ".join((*MET[2:5], *MET[7:]))),
    ("review_decision_sent:amend", "REVIEW_OPEN", " ".join(MET[:2])),
    ("review_decision_sent:amend", "=", " ".join((*MET[2:6], *MET[7:]))),
    # What is decided after a notice of ceasing takes its place.
    ("review_decision_sent:maintain", "MAINTAINED", MET[6]),
    ("review_decision_sent:amend", "REVIEW_OPEN", MET[6]),
    ("review_decision_sent:cease", "CEASE_CONSULTING", " ".join(MET[:5])),
    ("review_decision_sent:cease", "CEASE_NOTIFIED", MET[5]),
    ("review_decision_sent:cease", "=", " ".join(MET[6:])),
    ("amendment_notice_sent", "AMENDMENT_PROPOSED", "REVIEW_OPEN MAINTAINED TRANSFERRED_IN CEASE_CONSULTING"),
    ("amendment_notice_sent", "=", "AMENDMENT_PROPOSED REASSESS_REQUESTED REASSESSING CEASE_NOTIFIED TRANSFERRING_OUT"),
    ("amendment_notice_sent", "AMENDMENT_PROPOSED", MET[6]),
    ("amended_plan_sent", "MAINTAINED", "AMENDMENT_PROPOSED"),
    ("amended_plan_sent", "MAINTAINED", "REASSESSING+draft_plan_sent REASSESSING+amendment_notice_sent"),
    # A notice that was sent before a transfer is the old authority's.
    ("amended_plan_sent", "=", " ".join(way for way in PROPOSED if "REASSESSING+" not in way)),
    # What shows the decision of a review is on record before it: the decision opens nothing any more.
    ("review_decision_sent:amend", "=", "REVIEW_OPEN+reassessment_started+amendment_declined"),
    ("amended_plan_sent", "MAINTAINED", "AMENDMENT_PROPOSED+reassessment_started+request_withdrawn:ends"),
    *(
        ("amended_plan_sent", to, each(disputing(event, "", ways), f"{event}:amend_school"))
        for event in ("tribunal_order_made", "appeal_conceded", "mediation_agreed")
        # Of a plan that came over the notice waits until it was decided about here.
        for to, ways in (("=", but(AMENDABLE, "REASSESSING", COME)), ("MAINTAINED", COME))
    ),
    ("amended_plan_sent", "=", "MAINTAINED+APPEAL+detained+tribunal_order_made:amend_school"),
    ("amendment_declined", "MAINTAINED", "AMENDMENT_PROPOSED REASSESSING"),
    ("amendment_declined", "=", " ".join(PROPOSED[1:])),
    ("amendment_declined", "MAINTAINED", "AMENDMENT_PROPOSED+reassessment_started+request_withdrawn:ends"),
    ("reassessment_requested", "REASSESS_REQUESTED", "MAINTAINED TRANSFERRED_IN"),
    ("reassessment_requested", "=", but(PLAN, "MAINTAINED", "TRANSFERRED_IN")),
    ("reassessment_refused", "MAINTAINED", "REASSESS_REQUESTED"),
    ("reassessment_refused", "=", each(
        but(PLAN, "MAINTAINED", "TRANSFERRED_IN", "REASSESS_REQUESTED"), "reassessment_requested")),
    ("reassessment_refused", "=", "REASSESS_REQUESTED+reassessment_started+amendment_declined"),
    ("reassessment_agreed", "REASSESSING", each(
        "REVIEW_OPEN AMENDMENT_PROPOSED REASSESS_REQUESTED CEASE_CONSULTING", "reassessment_requested")),
    ("reassessment_agreed", "REASSESSING", "REASSESS_REQUESTED+reassessment_started+amendment_declined"),
    ("reassessment_agreed", "=", each(
        "REASSESSING CEASE_NOTIFIED TRANSFERRING_OUT", "reassessment_requested")),
    ("reassessment_agreed", "=", "REASSESS_REQUESTED+reassessment_refused+APPEAL+tribunal_order_made:reassess"),
    ("reassessment_started", "REASSESSING", but(PLAN, "REASSESSING", "CEASE_NOTIFIED", "TRANSFERRING_OUT")),
    ("reassessment_started", "=", "TRANSFERRING_OUT"),
    ("cease_consulted", "CEASE_CONSULTING", but(PLAN, "CEASE_CONSULTING", "CEASE_NOTIFIED", "TRANSFERRING_OUT")),
    ("cease_consulted", "=", "CEASE_CONSULTING TRANSFERRING_OUT"),
    ("cease_notice_sent", "CEASE_NOTIFIED", "CEASE_CONSULTING CEASE_CONSULTING+reassessment_started"),
    ("cease_notice_sent", "CEASE_NOTIFIED", each(
        "AMENDMENT_PROPOSED REVIEW_OPEN TRANSFERRED_IN", "cease_consulted", "amendment_notice_sent")),
    ("cease_notice_sent", "CEASE_NOTIFIED", each(
        "MAINTAINED REASSESS_REQUESTED TRANSFERRED_IN",
        "cease_consulted", "amendment_notice_sent", "amendment_declined")),
    ("cease_notice_sent", "CEASE_NOTIFIED", "CEASE_CONSULTING+amendment_notice_sent+review_meeting_held"),
    ("cease_notice_sent", "=", "CEASE_NOTIFIED TRANSFERRING_OUT+cease_consulted"),
    (
        "plan_ceased", "CEASED",
        "CEASE_NOTIFIED+review_report_sent+review_report_sent CEASE_NOTIFIED+APPEAL+appeal_withdrawn",
    ),
    ("plan_ceased", "CEASED", "CEASE_NOTIFIED+review_report_sent+review_report_sent+moved_away"),
    ("plan_ceased", "CEASED",
        "REVIEW_OPEN+moved_away+review_decision_sent:cease+review_report_sent+review_report_sent"),
    ("cease_notice_withdrawn", "MAINTAINED", "CEASE_NOTIFIED"),
    ("taken_over_on_release", "MAINTAINED", NO_PLAN),
    ("taken_over_on_release", "=", f"{PLAN} KEPT_DETAINED"),
    ("plan_ceased", "CEASED", "CEASE_NOTIFIED+APPEAL+tribunal_order_made:dismiss_cease"),
    ("plan_ceased", "CEASED", "CEASE_NOTIFIED+review_report_sent+review_report_sent+moved_away+left_england"),
    ("left_england", "MAINTAINED", "TRANSFERRING_OUT"),
    ("left_england", "=", f"{but(PLAN, 'TRANSFERRING_OUT')} {NO_PLAN} KEPT_DETAINED"),
    ("moved_away", "TRANSFERRING_OUT", but(PLAN, "TRANSFERRING_OUT")),
    ("moved_away", "NO_CASE", "REQUESTED ASSESSING DRAFTING DRAFT_ISSUED"),
    ("moved_away", "=", "NO_CASE REFUSED_ASSESSMENT REFUSED_PLAN CEASED WITHDRAWN TRANSFERRING_OUT"),
    ("moved_away", "=", "KEPT_DETAINED"),
    ("moved_away", "=", "TRANSFERRED_OUT"),
    ("plan_transferred_out", "=", "TRANSFERRED_OUT"),
    ("plan_transferred_out", "TRANSFERRED_OUT", "TRANSFERRING_OUT KEPT_DETAINED+release_notified"),
    *(("plan_transferred_out", "TRANSFERRED_OUT", f"KEPT_DETAINED+released{more}") for more in (
        "", "+review_invited", "+amendment_notice_sent", "+reassessment_requested", "+reassessment_started",
        "+cease_consulted", "+cease_consulted+cease_notice_sent",
    )),
    ("plan_transferred_out", "TRANSFERRED_OUT", "KEPT_DETAINED+plan_transferred_in+released"),
    ("plan_transferred_in", "TRANSFERRED_IN", f"{NO_PLAN} KEPT_DETAINED"),
    ("transfer_notice_sent", "MAINTAINED", "TRANSFERRED_IN"),
    *(("transfer_notice_sent", "=", f"TRANSFERRED_IN+{more}") for more in (
        "transfer_notice_sent", "review_invited", "amendment_notice_sent", "reassessment_requested",
        "reassessment_started", "cease_consulted", "cease_consulted+cease_notice_sent", "moved_away",
    )),
    ("died", "DIED", f"{PLAN} {NO_PLAN} KEPT_DETAINED"),
    ("detained", "KEPT_DETAINED", PLAN),
    ("detained", "=", f"{NO_PLAN} KEPT_DETAINED"),
    ("released", "MAINTAINED", "KEPT_DETAINED"),
    ("released", "TRANSFERRED_OUT", "KEPT_DETAINED+moved_away KEPT_DETAINED+release_notified"),
    ("release_notified", "TRANSFERRING_OUT", "KEPT_DETAINED"),
    *(("release_notified", "TRANSFERRED_OUT", f"KEPT_DETAINED+released{more}") for more in (
        "", "+review_invited", "+amendment_notice_sent", "+reassessment_requested", "+reassessment_started",
        "+cease_consulted", "+cease_consulted+cease_notice_sent",
    )),
    ("release_notified", "TRANSFERRED_OUT", "KEPT_DETAINED+plan_transferred_in+released"),
    ("release_notified", "NO_CASE", each(OPEN, "detained", "released")),
    ("release_notified", "=", f"{but(NO_PLAN, *OPEN.split())} TRANSFERRING_OUT"),
    ("released", "NO_CASE", f"{each(OPEN, 'detained', 'release_notified')} {each(OPEN, 'detained', 'moved_away')}"),
    ("released", "=", f"{each(NO_PLAN, 'detained')} {DETAINED_WITH_PLAN}"),
    *settled("assess", "ASSESSING", "REFUSED_ASSESSMENT REFUSED_ASSESSMENT+request_received"),
    *settled("assess", "=", "REFUSED_ASSESSMENT+{}+refusal_reversed"),
    *settled("reassess", "REASSESSING", "REASSESS_REQUESTED+reassessment_refused"),
    *settled("reassess", "REASSESSING", each(
        "REVIEW_OPEN AMENDMENT_PROPOSED CEASE_CONSULTING", "reassessment_requested", "reassessment_refused")),
    *settled("reassess", "REASSESSING", "REASSESS_REQUESTED+reassessment_refused+reassessment_requested"),
    *settled("reassess", "REASSESSING",
        "REASSESS_REQUESTED+reassessment_refused+moved_away+plan_transferred_out+plan_transferred_in"),
    *settled("reassess", "=", each(
        "REASSESSING CEASE_NOTIFIED TRANSFERRING_OUT", "reassessment_requested", "reassessment_refused")),
    *settled("make_plan", "DRAFTING", f"REFUSED_PLAN {NO_PLAN_BEFORE} {NO_PLAN_BEFORE}+assessment_agreed"),
    *settled("make_plan", "=", "REFUSED_PLAN+{}+refusal_reversed REFUSED_PLAN+{}+refusal_reversed+draft_plan_sent"),
    *settled("reconsider", "=", "REFUSED_PLAN", dismissable=True),
    ("mediation_agreed:reconsider", "=", disputing(
        "mediation_agreed", "", f"REFUSED_ASSESSMENT REFUSED_PLAN {WITH_PLAN}")),
    ("mediation_agreed:other", "=", disputing("mediation_agreed", "", EVERYWHERE)),
    *settled("amend", "=", WITH_PLAN),
    *settled("amend_school", "=", f"{WITH_PLAN} {KEPT}"),
    *settled("continue", "MAINTAINED", "CEASE_NOTIFIED CEASED"),
    *settled("continue", "=", CONTINUED),
    *settled("continue_and_amend", "MAINTAINED", "CEASE_NOTIFIED CEASED"),
    *settled("continue_and_amend", "=", CONTINUED),
    *settled("dismiss", "=", EVERYWHERE, dismissable=True),
    ("onward_appeal_made", "=", "CEASE_NOTIFIED+APPEAL+tribunal_order_made:dismiss_cease"),
    ("onward_appeal_made", "=", each(LOST, DISMISSED)),
    *((f"onward_appeal_ended:{how}", "=",
        "CEASE_NOTIFIED+APPEAL+tribunal_order_made:dismiss_cease+onward_appeal_made")
        for how in ("dismissed", "withdrawn")),
    *((f"onward_appeal_ended:{how}", "=", each(LOST, DISMISSED, "onward_appeal_made"))
        for how in outcomes_of("onward_appeal_ended") if how),
    *((how, to, f"{way}+onward_appeal_made") for how in SET_ASIDE for to, way in (
        ("REFUSED_ASSESSMENT", "REFUSED_ASSESSMENT+APPEAL+tribunal_order_made:assess"),
        ("REFUSED_PLAN", "REFUSED_PLAN+APPEAL+tribunal_order_made:make_plan"),
        ("MAINTAINED", "REASSESS_REQUESTED+reassessment_refused+APPEAL+tribunal_order_made:reassess"),
        ("CEASE_NOTIFIED", "CEASE_NOTIFIED+APPEAL+tribunal_order_made:continue"),
        ("CEASE_NOTIFIED", "CEASE_NOTIFIED+APPEAL+tribunal_order_made:continue_and_amend"),
        # What was done about the order, and an order that came since, stay.
        ("=", "REFUSED_ASSESSMENT+APPEAL+tribunal_order_made:assess+assessment_agreed"),
        ("=", "REFUSED_PLAN+APPEAL+tribunal_order_made:make_plan+plan_agreed"),
        ("=", "REASSESS_REQUESTED+reassessment_refused+APPEAL+tribunal_order_made:reassess+reassessment_agreed"),
    )),
    *((how, "=", "REFUSED_ASSESSMENT+APPEAL+tribunal_order_made:assess+onward_appeal_made+tribunal_order_made:assess")
        for how in SET_ASIDE),
    *settled("dismiss_cease", "=", "CEASE_NOTIFIED CEASE_NOTIFIED+{}+moved_away CEASED", dismissable=True),
    *(("tribunal_order_made:dismiss_cease", "=" if way.endswith("moved_away") else "CEASE_NOTIFIED",
       f"{way}+onward_appeal_made") for way in disputing("tribunal_order_made", "continue", CONTINUED).split()),
]  # fmt: skip
ROWS = list(dict.fromkeys((event, to, way) for event, to, ways in LAWFUL for way in ways.split()))
KEYS = [(event, outcome) for event in FACT_TYPES for outcome in outcomes_of(event)]
NAMES = {key: key[0] if key[1] is None else f"{key[0]}:{key[1]}" for key in KEYS}
FITS = {(state, NAMES[event, outcome]) for state, event, outcome in PATHWAY.edges() if event in FACT_TYPES}
TAKEN = sorted(
    (at, NAMES[event, outcome])
    for (at, event, outcome), edge in table(PATHWAY).items()
    if event in FACT_TYPES and edge.refusal is not None and edge.refusal.holds
)
ORDERED = [(at, event) for at, event in TAKEN if event.startswith("tribunal_order_made")]
"""What the Tribunal orders about a plan that was sent on: whether there was an appeal is another question."""
ELSEWHERE = [(at, NAMES[key]) for at in WAYS for key in PATHWAY.keys if (at, NAMES[key]) not in {*FITS, *TAKEN}]
STILL = [NAMES[key] for key in KEYS if key[0] not in {event for event, _ in MOVING}]
MOVES_NOTHING = (
    "date_of_birth commissioner_changed commissioner_notified health_provision_impracticable commissioner_requested "
    "accommodation_changed mediation_due recommendation_made recommendation_answered "
    "recommendation_copied special_school_admitted advice_requested advice_received advice_returned "
    "advice_request_withdrawn order_suspended plan_kept "
    "special_school_left representations_received meeting_requested meeting_held school_consulted school_responded "
    "disclosure_requested plan_disclosed early_review_requested early_review_refused early_review_agreed "
    "review_advice_received review_attended delay_reason_recorded authority_replaced review_report_sent kept_plan_sent "
    "plan_sent_to_commissioner direct_payments_started direct_payment_reviewed direct_payments_stopped "
    "exception_recorded date_directed phase_transfer_due records_declared particular_recorded fact_voided"
)


def test_every_event_moves_a_case_or_is_known_to_move_nothing():
    still = {event for event, _ in KEYS} - {event for event, _ in MOVING}
    assert still == set(MOVES_NOTHING.split()), "give it a move in states/, or say here that it moves nothing"


def test_the_ways_to_each_state_lead_there_in_order():
    assert set(WAYS) == set(State) - {State.FINAL_ISSUED}
    for at in WAYS:
        case_state = state(told(at), "2030-01-01")
        assert (case_state.pathway, case_state.findings) == (at, ())


def test_every_lawful_edge_is_written_down_here_and_no_other():
    # A state with a plan that this authority neither made nor took over only an imported case is in.
    imported = {(at, "plan_transferred_in") for at in MAINTAINED_STATES}
    # A meeting and a notice that wait for their answer lead on from there: without one, the source records none.
    answers = ("amendment_declined", *(f"review_decision_sent:{how}" for how in ("maintain", "amend", "cease")))
    untold = {(State.MAINTAINED, event) for event in answers if event != "review_decision_sent:amend"}
    # What waited for its answer before a plan came does not come with it, and what is begun here leads on from there.
    untold |= {(State.TRANSFERRED_IN, event) for event in (*answers, "reassessment_refused", "reassessment_agreed")}
    assert {(state(told(way), "2030-01-01").pathway, event) for event, _, way in ROWS} == FITS - imported - untold


@pytest.mark.parametrize(
    "answer", ["amendment_declined", "review_decision_sent:maintain", "review_decision_sent:cease"]
)
@pytest.mark.parametrize("at", [State.MAINTAINED, State.TRANSFERRED_IN])
def test_an_answer_to_what_a_source_does_not_record_is_lawful_of_a_maintained_plan(at, answer):
    case = told(at)
    declared = make_fact("records_declared", case_id=case.case_id, on=case.facts[0].on, value="final_plan_sent")
    event, _, outcome = answer.partition(":")
    assert not check_move(case, event, outcome or None, after(case)).allowed
    verdict = check_move(record(case, declared), event, outcome or None, after(case))
    assert (verdict.allowed, verdict.from_state) == (True, at)


@pytest.mark.parametrize("done", ["review_meeting_held", "amendment_notice_sent", "reassessment_requested"])
def test_what_the_old_authority_did_is_no_plan_of_the_new_one(done):
    case = told(f"NO_CASE+{done}+plan_transferred_in")
    where = state(case, "2030-01-01")
    assert where.pathway is State.TRANSFERRED_IN
    assert "transfer_while_plan_maintained" not in {finding.code for finding in where.findings}
    for plan in ("MAINTAINED", "TRANSFERRED_IN", "CEASED+APPEAL+tribunal_order_made:continue"):
        codes = {finding.code for finding in state(told(f"{plan}+{done}+plan_transferred_in"), "2030-01-01").findings}
        assert "transfer_while_plan_maintained" in codes


def test_who_has_left_england_moves_to_no_other_authority():
    case = told("REVIEW_OPEN+left_england")
    verdict = check_move(case, "moved_away", as_of=after(case))
    assert (verdict.allowed, verdict.to_state) == (True, State.REVIEW_OPEN)
    moved = record(case, fact("moved_away", after(case)))
    assert state(moved, "2030-01-01").pathway is State.REVIEW_OPEN
    assert states_frame([moved], "2030-01-01")["state"].to_list() == [State.REVIEW_OPEN]
    back = told("CEASED+left_england+request_received+assessment_agreed+moved_away")
    assert state(back, "2030-01-01").pathway is State.NO_CASE


@pytest.mark.parametrize(("event", "to", "way"), ROWS)
def test_a_move_is_lawful_from_its_source(event, to, way):
    case = told(way)
    before = state(case, after(case))
    name, _, outcome = event.partition(":")
    verdict = check_move(case, name, outcome or None, after(case))
    assert verdict.allowed, str(verdict)
    assert verdict.citations
    moved = record(case, fact(event, after(case)))
    case_state = state(moved, after(case))
    assert case_state.pathway == verdict.to_state == (before.pathway if to == "=" else to)
    assert case_state.findings == before.findings == ()
    assert case_state.history[-1].citations


@pytest.mark.parametrize(
    ("at", "events"),
    [
        # What had ended it does not bring back, and what is maintained it does not end.
        ("CEASED", "onward_appeal_made"),
        ("CEASED", "onward_appeal_made onward_appeal_ended:dismissed"),
        ("CEASE_NOTIFIED", "onward_appeal_made onward_appeal_ended:dismissed"),
        ("CEASE_NOTIFIED", "onward_appeal_made onward_appeal_ended:withdrawn"),
    ],
)
def test_an_onward_appeal_moves_no_case(at, events):
    case = told(f"{at}+APPEAL+{DISMISSED}")
    for event in events.split():
        name, _, outcome = event.partition(":")
        verdict = check_move(case, name, outcome or None, after(case))
        assert (verdict.allowed, verdict.to_state) == (True, State[at])
        case = record(case, fact(event, after(case)))
    assert (state(case, "2030-01-01").pathway, state(case, "2030-01-01").findings) == (State[at], ())
    assert states_frame([case], "2030-01-01")["state"].to_list() == [at]


@pytest.mark.parametrize(
    ("events", "pathway"),
    [
        ("onward_appeal_made onward_appeal_ended:set_aside", State.CEASE_NOTIFIED),
        ("onward_appeal_made onward_appeal_ended:set_aside onward_appeal_ended:dismissed", State.CEASE_NOTIFIED),
        ("onward_appeal_made onward_appeal_ended:remade tribunal_order_made:continue", State.MAINTAINED),
        ("onward_appeal_made tribunal_order_made:dismiss_cease", State.CEASE_NOTIFIED),
        ("onward_appeal_made onward_appeal_ended:dismissed plan_ceased", State.CEASED),
        ("plan_ceased", State.CEASED),
        ("plan_ceased onward_appeal_made", State.CEASED),
    ],
)
def test_what_becomes_of_an_order_to_cease_decides_where_the_case_stands(events, pathway):
    case = told(f"CEASE_NOTIFIED+APPEAL+tribunal_order_made:dismiss_cease+{events.replace(' ', '+')}")
    assert state(case, "2030-01-01").pathway is pathway
    assert states_frame([case], "2030-01-01")["state"].to_list() == [pathway]


COPIED = {
    (State.MAINTAINED, "final_plan_sent"), (State.CEASE_CONSULTING, "final_plan_sent"),
    (State.REASSESSING, "reassessment_started"),
}  # fmt: skip
"""What is there on record already, with no question since: a copy, which the findings of the record tell."""


@pytest.mark.parametrize(("at", "event"), ELSEWHERE)
def test_a_move_is_refused_from_every_other_state(at, event):
    case = told(at)
    name, _, outcome = event.partition(":")
    verdict = check_move(case, name, outcome or None, after(case))
    assert not verdict.allowed
    assert verdict.from_state is at
    assert verdict.to_state is None
    (refusal,) = verdict.refusals
    assert refusal.reason
    assert refusal.remedy
    assert refusal.citation.address.startswith("https://")
    with pytest.raises(MoveRefused) as refused:
        record(case, fact(event, after(case)))
    assert refused.value.verdict == verdict
    assert refusal.reason in str(refused.value)

    imported = record(case, fact(event, after(case)), strict=False)
    case_state = state(imported, after(case))
    if (at, event) in COPIED:
        assert case_state.findings == ()
        assert "act_repeated" in {found.code for found in judge(imported, after(case)).findings}
        return
    (finding,) = case_state.findings
    assert finding.code == refusal.finding
    assert finding.remedy == PAST.get(refusal.finding, refusal.remedy)
    assert refusal.reason in finding.message


def test_only_what_somebody_else_asks_for_is_taken_out_of_place():
    asked = {"request_received", "became_responsible", "reassessment_requested"}
    assert {event for at, event in TAKEN if (at, event) not in ORDERED} == asked
    assert {at for at, _ in ORDERED} == {State.TRANSFERRED_OUT}
    for event in ("request_received", "reassessment_requested"):
        assert {at for at, name in (*TAKEN, *FITS) if name == event} == set(WAYS) - {State.DIED}


def test_what_is_ordered_of_the_new_authority_is_taken_and_reported_and_moves_nothing():
    case = told("MAINTAINED+APPEAL+moved_away+plan_transferred_out")
    verdict = check_move(case, "tribunal_order_made", "amend", after(case))
    assert (verdict.allowed, verdict.to_state) == (True, State.TRANSFERRED_OUT)
    (finding,) = state(record(case, fact("tribunal_order_made:amend", after(case))), "2030-01-01").findings
    assert (finding.code, "sent on to another authority before" in finding.message) == ("order_without_decision", True)
    assert states_frame([case], "2030-01-01")["state"].to_list() == [State.TRANSFERRED_OUT]


@pytest.mark.parametrize(("at", "event"), [each for each in TAKEN if each not in ORDERED])
def test_what_somebody_else_asks_for_is_taken_and_reported_and_moves_nothing(at, event):
    case = told(at)
    verdict = check_move(case, event, None, after(case))
    assert verdict.allowed
    assert (verdict.from_state, verdict.to_state) == (at, at)
    (noted,) = verdict.verdicts
    assert f"to be looked at: {noted.reason}" in str(verdict)
    for strict in (True, False):
        case_state = state(record(case, fact(event, after(case)), strict=strict), after(case))
        (finding,) = case_state.findings
        assert (case_state.pathway, finding.code, finding.remedy) == (at, noted.finding, noted.remedy)
        assert noted.reason in finding.message


@pytest.mark.parametrize("event", STILL)
def test_a_fact_that_moves_nothing_is_lawful_in_every_state(event):
    for at in WAYS:
        case = told(at)
        fields = {"corrects": "x", "reason": "y"} if event == "fact_voided" else {"party": "other", "authority": "885"}
        fields |= {"until": after(case).isoformat(), "limit": "final_plan"} if event.startswith("date_directed") else {}
        fields |= {"value": "final_plan_sent"} if event == "records_declared" else {}
        fields |= {"particular": "team", "value": "North"} if event == "particular_recorded" else {}
        verdict = check_move(case, event.partition(":")[0], event.partition(":")[2] or None, after(case))
        assert verdict.allowed
        assert ("hangs on the fact" if event == "fact_voided" else "changes nothing") in str(verdict)
        moved = record(case, fact(event, after(case), **fields))
        case_state = state(moved, after(case))
        assert (case_state.pathway, case_state.findings) == (at, ())
        assert case_state.history == state(case, after(case)).history


def test_out_of_order_facts_never_take_a_plan_away_nor_set_an_open_case_back():
    before_plan = set(State) - MAINTAINED_STATES - {State.KEPT_DETAINED, State.CEASED, State.TRANSFERRED_OUT}
    stages = [State.REQUESTED, State.ASSESSING, State.DRAFTING, State.DRAFT_ISSUED]
    for at, event in ELSEWHERE:
        case = told(at)
        to = state(record(case, fact(event, after(case)), strict=False), after(case)).pathway
        if at in MAINTAINED_STATES:
            assert to not in before_plan, (at, event)
        if at in stages and to in stages:
            assert stages.index(to) >= stages.index(at), (at, event)
