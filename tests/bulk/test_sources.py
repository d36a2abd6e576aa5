"""Whatever holds facts, in any order and with rows that are wrong, reads in bulk as it does row by row."""

import csv
import io
import random
import subprocess
import sys

import polars as pl
import pytest

from ehcp_flow.bulk import Frames, bulk_batch, counts, deadlines_frame, iter_rows, row_sources, write_csv
from ehcp_flow.case import Case
from ehcp_flow.cli.output import flat
from ehcp_flow.deadlines import FIELDS, deadlines_of
from ehcp_flow.errors import KnownAtError, RowRefused, SourceError
from ehcp_flow.facts import COLUMNS, CONTENT, DATES, FACT_TYPES, make_fact
from ehcp_flow.formulas import disarmed
from ehcp_flow.readers import read_cases
from ehcp_flow.synth import write_synth
from tests.bulk.agreeing import case_by_case, in_bulk
from tests.telling import tell

AS_OF = "2026-06-30"
NASTY = """Case ID,Event,On,party,outcome,reason,Authority,x,until,limit
 a ,request_received,2026-01-05,parent,,,885,,,
a,assessment_agreed,03/02/2026,,,,,,,
a,"exception_recorded",2026-01-10,,exceptional_circumstances,"ill, ""very"" ill",,,2026-01-20,
b,request_received,2026-13-05,parent,,,885,,,
b,request_recieved,2026-01-05,parent,,,885,,,
b,request_received,2026-01-05,parnt,,,885,,,
b,request_received,2026-01-05,,,,885.0,,,
,,,,,,,,,
,,,,,,,only x,,

b,request_received,2026-01-05,parent,,
b,request_received,2026-01-05,,,,,,,,,,
e,request_received,2026-01-05,parent,,,885,,,,,
e,request_received,2026-01-06,parent,,,885,,,, ,x
e,request_received,2026-01-07,parent,,,885,,,, ,
b,request_received,46027,,,,,,,
b,request_received,2026-01-05,,assess,,,,,
b,request_received,2026-01-05,,,,,,2026-01-05,
,request_received,2026-01-05,,,,,,,
b,advice_requested,2026-01-06,,,,,,,
b,advice_requested,2026-01-06,Schöne,,,,,,
b,advice_requested,2026-01-06, educational ,,,,,,
b,mediation_requested,2026-01-06,,,,,,,
a,advice_requested,2026-01-06,r\rx,,,,,,
c,request_received,2026-01-05,parent,,,885,,,
c,date_of_birth,1899-01-01,parent,,,885,,,
c,date_of_birth,2199-01-01,parent,,,885,,,
"""
SPANNING = """d,exception_recorded,2026-01-10,,exceptional_circumstances,"two\nlines",,,2026-01-20,
d,request_received,2026-01-05,"
"""


def by_cases(path) -> tuple[list[dict[str, object]], bytes]:
    """What the evaluator of one case says of a file: as rows, and as the command line prints them."""
    rows = case_by_case(read_cases(path).values(), AS_OF)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(FIELDS)
    writer.writerows([flat(row[name]) for name in FIELDS] for row in rows)
    return rows, out.getvalue().encode()


def same(path, **options) -> Frames:
    rows, text = by_cases(path)
    caseload = read_cases(path)
    frames = Frames(path, AS_OF, **options)
    printed = io.BytesIO()
    write_csv(pl.DataFrame(schema=frames.schema), printed)
    for frame in frames:
        write_csv(frame, printed, header=False)
    assert list(iter_rows(path, AS_OF, refused=[], **options)) == rows
    assert printed.getvalue() == text
    assert [str(row) for row in frames.refused] == [str(row) for row in caseload.refused]
    assert (frames.rows, frames.unknown_columns) == (caseload.rows, caseload.unknown_columns)
    return frames


