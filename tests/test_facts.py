"""Every fact that a case can hold: how it is made, and how a fact that cannot be is refused."""

import datetime as dt
import json
from pathlib import Path

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError, create_model

from ehcp_flow.columns import Day
from ehcp_flow.dates import iso, parse_date, parse_instant, say
from ehcp_flow.engine import kernel
from ehcp_flow.errors import DateError, FactError, UnknownNameError
from ehcp_flow.facts import (
    COLUMN_OF,
    COLUMNS,
    DATES,
    FACT_TYPES,
    OUTCOMES,
    AnyFact,
    Fact,
    as_stored,
    load_fact,
    make_fact,
)
from ehcp_flow.identifiers import LONGEST
from ehcp_flow.law.patterns import Pattern
from tests.engine.rules import act

EVERY = sorted(FACT_TYPES)
ON = dt.date(2026, 3, 2)


def complete(event: str, **fields: object) -> Fact:
    """A fact of this event with all that it cannot do without."""
    if event == "fact_voided":
        fields = {"corrects": "f1", "reason": "wrong", **fields}
        return make_fact(event, case_id="a", on=ON, **fields)
    return act(Pattern(event), ON, **fields)


@pytest.mark.parametrize("event", EVERY)
def test_every_event_makes_a_fact_that_reads_back_from_its_own_values(event):
    made = complete(event, recorded_at="2026-03-02T09:30:00Z", recorded_by="me", authority="873", reason="so")
    assert made.event == event
    assert made.on == ON
    assert load_fact(made.model_dump()) == made
    assert load_fact(made.model_dump(mode="json")) == made
    assert TypeAdapter(AnyFact).validate_json(made.model_dump_json()) == made


@pytest.mark.parametrize("event", EVERY)
def test_every_event_can_be_written_with_the_columns_of_a_file(event):
    assert set(FACT_TYPES[event].model_fields) <= set(COLUMNS)


@pytest.mark.parametrize("event", EVERY)
def test_a_fact_is_frozen(event):
    with pytest.raises(ValidationError, match="frozen"):
        complete(event).on = ON  # type: ignore[misc]


@pytest.mark.parametrize("event", EVERY)
def test_a_column_that_a_fact_does_not_have_is_refused_with_the_facts_that_have_it(event):
    for column in sorted(set(COLUMNS) - set(FACT_TYPES[event].model_fields)):
        with pytest.raises(FactError) as refused:
            complete(event, **{column: "2026-03-02"})
        assert (refused.value.event, refused.value.field) == (event, column)
        assert refused.value.expected.startswith(f"leave it empty: {column} belongs to ")


@pytest.mark.parametrize(("event", "outcome"), [(event, outcome) for event in OUTCOMES for outcome in OUTCOMES[event]])
def test_every_outcome_of_the_closed_list_is_taken(event, outcome):
    assert complete(event, outcome=outcome).model_dump()["outcome"] == outcome


@pytest.mark.parametrize("event", sorted(OUTCOMES))
def test_another_outcome_is_refused_with_the_closed_list(event):
    with pytest.raises(FactError) as refused:
        complete(event, outcome="nonsense")
    assert refused.value.field == "outcome"
    assert refused.value.value == "nonsense"
    assert refused.value.expected == f"write one of {', '.join(OUTCOMES[event])}"


