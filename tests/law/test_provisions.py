"""The law in the order of the statute: nothing that is cited is left out, and who read it when is told."""

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest

import ehcp_flow.law
from docs.make_provisions import page
from ehcp_flow.errors import RulebookError
from ehcp_flow.law import compare_rulebooks, england, load_rulebook
from ehcp_flow.law.citation import LegalCheck, cite
from ehcp_flow.law.how_far_read import how_far_read
from ehcp_flow.law.provisions import provisions, unread
from tests.cli.running import invoke, rows_of

LAW = Path(ehcp_flow.law.__file__).parent / "england"
EXAMPLES = Path(__file__).parents[2] / "examples"
MOST_UNREAD = 49
"""Rows of England's law that rest on less than the primary text, read whole: it may fall, and never rises."""
CITED = re.compile(r'"([A-Za-z]+ (?:[0-9p\[][^"]*))"')


ROW_READ = {"by": "maintainer", "on": dt.date(2026, 12, 1), "text": "the Code", "result": "agrees"}


def by_name(book):
    return {each.short: each for each in provisions(book)}


@pytest.fixture(scope="module")
def found():
    return by_name(england())


def test_every_citation_of_the_files_stands_under_its_provision(found):
    written = {
        (match, path.name)
        for path in LAW.rglob("*.toml")
        if path.name != "checked.toml"
        for line in path.read_text("utf-8").splitlines()
        if not line.lstrip().startswith("#")
        for match in CITED.findall(line)
        if match.partition(" ")[0] in england().instruments and not match.endswith(".")  # a sentence of a note
    }
    assert len(written) > 250
    used = {use.cited for each in found.values() for use in each.uses}
    assert {match for match, _ in written} - used == set()


def test_the_order_is_that_of_the_instruments_and_their_numbers(found):
    names = list(found)
    order = list(england().instruments)
    assert sorted(names, key=lambda name: order.index(name.partition(" ")[0])) == names
    assert [name for name in names if name in {"SR 2", "SR 2A", "SR 3", "SR 9", "SR 10"}] == [
        "SR 2", "SR 2A", "SR 3", "SR 9", "SR 10",
    ]  # fmt: skip


def test_a_provision_tells_all_that_was_made_of_it(found):
    plan = found["SR 13"]
    assert plan.text == "SEND Regulations 2014 (SI 2014/1530), reg 13"
    assert plan.address == "https://www.legislation.gov.uk/uksi/2014/1530/regulation/13"
    told = {(use.what, use.name, use.limit, use.cited) for use in plan.uses}
    assert ("limit", "final_plan", "final_plan", "SR 13(2)") in told
    assert ("exception", "school_closed", "final_plan", "SR 13(3)") in told
    assert ("reading", "final_plan", "final_plan", "SR 13(2)") in told
    assert ("move", "final_plan_sent", "", "SR 13(2)") in told or ("move", "final_plan_sent", "", "SR 14(1)") in told
    assert {use.what for each in found.values() for use in each.uses} >= {
        "limit", "exception", "reading", "move", "guard", "misplaced", "note", "notice", "spell", "clock", "body",
        "taken as", "states", "appeal",
    }  # fmt: skip
    (says,) = {use.says for use in plan.uses if (use.what, use.name) == ("limit", "final_plan")}
    assert says == "Send the final plan: 20 weeks after, from 2014-09-01"
    assert plan.evidence == ("P", "P (ct)")
    assert found["SR 11"].uses == ()  # it was read, and the rulebook makes nothing of it


def test_who_read_it_is_told_the_last_first_and_what_was_not_found_is_no_reading(found):
    assert {each.result for each in found["SR 45"].checked} == {"agrees", "differs"}
    assert found["TPR 45"].checked[0].result == "not_found"
    assert found["TPR 45"].read is None
    assert found["CFA 73"].read.on == dt.date(2026, 11, 22)  # by 71-74
    assert found["DPR 17"].read.says == "The rest of the regulation was not read."


def test_a_draft_without_moves_of_its_own_has_those_by_which_it_answers(tmp_path):
    (tmp_path / "a.toml").write_text('based_on = "england"\n')
    assert by_name(load_rulebook(tmp_path)) == by_name(england())


