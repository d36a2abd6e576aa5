"""`registers`: the lists that people work from, by name, in every format."""

import zipfile
from io import BytesIO

import icalendar
import pytest

from ehcp_flow.measures import REGISTER_FACTS, REGISTERS, TABLES, registers
from ehcp_flow.readers import read_cases
from tests.cli.running import invoke, rows_of
from tests.doors import write_story
from tests.measures.answers_made_up import answered

AS_OF = ("--as-of", "2025-01-16")
LISTS = [name for name in REGISTERS if name not in REGISTER_FACTS]
"""Those with the columns of the file beside their own."""


@pytest.fixture(scope="module")
def caseload(tmp_path_factory):
    """A year of Worcestershire, made up, with caseworkers."""
    made = tmp_path_factory.mktemp("caseload") / "cases.csv"
    args = ("--cases", 150, "--seed", 5, "--authority", "885", "--year", 2024, "--with-caseworker")
    text = invoke("synth", *args).stdout
    lines = text.splitlines()
    # Every other case goes to a second desk.
    made.write_text("\n".join(
        line.replace("caseworker-001", "Bob") if at and int(line.split(",")[0][1:]) % 2 else line
        for at, line in enumerate(lines)
    ) + "\n")  # fmt: skip
    return made


@pytest.fixture(scope="module")
def known(caseload):
    return registers(answered(*read_cases(caseload).values(), as_of="2025-01-16"))


def listed(source, *args):
    done = invoke("registers", source, *args, *AS_OF, "--format", "json")
    assert done.exit_code == 0, done.output
    return rows_of(done.stdout, "json")


@pytest.mark.parametrize("name", REGISTERS)
def test_each_register_is_the_librarys_with_the_desk_in_each_row(caseload, known, name):
    rows = listed(caseload, name)
    assert [row["case_id"] for row in rows] == [row["case_id"] for row in known[name]]
    assert all(row["caseworker"] in ("Bob", "caseworker-001") for row in rows)
    flat = rows_of(invoke("registers", caseload, name, *AS_OF).stdout, "csv")
    assert len(flat) == len(rows)


@pytest.mark.parametrize("name", TABLES)
def test_each_table_is_there_as_json_and_for_people(caseload, name):
    assert listed(caseload, name)
    text = invoke("registers", caseload, name, *AS_OF, "--format", "table").stdout
    assert TABLES[name] in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("name", LISTS)
def test_an_empty_register_has_the_columns_of_a_full_one(caseload, name):
    full, none = (
        invoke("registers", caseload, name, "--only", f"caseworker={who}", *AS_OF).stdout for who in ("Bob", "")
    )
    assert full.splitlines()[0] == none.splitlines()[0]
    assert len(none.splitlines()) == 1
    (first, *_) = listed(caseload, name)
    assert list(first) == full.splitlines()[0].split(",")


@pytest.mark.parametrize("name", LISTS)
def test_a_filter_never_changes_how_a_list_was_worked_out(caseload, name):
    every = listed(caseload, name)
    for who in ("Bob", "caseworker-001"):
        of_theirs = [row for row in every if row["caseworker"] == who]
        assert listed(caseload, name, "--only", f"caseworker={who}") == of_theirs
    (case_id,) = {every[0]["case_id"]}
    assert listed(caseload, name, "--case", case_id) == [row for row in every if row["case_id"] == case_id]


def test_without_a_name_every_register_is_named_with_its_length(caseload, known):
    rows = listed(caseload)
    assert [row["name"] for row in rows] == [*REGISTERS, *TABLES]
    assert {row["name"]: row["rows"] for row in rows if row["name"] in REGISTERS} == {
        name: len(found) for name, found in known.items()
    }


def test_rows_are_chosen_by_columns_of_the_file_and_of_the_register(caseload, known):
    overdue = [row["case_id"] for row in known["reviews"] if row["status"] == "overdue"]
    assert [row["case_id"] for row in listed(caseload, "reviews", "--only", "status=overdue")] == overdue
    never = [row["case_id"] for row in known["reviews"] if row["never_reviewed"]]
    assert [row["case_id"] for row in listed(caseload, "reviews", "--only", "never_reviewed=true")] == never
    mine = listed(caseload, "advice", "--only", "caseworker=Bob", "--only", "adviser=medical")
    assert mine
    assert {(row["caseworker"], row["adviser"]) for row in mine} == {("Bob", "medical")}


