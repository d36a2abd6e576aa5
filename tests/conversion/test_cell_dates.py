"""A cell is a day, or is refused with why: nothing is guessed, whatever form people wrote it in."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_flow.conversion.cell_dates import CellDate, DateOrder, read_cell_date

DAY, MONTH, ISO = DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST, DateOrder.ISO
DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2068, 12, 31))


@pytest.mark.parametrize(
    "text",
    [
        "02/03/2026", "2/3/2026", "2/3/26", "02.03.2026", "02-03-26", "2 March 2026", "2 Mar 2026", "2-Mar-26",
        "2nd March 2026", "Monday 2 March 2026", "Mon 2 Mar 2026", "March 2, 2026", "2026-03-02", "2026/3/2",
        "2026-03-02 00:00:00", "2026-03-02T00:00:00", "2026-03-02 00:00:00.000", "02/03/2026 00:00",
        "2026-Mar-02 00:00:00", "46083", "46083.0", "2 of March 2026",
    ],
)  # fmt: skip
def test_second_of_march_is_read_in_every_form_that_a_sheet_has_it(text):
    assert read_cell_date(text, DAY).day == "2026-03-02"


@given(DAYS)
def test_a_day_written_in_the_declared_order_comes_back(day):
    for separator in "/.-":
        assert read_cell_date(f"{day.day}{separator}{day.month}{separator}{day.year}", DAY).day == day.isoformat()
        assert read_cell_date(f"{day.month}{separator}{day.day}{separator}{day.year}", MONTH).day == day.isoformat()
    for form in ("%d %B %Y", "%d-%b-%Y", "%d-%b-%y", "%Y-%m-%d", "%Y-%b-%d 00:00:00"):
        for order in DateOrder:
            assert read_cell_date(day.strftime(form), order).day == day.isoformat()


@given(DAYS)
def test_a_serial_number_is_its_day_in_the_workbooks_own_date_system(day):
    assert read_cell_date(str((day - dt.date(1899, 12, 30)).days), DAY).day == day.isoformat()
    assert read_cell_date(str((day - dt.date(1904, 1, 1)).days), DAY, from_1904=True).day == day.isoformat()


@pytest.mark.parametrize(
    ("text", "order", "why"),
    [
        ("05/14/2024", DAY, "month first"),
        ("14/05/2024", MONTH, "day first"),
        ("02/03/2026", ISO, "iso"),
        ("02/03/26", None, "two digits"),
        ("2-Mar-26", None, "two digits"),
        ("46083", None, "spreadsheet"),
        ("1234567", DAY, "no date"),
        ("19999", DAY, "no day of a spreadsheet"),
        ("31/02/2026", DAY, "no such day"),
        ("29 February 2025", DAY, "no such day"),
        ("2026-03-02 10:30", DAY, "time of day"),
        ("Apr-24", None, "two digits"),
        ("Smarch 2024", DAY, "no date"),
        ("2024-13", DAY, "no such month"),
        ("13/2024", DAY, "no such month"),
        ("2 Smarch 2026", DAY, "no month"),
        ("soon", DAY, "no date"),
        ("\u0662/3/2026", DAY, "0 to 9"),
    ],
)
def test_what_is_no_day_is_refused_with_the_reason(text, order, why):
    read = read_cell_date(text, order)
    assert not read.day
    assert why in read.fault


@given(DAYS, st.sampled_from([DAY, MONTH, None]))
def test_a_cell_proves_an_order_only_where_it_can_be_read_no_other_way(day, order):
    proved = read_cell_date(f"{day.day}/{day.month}/{day.year}", order).order
    assert proved is (DAY if day.day > 12 else None)


@given(st.text(max_size=30), st.sampled_from([*DateOrder, None]), st.booleans())
def test_any_text_is_a_day_or_has_a_fault_and_never_both(text, order, from_1904):
    read = read_cell_date(text, order, from_1904=from_1904)
    assert bool(read.day) is not bool(read.fault)
    if read.day:
        dt.date.fromisoformat(read.day)


@pytest.mark.parametrize("text", ["April 2024", "Apr 2024", "apr-24", "Apr. 24", "2024-04", "04/2024", "4.2024"])
def test_a_month_without_a_day_is_a_day_of_which_only_the_month_is_known(text):
    assert read_cell_date(text, DAY) == CellDate("2024-04")
