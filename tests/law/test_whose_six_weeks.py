"""Whose six weeks they are (SR 8(1), CFA s 31(1)): law for the bodies that the Act lists, guidance for all others."""

import pytest

from ehcp_flow.errors import FactError, RulebookError
from ehcp_flow.facts import choices_of, make_fact
from ehcp_flow.law import england, load_rulebook
from tests.bulk.agreeing import agree
from tests.doors import at_every_door
from tests.telling import one, tell, text_of

EVERYBODY = "six weeks bind everybody who is asked"
BOUND = ("health", "authority", "youth_justice", "youth_accommodation")
OTHERS = ("own", "setting", "private")
USUAL = {
    "medical": "health", "health": "health", "psychological": "own", "social_care": "own", "educational": "setting",
    "early_years": "setting", "other": None, "s-1": None,
}  # fmt: skip
ASKED = "2026-01-05 request_received party=parent; 2026-02-02 advice_requested party={party}"
TWINS = {
    "advice": ASKED,
    "reassessment": "2024-01-01 final_plan_sent; 2026-01-05 reassessment_started; " + ASKED.partition("; ")[2],
    "custody": "2026-01-01 detained; " + ASKED,
}
LIMIT = {"custody": "detained_advice"}
each_twin = pytest.mark.parametrize("twin", TWINS)


def asked(twin: str, party: str, *, body: str | None = None, came: str | None = None) -> str:
    chronology = TWINS[twin].format(party=party) + (f" body={body}" if body else "")
    return chronology + (f"; {came} advice_received party={party}" if came else "")


def told(twin: str, as_of: str, party: str, **more: str | None) -> tuple[object, ...]:
    found = one(asked(twin, party, **more), LIMIT.get(twin, "advice"), as_of)
    return found.kind, found.status, found.days_over, found.breach, found.contested_by


@each_twin
@pytest.mark.parametrize("party", USUAL)
def test_the_usual_body_of_a_party_says_whether_it_is_bound(twin, party):
    if USUAL[party] == "health":
        assert told(twin, "2026-06-30", party, came="2026-03-17") == ("statutory", "late", 1, True, ())
    else:
        assert told(twin, "2026-06-30", party, came="2026-03-17") == ("guidance", "late", 1, False, (EVERYBODY,))


@each_twin
@pytest.mark.parametrize("body", BOUND + OTHERS)
def test_the_body_that_was_asked_is_what_counts_whoever_the_party_is(twin, body):
    for party in ("psychological", "medical", "s-1"):
        kind, status, over, breach, contested = told(twin, "2026-06-30", party, body=body)
        assert (status, over) == ("overdue", 106)
        assert (kind, breach) == (("statutory", True) if body in BOUND else ("guidance", False))
        assert contested == (() if body in BOUND else (EVERYBODY,))


@each_twin
def test_advice_on_the_last_day_and_before_it_is_in_time_for_all_and_nobody_contests_it(twin):
    for party, usual in USUAL.items():
        for as_of, came in (("2026-03-16", None), ("2026-06-30", "2026-03-16")):
            kind, status, over, breach, contested = told(twin, as_of, party, came=came)
            assert kind == ("statutory" if usual == "health" else "guidance")
            assert (status, over, breach, contested) == ("met" if came else "open", None, False, ())


def test_an_exception_excuses_by_the_other_reading_too():
    chronology = asked("advice", "psychological") + "; 2026-02-09 exception_recorded outcome=absent_from_area "
    chronology += "until=2026-03-12 limit=advice"
    found = one(chronology, "advice", "2026-06-30")
    assert (found.excused_by, found.breach, found.contested_by) == (("absent_from_area",), False, ())


def test_the_explanation_says_whose_body_it_was_and_that_guidance_is_no_law():
    psychologist = text_of(one(asked("advice", "psychological"), "advice", "2026-06-30"))
    assert "Whose body was asked: the authority's own service, the usual one of an adviser called psych" in psychologist
    assert "the body asked for advice should give the advice" in psychologist
    assert "It is no breach of a statutory limit." in psychologist
    assert f"Another reading, {EVERYBODY}." in psychologist
    assert "section 31(1) is a closed list" in psychologist
    therapist = text_of(one(asked("advice", "s-1", body="health"), "advice", "2026-06-30"))
    assert "an NHS trust or foundation trust, a Local Health Board), as recorded." in therapist
    assert "This is a breach." in therapist
    unknown = text_of(one(asked("advice", "s-1"), "advice", "2026-06-30"))
    assert "Whose body was asked the record does not say: s-1 is no adviser of whom one is usual." in unknown


STORY = "\n".join(
    f"2026-02-0{day} advice_requested party={party}{f' body={body}' if body else ''} authority=885"
    for day, (party, body) in enumerate(
        [("medical", ""), ("medical", "private"), ("psychological", ""), ("psychological", "health"), ("s-1", "")], 2
    )
)


def test_every_door_says_the_same(tmp_path):
    rows = [row for row in at_every_door(tmp_path, STORY, "check", "--as-of", "2026-06-30") if row["limit"] == "advice"]
    assert [(row["party"], row["kind"], row["breach"]) for row in rows] == [
        ("medical", "statutory", True),
        ("medical", "guidance", False),
        ("psychological", "guidance", False),
        ("psychological", "statutory", True),
        ("s-1", "guidance", False),
    ]
    breaches = at_every_door(tmp_path, STORY, "breaches", "--as-of", "2026-06-30")
    assert [(row["party"], row["due_on"]) for row in breaches] == [
        ("medical", "2026-03-16"),
        ("psychological", "2026-03-19"),
    ]
    agree([tell(STORY)], "2026-06-30")


def test_all_advice_is_on_the_list_to_chase_and_in_the_measure(tmp_path):
    listed = at_every_door(tmp_path, STORY, "registers", "advice", "--as-of", "2026-06-30")
    assert len(listed) == 5
    came = "; ".join(f"2026-05-0{n} advice_received party={party}" for n, party in enumerate(["medical", "s-1"], 1))
    late = at_every_door(tmp_path, f"{STORY}; {came}", "measures", "--year", "2026", "--as-of", "2026-06-30")
    assert [row["advice_over_6_weeks"] for row in late] == [3]


def test_the_bodies_are_those_of_the_list_and_each_has_its_words():
    assert set(choices_of("advice_requested", "body")) == {*BOUND, *OTHERS} == set(england().asked)
    with pytest.raises(FactError, match="write one of health, authority, youth_justice"):
        make_fact("advice_requested", case_id="a", on="2026-02-02", party="medical", body="nhs")
    with pytest.raises(FactError, match="body belongs to advice_requested"):
        make_fact("advice_received", case_id="a", on="2026-02-02", party="medical", body="health")


ASKED_TOML = """
[[asked]]
id = "{0}"
title = "somebody"
"""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (ASKED_TOML.format("nhs"), "advice_requested has no body 'nhs'; write one of health"),
        (ASKED_TOML.format("own") * 2, "'own' is declared already"),
    ],
)
def test_a_body_that_no_fact_can_name_is_refused(text, says, tmp_path):
    (tmp_path / "a.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RulebookError, match=says):
        load_rulebook(tmp_path)