def test_a_value_is_taken_as_it_is_written_and_as_a_table_says_it(caseload):
    for one, other in (("never_reviewed=yes", "never_reviewed=true"), ("caseworker=BOB", "caseworker=Bob")):
        assert listed(caseload, "reviews", "--only", one) == listed(caseload, "reviews", "--only", other) != []


@pytest.fixture
def unowned(caseload):
    """The same cases, of which every fifth is on nobody's desk."""
    lines = caseload.read_text().splitlines()
    of_nobody = [line.rsplit(",", 1)[0] + "," if at and line[5:8] in ("005", "010", "015") else line
                 for at, line in enumerate(lines)]  # fmt: skip
    path = caseload.with_name("unowned.csv")
    path.write_text("\n".join(of_nobody) + "\n")
    return path


def test_an_empty_value_chooses_what_has_none(unowned):
    assert unowned.read_text().splitlines()[0].endswith(",caseworker")
    rows = listed(unowned, "reviews")
    none = [row for row in rows if row["caseworker"] == ""]
    assert 0 < len(none) < len(rows)
    assert listed(unowned, "reviews", "--only", "caseworker=") == none
    assert listed(unowned, "reviews", "--only", "waiting_due_on=") == [
        row for row in rows if row["waiting_due_on"] is None
    ]
    feeds = [
        icalendar.Calendar.from_ical(
            invoke("registers", unowned, "reviews", *more, *AS_OF, "--format", "ics").stdout_bytes
        ).walk("VEVENT")
        for more in (
            (),
            ("--only", "caseworker="),
            ("--only", "caseworker=Bob"),
            ("--only", "caseworker=caseworker-001"),
        )
    ]
    assert len(feeds[0]) == sum(map(len, feeds[1:]))
    assert feeds[1]


NOBODY = """
2024-01-08 request_received party=parent; 2024-02-12 assessment_agreed; 2024-05-27 final_plan_sent
2025-01-10 exception_recorded outcome=exceptional_circumstances until=2025-01-12 reason=illness
2025-01-13 advice_requested party=medical; 2026-09-01 phase_transfer_due outcome=school
"""


@pytest.mark.parametrize(
    ("name", "only"),
    [
        ("breaches", "status=late"),
        ("breaches", "limit=annual_review"),
        ("due", "limit=final_plan"),
        ("exceptions", "ground=coronavirus"),
        ("exceptions", "verdict=no ground in law"),
        ("advice", "status=Overdue"),
        ("reviews", "status=overdue"),
        ("reviews", "never_reviewed=yes"),
        ("transfers", "status=overdue"),
        ("transfers", "phase=post16"),
        ("disputes", "state=APPEALED"),
        ("disputes", "under_way=yes"),
    ],
)
@pytest.mark.parametrize("held", [True, False])
def test_a_word_of_a_closed_set_that_nothing_has_gives_an_empty_list_that_says_so(tmp_path, name, only, held):
    path = write_story(tmp_path / "story.csv", NOBODY)
    if not held:
        path = write_story(tmp_path / "none.csv", "2025-01-08 date_of_birth")
    done = invoke("registers", path, name, "--only", only, *AS_OF, "--format", "json")
    assert (done.exit_code, rows_of(done.stdout, "json")) == (0, [])
    assert f"nothing has {only}" in done.stderr
    column = only.partition("=")[0]
    done = invoke("registers", path, name, "--only", f"{column}=neverheard", *AS_OF, "--format", "json")
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"nothing has {column}=neverheard; there are" in " ".join(done.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("due", "--only", "caseworker=Khan"), "nothing has caseworker=Khan; there are Bob, caseworker-001"),
        (("due", "--only", "caseworker=Bop"), "there are Bob, "),
        (("reviews", "--only", "never_reviewed=never"), "there are false, no, true, yes"),
        (("reviews", "--only", "status=late"), "there are open, overdue"),
        (("advice", "--only", "adviser=dentist"), "medical"),
        (("advice", "--only", "adviser=dentist", "--format", "ics"), "medical"),
        (("advice", "--only", "caseworker=Khan", "--format", "ics"), "Bob"),
        (("open-by-age", "--only", "caseworker=Khan"), "Bob"),
        (("advice-by-adviser", "--only", "adviser=dentist"), "medical"),
        (("--only", "caseworker=Khan"), "Bob"),
        (("--only", "status=open"), "there is no column called 'status'"),
    ],
)
def test_a_value_that_nothing_has_is_an_error_that_names_what_there_is(caseload, args, said):
    done = invoke("registers", caseload, *args, *AS_OF)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in " ".join(done.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    ("args", "said"),
    [(("--only", "caseworker=Khan"), "Bob"), (("--adviser", "dentist"), "medical"), (("--setting", "999"), "999")],
)
def test_so_is_one_in_the_calendar_of_a_report(caseload, tmp_path, args, said):
    out = tmp_path / "due.ics"
    done = invoke("report", caseload, "--ics", out, *args, *AS_OF)
    assert done.exit_code == 2, done.output
    assert said in done.stderr
    assert not out.exists()


