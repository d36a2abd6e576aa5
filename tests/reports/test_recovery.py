"""A reader who wants the hidden numbers: takes every figure from the finished file, and solves for what is hidden.

The reader knows more than most: of each percentage that shows, both counts behind it.
"""

from html.parser import HTMLParser

import numpy as np
import pytest

from ehcp_flow.case import group_cases
from ehcp_flow.measures import catalogue
from ehcp_flow.reports.overview import overview
from ehcp_flow.reports.page import report_page
from ehcp_flow.reports.verdict import headlines
from ehcp_flow.synth import synth

LEAST = 5
QUARTERS = (
    "pc_plans_issued_20_weeks_ex",
    "request_outcome_six_weeks_pc",
    "pc_advice_within_6_weeks",
    "pc_review_decisions_within_4_weeks",
    "pc_amended_within_8_weeks",
)
YEARS = ("pc_plans_issued_20_weeks_ex", "pc_plans_issued_within_20_weeks")


class Tables(HTMLParser):
    """The rows of every table of a file, by the id of the figure that it stands in; the tiles as `tiles`."""

    def __init__(self, text):
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self._at = ""
        self._row: list[str] | None = None
        self._cell: str | None = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        names = dict(attrs)
        if tag == "figure":
            self._at = names["id"]
        if tag == "table" and "lines" in (names.get("class") or "").split():
            self._at = "lines"
        if tag == "dl" and names.get("class") == "tiles":
            self._at = "tiles"
        if tag == "tr" or (tag == "div" and self._at == "tiles"):
            self._row = []
        if tag in ("td", "th", "dt", "dd") and self._row is not None:
            self._cell = ""

    def handle_data(self, data):
        if self._cell is not None:
            self._cell += data

    def handle_endtag(self, tag):
        if tag in ("td", "th", "dt", "dd") and self._row is not None:
            self._row.append(" ".join((self._cell or "").split()))
            self._cell = None
        if self._row and (tag == "tr" or (tag == "div" and self._at == "tiles")):
            self.tables.setdefault(self._at, []).append(self._row)
            self._row = None
        if tag in ("figure", "dl"):
            self._at = ""


class Reader:
    """What is true, what is shown, and what adds up: `names` are counts, each by what it is."""

    def __init__(self):
        self.truth, self.known, self.hidden, self.sums = {}, set(), set(), []

    def count(self, name, true, shown):
        """A count, which shows unless a `c` stands there."""
        self.truth[name] = true
        if shown[:1].isdigit():
            self.known.add(name)
        elif shown == "c":
            self.hidden.add(name)

    def share(self, part, whole, true, shown):
        """A percentage: whoever sees it knows both counts, and so the rest."""
        self.truth[part], self.truth[whole] = true
        rest = (*whole, "less", *part)
        self.truth[rest] = true[1] - true[0]
        self.sums.append((whole, [part, rest]))
        if shown[:1].isdigit():
            self.known |= {part, whole}

    def adds_up(self, total, parts):
        assert self.truth[total] == sum(self.truth[part] for part in parts), (total, parts)
        self.sums.append((total, list(parts)))

    def worked_out(self):
        """Return every small count that shows, or that the sums give, and every hidden one that they give."""
        small = {name for name, value in self.truth.items() if 0 < value < LEAST}
        unknown = [name for name in self.truth if name not in self.known]
        place = {name: at for at, name in enumerate(unknown)}
        matrix = np.zeros((len(self.sums), len(unknown)))
        for line, (total, parts) in enumerate(self.sums):
            for name, sign in ((total, 1), *((part, -1) for part in parts)):
                if name in place:
                    matrix[line, place[name]] += sign
        _, sizes, rows = np.linalg.svd(matrix)
        rank = int((sizes > 1e-9).sum())
        free = np.abs(rows[rank:]).max(axis=0, initial=0)  # what is fixed does not move along any free direction
        return sorted(map(str, small & self.known | {
            name for name in (small | self.hidden) - self.known if free[place[name]] < 1e-9
        }))  # fmt: skip


def measured(reader, table, place, name, shown):
    column, row, period = catalogue().columns[name], table[place], table.periods[place]
    at = (period.start.isoformat(), period.end.isoformat())
    whole = " + ".join(column.over)
    reader.share(
        (column.base, *at), (whole, *at), (row[column.base], sum(row[one] for one in column.over)), shown
    )  # fmt: skip
    if len(column.over) > 1:
        for one in column.over:
            reader.truth.setdefault((one, *at), row[one])
        reader.adds_up((whole, *at), [(one, *at) for one in column.over])


def read(seen, page):
    """Return what a reader of the page knows."""
    tables, reader = Tables(page).tables, Reader()
    for at, line in enumerate(headlines(seen)):
        for place, shown in ((1, tables["lines"][at + 1][1]), (0, tables["lines"][at + 1][2])):
            measured(reader, seen.rolling, place, line.column, shown)
    for name, table, columns in (("trend", seen.by_year, YEARS), ("quarters", seen.by_quarter, QUARTERS)):
        for place in range(len(table)):
            for at, column in enumerate(columns):
                measured(reader, table, place, column, tables[f"chart-{name}"][place + 1][at + 1])
    over_time(reader)
    versions(reader, seen)
    tiles = dict(tables["tiles"])
    waiting = seen.waiting.summary()
    for title, name in (("requests", "open"), ("over 20 weeks", "open_over_20_weeks"),
                        ("over 52 weeks", "open_over_52_weeks")):  # fmt: skip
        reader.count((name,), waiting[name], tiles[f"Open {title}"])
    ageing(reader, seen, tables)
    steps(reader, seen, tables)
    late(reader, seen, tables)
    advice(reader, seen, tables)
    transfers(reader, seen, tables)
    return reader


