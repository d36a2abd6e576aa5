"""Small counts hidden, with every other that would give them away."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_flow.measures import catalogue, measure, percent
from ehcp_flow.measures.publishing import cells_of, hidden_columns, related, taken_for_nothing
from ehcp_flow.measures.suppression import HIDDEN, hidden_cells
from tests.measures.answers_made_up import plan, told
from tests.measures.filling import Filling

LEAST = 4
SUM = [("total", ("a", "b", "c"))]


def test_a_small_number_is_hidden_and_the_smallest_other_with_it():
    assert hidden_cells({"total": 30, "a": 2, "b": 8, "c": 20}, SUM, 5) == {"a", "b"}


def test_nothing_is_hidden_where_nothing_is_small_and_nothing_itself_never_is():
    assert hidden_cells({"total": 25, "a": 0, "b": 5, "c": 20}, SUM, 5) == frozenset()


def test_where_only_the_total_is_left_to_hide_it_is_hidden():
    assert hidden_cells({"total": 3, "a": 0, "b": 3, "c": 0}, SUM, 5) == {"total", "b"}


def test_what_is_dear_is_hidden_last():
    values = {"total": 30, "a": 2, "b": 8, "c": 20}
    assert hidden_cells(values, SUM, 5, dear={"b": 1, "total": 1}) == {"a", "c"}


def test_two_ones_that_add_up_to_two_are_not_left_under_their_total():
    values = {"total": 7, "a": 1, "b": 1, "c": 5}
    assert hidden_cells(values, SUM, 5) == {"a", "b", "c"}, "neither is nothing, so with c each would be 1"


def test_what_is_not_printed_and_small_must_not_follow():
    values = {"all": 100, "in time": 97, "late": 3}
    assert hidden_cells(values, [("all", ("in time", "late"))], 5, unseen={"late"}) == {"in time", "late"}


def test_two_tables_that_are_each_safe_are_settled_together():
    first = ("open", ("young", "old"))
    second = ("open", ("here", "there", "moved"))
    values = {"open": 40, "young": 20, "old": 20, "here": 3, "there": 30, "moved": 7}
    third = ("there and moved", ("there", "moved"))
    alone = hidden_cells(values, [first, second], 5)
    assert alone == {"here", "moved"}
    both = hidden_cells({**values, "there and moved": 37}, [first, second, third], 5)
    assert both > {"here"}
    assert len({"there and moved", "open"} & both) == 1, "40 less 37 would give 3"


CUBES = st.lists(st.integers(0, 7), min_size=6, max_size=6)


@given(CUBES)
def test_every_hidden_number_could_be_another_one(numbers):
    """Two rows of three and all their sums: whatever small is hidden, another table shows the same."""
    cells = {f"{row}{column}": numbers[3 * at + to] for at, row in enumerate("xy") for to, column in enumerate("abc")}
    sums = [(row, [f"{row}{column}" for column in "abc"]) for row in "xy"]
    sums += [(column, [f"{row}{column}" for row in "xy"]) for column in "abc"]
    values = {**cells, **{total: sum(cells[part] for part in parts) for total, parts in sums}}
    values["all"] = values["x"] + values["y"]
    sums += [("all", ["x", "y"]), ("all", ["a", "b", "c"])]
    hidden = hidden_cells(values, sums, LEAST)
    shown = {key: value for key, value in values.items() if key not in hidden}
    assert not [key for key, value in shown.items() if 0 < value < LEAST]
    small = {key: value for key, value in values.items() if 0 < value < LEAST and key in cells}
    others: dict[str, set[int]] = {key: set() for key in small}
    free = [key for key in cells if key in hidden]
    most = [range(cells[key] != 0, 12) for key in free]
    for tried in product(*most) if len(free) <= 4 else ():
        table = {**cells, **dict(zip(free, tried, strict=True))}
        full = {**table, **{total: sum(table[part] for part in parts) for total, parts in sums[:5]}}
        full["all"] = full["x"] + full["y"]
        if all(full[key] == value for key, value in shown.items()):
            for key in small:
                others[key].add(full[key])
    if len(free) <= 4:
        assert all(len(values) > 1 for values in others.values()), (values, hidden)


def test_what_follows_all_the_same_is_shown():
    """The whole goes first, for its small part; but other parts tell it, and the rest has to go: it hides nothing."""
    values = {"all": 13, "a": 3, "b": 10, "in time": 7, "late": 6}
    sums = [("all", ("a", "b")), ("all", ("in time", "late"))]
    hidden = hidden_cells(values, sums, 5, dear={"b": 1, "in time": 2, "late": 2})
    assert hidden == {"a", "b"}
    assert Filling(values, sums, values.keys() - hidden, hidden).settled() == set()
    assert Filling(values, sums, values.keys() - hidden - {"all"}, {*hidden, "all"}).settled() == {"all"}


def test_what_a_whole_record_has_none_of_is_taken_for_nothing():
    values = {"plans": 9, "with an exception": 3, "without": 6, "timed": 9, "untimed": 0}
    sums = [("plans", ("with an exception", "without")), ("plans", ("timed", "untimed"))]
    hidden = hidden_cells(values, sums, 5, unseen={"untimed"}, dear={"without": 1, "timed": 1})
    assert hidden == {"with an exception", "plans"}, "that all are timed is not printed"
    told = hidden_cells(values, sums, 5, unseen={"untimed"}, nothing={"untimed"}, dear={"without": 1, "timed": 1})
    assert told == {"with an exception", "without"}, "whoever takes them for equal is right, and knows the plans"
    assert Filling(values, sums, {*values.keys() - told}, told).settled() == set()
    assert Filling(values, sums, {*values.keys() - hidden}, hidden).settled() == hidden


BREAKDOWNS = ("need", "requester", "caseworker", "placement", "quarter")


@pytest.fixture(scope="module")
def ninety():
    from ehcp_flow.case import group_cases
    from ehcp_flow.synth import synth

    return group_cases(synth(90, 23, authority="885", particulars=True))


def settled_of(counts, columns, least):
    """Return which printed counts, and which small ones, have one value left under all that the catalogue declares."""
    hidden = hidden_columns(counts, columns, least)
    values, relations = related(counts)
    seen = {cell for column in columns for cell in cells_of(column)[:2]}
    shown = [column for column in columns if column.name not in hidden and column.kind in ("count", "percent")]
    known = {cell for column in shown for cell in cells_of(column)} | taken_for_nothing(values, seen)
    settled = Filling(values, relations, known, {cell for cell in seen if values[cell]}).settled()
    return {name: values[name] for name in settled if name in hidden or 0 < values[name] < least}


@pytest.mark.parametrize("by", BREAKDOWNS)
def test_no_hidden_count_of_a_table_has_one_value_left(ninety, by):
    columns = list(catalogue().columns.values())
    table = measure(ninety, year=2025, by=(by,), as_of="2026-06-30")
    assert any(HIDDEN in row.values() for row in table.suppressed(5))
    told = {place: settled_of(table.counts(place), columns, 5) for place in range(len(table))}
    assert not {place: names for place, names in told.items() if names}


def test_a_total_beside_its_parts_is_shown_where_they_tell_it(ninety):
    """DfE's own columns: what was completed is what was within four weeks, and what was over."""
    table = measure(ninety, year=2025, by=("need",), as_of="2026-06-30")
    (row,) = [row for row in table.suppressed(5) if row["need"] == "ASD"]
    completed, within, over = (
        row[name] for name in ("review_completed_2025", "decision_4_weeks", "decision_over_4_weeks")
    )
    assert [completed, within, over].count(HIDDEN) != 1


