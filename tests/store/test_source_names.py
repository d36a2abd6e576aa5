"""The names that a source gives its facts are its keys: one name, one fact, at every door."""

import datetime as dt

import pytest

from ehcp_flow.bulk import deadlines_frame, iter_frames
from ehcp_flow.bulk import read_cases as read_columns
from ehcp_flow.errors import FactError, RowRefused
from ehcp_flow.readers import read_case, read_cases
from ehcp_flow.store import MemoryStore, Store
from ehcp_flow.store.imports import import_file
from tests.cli.running import invoke, rows_of
from tests.telling import tell

HEAD = "case_id,authority,event,on,outcome,Fact ID\n"
WEEK_1 = HEAD + "r1,885,request_received,2026-03-02,,n1\nr1,885,assessment_agreed,2026-04-10,,n2\n"
WEEK_2 = HEAD + "r1,885,request_received,2026-03-02,,n1\nr1,885,assessment_agreed,2026-04-20,,n2\n"
TWICE = HEAD + (
    "r1,885,assessment_agreed,2026-04-10,,n2\nr1,885,request_received,2026-03-02,,n1\n"
    "r1,885,assessment_agreed,2026-04-10,,n2\nr1,885,assessment_agreed,2026-04-20,,n2\n"
    "r2,885,assessment_agreed,2026-04-20,,n3\n"
)


def write(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def agreed(case):
    return [fact.on.isoformat() for fact in case.facts if fact.event == "assessment_agreed"]


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request, tmp_path):
    if request.param == "memory":
        yield MemoryStore()
        return
    if request.param == "postgresql":
        with Store.open(request.getfixturevalue("postgres_store_url")) as opened:
            yield opened
        return
    with Store.open(f"sqlite:///{tmp_path / 's.db'}", create=True) as opened:
        yield opened


@pytest.mark.parametrize("order", [1, -1])
def test_a_file_that_uses_a_name_twice_is_refused_each_of_the_facts_at_every_door(tmp_path, order):
    """Whichever comes first: which of them is right, only the source can say."""
    path = write(tmp_path, "twice.csv", HEAD + "".join(TWICE.splitlines(keepends=True)[1:][::order]))
    by_rows, by_columns = read_cases(path), read_columns(path)
    for read in (by_rows, by_columns):
        assert {(refused.column, refused.value, refused.case_id) for refused in read.refused} == {
            ("Fact ID", "n2", "r1")
        }
        assert [refused.line for refused in read.refused] == ([2, 4, 5] if order == 1 else [3, 4, 6])
        said = sorted(
            refused.expected.partition(" goes by it, and says something else")[0][-10:] for refused in read.refused
        )
        assert said == ["2026-04-10", "2026-04-20", "2026-04-20"]
        assert agreed(read["r1"]) == []
        assert agreed(read["r2"]) == ["2026-04-20"]
    with pytest.raises(RowRefused, match="n2"):
        read_case(path, "r1")
    assert agreed(read_case(path, "r2")) == ["2026-04-20"]
    one, many = (
        invoke("check", path, "--as-of", "2026-06-30", "--format", "csv", door=door) for door in ("one", "many")
    )
    assert (one.stdout, one.stderr, one.exit_code) == (many.stdout, many.stderr, many.exit_code)
    assert one.exit_code == 1
    quoted = write(tmp_path, "quoted.csv", TWICE.replace("r1,885,request", '"r1\n",885,request'))
    frames = iter_frames(quoted)
    assert len(list(frames)) == 1
    assert [row.value for row in frames.refused] == ["n2", "n2", "n2"]