@pytest.mark.parametrize("chunk_cases", [1, 7, 100_000])
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_file_with_faults_reads_as_it_does_row_by_row(tmp_path, form, chunk_cases):
    path = tmp_path / "cases"
    write_synth(path, 200, 3, faults=0.2, csv_faults=0.1, with_caseworker=form == "csv", format=form)
    assert same(path, chunk_cases=chunk_cases).refused


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.encode(),
        lambda text: b"\xef\xbb\xbf" + text.rstrip().replace("\n", "\r\n").encode(),
        lambda text: text.replace(",", ";").replace("ill; ", "ill, ").encode(),
        lambda text: text.encode("cp1252"),
        lambda text: (text + SPANNING).encode(),
        lambda text: text.replace("Case ID", '"Case ID"').encode(),
        lambda text: text.replace("05,parent", "05,par\0ent", 1).encode(),
        lambda text: text.splitlines(keepends=True)[0].encode(),
    ],
    ids=["as it is", "BOM and CRLF", "semicolons", "cp1252", "rows span lines", "quoted header", "NUL", "header only"],
)  # fmt: skip
def test_a_nasty_file_reads_as_it_does_row_by_row(tmp_path, change, monkeypatch):
    path = tmp_path / "nasty.csv"
    path.write_bytes(change(NASTY))
    same(path)
    monkeypatch.setattr("ehcp_flow.bulk.csvfile.BLOCK", 100)
    same(path, chunk_cases=1)


@pytest.mark.parametrize("held", [3_000_000, 500])
def test_rows_in_no_order_are_put_together_in_memory_or_on_disk(tmp_path, monkeypatch, held):
    path = tmp_path / "shuffled.csv"
    write_synth(path, 150, 4, faults=0.1, csv_faults=0.1)
    header, *lines = path.read_text("utf-8").splitlines(keepends=True)
    random.Random(1).shuffle(lines)  # noqa: S311 - any order will do
    path.write_text(header + "".join(lines), "utf-8")
    monkeypatch.setattr(row_sources, "IN_MEMORY", held)
    monkeypatch.setattr("ehcp_flow.bulk.csvfile.BLOCK", 20_000)
    same(path, chunk_cases=40)


@pytest.fixture
def table(tmp_path) -> pl.DataFrame:
    path = tmp_path / "cases.csv"
    write_synth(path, 80, 9)
    return pl.read_csv(path, infer_schema=False)


def test_every_kind_of_source_gives_the_same_rows(tmp_path, table):
    path = tmp_path / "cases.csv"
    expected, _ = by_cases(path)
    typed = table.with_columns(
        pl.col(DATES).str.to_date(),
        pl.col("event", "outcome", "party").cast(pl.Categorical),
        pl.col("authority").cast(pl.Int32),
    )
    parquet = tmp_path / "cases.parquet"
    typed.write_parquet(parquet, row_group_size=100)
    cases = read_cases(path)
    facts = [fact for case in cases.values() for fact in case.recorded]
    with path.open("rb") as stream, path.open(encoding="utf-8", newline="") as text:
        several = [
            path, str(path), parquet, table, table.lazy(), typed, typed.to_arrow(), typed.to_arrow().to_reader(), cases,
            list(cases.values()), facts, iter(facts), stream, text,
        ]  # fmt: skip
        for source in several:
            assert list(iter_rows(source, AS_OF, chunk_cases=30)) == expected
    batch = table.to_arrow().combine_chunks().to_batches()[0]
    assert pl.DataFrame(bulk_batch(batch, AS_OF)).height == len(expected)


def test_a_batch_is_a_pure_function_of_whole_cases(table):
    whole = pl.DataFrame(bulk_batch(table.to_arrow(), AS_OF))
    half = table["case_id"].unique(maintain_order=True)[40]
    at = table["case_id"].index_of(half)
    parts = [table.head(at), table.slice(at)]
    assert pl.concat(pl.DataFrame(bulk_batch(part.to_arrow(), AS_OF)) for part in parts).equals(whole)
    assert bulk_batch(table.head(0).to_arrow(), AS_OF).schema == bulk_batch(table.to_arrow(), AS_OF).schema
    with pytest.raises(RowRefused, match="line 1, column event"):
        bulk_batch(table.with_columns(event=pl.lit("nonsense")).to_arrow(), AS_OF)


def test_a_wrong_row_of_a_frame_names_its_row_and_column(table):
    frames = Frames(table.with_columns(pl.col("on").replace_strict({}, default="2026-02-30")).head(2), AS_OF)
    assert list(frames) == [] or sum(frame.height for frame in frames) == 0
    assert [(row.line, row.column, row.value) for row in frames.refused] == [
        (1, "on", "2026-02-30"), (2, "on", "2026-02-30"),
    ]  # fmt: skip