def test_fewer_rows_are_unread_from_release_to_release():
    rows = unread(england())
    assert len(rows) <= MOST_UNREAD, "a row was marked down, or a new one rests on hearsay: read its primary text"
    assert len(rows) == MOST_UNREAD, "rows were read: let MOST_UNREAD fall to their number"
    assert {each.what for each in rows} == {"limit", "note", "notice", "body"}
    assert unread(load_rulebook(EXAMPLES / "rulebook_made_up")) == []


def test_a_row_is_unread_while_no_reading_of_a_provision_that_it_cites_is_recorded():
    rows = {each.name: each for each in unread(england())}
    assert (rows["annual_review: next_review"].evidence, rows["annual_review: next_review"].not_read) == (
        "P (ct)",
        ("CoP 9.169",),
    )
    assert rows["concede_school"].not_read == ()  # its provision was read, though not in its own text
    assert rows["appeal: appeal_window"].not_read == ("TPR 12(2)-(3)",)  # in part
    read = LegalCheck.model_validate(
        {**ROW_READ, "of": [cite("CoP 9.169", england().instruments)]}, context={"instruments": england().instruments}
    )
    later = unread(england().model_copy(update={"checked": (*england().checked, read)}))
    assert {each.name for each in unread(england())} - {each.name for each in later} == {
        "annual_review: first_review", "annual_review: next_review",
    }  # fmt: skip


def test_a_mark_stands_only_where_it_was_earned(found):
    """A limit has one mark and cites several provisions: that one was read says nothing of the other."""

    def marks(short, name):
        return {use.evidence for use in found[short].uses if (use.what, use.name) == ("limit", name)}

    assert marks("CFA 44", "annual_review") == {"P (ct)"}
    assert marks("CoP 9.169", "annual_review") == {""}
    assert marks("TPR 12", "appeal") == {"P~"}
    assert found["CoP 9.169"].evidence == ()
    assert marks("CoP 9.178", "under_fives_review") == {"S"}  # no claim that anybody read it
    for each in found.values():
        if each.read is None:
            assert {"P", "P (ct)"}.isdisjoint(each.evidence), each.short
    told = page().partition("### [CoP 9.169]")[2].partition("###")[0]
    assert "no reading of this is recorded." in told
    assert "the primary text was read" not in told


@pytest.mark.parametrize(
    ("cited", "read", "far"),
    [
        ("JR 3", ["JR 3"], "whole"),
        ("JR 3(2)", ["JR 1-9"], "whole"),
        ("JR 3", ["JR 4"], ""),
        ("JR 3", ["JR 3(1)-(3)"], "in part"),
        ("JR 3(2)", ["JR 3(1)-(3)"], "whole"),
        ("JR 3(2)(a)", ["JR 3(1)-(3)"], "whole"),
        ("JR 3(8)-(9)", ["JR 3(1)-(3)"], ""),
        ("JR 3(1)-(4)", ["JR 3(1)-(3)"], "in part"),
        ("JR 3(1)-(4)", ["JR 3(1)-(3)", "JR 3(4)"], "whole"),
        ("JR 3(1)-(4)", ["JR 3(4)(b)"], "in part"),
        ("JR 3(4)", ["JR 3(4)(a)-(b)"], "in part"),
        ("JR 3(4)(c)", ["JR 3(4)(a)-(b)"], ""),
        ("JR 3(4)(a)-(b)", ["JR 3(4)(a)-(c)"], "whole"),
        ("JR 3(5)(a)", ["JR 3(4)(a)-(c)"], ""),
        ("JR 3(10)", ["JR 3(9)-(11)"], "whole"),
        ("JR 3(2A)", ["JR 3(2)-(3)"], "whole"),
    ],
)
def test_how_far_a_citation_was_read_is_told_to_the_paragraph(tmp_path, cited, read, far):
    book = load_rulebook(checked(tmp_path, ROW.replace('"JR 3", "JR 9"', ", ".join(f'"{each}"' for each in read))))
    on = dt.date(2025, 11, 30) if far else None
    assert how_far_read(cited, book.checked) == (far, on)
    part = load_rulebook(checked(tmp_path / "part", ROW.replace('"agrees"', '"in_part"').replace("JR 3", cited)))
    assert how_far_read(cited, part.checked).far == "in part"
    sought = load_rulebook(checked(tmp_path / "sought", ROW.replace('"agrees"', '"not_found"').replace("JR 3", cited)))
    assert how_far_read(cited, sought.checked) == ("", None)


