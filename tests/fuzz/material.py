"""What is right, of every kind of input: the beginning of everything that is spoilt."""

import io
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from ehcp_flow.facts import make_fact
from ehcp_flow.store import Store
from tests.measures.test_plan_file import WHOLE

CSV = b'''case_id,event,on,party,outcome,until,limit,reason,authority,fact_id,corrects,recorded_at
a,request_received,2024-03-04,parent,,,,,885,f1,,2024-03-04T09:00:00Z
a,assessment_agreed,2024-04-08,,,,,,885,f2,,2024-04-08T09:00:00Z
a,advice_requested,2024-04-09,educational,,,,,,f3,,2024-04-09T09:00:00Z
a,exception_recorded,01/05/2024,100200,school_closed,07/05/2024,advice,"the roof, ""again""",,f4,,2024-05-01T09:00:00Z
a,final_plan_sent,2024-08-19,,,,,,,f5,,2024-08-19T09:00:00Z
a,fact_voided,2024-04-09,,,,,typed twice,,f6,f3,2024-08-20T09:00:00Z
b,request_received,2025-11-03,school,,,,,873,,,2025-11-03T09:00:00Z
b,assessment_refused,2025-12-20,,,,,,873,,,2025-12-20T09:00:00Z
'''
JSONL = b"""{"case_id": "a", "event": "request_received", "on": "2024-03-04", "party": "parent", "authority": "885"}
{"case_id": "a", "event": "final_plan_sent", "on": "05/08/2024", "served_on": "2024-08-07"}
{"case_id": "b", "event": "tribunal_order_made", "on": "2025-02-03", "outcome": "make_plan"}
"""
ICS = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//school//EN\r
X-EHCP-INSTITUTION:100200\r
X-EHCP-KNOWN-FROM:20230901\r
X-EHCP-KNOWN-TO:20270831\r
BEGIN:VEVENT\r
UID:1\r
DTSTAMP:20240101T000000Z\r
DTSTART;VALUE=DATE:20240723\r
DTEND;VALUE=DATE:20240903\r
SUMMARY:Summer\r
END:VEVENT\r
END:VCALENDAR\r
"""
CLOSURES = b"""institution,closed_from,reopens_on,what,known_from,known_to
100200,2024-07-23,2024-09-03,Summer,2023-09-01,2027-08-31
100201,21/12/2024,06/01/2025,"Christmas, all of it",,
"""
OFFICE = b"""authority,closed_from,reopens_on,what
885,2024-12-24,2025-01-02,Christmas
"""
PROFILE = b"""title = "Our own targets"

[[target]]
id = "advice_in_five_weeks"
title = "Have the advice after five weeks"
clock = "advice"
counting = "5 weeks after"
act = "give the advice"
done_by = ["advice_received"]
"""


PLAN = WHOLE.encode()


@cache
def parquet() -> bytes:
    """The rows of CSV as Parquet."""
    out = io.BytesIO()
    pl.read_csv(io.BytesIO(CSV), infer_schema_length=0).write_parquet(out)
    return out.getvalue()


@cache
def workbook() -> bytes:
    """The rows of CSV as a workbook, which no reader takes for a table of text."""
    from openpyxl import Workbook  # type: ignore[import-untyped]

    book, out = Workbook(), io.BytesIO()
    for row in pl.read_csv(io.BytesIO(CSV), infer_schema_length=0).rows():
        book.active.append(row)
    book.save(out)
    return out.getvalue()


@cache
def store() -> bytes:
    """A SQLite store of two facts."""
    with TemporaryDirectory() as folder:
        with Store.open(f"sqlite:///{folder}/s.db", create=True) as opened:
            opened.record("a", make_fact("request_received", case_id="a", on="2026-03-02", authority="885"), seen=0)
            opened.record("a", make_fact("request_withdrawn", case_id="a", on="2026-03-09", reason="moved"), seen=1)
        return Path(folder, "s.db").read_bytes()


@cache
def rulebook() -> dict[str, bytes]:
    """The files of the rulebook of England."""
    law = Path(__file__).parents[2] / "ehcp_flow" / "law" / "england"
    return {path.name: path.read_bytes() for path in sorted(law.glob("*.toml"))}