def test_a_name_that_two_cases_have_is_refused_both_at_every_door(tmp_path):
    """It is unique in its source: the fact was moved to another child, or the source counts anew for each."""
    rows = [HEAD, "r1,885,request_received,2026-03-02,,1\n", "r2,885,request_received,2026-03-09,,1\n",
            "r1,885,assessment_agreed,2026-04-10,,2\n", "r2,885,assessment_agreed,2026-04-17,,r2/2\n"]  # fmt: skip
    path = write(tmp_path, "moved.csv", "".join(rows))
    for read in (read_cases(path), read_columns(path), read_columns(path, chunk_cases=1)):
        first, refused = read.refused
        assert (first.line, first.column, first.value, first.case_id) == (2, "Fact ID", "1", "r1")
        assert (refused.line, refused.column, refused.value, refused.case_id) == (3, "Fact ID", "1", "r2")
        assert "request_received on 2026-03-02 of case r1 goes by it" in refused.expected
        assert "(r2/1)" in refused.expected
        assert {case_id: len(case.facts) for case_id, case in read.items()} == {"r1": 1, "r2": 1}
    with pytest.raises(RowRefused, match="case r1 goes by it"):
        read_case(path, "r2")
    with pytest.raises(RowRefused, match="case r2 goes by it"):
        read_case(path, "r1")
    one, many = (
        invoke("check", path, "--as-of", "2026-06-30", "--format", "csv", door=door) for door in ("one", "many")
    )
    assert (one.stdout, one.stderr, one.exit_code) == (many.stdout, many.stderr, many.exit_code)
    assert one.exit_code == 1
    line = '{"case_id": "a", "event": "request_received", "on": "2026-03-02", "fact_id": "1"}\n'
    told = write(tmp_path, "moved.jsonl", line + line.replace('"a"', '"b"'))
    assert (
        [row.case_id for row in read_columns(told).refused]
        == ["a", "b"]
        == [row.case_id for row in read_cases(told).refused]
    )


@pytest.mark.parametrize("batch", [1, 2_000])
def test_a_name_that_two_cases_of_a_file_have_is_refused_by_an_import(tmp_path, store, batch):
    text = HEAD + "r1,885,request_received,2026-03-02,,1\nr2,885,request_received,2026-03-09,,1\n"
    for same_id in ("refuse", "corrects"):
        refused: list[RowRefused] = []
        path = write(tmp_path, f"{same_id}.csv", text)
        import_file(store, path, batch=batch, same_id=same_id, refused=refused.append)
        assert [(row.line, row.column, row.case_id) for row in refused] == [(2, "fact_id", "r1"), (3, "fact_id", "r2")]
        assert [*store.case_ids()] == [], "which of them is right, no order of rows tells"


def test_rows_of_a_case_that_do_not_stand_together_are_refused_too(tmp_path):
    rows = TWICE.splitlines(keepends=True)
    path = write(tmp_path, "apart.csv", "".join([rows[0], rows[1], rows[5], rows[4], rows[2]]))
    frames = iter_frames(path, "2026-06-30")
    assert sum(frame.height for frame in frames) == deadlines_frame(read_cases(path), "2026-06-30").height
    assert [row.line for row in frames.refused] == [2, 4] == [row.line for row in read_cases(path).refused]


def test_a_second_file_is_refused_what_it_says_otherwise(tmp_path, store):
    import_file(store, write(tmp_path, "1.csv", WEEK_1))
    refused: list[RowRefused] = []
    result = import_file(store, write(tmp_path, "2.csv", WEEK_2), refused=refused.append)
    assert (result.taken, result.duplicates, result.refused) == (0, 1, 1)
    assert [(row.line, row.column, row.value) for row in refused] == [(3, "fact_id", "n2")]
    assert agreed(store.case("r1").case) == ["2026-04-10"]


def test_a_source_that_corrects_by_name_corrects_and_may_go_back(tmp_path, store):
    for number, (text, taken, on) in enumerate(
        [(WEEK_1, 2, "2026-04-10"), (WEEK_2, 1, "2026-04-20"), (WEEK_2 + "\n", 0, "2026-04-20"),
         (WEEK_1 + "\n", 1, "2026-04-10"), (WEEK_1 + "\n\n", 0, "2026-04-10"), (WEEK_2 + "\n\n", 1, "2026-04-20")]
    ):  # fmt: skip
        result = import_file(store, write(tmp_path, f"{number}.csv", text), same_id="corrects")
        assert (result.taken, result.refused) == (taken, 0)
        assert agreed(store.case("r1").case) == [on]
        assert not store.case("r1").case.findings
    assert len(store.case("r1").case.corrections) == 3


def test_a_name_is_the_same_with_and_without_the_authority_and_after_a_redaction(tmp_path, store):
    line = "r1,{},reassessment_requested,2026-04-10,,n2\n"
    import_file(store, write(tmp_path, "1.csv", HEAD + line.format("885")))
    result = import_file(store, write(tmp_path, "2.csv", HEAD + line.format("")))
    assert (result.taken, result.duplicates) == (0, 1)
    store.record("r1", tell("2026-04-11 plan_agreed fact_id=n3 reason=secret", "r1").recorded[0], seen=1)
    store.redact("r1", 2, reason="asked for", redacted_by="me")
    again = HEAD.replace("outcome", "reason") + "r1,885,plan_agreed,2026-04-11,secret,n3\n"
    assert import_file(store, write(tmp_path, "3.csv", again)).duplicates == 1


