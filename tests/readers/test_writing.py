"""What is written is read back as it was."""

import datetime as dt
import io
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_flow.errors import FactError, UnknownNameError
from ehcp_flow.events import AskedBody
from ehcp_flow.facts import COLUMNS, DATES, FACT_TYPES, OUTCOMES, WHITE, Fact, make_fact
from ehcp_flow.identifiers import BLANKS, LONGEST_ID
from ehcp_flow.readers import LONGEST_ROW, read_facts, write_facts

FORMATS = ["csv", "jsonl"]
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31))
TEXTS = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
    | st.text("ab,;\t\"'=+-@\r\n \x1c\x85\u2028\ufeff{}[]\\")
    | st.sampled_from(["=1+1", "@SUM(A1)", "+44", "-1", "\ufeff", '"', '""', "885.0", "\x1c", "a\rb", "a\nb"])
).map(lambda text: text.strip(WHITE)).filter(bool)  # fmt: skip
IDS = TEXTS.map(lambda text: text[:LONGEST_ID].strip(WHITE))
NAMES = {
    "case_id": IDS,
    "recorded_by": IDS,
    "party": st.from_regex(r"[\w./-]{1,64}", fullmatch=True),
    "limit": st.from_regex(r"[a-z0-9_]{1,40}", fullmatch=True),
    "fact_id": IDS.filter(lambda text: not BLANKS.search(text)),
    "corrects": IDS.filter(lambda text: not BLANKS.search(text)),
}
INSTANTS = st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2190, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001


SPECIAL = {
    ("request_received", "party"): st.sampled_from(["parent", "young_person", "other"]),
    ("records_declared", "value"): st.lists(st.sampled_from(sorted(FACT_TYPES)), min_size=1, max_size=4).map(" ".join),
    ("particular_recorded", "particular"): st.sampled_from(["team", "caseworker", "own_word"]),
    ("particular_recorded", "value"): TEXTS.filter(lambda text: 0 < len(text.strip(WHITE)) <= 200),
    ("particular_recorded", "rank"): st.none(),
    ("particular_recorded", "kind"): st.none(),
}
"""What an event alone can hold in a column."""


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    event = draw(st.sampled_from(sorted(FACT_TYPES)))
    required = {name for name, field in FACT_TYPES[event].model_fields.items() if field.is_required()}
    given_: dict[str, object] = {}
    for name in FACT_TYPES[event].model_fields:
        if name == "event" or (name not in required and draw(st.booleans())):
            continue
        if name == "outcome":
            given_[name] = draw(st.sampled_from(OUTCOMES[event]))
        elif name == "body":
            given_[name] = draw(st.sampled_from(get_args(AskedBody)))
        elif (event, name) in SPECIAL:
            given_[name] = draw(SPECIAL[event, name])
        elif name == "authority":
            given_[name] = draw(st.from_regex("[0-9]{3}", fullmatch=True, alphabet="0123456789"))
        elif name == "recorded_at":
            given_[name] = draw(INSTANTS)
        elif name in DATES:
            given_[name] = draw(DAYS)
        elif name in NAMES:
            given_[name] = draw(NAMES[name])
        else:
            given_[name] = draw(TEXTS)
    return make_fact(event, **given_)


@pytest.mark.parametrize("format_", FORMATS)
@given(told=st.lists(facts()))
def test_what_is_written_is_read_back_as_it_was(format_, told):
    as_bytes, as_text = io.BytesIO(), io.StringIO(newline="")
    assert write_facts(told, as_bytes, format=format_) == len(told)
    assert write_facts(told, as_text, format=format_) == len(told)
    assert as_text.getvalue().encode() == as_bytes.getvalue()
    if not told and format_ == "jsonl":
        assert as_bytes.getvalue() == b""
        return
    for stream in (as_bytes, as_text):
        stream.seek(0)
        reader = read_facts(stream)
        back = list(reader)
        assert reader.refused == []
        assert back == told
        assert [fact.id for fact in back] == [fact.id for fact in told]


def test_every_field_of_every_fact_has_a_column():
    assert {name for cls in FACT_TYPES.values() for name in cls.model_fields} == set(COLUMNS)


@pytest.mark.parametrize("format_", FORMATS)
def test_facts_written_to_a_path_replace_what_is_there(tmp_path, format_):
    told = [make_fact("plan_agreed", case_id="\u0142", on="2026-03-02", recorded_at="2026-03-02T09:30:00.5+01:00")]
    file = tmp_path / "facts"
    assert write_facts(told * 20, file, format=format_) == 20
    assert write_facts(told, file, format=format_) == 1
    assert list(read_facts(file)) == told
    assert write_facts(told, str(file), format=format_) == 1
    assert "2026-03-02T08:30:00.500000Z" in Path(file).read_text("utf-8")


def test_csv_as_written():
    file = io.StringIO(newline="")
    write_facts([make_fact("plan_agreed", case_id="a", on="02/03/2026", reason="=1+1, twice")], file)
    said = {"case_id": "a", "event": "plan_agreed", "on": "2026-03-02", "reason": '"=1+1, twice"'}
    assert file.getvalue() == f"{','.join(COLUMNS)}\r\n{','.join(said.get(name, '') for name in COLUMNS)}\r\n"


def test_no_facts_make_a_file_that_can_be_read():
    file = io.BytesIO()
    assert write_facts([], file) == 0
    file.seek(0)
    assert list(read_facts(file)) == []


@pytest.mark.parametrize("format_", FORMATS)
def test_what_could_not_be_read_back_is_not_written(format_):
    for reason, said in (("a\0b", "NUL"), ("\u20ac" * (LONGEST_ROW // 3), "at most 131072 bytes")):
        file = io.BytesIO()
        with pytest.raises(FactError, match=said):
            write_facts([make_fact("plan_agreed", case_id="a", on="2026-03-02", reason=reason)], file, format=format_)
        assert b"plan_agreed" not in file.getvalue()


def test_another_format_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean jsonl"):
        write_facts([], io.BytesIO(), format="json")
