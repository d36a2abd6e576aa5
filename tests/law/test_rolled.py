"""Where a last day goes that is no working day: nowhere, to the next, or to the next of the Tribunal's."""

import datetime as dt

import pytest

from ehcp_flow import Case, deadlines_of, make_fact
from ehcp_flow.calendars import england as calendars
from ehcp_flow.law import load_rulebook
from ehcp_flow.moves.law_at_hand import LawAtHand
from tests.cli.running import invoke

BOOK = """
title = "A made-up procedure"
[[instrument]]
id = "JR"
title = "Journey Rules (made up)"
unit = "rule"
address = "https://example.org/journey-rules"
[[clock]]
id = "appeal"
title = "an appeal was registered"
starts_on = ["appeal_registered"]
[[limit]]
id = "answer"
title = "Answer"
group = "appeal"
actor = "local authority"
kind = "statutory"
[[limit.rule]]
rows = ["answer"]
clock = "appeal"
act = "answer"
done_by = ["appeal_response_sent"]
readings = [{ name = "a week less", counting = "3 weeks after", says = "so some count" }]
version = [{ in_force_from = 2020-01-01, counting = "4 weeks after", ROLL citation = ["JR 1"], evidence = "own" }]
"""


def book(folder, roll):
    written = f'roll = "{roll}",' if roll else ""
    (folder / "book.toml").write_text(BOOK.replace("ROLL", written))
    return load_rulebook(folder)


@pytest.mark.parametrize(
    ("roll", "on", "last", "other"),
    [
        # Four weeks from 6 March 2026 end on Good Friday, three on Friday 27 March.
        ("", "2026-03-06", "2026-04-03", "2026-03-27"),
        ("none", "2026-03-06", "2026-04-03", "2026-03-27"),
        ("working", "2026-03-06", "2026-04-07", "2026-03-27"),
        ("tribunal", "2026-03-06", "2026-04-07", "2026-03-27"),
        # From 13 March three weeks end on Good Friday, and four on a Friday.
        ("working", "2026-03-13", "2026-04-10", "2026-04-07"),
        ("none", "2026-03-13", "2026-04-10", "2026-04-03"),
        # Into August, which is a month like any other but for the Tribunal: from a Saturday, and to a Monday.
        ("working", "2026-07-11", "2026-08-10", "2026-08-03"),
        ("tribunal", "2026-07-11", "2026-09-01", "2026-09-01"),
        ("none", "2026-07-11", "2026-08-08", "2026-08-01"),
    ],
)
def test_the_last_day_and_that_of_another_reading_go_where_the_version_says(tmp_path, roll, on, last, other):
    law = book(tmp_path, roll)
    fact = make_fact("appeal_registered", case_id="C-1", on=on)
    (found,) = deadlines_of(Case.of([fact]), on, rulebook=law)
    assert found.due_on == dt.date.fromisoformat(last)
    assert [step.on for step in found.explanation if step.part == "reading"] == [dt.date.fromisoformat(other)]
    assert LawAtHand(law, calendars()).latest("answer", fact, ()) == found.due_on


@pytest.mark.parametrize(
    ("roll", "on", "told"),
    [
        ("working", "2026-03-06", "Friday 3 April 2026 is moved to Tuesday 7 April 2026: Good Friday."),
        ("tribunal", "2026-07-11", "Saturday 8 August 2026 is moved to Tuesday 1 September 2026: in August."),
        ("none", "2026-03-06", "Friday 3 April 2026 is not a working day (Good Friday). The regulations move nothing"),
        ("working", "2026-03-13", ""),
    ],
)
def test_the_explanation_says_why_a_day_was_moved(tmp_path, roll, on, told):
    (found,) = deadlines_of(
        Case.of([make_fact("appeal_registered", case_id="C-1", on=on)]), on, rulebook=book(tmp_path, roll)
    )
    said = [str(step) for step in found.explanation if step.part == "calendar"]
    assert len(said) == bool(told)
    assert all(told in each for each in said)


@pytest.mark.parametrize(
    ("roll", "told"),
    [
        ("none", "4 weeks after,"),
        ("working", '"4 weeks after, rolled to the next working day",'),
        ("tribunal", '"4 weeks after, rolled to the Tribunal\'s next working day",'),
    ],
)
def test_the_list_of_limits_says_where_a_last_day_goes(tmp_path, roll, told):
    book(tmp_path, roll)
    assert told in invoke("rules", "--format", "csv", "--rulebook", tmp_path).stdout
