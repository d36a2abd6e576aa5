"""Rows of a sheet, or of a return, into rows of facts; what cannot be one is refused with row, column and value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

import polars as pl

from ehcp_flow.bulk.encoding import LINE
from ehcp_flow.conversion.cell_dates import CellDate, DateOrder, read_cell_date
from ehcp_flow.conversion.cell_faults import CELL_FAULT, cell_fault
from ehcp_flow.conversion.convert_file import ConvertFile, FactRule, FromSheet, sources_of
from ehcp_flow.conversion.heading_rows import heading_key
from ehcp_flow.conversion.returns import ReturnColumns, ReturnedFact, ReturnRecords, facts_of_return, when_it_ends
from ehcp_flow.conversion.row_ids import read_row_ids, refused_cell
from ehcp_flow.conversion.sheet import HeadedSheet, RawSheet
from ehcp_flow.errors import ConvertFileMissing, RowRefused, SourceError
from ehcp_flow.facts import COLUMN_OF, COLUMNS, DATES, REQUIRED, Fact
from ehcp_flow.readers.case_reader import fact_of_row
from ehcp_flow.readers.plain_columns import PlainColumns
from ehcp_flow.readers.row_tables import column_of
from ehcp_flow.record_table import DECLARED

__all__ = ["ConvertedRows", "convert_rows", "rows_of_facts", "rows_of_return"]

_EMPTY: Final = ("", "nan", "nat", "none", "null", "<na>")
"""What stands for nothing in every sheet, compared without case."""
_MONTH: Final = len("2024-04")
_MIDNIGHT: Final = r"[ T]00:00:00(\.0+)?\z"


class _Cells(NamedTuple):
    """What one column of a fact is in each row: its texts, null for none, and why a cell is not taken, if it is not."""

    texts: pl.Series
    faults: pl.Series
    heading: str
    raw: pl.Series


class _Proof(NamedTuple):
    """How many cells of a column can be read in one order alone, with the row and the text of the first."""

    cells: int
    row: int
    text: str


@dataclass
class ConvertedRows:
    """The facts of a sheet as rows of text, which every door takes as a source, and what was met on the way.

    `refused` are the cells that could not be read, `notes` say how the sheet was read, and `same_id` what a fact means
    that comes again under its name and says something else: `refuse` or `corrects`. `ids` are the cases of the sheet's
    rows, where a row is a child. A return, which is several tables, has no `sheet`. `silent` are the names of the facts
    that the sheet's cells could tell, and do not, each with its case.
    """

    name: str
    frame: pl.DataFrame
    sheet: HeadedSheet | None
    refused: list[RowRefused] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    same_id: Literal["refuse", "corrects"] = "refuse"
    declared: frozenset[str] = frozenset()
    read: int = 0
    ids: pl.Series | None = None
    silent: pl.DataFrame | None = None
    together = False
    entering = True

    @property
    def shown(self) -> Mapping[str, str]:
        """How each column of a fact is called in messages: by its own name."""
        return {name: name for name in self.frame.columns if name in COLUMN_OF}

    @property
    def height(self) -> int:
        """How many rows were read: of the sheet, or of all tables of a return."""
        return self.sheet.height if self.sheet is not None else self.read

    def silent_names(self) -> dict[str, list[str]]:
        """Return the names of the facts of each case that its cells could tell, and do not."""
        found: dict[str, list[str]] = {}
        for case_id, name in () if self.silent is None else self.silent.iter_rows():
            found.setdefault(case_id, []).append(name)
        return found

    @property
    def unknown_columns(self) -> tuple[str, ...]:
        """The columns that are ignored: none, for a convert file names those that are used."""
        return ()

    @property
    def carried(self) -> tuple[str, ...]:
        """The further columns that are kept with the case."""
        return tuple(name for name in self.frame.columns if name not in (*COLUMNS, LINE))

    def carried_values(self) -> dict[str, dict[str, str]]:
        """Return the values that are kept with each case, by name: the last one that is given."""
        if not self.carried:
            return {}
        last = self.frame.group_by("case_id", maintain_order=True).agg(
            pl.col(name).drop_nulls().last() for name in self.carried
        )
        return {
            row.pop("case_id"): {name: value for name, value in row.items() if value is not None}
            for row in last.iter_rows(named=True)
        }

    def cells(self) -> Iterator[dict[str, str]]:
        """Yield the cells of each row that say something, by column: those of its fact, and those that are kept."""
        for row in self.frame.drop(LINE).iter_rows(named=True):
            yield {name: text for name, text in row.items() if text is not None}

    def entries(self) -> Iterator[tuple[int, Fact | RowRefused]]:
        """Yield what was refused and each fact, with its row, as `FactReader.entries` does of a file."""
        yield from ((row.line, row) for row in self.refused)
        for cells in self.frame.select(*self.shown, LINE).iter_rows(named=True):
            row = cells.pop(LINE)
            yield row, fact_of_row(row, {name: text for name, text in cells.items() if text is not None}, self)
        yield from self.particulars()

    def particulars(self) -> Iterator[tuple[int, Fact]]:
        """Yield what is kept with the cases as particulars, each from its day, with its row."""
        plain = PlainColumns(self.declared)
        for cells in self.frame.iter_rows(named=True) if self.carried else ():
            row = {name: text for name, text in cells.items() if text is not None}
            plain.add(row, {name: row[name] for name in self.carried if name in row}, cells[LINE])
        yield from plain.facts()

    def case_ids(self) -> Iterator[pl.Series]:
        """Yield the column of case ids alone."""
        yield self.frame["case_id"]

    def frames(self) -> Iterator[pl.DataFrame]:
        """Yield the rows, as a pass over a source takes them."""
        if self.frame.height:
            yield self.frame.select(*self.shown, LINE)


def rows_of_facts(raw: RawSheet) -> ConvertedRows:
    """Return the rows of a sheet of facts, its further columns carried. Raises SourceError where one is missing."""
    sheet = raw.under(None, COLUMNS)
    named: dict[str, pl.Series] = {}
    for heading, cells in sheet.columns.items():
        column = column_of(heading)
        if column in named:
            raise SourceError(sheet.name, f"it has more than one column {column}; keep one of each")
        # A workbook keeps a day as its midnight.
        written = cells.str.replace(_MIDNIGHT, "") if column in DATES else cells
        named[column] = written.set(written == "", None)
    if missing := [name for name in REQUIRED if name not in named]:
        raise SourceError(
            sheet.name,
            f"it has no column {', '.join(missing)} (it has: {', '.join(sheet.columns)}); a sheet of one row a child "
            "is read by a convert file, --columns, which ehcp-flow convert FILE --propose columns.toml writes",
        )
    frame = pl.DataFrame([cells.alias(name) for name, cells in named.items()]).with_columns(sheet.rows.alias(LINE))
    blank = pl.all_horizontal(pl.col(*named).is_null())
    faulty = pl.any_horizontal(pl.col(*named).str.contains(CELL_FAULT).fill_null(value=False))
    refused = [refused_cell(sheet.name, row) for row in frame.filter(faulty).iter_rows(named=True)]
    return ConvertedRows(sheet.name, frame.filter(~blank & ~faulty), sheet, refused, list(sheet.notes))


def convert_rows(raw: RawSheet, file: ConvertFile) -> ConvertedRows:
    """Return the facts of a sheet. Raises SourceError where a column of the file is not there.

    Raises ConvertFileMissing where the file still asks something.
    """
    if file.open_questions:
        asked = "; ".join(f"{each.about}: {each.asks}" for each in file.open_questions)
        raise ConvertFileMissing(raw.name, "question", 0, f"the convert file still asks: {asked}; answer it there")
    file = file.answered
    sheet = raw.under(file.header, file.headings)
    if missing := [each for each in file.headings if sheet.column(each) is None]:
        raise SourceError(
            sheet.name,
            f"it has no column {', '.join(missing)} under its header in row {sheet.first - 1} (it has: "
            f"{', '.join(sheet.columns)})",
        )
    return _Conversion(sheet, file).run()


def rows_of_return(records: ReturnRecords, columns: ReturnColumns) -> ConvertedRows:
    """Return the facts of a return as rows of text; what was refused, and what it cannot say, goes with them."""
    rows = list(facts_of_return(records, columns.records, columns.authority))
    schema = {
        name if name != "line" else LINE: pl.Int64 if name == "line" else pl.String for name in ReturnedFact._fields
    }
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    always = (*REQUIRED, "fact_id", LINE)
    held = [name for name in frame.columns if name in always or frame[name].null_count() < frame.height]
    refused = sorted(records.refused, key=lambda row: (row.source, row.line))
    notes = [*when_it_ends(records), *records.told(), *records.out_of_place()]
    return ConvertedRows(records.name, frame.select(held), None, refused, notes, read=records.rows)


class _Conversion:
    """One sheet by one file."""

    def __init__(self, sheet: HeadedSheet, file: ConvertFile) -> None:
        self.sheet = sheet
        self.file = file
        self.empty = {*_EMPTY, *(word.strip().casefold() for word in file.empty)}
        self.refused: dict[tuple[int, str], RowRefused] = {}
        self.notes: list[str] = list(sheet.notes)
        self.orders: dict[str, dict[DateOrder, _Proof]] = {}
        self.silent: list[pl.DataFrame] = []

    def run(self) -> ConvertedRows:
        """Return the facts of every row."""
        sheet = self.sheet
        found = read_row_ids(sheet, {heading: self._cleaned(heading) for heading in self.file.case_id})
        self.ids = ids = found.ids
        self.refused |= {(row.line, ""): row for row in found.refused}
        frames = []
        seen: dict[str, int] = {}
        for rule in self.file.fact:
            events = "event" if rule.is_any_event else "+".join(sorted(rule.events))
            name = rule.id or "-".join(filter(None, (events, self._constant_party(rule))))
            seen[name] = seen.get(name, 0) + 1
            frames.append(self._facts(rule, name if seen[name] == 1 else f"{name}-{seen[name]}"))
        # As the rows stand, each row's facts as the file has them.
        whole = pl.concat(frames, how="diagonal").sort(LINE, maintain_order=True) if frames else pl.DataFrame()
        content = [name for name in whole.columns if name not in ("fact_id", LINE)]
        once = whole.unique([*content, "_rule"], keep="first", maintain_order=True)
        if doubled := whole.height - once.height:
            self.notes.append(f"{doubled} fact(s) stand in more than one row, cell for cell, and count once")
        if self.file.records:
            once = pl.concat([self._declarations(once), once], how="diagonal").sort(LINE, maintain_order=True)
        if blank := ids.null_count() - len(found.refused) - sheet.repeats:
            self.notes.append(f"{blank} blank row(s)")
        self._tell_orders()
        refused = sorted(self.refused.values(), key=lambda row: row.line)
        once = once.drop("_rule").select(name for name in (*COLUMNS, *self.file.carry, LINE) if name in once.columns)
        return ConvertedRows(
            sheet.name, once, sheet, refused, self.notes, self.file.same_id, frozenset(self.file.carry), ids=ids,
            silent=pl.concat(self.silent) if self.silent else None,
        )  # fmt: skip

    def _declarations(self, facts: pl.DataFrame) -> pl.DataFrame:
        """Return a fact for each case that says what the sheet records at all, on the day of the case's first fact.

        Its name has that day: where an earlier one is entered later, another stands beside it.
        """
        first = pl.when(pl.col("on").str.len_chars() == _MONTH).then(pl.col("on") + "-01").otherwise(pl.col("on")).min()
        told = facts.group_by("case_id", maintain_order=True).agg(first, pl.col(LINE).min())
        return told.with_columns(
            event=pl.lit(DECLARED),
            value=pl.lit(" ".join(self.file.records)),
            fact_id=pl.format("{}/{}-{}", "case_id", pl.lit(DECLARED), "on"),
        )

    def _constant_party(self, rule: FactRule) -> str:
        party = rule.given.get("party")
        return (party.value or "") if party is not None else ""

    def _cleaned(self, heading: str) -> pl.Series:
        """Return the cells of a column, null where they say nothing."""
        cells = self.sheet.column(heading)
        assert cells is not None, heading  # noqa: S101 - the headings were compared before
        distinct = cells.unique().to_list()
        nothing = [text for text in distinct if text.casefold() in self.empty]
        return cells.set(cells.is_in(nothing), None) if nothing else cells

    def _carried(self, heading: str) -> pl.Series:
        """Return the cells of a column that is kept with the case; those that hold a fault are refused."""
        cells = self._cleaned(heading)
        faulty = cells.str.contains(CELL_FAULT).fill_null(value=False)
        if faulty.any():
            faults = cells.map_elements(cell_fault, return_dtype=pl.String)
            self._refuse_each(faulty, _Cells(cells, faults, heading, cells), None)
            return cells.set(faulty, None)
        return cells

    def _facts(self, rule: FactRule, name: str) -> pl.DataFrame:
        """Return the facts that one rule makes, and refuse what it cannot read."""
        cells = {column: self._cells(rule, column, source) for column, source in sources_of(rule).items()}
        if self.file.authority is not None:
            cells["authority"] = self._cells(rule, "authority", self.file.authority)
        on = cells["on"]
        there = self.ids.is_not_null() & (on.texts.is_not_null() | on.faults.is_not_null())
        event = cells["event"]
        # A cell that means "nothing happened" makes no fact, whatever day stands beside it.
        there &= event.texts.is_null() | (event.texts != "")
        if rule.events == ("particular_recorded",) and "value" in cells:
            # An empty cell says nothing of what holds.
            there &= cells["value"].texts.is_not_null() | cells["value"].faults.is_not_null()
        fine = there
        for column, each in cells.items():
            faulty = there & each.faults.is_not_null()
            if column == "event":
                empty = there & event.texts.is_null() & event.faults.is_null()
                self._refuse_each(empty, each, "the day beside it says that something happened, and not what")
                fine &= ~empty
            if faulty.any():
                self._refuse_each(faulty, each, None)
                fine &= ~faulty
        columns = {column: each.texts for column, each in cells.items()}
        columns["case_id"] = self.ids
        columns |= {name: self._carried(heading) for name, heading in self.file.carry.items()}
        frame = pl.DataFrame([text.alias(column) for column, text in columns.items()])
        frame = frame.with_columns(self.sheet.rows.alias(LINE), pl.lit(name).alias("_rule"))
        frame = frame.with_columns(fact_id=self._fact_ids(rule, frame, name))
        self.silent.append(frame.filter(~there).select("case_id", "fact_id").drop_nulls())
        order = [each for each in (*COLUMNS, *self.file.carry, LINE, "_rule") if each in frame.columns]
        return frame.filter(fine).select(order)

    def _fact_ids(self, rule: FactRule, frame: pl.DataFrame, name: str) -> pl.Series:
        """Return each fact's own name: that of its column, or of its case and rule; `#2` of a child's second row."""
        if rule.fact_id is not None:
            return self._cleaned(rule.fact_id)
        place = pl.col(LINE).rank("ordinal").over("case_id")
        further = pl.when(place > 1).then(pl.format("#{}", place)).otherwise(pl.lit(""))
        return frame.select(pl.format("{}/{}{}", "case_id", pl.lit(name), further)).to_series()

    def _cells(self, rule: FactRule, column: str, source: FromSheet) -> _Cells:
        """Return what a column of the facts of a rule is in each row."""
        height = self.sheet.height
        nothing = pl.repeat(None, height, dtype=pl.String, eager=True)
        if source.value is not None:
            return _Cells(pl.repeat(source.value, height, dtype=pl.String, eager=True), nothing, "", nothing)
        heading = source.column or ""
        raw = self._cleaned(heading)
        distinct = raw.drop_nulls().unique(maintain_order=True).to_list()
        if COLUMN_OF[column].holds == "day":
            read = {text: self._date(text, rule) for text in distinct}
            self._note_orders(heading, raw, read)
            taken = {text: day.day for text, day in read.items() if not day.fault}
            faults = {text: cell_fault(text) or day.fault for text, day in read.items() if day.fault}
        elif source.values is not None:
            meant = {heading_key(word): meaning for word, meaning in source.values.items()}
            taken = {text: meant[heading_key(text)] for text in distinct if heading_key(text) in meant}
            listed = ", ".join(filter(None, source.values))
            faults = {
                text: cell_fault(text) or f"the convert file has no meaning for it; it has {listed}"
                for text in distinct
                if text not in taken
            }
        else:
            faults = {text: why for text in distinct if (why := cell_fault(text))}
            taken = {text: text for text in distinct if text not in faults}
        texts = _through(raw, taken)
        if source.values is not None and "" in source.values:
            texts = texts.set(raw.is_null(), source.values[""])
        return _Cells(texts, _through(raw, faults), heading, raw)

    def _date(self, text: str, rule: FactRule) -> CellDate:
        return read_cell_date(text, rule.dates or self.file.dates, from_1904=self.sheet.from_1904)

    def _refuse_each(self, rows: pl.Series, cells: _Cells, expected: str | None) -> None:
        """Refuse a cell of each of these rows, once, however many facts are made of it."""
        found = pl.DataFrame(
            [self.sheet.rows, self.ids.alias("id"), cells.raw.alias("raw"), cells.faults.alias("fault")]
        )
        for row, case_id, value, fault in found.filter(rows).iter_rows():
            refusal = RowRefused(self.sheet.name, row, cells.heading, value, expected or fault, case_id)
            self.refused.setdefault((row, cells.heading), refusal)

    def _note_orders(self, heading: str, raw: pl.Series, read: Mapping[str, CellDate]) -> None:
        """Keep what a column's cells prove about the order of its days and months."""
        proofs = {text: day.order.value for text, day in read.items() if day.order is not None}
        if not proofs or heading in self.orders:
            return
        cells = pl.DataFrame([_through(raw, proofs).alias("order"), self.sheet.rows, raw.alias("text")])
        told = cells.drop_nulls().group_by("order", maintain_order=True).agg(pl.len(), pl.col("row", "text").first())
        self.orders[heading] = {DateOrder(order): _Proof(*proof) for order, *proof in told.iter_rows()}

    def _tell_orders(self) -> None:
        """Say of which columns some cells can only be read in the order that is not theirs, with the proof."""
        for heading, orders in self.orders.items():
            if len(orders) < 2 and not any(each.column == heading for each in self.refused.values()):  # noqa: PLR2004
                continue
            declared = self._declared(heading)
            others = orders[declared].cells if declared in orders else 0
            for order, proof in orders.items():
                if order is not declared:
                    self.notes.append(
                        f"column {heading} is read {declared}, but {proof.cells:,} of its cells can only be {order} "
                        f"(the first is {proof.text!r}, row {proof.row}), {others:,} only {declared}: look at its "
                        "other days too"
                    )

    def _declared(self, heading: str) -> DateOrder:
        own = (rule.dates for rule in self.file.fact if rule.on.column == heading)
        return next(filter(None, own), None) or self.file.dates or DateOrder.DAY_FIRST


def _through(raw: pl.Series, meanings: Mapping[str, str]) -> pl.Series:
    """Return what each cell means, null where it has no meaning."""
    if not meanings:
        return pl.repeat(None, len(raw), dtype=pl.String, eager=True)
    return raw.replace_strict(list(meanings), list(meanings.values()), default=None, return_dtype=pl.String)
