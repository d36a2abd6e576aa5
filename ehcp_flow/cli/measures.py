"""`ehcp-flow measures`: the Department for Education's measures, and what the headline hides."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.further import Only, check_value, extra_columns, pairs
from ehcp_flow.cli.messages import count, note
from ehcp_flow.cli.opened_source import SourceFigures
from ehcp_flow.cli.options import column_names, option
from ehcp_flow.cli.period_options import PeriodOptions
from ehcp_flow.cli.print_options import PrintOptions
from ehcp_flow.cli.query import CaseQuery
from ehcp_flow.cli.source_door import open_source

if TYPE_CHECKING:
    import datetime as dt

    from ehcp_flow.cli.printed_table import ShownColumn
    from ehcp_flow.measures import Explanation, MeasureTable
    from ehcp_flow.measures.periods import Span

__all__ = ["MEASURES"]

_WITHOUT_MORE: Final = frozenset({
    "authority", "requester", "age", "adviser", "year", "academic_year", "financial_year", "quarter", "month",
})  # fmt: skip
"""What is grouped by without a look at what else a source says of its cases."""
_EXPLAINED: Final = (
    "measure", "value", "says", "definition", "year_by", "source", "numerator_is", "numerator", "denominator_is",
    "denominator", "traps",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Figures:
    """Which figures, and by what they are grouped."""

    by: Annotated[
        list[str] | None,
        option(
            "--by COLUMN",
            "What to group by, given again or as a list: authority, requester, age, school_year, adviser (of advice), "
            "year, academic_year, financial_year, quarter, month, a particular such as placement, need or team (as it "
            "was on the day of the act, or of the stock), or any other column of the file; without it, authority.",
        ),
    ] = None
    measure: Annotated[
        list[str] | None,
        option("--measure NAME", "Only this measure (all its columns) or this column; may be given again."),
    ] = None
    only: Only = None
    release: Annotated[
        int | None,
        option(
            "--release YEAR",
            "Call the Department's columns as in its release of this year (2025, 2026); without it, as in the one "
            "that first published the last year asked for. --measure takes the names of any.",
        ),
    ] = None


@options(
    "source time figures explain catalogue suppress as_of case contested known_at known_by authority convert_file "
    "all_errors form raw output institutions institution closed_if office_closures bank_holidays profile rulebook"
)
def _measures(
    *,
    query: CaseQuery,
    time: PeriodOptions,
    figures: _Figures,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="How each figure was counted, with the cases behind it; needs --measure."),
    ] = False,
    catalogue: Annotated[
        bool, typer.Option("--catalogue", help="List the measures with their definitions; SOURCE is not read.")
    ] = False,
    suppress: Annotated[
        int,
        typer.Option(
            "--suppress",
            metavar="N",
            min=0,
            help="For publication: counts below N are printed as c, with those that would give them away.",
        ),
    ] = 0,
    printed: PrintOptions,
) -> None:
    """The measures that DfE publishes, under its names for them, and those that it does not; x: cannot be given.

    Excepted plans leave both sides of the headline; a case without usable dates stays in the denominator.
    """
    if catalogue:
        _print_catalogue(query, printed)
        return
    if explain and not figures.measure:
        raise typer.BadParameter("say which figure: --measure pc_plans_issued_20_weeks_ex", param_hint="--explain")
    if explain and suppress:
        raise typer.BadParameter("an explanation names the cases behind a figure", param_hint="--suppress")
    from ehcp_flow.errors import UnknownNameError
    from ehcp_flow.measures import GROUPS, RELEASES
    from ehcp_flow.measures.case_groups import group_keys
    from ehcp_flow.measures.measure_table import release_for

    if figures.release is not None and figures.release not in RELEASES:
        raise UnknownNameError("release", str(figures.release), map(str, RELEASES))

    on = query.on
    columns = column_names(figures.by, ("authority",))
    only = pairs(figures.only)
    extra = None if _WITHOUT_MORE.issuperset((*columns, *only)) else extra_columns(query)
    # Asked first: a column that no case has is told before all cases are read.
    keys = group_keys(columns, extra)
    group_keys(tuple(only), extra)
    for column in only.keys() - set(GROUPS):
        check_value(column, only[column], extra.every(column) if extra is not None else ())
    wanted = SourceFigures(time.asked, columns, keys, extra or {}, only)
    names_of = release_for(wanted.year) if figures.release is None else figures.release
    with open_source(query, used={*columns, *only}) as source:
        table, span = source.measured(wanted)
    table = table.named(names_of)
    _tell_of_time(table, span, on)
    names = _columns(table, figures.measure)
    said = f"{count(source.seen, 'case')}, {count(len(table), 'row')}, as known on {on.isoformat()}"
    if explain:
        _explain(table, names, printed)
        note(said)
        source.leave()
        return
    counted = table.suppressed(suppress, names) if suppress else table.rows
    if printed.as_table:
        _table(table, counted, names)
    else:
        keys = tuple(name for name in table.columns if name not in table.names)
        printed.write((*keys, *names), ({name: row[name] for name in (*keys, *names)} for row in counted))
    note(said)
    if suppress:
        note(
            "c: too few to be shown, or would give such a number away; another table of the same cases could do so too"
        )
    source.leave()


def _tell_of_time(table: MeasureTable, span: Span | None, on: dt.date) -> None:
    """Say on standard error which periods have nothing to be counted in."""
    if span is None:
        return
    began, ended = span
    periods = table.periods
    first, last = periods[0].start, periods[-1].end
    if first > on:
        note(f"warning: {periods[0].label} lies after {on.isoformat()}, for which this is answered")
    elif last < began or first > ended:
        known = f"the records go from {began.isoformat()} to {ended.isoformat()}"
        note(f"warning: nothing is on record in {periods[0].label}; {known}")


def _columns(table: MeasureTable, asked: list[str] | None) -> tuple[str, ...]:
    """Return the names, as this table writes them, of the columns asked for, or of all."""
    if not asked:
        return table.names
    found: list[str] = []
    for name in asked:
        whole = table.catalogue.measures.get(name)
        columns = (table.column(name),) if whole is None else whole.columns
        found.extend(table.name_of(column) for column in columns)
    return tuple(dict.fromkeys(found))


def _table(table: MeasureTable, figures: Sequence[dict[str, Any]], names: Sequence[str]) -> None:
    """Print groups and figures as rows and columns, either way round, where they fit; else a list for each group."""
    from ehcp_flow.cli.printed_table import ShownColumn, paragraph, print_table, width

    says = dict(zip(table.names, (column.says for column in table.catalogue.columns.values()), strict=True))
    keys = [name for name in table.columns if name not in table.names]
    rows = [{name: str(row[name]) for name in (*keys, *names)} for row in figures]
    same = [name for name in keys if len({row[name] for row in rows}) == 1]
    keys = [name for name in keys if name not in same] or keys
    groups = [", ".join(row[name] for name in keys) for row in rows]
    across = [
        {"measure": name, **{group: row[name] for group, row in zip(groups, rows, strict=True)}} for name in names
    ]
    beside = tuple(ShownColumn(name, name, right=name in names) for name in (*keys, *names))
    turned = (ShownColumn("measure", "measure"), *(ShownColumn(group, group, right=True) for group in groups))
    for columns, shown in ((beside, rows), (turned, across)):
        if len(rows) > 1 and _room(columns, shown) <= width():
            print_table(columns, shown, title=", ".join(f"{name} {rows[0][name]}" for name in same))
            sys.stdout.write("\n" + "\n".join(paragraph(f"{name}: {says[name]}", then="  ") for name in names) + "\n")
            return
    figure = (
        ShownColumn("value", "figure", right=True),
        ShownColumn("name", "measure", need=20),
        ShownColumn("says", "what it is", drop=1, least=30),
    )
    for number, row in enumerate(rows):
        group = ", ".join(f"{name} {row[name]}" for name in dict.fromkeys((*keys, *same)))
        sys.stdout.write("\n" if number else "")
        print_table(figure, [{"name": name, "value": row[name], "says": says[name]} for name in names], title=group)


def _room(columns: Sequence[ShownColumn], rows: Sequence[dict[str, str]]) -> int:
    """Return how many characters a line of these columns takes."""
    return sum(1 + max(len(column.header), *(len(row[column.name]) for row in rows)) for column in columns)


def _explain(table: MeasureTable, names: Sequence[str], printed: PrintOptions) -> None:
    explained = [table.explain(place, name) for place in range(len(table)) for name in names]
    if printed.as_table:
        from ehcp_flow.cli.printed_table import paragraph

        texts = ["\n".join(paragraph(line, then="  ") for line in _told(one)) for one in explained]
        sys.stdout.write("\n\n".join(texts) + "\n")
        return
    keys = tuple(name for name in table.columns if name not in table.names)
    printed.write((*keys, *_EXPLAINED), (_explained(one) for one in explained))


def _told(one: Explanation) -> list[str]:
    said = str(one).splitlines()
    for side, cases in (("numerator", one.numerator), ("denominator", one.denominator)):
        if cases:
            said.append(f"Cases in the {side}: {', '.join(cases)}")
    return said


def _explained(one: Explanation) -> dict[str, Any]:
    return {
        **one.group,
        "measure": one.name,
        "value": one.value,
        "says": one.says,
        "definition": one.measure.definition,
        "year_by": one.measure.year_by,
        "source": one.measure.source,
        "numerator_is": one.numerator_is,
        "numerator": list(one.numerator),
        "denominator_is": one.denominator_is,
        "denominator": list(one.denominator),
        "traps": list(one.traps),
    }


def _print_catalogue(query: CaseQuery, printed: PrintOptions) -> None:
    from ehcp_flow.measures.catalogue import catalogue_of

    known = catalogue_of(query.law)
    rows = [
        {
            "measure": each.id, "title": each.title, "group": each.group, "definition": each.definition,
            "year_by": each.year_by, "columns": [column.name for column in each.columns], "source": each.source,
            "traps": list(each.traps),
        }
        for each in known.measures.values()
    ]  # fmt: skip
    if printed.as_table:
        from ehcp_flow.cli.printed_table import ShownColumn, print_table

        columns = (
            ShownColumn("measure", "measure"),
            ShownColumn("title", "title", drop=1, least=20, most=40),
            ShownColumn("definition", "definition", least=30),
        )
        print_table(columns, [{name: str(row[name]) for name in ("measure", "title", "definition")} for row in rows])
        return
    printed.write(tuple(rows[0]), rows)


MEASURES: Final = CliCommand(
    _measures,
    (
        "ehcp-flow measures cases.csv --year 2024 --by authority --as-of 2025-10-21",
        "ehcp-flow measures cases.csv --year 2023-2025 --by quarter --as-of 2025-10-21 --format csv > quarters.csv",
        "ehcp-flow measures cases.csv --year 2024/25 --measure requests --as-of 2025-10-21",
        "ehcp-flow measures cases.csv --by requester --measure requests --as-of 2025-10-21",
        "ehcp-flow measures cases.csv --measure pc_plans_issued_20_weeks_ex --explain --format table",
        "ehcp-flow measures cases.csv --profile ours.toml --measure advice_in_five_weeks",
        "ehcp-flow measures cases.csv --catalogue --format json",
    ),
)
