"""Every question to a whole caseload by both doors: the same bytes on standard output and standard error."""

from pathlib import Path

import polars as pl
import pytest

from ehcp_flow.synth import write_synth
from tests.cli.running import CHRONOLOGIES, invoke

AS_OF = ("--as-of", "2026-06-30")


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """A caseload with faults, and a case that cannot be judged on a day so far ahead."""
    file = tmp_path_factory.mktemp("doors") / "cases.csv"
    write_synth(file, 150, 21, faults=0.15, csv_faults=0.05, with_caseworker=True)
    return file


def both(*args, **options):
    """Ask by both doors, and return the answer of either, which must be the same."""
    one = invoke(*args, door="one", **options)
    bulk = invoke(*args, door="many", **options)
    assert (bulk.stdout, bulk.stderr, bulk.exit_code) == (one.stdout, one.stderr, one.exit_code)
    assert bulk.exit_code in (0, 1, 3), bulk.output
    return bulk


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "table"])
@pytest.mark.parametrize("register", [(), *(("--register", name) for name in ("breaches", "exceptions", "findings"))])
def test_both_doors_print_the_same_breaches(path, form, register):
    said = both("breaches", path, *AS_OF, "--format", form, *register)
    assert len(said.stdout.splitlines()) > 3
    assert "refused:" in said.stderr
    assert "lack a refused row" in said.stderr
    assert said.exit_code == 1


def test_breaches_leave_with_their_own_exit_code(path):
    assert both("breaches", path, *AS_OF, "--format", "csv", "--fail-on-breach").exit_code == 3


@pytest.mark.parametrize(
    "more",
    [
        ("--year", "2024"),
        ("--by", "requester", "--by", "quarter", "--year", "2023-2024"),
        ("--by", "caseworker"),
        ("--year", "2024", "--measure", "pc_plans_issued_20_weeks_ex", "--explain"),
    ],
)
@pytest.mark.parametrize("form", ["csv", "json", "table"])
def test_both_doors_print_the_same_measures(path, form, more):
    assert len(both("measures", path, *AS_OF, "--format", form, *more).stdout) > 100


@pytest.mark.parametrize("name", ["due", "advice", "reviews", "transfers", "disputes", "findings", "open-by-age"])
def test_both_doors_print_the_same_registers(path, name):
    assert both("registers", path, name, *AS_OF, "--format", "json").stdout


def test_the_report_is_the_same_page_workbook_and_calendar(path, tmp_path):
    written = {}
    for door in ("one", "many"):
        files = [tmp_path / f"report.{kind}" for kind in ("html", "ics")]
        asked = ("report", path, *AS_OF, "--html", files[0], "--ics", files[1], "--adviser", "medical")
        said = invoke(*asked, door=door)
        written[door] = [file.read_bytes() for file in files], said.stderr, said.exit_code
    assert written["many"] == written["one"]
    assert len(written["many"][0][0]) > 50_000


@pytest.mark.parametrize("form", ["table", "csv", "json", "jsonl", "ics"])
@pytest.mark.parametrize("more", [(), ("--explain",)])
def test_check_of_the_published_chronologies(form, more):
    if form == "ics" and more:
        more = ()
    assert both("check", CHRONOLOGIES, "--as-of", "2025-10-21", "--format", form, *more).stdout


@pytest.mark.parametrize(
    "question", [("breaches",), ("breaches", "--register", "findings"), ("measures", "--year", "2024"), ("check",)]
)
def test_standard_input_is_kept_and_named(path, question):
    command, *more = question
    text = Path(path).read_text("utf-8")
    assert "standard input:" in both(command, "-", *AS_OF, "--format", "csv", *more, stdin=text).stderr


