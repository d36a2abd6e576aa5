"""A rulebook that is wrong is refused, with its file, key and line; and how a right one is read."""

import datetime as dt
import pickle
from pathlib import Path

import pytest

from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.errors import RulebookError, UnknownNameError
from ehcp_flow.law import cite, england, load_rulebook
from ehcp_flow.law.checklist import Told
from ehcp_flow.law.lines import find_line
from ehcp_flow.law.patterns import Pattern, matches, parse_pattern
from tests.telling import tell

ROOT = Path(__file__).parent
RIGHT = """
title = "A rulebook"

[[instrument]]
id = "SR"
title = "Some Regulations"
unit = "reg"
address = "https://example.org/{number}"

[[spell]]
id = "custody"
title = "in custody"
begins_on = ["detained"]
ends_on = ["released"]

[[clock]]
id = "request"
title = "a request"
starts_on = ["request_received"]
ends_on = ["assessment_refused"]
resumes_on = ["refusal_reversed"]
unless_during = ["custody"]

[[ground]]
id = "closed"
outcome = "school_closed"
title = "closed"
test = "closure"
least = "4 weeks"
margin = "1 week"
adviser = "educational"
in_force_from = 2014-09-01

[[limit]]
id = "decide"
title = "Decide"
group = "request"
actor = "authority"
kind = "statutory"

[[limit.rule]]
rows = ["decide"]
clock = "request"
act = "decide"
done_by = ["assessment_agreed"]
exceptions = [{ ground = "closed", citation = "SR 5" }]

[[limit.rule.version]]
in_force_from = 2014-09-01
counting = "6 weeks after"
citation = ["SR 5(1)"]
evidence = "P"

[[note]]
row = "a_note"
title = "A note"
says = "Something."
evidence = "M"

[[notice]]
id = "a_notice"
title = "A notice"
on = ["assessment_agreed"]
limits = ["decide"]
tell = [{ who = "the family", citation = "SR 5(1)" }]
contains = [{ says = "the decision", citation = "SR 5(1)" }]
evidence = "P"
"""


def write(path, text=RIGHT, name="law.toml"):
    (path / name).write_text(text, encoding="utf-8")
    return path


def line_of(text, part):
    return next(number for number, line in enumerate(text.splitlines(), start=1) if part in line)


def test_rulebooks_that_say_the_same_are_equal_and_hash_alike(tmp_path):
    book = load_rulebook(write(tmp_path))
    again = pickle.loads(pickle.dumps(book))
    other = book.model_copy(update={"title": "Another"})
    assert (again is not book, again == book, hash(again) == hash(book)) == (True, True, True)
    assert (other == book, hash(other) == hash(book)) == (False, False)
    assert other.model_copy(update={"title": book.title}) == book
    assert book != "A rulebook"
    assert load_rulebook(str(tmp_path)) is book, "what equals a loaded one is laid out for the kernel already"


def test_the_order_of_its_limits_belongs_to_a_rulebook():
    law = england()
    turned = law.model_copy(update={"limits": dict(reversed(law.limits.items()))})
    assert (turned.limits == law.limits, turned == law, hash(turned) == hash(law)) == (True, False, False)


@pytest.mark.parametrize("given", ["rules", "", ROOT, 2014])
def test_what_is_no_rulebook_is_not_taken_for_one(given):
    with pytest.raises(TypeError, match=r"is no rulebook; give what load_rulebook\(DIR\) returns$"):
        deadlines_of(tell("2026-03-02 request_received"), "2026-06-30", rulebook=given)


def test_a_right_one_is_read(tmp_path):
    book = load_rulebook(write(tmp_path))
    assert (book.title, list(book.limits), book.limit("decide").title) == ("A rulebook", ["decide"], "Decide")
    assert book.limits["decide"].rule[0].in_force(dt.date(2014, 8, 31)) is None
    assert book.limits["decide"].rule[0].version[0].citation[0].address == "https://example.org/5"
    with pytest.raises(UnknownNameError, match="did you mean decide"):
        book.limit("decided")
    assert england() is england()


