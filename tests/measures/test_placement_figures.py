"""The figures of placement: each on cases made for it, in both doors, and the doors agree on any particulars."""

import csv
import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehcp_flow import bulk
from ehcp_flow.case import Case
from ehcp_flow.facts import make_fact
from ehcp_flow.measures import catalogue, measure
from ehcp_flow.measures.dated_values import DatedValues, Point
from ehcp_flow.measures.figures import FIGURES
from ehcp_flow.measures.particular_figures import EACH_CASE, NONE, PARTICULAR_FIGURES
from ehcp_flow.particular_table import KINDS, known_names
from ehcp_flow.testing.strategies import lives
from tests.bulk.comparing import counted_in
from tests.cli.running import invoke
from tests.measures.answers_made_up import plan, told

AS_OF = "2025-06-30"
ROOT = Path(__file__).parents[2]


def part(on, particular, value, **more):
    further = "".join(f";{name}={text}" for name, text in more.items())
    return f"{on} particular_recorded particular={particular};value={value}{further}"


def row_of(*cases, year=2024, as_of=AS_OF, **asked: Any):
    """Return the row of a table, the same in both doors."""
    table = measure(cases, year=year, by=(), as_of=as_of, **asked)
    assert counted_in(bulk.measure(cases, as_of, year=year, by=(), **asked)) == counted_in(table)
    return table[0]


def told_of(row, *names):
    return tuple(row[name] for name in names)


def kinds_of(row, prefix):
    return {kind: row[f"{prefix}_{kind}"] for kind in (*KINDS, "unplaced") if row[f"{prefix}_{kind}"]}


@pytest.mark.parametrize(
    ("particulars", "kind"),
    [
        ((), "unplaced"),
        ((("placement", "mainstream"),), "mainstream"),
        ((("placement", "124324", "special"),), "special"),
        ((("placement", "124324"),), "unplaced"),
        ((("placement", "EYP"),), "early_years"),
        ((("placement", "10012345", "post16"),), "post16"),
        ((("placement", "independent"),), "independent"),
        ((("placement", "EHE"),), "other"),
        ((("placement", "resourced"), ("sen_unit", "yes"), ("resourced_provision", "yes")), "resourced"),
        ((("placement", "mainstream"), ("sen_unit", "yes")), "resourced"),
        ((("placement", "124324"), ("resourced_provision", "yes"), ("sen_unit", "no")), "resourced"),
        ((("sen_unit", "yes"), ("resourced_provision", "yes")), "resourced"),
        # A flag that nobody took back does not make a special school a unit.
        ((("placement", "special"), ("sen_unit", "yes")), "special"),
    ],
)
def test_a_new_plan_and_a_plan_that_is_held_are_each_of_one_kind(particulars, kind):
    lines = [
        part("2024-01-02", name, value, **({"kind": more[0]} if more else {})) for name, value, *more in particulars
    ]
    row = row_of(plan("a", "2024-01-02", "2024-05-21", *lines))
    assert (row["new_plans"], kinds_of(row, "new_plans")) == (1, {kind: 1})
    assert (row["total_ehc_plans"], kinds_of(row, "plans_held")) == (1, {kind: 1})
    if kind != "unplaced":
        assert told_of(row, f"pc_new_plans_{kind}", f"pc_plans_held_{kind}") == (100.0, 100.0)


def test_a_new_plan_goes_by_its_day_and_a_plan_that_is_held_by_the_day_of_stock():
    case = plan(
        "a", "2024-01-02", "2024-05-21", part("2023-09-01", "placement", "early_years"),
        part("2024-05-22", "placement", "special"), part("2025-01-17", "placement", "independent"),
    )  # fmt: skip
    # The survey day after 2024 is 16 January 2025.
    row = row_of(case)
    assert (kinds_of(row, "new_plans"), kinds_of(row, "plans_held")) == ({"early_years": 1}, {"special": 1})
    assert kinds_of(row_of(case, year=2025), "plans_held") == {"independent": 1}


