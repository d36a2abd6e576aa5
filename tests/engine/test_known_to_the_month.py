"""Days known to their month alone: as facts, in the order of a case, and in what follows, day by day of the month."""

import copy
import datetime as dt
import pickle
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import ehcp_flow as ef
from ehcp_flow.answers import answer
from ehcp_flow.case import Case
from ehcp_flow.dates import MonthOnly, ordinary, parse_day, say, written
from ehcp_flow.deadlines import Deadline, deadlines_of, due, judge
from ehcp_flow.errors import CalendarError, DateError, FactError, MoveRefused
from ehcp_flow.facts import DATES, FACT_TYPES, LEGAL_ORDER, OUTCOMES, Fact, as_stored, make_fact
from ehcp_flow.possible_days import CHAINS, MANY_FACTS
from ehcp_flow.states import check_move, record, state
from ehcp_flow.testing.strategies import in_months, lives, mixtures
from tests.doors import at_every_door
from tests.engine.rules import CALENDARS
from tests.telling import day, every, fact, one, tell

AFTER = st.dates(dt.date(2028, 1, 1), dt.date(2031, 12, 31))


def ends(fact: Fact) -> tuple[str, str]:
    assert isinstance(fact.on, MonthOnly)
    return fact.on.earliest.isoformat(), fact.on.latest.isoformat()


def placed(chronology: str, event: str) -> tuple[str, str]:
    """The first and the last of the possible days of the one fact of an event that is known to its month."""
    return next(ends(each) for each in tell(chronology).facts if each.event == event and isinstance(each.on, MonthOnly))


# The day itself.


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024-04", "2024-04-01", "2024-04-30"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-02", "2023-02-01", "2023-02-28"),
        (" 2024-12 ", "2024-12-01", "2024-12-31"),
    ],
)
def test_a_month_is_any_of_its_days_and_counts_as_the_last(text, first, last):
    known = parse_day(text)
    assert isinstance(known, MonthOnly)
    assert (known, known.earliest, known.latest) == (day(last), day(first), day(last))
    assert written(known) == text.strip()
    assert type(known.latest) is type(ordinary(known)) is dt.date


def test_whatever_is_counted_from_it_is_an_ordinary_date():
    known = MonthOnly.of(2024, 4)
    counted = [known + dt.timedelta(1), dt.timedelta(1) + known, known - dt.timedelta(1), known.replace(day=3)]
    assert [type(each) for each in counted] == [dt.date] * 4
    assert counted[3] == day("2024-04-03")
    assert known.toordinal() - known.earliest.toordinal() == 29
    assert ordinary(day("2024-04-01")) == day("2024-04-01")


@pytest.mark.parametrize("copied", [lambda known: pickle.loads(pickle.dumps(known)), copy.copy, copy.deepcopy])
def test_it_travels_with_its_possible_days(copied):
    known = copied(MonthOnly.between(day("2024-04-03"), day("2024-04-20")))
    assert (written(known), known.earliest, known) == ("2024-04", day("2024-04-03"), day("2024-04-20"))


def test_it_is_said_as_a_letter_would():
    assert say(MonthOnly.of(2024, 4)) == "some day in April 2024"


@pytest.mark.parametrize("text", ["2024-13", "2024-00", "2024-4", "24-04", "2024-04-", "04/2024", "1800-04", "٢٠٢٤-٠٤"])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(DateError):
        parse_day(text)
    with pytest.raises(FactError, match="or 2026-03 where only the month is known"):
        make_fact("request_received", case_id="a", on=text)


# As a fact.


@pytest.mark.parametrize("event", FACT_TYPES)
def test_every_fact_can_be_known_to_its_month_and_is_kept_so(event):
    given = {"until": "2024-05-01", "corrects": "x", "reason": "because", "party": "s-1", "authority": "885"} | {
        "limit": "final_plan",
        "particular": "team",
        "value": "final_plan_sent",
    }
    cls = FACT_TYPES[event]
    fields: dict[str, Any] = {name: given[name] for name in given if name in cls.model_fields}
    if cls.model_fields.get("outcome") is not None:
        fields["outcome"] = OUTCOMES[event][0]
    if event in ("request_received", "reassessment_requested"):
        fields["party"] = "parent"
    known = make_fact(event, case_id="a", on="2024-04", **fields)
    assert '"on":"2024-04"' in known.content
    assert known.model_dump(mode="json")["on"] == "2024-04"
    assert as_stored(known.model_dump(mode="json", exclude_none=True)).content == known.content
    assert known.id != make_fact(event, case_id="a", on="2024-04-30", **fields).id