def test_what_had_been_recorded_by_an_instant(tmp_path):
    file = tmp_path / "recorded.csv"
    file.write_text(
        "case_id,event,on,recorded_at\n"
        "a,request_received,2025-01-06,2025-01-07T09:00:00Z\n"
        "a,assessment_agreed,2025-03-03,2025-03-04T09:00:00Z\n"
        "b,request_received,2025-03-03,2025-06-04T09:00:00Z\n",
        "utf-8",
    )
    for command in (("check",), ("breaches",), ("measures", "--year", "2025")):
        question, *more = command
        known = ("--known-at", "2025-04-01T00:00:00Z", "--format", "csv", *more)
        assert "1 case," in both(question, file, *AS_OF, *known).stderr


def test_a_period_without_records_and_a_column_that_no_case_has(path):
    for year, said in (("2003", "nothing is on record in 2003; the records go from"), ("2050", "2050 lies after")):
        assert said in both("measures", path, *AS_OF, "--format", "csv", "--year", year).stderr
    one, bulk = (invoke("measures", path, *AS_OF, "--by", "team", door=door) for door in ("one", "many"))
    assert bulk.exit_code == one.exit_code == 2
    assert bulk.output == one.output


def test_records_that_lie_ahead_are_no_first_day(tmp_path):
    file = tmp_path / "ahead.csv"
    file.write_text("case_id,event,on\na,request_received,2027-01-04\n", "utf-8")
    for by in ((), ("--by", "quarter")):
        assert "2026" in both("measures", file, *AS_OF, "--format", "csv", *by).stdout


def test_a_case_that_cannot_be_judged_is_told_once(tmp_path):
    file = tmp_path / "far.csv"
    file.write_text(
        "case_id,event,on\nfar,mediation_declined,2150-01-04\nnear,mediation_declined,2026-01-05\n", "utf-8"
    )
    for command in (("breaches",), ("breaches", "--format", "table"), ("measures", "--year", "2026"), ("measures",)):
        question, *more = command
        said = both(question, file, "--as-of", "2199-01-01", *more)
        assert said.stderr.count("refused: case far") == 1
        assert said.exit_code == 1


@pytest.fixture(scope="module")
def in_parquet(path, tmp_path_factory):
    """The rows of a small caseload that are facts, as CSV and as Parquet."""
    directory = tmp_path_factory.mktemp("parquet")
    write_synth(directory / "cases.csv", 40, 21, with_caseworker=True)
    pl.read_csv(directory / "cases.csv", infer_schema=False).write_parquet(directory / "cases.parquet")
    return directory / "cases.csv", directory / "cases.parquet"


@pytest.mark.parametrize(
    "command",
    [
        ("check",),
        ("check", "--format", "table"),
        ("breaches", "--register", "findings"),
        ("measures", "--by", "caseworker", "--year", "2024"),
        ("registers", "reviews", "--format", "json"),
    ],
)
def test_parquet_is_read_as_it_is_as_text_however_small(in_parquet, command):
    text, columns = in_parquet
    name, *more = command
    if name == "registers":
        one, bulk = (invoke(name, source, *more, *AS_OF) for source in in_parquet)
    else:
        one, bulk = (invoke(name, source, *AS_OF, *more) for source in in_parquet)
    assert (bulk.stdout, bulk.exit_code) == (one.stdout, one.exit_code)
    assert bulk.stderr == one.stderr.replace(str(text), str(columns))
    assert len(bulk.stdout) > 100


@pytest.mark.parametrize(
    "command",
    [
        ("explain", "--case", "C0000003"),
        ("explain", "--case", "C000003"),
        ("state", "--case", "C0000003"),
        ("state",),
        ("check", "--case", "C0000007", "--case", "C0000003"),
        ("check", "--case", "nobody"),
        ("measures", "--case", "C0000003"),
        ("registers", "due", "--case", "C0000003"),
        ("what-if", "--case", "C0000003", "--event", "request_received", "--on", "2026-06-01"),
        ("check",),
    ],
)
def test_some_cases_of_a_parquet_file_are_answered_as_those_of_a_text(in_parquet, command):
    name, *more = command
    days = () if name == "what-if" else AS_OF
    one, bulk = (invoke(name, source, *more, *days) for source in in_parquet)
    assert (bulk.stdout, bulk.exit_code) == (one.stdout, one.exit_code)
    assert bulk.stderr == one.stderr.replace(str(in_parquet[0]), str(in_parquet[1]))


