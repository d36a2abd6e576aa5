"""The kernel's edges: what it asks for, where it stops, and how its numbers are read."""

import datetime as dt
import io
import pickle
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import pytest
from pydantic import ValidationError

import ehcp_flow.law
from ehcp_flow.answers import answer
from ehcp_flow.calendars import england as calendars
from ehcp_flow.calendars import read_institutions
from ehcp_flow.case import Case
from ehcp_flow.deadlines import STATUSES, deadlines_of
from ehcp_flow.engine import choice, contributions, kernel, rulebook, walk
from ehcp_flow.engine.case_numbers import numbered, space_for
from ehcp_flow.engine.choice import interpreted_kernel
from ehcp_flow.engine.counted_days import counted_days
from ehcp_flow.engine.rulebook import compiled
from ehcp_flow.errors import CalendarError, KernelError, RulebookError
from ehcp_flow.facts import as_stored
from ehcp_flow.law import Rulebook, england, load_rulebook
from ehcp_flow.law.ground import GroundTest
from ehcp_flow.measures import measure
from ehcp_flow.moves.facts_before import FactsBefore
from ehcp_flow.moves.region_tables import region_tables
from tests.moves.telling import DISPUTES
from tests.telling import one, statuses, tell, text_of

AS_OF = dt.date(2026, 6, 30)
LAW = Path(ehcp_flow.law.__file__).parent / "england"
CONSULTED = """
[[clock]]
id = "asked_again"
title = "a school was consulted"
starts_on = ["school_consulted"]
ends_on = ["school_responded"]
per = "party"

[[limit]]
id = "answer_us"
title = "Answer"
group = "plan"
actor = "school"
kind = "guidance"

[[limit.rule]]
rows = ["answer_us"]
clock = "asked_again"
act = "answer"
done_by = ["school_responded"]

[[limit.rule.version]]
in_force_from = 2014-09-01
counting = "15 days after"
citation = ["SR 5(1)"]
evidence = "M"
"""


def judged(chronology: str, *, rows: int, wants: int = 64):
    """Run the interpreted kernel on a story by hand, with so much space; return where it stopped, and its space."""
    chosen, book = interpreted_kernel(), compiled(england())
    days = counted_days.__wrapped__(book, calendars(), chosen)
    facts = tell(chronology).facts
    columns = numbered(facts, AS_OF, book, days, chosen)
    found = space_for(book, chosen, len(facts), columns.parties, rows)
    found.most_wanted = wants
    return kernel.judge(book.law(chosen), days.days, columns, found, 0, 1), found, days


def test_the_statuses_are_numbered_as_the_kernel_has_them():
    numbers = [getattr(kernel, status.upper()) for status in STATUSES]
    assert numbers == list(range(kernel.NO_LAW))


def test_the_tests_of_a_ground_are_numbered_from_0():
    assert sorted(rulebook.GROUND_TESTS.values()) == list(range(len(get_args(GroundTest))))


def test_it_stops_before_a_case_that_the_rows_may_not_hold():
    stopped, found, _ = judged("2026-01-05 request_received", rows=3)
    assert (stopped, found.rows, found.wanted) == (0, 0, 0)
    assert found.needed > 3


def test_it_asks_for_days_that_nobody_has_counted_and_for_no_more_than_there_is_room_for():
    chronology = "2026-01-05 final_plan_sent; 2026-02-02 review_meeting_held; 2026-03-02 mediation_contacted"
    stopped, found, days = judged(chronology, rows=200)
    assert (stopped, found.rows) == (0, 0)
    assert found.wanted > 1
    assert days.ask(found.want[0], found.want[1]) is not None
    stopped, found, _ = judged(chronology, rows=200, wants=1)
    assert (stopped, found.wanted) == (0, 1)


def test_a_day_that_the_calendars_do_not_reach_is_an_error_with_the_calendars_own_words():
    far = tell("2150-01-04 mediation_declined")
    with pytest.raises(CalendarError, match="1900 to 2100"):
        deadlines_of(far, "2199-01-01")
    chosen, book = interpreted_kernel(), compiled(england())
    days = counted_days(book, calendars(), chosen).days
    found = space_for(book, chosen, 1, 1, 1)
    varying = next(way for way, shift in enumerate(days.shift) if shift == kernel.UNCOUNTED)
    for day in (days.first - 1, days.first + days.span):
        assert kernel.counted(days, found, varying, day) == kernel.NO_DAY
    assert (found.beyond, found.beyond_day) == (varying, days.first - 1)


