"""`measures` and `report`: figures, files, and what is said about them."""

import json
import re
import zipfile
from io import BytesIO

import icalendar
import pytest

from ehcp_flow.measures import catalogue
from ehcp_flow.readers import read_cases
from tests.cli.running import invoke, rows_of, table_of

AS_OF = ("--as-of", "2025-01-16")
HEADLINE = "pc_plans_issued_20_weeks_ex"


@pytest.fixture(scope="module")
def caseload(tmp_path_factory):
    """Worcestershire and one other, with caseworkers."""
    made = tmp_path_factory.mktemp("caseload") / "cases.csv"
    done = invoke("synth", "--cases", 150, "--seed", 5, "--authority", "885", "--year", 2024, "--with-caseworker")
    other = table_of("other request_received 2024-03-04 authority=873 party=school",
                     "other assessment_refused 2024-04-02")  # fmt: skip
    made.write_text(done.stdout)
    cases = {row["case_id"] for row in rows_of(done.stdout, "csv")}
    assert len(cases) == 150
    more = made.with_name("more.csv")
    more.write_text(other)
    return made


def figures(source, *args):
    done = invoke("measures", source, *AS_OF, *args, "--format", "json")
    assert done.exit_code == 0, done.output
    return rows_of(done.stdout, "json")


def test_the_figures_are_the_librarys_under_dfes_names(caseload):
    from ehcp_flow.measures import measure

    (row,) = figures(caseload, "--year", "2024")
    (same,) = measure(read_cases(caseload), year=2024, as_of="2025-01-16").rows
    assert row == same
    assert row["authority"] == "885"
    assert row["plans_issued_den"] > 0
    flat = rows_of(invoke("measures", caseload, *AS_OF, "--year", "2024").stdout, "csv")
    assert flat == [{name: str(value) for name, value in row.items()}]


@pytest.mark.parametrize(
    ("args", "keys"),
    [
        (("--by", "quarter"), ["2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4"]),
        (("--by", "year"), ["2024"]),
        (("--by", "requester,quarter"), None),
        (("--by", "caseworker"), ["caseworker-001"]),
    ],
)
def test_figures_are_grouped_by_what_is_asked_for(caseload, args, keys):
    rows = figures(caseload, "--year", "2024", *args)
    first = args[1].split(",")[0]
    if keys is not None:
        assert [row[first] for row in rows] == keys
    else:
        assert {tuple(row)[:2] for row in rows} == {("requester", "quarter")}
        assert len(rows) > 4
    (whole,) = figures(caseload, "--year", "2024")
    assert sum(row["requests_received_in_year"] for row in rows) == whole["requests_received_in_year"]


def test_years_can_be_a_range_or_left_out(caseload):
    assert [row["year"] for row in figures(caseload, "--year", "2022-2024", "--by", "year")] == ["2022", "2023", "2024"]
    (row,) = figures(caseload)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d to 2025-01-16", row["period"])


def test_one_measure_or_one_column_can_be_asked_for(caseload):
    (row,) = figures(caseload, "--year", "2024", "--measure", "requests")
    wanted = {column.name_in(2024) for column in catalogue().measures["requests"].columns}
    assert set(row) == {"authority", "period", *wanted}
    (row,) = figures(caseload, "--year", "2024", "--measure", HEADLINE)
    assert [name.lower() for name in row] == ["authority", "period", HEADLINE]


def test_a_figure_explains_itself_with_its_cases(caseload):
    (row,) = figures(caseload, "--year", "2024", "--measure", HEADLINE, "--explain")
    (plain,) = figures(caseload, "--year", "2024")
    assert len(row["denominator"]) == plain["plans_issued_den_ex"]
    assert set(row["numerator"]) <= set(row["denominator"])
    assert row["traps"]
    done = invoke(
        "measures", caseload, *AS_OF, "--year", "2024", "--measure", HEADLINE, "--explain", "--format", "table"
    )
    text = " ".join(done.stdout.split())
    assert f"Denominator: {len(row['denominator'])}" in text
    assert f"Cases in the numerator: {row['numerator'][0]}" in text
    flat = invoke("measures", caseload, *AS_OF, "--year", "2024", "--measure", HEADLINE, "--explain")
    assert rows_of(flat.stdout, "csv")[0]["numerator"] == "; ".join(row["numerator"])


def test_a_terminal_gets_a_list_of_figures_for_each_group(caseload):
    text = invoke("measures", caseload, *AS_OF, "--year", "2024", "--measure", "requests", "--format", "table").stdout
    assert text.startswith("authority 885, period 2024\n")
    assert "requests received in the period" in text
    assert max(map(len, text.splitlines())) <= 100


def test_the_catalogue_needs_no_file_that_exists():
    rows = rows_of(invoke("measures", "-", "--catalogue", "--format", "json").stdout, "json")
    assert [row["measure"] for row in rows] == list(catalogue().measures)
    assert "20 weeks" in invoke("measures", "-", "--catalogue", "--format", "table").stdout


