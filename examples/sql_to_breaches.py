"""A table of a database, one row a child, to the list of breaches: `python examples/sql_to_breaches.py URL 2026-06-30`.

The convert file is given as a dict here; a path works as well. Rows are read from the query's result.
"""

import sys

import sqlalchemy as sa

import ehcp_flow as ef

COLUMNS = {
    "case_id": "child", "authority": 885, "records": ["request_received", "final_plan_sent"],
    "fact": [{"event": "request_received", "on": "requested"}, {"event": "final_plan_sent", "on": "plan_sent"}],
}  # fmt: skip
QUERY = "SELECT child, requested, plan_sent FROM ehcna ORDER BY child"


def breaches(url: str, as_of: str) -> None:
    """Print every breach, with its law."""
    for case in ef.convert(sa.create_engine(url), COLUMNS, query=QUERY).values():
        for each in ef.deadlines_of(case, as_of):
            if each.breach:
                print(each.case_id, each.limit, each.due_on, each.days_over, each.citation, sep=" | ")


if __name__ == "__main__":
    breaches(*sys.argv[1:])