OF_AGE = '[[spell]]\nid = "old"\ntitle = "of age"\nfrom_age = 18\nends_everything = true\n\n'


@pytest.mark.parametrize(
    ("spell", "found"), [("", ("overdue", 865, None)), (OF_AGE, ("overtaken", 4, "2025-02-21"))], ids=["", "from_age"]
)
def test_a_clock_ends_with_an_age_where_the_rulebook_says_so(tmp_path, spell, found):
    book = load_rulebook(write(tmp_path, RIGHT.replace("[[clock]]", f"{spell}[[clock]]", 1)))
    case = tell("2007-02-22 date_of_birth; 2025-01-06 request_received")
    (told,) = deadlines_of(case, "2027-07-02", rulebook=book)
    assert (told.status, told.days_over, told.ended_on and str(told.ended_on)) == found


WRONG = {
    # what is replaced: (by what, where the error lies, what it says)
    'act = "decide"': ('act = "decide"\ncolour = 1', "colour = 1", "there is no such key"),
    'title = "Decide"': ("", "[[limit]]", "this key is missing"),
    'done_by = ["assessment_agreed"]': (
        'done_by = ["assesment_agreed"]', "assesment", "did you mean assessment_agreed"
    ),
    'starts_on = ["request_received"]': ('starts_on = ["zzz"]', "zzz", "there is no event called 'zzz'"),
    'begins_on = ["detained"]': (
        'begins_on = ["review_decision_sent:kept"]', "kept", "its outcomes are maintain, amend, cease"
    ),
    'ends_on = ["released"]': ('ends_on = ["released:x"]', "released:x", "it has none at all: write released"),
    'resumes_on = ["refusal_reversed"]': ('resumes_on = "refusal_reversed"', "resumes_on", "write a list of events"),
    'unless_during = ["custody"]': ('unless_during = ["prison"]', "prison", "no spell is called 'prison'"),
    'clock = "request"': ('clock = "reqest"', "reqest", "no clock is called 'reqest'"),
    'counting = "6 weeks after"': ('counting = "six weeks"', "six weeks", "is no way of counting"),
    'citation = ["SR 5(1)"]\nevidence': ('citation = ["XX 5"]\nevidence', "XX 5", "'XX' is no instrument"),
    '{ ground = "closed", citation = "SR 5" }': (
        '{ ground = "shut", citation = "SR 5" }', "shut", "no ground is called 'shut'"
    ),
    'limits = ["decide"]': ('limits = ["undecided"]', "undecided", "no limit is called 'undecided'"),
    'row = "a_note"': ('row = "decide"', "rows =", "row 'decide' is a note"),
    'test = "closure"': ('test = "absence"', "[[ground]]", "margin"),
    'evidence = "M"': ('evidence = "Q"', '"Q"', "it should be 'P', 'P (ct)'"),
    'id = "custody"': ('id = "Custody"', "Custody", "write a name of small letters"),
    "in_force_from = 2014-09-01\ncounting": (
        "in_force_from = 2014-09-01\nin_force_to = 2014-01-01\ncounting",
        "[[limit.rule.version]]", "lies before in_force_from",
    ),
    'title = "A rulebook"': ('title = "A rulebook"\n[other]', "[other]", "unknown section"),
    "[[note]]": ("[note]", "[note]", "write [[note]]"),
}  # fmt: skip


@pytest.mark.parametrize("old", WRONG)
def test_a_wrong_one_is_refused(tmp_path, old):
    new, where, says = WRONG[old]
    assert RIGHT.count(old) >= 1
    text = RIGHT.replace(old, new, 1)
    with pytest.raises(RulebookError) as caught:
        load_rulebook(write(tmp_path, text))
    assert (caught.value.file, caught.value.line) == ("law.toml", line_of(text, where))
    assert says in caught.value.why
    assert f"law.toml, line {caught.value.line}, {caught.value.key}: " in str(caught.value)


