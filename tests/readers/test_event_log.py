"""Event logs: as the two standards have them, of what stands, and without free text or what tells of a person.

The schemas here are written from the specifications (OCEL 2.0, and IEEE 1849 for XES), not from what is written.
"""

import datetime as dt
import io
import json

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from lxml import etree

from ehcp_flow.case import Case
from ehcp_flow.errors import UnknownNameError
from ehcp_flow.facts import make_fact
from ehcp_flow.readers import read_cases
from ehcp_flow.readers.event_log import is_event_log, write_event_log
from ehcp_flow.store import Store
from ehcp_flow.store.exports import export_file
from ehcp_flow.testing.strategies import lives
from tests.cli.running import CHRONOLOGIES, invoke

CASES = list(read_cases(CHRONOLOGIES).values())
_NAMED = {"type": "object", "required": ["name", "type"], "additionalProperties": False, "properties": {
    "name": {"type": "string"}, "type": {"enum": ["string", "time", "integer", "float", "boolean"]},
}}  # fmt: skip
_TYPES = {"type": "array", "items": {"type": "object", "required": ["name", "attributes"], "properties": {
    "name": {"type": "string"}, "attributes": {"type": "array", "items": _NAMED},
}}}  # fmt: skip
_INSTANT = {"type": "string", "format": "date-time", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T00:00:00Z$"}
_RELATED = {"type": "array", "items": {"type": "object", "required": ["objectId", "qualifier"], "properties": {
    "objectId": {"type": "string"}, "qualifier": {"type": "string"},
}}}  # fmt: skip


def _attributes(**more):
    properties = {"name": {"type": "string"}, "value": {"type": "string"}, **more}
    return {"type": "array", "items": {"type": "object", "required": [*properties], "additionalProperties": False,
                                       "properties": properties}}  # fmt: skip


OCEL = {
    "type": "object", "required": ["objectTypes", "eventTypes", "objects", "events"], "additionalProperties": False,
    "properties": {
        "objectTypes": _TYPES,
        "eventTypes": _TYPES,
        "objects": {"type": "array", "items": {"type": "object", "required": ["id", "type"], "properties": {
            "id": {"type": "string"}, "type": {"type": "string"},
            "attributes": _attributes(time=_INSTANT), "relationships": _RELATED,
        }}},
        "events": {"type": "array", "items": {"type": "object", "required": ["id", "type", "time"], "properties": {
            "id": {"type": "string"}, "type": {"type": "string"}, "time": _INSTANT,
            "attributes": _attributes(), "relationships": _RELATED,
        }}},
    },
}  # fmt: skip

XES = b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="http://www.xes-standard.org/"
  targetNamespace="http://www.xes-standard.org/" elementFormDefault="qualified">
  <xs:complexType name="text"><xs:attribute name="key" type="xs:Name" use="required"/>
    <xs:attribute name="value" type="xs:string" use="required"/></xs:complexType>
  <xs:complexType name="day"><xs:attribute name="key" type="xs:Name" use="required"/>
    <xs:attribute name="value" type="xs:dateTime" use="required"/></xs:complexType>
  <xs:group name="attributes"><xs:choice><xs:element name="string" type="text"/><xs:element name="date" type="day"/>
    </xs:choice></xs:group>
  <xs:complexType name="event"><xs:group ref="attributes" maxOccurs="unbounded"/></xs:complexType>
  <xs:complexType name="trace"><xs:sequence><xs:group ref="attributes" maxOccurs="unbounded"/>
    <xs:element name="event" type="event" minOccurs="0" maxOccurs="unbounded"/></xs:sequence></xs:complexType>
  <xs:element name="log"><xs:complexType><xs:sequence>
    <xs:element name="extension" maxOccurs="unbounded"><xs:complexType>
      <xs:attribute name="name" type="xs:NCName" use="required"/>
      <xs:attribute name="prefix" type="xs:NCName" use="required"/>
      <xs:attribute name="uri" type="xs:anyURI" use="required"/></xs:complexType></xs:element>
    <xs:element name="global" maxOccurs="2"><xs:complexType><xs:group ref="attributes" maxOccurs="unbounded"/>
      <xs:attribute name="scope" use="required"><xs:simpleType><xs:restriction base="xs:NCName">
        <xs:enumeration value="trace"/><xs:enumeration value="event"/></xs:restriction></xs:simpleType></xs:attribute>
      </xs:complexType></xs:element>
    <xs:element name="classifier" maxOccurs="unbounded"><xs:complexType>
      <xs:attribute name="name" type="xs:NCName" use="required"/>
      <xs:attribute name="scope"/><xs:attribute name="keys" type="xs:token" use="required"/>
      </xs:complexType></xs:element>
    <xs:group ref="attributes" minOccurs="0" maxOccurs="unbounded"/>
    <xs:element name="trace" type="trace" minOccurs="0" maxOccurs="unbounded"/>
  </xs:sequence><xs:attribute name="xes.version" type="xs:string" use="required"/>
    <xs:attribute name="xes.features" type="xs:token"/></xs:complexType></xs:element>
</xs:schema>"""


def logged(cases, form):
    """Return a log that keeps to its standard, read, and how many events were told."""
    out = io.BytesIO()
    told = write_event_log(cases, out, format=form)
    out.seek(0)
    assert is_event_log(out)
    if form == "xes":
        tree = etree.fromstring(out.getvalue())
        etree.XMLSchema(etree.fromstring(XES)).assertValid(tree)
        return tree, told
    log = json.loads(out.getvalue())
    jsonschema.validate(log, OCEL, format_checker=jsonschema.FormatChecker())
    return log, told


def events_of(trace):
    return [
        {each.get("key"): each.get("value") for each in event} for event in trace.iterfind("{http://www.xes-standard.org/}event")
    ]  # fmt: skip


def traces_of(tree):
    return {trace[0].get("value"): events_of(trace) for trace in tree.iterfind("{http://www.xes-standard.org/}trace")}


def a_case(*told, **more):
    return Case.of([make_fact(event, case_id="a", on=on, **(more.get(event, {}))) for event, on in told])


@pytest.mark.parametrize("cases", [CASES, []], ids=["golden", "none"])
def test_a_log_has_every_fact_that_stands_once_and_in_the_order_of_the_law(cases):
    log, told = logged(cases, "ocel")
    tree, told_too = logged(cases, "xes")
    stands = [(f"{fact.on}T00:00:00Z", fact.event) for case in cases for fact in case.facts]
    assert [(row["time"], row["type"]) for row in log["events"]] == stands
    assert told == told_too == len(stands)
    traces = traces_of(tree)
    assert [(row["time:timestamp"], row["concept:name"]) for case in cases for row in traces[case.case_id]] == stands
    assert len({row["id"] for row in log["events"]}) == len(stands)


def test_what_is_named_is_declared():
    log, _ = logged(CASES, "ocel")
    objects = {row["id"]: row["type"] for row in log["objects"]}
    assert len(objects) == len(log["objects"])
    related = [link["objectId"] for row in (*log["events"], *log["objects"]) for link in row["relationships"]]
    assert set(related) == set(objects)
    kinds = {row["name"]: {each["name"]: each["type"] for each in row["attributes"]} for row in log["eventTypes"]}
    for row in log["events"]:
        assert {each["name"] for each in row["attributes"]} <= set(kinds[row["type"]])
    assert set(objects.values()) <= {row["name"] for row in log["objectTypes"]}
    case = next(row for row in log["events"] if row["type"] == "request_received")
    assert [link["objectId"].partition(":")[0] for link in case["relationships"]] == ["case", "authority", "party"]


def test_what_was_voided_or_replaced_is_in_no_log():
    case = a_case(("request_received", "2026-01-05"), ("assessment_refused", "2026-02-02"))
    wrong = case.facts[1]
    mended = case.replace(wrong, make_fact("assessment_agreed", case_id="a", on="2026-02-03"), "mistyped")
    for form in ("ocel", "xes"):
        log, told = logged([mended], form)
        text = json.dumps(log) if form == "ocel" else etree.tostring(log).decode()
        assert told == 2
        assert "assessment_refused" not in text
        assert "mistyped" not in text


def test_no_free_text_no_name_and_nothing_personal_leaves_in_a_log():
    def holds(on, particular, value, **more):
        return make_fact("particular_recorded", case_id="a", on=on, particular=particular, value=value, **more)

    told = Case.of(
        [
            make_fact("request_received", case_id="a", on="2026-01-05", reason="PLANTED", recorded_by="PLANTED"),
            holds("2026-01-05", "date_of_birth", "2015-03-09"),
            holds("2026-01-05", "need", "SLCN"),
            holds("2026-01-05", "panel_group", "PLANTED"),
            holds("2026-01-05", "placement", "mainstream"),
            holds("2026-02-05", "placement", "special"),
            holds("2026-02-05", "placement", "early_years", rank="2"),
        ]
    )
    log, _ = logged([told], "ocel")
    whole = next(row for row in log["objects"] if row["id"] == "case:a")
    assert sorted((each["time"][:10], each["name"], each["value"]) for each in whole["attributes"]) == [
        ("2026-01-05", "placement", "mainstream"), ("2026-02-05", "placement", "special"),
        ("2026-02-05", "placement_2", "early_years"),
    ]  # fmt: skip
    kinds = next(row for row in log["objectTypes"] if row["name"] == "case")
    assert {each["name"] for each in kinds["attributes"]} == {"placement", "placement_2"}
    for text in (json.dumps(log), etree.tostring(logged([told], "xes")[0]).decode()):
        assert "PLANTED" not in text
        assert "2015-03-09" not in text
        assert "SLCN" not in text


def test_a_day_known_to_its_month_is_on_its_last_and_says_so():
    case = a_case(("request_received", "2026-04"))
    (row,) = logged([case], "ocel")[0]["events"]
    assert (row["time"], row["attributes"]) == ("2026-04-30T00:00:00Z", [{"name": "on", "value": "2026-04"}])
    (told,) = traces_of(logged([case], "xes")[0])["a"]
    assert told["on"] == "2026-04"


def test_a_further_day_is_an_instant_too():
    case = a_case(("final_plan_sent", "2026-04-01"), final_plan_sent={"served_on": dt.date(2026, 4, 3)})
    (row,) = logged([case], "ocel")[0]["events"]
    assert {"name": "served_on", "value": "2026-04-03T00:00:00Z"} in row["attributes"]
    (told,) = traces_of(logged([case], "xes")[0])["a"]
    assert told["served_on"] == "2026-04-03T00:00:00Z"


@settings(max_examples=40)
@given(case=lives())
def test_any_life_is_a_log_of_both_kinds(case):
    _, told = logged([case], "ocel")
    assert (told, len(case.facts)) == (logged([case], "xes")[1], told)


def test_a_format_that_there_is_not_is_named():
    with pytest.raises(UnknownNameError, match="ocel"):
        write_event_log(CASES, io.BytesIO(), format="mxml")


@pytest.mark.parametrize(("name", "words"), [("log.xes", ()), ("log.jsonocel", ()), ("log.json", ("--format", "ocel"))])
def test_the_command_writes_a_log_by_its_name_and_replaces_its_own(tmp_path, name, words):
    url = f"sqlite:///{tmp_path / 'cases.db'}"
    assert invoke("import", CHRONOLOGIES, "--store", url).exit_code == 0
    for _ in range(2):
        done = invoke("export", "--store", url, "--output", tmp_path / name, *words)
        assert done.exit_code == 0, done.output
        assert "facts as" in done.stderr
    piped = invoke("export", "--store", url, "--format", "xes" if name.endswith("xes") else "ocel")
    assert piped.stdout == (tmp_path / name).read_text("utf-8")
    with Store.open(url) as store, io.BytesIO() as out:
        assert export_file(store, out, format="ocel").facts == sum(len(case.facts) for case in CASES)
        assert export_file(store, io.BytesIO(), format="xes", known_at="2000-01-01T00:00:00Z").facts == 0


def test_the_command_refuses_what_a_log_never_says(tmp_path):
    url = f"sqlite:///{tmp_path / 'cases.db'}"
    invoke("import", CHRONOLOGIES, "--store", url)
    done = invoke("export", "--store", url, "--format", "ocel", "--as-imported")
    assert done.exit_code == 2
    assert "never says by whom" in " ".join(done.stderr.split())


def test_a_name_that_says_another_form_is_refused_with_what_would_do(tmp_path):
    url = f"sqlite:///{tmp_path / 'cases.db'}"
    invoke("import", CHRONOLOGIES, "--store", url)
    for name in ("log.json", "log.xml"):
        done = invoke("export", "--store", url, "--output", tmp_path / name)
        assert done.exit_code == 2
        assert "end it so" in done.stderr or "say --format too" in done.stderr
