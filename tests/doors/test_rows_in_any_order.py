"""The order of rows, a row that is there again and the files that they came in change no answer, at any door."""

import csv
import hashlib
import json
import re

import pytest

from ehcp_flow.bulk.encoding import cells_of
from ehcp_flow.facts import COLUMNS
from tests.cli.running import invoke
from tests.telling import facts

STORIES = {
    "b-moved": "2026-01-05 moved_away; 2026-01-07 moved_away; 2025-02-03 final_plan_sent authority=885",
    "a-late": """
        2024-08-19 request_received party=parent authority=885; 2024-09-30 assessment_agreed
        2024-09-20 advice_received party=EP; 2024-10-01 advice_requested party=EP
        2024-11-04 exception_recorded outcome=exceptional_circumstances until=2024-11-01 reason=swapped
        2025-02-03 draft_plan_sent; 2025-03-10 final_plan_sent
        2024-08-20 assessment_refused; 2024-08-19 date_of_birth
        2025-11-03 review_meeting_held; 2025-11-05 review_meeting_held; 2025-11-28 review_decision_sent outcome=amend
        2025-11-28 amendment_notice_sent; 2026-02-20 amended_plan_sent
    """,
    "d-phase": """
        2024-09-02 final_plan_sent authority=885; 2026-09-01 phase_transfer_due outcome=school
        2026-09-03 phase_transfer_due outcome=school; 2025-11-03 review_meeting_held
        2012-03-02 date_of_birth; 2012-03-20 date_of_birth
    """,
    "c-whose": """
        2025-03-03 request_received party=parent authority=885; 2025-04-10 assessment_agreed authority=855
        2025-04-10 advice_requested party=EP; 2025-04-12 advice_requested party=EP; 2025-06-20 advice_received party=EP
        2025-04-10 plan_agreed; 2025-04-24 plan_agreed; 2062-05-20 final_plan_sent
        2025-05-12 mediation_requested; 2025-05-13 mediation_held
    """,
}
ASKED = (
    ("check",), ("check", "--explain"), ("breaches",), ("breaches", "--register", "findings"), ("state",),
    ("registers", "breaches"), ("breaches", "--register", "exceptions"), ("measures", "--year", "2025"),
)  # fmt: skip


def write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def said(source, asked, door):
    """Return what a command says of a source: cases stand in the order of their ids, what is of one in the law's."""
    command, *args = asked
    done = invoke(command, source, *args, "--as-of", "2026-06-30", "--format", "jsonl", door=door)
    assert done.exit_code == 0, done.output
    # A store writes down when it took a fact, and an explanation says so.
    return re.sub(r"; recorded \d{4}-\d\d-\d\d \d\d:\d\d UTC", "", done.stdout)


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """The same rows as they were told, shuffled with some of them again, and file by file in stores."""
    folder = tmp_path_factory.mktemp("rows")
    told = [cells_of(fact) for case_id, story in STORIES.items() for fact in facts(story, case_id)]
    found = [write(folder / "told.csv", told)]
    for number in (1, 2):
        rows = sorted(told, key=lambda row: hashlib.sha256(f"{number}{row}".encode()).digest())
        found.append(write(folder / f"shuffled{number}.csv", [*rows, *rows[::4]]))
        url, parts = f"sqlite:///{folder / f'{number}.db'}", [rows[0::3], rows[1::3], rows[2::3], rows[4:9]]
        for part, some in enumerate(parts):
            path = write(folder / f"part{number}{part}.csv", some)
            assert invoke("import", path, "--store", url).exit_code == 0
        found.append(url)
    return found


@pytest.mark.parametrize("asked", ASKED, ids=" ".join)
def test_rows_in_any_order_of_any_files_say_the_same_at_every_door(sources, asked):
    as_told = said(sources[0], asked, "one")
    assert as_told.count("\n") >= 1
    for source in sources:
        for door in ("one", "many"):
            assert said(source, asked, door) == as_told


HEAD = "case_id,authority,event,on,party,fact_id,recorded_at\n"
ASKED_FOR = ("a,885,request_received,2026-03-02,parent,1,2026-03-02T09:00:00Z\n",
             "a,885,request_received,2026-03-02,parent,1,2026-03-09T09:00:00Z\n")  # fmt: skip