RULE = 'done_by = ["assessment_agreed"]\n'
OF_FIVE = "by 1 May of the school year in which the child turns 5"
VERSION = 'counting = "6 weeks after"\n'
AGAIN = (
    '[[limit.rule.version]]\nin_force_from = {}\ncounting = "6 weeks after"\ncitation = ["SR 5(1)"]\nevidence = "P"\n'
)
BEGINS = 'begins_on = ["detained"]\n'
CLOCK = 'resumes_on = ["refusal_reversed"]\n'
AWAITED = '{ after = ["final_plan_sent"], counting = "1 day after", says = "x" }'
DEEMED = '[[deemed]]\nid = "twin"\nfacts = ["assessment_agreed"]\nsays = "it is another act too"\n'
LEAST = 'least = "4 weeks"\n'
READING = 'reading = {{ name = "x", says = "y", {} }}\n'
OTHERS = [
    (CLOCK, 'party_from = "spell"\n', "party_from needs during"),
    (CLOCK, "own_acts = true\n", "own_acts needs separate"),
    (CLOCK, CLOCK + 'ages_for = ["detained"]\n', "ages_for names what does not start the clock"),
    (CLOCK, 'resumption = { says = "on", citation = ["SR 5"] }\n', "resumption needs resumes_on"),
    (CLOCK, 'during = "prison"\n', "no spell is called 'prison'"),
    (CLOCK, "resumes_in_time = true\n", "resumes_in_time needs resumes_on"),
    (CLOCK, 'resumes_from = ["assessment_refused"]\n', "resumes_from needs resumes_on"),
    (CLOCK, CLOCK + 'resumes_from = ["detained"]\n', "resumes_from names what is not in ends_on"),
    (
        CLOCK, CLOCK + 'resumes_inside = { facts = ["appeal_conceded"], during = "prison" }\n',
        "no spell is called 'prison'",
    ),
    ('begins_on = ["detained"]\n', 'begins_on = ["detained"]\nunless_during = "home"\n', "no spell is called 'home'"),
    (
        'begins_on = ["detained"]\n', 'begins_on = ["detained"]\nunless_during = "custody"\n',
        "spell 'custody' has an unless_during itself",
    ),
    ('kind = "statutory"\n', 'kind = "statutory"\ncounterpart = "undecided"\n', "no limit is called 'undecided'"),
    (
        'kind = "statutory"\n', 'kind = "statutory"\ncounterpart = "decide"\n',
        "'decide' repeats 'decide' itself: name that",
    ),
    (
        'counting = "6 weeks after"\ncitation = ["SR 5(1)"]\nevidence = "P"\n',
        'in_force_to = 2014-12-31\ncounting = "6 weeks after"\ncitation = ["SR 5(1)"]\nevidence = "P"\n'
        + AGAIN.format("2015-01-01").replace("6 weeks", "7 weeks")
        + '[[limit.rule.readings]]\nname = "strict"\ncounting = "6 weeks beginning with"\nsays = "day one"\n',
        "it would be told with the versions from 2014-09-01 and 2015-01-01, which do not count alike",
    ),
    (RULE, RULE + "shown_by_act = false\n", "shown_owed_by and shown_by_act = false need owed_only_if"),
    (
        RULE,
        RULE + 'shown_owed_by = ["appeal_registered"]\n',
        "shown_owed_by and shown_by_act = false need owed_only_if",
    ),
    (RULE, RULE + 'not_during = ["prison"]\n', "no spell is called 'prison'"),
    (
        RULE, RULE + 'yields_to = { spell = "prison", finding = "a", says = "a", remedy = "a" }\n',
        "no spell is called 'prison'",
    ),
    (RULE, RULE + 'by_body = ["wizard"]\n', "no body that can be asked is called 'wizard'"),
    (RULE, 'done_by = ["assessment_agreed inside prison"]\n', "no spell is called 'prison'"),
    (RULE, 'done_by = ["assessment_agreed beside custody"]\n', "after one may stand inside or outside, and a spell"),
    (LEAST, LEAST + READING.format('with_exceptions = ["flood"]'), "no ground is called 'flood'"),
    (LEAST, LEAST + READING.format('kept_by = ["died inside prison"]'), "no spell is called 'prison'"),
    ('on = ["assessment_agreed"]', 'on = ["assessment_agreed inside prison"]', "no spell is called 'prison'"),
    (
        '[[clock]]\nid = "request"\ntitle = "a request"\nstarts_on = ["request_received"]\n',
        ('[[spell]]\nid = "home"\ntitle = "at home"\nbegins_on = ["released"]\nunless_during = "custody"\n\n'
        '[[clock]]\nid = "request"\ntitle = "a request"\nstarts_on = ["request_received inside home"]\n'),
        "spell 'home' has an unless_during itself",
    ),
    ("[[limit]]\n", DEEMED + "\n[[limit]]\n", "give is_also, shows, or is_nothing = true"),
    (
        "[[limit]]\n", DEEMED + 'is_also = ["review_decision_sent"]\n\n[[limit]]\n',
        "is_also and shows name an outcome where there are several",
    ),
    (RULE, RULE + 'done_after_first_by = ["plan_refused"]\n', "first_by_date and done_after_first_by need first"),
    (RULE, RULE + 'done_for_now_by = ["plan_refused"]\n', "done_for_now_by needs shown_otherwise_by or a question"),
    (RULE, RULE + 'readings = [{ name = "x", says = "y" }]\n', "a reading counts otherwise, or decides otherwise"),
    (
        RULE, RULE + 'readings = [{ name = "x", says = "y", either_answer = true, only_if_earlier = true }]\n',
        "counts_from_fact, counts_from_start and only_if_earlier need counting",
    ),
    (
        'starts_on = ["request_received"]\n', 'starts_on = ["request_received"]\nahead = true\n',
        "ahead needs separate",
    ),
    (
        'starts_on = ["request_received"]\n',
        'starts_on = ["request_received"]\nahead = true\nseparate = true\nper = "party"\n',
        "ahead is for a clock that is not kept by party",
    ),
    (RULE, RULE + 'owed_by = ["appeal_registered"]\n', "owed_by needs never_owed_by"),
    (RULE, RULE + 'owed_after_all_by = ["appeal_registered"]\n', "owed_after_all_by needs never_owed_by"),
    (RULE, RULE + 'only_with_from = ["final_plan_sent"]\n', "only_with_from needs only_with"),
    (
        RULE, RULE + 'readings = [{ name = "x", says = "y", with_exceptions = ["flood"] }]\n',
        "no ground is called 'flood'",
    ),
    (BEGINS, BEGINS + 'or_after = { facts = ["plan_kept"], date = "until" }\n', "or_after needs from_age"),
    (BEGINS, BEGINS + "of_school_year = true\n", "of_school_year needs from_age"),
    (
        BEGINS,
        'from_age = 11\nof_school_year = true\nreading = { name = "x", says = "y" }\n',
        "a reading of an age is of the birthday itself",
    ),
    (RULE, RULE + "cohorts = [{ turns = 11 }]\n", "give on_or_after, before, from_age or under_age"),
    (RULE, RULE + "cohorts = [{ turns = 11, under_age = 5 }]\n", "the age on a birthday is known"),
    (
        RULE,
        RULE + 'cohorts = [{ turns = 11, begun_by = ["plan_kept"], before = 2029-09-01 }]\n',
        "give one of begun_by, followed_by and turns",
    ),
    (RULE, RULE + 'cohorts = [{ begun_by = ["died inside prison"], before = 2029-09-01 }]\n', "no spell is called"),
    (RULE, RULE + 'looks_back = "2 terms"\n', "2 terms: the calendar of an institution decides it"),
    (
        VERSION,
        f'later_of = [{{ counts_from = ["until"], counting = "{OF_FIVE}" }}]\n',
        "it counts from the date of birth",
    ),
    (
        RULE,
        RULE + f'readings = [{{ name = "x", says = "y", counting = "{OF_FIVE}" }}]\n',
        "a reading counts from the day that its version counts from",
    ),
    (BEGINS, BEGINS + "from_age = 25\n", "with from_age no fact begins or ends a spell"),
    (BEGINS, BEGINS + "lasts = 0\n", "write a number of days from 1 on"),
    (BEGINS, BEGINS + 'lasts = 56\nroll = "working"\n', "counts_from and roll need a period that it lasts"),
    (BEGINS, BEGINS + 'counts_from = ["served_on"]\n', "counts_from and roll need a period that it lasts"),
    (RULE, RULE + "done_as_named = true\n", "give done_by, or done_as_named = true"),
    (
        RULE, RULE + 'readings = [{ name = "x", says = "y", counting = "6 weeks after", within = "12 weeks" }]\n',
        "within needs counts_from_fact",
    ),
    (
        RULE, RULE + 'readings = [{ name = "x", says = "y", binds = true, unless = ["plan_kept"] }]\n',
        "unless needs from_age",
    ),
    (VERSION, 'later_of = [{ counting = "6 weeks after", needed = true }]\n', "needed needs counts_from"),
    (
        VERSION,
        f'later_of = [{{ counting = "1 day after", awaited = {AWAITED} }}]\n',
        "awaited needs counts_from_fact",
    ),
    (
        VERSION, 'later_of = [{ counting = "6 weeks after", or_from_fact = ["final_plan_sent"] }]\n',
        "or_from_fact needs counts_from",
    ),
    ('starts_on = ["request_received"]\n', "", "a clock needs starts_on or restarts_on"),
    (RULE, RULE + 'counts_from = ["heard_on"]\n', "no column of a fact that holds days is called 'heard_on'"),
    ('least = "4 weeks"\n', "", "closure and absence, and only they, need least"),
    ('least = "4 weeks"\n', 'least = "four weeks"\n', "is no period"),
    ('margin = "1 week"\n', "", "closure, and only closure, needs margin"),
    ('adviser = "educational"\n', "", "closure, and only closure, needs adviser"),
    ('adviser = "educational"\n', 'adviser = "educational"\nnot_checked = "x"\n', "leave out not_checked"),
    (VERSION, "", "give either counting or later_of"),
    (VERSION, VERSION + 'later_of = [{ counting = "6 weeks after" }]\n', "give either counting or later_of"),
    (
        VERSION, 'later_of = [{ counting = "6 weeks after" }, { counting = "at least 6 weeks after" }]\n',
        "a window cannot be combined",
    ),
    (VERSION, VERSION + 'protected_until = { begins_on = ["appeal_registered"] }\n', "protected_until is for a window"),
    (RULE, RULE + 'implied_by = ["assessment_agreed"]\n', "assessment_agreed stands in done_by as well"),
    (RULE, RULE + 'only_from = ["final_plan_sent"]\n', "does not start on final_plan_sent"),
    ('evidence = "P"\n', 'evidence = "P"\n' + AGAIN.format("2015-01-01"), "overlap"),
    (
        'counting = "6 weeks after"\ncitation = ["SR 5(1)"]\nevidence = "P"\n',
        'in_force_to = 2014-12-30\ncounting = "6 weeks after"\ncitation = ["SR 5(1)"]\nevidence = "P"\n'
        + AGAIN.format("2015-01-01"),
        "there is a gap between 2014-12-30 and 2015-01-01",
    ),
    (
        'counting = "6 weeks after"\ncitation = ["SR 5(1)"]\nevidence = "P"\n',
        'in_force_to = 2014-12-31\ncounting = "at least 6 weeks after"\ncitation = ["SR 5(1)"]\nevidence = "P"\n'
        + AGAIN.format("2015-01-01"),
        "one version is a window and another is not",
    ),
    (VERSION, 'counting = "at least 6 weeks after"\n', "a window knows done_by, lapses_on and owed_only_if only"),
    ('citation = ["SR 5(1)"]\nevidence', 'citation = ["SR five"]\nevidence', "names no numbered provision"),
    ('citation = ["SR 5(1)"]\nevidence', 'citation = ["5"]\nevidence', "is no citation"),
    ('citation = ["SR 5(1)"]\nevidence', "citation = []\nevidence", "write one at least"),
    ('citation = ["SR 5(1)"]\nevidence', "citation = 5\nevidence", "write a list"),
    ('done_by = ["assessment_agreed"]', "done_by = [5]", "5 names no event"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "says"), OTHERS, ids=lambda item: item[:60])