def test_plans_after_an_order_are_new_plans_too():
    case = told(
        "a", "2023-09-01 request_received parent", "2023-10-02 assessment_refused",
        "2024-02-01 tribunal_order_made outcome=assess", "2024-05-01 final_plan_sent",
        part("2023-09-01", "placement", "mainstream"),
    )  # fmt: skip
    assert told_of(row_of(case), "plans_issued_other_clock", "new_plans", "new_plans_mainstream") == (1, 1, 1)


HELD = "2020-01-06 final_plan_sent"
MOVES = "2024-09-02 phase_transfer_due outcome=school"
KEPT = (
    "transfers_to_school", "transfers_from_mainstream", "transfers_kept_in_mainstream", "transfers_from_early_years",
    "transfers_into_mainstream_reception",
)  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "counts"),
    [
        ("mainstream", "mainstream", (1, 1, 1, 0, 0)),
        ("mainstream", "resourced", (1, 1, 1, 0, 0)),
        ("resourced", "special", (1, 1, 0, 0, 0)),
        ("early_years", "mainstream", (1, 0, 0, 1, 1)),
        ("early_years", "special", (1, 0, 0, 1, 0)),
        ("special", "mainstream", (1, 0, 0, 0, 0)),
    ],
)
@pytest.mark.parametrize("begins", ["2024-08-01", "2024-09-01", "2024-09-12", "2024-10-02"])
@pytest.mark.parametrize("ends", [{}, {"until": "2024-07-19"}])
def test_a_transfer_goes_from_the_summer_term_to_the_autumn(before, after, counts, begins, ends):
    case = told("a", HELD, MOVES, part("2020-01-06", "placement", before, **ends), part(begins, "placement", after))
    assert told_of(row_of(case), *KEPT) == counts


def test_which_transfers_count():
    stays = part("2020-01-06", "placement", "mainstream")
    assert row_of(told("a", MOVES, stays))["transfers_to_school"] == 0, "no plan is held"
    assert row_of(told("a", HELD, "2024-06-03 plan_ceased", MOVES, stays))["transfers_to_school"] == 0
    assert row_of(told("a", HELD, MOVES.replace("school", "post16"), stays))["transfers_to_school"] == 0
    assert row_of(told("a", HELD, MOVES, stays), as_of="2024-09-01")["transfers_to_school"] == 0, "it lies ahead"
    # Asked soon after it, the day of the answer says where the child is.
    late = part("2024-09-20", "placement", "special")
    assert row_of(told("a", HELD, MOVES, stays, late), as_of="2024-09-10")["pc_transfers_kept_in_mainstream"] == 100.0
    assert row_of(told("a", HELD, MOVES, stays, late))["pc_transfers_kept_in_mainstream"] == 0.0
    assert row_of(told("a", HELD))["pc_transfers_kept_in_mainstream"] == "x"


@pytest.mark.parametrize(
    ("column", "share", "particular", "value", "other"),
    [
        ("plans_out_of_area", "pc_plans_out_of_area", "placed_in", "916", "885"),
        ("plans_awaiting_place", "pc_plans_awaiting_place", "awaiting_place", "yes", "no"),
        ("plans_not_in_education", "pc_plans_not_in_education", "placement", "NEET", "EHE"),
        ("plans_not_in_education", "pc_plans_not_in_education", "placement", "NIEC", "OLA"),
        ("plans_not_in_education", "pc_plans_not_in_education", "placement", "NIEO", "OTH"),
        ("plans_supported_internship", "pc_plans_supported_internship", "work_based", "S", "A"),
    ],
)
def test_a_plan_is_in_a_figure_of_stock_by_what_holds_on_the_day_of_stock(column, share, particular, value, other):
    yes = told("a", HELD, part("2025-01-16", particular, value))
    late = told("b", HELD, part("2025-01-17", particular, value))
    no = told("c", HELD, part("2024-01-16", particular, other))
    over = told("d", HELD, part("2024-01-16", particular, value, until="2025-01-15"))
    gone = told("e", HELD, part("2024-01-16", particular, value), "2024-05-03 plan_ceased")
    assert told_of(row_of(yes, late, no, over, gone), column, share) == (1, 25.0)


