"""Whose case it is on a day, by every door: a file, either kind of store, a role of one authority, one case or many.

A number that was mistyped (885, then 855), and a council that another replaced (928, then 941).
"""

import os
from itertools import count

import pytest

from ehcp_flow.store import Store, access
from ehcp_flow.store.errors import WrongAuthority
from ehcp_flow.testing import a_fact
from tests.cli.running import invoke, rows_of

NUMBERS = count(1)
FACTS = """\
case_id,event,on,party,authority
typo,request_received,2025-03-03,parent,885
typo,assessment_agreed,2025-04-10,,885
typo,draft_plan_sent,2025-06-20,,885
typo,final_plan_sent,2025-07-21,,855
right,request_received,2025-03-03,parent,885
right,final_plan_sent,2025-07-21,,885
council,request_received,2020-09-07,parent,928
council,authority_replaced,2021-04-01,,941
council,assessment_agreed,2021-04-06,,
"""
LATER = "2025-07-21"
EARLIER = "2025-07-20"


@pytest.fixture
def doors(tmp_path, server, postgres_store_url):
    """The sources by name, the rows in two orders, and the role of 885."""
    lines = FACTS.splitlines(keepends=True)
    found = {}
    for order, told in (("file", lines[1:]), ("shuffled", lines[:0:-1])):
        found[order] = tmp_path / f"{order}.csv"
        found[order].write_text(lines[0] + "".join(told), encoding="utf-8")
    for name, order, url in (
        ("sqlite", "file", f"sqlite:///{tmp_path / 'store.db'}"),
        ("sqlite shuffled", "shuffled", f"sqlite:///{tmp_path / 'shuffled.db'}"),
        ("postgresql", "file", postgres_store_url),
    ):
        found[name] = url
        assert invoke("import", found[order], "--store", url).exit_code == 0
    role = f"whose_{os.getpid()}_{next(NUMBERS)}"
    server.sql(f"CREATE ROLE {role} LOGIN")
    with Store.open(postgres_store_url) as owner:
        access.grant(owner, role, "885")
    found["role"] = postgres_store_url.replace("postgres:@", f"{role}:@")
    yield found
    server.sql(f"DROP OWNED BY {role}", postgres_store_url)
    server.sql(f"DROP ROLE {role}")


def told(source, command, *args, door):
    done = invoke(command, source, *args, "--format", "csv", door=door)
    assert done.exit_code == 0, done.output
    return rows_of(done.stdout, "csv")


@pytest.mark.parametrize(
    ("day", "owners"),
    [
        ("2021-03-31", {"928": {"council"}}),
        ("2021-04-01", {"941": {"council"}}),
        (EARLIER, {"885": {"typo", "right"}, "941": {"council"}}),
        (LATER, {"885": {"right"}, "855": {"typo"}, "941": {"council"}}),
    ],
)
def test_every_door_goes_by_the_day(doors, day, owners):
    for name, source in doors.items():
        for door in ("one", "many"):
            for authority in ("885", "855", "928", "941"):
                rows = told(source, "state", "--as-of", day, "--authority", authority, door=door)
                asked = {row["case_id"] for row in rows if row["state"] != "NO_CASE"}
                # The council's case was begun under 928: the role of 885 has never had it.
                expected = owners.get(authority, set()) - ({"council"} if name == "role" else set())
                assert asked == expected, (name, door, authority)


def test_a_conflict_is_a_finding_and_a_replacement_is_none_by_every_door(doors):
    for name, source in doors.items():
        for door in ("one", "many"):
            rows = told(source, "breaches", "--register", "findings", "--as-of", LATER, door=door)
            found = {(row["case_id"], row["on"]) for row in rows if row["finding"] == "authority_conflict"}
            assert found == {("typo", "2025-07-21")}, (name, door)
            measured = told(source, "measures", "--year", "2025", "--as-of", LATER, "--by", "authority", door=door)
            plans = {row["authority"]: row["assess_issued"] for row in measured if row["assess_issued"] != "0"}
            assert plans == {"885": "1", "855": "1"}, (name, door)


def test_a_store_of_one_authority_leaves_a_replacement_to_one_that_is_open_for_all(doors):
    with Store.open(doors["role"]) as mine:
        seen = mine.case("right").version
        with pytest.raises(WrongAuthority):
            mine.record("right", a_fact("right", "authority_replaced", on="2026-04-01", authority="941"), seen=seen)
    with Store.open(doors["postgresql"]) as owner:
        owner.record("right", a_fact("right", "authority_replaced", on="2026-04-01", authority="941"), seen=seen)
    for source in (doors["postgresql"], doors["role"]):
        for door in ("one", "many"):
            rows = told(source, "state", "--as-of", "2026-04-01", "--authority", "941", door=door)
            assert "right" in {row["case_id"] for row in rows}
