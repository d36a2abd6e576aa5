"""The options that state one fact: `--event`, its day, and one for each column that a fact can fill."""

from __future__ import annotations

from dataclasses import make_dataclass
from typing import Annotated, Any, TypeAlias, TypeVar

import typer

from ehcp_flow.cli.options import complete_events, option
from ehcp_flow.facts import SCHEMA

__all__ = ["ColumnOptions", "EventName", "fact_column"]

C = TypeVar("C")


def fact_column(usage: str, help_text: str, **more: Any) -> typer.models.OptionInfo:
    """Return an option that fills a column of a fact; its usage is `--flag VALUE`."""
    return option(usage, help_text, rich_help_panel="The fact", **more)


EventName: TypeAlias = Annotated[
    str | None,
    fact_column(
        "--event EVENT", "What happened, or would: an event of `ehcp-flow facts`.", autocompletion=complete_events
    ),
]


def _with_a_field_for_each_column(cls: type[C]) -> type[C]:
    fields: list[Any] = []
    for column in SCHEMA:
        if column.option:
            usage = f"--{column.name.replace('_', '-')} {'DATE' if column.holds == 'day' else 'TEXT'}"
            fields.append((column.name, Annotated[str | None, fact_column(usage, column.option)], None))
    return make_dataclass(cls.__name__, fields, bases=(cls,), frozen=True)


@_with_a_field_for_each_column
class ColumnOptions:
    """What was given for the columns of a fact: those to which `columns.SCHEMA` gives an option."""

    def given(self) -> dict[str, str]:
        """Return the columns that were given."""
        return {name: value for name, value in vars(self).items() if value is not None}