def test_what_cannot_be_meant_is_refused(tmp_path, old, new, says):
    text = RIGHT.replace(old, new, 1)
    if "resumption" in new:
        text = text.replace(CLOCK, "")
    with pytest.raises(RulebookError, match=r"law\.toml, line \d+") as caught:
        load_rulebook(write(tmp_path, text))
    assert says in caught.value.why


@pytest.mark.parametrize(
    ("ends", "then", "key", "says"),
    [
        ("", "2015-01-01", "version.0.in_force_to", "overlap: write in_force_to = 2014-12-31 here"),
        ("in_force_to = 2015-03-31\n", "2015-01-01", "version.0.in_force_to", "write in_force_to = 2014-12-31 here"),
        (
            "in_force_to = 2014-12-30\n",
            "2015-01-01",
            "version.1.in_force_from",
            "write in_force_from = 2014-12-31 here",
        ),
        ("", "2013-01-01", "version.1.in_force_from", "overlap: write the earlier one first"),
    ],
)
def test_of_versions_that_do_not_join_the_one_that_is_wrong_is_named_by_its_line(tmp_path, ends, then, key, says):
    first = 'counting = "6 weeks after"\ncitation = ["SR 5(1)"]\nevidence = "P"\n'
    text = RIGHT.replace(first, f"{ends}{first}{AGAIN.format(then)}", 1)
    with pytest.raises(RulebookError) as caught:
        load_rulebook(write(tmp_path, text))
    assert caught.value.key == f"limit.0.rule.0.{key}"
    headers = [number for number, line in enumerate(text.splitlines(), 1) if line == "[[limit.rule.version]]"]
    place = int(key.split(".")[1])
    assert caught.value.line == headers[place] + (2 if ends and place == 0 else 1 if place else 0)
    assert says in caught.value.why


