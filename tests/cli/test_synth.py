"""`synth`: made-up caseloads on standard output and in files."""

import pytest

from ehcp_flow.synth import counts_of, write_synth
from tests.cli.running import invoke, rows_of


def test_it_writes_csv_to_standard_output_that_check_reads_back():
    done = invoke("synth", "--cases", "30", "--seed", "1")
    assert done.exit_code == 0
    rows = rows_of(done.stdout, "csv")
    assert len({row["case_id"] for row in rows}) == 30
    assert f"{len(rows)} rows, all made up" in done.stderr
    checked = invoke("check", "-", "--as-of", "2026-06-30", stdin=done.stdout)
    assert checked.exit_code == 0
    assert len(rows_of(checked.stdout, "csv")) > 30


def test_every_option_reaches_the_library(tmp_path):
    ours, theirs = tmp_path / "ours.jsonl", tmp_path / "theirs.jsonl"
    args = ("--cases", 40, "--seed", 9, "--authority", "885", "--year", 2024, "--faults", 0.3, "--csv-faults", 0.2)
    done = invoke("synth", *args, "--with-caseworker", "--format", "jsonl", "--output", ours)
    assert (done.exit_code, done.stdout) == (0, "")
    write_synth(theirs, 40, 9, authority="885", year=2024, faults=0.3, csv_faults=0.2, with_caseworker=True,
                format="jsonl")  # fmt: skip
    assert ours.read_bytes() == theirs.read_bytes()
    assert "caseworker" in ours.read_text()


def test_a_day_can_be_given():
    rows = rows_of(invoke("synth", "--cases", "40", "--as-of", "01/03/2022").stdout, "csv")
    days = [row["on"] for row in rows if row["event"] != "phase_transfer_due"]
    assert max(days) <= "2022-03-01"


def test_the_same_seed_gives_the_same_file_and_another_gives_another():
    first = invoke("synth", "--cases", "20", "--seed", "4").stdout
    assert invoke("synth", "--cases", "20", "--seed", "4").stdout == first
    assert invoke("synth", "--cases", "20", "--seed", "5").stdout != first


def test_the_published_counts_are_met_and_what_is_not_is_named():
    done = invoke("synth", "--published", "885", "--year", "2024")
    plans = {row["case_id"] for row in rows_of(done.stdout, "csv")
             if row["event"] == "final_plan_sent" and row["on"].startswith("2024")}  # fmt: skip
    assert len(plans) == counts_of("885", 2024)["assess_issued"]
    assert "not shown: 885, 2024, no_outcome: 101 is published, 23 built" in done.stderr
    assert "Open Government Licence" in done.stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "say how many cases"),
        (("--cases", "-1"), "--cases"),
        (("--cases", "5", "--faults", "2"), "--faults"),
        (("--cases", "5", "--authority", "88"), "'88'"),
        (("--cases", "5", "--year", "1999"), "2015 to 2050"),
        (("--cases", "5", "--as-of", "1999-01-01"), "2015 to 2050"),
        (("--cases", "5", "--as-of", "never"), "'never'"),
        (("--cases", "5", "--year", "2024", "--as-of", "2024-01-01"), "not both"),
        (("--cases", "5", "--output", "no/such/folder/x.csv"), "cannot write"),
        (("--published", "885", "--cases", "5"), "DfE's counts"),
        (("--published", "885", "--seed", "5"), "DfE's counts"),
        (("--published", "000"), "'000'"),
        (("--published", "885", "--year", "1999"), "1999"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(args, said):
    done = invoke("synth", *args)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
