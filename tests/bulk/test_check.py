"""`check` by both doors: the same bytes from both, and which of them answers."""

import re
import subprocess

import pytest

from ehcp_flow.bulk import Frames
from ehcp_flow.cli.source_kinds import LARGE
from ehcp_flow.synth import write_synth
from tests.cli.running import environment, invoke, program, run

AS_OF = ("--as-of", "2026-06-30")


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    file = tmp_path_factory.mktemp("check") / "cases.csv"
    write_synth(file, 400, 11, faults=0.1, csv_faults=0.05, with_caseworker=True)
    return file


@pytest.mark.parametrize("more", [(), ("--status", "overdue", "--limit", "annual_review", "--fail-on-breach")])
@pytest.mark.parametrize("form", ["csv", "json", "jsonl"])
def test_both_doors_print_the_same(path, form, more):
    one = run("check", path, *AS_OF, "--format", form, *more, door="one")
    bulk = run("check", path, *AS_OF, "--format", form, *more, door="many")
    assert bulk.stdout == one.stdout
    assert bulk.stdout.count("\n") > 20
    assert bulk.returncode == one.returncode == (3 if more else 1)
    assert bulk.stderr == one.stderr
    assert "caseworker" not in bulk.stderr
    assert "lack a refused row" in bulk.stderr
    assert "findings (see them with" in bulk.stderr


def test_standard_input_goes_over_columns_too(path):
    text = path.read_text("utf-8")
    one = run("check", "-", *AS_OF, door="one", stdin=text)
    bulk = run("check", "-", *AS_OF, door="many", stdin=text)
    assert bulk.stdout == one.stdout
    assert bulk.stderr == one.stderr


def test_a_case_that_cannot_be_judged_is_told_and_the_others_are_printed(tmp_path):
    file = tmp_path / "far.csv"
    file.write_text(
        "case_id,event,on\nfar,mediation_declined,2150-01-04\nnear,mediation_declined,2026-01-05\n", "utf-8"
    )
    far = ("--as-of", "2199-01-01")
    one, bulk = (invoke("check", file, *far, door=door) for door in ("one", "many"))
    assert bulk.stdout == one.stdout
    assert bulk.stderr == one.stderr
    assert (bulk.exit_code, one.exit_code) == (1, 1)


def test_what_is_wrong_is_told_before_the_first_row(path):
    """Of one chunk, as a council's caseload is, everything is known before anything is printed."""
    told = subprocess.run(
        [*program("many"), "check", str(path), *AS_OF, "--format", "csv"],
        check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment(),
    ).stdout.splitlines()  # fmt: skip
    refused = [place for place, line in enumerate(told) if line.startswith("ehcp-flow: refused")]
    assert refused
    assert max(refused) < next(place for place, line in enumerate(told) if line.startswith("C0"))


def test_a_source_of_several_chunks_tells_the_same(path, monkeypatch):
    one = invoke("check", path, *AS_OF, "--format", "csv", door="one")
    kept = Frames.__init__

    def small(self, source, as_of=None, **options):
        kept(self, source, as_of, **options, chunk_cases=50)

    monkeypatch.setattr(Frames, "__init__", small)
    bulk = invoke("check", path, *AS_OF, "--format", "csv", door="many")
    assert (bulk.stdout, bulk.stderr, bulk.exit_code) == (one.stdout, one.stderr, one.exit_code)


def test_a_large_file_goes_in_bulk_by_itself_and_a_small_one_does_not(path, tmp_path):
    assert path.stat().st_size >= LARGE
    small = tmp_path / "small.csv"
    small.write_text("case_id,event,on\na,request_received,2026-01-05\n", "utf-8")
    for file, door, loaded in ((path, None, True), (small, None, False), (path, "one", False)):
        said = run("check", file, *AS_OF, "--format", "csv", door=door, PYTHONPROFILEIMPORTTIME="1")
        assert bool(re.search(r"\|\s+polars\n", said.stderr)) is loaded


def test_cases_that_are_named_are_answered_one_at_a_time(path):
    named = invoke("check", path, *AS_OF, "--case", "C0000001", "--format", "csv", door="many")
    assert named.stdout == invoke("check", path, *AS_OF, "--case", "C0000001", "--format", "csv", door="one").stdout
    assert "C0000001" in named.stdout