def test_two_versions_that_join_are_taken_in_their_order(tmp_path):
    old = 'counting = "6 weeks after"\ncitation = ["SR 5(1)"]\nevidence = "P"\n'
    text = RIGHT.replace(
        old, f"in_force_to = 2014-12-31\n{old}{AGAIN.format('2015-01-01').replace('6 weeks', '7 weeks')}", 1
    )
    rule = load_rulebook(write(tmp_path, text)).limits["decide"].rule[0]
    assert [
        str(getattr(rule.in_force(day), "counting", None)) for day in (dt.date(2014, 12, 31), dt.date(2015, 1, 1))
    ] == [
        "6 weeks after",
        "7 weeks after",
    ]


@pytest.mark.parametrize("section", ["instrument", "spell", "clock", "ground", "limit", "note", "notice"])
def test_a_name_stands_once(tmp_path, section):
    block = next(f"[[{section}]]" + part for part in RIGHT.split(f"[[{section}]]")[1:])
    block = (
        block.split("\n[[")[0]
        if section != "limit"
        else "[[limit]]" + block.split("[[limit]]")[1].split("\n[[note]]")[0]
    )
    write(tmp_path)
    write(tmp_path, block, "more.toml")
    with pytest.raises(RulebookError, match=r"declared already in law\.toml, line") as caught:
        load_rulebook(tmp_path)
    assert caught.value.file == "more.toml"