OTHERWISE = ("a,885,assessment_agreed,2026-03-30,,2,2026-03-30T09:00:00Z\n",
             "a,885,assessment_refused,2026-04-02,,2,2026-04-02T09:00:00Z\n")  # fmt: skip
PLAIN = "a,885,date_of_birth,2015-01-05,,,2026-03-02T09:00:00Z\n"


def as_file_and_store(folder, rows, exit_code=0):
    """Return a file of these rows, and a store that has taken it."""
    path, url = folder / "rows.csv", f"sqlite:///{folder / 'rows.db'}"
    path.write_text(HEAD + "".join(rows), "utf-8")
    assert invoke("import", path, "--store", url).exit_code == exit_code
    return path, url


@pytest.mark.parametrize("rows", [ASKED_FOR, ASKED_FOR[::-1]])
@pytest.mark.parametrize(("known_at", "there"), [("2026-03-01", 0), ("2026-03-05", 1), ("2026-04-01", 1)])
def test_a_fact_that_its_source_told_twice_is_one_since_it_was_first_written_down(tmp_path, rows, known_at, there):
    for source in as_file_and_store(tmp_path, rows):
        for door in ("one", "many"):
            assert said(source, ("breaches", "--register", "findings"), door) == ""
            asked = ("check", source, "--as-of", "2026-04-01", "--known-at", known_at, "--format", "jsonl")
            limits = [json.loads(line)["limit"] for line in invoke(*asked, door=door).stdout.splitlines()]
            assert limits.count("decide_assess") == there


@pytest.mark.parametrize("rows", [OTHERWISE, OTHERWISE[::-1]])
def test_of_two_rows_of_one_name_a_file_and_its_store_take_neither_whatever_their_order(tmp_path, rows):
    path, url = as_file_and_store(tmp_path, [PLAIN, ASKED_FOR[0], *rows], exit_code=1)
    told = {}
    for source in (path, url):
        for door in ("one", "many"):
            done = invoke("state", source, "--as-of", "2026-04-30", "--format", "jsonl", door=door)
            told[source, door] = done.stdout
            assert done.exit_code == (1 if source == path else 0)
    assert len(set(told.values())) == 1
    assert '"REQUESTED"' in told[path, "one"]


def test_a_source_that_corrects_by_name_corrects_in_the_order_of_its_rows(tmp_path):
    path, url = tmp_path / "rows.csv", f"sqlite:///{tmp_path / 'rows.db'}"
    path.write_text(HEAD + ASKED_FOR[0] + "".join(OTHERWISE), "utf-8")
    assert invoke("import", path, "--store", url, "--same-id", "corrects").exit_code == 0
    state = invoke("state", url, "--as-of", "2026-04-30", "--format", "jsonl").stdout
    assert '"REFUSED_ASSESSMENT"' in state


VALUES = [f"p,885,particular_recorded,2026-01-05,,,,caseworker,{name}\n" for name in ("Ann", "Bea")]
MANY = [f"f{number},885,request_received,2026-05-01,parent,,,,\n" for number in range(2_100)]
"""More than a batch of an import: the two values are taken in two of them."""


@pytest.mark.parametrize("values", [VALUES, VALUES[::-1]])
def test_of_two_values_from_one_day_the_same_holds_whatever_their_order_and_however_far_apart(tmp_path, values):
    path, url = tmp_path / "rows.csv", f"sqlite:///{tmp_path / 'rows.db'}"
    head = HEAD.replace("\n", ",particular,value\n")
    path.write_text(head + "p,885,final_plan_sent,2025-01-06,,,,,\n" + values[0] + "".join(MANY) + values[1], "utf-8")
    assert invoke("import", path, "--store", url).exit_code == 0
    for source in (path, url):
        for door in ("one", "many"):
            done = invoke("desk", source, "--as-of", "2026-06-30", "--only", "caseworker=Bea", "--format", "json",
                          door=door)  # fmt: skip
            assert {row["case_id"] for row in json.loads(done.stdout)} == {"p"}, done.output