def test_the_days_that_an_explanation_wants_are_counted_for_it():
    chronology = "2025-01-06 request_received; 2025-02-03 advice_requested party=educational"
    chronology += "; 2025-03-03 exception_recorded outcome=absent_from_area until=2025-04-14 reason=abroad"
    (found,) = (each for each in deadlines_of(tell(chronology), AS_OF) if each.limit == "final_plan")
    counted_days.cache_clear()
    assert [checked.holds for checked in found.derivation.grounds if checked.fact] == [True]


def test_the_first_of_two_other_answers_is_the_one():
    chronology = (
        "2025-01-06 request_received; 2025-03-03 plan_agreed; 2025-03-10 draft_plan_sent; 2025-03-17 plan_agreed"
    )
    found = one(chronology, "decide_not_issue")
    assert (found.status, str(found.derivation.ended and found.derivation.ended.on)) == ("lapsed", "2025-03-03")


def test_a_ground_of_2020_needs_a_reason():
    chronology = "2020-03-02 request_received; 2020-05-04 exception_recorded outcome=coronavirus"
    found = one(chronology, "decide_not_issue", "2020-07-31")
    assert found.excused_by == ()
    assert "No reason is recorded, and the ground needs one" in text_of(found, "exception")
    excused = one(f"{chronology} reason=shielding", "decide_not_issue", "2020-07-31")
    assert excused.excused_by == ("coronavirus",)
    assert "while the ground was law, and a reason is recorded" in text_of(excused, "exception")


def test_a_deadline_without_a_day_has_no_grounds():
    stay = "2025-02-01 special_school_admitted party=s-1; 2025-03-03 plan_refused; 2025-06-02 special_school_left"
    found = one(stay, "special_school_stay", "2025-06-02")
    assert found.due_on is None
    assert found.derivation.grounds == []
    assert found.explanation


def test_a_region_without_a_way_on_is_a_table_too():
    ways = region_tables(DISPUTES)
    assert set(ways.moves["spell"]) == {0}
    assert max(ways.moves["to"]) == len(ways.states) - 1


def test_what_stands_before_a_fact_is_a_sequence():
    facts = tell("2025-01-06 request_received; 2025-02-03 assessment_agreed; 2025-03-03 plan_agreed").facts
    before = FactsBefore(facts, 2, FactsBefore.places(facts))
    assert (len(before), list(before), before[-1], before[:1]) == (2, list(facts[:2]), facts[1], facts[:1])
    assert (before.last(["request_received"]), before.last(["plan_agreed"])) == (0, -1)


@pytest.mark.parametrize("ours", [False, True])
def test_deadlines_and_answers_travel_between_processes(ours, tmp_path):
    told = tell("2025-01-06 request_received; 2025-02-03 assessment_agreed; 2025-02-10 exception_recorded "
                "outcome=exceptional_circumstances reason=so; 2025-06-30 final_plan_sent")  # fmt: skip
    book = law_with(tmp_path) if ours else england()
    found = answer(told, AS_OF, rulebook=book)
    there = pickle.loads(pickle.dumps(found))
    assert there.deadlines == found.deadlines
    assert [each.explanation for each in there.deadlines] == [each.explanation for each in found.deadlines]
    assert there.findings == found.findings


def test_nothing_on_record_is_judged_to_nothing():
    assert statuses(deadlines_of(Case("a", ()), AS_OF)) == {}


def law_with(directory: Path, old: str = "", new: str = "", more: str = "") -> Rulebook:
    """Return England's law with other words, or more of them."""
    shutil.copytree(LAW, directory / "law")
    for path in (directory / "law").glob("0[1-4]*.toml"):
        path.write_text(path.read_text("utf-8").replace(old, new) if old else path.read_text("utf-8"), "utf-8")
    (directory / "law" / "99_more.toml").write_text(more, "utf-8")
    return load_rulebook(directory / "law")


def test_a_clock_that_each_party_has_runs_once_for_each_until_it_ends(tmp_path):
    told = tell("""
        2026-01-05 school_consulted party=s-1; 2026-01-06 school_consulted party=s-2
        2026-01-07 school_consulted party=s-1; 2026-01-12 school_responded party=s-1
        2026-02-02 school_consulted party=s-1
    """)
    book = law_with(tmp_path, more=CONSULTED)
    found = [each for each in deadlines_of(told, AS_OF, rulebook=book) if each.limit == "answer_us"]
    assert [(each.party, str(each.starts_on)) for each in found] == [
        ("s-1", "2026-01-05"), ("s-2", "2026-01-06"), ("s-1", "2026-02-02")
    ]  # fmt: skip