def test_what_is_rare_is_a_count_of_the_catalogue():
    known = {name for each in catalogue().sums for name in (each.total, *each.parts, each.rest)}
    assert set(catalogue().rare) <= known
    assert all(name in known for name in catalogue().columns if name in catalogue().rare)


def test_with_no_threshold_nothing_is_hidden():
    assert hidden_cells({"total": 2, "a": 1, "b": 1, "c": 0}, SUM, 0) == frozenset()
    assert hidden_cells({"total": 2, "a": 1, "b": 1, "c": 0}, SUM, 1) == frozenset()


CASES = [plan(f"in time {at}", "2024-01-02", "2024-05-02") for at in range(6)]
LATE = [plan(f"late {at}", "2024-01-02", "2024-09-02") for at in range(2)]
NAMES = ("plans_issued_den", "plans_issued_within_20_weeks", "pc_plans_issued_within_20_weeks")


def suppressed(cases, names=NAMES, least=5):
    return measure(cases, year=2024, by=(), as_of="2025-06-30").suppressed(least, names)[0]


def test_a_percentage_is_hidden_where_its_rest_is_small():
    row = suppressed([*CASES, *LATE])
    assert row["pc_plans_issued_within_20_weeks"] == HIDDEN
    assert HIDDEN in (row["plans_issued_den"], row["plans_issued_within_20_weeks"])
    assert suppressed(CASES) == {"period": "2024", **dict(zip(NAMES, (6, 6, 100.0), strict=True))}


