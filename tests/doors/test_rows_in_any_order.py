"""The order of rows, a row that is there again and the files that they came in change no answer, at any door."""

import csv
import hashlib
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
    """Return what a command says of a source: cases stand in its own order, everything of a case in that of the law."""
    command, *args = asked
    done = invoke(command, source, *args, "--as-of", "2026-06-30", "--format", "jsonl", door=door)
    assert done.exit_code == 0, done.output
    # A store writes down when it took a fact, and an explanation says so.
    text = re.sub(r"; recorded \d{4}-\d\d-\d\d \d\d:\d\d UTC", "", done.stdout)
    return "".join(sorted(text.splitlines(keepends=True), key=lambda line: line.partition(",")[0]))


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
