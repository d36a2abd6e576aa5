"""`check --engine`: the same bytes from both, and which of them answers."""

import pytest

from ehcp_flow.cli.in_bulk import LARGE
from ehcp_flow.synth import write_synth
from tests.cli.running import invoke, run

AS_OF = ("--as-of", "2026-06-30")


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    file = tmp_path_factory.mktemp("check") / "cases.csv"
    write_synth(file, 400, 11, faults=0.1, csv_faults=0.05, with_caseworker=True)
    return file


@pytest.mark.parametrize("more", [(), ("--status", "overdue", "--limit", "annual_review", "--fail-on-breach")])
@pytest.mark.parametrize("form", ["csv", "json", "jsonl"])
def test_both_engines_print_the_same(path, form, more):
    one = run("check", path, *AS_OF, "--format", form, *more, "--engine", "case")
    bulk = run("check", path, *AS_OF, "--format", form, *more, "--engine", "bulk")
    assert bulk.stdout == one.stdout
    assert bulk.stdout.count("\n") > 20
    assert bulk.returncode == one.returncode == (3 if more else 1)
    *said, last = bulk.stderr.splitlines()
    *expected, tally = one.stderr.splitlines()
    assert said == expected
    assert any("caseworker" in line for line in said)
    assert any("lack a refused row" in line for line in said)
    assert last.partition(" (")[0] == tally.rpartition(", ")[0]


def test_standard_input_goes_in_bulk_if_asked(path):
    text = path.read_text("utf-8")
    one = run("check", "-", *AS_OF, "--engine", "case", stdin=text)
    bulk = run("check", "-", *AS_OF, "--engine", "bulk", stdin=text)
    assert bulk.stdout == one.stdout
    assert bulk.stderr.splitlines()[:-1] == one.stderr.splitlines()[:-1]


def test_a_case_that_cannot_be_judged_is_told_and_the_others_are_printed(tmp_path):
    file = tmp_path / "far.csv"
    file.write_text(
        "case_id,event,on\nfar,mediation_declined,2150-01-04\nnear,mediation_declined,2026-01-05\n", "utf-8"
    )
    far = ("--as-of", "2199-01-01")
    one, bulk = (invoke("check", file, *far, "--engine", engine) for engine in ("case", "bulk"))
    assert bulk.stdout == one.stdout
    assert bulk.stderr.splitlines()[0] == one.stderr.splitlines()[0]
    assert (bulk.exit_code, one.exit_code) == (1, 1)


def test_a_large_file_goes_in_bulk_by_itself_and_a_small_one_does_not(path, tmp_path):
    assert path.stat().st_size >= LARGE
    assert "findings: ehcp-flow breaches" in run("check", path, *AS_OF).stderr
    small = tmp_path / "small.csv"
    small.write_text("case_id,event,on\na,request_received,2026-01-05\n", "utf-8")
    assert "0 findings" in run("check", small, *AS_OF).stderr
    assert "findings: ehcp-flow breaches" not in run("check", path, *AS_OF, "--engine", "case").stderr


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (("--format", "table"), "table is printed one case at a time"),
        (("--case", "a"), "answered one case at a time"),
        (("--explain",), "--explain is answered one case at a time"),
    ],
)
def test_what_cannot_go_in_bulk_says_why(path, more, why):
    refused = invoke("check", path, *AS_OF, *more, "--engine", "bulk")
    assert refused.exit_code == 2
    assert why in " ".join(refused.output.split())


def test_a_store_is_read_one_case_at_a_time(tmp_path):
    refused = invoke("check", f"sqlite:///{tmp_path}/cases.db", *AS_OF, "--engine", "bulk")
    assert refused.exit_code == 2
    assert "a store is read one case at a time" in " ".join(refused.output.split())