def test_a_second_file_is_refused_a_name_that_another_case_has(tmp_path, store):
    """A row that was moved to another child would count for both; the first one has to be taken back."""
    import_file(store, write(tmp_path, "1.csv", WEEK_1))
    moved = HEAD + "r1,885,request_received,2026-03-02,,n1\nr5,885,assessment_agreed,2026-04-10,,n2\n"
    for same_id in ("refuse", "corrects"):
        refused: list[RowRefused] = []
        path = write(tmp_path, f"{same_id}.csv", moved + "\n" * len(same_id))
        dry = import_file(store, path, same_id=same_id, dry_run=True)
        result = import_file(store, path, same_id=same_id, refused=refused.append)
        assert (
            (result.taken, result.duplicates, result.refused) == (0, 1, 1) == (dry.taken, dry.duplicates, dry.refused)
        )
        assert [(row.line, row.column, row.value, row.case_id) for row in refused] == [(3, "fact_id", "n2", "r5")]
        assert "assessment_agreed on 2026-04-10 of case r1 goes by it" in refused[0].expected
    assert [*store.case_ids()] == ["r1"]


def test_names_are_compared_among_the_cases_of_one_authority(tmp_path, store):
    import_file(store, write(tmp_path, "1.csv", WEEK_1))
    other = "case_id,authority,event,on,fact_id\nx1,213,request_received,2026-03-02,n1\nx1,,plan_agreed,2026-03-09,n2\n"
    assert import_file(store, write(tmp_path, "2.csv", other)).taken == 2
    nobodys = "case_id,event,on,fact_id\nz1,request_received,2026-03-02,n1\n"
    assert import_file(store, write(tmp_path, "3.csv", nobodys)).refused == 1


def test_what_a_store_of_one_authority_refuses_tells_nothing_of_anothers(tmp_path, store_url):
    with Store.open(store_url) as every:
        import_file(every, write(tmp_path, "1.csv", WEEK_1))
    with Store.open(store_url, authority="213") as mine:
        own = "case_id,event,on,fact_id\nx1,request_received,2026-03-02,n1\n"
        assert import_file(mine, write(tmp_path, "2.csv", own)).taken == 1
        mine.record("x2", tell("2026-03-09 request_received fact_id=n2", "x2").recorded[0], seen=0)


def test_a_fact_that_is_recorded_under_the_name_of_another_cases_is_refused(store):
    line = "2026-04-10 assessment_agreed authority=885 fact_id=n2"
    first, other = (tell(line, case_id).recorded[0] for case_id in ("r1", "r2"))
    store.record("r1", first, seen=0)
    with pytest.raises(FactError, match="of case r1 goes by it"):
        store.record("r2", other, seen=0)
    with store.work() as work:
        for case_id in ("r3", "r4"):
            work.record(case_id, first.model_copy(update={"case_id": case_id, "fact_id": "n7"}), seen=0)
        with pytest.raises(FactError, match="of case r3 goes by it"):
            work.commit()
    assert [*store.case_ids()] == ["r1"]


def test_a_fact_that_is_recorded_under_the_name_of_another_is_refused(store):
    first, other = (tell(f"2026-04-{on} assessment_agreed fact_id=n2", "r1").recorded[0] for on in (10, 20))
    store.record("r1", first, seen=0)
    with pytest.raises(FactError, match="n2"):
        store.record("r1", other, seen=1)
    assert agreed(store.case("r1").case) == ["2026-04-10"]


def test_the_command_says_what_to_declare(tmp_path):
    url = f"sqlite:///{tmp_path / 's.db'}"
    assert invoke("import", write(tmp_path, "1.csv", WEEK_1), "--store", url).exit_code == 0
    second = write(tmp_path, "2.csv", WEEK_2)
    # The very file that was refused is taken again where what it means is declared.
    refused = invoke("import", second, "--store", url)
    assert (refused.exit_code, "--same-id corrects" in refused.stderr) == (1, True)
    assert invoke("import", second, "--store", url, "--same-id", "corrects").exit_code == 0
    (row,) = rows_of(
        invoke("check", url, "--as-of", "2026-06-30", "--limit", "decide_assess", "--format", "json").stdout, "json"
    )
    assert (row["done_on"], row["key"]) == ("2026-04-20", "r1|decide_assess||n1")
    assert dt.date.fromisoformat(row["due_on"]) == dt.date(2026, 4, 13)
