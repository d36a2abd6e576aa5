"""Bodies by their names at the time: who held the office on the day an act was due, and what the loader refuses."""

import datetime as dt

import pytest

from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.errors import RulebookError
from ehcp_flow.law import compare_rulebooks, england, load_rulebook
from tests.telling import LATER, every, one, tell, text_of

DAY = dt.timedelta(days=1)
RCB = england().bodies["responsible_commissioning_body"]
CHANGE = dt.date(2022, 7, 1)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2014-08-31", None),
        ("2014-09-01", "clinical commissioning group"),
        ("2022-06-30", "clinical commissioning group"),
        ("2022-07-01", "integrated care board"),
        ("2099-12-31", "integrated care board"),
    ],
)
def test_a_name_holds_on_its_own_days_and_on_no_other(day, name):
    held = RCB.on(dt.date.fromisoformat(day))
    assert (held and held.name) == name


@pytest.mark.parametrize(
    ("last", "name"), [(CHANGE - DAY, "clinical commissioning group"), (CHANGE, "integrated care board")]
)
def test_an_explanation_names_the_body_on_the_day_the_act_was_due(last, name):
    received = last - dt.timedelta(weeks=20)
    deadline = one(f"{received} request_received", "final_plan")
    assert deadline.due_on == last
    [step] = [step for step in deadline.explanation if name in step.text]
    assert (step.part, step.on) == ("note", last)
    assert step.text.endswith(f"{last.day} {last:%B} 2022 the responsible commissioning body was the {name}.")
    assert [citation.address.rpartition("/")[2] for citation in step.citations][1] == "42"


def test_the_day_that_counts_is_the_last_lawful_day_and_not_the_day_of_the_act_or_of_the_start():
    chronology = "2022-03-01 request_received; 2022-06-30 final_plan_sent"
    assert one(chronology, "final_plan").due_on == dt.date(2022, 7, 19)
    assert "is the integrated care board" not in text_of(one(chronology, "final_plan"))
    assert "was the integrated care board" in text_of(one(chronology, "final_plan"))
    assert "is the integrated care board" in text_of(one(chronology, "final_plan", "2022-06-30"))


def test_the_actor_is_spoken_of_too():
    [deadline] = every("2022-06-09 commissioner_changed outcome=other aware_on=2022-06-10", "commissioner_notify")
    assert deadline.due_on == CHANGE - DAY
    assert "the responsible commissioning body was the clinical commissioning group." in text_of(deadline, "note")


def test_a_rule_that_does_not_speak_of_the_body_says_nothing_of_it():
    assert "commissioning" not in text_of(one("2022-03-01 request_received", "decide_assess"))


def test_what_has_no_date_names_nobody():
    waiting = "2026-03-02 plan_refused; 2026-03-02 special_school_admitted party=Elm"
    found = deadlines_of(tell(waiting), LATER)
    assert [d for d in found if d.due_on is None and "commissioning body was" in text_of(d)] == []


def test_every_rule_that_speaks_of_a_commissioning_body_is_found():
    spoken = {
        limit.id
        for limit in england().limits.values()
        for rule in limit.rule
        if RCB.is_spoken_of(rule.act, limit.actor)
    }
    assert spoken >= {
        "final_plan", "reassessment_final", "commissioner_notify", "commissioner_request", "mediation_health_notice",
        "mediation_arrange_health", "mediation_notify_agreement", "recommendation_response", "order_assess_final",
        "concede_assess_final", "detained_plan_to_commissioner", "detained_commissioner_request",
    }  # fmt: skip
    assert not spoken & {"decide_assess", "annual_review", "advice", "appeal"}


BODY = """
[[instrument]]
id = "SR"
title = "Some Regulations"
unit = "reg"
address = "https://example.org/{number}"

[[body]]
id = "office"
title = "office"
spoken_of = ["the office"]

[[body.name]]
in_force_from = 2014-09-01
in_force_to = 2022-06-30
name = "group"
citation = ["SR 1"]
evidence = "P"

[[body.name]]
in_force_from = 2022-07-01
name = "board"
citation = ["SR 2"]
evidence = "P"
"""


def write(path, text=BODY):
    path.mkdir(exist_ok=True)
    (path / "bodies.toml").write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "where", "says"),
    [
        ("2022-07-01", "2022-06-30", "in_force_to = 2022-06-30", "names from 2014-09-01 and 2022-06-30 overlap: write"),
        ("2022-07-01", "2022-07-02", "in_force_from = 2022-07-02", "there is a gap between 2022-06-30 and 2022-07-02"),
        ("in_force_to = 2022-06-30\n", "", "[[body.name]]", "overlap: write in_force_to = 2022-06-30 here"),
        ("in_force_to = 2022-06-30", "in_force_to = 2014-08-31", "[[body.name]]", "lies before in_force_from"),
        ('citation = ["SR 2"]', 'citation = ["XX 2"]', "XX 2", "'XX' is no instrument"),
        ('citation = ["SR 2"]', "citation = []", "citation = []", "write one at least"),
        ('name = "board"', "", "in_force_from = 2022-07-01", "this key is missing"),
        ('name = "board"', 'name = "board"\nabolished = true', "abolished", "there is no such key"),
        ('spoken_of = ["the office"]', "spoken_of = []", "spoken_of", "write one at least"),
        ('spoken_of = ["the office"]', "", "[[body]]", "this key is missing"),
        ('id = "office"', 'id = "The office"', "The office", "write a name of small letters"),
    ],
)
def test_a_wrong_body_is_refused_with_its_file_key_and_line(tmp_path, old, new, where, says):
    text = BODY.replace(old, new, 1)
    lines = text.splitlines()
    with pytest.raises(RulebookError) as caught:
        load_rulebook(write(tmp_path, text))
    error = str(caught.value)
    assert "bodies.toml" in error
    assert says in error
    assert where in "\n".join(lines[caught.value.line - 1 : caught.value.line + 1]), (caught.value.line, error)


def test_a_body_declared_twice_is_refused(tmp_path):
    twice = BODY + BODY[BODY.index("[[body]]") :]
    with pytest.raises(RulebookError, match=r"'office' is declared already in bodies\.toml"):
        load_rulebook(write(tmp_path, twice))


def test_a_new_name_shows_in_the_comparison_of_rulebooks(tmp_path):
    today = load_rulebook(write(tmp_path / "today"))
    draft = load_rulebook(write(tmp_path / "draft", BODY.replace('name = "board"', 'name = "council"')))
    assert [str(change) for change in compare_rulebooks(today, draft)] == [
        "bodies office, name[2022-07-01].name: board -> council",
    ]
