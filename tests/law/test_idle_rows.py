"""What a rulebook says and cannot mean, or by which nothing happens, is refused with file, line, key and remedy."""

from pathlib import Path

import pytest

import ehcp_flow
from ehcp_flow.errors import RulebookError
from ehcp_flow.findings import OWN_FINDINGS
from ehcp_flow.law import england, load_rulebook
from ehcp_flow.law.folder import shipped
from tests.law.test_declared import MADE_UP, folder

CLOCK = '[[clock]]\nid = "x"\ntitle = "it came"\nstarts_on = ["panel_met"]\n'
LIMIT = """
[[limit]]
id = "more"
title = "More"
group = "more"
actor = "local authority"
kind = "local"
[[limit.rule]]
rows = ["more"]
clock = "x"
act = "do more"
done_by = ["meeting_held"]
version = [{ in_force_from = 2020-01-01, counting = "1 week after", citation = ["JR 4"], evidence = "own" }]
"""
USED = f"{LIMIT}{CLOCK}"
SPELL = '[[spell]]\nid = "x"\ntitle = "it came"\nbegins_on = ["panel_met"]\n'
GROUND = (
    '[[ground]]\nid = "x"\noutcome = "exceptional_circumstances"\ntitle = "x"\ntest = "named"\n'
    "in_force_from = 2020-01-01\n"
)
INSTRUMENT = '[[instrument]]\nid = "XX"\ntitle = "X"\nunit = "rule"\naddress = "https://example.org/{number}"\n'
EVENT = '[[event]]\nid = "never_seen"\non = "The day the panel_met was never_seen by complaint."\n'
CHECKED = '[[checked]]\nof = ["{}"]\nby = "solicitor"\non = 2026-01-01\n{}text = "x"\nresult = "agrees"\n'
LEAVE = ", or leave it out"
IDLE = {
    "a clock": (CLOCK, rf"clock\.0\.id: no limit hangs on clock 'x': name it in clock of a \[\[limit\.rule\]\]{LEAVE}"),
    "a spell": (
        SPELL,
        rf"spell\.0\.id: nothing speaks of spell 'x': write a fact inside or outside it, or .* of a clock{LEAVE}",
    ),
    "a ground": (
        GROUND,
        rf"ground\.0\.id: no limit can be excused by ground 'x': name it in exceptions of a \[\[limit\.rule\]\]{LEAVE}",
    ),
    "an instrument": (
        INSTRUMENT, rf"instrument\.0\.id: nothing is cited of instrument 'XX': cite it in a citation .*{LEAVE}",
    ),
    "the law of a later day": (
        CHECKED.format("JR 4", "as_at = 2026-02-01\n"),
        r"checked\.0: as_at 2026-02-01 lies after on 2026-01-01: no text of that day can have given the law of a later",
    ),
    "a range that goes back": (
        CHECKED.format("JR 9-4", ""), r"checked\.0: 'JR 9-4' is of nothing: write its first provision before its last",
    ),
    "parts that go back": (CHECKED.format("JR 9(4)-(2)", ""), r"checked\.0: 'JR 9\(4\)-\(2\)' is of nothing"),
    "a citation twice": (CHECKED.format('JR 9", "JR 9', ""), r"checked\.0\.of: 'JR 9' stands there twice"),
    "a clock that ends on what starts it": (
        f'{USED}ends_on = ["panel_met"]\n',
        r"clock\.0\.ends_on: panel_met starts the clock as well: write it in restarts_on, or in one of them alone",
    ),
    "a clock that goes on and has no end": (
        f'{CLOCK}resumes_on = ["meeting_held"]\n', r"clock\.0: resumes_on needs ends_on: where nothing ends the clock",
    ),
}  # fmt: skip
ACT = 'act = "bring the complaint before a panel"'
COMPLAINT = 'title = "a complaint was registered"'
PANEL = 'title = "Let a panel decide"'
VERSION = '{ in_force_from = 2020-01-01, counting = "8 weeks after", citation = ["JR 4(2)"], evidence = "own" }'
CHANGED = {
    "no act": (ACT, 'act = ""', r"limit\.1\.rule\.0\.act: it says nothing: write a word at least, or leave the"),
    "blanks": (ACT, 'act = "  "', r"limit\.1\.rule\.0\.act: it says nothing"),
    "no title of a clock": (COMPLAINT, 'title = ""', r"clock\.0\.title: it says nothing"),
    "no title of an event": ('id = "panel_met"\n', 'id = "panel_met"\ntitle = ""\n', r"event\.0\.title: it says"),
    "no group": ('group = "complaint"', 'group = ""', r"limit\.0\.group: it says nothing"),
    "what nobody sees": (
        PANEL, 'title = "Let a\\u0000 panel"', r"limit\.1\.title: it holds a character that nobody sees \(U\+0000\)",
    ),
    "two lines": (PANEL, 'title = "Let a\\npanel decide"', r"limit\.1\.title: it is told in one line: leave the line"),
    "a row by the name of a limit": (
        'rows = ["panel"]', 'rows = ["answer"]', r"limit\.1\.rule\.0\.rows: 'answer' is the id of another limit: give",
    ),
    "a finding of the library": (
        'finding = "no_complaint_open"', 'finding = "fact_not_read"',
        r"misplaced\.\d+\.finding: fact_not_read is a finding of the library's own: give yours another name",
    ),
    "two versions of a day": (
        f"[{VERSION}]", f"[{VERSION}, {VERSION}]",
        r"limit\.1\.rule\.0\.version\.1\.in_force_from: two versions begin on 2020-01-01: leave one out, or let it",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", IDLE)
def test_a_row_that_does_nothing_is_refused_where_it_stands(tmp_path, what):
    more, why = IDLE[what]
    with pytest.raises(RulebookError, match=rf"^more\.toml, line \d+, {why}"):
        load_rulebook(folder(tmp_path, more))


@pytest.mark.parametrize("what", CHANGED)
def test_words_that_say_nothing_and_names_that_clash_are_refused_where_they_stand(tmp_path, what):
    old, new, why = CHANGED[what]
    assert any(old in file.read_text() for file in MADE_UP.rglob("*.toml"))
    with pytest.raises(RulebookError, match=rf"\.toml, line \d+, {why}"):
        load_rulebook(folder(tmp_path, "", old=old, new=new))


def test_what_does_something_by_itself_is_taken(tmp_path):
    ends = f"{SPELL}ends_everything = true\n"
    assert "x" in load_rulebook(folder(tmp_path, ends, "ends")).spells
    assert "never_seen" in load_rulebook(folder(tmp_path, EVENT, "event")).events
    reads = '[[spell]]\nid = "x"\ntitle = "x"\nfrom_age = 25\nreading = { name = "26", says = "s" }\n'
    assert "x" in load_rulebook(folder(tmp_path, reads, "reads")).spells


@pytest.mark.parametrize("name", ["england", "wales"])
def test_the_rulebooks_that_are_shipped_have_no_such_row_and_say_why_a_clock_goes_on(name):
    book = load_rulebook(shipped(name))
    assert [clock.id for clock in book.clocks.values() if clock.resumes_on and clock.resumption is None] == []


def test_the_findings_of_the_library_are_those_that_it_says():
    code = "\n".join(
        path.read_text() for path in Path(ehcp_flow.__file__).parent.glob("*.py") if path.stem != "findings"
    )
    assert [name for name in OWN_FINDINGS if f'"{name}"' not in code] == []
    assert england().name == "england"
