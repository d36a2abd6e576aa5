"""Which moves would be lawful: the same as `allowed` says with all its reasons, at both doors."""

import csv
import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_flow.bulk.states_with_moves import StatesWithMoves
from ehcp_flow.case import Case
from ehcp_flow.errors import DateError, MoveRefused
from ehcp_flow.facts import make_fact
from ehcp_flow.moves.law_at_hand import at_hand
from ehcp_flow.moves.lawful_moves import lawful_moves
from ehcp_flow.states import State, allowed, check_move, record, state, state_with_moves
from tests.bulk.agreeing import crowds
from tests.cli.running import invoke, rows_of, table_of
from tests.telling import fact, tell

DAY = dt.date(2021, 1, 1)


def by_verdicts(case, day):
    return tuple((verdict.event, verdict.outcome) for verdict in allowed(case, day) if verdict.allowed)


def days_of(case):
    """Days on which a fact happened, and days a little before and after one."""
    days = [fact.on for fact in case.recorded]
    near = st.sampled_from([dt.timedelta(more) for more in (-1, 0, 1, 15, 70)])
    return st.builds(dt.date.__add__, st.sampled_from(days), near)


@given(crowds(), st.data())
def test_what_is_lawful_is_what_every_verdict_allows_and_columns_say_the_same(case, data):
    day = data.draw(days_of(case))
    assert lawful_moves(case, state(case, day).pathway, day, at_hand()) == by_verdicts(case, day)
    assert list(StatesWithMoves([case], day)) == [state_with_moves(case, day, at_hand())]


CONCEDED = (
    "2025-01-06 request_received; 2025-02-10 assessment_agreed; 2025-04-14 plan_refused; 2025-05-12 appeal_registered; "
    "2025-06-02 appeal_conceded outcome=make_plan"
)


@pytest.mark.parametrize("again", ["2025-06-30", "2025-06"])
def test_what_would_have_led_to_a_copy_of_the_same_day_is_answered_as_it_is_recorded(again):
    case, day = tell(f"{CONCEDED}; {again} appeal_conceded outcome=make_plan"), dt.date(2025, 6, 30)
    # Behind the release to this authority, with its plan, the second concession would be about nothing: no copy then.
    asked = check_move(case, "taken_over_on_release", as_of=day)
    assert f"appeal_conceded on {again}, while the case was MAINTAINED" in asked.refusals[0].reason
    with pytest.raises(MoveRefused) as refused:
        record(case, fact("2025-06-30 taken_over_on_release"))
    assert refused.value.verdict == asked
    assert asked in allowed(case, day)
    # The day after, it stands behind all of them.
    assert check_move(case, "taken_over_on_release", as_of=day + dt.timedelta(days=1)).allowed


@pytest.mark.parametrize("again", ["2025-03-31", "2025-03"])
def test_where_the_copy_is_all_of_its_day_columns_say_the_same(again):
    case = tell(f"2025-01-06 request_received; 2025-02-10 assessment_agreed; {again} assessment_agreed")
    day = dt.date(2025, 3, 31)
    one = state_with_moves(case, day, at_hand())
    assert one.lawful == by_verdicts(case, day)
    assert [*StatesWithMoves([case], day)] == [one]
    # Behind another request the second agreement would answer it.
    assert ("request_received", None) not in one.lawful
    with pytest.raises(MoveRefused, match="assessment_agreed on"):
        record(case, fact("2025-03-31 request_received"))


def test_a_long_record_is_looked_up_and_says_the_same():
    facts = [make_fact("request_received", case_id="c", on="2020-01-06")]
    facts += [
        make_fact("review_meeting_held", case_id="c", on=dt.date(2020, 2, 1) + dt.timedelta(at)) for at in range(99)
    ]
    case = Case("c", tuple(facts))
    assert lawful_moves(case, state(case, DAY).pathway, DAY, at_hand()) == by_verdicts(case, DAY)


@pytest.mark.parametrize("served", ["2024-12-20", "2025-03-20"])
def test_a_draft_served_before_or_after_it_was_sent_protects_the_same_days_at_both_doors(tmp_path, served):
    path = tmp_path / "cases.csv"
    path.write_text(
        table_of("c request_received 2024-11-01", "c assessment_agreed 2024-12-01", "c plan_agreed 2025-01-10")
        + "c,draft_plan_sent,2025-02-03,,,,,,,\n"
    )
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    for row in rows:
        row["served_on"] = served if row["event"] == "draft_plan_sent" else ""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    told = [invoke("state", path, "--as-of", "2025-02-10", "--format", "csv", door=door) for door in ("one", "many")]
    assert told[0].stdout == told[1].stdout
    (row,) = rows_of(told[0].stdout, "csv")
    # A day of before it was sent is not believed: the fifteen days begin with the sending.
    assert "final_plan_sent" not in row["moves_allowed"].split("; ")


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "table"])
@pytest.mark.parametrize("as_of", ["2025-03-03", "2026-06-30"])
def test_state_is_printed_alike_by_both_doors(tmp_path, form, as_of):
    path = tmp_path / "cases.csv"
    assert invoke("synth", "--cases", 60, "--faults", 0.3, "--csv-faults", 0.2, "--output", path).exit_code == 0
    one, many = (
        invoke("state", path, "--as-of", as_of, "--format", form, "--authority", "885", door=door)
        for door in ("one", "many")
    )
    assert (one.exit_code, one.stdout, one.stderr) == (many.exit_code, many.stdout, many.stderr)


def test_a_day_in_digits_of_another_script_is_refused():
    with pytest.raises(DateError, match="its digits are not 0 to 9"):
        allowed(Case("c", ()), "২০২৬-০৩-০২")


def test_nothing_is_lawful_after_a_death():
    case = tell("2020-03-02 request_received; 2020-03-09 died")
    assert lawful_moves(case, state(case, DAY).pathway, DAY, at_hand()) == by_verdicts(case, DAY)
    assert state(case, DAY).pathway is State.DIED


def test_what_a_source_is_declared_not_to_record_is_no_want_of_a_strict_case():
    told = tell("2026-01-05 records_declared value='assessment_agreed final_plan_sent'")
    asked = check_move(told, "assessment_agreed", as_of="2026-03-02")
    assert asked.allowed
    assert [verdict.checked for verdict in asked.verdicts] == [False]
    agreed = fact("2026-03-02 assessment_agreed")
    assert agreed in record(told, agreed).facts
    whole = tell("2026-01-05 records_declared value='request_received assessment_agreed'")
    with pytest.raises(MoveRefused, match="no request is on record"):
        record(whole, agreed)
    for case, lawful in ((told, True), (whole, False)):
        one = state_with_moves(case, dt.date(2026, 3, 2), at_hand())
        assert [*StatesWithMoves([case], "2026-03-02")] == [one]
        assert (("assessment_agreed", None) in one.lawful) is lawful


@pytest.mark.parametrize(("day", "lawful"), [("2025-09-09", True), ("2025-09-10", False)])
def test_no_step_towards_a_plan_is_lawful_from_the_25th_birthday_on(day, lawful):
    case = tell("2000-09-10 date_of_birth; 2025-07-28 request_received; 2025-08-20 assessment_agreed")
    on = dt.date.fromisoformat(day)
    found = lawful_moves(case, state(case, on).pathway, on, at_hand())
    assert found == by_verdicts(case, on)
    assert (("plan_agreed", None) in found) is lawful