def test_what_is_no_rulebook(tmp_path):
    with pytest.raises(RulebookError, match="there is no such directory"):
        load_rulebook(tmp_path / "none")
    with pytest.raises(RulebookError, match=r"it holds no \.toml file"):
        load_rulebook(tmp_path)
    write(tmp_path, "title = \n")
    with pytest.raises(RulebookError, match=r"line 1, .*it is not TOML"):
        load_rulebook(tmp_path)
    write(tmp_path, "title = [\n")
    with pytest.raises(RulebookError, match="it is not TOML"):
        load_rulebook(tmp_path)
    (tmp_path / "law.toml").write_bytes(b"title = '\xff'")
    with pytest.raises(RulebookError, match="it is not UTF-8"):
        load_rulebook(tmp_path)


def test_a_citation_that_was_read_is_taken_as_it_is():
    citation = england().limit("final_plan").rule[0].version[0].citation[0]
    assert Told(who="the parents", citation=citation).citation == citation


def test_where_a_key_stands():
    text = 'a = 1\n[[x]]\nb = [\n  1, # ]\n  "]",\n]\nc = 2\n[[x.y]]\nd = 1\n[[x]]\nb = 3\n[z]\ne = 1\n'
    assert [find_line(text, path) for path in (("a",), ("x", 0, "b"), ("x", 0, "c"), ("x", 0, "y", 0, "d"))] == [
        1,
        3,
        7,
        9,
    ]
    assert [find_line(text, path) for path in (("x", 1, "b"), ("z", "e"), ("z", "f"), ("q",), ("x", 1))] == [
        11,
        13,
        12,
        1,
        10,
    ]


