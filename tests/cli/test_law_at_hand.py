"""Every command that takes a rulebook, or changed bank holidays, answers by them: no command can be forgotten."""

from pathlib import Path

import pytest

from tests.cli.running import invoke
from tests.cli.test_outputs import commands
from tests.doors import write_story
from tests.moves.test_law_at_hand import book_with

STORY = """
    2026-03-02 request_received authority=885
    2026-04-14 assessment_agreed
    2026-06-15 plan_agreed
    2026-06-22 draft_plan_sent
    2026-07-07 final_plan_sent
    2026-08-03 disclosure_requested
    2026-08-25 plan_disclosed
"""
"""SR 47: 15 working days after 3 August 2026 end on the 24th, and with one holiday more on the 25th."""
ON, CASE, CSV = ("--as-of", "2026-08-25"), ("--case", "a"), ("--format", "csv")
EARLY = ("--as-of", "2026-08-20")
ASKED: dict[str, tuple[str, ...]] = {
    "breaches": ("breaches", "{csv}", *ON, *CSV),
    "check": ("check", "{csv}", *ON, *CSV),
    "desk": ("desk", "{csv}", *EARLY, *CSV),
    "due": ("due", "--event", "disclosure_requested", "--on", "2026-08-03", *CSV),
    "explain": ("explain", "{csv}", *CASE, *ON),
    "forecast certain": ("forecast", "certain", "{csv}", *EARLY, *CSV),
    "measures": ("measures", "{csv}", *ON, "--year", "2026", *CSV),
    "notices": ("notices", "final_plan_sent"),
    "record": ("record", "a", "disclosure_requested", "2026-08-03", "--store", "{url}"),
    "registers": ("registers", "{csv}", "due", *EARLY, *CSV),
    "report": ("report", "{csv}", *ON, "--html", "{out}"),
    "rules": ("rules", *CSV),
    "scorecard": ("scorecard", "{csv}", "--plan", "{plan}", *ON, *CSV),
    "schedule": ("schedule", "--limit", "he_disclosure", "--by", "2026-08-25", *CSV),
    "state": ("state", "{csv}", *CASE, "--as-of", "2026-07-11", "--moves", "all", *CSV),
    "tables": ("tables", "{csv}", *ON, "--output", "{star}", *CSV),
    "version": ("version",),
    "what-if": ("what-if", "{csv}", *CASE, "--event", "disclosure_requested", "--on", "2026-08-03", *ON, *CSV),
}  # fmt: skip
PLAN = """
[[measure]]
id = "twenty_weeks"
figure = "pc_plans_issued_within_20_weeks"
over = 3
[[measure]]
id = "disclosed"
figure = {limit = "he_disclosure", share = "in_time"}
"""
FACTS = {"convert", "db check", "db erased", "db grant", "db revoke", "db stats", "db upgrade", "db verify", "erase",
         "export", "facts", "follow", "import", "late", "person", "redact", "retention", "sen2 import",
         "synth"}  # fmt: skip
"""To these a rulebook says which facts there are, or whose: test_made_up_rulebook.py and test_declared.py ask them."""
ENGLANDS = {"forecast demand", "sen2 export", "sen2 validate", "sen2 compare", "sen2 figures", "sen2 schema"}
"""These are of England's law alone, and say so of another: test_made_up_rulebook.py asks them."""
CEASING = "2023-03-02 final_plan_sent; 2026-05-01 cease_consulted; 2026-05-11 cease_notice_sent"
"""Two months end on Saturday 11 July 2026, and the time to appeal on the Monday after it."""

LONG = {"forecast flow", "serve"}
"""One needs two years of cases: tests/forecast/test_flow_forecast.py asks it by another law. The other answers until it
is stopped: tests/service/test_serving.py gives it a directory that is no rulebook."""


def asking(option: str) -> set[str]:
    """Every command that has an option."""
    return {name for name, told in commands() if any(option in param.opts for param in told.params)}


def said(name: str, tmp_path: Path, *more: object) -> str:
    planned = "2026-07-07 final_plan_sent"
    path = write_story(
        tmp_path / "cases.csv", {"state": CEASING, "what-if": planned, "record": planned}.get(name, STORY)
    )
    url = f"sqlite:///{tmp_path / 'cases.db'}"
    (tmp_path / "cases.db").unlink(missing_ok=True)
    if "{url}" in ASKED[name]:
        assert invoke("import", path, "--store", url).exit_code == 0
    out = tmp_path / "page.html"
    star = tmp_path / "star"
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN)
    args = [arg.format(csv=path, out=out, star=star, url=url, plan=plan) for arg in ASKED[name]]
    done = invoke(*args, *more)
    assert done.exit_code == 0, done.output
    printed: str = done.stdout
    written = [out] if str(out) in args else sorted(star.glob("*"))
    return printed + "".join(file.read_text("utf-8") for file in written)


def test_every_command_that_takes_them_is_asked_here():
    assert asking("--rulebook") == set(ASKED) | FACTS | ENGLANDS | LONG
    assert asking("--bank-holidays") == (set(ASKED) | LONG) - {"notices", "rules", "version"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """England's law with other times: 21 days for a draft, 10 working days to disclose, 5 weeks to decide."""
    changes = (
        ("01_request.toml", '"6 weeks after"', '"5 weeks after"'),
        ("04_plan.toml", '"at least 15 days beginning with"', '"at least 21 days beginning with"'),
        ("04_plan.toml", '"15 working days after"', '"10 working days after"'),
        ("04_plan.toml", '"20 weeks after"', '"17 weeks after"'),
        ("08_ceasing.toml", '"at least 2 months after"', '"at least 3 months after"'),
        ("notices.toml", "disagreement", "difference"),
        ("01_request.toml", 'title = "England', 'title = "Another England'),
    )
    return book_with(tmp_path_factory.mktemp("law") / "book", *changes)


@pytest.mark.parametrize("name", sorted(ASKED))
def test_a_changed_rulebook_changes_the_answer(name, folder, tmp_path):
    assert said(name, tmp_path) != said(name, tmp_path, "--rulebook", folder)


# No figure that `measures` gives of this story hangs on a limit that is counted in working days.
@pytest.mark.parametrize("name", sorted(set(ASKED) - {"notices", "rules", "version", "measures"}))
def test_a_changed_bank_holiday_changes_the_answer(name, tmp_path):
    day = "2026-07-13" if name == "state" else "2026-08-10"
    assert said(name, tmp_path) != said(name, tmp_path, "--bank-holidays", day)