def test_the_commands_tell_how_far_what_is_cited_was_read(tmp_path):
    """Of regulation 3 paragraph 1 alone is recorded as read here: that is no reading of its paragraph 2."""
    folder = checked(tmp_path, ROW.replace("JR 3", "JR 3(1)").replace("JR 9", "JR 4(1)"))
    done = invoke("rules", "--provisions", "--rulebook", folder, "--format", "json")
    told = {(row["cited"], row["read"], row["read_on"]) for row in rows_of(done.stdout, "json")}
    assert ("JR 3(1)", "whole", "2025-11-30") in told
    assert ("JR 4(2)", "", None) in told
    read = invoke("rules", "--read", "--rulebook", folder, "--as-of", "2025-12-01", "--format", "json")
    rows = {row["provision"]: row for row in rows_of(read.stdout, "json")}
    assert (rows["JR 3"]["read"], rows["JR 3"]["of"]) == ("in part", ["3(1)"])
    assert "2 were read in part: JR 3 (3(1)); JR 4 (4(1))" in read.stderr
    assert "- Of it 5(4)(c) read 2026-11-22 by" in page().partition("### [DPR 5]")[2].partition("###")[0]


def test_what_was_read_on_two_days_was_read_whole_by_the_first_of_them(tmp_path):
    text = ROW.replace('"JR 3", "JR 9"', '"JR 3(1)"') + ROW.replace('"JR 3", "JR 9"', '"JR 3(2)"').replace(
        "2025", "2026"
    )
    book = load_rulebook(checked(tmp_path, text))
    assert how_far_read("JR 3(1)-(2)", book.checked) == ("whole", dt.date(2025, 11, 30))


def test_a_notice_that_rests_on_hearsay_is_unread_too():
    notice = england().notices[0].model_copy(update={"evidence": "S"})
    (row,) = [each for each in unread(england().model_copy(update={"notices": (notice,)})) if each.what == "notice"]
    assert (row.name, row.since) == (notice.id, None)
    told = [*(each.citation.short for each in notice.tell), *(each.citation.short for each in notice.contains)]
    assert [each.short for each in row.citation] == list(dict.fromkeys(told))


def checked(tmp_path, text):
    folder = tmp_path / "law"
    shutil.copytree(EXAMPLES / "rulebook_made_up", folder)
    (folder / "checked.toml").write_text(text)
    return folder


ROW = """
[[checked]]
of = ["JR 3", "JR 9"]
by = "maintainer"
on = 2025-11-30
text = "the made-up rules"
result = "agrees"
"""


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"maintainer"', '"Jane Doe"', "write a name of small letters, digits and _, which begins with a letter"),
        ('"agrees"', '"fine"', "should be 'agrees', 'differs', 'in_part' or 'not_found'"),
        ("2025-11-30", '"2025-11-30"', "write a day without quotes"),
        ('"JR 9"', '"XX 9"', "'XX' is no instrument"),
        ('"the made-up rules"', '""', "write one letter at least"),
    ],
)
def test_a_record_that_is_wrong_is_refused_in_its_line(tmp_path, old, new, why):
    with pytest.raises(RulebookError, match=rf"^checked\.toml, line \d+, checked\.0\..*{re.escape(why)}"):
        load_rulebook(checked(tmp_path, ROW.replace(old, new)))


def test_a_record_changes_no_law(tmp_path):
    book, bare = load_rulebook(checked(tmp_path, ROW)), load_rulebook(EXAMPLES / "rulebook_made_up")
    assert compare_rulebooks(bare, book) == []
    assert {each.short: len(each.uses) for each in provisions(book)}["JR 9"] == 0


@pytest.mark.parametrize(
    ("as_of", "more", "code"),
    [
        ("2026-11-29", (), 0),
        ("2026-11-30", (), 1),
        ("2026-11-30", ("--months", "13"), 0),
        ("2025-12-30", ("--months", "1"), 1),
        ("2025-12-29", ("--months", "1"), 0),
        ("2025-01-01", (), 0),
    ],
)
def test_a_reading_that_is_long_ago_is_warned_of_with_exit_code_1(tmp_path, as_of, more, code):
    folder = checked(tmp_path, ROW)
    done = invoke("rules", "--read", "--rulebook", folder, "--as-of", as_of, *more, "--format", "json")
    rows = {row["provision"]: row for row in rows_of(done.stdout, "json")}
    assert done.exit_code == code
    assert ("read them again" in done.stderr) is bool(code)
    assert rows["JR 3"]["read_on"] == "2025-11-30"
    assert (rows["JR 3"]["by"], rows["JR 3"]["result"], rows["JR 3"]["long_ago"]) == (
        "maintainer",
        "agrees",
        bool(code),
    )
    assert rows["JR 4"]["read_on"] is None
    assert re.search(r"of \d+ no reading is recorded: .*JR 4\b", done.stderr)