def test_the_area_of_a_place_is_counted_apart_where_it_is_not_recorded_and_needs_to_know_whose_case_it_is():
    known = told("a", HELD, part("2024-01-16", "placed_in", "885"))
    names = ("plans_out_of_area", "plans_area_not_recorded")
    assert told_of(row_of(known, told("b", HELD)), *names) == (0, 1)
    nobodys = told("a", HELD, part("2024-01-16", "placed_in", "916"), authority=None)
    assert told_of(row_of(nobodys), *names) == (0, 0)


@pytest.mark.parametrize("code", known_names()["need"].codes)
def test_a_plan_stands_under_its_primary_need(code):
    other = "MLD" if code != "MLD" else "ASD"
    case = told(
        "a", HELD, part("2020-01-06", "need", code), part("2020-01-06", "need", other, rank="2"),
    )  # fmt: skip
    row = row_of(case, told("b", HELD))
    name = f"plans_need_{code.lower()}"
    assert told_of(row, name, f"pc_{name}", "plans_need_not_recorded", f"plans_need_{other.lower()}") == (1, 50.0, 1, 0)


def test_need_by_year():
    case = told("a", HELD, part("2020-01-06", "need", "SLCN"), part("2023-06-01", "need", "ASD"))
    table = measure([case], year=(2022, 2023), by=("year",), as_of=AS_OF)
    assert [(row["plans_need_slcn"], row["plans_need_asd"]) for row in table] == [(1, 0), (0, 1)]
    assert counted_in(bulk.measure([case], AS_OF, year=(2022, 2023), by=("year",))) == counted_in(table)


def test_a_child_who_is_housed_here_needs_no_more_than_that_to_be_counted():
    bare = told("a", part("2024-03-01", "housed_by", "916"))
    over = told("b", part("2024-03-01", "housed_by", "916", until="2024-12-31"))
    held = told("c", HELD, part("2024-03-01", "housed_by", "330"))
    row = row_of(bare, over, held, told("d", HELD))
    assert told_of(row, "housed_here", "total_ehc_plans") == (2, 2)
    assert measure([bare, held], year=2024, by=(), as_of=AS_OF).explain(0, "housed_here").numerator == ("a", "c")


def test_every_figure_has_its_numerator_denominator_definition_and_cases():
    inside = part("2020-01-06", "placement", "mainstream")
    cases = [told("a", HELD, inside), told("b", HELD), plan("c", "2024-01-02", "2024-05-21", inside)]
    table = measure(cases, year=2024, by=(), as_of=AS_OF)
    said = table.explain(0, "plans_by_placement")
    assert (said.name, said.numerator, said.denominator) == ("pc_plans_held_mainstream", ("a", "c"), ("a", "b", "c"))
    assert "on that day" in said.measure.definition
    assert table.explain(0, "new_plans_by_placement").numerator == ("c",)
    made_of = {figure.column for figure in PARTICULAR_FIGURES}
    for column in catalogue().columns.values():
        if column.base in made_of:
            assert column.over, column.name


def test_a_figure_groups_by_another_particular():
    north = told("a", HELD, part("2020-01-06", "team", "North"), part("2020-01-06", "placement", "special"))
    table = measure([north, told("b", HELD)], year=2024, by=("team",), as_of=AS_OF)
    assert [(row["team"], row["plans_held_special"]) for row in table] == [("North", 1), ("not recorded", 0)]


def test_what_a_caller_says_of_a_column_takes_the_place_of_the_facts():
    case = told("a", HELD, part("2020-01-06", "placement", "special"), part("2020-01-06", "need", "ASD"))
    spans = {"placement": {"a": [Point(dt.date(2021, 1, 1), dt.date(2030, 1, 1), "mainstream")], "z": []}}
    extra = DatedValues({"a": {"sen_unit": "yes"}, "b": {"area": "1"}}, spans)
    row = row_of(case, told("b", HELD), extra=extra)
    assert (kinds_of(row, "plans_held"), row["plans_need_asd"]) == ({"resourced": 1, "unplaced": 1}, 1)


