"""Refused rows told kind by kind: each distinct reason with its own lines, in one line a kind."""

from __future__ import annotations

from ehcp_flow.errors import RowRefused
from ehcp_flow.refusals import RefusalKinds, grouped

WHY = "line {} (case {}) has it too, and says another surname; correct the one that is wrong"


def refused(line: int, why: str, value: str | None = "x", column: str = "upn", source: str = "p.csv") -> RowRefused:
    return RowRefused(source, line, column, value, why)


def test_reasons_of_a_kind_that_differ_are_each_told_with_their_lines():
    rows = [refused(2, WHY.format(5, "C2"), "A"), refused(9, WHY.format(7, "C8"), "B"),
            refused(11, WHY.format(7, "C8"), "B"), refused(12, WHY.format(5, "C3"), "D")]  # fmt: skip
    (line,) = grouped(rows)
    assert line == (
        f"p.csv: 4 rows, column upn: {WHY.format(5, 'C2')} ('A' line 2; 'B' line 9, 'B' line 11: line 7 (case C8); "
        "'D' line 12: (case C3))"
    )


def test_a_quotation_and_a_figure_far_apart_are_told_each_with_its_word():
    rows = [refused(2, "it is 'a', and of the rows 3 say so"), refused(3, "it is 'b c', and of the rows 4 say so")]
    (line,) = grouped(rows)
    assert line.endswith("('x' line 2; 'x' line 3: is 'b c', rows 4)")


def test_a_reason_that_differs_by_the_value_of_its_row_alone_is_one_reason():
    rows = [refused(at, f"'day {at}' is no date, {at} is none", f"day {at}") for at in (2, 3)]
    assert list(grouped(rows)) == [
        "p.csv: 2 rows, column upn: 'day 2' is no date, 2 is none ('day 2' line 2, 'day 3' line 3)"
    ]


def test_an_example_in_a_reason_that_a_value_happens_to_hold_makes_no_other_reason():
    rows = [refused(at, "write 2026-03-02 or 02/03/2026", value) for at, value in ((2, "29/03/09"), (3, "1/1/1"))]
    assert list(grouped(rows)) == [
        "p.csv: 2 rows, column upn: write 2026-03-02 or 02/03/2026 ('29/03/09' line 2, '1/1/1' line 3)"
    ]


def test_of_many_reasons_the_first_are_told_and_that_there_are_others():
    (line,) = grouped(refused(at, WHY.format(at + 100, f"C{at}")) for at in range(2, 60))
    assert line.count(" line ") == 1 + 6 + 5
    assert line.endswith("; and others)")
    (line,) = grouped(refused(at, WHY.format(at % 2, "C1")) for at in range(2, 60))
    assert line.endswith("('x' line 2, 'x' line 4, 'x' line 6, ...; 'x' line 3, 'x' line 5, 'x' line 7, ...: line 1)")


def test_rows_of_two_files_are_never_told_as_rows_of_one():
    rows = [refused(2, "it is empty", source="a.csv"), refused(2, "it is empty", source="b.csv")]
    assert sorted(line.partition(":")[0] for line in grouped(rows)) == ["a.csv", "b.csv"]
    assert str(RefusalKinds(rows).met) == "2 rows"
