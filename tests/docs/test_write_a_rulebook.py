"""The fragments of "Write a rulebook" are one rulebook with the shortest one, and do what the page says of them."""

import re
import shutil
from pathlib import Path

import pytest

from ehcp_flow import Case, check_move, deadlines_of, load_rulebook, make_fact, state
from ehcp_flow.testing.rulebook_contract import RulebookContract
from tests.cli.running import invoke

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "write-a-rulebook.md"
SHORTEST = ROOT / "examples" / "rulebook_made_up"
FILE, MACHINE = re.compile(r"`([\w/]+\.toml)`"), re.compile(r"^machine = .*$", re.MULTILINE)
OPENED: tuple[str, str, dict[str, str]] = ("appeal_registered", "2026-03-02", {})


def fragments():
    """Yield the fragments, each with the file that is named last before it."""
    text = PAGE.read_text("utf-8").partition("## Part by part")[2].partition("\n## ")[0]
    said, *blocks = text.split("```toml\n")
    for block in blocks:
        fragment, _, after = block.partition("```")
        yield FILE.findall(said)[-1], fragment
        said += after


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = shutil.copytree(SHORTEST, tmp_path_factory.mktemp("guide") / "law")
    for name, fragment in fragments():
        file = made / name
        assert not file.exists() or fragment.startswith("machine = "), f"{name} stands twice on the page"
        # What takes the place of a line stands there in several.
        file.write_text(MACHINE.sub(fragment.replace("\\", r"\\"), file.read_text()) if file.exists() else fragment)
    return made


@pytest.fixture
def book(folder):
    return load_rulebook(folder)


class TestTheWhole(RulebookContract):
    @pytest.fixture
    def rulebook(self, book):
        return book


def told(*facts):
    return Case.of([make_fact(event, case_id="C-5", on=on, **more) for event, on, more in facts])


def test_the_page_has_a_fragment_for_each_file():
    assert [name for name, _ in fragments()] == [
        "hearing.toml", "notice.toml", "rehearing.toml", "moves/rehearing.toml", "check.toml",
        "moves/complaints.toml", "moves/check.toml",
    ]  # fmt: skip


def test_the_exception_excuses_its_limit_and_no_other_and_the_day_stays(book):
    away = {"outcome": "witness_away", "until": "2026-04-20", "limit": "hear"}
    case = told(OPENED, ("exception_recorded", "2026-03-20", away))
    found = {each.limit: each for each in deadlines_of(case, "2026-05-01", rulebook=book)}
    assert (str(found["hear"].due_on), found["hear"].excused_by) == ("2026-04-13", ("witness_away",))
    assert [name for name, each in found.items() if each.breach] == ["answer", "panel"]


def test_what_began_under_the_older_version_is_judged_by_that(book):
    due = {}
    for on in ("2026-06-30", "2026-07-01", "2026-07-04"):
        (found,) = [each for each in deadlines_of(told(("appeal_registered", on, {})), on, rulebook=book)
                    if each.limit == "hear"]  # fmt: skip
        due[on] = str(found.due_on)
    # Six weeks, four weeks, and four weeks that end on a Saturday of August: no day of that is one of the Tribunal's.
    assert due == {"2026-06-30": "2026-08-11", "2026-07-01": "2026-07-29", "2026-07-04": "2026-09-01"}


def test_the_notice_has_what_it_must_contain_on_the_day(folder):
    listed = {
        on: invoke("notices", "panel_met", "--on", on, "--format", "table", "--rulebook", folder).stdout
        for on in ("2026-06-30", "2026-07-01")
    }
    assert ["a rehearing can be asked for" in text for text in listed.values()] == [False, True]
    assert all("Let a panel decide [panel]: 8 weeks after" in text for text in listed.values())


@pytest.mark.parametrize(
    ("decided", "on", "lawful"),
    [("turned_down", "2026-06-30", False), ("turned_down", "2026-07-01", True), ("upheld", "2026-07-01", False)],
)
def test_the_move_hangs_on_its_guard_and_on_its_day(book, decided, on, lawful):
    case = told(OPENED, ("panel_met", "2026-04-20", {"outcome": decided}))
    assert check_move(case, "rehearing_asked", as_of=on, rulebook=book).allowed is lawful


def test_what_waits_is_told_in_the_words_of_the_page_and_leads_on(book):
    case = told(OPENED, ("driver_check_begun", "2026-03-20", {}), ("panel_met", "2026-04-20", {"outcome": "upheld"}))
    (waits,) = state(case, "2026-04-01", rulebook=book).waiting
    page = " ".join(PAGE.read_text("utf-8").split())
    assert f'"Open beside it: {waits}"' in page
    assert state(case, "2026-04-20", rulebook=book).pathway == "CHECKING"
