"""Writes docs/facts.md from ehcp_flow/columns.py and ehcp_flow/events.py: `python docs/make_facts.py`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from ehcp_flow.facts import COLUMNS, FACT_TYPES, OUTCOMES, SCHEMA, Fact, choices_of, outcomes_of
from ehcp_flow.record_table import ROWS

PAGE = Path(__file__).with_name("facts.md")

INTRODUCTION = """
# Facts

<!-- Generated from ehcp_flow/columns.py and events.py by `python docs/make_facts.py`. Do not edit. -->

A fact is something that happened on a date. A case is a list of them, and nothing else: where it stands and what is
due are worked out from its facts. Each fact is a row of a file, or a call:

```python
>>> import ehcp_flow as ef
>>> fact = ef.make_fact("request_received", case_id="a-123", on="02/03/2026", party="parent", authority="885")
>>> fact.on
datetime.date(2026, 3, 2)

```

What cannot be is refused, with what would be right:

```python
>>> ef.make_fact("review_decision_sent", case_id="a-123", on="2026-04-01", outcome="kept")
Traceback (most recent call last):
    ...
ehcp_flow.errors.FactError: review_decision_sent: outcome is 'kept'; write one of maintain, amend, cease

```

`case_id`, `event` and `on` are always needed. A fact may lie in the past, whenever it is written down. Facts that lie
after the day you ask about do not count yet; the few marked *ahead* below count from the day they are recorded.
How a file of facts is read is in [reading files](reading-files.md).

A day that is known to its month alone is written `2024-04`. Only `on` may be; any other day of a fact, and the day
that you ask about, has to be one. It stays a month, in files, stores and exports, until somebody corrects it by its
real day:

```python
>>> some_day = ef.make_fact("request_received", case_id="a", on="2024-04")
>>> case = ef.Case.of([some_day])
>>> (plan,) = [found for found in ef.deadlines_of(case, "2024-06-01") if found.limit == "final_plan"]
>>> plan.due_on.isoformat(), plan.due_on_earliest.isoformat()
('2024-09-17', '2024-08-19')
>>> case = case.replace(some_day, ef.make_fact("request_received", case_id="a", on="2024-04-17"), "in the post book")
>>> (plan,) = [found for found in ef.deadlines_of(case, "2024-06-01") if found.limit == "final_plan"]
>>> plan.due_on.isoformat(), plan.due_on_earliest
('2024-09-04', None)

```

What follows from such a month is in [counting](counting.md#a-day-known-to-its-month).
""".strip()

ORDER = """
## Order

The order of rows in a file, and of calls, does not matter. Facts are put in order by day. Facts of one day take the
order in which they can lawfully happen, which is the order of the table above: a request before its refusal, an order
before the notice that obeys it, a draft before the final plan.

```python
>>> late_entry = [
...     ef.make_fact("assessment_agreed", case_id="a", on="2026-03-02"),
...     ef.make_fact("request_received", case_id="a", on="2026-03-02"),
... ]
>>> [fact.event for fact in ef.Case.of(late_entry)]
['request_received', 'assessment_agreed']

```

A row that is there again, cell for cell, is the same fact. The same said under two names, or recorded at two times,
counts once, and is reported as a finding.
""".strip()

RECORD = """
## What must hold

Some things cannot be so, whatever the law says: an answer before its question, two days of birth, a period that ends
before it begins. Each is a finding by name, the same whatever the facts came in by. A fact that is *left out* excuses
nothing and is counted nowhere until somebody corrects it; every other still counts.

| finding | what must hold | what it means if it does not |
|---|---|---|
""".strip()


def page() -> str:
    """Return the page."""
    return "\n".join(_lines()).rstrip("\n") + "\n"


def _lines() -> Iterator[str]:
    yield INTRODUCTION
    yield ""
    yield "## Columns"
    yield ""
    yield "| column | meaning |"
    yield "|---|---|"
    for column in SCHEMA:
        yield f"| `{column.name}` | {column.means} |"
    yield ""
    yield "Any event may have `party`, `served_on`, `reason` and the columns about recording. The others, such as"
    yield "`outcome` and `until`, belong to the events that name them below, and are refused elsewhere."
    yield ""
    yield "## Events"
    yield ""
    yield "| event | `on` is | `outcome` | more |"
    yield "|---|---|---|---|"
    for event, cls in FACT_TYPES.items():
        yield f"| `{event}` | {cls.means()} | {_outcomes(event, cls)} | {_more(event, cls)} |"
    yield ""
    for event, cls in FACT_TYPES.items():
        _, *rest = (inspect.getdoc(cls) or "").split("\n\n")
        if rest:
            yield f"**`{event}`.** {' '.join(' '.join(rest).split())}"
            yield ""
    yield ORDER
    yield ""
    yield RECORD
    for row in ROWS:
        yield f"| `{row.finding}` | {_words(row.must_hold)} | {_words(row.means)} |"


def _words(text: str) -> str:
    """Return a sentence with the names of events and columns set as such."""
    names = sorted({*FACT_TYPES, *(column for column in COLUMNS if "_" in column), "until"}, key=len, reverse=True)
    return re.sub(rf"\b({'|'.join(names)})\b", r"`\1`", text)


def _outcomes(event: str, cls: type[Fact]) -> str:
    if event not in OUTCOMES:
        return ""
    listed = ", ".join(f"`{outcome}`" for outcome in OUTCOMES[event])
    if None in outcomes_of(event):
        return f"{listed}, or none"
    default = cls.model_fields["outcome"].get_default()
    return listed if default is None or cls.model_fields["outcome"].is_required() else f"{listed}; else `{default}`"


def _more(event: str, cls: type[Fact]) -> str:
    notes = []
    if choices := choices_of(event, "party"):
        notes.append(f"`party` is one of {', '.join(f'`{choice}`' for choice in choices)}")
    elif cls.model_fields["party"].is_required():
        notes.append("needs `party`")
    own = [name for name in COLUMNS if name in cls.model_fields and name not in Fact.model_fields and name != "outcome"]
    if own:
        notes.append(f"may have {', '.join(f'`{name}`' for name in own)}")
    notes.extend(
        f"needs `{name}`" for name in ("corrects", "reason", "served_on") if cls.model_fields[name].is_required()
    )
    if cls.prospective:
        notes.append("*ahead*")
    return "; ".join(notes)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.name}")