def test_the_json_schema_takes_both_forms():
    shape = FACT_TYPES["request_received"].model_json_schema()["properties"]["on"]
    assert shape["anyOf"] == [
        {"type": "string", "format": "date"},
        {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"},
    ]
    assert shape["description"].startswith("the day the authority received a request")


@pytest.mark.parametrize("column", DATES[1:])
def test_no_other_day_may_be_a_month(column):
    event = next(event for event, cls in FACT_TYPES.items() if column in cls.model_fields)
    outcome = {"outcome": OUTCOMES[event][0]} if event in OUTCOMES else {}
    with pytest.raises(FactError, match=rf"{column} is '2024-04'; it is a month, and a day is wanted"):
        make_fact(event, case_id="a", on="2024-04-30", **{column: "2024-04"}, **outcome)


def test_a_day_that_is_asked_about_may_be_no_month():
    with pytest.raises(DateError, match="it is a month, and a day is wanted"):
        deadlines_of(tell("2024-04 request_received"), "2024-04")


# In the order of a case.


def test_every_chain_is_of_facts_that_there_are_and_no_step_has_one_twice():
    for chain in CHAINS:
        told = [event for step in chain for event in step]
        assert set(told) <= set(FACT_TYPES)
        assert len(told) == len(set(told))


ALL_OF_APRIL = ("2024-04-01", "2024-04-30")


@pytest.mark.parametrize(
    ("chronology", "event", "days"),
    [
        ("2024-04 request_received", "request_received", ALL_OF_APRIL),
        ("2024-04 request_received; 2024-05-20 assessment_agreed", "request_received", ALL_OF_APRIL),
        ("2024-04 request_received; 2024-04-20 assessment_agreed", "request_received", ("2024-04-01", "2024-04-20")),
        ("2024-04-09 request_received; 2024-04 assessment_agreed", "assessment_agreed", ("2024-04-09", "2024-04-30")),
        (
            "2024-04-09 request_received; 2024-04 assessment_agreed; 2024-04-11 advice_requested party=medical",
            "assessment_agreed",
            ("2024-04-09", "2024-04-11"),
        ),
        # The earlier request still waits, so that nobody can tell which of them was refused.
        ("2024-01-08 request_received; 2024-04-20 plan_refused; 2024-04 request_received", "request_received",
         ALL_OF_APRIL),
        ("2024-01-08 request_received; 2024-02-05 plan_refused; 2024-04-20 assessment_agreed; 2024-04 request_received",
         "request_received", ("2024-04-01", "2024-04-20")),
        # So it is within the month: it is the request of the 2nd that was refused, or the other.
        ("2024-04-02 request_received; 2024-04-20 assessment_refused; 2024-04 request_received party=parent",
         "request_received", ALL_OF_APRIL),
        ("2024-04-02 request_received; 2024-04-20 request_received party=parent; 2024-04 assessment_refused",
         "assessment_refused", ("2024-04-02", "2024-04-30")),
        (("2024-01-08 request_received; 2024-04-05 assessment_refused; 2024-04-10 request_received; "
         "2024-04 assessment_agreed"), "assessment_agreed", ("2024-04-10", "2024-04-30")),
        # Advice answers a request to its own party alone.
        ("2024-04 advice_requested party=medical; 2024-04-20 advice_received party=educational", "advice_requested",
         ALL_OF_APRIL),
        ("2024-04 advice_requested party=medical; 2024-04-20 advice_received party=medical", "advice_requested",
         ("2024-04-01", "2024-04-20")),
        (
            ("2024-03-01 advice_requested party=other; 2024-04 advice_requested party=medical; "
             "2024-04-20 advice_received party=medical"), "advice_requested", ("2024-04-01", "2024-04-20"),
        ),
        ("2024-04 request_received; 2024-04-20 request_withdrawn", "request_received", ("2024-04-01", "2024-04-20")),
        ("2024-04 advice_requested party=medical; 2024-04-20 advice_request_withdrawn party=medical",
         "advice_requested", ("2024-04-01", "2024-04-19")),
        ("2024-04 advice_requested party=medical; 2024-04-20 advice_request_withdrawn party=educational",
         "advice_requested", ALL_OF_APRIL),
        # An order may be about the refusal before it, or the refusal what followed from the order.
        ("2024-01-08 plan_refused; 2024-04 tribunal_order_made outcome=reconsider; 2024-04-20 plan_refused",
         "tribunal_order_made", ("2024-04-01", "2024-04-20")),
        ("2024-04 tribunal_order_made outcome=reconsider; 2024-04-20 plan_refused", "tribunal_order_made",
         ALL_OF_APRIL),
        # On one day the law puts a mediation before a plan: what leads to it was on the day before.
        ("2024-04 final_plan_sent; 2024-04-20 mediation_contacted", "final_plan_sent", ("2024-04-01", "2024-04-19")),
        ("2024-04-20 final_plan_sent; 2024-04 mediation_contacted", "mediation_contacted",
         ("2024-04-21", "2024-04-30")),
        ("2024-04 final_plan_sent; 2024-04 mediation_contacted", "final_plan_sent", ("2024-04-01", "2024-04-29")),
        ("2024-04 final_plan_sent; 2024-04 mediation_contacted", "mediation_contacted", ("2024-04-02", "2024-04-30")),
        # Where no day is left, each is possible.
        ("2024-04-20 review_meeting_held; 2024-04 review_report_sent; 2024-04-10 review_decision_sent outcome=maintain",
         "review_report_sent", ALL_OF_APRIL),
        # What has nothing to do with it leaves every day.
        ("2024-04 request_received; 2024-04-20 exception_recorded outcome=exceptional_circumstances",
         "request_received", ALL_OF_APRIL),
        # A fact's own other days.
        ("2024-04 draft_plan_sent served_on=2024-04-20", "draft_plan_sent", ("2024-04-01", "2024-04-20")),
        ("2024-04 draft_plan_sent served_on=2024-05-20", "draft_plan_sent", ALL_OF_APRIL),
        ("2024-04 exception_recorded outcome=absent_from_area until=2024-04-20", "exception_recorded",
         ("2024-04-01", "2024-04-20")),
        ("2024-04 plan_transferred_in reviewed_on=2024-04-10", "plan_transferred_in", ("2024-04-10", "2024-04-30")),
        ("2024-04 moved_away aware_on=2024-04-10", "moved_away", ALL_OF_APRIL),
    ],
)  # fmt: skip
def test_a_fact_stands_on_the_days_that_its_case_leaves(chronology, event, days):
    assert placed(chronology, event) == days


def test_facts_of_one_month_stand_in_the_order_of_the_law():
    told = "2024-04 assessment_agreed; 2024-04 request_received; 2024-04 advice_requested party=medical"
    assert [each.event for each in tell(told)] == ["request_received", "assessment_agreed", "advice_requested"]


def test_a_fact_written_down_twice_counts_once():
    told = tell("2024-04 request_received; 2024-04 request_received; 2024-04-20 assessment_agreed")
    assert len(told.facts) == 2
    assert not told.findings, "the same row again is no second record"
    first, second, agreed = told.recorded
    again = second.model_copy(update={"recorded_at": dt.datetime(2024, 5, 3, 9, tzinfo=dt.UTC)})
    case = Case.of([first, again, agreed])
    assert len(case.facts) == 2
    assert [(found.code, found.message) for found in case.findings] == [
        ("duplicate_fact", "request_received on 2024-04 is recorded more than once; it counts once")
    ]


def test_of_a_case_of_many_facts_no_fact_says_when_another_was():
    told = [fact(f"2024-04-02 advice_received party=p{number}") for number in range(MANY_FACTS)]
    case = Case("a", (fact("2024-04 request_received"), fact("2024-04-20 assessment_agreed"), *told))
    request = next(each for each in case.facts if each.event == "request_received")
    assert ends(request) == ALL_OF_APRIL
    assert one(case, "decide_assess").due_on_earliest == day("2024-05-13")


def test_it_counts_from_the_latest_of_its_possible_days_on():
    assert deadlines_of(tell("2024-04 request_received"), "2024-04-29") == []
    assert one("2024-04 request_received", "final_plan", "2024-04-30").status == "open"
    assert one("2024-04 request_received; 2024-04-20 assessment_agreed", "final_plan", "2024-04-20").status == "open"
    assert one("2026-09 phase_transfer_due outcome=school", "phase_transfer", "2026-01-01").due_on == day("2026-02-14")


# What follows.


@pytest.mark.parametrize(
    ("chronology", "limit", "earliest", "latest"),
    [
        ("2024-04 request_received", "final_plan", "2024-08-19", "2024-09-17"),
        ("2024-04 request_received; 2024-04-20 assessment_agreed", "final_plan", "2024-08-19", "2024-09-07"),
        ("2024-02 final_plan_sent", "annual_review", "2025-01-31", "2025-02-28"),
        ("2023-02 final_plan_sent", "annual_review", "2024-01-31", "2024-02-27"),
        ("2026-09 phase_transfer_due outcome=school", "phase_transfer", None, "2026-02-14"),
        ("2026-07 phase_transfer_due outcome=post16_to_post16", "phase_transfer", "2026-02-01", "2026-02-28"),
        ("2025-12 assessment_refused", "mediation_contact", "2026-02-01", "2026-02-28"),
        ("2024-04 draft_plan_sent served_on=2024-04-20", "draft_representations", None, "2024-05-04"),
    ],
)
def test_the_latest_day_is_due_and_the_earliest_is_told(chronology, limit, earliest, latest):
    (found,) = every(chronology, limit)[:1]
    assert (found.due_on, found.due_on_earliest) == (day(latest), None if earliest is None else day(earliest))
    row = found.as_dict()
    assert (row["due_on"], row["due_on_earliest"]) == (latest, earliest)


def test_an_answer_that_is_the_same_for_each_day_is_given_as_it_is():
    found = judge(tell("2026-09 phase_transfer_due outcome=school"), "2026-01-01")
    assert [each.is_uncertain for each in found.deadlines] == [False]
    assert found.findings == ()


def test_status_and_breach_go_by_the_latest_and_a_finding_says_what_the_earliest_makes():
    told = (
        "2024-04 request_received; 2024-05-10 assessment_agreed; 2024-08-12 draft_plan_sent; 2024-09-03 final_plan_sent"
    )
    plan = one(told, "final_plan", "2024-10-01")
    assert (plan.starts_on, plan.status, plan.breach, plan.days_over) == (day("2024-04-30"), "met", False, None)
    found = {each.message for each in judge(tell(told), "2024-10-01").findings if each.code == "due_date_uncertain"}
    assert (
        "final_plan: only the month is known of request_received (2024-04), and the latest day that is possible "
        "counts; the last lawful day may lie as early as 2024-08-19; by the earliest it would be late, a breach"
    ) in found
    steps = [str(step) for step in plan.explanation]
    assert steps[0] == "What started it: request received, some day in April 2024."
    assert steps[1].startswith("Only the month is known of request_received (2024-04)")
    assert any("20 weeks after Tuesday 30 April 2024" in step for step in steps)


def test_an_act_that_is_known_to_its_month_is_told_as_uncertain_where_its_day_decides():
    told = "2024-04-08 request_received; 2024-05-10 assessment_agreed; 2024-08 final_plan_sent"
    plan = one(told, "final_plan", "2024-10-01")
    assert (plan.due_on, plan.due_on_earliest, plan.done_on) == (day("2024-08-26"), None, day("2024-08-31"))
    assert (plan.status, plan.days_over, plan.breach, plan.is_uncertain) == ("late", 5, True, True)
    assert type(plan.done_on) is dt.date
    (found,) = [each for each in judge(tell(told), "2024-10-01").findings if each.message.startswith("final_plan:")]
    assert found.code == "due_date_uncertain"
    assert found.message.endswith("by the earliest it would be met, and no breach")
    assert found.remedy == "record the day of final_plan_sent"
    assert found.fact is not None
    assert found.fact.event == "final_plan_sent"


def test_what_ends_a_limit_in_a_month_ends_it_on_an_ordinary_day():
    found = one("2024-01-08 request_received; 2024-05 request_withdrawn", "decide_assess", "2024-10-01")
    assert (found.status, found.ended_on, found.days_over) == ("overtaken", day("2024-05-31"), 102)
    assert type(found.ended_on) is dt.date


def test_what_would_not_run_on_another_day_is_told():
    told = "2024-04-02 request_received; 2024-04-20 request_withdrawn; 2024-04 request_received party=parent"
    runs = [each for each in every(told, "decide_assess", "2024-10-01") if each.is_uncertain]
    assert [each.due_on for each in runs] == [day("2024-05-14"), day("2024-06-11")]
    messages = [each.message for each in judge(tell(told), "2024-10-01").findings]
    assert any(message.endswith("by the earliest it would not run") for message in messages)


def test_the_real_day_corrects_it_as_any_correction_does():
    case = tell("2024-04 request_received party=parent")
    wrong = case.recorded[0]
    right = case.replace(wrong, fact("2024-04-17 request_received party=parent"), "found in the post book")
    assert [(each.corrected, each.reason) for each in right.corrections] == [(wrong, "found in the post book")]
    assert one(right, "final_plan").due_on_earliest is None
    assert one(right, "final_plan").due_on == day("2024-09-04")
    assert case.void(wrong, "never came").facts == ()
    assert case.find(wrong.id) is wrong


@pytest.mark.parametrize(
    ("as_of", "status", "uncertain"),
    [("2024-06-30", "overdue", False), ("2024-07-01", "overdue", True), ("2024-07-30", "overdue", True),
     ("2024-07-31", "late", False)],
)  # fmt: skip
def test_within_the_month_of_an_act_nobody_knows_whether_it_was_done(tmp_path, as_of, status, uncertain):
    """It does not count before the last of its days, and until then that is said."""
    told = "2024-05-01 request_received; 2024-07 assessment_agreed"
    (found,) = (each for each in answer(tell(told), as_of).deadlines if each.limit == "decide_assess")
    assert (found.status, found.is_uncertain) == (status, uncertain)
    asked = ("--register", "findings", "--as-of", as_of)
    rows = at_every_door(tmp_path, told, "breaches", *asked)
    said = [row["message"] for row in rows if (row["finding"], row["limit"]) == ("due_date_uncertain", "decide_assess")]
    assert len(said) == uncertain
    assert all("the month is known of assessment_agreed (2024-07)" in each for each in said)
    assert all("by the earliest it would be late, a breach" in each for each in said)


def test_states_and_moves_go_by_the_latest_day():
    case = tell("2024-04 request_received; 2024-04-20 assessment_agreed")
    assert state(case, "2024-04-30").pathway.name == "ASSESSING"
    assert state(case, "2024-04-30").findings == ()
    with pytest.raises(MoveRefused, match="draft_plan_sent on some day in May 2024 is refused"):
        record(case, fact("2024-05 draft_plan_sent"))
    moved = record(record(case, fact("2024-05-02 plan_agreed")), fact("2024-05 draft_plan_sent"))
    assert state(moved, "2024-06-01").pathway.name == "DRAFT_ISSUED"
    assert state(moved, "2024-06-01").since == day("2024-05-31")
    assert not check_move(case, "final_plan_sent", as_of="2024-05-02").allowed
    known = fact("2024-05 final_plan_sent")
    assert "final_plan_sent on 2024-05" in str(state(record(case, known, strict=False), "2024-06-01").findings[0])


def test_one_fact_alone_may_be_known_to_its_month():
    found = {each.limit: each for each in due("request_received", "2024-04", as_of="2024-03-01")}
    assert (found["final_plan"].due_on, found["final_plan"].due_on_earliest) == (day("2024-09-17"), day("2024-08-19"))


def test_a_supposed_fact_that_lies_ahead_counts_on_the_days_that_are_left():
    case = tell("2024-04-20 assessment_agreed")
    effects = ef.what_if(case, fact("2024-04 request_received"), "2024-04-01")
    assert any(effect.after is not None and effect.after.limit == "final_plan" for effect in effects)


def test_a_day_that_the_calendars_do_not_reach_is_told_at_once():
    case = tell("1900-01 amendment_notice_sent")
    asked = answer(tell("2024-04 request_received"), "2024-10-01", calendars=CALENDARS)
    assert any(found.is_uncertain for found in asked.deadlines)
    try:
        deadlines_of(case, "1900-12-31", calendars=CALENDARS)
    except CalendarError as error:
        assert "1900" in str(error)  # noqa: PT017 - either is right, as long as nothing else comes out


def test_a_deadline_of_a_month_travels_to_another_process():
    found = one("2024-04 request_received", "final_plan")
    arrived = pickle.loads(pickle.dumps(found))
    assert (arrived, arrived.is_uncertain) == (found, True)


# Every day of the month.


def worlds(case: Case, known: Fact) -> Iterator[Case]:
    """The case with the one fact that is known to its month on each of its possible days, the latest at the end."""
    others = tuple(each for each in case.recorded if each.id != known.id)
    day: dt.date = known.on.earliest  # type: ignore[attr-defined]
    while day <= known.on:
        yield Case(case.case_id, (*others, known.model_copy(update={"on": day, "fact_id": known.id})))
        day += dt.timedelta(1)


def by_start(case: Case, as_of: dt.date) -> Mapping[tuple[object, ...], Deadline]:
    return {
        (each.limit, each.derivation.rule.rows, each.derivation.rule.clock, each.derivation.rule.act,
         each.derivation.start.id): each
        for each in deadlines_of(case, as_of)
    }  # fmt: skip


def compare_with_every_day(case: Case, as_of: dt.date) -> None:
    months = [each for each in case.facts if isinstance(each.on, MonthOnly)]
    assume(months)  # a particular is no fact of the law
    known = months[0]
    month = (known.on.year, known.on.month)
    # A second fact of the same event on one of its days would be one fact with it on that day.
    assume([(each.event, each.on.year, each.on.month) for each in case.facts].count((known.event, *month)) == 1)
    tried = [by_start(world, as_of) for world in worlds(case, known)]
    for key, found in by_start(case, as_of).items():
        others = [world.get(key) for world in tried]
        outcomes = [other and (other.due_on, other.status, other.breach) for other in others]
        assert outcomes[-1] == (found.due_on, found.status, found.breach)
        days = [other.due_on for other in others if other is not None and other.due_on is not None]
        if found.due_on is not None:
            assert max(days) == found.due_on
            assert min(days) == (found.due_on_earliest or found.due_on)
        assert found.is_uncertain == (set(outcomes) != {outcomes[-1]})
        assert found.due_on_earliest is None or found.due_on_earliest < found.due_on  # type: ignore[operator]


@settings(max_examples=60)
@given(in_months(lives(), most=1), AFTER)
def test_of_a_life_the_latest_and_the_earliest_are_those_of_every_day(case, as_of):
    compare_with_every_day(case, as_of)


@settings(max_examples=60)
@given(in_months(mixtures(max_size=8), most=1), AFTER)
def test_of_anything_the_latest_and_the_earliest_are_those_of_every_day(case, as_of):
    compare_with_every_day(case, as_of)


@settings(max_examples=40)
@given(in_months(lives()), AFTER, st.integers(0, 1_000))
def test_of_several_months_no_day_lies_outside_the_ends(case, as_of, chance):
    """Days drawn for each of several facts, all of them as late or as early in their months as one another."""
    known = [each for each in case.facts if isinstance(each.on, MonthOnly)]
    drawn = {each.id: each.on.earliest + (each.on - each.on.earliest) * chance // 1_000 for each in known}
    assume(len({(each.event, each.party) for each in known}) == len(known))
    told = tuple(
        each.model_copy(update={"on": drawn.get(each.id, each.on), "fact_id": each.id}) for each in case.recorded
    )
    world = by_start(Case(case.case_id, told), as_of)
    order = [each.id for each in Case(case.case_id, told).facts]
    if order == [each.id for each in case.facts]:
        for key, found in by_start(case, as_of).items():
            there = world.get(key)
            if there is not None and there.due_on is not None and found.due_on is not None:
                assert (found.due_on_earliest or found.due_on) <= there.due_on <= found.due_on


@given(in_months(mixtures()), AFTER)
def test_the_facts_of_a_case_stand_in_the_order_of_the_law_on_days_of_their_months(case, as_of):
    places = [(each.on, LEGAL_ORDER[each.event]) for each in case.facts]
    assert places == sorted(places)
    for each in case.facts:
        if isinstance(each.on, MonthOnly):
            assert each.on.earliest <= each.on.latest
            assert (each.on.earliest.year, each.on.earliest.month) == (each.on.year, each.on.month)
    assert {written(each.on) for each in case.facts} <= {written(each.on) for each in case.recorded}
    assert all(row.due_on_earliest is None or row.is_uncertain for row in answer(case, as_of).deadlines)