@pytest.mark.parametrize("args", [("check", "--status", "late"), ("breaches",), ("measures", "--year", "2024")])
def test_rows_can_be_a_workbook(caseload, args):
    command, *rest = args
    done = invoke(command, caseload, *AS_OF, *rest, "--format", "xlsx")
    assert done.exit_code == 0
    book = zipfile.ZipFile(BytesIO(done.stdout_bytes))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    flat = rows_of(invoke(command, caseload, *AS_OF, *rest, "--format", "csv").stdout, "csv")
    assert sheet.count("<row ") == len(flat) + 1
    assert "<f>" not in sheet


def test_exit_codes_of_measures(caseload, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text(table_of("a request_received 2024-03-04 authority=885") + "b,request_received,never,,,,,,,\n")
    done = invoke("measures", bad, "--year", "2024", *AS_OF)
    assert (done.exit_code, len(rows_of(done.stdout, "csv"))) == (1, 1)
    for args, said in (
        (("none.csv",), "none.csv"),
        ((caseload, "--year", "twenty"), "2020-2024"),
        ((caseload, "--year", "2024-2020"), "first one first"),
        ((caseload, "--by", "colour"), "'colour'"),
        ((caseload, "--measure", "request"), "did you mean requests"),
        ((caseload, "--explain"), "--measure"),
        (("-", "--by", "caseworker"), "'caseworker'"),
    ):
        done = invoke("measures", *args, *AS_OF, stdin="case_id,event,on\n")
        assert done.exit_code == 2, args
        assert said in done.stderr
        assert done.stdout == ""


def test_small_numbers_are_hidden_for_publication(caseload):
    plain = figures(caseload, "--year", "2024", "--by", "requester", "--measure", "requests")
    rows = figures(caseload, "--year", "2024", "--by", "requester", "--measure", "requests", "--suppress", 5)
    assert len(rows) == len(plain)
    shown = [value for row in rows for name, value in row.items() if name.startswith("requests_")]
    assert "c" in shown
    assert not [value for value in shown if isinstance(value, int) and 0 < value < 5]
    text = invoke("measures", caseload, *AS_OF, "--year", "2024", "--measure", "requests", "--suppress", 5).stderr
    assert "c: too few to be shown" in text
    done = invoke("measures", caseload, "--measure", "requests", "--explain", "--suppress", 5)
    assert (done.exit_code, "--suppress" in done.stderr) == (2, True)


def said_of(*args, stdin=None):
    done = invoke(*args, stdin=stdin)
    assert done.exit_code == 0, done.output
    return " ".join(done.stderr.split())


def test_what_cannot_be_counted_is_said_before_the_zeros(caseload, tmp_path):
    one = table_of("a request_received 2024-03-04 authority=885")
    plans = ("--measure", "plans", *AS_OF)
    empty = tmp_path / "empty.csv"
    empty.write_text("case_id,event,on\n")
    assert "warning: empty.csv: there is no case in it" in said_of("measures", empty, *plans).replace(
        f"{tmp_path}/", ""
    )
    assert "nothing is on record in 2019; the records go from 2024-03-04 to 2024-03-04" in said_of(
        "measures", "-", "--year", "2019", *plans, stdin=one
    )
    assert "2030 lies after 2025-01-16" in said_of("measures", "-", "--year", "2030", *plans, stdin=one)
    assert "warning" not in said_of("measures", "-", "--year", "2024", *plans, stdin=one)
    assert "no case of authority 999; there are cases of 885" in said_of(
        "measures", "-", "--authority", "999", *plans, stdin=one
    )
    early = one.replace(",885,", ",885,2024-03-05T09:00:00Z")
    known = said_of("measures", "-", "--known-at", "2024-01-01", *plans, stdin=early)
    assert "nothing had been recorded by 2024-01-01" in known


def test_a_report_says_where_nothing_published_stands_beside_it(tmp_path):
    page = tmp_path / "r.html"
    unknown = table_of("a request_received 2024-03-04 authority=999")
    assert "authority 999 is not in the Department's tables of 2019 to 2024" in said_of(
        "report", "-", "--html", page, *AS_OF, stdin=unknown
    )
    assert "Education, health and care plans: authority 999" in page.read_text()
    unsaid = table_of("a request_received 2024-03-04")
    assert "no case says its authority" in said_of("report", "-", "--html", page, *AS_OF, stdin=unsaid)


def test_a_column_is_named_as_the_file_or_as_the_reader_writes_it(tmp_path):
    source = tmp_path / "cases.csv"
    source.write_text("case_id,event,on,Case Worker\na,request_received,2024-03-04,Ann\n")
    for name in ("Case Worker", "case_worker", "CASE WORKER"):
        done = invoke("measures", source, "--by", name, "--measure", "requests", *AS_OF, "--format", "json")
        assert [row["case_worker"] for row in rows_of(done.stdout, "json")] == ["Ann"], name
        assert "ignored" not in done.stderr
    rows = rows_of(invoke("registers", source, "breaches", "--only", "Case Worker=Ann", *AS_OF).stdout, "csv")
    assert {row["case_worker"] for row in rows} == {"Ann"}


# The report


def test_a_report_is_a_page_a_workbook_and_a_calendar(caseload, tmp_path):
    page, book, feed = tmp_path / "r.html", tmp_path / "r.xlsx", tmp_path / "r.ics"
    done = invoke("report", caseload, *AS_OF, "--html", page, "--xlsx", book, "--ics", feed)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "150 cases: " in done.stderr
    html = page.read_text()
    assert html.startswith("<!DOCTYPE html>") or html.lower().startswith("<!doctype html>")
    assert "16 Jan 2025" in html
    assert not re.search(r"<(?:script|img|link)[^>]+(?:src|href)=.https?:", html)
    names = zipfile.ZipFile(book).read("xl/workbook.xml").decode()
    assert "Measures by year" in names
    assert "Register breaches" in names
    events = icalendar.Calendar.from_ical(feed.read_bytes()).walk("VEVENT")
    assert len(events) > 20
    assert sorted(file.name for file in tmp_path.iterdir()) == ["r.html", "r.ics", "r.xlsx"]


def test_a_page_for_publication_holds_no_case(caseload, tmp_path):
    page, public, book = tmp_path / "r.html", tmp_path / "p.html", tmp_path / "p.xlsx"
    invoke("report", caseload, *AS_OF, "--html", page)
    done = invoke("report", caseload, *AS_OF, "--html", public, "--xlsx", book, "--suppress", 5)
    assert re.search(r"\bC0000\d{3}\b", page.read_text())
    assert not re.search(r"\bC0000\d{3}\b", public.read_text())
    assert f"warning: --suppress is for the page alone; {book} holds single cases" in done.stderr


def test_a_calendar_can_be_for_one_desk_or_one_adviser(caseload, tmp_path):
    def feed(*args):
        done = invoke("report", caseload, *AS_OF, "--ics", tmp_path / "r.ics", *args)
        assert done.exit_code == 0, done.output
        events = icalendar.Calendar.from_ical((tmp_path / "r.ics").read_bytes()).walk("VEVENT")
        return {str(event["UID"]) for event in events}

    assert feed("--only", "caseworker=caseworker-001") == feed()
    assert feed("--only", "caseworker=") == set()
    assert feed() > feed("--adviser", "medical")


def test_a_report_of_a_store_is_the_report_of_its_file(caseload, tmp_path):
    url = f"sqlite:///{tmp_path}/s.db"
    plain = tmp_path / "plain.csv"
    plain.write_text(invoke("synth", "--cases", 40, "--seed", 2, "--year", 2024).stdout)
    assert invoke("import", plain, "--store", url).exit_code == 0
    for source, name in ((plain, "a.html"), (url, "b.html")):
        assert invoke("report", source, *AS_OF, "--html", tmp_path / name).exit_code == 0
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_exit_codes_of_a_report(caseload, tmp_path):
    page = tmp_path / "r.html"
    bad = tmp_path / "bad.csv"
    bad.write_text(table_of("a request_received 2024-03-04 authority=885") + "b,request_received,never,,,,,,,\n")
    assert invoke("report", bad, *AS_OF, "--html", page).exit_code == 1
    assert page.exists()
    for args, said in (
        ((caseload,), "--html"),
        (("none.csv", "--html", page), "none.csv"),
        ((caseload, "--html", page, "--suppress", "-1"), "--suppress"),
        ((caseload, "--html", page, "--adviser", "psychological"), "--ics"),
        ((caseload, "--html", page, "--only", "colour=x"), "colour"),
        ((caseload, "--ics", tmp_path / "r.ics", "--only", "caseworker"), "COLUMN=VALUE"),
        ((caseload, "--html", tmp_path / "no" / "r.html"), "cannot write"),
    ):
        done = invoke("report", *args, *AS_OF)
        assert done.exit_code == 2, args
        assert said in done.stderr


def test_a_family_gets_a_page_of_one_case(folder, tmp_path):
    page = tmp_path / "case.html"
    args = ("explain", folder / "cases.csv", "--case", "jsc-cambridgeshire", "--as-of", "2025-10-21", "--html", page)
    done = invoke(*args)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "jsc-cambridgeshire" in page.read_text()
    assert "23 July 2025" in page.read_text()
    assert invoke(*args, "--limit", "final_plan").exit_code == 2


def test_disputes_stand_beside_the_pathway():
    source = table_of(
        "a request_received 2026-03-02",
        "a assessment_refused 2026-04-10",
        "a mediation_contacted 2026-04-20",
    )
    (row,) = rows_of(invoke("state", "-", "--as-of", "2026-05-01", stdin=source).stdout, "csv")
    assert row["state"] == "REFUSED_ASSESSMENT"
    assert "about the refusal to assess" in row["disputes"] or "assessment_refused" in row["disputes"]
    text = invoke("state", "-", "--case", "a", "--as-of", "2026-05-01", "--format", "table", stdin=source).stdout
    assert "Disputes, beside the pathway" in text
    told = json.loads(
        invoke("explain", "-", "--case", "a", "--as-of", "2026-05-01", "--format", "json", stdin=source).stdout
    )
    (dispute,) = told["disputes"]
    assert (dispute["decision"], dispute["decided_on"]) == ("assessment_refused", "2026-04-10")
