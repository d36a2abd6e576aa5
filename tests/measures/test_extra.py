import pytest

from ehcp_flow.errors import SourceError
from ehcp_flow.measures import read_extra

HEAD = "case_id,event,on,Case Worker,team\n"


def test_the_columns_that_no_fact_has_are_read_by_case_the_last_value_counting(tmp_path):
    file = tmp_path / "c.csv"
    file.write_text(
        "\ufeff" + HEAD + "a,request_received,2024-01-02,Ann,\na,assessment_agreed,2024-02-02,Bob,North\n"
        "b,request_received,2024-01-02,,\n,request_received,2024-01-02,Eve,\n",
        encoding="utf-8",
    )
    assert read_extra(file) == {"a": {"case_worker": "Bob", "team": "North"}, "b": {}}


def test_a_semicolon_and_json_lines_are_read_too(tmp_path):
    file = tmp_path / "c.csv"
    file.write_text("case_id;event;on;team\na;request_received;2024-01-02; North \n", encoding="utf-8")
    assert read_extra(file) == {"a": {"team": "North"}}
    lines = tmp_path / "c.jsonl"
    lines.write_text('{"case_id":"a","on":"2024-01-02","team":"North","age":7,"tags":["x"],"ok":true}\n\n', "utf-8")
    assert read_extra(lines) == {"a": {"team": "North", "age": "7"}}


def test_free_text_is_nothing_to_group_by(tmp_path):
    file = tmp_path / "c.csv"
    file.write_text(f"case_id,event,on,note\na,request_received,2024-01-02,{'x' * 201}\n", encoding="utf-8")
    assert read_extra(file) == {"a": {}}


def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path):
    with pytest.raises(SourceError, match=r"none\.csv"):
        read_extra(tmp_path / "none.csv")
    with pytest.raises(SourceError, match="this is a directory"):
        read_extra(tmp_path)


def test_a_row_that_is_wrong_hides_no_other(tmp_path):
    lines = tmp_path / "facts.jsonl"
    lines.write_text(
        '{"case_id":"a","team":"North"}\nnonsense\n{"case_id":"b",\n{"case_id":"c","team":"South"}\n', "utf-8"
    )
    assert read_extra(lines) == {"a": {"team": "North"}, "c": {"team": "South"}}
    file = tmp_path / "facts.csv"
    long = "x" * 200_000
    file.write_text(f'case_id,event,on,team\na,,,North\nb,,,"{long}"\nc,,,South\n', "utf-8")
    assert read_extra(file) == {"a": {"team": "North"}, "c": {"team": "South"}}