def test_one_case_of_a_large_file_is_not_waited_for(path, monkeypatch):
    monkeypatch.setattr("ehcp_flow.cli.source_kinds.LARGE", 10**9)
    asked = ("check", path, *AS_OF, "--case", "C0000007", "--case", "C0000003")
    one = invoke(*asked)
    monkeypatch.setattr("ehcp_flow.cli.source_kinds.LARGE", 1)
    monkeypatch.setattr("ehcp_flow.readers.read_cases", None)
    bulk = invoke(*asked)
    assert (bulk.stdout, bulk.stderr, bulk.exit_code) == (one.stdout, one.stderr, one.exit_code)
    assert "refused:" in bulk.stderr
    unknown = invoke("check", path, *AS_OF, "--case", "C000003")
    assert "did you mean C0000" in " ".join(unknown.output.split())


@pytest.fixture(scope="module")
def of_two(tmp_path_factory):
    """Cases of two authorities, and one that was moved to the other by a correction."""
    file = tmp_path_factory.mktemp("authorities") / "cases.csv"
    write_synth(file, 30, 3, authority="885")
    lines = file.read_text("utf-8").splitlines()
    names = lines[0].split(",")
    at = names.index("authority")
    for number, line in enumerate(lines[1:], 1):
        cells = line.split(",")
        if cells[0] > "C0000015":
            cells[at] = "301"
        lines[number] = ",".join(cells)
    row = dict.fromkeys([*names, "fact_id", "corrects"], "")
    row |= {"case_id": "moved", "event": "request_received", "on": "2026-01-05"}
    told = [row | {"authority": "885", "fact_id": "1"}, row | {"authority": "301", "corrects": "1"}]
    head = [f"{lines[0]},fact_id,corrects", *(f"{line},," for line in lines[1:])]
    file.write_text("\n".join([*head, *(",".join(each.values()) for each in told)]) + "\n", "utf-8")
    return file


@pytest.mark.parametrize(
    "command",
    [
        ("check", "--format", "csv"),
        ("check", "--format", "table"),
        ("breaches", "--register", "findings", "--format", "csv"),
        ("measures", "--year", "2025", "--format", "csv"),
        ("measures", "--format", "csv"),
    ],
)
@pytest.mark.parametrize("authority", ["885", "301", "999"])
def test_the_cases_of_one_authority(of_two, command, authority):
    name, *more = command
    said = both(name, of_two, *AS_OF, "--authority", authority, *more)
    if authority == "999":
        assert "no case of authority 999; there are cases of 301, 885" in said.stderr
    elif name != "breaches":
        assert ("15 cases" if authority == "885" else "16 cases") in said.stderr


def test_what_only_a_store_knows(path):
    for door in ("one", "many"):
        asked = ("--known-at", "2026-06-30T12:00:00Z", "--known-by", "stored")
        refused = invoke("check", path, *AS_OF, *asked, door=door)
        assert refused.exit_code == 2
        assert "only a store knows when it took a fact" in " ".join(refused.output.split())


@pytest.mark.parametrize("command", [("check",), ("breaches",), ("measures",), ("measures", "--by", "team")])
def test_a_file_that_is_not_there_is_refused_alike(command, tmp_path):
    name, *more = command
    asked = (name, tmp_path / "none.csv", *AS_OF, *more)
    one, bulk = (invoke(*asked, door=door) for door in ("one", "many"))
    assert (bulk.output, bulk.exit_code) == (one.output, one.exit_code)
    assert "none.csv: there is no such file" in one.output
    assert bulk.exit_code == 2