def over_time(reader):
    spans: dict[str, list[tuple[str, str, str]]] = {}
    for name in reader.truth:
        if len(name) == 3:
            spans.setdefault(name[0], []).append(name)
    for names in spans.values():
        for total in names:
            inside = sorted(one for one in names if one != total and total[1] <= one[1] and one[2] <= total[2])
            if inside and reader.truth[total] == sum(reader.truth[one] for one in inside) and len(inside) == 4:
                reader.adds_up(total, inside)


def versions(reader, seen):
    for table in (seen.rolling, seen.by_year):
        for place, period in enumerate(table.periods):
            at, row = (period.start.isoformat(), period.end.isoformat()), table[place]
            excepted = row["plans_issued_den"] - row["plans_issued_den_ex"]
            in_time = row["plans_issued_within_20_weeks"] - row["plans_issued_20_weeks_ex"]
            reader.truth[("plans_with_exception", *at)] = excepted
            reader.truth[("excepted in time", *at)] = in_time
            reader.truth[("excepted late", *at)] = excepted - in_time
            reader.adds_up(("plans_issued_den", *at), [("plans_issued_den_ex", *at), ("plans_with_exception", *at)])
            reader.adds_up(
                ("plans_issued_within_20_weeks", *at), [("plans_issued_20_weeks_ex", *at), ("excepted in time", *at)]
            )
            reader.adds_up(("plans_with_exception", *at), [("excepted in time", *at), ("excepted late", *at)])


def ageing(reader, seen, tables):
    rows = seen.waiting.by_age()
    names = ("open", "requested", "assessing", "drafting", "draft_issued")
    for row, shown in zip(rows, tables.get("chart-ageing", [])[1:], strict=False):
        for name, text in zip(names, shown[1:], strict=True):
            reader.count((row["age"], name), row[name], text)
        reader.adds_up((row["age"], "open"), [(row["age"], name) for name in names[1:]])
    for name, bands in (("open", rows), ("open_over_20_weeks", rows[3:6]), ("open_over_52_weeks", rows[5:6])):
        reader.adds_up((name,), [(row["age"], "open") for row in bands])


def steps(reader, seen, tables):
    rows = seen.reviewing.waterfall()
    for at, (row, shown) in enumerate(zip(rows, tables["chart-reviews"][1:], strict=True)):
        reader.count(("step", at), row["plans"], shown[1])
        if at:
            reader.count(("lost", at), row["lost"], shown[2])
            reader.adds_up(("step", at - 1), [("step", at), ("lost", at)])
            if shown[3][:1].isdigit():
                reader.known |= {("step", at), ("step", at - 1)}


def late(reader, seen, tables):
    for row, shown in zip(seen.reviewing.by_delay(), tables["chart-delays"][1:], strict=True):
        bands = [name for name in row if name not in ("what", "limit", "all")]
        for name, text in zip((*bands, "all"), shown[1:], strict=True):
            reader.count((row["limit"], name), row[name], text)
        reader.adds_up((row["limit"], "all"), [(row["limit"], name) for name in bands])


def advice(reader, seen, tables):
    names = ("asked", "in_time", "late", "overdue", "overtaken", "still_open")
    for row, shown in zip(seen.advice.rows(), tables["chart-advice"][1:], strict=True):
        by = row["adviser"]
        for name, text in zip(names, shown[1:7], strict=True):
            reader.count((by, name), row[name], text)
        reader.truth[(by, "fell away")] = row["asked"] - sum(row[name] for name in names[1:])
        reader.adds_up((by, "asked"), [*((by, name) for name in names[1:]), (by, "fell away")])
        due = sum(row[name] for name in names[1:5])
        reader.share((by, "in_time"), (by, "was due"), (row["in_time"], due), shown[7])
        reader.adds_up((by, "was due"), [(by, name) for name in names[1:5]])


def transfers(reader, seen, tables):
    printed = {row[0]: row for row in tables["chart-transfers"][1:]}
    rows = seen.reviewing.transfers()
    for row in rows:
        on = row["due_on"].isoformat()
        shown = printed.get(f"{row['due_on'].day} {row['due_on']:%b %Y}", [""] * 8)
        for name, text in zip(("due", "final", "in_time", "left", "overtaken"), shown[1:6], strict=True):
            reader.count((on, name), row[name], text)
        reader.truth[(on, "late")] = row["final"] - row["in_time"]
        reader.adds_up((on, "due"), [(on, "final"), (on, "left"), (on, "overtaken")])
        reader.adds_up((on, "final"), [(on, "in_time"), (on, "late")])
        if shown[6][:1].isdigit():
            reader.known |= {(on, "due"), (on, "final")}
    for period in seen.rolling.periods:
        days = [row["due_on"].isoformat() for row in rows if row["due_on"] in period]
        span = (period.start.isoformat(), period.end.isoformat())
        reader.adds_up(("phase_transfer_due", *span), [(on, "due") for on in days])
        reader.adds_up(("phase_transfer_in_time", *span), [(on, "in_time") for on in days])


@pytest.fixture(scope="module", params=[(400, 11, "2026-06-30"), (1500, 2, "2025-12-31"), (700, 3, "2026-05-17")])
def seen(request):
    cases, seed, as_of = request.param
    return overview(group_cases(synth(cases, seed, authority="885", faults=0.05, as_of=as_of)), as_of)


def test_no_hidden_number_can_be_worked_out_from_the_finished_page(seen):
    reader = read(seen, report_page(seen, suppress=LEAST))
    assert reader.worked_out() == []
    assert len(reader.known) > 60, "more is shown than nothing"


def test_the_same_reader_finds_small_numbers_where_nothing_is_hidden(seen):
    assert len(read(seen, report_page(seen)).worked_out()) > 10
