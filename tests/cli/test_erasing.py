"""`retention`, `erase` and `db erased`: from the list to what is left."""

import csv
import io

import pytest

from tests.cli.running import invoke, rows_of

STORY = """case_id,event,on,party,authority,outcome
old,date_of_birth,1990-01-05,,885,
old,request_received,2000-03-02,parent,885,
held,date_of_birth,1990-01-05,,885,
held,assessment_refused,2000-03-02,,885,
held,appeal_registered,2000-04-02,,885,
young,date_of_birth,2010-01-05,,885,
young,request_received,2016-03-02,parent,885,
unborn,request_received,2016-03-02,parent,885,
"""


@pytest.fixture
def sources(tmp_path):
    facts, url = tmp_path / "facts.csv", f"sqlite:///{tmp_path / 'cases.db'}"
    facts.write_text(STORY)
    assert invoke("import", facts, "--store", url).exit_code == 0
    return facts, url


def test_the_list_is_the_same_of_a_file_and_of_a_store(sources):
    for source in sources:
        done = invoke("retention", source, "--as-of", "2026-06-30", "--format", "json")
        rows = [(row["case_id"], row["keep_until"], row["may_go"]) for row in rows_of(done.stdout, "json")]
        assert sorted(rows) == [("held", "2021-01-05", False), ("old", "2021-01-05", True)]
        assert "2 cases kept for 31 years, 1 held by nothing" in done.stderr
        assert "of 1 case no date of birth is on record" in done.stderr
    assert "kept for 1 year," in invoke("retention", sources[0], "--as-of", "2026-06-30", "--years", "1").stderr
    shown = invoke("retention", sources[0], "--as-of", "2026-06-30", "--format", "table").stdout
    assert "APPEALED: assessment_refused of 2000-03-02" in " ".join(shown.split())
    assert rows_of(invoke("retention", sources[0], "--as-of", "2026-06-30", "--years", "40", "--format", "csv").stdout,
                   "csv") == []  # fmt: skip


def test_a_case_is_erased_only_when_it_is_said_and_all_that_are_named_are_there(sources, tmp_path):
    _, url = sources
    args = ("erase", "--store", url, "--case", "old", "--why", "end of retention", "--by", "j.smith")
    refused = invoke(*args)
    assert refused.exit_code == 2
    assert "1 case would be gone for good (old); say --yes" in " ".join(refused.stderr.split())
    assert invoke(*args, "--case", "nobody", "--yes").exit_code == 2
    assert invoke("person", "--store", url, "--case", "old").exit_code == 0
    done = invoke(*args, "--case", "young", "--yes")
    assert (done.exit_code, done.stdout) == (0, "Case old is erased: 2 facts\nCase young is erased: 2 facts\n")
    assert invoke("person", "--store", url, "--case", "old").exit_code == 2
    verified = invoke("db", "verify", "--store", url)
    assert verified.exit_code == 0
    assert "2 cases were erased" in verified.stdout
    assert invoke("export", "--store", url, "--output", tmp_path / "out.csv").exit_code == 0
    left = {row["case_id"] for row in csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text()))}
    assert left == {"held", "unborn"}
    listed = rows_of(invoke("db", "erased", "--store", url, "--format", "json").stdout, "json")
    assert [(row["case_id"], row["facts"], row["erased_by"], row["reason"]) for row in listed] == [
        ("old", 2, "j.smith", "end of retention"),
        ("young", 2, "j.smith", "end of retention"),
    ]
    assert "end of retention" in invoke("db", "erased", "--store", url, "--format", "table").stdout


def test_a_command_that_was_stopped_halfway_goes_on_when_it_is_given_again(sources):
    facts, url = sources
    args = ("erase", "--store", url, "--why", "end of retention", "--by", "j.smith", "--yes", "--case", "old")
    assert invoke(*args).exit_code == 0
    done = invoke(*args, "--case", "young")
    assert (done.exit_code, done.stdout) == (0, "Case young is erased: 2 facts\n")
    assert "case old was erased on" in done.stderr
    again = invoke("import", facts, "--store", url, "--quiet")
    assert invoke("person", "--store", url, "--case", "old").exit_code == 2, again.stderr


def test_an_anchor_says_how_many_were_erased_since(sources, tmp_path):
    _, url = sources
    anchor = tmp_path / "heads.jsonl"
    assert invoke("db", "verify", "--store", url, "--write-anchor", anchor).exit_code == 0
    args = ("erase", "--store", url, "--case", "old", "--why", "end of retention", "--by", "j.smith", "--yes")
    assert invoke(*args).exit_code == 0
    told = invoke("db", "verify", "--store", url, "--anchor", anchor)
    assert told.exit_code == 0
    assert "1 erased since" in told.stdout
