"""What comes in by any door is read by one rule: digits, line ends, and words that Python may leave out."""

import pytest

from ehcp_flow import bulk
from ehcp_flow.columns import Fact
from ehcp_flow.dates import parse_date
from ehcp_flow.docstrings import docstring_of
from ehcp_flow.errors import DateError, FactError, SourceError
from ehcp_flow.facts import FACT_TYPES, load_fact, make_fact
from ehcp_flow.readers import read_cases, read_facts
from tests.cli.running import invoke, run

BENGALI, FULL_WIDTH, ARABIC = "২০২৬-০৩-০২", "０２/０３/２０２６", "٢٠٢٦-٠٣-٠٢"
HEADER = "case_id,event,on,authority\n"
GOOD = "a,request_received,2026-03-02,885\n"
MAC = (HEADER + GOOD + "b,request_received,2026-03-03,885\n").replace("\n", "\r")
OLD_MACS = "its lines end with a carriage return alone"


@pytest.mark.parametrize("day", [BENGALI, FULL_WIDTH, ARABIC])
def test_a_day_is_written_with_the_digits_0_to_9_at_every_door(tmp_path, day):
    with pytest.raises(FactError, match="its digits are not 0 to 9"):
        make_fact("request_received", case_id="a", on=day)
    with pytest.raises(FactError, match="its digits are not 0 to 9"):
        load_fact({"event": "request_received", "case_id": "a", "on": day})
    with pytest.raises(DateError, match="its digits are not 0 to 9"):
        parse_date(day)
    refused = invoke("due", "--received", day)
    assert (refused.exit_code, "its digits are not 0 to 9" in refused.stderr) == (2, True)
    path = tmp_path / "cases.csv"
    path.write_text(f"{HEADER}{GOOD}b,request_received,{day},885\n", encoding="utf-8")
    lines = tmp_path / "cases.jsonl"
    lines.write_text(
        f'{{"case_id": "a", "event": "request_received", "on": "2026-03-02"}}\n'
        f'{{"case_id": "b", "event": "request_received", "on": "{day}"}}\n',
        encoding="utf-8",
    )
    for file in (path, lines):
        for read in (read_cases, bulk.read_cases):
            found = read(file)
            assert list(found) == ["a"]
            assert "its digits are not 0 to 9" in str(found.refused[0])
        one, many = (invoke("check", file, "--as-of", "2026-06-30", "--format", "csv", door=d) for d in ("one", "many"))
        assert (one.exit_code, one.stdout, one.stderr) == (many.exit_code, many.stdout, many.stderr)
        assert (one.exit_code, "its digits are not 0 to 9" in one.stderr) == (1, True)
    taken = invoke("import", path, "--store", f"sqlite:///{tmp_path}/cases.db")
    assert (taken.exit_code, "its digits are not 0 to 9" in taken.stderr) == (1, True)


def test_an_authority_is_written_with_the_digits_0_to_9_too():
    with pytest.raises(FactError, match="authority"):
        make_fact("request_received", case_id="a", on="2026-03-02", authority="８８５")


@pytest.mark.parametrize("text", [MAC, MAC.rstrip("\r"), '{"case_id": "a"}\r{"case_id": "b"}\r'])
def test_a_file_of_bare_carriage_returns_is_refused_in_our_own_words_at_every_door(tmp_path, text):
    path = tmp_path / "mac.csv"
    path.write_text(text, newline="")
    for read in (read_cases, bulk.read_cases, lambda source: list(read_facts(source)), bulk.deadlines_frame):
        with pytest.raises(SourceError, match=OLD_MACS):
            read(path)
    for command in (["check"], ["state"], ["breaches"], ["breaches", "--register", "findings"]):
        for door in ("one", "many"):
            told = invoke(*command, path, door=door)
            assert (told.exit_code, told.stdout, OLD_MACS in told.stderr) == (4, "", True)
    told = invoke("check", "-", stdin=text)
    assert (told.exit_code, OLD_MACS in told.stderr) == (4, True)
    told = invoke("import", path, "--store", f"sqlite:///{tmp_path}/cases.db")
    assert (told.exit_code, OLD_MACS in told.stderr) == (4, True)


def test_rows_that_cannot_be_split_are_refused_in_our_own_words(tmp_path):
    path = tmp_path / "cases.csv"
    rows = ["a\rb,request_received,2026-03-02,885", '"a"b,request_received,2026-03-02,885', '"a,request_received,x']
    path.write_text(HEADER + GOOD + "\n".join(rows) + "\n", newline="")
    words = (
        "a carriage return stands outside quotation marks", "a text goes on behind its closing quotation mark",
        "a quotation mark is never closed",
    )  # fmt: skip
    for read in (read_cases, bulk.read_cases):
        for row, why in zip(read(path).refused, words, strict=True):
            assert f"cannot be split into cells ({why}); close each quotation mark" in str(row)


def test_the_words_of_every_fact_can_be_read_from_the_source():
    from ehcp_flow.docstrings import docstrings_in_source

    for fact in FACT_TYPES.values():
        assert docstrings_in_source(fact.__module__)[fact.__qualname__] == docstring_of(fact) != ""
    assert docstring_of(type("Made", (Fact,), {"__module__": "builtins"})) == ""


@pytest.mark.parametrize(
    "words",
    [("--help",), ("check", "--help"), ("db", "--help"), ("db", "grant", "--help"), ("facts", "--format", "csv")],
)
def test_help_and_facts_say_the_same_without_docstrings(words):
    plain, stripped = run(*words), run(*words, PYTHONOPTIMIZE="2")
    assert (stripped.returncode, stripped.stdout) == (plain.returncode, plain.stdout) == (0, plain.stdout)
    assert len(plain.stdout) > 500
