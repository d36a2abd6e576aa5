"""The pages of a case's life: up to date, complete, and with no move that the states do not know."""

import re

import pytest

from docs import make_life
from ehcp_flow.facts import outcomes_of
from ehcp_flow.law import england
from tests.moves.telling import DISPUTES, PATHWAY

ARROW = re.compile(r"^    (?P<source>[A-Z_]+) --> (?P<to>[A-Z_]+): (?P<labels>.+)$", re.MULTILINE)
LABEL = re.compile(r"(?P<event>[a-z0-9_]+)(?: \((?P<outcome>[a-z0-9_]+)\))?")
MOVES = {
    (source, event, outcome, move.to or source)
    for region in (PATHWAY, DISPUTES)
    for (source, event, outcome), move in region.edges().items()
}
OF_STATES = [name for name, stage in make_life.STAGES.items() if not stage.clock]


def text_of(name):
    return (make_life.PAGES / f"{name}.md").read_text("utf-8")


def arrows(name):
    """What the diagram of a page claims: from where, by which event and outcome, to where."""
    drawing = text_of(name).partition("```mermaid\n")[2].partition("```")[0]
    for arrow in ARROW.finditer(drawing):
        for label in arrow["labels"].split(", "):
            found = LABEL.fullmatch(label)
            assert found, label
            every = outcomes_of(found["event"]) if found["outcome"] is None else (found["outcome"],)
            outcomes = (None,) if (arrow["source"], found["event"], None, arrow["to"]) in MOVES else every
            for outcome in outcomes:
                yield arrow["source"], found["event"], outcome, arrow["to"]


def named(kind):
    return {name.partition(":")[0] for stage in make_life.STAGES.values() for name in getattr(stage, kind).split()}


def test_every_page_has_a_stage_and_every_stage_a_page():
    assert {path.stem for path in make_life.PAGES.glob("*.md")} == set(make_life.STAGES)


@pytest.mark.parametrize("name", make_life.STAGES)
def test_the_generated_parts_are_up_to_date(name):
    assert text_of(name) == make_life.generated(name, text_of(name)), "run python docs/refresh.py"


@pytest.mark.parametrize("name", OF_STATES)
def test_every_arrow_is_a_lawful_move(name):
    found = list(arrows(name))

    assert found
    assert [arrow for arrow in found if arrow not in MOVES] == []


@pytest.mark.parametrize("name", OF_STATES)
def test_every_event_that_a_stage_names_is_drawn(name):
    asked = {event.partition(":")[0] for event in make_life.STAGES[name].events.split()}

    assert asked == {event for _, event, _, _ in arrows(name)}


def test_every_limit_notice_and_duty_without_a_number_has_its_stage():
    book = england()

    assert named("limits") == set(book.limits)
    assert named("notices") == {notice.id for notice in book.notices}
    assert named("notes") == {note.row for note in book.notes}


def test_a_page_without_a_place_for_a_part_is_refused():
    with pytest.raises(ValueError, match=r"life/1-request\.md has no place for 'diagram'"):
        make_life.generated("1-request", "# A page\n")


def test_the_last_days_are_those_that_the_engine_gives():
    # The worked dates of a request, a move and an order, counted by hand.
    request, moving, order = text_of("1-request"), text_of("8-moving"), text_of("10-appeal-and-orders")

    assert "| Mon 13 Apr 2026 |" in request
    assert moving.count("| Fri 20 Mar 2026 |") == 4
    assert [order.count(f"| {day} |") for day in ("Mon 16 Mar 2026", "Mon 11 May 2026", "Mon 8 Jun 2026")] == [3, 1, 1]
