"""A change of the law is a change of data: what it moves, whom it spares, and that no code knows a limit by name."""

import ast
import shutil
from pathlib import Path

import pytest

import ehcp_flow.law
from ehcp_flow.deadlines import deadlines_of, judge
from ehcp_flow.errors import RulebookError
from ehcp_flow.explanation import is_extrapolated
from ehcp_flow.law import Rulebook, england, load_rulebook
from tests.snapshots import computed
from tests.telling import day, tell

PACKAGE = Path(ehcp_flow.law.__file__).parents[1]
LAW = PACKAGE / "law" / "england"
# What counts and prints the answers may pick among them by name; what computes them may not.
REPORTING = {"cli", "measures", "reports", "sen2", "synth", "testing"}
CHANGED_ON = "2026-03-01"
OLD = """\
[[limit.rule.version]]
in_force_from = 2014-09-01
counting = "6 weeks after"
words = "within 6 weeks of"
citation = ["SR 5(1)", "SR 4(1)", "CFA 36(5)"]
evidence = "P"
"""
NEW = """\
[[limit.rule.version]]
in_force_from = 2014-09-01
in_force_to = 2026-02-28
counting = "6 weeks after"
words = "within 6 weeks of"
citation = ["SR 5(1)", "SR 4(1)", "CFA 36(5)"]
evidence = "P"

[[limit.rule.version]]
in_force_from = 2026-03-01
counting = "5 weeks after"
words = "within 5 weeks of"
citation = ["SR 5(1)"]
evidence = "M"
"""
READING = 'counting = "6 weeks beginning with"'
"""A reading belongs to the version that it reads."""


@pytest.fixture(scope="module")
def law(tmp_path_factory) -> Path:
    copy: Path = tmp_path_factory.mktemp("law") / "reformed"
    shutil.copytree(LAW, copy)
    return copy


@pytest.fixture(scope="module")
def reformed(law: Path) -> Rulebook:
    file = law / "01_request.toml"
    text = file.read_text("utf-8")
    assert text.count(OLD) == 1
    assert text.count(READING) == 2
    text = text.replace(READING, f"{READING}, in_force_to = 2026-02-28", 1)
    file.write_text(text.replace(OLD, NEW), "utf-8")
    return load_rulebook(law)


def test_exactly_the_dates_of_the_changed_limit_move_and_only_from_the_day_of_change(reformed):
    before, after = computed(), computed(reformed)
    moved = {row[:4]: row[4] for row in after if row not in set(before)}
    dropped = {row[:4]: row[4] for row in before if row not in set(after)}
    assert set(moved) == set(dropped)
    assert {limit for limit, *_ in moved} == {"decide_assess"}
    assert min(on for *_, on in moved) == "2026-03-02"
    assert {row[3] for row in before if row[0] == "decide_assess" and row[3] >= CHANGED_ON} == {key[3] for key in moved}
    assert all((day(dropped[key]) - day(moved[key])).days == 7 for key in moved)


@pytest.mark.parametrize(
    ("requested", "due_on"), [("2026-02-28", "2026-04-11"), ("2026-03-01", "2026-04-05"), ("2026-03-02", "2026-04-06")]
)
def test_a_case_begun_before_the_change_is_judged_by_the_old_law(reformed, requested, due_on):
    case = tell(f"{requested} request_received")
    [found] = [d for d in deadlines_of(case, "2026-12-31", rulebook=reformed) if d.limit == "decide_assess"]
    assert found.due_on == day(due_on)


def test_the_working_names_the_version_that_applied(reformed):
    def rule_of(requested: str) -> str:
        case = tell(f"{requested} request_received")
        [found] = [d for d in deadlines_of(case, "2026-12-31", rulebook=reformed) if d.limit == "decide_assess"]
        return next(step.text for step in found.explanation if step.part == "rule")

    assert "in force from Monday 1 September 2014 to Saturday 28 February 2026" in rule_of("2026-02-28")
    assert "in force since Sunday 1 March 2026" in rule_of("2026-03-01")
    assert '"within 5 weeks of"' in rule_of("2026-03-01")


def test_the_shipped_law_is_untouched_by_another_rulebook(reformed):
    case = tell("2026-03-02 request_received")
    ours, theirs = (judge(case, "2026-03-02", rulebook=book) for book in (england(), reformed))
    assert ours == judge(case, "2026-03-02")
    assert ours != theirs


def test_a_gap_between_versions_is_refused_with_file_key_and_line(tmp_path):
    copy = tmp_path / "gap"
    shutil.copytree(LAW, copy)
    file = copy / "01_request.toml"
    text = file.read_text("utf-8").replace(OLD, NEW.replace("2026-02-28", "2026-02-27"))
    file.write_text(text, "utf-8")
    with pytest.raises(RulebookError, match="there is a gap between 2026-02-27 and 2026-03-01") as refused:
        load_rulebook(copy)
    assert refused.value.file == "01_request.toml"
    assert refused.value.key.startswith("limit.0.rule.0")
    assert text.splitlines()[refused.value.line - 1] == "in_force_from = 2026-03-01"


@pytest.mark.parametrize(
    ("second", "due_on"), [("at least 15 days after", "2026-03-17"), ("at least 9 school days after", None)]
)
def test_the_later_of_two_counts_leaves_out_the_one_that_cannot_be_made(tmp_path, second, due_on):
    copy = tmp_path / "later"
    shutil.copytree(LAW, copy)
    file = copy / "04_plan.toml"
    first = "at least 10 school days after"
    text = file.read_text("utf-8")
    assert text.count(f'counting = "{first}"') == 1
    both = f'later_of = [{{ counting = "{first}" }}, {{ counting = "{second}" }}]'
    file.write_text(text.replace(f'counting = "{first}"', both), "utf-8")
    case = tell("2026-01-05 special_school_admitted party=s-9; 2026-03-02 plan_refused")
    limits = {d.limit: d for d in deadlines_of(case, "2026-03-02", rulebook=load_rulebook(copy))}
    found = limits["special_school_stay"]
    assert found.due_on == (day(due_on) if due_on else None)
    assert not is_extrapolated(found)
    assert [step.on for step in found.explanation if step.part == "count"][-1] == found.due_on


def test_no_code_compares_a_limit_with_a_name():
    names = {*england().limits, *england().clocks, *england().grounds}
    found = []
    for path in PACKAGE.rglob("*.py"):
        if path.relative_to(PACKAGE).parts[0] in REPORTING:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Compare):
                sides = [node.left, *node.comparators]
                texts = {side.value for side in sides if isinstance(side, ast.Constant) and isinstance(side.value, str)}
                asks = {ast.unparse(side).rpartition(".")[2] for side in sides}
                if texts & names and asks & {"limit", "limit_id", "id", "clock", "ground"}:
                    found.append(f"{path.relative_to(PACKAGE)}:{node.lineno} {ast.unparse(node)}")
    assert found == []


def test_a_limit_in_school_days_has_no_date_and_no_breach_where_the_dates_of_the_school_are_not_known(tmp_path):
    directory = tmp_path / "england"
    shutil.copytree(LAW, directory)
    plan = directory / "04_plan.toml"
    text = plan.read_text("utf-8")
    assert text.count('counting = "15 working days after"') == 1
    plan.write_text(text.replace('counting = "15 working days after"', 'counting = "15 school days after"'), "utf-8")
    case = tell("2026-03-02 disclosure_requested; 2026-09-01 plan_disclosed")
    (found,) = deadlines_of(case, "2026-12-01", rulebook=load_rulebook(directory))
    assert (found.due_on, found.status, found.breach) == (None, "undated", False)