def test_what_falls_due_looks_as_far_as_it_is_told(caseload):
    soon, far = (listed(caseload, "due", "--weeks", weeks) for weeks in (1, 8))
    assert 0 < len(soon) < len(far)
    assert max(row["days_left"] for row in soon) <= 7


@pytest.mark.parametrize("name", ["due", "advice", "reviews", "transfers"])
def test_what_has_a_day_can_be_a_calendar(caseload, name):
    done = invoke("registers", caseload, name, "--weeks", 26, *AS_OF, "--format", "ics")
    events = icalendar.Calendar.from_ical(done.stdout_bytes).walk("VEVENT")
    assert len([event for event in events if str(event["STATUS"]) == "CONFIRMED"]) >= 5
    assert all(":" in str(event["SUMMARY"]) for event in events)
    mine = invoke("registers", caseload, name, "--weeks", 26, "--only", "caseworker=Bob", *AS_OF, "--format", "ics")
    fewer = icalendar.Calendar.from_ical(mine.stdout_bytes).walk("VEVENT")
    assert 0 < len(fewer) < len(events)


def test_a_register_can_be_a_workbook(caseload):
    done = invoke("registers", caseload, "advice", *AS_OF, "--format", "xlsx")
    sheet = zipfile.ZipFile(BytesIO(done.stdout_bytes)).read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == len(listed(caseload, "advice")) + 1


def test_a_column_that_is_used_is_not_called_ignored(caseload):
    for args in (
        ("check", caseload),
        ("registers", caseload, "advice"),
        ("measures", caseload, "--by", "caseworker", "--measure", "plans"),
        ("report", caseload, "--ics", caseload.with_name("r.ics"), "--only", "caseworker=Bob"),
        ("report", caseload, "--xlsx", caseload.with_name("r.xlsx")),
    ):
        done = invoke(*args, *AS_OF)
        assert done.exit_code == 0, done.output
        assert "ignored" not in done.stderr, args


def test_a_column_that_is_not_used_is_still_named(caseload):
    with_more = caseload.with_name("more.csv")
    lines = caseload.read_text().splitlines()
    with_more.write_text("\n".join([f"{lines[0]},shoe size", *(f"{line},4" for line in lines[1:])]) + "\n")
    said = invoke("measures", with_more, "--by", "caseworker", "--measure", "plans", *AS_OF).stderr
    assert "ignored unknown columns: shoe size" in said
    assert "caseworker" not in said.split("ignored")[1].splitlines()[0]


def test_what_cannot_be_is_refused_with_what_can(caseload, tmp_path):
    plain = tmp_path / "plain.csv"
    plain.write_text(invoke("synth", "--cases", 5, "--seed", 5, "--authority", "885", "--year", 2024).stdout)
    for args, said in (
        ((caseload, "review"), "did you mean reviews"),
        ((caseload, "advice", "--only", "advisor=medical"), "did you mean adviser"),
        ((caseload, "advice", "--only", "advisor=medical", "--only", "caseworker=Bob"), "did you mean adviser"),
        ((caseload, "advice", "--only", "adviser"), "COLUMN=VALUE"),
        ((caseload, "advice", "--show", "case worker"), "did you mean caseworker"),
        ((caseload, "findings", "--format", "ics"), "due, advice, reviews, transfers"),
        ((caseload, "--format", "ics"), "due, advice, reviews, transfers"),
        ((caseload, "advice", "--format", "ics", "--only", "status=open"), "adviser or for party"),
        ((plain, "workload"), "this one has none"),
        ((caseload, "due", "--weeks", "0"), "--weeks"),
    ):
        done = invoke("registers", *args, *AS_OF)
        assert done.exit_code == 2, args
        assert said in " ".join(done.stderr.split()), done.stderr


def test_a_report_refuses_a_column_that_the_file_has_not(caseload, tmp_path):
    done = invoke("report", caseload, "--ics", tmp_path / "r.ics", "--only", "casewoker=Bob", *AS_OF)
    assert (done.exit_code, "did you mean caseworker" in done.stderr) == (2, True)