def test_nothing_is_asked_of_each_case_that_holds_where_nothing_is_told():
    # Such a figure would need every case on every day of stock, of which only those are gone through that tell more.
    for figure in PARTICULAR_FIGURES:
        if EACH_CASE in figure.of:
            assert any(NONE in asked.values for asked in figure.unless), figure.column
    bases = {figure.column for figure in FIGURES}
    assert {of for figure in PARTICULAR_FIGURES for of in figure.of} - bases == {EACH_CASE}


VALUES = {
    "placement": ("mainstream", "special", "early_years", "NEET", "resourced", "124324"),
    "need": ("ASD", "SLCN"), "sen_unit": ("yes", "no"), "resourced_provision": ("yes",), "placed_in": ("885", "916"),
    "awaiting_place": ("yes", "no"), "work_based": ("S", "A"), "housed_by": ("916",),
}  # fmt: skip
NEAR = st.dates(dt.date(2022, 1, 1), dt.date(2026, 12, 31))
SOMETIMES = {"rank": st.sampled_from(["1", "2"]), "kind": st.just("special"), "until": NEAR}


@st.composite
def particulars(draw: Any, case_id: str) -> Any:
    name = draw(st.sampled_from(sorted(VALUES)))
    more = draw(st.fixed_dictionaries({}, optional=SOMETIMES))
    if name != "placement":
        more.pop("kind", None)
    if name not in {"placement", "need"}:
        more.pop("rank", None)
    on, value = draw(NEAR), draw(st.sampled_from(VALUES[name]))
    number = str(draw(st.integers(0, 40)))
    return make_fact(
        "particular_recorded", case_id=case_id, on=on, particular=name, value=value, fact_id=number, **more
    )


@st.composite
def told_lives(draw: Any) -> list[Case]:
    cases = []
    for case_id in draw(st.sampled_from(["a", "ab", "abc"])):
        life = draw(lives(case_id)).recorded
        held = draw(st.lists(particulars(case_id), max_size=6, unique_by=lambda fact: fact.fact_id))
        more = [make_fact("phase_transfer_due", case_id=case_id, on=draw(NEAR), outcome="school")]
        more += [make_fact("request_received", case_id=case_id, on="2022-01-03", authority="885")]
        if held and draw(st.booleans()):
            more.append(
                make_fact("fact_voided", case_id=case_id, on="2024-01-01", corrects=held[0].fact_id, reason="no")
            )
        cases.append(Case(case_id, (*life, *more, *held)))
    return cases


@settings(max_examples=60)
@given(told_lives(), NEAR, st.sampled_from([{"year": 2024}, {"by": ("authority", "quarter")}, {"by": ("age", "year")}]))
def test_any_particulars_give_the_same_figures_in_both_doors(cases, as_of, asked):
    table = measure(cases, as_of=as_of, **asked)
    assert counted_in(bulk.measure(cases, as_of, refused=[], **asked)) == counted_in(table)
    for row in table.rows:
        of_kind = sum(row[f"plans_held_{kind}"] for kind in (*KINDS, "unplaced"))
        of_need = sum(row[f"plans_need_{code.lower()}"] for code in known_names()["need"].codes)
        assert of_kind == of_need + row["plans_need_not_recorded"] == row["total_ehc_plans"]
        assert sum(row[f"new_plans_{kind}"] for kind in (*KINDS, "unplaced")) == row["new_plans"]


def shown():
    """Return each figure that the page of figures of placement shows, with its command and its answer."""
    text = (ROOT / "docs/measures/figures-of-placement.md").read_text("utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    command = rows[0][1].split("`")[1]
    return [(what, f"{command} {option.strip('`')}", gives) for what, option, gives in rows[2:]]


@pytest.mark.parametrize("door", ["one", "many"])
@pytest.mark.parametrize(("what", "command", "gives"), shown())
def test_each_figure_of_the_strategies_is_one_command_on_a_made_up_council(what, command, gives, door, monkeypatch):
    monkeypatch.chdir(ROOT)
    done = invoke(*command.split()[1:], "--format", "csv", door=door)
    assert done.exit_code == 0, done.stderr
    (row,) = csv.DictReader(io.StringIO(done.stdout))
    assert row[command.split()[-1]] == gives, what
