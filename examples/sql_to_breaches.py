"""A table of a database, one row a child, to the list of breaches: `python examples/sql_to_breaches.py URL 2026-06-30`.

The convert file is given as a dict here; a path works as well. Rows are read from the query's result.
"""

import sys

import sqlalchemy as sa

import ehcp_flow as ef

url, as_of = sys.argv[1:]
COLUMNS = {
    "case_id": "child",
    "authority": 885,
    "records": ["request_received", "final_plan_sent"],
    "fact": [
        {"event": "request_received", "on": "requested"},
        {"event": "final_plan_sent", "on": "plan_sent"},
    ],
}
cases = ef.convert(sa.create_engine(url), COLUMNS, query="SELECT child, requested, plan_sent FROM ehcna ORDER BY child")
for case in cases.values():
    for deadline in ef.deadlines_of(case, as_of):
        if deadline.breach:
            print(deadline.case_id, deadline.limit, deadline.due_on, deadline.days_over, deadline.citation, sep=" | ")