REFUSALS = [json.loads(line) for line in Path(__file__).with_name("refusals.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal["message"])
def test_a_refusal_names_the_field_what_stood_there_and_what_would_be_right(refusal):
    with pytest.raises(FactError) as refused:
        make_fact(refusal["event"], **refusal["fields"])
    assert str(refused.value).startswith(refusal["message"])


def test_an_event_that_does_not_exist_is_refused_with_near_ones():
    with pytest.raises(
        UnknownNameError, match=r"there is no event called 'request_recieved'; did you mean request_received"
    ):
        make_fact("request_recieved", case_id="a", on=ON)


@pytest.mark.parametrize("record", [{}, {"event": ""}, {"event": None}])
def test_a_record_without_an_event_is_refused(record):
    with pytest.raises(FactError, match=r"^fact: event is missing; one of records_declared, date_of_birth"):
        load_fact({**record, "case_id": "a", "on": "2026-03-02"})


def test_a_record_may_write_its_known_words_as_files_do():
    said = {"case_id": "a", "event": "Tribunal order made", "on": "2026-03-02", "outcome": "Continue-and amend"}
    fact = load_fact(said)
    assert (fact.event, fact.outcome) == ("tribunal_order_made", "continue_and_amend")
    asked = load_fact({"case_id": "a", "event": "advice_requested", "on": "2026-03-02", "party": "Early Years"})
    assert asked.party == "early_years"
    assert load_fact({**said, "event": "tribunal_order_made", "outcome": "assess"}).outcome == "assess"


def test_a_stored_event_that_nobody_knows_is_refused_by_name():
    with pytest.raises(UnknownNameError, match="panel_sat"):
        as_stored({"case_id": "a", "event": "panel_sat", "on": "2026-03-02"})


def test_what_is_empty_counts_as_not_given():
    bare = make_fact("request_received", case_id="a", on="2026-03-02")
    assert make_fact("request_received", case_id="a", on=" 02/03/2026 ", party="", reason=None, authority="") == bare


def test_the_columns_of_the_schema_are_those_of_the_facts():
    """A field without a row is refused when its class is made; this finds the row without a field."""
    assert {name for cls in FACT_TYPES.values() for name in cls.model_fields} == set(COLUMNS)
    assert (DATES[kernel.ON], DATES[kernel.UNTIL]) == ("on", "until")


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("strange_on", Day | None, "strange_on is no column of a fact; give it a row in columns.SCHEMA"),
        ("aware_on", str | None, "aware_on does not hold what its row in columns.SCHEMA says"),
        ("limit", Day | None, "limit does not hold what its row in columns.SCHEMA says"),
    ],
)
def test_a_field_that_the_schema_does_not_have_so_is_refused_when_its_class_is_made(name, kind, said):
    with pytest.raises(TypeError, match=said):
        create_model("Strange", __base__=Fact, **{name: (kind, None)})  # type: ignore[call-overload]


def test_the_fields_of_a_fact_stand_in_the_order_of_the_schema():
    with pytest.raises(TypeError, match=r"Strange: its columns stand in another order than in columns\.SCHEMA"):
        create_model("Strange", __base__=Fact, limit=(str | None, None), until=(Day | None, None))


SCHEMA_OF = TypeAdapter(AnyFact).json_schema()["$defs"]


@pytest.mark.parametrize("event", EVERY)
def test_the_json_schema_needs_what_a_fact_needs_and_says_what_each_column_means(event):
    cls = FACT_TYPES[event]
    schema = SCHEMA_OF[cls.__name__]
    assert set(schema["required"]) == {"event"} | {
        name for name, field in cls.model_fields.items() if field.is_required()
    }
    assert {name: each["description"] for name, each in schema["properties"].items()} == {
        name: cls.means() if name == "on" else COLUMN_OF[name].means for name in cls.model_fields
    }
    assert "default" not in schema["properties"]["event"]
    for name in schema["required"]:
        given = complete(event).model_dump(mode="json", exclude={name}, exclude_none=True)
        with pytest.raises(ValidationError):
            TypeAdapter(AnyFact).validate_python(given)
    for name, longest in LONGEST.items():
        for text in schema["properties"].get(name, {}).get("anyOf", ()):
            assert text["type"] != "string" or text["maxLength"] == longest


@pytest.mark.parametrize("event", EVERY)
def test_every_fact_has_an_outcome_to_ask_for(event):
    assert complete(event).outcome in {None, *OUTCOMES.get(event, ())}
    with pytest.raises(AttributeError, match="'nonsense'"):
        _ = complete(event).nonsense  # type: ignore[attr-defined]


def test_all_facts_are_one_union_told_apart_by_their_event():
    class Held(BaseModel):
        facts: list[AnyFact]

    schema = TypeAdapter(AnyFact).json_schema()
    assert schema["discriminator"]["propertyName"] == "event"
    assert set(schema["discriminator"]["mapping"]) == set(FACT_TYPES)
    held = Held.model_validate({"facts": [{"event": "plan_agreed", "case_id": "a", "on": "2026-03-02"}]})
    assert type(held.facts[0]) is FACT_TYPES["plan_agreed"]