def test_counts_add_up_to_the_deadlines(table):
    # The second of two facts corrects the first, so that a case is left to the evaluator of one case.
    alone = table.head(2).with_columns(pl.lit("alone").alias("case_id"), pl.Series("corrects", [None, "x"]))
    table = pl.concat([table, alone], how="diagonal")
    counted = counts(table, AS_OF, chunk_cases=17)
    by = ["authority", "limit", "kind", "status"]
    expected = deadlines_frame(table, AS_OF).group_by(by).agg(
        pl.len().cast(pl.UInt64).alias("deadlines"),
        pl.col("breach").sum().cast(pl.UInt64).alias("breaches"),
        (pl.col("excused_by").list.len() > 0).sum().cast(pl.UInt64).alias("excused"),
    )  # fmt: skip
    assert counted.equals(expected.sort(by, nulls_last=False))
    assert counted.select(pl.col("deadlines", "breaches", "excused").max() > 0).row(0) == (True, True, True)
    assert counts(table.head(0), AS_OF).schema == counted.schema


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("/nowhere/cases.csv", "there is no such file"),
        (pl.DataFrame({"case": ["a"], "event": ["x"]}), "no column case_id, on"),
        ([1], "neither a case nor a fact"),
    ],
)
def test_a_source_that_cannot_be_read_at_all_says_why(source, why):
    with pytest.raises(SourceError, match=why):
        deadlines_frame(source, AS_OF)


def test_a_fact_that_does_not_say_when_it_was_recorded_stops_a_question_about_the_past():
    case = tell("2025-01-06 request_received")
    with pytest.raises(KnownAtError) as in_one:
        case.known_at("2026-01-01T00:00:00Z")
    with pytest.raises(KnownAtError) as together:
        deadlines_frame([case], AS_OF, known_at="2026-01-01T00:00:00Z")
    assert str(together.value) == str(in_one.value)


def test_a_chunk_holds_a_case_or_more():
    with pytest.raises(ValueError, match="1 case or more"):
        deadlines_frame([], AS_OF, chunk_cases=0)


def test_texts_that_csv_must_quote_are_quoted_as_the_command_line_does():
    parties = ["a,b", 'say "x"', "two\nlines", "a\rb", " led", "#1", "=1+1", "'", "ü"]
    told = make_fact("school_consulted", case_id="a", on="2025-01-06")
    # As an old store may hold them.
    case = Case("a", tuple(told.model_copy(update={"party": each}) for each in parties))
    out, printed = io.StringIO(), io.BytesIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(FIELDS)
    writer.writerows([flat(row[name], disarmed) for name in FIELDS] for row in in_bulk([case], AS_OF))
    write_csv(deadlines_frame([case], AS_OF), printed)
    assert printed.getvalue() == out.getvalue().encode()


def test_the_content_of_every_fact_holds_its_fields_in_the_order_that_ties_are_settled_in():
    assert sorted(CONTENT) == sorted(COLUMNS)
    for cls in FACT_TYPES.values():
        assert list(cls.model_fields) == [name for name in CONTENT if name in cls.model_fields]


def test_without_polars_the_error_says_what_to_install():
    code = "import sys; sys.modules['polars'] = None; import ehcp_flow.bulk"
    ran = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert "LibraryMissing: polars is not installed" in ran.stderr
    assert 'pip install "ehcp-flow[bulk]"' in ran.stderr


def test_progress_tells_how_many_cases_were_judged(table):
    told: list[tuple[int, int | None]] = []
    deadlines_frame(table, AS_OF, chunk_cases=30, on_progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (80, None)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_one_worker_gives_what_several_give(table):
    one = deadlines_frame(table, AS_OF, chunk_cases=9, workers=1)
    assert one.equals(deadlines_frame(table, AS_OF, chunk_cases=9, workers=4))
    assert one.height == sum(len(deadlines_of(case, AS_OF)) for case in read_cases_of(table))


def read_cases_of(table: pl.DataFrame) -> list[Case]:
    text = io.BytesIO()
    table.write_csv(text)
    text.seek(0)
    return list(read_cases(text).values())