def test_two_versions_of_a_figure_do_not_give_the_exceptions_away():
    exception = "2024-02-01 exception_recorded outcome=exceptional_circumstances;until=2024-02-20;reason=a death"
    excepted = [plan(f"excepted {at}", "2024-01-02", "2024-05-02", exception) for at in range(2)]
    names = ("plans_issued_den", "plans_issued_den_ex")
    assert list(suppressed([*CASES, *excepted], names).values()).count(HIDDEN) == 1
    assert suppressed([*CASES, *excepted], names[:1])["plans_issued_den"] == 8, "by itself it gives nothing away"


def test_the_mean_of_a_few_is_hidden():
    names = ("avg_weeks_issue_plan",)
    assert suppressed(CASES, names)["avg_weeks_issue_plan"] == HIDDEN
    assert suppressed([told("a", "2024-01-02 request_received parent")], names)["avg_weeks_issue_plan"] == "x"
    many = [plan(f"many {at}", "2024-01-02", "2024-05-02") for at in range(10)]
    assert suppressed(many, names)["avg_weeks_issue_plan"] == 17.3


def test_a_threshold_below_nothing_is_refused():
    with pytest.raises(ValueError, match="-1"):
        suppressed(CASES, least=-1)


def test_what_the_catalogue_says_adds_up_does():
    from ehcp_flow.case import group_cases
    from ehcp_flow.synth import synth

    cases = group_cases(synth(150, 4, authority="885", faults=0.2))
    table = measure(cases, year=(2022, 2026), by=("quarter",), as_of="2026-06-30")
    for place in range(len(table)):
        values, relations = related(table.counts(place))
        assert all(values[total] == sum(values[part] for part in parts) for total, parts in relations)
        assert min(values.values()) >= 0


def test_every_column_of_every_row_can_be_asked_for_alone():
    counts = measure([told("a", "2024-01-02 request_received parent")], year=2024, by=(), as_of="2025-06-30").counts(0)
    for column in catalogue().columns.values():
        assert hidden_columns(counts, [column], 5) <= {column.name}


SHARES = ("request_outcome_six_weeks", "request_outcome_over_6_weeks")
PRINTED = {
    "both shares": (*SHARES, "request_outcome_six_weeks_pc", "request_outcome_over_6_weeks_pc"),
    "one share": (*SHARES, "request_outcome_over_6_weeks_pc"),
    "the other": (SHARES[0], "request_outcome_over_6_weeks_pc"),
    "shares alone": ("request_outcome_six_weeks_pc", "request_outcome_over_6_weeks_pc"),
    "a part and its whole": ("plans_issued_den_ex", "plans_issued_20_weeks_ex", "pc_plans_issued_20_weeks_ex"),
    "a mean": ("requests_open", "requests_open_over_20_weeks", "avg_weeks_open"),
}
PARTS = {
    "a part and its whole": ("plans_issued_20_weeks_ex", "plans_issued_gt20weeks_ltyear_ex"),
    "a mean": ("requests_open_over_20_weeks", "up to 20 weeks"),
}