def test_a_fact_is_named_by_its_own_id_or_by_what_it_says():
    bare = make_fact("plan_agreed", case_id="a", on=ON)
    named = make_fact("plan_agreed", case_id="a", on=ON, fact_id="f1")
    recorded = make_fact("plan_agreed", case_id="a", on=ON, recorded_at="2026-03-02T09:00:00Z", recorded_by="me")
    assert named.id == "f1"
    assert bare.id == recorded.id
    assert bare.content == named.content == recorded.content
    assert bare.id != make_fact("plan_agreed", case_id="a", on="2026-03-03").id


def test_a_copy_of_a_fact_is_named_by_what_the_copy_says():
    bare = make_fact("plan_agreed", case_id="a", on=ON)
    assert bare.id == make_fact("plan_agreed", case_id="a", on=ON).id
    moved = bare.model_copy(update={"on": dt.date(2026, 3, 3)})
    assert moved.id == make_fact("plan_agreed", case_id="a", on="2026-03-03").id
    assert bare.model_copy(deep=True).content == bare.content


# Dates


@pytest.mark.parametrize("value", ["2026-03-02", "02/03/2026", "2/3/2026", " 2026-03-02\n", ON])
def test_a_date_is_read_as_people_write_it(value):
    assert parse_date(value) == ON


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("", "in no form that is known here"),
        ("2026-3-2", "in no form that is known here"),
        ("20260302", "in no form that is known here"),
        ("2026-03-02T00:01", "in no form that is known here"),
        ("2026-03-02 00:00:00Z", "in no form that is known here"),
        ("2026-03-02 00:00:00.001", "in no form that is known here"),
        ("00:00 2026-03-02", "in no form that is known here"),
        ("03/02/26", "the year has two digits"),
        ("2026-02-29", "the calendar has no such day"),
        ("31/04/2026", "the calendar has no such day"),
        ("2026-13-01", "the calendar has no such day"),
        ("1899-12-31", "the year 1899 cannot be meant"),
        ("01/01/2200", "the year 2200 cannot be meant"),
        (dt.datetime(2026, 3, 2, 0, 1), "it has a time of day, and the law counts days"),  # noqa: DTZ001
        (dt.datetime(2026, 3, 2, tzinfo=dt.UTC), "it has a time of day, and the law counts days"),
        (dt.datetime(1899, 12, 30), "the year 1899 cannot be meant"),  # noqa: DTZ001
        (20260302, "it is not text"),
        (None, "it is not text"),
    ],
)
def test_what_is_no_date_is_refused_with_the_reason(value, why):
    with pytest.raises(DateError, match=why) as refused:
        parse_date(value)
    assert refused.value.value is value


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-02 00:00", "2026-03-02T00:00:00", "2026-03-02 00:00:00.000", "02/03/2026 00:00", "2/3/2026 00:00:00",
        dt.datetime(2026, 3, 2),  # noqa: DTZ001 - a midnight without zone
    ],
)  # fmt: skip
def test_a_midnight_without_a_zone_is_a_day(value):
    assert parse_date(value) == dt.date(2026, 3, 2)
    assert type(parse_date(value)) is dt.date


def test_an_instant_is_read_into_utc():
    expected = dt.datetime(2026, 3, 2, 8, 30, tzinfo=dt.UTC)
    assert parse_instant("2026-03-02T09:30:00+01:00") == expected
    assert parse_instant("2026-03-02T08:30:00Z ").tzinfo is dt.UTC
    assert parse_instant(expected) == expected


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("yesterday", "in no form that is known here; write an instant such as 2026-03-02T09:30:00Z"),
        ("2026-03-02T09:30:00", "no offset from UTC"),
        (ON, "it has no time of day"),
        (3, "it has no time of day"),
    ],
)
def test_what_is_no_instant_is_refused_with_the_reason(value, why):
    with pytest.raises(DateError, match=why):
        parse_instant(value)


def test_a_date_is_said_as_a_letter_prints_it_and_written_as_a_file_does():
    assert say(ON) == "Monday 2 March 2026"
    assert (iso(ON), iso(None)) == ("2026-03-02", None)
