"""Lives that a reader wrote from the text of the law before asking the engine, each with the provision that decides it.

Every life is answered one case at a time and over columns. A deadline names only what the text decides; what it leaves
open is left out. `contested` is whether another reading that the law leaves open decides the breach otherwise.
`findings` are what a person must be asked to look at, `unasked` what nobody may be.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.bulk import findings_frame, iter_rows, states_frame
from ehcp_flow.case import Case
from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.states import check_move, state
from tests.telling import tell

WRITTEN = Path(__file__).parent / "written"
LIVES: list[dict[str, Any]] = [
    {**life, "subject": path.stem}
    for path in sorted(WRITTEN.glob("*.toml"))
    for life in tomllib.loads(path.read_text("utf-8"))["life"]
]
KEYS = ("limit", "party", "starts_on", "done_on")
"""What tells a deadline from the others of its case."""

Row = Mapping[str, Any]


def one_case(case: Case, as_of: str) -> list[Row]:
    return [deadline.as_dict() for deadline in deadlines_of(case, as_of)]


def columns(case: Case, as_of: str) -> list[Row]:
    return list(iter_rows([case], as_of))


each_life = pytest.mark.parametrize("life", LIVES, ids=lambda life: f"{life['subject']}: {life['name']}")
both_doors = pytest.mark.parametrize("door", [one_case, columns])


def told(life: Row) -> Case:
    return tell(life["facts"], life["name"])


def plain(value: Any) -> Any:
    """As a life writes it: days as text, an empty one where there is none, and grounds as a list."""
    if isinstance(value, list | tuple):
        return list(value)
    return value if isinstance(value, bool | int) else "" if value is None else str(value)


def seen(row: Row, name: str) -> Any:
    return bool(row["contested_by"]) if name == "contested" else plain(row[name])


def matching(rows: Iterable[Row], wanted: Row) -> list[Row]:
    return [row for row in rows if all(str(row[key]) == str(wanted[key]) for key in KEYS if key in wanted)]


@both_doors
@each_life
def test_the_deadlines_are_what_the_text_makes_them(life: Row, door: Callable[[Case, str], list[Row]]):
    rows = door(told(life), str(life["as_of"]))
    for wanted in life.get("deadlines", []):
        found = matching(rows, wanted)
        assert len(found) == 1, (wanted, found, life["because"])
        given = {name: seen(found[0], name) for name in wanted}
        assert given == {name: plain(value) for name, value in wanted.items()}, life["because"]
    for unwanted in life.get("absent", []):
        assert matching(rows, unwanted) == [], life["because"]


@pytest.mark.parametrize(
    "life", [life for life in LIVES if life.keys() & {"findings", "unasked"}], ids=lambda life: life["name"]
)
def test_a_person_is_asked_to_look_at_what_the_text_leaves_open_and_at_nothing_that_it_settles(life: Row):
    case, as_of = told(life), str(life["as_of"])
    codes = {finding.code for finding in answer(case, as_of).findings}
    assert codes == set(findings_frame([case], as_of)["code"])
    assert set(life.get("findings", ())) <= codes, life["because"]
    assert not codes & set(life.get("unasked", ())), life["because"]


@pytest.mark.parametrize("life", [life for life in LIVES if "state" in life], ids=lambda life: life["name"])
def test_the_case_stands_where_the_text_leaves_it(life: Row):
    case, as_of = told(life), str(life["as_of"])
    assert state(case, as_of).pathway.name == life["state"], life["because"]
    assert states_frame([case], as_of)["state"].to_list() == [life["state"]]


@pytest.mark.parametrize(
    ("life", "event", "lawful"),
    [
        pytest.param(life, event, lawful, id=f"{life['name']}: {event}")
        for life in LIVES
        for lawful, events in ((True, "allowed"), (False, "refused"))
        for event in life.get(events, [])
    ],
)
def test_a_move_is_lawful_where_the_text_allows_it(life: Row, event: str, lawful: bool):
    verdict = check_move(told(life), event, as_of=str(life["as_of"]))
    assert verdict.allowed is lawful, life["because"]
    assert lawful == (not verdict.refusals)


def test_each_life_has_a_name_of_its_own_and_says_which_provision_decides_it():
    assert len({life["name"] for life in LIVES}) == len(LIVES) >= 60
    for life in LIVES:
        assert life["because"]
        assert life.keys() & {"deadlines", "absent", "state", "allowed", "refused"}
