"""What commands say of the records that they went through, whatever these came in by."""

import pytest

from ehcp_flow.cli.messages import SHOWN
from tests.cli.running import invoke, rows_of

HEAD = "case_id,event,on,authority\n"


def _ordered(text):
    """Return the rows that a command printed, in a form that can be put in order."""
    return [tuple(row.items()) for row in rows_of(text, "csv")]


@pytest.fixture
def at_the_doors(tmp_path):
    """Return what asks a command of a file and of a store, of a few cases and of many; all say the same."""

    def ask(lines, command, *args):
        path, url = tmp_path / "told.csv", f"sqlite:///{tmp_path / 'told.db'}"
        path.write_text(HEAD + lines, encoding="utf-8")
        assert invoke("import", path, "--store", url).exit_code == 0
        answers = set()
        for source in (path, url):
            for door in ("one", "many"):
                done = invoke(command, source, *args, "--format", "csv", door=door)
                assert done.exit_code == 0, done.stderr
                # A store gives its cases in the order of their ids.
                answers.add((tuple(sorted(_ordered(done.stdout))), done.stderr))
        ((said, told),) = answers
        return [dict(row) for row in said], told

    return ask


@pytest.mark.parametrize("command", ["check", "breaches", "state"])
def test_cases_with_facts_after_the_day_are_counted(at_the_doors, command):
    lines = "a,request_received,2026-03-02,885\na,plan_agreed,2062-03-02,885\nb,request_received,2062-03-02,885\n"
    _, told = at_the_doors(lines, command, "--as-of", "2026-06-30")
    assert "2 cases have facts after 2026-06-30, which do not count yet" in told


def test_what_says_what_is_to_come_is_not_after_the_day(at_the_doors):
    lines = "a,final_plan_sent,2026-06-30,885\na,mediation_due,2026-07-30,885\n"
    _, told = at_the_doors(lines, "check", "--as-of", "2026-06-30")
    assert "do not count yet" not in told


def test_ids_that_are_nearly_the_same_are_told(at_the_doors):
    ids = ("00042", "42", "AB12", "ab12", "AB12\u200b", "AB-12", "c d", "cd", "420", "7.0", "7")
    lines = "".join(f"{case_id},request_received,2026-03-02,885\n" for case_id in ids)
    said, told = at_the_doors(lines, "state", "--as-of", "2026-06-30")
    assert len(said) == len(ids)
    groups = [line.partition("of one child: ")[2] for line in told.splitlines() if "nearly the same" in line]
    assert groups == ["'00042', '42'", "'7', '7.0'", "'AB12', 'AB12\\u200b', 'ab12'", "'c d', 'cd'"]


def test_many_groups_of_ids_are_told_in_short(at_the_doors):
    lines = "".join(f"{case_id},request_received,2026-03-02,885\n" for n in range(1, 54) for case_id in (f"0{n}", n))
    _, told = at_the_doors(lines, "state", "--as-of", "2026-06-30")
    assert told.count("nearly the same") == SHOWN
    assert f"so are {53 - SHOWN} more groups of ids" in told


def test_whose_a_case_is_goes_by_the_day_by_every_door(at_the_doors):
    lines = (
        "a,request_received,2025-03-03,885\na,draft_plan_sent,2025-06-20,885\na,final_plan_sent,2025-07-21,855\n"
        "b,request_received,2025-03-03,885\n"
    )

    def ours(authority, day):
        said, _ = at_the_doors(lines, "state", "--authority", authority, "--as-of", day)
        return {(row["case_id"], row["authority"]) for row in said}

    assert ours("885", "2025-07-20") == {("a", "885"), ("b", "885")}
    assert ours("885", "2025-07-21") == {("b", "885")}
    assert ours("855", "2025-07-21") == {("a", "855")}


def test_an_import_names_ids_that_are_nearly_those_of_the_store(tmp_path):
    url, path = f"sqlite:///{tmp_path / 'told.db'}", tmp_path / "told.csv"
    told: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for ids in (("00042", "AB12", "7"), ("42", "420"), ("420",)):
        path.write_text(HEAD + "".join(f"{case_id},request_received,2026-03-02,885\n" for case_id in ids), "utf-8")
        for args in (("--dry-run",), ()):
            done = invoke("import", path, "--store", url, *args, "--format", "json")
            assert done.exit_code == 0
            told.setdefault(ids, set()).add(
                tuple(line for line in done.stderr.splitlines() if "nearly the same" in line)
            )
    says = "ehcp-flow: warning: these ids are nearly the same, and may be of one child: '00042', '42'"
    assert list(told.values()) == [{()}, {(says,)}, {()}]