def counts_of(name, one, other):
    """Every count of a row that is made of two."""
    counts = dict.fromkeys((c.name for c in catalogue().columns.values() if c.kind == "count"), 0)
    if name == "a part and its whole":
        counts |= dict.fromkeys(
            ("plans_issued_den_ex", "plans_issued_den", "plans_timed", "plans_timed_ex"), one + other
        )
        counts |= dict.fromkeys(("plans_issued_20_weeks_ex", "plans_issued_within_20_weeks"), one)
        counts |= dict.fromkeys(("plans_issued_gt20weeks_ltyear_ex", "plans_issued_gt20weeks_ltyear"), other)
        counts |= dict.fromkeys(("assess_issued", "assess_in_year"), one + other)
    elif name == "a mean":
        counts |= dict.fromkeys(("requests_open", "requests_open_timed"), one + other)
        counts["requests_open_over_20_weeks"] = one
    else:
        counts |= dict(zip(SHARES, (one, other), strict=True))
    return counts


def row_printed(name, one, other, hidden):
    """What a reader sees of a row: counts, shares and means, `c` where they are hidden."""
    counts = counts_of(name, one, other)
    row: dict[str, Any] = {}
    for column in (catalogue().columns[each] for each in PRINTED[name]):
        if column.name in hidden:
            row[column.name] = HIDDEN
        elif column.kind == "count":
            row[column.name] = counts[column.name]
        elif column.kind == "percent":
            row[column.name] = percent(counts[column.base], sum(counts[part] for part in column.over))
        else:
            row[column.name] = "x" if counts[column.base] == 0 else "some weeks"
    return row


def values_of(column, counts):
    """What a cell could hold: a mean of something could be any number of weeks, and that of nothing none."""
    if column.kind == "count":
        return {counts[column.name]}
    if column.kind == "percent":
        return {percent(counts[column.base], sum(counts[part] for part in column.over))}
    return {1.0, 2.0} if counts[column.base] else {"x"}


@pytest.mark.parametrize("name", PRINTED)
@pytest.mark.parametrize("one", range(8))
@pytest.mark.parametrize("other", range(8))
def test_what_is_hidden_has_more_than_one_value_however_the_hidden_cells_are_filled(name, one, other):
    columns = [catalogue().columns[each] for each in PRINTED[name]]
    hidden = hidden_columns(counts_of(name, one, other), columns, LEAST)
    seen = row_printed(name, one, other, hidden)
    assert not [each for each, value in seen.items() if isinstance(value, int) and 0 < value < LEAST]
    could: dict[str, set[Any]] = {column.name: set() for column in columns if seen[column.name] == HIDDEN}
    for first, second in product(range(14), repeat=2):
        counts = counts_of(name, first, second)
        if row_printed(name, first, second, hidden) == seen:
            for column in columns:
                if column.name in could:
                    could[column.name] |= values_of(column, counts)
    assert not [each for each, values in could.items() if len(values) < 2], (seen, could)


def test_a_nothing_beside_a_hidden_whole_and_share_is_hidden_with_them():
    """Three plans that were all late: a 0 for those in time would say so, since the share could be nothing but 0."""
    late = [plan(f"c{n}", "2024-01-08", "2024-09-02") for n in range(3)]
    names = ("plans_issued_den_ex", "plans_issued_20_weeks_ex", "PC_plans_issued_20_weeks_ex")
    (row,) = measure(late, year=2024, by=(), as_of="2025-06-30").suppressed(5, names)
    assert [row[name] for name in names] == [HIDDEN] * 3