def test_what_has_no_day_is_counted_and_not_timed(tmp_path):
    book = law_with(tmp_path, 'weeks after"', 'school days after"')
    told = tell("""
        2025-01-06 request_received party=parent; 2025-02-03 assessment_agreed
        2025-02-04 advice_requested party=medical
        2025-03-04 advice_received party=medical; 2025-06-02 draft_plan_sent; 2025-06-30 final_plan_sent
    """)
    (row,) = measure([answer(told, AS_OF, rulebook=book)], as_of=AS_OF, year=2025).rows
    assert row["plans_issued_den"] == 1
    assert row["plans_issued_within_20_weeks"] == 0


def rows_of(*rows: tuple[int, int, int, int, int]):
    """Rows of a kernel: rule, started, base, last, status."""
    size = len(rows)
    out = [-1] * (kernel.COLUMNS * size)
    for at, values in enumerate(rows):
        columns = (kernel.RULE, kernel.STARTED, kernel.BASE, kernel.LAST, kernel.STATUS)
        for column, value in zip(columns, values, strict=True):
            out[column * size + at] = value
    return SimpleNamespace(out=out, size=size)


def test_deadlines_of_a_series_stand_by_their_day_their_limit_their_last_day_and_their_start():
    rows = rows_of(
        (1, 5, 30, 40, kernel.OPEN), (1, 4, 30, 40, kernel.OPEN), (2, 0, 30, 40, kernel.OPEN),
        (1, 3, 30, kernel.NO_DAY, kernel.OPEN), (1, 2, 30, 35, kernel.OPEN), (0, 1, 30, 50, kernel.OPEN),
        (1, 0, 20, 40, kernel.OPEN),
    )  # fmt: skip
    figures = SimpleNamespace(rule_nth=[0, 1, 1])
    entries = SimpleNamespace(series_row=list(range(7)), series_base=[0] * 7, series_count=[7], most_rows=7)
    contributions.sort(figures, rows, entries, 0)
    assert entries.series_row == [6, 5, 4, 1, 0, 2, 3]
    assert entries.series_base == [20, 30, 30, 30, 30, 30, 30]


def test_of_one_day_the_first_that_has_not_lapsed_stands_for_all():
    rows = rows_of(
        (0, 0, 10, 20, kernel.LAPSED), (0, 1, 10, 20, kernel.MET), (0, 2, 10, 20, kernel.OPEN), (0, 3, 11, 20, 0)
    )
    entries = SimpleNamespace(series_row=[0, 1, 2, 3], series_base=[10, 10, 10, 11], row=-1)
    assert contributions.one_of_day(rows, entries, 0, 4) == 3
    assert entries.row == 1


def test_a_trail_that_is_too_short_for_a_case_is_left_alone():
    facts = SimpleNamespace(bounds=[0, 2])
    assert walk.walk(SimpleNamespace(), facts, SimpleNamespace(capacity=3, steps=0), 0, 1) == 0


def test_a_case_is_laid_out_again_where_nobody_has_counted_its_days():
    told = one("2000-10-05 date_of_birth; 2018-07-16 final_plan_sent", "annual_review", "2030-01-01")
    judged = told.derivation.judged
    counted_days.cache_clear()
    assert told.derivation.outgrown == dt.date(2026, 10, 4)
    assert judged.laid_out.found.born == (dt.date(2000, 10, 5) - dt.date(1970, 1, 1)).days
    assert len(told.derivation.counted) == 1


def test_a_kernel_that_there_is_not_is_named(monkeypatch):
    monkeypatch.setenv(choice.VARIABLE, "fast")
    with pytest.raises(KernelError, match="EHCP_FLOW_KERNEL is 'fast'; write compiled or interpreted"):
        choice.kernel_in_use.__wrapped__()


def test_what_was_never_a_fact_is_none_because_it_is_stored():
    with pytest.raises(ValidationError):
        as_stored({"event": "plan_agreed", "case_id": "a", "on": "some day"})


def test_a_stream_of_closures_that_cannot_be_read_says_why():
    class Broken(io.StringIO):
        name = "term-dates.csv"

        def read(self, size: int | None = -1, /) -> str:
            raise OSError(5, "Input/output error")

    with pytest.raises(CalendarError, match=r"term-dates\.csv"):
        read_institutions(Broken())


def test_a_rulebook_that_is_nested_too_deep_is_refused(tmp_path):
    tmp_path.joinpath("01.toml").write_text(f"title = {'[' * 50_000}", "utf-8")
    with pytest.raises(RulebookError, match=r"01\.toml"):
        load_rulebook(tmp_path)