def test_each_element_of_an_array_stands_on_its_own_line():
    text = 'move = [\n  { on = ["a", "b"] },\n  # { }, { }\n  { on = "],{" }, { on = [] },\n]\n'
    text += '[[x]]\nsaid = [ "a",\n  "b" ]\n'
    paths = (
        ("move", 0, "on", 1),
        ("move", 1),
        ("move", 2, "on"),
        ("move", 3),
        ("x", 0, "said", 0),
        ("x", 0, "said", 1),
    )
    assert [find_line(text, path) for path in paths] == [2, 4, 4, 1, 7, 8]


def test_a_pattern_matches_its_own_event_and_outcome_alone():
    assert parse_pattern("review_decision_sent:amend") == Pattern("review_decision_sent", "amend")
    assert str(Pattern("review_decision_sent", "amend")) == "review_decision_sent:amend"
    assert parse_pattern(Pattern("detained")) == Pattern("detained")
    assert matches([Pattern("detained")], "detained", None)
    assert not matches([Pattern("tribunal_order_made", "assess")], "tribunal_order_made", "amend")


def test_a_citation_is_written_out_with_its_instrument():
    instruments = england().instruments
    assert str(cite("SR 5(1)", instruments)) == "SEND Regulations 2014 (SI 2014/1530), reg 5(1)"
    assert cite("CoP p.154", instruments).text.endswith(", p.154")
    assert cite("Devon [2022] EWHC 493 (Admin)", instruments).instrument == "Devon"
    shared = england().limits["decide_assess"].rule[0].version[0].cited
    assert shared.count("SEND Regulations") == 1


def test_a_rulebook_that_goes_to_another_process_takes_its_moves_along():
    book = england()
    assert pickle.loads(pickle.dumps(book)).regions == dict(book.regions)