@pytest.mark.parametrize(("as_of", "months"), [("2025-11-29", None), ("2025-11-30", 0), ("2026-01-29", 1)])
def test_a_reading_of_a_later_day_is_told_as_one_and_is_no_months_ago(tmp_path, as_of, months):
    folder = checked(tmp_path, ROW)
    done = invoke("rules", "--read", "--rulebook", folder, "--as-of", as_of, "--format", "json")
    rows = {row["provision"]: row for row in rows_of(done.stdout, "json")}
    assert (done.exit_code, rows["JR 3"]["months"], rows["JR 3"]["long_ago"]) == (0, months, False)
    read = sum(row["read_on"] is not None for row in rows.values())
    told = re.search(r"(\d+) readings? shown here (?:is|are) later than 2025-11-29", done.stderr)
    assert (told and int(told[1])) == (read if months is None else None)


def test_the_command_tells_the_law_in_the_order_of_the_statute(tmp_path):
    done = invoke("rules", "--provisions", "--format", "csv")
    rows = rows_of(done.stdout, "csv")
    assert done.exit_code == 0
    assert [row["what"] for row in rows if row["provision"] == "SR 11"] == [""]
    assert any((row["provision"], row["limit"], row["cited"]) == ("SR 13", "final_plan", "SR 13(2)") for row in rows)
    assert "161 provisions" in done.stderr
    for flag in ("--provisions", "--read", "--unread"):
        table = invoke("rules", flag, "--as-of", "2026-11-30", "--format", "table") if flag == "--read" else invoke(
            "rules", flag, "--format", "table"
        )  # fmt: skip
        assert table.exit_code == 0, table.stderr
        assert max(map(len, table.stdout.splitlines())) <= 100
    unread_rows = rows_of(invoke("rules", "--unread", "--format", "json").stdout, "json")
    assert len(unread_rows) == MOST_UNREAD
    assert {row["evidence"] for row in unread_rows} == {each.evidence for each in unread(england())}
    none = invoke("rules", "--read", "--rulebook", EXAMPLES / "rulebook_made_up", "--format", "csv")
    assert (none.exit_code, "none was read" in none.stderr) == (0, True)
    refused = invoke("rules", "--unread", "--months", "3")
    assert (refused.exit_code, "it belongs to --read" in refused.stderr) == (2, True)


def test_what_is_ones_own_word_is_told_apart_from_what_was_read():
    told = invoke("rules", "--unread", "--rulebook", EXAMPLES / "rulebook_made_up").stderr
    assert (
        "0 rows not yet read whole in the primary text; 2 rows are somebody's own word, of which no law is to be read"
        in " ".join(told.split())
    )
    assert "own word" not in invoke("rules", "--unread", "--rulebook", "wales").stderr


def test_a_part_that_was_read_is_named_where_it_has_a_name():
    told = " ".join(invoke("rules", "--read", "--as-of", "2026-11-30").stderr.split())
    assert "were read in part: " in told
    assert "()" not in told


def test_a_reading_stands_under_the_provisions_of_the_versions_that_it_is_of():
    book = england()
    limit = book.limits["annual_review"]
    rule = next(rule for rule in limit.rule if rule.readings)
    name = rule.readings[0].name
    past = tuple(each.model_copy(update={"in_force_to": dt.date(2000, 1, 1)}) for each in rule.readings)
    rules = tuple(each.model_copy(update={"readings": past}) if each is rule else each for each in limit.rule)
    other = book.model_copy(update={"limits": {**book.limits, limit.id: limit.model_copy(update={"rule": rules})}})

    def readings_of(given):
        return [
            use.says
            for each in provisions(given)
            for use in each.uses
            if (use.what, use.limit) == ("reading", limit.id)
        ]

    assert name in readings_of(book)
    assert readings_of(book).count(name) > readings_of(other).count(name)
